//! Capability URLs to a session (R5).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Secret, SecretHash, SessionId};

/// What stands in `/s/{token}`: the session's id and a secret. Only the secret's hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkToken {
    /// What it opens.
    pub session: SessionId,
    /// The secret half.
    pub secret: Secret,
}

impl LinkToken {
    /// As it stands in the URL.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}{}", self.session, self.secret.reveal())
    }

    /// From a URL; `None` for anything else, answered like an unknown link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (session, secret) = text.split_at_checked(26)?;
        Some(Self { session: session.parse().ok()?, secret: Secret::parse(secret)? })
    }
}

/// How a link came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkOrigin {
    /// Sent by message.
    Sent,
    /// Generated for copying (R12).
    Generated,
}

/// One link of a session. A session can have several alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Of the token's secret: the link's identity.
    pub hash: SecretHash,
    /// How it came to be.
    pub origin: LinkOrigin,
    /// Issued at.
    pub issued_at: Timestamp,
    /// Good until (exclusive).
    pub expires_at: Timestamp,
    /// Revoked by a re-engage (R8): answered like an unknown link.
    #[serde(default)]
    pub revoked: bool,
}

impl Link {
    /// A link that lives for `minutes` from `now` (setting *customer access duration*).
    #[must_use]
    pub fn issue(hash: SecretHash, origin: LinkOrigin, minutes: u32, now: Timestamp) -> Self {
        let expires_at = now.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX);
        Self { hash, origin, issued_at: now, expires_at, revoked: false }
    }

    /// Whether its time has not passed at `now`.
    #[must_use]
    pub fn alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
