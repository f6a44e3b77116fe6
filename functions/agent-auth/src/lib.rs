//! Getting in: GET and POST `/login`, POST `/logout`, GET and POST `/setup/{token}`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/login` | none |
//! | POST `/login` | one `BatchGetItem`; one `TransactWriteItems` (right) or one `PutItem` (wrong); no write while waiting |
//! | POST `/logout` | one `BatchGetItem` and one `Query`, side by side; one `TransactWriteItems` |
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

use lambda_http::{Body, Request, Response, http::Method};
use parlor_store::StoreError;
use parlor_web::{
    ApiError, AppState, Rows, WebFunction, api_request::lang, nowhere, page::PageRefusal, problem, redirect,
    route::Unrouted,
};

/// A request for one of the pages.
type Page = parlor_web::Page<AuthError>;

/// Signs staff in and out, and lets the first admin in.
#[derive(Debug)]
pub struct AgentAuth;

impl WebFunction for AgentAuth {
    const NAME: &'static str = "agent-auth";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/login", sign_in::page)
            .page(Method::POST, "/login", sign_in::submit)
            .page(Method::POST, "/logout", sign_in::sign_out)
            .page(Method::GET, "/setup/{token}", setup::page)
            .page(Method::POST, "/setup/{token}", setup::submit)
    }
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

impl From<Unrouted> for AuthError {
    fn from(why: Unrouted) -> Self {
        Self::ApiError(why.into())
    }
}

impl PageRefusal<AppState> for AuthError {
    fn into_response(self, raw: &Request, app: &AppState) -> Response<Body> {
        match self {
            Self::NobodySignedIn => sign_in::signed_out(),
            Self::ApiError(ApiError::NotSignedIn) => redirect("/login"),
            Self::ApiError(ApiError::NotFound) => nowhere::answer(raw, Unrouted::NotFound),
            Self::ApiError(ApiError::Method) => nowhere::answer(raw, Unrouted::Method),
            Self::ApiError(refused) => problem::page(lang(raw), &refused.problem(app.clock.now()), "/console"),
        }
    }
}
