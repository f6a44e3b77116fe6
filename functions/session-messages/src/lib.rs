//! Chat by request: POST and GET `/v1/sessions/{id}/messages`, and the files that go with messages (R21).

use lambda_http::http::{Method, StatusCode};
use parlor_buckets::Bucket;
use parlor_domain::{
    Attachment, Command, EventKind, KeyId, Rejection, Sender, SessionId, UploadId,
    attachment::Judged,
    session::{attached_text, message_content, message_text},
    staff::KeyScope,
};
use parlor_live::posted_mark;
use parlor_objects::{ObjectError, Objects as _};
use parlor_runtime::Runtime;
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Credentials, List, Loaded, MessageView, Operation,
    Problem, Rows, Time, WebFunction,
    api_request::{page_size, room},
    document::REPORT_MAX,
    files::{self, Unusable},
    route::State,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Events looked through for one page of messages.
const PAGE: u16 = 200;

/// Posts and lists messages.
#[derive(Debug)]
pub struct SessionMessages;

/// What it works with.
#[derive(Debug)]
pub struct MessagesState {
    app: AppState,
    bucket: Bucket,
}

impl AsRef<AppState> for MessagesState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for MessagesState {
    fn build(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime), bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket) }
    }
}

impl WebFunction for SessionMessages {
    const NAME: &'static str = "session-messages";
    type State = MessagesState;

    fn routes<R: Rows<MessagesState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/messages", Callers::Scope(KeyScope::Sessions), post, |operation| {
            operation
                .named("postMessage", "Messages")
                .summary("Post a chat message")
                .description(
                    "A message with an `id` that was posted before is answered like the first and does nothing again; with \
                     another text or file, or another writer, it is refused. `attachment` is an upload of staff or of a program for this \
                     session; while the file is being read it is 409 `upload-not-read`, with `Retry-After`.",
                )
                .parameter("id", "The session.")
                .body::<Input>(json!({"text": "Your documents have arrived."}))
                .answers::<MessageView>(StatusCode::CREATED, "The message.", MessageView::sample())
                .refuses(&[
                    Code::AlreadyEnded,
                    Code::Discarded, Code::Erased,
                    Code::InvalidMessage,
                    Code::MessageIdReused,
                    Code::ChatClosed,
                    Code::AttachmentsClosed,
                    Code::UnknownUpload,
                    Code::UploadNotRead,
                    Code::UnsupportedFileType,
                    Code::FileTooLarge,
                    Code::Password,
                    Code::Damaged,
                ])
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
        .operation(Method::GET, "/v1/sessions/{id}/messages/{seq}/file", Callers::Scope(KeyScope::Read), file, |operation| {
            operation
                .named("getMessageFile", "Messages")
                .summary("Get a message's file")
                .description("An address where the file is downloaded, good for a few minutes; of a picture, where a small one is, too.")
                .parameter("id", "The session.")
                .parameter("seq", "The message's number.")
                .answers::<FileView>(StatusCode::OK, "Where it is.", FileView::sample())
        })
    }
}

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PostMessage", description = "A chat message to post.")]
struct Input {
    /// The text, 1 to 4,000 characters; with an attachment it may be empty.
    #[serde(default)]
    text: String,
    /// The upload that goes with it.
    attachment: Option<UploadId>,
    /// The writer's own id for the message, 1 to 64 bytes: a repetition is answered like the first.
    id: Option<String>,
}

/// A file that goes with a message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "MessageFile")]
struct FileView {
    /// Where the file is downloaded, for a few minutes. Whoever has it can download it.
    url: String,
    /// Where a small picture of it is, for as long, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail: Option<String>,
    /// From then on both addresses are refused.
    expires_at: Time,
    /// What is known of the file.
    #[serde(flatten)]
    file: Attachment,
}

impl FileView {
    fn sample() -> Value {
        json!({
            "url": "https://files.example.com/read/up_7h2k9m4p6r8t0v1w/picture?X-Amz-Signature=0",
            "thumbnail": "https://files.example.com/read/up_7h2k9m4p6r8t0v1w/thumbnail?X-Amz-Signature=0",
            "expires_at": "2026-11-28T12:05:00.000Z",
            "id": "up_7h2k9m4p6r8t0v1w", "name": "Kitchen.jpg", "type": "image/jpeg", "size": 48_213, "width": 640, "height": 480,
        })
    }
}

/// What was read of a file. One request to the bucket.
async fn judged(state: &MessagesState, upload: &UploadId) -> Result<Judged, Unusable> {
    match state.bucket.get(&upload.report(), REPORT_MAX).await {
        Ok(report) => files::judged(Some(&report)),
        Err(ObjectError::Missing) => files::judged(None),
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            Err(Unusable::Unavailable)
        }
    }
}

