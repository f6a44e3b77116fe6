//! What is said of a file that is about to be sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parlor_domain::UploadId;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Time;

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
