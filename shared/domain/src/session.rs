//! One customer case, from planning to its end (R1), and every decision about it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Access, AccessPlan, Actor, AgentId, Channel, Contact, Due, EndedBy, Event, EventKind, Gate, Keyring, Link, Message,
    Origin, OutboxEntry, Presented, Secret, SecretHash, Sender, SessionId, Settings, gate,
    keyring::Sealed,
    link::{Issued, LinkOrigin},
    pin::{CODE_LIFETIME, Lock, OneTimeCode, Pin, Tries},
    settings::Method,
    timer,
};

/// Where a session stands (R1). "Renewed" is an event and "expired" is derived from the clock; neither is a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Prepared, nobody invited.
    Planned,
    /// The customer can join.
    Invited,
    /// The customer joined.
    Active,
    /// Over; the access tier says what the customer may still do (R2).
    Ended,
    /// A planned session that was given up.
    Discarded,
}

impl State {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Discarded => "discarded",
        }
    }
}

/// The end of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// T of R2.
    pub at: Timestamp,
    /// By whom or what.
    pub by: EndedBy,
    /// The tiers from T on, fixed at T.
    pub plan: AccessPlan,
}

/// The primary customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// As the agent entered it.
    pub name: String,
    /// How they are reached.
    #[serde(flatten)]
    pub contact: Contact,
}

/// The one device that a session is open on (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Of its cookie's secret.
    pub hash: SecretHash,
    /// Bound at.
    pub bound_at: Timestamp,
    /// End of the link that the device last came by (R5).
    pub link_expires_at: Timestamp,
}

/// A session, as it is stored. `seq` numbers its events, `version` its writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Identity; names the team too.
    pub id: SessionId,
    /// Rises by one with each write.
    pub version: u64,
    /// Number of the last event.
    pub seq: u64,
    /// Where it stands.
    pub state: State,
    /// The primary customer.
    pub customer: Customer,
    /// How messages go.
    pub channel: Channel,
    /// The owner.
    pub agent: AgentId,
    /// The owner's name, as pages and messages show it.
    pub agent_name: String,
    /// An integrator's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// An integrator's own words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Begun at.
    pub created_at: Timestamp,
    /// First invited at.
    pub invited_at: Option<Timestamp>,
    /// Every gate passed for the first time at.
    pub joined_at: Option<Timestamp>,
    /// The end, until a renewal.
    pub ended: Option<End>,
    /// R3 counts from here.
    pub last_agent_action_at: Timestamp,
    /// The last event's time, for lists.
    pub last_event_at: Timestamp,
    /// The bound device.
    pub device: Option<Device>,
    /// Consent given at.
    pub consented_at: Option<Timestamp>,
    /// Passed the PIN or a code at.
    pub authenticated_at: Option<Timestamp>,
    /// The PIN, sealed (R7).
    pub pin: Option<Sealed>,
    /// A one-time code that waits.
    pub code: Option<OneTimeCode>,
    /// Wrong tries, lockouts, ban.
    #[serde(default)]
    pub tries: Tries,
    /// When the customer asked for links or codes, for the rate limit (R5).
    #[serde(default)]
    pub requests: Vec<Timestamp>,
    /// The timer in the due index.
    pub due: Option<Due>,
}

/// Who acts, from where, and when.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who.
    pub actor: Actor,
    /// From where.
    pub origin: Origin,
    /// The server's clock on receipt.
    pub now: Timestamp,
}

/// What a start or a plan asks for.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Made for the team.
    pub id: SessionId,
    /// The customer.
    pub customer: Customer,
    /// How messages go; without it what the contact has, or the default.
    pub channel: Option<Channel>,
    /// The owner.
    pub agent: AgentId,
    /// The owner's name.
    pub agent_name: String,
    /// R7.
    pub pin: Option<Sealed>,
    /// An integrator's own reference.
    pub reference: Option<String>,
    /// An integrator's own words.
    pub metadata: BTreeMap<String, String>,
}

