//! POST `/v1/sessions/{id}/invite` (R1, R12) and `/links` (R5, R12).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Command, LinkToken, SessionId};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_templates::console::LinkReady;
use parlor_web::{
    Answer, Call, Code, Endpoint, Operation, Ports, Refused, SessionView, Time,
    call::{segments, session_id},
    operation::room,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

/// A link to copy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
struct LinkView<'a> {
    /// Opens the session on one device. Whoever has it can come as far as the gates let them.
    url: &'a str,
    /// When it stops working.
    expires_at: Time,
}

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
                    let url = decision.outbox.is_empty().then(|| self.ports.link_url(&token));
                    Answer::new(StatusCode::OK, SessionView { url, ..scene.session_view(decision) }, room(id))
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
                    let body = LinkView { url: &url, expires_at: Time(expires_at) };
                    let answer = Answer::new(StatusCode::CREATED, body, room(id));
                    let page = LinkReady { session: id.to_string(), url, expires_at, now: scene.now }.render();
                    Answer { page: Some(page), ..answer }
                },
            )
            .await
    }
}

/// The operations, for the API's document.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let link = json!({
        "url": "https://parlor.example/s/h4rb0r6q8x2v9k3m7t1c5w0znd.GkX0c3lE9q7Zr2nTtY5bVhWm",
        "expires_at": "2026-11-28T14:05:00.000Z",
    });
    vec![
        Endpoint::post("/v1/sessions/{id}/invite", "inviteCustomer", "Customers")
            .summary("Invite the customer, or send the invitation again")
            .description(
                "Where sessions are embedded nothing is sent to the customer of a planned session, and the answer carries \
                 the `url` instead.",
            )
            .on::<SessionId>("The session.")
            .answers::<SessionView>(StatusCode::OK, "The session, which is planned no longer.", SessionView::sample())
            .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::SmsOff, Code::NoContact]),
        Endpoint::post("/v1/sessions/{id}/links", "createLink", "Customers")
            .summary("Make a link to copy")
            .description("Nothing is sent, and links that were sent stay good.")
            .on::<SessionId>("The session.")
            .answers::<LinkView<'_>>(StatusCode::CREATED, "The link. It is shown this once.", link)
            .refuses(&[Code::AlreadyEnded, Code::Discarded]),
    ]
}
