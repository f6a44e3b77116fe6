//! What comes in rows: lists, what happened when, tables.

use jiff::Timestamp;
use maud::{Markup, Render, html};

use super::avatar::Avatar;
use super::icon::Icon;

/// A moment: exact in the markup, `text` (absolute) for reading; scripts make it relative and keep the exact one in the title.
pub fn time(at: Timestamp, text: &str) -> Markup {
    html! { time datetime=(at) title=(text) { (text) } }
}

/// A row of a list that leads somewhere.
#[derive(Debug, Clone)]
pub struct ListRow<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// At its start: an avatar or an icon.
    pub start: Markup,
    /// Its first line.
    pub title: &'a str,
    /// Its second line.
    pub detail: Markup,
    /// At its end: a time, a badge.
    pub end: Markup,
    /// It is what is open now.
    pub current: bool,
}

impl Render for ListRow<'_> {
    fn render(&self) -> Markup {
        html! {
            a.list-row href=(self.href) aria-current=[self.current.then_some("page")] {
                (self.start)
                span.list-row-main { span { (self.title) } span.small.muted { (self.detail) } }
                (self.end)
            }
        }
    }
}

/// What happened, oldest first: icon, what, when.
pub fn timeline(entries: &[(Icon, Markup, Markup)]) -> Markup {
    html! {
        ol.timeline {
            @for (icon, what, when) in entries { li { span.timeline-mark { (icon) } div { (what) } span.small.muted { (when) } } }
        }
    }
}

/// A table with its name, scrolling sideways inside its own frame.
pub fn table(caption: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.table-frame tabindex="0" role="region" aria-label=(caption) {
            table.table {
                caption.unseen { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let at = Timestamp::UNIX_EPOCH;
    vec![
        (
            "list",
            html! {
                (ListRow { href: "#", start: html! { (Avatar { name: "Mara Quist", indicator: None }) }, title: "Mara Quist", detail: html! { "Signed the loan agreement" },
                    end: time(at, "1 January 1970, 00:00"), current: true })
            },
        ),
        (
            "timeline",
            timeline(&[
                (Icon::Send, html! { "Invited" }, time(at, "09:00")),
                (Icon::User, html! { "Joined" }, time(at, "09:04")),
            ]),
        ),
        (
            "table",
            table(
                "People",
                &["Name", "Role"],
                &[vec![html! { "Nina" }, html! { "Agent" }], vec![html! { "Omar" }, html! { "Admin" }]],
            ),
        ),
    ]
}
