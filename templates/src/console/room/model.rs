//! What the agent's room shows.

use jiff::Timestamp;
use parlor_domain::{AccessTier as Tier, Channel, EndedBy, Indicator, Role, State};

use super::content::WorkItem;
use super::people::Guest;
use crate::console::frame::Frame;
use crate::console::stream::Entry;
use crate::deadline::Deadline;
use crate::layout::Live;
use crate::names::first_name;

/// How the customer proves who they are, and whether they did (R6, R7, R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthState {
    /// The settings ask for nothing.
    NotAsked,
    /// A PIN is asked for and was not entered yet.
    PinWaiting,
    /// The right PIN was entered.
    PinPassed,
    /// A one-time code is asked for and was not entered yet.
    CodeWaiting,
    /// The right code was entered.
    CodePassed,
    /// Locked or banned after wrong tries.
    Locked,
}

/// Whether the customer agreed to what they were asked (R6, R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The settings do not ask.
    NotAsked,
    /// Not given yet.
    Waiting,
    Given,
}

/// Why the customer cannot try a PIN now (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinLock {
    /// Locked until then.
    Until(Timestamp),
    /// Until the agent resets it.
    Banned,
}

/// One stretch of what the customer may do after the end (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// What they may do in it.
    pub tier: Tier,
    /// Its end; none is for ever.
    pub until: Option<Timestamp>,
}

/// The end of a session, as its banner tells it (R1, R2, R4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub at: Timestamp,
    pub by: EndedBy,
    /// What the customer may do from now on: the present stretch first; empty for no access.
    pub access: Vec<Stretch>,
    /// Why it cannot be renewed; none where it can.
    pub not_renewable: Option<String>,
}

/// Where the agent is after ending the session (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterEnd {
    /// On the welcome page.
    Welcome,
    /// In the room, read-only.
    Stay,
}

/// One link of the session, as it is listed: without its URL, which nobody knows any more (R5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLine {
    /// Its id, by which it is revoked.
    pub id: String,
    /// Parlor sent it; otherwise somebody made it to copy.
    pub sent: bool,
    /// Who made it; nobody for links from before this was kept.
    pub by: Option<String>,
    /// Made at.
    pub at: Timestamp,
    /// It ends by itself then.
    pub expires_at: Timestamp,
    /// It was revoked.
    pub revoked: bool,
}

/// R9: whose the session is, as far as the reader is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// The reader's, and nobody asks for it.
    Mine,
    /// The reader's, and somebody asks for it.
    Asked {
        /// Who asks.
        name: String,
        reason: Option<String>,
        /// When it lapses.
        until: Timestamp,
    },
    /// A colleague's.
    Theirs,
    /// A colleague's, whom the reader asked.
    Waiting {
        /// When it lapses.
        until: Timestamp,
    },
    /// The colleague said no.
    Declined,
    /// The colleague did not answer.
    Lapsed,
    /// A colleague's, whom somebody else asked.
    OtherAsks {
        /// Who asks.
        name: String,
    },
}

