//! Webhooks (R24): who hears of events, what is sent and how it is signed, when it is tried again, and when an endpoint is
//! given up. Signatures, headers and conduct are those of Standard Webhooks (<https://www.standardwebhooks.com>).

pub mod address;
pub mod secret;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Event, Random, SessionId, TeamId, WebhookId, keyring::Sealed};

pub use address::{TargetError, Targets};
pub use secret::SigningSecret;

/// Endpoints of one deployment. All of them are read for every batch of events, with a queue for each session in it, and
/// must fit into one read.
pub const MAX_ENDPOINTS: usize = 16;

/// Secrets that sign at once: the current one, and earlier ones whose time is not over.
pub const MAX_SECRETS: usize = 4;

/// How long a rotated secret goes on signing unless the rotation says otherwise.
pub const DEFAULT_OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// The longest that a rotated secret may go on signing.
pub const MAX_OVERLAP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long deliveries are kept, queued ones included.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Attempts before a delivery is given up.
pub const MAX_ATTEMPTS: u32 = 12;

/// The type of an event that an endpoint is tried with: no session's, and sent to that endpoint alone.
pub const TEST: &str = "webhook.test";

/// Attempts that a delivery remembers; replays add to them.
const REMEMBERED: usize = 24;

/// How long an endpoint that failed or was slow is left to the schedule, so that nobody waits for it.
pub const ASIDE_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Somebody who wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Names it in the API and in keys; no secret.
    pub id: WebhookId,
    /// The address that events are posted to; [`address`] says which may be.
    pub url: String,
    /// What an admin calls it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Only events of this team's sessions; of all teams' when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamId>,
    /// Only events of these types; of all types when empty.
    #[serde(default)]
    pub events: Vec<String>,
    /// What signs, the current one first.
    pub secrets: Vec<StoredSecret>,
    /// When it was registered; earlier events are not sent there.
    pub created_at: Timestamp,
}

/// A secret as it is kept: sealed, because it has to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSecret {
    /// The [`SigningSecret`], sealed.
    pub sealed: Sealed,
    /// When it was made.
    pub created_at: Timestamp,
    /// Signs until then, when it was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Replay {
    /// Of everything from `since` on that is there `now`.
    #[must_use]
    pub fn since(since: Timestamp, now: Timestamp, delivered: bool) -> Self {
        Self { after: list_place(since, 0).saturating_sub(1), until: now, delivered }
    }
}

/// Where an event stands in a list by time. Events of one commit share their time, so their numbers tell them apart.
#[must_use]
pub fn list_place(at: Timestamp, seq: u64) -> i64 {
    at.as_millisecond().saturating_mul(1000).saturating_add(i64::try_from(seq % 1000).unwrap_or_default())
}

/// Where an endpoint's secrets are sealed to.
#[must_use]
pub fn place(id: &WebhookId) -> String {
    format!("webhook {id}")
}

impl Endpoint {
    /// Whether events of `session` may go there, and whoever sees the endpoint may know of them. An endpoint can be given to
    /// another team: what went there before, or waits to, is not that team's.
    #[must_use]
    pub fn is_about(&self, session: &SessionId) -> bool {
        self.team.as_ref().is_none_or(|team| *team == session.team())
    }

    /// Whether an event of `session` of this type goes there.
    #[must_use]
    pub fn hears(&self, session: &SessionId, kind: &str) -> bool {
        self.is_about(session) && (self.events.is_empty() || self.events.iter().any(|wanted| wanted == kind))
    }

    /// The secrets that sign at `now`, the current one first.
    pub fn signing(&self, now: Timestamp) -> impl Iterator<Item = &StoredSecret> {
        self.secrets.iter().filter(move |secret| secret.until.is_none_or(|until| now < until))
    }

    /// As it signed at an earlier time, as far as those secrets are still kept: without those that were made since.
    #[must_use]
    pub fn as_of(&self, at: Timestamp) -> Self {
        let mut earlier = self.clone();
        earlier.secrets.retain(|secret| secret.created_at <= at);
        earlier
    }

    /// Puts `secret` before the others, which go on signing for `overlap` at most.
    pub fn rotate(&mut self, secret: Sealed, overlap: SignedDuration, now: Timestamp) {
        let end = now + overlap;
        self.secrets.retain(|secret| secret.until.is_none_or(|until| now < until));
        for earlier in &mut self.secrets {
            earlier.until = Some(earlier.until.map_or(end, |until| until.min(end)));
        }
        self.secrets.retain(|secret| secret.until.is_none_or(|until| now < until));
        self.secrets.insert(0, StoredSecret { sealed: secret, created_at: now, until: None });
        self.secrets.truncate(MAX_SECRETS);
    }
}

/// Why an endpoint is sent nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisabledBy {
    /// An admin, or a program.
    Admin,
    /// The endpoint: it answered 410.
    Gone,
    /// A delivery was tried as often as may be, and nothing else got through meanwhile.
    Failing,
}

