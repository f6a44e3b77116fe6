//! Who is asking: staff by cookie, integrators by API key.

use jiff::Timestamp;
use lambda_http::{Request, http::header::AUTHORIZATION};
use parlor_domain::{
    Actor, Agent, AgentId, Keyring, Origin, Role, Secret, Session, SessionId, TeamId,
    keyring::Purpose,
    session::Context,
    staff::{ApiKey, ApiKeyToken, KeyAbout, KeyScope, Login, StaffCookie, Standing},
};
use parlor_store::{ReadBatch, ReadResult, Stored};

use crate::{ApiError, cookies};

/// What a request says about who asks. Not checked yet: it says what to read in order to check it.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Neither cookie nor key, or unreadable ones.
    None,
    /// An integrator's API key.
    Key(ApiKeyToken),
    /// The cookie of a signed-in browser.
    Staff(StaffCookie),
}

impl Credentials {
    /// Of a request. A bearer token wins over a cookie: who sends one means it.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        if let Some(header) = request.headers().get(AUTHORIZATION) {
            return header
                .to_str()
                .ok()
                .and_then(|header| header.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .and_then(|(_, token)| ApiKeyToken::parse(token.trim()))
                .map_or(Self::None, Self::Key);
        }
        cookies::read(request, cookies::STAFF)
            .and_then(|cookie| StaffCookie::parse(&cookie))
            .map_or(Self::None, Self::Staff)
    }

    /// What to read in order to check them: two items, or none.
    #[must_use]
    pub fn keys(&self, keys: ReadBatch) -> ReadBatch {
        match self {
            Self::None => keys,
            Self::Key(token) => keys.api_key(&token.id, &token.agent),
            Self::Staff(cookie) => keys.login(&cookie.agent, &cookie.login),
        }
    }

    /// The team that a start is under when it names none: the key's own, or the home team.
    #[must_use]
    pub fn own_team(&self) -> Option<&TeamId> {
        match self {
            Self::None => None,
            Self::Key(token) => Some(&token.team),
            Self::Staff(cookie) => cookie.teams.first(),
        }
    }

    /// The agent whom they name: whoever signed in, or the key's own.
    #[must_use]
    pub fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::None => None,
            Self::Key(token) => Some(&token.agent),
            Self::Staff(cookie) => Some(&cookie.agent),
        }
    }

    /// Who keeps an answer for an `Idempotency-Key`: two callers' keys must not meet.
    #[must_use]
    pub fn idempotency_scope(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Key(token) => format!("K{}", token.id),
            Self::Staff(cookie) => format!("A{}", cookie.agent),
        }
    }

    /// Checks them against what was read. The same refusal whatever is wrong with them. A key of one agent is refused while they
    /// are deactivated. Another is the installation's: it goes on without whoever made it, but nothing becomes theirs any more.
    pub fn check(&self, found: &ReadResult, now: Timestamp) -> Result<Caller, ApiError> {
        match self {
            Self::None => Err(ApiError::NotSignedIn),
            Self::Key(token) => {
                let key = found.api_key(&token.id)?.filter(|ApiKey { about, secret }| {
                    let right = secret.matches(&token.secret) && about.team == token.team && about.agent == token.agent;
                    right && about.is_good(now)
                });
                let key = key.ok_or(ApiError::NotSignedIn)?;
                let agent = found
                    .agent(&token.agent)?
                    .filter(|agent| agent.standing != Standing::Deactivated || !key.about.as_agent);
                Ok(Caller { agent: agent.ok_or(ApiError::NotSignedIn)?, by: By::Key(key.about) })
            }
            Self::Staff(cookie) => {
                let login = found.login(&cookie.agent, &cookie.login)?;
                let login = login
                    .filter(|login| login.secret.matches(&cookie.secret) && login.counts(now))
                    .ok_or(ApiError::NotSignedIn)?;
                let agent = found.agent(&cookie.agent)?.filter(Agent::is_active).ok_or(ApiError::NotSignedIn)?;
                Ok(Caller { agent, by: By::Login(login, cookie.secret.clone()) })
            }
        }
    }
}

/// How a caller proved who they are.
#[derive(Debug, Clone)]
enum By {
    Key(KeyAbout),
    Login(Login, Secret),
}

/// A caller whose credentials count: signed-in staff, or a key with the agent it acts for.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The member of staff: who signed in, or whose the key is.
    pub agent: Agent,
    by: By,
}

