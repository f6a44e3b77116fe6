//! Members of staff as an admin deals with them: invited, active, deactivated. Everything here is pure; `store` writes it,
//! and holds that one active admin is left.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Agent, AgentId, EmailAddress, Keyring, Language, Message, OutboxEntry, Random, Role, Secret, SecretHash, TeamId,
    contact::Channel,
    keyring::{CannotOpen, Sealed},
    outbox::Owner,
    staff::Standing,
};

/// How long an invitation's link is good for.
pub const INVITATION_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long the link is good for by which a forgotten password is replaced.
pub const RESET_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Most teams that somebody can be in or use the settings of: as many as the staff cookie names.
pub const MAX_TEAMS: usize = 20;

/// What a link to a member of staff is for. There is one of each kind at most; a new one takes the place of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffLinkKind {
    /// An invited person comes in and chooses a password.
    Invitation,
    /// Somebody chooses another password in place of a forgotten one.
    Reset,
}

impl StaffLinkKind {
    /// Its part of keys and of what a token is sealed to.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "INVITE",
            Self::Reset => "RESET",
        }
    }

    /// How long such a link is good for.
    #[must_use]
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::Invitation => INVITATION_FOR,
            Self::Reset => RESET_FOR,
        }
    }
}

/// A link to a member of staff, as it is stored. It goes when it was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffLink {
    /// Hash of the token's secret.
    pub secret: SecretHash,
    /// From this moment on it is not taken any more.
    pub expires_at: Timestamp,
    /// The address that it was sent to; not known of links from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<EmailAddress>,
}

impl StaffLink {
    /// Whether `token` opens it at `now` for its owner, who is reached at `email`. One that went to an earlier address opens
    /// nothing, also when it was made in the moment in which the address changed.
    #[must_use]
    pub fn opens(&self, token: &StaffToken, email: &EmailAddress, now: Timestamp) -> bool {
        let is_theirs = self.to.as_ref().is_none_or(|to| to == email);
        self.secret.matches(&token.secret) && now < self.expires_at && is_theirs
    }
}

/// The token in `/invitation/{token}` and `/reset/{token}`: whose, and a secret of which the table has the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffToken {
    /// The member of staff whom the link is for.
    pub agent: AgentId,
    /// The part that cannot be guessed.
    pub secret: Secret,
}

impl StaffToken {
    /// A new token for `agent`, to be sent to the address that they have, with what is stored of it, and the token as an outbox
    /// entry carries it.
    #[must_use]
    pub fn issue(
        kind: StaffLinkKind,
        agent: &Agent,
        keyring: &Keyring,
        random: &dyn Random,
        now: Timestamp,
    ) -> (StaffLink, Sealed) {
        let token = Self { agent: agent.id.clone(), secret: Secret::generate(random) };
        let expires_at = now.checked_add(kind.lifetime()).unwrap_or(Timestamp::MAX);
        let link = StaffLink { secret: token.secret.hash(), expires_at, to: Some(agent.email.clone()) };
        (link, keyring.seal(&sealing_context(kind, &agent.id), &token.reveal(), random))
    }

    /// Opens the sealed token of an outbox entry.
    pub fn open(kind: StaffLinkKind, agent: &AgentId, sealed: &Sealed, keyring: &Keyring) -> Result<Self, CannotOpen> {
        Self::parse(&keyring.open(&sealing_context(kind, agent), sealed)?).ok_or(CannotOpen)
    }

    /// The token as text, for the URL. The one place that shows the secret.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}{}", self.agent, self.secret.reveal())
    }

    /// Reads a token from a URL; `None` for anything else. What is glued to its end is ignored, as with customers' links (R5).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (agent, rest) = text.split_at_checked(AgentId::LENGTH)?;
        let (secret, _glued) = rest.split_at_checked(Secret::TEXT_LEN)?;
        Some(Self { agent: agent.parse().ok()?, secret: Secret::parse(secret)? })
    }
}

/// Binds a sealed token to its owner and to what it is for.
fn sealing_context(kind: StaffLinkKind, agent: &AgentId) -> String {
    format!("staff {} {agent}", kind.as_str())
}

/// A mail to a member of staff, waiting to be sent. `id` is a random one.
#[must_use]
pub fn mail_to(agent: &AgentId, to: &EmailAddress, message: Message, id: String, now: Timestamp) -> OutboxEntry {
    OutboxEntry::new(Owner::Agent(agent.clone()), id, Channel::Email, to.as_str().to_owned(), message, now)
}

