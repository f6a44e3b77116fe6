//! Who is in the room, as leases: `$disconnect` is best effort, so being here has to be renewed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AgentId, ParticipantId, SecretHash, Session};

/// How long a connection counts without a sign of life. Clients ping every four minutes, API Gateway closes after ten.
pub const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// The end of a lease that is taken or renewed at `now`, in whole seconds: so the tables compare them as the texts that
/// they are.
#[must_use]
pub fn lease_from(now: Timestamp) -> Timestamp {
    whole_seconds(now + LEASE)
}

/// The second that `at` lies in.
#[must_use]
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Who is at the other end of a live connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// The customer, on the bound device.
    Customer,
    /// A participant, on the device that is bound as theirs (R22).
    Participant(ParticipantId),
    /// A member of staff, by id.
    Agent(AgentId),
}

impl Who {
    /// Whether it is the customer or a participant.
    #[must_use]
    pub const fn is_guest(&self) -> bool {
        !matches!(self, Self::Agent(_))
    }

    /// The participant, if it is one.
    #[must_use]
    pub const fn participant(&self) -> Option<&ParticipantId> {
        match self {
            Self::Participant(id) => Some(id),
            Self::Customer | Self::Agent(_) => None,
        }
    }
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
    /// For staff, the end of the sign-in: however often the lease is renewed, it does not count beyond. Leases from
    /// before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// Whether this member of staff sees the session whoever owns it (R20), as their role was when they connected. Who
    /// changes a role or a team ends that person's connections.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_role: bool,
    /// When the connection came. Leases from before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the ticket was issued that the connection came with (R15: of two pages the later one stays). Leases from before
    /// have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<Timestamp>,
}

impl Lease {
    /// Whether it counts at `now`. One that ran out never counts again.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.until > now && self.last.is_none_or(|last| last > now)
    }

    /// Whether whoever holds it may still be in the session's room: the customer on the device that is bound now (R6),
    /// staff who see the session now (R9, R20). What the customer may do there, R2 says.
    #[must_use]
    pub fn belongs_to(&self, session: &Session) -> bool {
        match &self.who {
            Who::Customer | Who::Participant(_) => {
                let bound = session.device_of(self.who.participant()).map(|bound| &bound.hash);
                self.device.is_some() && bound == self.device.as_ref()
            }
            Who::Agent(id) => self.by_role || session.agent == *id,
        }
    }
}

/// The live connections of a session by API Gateway's connection id. An item of its own beside the session's: coming and
/// going is not a decision and must not collide with one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Presence(pub BTreeMap<String, Lease>);

impl Presence {
    /// The connections that count at `now`.
    pub fn alive(&self, now: Timestamp) -> impl Iterator<Item = (&str, &Lease)> {
        self.0.iter().filter(move |(_, lease)| lease.counts(now)).map(|(id, lease)| (id.as_str(), lease))
    }

    /// Every connection of the customer and of participants, whatever its lease says.
    pub fn guests(&self) -> impl Iterator<Item = (&str, &Lease)> {
        self.0.iter().filter(|(_, lease)| lease.who.is_guest()).map(|(id, lease)| (id.as_str(), lease))
    }

    /// The room without these connections.
    #[must_use]
    pub fn without(&self, gone: impl Fn(&Who) -> bool) -> Self {
        let others = self.0.iter().filter(|(_, lease)| !gone(&lease.who));
        Self(others.map(|(id, lease)| (id.clone(), lease.clone())).collect())
    }

    /// Whether the customer is in the room.
    #[must_use]
    pub fn customer_online(&self, now: Timestamp) -> bool {
        self.online(&Who::Customer, now)
    }

    /// Whether somebody is in the room.
    #[must_use]
    pub fn online(&self, who: &Who, now: Timestamp) -> bool {
        self.alive(now).any(|(_, lease)| lease.who == *who)
    }

    /// The participants who are in the room (R22), each once.
    #[must_use]
    pub fn participants(&self, now: Timestamp) -> BTreeSet<ParticipantId> {
        self.alive(now).filter_map(|(_, lease)| lease.who.participant().cloned()).collect()
    }

    /// The guests who are in the room, each as often as they have connections.
    #[must_use]
    pub fn guests_here(&self, now: Timestamp) -> Vec<Who> {
        let alive = self.alive(now).map(|(_, lease)| &lease.who);
        alive.filter(|who| !matches!(who, Who::Agent(_))).cloned().collect()
    }

    /// Until when the connections of `agent` in the room count, or did: the last of them; none if there are none.
    #[must_use]
    pub fn agent_until(&self, agent: &AgentId) -> Option<Timestamp> {
        let own = self.0.values().filter(|lease| matches!(&lease.who, Who::Agent(id) if id == agent));
        own.map(|lease| lease.last.map_or(lease.until, |last| last.min(lease.until))).max()
    }

    /// Since when the customer is in the room, if they are and it is known: since the first of their connections that
    /// count. A reconnect begins anew (R14).
    #[must_use]
    pub fn customer_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.alive(now).filter(|(_, lease)| lease.who == Who::Customer).filter_map(|(_, lease)| lease.since).min()
    }

    /// Whether `agent` is in the room (R17 asks this of the owner).
    #[must_use]
    pub fn agent_online(&self, agent: &AgentId, now: Timestamp) -> bool {
        self.alive(now).any(|(_, lease)| matches!(&lease.who, Who::Agent(id) if id == agent))
    }
}
