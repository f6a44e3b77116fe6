//! Live connections: who is in a room, as leases in an item of its own beside the session's, and the way back from a
//! connection to its session in the table of connections.
//!
//! The room's item has an attribute for each connection, so that a lease is renewed by one small write and two connections
//! never write over each other. Lists show whether the customer is online from a copy on the session's item, which their
//! coming and going changes and nothing else.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{transact_write_items::TransactWriteItemsError, update_item::builders::UpdateItemFluentBuilder},
    types::{AttributeValue, Delete, ReturnValue, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    AgentId, Lease, LoginId, Presence, SecretHash, Session, SessionId, Who,
    presence::{lease_from, whole_seconds},
};
use serde::{Deserialize, Serialize};

use crate::{
    Arrivals, Connected, ReadBatch, Rights, Store, StoreError,
    arrivals::{CAME, HELD, HELD_FOR, millis_of, pace_of, unless_others_came},
    commit::{Customers, incomplete, put_new_in},
    document,
    keys::{Item, Key, number, text},
    transfer::asked_until,
};

/// API Gateway ends every connection after two hours; a day later DynamoDB's TTL removes what `$disconnect` left.
pub(crate) const CONNECTION_TTL: SignedDuration = SignedDuration::from_hours(26);

/// The longest that API Gateway keeps a connection: the longest that lists show a customer as online whose going nobody
/// noticed.
const LONGEST_CONNECTION: SignedDuration = SignedDuration::from_hours(2);

/// How a sign-in's item names the connections that depend on it, and counts how many it ever had.
pub(crate) const NOTED: &str = "C#";
pub(crate) const OPENED: &str = "opened";

/// At a sign-in: the second in which a connection was opened last.
pub(crate) const SEEN: &str = "seen";

/// Which session a connection belongs to, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The session whose room it is in.
    pub session: SessionId,
    /// The person at the other end.
    pub who: Who,
    /// The display name to send with what comes from it.
    pub name: String,
    /// The customer's device: a connection does not outlive its device's place in the session (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<SecretHash>,
    /// The staff's sign-in: a connection does not outlive it either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginId>,
    /// The end of the sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Whether this member of staff sees the session whoever owns it (R20).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_role: bool,
    /// When the ticket was issued that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Timestamp>,
}

impl Connection {
    /// Its place in the room, from `now` on.
    #[must_use]
    pub fn lease(&self, now: Timestamp) -> Lease {
        Lease {
            who: self.who.clone(),
            until: lease_from(now),
            name: self.name.clone(),
            device: self.device.clone(),
            last: self.last.map(whole_seconds),
            by_role: self.by_role,
            since: Some(whole_seconds(now)),
            ticket: self.ticket,
        }
    }
}

/// What a connection leaves behind that is gone.
#[derive(Debug)]
pub struct Departure {
    /// The session's document. Messages since its last decision are not in it.
    pub session: Session,
    /// Who is in the room now.
    pub presence: Presence,
    /// R9: until when the session's owner is asked for it, or was.
    pub asked_until: Option<Timestamp>,
}

/// What [`Store::connect`] depends upon, as it was read: if any of it is another by now, the connection is not let in.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The session's version: whatever releases or binds a device, ends or renews the session raises it.
    pub version: u64,
    /// How customers came to the room so far.
    pub arrivals: Arrivals,
    /// Of a member of staff, what they may see.
    pub rights: Option<Rights>,
}

