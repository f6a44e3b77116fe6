//! A session in the middle of it, for whoever looks at Parlor for the first time: started under another team's settings,
//! the customer came in, the two are talking. Everything is decided by the domain, as if it had happened.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Actor, Agent, Command, Contact, Decision, InteractionId, LinkToken, NewSession, Origin, Presented, Secret, Session,
    SessionId, Settings, TeamId,
    interaction::{Asked, Entries, Filled, NewInteraction, WorkCommand, Workflow},
    session::{Context, Customer},
    settings::Overrides,
};
use parlor_runtime::Runtime;
use parlor_store::{Extras, ReadBatch, Store};
use serde_json::json;

use crate::demo_error::DemoError;

/// What was said: minutes ago, by the customer or by the agent, and what.
const CHAT: [(i64, bool, &str); 5] = [
    (22, false, "Hello Mara, good to have you here. I have your claim in front of me."),
    (21, false, "Could you tell me on which day the water came in?"),
    (19, true, "Hi! It was last Tuesday, some time in the night."),
    (14, true, "Do you need the invoice for the old kitchen, or are photos enough?"),
    (12, false, "Photos will do. Take your time."),
];

/// Writes the session, and the settings of `team` that it runs under. A read, a save and ten commits.
pub(crate) async fn tell(runtime: &Runtime, store: &Store, agent: &Agent, team: &TeamId) -> Result<(), DemoError> {
    let settings = settings(runtime, store, team).await?;
    let (random, keyring) = (&runtime.entropy, runtime.keyring());
    let now = runtime.clock.now();
    let nina = Actor::Agent { id: agent.id.clone(), name: agent.name.clone() };
    let by = |actor: &Actor, minutes: i64| Context {
        actor: actor.clone(),
        origin: Origin::default(),
        now: now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN),
    };

    let id = SessionId::generate_for(team, random);
    let (_, issued) = LinkToken::issue(&id, &keyring, random);
    let email = "mara@parlor.example".parse().map_err(|_| DemoError::Invalid("customer"))?;
    let new = NewSession {
        agent_email: None,
        language: None,
        id,
        customer: Customer { name: "Mara Quist".to_owned(), contact: Contact { email: Some(email), phone: None } },
        channel: None,
        agent: agent.id.clone(),
        agent_name: agent.name.clone(),
        pin: None,
        reference: None,
        metadata: BTreeMap::new(),
    };
    let refused = |_| DemoError::Invalid("session");
    let started = Session::create(new, Some(&issued), &settings, &by(&nina, 26)).map_err(refused)?;
    let mut session = commit(store, &started).await?;

    let link = started.links.first().ok_or(DemoError::Invalid("link"))?;
    let device = Secret::generate(random);
    let presented = Presented { posted: true, probe: true, device: None, consent: false };
    let enter = Command::Continue { link, presented: &presented, device: &device };
    let joined = session.decide(enter, &settings, &by(&Actor::Customer, 24)).map_err(refused)?;
    session = commit(store, &joined).await?;

    for (place, (minutes, from_customer, text)) in CHAT.into_iter().enumerate() {
        let writer = if from_customer { &Actor::Customer } else { &nina };
        let post = Command::Post { id: format!("demo-{place}"), text: text.to_owned(), attachment: None };
        let posted = session.decide(post, &settings, &by(writer, minutes)).map_err(refused)?;
        session = commit(store, &posted).await?;
    }
    work(store, session, &settings, runtime, (&by(&nina, 11), &by(&Actor::Customer, 9))).await
}

/// Something to do, half done: the customer has answered its first step.
async fn work(
    store: &Store,
    session: Session,
    settings: &Settings,
    runtime: &Runtime,
    (nina, mara): (&Context, &Context),
) -> Result<(), DemoError> {
    let refused = |_| DemoError::Invalid("workflow");
    let workflow: Workflow = serde_json::from_value(damage()).map_err(|_| DemoError::Invalid("workflow"))?;
    workflow.check().map_err(|_| DemoError::Invalid("workflow"))?;
    let new = NewInteraction {
        id: InteractionId::generate(&runtime.entropy),
        title: "About the water damage".to_owned(),
        asked: Asked::Workflow(workflow.clone()),
        values: std::collections::BTreeMap::new(),
        order: None,
        due_at: None,
        send: true,
        library: None,
        assignee: parlor_domain::interaction::Assignee::Customer,
        part_of: None,
    };
    let made = session.decide(Command::Work(WorkCommand::Add(new)), settings, nina).map_err(refused)?;
    let session = commit(store, &made).await?;
    let sent = made.interactions.first().ok_or(DemoError::Invalid("workflow"))?;
    let typed = |name: &str| match name {
        "day" => Some("2026-11-17"),
        "rooms" => Some("Kitchen and hall"),
        "insured_elsewhere" => Some("no"),
        _ => None,
    };
    let entries = Entries {
        answers: workflow.read(typed).answers,
        passed: Some("what".to_owned()),
        at: Some("costs".to_owned()),
    };
    let save = Command::Work(WorkCommand::Save(&sent.interaction, Filled::Workflow(&workflow, entries)));
    let saved = session.decide(save, settings, mara).map_err(refused)?;
    commit(store, &saved).await?;
    Ok(())
}

/// What the demo's workflow asks.
pub(crate) fn damage() -> serde_json::Value {
    json!({"steps": [
        {"id": "what", "title": "What happened", "text": "Two minutes. What you enter is kept as you go.", "fields": [
            {"name": "day", "label": "On which day did the water come in?", "type": "date", "required": true},
            {"name": "rooms", "label": "Which rooms are damaged?", "type": "text", "required": true, "max": 200},
            {"name": "insured_elsewhere", "label": "Are you insured elsewhere, too?", "type": "yes_no", "required": true},
        ]},
        {"id": "elsewhere", "title": "The other insurance", "show_if": {"all": [{"field": "insured_elsewhere", "is": true}]}, "fields": [
            {"name": "insurer", "label": "With whom?", "type": "text", "required": true},
        ]},
        {"id": "costs", "title": "The costs", "fields": [
            {"name": "estimate", "label": "What will the repair cost, roughly?", "type": "number", "min": 0, "hint": "In euros. An estimate is enough."},
            {"name": "home", "label": "Your home is", "type": "choice", "options": ["Rented", "Owned"], "required": true},
            {"name": "more", "label": "Is there anything else that we should know?", "type": "text"},
        ]},
    ]})
}

/// The team passes its links on by itself (R12), so nobody gets a mail whose link belongs to a device that is nowhere; and
/// after the end its customers keep access for a while (R2).
async fn settings(runtime: &Runtime, store: &Store, team: &TeamId) -> Result<Settings, DemoError> {
    let found = store.read(ReadBatch::new().team(team)).await?;
    let (system, _) = found.system()?;
    let known = found.team(team)?.ok_or(DemoError::Invalid("team"))?;
    let own = json!({
        "channels": {"embedded": true},
        "end": {"customer_access": {"level": "full_timed", "minutes": 10_080, "then_limited_minutes": 20_160}},
    });
    let invalid = |_| DemoError::Invalid("settings");
    let overrides = Overrides::parse(own, &system).map_err(invalid)?;
    store.save_team_settings(&known, &overrides, &Actor::System, runtime.clock.now()).await?;
    system.with(&overrides).map_err(invalid)
}

async fn commit(store: &Store, decision: &Decision) -> Result<Session, DemoError> {
    store.commit(decision, &Extras::default()).await?;
    Ok(decision.session.clone())
}
