//! A question of a workflow (R21): how it is asked, what is wrong with what was typed, and how its answer is said.

use maud::{Markup, PreEscaped, Render as _, html};
use parlor_domain::interaction::{Bound, Field, FieldKind, Wrong};
use parlor_form::Strokes;

use super::document::ink;
use super::files::RequestedFile;
use crate::components::Icon;
use crate::lang::Lang;
use crate::times;
use crate::words::{document, runner as words};

/// A choice with at most so many options shows all of them.
const RADIOS: usize = 6;

/// A question on the page.
#[derive(Debug, Clone)]
pub struct Question {
    pub field: Field,
    /// What stands in it: what was typed, or the answer that is kept.
    pub typed: String,
    /// What is wrong with what was typed.
    pub wrong: Option<Wrong>,
    /// Of a question that files answer: those that are there.
    pub files: Vec<RequestedFile>,
}

/// A number or a day, as a sentence has it.
fn bound(lang: Lang, bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        Bound::Day(text) => day(lang, text),
    }
}

/// A day as people read it.
pub(crate) fn day(lang: Lang, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| times::calendar_day(lang, day))
}

/// What is wrong, and how to put it right.
pub fn wrong(lang: Lang, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Required => words::wrong_required(lang).to_owned(),
        Wrong::Number => words::wrong_number(lang).to_owned(),
        Wrong::Day => words::wrong_day(lang).to_owned(),
        Wrong::Under(least @ Bound::Day(_)) => words::wrong_before(lang, &bound(lang, least)).to_string(),
        Wrong::Over(most @ Bound::Day(_)) => words::wrong_after(lang, &bound(lang, most)).to_string(),
        Wrong::Under(least) => words::wrong_under(lang, &bound(lang, least)).to_string(),
        Wrong::Over(most) => words::wrong_over(lang, &bound(lang, most)).to_string(),
        Wrong::Short(least) => words::wrong_short(lang, *least).to_string(),
        Wrong::Long(most) => words::wrong_long(lang, *most).to_string(),
        Wrong::Pattern => words::wrong_pattern(lang).to_owned(),
        Wrong::Option => words::wrong_option(lang).to_owned(),
        Wrong::Drawing => document::wrong_drawing(lang).to_owned(),
    }
}

impl Question {
    /// The answer in words.
    pub(super) fn said(&self, lang: Lang) -> Markup {
        let missing = self.wrong.is_some();
        html! {
            @if !self.files.is_empty() {
                ul.answer-files { @for file in &self.files { li { bdi { (file.name) } } } }
            } @else if self.typed.is_empty() {
                @if missing { span.answer-missing { (Icon::Alert) (words::missing(lang)) } } @else { span.muted { (words::no_answer(lang)) } }
            } @else if let Some(Strokes { path, pen }) = self.drawn() { (ink::drawn(&path, pen, document::drawn(lang))) }
            @else { (said(lang, self.field.kind, &self.typed)) }
        }
    }

    /// Its signature, where it was drawn.
    fn drawn(&self) -> Option<Strokes> {
        let drawn = self.field.kind == FieldKind::Signature && self.typed.starts_with('{');
        drawn.then(|| serde_json::from_str(&self.typed).ok()).flatten()
    }

    fn label(&self, lang: Lang) -> Markup {
        html! {
            span dir="auto" data-label { (self.field.label) }
            @if !self.field.required { " " span.optional { "(" (words::optional(lang)) ")" } }
        }
    }

    /// What is wrong, and how to answer.
    fn below(&self, lang: Lang, error: &str, hint: &str) -> Markup {
        html! {
            p.field-error id=(error) hidden[self.wrong.is_none()] { (Icon::Alert) span { @if let Some(why) = &self.wrong { (wrong(lang, why)) } } }
            @if let Some(text) = &self.field.hint { p.field-hint id=(hint) dir="auto" { (text) } }
        }
    }

    /// A question that has more than one part.
    pub(super) fn group(&self, lang: Lang, inside: &Markup) -> Markup {
        let id = format!("a-{}", self.field.name);
        let invalid = self.wrong.as_ref().map(|_| "true");
        let described = self.wrong.is_some().then(|| format!("{id}-error"));
        html! {
            fieldset.field data-question=(self.field.name) aria-describedby=[described] aria-invalid=[invalid] {
                legend { (self.label(lang)) }
                (inside)
                (self.below(lang, &format!("{id}-error"), &format!("{id}-hint")))
            }
        }
    }