/// Since when, and why, an endpoint is sent nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Who or what disabled it.
    pub by: DisabledBy,
    /// When it was disabled.
    pub at: Timestamp,
}

/// Deliveries to be sent again, a page at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Of events after this place in the endpoint's list.
    pub after: i64,
    /// Of events before the replay was asked for: later ones find their own way.
    pub until: Timestamp,
    /// Whether also deliveries are sent again that the endpoint took.
    pub delivered: bool,
}

/// How an endpoint does: what attempts find out, beside what an admin decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Why nothing is sent there; absent while it is enabled.
    pub disabled: Option<Disabled>,
    /// The beginning of the first attempt that failed since the last one that did not.
    pub failing_since: Option<Timestamp>,
    /// Served by the schedule only, until then.
    pub aside_until: Option<Timestamp>,
    /// The replay that was asked for and is not finished.
    pub replay: Option<Replay>,
}

impl Standing {
    /// Whether the stream's batch may wait for this endpoint.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.disabled.is_none() && self.failing_since.is_none() && self.aside_until.is_none_or(|until| until <= now)
    }
}

/// What became of a delivery so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// It waits in its queue for its first or its next attempt.
    Pending,
    /// The endpoint took it: it answered 2xx.
    Delivered,
    /// It was given up, after the last attempt or for good.
    Failed,
}

/// How long an attempt took, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Took {
    /// Less than one second.
    #[serde(rename = "under_1s")]
    Under1s,
    /// From one second to less than five.
    #[serde(rename = "under_5s")]
    Under5s,
    /// Five seconds or longer.
    #[serde(rename = "over_5s")]
    Over5s,
}

impl Took {
    /// The class of a duration.
    #[must_use]
    pub fn of(duration: SignedDuration) -> Self {
        match duration.as_millis() {
            ..1000 => Self::Under1s,
            1000..5000 => Self::Under5s,
            _ => Self::Over5s,
        }
    }
}

/// Why an attempt got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswer {
    /// The name leads to no address.
    #[error("the name does not resolve")]
    Unresolved,
    /// The name leads to an address that nothing is sent to.
    #[error("the name resolves to an address that nothing is sent to")]
    ForbiddenAddress,
    /// No connection, or no TLS.
    #[error("no connection")]
    NotConnected,
    /// Not within the time that an attempt has.
    #[error("timed out")]
    TimedOut,
    /// The connection broke, or what came is no HTTP.
    #[error("no proper answer")]
    Broken,
    /// The event is not there any more, the endpoint is another team's by now, or the secret does not open: nothing was sent.
    #[error("there is nothing to send")]
    Nothing,
}

/// One attempt to post an event to an endpoint, and how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// The HTTP status that the endpoint answered with; absent when there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer; absent when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<NoAnswer>,
    /// How long it took, in three classes.
    pub took: Took,
}

impl Attempt {
    /// 2xx and nothing else: a redirect is not followed.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// 410: the endpoint wants nothing any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The endpoint took it; the session's next event can go.
    Delivered,
    /// To be tried again at that time; until then the session's later events wait.
    Again(Timestamp),
    /// Not to be tried again; the session's later events go on.
    GivenUp,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The endpoint that it goes to.
    pub endpoint: WebhookId,
    /// The session that the event belongs to.
    pub session: SessionId,
    /// The event's number in the session.
    pub seq: u64,
    /// The event's type, such as `session.ended`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When the event happened.
    pub at: Timestamp,
    /// What became of it so far.
    pub state: DeliveryState,
    /// Attempts since it was queued, the last time.
    pub tries: u32,
    /// The latest attempts, oldest first.
    #[serde(default)]
    pub attempts: Vec<Attempt>,
    /// The next attempt is not made before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
}

/// The name of an event to receivers: the same at every attempt, every replay and every endpoint.
#[must_use]
pub fn message_id(session: &SessionId, seq: u64) -> String {
    format!("{session}-{seq}")
}

/// Reads what [`message_id`] wrote.
#[must_use]
pub fn parse_message_id(text: &str) -> Option<(SessionId, u64)> {
    let (session, seq) = text.split_once('-')?;
    let (session, seq) = (session.parse().ok()?, seq.parse().ok()?);
    // One spelling only: an id is a key.
    (message_id(&session, seq) == text).then_some((session, seq))
}

impl Delivery {
    /// A delivery that is due at once, with no attempt made.
    #[must_use]
    pub fn new(endpoint: &WebhookId, session: &SessionId, event: &Event, now: Timestamp) -> Self {
        Self {
            endpoint: endpoint.clone(),
            session: session.clone(),
            seq: event.seq,
            kind: event.kind.name(),
            at: event.at,
            state: DeliveryState::Pending,
            tries: 0,
            attempts: vec![],
            next_at: Some(now),
        }
    }

