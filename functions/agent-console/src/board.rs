//! GET `/console/team`: the running sessions of a team, for those who see them all (R20).

use std::cmp::Reverse;

use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{Presence, Session, State};
use parlor_templates::console::{Board, BoardDeadline, BoardFilter, BoardOrder, BoardRow};
use parlor_web::{AppState, api_request::lang, html, staff_page};

use crate::{
    PageError,
    error_page::number,
    history::Asked,
    staff_context::{self, StaffContext},
    team_page,
};

/// The board, or its rows alone for the page's script. One `BatchGetItem` for whoever asks and four `Query` side by side, then
/// one `BatchGetItem` of the sessions that are running.
pub(crate) async fn page(app: &AppState, request: &Request, part: bool) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let query = request.query_string_parameters();
    let team = team_page::asked(request, &cookie)?;
    let keys = staff_context::keys(&cookie).team(&team);
    let asked = Asked::plain(request, &cookie);
    // The rows alone come without the pane at their side.
    let listed = async { if part { Ok(None) } else { asked.query().read(&app.store).await.map(Some) } };
    let running = app.store.running(&team, number(request, "cursor"));
    let (found, running, listed) = tokio::try_join!(app.store.read(keys), running, listed)?;
    let context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    team_page::must_see(
        &context,
        &team,
        "The board is for supervisors and admins. Your own sessions are on the start page.",
    )?;
    let agent = &context.caller.agent;

    let filter = BoardFilter {
        team: team.to_string(),
        state: query.first("state").and_then(state),
        online: query.first("online") == Some("1"),
        order: query.first("order").and_then(order).unwrap_or_default(),
    };
    let (settings, _) = context.found.settings(&team)?;
    let wanted = |(session, presence): &(Session, Presence)| {
        filter.state.is_none_or(|state| session.state == state)
            && (!filter.online || presence.customer_online(context.now))
    };
    let mut rows: Vec<BoardRow> = running
        .sessions
        .iter()
        .filter(|listed| wanted(listed))
        .map(|(session, presence)| BoardRow {
            id: session.id.to_string(),
            name: session.customer.name.clone(),
            indicator: parlor_domain::Indicator::of(
                session.joined_at.is_some(),
                presence.customer_online(context.now),
                session.is_complete(),
            ),
            state: session.state,
            owner: session.agent_name.clone(),
            own: session.agent == agent.id,
            created_at: session.created_at,
            last_at: session.last_event_at,
            deadline: session
                .inactivity_deadline(&settings)
                .map(|at| BoardDeadline { at, since: session.last_agent_action_at }),
        })
        .collect();
    match filter.order {
        BoardOrder::Newest => rows.sort_by_key(|row| Reverse(row.created_at)),
        BoardOrder::Quiet => rows.sort_by_key(|row| row.last_at),
        BoardOrder::Deadline => {
            rows.sort_by_key(|row| row.deadline.map_or(jiff::Timestamp::MAX, |deadline| deadline.at));
        }
    }
    let more = running.next.map(|next| format!("{}&cursor={next}", filter.href()));
    let teams = context.team_names()?;
    let board = |history| -> Result<Board, PageError> {
        Ok(Board { teams, filter, rows, more, frame: context.frame(app, request, history)? })
    };
    let Some(listed) = listed else {
        return Ok(html(StatusCode::OK, board(StaffContext::no_history(None))?.part(), None));
    };
    let (history, remember) = asked.pane(&app.store, listed, None, None, &context).await?.remember();
    Ok(remember(html(StatusCode::OK, board(history)?.render(), None)))
}

fn state(name: &str) -> Option<State> {
    [State::Planned, State::Invited, State::Active].into_iter().find(|state| state.as_str() == name)
}

fn order(name: &str) -> Option<BoardOrder> {
    BoardOrder::ALL.into_iter().find(|order| order.as_str() == name)
}
