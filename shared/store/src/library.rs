//! A team's library (R21), a partition of its own. Lists are one `Query` over the entries (`L#`), which are small; what is in an
//! entry stands apart: as it is worked on (`C#`), the newest version (`N#`), and each version that was ever published (`V#`).
//! How often entries were sent is counted in four items (`USED#`), by the session, so that sends at one time do not meet.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{
    Decision, EventKind, LibraryId, TeamId,
    library::{Content, ENTRIES_MAX, Entry, Published},
};

use crate::{
    Keep, ReadBatch, ReadResult, Store, StoreError,
    commit::{doc_item, incomplete, put_new_in},
    document::{self, read, read_value},
    keys::{Item, Key, number, shard_of, text},
};

/// Items that the sends of a team's entries are counted in.
const SHARDS: u32 = 4;

const KIND: &str = "library entry";

/// An entry as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryEntry {
    /// The entry.
    pub entry: Entry,
    /// Rises with each write of it, for `ETag` and `If-Match`.
    pub revision: u64,
}

/// One page of a team's library.
#[derive(Debug)]
pub struct LibraryPage {
    /// The entries, in the order of their ids.
    pub items: Vec<LibraryEntry>,
    /// The entry to go on behind; `None` at the end.
    pub next: Option<LibraryId>,
}

/// What is written of an entry.
#[derive(Debug)]
pub struct LibraryWrite<'a> {
    /// The entry as it will be.
    pub entry: &'a Entry,
    /// What was in it before; nothing of a new one.
    pub before: Option<&'a Content>,
    /// What is in it, where that changes.
    pub content: Option<&'a Content>,
    /// The version that is published with it.
    pub published: Option<&'a Published>,
}

impl ReadBatch {
    /// An entry of a team's library: one item. It does not say what is in it.
    #[must_use]
    pub fn library_entry(self, id: &LibraryId) -> Self {
        self.with(Key::library_entry(id))
    }

    /// What is in an entry, as it is worked on: one item.
    #[must_use]
    pub fn library_content(self, id: &LibraryId) -> Self {
        self.with(Key::library_content(id))
    }

    /// The newest version of an entry: one item.
    #[must_use]
    pub fn library_newest(self, id: &LibraryId) -> Self {
        self.with(Key::library_newest(id))
    }

    /// How often each entry of a team was sent: four items.
    #[must_use]
    pub fn library_used(self, team: &TeamId) -> Self {
        (0..SHARDS).fold(self, |batch, shard| batch.with(Key::library_used(team, shard)))
    }

    /// How many entries a team's library has: one item.
    #[must_use]
    pub fn library_count(self, team: &TeamId) -> Self {
        self.with(Key::library_count(team))
    }
}

impl ReadResult {
    /// An entry; `None` if there is none of that id.
    pub fn library_entry(&self, id: &LibraryId) -> Result<Option<LibraryEntry>, StoreError> {
        self.item(&Key::library_entry(id)).map(entry).transpose()
    }

    /// What is in an entry, as it is worked on.
    pub fn library_content(&self, id: &LibraryId) -> Result<Option<Content>, StoreError> {
        self.get("library content", &Key::library_content(id), "doc")
    }

    /// The newest version of an entry; `None` before it was first published.
    pub fn library_newest(&self, id: &LibraryId) -> Result<Option<Published>, StoreError> {
        self.get("library version", &Key::library_newest(id), "doc")
    }

    /// How often an entry was sent; [`ReadBatch::library_used`] asked for it.
    pub fn library_used(&self, id: &LibraryId) -> Result<u64, StoreError> {
        let team = id.team();
        let mut used = 0;
        for item in (0..SHARDS).filter_map(|shard| self.item(&Key::library_used(&team, shard))) {
            used += read_value::<u64>("uses", item, id.as_str())?.unwrap_or_default();
        }
        Ok(used)
    }

    /// How many entries a team's library has; [`ReadBatch::library_count`] asked for it.
    pub fn library_count(&self, team: &TeamId) -> Result<usize, StoreError> {
        let item = self.item(&Key::library_count(team));
        Ok(item.map(|item| read_value("library", item, "count")).transpose()?.flatten().unwrap_or_default())
    }
}

fn entry(item: &Item) -> Result<LibraryEntry, StoreError> {
    let missing = || StoreError::Item { kind: KIND, reason: "no document".into() };
    Ok(LibraryEntry {
        entry: read(KIND, item, "doc")?.ok_or_else(missing)?,
        revision: read_value(KIND, item, "version")?.ok_or_else(missing)?,
    })
}