/// Why a connection was not let in. In each case nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The ticket was used before.
    #[error("the ticket was used before")]
    TicketUsed,
    /// A connection of this id came before, by another ticket.
    #[error("the connection is there already")]
    Known,
    /// What was read is no longer so, or is being changed: read and try again.
    #[error("the session is being changed")]
    Conflict,
    /// Not reached, throttled, failing; or the session is gone.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Lets a connection in: uses the ticket up, notes the connection, and puts it into the room in place of those it
    /// supersedes (and of leases that ran out). A customer's only while the session is the one that was read and no other
    /// of theirs came; staff's only while they are signed in, and the sign-in notes it, as does their list of sessions that they
    /// entered, and of what is new in them (R20). One `TransactWriteItems`.
    pub async fn connect(
        &self,
        id: &str,
        connection: &Connection,
        nonce: &str,
        gone: &[String],
        admission: Admission,
        now: Timestamp,
    ) -> Result<(), ConnectError> {
        let expires = number((now + CONNECTION_TTL).as_second());
        let mut ticket = Key::ticket(nonce).to_item();
        ticket.insert("expires".into(), expires.clone());
        let mut item = Key::connection(id).to_item();
        item.insert("doc".into(), document::json("connection", connection)?);
        item.insert("expires".into(), expires);

        let mut writes = vec![
            put_new_in(&self.connections, ticket)?,
            put_new_in(&self.connections, item)?,
            self.enter(id, connection, gone, admission.arrivals, now)?,
        ];
        match (&connection.who, &connection.login) {
            (Who::Customer, _) => writes.push(self.show_online(id, connection, admission.version, now)?),
            (Who::Participant(_), _) => writes.push(self.unchanged(&connection.session, admission.version)?),
            (Who::Agent(agent), Some(login)) => {
                let rights = admission.rights.as_ref().ok_or(ConnectError::Conflict)?;
                writes.push(self.note_at_login(id, connection.session.as_str(), (agent, login), now)?);
                writes.push(self.comes_in(rights, now)?);
                writes.push(self.note_entry(agent, &connection.session, now)?);
                writes.push(self.forget_update(agent, &connection.session)?);
            }
            // Nobody signed in: nothing could end it.
            (Who::Agent(_), None) => return Err(ConnectError::Conflict),
        }
        // A customer's earlier connections are nobody's business any more; staff's go with their own `$disconnect`.
        for old in gone.iter().filter(|_| connection.who.is_guest()) {
            let delete = Delete::builder().table_name(&self.connections).set_key(Some(Key::connection(old).to_item()));
            let delete = delete.build().map_err(|error| incomplete(&error))?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Puts a lease into the room in place of those that are gone.
    fn enter(
        &self,
        id: &str,
        connection: &Connection,
        gone: &[String],
        arrivals: Arrivals,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let lease = connection.lease(now);
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::presence(&connection.session).to_item()))
            .expression_attribute_names("#id", id)
            .expression_attribute_values(":lease", document::value("lease", &lease)?);
        let mut remove = Vec::new();
        for (place, old) in gone.iter().enumerate() {
            remove.push(format!("#gone{place}"));
            update = update.expression_attribute_names(format!("#gone{place}"), old);
        }
        let mut expression = "SET #id = :lease".to_owned();
        if connection.who.is_guest() {
            expression += ", #came = :came";
            update = unless_others_came(update, arrivals.came)
                .expression_attribute_values(":came", number(arrivals.next_came(now)));
        }
        if let Some(pace) = pace_of(&connection.who) {
            expression += ", #pace = :pace";
            update = update
                .expression_attribute_names("#pace", pace)
                .expression_attribute_values(":pace", number(arrivals.next(now)));
        }
        if !remove.is_empty() {
            expression += " REMOVE ";
            expression += &remove.join(", ");
        }
        let update = update.update_expression(expression).build().map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Notes a connection of staff at the sign-in that it depends on, which has to be there still, and was heard of now; `place` is the
    /// session whose room it is in, or what lists it follows.
    pub(crate) fn note_at_login(
        &self,
        id: &str,
        place: &str,
        (agent, login): (&AgentId, &LoginId),
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::login(agent, login).to_item()))
            .update_expression("SET #id = :place, #seen = :now ADD #opened :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#id", noted(id))
            .expression_attribute_names("#opened", OPENED)
            .expression_attribute_names("#seen", SEEN)
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":place", text(place))
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Lets customers stand back for two seconds, because somebody else loses races for the session. One `UpdateItem`. Whether
    /// it fails does not matter: the next try may win without it, or asks again.
    pub(crate) async fn hold_customers(&self, session: &SessionId, now: Timestamp) {
        let _: Result<_, _> = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .update_expression("SET #held = :until")
            .expression_attribute_names("#held", HELD)
            .expression_attribute_values(":until", number((now + HELD_FOR).as_millisecond()))
            .send()
            .await;
    }

    /// Takes these connections of guests out of the room, unless another came since they were read.
    pub(crate) fn forget_customers(
        &self,
        session: &SessionId,
        customers: &Customers,
        gone: &[&str],
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .expression_attribute_values(":came", number(customers.came.unwrap_or(0)));
        let mut remove = Vec::new();
        for (place, id) in gone.iter().enumerate() {
            remove.push(format!("#gone{place}"));
            update = update.expression_attribute_names(format!("#gone{place}"), *id);
        }
        let removal = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        let update = unless_others_came(update, customers.came)
            .update_expression(format!("SET #came = :came{removal}"))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The session is the one that was read: lists show nothing of participants (R22).
    fn unchanged(&self, session: &SessionId, version: u64) -> Result<TransactWriteItem, StoreError> {
        // An update and no check, which would be a right more: it takes out an attribute that nothing has.
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::session(session).to_item()))
            .update_expression("REMOVE #none")
            .condition_expression("#version = :version")
            .expression_attribute_names("#none", "of_participants")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Lets lists show the customer as online, for as long as this connection may last.
    fn show_online(
        &self,
        id: &str,
        connection: &Connection,
        version: u64,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let until = now + LONGEST_CONNECTION;
        let lease = Lease {
            who: Who::Customer,
            until,
            name: String::new(),
            device: None,
            last: None,
            by_role: false,
            since: Some(whole_seconds(now)),
            ticket: None,
        };
        let online = Presence([(id.to_owned(), lease)].into());
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::session(&connection.session).to_item()))
            .update_expression("SET #online = :online")
            .condition_expression("#version = :version")
            .expression_attribute_names("#online", "online")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":online", document::value("presence", &online)?)
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Renews a connection's lease. One `UpdateItem`, which answers with who is in the room now; `None` when the
    /// connection is no longer in it, or its lease ran out.
    pub async fn renew_lease(
        &self,
        session: &SessionId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Presence>, StoreError> {
        let renewed = self
            .update_room(session, id)
            .update_expression("SET #id.#until = :until")
            .condition_expression("#id.#until > :now AND (attribute_not_exists(#id.#last) OR #id.#last > :now)")
            .expression_attribute_names("#until", "until")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":now", document::value("lease", &whole_seconds(now))?)
            .expression_attribute_values(":until", document::value("lease", &lease_from(now))?)
            .send()
            .await;
        match renewed {
            Ok(answer) => answer.attributes.as_ref().map(room).transpose(),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(StoreError::from_sdk("UpdateItem lease", &error)),
        }
    }

    /// Takes a connection out of its room and forgets it, and reads its session for telling the others. `DeleteItem`, two
    /// `UpdateItem` (lists show a customer as offline from now on; staff's sign-in has one connection less) and one
    /// `BatchGetItem`, side by side. `None` when the session is gone.
    pub async fn disconnect(&self, connection: &Connection, id: &str) -> Result<Option<Departure>, StoreError> {
        let session = &connection.session;
        // On the heap: together they would make every future around them large.
        let key = Some(Key::connection(id).to_item());
        let forget = Box::pin(self.client.delete_item().table_name(&self.connections).set_key(key).send());
        let leave = Box::pin(self.update_room(session, id).update_expression("REMOVE #id").send());
        let hide = Box::pin(async {
            match (&connection.who, &connection.login) {
                (Who::Customer, _) => self.show_offline(session, id).await,
                (Who::Agent(agent), Some(login)) => self.forget_at_login(agent, login, id).await,
                (Who::Participant(_) | Who::Agent(_), _) => Ok(()),
            }
        });
        let read = self.read(ReadBatch::new().session_alone(session));
        let (forgotten, left, hidden, found) = tokio::join!(forget, leave, hide, read);
        forgotten.map_err(|error| StoreError::from_sdk("DeleteItem connection", &error))?;
        hidden?;
        let left = left.map_err(|error| StoreError::from_sdk("UpdateItem presence", &error))?;
        let presence = left.attributes.as_ref().map(room).transpose()?.unwrap_or_default();
        let asked_until = left.attributes.as_ref().and_then(asked_until);
        Ok(found?.document(session)?.map(|session| Departure { session, presence, asked_until }))
    }

    /// Lets lists show the customer as offline, unless they came by another connection meanwhile.
    async fn show_offline(&self, session: &SessionId, id: &str) -> Result<(), StoreError> {
        let hidden = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::session(session).to_item()))
            .update_expression("REMOVE #online.#id")
            .condition_expression("attribute_exists(#online.#id)")
            .expression_attribute_names("#online", "online")
            .expression_attribute_names("#id", id)
            .send()
            .await;
        match hidden {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(StoreError::from_sdk("UpdateItem online", &error)),
        }
    }

    /// A sign-in has one connection less. It may be over by now.
    pub(crate) async fn forget_at_login(&self, agent: &AgentId, login: &LoginId, id: &str) -> Result<(), StoreError> {
        let forgotten = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::login(agent, login).to_item()))
            .update_expression("REMOVE #id")
            .condition_expression("attribute_exists(#id)")
            .expression_attribute_names("#id", noted(id))
            .send()
            .await;
        match forgotten {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(()),
            Err(error) => Err(StoreError::from_sdk("UpdateItem login", &error)),
        }
    }

    /// A change of a connection's lease, which answers with the whole room.
    fn update_room(&self, session: &SessionId, id: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .expression_attribute_names("#id", id)
            .return_values(ReturnValue::AllNew)
    }

    /// Counts frames of a connection that sends more than anybody does by hand, and answers how many were counted of it in
    /// all. In the connection's own item, which nobody else waits for. One `UpdateItem`; `None` when it is forgotten.
    pub async fn count_frames(&self, id: &str, frames: u32) -> Result<Option<u32>, StoreError> {
        let counted = self
            .client
            .update_item()
            .table_name(&self.connections)
            .set_key(Some(Key::connection(id).to_item()))
            .update_expression("ADD #frames :frames")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#frames", "frames")
            .expression_attribute_values(":frames", number(frames))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await;
        match counted {
            Ok(answer) => {
                let all = answer.attributes.unwrap_or_default();
                document::read_value("frames", &all, "frames")
            }
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(StoreError::from_sdk("UpdateItem frames", &error)),
        }
    }

    /// What a connection is there for: which session's room, or which lists. One `GetItem`.
    pub async fn connection(&self, id: &str) -> Result<Option<Connected>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.connections)
            .set_key(Some(Key::connection(id).to_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("GetItem connection", &error))?;
        answer.item.map_or(Ok(None), |item| Connected::read(&item))
    }
}

