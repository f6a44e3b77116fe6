//! GET `/v1/teams/{id}/figures`: what a team did, day by day (R20).

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use lambda_http::http::StatusCode;
use parlor_domain::{Role, TeamId, figures::DayFigures};
use parlor_store::{FIGURES_DAYS, ReadBatch};
use parlor_web::{ApiError, ApiRequest, ApiResponse, AppState, List};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Days where nothing says how many.
const DAYS: u16 = 30;

/// Which days.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct FiguresQuery {
    /// The first day, as `2026-11-28`; without it 29 days before the last.
    #[schemars(with = "Option<String>", regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    from: Option<Date>,
    /// The last day; without it today. At most 92 days are shown at once.
    #[schemars(with = "Option<String>", regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    to: Option<Date>,
}

/// A day of a team. Days are those of UTC.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DayView {
    /// The day.
    #[schemars(with = "String")]
    day: Date,
    /// Sessions that were started or planned.
    started: u64,
    /// Customers who joined.
    joined: u64,
    /// Sessions whose customer did all there was to do.
    completed: u64,
    /// Sessions that ended, by who or what ended them.
    ended: EndedView,
    /// Half of the customers who joined did so within this many seconds of their invitation, give or take a tenth. `null` when
    /// nobody joined.
    median_seconds_to_join: Option<u64>,
    /// Half of those who did all there was to do took at most this many seconds from joining, give or take a tenth.
    median_seconds_to_complete: Option<u64>,
}

/// Sessions that ended.
#[derive(Debug, Serialize, JsonSchema)]
struct EndedView {
    /// By a member of staff.
    agent: u64,
    /// Because their agent was inactive.
    inactivity: u64,
    /// By a program.
    api: u64,
}

impl DayView {
    fn of(day: Date, figures: &DayFigures) -> Self {
        Self {
            day,
            started: figures.started,
            joined: figures.joined,
            completed: figures.completed,
            ended: EndedView {
                agent: figures.ended_by_agent,
                inactivity: figures.ended_by_inactivity,
                api: figures.ended_by_api,
            },
            median_seconds_to_join: figures.to_join.median(),
            median_seconds_to_complete: figures.to_complete.median(),
        }
    }

    pub(crate) fn sample() -> Self {
        let mut figures = DayFigures { started: 12, joined: 9, ended_by_agent: 8, ..DayFigures::default() };
        figures.ended_by_inactivity = 1;
        figures.to_join.add(30, 9);
        Self::of(jiff::civil::date(2026, 11, 27), &figures)
    }
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn figures(app: &AppState, request: &ApiRequest, team: TeamId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let FiguresQuery { from, to } = request.query()?;
    let to = to.unwrap_or_else(|| now.to_zoned(TimeZone::UTC).date());
    let before = |days: u16| to.checked_sub((i32::from(days) - 1).days()).unwrap_or(Date::MIN);
    let from = from.unwrap_or_else(|| before(DAYS));
    // Before the year 0 the order of dates is not that of their text.
    if from > to || from < before(FIGURES_DAYS) || from.year() < 0 {
        return Err(ApiError::Malformed(format!(
            "Ask for 1 to {FIGURES_DAYS} days: `from` is the first, `to` the last."
        )));
    }
    let keys = request.credentials.keys(ReadBatch::new().team(&team));
    let (found, days) = tokio::join!(app.store.read(keys), app.store.figures(&team, from, to));
    let found = found?;
    let caller = request.caller(app, &found, now)?;
    if !caller.is_admin() && caller.agent.role == Role::Agent {
        return Err(ApiError::Forbidden("A team's figures are for supervisors and admins."));
    }
    if found.team(&team)?.is_none() || !caller.supervises(&team) {
        return Err(ApiError::NotFound);
    }
    let days = days?;
    let none = DayFigures::default();
    let every_day = from.series(1.day()).take_while(|day| *day <= to);
    let items = every_day.map(|day| DayView::of(day, days.get(&day).unwrap_or(&none))).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, "/console/team/figures"))
}
