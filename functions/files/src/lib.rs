//! Addresses to send files to: POST `/v1/sessions/{id}/uploads` (R21), and for a company's logo POST `/v1/logos` (R19), with what became of
//! it at GET `/v1/logos/{id}`; and all finished files of a session as one (R21).

mod archive;
mod logo;

use lambda_http::http::{Method, StatusCode};
use parlor_buckets::{Bucket, Signed, Upload as ToSend};
use parlor_domain::{
    SessionId, Upload, UploadId,
    staff::KeyScope,
    upload::{Announced, FILE_MAX},
};
use parlor_objects::ObjectError;
use parlor_runtime::Runtime;
use parlor_store::{Race, ReadBatch, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Callers, Code, Problem, Rows, WebFunction,
    api_request::room,
    files::SendTo,
    operation::{keep, replay},
    route::State,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::archive::ArchiveView;

/// Takes announcements of files.
#[derive(Debug)]
pub struct Files;

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

impl WebFunction for Files {
    const NAME: &'static str = "files";
    type State = FilesState;

    fn routes<R: Rows<FilesState>>(rows: R) -> R {
        rows.operation(Method::POST, "/v1/sessions/{id}/uploads", Callers::Scope(KeyScope::Sessions), announce, |operation| {
            operation
                .named("announceUpload", "Files")
                .summary("Get an address to send a file to")
                .description(
                    "PUT the file to `url` within five minutes, with exactly these `headers`. Size, type and checksum are \
                     part of the signature: another file is refused. Then name the upload's `id` by what uses it, within \
                     seven days. The answer to a repetition of the request is the first one; when its time is over, ask \
                     without the old `Idempotency-Key`.",
                )
                .parameter("id", "The session.")
                .body::<Input>(json!({
                    "name": "Loan agreement.pdf", "size": 48_213, "content_type": "application/pdf",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }))
                .answers::<SendTo>(StatusCode::CREATED, "Where to send it.", SendTo::sample())
                .refuses(&[
                    Code::AlreadyEnded,
                    Code::Discarded, Code::Erased,
                    Code::InvalidFileName,
                    Code::EmptyFile,
                    Code::FileTooLarge,
                    Code::UnsupportedFileType,
                    Code::InvalidChecksum,
                ])
        })
        .operation(Method::POST, "/v1/logos", Callers::Scope(KeyScope::Settings), logo::announce, |operation| {
            operation
                .named("announceLogo", "Settings")
                .summary("Get an address to send a logo to")
                .description(
                    "PUT the picture to `url` within five minutes, with exactly these `headers`: size, type and checksum are part of the \
                     signature. It is written anew, upright, at most 640 by 240 pixels, without what else is in the file. Then get \
                     the logo by the upload's `id`, and save its `logo` as `branding.logo` in the settings.",
                )
                .body::<logo::Input>(json!({
                    "name": "logo.png", "size": 18_213, "content_type": "image/png",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }))
                .answers::<SendTo>(StatusCode::CREATED, "Where to send it.", SendTo::sample())
                .refuses(&[
                    Code::Forbidden,
                    Code::InvalidFileName,
                    Code::EmptyFile,
                    Code::FileTooLarge,
                    Code::UnsupportedFileType,
                    Code::InvalidChecksum,
                ])
        })
        .operation(Method::GET, "/v1/logos/{id}", Callers::Scope(KeyScope::Settings), logo::show, |operation| {
            operation
                .named("getLogo", "Settings")
                .summary("Get a logo that was sent")
                .description("While it is being looked at it is 409 `upload-not-read`, with `Retry-After`: a second, as a rule.")
                .parameter("id", "The upload.")
                .answers::<logo::LogoView>(StatusCode::OK, "The logo.", logo::LogoView::sample())
                .refuses(&[Code::Forbidden])
                .refuses(&logo::OF_LOGOS)
        })
        .operation(Method::POST, "/v1/sessions/{id}/archives", Callers::Scope(KeyScope::Read), archive::make, |operation| {
            operation
                .named("makeArchive", "Files")
                .summary("Put all finished files into one archive")
                .description(
                    "Signed documents, what was sent for requests (as one PDF, or one by one where that is not all of it), answers of \
                     workflows as CSV, JSON and pages (PDF), and the files of the chat, in a ZIP of at most 100 MB and 1,000 files. Ask for it at \
                     `/archives/{id}` until it is there. Asking again for the same files makes no other one; a session has \
                     the one that was asked for last, for a day.",
                )
                .parameter("id", "The session.")
                .answers::<ArchiveView>(StatusCode::ACCEPTED, "It is being put together.", ArchiveView::sample_coming())
                .refuses(&[Code::Erased, Code::NoFiles, Code::ArchiveTooLarge])
        })
        .operation(Method::GET, "/v1/sessions/{id}/archives/{aid}", Callers::Scope(KeyScope::Read), archive::show, |operation| {
            operation
                .named("readArchive", "Files")
                .summary("Get the archive")
                .description("How far it is, and where it is downloaded, for a few minutes. Not found once another one was asked for.")
                .parameter("id", "The session.")
                .parameter("aid", "The archive.")
                .answers::<ArchiveView>(StatusCode::OK, "The archive.", ArchiveView::sample())
        })
    }
}

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AnnounceUpload", description = "A file that is about to be sent.")]
struct Input {
    /// What it is called, 1 to 120 characters in one line.
    name: String,
    /// Its size in bytes, at most 20,000,000.
    #[schemars(range(min = 1, max = FILE_MAX))]
    size: u64,
    /// `application/pdf`, `image/jpeg`, `image/png` or `image/webp`.
    content_type: String,
    /// Its SHA-256 in hexadecimal.
    sha256: String,
}

/// Why no address is given although nothing is wrong with the file.
#[derive(Debug, thiserror::Error)]
enum FilesError {
    /// The address cannot be signed.
    #[error("no address was signed: {0}")]
    Unsigned(ObjectError),
    /// What was read of a logo is not to be had.
    #[error("the report about a logo was not read: {0}")]
    Unread(ObjectError),
    /// What is there is no report.
    #[error("the report about a logo is not understood: {0}")]
    NoReport(serde_json::Error),
}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        tracing::error!(%error, "files");
        Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into()
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`. The address costs no request.
async fn announce(state: &FilesState, request: &ApiRequest, session: SessionId) -> Result<ApiResponse, ApiError> {
    let input: Input = request.input()?;
    let app = &state.app;
    let said =
        Announced { name: &input.name, size: input.size, content_type: &input.content_type, sha256: &input.sha256 };
    let keys = request.keys(ReadBatch::new().session_alone(&session));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let stored = caller.room(&found, &session)?;
        stored.session.takes_files(now)?;
        let by = caller.context(&request.origin, now).actor;
        let upload = Upload::announced(UploadId::generate(&app.entropy), &said, by, now)?;
        let signed = sign(&state.bucket, &upload).await?;
        let answer = ApiResponse::new(
            StatusCode::CREATED,
            SendTo::of(upload.id.clone(), signed.url, signed.headers, signed.expires_at),
            room(&session),
        );
        let kept = keep(request, app, &answer, now);
        match app.store.announce_upload(&session, &upload, kept.as_ref()).await {
            Ok(()) => return Ok(answer),
            // Kept meanwhile: a look tells.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

async fn sign(bucket: &Bucket, upload: &Upload) -> Result<Signed, FilesError> {
    let file = ToSend { size: upload.size, content_type: upload.content_type.as_str(), sha256: upload.digest() };
    bucket.upload(&upload.id.object(), &file, upload.at).await.map_err(FilesError::Unsigned)
}
