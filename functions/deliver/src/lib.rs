//! Sends what was committed to the outbox, right after it was (R23): the first attempt of every entry. Called by the
//! table's stream with the entries that are new.
//!
//! Whatever goes wrong here is not lost: a retry is armed with each entry from the start, and `retry-deliveries` goes on
//! with it. Reporting a record back to the stream only makes it come sooner, so that is done where nothing was sent yet.

use futures_util::future::join_all;
use parlor_delivery::{Addresses, Delivered, Delivery, DeliveryError};
use parlor_domain::SessionId;
use parlor_live::Live;
use parlor_runtime::{Clock, EventFunction, Runtime};
use parlor_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

/// The function.
#[derive(Debug)]
pub struct Deliver {
    delivery: Delivery,
    live: Live,
    clock: Clock,
}

/// A batch of the stream. Only keys are read: the images may be older than the items, and are often much larger.
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// In the order of the stream.
    #[serde(rename = "Records", default)]
    pub records: Vec<Record>,
}

/// One change in the table.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    #[serde(rename = "eventName")]
    pub event_name: String,
    /// What changed.
    pub dynamodb: Change,
}

/// What changed.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// The item's key.
    #[serde(rename = "Keys")]
    pub keys: Keys,
    /// Its place in the stream.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
}

/// An item's key.
#[derive(Debug, Deserialize)]
pub struct Keys {
    /// Partition.
    pub pk: Text,
    /// Within it.
    pub sk: Text,
}

/// A string, as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct Text {
    /// It.
    #[serde(rename = "S")]
    pub s: String,
}

/// What the stream is to send again: everything from the first of these on.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unhandled {
    /// By sequence number.
    pub batch_item_failures: Vec<Failure>,
}

/// A record that could not be handled.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its sequence number.
    pub item_identifier: String,
}

/// Why a record was not handled.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The entry could not be read, or what became of it could not be written.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl DeliverError {
    /// Whether the stream may bring another result if it sends the record again.
    fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Delivery(DeliveryError::Store(StoreError::Unavailable { .. }) | DeliveryError::Busy) => true,
            Self::Delivery(DeliveryError::Store(StoreError::Condition(_) | StoreError::Item { .. })) => false,
        }
    }
}

/// The outbox entry that a record is about; `None` for every other.
fn entry(record: &Record) -> Option<(SessionId, &str)> {
    let Keys { pk, sk } = &record.dynamodb.keys;
    if record.event_name != "INSERT" {
        return None;
    }
    Some((pk.s.strip_prefix("S#")?.parse().ok()?, sk.s.strip_prefix("O#")?))
}

impl Deliver {
    /// Sends the entries of one batch side by side: each attempt is bounded, and so is the batch. For each what
    /// [`Delivery::first`] costs, and one post to each connection in the room when it was settled.
    pub async fn deliver(&self, batch: &Batch) -> Unhandled {
        let outcomes = batch.records.iter().map(|record| async move {
            let error = self.one(record).await.err()?;
            let repeat = error.is_worth_repeating();
            tracing::warn!(sequence_number = record.dynamodb.sequence_number, repeat, %error, "not handled");
            repeat.then(|| Failure { item_identifier: record.dynamodb.sequence_number.clone() })
        });
        Unhandled { batch_item_failures: join_all(outcomes).await.into_iter().flatten().collect() }
    }

    async fn one(&self, record: &Record) -> Result<(), DeliverError> {
        let Some((session, id)) = entry(record) else { return Ok(()) };
        if let Delivered::Settled(settled) = self.delivery.first(&session, id, self.clock.now()).await? {
            let now = self.clock.now();
            self.live.announce(&settled.decision, &settled.presence, &settled.settings, now).await;
        }
        Ok(())
    }
}

impl EventFunction for Deliver {
    const NAME: &'static str = "deliver";
    type Event = Batch;
    type Answer = Unhandled;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.dynamodb(), &config.core_table, &config.connections_table);
        let addresses = Addresses {
            public_url: config.public_url.clone(),
            mail_from: config.mail_from.clone(),
            mail_events: config.mail_events.clone(),
            sms_sender: config.sms_sender.clone(),
        };
        Self {
            delivery: Delivery::new(store, runtime.ses(), runtime.sns(), runtime.keyring(), addresses),
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, batch: Batch) -> Result<Unhandled, lambda_runtime::Error> {
        Ok(self.deliver(&batch).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_outbox_entries_are_heard() {
        let record = |event: &str, pk: &str, sk: &str| -> Record {
            serde_json::from_value(serde_json::json!({
                "awsRegion": "eu-central-1",
                "eventName": event,
                "dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "NewImage": {}, "SequenceNumber": "7"}
            }))
            .expect("a record")
        };
        let session = "S#0123456789abcdefghjkmnpqrs";
        assert!(entry(&record("INSERT", &session[..28], "O#000000000002-0")).is_some());
        for (event, pk, sk) in
            [("MODIFY", &session[..28], "O#1"), ("INSERT", &session[..28], "E#1"), ("INSERT", "CONF", "O#1")]
        {
            assert!(entry(&record(event, pk, sk)).is_none(), "{event} {pk} {sk}");
        }
    }

    #[test]
    fn the_answer_is_what_the_stream_understands() {
        let unhandled = Unhandled { batch_item_failures: vec![Failure { item_identifier: "7".to_owned() }] };
        let text = serde_json::to_string(&unhandled).expect("JSON");
        assert_eq!(text, r#"{"batchItemFailures":[{"itemIdentifier":"7"}]}"#);
    }
}
