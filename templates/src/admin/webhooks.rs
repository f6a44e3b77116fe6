//! Webhooks (`/admin/webhooks`): the endpoints that are there, a form for one more, and a secret, which is shown once.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::event::TYPES;
use parlor_domain::webhook::{Disabled, DisabledBy, Standing};

use super::frame::{Frame, InFrame, Section};
use super::people::TeamName;
use crate::components::{Banner, Button, Field, Icon, Tone, chip, empty, toasts};
use crate::lang::Lang;
use crate::times;
use crate::words::{console, webhooks as words};

/// As many types of events as a row of the list names; of more it says how many.
const NAMED: usize = 3;

/// An endpoint in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    pub id: String,
    pub url: String,
    pub description: Option<String>,
    /// The name of the one team whose sessions it hears of.
    pub team: Option<String>,
    /// The types that it hears of; all when empty.
    pub events: Vec<String>,
    pub standing: Standing,
}

/// What stands in the form of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookForm {
    pub url: String,
    pub description: String,
    /// A team's id; all teams when empty.
    pub team: String,
    pub events: BTreeSet<String>,
}

/// Every endpoint, and how to add one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhooksPage {
    pub frame: Frame,
    pub rows: Vec<WebhookRow>,
    pub teams: Vec<TeamName>,
    /// As it is typed.
    pub form: WebhookForm,
    /// Why what was sent is not taken: the field, empty for none of them, and what is wrong.
    pub problem: Option<(String, String)>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

pub(super) fn health_chip(lang: Lang, standing: &Standing) -> Markup {
    if standing.disabled.is_some() {
        chip(None, Some(Icon::Pause), words::off(lang))
    } else if standing.failing_since.is_some() {
        chip(Some(Tone::Bad), Some(Icon::Alert), words::fails(lang))
    } else {
        chip(Some(Tone::Good), Some(Icon::Check), words::works(lang))
    }
}

/// More about how an endpoint does than its chip says; nothing while all is well.
pub(super) fn health(lang: Lang, standing: &Standing) -> Markup {
    let when = |at: Timestamp| times::exact(lang, at);
    html! {
        @match &standing.disabled {
            Some(Disabled { by, at }) => p.small.muted {
                @match by {
                    DisabledBy::Admin => { (words::off_admin(lang, &when(*at))) }
                    DisabledBy::Gone => { (words::off_gone(lang, &when(*at))) }
                    DisabledBy::Failing => { (words::off_failing(lang, &when(*at))) }
                }
            },
            None => @if let Some(since) = standing.failing_since { p.small.muted { (words::fails_since(lang, &when(since))) } },
        }
        @if standing.replay.is_some() { p.small.muted { (words::replaying(lang)) } }
    }
}

/// What an endpoint hears of, in a few words.
pub(super) fn hears(lang: Lang, team: Option<&str>, events: &[String]) -> Markup {
    html! {
        @match team { Some(team) => { bdi { (team) } } None => { (words::all_teams(lang)) } } " · "
        @if events.is_empty() { (words::all_events(lang)) } @else {
            @for (place, kind) in events.iter().take(NAMED).enumerate() { @if place > 0 { ", " } code dir="ltr" { (kind) } }
            @if events.len() > NAMED { " " bdi { "+" (events.len() - NAMED) } }
        }
    }
}

/// The types of events by what stands before their dot, as they are listed.
fn groups() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = vec![];
    for kind in TYPES {
        let group = kind.split('.').next().unwrap_or(kind);
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, kinds)) => kinds.push(kind),
            None => groups.push((group, vec![kind])),
        }
    }
    groups
}

