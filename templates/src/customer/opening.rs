//! The opening page (R6, R7, R17): who invites, why, what will happen, and one button.

use maud::{Markup, html};

use super::page::{Brand, Page, paragraphs, token_field};
use super::sample;
use crate::components::{Avatar, Banner, Button, Icon, Tone};
use crate::lang::Lang;
use crate::names::first_name;
use crate::words::customer as words;

/// What comes between Continue and the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    None,
    /// The PIN that the agent chose.
    Pin,
    /// A one-time code.
    Code {
        /// Where it will go, masked, such as `m•••@example.net` or `•••• 42`.
        contact: String,
    },
}

/// Consent that has to be given before Continue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// The team's own text; the catalogue's without one.
    pub text: Option<String>,
    /// The form came without it, or with consent to another text.
    pub missing: bool,
    /// Stands for the text (field `shown`).
    pub shown: String,
}

/// GET `/s/{token}`, and the answer to POST `/s/{token}/continue` without consent.
#[derive(Debug, Clone)]
pub struct OpeningPage {
    pub lang: Lang,
    /// Who speaks.
    pub brand: Brand,
    /// The agent's name; the page shows its first word.
    pub agent: String,
    /// The address that GETs this page: `/s/{token}`.
    pub path: String,
    /// Where Continue posts to: `/s/{token}/continue`.
    pub action: String,
    /// The form's token, if forms carry one (field `csrf`).
    pub csrf: Option<String>,
    /// The team's own heading.
    pub title: Option<String>,
    /// The team's own text; lines are paragraphs.
    pub text: Option<String>,
    /// The team's own hint about the PIN; shown only where there is one to enter.
    pub hint: Option<String>,
    /// What comes after Continue.
    pub check: Check,
    /// Consent, where it is asked (field `consent`, value `on`; and `shown`).
    pub consent: Option<Consent>,
    /// Whether something waits to be looked at, filled in or signed; until then the page speaks of writing to each other.
    pub work: bool,
    /// R17: shows what cookies are for.
    pub cookie_disclaimer: bool,
}

impl OpeningPage {
    pub fn render(&self) -> Markup {
        let (lang, company, agent) = (self.lang, self.brand.company.as_str(), first_name(&self.agent));
        let default_title = words::opening_title(lang, agent, company).to_string();
        let title = self.title.as_deref().unwrap_or(&default_title);
        Page {
            lang,
            brand: &self.brand,
            path: Some(&self.path),
            title,
            reason: None,
            live: None,
            refresh: None,
            script: false,
            assets: super::page::ASSETS,
            class: "narrow",
            body: html! {
                main.sheet {
                    div.invite {
                        (Avatar { name: agent, indicator: None })
                        h1 { (title) }
                    }
                    // With a heading of its own the team may not say who writes; the page always does.
                    @if self.title.is_some() { p.muted { (default_title) } }
                    div.lead { @match &self.text { Some(text) => (paragraphs(text)), None => p { @if self.work { (words::opening_text(lang)) } @else { (words::opening_talk(lang, agent)) } } } }
                    section.next aria-labelledby="next" {
                        h2.label id="next" { (words::next_title(lang)) }
                        ol.steps {
                            li { (words::next_continue(lang)) }
                            @match &self.check {
                                Check::None => {}
                                Check::Pin => { li { (words::next_pin(lang, agent)) } }
                                Check::Code { contact } => { li { (words::next_otp(lang, contact)) } }
                            }
                            li { (if self.work { words::next_room(lang) } else { words::next_talk(lang) }) }
                        }
                    }
                    @if let (Check::Pin, Some(hint)) = (&self.check, &self.hint) {
                        (Banner { icon: Some(Icon::Info), ..Banner::new(Tone::Info, html! { strong { (words::hint_label(lang)) } (paragraphs(hint)) }) })
                    }
                    form.stack method="post" action=(self.action) {
                        (token_field(self.csrf.as_deref()))
                        @if let Some(consent) = &self.consent { (consent_check(lang, company, consent)) }
                        (Button::primary(words::go_on(lang)).wide())
                    }
                    footer.small-print {
                        p { (words::only_you(lang)) " " (words::not_expected(lang, company)) }
                        @if self.cookie_disclaimer { p { (words::cookie_text(lang)) } }
                    }
                }
            },
        }
        .render()
    }

    /// Every kind of opening page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            lang: Lang::En,
            brand: sample::brand(),
            agent: "Nina Okafor".to_owned(),
            path: "/s/token".to_owned(),
            action: "/s/token/continue".to_owned(),
            csrf: None,
            title: None,
            text: None,
            hint: None,
            check: Check::None,
            consent: None,
            work: true,
            cookie_disclaimer: false,
        };
        vec![
            (
                "opening-pin",
                Self {
                    hint: Some("The last four digits of your member number.".to_owned()),
                    check: Check::Pin,
                    cookie_disclaimer: true,
                    ..plain.clone()
                },
            ),
            (
                "opening-consent",
                Self {
                    title: Some("Your loan agreement is ready".to_owned()),
                    text: Some(
                        "Thank you for your visit.\nPlease read the agreement and sign it by Friday.".to_owned(),
                    ),
                    consent: Some(Consent { missing: true, ..Consent::default() }),
                    check: Check::Code { contact: "m•••@example.net".to_owned() },
                    ..plain.clone()
                },
            ),
            ("opening-de", Self { lang: Lang::De, brand: sample::light(), check: Check::Pin, ..plain.clone() }),
            ("opening-es", Self { lang: Lang::Es, check: Check::Pin, ..plain.clone() }),
            ("opening-fr", Self { lang: Lang::Fr, check: Check::Pin, ..plain.clone() }),
            (
                "opening-ar",
                Self {
                    lang: Lang::Ar,
                    brand: sample::arabic(),
                    agent: "ليلى حداد".to_owned(),
                    check: Check::Pin,
                    consent: Some(Consent::default()),
                    cookie_disclaimer: true,
                    ..plain.clone()
                },
            ),
            ("opening-talk", Self { work: false, ..plain.clone() }),
            ("opening", plain),
        ]
    }
}

fn consent_check(lang: Lang, company: &str, consent: &Consent) -> Markup {
    html! {
        input type="hidden" name="shown" value=(consent.shown);
        div.field {
            @if consent.missing {
                p.field-error id="consent-error" role="alert" { (Icon::Alert) span { (words::consent_missing(lang)) } }
            }
            label.check {
                input type="checkbox" name="consent" value="on" required
                    aria-invalid=[consent.missing.then_some("true")] aria-describedby=[consent.missing.then_some("consent-error")];
                span {
                    @match &consent.text { Some(text) => (text), None => (words::consent_text(lang, company)) }
                }
            }
        }
    }
}
