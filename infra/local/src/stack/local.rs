//! What only the one-machine stack serves: `/local`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::CONTENT_TYPE;
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
