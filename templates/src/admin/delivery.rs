//! A delivery to a webhook endpoint, as a line of the endpoint's list and as a page with what is sent and every attempt.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::webhook::{Attempt, DeliveryState, NoAnswer, Took};

use super::frame::{Frame, InFrame, Section};
use crate::components::{Banner, Button, Icon, Tone, chip, time};
use crate::lang::Lang;
use crate::times;
use crate::words::webhooks as words;

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
    /// The message's id.
    pub id: String,
    /// The event's type.
    pub kind: String,
    /// When the event happened.
    pub at: Timestamp,
    pub state: DeliveryState,
    pub next_at: Option<Timestamp>,
    /// The latest attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// A request as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRequest {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A delivery with its request and its attempts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    pub frame: Frame,
    /// The endpoint's id.
    pub webhook: String,
    /// The endpoint's address.
    pub url: String,
    /// Whether anything is sent there.
    pub is_on: bool,
    pub delivery: DeliveryLine,
    /// The session that the event belongs to; none for a test event.
    pub session: Option<String>,
    /// Nothing when the event is not there any more.
    pub request: Option<SentRequest>,
    /// Why what was asked for is not done.
    pub problem: Option<String>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

fn state_chip(lang: Lang, state: DeliveryState) -> Markup {
    match state {
        DeliveryState::Pending => chip(Some(Tone::Warn), Some(Icon::Clock), words::state_pending(lang)),
        DeliveryState::Delivered => chip(Some(Tone::Good), Some(Icon::Check), words::state_delivered(lang)),
        DeliveryState::Failed => chip(Some(Tone::Bad), Some(Icon::Alert), words::state_failed(lang)),
    }
}

/// How an attempt went.
fn outcome(lang: Lang, attempt: &Attempt) -> String {
    match (attempt.status, attempt.error) {
        (Some(status), _) => words::answered(lang, &status.to_string()).plain(),
        (None, Some(NoAnswer::Unresolved)) => words::error_unresolved(lang).to_owned(),
        (None, Some(NoAnswer::ForbiddenAddress)) => words::error_forbidden(lang).to_owned(),
        (None, Some(NoAnswer::NotConnected)) => words::error_connect(lang).to_owned(),
        (None, Some(NoAnswer::TimedOut)) => words::error_time(lang).to_owned(),
        (None, Some(NoAnswer::Broken)) => words::error_broken(lang).to_owned(),
        (None, Some(NoAnswer::Nothing) | None) => words::error_nothing(lang).to_owned(),
    }
}

const fn took(lang: Lang, took: Took) -> &'static str {
    match took {
        Took::Under1s => words::took_1(lang),
        Took::Under5s => words::took_5(lang),
        Took::Over5s => words::took_more(lang),
    }
}

/// A delivery as it stands in its endpoint's list.
pub(super) fn line(lang: Lang, webhook: &str, delivery: &DeliveryLine) -> Markup {
    html! {
        a.list-row.hook-row href={ "/admin/webhooks/" (webhook) "/deliveries/" (delivery.id) } {
            span.list-row-main {
                span { code dir="ltr" { (delivery.kind) } }
                span.small.muted {
                    (time(delivery.at, &times::exact(lang, delivery.at)))
                    @if let Some(last) = delivery.attempts.last() { " · " (outcome(lang, last)) }
                    @if delivery.attempts.len() > 1 { " · " (words::tried(lang, &delivery.attempts.len().to_string())) }
                }
            }
            span.people-state { (state_chip(lang, delivery.state)) }
        }
    }
}

