//! What just happened, said in passing.

use maud::{Markup, html};

/// Where toasts appear; one per page, filled by a script and read out politely.
pub fn toasts() -> Markup {
    html! { div.toasts id="toasts" role="status" aria-live="polite" {} }
}

/// A toast, with its way back if there is one (`data-do="undo"`).
pub fn toast(text: &str, undo: Option<&str>) -> Markup {
    html! { div.toast { span { (text) } @if let Some(undo) = undo { button type="button" data-do="undo" { (undo) } } } }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![("toast", toast("Link copied", Some("Undo")))]
}
