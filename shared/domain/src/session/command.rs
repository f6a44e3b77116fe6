//! What can be asked of a session, and what is answered: commands, decisions and rejections.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::model::{Customer, FoundBy, Session};
use crate::{
    AccessTier, Actor, AgentId, Attachment, Channel, Due, DueKind, EmailAddress, ErasedBy, Event, EventKind, Gate,
    InteractionId, Keyring, Language, Link, Origin, OutboxEntry, ParticipantId, PhoneNumber, Presented, Secret,
    SessionId, Who,
    interaction::{Assignee, InteractionWrite, Refusal, WorkCommand},
    keyring::Sealed,
    link::Issued,
    names::InvalidName,
    pin::Lock,
};

/// Who acts, from where, and when.
#[derive(Debug, Clone)]
pub struct Context {
    /// The person or program whose command it is.
    pub actor: Actor,
    /// Address and browser that the command came from.
    pub origin: Origin,
    /// The server's clock when it received the command.
    pub now: Timestamp,
}

impl Context {
    /// The event that says what this command did.
    pub(super) fn event(&self, seq: u64, kind: EventKind) -> Event {
        let participant = match &self.actor {
            Actor::Participant { id, .. } => Some(id.clone()),
            _ => None,
        };
        Event { seq, at: self.now, actor: self.actor.clone(), origin: self.origin.clone(), participant, kind }
    }
}

/// What starting or planning a session takes.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// A new id, made for the team whose settings apply (R19).
    pub id: SessionId,
    /// The person for whom the session is made.
    pub customer: Customer,
    /// The channel for messages. `None` is the one that the contact has, or the default if it has both.
    pub channel: Option<Channel>,
    /// The agent who will own the session.
    pub agent: AgentId,
    /// The owner's name, as pages and messages show it.
    pub agent_name: String,
    /// The owner's address, for answers to mails.
    pub agent_email: Option<EmailAddress>,
    /// The customer's language, if the agent or the integrator chose one (R26).
    pub language: Option<Language>,
    /// The PIN, sealed; needed where the settings ask for one (R7).
    pub pin: Option<Sealed>,
    /// An integrator's own reference for the case.
    pub reference: Option<String>,
    /// An integrator's own data, by name.
    pub metadata: BTreeMap<String, String>,
}

/// What is to be corrected of a customer's details (R8); what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    /// The name, as it was typed.
    pub name: Option<String>,
    /// The e-mail address, or none from now on.
    pub email: Option<Option<EmailAddress>>,
    /// The phone number, or none from now on.
    pub phone: Option<Option<PhoneNumber>>,
    /// The channel for messages. Not given, it stays as long as the contact has an address for it.
    pub channel: Option<Channel>,
    /// The customer's language, or the browser's from now on (R26).
    pub language: Option<Option<Language>>,
}

/// A further person of a session (R22).
#[derive(Debug, Clone)]
pub struct NewParticipant {
    /// A new id.
    pub id: ParticipantId,
    /// Name and contact.
    pub person: Customer,
    /// The channel for messages. `None` is the one that the contact has, or the default if it has both.
    pub channel: Option<Channel>,
    /// Their language, if somebody chose one (R26).
    pub language: Option<Language>,
    /// Their PIN, sealed; needed where the settings ask for one (R7).
    pub pin: Option<Sealed>,
    /// When it is their turn: after everybody with a lower order.
    pub order: u32,
}

/// What taking a session over takes (R9).
#[derive(Debug, Clone)]
pub struct TakeOver {
    /// Who is to own it.
    pub agent: AgentId,
    /// Their name, as pages and messages show it.
    pub name: String,
    /// Their address, for answers to mails.
    pub email: EmailAddress,
    /// Why, if they say so.
    pub reason: Option<String>,
    /// Whether the owner has a live connection in the room.
    pub owner_here: bool,
    /// Whether nobody is asked: the settings let supervisors take over at once.
    pub at_once: bool,
}