/// What somebody wants.
#[derive(Debug, Clone)]
pub enum Command<'a> {
    /// Invite the customer of a planned session, or send again.
    Invite(Issued),
    /// A link to copy (R12).
    GenerateLink(Issued),
    /// The customer's **Send a new link** (R5).
    RequestLink(Issued),
    /// The customer's **Continue** (R6).
    Continue {
        /// The link they came by.
        link: &'a Link,
        /// What the browser brought.
        presented: &'a Presented,
        /// The device to bind: the browser's own secret, or a fresh one that the answer sets.
        device: &'a Secret,
    },
    /// The customer typed a PIN or a code (R7).
    Enter {
        /// The link they came by.
        link: &'a Link,
        /// What the browser brought.
        presented: &'a Presented,
        /// The device to bind.
        device: &'a Secret,
        /// What they typed.
        typed: &'a str,
        /// Opens the sealed PIN.
        keyring: &'a Keyring,
    },
    /// Send a one-time code (R7); a new one kills the old one.
    SendCode {
        /// The link they came by.
        link: &'a Link,
        /// What the browser brought.
        presented: &'a Presented,
        /// The code, sealed.
        code: Sealed,
    },
    /// End the session; a planned one is discarded.
    End,
    /// R4; with an issued link the customer is told.
    Renew(Option<Issued>),
    /// R6.
    ReleaseDevice,
    /// R7.
    ResetPin,
    /// R3's "Keep open".
    KeepOpen,
    /// A chat message (R21).
    Post {
        /// The writer's own id for it.
        id: String,
        /// What.
        text: String,
    },
    /// The timer fired (R2, R3).
    Sweep,
    /// A message was given up (R23).
    DeliveryFailed {
        /// By which channel.
        channel: Channel,
        /// The service's reason.
        reason: String,
    },
    /// A message was not sent because text messages are off (R13).
    DeliverySuppressed {
        /// By which channel it would have gone.
        channel: Channel,
    },
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The session is over.
    #[error("the session has ended; renew it first")]
    AlreadyEnded,
    /// A planned session that was given up.
    #[error("the session was discarded; start a new one")]
    Discarded,
    /// Only an ended session can be renewed.
    #[error("the session has not ended")]
    NotEnded,
    /// R4: the setting forbids it after inactivity.
    #[error("sessions that ended by inactivity cannot be renewed; start a new one")]
    NotRenewableAfterInactivity,
    /// R4: the window has passed.
    #[error("the time to renew this session has passed; start a new one")]
    RenewWindowPassed,
    /// The customer cannot be here yet.
    #[error("nobody was invited yet")]
    NotInvited,
    /// R6: a gate stands in between.
    #[error("a gate is closed")]
    Gate(Gate),
    /// R5: asked too often.
    #[error("asked too often")]
    TooOften {
        /// When the next is possible.
        retry_at: Timestamp,
    },
    /// R13.
    #[error("text messages are switched off; use an e-mail address")]
    SmsOff,
    /// R7.
    #[error("a PIN is required: 4 to 12 digits")]
    PinRequired,
    /// The channel has no address.
    #[error("the customer has no address for this channel")]
    NoContact,
    /// A name without letters, or one that is too long.
    #[error("the customer's name must have 1 to 120 characters")]
    InvalidName,
    /// R2, R21.
    #[error("the chat is closed")]
    ChatClosed,
    /// Empty, or over 4,000 characters.
    #[error("a message must have 1 to 4,000 characters")]
    InvalidMessage,
}

impl Rejection {
    /// The stable `code` of the API's refusals.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyEnded => "already-ended",
            Self::Discarded => "discarded",
            Self::NotEnded => "not-ended",
            Self::NotRenewableAfterInactivity | Self::RenewWindowPassed => "not-renewable",
            Self::NotInvited => "not-invited",
            Self::Gate(_) => "access-denied",
            Self::TooOften { .. } => "too-often",
            Self::SmsOff => "sms-off",
            Self::PinRequired => "pin-required",
            Self::NoContact => "no-contact",
            Self::InvalidName => "invalid-name",
            Self::ChatClosed => "chat-closed",
            Self::InvalidMessage => "invalid-message",
        }
    }
}

