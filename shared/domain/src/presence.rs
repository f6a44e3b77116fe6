//! Who is in the room, as leases: `$disconnect` is best effort, so being here has to be renewed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AgentId, SecretHash};

/// How long a connection counts without a sign of life. Clients ping every four minutes, API Gateway closes after ten.
pub const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Who is at the other end of a live connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The customer, on the bound device.
    Customer,
    /// A member of staff, by id.
    Agent(AgentId),
}

/// The note that one live connection is in the room. It ends by itself if nobody renews it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The person at the other end.
    pub who: Who,
    /// From this moment on the connection does not count; a ping moves it.
    pub until: Timestamp,
    /// The display name of whoever it is, for what is said without reading anything else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The customer's device: a connection does not outlive its device's place in the session (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<SecretHash>,
}

/// The live connections of a session by API Gateway's connection id. An item of its own beside the session's: coming and
/// going is not a decision and must not collide with one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Presence(pub BTreeMap<String, Lease>);

impl Presence {
    /// The connections that count at `now`.
    pub fn alive(&self, now: Timestamp) -> impl Iterator<Item = (&str, &Lease)> {
        self.0.iter().filter(move |(_, lease)| lease.until > now).map(|(id, lease)| (id.as_str(), lease))
    }

    /// Whether the customer is in the room.
    #[must_use]
    pub fn customer_online(&self, now: Timestamp) -> bool {
        self.alive(now).any(|(_, lease)| lease.who == Who::Customer)
    }

    /// Whether `agent` is in the room (R17 asks this of the owner).
    #[must_use]
    pub fn agent_online(&self, agent: &AgentId, now: Timestamp) -> bool {
        self.alive(now).any(|(_, lease)| matches!(&lease.who, Who::Agent(id) if id == agent))
    }
}
