//! What an interaction is made from.

use jiff::Timestamp;
use parlor_domain::{
    LibraryId, UploadId,
    interaction::{Accepted, AskedFor, Assignee, InvalidWorkflow, Kind, Request, Step, Workflow, title_text},
};
use parlor_form::{Field, Values};
use parlor_web::{
    ApiError, ApiRequest, Code, Problem,
    api_request::{Payload, YesNo, optional_word},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a POST.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MakeInteraction", description = "Something for the customer to do.")]
pub(crate) struct Input {
    /// What kind of thing there is to do: `workflow`, which it is without this, `document` or `request`.
    #[serde(default, deserialize_with = "optional_word")]
    kind: Option<Kind>,
    /// What it is called on the customer's page, 1 to 120 characters in one line; without it, as the first step, the file, or
    /// what is asked for.
    title: Option<String>,
    /// A published workflow, document or request of the library of the session's team: its newest version is copied. Then there are neither
    /// `steps` nor `upload` nor `fields`.
    library: Option<LibraryId>,
    /// Of a workflow, which needs them: its steps.
    steps: Option<Vec<Step>>,
    /// Of a document, which needs it: the PDF, as its upload's `id`.
    upload: Option<UploadId>,
    /// Of a document: its fields, in place of those of the PDF's own form.
    fields: Option<Vec<Field>>,
    /// Of a document: what is filled in before it is sent, by the fields' names. Signatures and initials are the customer's own.
    values: Option<Values>,
    /// Of a request, which needs it: what is wanted, 1 to 120 characters in one line.
    what: Option<String>,
    /// Of a request: how to do it, at most 2,000 characters.
    instructions: Option<String>,
    /// Of a request: the kinds of files that are taken, by what is in them. Without it, all.
    accept: Option<Vec<Accepted>>,
    /// Of a request: how many files there have to be, 1 without it.
    min: Option<u32>,
    /// Of a request: how many files there may be, 10 without it and 20 at most.
    max: Option<u32>,
    /// Who is to do it: `customer`, who it is without this, or a participant's id.
    assignee: Option<String>,
    /// Its place among the session's: smaller ones come first. Without it, behind all that there are.
    order: Option<u32>,
    /// Whether the customer may begin at once, which is so without this; otherwise it is a draft.
    #[schemars(with = "Option<bool>")]
    send: Option<YesNo>,
    /// Until when it should be done. Nothing happens at that moment.
    due_at: Option<Timestamp>,
}

impl Input {
    /// What the API's document shows as a request.
    pub(crate) fn sample() -> Value {
        json!({
            "kind": "workflow",
            "title": "About your household",
            "steps": [
                {
                    "id": "who",
                    "title": "Who lives with you",
                    "fields": [{"name": "alone", "label": "Do you live alone?", "type": "yes_no", "required": true}],
                },
                {
                    "id": "others",
                    "title": "The others",
                    "show_if": {"all": [{"field": "alone", "is": false}]},
                    "fields": [{"name": "adults", "label": "How many adults?", "type": "number", "min": 1, "max": 20}],
                },
            ],
        })
    }
}

/// An interaction to be made, checked as far as that goes without its session.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) what: What,
    pub(crate) order: Option<u32>,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) send: bool,
    pub(crate) assignee: Assignee,
}

/// Who is to do it; whether they are in the session the decision says.
pub(crate) fn assignee(said: Option<String>) -> Result<Assignee, ApiError> {
    let said = said.filter(|said| !said.is_empty()).unwrap_or_else(|| "customer".to_owned());
    Assignee::try_from(said).map_err(|_| {
        let detail = "An interaction is for the session's customer, `customer`, or for one of its participants.";
        Problem::new(Code::UnknownAssignee, detail).about("assignee").into()
    })
}

/// What is to be made.
#[derive(Debug)]
pub(crate) enum What {
    Workflow { title: String, workflow: Workflow },
    Request { title: String, request: Request },
    Document(NewDocument),
    Library(FromLibrary),
}

/// An entry of the library to be sent.
#[derive(Debug)]
pub(crate) struct FromLibrary {
    pub(crate) id: LibraryId,
    /// The kind that it has to be, where the caller says so.
    pub(crate) kind: Option<Kind>,
    pub(crate) title: Option<String>,
    pub(crate) values: Values,
}

/// A document to be made.
#[derive(Debug)]
pub(crate) struct NewDocument {
    pub(crate) upload: UploadId,
    pub(crate) title: Option<String>,
    pub(crate) fields: Option<Vec<Field>>,
    pub(crate) values: Values,
}

