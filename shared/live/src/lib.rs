//! The live connection between the two rooms, and of the lists of sessions: tickets that open it, the frames that go over it, and the fan-out to
//! everybody in a room through API Gateway.
//!
//! Live frames are hints. What happened is committed before anything is pushed, every event has its number in the
//! session, and whoever misses a frame asks for the events after the last one they saw. So nothing here can fail a
//! request: what cannot be delivered is logged and caught up later. The whole protocol stands in
//! `docs/live-protocol.md`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod protocol;
mod push;
mod ticket;

pub use protocol::{
    Audience, ClientFrame, EventView, Frame, FrameError, ListedEvent, ListedFrame, MAX_FRAME_BYTES, MAX_MISSED,
    MISSED_PAGE, SessionFrame, StaffView, frames_for, posted_mark, presence_frame, state_frame,
};
pub use push::Live;
pub use ticket::{Holder, TICKET_LIFETIME, Ticket, TicketError};
