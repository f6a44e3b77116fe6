//! The frames, apart from the transport: what a client may say, what it is told, and who may be told what.

use std::borrow::Cow;

use jiff::Timestamp;
use parlor_domain::{
    AccessTier, Actor, Attachment, EndedBy, Event, EventKind, Indicator, Interaction, InteractionId, InteractionState,
    ParticipantId, Presence, Sender, Session, SessionId, Settings, State, Who, chat_links,
    interaction::{Assignee, Kind, Progress},
    names::short_name,
};
use serde::Serialize;

mod client;

pub use client::{ClientFrame, FrameError};

/// The longest frame that is read, in bytes. A message of 4,000 characters fits however it is escaped; API Gateway takes
/// 128 KB, in pieces of 32 KB.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// The most events that are sent again after a reconnect. Whoever missed more is told to load the page anew, which costs
/// one request instead of hundreds.
pub const MAX_MISSED: u16 = 500;

/// The most events in the answer to one `hello`: who missed more asks again.
pub const MISSED_PAGE: u8 = 50;

/// The two kinds of ears. What the customer hears is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The session's customer, or a participant (R22): each hears what is theirs ([`Frame::heard_by`]).
    Customer,
    /// Members of staff who are in the room.
    Staff,
}

impl From<&Who> for Audience {
    fn from(who: &Who) -> Self {
        match who {
            Who::Customer | Who::Participant(_) => Self::Customer,
            Who::Agent(_) => Self::Staff,
        }
    }
}

/// A frame to a page: what it is told over its connection.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Frame {
    /// A chat message, which is an event with a number of its own.
    Message {
        /// The event's number in the session, from 1 on, without gaps.
        seq: u64,
        /// Who wrote it: the customer, a member of staff, or a program.
        from: Sender,
        /// The writer's name as the receiver knows it: customers know staff by their first name.
        name: String,
        /// The text as it was written.
        text: String,
        /// When the server took it.
        at: Timestamp,
        /// The writer's own id for it. Only the writer should make anything of it.
        id: String,
        /// Where addresses stand in the text that can be opened: start and end of each, in UTF-16 code units.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        links: Vec<[usize; 2]>,
        /// R22: the participant who wrote it, if it was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        participant: Option<ParticipantId>,
        /// The file that goes with it. Its addresses are the room's, with the message's number (`docs/live-protocol.md`).
        #[serde(skip_serializing_if = "Option::is_none")]
        attachment: Option<Attachment>,
    },
    /// How the session stands, and (with a number) the event that made it so.
    Session(SessionFrame),
    /// Who is in the room.
    Presence {
        /// Whether the customer is in the room.
        customer: bool,
        /// Whether the session's owner is in the room (R17).
        agent: bool,
        /// The customer's status (R14); staff only.
        #[serde(skip_serializing_if = "Option::is_none")]
        indicator: Option<Indicator>,
        /// R22: the participants who are in the room; staff only, and where the session has any.
        #[serde(skip_serializing_if = "Option::is_none")]
        participants: Option<Vec<ParticipantId>>,
    },
    /// R21: how far an interaction is.
    Interaction(InteractionFrame),
    /// R22: whose turn it is changed.
    Turn(TurnFrame),
    /// R9: somebody asks for the session, or it went to somebody, or did not; staff only.
    Transfer(TransferFrame),
    /// R15: the customer opened the room again elsewhere; newest wins. This connection is over.
    Superseded,
    /// The connection will soon be as old as API Gateway lets it become: open a new one at leisure.
    Reconnect,
    /// More events were missed than are sent again: load the page anew.
    Reload,
    /// The answer to a ping: what the newest event is, and who is in the room.
    Pong {
        /// The number of the session's newest event.
        seq: u64,
        /// As in `presence`.
        customer: bool,
        /// As in `presence`.
        agent: bool,
        /// As in `presence`.
        #[serde(skip_serializing_if = "Option::is_none")]
        indicator: Option<Indicator>,
    },
    /// The other side is writing; to be forgotten after eight seconds.
    Typing {
        /// Which side is writing.
        from: Sender,
        /// The writer's name, as in `message`.
        name: String,
    },
    /// The other side has seen the events up to this one.
    Seen {
        /// Which side.
        by: Sender,
        /// The newest event that they saw. No `seq`: it numbers nothing.
        last: u64,
    },
    /// The answer to `listen`: what happens from here on is told.
    Listening,
    /// Something happened to a session that the page may have in a list (R20). No name and no text: whoever wants to show
    /// more than this asks for the row.
    Listed(ListedFrame),
    /// A frame of the page's was refused.
    Error {
        /// Which refusal it is: [`FrameError::code`].
        code: &'static str,
        /// The page's own id of the message that was refused, if it was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

/// How far an interaction is (R21). What was entered is in no frame: whoever may see it asks for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InteractionFrame {
    /// Its id in the session.
    pub id: InteractionId,
    /// What kind of thing there is to do.
    pub kind: Kind,
    /// How far it is.
    pub state: InteractionState,
    /// How much of it is done.
    pub progress: Progress,
    /// Rises with each change: an older one is to be ignored.
    pub version: u64,
    /// Who is to do it (R22): `customer`, or a participant's id. Other guests do not hear of it.
    pub assignee: Assignee,
}

