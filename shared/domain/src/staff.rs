//! Signed-in staff and API keys, and what they may see.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AgentId, KeyId, Language, LoginId, Secret, SecretHash, Session, TeamId, contact::EmailAddress, names::short_name,
    people::MAX_TEAMS,
};

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sees the sessions they own.
    Agent,
    /// Also sees their teams' sessions.
    Supervisor,
    /// Sees all, edits settings.
    Admin,
}

/// Whether a member of staff can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Signs in and owns sessions.
    #[default]
    Active,
    /// Was invited and has chosen no password yet.
    Invited,
    /// Is let in no longer, until an admin says otherwise. What they owned stays theirs until somebody takes it over.
    Deactivated,
}

impl Standing {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
    fn is_active(&self) -> bool {
        *self == Self::Active
    }
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
    /// Further teams that they are in: they may use the settings of these, and a supervisor sees their sessions.
    #[serde(default)]
    pub also_teams: Vec<TeamId>,
    /// Teams that they are not in and whose settings they may use all the same (R19).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings_of: Vec<TeamId>,
    /// Whether they can sign in.
    #[serde(default, skip_serializing_if = "Standing::is_active")]
    pub standing: Standing,
    /// The language of their pages and mails; the browser's while they chose none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Whether the administration's head leads them to the first steps of a new installation: from the first admin's set-up
    /// until they put the steps away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_steps: bool,
    /// How often what they may see was changed: whoever reads it in two places knows whether both are of one moment.
    #[serde(default, skip_serializing_if = "crate::link::is_zero")]
    pub rights: u64,
}

impl Agent {
    /// Somebody who is in one team and can sign in.
    #[must_use]
    pub fn new(id: AgentId, name: impl Into<String>, email: EmailAddress, role: Role, team: TeamId) -> Self {
        Self {
            id,
            name: name.into(),
            email,
            role,
            team,
            also_teams: vec![],
            settings_of: vec![],
            standing: Standing::Active,
            language: None,
            first_steps: false,
            rights: 0,
        }
    }

    /// Whether they can sign in, and own what begins or is handed over now.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// As short as it can be told: all that a customer sees.
    #[must_use]
    pub fn first_name(&self) -> &str {
        short_name(&self.name)
    }

    /// The teams that they are in, home team first.
    #[must_use]
    pub fn teams(&self) -> Vec<TeamId> {
        let others = self.also_teams.iter().filter(|team| **team != self.team);
        std::iter::once(&self.team).chain(others).cloned().collect()
    }

    /// The teams whose settings they may use (R19), home team first.
    #[must_use]
    pub fn usable_teams(&self) -> Vec<TeamId> {
        let mut teams = self.teams();
        for team in &self.settings_of {
            if !teams.contains(team) {
                teams.push(team.clone());
            }
        }
        teams
    }

    /// Whether they are in `team`.
    #[must_use]
    pub fn is_in(&self, team: &TeamId) -> bool {
        self.team == *team || self.also_teams.contains(team)
    }

    /// Whether a session may be started under `team`'s settings (R19).
    #[must_use]
    pub fn may_use_team(&self, team: &TeamId) -> bool {
        self.role == Role::Admin || self.is_in(team) || self.settings_of.contains(team)
    }

    /// Whether the agent may see `session` (R20).
    #[must_use]
    pub fn may_see(&self, session: &Session) -> bool {
        self.may_see_of(&session.agent, &session.id.team())
    }

    /// Whether a session of `team` can become the agent's (R9, R19): nothing becomes theirs who are let in no longer.
    #[must_use]
    pub fn may_own(&self, team: &TeamId) -> bool {
        self.is_active() && self.may_use_team(team)
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

    /// Whether the agent sees every session of `team` (R20).
    #[must_use]
    pub fn sees_team(&self, team: &TeamId) -> bool {
        match self.role {
            Role::Admin => true,
            Role::Supervisor => self.is_in(team),
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

/// Minutes after which a sign-in ends that nothing was heard of: no page of it opened its live connection. A connection that
/// stays open is heard of every two hours at least, when API Gateway ends it and the page opens the next.
pub const INACTIVE_MINUTES: i64 = 3 * 60;

/// Most characters of a browser's name that are kept with a sign-in.
pub const BROWSER_MAX: usize = 200;

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
    /// The browser, as its `User-Agent` says; at most [`BROWSER_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// When it was heard of last, if that was after the sign-in. It stands beside the document.
    #[serde(skip)]
    pub seen_at: Option<Timestamp>,
}

impl Login {
    /// When it was heard of last.
    #[must_use]
    pub fn last_seen(&self) -> Timestamp {
        self.seen_at.map_or(self.created_at, |seen| seen.max(self.created_at))
    }

    /// Whether it counts at `now`: it is neither over nor was it quiet for [`INACTIVE_MINUTES`].
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        let quiet = now.duration_since(self.last_seen());
        now < self.expires_at && quiet < SignedDuration::from_mins(INACTIVE_MINUTES)
    }
}

/// The staff cookie: whose, which sign-in, which teams, and the secret. It names the teams so that sign-in, agent and
/// the settings that the console needs come in one read; what counts is the agent that is read, not the cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCookie {
    /// The member of staff who signed in.
    pub agent: AgentId,
    /// Which of their sign-ins it is.
    pub login: LoginId,
    /// The teams that they are in, home team first.
    pub teams: Vec<TeamId>,
    /// The teams that they are not in and whose settings they may use.
    pub settings_of: Vec<TeamId>,
    /// The secret, of which the table has the hash.
    pub secret: Secret,
}

impl StaffCookie {
    /// Of a sign-in of `agent`.
    #[must_use]
    pub fn new(agent: &Agent, login: LoginId, secret: Secret) -> Self {
        let (teams, settings_of) = (agent.teams(), agent.settings_of.clone());
        Self { agent: agent.id.clone(), login, teams, settings_of, secret }
    }

