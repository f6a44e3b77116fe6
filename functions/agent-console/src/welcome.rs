//! GET `/console`: what is open, the history pane, and the New Session form.

use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{AgentId, Channel, Indicator, PhoneNumber, State, TeamId};
use parlor_store::{Page, ReadBatch};
use parlor_templates::console::{OpenSession, Welcome};
use parlor_web::{AppState, api_request::lang, html, staff_page};

use crate::{
    PageError,
    history::{Asked, HistoryQuery, Listed, row},
    staff_context::{self, StaffContext},
};

pub(crate) async fn page(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let asked = Asked::of(request, &cookie);
    let store = &app.store;
    let own = HistoryQuery::own(&cookie);
    let query = request.query_string_parameters();
    let (new, team) = (query.first("new"), query.first("team").and_then(|team| team.parse::<TeamId>().ok()));
    let keys = team.iter().fold(staff_context::keys(&cookie), ReadBatch::team);
    let (found, newest, listed) = if asked.query().is_own() {
        let (found, newest) = tokio::try_join!(store.read(keys), own.sessions(store))?;
        (found, newest.clone(), Listed::Sessions(newest))
    } else {
        // What is open stands on the page whatever is listed.
        tokio::try_join!(store.read(keys), own.sessions(store), asked.query().read(store))?
    };
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?.with_team(team)?;
    let viewer = &staff_context.caller.agent.id;
    let (history, remember) = asked.pane(store, listed, Some(&newest), None, &staff_context).await?.remember();
    let mut view = Welcome {
        open: open(&newest, viewer, &staff_context),
        form_open: new.is_some(),
        frame: staff_context.frame(app, request, history)?,
    };
    if new == Some("me") {
        // A test session with oneself.
        let (agent, form) = (&staff_context.caller.agent, &mut view.frame.new_session);
        agent.name.clone_into(&mut form.name);
        agent.email.as_str().clone_into(&mut form.email);
        form.channel = Channel::Email;
    }
    Ok(remember(html(StatusCode::OK, view.render(), Some(&app.live_url))))
}

/// A fresh address for the live connection of the lists: each ticket opens one.
pub(crate) async fn live_url(app: &AppState, request: &Request) -> Result<String, PageError> {
    let cookie = staff_page::cookie(request)?;
    let found = app.store.read(staff_context::part_keys(&cookie)).await?;
    Ok(StaffContext::open(cookie, found, lang(request), app.clock.now())?.lists_url(app))
}

/// The list alone, as the page's script fetches it while one types.
pub(crate) async fn fragment(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let asked = Asked::of(request, &cookie);
    let (found, listed) =
        tokio::try_join!(app.store.read(staff_context::part_keys(&cookie)), asked.query().read(&app.store))?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let (history, remember) = asked.pane(&app.store, listed, None, None, &staff_context).await?.remember();
    Ok(remember(html(StatusCode::OK, history.fragment(staff_context.lang, staff_context.now), None)))
}

/// The sessions that are not over, the one that needs the agent most first: somebody is there, then somebody was there,
/// then nobody came yet; the newest first among equals.
fn open(page: &Page, viewer: &AgentId, staff_context: &StaffContext) -> Vec<OpenSession> {
    let mut open: Vec<_> = page
        .items
        .iter()
        .filter(|(session, _)| !matches!(session.state, State::Ended | State::Discarded))
        .map(|(session, presence)| {
            let email = session.contact.email.as_ref().map(ToString::to_string);
            let phone = || session.contact.phone.as_ref().map(PhoneNumber::international);
            let contact = match session.channel {
                Channel::Email => email.or_else(phone),
                Channel::Sms => phone().or(email),
            };
            OpenSession {
                row: row(staff_context.lang, session, presence, viewer, staff_context.now),
                state: session.state,
                contact: contact.unwrap_or_default(),
            }
        })
        .collect();
    open.sort_by_key(|session| urgency(session.row.indicator, session.state));
    open
}

/// Lower comes first.
fn urgency(indicator: Indicator, state: State) -> u8 {
    match (indicator, state) {
        (Indicator::OnlineIncomplete | Indicator::OnlineComplete, _) => 0,
        (_, State::Active) => 1,
        (_, State::Invited) => 2,
        _ => 3,
    }
}
