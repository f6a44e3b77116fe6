//! What callers send about people and teams, and what is wrong with it.

use parlor_domain::{
    EmailAddress, Role, TeamId,
    names::valid_name,
    people::{MAX_TEAMS, PersonChange},
};
use parlor_store::{ReadBatch, ReadResult};
use parlor_web::{
    ApiError, ApiRequest, Code, Payload, Problem,
    api_request::{optional_word, or_default},
    contact_input,
};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use crate::PeopleError;

/// The body of POST `/v1/people`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewPerson", description = "Somebody to invite.")]
pub(crate) struct NewPerson {
    /// Full name, as colleagues see it.
    name: String,
    /// The address that the invitation goes to and that they sign in with.
    email: String,
    /// What they may do: `agent` unless given.
    #[serde(default = "agent", deserialize_with = "role_or_agent")]
    #[schemars(with = "Option<Role>")]
    role: Role,
    /// The teams that they are in, home team first.
    teams: Vec<TeamId>,
    /// Teams that they are not in and whose settings they may use all the same.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<TeamId>>")]
    settings_of: Vec<TeamId>,
    /// The language of the invitation (BCP 47): English, or that of the admin's browser, unless given.
    pub(crate) language: Option<String>,
}

fn agent() -> Role {
    Role::Agent
}

fn role_or_agent<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
    optional_word(deserializer).map(|role| role.unwrap_or(Role::Agent))
}

/// Somebody to invite, once everything about them is in order.
#[derive(Debug)]
pub(crate) struct Invitee {
    pub(crate) name: String,
    pub(crate) email: EmailAddress,
    pub(crate) role: Role,
    pub(crate) teams: Vec<TeamId>,
    pub(crate) settings_of: Vec<TeamId>,
}

impl NewPerson {
    pub(crate) fn check(&self) -> Result<Invitee, ApiError> {
        Ok(Invitee {
            name: name(&self.name)?,
            email: contact_input::email(&self.email, "email")?,
            role: self.role,
            teams: teams(&self.teams, &self.settings_of)?,
            settings_of: self.settings_of.clone(),
        })
    }
}

/// The body of PATCH `/v1/people/{id}`: what is not there stays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangePerson", description = "What to change of a person; what is not there stays.")]
pub(crate) struct ChangePerson {
    /// Full name, as colleagues see it.
    name: Option<String>,
    /// The address that they sign in with.
    email: Option<String>,
    /// What they may do.
    #[serde(default, deserialize_with = "optional_word")]
    role: Option<Role>,
    /// The teams that they are in, home team first.
    teams: Option<Vec<TeamId>>,
    /// Teams that they are not in and whose settings they may use all the same.
    settings_of: Option<Vec<TeamId>>,
}

impl ChangePerson {
    pub(crate) fn check(&self) -> Result<PersonChange, ApiError> {
        let others = self.settings_of.as_deref().unwrap_or_default();
        if others.len() >= MAX_TEAMS {
            return Err(PeopleError::Teams.into());
        }
        Ok(PersonChange {
            name: self.name.as_deref().map(name).transpose()?,
            email: self.email.as_deref().map(|email| contact_input::email(email, "email")).transpose()?,
            role: self.role,
            teams: self.teams.as_ref().map(|own| teams(own, others)).transpose()?,
            settings_of: self.settings_of.clone(),
        })
    }
}

/// The body of POST `/v1/teams` and PATCH `/v1/teams/{id}`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NamedTeam", description = "A team's name.")]
pub(crate) struct NamedTeam {
    /// As staff see it; customers see it too unless `branding.name` is set.
    name: String,
}

impl NamedTeam {
    pub(crate) fn check(&self) -> Result<String, ApiError> {
        name(&self.name)
    }
}

fn name(text: &str) -> Result<String, ApiError> {
    let refused = |_| Problem::new(Code::InvalidName, "A name has 1 to 120 characters in one line.").about("name");
    Ok(valid_name(text).map_err(refused)?.to_owned())
}

/// Each team once, in the order in which they came.
fn teams(own: &[TeamId], others: &[TeamId]) -> Result<Vec<TeamId>, ApiError> {
    let mut each = vec![];
    for team in own {
        if !each.contains(team) {
            each.push(team.clone());
        }
    }
    if each.is_empty() || each.len() + others.len() > MAX_TEAMS {
        return Err(PeopleError::Teams.into());
    }
    Ok(each)
}

/// Reads the teams that are named, to see that they are there.
pub(crate) fn reading<'a>(batch: ReadBatch, teams: impl IntoIterator<Item = &'a TeamId>) -> ReadBatch {
    teams.into_iter().fold(batch, ReadBatch::team_alone)
}

/// Every team that is named has to be there.
pub(crate) fn must_exist<'a>(found: &ReadResult, teams: impl IntoIterator<Item = &'a TeamId>) -> Result<(), ApiError> {
    for team in teams {
        if found.team(team)?.is_none() {
            return Err(PeopleError::UnknownTeam.into());
        }
    }
    Ok(())
}

/// The body as `T`. A form names the home team in `home`, and ticks further ones in `team-<id>` and those whose settings may
/// be used in `settings-<id>`; `lists` stands in forms that have these boxes, so that a form in which none is ticked says so.
pub(crate) fn read<T: DeserializeOwned>(request: &ApiRequest) -> Result<T, ApiError> {
    let Payload::Form(fields) = &request.payload else { return request.input() };
    let mut value = serde_json::Map::new();
    let ticked = |prefix: &str| -> Vec<String> {
        let ids = fields.keys().filter_map(|name| name.strip_prefix(prefix));
        ids.map(str::to_owned).collect()
    };
    for name in ["name", "email", "role", "language"] {
        if let Some(text) = fields.get(name).filter(|text| !text.trim().is_empty()) {
            value.insert(name.to_owned(), text.as_str().into());
        }
    }
    if fields.contains_key("lists") {
        let home = fields.get("home").filter(|home| !home.is_empty()).cloned();
        let mut teams: Vec<String> = home.into_iter().collect();
        teams.extend(ticked("team-").into_iter().filter(|id| !teams.contains(id)).collect::<Vec<_>>());
        let others: Vec<String> = ticked("settings-").into_iter().filter(|id| !teams.contains(id)).collect();
        value.insert("teams".to_owned(), teams.into());
        value.insert("settings_of".to_owned(), others.into());
    }
    parlor_web::api_request::read(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_are_there_once_and_not_too_many() {
        let id = |number: u8| format!("team0{}", char::from(b'a' + number)).parse::<TeamId>();
        let many: Vec<TeamId> = (0..8).filter_map(|number| id(number).ok()).collect();
        assert_eq!(teams(&[many[0].clone(), many[0].clone()], &[]).unwrap(), [many[0].clone()]);
        assert!(teams(&[], &many).is_err());
        let filled: Vec<TeamId> = (0..21).map(|number| format!("t0{number:04}").parse().unwrap()).collect();
        assert!(teams(&filled, &[]).is_err() && teams(&filled[..20], &[]).is_ok());
        assert!(teams(&filled[..11], &filled[11..]).is_err());
    }
}
