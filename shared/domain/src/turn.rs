//! Whose turn it is (R22): "first the borrower, then the guarantor".
//!
//! Everybody in a session has an order, the same for all unless somebody said otherwise. What is assigned to whoever has a higher one
//! waits until all that counts (R14) of the lower ones is done. Nothing of it is stored: it is decided anew from the tasks and the
//! orders whenever it is asked, so that what is sent back, added or withdrawn changes it by itself.

use crate::{
    InteractionId, ParticipantId, Session,
    interaction::{Assignee, Task},
};

/// The order of everybody of whom nothing else was said.
pub const FIRST: u32 = 1;
/// The highest order.
pub const LAST: u32 = 20;

pub(crate) const fn first() -> u32 {
    FIRST
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
pub(crate) const fn is_first(order: &u32) -> bool {
    *order == FIRST
}

/// Somebody with something left to do, and whether it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Whose; the customer's without a participant.
    pub(crate) guest: Option<ParticipantId>,
    pub(crate) name: String,
    /// What they begin with.
    pub(crate) first: (InteractionId, String),
    pub(crate) waits: bool,
}

impl Session {
    /// The order of whoever something is assigned to, those who were removed included. From whatever seat.
    #[must_use]
    pub fn order_of(&self, who: &Assignee) -> u32 {
        let other = |id: &ParticipantId| self.participants.iter().find(|one| one.id == *id).map(|one| one.order);
        match (who, &self.seat) {
            (Assignee::Customer, None) => self.order,
            (Assignee::Participant(id), Some(seat)) if id == seat => self.order,
            // In somebody's seat the customer is where that participant would be.
            (Assignee::Customer, Some(seat)) => other(seat).unwrap_or(FIRST),
            (Assignee::Participant(id), _) => other(id).unwrap_or(FIRST),
        }
    }

    /// The name of whoever something is assigned to. From whatever seat.
    fn name_of(&self, who: &Assignee) -> &str {
        match (who, &self.seat) {
            (Assignee::Customer, _) => self.customers_name(),
            (Assignee::Participant(id), Some(seat)) if id == seat => &self.customer.name,
            (Assignee::Participant(id), _) => {
                self.participants.iter().find(|one| one.id == *id).map_or("", |one| &one.person.name)
            }
        }
    }

    /// What counts and is not done.
    fn unfinished(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_whole() && task.state.is_shown() && !task.state.is_done())
    }

    /// The order whose turn it is: the lowest with something left to do. `None` once everything is done.
    #[must_use]
    pub fn turn(&self) -> Option<u32> {
        self.unfinished().map(|task| self.order_of(&task.assignee)).min()
    }

    /// Whether what is assigned to them waits for others. What they have completed is not touched by that.
    #[must_use]
    pub fn waits(&self, who: &Assignee) -> bool {
        self.turn().is_some_and(|turn| turn < self.order_of(who))
    }

    /// Whether this task is left to do, and waits for others.
    #[must_use]
    pub fn is_waiting(&self, task: &Task) -> bool {
        task.state.is_open() && self.waits(&task.assignee)
    }

    /// The names of those whose turn comes before theirs and who are not done yet, each once, in the order of their turns.
    #[must_use]
    pub fn waits_for(&self, who: &Assignee) -> Vec<&str> {
        let order = self.order_of(who);
        let mut before: Vec<&Assignee> = vec![];
        for task in self.unfinished().filter(|task| self.order_of(&task.assignee) < order) {
            if !before.contains(&&task.assignee) {
                before.push(&task.assignee);
            }
        }
        before.sort_by_key(|assignee| self.order_of(assignee));
        before.into_iter().map(|assignee| self.name_of(assignee)).collect()
    }

    /// The names of those whose turn it is and who have something left to do. Empty while everybody has the same order.
    #[must_use]
    pub fn whose_turn(&self) -> Vec<&str> {
        let Some(turn) = self.turn().filter(|_| self.has_turns()) else { return vec![] };
        let mut now: Vec<&Assignee> = vec![];
        for task in self.unfinished().filter(|task| self.order_of(&task.assignee) == turn) {
            if !now.contains(&&task.assignee) {
                now.push(&task.assignee);
            }
        }
        now.into_iter().map(|assignee| self.name_of(assignee)).collect()
    }

    /// Whether anybody comes after anybody else, or waits for what somebody left undone who was removed.
    #[must_use]
    pub fn has_turns(&self) -> bool {
        let waits = |task: &Task| self.waits(&task.assignee);
        self.present_participants().any(|one| one.order != self.order) || self.unfinished().any(waits)
    }

    /// Everybody who is there and has something left to do. From the customer's seat only.
    pub(crate) fn turns(&self) -> Vec<Turn> {
        let turn = |guest: Option<ParticipantId>| {
            let who = guest.clone().map_or(Assignee::Customer, Assignee::Participant);
            let is_theirs = |task: &&Task| task.is_whole() && task.state.is_open() && task.assignee == who;
            let mut theirs = self.in_order().into_iter().filter(is_theirs);
            let first = theirs.next().map(|task| (task.id.clone(), task.title.clone()))?;
            Some(Turn { guest, name: self.name_of(&who).to_owned(), first, waits: self.waits(&who) })
        };
        self.guests().into_iter().filter_map(turn).collect()
    }
}
