//! The sheet in which a customer signs: by drawing, or by typing. The script opens it.

use maud::{Markup, html};

use crate::components::{Dialog, Icon};
use crate::lang::Lang;
use crate::words::{document as words, shared};

/// Where `customer` signs.
pub(super) fn pad(lang: Lang, customer: &str) -> Markup {
    let body = html! {
        form.pad id="pad-form" method="dialog" novalidate data-signature=(words::your_signature(lang)) data-initials=(words::your_initials(lang))
            data-name=(words::full_name(lang)) data-short=(words::initials(lang)) data-empty=(words::pad_empty(lang)) data-customer=(customer) data-said=(words::signed_said(lang)) {
            fieldset.pad-how {
                legend.unseen { (words::pad_how(lang)) }
                label { input type="radio" name="how" value="draw" checked; span { (Icon::Sign) (words::pad_draw(lang)) } }
                label { input type="radio" name="how" value="type"; span { (Icon::Keyboard) (words::pad_type(lang)) } }
            }
            div.pad-draw data-how="draw" {
                div.pad-paper id="pad-paper" role="img" aria-label=(words::pad_label(lang)) aria-describedby="pad-hint" {
                    svg.pad-ink id="pad-ink" aria-hidden="true" { path {} }
                    span.pad-line aria-hidden="true" {}
                }
                div.pad-tools {
                    p.small.muted id="pad-hint" { (words::pad_hint(lang)) }
                    button.button.button-quiet type="button" data-do="pad-undo" { (Icon::Undo) (words::pad_undo(lang)) }
                    button.button.button-quiet type="button" data-do="pad-clear" { (Icon::Close) (words::pad_clear(lang)) }
                }
            }
            div.pad-type data-how="type" hidden {
                div.field { label for="pad-text" { (words::full_name(lang)) } input.input id="pad-text" type="text" dir="auto" autocomplete="off" maxlength="100"; }
                p.pad-typed aria-hidden="true" dir="auto" id="pad-typed" {}
            }
            p.field-error id="pad-error" role="alert" hidden { (Icon::Alert) span {} }
            p.small.muted { (words::pad_meaning(lang)) }
            div.dialog-foot {
                button.button.button-quiet type="button" data-do="pad-remove" hidden { (Icon::Trash) (words::pad_remove(lang)) }
                button.button.button-primary type="submit" { (words::pad_use(lang)) }
            }
        }
    };
    html! {
        (Dialog { id: "pad", title: words::your_signature(lang), close: shared::close(lang), open: false, body, foot: html! {} })
    }
}
