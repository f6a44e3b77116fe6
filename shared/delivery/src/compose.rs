//! From an outbox entry to what is sent: opens the secret in it and puts the words around it.

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Channel, EmailAddress, Keyring, LinkToken, Message, OutboxEntry, Session, Settings,
    pin::{CODE_LIFETIME, Pin},
    settings::Method,
};
use parlor_templates::{
    Accent, Lang,
    customer::Brand,
    mail::{Letter, Mail, Purpose},
    text::Text,
};

use crate::SendError;

/// A message, ready for its service. It carries secrets and an address, so it has no `Debug`.
pub(crate) enum Composed {
    /// For SES.
    Mail {
        /// The sender's display name.
        sender: String,
        /// Where answers go, with a display name.
        reply_to: Option<(String, EmailAddress)>,
        /// Subject and both parts.
        letter: Letter,
    },
    /// For SNS.
    Text(String),
}

/// The words for `entry`, in the session's language (R26), and in English while it has none.
pub(crate) fn compose(
    entry: &OutboxEntry,
    session: &Session,
    settings: &Settings,
    team_name: &str,
    keyring: &Keyring,
    public_url: &str,
) -> Result<Composed, SendError> {
    let purpose = purpose(entry, session, settings, keyring, public_url)?;
    let brand = Brand {
        company: settings.branding.name.as_deref().unwrap_or(team_name).to_owned(),
        accent: settings.branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
        logo: logo(settings.branding.logo.as_deref(), public_url),
    };
    let kept = session.language.as_ref().and_then(|language| Lang::from_tag(language.as_str()));
    let (lang, agent) = (kept.unwrap_or_default(), session.agent_name.clone());
    Ok(match entry.channel {
        Channel::Email => {
            let sender = settings.branding.sender_name.clone().unwrap_or_else(|| brand.company.clone());
            let own = settings.branding.reply_to.as_deref().and_then(|address| address.parse().ok());
            let reply_to = match own {
                Some(address) => Some((sender.clone(), address)),
                None => session.agent_email.clone().map(|address| (agent.clone(), address)),
            };
            let mail = Mail { lang, brand, customer: session.customer.name.clone(), agent, purpose };
            Composed::Mail { sender, reply_to, letter: mail.render() }
        }
        Channel::Sms => Composed::Text(Text { lang, company: brand.company, agent, purpose }.render()),
    })
}

/// A logo's whole address: in a mail there is nothing that a path could begin at.
pub(crate) fn logo(logo: Option<&str>, public_url: &str) -> Option<String> {
    logo.map(|logo| if logo.starts_with('/') { format!("{public_url}{logo}") } else { logo.to_owned() })
}

fn purpose(
    entry: &OutboxEntry,
    session: &Session,
    settings: &Settings,
    keyring: &Keyring,
    public_url: &str,
) -> Result<Purpose, SendError> {
    let link = |sealed| {
        let token = LinkToken::open(&session.id, sealed, keyring).map_err(|_| SendError::Unreadable)?;
        Ok(format!("{public_url}/s/{}", token.reveal()))
    };
    // The link was issued by the very decision that wrote the entry, so its lifetime counts from the same moment.
    let until = until(entry.created_at, settings.session.customer_access_minutes);
    match &entry.message {
        None => Err(SendError::Unreadable),
        Some(Message::Invitation { token }) => {
            let pin = session.method(settings) == Method::Pin;
            let work = !session.shown_tasks().is_empty();
            Ok(Purpose::Invitation { link: link(token)?, until, pin, work })
        }
        Some(Message::NewLink { token, renewed: false }) => Ok(Purpose::NewLink { link: link(token)?, until }),
        Some(Message::NewLink { token, renewed: true }) => Ok(Purpose::Renewed { link: link(token)?, until }),
        Some(Message::Reminder { token }) => Ok(Purpose::Reminder { link: link(token)? }),
        Some(Message::Update { token }) => Ok(Purpose::Update { link: link(token)? }),
        Some(Message::Code { code }) => {
            let code = Pin::open(&session.id, code, keyring).map_err(|_| SendError::Unreadable)?;
            let minutes = u32::try_from(CODE_LIFETIME.as_mins()).unwrap_or(u32::MAX);
            Ok(Purpose::Code { code: code.reveal().to_owned(), minutes })
        }
        // Not a session's: [`crate::staff`] sends these.
        Some(Message::StaffInvitation { .. } | Message::PasswordReset { .. } | Message::PasswordChanged { .. }) => {
            Err(SendError::Unreadable)
        }
    }
}

fn until(issued: Timestamp, minutes: u32) -> Option<Timestamp> {
    issued.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()
}
