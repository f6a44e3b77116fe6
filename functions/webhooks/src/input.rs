//! What callers send, and what is wrong with it.

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    TeamId, event,
    webhook::{DEFAULT_OVERLAP, MAX_OVERLAP, Targets},
};
use parlor_store::ReadResult;
use parlor_web::{
    ApiError, Caller, Code, Problem,
    api_request::{given, or_default},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The longest description.
const MAX_DESCRIPTION: usize = 200;

/// The body of POST `/v1/webhooks`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewWebhook", description = "A webhook endpoint to make.")]
pub(crate) struct New {
    /// Where events are sent: https, at a public address.
    pub(crate) url: String,
    /// For people, at most 200 characters.
    pub(crate) description: Option<String>,
    /// Only events of this team's sessions.
    pub(crate) team: Option<TeamId>,
    /// Only events of these types; all when empty.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) events: Vec<String>,
}

/// The body of PATCH `/v1/webhooks/{id}`: what is not there stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeWebhook", description = "What to change of a webhook endpoint; what is not there stays.")]
#[allow(clippy::option_option, reason = "not given, cleared, and set are three things")]
pub(crate) struct Change {
    /// The https address that events are posted to.
    pub(crate) url: Option<String>,
    /// For people; `null` for none.
    #[serde(default, deserialize_with = "given")]
    pub(crate) description: Option<Option<String>>,
    /// Only events of this team's sessions; `null` for all.
    #[serde(default, deserialize_with = "given")]
    pub(crate) team: Option<Option<TeamId>>,
    /// Only events of these types; all when empty.
    pub(crate) events: Option<Vec<String>>,
    /// Whether anything is sent there.
    pub(crate) enabled: Option<bool>,
}

/// The body of POST `/v1/webhooks/{id}/rotate`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RotateSecret", description = "How to change the secret.")]
pub(crate) struct Rotation {
    /// Minutes for which the earlier secret goes on signing: a day (1440) unless given, a week at most.
    overlap_minutes: Option<i64>,
}

impl Rotation {
    /// As a page's form asks for it.
    pub(crate) fn of_minutes(overlap_minutes: i64) -> Self {
        Self { overlap_minutes: Some(overlap_minutes) }
    }

    pub(crate) fn overlap(&self) -> Result<SignedDuration, ApiError> {
        let Some(minutes) = self.overlap_minutes else { return Ok(DEFAULT_OVERLAP) };
        if (0..=MAX_OVERLAP.as_mins()).contains(&minutes) {
            Ok(SignedDuration::from_mins(minutes))
        } else {
            let detail = format!("`overlap_minutes` is 0 to {}.", MAX_OVERLAP.as_mins());
            Err(Problem::new(Code::InvalidOverlap, detail).about("overlap_minutes").into())
        }
    }
}

/// The body of POST `/v1/webhooks/{id}/replay`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReplayWebhook", description = "What to send again.")]
pub(crate) struct ReplaySince {
    /// Events that happened at or after this time are sent again.
    pub(crate) since: Timestamp,
    /// Whether also events are sent again that the endpoint took.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<bool>")]
    pub(crate) delivered: bool,
}

pub(crate) fn url(text: &str, targets: Targets) -> Result<String, ApiError> {
    targets.check(text).map(String::from).map_err(|error| {
        let text = error.to_string();
        let detail = format!("T{}.", text.strip_prefix('t').unwrap_or(&text));
        Problem::new(Code::InvalidUrl, detail).about("url").into()
    })
}

pub(crate) fn description(text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        let detail = format!("A description has at most {MAX_DESCRIPTION} characters.");
        return Err(Problem::new(Code::InvalidDescription, detail).about("description").into());
    }
    Ok(text)
}

pub(crate) fn team(team: Option<TeamId>, caller: &Caller, found: &ReadResult) -> Result<Option<TeamId>, ApiError> {
    match team {
        None if caller.only_team().is_some() => {
            Err(Problem::new(Code::UnknownTeam, "This API key is for one team; name it.").about("team").into())
        }
        Some(team) if !caller.reaches(&team) => {
            Err(Problem::new(Code::UnknownTeam, "There is no such team.").about("team").into())
        }
        Some(team) if found.team(&team)?.is_none() => {
            Err(Problem::new(Code::UnknownTeam, "There is no such team.").about("team").into())
        }
        team => Ok(team),
    }
}

pub(crate) fn events(types: &[String]) -> Result<Vec<String>, ApiError> {
    let mut events = types.to_vec();
    events.sort();
    events.dedup();
    match events.iter().find(|name| !event::is_type(name)) {
        Some(unknown) => {
            let detail = format!("There are no events of type `{unknown}`.");
            Err(Problem::new(Code::UnknownEventType, detail).about("events").into())
        }
        None => Ok(events),
    }
}
