//! Getting in, and one's own account: GET and POST `/login`, POST `/logout`, GET and POST `/setup/{token}`, `/invitation/{token}`,
//! `/forgot-password` and `/reset/{token}`, POST `/me/profile`, `/me/password`, `/me/first-steps/away`, `/me/sign-ins/end` and `/me/sign-ins/end-others`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/login` | none |
//! | POST `/login` | one `BatchGetItem`; one `TransactWriteItems` (right) or one `PutItem` (wrong); no write while waiting |
//! | POST `/logout` | one `BatchGetItem` and one `Query`, side by side; one `TransactWriteItems` |
//! | GET `/setup/{token}` | one `BatchGetItem` |
//! | POST `/setup/{token}` | one `BatchGetItem`, one `TransactWriteItems`; in a signed-in browser what ending that costs |
//! | GET `/invitation/{token}`, `/reset/{token}` | one `BatchGetItem` |
//! | POST `/invitation/{token}`, `/forgot-password`, `/me/profile`, `/me/first-steps/away` | one `BatchGetItem`, one `TransactWriteItems` |
//! | POST `/reset/{token}`, `/me/password`, `/me/sign-ins/…` | one `BatchGetItem` and one `Query`, side by side; one `TransactWriteItems` |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod backoff;
mod forgotten;
mod form_token;
mod invitation;
mod known_browser;
pub mod password;
mod policy;
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

/// Signs staff in and out, lets the first admin and invited people in, and changes passwords.
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
            .page(Method::GET, "/invitation/{token}", invitation::page)
            .page(Method::POST, "/invitation/{token}", invitation::submit)
            .page(Method::GET, "/forgot-password", forgotten::ask_page)
            .page(Method::POST, "/forgot-password", forgotten::ask)
            .page(Method::GET, "/reset/{token}", forgotten::reset_page)
            .page(Method::POST, "/reset/{token}", forgotten::reset)
            .page(Method::POST, "/me/profile", account::profile)
            .page(Method::POST, "/me/password", account::change_password)
            .page(Method::POST, "/me/first-steps/away", account::put_first_steps_away)
            .page(Method::POST, "/me/sign-ins/end", account::end_one)
            .page(Method::POST, "/me/sign-ins/end-others", account::end_others)
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
            Self::ApiError(refused @ ApiError::TooManyRequests(_)) => {
                problem::page(lang(raw), &refused.problem(app.clock.now()), "/login")
            }
            Self::ApiError(refused) => problem::page(lang(raw), &refused.problem(app.clock.now()), "/console"),
        }
    }
}
