//! The pages that say why a customer cannot get in (R15): what happened, why, the one thing to do now, whom to ask.

use jiff::Timestamp;
use maud::{Markup, html};

use super::page::{Brand, Page, kept, paragraphs, token_field};
use super::sample;
use crate::components::{Button, Icon};
use crate::lang::Lang;
use crate::names::first_name;
use crate::times;
use crate::words::{customer as words, shared};

/// How a session ended, as its customer may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When it ended.
    pub at: Timestamp,
    /// R3: by inactivity, and not by somebody.
    pub by_itself: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// R5: this link's time is over; the session still grants access.
    LinkExpired {
        /// Where **Send a new link** posts to: `/s/{token}/new-link`. Without it (no contact on file, text messages off)
        /// the page says whom to ask.
        new_link: Option<String>,
    },
    /// The answer to **Send a new link**: the same whether or not it was sent.
    LinkSent,
    /// R5: ended and nothing left to open.
    SessionExpired {
        /// When and how; nothing where the page may not say.
        ended: Option<Ended>,
    },
    /// R6: bound to another device or browser.
    OtherDevice {
        /// Where a move by one-time code begins, where the settings allow it: `/s/{token}/continue`.
        move_here: Option<String>,
    },
    /// R27: this device was the session's, until the agent released it or another one was bound.
    Released,
    /// R6: the POST came without the probe cookie.
    CookiesOff {
        /// Where to try again: `/s/{token}`.
        retry: String,
    },
    /// R6: unknown or revoked link. The brand is to be empty: no detail.
    Unknown,
    /// R7: too many wrong tries, until then.
    Locked {
        /// When the next try is possible.
        until: Timestamp,
        /// Minutes until then, rounded up.
        minutes: u32,
        /// Where to try again then: `/s/{token}`.
        retry: String,
    },
    /// R7: too many lockouts; the agent has to reset.
    Banned,
    /// Maintenance, or the platform is failing.
    ServiceDown {
        /// The operator's own message.
        message: Option<String>,
        /// Where the operator says more.
        status_url: Option<String>,
        /// Where to try again.
        retry: String,
    },
    /// R15: the live connection is gone for good. The room shows the same by itself.
    ConnectionClosed {
        /// Another tab took over; otherwise the server could not be reached.
        superseded: bool,
        /// What to load again.
        retry: String,
    },
    /// A form that came too late, from elsewhere, or incomplete.
    Stale {
        /// Where to begin again.
        retry: String,
    },
    /// Too many requests.
    Busy {
        /// Where to try again.
        retry: String,
    },
}

