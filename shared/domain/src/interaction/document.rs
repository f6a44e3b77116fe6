//! What a document asks, and how what somebody filled in is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use parlor_form::{Evidence, Field, FieldKind, FinishTask, Form, PagePicture, Strokes, Value, Values};
use serde::{Deserialize, Serialize};

use super::{
    answers::Missing,
    model::{Interaction, Progress},
    request::join_key,
    strokes,
    typed::{TEXT_MAX, Wrong, day, number},
};
use crate::{InteractionId, SessionId, UploadId, session::as_typed};

/// The longest typed signature, in characters.
const SIGNED_MAX: u64 = 100;
/// The most bytes of a definition: an item of the table has room for it.
const DEFINITION_MAX: usize = 300_000;

/// A document to fill in: what was read of a PDF. It is fixed once it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The file as it was sent.
    pub upload: UploadId,
    /// Its SHA-256, in small hexadecimal digits.
    pub sha256: String,
    /// Its pages and fields.
    pub form: Form,
    /// For each page its picture; nothing where it could not be drawn.
    pub pictures: Vec<Option<PagePicture>>,
}

/// What was filled in, to be kept. `None` takes a value away.
pub type ValueEntries = BTreeMap<String, Option<Value>>;

/// Why what was filled in is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueFault {
    /// As of a workflow's answers.
    Answer(Wrong),
    /// No font has these characters.
    Letters(String),
    /// A drawing that is none, or too long.
    Drawing,
}

/// What was typed, read: what is a value, and what is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadValues {
    /// The values.
    pub values: ValueEntries,
    /// What is wrong with the rest, by the field's name.
    pub wrong: BTreeMap<String, ValueFault>,
}

/// What a form's post has of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted<'a> {
    /// Nothing: it was not on the page, and keeps its value.
    Nothing,
    /// It was on the page without a value, as boxes that are not ticked are.
    Empty,
    /// This was typed or chosen.
    Typed(&'a str),
}

/// How far the signed file of a completed document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum SignedFile {
    /// It is being completed and signed.
    Coming {
        /// How often that was asked for.
        tries: u32,
        /// When it is asked for again, should nothing have come.
        again_at: Timestamp,
    },
    /// It is there.
    Ready {
        /// Its key in the bucket.
        key: String,
        /// Its SHA-256, in small hexadecimal digits.
        sha256: String,
        /// In bytes.
        size: u64,
    },
    /// It did not come after the last try.
    Failed,
}

/// The most characters of a text in a field.
#[must_use]
pub fn longest_value(field: &Field) -> u64 {
    match field.max {
        _ if field.kind.is_signed() => SIGNED_MAX,
        Some(max) => u64::from(max),
        None => TEXT_MAX,
    }
}

/// The key of the task that completes a document.
#[must_use]
pub fn finish_key(session: &SessionId, interaction: &InteractionId) -> String {
    format!("finish/{session}/{interaction}.json")
}

/// The keys of all that is made of an interaction: of a document when it is completed and signed, of a request when it is joined.
#[must_use]
pub fn made_keys(session: &SessionId, interaction: &InteractionId) -> [String; 8] {
    let made = |folder: &str, kind: &str| format!("{folder}/{session}/{interaction}.{kind}");
    let [finished, signed] = ["finished", "signed"].map(|folder| [made(folder, "pdf"), made(folder, "json")]);
    let ([finished, to_sign], [signed, report]) = (finished, signed);
    let (task, [joined, about]) = (join_key(session, interaction), ["pdf", "json"].map(|kind| made("joined", kind)));
    [finish_key(session, interaction), finished, to_sign, signed, report, task, joined, about]
}

impl Document {
    /// Whether it is small enough to be kept.
    #[must_use]
    pub fn fits(&self) -> bool {
        serde_json::to_vec(self).is_ok_and(|bytes| bytes.len() <= DEFINITION_MAX)
    }

