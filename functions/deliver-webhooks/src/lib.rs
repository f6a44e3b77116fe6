//! Brings events to webhook endpoints right after they were committed (R24). Called by the table's stream, through a mapping
//! of its own: whatever an endpoint does, no mail and no text waits for it.
//!
//! What cannot be sent at once goes into its lane, where `retry-webhooks` finds it. A record is reported back to the stream
//! only when not even that could be written.

use std::time::Duration;

use parlor_delivery::{Heard, WEBHOOK_LIMIT, Webhooks};
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
    doc: Option<Text>,
}

#[derive(Debug, Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

/// The event that a record is about; `None` for every other.
fn heard(record: &Record<Image>) -> Option<Heard> {
    let (session, seq) = record.event()?;
    let event: Typed = serde_json::from_str(&record.image()?.doc.as_ref()?.s).ok()?;
    Some(Heard { session, seq, kind: event.kind })
}

impl EventFunction for DeliverWebhooks {
    const NAME: &'static str = "deliver-webhooks";
    type Event = Batch<Image>;
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
    async fn handle(&self, batch: Self::Event) -> Result<Unhandled, lambda_runtime::Error> {
        let events: Vec<_> = batch.records.iter().filter_map(|record| Some((record, heard(record)?))).collect();
        let told: Vec<Heard> = events.iter().map(|(_, heard)| heard.clone()).collect();
        let again = self.webhooks.hear(&told, &|| self.clock.now(), BUDGET).await?;
        let unheard = events.into_iter().filter(|(_, heard)| again.contains(&heard.session));
        Ok(Unhandled::of(unheard.map(|(record, _)| record)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_with_its_type() {
        let record = serde_json::json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {"pk": {"S": "S#1end1n0123456789abcdefghjk"}, "sk": {"S": "E#000000000012"}},
                "NewImage": {"doc": {"S": r#"{"type":"message","text":"hello"}"#}},
                "SequenceNumber": "7",
            },
        });
        let event = heard(&serde_json::from_value(record).expect("a record")).expect("an event");
        assert_eq!((event.seq, event.kind.as_str()), (12, "message"));
    }
}
