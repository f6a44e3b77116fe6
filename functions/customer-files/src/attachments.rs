//! Files that go with messages: posted by the room's script, opened by anybody inside the room.

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Attachment, Command, EventKind, Rejection, Sender, SessionId, UploadId,
    attachment::Judged,
    session::{attached_text, message_content},
};
use parlor_live::posted_mark;
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiResponse, MessageView, Time,
    customer::{PageError, ScriptVisit, Visit},
    document::REPORT_MAX,
    files::{self, Unusable},
    loaded_room::{LoadedRoom, Posting, session_id},
    redirect, reply,
};

use crate::FilesState;

/// What was read of a file. One request to the bucket.
async fn judged(state: &FilesState, upload: &UploadId) -> Result<Judged, Unusable> {
    match state.bucket.get(&upload.report(), REPORT_MAX).await {
        Ok(report) => files::judged(Some(&report)),
        Err(ObjectError::Missing) => files::judged(None),
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            Err(Unusable::Unavailable)
        }
    }
}

/// POST `/r/{session}/attachments`, with the fields `id` (the message's own), `text`, which may be empty, and `attachment`, an
/// upload of this customer's: the message as JSON. While the file is looked at, 409 with `Retry-After`. Posting again under the same
/// id changes nothing. One request to the bucket, one `BatchGetItem` with a `Query`, and one `TransactWriteItems`, the last two again
/// per lost race.
pub(crate) async fn post(
    state: &FilesState,
    visit: &ScriptVisit,
    session: String,
) -> Result<Response<Body>, PageError> {
    let app = &state.app;
    let session = session_id(app, &session).await?;
    let Ok(upload) = visit.field("attachment").parse::<UploadId>() else {
        return not_posted(state, visit, &session, Unusable::Unknown).await;
    };
    let judged = judged(state, &upload).await;
    // It becomes part of a key.
    let id = Some(visit.field("id")).filter(|id| id.bytes().all(|byte| byte.is_ascii_graphic())).unwrap_or_default();
    let said = attached_text(id, visit.field("text"));
    let mark = posted_mark(Sender::Customer, if said.is_ok() { id } else { "" });
    let mut unusable = None;
    let posting = Posting { mark: &mark, upload: Some(&upload) };
    let (loaded, posted) = LoadedRoom::post(app, visit, &session, posting, |loaded| {
        let (text, context) = (said.clone()?, loaded.context(visit));
        if let Some(posted) = &loaded.posted {
            let content = message_content(&text, Some(&upload));
            // What was posted before is answered from its mark.
            return if posted.is_of(&context.actor, &content) {
                Ok(loaded.stored.session.unchanged())
            } else {
                Err(Rejection::MessageIdReused)
            };
        }
        if !loaded.stored.session.customer_may_attach(&loaded.settings, visit.now) {
            return Err(Rejection::AttachmentsClosed);
        }
        let attachment = match of_upload(loaded, &judged, visit) {
            Ok(attachment) => Some(attachment),
            Err(why) => {
                unusable = Some(why);
                return Err(Rejection::InvalidMessage);
            }
        };
        let post = Command::Post { id: id.to_owned(), text, attachment };
        loaded.stored.session.decide(post, &loaded.settings, &context)
    })
    .await?;
    let posted = match (posted, unusable) {
        (_, Some(why)) => return Ok(reply::problem(&why.problem("attachment"))),
        (Err(rejection), None) => return Ok(reply::problem(&ApiError::Rejected(rejection).problem(visit.now))),
        (Ok(posted), None) => posted,
    };
    let attachment = posted.attachment.or_else(|| of_upload(&loaded, &judged, visit).ok());
    let body = MessageView {
        id: id.to_owned(),
        seq: posted.mark.seq,
        from: loaded.sender(),
        text: posted.text.or(said.ok()).unwrap_or_default(),
        at: Time(posted.mark.at),
        attachment,
    };
    Ok(ApiResponse::new(StatusCode::CREATED, body, "").into_json())
}

fn of_upload(loaded: &LoadedRoom, judged: &Result<Judged, Unusable>, visit: &Visit) -> Result<Attachment, Unusable> {
    files::attachment(loaded.upload.clone(), judged, |upload| upload.by == loaded.stored.session.guest(), visit.now)
}

/// Whoever is not inside hears nothing of a file. One `BatchGetItem`.
async fn not_posted(
    state: &FilesState,
    visit: &ScriptVisit,
    session: &SessionId,
    why: Unusable,
) -> Result<Response<Body>, PageError> {
    LoadedRoom::read(&state.app, visit, session).await?.must_be_inside(visit)?;
    Ok(reply::problem(&why.problem("attachment")))
}

/// GET `/r/{session}/messages/{seq}/file`: 303 to an address where it is downloaded, good for a few minutes. One `BatchGetItem`.
pub(crate) async fn file(
    state: &FilesState,
    visit: &Visit,
    session: String,
    seq: String,
) -> Result<Response<Body>, PageError> {
    let file = attached(state, visit, &session, &seq).await?;
    opened(state, visit, &file.key(), file.content_type.as_str(), &file.name).await
}

/// GET `/r/{session}/messages/{seq}/thumbnail`: 303 to the small picture. One `BatchGetItem`.
pub(crate) async fn thumbnail(
    state: &FilesState,
    visit: &Visit,
    session: String,
    seq: String,
) -> Result<Response<Body>, PageError> {
    let file = attached(state, visit, &session, &seq).await?;
    let key = file.thumbnail().ok_or(PageError::NotFound)?;
    opened(state, visit, &key, "image/jpeg", "thumbnail").await
}

/// The file of a message. R2: whoever may read the chat that was may open it: in `full` and in `limited`.
async fn attached(state: &FilesState, visit: &Visit, session: &str, seq: &str) -> Result<Attachment, PageError> {
    let app = &state.app;
    let session = session_id(app, session).await?;
    // Events are numbered from 1, so 0 finds none.
    let seq = seq.parse().unwrap_or(0);
    let found = app.store.read(ReadBatch::new().room(&session).event(&session, seq)).await?;
    LoadedRoom::looked_at(&found, &session, visit)?.must_be_inside(visit)?;
    match found.event(&session, seq)?.map(|event| event.kind) {
        Some(EventKind::Message { attachment: Some(file), .. }) => Ok(file),
        _ => Err(PageError::NotFound),
    }
}

async fn opened(
    state: &FilesState,
    visit: &Visit,
    key: &str,
    content_type: &str,
    name: &str,
) -> Result<Response<Body>, PageError> {
    let signed = state.bucket.download(key, content_type, name, visit.now).await.map_err(|error| {
        tracing::error!(%error, "the address of a file");
        PageError::Unable
    })?;
    Ok(redirect(&signed.url))
}
