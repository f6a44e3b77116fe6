//! The state of having nothing to show.

use maud::{Markup, html};

use super::button::Button;
use super::icon::Icon;

/// Nothing here yet, and what to do next.
pub fn empty(icon: Icon, title: &str, text: &str, action: Option<Markup>) -> Markup {
    html! {
        div.empty {
            (icon)
            h2 { (title) }
            p.muted { (text) }
            @if let Some(action) = action { (action) }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "empty",
        empty(
            Icon::Search,
            "Nobody by that name",
            "Try the start of a first or last name.",
            Some(html! { (Button::plain("Show all")) }),
        ),
    )]
}
