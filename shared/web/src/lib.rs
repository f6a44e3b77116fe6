//! From a request to a handler and a caller and back to an answer: routes, credentials, CSRF, bodies, idempotency, problem
//! documents, security headers, and the one way in which staff and integrators change a session ([`Operation`]).
//!
//! An operation is one row of its function's [`WebFunction::routes`] and one line in `infra/template.yaml`: [`mod@route`] says
//! how to add one.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod admin;
pub mod answers;
pub mod api_request;
pub mod app_state;
pub mod caller;
pub mod conditions;
pub mod contact_input;
pub mod cookies;
pub mod customer;
pub mod described_rows;
pub mod document;
pub mod documentation;
pub mod files;
mod json;
mod key_use;
pub mod loaded_link;
pub mod loaded_room;
pub mod multipart;
pub mod nowhere;
pub mod operation;
pub mod page;
pub mod placing;
pub mod problem;
pub mod rate;
pub mod reply;
pub mod route;
pub mod router;
pub mod staff_page;
pub mod view;

pub use admin::{AdminContext, AdminPage, AdminRefusal};
pub use api_request::{ApiRequest, Payload};
pub use app_state::AppState;
pub use caller::{Caller, Credentials};
pub use documentation::Callers;
pub use operation::{Loaded, Operation};
pub use page::Page;
pub use problem::{ApiError, Code, Problem};
pub use reply::{ApiResponse, FileBody, html, redirect};
pub use route::{Rows, WebFunction};
pub use router::Router;
pub use view::{List, MessageView, SessionView, Time};
