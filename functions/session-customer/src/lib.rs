//! What an agent does about the customer: PATCH and POST `/v1/sessions/{id}/customer` (R8), POST `/device/release` (R6), POST
//! `/pin/reset` and GET `/pin` (R7), POST `/erase` (R25); and about participants (R22).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod correction;
mod participants;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Command, Decision, ErasedBy, LinkToken, ParticipantId, Rejection, SessionId, pin::Pin, staff::KeyScope,
};
use parlor_store::ReadBatch;
use parlor_templates::console::{LinkReady, Notice, NoticePage};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Loaded, Operation, Rows, SessionView, WebFunction,
    api_request::{YesNo, room},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Corrects details, releases devices, resets tries, and shows the owner the PIN.
#[derive(Debug)]
pub struct SessionCustomer;

impl WebFunction for SessionCustomer {
    const NAME: &'static str = "session-customer";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        participants::rows(correction::rows(rows))
            .operation(Method::POST, "/v1/sessions/{id}/device/release", Callers::Scope(KeyScope::Sessions), release_device, |operation| {
            operation
                .named("releaseDevice", "Customers")
                .summary("Release the customer's device")
                .description(
                    "The next device that passes the gates is the session's. Unless you say otherwise, every link is \
                     revoked, and the customer gets a new one: by a message, or, where sessions are embedded or no message \
                     can be sent, as the answer's `url`.",
                )
                .parameter("id", "The session.")
                .body::<Release>(json!({"replace_link": true}))
                .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased])
        })
        .operation(Method::POST, "/v1/sessions/{id}/pin/reset", Callers::Scope(KeyScope::Sessions), reset_pin, |operation| {
            operation
                .named("resetPin", "Customers")
                .summary("Forget wrong tries at the PIN")
                .description("Lifts locks and bans. The PIN stays as it is. With `participant`, of that participant.")
                .parameter("id", "The session.")
                .body::<ResetPin>(json!({}))
                .answers::<SessionView>(StatusCode::OK, "The session.", SessionView::sample())
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::Erased])
        })
        .operation(Method::POST, "/v1/sessions/{id}/erase", Callers::Scope(KeyScope::Sessions), erase, |operation| {
            operation
                .named("eraseSession", "Customers")
                .summary("Erase a customer's data")
                .description(
                    "Contact, messages, documents, files and every other content of a session that is over go, within a minute or \
                     so; the session leaves every list and search. What is left says that it was erased, when and by whom: the \
                     event `session.erased`, which webhooks carry. Nothing can bring it back. For admins, and keys.",
                )
                .parameter("id", "The session.")
                .answers::<SessionView>(StatusCode::OK, "What is left of the session.", SessionView::sample_erased())
                .refuses(&[Code::NotEnded])
        })
        .operation(Method::GET, "/v1/sessions/{id}/pin", Callers::Staff, show_pin, |operation| {
            operation
                .named("showPin", "Customers")
                .summary("Show the PIN to the agent who owns the session")
                .description("The customer's; with `participant`, that participant's.")
                .parameter("id", "The session.")
                .query::<PinQuery>()
                .answers::<PinView<'_>>(StatusCode::OK, "The PIN.", json!({"pin": "4711"}))
        })
    }
}

/// The body of a release.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReleaseDevice", description = "How to release a device.")]
struct Release {
    /// Whether to revoke every link and give the customer a new one; yes without it. Say no only where you are sure that no
    /// link is in other hands: whoever holds one can come in by it.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    replace_link: Option<YesNo>,
}

async fn release_device(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    if !request.input::<Release>()?.replace_link.is_none_or(YesNo::is_yes) {
        return run(app, request, &id, Command::ReleaseDevice).await;
    }
    let (token, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
    Operation::on(app, request, &id)
        .run(
            |loaded| loaded.decide(request, Command::ReleaseAndReplaceLinks(issued.clone())),
            |loaded, decision| answer_with_link(app, request, &token, loaded, decision),
        )
        .await
}

/// The session as it will be, with the link that was made. One that no message carries is for whoever asked.
fn answer_with_link(
    app: &AppState,
    request: &ApiRequest,
    token: &LinkToken,
    loaded: &Loaded,
    decision: &Decision,
) -> ApiResponse {
    let id = &decision.session.id;
    let made = decision.links.first().filter(|_| decision.outbox.is_empty());
    let url = made.map(|_| app.link_url(token));
    let page = url.clone().zip(made).map(|(url, link)| {
        LinkReady { lang: request.lang, session: id.to_string(), url, expires_at: link.expires_at, now: loaded.now }
            .render()
    });
    let view = SessionView { url, ..loaded.session_view(decision) };
    ApiResponse { page, ..ApiResponse::new(StatusCode::OK, view, room(id)) }
}

/// The body of a reset.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ResetPin", description = "Whose wrong tries to forget.")]
struct ResetPin {
    /// R22: a participant's; without it the customer's.
    participant: Option<ParticipantId>,
}

async fn reset_pin(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let command = match request.input::<ResetPin>()?.participant {
        Some(guest) => Command::For(guest, Box::new(Command::ResetPin)),
        None => Command::ResetPin,
    };
    run(app, request, &id, command).await
}

/// R25: for admins: it cannot be taken back.
async fn erase(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, &id)
        .run(
            |loaded| {
                if !loaded.caller.is_admin() {
                    return Err(ApiError::Forbidden("Erasing is for admins."));
                }
                loaded.decide(request, Command::Erase(ErasedBy::Request))
            },
            |loaded, decision| loaded.session_answer(decision, room(&id)),
        )
        .await
}

async fn run(
    app: &AppState,
    request: &ApiRequest,
    id: &SessionId,
    command: Command<'static>,
) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, id)
        .run(
            |loaded| loaded.decide(request, command.clone()),
            |loaded, decision| loaded.session_answer(decision, room(id)),
        )
        .await
}

/// Whose PIN to show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PinQuery")]
struct PinQuery {
    /// R22: a participant's; without it the customer's.
    participant: Option<ParticipantId>,
}

/// A session's PIN.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Pin")]
struct PinView<'a> {
    /// The digits; `null` if they have no PIN.
    pin: Option<&'a str>,
}

/// The PIN, for the agent who owns the session and nobody else. One `BatchGetItem`.
async fn show_pin(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let found = app.store.read(request.credentials.keys(ReadBatch::new().document(&id))).await?;
    let caller = request.caller(app, &found, now)?;
    let session = caller.room(&found, &id)?.session;
    let PinQuery { participant } = request.query()?;
    if caller.is_key() || caller.agent.id != session.agent {
        return Err(ApiError::Forbidden("Only the agent who owns the session can see its PIN."));
    }
    // From their own seat, as the gates look at it.
    let session = session.seated(participant.as_ref()).ok_or(Rejection::NoParticipant)?;
    let pin = session.pin.as_ref().map(|sealed| Pin::open(&id, sealed, &app.keyring)).transpose()?;
    // Who has no script comes by a link.
    let page = pin.as_ref().map(|pin| {
        let of = participant.is_some().then(|| session.customer.name.clone());
        let notice = Notice::Pin { pin: pin.reveal().to_owned(), of, room: room(&id) };
        NoticePage { lang: request.lang, notice }.render()
    });
    let body = PinView { pin: pin.as_ref().map(Pin::reveal) };
    Ok(ApiResponse { page, ..ApiResponse::new(StatusCode::OK, body, room(&id)) })
}
