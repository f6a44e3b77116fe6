//! The open rooms: pushes to live connections.

use aws_sdk_apigatewaymanagement::Client;
use jiff::Timestamp;
use parlor_domain::{Decision, Presence, Settings};

/// The open rooms, reached through API Gateway's connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    #[expect(dead_code, reason = "used by the pushes")]
    client: Client,
}

impl Live {
    /// Through this client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Tells everybody in the room what was committed. A hint: who misses it catches up by sequence number.
    #[expect(clippy::unused_async, reason = "pushes wait for the network")]
    pub async fn announce(&self, _: &Decision, _: &Presence, _: &Settings, _: Timestamp) {}
}
