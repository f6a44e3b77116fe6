//! A place on a page that takes a value, as a field of a form.

use maud::{Markup, PreEscaped, html};
use parlor_domain::interaction::{ValueFault, Wrong, longest_value};
use parlor_form::{Align, Field, FieldKind};

use super::ink;
use crate::components::Icon;
use crate::customer::question::{day, wrong as wrong_words};
use crate::lang::Lang;
use crate::words::{document as words, runner};

/// A place on a page that takes a value.
///
/// The form has it as `v.{name}`: text as typed, a day as `YYYY-MM-DD`, a checkbox `on`, a radio the option that it stands for, a
/// signature as JSON (`{"path":"M1 2L3 4","pen":2.5}`) or as the text that was typed. A checkbox has a companion `k.{name}`: it was
/// on the page, and is unticked where `v.{name}` is not sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// Where it stands, and what it takes.
    pub field: Field,
    /// What is in it: what was typed, or what is kept.
    pub value: Filled,
    pub wrong: Option<ValueFault>,
}

/// What is in a place.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Filled {
    #[default]
    Nothing,
    /// Of whatever is written, chosen, or signed by typing.
    Text(String),
    Ticked(bool),
    /// A drawn signature: SVG path data with `y` downwards, and how thick the pen was.
    Drawn {
        path: String,
        pen: f32,
    },
}

impl Filled {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    /// As the form has it.
    fn as_sent(&self) -> String {
        match self {
            Self::Nothing | Self::Ticked(false) => String::new(),
            Self::Text(text) => text.clone(),
            Self::Ticked(true) => "on".to_owned(),
            Self::Drawn { path, pen } => serde_json::json!({"path": path, "pen": pen}).to_string(),
        }
    }
}

/// What is wrong with a value, and how to put it right.
pub fn blank_fault_words(lang: Lang, kind: FieldKind, fault: &ValueFault) -> String {
    match (fault, kind) {
        (ValueFault::Answer(Wrong::Required), FieldKind::Signature) => words::wrong_unsigned(lang).to_owned(),
        (ValueFault::Answer(Wrong::Required), FieldKind::Initials) => words::wrong_uninitialled(lang).to_owned(),
        (ValueFault::Answer(Wrong::Required), FieldKind::Checkbox) => words::wrong_unticked(lang).to_owned(),
        (ValueFault::Answer(Wrong::Required), _) => words::wrong_empty(lang).to_owned(),
        (ValueFault::Answer(wrong), _) => wrong_words(lang, wrong),
        (ValueFault::Letters(letters), _) => words::wrong_letters(lang, letters).to_string(),
        (ValueFault::Drawing, _) => words::wrong_drawing(lang).to_owned(),
    }
}

/// A field's name in words: `applicant.firstName[0]` is *First name*.
pub(crate) fn humanised(name: &str) -> String {
    let last = name.rsplit('.').find(|part| part.chars().any(char::is_alphabetic)).unwrap_or(name);
    let last = last.split('[').next().unwrap_or(last);
    let mut said = String::with_capacity(last.len() + 4);
    let mut before = ' ';
    for character in last.chars() {
        let apart = (character.is_uppercase() && before.is_lowercase())
            || (character.is_ascii_digit() && before.is_alphabetic())
            || (character.is_alphabetic() && before.is_ascii_digit());
        let is_space = character == '_' || character == '-' || character.is_whitespace();
        if (apart || is_space) && !said.ends_with(' ') && !said.is_empty() {
            said.push(' ');
        }
        if !is_space {
            // A word of capitals stays one.
            let inside = character.is_uppercase() && before.is_lowercase();
            if inside { said.extend(character.to_lowercase()) } else { said.push(character) }
        }
        before = character;
    }
    let said = said.trim();
    let mut letters = said.chars();
    letters.next().map_or_else(|| name.to_owned(), |first| first.to_uppercase().chain(letters).collect())
}

