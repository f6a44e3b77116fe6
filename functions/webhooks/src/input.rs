//! What callers send, and what is wrong with it.

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    TeamId, event,
    webhook::{DEFAULT_OVERLAP, MAX_OVERLAP, Targets},
};
use parlor_store::Found;
use parlor_web::{Problem, Refused};
use serde::{Deserialize, Deserializer};

/// The longest description.
const MAX_DESCRIPTION: usize = 200;

/// The body of POST `/v1/webhooks`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    /// Only events of this team's sessions.
    pub(crate) team: Option<TeamId>,
    /// Only events of these types; all when empty.
    #[serde(default)]
    pub(crate) events: Vec<String>,
}

/// The body of PATCH `/v1/webhooks/{id}`: what is not there stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::option_option, reason = "not given, cleared, and set are three things")]
pub(crate) struct Change {
    pub(crate) url: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub(crate) team: Option<Option<TeamId>>,
    pub(crate) events: Option<Vec<String>>,
    pub(crate) enabled: Option<bool>,
}

/// Tells `null`, which clears a field, from a field that is not there.
#[expect(clippy::option_option, reason = "not given, cleared, and set are three things")]
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The body of POST `/v1/webhooks/{id}/rotate`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// How long the earlier secret goes on signing.
    overlap_minutes: Option<i64>,
}

impl Rotation {
    pub(crate) fn overlap(&self) -> Result<SignedDuration, Refused> {
        let Some(minutes) = self.overlap_minutes else { return Ok(DEFAULT_OVERLAP) };
        if (0..=MAX_OVERLAP.as_mins()).contains(&minutes) {
            Ok(SignedDuration::from_mins(minutes))
        } else {
            let detail = format!("`overlap_minutes` is 0 to {}.", MAX_OVERLAP.as_mins());
            Err(Problem::invalid("overlap_minutes", "invalid-overlap", detail).into())
        }
    }
}

/// The body of POST `/v1/webhooks/{id}/replay`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaySince {
    pub(crate) since: Timestamp,
    /// Also what was delivered.
    #[serde(default)]
    pub(crate) delivered: bool,
}

pub(crate) fn url(text: &str, targets: Targets) -> Result<String, Refused> {
    targets.check(text).map(String::from).map_err(|error| {
        let text = error.to_string();
        let detail = format!("T{}.", text.strip_prefix('t').unwrap_or(&text));
        Problem::invalid("url", "invalid-url", detail).into()
    })
}

pub(crate) fn description(text: Option<String>) -> Result<Option<String>, Refused> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        let detail = format!("A description has at most {MAX_DESCRIPTION} characters.");
        return Err(Problem::invalid("description", "invalid-description", detail).into());
    }
    Ok(text)
}

pub(crate) fn team(team: Option<TeamId>, found: &Found) -> Result<Option<TeamId>, Refused> {
    match team {
        Some(team) if found.team(&team)?.is_none() => {
            Err(Problem::invalid("team", "unknown-team", "There is no such team.").into())
        }
        team => Ok(team),
    }
}

pub(crate) fn events(types: &[String]) -> Result<Vec<String>, Refused> {
    let mut events = types.to_vec();
    events.sort();
    events.dedup();
    match events.iter().find(|name| !event::is_type(name)) {
        Some(unknown) => {
            let detail = format!("There are no events of type `{unknown}`.");
            Err(Problem::invalid("events", "unknown-event-type", detail).into())
        }
        None => Ok(events),
    }
}
