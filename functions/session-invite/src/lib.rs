//! POST `/v1/sessions/{id}/invite` (R1, R12) and `/links` (R5, R12).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Command, LinkToken, SessionId};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_templates::console::LinkReady;
use parlor_web::{
    Answer, Call, Operation, Ports, Refused,
    call::{segments, session_id},
    operation::room,
    session_json::timestamp,
};
use serde_json::json;

/// Invites customers, and generates links to copy.
#[derive(Debug)]
pub struct SessionInvite {
    ports: Ports,
}

impl HttpFunction for SessionInvite {
    const NAME: &'static str = "session-invite";

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

impl SessionInvite {
    async fn operate(&self, request: &Request, call: &Call) -> Result<Answer, Refused> {
        let path = segments(request);
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "invite"] => self.invite(call, &session_id(id)?).await,
            ["v1", "sessions", id, "links"] => self.generate_link(call, &session_id(id)?).await,
            _ => Err(Refused::NotFound),
        }
    }

    /// Invites the customer of a planned session, or sends again. R12: where sessions are embedded nothing is sent on
    /// the way out of planning, and the answer carries the `url` instead.
    async fn invite(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        let (token, issued) = LinkToken::issue(id, &self.ports.keyring, &self.ports.entropy);
        Operation::on(&self.ports, call, id)
            .run(
                |scene| scene.decide(call, Command::Invite(issued.clone())),
                |scene, decision| {
                    let mut answer = scene.session_answer(decision, room(id));
                    if decision.outbox.is_empty() {
                        answer.body["url"] = json!(self.ports.link_url(&token));
                    }
                    answer
                },
            )
            .await
    }

    /// A link to copy. It does not revoke the one that was sent (R5).
    async fn generate_link(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        let (token, issued) = LinkToken::issue(id, &self.ports.keyring, &self.ports.entropy);
        Operation::on(&self.ports, call, id)
            .run(
                |scene| scene.decide(call, Command::GenerateLink(issued.clone())),
                |scene, decision| {
                    let url = self.ports.link_url(&token);
                    let expires_at = decision.links.first().map_or(scene.now, |link| link.expires_at);
                    let body = json!({"url": url, "expires_at": timestamp(expires_at)});
                    let page = LinkReady { session: id.to_string(), url, expires_at, now: scene.now }.render();
                    Answer { page: Some(page), ..Answer::new(StatusCode::CREATED, body, room(id)) }
                },
            )
            .await
    }
}
