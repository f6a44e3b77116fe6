//! POST `/v1/sessions/{id}/invite` (R1, R12) and `/links`; GET `/links`, and POST `/links/{link}/revoke` (R5, R12).

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Actor, Channel, Command, Link, LinkToken, ParticipantId, SecretHash, Session, SessionId, link::LinkOrigin,
    staff::KeyScope,
};
use parlor_store::ReadBatch;
use parlor_templates::console::LinkReady;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, List, Operation, Rows, SessionView, Time, WebFunction,
    api_request::{optional_word, room},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Invites customers, and generates links to copy.
#[derive(Debug)]
pub struct SessionInvite;

impl WebFunction for SessionInvite {
    const NAME: &'static str = "session-invite";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/invite", Callers::Scope(KeyScope::Sessions), invite, |operation| {
            operation
                .named("inviteCustomer", "Customers")
                .summary("Invite the customer, or send the invitation again")
                .description(
                    "Where sessions are embedded nothing is sent to the customer of a planned session, and the answer \
                     carries the `url` instead. With `channel` the invitation goes that way this once, if the customer has \
                     an address for it; later messages go by the session's channel as before.",
                )
                .parameter("id", "The session.")
                .body::<Invite>(json!({"channel": "email"}))
                .answers::<SessionView>(
                    StatusCode::OK,
                    "The session, which is planned no longer.",
                    SessionView::sample(),
                )
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased, Code::SmsOff, Code::NoContact])
        })
        .operation(Method::POST, "/v1/sessions/{id}/links", Callers::Scope(KeyScope::Sessions), generate_link, |operation| {
            operation
                .named("createLink", "Customers")
                .summary("Make a link to copy")
                .description("Nothing is sent, and links that were sent stay good.")
                .parameter("id", "The session.")
                .answers::<LinkView<'_>>(StatusCode::CREATED, "The link. It is shown this once.", link())
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased])
        })
        .operation(Method::GET, "/v1/sessions/{id}/links", Callers::Scope(KeyScope::Read), list_links, |operation| {
            operation
                .named("listLinks", "Customers")
                .summary("List a session's links")
                .description("Newest first, at most 100, those too that are over or revoked. Their URLs are not shown again.")
                .parameter("id", "The session.")
                .answers::<List<KnownLinkView>>(
                    StatusCode::OK,
                    "The links.",
                    json!({"items": [known_link()], "next_cursor": null}),
                )
        })
        .operation(Method::POST, "/v1/sessions/{id}/links/{link}/revoke", Callers::Scope(KeyScope::Sessions), revoke_link, |operation| {
            operation
                .named("revokeLink", "Customers")
                .summary("Revoke a link")
                .description(
                    "Whoever opens it is told what an unknown link is told. A device that came by it stays the session's: \
                     release it, too, if it has to go.",
                )
                .parameter("id", "The session.")
                .parameter("link", "The link's id.")
                .answers::<KnownLinkView>(StatusCode::OK, "The link, which is revoked.", known_link())
        })
    }
}

/// The body of an invitation.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InviteCustomer", description = "How to invite.")]
struct Invite {
    /// By mail or by text, this once; without it by the session's channel.
    #[serde(default, deserialize_with = "optional_word")]
    channel: Option<Channel>,
}

/// Invites the customer of a planned session, or sends again. R12: where sessions are embedded nothing is sent on the way
/// out of planning, and the answer carries the `url` instead.
async fn invite(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let Invite { channel } = request.input()?;
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    Operation::on(app, request, &id)
        .run(
            |loaded| {
                // R22: those who were added while it was planned are invited with the customer.
                let session = &loaded.stored.session;
                let waiting = session.present_participants().filter(|one| one.invited_at.is_none());
                let link =
                    |id: &ParticipantId| (id.clone(), LinkToken::issue(&session.id, &app.keyring, &app.entropy).1);
                let participants = waiting.map(|one| link(&one.id)).collect();
                loaded.decide(request, Command::InviteEverybody { customer: issued.clone(), channel, participants })
            },
            |loaded, decision| {
                let url = decision.outbox.is_empty().then(|| app.link_url(&token));
                ApiResponse::new(StatusCode::OK, SessionView { url, ..loaded.session_view(decision) }, room(&id))
            },
        )
        .await
}

