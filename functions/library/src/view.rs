//! An entry as the API shows it.

use parlor_domain::{
    Actor, LibraryId, TeamId, UploadId,
    interaction::{Asked, Request, Step},
    library::{Content, EntryKind, EntryState},
};
use parlor_form::{Field, Page};
use parlor_store::LibraryEntry;
use parlor_web::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// An entry of a team's library.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "LibraryEntry")]
pub(crate) struct EntryView {
    /// Its id, which begins with its team's.
    pub(crate) id: LibraryId,
    /// In whose library it is.
    team: TeamId,
    /// What kind of thing it is.
    kind: EntryKind,
    /// What it is called.
    pub(crate) title: String,
    /// Whether it is offered.
    state: EntryState,
    /// The newest version that was published, counted from 1; `null` before the first.
    version: Option<u32>,
    /// Whether something was changed since then. Agents are not told.
    changed: bool,
    /// How often it was sent to customers. Of texts nothing is counted, and it is 0.
    used: u64,
    /// When it was last changed, published or archived; for agents when it was published.
    updated_at: Time,
    /// Who did. Agents are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Actor>,
    /// Of a text: the text. In lists the one that is offered; of one entry, for who may change it, as it is worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Of a workflow, where one entry is asked for: its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
    /// Of a document, where one entry is asked for: the file that it was made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadId>,
    /// Of a document, where one entry is asked for: its pages in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Vec<Page>>,
    /// Of a document, where one entry is asked for: its fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Field>>,
    /// Of a request, where one entry is asked for: what is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
}

impl EntryView {
    /// For whoever may change it.
    pub(crate) fn of(LibraryEntry { entry, .. }: &LibraryEntry, used: u64) -> Self {
        Self {
            id: entry.id.clone(),
            team: entry.team(),
            kind: entry.kind,
            title: entry.title.clone(),
            state: entry.state(),
            version: entry.offer.as_ref().map(|offer| offer.version),
            changed: entry.changed,
            used,
            updated_at: Time(entry.updated_at),
            by: Some(entry.by.clone()),
            text: entry.offer.as_ref().and_then(|offer| offer.text.clone()),
            steps: None,
            upload: None,
            pages: None,
            fields: None,
            request: None,
        }
    }

    /// For an agent: what is offered, and nothing else.
    pub(crate) fn offered(stored: &LibraryEntry, used: u64) -> Option<Self> {
        let offer = stored.entry.offered()?;
        let title = offer.title.clone();
        Some(Self { title, changed: false, updated_at: Time(offer.at), by: None, ..Self::of(stored, used) })
    }

    /// With what is in it.
    pub(crate) fn with(self, content: Content) -> Self {
        match content {
            Content::Text(text) => Self { text: Some(text), ..self },
            Content::Asked(Asked::Workflow(workflow)) => Self { steps: Some(workflow.steps), ..self },
            Content::Asked(Asked::Document(document)) => Self {
                upload: Some(document.upload),
                pages: Some(document.form.pages),
                fields: Some(document.form.fields),
                ..self
            },
            Content::Asked(Asked::Request(request)) => Self { request: Some(request), ..self },
        }
    }

    /// What the API's document shows as an answer.
    pub(crate) fn sample() -> Value {
        json!({
            "id": "1end1nw31c0me2b3c4d5e6", "team": "1end1n", "kind": "text", "title": "Welcome", "state": "published",
            "version": 1, "changed": false, "used": 0, "updated_at": "2026-11-21T14:05:00.000Z",
            "by": {"type": "agent", "id": "agent00000000001", "name": "Nina Berg"},
            "text": "Hello {name}, how can I help you?",
        })
    }
}
