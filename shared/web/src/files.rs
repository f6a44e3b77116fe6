//! What is said of a file that is about to be sent, and of one that has come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parlor_domain::{
    Attachment, Upload, UploadId,
    attachment::{BadFile, Judged},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{ApiError, Code, Problem, Time};

/// Why a file that was sent is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It has not come, or is still being read: worth another try in a moment.
    #[error("the file has not come, or is still being read")]
    NotRead,
    /// There is no such file of whoever names it, or not any more.
    #[error("there is no such upload here, or not any more")]
    Unknown,
    /// Something is wrong with it.
    #[error(transparent)]
    Bad(#[from] BadFile),
    /// The bucket does not answer as it should.
    #[error("the bucket cannot be asked")]
    Unavailable,
}

impl Unusable {
    /// As a program hears it; `about` is the field that names the file.
    #[must_use]
    pub fn problem(self, about: &str) -> Problem {
        let (code, detail) = match self {
            Self::NotRead => {
                let detail = "The file has not come, or is still being read. Try again in a moment.";
                return Problem::new(Code::UploadNotRead, detail).about(about).after(1);
            }
            Self::Unavailable => {
                return Problem::new(Code::Unavailable, "The service is not available; try again.").after(2);
            }
            Self::Unknown => (Code::UnknownUpload, "There is no such file, or not any more."),
            Self::Bad(BadFile::Damaged) => (Code::Damaged, "The file is damaged."),
            Self::Bad(BadFile::Password) => (Code::Password, "The file has a password."),
            Self::Bad(BadFile::Heic | BadFile::OtherKind) => {
                (Code::UnsupportedFileType, "Only PDF, JPEG, PNG and WebP files are taken.")
            }
            Self::Bad(BadFile::TooLarge) => (Code::FileTooLarge, "The file is too large."),
            Self::Bad(BadFile::NotClean) => (Code::NotClean, "The virus check did not let the file through."),
        };
        Problem::new(code, detail).about(about)
    }
}

/// What is in a file that has come. `report` is what the bucket has of it, nothing before it was read.
pub fn judged(report: Option<&[u8]>) -> Result<Judged, Unusable> {
    let Some(bytes) = report else { return Err(Unusable::NotRead) };
    let report = serde_json::from_slice(bytes).map_err(|error| {
        tracing::error!(%error, "what was read of an upload");
        Unusable::Unavailable
    })?;
    Ok(Judged::of(report)?)
}

/// The attachment that `upload` makes, which is `theirs` if whoever attaches it may use it.
pub fn attachment(
    upload: Option<Upload>,
    judged: &Result<Judged, Unusable>,
    theirs: impl Fn(&Upload) -> bool,
    now: Timestamp,
) -> Result<Attachment, Unusable> {
    let judged = judged.as_ref().map_err(|why| *why)?;
    let upload = upload.filter(|upload| upload.is_usable(now) && theirs(upload)).ok_or(Unusable::Unknown)?;
    Ok(Attachment::of(upload, judged))
}

impl From<Unusable> for ApiError {
    fn from(why: Unusable) -> Self {
        why.problem("attachment").into()
    }
}

/// Where to send a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Upload")]
pub struct SendTo {
    /// The upload, as what uses it names it.
    id: UploadId,
    /// Where to send the file. Whoever has it can send this one file until it expires.
    url: String,
    /// How: always `PUT`.
    method: &'static str,
    /// Headers to send with it, exactly as they are.
    headers: BTreeMap<String, String>,
    /// From then on the address is refused.
    expires_at: Time,
}

impl SendTo {
    /// From an address that was signed.
    #[must_use]
    pub fn of(id: UploadId, url: String, headers: Vec<(String, String)>, expires_at: Timestamp) -> Self {
        Self { id, url, method: "PUT", headers: headers.into_iter().collect(), expires_at: Time(expires_at) }
    }

    /// As it stands in the API's document.
    #[must_use]
    pub fn sample() -> Value {
        json!({
            "id": "up_7h2k9m4p6r8t0v1w", "url": "https://files.example.com/uploads/up_7h2k9m4p6r8t0v1w?X-Amz-Signature=0",
            "method": "PUT",
            "headers": {"content-type": "application/pdf", "x-amz-checksum-sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="},
            "expires_at": "2026-11-28T12:05:00Z",
        })
    }
}
