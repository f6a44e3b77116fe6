//! Renewing an ended session.

use jiff::{SignedDuration, Timestamp};

use super::{draft::Draft, guard::must_be_sendable};
use crate::{
    EndedBy, EventKind, Message, Settings,
    link::{Issued, LinkOrigin},
    session::{
        command::{Outcome, Rejection},
        model::{Session, State},
    },
};

impl Session {
    /// R4: whether a renewal is possible at `now`, and if not, why.
    pub fn renewable(&self, settings: &Settings, now: Timestamp) -> Result<(), Rejection> {
        let end = match (&self.ended, self.state) {
            (_, State::Discarded) => return Err(Rejection::Discarded),
            (Some(end), State::Ended) => end,
            _ => return Err(Rejection::NotEnded),
        };
        if end.by == EndedBy::Inactivity && !settings.end.renew_after_inactivity {
            return Err(Rejection::NotRenewableAfterInactivity);
        }
        let window = settings.end.renew_window_minutes;
        if window.is_some_and(|minutes| now.duration_since(end.at) >= SignedDuration::from_mins(i64::from(minutes))) {
            return Err(Rejection::RenewWindowPassed);
        }
        Ok(())
    }
}

/// R4: brings the session back as it was. Only with an issued link is the customer told.
pub(super) fn renew(draft: &mut Draft<'_>, issued: Option<Issued>) -> Result<Outcome, Rejection> {
    draft.session.renewable(draft.settings, draft.now())?;
    draft.record(EventKind::Renewed);
    if let Some(issued) = issued {
        must_be_sendable(draft.session.channel, draft.settings)?;
        draft.link(&issued, LinkOrigin::Sent);
        draft.record(EventKind::Invited { channel: Some(draft.session.channel) });
        draft.send(Message::NewLink { token: issued.sealed, renewed: true })?;
    }
    Ok(Outcome::Done)
}
