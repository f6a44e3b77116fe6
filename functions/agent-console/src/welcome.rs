//! GET `/console`: what is open, the history pane, and the New Session form.

use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{AgentId, Channel, Indicator, State};
use parlor_store::Page;
use parlor_templates::console::{OpenSession, Welcome};
use parlor_web::{Ports, html};

use crate::{
    ConsoleError,
    desk::{self, Desk},
    history::{Asked, row},
};

pub(crate) async fn page(ports: &Ports, request: &Request) -> Result<Response<Body>, ConsoleError> {
    let cookie = desk::cookie(request)?;
    let asked = Asked::of(request);
    let store = &ports.store;
    let plain = Asked::default().query(&cookie.agent);
    let (found, newest, listed) = if asked.is_plain() {
        let (found, newest) = tokio::try_join!(store.read(desk::keys(&cookie)), store.sessions(&plain))?;
        (found, newest, None)
    } else {
        // Without a script a search is a whole page, and what is open stands on it all the same.
        let listed = asked.query(&cookie.agent);
        let (found, newest, listed) =
            tokio::try_join!(store.read(desk::keys(&cookie)), store.sessions(&plain), store.sessions(&listed))?;
        (found, newest, Some(listed))
    };
    let desk = Desk::open(cookie, found, ports.clock.now())?;
    let viewer = &desk.caller.agent.id;
    let history = asked.pane(listed.as_ref().unwrap_or(&newest), &desk.own.history, None, viewer, desk.now);
    let view = Welcome {
        open: open(&newest, viewer, &desk),
        form_open: request.query_string_parameters().first("new").is_some(),
        frame: desk.frame(ports, request, history)?,
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

/// The list alone, as the page's script fetches it while one types.
pub(crate) async fn fragment(ports: &Ports, request: &Request) -> Result<Response<Body>, ConsoleError> {
    let cookie = desk::cookie(request)?;
    let asked = Asked::of(request);
    let query = asked.query(&cookie.agent);
    let (found, page) = tokio::try_join!(ports.store.read(desk::keys(&cookie)), ports.store.sessions(&query))?;
    let desk = Desk::open(cookie, found, ports.clock.now())?;
    let history = asked.pane(&page, &desk.own.history, None, &desk.caller.agent.id, desk.now);
    Ok(html(StatusCode::OK, history.fragment(desk.now), None))
}

/// The sessions that are not over, the one that needs the agent most first: somebody is there, then somebody was there,
/// then nobody came yet; the newest first among equals.
fn open(page: &Page, viewer: &AgentId, desk: &Desk) -> Vec<OpenSession> {
    let mut open: Vec<_> = page
        .items
        .iter()
        .filter(|(session, _)| !matches!(session.state, State::Ended | State::Discarded))
        .map(|(session, presence)| {
            let other = match session.channel {
                Channel::Email => Channel::Sms,
                Channel::Sms => Channel::Email,
            };
            let contact = session.contact.address(session.channel).or_else(|| session.contact.address(other));
            OpenSession {
                row: row(session, presence, viewer, desk.now),
                state: session.state,
                contact: contact.unwrap_or_default().to_owned(),
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
