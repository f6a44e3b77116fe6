//! The one-machine stack: everything that Parlor needs of AWS, in one process.
//!
//! It runs the very handlers that are deployed, behind stand-ins for what surrounds them there: an HTTP API and a
//! WebSocket API in front ([`api`], [`live`]), DynamoDB with its stream and its expiry (embedded), S3 in a folder ([`files`]) and
//! its events ([`object_events`]), schedules, KMS with one key, and SES and SNS that keep what they are given ([`fake_ses_sns`],
//! [`outbox`]). Tables, routes, schedules and environment are read from
//! `infra/template.yaml` ([`template`]), so that what the template lacks does not work here either.
//!
//! [`Stack`] is the whole of it, for `cargo run` and for tests.
#![allow(missing_docs, reason = "no API of others: a comment stands where a name does not say enough")]

pub mod fake_ses_sns;
pub mod outbox;
pub mod template;
pub mod template_error;

mod api;
mod clock;
mod crash;
mod data;
mod demo;
mod demo_error;
mod demo_library;
mod demo_session;
mod develop;
mod dynamodb;
mod fake_kms;
mod files;
mod invoke;
mod live;
mod object_events;
mod pattern;
mod policy;
mod registry;
mod schedules;
mod stack;
mod stale_reads;
mod stream;
#[cfg(test)]
mod tests;

pub use crash::Crash;
pub use demo::{Demo, Login};
pub use demo_error::DemoError;
pub use dynamodb::{Capacity, Fault, Requests};
pub use invoke::InvokeError;
pub use registry::rows;
pub use stack::{Ready, ScheduleError, Stack, StackBuilder, StackError};
