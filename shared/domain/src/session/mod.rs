//! One customer case, from planning to its end (R1), and every decision about it.
//!
//! `model` is what is stored, `command` what can be asked and answered, `decide` the rules, and `apply` what an event
//! changes.

mod apply;
mod arrange;
mod command;
mod decide;
mod model;

pub use crate::link::Issued;
pub use command::{
    Command, Context, Correction, Decision, NewParticipant, NewSession, Outcome, Rejection, SearchChange, TakeOver,
};
pub(crate) use decide::chat::as_typed;
pub use decide::chat::{MESSAGE_MAX, attached_text, message_content, message_digest, message_text};
pub use decide::transfer::{ANSWER_WITHIN, REASON_MAX};
pub use model::{
    Answer, Customer, Device, End, FoundBy, News, Reminded, SEARCH_FORM, Session, State, Transfer, text_hash,
};

#[cfg(test)]
mod tests;
