//! Which events count in their team's figures (R20), and the counting of a batch of them.

use jiff::Timestamp;
use parlor_domain::{Event, Random, SessionId, figures::Counted};
use parlor_store::{Race, Store, StoreError};

/// An event that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    session: SessionId,
    seq: u64,
    at: Timestamp,
    counted: Counted,
}

impl Count {
    /// What an event's document counts as. One that does not read counts as nothing: it is said elsewhere.
    pub(crate) fn of(session: &SessionId, seq: u64, json: &str) -> Option<Self> {
        let event: Event = serde_json::from_str(json).ok()?;
        let counted = Counted::of(&event.kind)?;
        // R22: a session is joined by its customer.
        if event.participant.is_some() && matches!(counted, Counted::Joined(_)) {
            return None;
        }
        Some(Self { session: session.clone(), seq, at: event.at, counted })
    }
}

/// Counts all of them, one after the other, because they often belong to the same day of the same team. Tells the sessions of
/// those that could not be counted. One `TransactWriteItems` each, and again after a lost race.
pub(crate) async fn count(store: &Store, random: &(impl Random + Sync), counts: Vec<Count>) -> Vec<SessionId> {
    let mut failed = vec![];
    for Count { session, seq, at, counted } in counts {
        let mut race = Race::new(random);
        let mut done = Err(StoreError::Condition("TransactWriteItems"));
        while matches!(done, Err(StoreError::Condition(_))) && race.goes_on().await {
            done = store.count_in_figures(&session, seq, at, counted).await;
        }
        if let Err(error) = done {
            tracing::error!(%error, "an event is not counted yet");
            failed.push(session);
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_what_counts_is_read_from_the_event() {
        let session: SessionId = "2".repeat(26).parse().expect("an id");
        let event = |kind: &str| {
            format!(r#"{{"seq":3,"at":"2026-11-28T23:59:59Z","actor":{{"type":"customer"}},"origin":{{}},{kind}}}"#)
        };
        let counted = |kind: &str| Count::of(&session, 3, &event(kind)).map(|count| count.counted);
        assert_eq!(counted(r#""type":"customer.joined","after_seconds":240"#), Some(Counted::Joined(Some(240))));
        assert_eq!(counted(r#""type":"customer.joined""#), Some(Counted::Joined(None)), "an event from before");
        let of_participant = r#""participant":"p4rt1c1pant00001","type":"customer.joined","after_seconds":240"#;
        assert_eq!(counted(of_participant), None);
        assert_eq!(counted(r#""type":"device.bound""#), None);
        assert_eq!(counted(r#""type":"something.new""#), None);
    }
}
