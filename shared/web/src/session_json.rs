//! A session as the API shows it.

use jiff::Timestamp;
use parlor_domain::Presence;
use parlor_store::Summary;
use serde_json::{Value, json};

/// The public representation (`interface.md`, POST `/v1/sessions`). `url` is the caller's to add.
#[must_use]
pub fn session_json(session: &Summary, presence: &Presence, now: Timestamp) -> Value {
    let access = session.access(now);
    let mut value = json!({
        "id": session.id,
        "state": session.state,
        "customer": {"name": session.name},
        "team": session.id.team(),
        "agent": session.agent,
        "channel": session.channel,
        "created_at": timestamp(session.created_at),
        "access": {"tier": access.tier},
        "indicator": session.indicator(presence, now),
    });
    let mut set = |pointer: &str, key: &str, field: Option<Value>| {
        if let (Some(field), Some(object)) = (field, value.pointer_mut(pointer)) {
            object[key] = field;
        }
    };
    set("/customer", "email", session.contact.email.as_ref().map(|email| json!(email)));
    set("/customer", "phone", session.contact.phone.as_ref().map(|phone| json!(phone)));
    set("/access", "until", access.until.map(|at| json!(timestamp(at))));
    set("", "invited_at", session.invited_at.map(|at| json!(timestamp(at))));
    set("", "joined_at", session.joined_at.map(|at| json!(timestamp(at))));
    set("", "ended_at", session.ended_at.map(|at| json!(timestamp(at))));
    set("", "ended_by", session.ended_by.map(|by| json!(by)));
    set("", "reference", session.reference.as_ref().map(|text| json!(text)));
    set("", "metadata", (!session.metadata.is_empty()).then(|| json!(session.metadata)));
    value
}

/// RFC 3339 to the millisecond: what was written is what is read back.
#[must_use]
pub fn timestamp(at: Timestamp) -> String {
    format!("{at:.3}")
}
