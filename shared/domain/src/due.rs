//! What stands in the due index: something to look at, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why something is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DueKind {
    /// R3: the agent may have been inactive for too long.
    Inactivity,
    /// R2: after a session's end, an access tier ends.
    Access,
    /// R9: a transfer that nobody answered lapses.
    Transfer,
    /// R23: a message waits to be sent, or to be sent again.
    Delivery,
    /// R21: the signed file of a completed document has not come.
    Signing,
    /// R23: unfinished work has waited for so long that its customer is reminded.
    Reminder,
    /// R23: news has waited for so long that a customer who is away is told of it.
    Notice,
    /// R25: a session was kept for as long as it is to be, or is erased and its items are still to go; R21: no entry of a library has a
    /// file that was sent for it.
    Retention,
}

impl DueKind {
    /// The kind as part of an index key.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inactivity => "inactivity",
            Self::Access => "access",
            Self::Transfer => "transfer",
            Self::Delivery => "delivery",
            Self::Signing => "signing",
            Self::Reminder => "reminder",
            Self::Notice => "notice",
            Self::Retention => "retention",
        }
    }
}

/// One entry of the due index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Why the entry is there, and so which schedule handles it.
    pub kind: DueKind,
    /// The earliest time to handle it.
    pub at: Timestamp,
}
