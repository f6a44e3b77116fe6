//! The board of a team (R20): its running sessions, whoever owns them.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use parlor_domain::{Indicator, State};

use super::figures::tabs;
use super::frame::{Frame, InFrame, topbar};
use super::moment::{Moment, moment};
use super::phrases;
use super::sample;
use super::sheet::{Sheet, opens};
use super::signs::{avatar, state_chip};
use crate::components::{Icon, empty};
use crate::lang::Lang;
use crate::words::console as words;

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoardOrder {
    /// The newest session first.
    #[default]
    Newest,
    /// The session that was quiet for longest first.
    Quiet,
    /// The session that ends first, first.
    Deadline,
}

impl BoardOrder {
    pub const ALL: [Self; 3] = [Self::Newest, Self::Quiet, Self::Deadline];

    /// Its name in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Quiet => "quiet",
            Self::Deadline => "deadline",
        }
    }

    const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Newest => words::board_newest(lang),
            Self::Quiet => words::board_quiet(lang),
            Self::Deadline => words::board_deadline_first(lang),
        }
    }
}

/// Which rows are shown, and how. The address bar holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardFilter {
    /// The team's id.
    pub team: String,
    /// Only sessions in this state.
    pub state: Option<State>,
    /// Only sessions whose customer is in the room.
    pub online: bool,
    pub order: BoardOrder,
}

impl BoardFilter {
    /// The address of the board with this filter.
    pub fn href(&self) -> String {
        // Ids and names are letters and digits: there is nothing to encode.
        let state = self.state.map(|state| format!("&state={}", state.as_str())).unwrap_or_default();
        let online = if self.online { "&online=1" } else { "" };
        let order = self.order != BoardOrder::default();
        let order = if order { format!("&order={}", self.order.as_str()) } else { String::new() };
        format!("/console/team?team={}{state}{online}{order}", self.team)
    }
}

/// When a session ends by itself, and since when that time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardDeadline {
    pub at: Timestamp,
    pub since: Timestamp,
}

impl BoardDeadline {
    /// How much of the time is left, in per cent.
    fn left(self, now: Timestamp) -> i64 {
        let whole = self.at.duration_since(self.since).as_secs().max(1);
        (self.at.duration_since(now).as_secs() * 100 / whole).clamp(0, 100)
    }

    /// Less than a tenth, or two minutes, is left.
    fn is_near(self, now: Timestamp) -> bool {
        self.left(now) < 10 || self.at.duration_since(now) < SignedDuration::from_mins(2)
    }
}

/// A running session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardRow {
    pub id: String,
    pub name: String,
    pub indicator: Indicator,
    pub state: State,
    /// The owner's full name.
    pub owner: String,
    /// Whether the reader owns it.
    pub own: bool,
    pub created_at: Timestamp,
    /// When something last happened in it, chat messages aside.
    pub last_at: Timestamp,
    pub deadline: Option<BoardDeadline>,
}

impl BoardRow {
    fn render(&self, lang: Lang, now: Timestamp) -> Markup {
        html! {
            tr.board-row data-row=(self.id) {
                td.board-select.by-script { label.board-tick { input type="checkbox" name="session" value=(self.id) data-do="select"; span.unseen { (words::board_select(lang, &self.name)) } } }
                th.board-customer scope="row" {
                    a.board-open href={ "/console/s/" (self.id) } {
                        span data-indicator-of=(self.id) data-indicator=(self.indicator.as_str()) { (avatar(lang, &self.name, self.indicator)) }
                        bdi { (self.name) }
                    }
                }
                td data-head=(words::board_owner(lang)) { bdi { @if self.own { (words::board_you(lang)) } @else { (self.owner) } } }
                td data-head=(words::board_state(lang)) { (state_chip(lang, self.state)) span.unseen { " " (phrases::indicator(lang, self.indicator)) } }
                td.muted data-head=(words::board_started(lang)) { (moment(lang, self.created_at, now, Moment::Ago)) }
                td.muted data-head=(words::board_last(lang)) { (moment(lang, self.last_at, now, Moment::Ago)) }
                td data-head=(words::board_deadline(lang)) {
                    @if let Some(deadline) = self.deadline {
                        span.board-deadline data-near[deadline.is_near(now)] {
                            (moment(lang, deadline.at, now, Moment::Clock))
                            meter.board-meter min="0" max="100" low="10" value=(deadline.left(now)) aria-label=(words::board_left(lang)) {}
                        }
                    } @else { span.muted { "–" } }
                }
            }
        }
    }
}

