//! The history pane (R20): the sessions that this person may see, newest first, the search in them, and those that they
//! entered last.

use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt as _, Response};
use parlor_domain::{
    Agent, AgentId, Presence, SessionId, State, TeamId, settings, staff::ListScope, staff::StaffCookie,
};
use parlor_store::{Cursor, Entered, Page, Query, Scope, Store, StoreError, Summary, Updates};
use parlor_templates::{
    Lang,
    console::{History, HistoryRow, HistoryView, Progress, phrases},
};
use parlor_web::{cookies, reply::set_cookie};

use crate::{marks::marks, staff_context::StaffContext};

/// Rows of one page of the list.
const ROWS: usize = 30;
/// Rows of the list *Updated*.
const UPDATED_ROWS: usize = 90;
/// Longest search, in characters: as long as a name.
const QUERY_MAX: usize = 120;
/// The cookie in which a browser keeps whose sessions somebody chose to see: `<agent>.<scope>`.
const SCOPE: &str = "__Host-parlor_scope";
/// Seconds for which it is kept.
const SCOPE_MAX_AGE: i64 = 400 * 24 * 3600;

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryQuery {
    agent: AgentId,
    /// The teams of the scope *My team*.
    teams: Vec<TeamId>,
    view: HistoryView,
    scope: ListScope,
    /// What is searched for; empty for all.
    text: String,
    /// From the page before.
    cursor: Option<Cursor>,
}

/// What was found.
#[derive(Debug, Clone)]
pub(crate) enum Listed {
    Sessions(Page),
    Entered(Entered),
}

/// What the browser asks for and remembers: not yet what its reader may see.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    query: HistoryQuery,
    /// The scope that the address names.
    chosen: Option<ListScope>,
    /// The scope that this browser remembers of this person.
    remembered: Option<ListScope>,
}

impl Asked {
    /// What the address of a list asks for.
    pub(crate) fn of(request: &Request, cookie: &StaffCookie) -> Self {
        let parameters = request.query_string_parameters();
        let first = |name: &str| parameters.first(name).unwrap_or_default();
        let chosen = ListScope::named(first("scope"));
        let mut asked = Self::plain(request, cookie);
        asked.query.scope = chosen.unwrap_or(asked.query.scope);
        asked.query.text = first("q").trim().chars().take(QUERY_MAX).collect();
        asked.query.cursor = first("cursor").parse().ok();
        if asked.query.text.is_empty() {
            match first("view") {
                "recent" => asked.query.view = HistoryView::Recent(Progress::named(first("filter"))),
                "updated" => asked.query.view = HistoryView::Updated,
                _ => {}
            }
        }
        Self { chosen, ..asked }
    }

    /// The list as it begins, beside a page that is about something else.
    pub(crate) fn plain(request: &Request, cookie: &StaffCookie) -> Self {
        let remembered = cookies::read(request, SCOPE).and_then(|kept| {
            let (agent, scope) = kept.split_once('.')?;
            ListScope::named(scope).filter(|_| agent == cookie.agent.as_str())
        });
        let scope = remembered.unwrap_or(ListScope::My);
        Self { query: HistoryQuery { scope, ..HistoryQuery::own(cookie) }, chosen: None, remembered }
    }

    /// What it asks for, before anybody knows what may be shown.
    pub(crate) fn query(&self) -> &HistoryQuery {
        &self.query
    }

    /// What may be shown of it to `agent`, where the settings show these parts of the history. Nobody's list is empty for what
    /// they are: who sees more than their own sessions begins with all that they see.
    fn permitted(&self, agent: &Agent, shown: &settings::History) -> HistoryQuery {
        let scopes = scopes(agent, shown);
        let wanted = [self.chosen, self.remembered].into_iter().flatten().find(|scope| scopes.contains(scope));
        let scope = wanted.or(scopes.last().copied()).unwrap_or(ListScope::My);
        let mut query = HistoryQuery { agent: agent.id.clone(), teams: agent.teams(), scope, ..self.query.clone() };
        if !shown.search {
            query.text.clear();
        }
        let is_off = match query.view {
            HistoryView::Sessions => false,
            HistoryView::Recent(_) => !shown.recent,
            HistoryView::Updated => !shown.updated,
        };
        if is_off {
            query.view = HistoryView::Sessions;
        }
        // A place in one list is none in another.
        if query != self.query {
            query.cursor = None;
        }
        query
    }

