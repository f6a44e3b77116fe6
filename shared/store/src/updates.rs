//! The sessions in which a customer finished something since their owner last entered (R20): an item for each agent, with an
//! attribute for each session, which the write that finishes adds and entering removes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{AgentId, Decision, EventKind, SessionId};

use crate::{
    Entered, ReadBatch, ReadResult, Store, StoreError,
    commit::incomplete,
    history::summary,
    keys::{Item, Key, number},
};

/// By session, when the customer finished something last.
pub type Updates = BTreeMap<SessionId, Timestamp>;

/// The attributes that are no sessions are the key's.
fn updates(item: &Item) -> Updates {
    let one = |(name, value): (&String, &aws_sdk_dynamodb::types::AttributeValue)| {
        let at = Timestamp::from_microsecond(value.as_n().ok()?.parse().ok()?).ok()?;
        Some((name.parse().ok()?, at))
    };
    item.iter().filter_map(one).collect()
}

impl ReadBatch {
    /// In which sessions a customer finished something since `agent`, who owns them, last entered: one item.
    #[must_use]
    pub fn updates(self, agent: &AgentId) -> Self {
        self.with(Key::updates(agent))
    }
}

impl ReadResult {
    /// In which sessions a customer finished something since `agent` last entered.
    #[must_use]
    pub fn updates(&self, agent: &AgentId) -> Updates {
        self.item(&Key::updates(agent)).map(updates).unwrap_or_default()
    }
}

impl Store {
    /// Notes for the owner that their customer finished something, or would not do it, unless the owner is there to see it
    /// (`seen`); and forgets it for whoever owns the session no more (R9).
    pub(crate) fn note_update(&self, decision: &Decision, seen: bool) -> Result<Option<TransactWriteItem>, StoreError> {
        let session = &decision.session;
        for event in &decision.events {
            match &event.kind {
                EventKind::InteractionCompleted { .. } | EventKind::InteractionDeclined { .. }
                    if event.actor.is_guest() && !seen =>
                {
                    let update = self
                        .updates_of(&session.agent, &session.id)
                        .update_expression("SET #session = :at")
                        .expression_attribute_values(":at", number(event.at.as_microsecond()));
                    return written(update).map(Some);
                }
                EventKind::Transferred { from, .. } => return self.forget_update(from, &session.id).map(Some),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Forgets that a customer finished something: `agent` has seen it.
    pub(crate) fn forget_update(&self, agent: &AgentId, session: &SessionId) -> Result<TransactWriteItem, StoreError> {
        written(self.updates_of(agent, session).update_expression("REMOVE #session"))
    }

    fn updates_of(&self, agent: &AgentId, session: &SessionId) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::updates(agent).to_item()))
            .expression_attribute_names("#session", session.as_str())
    }

    /// The sessions in which a customer finished something since `agent` last entered, the last one first, at most `limit`. Two
    /// `BatchGetItem`, the second of the sessions; without any, one.
    pub async fn updated(&self, agent: &AgentId, limit: usize) -> Result<Entered, StoreError> {
        let mut found: Vec<_> = self.read(ReadBatch::new().updates(agent)).await?.updates(agent).into_iter().collect();
        found.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        found.truncate(limit);
        let keys = found.iter().fold(ReadBatch::new().eventually(), |keys, (id, _)| keys.session_alone(id));
        let sessions = self.read(keys).await?;
        let mut items = Vec::with_capacity(found.len());
        for (id, at) in found {
            let Some(item) = sessions.item(&Key::session(&id)) else { continue };
            let (session, presence) = summary(item)?;
            if session.erased_at.is_some() {
                continue;
            }
            items.push((at, session, presence));
        }
        Ok(Entered { items, next: None })
    }
}

fn written(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    let update = update.build().map_err(|error| incomplete(&error))?;
    Ok(TransactWriteItem::builder().update(update).build())
}
