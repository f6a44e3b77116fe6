//! Answers as the API's document shows them.

use serde_json::{Value, json};

pub(crate) fn page(item: Value) -> Value {
    json!({"items": [item], "next_cursor": null})
}

pub(crate) fn webhook() -> Value {
    json!({
        "id": "w3bh00k5zndq6x2v",
        "url": "https://hooks.example.com/parlor",
        "description": "Case management",
        "team": null,
        "events": ["session.ended"],
        "enabled": true,
        "disabled": null,
        "failing_since": null,
        "replaying": false,
        "secrets": [{"created_at": "2026-11-21T14:05:00.000Z", "until": null}],
        "created_at": "2026-11-21T14:05:00.000Z",
    })
}

pub(crate) fn revealed() -> Value {
    let mut revealed = webhook();
    revealed["secret"] = json!("whsec_kq3W8b0y1n6tq0v3o9n0c8bqv1m2l5hG");
    revealed
}

pub(crate) fn delivery() -> Value {
    json!({
        "id": "h4rb0r6q8x2v9k3m7t1c5w0znd-9",
        "type": "session.ended",
        "session": "h4rb0r6q8x2v9k3m7t1c5w0znd",
        "seq": 9,
        "at": "2026-11-21T15:00:00.000Z",
        "state": "delivered",
        "next_attempt_at": null,
        "attempts": [{"at": "2026-11-21T15:00:00.400Z", "status": 204, "error": null, "took": "under_1s"}],
    })
}
