//! Lists, searches, the board and what runs by schedule, among few sessions and among many (R4, R20): the same requests, and the same
//! units.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_store::{ReadBatch, Summary};
use parlor_tests::{Browser, Installation};
use serde_json::{Value, json};

const FEW: u64 = 1_000;
/// A million, say, with `PARLOR_SESSIONS=1000000`: it takes some minutes.
const MANY: u64 = 50_000;
/// Sessions that are laid out at once.
const BATCH: u64 = 5_000;

/// What looks for what is due.
const SCHEDULES: [&str; 2] = ["sweep-inactivity", "sweep-access"];
/// When the timers of what is laid out are due, in milliseconds: in the year 2100.
const LATER: u64 = 4_102_444_800_000;
/// Sessions that run: more than the board shows on a page.
const RUNNING: usize = 110;

/// A family name of five letters that no other number has.
fn family(number: u64) -> String {
    (0..5).rev().map(|place| char::from(b'a' + u8::try_from(number / 26_u64.pow(place) % 26).unwrap())).collect()
}

/// The items of a session: itself as lists read it, what a search of all sessions finds it by, that Nina entered it, and two timers
/// that are armed for later. Every third customer is a Mara.
fn items(installation: &Installation, model: &Summary, number: u64) -> Vec<Value> {
    let (agent, team) = (&installation.agent.id, &installation.team);
    let (given, family) = (if number.is_multiple_of(3) { "mara" } else { "iris" }, family(number));
    let created = model.created_at.as_microsecond() - 1_000_000 - i64::try_from(number).unwrap();
    let id = format!("{team}{number:020}");
    let session = Summary {
        id: id.parse().unwrap(),
        name: format!("{given} {family}"),
        created_at: jiff::Timestamp::from_microsecond(created).unwrap(),
        ..model.clone()
    };
    let summary = serde_json::to_string(&session).unwrap();
    let mut items = vec![
        json!({
            "pk": {"S": format!("S#{id}")}, "sk": {"S": "S"},
            "summary": {"M": {"state": {"S": "planned"}, "doc": {"S": summary}}},
            "agent_key": {"S": agent}, "team_key": {"S": format!("{team}#{}", number % 4)},
            "all_key": {"S": format!("ALL#{}", number % 8)}, "recent": {"N": created.to_string()},
        }),
        json!({
            "pk": {"S": format!("A#{agent}")}, "sk": {"S": format!("R#{id}")},
            "agent_key": {"S": format!("R#{agent}")}, "recent": {"N": created.to_string()},
        }),
    ];
    for kind in ["inactivity", "access"] {
        items.push(json!({
            "pk": {"S": format!("S#{id}")}, "sk": {"S": format!("D#{kind}")},
            "due_shard": {"S": format!("{kind}#{}", number % 8)}, "due_at": {"N": LATER.to_string()},
        }));
    }
    let ago = 9_999_999_999_999_999 - created;
    for (term, first) in [(format!("{given} {family}"), &given[..1]), (format!("{family} {given}"), &family[..1])] {
        items.push(json!({
            "pk": {"S": format!("F#ALL#{first}")}, "sk": {"S": format!("{term}!{ago:016}{id}")},
            "name": {"S": format!(" {given} {family}")},
        }));
    }
    items
}

/// What a function asked of the tables since counting began, and what DynamoDB says that it consumed.
fn counted(installation: &Installation, function: &str) -> String {
    let units: f64 = installation.stack.capacity().get(function).into_iter().flatten().map(|(_, units)| units).sum();
    format!("{}; {units} units", installation.requests_of(function))
}

/// What it costs to look for what is due, when nothing is.
async fn cost_of_schedule(installation: &Installation, function: &str) -> String {
    installation.stack.reset_requests();
    installation.stack.run_schedule(function).await.unwrap();
    counted(installation, function)
}

/// What a page costs, with as many rows as it has to have.
async fn cost(installation: &Installation, browser: &Browser, path: &str, finds: usize) -> String {
    installation.stack.reset_requests();
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}");
    let found = page.text.matches("data-row=").count().max(page.text.matches("\"indicator\":").count());
    assert_eq!(found, finds, "{path}: {}", page.text);
    let function = if path.starts_with("/v1") { "session-read" } else { "agent-console" };
    counted(installation, function)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_history_costs_the_same_among_many_sessions_as_among_few() {
    let installation = Installation::start().await;
    let many = std::env::var("PARLOR_SESSIONS").ok().and_then(|many| many.parse().ok()).unwrap_or(MANY);
    let first = installation.session(None).await;
    for _ in 1..RUNNING {
        installation.session(None).await;
    }
    let read = installation.store.read(ReadBatch::new().session_alone(&first)).await.unwrap();
    let model = Summary::of(&read.document(&first).unwrap().unwrap());
    let admin = installation.signed_in(&installation.member("Ada Roy", Role::Admin).await).await;
    let nina = installation.signed_in(&installation.agent).await;
    admin.get("/console").await;

    let rare = family(777);
    let cases = [
        ("list, all", "/console?fragment=history".to_owned(), 30),
        ("list, one's own", "/console?fragment=history".to_owned(), 30),
        ("list, API", "/v1/sessions?scope=all&limit=100".to_owned(), 100),
        ("recent", "/console?fragment=history&view=recent".to_owned(), 30),
        ("updated", "/console?fragment=history&view=updated".to_owned(), 0),
        ("board", "/console/team?fragment=board".to_owned(), 100),
        ("search, many hits", "/console?fragment=history&q=mara".to_owned(), 30),
        ("search, one hit", format!("/console?fragment=history&q={rare}"), 1),
        ("search, one hit of two words", format!("/console?fragment=history&q=mara+{rare}"), 1),
        ("search, a miss", "/console?fragment=history&q=nobody".to_owned(), 0),
        ("search, a miss of two words", "/console?fragment=history&q=mara+nobody".to_owned(), 0),
        ("search, a common name and a miss", "/console?fragment=history&q=mara+nob".to_owned(), 0),
        ("search, API", "/v1/sessions?scope=all&q=iris&limit=100".to_owned(), 100),
    ];
    let table = &installation.runtime.config.core_table;
    let mut costs = Vec::new();
    let mut laid_out = 0;
    for count in [FEW, many] {
        while laid_out < count {
            let end = count.min(laid_out + BATCH);
            let batch = (laid_out..end).flat_map(|number| items(&installation, &model, number)).collect();
            installation.stack.fill(table, batch).unwrap();
            laid_out = end;
        }
        let mut of_count = Vec::new();
        for (what, path, finds) in &cases {
            let by = if matches!(*what, "list, one's own" | "recent" | "updated") { &nina } else { &admin };
            of_count.push(cost(&installation, by, path, *finds).await);
        }
        for schedule in SCHEDULES {
            of_count.push(cost_of_schedule(&installation, schedule).await);
        }
        costs.push(of_count);
    }
    let what = cases.iter().map(|(what, ..)| *what).chain(SCHEDULES);
    for (place, what) in what.enumerate() {
        println!("| {what} | {} | {} |", costs[0][place], costs[1][place]);
    }
    assert_eq!(costs[0], costs[1], "{FEW} sessions, and {many}");
}
