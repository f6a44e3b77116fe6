//! Brings events to webhook endpoints right after they were committed (R24). Called by the table's stream, through a mapping
//! of its own: whatever an endpoint does, no mail and no text waits for it.
//!
//! What cannot be sent at once goes into its queue, where `retry-webhooks` finds it. A record is reported back to the stream
//! only when not even that could be written.

use std::time::Duration;

use parlor_delivery::{StreamEvent, WEBHOOK_LIMIT, Webhooks};
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime};
use parlor_store::{
    Store,
    stream::{Batch, Record, Text, Unhandled},
};
use serde::Deserialize;

/// No POST begins later: a session's events go one after the other, and the next batch waits for this one.
const BUDGET: Duration = WEBHOOK_LIMIT;

/// The function.
#[derive(Debug)]
pub struct DeliverWebhooks {
    webhooks: Webhooks<Entropy>,
    clock: Clock,
}

/// As much of an event's item as says to whom it goes. An event never changes, so its image is as good as the item.
#[derive(Debug, Deserialize)]
pub struct Image {
    doc: Option<Document>,
}

#[derive(Debug, Deserialize)]
enum Document {
    #[serde(rename = "S")]
    Json(String),
    /// As events stood in the table before they were JSON.
    #[serde(rename = "M")]
    Map(Typed<Text>),
}

#[derive(Debug, Deserialize)]
struct Typed<T> {
    #[serde(rename = "type")]
    kind: T,
}

/// The event that a record is about, or that it cannot be read; `None` for every other.
fn heard(record: &Record<Image>) -> Option<Result<StreamEvent, Unreadable>> {
    let (session, seq) = record.event()?;
    let kind = match record.image()?.doc.as_ref()? {
        Document::Json(json) => match serde_json::from_str::<Typed<String>>(json) {
            Ok(event) => event.kind,
            Err(_) => return Some(Err(Unreadable)),
        },
        Document::Map(event) => event.kind.s.clone(),
    };
    Some(Ok(StreamEvent { session, seq, kind }))
}

/// An event that is none: told to nobody, and given back to the stream, which brings it to the dead letters in the end.
#[derive(Debug, PartialEq, Eq)]
struct Unreadable;

impl EventFunction for DeliverWebhooks {
    const NAME: &'static str = "deliver-webhooks";
    type Event = Batch<Image>;
    type Output = Unhandled;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        let entropy = runtime.entropy.clone();
        Self {
            webhooks: Webhooks::new(store, runtime.keyring(), entropy, config.webhook_targets),
            clock: runtime.clock.clone(),
        }
    }

    /// One batch; its cost is that of [`Webhooks::hear`].
    async fn handle(&self, batch: Self::Event) -> Result<Unhandled, lambda_runtime::Error> {
        let events: Vec<_> = batch.records.iter().filter_map(|record| Some((record, heard(record)?))).collect();
        let told: Vec<StreamEvent> = events.iter().filter_map(|(_, heard)| heard.as_ref().ok().cloned()).collect();
        let again = self.webhooks.hear(&told, &|| self.clock.now(), BUDGET).await?;
        let unheard = events.into_iter().filter(|(record, heard)| {
            if heard.is_err() {
                tracing::error!(record = record.sequence_number(), "an event does not read");
            }
            heard.as_ref().map_or(true, |heard| again.contains(&heard.session))
        });
        Ok(Unhandled::of(unheard.map(|(record, _)| record)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(doc: serde_json::Value) -> Option<Result<(u64, String), Unreadable>> {
        let record = serde_json::json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {"pk": {"S": "S#1end1n0123456789abcdefghjk"}, "sk": {"S": "E#000000000012"}},
                "NewImage": {"doc": doc},
                "SequenceNumber": "7",
            },
        });
        let record = serde_json::from_value(record).expect("a record");
        Some(heard(&record)?.map(|heard| (heard.seq, heard.kind)))
    }

    #[test]
    fn an_event_is_told_with_its_type_in_either_form() {
        let message = Some(Ok((12, "message".to_owned())));
        assert_eq!(told(serde_json::json!({"S": r#"{"type":"message","text":"hello"}"#})), message);
        assert_eq!(told(serde_json::json!({"M": {"type": {"S": "message"}, "text": {"S": "hello"}}})), message);
    }

    #[test]
    fn an_event_that_does_not_read_is_not_taken_for_handled() {
        assert_eq!(told(serde_json::json!({"S": "{}"})), Some(Err(Unreadable)));
    }
}
