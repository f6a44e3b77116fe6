//! The history pane (R20): the agent's own sessions, newest first, and the search in them.

use jiff::Timestamp;
use lambda_http::{Request, RequestExt as _};
use parlor_domain::{AgentId, Presence, SessionId, State, settings};
use parlor_store::{Cursor, Page, Query, Scope, Summary};
use parlor_templates::{
    Lang,
    console::{History, HistoryRow, phrases},
};

/// Rows of one page of the list.
const ROWS: usize = 30;
/// Longest search, in characters: as long as a name.
const QUERY_MAX: usize = 120;

/// What the address asks of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HistoryQuery {
    /// What is searched for; empty for all.
    text: String,
    /// From the page before.
    cursor: Option<Cursor>,
}

impl HistoryQuery {
    pub(crate) fn of(request: &Request) -> Self {
        let query = request.query_string_parameters();
        let text = query.first("q").unwrap_or_default().trim().chars().take(QUERY_MAX).collect();
        let cursor = query.first("cursor").and_then(|cursor| cursor.parse().ok());
        Self { text, cursor }
    }

    /// Whether it is the list as it always begins.
    pub(crate) fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// For the store.
    pub(crate) fn query(&self, agent: &AgentId) -> Query {
        Query {
            scope: Scope::Agent(agent.clone()),
            state: None,
            search: (!self.text.is_empty()).then(|| self.text.clone()),
            from: self.cursor.clone(),
            limit: ROWS,
        }
    }

    /// What stands in the pane, of what was found. Each part can be switched off.
    pub(crate) fn pane(
        self,
        lang: Lang,
        page: &Page,
        shown: &settings::History,
        current: Option<&SessionId>,
        viewer: &AgentId,
        now: Timestamp,
    ) -> History {
        let searches = !self.text.is_empty();
        let visible = if searches { shown.search } else { shown.recent };
        let rows =
            page.items.iter().filter(|_| visible).map(|(session, presence)| row(lang, session, presence, viewer, now));
        let more = page.next.as_ref().filter(|_| visible).map(|next| {
            let start = "/console?";
            let mut address = form_urlencoded::Serializer::for_suffix(start.to_owned(), start.len());
            if searches {
                address.append_pair("q", &self.text);
            }
            address.append_pair("cursor", &next.to_string());
            address.finish()
        });
        History {
            search: shown.search,
            rows: rows.collect(),
            current: current.map(SessionId::to_string),
            more,
            query: self.text,
        }
    }
}

/// One session in a list. Its last step stands for its last event: lists are not written with each message.
pub(crate) fn row(lang: Lang, session: &Summary, presence: &Presence, viewer: &AgentId, now: Timestamp) -> HistoryRow {
    let steps = [Some(session.created_at), session.invited_at, session.joined_at, session.ended_at];
    HistoryRow {
        id: session.id.to_string(),
        name: session.name.clone(),
        indicator: session.indicator(presence, now),
        joined_at: session.joined_at,
        online_since: presence.customer_since(now),
        last: phrases::state(lang, session.state).to_owned(),
        at: steps.into_iter().flatten().max().unwrap_or(session.created_at),
        over: matches!(session.state, State::Ended | State::Discarded),
        updated: false,
        owner: (session.agent != *viewer).then(|| session.agent_name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    fn asked(query: &str) -> HistoryQuery {
        let uri = format!("https://parlor.example/console?{query}");
        let request = lambda_http::http::Request::get(uri).body(Body::Empty).unwrap();
        let pairs: std::collections::HashMap<String, String> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        HistoryQuery::of(&request.with_query_string_parameters(pairs))
    }

    #[test]
    fn an_address_asks_for_a_search_or_a_page() {
        assert!(asked("").is_plain() && asked("q=%20&cursor=x").is_plain());
        assert_eq!(asked("q=mar").text, "mar");
        assert_eq!(asked("cursor=17").cursor, Some(Cursor::Older(17)));
        assert_eq!(asked(&format!("q={}", "x".repeat(500))).text.len(), QUERY_MAX);
    }

    #[test]
    fn r20_the_next_page_keeps_the_search() {
        let viewer: AgentId = "0".repeat(16).parse().unwrap();
        let page = || Page { items: vec![], next: Some(Cursor::Older(17)) };
        let now = Timestamp::UNIX_EPOCH;
        let shown = settings::History::default();
        let pane = asked("q=O%27Neil%20%26").pane(Lang::En, &page(), &shown, None, &viewer, now);
        assert_eq!(pane.more.as_deref(), Some("/console?q=O%27Neil+%26&cursor=17"));
        let pane = asked("").pane(Lang::En, &page(), &shown, None, &viewer, now);
        assert_eq!(pane.more.as_deref(), Some("/console?cursor=17"));
        let off = settings::History { recent: false, ..shown };
        assert_eq!(asked("").pane(Lang::En, &page(), &off, None, &viewer, now).more, None);
    }
}
