//! How guests come to a room: at a pace of their own (R22), and not while they stand back for staff.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use jiff::{SignedDuration, Timestamp};
use parlor_domain::Who;

use crate::keys::{Item, number};

/// How fast a guest may connect for long, and how far ahead of that they may be: a telephone in a tunnel, a page that
/// is loaded again and again. Each connection is a write to the session and to its room.
const ARRIVAL_PACE: SignedDuration = SignedDuration::from_secs(1);
const ARRIVALS_AHEAD: SignedDuration = SignedDuration::from_secs(40);

/// The room's attribute that rises with each guest who comes.
pub(crate) const CAME: &str = "customers_ahead";

/// The room's attribute that says how far ahead of their pace a guest connects (R22: each by themselves, so that none keeps
/// another out); nothing for staff, who have no pace.
pub(crate) fn pace_of(who: &Who) -> Option<String> {
    match who {
        Who::Customer => Some("customer_pace".to_owned()),
        Who::Participant(id) => Some(format!("pace_{id}")),
        Who::Agent(_) => None,
    }
}

/// The room's attribute that says until when customers stand back, and for how long they do.
pub(crate) const HELD: &str = "customers_held";
pub(crate) const HELD_FOR: SignedDuration = SignedDuration::from_secs(2);

/// How guests came to a room so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Rises with each guest who comes.
    pub(crate) came: Option<i64>,
    /// How far ahead of their pace whoever comes now is, in milliseconds since 1970.
    ahead_until: Option<i64>,
    held_until: Option<i64>,
}

impl Arrivals {
    /// From the room's item, for whoever comes now.
    pub(crate) fn of(item: &Item, who: &Who) -> Self {
        let ahead_until = pace_of(who).and_then(|pace| millis_of(item, &pace));
        Self { came: millis_of(item, CAME), ahead_until, held_until: millis_of(item, HELD) }
    }

    /// Whether one more may come at `now`.
    #[must_use]
    pub fn admit(self, now: Timestamp) -> bool {
        self.ahead_until.is_none_or(|until| until - now.as_millisecond() <= ARRIVALS_AHEAD.as_secs() * 1000)
    }

    /// Whether customers stand back at `now`: read again in a moment.
    #[must_use]
    pub fn stand_back(self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| until > now.as_millisecond())
    }

    /// What has risen, after one more.
    pub(crate) fn next_came(self, now: Timestamp) -> i64 {
        self.came.unwrap_or(0).saturating_add(1).max(now.as_millisecond())
    }

    /// How far ahead whoever comes now is, after this time.
    pub(crate) fn next(self, now: Timestamp) -> i64 {
        self.ahead_until.unwrap_or(0).max(now.as_millisecond()) + ARRIVAL_PACE.as_secs() * 1000
    }
}

/// The condition that no other guest's connection came to the room since its item was read.
pub(crate) fn unless_others_came(update: UpdateBuilder, came: Option<i64>) -> UpdateBuilder {
    let update = update.expression_attribute_names("#came", CAME);
    match came {
        None => update.condition_expression("attribute_not_exists(#came)"),
        Some(read) => update.condition_expression("#came = :read").expression_attribute_values(":read", number(read)),
    }
}

/// A number of a room's item, such as a time in milliseconds since 1970.
pub(crate) fn millis_of(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