impl Problem {
    /// The content of `<meta name="parlor:reason">`; public, see the interface.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::LinkExpired { .. } => Some("link-expired"),
            Self::SessionExpired { .. } => Some("session-expired"),
            Self::OtherDevice { .. } | Self::Released => Some("device"),
            Self::CookiesOff { .. } => Some("cookies"),
            Self::Unknown => Some("unknown"),
            Self::Locked { .. } | Self::Banned => Some("locked"),
            Self::ServiceDown { .. } => Some("service-down"),
            Self::LinkSent | Self::ConnectionClosed { .. } | Self::Stale { .. } | Self::Busy { .. } => None,
        }
    }

    /// The HTTP status that goes with it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::LinkExpired { .. } | Self::SessionExpired { .. } => 410,
            Self::OtherDevice { .. }
            | Self::Released
            | Self::CookiesOff { .. }
            | Self::Unknown
            | Self::Locked { .. }
            | Self::Banned => 403,
            Self::ServiceDown { .. } => 503,
            Self::LinkSent | Self::ConnectionClosed { .. } => 200,
            Self::Stale { .. } => 400,
            Self::Busy { .. } => 429,
        }
    }

    /// Whether nothing on the page can be pressed to try again.
    const fn has_no_button(&self) -> bool {
        matches!(
            self,
            Self::LinkExpired { new_link: None }
                | Self::SessionExpired { .. }
                | Self::OtherDevice { move_here: None }
                | Self::Released
                | Self::Banned
        )
    }

    /// R27: whether the page waits for what would open it again, and then opens by itself.
    const fn waits(&self) -> bool {
        match self {
            Self::LinkExpired { .. }
            | Self::SessionExpired { .. }
            | Self::OtherDevice { .. }
            | Self::Released
            | Self::Locked { .. }
            | Self::Banned
            | Self::ServiceDown { .. } => true,
            // What somebody has to do themselves, or what may be nothing of ours.
            Self::LinkSent
            | Self::CookiesOff { .. }
            | Self::Unknown
            | Self::ConnectionClosed { .. }
            | Self::Stale { .. }
            | Self::Busy { .. } => false,
        }
    }

    const fn icon(&self) -> Icon {
        match self {
            Self::LinkExpired { .. } => Icon::Link,
            Self::LinkSent => Icon::Mail,
            Self::SessionExpired { .. } => Icon::Clock,
            Self::OtherDevice { .. } | Self::Released => Icon::Device,
            Self::CookiesOff { .. } | Self::Stale { .. } => Icon::Refresh,
            Self::Unknown | Self::Locked { .. } | Self::Banned => Icon::Lock,
            Self::ServiceDown { .. } | Self::Busy { .. } => Icon::Pause,
            Self::ConnectionClosed { .. } => Icon::Offline,
        }
    }
}

/// Any page that keeps a customer out, and the answer to **Send a new link**.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    pub lang: Lang,
    /// Who speaks; empty where nobody may be named.
    pub brand: Brand,
    /// The agent's name, where one may be named; the page shows its first word.
    pub agent: Option<String>,
    /// The address that GETs this page, for the language menu.
    pub path: Option<String>,
    /// The form's token, if forms carry one (field `csrf`).
    pub csrf: Option<String>,
    /// What happened.
    pub problem: Problem,
    /// What was typed and not taken (R2): it stays on the page, to be read and copied.
    pub typed: Option<String>,
}

impl ErrorPage {
    /// A page on which nobody speaks, because nobody is known.
    #[must_use]
    pub fn of_nobody(lang: Lang, problem: Problem) -> Self {
        Self { lang, brand: Brand::default(), agent: None, path: None, csrf: None, problem, typed: None }
    }

    /// The HTTP status to answer with.
    pub const fn status(&self) -> u16 {
        self.problem.status()
    }

    pub fn render(&self) -> Markup {
        let title = title(self.lang, &self.problem);
        let waits = self.path.as_deref().filter(|_| self.problem.waits());
        Page {
            lang: self.lang,
            brand: &self.brand,
            path: self.path.as_deref(),
            title,
            reason: self.problem.reason(),
            live: None,
            refresh: None,
            // It waits, and puts times into the reader's zone; everything else is complete as it is.
            script: waits.is_some(),
            assets: super::page::ASSETS,
            class: "narrow",
            body: html! {
                main.sheet data-again=[waits] {
                    (self.content())
                    @if let (Some(path), None) = (waits, &self.typed) {
                        (kept(self.lang))
                        p.small.muted.needs-script { (words::comes_back(self.lang)) }
                        @if self.problem.has_no_button() {
                            noscript { p { (Button::plain(shared::try_again(self.lang)).href(path).wide()) } }
                        }
                    }
                    @if let Some(typed) = &self.typed {
                        p { (words::typed_kept(self.lang)) }
                        textarea.input readonly rows="4" aria-label=(words::chat_label(self.lang)) dir="auto" { (typed) }
                    }
                }
            },
        }
        .render()
    }

