//! An interaction as the API shows it.

use std::collections::BTreeMap;

use parlor_domain::{
    Interaction, InteractionId, InteractionState,
    interaction::{Answer, Assignee, Kind, Progress, Step, Workflow},
};
use parlor_web::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// Something for the customer to do.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Interaction")]
pub(crate) struct InteractionView {
    /// Its id, 16 characters.
    id: InteractionId,
    /// What kind of thing there is to do.
    kind: Kind,
    /// What it is called.
    title: String,
    /// How far it is.
    state: InteractionState,
    /// Who is to do it.
    assignee: Assignee,
    /// Its place among the session's: smaller ones come first.
    order: u32,
    /// When it was made.
    created_at: Time,
    /// When the customer could begin first.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_at: Option<Time>,
    /// When the customer first entered something.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Time>,
    /// When the customer completed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Time>,
    /// Until when it should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Time>,
    /// When the customer was last reminded of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminded_at: Option<Time>,
    /// Why the customer declined, if they did and said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How much of it is done.
    progress: Progress,
    /// Rises with each change.
    version: u64,
    /// What it asks; only where one interaction is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
    /// What the customer answered, by the field's name; only with `values=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<BTreeMap<String, Answer>>,
}

impl InteractionView {
    /// As lists show it.
    pub(crate) fn of(own: &Interaction) -> Self {
        Self {
            id: own.id.clone(),
            kind: own.kind,
            title: own.title.clone(),
            state: own.state,
            assignee: own.assignee,
            order: own.order,
            created_at: Time(own.created_at),
            sent_at: own.sent_at.map(Time),
            started_at: own.started_at.map(Time),
            completed_at: own.completed_at.map(Time),
            due_at: own.due_at.map(Time),
            reminded_at: own.reminded_at.map(Time),
            reason: own.reason.clone(),
            progress: own.progress,
            version: own.version,
            steps: None,
            values: None,
        }
    }

    /// With what it asks and, if wanted, what was answered.
    pub(crate) fn with(self, own: &Interaction, workflow: Option<Workflow>, values: bool) -> Self {
        let values = workflow.as_ref().filter(|_| values).map(|workflow| workflow.kept(&own.entered));
        Self { steps: workflow.map(|workflow| workflow.steps), values, ..self }
    }

    /// What the API's document shows as an answer.
    pub(crate) fn sample() -> Value {
        json!({
            "id": "w0rkf10w2b3c4d5e",
            "kind": "workflow",
            "title": "About your household",
            "state": "sent",
            "assignee": "customer",
            "order": 1,
            "created_at": "2026-11-21T14:05:00.000Z",
            "sent_at": "2026-11-21T14:05:00.000Z",
            "progress": {"done": 0, "of": 1},
            "version": 1,
        })
    }
}
