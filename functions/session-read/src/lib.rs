//! GET `/v1/sessions`, `/v1/sessions/{id}`, `/v1/sessions/{id}/events` and `/v1/teams/{id}/figures` (R20, R24).

mod figures;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Event, SessionId, State,
    staff::{KeyScope, ListScope},
};
use parlor_store::{Cursor, Query, ReadBatch, SEARCH_WORDS, Scope, Summary, fold};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Callers, Code, Credentials, List, Rows, SessionView,
    WebFunction,
    api_request::{page_size, room},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use figures::{DayView, FiguresQuery};

/// Sessions a page.
const SESSIONS: u16 = 50;
/// Events a page.
const EVENTS: u16 = 100;
/// Characters of a search.
const Q_MAX: usize = 200;

/// Shows sessions, alone and in lists, and what happened in them.
#[derive(Debug)]
pub struct SessionRead;

impl WebFunction for SessionRead {
    const NAME: &'static str = "session-read";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::GET, "/v1/sessions", Callers::Scope(KeyScope::Read), list, |operation| {
            operation
                .named("listSessions", "Sessions")
                .summary("List sessions")
                .description("Newest first, 50 a page. With `q`, in the order of the alphabet by what was found.")
                .query::<SessionsQuery>()
                .answers::<List<SessionView>>(
                    StatusCode::OK,
                    "One page.",
                    json!({"items": [SessionView::sample()], "next_cursor": "1795269900000000"}),
                )
                .refuses(&[Code::Forbidden])
        })
        .operation(Method::GET, "/v1/sessions/{id}", Callers::Scope(KeyScope::Read), show, |operation| {
            operation
                .named("getSession", "Sessions")
                .summary("Get a session")
                .parameter("id", "The session.")
                .answers::<SessionView>(StatusCode::OK, "The session as it is now.", SessionView::sample())
        })
        .operation(Method::GET, "/v1/sessions/{id}/events", Callers::Scope(KeyScope::Read), events, |operation| {
            operation
                .named("listEvents", "Sessions")
                .summary("List what happened in a session")
                .description("Oldest first, 100 a page. `seq` numbers a session's events from 1 without gaps.")
                .parameter("id", "The session.")
                .query::<EventsQuery>()
                .answers::<List<Event>>(
                    StatusCode::OK,
                    "One page.",
                    json!({"items": [sample_event()], "next_cursor": null}),
                )
        })
        .operation(
            Method::GET,
            "/v1/teams/{id}/figures",
            Callers::Scope(KeyScope::Read),
            figures::figures,
            |operation| {
                operation
                    .named("getTeamFigures", "Sessions")
                    .summary("Get what a team did, day by day")
                    .description("Counted as it happened. Days are those of UTC, oldest first, 92 at most.")
                    .parameter("id", "The team.")
                    .query::<FiguresQuery>()
                    .answers::<List<DayView>>(
                        StatusCode::OK,
                        "Each of the days, also where nothing happened.",
                        json!({"items": [DayView::sample()], "next_cursor": null}),
                    )
                    .refuses(&[Code::Forbidden])
            },
        )
    }
}

/// One `BatchGetItem`.
async fn show(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let found = app.store.read(request.credentials.keys(ReadBatch::new().room(&id))).await?;
    let caller = request.caller(app, &found, now)?;
    let stored = caller.room(&found, &id)?;
    let body =
        SessionView::of(&Summary::of(&stored.session), &stored.presence, now).with_transfer(&stored.session, now);
    Ok(ApiResponse::new(StatusCode::OK, body, room(&id)))
}

/// The query of a list of events.
#[derive(Debug, Deserialize, JsonSchema)]
struct EventsQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most this many on the page: 1 to 100, and 100 without it.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    limit: Option<String>,
}

fn sample_event() -> Value {
    json!({
        "seq": 1,
        "at": "2026-11-21T14:05:00.123Z",
        "actor": {"type": "api", "key": "k3y5w0zndq6x2v9m"},
        "origin": {"ip": "192.0.2.7", "user_agent": "billing/2.1"},
        "type": "session.created",
        "planned": false,
    })
}

/// One `BatchGetItem` and one `Query`, side by side.
async fn events(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let EventsQuery { cursor, limit } = request.query()?;
    let after = cursor.map(|cursor| parsed(&cursor)).transpose()?.unwrap_or(0);
    let limit = page_size(limit.as_deref(), EVENTS)?;
    let keys = request.credentials.keys(ReadBatch::new().session_alone(&id));
    let (found, page) = tokio::join!(app.store.read(keys), app.store.events_page(&id, after, limit.into()));
    let found = found?;
    let caller = request.caller(app, &found, app.clock.now())?;
    let session = caller.room(&found, &id)?.session;
    let (events, more) = page?;
    let next_cursor = events.last().filter(|_| more).map(|event| event.seq.to_string());
    // R25: of an erased session the last one says that it was erased, and the others are about to go.
    let first = session.erased.map_or(0, |_| session.seq);
    let items = events.iter().filter(|event| event.seq >= first).map(Event::shown).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, room(&id)))
}

