//! Lists of people and of teams.

use lambda_http::http::StatusCode;
use parlor_domain::AgentId;
use parlor_store::ReadBatch;
use parlor_web::{ApiError, ApiRequest, ApiResponse, AppState, List, api_request::page_size};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    PEOPLE, TEAMS, admin,
    json::{PersonView, TeamView},
    keys,
};

/// People a page.
const PAGE: u16 = 100;

/// The query of the list of people.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PeopleQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most this many on the page: 1 to 100, and 100 without it.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    limit: Option<String>,
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn people(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let PeopleQuery { cursor, limit } = request.query()?;
    let limit = page_size(limit.as_deref(), PAGE)?;
    let no_cursor = |_| ApiError::Malformed("`cursor` is not one of ours.".into());
    let after: Option<AgentId> = cursor.map(|cursor| cursor.parse().map_err(no_cursor)).transpose()?;
    let (found, people) = tokio::join!(
        app.store.read(keys(request, ReadBatch::new())),
        app.store.people(after.as_ref(), i32::from(limit) + 1)
    );
    admin(app, request, &found?)?;
    let mut people = people?;
    let more = people.len() > usize::from(limit);
    people.truncate(usize::from(limit));
    let next_cursor = people.last().filter(|_| more).map(|last| last.person.agent.id.to_string());
    let items = people.iter().map(PersonView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, PEOPLE))
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn teams(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let (found, teams) = tokio::join!(app.store.read(keys(request, ReadBatch::new())), app.store.teams());
    admin(app, request, &found?)?;
    let items: Vec<TeamView> = teams?.into_iter().map(TeamView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, TEAMS))
}
