//! Which steps are shown, which answers count, and what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    model::Progress,
    typed::Wrong,
    workflow::{Answer, Field, FieldKind, ShowIf, Step, Workflow},
};

/// What a customer entered, to be kept. Each part may be sent again, and any order gives the same answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// Answers by the field's name; `None` takes one away.
    pub answers: BTreeMap<String, Option<Answer>>,
    /// The step that the customer goes on from.
    pub passed: Option<String>,
    /// The step to go on at when they come back; none leaves it as it is.
    pub at: Option<String>,
}

/// What was typed, read: what is an answer, and what is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The answers.
    pub answers: BTreeMap<String, Option<Answer>>,
    /// What is wrong with the rest, by the field's name.
    pub wrong: BTreeMap<String, Wrong>,
}

/// A required field without an answer, and the step that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The step's id.
    pub step: String,
    /// The field's name; empty for the step's document.
    pub field: String,
}

impl Workflow {
    /// Reads what was typed into fields. `typed` knows what was sent for a field; `None` says that the field was not on the page,
    /// whose answer stays.
    pub fn read<'a>(&self, typed: impl Fn(&str) -> Option<&'a str>) -> Read {
        let mut read = Read::default();
        for field in self.fields() {
            // Files are sent by themselves.
            let typed = typed(&field.name).filter(|_| field.kind != FieldKind::File);
            let Some(typed) = typed else { continue };
            match field.read(typed) {
                Ok(answer) => {
                    read.answers.insert(field.name.clone(), answer);
                }
                Err(wrong) => {
                    read.wrong.insert(field.name.clone(), wrong);
                }
            }
        }
        read
    }

    /// The steps that are shown with these answers. Whether one is depends on earlier ones alone, and on their answers only as
    /// far as they are shown themselves.
    #[must_use]
    pub fn shown(&self, entered: &BTreeMap<String, Answer>) -> Vec<&Step> {
        let mut visible: BTreeSet<&str> = BTreeSet::new();
        let mut shown = vec![];
        for step in &self.steps {
            let answer = |name: &str| entered.get(name).filter(|_| visible.contains(name));
            let is_shown = match &step.show_if {
                None => true,
                Some(ShowIf::All(all)) => all.iter().all(|condition| condition.holds(answer(&condition.field))),
                Some(ShowIf::Any(any)) => any.iter().any(|condition| condition.holds(answer(&condition.field))),
            };
            if is_shown {
                visible.extend(step.fields.iter().map(|field| field.name.as_str()));
                shown.push(step);
            }
        }
        shown
    }

    /// The fields that are shown.
    fn shown_fields(&self, entered: &BTreeMap<String, Answer>) -> Vec<&Field> {
        self.shown(entered).into_iter().flat_map(|step| &step.fields).collect()
    }

    /// The answers that count: those to what is shown.
    #[must_use]
    pub fn kept(&self, entered: &BTreeMap<String, Answer>) -> BTreeMap<String, Answer> {
        let fields = self.shown_fields(entered).into_iter();
        fields.filter_map(|field| Some((field.name.clone(), entered.get(&field.name)?.clone()))).collect()
    }

    /// What is shown, needs an answer and has none.
    #[must_use]
    pub fn missing(&self, entered: &BTreeMap<String, Answer>) -> Vec<Missing> {
        let open = |step: &Step| -> Vec<Missing> {
            let fields = step.fields.iter().filter(|field| field.lacks(entered.get(&field.name)));
            fields.map(|field| Missing { step: step.id.clone(), field: field.name.clone() }).collect()
        };
        self.shown(entered).into_iter().flat_map(open).collect()
    }

    /// The shown steps whose document is needed and not completed; `needed` says of a step whether its is.
    #[must_use]
    pub fn missing_documents(&self, entered: &BTreeMap<String, Answer>, needed: impl Fn(&str) -> bool) -> Vec<Missing> {
        let open = self.shown(entered).into_iter().filter(|step| step.document.is_some() && needed(&step.id));
        open.map(|step| Missing { step: step.id.clone(), field: String::new() }).collect()
    }

    /// How many of the shown steps were gone through, and lack nothing.
    #[must_use]
    pub fn progress(&self, entered: &BTreeMap<String, Answer>, passed: &BTreeSet<String>) -> Progress {
        let shown = self.shown(entered);
        let is_done = |step: &&&Step| {
            passed.contains(&step.id) && !step.fields.iter().any(|field| field.lacks(entered.get(&field.name)))
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Progress { done: count(shown.iter().filter(is_done).count()), of: count(shown.len()) }
    }
}