fn parsed<T: std::str::FromStr>(cursor: &str) -> Result<T, ApiError> {
    cursor.parse().map_err(|_| ApiError::Malformed("`cursor` is not one of ours.".into()))
}

/// The query of a list of sessions.
#[derive(Debug, Deserialize, JsonSchema)]
struct SessionsQuery {
    /// Only sessions in this state.
    state: Option<State>,
    /// Only sessions that this finds, case and accents aside: by the start of any word of the customer's name (several words:
    /// each starts one), by the start of the e-mail address or of your reference, or by the last digits of the phone
    /// number, four at least. At most 200 characters and 20 words. They come in the order of the alphabet by what was found.
    q: Option<String>,
    /// Whose sessions: one's own, those of one's teams (of a key, its team), or all. A key without it sees all, staff their
    /// own.
    scope: Option<ListScope>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// At most this many on the page: 1 to 100, and 50 without it.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    limit: Option<String>,
}

/// What a list was asked for. The query runs beside the check of the caller, so whose sessions it reads follows from
/// the credentials as they claim to be; nothing of it is shown before [`ListQuery::check`].
#[derive(Debug)]
struct ListQuery {
    list: ListScope,
    query: Query,
}

impl ListQuery {
    fn read(request: &ApiRequest) -> Result<Self, ApiError> {
        let is_key = matches!(request.credentials, Credentials::Key(_));
        let agent = match &request.credentials {
            Credentials::None => return Err(ApiError::NotSignedIn),
            Credentials::Key(token) => token.agent.clone(),
            Credentials::Staff(cookie) => cookie.agent.clone(),
        };
        let teams = match &request.credentials {
            Credentials::Staff(cookie) => cookie.teams.clone(),
            credentials => credentials.own_team().cloned().into_iter().collect(),
        };
        let SessionsQuery { state, q, scope, cursor, limit } = request.query()?;
        let list = scope.unwrap_or(if is_key { ListScope::All } else { ListScope::My });
        let scope = Scope::of(list, &agent, &teams);
        let search = q.filter(|text| !text.trim().is_empty());
        let fits = |text: &str| text.chars().count() <= Q_MAX && fold(text).split_whitespace().count() <= SEARCH_WORDS;
        if search.as_deref().is_some_and(|text| !fits(text)) {
            return Err(ApiError::Malformed(format!("`q` has at most {Q_MAX} characters and {SEARCH_WORDS} words.")));
        }
        let from = cursor.map(|cursor| parsed::<Cursor>(&cursor)).transpose()?;
        let limit = page_size(limit.as_deref(), SESSIONS)?.into();
        Ok(Self { list, query: Query { scope, state, search, from, limit } })
    }

    /// R20: scopes as the role permits.
    fn check(&self, caller: &Caller) -> Result<(), ApiError> {
        let by_role = caller.is_admin() || caller.agent.list_scopes().contains(&self.list);
        let allowed = by_role
            && match &self.query.scope {
                Scope::Teams(teams) => {
                    teams.iter().all(|team| caller.reaches(team) && (caller.is_admin() || caller.agent.sees_team(team)))
                }
                // An agent's own sessions may be of any team.
                Scope::Agent(_) | Scope::All => caller.only_team().is_none(),
            };
        if allowed {
            Ok(())
        } else {
            Err(ApiError::Forbidden("These sessions are not yours to see; a narrower `scope` may be."))
        }
    }
}

/// One `BatchGetItem` and one `Query` (4 for each team, 8 for all), side by side. A search: one `Query` or a few, and then a
/// `BatchGetItem` of what they found.
async fn list(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let now = app.clock.now();
    let asked = ListQuery::read(request)?;
    let (found, page) =
        tokio::join!(app.store.read(request.credentials.keys(ReadBatch::new())), app.store.sessions(&asked.query));
    let caller = request.caller(app, &found?, now)?;
    asked.check(&caller)?;
    let page = page?;
    let items = page.items.iter().map(|(session, presence)| SessionView::of(session, presence, now)).collect();
    let list = List { items, next_cursor: page.next.map(|next| next.to_string()) };
    Ok(ApiResponse::new(StatusCode::OK, list, "/console"))
}
