//! Messages that the clock sends (R23): reminders of unfinished work, and notices of news.

use super::draft::Draft;
use crate::{
    EventKind, InteractionId, Message, Who,
    link::{Issued, LinkOrigin},
    session::command::{Outcome, Rejection},
    timer,
};

/// Reminds the guest whose time came first of what they have not finished. Whoever is in the room needs no reminder: their time begins
/// anew. For the others the timer stays armed.
pub(super) fn remind(draft: &mut Draft<'_>, issued: &Issued, here: &[Who]) -> Result<Outcome, Rejection> {
    let (now, settings) = (draft.now(), draft.settings);
    let due = draft.session.first_due(|guest| guest.reminder_due(settings, now));
    let Some((_, guest)) = due.filter(|(at, _)| *at <= now) else { return Ok(arm_again(draft)) };
    draft.sit(guest.as_ref())?;
    if here.contains(&draft.session.guest_who()) {
        draft.session.reminded.waiting_since = Some(now);
        return Ok(Outcome::Done);
    }
    let (channel, number) = (draft.session.channel, draft.session.reminded.count + 1);
    draft.link(issued, LinkOrigin::Sent);
    draft.record(EventKind::CustomerReminded { channel, number });
    draft.send(Message::Reminder { token: issued.sealed.clone() })?;
    Ok(Outcome::Done)
}

/// Notes that something came, for each guest whom it is for and who is away. The first is enough: they are told once of all that follows.
pub(super) fn note_news(draft: &mut Draft<'_>, interaction: Option<&InteractionId>, here: &[Who]) -> Outcome {
    let task =
        interaction.map(|id| draft.session.tasks.iter().find(|task| task.id == *id).map(|task| task.assignee.clone()));
    let (now, settings) = (draft.now(), draft.settings);
    let mut outcome = Outcome::Unchanged;
    for guest in draft.session.guests() {
        let session = &mut draft.session;
        session.sit(guest.as_ref());
        // R22: what waits for others is no news before its turn.
        let own = session.guest_assignee();
        let theirs = task.as_ref().is_none_or(|assignee| *assignee == Some(own.clone()) && !session.waits(&own));
        let away = !here.contains(&session.guest_who());
        if theirs && away && session.takes_notices(settings) && session.news.since.is_none() {
            session.news.since = Some(now);
            outcome = Outcome::Done;
        }
        session.unseat();
    }
    outcome
}

/// Tells the guest whose time came first that something is new. Whoever is in the room has seen it. For the others the timer stays
/// armed.
pub(super) fn notify(draft: &mut Draft<'_>, issued: &Issued, here: &[Who]) -> Result<Outcome, Rejection> {
    let (now, settings) = (draft.now(), draft.settings);
    let due = draft.session.first_due(|guest| guest.notice_due(settings));
    let Some((_, guest)) = due.filter(|(at, _)| *at <= now) else { return Ok(arm_again(draft)) };
    draft.sit(guest.as_ref())?;
    if here.contains(&draft.session.guest_who()) {
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
