//! The settings of the system and of teams (R19): `/admin/settings`, `/admin/teams/{id}`.
//!
//! A form is one whole document with the versions that it was made from. Where somebody saved meanwhile, the form is laid upon
//! what they saved ([`Draft::upon`]), and both are shown: 409. What has no meaning is shown with its fault: 422. Buttons that fill
//! the form (a preset, a reset) save nothing.

use std::collections::BTreeMap;

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    Actor, Settings, TeamId,
    settings::{Change, Clash, Draft, Field, Overrides, PRESETS},
};
use parlor_store::{SettingsChange, SettingsVersion, StoreError, Team};
use parlor_templates::admin::{FormState, LoggedChange, Section, SettingsPage};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, AppState, Payload,
    api_request::lang,
    redirect,
    reply::{Reach, html_reaching},
    staff_page,
};

use crate::form::{self, Filled};

/// How many changes the page shows.
const LOGGED: u16 = 20;

/// How often a form is laid upon what others save at the same time.
const RACES: usize = 3;

pub(crate) async fn system(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    show(app, page, None).await
}

pub(crate) async fn team(app: &AppState, page: &AdminPage, id: TeamId) -> Result<Response<Body>, AdminRefusal> {
    show(app, page, Some(&id)).await
}

pub(crate) async fn save_system(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    save(app, page, None).await
}

pub(crate) async fn save_team(app: &AppState, page: &AdminPage, id: TeamId) -> Result<Response<Body>, AdminRefusal> {
    save(app, page, Some(&id)).await
}

/// A document as it stands, with who looks at it.
pub(crate) struct Document {
    pub(crate) context: AdminContext,
    pub(crate) team: Option<Team>,
    pub(crate) teams: Vec<(String, String)>,
    pub(crate) current: Draft,
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn read(app: &AppState, page: &AdminPage, id: Option<&TeamId>) -> Result<Document, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let keys = AdminContext::keys(&cookie);
    let keys = if let Some(id) = id { keys.team(id) } else { keys };
    let (found, teams) = tokio::try_join!(app.store.read(keys), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let team = match id {
        Some(id) => Some(context.found.team(id)?.ok_or(ApiError::NotFound)?),
        None => None,
    };
    let mut teams: Vec<_> = teams.into_iter().map(|team| (team.id.to_string(), team.name)).collect();
    if let Some(team) = &team
        && !teams.iter().any(|(id, _)| *id == team.id.as_str())
    {
        teams.push((team.id.to_string(), team.name.clone()));
    }
    teams.sort_by(|(_, one), (_, other)| one.cmp(other));
    let current = draft(&context.system, team.as_ref().map(|team| &team.overrides))?;
    Ok(Document { context, team, teams, current })
}

fn draft(system: &Settings, overrides: Option<&Overrides>) -> Result<Draft, AdminRefusal> {
    let Some(overrides) = overrides else { return Ok(Draft::of_system(system)) };
    Draft::of_team(system, overrides)
        .map_err(|error| StoreError::Item { kind: "team", reason: error.to_string() }.into())
}

impl Document {
    fn id(&self) -> Option<&TeamId> {
        self.team.as_ref().map(|team| &team.id)
    }

    fn versions(&self) -> (u64, u64) {
        let SettingsVersion(system) = self.context.version;
        (self.team.as_ref().map_or(system, |team| team.version.0), system)
    }

