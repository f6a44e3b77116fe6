//! The link that was generated, to be copied.

use jiff::Timestamp;
use maud::{Markup, html};

use super::model::Room;
use crate::components::{Button, Icon};
use crate::console::moment::{Moment, moment};
use crate::console::{bare, sample};
use crate::lang::Lang;
use crate::words::console as words;

/// The link, with a button that copies it.
pub(super) fn link_body(lang: Lang, url: &str) -> Markup {
    html! {
        p.muted { (words::url_ready_help(lang)) }
        div.copy-row {
            label.unseen for="link-url" { (words::url_label(lang)) }
            input.input id="link-url" type="text" readonly value=(url) data-url;
            button.button.button-primary type="button" data-do="copy" data-copy="link-url" { (Icon::Copy) span { (words::copy_url(lang)) } }
        }
        p.small.muted id="link-until" data-until=(words::link_until(lang)) {}
    }
}

impl Room {
    /// The session's links: who made each and when, and a button that revokes it (R5).
    pub(super) fn link_list(&self) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        html! {
            @if self.links.is_empty() { p.small.muted { (words::no_links(lang)) } }
            dl.facts {
                @for link in &self.links {
                    div {
                        dt { (if link.sent { words::link_sent(lang) } else { words::link_to_copy(lang) }) }
                        dd {
                            @if let Some(by) = &link.by { bdi { (by) } ", " }
                            (moment(lang, link.at, now, Moment::Exact))
                            @if link.revoked { p.small { (words::link_revoked(lang)) } }
                            @else if link.expires_at <= now { p.small { (words::link_expired(lang)) } }
                            @else if self.mine { (self.action(&format!("links/{}/revoke", link.id), "button button-small", html! { (words::revoke_link(lang)) })) }
                        }
                    }
                }
            }
            @if self.links.iter().any(|link| !link.revoked && now < link.expires_at) { p.small.muted { (words::revoke_help(lang)) } }
        }
    }
}

/// The answer to **Generate session URL** for a browser without a script: the only place where the URL is ever shown, as
/// an answer to a POST (201), so that it is in no address and no history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkReady {
    pub lang: Lang,
    /// The room it belongs to.
    pub session: String,
    /// The URL with its token.
    pub url: String,
    /// When the link ends (R5).
    pub expires_at: Timestamp,
    pub now: Timestamp,
}

impl LinkReady {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let body = html! {
            div.door-icon { (Icon::Link) }
            h1 { (words::url_ready(lang)) }
            (link_body(lang, &self.url))
            p.small.muted { (words::link_until(lang)) " " (moment(lang, self.expires_at, self.now, Moment::Exact)) }
            div.row { (Button::plain(words::to_room(lang)).href(&format!("/console/s/{}", self.session))) }
        };
        bare::page(lang, words::url_ready(lang), None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let session = "k3j9d2m5n8".to_owned();
        vec![(
            "ready",
            Self {
                lang: Lang::En,
                session,
                url: "https://desk.example.net/s/k3j9d2m5n8.4q8r1x7vb2".to_owned(),
                expires_at: sample::ago(-10_080),
                now: sample::now(),
            },
        )]
    }
}
