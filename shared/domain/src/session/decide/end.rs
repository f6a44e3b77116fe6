//! The end of a session, and the agent's way to put it off.

use super::{draft::Draft, guard::must_be_writable};
use crate::{
    AccessPlan, Actor, EndedBy, EventKind,
    session::{
        command::{Outcome, Rejection},
        model::State,
    },
};

/// R1: ends an invited or active session, and discards a planned one. Repeating it changes nothing.
pub(super) fn end(draft: &mut Draft<'_>) -> Outcome {
    match draft.session.state {
        State::Ended | State::Discarded => return Outcome::Unchanged,
        State::Planned => draft.record(EventKind::Discarded),
        State::Invited | State::Active => {
            let by = if matches!(draft.context.actor, Actor::Api { .. }) { EndedBy::Api } else { EndedBy::Agent };
            end_by(draft, by);
        }
    }
    Outcome::Done
}

/// R3: counts as an agent's action, so that the inactivity timer starts again.
pub(super) fn keep_open(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    draft.record(EventKind::KeptOpen);
    Ok(Outcome::Done)
}

/// R2: ends the session with the access plan that the settings give at this moment.
pub(super) fn end_by(draft: &mut Draft<'_>, by: EndedBy) {
    let plan = AccessPlan::at_end(draft.now(), &draft.settings.end.customer_access);
    draft.record(EventKind::Ended { by, plan });
}
