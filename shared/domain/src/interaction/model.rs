//! An interaction as it is stored, and as much of it as its session carries.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use jiff::Timestamp;
use parlor_form::{Evidence, Values};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    document::{Document, SignedFile},
    request::{JoinedFile, Request, SentFile},
    workflow::{Answer, Workflow},
};
use crate::{InteractionId, ParticipantId, ids::InvalidId, library::FromLibrary};

/// The most interactions that a session ever has, withdrawn ones included.
pub const TASKS_MAX: usize = 100;

/// What kind of thing there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "InteractionKind")]
pub enum Kind {
    /// A PDF to fill in and sign.
    Document,
    /// Photos or files to send.
    Request,
    /// Questions, step by step.
    Workflow,
}

impl Kind {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Request => "request",
            Self::Workflow => "workflow",
        }
    }
}

/// How far an interaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InteractionState {
    /// Prepared; the customer does not see it.
    Draft,
    /// The customer may begin.
    Sent,
    /// The customer has entered something.
    InProgress,
    /// Finished by the customer.
    Completed,
    /// Taken back by the agent; the customer does not see it any more.
    Withdrawn,
    /// The customer would not do it.
    Declined,
    /// Of a request: what was sent is what was wanted.
    Accepted,
    /// Of a request: it is to be sent again.
    SentBack,
}

impl InteractionState {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Withdrawn => "withdrawn",
            Self::Declined => "declined",
            Self::Accepted => "accepted",
            Self::SentBack => "sent_back",
        }
    }

    /// Whether it waits for the customer.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::InProgress | Self::SentBack)
    }

    /// Whether the customer has done it.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::Accepted)
    }

    /// Whether the customer sees it.
    #[must_use]
    pub fn is_shown(self) -> bool {
        !matches!(self, Self::Draft | Self::Withdrawn)
    }
}

/// Who is to do it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", description = "`customer`, or a participant's id.")]
pub enum Assignee {
    /// The session's customer.
    #[default]
    Customer,
    /// A participant (R22).
    Participant(ParticipantId),
}

impl Assignee {
    /// Whether it is the customer.
    #[must_use]
    pub fn is_customer(&self) -> bool {
        *self == Self::Customer
    }

    /// The participant, where it is not the customer.
    #[must_use]
    pub fn participant(&self) -> Option<&ParticipantId> {
        match self {
            Self::Customer => None,
            Self::Participant(id) => Some(id),
        }
    }

    /// As it stands in the API: `customer`, or the participant's id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.participant().map_or("customer", ParticipantId::as_str)
    }
}

impl TryFrom<String> for Assignee {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl FromStr for Assignee {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text == "customer" { Ok(Self::Customer) } else { text.parse().map(Self::Participant) }
    }
}

impl From<Assignee> for String {
    fn from(assignee: Assignee) -> Self {
        assignee.as_str().to_owned()
    }
}

/// Of which step of which workflow a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartOf {
    /// The workflow.
    pub interaction: InteractionId,
    /// The step's id.
    pub step: String,
}

/// How much of it is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Of a workflow: steps that were filled in. Of a document: required fields that are; of all, where none is required. Of a request: the files that
    /// are there, of those that have to be.
    pub done: u32,
    /// Of a workflow: steps that are shown, which answers can change. Of a document: the fields that are counted. Of a request: the files that
    /// are needed.
    pub of: u32,
}

