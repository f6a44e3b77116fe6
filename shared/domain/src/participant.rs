//! Participants (R22): further people in a session, each with a link, a device and gates of their own.
//!
//! A session is looked at, and decided about, from somebody's seat. In the customer's seat, which is where every stored session
//! is, its own fields are the customer's. [`Session::seated`] puts a participant into that seat: what the gates, the pages and the
//! commands of a guest look at is theirs then, and what there is to do is what is assigned to them. So there is one way in for every
//! guest, and no way from one seat to what is another's.

use std::mem::swap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Actor, Channel, Contact, Language, ParticipantId, Secret, SecretHash, Session, Who,
    interaction::Assignee,
    keyring::Sealed,
    pin::{OneTimeCode, Tries},
    session::{Customer, Device, News, Reminded},
    settings::Method,
    turn,
};

/// The most participants that a session has at a time.
pub const PARTICIPANTS_MAX: usize = 10;
/// The most that a session ever has, removed ones included: they stay by name.
pub const PARTICIPANTS_EVER: usize = 40;

/// A further person of a session, as it is stored. All but the first and the last fields mean what they mean of the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The participant's id.
    pub id: ParticipantId,
    /// Name and contact.
    #[serde(flatten)]
    pub person: Customer,
    /// The channel that messages to them use.
    pub channel: Channel,
    /// The language that they are spoken to in (R26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// R22: when it is their turn: after everybody with a lower order.
    #[serde(default = "turn::first", skip_serializing_if = "turn::is_first")]
    pub order: u32,
    /// When they were added.
    pub added_at: Timestamp,
    /// When they were first invited, or a link was made for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Timestamp>,
    /// When they first passed every gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Timestamp>,
    /// The one device that is let in as theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// The device before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<SecretHash>,
    /// How often a device of theirs was released, or another bound in its place.
    #[serde(default, skip_serializing_if = "crate::link::is_zero")]
    pub releases: u64,
    /// When they gave consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<Timestamp>,
    /// Hash of what they agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_to: Option<String>,
    /// When they entered the right PIN or code on their device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_at: Option<Timestamp>,
    /// Which of the two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_by: Option<Method>,
    /// Their PIN, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Sealed>,
    /// The code that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<OneTimeCode>,
    /// Wrong tries, lockouts and ban.
    #[serde(default)]
    pub tries: Tries,
    /// When they asked for links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Timestamp>,
    /// When they asked for codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_requests: Vec<Timestamp>,
    /// What they were reminded of so far (R23).
    #[serde(default, skip_serializing_if = "Reminded::is_nothing")]
    pub reminded: Reminded,
    /// What is new for them (R23).
    #[serde(default, skip_serializing_if = "News::is_nothing")]
    pub news: News,
    /// Links of theirs from before this event's number are revoked.
    #[serde(default, skip_serializing_if = "crate::link::is_zero")]
    pub links_from: u64,
    /// How far ahead of their pace they write in the chat. Events carry it on, and the document does not.
    #[serde(skip)]
    pub ahead_until: Option<Timestamp>,
    /// When they were removed. Only the name is left of them then, beside what they wrote and did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
}

impl Participant {
    /// Somebody who was added at `at` and did nothing yet.
    #[must_use]
    pub fn new(id: ParticipantId, person: Customer, channel: Channel, at: Timestamp) -> Self {
        Self {
            id,
            person,
            channel,
            language: None,
            order: turn::FIRST,
            added_at: at,
            invited_at: None,
            joined_at: None,
            device: None,
            released: None,
            releases: 0,
            consented_at: None,
            consented_to: None,
            authenticated_at: None,
            authenticated_by: None,
            pin: None,
            code: None,
            tries: Tries::default(),
            requests: vec![],
            code_requests: vec![],
            reminded: Reminded::default(),
            news: News::default(),
            links_from: 0,
            ahead_until: None,
            removed_at: None,
        }
    }

    /// What is left of somebody who was removed at `at`.
    pub(crate) fn remove(&mut self, at: Timestamp) {
        let person = Customer { name: std::mem::take(&mut self.person.name), contact: Contact::default() };
        let (joined_at, order) = (self.joined_at, self.order);
        *self = Self::new(self.id.clone(), person, self.channel, self.added_at);
        (self.joined_at, self.removed_at) = (joined_at, Some(at));
        // What was theirs to do still comes where it came.
        self.order = order;
    }
}

impl Session {
    /// The session's participants who are there, in the order in which they were added.
    pub fn present_participants(&self) -> impl Iterator<Item = &Participant> {
        self.participants.iter().filter(|one| one.removed_at.is_none())
    }

