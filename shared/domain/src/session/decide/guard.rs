//! Conditions that several commands share.

use jiff::{SignedDuration, Timestamp};

use crate::{
    AccessTier, Channel, Settings,
    session::{
        command::Rejection,
        model::{Session, State},
    },
};

/// Links that the customer may ask for within a day (R5), and codes (R7).
pub(in crate::session) const REQUESTS_A_DAY: usize = 8;
/// The shortest time between two of these requests (R5).
const REQUEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// R1: the session is neither over nor given up.
pub(super) fn must_be_writable(session: &Session) -> Result<(), Rejection> {
    match session.state {
        State::Ended => Err(Rejection::AlreadyEnded),
        State::Discarded => Err(Rejection::Discarded),
        State::Planned | State::Invited | State::Active => Ok(()),
    }
}

/// R2: somebody comes in, or could: before the end, and after it for as long as some access is left. Whoever must not comes out of it then,
/// too, also where the session cannot be renewed (R4).
pub(super) fn must_let_somebody_in(session: &Session, now: Timestamp) -> Result<(), Rejection> {
    if session.state == State::Ended && session.access(now).tier != AccessTier::None {
        return Ok(());
    }
    must_be_writable(session)
}

/// R13: the settings allow messages by this channel.
pub(super) fn must_be_sendable(channel: Channel, settings: &Settings) -> Result<(), Rejection> {
    if channel == Channel::Sms && !settings.channels.sms { Err(Rejection::SmsOff) } else { Ok(()) }
}

/// R5, R7: the customer has not asked too often before, at the times `asked`.
pub(super) fn must_not_ask_too_often(asked: &[Timestamp], now: Timestamp) -> Result<(), Rejection> {
    next_request(asked, now).map_or(Ok(()), |retry_at| Err(Rejection::TooOften { retry_at }))
}

/// When the customer may ask again who asked at the times `asked`; none if that is now.
fn next_request(asked: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
    let recent: Vec<_> = asked.iter().filter(|at| now.duration_since(**at) < DAY).collect();
    let after_pause = recent.last().map(|at| **at + REQUEST_PAUSE);
    let after_day = (recent.len() >= REQUESTS_A_DAY).then(|| *recent[0] + DAY);
    after_pause.max(after_day).filter(|retry_at| *retry_at > now)
}

impl Session {
    /// R7: when the customer may ask for the next code; none if that is now.
    #[must_use]
    pub fn next_code_request(&self, now: Timestamp) -> Option<Timestamp> {
        next_request(&self.code_requests, now)
    }
}