/// A form carries the steps as the text of their JSON, the kinds of files with commas between them, numbers as digits, and perhaps
/// a day in place of a moment.
fn from_form(request: &ApiRequest) -> Result<ApiRequest, ApiError> {
    let Payload::Form(fields) = &request.payload else { return Ok(request.clone()) };
    let mut object = serde_json::Map::new();
    for (name, value) in fields {
        match name.as_str() {
            "csrf" | "idempotency_key" => {}
            _ if value.trim().is_empty() => {}
            "steps" => {
                let steps: Value = serde_json::from_str(value)
                    .map_err(|_| Problem::new(Code::InvalidWorkflow, "The definition is not JSON.").about("steps"))?;
                // Who copies a whole definition means its steps.
                let steps = match steps {
                    Value::Object(mut whole) => whole.remove("steps").unwrap_or(Value::Object(whole)),
                    steps => steps,
                };
                object.insert(name.clone(), steps);
            }
            // A day is one to its end.
            "due_at" if value.trim().parse::<jiff::civil::Date>().is_ok() => {
                object.insert(name.clone(), format!("{}T23:59:59Z", value.trim()).into());
            }
            "accept" => {
                object.insert(name.clone(), value.split(',').map(str::trim).collect());
            }
            "min" | "max" => {
                let number = value.trim().parse::<u32>().map_or_else(|_| Value::from(value.as_str()), Value::from);
                object.insert(name.clone(), number);
            }
            _ => {
                object.insert(name.clone(), Value::from(value.as_str()));
            }
        }
    }
    let mut read = request.clone();
    read.payload = Payload::Json(Value::Object(object));
    Ok(read)
}

/// Reads what is to be made.
pub(crate) fn read(request: &ApiRequest) -> Result<New, ApiError> {
    let input: Input = from_form(request)?.input()?;
    let assignee = assignee(input.assignee.clone())?;
    let send = input.send.is_none_or(YesNo::is_yes);
    if let Some(id) = input.library {
        let beside =
            [("steps", input.steps.is_some()), ("upload", input.upload.is_some()), ("fields", input.fields.is_some())];
        if let Some((field, _)) = beside.iter().find(|(_, given)| *given) {
            let detail = format!("What the library has is sent as it is, without `{field}`.");
            return Err(Problem::new(Code::Malformed, detail).about(*field).into());
        }
        let values = input.values.unwrap_or_default();
        let what = What::Library(FromLibrary { id, kind: input.kind, title: input.title, values });
        return Ok(New { what, order: input.order, due_at: input.due_at, send, assignee });
    }
    if input.kind == Some(Kind::Document) {
        if input.steps.is_some() {
            return Err(Problem::new(Code::Malformed, "A document has no steps.").about("steps").into());
        }
        let upload = input.upload.ok_or_else(|| {
            Problem::new(Code::UnknownUpload, "A document needs the `upload` that it is made of.").about("upload")
        })?;
        let values = input.values.unwrap_or_default();
        let what = What::Document(NewDocument { upload, title: input.title, fields: input.fields, values });
        return Ok(New { what, order: input.order, due_at: input.due_at, send, assignee });
    }
    if input.kind == Some(Kind::Request) {
        let what = wanted(&input)?;
        return Ok(New { what, order: input.order, due_at: input.due_at, send, assignee });
    }
    let steps = input
        .steps
        .ok_or_else(|| Problem::new(Code::InvalidWorkflow, "A workflow needs its `steps`.").about("steps"))?;
    let workflow = Workflow { steps };
    workflow.check().map_err(|invalid| invalid_workflow(&invalid))?;
    let title = input.title.as_deref().or_else(|| workflow.steps.first().map(|step| step.title.as_str()));
    let title = title.and_then(title_text).map(str::to_owned).ok_or_else(invalid_title)?;
    Ok(New { what: What::Workflow { title, workflow }, order: input.order, due_at: input.due_at, send, assignee })
}

fn wanted(input: &Input) -> Result<What, ApiError> {
    let request = Request::asking_for(AskedFor {
        what: input.what.clone().unwrap_or_default(),
        instructions: input.instructions.clone(),
        accept: input.accept.clone(),
        min: input.min,
        max: input.max,
    });
    let request = request.map_err(|wrong| {
        Problem::new(Code::InvalidRequest, parlor_web::problem::capitalised(&wrong.reason)).about(wrong.field)
    })?;
    let title = input.title.as_deref().unwrap_or(&request.what);
    let title = title_text(title).map(str::to_owned).ok_or_else(invalid_title)?;
    Ok(What::Request { title, request })
}

pub(crate) fn invalid_title() -> Problem {
    Problem::new(Code::InvalidTitle, "A title has 1 to 120 characters, in one line.").about("title")
}

fn invalid_workflow(invalid: &InvalidWorkflow) -> Problem {
    Problem::new(Code::InvalidWorkflow, parlor_web::problem::capitalised(&invalid.reason)).about(invalid.field.clone())
}
