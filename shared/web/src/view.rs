//! What the API shows: sessions, messages, lists, times.

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use parlor_domain::{
    AccessTier, AgentId, Attachment, Channel, EmailAddress, EndedBy, Event, EventKind, Indicator, Language,
    PhoneNumber, Presence, Sender, Session, SessionId, State, TeamId,
};
use parlor_store::Summary;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// An instant as the API shows it: RFC 3339 in UTC to the millisecond, so that what was written is what is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

impl JsonSchema for Time {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Timestamp::json_schema(generator)
    }
}

/// A session as the API shows it: where it stands, whose it is, and what its customer may do now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionView {
    /// 26 characters. The first six are its team's id.
    pub id: SessionId,
    /// How far it has come: planned, invited, active, ended, or discarded before anybody was invited (R1).
    pub state: State,
    /// The person it was made for.
    pub customer: CustomerView,
    /// The team under whose settings it runs.
    pub team: TeamId,
    /// The agent who owns it: who started it, or for whom it was started.
    pub agent: AgentId,
    /// The way that messages to the customer go.
    pub channel: Channel,
    /// When it was started or planned.
    pub created_at: Time,
    /// When the customer was invited first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Time>,
    /// When the customer passed every gate for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Time>,
    /// When it ended; absent while it has not, and again after a renewal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Who or what ended it; absent together with `ended_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
    /// When contact and content were erased (R25). Then the customer's name is empty, and nothing can be done any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Time>,
    /// What the customer may do now.
    pub access: AccessView,
    /// The customer's status: joined, online, everything done.
    pub indicator: Indicator,
    /// The integrator's own name for the case, as it was given at the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The integrator's own data, as it was given at the start; absent when there is none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The customer's link, where sessions are embedded and nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// R9: who asks the owner for the session, while they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferView>,
    /// In the answer to a start under `session.customer_reengagement` `continue`: the contact's earlier session, which cannot be
    /// renewed, so that this one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier: Option<SessionId>,
}

/// Somebody asks the owner for the session; unanswered it lapses, and the owner keeps it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Transfer")]
pub struct TransferView {
    /// The agent who asks.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// Why, if they said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When they asked.
    pub asked_at: Time,
    /// When it lapses.
    pub lapses_at: Time,
}

/// The person a session was made for, with the e-mail address, the phone number, or both.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
pub struct CustomerView {
    /// The name as it was entered.
    pub name: String,
    /// E-mail address in lower case; absent when only a phone number is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Phone number in E.164: `+`, country code and number without spaces. Absent when only an address is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// The language that they are spoken to in (BCP 47), once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// What a customer may do now.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[schemars(rename = "Access")]
pub struct AccessView {
    /// What is open to the customer: everything, reading, or nothing (R2).
    pub tier: AccessTier,
    /// When the tier changes by the clock alone, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl SessionView {
    /// With the transfer that waits at `now`, if one does.
    #[must_use]
    pub fn with_transfer(mut self, session: &Session, now: Timestamp) -> Self {
        self.transfer = session.pending_transfer(now).map(|pending| TransferView {
            agent: pending.agent.clone(),
            name: pending.name.clone(),
            reason: pending.reason.clone(),
            asked_at: Time(pending.asked_at),
            lapses_at: Time(pending.lapses_at),
        });
        self
    }

    /// What the API's document shows as an answer.
    #[must_use]
    pub fn sample() -> Value {
        json!({
            "id": "h4rb0r6q8x2v9k3m7t1c5w0znd",
            "state": "invited",
            "customer": {"name": "Mara Quist", "email": "mara@example.net"},
            "team": "h4rb0r",
            "agent": "n1na2b3c4d5e6f7g",
            "channel": "email",
            "created_at": "2026-11-21T14:05:00.000Z",
            "invited_at": "2026-11-21T14:05:00.000Z",
            "access": {"tier": "full"},
            "indicator": "never_joined",
            "reference": "4711",
        })
    }

    /// What the API's document shows of a session that was erased.
    #[must_use]
    pub fn sample_erased() -> Value {
        json!({
            "id": "h4rb0r6q8x2v9k3m7t1c5w0znd",
            "state": "ended",
            "customer": {"name": ""},
            "team": "h4rb0r",
            "agent": "n1na2b3c4d5e6f7g",
            "channel": "email",
            "created_at": "2026-11-21T14:05:00.000Z",
            "ended_at": "2026-11-21T15:10:00.000Z",
            "ended_by": "agent",
            "erased_at": "2026-11-28T09:00:00.000Z",
            "access": {"tier": "none"},
            "indicator": "never_joined",
        })
    }

    /// The session at `now`, on which access and indicator depend. Without `url`.
    #[must_use]
    pub fn of(session: &Summary, presence: &Presence, now: Timestamp) -> Self {
        let access = session.access(now);
        Self {
            id: session.id.clone(),
            state: session.state,
            customer: CustomerView {
                name: session.name.clone(),
                email: session.contact.email.clone(),
                phone: session.contact.phone.clone(),
                language: session.language.clone(),
            },
            team: session.id.team(),
            agent: session.agent.clone(),
            channel: session.channel,
            created_at: Time(session.created_at),
            invited_at: session.invited_at.map(Time),
            joined_at: session.joined_at.map(Time),
            ended_at: session.ended_at.map(Time),
            ended_by: session.ended_by,
            erased_at: session.erased_at.map(Time),
            access: AccessView { tier: access.tier, until: access.until.map(Time) },
            indicator: session.indicator(presence, now),
            reference: session.reference.clone(),
            metadata: session.metadata.clone(),
            url: None,
            transfer: None,
            earlier: None,
        }
    }
}

/// A chat message as the API shows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Message")]
pub struct MessageView {
    /// The writer's own id for it.
    pub id: String,
    /// Its number among the session's events.
    pub seq: u64,
    /// Who wrote it: the customer, a member of staff, or an integrator's program.
    pub from: Sender,
    /// What was written, as plain text; empty only where there is an attachment.
    pub text: String,
    /// When the server took it.
    pub at: Time,
    /// The file that goes with it. GET its `…/messages/{seq}/file` for an address to get it from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

impl MessageView {
    /// What the API's document shows as an answer.
    #[must_use]
    pub fn sample() -> Value {
        json!({
            "id": "7t1c5w0zndq6x2v9",
            "seq": 7,
            "from": "api",
            "text": "Your documents have arrived.",
            "at": "2026-11-21T14:09:31.120Z",
        })
    }

    /// Of an event, if it is a message.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let EventKind::Message { id, from, text, attachment } = &event.kind else { return None };
        Some(Self {
            id: id.clone(),
            seq: event.seq,
            from: *from,
            text: text.clone(),
            at: Time(event.at),
            attachment: attachment.clone(),
        })
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    /// What is on the page. A page can be short, even empty, and still have a `next_cursor`.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; `null` at the end.
    pub next_cursor: Option<String>,
}
