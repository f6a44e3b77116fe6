//! The parts that pages are made of. Each renders itself (`(Button::primary("Continue"))` in maud), says its words only
//! through its fields, and has a sample in [`samples`].

use jiff::Timestamp;
use maud::{Markup, Render, html};
use parlor_domain::Indicator;

/// The icon set: 24 × 24, one 1.5 px stroke, drawn for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each name is what it shows")]
pub enum Icon {
    Add,
    Agent,
    Alert,
    ArrowBack,
    ArrowOn,
    Attach,
    Bell,
    Calendar,
    Camera,
    Chat,
    Check,
    CheckCircle,
    ChevronDown,
    ChevronOn,
    Clock,
    Close,
    Copy,
    Device,
    Document,
    Download,
    Edit,
    External,
    Eye,
    Filter,
    Flow,
    Gear,
    Globe,
    History,
    Home,
    Info,
    Key,
    Keyboard,
    Link,
    Lock,
    Mail,
    More,
    Offline,
    Pause,
    Phone,
    Pin,
    Refresh,
    Search,
    Send,
    Shield,
    SignOut,
    Sign,
    Transfer,
    Trash,
    Undo,
    Upload,
    User,
    Users,
    Webhook,
}

impl Icon {
    /// Every icon, for the sample page.
    pub const ALL: [Self; 53] = [
        Self::Add,
        Self::Agent,
        Self::Alert,
        Self::ArrowBack,
        Self::ArrowOn,
        Self::Attach,
        Self::Bell,
        Self::Calendar,
        Self::Camera,
        Self::Chat,
        Self::Check,
        Self::CheckCircle,
        Self::ChevronDown,
        Self::ChevronOn,
        Self::Clock,
        Self::Close,
        Self::Copy,
        Self::Device,
        Self::Document,
        Self::Download,
        Self::Edit,
        Self::External,
        Self::Eye,
        Self::Filter,
        Self::Flow,
        Self::Gear,
        Self::Globe,
        Self::History,
        Self::Home,
        Self::Info,
        Self::Key,
        Self::Keyboard,
        Self::Link,
        Self::Lock,
        Self::Mail,
        Self::More,
        Self::Offline,
        Self::Pause,
        Self::Phone,
        Self::Pin,
        Self::Refresh,
        Self::Search,
        Self::Send,
        Self::Shield,
        Self::SignOut,
        Self::Sign,
        Self::Transfer,
        Self::Trash,
        Self::Undo,
        Self::Upload,
        Self::User,
        Self::Users,
        Self::Webhook,
    ];

