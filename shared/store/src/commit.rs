//! The one write of an operation: a whole decision, or nothing of it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Actor, Decision, EventKind, OutboxEntry, ParticipantId, Session, SessionId, Who,
    keyring::Sealed,
    session::{message_content, message_digest},
};
use serde::{Deserialize, Serialize};

use crate::{
    DUE_SHARDS, KnownContact, Store, StoreError, Summary, document,
    history::{agent_key, all_key, team_key},
    keys::{Item, Key, due_shard, millis, number, shard_of, text},
    running::{RUNNING, running_key},
};

/// How long an answer is kept for its `Idempotency-Key`.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// An answer that is kept for its `Idempotency-Key`. Its body is sealed: it can carry a link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// SHA-256 of method, path and body: the same key with another request is refused.
    pub request: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// The answer's body, its `ETag` and the page that a form's browser goes to, sealed.
    pub body: Sealed,
    /// When it was given; DynamoDB's TTL removes it a day later, and readers ignore it from then on.
    pub at: Timestamp,
}

impl IdempotencyRecord {
    /// Whether the answer still counts at `now`.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < KEPT_FOR
    }
}

/// A message that was posted, under its writer's own id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedMark {
    /// The message's number in the session.
    pub seq: u64,
    /// When it was posted.
    pub at: Timestamp,
    /// Of who wrote it and what, so that the id is not taken for another message. Marks from before have none:
    /// their messages are taken for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

impl PostedMark {
    /// Of a message that `writer` posted; `content` is what [`message_content`] makes of it.
    #[must_use]
    pub fn new(seq: u64, at: Timestamp, writer: &Actor, content: &str) -> Self {
        Self { seq, at, digest: Some(message_digest(writer, content)) }
    }

    /// Whether it is the mark of this message, `content` being as it would be posted.
    #[must_use]
    pub fn is_of(&self, writer: &Actor, content: &str) -> bool {
        self.digest.as_ref().is_none_or(|own| *own == message_digest(writer, content))
    }
}

/// The customer's connections in a session's room, and staff's, as they were read.
#[derive(Debug, Default)]
pub(crate) struct Customers {
    /// All of them and of the participants', with whose it is, whatever their leases say.
    pub(crate) connections: Vec<(String, Who)>,
    /// Staff's connections, with the agent's id.
    pub(crate) staff: Vec<(String, String)>,
    /// It rises with each that comes, so it tells whether another came since this was read.
    pub(crate) came: Option<i64>,
    /// Until when, in milliseconds since 1970, customers stand back for somebody else who loses races.
    pub(crate) held_until: Option<i64>,
}

impl Customers {
    /// How long customers stand back from `now` on.
    pub(crate) fn stand_back(&self, now: Timestamp) -> Option<Duration> {
        let left = self.held_until?.saturating_sub(now.as_millisecond());
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }
}

/// What else belongs into the same write. Each part loses its race against what is there.
#[derive(Debug, Default)]
pub struct Extras {
    /// Keep the answer, unless one is kept for its key.
    pub keep: Option<Keep>,
    /// Mark a message as posted under this id, unless it is marked.
    pub posted: Option<String>,
    /// Settle an outbox entry, unless somebody settled it or began another attempt.
    pub settle: Option<OutboxEntry>,
    /// R20: the owner is in the room and sees what the customer does.
    pub seen: bool,
    /// R11: what the start goes by, unless another session has taken the contact since it was read.
    pub contacts: Vec<KnownContact>,
}

/// An answer to keep for its `Idempotency-Key`.
#[derive(Debug, Clone)]
pub struct Keep {
    /// Whose `Idempotency-Key` it is: two callers' keys do not meet.
    pub caller: String,
    /// The `Idempotency-Key`.
    pub key: String,
    /// What is kept of the answer.
    pub record: IdempotencyRecord,
}

