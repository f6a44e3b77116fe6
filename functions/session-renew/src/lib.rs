//! POST `/v1/sessions/{id}/renew` (R4), and the three of `/transfer` (R9): who goes on with a session.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod transfer;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Command, LinkToken, SessionId, staff::KeyScope};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Operation, Rows, SessionView, WebFunction,
    api_request::{YesNo, room},
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
    notify: Option<YesNo>,
}

impl Input {
    fn notify(&self) -> bool {
        self.notify.is_some_and(YesNo::is_yes)
    }
}

/// Brings ended sessions back, and hands sessions over.
#[derive(Debug)]
pub struct SessionRenew;

impl WebFunction for SessionRenew {
    const NAME: &'static str = "session-renew";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/renew", Callers::Scope(KeyScope::Sessions), renew, |operation| {
            operation
                .named("renewSession", "Sessions")
                .summary("Renew an ended session")
                .description(
                    "Brings it back as it was. The customer is told only if you say so. Where \
                     `session.single_active` is on, the owner must have no other session open.",
                )
                .parameter("id", "The session.")
                .body::<Input>(json!({"notify": true}))
                .answers::<SessionView>(StatusCode::OK, "The session, open again.", SessionView::sample())
                .refuses(&[
                    Code::NotEnded,
                    Code::Discarded, Code::Erased,
                    Code::NotRenewable,
                    Code::SingleActiveSession,
                    Code::SmsOff,
                    Code::NoContact,
                ])
        })
        .operation(Method::POST, "/v1/sessions/{id}/transfer", Callers::Scope(KeyScope::Sessions), transfer::take_over, |operation| {
            operation
                .named("transferSession", "Sessions")
                .summary("Take a session over")
                .description(
                    "The session goes to you, or to your key's agent: at once if its owner does not have the room open, or the \
                     setting `session.supervisor_takeover` lets you. Otherwise the owner is asked, and `transfer` in the answer \
                     says until when: they approve or decline, and without an answer they keep it. If they leave the room \
                     meanwhile, it is yours. Asking again while the owner is asked changes nothing. With `agent` it goes to \
                     somebody else, as when a colleague is there no longer.",
                )
                .parameter("id", "The session.")
                .body::<transfer::Input>(json!({"reason": "Nina is off sick today."}))
                .answers::<SessionView>(StatusCode::OK, "The session, yours or asked for.", SessionView::sample())
                .refuses(&[
                    Code::TransferPending,
                    Code::Discarded, Code::Erased,
                    Code::SingleActiveSession,
                    Code::InvalidReason,
                    Code::UnknownAgent,
                ])
        })
        .operation(Method::POST, "/v1/sessions/{id}/transfer/approve", Callers::Scope(KeyScope::Sessions), transfer::approve, |operation| {
            operation
                .named("approveTransfer", "Sessions")
                .summary("Hand a session over to whoever asks")
                .description("For the agent who owns it, and for programs.")
                .parameter("id", "The session.")
                .answers::<SessionView>(StatusCode::OK, "The session, with its new owner.", SessionView::sample())
                .refuses(&[Code::NoTransfer, Code::SingleActiveSession])
        })
        .operation(Method::POST, "/v1/sessions/{id}/transfer/decline", Callers::Scope(KeyScope::Sessions), transfer::decline, |operation| {
            operation
                .named("declineTransfer", "Sessions")
                .summary("Keep a session that somebody asks for")
                .description("For the agent who owns it, and for programs.")
                .parameter("id", "The session.")
                .answers::<SessionView>(StatusCode::OK, "The session, as it was.", SessionView::sample())
                .refuses(&[Code::NoTransfer])
        })
    }
}

async fn renew(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let notify = request.input::<Input>()?.notify();
    let issued = notify.then(|| LinkToken::issue(&id, &app.keyring, &app.entropy).1);
    Operation::on(app, request, &id)
        .locking()
        .run(
            |loaded| loaded.decide(request, Command::Renew(issued.clone())),
            |loaded, decision| loaded.session_answer(decision, room(&id)),
        )
        .await
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
