//! The signs of the console: the product's mark, and what shows how far a session and its customer are.

use maud::{Markup, html};
use parlor_domain::{Indicator, State};

use super::phrases;
use crate::components::{Avatar, Icon, Tone, chip};
use crate::lang::Lang;

/// The product's mark: a door ajar with a light in it, drawn from two strokes.
pub(crate) fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" {
            rect.mark-wall x="3" y="2.500" width="18" height="19" rx="5" {}
            path.mark-door d="M9 18.500v-11l6-2v15z" {}
            circle.mark-knob cx="12.800" cy="12.800" r=".9" {}
        }
    }
}

/// A panel that can be folded to the side.
pub(super) fn pane_icon() -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d="M4 5h16v14H4zM9.500 5v14" {} } }
}

/// A stop: for ending a session.
pub(super) fn stop_icon() -> Markup {
    html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d="M7 7h10v10H7z" {} } }
}

/// An indicator on its own, as the script puts it into avatars: the words are with it, for those who do not see it.
pub(super) fn avatar(lang: Lang, name: &str, indicator: Indicator) -> Markup {
    html! { (Avatar { name, indicator: Some((indicator, phrases::indicator(lang, indicator))) }) }
}

pub(super) const INDICATORS: [Indicator; 5] = [
    Indicator::NeverJoined,
    Indicator::OnlineIncomplete,
    Indicator::OfflineIncomplete,
    Indicator::OnlineComplete,
    Indicator::OfflineComplete,
];

/// A session's state as a chip: the word says it, the colour only helps.
pub(super) fn state_chip(lang: Lang, state: State) -> Markup {
    let (tone, icon) = match state {
        State::Planned => (None, Some(Icon::Calendar)),
        State::Invited => (Some(Tone::Info), Some(Icon::Mail)),
        State::Active => (Some(Tone::Good), Some(Icon::Check)),
        State::Ended | State::Discarded => (None, Some(Icon::Lock)),
    };
    html! { (chip(tone, icon, phrases::state(lang, state))) }
}
