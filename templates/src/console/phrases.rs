//! What the domain knows, in words: states, roles, and everything that happens in a session (R24).

use parlor_domain::outbox::FailureKind;
use parlor_domain::{AccessTier, Actor, AgentId, Channel, EndedBy, ErasedBy, Event, EventKind, Indicator, Role, State};

use crate::lang::Lang;
use crate::names::first_name;
use crate::words::{asking, console as words, content, erasing, moving, participants, turns};

/// The product's name, which staff see and customers never do.
pub const PRODUCT: &str = "Parlor";

/// The five states of R14, in words.
pub const fn indicator(lang: Lang, indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::NeverJoined => words::indicator_never_joined(lang),
        Indicator::OnlineIncomplete => words::indicator_online_incomplete(lang),
        Indicator::OfflineIncomplete => words::indicator_offline_incomplete(lang),
        Indicator::OnlineComplete => words::indicator_online_complete(lang),
        Indicator::OfflineComplete => words::indicator_offline_complete(lang),
    }
}

/// A session's state as a chip says it.
pub const fn state(lang: Lang, state: State) -> &'static str {
    match state {
        State::Planned => words::state_planned(lang),
        State::Invited => words::state_invited(lang),
        State::Active => words::state_active(lang),
        State::Ended => words::state_ended(lang),
        State::Discarded => words::state_discarded(lang),
    }
}

/// A role as the agent's own menu says it.
pub const fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Agent => words::role_agent(lang),
        Role::Supervisor => words::role_supervisor(lang),
        Role::Admin => words::role_admin(lang),
    }
}

/// Why a message was given up, with the service's own code for whoever looks it up. A reason that nobody here says stays as it is.
fn failure(lang: Lang, reason: &str) -> String {
    let Some((kind, code)) = FailureKind::of(reason) else { return reason.to_owned() };
    let said = match kind {
        FailureKind::Refused => words::failure_refused(lang),
        FailureKind::NotSetUp => words::failure_not_set_up(lang),
        FailureKind::Unavailable => words::failure_unavailable(lang),
        FailureKind::Unreadable => words::failure_unreadable(lang),
        FailureKind::Expired => words::failure_expired(lang),
    };
    // What is no code is one of our own words for a connection.
    match code.filter(|code| !code.contains(' ')) {
        Some(code) => format!("{said} ({code})"),
        None => said.to_owned(),
    }
}

/// Who wrote a message, by full name.
pub fn writer(lang: Lang, actor: &Actor, customer: &str) -> String {
    match actor {
        Actor::Agent { name, .. } | Actor::Participant { name, .. } => name.clone(),
        Actor::Customer => customer.to_owned(),
        Actor::Api { .. } => words::another_system(lang).to_owned(),
        Actor::System => PRODUCT.to_owned(),
    }
}

/// Who wrote what, for one line of a list, as `viewer` reads it; `customer` is a first name.
pub fn said(lang: Lang, actor: &Actor, viewer: &AgentId, customer: &str, text: &str) -> String {
    match who(lang, actor, viewer, customer) {
        Who::You => words::you_wrote(lang, text).to_string(),
        Who::Other(who) => words::wrote(lang, who, text).to_string(),
    }
}

/// Who did something.
enum Who<'a> {
    /// The reader.
    You,
    /// Somebody else, by first name, or something.
    Other(&'a str),
}

fn who<'a>(lang: Lang, actor: &'a Actor, viewer: &AgentId, customer: &'a str) -> Who<'a> {
    match actor {
        Actor::Agent { id, .. } if id == viewer => Who::You,
        Actor::Agent { name, .. } | Actor::Participant { name, .. } => Who::Other(first_name(name)),
        Actor::Customer => Who::Other(customer),
        Actor::Api { .. } => Who::Other(words::another_system(lang)),
        Actor::System => Who::Other(PRODUCT),
    }
}

/// An event about `name`, a participant's first name, in words: a sentence that names nobody is followed by whom it is about (R22).
pub fn event_about(lang: Lang, of: &Event, viewer: &AgentId, name: &str) -> String {
    let text = event(lang, of, viewer, name);
    if names_nobody(&of.kind) { participants::about(lang, &text, name).to_string() } else { text }
}

/// Whom an event is about whose sentence names nobody, and ends with a time.
pub fn about_at_its_end(of: &Event, name: &str) -> Option<String> {
    matches!(of.kind, EventKind::PinLocked { .. }).then(|| name.to_owned())
}

