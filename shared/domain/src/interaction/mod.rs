//! What there is for the customer to do (R21): documents, document requests and workflows.
//!
//! `model` is what is stored, `workflow` what a workflow asks, `document` what a document asks, `placing` which fields agents may give it, `request` what a document request asks, `check` what makes a definition one, `typed` how what
//! somebody typed is read, `answers` which answers count, `command` what can be asked of one; the rules are with the session's (`session::decide`).

mod answers;
mod check;
mod command;
mod document;
mod model;
mod placing;
mod request;
mod strokes;
mod typed;
mod workflow;

pub use answers::{Entries, Missing, Read};
pub use check::InvalidWorkflow;
pub use command::{Filled, NewInteraction, REASON_MAX, Refusal, WorkCommand, title_text};
pub use document::{
    Document, FilledIn, Posted, ReadValues, SignedFile, ValueEntries, ValueFault, finish_key, longest_value, made_keys,
};
pub use model::{
    Asked, Assignee, Interaction, InteractionState, InteractionWrite, Kind, PartOf, Progress, TASKS_MAX, Task,
    TaskCount,
};
pub use placing::{FIELD_LABEL_MAX, FIELD_NAME_MAX, InvalidField, PLACED_LEAST, PLACED_MAX, Share};
pub(crate) use request::is_joined;
pub use request::{
    Accepted, AskedFor, FILES_MAX, FileChange, JoinedFile, NoFile, Request, SentFile, join_key, join_task,
};
pub use typed::Wrong;
pub use workflow::{Answer, Bound, Condition, Field, FieldKind, ShowIf, Step, WORKFLOW_FILES, Workflow, files_of};

#[cfg(test)]
mod tests;
