//! Outbox entries on their way to customers (R23): from the table to SES and SNS, and what became of them back into the
//! table.
//!
//! An entry is written with the decision that it belongs to, with its first attempt counted and a retry armed a minute
//! later. The first attempt is the table's stream's ([`Delivery::first`]). Every further one is the schedule's
//! ([`Delivery::again`]) and begins with a claim: a conditional write that counts the attempt and arms the next. An
//! attempt ends before the next is due ([`SEND_LIMIT`]), so two never overlap, and an entry whose stream record is lost, or
//! whose sender crashes, is sent all the same.
//!
//! What cannot be closed is the gap between the service's acceptance and the record of it: a crash in it, or an answer
//! that is lost on its way, sends the message twice. Neither SES nor SNS knows idempotency keys; twice was chosen over not at all.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod compose;
mod error;
mod send;
mod staff;
pub mod webhooks;

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Actor, Channel, Command, Decision, Keyring, Message, Origin, OutboxEntry, Presence, Random, Session, SessionId,
    Settings,
    outbox::{MAX_ATTEMPTS, Owner, Status},
    session::Context,
};
use parlor_store::{Busy, Changed, Extras, Race, ReadBatch, ReadResult, Step, Store, StoreError, Stored};

pub use error::SendError;
pub use send::SEND_LIMIT;
pub use webhooks::{StreamEvent, WEBHOOK_LIMIT, WebhookTally, Webhooks};

use crate::{
    compose::{Composed, compose},
    send::Senders,
};

/// Under which addresses a deployment speaks to customers.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The origin of links, without a slash at its end.
    pub public_url: String,
    /// The verified address that mail comes from.
    pub mail_from: String,
    /// SES's configuration set, which counts what becomes of mail.
    pub mail_events: Option<String>,
    /// The sender id of texts, where the country has such a thing.
    pub sms_sender: Option<String>,
}

/// Sends outbox entries and records what became of them. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    store: Store,
    senders: Senders,
    keyring: Keyring,
    random: Arc<dyn Random + Send + Sync>,
    public_url: String,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// How an attempt ended, if it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The service took the message.
    Sent,
    /// R13: text messages are off, so it was not sent.
    Suppressed,
    /// The code in it was used or replaced meanwhile, or its link revoked, so it was not sent.
    Obsolete,
}

/// What became of an entry.
#[derive(Debug)]
pub enum Delivered {
    /// The service took the message.
    Sent,
    /// Not for this caller: settled, gone, not due, claimed by somebody else, or left to the retry that is about to come.
    Skipped,
    /// It failed for now; the next attempt is armed.
    Postponed,
    /// Not sent, because nobody waits for it any more. No event tells of it.
    Dropped,
    /// Given up (R23) or suppressed (R13), with an event that the rooms do not know yet.
    Settled(Box<Settled>),
}

/// An entry that was settled by a decision, to be announced to the session's rooms.
#[derive(Debug)]
pub struct Settled {
    /// The committed decision.
    pub decision: Decision,
    /// Who was in the rooms when the session was read.
    pub presence: Presence,
    /// The effective settings.
    pub settings: Settings,
}

/// Why an entry was left as it was. The armed retry will find it again.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else changed the session each time the outcome was to be written.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// What one read brings.
struct Loaded {
    entry: OutboxEntry,
    session: Session,
    presence: Presence,
    settings: Settings,
    team_name: String,
}

impl Loaded {
    fn of(found: &ReadResult, stored: Stored, id: &str) -> Result<Option<Self>, StoreError> {
        let Stored { session, presence, .. } = stored;
        let Some(entry) = found.outbox(&Owner::Session(session.id.clone()), id)? else { return Ok(None) };
        let (settings, team_name) = found.settings(&session.id.team())?;
        Ok(Some(Self { entry, session, presence, settings, team_name }))
    }
}

/// What becomes of an entry that is to be settled.
#[expect(clippy::large_enum_variant, reason = "one lives for the length of one look")]
enum Settling {
    /// Somebody else settled it, or began another attempt.
    Skipped,
    /// No event can tell of it: it is settled alone.
    Alone(OutboxEntry),
    /// Together with the event that tells of it.
    Told(OutboxEntry, Presence, Settings),
}

