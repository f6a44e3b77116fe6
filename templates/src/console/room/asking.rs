//! The dialog in which an agent asks for photos or files (R21). A form like others; `js/agent-room/asking.js` keeps it open while
//! something is wrong with it.

use maud::{Markup, Render, html};
use parlor_domain::interaction::FILES_MAX;

use super::model::Room;
use crate::components::{Button, Field};
use crate::console::sheet::Sheet;
use crate::words::{asking as words, console, content};

impl Room {
    pub(super) fn asking(&self) -> Markup {
        let lang = self.frame.lang;
        let kinds =
            [("image,pdf", words::kind_both(lang)), ("image", words::kind_image(lang)), ("pdf", words::kind_pdf(lang))];
        let number = |label: &str, name: &str, value: u32| {
            html! {
                div.field {
                    label for={ "request-" (name) } { (label) }
                    input.input id={ "request-" (name) } name=(name) type="number" inputmode="numeric" min="1" max=(FILES_MAX) value=(value) required;
                    p.field-error id={ "request-" (name) "-error" } hidden { span {} }
                }
            }
        };
        let body = html! {
            form.asking.stack method="post" action=(self.operation("interactions")) {
                (self.frame.forms.hidden("requests"))
                input type="hidden" name="kind" value="request";
                div.form-errors {}
                (Field { form: "request-", required: true, maxlength: Some(120), hint: Some(words::what_hint(lang)), autofocus: true, ..Field::new(words::what(lang), "what") })
                (Field { form: "request-", rows: Some(3), maxlength: Some(2_000), ..Field::new(words::how(lang), "instructions") })
                (self.for_whom("request"))
                div.asking-row {
                    div.field {
                        label for="request-accept" { (words::kinds(lang)) }
                        select.input id="request-accept" name="accept" { @for (value, label) in kinds { option value=(value) { (label) } } }
                    }
                    (number(words::least(lang), "min", 1))
                    (number(words::most(lang), "max", 10))
                }
                (self.due_field("request-"))
                div.dialog-foot {
                    button.button type="button" popovertarget="add-request" popovertargetaction="hide" data-do="close" { (console::cancel(lang)) }
                    (Button::plain(content::keep_draft(lang)).value("send", "false"))
                    (Button::primary(content::send_now(lang)).value("send", "true"))
                }
            }
        };
        Sheet { lang, id: "add-request", class: "sheet-maker", title: words::title(lang), body }.render()
    }
}
