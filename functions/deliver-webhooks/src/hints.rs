//! Hints for the console's lists: who listens to a session's owner, its team or to all hears that something happened to it
//! (R20). They come from the same batch as webhooks, because a stream has only two consumers; neither waits for the other or
//! fails with it. A hint that is lost is caught up by the page's next look, one that comes twice has the same number.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use parlor_domain::{AgentId, SessionId};
use parlor_live::{Frame, ListedEvent, ListedFrame, Live};
use parlor_store::{ListScope, Store};

/// What happened, and whose lists may have to show it.
#[derive(Debug)]
pub(crate) struct Hint {
    scopes: Vec<ListScope>,
    frame: Frame,
}

/// Events that change nothing that a list shows. What is not known here is told: a row that is fetched in vain does no harm.
const QUIET: [&str; 9] = [
    "link.",
    "pin.",
    "code.",
    "device.",
    "delivery.",
    "access.",
    "customer.consented",
    "session.kept_open",
    "session.transfer_",
];

impl Hint {
    /// Of an event; `from` is a message's side, or who owned the session before (R9). A message is the business of whoever owns
    /// the session, and only when the customer wrote it; all else concerns everybody who sees the session, and who did so
    /// before. None where no list changes.
    pub(crate) fn of(
        session: &SessionId,
        owner: Option<AgentId>,
        from: Option<&str>,
        event: ListedEvent,
    ) -> Option<Self> {
        if QUIET.iter().any(|quiet| event.event.starts_with(quiet)) {
            return None;
        }
        let scopes = match (event.event.as_str(), from) {
            ("message", Some("customer")) => vec![ListScope::Agent(owner?)],
            ("message", _) => return None,
            _ => {
                let before = from.and_then(|from| from.parse().ok()).map(ListScope::Agent);
                ListScope::around(session, owner.as_ref()).into_iter().chain(before).collect()
            }
        };
        Some(Self { scopes, frame: ListedFrame::event(session.clone(), event) })
    }
}

/// Tells those who listen. One `BatchGetItem`, none without hints; one request for each hint and connection; an `UpdateItem` for
/// each scope with connections that are gone.
pub(crate) async fn tell(store: &Store, live: &Live, hints: &[Hint], now: Timestamp) {
    let scopes: BTreeSet<ListScope> = hints.iter().flat_map(|hint| hint.scopes.iter().cloned()).collect();
    let listeners = match store.listeners(&scopes, now).await {
        Ok(listeners) => listeners,
        Err(error) => return tracing::warn!(%error, "lists were not told"),
    };
    let mut told: BTreeMap<&str, Vec<&Frame>> = BTreeMap::new();
    for hint in hints {
        for connection in listeners.of(&hint.scopes) {
            told.entry(connection).or_default().push(&hint.frame);
        }
    }
    let gone = live.tell(told).await;
    store.forget_listeners(&listeners, &gone).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(event: &str, from: Option<&str>, owned: bool) -> Option<Vec<String>> {
        let owner = owned.then(|| "1".repeat(16).parse().expect("an id"));
        let event = ListedEvent { seq: 1, event: event.to_owned(), at: Timestamp::UNIX_EPOCH };
        let hint = Hint::of(&"2".repeat(26).parse().expect("an id"), owner, from, event)?;
        Some(hint.scopes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn r20_lists_are_told_of_what_they_show_and_of_nothing_else() {
        let all = ["A#1111111111111111", "T#222222", "ALL"].map(str::to_owned).to_vec();
        for event in ["session.created", "customer.joined", "session.ended", "session.renewed", "something.new"] {
            assert_eq!(scopes(event, None, true).as_ref(), Some(&all), "{event}");
        }
        assert_eq!(scopes("session.ended", None, false).as_deref(), Some(&all[1..]), "an event from before");
        assert_eq!(scopes("message", Some("customer"), true).as_deref(), Some(&all[..1]));
        for from in [Some("agent"), Some("api"), None] {
            assert_eq!(scopes("message", from, true), None, "{from:?}");
        }
        let before = scopes("session.transferred", Some(&"3".repeat(16)), true).expect("a hint");
        assert_eq!((&before[..3], before[3].as_str()), (&all[..], "A#3333333333333333"), "who owned it before");
        for event in ["link.generated", "pin.wrong", "delivery.failed", "session.kept_open", "session.transfer_lapsed"]
        {
            assert_eq!(scopes(event, None, true), None, "{event}");
        }
    }
}