    /// The pane, of what was found for [`Asked::query`]; what may not be shown is asked for anew as it may be, and that once,
    /// because the browser remembers it: see [`Pane::remember`].
    pub(crate) async fn pane(
        &self,
        store: &Store,
        found: Listed,
        own: Option<&Page>,
        current: Option<&SessionId>,
        staff_context: &StaffContext,
    ) -> Result<Pane, StoreError> {
        let (agent, shown) = (&staff_context.caller.agent, &staff_context.own.history);
        let query = self.permitted(agent, shown);
        let found = match own.filter(|_| query.is_own()) {
            _ if query == self.query => found,
            Some(own) => Listed::Sessions(own.clone()),
            None => query.read(store).await?,
        };
        let scopes = scopes(agent, shown);
        let remembers = scopes.len() > 1 && self.remembered != Some(query.scope);
        let cookie = remembers
            .then(|| cookies::set(SCOPE, &format!("{}.{}", agent.id, query.scope.as_str()), Some(SCOPE_MAX_AGE)));
        let updates = staff_context.updates(current);
        let history = query.pane(staff_context.lang, &found, agent, (shown, &updates), current, staff_context.now);
        Ok(Pane { history, cookie })
    }
}

/// Whose sessions may be chosen.
fn scopes(agent: &Agent, shown: &settings::History) -> &'static [ListScope] {
    if shown.team_filter { agent.list_scopes() } else { &[ListScope::My] }
}

/// The pane, and what its browser is to remember.
#[derive(Debug)]
pub(crate) struct Pane {
    pub(crate) history: History,
    cookie: Option<String>,
}

impl Pane {
    /// Takes the history, and a way to let the answer say what to remember.
    pub(crate) fn remember(self) -> (History, impl FnOnce(Response<Body>) -> Response<Body>) {
        let cookie = self.cookie;
        (self.history, move |mut response| {
            if let Some(cookie) = &cookie {
                set_cookie(&mut response, cookie);
            }
            response
        })
    }
}

impl HistoryQuery {
    /// The first page of this person's own sessions.
    pub(crate) fn own(cookie: &StaffCookie) -> Self {
        Self {
            agent: cookie.agent.clone(),
            teams: cookie.teams.clone(),
            view: HistoryView::Sessions,
            scope: ListScope::My,
            text: String::new(),
            cursor: None,
        }
    }

    /// Whether it is the first page of somebody's own sessions.
    pub(crate) fn is_own(&self) -> bool {
        self.view == HistoryView::Sessions
            && self.scope == ListScope::My
            && self.text.is_empty()
            && self.cursor.is_none()
    }

    /// Asks for it. See `docs/budgets.md`.
    pub(crate) async fn read(&self, store: &Store) -> Result<Listed, StoreError> {
        match self.view {
            HistoryView::Sessions => self.sessions(store).await.map(Listed::Sessions),
            HistoryView::Recent(_) => {
                Ok(Listed::Entered(store.entered(&self.agent, self.cursor.as_ref(), ROWS).await?))
            }
            // What is new is looked at soon; nobody has more of it than a list holds.
            HistoryView::Updated => Ok(Listed::Entered(store.updated(&self.agent, UPDATED_ROWS).await?)),
        }
    }

    /// Asks for sessions.
    pub(crate) async fn sessions(&self, store: &Store) -> Result<Page, StoreError> {
        let query = Query {
            scope: Scope::of(self.scope, &self.agent, &self.teams),
            state: None,
            search: (!self.text.is_empty()).then(|| self.text.clone()),
            from: self.cursor.clone(),
            limit: ROWS,
        };
        store.sessions(&query).await
    }

