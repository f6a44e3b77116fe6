//! The live connection, over real sockets on the one-machine stack: who gets in, what each side hears, what a reconnect
//! brings, and what it costs. The storm is in `storms/rooms.rs`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "live/client.rs"]
pub(crate) mod client;

use std::time::Duration;

use client::{Line, Room};
use jiff::SignedDuration;
use parlor_domain::{Command, Role};
use parlor_local::Fault;
use parlor_tests::Installation;
use serde_json::json;

const BUDGETS: &str = include_str!("../../docs/budgets.md");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_two_rooms_chat_and_see_each_other_come_and_go() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    let answer = agent.hello(0).await;
    assert_eq!(answer.last().unwrap()["indicator"], "offline_incomplete");

    let mut customer = room.customer().await;
    let seen = agent.expect("presence").await;
    assert_eq!((&seen["customer"], &seen["indicator"]), (&json!(true), &json!("online_incomplete")));
    let answer = customer.hello(0).await;
    assert_eq!(*answer.last().unwrap(), json!({"type": "presence", "customer": true, "agent": true}));

    customer.typing().await;
    assert_eq!(agent.expect("typing").await, json!({"type": "typing", "from": "customer", "name": "Mara Quist"}));
    customer.message("c1", "Is anybody there?").await;
    let (heard, own) = (agent.expect("message").await, customer.expect("message").await);
    assert_eq!(heard, own);
    assert_eq!((&heard["from"], &heard["text"]), (&json!("customer"), &json!("Is anybody there?")));
    assert_eq!((&heard["id"], &heard["name"]), (&json!("c1"), &json!("Mara Quist")));

    agent.message("a1", "  Good morning.\u{0} ").await;
    let (heard, own) = (customer.expect("message").await, agent.expect("message").await);
    assert_eq!(
        (&heard["text"], &heard["from"], &heard["name"]),
        (&json!("Good morning."), &json!("agent"), &json!("Nina"))
    );
    assert_eq!(own["name"], "Nina Okafor");
    assert_eq!(heard["seq"], own["seq"]);

    customer.close().await;
    let seen = agent.expect("presence").await;
    assert_eq!((&seen["customer"], &seen["indicator"]), (&json!(false), &json!("offline_incomplete")));
    agent.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reconnect_says_what_it_saw_and_gets_what_it_missed() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    let mut customer = room.customer().await;
    customer.hello(0).await;
    agent.message("a1", "one").await;
    agent.expect("message").await;
    let seen = customer.expect("message").await["seq"].as_u64().unwrap();
    customer.kill();
    // Noticed: or the news of it could come to the connection that follows.
    while agent.expect("presence").await["customer"] == true {}

    for (id, text) in [("a2", "two"), ("a3", "three")] {
        agent.message(id, text).await;
        agent.expect("message").await;
    }
    room.act(Command::KeepOpen).await;
    let mut customer = room.customer().await;
    let answer = customer.hello(seen).await;
    let missed: Vec<_> = answer.iter().filter(|frame| frame["seq"].as_u64() > Some(seen)).collect();
    assert_eq!(missed[0]["text"], "two");
    assert_eq!(missed[1]["text"], "three");
    assert_eq!(
        *missed[2],
        json!({"type": "session", "seq": seen + 3, "state": "active", "tier": "full", "until": null, "chat": true}),
        "what customers may not see leaves no gap"
    );
    let numbers: Vec<_> = answer.iter().filter_map(|frame| frame["seq"].as_u64()).collect();
    assert_eq!(answer[answer.len() - 2]["caught_up"], true);
    assert_eq!(numbers, [seen + 1, seen + 2, seen + 3, seen + 3], "the last is how things stand");
    assert_eq!(customer.hello(seen + 3).await.len(), 2, "nothing was missed since");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_sent_twice_is_posted_once() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    let mut customer = room.customer().await;
    customer.message("same", "Hello").await;
    let first = customer.expect("message").await;
    customer.message("same", "Hello").await;
    assert_eq!(customer.expect("message").await, first, "the confirmation is said again");
    customer.kill();
    let mut customer = room.customer().await;
    customer.message("same", "Hello").await;
    assert_eq!(customer.expect("message").await, first, "also over another connection");

    // The other side's ids are its own.
    agent.message("same", "Welcome").await;
    assert_eq!(customer.expect("message").await["text"], "Welcome");
    assert_eq!(installation.count_events(&room.session, "message").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_the_newest_of_the_customers_tabs_wins() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut first = room.customer().await;
    first.hello(0).await;
    let mut second = room.customer().await;
    assert_eq!(first.expect("superseded").await, json!({"type": "superseded"}));
    assert!(first.ended().await, "the first tab's connection is closed");
    second.message("m", "here").await;
    second.expect("message").await;

    // Agents may have several.
    let mut one = room.agent().await;
    let mut two = room.agent().await;
    one.message("a", "to both").await;
    assert_eq!(one.expect("message").await, two.expect("message").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_an_agent_has_twelve_tabs_in_a_room_and_no_more() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut tabs = vec![];
    for _ in 0..14 {
        // The order of those who came is kept by the second.
        installation.stack.advance(1).await;
        tabs.push(room.agent().await);
    }
    for tab in &mut tabs[..2] {
        assert_eq!(tab.expect("superseded").await, json!({"type": "superseded"}));
        assert!(tab.ended().await, "the oldest are closed");
    }
    tabs[2].message("a", "to all").await;
    for tab in &mut tabs[2..] {
        assert_eq!(tab.expect("message").await["text"], "to all");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_of_two_tabs_that_connect_at_once_one_stays() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    // Both have read the room before either is in it.
    installation.stack.inject(|function, operation| match (function, operation) {
        ("live-connect", "TransactWriteItems") => Fault::Late(Duration::from_millis(500)),
        _ => Fault::None,
    });
    let tickets = [room.ticket(&room.customer_holder()), room.ticket(&room.customer_holder())];
    let opened =
        tokio::join!(Line::open(&installation, &tickets[0], None), Line::open(&installation, &tickets[1], None));
    let mut superseded = 0;
    let mut lines = vec![];
    for line in [opened.0, opened.1] {
        match line {
            Ok(line) => lines.push(line.about(&room.session)),
            Err(status) => {
                assert_eq!(status, 409, "what came too late is not let in");
                superseded += 1;
            }
        }
    }
    for line in &mut lines {
        line.say(json!({"type": "hello", "since": 0})).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for line in &mut lines {
        line.say(json!({"type": "ping"})).await;
        if line.until(&["superseded", "pong"]).await.is_none_or(|frame| frame["type"] == "superseded") {
            superseded += 1;
        }
    }
    assert_eq!(superseded, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_page_that_was_left_does_not_supersede_the_one_after_it() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let left = room.ticket_of(&room.customer_holder(), SignedDuration::from_secs(1));
    let mut page = room.customer().await;
    page.hello(0).await;
    // It was on its way when the page was left, and arrives after the next page's.
    assert_eq!(Line::open(&installation, &left, None).await.err(), Some(409));
    page.message("m", "still here").await;
    assert_eq!(page.expect("message").await["text"], "still here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_open_once_for_a_minute_and_from_here() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let ticket = room.ticket(&room.customer_holder());
    let refused = |ticket: String, origin: Option<&'static str>| {
        let installation = &installation;
        async move { Line::open(installation, &ticket, origin).await.err() }
    };
    for origin in ["https://evil.example", "null", "", "http://localhost"] {
        assert_eq!(refused(ticket.clone(), Some(origin)).await, Some(403), "{origin}");
    }
    let forged = ticket.replacen('.', "A.", 1);
    for wrong in [forged, String::new(), "a.b".into(), "%00".into(), ticket.split('.').next().unwrap().into()] {
        assert_eq!(refused(wrong.clone(), None).await, Some(403), "{wrong}");
    }
    let line = Line::open(&installation, &ticket, None).await;
    assert!(line.is_ok(), "refusals do not use it up, and programs need no origin");
    assert_eq!(refused(ticket, None).await, Some(403), "used");

    let late = room.ticket(&room.customer_holder());
    installation.stack.advance(61).await;
    assert_eq!(refused(late, None).await, Some(403), "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_rooms_pages_carry_a_ticket_and_fetch_the_next() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let agent = installation.signed_in(&installation.agent).await;
    for (browser, room) in [(&customer, format!("/r/{session}")), (&agent, format!("/console/s/{session}"))] {
        let page = browser.get(&room).await;
        let first = page.attribute("data-live").unwrap();
        let fetch = page.attribute("data-ticket-url").unwrap();
        let answer: serde_json::Value = serde_json::from_str(&browser.get(&fetch).await.text).unwrap();
        for url in [first.as_str(), answer["url"].as_str().unwrap()] {
            let ticket = url.strip_prefix(&format!("{}?ticket=", installation.runtime.config.live_url)).unwrap();
            assert!(Line::open(&installation, ticket, Some(installation.stack.url())).await.is_ok(), "{url}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_r20_a_ticket_lets_nobody_in_who_may_not() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let other = installation.member("Otto Peer", Role::Agent).await;
    let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
    let mut holders = vec![];
    for agent in [&other, &supervisor] {
        let login = installation.sign_in(agent).await.login;
        holders.push(parlor_live::Holder::Agent(agent.id.clone(), login));
    }
    let [other, supervisor] = [&holders[0], &holders[1]];
    assert_eq!(Line::open(&installation, &room.ticket(other), None).await.err(), Some(403));
    assert!(Line::open(&installation, &room.ticket(supervisor), None).await.is_ok());

    let before = room.ticket(&room.customer_holder());
    let mut customer = room.customer().await;
    room.act(Command::ReleaseDevice).await;
    assert_eq!(Line::open(&installation, &before, None).await.err(), Some(403), "the device was released");
    customer.message("m", "still here?").await;
    assert_eq!(customer.expect("error").await, json!({"type": "error", "code": "device", "id": "m"}));
    assert!(customer.ended().await);

    installation.settings(json!({"service": {"maintenance": true}})).await;
    assert_eq!(Line::open(&installation, &room.ticket(supervisor), None).await.err(), Some(503));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r18_the_end_tells_the_customer_where_to_go_and_closes() {
    let installation = Installation::start().await;
    installation.settings(json!({"end": {"customer_redirect": "https://example.com/thanks"}})).await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    let mut agent = room.agent().await;
    customer.hello(0).await;
    installation.post(&format!("/v1/sessions/{}/end", room.session), json!({})).await;
    let told = customer.expect("session").await;
    assert_eq!((&told["state"], &told["tier"]), (&json!("ended"), &json!("none")));
    assert_eq!(told["redirect"], "https://example.com/thanks");
    assert!(customer.ended().await, "nothing is left to do here");
    let told = agent.expect("session").await;
    assert_eq!((&told["event"]["type"], &told["ended_by"]), (&json!("session.ended"), &json!("api")));

    let ticket = room.ticket(&room.customer_holder());
    assert_eq!(Line::open(&installation, &ticket, None).await.err(), Some(403));
    agent.message("a", "too late").await;
    assert_eq!(agent.expect("error").await, json!({"type": "error", "code": "already-ended", "id": "a"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_frame_is_answered_and_harms_nothing() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    for text in ["", "null", "{}", "[[[[", "{\"type\":\"end\"}", "{\"type\":\"hello\"}", "\u{202e}"] {
        customer.say_text(text).await;
        assert_eq!(customer.expect("error").await["code"], "malformed", "{text}");
    }
    customer.say_binary(&[0, 159, 146, 150]).await;
    assert_eq!(customer.expect("error").await["code"], "malformed");
    for (id, text) in
        [("", "x"), ("m", ""), ("m", "\u{0}\u{1}  "), ("m", &"x".repeat(4_001)), (&"i".repeat(2_000), "x")]
    {
        customer.message(id, text).await;
        let error = customer.expect("error").await;
        assert_eq!((&error["code"], &error["id"]), (&json!("invalid-message"), &json!(id)));
    }
    customer.say(json!({"type": "hello", "since": u64::MAX})).await;
    assert_eq!(customer.expect("presence").await["customer"], true);
    customer.message("m", "\u{202e}Mаra 😀").await;
    assert_eq!(customer.expect("message").await["text"], "\u{202e}Mаra 😀");

    // Another session than the connection's own: nothing is learnt, and it is over.
    let other = Room::joined(&installation).await;
    customer.say_text(&json!({"type": "hello", "session": other.session, "since": 0}).to_string()).await;
    assert_eq!(customer.expect("error").await["code"], "not-connected");
    assert!(customer.ended().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_tells_what_is_newest_and_in_time_asks_for_a_new_connection() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    // As if the hint had been lost: nobody is told.
    let newest = room.act(Command::KeepOpen).await;
    agent.say(json!({"type": "ping"})).await;
    let pong = agent.expect("pong").await;
    assert_eq!((&pong["seq"], &pong["agent"], &pong["customer"]), (&json!(newest), &json!(true), &json!(false)));
    for _ in 0..13 {
        installation.stack.advance(9 * 60).await;
        agent.say(json!({"type": "ping"})).await;
        agent.expect("pong").await;
    }
    agent.expect("reconnect").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_races_and_lost_answers_post_a_message_once() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    let mut faults = vec![Fault::Conflict, Fault::LostAnswer, Fault::Throttled, Fault::Conflict].into_iter();
    installation.stack.inject(move |function, operation| match (function, operation) {
        ("live-message", "TransactWriteItems") => faults.next().unwrap_or(Fault::None),
        _ => Fault::None,
    });
    for id in ["m1", "m2"] {
        customer.message(id, id).await;
        assert_eq!(customer.expect("message").await["id"], id);
    }
    assert_eq!(installation.count_events(&room.session, "message").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_live_connection_costs_what_the_table_says() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    let mut agent = None;
    for operation in ["connect", "hello", "message", "message again", "ping", "typing", "seen", "disconnect"] {
        installation.stack.settle().await;
        installation.stack.reset_requests();
        match (operation, &mut agent) {
            ("connect", agent) => *agent = Some(room.agent().await),
            ("hello", Some(agent)) => drop(agent.hello(0).await),
            ("message" | "message again", Some(agent)) => {
                agent.message("m", "Hello").await;
                agent.expect("message").await;
            }
            ("ping", Some(agent)) => {
                agent.say(json!({"type": "ping"})).await;
                agent.expect("pong").await;
            }
            ("typing", Some(agent)) => {
                agent.typing().await;
                customer.expect("typing").await;
            }
            ("seen", Some(agent)) => {
                agent.say(json!({"type": "seen", "last": 5})).await;
                customer.expect("seen").await;
            }
            (_, agent) => {
                agent.take().unwrap().close().await;
                while customer.expect("presence").await["agent"] == true {}
            }
        }
        let row = BUDGETS.lines().find(|line| line.starts_with(&format!("| live: {operation} |"))).unwrap();
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert_eq!(installation.requests_of(cells[2].trim_matches('`')), cells[3], "{operation}");
    }
}
