//! POST `/v1/sessions/{id}/renew` (R4).
#![cfg_attr(test, allow(clippy::unwrap_used))]

use lambda_http::{Body, Request, Response};
use parlor_domain::{Command, LinkToken};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_web::{
    Answer, Call, Operation, Ports, Refused,
    call::{segments, session_id},
    operation::room,
};
use serde::Deserialize;

/// The body.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Whether to tell the customer, with a new link. A form's checkbox says `on`.
    #[serde(default)]
    notify: Option<Notify>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Notify {
    Json(bool),
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
    ports: Ports,
}

impl HttpFunction for SessionRenew {
    const NAME: &'static str = "session-renew";

    fn new(runtime: &Runtime) -> Self {
        Self { ports: Ports::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        match Call::read(&request, &self.ports) {
            Ok(call) => self.ports.respond(&call, self.operate(&request, &call).await),
            Err(refused) => self.ports.refuse(refused),
        }
    }
}

impl SessionRenew {
    async fn operate(&self, request: &Request, call: &Call) -> Result<Answer, Refused> {
        let path = segments(request);
        let id = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "renew"] => session_id(id)?,
            _ => return Err(Refused::NotFound),
        };
        let notify = call.input::<Input>()?.notify();
        let issued = notify.then(|| LinkToken::issue(&id, &self.ports.keyring, &self.ports.entropy).1);
        Operation::on(&self.ports, call, &id)
            .run(
                |scene| scene.decide(call, Command::Renew(issued.clone())),
                |scene, decision| scene.session_answer(decision, room(&id)),
            )
            .await
    }
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