/// Whether the sentence of an event leaves out whose link, device, PIN or message it was.
const fn names_nobody(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Invited { channel: Some(_) }
            | EventKind::LinkGenerated
            | EventKind::LinkRevoked { .. }
            | EventKind::DeviceReleased
            | EventKind::PinWrong
            | EventKind::PinBanned
            | EventKind::PinReset
            | EventKind::CodeSent { .. }
            | EventKind::DeliveryFailed { .. }
            | EventKind::DeliverySuppressed { .. }
    )
}

/// An event in words, as `viewer` reads it; `customer` is a first name.
pub fn event(lang: Lang, event: &Event, viewer: &AgentId, customer: &str) -> String {
    // R22: what a participant does, the sentence says of them.
    let customer = match &event.actor {
        Actor::Participant { name, .. } => first_name(name),
        _ => customer,
    };
    // Whoever did it is the sentence's subject, or is not named; languages speak to the reader in a form of its own.
    macro_rules! done {
        ($by_you:ident, $by:ident, content, $value:expr) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => content::$by_you(lang, $value).to_string(),
                Who::Other(who) => content::$by(lang, who, $value).to_string(),
            }
        };
        ($by_you:ident, $by:ident, asking $(, $value:expr)+) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => asking::$by_you(lang $(, $value)+).to_string(),
                Who::Other(who) => asking::$by(lang, who $(, $value)+).to_string(),
            }
        };
        ($by_you:ident, $by:ident, turns $(, $value:expr)+) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => turns::$by_you(lang $(, $value)+).to_string(),
                Who::Other(who) => turns::$by(lang, who $(, $value)+).to_string(),
            }
        };
        ($by_you:ident, $by:ident, moving, $value:expr) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => moving::$by_you(lang, $value).to_string(),
                Who::Other(who) => moving::$by(lang, who, $value).to_string(),
            }
        };
        ($by_you:ident, $by:ident, participants, $value:expr) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => participants::$by_you(lang, $value).to_string(),
                Who::Other(who) => participants::$by(lang, who, $value).to_string(),
            }
        };
        ($by_you:ident, $by:ident, erasing) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => erasing::$by_you(lang).to_owned(),
                Who::Other(who) => erasing::$by(lang, who).to_string(),
            }
        };
        ($by_you:ident, $by:ident $(, $value:expr)?) => {
            match who(lang, &event.actor, viewer, customer) {
                Who::You => words::$by_you(lang $(, $value)?).to_string(),
                Who::Other(who) => words::$by(lang, who $(, $value)?).to_string(),
            }
        };
    }
    match &event.kind {
        EventKind::Created { planned: true } => done!(planned_by_you, planned_by),
        EventKind::Created { planned: false } => done!(started_by_you, started_by),
        EventKind::Invited { channel: Some(Channel::Email) } => words::invited_by_email(lang).to_owned(),
        EventKind::Invited { channel: Some(Channel::Sms) } => words::invited_by_sms(lang).to_owned(),
        EventKind::Invited { channel: None } => done!(opened_by_you, opened_by, customer),
        EventKind::Reengaged => done!(reengaged_by_you, reengaged_by),
        EventKind::LinkGenerated => done!(link_generated_by_you, link_generated_by),
        EventKind::LinkRenewed { channel: Channel::Email } => words::link_renewed_by_email(lang, customer).to_string(),
        EventKind::LinkRenewed { channel: Channel::Sms } => words::link_renewed_by_sms(lang, customer).to_string(),
        EventKind::LinkRevoked { link: Some(_) } => done!(link_revoked_by_you, link_revoked_by),
        EventKind::LinkRevoked { link: None } => done!(links_revoked_by_you, links_revoked_by),
        EventKind::Consented => words::consented(lang, customer).to_string(),
        EventKind::DeviceBound => words::bound(lang, customer).to_string(),
        EventKind::DeviceReleased => done!(released_by_you, released_by),
        EventKind::Joined { .. } => words::joined(lang, customer).to_string(),
        EventKind::PinWrong => words::pin_wrong(lang).to_owned(),
        EventKind::PinLocked { .. } => words::pin_locked_until(lang).to_owned(),
        EventKind::PinBanned => words::pin_blocked(lang).to_owned(),
        EventKind::PinReset => done!(pin_reset_by_you, pin_reset_by),
        EventKind::CodeSent { channel: Channel::Email } => words::code_sent_by_email(lang).to_owned(),
        EventKind::CodeSent { channel: Channel::Sms } => words::code_sent_by_sms(lang).to_owned(),
        EventKind::Message { text, attachment: Some(file), .. } if text.is_empty() => file.name.clone(),
        EventKind::Message { text, .. } => text.clone(),
        EventKind::InteractionCreated { title, .. } => done!(created_by_you, created_by, content, title),
        EventKind::InteractionSent { title, .. } => done!(sent_by_you, sent_by, content, title),
        EventKind::InteractionStarted { title, .. } => content::started(lang, customer, title).to_string(),
        EventKind::InteractionCompleted { title, .. } => content::completed(lang, customer, title).to_string(),
        EventKind::InteractionDeclined { title, reason: None, .. } => {
            content::declined(lang, customer, title).to_string()
        }
        EventKind::InteractionDeclined { title, reason: Some(reason), .. } => {
            content::declined_because(lang, customer, title, reason).to_string()
        }
        EventKind::InteractionWithdrawn { title, .. } => done!(withdrawn_by_you, withdrawn_by, content, title),
        EventKind::InteractionAccepted { title, .. } => done!(accepted_by_you, accepted_by, asking, title),
        EventKind::InteractionSentBack { title, reason, .. } => {
            done!(sent_back_by_you, sent_back_by, asking, title, reason)
        }
        EventKind::InteractionSigned { title, .. } => content::signed(lang, title).to_string(),
        EventKind::InteractionJoined { title, .. } => asking::joined_event(lang, title).to_string(),
        EventKind::InteractionNotSigned { title, .. } => content::not_signed(lang, title).to_string(),
        EventKind::InteractionMoved { title, .. } => done!(moved_by_you, moved_by, moving, title),
        EventKind::InteractionReminded { title, .. } => done!(reminded_by_you, reminded_by, content, title),
        EventKind::CustomerReminded { .. } => words::customer_reminded(lang, customer).to_string(),
        EventKind::CustomerNotified { .. } => words::customer_notified(lang, customer).to_string(),
        EventKind::InteractionAssigned { title, .. } => done!(assigned_by_you, assigned_by, participants, title),
        EventKind::ParticipantAdded { name, .. } => done!(added_by_you, added_by, participants, name),
        EventKind::OrderChanged { name, order } => {
            done!(changed_by_you, changed_by, turns, name, u64::from(*order))
        }
        EventKind::TurnCame { name, .. } => turns::came(lang, first_name(name)).to_string(),
        EventKind::TurnWaits { name } => turns::waits_again(lang, first_name(name)).to_string(),
        EventKind::ParticipantRemoved { name } => done!(removed_by_you, removed_by, participants, name),
        EventKind::KeptOpen => done!(kept_open_by_you, kept_open_by),
        EventKind::Ended { by: EndedBy::Inactivity, .. } => words::ended_after_inactivity(lang).to_owned(),
        EventKind::Ended { .. } => done!(ended_by_you, ended_by),
        EventKind::Discarded => done!(discarded_by_you, discarded_by),
        EventKind::Erased { by: ErasedBy::Retention } => erasing::erased_after_time(lang).to_owned(),
        EventKind::Erased { by: ErasedBy::Request } => done!(erased_by_you, erased_by, erasing),
        EventKind::Renewed => done!(renewed_by_you, renewed_by),
        EventKind::TransferRequested { .. } => done!(transfer_requested_by_you, transfer_requested_by),
        EventKind::Transferred { agent, .. } if agent == viewer => words::transferred_to_you(lang).to_owned(),
        EventKind::Transferred { name, .. } => words::transferred_to(lang, first_name(name)).to_string(),
        EventKind::TransferDeclined { .. } => done!(transfer_declined_by_you, transfer_declined_by),
        EventKind::TransferLapsed { name, .. } => words::transfer_lapsed(lang, first_name(name)).to_string(),
        EventKind::AccessChanged { tier: AccessTier::Full } => words::access_changed_full(lang, customer).to_string(),
        EventKind::AccessChanged { tier: AccessTier::Limited } => {
            words::access_changed_limited(lang, customer).to_string()
        }
        EventKind::AccessChanged { tier: AccessTier::None } => words::access_changed_none(lang, customer).to_string(),
        EventKind::DeliveryFailed { channel: Channel::Email, reason } => {
            words::email_failed(lang, &failure(lang, reason)).to_string()
        }
        EventKind::DeliveryFailed { channel: Channel::Sms, reason } => {
            words::sms_failed(lang, &failure(lang, reason)).to_string()
        }
        // Mails cannot be switched off.
        EventKind::DeliverySuppressed { .. } => words::sms_suppressed(lang).to_owned(),
    }
}