    /// What stands in the pane, of what was found.
    fn pane(
        self,
        lang: Lang,
        found: &Listed,
        agent: &Agent,
        (shown, updates): (&settings::History, &Updates),
        current: Option<&SessionId>,
        now: Timestamp,
    ) -> History {
        let updated = |session: &Summary| updates.contains_key(&session.id);
        let (rows, next): (Vec<_>, _) = match found {
            Listed::Sessions(page) => {
                let rows = page.items.iter().map(|(session, presence)| {
                    let marks = marks(&session.name, &self.text);
                    HistoryRow { marks, updated: updated(session), ..row(lang, session, presence, &agent.id, now) }
                });
                (rows.collect(), &page.next)
            }
            Listed::Entered(page) => {
                let fits = |session: &Summary| match &self.view {
                    HistoryView::Recent(Progress::Completed) => session.complete,
                    HistoryView::Recent(Progress::Incomplete) => !session.complete,
                    _ => true,
                };
                // They may have entered what they no longer see.
                let seen = |session: &Summary| agent.may_see_of(&session.agent, &session.id.team());
                let items = page.items.iter().filter(|(_, session, _)| seen(session) && fits(session));
                let rows = items.map(|(at, session, presence)| HistoryRow {
                    at: *at,
                    updated: updated(session),
                    ..row(lang, session, presence, &agent.id, now)
                });
                (rows.collect(), &page.next)
            }
        };
        let more = next.as_ref().map(|next| self.address(&[("cursor", &next.to_string())]));
        History {
            search: shown.search,
            recent: shown.recent,
            updated: shown.updated.then_some(updates.len()),
            address: self.address(&[]),
            scopes: scopes(agent, shown)
                .iter()
                .map(|scope| (*scope, self.address(&[("scope", scope.as_str())])))
                .collect(),
            scope: self.scope,
            teams: self.teams.iter().map(TeamId::as_str).collect::<Vec<_>>().join(" "),
            view: self.view,
            rows,
            current: current.map(SessionId::to_string),
            more,
            query: self.text,
        }
    }

    /// Where the list is.
    fn address(&self, more: &[(&str, &str)]) -> String {
        let (view, filter) = match &self.view {
            HistoryView::Sessions => (None, None),
            HistoryView::Recent(Progress::Any) => (Some("recent"), None),
            HistoryView::Recent(progress) => (Some("recent"), Some(progress.as_str())),
            HistoryView::Updated => (Some("updated"), None),
        };
        let text = (!self.text.is_empty()).then_some(self.text.as_str());
        let parts = [("q", text), ("view", view), ("filter", filter)];
        let parts: Vec<_> =
            parts.into_iter().filter_map(|(name, value)| Some((name, value?))).chain(more.iter().copied()).collect();
        if parts.is_empty() {
            return "/console".to_owned();
        }
        let start = "/console?";
        form_urlencoded::Serializer::for_suffix(start.to_owned(), start.len()).extend_pairs(parts).finish()
    }
}

