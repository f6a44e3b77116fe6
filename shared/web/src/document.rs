//! A document made of a file that was sent (R21): what was read of it, and the fields that a caller places on it.

use jiff::Timestamp;
use parlor_domain::{
    LibraryId, TeamId, Upload,
    interaction::{Asked, Document, InvalidField, Workflow},
    library::{Content, FromLibrary},
    upload::FileType,
};
use parlor_form::{Field, Form, PagePicture, ReadReport, Refusal};
use parlor_store::{ReadBatch, ReadResult};

use crate::{ApiError, Code, Problem, problem::capitalised};

/// What is refused of a document's file.
pub const OF_FILES: [Code; 18] = [
    Code::UnknownUpload,
    Code::UploadNotRead,
    Code::NotPdf,
    Code::NotClean,
    Code::Damaged,
    Code::FileTooLarge,
    Code::Password,
    Code::Xfa,
    Code::Signed,
    Code::NoPages,
    Code::TooManyPages,
    Code::PageTooLarge,
    Code::ImageTooLarge,
    Code::TooMuchContent,
    Code::TooNested,
    Code::BadFont,
    Code::FormTooBig,
    Code::Unreadable,
];
/// The most bytes of a report about a file.
pub const REPORT_MAX: usize = 4_000_000;

/// A document of the library that a workflow's step names, as it is sent now.
#[derive(Debug, Clone)]
pub struct StepDocument {
    /// The step's id.
    pub step: String,
    /// What the library calls it.
    pub title: String,
    /// What it asks.
    pub document: Document,
    /// The version that it is.
    pub library: FromLibrary,
}

/// Reads the documents that a workflow's steps name: two items each.
#[must_use]
pub fn reading_steps(batch: ReadBatch, workflow: &Workflow) -> ReadBatch {
    workflow.documents().fold(batch, |batch, (_, id)| batch.library_entry(id).library_newest(id))
}

/// The documents that a workflow's steps name; [`reading_steps`] was read.
///
/// # Errors
/// `unknown-entry` about the first that the team's library does not have, that is no document, or that is not offered.
pub fn of_steps(found: &ReadResult, team: &TeamId, workflow: &Workflow) -> Result<Vec<StepDocument>, ApiError> {
    let named = workflow.steps.iter().enumerate();
    named.filter_map(|(at, step)| Some(of_step(found, team, (at, &step.id), step.document.as_ref()?))).collect()
}

fn of_step(
    found: &ReadResult,
    team: &TeamId,
    (at, step): (usize, &str),
    id: &LibraryId,
) -> Result<StepDocument, ApiError> {
    let unknown = |detail: &str| Problem::new(Code::UnknownEntry, detail).about(format!("steps[{at}].document"));
    // What other teams have is told nobody.
    let entry = Some(id).filter(|id| id.team() == *team).map(|id| found.library_entry(id)).transpose()?.flatten();
    let entry = entry.ok_or_else(|| unknown("The team's library has no such entry."))?.entry;
    if entry.offered().is_none() {
        return Err(unknown("The library's entry is not published, or archived.").into());
    }
    let newest = found.library_newest(id)?.ok_or_else(|| unknown("The library's entry is not published."))?;
    let Content::Asked(Asked::Document(document)) = newest.content else {
        return Err(unknown("The library's entry is no document.").into());
    };
    let library = FromLibrary { id: id.clone(), version: newest.version };
    Ok(StepDocument { step: step.to_owned(), title: newest.title, document, library })
}

/// Puts a document together. `upload` is the file as it was announced, `report` what was read of it, nothing before it was;
/// `fields` take the place of those of the PDF's own form.
///
/// # Errors
/// What is wrong with the file or a field; `upload-not-read` while it is being read.
pub fn document(
    upload: Option<Upload>,
    report: Option<&[u8]>,
    fields: Option<&[Field]>,
    now: Timestamp,
) -> Result<(Upload, Document), ApiError> {
    let upload = upload.filter(|upload| upload.is_usable(now)).ok_or_else(|| {
        Problem::new(Code::UnknownUpload, "There is no such upload here, or not any more.").about("upload")
    })?;
    if upload.content_type != FileType::Pdf {
        return Err(refused(Refusal::NotPdf).into());
    }
    let (form, pictures) = read(report)?;
    let document = Document { upload: upload.id.clone(), sha256: upload.sha256.clone(), form, pictures };
    let document = match fields {
        Some(fields) => with_fields(document, fields)?,
        None => document,
    };
    if document.fits() { Ok((upload, document)) } else { Err(refused(Refusal::FormTooBig).into()) }
}

/// The document with other fields.
///
/// # Errors
/// 422 `invalid-field` for fields that do not lie on its pages; `form-too-big`.
pub fn with_fields(document: Document, fields: &[Field]) -> Result<Document, ApiError> {
    let placed = document
        .with_fields(fields.to_vec())
        .map_err(|InvalidField { at, reason }| Problem::new(Code::InvalidField, capitalised(reason)).about(at))?;
    if placed.fits() { Ok(placed) } else { Err(refused(Refusal::FormTooBig).into()) }
}

/// The file's name as a title.
#[must_use]
pub fn title_of(upload: &Upload) -> &str {
    upload.name.strip_suffix(".pdf").or_else(|| upload.name.strip_suffix(".PDF")).unwrap_or(&upload.name)
}

fn read(report: Option<&[u8]>) -> Result<(Form, Vec<Option<PagePicture>>), ApiError> {
    let Some(bytes) = report else {
        let detail = "The file has not come, or is still being read. Try again in a moment.";
        return Err(Problem::new(Code::UploadNotRead, detail).about("upload").after(1).into());
    };
    match serde_json::from_slice(bytes) {
        Ok(ReadReport::Read { form, pictures }) => Ok((form, pictures)),
        Ok(ReadReport::Picture { .. }) => Err(refused(Refusal::NotPdf).into()),
        Ok(ReadReport::Refused(refusal)) => Err(refused(refusal).into()),
        Ok(ReadReport::Unreadable) => {
            Err(Problem::new(Code::Unreadable, "Reading the file took too long.").about("upload").into())
        }
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            Err(Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into())
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    let code = match refusal {
        Refusal::NotPdf | Refusal::Heic => Code::NotPdf,
        Refusal::NotClean => Code::NotClean,
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
    let sentence = capitalised(&refusal.to_string());
    Problem::new(code, format!("{sentence}.")).about("upload")
}
