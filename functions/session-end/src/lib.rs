//! POST `/v1/sessions/{id}/end` (R1, R2) and `/keep-open` (R3).

use lambda_http::{Body, Request, Response};
use parlor_domain::{Command, SessionId, settings::AgentRedirect};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_web::{
    Answer, Call, Operation, Ports, Refused,
    call::{segments, session_id},
    operation::room,
};

/// Ends sessions, and keeps quiet ones open.
#[derive(Debug)]
pub struct SessionEnd {
    ports: Ports,
}

impl HttpFunction for SessionEnd {
    const NAME: &'static str = "session-end";

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

impl SessionEnd {
    async fn operate(&self, request: &Request, call: &Call) -> Result<Answer, Refused> {
        let path = segments(request);
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "end"] => self.end(call, &session_id(id)?).await,
            ["v1", "sessions", id, "keep-open"] => self.keep_open(call, &session_id(id)?).await,
            _ => Err(Refused::NotFound),
        }
    }

    /// Idempotent: ending what has ended changes nothing and answers the same.
    async fn end(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        let answer = |scene: &parlor_web::Scene, decision: &parlor_domain::Decision| {
            // R18: the agent goes to the welcome page, or stays.
            let location = match scene.settings.end.agent_redirect {
                AgentRedirect::Welcome => "/console".to_owned(),
                AgentRedirect::Stay => room(id),
            };
            scene.session_answer(decision, location)
        };
        Operation::on(&self.ports, call, id).run(|scene| scene.decide(call, Command::End), answer).await
    }

    async fn keep_open(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        Operation::on(&self.ports, call, id)
            .run(
                |scene| scene.decide(call, Command::KeepOpen),
                |scene, decision| scene.session_answer(decision, room(id)),
            )
            .await
    }
}
