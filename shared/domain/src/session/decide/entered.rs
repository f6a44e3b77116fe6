//! What somebody enters into an interaction (R21): answers, values, and the files among answers.

use std::collections::BTreeMap;

use parlor_form::{Value, Values};

use super::{
    draft::Draft,
    parts::{is_over, pass},
};
use crate::{
    AccessTier,
    interaction::{
        Answer, Entries, FileChange, Filled, Interaction, InteractionState, NoFile, Refusal, WORKFLOW_FILES, Workflow,
    },
    session::command::Rejection,
};

/// The most that answers take together, in bytes: an item has room for them.
const ANSWERS_MAX: usize = 48 * 1024;
/// The most that a document's values take together, in bytes, drawn signatures among them.
pub(super) const VALUES_MAX: usize = 128 * 1024;

/// R2: the customer may write, and the interaction waits for them.
pub(super) fn must_be_fillable(draft: &Draft<'_>, interaction: &Interaction) -> Result<(), Rejection> {
    if draft.session.access(draft.now()).tier != AccessTier::Full {
        return Err(Refusal::ReadOnly.into());
    }
    match interaction.state {
        InteractionState::Draft => Err(Refusal::NotSent.into()),
        // A document is filled in within its workflow.
        _ if is_over(draft, interaction) => Err(Refusal::Closed.into()),
        state if state.is_open() => Ok(()),
        _ => Err(Refusal::Closed.into()),
    }
}

/// The interaction with what was entered; nothing where that changes nothing.
pub(super) fn save(
    draft: &Draft<'_>,
    interaction: &Interaction,
    filled: &Filled<'_>,
) -> Result<Option<Interaction>, Rejection> {
    must_be_fillable(draft, interaction)?;
    let mut saved = interaction.clone();
    match filled {
        Filled::Workflow(workflow, entries) => {
            merge(&mut saved.entered, &entries.answers);
            if size(&saved.entered) > ANSWERS_MAX {
                return Err(Refusal::TooMuch.into());
            }
            pass(draft, &mut saved, workflow, entries.passed.as_ref());
            if let Some(at) = entries.at.clone() {
                saved.at = Some(at).filter(|step| workflow.step(step).is_some());
            }
            saved.progress = workflow.progress(&saved.entered, &saved.passed);
        }
        Filled::Document(filled) => {
            merge(&mut saved.values, &filled.values);
            if values_size(&saved.values) > VALUES_MAX {
                return Err(Refusal::TooMuch.into());
            }
            saved.progress = filled.document.progress(&saved.values);
        }
        // Its files were kept as they came.
        Filled::Request(..) => {}
    }
    if saved == *interaction {
        return Ok(None);
    }
    saved.version += 1;
    Ok(Some(saved))
}

/// The workflow with a field's files as they will be; nothing where that changes nothing.
pub(super) fn answer_files(
    draft: &Draft<'_>,
    own: &Interaction,
    workflow: &Workflow,
    field: &str,
    change: &FileChange,
    entries: Entries,
) -> Result<Option<Interaction>, Rejection> {
    let mut saved = save(draft, own, &Filled::Workflow(workflow, entries))?.unwrap_or_else(|| own.clone());
    let asked = workflow.file_field(field).ok_or(Refusal::NoFile(NoFile::Unknown))?;
    let (own_files, others): (Vec<_>, Vec<_>) = {
        let ids = saved.entered.get(field).map(Answer::files).unwrap_or_default();
        saved.files.iter().cloned().partition(|file| ids.contains(&file.upload))
    };
    // One file answers one question.
    if let FileChange::Add { file, .. } = change
        && others.iter().any(|other| other.upload == file.upload)
    {
        return Err(Refusal::NoFile(NoFile::Unknown).into());
    }
    let files = asked.files_wanted().changed(&own_files, change).map_err(Refusal::NoFile)?;
    if others.len() + files.len() > WORKFLOW_FILES {
        return Err(Refusal::NoFile(NoFile::TooMany).into());
    }
    let ids: Vec<_> = files.iter().map(|file| file.upload.clone()).collect();
    let answer = (!ids.is_empty()).then_some(Answer::Files(ids));
    merge(&mut saved.entered, &BTreeMap::from([(field.to_owned(), answer)]));
    saved.files = [others, files].concat();
    saved.progress = workflow.progress(&saved.entered, &saved.passed);
    saved.version = own.version;
    if saved == *own {
        return Ok(None);
    }
    saved.version += 1;
    Ok(Some(saved))
}

/// What is given takes the place of what was kept; `None` takes it away.
fn merge<T: Clone>(kept: &mut BTreeMap<String, T>, given: &BTreeMap<String, Option<T>>) {
    for (name, value) in given {
        match value {
            Some(value) => kept.insert(name.clone(), value.clone()),
            None => kept.remove(name),
        };
    }
}

pub(super) fn values_size(values: &Values) -> usize {
    let value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::Ticked(_) => 16,
        Value::Strokes(strokes) => strokes.path.len() + 16,
    };
    values.iter().map(|(name, own)| name.len() + value(own)).sum()
}

fn size(entered: &BTreeMap<String, Answer>) -> usize {
    let answer = |answer: &Answer| match answer {
        Answer::Text(text) => text.len(),
        Answer::YesNo(_) | Answer::Number(_) => 16,
        Answer::Drawn(strokes) => strokes.path.len() + 16,
        Answer::Files(files) => files.len() * 20,
    };
    entered.iter().map(|(name, value)| name.len() + answer(value)).sum()
}
