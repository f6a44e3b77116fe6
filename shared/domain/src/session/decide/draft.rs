//! A decision in the making.

use jiff::Timestamp;

use crate::{
    AgentId, Channel, Due, Event, EventKind, Link, Message, OutboxEntry, ParticipantId, Settings,
    interaction::InteractionWrite,
    link::{Issued, LinkOrigin},
    outbox::Owner,
    session::{
        command::{Context, Decision, Outcome, Rejection, SearchChange},
        model::{Customer, FoundBy, SEARCH_FORM, Session},
    },
    timer::{self, Timers},
    turn::Turn,
};

/// Collects what a command does to a session. The session starts as it was read, and changes with each event.
pub(super) struct Draft<'a> {
    pub(super) session: Session,
    pub(super) settings: &'a Settings,
    pub(super) context: &'a Context,
    /// The timers as they are armed: a command may have taken one that fired.
    armed: Timers,
    /// What the session was found by as it was read (R20).
    found_by: FoundBy,
    /// Who had something left to do as it was read, and whether it waited (R22).
    turns: Vec<Turn>,
    /// The owner while the session was not over, before this command; nobody's, if it did not exist or was over.
    owned_by: Option<AgentId>,
    /// The customer before this command; nobody, if the session did not exist.
    customer: Option<Customer>,
    events: Vec<Event>,
    outbox: Vec<OutboxEntry>,
    links: Vec<Link>,
    pub(super) interactions: Vec<InteractionWrite>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(session: Session, settings: &'a Settings, context: &'a Context) -> Self {
        let armed = session.timers.clone();
        let (found_by, turns) = (session.found_by(), session.turns());
        let owned_by = (session.version > 0 && !session.is_over()).then(|| session.agent.clone());
        let customer = (session.version > 0).then(|| session.customer.clone());
        let (events, outbox, links) = (vec![], vec![], vec![]);
        let interactions = vec![];
        Self {
            session,
            settings,
            context,
            armed,
            found_by,
            turns,
            owned_by,
            customer,
            events,
            outbox,
            links,
            interactions,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.context.now
    }

    /// From the seat of `guest` (R22): what a command does from here on, it does to what is theirs.
    pub(super) fn sit(&mut self, guest: Option<&ParticipantId>) -> Result<(), Rejection> {
        self.session.unseat();
        if !self.session.has_guest(guest) {
            return Err(Rejection::NoParticipant);
        }
        self.session.sit(guest);
        Ok(())
    }

    /// Records that something happened (R24), and applies it to the session.
    pub(super) fn record(&mut self, kind: EventKind) {
        let participant = self.session.seat().cloned();
        self.record_about(participant, kind);
    }

    /// Records that something happened to a participant, whatever the seat.
    pub(super) fn record_about(&mut self, participant: Option<ParticipantId>, kind: EventKind) {
        let event = Event { participant, ..self.context.event(self.session.seq + 1, kind) };
        self.session.apply(&event);
        self.events.push(event);
    }

    /// Puts a message to the customer into the outbox, by the session's channel (R23).
    pub(super) fn send(&mut self, message: Message) -> Result<(), Rejection> {
        self.send_by(self.session.channel, message)
    }

    /// Puts a message to the customer into the outbox, by a channel that the contact has.
    pub(super) fn send_by(&mut self, channel: Channel, message: Message) -> Result<(), Rejection> {
        let session = &self.session;
        let to = session.customer.contact.address(channel).ok_or(Rejection::NoContact)?.to_owned();
        let id = format!("{:012}-{}", session.seq, self.outbox.len());
        let owner = Owner::Session(session.id.clone());
        let participant = session.seat().cloned();
        let entry = OutboxEntry::new(owner, id, channel, to, message, self.context.now);
        self.outbox.push(OutboxEntry { participant, ..entry });
        Ok(())
    }

    /// Adds a link with the lifetime that the settings give it (R5).
    pub(super) fn link(&mut self, issued: &Issued, origin: LinkOrigin) {
        let minutes = self.settings.session.customer_access_minutes;
        let (by, seq) = (&self.context.actor, self.session.seq + 1);
        let link = Link::issue(issued.hash.clone(), origin, minutes, by, seq, self.context.now);
        self.links.push(Link { participant: self.session.seat().cloned(), ..link });
    }

    /// Revokes a link by itself (R5).
    pub(super) fn revoke(&mut self, link: &Link) {
        self.links.push(Link { revoked: true, ..link.clone() });
    }

    /// The decision, with the next version and the timers that the new state needs.
    pub(super) fn finish(mut self, outcome: Outcome) -> Decision {
        self.session.unseat();
        self.take_turns();
        self.session.version += 1;
        let before = std::mem::take(&mut self.armed);
        let mut left = std::mem::take(&mut self.session.timers);
        left.extend(self.session.due.take().map(|due| (due.kind, due.at)));
        let timers = timer::next(&self.session, self.settings, &left, self.context.now);
        let moved = timers.iter().filter(|(kind, at)| before.get(kind) != Some(at));
        let armed = moved.map(|(kind, at)| Due { kind: *kind, at: *at }).collect();
        let disarmed = before.into_keys().filter(|kind| !timers.contains_key(kind)).collect();
        self.session.timers = timers;
        let names_contact = self.customer.as_ref() != Some(&self.session.customer);
        let (locks, unlocks) = self.lock();
        let form = std::mem::replace(&mut self.session.search_form, SEARCH_FORM);
        let search = (form != SEARCH_FORM || self.session.found_by() != self.found_by)
            .then(|| SearchChange { before: (form != 0).then_some(self.found_by) });
        Decision {
            session: self.session,
            events: self.events,
            outbox: self.outbox,
            links: self.links,
            interactions: self.interactions,
            armed,
            disarmed,
            search,
            names_contact,
            locks,
            unlocks,
            outcome,
        }
    }

    /// R22: says whose turn came, and who waits again. R23: whoever is invited and was never here hears of their turn by a message, too;
    /// who was here before is told of it as of all news.
    fn take_turns(&mut self) {
        let before = std::mem::take(&mut self.turns);
        for Turn { guest, name, first: (interaction, title), waits } in self.session.turns() {
            if !before.iter().any(|was| was.guest == guest && was.waits != waits) {
                continue;
            }
            if waits {
                self.record_about(guest, EventKind::TurnWaits { name });
                continue;
            }
            self.record_about(guest.clone(), EventKind::TurnCame { name, interaction, title });
            self.session.sit(guest.as_ref());
            let (settings, session) = (self.settings, &mut self.session);
            if session.joined_at.is_none() && session.can_be_told(settings) && !settings.channels.embedded {
                session.news.since.get_or_insert(self.context.now);
            }
            session.unseat();
        }
    }

    /// R10: whose lock the session takes, and whose it gives back. It takes one, if the settings say so now, where it begins,
    /// goes on after an end, or gets another owner; and gives it back where it ends, or leaves its owner.
    fn lock(&mut self) -> (Option<AgentId>, Option<AgentId>) {
        let held_by = self.owned_by.take_if(|_| self.session.holds_lock);
        let owner = (!self.session.is_over()).then(|| self.session.agent.clone());
        let before = held_by.as_ref().or(self.owned_by.as_ref());
        if owner.as_ref() == before {
            return (None, None);
        }
        let locks = owner.filter(|_| self.settings.session.single_active);
        self.session.holds_lock = locks.is_some();
        (locks, held_by)
    }
}
