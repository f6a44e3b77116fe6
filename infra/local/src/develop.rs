//! For those who change pages, and only on one machine: the style sheets and scripts as they are in their files now, and a
//! script in every page that looks for changes. What is deployed has none of it.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as Segment, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;

/// How the build makes what is served.
#[allow(dead_code, reason = "the build uses the rest of it")]
#[path = "../../../templates/build/assets.rs"]
mod assets;

/// Where the sources are: those of the repository that this program was built from.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/static");

const SCRIPT: &str = "/local/develop.js";
const STATE: &str = "/local/develop";

/// Looks once a second. A changed style sheet takes the place of the one that is there; all else loads the page again. While
/// the program is being replaced nobody answers, and the page as it is stays.
const LOOK: &str = r#"let seen;
setInterval(async () => {
  const answer = await fetch("/local/develop").catch(() => null);
  if (!answer?.ok) return;
  const now = await answer.json();
  if (seen && (now.program !== seen.program || now.scripts !== seen.scripts)) return location.reload();
  if (seen && now.styles !== seen.styles) {
    for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) {
      sheet.href = `${sheet.href.split("?")[0]}?${now.styles}`;
    }
  }
  seen = now;
}, 1000);
"#;

/// `router` with all of this around it.
pub(crate) fn around(router: Router) -> Router {
    Router::new()
        .route("/static/{file}", get(file))
        .route(SCRIPT, get(async || answer("text/javascript; charset=utf-8", LOOK.to_owned())))
        .route(STATE, get(async || answer("application/json", state(Path::new(FOLDER)).to_string())))
        .fallback_service(router)
        .layer(axum::middleware::from_fn(with_script))
}

/// `customer.<hash>.css` from the sources of `customer.css`, whatever the hash is.
async fn file(Segment(file): Segment<String>) -> Response {
    if let Some(sheet) = parlor_templates::Accent::stylesheet(&file) {
        return answer("text/css; charset=utf-8", sheet);
    }
    let mut parts = file.splitn(3, '.');
    let (stem, _, extension) = (parts.next(), parts.next(), parts.next());
    let name = [stem.unwrap_or_default(), extension.unwrap_or_default()].join(".");
    match assets::served(Path::new(FOLDER), &name) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Ok((body, content_type))) => answer(content_type, body),
        // An editor may be writing it this moment.
        Some(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, format!("{name}: {error}\n")).into_response(),
    }
}

/// What may have changed: this program, the newest style sheet, the newest of all other files.
fn state(folder: &Path) -> serde_json::Value {
    let (mut styles, mut scripts) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let written = entry.metadata().and_then(|metadata| metadata.modified()).unwrap_or(UNIX_EPOCH);
            let is_style = path.extension().is_some_and(|extension| extension == "css");
            let newest = if is_style { &mut styles } else { &mut scripts };
            *newest = millis(written).max(*newest);
        }
    }
    json!({ "program": std::process::id(), "styles": styles, "scripts": scripts })
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn answer(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")], body).into_response()
}

/// Puts the script into every page; the pages' own policy allows it, as it comes from where they come from.
async fn with_script(mut request: Request, next: Next) -> Response {
    // What is compressed could not be added to.
    request.headers_mut().remove(ACCEPT_ENCODING);
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let text = String::from_utf8_lossy(&body.to_bytes()).replacen(
        "</head>",
        &format!("<script src=\"{SCRIPT}\" defer></script></head>"),
        1,
    );
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(text.len()));
    Response::from_parts(parts, Body::from(text))
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt as _;

    use super::*;

    async fn get_text(path: &str) -> (Response<()>, String) {
        let page = get(async || ([(CONTENT_TYPE, "text/html; charset=utf-8")], "<head></head><p>Here</p>"));
        let router = around(Router::new().route("/page", page).route("/plain", get(async || "</head>")));
        let request = Request::builder().uri(path).header(ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (Response::from_parts(parts, ()), text)
    }

    #[tokio::test]
    async fn files_come_as_they_are_under_any_hash() {
        let (response, text) = get_text("/static/customer.0123456789abcdef.css").await;
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert!(text.contains("@media") && !text.contains("@import"), "{text}");
        for path in ["/static/nothing.0123456789abcdef.css", "/static/customer.css", "/static/.."] {
            assert_eq!(get_text(path).await.0.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn pages_look_for_changes_and_nothing_else_does() {
        let (response, text) = get_text("/page").await;
        assert_eq!(text, "<head><script src=\"/local/develop.js\" defer></script></head><p>Here</p>");
        assert_eq!(response.headers()[CONTENT_LENGTH], text.len().to_string());
        assert_eq!(get_text("/plain").await.1, "</head>");
        assert!(get_text(SCRIPT).await.1.contains(STATE));
    }

    #[test]
    fn a_style_sheet_is_told_from_the_rest() {
        let folder = std::env::temp_dir().join(format!("parlor-develop-{}", std::process::id()));
        fs::create_dir_all(folder.join("css")).unwrap();
        fs::write(folder.join("css/a.css"), "").unwrap();
        assert_eq!(state(&folder)["scripts"], 0);
        assert_ne!(state(&folder)["styles"], 0);
        fs::remove_dir_all(folder).unwrap();
    }
}
