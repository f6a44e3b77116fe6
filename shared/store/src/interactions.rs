//! Interactions (R21): each an item of its own beside its session, with a version of its own, and what it asks
//! beside it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::Timestamp;
use parlor_domain::{
    DueKind, Interaction, InteractionId, Session, SessionId,
    interaction::{Asked, InteractionWrite, SignedFile, Workflow},
};
use serde::{Deserialize, Serialize};

use crate::{
    DUE_SHARDS, ReadBatch, ReadResult, Store, StoreError,
    commit::{doc_item, incomplete},
    document,
    keys::{Item, Key, due_shard, millis, number, shard_of, text},
};

/// A document that was signed here, found by its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHere {
    /// The session that it is of.
    pub session: SessionId,
    /// What it is called.
    pub title: String,
    /// When the customer completed it.
    pub completed_at: Option<Timestamp>,
}

impl ReadBatch {
    /// An interaction of a session: one item. It does not say what it asks.
    #[must_use]
    pub fn interaction(self, session: &SessionId, id: &InteractionId) -> Self {
        self.with(Key::interaction(session, id))
    }

    /// The document whose signed file has this SHA-256, in small hexadecimal digits: one item.
    #[must_use]
    pub fn signed(self, sha256: &str) -> Self {
        self.with(Key::signed(sha256))
    }

    /// What an interaction asks: one item.
    #[must_use]
    pub fn asked(self, session: &SessionId, id: &InteractionId) -> Self {
        self.with(Key::asked(session, id))
    }
}

impl ReadResult {
    /// An interaction of a session; `None` if there is none of that id.
    pub fn interaction(&self, session: &SessionId, id: &InteractionId) -> Result<Option<Interaction>, StoreError> {
        self.get("interaction", &Key::interaction(session, id), "doc")
    }

    /// The document whose signed file has this SHA-256; `None` if there is none.
    pub fn signed(&self, sha256: &str) -> Result<Option<SignedHere>, StoreError> {
        self.get("signed file", &Key::signed(sha256), "doc")
    }

    /// What an interaction asks; `None` if there is none of that id.
    pub fn asked(&self, session: &SessionId, id: &InteractionId) -> Result<Option<Asked>, StoreError> {
        self.get("what is asked", &Key::asked(session, id), "doc")
    }

    /// What a workflow asks; `None` if there is none of that id, or it is no workflow.
    pub fn workflow(&self, session: &SessionId, id: &InteractionId) -> Result<Option<Workflow>, StoreError> {
        Ok(self.asked(session, id)?.and_then(|asked| match asked {
            Asked::Workflow(workflow) => Some(workflow),
            Asked::Document(_) | Asked::Request(_) => None,
        }))
    }
}

impl Store {
    /// An interaction under the version that was read, or as a new one; with what it asks, where that is new or changed.
    pub(crate) fn write_interaction(
        &self,
        session: &SessionId,
        write: &InteractionWrite,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let InteractionWrite { interaction, asked } = write;
        let mut item = doc_item("interaction", &Key::interaction(session, &interaction.id), interaction)?;
        item.insert("version".into(), number(interaction.version));
        if let Some(at) = interaction.due() {
            let shard = shard_of(session.as_str(), DUE_SHARDS);
            item.insert("due_shard".into(), text(&due_shard(DueKind::Signing, shard)));
            item.insert("due_at".into(), number(millis(at)));
        }
        let mut writes = vec![];
        if interaction.version == 1 {
            writes.push(self.put_new(item)?);
        } else {
            let put = Put::builder()
                .table_name(&self.core)
                .set_item(Some(item))
                .condition_expression("#version = :read")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(interaction.version - 1))
                .build();
            writes.push(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build());
        }
        if let Some(SignedFile::Ready { sha256, .. }) = &interaction.signed {
            let title = interaction.title.clone();
            let signed = SignedHere { session: session.clone(), title, completed_at: interaction.completed_at };
            let by_file = doc_item("signed file", &Key::signed(sha256), &signed)?;
            for item in [by_file, Key::signed_here(session, sha256).to_item()] {
                let put = Put::builder().table_name(&self.core).set_item(Some(item)).build();
                writes.push(TransactWriteItem::builder().put(put.map_err(|error| incomplete(&error))?).build());
            }
        }
        if let Some(asked) = asked {
            let item = doc_item("what is asked", &Key::asked(session, &interaction.id), asked)?;
            // A draft's is written over, under the version that was read of the interaction.
            writes.push(if interaction.version == 1 { self.put_new(item)? } else { self.put(item)? });
        }
        Ok(writes)
    }

    /// The documents of a workflow's steps. One `BatchGetItem` where the session names any, and none otherwise.
    pub async fn parts(&self, session: &Session, workflow: &InteractionId) -> Result<Vec<Interaction>, StoreError> {
        let parts: Vec<&InteractionId> = session.parts_of(workflow).map(|task| &task.id).collect();
        if parts.is_empty() {
            return Ok(vec![]);
        }
        let found =
            self.read(parts.iter().fold(ReadBatch::new(), |keys, id| keys.interaction(&session.id, id))).await?;
        parts.into_iter().filter_map(|id| found.interaction(&session.id, id).transpose()).collect()
    }

    /// A session's interactions, in no order that means anything ([`parlor_domain::Session::arranged`] gives them the agent's): at most
    /// [`parlor_domain::interaction::TASKS_MAX`]. One `Query`, strongly consistent, and another for each further MB; without what was
    /// entered, DynamoDB would read as much.
    pub async fn interactions(&self, session: &SessionId) -> Result<Vec<Interaction>, StoreError> {
        let first = self.first_interactions(session).await?;
        self.all_interactions(session, first).await
    }

    /// A session's interactions as far as one answer has them, to be read beside the look at who asks for them. One `Query`.
    pub async fn first_interactions(&self, session: &SessionId) -> Result<FirstInteractions, StoreError> {
        let (found, next) = self.some_interactions(session, None).await?;
        Ok(FirstInteractions { found, next })
    }

    /// All of a session's interactions, `first` being those that were read. No request where these are all, as they are as a rule;
    /// otherwise a `Query` for each further MB.
    pub async fn all_interactions(
        &self,
        session: &SessionId,
        first: FirstInteractions,
    ) -> Result<Vec<Interaction>, StoreError> {
        let FirstInteractions { mut found, mut next } = first;
        while next.is_some() {
            let (more, after) = self.some_interactions(session, next).await?;
            found.extend(more);
            next = after;
        }
        Ok(found)
    }

    async fn some_interactions(
        &self,
        session: &SessionId,
        from: Option<Item>,
    ) -> Result<(Vec<Interaction>, Option<Item>), StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(&Key::session(session).pk))
            .expression_attribute_values(":prefix", text("I#"))
            .consistent_read(true)
            .set_exclusive_start_key(from);
        let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query interactions", &error))?;
        let items = answer.items.unwrap_or_default();
        let found = items.iter().map(|item| document::read::<Interaction>("interaction", item, "doc"));
        Ok((found.filter_map(Result::transpose).collect::<Result<_, _>>()?, answer.last_evaluated_key))
    }
}

/// The first of a session's interactions, and where the rest begins.
#[derive(Debug)]
pub struct FirstInteractions {
    found: Vec<Interaction>,
    next: Option<Item>,
}
