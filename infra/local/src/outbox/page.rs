//! `/outbox`: what was sent, for people (a page) and for tests (JSON), and the switch that makes sends fail.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::{Channel, Item, Outbox};

/// The page shows this many messages; `/outbox.json` always has all.
const SHOWN: usize = 200;

/// The page's own resources and nothing else; a mail is framed from `/outbox/{number}/html`.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; \
    img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A mail may style itself and be looked at. It runs nothing, and loads nothing but a logo of this stack's own.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; form-action 'none'; \
    frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";

/// What only the one-machine stack serves about sent messages.
///
/// | path | answer |
/// | --- | --- |
/// | `GET /outbox?q=` | a page, newest first, optionally only what contains `q` |
/// | `GET /outbox.json` | a JSON array of [`Item`]s, newest last |
/// | `GET /outbox/{number}/html` | a mail's HTML part, for the page's frame |
/// | `POST /local/outbox/fail` `{"next":N}` | the next N sends fail with an internal error; 204 |
pub fn routes(outbox: Outbox) -> Router {
    Router::new()
        .route("/outbox", get(page))
        .route("/outbox.json", get(json))
        .route("/outbox/style.css", get(style))
        .route("/outbox/script.js", get(script))
        .route("/outbox/{number}/html", get(mail_html))
        .route("/local/outbox/fail", post(fail))
        .with_state(outbox)
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn page(State(outbox): State<Outbox>, Query(search): Query<Search>) -> Response {
    let wanted = search.q.trim().to_lowercase();
    let items = outbox.items();
    let found: Vec<&Item> = items.iter().rev().filter(|item| wanted.is_empty() || contains(item, &wanted)).collect();
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        outbox_page(&found, items.len(), search.q.trim()).into_string(),
    )
        .into_response()
}

async fn json(State(outbox): State<Outbox>) -> Response {
    match serde_json::to_string(&outbox.items()) {
        Ok(body) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the outbox cannot be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("script.js"))
}

async fn mail_html(State(outbox): State<Outbox>, Path(number): Path<u64>) -> Response {
    let html = outbox.items().into_iter().find(|item| item.number == number).and_then(|item| item.html);
    let Some(html) = html else {
        return StatusCode::NOT_FOUND.into_response();
    };
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, MAIL_POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        // A link in a mail opens beside the mail program, never inside it.
        with_base(&html, "<base target=\"_blank\">"),
    )
        .into_response()
}

/// Puts `base` where a parser takes it: at the head's start, or before everything in a fragment.
fn with_base(html: &str, base: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let head_end = lower.find("<head").and_then(|start| lower[start..].find('>').map(|end| start + end + 1));
    match head_end {
        Some(position) => format!("{}{base}{}", &html[..position], &html[position..]),
        None => format!("{base}{html}"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fail {
    next: u32,
}

async fn fail(State(outbox): State<Outbox>, body: Bytes) -> Response {
    match serde_json::from_slice::<Fail>(&body) {
        Ok(Fail { next }) => {
            outbox.fail_next(next);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("expected {{\"next\":N}}: {error}\n")).into_response(),
    }
}

fn contains(item: &Item, wanted: &str) -> bool {
    [Some(&item.to), item.subject.as_ref(), item.text.as_ref()]
        .into_iter()
        .flatten()
        .any(|field| field.to_lowercase().contains(wanted))
}

fn outbox_page(found: &[&Item], all: usize, search: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Outbox" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/outbox/style.css";
                script type="module" src="/outbox/script.js" {}
                // Without a script the page still keeps up, at the cost of folding what was open.
                noscript { meta http-equiv="refresh" content="10"; }
            }
            body data-all=(all) {
                header.top {
                    div.top__title {
                        h1 { "Outbox" }
                        p { "Mails and texts that this machine would have sent." }
                    }
                    form.search role="search" action="/outbox" {
                        label.sr for="q" { "Search by recipient, subject or text" }
                        input #q type="search" name="q" value=(search) placeholder="Search" autocomplete="off";
                        button type="submit" { "Search" }
                    }
                }
                main {
                    p.count role="status" { (count(found.len(), all, search)) }
                    @if found.is_empty() { (empty(all, search)) }
                    @else {
                        ul.list {
                            @for (index, item) in found.iter().take(SHOWN).enumerate() {
                                li { (card(item, index == 0)) }
                            }
                        }
                    }
                    @if found.len() > SHOWN {
                        p.count { "Older ones are in " a href="/outbox.json" { "outbox.json" } "." }
                    }
                }
            }
        }
    }
}

