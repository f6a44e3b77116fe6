//! A page with a notice and one way out: session closed (R15), no access, nothing here, service down.

use maud::{Markup, html};

use super::{bare, new_session::Blocking};
use crate::components::{Button, Icon};
use crate::lang::Lang;
use crate::words::{console as words, erasing, participants::pin_of, shared};

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
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
    /// 410: the session was erased (R25).
    Erased,
    /// 503: maintenance is switched on, or the platform is failing.
    Down {
        /// The message of the setting, if there is one.
        message: Option<String>,
        /// The company's status page, if there is one.
        status_url: Option<String>,
        /// Whether it is switched on, rather than failing.
        maintenance: bool,
    },
    /// R7: the PIN, for its owner, whose browser runs no script.
    Pin {
        pin: String,
        /// The participant whose it is (R22); the customer's without one.
        of: Option<String>,
        /// The room to go back to.
        room: String,
    },
    /// An operation was refused, for a caller whose browser runs no script: what, why, and the way back.
    Refused {
        /// The problem's detail.
        detail: String,
        /// Where to go back to, such as `/console/s/{id}`.
        back: String,
        /// The session that stands in the way, which the page leads to.
        open: Option<Blocking>,
    },
}

/// One of these pages, as a document. The function sets the status: 403, 404, 503, or the problem's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticePage {
    pub lang: Lang,
    pub notice: Notice,
}

impl NoticePage {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        match &self.notice {
            Notice::ClosedLost { room } => page(
                lang,
                "session-closed",
                Icon::Offline,
                words::closed(lang),
                html! { p { (words::closed_lost(lang)) } p.muted { (words::closed_sign_in(lang)) } },
                html! { (Button::primary(shared::reload(lang)).icon(Icon::Refresh).href(room)) (Button::plain(words::sign_in(lang)).href("/login")) },
            ),
            Notice::ClosedSignedOut { room } => page(
                lang,
                "session-closed",
                Icon::SignOut,
                words::closed(lang),
                html! { p { (words::closed_signed_out(lang)) } p.muted { (words::closed_sign_in(lang)) } },
                html! { (Button::primary(words::sign_in(lang)).href(&format!("/login?next={room}"))) },
            ),
            Notice::Denied => page(
                lang,
                "denied",
                Icon::Lock,
                words::denied(lang),
                html! { p.muted { (words::denied_help(lang)) } },
                back(lang),
            ),
            Notice::NotFound => page(
                lang,
                "not-found",
                Icon::Search,
                words::not_found(lang),
                html! { p.muted { (words::not_found_help(lang)) } },
                back(lang),
            ),
            Notice::Erased => page(
                lang,
                "erased",
                Icon::Trash,
                erasing::erased(lang),
                html! { p.muted { (erasing::erased_help(lang)) } },
                back(lang),
            ),
            Notice::Down { message, status_url, maintenance } => page(
                lang,
                "service-down",
                Icon::Pause,
                if *maintenance { words::maintenance(lang) } else { words::down(lang) },
                html! {
                    @if let Some(message) = message { p { (message) } }
                    p.muted { (words::down_help(lang)) }
                },
                html! {
                    // An empty address is this page: trying again is loading it again.
                    (Button::primary(shared::try_again(lang)).icon(Icon::Refresh).href(""))
                    @if let Some(url) = status_url { (Button::plain(words::status_page(lang)).icon(Icon::External).href(url)) }
                },
            ),
            Notice::Pin { pin, of, room } => page(
                lang,
                "pin",
                Icon::Eye,
                &of.as_ref().map_or_else(|| words::pin(lang).to_owned(), |name| pin_of(lang, name).to_string()),
                html! { p.pin-digits { (pin) } p.muted { (words::pin_tell(lang)) } },
                html! { (Button::primary(words::to_room(lang)).href(room)) },
            ),
            Notice::Refused { detail, back, open } => page(
                lang,
                "refused",
                Icon::Info,
                words::refused(lang),
                html! { p.muted { (detail) } },
                html! {
                    @if let Some(open) = open {
                        (Button::primary(&words::single_active_open(lang, &open.name).to_string()).href(&format!("/console/s/{}", open.id)))
                        (Button::plain(words::to_console(lang)).href(back))
                    } @else { (Button::primary(if back == "/console" { words::to_console(lang) } else { words::to_room(lang) }).href(back)) }
                },
            ),
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let room = "/console/s/k3j9d2m5n8".to_owned();
        let pages = [
            ("closed-lost", Notice::ClosedLost { room: room.clone() }),
            ("pin", Notice::Pin { pin: "471108".to_owned(), of: None, room: room.clone() }),
            ("pin-of", Notice::Pin { pin: "9182".to_owned(), of: Some("Ada Quist".to_owned()), room: room.clone() }),
            ("closed-signed-out", Notice::ClosedSignedOut { room: room.clone() }),
            ("denied", Notice::Denied),
            ("not-found", Notice::NotFound),
            ("erased", Notice::Erased),
            (
                "down",
                Notice::Down {
                    message: Some("We are moving to a faster database and will be back by 15:00.".to_owned()),
                    status_url: Some("https://status.example.net".to_owned()),
                    maintenance: true,
                },
            ),
            (
                "refused",
                Notice::Refused { detail: "The session has ended; renew it first.".to_owned(), back: room, open: None },
            ),
            (
                "refused-other-open",
                Notice::Refused {
                    detail: words::single_active_with(Lang::En, "Mara Quist").to_string(),
                    back: "/console".to_owned(),
                    open: Some(Blocking { id: "k3j9d2m5n8".to_owned(), name: "Mara Quist".to_owned() }),
                },
            ),
        ];
        let arabic = ("not-found-ar", Self { lang: Lang::Ar, notice: Notice::NotFound });
        pages.map(|(name, notice)| (name, Self { lang: Lang::En, notice })).into_iter().chain([arabic]).collect()
    }
}

fn back(lang: Lang) -> Markup {
    html! { (Button::primary(words::to_console(lang)).href("/console")) }
}

fn page(lang: Lang, reason: &str, icon: Icon, title: &str, text: Markup, actions: Markup) -> Markup {
    let body = html! {
        div.door-icon { (icon) }
        h1 { (title) }
        div.stack-tight { (text) }
        div.row { (actions) }
    };
    bare::page(lang, title, Some(reason), body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r15_every_page_names_its_reason_and_a_way_on() {
        for (name, page) in NoticePage::samples() {
            let text = page.render().into_string();
            assert!(text.contains("<meta name=\"parlor:reason\""), "{name}");
            assert!(text.contains("class=\"button button-primary\" href="), "{name}");
        }
    }
}
