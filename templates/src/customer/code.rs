//! The PIN page and the page for a one-time code (R7): one field, and what went wrong the last time.

use maud::{Markup, html};

use super::page::{Brand, Page, consent_field, paragraphs, token_field};
use super::sample;
use crate::components::{Banner, Button, Field, Icon, Tone};
use crate::lang::Lang;
use crate::names::first_name;
use crate::times;
use crate::words::customer as words;

/// Why the last code did not open the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// Wrong, and counted.
    Wrong {
        /// Tries left before it locks, at least one; with none left the answer is the locked page.
        left: u32,
    },
    /// Not digits, or not as many as there can be; not counted.
    Malformed,
    /// The one-time code's time is over, or a newer one replaced it.
    Expired,
}

/// The answer to Continue where there is a PIN, and to POST `/s/{token}/pin` with a wrong one.
#[derive(Debug, Clone)]
pub struct PinPage {
    pub lang: Lang,
    /// Who speaks.
    pub brand: Brand,
    /// The agent's name; the page shows its first word.
    pub agent: String,
    /// The address that GETs this page, with the consent that it carries.
    pub path: String,
    /// Where it posts to: `/s/{token}/pin`, field `code`. Spaces and dashes in it are to be ignored.
    pub action: String,
    /// The form's token, if forms carry one (field `csrf`).
    pub csrf: Option<String>,
    /// The team's own hint.
    pub hint: Option<String>,
    /// What carries the consent that was given on the opening page (hidden field `consent`).
    pub consent: Option<String>,
    /// What went wrong.
    pub problem: Option<CodeProblem>,
    /// Tries left, shown before the first wrong one too where it is known.
    pub left: Option<u32>,
}

/// The answer to Continue where there is a one-time code, and to POST `/s/{token}/otp` with a wrong one.
#[derive(Debug, Clone)]
pub struct CodePage {
    pub lang: Lang,
    /// Who speaks.
    pub brand: Brand,
    /// The address that GETs this page, with the consent that it carries.
    pub path: String,
    /// Where it posts to: `/s/{token}/otp`, field `code`.
    pub action: String,
    /// Where a code is asked for: `/s/{token}/otp/send`.
    pub resend: String,
    /// The form's token, if forms carry one (field `csrf`).
    pub csrf: Option<String>,
    /// Where the code went, masked.
    pub contact: String,
    /// How long it works.
    pub minutes: u32,
    /// What carries the consent that was given on the opening page (hidden field `consent`).
    pub consent: Option<String>,
    /// What went wrong.
    pub problem: Option<CodeProblem>,
    /// Another code was just sent.
    pub resent: bool,
    /// Seconds until another code can be asked for; none if that is now.
    pub wait: Option<u64>,
    /// A code was sent and still works. Without one the page offers to send one, and nothing else.
    pub waits: bool,
}

/// The message above a code's field: text, and the tries left.
fn trouble(lang: Lang, problem: CodeProblem, wrong: &str, malformed: &str) -> String {
    match problem {
        CodeProblem::Wrong { left } => {
            format!("{wrong} {}", words::tries_left(lang, u64::from(left)))
        }
        CodeProblem::Malformed => malformed.to_owned(),
        CodeProblem::Expired => words::otp_expired(lang).to_owned(),
    }
}

/// How long it is until another code can be asked for; a script counts what is short.
fn wait(lang: Lang, seconds: u64) -> Markup {
    let left = if seconds < 600 {
        html! { span data-countdown { (times::clock_of(seconds)) } }
    } else {
        let minutes = seconds.div_ceil(60);
        // Whole hours are near enough.
        html! { (times::duration(lang, if minutes > 90 { minutes.div_ceil(60) * 60 } else { minutes })) }
    };
    html! { p.small.muted.wait data-wait=(seconds) { (words::otp_wait(lang, &left)) } }
}

impl PinPage {
    pub fn render(&self) -> Markup {
        let (lang, agent) = (self.lang, first_name(&self.agent));
        let problem =
            self.problem.map(|problem| trouble(lang, problem, words::pin_wrong(lang), words::pin_malformed(lang)));
        Page {
            lang,
            brand: &self.brand,
            path: Some(&self.path),
            title: words::pin_title(lang),
            reason: None,
            live: None,
            refresh: None,
            script: false,
            assets: super::page::ASSETS,
            class: "narrow",
            body: html! {
                main.sheet {
                    span.emblem { (Icon::Lock) }
                    h1 { (words::pin_title(lang)) }
                    p.lead { (words::pin_text(lang, agent)) }
                    @if let Some(hint) = &self.hint {
                        (Banner::new(Tone::Info, html! { strong { (words::hint_label(lang)) } (paragraphs(hint)) }))
                    }
                    form.stack method="post" action=(self.action) {
                        (token_field(self.csrf.as_deref()))
                        (consent_field(self.consent.as_deref()))
                        (Field {
                            inputmode: Some("numeric"), autocomplete: Some("off"), hint: Some(words::pin_hint(lang)), error: problem.as_deref(),
                            maxlength: Some(40), required: true, autofocus: true, class: "digits", ..Field::new(words::pin_label(lang), "code")
                        })
                        @if let (None, Some(left)) = (self.problem, self.left) {
                            p.small.muted { (words::tries_left(lang, u64::from(left))) }
                        }
                        (Button::primary(words::open_page(lang)).wide())
                    }
                    footer.small-print { p { (words::pin_lost(lang, agent)) } }
                }
            },
        }
        .render()
    }