impl Caller {
    /// How events name the caller: the member of staff, or the key (R24).
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.by {
            By::Key(key) => Actor::Api { key: key.id.clone() },
            By::Login(..) => Actor::Agent { id: self.agent.id.clone(), name: self.agent.name.clone() },
        }
    }

    /// Whether this is an integrator's program.
    #[must_use]
    pub fn is_key(&self) -> bool {
        matches!(self.by, By::Key(_))
    }

    /// The key of an integrator's program.
    #[must_use]
    pub fn key(&self) -> Option<&KeyAbout> {
        match &self.by {
            By::Key(key) => Some(key),
            By::Login(..) => None,
        }
    }

    /// Whether the caller has an admin's reach, in one team at least: an admin, or a key that is not an agent's.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.acts_for_others() || self.agent.role == Role::Admin
    }

    /// Whether the caller sees every session and what is everybody's: an admin, or a key, that is not for one team alone.
    #[must_use]
    pub fn sees_all(&self) -> bool {
        self.is_admin() && self.only_team().is_none()
    }

    /// Whether the caller may make and change admins: an admin, or a key that may do all that an admin may. Otherwise a key for
    /// people alone could make itself one.
    #[must_use]
    pub fn may_make_admins(&self) -> bool {
        self.sees_all() && self.key().is_none_or(|key| KeyScope::ALL.iter().all(|scope| key.scopes.contains(scope)))
    }

    /// Whether this is a program that acts for whomever it names: a key that is not one agent's.
    #[must_use]
    pub fn acts_for_others(&self) -> bool {
        self.key().is_some_and(|key| !key.as_agent)
    }

    /// The team whose things alone are there for the caller: that of a key for one team.
    #[must_use]
    pub fn only_team(&self) -> Option<&TeamId> {
        self.key().and_then(KeyAbout::only_team)
    }

    /// Whether what belongs to a team can be there for the caller: keys can be for one team alone.
    #[must_use]
    pub fn reaches(&self, team: &TeamId) -> bool {
        self.only_team().is_none_or(|only| only == team)
    }

    /// Whether the caller sees what is a team's as its supervisors do.
    #[must_use]
    pub fn supervises(&self, team: &TeamId) -> bool {
        self.reaches(team) && (self.is_admin() || self.agent.sees_team(team))
    }

    /// Whether the caller may see a session (R20). A key sees all, but for one of a team or of an agent.
    #[must_use]
    pub fn may_see(&self, session: &Session) -> bool {
        self.reaches(&session.id.team()) && (self.is_admin() || self.agent.may_see(session))
    }

    /// The session, for a decision, if it is there and visible; otherwise not found, whichever it is.
    pub fn session(&self, found: &ReadResult, id: &SessionId) -> Result<Stored, ApiError> {
        found.session(id)?.filter(|stored| self.may_see(&stored.session)).ok_or(ApiError::NotFound)
    }

    /// The session's document and who is in its room, for looking at; otherwise as [`Caller::session`].
    pub fn room(&self, found: &ReadResult, id: &SessionId) -> Result<Stored, ApiError> {
        found.room(id)?.filter(|stored| self.may_see(&stored.session)).ok_or(ApiError::NotFound)
    }

    /// As [`Caller::room`], for looking at what is in it: nothing of an erased session (R25), also as long as its items and files are
    /// still to be deleted.
    ///
    /// # Errors
    /// As [`Caller::room`].
    pub fn contents(&self, found: &ReadResult, id: &SessionId) -> Result<Option<Stored>, ApiError> {
        Ok(Some(self.room(found, id)?).filter(|stored| stored.session.erased.is_none()))
    }

    /// What a decision takes of the caller: actor, origin and the time.
    #[must_use]
    pub fn context(&self, origin: &Origin, now: Timestamp) -> Context {
        Context { actor: self.actor(), origin: origin.clone(), now }
    }

    /// Which sign-in it is; none for a key.
    #[must_use]
    pub fn login(&self) -> Option<&Login> {
        match &self.by {
            By::Key(_) => None,
            By::Login(login, _) => Some(login),
        }
    }

    /// The CSRF token that this sign-in's forms carry.
    #[must_use]
    pub fn csrf_token(&self, keyring: &Keyring) -> String {
        match &self.by {
            By::Key(_) => String::new(),
            By::Login(login, secret) => {
                keyring.sign(Purpose::Csrf, &format!("{} {}", login.id, secret.hash().as_str()))
            }
        }
    }

    /// Whether `token` came from one of this sign-in's own pages.
    #[must_use]
    pub fn csrf_matches(&self, keyring: &Keyring, token: &str) -> bool {
        match &self.by {
            By::Key(_) => true,
            By::Login(login, secret) => {
                keyring.verify(Purpose::Csrf, &format!("{} {}", login.id, secret.hash().as_str()), token)
            }
        }
    }
}