    /// The path data of its strokes.
    const fn path(self) -> &'static str {
        match self {
            Self::Add => "M12 5v14M5 12h14",
            Self::Agent => {
                "M4 14v-2a8 8 0 0 1 16 0v2M4 14h2.5v5H5a1 1 0 0 1-1-1zM20 14h-2.500v5H19a1 1 0 0 0 1-1zM18 19c0 1.500-2 2.500-5 2.500"
            }
            Self::Alert => "M12 4 2.500 20h19zM12 10v4.500M12 17.300v.01",
            Self::ArrowBack => "M20 12H4M10 6l-6 6 6 6",
            Self::ArrowOn => "M4 12h16M14 6l6 6-6 6",
            Self::Attach => {
                "m20 11.500-7.800 7.800a5 5 0 0 1-7.100-7.100l8-8a3.400 3.400 0 0 1 4.800 4.800l-8 8a1.700 1.700 0 0 1-2.400-2.400l7.100-7.100"
            }
            Self::Bell => "M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
            Self::Calendar => "M4 6h16v14H4zM4 10.500h16M8 3.500V7M16 3.500V7",
            Self::Camera => {
                "M3.500 8H7l1.800-3h6.400L17 8h3.500v11.500h-17zM12 17a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z"
            }
            Self::Chat => {
                "M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H12l-5 4v-4h-.5A2.500 2.500 0 0 1 4 13.500z"
            }
            Self::Check => "m4.500 12.500 5 5 10-11",
            Self::CheckCircle => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.300l2.800 2.800L16 9.500",
            Self::ChevronDown => "m6 9.500 6 6 6-6",
            Self::ChevronOn => "m9.500 6 6 6-6 6",
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.200l3.300 2",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Self::Device => "M7 3h10v18H7zM11 18h2",
            Self::Document => "M6 3h8l4.500 4.500V21H6zM14 3v4.500h4.500M9 12.500h6.500M9 16.500h6.500",
            Self::Download => "M12 4v11.500M7 11l5 5 5-5M4.500 20h15",
            Self::Edit => "M4.500 19.500 5.500 15 16 4.500l3.500 3.500L9 18.500zM13.500 7l3.500 3.500",
            Self::External => "M13.500 4H20v6.500M20 4l-9 9M18 14v6H4V6h6",
            Self::Eye => {
                "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"
            }
            Self::Filter => "M4 6h16M7 12h10M10 18h4",
            Self::Flow => "M4 4h6v5H4zM14 15h6v5h-6zM10 6.500h4.500a2.500 2.500 0 0 1 2.500 2.500v6",
            Self::Gear => "M4 7h9M17 7h3M15 4.500v5M4 12h3M11 12h9M9 9.500v5M4 17h9M17 17h3M15 14.500v5",
            Self::Globe => {
                "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.500 5 12.500 0 18-5-5.500-5-12.500 0-18z"
            }
            Self::History => "M4 12a8 8 0 1 0 2.600-5.900L4 8.500M4 4v4.500h4.500M12 8v4.300l3 1.700",
            Self::Home => "m3.500 11.500 8.500-7 8.500 7M6 10v10h12V10M10 20v-5.500h4V20",
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.700v.01",
            Self::Key => "M8 19a4 4 0 1 1 2.800-6.800L19.500 3.500M16 7l3 3M13.500 9.500l2 2",
            Self::Keyboard => "M3 6h18v12H3zM7 10v.01M10.300 10v.01M13.700 10v.01M17 10v.01M8 14.500h8",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1"
            }
            Self::Lock => "M5.500 11h13v9.500h-13zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11M12 15v2",
            Self::Mail => "M3.500 5.500h17v13h-17zM3.500 7l8.500 6 8.500-6",
            Self::More => "M5 12v.01M12 12v.01M19 12v.01",
            Self::Offline => {
                "M3 9.500a14 14 0 0 1 5-3M21 9.500A14 14 0 0 0 12.500 6M6.500 13.300A9 9 0 0 1 10 11.200M17.500 13.300a9 9 0 0 0-1.500-1.200M12 18v.01M4 3l16 18"
            }
            Self::Pause => "M8.500 5v14M15.500 5v14",
            Self::Phone => {
                "M5 4h4l1.500 4.500L8 10.500a12 12 0 0 0 5.500 5.500l2-2.500L20 15v4a1.500 1.500 0 0 1-1.600 1.500A15.500 15.500 0 0 1 3.500 5.600 1.500 1.500 0 0 1 5 4z"
            }
            Self::Pin => "M4 8h16v8H4zM8 12v.01M12 12v.01M16 12v.01",
            Self::Refresh => "M20 12a8 8 0 1 1-2.600-5.900L20 8.500M20 4v4.500h-4.500",
            Self::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500",
            Self::Send => "M4 12 3.500 4 21 12 3.500 20zM4 12h8",
            Self::Shield => "M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6zM9 12l2.300 2.300L15.300 10",
            Self::SignOut => "M13 4H5v16h8M10 12h10.500M16.500 8l4 4-4 4",
            Self::Sign => {
                "M3.500 17c3-1 6-12 8.500-11.500S9.500 17 12 16.500s2.500-4 4-4 .5 3 2 3 1.500-1 2.500-1M3.500 20.500h17"
            }
            Self::Transfer => "M4 8.500h15M15 4.500l4 4-4 4M20 15.500H5M9 11.500l-4 4 4 4",
            Self::Trash => {
                "M4.500 6.500h15M9 6.500V4h6v2.500M6.500 6.500 7.500 20.500h9l1-14M10.500 10.500v6M13.500 10.500v6"
            }
            Self::Undo => "M5 9.500h9a5 5 0 0 1 0 10H9M9 5.500l-4 4 4 4",
            Self::Upload => "M12 16V4.500M7 9l5-5 5 5M4.500 20h15",
            Self::User => {
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.5-4 3.500-5.500 7.500-5.500s7 1.500 7.500 5.500"
            }
            Self::Users => {
                "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500c.4-3.500 3-5 6.500-5s6.100 1.500 6.500 5M15 4.800a3.500 3.500 0 0 1 0 6.400M17.500 15c2.500.6 3.700 2.200 4 4.500"
            }
            Self::Webhook => {
                "M12 9.500a3 3 0 1 0-2.500-1.300L6.500 14M6 17a3 3 0 1 0 3 0h7M14.500 8.500l3 5.500a3 3 0 1 1-1.500 5"
            }
        }
    }

    /// Whether it points somewhere and has to turn round where one reads from the right.
    const fn turns(self) -> bool {
        matches!(
            self,
            Self::ArrowBack
                | Self::ArrowOn
                | Self::ChevronOn
                | Self::Send
                | Self::SignOut
                | Self::Undo
                | Self::External
        )
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        html! {
            svg class=(if self.turns() { "icon icon-turns" } else { "icon" }) viewBox="0 0 24 24" aria-hidden="true" { path d=(self.path()) {} }
        }
    }
}

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one thing to do here.
    Primary,
    /// Anything else.
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
    /// Anything else.
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