    /// The cookie's value: `<agent>.<sign-in>.<team>-<team>….<secret>`, the teams that they are not in behind a `~`. The one place
    /// that shows the secret.
    #[must_use]
    pub fn reveal(&self) -> String {
        let list = |teams: &[TeamId]| teams.iter().map(TeamId::as_str).collect::<Vec<_>>().join("-");
        let others = if self.settings_of.is_empty() { String::new() } else { format!("~{}", list(&self.settings_of)) };
        format!("{}.{}.{}{others}.{}", self.agent, self.login, list(&self.teams), self.secret.reveal())
    }

    /// From a cookie's value; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.');
        let agent = parts.next()?.parse().ok()?;
        let login = parts.next()?.parse().ok()?;
        // Whatever a cookie claims is read before it is checked: each team once.
        let list = |text: &str| {
            let mut teams = text.split('-').take(MAX_TEAMS).map(str::parse).collect::<Result<Vec<TeamId>, _>>().ok()?;
            let mut named = BTreeSet::new();
            teams.retain(|team| named.insert(team.clone()));
            Some(teams)
        };
        let teams = parts.next()?;
        let (own, others) = teams.split_once('~').map_or((teams, None), |(own, others)| (own, Some(others)));
        let settings_of = others.map_or(Some(vec![]), list)?;
        Some(Self { agent, login, teams: list(own)?, settings_of, secret: Secret::parse(parts.next()?)? })
    }
}

/// What an API key may be used for. Each operation of the API needs one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    /// Look at sessions, their events and messages, and at teams' figures and libraries.
    Read,
    /// Start and change sessions.
    Sessions,
    /// Read and save settings; change teams' libraries.
    Settings,
    /// Webhook endpoints and their deliveries.
    Webhooks,
    /// People, teams and API keys.
    People,
}

impl KeyScope {
    /// Every scope, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Read, Self::Sessions, Self::Settings, Self::Webhooks, Self::People];

    /// As it stands in a key and in the API's document.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Sessions => "sessions",
            Self::Settings => "settings",
            Self::Webhooks => "webhooks",
            Self::People => "people",
        }
    }

    fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }
}

/// At most so many API keys are there at once.
pub const MAX_KEYS: usize = 100;

/// What is said about an API key, to those who may see it: all but its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAbout {
    /// Names the key in the token and in events; no secret.
    pub id: KeyId,
    /// What an admin called it, for people.
    pub name: String,
    /// The team that sessions start under when the request names none.
    pub team: TeamId,
    /// The agent that sessions get when the request names none.
    pub agent: AgentId,
    /// When it was made.
    pub created_at: Timestamp,
    /// What it may be used for. Keys from before there were scopes have all of them.
    #[serde(default = "KeyScope::all")]
    pub scopes: Vec<KeyScope>,
    /// Whether it is for [`KeyAbout::team`] alone: other teams' sessions and settings are not there for it.
    #[serde(default)]
    pub team_only: bool,
    /// Whether it sees what [`KeyAbout::agent`] sees, and no more. Otherwise it sees every session (R20).
    #[serde(default)]
    pub as_agent: bool,
    /// From this moment on it does not count; `None` for one that lasts until it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl KeyAbout {
    /// A key without an end, for every team, with all scopes.
    #[must_use]
    pub fn unlimited(id: KeyId, name: impl Into<String>, team: TeamId, agent: AgentId, now: Timestamp) -> Self {
        Self {
            id,
            name: name.into(),
            team,
            agent,
            created_at: now,
            scopes: KeyScope::all(),
            team_only: false,
            as_agent: false,
            expires_at: None,
        }
    }

    /// Whether its time is not over at `now`.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// The team whose sessions and settings alone are there for it; `None` for a key of all teams.
    #[must_use]
    pub fn only_team(&self) -> Option<&TeamId> {
        self.team_only.then_some(&self.team)
    }

    /// Whether `other` may do nothing that this key may not: what a key may make of further keys.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let team = !self.team_only || (other.team_only && other.team == self.team);
        let agent = !self.as_agent || (other.as_agent && other.agent == self.agent);
        let end = self.expires_at.is_none_or(|end| other.expires_at.is_some_and(|its| its <= end));
        team && agent && end && other.scopes.iter().all(|scope| self.scopes.contains(scope))
    }
}

