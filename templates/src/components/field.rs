//! What one fills in, chooses or switches.

use maud::{Markup, Render, html};

use super::icon::Icon;

/// A labelled field with its hint and its error. The id is its name, behind `form` where one is given.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Field<'a> {
    /// What is asked for.
    pub label: &'a str,
    /// `name`, and the `id`.
    pub name: &'a str,
    /// What the id begins with, where several forms of a page ask for the same.
    pub form: &'a str,
    /// `type`; `text` if empty.
    pub kind: &'a str,
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
    /// `maxlength`. Without it, what an address or a number may have.
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
        let id = format!("{}{}", self.form, self.name);
        let hint_id = format!("{id}-hint");
        let error_id = format!("{id}-error");
        let described = match (self.hint, self.error) {
            (Some(_), Some(_)) => Some(format!("{error_id} {hint_id}")),
            (Some(_), None) => Some(hint_id.clone()),
            (None, Some(_)) => Some(error_id.clone()),
            (None, None) => None,
        };
        let class = format!("input {}", self.class);
        let class = class.trim_end();
        let invalid = self.error.map(|_| "true");
        // As `EmailAddress` and `PhoneNumber` read them.
        let longest = self.maxlength.or(match self.kind {
            "email" => Some(254),
            "tel" => Some(250),
            _ => None,
        });
        html! {
            div.field {
                label for=(id) { (self.label) }
                @if let Some(rows) = self.rows {
                    textarea class=(class) id=(id) name=(self.name) rows=(rows) maxlength=[longest] placeholder=[self.placeholder]
                        required[self.required] autofocus[self.autofocus] disabled[self.disabled] aria-invalid=[invalid] aria-describedby=[described] { (self.value) }
                } @else {
                    input class=(class) id=(id) name=(self.name) type=(if self.kind.is_empty() { "text" } else { self.kind })
                        value=(self.value) autocomplete=[self.autocomplete] inputmode=[self.inputmode] pattern=[self.pattern] maxlength=[longest]
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

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![(
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
    )]
}
