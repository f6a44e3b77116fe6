//! R10: an agent's lock, where the settings allow one session that is not over. It stands in a partition of its own, so that
//! whoever ends a session needs no right to anything else of its owner. A lock that is free is an item without a session: to
//! delete it would be a right more for every function. The session stands in a set, of which it takes itself out whatever
//! else is in it: an end never depends on what became of the lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use parlor_domain::{AgentId, Decision, Session, SessionId};

use crate::{
    ReadBatch, ReadResult, Store, StoreError,
    commit::incomplete,
    document,
    keys::{Key, text},
};

/// The session that an agent's lock is held by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Which one.
    pub id: SessionId,
    /// Its customer's name when it took the lock, for telling the agent what is open without another read.
    pub customer: String,
}

/// What is to be known of the lock that a decision takes, before it can be committed.
#[derive(Debug)]
pub enum Lock {
    /// It takes none, or one that is free.
    Free,
    /// Nobody looked at it: read again, and the lock with it.
    Unread,
    /// Another session holds it.
    Held(OpenSession),
}

/// The agents whose locks are looked at. Whose they are may be known before the first read, and otherwise is by the second.
#[derive(Debug, Default)]
pub struct Locks(Mutex<Vec<AgentId>>);

impl Locks {
    fn agents(&self) -> MutexGuard<'_, Vec<AgentId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the lock of `agent`, too.
    pub fn of(&self, agent: &AgentId) {
        let mut agents = self.agents();
        if !agents.contains(agent) {
            agents.push(agent.clone());
        }
    }

    /// What to read: one item for each agent.
    #[must_use]
    pub fn keys(&self, batch: ReadBatch) -> ReadBatch {
        self.agents().iter().fold(batch, ReadBatch::lock)
    }

    /// How the lock stands that `decision` takes.
    pub fn look(&self, decision: &Decision, found: &ReadResult) -> Result<Lock, StoreError> {
        let Some(agent) = &decision.locks else { return Ok(Lock::Free) };
        if !self.agents().contains(agent) {
            self.of(agent);
            return Ok(Lock::Unread);
        }
        Ok(found.lock(agent)?.map_or(Lock::Free, Lock::Held))
    }
}

impl ReadBatch {
    /// An agent's lock (R10): one item.
    #[must_use]
    pub fn lock(self, agent: &AgentId) -> Self {
        self.with(Key::lock(agent))
    }
}

impl ReadResult {
    /// The session that holds an agent's lock; `None` while it is free.
    pub fn lock(&self, agent: &AgentId) -> Result<Option<OpenSession>, StoreError> {
        let key = Key::lock(agent);
        let Some(item) = self.item(&key) else { return Ok(None) };
        let held: Option<Vec<SessionId>> = document::read_value("lock", item, "sessions")?;
        let Some(id) = held.unwrap_or_default().pop() else { return Ok(None) };
        let customer = self.text("lock", &key, "customer")?.unwrap_or_default().to_owned();
        Ok(Some(OpenSession { id, customer }))
    }
}

impl Store {
    /// The writes by which a decision gives one lock back and takes another.
    pub(crate) fn move_locks(&self, decision: &Decision) -> Result<Vec<TransactWriteItem>, StoreError> {
        let session = &decision.session;
        if session.holds_lock && decision.locks.is_none() && decision.names_contact {
            // The customer's details were corrected, perhaps the name among them.
            return Ok(vec![self.rename_lock(session)?]);
        }
        let give_back = decision.unlocks.iter().map(|agent| self.unlock(agent, &session.id));
        give_back.chain(decision.locks.iter().map(|agent| self.take_lock(agent, session))).collect()
    }

    /// Takes a lock that nobody holds.
    fn take_lock(&self, agent: &AgentId, session: &Session) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::lock(agent).to_item()))
            .update_expression("SET #sessions = :session, #customer = :customer")
            .condition_expression("attribute_not_exists(#sessions)")
            .expression_attribute_names("#sessions", "sessions")
            .expression_attribute_names("#customer", "customer")
            .expression_attribute_values(":session", only(&session.id))
            .expression_attribute_values(":customer", text(&session.customer.name))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| incomplete(&error))?).build())
    }

    /// Keeps the customer's name in a lock that the session holds.
    fn rename_lock(&self, session: &Session) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::lock(&session.agent).to_item()))
            .update_expression("SET #customer = :customer")
            .expression_attribute_names("#customer", "customer")
            .expression_attribute_values(":customer", text(&session.customer.name))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| incomplete(&error))?).build())
    }

    /// Gives a lock back that this session holds. Another session's stays.
    fn unlock(&self, agent: &AgentId, session: &SessionId) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::lock(agent).to_item()))
            .update_expression("DELETE #sessions :session REMOVE #customer")
            .expression_attribute_names("#sessions", "sessions")
            .expression_attribute_names("#customer", "customer")
            .expression_attribute_values(":session", only(session))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| incomplete(&error))?).build())
    }
}

fn only(session: &SessionId) -> AttributeValue {
    AttributeValue::Ss(vec![session.to_string()])
}