/// What somebody wants to happen to a session.
#[allow(clippy::large_enum_variant, reason = "made once for a request, and handed on once")]
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// Invite the customer, or send the invitation again (R1): by the session's channel, or this once by another that the
    /// contact has.
    Invite(Issued, Option<Channel>),
    /// Add a further person, and invite them unless the session is planned (R22).
    AddParticipant(NewParticipant, Issued),
    /// Remove a participant (R22).
    RemoveParticipant(ParticipantId),
    /// Let it be somebody's turn earlier or later (R22): after everybody with a lower order.
    SetOrder(Assignee, u32),
    /// Do about a participant what the command does about the customer (R22).
    For(ParticipantId, Box<Command<'a>>),
    /// As [`Command::Invite`], and the participants who were added while the session was planned, each by their own link (R22).
    InviteEverybody {
        /// The customer's link.
        customer: Issued,
        /// As in [`Command::Invite`].
        channel: Option<Channel>,
        /// A link for each participant who was not invited yet.
        participants: Vec<(ParticipantId, Issued)>,
    },
    /// Make a link to copy (R12).
    GenerateLink(Issued),
    /// The customer's **Send a new link** (R5).
    RequestLink(Issued),
    /// The customer's **Continue** (R6).
    Continue {
        /// The link that the customer came by.
        link: &'a Link,
        /// What the browser sent along.
        presented: &'a Presented,
        /// The device to bind: the browser's own secret, or a new one that the answer sets.
        device: &'a Secret,
    },
    /// The customer entered a PIN or a one-time code (R7).
    Enter {
        /// The link that the customer came by.
        link: &'a Link,
        /// What the browser sent along.
        presented: &'a Presented,
        /// The device to bind: the browser's own secret, or a new one that the answer sets.
        device: &'a Secret,
        /// The digits as they were typed.
        typed: &'a str,
        /// Opens the sealed PIN or code.
        keyring: &'a Keyring,
    },
    /// Send a one-time code; it replaces an earlier one (R7).
    SendCode {
        /// The link that the customer came by.
        link: &'a Link,
        /// What the browser sent along.
        presented: &'a Presented,
        /// The new code, sealed.
        code: Sealed,
    },
    /// End the session; a planned one is discarded (R1).
    End,
    /// Renew the session (R4). With an issued link the customer is told.
    Renew(Option<Issued>),
    /// Release the bound device, so that another one can enter (R6).
    ReleaseDevice,
    /// Release the bound device, if there is one, revoke every link, and give the customer a new one (R5, R6): what a link
    /// that got into other hands calls for.
    ReleaseAndReplaceLinks(Issued),
    /// Revoke one link (R5). A device that came by it stays bound.
    RevokeLink(&'a Link),
    /// Correct the details of a customer who has not joined: links up to now end, and another invitation goes (R8).
    Reengage(Correction, Issued),
    /// Forget wrong tries, lockouts and ban (R7), and how often links and codes were asked for (R5).
    ResetPin,
    /// The agent's "Keep open", which restarts the inactivity timer (R3).
    KeepOpen,
    /// Post a chat message (R21).
    Post {
        /// The sender's own id for the message; a repeated one has no second effect.
        id: String,
        /// The message's text; with an attachment it may be empty.
        text: String,
        /// The file that goes with it.
        attachment: Option<Attachment>,
    },
    /// Do something about an interaction (R21).
    Work(WorkCommand<'a>),
    /// Take the session over, or ask its owner for it (R9).
    TakeOver(TakeOver),
    /// The owner hands the session over to whoever asks (R9).
    ApproveTransfer,
    /// The owner keeps it (R9).
    DeclineTransfer,
    /// The owner left the room: a transfer that waits completes (R9).
    OwnerLeft {
        /// Until when the owner's connections in the room count, or did.
        owner_until: Option<Timestamp>,
    },
    /// Nobody gets the session, because whoever asked may not own it now (R9, R10).
    GiveUpTransfer,
    /// Remind whoever has waited longest of unfinished work (R23), with a new link, if that is due; sent by the schedule.
    Remind {
        /// The new link.
        issued: Issued,
        /// Which guests are in the room.
        here: Vec<Who>,
    },
    /// Something came for everybody, or for whoever is to do this interaction (R23): note it for those who are away.
    NoteNews {
        /// What came, where it is for one of them.
        interaction: Option<InteractionId>,
        /// Which guests are in the room.
        here: Vec<Who>,
    },
    /// Tell whoever has waited longest of news (R23), with a new link, if that is due; sent by the schedule.
    Notify {
        /// The new link.
        issued: Issued,
        /// Which guests are in the room.
        here: Vec<Who>,
    },
    /// Erase contact and content (R25): because somebody asks for it, or, by the schedule, if the session was kept for as long as
    /// the settings say.
    Erase(ErasedBy),
    /// What was left of an erased session in other places is gone (R25).
    FinishErasing,
    /// Do what the clock has decided by now (R2, R3, R9); sent by the schedules.
    Sweep {
        /// As in [`Command::OwnerLeft`]; none if the owner has no connection.
        owner_until: Option<Timestamp>,
    },
    /// Note that a message could not be delivered (R23).
    DeliveryFailed {
        /// The channel that was tried.
        channel: Channel,
        /// The reason in the words of the sending service.
        reason: String,
    },
    /// Note that a message was not sent because text messages are off (R13).
    DeliverySuppressed {
        /// The channel that it would have used.
        channel: Channel,
    },
}

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// R1: the session is over, and the command needs one that is not.
    #[error("the session has ended; renew it first")]
    AlreadyEnded,
    /// R1: the session was planned and given up.
    #[error("the session was discarded; start a new one")]
    Discarded,
    /// R25: the session was erased.
    #[error("the session was erased: nothing of it is left; start a new one")]
    Erased,
    /// R25: only what is over can be erased.
    #[error("the session is not over; end it first")]
    NotOver,
    /// R4: only an ended session can be renewed.
    #[error("the session has not ended")]
    NotEnded,
    /// R4: the settings forbid it after an end by inactivity.
    #[error("sessions that ended by inactivity cannot be renewed; start a new one")]
    NotRenewableAfterInactivity,
    /// R4: the renew window has passed.
    #[error("the time to renew this session has passed; start a new one")]
    RenewWindowPassed,
    /// R1: the session is still planned, so the customer cannot be in it.
    #[error("nobody was invited yet")]
    NotInvited,
    /// R8: the customer is in already, so their details stay as they are.
    #[error("the customer has joined, so their details stay; start a new session to use others")]
    AlreadyJoined,
    /// R6: this gate does not let the customer pass.
    #[error("a gate is closed")]
    Gate(Gate),
    /// R5: the customer asked too often for links or codes.
    #[error("asked too often")]
    TooOften {
        /// When the next request is possible.
        retry_at: Timestamp,
    },
    /// R9: somebody else asks the owner already.
    #[error("somebody asks for this session already; wait for the owner's answer")]
    TransferPending,
    /// R9: nobody asks, or not any more.
    #[error("nobody asks for this session any more")]
    NoTransfer,
    /// R9: the reason is too long.
    #[error("a reason has at most 300 characters")]
    InvalidReason,
    /// R13: text messages are switched off.
    #[error("text messages are switched off; use an e-mail address")]
    SmsOff,
    /// R7: the settings ask for a PIN, and none was given.
    #[error("a PIN is required: 4 to 12 digits")]
    PinRequired,
    /// R22: nobody of this id is in the session, or not any more.
    #[error("there is no such participant")]
    NoParticipant,
    /// R22: as many as there may be.
    #[error("a session has at most 10 participants at a time, and 40 in all")]
    TooManyParticipants,
    /// R22: no order that there is.
    #[error("an order is a number from 1 to 20")]
    InvalidOrder,
    /// The customer has no address that the channel could use.
    #[error("the customer has no address for this channel")]
    NoContact,
    /// The customer's name is empty, too long, or has control characters in it.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// R2, R21: this sender may not write in the chat now.
    #[error("the chat is closed")]
    ChatClosed,
    /// R2, R21: this sender may not attach files now.
    #[error("files cannot be attached now")]
    AttachmentsClosed,
    /// The chat message is empty or too long.
    #[error("a message must have 1 to 4,000 characters, and its id 1 to 64")]
    InvalidMessage,
    /// R21: the message's id is that of another message.
    #[error("another message was posted under this id; post this one under an id of its own")]
    MessageIdReused,
    /// R21: an interaction does not allow it.
    #[error(transparent)]
    Work(#[from] Refusal),
}

impl Rejection {
    /// The stable `code` of the API's refusals.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyEnded => "already-ended",
            Self::Discarded => "discarded",
            Self::Erased => "erased",
            Self::NotEnded | Self::NotOver => "not-ended",
            Self::NotRenewableAfterInactivity | Self::RenewWindowPassed => "not-renewable",
            Self::NotInvited => "not-invited",
            Self::AlreadyJoined => "already-joined",
            Self::Gate(_) => "access-denied",
            Self::TooOften { .. } => "too-often",
            Self::TransferPending => "transfer-pending",
            Self::NoTransfer => "no-transfer",
            Self::InvalidReason => "invalid-reason",
            Self::SmsOff => "sms-off",
            Self::PinRequired => "pin-required",
            Self::NoParticipant => "not-found",
            Self::TooManyParticipants => "too-many-participants",
            Self::InvalidOrder => "invalid-order",
            Self::NoContact => "no-contact",
            Self::InvalidName(_) => "invalid-name",
            Self::ChatClosed => "chat-closed",
            Self::AttachmentsClosed => "attachments-closed",
            Self::InvalidMessage => "invalid-message",
            Self::MessageIdReused => "message-id-reused",
            Self::Work(refusal) => refusal.code(),
        }
    }
}

