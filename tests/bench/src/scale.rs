//! Whether what is many costs more: connections for the relay, sessions for the sweep.

use jiff::SignedDuration;
use parlor_domain::{
    Actor, LinkToken, Origin, Session, SessionId,
    session::{Context, Customer, NewSession},
};
use parlor_store::{Extras, ReadBatch};
use serde_json::{Value, json};

use crate::cases::Site;
use crate::measure::Bench;

/// Connections, and sessions, that there are few and many of.
const CONNECTIONS: [u64; 2] = [100, 100_000];
const SESSIONS: [u64; 2] = [1_000, 1_000_000];
/// How many of the sessions are due.
const DUE: u64 = 10;

/// Items that are put into a table at once.
const BATCH: u64 = 10_000;

/// The same operation among few and among many.
pub(crate) struct Scale {
    pub(crate) what: &'static str,
    /// How many there were, and what the operation then cost in requests to DynamoDB.
    pub(crate) costs: [(u64, String); 2],
}

/// A chat message to a room of two, while everybody else is connected, too.
pub(crate) async fn relay(bench: &mut Bench<'_>, site: &Site) -> Result<Scale, String> {
    let program = bench.program("live-message");
    let table = &site.installation.runtime.config.connections_table;
    let mut costs = CONNECTIONS.map(|count| (count, String::new()));
    let mut seeded = 0;
    for (count, cost) in &mut costs {
        seed(site, table, seeded..*count, |number| {
            json!({
                "pk": {"S": format!("C#elsewhere{number:010}=")},
                "sk": {"S": "C"},
                "expires": {"N": "4102444800"},
            })
        })?;
        seeded = *count;
        let case = site.message();
        site.stay().await?;
        let mut running = program.start().await?;
        bench.requests("live-message");
        let event = bench.event(&case);
        case.check(&running.answer(event).await?)?;
        *cost = bench.requests("live-message");
        running.stop().await?;
    }
    Ok(Scale { what: "relay a chat message, connections", costs })
}

/// A sweep that ends ten sessions, while others are not due for long.
pub(crate) async fn sweep(bench: &mut Bench<'_>, site: &Site) -> Result<Scale, String> {
    let program = bench.program("sweep-inactivity");
    let table = &site.installation.runtime.config.core_table;
    site.installation.settings(json!({"end": {"inactivity_minutes": 30}})).await;
    let mut costs = SESSIONS.map(|count| (count, String::new()));
    let mut seeded = 0;
    for (count, cost) in &mut costs {
        // Nothing but their keys and when they are due: the sweep must not come to see more of them.
        seed(site, table, seeded..*count - DUE, |number| {
            json!({
                "pk": {"S": format!("S#elsewhere{number:017}")},
                "sk": {"S": "S"},
                "due_shard": {"S": format!("inactivity#{}", number % 8)},
                "due_at": {"N": (4_102_444_800_000 + number).to_string()},
            })
        })?;
        seeded = *count - DUE;
        for _ in 0..DUE {
            forgotten_session(site).await;
        }
        let event = site.event("sweep-inactivity");
        let mut running = program.start().await?;
        bench.requests("sweep-inactivity");
        let answer = running.answer(event).await?;
        if answer["done"] != DUE {
            return Err(format!("of {DUE} sessions that were due: {answer}"));
        }
        *cost = bench.requests("sweep-inactivity");
        running.stop().await?;
    }
    Ok(Scale { what: "end the ten that are due, sessions", costs })
}

/// A session that was started an hour ago, and whose agent did nothing since.
async fn forgotten_session(site: &Site) {
    let installation = &site.installation;
    let random = &installation.runtime.entropy;
    let now = installation.runtime.clock.now() - SignedDuration::from_hours(1);
    let id = SessionId::generate_for(&installation.team, random);
    let found = installation.store.read(ReadBatch::new().team(&installation.team)).await.unwrap();
    let (settings, _) = found.settings(&installation.team).unwrap();
    let (_, issued) = LinkToken::issue(&id, &installation.keyring, random);
    let contact = serde_json::from_value(json!({"email": "mara@example.net"})).unwrap();
    let new = NewSession {
        agent_email: None,
        language: None,
        id: id.clone(),
        customer: Customer { name: "Mara Quist".into(), contact },
        channel: None,
        agent: installation.agent.id.clone(),
        agent_name: installation.agent.name.clone(),
        // The door asks for one by now.
        pin: Some(installation.keyring.seal(&format!("pin {id}"), "4711", random)),
        reference: None,
        metadata: std::collections::BTreeMap::new(),
    };
    let context = Context { actor: Actor::System, origin: Origin::default(), now };
    let decision = Session::create(new, Some(&issued), &settings, &context).unwrap();
    installation.store.commit(&decision, &Extras::default()).await.unwrap();
}

/// Puts one item for each number into a table.
fn seed(site: &Site, table: &str, numbers: std::ops::Range<u64>, item: impl Fn(u64) -> Value) -> Result<(), String> {
    let clock = &site.installation.runtime.clock;
    let since = clock.now();
    let mut start = numbers.start;
    while start < numbers.end {
        let end = numbers.end.min(start + BATCH);
        let filled = site.installation.stack.fill(table, (start..end).map(&item).collect());
        filled.map_err(|error| format!("seeding {table}: {error}"))?;
        start = end;
    }
    eprintln!("{} items more: {} s", numbers.end - numbers.start, clock.now().duration_since(since).as_secs());
    Ok(())
}
