//! GET `/logo/{file}`: a company's logo (R19), for anybody: customers' pages show it, and mails to whoever reads them. One request to
//! the bucket, and none to the tables.
//!
//! It was written anew by `document-read`, and its name is of one upload, so it never changes. It stays as long as the installation:
//! mails that were sent long ago still show it.

use lambda_http::{
    Body, Request, Response,
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use parlor_buckets::Bucket;
use parlor_domain::UploadId;
use parlor_objects::{ObjectError, Objects as _};
use parlor_runtime::Runtime;
use parlor_web::{Code, Problem, Rows, WebFunction, nowhere, page::PageRefusal, reply, route::State, route::Unrouted};

/// Its name is of one content alone.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The most bytes of a logo: 640 by 240 pixels of noise have fewer.
const MOST: usize = 1_000_000;

/// Serves logos.
#[derive(Debug)]
pub struct LogoFile;

/// What it works with.
#[derive(Debug)]
pub struct Logos {
    bucket: Bucket,
}

impl State for Logos {
    fn build(runtime: &Runtime) -> Self {
        Self { bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket) }
    }
}

impl WebFunction for LogoFile {
    const NAME: &'static str = "logo-file";
    type State = Logos;

    fn routes<R: Rows<Logos>>(rows: R) -> R {
        rows.page(Method::GET, "/logo/{file}", show)
    }
}

/// A request for a logo.
type Page = parlor_web::Page<NoLogo>;

/// Why there is none.
#[derive(Debug, thiserror::Error)]
enum NoLogo {
    /// No logo has this name.
    #[error("there is no such logo")]
    Missing(Unrouted),
    /// The bucket does not answer as it should.
    #[error("the logo cannot be read: {0}")]
    Unread(ObjectError),
}

impl From<Unrouted> for NoLogo {
    fn from(why: Unrouted) -> Self {
        Self::Missing(why)
    }
}

impl PageRefusal<Logos> for NoLogo {
    fn into_response(self, raw: &Request, _: &Logos) -> Response<Body> {
        match self {
            Self::Missing(why) => nowhere::answer(raw, why),
            Self::Unread(_) => {
                tracing::error!(error = %self, "logo");
                reply::problem(&Problem::new(Code::Unavailable, "The service is not available; try again.").after(2))
            }
        }
    }
}

/// The media type of a logo of this name; nothing for what is no logo's.
fn content_type(name: &str) -> Option<&'static str> {
    let (id, ending) = name.split_once('.')?;
    id.parse::<UploadId>().ok()?;
    match ending {
        "png" => Some("image/png"),
        "jpg" => Some("image/jpeg"),
        _ => None,
    }
}

async fn show(state: &Logos, _: &Page, name: String) -> Result<Response<Body>, NoLogo> {
    let content_type = content_type(&name).ok_or(NoLogo::Missing(Unrouted::NotFound))?;
    let bytes = state.bucket.get(&format!("logos/{name}"), MOST).await.map_err(|error| match error {
        ObjectError::Missing => NoLogo::Missing(Unrouted::NotFound),
        error => NoLogo::Unread(error),
    })?;
    Ok(picture(bytes, content_type))
}

/// A picture and nothing else, wherever it is shown: in a webmail, and in the preview, which has an origin of its own.
fn picture(bytes: Vec<u8>, content_type: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::Binary(bytes));
    *response.status_mut() = StatusCode::OK;
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, FOR_EVER),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("content-security-policy"), "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (HeaderName::from_static("strict-transport-security"), "max-age=63072000; includeSubDomains"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r19_only_a_logos_own_name_leads_to_the_bucket() {
        assert_eq!(content_type("up_7h2k9m4p6r8t0v1w.png"), Some("image/png"));
        assert_eq!(content_type("up_7h2k9m4p6r8t0v1w.jpg"), Some("image/jpeg"));
        for none in
            ["up_7h2k9m4p6r8t0v1w.json", "up_7h2k9m4p6r8t0v1w", "x.png", "../uploads/up_7h2k9m4p6r8t0v1w", ".png", ""]
        {
            assert_eq!(content_type(none), None, "{none}");
        }
    }
}
