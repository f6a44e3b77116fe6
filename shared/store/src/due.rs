//! Due work: a sparse index, sharded, written with the state it belongs to.

use futures_util::future::try_join_all;
use jiff::Timestamp;
use parlor_domain::{DueKind, InteractionId, SessionId, TeamId, UploadId, outbox::Owner};

use crate::{
    Store, StoreError,
    keys::{Key, due_shard, millis, number, text},
};

/// Partitions of the due index per kind of work.
pub const DUE_SHARDS: u32 = 8;

/// Something due.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DueItem {
    /// A timer of a session's.
    Session(SessionId),
    /// An entry of the outbox, by its id, and whose it is.
    Outbox(Owner, String),
    /// An interaction whose signed or joined file has not come.
    Interaction(SessionId, InteractionId),
    /// A file that was announced for a team's library.
    LibraryUpload(TeamId, UploadId),
}

impl DueItem {
    fn of(key: &Key) -> Option<Self> {
        if let Some((team, upload)) = key.as_library_upload() {
            return Some(Self::LibraryUpload(team, upload));
        }
        let owner = Key::owner(&key.pk)?;
        if let Some(id) = key.sk.strip_prefix("O#") {
            return Some(Self::Outbox(owner, id.to_owned()));
        }
        let session = owner.session()?.clone();
        Some(match key.sk.strip_prefix("I#").and_then(|id| id.parse().ok()) {
            Some(interaction) => Self::Interaction(session, interaction),
            None => Self::Session(session),
        })
    }

    /// The id of whose it is, for logs.
    #[must_use]
    pub fn owner(&self) -> &str {
        match self {
            Self::Session(session) | Self::Interaction(session, _) => session.as_str(),
            Self::Outbox(owner, _) => owner.as_str(),
            Self::LibraryUpload(team, _) => team.as_str(),
        }
    }
}

impl Store {
    /// What is due at `now`, oldest first in each shard, at most `limit` a shard. Eight `Query` requests side by side
    /// however many sessions there are: the index holds only what waits. What comes back is a hint, read from an index
    /// that lags behind: re-read, decide again.
    pub async fn due(&self, kind: DueKind, now: Timestamp, limit: i32) -> Result<Vec<DueItem>, StoreError> {
        let shards = (0..DUE_SHARDS).map(|shard| due_shard(kind, shard));
        let found = self.due_in(shards, now, limit).await?;
        Ok(found.iter().filter_map(DueItem::of).collect())
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
