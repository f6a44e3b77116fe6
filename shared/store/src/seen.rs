//! How far each side has seen the chat (R21). It stands in the room's item beside the connections, so that it is read with them; it
//! says nothing that anybody decides by.

use aws_sdk_dynamodb::{error::SdkError, types::ReturnValue};
use parlor_domain::{SessionId, Who};

use crate::{
    Store, StoreError,
    keys::{Item, Key, number},
};

/// The numbers of the newest events that each side has seen; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// What the customer has seen.
    pub by_customer: u64,
    /// What staff have seen, whoever of them it was.
    pub by_staff: u64,
}

impl Seen {
    /// The room's attribute for the side that `who` is on.
    const fn attribute(who: &Who) -> &'static str {
        match who {
            Who::Customer | Who::Participant(_) => "seen_by_customer",
            Who::Agent(_) => "seen_by_staff",
        }
    }

    pub(crate) fn of(room: &Item) -> Self {
        let seq = |name: &str| room.get(name).and_then(|value| value.as_n().ok()?.parse().ok()).unwrap_or_default();
        Self { by_customer: seq("seen_by_customer"), by_staff: seq("seen_by_staff") }
    }

    /// What the side that `who` is on has seen.
    #[must_use]
    pub const fn by(self, who: &Who) -> u64 {
        match who {
            Who::Customer | Who::Participant(_) => self.by_customer,
            Who::Agent(_) => self.by_staff,
        }
    }
}

impl Store {
    /// Notes that the side of `who` has seen the events up to `seq`. One `UpdateItem`; whether it had not seen as much before.
    pub async fn note_seen(&self, session: &SessionId, who: &Who, seq: u64) -> Result<bool, StoreError> {
        let noted = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::presence(session).to_item()))
            .update_expression("SET #seen = :seq")
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(#seen) OR #seen < :seq)")
            .expression_attribute_names("#seen", Seen::attribute(who))
            .expression_attribute_values(":seq", number(seq))
            .return_values(ReturnValue::None)
            .send()
            .await;
        match noted {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
            Err(error) => Err(StoreError::from_sdk("UpdateItem seen", &error)),
        }
    }
}
