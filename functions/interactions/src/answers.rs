//! The answers of a completed workflow as pages to keep (R21). They are made of what was typed and drawn: no file of anybody is read.

use parlor_domain::{Interaction, SessionId, interaction::Asked};
use parlor_fonts::Fonts;
use parlor_store::ReadResult;
use parlor_templates::Lang;
use parlor_web::{ApiError, ApiResponse, Code, FileBody, Problem, answers::answers_page};

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
    let page = answers_page(found, session, own, &workflow, documents, readers)?.ok_or(ApiError::NotFound)?;
    let bytes = parlor_paper::answers(&page, fonts).ok_or_else(|| {
        tracing::error!("answers that cannot be written");
        Problem::new(Code::Unavailable, "The service is not available; try again.").after(2)
    })?;
    let name = format!("answers-{}.pdf", own.id);
    let file = ApiResponse::file(FileBody { bytes, content_type: "application/pdf", name });
    Ok(ApiResponse { etag: Some(placing::etag(own)), ..file })
}
