//! People: their initials and how far they are.

use maud::{Markup, Render, html};
use parlor_domain::Indicator;

use crate::names::initials;

/// The mark on an avatar (R14). Shape first, colour second: dashed ring, filled disc, ring, and the last two with a tick.
fn indicator_mark(indicator: Indicator) -> (&'static str, Markup) {
    let online = matches!(indicator, Indicator::OnlineIncomplete | Indicator::OnlineComplete);
    let class = if online { "indicator indicator-online" } else { "indicator" };
    let mark = html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" {
            @match indicator {
                Indicator::NeverJoined => { circle cx="12" cy="12" r="9" stroke-dasharray="4.7 4.7" {} }
                Indicator::OnlineIncomplete => { circle cx="12" cy="12" r="9" fill="currentColor" {} }
                Indicator::OfflineIncomplete => { circle cx="12" cy="12" r="9" {} }
                Indicator::OnlineComplete => { circle cx="12" cy="12" r="10" fill="currentColor" {} path.cut d="m7 12.500 3.500 3.500 7-8" {} }
                Indicator::OfflineComplete => { circle cx="12" cy="12" r="9.500" {} path d="m7.500 12.500 3.300 3.300 6-7" {} }
            }
        }
    };
    (class, mark)
}

/// A person's initials, with the customer's indicator where there is one.
#[derive(Debug, Clone)]
pub struct Avatar<'a> {
    pub name: &'a str,
    /// The indicator and its name in words.
    pub indicator: Option<(Indicator, &'a str)>,
}

impl Render for Avatar<'_> {
    fn render(&self) -> Markup {
        html! {
            span.avatar {
                span aria-hidden="true" { (initials(self.name)) }
                @if let Some((indicator, label)) = self.indicator {
                    @let (class, mark) = indicator_mark(indicator);
                    span class=(class) title=(label) { (mark) span.unseen { (label) } }
                }
            }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "avatars",
        html! {
            div.row {
                (Avatar { name: "Mara Quist", indicator: None })
                (Avatar { name: "Mara Quist", indicator: Some((Indicator::NeverJoined, "Never joined")) })
                (Avatar { name: "Mara Quist", indicator: Some((Indicator::OnlineIncomplete, "Online, incomplete")) })
                (Avatar { name: "Mara Quist", indicator: Some((Indicator::OfflineIncomplete, "Offline, incomplete")) })
                (Avatar { name: "Mara Quist", indicator: Some((Indicator::OnlineComplete, "Online, complete")) })
                (Avatar { name: "Mara Quist", indicator: Some((Indicator::OfflineComplete, "Offline, complete")) })
            }
        },
    )]
}
