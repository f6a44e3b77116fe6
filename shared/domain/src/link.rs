//! Links: capability URLs to a session (R5). Whoever has the URL has its token, and the token opens the session's gates.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Actor, Keyring, ParticipantId, Random, Secret, SecretHash, SessionId,
    keyring::{CannotOpen, Sealed},
};

/// The token in `/s/{token}`: the session's id and a secret. Only the secret's hash is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkToken {
    /// The session that the link leads to.
    pub session: SessionId,
    /// The part that cannot be guessed.
    pub secret: Secret,
}

/// What decisions need of a new token: the hash to store, and the sealed token to send.
#[derive(Debug, Clone)]
pub struct Issued {
    pub(crate) hash: SecretHash,
    pub(crate) sealed: Sealed,
}

impl LinkToken {
    /// A new token for `session`, with what decisions need of it.
    #[must_use]
    pub fn issue(session: &SessionId, keyring: &Keyring, random: &dyn Random) -> (Self, Issued) {
        let token = Self { session: session.clone(), secret: Secret::generate(random) };
        let sealed = keyring.seal(&sealing_context(session), &token.reveal(), random);
        let issued = Issued { hash: token.secret.hash(), sealed };
        (token, issued)
    }

    /// Opens the sealed token of an outbox entry.
    pub fn open(session: &SessionId, sealed: &Sealed, keyring: &Keyring) -> Result<Self, CannotOpen> {
        let text = keyring.open(&sealing_context(session), sealed)?;
        Self::parse(&text).ok_or(CannotOpen)
    }

    /// The token as text, for the URL.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}{}", self.session, self.secret.reveal())
    }

    /// Reads a token from a URL; `None` for anything else, which is answered like an unknown link. A token has a fixed
    /// length, and what mail programs and people glue to its end (a full stop, a bracket, tracking parameters) is ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (session, rest) = text.split_at_checked(SessionId::LENGTH)?;
        let (secret, _glued) = rest.split_at_checked(Secret::TEXT_LEN)?;
        Some(Self { session: session.parse().ok()?, secret: Secret::parse(secret)? })
    }
}

/// Binds a sealed token to its session: it does not open as another session's.
fn sealing_context(session: &SessionId) -> String {
    format!("link {session}")
}

/// How a link reaches the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkOrigin {
    /// By a message from Parlor.
    Sent,
    /// By whoever copies it (R12); Parlor sends nothing.
    Generated,
}

/// One link as it is stored. A session can have several that are alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Hash of the token's secret. It identifies the link.
    pub hash: SecretHash,
    /// How the link reaches the customer.
    pub origin: LinkOrigin,
    /// When the link was issued.
    pub issued_at: Timestamp,
    /// When the link expires: from this time on it is not alive.
    pub expires_at: Timestamp,
    /// Whether this link was revoked by itself (R5). It is then answered like an unknown one. Whether it was revoked with all
    /// earlier ones, the session says ([`crate::Session::has_revoked`]).
    #[serde(default)]
    pub revoked: bool,
    /// Who made it; not known of links from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The number of the event that it came with; 0 for links from before this was kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seq: u64,
    /// The participant whom it lets in (R22); without one the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
pub(crate) fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Link {
    /// A link that lives for `minutes` from `now` (setting *customer access duration*), made by `by` with event `seq`.
    #[must_use]
    pub fn issue(hash: SecretHash, origin: LinkOrigin, minutes: u32, by: &Actor, seq: u64, now: Timestamp) -> Self {
        let expires_at = now.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX);
        Self { hash, origin, issued_at: now, expires_at, revoked: false, by: Some(by.clone()), seq, participant: None }
    }

    /// Whether the link has not expired at `now`.
    #[must_use]
    pub fn alive(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
