//! The other end of the KMS calls on one machine: one key on the curve P-256 that signs. It is a file next to the data.
//!
//! Answered are `Sign` and `GetPublicKey`, which is all that Parlor calls.
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use data_encoding::BASE64;
use http::{HeaderMap, StatusCode};
use parlor_signing::{FileKey, SigningKey as _};
use serde_json::{Value, json};

/// Messages are signed as they are up to this many bytes.
const LONGEST: usize = 4096;

/// Answers KMS for `key`, whose id is `id`.
pub(crate) fn kms_router(key: FileKey, id: String) -> Router {
    Router::new().route("/", post(answer)).with_state(Arc::new((key, id)))
}

async fn answer(State(state): State<Arc<(FileKey, String)>>, headers: HeaderMap, body: Bytes) -> Response {
    let (key, id) = &*state;
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    if request["KeyId"] != id.as_str() {
        return refusal("NotFoundException");
    }
    let spec = "ECDSA_SHA_256";
    match target {
        "TrentService.GetPublicKey" => said(&json!({
            "KeyId": id, "PublicKey": BASE64.encode(key.public_key()), "KeySpec": "ECC_NIST_P256",
            "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": [spec],
        })),
        "TrentService.Sign" if request["SigningAlgorithm"] == spec && request["MessageType"] != "DIGEST" => {
            let message = request["Message"].as_str().and_then(|message| BASE64.decode(message.as_bytes()).ok());
            match message.filter(|message| message.len() <= LONGEST) {
                None => refusal("ValidationException"),
                Some(message) => match key.sign(&message).await {
                    Ok(signature) => said(&json!({
                        "KeyId": id, "Signature": BASE64.encode(&signature), "SigningAlgorithm": spec,
                    })),
                    Err(_) => refusal("KMSInternalException"),
                },
            }
        }
        _ => refusal("UnsupportedOperationException"),
    }
}

fn said(answer: &Value) -> Response {
    ([("content-type", "application/x-amz-json-1.1")], answer.to_string()).into_response()
}

fn refusal(kind: &str) -> Response {
    let body = json!({ "__type": kind, "message": "the key on this machine does not do this" }).to_string();
    (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.1")], body).into_response()
}
