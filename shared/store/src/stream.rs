//! The core table's stream, as Lambda brings it to the functions that hear of new items, and what they answer
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>).
//!
//! Only what is needed is read: images are often large, and of an item that changes they are older than the table.

use parlor_domain::{SessionId, WebhookId, outbox::Owner};
use serde::{Deserialize, Serialize};

use crate::keys::Key;

/// A batch of changes; `I` is as much of a new item as whoever hears of it reads.
#[derive(Debug, Deserialize)]
pub struct Batch<I> {
    /// In the order of the stream.
    #[serde(rename = "Records", default = "Vec::new")]
    pub records: Vec<Record<I>>,
}

/// One change in the table.
#[derive(Debug, Deserialize)]
pub struct Record<I> {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    #[serde(rename = "eventName")]
    event_name: String,
    dynamodb: Change<I>,
}

#[derive(Debug, Deserialize)]
struct Change<I> {
    #[serde(rename = "Keys")]
    keys: PrimaryKey,
    #[serde(rename = "NewImage", default = "Option::default")]
    image: Option<I>,
    #[serde(rename = "SequenceNumber")]
    sequence_number: String,
}

#[derive(Debug, Deserialize)]
struct PrimaryKey {
    pk: Text,
    sk: Text,
}

/// A string, as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct Text {
    /// The text itself.
    #[serde(rename = "S")]
    pub s: String,
}

/// Yes or no, as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct Flag {
    /// Which of the two.
    #[serde(rename = "BOOL")]
    pub is_set: bool,
}

impl<I> Record<I> {
    /// The id of a new outbox entry, and whose it is; `None` when the record is about something else.
    #[must_use]
    pub fn outbox_entry(&self) -> Option<(Owner, &str)> {
        self.new_item("O#")
    }

    /// The number of a new event, and of which session; `None` when the record is about something else.
    #[must_use]
    pub fn event(&self) -> Option<(SessionId, u64)> {
        match self.new_item("E#")? {
            (Owner::Session(session), seq) => Some((session, seq.parse().ok()?)),
            (Owner::Agent(_), _) => None,
        }
    }

    /// The endpoint that a test event was queued for, and its place in the endpoint's list; `None` when the record is about something
    /// else.
    #[must_use]
    pub fn queued_test(&self) -> Option<(WebhookId, SessionId)> {
        let PrimaryKey { pk, sk } = &self.dynamodb.keys;
        if self.event_name != "INSERT" || sk.s != Key::QUEUED_TEST {
            return None;
        }
        let (endpoint, session) = pk.s.strip_prefix("H#")?.split_once('#')?;
        Some((endpoint.parse().ok()?, session.parse().ok()?))
    }

    /// As much of the new item as is read; `None` where there is none, or the stream left it out.
    #[must_use]
    pub fn image(&self) -> Option<&I> {
        self.dynamodb.image.as_ref()
    }

    /// Its place in the stream.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    fn new_item(&self, prefix: &str) -> Option<(Owner, &str)> {
        if self.event_name != "INSERT" {
            return None;
        }
        let PrimaryKey { pk, sk } = &self.dynamodb.keys;
        Some((Key::owner(&pk.s)?, sk.s.strip_prefix(prefix)?))
    }
}

/// What the stream is to send again: everything from the first of these on.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unhandled {
    /// The records that could not be handled.
    pub batch_item_failures: Vec<Failure>,
}

/// A record that could not be handled.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The record's sequence number in the stream.
    pub item_identifier: String,
}

impl Unhandled {
    /// Asks for these records again; for none, when all were handled.
    pub fn of<'a, I: 'a>(records: impl IntoIterator<Item = &'a Record<I>>) -> Self {
        let failure = |record: &Record<I>| Failure { item_identifier: record.sequence_number().to_owned() };
        Self { batch_item_failures: records.into_iter().map(failure).collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;
    use serde_json::json;

    use super::*;

    const SESSION: &str = "S#1end1n0123456789abcdefghjk";

    fn record(event: &str, pk: &str, sk: &str) -> Record<IgnoredAny> {
        let change = json!({"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "NewImage": {}, "SequenceNumber": "7"});
        let record = json!({"awsRegion": "eu-central-1", "eventName": event, "dynamodb": change});
        serde_json::from_value(record).unwrap()
    }

    #[test]
    fn only_new_items_are_heard() {
        let entry = record("INSERT", SESSION, "O#000000000002-0");
        assert_eq!(entry.outbox_entry().unwrap().1, "000000000002-0");
        let event = record("INSERT", SESSION, "E#000000000012");
        let (session, seq) = event.event().unwrap();
        assert_eq!((session.as_str(), seq), (&SESSION[2..], 12));
        assert!(entry.event().is_none() && event.outbox_entry().is_none());
        let mail = record("INSERT", "M#agent00000000000", "O#c3RhZmYtbWFpbC0x");
        assert_eq!(mail.outbox_entry().unwrap().0, Owner::Agent("agent00000000000".parse().unwrap()));
        assert!(record("INSERT", "M#agent00000000000", "E#000000000012").event().is_none());
        for (event, pk) in [("MODIFY", SESSION), ("REMOVE", SESSION), ("INSERT", "CONF"), ("INSERT", "S#nobody")] {
            assert!(record(event, pk, "O#1").outbox_entry().is_none(), "{event} {pk}");
            assert!(record(event, pk, "E#1").event().is_none(), "{event} {pk}");
        }
    }

    #[test]
    fn a_test_event_is_heard_when_it_is_queued() {
        let (pk, sk) = (format!("H#w000000000000001#{}", &SESSION[2..]), "P#000000000000");
        let (endpoint, session) = record("INSERT", &pk, sk).queued_test().unwrap();
        assert_eq!((endpoint.as_str(), session.as_str()), ("w000000000000001", &SESSION[2..]));
        for (event, pk, sk) in
            [("MODIFY", pk.as_str(), sk), ("INSERT", pk.as_str(), "P#000000000001"), ("INSERT", SESSION, sk)]
        {
            assert!(record(event, pk, sk).queued_test().is_none(), "{event} {pk} {sk}");
        }
    }

    #[test]
    fn a_record_may_lack_an_image() {
        let record = json!({
            "eventName": "REMOVE",
            "dynamodb": {"Keys": {"pk": {"S": SESSION}, "sk": {"S": "S"}}, "SequenceNumber": "7"},
        });
        let record: Record<IgnoredAny> = serde_json::from_value(record).unwrap();
        assert!(record.image().is_none());
    }

    #[test]
    fn the_answer_is_what_the_stream_understands() {
        let unhandled = Unhandled::of([&record("INSERT", SESSION, "O#1")]);
        assert_eq!(serde_json::to_string(&unhandled).unwrap(), r#"{"batchItemFailures":[{"itemIdentifier":"7"}]}"#);
    }
}