    /// A test event of `endpoint`, due at once. It has a place of its own among the deliveries, as if a session of `team` had
    /// it; there is no such session, and no session's event has the number 0.
    #[must_use]
    pub fn test(endpoint: &WebhookId, team: &TeamId, random: &dyn Random, now: Timestamp) -> Self {
        Self {
            endpoint: endpoint.clone(),
            session: SessionId::generate_for(team, random),
            seq: 0,
            kind: TEST.to_owned(),
            at: now,
            state: DeliveryState::Pending,
            tries: 0,
            attempts: vec![],
            next_at: Some(now),
        }
    }

    /// Whether it is a test event's.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.kind == TEST
    }

    /// Attempts before it is given up. Whoever tests looks on: a test event is tried once.
    #[must_use]
    pub fn most_tries(&self) -> u32 {
        if self.is_test() { 1 } else { MAX_ATTEMPTS }
    }

    /// The header `webhook-id`, by [`message_id`].
    #[must_use]
    pub fn message_id(&self) -> String {
        message_id(&self.session, self.seq)
    }

    /// Notes an attempt and says what follows.
    pub fn record(&mut self, attempt: Attempt, random: &dyn Random) -> Verdict {
        self.tries += 1;
        let (succeeded, gone, at) = (attempt.succeeded(), attempt.is_gone(), attempt.at);
        let nothing = attempt.error == Some(NoAnswer::Nothing);
        self.attempts.push(attempt);
        if self.attempts.len() > REMEMBERED {
            self.attempts.remove(0);
        }
        self.next_at = None;
        if succeeded {
            self.state = DeliveryState::Delivered;
            Verdict::Delivered
        } else if gone || nothing || self.tries >= self.most_tries() {
            self.state = DeliveryState::Failed;
            Verdict::GivenUp
        } else {
            let next = at + pause_after(self.tries, random);
            self.next_at = Some(next);
            Verdict::Again(next)
        }
    }

    /// Whether it is still kept at `now`, whatever the table has not removed yet: [`KEPT_FOR`] from its last attempt, or
    /// from the event where there was none. What waits to be sent is sent all the same.
    #[must_use]
    pub fn is_kept(&self, now: Timestamp) -> bool {
        let last = self.attempts.last().map_or(self.at, |attempt| attempt.at.max(self.at));
        self.state == DeliveryState::Pending || now.duration_since(last) < KEPT_FOR
    }

    /// When the first of the attempts since it was queued began.
    #[must_use]
    pub fn first_try(&self) -> Option<Timestamp> {
        let tries = usize::try_from(self.tries).unwrap_or(usize::MAX);
        self.attempts.get(self.attempts.len().saturating_sub(tries)).map(|attempt| attempt.at)
    }

    /// Puts it into its queue again, as if it had not been tried; what was tried is remembered.
    pub fn replay(&mut self, now: Timestamp) {
        self.state = DeliveryState::Pending;
        self.tries = 0;
        self.next_at = Some(now);
    }
}

/// The pause after attempt `n` (from 1): a minute, then twice as long each time, six hours at most, less up to a tenth, so
/// that what failed together is not tried again together. Twelve attempts take 18 to 21 hours.
#[must_use]
pub fn pause_after(attempt: u32, random: &dyn Random) -> SignedDuration {
    let minutes = 1_i64.checked_shl(attempt.saturating_sub(1)).filter(|_| attempt <= 10).map_or(360, |m| m.min(360));
    let mut bytes = [0; 2];
    random.fill(&mut bytes);
    let millis = minutes * 60_000;
    SignedDuration::from_millis(millis - millis / 10 * i64::from(u16::from_le_bytes(bytes)) / 65_536)
}

/// One session's events on their way to one endpoint: later ones wait for earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryQueue {
    /// Rises with every write; a write is refused if it has risen since the queue was read.
    pub version: u64,
    /// The last event that the stream brought: a repetition brings nothing new.
    pub seen: u64,
    /// When there is something to do, or when whoever is doing it has died. None when nothing waits.
    pub due: Option<Timestamp>,
}

/// What is posted: the event as the API shows it, with its session.
#[must_use]
pub fn payload(session: &SessionId, event: &Event) -> String {
    let mut data = event.shown();
    let (mut kind, mut at) = (Value::Null, Value::Null);
    if let Some(object) = data.as_object_mut() {
        kind = object.remove("type").unwrap_or_default();
        at = object.remove("at").unwrap_or_default();
        object.insert("session".into(), json!(session));
        object.insert("team".into(), json!(session.team()));
    }
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// What is posted of a test event.
#[must_use]
pub fn test_payload(delivery: &Delivery) -> String {
    json!({ "type": TEST, "timestamp": format!("{:.3}", delivery.at), "data": { "webhook": delivery.endpoint } })
        .to_string()
}

#[cfg(test)]
mod tests;
