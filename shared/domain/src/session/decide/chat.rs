//! The chat.

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::guard::must_be_writable;
use crate::{
    Actor, Attachment, EventKind, Sender, Settings, UploadId,
    session::{
        command::{Context, Decision, Outcome, Rejection},
        model::{Session, State},
    },
};

/// The longest message, in characters (Unicode scalar values).
pub const MESSAGE_MAX: usize = 4_000;
/// The longest id of a message, in bytes.
const MESSAGE_ID_MAX: usize = 64;

/// How fast a customer may write for long: a message in this time.
const CUSTOMER_PACE: SignedDuration = SignedDuration::from_secs(1);
/// How far ahead of that pace they may be: what was written without a connection comes all at once.
const CUSTOMER_AHEAD: SignedDuration = SignedDuration::from_secs(40);

/// The text of a message as it is posted: line breaks stay, other control characters and the blanks around it go. Needs
/// nothing but the text and the writer's own `id`, so it comes before anything is read: both have to be of the right
/// length.
pub fn message_text(id: &str, text: &str) -> Result<String, Rejection> {
    attached_text(id, text).and_then(|text| if text.is_empty() { Err(Rejection::InvalidMessage) } else { Ok(text) })
}

/// The same of a message with an attachment: its text may be empty.
pub fn attached_text(id: &str, text: &str) -> Result<String, Rejection> {
    let text = as_typed(text);
    if text.chars().count() > MESSAGE_MAX || id.is_empty() || id.len() > MESSAGE_ID_MAX {
        return Err(Rejection::InvalidMessage);
    }
    Ok(text)
}

/// All that a message says: its text as [`message_text`] has it, and which file goes with it.
#[must_use]
pub fn message_content<'a>(text: &'a str, attachment: Option<&UploadId>) -> Cow<'a, str> {
    // No text has this character.
    attachment.map_or(Cow::Borrowed(text), |upload| Cow::Owned(format!("{text}\0{upload}")))
}

/// What tells one writer's messages apart: half of the SHA-256 of who wrote it, and of what it says, as [`message_content`] has it.
#[must_use]
pub fn message_digest(writer: &Actor, content: &str) -> String {
    let who = match writer {
        Actor::Agent { id, .. } => id.as_str(),
        Actor::Api { key } => key.as_str(),
        Actor::Participant { id, .. } => id.as_str(),
        Actor::Customer | Actor::System => "",
    };
    let hash = Sha256::new().chain_update(who).chain_update([0]).chain_update(content).finalize();
    BASE64URL_NOPAD.encode(&hash[..16])
}

impl Session {
    /// R21: posts a message, as [`Command::Post`](crate::Command::Post) does. R2: the customer may write as long as the
    /// access tier has chat; agents and programs as [`Session::staff_may_write`] says. It needs no settings, so whoever reads
    /// for a message need not read them.
    pub fn post(&self, id: &str, text: &str, context: &Context) -> Result<Decision, Rejection> {
        let from = match context.actor {
            Actor::Customer if self.access(context.now).chat => Sender::Customer,
            Actor::Participant { .. } if self.access(context.now).chat => Sender::Participant,
            Actor::Customer | Actor::Participant { .. } | Actor::System => return Err(Rejection::ChatClosed),
            Actor::Agent { .. } => Sender::Agent,
            Actor::Api { .. } => Sender::Api,
        };
        if !context.actor.is_guest() && !self.staff_may_write(context.now) {
            must_be_writable(self)?;
        }
        self.say(
            EventKind::Message { id: id.to_owned(), from, text: message_text(id, text)?, attachment: None },
            context,
        )
    }

    /// R21: posts a message with a file. R2: the customer may attach as long as the access tier has attachments; what is written
    /// beside the file needs the chat as well. Where the customer may attach after the end, agents and programs may, too. Each side
    /// needs its setting.
    pub fn post_with_file(
        &self,
        id: &str,
        text: &str,
        file: Attachment,
        settings: &Settings,
        context: &Context,
    ) -> Result<Decision, Rejection> {
        let from = match context.actor {
            Actor::Customer => Sender::Customer,
            Actor::Participant { .. } => Sender::Participant,
            Actor::Agent { .. } => Sender::Agent,
            Actor::Api { .. } => Sender::Api,
            Actor::System => return Err(Rejection::ChatClosed),
        };
        let may_attach = match from {
            Sender::Customer | Sender::Participant => self.customer_may_attach(settings, context.now),
            Sender::Agent | Sender::Api => self.staff_may_attach(settings, context.now),
        };
        if !may_attach {
            // What is over says so, as to any other message.
            if !context.actor.is_guest() && settings.session.staff_attachments && !self.access(context.now).attachments
            {
                must_be_writable(self)?;
            }
            return Err(Rejection::AttachmentsClosed);
        }
        let text = attached_text(id, text)?;
        let may_write = match from {
            Sender::Customer | Sender::Participant => self.access(context.now).chat,
            Sender::Agent | Sender::Api => self.staff_may_write(context.now),
        };
        if !text.is_empty() && !may_write {
            return Err(Rejection::ChatClosed);
        }
        self.say(EventKind::Message { id: id.to_owned(), from, text, attachment: Some(file) }, context)
    }

    /// R2, R21: whether the customer may attach files to messages at `now`.
    #[must_use]
    pub fn customer_may_attach(&self, settings: &Settings, now: Timestamp) -> bool {
        settings.session.customer_attachments && self.access(now).attachments
    }

    /// R2, R21: whether agents and programs may attach files to messages at `now`: until the end, and after it wherever the
    /// customer may.
    #[must_use]
    pub fn staff_may_attach(&self, settings: &Settings, now: Timestamp) -> bool {
        let open = match self.state {
            State::Planned | State::Invited | State::Active => true,
            State::Ended => self.access(now).attachments,
            State::Discarded => false,
        };
        settings.session.staff_attachments && open
    }

    /// Posts what may be posted.
    fn say(&self, message: EventKind, context: &Context) -> Result<Decision, Rejection> {
        let event = context.event(self.seq + 1, message);
        let mut decision = self.unchanged();
        decision.session.apply(&event);
        if event.actor.is_guest() {
            // R22: each guest has a pace of their own, so that nobody's flood silences another.
            let guest = event.participant.as_ref();
            if !decision.session.has_guest(guest) {
                return Err(Rejection::ChatClosed);
            }
            decision.session.sit(guest);
            decision.session.customer_ahead_until = Some(decision.session.pace_customer(context.now)?);
            decision.session.unseat();
        }
        Ok(Decision { events: vec![event], outcome: Outcome::Done, ..decision })
    }

    /// The moment at which the guest of this seat will have kept their pace again, after one more message; a refusal when they
    /// are too far ahead of it. (The generic cell rate algorithm: one time says it all.)
    fn pace_customer(&self, now: Timestamp) -> Result<Timestamp, Rejection> {
        let ahead_until = self.customer_ahead_until.unwrap_or(now).max(now);
        let retry_at = ahead_until - CUSTOMER_AHEAD;
        if retry_at > now { Err(Rejection::TooOften { retry_at }) } else { Ok(ahead_until + CUSTOMER_PACE) }
    }
}

/// The text as a person typed it. Whatever breaks a line in some system (CR LF, CR, vertical tab, form feed, NEL) is a
/// line feed, tabs stay; other control characters and the blanks around the text go.
pub(crate) fn as_typed(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}'], "\n");
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    text.trim().to_owned()
}
