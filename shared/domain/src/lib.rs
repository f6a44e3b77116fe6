//! What Parlor decides, and nothing else: no tokio, no AWS, no clock and no randomness of its own.
//!
//! Everything that happens to a session goes through [`Session::decide`], which takes the session as it was read, a
//! [`Command`], the effective [`Settings`] and the time, and answers with a [`Decision`] to be committed in one write or
//! a [`Rejection`] that says why not. The words are those of the rules (R1..R27); each module names the rules it holds.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod access;
pub mod archive;
pub mod attachment;
pub mod chat_links;
pub mod contact;
pub mod due;
pub mod event;
pub mod figures;
pub mod gate;
pub mod ids;
pub mod indicator;
pub mod interaction;
pub mod keyring;
pub mod language;
pub mod library;
pub mod link;
pub mod names;
pub mod outbox;
pub mod participant;
pub mod people;
pub mod pin;
pub mod presence;
pub mod random;
pub mod rate;
pub mod reminder;
pub mod secret;
pub mod session;
pub mod settings;
pub mod staff;
pub mod timer;
pub mod turn;
pub mod upload;
pub mod visible;
pub mod webhook;

pub use access::{Access, AccessPlan, AccessTier};
pub use attachment::Attachment;
pub use contact::{Channel, Contact, Country, EmailAddress, PhoneNumber};
pub use due::{Due, DueKind};
pub use event::{Actor, EndedBy, ErasedBy, Event, EventKind, Origin, Sender};
pub use gate::{Gate, Presented};
pub use ids::{AgentId, InteractionId, KeyId, LibraryId, LoginId, ParticipantId, SessionId, TeamId, WebhookId};
pub use indicator::Indicator;
pub use interaction::{Interaction, InteractionState};
pub use keyring::Keyring;
pub use language::Language;
pub use link::{Link, LinkToken};
pub use outbox::{Message, OutboxEntry};
pub use participant::Participant;
pub use presence::{Lease, Presence, Who};
pub use random::Random;
pub use secret::{Secret, SecretHash};
pub use session::{Command, Decision, NewSession, Rejection, Session, State};
pub use settings::{Settings, SettingsError};
pub use staff::{Agent, Role};
pub use upload::{Upload, UploadId, UploadRefusal};
