//! The console's lists follow what happens (R20): who hears of what, until when, and what it costs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeSet;

use parlor_domain::{Agent, AgentId, Role, SessionId, TeamId};
use parlor_live::{Holder, Ticket};
use parlor_local::Fault;
use parlor_store::{ConnectError, ListScope, Listener, NewAgent, ReadBatch};
use parlor_tests::{Browser, Installation};
use serde_json::{Value, json};

use crate::live::client::{Line, Room};

const BUDGETS: &str = include_str!("../../docs/budgets.md");

/// A member of staff of another team, who may use none but that.
async fn elsewhere(installation: &Installation, name: &str, role: Role) -> Agent {
    let random = &installation.runtime.entropy;
    let (id, team) = (AgentId::generate(random), TeamId::generate(random));
    installation.store.create_team(&team, "Harbour Claims").await.unwrap();
    let email = format!("{id}@example.com").parse().unwrap();
    let agent = Agent::new(id, name, email, role, team);
    installation.store.create_agent(&NewAgent { agent: agent.clone(), password: "none".into() }).await.unwrap();
    agent
}

/// Opens the connection of a console's lists.
async fn open(installation: &Installation, browser: &Browser) -> Result<Line, u16> {
    let url = browser.get("/console").await.attribute("data-lists").unwrap();
    Line::at(&url, "", Some(installation.stack.url())).await
}

/// The lists of somebody who signs in.
async fn lists_of(installation: &Installation, agent: &Agent) -> Line {
    let mut line = open(installation, &installation.signed_in(agent).await).await.unwrap();
    assert_eq!(told(&mut line).await, Vec::<Value>::new());
    line
}

