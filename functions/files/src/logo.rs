//! A company's logo (R19): an address to send it to, and what became of it. It belongs to no session, and nothing is noted of it:
//! whoever is an admin may look at what was read, and the settings say which one is shown.

use lambda_http::http::StatusCode;
use parlor_buckets::Upload as ToSend;
use parlor_domain::{
    Upload, UploadId,
    upload::{Announced, FileType, LOGO_FILES, LOGO_MAX, UploadRefusal},
};
use parlor_form::{PagePicture, ReadReport, Refusal};
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::{Race, ReadBatch, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, Caller, Code, Problem,
    document::REPORT_MAX,
    files::SendTo,
    operation::{keep, replay},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{FilesError, FilesState};

/// Where a form's browser would go.
const PAGE: &str = "/admin/settings";

/// What is refused of a logo that was sent.
pub(crate) const OF_LOGOS: [Code; 7] = [
    Code::UploadNotRead,
    Code::UnsupportedFileType,
    Code::NotClean,
    Code::Damaged,
    Code::FileTooLarge,
    Code::ImageTooLarge,
    Code::Unreadable,
];

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AnnounceLogo", description = "A logo that is about to be sent.")]
pub(crate) struct Input {
    /// What it is called, 1 to 120 characters in one line.
    name: String,
    /// Its size in bytes, at most 5,000,000.
    #[schemars(range(min = 1, max = LOGO_MAX))]
    size: u64,
    /// `image/png`, `image/jpeg` or `image/webp`.
    content_type: String,
    /// Its SHA-256 in hexadecimal.
    sha256: String,
}

/// What was made of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Logo", description = "A logo, written anew.")]
pub(crate) struct LogoView {
    /// The upload that it was made of.
    id: UploadId,
    /// Its path, for `branding.logo` in the settings. Anybody may get it there, and it never changes.
    logo: String,
    /// The same as a whole address.
    url: String,
    /// `image/png` or `image/jpeg`.
    content_type: String,
    /// In bytes.
    size: u64,
    /// In pixels, at most 640.
    width: u32,
    /// In pixels, at most 240.
    height: u32,
}

impl LogoView {
    pub(crate) fn sample() -> Value {
        json!({
            "id": "up_7h2k9m4p6r8t0v1w", "logo": "/logo/up_7h2k9m4p6r8t0v1w.png",
            "url": "https://parlor.example.com/logo/up_7h2k9m4p6r8t0v1w.png", "content_type": "image/png", "size": 9_214,
            "width": 480, "height": 160,
        })
    }
}

/// One `BatchGetItem`, and one `TransactWriteItems` where the answer is kept for an `Idempotency-Key`. The address costs no request.
pub(crate) async fn announce(state: &FilesState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let input: Input = request.input()?;
    let app = &state.app;
    let said =
        Announced { name: &input.name, size: input.size, content_type: &input.content_type, sha256: &input.sha256 };
    let keys = request.keys(ReadBatch::new());
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        must_be_admin(&caller)?;
        if FileType::parse(said.content_type).is_none_or(|kind| !kind.is_picture()) {
            return Err(no_picture().about("content_type").into());
        }
        if said.size > LOGO_MAX {
            return Err(too_large().about(UploadRefusal::TooLarge.field()).into());
        }
        let by = caller.context(&request.origin, now).actor;
        let upload = Upload::announced(UploadId::generate(&app.entropy), &said, by, now)?;
        let file = ToSend { size: upload.size, content_type: upload.content_type.as_str(), sha256: upload.digest() };
        let signed = state.bucket.upload(&upload.id.sent_logo(), &file, now).await.map_err(FilesError::Unsigned)?;
        let sent_to = SendTo::of(upload.id.clone(), signed.url, signed.headers, signed.expires_at);
        let answer = ApiResponse::new(StatusCode::CREATED, sent_to, PAGE);
        let Some(kept) = keep(request, app, &answer, now) else { return Ok(answer) };
        match app.store.keep_answer(&kept).await {
            Ok(()) => return Ok(answer),
            // Kept meanwhile: a look tells.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem`, and one request to the bucket.
pub(crate) async fn show(state: &FilesState, request: &ApiRequest, id: UploadId) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let found = app.store.read(request.credentials.keys(ReadBatch::new())).await?;
    must_be_admin(&request.caller(app, &found, app.clock.now())?)?;
    let report = match state.bucket.get(&id.logo_report(), REPORT_MAX).await {
        Ok(bytes) => bytes,
        Err(ObjectError::Missing) => {
            let detail = "The logo has not come, or is still being looked at. Try again in a moment.";
            return Err(Problem::new(Code::UploadNotRead, detail).after(1).into());
        }
        Err(error) => return Err(FilesError::Unread(error).into()),
    };
    match serde_json::from_slice(&report) {
        Ok(ReadReport::Picture { picture, size, pixels, .. }) => {
            let logo = logo(&app.public_url, id, picture, size, pixels.unwrap_or_default());
            Ok(ApiResponse::new(StatusCode::OK, logo, PAGE))
        }
        Ok(ReadReport::Refused(why)) => Err(refused(why).into()),
        Ok(_) => {
            Err(Problem::new(Code::Unreadable, "Looking at the logo took too long. Send a simpler picture.").into())
        }
        Err(error) => Err(FilesError::NoReport(error).into()),
    }
}

fn must_be_admin(caller: &Caller) -> Result<(), ApiError> {
    if caller.is_admin() { Ok(()) } else { Err(ApiError::Forbidden("Only admins change settings.")) }
}

/// The logo as it is served: its name in the bucket is its name everywhere.
fn logo(public_url: &str, id: UploadId, picture: PagePicture, size: u64, [width, height]: [u32; 2]) -> LogoView {
    let name = picture.key.rsplit('/').next().unwrap_or_default();
    let path = format!("{LOGO_FILES}{name}");
    LogoView {
        id,
        url: format!("{public_url}{path}"),
        logo: path,
        content_type: picture.content_type,
        size,
        width,
        height,
    }
}

fn no_picture() -> Problem {
    Problem::new(
        Code::UnsupportedFileType,
        "A logo is a PNG, JPEG or WebP picture. Save yours as a PNG, and send that.",
    )
}

fn too_large() -> Problem {
    Problem::new(Code::FileTooLarge, "A logo has at most 5 MB. 640 by 240 pixels are enough: send a smaller one.")
}

fn refused(why: Refusal) -> Problem {
    match why {
        Refusal::Damaged => Problem::new(Code::Damaged, "The picture is damaged. Save it again, and send that."),
        Refusal::NotClean => Problem::new(Code::NotClean, "The virus check did not let the picture through."),
        Refusal::TooBig => too_large(),
        Refusal::ImageTooLarge => {
            let detail = "The picture has more than 50 million pixels. 640 by 240 are enough: send a smaller one.";
            Problem::new(Code::ImageTooLarge, detail)
        }
        // Whatever it is called: SVG, a page, a document.
        _ => no_picture(),
    }
}
