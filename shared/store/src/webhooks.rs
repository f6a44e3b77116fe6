//! Webhook endpoints, and the queues in which events go to them (R24).
//!
//! A queue is one session's events on their way to one endpoint, and a partition of its own: its state (`LANE`), what waits
//! in it (`P#`, in the order of events), what is settled (`D#`). Queues with something to do are in the due index under
//! their endpoint's own partitions, so that an endpoint that fails hides nobody else's. Deliveries of an endpoint are
//! listed by the index of everybody's sessions, under the endpoint's own partitions.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use parlor_domain::{
    SessionId, WebhookId,
    webhook::{
        Delivery, DeliveryQueue, DeliveryState, Disabled, DisabledBy, Endpoint, KEPT_FOR, MAX_ENDPOINTS, Replay,
        Standing, list_place,
    },
};

use crate::{
    Keep, ReadBatch, ReadResult, Store, StoreError,
    commit::put_new_in,
    document::{self, read, read_value},
    keys::{Item, Key, millis, number, shard_of, text},
};

/// Partitions of an endpoint's due queues, and of its list of deliveries.
const SHARDS: u32 = 4;

/// An endpoint as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// What an admin decided: address, filter, secrets.
    pub endpoint: Endpoint,
    /// What attempts found out: whether it fails, is slow, or is disabled.
    pub standing: Standing,
    /// The version of what an admin decided, for `ETag` and `If-Match`.
    pub version: u64,
}

/// What an attempt found out about an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It failed, in an attempt that began then; the schedule alone goes on with it.
    Failed {
        /// When the attempt began.
        at: Timestamp,
        /// Until then the stream leaves it alone.
        aside_until: Timestamp,
    },
    /// It took an event, but others must not wait for it.
    Slow {
        /// Until then the stream leaves it alone.
        aside_until: Timestamp,
    },
    /// It took an event after it had failed.
    Recovered,
}

/// One page of an endpoint's deliveries.
#[derive(Debug)]
pub struct DeliveriesPage {
    /// The deliveries, newest event first.
    pub items: Vec<Delivery>,
    /// What to ask for as `before` to go on; `None` at the end.
    pub next: Option<i64>,
}

impl ReadBatch {
    /// A webhook endpoint: one item.
    #[must_use]
    pub fn webhook(self, id: &WebhookId) -> Self {
        self.with(Key::webhook(id))
    }

    /// The queue of a session's events to an endpoint.
    #[must_use]
    pub fn queue(self, endpoint: &WebhookId, session: &SessionId) -> Self {
        self.with(Key::delivery_queue(endpoint, session))
    }

    /// A delivery, wherever it stands: two items.
    #[must_use]
    pub fn delivery(self, endpoint: &WebhookId, session: &SessionId, seq: u64) -> Self {
        self.with(Key::queued(endpoint, session, seq)).with(Key::settled(endpoint, session, seq))
    }

    /// An event of a session: one item.
    #[must_use]
    pub fn event(self, session: &SessionId, seq: u64) -> Self {
        self.with(Key::event(session, seq))
    }

    /// An event and, so that it is known whether it may still be told, its session: two items.
    #[must_use]
    pub fn told_event(self, session: &SessionId, seq: u64) -> Self {
        self.event(session, seq).session_alone(session)
    }
}

impl ReadResult {
    /// A webhook endpoint; `None` if there is none of that id.
    pub fn webhook(&self, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        self.item(&Key::webhook(id)).map(webhook).transpose()
    }

    /// A queue; `None` before its first event.
    pub fn queue(&self, endpoint: &WebhookId, session: &SessionId) -> Result<Option<DeliveryQueue>, StoreError> {
        self.get("queue", &Key::delivery_queue(endpoint, session), "doc")
    }

    /// A delivery, waiting or settled; `None` if it never was, or is over 30 days old.
    pub fn delivery(
        &self,
        endpoint: &WebhookId,
        session: &SessionId,
        seq: u64,
    ) -> Result<Option<Delivery>, StoreError> {
        match self.get("delivery", &Key::queued(endpoint, session, seq), "summary")? {
            Some(queued) => Ok(Some(queued)),
            None => self.get("delivery", &Key::settled(endpoint, session, seq), "summary"),
        }
    }

    /// An event of a session.
    pub fn event(&self, session: &SessionId, seq: u64) -> Result<Option<parlor_domain::Event>, StoreError> {
        self.get("event", &Key::event(session, seq), "doc")
    }

    /// As [`ReadResult::event`], if it may still be told; [`ReadBatch::told_event`] asked for it. R25: of an erased session only the
    /// event that says so may be, also as long as the others are still to be deleted.
    pub fn told_event(&self, session: &SessionId, seq: u64) -> Result<Option<parlor_domain::Event>, StoreError> {
        let erased = self.document(session)?.filter(|session| session.erased.is_some());
        if erased.is_some_and(|session| seq < session.seq) { Ok(None) } else { self.event(session, seq) }
    }
}

