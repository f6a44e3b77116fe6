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

mod backoff;
mod form_token;
mod known_browser;
pub mod password;
mod return_path;
mod setup;
mod sign_in;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response, http::Method};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::StoreError;
use parlor_templates::Lang;
use parlor_web::{
    ApiError, AppState,
    api_request::{lang, segments},
    problem, redirect,
};

/// Signs staff in and out, and lets the first admin in.
#[derive(Debug)]
pub struct AgentAuth {
    app: AppState,
}

/// Why a page of this function is not what was asked for.
#[derive(Debug, thiserror::Error)]
enum AuthError {
    /// What any operation can refuse with.
    #[error(transparent)]
    ApiError(#[from] ApiError),
    /// Signing out without being signed in: there is nothing to end.
    #[error("nobody is signed in")]
    NobodySignedIn,
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::ApiError(error.into())
    }
}

impl AuthError {
    fn into_response(self, lang: Lang, now: Timestamp) -> Response<Body> {
        match self {
            Self::NobodySignedIn => sign_in::signed_out(),
            Self::ApiError(ApiError::NotSignedIn) => redirect("/login"),
            Self::ApiError(refused) => problem::page(lang, &refused.problem(now), "/console"),
        }
    }
}

impl HttpFunction for AgentAuth {
    const NAME: &'static str = "agent-auth";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        let path = segments(&request);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let answer = match (request.method(), path.as_slice()) {
            (&Method::GET, ["login"]) => Ok(sign_in::page(&self.app, &request)),
            (&Method::POST, ["login"]) => sign_in::submit(&self.app, &request).await,
            (&Method::POST, ["logout"]) => sign_in::sign_out(&self.app, &request).await,
            (&Method::GET, ["setup", token]) => setup::page(&self.app, &request, token).await,
            (&Method::POST, ["setup", token]) => setup::submit(&self.app, &request, token).await,
            _ => Err(ApiError::NotFound.into()),
        };
        answer.unwrap_or_else(|error| error.into_response(lang(&request), self.app.clock.now()))
    }
}
