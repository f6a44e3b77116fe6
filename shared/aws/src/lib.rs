//! Everything between Parlor and AWS: the SDK's clients as its documentation shows them, and below them the connector, the
//! signer and what a request says about who sends it.
//!
//! `docs/adr/0018-the-sdks-clients-as-they-are.md` says why the clients are the SDK's and the two things below them are not.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clients;
pub mod http;
mod plain_get;
mod sign;
mod user_agent;

pub use clients::{Aws, MissingVariable};
pub use plain_get::PlainAnswer;
