//! What an agent does for a customer who cannot get in.

use super::{draft::Draft, guard::must_be_writable};
use crate::{
    EventKind,
    session::command::{Outcome, Rejection},
};

/// R6: releases the bound device, so that another one can be bound.
pub(super) fn release(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    if draft.session.device.is_none() {
        return Ok(Outcome::Unchanged);
    }
    draft.record(EventKind::DeviceReleased);
    Ok(Outcome::Done)
}

/// R7: forgets wrong tries, lockouts and ban.
pub(super) fn reset_pin(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    draft.record(EventKind::PinReset);
    Ok(Outcome::Done)
}
