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

mod desk;
mod history;
mod refusal;
mod room;
mod welcome;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{Method, StatusCode},
};
use parlor_domain::settings::Service;
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::StoreError;
use parlor_web::{
    Answer, Ports, Refused,
    call::{segments, session_id},
    redirect,
};

use crate::refusal::Wanted;

/// Shows staff the console and its rooms.
#[derive(Debug)]
pub struct AgentConsole {
    ports: Ports,
}

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
enum ConsoleError {
    /// What any operation can refuse with.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// R15: maintenance is switched on, with what the settings say about it.
    #[error("maintenance")]
    Maintenance(Service),
}

impl From<StoreError> for ConsoleError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl HttpFunction for AgentConsole {
    const NAME: &'static str = "agent-console";

    fn new(runtime: &Runtime) -> Self {
        Self { ports: Ports::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        let path = segments(&request);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let query = request.query_string_parameters();
        let fragment = query.first("fragment");
        let wanted = match (path.as_slice(), fragment) {
            (["console", "s", _, "live"], _) => Wanted::Json,
            (_, Some(_)) => Wanted::Fragment,
            _ => Wanted::Page,
        };
        let answer = if request.method() == Method::GET {
            match (path.as_slice(), fragment) {
                ([], _) => Ok(redirect("/console")),
                (["console"], Some("history")) => welcome::fragment(&self.ports, &request).await,
                (["console"], None) => welcome::page(&self.ports, &request).await,
                (["console", "s", id], Some("room")) => self.fragment(&request, id).await,
                (["console", "s", id], None) => self.room(&request, id).await,
                (["console", "s", id, "live"], _) => self.ticket(&request, id).await,
                _ => Err(Refused::NotFound.into()),
            }
        } else {
            Err(Refused::NotFound.into())
        };
        answer.unwrap_or_else(|error| refusal::response(error, wanted, &request, self.ports.clock.now()))
    }
}

impl AgentConsole {
    async fn room(&self, request: &Request, id: &str) -> Result<Response<Body>, ConsoleError> {
        room::page(&self.ports, request, &session_id(id)?).await
    }

    async fn fragment(&self, request: &Request, id: &str) -> Result<Response<Body>, ConsoleError> {
        room::fragment(&self.ports, request, &session_id(id)?).await
    }

    async fn ticket(&self, request: &Request, id: &str) -> Result<Response<Body>, ConsoleError> {
        let url = room::live_url(&self.ports, request, &session_id(id)?).await?;
        Ok(Answer::new(StatusCode::OK, serde_json::json!({ "url": url }), "").into_json())
    }
}