fn count(found: usize, all: usize, search: &str) -> String {
    let messages = |count: usize| match count {
        1 => "1 message".to_owned(),
        other => format!("{other} messages"),
    };
    if search.is_empty() { messages(all) } else { format!("{} of {all}", messages(found)) }
}

fn empty(all: usize, search: &str) -> Markup {
    html! {
        div.empty {
            @if all == 0 || search.is_empty() {
                h2 { "Nothing sent yet" }
                p { "Start a session in the console: the customer’s invitation appears here at once." }
            } @else {
                h2 { "Nothing contains “" (search) "”" }
                p { a href="/outbox" { "Show everything" } }
            }
        }
    }
}

fn card(item: &Item, open: bool) -> Markup {
    let (name, title) = match item.channel {
        Channel::Email => (
            "Mail",
            item.subject.clone().filter(|subject| !subject.is_empty()).unwrap_or_else(|| "(no subject)".to_owned()),
        ),
        Channel::Sms => ("Text", item.text.clone().unwrap_or_default()),
    };
    html! {
        details.card #{ "m" (item.number) } open[open] {
            summary {
                span.chip data-channel=(name) { (icon(item.channel)) (name) }
                span.card__what {
                    span.card__title { bdi { (title) } }
                    span.card__to { "to " bdi { (item.to) } }
                }
                (time(item))
            }
            div.card__body {
                @let links = item.links();
                @if !links.is_empty() {
                    ul.links {
                        @for link in links {
                            li { a.button href=(link) target="_blank" rel="noopener" { "Open " span.links__url { (without_scheme(link)) } } }
                        }
                    }
                }
                @match item.channel {
                    Channel::Sms => { p.bubble dir="auto" { (item.text.as_deref().unwrap_or("")) } }
                    Channel::Email => (mail(item)),
                }
            }
        }
    }
}

/// A mail's parts as tabs. They are radio buttons, so that they work with the keyboard and without a script.
fn mail(item: &Item) -> Markup {
    let group = format!("part-{}", item.number);
    let first_is_html = item.html.is_some();
    html! {
        fieldset.tabs {
            legend.sr { "Part of the mail" }
            @if let Some(html) = &item.html {
                input.sr type="radio" name=(group) id={ (group) "-html" } checked;
                label for={ (group) "-html" } { "As sent" }
                div.tabs__panel {
                    // Deferred until the card is open: a page of two hundred mails loads one.
                    iframe title={ "Mail to " (item.to) } src={ "/outbox/" (item.number) "/html" } loading="lazy"
                        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" data-length=(html.len()) {}
                }
            }
            input.sr type="radio" name=(group) id={ (group) "-text" } checked[!first_is_html];
            label for={ (group) "-text" } { "Plain text" }
            div.tabs__panel {
                @match &item.text {
                    Some(text) => { pre dir="auto" tabindex="0" role="region" aria-label={ "Plain text of the mail to " (item.to) } { (text) } }
                    None => { p { "This mail has no plain text part." } }
                }
            }
            input.sr type="radio" name=(group) id={ (group) "-head" };
            label for={ (group) "-head" } { "Headers" }
            div.tabs__panel {
                dl {
                    dt { "From" } dd { (item.from.as_deref().unwrap_or("")) }
                    dt { "To" } dd { (item.to) }
                    @if let Some(reply_to) = &item.reply_to { dt { "Reply-To" } dd { (reply_to) } }
                    @for (name, value) in &item.headers { dt { (name) } dd { (value) } }
                    dt { "Message id" } dd { (item.message_id) }
                }
            }
        }
    }
}

fn without_scheme(link: &str) -> &str {
    link.split_once("://").map_or(link, |(_, rest)| rest)
}

fn time(item: &Item) -> Markup {
    let utc = item.at.strftime("%d %b, %H:%M").to_string();
    html! { time datetime=(item.at) title=(item.at) { (utc) " UTC" } }
}

fn icon(channel: Channel) -> Markup {
    let path = match channel {
        Channel::Email => "M3 6.5h18v11H3zM3 7l9 6 9-6",
        Channel::Sms => "M4 5h16v11h-9l-4 3.5V16H4z",
    };
    PreEscaped(format!(
        "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" \
         stroke-linejoin=\"round\"><path d=\"{path}\"/></svg>"
    ))
}