/// What was decided, to be committed in one conditional write and answered only then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The session as it will be. Its `version` is one above what was read, unless nothing changed.
    pub session: Session,
    /// What happened.
    pub events: Vec<Event>,
    /// What to send.
    pub outbox: Vec<OutboxEntry>,
    /// New links.
    pub links: Vec<Link>,
    /// How it went for the one who asked.
    pub outcome: Outcome,
}

/// The part of an answer that the session alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// As it was before: nothing to commit.
    Unchanged,
    /// R7: the PIN or the code was wrong. The try is counted with the commit, so nobody may be told before it.
    Wrong(Lock),
}

impl Decision {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.outcome == Outcome::Unchanged
    }
}

/// The customer may ask for links and codes this often in a day.
const REQUESTS_A_DAY: usize = 8;
/// And not twice within this time.
const REQUEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Longest message and name, in characters.
const MESSAGE_MAX: usize = 4_000;
const NAME_MAX: usize = 120;

/// Collects what a command does to a session.
struct Draft<'a> {
    session: Session,
    context: &'a Context,
    events: Vec<Event>,
    outbox: Vec<OutboxEntry>,
    links: Vec<Link>,
    outcome: Outcome,
}

impl<'a> Draft<'a> {
    fn new(session: Session, context: &'a Context) -> Self {
        Self { session, context, events: vec![], outbox: vec![], links: vec![], outcome: Outcome::Done }
    }

    fn record(&mut self, kind: EventKind) {
        let event = Event {
            seq: self.session.seq + 1,
            at: self.context.now,
            actor: self.context.actor.clone(),
            origin: self.context.origin.clone(),
            kind,
        };
        self.session.apply(&event);
        self.events.push(event);
    }

    fn send(&mut self, message: Message) -> Result<(), Rejection> {
        let session = &self.session;
        let to = session.customer.contact.address(session.channel).ok_or(Rejection::NoContact)?.to_owned();
        let id = format!("{:012}-{}", session.seq, self.outbox.len());
        self.outbox.push(OutboxEntry::new(&session.id, id, session.channel, to, message, self.context.now));
        Ok(())
    }

    fn link(&mut self, issued: &Issued, origin: LinkOrigin, settings: &Settings) {
        let minutes = settings.session.customer_access_minutes;
        self.links.push(Link::issue(issued.hash.clone(), origin, minutes, self.context.now));
    }

    fn finish(mut self, settings: &Settings) -> Decision {
        self.session.version += 1;
        let armed = self.session.due.take();
        self.session.due = timer::next(&self.session, settings, armed.as_ref(), self.context.now);
        Decision {
            session: self.session,
            events: self.events,
            outbox: self.outbox,
            links: self.links,
            outcome: self.outcome,
        }
    }
}

