//! What callers send, and how much of it fits together.

use parlor_domain::{
    TeamId, UploadId,
    interaction::{Accepted, AskedFor, InvalidWorkflow, Request, Step, Workflow},
    library::{Content, Edit, EntryKind, EntryState, prepared_text},
};
use parlor_form::Field;
use parlor_templates::console::FieldRow;
use parlor_web::{
    ApiError, Code, Problem,
    api_request::{YesNo, optional_word},
    problem::capitalised,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::refused;

/// The query of a list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ListQuery {
    /// Whose library; without it that of the caller's own team.
    pub(crate) team: Option<TeamId>,
    /// Only entries of this kind.
    #[serde(default, deserialize_with = "optional_word")]
    pub(crate) kind: Option<EntryKind>,
    /// Only entries in this state.
    #[serde(default, deserialize_with = "optional_word")]
    pub(crate) state: Option<EntryState>,
    /// Where to go on: the `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many entries are looked at for a page, 1 to 100, which is so without it; those of another kind or state are left out.
    #[schemars(regex(pattern = "^([1-9][0-9]?|100)$"))]
    pub(crate) limit: Option<String>,
}

/// The body of POST `/v1/library`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewLibraryEntry", description = "An entry to make.")]
pub(crate) struct New {
    /// What kind of thing it is.
    pub(crate) kind: EntryKind,
    /// What it is called, 1 to 120 characters in one line. Texts need one; others are called as their first step, the file, or what is
    /// wanted.
    pub(crate) title: Option<String>,
    /// In whose library; without it that of the caller's own team.
    pub(crate) team: Option<TeamId>,
    /// Of a text, which needs it: 1 to 4,000 characters. `{name}` stands for the customer's name.
    text: Option<String>,
    /// Of a workflow, which needs them: its steps.
    steps: Option<Vec<Step>>,
    /// Of a document, which needs it: the PDF, as the `id` of an upload of the library.
    upload: Option<UploadId>,
    /// Of a document: its fields, in place of those of the PDF's own form.
    fields: Option<Vec<Field>>,
    /// Of a request, which needs it: what is wanted.
    request: Option<AskedFor>,
}

impl New {
    /// Of a page's form, whose fields were read already.
    pub(crate) fn of_page(kind: EntryKind, title: &str, team: TeamId) -> Self {
        let title = Some(title.to_owned()).filter(|title| !title.trim().is_empty());
        Self { kind, title, team: Some(team), text: None, steps: None, upload: None, fields: None, request: None }
    }

    fn has_no_more(&self) -> bool {
        self.text.is_none() && self.steps.is_none() && self.upload.is_none() && self.fields.is_none()
    }

    pub(crate) fn content(&mut self) -> Result<Given, ApiError> {
        let given = match self.request.take() {
            Some(request) if self.has_no_more() => Given::request(request)?,
            Some(_) => return Err(needs(EntryKind::Request)),
            None => Given::read(self.text.take(), self.steps.take(), self.upload.take(), self.fields.take())?,
        };
        match (&given, self.kind) {
            (Given::Text(_), EntryKind::Text)
            | (Given::Workflow(_), EntryKind::Workflow)
            | (Given::Request(_), EntryKind::Request)
            | (Given::Document { .. }, EntryKind::Document) => Ok(given),
            (_, kind) => Err(needs(kind)),
        }
    }
}

/// The body of PATCH `/v1/library/{id}`: what is not there stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeLibraryEntry", description = "What to change of an entry; what is not there stays.")]
pub(crate) struct Change {
    /// What it is called.
    title: Option<String>,
    /// Of a text: the text.
    text: Option<String>,
    /// Of a workflow: its steps.
    steps: Option<Vec<Step>>,
    /// Of a document: another PDF, as the `id` of an upload of the library.
    upload: Option<UploadId>,
    /// Of a document: its fields.
    fields: Option<Vec<Field>>,
    /// Of a request: what is wanted.
    request: Option<AskedFor>,
    /// Whether it is kept and not offered.
    #[schemars(with = "Option<bool>")]
    archived: Option<YesNo>,
}

impl Change {
    /// What to change beside the content, and the content.
    pub(crate) fn read(self) -> Result<(Edit, Given), ApiError> {
        let archived = self.archived.map(YesNo::is_yes);
        let is_alone = self.text.is_none() && self.steps.is_none() && self.upload.is_none() && self.fields.is_none();
        let given = match self.request {
            Some(request) if is_alone => Given::request(request)?,
            Some(_) => return Err(needs(EntryKind::Request)),
            None => Given::read(self.text, self.steps, self.upload, self.fields)?,
        };
        Ok((Edit { title: self.title, content: None, archived }, given))
    }
}

/// Steps that were pasted.
#[derive(Debug, Deserialize)]
struct Steps {
    steps: Vec<Step>,
}

/// What somebody gives for an entry's content, checked as far as it can be without what is in the table.
#[derive(Debug, Clone)]
pub(crate) enum Given {
    Nothing,
    Text(String),
    Workflow(Workflow),
    Request(Request),
    Document {
        upload: UploadId,
        fields: Option<Vec<Field>>,
    },
    /// Other fields on the same file.
    Fields(Vec<Field>),
    /// Those of one of its pages, as a page's list has them.
    Listed(ListedFields),
}

