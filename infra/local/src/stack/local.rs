//! What only the one-machine stack serves: `/local`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{Method, StatusCode, Uri};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Inner, ScheduleError};
use crate::demo;

/// What only the one-machine stack serves.
pub(super) fn own_routes(inner: Arc<Inner>) -> Router {
    Router::new()
        .route(demo::LOGO, get(async || ([(CONTENT_TYPE, "image/svg+xml")], include_str!("../demo_logo.svg"))))
        .route("/local/clock", get(show_clock).post(move_clock))
        .route("/local/schedules/{function}/run", post(run_schedule))
        .route("/local/requests", get(show_requests).delete(reset_requests))
        .with_state(inner)
}

/// Keeps other sites out of what only the one-machine stack serves: it shows every mail and moves the clock. The stack listens on
/// this machine alone, but whatever page is open in a browser here can send requests to it, and under a name of its own that it
/// lets lead here (DNS rebinding) read the answers. So the name that is asked for is one of this machine's, and what changes
/// something comes from none but this machine's pages, or from no page.
pub(super) async fn only_here(request: Request, next: Next) -> Response {
    if is_from_here(&request) {
        return next.run(request).await;
    }
    let message = "ask for it at http://localhost, and from there";
    (StatusCode::FORBIDDEN, axum::Json(json!({ "message": message }))).into_response()
}

fn is_from_here(request: &Request) -> bool {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    text(HOST).is_none_or(|host| is_here(host.parse().ok()))
        && (reads || text(ORIGIN).is_none_or(|origin| is_here(origin.parse().ok())))
}

/// Whether an address is one of this machine's, whatever its port.
fn is_here(address: Option<Uri>) -> bool {
    let host = address.as_ref().and_then(Uri::host).unwrap_or_default().to_ascii_lowercase();
    matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

#[derive(Deserialize)]
struct Jump {
    advance_seconds: u32,
}

async fn show_clock(State(inner): State<Arc<Inner>>) -> Response {
    let now: Timestamp = inner.clock.now();
    axum::Json(json!({ "now": now.to_string(), "offset_seconds": inner.clock.offset() })).into_response()
}

async fn move_clock(State(inner): State<Arc<Inner>>, body: axum::body::Bytes) -> Response {
    let Ok(jump) = serde_json::from_slice::<Jump>(&body) else {
        let message = "a body like {\"advance_seconds\":60} is expected; time does not go back";
        return (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "message": message }))).into_response();
    };
    inner.advance(jump.advance_seconds).await;
    show_clock(State(inner)).await
}

async fn run_schedule(State(inner): State<Arc<Inner>>, Path(function): Path<String>) -> Response {
    match inner.run_schedule(&function).await {
        Ok(answer) => axum::Json(json!({ "function": function, "answer": answer })).into_response(),
        Err(error) => {
            let status = match error {
                ScheduleError::Unknown(_) => StatusCode::NOT_FOUND,
                ScheduleError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, axum::Json(json!({ "message": error.to_string() }))).into_response()
        }
    }
}

async fn show_requests(State(inner): State<Arc<Inner>>) -> Response {
    match &inner.observer {
        Some(observer) => axum::Json(observer.requests()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn reset_requests(State(inner): State<Arc<Inner>>) -> StatusCode {
    match &inner.observer {
        Some(observer) => {
            observer.reset();
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(method: &str, host: &str, origin: Option<&str>) -> StatusCode {
        let own = get(async || "every mail").post(async || "the clock");
        let router = Router::new().route("/local", own).layer(axum::middleware::from_fn(only_here));
        let mut request = Request::builder().method(method).uri("/local").header(HOST, host);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn no_other_site_reads_the_outbox_or_moves_the_clock() {
        for host in ["localhost:3000", "LOCALHOST", "127.0.0.1:80", "[::1]:3000", "demo.localhost:3000"] {
            assert_eq!(status("GET", host, None).await, StatusCode::OK, "{host}");
            assert_eq!(status("POST", host, None).await, StatusCode::OK, "{host}");
        }
        for host in
            ["evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example:3000", "evillocalhost", "a b"]
        {
            assert_eq!(status("GET", host, None).await, StatusCode::FORBIDDEN, "{host}");
        }
        for (origin, answer) in [
            ("http://localhost:3000", StatusCode::OK),
            ("https://evil.example", StatusCode::FORBIDDEN),
            ("null", StatusCode::FORBIDDEN),
        ] {
            assert_eq!(status("POST", "localhost:3000", Some(origin)).await, answer, "{origin}");
        }
    }
}
