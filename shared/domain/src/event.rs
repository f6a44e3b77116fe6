//! What happened: every state change appends an event in the same write (R24). Events carry no secret and no contact.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AgentId, Channel,
    access::{AccessPlan, AccessTier},
    ids::KeyId,
};

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Actor {
    /// A member of staff.
    Agent {
        /// Identity.
        id: AgentId,
        /// Name at the time.
        name: String,
    },
    /// The customer.
    Customer,
    /// An integrator's program.
    Api {
        /// The key it used.
        key: KeyId,
    },
    /// A schedule.
    System,
}

impl Actor {
    /// Whether it counts as agent activity (R3: an agent or the API).
    #[must_use]
    pub fn is_agent_side(&self) -> bool {
        matches!(self, Self::Agent { .. } | Self::Api { .. })
    }
}

/// From where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The address as API Gateway saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The browser's or program's own name, cut to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// Which side wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The customer.
    Customer,
    /// A member of staff.
    Agent,
    /// An integrator's program.
    Api,
}

/// Who or what ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndedBy {
    /// A member of staff.
    Agent,
    /// R3: the agent was inactive for too long.
    Inactivity,
    /// An integrator's program.
    Api,
}

impl EndedBy {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Inactivity => "inactivity",
            Self::Api => "api",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum EventKind {
    /// R1: the session exists.
    #[serde(rename = "session.created")]
    Created {
        /// Whether without an invitation.
        planned: bool,
    },
    /// R1: an invitation was written (it is sent after the commit).
    #[serde(rename = "session.invited")]
    Invited {
        /// By which channel; none when embedded or copied.
        channel: Option<Channel>,
    },
    /// R5, R12: a link without a message.
    #[serde(rename = "link.generated")]
    LinkGenerated,
    /// R5: the customer asked for a new link.
    #[serde(rename = "link.renewed")]
    LinkRenewed {
        /// By which channel it went.
        channel: Channel,
    },
    /// R6: the customer agreed.
    #[serde(rename = "customer.consented")]
    Consented,
    /// R6: this device is now the session's.
    #[serde(rename = "device.bound")]
    DeviceBound,
    /// R6: the agent released the device.
    #[serde(rename = "device.released")]
    DeviceReleased,
    /// R1: every gate passed for the first time.
    #[serde(rename = "customer.joined")]
    Joined,
    /// R7: a wrong PIN or code.
    #[serde(rename = "pin.wrong")]
    PinWrong,
    /// R7: too many.
    #[serde(rename = "pin.locked")]
    PinLocked {
        /// Until then.
        until: Timestamp,
    },
    /// R7: too often locked.
    #[serde(rename = "pin.banned")]
    PinBanned,
    /// R7: the agent reset the tries.
    #[serde(rename = "pin.reset")]
    PinReset,
    /// R7: a one-time code was sent.
    #[serde(rename = "code.sent")]
    CodeSent {
        /// By which channel.
        channel: Channel,
    },
    /// R21: a chat message.
    #[serde(rename = "message")]
    Message {
        /// The writer's own id for it, which makes a repeated send harmless.
        id: String,
        /// Which side.
        from: Sender,
        /// What.
        text: String,
    },
    /// R3: an agent asked for more time.
    #[serde(rename = "session.kept_open")]
    KeptOpen,
    /// R1: over.
    #[serde(rename = "session.ended")]
    Ended {
        /// By whom or what.
        by: EndedBy,
        /// The tiers from here on (R2).
        plan: AccessPlan,
    },
    /// R1: a planned session was given up.
    #[serde(rename = "session.discarded")]
    Discarded,
    /// R4: brought back.
    #[serde(rename = "session.renewed")]
    Renewed,
    /// R2: a tier began by the clock.
    #[serde(rename = "access.changed")]
    AccessChanged {
        /// Which.
        tier: AccessTier,
    },
    /// R23: a message was given up.
    #[serde(rename = "delivery.failed")]
    DeliveryFailed {
        /// By which channel.
        channel: Channel,
        /// The service's reason, in its words.
        reason: String,
    },
    /// R13: a message was not sent because text messages are off.
    #[serde(rename = "delivery.suppressed")]
    DeliverySuppressed {
        /// By which channel it would have gone.
        channel: Channel,
    },
}

impl EventKind {
    /// The type's public name: `session.ended`.
    #[must_use]
    pub fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["type"].as_str().unwrap_or_default().to_owned()
    }
}

/// One event of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its number in the session, from 1, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// From where.
    #[serde(default)]
    pub origin: Origin,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Whether events of this type exist (`session.ended`).
#[must_use]
pub fn is_type(name: &str) -> bool {
    // The list of types is the enum itself: serde knows a type whose fields are missing from one that is none.
    match serde_json::from_value::<EventKind>(serde_json::json!({ "type": name })) {
        Ok(_) => true,
        Err(error) => !error.to_string().starts_with("unknown variant"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_type;

    #[test]
    fn r24_types_are_known_with_fields_and_without() {
        for name in ["session.created", "session.ended", "customer.joined", "message", "access.changed"] {
            assert!(is_type(name), "{name}");
        }
        for name in ["", "session", "session.vanished", "Session.ended", "unknown variant"] {
            assert!(!is_type(name), "{name}");
        }
    }
}
