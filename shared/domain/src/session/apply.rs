//! What an event changes in a session (R24).

use jiff::{SignedDuration, Timestamp};

use super::model::{Answer, Customer, End, Erased, News, Reminded, Session, State, Transfer};
use crate::{
    Contact, ErasedBy, Event, EventKind, InteractionId, InteractionState, Participant,
    interaction::{Assignee, Task},
    pin::Tries,
};

impl Session {
    /// Takes in how far the session has come since its document was written: messages leave the document as it is.
    pub fn catch_up(&mut self, seq: u64, last_event_at: Timestamp, last_agent_action_at: Timestamp) {
        if seq > self.seq {
            self.seq = seq;
            self.last_event_at = last_event_at;
            self.last_agent_action_at = self.last_agent_action_at.max(last_agent_action_at);
        }
    }

    /// Changes the session by what `event` says. Replaying all of a session's events gives the state that
    /// [`Session::decide`] made of it, but for what events do not carry: secrets, contact and timer.
    pub fn apply(&mut self, event: &Event) {
        self.seq = event.seq;
        self.last_event_at = event.at;
        if event.actor.is_agent_side() {
            self.last_agent_action_at = event.at;
        }
        // R22: what a participant does or has done to them changes what is theirs.
        let before = self.seat.clone();
        self.unseat();
        self.sit(event.participant.as_ref());
        self.take_in(event);
        self.unseat();
        self.sit(before.as_ref());
    }

