//! What the clock has decided, carried out by the schedules.

use jiff::Timestamp;

use super::{draft::Draft, end::end_by, transfer};
use crate::{
    DueKind, EndedBy, EventKind,
    session::{command::Outcome, model::State},
    timer,
};

/// R2, R3, R9: does what is due, whichever schedule asks and however late.
pub(super) fn sweep(draft: &mut Draft<'_>, owner_until: Option<Timestamp>) -> Outcome {
    // What else is due is done by the next run, whose timer stays armed.
    if transfer::settle(draft, owner_until) == Outcome::Done {
        return Outcome::Done;
    }
    match draft.session.state {
        State::Invited | State::Active => sweep_inactivity(draft),
        State::Ended => sweep_access(draft),
        State::Planned | State::Discarded => disarm(draft),
    }
}

/// R3: ends the session if its deadline has passed, and otherwise arms the timer again if it has to be.
fn sweep_inactivity(draft: &mut Draft<'_>) -> Outcome {
    let session = &draft.session;
    if session.inactivity_deadline(draft.settings).is_some_and(|deadline| deadline <= draft.now()) {
        end_by(draft, EndedBy::Inactivity);
    } else if session.due.is_none()
        && session.timers == timer::next(session, draft.settings, &session.timers, draft.now())
    {
        return Outcome::Unchanged;
    }
    Outcome::Done
}

/// R2: records the access tier that has begun.
fn sweep_access(draft: &mut Draft<'_>) -> Outcome {
    if draft.session.due_at(DueKind::Access).is_none_or(|at| at > draft.now()) {
        return Outcome::Unchanged;
    }
    draft.session.timers.remove(&DueKind::Access);
    draft.session.due = None;
    draft.record(EventKind::AccessChanged { tier: draft.session.access(draft.now()).tier });
    Outcome::Done
}

/// R3: planned and discarded sessions have no timer but for a transfer; another one that is armed goes with this write.
fn disarm(draft: &Draft<'_>) -> Outcome {
    let session = &draft.session;
    let wanted = timer::next(session, draft.settings, &session.timers, draft.now());
    if session.due.is_some() || session.timers != wanted { Outcome::Done } else { Outcome::Unchanged }
}
