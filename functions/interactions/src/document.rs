//! A document to be made of an upload (R21): what was read of the file, its fields, and what is filled in before it is sent.

use parlor_domain::{
    SessionId,
    interaction::{Asked, Document, ValueEntries, ValueFault, title_text},
};
use parlor_fonts::Fonts;
use parlor_form::Values;
use parlor_objects::ObjectError;
use parlor_web::{ApiError, Code, Problem, document, operation::Loaded};

use crate::input::{NewDocument, invalid_title};

/// What came of reading the file, as the bucket has it.
pub(crate) type Report = Result<Vec<u8>, ObjectError>;

/// Puts it together. `report` is what the bucket has of the upload.
pub(crate) fn make(
    loaded: &Loaded,
    session: &SessionId,
    new: &NewDocument,
    report: &Report,
    fonts: &Fonts,
) -> Result<(String, Asked, Values), ApiError> {
    let upload = loaded.found.upload(session, &new.upload)?;
    let report = match report {
        Ok(bytes) => Some(bytes.as_slice()),
        Err(ObjectError::Missing) => None,
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            return Err(Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into());
        }
    };
    let (upload, document) = document::document(upload, report, new.fields.as_deref(), loaded.now)?;
    let title = new.title.as_deref().unwrap_or_else(|| document::title_of(&upload));
    let title = title_text(title).map(str::to_owned).ok_or_else(invalid_title)?;
    let values = filled_in(&document, &new.values, fonts)?;
    Ok((title, Asked::Document(document), values))
}

/// What of the session a document begins with as it is sent. What does not fit its field, or has letters that no font has, is left to
/// the customer.
pub(crate) fn begun(loaded: &Loaded, document: &Document, fonts: &Fonts) -> Values {
    let values = document.prefilled(&loaded.stored.session, &loaded.settings, loaded.now);
    present(document.take(&values, |text| fonts.uncovered(text)).values)
}

/// What is filled in before a document is sent.
pub(crate) fn filled_in(document: &Document, values: &Values, fonts: &Fonts) -> Result<Values, ApiError> {
    let read = document.take(values, |text| fonts.uncovered(text));
    match read.wrong.first_key_value() {
        Some((name, why)) => Err(invalid_value(name, why).into()),
        None => Ok(present(read.values)),
    }
}

pub(crate) fn present(values: ValueEntries) -> Values {
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn invalid_value(name: &str, why: &ValueFault) -> Problem {
    let about = format!("values.{name}");
    match why {
        ValueFault::Letters(letters) => {
            let detail = format!("No font has these characters: {letters}");
            Problem::new(Code::UncoveredCharacters, detail).about(about)
        }
        ValueFault::Answer(_) | ValueFault::Drawing => {
            let detail = format!("No value that the field `{name}` can have.");
            Problem::new(Code::InvalidValue, detail).about(about)
        }
    }
}
