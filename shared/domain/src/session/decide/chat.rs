//! The chat.

use super::{draft::Draft, guard::must_be_writable};
use crate::{
    Actor, EventKind, Sender,
    session::command::{Outcome, Rejection},
};

/// The longest message, in characters.
const MESSAGE_MAX: usize = 4_000;
/// The longest id of a message, in bytes.
const MESSAGE_ID_MAX: usize = 64;

/// R21: posts a message. R2: the customer may write as long as the access tier has chat; agents and programs may write
/// until the session is over.
pub(super) fn post(draft: &mut Draft<'_>, id: String, text: &str) -> Result<Outcome, Rejection> {
    let from = match draft.context.actor {
        Actor::Customer if draft.session.access(draft.now()).chat => Sender::Customer,
        Actor::Customer | Actor::System => return Err(Rejection::ChatClosed),
        Actor::Agent { .. } => Sender::Agent,
        Actor::Api { .. } => Sender::Api,
    };
    if from != Sender::Customer {
        must_be_writable(&draft.session)?;
    }
    let text = without_control_characters(text);
    if text.is_empty() || text.chars().count() > MESSAGE_MAX || id.is_empty() || id.len() > MESSAGE_ID_MAX {
        return Err(Rejection::InvalidMessage);
    }
    draft.record(EventKind::Message { id, from, text });
    Ok(Outcome::Done)
}

/// The text as a person typed it: line breaks stay, other control characters and the blanks around the text go.
fn without_control_characters(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    text.trim().to_owned()
}
