//! What a page may say over its connection, and why something that it said was not acted upon.

use parlor_domain::{Rejection, SessionId};
use serde::Deserialize;

use super::{Frame, MAX_FRAME_BYTES};

/// A frame from a page: what it may say over its connection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ClientFrame {
    /// "Here I am, and this is the last event that I saw": first thing on every connection, and again whenever a number
    /// is missing.
    Hello {
        /// The session that the connection belongs to.
        session: SessionId,
        /// The last event that was seen; 0 for none.
        #[serde(default)]
        since: u64,
    },
    /// A message for the chat (R21).
    Message {
        /// The session that the connection belongs to.
        session: SessionId,
        /// The client's own id for it. Sending it again under the same id is harmless.
        id: String,
        /// The text, 1 to 4,000 characters.
        text: String,
    },
    /// A sign of life, which renews the connection's lease.
    Ping {
        /// The session that the connection belongs to.
        session: SessionId,
    },
    /// The page's user is writing; the other side is told.
    Typing {
        /// The session that the connection belongs to.
        session: SessionId,
    },
    /// The page's user has seen the events up to this one; where the settings have it, the other side is told (R21).
    Seen {
        /// The session that the connection belongs to.
        session: SessionId,
        /// The newest event that was in sight.
        last: u64,
    },
    /// "My lists are open": first thing on a connection that follows lists, and its sign of life from then on.
    Listen,
}

impl ClientFrame {
    /// Reads a text frame. Unknown fields are ignored, unknown types are not.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        if text.len() > MAX_FRAME_BYTES {
            return Err(FrameError::TooLarge);
        }
        serde_json::from_str(text).map_err(|_| FrameError::Malformed)
    }

    /// The client's own id, if it is a message.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        match self {
            Self::Message { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// Why a frame was not acted upon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No JSON, not a frame of this protocol, or binary.
    #[error("not a frame of this protocol")]
    Malformed,
    /// Over [`MAX_FRAME_BYTES`].
    #[error("the frame is too long")]
    TooLarge,
    /// This connection is not (or no longer) in that session's room. It is closed.
    #[error("this connection is not in the room")]
    NotConnected,
    /// R6: another device took the customer's place, or the agent released it. The connection is closed.
    #[error("the session is open on another device")]
    Device,
    /// R2: the customer may do nothing any more. The connection is closed.
    #[error("the session has expired")]
    SessionExpired,
    /// R15: maintenance. The connection is closed.
    #[error("the service is down")]
    ServiceDown,
    /// The tables cannot be reached. The client sends the same again later.
    #[error("not available right now")]
    Unavailable,
    /// More frames than anybody sends by hand. The client sends the same again later.
    #[error("too many frames")]
    TooOften,
    /// And it did not stop. The connection is closed.
    #[error("too many frames for too long")]
    CutOff,
    /// The domain refused the message.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl FrameError {
    /// The stable `code` of the `error` frame.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too-large",
            Self::NotConnected => "not-connected",
            Self::Device => "device",
            Self::SessionExpired => "session-expired",
            Self::ServiceDown => "service-down",
            Self::Unavailable => "unavailable",
            Self::TooOften | Self::CutOff => "too-often",
            Self::Rejected(rejection) => rejection.code(),
        }
    }

    /// Whether there is no point in keeping the connection.
    #[must_use]
    pub fn closes(&self) -> bool {
        matches!(self, Self::NotConnected | Self::Device | Self::SessionExpired | Self::ServiceDown | Self::CutOff)
    }

    /// As a frame; `id` is that of the message that was refused.
    #[must_use]
    pub fn frame(&self, id: Option<&str>) -> Frame {
        Frame::Error { code: self.code(), id: id.map(str::to_owned) }
    }
}
