//! A workflow with the documents of its steps (R21): they are made in one write, and go where the workflow goes.

use parlor_domain::{
    Interaction, InteractionId, InteractionState, LibraryId, SessionId,
    interaction::{Asked, NewInteraction, PartOf, Task, WorkCommand, Workflow},
    library::Content,
};
use parlor_store::ReadBatch;
use parlor_web::{
    ApiError, ApiRequest, AppState,
    document::{of_steps, reading_steps},
    operation::{Loaded, Operation},
};

use crate::{InteractionsState, document::begun};

/// An operation on an interaction and, of a workflow, on the documents of its steps; [`all`] gives them.
pub(crate) fn operation<'a>(
    app: &'a AppState,
    request: &'a ApiRequest,
    session: &SessionId,
    interaction: &'a InteractionId,
) -> Operation<'a> {
    Operation::on(app, request, session)
        .reading(|keys| keys.interaction(session, interaction).asked(session, interaction))
        .learning(move |loaded| Ok(reading(loaded, interaction)))
}

/// As [`operation`], for what takes it back; of a document of a workflow's step, [`whole`] gives the workflow that counts it.
pub(crate) fn withdrawal<'a>(
    app: &'a AppState,
    request: &'a ApiRequest,
    session: &SessionId,
    interaction: &'a InteractionId,
) -> Operation<'a> {
    operation(app, request, session, interaction).learning(move |loaded| {
        let (keys, session) = (reading(loaded, interaction), &loaded.stored.session.id);
        let whole = whole_of(loaded, interaction);
        Ok(whole.iter().fold(keys, |keys, id| keys.interaction(session, id).asked(session, id)))
    })
}

/// What the steps of a workflow of the library name.
pub(crate) fn of_entry(loaded: &Loaded, id: &LibraryId) -> Result<ReadBatch, ApiError> {
    let newest = loaded.found.library_newest(id)?.map(|newest| newest.content);
    Ok(match newest {
        Some(Content::Asked(Asked::Workflow(workflow))) => reading_steps(ReadBatch::new(), &workflow),
        _ => ReadBatch::new(),
    })
}

/// Makes what is new; of a workflow its steps' documents, too.
pub(crate) fn added<'a>(
    state: &InteractionsState,
    loaded: &Loaded,
    new: NewInteraction,
) -> Result<WorkCommand<'a>, ApiError> {
    let Asked::Workflow(workflow) = &new.asked else { return Ok(WorkCommand::Add(new)) };
    let documents = of_steps(&loaded.found, &loaded.stored.session.id.team(), workflow)?;
    let part = |own: parlor_web::document::StepDocument| NewInteraction {
        id: InteractionId::generate(&state.app.entropy),
        title: own.title,
        values: if new.send { begun(loaded, &own.document, &state.fonts) } else { parlor_form::Values::new() },
        asked: Asked::Document(own.document),
        order: None,
        due_at: new.due_at,
        send: new.send,
        library: Some(own.library),
        assignee: new.assignee.clone(),
        part_of: Some(PartOf { interaction: new.id.clone(), step: own.step }),
    };
    let parts: Vec<NewInteraction> = documents.into_iter().map(part).collect();
    Ok(WorkCommand::Together(std::iter::once(new).chain(parts).map(WorkCommand::Add).collect()))
}

/// The documents of a workflow's steps, as far as they may still change; nothing for whatever else it is.
fn parts<'a>(loaded: &'a Loaded, own: &'a InteractionId) -> impl Iterator<Item = &'a InteractionId> {
    let parts = loaded.stored.session.parts_of(own);
    parts.filter(|task| may_change(task)).map(|task| &task.id)
}

/// Whether it is neither done nor given up.
fn may_change(task: &Task) -> bool {
    task.state.is_open() || task.state == InteractionState::Draft
}

/// The workflow that counts what becomes of a document of its steps.
fn whole_of<'a>(loaded: &'a Loaded, own: &InteractionId) -> Option<&'a InteractionId> {
    let tasks = &loaded.stored.session.tasks;
    let part = tasks.iter().find(|task| task.id == *own)?.part_of.as_ref()?;
    tasks.iter().find(|task| task.id == part.interaction && may_change(task)).map(|task| &task.id)
}

/// What has to be read to change a workflow with its documents.
fn reading(loaded: &Loaded, own: &InteractionId) -> ReadBatch {
    let session = &loaded.stored.session.id;
    parts(loaded, own).fold(ReadBatch::new(), |keys, id| keys.interaction(session, id).asked(session, id))
}

/// An interaction, and behind it the documents of its steps that may still change; [`reading`] was read.
pub(crate) fn all(loaded: &Loaded, own: &InteractionId) -> Result<Vec<(Interaction, Asked)>, ApiError> {
    let session = &loaded.stored.session.id;
    let read = |id: &InteractionId| -> Result<(Interaction, Asked), ApiError> {
        let interaction = loaded.found.interaction(session, id)?.ok_or(ApiError::NotFound)?;
        Ok((interaction, loaded.found.asked(session, id)?.ok_or(ApiError::NotFound)?))
    };
    std::iter::once(own).chain(parts(loaded, own)).map(read).collect()
}

/// The workflow that counts a document of its steps, and what it asks; [`withdrawal`] has read it.
pub(crate) fn whole(loaded: &Loaded, own: &InteractionId) -> Result<Option<(Interaction, Workflow)>, ApiError> {
    let (session, Some(id)) = (&loaded.stored.session.id, whole_of(loaded, own)) else { return Ok(None) };
    let Some(Asked::Workflow(workflow)) = loaded.found.asked(session, id)? else { return Ok(None) };
    Ok(loaded.found.interaction(session, id)?.map(|whole| (whole, workflow)))
}