impl Session {
    /// Starts (with an issued link) or plans (without) a session. R12: an embedded start issues the link but sends
    /// nothing.
    pub fn create(
        new: NewSession,
        issued: Option<&Issued>,
        settings: &Settings,
        context: &Context,
    ) -> Result<Decision, Rejection> {
        let name = new.customer.name.trim();
        let length = name.chars().count();
        if length == 0 || length > NAME_MAX || name.chars().any(char::is_control) {
            return Err(Rejection::InvalidName);
        }
        let contact = &new.customer.contact;
        if !settings.channels.sms && (contact.phone.is_some() || new.channel == Some(Channel::Sms)) {
            return Err(Rejection::SmsOff);
        }
        let channel = new.channel.unwrap_or(match (&contact.email, &contact.phone) {
            (Some(_), None) => Channel::Email,
            (None, Some(_)) => Channel::Sms,
            _ => settings.channels.default,
        });
        if contact.address(channel).is_none() {
            return Err(Rejection::NoContact);
        }
        if settings.authentication.method == Method::Pin && new.pin.is_none() {
            return Err(Rejection::PinRequired);
        }
        let now = context.now;
        let session = Self {
            id: new.id,
            version: 0,
            seq: 0,
            state: State::Planned,
            customer: Customer { name: name.to_owned(), contact: new.customer.contact },
            channel,
            agent: new.agent,
            agent_name: new.agent_name,
            reference: new.reference,
            metadata: new.metadata,
            created_at: now,
            invited_at: None,
            joined_at: None,
            ended: None,
            last_agent_action_at: now,
            last_event_at: now,
            device: None,
            consented_at: None,
            authenticated_at: None,
            pin: new.pin,
            code: None,
            tries: Tries::default(),
            requests: vec![],
            due: None,
        };
        let mut draft = Draft::new(session, context);
        draft.record(EventKind::Created { planned: issued.is_none() });
        if let Some(issued) = issued {
            invite(&mut draft, issued, settings)?;
        }
        Ok(draft.finish(settings))
    }

    /// What the customer may do at `now` (R2): a pure function of the session and the time.
    #[must_use]
    pub fn access(&self, now: Timestamp) -> Access {
        match (self.state, &self.ended) {
            (State::Invited | State::Active, _) => Access::OPEN,
            (State::Ended, Some(end)) => end.plan.at(now),
            (State::Planned | State::Discarded | State::Ended, _) => Access::CLOSED,
        }
    }

