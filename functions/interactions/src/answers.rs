//! The answers of a completed workflow as pages to keep (R21). They are made of what was typed and drawn: no file of anybody is read.

use parlor_domain::{
    Interaction, Session, SessionId,
    interaction::{Asked, Assignee},
};
use parlor_fonts::Fonts;
use parlor_store::ReadResult;
use parlor_templates::{
    Lang,
    evidence::{Answerer, answers},
};
use parlor_web::{
    ApiError, ApiResponse, Code, FileBody, Problem,
    customer::{brand, kept_lang, masked},
};

use crate::placing;

/// The pages, in the session's language, or without one in the reader's. [`parlor_store::ReadBatch::document`] and `asked` were read.
pub(crate) fn pdf(
    found: &ReadResult,
    session: &SessionId,
    own: &Interaction,
    readers: Lang,
    (fonts, documents): (&Fonts, &[Interaction]),
) -> Result<ApiResponse, ApiError> {
    let Some(Asked::Workflow(workflow)) = found.asked(session, &own.id)? else {
        return Err(Problem::new(Code::AnotherKind, "Only a workflow has answers as pages.").into());
    };
    if !own.state.is_done() {
        return Err(Problem::new(Code::NotCompleted, "The customer has not completed it.").into());
    }
    let of = found.document(session)?.ok_or(ApiError::NotFound)?;
    let (settings, team) = found.settings(&session.team())?;
    let lang = kept_lang(&of).unwrap_or(readers);
    let company = brand(&settings, &team).company;
    let (name, seat) = answerer(&of, &own.assignee);
    let known = seat.map(|seat| (seat.proved_by(&settings).into(), masked(&seat)));
    let page = answers(lang, &Answerer { company: &company, name: &name, known }, own, &workflow, documents);
    let bytes = parlor_paper::answers(&page, fonts).ok_or_else(|| {
        tracing::error!("answers that cannot be written");
        Problem::new(Code::Unavailable, "The service is not available; try again.").after(2)
    })?;
    let name = format!("answers-{}.pdf", own.id);
    let file = ApiResponse::file(FileBody { bytes, content_type: "application/pdf", name });
    Ok(ApiResponse { etag: Some(placing::etag(own)), ..file })
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
