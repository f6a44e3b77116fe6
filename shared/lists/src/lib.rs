//! Telling the console's lists that something changed which they show (R20): for the function that hears of events, and for those
//! that see customers come and go. A hint that is lost is caught up by the page's next look, one that comes twice has the same
//! number; so nobody waits for hints, and nothing fails with them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use parlor_domain::{Presence, Session};
use parlor_live::{Frame, ListedFrame, Live};
use parlor_store::{ListScope, Store};

/// What changed, and whose lists may have to show it.
#[derive(Debug)]
pub struct Hint {
    /// Whoever follows one of these is told, once.
    pub scopes: Vec<ListScope>,
    /// What they are told: which session, and no names.
    pub frame: Frame,
}

impl Hint {
    /// The customer of a session came or went: for everybody who sees the session.
    #[must_use]
    pub fn presence(session: &Session, presence: &Presence, now: Timestamp) -> Self {
        let scopes = ListScope::around(&session.id, Some(&session.agent));
        Self { scopes, frame: ListedFrame::presence(session, presence, now) }
    }
}

/// Tells those who follow the hints' scopes. One `BatchGetItem`, none without hints; one request for each hint and connection; an
/// `UpdateItem` for each scope with connections that are gone.
pub async fn tell(store: &Store, live: &Live, hints: &[Hint], now: Timestamp) {
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
