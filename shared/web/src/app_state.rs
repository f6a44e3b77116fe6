//! What functions reach the world through. Built once, in init.

use parlor_domain::{Keyring, webhook::Targets};
use parlor_live::Live;
use parlor_runtime::{Clock, Entropy, Runtime};
use parlor_store::Store;

use crate::route::State;

/// Tables, rooms, keys, clock and randomness of one function.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The tables.
    pub store: Store,
    /// The open rooms.
    pub live: Live,
    /// The keys.
    pub keyring: Keyring,
    /// The only clock.
    pub clock: Clock,
    /// The only randomness.
    pub entropy: Entropy,
    /// The origin that people see.
    pub public_url: String,
    /// Where browsers open the live connection.
    pub live_url: String,
    /// Where webhooks may go.
    pub webhook_targets: Targets,
}

impl AppState {
    /// From the function's runtime.
    #[must_use]
    pub fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            keyring: runtime.keyring(),
            clock: runtime.clock.clone(),
            entropy: runtime.entropy.clone(),
            public_url: config.public_url.clone(),
            live_url: config.live_url.clone(),
            webhook_targets: config.webhook_targets,
        }
    }

    /// The customer's address of a link.
    #[must_use]
    pub fn link_url(&self, token: &parlor_domain::LinkToken) -> String {
        format!("{}/s/{}", self.public_url, token.reveal())
    }
}

impl State for AppState {
    fn build(runtime: &Runtime) -> Self {
        Self::new(runtime)
    }
}
