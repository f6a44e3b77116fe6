//! Who can sign in after the first start: the demo's staff, or whoever opens the link that sets up the first admin.

use agent_auth::password;
use jiff::SignedDuration;
use parlor_domain::staff::{Agent, ApiKey, ApiKeyToken, KeyAbout, Role};
use parlor_domain::{Actor, AgentId, EmailAddress, KeyId, Secret, TeamId};
use parlor_runtime::Runtime;
use parlor_store::{NewAgent, ReadBatch, SettingsVersion, SetupLink, Store, StoreError};
use serde::Serialize;

use crate::data::Data;
use crate::demo_error::DemoError;
use crate::{demo_library, demo_session};

/// The password of all demo staff. No secret: the demo has nothing to protect, and it is printed at every start.
const PASSWORD: &str = "come-on-in-demo";

/// The demo's company, and how its mails and pages look. The logo is a file that only this stack serves.
const COMPANY: &str = "Tidewell Savings";
const ACCENT: &str = "#0f6a5e";
pub(crate) const LOGO: &str = "/local/logo.svg";

/// How long the first admin's link is good for.
const SETUP_HOURS: i64 = 7 * 24;

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    /// The address to sign in with.
    pub email: String,
    /// The password to sign in with.
    pub password: String,
}

/// Who can do what in the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demo {
    /// Sees all and edits settings.
    pub admin: Login,
    /// Sees the team's sessions.
    pub supervisor: Login,
    /// An agent, who owns what the API key starts.
    pub agent: Login,
    /// Another agent of the same team.
    pub agent2: Login,
    pub api_key: String,
}

struct Member {
    id: &'static str,
    name: &'static str,
    email: &'static str,
    role: Role,
    also: &'static [&'static str],
}

/// The home team of all demo staff, and a second one whose settings some of them may use (R19).
const TEAMS: [(&str, &str); 2] = [("1end1n", "Lending"), ("c1a1ms", "Claims")];

const STAFF: [Member; 4] = [
    Member {
        id: "admn000000000001",
        name: "Ada Winter",
        email: "ada@parlor.example",
        role: Role::Admin,
        also: &["c1a1ms"],
    },
    Member {
        id: "spvr000000000001",
        name: "Sam Okafor",
        email: "sam@parlor.example",
        role: Role::Supervisor,
        also: &["c1a1ms"],
    },
    Member {
        id: "agnt000000000001",
        name: "Nina Berg",
        email: "nina@parlor.example",
        role: Role::Agent,
        also: &["c1a1ms"],
    },
    Member { id: "agnt000000000002", name: "Tom Alvarez", email: "tom@parlor.example", role: Role::Agent, also: &[] },
];

fn store(runtime: &Runtime) -> Store {
    let config = &runtime.config;
    Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table)
}

fn team(id: &str) -> Result<TeamId, DemoError> {
    id.parse().map_err(|_| DemoError::Invalid("team"))
}

fn agent(member: &Member) -> Result<Agent, DemoError> {
    let invalid = || DemoError::Invalid("staff");
    let (id, email) = (member.id.parse().map_err(|_| invalid())?, member.email.parse().map_err(|_| invalid())?);
    let also_teams = member.also.iter().map(|id| team(id)).collect::<Result<_, _>>()?;
    Ok(Agent { also_teams, ..Agent::new(id, member.name, email, member.role, team(TEAMS[0].0)?) })
}

/// Whether a write that must not replace anything found nothing in its way; what is there from last time may stay.
fn made(result: Result<(), StoreError>) -> Result<(), StoreError> {
    match result {
        Err(StoreError::Condition(_)) => Ok(()),
        other => other,
    }
}

