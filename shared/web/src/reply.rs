//! Answers, with the headers that every one of them carries.

use lambda_http::{
    Body, Response,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
        },
    },
};
use maud::Markup;
use serde::Serialize;
use serde_json::Value;

use crate::Problem;

/// What an operation answers: JSON for programs, and the page that a plain form goes to.
#[derive(Debug, Clone)]
pub struct ApiResponse {
    /// The HTTP status that programs get.
    pub status: u16,
    /// The JSON that programs get.
    pub body: Value,
    /// Where a form's browser goes (303).
    pub location: String,
    /// `ETag`, where the answer has a version.
    pub etag: Option<String>,
    /// What a plain form's browser is shown instead, where the answer itself is what was asked for.
    pub page: Option<Markup>,
    /// A file in place of the JSON, where the query asks for one.
    pub file: Option<FileBody>,
}

/// A file to keep, which is never shown as a page.
#[derive(Debug, Clone)]
pub struct FileBody {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
    /// What it is called, in ASCII.
    pub name: String,
}

impl FileBody {
    fn into_response(self) -> Response<Body> {
        let mut response = plain(StatusCode::OK, self.content_type, self.bytes);
        if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name)) {
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
        }
        response
    }
}

impl ApiResponse {
    /// A JSON answer, and where a form's browser goes.
    #[must_use]
    pub fn new(status: StatusCode, body: impl Serialize, location: impl Into<String>) -> Self {
        let body = serde_json::to_value(body).unwrap_or_default();
        Self { status: status.as_u16(), body, location: location.into(), etag: None, page: None, file: None }
    }

    /// A file, for programs and people.
    #[must_use]
    pub fn file(file: FileBody) -> Self {
        Self { file: Some(file), ..Self::new(StatusCode::OK, (), "") }
    }

    /// As a response to a program.
    #[must_use]
    pub fn into_json(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = match self.file {
            Some(file) => file.into_response(),
            None => plain(status, "application/json", self.body.to_string()),
        };
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

/// Where a page may go beyond our own files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach<'a> {
    /// Where its script may connect to, when it goes live.
    pub live_url: Option<&'a str>,
    /// The bucket's origin, for a page that shows pictures of it or sends files there.
    pub files_origin: Option<&'a str>,
    /// Whether it shows another page of ours in itself.
    pub frames: bool,
}

impl Reach<'_> {
    /// The policy of a page: our own files and nothing inline, and what else it reaches.
    fn content_security_policy(self) -> String {
        let live = self.live_url.map(|url| format!(" {}", origin(url))).unwrap_or_default();
        let files = self.files_origin.map(|url| format!(" {}", origin(url))).unwrap_or_default();
        let frames = if self.frames { "frame-src 'self'; " } else { "" };
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:{files}; font-src 'self'; \
             connect-src 'self'{live}{files}; {frames}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

fn plain(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "geolocation=(), microphone=(), payment=(), usb=()"),
        (HeaderName::from_static("strict-transport-security"), "max-age=63072000; includeSubDomains"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A page. `live_url` is where its script may connect to, when it goes live.
#[must_use]
pub fn html(status: StatusCode, page: Markup, live_url: Option<&str>) -> Response<Body> {
    html_reaching(status, page, Reach { live_url, ..Reach::default() })
}

/// A page that reaches more.
#[must_use]
pub fn html_reaching(status: StatusCode, page: Markup, reach: Reach<'_>) -> Response<Body> {
    let mut response = plain(status, "text/html; charset=utf-8", page.into_string());
    if let Ok(policy) = HeaderValue::from_str(&reach.content_security_policy()) {
        response.headers_mut().insert("content-security-policy", policy);
    }
    response
}

/// A page inside one of our own, to be looked at and nothing else: no script and no form. Mails have their styles in themselves,
/// so it may, too. It keeps our origin: a browser draws one of another origin in a process of its own, at a size of nothing
/// first, and what nothing runs in needs no origin to be kept away from.
#[must_use]
pub fn framed(status: StatusCode, page: Markup) -> Response<Body> {
    const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self'; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin";
    let mut response = plain(status, "text/html; charset=utf-8", page.into_string());
    let headers = response.headers_mut();
    headers.insert("content-security-policy", HeaderValue::from_static(POLICY));
    headers.insert("x-frame-options", HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// The same where what is looked at has forms, which go to our own pages and show there.
#[must_use]
pub fn framed_forms(status: StatusCode, page: Markup) -> Response<Body> {
    const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; font-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-forms";
    let mut response = framed(status, page);
    response.headers_mut().insert("content-security-policy", HeaderValue::from_static(POLICY));
    response
}

/// A text of another type than a page's, such as a table to keep.
#[must_use]
pub fn text(text: String, content_type: &'static str) -> Response<Body> {
    plain(StatusCode::OK, content_type, text)
}

/// Scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |slash| &url[..host + slash])
}

/// A 303 to `location`, which the browser then GETs.
#[must_use]
pub fn redirect(location: &str) -> Response<Body> {
    let mut response = plain(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Body::Empty);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The refusal as `application/problem+json`, with its status and `Retry-After`. One that says 401 says how to prove who one
/// is (RFC 9110, section 11.6.1).
#[must_use]
pub fn problem(problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_string(problem).unwrap_or_default();
    let mut response = plain(status, "application/problem+json", body);
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"Parlor\""));
    }
    retry_after(&mut response, problem.retry_after);
    response
}

/// Adds `Retry-After`, in seconds.
pub fn retry_after(response: &mut Response<Body>, seconds: Option<i64>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Adds a `Set-Cookie` header; further ones stay.
pub fn set_cookie(response: &mut Response<Body>, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reaches_the_bucket_only_if_it_says_so() {
        let policy = |reach: Reach<'_>| reach.content_security_policy();
        let alone = policy(Reach::default());
        assert!(alone.contains("connect-src 'self';") && alone.contains("img-src 'self' data: https:;"), "{alone}");
        assert!(!alone.contains("frame-src"), "{alone}");
        assert!(policy(Reach { frames: true, ..Reach::default() }).contains("frame-src 'self';"));
        let reach =
            Reach { live_url: Some("wss://x/live?t=1"), files_origin: Some("http://127.0.0.1:4000"), frames: false };
        let both = policy(reach);
        assert!(both.contains("connect-src 'self' wss://x http://127.0.0.1:4000;"), "{both}");
        assert!(both.contains("img-src 'self' data: https: http://127.0.0.1:4000;"), "{both}");
    }
}