/// A member of staff with what only the list of people shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is.
    pub agent: Agent,
    /// Whether they have chosen a password: somebody reactivated without one is invited again.
    pub has_password: bool,
    /// When they were made; not known of people from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When they were invited last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_at: Option<Timestamp>,
    /// Since when they are let in no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deactivated_at: Option<Timestamp>,
}

/// What an admin changes of somebody; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// Full name.
    pub name: Option<String>,
    /// The address that they sign in with.
    pub email: Option<EmailAddress>,
    /// What they may do.
    pub role: Option<Role>,
    /// The teams that they are in, home team first; never empty.
    pub teams: Option<Vec<TeamId>>,
    /// Teams that they are not in and whose settings they may use.
    pub settings_of: Option<Vec<TeamId>>,
}

/// Why somebody's state is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonRefusal {
    /// Invited again although they have a password.
    #[error("this person signs in already, and needs no invitation")]
    Active,
    /// Invited although they are let in no longer.
    #[error("this person is deactivated; reactivate them first")]
    Deactivated,
}

impl Person {
    /// Somebody who is invited now.
    #[must_use]
    pub fn invited(agent: Agent, now: Timestamp) -> Self {
        let agent = Agent { standing: Standing::Invited, ..agent };
        Self { agent, has_password: false, created_at: Some(now), invited_at: Some(now), deactivated_at: None }
    }

    /// Somebody who signs in, of whom nothing else was kept.
    #[must_use]
    pub fn of(agent: Agent) -> Self {
        Self { agent, has_password: true, created_at: None, invited_at: None, deactivated_at: None }
    }

    /// Whether they can act as an admin now: one such person has to be left.
    #[must_use]
    pub fn is_acting_admin(&self) -> bool {
        self.agent.role == Role::Admin && self.agent.is_active()
    }

    /// Invited again at `now`.
    pub fn invite(&self, now: Timestamp) -> Result<Self, PersonRefusal> {
        match self.agent.standing {
            Standing::Active => Err(PersonRefusal::Active),
            Standing::Deactivated => Err(PersonRefusal::Deactivated),
            Standing::Invited => Ok(Self { invited_at: Some(now), ..self.clone() }),
        }
    }

    /// They accepted the invitation under this name, and chose a password.
    #[must_use]
    pub fn accept(&self, name: &str) -> Self {
        let agent = Agent { standing: Standing::Active, name: name.to_owned(), ..self.agent.clone() };
        Self { agent, has_password: true, ..self.clone() }
    }

    /// Let in no longer from `now` on. Once more changes nothing.
    #[must_use]
    pub fn deactivate(&self, now: Timestamp) -> Self {
        let agent = Agent { standing: Standing::Deactivated, ..self.agent.clone() };
        Self { agent, deactivated_at: self.deactivated_at.or(Some(now)), ..self.clone() }
    }

    /// Let in again, with the password that they had; who had none is invited, and gets a link when an admin sends one.
    #[must_use]
    pub fn reactivate(&self) -> Self {
        let standing = match self.agent.standing {
            Standing::Deactivated if self.has_password => Standing::Active,
            Standing::Deactivated => Standing::Invited,
            other => other,
        };
        Self { agent: Agent { standing, ..self.agent.clone() }, deactivated_at: None, ..self.clone() }
    }

    /// With an admin's changes.
    #[must_use]
    pub fn changed(&self, change: &PersonChange) -> Self {
        let mut next = self.clone();
        let agent = &mut next.agent;
        if let Some(name) = &change.name {
            agent.name.clone_from(name);
        }
        if let Some(email) = &change.email {
            agent.email = email.clone();
        }
        if let Some(role) = change.role {
            agent.role = role;
        }
        if let Some([home, others @ ..]) = change.teams.as_deref() {
            agent.team = home.clone();
            agent.also_teams = others.iter().filter(|team| *team != home).cloned().collect();
        }
        if let Some(teams) = &change.settings_of {
            agent.settings_of.clone_from(teams);
        }
        let agent = &mut next.agent;
        let (team, also) = (agent.team.clone(), agent.also_teams.clone());
        agent.settings_of.retain(|other| *other != team && !also.contains(other));
        next
    }

    /// Whether `next` may see or do less or more than this one, so that what is open has to be opened again: role, teams, or
    /// whether they are let in.
    #[must_use]
    pub fn changes_rights(&self, next: &Self) -> bool {
        let rights = |person: &Self| {
            let agent = &person.agent;
            (agent.role, agent.team.clone(), agent.also_teams.clone(), agent.settings_of.clone(), agent.standing)
        };
        rights(self) != rights(next)
    }
}

