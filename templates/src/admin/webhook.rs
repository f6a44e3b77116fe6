//! One webhook endpoint (`/admin/webhooks/{id}`): how it does, what it is sent, its secret, and its deliveries.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::webhook::{DeliveryState, Standing};

use super::delivery::{DeliveryLine, line};
use super::frame::{Frame, InFrame, Section};
use super::people::TeamName;
use super::webhooks::{WebhookForm, health, health_chip, hears, problem_banner};
use crate::components::{Banner, Button, Icon, Tone, empty, tabs};
use crate::lang::Lang;
use crate::times;
use crate::words::webhooks as words;

/// An endpoint and its newest deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookPage {
    pub frame: Frame,
    pub id: String,
    /// Of what is shown: what is saved over it has to be the same.
    pub version: u64,
    /// The address that stands, whatever is typed.
    pub url: String,
    /// What it is called.
    pub description: Option<String>,
    /// The name of its one team.
    pub team: Option<String>,
    /// The types that it hears of; all when empty.
    pub events: Vec<String>,
    /// As it is typed.
    pub form: WebhookForm,
    pub teams: Vec<TeamName>,
    pub standing: Standing,
    /// Since when the current secret signs.
    pub secret_since: Timestamp,
    /// Until when earlier ones sign.
    pub earlier_until: Vec<Timestamp>,
    pub deliveries: Vec<DeliveryLine>,
    /// The state that is asked for; all when there is none.
    pub only: Option<DeliveryState>,
    /// Where older ones begin.
    pub next: Option<String>,
    /// Whether it is the newest page.
    pub newest: bool,
    /// Why what was sent is not taken: the field, empty for none of them, and what is wrong.
    pub problem: Option<(String, String)>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

