//! POST `/v1/sessions/{id}/invite` (R1, R12) and `/links` (R5, R12).

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Command, LinkToken, SessionId};
use parlor_templates::console::LinkReady;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Code, Operation, Rows, SessionView, Time, WebFunction,
    api_request::room,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Invites customers, and generates links to copy.
#[derive(Debug)]
pub struct SessionInvite;

impl WebFunction for SessionInvite {
    const NAME: &'static str = "session-invite";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/invite", invite, |operation| {
            operation
                .named("inviteCustomer", "Customers")
                .summary("Invite the customer, or send the invitation again")
                .description(
                    "Where sessions are embedded nothing is sent to the customer of a planned session, and the answer \
                     carries the `url` instead.",
                )
                .parameter("id", "The session.")
                .answers::<SessionView>(
                    StatusCode::OK,
                    "The session, which is planned no longer.",
                    SessionView::sample(),
                )
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::SmsOff, Code::NoContact])
        })
        .operation(Method::POST, "/v1/sessions/{id}/links", generate_link, |operation| {
            operation
                .named("createLink", "Customers")
                .summary("Make a link to copy")
                .description("Nothing is sent, and links that were sent stay good.")
                .parameter("id", "The session.")
                .answers::<LinkView<'_>>(StatusCode::CREATED, "The link. It is shown this once.", link())
                .refuses(&[Code::AlreadyEnded, Code::Discarded])
        })
    }
}

/// Invites the customer of a planned session, or sends again. R12: where sessions are embedded nothing is sent on the way
/// out of planning, and the answer carries the `url` instead.
async fn invite(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    Operation::on(app, request, &id)
        .run(
            |loaded| loaded.decide(request, Command::Invite(issued.clone())),
            |loaded, decision| {
                let url = decision.outbox.is_empty().then(|| app.link_url(&token));
                ApiResponse::new(StatusCode::OK, SessionView { url, ..loaded.session_view(decision) }, room(&id))
            },
        )
        .await
}

/// A link to hand over by hand; nothing was sent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
struct LinkView<'a> {
    /// Opens the session on one device. Whoever has it can come as far as the gates let them.
    url: &'a str,
    /// When it expires; a customer who is in the room by then stays.
    expires_at: Time,
}

fn link() -> Value {
    json!({
        "url": "https://parlor.example/s/h4rb0r6q8x2v9k3m7t1c5w0znd.GkX0c3lE9q7Zr2nTtY5bVhWm",
        "expires_at": "2026-11-28T14:05:00.000Z",
    })
}

/// A link to copy. It does not revoke the one that was sent (R5).
async fn generate_link(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    Operation::on(app, request, &id)
        .run(
            |loaded| loaded.decide(request, Command::GenerateLink(issued.clone())),
            |loaded, decision| {
                let url = app.link_url(&token);
                let expires_at = decision.links.first().map_or(loaded.now, |link| link.expires_at);
                let body = LinkView { url: &url, expires_at: Time(expires_at) };
                let answer = ApiResponse::new(StatusCode::CREATED, body, room(&id));
                let page = LinkReady { lang: request.lang, session: id.to_string(), url, expires_at, now: loaded.now }
                    .render();
                ApiResponse { page: Some(page), ..answer }
            },
        )
        .await
}
