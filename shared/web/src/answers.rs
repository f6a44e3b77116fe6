//! The answers of a completed workflow as pages to keep (R21): by whom, and in which language.

use parlor_domain::{
    Interaction, Session, SessionId,
    interaction::{Assignee, Workflow},
};
use parlor_form::AnswersPage;
use parlor_store::{ReadResult, StoreError};
use parlor_templates::{
    Lang,
    evidence::{Answerer, answers},
};

use crate::customer::{brand, kept_lang, masked};

/// What the pages say, in the session's language, or without one in the reader's; nothing of a session that is not there.
/// [`parlor_store::ReadBatch::document`] was read; `documents` are those of the workflow's steps.
pub fn answers_page(
    found: &ReadResult,
    session: &SessionId,
    own: &Interaction,
    workflow: &Workflow,
    documents: &[Interaction],
    readers: Lang,
) -> Result<Option<AnswersPage>, StoreError> {
    let Some(of) = found.document(session)? else { return Ok(None) };
    let (settings, team) = found.settings(&session.team())?;
    let lang = kept_lang(&of).unwrap_or(readers);
    let company = brand(&settings, &team).company;
    let (name, seat) = answerer(&of, &own.assignee);
    let known = seat.map(|seat| (seat.proved_by(&settings).into(), masked(&seat)));
    Ok(Some(answers(lang, &Answerer { company: &company, name: &name, known }, own, workflow, documents)))
}

/// The name of whoever did it, and the session from their seat. Of somebody who was removed, the name is left.
fn answerer(session: &Session, assignee: &Assignee) -> (String, Option<Session>) {
    let id = match assignee {
        Assignee::Customer => None,
        Assignee::Participant(id) => Some(id),
    };
    let seat = session.clone().seated(id);
    let removed = || session.participants.iter().find(|one| Some(&one.id) == id).map(|one| one.person.name.clone());
    let name = seat.as_ref().map(|seat| seat.customer.name.clone()).or_else(removed);
    (name.unwrap_or_default(), seat)
}
