//! Signed-in staff and API keys, and what they may see.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AgentId, KeyId, LoginId, Secret, SecretHash, Session, TeamId, contact::EmailAddress, names::short_name};

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees the sessions they own.
    Agent,
    /// Also sees their teams' sessions.
    Supervisor,
    /// Sees all, edits settings.
    Admin,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Identity.
    pub id: AgentId,
    /// Full name, as colleagues see it.
    pub name: String,
    /// What they sign in with.
    pub email: EmailAddress,
    /// What they may do.
    pub role: Role,
    /// The team they belong to.
    pub team: TeamId,
    /// Further teams whose settings they may use (R19).
    #[serde(default)]
    pub also_teams: Vec<TeamId>,
}

impl Agent {
    /// As short as it can be told: all that a customer sees.
    #[must_use]
    pub fn first_name(&self) -> &str {
        short_name(&self.name)
    }

    /// The teams whose settings they may use, home team first.
    #[must_use]
    pub fn teams(&self) -> Vec<TeamId> {
        let others = self.also_teams.iter().filter(|team| **team != self.team);
        std::iter::once(&self.team).chain(others).cloned().collect()
    }

    /// Whether a session may be started under `team`'s settings (R19).
    #[must_use]
    pub fn may_use_team(&self, team: &TeamId) -> bool {
        self.role == Role::Admin || self.team == *team || self.also_teams.contains(team)
    }

    /// Whether the agent may see `session` (R20).
    #[must_use]
    pub fn may_see(&self, session: &Session) -> bool {
        session.agent == self.id
            || match self.role {
                Role::Admin => true,
                Role::Supervisor => self.may_use_team(&session.id.team()),
                Role::Agent => false,
            }
    }
}

/// How long a sign-in lasts.
pub const LOGIN_MINUTES: i64 = 12 * 60;

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Identity, in the cookie.
    pub id: LoginId,
    /// Who signed in.
    pub agent: AgentId,
    /// Of the cookie's secret.
    pub secret: SecretHash,
    /// Signed in at.
    pub created_at: Timestamp,
    /// Good until.
    pub expires_at: Timestamp,
}

/// The staff cookie: whose, which sign-in, which teams, and the secret. It names the teams so that sign-in, agent and
/// the settings that the console needs come in one read; what counts is the agent that is read, not the cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCookie {
    /// Who signed in.
    pub agent: AgentId,
    /// The sign-in.
    pub login: LoginId,
    /// The home team, then the others whose settings may be used.
    pub teams: Vec<TeamId>,
    /// The secret half.
    pub secret: Secret,
}

impl StaffCookie {
    /// As cookie value.
    #[must_use]
    pub fn reveal(&self) -> String {
        let teams: Vec<&str> = self.teams.iter().map(TeamId::as_str).collect();
        format!("{}.{}.{}.{}", self.agent, self.login, teams.join("-"), self.secret.reveal())
    }

    /// From a cookie's value; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let agent = parts.next()?.parse().ok()?;
        let login = parts.next()?.parse().ok()?;
        let teams = parts.next()?.split('-').take(20).map(str::parse).collect::<Result<_, _>>().ok()?;
        Some(Self { agent, login, teams, secret: Secret::parse(parts.next()?)? })
    }
}

/// An API key as it is stored. Integrators see every session (`scope` *all*) unless the key is an agent's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Identity.
    pub id: KeyId,
    /// What an admin called it.
    pub name: String,
    /// The team that sessions start under when the request names none.
    pub team: TeamId,
    /// The agent that sessions get when the request names none.
    pub agent: AgentId,
    /// Of the secret half.
    pub secret: SecretHash,
    /// Made at.
    pub created_at: Timestamp,
}

/// An API key as its holder has it: `parlor_<team>_<agent>_<id>_<secret>`. The prefix lets secret scanners find it;
/// team and agent are there so that a start needs one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyToken {
    /// The key's own team.
    pub team: TeamId,
    /// The key's own agent.
    pub agent: AgentId,
    /// Which key.
    pub id: KeyId,
    /// The secret half.
    pub secret: Secret,
}

impl ApiKeyToken {
    /// As the holder keeps it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("parlor_{}_{}_{}_{}", self.team, self.agent, self.id, self.secret.reveal())
    }

    /// From a bearer token; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("parlor_")?.splitn(4, '_');
        Some(Self {
            team: parts.next()?.parse().ok()?,
            agent: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
            secret: Secret::parse(parts.next()?)?,
        })
    }
}