impl WebhookForm {
    /// The fields of an endpoint; `problem` stands beside the field that it is about. What was chosen and not taken is open.
    pub(super) fn fields(&self, lang: Lang, teams: &[TeamName], problem: Option<&(String, String)>) -> Markup {
        let is_open = problem.is_some() && !self.events.is_empty();
        let error = |name: &str| problem.filter(|(field, _)| field == name).map(|(_, text)| text.as_str());
        html! {
            (Field { required: true, kind: "url", maxlength: Some(2_000), autocomplete: Some("off"), placeholder: Some("https://hooks.example.com/parlor"), value: &self.url, hint: Some(words::url_hint(lang)), error: error("url"), ..Field::new(words::url(lang), "url") })
            (Field { maxlength: Some(200), autocomplete: Some("off"), value: &self.description, hint: Some(words::description_hint(lang)), error: error("description"), ..Field::new(words::description(lang), "description") })
            div.field {
                label for="team" { (words::team(lang)) }
                select.input id="team" name="team" {
                    option value="" { (words::all_teams(lang)) }
                    @for team in teams { option value=(team.id) selected[team.id == self.team] { (team.name) } }
                }
            }
            details.hook-events open[is_open] {
                summary.fold { (Icon::ChevronOn) (words::choose(lang)) @if !self.events.is_empty() { " " bdi { "(" (self.events.len()) ")" } } }
                p.small.muted { (words::events_hint(lang)) }
                div.hook-groups role="group" aria-label=(words::events(lang)) {
                    @for (group, kinds) in groups() {
                        fieldset.people-set dir="ltr" {
                            legend { code { (group) } }
                            @for kind in kinds {
                                label.check { input type="checkbox" name={ "event_" (kind) } checked[self.events.contains(kind)]; code { (kind) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What is not about one of the fields.
pub(super) fn problem_banner(problem: Option<&(String, String)>) -> Markup {
    match problem {
        Some((field, text)) if !matches!(field.as_str(), "url" | "description") => {
            html! { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (text) } }) }) }
        }
        _ => html! {},
    }
}

impl WebhooksPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::webhooks(lang),
            class: "page-webhooks",
            script: "admin.js",
            main: html! {
                div.people {
                    header { h1 { (words::webhooks(lang)) } p.muted { (words::lead(lang)) } }
                    @if self.done == "deleted" {
                        (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (words::done_deleted(lang)) } }) })
                    }
                    @if self.rows.is_empty() {
                        (empty(Icon::Webhook, words::none(lang), words::none_help(lang), None))
                    } @else {
                        section.card.people-list aria-label=(words::list(lang)) { @for row in &self.rows { (self.row(row)) } }
                    }
                    section.card.people-card aria-labelledby="make-webhook" {
                        h2 id="make-webhook" { (words::make(lang)) }
                        (problem_banner(self.problem.as_ref()))
                        form.stack method="post" action="/admin/webhooks" {
                            (self.frame.forms.hidden("make"))
                            (self.form.fields(lang, &self.teams, self.problem.as_ref()))
                            div { (Button::primary(words::make(lang)).icon(Icon::Add)) }
                        }
                    }
                }
            },
        })
    }

    fn row(&self, row: &WebhookRow) -> Markup {
        let lang = self.frame.lang;
        html! {
            a.list-row.hook-row href={ "/admin/webhooks/" (row.id) } {
                span.hook-icon { (Icon::Webhook) }
                span.list-row-main {
                    span { @match &row.description { Some(text) => { bdi { (text) } } None => { bdi { (row.url) } } } }
                    @if row.description.is_some() { span.small.muted { bdi { (row.url) } } }
                    span.small.muted { (hears(lang, row.team.as_deref(), &row.events)) }
                }
                span.people-state { (health_chip(lang, &row.standing)) }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let at = |text: &str| text.parse().unwrap_or_default();
        let row = |id: &str, url: &str, standing: Standing| WebhookRow {
            id: id.to_owned(),
            url: url.to_owned(),
            description: None,
            team: None,
            events: vec![],
            standing,
        };
        let failing = Standing { failing_since: Some(at("2026-11-21T09:00:00Z")), ..Standing::default() };
        let off = Disabled { by: DisabledBy::Gone, at: at("2026-11-20T09:00:00Z") };
        let kinds = ["session.created", "session.ended", "customer.joined", "interaction.completed"];
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Webhooks),
            rows: vec![
                WebhookRow {
                    description: Some("Case management".to_owned()),
                    events: kinds.map(str::to_owned).to_vec(),
                    team: Some("Lending".to_owned()),
                    ..row("w3bh00k5zndq6x2v", "https://hooks.example.com/parlor", Standing::default())
                },
                row("w3bh00k5zndq6x2w", "https://archive.example.com/events/incoming", failing),
                row(
                    "w3bh00k5zndq6x2x",
                    "https://old.example.com/",
                    Standing { disabled: Some(off), ..Standing::default() },
                ),
            ],
            teams: vec![TeamName { id: "1end1n".to_owned(), name: "Lending".to_owned() }],
            form: WebhookForm::default(),
            problem: None,
            done: String::new(),
        };
        let typed = WebhookForm {
            url: "http://10.0.0.7/".to_owned(),
            description: "Case management".to_owned(),
            team: "1end1n".to_owned(),
            events: BTreeSet::from(["session.ended".to_owned()]),
        };
        let refused = Some(("url".to_owned(), "The address has to begin with https.".to_owned()));
        vec![
            ("full", full.clone()),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Webhooks), ..full.clone() }),
            ("refused", Self { form: typed, problem: refused, ..full.clone() }),
            ("none", Self { rows: vec![], done: "deleted".to_owned(), ..full }),
        ]
    }
}

/// A secret that was made. It is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSecretPage {
    pub frame: Frame,
    /// The endpoint's id.
    pub id: String,
    pub url: String,
    /// `whsec_…`.
    pub secret: String,
    /// Of a change: until when the earlier one signs; nothing where it signs no more.
    pub rotated: Option<Option<Timestamp>>,
}

impl NewSecretPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::fresh(lang),
            class: "page-webhook",
            script: "new-key.js",
            main: html! {
                div.people {
                    header { h1 { (words::fresh(lang)) } p.muted { (words::fresh_lead(lang)) } }
                    section.card.people-card {
                        h2.hook-address { bdi { (self.url) } }
                        @match self.rotated {
                            Some(Some(until)) => p { (words::earlier_until(lang, &times::exact(lang, until))) },
                            Some(None) => p { (words::earlier_ended(lang)) },
                            None => {}
                        }
                        div.field {
                            label for="secret" { (words::secret(lang)) }
                            div.copy-row {
                                input.input id="secret" readonly value=(self.secret) dir="ltr" spellcheck="false";
                                button.button.button-primary type="button" data-do="copy" data-copy="secret" { (Icon::Copy) span { (words::copy(lang)) } }
                            }
                        }
                        p.small { a href="/docs#webhooks" { (words::verify(lang)) } }
                        div { (Button::plain(words::copied(lang)).href(&format!("/admin/webhooks/{}", self.id))) }
                    }
                    div id="words" hidden data-copied=(console::copied(lang)) data-copy-failed=(words::copy_failed(lang)) {}
                    (toasts())
                }
            },
        })
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let made = Self {
            frame: Frame::sample(Lang::En, Section::Webhooks),
            id: "w3bh00k5zndq6x2v".to_owned(),
            url: "https://hooks.example.com/parlor".to_owned(),
            secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=".to_owned(),
            rotated: None,
        };
        let until = "2026-11-22T14:05:00Z".parse().ok();
        vec![("made", made.clone()), ("rotated", Self { rotated: Some(until), ..made })]
    }
}
