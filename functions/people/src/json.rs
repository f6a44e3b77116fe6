//! People and teams as the API shows them.

use parlor_domain::{AgentId, Role, TeamId, people::INVITATION_FOR, staff::Standing};
use parlor_store::{ListedTeam, StoredPerson};
use parlor_web::Time;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// A member of staff.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Person")]
pub(crate) struct PersonView {
    /// Names them in the API; it stays when name or address change.
    id: AgentId,
    /// Full name, as colleagues see it.
    name: String,
    /// The address that they sign in with.
    email: String,
    /// What they may do.
    role: Role,
    /// The teams that they are in, home team first.
    teams: Vec<TeamId>,
    /// Teams that they are not in and whose settings they may use all the same.
    settings_of: Vec<TeamId>,
    /// Whether they can sign in.
    state: Standing,
    /// When they were made; `null` of people from before this was kept.
    created_at: Option<Time>,
    /// When they were invited last; `null` of those who never were.
    invited_at: Option<Time>,
    /// Until when the invitation's link works; `null` unless they are invited.
    invitation_expires_at: Option<Time>,
    /// Whether the invitation's mail was given up: its address takes none.
    undelivered: bool,
    /// Since when they are let in no longer; `null` unless they are deactivated.
    deactivated_at: Option<Time>,
}

impl PersonView {
    pub(crate) fn of(stored: &StoredPerson) -> Self {
        let (person, agent) = (&stored.person, &stored.person.agent);
        let invited = person.invited_at.filter(|_| agent.standing == Standing::Invited);
        Self {
            id: agent.id.clone(),
            name: agent.name.clone(),
            email: agent.email.as_str().to_owned(),
            role: agent.role,
            teams: agent.teams(),
            settings_of: agent.settings_of.clone(),
            state: agent.standing,
            created_at: person.created_at.map(Time),
            invited_at: person.invited_at.map(Time),
            invitation_expires_at: invited.and_then(|at| at.checked_add(INVITATION_FOR).ok()).map(Time),
            undelivered: stored.undelivered && invited.is_some(),
            deactivated_at: person.deactivated_at.map(Time),
        }
    }
}

/// A team: staff who share settings.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Team")]
pub(crate) struct TeamView {
    /// Six characters, with which the ids of its sessions begin.
    id: TeamId,
    /// Its name, as staff see it; customers see it too unless `branding.name` is set.
    name: String,
}

impl TeamView {
    pub(crate) fn of(team: ListedTeam) -> Self {
        Self { id: team.id, name: team.name }
    }
}

/// One page as the API's document shows it.
pub(crate) fn page(item: Value) -> Value {
    json!({"items": [item], "next_cursor": null})
}

pub(crate) fn person() -> Value {
    json!({
        "id": "agnt000000000002",
        "name": "Tom Reed",
        "email": "tom@example.com",
        "role": "agent",
        "teams": ["1end1n"],
        "settings_of": [],
        "state": "invited",
        "created_at": "2026-11-21T14:05:00.000Z",
        "invited_at": "2026-11-21T14:05:00.000Z",
        "invitation_expires_at": "2026-11-28T14:05:00.000Z",
        "undelivered": false,
        "deactivated_at": null,
    })
}

pub(crate) fn team() -> Value {
    json!({"id": "c1a1ms", "name": "Claims"})
}
