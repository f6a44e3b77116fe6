//! Events on their way to webhook endpoints (R24).
//!
//! The first attempt of an event belongs to the table's stream ([`Webhooks::hear`]), as long as its endpoint is in good
//! standing and nothing of its session waits before it. Everything else belongs to the schedule ([`Webhooks::work_off`]),
//! which works on every endpoint side by side, a few sessions of each at once. So an endpoint that fails, or is slow, is
//! waited for by its own events and by nobody else's.
//!
//! What became of an event is written after it was sent: at least once, and once more when the function dies in between.

mod attempt;
mod bring;
mod client;
mod replay;
mod request;
mod retry;
mod settle;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use jiff::SignedDuration;
use parlor_domain::{Keyring, Random, SessionId, webhook::Targets};
use parlor_store::{Store, Webhook};
use serde::Serialize;

use self::client::{ATTEMPT_LIMIT, Client};

pub use self::{
    replay::queue_again,
    request::{Posted, request},
};

/// How long one attempt may take.
pub const WEBHOOK_LIMIT: Duration = ATTEMPT_LIMIT;

/// Longer than the longest attempt and what is written around it: when it is over, whoever worked on a queue has died.
const CLAIM: SignedDuration = SignedDuration::from_secs(60);

/// Sends events to endpoints and writes down what became of them.
#[derive(Debug)]
pub struct Webhooks<R> {
    store: Store,
    keyring: Keyring,
    client: Client,
    random: R,
}

/// An event that the stream tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEvent {
    /// Of which session.
    pub session: SessionId,
    /// Its number.
    pub seq: u64,
    /// Its type.
    pub kind: String,
}

/// How a run of the schedule went; what the function answers, for whoever runs it by hand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WebhookTally {
    /// Deliveries that an endpoint took.
    pub delivered: u32,
    /// Deliveries that failed and will be tried again.
    pub postponed: u32,
    /// Deliveries that were given up.
    pub given_up: u32,
    /// Deliveries that a replay queued again.
    pub replayed: u32,
    /// Queues left for the next run because the table could not be reached.
    pub failed: u32,
}

impl WebhookTally {
    fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.postponed += other.postponed;
        self.given_up += other.given_up;
        self.replayed += other.replayed;
        self.failed += other.failed;
    }
}

/// An endpoint during one run: what was read of it, and what the run found out since.
#[derive(Debug)]
struct Target<'a> {
    webhook: &'a Webhook,
    /// Nothing more is sent there.
    closed: AtomicBool,
    /// It took something.
    took: AtomicBool,
    /// It failed since it took something last, and that is noted.
    noted: AtomicBool,
}

impl<'a> Target<'a> {
    fn new(webhook: &'a Webhook) -> Self {
        Self {
            webhook,
            closed: AtomicBool::new(webhook.standing.disabled.is_some()),
            took: AtomicBool::new(false),
            noted: AtomicBool::new(false),
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

impl<R: Random + Sync> Webhooks<R> {
    /// Of a deployment's table, key and randomness, and the addresses that it sends to.
    pub fn new(store: Store, keyring: Keyring, random: R, targets: Targets) -> Self {
        Self { store, keyring, client: Client::new(targets), random }
    }
}