/// Why a commit did not happen. In each case nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else was first: the session changed, the answer is kept or the message posted already, or another
    /// transaction holds one of the items. Read and decide again.
    #[error("somebody else was first")]
    LostRace,
    /// Not reached, throttled, failing. Whether it was written is not known.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) fn doc_item<T: Serialize>(kind: &'static str, key: &Key, doc: &T) -> Result<Item, StoreError> {
    let mut item = key.to_item();
    item.insert("doc".into(), document::json(kind, doc)?);
    Ok(item)
}

/// The condition under which an attempt may write what became of an entry: nobody settled it, nobody began another.
pub(crate) const UNSETTLED: &str = "#doc.#status = :pending AND #doc.#attempts = :attempts";

/// The outbox entry as an item: in the due index while it is pending.
pub(crate) fn outbox_item(entry: &OutboxEntry) -> Result<Item, StoreError> {
    let key = Key::outbox(&entry.owner, &entry.id);
    let mut item = key.to_item();
    item.insert("doc".into(), document::value("outbox entry", entry)?);
    if let Some(due) = &entry.due {
        let shard = shard_of(entry.owner.as_str(), DUE_SHARDS);
        item.insert("due_shard".into(), text(&due_shard(due.kind, shard)));
        item.insert("due_at".into(), number(millis(due.at)));
    }
    Ok(item)
}

impl Store {
    /// Writes `decision`: the session (as a new item, or under the version that was read; not for a message), its events
    /// under numbers that nobody took, timers, links, outbox entries, interactions (R21) under the versions that were read, what a search finds it by and locks (R10), and
    /// `extras`. One
    /// `TransactWriteItems`.
    pub async fn commit(&self, decision: &Decision, extras: &Extras) -> Result<(), CommitError> {
        self.commit_parting(decision, extras, None).await
    }

