//! S3 on one machine: one bucket in a folder, on an origin of its own, as the template describes it.
//!
//! Protocol and signatures are `s3s`'s, the folder is `s3s-fs`'s. What that one leaves open is closed here: a key has to be one
//! that Parlor makes, so that it cannot lead out of the folder; a file is looked at whole before it is stored, so that one with
//! a wrong checksum is not; and of several conditional writes at once, one comes first. Only what Parlor asks of S3 is
//! answered. Versions and lifecycles are AWS's alone.

mod cors;

pub(crate) use self::cors::Rule;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt as _;
use http::StatusCode;
use jiff::Timestamp;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
    PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::clock::LocalClock;
use crate::dynamodb::Observer;
use crate::object_events::{Announcer, Created};
use crate::policy::{Need, Roles};
use crate::template::Bucket;

/// The secret of every function on this machine. Its access key is its name, so that a request, and an address that it signed,
/// says whose role is asked.
pub(crate) const SECRET: &str = "local";

/// The most that is taken at once: larger than any file that Parlor makes.
const LARGEST: usize = 128 * 1024 * 1024;

/// Serves `bucket` from `folder`. What is written is told to `created`, and what is asked to `observer`.
pub(crate) fn router(
    folder: &Path,
    bucket: &Bucket,
    roles: Roles,
    clock: LocalClock,
    created: Announcer,
    observer: Observer,
) -> Result<Router, String> {
    std::fs::create_dir_all(folder.join(&bucket.name)).map_err(|error| error.to_string())?;
    let files = FileSystem::new(folder).map_err(|error| format!("{error:?}"))?;
    let mut builder = S3ServiceBuilder::new(Files { folder: files, writing: Mutex::default(), created });
    builder.set_auth(OneSecret);
    builder.set_access(ByRole { roles, observer });
    // The clock of this stack may be ahead, and what it signs with it. Whether an address is too old is said below.
    let mut config = S3Config::default();
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    let rules = Arc::new(bucket.cors.clone());
    Ok(Router::new()
        .fallback(answer)
        .with_state(builder.build())
        .layer(from_fn_with_state(clock, in_time))
        .layer(from_fn_with_state(rules, cors::cors)))
}

async fn answer(State(service): State<S3Service>, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the bucket");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Refuses an address whose time is over by the clock of this stack.
async fn in_time(State(clock): State<LocalClock>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let value = |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
    let since = value("X-Amz-Date").and_then(|(_, at)| {
        let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", at.as_ref()).ok()?;
        Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    });
    let seconds = value("X-Amz-Expires").and_then(|(_, seconds)| seconds.parse::<i64>().ok());
    let over = |(since, seconds): (Timestamp, i64)| clock.now().as_second() > since.as_second() + seconds;
    if since.zip(seconds).is_some_and(over) {
        let body = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        return (StatusCode::FORBIDDEN, [("content-type", "application/xml")], body).into_response();
    }
    next.run(request).await
}

/// Whoever signs with the one secret is who they say.
struct OneSecret;

#[async_trait::async_trait]
impl S3Auth for OneSecret {
    async fn get_secret_key(&self, _: &str) -> S3Result<SecretKey> {
        Ok(SECRET.into())
    }
}

/// Holds a function to its role, and an address to that of the function that signed it. What is signed well is counted, as
/// S3 does it.
struct ByRole {
    roles: Roles,
    observer: Observer,
}

#[async_trait::async_trait]
impl S3Access for ByRole {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(credentials) = context.credentials() else {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        };
        self.observer.observe_file(&credentials.access_key, context.s3_op().name());
        let action = match context.s3_op().name() {
            "HeadObject" => "GetObject",
            other => other,
        };
        let path = context.s3_path();
        let (bucket, key) = path.as_object().unwrap_or((path.get_bucket_name().unwrap_or_default(), ""));
        let need = Need::new(format!("s3:{action}"), format!("arn:aws:s3:::{bucket}/{key}"));
        match self.roles.refusal(&credentials.access_key, &[need]) {
            Some(message) => Err(s3_error!(AccessDenied, "{message}")),
            None => Ok(()),
        }
    }
}

/// The folder, closed where it is open.
struct Files {
    folder: FileSystem,
    writing: Mutex<()>,
    created: Announcer,
}

fn check_key(key: &str) -> S3Result<()> {
    if parlor_objects::is_key(key) { Ok(()) } else { Err(s3_error!(InvalidArgument, "this key is none of Parlor's")) }
}

/// Who may not list a bucket is not told what is not in it, and nobody here may.
fn or_denied<T>(answer: S3Result<T>) -> S3Result<T> {
    answer.map_err(|error| match error.code() {
        S3ErrorCode::NoSuchKey => s3_error!(AccessDenied, "Access Denied"),
        _ => error,
    })
}

#[async_trait::async_trait]
impl S3 for Files {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        check_key(&request.input.key)?;
        or_denied(self.folder.get_object(request).await)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        check_key(&request.input.key)?;
        or_denied(self.folder.head_object(request).await)
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        check_key(&request.input.key)?;
        self.folder.delete_object(request).await
    }

    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        check_key(&request.input.key)?;
        let Some(mut body) = request.input.body.take() else { return Err(s3_error!(IncompleteBody)) };
        // What says that it is longer is not read.
        let too_large = |length: i64| usize::try_from(length).is_ok_and(|length| length > LARGEST);
        if request.input.content_length.is_some_and(too_large) {
            return Err(s3_error!(EntityTooLarge));
        }
        let mut bytes = Vec::new();
        while let Some(part) = body.try_next().await.map_err(|error| s3_error!(IncompleteBody, "{error}"))? {
            if bytes.len() + part.len() > LARGEST {
                return Err(s3_error!(EntityTooLarge));
            }
            bytes.extend_from_slice(&part);
        }
        if request.input.content_length.is_some_and(|length| usize::try_from(length).ok() != Some(bytes.len())) {
            return Err(s3_error!(IncompleteBody));
        }
        let checksum = data_encoding::BASE64.encode(&Sha256::digest(&bytes));
        if request.input.checksum_sha256.as_ref().is_some_and(|said| *said != checksum) {
            return Err(s3_error!(BadDigest, "The SHA256 you specified did not match the calculated checksum."));
        }
        let created =
            Created { bucket: request.input.bucket.clone(), key: request.input.key.clone(), size: bytes.len() };
        request.input.body = Some(StreamingBlob::from(s3s::Body::from(bytes)));
        let _one_by_one = self.writing.lock().await;
        let answer = self.folder.put_object(request).await?;
        self.created.announce(created);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