/// What was decided. It is committed in one conditional write, and the caller is answered only after that.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The session as it will be. Its `version` is one above what was read, unless nothing changed or the decision is a
    /// message.
    pub session: Session,
    /// What happened, in order (R24).
    pub events: Vec<Event>,
    /// Messages to send after the commit (R23).
    pub outbox: Vec<OutboxEntry>,
    /// Links that exist from now on (R5).
    pub links: Vec<Link>,
    /// R21: interactions as they will be, each under the version that was read.
    pub interactions: Vec<InteractionWrite>,
    /// Timers that are armed from now on, each in place of an earlier one of its kind.
    pub armed: Vec<Due>,
    /// Timers that are armed no longer.
    pub disarmed: Vec<DueKind>,
    /// What the search has to learn (R20); nothing while the session is found by what it was found by before.
    pub search: Option<SearchChange>,
    /// R11: whether the session is its contact's newest from now on: it begins, or the customer's details were corrected.
    pub names_contact: bool,
    /// R10: whose lock the session takes. Whoever decides refuses if another session holds it; the commit is conditional on
    /// that.
    pub locks: Option<AgentId>,
    /// R10: whose lock the session gives back.
    pub unlocks: Option<AgentId>,
    /// The result for whoever sent the command.
    pub outcome: Outcome,
}

