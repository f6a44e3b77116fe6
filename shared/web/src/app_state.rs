//! What functions reach the world through. Built once, in init.

use parlor_domain::{Keyring, webhook::Targets};
use parlor_live::Live;
use parlor_runtime::{Clock, Entropy, Runtime};
use parlor_store::Store;

use crate::{rate::Rates, route::State};

/// Tables, rooms, keys, clock and randomness of one function.
#[derive(Debug, Clone)]
pub struct AppState {
    /// The tables in DynamoDB.
    pub store: Store,
    /// The live connections of open rooms, for telling them what happened.
    pub live: Live,
    /// The keys for sealing and signing.
    pub keyring: Keyring,
    /// The clock; no other one is read.
    pub clock: Clock,
    /// The source of randomness; no other one is used.
    pub entropy: Entropy,
    /// The origin that people see, such as `https://parlor.example.com`.
    pub public_url: String,
    /// The address at which browsers open the live connection, `wss://…`.
    pub live_url: String,
    /// The origin by which browsers reach the bucket of files.
    pub files_origin: String,
    /// Which addresses webhooks may go to.
    pub webhook_targets: Targets,
    /// What it counted of its callers' requests.
    pub rates: Rates,
}

impl AppState {
    /// Puts it together from the function's environment and clients. No request.
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
            files_origin: config.files_origin.clone(),
            live_url: config.live_url.clone(),
            webhook_targets: config.webhook_targets,
            rates: Rates::new(config.rates),
        }
    }

    /// The customer's address of a link.
    #[must_use]
    pub fn link_url(&self, token: &parlor_domain::LinkToken) -> String {
        format!("{}/s/{}", self.public_url, token.reveal())
    }
}

/// A function that needs more than these keeps them in a state of its own, and says here where.
impl AsRef<AppState> for AppState {
    fn as_ref(&self) -> &AppState {
        self
    }
}

impl State for AppState {
    fn build(runtime: &Runtime) -> Self {
        Self::new(runtime)
    }
}
