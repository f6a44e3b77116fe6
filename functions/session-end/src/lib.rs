//! POST `/v1/sessions/{id}/end` (R1, R2) and `/keep-open` (R3).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Command, SessionId, settings::AgentRedirect};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Code, Endpoint, Operation, SessionView,
    api_request::{segments, session_id},
    operation::room,
};
use serde_json::{Value, json};

/// Ends sessions, and keeps quiet ones open.
#[derive(Debug)]
pub struct SessionEnd {
    app: AppState,
}

impl HttpFunction for SessionEnd {
    const NAME: &'static str = "session-end";

    fn new(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        match ApiRequest::read(&request, &self.app) {
            Ok(call) => self.app.respond(&call, self.operate(&request, &call).await),
            Err(refused) => self.app.refuse(refused),
        }
    }
}

impl SessionEnd {
    async fn operate(&self, request: &Request, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let path = segments(request);
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "end"] => self.end(call, &session_id(id)?).await,
            ["v1", "sessions", id, "keep-open"] => self.keep_open(call, &session_id(id)?).await,
            _ => Err(ApiError::NotFound),
        }
    }

    /// Idempotent: ending what has ended changes nothing and answers the same.
    async fn end(&self, call: &ApiRequest, id: &SessionId) -> Result<ApiResponse, ApiError> {
        let answer = |loaded: &parlor_web::Loaded, decision: &parlor_domain::Decision| {
            // R18: the agent goes to the welcome page, or stays.
            let location = match loaded.settings.end.agent_redirect {
                AgentRedirect::Welcome => "/console".to_owned(),
                AgentRedirect::Stay => room(id),
            };
            loaded.session_answer(decision, location)
        };
        Operation::on(&self.app, call, id).run(|loaded| loaded.decide(call, Command::End), answer).await
    }

    async fn keep_open(&self, call: &ApiRequest, id: &SessionId) -> Result<ApiResponse, ApiError> {
        Operation::on(&self.app, call, id)
            .run(
                |loaded| loaded.decide(call, Command::KeepOpen),
                |loaded, decision| loaded.session_answer(decision, room(id)),
            )
            .await
    }
}

/// The operations, for the API's document.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/sessions/{id}/end", "endSession", "Sessions")
            .summary("End a session")
            .description(
                "What the customer may do afterwards follows the settings as they are now. A planned session is discarded. \
                 Ending what has ended changes nothing.",
            )
            .on::<SessionId>("The session.")
            .answers::<SessionView>(StatusCode::OK, "The session, ended or discarded.", ended()),
        Endpoint::post("/v1/sessions/{id}/keep-open", "keepSessionOpen", "Sessions")
            .summary("Keep a session open")
            .description("Counts as an action of the agent: the time to the end by inactivity begins anew.")
            .on::<SessionId>("The session.")
            .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
            .refuses(&[Code::AlreadyEnded, Code::Discarded]),
    ]
}

fn ended() -> Value {
    let mut session = SessionView::sample();
    session["state"] = json!("ended");
    session["ended_at"] = json!("2026-11-21T15:00:00.000Z");
    session["ended_by"] = json!("api");
    session["access"] = json!({"tier": "limited", "until": "2026-11-21T16:00:00.000Z"});
    session
}
