//! What can be asked of an interaction, and why it is refused.

use jiff::Timestamp;
use parlor_form::{JoinWords, Values};

use super::{
    answers::{Entries, Missing},
    check::{TITLE, is_text},
    document::{Document, FilledIn},
    model::{Asked, Assignee, Interaction, PartOf},
    request::{FileChange, JoinedFile, NoFile, Request},
    workflow::Workflow,
};
use crate::{InteractionId, library::FromLibrary, link::Issued};

/// The longest reason for declining, in characters.
pub const REASON_MAX: usize = 500;

/// An interaction to be made.
#[derive(Debug, Clone)]
pub struct NewInteraction {
    /// A new id.
    pub id: InteractionId,
    /// What it is called, as [`title_text`] has it.
    pub title: String,
    /// What it asks, checked.
    pub asked: Asked,
    /// Of a document: what is filled in before it is sent.
    pub values: Values,
    /// Its place among the session's; without one, behind all that there are.
    pub order: Option<u32>,
    /// Until when it should be done.
    pub due_at: Option<Timestamp>,
    /// Whether the customer may begin at once. Otherwise it is a draft.
    pub send: bool,
    /// The entry of the library that it is made of.
    pub library: Option<FromLibrary>,
    /// Who is to do it (R22).
    pub assignee: Assignee,
    /// Of a document of a workflow's step: which.
    pub part_of: Option<PartOf>,
}

