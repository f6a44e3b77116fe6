//! POST `/v1/sessions/{id}/end` (R1, R2) and `/keep-open` (R3).

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Command, Decision, SessionId, settings::AgentRedirect, staff::KeyScope};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Loaded, Operation, Rows, SessionView, WebFunction,
    api_request::room,
};
use serde_json::{Value, json};

/// Ends sessions, and keeps quiet ones open.
#[derive(Debug)]
pub struct SessionEnd;

impl WebFunction for SessionEnd {
    const NAME: &'static str = "session-end";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/end", Callers::Scope(KeyScope::Sessions), end, |operation| {
            operation
                .named("endSession", "Sessions")
                .summary("End a session")
                .description(
                    "What the customer may do afterwards follows the settings as they are now. A planned session is \
                     discarded. Ending what has ended changes nothing.",
                )
                .parameter("id", "The session.")
                .answers::<SessionView>(StatusCode::OK, "The session, ended or discarded.", ended())
        })
        .operation(
            Method::POST,
            "/v1/sessions/{id}/keep-open",
            Callers::Scope(KeyScope::Sessions),
            keep_open,
            |operation| {
                operation
                    .named("keepSessionOpen", "Sessions")
                    .summary("Keep a session open")
                    .description("Counts as an action of the agent: the time to the end by inactivity begins anew.")
                    .parameter("id", "The session.")
                    .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
                    .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased])
            },
        )
    }
}

/// Idempotent: ending what has ended changes nothing and answers the same.
async fn end(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let answer = |loaded: &Loaded, decision: &Decision| {
        // R18: the agent goes to the welcome page, or stays.
        let location = match loaded.settings.end.agent_redirect {
            AgentRedirect::Welcome => "/console".to_owned(),
            AgentRedirect::Stay => room(&id),
        };
        loaded.session_answer(decision, location)
    };
    Operation::on(app, request, &id).run(|loaded| loaded.decide(request, Command::End), answer).await
}

async fn keep_open(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, &id)
        .run(
            |loaded| loaded.decide(request, Command::KeepOpen),
            |loaded, decision| loaded.session_answer(decision, room(&id)),
        )
        .await
}

fn ended() -> Value {
    let mut session = SessionView::sample();
    session["state"] = json!("ended");
    session["ended_at"] = json!("2026-11-21T15:00:00.000Z");
    session["ended_by"] = json!("api");
    session["access"] = json!({"tier": "limited", "until": "2026-11-21T16:00:00.000Z"});
    session
}
