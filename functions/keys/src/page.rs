//! `/admin/keys`: the keys that are there, a form to make one, and a key that was made, which is shown this once.

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{KeyId, TeamId};
use parlor_store::ListedKey;
use parlor_templates::admin::{KeyRow, KeysPage, NewKeyPage, Section, TeamName};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiRequest, AppState, api_request::lang, html, redirect, staff_page,
};

use crate::PAGE;

/// One `BatchGetItem` for whoever asks, and a `Query` of the keys and one of the teams, side by side.
pub(crate) async fn list(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let read = app.store.read(AdminContext::keys(&cookie));
    let (found, keys, teams) = tokio::try_join!(read, app.store.api_keys(), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let name = |id: &TeamId| teams.iter().find(|team| team.id == *id).map(|team| team.name.clone());
    let row = |ListedKey { about, last_used }: ListedKey| KeyRow {
        team: about.only_team().map(|team| name(team).unwrap_or_else(|| team.to_string())),
        id: about.id.to_string(),
        name: about.name,
        scopes: about.scopes,
        as_agent: about.as_agent,
        made_at: about.created_at,
        ends_at: about.expires_at,
        used_at: last_used,
    };
    let mut names: Vec<TeamName> =
        teams.iter().map(|team| TeamName { id: team.id.to_string(), name: team.name.clone() }).collect();
    names.sort_by_key(|team| team.name.to_lowercase());
    let view = KeysPage {
        frame: context.frame(app, Section::Keys),
        keys: keys.into_iter().map(row).collect(),
        teams: names,
        done: page.query_string_parameters().first("done").unwrap_or_default().to_owned(),
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

/// One `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`.
pub(crate) async fn make(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, app)?;
    let (found, answer) = crate::make(app, &request, AdminContext::keys(&cookie)).await?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let said = |field: &str| answer.body[field].as_str().unwrap_or_default().to_owned();
    let view = NewKeyPage { frame: context.frame(app, Section::Keys), name: said("name"), key: said("key") };
    Ok(html(StatusCode::CREATED, view.render(), None))
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn revoke(app: &AppState, page: &AdminPage, id: KeyId) -> Result<Response<Body>, AdminRefusal> {
    let request = ApiRequest::read(page, app)?;
    crate::revoke(app, &request, id).await?;
    Ok(redirect(&format!("{PAGE}?done=revoked")))
}