#[derive(Debug, Clone)]
pub struct Room {
    /// The console around it; `history.current` is this session.
    pub frame: Frame,
    /// What the page goes live with.
    pub live: Option<Live>,
    pub id: String,
    pub state: State,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The customer's language, once it is known (R26).
    pub language: Option<String>,
    /// How invitations go.
    pub channel: Channel,
    /// Text messages may be sent (R13).
    pub sms: bool,
    /// In whose national form numbers are understood (R13).
    pub country: Option<String>,
    /// Invitations are not sent (R12).
    pub embedded: bool,
    /// A button to copy the URL stands in the header, not only in the menu (`channels.copy_url` with `embedded`).
    pub copy_url: bool,
    pub indicator: Indicator,
    /// Since when the customer is here, if they are and it is known (R14).
    pub online_since: Option<Timestamp>,
    /// The last thing that the customer did, as far as the page goes back.
    pub last_active: Option<Timestamp>,
    pub owner: String,
    /// The owner is who looks: only they can see the PIN (R7).
    pub mine: bool,
    /// R9.
    pub ownership: Ownership,
    /// The name of the team whose settings hold.
    pub team: String,
    /// The session has a PIN (R7).
    pub has_pin: bool,
    pub authentication: AuthState,
    pub consent: Consent,
    /// When the device was bound (R6).
    pub device_bound_at: Option<Timestamp>,
    pub lock: Option<PinLock>,
    /// When it was started or planned.
    pub created_at: Timestamp,
    /// First invited.
    pub invited_at: Option<Timestamp>,
    /// Every gate passed for the first time.
    pub joined_at: Option<Timestamp>,
    /// R3; none where inactivity does not end it.
    pub deadline: Option<Deadline>,
    /// R2: whether messages may be written now, by anybody of staff.
    pub writable: bool,
    /// R2, R21: whether files may be attached to messages.
    pub attach: bool,
    /// The end, if it has ended.
    pub ended: Option<Ended>,
    /// What ending now would leave the customer: the first stretch's tier and whole minutes (R2), for the question.
    pub end_effect: (Tier, Option<i64>),
    pub after_end: AfterEnd,
    /// What happened and what was said, oldest first.
    pub stream: Vec<Entry>,
    /// Where earlier entries are, if the page does not show all.
    pub earlier: Option<String>,
    /// The last entry that this agent saw, for the unread line.
    pub seen: Option<u64>,
    /// The customer's links, newest first (R5).
    pub links: Vec<LinkLine>,
    /// What there is for the customer to do, in the agent's order (R21).
    pub work: Vec<WorkItem>,
    /// Those who are in the session beside the customer, removed ones too (R22).
    pub people: Vec<Guest>,
    /// R22: when it is the customer's turn.
    pub order: u32,
    /// R22: the names of those whose turn it is; empty where nobody comes after anybody.
    pub turn: Vec<String>,
    /// Whoever is added needs a PIN (R7).
    pub asks_pin: bool,
}

impl Room {
    /// Nothing can be done in it but to look: it is over, or a colleague's.
    pub(super) fn is_only_read(&self) -> bool {
        self.over() || !self.mine
    }

    /// It is over: nothing can be done in it but to look.
    pub(super) fn over(&self) -> bool {
        matches!(self.state, State::Ended | State::Discarded)
    }

    /// R2, R6: it is over, and whoever is in stays in: its owner still says who.
    pub(super) fn is_left_open(&self) -> bool {
        let comes_in = |stretch: &Stretch| stretch.tier != Tier::None;
        self.mine && self.ended.as_ref().is_some_and(|ended| ended.access.iter().any(comes_in))
    }

    /// R25: an admin may erase it, and nothing else is left to be done.
    pub(super) fn erasable(&self) -> bool {
        self.over() && self.frame.agent.role == Role::Admin
    }

    /// R8: the customer's details may still be corrected.
    pub(super) fn correctable(&self) -> bool {
        self.joined_at.is_none() && !self.over()
    }

    /// The name that the page speaks of the customer by.
    pub(super) fn first(&self) -> &str {
        first_name(&self.name)
    }

    /// When the link that lasts longest ends; none where every link is revoked (R5).
    pub(super) fn link_until(&self) -> Option<Timestamp> {
        self.links.iter().filter(|link| !link.revoked).map(|link| link.expires_at).max()
    }

    /// The address of an operation on this session.
    pub(super) fn operation(&self, name: &str) -> String {
        format!("/v1/sessions/{}/{name}", self.id)
    }

    /// Where an invitation goes.
    pub(super) fn contact(&self) -> &str {
        let (first, second) = match self.channel {
            Channel::Email => (&self.email, &self.phone),
            Channel::Sms => (&self.phone, &self.email),
        };
        first.as_deref().or(second.as_deref()).unwrap_or("")
    }
}
