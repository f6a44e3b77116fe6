//! Starting and planning a session.

use super::{draft::Draft, invite};
use crate::{
    Channel, Contact, EventKind, Settings,
    link::Issued,
    names::valid_name,
    pin::Tries,
    session::{
        command::{Context, Decision, NewSession, Outcome, Rejection},
        model::{Customer, News, Reminded, Session, State},
    },
    settings::Method,
    timer::Timers,
    turn,
};

impl Session {
    /// R1: starts a session (with an issued link) or plans one (without). R7, R13: what the settings demand of the PIN and
    /// the contact is checked before anything exists.
    pub fn create(
        new: NewSession,
        issued: Option<&Issued>,
        settings: &Settings,
        context: &Context,
    ) -> Result<Decision, Rejection> {
        let name = valid_name(&new.customer.name)?.to_owned();
        let channel = channel_of(&new, settings)?;
        if settings.authentication.method == Method::Pin && new.pin.is_none() {
            return Err(Rejection::PinRequired);
        }
        let now = context.now;
        let session = Self {
            id: new.id,
            version: 0,
            seq: 0,
            state: State::Planned,
            customer: Customer { name, contact: new.customer.contact },
            channel,
            agent: new.agent,
            agent_name: new.agent_name,
            agent_email: new.agent_email,
            transfer: None,
            holds_lock: false,
            language: new.language,
            order: turn::FIRST,
            reference: new.reference,
            metadata: new.metadata,
            created_at: now,
            invited_at: None,
            joined_at: None,
            ended: None,
            former_contacts: vec![],
            erased: None,
            last_agent_action_at: now,
            last_event_at: now,
            device: None,
            released: None,
            releases: 0,
            consented_at: None,
            consented_to: None,
            authenticated_at: None,
            authenticated_by: None,
            pin: new.pin,
            code: None,
            tries: Tries::default(),
            requests: vec![],
            code_requests: vec![],
            links_from: 0,
            customer_ahead_until: None,
            tasks: vec![],
            reminded: Reminded::default(),
            news: News::default(),
            participants: vec![],
            seat: None,
            timers: Timers::new(),
            search_form: 0,
            due: None,
        };
        let mut draft = Draft::new(session, settings, context);
        draft.record(EventKind::Created { planned: issued.is_none() });
        if let Some(issued) = issued {
            invite::send_invitation(&mut draft, issued, None)?;
        }
        Ok(draft.finish(Outcome::Done))
    }
}

/// The channel that was asked for, or the one that the contact has, or the default. R13: with text messages off a phone
/// number is refused, whichever channel it is.
fn channel_of(new: &NewSession, settings: &Settings) -> Result<Channel, Rejection> {
    channel_for(&new.customer.contact, new.channel, settings)
}

/// The same of anybody's contact.
pub(super) fn channel_for(
    contact: &Contact,
    asked: Option<Channel>,
    settings: &Settings,
) -> Result<Channel, Rejection> {
    must_not_need_texts(contact.phone.is_some(), asked, settings)?;
    let channel = asked.unwrap_or_else(|| usual_channel(contact, settings));
    if contact.address(channel).is_none() { Err(Rejection::NoContact) } else { Ok(channel) }
}

/// R13: with text messages off, nobody gives a phone number or chooses texts.
pub(super) fn must_not_need_texts(phone: bool, channel: Option<Channel>, settings: &Settings) -> Result<(), Rejection> {
    let needed = phone || channel == Some(Channel::Sms);
    if needed && !settings.channels.sms { Err(Rejection::SmsOff) } else { Ok(()) }
}

/// The channel that the contact has, or the default if it has both.
pub(super) fn usual_channel(contact: &Contact, settings: &Settings) -> Channel {
    match (&contact.email, &contact.phone) {
        (Some(_), None) => Channel::Email,
        (None, Some(_)) => Channel::Sms,
        _ => settings.channels.default,
    }
}
