//! From a request to a caller and back to an answer: credentials, CSRF, bodies, idempotency, problem documents, security
//! headers, and the one way in which staff and integrators change a session ([`Operation`]).
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api_request;
pub mod app_state;
pub mod caller;
pub mod cookies;
pub mod customer;
pub mod endpoint;
pub mod operation;
pub mod problem;
pub mod reply;
pub mod view;

pub use api_request::{ApiRequest, Payload};
pub use app_state::AppState;
pub use caller::{Caller, Credentials};
pub use endpoint::Endpoint;
pub use operation::{Loaded, Operation};
pub use problem::{ApiError, Code, Problem};
pub use reply::{ApiResponse, html, redirect};
pub use view::{List, MessageView, SessionView, Time};
