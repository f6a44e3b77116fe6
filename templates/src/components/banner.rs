//! Messages that stay in the page.

use maud::{Markup, Render, html};

use super::icon::Icon;

/// What a banner or a chip is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Something to know.
    #[default]
    Info,
    /// Something that went well.
    Good,
    /// Something to mind.
    Warn,
    /// Something that went wrong.
    Bad,
}

impl Tone {
    const fn icon(self) -> Icon {
        match self {
            Self::Info => Icon::Info,
            Self::Good => Icon::CheckCircle,
            Self::Warn => Icon::Clock,
            Self::Bad => Icon::Alert,
        }
    }
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// A message that stays in the page.
#[derive(Debug, Clone)]
#[must_use]
pub struct Banner {
    /// What it is about: colour and icon.
    pub tone: Tone,
    /// An icon other than the tone's.
    pub icon: Option<Icon>,
    /// Text, and actions if any.
    pub body: Markup,
    /// Its `id`, where a script fills or hides it.
    pub id: Option<&'static str>,
    /// Not shown until a script does.
    pub hidden: bool,
    /// Read out when it appears: `status` or `alert`.
    pub role: Option<&'static str>,
}

impl Banner {
    /// A banner with the tone's own icon.
    pub fn new(tone: Tone, body: Markup) -> Self {
        Self { tone, icon: None, body, id: None, hidden: false, role: None }
    }
}

impl Render for Banner {
    fn render(&self) -> Markup {
        html! {
            div class={ "banner banner-" (self.tone.suffix()) } id=[self.id] role=[self.role] hidden[self.hidden] {
                (self.icon.unwrap_or(self.tone.icon()))
                div.banner-body { (self.body) }
            }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "banners",
        html! {
            div.stack {
                @for tone in [Tone::Info, Tone::Good, Tone::Warn, Tone::Bad] { (Banner::new(tone, html! { p { "Something to know." } })) }
            }
        },
    )]
}
