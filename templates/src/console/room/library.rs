//! What the team's library offers in the room (R21): prepared texts in the composer (`js/agent-room/prepared.js`), and the dialog that
//! sends a workflow or a document (`js/agent-room/from-library.js`).

use maud::{Markup, Render, html};

use super::model::Room;
use crate::components::{Button, Field, Icon};
use crate::console::sheet::{Sheet, opens};
use crate::words::{console, content, library as words, sending};

impl Room {
    /// What the script asks for: a session's id begins with its team's.
    pub(super) fn library(&self, kind: &str) -> String {
        format!("/v1/library?team={}&state=published{kind}", self.id.get(..6).unwrap_or_default())
    }

    /// The list that `/` opens over the composer.
    pub(super) fn prepared(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            ul.prepared id="prepared" role="listbox" aria-label=(words::prepared(lang)) hidden data-texts=(self.library("&kind=text")) data-name=(self.name)
                data-count=(words::count(lang, "{n}").plain()) data-none=(words::no_match(lang)) {}
            p.unseen id="prepared-told" role="status" {}
        }
    }

    /// The button that opens the dialog.
    pub(super) fn opens_library(&self) -> Markup {
        opens("add-library", "button-small", html! { (Icon::Add) span { (words::from_library(self.frame.lang)) } })
    }

    pub(super) fn library_dialog(&self) -> Markup {
        let lang = self.frame.lang;
        let body = html! {
            noscript { p.small.muted { (words::no_script(lang)) } }
            form.from-library.stack method="post" action=(self.operation("interactions")) data-entries=(self.library(""))
                data-loading=(words::loading(lang)) data-none=(words::nothing_offered(lang)) data-failed=(words::failed(lang)) data-choose=(words::choose(lang))
                data-version=(words::version(lang, "{n}").plain()) data-sent=(sending::sent(lang)) {
                (self.frame.forms.hidden("library"))
                div.form-errors {}
                (Field { form: "library-", kind: "search", autocomplete: Some("off"), ..Field::new(words::find(lang), "find") })
                fieldset.library-rows id="library-rows" aria-label=(words::from_library(lang)) {}
                p.small.muted id="library-status" role="status" {}
                (self.for_whom("library"))
                (self.due_field("library-"))
                div.dialog-foot {
                    button.button type="button" popovertarget="add-library" popovertargetaction="hide" data-do="close" { (console::cancel(lang)) }
                    (Button::plain(content::keep_draft(lang)).value("send", "false"))
                    (Button::primary(content::send_now(lang)).value("send", "true"))
                }
            }
            template id="library-workflow" { (Icon::Flow) }
            template id="library-document" { (Icon::Document) }
            template id="library-request" { (Icon::Camera) }
        };
        Sheet { lang, id: "add-library", class: "", title: words::from_library(lang), body }.render()
    }
}
