//! The palette: one field that finds a customer, an action or a setting. `Ctrl-K` opens it on every page of staff's.

use maud::{Markup, Render, html};

use crate::components::Icon;
use crate::lang::Lang;
use crate::words::{palette as words, shared};

/// The dialog. It is of use with a script only (`js/console/palette.js`), which fills the list and opens it: without one, nothing
/// leads to it, and all that it finds is on a page.
///
/// A combobox with a list box by the WAI-ARIA Authoring Practices: the focus stays in the field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    /// The reader's.
    pub lang: Lang,
    /// Whether the settings are found too, which an admin can change.
    pub settings: bool,
}

impl Render for Palette {
    fn render(&self) -> Markup {
        let lang = self.lang;
        html! {
            dialog.dialog.palette id="palette" aria-label=(words::palette(lang)) data-settings[self.settings] {
                div.palette-field {
                    (Icon::Search)
                    input id="palette-field" type="text" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="palette-found"
                        aria-label=(words::field(lang)) placeholder=(words::field(lang)) autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" maxlength="100" dir="auto";
                    button.button.button-quiet.button-icon type="button" data-do="close" title=(shared::close(lang)) {
                        (Icon::Close) span.unseen { (shared::close(lang)) }
                    }
                }
                div.palette-found id="palette-found" role="listbox" aria-label=(words::palette(lang))
                    data-customers=(words::customers(lang)) data-actions=(words::actions(lang)) data-all-settings=(words::settings(lang)) {}
                p.palette-none.muted role="status" data-none=(words::none(lang)) {}
                template id="palette-setting" { (Icon::Gear) }
                template id="palette-action" { (Icon::ChevronOn) }
            }
        }
    }
}

/// The entry that opens the palette, in a menu or among the links at the side. Its place is kept while the script is on its way.
pub(crate) fn opens_palette(lang: Lang, class: &str) -> Markup {
    html! {
        button class={ "by-script " (class) } type="button" data-do="palette" aria-keyshortcuts="Control+K" title=(words::palette(lang)) { (Icon::Search) span { (words::palette(lang)) } kbd { "Ctrl K" } }
    }
}
