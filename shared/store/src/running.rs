//! The sessions of a team that are not over, whoever owns them: what a supervisor's board shows (R20).
//!
//! An index has the keys of these sessions and of no others, so that a team's past costs its board nothing. It is written when a
//! session begins, ends and is renewed, and by nothing in between.

use std::cmp::Reverse;

use futures_util::future::try_join_all;
use parlor_domain::{Presence, Session, SessionId, TeamId};

use crate::{
    ReadBatch, Store, StoreError,
    history::{TEAM_SHARDS, recent, team_key},
    keys::{number, text},
};

/// The most sessions that a page of the board has: as many items as one `BatchGetItem` takes.
pub const BOARD_ROWS: usize = 100;

/// The index's attribute on a session's item.
pub(crate) const RUNNING: &str = "running_key";

/// A page of a team's running sessions, the newest first.
#[derive(Debug, Default)]
pub struct Running {
    /// The sessions as their documents say, and whether their customers are in the room. Messages are not in the documents.
    pub sessions: Vec<(Session, Presence)>,
    /// What to ask for as `before` to go on; `None` at the end.
    pub next: Option<i64>,
}

/// The index's partition of a session; none for one that is over.
pub(crate) fn running_key(session: &Session) -> Option<String> {
    (!session.is_over()).then(|| team_key(&session.id))
}

impl Store {
    /// A page of the sessions of `team` that are planned, invited or active, at most [`BOARD_ROWS`], made before `before`
    /// (microseconds).
    ///
    /// Four `Query` of keys side by side, half a read unit for each hundred; then one `BatchGetItem`, strongly consistent, if
    /// there are any. What ended since the index was written is left out.
    pub async fn running(&self, team: &TeamId, before: Option<i64>) -> Result<Running, StoreError> {
        let limit = i32::try_from(BOARD_ROWS).unwrap_or(i32::MAX);
        let queries = (0..TEAM_SHARDS).map(|shard| async move {
            let request = self
                .client
                .query()
                .table_name(&self.core)
                .index_name("running")
                .scan_index_forward(false)
                .limit(limit)
                .key_condition_expression("#partition = :partition AND #recent < :before")
                .expression_attribute_names("#partition", RUNNING)
                .expression_attribute_names("#recent", "recent")
                .expression_attribute_values(":partition", text(&format!("{team}#{shard}")))
                .expression_attribute_values(":before", number(before.unwrap_or(i64::MAX)));
            let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query running", &error))?;
            Ok::<_, StoreError>(answer.items.unwrap_or_default())
        });
        let mut found: Vec<(i64, SessionId)> = try_join_all(queries)
            .await?
            .into_iter()
            .flatten()
            .filter_map(|item| Some((recent(&item)?, Self::session_of(item.get("pk")?.as_s().ok()?)?)))
            .collect();
        // A partition that has more than a hundred shows its first hundred, and no page goes further than those.
        found.sort_by_key(|(at, _)| Reverse(*at));
        let next = (found.len() >= BOARD_ROWS).then(|| found[BOARD_ROWS - 1].0);
        found.truncate(BOARD_ROWS);
        if found.is_empty() {
            return Ok(Running::default());
        }
        let batch = found.iter().fold(ReadBatch::new(), |batch, (_, id)| batch.session_alone(id));
        let read = self.read(batch).await?;
        let sessions = found.iter().filter_map(|(_, id)| read.listed(id).transpose());
        let mut sessions = sessions.collect::<Result<Vec<_>, _>>()?;
        sessions.retain(|(session, _)| running_key(session).is_some());
        Ok(Running { sessions, next })
    }
}