/// Whether somebody waits for others (R22), from here on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnFrame {
    /// Who: `customer`, or a participant's id. Other guests do not hear of it.
    pub assignee: Assignee,
    /// Whether what they have to do waits.
    pub waits: bool,
}

/// What lists are told of a session: an event, or that its customer came or went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedFrame {
    /// Which session.
    pub session: SessionId,
    /// The event.
    #[serde(flatten)]
    pub event: Option<ListedEvent>,
    /// The customer's status (R14), when they came or went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Indicator>,
}

/// An event, as lists are told of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListedEvent {
    /// Its number in the session.
    pub seq: u64,
    /// Its type, such as `session.ended`. A `message` is the customer's.
    pub event: String,
    /// When it happened.
    pub at: Timestamp,
}

impl ListedFrame {
    /// That the customer came or went.
    #[must_use]
    pub fn presence(session: &Session, presence: &Presence, now: Timestamp) -> Frame {
        let indicator = Some(indicator(session, presence, now));
        Frame::Listed(Self { session: session.id.clone(), event: None, indicator })
    }

    /// That something happened.
    #[must_use]
    pub fn event(session: SessionId, event: ListedEvent) -> Frame {
        Frame::Listed(Self { session, event: Some(event), indicator: None })
    }
}

/// Whose the session is, and who asks for it (R9).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TransferFrame {
    /// The owner's name.
    pub owner: String,
    /// Who asks the owner for it, while they do.
    pub pending: Option<PendingView>,
    /// Whether the receiver owned the session, and does not see it any more: the connection is over.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// Somebody asks the owner for the session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PendingView {
    /// Their name.
    pub name: String,
    /// Why, if they said so.
    pub reason: Option<String>,
    /// When it lapses.
    pub lapses_at: Timestamp,
}

/// How a session stands. Customers get no more than this; staff also get [`StaffView`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionFrame {
    /// The number of the newest event that it includes.
    pub seq: u64,
    /// Where the session stands (R1).
    pub state: State,
    /// What the customer may do now (R2).
    pub tier: AccessTier,
    /// When the tier ends by the clock alone; `null` if it does not.
    pub until: Option<Timestamp>,
    /// Whether the receiver may write in the chat.
    pub chat: bool,
    /// In the answer to a `hello`: everything up to `seq` was sent to this connection.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub caught_up: bool,
    /// In the answer to a `hello`: there are further events; say `hello` again, with `since` being this `seq`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// R18: where the customer goes now. Only those who are here at the end are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// What only staff may know; absent in what customers are told.
    #[serde(flatten)]
    pub staff: Option<StaffView>,
}

/// What a `session` frame adds for staff.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StaffView {
    /// R3: when inactivity ends the session; `null` if it does not.
    pub deadline: Option<Timestamp>,
    /// The customer's status (R14).
    pub indicator: Indicator,
    /// Who or what ended the session; `null` while it has not ended.
    pub ended_by: Option<EndedBy>,
    /// What happened; none in the frame that answers a `hello`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventView>,
}

/// An event as staff see it: without the address that it came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventView {
    /// When it happened.
    pub at: Timestamp,
    /// What kind of caller caused it: `agent`, `customer`, `api` or `system`.
    pub actor: &'static str,
    /// Their name, where there is one.
    pub name: Option<String>,
    /// R22: the participant whom it is about, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// What, under `type`, with its particulars.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl EventView {
    fn of(event: &Event, session: &Session) -> Self {
        let (actor, name) = match &event.actor {
            Actor::Agent { name, .. } => ("agent", Some(name.clone())),
            Actor::Customer => ("customer", Some(session.customer.name.clone())),
            Actor::Participant { name, .. } => ("participant", Some(name.clone())),
            Actor::Api { .. } => ("api", None),
            Actor::System => ("system", None),
        };
        Self { at: event.at, actor, name, participant: event.participant.clone(), kind: event.kind.clone() }
    }
}

