//! Dialogs of the console.

use maud::{Markup, Render, html};

use crate::components::Icon;
use crate::lang::Lang;
use crate::words::shared;

/// A native dialog that opens without a script too: it is a popover whose button names it, and the script makes it
/// modal. The close button needs no form, so a dialog may hold one.
pub(super) struct Sheet<'a> {
    pub(super) lang: Lang,
    pub(super) id: &'a str,
    pub(super) class: &'a str,
    pub(super) title: &'a str,
    pub(super) body: Markup,
}

impl Render for Sheet<'_> {
    fn render(&self) -> Markup {
        let close = shared::close(self.lang);
        let title_id = format!("{}-title", self.id);
        html! {
            dialog class={ "dialog " (self.class) } id=(self.id) popover="auto" aria-labelledby=(title_id) {
                div.dialog-body {
                    div.dialog-head {
                        h2 id=(title_id) { (self.title) }
                        button.button.button-quiet.button-icon type="button" popovertarget=(self.id) popovertargetaction="hide" data-do="close" title=(close) {
                            (Icon::Close) span.unseen { (close) }
                        }
                    }
                    (self.body)
                }
            }
        }
    }
}

/// A button that opens the [`Sheet`] with this id.
pub(super) fn opens(sheet: &str, class: &str, body: Markup) -> Markup {
    html! { button class={ "button " (class) } type="button" popovertarget=(sheet) data-opens=(sheet) { (body) } }
}
