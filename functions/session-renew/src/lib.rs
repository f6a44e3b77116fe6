//! POST `/v1/sessions/{id}/renew` (R4).
#![cfg_attr(test, allow(clippy::unwrap_used))]

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Command, LinkToken, SessionId};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Code, Endpoint, Operation, SessionView,
    api_request::{segments, session_id},
    operation::room,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The body.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RenewSession", description = "How to renew a session.")]
struct Input {
    /// Whether to tell the customer, with a new link.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    notify: Option<Notify>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected true or false")]
enum Notify {
    Json(bool),
    /// As a form's checkbox says it; no part of the API.
    Form(Ticked),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ticked {
    On,
    True,
}

impl Input {
    fn notify(&self) -> bool {
        matches!(self.notify, Some(Notify::Json(true) | Notify::Form(Ticked::On | Ticked::True)))
    }
}

/// Brings ended sessions back.
#[derive(Debug)]
pub struct SessionRenew {
    app: AppState,
}

impl HttpFunction for SessionRenew {
    const NAME: &'static str = "session-renew";

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

impl SessionRenew {
    async fn operate(&self, request: &Request, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let path = segments(request);
        let id = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "renew"] => session_id(id)?,
            _ => return Err(ApiError::NotFound),
        };
        let notify = call.input::<Input>()?.notify();
        let issued = notify.then(|| LinkToken::issue(&id, &self.app.keyring, &self.app.entropy).1);
        Operation::on(&self.app, call, &id)
            .run(
                |loaded| loaded.decide(call, Command::Renew(issued.clone())),
                |loaded, decision| loaded.session_answer(decision, room(&id)),
            )
            .await
    }
}

/// The operations, for the API's document.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/v1/sessions/{id}/renew", "renewSession", "Sessions")
            .summary("Renew an ended session")
            .description("Brings it back as it was. The customer is told only if you say so.")
            .on::<SessionId>("The session.")
            .body::<Input>(json!({"notify": true}))
            .answers::<SessionView>(StatusCode::OK, "The session, open again.", SessionView::sample())
            .refuses(&[Code::NotEnded, Code::Discarded, Code::NotRenewable, Code::SmsOff, Code::NoContact]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r4_no_message_unless_asked_for() {
        let notify = |text: &str| serde_json::from_str::<Input>(text).map(|input| input.notify());
        assert!(!notify("{}").unwrap());
        assert!(!notify(r#"{"notify":false}"#).unwrap());
        assert!(notify(r#"{"notify":true}"#).unwrap());
        assert!(notify(r#"{"notify":"on"}"#).unwrap());
        assert!(notify(r#"{"notify":"perhaps"}"#).is_err());
    }
}
