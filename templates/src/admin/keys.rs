//! API keys (`/admin/keys`), and a key that was just made.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::staff::KeyScope;

use super::frame::{Frame, InFrame, Section};
use super::people::TeamName;
use crate::components::{Banner, Button, Field, Icon, Tone, chip, empty, toasts};
use crate::lang::Lang;
use crate::times;
use crate::words::{console, keys as words};

/// A key in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    pub id: String,
    pub name: String,
    pub scopes: Vec<KeyScope>,
    /// The name of the one team that it is for.
    pub team: Option<String>,
    /// Whether it sees what an agent sees, and no more.
    pub as_agent: bool,
    pub made_at: Timestamp,
    pub ends_at: Option<Timestamp>,
    /// Give or take an hour.
    pub used_at: Option<Timestamp>,
}

/// Every key, and how to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysPage {
    pub frame: Frame,
    pub keys: Vec<KeyRow>,
    pub teams: Vec<TeamName>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

const fn scope(lang: Lang, scope: KeyScope) -> &'static str {
    match scope {
        KeyScope::Read => words::scope_read(lang),
        KeyScope::Sessions => words::scope_sessions(lang),
        KeyScope::Settings => words::scope_settings(lang),
        KeyScope::Webhooks => words::scope_webhooks(lang),
        KeyScope::People => words::scope_people(lang),
    }
}

impl KeysPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::keys(lang),
            class: "page-keys",
            script: "admin.js",
            main: html! {
                div.people {
                    header { h1 { (words::keys(lang)) } p.muted { (words::keys_lead(lang)) } }
                    @if self.done == "revoked" {
                        (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (words::done_revoked(lang)) } }) })
                    }
                    @if self.keys.is_empty() {
                        (empty(Icon::Key, words::none(lang), words::none_help(lang), None))
                    } @else {
                        section.card.people-card aria-labelledby="keys-list" {
                            h2 id="keys-list" { (words::list(lang)) }
                            ul.people-changes { @for key in &self.keys { (self.row(key)) } }
                        }
                    }
                    (self.make())
                }
            },
        })
    }

    fn row(&self, key: &KeyRow) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let when = |at: Timestamp| times::date(lang, at, now);
        let ended = key.ends_at.filter(|end| *end <= now);
        html! {
            li.key-row {
                div.key-facts {
                    strong { bdi { (key.name) } }
                    p.people-state {
                        @for own in &key.scopes { (chip(None, None, scope(lang, *own))) }
                    }
                    p.small.muted {
                        (words::made(lang, &when(key.made_at))) " · "
                        @match key.used_at {
                            Some(at) => { (words::used(lang, &when(at))) }
                            None => { (words::never_used(lang)) }
                        }
                        @if let Some(end) = key.ends_at {
                            " · "
                            @if ended.is_some() { (words::ended(lang, &when(end))) } @else { (words::ends(lang, &when(end))) }
                        }
                    }
                    p.small.muted {
                        @match &key.team { Some(team) => { bdi { (team) } } None => { (words::all_teams(lang)) } }
                        @if key.as_agent { " · " (words::as_agent(lang)) }
                    }
                }
                details.people-danger {
                    summary.fold.fold-bad { (Icon::ChevronOn) (words::revoke(lang)) }
                    form method="post" action={ "/admin/keys/" (key.id) "/revoke" } {
                        (self.frame.forms.hidden(&format!("revoke-{}", key.id)))
                        p { (words::revoke_question(lang, &key.name)) " " (words::revoke_help(lang)) }
                        (Button::danger(words::revoke(lang)).icon(Icon::Trash))
                    }
                }
            }
        }
    }

    fn make(&self) -> Markup {
        let lang = self.frame.lang;
        let ends = [
            ("30", words::days_30(lang)),
            ("90", words::days_90(lang)),
            ("365", words::days_365(lang)),
            ("", words::never(lang)),
        ];
        html! {
            section.card.people-card aria-labelledby="make-key" {
                h2 id="make-key" { (words::make(lang)) }
                form.stack method="post" action="/admin/keys" {
                    (self.frame.forms.hidden("make"))
                    (Field { required: true, maxlength: Some(120), autocomplete: Some("off"), hint: Some(words::name_hint(lang)), ..Field::new(words::name(lang), "name") })
                    fieldset.people-set {
                        legend { (words::may(lang)) }
                        @for own in KeyScope::ALL {
                            label.check { input type="checkbox" name={ "scope_" (own.as_str()) } checked[own == KeyScope::Read]; span { (scope(lang, own)) } }
                        }
                    }
                    div.field {
                        label for="team" { (words::team(lang)) }
                        select.input id="team" name="team" {
                            option value="" { (words::all_teams(lang)) }
                            @for team in &self.teams { option value=(team.id) { (team.name) } }
                        }
                    }
                    div.field {
                        label for="days" { (words::ends_after(lang)) }
                        select.input id="days" name="days" { @for (days, said) in ends { option value=(days) selected[days == "365"] { (said) } } }
                    }
                    div { (Button::primary(words::make(lang)).icon(Icon::Key)) }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let at = |text: &str| text.parse().unwrap_or_default();
        let key = |id: &str, name: &str, scopes: &[KeyScope]| KeyRow {
            id: id.to_owned(),
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            team: None,
            as_agent: false,
            made_at: at("2026-08-01T09:00:00Z"),
            ends_at: None,
            used_at: None,
        };
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Keys),
            keys: vec![
                KeyRow {
                    used_at: Some(at("2026-11-20T14:00:00Z")),
                    team: Some("Lending".to_owned()),
                    ..key("k3y5w0zndq6x2v9m", "Loan system", &[KeyScope::Read, KeyScope::Sessions])
                },
                KeyRow {
                    ends_at: Some(at("2026-09-01T00:00:00Z")),
                    ..key("k3y5w0zndq6x2v9n", "Nightly figures", &[KeyScope::Read])
                },
            ],
            teams: vec![TeamName { id: "1end1n".to_owned(), name: "Lending".to_owned() }],
            done: "revoked".to_owned(),
        };
        vec![
            ("full", full.clone()),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Keys), ..full.clone() }),
            ("none", Self { keys: vec![], done: String::new(), ..full }),
        ]
    }
}

/// A key that was made. It is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeyPage {
    pub frame: Frame,
    pub name: String,
    /// What requests carry.
    pub key: String,
}

impl NewKeyPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::fresh(lang),
            class: "page-keys",
            script: "new-key.js",
            main: html! {
                div.people {
                    header { h1 { (words::fresh(lang)) } p.muted { (words::fresh_lead(lang)) } }
                    section.card.people-card {
                        h2 { bdi { (self.name) } }
                        div.field {
                            label for="key" { (words::key(lang)) }
                            div.copy-row {
                                input.input id="key" readonly value=(self.key) dir="ltr" spellcheck="false";
                                button.button.button-primary type="button" data-do="copy" data-copy="key" { (Icon::Copy) span { (words::copy(lang)) } }
                            }
                        }
                        p.small.muted { (words::how(lang)) " " code dir="ltr" { "Authorization: Bearer …" } }
                        div { (Button::plain(words::done(lang)).href("/admin/keys")) }
                    }
                    div id="words" hidden data-copied=(console::copied(lang)) data-copy-failed=(words::copy_failed(lang)) {}
                    (toasts())
                }
            },
        })
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "made",
            Self {
                frame: Frame::sample(Lang::En, Section::Keys),
                name: "Loan system".to_owned(),
                key: "parlor_1end1n_n1na0kaf0r_k3y5w0zndq6x2v9m_0123456789abcdefghijklmnop".to_owned(),
            },
        )]
    }
}