    /// What happened, why, what to do, whom to ask.
    fn content(&self) -> Markup {
        let lang = self.lang;
        let agent = self.agent.as_deref().map_or(words::your_contact(lang), first_name);
        let company = match self.brand.company.as_str() {
            "" => agent,
            company => company,
        };
        let retry = |label: &str, href: &str| html! { p { (Button::primary(label).href(href).wide()) } };
        let ask = html! { footer.small-print { p { (words::session_expired_do(lang, agent)) } } };
        html! {
            span.emblem { (self.problem.icon()) }
            h1 { (title(lang, &self.problem)) }
            @match &self.problem {
                Problem::LinkExpired { new_link } => {
                    p.lead { (words::link_expired_text(lang)) }
                    @if let Some(action) = new_link {
                        form.stack method="post" action=(action) {
                            (token_field(self.csrf.as_deref()))
                            (Button::primary(words::new_link(lang)).icon(Icon::Send).wide())
                        }
                        footer.small-print { p { (words::new_link_note(lang, company)) } }
                    } @else {
                        p { (words::link_expired_ask(lang, agent)) }
                    }
                }
                Problem::LinkSent => {
                    p.lead { (words::link_sent_text(lang, company)) }
                    footer.small-print { p { (words::link_sent_note(lang)) } }
                }
                Problem::SessionExpired { ended } => {
                    p.lead { span {
                        @match ended {
                            None => (words::session_expired_text(lang)),
                            Some(Ended { at, by_itself }) => {
                                @let at = html! { time datetime=(at) data-show="moment" { (times::moment(lang, *at)) } };
                                (if *by_itself { words::expired_by_itself(lang, &at) } else { words::expired_at(lang, &at) })
                            }
                        }
                    } }
                    (ask)
                }
                Problem::OtherDevice { move_here } => {
                    p.lead { (words::device_text(lang)) }
                    p { (words::device_do(lang)) }
                    @if let Some(action) = move_here {
                        form method="post" action=(action) {
                            (token_field(self.csrf.as_deref()))
                            (Button::primary(words::device_move(lang)).icon(Icon::Device).wide())
                        }
                    }
                    footer.small-print { p { (words::device_ask(lang, agent)) } }
                }
                Problem::Released => {
                    p.lead { (words::released_text(lang)) }
                    p { (words::released_do(lang)) }
                    footer.small-print { p { (words::released_ask(lang, agent)) } }
                }
                Problem::CookiesOff { retry: href } => {
                    p.lead { (words::cookies_text(lang)) }
                    p { (words::cookies_do(lang)) }
                    (retry(shared::try_again(lang), href))
                }
                Problem::Unknown => {
                    p.lead { (words::unknown_text(lang)) }
                    p { (words::unknown_do(lang)) }
                    footer.small-print { p { (words::unknown_ask(lang)) } }
                }
                Problem::Locked { until, minutes, retry: href } => {
                    p.lead { (words::locked_text(lang)) }
                    @let at = html! { time datetime=(until) data-show="clock" { (times::clock_utc(*until)) } };
                    p { (words::locked_until(lang, u64::from(*minutes), &at)) }
                    p { (Button::plain(shared::try_again(lang)).href(href).wide()) }
                    footer.small-print { p { (words::pin_lost(lang, agent)) } }
                }
                Problem::Banned => {
                    p.lead { (words::locked_text(lang)) }
                    p { (words::banned_do(lang, agent)) }
                }
                Problem::ServiceDown { message, status_url, retry: href } => {
                    div.lead { @match message { Some(message) => (paragraphs(message)), None => p { (words::down_text(lang)) } } }
                    p { (words::down_do(lang)) }
                    (retry(shared::try_again(lang), href))
                    @if let Some(status) = status_url {
                        footer.small-print { p { a href=(status) rel="noopener noreferrer" { (words::down_status(lang)) } } }
                    }
                }
                Problem::ConnectionClosed { superseded, retry: href } => {
                    p.lead { (if *superseded { words::closed_superseded(lang) } else { words::closed_lost(lang) }) }
                    p { (words::closed_do(lang)) }
                    (retry(shared::reload(lang), href))
                }
                Problem::Stale { retry: href } => {
                    p.lead { (words::stale_text(lang)) }
                    (retry(shared::try_again(lang), href))
                }
                Problem::Busy { retry: href } => {
                    p.lead { (words::busy_text(lang)) }
                    p { (words::busy_do(lang)) }
                    (retry(shared::try_again(lang), href))
                }
            }
        }
    }

