//! Signed-in staff and API keys, and what they may see.

use jiff::Timestamp;
use schemars::JsonSchema;
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

/// Whose sessions a list shows (R20).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Scope")]
pub enum ListScope {
    /// One's own.
    My,
    /// Those of one's teams.
    Team,
    /// All of the installation.
    All,
}

impl ListScope {
    /// As it stands in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::My => "my",
            Self::Team => "team",
            Self::All => "all",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::My, Self::Team, Self::All].into_iter().find(|scope| scope.as_str() == name)
    }
}

/// A member of staff, of any role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Random; it stays when name or address change.
    pub id: AgentId,
    /// Full name, as colleagues see it.
    pub name: String,
    /// The address that they sign in with, in lower case.
    pub email: EmailAddress,
    /// Which sessions they see, and whether they change settings (R20).
    pub role: Role,
    /// The home team, under whose settings they start sessions unless they choose another.
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
        self.may_see_of(&session.agent, &session.id.team())
    }

    /// Whether the agent may see a session of this owner and team (R20).
    #[must_use]
    pub fn may_see_of(&self, owner: &AgentId, team: &TeamId) -> bool {
        *owner == self.id || self.sees_team(team)
    }

    /// Whether the agent may see `session` whoever owns it.
    #[must_use]
    pub fn may_see_by_role(&self, session: &Session) -> bool {
        self.sees_team(&session.id.team())
    }

    fn sees_team(&self, team: &TeamId) -> bool {
        match self.role {
            Role::Admin => true,
            Role::Supervisor => self.may_use_team(team),
            Role::Agent => false,
        }
    }

    /// Whose sessions lists may show to the agent, narrowest first: all that [`Agent::may_see`] lets them see, and nothing
    /// else.
    #[must_use]
    pub fn list_scopes(&self) -> &'static [ListScope] {
        match self.role {
            Role::Agent => &[ListScope::My],
            Role::Supervisor => &[ListScope::My, ListScope::Team],
            Role::Admin => &[ListScope::My, ListScope::Team, ListScope::All],
        }
    }
}

/// Minutes that a sign-in lasts, whether or not it is used.
pub const LOGIN_MINUTES: i64 = 12 * 60;

/// One sign-in of one browser, as it is stored. The cookie has the other half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Names the sign-in in the cookie; no secret.
    pub id: LoginId,
    /// The member of staff who signed in.
    pub agent: AgentId,
    /// Hash of the secret in the cookie.
    pub secret: SecretHash,
    /// When they signed in.
    pub created_at: Timestamp,
    /// From this moment on it does not count: [`LOGIN_MINUTES`] after the sign-in.
    pub expires_at: Timestamp,
}

/// The staff cookie: whose, which sign-in, which teams, and the secret. It names the teams so that sign-in, agent and
/// the settings that the console needs come in one read; what counts is the agent that is read, not the cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCookie {
    /// The member of staff who signed in.
    pub agent: AgentId,
    /// Which of their sign-ins it is.
    pub login: LoginId,
    /// The home team, then the others whose settings may be used.
    pub teams: Vec<TeamId>,
    /// The secret, of which the table has the hash.
    pub secret: Secret,
}

impl StaffCookie {
    /// The cookie's value: `<agent>.<sign-in>.<team>-<team>….<secret>`. The one place that shows the secret.
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
    /// Names the key in the token and in events; no secret.
    pub id: KeyId,
    /// What an admin called it, for people.
    pub name: String,
    /// The team that sessions start under when the request names none.
    pub team: TeamId,
    /// The agent that sessions get when the request names none.
    pub agent: AgentId,
    /// Hash of the token's secret.
    pub secret: SecretHash,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An API key as its holder has it: `parlor_<team>_<agent>_<id>_<secret>`. The prefix lets secret scanners find it;
/// team and agent are there so that a start needs one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyToken {
    /// As [`ApiKey::team`]; what counts is what is read.
    pub team: TeamId,
    /// As [`ApiKey::agent`]; what counts is what is read.
    pub agent: AgentId,
    /// Which key it is.
    pub id: KeyId,
    /// The secret, of which the table has the hash.
    pub secret: Secret,
}

impl ApiKeyToken {
    /// The token as its holder sends it. The one place that shows the secret.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r20_a_list_shows_what_may_be_seen_and_nothing_else() {
        let [home, other, third]: [TeamId; 3] = ["1end1n", "c1a1ms", "0ther0"].map(|team| team.parse().unwrap());
        let somebody: AgentId = "agent00000000001".parse().unwrap();
        for role in [Role::Agent, Role::Supervisor, Role::Admin] {
            let agent = Agent {
                id: "agent00000000000".parse().unwrap(),
                name: "Nina Okafor".into(),
                email: "nina@example.com".parse().unwrap(),
                role,
                team: home.clone(),
                also_teams: vec![other.clone()],
            };
            let widest = *agent.list_scopes().last().unwrap();
            for team in [&home, &other, &third] {
                let listed = |owner: &AgentId| match widest {
                    ListScope::My => *owner == agent.id,
                    ListScope::Team => *owner == agent.id || agent.teams().contains(team),
                    ListScope::All => true,
                };
                for owner in [&agent.id, &somebody] {
                    assert_eq!(agent.may_see_of(owner, team), listed(owner), "{role:?} {team}");
                }
            }
        }
        for scope in [ListScope::My, ListScope::Team, ListScope::All] {
            assert_eq!(ListScope::named(scope.as_str()), Some(scope));
        }
        assert_eq!(ListScope::named("everything"), None);
    }
}