/// What a field is called: as the form's maker says, or its name in words.
pub fn field_label(field: &Field) -> String {
    let label = field.label.as_deref().map(str::trim).filter(|label| !label.is_empty());
    label.map_or_else(|| humanised(&field.name), str::to_owned)
}

/// What the browser may know of a field by what it is called.
fn autocomplete(label: &str) -> &'static str {
    match label.to_lowercase().as_str() {
        "name" | "full name" => "name",
        "first name" | "given name" => "given-name",
        "last name" | "surname" | "family name" => "family-name",
        "email" | "e-mail" | "email address" => "email",
        "phone" | "phone number" | "telephone" => "tel",
        "address" | "street" | "street address" => "street-address",
        "city" | "town" => "address-level2",
        "postcode" | "zip" | "zip code" | "postal code" => "postal-code",
        "country" => "country-name",
        _ => "off",
    }
}

impl Blank {
    /// What it is called, on the page and to people who cannot see where it stands.
    pub(super) fn label(&self, lang: Lang) -> String {
        let said = field_label(&self.field);
        if said.chars().any(char::is_alphabetic) {
            return said;
        }
        match self.field.kind {
            FieldKind::Signature => words::signature(lang).to_owned(),
            FieldKind::Initials => words::initials(lang).to_owned(),
            _ => words::field(lang, &said).to_string(),
        }
    }

    /// What is in it, in words.
    pub(super) fn said(&self, lang: Lang) -> Markup {
        html! {
            @match &self.value {
                Filled::Nothing => {
                    @if self.wrong.is_some() { span.answer-missing { (Icon::Alert) (runner::missing(lang)) } } @else { span.muted { (runner::no_answer(lang)) } }
                }
                Filled::Ticked(ticked) => { (if *ticked { runner::yes(lang) } else { runner::no(lang) }) }
                Filled::Drawn { .. } => { (words::drawn(lang)) }
                Filled::Text(text) if self.field.kind == FieldKind::Date => { (day(lang, text)) }
                Filled::Text(text) => { span.answer-text { (text) } }
            }
        }
    }

    /// Where it stands, as the script reads it.
    fn place(&self) -> String {
        self.field.rect.map(|length| length.to_string()).join(" ")
    }

    /// The same value once more on its page: only a script can show it, as a copy.
    pub(super) fn again(&self, lang: Lang, at: usize) -> Markup {
        html! {
            li.blank data-again=(self.field.name) data-kind=(self.field.kind.as_str()) data-rect=(self.place()) data-turn=(self.field.turn) data-size=[self.field.size] data-align=[self.align()] data-cells=[self.cells()] hidden {
                span id={ "f-" (at) } class="unseen" { (self.label(lang)) }
            }
        }
    }

