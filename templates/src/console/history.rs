//! The history pane (R20): a search field, the sessions that this person may see, and those that they entered last.

use std::ops::Range;

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{Indicator, staff::ListScope};

use super::moment::{Moment, moment};
use super::sample;
use super::signs::avatar;
use crate::components::Icon;
use crate::lang::Lang;
use crate::words::{console as words, content};

/// One session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    pub id: String,
    pub name: String,
    /// The parts of the name, in bytes, that a search found it by.
    pub marks: Vec<Range<usize>>,
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
    /// How many tasks are done, and how many there are, if any.
    pub tasks: Option<(usize, usize)>,
    /// Another agent's name, where the session is not one's own.
    pub owner: Option<String>,
}

/// Which list stands in the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryView {
    /// The sessions of a scope, newest first, or what a search found among them.
    Sessions,
    /// The sessions that this person entered, the last one first.
    Recent(Progress),
    /// The sessions in which a customer finished something since this person last entered, the last one first.
    Updated,
}

/// Which of the sessions that somebody entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// All of them.
    Any,
    /// Those in which everything is done (R14).
    Completed,
    /// The others.
    Incomplete,
}

impl Progress {
    /// As it stands in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "all",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
        }
    }

    /// Of an address; all of them, where it names none.
    pub fn named(name: &str) -> Self {
        [Self::Completed, Self::Incomplete].into_iter().find(|progress| progress.as_str() == name).unwrap_or(Self::Any)
    }
}

