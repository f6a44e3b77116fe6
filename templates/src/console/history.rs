//! The history pane (R20): a search field and a plain list of sessions.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::Indicator;

use super::moment::{Moment, moment};
use super::sample;
use super::signs::avatar;
use crate::components::Icon;
use crate::lang::Lang;
use crate::words::console as words;

/// One session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    pub id: String,
    pub name: String,
    pub indicator: Indicator,
    /// Every gate passed for the first time; for the card on the initials (R14).
    pub joined_at: Option<Timestamp>,
    /// Since when the customer is here, if they are and it is known.
    pub online_since: Option<Timestamp>,
    /// The last event in words, such as "Joined" or what was written ([`super::stream::last_words`]).
    pub last: String,
    pub at: Timestamp,
    /// Ended or discarded: shown quieter.
    pub over: bool,
    /// The customer finished something since this agent was last here (R20).
    pub updated: bool,
    /// Another agent's name, where the session is not one's own.
    pub owner: Option<String>,
}

/// The pane's content. `GET /console?q=…&cursor=…` renders it with the page; `GET /console?fragment=history&q=…` as the
/// fragment [`History::fragment`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whether the settings show the search field.
    pub search: bool,
    /// What is searched for; empty for the recent sessions.
    pub query: String,
    /// Newest first.
    pub rows: Vec<HistoryRow>,
    /// The session that is open in the page.
    pub current: Option<String>,
    /// Where the next rows are: a path with a cursor.
    pub more: Option<String>,
}

impl History {
    /// What stands in the pane.
    pub(super) fn body(&self, lang: Lang, now: Timestamp) -> Markup {
        html! {
            @if self.search {
                search {
                    form.pane-search method="get" action="/console" role="search" {
                        label.unseen for="q" { (words::search_history(lang)) }
                        (Icon::Search)
                        input.input id="q" name="q" type="search" value=(self.query) placeholder=(words::search_history(lang)) autocomplete="off" spellcheck="false" maxlength="120";
                        kbd { "/" }
                        // Enter sends the field; this is for those whose keyboard has none.
                        button.unseen type="submit" tabindex="-1" { (words::search(lang)) }
                    }
                }
            }
            div.pane-list id="history" aria-live="off" { (self.fragment(lang, now)) }
        }
    }

    /// The list alone, as the script fetches it while one types. Starts with its own heading.
    pub fn fragment(&self, lang: Lang, now: Timestamp) -> Markup {
        html! {
            div.pane-heading {
                h2 { (if self.query.is_empty() { words::recent(lang) } else { words::found(lang) }) }
                @if !self.query.is_empty() { a.small href="/console" data-do="clear-search" { (words::clear_search(lang)) } }
            }
            @if self.rows.is_empty() {
                @if self.query.is_empty() { p.small.muted.pane-empty { (words::history_empty(lang)) } }
                @else { p.pane-empty { (words::nothing_found(lang)) } p.small.muted.pane-empty { (words::nothing_found_help(lang)) } }
            } @else {
                ul.rows { @for row in &self.rows { li { (row.render(lang, self.current.as_deref() == Some(row.id.as_str()), now)) } } }
                @if let Some(more) = &self.more { a.small.pane-more href=(more) data-do="more" { (words::show_more(lang)) } }
            }
        }
    }

    /// Rows of every kind.
    pub fn sample() -> Self {
        let row = |id: &str, name: &str, indicator, last: &str, minutes| HistoryRow {
            id: id.to_owned(),
            name: name.to_owned(),
            indicator,
            joined_at: (indicator != Indicator::NeverJoined).then(|| sample::ago(minutes + 30)),
            online_since: matches!(indicator, Indicator::OnlineIncomplete | Indicator::OnlineComplete)
                .then(|| sample::ago(minutes + 3)),
            last: last.to_owned(),
            at: sample::ago(minutes),
            over: false,
            updated: false,
            owner: None,
        };
        Self {
            search: true,
            query: String::new(),
            current: None,
            more: Some("/console?cursor=eyJwayI6".to_owned()),
            rows: vec![
                row("k3j9d2m5n8", "Mara Quist", Indicator::OnlineIncomplete, "Mara: Where do I find the number?", 0),
                row("k3j9d2m5n9", "Tobias Lindqvist-Achterberg", Indicator::NeverJoined, "Invited by e-mail", 4),
                HistoryRow {
                    updated: true,
                    ..row("k3j9d2m5p0", "Priya Raman", Indicator::OnlineComplete, "Signed the loan agreement", 12)
                },
                row("k3j9d2m5p1", "Daniel Okoye", Indicator::OfflineIncomplete, "Left the room", 47),
                HistoryRow {
                    over: true,
                    ..row("k3j9d2m5p2", "Léa Fontaine", Indicator::OfflineComplete, "Ended by you", 190)
                },
                HistoryRow {
                    owner: Some("Omar Haddad".to_owned()),
                    ..row("k3j9d2m5p3", "ليلى حداد", Indicator::OfflineIncomplete, "Joined", 1500)
                },
                HistoryRow {
                    over: true,
                    ..row(
                        "k3j9d2m5p4",
                        "<img src=x onerror=alert(1)>",
                        Indicator::NeverJoined,
                        "Ended after inactivity",
                        8000,
                    )
                },
            ],
        }
    }
}

impl HistoryRow {
    /// The row alone, as the script fetches it when something happened to its session.
    pub fn alone(&self, lang: Lang, now: Timestamp) -> Markup {
        self.render(lang, false, now)
    }

    /// The initials with the indicator, and what the card on them says (R14).
    pub(super) fn face(&self, lang: Lang) -> Markup {
        html! {
            span.row-face data-card data-joined=[self.joined_at] data-since=[self.online_since] data-owner=[self.owner.as_deref()]
                data-indicator-of=(self.id) data-indicator=(self.indicator.as_str()) { (avatar(lang, &self.name, self.indicator)) }
        }
    }

    /// The row as a link to its room.
    pub(super) fn render(&self, lang: Lang, current: bool, now: Timestamp) -> Markup {
        html! {
            a.list-row.session-row href={ "/console/s/" (self.id) } data-row=(self.id) data-over[self.over] data-others[self.owner.is_some()] aria-current=[current.then_some("page")] {
                (self.face(lang))
                span.list-row-main {
                    span.session-row-top { bdi.session-row-name { (self.name) } span.small.muted { (moment(lang, self.at, now, Moment::Ago)) } }
                    span.session-row-last.small.muted {
                        @if let Some(owner) = &self.owner { bdi { (owner) } " · " }
                        bdi { (self.last) }
                    }
                }
                @if self.updated { span.badge title=(words::updated(lang)) { span.unseen { (words::updated(lang)) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_a_row_says_who_what_and_when() {
        let text = History::sample().fragment(Lang::En, sample::now()).into_string();
        for part in [
            "Mara Quist",
            "Invited by e-mail",
            "4 min",
            "yesterday",
            "16 Nov",
            "Online, incomplete",
            "href=\"/console/s/k3j9d2m5n8\"",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }

    #[test]
    fn an_empty_list_says_what_to_do_next() {
        let empty = History { rows: Vec::new(), query: "zz".to_owned(), ..History::sample() };
        assert!(empty.fragment(Lang::En, sample::now()).into_string().contains(words::nothing_found_help(Lang::En)));
    }
}