/// An API key as it is stored. Integrators see every session (`scope` *all*) unless the key is an agent's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// All but the secret.
    #[serde(flatten)]
    pub about: KeyAbout,
    /// Hash of the token's secret.
    pub secret: SecretHash,
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
    fn r20_a_key_from_before_there_were_scopes_has_all_of_them_and_no_end() {
        let stored = r#"{"id":"k3y5w0zndq6x2v9m","name":"Billing","team":"1end1n","agent":"agent00000000001",
            "secret":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","created_at":"2026-11-21T14:05:00Z"}"#;
        let ApiKey { about, .. } = serde_json::from_str(stored).unwrap();
        assert_eq!(about.scopes, KeyScope::ALL);
        assert_eq!((about.only_team(), about.as_agent, about.is_good(Timestamp::MAX)), (None, false, true));
    }

    #[test]
    fn r20_a_key_makes_no_key_that_may_do_more_than_itself() {
        let [id, other]: [KeyId; 2] = ["k3y5w0zndq6x2v9m", "k3y5w0zndq6x2v9n"].map(|id| id.parse().unwrap());
        let (team, agent) = ("1end1n".parse().unwrap(), "agent00000000001".parse().unwrap());
        let now: Timestamp = "2026-11-21T14:05:00Z".parse().unwrap();
        let wide = KeyAbout::unlimited(id, "Wide", team, agent, now);
        let narrow = |narrow: fn(&mut KeyAbout, Timestamp)| {
            let mut key = KeyAbout { id: other.clone(), ..wide.clone() };
            narrow(&mut key, now);
            key
        };
        let narrowed = [
            narrow(|key, _| key.scopes = vec![KeyScope::Read]),
            narrow(|key, _| key.team_only = true),
            narrow(|key, _| key.as_agent = true),
            narrow(|key, now| key.expires_at = Some(now)),
        ];
        for key in &narrowed {
            assert!(wide.covers(key) && key.covers(key), "{key:?}");
            assert!(!key.covers(&wide), "{key:?}");
        }
        let elsewhere = KeyAbout { team: "c1a1ms".parse().unwrap(), ..narrowed[1].clone() };
        assert!(!narrowed[1].covers(&elsewhere));
    }

    #[test]
    fn r20_a_list_shows_what_may_be_seen_and_nothing_else() {
        let [home, other, third, borrowed]: [TeamId; 4] =
            ["1end1n", "c1a1ms", "0ther0", "b0rr0w"].map(|team| team.parse().unwrap());
        let somebody: AgentId = "agent00000000001".parse().unwrap();
        for role in [Role::Agent, Role::Supervisor, Role::Admin] {
            let id = "agent00000000000".parse().unwrap();
            let agent = Agent {
                also_teams: vec![other.clone()],
                settings_of: vec![borrowed.clone()],
                ..Agent::new(id, "Nina Okafor", "nina@example.com".parse().unwrap(), role, home.clone())
            };
            let widest = *agent.list_scopes().last().unwrap();
            for team in [&home, &other, &third, &borrowed] {
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

    #[test]
    fn a_cookie_names_the_teams_that_one_is_in_and_the_others_apart() {
        let team = |id: &str| id.parse::<TeamId>().unwrap();
        let id = "agent00000000000".parse().unwrap();
        let mut agent = Agent::new(id, "Nina", "nina@example.com".parse().unwrap(), Role::Agent, team("1end1n"));
        agent.also_teams = vec![team("c1a1ms")];
        for others in [vec![], vec![team("b0rr0w"), team("0ther0")]] {
            agent.settings_of = others;
            let secret = Secret::parse(&"A".repeat(Secret::TEXT_LEN)).unwrap();
            let cookie = StaffCookie::new(&agent, "10g1n00000000000".parse().unwrap(), secret);
            assert_eq!(cookie.teams, [team("1end1n"), team("c1a1ms")]);
            // A team that is named often is one.
            let often = cookie.reveal().replacen("1end1n", "1end1n-1end1n-1end1n", 1);
            assert_eq!(StaffCookie::parse(&often).as_ref(), Some(&cookie));
            assert_eq!(StaffCookie::parse(&cookie.reveal()), Some(cookie));
        }
    }

    #[test]
    fn a_sign_in_ends_after_twelve_hours_or_three_that_it_was_not_heard_of() {
        let at: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let minutes = |minutes| at + SignedDuration::from_mins(minutes);
        let mut login = Login {
            id: "10g1n00000000000".parse().unwrap(),
            agent: "agent00000000000".parse().unwrap(),
            secret: Secret::parse(&"A".repeat(Secret::TEXT_LEN)).unwrap().hash(),
            created_at: at,
            expires_at: minutes(LOGIN_MINUTES),
            browser: None,
            seen_at: None,
        };
        assert!(login.counts(minutes(INACTIVE_MINUTES - 1)) && !login.counts(minutes(INACTIVE_MINUTES)));
        login.seen_at = Some(minutes(600));
        assert!(login.counts(minutes(LOGIN_MINUTES - 1)) && !login.counts(minutes(LOGIN_MINUTES)));
    }
}
