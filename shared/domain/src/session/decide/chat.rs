//! The chat.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

use super::guard::must_be_writable;
use crate::{
    Actor, EventKind, Sender,
    session::{
        command::{Context, Decision, Outcome, Rejection},
        model::Session,
    },
};

/// The longest message, in characters (Unicode scalar values).
pub const MESSAGE_MAX: usize = 4_000;
/// The longest id of a message, in bytes.
const MESSAGE_ID_MAX: usize = 64;

/// Whether `id` can be a message's: short enough to be a key.
#[must_use]
pub fn is_message_id(id: &str) -> bool {
    (1..=MESSAGE_ID_MAX).contains(&id.len())
}

/// The text as it is posted: line breaks stay, other control characters and the blanks around the text go.
pub fn message_text(text: &str) -> Result<String, Rejection> {
    let text = as_typed(text);
    if text.is_empty() || text.chars().count() > MESSAGE_MAX { Err(Rejection::InvalidMessage) } else { Ok(text) }
}

/// What tells one message's text from another's: SHA-256 of the text as it is posted, base64url.
#[must_use]
pub fn message_digest(posted: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(posted))
}

impl Session {
    /// R21: posts a message, as [`Command::Post`](crate::Command::Post) does. R2: the customer may write as long as the
    /// access tier has chat; agents and programs as [`Session::staff_may_write`] says. It needs no settings, so whoever reads
    /// for a message need not read them.
    pub fn post(&self, id: &str, text: &str, context: &Context) -> Result<Decision, Rejection> {
        let from = match context.actor {
            Actor::Customer if self.access(context.now).chat => Sender::Customer,
            Actor::Customer | Actor::System => return Err(Rejection::ChatClosed),
            Actor::Agent { .. } => Sender::Agent,
            Actor::Api { .. } => Sender::Api,
        };
        if from != Sender::Customer && !self.staff_may_write(context.now) {
            must_be_writable(self)?;
        }
        let text = message_text(text)?;
        if !is_message_id(id) {
            return Err(Rejection::InvalidMessage);
        }
        let event = context.event(self.seq + 1, EventKind::Message { id: id.to_owned(), from, text });
        let mut decision = self.unchanged();
        decision.session.apply(&event);
        Ok(Decision { events: vec![event], outcome: Outcome::Done, ..decision })
    }
}

/// The text as a person typed it. Whatever breaks a line in some system (CR LF, CR, vertical tab, form feed, NEL) is a
/// line feed, tabs stay; other control characters and the blanks around the text go.
fn as_typed(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}'], "\n");
    let text: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    text.trim().to_owned()
}