/// Why an entry is settled by a decision.
enum Why {
    Failed(SendError),
    /// No answer is known: the last attempt left no trace, or only that of the one before.
    Exhausted(Option<String>),
    Suppressed,
}

impl Delivery {
    /// Of a deployment's clients, key and addresses.
    #[must_use]
    pub fn new(
        store: Store,
        ses: aws_sdk_sesv2::Client,
        sns: aws_sdk_sns::Client,
        keyring: Keyring,
        random: impl Random + Send + Sync + 'static,
        addresses: Addresses,
    ) -> Self {
        let Addresses { public_url, mail_from, mail_events, sms_sender } = addresses;
        let senders = Senders { ses, sns, mail_from, mail_events, sms_sender };
        Self { store, senders, keyring, random: Arc::new(random), public_url }
    }

    /// The first attempt, which belongs to the table's stream. Sends the entry unless it was begun on before, or there
    /// is not enough time left before its retry is due.
    ///
    /// One `BatchGetItem`, one send, one `PutItem`; one `TransactWriteItems` in place of the `PutItem` when the entry is
    /// given up or suppressed (and one more of each read and transaction for every conflict).
    pub async fn first(&self, owner: &Owner, id: &str, now: Timestamp) -> Result<Delivered, DeliveryError> {
        let session = match owner {
            Owner::Session(session) => session,
            Owner::Agent(agent) => return self.first_to_staff(agent, id, now).await,
        };
        let Some(loaded) = self.load(session, id).await? else { return Ok(Delivered::Skipped) };
        if !is_first(&loaded.entry, now) {
            return Ok(Delivered::Skipped);
        }
        self.carry_out(loaded, now).await
    }