/// The id under which a message is marked as posted: the writer's own, with the writer's side before it, so that the
/// customer cannot take an id that staff will use. Among staff ids are random.
#[must_use]
pub fn posted_mark(from: Sender, id: &str) -> String {
    let side = match from {
        // Guests do not get into each other's way: ids are random, and a mark says whose it is.
        Sender::Customer | Sender::Participant => "customer",
        Sender::Agent => "agent",
        Sender::Api => "api",
    };
    format!("{side}:{id}")
}

/// The name that stands beside what `actor` wrote.
pub(crate) fn display_name(actor: &Actor, session: &Session, company: Option<&str>, audience: Audience) -> String {
    match actor {
        Actor::Customer => session.customers_name().to_owned(),
        Actor::Participant { name, .. } => name.clone(),
        Actor::Agent { name, .. } => staff_name(name, audience),
        // A program speaks for the company or, where the company has no name, for the owner.
        Actor::Api { .. } | Actor::System => {
            company.map_or_else(|| staff_name(&session.agent_name, audience), str::to_owned)
        }
    }
}

/// Customers know staff by their first name.
fn staff_name(name: &str, audience: Audience) -> String {
    match audience {
        Audience::Customer => short_name(name).to_owned(),
        Audience::Staff => name.to_owned(),
    }
}

impl Frame {
    /// Whoever is called `name` is writing, for `audience`.
    #[must_use]
    pub fn typing(who: &Who, name: &str, audience: Audience) -> Self {
        match who {
            Who::Customer => Self::Typing { from: Sender::Customer, name: name.to_owned() },
            Who::Participant(_) => Self::Typing { from: Sender::Participant, name: name.to_owned() },
            Who::Agent(_) => Self::Typing { from: Sender::Agent, name: staff_name(name, audience) },
        }
    }

    /// The side of `who` has seen the events up to `last`.
    #[must_use]
    pub const fn seen(who: &Who, last: u64) -> Self {
        let by = match who {
            Who::Customer | Who::Participant(_) => Sender::Customer,
            Who::Agent(_) => Sender::Agent,
        };
        Self::Seen { by, last }
    }

    /// A chat message, for `audience`; nothing for other events. `company` is what a program speaks for.
    #[must_use]
    pub fn message(event: &Event, session: &Session, company: Option<&str>, audience: Audience) -> Option<Self> {
        let EventKind::Message { id, from, text, attachment } = &event.kind else { return None };
        Some(Self::Message {
            seq: event.seq,
            from: *from,
            name: display_name(&event.actor, session, company, audience),
            text: text.clone(),
            at: event.at,
            id: id.clone(),
            links: chat_links::places(text),
            participant: event.participant.clone(),
            attachment: attachment.clone(),
        })
    }

    /// Whose the session is and who asks for it; `gone` for whoever sees it no longer.
    #[must_use]
    pub fn transfer(session: &Session, gone: bool, now: Timestamp) -> Self {
        let pending = session.pending_transfer(now).map(|pending| PendingView {
            name: pending.name.clone(),
            reason: pending.reason.clone(),
            lapses_at: pending.lapses_at,
        });
        Self::Transfer(TransferFrame { owner: session.agent_name.clone(), pending, gone })
    }

    /// How far `interaction` is, for `audience`; nothing for a customer who does not see it, and did not before.
    #[must_use]
    pub fn interaction(interaction: &Interaction, audience: Audience) -> Option<Self> {
        let is_theirs = audience == Audience::Staff || interaction.state != InteractionState::Draft;
        is_theirs.then(|| {
            Self::Interaction(InteractionFrame {
                id: interaction.id.clone(),
                kind: interaction.kind,
                state: interaction.state,
                progress: interaction.progress,
                version: interaction.version,
                assignee: interaction.assignee.clone(),
            })
        })
    }

    /// R22: what an event says of somebody's turn; nothing for other events.
    #[must_use]
    pub fn turn(event: &Event) -> Option<Self> {
        let waits = match event.kind {
            EventKind::TurnCame { .. } => false,
            EventKind::TurnWaits { .. } => true,
            _ => return None,
        };
        let assignee = event.participant.clone().map_or(Assignee::Customer, Assignee::Participant);
        Some(Self::Turn(TurnFrame { assignee, waits }))
    }

