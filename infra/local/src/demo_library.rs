//! What the demo's teams have in their libraries: prepared texts and a workflow each, published by their supervisor.

use jiff::SignedDuration;
use parlor_domain::{
    Actor, Agent, LibraryId, TeamId,
    interaction::Workflow,
    library::{Content, Entry, EntryKind, prepared_text},
};
use parlor_runtime::Runtime;
use parlor_store::{LibraryWrite, Store};
use serde_json::{Value, json};

use crate::{demo_error::DemoError, demo_session};

/// Prepared texts: titles, and what they say.
const TEXTS: [(&str, &str); 3] = [
    ("Welcome", "Hello {name}, good to have you here. How can I help you today?"),
    (
        "What we still need",
        "Thank you, {name}. I have put what we still need into your list. You can stop at any time: everything is kept as you go.",
    ),
    (
        "Goodbye",
        "Thank you for your time, {name}. You can come back to this room by the same link if anything is open.",
    ),
];

/// Publishes them in the library of `team`. A commit for each entry.
pub(crate) async fn fill(runtime: &Runtime, store: &Store, by: &Agent, team: &TeamId) -> Result<(), DemoError> {
    let invalid = |_| DemoError::Invalid("library");
    for (title, text) in TEXTS {
        let content = Content::Text(prepared_text(text).map_err(invalid)?);
        publish(runtime, store, by, team, (title, EntryKind::Text, content)).await?;
    }
    for (title, steps) in [("Your household", household()), ("Water damage", demo_session::damage())] {
        let workflow: Workflow = serde_json::from_value(steps).map_err(|_| DemoError::Invalid("library"))?;
        workflow.check().map_err(|_| DemoError::Invalid("library"))?;
        publish(runtime, store, by, team, (title, EntryKind::Workflow, Content::workflow(workflow))).await?;
    }
    Ok(())
}

async fn publish(
    runtime: &Runtime,
    store: &Store,
    by: &Agent,
    team: &TeamId,
    (title, kind, content): (&str, EntryKind, Content),
) -> Result<(), DemoError> {
    let now = runtime.clock.now();
    let at = now.checked_sub(SignedDuration::from_hours(6 * 24)).unwrap_or(now);
    let invalid = |_| DemoError::Invalid("library");
    let by = Actor::Agent { id: by.id.clone(), name: by.name.clone() };
    let id = LibraryId::generate_for(team, &runtime.entropy);
    let draft = Entry::draft(id, title, kind, by.clone(), at).map_err(invalid)?;
    let published = draft.publish(&content, by, at).map_err(invalid)?;
    let (entry, published) = published.ok_or(DemoError::Invalid("library"))?;
    let write = LibraryWrite { entry: &entry, before: None, content: Some(&content), published: Some(&published) };
    store.create_entry(&write, None).await?;
    Ok(())
}

fn household() -> Value {
    json!({"steps": [
        {"id": "s1", "title": "Who lives with you", "text": "We ask this of everybody who applies for a loan.", "fields": [
            {"name": "q1", "label": "How many adults live with you?", "type": "number", "required": true},
            {"name": "q2", "label": "Do you have children?", "type": "yes_no", "required": true},
        ]},
        {"id": "s2", "title": "Your income", "fields": [
            {"name": "q3", "label": "You are", "type": "choice", "options": ["Employed", "Self-employed", "Retired", "Something else"], "required": true},
            {"name": "q4", "label": "Your net income in a month, in euros", "type": "number", "required": true},
        ]},
    ]})
}
