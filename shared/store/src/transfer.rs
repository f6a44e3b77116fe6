//! R9: that the owner of a session is asked stands in the room's item, too, in the write that asks: so whoever takes the owner's
//! last connection out of the room learns of it, however close the two come.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{Decision, EventKind};

use crate::{
    Store, StoreError,
    commit::{Customers, incomplete},
    keys::{Item, Key, millis, number},
};

/// The room's attribute that says until when its owner is asked, or was, in milliseconds since 1970.
const ASKED: &str = "transfer_asked";

/// Until when the owner is asked, or was.
pub(crate) fn asked_until(item: &Item) -> Option<Timestamp> {
    let until = item.get(ASKED)?.as_n().ok()?.parse().ok()?;
    Timestamp::from_millisecond(until).ok()
}

impl Store {
    /// Notes in the room that the owner is asked, if the decision asks them. It loses its race if none of their connections that
    /// were read is there any more: then there is nobody to ask.
    pub(crate) fn ask_owner(
        &self,
        decision: &Decision,
        room: &Customers,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let asks = |kind: &EventKind| match kind {
            EventKind::TransferRequested { lapses_at, .. } => Some(*lapses_at),
            _ => None,
        };
        let session = &decision.session;
        let Some(lapses_at) = decision.events.iter().find_map(|event| asks(&event.kind)) else { return Ok(None) };
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::presence(&session.id).to_item()))
            .update_expression("SET #asked = :until")
            .expression_attribute_names("#asked", ASKED)
            .expression_attribute_values(":until", number(millis(lapses_at)));
        let mut here = vec![];
        for (place, (id, _)) in room.staff.iter().filter(|(_, agent)| *agent == session.agent.as_str()).enumerate() {
            here.push(format!("attribute_exists(#here{place})"));
            update = update.expression_attribute_names(format!("#here{place}"), id);
        }
        let update = update.condition_expression(here.join(" OR ")).build().map_err(|error| incomplete(&error))?;
        Ok(Some(TransactWriteItem::builder().update(update).build()))
    }
}
