//! Files that somebody announced for a team's library (R21), and who has them: an entry as it is worked on (`used_by`), or a version,
//! which has them for good (`published`). What nobody has is due to be removed, and stands in the due index until somebody has it.
//! An item from before this was kept has a TTL (`expires`), and is nothing that could be told from.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{DueKind, LibraryId, TeamId, Upload, UploadId, upload::LEFT_FOR};

use crate::{
    DUE_SHARDS, Keep, LibraryWrite, ReadBatch, ReadResult, Store, StoreError,
    commit::{doc_item, incomplete},
    document::read_value,
    keys::{Item, Key, due_shard, millis, number, shard_of, text},
};

const KIND: &str = "upload";

/// Whether somebody has it.
const HAD: &str = "attribute_exists(used_by) OR attribute_exists(published)";

/// Whether nobody has it.
const LEFT: &str = "attribute_not_exists(used_by) AND attribute_not_exists(published)";

/// What is to become of a library's file whose time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LibraryUploadUse {
    /// Nothing: its time is not over, or it is gone.
    Wait,
    /// An entry, or a version of one, has it.
    Had,
    /// Nobody has it, nor ever will.
    Left,
    /// Nobody knows: it was announced before it was kept who has it.
    Unknown,
}

impl ReadBatch {
    /// A file that was announced for a team's library: one item.
    #[must_use]
    pub fn library_upload(self, team: &TeamId, id: &UploadId) -> Self {
        self.with(Key::library_upload(team, id))
    }
}

impl ReadResult {
    /// A file that was announced for a team's library.
    pub fn library_upload(&self, team: &TeamId, id: &UploadId) -> Result<Option<Upload>, StoreError> {
        self.get(KIND, &Key::library_upload(team, id), "doc")
    }

    /// What is to become of such a file at `now`.
    pub fn library_upload_use(
        &self,
        team: &TeamId,
        id: &UploadId,
        now: Timestamp,
    ) -> Result<LibraryUploadUse, StoreError> {
        let Some(item) = self.item(&Key::library_upload(team, id)) else { return Ok(LibraryUploadUse::Wait) };
        let due: Option<i64> = read_value(KIND, item, "due_at")?;
        let has = |name: &str| item.contains_key(name);
        Ok(match due {
            None => LibraryUploadUse::Wait,
            Some(at) if at > millis(now) => LibraryUploadUse::Wait,
            Some(_) if has("used_by") || has("published") => LibraryUploadUse::Had,
            Some(_) if has("expires") || !has("doc") => LibraryUploadUse::Unknown,
            Some(_) => LibraryUploadUse::Left,
        })
    }
}

/// Where it stands in the due index while nobody has it, from `now` on.
fn due(team: &TeamId, now: Timestamp) -> [(&'static str, AttributeValue); 2] {
    let shard = shard_of(team.as_str(), DUE_SHARDS);
    [("due_shard", text(&due_shard(DueKind::Retention, shard))), ("due_at", number(millis(now + LEFT_FOR)))]
}

impl Store {
    /// Notes a file that is about to come to a team's library, and keeps the answer. One `TransactWriteItems`;
    /// [`StoreError::Condition`] when the answer is kept already.
    pub async fn announce_library_upload(
        &self,
        team: &TeamId,
        upload: &Upload,
        keep: Option<&Keep>,
    ) -> Result<(), StoreError> {
        let mut item: Item = doc_item(KIND, &Key::library_upload(team, &upload.id), upload)?;
        item.extend(due(team, upload.at).map(|(name, value)| (name.to_owned(), value)));
        let mut writes = vec![self.put_new(item)?];
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// A library's file that nobody has is gone. One `DeleteItem`, unless somebody has it.
    pub async fn delete_library_upload(&self, team: &TeamId, id: &UploadId) -> Result<(), StoreError> {
        let key = Key::library_upload(team, id).to_item();
        let delete = self.client.delete_item().table_name(&self.core).set_key(Some(key)).condition_expression(LEFT);
        unless(delete.send().await.map(drop).map_err(|error| StoreError::from_sdk("DeleteItem", &error)))
    }

    /// A library's file that somebody has leaves the due index. One `UpdateItem`, unless nobody has it.
    pub async fn keep_library_upload(&self, team: &TeamId, id: &UploadId) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::library_upload(team, id).to_item()))
            .update_expression("REMOVE due_shard, due_at")
            .condition_expression(HAD);
        unless(update.send().await.map(drop).map_err(|error| StoreError::from_sdk("UpdateItem", &error)))
    }

    /// Who has which files once an entry is written.
    pub(crate) fn write_uses(&self, write: &LibraryWrite<'_>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let was = write.before.and_then(|content| content.upload());
        let is = write.content.map_or(was, |content| content.upload());
        let mut writes = vec![];
        if let Some(file) = is.filter(|_| is != was || write.published.is_some()) {
            writes.push(self.has(&write.entry.id, file, write.published.is_some())?);
        }
        if let Some(file) = was.filter(|_| is != was) {
            writes.push(self.gives_up(&write.entry.id, file, write.entry.updated_at)?);
        }
        Ok(writes)
    }

    fn has(&self, entry: &LibraryId, file: &UploadId, published: bool) -> Result<TransactWriteItem, StoreError> {
        let set = if published { "SET published = :published" } else { "" };
        let update = self
            .use_of(entry, file)
            .update_expression(format!("ADD used_by :entry {set} REMOVE due_shard, due_at"))
            .set_expression_attribute_values(Some(values(
                entry,
                published.then(|| (":published", AttributeValue::Bool(true))),
            )));
        finish(update)
    }

    /// An entry does not have a file any more, as it is worked on.
    pub(crate) fn gives_up(
        &self,
        entry: &LibraryId,
        file: &UploadId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let due = due(&entry.team(), now).into_iter().zip([":shard", ":at"]).map(|((_, value), name)| (name, value));
        let update = self
            .use_of(entry, file)
            .update_expression("DELETE used_by :entry SET due_shard = :shard, due_at = :at")
            .set_expression_attribute_values(Some(values(entry, due)));
        finish(update)
    }

    fn use_of(&self, entry: &LibraryId, file: &UploadId) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder().table_name(&self.core).set_key(Some(Key::library_upload(&entry.team(), file).to_item()))
    }
}

fn values(entry: &LibraryId, more: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> Item {
    let own = (":entry", AttributeValue::Ss(vec![entry.to_string()]));
    [own].into_iter().chain(more).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn finish(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
}

/// A condition that does not hold is no failure: it is not as it was any more.
fn unless(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Condition(_)) => Ok(()),
        result => result,
    }
}
