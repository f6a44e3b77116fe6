//! GET `/console/team/figures`: what a team did, day by day, for those who see all of it (R20).

use jiff::{ToSpan as _, tz::TimeZone};
use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_templates::console::{FIGURES_SPANS, Figures};
use parlor_web::{AppState, api_request::lang, html, staff_page};

use crate::{
    PageError,
    history::Asked,
    staff_context::{self, StaffContext},
    team_page,
};

/// One `BatchGetItem` for whoever asks, one `Query` of the figures and one of the list beside them, side by side.
pub(crate) async fn page(app: &AppState, request: &Request) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let query = request.query_string_parameters();
    let team = team_page::asked(request, &cookie)?;
    let span = query.first("days").and_then(|days| days.parse().ok());
    let span = span.filter(|days| FIGURES_SPANS.contains(days)).unwrap_or(FIGURES_SPANS[1]);
    let today = app.clock.now().to_zoned(TimeZone::UTC).date();
    let first = today.checked_sub((i32::from(span) - 1).days()).unwrap_or(today);

    let asked = Asked::plain(request, &cookie);
    let keys = staff_context::keys(&cookie).team(&team);
    let listed = asked.query();
    let (found, days, listed) =
        tokio::try_join!(app.store.read(keys), app.store.figures(&team, first, today), listed.read(&app.store))?;
    let context = StaffContext::open(cookie, found, lang(request), app.clock.now())?;
    team_page::must_see(&context, &team, "A team's figures are for supervisors and admins.")?;
    let every_day = first.series(1.day()).take_while(|day| *day <= today);
    let days = every_day.map(|day| (day, days.get(&day).cloned().unwrap_or_default())).collect();
    let teams = context.team_names()?;
    let (history, remember) = asked.pane(&app.store, listed, None, None, &context).await?.remember();
    let figures = Figures { teams, team: team.to_string(), days, frame: context.frame(app, request, history)? };
    Ok(remember(html(StatusCode::OK, figures.render(), None)))
}
