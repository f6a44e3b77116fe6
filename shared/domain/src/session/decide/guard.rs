//! Conditions that several commands share.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Channel, Settings,
    session::{
        command::Rejection,
        model::{Session, State},
    },
};

/// Links and codes that the customer may ask for within a day (R5).
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

/// R13: the settings allow messages by the session's channel.
pub(super) fn must_be_sendable(session: &Session, settings: &Settings) -> Result<(), Rejection> {
    if session.channel == Channel::Sms && !settings.channels.sms { Err(Rejection::SmsOff) } else { Ok(()) }
}

/// R5: the customer has not asked for too many links and codes.
pub(super) fn must_not_ask_too_often(session: &Session, now: Timestamp) -> Result<(), Rejection> {
    let recent: Vec<_> = session.requests.iter().filter(|at| now.duration_since(**at) < DAY).collect();
    let after_pause = recent.last().map(|at| **at + REQUEST_PAUSE);
    let after_day = (recent.len() >= REQUESTS_A_DAY).then(|| *recent[0] + DAY);
    match after_pause.max(after_day) {
        Some(retry_at) if retry_at > now => Err(Rejection::TooOften { retry_at }),
        _ => Ok(()),
    }
}