/// The board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The console around it.
    pub frame: Frame,
    /// The teams that the reader may look at: id and name.
    pub teams: Vec<(String, String)>,
    pub filter: BoardFilter,
    pub rows: Vec<BoardRow>,
    /// Where the next rows are.
    pub more: Option<String>,
}

impl Board {
    pub fn render(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        let main = html! {
            (topbar(lang, frame.company.as_deref()))
            div.board {
                header.board-head {
                    div { h1 { (words::board(lang)) } p.muted { (words::board_lead(lang)) } }
                    (tabs(lang, &self.filter.team, false))
                }
                (self.filters())
                (self.part())
                (Sheet { lang, id: "end-selected", class: "sheet-confirm", title: words::board_end_title(lang), body: html! {
                    p { (words::board_end_text(lang)) }
                    form.dialog-actions data-do="end-selected" data-ended=(words::board_ended(lang, "{n}").plain()) data-not-ended=(words::board_not_ended(lang, "{names}").plain()) {
                        input type="hidden" name="csrf" value=(frame.forms.csrf);
                        button.button type="button" data-do="close" { (words::board_keep(lang)) }
                        button.button.button-danger type="submit" { (words::board_end(lang)) }
                    }
                } })
            }
        };
        frame.page(InFrame {
            title: words::board(lang),
            class: "page-board",
            script: "board.js",
            live: None,
            data: &[],
            without_dialog: false,
            main,
        })
    }