impl DeliveryPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let delivery = &self.delivery;
        self.frame.page(InFrame {
            title: &format!("{} · {}", words::delivery(lang), delivery.kind),
            class: "page-webhook",
            script: "admin.js",
            main: html! {
                div.people {
                    a.people-back href={ "/admin/webhooks/" (self.webhook) } { (Icon::ArrowBack) (words::to_endpoint(lang)) }
                    header.hook-head {
                        h1.hook-address { code dir="ltr" { (delivery.kind) } }
                        p.small.muted.hook-address { bdi { (self.url) } }
                        p.people-actions {
                            (state_chip(lang, delivery.state))
                            span.small.muted { (time(delivery.at, &times::exact(lang, delivery.at))) }
                            @if let Some(session) = &self.session { a.small href={ "/console/s/" (session) } { (words::to_session(lang)) } }
                        }
                        @if let Some(next) = delivery.next_at.filter(|_| !delivery.attempts.is_empty()) {
                            p.small.muted { (words::next_try(lang, &times::exact(lang, next))) }
                        }
                    }
                    (self.done())
                    @if let Some(problem) = &self.problem {
                        (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (problem) } }) })
                    }
                    (self.attempts())
                    (self.request())
                }
            },
        })
    }

    fn own(&self) -> String {
        format!("/admin/webhooks/{}/deliveries/{}", self.webhook, self.delivery.id)
    }

    /// Not said once the delivery itself says more.
    fn done(&self) -> Markup {
        let lang = self.frame.lang;
        let said = match self.done.as_str() {
            _ if self.delivery.state != DeliveryState::Pending => return html! {},
            "tested" => words::done_tested(lang),
            "queued" => words::done_queued(lang),
            _ => return html! {},
        };
        html! { (Banner { role: Some("status"), ..Banner::new(Tone::Info, html! { p { (said) } }) }) }
    }

    fn attempts(&self) -> Markup {
        let lang = self.frame.lang;
        let pending = self.delivery.state == DeliveryState::Pending;
        html! {
            section.card.people-card aria-labelledby="attempts" {
                h2 id="attempts" { (words::attempts(lang)) }
                @if self.delivery.attempts.is_empty() { p.muted { (words::no_attempts(lang)) } }
                @else {
                    ul.people-changes {
                        @for attempt in self.delivery.attempts.iter().rev() {
                            li.hook-attempt {
                                span class=(if attempt.succeeded() { "hook-good" } else { "hook-bad" }) { @if attempt.succeeded() { (Icon::Check) } @else { (Icon::Alert) } }
                                span { (outcome(lang, attempt)) }
                                span.small.muted { (time(attempt.at, &times::exact(lang, attempt.at))) " · " (took(lang, attempt.took)) }
                            }
                        }
                    }
                }
                div.people-actions {
                    @if pending { (Button::plain(words::look_again(lang)).icon(Icon::Refresh).href(&self.own())) }
                    @else if self.is_on {
                        form method="post" action=(self.own()) {
                            (self.frame.forms.hidden("again"))
                            (Button::plain(words::again(lang)).icon(Icon::Send))
                        }
                    }
                }
            }
        }
    }

    fn request(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            section.card.people-card aria-labelledby="request" {
                h2 id="request" { (words::request(lang)) }
                @match &self.request {
                    None => p.muted { (words::no_request(lang)) },
                    Some(request) => {
                        p.small.muted { (words::request_help(lang)) }
                        h3 { (words::headers(lang)) }
                        pre.hook-wire dir="ltr" tabindex="0" role="region" aria-label=(words::headers(lang)) {
                            "POST " (request.url) "\n"
                            @for (name, value) in &request.headers { (name) ": " (value) "\n" }
                        }
                        h3 { (words::body(lang)) }
                        pre.hook-wire dir="ltr" tabindex="0" role="region" aria-label=(words::body(lang)) { (request.body) }
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let [failed, taken, waiting] = DeliveryLine::three();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = SentRequest {
            url: "https://hooks.example.com/parlor".to_owned(),
            headers: vec![
                header("content-type", "application/json"),
                header("user-agent", "Parlor-Webhooks/1"),
                header("webhook-id", &failed.id),
                header("webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
                header("webhook-timestamp", "1795266000"),
            ],
            body: r#"{"type":"session.ended","timestamp":"2026-11-21T13:00:00.000Z","data":{"session":"1end1n0123456789abcdefghjk","team":"1end1n","seq":9,"by":"agent"}}"#.to_owned(),
        };
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Webhooks),
            webhook: "w3bh00k5zndq6x2v".to_owned(),
            url: "https://hooks.example.com/parlor".to_owned(),
            is_on: true,
            delivery: failed,
            session: Some("1end1n0123456789abcdefghjk".to_owned()),
            request: Some(request),
            problem: None,
            done: String::new(),
        };
        let problem = Some("Nothing is sent to the endpoint now; enable it first.".to_owned());
        vec![
            ("failed", full.clone()),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Webhooks), ..full.clone() }),
            ("taken", Self { delivery: taken, is_on: false, request: None, problem, ..full.clone() }),
            ("test", Self { delivery: waiting, session: None, done: "tested".to_owned(), ..full }),
        ]
    }
}

impl DeliveryLine {
    fn three() -> [Self; 3] {
        let at = |text: &str| text.parse().unwrap_or_default();
        let attempt = |when: &str, status: Option<u16>, error: Option<NoAnswer>, took: Took| Attempt {
            at: at(when),
            status,
            error,
            took,
        };
        let failed = Self {
            id: "1end1n0123456789abcdefghjk-9".to_owned(),
            kind: "session.ended".to_owned(),
            at: at("2026-11-21T13:00:00Z"),
            state: DeliveryState::Failed,
            next_at: None,
            attempts: vec![
                attempt("2026-11-21T13:00:00Z", Some(500), None, Took::Under1s),
                attempt("2026-11-21T13:01:00Z", None, Some(NoAnswer::TimedOut), Took::Over5s),
                attempt("2026-11-21T13:03:00Z", Some(410), None, Took::Under5s),
            ],
        };
        let taken = Self {
            id: "1end1n0123456789abcdefghjk-8".to_owned(),
            kind: "interaction.completed".to_owned(),
            state: DeliveryState::Delivered,
            attempts: vec![attempt("2026-11-21T12:58:00Z", Some(204), None, Took::Under1s)],
            at: at("2026-11-21T12:58:00Z"),
            ..failed.clone()
        };
        let waiting = Self {
            id: "1end1nzzzzzzzzzzzzzzzzzzzz-0".to_owned(),
            kind: "webhook.test".to_owned(),
            state: DeliveryState::Pending,
            next_at: Some(at("2026-11-21T14:00:00Z")),
            attempts: vec![],
            at: at("2026-11-21T14:00:00Z"),
        };
        [failed, taken, waiting]
    }

    /// Deliveries for the samples, newest first.
    pub(super) fn samples() -> Vec<Self> {
        let [failed, taken, waiting] = Self::three();
        vec![waiting, failed, taken]
    }
}
