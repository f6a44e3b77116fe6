//! Endpoints and deliveries as the API shows them. Secrets are none of it.

use jiff::Timestamp;
use parlor_domain::webhook::{Attempt, Delivery};
use parlor_store::Webhook;
use parlor_web::session_json::timestamp;
use serde_json::{Value, json};

/// An endpoint.
pub(crate) fn webhook_json(webhook: &Webhook, now: Timestamp) -> Value {
    let Webhook { endpoint, standing, .. } = webhook;
    let secrets: Vec<Value> = endpoint
        .signing(now)
        .map(|secret| json!({"created_at": timestamp(secret.created_at), "until": secret.until.map(timestamp)}))
        .collect();
    let disabled = standing.disabled.as_ref().map(|disabled| json!({"by": disabled.by, "at": timestamp(disabled.at)}));
    json!({
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "team": endpoint.team,
        "events": endpoint.events,
        "enabled": standing.disabled.is_none(),
        "disabled": disabled,
        "failing_since": standing.failing_since.map(timestamp),
        "replaying": standing.replay.is_some(),
        "secrets": secrets,
        "created_at": timestamp(endpoint.created_at),
    })
}

/// Its version.
pub(crate) fn etag(webhook: &Webhook) -> String {
    format!("\"{}\"", webhook.version)
}

/// A delivery with its attempts.
pub(crate) fn delivery_json(delivery: &Delivery) -> Value {
    let attempts: Vec<Value> = delivery.attempts.iter().map(attempt_json).collect();
    json!({
        "id": delivery.message_id(),
        "type": delivery.kind,
        "session": delivery.session,
        "seq": delivery.seq,
        "at": timestamp(delivery.at),
        "state": delivery.state,
        "next_attempt_at": delivery.next_at.map(timestamp),
        "attempts": attempts,
    })
}

fn attempt_json(attempt: &Attempt) -> Value {
    json!({"at": timestamp(attempt.at), "status": attempt.status, "error": attempt.error, "took": attempt.took})
}
