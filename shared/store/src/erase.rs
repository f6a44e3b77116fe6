//! What is left of an erased session in other items goes (R25).

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use parlor_domain::{Contact, InteractionId, Session, SessionId, UploadId};

use crate::{
    ContactKey, Store, StoreError,
    keys::{Item, Key, text},
};

/// Items deleted at once.
const AT_ONCE: usize = 16;

/// What stands in a session's partition that goes when the session is erased.
#[derive(Debug, Default)]
pub struct Remains {
    /// Files that people announced for the session.
    pub uploads: Vec<UploadId>,
    /// Its interactions, whose signed documents are files as well.
    pub interactions: Vec<InteractionId>,
    keys: Vec<Key>,
}

/// What the key begins with under which the id of a deleted file or interaction stays for a while: what is made of it may still come.
const NOTED: &str = "X#";

impl Remains {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    fn add(&mut self, key: Key) {
        let id = key.sk.strip_prefix(NOTED).unwrap_or(&key.sk);
        if let Some(upload) = id.strip_prefix("F#").and_then(|id| id.parse().ok()) {
            self.uploads.push(upload);
        }
        if let Some(interaction) = id.strip_prefix("I#").and_then(|id| id.parse().ok()) {
            self.interactions.push(interaction);
        }
        self.keys.push(key);
    }

    /// The keys under which the ids of files and interactions are noted that are not noted yet.
    fn to_note(&self) -> impl Iterator<Item = Key> {
        let files = self.keys.iter().filter(|key| key.sk.starts_with("F#") || key.sk.starts_with("I#"));
        files.map(|key| Key { pk: key.pk.clone(), sk: format!("{NOTED}{}", key.sk) })
    }
}

/// Whether an item of an erased session stays: the session itself, who is in its room, its timers, and the event that says that
/// it was erased, under this number.
fn stays(key: &Key, erased: &str) -> bool {
    key.sk == "S" || key.sk == "P" || key.sk.starts_with("D#") || key.sk.as_str() >= erased && key.sk.starts_with("E#")
}

impl Store {
    /// What is left of an erased session. One `Query` for each megabyte of it, which reads it whole.
    pub async fn remains(&self, session: &Session) -> Result<Remains, StoreError> {
        let erased = Key::event(&session.id, session.seq).sk;
        let mut remains = Remains::default();
        let mut from: Option<Item> = None;
        loop {
            let request = self
                .client
                .query()
                .table_name(&self.core)
                .consistent_read(true)
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", text(&Key::session(&session.id).pk))
                .projection_expression("pk, sk")
                .set_exclusive_start_key(from.take());
            let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query remains", &error))?;
            let keys = answer.items().iter().filter_map(Key::of).filter(|key| !stays(key, &erased));
            keys.for_each(|key| remains.add(key));
            match answer.last_evaluated_key {
                Some(key) => from = Some(key),
                None => return Ok(remains),
            }
        }
    }

    /// Deletes what is left, and that this was the newest session of any of `contacts` (R11), where it still is. Unless this is the
    /// `last` time, the ids of files and interactions stay, noted in items of nothing else. One `PutItem` for each that is noted and
    /// one `DeleteItem` each, sixteen at once.
    pub async fn delete_remains(
        &self,
        session: &SessionId,
        contacts: &[Contact],
        remains: &Remains,
        last: bool,
    ) -> Result<(), StoreError> {
        // The session's own items last: they say which others there are.
        let signed = remains.keys.iter().filter_map(|key| key.sk.strip_prefix("V#")).map(Key::signed);
        let signed: Vec<_> = signed.map(|key| self.delete_item(key, None)).collect();
        stream::iter(signed).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let notes = remains.to_note().filter(|_| !last).map(|key| self.note(key));
        stream::iter(notes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let goes = |key: &&Key| last || !key.sk.starts_with(NOTED);
        let items: Vec<_> = remains.keys.iter().filter(goes).cloned().collect();
        let items = items.into_iter().map(|key| self.delete_item(key, None));
        let own = text(session.as_str());
        let contacts = contacts.iter().flat_map(|contact| ContactKey::of(&session.team(), contact));
        let contacts =
            contacts.collect::<Vec<_>>().into_iter().map(|contact| self.delete_item(contact.key(), Some(own.clone())));
        stream::iter(items).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        stream::iter(contacts).buffer_unordered(AT_ONCE).try_collect::<()>().await
    }

    async fn note(&self, key: Key) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.core).set_item(Some(key.to_item()));
        put.send().await.map(drop).map_err(|error| StoreError::from_sdk("PutItem", &error))
    }

    /// Deletes an item; one that names a session only if it is `session`.
    async fn delete_item(&self, key: Key, session: Option<AttributeValue>) -> Result<(), StoreError> {
        let mut request = self.client.delete_item().table_name(&self.core).set_key(Some(key.to_item()));
        if let Some(session) = session {
            request = request
                .condition_expression("#session = :session")
                .expression_attribute_names("#session", "session")
                .expression_attribute_values(":session", session);
        }
        match request.send().await.map_err(|error| StoreError::from_sdk("DeleteItem", &error)) {
            // Another session is the contact's newest.
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
