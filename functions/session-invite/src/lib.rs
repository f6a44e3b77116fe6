//! POST `/v1/sessions/{id}/invite` (R1, R12) and `/links` (R5, R12).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Command, LinkToken, SessionId};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_templates::console::LinkReady;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Code, Endpoint, Operation, SessionView, Time,
    api_request::{segments, session_id},
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
    app: AppState,
}

impl HttpFunction for SessionInvite {
    const NAME: &'static str = "session-invite";

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

impl SessionInvite {
    async fn operate(&self, request: &Request, call: &ApiRequest) -> Result<ApiResponse, ApiError> {
        let path = segments(request);
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions", id, "invite"] => self.invite(call, &session_id(id)?).await,
            ["v1", "sessions", id, "links"] => self.generate_link(call, &session_id(id)?).await,
            _ => Err(ApiError::NotFound),
        }
    }

    /// Invites the customer of a planned session, or sends again. R12: where sessions are embedded nothing is sent on
    /// the way out of planning, and the answer carries the `url` instead.
    async fn invite(&self, call: &ApiRequest, id: &SessionId) -> Result<ApiResponse, ApiError> {
        let (token, issued) = LinkToken::issue(id, &self.app.keyring, &self.app.entropy);
        Operation::on(&self.app, call, id)
            .run(
                |loaded| loaded.decide(call, Command::Invite(issued.clone())),
                |loaded, decision| {
                    let url = decision.outbox.is_empty().then(|| self.app.link_url(&token));
                    ApiResponse::new(StatusCode::OK, SessionView { url, ..loaded.session_view(decision) }, room(id))
                },
            )
            .await
    }

    /// A link to copy. It does not revoke the one that was sent (R5).
    async fn generate_link(&self, call: &ApiRequest, id: &SessionId) -> Result<ApiResponse, ApiError> {
        let (token, issued) = LinkToken::issue(id, &self.app.keyring, &self.app.entropy);
        Operation::on(&self.app, call, id)
            .run(
                |loaded| loaded.decide(call, Command::GenerateLink(issued.clone())),
                |loaded, decision| {
                    let url = self.app.link_url(&token);
                    let expires_at = decision.links.first().map_or(loaded.now, |link| link.expires_at);
                    let body = LinkView { url: &url, expires_at: Time(expires_at) };
                    let answer = ApiResponse::new(StatusCode::CREATED, body, room(id));
                    let (lang, session) = (call.lang, id.to_string());
                    let page = LinkReady { lang, session, url, expires_at, now: loaded.now }.render();
                    ApiResponse { page: Some(page), ..answer }
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
