//! The box around what belongs together.

use maud::{Markup, html};

/// A box around what belongs together.
pub fn card(body: Markup) -> Markup {
    html! { section.card { (body) } }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![("card", card(html! { h2 { "A card" } p { "With something in it." } }))]
}
