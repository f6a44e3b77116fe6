//! What a customer may do, as a pure function of the session and the time (R2).

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::settings::{AccessLevel, CustomerAccess};

/// What a customer may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessTier {
    /// Everything: view, fill, complete; chat and attachments as the plan says.
    Full,
    /// Reading: what is incomplete can be reviewed, what is complete downloaded, the chat read.
    Limited,
    /// Nothing: the session's pages say that it has expired.
    None,
}

impl AccessTier {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Limited => "limited",
            Self::None => "none",
        }
    }
}

/// One stretch of the plan: `tier` until `until` (exclusive), or for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What the customer may do in it.
    pub tier: AccessTier,
    /// Its end; `None` is for ever.
    pub until: Option<Timestamp>,
}

/// The tiers after the end, computed once at T from the effective settings and kept on the session (R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccessPlan {
    /// Stretches in order of time; what follows the last is `none`.
    pub steps: Vec<Step>,
    /// Whether attachments stay open in `full`.
    pub attachments: bool,
    /// Whether chat stays open in `full`.
    pub chat: bool,
}

/// The answer to "what may the customer do now, and until when".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// What is open to the customer.
    pub tier: AccessTier,
    /// When it changes by the clock alone; `None` if it does not.
    pub until: Option<Timestamp>,
    /// Whether the customer may write in the chat.
    pub chat: bool,
    /// Whether the customer may add attachments.
    pub attachments: bool,
}

impl Access {
    /// A running session: everything, with no end in sight.
    pub const OPEN: Self = Self { tier: AccessTier::Full, until: None, chat: true, attachments: true };
    /// Nothing, for ever.
    pub const CLOSED: Self = Self { tier: AccessTier::None, until: None, chat: false, attachments: false };
}

/// `at` plus whole minutes, held at the end of representable time rather than overflowing: a plan of ten thousand
/// years is for ever in all but name.
fn plus_minutes(at: Timestamp, minutes: u32) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
}

impl AccessPlan {
    /// The plan for a session that ends at `end`, from the effective setting *End session access*.
    #[must_use]
    pub fn at_end(end: Timestamp, setting: &CustomerAccess) -> Self {
        let minutes = setting.minutes.unwrap_or(0);
        let steps = match setting.level {
            AccessLevel::None => vec![],
            AccessLevel::Full => vec![Step { tier: AccessTier::Full, until: None }],
            AccessLevel::FullTimed => {
                let full_until = plus_minutes(end, minutes);
                let mut steps = vec![Step { tier: AccessTier::Full, until: Some(full_until) }];
                if let Some(limited) = setting.then_limited_minutes {
                    steps.push(Step { tier: AccessTier::Limited, until: Some(plus_minutes(full_until, limited)) });
                }
                steps
            }
            AccessLevel::Limited => {
                vec![Step { tier: AccessTier::Limited, until: Some(plus_minutes(end, minutes)) }]
            }
        };
        let full = matches!(setting.level, AccessLevel::Full | AccessLevel::FullTimed);
        Self { steps, attachments: full && setting.attachments, chat: full && setting.chat }
    }

    /// What the plan allows at `now`. Intervals are half-open: at its `until` a step is over.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Access {
        self.steps.iter().find(|step| step.until.is_none_or(|until| now < until)).map_or(Access::CLOSED, |step| {
            let full = step.tier == AccessTier::Full;
            Access {
                tier: step.tier,
                until: step.until,
                chat: full && self.chat,
                attachments: full && self.attachments,
            }
        })
    }

    /// The first boundary after `now`, for the schedule that tells open rooms.
    #[must_use]
    pub fn next_boundary(&self, now: Timestamp) -> Option<Timestamp> {
        self.steps.iter().filter_map(|step| step.until).find(|until| *until > now)
    }
}