    pub(super) fn ask(&self, lang: Lang) -> Markup {
        let field = &self.field;
        let id = format!("a-{}", field.name);
        let name = format!("a.{}", field.name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described: Vec<&str> =
            [self.wrong.is_some().then_some(error_id.as_str()), field.hint.is_some().then_some(hint_id.as_str())]
                .into_iter()
                .flatten()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let invalid = self.wrong.as_ref().map(|_| "true");
        let label = self.label(lang);
        let yes_no = [("yes", words::yes(lang)), ("no", words::no(lang))];
        let radios: Option<Vec<(&str, &str)>> = match field.kind {
            FieldKind::YesNo => Some(yes_no.to_vec()),
            FieldKind::Choice if field.options.len() <= RADIOS => {
                Some(field.options.iter().map(|option| (option.as_str(), option.as_str())).collect())
            }
            _ => None,
        };
        let below = self.below(lang, &error_id, &hint_id);
        if let Some(radios) = radios {
            return html! {
                fieldset.field.choices data-question=(field.name) aria-describedby=[described] aria-invalid=[invalid] {
                    legend { (label) }
                    div class=(if field.kind == FieldKind::YesNo { "choice-row" } else { "choice-list" }) {
                        @for (at, (value, text)) in radios.iter().enumerate() {
                            label.choice {
                                input type="radio" id=[(at == 0).then_some(id.as_str())] name=(name) value=(value) checked[self.typed == *value] required[field.required];
                                span dir="auto" { (text) }
                            }
                        }
                    }
                    (below)
                }
            };
        }
        let long = field.kind == FieldKind::Text && field.longest() > 200;
        let sign = (field.kind == FieldKind::Signature).then(|| document::sign_here(lang));
        html! {
            div.field data-question=(field.name) data-sign=[sign] data-said=[sign.map(|_| document::signed_said(lang))] {
                label for=(id) { (label) }
                @match field.kind {
                    FieldKind::Signature => {
                        @if let Some(Strokes { path, pen }) = self.drawn() {
                            (ink::drawn(&path, pen, &field.label))
                            input id=(id) name=(name) type="hidden" value=(self.typed);
                        } @else {
                            input.input id=(id) name=(name) type="text" value=(self.typed) dir="auto" autocomplete="off" maxlength="200" required[field.required] aria-invalid=[invalid] aria-describedby=[described];
                            p.field-hint data-unscripted { (document::sign_hint(lang)) }
                        }
                    }
                    FieldKind::Choice => {
                        select.input id=(id) name=(name) required[field.required] aria-invalid=[invalid] aria-describedby=[described] {
                            option value="" { (words::choose(lang)) }
                            @for option in &field.options { option value=(option) selected[self.typed == *option] { (option) } }
                        }
                    }
                    FieldKind::Text if long => {
                        textarea.input id=(id) name=(name) rows="4" maxlength=(field.longest()) dir="auto" required[field.required] aria-invalid=[invalid] aria-describedby=[described] { (PreEscaped("\n")) (self.typed) }
                    }
                    FieldKind::Date => {
                        input.input id=(id) name=(name) type="date" value=(self.typed) required[field.required] aria-invalid=[invalid] aria-describedby=[described];
                    }
                    _ => {
                        input.input id=(id) name=(name) type="text" value=(self.typed) dir="auto" required[field.required]
                            inputmode=[(field.kind == FieldKind::Number).then_some("decimal")] autocomplete="off"
                            aria-invalid=[invalid] aria-describedby=[described];
                    }
                }
                (below)
            }
        }
    }
}

/// An answer in words: `yes` as the language says it, a day as people read it.
pub(crate) fn said(lang: Lang, kind: FieldKind, typed: &str) -> Markup {
    match (kind, typed) {
        (FieldKind::YesNo, "yes" | "no") | (FieldKind::Date, _) => said_text(lang, kind, typed).render(),
        _ => html! { span.answer-text { (typed) } },
    }
}

/// The same, where there is no page.
pub(crate) fn said_text(lang: Lang, kind: FieldKind, typed: &str) -> String {
    match (kind, typed) {
        (FieldKind::YesNo, "yes") => words::yes(lang).to_owned(),
        (FieldKind::YesNo, "no") => words::no(lang).to_owned(),
        (FieldKind::Date, typed) => day(lang, typed),
        _ => typed.to_owned(),
    }
}
