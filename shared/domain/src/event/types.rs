//! The types of events, by their public names.

use super::EventKind;

/// Every type of event, in the order in which a session comes upon them as a rule.
pub const TYPES: [&str; 49] = [
    "session.created",
    "session.invited",
    "session.reengaged",
    "link.generated",
    "link.renewed",
    "link.revoked",
    "customer.consented",
    "device.bound",
    "device.released",
    "customer.joined",
    "pin.wrong",
    "pin.locked",
    "pin.banned",
    "pin.reset",
    "code.sent",
    "message",
    "interaction.created",
    "interaction.sent",
    "interaction.started",
    "interaction.completed",
    "interaction.signed",
    "interaction.not_signed",
    "interaction.joined",
    "interaction.declined",
    "interaction.accepted",
    "interaction.sent_back",
    "interaction.withdrawn",
    "interaction.moved",
    "interaction.reminded",
    "customer.reminded",
    "customer.notified",
    "interaction.assigned",
    "participant.added",
    "participant.removed",
    "order.changed",
    "turn.came",
    "turn.waits",
    "session.kept_open",
    "session.ended",
    "session.erased",
    "session.discarded",
    "session.renewed",
    "session.transfer_requested",
    "session.transferred",
    "session.transfer_declined",
    "session.transfer_lapsed",
    "access.changed",
    "delivery.failed",
    "delivery.suppressed",
];

/// Whether events of this type exist (`session.ended`).
#[must_use]
pub fn is_type(name: &str) -> bool {
    // The list of types is the enum itself: serde knows a type whose fields are missing from one that is none.
    match serde_json::from_value::<EventKind>(serde_json::json!({ "type": name })) {
        Ok(_) => true,
        Err(error) => !error.to_string().starts_with("unknown variant"),
    }
}