    fn align(&self) -> Option<&'static str> {
        match self.field.align {
            Align::Start => None,
            Align::Center => Some("center"),
            Align::Right => Some("right"),
        }
    }

    fn cells(&self) -> Option<u32> {
        self.field.max.filter(|_| self.field.kind == FieldKind::Comb)
    }

    /// The field. `at` is its place among all, `number` the one on its page; `group` has the buttons of a radio's group.
    pub(super) fn ask(&self, lang: Lang, at: usize, number: usize, group: &[(usize, &Self)]) -> Markup {
        let id = format!("f-{at}");
        let error_id = format!("{id}-error");
        let hint_id = format!("{id}-hint");
        let name = format!("v.{}", self.field.name);
        let label_text = self.label(lang);
        let wrong = self.wrong.is_some();
        let invalid = wrong.then_some("true");
        let is_text_signed = self.field.kind.is_signed() && !matches!(self.value, Filled::Drawn { .. });
        let described: Vec<&str> = [wrong.then_some(error_id.as_str()), is_text_signed.then_some(hint_id.as_str())]
            .into_iter()
            .flatten()
            .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let label = html! {
            span.blank-n aria-hidden="true" { (number) }
            span dir="auto" data-label { (label_text) }
            @if !self.field.required { " " span.optional { "(" (runner::optional(lang)) ")" } }
        };
        let error = html! {
            p.field-error id=(error_id) hidden[!wrong] { (Icon::Alert) span { @if let Some(why) = &self.wrong { (blank_fault_words(lang, self.field.kind, why)) } } }
        };
        if self.field.kind == FieldKind::Radio {
            return html! {
                li.blank data-question=(self.field.name) data-kind="radio" data-group data-required[self.field.required] data-wrong[wrong] {
                    fieldset.field.choices aria-describedby=[described] aria-invalid=[invalid] {
                        legend { (label) }
                        div.choice-list {
                            @for (place, button) in group {
                                @let option = button.field.options.first().map_or("", String::as_str);
                                label.choice data-rect=(button.place()) {
                                    input id={ "f-" (place) } type="radio" name=(name) value=(option) checked[self.value.text() == option];
                                    span dir="auto" { (humanised(option)) }
                                }
                            }
                        }
                        (error)
                    }
                }
            };
        }
        let row = |inside: Markup| {
            html! {
                li.blank.field data-question=(self.field.name) data-kind=(self.field.kind.as_str()) data-rect=(self.place()) data-turn=(self.field.turn) data-size=[self.field.size]
                    data-align=[self.align()] data-cells=[self.cells()] data-required[self.field.required] data-wrong[wrong] { (inside) (error) }
            }
        };
        if self.field.kind == FieldKind::Checkbox {
            return row(html! {
                input type="hidden" name={ "k." (self.field.name) } value="1";
                label.choice {
                    input id=(id) type="checkbox" name=(name) checked[self.value == Filled::Ticked(true)] aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described];
                    span { (label) }
                }
            });
        }
        let text = self.value.text();
        row(html! {
            label for=(id) { (label) }
            @match self.field.kind {
                FieldKind::Multiline => {
                    textarea.input id=(id) name=(name) rows="3" maxlength=(longest_value(&self.field)) dir="auto" aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described] { (PreEscaped("\n")) (text) }
                }
                FieldKind::Choice => {
                    select.input id=(id) name=(name) aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described] {
                        option value="" { (runner::choose(lang)) }
                        @for option in &self.field.options { option value=(option) selected[text == option] { (option) } }
                    }
                }
                FieldKind::Date => {
                    input.input id=(id) name=(name) type="date" value=(text) aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described];
                }
                FieldKind::Signature | FieldKind::Initials => {
                    @if let Filled::Drawn { path, pen } = &self.value {
                        (ink::drawn(path, *pen, &label_text))
                        input id=(id) name=(name) type="hidden" value=(self.value.as_sent());
                    } @else {
                        input.input id=(id) name=(name) type="text" value=(text) dir="auto" autocomplete="off" maxlength=(longest_value(&self.field)) aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described];
                        p.field-hint id=(hint_id) { (if self.field.kind == FieldKind::Signature { words::sign_hint(lang) } else { words::initial_hint(lang) }) }
                    }
                }
                _ => {
                    input.input id=(id) name=(name) type="text" value=(text) maxlength=(longest_value(&self.field)) dir="auto" inputmode=[(self.field.kind == FieldKind::Number).then_some("decimal")]
                        autocomplete=(autocomplete(&label_text)) aria-required=(self.field.required) aria-invalid=[invalid] aria-describedby=[described];
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_name_is_said_in_words() {
        for (name, said) in [
            ("firstName", "First name"),
            ("applicant.first_name", "First name"),
            ("topmostSubform[0].Page1[0].street-address[0]", "Street address"),
            ("IBAN", "IBAN"),
            ("address2", "Address 2"),
            ("Nachname", "Nachname"),
            ("42", "42"),
            ("", ""),
        ] {
            assert_eq!(humanised(name), said, "{name}");
        }
    }
}