/// The id of the document's link.
const LINK_ID: &str = "p0fyNm2zUCuIvBEEFo6EJaLFF0TSbDJdW0r1sHLGlHY";

/// A link to hand over by hand; nothing was sent.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
struct LinkView<'a> {
    /// The link's id, for revoking it.
    id: &'a SecretHash,
    /// Opens the session on one device. Whoever has it can come as far as the gates let them.
    url: &'a str,
    /// When it expires; a customer who is in the room by then stays.
    expires_at: Time,
}

fn link() -> Value {
    json!({
        "id": LINK_ID,
        "url": "https://parlor.example/s/h4rb0r6q8x2v9k3m7t1c5w0znd.GkX0c3lE9q7Zr2nTtY5bVhWm",
        "expires_at": "2026-11-28T14:05:00.000Z",
    })
}

/// A link to copy. It does not revoke the one that was sent (R5).
async fn generate_link(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    let hash = token.secret.hash();
    Operation::on(app, request, &id)
        .run(
            |loaded| loaded.decide(request, Command::GenerateLink(issued.clone())),
            |loaded, decision| {
                let url = app.link_url(&token);
                let expires_at = decision.links.first().map_or(loaded.now, |link| link.expires_at);
                let body = LinkView { id: &hash, url: &url, expires_at: Time(expires_at) };
                let answer = ApiResponse::new(StatusCode::CREATED, body, room(&id));
                let page = LinkReady { lang: request.lang, session: id.to_string(), url, expires_at, now: loaded.now }
                    .render();
                ApiResponse { page: Some(page), ..answer }
            },
        )
        .await
}

/// A link as it is listed: everything but the URL, which nobody knows any more.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KnownLink")]
struct KnownLinkView {
    /// The link's id.
    id: SecretHash,
    /// Whether Parlor sent it, or somebody made it to copy.
    origin: LinkOrigin,
    /// Who made it; `null` for links from before this was kept.
    by: Option<Actor>,
    /// When it was made.
    created_at: Time,
    /// When it stops working by itself.
    expires_at: Time,
    /// Whether it was revoked.
    revoked: bool,
    /// The participant whose link it is; absent where it is the customer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    participant: Option<ParticipantId>,
}

impl KnownLinkView {
    fn of(session: &Session, link: &Link) -> Self {
        Self {
            id: link.hash.clone(),
            origin: link.origin,
            by: link.by.clone(),
            created_at: Time(link.issued_at),
            expires_at: Time(link.expires_at),
            revoked: session.has_revoked(link),
            participant: link.participant.clone(),
        }
    }
}

fn known_link() -> Value {
    json!({
        "id": LINK_ID,
        "origin": "sent",
        "by": {"type": "agent", "id": "n1na2b3c4d5e6f7g", "name": "Nina Okafor"},
        "created_at": "2026-11-21T14:05:00.000Z",
        "expires_at": "2026-11-28T14:05:00.000Z",
        "revoked": false,
    })
}

/// One `BatchGetItem` and one `Query`, side by side.
async fn list_links(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let keys = request.credentials.keys(ReadBatch::new().session_alone(&id));
    let (found, links) = tokio::join!(app.store.read(keys), app.store.links(&id));
    let found = found?;
    let caller = request.caller(app, &found, app.clock.now())?;
    let session = caller.room(&found, &id)?.session;
    let items = links?.iter().map(|link| KnownLinkView::of(&session, link)).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, room(&id)))
}

/// Revokes one link. Revoking it again changes nothing and answers the same.
async fn revoke_link(
    app: &AppState,
    request: &ApiRequest,
    id: SessionId,
    link: SecretHash,
) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, &id)
        .reading(|keys| keys.link(&id, &link))
        .run(
            |loaded| {
                let link = loaded.found.link(&id, &link)?.ok_or(ApiError::NotFound)?;
                loaded.decide(request, Command::RevokeLink(&link))
            },
            |loaded, decision| {
                let link = decision.links.first().cloned().or_else(|| loaded.found.link(&id, &link).ok().flatten());
                let view = link.map(|link| KnownLinkView::of(&decision.session, &link));
                ApiResponse::new(StatusCode::OK, view, room(&id))
            },
        )
        .await
}