fn webhook(item: &Item) -> Result<Webhook, StoreError> {
    const KIND: &str = "webhook";
    let missing = || StoreError::Item { kind: KIND, reason: "no document".into() };
    Ok(Webhook {
        endpoint: read(KIND, item, "doc")?.ok_or_else(missing)?,
        standing: Standing {
            disabled: read_value(KIND, item, "disabled")?,
            failing_since: read_value(KIND, item, "failing_since")?,
            aside_until: read_value(KIND, item, "aside_until")?,
            replay: read_value(KIND, item, "replay")?,
        },
        version: read_value(KIND, item, "version")?.unwrap_or(0),
    })
}

fn list_key(endpoint: &WebhookId, shard: u32) -> String {
    format!("W#{endpoint}#{shard}")
}

fn due_key(endpoint: &WebhookId, shard: u32) -> String {
    format!("webhook-{endpoint}#{shard}")
}

fn delivery_item(key: &Key, delivery: &Delivery, now: Timestamp) -> Result<Item, StoreError> {
    let mut item = key.to_item();
    item.insert("summary".into(), document::json("delivery", delivery)?);
    let shard = shard_of(delivery.session.as_str(), SHARDS);
    item.insert("all_key".into(), text(&list_key(&delivery.endpoint, shard)));
    item.insert("recent".into(), number(list_place(delivery.at, delivery.seq)));
    item.insert("expires".into(), number((now + KEPT_FOR).as_second()));
    Ok(item)
}

fn incomplete(error: &aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Unavailable { operation: "TransactWriteItems", reason: error.to_string() }
}

