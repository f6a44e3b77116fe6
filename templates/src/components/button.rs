//! Buttons, and links that look like them.

use maud::{Markup, Render, html};

use super::icon::Icon;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    #[default]
    Plain,
    /// Something that hurts; the page asks again or offers undo.
    Danger,
    /// In toolbars and rows, where borders would be noise.
    Quiet,
}

/// A button, or a link that looks like one. What it says is what happens.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Button<'a> {
    /// What happens when it is pressed.
    pub label: &'a str,
    /// How loud it is.
    pub kind: ButtonKind,
    /// An icon before the label.
    pub icon: Option<Icon>,
    /// Shows only the icon; the label is still read out and shown as a tooltip.
    pub icon_only: bool,
    /// As wide as what it stands in.
    pub wide: bool,
    /// Cannot be pressed now; say why beside it.
    pub disabled: bool,
    /// Is at work.
    pub busy: bool,
    /// An address: makes it a link.
    pub href: Option<&'a str>,
    /// `type`; without one `submit`.
    pub action: Option<&'a str>,
    /// `name` and `value` sent with the form.
    pub value: Option<(&'a str, &'a str)>,
    /// The form's address for this button alone.
    pub form_action: Option<&'a str>,
    /// The `id`, where a script or a label needs it.
    pub id: Option<&'a str>,
    /// A hook for scripts: `data-do`.
    pub hook: Option<&'a str>,
}

impl<'a> Button<'a> {
    /// The one thing to do here.
    pub fn primary(label: &'a str) -> Self {
        Self { label, kind: ButtonKind::Primary, ..Self::default() }
    }
    pub fn plain(label: &'a str) -> Self {
        Self { label, ..Self::default() }
    }
    /// Something that hurts.
    pub fn danger(label: &'a str) -> Self {
        Self { label, kind: ButtonKind::Danger, ..Self::default() }
    }
    /// Without a border.
    pub fn quiet(label: &'a str) -> Self {
        Self { label, kind: ButtonKind::Quiet, ..Self::default() }
    }
    /// With an icon before the label.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
    /// With nothing but the icon to see.
    pub fn icon_only(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self.icon_only = true;
        self
    }
    /// As wide as what it stands in.
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
    /// Not to be pressed, if so.
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }
    /// At work, if so.
    pub fn busy(mut self, busy: bool) -> Self {
        self.busy = busy;
        self
    }
    /// A link.
    pub fn href(mut self, href: &'a str) -> Self {
        self.href = Some(href);
        self
    }
    /// Only for scripts: does not submit. `hook` is its `data-do`.
    pub fn hook(mut self, hook: &'a str) -> Self {
        self.action = Some("button");
        self.hook = Some(hook);
        self
    }
    /// Sends a name and a value with its form.
    pub fn value(mut self, name: &'a str, value: &'a str) -> Self {
        self.value = Some((name, value));
        self
    }
    /// Sends its form to another address.
    pub fn form_action(mut self, address: &'a str) -> Self {
        self.form_action = Some(address);
        self
    }
    /// With an `id`.
    pub fn id(mut self, id: &'a str) -> Self {
        self.id = Some(id);
        self
    }

    fn class(&self) -> String {
        let mut class = String::from("button");
        class.push_str(match self.kind {
            ButtonKind::Primary => " button-primary",
            ButtonKind::Plain => "",
            ButtonKind::Danger => " button-danger",
            ButtonKind::Quiet => " button-quiet",
        });
        if self.icon_only {
            class.push_str(" button-icon");
        }
        if self.wide {
            class.push_str(" button-wide");
        }
        class
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let inside = html! {
            @if let Some(icon) = self.icon { (icon) }
            @if self.icon_only { span.unseen { (self.label) } } @else { (self.label) }
        };
        let title = self.icon_only.then_some(self.label);
        html! {
            @if let (Some(href), false) = (self.href, self.disabled) {
                a class=(self.class()) id=[self.id] href=(href) title=[title] data-do=[self.hook] { (inside) }
            } @else {
                button class=(self.class()) id=[self.id] type=(self.action.unwrap_or("submit")) title=[title] data-do=[self.hook]
                    name=[self.value.map(|value| value.0)] value=[self.value.map(|value| value.1)] formaction=[self.form_action]
                    disabled[self.disabled] aria-busy=[self.busy.then_some("true")] { (inside) }
            }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
        "buttons",
        html! {
            div.row {
                (Button::primary("Continue")) (Button::plain("Send again").icon(Icon::Send)) (Button::danger("End")) (Button::quiet("Cancel"))
                (Button::quiet("More").icon_only(Icon::More)) (Button::primary("Sending").busy(true)) (Button::plain("Renew").disabled(true))
                (Button::plain("A link").href("#"))
            }
        },
    )]
}