    /// Whether the session is running: invited or active.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Invited | State::Active)
    }

    /// Whether every task is done. No tasks counts as incomplete (R14).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        false
    }

    /// Whether the cookie's secret is the bound device's.
    #[must_use]
    pub fn is_bound_to(&self, device: Option<&Secret>) -> bool {
        match (&self.device, device) {
            (Some(bound), Some(secret)) => bound.hash.matches(secret),
            _ => false,
        }
    }

    /// How the customer proves who they are. A PIN that the settings ask for only now, after the start, was never told
    /// to anyone: such a session goes on without.
    #[must_use]
    pub fn method(&self, settings: &Settings) -> Method {
        match settings.authentication.method {
            Method::Pin if self.pin.is_none() => Method::None,
            method => method,
        }
    }

    /// R4: whether a renewal is possible, and why not.
    pub fn renewable(&self, settings: &Settings, now: Timestamp) -> Result<(), Rejection> {
        let end = match (&self.ended, self.state) {
            (_, State::Discarded) => return Err(Rejection::Discarded),
            (Some(end), State::Ended) => end,
            _ => return Err(Rejection::NotEnded),
        };
        if end.by == EndedBy::Inactivity && !settings.end.renew_after_inactivity {
            return Err(Rejection::NotRenewableAfterInactivity);
        }
        let window = settings.end.renew_window_minutes;
        if window.is_some_and(|minutes| now.duration_since(end.at) >= SignedDuration::from_mins(i64::from(minutes))) {
            return Err(Rejection::RenewWindowPassed);
        }
        Ok(())
    }

    /// R3's deadline, if inactivity ends this session.
    #[must_use]
    pub fn inactivity_deadline(&self, settings: &Settings) -> Option<Timestamp> {
        if self.is_open() { settings.inactivity_deadline(self.last_agent_action_at) } else { None }
    }

    /// The state that the events alone tell: replaying a session's events gives what [`Session::decide`] made of it,
    /// but for what events do not carry (secrets, contact, timer).
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.last_event_at = event.at;
        if event.actor.is_agent_side() {
            self.last_agent_action_at = event.at;
        }
        match &event.kind {
            EventKind::Created { .. } => {
                self.created_at = event.at;
                self.state = State::Planned;
            }
            EventKind::Invited { .. } => {
                self.invited_at.get_or_insert(event.at);
                if self.state == State::Planned {
                    self.state = State::Invited;
                }
            }
            EventKind::Consented => self.consented_at = Some(event.at),
            EventKind::Joined => {
                self.joined_at = Some(event.at);
                if self.state == State::Invited {
                    self.state = State::Active;
                }
            }
            EventKind::DeviceBound => {
                self.tries = Tries::default();
                self.code = None;
            }
            EventKind::DeviceReleased => self.device = None,
            EventKind::PinReset => self.tries = Tries::default(),
            EventKind::Ended { by, plan } => {
                self.state = State::Ended;
                self.ended = Some(End { at: event.at, by: *by, plan: plan.clone() });
            }
            EventKind::Discarded => self.state = State::Discarded,
            EventKind::Renewed => {
                self.state = if self.joined_at.is_some() { State::Active } else { State::Invited };
                self.ended = None;
            }
            EventKind::LinkRenewed { .. } | EventKind::CodeSent { .. } => {
                let day_ago = event.at - SignedDuration::from_hours(24);
                self.requests.retain(|at| *at > day_ago);
                self.requests.push(event.at);
            }
            // The wrong try itself is counted by the decision: how it counts depends on the settings of the moment.
            EventKind::PinWrong
            | EventKind::PinLocked { .. }
            | EventKind::PinBanned
            | EventKind::LinkGenerated
            | EventKind::Message { .. }
            | EventKind::KeptOpen
            | EventKind::AccessChanged { .. }
            | EventKind::DeliveryFailed { .. }
            | EventKind::DeliverySuppressed { .. } => {}
        }
    }

    /// Decides one command. Pure: the same session, settings, command and context give the same answer.
    pub fn decide(&self, command: Command<'_>, settings: &Settings, context: &Context) -> Result<Decision, Rejection> {
        let now = context.now;
        let mut draft = Draft::new(self.clone(), context);
        match command {
            Command::Invite(issued) => {
                self.must_be_writable()?;
                invite(&mut draft, &issued, settings)?;
            }
            Command::GenerateLink(issued) => {
                match self.state {
                    State::Discarded => return Err(Rejection::Discarded),
                    State::Ended if self.access(now).tier == crate::AccessTier::None => {
                        return Err(Rejection::AlreadyEnded);
                    }
                    // Whoever holds a link can come in, so a planned session is planned no longer.
                    State::Planned => draft.record(EventKind::Invited { channel: None }),
                    _ => {}
                }
                draft.link(&issued, LinkOrigin::Generated, settings);
                draft.record(EventKind::LinkGenerated);
            }
            Command::RequestLink(issued) => {
                if self.access(now).tier == crate::AccessTier::None {
                    return Err(Rejection::Gate(Gate::SessionExpired));
                }
                self.must_not_ask_too_often(now)?;
                self.must_be_sendable(settings)?;
                draft.link(&issued, LinkOrigin::Sent, settings);
                draft.record(EventKind::LinkRenewed { channel: self.channel });
                draft.send(Message::NewLink { token: issued.sealed, renewed: false })?;
            }
            Command::Continue { link, presented, device } => {
                match gate::at_link(self, Some(link), settings, presented, now) {
                    Gate::Enter => bind(&mut draft, link, presented, device),
                    Gate::Inside => match draft.session.device.as_mut() {
                        Some(bound) if bound.link_expires_at < link.expires_at => {
                            bound.link_expires_at = link.expires_at;
                        }
                        _ => return Ok(self.unchanged()),
                    },
                    closed => return Err(Rejection::Gate(closed)),
                }
            }
            Command::Enter { link, presented, device, typed, keyring } => {
                let moves = match gate::at_link(self, Some(link), settings, presented, now) {
                    Gate::Pin { .. } => None,
                    Gate::Code { moves, .. } => Some(moves),
                    other => return Err(Rejection::Gate(other)),
                };
                if self.typed_is_right(moves.is_some(), typed, keyring, now) {
                    draft.session.authenticated_at = Some(now);
                    bind(&mut draft, link, presented, device);
                } else {
                    wrong(&mut draft, settings);
                }
            }
            Command::SendCode { link, presented, code } => {
                match gate::at_link(self, Some(link), settings, presented, now) {
                    Gate::Code { .. } => {}
                    other => return Err(Rejection::Gate(other)),
                }
                self.must_not_ask_too_often(now)?;
                self.must_be_sendable(settings)?;
                draft.record(EventKind::CodeSent { channel: self.channel });
                draft.session.code = Some(OneTimeCode { code: code.clone(), expires_at: now + CODE_LIFETIME });
                draft.send(Message::Code { code })?;
            }
            Command::End => match self.state {
                State::Ended | State::Discarded => return Ok(self.unchanged()),
                State::Planned => draft.record(EventKind::Discarded),
                State::Invited | State::Active => {
                    let by = if matches!(context.actor, Actor::Api { .. }) { EndedBy::Api } else { EndedBy::Agent };
                    end(&mut draft, by, settings);
                }
            },
            Command::Renew(issued) => {
                self.renewable(settings, now)?;
                draft.record(EventKind::Renewed);
                if let Some(issued) = issued {
                    self.must_be_sendable(settings)?;
                    draft.link(&issued, LinkOrigin::Sent, settings);
                    draft.record(EventKind::Invited { channel: Some(self.channel) });
                    draft.send(Message::NewLink { token: issued.sealed, renewed: true })?;
                }
            }
            Command::ReleaseDevice => {
                self.must_be_writable()?;
                if self.device.is_none() {
                    return Ok(self.unchanged());
                }
                draft.record(EventKind::DeviceReleased);
            }
            Command::ResetPin => {
                self.must_be_writable()?;
                draft.record(EventKind::PinReset);
            }
            Command::KeepOpen => {
                self.must_be_writable()?;
                draft.record(EventKind::KeptOpen);
            }
            Command::Post { id, text } => {
                let from = match context.actor {
                    Actor::Customer => {
                        if !self.access(now).chat {
                            return Err(Rejection::ChatClosed);
                        }
                        Sender::Customer
                    }
                    Actor::Agent { .. } => Sender::Agent,
                    Actor::Api { .. } => Sender::Api,
                    Actor::System => return Err(Rejection::ChatClosed),
                };
                if from != Sender::Customer {
                    self.must_be_writable()?;
                }
                let text = readable(&text);
                if text.is_empty() || text.chars().count() > MESSAGE_MAX || id.is_empty() || id.len() > 64 {
                    return Err(Rejection::InvalidMessage);
                }
                draft.record(EventKind::Message { id, from, text });
            }
            Command::Sweep => match self.state {
                State::Invited | State::Active => {
                    if self.inactivity_deadline(settings).is_some_and(|deadline| deadline <= now) {
                        end(&mut draft, EndedBy::Inactivity, settings);
                    } else if self.due == timer::next(self, settings, self.due.as_ref(), now) {
                        return Ok(self.unchanged());
                    }
                }
                State::Ended => match &self.due {
                    Some(due) if due.at <= now => {
                        draft.session.due = None;
                        draft.record(EventKind::AccessChanged { tier: self.access(now).tier });
                    }
                    _ => return Ok(self.unchanged()),
                },
                State::Planned | State::Discarded => {
                    if self.due.is_none() {
                        return Ok(self.unchanged());
                    }
                }
            },
            Command::DeliveryFailed { channel, reason } => {
                draft.record(EventKind::DeliveryFailed { channel, reason });
            }
            Command::DeliverySuppressed { channel } => draft.record(EventKind::DeliverySuppressed { channel }),
        }
        Ok(draft.finish(settings))
    }

    /// The decision that changes nothing.
    #[must_use]
    pub fn unchanged(&self) -> Decision {
        Decision { session: self.clone(), events: vec![], outbox: vec![], links: vec![], outcome: Outcome::Unchanged }
    }

    fn must_be_writable(&self) -> Result<(), Rejection> {
        match self.state {
            State::Ended => Err(Rejection::AlreadyEnded),
            State::Discarded => Err(Rejection::Discarded),
            State::Planned | State::Invited | State::Active => Ok(()),
        }
    }

    fn must_be_sendable(&self, settings: &Settings) -> Result<(), Rejection> {
        if self.channel == Channel::Sms && !settings.channels.sms { Err(Rejection::SmsOff) } else { Ok(()) }
    }

    fn must_not_ask_too_often(&self, now: Timestamp) -> Result<(), Rejection> {
        let day = SignedDuration::from_hours(24);
        let recent: Vec<_> = self.requests.iter().filter(|at| now.duration_since(**at) < day).collect();
        let after_pause = recent.last().map(|at| **at + REQUEST_PAUSE);
        let after_day = (recent.len() >= REQUESTS_A_DAY).then(|| *recent[0] + day);
        match after_pause.max(after_day) {
            Some(retry_at) if retry_at > now => Err(Rejection::TooOften { retry_at }),
            _ => Ok(()),
        }
    }

    fn typed_is_right(&self, is_code: bool, typed: &str, keyring: &Keyring, now: Timestamp) -> bool {
        let sealed = if is_code {
            self.code.as_ref().filter(|code| now < code.expires_at).map(|code| &code.code)
        } else {
            self.pin.as_ref()
        };
        sealed.and_then(|sealed| Pin::open(&self.id, sealed, keyring).ok()).is_some_and(|pin| pin.matches(typed))
    }
}