    /// [`Store::commit`], and where the decision ends the customer's connections, the room forgets them in the same write:
    /// whatever becomes of a socket, nothing that it says or hears goes through the room any more (R6). It loses its race
    /// against a customer who came since `customers` was read.
    pub(crate) async fn commit_parting(
        &self,
        decision: &Decision,
        extras: &Extras,
        customers: Option<&Customers>,
    ) -> Result<(), CommitError> {
        let session = &decision.session;
        debug_assert!(session.seat().is_none(), "a session is stored from the customer's seat");
        // A message is not decided under the session's version but under the number of its event: whatever happened to the
        // session meanwhile has taken that number.
        let mut writes = vec![];
        // What a customer enters further is decided under the interaction's own version.
        if !decision.is_message() && !decision.is_save() {
            writes.push(self.write_session(session)?);
        }
        for event in &decision.events {
            let mut item = doc_item("event", &Key::event(&session.id, event.seq), event)?;
            item.insert("version".into(), number(session.version));
            // The stream tells the owner's lists of it, and nobody has to read whose it is.
            item.insert("owner".into(), text(session.agent.as_str()));
            item.insert("agent_at".into(), document::value("event", &session.last_agent_action_at)?);
            // R23: so that the stream looks closer at what may be news, and at nothing else.
            let some_are_away =
                |room: &Customers| room.connections.is_empty() || session.present_participants().next().is_some();
            // R22: a participant may have come before the customer, or without them.
            let came = session.joined_at.is_some() || session.present_participants().any(|one| one.joined_at.is_some());
            if session.is_open() && came && customers.is_some_and(some_are_away) {
                item.insert("away".into(), AttributeValue::Bool(true));
            }
            if let Some(ahead) = session.customer_ahead_until.filter(|until| *until > event.at) {
                item.insert("ahead".into(), document::value("event", &ahead)?);
            }
            let others = session.present_participants();
            let others = others.filter_map(|one| Some((&one.id, one.ahead_until.filter(|until| *until > event.at)?)));
            let others: BTreeMap<&ParticipantId, Timestamp> = others.collect();
            if !others.is_empty() {
                item.insert("participants_ahead".into(), document::value("event", &others)?);
            }
            writes.push(self.put_new(item)?);
        }
        for due in &decision.armed {
            let mut item = Key::timer(&session.id, due.kind).to_item();
            let shard = shard_of(session.id.as_str(), DUE_SHARDS);
            item.insert("due_shard".into(), text(&due_shard(due.kind, shard)));
            item.insert("due_at".into(), number(millis(due.at)));
            writes.push(self.put(item)?);
        }
        for kind in &decision.disarmed {
            // Without these two attributes it is in no index. To delete it would be a right more for every function.
            writes.push(self.put(Key::timer(&session.id, *kind).to_item())?);
        }
        for link in &decision.links {
            let item = doc_item("link", &Key::link(&session.id, &link.hash), link)?;
            writes.push(self.put(item)?);
        }
        if let Some(change) = &decision.search {
            writes.extend(self.learn(session, change)?);
        }
        for entry in &decision.outbox {
            writes.push(self.put(outbox_item(entry)?)?);
        }
        for write in &decision.interactions {
            writes.extend(self.write_interaction(&session.id, write)?);
        }
        writes.extend(self.count_uses(decision)?);
        let noted = writes.len();
        writes.extend(self.note_update(decision, extras.seen)?);
        writes.extend(self.move_locks(decision)?);
        writes.extend(self.name_contact(decision, &extras.contacts)?);
        if let Some(entry) = &extras.settle {
            writes.push(self.settle(entry)?);
        }
        if let Some(keep) = &extras.keep {
            writes.push(self.keep(keep)?);
        }
        if let Some(id) = &extras.posted {
            let posted = decision.events.iter().find_map(|event| match &event.kind {
                EventKind::Message { text, attachment, .. } => {
                    let content = message_content(text, attachment.as_ref().map(|file| &file.id));
                    Some(PostedMark::new(event.seq, event.at, &event.actor, &content))
                }
                _ => None,
            });
            if let Some(mark) = posted {
                let item = doc_item("posted mark", &Key::posted(&session.id, id), &mark)?;
                writes.push(self.put_new(item)?);
            }
        }
        if let Some(room) = customers {
            writes.extend(self.ask_owner(decision, room)?);
        }
        if let Some(customers) = customers.filter(|_| decision.ends_guests_connections()) {
            let gone = customers.connections.iter().filter(|(_, who)| decision.ends_connections_of(who));
            let gone: Vec<&str> = gone.map(|(id, _)| id.as_str()).collect();
            writes.push(self.forget_customers(&session.id, customers, &gone)?);
        }
        // The same, where the note for the owner does not fit beside the earlier ones.
        let without_earlier = self.first_update(decision, extras.seen)?.map(|first| {
            let mut writes = writes.clone();
            writes[noted] = first;
            writes
        });
        // Callers' futures stay small.
        let request = |writes| Box::pin(self.client.transact_write_items().set_transact_items(Some(writes)).send());
        let mut sent = request(writes).await;
        let full = sent.as_ref().is_err_and(|error| is_too_large(error, noted));
        if let Some(writes) = without_earlier.filter(|_| full) {
            sent = request(writes).await;
        }
        sent.map(drop).map_err(|error| why(&error))
    }

