//! Brings events to webhook endpoints right after they were committed (R24). Called by the table's stream, through a mapping
//! of its own: whatever an endpoint does, no mail and no text waits for it.
//!
//! What cannot be sent at once goes into its lane, where `retry-webhooks` finds it. A record is reported back to the stream
//! only when not even that could be written.

use std::time::Duration;

use parlor_delivery::{Heard, WEBHOOK_LIMIT, Webhooks};
use parlor_domain::SessionId;
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime};
use parlor_store::Store;
use serde::{Deserialize, Serialize};

/// No POST begins later: a session's events go one after the other, and the next batch waits for this one.
const BUDGET: Duration = WEBHOOK_LIMIT;

/// The function.
#[derive(Debug)]
pub struct DeliverWebhooks {
    webhooks: Webhooks<Entropy>,
    clock: Clock,
}

/// A batch of the stream.
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
    /// The item; of an event, which never changes, as good as the table's own.
    #[serde(rename = "NewImage", default)]
    pub image: Image,
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

/// As much of an event's item as says to whom it goes.
#[derive(Debug, Default, Deserialize)]
pub struct Image {
    /// The event.
    pub doc: Option<Document>,
}

/// A map, as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct Document {
    /// It.
    #[serde(rename = "M")]
    pub m: Typed,
}

/// An event's type.
#[derive(Debug, Deserialize)]
pub struct Typed {
    /// It.
    #[serde(rename = "type")]
    pub kind: Text,
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

/// The event that a record is about; `None` for every other.
fn heard(record: &Record) -> Option<Heard> {
    if record.event_name != "INSERT" {
        return None;
    }
    let Keys { pk, sk } = &record.dynamodb.keys;
    let session: SessionId = pk.s.strip_prefix("S#")?.parse().ok()?;
    let seq = sk.s.strip_prefix("E#")?.parse().ok()?;
    let kind = record.dynamodb.image.doc.as_ref()?.m.kind.s.clone();
    Some(Heard { session, seq, kind })
}

impl EventFunction for DeliverWebhooks {
    const NAME: &'static str = "deliver-webhooks";
    type Event = Batch;
    type Answer = Unhandled;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.dynamodb(), &config.core_table, &config.connections_table);
        let entropy = runtime.entropy.clone();
        Self {
            webhooks: Webhooks::new(store, runtime.keyring(), entropy, config.webhook_targets),
            clock: runtime.clock.clone(),
        }
    }

    /// One batch; its cost is that of [`Webhooks::hear`].
    async fn handle(&self, batch: Batch) -> Result<Unhandled, lambda_runtime::Error> {
        let events: Vec<(&Record, Heard)> =
            batch.records.iter().filter_map(|record| Some((record, heard(record)?))).collect();
        let told: Vec<Heard> = events.iter().map(|(_, heard)| heard.clone()).collect();
        let again = self.webhooks.hear(&told, &|| self.clock.now(), BUDGET).await?;
        let batch_item_failures = events
            .into_iter()
            .filter(|(_, heard)| again.contains(&heard.session))
            .map(|(record, _)| Failure { item_identifier: record.dynamodb.sequence_number.clone() })
            .collect();
        Ok(Unhandled { batch_item_failures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_new_events_are_heard() {
        let record = |event: &str, pk: &str, sk: &str| -> Record {
            serde_json::from_value(serde_json::json!({
                "eventName": event,
                "dynamodb": {
                    "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                    "NewImage": {"doc": {"M": {"type": {"S": "message"}, "text": {"S": "hello"}}}},
                    "SequenceNumber": "7",
                },
            }))
            .expect("a record")
        };
        let session = "S#1end1n0123456789abcdefghjk";
        let event = heard(&record("INSERT", session, "E#000000000012")).expect("an event");
        assert_eq!((event.session.as_str(), event.seq, event.kind.as_str()), (&session[2..], 12, "message"));
        for (event, pk, sk) in [("MODIFY", session, "E#1"), ("INSERT", session, "O#1"), ("INSERT", "CONF", "E#1")] {
            assert!(heard(&record(event, pk, sk)).is_none(), "{event} {pk} {sk}");
        }
    }

    #[test]
    fn a_record_without_an_image_is_read() {
        let record = serde_json::json!({
            "eventName": "REMOVE",
            "dynamodb": {"Keys": {"pk": {"S": "S#x"}, "sk": {"S": "S"}}, "SequenceNumber": "7"},
        });
        assert!(heard(&serde_json::from_value(record).expect("a record")).is_none());
    }
}
