//! The documents of a workflow's steps (R21): they go where the workflow goes.

use super::{
    draft::Draft,
    work::{start, write},
};
use crate::{
    EventKind,
    interaction::{Interaction, InteractionState, PartOf, Task, Workflow},
    session::command::Outcome,
};

/// The workflow whose document it is.
pub(super) fn whole_of<'a>(draft: &'a Draft<'_>, part: Option<&PartOf>) -> Option<&'a Task> {
    draft.session.tasks.iter().find(|task| part.is_some_and(|part| part.interaction == task.id))
}

/// Whether the workflow is over whose document it is.
pub(super) fn is_over(draft: &Draft<'_>, interaction: &Interaction) -> bool {
    whole_of(draft, interaction.part_of.as_ref()).is_some_and(|whole| !whole.state.is_open())
}

/// Notes which steps were gone through: that which the customer goes on from, once its document is completed, and those of which a
/// completed document is all.
pub(super) fn pass(draft: &Draft<'_>, saved: &mut Interaction, workflow: &Workflow, from: Option<&String>) {
    for step in &workflow.steps {
        let document = draft.session.part(&saved.id, &step.id);
        let waits = document.is_some_and(Task::is_needed);
        let is_all = document.is_some() && step.fields.is_empty();
        if !waits && (is_all || from == Some(&step.id)) {
            saved.passed.insert(step.id.clone());
        }
    }
}

/// Counts what became of a document of the workflow's steps. Completed by the customer, they go on behind its step, which is `from`; what
/// else it asks has still to be answered. Taken back by the agent, a step of which it was all is done; nobody has begun the workflow by
/// that, nor gone on from a step that asks more.
pub(super) fn count(draft: &mut Draft<'_>, whole: &Interaction, workflow: &Workflow, from: Option<&String>) -> Outcome {
    if !whole.state.is_open() && whole.state != InteractionState::Draft {
        return Outcome::Unchanged;
    }
    let mut counted = whole.clone();
    pass(draft, &mut counted, workflow, from);
    counted.progress = workflow.progress(&counted.entered, &counted.passed);
    if counted == *whole {
        return Outcome::Unchanged;
    }
    if whole.state == InteractionState::InProgress || from.is_none() {
        write(draft, counted);
        return Outcome::Done;
    }
    counted.version += 1;
    start(draft, counted)
}

/// What was open of a workflow that is over now is not open any more, and nobody is asked for it.
pub(super) fn let_go(draft: &mut Draft<'_>, interaction: &Interaction) -> Outcome {
    if !interaction.state.is_open() || !is_over(draft, interaction) {
        return Outcome::Unchanged;
    }
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionWithdrawn { interaction: id, title });
    write(draft, Interaction { state: InteractionState::Withdrawn, ..interaction.clone() });
    Outcome::Done
}