/// Of `connect`'s conditions the first is the ticket's and the second the connection's own; the others say that what was
/// read is so no longer.
pub(crate) fn refused<R>(error: &SdkError<TransactWriteItemsError, R>) -> ConnectError {
    const OPERATION: &str = "TransactWriteItems";
    if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() {
        let mut reasons = canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
        if reasons.clone().next() == Some("ConditionalCheckFailed") {
            return ConnectError::TicketUsed;
        }
        if reasons.clone().nth(1) == Some("ConditionalCheckFailed") {
            return ConnectError::Known;
        }
        if reasons.any(|code| matches!(code, "TransactionConflict" | "ConditionalCheckFailed")) {
            return ConnectError::Conflict;
        }
    }
    ConnectError::Store(StoreError::from_sdk(OPERATION, error))
}

/// The customer's connections in a room's item.
pub(crate) fn customers(item: &Item) -> Customers {
    let of_guest = |lease: &AttributeValue| {
        let who = lease.as_m().ok()?.get("who")?;
        if who.as_s().is_ok_and(|who| who == "customer") {
            return Some(Who::Customer);
        }
        Some(Who::Participant(who.as_m().ok()?.get("participant")?.as_s().ok()?.parse().ok()?))
    };
    let connections = item.iter().filter_map(|(id, lease)| Some((id.clone(), of_guest(lease)?))).collect();
    let of_staff =
        |lease: &AttributeValue| lease.as_m().ok()?.get("who")?.as_m().ok()?.get("agent")?.as_s().ok().cloned();
    let staff = item.iter().filter_map(|(id, lease)| Some((id.clone(), of_staff(lease)?))).collect();
    Customers { connections, staff, came: millis_of(item, CAME), held_until: millis_of(item, HELD) }
}

/// The attribute by which a sign-in's item notes a connection.
pub(crate) fn noted(id: &str) -> String {
    format!("{NOTED}{id}")
}

/// The leases in a room's item: every attribute but its key.
pub(crate) fn room(item: &Item) -> Result<Presence, StoreError> {
    let leases = item.iter().filter(|(_, value)| matches!(value, AttributeValue::M(_)));
    let leases = leases.map(|(id, lease)| Ok((id.clone(), document::of("lease", lease)?)));
    leases.collect::<Result<_, StoreError>>().map(Presence)
}
