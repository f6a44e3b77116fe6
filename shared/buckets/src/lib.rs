//! Files in a bucket: for a function itself ([`Objects`]), and for people by addresses that are good for a few minutes
//! ([`Bucket::upload`], [`Bucket::download`]).
//!
//! An address is signed here and costs no request. It carries the rights of the function that signed it, so that function's
//! role has to allow what the address is for.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use data_encoding::BASE64;
use jiff::Timestamp;
use parlor_aws::Aws;
use parlor_objects::{ObjectError, Objects};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How long an address is good for: long enough for a slow network to begin, too short to be passed around.
pub const VALID_FOR: Duration = Duration::from_mins(5);

/// What stays as it is in a file's name in a header (RFC 8187, `attr-char`).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A bucket. Clones share connections.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

/// A file that somebody is about to send. Nothing else is taken at the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// In bytes.
    pub size: u64,
    /// Its media type, which is kept with it.
    pub content_type: &'a str,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// An address to send a file to or to get it from, and what has to be sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Whoever has it may use it: a secret for as long as it is good.
    pub url: String,
    /// Headers that are signed and have to be sent as they are, except those that a browser makes itself (`host`,
    /// `content-length`).
    pub headers: Vec<(String, String)>,
    /// From then on it is refused.
    pub expires_at: Timestamp,
}

impl Bucket {
    /// The bucket of this name.
    pub fn new(aws: &Aws, name: &str) -> Self {
        let mut config = aws_sdk_s3::config::Builder::from(aws.config())
            // The signature covers a hash of what is sent already; checksums of the SDK's own would say it twice.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .force_path_style(aws.files_elsewhere());
        for interceptor in aws.interceptors() {
            config.push_interceptor(interceptor);
        }
        Self { client: Client::from_conf(config.build()), name: name.to_owned() }
    }

    /// An address to PUT one file to, from `at` on for [`VALID_FOR`]. S3 takes the file of that size and SHA-256 and no other:
    /// both are signed. No request.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html>
    pub async fn upload(&self, key: &str, file: &Upload<'_>, at: Timestamp) -> Result<Signed, ObjectError> {
        let size = i64::try_from(file.size).map_err(|_| ObjectError::TooLarge)?;
        let put = self.client.put_object().bucket(&self.name).key(checked(key)?);
        let put = put.content_length(size).content_type(file.content_type).checksum_sha256(BASE64.encode(&file.sha256));
        signed(put.presigned(valid(at)?).await.map_err(failed)?, at)
    }

    /// An address to GET a file from, from `at` on for [`VALID_FOR`]. It is served as `content_type`, whatever it was sent as,
    /// and as a file of this name to be kept: never as a page. Pictures are shown by `<img>` all the same. No request.
    pub async fn download(
        &self,
        key: &str,
        content_type: &str,
        name: &str,
        at: Timestamp,
    ) -> Result<Signed, ObjectError> {
        let get = self.client.get_object().bucket(&self.name).key(checked(key)?);
        let get = get.response_content_type(content_type).response_content_disposition(attachment(name));
        // What is private stays in no cache, as the page that leads here does not; each page has addresses of its own.
        let get = get.response_cache_control("private, no-store");
        signed(get.presigned(valid(at)?).await.map_err(failed)?, at)
    }

    async fn write(&self, key: &str, bytes: Vec<u8>, content_type: &str, new: bool) -> Result<(), ObjectError> {
        let put = self.client.put_object().bucket(&self.name).key(checked(key)?).content_type(content_type);
        let put = put.set_if_none_match(new.then(|| "*".to_owned())).body(ByteStream::from(bytes));
        put.send().await.map(|_| ()).map_err(failed)
    }
}

impl Objects for Bucket {
    async fn get(&self, key: &str, limit: usize) -> Result<Vec<u8>, ObjectError> {
        let got = self.client.get_object().bucket(&self.name).key(checked(key)?).send().await.map_err(failed)?;
        let mut body = got.body;
        let mut bytes = Vec::new();
        while let Some(part) = body.try_next().await.map_err(|error| ObjectError::Failed(error.to_string()))? {
            if bytes.len() + part.len() > limit {
                return Err(ObjectError::TooLarge);
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), ObjectError> {
        self.write(key, bytes, content_type, false).await
    }

    async fn put_new(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<(), ObjectError> {
        self.write(key, bytes, content_type, true).await
    }

    /// In a bucket with versions the file is gone for whoever asks for it, and its versions go by the bucket's own rules.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>
    async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        self.client.delete_object().bucket(&self.name).key(checked(key)?).send().await.map(|_| ()).map_err(failed)
    }
}

fn checked(key: &str) -> Result<&str, ObjectError> {
    if parlor_objects::is_key(key) { Ok(key) } else { Err(ObjectError::BadKey) }
}

fn valid(at: Timestamp) -> Result<PresigningConfig, ObjectError> {
    let config = PresigningConfig::builder().start_time(SystemTime::from(at)).expires_in(VALID_FOR).build();
    config.map_err(|error| ObjectError::Failed(error.to_string()))
}

fn signed(request: PresignedRequest, at: Timestamp) -> Result<Signed, ObjectError> {
    let query = request.uri().split_once("X-Amz-SignedHeaders=").map_or("", |(_, rest)| rest);
    let names: Vec<&str> = query.split('&').next().unwrap_or_default().split("%3B").collect();
    let own = ["host", "content-length"];
    let headers = request.headers().filter(|(name, _)| names.contains(name) && !own.contains(name));
    let expires_at = at.checked_add(VALID_FOR).map_err(|error| ObjectError::Failed(error.to_string()))?;
    Ok(Signed {
        url: request.uri().to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        expires_at,
    })
}

/// A file to be kept, under this name (RFC 6266). What is not ASCII is in the second form, which every browser reads.
fn attachment(name: &str) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || " ._-".contains(character) { character } else { '_' }
    };
    let ascii: String = name.chars().map(plain).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, NAME))
}

