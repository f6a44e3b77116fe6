//! What a page says of a completed workflow (R21): who answered, how they were known, when, and what.

use serde::{Deserialize, Serialize};

use crate::Strokes;

/// The answers of a workflow as they are written on pages. Its texts are in one language; times are written out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswersPage {
    /// The company's name.
    pub company: String,
    /// The workflow's title.
    pub title: String,
    /// Whether the language runs from right to left.
    pub right_to_left: bool,
    /// The language's tag.
    pub language: String,
    /// Who answered, how they were known, when: what it is, and what it is of this one.
    pub facts: Vec<(String, String)>,
    /// The steps that were shown, in order.
    pub steps: Vec<AnsweredStep>,
    /// What the pages are, at their end.
    pub note: String,
    /// At the foot of a page, with `{n}` in place of its number and `{total}` of how many there are.
    pub page_of: String,
}

/// A step's questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnsweredStep {
    /// The step's title.
    pub title: String,
    /// Each question, with its answer.
    pub answers: Vec<(String, Answered)>,
}

/// An answer as a page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answered {
    /// There is none: what is said instead.
    Nothing(String),
    /// In words.
    Text(String),
    /// A signature that was typed.
    Typed(String),
    /// A signature that was drawn.
    Drawn(Strokes),
    /// The names of files.
    Files(Vec<String>),
}
