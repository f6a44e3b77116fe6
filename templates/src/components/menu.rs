//! Ways to go: a menu and tabs that need no script.

use maud::{Markup, Render, html};

use super::icon::Icon;

/// One entry of a menu: a link, or a button of the form that the menu stands in.
#[derive(Debug, Clone)]
pub struct MenuItem<'a> {
    pub label: &'a str,
    /// An icon before it.
    pub icon: Option<Icon>,
    /// Where it leads; without one it is a button with `hook`.
    pub href: Option<&'a str>,
    /// `data-do` of the button.
    pub hook: Option<&'a str>,
    /// It is where one is now.
    pub current: bool,
    /// The language of its label, where it is another than the page's.
    pub lang: Option<&'a str>,
}

/// A menu that needs no script: a disclosure with a list in it.
#[derive(Debug, Clone)]
pub struct Menu<'a> {
    /// What the closed menu says.
    pub label: &'a str,
    /// Shows only the icon.
    pub icon_only: bool,
    pub icon: Icon,
    pub items: &'a [MenuItem<'a>],
}

impl Render for Menu<'_> {
    fn render(&self) -> Markup {
        html! {
            details.menu {
                summary class={ "button button-quiet" @if self.icon_only { " button-icon" } } title=[self.icon_only.then_some(self.label)] {
                    (self.icon)
                    @if self.icon_only { span.unseen { (self.label) } } @else { (self.label) }
                }
                ul.menu-list {
                    @for item in self.items {
                        li {
                            @if let Some(href) = item.href {
                                a href=(href) aria-current=[item.current.then_some("true")] lang=[item.lang] hreflang=[item.lang] {
                                    @if let Some(icon) = item.icon { (icon) } (item.label)
                                }
                            } @else {
                                button type="button" data-do=[item.hook] { @if let Some(icon) = item.icon { (icon) } (item.label) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One view out of a few, as links; needs no script.
pub fn tabs(label: &str, items: &[(&str, &str, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (text, href, current) in items { a href=(href) aria-current=[current.then_some("page")] { (text) } }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![
        (
            "menu",
            html! {
                (Menu { label: "More", icon_only: true, icon: Icon::More, items: &[
                    MenuItem { label: "Copy link", icon: Some(Icon::Copy), href: None, hook: Some("copy"), current: false, lang: None },
                    MenuItem { label: "History", icon: Some(Icon::History), href: Some("#"), hook: None, current: true, lang: None },
                ] })
            },
        ),
        ("tabs", tabs("Settings", &[("System", "#", true), ("Teams", "#", false)])),
    ]
}