/// The list of a page's fields, as a form without a script posts it.
#[derive(Debug, Clone)]
pub(crate) struct ListedFields {
    pub(crate) rows: Vec<FieldRow>,
    /// Counted from 1.
    pub(crate) page: usize,
}

impl Given {
    fn request(said: AskedFor) -> Result<Self, ApiError> {
        let invalid = |wrong: InvalidWorkflow| invalid_request(&wrong.field, &wrong.reason);
        Ok(Self::Request(Request::asking_for(said).map_err(invalid)?))
    }

    /// Of a page's form for a request, whose fields have its names.
    pub(crate) fn request_of_page(field: impl Fn(&str) -> String) -> Result<Self, ApiError> {
        let number = |name: &str| match field(name).trim() {
            "" => Ok(None),
            digits => digits.parse().map(Some).map_err(|_| invalid_request(name, "this is a number of files")),
        };
        let wanted = field("accept");
        let accept = [("image", Accepted::Image), ("pdf", Accepted::Pdf)].into_iter();
        let accept =
            accept.filter(|(kind, _)| wanted.split(',').any(|own| own == *kind)).map(|(_, kind)| kind).collect();
        let (min, max) = (number("min")?, number("max")?);
        let instructions = Some(field("instructions"));
        Self::request(AskedFor { what: field("what"), instructions, accept: Some(accept), min, max })
    }

    /// Of a page's form. A document's form may have no file, when the one that is there stays.
    pub(crate) fn of_page(
        kind: EntryKind,
        text: &str,
        steps: &str,
        upload: &str,
        is_new: bool,
    ) -> Result<Self, ApiError> {
        match kind {
            EntryKind::Text => Self::read(Some(text.to_owned()), None, None, None),
            EntryKind::Workflow => {
                let broken = || Problem::new(Code::InvalidWorkflow, "The definition is not JSON.").about("steps");
                let mut steps: Value = serde_json::from_str(steps).map_err(|_| broken())?;
                // Who copies a whole definition means its steps.
                if let Some(inner) = steps.get_mut("steps") {
                    steps = inner.take();
                }
                let steps: Vec<Step> =
                    parlor_web::api_request::read(json!({ "steps": steps })).map(|Steps { steps }| steps)?;
                Self::read(None, Some(steps), None, None)
            }
            // Its form has other fields.
            EntryKind::Request => Err(needs(kind)),
            EntryKind::Document if upload.is_empty() && !is_new => Ok(Self::Nothing),
            EntryKind::Document => {
                let upload = upload.parse().map_err(|_| needs(EntryKind::Document))?;
                Ok(Self::Document { upload, fields: None })
            }
        }
    }

    fn read(
        text: Option<String>,
        steps: Option<Vec<Step>>,
        upload: Option<UploadId>,
        fields: Option<Vec<Field>>,
    ) -> Result<Self, ApiError> {
        match (text, steps, upload, fields) {
            (None, None, None, None) => Ok(Self::Nothing),
            (Some(text), None, None, None) => Ok(Self::Text(prepared_text(&text).map_err(refused)?)),
            (None, Some(steps), None, None) => {
                let workflow = Workflow { steps };
                workflow.check().map_err(|invalid| invalid_workflow(&invalid))?;
                Ok(Self::Workflow(workflow))
            }
            (None, None, Some(upload), fields) => Ok(Self::Document { upload, fields }),
            (None, None, None, Some(fields)) => Ok(Self::Fields(fields)),
            _ => {
                let detail =
                    "An entry has a `text`, or `steps`, or an `upload` with `fields`: what belongs to its kind.";
                Err(Problem::new(Code::AnotherKind, detail).into())
            }
        }
    }

    /// The content, where the request alone says it.
    pub(crate) fn alone(&self) -> Option<Content> {
        match self {
            Self::Text(text) => Some(Content::Text(text.clone())),
            Self::Workflow(workflow) => Some(Content::workflow(workflow.clone())),
            Self::Request(request) => Some(Content::request(request.clone())),
            _ => None,
        }
    }
}

fn needs(kind: EntryKind) -> ApiError {
    let (field, detail) = match kind {
        EntryKind::Text => ("text", "A text needs its `text`, and has nothing else."),
        EntryKind::Workflow => ("steps", "A workflow needs its `steps`, and has nothing else."),
        EntryKind::Request => ("request", "A request needs its `request`, and has nothing else."),
        EntryKind::Document => ("upload", "A document needs the `upload` that it is made of."),
    };
    Problem::new(Code::AnotherKind, detail).about(field).into()
}

fn invalid_workflow(invalid: &InvalidWorkflow) -> Problem {
    Problem::new(Code::InvalidWorkflow, capitalised(&invalid.reason)).about(invalid.field.clone())
}

fn invalid_request(field: &str, reason: &str) -> ApiError {
    Problem::new(Code::InvalidRequest, capitalised(reason)).about(format!("request.{field}")).into()
}
