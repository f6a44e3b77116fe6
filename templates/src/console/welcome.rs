//! The page at `/console`: what is open, and the way to start something.

use jiff::Timestamp;
use maud::{Markup, Render, html};

use super::frame::{InFrame, topbar};
use super::{Frame, HistoryRow, Indicator, Moment, State, avatar, first_name, moment, opens, words};
use crate::parts::{self, Icon};

/// One of the agent's sessions that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// As in the history.
    pub row: HistoryRow,
    /// Planned, invited or active.
    pub state: State,
    /// E-mail address or phone number, as the agent typed it.
    pub contact: String,
}

impl OpenSession {
    fn render(&self, now: Timestamp) -> Markup {
        let row = &self.row;
        html! {
            span.open-row-face data-indicator-of=(row.id) data-indicator=(row.indicator.as_str()) { (avatar(&row.name, row.indicator)) }
            span.list-row-main {
                a.session-row.open-row-name href={ "/console/s/" (row.id) } data-row=(row.id) { bdi { (row.name) } @if row.updated { " " span.badge title=(words::UPDATED) { span.unseen { (words::UPDATED) } } } }
                span.small.muted { bdi { (row.last) } }
            }
            span.open-row-contact.small.muted { bdi { (self.contact) } }
            span.open-row-state { (state_chip(self.state)) }
            span.open-row-time.small.muted { (moment(row.at, now, Moment::Ago)) }
        }
    }
}

/// The welcome page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The console around it.
    pub frame: Frame,
    /// The agent's own sessions that are not over, the one that needs them most first.
    pub open: Vec<OpenSession>,
    /// `?new=1`, or a New Session form that was refused: the form stands in the page, not in a dialog.
    pub form_open: bool,
}

impl Welcome {
    /// The page.
    pub fn render(&self) -> Markup {
        let frame = &self.frame;
        let online = self
            .open
            .iter()
            .filter(|s| matches!(s.row.indicator, Indicator::OnlineIncomplete | Indicator::OnlineComplete))
            .count();
        let waiting =
            self.open.iter().filter(|s| s.row.indicator == Indicator::NeverJoined && s.state == State::Invited).count();
        let main = html! {
            (topbar(frame.company.as_deref()))
            div.welcome data-part=[(!self.form_open).then_some("welcome")] {
                @if self.form_open {
                    section.card.welcome-form aria-labelledby="new-title" {
                        h1 id="new-title" { (words::NEW_SESSION) }
                        (frame.new_session.form(&frame.forms))
                    }
                } @else if self.open.is_empty() {
                    header.welcome-head { h1 { (words::welcome(first_name(&frame.agent.name))) } }
                    div.card.welcome-empty {
                        (parts::empty(Icon::Chat, if frame.history.rows.is_empty() { words::WELCOME_FIRST } else { words::WELCOME_NONE }, words::WELCOME_NONE_HELP, Some(start())))
                    }
                } @else {
                    header.welcome-head {
                        div { h1 { (words::welcome(first_name(&frame.agent.name))) } p.muted { (words::open_summary(online, waiting)) } }
                        (start())
                    }
                    section.card.welcome-open aria-labelledby="open-title" {
                        h2 id="open-title" { (words::OPEN_SESSIONS) }
                        ul.rows { @for session in &self.open { li.open-row { (session.render(frame.now)) } } }
                    }
                }
            }
        };
        frame.page(InFrame {
            title: words::CONSOLE,
            class: "page-welcome",
            script: "console.js",
            live: None,
            data: &[],
            without_dialog: self.form_open,
            main,
        })
    }

    /// Every state of the page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample();
        let open = |at: usize, state, contact: &str| OpenSession {
            row: frame.history.rows[at].clone(),
            state,
            contact: contact.to_owned(),
        };
        let full = Self {
            open: vec![
                open(0, State::Active, "mara@example.net"),
                open(2, State::Active, "priya.raman@example.net"),
                open(1, State::Invited, "tobias@example.net"),
                open(3, State::Active, "+44 7700 900123"),
            ],
            form_open: false,
            frame: frame.clone(),
        };
        vec![
            ("open", full.clone()),
            ("first-day", Self { frame: Frame::sample_first_day(), open: Vec::new(), form_open: false }),
            ("folded", Self { frame: Frame { folded: true, ..frame.clone() }, ..full.clone() }),
            ("form", Self { form_open: true, ..full.clone() }),
            (
                "form-refused",
                Self {
                    form_open: true,
                    frame: Frame { new_session: super::NewSession::sample_refused(), ..frame.clone() },
                    ..full.clone()
                },
            ),
            (
                "form-embedded",
                Self {
                    form_open: true,
                    frame: Frame { new_session: super::NewSession::sample_embedded(), ..frame.clone() },
                    ..full.clone()
                },
            ),
            (
                "form-blocked",
                Self {
                    form_open: true,
                    frame: Frame { new_session: super::NewSession::sample_blocked(), ..frame },
                    ..full
                },
            ),
        ]
    }
}

fn start() -> Markup {
    opens("new-session", "button-primary", html! { (Icon::Add) span { (words::NEW_SESSION) } })
}

/// A session's state as a chip: the word says it, the colour only helps.
pub(super) fn state_chip(state: State) -> Markup {
    let (tone, icon) = match state {
        State::Planned => (None, Some(Icon::Calendar)),
        State::Invited => (Some(parts::Tone::Info), Some(Icon::Mail)),
        State::Active => (Some(parts::Tone::Good), Some(Icon::Check)),
        State::Ended | State::Discarded => (None, Some(Icon::Lock)),
    };
    html! { (parts::chip(tone, icon, words::state(state)).render()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_day_offers_the_first_session() {
        let (_, view) = Welcome::samples().remove(1);
        let text = view.render().into_string();
        assert!(text.contains(words::WELCOME_FIRST) && text.contains("popovertarget=\"new-session\""));
    }

    #[test]
    fn without_a_script_the_form_is_a_part_of_the_page() {
        let (_, view) = Welcome::samples().remove(3);
        let text = view.render().into_string();
        assert_eq!(text.matches("action=\"/v1/sessions\"").count(), 1);
        assert!(!text.contains("<dialog class=\"dialog sheet-new\""));
    }
}