/// What somebody wants to happen to an interaction.
#[derive(Debug, Clone)]
pub enum WorkCommand<'a> {
    /// All of these, one after the other, in one write: what is done to a workflow and to its steps' documents.
    Together(Vec<WorkCommand<'a>>),
    /// Make one.
    Add(NewInteraction),
    /// Let the customer begin with a draft; of a document, with what of the session its fields begin with.
    Send(&'a Interaction, Option<FilledIn<'a>>),
    /// Give the document of a draft other fields, and keep these values of what was filled in before.
    Place(&'a Interaction, Document, Values),
    /// Take it back.
    Withdraw(&'a Interaction),
    /// A document of a workflow that is over, and that did not need it, goes with it.
    LetGo(&'a Interaction),
    /// A document of this workflow was completed in this step, or taken back (no step): the workflow counts it at once.
    Count(&'a Interaction, &'a Workflow, Option<String>),
    /// Let somebody else do it (R22), who goes on where it is. Nobody's signature goes along.
    Assign(&'a Interaction, &'a Asked, Assignee),
    /// Let it stand before this one of the session, or without one behind all that there are.
    Move(&'a Interaction, Option<InteractionId>),
    /// Remind the customer of it by the session's channel, with a new link.
    Remind(&'a Interaction, Issued),
    /// Keep what the customer entered.
    Save(&'a Interaction, Filled<'a>),
    /// Keep what the customer entered, and finish.
    Complete(&'a Interaction, Filled<'a>),
    /// The customer would not do it.
    Decline(&'a Interaction, String),
    /// The customer adds, removes or moves a file of a request.
    ChangeFiles(&'a Interaction, &'a Request, FileChange),
    /// The customer adds, removes or moves a file of a workflow's field, and what they entered beside it is kept.
    AnswerFiles {
        /// The workflow.
        own: &'a Interaction,
        /// What it asks.
        workflow: &'a Workflow,
        /// The field's name.
        field: String,
        /// What becomes of its files.
        change: FileChange,
        /// What was entered beside it.
        entries: Entries,
    },
    /// What was sent for a request is what was wanted.
    Accept(&'a Interaction),
    /// What was sent for a request is not what was wanted, for this reason: the customer sends again.
    SendBack(&'a Interaction, String),
    /// The signed file of a completed document is there.
    File {
        /// The document.
        own: &'a Interaction,
        /// The file's key in the bucket.
        key: String,
        /// Its SHA-256, in small hexadecimal digits.
        sha256: String,
        /// In bytes.
        size: u64,
    },
    /// The joined file of a request is there.
    FileJoined {
        /// The request.
        own: &'a Interaction,
        /// Of which sending it is: when that was.
        at: Timestamp,
        /// The file.
        file: JoinedFile,
    },
    /// The signed or joined file has not come: ask for it once more, or give it up after the last try.
    FinishAgain(&'a Interaction),
}

/// What a customer entered, with what was asked.
#[allow(clippy::large_enum_variant, reason = "made once for a request, and handed on once")]
#[derive(Debug, Clone)]
pub enum Filled<'a> {
    /// Answers to questions.
    Workflow(&'a Workflow, Entries),
    /// Values in a document.
    Document(FilledIn<'a>),
    /// Files, which were sent before; at completion with what the joined file says of those that cannot be put in.
    Request(&'a Request, Option<JoinWords>),
}

/// Why a command about an interaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// R2: the customer may look and not write, or nothing at all.
    #[error("the customer may not fill in anything now")]
    ReadOnly,
    /// It is completed, declined or withdrawn.
    #[error("it is completed, declined or withdrawn already")]
    Closed,
    /// The customer does not have it yet.
    #[error("it is a draft; send it first")]
    NotSent,
    /// What was sent asks what it asks.
    #[error("it was sent, so its fields stay as they are")]
    NotDraft,
    /// Something is missing.
    #[error("something is still missing")]
    Incomplete(Vec<Missing>),
    /// The session has as many as it may have.
    #[error("a session has at most 100 interactions")]
    TooMany,
    /// All answers together are longer than 48 KB, or all values of a document longer than 128 KB.
    #[error("what was entered is too long altogether")]
    TooMuch,
    /// The reason is too long, or there is none where one is needed.
    #[error("a reason has at most 500 characters, and sending back needs one")]
    InvalidReason,
    /// It should be done at a time that is over.
    #[error("`due_at` is over")]
    DueOver,
    /// Only a request is accepted and sent back.
    #[error("only a document request is accepted or sent back")]
    NotRequest,
    /// The customer has not finished it.
    #[error("the customer has not completed it yet")]
    NotCompleted,
    /// R22: nobody of this id is in the session.
    #[error("no customer or participant of this session has this id")]
    UnknownAssignee,
    /// What it is to stand before is not in the session.
    #[error("no interaction of this session has the id in `before`")]
    UnknownNeighbour,
    /// R22: others come first, and are not done yet.
    #[error("it comes after what others have to do, and they are not done yet")]
    NotYourTurn,
    /// It is not any more what whoever completes it was shown.
    #[error("it was changed since it was looked at")]
    Changed,
    /// A document of a workflow's step goes where its workflow goes.
    #[error("it is part of a workflow, and goes where that goes")]
    PartOfWorkflow,
    /// A file that is not added.
    #[error("{}", match .0 {
        NoFile::TooMany => "there are as many files as there may be",
        NoFile::Kind => "a file of this kind is not asked for",
        NoFile::Unknown => "there is no such file, or not any more",
    })]
    NoFile(NoFile),
}

impl Refusal {
    /// The stable `code` of the API's refusals.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Closed => "interaction-closed",
            Self::NotSent => "not-sent",
            Self::NotDraft => "not-a-draft",
            Self::Incomplete(_) => "incomplete",
            Self::TooMany => "too-many-interactions",
            Self::TooMuch => "too-much",
            Self::InvalidReason => "invalid-reason",
            Self::DueOver => "invalid-due",
            Self::NotRequest => "not-a-request",
            Self::NotCompleted => "not-completed",
            Self::UnknownAssignee => "unknown-assignee",
            Self::UnknownNeighbour => "unknown-interaction",
            Self::NotYourTurn => "not-your-turn",
            Self::Changed => "version-conflict",
            Self::PartOfWorkflow => "part-of-workflow",
            Self::NoFile(NoFile::TooMany) => "too-many-files",
            Self::NoFile(NoFile::Kind) => "file-not-asked-for",
            Self::NoFile(NoFile::Unknown) => "unknown-upload",
        }
    }
}

/// A title as it is kept: something that can be read, of at most 120 characters in one line, without blanks around it.
#[must_use]
pub fn title_text(title: &str) -> Option<&str> {
    let title = title.trim();
    is_text(title, TITLE, false).then_some(title)
}
