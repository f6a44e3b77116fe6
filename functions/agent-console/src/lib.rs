//! The console: GET `/`, `/console`, `/console/live`, `/console/team`, `/console/team/figures`, `/console/s/{session}` and what belongs to it. Nothing here writes.
//!
//! | request | DynamoDB, all of it side by side |
//! | --- | --- |
//! | GET `/` | none |
//! | GET `/console` | one `BatchGetItem`, one `Query`; a list beside one's own costs as follows |
//! | GET `/console?fragment=history` | one `BatchGetItem`, and one `Query` for one's own sessions, 4 for each team, 8 for all |
//! | the same with a search, or the list *Recent* | then another `BatchGetItem`, of the sessions that were found |
//! | GET `/console/team` | one `BatchGetItem` and four `Query`, then one `BatchGetItem` of what they name |
//! | GET `/console/team/figures` | one `BatchGetItem`, two `Query` (figures, history) or more, as the list beside it |
//! | GET `/me` | one `BatchGetItem`, two `Query` (sign-ins, history) |
//! | GET `/console/live` | one `BatchGetItem` |
//! | GET `/console/s/{session}` | one `BatchGetItem`, four `Query` (history, events, links, interactions) |
//! | GET `/console/s/{session}?fragment=room` | one `BatchGetItem`, three `Query` (events, links, interactions) |
//! | GET `/console/s/{session}/live` | one `BatchGetItem` |
//! | GET `/console/s/{session}/row` | one `BatchGetItem` |
//! | GET `/console/s/{session}/i/{interaction}/answers` | one `BatchGetItem` |
//!
//! Lists and events are asked for before the cookie is known to be good, so that there is one trip: what came back is
//! looked at only once it is. Whose sessions somebody sees follows from their role, and what they chose is in a cookie: a
//! browser that has none yet, of somebody who sees more than their own sessions, asks once more.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answers;
mod board;
mod error_page;
mod figures;
mod filled_in;
mod history;
mod marks;
mod me;
mod room;
mod row;
mod staff_context;
mod team_page;
mod welcome;

use lambda_http::{
    Body, RequestExt as _, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{InteractionId, SessionId, settings::Service};
use parlor_store::StoreError;
use parlor_web::{ApiError, ApiResponse, AppState, Rows, WebFunction, redirect, route::Unrouted};

use crate::error_page::ScriptError;

/// A request for a page, or for a part of one.
type Page = parlor_web::Page<PageError>;

/// A request of a page's script, that reads the answer.
type Script = parlor_web::Page<ScriptError>;

/// Shows staff the console and its rooms.
#[derive(Debug)]
pub struct AgentConsole;

impl WebFunction for AgentConsole {
    const NAME: &'static str = "agent-console";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/", root)
            .page(Method::GET, "/console", welcome)
            .page(Method::GET, "/console/team", board)
            .page(Method::GET, "/console/team/figures", figures)
            .page(Method::GET, "/me", me)
            .page(Method::GET, "/console/live", lists_ticket)
            .page(Method::GET, "/console/s/{session}", room)
            .page(Method::GET, "/console/s/{session}/live", ticket)
            .page(Method::GET, "/console/s/{session}/row", row)
            .page(Method::GET, "/console/s/{session}/i/{interaction}/answers", show_answers)
    }
}

/// Why a page is not shown.
#[derive(Debug, thiserror::Error)]
enum PageError {
    /// What any operation can refuse with.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// R15: maintenance is switched on, with what the settings say about it.
    #[error("maintenance")]
    Maintenance(Service),
    /// R25: nothing is left of the session to be shown.
    #[error("erased")]
    Erased,
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Api(error.into())
    }
}

impl From<Unrouted> for PageError {
    fn from(why: Unrouted) -> Self {
        Self::Api(why.into())
    }
}

/// The part of a page that is asked for, if it is not the whole of it.
fn fragment(page: &lambda_http::Request) -> Option<String> {
    page.query_string_parameters().first("fragment").map(str::to_owned)
}

async fn root(_: &AppState, _: &Page) -> Result<Response<Body>, PageError> {
    Ok(redirect("/console"))
}

async fn welcome(app: &AppState, page: &Page) -> Result<Response<Body>, PageError> {
    match fragment(page).as_deref() {
        None => welcome::page(app, page).await,
        Some("history") => welcome::fragment(app, page).await,
        Some(_) => Err(ApiError::NotFound.into()),
    }
}

async fn board(app: &AppState, page: &Page) -> Result<Response<Body>, PageError> {
    match fragment(page).as_deref() {
        None => board::page(app, page, false).await,
        Some("board") => board::page(app, page, true).await,
        Some(_) => Err(ApiError::NotFound.into()),
    }
}

async fn figures(app: &AppState, page: &Page) -> Result<Response<Body>, PageError> {
    figures::page(app, page).await
}

async fn room(app: &AppState, page: &Page, session: SessionId) -> Result<Response<Body>, PageError> {
    match fragment(page).as_deref() {
        // The largest of these futures, and no other ought to be as large as they.
        None => Box::pin(room::page(app, page, &session)).await,
        Some("room") => Box::pin(room::fragment(app, page, &session)).await,
        Some(_) => Err(ApiError::NotFound.into()),
    }
}

async fn me(app: &AppState, page: &Page) -> Result<Response<Body>, PageError> {
    me::page(app, page).await
}

async fn row(app: &AppState, script: &Script, session: SessionId) -> Result<Response<Body>, ScriptError> {
    Ok(row::row(app, script, &session).await?)
}

async fn show_answers(
    app: &AppState,
    page: &Page,
    session: SessionId,
    interaction: InteractionId,
) -> Result<Response<Body>, PageError> {
    answers::show(app, page, &session, &interaction).await
}

async fn lists_ticket(app: &AppState, script: &Script) -> Result<Response<Body>, ScriptError> {
    let url = welcome::live_url(app, script).await?;
    Ok(ApiResponse::new(StatusCode::OK, serde_json::json!({ "url": url }), "").into_json())
}

async fn ticket(app: &AppState, script: &Script, session: SessionId) -> Result<Response<Body>, ScriptError> {
    let url = room::live_url(app, script, &session).await?;
    Ok(ApiResponse::new(StatusCode::OK, serde_json::json!({ "url": url }), "").into_json())
}
