//! Live connections: who is in the room, as leases on the session's item, and the way back from a connection to its
//! session in the table of connections.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsInput},
    types::{Delete, ReturnValue, TransactWriteItem, Update},
};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{Lease, Presence, SecretHash, Session, SessionId, Who, presence::LEASE};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Stored,
    commit::put_new_in,
    document,
    keys::{Item, Key, number},
};

/// API Gateway ends every connection after two hours; a day later DynamoDB's TTL removes what `$disconnect` left.
const CONNECTION_TTL: SignedDuration = SignedDuration::from_hours(26);

/// Which session a connection belongs to, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The session.
    pub session: SessionId,
    /// Whose.
    pub who: Who,
    /// The display name to send with what comes from it.
    pub name: String,
    /// The customer's device: a connection does not outlive its device's place in the session (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<SecretHash>,
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

        let lease = Lease { who: connection.who.clone(), until: now + LEASE };
        let lease = document::value("lease", &lease)?;
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::session(&connection.session).to_item()))
            .expression_attribute_names("#online", "online")
            .expression_attribute_names("#id", id)
            .expression_attribute_values(":lease", lease)
            .condition_expression("attribute_exists(pk)");
        let mut remove = Vec::new();
        for (place, old) in gone.iter().enumerate() {
            remove.push(format!("#online.#gone{place}"));
            update = update.expression_attribute_names(format!("#gone{place}"), old);
        }
        let mut expression = "SET #online.#id = :lease".to_owned();
        if !remove.is_empty() {
            expression += " REMOVE ";
            expression += &remove.join(", ");
        }
        let update = update
            .update_expression(expression)
            .build()
            .map_err(|error| StoreError::Unavailable { operation: "TransactWriteItems", reason: error.to_string() })?;
        let mut writes = vec![
            put_new_in(&self.connections, ticket)?,
            put_new_in(&self.connections, item)?,
            TransactWriteItem::builder().update(update).build(),
        ];
        for old in gone {
            let delete = Delete::builder().table_name(&self.connections).set_key(Some(Key::connection(old).to_item()));
            if let Ok(delete) = delete.build() {
                writes.push(TransactWriteItem::builder().delete(delete).build());
            }
        }
        let input = TransactWriteItemsInput::builder().set_transact_items(Some(writes));
        match self.transact_write_items.send(input.build()).await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Renews a connection's lease. One `UpdateItem`, which answers with the session as it is now; `None` when the
    /// connection is no longer in the room.
    pub async fn renew_lease(
        &self,
        session: &SessionId,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Stored>, StoreError> {
        let until = document::value("lease", &(now + LEASE))?;
        let renewed = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::session(session).to_item()))
            .update_expression("SET #online.#id.#until = :until")
            .condition_expression("attribute_exists(#online.#id)")
            .expression_attribute_names("#online", "online")
            .expression_attribute_names("#id", id)
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":until", until)
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match renewed {
            Ok(answer) => answer.attributes.map(stored).transpose(),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(StoreError::from_sdk("UpdateItem lease", &error)),
        }
    }

    /// Takes a connection out of its room and forgets it. `DeleteItem` and `UpdateItem` side by side. Answers with the
    /// session as it is now, for telling the others; `None` when the session is gone.
    pub async fn disconnect(&self, session: &SessionId, id: &str) -> Result<Option<Stored>, StoreError> {
        let forget =
            self.client.delete_item().table_name(&self.connections).set_key(Some(Key::connection(id).to_item())).send();
        let leave = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::session(session).to_item()))
            .update_expression("REMOVE #online.#id")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#online", "online")
            .expression_attribute_names("#id", id)
            .return_values(ReturnValue::AllNew)
            .send();
        let (forgotten, left) = tokio::join!(forget, leave);
        forgotten.map_err(|error| StoreError::from_sdk("DeleteItem connection", &error))?;
        match left {
            Ok(answer) => answer.attributes.map(stored).transpose(),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(None),
            Err(error) => Err(StoreError::from_sdk("UpdateItem presence", &error)),
        }
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

fn stored(item: Item) -> Result<Stored, StoreError> {
    let missing = || StoreError::Item { kind: "session", reason: "not there".into() };
    let session: Session = document::read("session", &item, "doc")?.ok_or_else(missing)?;
    let presence: Option<Presence> = document::read_value("presence", &item, "online")?;
    Ok(Stored { session, presence: presence.unwrap_or_default() })
}