impl WebhookPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: self.description.as_deref().unwrap_or(&self.url),
            class: "page-webhook",
            script: "admin.js",
            main: html! {
                div.people {
                    a.people-back href="/admin/webhooks" { (Icon::ArrowBack) (words::back(lang)) }
                    header.hook-head {
                        h1.hook-address { bdi { (self.description.as_deref().unwrap_or(&self.url)) } }
                        @if self.description.is_some() { p.small.hook-address { bdi { (self.url) } } }
                        p.people-actions { (health_chip(lang, &self.standing)) span.small.muted { (hears(lang, self.team.as_deref(), &self.events)) } }
                        (health(lang, &self.standing))
                    }
                    (self.done())
                    (problem_banner(self.problem.as_ref()))
                    (self.actions())
                    (self.deliveries())
                    (self.change())
                    (self.secret())
                    (self.danger())
                }
            },
        })
    }

    fn done(&self) -> Markup {
        let lang = self.frame.lang;
        let said = match self.done.as_str() {
            "saved" => words::done_saved(lang),
            "on" => words::done_on(lang),
            "off" => words::done_off(lang),
            "again" => words::done_again(lang),
            _ => return html! {},
        };
        html! { (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (said) } }) }) }
    }

    /// A form of the page, which does `what`.
    fn form(&self, class: &str, what: &str, body: Markup) -> Markup {
        html! {
            form class=(class) method="post" action={ "/admin/webhooks/" (self.id) } {
                (self.frame.forms.hidden(what))
                input type="hidden" name="do" value=(what);
                input type="hidden" name="version" value=(self.version);
                (body)
            }
        }
    }

    fn actions(&self) -> Markup {
        let lang = self.frame.lang;
        let is_on = self.standing.disabled.is_none();
        html! {
            div.people-actions {
                @if is_on {
                    (self.form("", "test", html! { (Button::primary(words::test(lang)).icon(Icon::Send)) }))
                    (self.form("", "off", html! { (Button::plain(words::switch_off(lang)).icon(Icon::Pause)) }))
                } @else {
                    (self.form("", "on", html! { (Button::primary(words::switch_on(lang)).icon(Icon::Check)) }))
                }
            }
        }
    }

    fn deliveries(&self) -> Markup {
        let lang = self.frame.lang;
        let own = format!("/admin/webhooks/{}", self.id);
        let (failed, waiting) = (format!("{own}?state=failed"), format!("{own}?state=pending"));
        let choices = [
            (words::show_all(lang), own.as_str(), self.only.is_none()),
            (words::show_failed(lang), &failed, self.only == Some(DeliveryState::Failed)),
            (words::show_waiting(lang), &waiting, self.only == Some(DeliveryState::Pending)),
        ];
        let state = match self.only {
            Some(DeliveryState::Failed) => "&state=failed",
            Some(DeliveryState::Pending) => "&state=pending",
            _ => "",
        };
        html! {
            section.card.people-card aria-labelledby="deliveries" {
                h2 id="deliveries" { (words::deliveries(lang)) }
                (tabs(words::which(lang), &choices))
                @if !self.deliveries.is_empty() {
                    div.hook-deliveries { @for delivery in &self.deliveries { (line(lang, &self.id, delivery)) } }
                } @else if self.only.is_none() && self.newest && self.next.is_none() {
                    (empty(Icon::Send, words::no_deliveries(lang), words::no_deliveries_help(lang), None))
                } @else {
                    p.muted { (words::none_here(lang)) }
                }
                @if let Some(next) = &self.next {
                    div { (Button::plain(words::older(lang)).href(&format!("{own}?cursor={next}{state}"))) }
                }
                (self.again())
            }
        }
    }

    fn again(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            details.hook-more {
                summary.fold { (Icon::ChevronOn) (words::again_since(lang)) }
                (self.form("stack", "again", html! {
                    p.small.muted { (words::again_help(lang)) }
                    div.field {
                        label for="minutes" { (words::since(lang)) }
                        select.input id="minutes" name="minutes" {
                            @for minutes in [60, 1440, 10_080, 43_200] { option value=(minutes) selected[minutes == 1440] { (times::duration(lang, minutes)) } }
                        }
                    }
                    label.check { input type="checkbox" name="delivered"; span { (words::also_taken(lang)) } }
                    div { (Button::plain(words::again(lang)).icon(Icon::Refresh)) }
                }))
            }
        }
    }

    fn change(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            section.card.people-card aria-labelledby="change" {
                h2 id="change" { (words::change(lang)) }
                (self.form("stack", "save", html! {
                    (self.form.fields(lang, &self.teams, self.problem.as_ref()))
                    div { (Button::primary(words::save(lang)).icon(Icon::Check)) }
                }))
            }
        }
    }

    fn secret(&self) -> Markup {
        let lang = self.frame.lang;
        let choices = [
            ("1440", times::duration(lang, 1440)),
            ("60", times::duration(lang, 60)),
            ("10080", times::duration(lang, 10_080)),
            ("0", words::overlap_none(lang).to_owned()),
        ];
        html! {
            section.card.people-card aria-labelledby="secrets" {
                h2 id="secrets" { (words::secrets(lang)) }
                p.small.muted {
                    (words::secret_now(lang, &times::exact(lang, self.secret_since)))
                    @for until in &self.earlier_until { " · " (words::secret_until(lang, &times::exact(lang, *until))) }
                }
                p.small { a href="/docs#webhooks" { (words::verify(lang)) } }
                details.hook-more {
                    summary.fold { (Icon::ChevronOn) (words::rotate(lang)) }
                    (self.form("stack", "rotate", html! {
                        p.small.muted { (words::rotate_help(lang)) }
                        div.field {
                            label for="overlap_minutes" { (words::overlap(lang)) }
                            select.input id="overlap_minutes" name="overlap_minutes" { @for (minutes, said) in &choices { option value=(minutes) { (said) } } }
                        }
                        div { (Button::plain(words::rotate(lang)).icon(Icon::Key)) }
                    }))
                }
            }
        }
    }

    fn danger(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            details.people-danger {
                summary.fold.fold-bad { (Icon::ChevronOn) (words::delete(lang)) }
                (self.form("", "delete", html! {
                    p.hook-address { (words::delete_question(lang, &self.url)) " " (words::delete_help(lang)) }
                    (Button::danger(words::delete(lang)).icon(Icon::Trash))
                }))
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let at = |text: &str| text.parse().unwrap_or_default();
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Webhooks),
            id: "w3bh00k5zndq6x2v".to_owned(),
            version: 3,
            url: "https://hooks.example.com/parlor".to_owned(),
            description: Some("Case management".to_owned()),
            team: Some("Lending".to_owned()),
            events: vec!["session.ended".to_owned()],
            form: WebhookForm {
                url: "https://hooks.example.com/parlor".to_owned(),
                description: "Case management".to_owned(),
                team: "1end1n".to_owned(),
                events: ["session.ended".to_owned()].into(),
            },
            teams: vec![TeamName { id: "1end1n".to_owned(), name: "Lending".to_owned() }],
            standing: Standing { failing_since: Some(at("2026-11-21T13:00:00Z")), ..Standing::default() },
            secret_since: at("2026-11-21T09:00:00Z"),
            earlier_until: vec![at("2026-11-22T09:00:00Z")],
            deliveries: DeliveryLine::samples(),
            only: None,
            next: Some("1795273200000009".to_owned()),
            newest: true,
            problem: None,
            done: "saved".to_owned(),
        };
        let new = Self {
            description: None,
            team: None,
            events: vec![],
            form: WebhookForm { url: full.url.clone(), ..WebhookForm::default() },
            standing: Standing::default(),
            earlier_until: vec![],
            deliveries: vec![],
            next: None,
            done: String::new(),
            ..full.clone()
        };
        let off = parlor_domain::webhook::Disabled {
            by: parlor_domain::webhook::DisabledBy::Failing,
            at: at("2026-11-20T09:00:00Z"),
        };
        let standing = Standing { disabled: Some(off), ..Standing::default() };
        let problem = Some((String::new(), "Somebody else changed it meanwhile.".to_owned()));
        vec![
            ("full", full.clone()),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Webhooks), ..full.clone() }),
            ("off", Self { standing, problem, only: Some(DeliveryState::Failed), deliveries: vec![], ..full }),
            ("new", new),
        ]
    }
}