    /// Whether a guest may hear it: what there is to do is heard of by whoever is to do it, and by staff (R22).
    #[must_use]
    pub fn heard_by(&self, who: &Who) -> bool {
        match (self, who) {
            (_, Who::Agent(_)) => true,
            (Self::Interaction(InteractionFrame { assignee, .. }) | Self::Turn(TurnFrame { assignee, .. }), guest) => {
                assignee.participant() == guest.participant()
            }
            _ => true,
        }
    }

    /// As `who` is told it: a participant does not hear whether the customer is in the room (R22).
    #[must_use]
    pub fn told_to(&self, who: &Who) -> Cow<'_, Self> {
        let mut told = Cow::Borrowed(self);
        if matches!((self, who), (Self::Presence { .. } | Self::Pong { .. }, Who::Participant(_)))
            && let Self::Presence { customer, .. } | Self::Pong { customer, .. } = told.to_mut()
        {
            *customer = false;
        }
        told
    }

    /// The answer to a ping.
    #[must_use]
    pub fn pong(session: &Session, presence: &Presence, audience: Audience, now: Timestamp) -> Self {
        let (customer, agent, indicator) = here(session, presence, audience, now);
        Self::Pong { seq: session.seq, customer, agent, indicator }
    }
}

fn here(session: &Session, presence: &Presence, audience: Audience, now: Timestamp) -> (bool, bool, Option<Indicator>) {
    let indicator = (audience == Audience::Staff).then(|| indicator(session, presence, now));
    (presence.customer_online(now), presence.agent_online(&session.agent, now), indicator)
}

fn indicator(session: &Session, presence: &Presence, now: Timestamp) -> Indicator {
    Indicator::of(session.joined_at.is_some(), presence.customer_online(now), session.is_complete())
}

/// Who is in the room at `now`, as `audience` may know it.
#[must_use]
pub fn presence_frame(session: &Session, presence: &Presence, audience: Audience, now: Timestamp) -> Frame {
    let (customer, agent, indicator) = here(session, presence, audience, now);
    let shown = audience == Audience::Staff && !session.participants.is_empty();
    let participants = shown.then(|| presence.participants(now).into_iter().collect());
    Frame::Presence { customer, agent, indicator, participants }
}

/// How `session` stands at `now`, as `audience` may know it.
#[must_use]
pub fn state_frame(
    session: &Session,
    presence: &Presence,
    settings: &Settings,
    audience: Audience,
    now: Timestamp,
) -> Frame {
    Frame::Session(session_frame(session, presence, settings, audience, now))
}

fn session_frame(
    session: &Session,
    presence: &Presence,
    settings: &Settings,
    audience: Audience,
    now: Timestamp,
) -> SessionFrame {
    let access = session.access(now);
    let chat = match audience {
        Audience::Customer => access.chat,
        Audience::Staff => session.staff_may_write(now),
    };
    let staff = (audience == Audience::Staff).then(|| StaffView {
        deadline: session.inactivity_deadline(settings),
        indicator: indicator(session, presence, now),
        ended_by: session.ended.as_ref().map(|end| end.by),
        event: None,
    });
    SessionFrame {
        seq: session.seq,
        state: session.state,
        tier: access.tier,
        until: access.until,
        chat,
        caught_up: false,
        more: false,
        redirect: None,
        staff,
    }
}

/// What `audience` is told of `events`, one frame each and in their order: messages as `message`, everything else as
/// `session` with the session as it stands now.
///
/// Customers are told that something happened, so that they see no number missing, but not what: no PIN tries, no
/// device, no delivery, no address, no staff's full name. With tier `none` (R2) they are not told messages either.
#[must_use]
pub fn frames_for(
    audience: Audience,
    events: &[Event],
    session: &Session,
    presence: &Presence,
    settings: &Settings,
    now: Timestamp,
) -> Vec<Frame> {
    let current = session_frame(session, presence, settings, audience, now);
    let silent = audience == Audience::Customer && current.tier == AccessTier::None;
    events
        .iter()
        .map(|event| {
            let company = settings.branding.name.as_deref();
            let message = if silent { None } else { Frame::message(event, session, company, audience) };
            message.unwrap_or_else(|| {
                let mut frame = SessionFrame { seq: event.seq, ..current.clone() };
                if let Some(staff) = &mut frame.staff {
                    staff.event = Some(EventView::of(event, session));
                }
                Frame::Session(frame)
            })
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
