//! What an attempt posts: one way for whoever sends it and for whoever shows it.

use jiff::Timestamp;
use parlor_domain::{
    Event, Keyring,
    webhook::{Delivery, Endpoint, NoAnswer, SigningSecret, payload, place, test_payload},
};

/// A request to an endpoint, without its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, byte for byte as it is signed.
    pub body: String,
}

/// What an attempt at `at` posts. `event` is what `delivery` is of; a test event needs none.
///
/// # Errors
/// [`NoAnswer::Nothing`] when the event is gone, the endpoint is another team's by now, or no secret opens with this key.
pub fn request(
    keyring: &Keyring,
    endpoint: &Endpoint,
    delivery: &Delivery,
    event: Option<&Event>,
    at: Timestamp,
) -> Result<Posted, NoAnswer> {
    let event = event.filter(|_| endpoint.is_about(&delivery.session));
    let body = match event {
        _ if delivery.is_test() => test_payload(delivery),
        Some(event) => payload(&delivery.session, event),
        None => return Err(NoAnswer::Nothing),
    };
    let (id, timestamp) = (delivery.message_id(), at.as_second());
    let place = place(&endpoint.id);
    let signatures: Vec<String> = endpoint
        .signing(at)
        .filter_map(|secret| SigningSecret::parse(&keyring.open(&place, &secret.sealed).ok()?))
        .map(|secret| secret.sign(&id, timestamp, &body))
        .collect();
    if signatures.is_empty() {
        tracing::error!(webhook = %endpoint.id, "no secret opens with this key");
        return Err(NoAnswer::Nothing);
    }
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Parlor-Webhooks/1".to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    Ok(Posted { headers, body })
}
