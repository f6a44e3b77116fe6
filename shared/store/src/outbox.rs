//! Outbox entries on their way out (R23).

use jiff::Timestamp;
use parlor_domain::{OutboxEntry, SessionId};

use crate::{
    Store, StoreError,
    commit::{UNSETTLED, outbox_item},
    document,
    keys::{Key, number},
};

impl Store {
    /// Writes what became of an entry, if nobody settled it or began another attempt meanwhile. One `PutItem`.
    ///
    /// `attempts` is the number of attempts the entry had when it was read: the condition that makes a claim exclusive.
    pub async fn update_outbox(&self, entry: &OutboxEntry, attempts: u32) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.core)
            .set_item(Some(outbox_item(entry)?))
            .condition_expression(UNSETTLED)
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#attempts", "attempts")
            .expression_attribute_values(":pending", crate::keys::text("pending"))
            .expression_attribute_values(":attempts", number(attempts))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::from_sdk("PutItem outbox", &error))
    }

    /// The entries of a session's outbox, for its timeline. One `Query`.
    pub async fn outbox_of(&self, session: &SessionId) -> Result<Vec<OutboxEntry>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", crate::keys::text(&Key::session(session).pk))
            .expression_attribute_values(":prefix", crate::keys::text("O#"))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(50);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query outbox", &error))?;
        answer
            .items
            .unwrap_or_default()
            .iter()
            .filter_map(|item| document::read("outbox entry", item, "doc").transpose())
            .collect()
    }

    /// Whether the schedule may begin an attempt at `now`: its time has come and it is still pending.
    #[must_use]
    pub fn may_retry(entry: &OutboxEntry, now: Timestamp) -> bool {
        entry.due.as_ref().is_some_and(|due| due.at <= now)
    }
}
