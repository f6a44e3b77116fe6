//! What a workflow asks: steps with fields, and which steps are shown.

use parlor_form::Strokes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::request::{Request, SentFile};
use crate::{LibraryId, UploadId};

/// How many files a field takes that does not say so.
const FILES_USUAL: u32 = 5;
/// The most files of a workflow, whatever its fields: an item has room for them.
pub const WORKFLOW_FILES: usize = 40;

/// An ordered set of steps, each a form. It is fixed once it was made: a session keeps the workflow that it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// The steps in their order: 1 to 30, with at most 100 fields in all.
    pub steps: Vec<Step>,
}

/// One form of a workflow, shown on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WorkflowStep")]
pub struct Step {
    /// Its name among the steps: a letter, then letters, digits, `_` or `-`, at most 64.
    pub id: String,
    /// What stands above it, at most 120 characters.
    pub title: String,
    /// What is said before its fields, at most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What it asks: at most 20 fields. A step without any has a `document`, or only says its `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// A published document of the team's library, by its id: it is filled in and signed in this step, beside its fields. Its newest
    /// version is sent with the workflow. At most 5 in a workflow, each once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<LibraryId>,
    /// When it is shown; without this, always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WorkflowField")]
pub struct Field {
    /// Its name among all fields of the workflow: a letter, then letters, digits, `_` or `-`, at most 64.
    pub name: String,
    /// The question as the customer reads it, at most 200 characters.
    pub label: String,
    /// What kind of answer it takes.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Whether the workflow cannot be completed without an answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The least: of a number or a date its value, of a text its characters, of a file how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// The most: of a number or a date its value, of a text its characters (2,000 without it, and 10,000 at most), of a file how many
    /// (5 without it, and 20 at most).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    /// A regular expression that the whole of a text has to match, at most 200 characters, without look-around and back-references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What there is to choose from: 2 to 50 different texts of at most 120 characters. Only for `choice`, which needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// How to answer it, shown below the field, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// What kind of answer a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FieldType")]
pub enum FieldKind {
    /// Plain text, of at most `max` characters.
    Text,
    /// A number, whole or decimal, of at most 15 digits.
    Number,
    /// A day.
    Date,
    /// One of `options`.
    Choice,
    /// Yes or no.
    YesNo,
    /// Photos or files: JPEG, PNG, WebP or PDF.
    File,
    /// A signature, drawn or typed.
    Signature,
}

impl FieldKind {
    /// As it stands in a definition.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Choice => "choice",
            Self::YesNo => "yes_no",
            Self::File => "file",
            Self::Signature => "signature",
        }
    }
}

/// A number, or a day as `2026-11-21`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number, or a day as `2026-11-21`, is wanted here")]
pub enum Bound {
    /// A number.
    Number(Number),
    /// A day.
    Day(String),
}

/// An answer, and what a condition compares one with: true or false for `yes_no`, a number for `number`, a text for
/// what is written, chosen or signed by typing, a day as `2026-11-21`. No condition is about a file or a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a text, a number, or true or false is wanted here")]
pub enum Answer {
    /// Yes or no.
    YesNo(bool),
    /// A number.
    Number(Number),
    /// A text, a day, one of the options, or a signature that was typed.
    Text(String),
    /// A signature that was drawn.
    #[schemars(skip)]
    Drawn(Strokes),
    /// The files that were sent, by their ids, in the customer's order. What they are stands beside the answers.
    #[schemars(skip)]
    Files(Vec<UploadId>),
}

/// Which answers show a step: all of the conditions have to hold, or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ShowIf {
    /// All of them, 1 to 10.
    All(Vec<Condition>),
    /// At least one of them, 1 to 10.
    Any(Vec<Condition>),
}

impl ShowIf {
    /// The conditions, whichever way they are joined.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions,
        }
    }
}

/// A condition on the answer to a field of an earlier step: exactly one of the comparisons. A question that was not answered, or
/// not shown, fulfils `not` and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ShowCondition")]
pub struct Condition {
    /// The field's name.
    pub field: String,
    /// The answer is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Answer>,
    /// The answer is not this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Answer>,
    /// The answer is one of these, 1 to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#in: Option<Vec<Answer>>,
    /// The number or the day is above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Bound>,
    /// The number or the day is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<Bound>,
}

