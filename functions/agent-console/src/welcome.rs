//! GET `/console`: what is open, the history pane, and the New Session form.

use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{AgentId, Channel, Indicator, PhoneNumber, State};
use parlor_store::Page;
use parlor_templates::console::{OpenSession, Welcome};
use parlor_web::{AppState, api_request::lang, html};

use crate::{
    PageError,
    history::{HistoryQuery, row},
    staff_context::{self, StaffContext},
};

pub(crate) async fn page(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_context::cookie(request)?;
    let asked = HistoryQuery::of(request);
    let store = &app.store;
    let plain = HistoryQuery::default().query(&cookie.agent);
    let (found, newest, listed) = if asked.is_plain() {
        let (found, newest) = tokio::try_join!(store.read(staff_context::keys(&cookie)), store.sessions(&plain))?;
        (found, newest, None)
    } else {
        // Without a script a search is a whole page, and what is open stands on it all the same.
        let listed = asked.query(&cookie.agent);
        let (found, newest, listed) = tokio::try_join!(
            store.read(staff_context::keys(&cookie)),
            store.sessions(&plain),
            store.sessions(&listed)
        )?;
        (found, newest, Some(listed))
    };
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let viewer = &staff_context.caller.agent.id;
    let history = asked.pane(
        staff_context.lang,
        listed.as_ref().unwrap_or(&newest),
        &staff_context.own.history,
        None,
        viewer,
        staff_context.now,
    );
    let view = Welcome {
        open: open(&newest, viewer, &staff_context),
        form_open: request.query_string_parameters().first("new").is_some(),
        frame: staff_context.frame(app, request, history)?,
    };
    Ok(html(StatusCode::OK, view.render(), Some(&app.live_url)))
}

/// A fresh address for the live connection of the lists: each ticket opens one.
pub(crate) async fn live_url(app: &AppState, request: &Request) -> Result<String, PageError> {
    let cookie = staff_context::cookie(request)?;
    let found = app.store.read(staff_context::part_keys(&cookie)).await?;
    Ok(StaffContext::open(cookie, found, lang(request), app.clock.now())?.lists_url(app))
}

/// The list alone, as the page's script fetches it while one types.
pub(crate) async fn fragment(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_context::cookie(request)?;
    let asked = HistoryQuery::of(request);
    let query = asked.query(&cookie.agent);
    let (found, page) =
        tokio::try_join!(app.store.read(staff_context::part_keys(&cookie)), app.store.sessions(&query))?;
    let staff_context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    let history = asked.pane(
        staff_context.lang,
        &page,
        &staff_context.own.history,
        None,
        &staff_context.caller.agent.id,
        staff_context.now,
    );
    Ok(html(StatusCode::OK, history.fragment(staff_context.lang, staff_context.now), None))
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
