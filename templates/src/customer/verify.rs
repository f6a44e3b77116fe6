//! The page that says whether a file is a document that was signed here (R21). Whoever has the file may ask.

use jiff::Timestamp;
use maud::{Markup, html};

use super::page::{Brand, Page};
use super::sample;
use crate::components::{Banner, Button, Field, Icon, Tone};
use crate::lang::Lang;
use crate::times;
use crate::words::verify as words;

/// What is known of the file that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It is, byte for byte, what was signed here.
    Here {
        /// What the document is called.
        title: String,
        /// When its customer completed it.
        at: Option<Timestamp>,
    },
    /// No such file was signed here, or it was erased since.
    Unknown,
    /// What was typed is no fingerprint.
    NoFingerprint,
}

/// GET and POST `/verify`.
#[derive(Debug, Clone)]
pub struct VerifyPage {
    pub lang: Lang,
    /// Who speaks: of a known file the company that it was signed with.
    pub brand: Brand,
    /// The address of the page, which its form posts to.
    pub path: String,
    /// The fingerprint that was asked about, or what was typed in its place.
    pub fingerprint: String,
    pub verified: Option<Verified>,
}

impl VerifyPage {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let wrong = self.verified == Some(Verified::NoFingerprint);
        Page {
            lang,
            brand: &self.brand,
            path: Some(&self.path),
            title: words::title(lang),
            reason: None,
            live: None,
            refresh: None,
            script: true,
            assets: ["verify.css", "verify.js"],
            class: "narrow",
            body: html! {
                main.sheet id="main" {
                    div.lead { h1 { (words::title(lang)) } p.muted { (words::lead(lang)) } }
                    (self.result())
                    form method="post" action=(self.path) id="verify" data-working=(words::working(lang)) data-failed=(words::failed(lang)) {
                        div.stack-tight.by-script {
                            label.button.button-primary.button-wide for="verify-file" { (Icon::Document) span { (words::choose(lang)) } }
                            input.unseen id="verify-file" type="file" accept="application/pdf,.pdf" aria-describedby="verify-private";
                            p.small.muted id="verify-private" { (words::private(lang)) }
                            p.small role="status" id="verify-state" {}
                        }
                        details.verify-hand open[wrong] {
                            summary.fold { (Icon::ChevronOn) (words::by_hand(lang)) }
                            div.stack-tight {
                                (Field {
                                    value: &self.fingerprint, maxlength: Some(200), hint: Some(words::fingerprint_hint(lang)),
                                    error: wrong.then(|| words::no_fingerprint(lang)), required: true, autocomplete: Some("off"),
                                    ..Field::new(words::fingerprint(lang), "sha256")
                                })
                                (Button::plain(words::check(lang)))
                            }
                        }
                    }
                }
            },
        }
        .render()
    }

    fn result(&self) -> Markup {
        let lang = self.lang;
        match &self.verified {
            None | Some(Verified::NoFingerprint) => html! {},
            Some(Verified::Here { title, at }) => html! {
                section.verify-result role="status" {
                    (Banner::new(Tone::Good, html! { p { strong { (words::here(lang, &self.brand.company)) } } }))
                    dl.verify-facts {
                        div { dt { (words::document(lang)) } dd dir="auto" { (title) } }
                        @if let Some(at) = at { div { dt { (words::completed(lang)) } dd { (times::exact(lang, *at)) } } }
                        div { dt { (words::fingerprint(lang)) } dd.verify-code dir="ltr" { (self.fingerprint) } }
                    }
                }
            },
            Some(Verified::Unknown) => html! {
                section.verify-result role="status" {
                    (Banner { icon: Some(Icon::Alert), ..Banner::new(Tone::Warn, html! { p { strong { (words::unknown(lang)) } } p { (words::unknown_why(lang)) } }) })
                    dl.verify-facts { div { dt { (words::fingerprint(lang)) } dd.verify-code dir="ltr" { (self.fingerprint) } } }
                }
            },
        }
    }

    /// Every state of the page.
    pub fn samples() -> Vec<(String, Self)> {
        let page = |verified| Self {
            lang: Lang::default(),
            brand: sample::brand(),
            path: "/verify".to_owned(),
            fingerprint: String::new(),
            verified,
        };
        let asked = |verified| Self {
            fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            ..page(Some(verified))
        };
        let title = "Loan agreement with a very long title that needs more than one line on a phone".to_owned();
        [
            ("verify", page(None)),
            ("verify-here", asked(Verified::Here { title, at: Some(sample::at(0)) })),
            ("verify-unknown", asked(Verified::Unknown)),
            ("verify-no-fingerprint", Self { fingerprint: "9f86".to_owned(), ..page(Some(Verified::NoFingerprint)) }),
        ]
        .map(|(name, page)| (name.to_owned(), page))
        .into()
    }
}
