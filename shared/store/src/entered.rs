//! The sessions that a member of staff entered, the last one first (R20).

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{AgentId, Presence, SessionId};

use crate::{
    Cursor, ReadBatch, Store, StoreError, Summary,
    commit::incomplete,
    history::{recent, summary},
    keys::{Item, Key, number, text},
};

/// One page of the sessions that a member of staff entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// When they last entered, the session, and whether its customer is online; the last one first.
    pub items: Vec<(Timestamp, Summary, Presence)>,
    /// What to ask for as `from` to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// The partition of `by_agent` in which the sessions stand that somebody entered. No agent's id has a `#`.
fn partition(agent: &AgentId) -> String {
    format!("R#{agent}")
}

fn session_of(item: &Item) -> Option<SessionId> {
    Key::of(item)?.sk.strip_prefix("R#")?.parse().ok()
}

impl Store {
    /// Notes that somebody entered a session's room: one item for each of their sessions, however often they come.
    pub(crate) fn note_entry(
        &self,
        agent: &AgentId,
        session: &SessionId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::entry(agent, session).to_item()))
            .update_expression("SET #partition = :partition, #recent = :now")
            .expression_attribute_names("#partition", "agent_key")
            .expression_attribute_names("#recent", "recent")
            .expression_attribute_values(":partition", text(&partition(agent)))
            .expression_attribute_values(":now", number(now.as_microsecond()))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// One page of the sessions that `agent` entered, the last one first. Whether the agent may see them still, the caller
    /// decides. One `Query`, and then one `BatchGetItem` of the sessions.
    pub async fn entered(&self, agent: &AgentId, from: Option<&Cursor>, limit: usize) -> Result<Entered, StoreError> {
        let before = match from {
            Some(Cursor::Older(before)) => *before,
            _ => i64::MAX,
        };
        let request = self
            .client
            .query()
            .table_name(&self.core)
            .index_name("by_agent")
            .scan_index_forward(false)
            .key_condition_expression("#partition = :partition AND #recent < :before")
            .expression_attribute_names("#partition", "agent_key")
            .expression_attribute_names("#recent", "recent")
            .expression_attribute_values(":partition", text(&partition(agent)))
            .expression_attribute_values(":before", number(before))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query entered", &error))?;
        let next = answer.last_evaluated_key.as_ref().and_then(recent).map(Cursor::Older);
        let entries = answer.items.unwrap_or_default();
        let entries: Vec<_> = entries.iter().filter_map(|item| Some((recent(item)?, session_of(item)?))).collect();
        let keys = entries.iter().fold(ReadBatch::new().eventually(), |keys, (_, id)| keys.session_alone(id));
        let sessions = self.read(keys).await?;
        let mut items = Vec::with_capacity(entries.len());
        for (at, id) in entries {
            let Some(item) = sessions.item(&Key::session(&id)) else { continue };
            let (session, presence) = summary(item)?;
            if session.erased_at.is_some() {
                continue;
            }
            items.push((Timestamp::from_microsecond(at).unwrap_or_default(), session, presence));
        }
        Ok(Entered { items, next })
    }
}
