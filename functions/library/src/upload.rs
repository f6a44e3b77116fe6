//! Addresses to send a library's files to.

use lambda_http::http::StatusCode;
use parlor_buckets::Upload as ToSend;
use parlor_domain::{
    TeamId, Upload, UploadId,
    upload::{Announced, FILE_MAX, FileType},
};
use parlor_store::{Race, ReadBatch, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, Code, Problem,
    files::SendTo,
    operation::{keep, replay},
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{LibraryState, PAGE, must_write, team_of};

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AnnounceLibraryUpload", description = "A PDF that is about to be sent.")]
pub(crate) struct Input {
    /// For whose library; without it that of the caller's own team.
    team: Option<TeamId>,
    /// What it is called, 1 to 120 characters in one line.
    name: String,
    /// Its size in bytes, at most 20,000,000.
    #[schemars(range(min = 1, max = FILE_MAX))]
    size: u64,
    /// `application/pdf`.
    content_type: String,
    /// Its SHA-256 in hexadecimal.
    sha256: String,
}

/// One `BatchGetItem` and one `TransactWriteItems`. The address costs no request.
pub(crate) async fn announce(state: &LibraryState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let input: Input = request.input()?;
    let app = &state.app;
    let team = team_of(request, input.team.as_ref())?;
    let said =
        Announced { name: &input.name, size: input.size, content_type: &input.content_type, sha256: &input.sha256 };
    let keys = request.keys(ReadBatch::new().team(&team));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        must_write(&caller, &team)?;
        if found.team(&team)?.is_none() {
            return Err(ApiError::NotFound);
        }
        let by = caller.context(&request.origin, now).actor;
        let upload = Upload::announced(UploadId::generate(&app.entropy), &said, by, now)?;
        if upload.content_type != FileType::Pdf {
            return Err(Problem::new(Code::NotPdf, "The library takes PDF files.").about("content_type").into());
        }
        let file = ToSend { size: upload.size, content_type: upload.content_type.as_str(), sha256: upload.digest() };
        let signed = state.bucket.upload(&upload.id.object(), &file, upload.at).await.map_err(|error| {
            tracing::error!(%error, "no address was signed");
            Problem::new(Code::Unavailable, "The service is not available; try again.").after(2)
        })?;
        let sent_to = SendTo::of(upload.id.clone(), signed.url, signed.headers, signed.expires_at);
        let answer = ApiResponse::new(StatusCode::CREATED, sent_to, PAGE);
        let kept = keep(request, app, &answer, now);
        match app.store.announce_library_upload(&team, &upload, kept.as_ref()).await {
            Ok(()) => return Ok(answer),
            // Kept meanwhile: a look tells.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