/// One session in a list. Its last step stands for its last event: lists are not written with each message.
pub(crate) fn row(lang: Lang, session: &Summary, presence: &Presence, viewer: &AgentId, now: Timestamp) -> HistoryRow {
    let steps = [Some(session.created_at), session.invited_at, session.joined_at, session.ended_at];
    HistoryRow {
        id: session.id.to_string(),
        name: session.name.clone(),
        marks: vec![],
        indicator: session.indicator(presence, now),
        joined_at: session.joined_at,
        online_since: presence.customer_since(now),
        last: phrases::state(lang, session.state).to_owned(),
        at: steps.into_iter().flatten().max().unwrap_or(session.created_at),
        over: matches!(session.state, State::Ended | State::Discarded),
        updated: false,
        tasks: (session.tasks.of > 0).then_some((session.tasks.done, session.tasks.of)),
        owner: (session.agent != *viewer).then(|| session.agent_name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{LoginId, Role, Secret};

    use super::*;

    fn cookie() -> StaffCookie {
        StaffCookie {
            agent: "agent00000000000".parse().unwrap(),
            login: "0".repeat(16).parse::<LoginId>().unwrap(),
            teams: vec!["1end1n".parse().unwrap()],
            settings_of: vec![],
            secret: Secret::parse(&"A".repeat(32)).unwrap(),
        }
    }

    fn asked(query: &str, remembers: &str) -> Asked {
        let uri = format!("https://parlor.example/console?{query}");
        let request = lambda_http::http::Request::get(uri).header("cookie", format!("{SCOPE}={remembers}"));
        let pairs: std::collections::HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked::of(&request.body(Body::Empty).unwrap().with_query_string_parameters(pairs), &cookie())
    }

    fn agent(role: Role) -> Agent {
        Agent::new(
            "agent00000000000".parse().unwrap(),
            "Nina Okafor",
            "nina@example.com".parse().unwrap(),
            role,
            "1end1n".parse().unwrap(),
        )
    }

    #[test]
    fn an_address_asks_for_a_search_or_a_page() {
        assert!(asked("", "").query.is_own() && asked("q=%20&cursor=x", "").query.is_own());
        assert_eq!(asked("q=mar", "").query.text, "mar");
        assert_eq!(asked("cursor=17", "").query.cursor, Some(Cursor::Older(17)));
        assert_eq!(asked(&format!("q={}", "x".repeat(500)), "").query.text.len(), QUERY_MAX);
        assert_eq!(asked("view=recent&filter=completed", "").query.view, HistoryView::Recent(Progress::Completed));
        assert_eq!(asked("view=recent&q=mar", "").query.view, HistoryView::Sessions);
    }

    #[test]
    fn r20_a_scope_is_chosen_remembered_and_never_wider_than_the_role() {
        let shown = settings::History::default();
        let scope = |query: &str, remembers: &str, role| asked(query, remembers).permitted(&agent(role), &shown).scope;
        for (query, remembers, role, shows) in [
            ("", "", Role::Agent, ListScope::My),
            ("scope=all", "agent00000000000.team", Role::Agent, ListScope::My),
            ("", "", Role::Supervisor, ListScope::Team),
            ("scope=my", "", Role::Supervisor, ListScope::My),
            ("", "agent00000000000.my", Role::Supervisor, ListScope::My),
            ("", "somebodyelse0000.my", Role::Supervisor, ListScope::Team),
            ("scope=all", "agent00000000000.my", Role::Supervisor, ListScope::My),
            ("", "", Role::Admin, ListScope::All),
            ("scope=team", "agent00000000000.my", Role::Admin, ListScope::Team),
            ("scope=nonsense", "nonsense", Role::Admin, ListScope::All),
        ] {
            assert_eq!(scope(query, remembers, role), shows, "{query} {remembers} {role:?}");
        }
        let off = settings::History { team_filter: false, ..settings::History::default() };
        for role in [Role::Agent, Role::Supervisor, Role::Admin] {
            assert_eq!(asked("scope=all", "").permitted(&agent(role), &off).scope, ListScope::My);
        }
    }

    #[test]
    fn r20_what_is_switched_off_is_not_asked_for() {
        let off = settings::History { search: false, recent: false, ..settings::History::default() };
        assert!(asked("q=mara&cursor=17", "").permitted(&agent(Role::Agent), &off).is_own());
        assert!(asked("view=recent&cursor=17", "").permitted(&agent(Role::Agent), &off).is_own());
    }

    #[test]
    fn r20_the_next_page_keeps_the_search() {
        let found = Listed::Sessions(Page { items: vec![], next: Some(Cursor::Older(17)) });
        let shown = settings::History::default();
        let agent = agent(Role::Agent);
        let more = |query: &str| {
            let query = asked(query, "").permitted(&agent, &shown);
            query.pane(Lang::En, &found, &agent, (&shown, &Updates::new()), None, Timestamp::UNIX_EPOCH).more.unwrap()
        };
        assert_eq!(more("q=O%27Neil%20%26"), "/console?q=O%27Neil+%26&cursor=17");
        assert_eq!(more(""), "/console?cursor=17");
        let query = asked("q=mara&cursor=17", "").permitted(&agent, &shown);
        let pane = query.pane(Lang::En, &found, &agent, (&shown, &Updates::new()), None, Timestamp::UNIX_EPOCH);
        assert_eq!(pane.scopes, [(ListScope::My, "/console?q=mara&scope=my".to_owned())]);
        assert_eq!(more("view=recent&filter=incomplete"), "/console?view=recent&filter=incomplete&cursor=17");
    }
}
