//! Erasing a session: contact and content go, and an event says so (R25).

use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use crate::{
    DueKind, ErasedBy, EventKind,
    session::command::{Command, Outcome, Rejection},
    timer,
};

/// What a command comes to where the session was erased: nothing, a refusal, or `None` where the command itself says it.
pub(super) fn answer_of_an_erased(command: &Command<'_>) -> Option<Result<(), Rejection>> {
    match command {
        Command::FinishErasing => None,
        Command::For(_, command) => answer_of_an_erased(command),
        // It is as they want it, or they come late.
        Command::Erase(_)
        | Command::End
        | Command::Sweep { .. }
        | Command::Remind { .. }
        | Command::NoteNews { .. }
        | Command::Notify { .. }
        | Command::OwnerLeft { .. }
        | Command::GiveUpTransfer
        | Command::DeliveryFailed { .. }
        | Command::DeliverySuppressed { .. } => Some(Ok(())),
        _ => Some(Err(Rejection::Erased)),
    }
}

/// Erases a session that is over. By the schedule only if the time is over by the settings of now, too: a time that was
/// lengthened, or switched off, holds for what is still there.
pub(super) fn erase(draft: &mut Draft<'_>, by: ErasedBy) -> Result<Outcome, Rejection> {
    let since = draft.session.over_since().ok_or(Rejection::NotOver)?;
    if by == ErasedBy::Retention {
        if draft.session.due_at(DueKind::Retention).is_none_or(|at| at > draft.now()) {
            return Ok(Outcome::Unchanged);
        }
        let until = timer::kept_until(since, draft.settings);
        if until.is_none_or(|until| until > draft.now()) {
            draft.session.timers.remove(&DueKind::Retention);
            draft.session.timers.extend(until.map(|until| (DueKind::Retention, until)));
            return Ok(Outcome::Done);
        }
    }
    draft.record(EventKind::Erased { by });
    Ok(Outcome::Done)
}

/// How long something may be on its way that was begun before a session was erased: an address for a file is good for five minutes,
/// a file that comes is read or signed within an hour, and a request lasts some seconds.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(2);

/// Notes that what was there is deleted: the first time until everything is looked for once more, and then for good.
pub(super) fn finish(draft: &mut Draft<'_>) -> Outcome {
    let now = draft.now();
    let Some(erased) = draft.session.erased.as_mut() else { return Outcome::Unchanged };
    if erased.pending.take().is_some() {
        erased.former.clear();
        erased.again_at = Some(now.checked_add(ON_ITS_WAY).unwrap_or(Timestamp::MAX));
        Outcome::Done
    } else if erased.again_at.take_if(|at| *at <= now).is_some() {
        Outcome::Done
    } else {
        Outcome::Unchanged
    }
}
