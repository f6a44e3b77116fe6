//! The agent's room: `GET /console/s/{session}`, and its changing parts with `?fragment=room`.
//!
//! What changes while one looks at it stands in elements with `data-part`. The script fetches the fragment when a live
//! frame says that something changed, and replaces only those parts whose markup is another now; the stream grows at its
//! end and the composer is never touched, so neither caret nor scroll position moves.

mod asking;
mod banners;
mod content;
mod details;
mod invitations;
mod library;
mod link;
mod model;
mod moving;
mod ownership;
mod page;
mod people;
mod samples;
mod sending;
mod sheets;

pub use content::{AnswerLine, JoinedCopy, SignedCopy, WorkFile, WorkItem, WorkItemKind, answers};
pub use link::LinkReady;
pub use model::{AfterEnd, AuthState, Consent, Ended, LinkLine, Ownership, PinLock, Room, Stretch};
pub use people::{Guest, GuestStanding};

#[cfg(test)]
mod tests;
