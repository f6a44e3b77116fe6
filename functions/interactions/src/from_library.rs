//! An interaction made of the library (R21): the newest version is copied, so that nothing that becomes of the entry later
//! changes what was sent.

use parlor_domain::{
    SessionId,
    interaction::{Asked, title_text},
    library::{Content, FromLibrary},
};
use parlor_fonts::Fonts;
use parlor_form::Values;
use parlor_web::{ApiError, Code, Problem, operation::Loaded};

use crate::{
    document::filled_in,
    input::{self, invalid_title},
};

/// Puts it together of what was read with the session.
pub(crate) fn make(
    loaded: &Loaded,
    session: &SessionId,
    new: &input::FromLibrary,
    fonts: &Fonts,
) -> Result<(String, Asked, Values, Option<FromLibrary>), ApiError> {
    let unknown = || {
        let detail = "The library of the session's team offers nothing like that to send.";
        Problem::new(Code::UnknownEntry, detail).about("library")
    };
    // What other teams have is told nobody.
    let entry = Some(&new.id).filter(|id| id.team() == session.team()).map(|id| loaded.found.library_entry(id));
    let entry = entry.transpose()?.flatten().filter(|stored| stored.entry.offered().is_some()).ok_or_else(unknown)?;
    let newest = loaded.found.library_newest(&entry.entry.id)?.ok_or_else(unknown)?;
    let Content::Asked(asked) = newest.content else { return Err(unknown().into()) };
    if new.kind.is_some_and(|kind| kind != asked.kind()) {
        let detail = format!("The library's entry is of the kind `{}`.", asked.kind().as_str());
        return Err(Problem::new(Code::UnknownEntry, detail).about("kind").into());
    }
    let values = match &asked {
        Asked::Document(document) => filled_in(document, &new.values, fonts)?,
        Asked::Workflow(_) | Asked::Request(_) => Values::new(),
    };
    let title = match new.title.as_deref() {
        Some(title) => title_text(title).map(str::to_owned).ok_or_else(invalid_title)?,
        None => newest.title,
    };
    Ok((title, asked, values, Some(FromLibrary { id: new.id.clone(), version: newest.version })))
}
