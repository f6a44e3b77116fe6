//! Endpoints and deliveries as the API shows them. An endpoint's secret is shown only to whoever makes or changes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use parlor_domain::{
    SessionId, TeamId, WebhookId,
    webhook::{Attempt, Delivery, DeliveryState, DisabledBy, NoAnswer, Took},
};
use parlor_store::Webhook;
use parlor_web::Time;
use schemars::JsonSchema;
use serde::Serialize;

/// A webhook endpoint: what it is sent, and how it does.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub(crate) struct WebhookView {
    /// Names it in the API.
    id: WebhookId,
    /// The https address that events are posted to.
    url: String,
    /// What it is for, for people; `null` for none.
    description: Option<String>,
    /// Only events of this team's sessions; `null` for all.
    team: Option<TeamId>,
    /// Only events of these types; all when empty.
    events: Vec<String>,
    /// Whether anything is sent there.
    enabled: bool,
    /// Since when, and why, nothing is sent there; `null` while it is enabled.
    disabled: Option<DisabledView>,
    /// When it began to fail; `null` while attempts succeed.
    failing_since: Option<Time>,
    /// Whether earlier events are being sent again.
    replaying: bool,
    /// The secrets that sign now; two while one replaces the other.
    secrets: Vec<SecretView>,
    /// When it was registered; earlier events are not sent there.
    created_at: Time,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookDisabled", description = "Since when, and why, nothing is sent to an endpoint.")]
struct DisabledView {
    /// Who or what disabled it.
    by: DisabledBy,
    /// When it was disabled.
    at: Time,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookSecret", description = "A secret that signs, without the secret.")]
struct SecretView {
    /// When it was made.
    created_at: Time,
    /// When it stops signing; `null` for the newest.
    until: Option<Time>,
}

impl WebhookView {
    /// As it is at `now`.
    pub(crate) fn of(webhook: &Webhook, now: Timestamp) -> Self {
        let Webhook { endpoint, standing, .. } = webhook;
        let secrets = endpoint.signing(now);
        Self {
            id: endpoint.id.clone(),
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            team: endpoint.team.clone(),
            events: endpoint.events.clone(),
            enabled: standing.disabled.is_none(),
            disabled: standing
                .disabled
                .as_ref()
                .map(|disabled| DisabledView { by: disabled.by, at: Time(disabled.at) }),
            failing_since: standing.failing_since.map(Time),
            replaying: standing.replay.is_some(),
            secrets: secrets
                .map(|secret| SecretView { created_at: Time(secret.created_at), until: secret.until.map(Time) })
                .collect(),
            created_at: Time(endpoint.created_at),
        }
    }
}

/// A webhook endpoint with its new secret, which is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookWithSecret")]
pub(crate) struct RevealedView {
    #[serde(flatten)]
    pub(crate) webhook: WebhookView,
    /// What deliveries are signed with (Standard Webhooks).
    pub(crate) secret: String,
}

/// The endpoint's version as a strong `ETag`.
pub(crate) fn etag(webhook: &Webhook) -> String {
    format!("\"{}\"", webhook.version)
}

/// A delivery with its attempts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub(crate) struct DeliveryView {
    /// The message's id, the same at every attempt.
    id: String,
    /// The event's type, such as `session.ended`; `webhook.test` for a test event.
    r#type: String,
    /// The session that the event belongs to; `null` for a test event.
    session: Option<SessionId>,
    /// The event's number in the session; 0 for a test event.
    seq: u64,
    /// When the event happened.
    at: Time,
    /// What became of it so far.
    state: DeliveryState,
    /// When it is tried next; `null` once it was taken or given up.
    next_attempt_at: Option<Time>,
    /// How often it was tried since it was queued, the last time.
    tries: u32,
    /// The latest attempts, oldest first.
    attempts: Vec<AttemptView>,
}

/// A delivery with what is posted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeliveryWithRequest")]
pub(crate) struct SentView {
    #[serde(flatten)]
    pub(crate) delivery: DeliveryView,
    /// What was posted by the latest attempt, or is by the first; `null` when the event is not there any more.
    pub(crate) request: Option<RequestView>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookRequest", description = "What an attempt posts.")]
pub(crate) struct RequestView {
    /// The endpoint's address now.
    pub(crate) url: String,
    /// By name. `webhook-signature` has the signatures of those secrets that are still kept.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body, byte for byte as it is signed.
    pub(crate) body: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Attempt", description = "One attempt to deliver.")]
struct AttemptView {
    /// When the attempt began.
    at: Time,
    /// The receiver's HTTP status; `null` when there was no answer.
    status: Option<u16>,
    /// Why there was no answer; `null` when there was one.
    error: Option<NoAnswer>,
    /// How long it took.
    took: Took,
}

impl DeliveryView {
    pub(crate) fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.message_id(),
            r#type: delivery.kind.clone(),
            session: (!delivery.is_test()).then(|| delivery.session.clone()),
            seq: delivery.seq,
            at: Time(delivery.at),
            state: delivery.state,
            next_attempt_at: delivery.next_at.map(Time),
            tries: delivery.tries,
            attempts: delivery.attempts.iter().map(AttemptView::of).collect(),
        }
    }
}

impl AttemptView {
    fn of(attempt: &Attempt) -> Self {
        Self { at: Time(attempt.at), status: attempt.status, error: attempt.error, took: attempt.took }
    }
}