/// Something for the customer to do, with what they entered so far. What it asks stands apart ([`Asked`]), because it
/// never changes once it was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// Its id within the session.
    pub id: InteractionId,
    /// Rises by one with each write.
    pub version: u64,
    /// What kind of thing there is to do.
    pub kind: Kind,
    /// What the agent or the integrator called it.
    pub title: String,
    /// How far it is.
    pub state: InteractionState,
    /// Who is to do it.
    #[serde(default)]
    pub assignee: Assignee,
    /// The place that it was made with. The one that it has now stands in its session ([`Session::arranged`](crate::Session::arranged)),
    /// so that moving others does not write it.
    pub order: u32,
    /// Until when it should be done. Nothing happens at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the customer first saw it, or could have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When the customer first entered something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the customer completed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// When the customer was last reminded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminded_at: Option<Timestamp>,
    /// Why the customer declined, if they said so; of a request that was sent back, why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The version of the library's entry that it was made of. What it asks was copied, and stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<FromLibrary>,
    /// Of a document of a workflow's step: which. It goes where its workflow goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    /// How much of it is done.
    pub progress: Progress,
    /// What was entered, by the field's name. Until it is completed that can have answers to steps that are hidden now: should the
    /// step be shown again, they are there. Nobody is shown them ([`Workflow::kept`]), and nothing of them is left in the end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entered: BTreeMap<String, Answer>,
    /// The steps that the customer went on from.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub passed: BTreeSet<String>,
    /// The step to go on at; none for the first, or the review once all are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Of a document: what was filled in, by the field's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: Values,
    /// Of a completed document: what its last page says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Of a completed document: its signed file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedFile>,
    /// The files that were sent: of a request in the customer's order, of a workflow those that its answers name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<SentFile>,
    /// Of a request that was sent for good: its files as one PDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<JoinedFile>,
}

impl Interaction {
    /// When its signed or joined file is asked for again, while it has not come.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match (&self.signed, &self.joined) {
            (Some(SignedFile::Coming { again_at, .. }), _) | (_, Some(JoinedFile::Coming { again_at, .. })) => {
                Some(*again_at)
            }
            _ => None,
        }
    }
}

/// What an interaction asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Asked {
    /// Questions, step by step.
    Workflow(Workflow),
    /// A PDF to fill in and sign.
    Document(Document),
    /// Photos or files to send.
    Request(Request),
}

impl Asked {
    /// What kind of thing there is to do.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Workflow(_) => Kind::Workflow,
            Self::Document(_) => Kind::Document,
            Self::Request(_) => Kind::Request,
        }
    }
}

/// As much of an interaction as its session carries, for the customer's room and for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The interaction's id.
    pub id: InteractionId,
    /// What kind of thing there is to do.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub state: InteractionState,
    /// Its place among the session's: smaller ones come first, and of equal ones the one that was made first.
    pub order: u32,
    /// Until when it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Who is to do it (R22).
    #[serde(default, skip_serializing_if = "Assignee::is_customer")]
    pub assignee: Assignee,
    /// Of a document of a workflow's step: which. The workflow counts, and what is in it does not count beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
}

impl Task {
    /// Whether it stands for itself: the documents of a workflow's steps are done within the workflow.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.part_of.is_none()
    }

    /// Of a document of a workflow's step: whether the step still needs it. What the agent took back is not needed any more.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        !self.state.is_done() && self.state != InteractionState::Withdrawn
    }
}

/// How many tasks a customer has, and has done (R14). One that was declined is not done: the agent withdraws it, or the session
/// stays incomplete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskCount {
    /// Done by the customer.
    pub done: usize,
    /// All that were sent and not withdrawn.
    pub of: usize,
}

impl TaskCount {
    /// Of these tasks.
    #[must_use]
    pub fn of(tasks: &[Task]) -> Self {
        let whole = || tasks.iter().filter(|task| task.is_whole());
        let count = |counts: fn(InteractionState) -> bool| whole().filter(|task| counts(task.state)).count();
        Self { done: count(InteractionState::is_done), of: count(InteractionState::is_shown) }
    }

    /// Whether all is done. No tasks counts as incomplete (R14).
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.of > 0 && self.done == self.of
    }
}

/// What a decision writes of an interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct InteractionWrite {
    /// The interaction as it will be. Its `version` is one above what was read.
    pub interaction: Interaction,
    /// What it asks, where it is new, or a draft that was changed.
    pub asked: Option<Asked>,
}