    /// A further attempt, which belongs to the schedule. Claims the entry first, so that of two runs one sends; gives it
    /// up when there is no attempt left.
    ///
    /// One `BatchGetItem`, one `PutItem` for the claim, one send, and the write of [`Delivery::first`].
    pub async fn again(&self, owner: &Owner, id: &str, now: Timestamp) -> Result<Delivered, DeliveryError> {
        let session = match owner {
            Owner::Session(session) => session,
            Owner::Agent(agent) => return self.again_to_staff(agent, id, now).await,
        };
        let Some(mut loaded) = self.load(session, id).await? else { return Ok(Delivered::Skipped) };
        let entry = &mut loaded.entry;
        if entry.status != Status::Pending || !Store::may_retry(entry, now) {
            return Ok(Delivered::Skipped);
        }
        let read = entry.attempts;
        if !entry.begin_attempt(now) {
            let last = entry.last_error.clone();
            return Box::pin(self.settle(loaded, Why::Exhausted(last), now)).await;
        }
        match self.store.update_outbox(entry, read).await {
            Ok(()) => self.carry_out(loaded, now).await,
            Err(StoreError::Condition(_)) => Ok(Delivered::Skipped),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends one entry and records nothing. One SES `SendEmail` or one SNS `Publish`, or none.
    pub async fn attempt(
        &self,
        entry: &OutboxEntry,
        session: &Session,
        settings: &Settings,
        team_name: &str,
        now: Timestamp,
    ) -> Result<Attempt, SendError> {
        if entry.channel == Channel::Sms && !settings.channels.sms {
            return Ok(Attempt::Suppressed);
        }
        // R22: what goes to a participant is about what is theirs; whoever was removed gets nothing any more.
        let Some(seated) = session.clone().seated(entry.participant.as_ref()) else { return Ok(Attempt::Obsolete) };
        let session = &seated;
        // R5, R8: its link opens nothing any more, and whom it goes to may be nobody's business now.
        let has_link = matches!(
            entry.message,
            Some(
                Message::Invitation { .. }
                    | Message::NewLink { .. }
                    | Message::Reminder { .. }
                    | Message::Update { .. }
            )
        );
        if has_link && entry.event_seq().is_some_and(|seq| seq < session.links_from) {
            return Ok(Attempt::Obsolete);
        }
        if entry.attempts > 1
            && let Some(Message::Code { code }) = &entry.message
        {
            // A late code is good for nothing but confusion. The first attempt comes right after the decision and need
            // not ask.
            match session.code.as_ref().filter(|waiting| waiting.code == *code) {
                None => return Ok(Attempt::Obsolete),
                Some(waiting) if waiting.expires_at <= now => return Err(SendError::Expired),
                Some(_) => {}
            }
        }
        match compose(entry, session, settings, team_name, &self.keyring, &self.public_url)? {
            Composed::Mail { sender, reply_to, letter } => {
                let reply_to = reply_to.as_ref().map(|(name, address)| (name.as_str(), address.as_str()));
                self.senders.mail(&entry.to, &sender, reply_to, letter).await?;
            }
            Composed::Text(text) => self.senders.text(&entry.to, text).await?,
        }
        Ok(Attempt::Sent)
    }

    /// Entry, session and settings. One `BatchGetItem`.
    async fn load(&self, session: &SessionId, id: &str) -> Result<Option<Loaded>, StoreError> {
        let found = self.read_entry(session, id).await?;
        found.room(session)?.map_or(Ok(None), |stored| Loaded::of(&found, stored, id))
    }

    async fn read_entry(&self, session: &SessionId, id: &str) -> Result<ReadResult, StoreError> {
        let owner = Owner::Session(session.clone());
        self.store.read(ReadBatch::new().document(session).outbox(&owner, id)).await
    }

    async fn carry_out(&self, loaded: Loaded, now: Timestamp) -> Result<Delivered, DeliveryError> {
        let Loaded { entry, session, settings, team_name, .. } = &loaded;
        match self.attempt(entry, session, settings, team_name, now).await {
            Ok(Attempt::Sent) => {
                self.record_sent(entry).await;
                Ok(Delivered::Sent)
            }
            Ok(Attempt::Obsolete) => {
                let settled = entry.clone().settled(Status::Suppressed, Some("used, replaced or revoked".to_owned()));
                match self.store.update_outbox(&settled, entry.attempts).await {
                    Ok(()) | Err(StoreError::Condition(_)) => Ok(Delivered::Dropped),
                    Err(error) => Err(error.into()),
                }
            }
            Ok(Attempt::Suppressed) => Box::pin(self.settle(loaded, Why::Suppressed, now)).await,
            Err(error) if !error.is_transient() || entry.attempts >= MAX_ATTEMPTS => {
                Box::pin(self.settle(loaded, Why::Failed(error), now)).await
            }
            Err(error) => {
                self.note_postponed(entry, &error).await;
                Ok(Delivered::Postponed)
            }
        }
    }

    /// Says why an attempt failed whose successor is armed already; so it may fail.
    async fn note_postponed(&self, entry: &OutboxEntry, error: &SendError) {
        tracing::warn!(owner = %entry.owner, entry = entry.id, attempts = entry.attempts, %error, "postponed");
        let told = OutboxEntry { last_error: Some(error.to_string()), ..entry.clone() };
        if let Err(error) = self.store.update_outbox(&told, entry.attempts).await {
            tracing::warn!(owner = %entry.owner, entry = entry.id, %error, "the reason was not kept");
        }
    }

    /// Records that the service took the message. It cannot be taken back, so this tries hard, and an entry that cannot
    /// be recorded is left to the retry, which will send it once more.
    async fn record_sent(&self, entry: &OutboxEntry) {
        const TRIES: u32 = 3;
        let sent = entry.clone().settled(Status::Sent, None);
        for attempt in 1..=TRIES {
            match self.store.update_outbox(&sent, entry.attempts).await {
                // A condition that does not hold: an earlier try recorded it, and its answer was lost.
                Ok(()) | Err(StoreError::Condition(_)) => return,
                Err(error) if attempt == TRIES => {
                    tracing::error!(owner = %entry.owner, entry = entry.id, %error, "sent but not recorded");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200) * attempt).await,
            }
        }
    }

    /// Settles an entry together with the event that tells of it. Cost: what [`Store::change`] costs.
    async fn settle(&self, loaded: Loaded, why: Why, now: Timestamp) -> Result<Delivered, DeliveryError> {
        let context = Context { actor: Actor::System, origin: Origin::default(), now };
        let (status, reason) = match &why {
            Why::Failed(error) => (Status::Failed, error.to_string()),
            Why::Exhausted(last) => {
                (Status::Failed, last.clone().unwrap_or_else(|| "the service gave no answer".to_owned()))
            }
            Why::Suppressed => (Status::Suppressed, "text messages are off".to_owned()),
        };
        let OutboxEntry { id, attempts, .. } = loaded.entry;
        let session = loaded.session.id;
        let step = |found: ReadResult| {
            let stored = found.session(&session)?;
            let loaded = stored.map_or(Ok(None), |stored| Loaded::of(&found, stored, &id))?;
            let Some(loaded) =
                loaded.filter(|loaded| loaded.entry.status == Status::Pending && loaded.entry.attempts == attempts)
            else {
                return Ok::<_, DeliveryError>(Step::Done(Settling::Skipped));
            };
            let channel = loaded.entry.channel;
            let command = match why {
                Why::Suppressed => Command::DeliverySuppressed { channel },
                _ => Command::DeliveryFailed { channel, reason: reason.clone() },
            };
            // R22: the event is about whom it was for.
            let command = match loaded.entry.participant.clone() {
                Some(guest) => Command::For(guest, Box::new(command)),
                None => command,
            };
            let settled = loaded.entry.settled(status, Some(reason.clone()));
            Ok(match loaded.session.decide(command, &loaded.settings, &context) {
                Ok(decision) => {
                    let extras = Extras { settle: Some(settled.clone()), ..Extras::default() };
                    Step::Commit(decision, extras, Settling::Told(settled, loaded.presence, loaded.settings))
                }
                // Whoever was removed meanwhile is told of by no event. No state refuses either command otherwise; were one to, the
                // entry must not be tried for ever.
                Err(_) => Step::Done(Settling::Alone(settled)),
            })
        };
        let batch = ReadBatch::new().session(&session).outbox(&Owner::Session(session.clone()), &id);
        let Changed { basis, decision } =
            self.store.change(Race::new(&*self.random), context.now, |_| batch.clone(), step).await?;
        Ok(match (basis, decision) {
            (Settling::Alone(settled), _) => {
                self.store.update_outbox(&settled, attempts).await?;
                Delivered::Dropped
            }
            (Settling::Told(settled, presence, settings), Some(decision)) => {
                tell_operators(&settled, &why, &reason);
                Delivered::Settled(Box::new(Settled { decision, presence, settings }))
            }
            (Settling::Told(..) | Settling::Skipped, _) => Delivered::Skipped,
        })
    }
}

/// Whether the first attempt may begin at `now`: it did not before, and it would be over before the retry is due.
fn is_first(entry: &OutboxEntry, now: Timestamp) -> bool {
    let latest_end = SignedDuration::try_from(SEND_LIMIT).ok().and_then(|limit| now.checked_add(limit).ok());
    let in_time = entry.due.as_ref().zip(latest_end).is_some_and(|(due, end)| end < due.at);
    entry.status == Status::Pending && entry.attempts == 1 && in_time
}

/// The alarm listens for `dead-lettered`: what an operator can do something about, not a customer's wrong address.
fn tell_operators(entry: &OutboxEntry, why: &Why, reason: &str) {
    let (owner, channel, attempts) = (&entry.owner, entry.channel.as_str(), entry.attempts);
    match why {
        Why::Suppressed => tracing::info!(%owner, entry = entry.id, channel, "suppressed"),
        Why::Failed(error) if !error.concerns_operators() => {
            tracing::warn!(%owner, entry = entry.id, channel, attempts, reason, "given up");
        }
        Why::Failed(_) | Why::Exhausted(_) => {
            tracing::error!(%owner, entry = entry.id, channel, attempts, reason, "dead-lettered");
        }
    }
}
