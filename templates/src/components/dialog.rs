//! A native dialog.

use maud::{Markup, Render, html};

use super::button::Button;
use super::icon::Icon;

/// A native dialog; opened by a script (`showModal`) or rendered open where there is none.
#[derive(Debug, Clone)]
pub struct Dialog<'a> {
    /// Its `id`.
    pub id: &'a str,
    pub title: &'a str,
    /// What closing it is called.
    pub close: &'a str,
    /// Rendered open.
    pub open: bool,
    pub body: Markup,
    /// Its buttons, the one to press last.
    pub foot: Markup,
}

impl Render for Dialog<'_> {
    fn render(&self) -> Markup {
        let title_id = format!("{}-title", self.id);
        html! {
            dialog.dialog id=(self.id) aria-labelledby=(title_id) open[self.open] {
                div.dialog-body {
                    div.dialog-head {
                        h2 id=(title_id) { (self.title) }
                        form method="dialog" { (Button::quiet(self.close).icon_only(Icon::Close)) }
                    }
                    (self.body)
                    div.dialog-foot { (self.foot) }
                }
            }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "dialog",
        html! {
            (Dialog { id: "dialog", title: "End this session", close: "Close", open: true, body: html! { p { "Mara can no longer open it." } },
                foot: html! { (Button::plain("Cancel")) (Button::danger("End")) } })
        },
    )]
}
