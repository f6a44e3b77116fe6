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
        "tries": 1,
        "attempts": [{"at": "2026-11-21T15:00:00.400Z", "status": 204, "error": null, "took": "under_1s"}],
    })
}

pub(crate) fn sent() -> Value {
    let mut sent = delivery();
    sent["request"] = json!({
        "url": "https://hooks.example.com/parlor",
        "headers": {
            "content-type": "application/json",
            "user-agent": "Parlor-Webhooks/1",
            "webhook-id": "h4rb0r6q8x2v9k3m7t1c5w0znd-9",
            "webhook-timestamp": "1795273200",
            "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        },
        "body": "{\"type\":\"session.ended\",\"timestamp\":\"2026-11-21T15:00:00.000Z\",\"data\":{}}",
    });
    sent
}

pub(crate) fn tested() -> Value {
    json!({
        "id": "h4rb0r6q8x2v9k3m7t1c5w0znd-0",
        "type": "webhook.test",
        "session": null,
        "seq": 0,
        "at": "2026-11-21T15:00:00.000Z",
        "state": "pending",
        "next_attempt_at": "2026-11-21T15:00:00.000Z",
        "tries": 0,
        "attempts": [],
    })
}