/// A labelled field with its hint and its error. The id is its name.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Field<'a> {
    /// What is asked for.
    pub label: &'a str,
    /// `name`, and the `id`.
    pub name: &'a str,
    /// `type`; `text` if empty.
    pub kind: &'a str,
    /// What is in it.
    pub value: &'a str,
    /// How to fill it, below it.
    pub hint: Option<&'a str>,
    /// What is wrong with it and how to put it right.
    pub error: Option<&'a str>,
    /// `autocomplete`.
    pub autocomplete: Option<&'a str>,
    /// `inputmode`: which keyboard a phone shows.
    pub inputmode: Option<&'a str>,
    /// `pattern`.
    pub pattern: Option<&'a str>,
    /// `maxlength`.
    pub maxlength: Option<u32>,
    /// An example in it while it is empty; never instead of the label.
    pub placeholder: Option<&'a str>,
    /// Has to be filled.
    pub required: bool,
    /// Takes the focus when the page opens.
    pub autofocus: bool,
    /// More than one line; the number of rows.
    pub rows: Option<u8>,
    /// Cannot be filled now.
    pub disabled: bool,
    /// A further class of the input.
    pub class: &'a str,
}

impl<'a> Field<'a> {
    /// A field of one line; set the rest with struct update syntax.
    pub fn new(label: &'a str, name: &'a str) -> Self {
        Self { label, name, ..Self::default() }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let hint_id = format!("{}-hint", self.name);
        let error_id = format!("{}-error", self.name);
        let described = match (self.hint, self.error) {
            (Some(_), Some(_)) => Some(format!("{error_id} {hint_id}")),
            (Some(_), None) => Some(hint_id.clone()),
            (None, Some(_)) => Some(error_id.clone()),
            (None, None) => None,
        };
        let class = format!("input {}", self.class);
        let class = class.trim_end();
        let invalid = self.error.map(|_| "true");
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                @if let Some(rows) = self.rows {
                    textarea class=(class) id=(self.name) name=(self.name) rows=(rows) maxlength=[self.maxlength] placeholder=[self.placeholder]
                        required[self.required] autofocus[self.autofocus] disabled[self.disabled] aria-invalid=[invalid] aria-describedby=[described] { (self.value) }
                } @else {
                    input class=(class) id=(self.name) name=(self.name) type=(if self.kind.is_empty() { "text" } else { self.kind })
                        value=(self.value) autocomplete=[self.autocomplete] inputmode=[self.inputmode] pattern=[self.pattern] maxlength=[self.maxlength]
                        placeholder=[self.placeholder] required[self.required] autofocus[self.autofocus] disabled[self.disabled]
                        aria-invalid=[invalid] aria-describedby=[described];
                }
                @if let Some(error) = self.error { p.field-error id=(error_id) { (Icon::Alert) span { (error) } } }
                @if let Some(hint) = self.hint { p.field-hint id=(hint_id) { (hint) } }
            }
        }
    }
}

