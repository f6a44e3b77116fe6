//! The gates between a link and the room, in their order (R6):
//! service up -> link known -> tier not `none` -> link alive -> cookies -> device -> lockout -> consent -> PIN / OTP -> room.

use jiff::Timestamp;

use crate::{AccessTier, Link, Presence, Secret, Session, Settings, pin::Lock, settings::Method};

/// What a customer's browser shows of itself with a request.
#[derive(Debug, Clone, Default)]
pub struct Presented {
    /// Whether this is a form's POST, which must prove that cookies work. A GET cannot.
    pub posted: bool,
    /// Whether the probe cookie that the GET set came back.
    pub probe: bool,
    /// The secret of the device cookie, or of the probe cookie while there is none.
    pub device: Option<Secret>,
    /// Whether the customer agreed on the opening page, where they were shown what to. Never what a request merely says.
    pub consent: bool,
}

/// The first gate that is closed to a customer, or that all are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// R15: `service.maintenance` is on.
    ServiceDown,
    /// R6: unknown or revoked link. *Access denied*, with no detail.
    Unknown,
    /// R5: the session has ended and nothing is left to the customer (tier `none`).
    SessionExpired,
    /// R5: the link's time has passed while the session still grants access.
    LinkExpired,
    /// R6: a POST came without the probe cookie, so cookies are off.
    Cookies,
    /// R6: the session is bound to another device or browser.
    OtherDevice,
    /// R27: the session was open on this device, until the agent released it or another one was bound.
    Released,
    /// R7: locked or banned after wrong tries.
    Locked(Lock),
    /// R6: consent is asked for and not given.
    Consent,
    /// R7: the PIN page; `left` tries before the next lockout.
    Pin {
        /// Wrong tries that are left before the next lockout.
        left: u32,
    },
    /// R7: the one-time code page.
    Code {
        /// Wrong tries that are left before the next lockout.
        left: u32,
        /// Whether passing it moves the session to this device (R6, *multi-device*).
        moves: bool,
    },
    /// Every gate is passed; the device may be bound.
    Enter,
    /// This device is bound and joined already.
    Inside,
}

/// Whether the session can be reached at all: the part of the gates before the link's own.
fn session_gate(session: &Session, settings: &Settings, now: Timestamp) -> Option<Gate> {
    if settings.service.maintenance {
        Some(Gate::ServiceDown)
    } else if session.access(now).tier == AccessTier::None {
        Some(Gate::SessionExpired)
    } else {
        None
    }
}

/// R6 for a link, as far as `presented` gets.
#[must_use]
pub fn at_link(
    session: &Session,
    link: Option<&Link>,
    settings: &Settings,
    presented: &Presented,
    now: Timestamp,
) -> Gate {
    if settings.service.maintenance {
        return Gate::ServiceDown;
    }
    let Some(link) = link.filter(|link| !session.has_revoked(link)) else {
        return Gate::Unknown;
    };
    // R22: a link opens its own guest's seat and no other.
    if link.participant.as_ref() != session.seat() {
        return Gate::Unknown;
    }
    if let Some(gate) = session_gate(session, settings, now) {
        return gate;
    }
    if !link.alive(now) {
        return Gate::LinkExpired;
    }
    if presented.posted && !presented.probe {
        return Gate::Cookies;
    }
    let this_device = session.is_bound_to(presented.device.as_ref());
    if this_device {
        return Gate::Inside;
    }
    // R22: one browser is one person: in the room it has to be known who acts.
    if session.is_another_guests(presented.device.as_ref()) {
        return Gate::OtherDevice;
    }
    let moves = session.device.is_some();
    if moves && !settings.authentication.multi_device {
        return Gate::OtherDevice;
    }
    let method = if moves { Method::Otp } else { session.method(settings) };
    let left = match session.tries.lock(&settings.authentication, now) {
        Lock::Open { left } => left,
        // Without a PIN or a code there is nothing to guess, and so nothing to lock.
        _ if method == Method::None => 0,
        locked => return Gate::Locked(locked),
    };
    if settings.authentication.consent.required && session.consented_at.is_none() && !presented.consent {
        return Gate::Consent;
    }
    match method {
        Method::None => Gate::Enter,
        Method::Pin => Gate::Pin { left },
        Method::Otp => Gate::Code { left, moves },
    }
}

/// The same question at the room's door, where the device cookie stands for the link that it came by. A connected
/// customer is not cut off when that link's time passes (R5).
#[must_use]
pub fn at_room(
    session: &Session,
    settings: &Settings,
    device: Option<&Secret>,
    presence: &Presence,
    now: Timestamp,
) -> Gate {
    if settings.service.maintenance {
        return Gate::ServiceDown;
    }
    if !session.is_bound_to(device) && session.was_bound_to(device) {
        return Gate::Released;
    }
    if !session.is_bound_to(device) {
        return if session.device.is_some() && device.is_some() { Gate::OtherDevice } else { Gate::Unknown };
    }
    if let Some(gate) = session_gate(session, settings, now) {
        return gate;
    }
    let link_over = session.device.as_ref().is_some_and(|bound| bound.link_expires_at <= now);
    if link_over && !presence.online(&session.guest_who(), now) {
        return Gate::LinkExpired;
    }
    Gate::Inside
}