/// The session is found by something else from now on: by what [`Session::found_by`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchChange {
    /// What it was found by before, if by anything.
    pub before: Option<FoundBy>,
}

/// The part of the result that the session alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The command was carried out.
    Done,
    /// The session is already as the command wants it: there is nothing to commit.
    Unchanged,
    /// R7: the PIN or the code was wrong. The try is counted by the commit, so nobody may be told before it.
    Wrong(Lock),
}

impl Decision {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.outcome == Outcome::Unchanged
    }

    /// Whether every connection of `who` ends with this: their device was released or bound anew (R6), they were removed (R22), the
    /// session ended or goes on (R1, R4), or the last tier is over (R2). Who may still come connects again. Nobody can be connected
    /// before they joined.
    #[must_use]
    pub fn ends_connections_of(&self, who: &Who) -> bool {
        let about = |event: &Event| who.is_guest() && event.participant.as_ref() == who.participant();
        let joined = self.events.iter().any(|event| about(event) && matches!(event.kind, EventKind::Joined { .. }));
        let ends = |event: &Event| match event.kind {
            EventKind::DeviceReleased | EventKind::DeviceBound | EventKind::ParticipantRemoved { .. } => about(event),
            EventKind::Ended { .. }
            | EventKind::Erased { .. }
            | EventKind::Renewed
            | EventKind::AccessChanged { tier: AccessTier::None } => who.is_guest(),
            _ => false,
        };
        !joined && self.events.iter().any(ends)
    }

    /// R9: whose the session becomes with this, if it is somebody else's.
    #[must_use]
    pub fn new_owner(&self) -> Option<&AgentId> {
        self.events.iter().find_map(|event| match &event.kind {
            EventKind::Transferred { agent, .. } => Some(agent),
            _ => None,
        })
    }

    /// Whether connections of any guest may end with this.
    #[must_use]
    pub fn ends_guests_connections(&self) -> bool {
        let guests = self.session.participants.iter().filter(|one| one.joined_at.is_some());
        let mut guests = guests.map(|one| Who::Participant(one.id.clone()));
        // Who was in it is erased with it.
        let erased = self.events.iter().any(|event| matches!(event.kind, EventKind::Erased { .. }));
        erased
            || (self.session.joined_at.is_some() && self.ends_connections_of(&Who::Customer))
            || guests.any(|who| self.ends_connections_of(&who))
    }

    /// Whether all that happened is that somebody wrote in the chat. Then nothing is written but the message: the
    /// session's document stays as it is, version included, and the newest event tells how far the session has come.
    #[must_use]
    pub fn is_message(&self) -> bool {
        !self.events.is_empty() && self.events.iter().all(|event| matches!(event.kind, EventKind::Message { .. }))
    }

    /// Whether all that happened is that the customer entered something further into an interaction (R21). Then nothing is
    /// written but the interaction.
    #[must_use]
    pub fn is_save(&self) -> bool {
        self.events.is_empty() && !self.interactions.is_empty()
    }
}
