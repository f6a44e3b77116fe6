//! The customer status indicator (R14).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Joined, online and complete in one sign. No tasks counts as incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// The customer never passed every gate.
    NeverJoined,
    /// Here, with tasks open (or none given).
    OnlineIncomplete,
    /// Away, with tasks open (or none given).
    OfflineIncomplete,
    /// Here, everything done.
    OnlineComplete,
    /// Away, everything done.
    OfflineComplete,
}

impl Indicator {
    /// The indicator for these three answers, by R14's table.
    #[must_use]
    pub fn of(joined: bool, online: bool, complete: bool) -> Self {
        match (joined, online, complete) {
            (false, _, _) => Self::NeverJoined,
            (true, true, false) => Self::OnlineIncomplete,
            (true, false, false) => Self::OfflineIncomplete,
            (true, true, true) => Self::OnlineComplete,
            (true, false, true) => Self::OfflineComplete,
        }
    }

    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverJoined => "never_joined",
            Self::OnlineIncomplete => "online_incomplete",
            Self::OfflineIncomplete => "offline_incomplete",
            Self::OnlineComplete => "online_complete",
            Self::OfflineComplete => "offline_complete",
        }
    }
}
