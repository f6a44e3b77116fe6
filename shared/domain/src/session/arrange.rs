//! The agent's order of what there is to do (R21): which comes before which, and what moving one changes.
//!
//! It stands in the session and nowhere else. Whoever moves one says what it is to stand before, not a number: of two who move at
//! once, the second decides anew, and means the same neighbour wherever that is by then.

use super::model::Session;
use crate::{Interaction, InteractionId, interaction::Task};

impl Session {
    /// All that there is to do, in the agent's order: drafts and withdrawn ones too, whoever is to do it.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Task> {
        let mut tasks: Vec<&Task> = self.tasks.iter().collect();
        // They are kept as they were made, which decides between equal ones.
        // A document of a workflow's step goes where its workflow goes.
        tasks.sort_by_key(|task| (self.place_of(task), !task.is_whole(), task.order));
        tasks
    }

    /// These interactions of the session in the agent's order, each with the place that it has now. What the session does not know
    /// yet was made after it was read, and comes last.
    #[must_use]
    pub fn arranged(&self, mut interactions: Vec<Interaction>) -> Vec<Interaction> {
        let tasks = self.in_order();
        let place = |id: &InteractionId| tasks.iter().position(|task| task.id == *id).unwrap_or(usize::MAX);
        interactions.sort_by_cached_key(|own| (place(&own.id), own.order, own.created_at, own.id.clone()));
        for own in &mut interactions {
            own.order = self.order_of_task(&own.id).unwrap_or(own.order);
        }
        interactions
    }

    /// The place that this interaction has now; `None` if the session has none of that id.
    #[must_use]
    pub fn order_of_task(&self, id: &InteractionId) -> Option<u32> {
        self.tasks.iter().find(|task| task.id == *id).map(|task| self.place_of(task))
    }

    /// The place of the task, or of the workflow that it is part of.
    fn place_of(&self, task: &Task) -> u32 {
        let is_whole = |whole: &&Task| task.part_of.as_ref().is_some_and(|part| part.interaction == whole.id);
        self.tasks.iter().find(is_whole).unwrap_or(task).order
    }

    /// Whether it stands right before this one already, or without one behind all others. Nothing stands before itself: that is
    /// where it is.
    pub(super) fn stands_before(&self, id: &InteractionId, before: Option<&InteractionId>) -> bool {
        let tasks = self.in_order();
        let next =
            tasks.iter().filter(|task| task.is_whole()).skip_while(|task| task.id != *id).nth(1).map(|task| &task.id);
        next == before || before == Some(id)
    }

    /// Puts it before this one, or without one behind all others, and numbers all anew from 1 on, so that equal ones have an
    /// order too.
    pub(super) fn put_before(&mut self, id: &InteractionId, before: Option<&InteractionId>) {
        let mut ids: Vec<InteractionId> = self.in_order().into_iter().map(|task| task.id.clone()).collect();
        ids.retain(|other| other != id);
        let at = ids.iter().position(|other| Some(other) == before).unwrap_or(ids.len());
        ids.insert(at, id.clone());
        for task in &mut self.tasks {
            let place = ids.iter().position(|own| *own == task.id).and_then(|place| u32::try_from(place + 1).ok());
            task.order = place.unwrap_or(task.order);
        }
    }
}