/// A message with its file, as far as it is known before anything of the session is.
struct Post {
    id: String,
    text: Result<String, Rejection>,
    file: Option<(UploadId, Result<Judged, Unusable>)>,
}

impl Post {
    fn attachment(&self, loaded: &Loaded) -> Result<Option<Attachment>, ApiError> {
        let Some((id, judged)) = &self.file else { return Ok(None) };
        let upload = loaded.found.upload(&loaded.stored.session.id, id)?;
        Ok(Some(files::attachment(upload, judged, |upload| upload.by.is_agent_side(), loaded.now)?))
    }
}

async fn post(state: &MessagesState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let Input { text, attachment, id } = request.input()?;
    let id = id.unwrap_or_else(|| KeyId::generate(&app.entropy).to_string());
    // The same mark as on the live connection: a page that falls back to a request repeats itself harmlessly.
    let from = match &request.credentials {
        Credentials::Key(_) => Sender::Api,
        Credentials::Staff(_) | Credentials::None => Sender::Agent,
    };
    // Before the id is part of a key. What is refused is refused to those who may write.
    let said = if attachment.is_some() { attached_text(&id, &text) } else { message_text(&id, &text) };
    let file = match attachment {
        Some(upload) => {
            let judged = judged(state, &upload).await;
            Some((upload, judged))
        }
        None => None,
    };
    let post = Post { id, text: said, file };
    let mark = posted_mark(from, if post.text.is_ok() { &post.id } else { "" });
    Operation::on(app, request, &session)
        .posting(&mark)
        .reading(|keys| post.file.iter().fold(keys, |keys, (upload, _)| keys.upload(&session, upload)))
        .run(
            |loaded| {
                let said = post.text.clone()?;
                if let Some(posted) = loaded.found.posted(&session, &mark)? {
                    let writer = loaded.caller.context(&request.origin, loaded.now).actor;
                    let content = message_content(&said, post.file.as_ref().map(|(upload, _)| upload));
                    return if posted.is_of(&writer, &content) {
                        Ok(loaded.stored.session.unchanged())
                    } else {
                        Err(Rejection::MessageIdReused.into())
                    };
                }
                let attachment = post.attachment(loaded)?;
                loaded.decide(request, Command::Post { id: post.id.clone(), text: text.clone(), attachment })
            },
            |loaded, decision| {
                let repeated = loaded.found.posted(&session, &mark).ok().flatten();
                let repeated = repeated.map(|mark| MessageView {
                    id: post.id.clone(),
                    seq: mark.seq,
                    from,
                    text: post.text.clone().unwrap_or_default(),
                    at: Time(mark.at),
                    attachment: post.attachment(loaded).ok().flatten(),
                });
                let posted = decision.events.last().and_then(MessageView::of).or(repeated);
                ApiResponse::new(StatusCode::CREATED, posted, room(&session))
            },
        )
        .await
}

/// One `BatchGetItem`. The addresses cost no request.
async fn file(
    state: &MessagesState,
    request: &ApiRequest,
    session: SessionId,
    seq: u64,
) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let keys = ReadBatch::new().session_alone(&session).event(&session, seq);
    let found = app.store.read(request.credentials.keys(keys)).await?;
    let now = app.clock.now();
    request.caller(app, &found, now)?.contents(&found, &session)?.ok_or(ApiError::NotFound)?;
    let Some(EventKind::Message { attachment: Some(file), .. }) = found.event(&session, seq)?.map(|event| event.kind)
    else {
        return Err(ApiError::NotFound);
    };
    let unable = |error: ObjectError| {
        tracing::error!(%error, "the address of a file");
        Problem::new(Code::Unavailable, "The service is not available; try again.").after(2)
    };
    let bucket = &state.bucket;
    let signed = bucket.download(&file.key(), file.content_type.as_str(), &file.name, now).await.map_err(unable)?;
    let thumbnail = match file.thumbnail() {
        Some(key) => Some(bucket.download(&key, "image/jpeg", "thumbnail", now).await.map_err(unable)?.url),
        None => None,
    };
    let view = FileView { url: signed.url, thumbnail, expires_at: Time(signed.expires_at), file };
    Ok(ApiResponse::new(StatusCode::OK, view, room(&session)))
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
async fn list(state: &MessagesState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
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
    let kept = caller.contents(&found, &session)?;
    let (events, more) = page?;
    let next_cursor = events.last().filter(|_| more).map(|event| event.seq.to_string());
    let items: Vec<_> = events.iter().filter(|_| kept.is_some()).filter_map(MessageView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, room(&session)))
}
