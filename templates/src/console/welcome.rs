//! The page at `/console`: what is open, and the way to start something.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{Indicator, State};

use super::frame::{Frame, InFrame, topbar};
use super::history::{History, HistoryRow};
use super::moment::{Moment, moment};
use super::new_session::NewSession;
use super::sheet::opens;
use super::signs::state_chip;
use crate::components::{Icon, empty};
use crate::lang::Lang;
use crate::names::first_name;
use crate::words::console as words;

/// One of the agent's sessions that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub row: HistoryRow,
    /// Planned, invited or active.
    pub state: State,
    /// E-mail address or phone number, as the agent typed it.
    pub contact: String,
}

impl OpenSession {
    fn render(&self, lang: Lang, now: Timestamp) -> Markup {
        let row = &self.row;
        html! {
            span.open-row-face { (row.face(lang)) }
            span.list-row-main {
                a.session-row.open-row-name href={ "/console/s/" (row.id) } data-row=(row.id) { bdi { (row.name) } @if row.updated { " " span.badge title=(words::updated(lang)) { span.unseen { (words::updated(lang)) } } } }
                span.small.muted { bdi { (row.last) } }
            }
            span.open-row-contact.small.muted { bdi { (self.contact) } }
            span.open-row-state { (state_chip(lang, self.state)) }
            span.open-row-time.small.muted { (moment(lang, row.at, now, Moment::Ago)) }
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
    pub fn render(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        let online = self
            .open
            .iter()
            .filter(|s| matches!(s.row.indicator, Indicator::OnlineIncomplete | Indicator::OnlineComplete))
            .count();
        let waiting =
            self.open.iter().filter(|s| s.row.indicator == Indicator::NeverJoined && s.state == State::Invited).count();
        let main = html! {
            (topbar(lang, frame.company.as_deref()))
            div.welcome data-part=[(!self.form_open).then_some("welcome")] {
                @if self.form_open {
                    section.card.welcome-form aria-labelledby="new-title" {
                        h1 id="new-title" { (words::new_session(lang)) }
                        (frame.new_session.form(lang, &frame.forms))
                    }
                } @else if self.open.is_empty() {
                    header.welcome-head { h1 { (words::welcome(lang, first_name(&frame.agent.name))) } }
                    div.card.welcome-empty {
                        (empty(Icon::Chat, if frame.history.rows.is_empty() { words::welcome_first(lang) } else { words::welcome_none(lang) }, words::welcome_none_help(lang), Some(start(lang))))
                    }
                } @else {
                    header.welcome-head {
                        div { h1 { (words::welcome(lang, first_name(&frame.agent.name))) } p.muted { (open_summary(lang, online, waiting)) } }
                        (start(lang))
                    }
                    section.card.welcome-open aria-labelledby="open-title" {
                        h2 id="open-title" { (words::open_sessions(lang)) }
                        ul.rows { @for session in &self.open { li.open-row { (session.render(lang, frame.now)) } } }
                    }
                }
            }
        };
        frame.page(InFrame {
            title: words::console(lang),
            class: "page-welcome",
            script: "console.js",
            live: None,
            data: &[],
            without_dialog: self.form_open,
            main,
        })
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample(Lang::En);
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
            ("open-de", Self { frame: Frame { lang: Lang::De, ..frame.clone() }, ..full.clone() }),
            ("open-ar", Self { frame: Frame { lang: Lang::Ar, ..frame.clone() }, ..full.clone() }),
            ("first-day", Self { frame: Frame::sample_first_day(), open: Vec::new(), form_open: false }),
            ("found", Self { frame: Frame { history: History::sample_found(), ..frame.clone() }, ..full.clone() }),
            ("recent", Self { frame: Frame { history: History::sample_recent(), ..frame.clone() }, ..full.clone() }),
            ("folded", Self { frame: Frame { folded: true, ..frame.clone() }, ..full.clone() }),
            ("form", Self { form_open: true, ..full.clone() }),
            ("form-ar", Self { form_open: true, frame: Frame { lang: Lang::Ar, ..frame.clone() }, ..full.clone() }),
            (
                "form-refused",
                Self {
                    form_open: true,
                    frame: Frame { new_session: NewSession::sample_refused(), ..frame.clone() },
                    ..full.clone()
                },
            ),
            (
                "form-embedded",
                Self {
                    form_open: true,
                    frame: Frame { new_session: NewSession::sample_embedded(), ..frame.clone() },
                    ..full.clone()
                },
            ),
            (
                "form-blocked",
                Self { form_open: true, frame: Frame { new_session: NewSession::sample_blocked(), ..frame }, ..full },
            ),
        ]
    }
}

fn start(lang: Lang) -> Markup {
    opens("new-session", "button-primary", html! { (Icon::Add) span { (words::new_session(lang)) } })
}

/// The line under the greeting that sums the open sessions up.
fn open_summary(lang: Lang, online: usize, waiting: usize) -> String {
    let [online, waiting] = [online, waiting].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
    match (online, waiting) {
        (0, 0) => words::nobody_waits(lang).to_owned(),
        (0, waiting) => words::customers_waiting(lang, waiting).to_string(),
        (online, 0) => words::customers_online(lang, online).to_string(),
        (online, waiting) => {
            let (online, waiting) = (words::online_part(lang, online), words::waiting_part(lang, waiting));
            words::online_and_waiting(lang, &online.plain(), &waiting.plain()).plain()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(name: &str) -> String {
        let (_, view) =
            Welcome::samples().into_iter().find(|(sample, _)| *sample == name).expect("a sample of this name");
        view.render().into_string()
    }

    #[test]
    fn what_is_open_is_summed_up() {
        let said = |lang| [(0, 0), (0, 2), (1, 0), (2, 1)].map(|(online, waiting)| open_summary(lang, online, waiting));
        assert_eq!(
            said(Lang::En),
            [
                "Nobody is waiting for you right now.",
                "2 customers not joined yet.",
                "1 customer online.",
                "2 customers online, 1 not joined yet.",
            ]
        );
        assert_eq!(said(Lang::De)[3], "2 Personen online, 1 noch nicht beigetreten.");
        assert_eq!(said(Lang::Ar)[2], "عميل واحد متصل.");
    }

    #[test]
    fn the_first_day_offers_the_first_session() {
        let text = sample("first-day");
        assert!(text.contains(words::welcome_first(Lang::En)) && text.contains("popovertarget=\"new-session\""));
    }

    #[test]
    fn without_a_script_the_form_is_a_part_of_the_page() {
        let text = sample("form");
        assert_eq!(text.matches("action=\"/v1/sessions\"").count(), 1);
        assert!(!text.contains("<dialog class=\"dialog sheet-new\""));
    }
}