    /// The participant with this id who is there. From the customer's seat only.
    #[must_use]
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.present_participants().find(|one| one.id == *id)
    }

    /// Whether somebody of this id may sit down: the customer, or a participant who is there.
    #[must_use]
    pub fn has_guest(&self, guest: Option<&ParticipantId>) -> bool {
        guest.is_none_or(|id| self.participant(id).is_some())
    }

    /// From which seat this is looked at: a participant's, or without one the customer's.
    #[must_use]
    pub fn seat(&self) -> Option<&ParticipantId> {
        self.seat.as_ref()
    }

    /// The session from the seat of `guest`, `None` for the customer's; nothing where there is no such participant, or not any more.
    #[must_use]
    pub fn seated(mut self, guest: Option<&ParticipantId>) -> Option<Self> {
        self.unseat();
        if !self.has_guest(guest) {
            return None;
        }
        self.sit(guest);
        Some(self)
    }

    /// From the seat of the guest whose device this is or was; from the customer's where it is nobody's.
    #[must_use]
    pub fn seated_by_device(mut self, device: Option<&Secret>) -> Self {
        self.unseat();
        let is = |hash: Option<&SecretHash>| matches!((hash, device), (Some(hash), Some(own)) if hash.matches(own));
        let bound = |device: &Option<Device>| is(device.as_ref().map(|bound| &bound.hash));
        if bound(&self.device) {
            return self;
        }
        let bound_to = self.present_participants().find(|one| bound(&one.device));
        let was = || self.present_participants().find(|one| is(one.released.as_ref()));
        let guest = bound_to.or_else(|| if is(self.released.as_ref()) { None } else { was() });
        let guest = guest.map(|one| one.id.clone());
        self.sit(guest.as_ref());
        self
    }

    /// Everybody who may sit down, the customer first: `None`.
    pub(crate) fn guests(&self) -> Vec<Option<ParticipantId>> {
        std::iter::once(None).chain(self.present_participants().map(|one| Some(one.id.clone()))).collect()
    }

    /// The guest from whose seat something is due first, and when. From the customer's seat only.
    pub(crate) fn first_due(
        &self,
        due: impl Fn(&Self) -> Option<Timestamp>,
    ) -> Option<(Timestamp, Option<ParticipantId>)> {
        let customers = due(self).map(|at| (at, None));
        let others = self.present_participants().filter_map(|one| {
            let seated = self.clone().seated(Some(&one.id))?;
            Some((due(&seated)?, Some(one.id.clone())))
        });
        customers.into_iter().chain(others).min_by_key(|(at, _)| *at)
    }

    /// Who acts from this seat.
    #[must_use]
    pub fn guest(&self) -> Actor {
        match &self.seat {
            None => Actor::Customer,
            Some(id) => Actor::Participant { id: id.clone(), name: self.customer.name.clone() },
        }
    }

    /// Whose connection one from this seat is.
    #[must_use]
    pub fn guest_who(&self) -> Who {
        self.seat.clone().map_or(Who::Customer, Who::Participant)
    }

    /// The seat as something is assigned to it.
    #[must_use]
    pub fn guest_assignee(&self) -> Assignee {
        self.seat.clone().map_or(Assignee::Customer, Assignee::Participant)
    }

    /// Whether this device is another guest's of the same session: one browser is one person (R6, R22).
    #[must_use]
    pub fn is_another_guests(&self, device: Option<&Secret>) -> bool {
        let Some(device) = device else { return false };
        let is = |bound: &Option<Device>| bound.as_ref().is_some_and(|bound| bound.hash.matches(device));
        // In somebody's seat the customer is where that participant would be.
        self.present_participants().any(|one| is(&one.device))
    }

    /// The customer's name, from whatever seat.
    #[must_use]
    pub fn customers_name(&self) -> &str {
        let place = self.seat.as_ref().and_then(|seat| self.participant(seat));
        &place.map_or(&self.customer, |place| &place.person).name
    }

    /// The bound device of a guest, from whatever seat.
    #[must_use]
    pub fn device_of(&self, guest: Option<&ParticipantId>) -> Option<&Device> {
        match (guest, &self.seat) {
            (None, None) => self.device.as_ref(),
            (Some(id), Some(seat)) if id == seat => self.device.as_ref(),
            (None, Some(seat)) => self.participant(seat)?.device.as_ref(),
            (Some(id), _) => self.participant(id)?.device.as_ref(),
        }
    }

    /// Back to the customer's seat, from which a session is stored.
    pub(crate) fn unseat(&mut self) {
        if let Some(seat) = self.seat.take() {
            self.change_places(&seat);
        }
    }

    /// Into the seat of `guest`, from the customer's. Whoever is not there gets none.
    pub(crate) fn sit(&mut self, guest: Option<&ParticipantId>) {
        if let Some(id) = guest
            && self.has_guest(guest)
        {
            self.change_places(id);
            self.seat = Some(id.clone());
        }
    }

    /// The customer and a participant change places, with all that is their own.
    fn change_places(&mut self, id: &ParticipantId) {
        let Some(other) = self.participants.iter_mut().find(|one| one.id == *id) else { return };
        swap(&mut self.customer, &mut other.person);
        swap(&mut self.channel, &mut other.channel);
        swap(&mut self.language, &mut other.language);
        swap(&mut self.order, &mut other.order);
        swap(&mut self.invited_at, &mut other.invited_at);
        swap(&mut self.joined_at, &mut other.joined_at);
        swap(&mut self.device, &mut other.device);
        swap(&mut self.released, &mut other.released);
        swap(&mut self.releases, &mut other.releases);
        swap(&mut self.consented_at, &mut other.consented_at);
        swap(&mut self.consented_to, &mut other.consented_to);
        swap(&mut self.authenticated_at, &mut other.authenticated_at);
        swap(&mut self.authenticated_by, &mut other.authenticated_by);
        swap(&mut self.pin, &mut other.pin);
        swap(&mut self.code, &mut other.code);
        swap(&mut self.tries, &mut other.tries);
        swap(&mut self.requests, &mut other.requests);
        swap(&mut self.code_requests, &mut other.code_requests);
        swap(&mut self.reminded, &mut other.reminded);
        swap(&mut self.news, &mut other.news);
        swap(&mut self.links_from, &mut other.links_from);
        swap(&mut self.customer_ahead_until, &mut other.ahead_until);
    }
}
