//! GET `/static/{file}`: style sheets, scripts and icons, and the sheet with a company's own light accent; GET
//! `/v1/openapi.json` and `/openapi.json`: the API's document; GET `/docs`: the same as a page; and what stands at every
//! other address that is nobody's. All of it from the program itself: no request to anybody.

use std::sync::LazyLock;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{
        HeaderName, HeaderValue, Method, StatusCode,
        header::{ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
};
use maud::Render as _;
use parlor_templates::{Accent, assets, reference::Reference};
use parlor_web::{Callers, Rows, WebFunction, nowhere, page::PageRefusal, route::Unrouted};
use serde_json::{Map, Value, json};

/// A file's name has the hash of its content in it, so whoever has it never has to ask again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The document changes with each deployment, under one address.
const FOR_MINUTES: &str = "public, max-age=300";

/// The API's document, as `cargo xtask openapi` made it.
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The document as a page. Made once, when somebody asks for it: pages that load a style sheet do not wait for it.
static REFERENCE: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::from_str(OPENAPI).unwrap_or_default();
    Reference { document: &document, document_url: "/v1/openapi.json" }.render().into_string()
});

/// Serves the files that pages load.
#[derive(Debug)]
pub struct StaticFiles;

impl WebFunction for StaticFiles {
    const NAME: &'static str = "static-files";
    type State = ();

    fn routes<R: Rows<()>>(rows: R) -> R {
        rows.page(Method::GET, "/static/{file}", file)
            .operation(Method::GET, "/v1/openapi.json", Callers::Anybody, document, |operation| {
                operation.named("getDocument", "Document").summary("Get this document").answers::<Map<String, Value>>(
                    StatusCode::OK,
                    "OpenAPI 3.1.",
                    json!({"openapi": "3.1.0", "paths": {}}),
                )
            })
            .page(Method::GET, "/openapi.json", document)
            .page(Method::GET, "/docs", reference)
    }
}

/// A request for a file.
type Page = parlor_web::Page<Missing>;

/// Another version's file, or none of ours: what is served is never other than what was asked for. The API's default route
/// leads here too, so this is the answer at every address that is nobody's.
#[derive(Debug)]
struct Missing(Unrouted);

impl From<Unrouted> for Missing {
    fn from(why: Unrouted) -> Self {
        Self(why)
    }
}

impl PageRefusal<()> for Missing {
    /// API Gateway's routes name their methods, so an operation's address with another method leads here too. It says which
    /// there are (RFC 9110, section 15.5.6).
    fn into_response(self, raw: &Request, (): &()) -> Response<Body> {
        let allow = OPERATIONS.allow(raw.raw_http_path());
        let Some(allow) = allow.and_then(|allow| HeaderValue::try_from(allow).ok()) else {
            return nowhere::answer(raw, self.0);
        };
        let mut response = if *raw.method() == Method::OPTIONS {
            let mut response = answer(StatusCode::NO_CONTENT, "text/plain", "no-store", "");
            response.headers_mut().remove(CONTENT_TYPE);
            response
        } else {
            nowhere::answer(raw, Unrouted::Method)
        };
        response.headers_mut().insert(ALLOW, allow);
        response
    }
}

/// The addresses of the API's operations with the methods of each, by the document. Read when somebody asks in vain.
static OPERATIONS: LazyLock<Operations> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(OPENAPI).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    Operations(
        paths
            .map(|(path, item)| {
                let methods = ["get", "put", "post", "patch", "delete"].into_iter();
                let methods = methods.filter(|method| item.get(method).is_some()).map(str::to_ascii_uppercase);
                (path.clone(), methods.collect())
            })
            .collect(),
    )
});

struct Operations(Vec<(String, Vec<String>)>);

