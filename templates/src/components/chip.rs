//! A word or two about something.

use maud::{Markup, html};

use super::banner::Tone;
use super::icon::Icon;

/// A word or two about something, with an icon where the colour alone would say it.
pub fn chip(tone: Option<Tone>, icon: Option<Icon>, label: &str) -> Markup {
    html! {
        span class={ "chip" @if let Some(tone) = tone { " chip-" (if tone == Tone::Info { "accent" } else { tone.suffix() }) } } {
            @if let Some(icon) = icon { (icon) } (label)
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "chips",
        html! {
            div.row {
                (chip(None, None, "Planned")) (chip(Some(Tone::Info), None, "New")) (chip(Some(Tone::Good), Some(Icon::Check), "Done"))
                (chip(Some(Tone::Warn), Some(Icon::Clock), "Ends soon")) (chip(Some(Tone::Bad), Some(Icon::Alert), "Not sent"))
            }
        },
    )]
}
