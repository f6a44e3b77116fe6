//! What makes a workflow's definition one.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    request::FILES_MAX,
    typed::{TEXT_LIMIT, TEXT_MAX, day, whole},
    workflow::{Answer, Bound, Condition, Field, FieldKind, Step, Workflow},
};
use crate::visible::is_visible;

const STEPS: usize = 30;
const STEP_FIELDS: usize = 20;
const FIELDS: usize = 100;
/// Each is written with its workflow, in one write.
const DOCUMENTS: usize = 5;
const CONDITIONS: usize = 10;
const OPTIONS: usize = 50;
const NAME: usize = 64;
/// The longest title of a step, and of an interaction, in characters.
pub(super) const TITLE: usize = 120;
const LABEL: usize = 200;
pub(super) const TEXT: usize = 2_000;
const PATTERN: usize = 200;

/// A definition that has no meaning: where, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidWorkflow {
    /// Where in the definition: `steps[1].fields[0].pattern`.
    pub field: String,
    /// What is wrong there, for the program's author.
    pub reason: String,
}

type Checked = Result<(), InvalidWorkflow>;

pub(super) fn wrong(field: impl Into<String>, reason: impl Into<String>) -> InvalidWorkflow {
    InvalidWorkflow { field: field.into(), reason: reason.into() }
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn must_be_named(at: &str, name: &str) -> Checked {
    if is_name(name) {
        Ok(())
    } else {
        Err(wrong(at, "a name begins with a letter and has letters, digits, _ and -, at most 64"))
    }
}

/// Something that can be read, in one line or (`lines`) in several.
pub(super) fn is_text(text: &str, max: usize, lines: bool) -> bool {
    is_visible(text)
        && text.chars().count() <= max
        && !text.chars().any(|letter| letter.is_control() && !(lines && matches!(letter, '\n' | '\t')))
}

pub(super) fn must_be_text(at: &str, text: &str, max: usize, lines: bool) -> Checked {
    if is_text(text, max, lines) {
        return Ok(());
    }
    let form = if lines { "" } else { " in one line" };
    Err(wrong(at, format!("a text of 1 to {max} characters{form} belongs here")))
}

impl Workflow {
    /// Checks what no type can say.
    ///
    /// # Errors
    /// The first place that has no meaning.
    pub fn check(&self) -> Result<(), InvalidWorkflow> {
        if !(1..=STEPS).contains(&self.steps.len()) {
            return Err(wrong("steps", format!("a workflow has 1 to {STEPS} steps")));
        }
        if self.fields().count() > FIELDS {
            return Err(wrong("steps", format!("a workflow has at most {FIELDS} fields")));
        }
        if self.documents().count() > DOCUMENTS {
            return Err(wrong("steps", format!("a workflow has at most {DOCUMENTS} documents")));
        }
        if self.fields().next().is_none() && self.documents().next().is_none() {
            return Err(wrong("steps", "a workflow asks at least one question, or has a document"));
        }
        let mut documents = BTreeSet::new();
        let mut ids = BTreeSet::new();
        let mut known = BTreeMap::new();
        for (place, step) in self.steps.iter().enumerate() {
            let at = format!("steps[{place}]");
            step.check(&at, &known)?;
            if !ids.insert(step.id.as_str()) {
                return Err(wrong(format!("{at}.id"), "another step has this id"));
            }
            if step.document.as_ref().is_some_and(|document| !documents.insert(document.as_str())) {
                return Err(wrong(format!("{at}.document"), "another step has this document"));
            }
            for (place, field) in step.fields.iter().enumerate() {
                if known.insert(field.name.as_str(), field).is_some() {
                    return Err(wrong(format!("{at}.fields[{place}].name"), "another field has this name"));
                }
            }
        }
        Ok(())
    }
}

impl Step {
    /// `known` are the fields of earlier steps.
    fn check(&self, at: &str, known: &BTreeMap<&str, &Field>) -> Checked {
        must_be_named(&format!("{at}.id"), &self.id)?;
        must_be_text(&format!("{at}.title"), &self.title, TITLE, false)?;
        if let Some(text) = &self.text {
            must_be_text(&format!("{at}.text"), text, TEXT, true)?;
        }
        if self.fields.is_empty() && self.text.is_none() && self.document.is_none() {
            return Err(wrong(at, "a step has fields, a document, or a text"));
        }
        if self.fields.len() > STEP_FIELDS {
            return Err(wrong(format!("{at}.fields"), format!("a step has at most {STEP_FIELDS} fields")));
        }
        for (place, field) in self.fields.iter().enumerate() {
            field.check(&format!("{at}.fields[{place}]"))?;
        }
        let Some(show_if) = &self.show_if else { return Ok(()) };
        let conditions = show_if.conditions();
        if !(1..=CONDITIONS).contains(&conditions.len()) {
            return Err(wrong(format!("{at}.show_if"), format!("1 to {CONDITIONS} conditions belong here")));
        }
        conditions.iter().try_for_each(|condition| condition.check(&format!("{at}.show_if"), known))
    }
}

impl Field {
    fn check(&self, at: &str) -> Checked {
        must_be_named(&format!("{at}.name"), &self.name)?;
        must_be_text(&format!("{at}.label"), &self.label, LABEL, false)?;
        if let Some(hint) = &self.hint {
            must_be_text(&format!("{at}.hint"), hint, LABEL, false)?;
        }
        self.check_options(at)?;
        self.check_bounds(at)?;
        match &self.pattern {
            None => Ok(()),
            Some(_) if self.kind != FieldKind::Text => Err(wrong(format!("{at}.pattern"), "only a text has a pattern")),
            Some(pattern) if pattern.chars().count() <= PATTERN && whole(pattern).is_ok() => Ok(()),
            Some(_) => {
                let reason =
                    "not a regular expression of at most 200 characters, without look-around and back-references";
                Err(wrong(format!("{at}.pattern"), reason))
            }
        }
    }

    fn check_options(&self, at: &str) -> Checked {
        let at = format!("{at}.options");
        if self.kind != FieldKind::Choice {
            return if self.options.is_empty() { Ok(()) } else { Err(wrong(at, "only a choice has options")) };
        }
        let different: BTreeSet<&String> = self.options.iter().collect();
        if !(2..=OPTIONS).contains(&self.options.len()) || different.len() != self.options.len() {
            return Err(wrong(at, format!("a choice has 2 to {OPTIONS} different options")));
        }
        self.options.iter().try_for_each(|option| {
            must_be_text(&at, option, TITLE, false)?;
            // What comes back from a page has no blanks around it.
            if option.trim() == option { Ok(()) } else { Err(wrong(&at, "an option has no blanks around it")) }
        })
    }

    fn check_bounds(&self, at: &str) -> Checked {
        for (name, bound) in [("min", &self.min), ("max", &self.max)] {
            let Some(bound) = bound else { continue };
            let reason = match (self.kind, bound) {
                (FieldKind::Number, Bound::Number(_)) => continue,
                (FieldKind::Date, Bound::Day(text)) if day(text).is_some() => continue,
                (FieldKind::Text, bound) if bound.count().is_some_and(|count| (1..=TEXT_LIMIT).contains(&count)) => {
                    continue;
                }
                (FieldKind::File, bound)
                    if bound.count().is_some_and(|count| (1..=FILES_MAX.into()).contains(&count)) =>
                {
                    continue;
                }
                (FieldKind::File, _) => "files are counted from 1 to 20",
                (FieldKind::Number, _) => "a number belongs here",
                (FieldKind::Date, _) => "a day belongs here, as 2026-11-21",
                (FieldKind::Text, _) => "characters are counted from 1 to 10,000",
                _ => "only numbers, days, texts and files have bounds",
            };
            return Err(wrong(format!("{at}.{name}"), reason));
        }
        let empty = match (self.kind, &self.min, &self.max) {
            (FieldKind::Text, Some(min), max) => min.count() > max.as_ref().map_or(Some(TEXT_MAX), Bound::count),
            (_, Some(min), Some(max)) => min.as_answer().is_over(max),
            _ => false,
        };
        if empty { Err(wrong(format!("{at}.min"), "nothing lies between `min` and `max`")) } else { Ok(()) }
    }
}

impl Bound {
    fn as_answer(&self) -> Answer {
        match self {
            Self::Number(number) => Answer::Number(number.clone()),
            Self::Day(text) => Answer::Text(text.clone()),
        }
    }
}

impl Condition {
    fn check(&self, at: &str, known: &BTreeMap<&str, &Field>) -> Checked {
        let at = |part: &str| format!("{at}.{part}");
        let Some(field) = known.get(self.field.as_str()) else {
            return Err(wrong(at("field"), format!("no field `{}` in an earlier step", self.field)));
        };
        let given =
            [self.is.is_some(), self.not.is_some(), self.r#in.is_some(), self.over.is_some(), self.under.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(wrong(at("field"), "a condition has exactly one of `is`, `not`, `in`, `over` and `under`"));
        }
        let of_kind = |answer: &Answer| match (field.kind, answer) {
            (FieldKind::YesNo, Answer::YesNo(_))
            | (FieldKind::Number, Answer::Number(_))
            | (FieldKind::Text, Answer::Text(_)) => true,
            (FieldKind::Date, Answer::Text(text)) => day(text).is_some(),
            (FieldKind::Choice, Answer::Text(text)) => field.options.contains(text),
            _ => false,
        };
        let many = self.r#in.as_deref().unwrap_or_default();
        if self.r#in.is_some() && !(1..=OPTIONS).contains(&many.len()) {
            return Err(wrong(at("in"), format!("1 to {OPTIONS} answers belong here")));
        }
        for (name, answers) in [("is", self.is.as_slice()), ("not", self.not.as_slice()), ("in", many)] {
            if !answers.iter().all(of_kind) {
                return Err(wrong(at(name), format!("no answer that `{}` can have", field.name)));
            }
        }
        for (name, bound) in [("over", &self.over), ("under", &self.under)] {
            let Some(bound) = bound else { continue };
            let fits = match (field.kind, bound) {
                (FieldKind::Number, Bound::Number(_)) => true,
                (FieldKind::Date, Bound::Day(text)) => day(text).is_some(),
                _ => false,
            };
            if !fits {
                return Err(wrong(at(name), "numbers are compared with a number, days with a day as 2026-11-21"));
            }
        }
        Ok(())
    }
}
