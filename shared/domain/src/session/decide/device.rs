//! What an agent does for a customer who cannot get in.

use super::{draft::Draft, guard::must_let_somebody_in, invite};
use crate::{
    EventKind, Link,
    link::Issued,
    session::{
        command::{Outcome, Rejection},
        model::State,
    },
};

/// R6: releases the bound device, so that another one can be bound.
pub(super) fn release(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    must_let_somebody_in(&draft.session, draft.now())?;
    if draft.session.device.is_none() {
        return Ok(Outcome::Unchanged);
    }
    draft.record(EventKind::DeviceReleased);
    Ok(Outcome::Done)
}

/// R5, R6: releases the device and replaces the links: whoever holds an earlier one does not come in by it again. Before the
/// invitation there is nothing to replace.
pub(super) fn release_and_replace_links(draft: &mut Draft<'_>, issued: &Issued) -> Result<Outcome, Rejection> {
    must_let_somebody_in(&draft.session, draft.now())?;
    if draft.session.state == State::Planned {
        return Ok(Outcome::Unchanged);
    }
    if draft.session.device.is_some() {
        draft.record(EventKind::DeviceReleased);
    }
    draft.record(EventKind::LinkRevoked { link: None });
    invite::replace_link(draft, issued)?;
    Ok(Outcome::Done)
}

/// R5: revokes one link, whatever state the session is in.
pub(super) fn revoke_link(draft: &mut Draft<'_>, link: &Link) -> Outcome {
    if draft.session.has_revoked(link) {
        return Outcome::Unchanged;
    }
    draft.record(EventKind::LinkRevoked { link: Some(link.hash.clone()) });
    draft.revoke(link);
    Outcome::Done
}

/// R7: forgets wrong tries, lockouts and ban.
pub(super) fn reset_pin(draft: &mut Draft<'_>) -> Result<Outcome, Rejection> {
    must_let_somebody_in(&draft.session, draft.now())?;
    draft.record(EventKind::PinReset);
    Ok(Outcome::Done)
}
