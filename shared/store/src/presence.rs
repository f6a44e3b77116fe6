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
use parlor_domain::{Lease, Presence, SecretHash, Session, SessionId, Who, presence::LEASE};
use serde::{Deserialize, Serialize};

use crate::{
    ReadBatch, Store, StoreError,
    commit::{incomplete, put_new_in},
    document,
    keys::{Item, Key, number},
};

/// API Gateway ends every connection after two hours; a day later DynamoDB's TTL removes what `$disconnect` left.
const CONNECTION_TTL: SignedDuration = SignedDuration::from_hours(26);

/// The longest that API Gateway keeps a connection: the longest that lists show a customer as online whose going nobody
/// noticed.
const LONGEST_CONNECTION: SignedDuration = SignedDuration::from_hours(2);

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
}

impl Connection {
    /// Its place in the room, from `now` on.
    #[must_use]
    pub fn lease(&self, now: Timestamp) -> Lease {
        Lease { who: self.who.clone(), until: now + LEASE, name: self.name.clone(), device: self.device.clone() }
    }
}

/// Why a connection was not let in. In each case nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The ticket was used before.
    #[error("the ticket was used before")]
    TicketUsed,
    /// Another transaction holds the session: read and try again.
    #[error("the session is being changed")]
    Conflict,
    /// Not reached, throttled, failing; or the session is gone.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Lets a connection in: uses the ticket up, notes the connection, and puts it into the room in place of those it
    /// supersedes (and of leases that ran out). One `TransactWriteItems`.
    pub async fn connect(
        &self,
        id: &str,
        connection: &Connection,
        nonce: &str,
        gone: &[String],
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
            self.enter(id, connection, gone, now)?,
        ];
        if connection.who == Who::Customer {
            writes.push(self.show_online(id, connection, now)?);
        }
        for old in gone {
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
        if !remove.is_empty() {
            expression += " REMOVE ";
            expression += &remove.join(", ");
        }
        let update = update.update_expression(expression).build().map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Lets lists show the customer as online, for as long as this connection may last.
    fn show_online(&self, id: &str, connection: &Connection, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let until = now + LONGEST_CONNECTION;
        let lease = Lease { who: Who::Customer, until, name: String::new(), device: None };
        let online = Presence([(id.to_owned(), lease)].into());
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::session(&connection.session).to_item()))
            .update_expression("SET #online = :online")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#online", "online")
            .expression_attribute_values(":online", document::value("presence", &online)?)
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Renews a connection's lease. One `UpdateItem`, which answers with who is in the room now; `None` when the
    /// connection is no longer in it.
    pub async fn renew_lease(
        &self,
        session: &SessionId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Presence>, StoreError> {
        let renewed = self
            .update_room(session, id)
            .update_expression("SET #id.#until = :until")
            .condition_expression("attribute_exists(#id)")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":until", document::value("lease", &(now + LEASE))?)
            .send()
            .await;
        match renewed {
            Ok(answer) => answer.attributes.as_ref().map(room).transpose(),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(StoreError::from_sdk("UpdateItem lease", &error)),
        }
    }

    /// Takes a connection out of its room and forgets it, and reads its session for telling the others. `DeleteItem`, one
    /// `UpdateItem` (two for a customer's, whom lists show as offline from now on) and one `BatchGetItem`, side by side.
    /// `None` when the session is gone.
    pub async fn disconnect(
        &self,
        connection: &Connection,
        id: &str,
    ) -> Result<Option<(Session, Presence)>, StoreError> {
        let session = &connection.session;
        // On the heap: together they would make every future around them large.
        let key = Some(Key::connection(id).to_item());
        let forget = Box::pin(self.client.delete_item().table_name(&self.connections).set_key(key).send());
        let leave = Box::pin(self.update_room(session, id).update_expression("REMOVE #id").send());
        let hide = Box::pin(async {
            if connection.who == Who::Customer { self.show_offline(session, id).await } else { Ok(()) }
        });
        let read = self.read(ReadBatch::new().session_alone(session));
        let (forgotten, left, hidden, found) = tokio::join!(forget, leave, hide, read);
        forgotten.map_err(|error| StoreError::from_sdk("DeleteItem connection", &error))?;
        hidden?;
        let left = left.map_err(|error| StoreError::from_sdk("UpdateItem presence", &error))?;
        let presence = left.attributes.as_ref().map(room).transpose()?.unwrap_or_default();
        Ok(found?.document(session)?.map(|session| (session, presence)))
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

    /// A change of a connection's lease, which answers with the whole room.
    fn update_room(&self, session: &SessionId, id: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .expression_attribute_names("#id", id)
            .return_values(ReturnValue::AllNew)
    }

    /// Who is in a room, or was a moment ago: not read consistently, for what may be late. One `GetItem`.
    pub async fn presence_hint(&self, session: &SessionId) -> Result<Presence, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("GetItem presence", &error))?;
        Ok(answer.item.as_ref().map(room).transpose()?.unwrap_or_default())
    }

    /// Which session a connection belongs to. One `GetItem`.
    pub async fn connection(&self, id: &str) -> Result<Option<Connection>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.connections)
            .set_key(Some(Key::connection(id).to_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("GetItem connection", &error))?;
        answer.item.map_or(Ok(None), |item| document::read("connection", &item, "doc"))
    }
}

/// Of `connect`'s three conditions the first is the ticket's.
fn refused<R>(error: &SdkError<TransactWriteItemsError, R>) -> ConnectError {
    const OPERATION: &str = "TransactWriteItems";
    if let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error() {
        let mut reasons = canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default());
        if reasons.clone().next() == Some("ConditionalCheckFailed") {
            return ConnectError::TicketUsed;
        }
        if reasons.clone().any(|code| code == "TransactionConflict") {
            return ConnectError::Conflict;
        }
        if reasons.any(|code| code == "ConditionalCheckFailed") {
            return ConnectError::Store(StoreError::Condition(OPERATION));
        }
    }
    ConnectError::Store(StoreError::from_sdk(OPERATION, error))
}

/// The leases in a room's item: every attribute but its key.
pub(crate) fn room(item: &Item) -> Result<Presence, StoreError> {
    let leases = item.iter().filter(|(_, value)| matches!(value, AttributeValue::M(_)));
    let leases = leases.map(|(id, lease)| Ok((id.clone(), document::of("lease", lease)?)));
    leases.collect::<Result<_, StoreError>>().map(Presence)
}
