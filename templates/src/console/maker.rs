//! What workflows are made with: steps and questions that a script adds (`js/console/steps.js`), in the agent's room and in the library.

use maud::{Markup, html};

use crate::components::Icon;
use crate::lang::Lang;
use crate::words::{content as words, preview};

/// Where the steps stand; empty and without a button until the script fills it.
/// `documents` is where the team's published documents are listed.
pub(crate) fn steps(lang: Lang, documents: &str) -> Markup {
    html! {
        div.maker-steps id="maker-steps" data-documents=(documents) data-step=(words::step(lang, "{n}").plain()) {}
        p.by-script { button.button.button-small type="button" data-do="add-step" { (Icon::Add) (words::add_step(lang)) } }
    }
}

/// What customers will see of it, on a phone's width: a frame that its script fills (`js/console/workflow-preview.js`). `team` is whose
/// library has the documents of its steps.
pub(crate) fn previewed(lang: Lang, team: &str) -> Markup {
    html! {
        details.maker-preview.by-script data-workflow-preview data-action="/admin/library" data-team=(team) {
            summary.fold { (Icon::ChevronOn) span { (preview::title(lang)) } }
            p.small.muted { (preview::workflow_lead(lang)) }
            p { button.button.button-small type="button" data-do="preview" { (Icon::Eye) (preview::workflow_show(lang)) } }
            // Made when it is asked for: a frame is a page more in each room.
            template { iframe name="workflow-preview" title=(preview::title(lang)) sandbox="allow-same-origin allow-forms" {} }
        }
    }
}

/// A step and a question to be copied.
pub(crate) fn parts(lang: Lang) -> Markup {
    let kinds = [
        ("text", words::type_text(lang)),
        ("number", words::type_number(lang)),
        ("date", words::type_date(lang)),
        ("choice", words::type_choice(lang)),
        ("yes_no", words::type_yes_no(lang)),
        ("file", words::type_file(lang)),
        ("signature", words::type_signature(lang)),
    ];
    html! {
        template id="maker-step" {
            fieldset.maker-step {
                legend {}
                div.field { label { (words::step_title(lang)) } input.input data-part-of="title" maxlength="120" dir="auto"; }
                div.field { label { (words::step_text(lang)) } textarea.input data-part-of="text" rows="2" maxlength="2000" dir="auto" {} }
                div.field data-documents hidden { label { (words::step_document(lang)) } select.input data-part-of="document" data-gone=(words::gone_document(lang)) { option value="" { (words::no_document(lang)) } } }
                ol.maker-questions {}
                div.maker-row {
                    button.button.button-small type="button" data-do="add-question" { (Icon::Add) (words::add_question(lang)) }
                    button.button.button-small.button-quiet type="button" data-do="remove-step" { (words::remove(lang)) }
                }
            }
        }
        template id="maker-question" {
            li.maker-question {
                div.field { label { (words::question(lang)) } input.input data-part-of="label" maxlength="200" dir="auto"; }
                div.maker-row {
                    div.field { label { (words::answer(lang)) } select.input data-part-of="type" { @for (value, label) in kinds { option value=(value) { (label) } } } }
                    label.check { input type="checkbox" data-part-of="required" checked; span { (words::required(lang)) } }
                    button.button.button-small.button-quiet.button-icon type="button" data-do="remove-question" title=(words::remove(lang)) { (Icon::Close) span.unseen { (words::remove(lang)) } }
                }
                div.field data-options hidden { label { (words::options(lang)) } textarea.input data-part-of="options" rows="3" dir="auto" {} }
            }
        }
    }
}
