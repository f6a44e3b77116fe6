//! Chat by request: POST and GET `/v1/sessions/{id}/messages` (R21).

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Command, KeyId, Rejection, Sender, SessionId, session::message_text, staff::KeyScope};
use parlor_live::posted_mark;
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Credentials, List, MessageView, Operation, Rows, Time,
    WebFunction,
    api_request::{page_size, room},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Events looked through for one page of messages.
const PAGE: u16 = 200;

/// Posts and lists messages.
#[derive(Debug)]
pub struct SessionMessages;

impl WebFunction for SessionMessages {
    const NAME: &'static str = "session-messages";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/messages", Callers::Scope(KeyScope::Sessions), post, |operation| {
            operation
                .named("postMessage", "Messages")
                .summary("Post a chat message")
                .description(
                    "A message with an `id` that was posted before is answered like the first and does nothing again; with \
                     another text, or another writer, it is refused.",
                )
                .parameter("id", "The session.")
                .body::<Input>(json!({"text": "Your documents have arrived."}))
                .answers::<MessageView>(StatusCode::CREATED, "The message.", MessageView::sample())
                .refuses(&[Code::AlreadyEnded, Code::Discarded, Code::InvalidMessage, Code::MessageIdReused])
        })
        .operation(Method::GET, "/v1/sessions/{id}/messages", Callers::Scope(KeyScope::Read), list, |operation| {
            operation
                .named("listMessages", "Messages")
                .summary("List the chat's messages")
                .description("Oldest first.")
                .parameter("id", "The session.")
                .query::<MessagesQuery>()
                .answers::<List<MessageView>>(
                    StatusCode::OK,
                    "One page.",
                    json!({"items": [MessageView::sample()], "next_cursor": null}),
                )
        })
    }
}

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PostMessage", description = "A chat message to post.")]
struct Input {
    /// The text, 1 to 4,000 characters.
    text: String,
    /// The writer's own id for the message, 1 to 64 bytes: a repetition is answered like the first.
    id: Option<String>,
}

async fn post(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let input: Input = request.input()?;
    let id = input.id.unwrap_or_else(|| KeyId::generate(&app.entropy).to_string());
    // Before the id is part of a key. What is refused is refused to those who may write.
    let text = message_text(&id, &input.text);
    // The same mark as on the live connection: a page that falls back to a request repeats itself harmlessly.
    let from = match &request.credentials {
        Credentials::Key(_) => Sender::Api,
        Credentials::Staff(_) | Credentials::None => Sender::Agent,
    };
    let mark = posted_mark(from, if text.is_ok() { &id } else { "" });
    Operation::on(app, request, &session)
        .posting(&mark)
        .run(
            |loaded| {
                let text = text.clone()?;
                if let Some(posted) = loaded.found.posted(&session, &mark)? {
                    let writer = loaded.caller.context(&request.origin, loaded.now).actor;
                    return if posted.is_of(&writer, &text) {
                        Ok(loaded.stored.session.unchanged())
                    } else {
                        Err(Rejection::MessageIdReused.into())
                    };
                }
                loaded.decide(request, Command::Post { id: id.clone(), text: input.text.clone() })
            },
            |loaded, decision| {
                let repeated = loaded.found.posted(&session, &mark).ok().flatten();
                let repeated = repeated.map(|mark| MessageView {
                    id: id.clone(),
                    seq: mark.seq,
                    from,
                    text: text.clone().unwrap_or_default(),
                    at: Time(mark.at),
                });
                let posted = decision.events.last().and_then(MessageView::of).or(repeated);
                ApiResponse::new(StatusCode::CREATED, posted, room(&session))
            },
        )
        .await
}

/// The query of a list of messages.
#[derive(Debug, Deserialize, JsonSchema)]
struct MessagesQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most this many of the session's events are looked at for the page: 1 to 100, and 200 without it.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    limit: Option<String>,
}

/// One `BatchGetItem` and one `Query`, side by side.
async fn list(app: &AppState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let MessagesQuery { cursor, limit } = request.query()?;
    let limit = page_size(limit.as_deref(), PAGE)?;
    let after = match cursor {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| ApiError::Malformed("`cursor` is not one of ours.".into()))?,
    };
    let keys = request.credentials.keys(ReadBatch::new().session_alone(&session));
    let (found, page) = tokio::join!(app.store.read(keys), app.store.events_page(&session, after, limit.into()));
    let found = found?;
    let caller = request.caller(app, &found, app.clock.now())?;
    caller.room(&found, &session)?;
    let (events, more) = page?;
    let next_cursor = events.last().filter(|_| more).map(|event| event.seq.to_string());
    let items: Vec<_> = events.iter().filter_map(MessageView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, room(&session)))
}
