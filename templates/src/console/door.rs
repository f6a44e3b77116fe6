//! Pages that stand between staff and the console: session closed (R15), no access, nothing here, service down.

use maud::{Markup, Render, html};

use super::words;
use crate::layout::Shell;
use crate::parts::{Button, Icon};
use crate::{Accent, Lang};

/// A page without the console around it: the mark, one narrow column, nothing else.
pub(super) fn shell(title: &str, reason: Option<&str>, body: Markup) -> Markup {
    let title = format!("{title} · {}", words::PRODUCT);
    Shell {
        lang: Lang::En,
        title: &title,
        accent: Accent::Default,
        css: &["console.css"],
        js: &["console.js"],
        reason,
        live: None,
        class: "door",
        data: &[],
        body: html! {
            main.door-card {
                p.brand { (super::mark()) (words::PRODUCT) }
                (body)
            }
            (super::frame::script_words())
        },
    }
    .render()
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// R15: the live connection of an agent's room was lost for good. The room shows the same as a dialog by itself.
    ClosedLost {
        /// The room to load again.
        room: String,
    },
    /// R15: signed out while a room was open.
    ClosedSignedOut {
        /// The room to come back to after signing in.
        room: String,
    },
    /// 403: the role does not include this page.
    Denied,
    /// 404: nothing here, or nothing that this agent may see; the two are not told apart.
    NotFound,
    /// 503: maintenance is switched on, or the platform is failing.
    Down {
        /// The message of the setting, if there is one.
        message: Option<String>,
        /// The company's status page, if there is one.
        status_url: Option<String>,
        /// Whether it is switched on, rather than failing.
        maintenance: bool,
    },
    /// An operation was refused, for a caller whose browser runs no script: what, why, and the way back.
    Refused {
        /// The problem's title.
        title: String,
        /// The problem's detail.
        detail: String,
        /// Where to go back to, such as `/console/s/{id}`.
        back: String,
    },
}

/// One of these pages, as a document. The function sets the status: 403, 404, 503, or the problem's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorPage {
    /// Which.
    pub door: Door,
}

impl DoorPage {
    /// The page.
    pub fn render(&self) -> Markup {
        match &self.door {
            Door::ClosedLost { room } => page(
                "session-closed",
                Icon::Offline,
                words::CLOSED,
                html! { p { (words::CLOSED_LOST) } p.muted { (words::CLOSED_SIGN_IN) } },
                html! { (Button::primary(words::RELOAD).icon(Icon::Refresh).href(room)) (Button::plain(words::SIGN_IN).href("/login")) },
            ),
            Door::ClosedSignedOut { room } => page(
                "session-closed",
                Icon::SignOut,
                words::CLOSED,
                html! { p { (words::CLOSED_SIGNED_OUT) } p.muted { (words::CLOSED_SIGN_IN) } },
                html! { (Button::primary(words::SIGN_IN).href(&format!("/login?next={room}"))) },
            ),
            Door::Denied => {
                page("denied", Icon::Lock, words::DENIED, html! { p.muted { (words::DENIED_HELP) } }, back())
            }
            Door::NotFound => {
                page("not-found", Icon::Search, words::NOT_FOUND, html! { p.muted { (words::NOT_FOUND_HELP) } }, back())
            }
            Door::Down { message, status_url, maintenance } => page(
                "service-down",
                Icon::Pause,
                if *maintenance { words::MAINTENANCE } else { words::DOWN },
                html! {
                    @if let Some(message) = message { p { (message) } }
                    p.muted { (words::DOWN_HELP) }
                },
                html! {
                    // An empty address is this page: trying again is loading it again.
                    (Button::primary(words::TRY_AGAIN).icon(Icon::Refresh).href(""))
                    @if let Some(url) = status_url { (Button::plain(words::STATUS_PAGE).icon(Icon::External).href(url)) }
                },
            ),
            Door::Refused { title, detail, back } => page(
                "refused",
                Icon::Info,
                title,
                html! { p.muted { (detail) } },
                html! { (Button::primary(if back == "/console" { words::TO_CONSOLE } else { words::TO_ROOM }).href(back)) },
            ),
        }
    }

    /// Every page.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let room = "/console/s/k3j9d2m5n8".to_owned();
        [
            ("closed-lost", Door::ClosedLost { room: room.clone() }),
            ("closed-signed-out", Door::ClosedSignedOut { room: room.clone() }),
            ("denied", Door::Denied),
            ("not-found", Door::NotFound),
            (
                "down",
                Door::Down {
                    message: Some("We are moving to a faster database and will be back by 15:00.".to_owned()),
                    status_url: Some("https://status.example.net".to_owned()),
                    maintenance: true,
                },
            ),
            (
                "refused",
                Door::Refused {
                    title: "The session has ended".to_owned(),
                    detail: "It can take a message again once it is renewed.".to_owned(),
                    back: room,
                },
            ),
        ]
        .into_iter()
        .map(|(name, door)| (name, Self { door }))
        .collect()
    }
}

fn back() -> Markup {
    html! { (Button::primary(words::TO_CONSOLE).href("/console")) }
}

fn page(reason: &str, icon: Icon, title: &str, text: Markup, actions: Markup) -> Markup {
    let body = html! {
        div.door-icon { (icon) }
        h1 { (title) }
        div.stack-tight { (text) }
        div.row { (actions) }
    };
    shell(title, Some(reason), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_every_page_names_its_reason_and_a_way_on() {
        for (name, page) in DoorPage::samples() {
            let text = page.render().into_string();
            assert!(text.contains("<meta name=\"parlor:reason\""), "{name}");
            assert!(text.contains("class=\"button button-primary\" href="), "{name}");
        }
    }
}