/// What happened to a person or a team, for the record of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeopleChange {
    /// Somebody was invited for the first time.
    Invited,
    /// The invitation was sent again.
    InvitedAgain,
    /// Somebody accepted their invitation.
    Joined,
    /// Name, address, role or teams are others.
    Changed,
    /// Let in no longer.
    Deactivated,
    /// Let in again.
    Reactivated,
    /// An admin signed them out everywhere.
    SignedOut,
    /// Somebody changed their own password.
    PasswordChanged,
    /// Somebody replaced their forgotten password.
    PasswordReset,
    /// A team was made.
    TeamCreated,
    /// A team has another name.
    TeamRenamed,
}

/// The language that a mail to `agent` is in: their own, otherwise `other`.
#[must_use]
pub fn mail_language(agent: &Agent, other: Language) -> Language {
    agent.language.clone().unwrap_or(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        let id = "agent00000000000".parse().unwrap();
        let agent =
            Agent::new(id, "Nina Okafor", "nina@example.com".parse().unwrap(), Role::Admin, "1end1n".parse().unwrap());
        Person::invited(agent, at(0))
    }

    fn at(minutes: i64) -> Timestamp {
        "2026-01-05T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
    }

    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            let next = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            bytes.fill(next);
        }
    }

    #[test]
    fn somebody_is_invited_comes_in_and_is_let_in_no_longer() {
        let invited = person();
        assert!(!invited.is_acting_admin(), "who has not come in yet is no admin to rely on");
        assert_eq!(invited.invite(at(5)).unwrap().invited_at, Some(at(5)));
        let active = invited.accept("Nina O.");
        assert!(active.is_acting_admin() && active.agent.name == "Nina O.");
        assert_eq!(active.invite(at(6)), Err(PersonRefusal::Active));
        let gone = active.deactivate(at(7));
        assert!(!gone.is_acting_admin() && gone.invite(at(8)) == Err(PersonRefusal::Deactivated));
        assert_eq!(gone.deactivate(at(9)), gone, "the first time counts");
        assert_eq!(gone.reactivate(), active);
        // Who never chose a password is invited again.
        assert_eq!(invited.deactivate(at(1)).reactivate(), invited);
    }

    #[test]
    fn a_change_of_teams_keeps_their_order_and_repeats_none() {
        let team = |id: &str| id.parse::<TeamId>().unwrap();
        let change = PersonChange {
            teams: Some(vec![team("c1a1ms"), team("1end1n"), team("c1a1ms")]),
            settings_of: Some(vec![team("1end1n"), team("b0rr0w")]),
            ..PersonChange::default()
        };
        let next = person().changed(&change);
        assert_eq!(next.agent.teams(), [team("c1a1ms"), team("1end1n")]);
        assert_eq!(next.agent.usable_teams(), [team("c1a1ms"), team("1end1n"), team("b0rr0w")]);
        assert!(person().changes_rights(&next));
        let renamed = PersonChange { name: Some("Nina".into()), ..PersonChange::default() };
        assert!(!person().changes_rights(&person().changed(&renamed)));
    }

    #[test]
    fn a_link_is_good_for_its_time_and_for_its_owner() {
        let keyring = Keyring::new([7; 32]);
        let random = Counting(std::sync::atomic::AtomicU8::new(1));
        let (owner, tom): (Agent, AgentId) = (person().agent, "agent00000000001".parse().unwrap());
        let (nina, email) = (&owner.id, &owner.email);
        for (kind, minutes) in [(StaffLinkKind::Invitation, 7 * 24 * 60), (StaffLinkKind::Reset, 60)] {
            let (link, sealed) = StaffToken::issue(kind, &owner, &keyring, &random, at(0));
            let token = StaffToken::open(kind, nina, &sealed, &keyring).unwrap();
            assert!(link.opens(&token, email, at(minutes - 1)) && !link.opens(&token, email, at(minutes)));
            assert!(!link.opens(&token, &"nina@example.org".parse().unwrap(), at(0)), "it went to another address");
            assert_eq!(StaffToken::parse(&format!("{}.>", token.reveal())), Some(token.clone()));
            assert!(StaffToken::open(kind, &tom, &sealed, &keyring).is_err());
            let other = StaffToken { secret: Secret::generate(&random), ..token };
            assert!(!link.opens(&other, email, at(0)));
        }
        let (_, sealed) = StaffToken::issue(StaffLinkKind::Reset, &owner, &keyring, &random, at(0));
        assert!(StaffToken::open(StaffLinkKind::Invitation, nina, &sealed, &keyring).is_err());
    }
}