    /// The names of its fields, each once, in the fields' order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let names = self.form.fields.iter().map(|field| field.name.as_str());
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// All places that show the value of this name.
    fn places<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.form.fields.iter().filter(move |field| field.name == name)
    }

    /// Whether the form has something in the field of this name. Nothing that it has is somebody's signature.
    fn has_prefill(&self, name: &str) -> bool {
        let has = |field: &Field| field.prefill.as_deref().is_some_and(|text| !text.trim().is_empty());
        !self.is_signed(name) && self.places(name).any(has)
    }

    /// Whether it is for a signature or initials.
    pub(crate) fn is_signed(&self, name: &str) -> bool {
        self.places(name).any(|field| field.kind.is_signed())
    }

    /// Whether the field of this name has something in it: what was filled in, or else what the form had.
    #[must_use]
    pub fn is_filled(&self, name: &str, values: &Values) -> bool {
        match values.get(name) {
            None => self.has_prefill(name),
            Some(Value::Ticked(ticked)) => *ticked,
            Some(Value::Text(text)) => !text.is_empty(),
            Some(Value::Strokes(_)) => true,
        }
    }

    fn is_required(&self, name: &str) -> bool {
        self.places(name).any(|field| field.required)
    }

    /// What has to be filled in and is not. The step is the page's number.
    #[must_use]
    pub fn missing(&self, values: &Values) -> Vec<Missing> {
        let open = |name: &&str| self.is_required(name) && !self.is_filled(name, values);
        let missing = |name: &str| {
            let page = self.places(name).next().map_or(1, |field| field.page);
            Missing { step: page.to_string(), field: name.to_owned() }
        };
        self.names().into_iter().filter(open).map(missing).collect()
    }

    /// How many of the required fields are filled in; of all, where none is required.
    #[must_use]
    pub fn progress(&self, values: &Values) -> Progress {
        let names = self.names();
        let required: Vec<&str> = names.iter().copied().filter(|name| self.is_required(name)).collect();
        let counted = if required.is_empty() { names } else { required };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let done = counted.iter().filter(|name| self.is_filled(name, values)).count();
        Progress { done: count(done), of: count(counted.len()) }
    }

    /// Reads what a form posted. `posted` knows what came of a field; `uncovered` names the characters that no font has.
    pub fn read<'a>(&self, posted: impl Fn(&str) -> Posted<'a>, uncovered: impl Fn(&str) -> Vec<char>) -> ReadValues {
        self.each(|name, field| {
            let value = match (posted(name), field.kind) {
                (Posted::Nothing, _) => return None,
                (Posted::Empty, FieldKind::Checkbox) => Value::Ticked(false),
                (Posted::Empty, _) => Value::Text(String::new()),
                (Posted::Typed(typed), FieldKind::Checkbox) => Value::Ticked(matches!(typed, "on" | "true")),
                (Posted::Typed(typed), kind) if kind.is_signed() && typed.starts_with('{') => {
                    let Ok(strokes) = serde_json::from_str::<Strokes>(typed) else {
                        return Some(Err(ValueFault::Drawing));
                    };
                    Value::Strokes(strokes)
                }
                (Posted::Typed(typed), _) => Value::Text(typed.to_owned()),
            };
            Some(self.value(name, field, value, &uncovered))
        })
    }

    /// Reads values as staff and programs give them before a document is sent. A name that no field has is among the wrong ones, and
    /// so is a signature: it is the customer's own.
    pub fn take(&self, values: &Values, uncovered: impl Fn(&str) -> Vec<char>) -> ReadValues {
        let mut read = self.each(|name, field| match values.get(name)?.clone() {
            _ if self.is_signed(name) => Some(Err(ValueFault::Answer(Wrong::Option))),
            value => Some(self.value(name, field, value, &uncovered)),
        });
        let unknown = values.keys().filter(|name| self.places(name).next().is_none());
        read.wrong.extend(unknown.map(|name| (name.clone(), ValueFault::Answer(Wrong::Option))));
        read
    }

    fn each(&self, read: impl Fn(&str, &Field) -> Option<Result<Option<Value>, ValueFault>>) -> ReadValues {
        let mut found = ReadValues::default();
        for name in self.names() {
            let Some(field) = self.places(name).next() else { continue };
            match read(name, field) {
                None => {}
                Some(Ok(value)) => {
                    found.values.insert(name.to_owned(), value);
                }
                Some(Err(fault)) => {
                    found.wrong.insert(name.to_owned(), fault);
                }
            }
        }
        found
    }

    /// A value as it is kept; nothing where the field is to be as the form has it.
    fn value(
        &self,
        name: &str,
        field: &Field,
        value: Value,
        uncovered: impl Fn(&str) -> Vec<char>,
    ) -> Result<Option<Value>, ValueFault> {
        let wrong = |wrong| Err(ValueFault::Answer(wrong));
        // An empty text or an unticked box says something only where the form has something there.
        let empty = |value: Value| self.has_prefill(name).then_some(value);
        let is_signed = field.kind.is_signed();
        let text = match (value, field.kind) {
            (Value::Ticked(true), FieldKind::Checkbox) => return Ok(Some(Value::Ticked(true))),
            (Value::Ticked(false), FieldKind::Checkbox) => return Ok(empty(Value::Ticked(false))),
            (Value::Strokes(strokes), _) if is_signed => {
                return if strokes::are_drawn(&strokes) {
                    Ok(Some(Value::Strokes(strokes)))
                } else {
                    Err(ValueFault::Drawing)
                };
            }
            (Value::Text(text), kind) if kind != FieldKind::Checkbox => as_typed(&text),
            _ => return wrong(Wrong::Option),
        };
        let text = if field.kind == FieldKind::Multiline { text } else { text.replace(['\n', '\t'], " ") };
        if text.is_empty() {
            return Ok(empty(Value::Text(text)));
        }
        match field.kind {
            FieldKind::Number if number(&text).is_none() => return wrong(Wrong::Number),
            FieldKind::Date if day(&text).is_none() => return wrong(Wrong::Day),
            FieldKind::Radio | FieldKind::Choice if !self.places(name).any(|place| place.options.contains(&text)) => {
                return wrong(Wrong::Option);
            }
            _ => {}
        }
        let longest = longest_value(field);
        if text.chars().count() as u64 > longest {
            return wrong(Wrong::Long(longest));
        }
        let missing = uncovered(&text);
        if missing.is_empty() { Ok(Some(Value::Text(text))) } else { Err(ValueFault::Letters(named(&missing))) }
    }

    /// What completes it. The same each time it is asked for.
    #[must_use]
    pub fn finish_task(&self, session: &SessionId, own: &Interaction) -> Option<FinishTask> {
        Some(FinishTask {
            from: self.upload.object(),
            sha256: self.sha256.clone(),
            fields: self.form.fields.clone(),
            values: own.values.clone(),
            evidence: own.evidence.clone()?,
            at: own.completed_at?,
            to: format!("finished/{session}/{}.pdf", own.id),
        })
    }
}

/// Characters as people are told them: those that can be seen as they are, the others by their code.
fn named(characters: &[char]) -> String {
    let one = |character: &char| {
        if crate::visible::is_visible(&character.to_string()) {
            character.to_string()
        } else {
            format!("U+{:04X}", u32::from(*character))
        }
    };
    characters.iter().take(20).map(one).collect::<Vec<_>>().join(" ")
}

/// What the customer filled in, and at completion what the last page says of it.
#[derive(Debug, Clone)]
pub struct FilledIn<'a> {
    /// What it asks.
    pub document: &'a Document,
    /// The values.
    pub values: ValueEntries,
    /// What the evidence page says; only a completion has it.
    pub evidence: Option<Evidence>,
}