/// A choice of one among a few.
#[derive(Debug, Clone, Default)]
pub struct Select<'a> {
    /// What is chosen.
    pub label: &'a str,
    /// `name`, and the `id`.
    pub name: &'a str,
    /// Value and label of each.
    pub options: &'a [(&'a str, &'a str)],
    /// The value that is chosen now.
    pub chosen: &'a str,
    /// Below it.
    pub hint: Option<&'a str>,
}

impl Render for Select<'_> {
    fn render(&self) -> Markup {
        let hint_id = format!("{}-hint", self.name);
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                select.input id=(self.name) name=(self.name) aria-describedby=[self.hint.map(|_| hint_id.as_str())] {
                    @for (value, label) in self.options { option value=(value) selected[*value == self.chosen] { (label) } }
                }
                @if let Some(hint) = self.hint { p.field-hint id=(hint_id) { (hint) } }
            }
        }
    }
}

/// Something that is on or off. A checkbox to a form and a switch to the eye and the ear.
#[derive(Debug, Clone, Default)]
pub struct Switch<'a> {
    /// What is on or off.
    pub label: &'a str,
    /// `name`; sent with the value `on`.
    pub name: &'a str,
    /// Is it on.
    pub on: bool,
    /// Cannot be changed now.
    pub disabled: bool,
}

impl Render for Switch<'_> {
    fn render(&self) -> Markup {
        html! {
            label.switch { span { (self.label) } input type="checkbox" role="switch" name=(self.name) checked[self.on] disabled[self.disabled]; }
        }
    }
}

/// A checkbox with its sentence.
#[derive(Debug, Clone, Default)]
pub struct Check<'a> {
    /// What one agrees to or chooses.
    pub label: &'a str,
    /// `name`; sent with the value `on`.
    pub name: &'a str,
    /// Is it ticked.
    pub on: bool,
    /// Has to be ticked.
    pub required: bool,
}

impl Render for Check<'_> {
    fn render(&self) -> Markup {
        html! { label.check { input type="checkbox" name=(self.name) checked[self.on] required[self.required]; span { (self.label) } } }
    }
}

/// A native dialog; opened by a script (`showModal`) or rendered open where there is none.
#[derive(Debug, Clone)]
pub struct Dialog<'a> {
    /// Its `id`.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What closing it is called.
    pub close: &'a str,
    /// Rendered open.
    pub open: bool,
    /// What is in it.
    pub body: Markup,
    /// Its buttons, the one to press last.
    pub foot: Markup,
}

impl Render for Dialog<'_> {
    fn render(&self) -> Markup {
        let title_id = format!("{}-title", self.id);
        html! {
            dialog.dialog id=(self.id) aria-labelledby=(title_id) open[self.open] {
                div.dialog-body {
                    div.dialog-head {
                        h2 id=(title_id) { (self.title) }
                        form method="dialog" { (Button::quiet(self.close).icon_only(Icon::Close)) }
                    }
                    (self.body)
                    div.dialog-foot { (self.foot) }
                }
            }
        }
    }
}

/// One entry of a menu: a link, or a button of the form that the menu stands in.
#[derive(Debug, Clone)]
pub struct MenuItem<'a> {
    /// What it says.
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
    /// Its icon.
    pub icon: Icon,
    /// The entries.
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
    const fn suffix(self) -> &'static str {
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

/// A box around what belongs together.
pub fn card(body: Markup) -> Markup {
    html! { section.card { (body) } }
}

/// A word or two about something, with an icon where the colour alone would say it.
pub fn chip(tone: Option<Tone>, icon: Option<Icon>, label: &str) -> Markup {
    html! {
        span class={ "chip" @if let Some(tone) = tone { " chip-" (if tone == Tone::Info { "accent" } else { tone.suffix() }) } } {
            @if let Some(icon) = icon { (icon) } (label)
        }
    }
}

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
    /// The person's name.
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

/// The first letters of a name's first and last word, in capitals; never empty. Letters that would join, as in Arabic,
/// are kept apart.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next().unwrap_or('?');
    let last = words.next_back();
    let apart = last.filter(|_| ('\u{600}'..'\u{780}').contains(&first)).map(|_| '\u{200c}');
    first.to_uppercase().chain(apart).chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