/// The pane's content. `GET /console?q=…&scope=…&view=…&filter=…&cursor=…` renders it with the page, and with
/// `fragment=history` as the fragment [`History::fragment`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whether the settings show the search field.
    pub search: bool,
    /// Whether the settings show the list *Recent*.
    pub recent: bool,
    /// How many sessions the list *Updated* has; none where the settings do not show it.
    pub updated: Option<usize>,
    pub view: HistoryView,
    /// Whose sessions may be chosen, narrowest first, and where they are. One is no choice.
    pub scopes: Vec<(ListScope, String)>,
    /// Whose sessions are listed.
    pub scope: ListScope,
    /// The ids of the teams of the scope *My team*, between blanks.
    pub teams: String,
    /// Where this list begins.
    pub address: String,
    /// What is searched for; empty for a list.
    pub query: String,
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
                        input.input id="q" name="q" type="search" value=(self.query) placeholder=(words::search(lang)) autocomplete="off" spellcheck="false" maxlength="120";
                        kbd { "/" }
                        // Enter sends the field; this is for those whose keyboard has none.
                        button.unseen type="submit" tabindex="-1" { (words::search(lang)) }
                    }
                }
            }
            div.pane-list id="history" aria-live="off" { (self.fragment(lang, now)) }
        }
    }

    /// The list with the choice of what it lists, as the script fetches it while one types.
    pub fn fragment(&self, lang: Lang, now: Timestamp) -> Markup {
        html! {
            // Which sessions belong here, for the script that brings them as they change. Not into every list new ones come.
            div.pane-head data-address=(self.address) data-scope=[self.grows().then(|| self.scope.as_str())] data-teams=(self.teams) { (self.head(lang)) }
            @if self.rows.is_empty() && self.more.is_none() {
                (self.nothing(lang))
            } @else {
                ul.rows { @for row in &self.rows { li { (row.render(lang, self.current.as_deref() == Some(row.id.as_str()), now)) } } }
                @if let Some(more) = &self.more { a.small.pane-more href=(more) data-do="more" { (words::show_more(lang)) } }
            }
        }
    }

    /// Whether sessions come into the list by themselves.
    fn grows(&self) -> bool {
        self.query.is_empty() && self.view == HistoryView::Sessions
    }

    /// What can be chosen, and what is.
    fn head(&self, lang: Lang) -> Markup {
        let searches = !self.query.is_empty();
        let recent = matches!(self.view, HistoryView::Recent(_));
        let choices: Vec<(&str, String, bool)> = match self.view {
            HistoryView::Recent(chosen) => [Progress::Any, Progress::Completed, Progress::Incomplete]
                .map(|progress| {
                    let address = match progress {
                        Progress::Any => "/console?view=recent".to_owned(),
                        _ => format!("/console?view=recent&filter={}", progress.as_str()),
                    };
                    (progress_name(lang, progress), address, progress == chosen)
                })
                .into(),
            HistoryView::Sessions if self.scopes.len() > 1 => {
                let scopes = self.scopes.iter();
                scopes.map(|(scope, at)| (scope_name(lang, *scope), at.clone(), *scope == self.scope)).collect()
            }
            HistoryView::Sessions | HistoryView::Updated => vec![],
        };
        let updated = self.view == HistoryView::Updated;
        html! {
            @if searches {
                div.pane-heading {
                    h2 { (words::found(lang)) }
                    a.small href="/console" data-do="clear-search" { (words::clear_search(lang)) }
                }
            } @else if self.recent || self.updated.is_some() {
                h2.unseen { (if recent { words::recent(lang) } else if updated { content::updated(lang) } else { words::history(lang) }) }
                nav.tabs.pane-tabs aria-label=(words::history(lang)) {
                    a href="/console" data-do="list" aria-current=[(!recent && !updated).then_some("true")] { (words::history(lang)) }
                    @if self.recent { a href="/console?view=recent" data-do="list" aria-current=[recent.then_some("true")] { (words::recent(lang)) } }
                    @if let Some(count) = self.updated {
                        a href="/console?view=updated" data-do="list" aria-current=[updated.then_some("true")] {
                            (content::updated(lang)) " " span.pane-count data-updates=(count) hidden[count == 0] { (count) }
                        }
                    }
                }
            } @else {
                div.pane-heading { h2 { (words::history(lang)) } }
            }
            @if !choices.is_empty() {
                nav.segments.pane-choice aria-label=(if recent { words::which_sessions(lang) } else { words::whose_sessions(lang) }) {
                    @for (name, address, chosen) in &choices {
                        a.small href=(address) data-do="list" aria-current=[chosen.then_some("true")] { (name) }
                    }
                }
            }
        }
    }

    /// An empty list says what to do.
    fn nothing(&self, lang: Lang) -> Markup {
        let (what, help) = match self.view {
            _ if !self.query.is_empty() => {
                let wider = self.scopes.last().is_some_and(|(widest, _)| *widest != self.scope);
                (
                    words::nothing_found(lang),
                    if wider { words::nothing_found_wider(lang) } else { words::nothing_found_help(lang) },
                )
            }
            HistoryView::Recent(Progress::Any) => (words::recent_empty(lang), words::recent_empty_help(lang)),
            HistoryView::Recent(_) => (words::recent_filtered(lang), words::recent_filtered_help(lang)),
            HistoryView::Updated => (content::updated_empty(lang), content::updated_empty_help(lang)),
            HistoryView::Sessions if self.scope == ListScope::My => {
                (words::history_empty(lang), words::history_empty_help(lang))
            }
            HistoryView::Sessions => (words::history_empty_all(lang), words::history_empty_help(lang)),
        };
        html! { p.pane-empty { (what) } p.small.muted.pane-empty { (help) } }
    }

    /// Rows of every kind.
    pub fn sample() -> Self {
        let row = |id: &str, name: &str, indicator, last: &str, minutes| HistoryRow {
            id: id.to_owned(),
            name: name.to_owned(),
            marks: vec![],
            indicator,
            joined_at: (indicator != Indicator::NeverJoined).then(|| sample::ago(minutes + 30)),
            online_since: matches!(indicator, Indicator::OnlineIncomplete | Indicator::OnlineComplete)
                .then(|| sample::ago(minutes + 3)),
            last: last.to_owned(),
            at: sample::ago(minutes),
            over: false,
            updated: false,
            tasks: None,
            owner: None,
        };
        Self {
            search: true,
            recent: true,
            updated: Some(1),
            view: HistoryView::Sessions,
            scopes: [ListScope::My, ListScope::Team, ListScope::All]
                .map(|scope| (scope, format!("/console?scope={}", scope.as_str())))
                .into(),
            scope: ListScope::All,
            teams: "n0rthw".to_owned(),
            address: "/console".to_owned(),
            query: String::new(),
            current: None,
            more: Some("/console?cursor=eyJwayI6".to_owned()),
            rows: vec![
                row("k3j9d2m5n8", "Mara Quist", Indicator::OnlineIncomplete, "Mara: Where do I find the number?", 0),
                row("k3j9d2m5n9", "Tobias Lindqvist-Achterberg", Indicator::NeverJoined, "Invited by e-mail", 4),
                HistoryRow {
                    updated: true,
                    tasks: Some((2, 2)),
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

    /// A search, and what it found.
    pub fn sample_found() -> Self {
        let mut rows = Self::sample().rows;
        rows.truncate(1);
        rows[0].marks = vec![0..4, 5..7];
        Self { rows, query: "mara qu".to_owned(), scope: ListScope::Team, more: None, ..Self::sample() }
    }

    /// The sessions that somebody entered, none of which is of the kind that was chosen.
    pub fn sample_recent() -> Self {
        Self { rows: vec![], view: HistoryView::Recent(Progress::Completed), more: None, ..Self::sample() }
    }
}

fn scope_name(lang: Lang, scope: ListScope) -> &'static str {
    match scope {
        ListScope::My => words::scope_my(lang),
        ListScope::Team => words::scope_team(lang),
        ListScope::All => words::scope_all(lang),
    }
}

fn progress_name(lang: Lang, progress: Progress) -> &'static str {
    match progress {
        Progress::Any => words::scope_all(lang),
        Progress::Completed => words::completed(lang),
        Progress::Incomplete => words::incomplete(lang),
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
                    span.session-row-top { bdi.session-row-name { (self.marked_name()) } span.small.muted { (moment(lang, self.at, now, Moment::Ago)) } }
                    span.session-row-last.small.muted {
                        @if let Some(owner) = &self.owner { bdi { (owner) } " · " }
                        bdi { (self.last) }
                        @if let Some((done, of)) = self.tasks { " · " span.session-row-tasks { (content::tasks_done(lang, done, of)) } }
                    }
                }
                @if self.updated { span.badge title=(words::updated(lang)) { span.unseen { (words::updated(lang)) } } }
            }
        }
    }

    fn marked_name(&self) -> Markup {
        let name = self.name.as_str();
        let mut at = 0;
        let mut parts = Vec::new();
        for mark in &self.marks {
            if let (Some(before), Some(marked)) = (name.get(at..mark.start), name.get(mark.clone())) {
                parts.extend([(before, false), (marked, true)]);
                at = mark.end;
            }
        }
        parts.push((&name[at..], false));
        html! { @for (part, marked) in parts { @if marked { mark { (part) } } @else { (part) } } }
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
    fn r20_the_pane_offers_what_may_be_chosen_and_nothing_else() {
        let text = |history: History| history.fragment(Lang::En, sample::now()).into_string();
        let all = text(History::sample());
        for offered in ["?scope=my", "?scope=team", "?scope=all", "?view=recent"] {
            assert!(all.contains(offered), "{offered}");
        }
        let plain = text(History { scopes: vec![], recent: false, updated: None, ..History::sample() });
        assert!(!plain.contains("?scope=") && !plain.contains("view="), "{plain}");
        let found = text(History::sample_found());
        assert!(found.contains("<mark>Mara</mark> <mark>Qu</mark>ist"), "{found}");
        assert!(!found.contains("view=recent"), "{found}");
        let off = History { search: false, ..History::sample() }.body(Lang::En, sample::now()).into_string();
        assert!(!off.contains("id=\"q\""));
    }

    #[test]
    fn an_empty_list_says_what_to_do_next() {
        let empty = |history: History| {
            let history = History { rows: Vec::new(), more: None, ..history };
            history.fragment(Lang::En, sample::now()).into_string()
        };
        let searched = |scope| empty(History { query: "zz".to_owned(), scope, ..History::sample() });
        assert!(searched(ListScope::All).contains(words::nothing_found_help(Lang::En)));
        assert!(searched(ListScope::My).contains(words::nothing_found_wider(Lang::En)));
        assert!(empty(History::sample()).contains(words::history_empty_all(Lang::En)));
        assert!(empty(History::sample_recent()).contains(words::recent_filtered_help(Lang::En)));
    }
}
