//! Messages that the clock sends (R23): reminders of unfinished work, and notices of news.

use super::draft::Draft;
use crate::{
    EventKind, Message,
    link::{Issued, LinkOrigin},
    session::command::{Outcome, Rejection},
    timer,
};

/// Reminds the customer of what they have not finished, if that is due now. Whoever is in the room needs no reminder: their time
/// begins anew.
pub(super) fn remind(draft: &mut Draft<'_>, issued: &Issued, customer_here: bool) -> Result<Outcome, Rejection> {
    let now = draft.now();
    if draft.session.reminder_due(draft.settings, now).is_none_or(|due| due > now) {
        return Ok(arm_again(draft));
    }
    if customer_here {
        draft.session.reminded.waiting_since = Some(now);
        return Ok(Outcome::Done);
    }
    let (channel, number) = (draft.session.channel, draft.session.reminded.count + 1);
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::CustomerReminded { channel, number });
    draft.send(Message::Reminder { token: issued.sealed.clone() })?;
    Ok(Outcome::Done)
}

/// Notes that something came, if the customer is away. The first is enough: they are told once of all that follows.
pub(super) fn note_news(draft: &mut Draft<'_>, customer_here: bool) -> Outcome {
    if customer_here || !draft.session.takes_notices(draft.settings) || draft.session.news.since.is_some() {
        return Outcome::Unchanged;
    }
    draft.session.news.since = Some(draft.now());
    Outcome::Done
}

/// Tells the customer that something is new, if that is due now. Whoever is in the room has seen it.
pub(super) fn notify(draft: &mut Draft<'_>, issued: &Issued, customer_here: bool) -> Result<Outcome, Rejection> {
    let now = draft.now();
    if draft.session.notice_due(draft.settings).is_none_or(|due| due > now) {
        return Ok(arm_again(draft));
    }
    if customer_here {
        draft.session.news.since = None;
        return Ok(Outcome::Done);
    }
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::CustomerNotified { channel: draft.session.channel });
    draft.send(Message::Update { token: issued.sealed.clone() })?;
    Ok(Outcome::Done)
}

/// A timer that fired early, or for what is not wanted any more, is armed anew or goes.
fn arm_again(draft: &Draft<'_>) -> Outcome {
    let session = &draft.session;
    let wanted = timer::next(session, draft.settings, &session.timers, draft.now());
    if session.timers == wanted { Outcome::Unchanged } else { Outcome::Done }
}