/// Makes teams, staff and an API key, unless they are there from last time, and with `story` a session in the middle of it.
/// One read, and a few writes the first time.
pub(crate) async fn seed(runtime: &Runtime, data: &Data, story: bool) -> Result<Demo, DemoError> {
    let store = store(runtime);
    let admin: EmailAddress = STAFF[0].email.parse().map_err(|_| DemoError::Invalid("staff"))?;
    let last = store.read(ReadBatch::new().credentials(&admin)).await?;
    if last.credentials(&admin)?.is_none() {
        for (id, name) in TEAMS {
            made(store.create_team(&team(id)?, name).await)?;
        }
        if story {
            for (id, _) in TEAMS {
                demo_library::fill(runtime, &store, &agent(&STAFF[1])?, &team(id)?).await?;
            }
            Box::pin(demo_session::tell(runtime, &store, &agent(&STAFF[2])?, &team(TEAMS[1].0)?)).await?;
        }
        for member in STAFF.iter().rev() {
            let password = password::hash(PASSWORD, &runtime.entropy);
            // The admin comes last, so that a start that was cut short is gone over again.
            made(store.create_agent(&NewAgent { agent: agent(member)?, password }).await)?;
        }
    }
    let login = |member: &Member| Login { email: member.email.to_owned(), password: PASSWORD.to_owned() };
    Ok(Demo {
        admin: login(&STAFF[0]),
        supervisor: login(&STAFF[1]),
        agent: login(&STAFF[2]),
        agent2: login(&STAFF[3]),
        api_key: api_key(&store, runtime, data).await?,
    })
}

/// Gives the company its name, logo and accent, unless somebody saved settings before. One read and one write.
pub(crate) async fn brand(runtime: &Runtime) -> Result<(), DemoError> {
    let store = store(runtime);
    let (old, version) = store.read(ReadBatch::new().system()).await?.system()?;
    if version != SettingsVersion(0) {
        return Ok(());
    }
    let mut new = old.clone();
    new.branding.name = Some(COMPANY.to_owned());
    new.branding.accent = Some(ACCENT.to_owned());
    new.branding.logo = Some(LOGO.to_owned());
    made(store.save_system_settings(&new, &old, version, &Actor::System, runtime.clock.now()).await)?;
    Ok(())
}

/// The key from last time, or a new one.
async fn api_key(store: &Store, runtime: &Runtime, data: &Data) -> Result<String, DemoError> {
    if let Some(kept) = data.secret("demo-api-key")? {
        return Ok(kept);
    }
    let (team, agent): (TeamId, AgentId) = (team(TEAMS[0].0)?, agent(&STAFF[2])?.id);
    let token = ApiKeyToken {
        team: team.clone(),
        agent: agent.clone(),
        id: KeyId::generate(&runtime.entropy),
        secret: Secret::generate(&runtime.entropy),
    };
    let about = KeyAbout::unlimited(token.id.clone(), "Demo", team, agent, runtime.clock.now());
    let key = ApiKey { about, secret: token.secret.hash() };
    store.create_api_key(&key).await?;
    data.keep_secret("demo-api-key", &token.reveal())?;
    Ok(token.reveal())
}

/// Lays out the link that makes the first admin: its address, or nothing once it was used. Reads the old one first, so that
/// a restart neither revives a used link nor breaks one that somebody already has.
pub(crate) async fn setup(runtime: &Runtime, data: &Data) -> Result<Option<String>, DemoError> {
    let store = store(runtime);
    let secret = match data.secret("setup-secret")? {
        Some(kept) => {
            if store.read(ReadBatch::new().setup()).await?.setup()?.is_none() {
                return Ok(None);
            }
            Secret::parse(&kept).ok_or(DemoError::Invalid("setup secret"))?
        }
        None => Secret::generate(&runtime.entropy),
    };
    let expires_at = runtime.clock.now() + SignedDuration::from_hours(SETUP_HOURS);
    store.put_setup_link(&SetupLink { secret: secret.hash(), expires_at, key: None }).await?;
    // Only now: a file without its item would read as a link that was used.
    data.keep_secret("setup-secret", &secret.reveal())?;
    Ok(Some(format!("{}/setup/{}", runtime.config.public_url, secret.reveal())))
}
