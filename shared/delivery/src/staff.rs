//! Mails to members of staff: invitations, and what is about their password. Like customers' messages they are entries of an
//! outbox, written with what they tell of and sent after it; no session's event tells what became of them, so a given-up
//! invitation is noted in the list of people.

use jiff::Timestamp;
use parlor_domain::{
    Agent, AgentId, Message, OutboxEntry, Settings,
    outbox::{MAX_ATTEMPTS, Owner, Status},
    people::{StaffLink, StaffLinkKind, StaffToken},
};
use parlor_store::{ReadBatch, ReadResult, Store, StoreError};
use parlor_templates::{
    Accent, Lang,
    customer::Brand,
    staff_mail::{StaffMail, StaffPurpose},
};

use crate::{Delivered, Delivery, DeliveryError, SendError, is_first};

/// What one read brings.
struct Loaded {
    entry: OutboxEntry,
    agent: Agent,
    settings: Settings,
    /// The link that is good now, of the kind that the entry carries.
    link: Option<StaffLink>,
}

/// The kind of link that a message carries.
fn carries(message: &Message) -> Option<StaffLinkKind> {
    match message {
        Message::StaffInvitation { .. } => Some(StaffLinkKind::Invitation),
        Message::PasswordReset { .. } => Some(StaffLinkKind::Reset),
        _ => None,
    }
}

impl Loaded {
    fn of(found: &ReadResult, agent: &AgentId, id: &str) -> Result<Option<Self>, StoreError> {
        let Some(entry) = found.outbox(&Owner::Agent(agent.clone()), id)? else { return Ok(None) };
        let Some(known) = found.agent(agent)? else { return Ok(None) };
        let (settings, _) = found.system()?;
        let kind = entry.message.as_ref().and_then(carries);
        let link = kind.map_or(Ok(None), |kind| found.staff_link(kind, agent))?;
        Ok(Some(Self { entry, agent: known, settings, link }))
    }
}

/// A mail that is ready, or the reason why nobody waits for it any more.
enum Composed {
    Ready(String, parlor_templates::mail::Letter),
    Obsolete,
}

impl Delivery {
    /// The first attempt of a mail to staff; as [`Delivery::first`]. One `BatchGetItem`, one send, one `PutItem`.
    pub(crate) async fn first_to_staff(
        &self,
        agent: &AgentId,
        id: &str,
        now: Timestamp,
    ) -> Result<Delivered, DeliveryError> {
        match self.load_for_staff(agent, id).await? {
            Some(loaded) if is_first(&loaded.entry, now) => self.carry_out_for_staff(loaded, now).await,
            _ => Ok(Delivered::Skipped),
        }
    }

    /// A further attempt of a mail to staff; as [`Delivery::again`]. One `BatchGetItem`, one `PutItem` for the claim, one send,
    /// one `PutItem`.
    pub(crate) async fn again_to_staff(
        &self,
        agent: &AgentId,
        id: &str,
        now: Timestamp,
    ) -> Result<Delivered, DeliveryError> {
        let Some(mut loaded) = self.load_for_staff(agent, id).await? else { return Ok(Delivered::Skipped) };
        let entry = &mut loaded.entry;
        if entry.status != Status::Pending || !Store::may_retry(entry, now) {
            return Ok(Delivered::Skipped);
        }
        let read = entry.attempts;
        if !entry.begin_attempt(now) {
            let reason = entry.last_error.clone().unwrap_or_else(|| "the service gave no answer".to_owned());
            return self.give_up(&loaded, &reason, true).await;
        }
        match self.store.update_outbox(entry, read).await {
            Ok(()) => self.carry_out_for_staff(loaded, now).await,
            Err(StoreError::Condition(_)) => Ok(Delivered::Skipped),
            Err(error) => Err(error.into()),
        }
    }

    async fn load_for_staff(&self, agent: &AgentId, id: &str) -> Result<Option<Loaded>, StoreError> {
        let owner = Owner::Agent(agent.clone());
        let batch = ReadBatch::new()
            .outbox(&owner, id)
            .agent(agent)
            .system()
            .staff_link(StaffLinkKind::Invitation, agent)
            .staff_link(StaffLinkKind::Reset, agent);
        Loaded::of(&self.store.read(batch).await?, agent, id)
    }