impl Store {
    /// Every endpoint, disabled ones too, oldest first. One `Query`, strongly consistent.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(Key::WEBHOOKS))
            .expression_attribute_values(":prefix", text("W#"))
            .consistent_read(true);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query webhooks", &error))?;
        let mut webhooks =
            answer.items.unwrap_or_default().iter().map(webhook).collect::<Result<Vec<_>, StoreError>>()?;
        webhooks.sort_by_key(|webhook| webhook.endpoint.created_at);
        Ok(webhooks)
    }

    /// Makes an endpoint, and keeps the answer. One `TransactWriteItems`; [`StoreError::Condition`] when there are
    /// [`MAX_ENDPOINTS`] already, or the answer is kept already.
    pub async fn create_webhook(&self, endpoint: &Endpoint, keep: Option<&Keep>) -> Result<(), StoreError> {
        let mut item = Key::webhook(&endpoint.id).to_item();
        item.insert("doc".into(), document::json("webhook", endpoint)?);
        item.insert("version".into(), number(1));
        let mut writes = vec![put_new_in(&self.core, item)?, self.count_webhooks(1)?];
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// Writes what an admin decided over the version that was read, and keeps the answer. A `disabled` that changes
    /// forgets how the endpoint did. One `TransactWriteItems`; [`StoreError::Condition`] when somebody else was first, or
    /// the answer is kept already.
    pub async fn save_webhook(
        &self,
        read: &Webhook,
        endpoint: &Endpoint,
        disabled: Option<&Disabled>,
        replay: Option<&Replay>,
        keep: Option<&Keep>,
    ) -> Result<(), StoreError> {
        let mut expression = "SET #doc = :doc, #version = :version".to_owned();
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::webhook(&endpoint.id).to_item()))
            .condition_expression("#version = :read")
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":doc", document::json("webhook", endpoint)?)
            .expression_attribute_values(":version", number(read.version + 1))
            .expression_attribute_values(":read", number(read.version));
        if let Some(replay) = replay {
            expression.push_str(", replay = :replay");
            update = update.expression_attribute_values(":replay", document::value("webhook", replay)?);
        }
        if let Some(disabled) = disabled {
            expression.push_str(", disabled = :disabled");
            update = update.expression_attribute_values(":disabled", document::value("webhook", disabled)?);
        } else if read.standing.disabled.is_some() {
            expression.push_str(" REMOVE disabled, failing_since, aside_until");
        }
        let update = update.update_expression(expression).build().map_err(|error| incomplete(&error))?;
        let mut writes = vec![TransactWriteItem::builder().update(update).build()];
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// Removes an endpoint; what waits for it goes by itself. One `TransactWriteItems`; [`StoreError::Condition`] when it
    /// is not there any more.
    pub async fn delete_webhook(&self, id: &WebhookId) -> Result<(), StoreError> {
        let writes = vec![self.delete_existing(&Key::webhook(id))?, self.count_webhooks(-1)?];
        self.transact(writes).await
    }

    fn count_webhooks(&self, change: i32) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::webhook_count().to_item()))
            .update_expression("ADD #count :change")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":change", number(change));
        let update = if change > 0 {
            update
                .condition_expression("attribute_not_exists(#count) OR #count < :most")
                .expression_attribute_values(":most", number(MAX_ENDPOINTS))
        } else {
            update
        };
        Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
    }

    /// Notes how an endpoint does. One `UpdateItem`; without effect when the endpoint is gone.
    pub async fn note_webhook(&self, id: &WebhookId, finding: Finding) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::webhook(id).to_item()))
            .condition_expression("attribute_exists(pk)");
        let update = match finding {
            Finding::Failed { at, aside_until } => update
                .update_expression("SET failing_since = if_not_exists(failing_since, :at), aside_until = :until")
                .expression_attribute_values(":at", document::value("webhook", &at)?)
                .expression_attribute_values(":until", document::value("webhook", &aside_until)?),
            Finding::Slow { aside_until } => update
                .update_expression("SET aside_until = :until REMOVE failing_since")
                .expression_attribute_values(":until", document::value("webhook", &aside_until)?),
            Finding::Recovered => update.update_expression("REMOVE failing_since"),
        };
        absent_is_fine(update.send().await.map(|_| ()).map_err(|e| StoreError::from_sdk("UpdateItem webhook", &e)))
    }

    /// Disables an endpoint because of what it answered. One `UpdateItem`; answers whether it was this call that did it.
    pub async fn disable_webhook(&self, id: &WebhookId, by: DisabledBy, now: Timestamp) -> Result<bool, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::webhook(id).to_item()))
            .update_expression("SET disabled = :disabled ADD #version :one REMOVE replay")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(disabled)")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":disabled", document::value("webhook", &Disabled { by, at: now })?)
            .send()
            .await;
        match answer.map_err(|error| StoreError::from_sdk("UpdateItem webhook", &error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Notes how far a replay got; `None` when it is over. One `UpdateItem`; without effect when another one was asked
    /// for meanwhile.
    pub async fn move_replay(&self, id: &WebhookId, from: &Replay, to: Option<&Replay>) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::webhook(id).to_item()))
            .condition_expression("replay = :from")
            .expression_attribute_values(":from", document::value("webhook", from)?);
        let update = match to {
            None => update.update_expression("REMOVE replay"),
            Some(to) => update
                .update_expression("SET replay = :to")
                .expression_attribute_values(":to", document::value("webhook", to)?),
        };
        absent_is_fine(update.send().await.map(|_| ()).map_err(|e| StoreError::from_sdk("UpdateItem webhook", &e)))
    }

    /// Sessions with something to do for an endpoint at `now`, oldest first in each shard, at most `limit` a shard. Four
    /// `Query` requests side by side. A hint, like [`Store::due`].
    pub async fn queues_due(&self, id: &WebhookId, now: Timestamp, limit: i32) -> Result<Vec<SessionId>, StoreError> {
        let found = self.due_in((0..SHARDS).map(|shard| due_key(id, shard)), now, limit).await?;
        Ok(found.iter().filter_map(|key| key.pk.rsplit('#').next()?.parse().ok()).collect())
    }

    /// What waits in a queue, in the order of events, at most `limit`. One `Query`, strongly consistent.
    pub async fn queued(&self, id: &WebhookId, session: &SessionId, limit: i32) -> Result<Vec<Delivery>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(&Key::delivery_queue(id, session).pk))
            .expression_attribute_values(":prefix", text("P#"))
            .consistent_read(true)
            .limit(limit);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query queue", &error))?;
        let items = answer.items.unwrap_or_default();
        items.iter().filter_map(|item| read("delivery", item, "summary").transpose()).collect()
    }

    /// Writes a queue over the version that was read (`queue.version` less one), with what became of deliveries of it: the
    /// pending ones queue, the others are settled; and keeps an answer. One `TransactWriteItems`;
    /// [`StoreError::Condition`] when somebody else wrote the queue meanwhile, or the answer is kept already.
    pub async fn write_queue(
        &self,
        id: &WebhookId,
        session: &SessionId,
        queue: &DeliveryQueue,
        deliveries: &[Delivery],
        keep: Option<&Keep>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut item = Key::delivery_queue(id, session).to_item();
        item.insert("doc".into(), document::json("queue", queue)?);
        item.insert("version".into(), number(queue.version));
        item.insert("expires".into(), number((now + KEPT_FOR).as_second()));
        if let Some(due) = queue.due {
            item.insert("due_shard".into(), text(&due_key(id, shard_of(session.as_str(), SHARDS))));
            item.insert("due_at".into(), number(millis(due)));
        }
        let put = Put::builder()
            .table_name(&self.core)
            .set_item(Some(item))
            .condition_expression(if queue.version == 1 { "attribute_not_exists(pk)" } else { "#version = :read" });
        let put = if queue.version == 1 {
            put
        } else {
            put.expression_attribute_names("#version", "version")
                .expression_attribute_values(":read", number(queue.version - 1))
        };
        let put = put.build().map_err(|error| incomplete(&error))?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        for delivery in deliveries {
            let queued = Key::queued(id, session, delivery.seq);
            let settled = Key::settled(id, session, delivery.seq);
            let (put, gone) = match delivery.state {
                DeliveryState::Pending => (&queued, &settled),
                DeliveryState::Delivered | DeliveryState::Failed => (&settled, &queued),
            };
            writes.push(self.put(delivery_item(put, delivery, now)?)?);
            writes.push(self.delete(gone)?);
        }
        writes.extend(keep.map(|keep| self.keep(keep)).transpose()?);
        self.transact(writes).await
    }

    /// An endpoint's deliveries by their events' time, newest first, those before `before`; perhaps of one state, which makes
    /// pages shorter. Four `Query` requests side by side.
    pub async fn deliveries(
        &self,
        id: &WebhookId,
        before: Option<i64>,
        state: Option<DeliveryState>,
        limit: usize,
    ) -> Result<DeliveriesPage, StoreError> {
        let (mut found, horizon) = self.listed(id, i64::MIN, before.unwrap_or(i64::MAX), false, limit).await?;
        found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let cut = found.len() > limit;
        found.truncate(limit);
        let next = if cut { found.last().map(|(at, _)| *at) } else { horizon };
        found.retain(|(_, delivery)| state.is_none_or(|state| delivery.state == state));
        Ok(DeliveriesPage { items: found.into_iter().map(|(_, delivery)| delivery).collect(), next })
    }

    /// An endpoint's deliveries of events from a replay's place on, oldest first, and the replay as it goes on, if it
    /// does. Four `Query` requests side by side.
    pub async fn deliveries_since(
        &self,
        id: &WebhookId,
        replay: &Replay,
        limit: usize,
    ) -> Result<(Vec<Delivery>, Option<Replay>), StoreError> {
        let (mut found, horizon) = self.listed(id, replay.after, list_place(replay.until, 0), true, limit).await?;
        found.sort_by_key(|(at, _)| *at);
        let cut = found.len() > limit;
        found.truncate(limit);
        let after = if cut { found.last().map(|(at, _)| *at) } else { horizon };
        let next = after.map(|after| Replay { after, ..replay.clone() });
        Ok((found.into_iter().map(|(_, delivery)| delivery).collect(), next))
    }

    /// What stands strictly between two places of an endpoint's list, and up to where that is whole, if there is more.
    async fn listed(
        &self,
        id: &WebhookId,
        after: i64,
        before: i64,
        forward: bool,
        limit: usize,
    ) -> Result<(Vec<(i64, Delivery)>, Option<i64>), StoreError> {
        // Between two places that are in the other order there is nothing, and DynamoDB refuses to look.
        if after.saturating_add(1) > before.saturating_sub(1) {
            return Ok((vec![], None));
        }
        let queries = (0..SHARDS).map(|shard| async move {
            let input = self
                .client
                .query()
                .table_name(&self.core)
                .index_name("by_all")
                .scan_index_forward(forward)
                .key_condition_expression("all_key = :partition AND #recent BETWEEN :after AND :before")
                .expression_attribute_names("#recent", "recent")
                .expression_attribute_values(":partition", text(&list_key(id, shard)))
                .expression_attribute_values(":after", number(after.saturating_add(1)))
                .expression_attribute_values(":before", number(before.saturating_sub(1)))
                .limit(i32::try_from(limit).unwrap_or(i32::MAX));
            let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query deliveries", &error))?;
            let place = |item: &Item| item.get("recent")?.as_n().ok()?.parse::<i64>().ok();
            let more = answer.last_evaluated_key.as_ref().and_then(place);
            let items = answer.items.unwrap_or_default();
            let found = items
                .iter()
                .filter_map(|item| Some((place(item)?, read::<Delivery>("delivery", item, "summary").transpose()?)))
                .map(|(at, delivery)| Ok((at, delivery?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            Ok::<_, StoreError>((found, more))
        });
        let answers = try_join_all(queries).await?;
        // A shard that has more than it showed hides what lies behind its last key: the page must not go past it.
        let ends = answers.iter().filter_map(|(_, more)| *more);
        let horizon = if forward { ends.min() } else { ends.max() };
        let whole = |at: i64| horizon.is_none_or(|horizon| if forward { at <= horizon } else { at >= horizon });
        let found = answers.into_iter().flat_map(|(found, _)| found).filter(|(at, _)| whole(*at)).collect();
        Ok((found, horizon))
    }
}

/// An endpoint that was deleted, or a replay that was replaced, has nothing to note any more.
fn absent_is_fine(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Condition(_)) => Ok(()),
        other => other,
    }
}