impl Store {
    /// A page of a team's library, from behind an entry. One `Query`, strongly consistent.
    pub async fn library(
        &self,
        team: &TeamId,
        after: Option<&LibraryId>,
        limit: u16,
    ) -> Result<LibraryPage, StoreError> {
        let from = after.map(|id| Key::library_entry(id).to_item());
        let answer = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(&Key::library_count(team).pk))
            .expression_attribute_values(":prefix", text("L#"))
            .consistent_read(true)
            .limit(i32::from(limit))
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("Query library", &error))?;
        let goes_on = answer.last_evaluated_key.is_some();
        let items = answer.items.unwrap_or_default().iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let next = items.last().filter(|_| goes_on).map(|last| last.entry.id.clone());
        Ok(LibraryPage { items, next })
    }

    /// Makes an entry, and keeps the answer. One `TransactWriteItems`; [`StoreError::Condition`] when the team has
    /// [`ENTRIES_MAX`] already, or the answer is kept already.
    pub async fn create_entry(&self, write: &LibraryWrite<'_>, keep: Option<&Keep>) -> Result<(), StoreError> {
        let count = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::library_count(&write.entry.team()).to_item()))
            .update_expression("ADD #count :one")
            .condition_expression("attribute_not_exists(#count) OR #count < :most")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(ENTRIES_MAX))
            .build()
            .map_err(|error| incomplete(&error))?;
        let mut item = doc_item(KIND, &Key::library_entry(&write.entry.id), write.entry)?;
        item.insert("version".into(), number(1));
        let mut writes = vec![put_new_in(&self.core, item)?, TransactWriteItem::builder().update(count).build()];
        writes.extend(self.write_content(write)?);
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// Writes an entry over the version that was read, and keeps the answer. One `TransactWriteItems`;
    /// [`StoreError::Condition`] when somebody else was first, or the answer is kept already.
    pub async fn save_entry(
        &self,
        read: &LibraryEntry,
        write: &LibraryWrite<'_>,
        keep: Option<&Keep>,
    ) -> Result<(), StoreError> {
        let mut item = doc_item(KIND, &Key::library_entry(&write.entry.id), write.entry)?;
        item.insert("version".into(), number(read.revision + 1));
        let put = Put::builder()
            .table_name(&self.core)
            .set_item(Some(item))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":read", number(read.revision))
            .build();
        let mut writes = vec![TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build()];
        writes.extend(self.write_content(write)?);
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// Removes an entry that was never published; `content` is what is in it. One `TransactWriteItems`; [`StoreError::Condition`] when
    /// it is not there any more, or somebody changed it.
    pub async fn delete_entry(
        &self,
        read: &LibraryEntry,
        content: Option<&Content>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = &read.entry.id;
        let gone = aws_sdk_dynamodb::types::Delete::builder()
            .table_name(&self.core)
            .set_key(Some(Key::library_entry(id).to_item()))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":read", number(read.revision))
            .build()
            .map_err(|error| incomplete(&error))?;
        let count = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::library_count(&id.team()).to_item()))
            .update_expression("ADD #count :one")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", number(-1))
            .build()
            .map_err(|error| incomplete(&error))?;
        let mut writes = vec![
            TransactWriteItem::builder().delete(gone).build(),
            self.delete(&Key::library_content(id))?,
            TransactWriteItem::builder().update(count).build(),
        ];
        let file = content.and_then(Content::upload);
        writes.extend(file.map(|file| self.gives_up(id, file, now)).transpose()?);
        self.transact(writes).await
    }

    fn write_content(&self, write: &LibraryWrite<'_>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let id = &write.entry.id;
        let mut writes = self.write_uses(write)?;
        if let Some(content) = write.content {
            writes.push(self.put(doc_item("library content", &Key::library_content(id), content)?)?);
        }
        if let Some(published) = write.published {
            let doc = document::json("library version", published)?;
            let item = |key: &Key| -> Item {
                let mut item = key.to_item();
                item.insert("doc".into(), doc.clone());
                item
            };
            writes.push(self.put_new(item(&Key::library_version(id, published.version)))?);
            writes.push(self.put(item(&Key::library_newest(id)))?);
        }
        Ok(writes)
    }

    /// Counts what a decision sends of the library.
    pub(crate) fn count_uses(&self, decision: &Decision) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut uses: BTreeMap<TeamId, BTreeMap<&LibraryId, u64>> = BTreeMap::new();
        for event in &decision.events {
            let EventKind::InteractionSent { interaction, .. } = &event.kind else { continue };
            let mut written = decision.interactions.iter().map(|write| &write.interaction);
            let library = written.find(|own| own.id == *interaction).and_then(|own| own.library.as_ref());
            if let Some(library) = library {
                *uses.entry(library.id.team()).or_default().entry(&library.id).or_default() += 1;
            }
        }
        let shard = shard_of(decision.session.id.as_str(), SHARDS);
        uses.into_iter()
            .map(|(team, counts)| {
                // A team's counters stand in one item, which a transaction may write once.
                let mut add = vec![];
                let mut update =
                    Update::builder().table_name(&self.core).set_key(Some(Key::library_used(&team, shard).to_item()));
                for (at, (id, count)) in counts.into_iter().enumerate() {
                    add.push(format!("#entry{at} :count{at}"));
                    update = update
                        .expression_attribute_names(format!("#entry{at}"), id.as_str())
                        .expression_attribute_values(format!(":count{at}"), AttributeValue::N(count.to_string()));
                }
                let update = update.update_expression(format!("ADD {}", add.join(", ")));
                let update = update.build().map_err(|error| incomplete(&error))?;
                Ok(TransactWriteItem::builder().update(update).build())
            })
            .collect()
    }
}