/// How much is done, in words and as a bar.
pub fn progress(done: u32, of: u32, label: &str) -> Markup {
    html! { progress value=(done) max=(of.max(1)) aria-label=(label) { (label) } }
}

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

/// A moment: exact in the markup, `text` (absolute) for reading; scripts make it relative and keep the exact one in the title.
pub fn time(at: Timestamp, text: &str) -> Markup {
    html! { time datetime=(at) title=(text) { (text) } }
}

/// One view out of a few, as links; needs no script.
pub fn tabs(label: &str, items: &[(&str, &str, bool)]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for (text, href, current) in items { a href=(href) aria-current=[current.then_some("page")] { (text) } }
        }
    }
}

/// Where toasts appear; one per page, filled by a script and read out politely.
pub fn toasts() -> Markup {
    html! { div.toasts id="toasts" role="status" aria-live="polite" {} }
}

/// A toast, with its way back if there is one (`data-do="undo"`).
pub fn toast(text: &str, undo: Option<&str>) -> Markup {
    html! { div.toast { span { (text) } @if let Some(undo) = undo { button type="button" data-do="undo" { (undo) } } } }
}

/// A row of a list that leads somewhere.
#[derive(Debug, Clone)]
pub struct ListRow<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// At its start: an avatar or an icon.
    pub start: Markup,
    /// Its first line.
    pub title: &'a str,
    /// Its second line.
    pub detail: Markup,
    /// At its end: a time, a badge.
    pub end: Markup,
    /// It is what is open now.
    pub current: bool,
}

impl Render for ListRow<'_> {
    fn render(&self) -> Markup {
        html! {
            a.list-row href=(self.href) aria-current=[self.current.then_some("page")] {
                (self.start)
                span.list-row-main { span { (self.title) } span.small.muted { (self.detail) } }
                (self.end)
            }
        }
    }
}

/// A grey stand-in for a line of text that is on its way.
pub fn skeleton() -> Markup {
    html! { span.skeleton aria-hidden="true" {} }
}

/// What happened, oldest first: icon, what, when.
pub fn timeline(entries: &[(Icon, Markup, Markup)]) -> Markup {
    html! {
        ol.timeline {
            @for (icon, what, when) in entries { li { span.timeline-mark { (icon) } div { (what) } span.small.muted { (when) } } }
        }
    }
}