/// What people type, without what only machines write: control characters but line breaks, and blank ends.
fn readable(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    text.trim().to_owned()
}

fn invite(draft: &mut Draft<'_>, issued: &Issued, settings: &Settings) -> Result<(), Rejection> {
    // R12: on the way into `invited` an embedded session sends nothing; sending again is the agent's explicit wish.
    let silent = settings.channels.embedded && draft.session.state == State::Planned;
    let channel = draft.session.channel;
    if silent {
        draft.link(issued, LinkOrigin::Generated, settings);
        draft.record(EventKind::Invited { channel: None });
    } else {
        draft.session.must_be_sendable(settings)?;
        draft.link(issued, LinkOrigin::Sent, settings);
        draft.record(EventKind::Invited { channel: Some(channel) });
        draft.send(Message::Invitation { token: issued.sealed.clone() })?;
    }
    Ok(())
}

fn bind(draft: &mut Draft<'_>, link: &Link, presented: &Presented, device: &Secret) {
    if presented.consent && draft.session.consented_at.is_none() {
        draft.record(EventKind::Consented);
    }
    draft.record(EventKind::DeviceBound);
    draft.session.device =
        Some(Device { hash: device.hash(), bound_at: draft.context.now, link_expires_at: link.expires_at });
    if draft.session.joined_at.is_none() {
        draft.record(EventKind::Joined);
    }
}

fn wrong(draft: &mut Draft<'_>, settings: &Settings) {
    let now = draft.context.now;
    draft.record(EventKind::PinWrong);
    draft.session.tries.count_wrong(&settings.authentication, now);
    let lock = draft.session.tries.lock(&settings.authentication, now);
    match lock {
        Lock::Open { .. } => {}
        Lock::Until(until) => draft.record(EventKind::PinLocked { until }),
        Lock::Banned => draft.record(EventKind::PinBanned),
    }
    draft.outcome = Outcome::Wrong(lock);
}

fn end(draft: &mut Draft<'_>, by: EndedBy, settings: &Settings) {
    let plan = AccessPlan::at_end(draft.context.now, &settings.end.customer_access);
    draft.record(EventKind::Ended { by, plan });
}

#[cfg(test)]
mod tests;