    fn write_session(&self, session: &Session) -> Result<TransactWriteItem, StoreError> {
        let set = [
            ("doc", document::json("session", session)?),
            ("version", number(session.version)),
            ("summary", Summary::of(session).to_attribute()?),
        ];
        let listed = [
            ("agent_key", text(&agent_key(&session.agent))),
            ("team_key", text(&team_key(&session.id))),
            ("all_key", text(&all_key(&session.id))),
            ("recent", number(session.created_at.as_microsecond())),
        ];
        let mut assign = Vec::new();
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::session(&session.id).to_item()))
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#due_shard", "due_shard")
            .expression_attribute_names("#due_at", "due_at")
            .expression_attribute_names("#name_fold", "name_fold");
        // R25: what is erased is in no list.
        let is_listed = session.erased.is_none();
        let out_of_lists = listed.each_ref().map(|(name, _)| *name).join(", ");
        for (name, value) in set.into_iter().chain(listed.into_iter().filter(|_| is_listed)) {
            assign.push(format!("#{name} = :{name}"));
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        // Before timers were items of their own, the session's own item stood in the due index; before the search had
        // entries of its own, lists were searched by a folded name.
        let mut remove = "#due_shard, #due_at, #name_fold".to_owned();
        update = update.expression_attribute_names("#running", RUNNING);
        if let Some(running) = running_key(session) {
            assign.push("#running = :running".to_owned());
            update = update.expression_attribute_values(":running", text(&running));
        } else {
            remove += ", #running";
        }
        if !is_listed {
            remove += ", ";
            remove += &out_of_lists;
        }
        let expression = format!("SET {} REMOVE {remove}", assign.join(", "));
        let update = if session.version == 1 {
            update.condition_expression("attribute_not_exists(#version)")
        } else {
            update
                .condition_expression("#version = :read")
                .expression_attribute_values(":read", number(session.version - 1))
        };
        let update = update.update_expression(expression).build();
        Ok(TransactWriteItem::builder().update(update.map_err(|error| incomplete(&error))?).build())
    }

    fn settle(&self, entry: &OutboxEntry) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.core)
            .set_item(Some(outbox_item(entry)?))
            .condition_expression(UNSETTLED)
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#attempts", "attempts")
            .expression_attribute_values(":pending", text("pending"))
            .expression_attribute_values(":attempts", number(entry.attempts))
            .build();
        Ok(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build())
    }

    /// Keeps an answer, unless one is kept for its key that still counts. TTL removes what does not, but days later; until
    /// then it must stand in nobody's way.
    pub(crate) fn keep(&self, keep: &Keep) -> Result<TransactWriteItem, StoreError> {
        let mut item = doc_item("kept answer", &Key::kept(&keep.caller, &keep.key), &keep.record)?;
        item.insert("expires".into(), number((keep.record.at + KEPT_FOR).as_second()));
        let put = Put::builder()
            .table_name(&self.core)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #expires <= :now")
            .expression_attribute_names("#expires", "expires")
            .expression_attribute_values(":now", number(keep.record.at.as_second()))
            .build();
        Ok(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build())
    }

    /// Keeps the answer of an operation that writes nothing else. One `TransactWriteItems`; [`StoreError::Condition`] when one is
    /// kept for its key already.
    pub async fn keep_answer(&self, keep: &Keep) -> Result<(), StoreError> {
        self.transact(vec![self.keep(keep)?]).await
    }

    pub(crate) fn put(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.core).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build())
    }

    pub(crate) fn put_new(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        put_new_in(&self.core, item)
    }

    pub(crate) fn delete_existing(&self, key: &Key) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.core)
            .set_key(Some(key.to_item()))
            .condition_expression("attribute_exists(pk)")
            .build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|error| incomplete(&error))?).build())
    }

    /// Deletes what may or may not be there.
    pub(crate) fn delete(&self, key: &Key) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder().table_name(&self.core).set_key(Some(key.to_item())).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|error| incomplete(&error))?).build())
    }

    /// Runs a transaction whose only expected failure is a condition. One `TransactWriteItems`.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        self.transact_with(None, writes).await
    }

    /// The same, with an effect once only however often it is asked for within ten minutes under the same `token`.
    pub(crate) async fn transact_once(&self, token: &str, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        self.transact_with(Some(token.to_owned()), writes).await
    }

    async fn transact_with(&self, token: Option<String>, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let request = self.client.transact_write_items().set_client_request_token(token);
        match request.set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(()),
            Err(error) => match why(&error) {
                CommitError::Store(error) => Err(error),
                CommitError::LostRace => Err(StoreError::Condition("TransactWriteItems")),
            },
        }
    }

    /// The session whose partition a key is in.
    pub(crate) fn session_of(pk: &str) -> Option<SessionId> {
        pk.strip_prefix("S#")?.parse().ok()
    }
}

/// Puts an item where there is none yet.
pub(crate) fn put_new_in(table: &str, item: Item) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
        .build();
    Ok(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build())
}

