//! The console: GET `/`, `/console`, `/console/s/{session}` and `/console/s/{session}/live`. Nothing here writes.
//!
//! | request | DynamoDB, all of it side by side |
//! | --- | --- |
//! | GET `/` | none |
//! | GET `/console` | one `BatchGetItem`, one `Query` (two when it searches or pages without a script) |
//! | GET `/console?fragment=history` | one `BatchGetItem`, one `Query` |
//! | GET `/console/s/{session}` | one `BatchGetItem`, two `Query` (history, events) |
//! | GET `/console/s/{session}?fragment=room` | one `BatchGetItem`, one `Query` (events) |
//! | GET `/console/s/{session}/live` | one `BatchGetItem` |
//!
//! Lists and events are asked for before the cookie is known to be good, so that there is one trip: what came back is
//! looked at only once it is.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error_page;
mod history;
mod room;
mod staff_context;
mod welcome;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{Method, StatusCode},
};
use parlor_domain::settings::Service;
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::StoreError;
use parlor_web::{
    ApiError, ApiResponse, AppState,
    api_request::{segments, session_id},
    redirect,
};

use crate::error_page::ResponseKind;

/// Shows staff the console and its rooms.
#[derive(Debug)]
pub struct AgentConsole {
    app: AppState,
}

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
enum PageError {
    /// What any operation can refuse with.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// R15: maintenance is switched on, with what the settings say about it.
    #[error("maintenance")]
    Maintenance(Service),
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Api(error.into())
    }
}

impl HttpFunction for AgentConsole {
    const NAME: &'static str = "agent-console";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        let path = segments(&request);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let query = request.query_string_parameters();
        let fragment = query.first("fragment");
        let wanted = match (path.as_slice(), fragment) {
            (["console", "s", _, "live"], _) => ResponseKind::Json,
            (_, Some(_)) => ResponseKind::Fragment,
            _ => ResponseKind::Page,
        };
        let answer = if request.method() == Method::GET {
            match (path.as_slice(), fragment) {
                ([], _) => Ok(redirect("/console")),
                (["console"], Some("history")) => welcome::fragment(&self.app, &request).await,
                (["console"], None) => welcome::page(&self.app, &request).await,
                (["console", "s", id], Some("room")) => self.fragment(&request, id).await,
                (["console", "s", id], None) => self.room(&request, id).await,
                (["console", "s", id, "live"], _) => self.ticket(&request, id).await,
                _ => Err(ApiError::NotFound.into()),
            }
        } else {
            Err(ApiError::NotFound.into())
        };
        answer.unwrap_or_else(|error| error_page::response(error, wanted, &request, self.app.clock.now()))
    }
}

impl AgentConsole {
    async fn room(&self, request: &Request, id: &str) -> Result<Response<Body>, PageError> {
        room::page(&self.app, request, &session_id(id)?).await
    }

    async fn fragment(&self, request: &Request, id: &str) -> Result<Response<Body>, PageError> {
        room::fragment(&self.app, request, &session_id(id)?).await
    }

    async fn ticket(&self, request: &Request, id: &str) -> Result<Response<Body>, PageError> {
        let url = room::live_url(&self.app, request, &session_id(id)?).await?;
        Ok(ApiResponse::new(StatusCode::OK, serde_json::json!({ "url": url }), "").into_json())
    }
}