    fn take_in(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ParticipantAdded { name, channel, order } => {
                if let Some(id) = event.participant.clone()
                    && !self.participants.iter().any(|one| one.id == id)
                {
                    let person = Customer { name: name.clone(), contact: Contact::default() };
                    let added = Participant::new(id, person, *channel, event.at);
                    self.participants.push(Participant { order: *order, ..added });
                }
            }
            EventKind::ParticipantRemoved { .. } => {
                self.unseat();
                let is = |one: &&mut Participant| Some(&one.id) == event.participant.as_ref();
                if let Some(one) = self.participants.iter_mut().find(is) {
                    one.remove(event.at);
                }
            }
            EventKind::InteractionAssigned { interaction, assignee, .. } => {
                if let Some(task) = self.tasks.iter_mut().find(|task| task.id == *interaction) {
                    task.assignee = assignee.clone();
                    if task.state.is_shown() {
                        task.state = InteractionState::Sent;
                    }
                }
                self.waits_from(interaction, event.at);
            }
            EventKind::Created { .. } => {
                self.created_at = event.at;
                self.state = State::Planned;
            }
            EventKind::Invited { .. } => {
                self.invited_at.get_or_insert(event.at);
                self.reminded.waiting_since = Some(event.at);
                self.forget_requests();
                if self.state == State::Planned && self.seat.is_none() {
                    self.state = State::Invited;
                }
            }
            EventKind::Consented => self.consented_at = Some(event.at),
            EventKind::Joined { .. } => {
                self.joined_at = Some(event.at);
                // The session is active once its customer joined.
                if self.state == State::Invited && self.seat.is_none() {
                    self.state = State::Active;
                }
            }
            EventKind::DeviceBound => {
                self.tries = Tries::default();
                self.code = None;
            }
            EventKind::DeviceReleased => {
                if let Some(device) = self.device.take() {
                    self.released = Some(device.hash);
                }
                self.releases += 1;
                // R6: whoever comes next may be somebody else, and agrees for themselves.
                (self.consented_at, self.consented_to) = (None, None);
            }
            EventKind::Reengaged => {
                self.reminded = Reminded::default();
                self.links_from = event.seq;
                self.tries = Tries::default();
                self.code = None;
                self.forget_requests();
            }
            EventKind::PinReset => {
                self.tries = Tries::default();
                self.forget_requests();
            }
            EventKind::Ended { by, plan } => {
                self.state = State::Ended;
                self.ended = Some(End { at: event.at, by: *by, plan: plan.clone() });
                self.transfer = None;
            }
            EventKind::Erased { by } => self.erase(event, *by),
            EventKind::Discarded => {
                self.state = State::Discarded;
                self.transfer = None;
            }
            EventKind::Renewed => {
                self.reminded.waiting_since = Some(event.at);
                for one in &mut self.participants {
                    one.reminded.waiting_since = Some(event.at);
                }
                self.state = if self.joined_at.is_some() { State::Active } else { State::Invited };
                self.ended = None;
            }
            EventKind::TransferRequested { agent, name, reason, lapses_at } => {
                // The address stands in no event: the decision adds it.
                self.transfer = Some(Transfer {
                    agent: agent.clone(),
                    name: name.clone(),
                    email: None,
                    reason: reason.clone(),
                    asked_at: event.at,
                    lapses_at: *lapses_at,
                    answer: None,
                });
            }
            EventKind::Transferred { agent, name, .. } => {
                self.agent = agent.clone();
                self.agent_name.clone_from(name);
                self.transfer = None;
            }
            EventKind::TransferDeclined { .. } => self.answer_transfer(Answer::Declined),
            EventKind::TransferLapsed { .. } => self.answer_transfer(Answer::Lapsed),
            EventKind::LinkRevoked { link: None } => {
                self.links_from = event.seq;
                // Whoever used them up by such a link cannot go on.
                (self.tries, self.code) = (Tries::default(), None);
                self.forget_requests();
            }
            EventKind::LinkRenewed { .. } => count(&mut self.requests, event.at),
            EventKind::CodeSent { .. } => count(&mut self.code_requests, event.at),
            EventKind::InteractionCreated { interaction, kind, title, order, due_at, assignee, part_of } => {
                let (kind, title, assignee, part_of) = (*kind, title.clone(), assignee.clone(), part_of.clone());
                let (id, state) = (interaction.clone(), InteractionState::Draft);
                self.has_task(Task { id, kind, title, state, order: *order, due_at: *due_at, assignee, part_of });
            }
            EventKind::InteractionSent { interaction, kind, title, order, due_at, assignee, part_of } => {
                let (kind, title, assignee, part_of) = (*kind, title.clone(), assignee.clone(), part_of.clone());
                let (id, state) = (interaction.clone(), InteractionState::Sent);
                self.has_task(Task { id, kind, title, state, order: *order, due_at: *due_at, assignee, part_of });
                self.waits_from(interaction, event.at);
            }
            EventKind::InteractionStarted { interaction, .. } => {
                self.waits_from(interaction, event.at);
                self.move_task(interaction, InteractionState::InProgress);
            }
            EventKind::InteractionCompleted { interaction, .. } => {
                self.waits_from(interaction, event.at);
                self.move_task(interaction, InteractionState::Completed);
            }
            EventKind::InteractionAccepted { interaction, .. } => {
                self.move_task(interaction, InteractionState::Accepted);
            }
            EventKind::InteractionSentBack { interaction, .. } => {
                self.waits_from(interaction, event.at);
                self.move_task(interaction, InteractionState::SentBack);
            }
            EventKind::InteractionDeclined { interaction, .. } => {
                self.move_task(interaction, InteractionState::Declined);
            }
            EventKind::InteractionWithdrawn { interaction, .. } => {
                self.move_task(interaction, InteractionState::Withdrawn);
            }
            EventKind::InteractionMoved { interaction, before, .. } => {
                self.put_before(interaction, before.as_ref());
            }
            EventKind::InteractionReminded { interaction, .. } => {
                if let Some(reminded) = self.reminded_about(interaction) {
                    reminded.last_at = Some(event.at);
                }
            }
            EventKind::CustomerReminded { number, .. } => {
                self.reminded.last_at = Some(event.at);
                self.reminded.count = *number;
            }
            EventKind::OrderChanged { order, .. } => self.order = *order,
            // R23: from here on there is something that they can do.
            EventKind::TurnCame { .. } => self.reminded.waiting_since = Some(event.at),
            EventKind::CustomerNotified { .. } => self.news = News { since: None, told_at: Some(event.at) },
            // The decision counts the wrong try itself, because how it counts depends on the settings of the moment.
            EventKind::PinWrong
            | EventKind::PinLocked { .. }
            | EventKind::PinBanned
            | EventKind::LinkGenerated
            | EventKind::LinkRevoked { link: Some(_) }
            | EventKind::Message { .. }
            | EventKind::InteractionSigned { .. }
            | EventKind::InteractionNotSigned { .. }
            | EventKind::InteractionJoined { .. }
            | EventKind::TurnWaits { .. }
            | EventKind::KeptOpen
            | EventKind::AccessChanged { .. }
            | EventKind::DeliveryFailed { .. }
            | EventKind::DeliverySuppressed { .. } => {}
        }
    }

    /// R25: what is left is where the session stood, when, and whose it was.
    fn erase(&mut self, event: &Event, by: ErasedBy) {
        let pending = std::mem::take(&mut self.customer.contact);
        self.erased = Some(Erased {
            at: event.at,
            by,
            pending: Some(pending),
            former: std::mem::take(&mut self.former_contacts),
            again_at: None,
        });
        self.customer.name.clear();
        self.links_from = event.seq;
        self.tries = Tries::default();
        self.forget_requests();
        self.metadata.clear();
        self.tasks.clear();
        self.participants.clear();
        (self.reminded, self.news) = (Reminded::default(), News::default());
        (self.reference, self.language, self.transfer) = (None, None, None);
        (self.device, self.released) = (None, None);
        (self.pin, self.code) = (None, None);
    }

    /// R23: whoever is to do this got it, or did something about it.
    fn waits_from(&mut self, interaction: &InteractionId, at: Timestamp) {
        if let Some(reminded) = self.reminded_about(interaction) {
            reminded.waiting_since = Some(at);
        }
    }

    /// R23: what whoever is to do this was reminded of, from whatever seat.
    fn reminded_about(&mut self, interaction: &InteractionId) -> Option<&mut Reminded> {
        let assignee = self.tasks.iter().find(|task| task.id == *interaction)?.assignee.clone();
        if assignee == self.guest_assignee() {
            return Some(&mut self.reminded);
        }
        // In somebody's seat the customer is where that participant would be.
        let id = match assignee {
            Assignee::Participant(id) => id,
            Assignee::Customer => self.seat.clone()?,
        };
        self.participants.iter_mut().find(|one| one.id == id).map(|one| &mut one.reminded)
    }

    /// R21: the session has this task, in this state.
    fn has_task(&mut self, own: Task) {
        match self.tasks.iter_mut().find(|task| task.id == own.id) {
            Some(task) => (task.state, task.assignee) = (own.state, own.assignee),
            None => self.tasks.push(own),
        }
    }

    fn move_task(&mut self, id: &InteractionId, state: InteractionState) {
        if let Some(task) = self.tasks.iter_mut().find(|task| task.id == *id) {
            task.state = state;
        }
    }

    fn answer_transfer(&mut self, answer: Answer) {
        if let Some(transfer) = &mut self.transfer {
            transfer.answer = Some(answer);
        }
    }

    /// The agent helped: what was asked for before counts no more (R5, R7).
    fn forget_requests(&mut self) {
        self.requests.clear();
        self.code_requests.clear();
    }
}

/// Counts one more request of the last day.
fn count(requests: &mut Vec<Timestamp>, at: Timestamp) {
    let day_ago = at - SignedDuration::from_hours(24);
    requests.retain(|asked| *asked > day_ago);
    requests.push(at);
}
