//! From a request to a caller and back to an answer: credentials, CSRF, bodies, idempotency, problem documents, security
//! headers, and the one way in which staff and integrators change a session ([`Operation`]).
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod call;
pub mod caller;
pub mod cookies;
pub mod customer;
pub mod endpoint;
pub mod operation;
pub mod ports;
pub mod problem;
pub mod reply;
pub mod view;

pub use call::{Call, Payload};
pub use caller::{Caller, Credentials};
pub use endpoint::Endpoint;
pub use operation::{Operation, Scene};
pub use ports::Ports;
pub use problem::{Code, Problem, Refused};
pub use reply::{Answer, html, redirect};
pub use view::{List, MessageView, SessionView, Time};
