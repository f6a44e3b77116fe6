//! The sessions in which a customer finished something since their owner last entered (R20): an item for each agent, with an
//! attribute for each session, which the write that finishes adds and entering removes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{AgentId, Decision, Event, EventKind, SessionId};

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

/// When a guest finished something, or would not do it, unless the owner is there to see it (`seen`).
fn finished(decision: &Decision, seen: bool) -> Option<Timestamp> {
    let is_one = |event: &&Event| {
        let kind = &event.kind;
        let done = matches!(kind, EventKind::InteractionCompleted { .. } | EventKind::InteractionDeclined { .. });
        done && event.actor.is_guest() && !seen
    };
    decision.events.iter().find(is_one).map(|event| event.at)
}

impl Store {
    /// Notes for the owner that their customer finished something, or would not do it, unless the owner is there to see it
    /// (`seen`); and forgets it for whoever owns the session no more (R9).
    pub(crate) fn note_update(&self, decision: &Decision, seen: bool) -> Result<Option<TransactWriteItem>, StoreError> {
        let session = &decision.session;
        if let Some(at) = finished(decision, seen) {
            let update = self
                .updates_of(&session.agent, &session.id)
                .update_expression("SET #session = :at")
                .expression_attribute_values(":at", number(at.as_microsecond()));
            return written(update).map(Some);
        }
        let from = decision.events.iter().find_map(|event| match &event.kind {
            EventKind::Transferred { from, .. } => Some(from),
            _ => None,
        });
        from.map(|from| self.forget_update(from, &session.id)).transpose()
    }

    /// What is written in place of [`Store::note_update`] where the owner's item holds no more: of some ten thousand sessions
    /// that they never entered, nothing is kept but what is new. `None` where nothing is noted.
    pub(crate) fn first_update(
        &self,
        decision: &Decision,
        seen: bool,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(at) = finished(decision, seen) else { return Ok(None) };
        let mut item = Key::updates(&decision.session.agent).to_item();
        item.insert(decision.session.id.to_string(), number(at.as_microsecond()));
        self.put(item).map(Some)
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