/// A table with its name, scrolling sideways inside its own frame.
pub fn table(caption: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.table-frame tabindex="0" role="region" aria-label=(caption) {
            table.table {
                caption.unseen { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

/// A figure with how it went lately.
pub fn stat(label: &str, value: &str, recent: &[u32]) -> Markup {
    let top = f64::from(recent.iter().copied().max().unwrap_or(0).max(1));
    let points = (0_u32..)
        .zip(recent)
        .map(|(at, value)| format!("{},{:.1}", at * 10, 20. - f64::from(*value) / top * 18.))
        .collect::<Vec<_>>()
        .join(" ");
    let width = recent.len().saturating_sub(1).max(1) * 10;
    html! {
        div.stat {
            span.small.muted { (label) }
            span.stat-value { (value) }
            @if recent.len() > 1 {
                svg.spark viewBox={ "0 0 " (width) " 22" } preserveAspectRatio="none" aria-hidden="true" { polyline points=(points) vector-effect="non-scaling-stroke" {} }
            }
        }
    }
}

/// Every part, as the sample page shows it and the render test checks it.
pub fn samples() -> Vec<(&'static str, Markup)> {
    let at = Timestamp::UNIX_EPOCH;
    vec![
        ("icons", html! { div.row { @for icon in Icon::ALL { (icon) } } }),
        (
            "buttons",
            html! {
                div.row {
                    (Button::primary("Continue")) (Button::plain("Send again").icon(Icon::Send)) (Button::danger("End")) (Button::quiet("Cancel"))
                    (Button::quiet("More").icon_only(Icon::More)) (Button::primary("Sending").busy(true)) (Button::plain("Renew").disabled(true))
                    (Button::plain("A link").href("#"))
                }
            },
        ),
        (
            "fields",
            html! {
                div.stack {
                    (Field { hint: Some("As in your passport"), ..Field::new("Name", "name") })
                    (Field { error: Some("Enter an address like mara@example.net"), value: "mara@", kind: "email", ..Field::new("Email", "email") })
                    (Field { rows: Some(3), ..Field::new("Message", "message") })
                    (Select { label: "Team", name: "team", options: &[("a", "Mortgages"), ("b", "Savings")], chosen: "b", hint: None })
                    (Switch { label: "Send text messages", name: "sms", on: true, disabled: false })
                    (Switch { label: "Open work by itself", name: "auto", on: false, disabled: false })
                    (Check { label: "I agree", name: "agree", on: true, required: true })
                }
            },
        ),
        (
            "dialog",
            html! {
                (Dialog { id: "dialog", title: "End this session", close: "Close", open: true, body: html! { p { "Mara can no longer open it." } },
                    foot: html! { (Button::plain("Cancel")) (Button::danger("End")) } })
            },
        ),
        (
            "menu",
            html! {
                (Menu { label: "More", icon_only: true, icon: Icon::More, items: &[
                    MenuItem { label: "Copy link", icon: Some(Icon::Copy), href: None, hook: Some("copy"), current: false, lang: None },
                    MenuItem { label: "History", icon: Some(Icon::History), href: Some("#"), hook: None, current: true, lang: None },
                ] })
            },
        ),
        (
            "banners",
            html! {
                div.stack {
                    @for tone in [Tone::Info, Tone::Good, Tone::Warn, Tone::Bad] { (Banner::new(tone, html! { p { "Something to know." } })) }
                }
            },
        ),
        (
            "chips",
            html! {
                div.row {
                    (chip(None, None, "Planned")) (chip(Some(Tone::Info), None, "New")) (chip(Some(Tone::Good), Some(Icon::Check), "Done"))
                    (chip(Some(Tone::Warn), Some(Icon::Clock), "Ends soon")) (chip(Some(Tone::Bad), Some(Icon::Alert), "Not sent"))
                }
            },
        ),
        (
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
        ),
        ("progress", progress(2, 3, "2 of 3 done")),
        (
            "empty",
            empty(
                Icon::Search,
                "Nobody by that name",
                "Try the start of a first or last name.",
                Some(html! { (Button::plain("Show all")) }),
            ),
        ),
        ("tabs", tabs("Settings", &[("System", "#", true), ("Teams", "#", false)])),
        ("toast", toast("Link copied", Some("Undo"))),
        (
            "list",
            html! {
                (ListRow { href: "#", start: html! { (Avatar { name: "Mara Quist", indicator: None }) }, title: "Mara Quist", detail: html! { "Signed the loan agreement" },
                    end: time(at, "1 January 1970, 00:00"), current: true })
            },
        ),
        ("skeleton", skeleton()),
        (
            "timeline",
            timeline(&[
                (Icon::Send, html! { "Invited" }, time(at, "09:00")),
                (Icon::User, html! { "Joined" }, time(at, "09:04")),
            ]),
        ),
        (
            "table",
            table(
                "People",
                &["Name", "Role"],
                &[vec![html! { "Nina" }, html! { "Agent" }], vec![html! { "Omar" }, html! { "Admin" }]],
            ),
        ),
        ("stat", stat("Signed today", "42", &[3, 5, 4, 9, 12, 8, 14])),
        ("card", card(html! { h2 { "A card" } p { "With something in it." } })),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_never_empty() {
        for (name, expected) in [
            ("Mara Quist", "MQ"),
            ("mara", "M"),
            ("  ", "?"),
            ("Ana María de la Cruz", "AC"),
            ("(Bob) 7", "B7"),
            ("ßa", "SS"),
            ("ليلى حداد", "ل\u{200c}ح"),
        ] {
            assert_eq!(initials(name), expected);
        }
    }

    #[test]
    fn every_part_renders_without_inline_style_or_script() {
        for (name, part) in samples() {
            let text = part.into_string();
            assert!(!text.is_empty() && !text.contains(" style=") && !text.contains(" onclick="), "{name}");
        }
    }
}