pub(crate) fn incomplete(error: &aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Unavailable { operation: "TransactWriteItems", reason: error.to_string() }
}

/// Whether nothing was written because the item at `place` would be larger than an item may be.
fn is_too_large<R>(error: &SdkError<TransactWriteItemsError, R>, place: usize) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
            canceled.cancellation_reasons().get(place).and_then(|reason| reason.code()) == Some("ValidationError")
        }
        _ => false,
    }
}

fn why<R>(error: &SdkError<TransactWriteItemsError, R>) -> CommitError {
    if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() {
        let lost = |code: Option<&str>| matches!(code, Some("ConditionalCheckFailed" | "TransactionConflict"));
        if canceled.cancellation_reasons().iter().any(|reason| lost(reason.code())) {
            return CommitError::LostRace;
        }
    }
    CommitError::Store(StoreError::from_sdk("TransactWriteItems", error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use parlor_domain::{
        Actor, Command, Contact, NewSession, Origin, Random, Settings, TeamId, Who,
        session::{Context, Customer},
    };

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::Connection;

    struct Sevens;

    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn listed(session: &Session) -> (Summary, String, String, String, Timestamp) {
        let keys = (agent_key(&session.agent), team_key(&session.id), all_key(&session.id));
        (Summary::of(session), keys.0, keys.1, keys.2, session.created_at)
    }

    fn context(at: &str) -> Context {
        let actor = Actor::Agent { id: "agent00000000000".parse().unwrap(), name: "Nina Okafor".into() };
        Context { actor, origin: Origin::default(), now: at.parse().unwrap() }
    }

    fn planned() -> Decision {
        let new = NewSession {
            agent_email: None,
            language: None,
            id: SessionId::generate_for(&TeamId::generate(&Sevens), &Sevens),
            customer: Customer {
                name: "Mara Quist".into(),
                contact: Contact { email: Some("mara@example.net".parse().unwrap()), phone: None },
            },
            channel: None,
            agent: "agent00000000000".parse().unwrap(),
            agent_name: "Nina Okafor".into(),
            pin: None,
            reference: None,
            metadata: BTreeMap::new(),
        };
        Session::create(new, None, &Settings::default(), &context("2026-01-05T10:00:00Z")).unwrap()
    }

    /// R20: what is not written for a message is what a message does not change.
    #[test]
    fn a_message_changes_nothing_that_lists_show() {
        let (settings, planned) = (Settings::default(), planned());
        assert!(!planned.is_message());
        let post = Command::Post { id: "m".into(), text: "hello".into(), attachment: None };
        let posted = planned.session.decide(post, &settings, &context("2026-01-05T10:01:00Z")).unwrap();
        assert!(posted.is_message() && posted.session != planned.session);
        assert_eq!(posted.session.version, planned.session.version);
        assert_eq!(listed(&posted.session), listed(&planned.session));
        let end = Command::End;
        let ended = posted.session.decide(end, &settings, &context("2026-01-05T10:02:00Z")).unwrap();
        assert!(!ended.is_message());
        assert_ne!(listed(&ended.session), listed(&posted.session));
    }

    /// Tables from before documents were JSON.
    #[test]
    fn documents_read_in_either_form() {
        fn reads<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(document: &T) {
            for written in [document::json("test", document).unwrap(), document::value("test", document).unwrap()] {
                assert_eq!(document::of::<T>("test", &written).unwrap(), *document);
            }
        }
        let planned = planned();
        reads(&planned.session);
        reads(&planned.events[0]);
        for who in [Who::Customer, Who::Agent("agent00000000000".parse().unwrap())] {
            let name = "Nina Okafor".to_owned();
            reads(&Connection {
                session: planned.session.id.clone(),
                who,
                name,
                device: None,
                login: None,
                last: None,
                by_role: false,
                ticket: None,
            });
        }
        let summary = Summary::of(&planned.session);
        for written in [summary.to_attribute().unwrap(), document::value("test", &summary).unwrap()] {
            assert_eq!(Summary::of_attribute(&written).unwrap(), summary);
        }
    }
}
