//! A customer's files (R21): addresses to send them to, messages that they go with, and where such a file is opened.

mod attachments;

use lambda_http::{
    Body, Response,
    http::{Method, StatusCode},
};
use parlor_buckets::{Bucket, Upload as ToSend};
use parlor_domain::upload::Announced;
use parlor_objects::ObjectError;
use parlor_runtime::Runtime;
use parlor_store::{ReadBatch, StoreError};
use parlor_web::{
    ApiError, ApiResponse, AppState, Rows, WebFunction,
    customer::{PageError, ScriptVisit},
    files::SendTo,
    loaded_room::{LoadedRoom, NotAnnounced, session_id},
    reply,
    route::State,
};

/// Takes customers' announcements of files.
#[derive(Debug)]
pub struct CustomerFiles;

/// What it works with.
#[derive(Debug)]
pub struct FilesState {
    app: AppState,
    bucket: Bucket,
}

impl AsRef<AppState> for FilesState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for FilesState {
    fn build(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime), bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket) }
    }
}

impl WebFunction for CustomerFiles {
    const NAME: &'static str = "customer-files";
    type State = FilesState;

    fn routes<R: Rows<FilesState>>(rows: R) -> R {
        rows.page(Method::POST, "/r/{session}/uploads", announce)
            .page(Method::POST, "/r/{session}/attachments", attachments::post)
            .page(Method::GET, "/r/{session}/messages/{seq}/file", attachments::file)
            .page(Method::GET, "/r/{session}/messages/{seq}/thumbnail", attachments::thumbnail)
    }
}

/// Why a file is not taken, once its sender is inside.
#[derive(Debug, thiserror::Error)]
enum CustomerFilesError {
    /// R2, R21: not now, or not this file, or not so many.
    #[error("refused")]
    Refused(ApiError),
    /// The address cannot be signed.
    #[error("no address was signed: {0}")]
    Unsigned(#[from] ObjectError),
    /// The tables.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotAnnounced> for CustomerFilesError {
    fn from(why: NotAnnounced) -> Self {
        match why {
            NotAnnounced::Rejected(rejection) => Self::Refused(rejection.into()),
            NotAnnounced::Refused(refusal) => Self::Refused(refusal.into()),
            NotAnnounced::Store(error) => Self::Store(error),
        }
    }
}

/// The form's fields are those of the API's operation: `name`, `size`, `content_type`, `sha256`. One `BatchGetItem` and one
/// `TransactWriteItems`. The address costs no request.
async fn announce(state: &FilesState, visit: &ScriptVisit, session: String) -> Result<Response<Body>, PageError> {
    let app = &state.app;
    let id = session_id(app, &session).await?;
    let found = app.store.read(ReadBatch::new().room(&id)).await?;
    let loaded = LoadedRoom::looked_at(&found, &id, visit)?;
    loaded.must_be_inside(visit)?;
    match taken(state, visit, &loaded).await {
        Ok(answer) => Ok(ApiResponse::new(StatusCode::CREATED, answer, "").into_json()),
        Err(CustomerFilesError::Refused(refused)) => Ok(reply::problem(&refused.problem(visit.now))),
        Err(CustomerFilesError::Store(error)) => Err(error.into()),
        Err(CustomerFilesError::Unsigned(error)) => {
            tracing::error!(%error, "no address was signed");
            Err(PageError::Unable)
        }
    }
}

async fn taken(state: &FilesState, visit: &ScriptVisit, room: &LoadedRoom) -> Result<SendTo, CustomerFilesError> {
    let said = Announced {
        name: visit.field("name"),
        // What is no number is no size.
        size: visit.field("size").parse().unwrap_or_default(),
        content_type: visit.field("content_type"),
        sha256: visit.field("sha256"),
    };
    let upload = room.announce(&state.app, visit, &said).await?;
    let file = ToSend { size: upload.size, content_type: upload.content_type.as_str(), sha256: upload.digest() };
    let signed = state.bucket.upload(&upload.id.object(), &file, visit.now).await?;
    Ok(SendTo::of(upload.id, signed.url, signed.headers, signed.expires_at))
}