    async fn carry_out_for_staff(&self, loaded: Loaded, now: Timestamp) -> Result<Delivered, DeliveryError> {
        let entry = &loaded.entry;
        let sent = match self.compose_for_staff(&loaded, now) {
            Ok(Composed::Obsolete) => {
                let settled = entry.clone().settled(Status::Suppressed, Some("used or replaced".to_owned()));
                return match self.store.update_outbox(&settled, entry.attempts).await {
                    Ok(()) | Err(StoreError::Condition(_)) => Ok(Delivered::Dropped),
                    Err(error) => Err(error.into()),
                };
            }
            Ok(Composed::Ready(company, letter)) => self.senders.mail(&entry.to, &company, None, letter).await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => {
                self.record_sent(entry).await;
                Ok(Delivered::Sent)
            }
            Err(error) if !error.is_transient() || entry.attempts >= MAX_ATTEMPTS => {
                self.give_up(&loaded, &error.to_string(), error.concerns_operators()).await
            }
            Err(error) => {
                self.note_postponed(entry, &error).await;
                Ok(Delivered::Postponed)
            }
        }
    }

    /// Settles an entry that is not sent. One `PutItem`, and one `UpdateItem` for an invitation.
    async fn give_up(&self, loaded: &Loaded, reason: &str, operators: bool) -> Result<Delivered, DeliveryError> {
        let entry = &loaded.entry;
        let settled = entry.clone().settled(Status::Failed, Some(reason.to_owned()));
        // The attempt that was begun last is the one whose number stands in the table.
        match self.store.update_outbox(&settled, entry.attempts).await {
            Ok(()) => {}
            Err(StoreError::Condition(_)) => return Ok(Delivered::Skipped),
            Err(error) => return Err(error.into()),
        }
        if matches!(entry.message, Some(Message::StaffInvitation { .. })) {
            self.store.note_undelivered(&loaded.agent.id).await?;
        }
        let (owner, attempts) = (&entry.owner, entry.attempts);
        if operators {
            tracing::error!(%owner, entry = entry.id, attempts, reason, "dead-lettered");
        } else {
            tracing::warn!(%owner, entry = entry.id, attempts, reason, "given up");
        }
        Ok(Delivered::Dropped)
    }

    /// The words of the mail, if its link is still the one that counts.
    fn compose_for_staff(&self, loaded: &Loaded, now: Timestamp) -> Result<Composed, SendError> {
        let Loaded { entry, agent, settings, link } = loaded;
        let message = entry.message.as_ref().ok_or(SendError::Unreadable)?;
        let open = |kind, sealed, path: &str| {
            let token = StaffToken::open(kind, &agent.id, sealed, &self.keyring).map_err(|_| SendError::Unreadable)?;
            let good = link.as_ref().filter(|link| link.opens(&token, &agent.email, now));
            Ok(good.map(|link| (format!("{}/{path}/{}", self.public_url, token.reveal()), link.expires_at)))
        };
        let (language, purpose) = match message {
            Message::StaffInvitation { token, by, language } => {
                let Some((link, until)) = open(StaffLinkKind::Invitation, token, "invitation")? else {
                    return Ok(Composed::Obsolete);
                };
                (language, StaffPurpose::Invitation { link, until, by: by.clone() })
            }
            Message::PasswordReset { token, language } => {
                let Some((link, until)) = open(StaffLinkKind::Reset, token, "reset")? else {
                    return Ok(Composed::Obsolete);
                };
                (language, StaffPurpose::Reset { link, until })
            }
            Message::PasswordChanged { language } => {
                (language, StaffPurpose::PasswordChanged { link: format!("{}/forgot-password", self.public_url) })
            }
            Message::Invitation { .. }
            | Message::NewLink { .. }
            | Message::Reminder { .. }
            | Message::Update { .. }
            | Message::Code { .. } => {
                return Err(SendError::Unreadable);
            }
        };
        let branding = &settings.branding;
        let brand = Brand {
            company: branding.name.clone().unwrap_or_else(|| "Parlor".to_owned()),
            accent: branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
            logo: crate::compose::logo(branding.logo.as_deref(), &self.public_url),
        };
        let lang = Lang::from_tag(language.as_str()).unwrap_or_default();
        let company = brand.company.clone();
        let mail = StaffMail { lang, brand, name: agent.name.clone(), email: agent.email.as_str().to_owned(), purpose };
        Ok(Composed::Ready(company, mail.render()))
    }
}
