//! GET `/admin/teams`.

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_templates::admin::{Section, TeamRow, TeamsPage};
use parlor_web::{AdminContext, AdminPage, AdminRefusal, AppState, api_request::lang, html, staff_page};

/// As many people as are named with their teams.
const MOST: i32 = 2000;

/// One `BatchGetItem` for whoever asks, and a `Query` of the people and one of the teams, side by side.
pub(crate) async fn list(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let (found, people, teams) =
        tokio::try_join!(app.store.read(AdminContext::keys(&cookie)), app.store.people(None, MOST), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let agents: Vec<_> = people.iter().map(|stored| &stored.person.agent).collect();
    let mut teams: Vec<TeamRow> = teams
        .into_iter()
        .map(|team| TeamRow {
            members: agents.iter().filter(|agent| agent.is_in(&team.id)).map(|agent| agent.name.clone()).collect(),
            id: team.id.to_string(),
            name: team.name,
        })
        .collect();
    teams.sort_by_key(|team| parlor_store::fold(&team.name));
    let done = page.query_string_parameters().first("done").unwrap_or_default().to_owned();
    let view = TeamsPage { frame: context.frame(app, Section::Teams), teams, done };
    Ok(html(StatusCode::OK, view.render(), None))
}