    /// What changes: `GET /console/team?…&fragment=board` answers with it alone.
    pub fn part(&self) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let heads = [
            words::board_customer(lang),
            words::board_owner(lang),
            words::board_state(lang),
            words::board_started(lang),
            words::board_last(lang),
            words::board_deadline(lang),
        ];
        html! {
            section.card.board-card id="board" data-address=(self.filter.href()) aria-label=(words::board(lang)) {
                div.board-bar {
                    p.muted.board-count { (words::board_count(lang, u64::try_from(self.rows.len()).unwrap_or(u64::MAX))) }
                    button.button.board-changes type="button" data-do="show-changes" hidden { (words::board_changes(lang)) }
                    span.board-selected hidden {
                        button.button type="button" data-do="take-selected" data-taken=(words::board_taken(lang, "{n}").plain()) data-not-taken=(words::board_not_taken(lang, "{names}").plain()) { (words::board_take(lang)) }
                        (opens("end-selected", "button-danger", html! { span { (words::board_end(lang)) } span.count data-selected="" {} }))
                    }
                }
                @if self.rows.is_empty() {
                    (empty(Icon::Chat, words::board_empty(lang), words::board_empty_help(lang), None))
                } @else {
                    table.board-table {
                        caption.unseen { (words::board(lang)) }
                        thead { tr { td.board-select.by-script {} @for head in heads { th scope="col" { (head) } } } }
                        tbody { @for row in &self.rows { (row.render(lang, now)) } }
                    }
                    @if let Some(more) = &self.more { a.small.pane-more href=(more) { (words::show_more(lang)) } }
                }
            }
        }
    }

    fn filters(&self) -> Markup {
        let (lang, filter) = (self.frame.lang, &self.filter);
        let states = [
            (None, words::board_all(lang)),
            (Some(State::Planned), phrases::state(lang, State::Planned)),
            (Some(State::Invited), phrases::state(lang, State::Invited)),
            (Some(State::Active), phrases::state(lang, State::Active)),
        ];
        html! {
            div.board-filters {
                nav.segments aria-label=(words::board_state(lang)) {
                    @for (state, name) in states {
                        a.segment href=(BoardFilter { state, ..filter.clone() }.href()) aria-current=[(filter.state == state).then_some("true")] { (name) }
                    }
                }
                a.segment.segment-alone href=(BoardFilter { online: !filter.online, ..filter.clone() }.href()) aria-current=[filter.online.then_some("true")] { (words::board_online(lang)) }
                form.board-choice method="get" action="/console/team" {
                    @if let Some(state) = filter.state { input type="hidden" name="state" value=(state.as_str()); }
                    @if filter.online { input type="hidden" name="online" value="1"; }
                    @if self.teams.len() > 1 {
                        label { span.unseen { (words::board_team(lang)) }
                            select.input name="team" { @for (id, name) in &self.teams { option value=(id) selected[*id == filter.team] { (name) } } }
                        }
                    } @else { input type="hidden" name="team" value=(filter.team); }
                    label { span.unseen { (words::board_order(lang)) }
                        select.input name="order" { @for order in BoardOrder::ALL { option value=(order.as_str()) selected[order == filter.order] { (order.words(lang)) } } }
                    }
                    button.button type="submit" { (words::show(lang)) }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        use Indicator::{NeverJoined, OfflineIncomplete, OnlineComplete, OnlineIncomplete};
        let frame = Frame::sample_supervisor();
        let row = |id: &str, name: &str, indicator, state, owner: &str, age, last, ends: Option<i64>| BoardRow {
            id: id.to_owned(),
            name: name.to_owned(),
            indicator,
            state,
            owner: owner.to_owned(),
            own: false,
            created_at: sample::ago(age),
            last_at: sample::ago(last),
            deadline: ends.map(|minutes| BoardDeadline { at: sample::ago(-minutes), since: sample::ago(last) }),
        };
        let board = Self {
            teams: vec![("h4rb0r".into(), "Harbour Loans".into()), ("c1t1es".into(), "City Branch".into())],
            filter: BoardFilter { team: "h4rb0r".into(), ..BoardFilter::default() },
            rows: vec![
                BoardRow {
                    own: true,
                    ..row("a1", "Mara Quist", OnlineIncomplete, State::Active, "Nina Okafor", 12, 1, Some(29))
                },
                row("a2", "Tobias Lindqvist-Achterberg", NeverJoined, State::Invited, "Omar Haddad", 45, 45, None),
                row("a3", "Priya Raman", OnlineComplete, State::Active, "Omar Haddad", 130, 29, Some(1)),
                row("a4", "ليلى حداد", OfflineIncomplete, State::Active, "Nina Okafor", 300, 200, None),
                row("a5", "Daniel Okoye", NeverJoined, State::Planned, "Ines Castro", 1500, 1500, None),
            ],
            more: None,
            frame: frame.clone(),
        };
        let in_language = |lang| Self { frame: Frame { lang, ..frame.clone() }, ..board.clone() };
        vec![
            ("running", board.clone()),
            ("running-de", in_language(Lang::De)),
            ("running-ar", in_language(Lang::Ar)),
            ("empty", Self { rows: vec![], teams: vec![], ..board }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_the_address_holds_the_boards_filter() {
        let filter = BoardFilter {
            team: "h4rb0r".into(),
            state: Some(State::Active),
            online: true,
            order: BoardOrder::Deadline,
        };
        assert_eq!(filter.href(), "/console/team?team=h4rb0r&state=active&online=1&order=deadline");
        assert_eq!(BoardFilter { team: "x".into(), ..BoardFilter::default() }.href(), "/console/team?team=x");
    }

    #[test]
    fn r3_the_bar_runs_out_with_the_deadline() {
        let (since, at) = (sample::ago(10), sample::ago(-10));
        let deadline = BoardDeadline { at, since };
        assert_eq!([since, sample::ago(0), at].map(|now| deadline.left(now)), [100, 50, 0]);
        assert!(deadline.is_near(sample::ago(-9)) && !deadline.is_near(sample::ago(0)));
    }
}