/// What S3 said. A key that is not there is 403 to whoever may not list the bucket, and no function may: the code is the same
/// as that of a role that does not allow the request.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>
fn failed<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> ObjectError {
    match error.code() {
        Some("NoSuchKey" | "AccessDenied") => ObjectError::Missing,
        // Two conditional writes at once: the other one is first.
        Some("PreconditionFailed" | "ConditionalRequestConflict") => ObjectError::Exists,
        Some(code) => ObjectError::Failed(code.to_owned()),
        None => ObjectError::Failed(error.to_string()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bucket(endpoint: Option<&str>) -> Bucket {
        let env = |name: &str| match name {
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("canary".to_owned()),
            "AWS_LAMBDA_FUNCTION_NAME" => Some("files".to_owned()),
            "AWS_ENDPOINT_URL_S3" => endpoint.map(str::to_owned),
            _ => None,
        };
        Bucket::new(&Aws::from_env(&env).unwrap(), "parlor-files")
    }

    fn at() -> Timestamp {
        "2026-11-28T12:00:00Z".parse().unwrap()
    }

    fn query(url: &str, name: &str) -> String {
        let query = url.split_once('?').unwrap().1;
        form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).unwrap().1.into_owned()
    }

    #[tokio::test]
    async fn an_upload_binds_size_type_and_checksum() {
        let file = Upload { size: 12, content_type: "application/pdf", sha256: [7; 32] };
        let signed = bucket(None).upload("uploads/up_1", &file, at()).await.unwrap();
        assert!(
            signed.url.starts_with("https://parlor-files.s3.eu-central-1.amazonaws.com/uploads/up_1?"),
            "{signed:?}"
        );
        let bound = query(&signed.url, "X-Amz-SignedHeaders");
        // In the address a checksum would be no condition: S3 looks at headers.
        for header in ["content-length", "content-type", "host", "x-amz-checksum-sha256"] {
            assert!(bound.split(';').any(|name| name == header), "{bound}");
        }
        let checksum = BASE64.encode(&[7; 32]);
        let sent = |name: &str| signed.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(sent("x-amz-checksum-sha256"), Some(checksum.as_str()));
        assert_eq!(signed.headers.len(), 2, "what a page cannot send is not asked of it: {signed:?}");
        assert_eq!(sent("content-type"), Some("application/pdf"));
        assert_eq!(query(&signed.url, "X-Amz-Expires"), "300");
        assert_eq!(signed.expires_at.to_string(), "2026-11-28T12:05:00Z");
        let refused = bucket(None).upload("../x", &file, at()).await;
        assert!(matches!(refused, Err(ObjectError::BadKey)));
    }

    #[tokio::test]
    async fn the_address_has_the_origin_that_the_template_says() {
        // Where S3 once had a global name, too: `RegionalDomainName` is the one that pages are allowed to reach.
        let env = |name: &str| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
            _ => None,
        };
        let bucket = Bucket::new(&Aws::from_env(&env).unwrap(), "parlor-files");
        let signed = bucket.download("read/up_1/page-1", "image/webp", "page-1", at()).await.unwrap();
        assert!(
            signed.url.starts_with("https://parlor-files.s3.us-east-1.amazonaws.com/read/up_1/page-1?"),
            "{signed:?}"
        );
    }

    #[tokio::test]
    async fn a_download_is_an_attachment_of_a_type_that_we_name() {
        let bucket = bucket(Some("http://localhost:3001"));
        let signed = bucket.download("signed/s/i.pdf", "application/pdf", "Añadir \"1\".pdf", at());
        let signed = signed.await.unwrap();
        assert!(signed.url.starts_with("http://localhost:3001/parlor-files/signed/s/i.pdf?"), "{signed:?}");
        assert_eq!(query(&signed.url, "response-content-type"), "application/pdf");
        assert_eq!(query(&signed.url, "response-cache-control"), "private, no-store");
        let disposition = query(&signed.url, "response-content-disposition");
        assert_eq!(disposition, "attachment; filename=\"A_adir _1_.pdf\"; filename*=UTF-8''A%C3%B1adir%20%221%22.pdf");
        assert_eq!(signed.headers, []);
    }
}