impl Operations {
    /// What `Allow` says at `path`, if it is an operation's. Of two that fit, the one with fewer `{…}` answers.
    fn allow(&self, path: &str) -> Option<String> {
        let fits = |row: &str| {
            let mut pairs = row.split('/').zip(path.split('/'));
            row.split('/').count() == path.split('/').count()
                && pairs.all(|(wanted, given)| wanted == given || (wanted.starts_with('{') && !given.is_empty()))
        };
        let rows = self.0.iter().filter(|(row, _)| fits(row));
        let (_, methods) = rows.min_by_key(|(row, _)| row.matches('{').count())?;
        let options = "OPTIONS".to_owned();
        Some(methods.iter().chain([&options]).cloned().collect::<Vec<_>>().join(", "))
    }
}

async fn file((): &(), request: &Page, name: String) -> Result<Response<Body>, Missing> {
    if let Some(sheet) = Accent::stylesheet(&name) {
        let mut response = answer(StatusCode::OK, "text/css; charset=utf-8", FOR_EVER, "");
        *response.body_mut() = Body::Text(sheet);
        return Ok(response);
    }
    let file = assets::find(&format!("/static/{name}")).ok_or(Missing(Unrouted::NotFound))?;
    let mut response = answer(StatusCode::OK, file.content_type, FOR_EVER, file.body);
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = assets::packed(file.path).and_then(|packed| match Coding::best(accepted)? {
        Coding::Brotli => Some(("br", packed.brotli)),
        Coding::Gzip => Some(("gzip", packed.gzip)),
    });
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some((coding, bytes)) = packed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        *response.body_mut() = Body::Binary(bytes.to_vec());
    }
    Ok(response)
}

/// How a file is sent. CloudFront asks for `br,gzip`, `gzip` or neither, whatever the browser wrote, keeps what it gets
/// apart by that, and leaves alone what is compressed already.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// The best that an `Accept-Encoding` names and does not refuse by `q=0` (RFC 9110, 12.5.3).
    fn best(accepted: &str) -> Option<Self> {
        let takes = |wanted: &str| {
            accepted.split(',').any(|one| {
                let mut parts = one.split(';').map(str::trim);
                let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
                let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
                named && weight.parse::<f32>().is_ok_and(|weight| weight > 0.)
            })
        };
        if takes("br") {
            Some(Self::Brotli)
        } else if takes("gzip") {
            Some(Self::Gzip)
        } else {
            None
        }
    }
}

async fn document((): &(), _: &Page) -> Result<Response<Body>, Missing> {
    Ok(answer(StatusCode::OK, "application/json", FOR_MINUTES, OPENAPI))
}

async fn reference((): &(), _: &Page) -> Result<Response<Body>, Missing> {
    Ok(page(&REFERENCE))
}

/// A page with our own style sheet and script and nothing else.
fn page(markup: &'static str) -> Response<Body> {
    let mut response = answer(StatusCode::OK, "text/html; charset=utf-8", FOR_MINUTES, markup);
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                  frame-ancestors 'none'";
    response.headers_mut().insert("content-security-policy", HeaderValue::from_static(policy));
    response
}

