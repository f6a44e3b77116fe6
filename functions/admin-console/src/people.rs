//! GET `/admin/people`, `/admin/people/new` and `/admin/people/{id}`. What their forms do is the operations' of `people` and
//! `session-renew`, which lead back here and say how it went.

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{Actor, AgentId, Role, State, people::INVITATION_FOR, staff::Standing};
use parlor_store::{ListedTeam, Query, Scope, StaffChange, Store, StoreError, StoredPerson, Summary};
use parlor_templates::admin::{
    ChangeLine, Heir, OpenLine, PeoplePage, PersonForm, PersonPage, PersonRow, Section, StandingFilter, TeamName,
};
use parlor_web::{AdminContext, AdminPage, AdminRefusal, ApiError, AppState, api_request::lang, html, staff_page};

/// As many people as the list shows, and as can be chosen from.
const MOST: i32 = 2000;

/// Changes that are looked through for those of one person.
const CHANGES: i32 = 200;

/// Open sessions of each state that are shown of somebody.
const OPEN: usize = 50;

fn parameter(page: &AdminPage, name: &str) -> String {
    page.query_string_parameters().first(name).unwrap_or_default().chars().take(120).collect()
}

/// One `BatchGetItem` for whoever asks, and a `Query` of the people and one of the teams, side by side.
pub(crate) async fn list(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let (found, people, teams) =
        tokio::try_join!(app.store.read(AdminContext::keys(&cookie)), app.store.people(None, MOST), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let (query, filter) = (parameter(page, "q"), StandingFilter::named(&parameter(page, "state")));
    let typed = parlor_store::fold(query.trim());
    let fits = |stored: &&StoredPerson| {
        let agent = &stored.person.agent;
        let named = parlor_store::fold(&agent.name).contains(&typed) || agent.email.as_str().contains(&typed);
        named && filter.0.is_none_or(|standing| standing == agent.standing)
    };
    let mut people: Vec<PersonRow> = people.iter().filter(fits).map(|stored| row(stored, &teams)).collect();
    people.sort_by_key(|person| parlor_store::fold(&person.name));
    let frame = context.frame(app, Section::People);
    let view = PeoplePage { frame, people, query, filter, done: parameter(page, "done") };
    Ok(html(StatusCode::OK, view.render(), None))
}

fn row(stored: &StoredPerson, teams: &[ListedTeam]) -> PersonRow {
    let agent = &stored.person.agent;
    let name = |id| teams.iter().find(|team| team.id == id).map(|team| team.name.clone());
    PersonRow {
        id: agent.id.to_string(),
        name: agent.name.clone(),
        email: agent.email.as_str().to_owned(),
        role: agent.role,
        teams: agent.teams().into_iter().filter_map(name).collect(),
        standing: agent.standing,
        undelivered: stored.undelivered && agent.standing == Standing::Invited,
    }
}

fn team_names(teams: Vec<ListedTeam>) -> Vec<TeamName> {
    let mut names: Vec<TeamName> =
        teams.into_iter().map(|team| TeamName { id: team.id.to_string(), name: team.name }).collect();
    names.sort_by_key(|team| parlor_store::fold(&team.name));
    names
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn new(app: &AppState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let (found, teams) = tokio::try_join!(app.store.read(AdminContext::keys(&cookie)), app.store.teams())?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let own = context.caller.agent.team.to_string();
    let form = PersonForm {
        name: String::new(),
        email: String::new(),
        role: Role::Agent,
        teams: vec![own],
        settings_of: vec![],
    };
    let view = PersonPage {
        frame: context.frame(app, Section::People),
        id: None,
        form,
        all_teams: team_names(teams),
        standing: Standing::Invited,
        invited_until: None,
        undelivered: false,
        deactivated_at: None,
        open: vec![],
        heirs: vec![],
        changes: vec![],
        done: String::new(),
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

/// Somebody's sessions that are not over, newest first. Three `Query`, side by side.
async fn open_sessions(store: &Store, id: &AgentId) -> Result<Vec<Summary>, StoreError> {
    let query =
        |state| Query { scope: Scope::Agent(id.clone()), state: Some(state), search: None, from: None, limit: OPEN };
    let [planned, invited, active] = [State::Planned, State::Invited, State::Active].map(query);
    let (planned, invited, active) =
        tokio::try_join!(store.sessions(&planned), store.sessions(&invited), store.sessions(&active))?;
    let pages = [planned, invited, active];
    let mut sessions: Vec<Summary> =
        pages.into_iter().flat_map(|page| page.items).map(|(session, _)| session).collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    Ok(sessions)
}

/// One `BatchGetItem` for whoever asks and whom it is about; a `Query` of the people, of the teams and of the changes, and three
/// of the sessions, side by side.
pub(crate) async fn person(app: &AppState, page: &AdminPage, id: AgentId) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let (found, people, teams, changes, open) = tokio::try_join!(
        app.store.read(AdminContext::keys(&cookie).person(&id)),
        app.store.people(None, MOST),
        app.store.teams(),
        app.store.staff_changes(CHANGES),
        open_sessions(&app.store, &id)
    )?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    let stored = context.found.person(&id)?.ok_or(ApiError::NotFound)?;
    let (person, agent) = (&stored.person, &stored.person.agent);
    let form = PersonForm {
        name: agent.name.clone(),
        email: agent.email.as_str().to_owned(),
        role: agent.role,
        teams: agent.teams().iter().map(ToString::to_string).collect(),
        settings_of: agent.settings_of.iter().map(ToString::to_string).collect(),
    };
    let mut heirs: Vec<Heir> = people
        .iter()
        .map(|other| &other.person.agent)
        // Who may use the settings of all these teams (R19): what is offered works.
        .filter(|other| other.is_active() && other.id != id)
        .filter(|other| open.iter().all(|session| other.may_use_team(&session.id.team())))
        .map(|other| Heir { id: other.id.to_string(), name: other.name.clone() })
        .collect();
    heirs.sort_by_key(|heir| parlor_store::fold(&heir.name));
    let invited_until = person.invited_at.and_then(|at| at.checked_add(INVITATION_FOR).ok());
    let view = PersonPage {
        frame: context.frame(app, Section::People),
        id: Some(id.to_string()),
        form,
        all_teams: team_names(teams),
        standing: agent.standing,
        invited_until,
        undelivered: stored.undelivered,
        deactivated_at: person.deactivated_at,
        open: open.into_iter().map(open_line).collect(),
        heirs,
        changes: changes.iter().filter(|change| change.of == id.as_str()).map(change_line).collect(),
        done: parameter(page, "done"),
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

fn open_line(session: Summary) -> OpenLine {
    OpenLine { id: session.id.to_string(), name: session.name, since: session.created_at }
}

fn change_line(change: &StaffChange) -> ChangeLine {
    let by = match &change.by {
        Actor::Agent { name, .. } => Some(name.clone()),
        _ => None,
    };
    ChangeLine { what: change.what, by, at: change.at }
}
