//! Brings events to webhook endpoints right after they were committed (R24), tells the console's lists of them and counts them in
//! their team's figures (R20). Called by the table's stream, through a mapping of its own: whatever an endpoint does, no mail and no
//! text waits for it.
//!
//! What cannot be sent at once goes into its queue, where `retry-webhooks` finds it. A record is reported back to the stream
//! only when not even that, or the count, could be written.

mod figures;
mod hints;

use std::time::Duration;

use figures::Count;
use jiff::Timestamp;
use parlor_delivery::{StreamEvent, WEBHOOK_LIMIT, Webhooks};
use parlor_lists::Hint;
use parlor_live::{ListedEvent, Live};
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
    store: Store,
    live: Live,
    clock: Clock,
    entropy: Entropy,
}

/// As much of an event's item as says to whom it goes. An event never changes, so its image is as good as the item.
#[derive(Debug, Deserialize)]
pub struct Image {
    doc: Option<Document>,
    /// The session's owner. Events from before have none.
    owner: Option<Text>,
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

/// What hints say of an event. Whatever else stands there makes no event unreadable.
#[derive(Debug, Default, Deserialize)]
struct Particulars {
    /// A message's side, or who owned the session before.
    from: Option<String>,
    at: Option<Timestamp>,
}

/// An event, for webhooks and for lists.
#[derive(Debug)]
struct Heard {
    event: StreamEvent,
    hint: Option<Hint>,
    count: Option<Count>,
}

/// The event that a record is about, or that it cannot be read; `None` for every other.
fn heard(record: &Record<Image>) -> Option<Result<Heard, Unreadable>> {
    let (session, seq) = record.event()?;
    let image = record.image()?;
    let mut count = None;
    let (kind, Particulars { from, at }) = match image.doc.as_ref()? {
        Document::Json(json) => match serde_json::from_str::<Typed<String>>(json) {
            Ok(event) => {
                count = Count::of(&session, seq, json);
                (event.kind, serde_json::from_str(json).unwrap_or_default())
            }
            Err(_) => return Some(Err(Unreadable)),
        },
        // From before there were hints.
        Document::Map(event) => (event.kind.s.clone(), Particulars::default()),
    };
    let owner = image.owner.as_ref().and_then(|owner| owner.s.parse().ok());
    let listed = at.map(|at| ListedEvent { seq, event: kind.clone(), at });
    let hint = listed.and_then(|listed| hints::of_event(&session, owner, from.as_deref(), listed));
    Some(Ok(Heard { event: StreamEvent { session, seq, kind }, hint, count }))
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
            webhooks: Webhooks::new(store.clone(), runtime.keyring(), entropy.clone(), config.webhook_targets),
            entropy,
            store,
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
        }
    }

    /// One batch; its cost is that of [`Webhooks::hear`], of [`parlor_lists::tell`] and of
    /// [`figures::count`], side by side.
    async fn handle(&self, batch: Self::Event) -> Result<Unhandled, lambda_runtime::Error> {
        let (mut events, mut told, mut hinted, mut counts) = (vec![], vec![], vec![], vec![]);
        let tests: Vec<_> = batch.records.iter().filter_map(Record::queued_test).collect();
        for record in &batch.records {
            match heard(record) {
                None => {}
                Some(Err(unreadable)) => events.push((record, Err(unreadable))),
                Some(Ok(heard)) => {
                    events.push((record, Ok(heard.event.session.clone())));
                    told.push(heard.event);
                    hinted.extend(heard.hint);
                    counts.extend(heard.count);
                }
            }
        }
        let clock = || self.clock.now();
        let webhooks = self.webhooks.hear(&told, &tests, &clock, BUDGET);
        let tell = parlor_lists::tell(&self.store, &self.live, &hinted, clock());
        let (again, (), not_counted) = tokio::join!(webhooks, tell, figures::count(&self.store, &self.entropy, counts));
        let again = again?;
        let unheard = events.into_iter().filter(|(record, heard)| {
            if heard.is_err() {
                tracing::error!(record = record.sequence_number(), "an event does not read");
            }
            heard.as_ref().map_or(true, |session| again.contains(session) || not_counted.contains(session))
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
        Some(heard(&record)?.map(|heard| (heard.event.seq, heard.event.kind)))
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