fn answer(status: StatusCode, content_type: &'static str, cache: &'static str, body: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    // The preview of the settings has an origin of its own, and what a style sheet says is no secret.
    let whose = if content_type.starts_with("text/css") { "cross-origin" } else { "same-origin" };
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
        // The icon is SVG: opened by itself it must not be able to run or load anything.
        (HeaderName::from_static("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), whose),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
        (HeaderName::from_static("strict-transport-security"), "max-age=63072000; includeSubDomains"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use parlor_runtime::HttpFunction as _;
    use parlor_web::Router;

    use super::*;

    async fn get(method: Method, path: &str) -> Response<Body> {
        let request = lambda_http::http::Request::builder().method(method).uri(path).body(Body::Empty).unwrap();
        Router::<StaticFiles>::with(()).handle(request.with_raw_http_path(path)).await
    }

    #[tokio::test]
    async fn every_file_is_served_for_ever_and_as_what_it_is() {
        for file in assets::ALL {
            let response = get(Method::GET, file.path).await;
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()[CONTENT_TYPE], file.content_type);
            assert_eq!(response.headers()[CACHE_CONTROL], FOR_EVER);
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            assert_eq!(response.body().as_ref(), file.body.as_bytes());
            assert!(get(Method::HEAD, file.path).await.body().is_empty());
        }
    }

    #[tokio::test]
    async fn a_light_accent_has_a_sheet() {
        let response = get(Method::GET, "/static/accent.ffd400.css").await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(response.headers()[CACHE_CONTROL], FOR_EVER);
        assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin");
        assert!(response.body().as_ref().starts_with(b":root{--fill:#ffd400"));
        for none in ["/static/accent.123456.css", "/static/accent.css", "/static/accent.ffd4.css"] {
            assert_eq!(get(Method::GET, none).await.status(), StatusCode::NOT_FOUND, "{none}");
        }
    }

    #[tokio::test]
    async fn files_are_compressed_for_those_who_take_it() {
        use std::io::Read as _;
        let file = &assets::ALL[0];
        let ask = |accepted: &'static str| async move {
            let request = lambda_http::http::Request::builder().uri(file.path).header(ACCEPT_ENCODING, accepted);
            let request = request.body(Body::Empty).unwrap().with_raw_http_path(file.path);
            Router::<StaticFiles>::with(()).handle(request).await
        };
        for (accepted, coding) in [
            ("br,gzip", Some("br")),
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("deflate", None),
        ] {
            let response = ask(accepted).await;
            let said = response.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(said, coding, "{accepted}");
            assert_eq!(response.headers()[VARY], "accept-encoding");
            let (bytes, mut text) = (response.body().as_ref(), String::new());
            match coding {
                Some("br") => drop(brotli::Decompressor::new(bytes, 4096).read_to_string(&mut text).unwrap()),
                Some(_) => drop(flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap()),
                None => text = String::from_utf8(bytes.to_vec()).unwrap(),
            }
            assert_eq!(text, file.body, "{accepted}");
            assert!(coding.is_none() || bytes.len() < file.body.len() / 2);
        }
    }

    #[tokio::test]
    async fn the_document_is_served_under_both_addresses() {
        for path in ["/v1/openapi.json", "/openapi.json"] {
            let response = get(Method::GET, path).await;
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            assert_eq!(response.headers()[CACHE_CONTROL], FOR_MINUTES);
            assert_eq!(response.body().as_ref(), OPENAPI.as_bytes());
        }
    }

    #[tokio::test]
    async fn the_page_is_whole_and_brings_nothing_from_elsewhere() {
        let response = get(Method::GET, "/docs").await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("style-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let text = String::from_utf8(response.body().as_ref().to_vec()).unwrap();
        assert!(text.contains("id=\"startSession\"") && text.matches("<script").count() == 1);
    }

    #[tokio::test]
    async fn an_operations_address_with_another_method_says_which_there_are() {
        for (method, path, status, allow) in [
            (Method::DELETE, "/v1/sessions", 405, Some("GET, POST, OPTIONS")),
            (Method::OPTIONS, "/v1/settings", 204, Some("GET, PUT, OPTIONS")),
            (Method::GET, "/v1/sessions/abc/end", 405, Some("POST, OPTIONS")),
            (Method::GET, "/v1/sessions/abc/nothing", 404, None),
            (Method::POST, "/v1/sessions/", 404, None),
        ] {
            let response = get(method, path).await;
            let said = response.headers().get(ALLOW).map(|allow| allow.to_str().unwrap());
            assert_eq!((response.status().as_u16(), said), (status, allow), "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        for path in ["/static/customer.css", "/static/../Cargo.toml", "/static/", "/static/customer.0.css"] {
            let response = get(Method::GET, path).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        }
    }
}
