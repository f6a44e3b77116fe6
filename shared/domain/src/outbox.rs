//! Messages that were decided and wait to be sent (R23). They are written with the decision and sent after it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AgentId, Channel, Due, DueKind, Language, ParticipantId, SessionId, keyring::Sealed};

/// Whose an entry is, in whose partition it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// A session's: it goes to the customer.
    Session(SessionId),
    /// A member of staff's: it goes to them.
    Agent(AgentId),
}

impl Owner {
    /// The session, if it is one's.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Session(session) => Some(session),
            Self::Agent(_) => None,
        }
    }

    /// The id of either.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Session(session) => session.as_str(),
            Self::Agent(agent) => agent.as_str(),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What to send. Secrets in it are sealed, and go when it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Message {
    /// The invitation with its link's token.
    Invitation {
        /// The link's token ([`crate::LinkToken`]), sealed.
        token: Sealed,
    },
    /// A new link that the customer asked for, or that a renewal brings.
    NewLink {
        /// The link's token ([`crate::LinkToken`]), sealed.
        token: Sealed,
        /// Whether the session was renewed and the agent asked to tell the customer.
        renewed: bool,
    },
    /// R23: something is still to be done.
    Reminder {
        /// The link's token ([`crate::LinkToken`]), sealed.
        token: Sealed,
    },
    /// R23: something is new, and the customer is away.
    Update {
        /// The link's token ([`crate::LinkToken`]), sealed.
        token: Sealed,
    },
    /// A one-time code (R7).
    Code {
        /// The digits, sealed.
        code: Sealed,
    },
    /// To a member of staff: the link by which an invited person comes in.
    StaffInvitation {
        /// The link's token ([`crate::people::StaffToken`]), sealed.
        token: Sealed,
        /// Who invites: the admin's name. None where a program does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// The mail's language: the person's own, otherwise that of whoever invites.
        language: Language,
    },
    /// To a member of staff: the link by which a new password is chosen.
    PasswordReset {
        /// The link's token ([`crate::people::StaffToken`]), sealed.
        token: Sealed,
        /// The mail's language: the person's own, otherwise that of the browser that asked.
        language: Language,
    },
    /// To a member of staff: their password is another one now.
    PasswordChanged {
        /// The mail's language.
        language: Language,
    },
}

/// What became of an entry so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits for its first or its next attempt.
    Pending,
    /// Accepted by SES or SNS; whether it arrived is not known.
    Sent,
    /// Given up: refused for good, or [`MAX_ATTEMPTS`] were made.
    Failed,
    /// Not sent, because text messages were switched off meanwhile (R13).
    Suppressed,
}

/// What kind of failure a reason tells of ([`OutboxEntry::last_error`], the event `delivery.failed`), for words in somebody's
/// language. Reasons are kept in English, as they were said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The service will never take this message.
    Refused,
    /// An operator has to do something before anything is sent.
    NotSetUp,
    /// The service was not reached, or did not answer, as often as it was tried.
    Unavailable,
    /// The message cannot be opened any more.
    Unreadable,
    /// What it would have said is over.
    Expired,
}

impl FailureKind {
    /// How the reasons of each begin.
    const BEGIN: [(Self, &'static str); 6] = [
        (Self::Refused, "the service refused the message"),
        (Self::NotSetUp, "sending is not set up"),
        (Self::Unavailable, "the service was not available"),
        (Self::Unavailable, "the service gave no answer"),
        (Self::Unreadable, "the message could not be read"),
        (Self::Expired, "the code expired before it could be sent"),
    ];

    /// The kind of a reason, and the service's code in it; nothing for one that nobody here says.
    #[must_use]
    pub fn of(reason: &str) -> Option<(Self, Option<&str>)> {
        let begun = Self::BEGIN.into_iter().find_map(|(kind, start)| Some((kind, reason.strip_prefix(start)?)));
        let (kind, rest) = begun?;
        let code = rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
        (rest.is_empty() || code.is_some()).then_some((kind, code))
    }
}

/// One message to one address, from its decision to what became of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Identity within its owner: of a session's, the number of the event it came with, and its place there; of a member of
    /// staff's, a random one.
    pub id: String,
    /// Whose it is.
    #[serde(flatten)]
    pub owner: Owner,
    /// The participant whom it goes to (R22); of a session's without one, it goes to the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// Whether it goes as mail or as text.
    pub channel: Channel,
    /// The address or number that it goes to.
    pub to: String,
    /// What to send; gone once it was sent or given up.
    pub message: Option<Message>,
    /// When it was decided.
    pub created_at: Timestamp,
    /// What became of it so far.
    pub status: Status,
    /// Attempts begun. The first belongs to the table's stream and counts from the start.
    pub attempts: u32,
    /// When the next attempt is due, if the running one leaves no trace.
    pub due: Option<Due>,
    /// Why the last attempt failed, in the service's words; absent while none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

// A person's address has no place in a log.
impl fmt::Debug for OutboxEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxEntry")
            .field("owner", &self.owner)
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("message", &self.message)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("due", &self.due)
            .finish_non_exhaustive()
    }
}

/// Attempts before an entry is given up.
pub const MAX_ATTEMPTS: u32 = 6;

/// The pause after attempt `n` (from 1): a minute, then five, then longer. Half a day in all.
#[must_use]
pub fn pause_after(attempt: u32) -> SignedDuration {
    SignedDuration::from_mins(match attempt {
        0 | 1 => 1,
        2 => 5,
        3 => 30,
        4 => 120,
        _ => 540,
    })
}

impl OutboxEntry {
    /// An entry as a decision writes it: its first attempt is the stream's, and the retry is armed in the same write, so
    /// that an entry whose stream record is lost is sent all the same.
    #[must_use]
    pub fn new(owner: Owner, id: String, channel: Channel, to: String, message: Message, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            participant: None,
            channel,
            to,
            message: Some(message),
            created_at: now,
            status: Status::Pending,
            attempts: 1,
            due: Some(Due { kind: DueKind::Delivery, at: now + pause_after(1) }),
            last_error: None,
        }
    }

    /// The number of the event that a session's came with.
    #[must_use]
    pub fn event_seq(&self) -> Option<u64> {
        self.id.split_once('-').and_then(|(seq, _)| seq.parse().ok())
    }

    /// Begins another attempt at `now`; `false` when there is none left.
    pub fn begin_attempt(&mut self, now: Timestamp) -> bool {
        if self.attempts >= MAX_ATTEMPTS {
            return false;
        }
        self.attempts += 1;
        self.due = Some(Due { kind: DueKind::Delivery, at: now + pause_after(self.attempts) });
        true
    }

    /// The entry as it stays once the service took it: without what was secret in it.
    #[must_use]
    pub fn settled(mut self, status: Status, error: Option<String>) -> Self {
        self.status = status;
        self.message = None;
        self.due = None;
        self.last_error = error;
        self
    }
}
