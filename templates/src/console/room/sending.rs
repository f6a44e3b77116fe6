//! The dialog in which an agent sends a document (R21). The script sends the file to where the server says; see
//! `js/agent-room/sending.js`.

use maud::{Markup, Render, html};
use parlor_domain::upload::FILE_MAX;

use super::model::Room;
use crate::components::{Button, Field, Icon};
use crate::console::sheet::Sheet;
use crate::words::{console, content, placing, sending as words, shared};

impl Room {
    pub(super) fn sending(&self) -> Markup {
        let lang = self.frame.lang;
        let body = html! {
            noscript { p.small.muted { (words::no_script(lang)) } }
            form.sending.stack method="post" action=(self.operation("interactions")) data-uploads=(self.operation("uploads")) data-most=(FILE_MAX)
                data-checking=(words::checking(lang)) data-uploading=(words::uploading(lang, "{n}").plain()) data-offline=(shared::offline(lang)) data-uploaded=(words::uploaded(lang)) data-reading=(words::reading(lang))
                data-cancelled=(words::cancelled(lang)) data-failed=(words::failed(lang)) data-still-reading=(words::still_reading(lang)) data-need-file=(words::need_file(lang))
                data-not-pdf=(words::not_pdf(lang)) data-empty=(words::empty(lang)) data-too-big=(words::too_big(lang)) data-sent=(words::sent(lang)) data-room={ "/console/s/" (self.id) } {
                (self.frame.forms.hidden("documents"))
                div.form-errors {}
                div.drop id="drop" {
                    span.drop-icon { (Icon::Upload) }
                    p.drop-words {
                        label.button for="document-file" { (words::choose(lang)) }
                        span.drop-or.muted { (words::drop(lang)) }
                    }
                    input.unseen id="document-file" type="file" accept="application/pdf,.pdf" aria-describedby="document-hint";
                    p.small.muted id="document-hint" { (words::hint(lang)) }
                }
                div.upload id="upload" role="group" aria-label=(words::file(lang)) hidden {
                    span.work-item-icon { (Icon::Document) }
                    div.upload-main {
                        p.upload-name { bdi {} span.small.muted {} }
                        progress value="0" max="100" aria-label=(words::file(lang)) {}
                        p.small.upload-state role="status" {}
                    }
                    div.upload-actions {
                        (Button::quiet(words::stop(lang)).icon_only(Icon::Close).hook("stop"))
                        (Button::quiet(shared::try_again(lang)).icon_only(Icon::Refresh).hook("again"))
                        (Button::quiet(words::another(lang)).icon_only(Icon::Trash).hook("another"))
                    }
                }
                (Field { form: "document-", required: true, maxlength: Some(120), hint: Some(content::title_hint(lang)), ..Field::new(content::title(lang), "title") })
                (self.for_whom("document"))
                (self.due_field("document-"))
                div.dialog-foot {
                    button.button type="button" popovertarget="add-document" popovertargetaction="hide" data-do="close" { (console::cancel(lang)) }
                    (Button::plain(placing::place(lang)).icon(Icon::Edit).value("send", "place"))
                    (Button::plain(words::prepare(lang)).value("send", "false"))
                    (Button::primary(words::send_now(lang)).value("send", "true"))
                }
            }
        };
        Sheet { lang, id: "add-document", class: "sheet-maker", title: words::title(lang), body }.render()
    }
}