/// What the lists were told since they were asked last.
async fn told(line: &mut Line) -> Vec<Value> {
    line.say_text(r#"{"type":"listen"}"#).await;
    let mut told = vec![];
    loop {
        let frame = line.next().await.expect("an answer to listen");
        match frame["type"].as_str().unwrap() {
            "listening" => return told,
            "listed" => told.push(frame),
            other => panic!("{other}: {frame}"),
        }
    }
}

/// The events among what the lists were told.
async fn events(installation: &Installation, line: &mut Line) -> Vec<String> {
    installation.stack.settle().await;
    let told = told(line).await;
    told.iter().filter_map(|frame| Some(frame["event"].as_str()?.to_owned())).collect()
}

/// Who listens to anything that concerns a session.
async fn listeners(installation: &Installation, session: &SessionId) -> BTreeSet<String> {
    let scopes = ListScope::around(session, Some(&installation.agent.id));
    let now = installation.runtime.clock.now();
    let found = installation.store.listeners(&scopes.iter().cloned().collect(), now).await.unwrap();
    found.of(&scopes).into_iter().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_lists_hear_of_the_sessions_that_one_may_see_and_of_no_others() {
    let installation = Installation::start().await;
    let mut owner = lists_of(&installation, &installation.agent).await;
    let mut supervisor = lists_of(&installation, &installation.member("Sam Ode", Role::Supervisor).await).await;
    let mut admin = lists_of(&installation, &elsewhere(&installation, "Ada Min", Role::Admin).await).await;
    let mut colleague = lists_of(&installation, &installation.member("Otto Peer", Role::Agent).await).await;
    let mut stranger = lists_of(&installation, &elsewhere(&installation, "Sid Far", Role::Supervisor).await).await;

    let room = Room::joined(&installation).await;
    let begun = ["session.created", "session.invited", "customer.joined"];
    for line in [&mut owner, &mut supervisor, &mut admin] {
        assert_eq!(events(&installation, line).await, begun);
    }

    // The customer comes, writes and goes; a message is the business of whoever owns the session.
    let mut customer = room.customer().await;
    let mut agent = room.agent().await;
    customer.message("c", "Is anybody there?").await;
    customer.expect("message").await;
    agent.message("a", "Good morning.").await;
    customer.expect("message").await;
    installation.stack.settle().await;
    let heard = told(&mut owner).await;
    let here = json!({"type": "listed", "session": room.session, "indicator": "online_incomplete"});
    assert_eq!(heard[0], here);
    let message = &heard[1];
    assert_eq!(
        (&message["event"], &message["session"], heard.len()),
        (&json!("message"), &json!(room.session.as_str()), 2)
    );
    let fields: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["at", "event", "seq", "session", "type"], "no name and no text");
    for line in [&mut supervisor, &mut admin] {
        assert_eq!(told(line).await, std::slice::from_ref(&here));
    }
    customer.close().await;
    while agent.expect("presence").await["customer"] == true {}
    installation.post(&format!("/v1/sessions/{}/end", room.session), json!({})).await;
    installation.stack.settle().await;
    for line in [&mut owner, &mut supervisor, &mut admin] {
        let heard = told(line).await;
        assert_eq!(heard[0]["indicator"], "offline_incomplete", "{heard:?}");
        assert_eq!((&heard[1]["event"], heard.len()), (&json!("session.ended"), 2));
    }
    for line in [&mut colleague, &mut stranger] {
        assert_eq!(told(line).await, Vec::<Value>::new(), "not theirs");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_who_owned_a_session_hears_that_it_is_somebody_elses() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    installation.stack.settle().await;
    let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
    let (mut before, mut sam) =
        (lists_of(&installation, &installation.agent).await, lists_of(&installation, &supervisor).await);
    let browser = installation.signed_in(&supervisor).await;
    let csrf = browser.get("/console").await.hidden("csrf").unwrap();
    let taken = browser.post(&format!("/v1/sessions/{session}/transfer"), &[("csrf", &csrf)]).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    for line in [&mut before, &mut sam] {
        assert_eq!(events(&installation, line).await, ["session.transferred"]);
    }
    let nina = installation.signed_in(&installation.agent).await;
    assert_eq!(nina.get(&format!("/console/s/{session}/row")).await.status, 404);
    // From here on it is the new owner's business.
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    assert_eq!(events(&installation, &mut before).await, Vec::<String>::new());
    assert_eq!(events(&installation, &mut sam).await, ["session.ended"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_signing_out_ends_the_lists_too() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
    let sam = installation.signed_in(&supervisor).await;
    let mut lines = vec![open(&installation, &sam).await.unwrap(), open(&installation, &sam).await.unwrap()];
    // Another browser of the same person: it connects again.
    lines.push(open(&installation, &installation.signed_in(&supervisor).await).await.unwrap());
    let page = sam.get("/console").await;
    let (csrf, unused) = (page.hidden("csrf").unwrap(), page.attribute("data-lists").unwrap());
    assert_eq!(listeners(&installation, &session).await.len(), 3);
    assert_eq!(sam.post("/logout", &[("csrf", &csrf)]).await.location, "/login?signed-out=1");
    assert_eq!(listeners(&installation, &session).await, BTreeSet::new(), "in the same write");
    for mut line in lines {
        assert!(line.ended().await);
    }
    let ticket = Line::at(&unused, "", Some(installation.stack.url())).await;
    assert_eq!(ticket.err(), Some(403), "a ticket does not outlive the sign-in that asked for it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_who_does_not_say_that_the_lists_are_open_is_told_no_more() {
    let installation = Installation::start().await;
    let mut line = lists_of(&installation, &installation.agent).await;
    for _ in 0..2 {
        installation.stack.advance(6 * 60).await;
        line.say_text("?").await;
        assert_eq!(line.expect("error").await["code"], "malformed");
    }
    let session = installation.session(None).await;
    installation.stack.settle().await;
    line.say_text(r#"{"type":"listen"}"#).await;
    assert_eq!(line.next().await.unwrap(), json!({"type": "error", "code": "not-connected"}), "not revived");
    assert!(line.ended().await);
    assert_eq!(listeners(&installation, &session).await, BTreeSet::new());

    // Who does say so stays, until the connection is as old as it may become, or the sign-in is over.
    let mut line = lists_of(&installation, &installation.agent).await;
    for _ in 0..12 {
        installation.stack.advance(9 * 60).await;
        assert_eq!(told(&mut line).await, Vec::<Value>::new());
    }
    installation.stack.advance(9 * 60).await;
    line.say_text(r#"{"type":"listen"}"#).await;
    line.expect("reconnect").await;
    let nina = installation.signed_in(&installation.agent).await;
    let mut line = open(&installation, &nina).await.unwrap();
    for minutes in [175, 175, 175, 175, 15] {
        installation.stack.advance(minutes * 60).await;
        line = open(&installation, &nina).await.unwrap();
    }
    installation.stack.advance(6 * 60).await;
    line.say_text(r#"{"type":"listen"}"#).await;
    assert_eq!(line.expect("error").await["code"], "not-connected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_ticket_to_lists_opens_them_once_for_staff_and_no_room() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let runtime = &installation.runtime;
    let ticket =
        |holder: &Holder| Ticket::issue_for_lists(&installation.keyring, &runtime.entropy, holder, runtime.clock.now());
    assert_eq!(Line::open(&installation, &ticket(&room.customer_holder()), None).await.err(), Some(403));
    let own = ticket(&room.agent_holder());
    let mut line = Line::open(&installation, &own, None).await.unwrap().about(&room.session);
    assert_eq!(Line::open(&installation, &own, None).await.err(), Some(403), "used");
    line.message("m", "not from here").await;
    assert_eq!(line.expect("error").await["code"], "not-connected");
    assert!(line.ended().await);
    let mut agent = room.agent().await;
    agent.say_text(r#"{"type":"listen"}"#).await;
    assert_eq!(agent.expect("error").await["code"], "not-connected", "a room is no list");

    let nina = installation.signed_in(&installation.agent).await;
    let answer: Value = serde_json::from_str(&nina.get("/console/live").await.text).unwrap();
    let url = answer["url"].as_str().unwrap();
    assert!(Line::at(url, "", Some(installation.stack.url())).await.is_ok());
    assert_eq!(installation.browser().get("/console/live").await.status, 401);
    let later = ticket(&room.agent_holder());
    installation.settings(json!({"service": {"maintenance": true}})).await;
    assert_eq!(Line::open(&installation, &later, None).await.err(), Some(503));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_who_is_gone_is_forgotten_and_hints_do_not_wait_for_webhooks() {
    let installation = Installation::start().await;
    let now = installation.runtime.clock.now();
    let login = installation.sign_in(&installation.agent).await.login;
    let (agent, last) = (installation.agent.id.clone(), now + jiff::SignedDuration::from_hours(1));
    let ghost = Listener { scopes: ListScope::seen_by(&installation.agent), agent, login, last };
    // Whoever opened it is gone, and nobody heard of it.
    let read = installation.store.read(ReadBatch::new().rights_of(&ghost.agent)).await.unwrap();
    let rights = read.rights(&installation.agent, &mut None, now).unwrap().unwrap();
    installation.store.listen("ghost", &ghost, &rights, "nonce", now).await.unwrap();
    // Nobody takes its place by its id.
    let twin = installation.store.listen("ghost", &ghost, &rights, "another", now).await;
    assert!(matches!(twin, Err(ConnectError::Known)), "{twin:?}");
    let mut line = lists_of(&installation, &installation.agent).await;
    installation.stack.inject(|function, operation| match (function, operation) {
        ("deliver-webhooks", "Query") => Fault::Throttled,
        _ => Fault::None,
    });
    let session = installation.session(None).await;
    assert_eq!(line.expect("listed").await["session"], session.as_str());
    installation.stack.inject(|_, _| Fault::None);
    installation.stack.settle().await;
    let left = listeners(&installation, &session).await;
    assert!(left.len() == 1 && !left.contains("ghost"), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_lists_cost_what_the_table_says() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let url = supervisor.get("/console").await.attribute("data-lists").unwrap();
    let mut agent = room.agent().await;
    let (mut lists, mut customer) = (None, None);
    for operation in [
        "live: open lists",
        "live: listen",
        "live: a customer connects",
        "live: a customer leaves",
        "an event that lists show, and that counts",
        "live: close lists",
    ] {
        installation.stack.settle().await;
        installation.stack.reset_requests();
        match (operation, &mut lists) {
            ("live: open lists", lists) => {
                *lists = Some(Line::at(&url, "", Some(installation.stack.url())).await.unwrap());
            }
            ("live: listen", Some(lists)) => drop(told(lists).await),
            // The room and the lists are told side by side.
            ("live: a customer connects", Some(lists)) => {
                customer = Some(room.customer().await);
                while agent.expect("presence").await["customer"] == false {}
                while lists.expect("listed").await["indicator"] != "online_incomplete" {}
            }
            ("live: a customer leaves", Some(lists)) => {
                customer.take().unwrap().close().await;
                while agent.expect("presence").await["customer"] == true {}
                while lists.expect("listed").await["indicator"] != "offline_incomplete" {}
            }
            ("an event that lists show, and that counts", Some(lists)) => {
                installation.post(&format!("/v1/sessions/{}/end", room.session), json!({})).await;
                while lists.expect("listed").await["event"] != "session.ended" {}
            }
            (_, lists) => {
                let before = listeners(&installation, &room.session).await;
                lists.take().unwrap().close().await;
                while listeners(&installation, &room.session).await == before {}
            }
        }
        installation.stack.settle().await;
        let row = BUDGETS.lines().find(|line| line.starts_with(&format!("| {operation} |"))).unwrap();
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(installation.requests_of(cells[2].trim_matches('`')), cells[3], "{operation}");
    }
}

/// Pages that are opened without end by one sign-in: its item stays small, the newest hears, and another sign-in of the same person is
/// not asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_one_sign_in_has_sixty_connections_and_no_more() {
    let installation = Installation::start().await;
    let mut elsewhere = lists_of(&installation, &installation.agent).await;
    let nina = installation.signed_in(&installation.agent).await;
    let session = installation.session(None).await;
    let mut lines = vec![];
    for _ in 0..100 {
        lines.push(open(&installation, &nina).await.unwrap());
        installation.stack.settle().await;
        assert!(listeners(&installation, &session).await.len() <= 1 + 60);
    }
    let mut newest = lines.pop().unwrap();
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    for line in [&mut newest, &mut elsewhere] {
        assert_eq!(events(&installation, line).await.pop().as_deref(), Some("session.ended"));
    }
    // In a room likewise.
    let room = Room::joined(&installation).await;
    for _ in 0..70 {
        room.agent().await.message("m", "here").await;
    }
}