    fn page(self, app: &AppState, draft: Draft, state: FormState) -> SettingsPage {
        SettingsPage {
            frame: self.context.frame(app, Section::Settings),
            versions: self.versions(),
            team: self.team.map(|team| (team.id.to_string(), team.name)),
            teams: self.teams,
            draft,
            typed: vec![],
            faults: vec![],
            clashes: None,
            state,
            log: None,
        }
    }
}

/// One `BatchGetItem` and two `Query`, side by side.
async fn show(app: &AppState, page: &AdminPage, id: Option<&TeamId>) -> Result<Response<Body>, AdminRefusal> {
    let changes = async { Ok::<_, AdminRefusal>(app.store.settings_changes(id, None, LOGGED).await?) };
    // What came back of the changes is looked at only once the document may be.
    let (document, changes) = tokio::try_join!(read(app, page, id), changes)?;
    let saved = page.query_string_parameters().first("saved").is_some();
    let draft = document.current.clone();
    let view = document.page(app, draft, if saved { FormState::Saved } else { FormState::Stored });
    let log = changes.into_iter().map(|change| LoggedChange {
        at: change.at,
        changes: Change::between(&change.old, &change.new),
        by: change.by,
    });
    Ok(answer(app, StatusCode::OK, &SettingsPage { log: Some(log.collect()), ..view }))
}

/// One `BatchGetItem` and one `Query`, then one `TransactWriteItems`. A form that was made from an older version costs a `Query`
/// for each document that changed and one for who changed it, and writes nothing.
async fn save(app: &AppState, page: &AdminPage, id: Option<&TeamId>) -> Result<Response<Body>, AdminRefusal> {
    let request = ApiRequest::read(page, app)?;
    let Payload::Form(sent) = &request.payload else { return Err(ApiError::MediaType.into()) };
    for _ in 0..RACES {
        let document = read(app, page, id).await?;
        document.context.check_csrf(&request, app)?;
        if let Some(answer) = attempt(app, sent, document).await? {
            return Ok(answer);
        }
    }
    Err(ApiError::Busy(parlor_store::Busy).into())
}

/// The answer, or nothing where somebody else saved between the read and the write.
async fn attempt(
    app: &AppState,
    sent: &BTreeMap<String, String>,
    document: Document,
) -> Result<Option<Response<Body>>, AdminRefusal> {
    let (mut filled, clashes) = laid(app, sent, &document).await?;
    let pressed = |name: &str| sent.get(name).map(String::as_str);
    let mut fills = pressed("update").is_some();
    if let Some(preset) = pressed("preset").and_then(|name| PRESETS.iter().find(|preset| preset.name == name)) {
        filled.draft.lay(preset);
        filled.typed.clear();
        filled.faults.clear();
        fills = true;
    }
    if let Some(field) = pressed("reset").and_then(Field::of) {
        filled.draft.reset(field);
        filled.forget(field);
        fills = true;
    }
    if let Some(field) = pressed("take").and_then(Field::of) {
        filled.draft.take(field, &document.current);
        filled.forget(field);
        fills = true;
    }
    filled.all_faults();
    let path = document.id().map_or_else(|| "/admin/settings".to_owned(), |id| format!("/admin/teams/{id}"));
    let new = filled.draft.document();
    if !fills && filled.faults.is_empty() {
        // Sent twice, or the other one saved the same: there is nothing left to do.
        if new == document.current.document() {
            return Ok(Some(redirect(&format!("{path}?saved=1"))));
        }
        if clashes.is_none() {
            return match write(app, &document, new).await {
                Ok(()) => Ok(Some(redirect(&format!("{path}?saved=1")))),
                Err(AdminRefusal(ApiError::Store(StoreError::Condition(_)))) => Ok(None),
                Err(error) => Err(error),
            };
        }
    }
    let status = match () {
        () if clashes.is_some() => StatusCode::CONFLICT,
        () if fills => StatusCode::OK,
        () => StatusCode::UNPROCESSABLE_ENTITY,
    };
    // A form that was filled has not been sent yet: what is missing in it is not found fault with.
    let faults = if fills { vec![] } else { filled.faults };
    let view = document.page(app, filled.draft, FormState::Unsaved);
    Ok(Some(answer(app, status, &SettingsPage { typed: filled.typed, faults, clashes, ..view })))
}

/// The page, with the preview in it. It sends a logo to the bucket.
fn answer(app: &AppState, status: StatusCode, page: &SettingsPage) -> Response<Body> {
    let reach = Reach { frames: true, files_origin: Some(&app.files_origin), ..Reach::default() };
    html_reaching(status, page.render(), reach)
}

/// Who saved meanwhile, and what.
type Clashes = Option<(String, Vec<Clash>)>;

/// The form, upon whatever was saved since it was made.
async fn laid(
    app: &AppState,
    sent: &BTreeMap<String, String>,
    document: &Document,
) -> Result<(Filled, Clashes), AdminRefusal> {
    let sent_version = |name: &str| sent.get(name).and_then(|version| version.parse::<u64>().ok()).unwrap_or_default();
    let (made_from, (version, system)) =
        ((sent_version("version"), sent_version("system_version")), document.versions());
    if made_from == (version, system) {
        return Ok((form::read(sent, &document.current), None));
    }
    // The documents as they were when the form was made.
    let older = async |team: Option<&TeamId>, made_from: u64| -> Result<Option<SettingsChange>, StoreError> {
        let next = made_from.saturating_add(1);
        let found = app.store.settings_changes(team, Some(next.saturating_add(1)), 1).await?;
        Ok(found.into_iter().find(|change| change.version == next))
    };
    let mut base_system = document.context.system.clone();
    let mut base_overrides = document.team.as_ref().map(|team| team.overrides.clone());
    let mut by = None;
    if made_from.1 != system
        && let Some(change) = older(None, made_from.1).await?
    {
        base_system = Settings::stored(&change.old.to_string()).unwrap_or(base_system);
        by = document.team.is_none().then_some(change);
    }
    if let Some(team) = &document.team
        && made_from.0 != version
        && let Some(change) = older(Some(&team.id), made_from.0).await?
    {
        base_overrides = Some(Overrides::stored(change.old.clone()));
        by = Some(change);
    }
    // The one that came after is not always the last one; the last one is whose values are shown.
    let last = app.store.settings_changes(document.id(), None, 1).await?;
    let base = draft(&base_system, base_overrides.as_ref())?;
    let filled = form::read(sent, &base);
    let (draft, clashes) = filled.draft.upon(&base, &document.current);
    let name = match last.into_iter().next().or(by).map(|change| change.by) {
        Some(Actor::Agent { name, .. }) => name,
        Some(Actor::Api { key }) => key.to_string(),
        _ => String::new(),
    };
    let changed = made_from.0 != version;
    Ok((Filled { draft, ..filled }, changed.then_some((name, clashes))))
}

async fn write(app: &AppState, document: &Document, new: serde_json::Value) -> Result<(), AdminRefusal> {
    let (context, actor) = (&document.context, document.context.caller.actor());
    match &document.team {
        None => {
            let settings = Settings::parse(new).map_err(ApiError::from)?;
            let saved =
                app.store.save_system_settings(&settings, &context.system, context.version, &actor, context.now);
            saved.await?;
        }
        Some(team) => {
            let overrides = Overrides::parse(new, &context.system).map_err(ApiError::from)?;
            app.store.save_team_settings(team, &overrides, &actor, context.now).await?;
        }
    }
    Ok(())
}
