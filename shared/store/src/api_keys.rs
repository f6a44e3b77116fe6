//! API keys: made, listed, used, revoked.
//!
//! A key stands alone under its id (`K#`), which is read with each request that brings it. What is told about keys stands
//! together (`KEYS`), so that a list is one `Query`; so does when each was last used, which many functions may write: what
//! counts is the key itself, which they may not. Every key that is made or revoked takes the next number of the log
//! (`KEYLOG`), under a condition: so the log has no gaps, and two admins at once do not make one key too many.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Actor, KeyId,
    staff::{ApiKey, KeyAbout},
};
use serde_json::json;

use crate::{
    Keep, ReadBatch, ReadResult, Store, StoreError,
    commit::{incomplete, put_new_in},
    document,
    keys::{Item, Key, number, text},
};

/// The use of a key is noted at most once in this time.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How many keys were made and revoked so far, which the next change is conditional on, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLog {
    changes: u64,
    /// Unknown before the first key was made by an admin. A list that is read beside the log may be older than it.
    keys: Option<usize>,
}

impl KeyLog {
    /// How many keys there are; before that was counted, as many as are listed.
    #[must_use]
    pub fn keys(self, listed: usize) -> usize {
        self.keys.unwrap_or(listed)
    }
}

/// A key as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// All but its secret.
    pub about: KeyAbout,
    /// When it was last used, to the hour; `None` before its first use.
    pub last_used: Option<Timestamp>,
}

impl ReadBatch {
    /// An API key without its agent, as it counts and as lists show it, and the log: three items. What a revocation reads.
    #[must_use]
    pub fn key_to_revoke(self, id: &KeyId) -> Self {
        self.with(Key::api_key(id)).with(Key::listed_key(id)).key_log()
    }

    /// How many keys were made and revoked: one item.
    #[must_use]
    pub fn key_log(self) -> Self {
        self.with(Key::key_log())
    }
}

impl ReadResult {
    /// The log of keys; [`ReadBatch::key_log`] asked for it.
    pub fn key_log(&self) -> Result<KeyLog, StoreError> {
        let item = self.item(&Key::key_log());
        let version = item.map(|item| document::read_value("key log", item, "version")).transpose()?.flatten();
        let keys = item.map(|item| document::read_value("key log", item, "keys")).transpose()?.flatten();
        Ok(KeyLog { changes: version.unwrap_or(0), keys })
    }

    /// A key as lists show it; [`ReadBatch::key_to_revoke`] asked for it. `None` once it was revoked.
    pub fn listed_key(&self, id: &KeyId) -> Result<Option<ListedKey>, StoreError> {
        if let Some(item) = self.item(&Key::listed_key(id)) {
            return listed(item).map(Some);
        }
        // One from before keys were listed that was not used since.
        Ok(self.api_key(id)?.map(|key| ListedKey { about: key.about, last_used: None }))
    }
}

fn listed(item: &Item) -> Result<ListedKey, StoreError> {
    let missing = || StoreError::Item { kind: "API key", reason: "no document".into() };
    let used: Option<i64> = document::read_value("API key", item, "used")?;
    Ok(ListedKey {
        about: document::read("API key", item, "doc")?.ok_or_else(missing)?,
        last_used: used.and_then(|used| Timestamp::from_second(used).ok()),
    })
}

impl Store {
    /// Every key, the oldest first. One `Query`, strongly consistent.
    pub async fn api_keys(&self) -> Result<Vec<ListedKey>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(Key::KEYS))
            .expression_attribute_values(":prefix", text("K#"))
            .consistent_read(true);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query API keys", &error))?;
        let mut keys: Vec<_> = answer.items().iter().map(listed).collect::<Result<_, _>>()?;
        keys.sort_by(|a, b| (a.about.created_at, &a.about.id).cmp(&(b.about.created_at, &b.about.id)));
        Ok(keys)
    }

    /// Makes a key, records who did, and keeps the answer. One `TransactWriteItems`; [`StoreError::Condition`] when a key was
    /// made or revoked since the log was read, or the answer is kept already. `read` has the log and how many keys were listed.
    pub async fn make_api_key(
        &self,
        key: &ApiKey,
        read: (KeyLog, usize),
        by: &Actor,
        now: Timestamp,
        keep: Option<&Keep>,
    ) -> Result<(), StoreError> {
        let (read, listed) = read;
        let mut writes = self.new_api_key(key)?;
        writes.extend(self.log_key("made", &key.about, (read, Some(read.keys(listed) + 1)), by, now)?);
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// Revokes a key, and records who did: the next request that brings it finds none. One `TransactWriteItems`;
    /// [`StoreError::Condition`] when a key was made or revoked since the log was read.
    pub async fn revoke_api_key(
        &self,
        key: &KeyAbout,
        read: KeyLog,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.delete(&Key::api_key(&key.id))?, self.delete(&Key::listed_key(&key.id))?];
        let left = read.keys.map(|keys| keys.saturating_sub(1));
        writes.extend(self.log_key("revoked", key, (read, left), by, now)?);
        self.transact(writes).await
    }

    /// Keeps a key that nobody asked the API for: a first one. One `TransactWriteItems`.
    pub async fn create_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.transact(self.new_api_key(key)?).await
    }

    /// Notes that a key was used, unless that was noted within [`NOTED_EVERY`]; answers whether it was now. A key from
    /// before keys were listed is listed by it. One `UpdateItem`.
    pub async fn note_key_use(&self, key: &KeyAbout, now: Timestamp) -> Result<bool, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::listed_key(&key.id).to_item()))
            .update_expression("SET used = :now, #doc = if_not_exists(#doc, :doc)")
            .condition_expression("attribute_not_exists(used) OR used <= :before")
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_values(":doc", document::json("API key", key)?)
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":before", number((now - NOTED_EVERY).as_second()))
            .send()
            .await;
        match answer.map_err(|error| StoreError::from_sdk("UpdateItem API key", &error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A key, as it counts and as lists show it.
    pub(crate) fn new_api_key(&self, key: &ApiKey) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut counts = Key::api_key(&key.about.id).to_item();
        counts.insert("doc".into(), document::json("API key", key)?);
        let mut shown = Key::listed_key(&key.about.id).to_item();
        shown.insert("doc".into(), document::json("API key", &key.about)?);
        Ok(vec![put_new_in(&self.core, counts)?, put_new_in(&self.core, shown)?])
    }

    fn log_key(
        &self,
        what: &'static str,
        key: &KeyAbout,
        (read, left): (KeyLog, Option<usize>),
        by: &Actor,
        now: Timestamp,
    ) -> Result<[TransactWriteItem; 2], StoreError> {
        let next = read.changes + 1;
        let condition =
            if read.changes == 0 { "attribute_not_exists(#version) OR #version = :read" } else { "#version = :read" };
        let set = if left.is_some() { "SET #version = :next, #keys = :left" } else { "SET #version = :next" };
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::key_log().to_item()))
            .update_expression(set)
            .condition_expression(condition)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":next", number(next))
            .expression_attribute_values(":read", number(read.changes));
        let update = match left {
            None => update,
            Some(left) => update
                .expression_attribute_names("#keys", "keys")
                .expression_attribute_values(":left", number(left as u64)),
        };
        let update = update.build();
        let mut change = Key::settings_change(&Key::key_log().pk, next).to_item();
        let record = json!({"at": now, "by": by, "what": what, "key": key});
        change.insert("doc".into(), text(&record.to_string()));
        let update = update.map_err(|error| incomplete(&error))?;
        Ok([TransactWriteItem::builder().update(update).build(), self.put(change)?])
    }
}
