//! A document to be made of an upload (R21): what was read of the file, its fields, and what is filled in before it is sent.

use parlor_domain::{
    SessionId, Upload,
    interaction::{Asked, Document, ValueEntries, ValueFault, title_text},
    upload::FileType,
};
use parlor_fonts::Fonts;
use parlor_form::{Field, Form, ReadReport, Refusal, Values};
use parlor_objects::ObjectError;
use parlor_web::{ApiError, Code, Problem, operation::Loaded};

use crate::input::{NewDocument, invalid_title};

/// The most bytes of a report about a file.
pub(crate) const REPORT_MAX: usize = 4_000_000;
/// The longest name of a field, in bytes.
const NAME_MAX: usize = 200;
/// The most fields that a caller may place.
const FIELDS_MAX: usize = 500;

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
    let upload = loaded.found.upload(session, &new.upload)?.filter(|upload| upload.is_usable(loaded.now));
    let upload = upload.ok_or_else(|| {
        Problem::new(Code::UnknownUpload, "There is no such upload of this session, or not any more.").about("upload")
    })?;
    if upload.content_type != FileType::Pdf {
        return Err(refused(Refusal::NotPdf).into());
    }
    let (mut form, pictures) = read(report)?;
    if let Some(fields) = &new.fields {
        check(fields, &form)?;
        form.fields.clone_from(fields);
    }
    let title = title(new, &upload)?;
    let document = Document { upload: upload.id, sha256: upload.sha256, form, pictures };
    if !document.fits() {
        return Err(refused(Refusal::FormTooBig).into());
    }
    let read = document.take(&new.values, |text| fonts.uncovered(text));
    if let Some((name, why)) = read.wrong.first_key_value() {
        return Err(invalid_value(name, why).into());
    }
    Ok((title, Asked::Document(document), present(read.values)))
}

fn present(values: ValueEntries) -> Values {
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn read(report: &Report) -> Result<(Form, Vec<Option<parlor_form::PagePicture>>), ApiError> {
    let bytes = match report {
        Ok(bytes) => bytes,
        Err(ObjectError::Missing) => {
            let detail = "The file has not come, or is still being read. Try again in a moment.";
            return Err(Problem::new(Code::UploadNotRead, detail).about("upload").after(1).into());
        }
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            return Err(unavailable());
        }
    };
    match serde_json::from_slice(bytes) {
        Ok(ReadReport::Read { form, pictures }) => Ok((form, pictures)),
        Ok(ReadReport::Refused(refusal)) => Err(refused(refusal).into()),
        Ok(ReadReport::Unreadable) => {
            Err(Problem::new(Code::Unreadable, "Reading the file took too long.").about("upload").into())
        }
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            Err(unavailable())
        }
    }
}

fn unavailable() -> ApiError {
    Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into()
}

fn refused(refusal: Refusal) -> Problem {
    let code = match refusal {
        Refusal::NotPdf => Code::NotPdf,
        Refusal::Damaged => Code::Damaged,
        Refusal::TooBig => Code::FileTooLarge,
        Refusal::Password => Code::Password,
        Refusal::Xfa => Code::Xfa,
        Refusal::Signed => Code::Signed,
        Refusal::NoPages => Code::NoPages,
        Refusal::TooManyPages => Code::TooManyPages,
        Refusal::PageTooLarge => Code::PageTooLarge,
        Refusal::ImageTooLarge => Code::ImageTooLarge,
        Refusal::TooMuchContent => Code::TooMuchContent,
        Refusal::TooNested => Code::TooNested,
        Refusal::BadFont => Code::BadFont,
        Refusal::FormTooBig => Code::FormTooBig,
    };
    let sentence = parlor_web::problem::capitalised(&refusal.to_string());
    Problem::new(code, format!("{sentence}.")).about("upload")
}

/// What it is called: as asked, or as the file.
fn title(new: &NewDocument, upload: &Upload) -> Result<String, ApiError> {
    let name = upload.name.strip_suffix(".pdf").or_else(|| upload.name.strip_suffix(".PDF")).unwrap_or(&upload.name);
    let title = new.title.as_deref().unwrap_or(name);
    Ok(title_text(title).map(str::to_owned).ok_or_else(invalid_title)?)
}

/// Fields that a caller places have to lie on pages that are there.
fn check(fields: &[Field], form: &Form) -> Result<(), ApiError> {
    let wrong = |place: usize, what: &str, detail: &str| -> Result<(), ApiError> {
        Err(Problem::new(Code::InvalidField, detail).about(format!("fields[{place}].{what}")).into())
    };
    if fields.len() > FIELDS_MAX {
        let detail = format!("A document has at most {FIELDS_MAX} fields.");
        return Err(Problem::new(Code::InvalidField, detail).about("fields").into());
    }
    for (place, field) in fields.iter().enumerate() {
        if field.name.trim().is_empty() || field.name.len() > NAME_MAX {
            return wrong(place, "name", "A field's name has 1 to 200 characters.");
        }
        let page = usize::try_from(field.page).ok().and_then(|page| page.checked_sub(1));
        let Some(page) = page.and_then(|page| form.pages.get(page)) else {
            return wrong(place, "page", "The document has no such page; pages are counted from 1.");
        };
        let [x, y, width, height] = field.rect;
        let is_on_it = x >= 0.0 && y >= 0.0 && width >= 4.0 && height >= 4.0;
        if !is_on_it || x + width > page.width + 1.0 || y + height > page.height + 1.0 {
            return wrong(place, "rect", "A field lies on its page, and is at least 4 points wide and high.");
        }
        let takes_options = matches!(field.kind, parlor_form::FieldKind::Radio | parlor_form::FieldKind::Choice);
        if takes_options == field.options.is_empty() {
            return wrong(place, "options", "A radio and a choice have options, and no other field has.");
        }
        if ![0, 90, 180, 270].contains(&field.turn) {
            return wrong(place, "turn", "A field is turned by 0, 90, 180 or 270 degrees.");
        }
    }
    Ok(())
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