    /// Every problem, and a few in other languages.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |problem| Self {
            lang: Lang::En,
            brand: sample::brand(),
            agent: Some("Nina Okafor".to_owned()),
            path: Some("/s/token".to_owned()),
            csrf: None,
            problem,
            typed: None,
        };
        let retry = "/s/token".to_owned();
        let nobody = |problem| Self { brand: Brand::default(), agent: None, ..page(problem) };
        let arabic =
            |problem| Self {
                lang: Lang::Ar, brand: sample::arabic(), agent: Some("ليلى".to_owned()), ..page(problem)
            };
        let new_link = Some("/s/token/new-link".to_owned());
        let locked = Problem::Locked { until: sample::at(0), minutes: 12, retry: retry.clone() };
        vec![
            ("link-expired", page(Problem::LinkExpired { new_link: new_link.clone() })),
            ("link-expired-ask", page(Problem::LinkExpired { new_link: None })),
            ("link-expired-ar", arabic(Problem::LinkExpired { new_link })),
            ("link-sent", page(Problem::LinkSent)),
            ("session-expired", page(Problem::SessionExpired { ended: None })),
            (
                "session-ended",
                page(Problem::SessionExpired { ended: Some(Ended { at: sample::at(0), by_itself: false }) }),
            ),
            (
                "session-ended-by-itself",
                page(Problem::SessionExpired { ended: Some(Ended { at: sample::at(0), by_itself: true }) }),
            ),
            (
                "session-expired-typed",
                Self {
                    typed: Some("One more thing: the address is my old one.".to_owned()),
                    ..page(Problem::SessionExpired { ended: None })
                },
            ),
            ("device", page(Problem::OtherDevice { move_here: None })),
            ("device-move", page(Problem::OtherDevice { move_here: Some("/s/token/continue".to_owned()) })),
            ("released", page(Problem::Released)),
            ("cookies", page(Problem::CookiesOff { retry: retry.clone() })),
            ("unknown", nobody(Problem::Unknown)),
            ("locked", page(locked.clone())),
            ("locked-ar", arabic(locked)),
            ("banned", page(Problem::Banned)),
            (
                "service-down",
                nobody(Problem::ServiceDown {
                    message: None,
                    status_url: Some("https://status.example.net/".to_owned()),
                    retry: retry.clone(),
                }),
            ),
            (
                "service-down-message",
                page(Problem::ServiceDown {
                    message: Some("We are moving to new machines. Back at 15:00.".to_owned()),
                    status_url: None,
                    retry: retry.clone(),
                }),
            ),
            ("closed", page(Problem::ConnectionClosed { superseded: false, retry: retry.clone() })),
            ("closed-superseded", page(Problem::ConnectionClosed { superseded: true, retry: retry.clone() })),
            ("stale", page(Problem::Stale { retry: retry.clone() })),
            ("busy", page(Problem::Busy { retry })),
        ]
    }
}

/// The heading, as R15 names it.
const fn title(lang: Lang, problem: &Problem) -> &'static str {
    match problem {
        Problem::LinkExpired { .. } => words::link_expired_title(lang),
        Problem::LinkSent => words::link_sent_title(lang),
        Problem::SessionExpired { .. } => words::session_expired_title(lang),
        Problem::Released => words::released_title(lang),
        Problem::OtherDevice { .. } | Problem::CookiesOff { .. } | Problem::Unknown => words::denied_title(lang),
        Problem::Locked { .. } => words::locked_title(lang),
        Problem::Banned => words::banned_title(lang),
        Problem::ServiceDown { .. } => words::down_title(lang),
        Problem::ConnectionClosed { .. } => words::closed_title(lang),
        Problem::Stale { .. } | Problem::Busy { .. } => words::stale_title(lang),
    }
}
