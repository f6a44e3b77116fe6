//! What callers send, and how a key is shown.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    AgentId, EmailAddress, KeyId, TeamId,
    names::valid_name,
    staff::{KeyAbout, KeyScope},
};
use parlor_store::ListedKey;
use parlor_web::{ApiError, ApiRequest, Code, Payload, Problem, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::KeyError;

/// The body of POST `/v1/keys`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewKey", description = "An API key to make.")]
pub(crate) struct NewKey {
    /// What it is for, for people: one line of at most 120 characters.
    name: String,
    /// Id or e-mail address of the agent whose key it is: it sees what the agent sees. Without it the key sees every session, and
    /// what it starts belongs to whoever made it.
    agent: Option<String>,
    /// The one team whose sessions and settings are there for it; all teams without it.
    team: Option<String>,
    /// What it may be used for, one scope at least.
    #[schemars(length(min = 1))]
    scopes: Vec<KeyScope>,
    /// From then on it does not count; without it the key lasts until it is revoked.
    expires_at: Option<Timestamp>,
}

/// Whose key it is to be.
#[derive(Debug)]
pub(crate) enum Owner {
    Caller,
    Id(AgentId),
    Email(EmailAddress),
}

/// A key to make, as far as the request alone tells that it can be.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) owner: Owner,
    pub(crate) team: Option<TeamId>,
    pub(crate) scopes: Vec<KeyScope>,
    pub(crate) expires_at: Option<Timestamp>,
}

impl Asked {
    pub(crate) fn read(request: &ApiRequest, now: Timestamp) -> Result<Self, ApiError> {
        let new: NewKey = match &request.payload {
            Payload::Form(fields) => of_form(fields, now),
            _ => request.input()?,
        };
        let refused = |code, detail: &str, field: &str| Problem::new(code, detail).about(field);
        let name = valid_name(&new.name)
            .map_err(|_| refused(Code::InvalidName, "A key's name is one line of at most 120 characters.", "name"))?;
        let owner = match new.agent.as_deref() {
            None => Owner::Caller,
            Some(text) if text.contains('@') => Owner::Email(text.trim().parse().map_err(|_| KeyError::Agent)?),
            Some(text) => Owner::Id(text.parse().map_err(|_| KeyError::Agent)?),
        };
        let team = new.team.map(|team| team.parse().map_err(|_| KeyError::Team)).transpose()?;
        let mut scopes = new.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(refused(Code::InvalidScopes, "Choose at least one thing that the key may do.", "scopes").into());
        }
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(refused(Code::InvalidExpiry, "This time is over already.", "expires_at").into());
        }
        Ok(Self { name: name.to_owned(), owner, team, scopes, expires_at: new.expires_at })
    }
}

/// The fields of the page's form: a box for each scope, and in how many days the key ends.
fn of_form(fields: &BTreeMap<String, String>, now: Timestamp) -> NewKey {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let scopes = KeyScope::ALL.into_iter().filter(|scope| fields.contains_key(&format!("scope_{}", scope.as_str())));
    let days: Option<i64> = field("days").and_then(|days| days.parse().ok());
    NewKey {
        name: field("name").unwrap_or_default(),
        agent: field("agent"),
        team: field("team"),
        scopes: scopes.collect(),
        expires_at: days.map(|days| now + SignedDuration::from_hours(24 * days.clamp(1, 3650))),
    }
}

/// An API key, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Key")]
pub(crate) struct KeyView {
    /// Names it, also in events.
    id: KeyId,
    /// What it is for.
    name: String,
    /// The agent whose key it is; `null` for one that sees every session.
    agent: Option<AgentId>,
    /// The one team that it is for; `null` for all.
    team: Option<TeamId>,
    /// What it may be used for.
    scopes: Vec<KeyScope>,
    /// When it was made.
    created_at: Time,
    /// From then on it does not count; `null` for one without an end.
    expires_at: Option<Time>,
    /// When it was last used, give or take an hour; `null` before its first use.
    last_used_at: Option<Time>,
}

impl KeyView {
    pub(crate) fn of(ListedKey { about, last_used }: &ListedKey) -> Self {
        let KeyAbout { id, name, team, agent, created_at, scopes, team_only, as_agent, expires_at } = about.clone();
        Self {
            id,
            name,
            agent: as_agent.then_some(agent),
            team: team_only.then_some(team),
            scopes,
            created_at: Time(created_at),
            expires_at: expires_at.map(Time),
            last_used_at: last_used.map(Time),
        }
    }
}

/// A key with its secret, which is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "KeyWithSecret")]
pub(crate) struct RevealedView {
    #[serde(flatten)]
    pub(crate) about: KeyView,
    /// What requests carry, as `Authorization: Bearer …`.
    pub(crate) key: String,
}

pub(crate) fn sample() -> Value {
    json!({
        "id": "k3y5w0zndq6x2v9m",
        "name": "Billing",
        "agent": null,
        "team": "1end1n",
        "scopes": ["read", "sessions"],
        "created_at": "2026-11-21T14:05:00.000Z",
        "expires_at": "2027-11-21T14:05:00.000Z",
        "last_used_at": null,
    })
}

pub(crate) fn revealed() -> Value {
    let mut revealed = sample();
    revealed["key"] = json!("parlor_1end1n_admn000000000001_k3y5w0zndq6x2v9m_kq3W8b0y1n6tq0v3o9n0c8bqv1m2l5hG");
    revealed
}