impl Answer {
    /// As it stands in a page's field.
    #[must_use]
    pub fn as_typed(&self) -> String {
        match self {
            Self::YesNo(true) => "yes".to_owned(),
            Self::YesNo(false) => "no".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Drawn(strokes) => serde_json::to_string(strokes).unwrap_or_default(),
            // No form has them in a field.
            Self::Files(_) => String::new(),
        }
    }

    /// The files of an answer.
    #[must_use]
    pub fn files(&self) -> &[UploadId] {
        match self {
            Self::Files(files) => files,
            _ => &[],
        }
    }

    fn is_beyond(&self, bound: &Bound, way: std::cmp::Ordering) -> bool {
        match (self, bound) {
            (Self::Number(own), Bound::Number(bound)) => {
                own.as_f64().zip(bound.as_f64()).is_some_and(|(own, bound)| own.total_cmp(&bound) == way)
            }
            // Days of four-digit years sort as their text does.
            (Self::Text(own), Bound::Day(bound)) => own.as_str().cmp(bound) == way,
            _ => false,
        }
    }

    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            // 1 and 1.0 are one number.
            (Self::Number(own), Self::Number(other)) => own.as_f64() == other.as_f64(),
            _ => self == other,
        }
    }

    /// Whether it is above `bound`, both being numbers or days.
    #[must_use]
    pub fn is_over(&self, bound: &Bound) -> bool {
        self.is_beyond(bound, std::cmp::Ordering::Greater)
    }

    /// Whether it is below `bound`, both being numbers or days.
    #[must_use]
    pub fn is_under(&self, bound: &Bound) -> bool {
        self.is_beyond(bound, std::cmp::Ordering::Less)
    }
}

impl Condition {
    /// Whether `answer`, that to its field, fulfils it; `None` where there is none.
    #[must_use]
    pub fn holds(&self, answer: Option<&Answer>) -> bool {
        let Some(answer) = answer else { return self.not.is_some() };
        self.is.as_ref().is_none_or(|value| answer.equals(value))
            && self.not.as_ref().is_none_or(|value| !answer.equals(value))
            && self.r#in.as_ref().is_none_or(|values| values.iter().any(|value| answer.equals(value)))
            && self.over.as_ref().is_none_or(|bound| answer.is_over(bound))
            && self.under.as_ref().is_none_or(|bound| answer.is_under(bound))
    }
}

impl Field {
    /// Of a file: how many there may be, and have to be if there are any.
    #[must_use]
    pub fn files_wanted(&self) -> Request {
        let count =
            |bound: &Option<Bound>| bound.as_ref().and_then(Bound::count).and_then(|count| count.try_into().ok());
        let min = count(&self.min).unwrap_or(1);
        Request {
            what: self.label.clone(),
            instructions: None,
            accept: Request::every_kind(),
            min,
            max: count(&self.max).unwrap_or(FILES_USUAL.max(min)),
        }
    }

    /// Whether it cannot stay as it is: nothing where an answer is needed, or fewer files than there have to be.
    #[must_use]
    pub fn lacks(&self, answer: Option<&Answer>) -> bool {
        match answer {
            None => self.required,
            Some(Answer::Files(files)) => files.len() < self.files_wanted().min as usize,
            Some(_) => false,
        }
    }
}

impl Workflow {
    /// All fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.steps.iter().flat_map(|step| &step.fields)
    }

    /// The documents of its steps: the step's id, and the library's entry.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &LibraryId)> {
        self.steps.iter().filter_map(|step| Some((step.id.as_str(), step.document.as_ref()?)))
    }

    /// The field of this name that takes files.
    #[must_use]
    pub fn file_field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name && field.kind == FieldKind::File)
    }

    /// The step of this id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

/// The files of an answer among all that were sent, in the answer's order.
#[must_use]
pub fn files_of<'a>(answer: Option<&Answer>, files: &'a [SentFile]) -> Vec<&'a SentFile> {
    let ids = answer.map(Answer::files).unwrap_or_default();
    ids.iter().filter_map(|id| files.iter().find(|file| file.upload == *id)).collect()
}
