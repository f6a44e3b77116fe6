//! Getting in: GET and POST `/login`, POST `/logout`, GET and POST `/setup/{token}`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/login` | none |
//! | POST `/login` | one `BatchGetItem`; one `TransactWriteItems` (right) or one `PutItem` (wrong); no write while waiting |
//! | POST `/logout` | one `BatchGetItem`, one `DeleteItem` |
//! | GET `/setup/{token}` | one `BatchGetItem` |
//! | POST `/setup/{token}` | one `BatchGetItem`, one `TransactWriteItems` |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod door;
mod known;
mod next;
pub mod password;
mod setup;
mod sign_in;
mod waits;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response, http::Method};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::StoreError;
use parlor_web::{Ports, Refused, call::segments, problem, redirect};

/// Signs staff in and out, and lets the first admin in.
#[derive(Debug)]
pub struct AgentAuth {
    ports: Ports,
}

/// Why a page of this function is not what was asked for.
#[derive(Debug, thiserror::Error)]
enum AuthError {
    /// What any operation can refuse with.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Signing out without being signed in: there is nothing to end.
    #[error("nobody is signed in")]
    NobodySignedIn,
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl AuthError {
    fn into_response(self, now: Timestamp) -> Response<Body> {
        match self {
            Self::NobodySignedIn => sign_in::signed_out(),
            Self::Refused(Refused::NotSignedIn) => redirect("/login"),
            Self::Refused(refused) => problem::page(&refused.problem(now), "/console"),
        }
    }
}

impl HttpFunction for AgentAuth {
    const NAME: &'static str = "agent-auth";

    fn new(runtime: &Runtime) -> Self {
        Self { ports: Ports::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        let path = segments(&request);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answer = match (request.method(), path.as_slice()) {
            (&Method::GET, ["login"]) => Ok(sign_in::page(&self.ports, &request)),
            (&Method::POST, ["login"]) => sign_in::submit(&self.ports, &request).await,
            (&Method::POST, ["logout"]) => sign_in::sign_out(&self.ports, &request).await,
            (&Method::GET, ["setup", token]) => setup::page(&self.ports, &request, token).await,
            (&Method::POST, ["setup", token]) => setup::submit(&self.ports, &request, token).await,
            _ => Err(Refused::NotFound.into()),
        };
        answer.unwrap_or_else(|error| error.into_response(self.ports.clock.now()))
    }
}
