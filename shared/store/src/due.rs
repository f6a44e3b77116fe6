//! Due work: a sparse index, sharded, written with the state it belongs to.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use parlor_domain::{DueKind, InteractionId, outbox::Owner};

use crate::{
    Store, StoreError,
    keys::{Key, due_shard, millis, number, text},
};

/// Partitions of the due index per kind of work.
pub const DUE_SHARDS: u32 = 8;

/// Something due: which session, or whose delivery, and which outbox entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DueItem {
    /// The session that is to be looked at, or whose outbox it is.
    pub owner: Owner,
    /// The outbox entry's id, when that is what is due.
    pub outbox: Option<String>,
    /// The interaction's id, when its signed file is what is due.
    pub interaction: Option<InteractionId>,
}

impl Store {
    /// What is due at `now`, oldest first in each shard, at most `limit` a shard. Eight `Query` requests side by side
    /// however many sessions there are: the index holds only what waits. What comes back is a hint, read from an index
    /// that lags behind: re-read, decide again.
    pub async fn due(&self, kind: DueKind, now: Timestamp, limit: i32) -> Result<Vec<DueItem>, StoreError> {
        let shards = (0..DUE_SHARDS).map(|shard| due_shard(kind, shard));
        let found = self.due_in(shards, now, limit).await?;
        Ok(found
            .into_iter()
            .filter_map(|key| {
                let owner = Key::owner(&key.pk)?;
                let interaction = key.sk.strip_prefix("I#").and_then(|id| id.parse().ok());
                Some(DueItem { owner, outbox: key.sk.strip_prefix("O#").map(str::to_owned), interaction })
            })
            .collect())
    }

    /// The keys of what is due in these partitions of the index, oldest first in each, at most `limit` of each.
    pub(crate) async fn due_in(
        &self,
        shards: impl Iterator<Item = String>,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<Key>, StoreError> {
        let queries = shards.map(|shard| async move {
            let input = self
                .client
                .query()
                .table_name(&self.core)
                .index_name("due")
                .key_condition_expression("due_shard = :shard AND due_at <= :now")
                .expression_attribute_values(":shard", text(&shard))
                .expression_attribute_values(":now", number(millis(now)))
                .limit(limit);
            let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query due", &error))?;
            Ok::<_, StoreError>(answer.items.unwrap_or_default())
        });
        Ok(try_join_all(queries).await?.iter().flatten().filter_map(Key::of).collect())
    }
}