    /// Every kind of PIN page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            lang: Lang::En,
            brand: sample::brand(),
            agent: "Nina Okafor".to_owned(),
            path: "/s/token".to_owned(),
            action: "/s/token/pin".to_owned(),
            csrf: None,
            hint: None,
            consent: None,
            problem: None,
            left: None,
        };
        vec![
            ("pin-wrong", Self { problem: Some(CodeProblem::Wrong { left: 3 }), ..plain.clone() }),
            (
                "pin-malformed",
                Self {
                    problem: Some(CodeProblem::Malformed),
                    hint: Some("The last four digits of your member number.".to_owned()),
                    ..plain.clone()
                },
            ),
            (
                "pin-ar",
                Self {
                    lang: Lang::Ar,
                    brand: sample::arabic(),
                    agent: "ليلى حداد".to_owned(),
                    problem: Some(CodeProblem::Wrong { left: 1 }),
                    ..plain.clone()
                },
            ),
            ("pin-de", Self { lang: Lang::De, brand: sample::light(), left: Some(5), ..plain.clone() }),
            ("pin", plain),
        ]
    }
}

impl CodePage {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let problem =
            self.problem.map(|problem| trouble(lang, problem, words::otp_wrong(lang), words::otp_malformed(lang)));
        Page {
            lang,
            brand: &self.brand,
            path: Some(&self.path),
            title: words::otp_title(lang),
            reason: None,
            live: None,
            refresh: None,
            script: self.wait.is_some(),
            assets: super::page::ASSETS,
            class: "narrow",
            body: html! {
                main.sheet {
                    span.emblem { (Icon::Mail) }
                    h1 { (words::otp_title(lang)) }
                    @if self.resent { (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (words::otp_resent(lang)) } }) }) }
                    @if self.waits {
                        p.lead { (words::otp_text(lang, &self.contact, u64::from(self.minutes))) }
                        form.stack method="post" action=(self.action) {
                            (token_field(self.csrf.as_deref()))
                            (consent_field(self.consent.as_deref()))
                            (Field {
                                inputmode: Some("numeric"), autocomplete: Some("one-time-code"), error: problem.as_deref(), maxlength: Some(40),
                                required: true, autofocus: true, class: "digits", ..Field::new(words::otp_label(lang), "code")
                            })
                            (Button::primary(words::open_page(lang)).wide())
                        }
                    } @else {
                        @if let Some(problem) = &problem { (Banner { role: Some("alert"), ..Banner::new(Tone::Warn, html! { p { (problem) } }) }) }
                        p.lead { (words::next_otp(lang, &self.contact)) }
                    }
                    form.stack-tight method="post" action=(self.resend) {
                        (token_field(self.csrf.as_deref()))
                        (consent_field(self.consent.as_deref()))
                        @if self.waits {
                            (Button::quiet(words::otp_resend(lang)).icon(Icon::Refresh).wide())
                        } @else {
                            (Button::primary(if problem.is_some() { words::otp_resend(lang) } else { words::otp_send(lang) }).icon(Icon::Send).wide())
                        }
                        @if let Some(seconds) = self.wait { (wait(lang, seconds)) }
                    }
                }
            },
        }
        .render()
    }

    /// Every kind of code page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            lang: Lang::En,
            brand: sample::brand(),
            path: "/s/token".to_owned(),
            action: "/s/token/otp".to_owned(),
            resend: "/s/token/otp/send".to_owned(),
            csrf: None,
            contact: "m•••@example.net".to_owned(),
            minutes: 10,
            consent: Some("signed".to_owned()),
            problem: None,
            resent: false,
            waits: true,
            wait: None,
        };
        vec![
            ("code-wrong", Self { problem: Some(CodeProblem::Wrong { left: 4 }), ..plain.clone() }),
            ("code-expired", Self { problem: Some(CodeProblem::Expired), waits: false, ..plain.clone() }),
            ("code-none-yet", Self { waits: false, ..plain.clone() }),
            ("code-wait-long", Self { wait: Some(20_000), lang: Lang::De, ..plain.clone() }),
            ("code-resent", Self { resent: true, wait: Some(30), lang: Lang::Fr, ..plain.clone() }),
            (
                "code-ar",
                Self {
                    lang: Lang::Ar, brand: sample::arabic(), contact: "•••• 42".to_owned(), ..plain.clone()
                },
            ),
            ("code", plain),
        ]
    }
}
