//! Who may stay connected: a live connection ends with whatever it was opened for (R6, R20, R27). What was released,
//! replaced or signed out neither hears nor writes, however its socket is kept open.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::time::Duration;

use parlor_domain::{Command, LinkToken, Role, Secret, SessionId, gate::Presented};
use parlor_local::Fault;
use parlor_store::{ListScope, ReadBatch};
use parlor_tests::{Browser, Installation};
use reqwest::Method;
use serde_json::json;

use crate::live::client::{Line, Room};

/// Frames for which a connection has to prove that it may still be there.
const FRAMES: [&str; 4] = ["hello", "message", "ping", "typing"];

async fn say(line: &mut Line, frame: &str) {
    line.say(json!({"type": frame, "since": 0, "id": "m", "text": "still here?"})).await;
}

/// Lets the customer's lease run out while the socket stays open: what is no frame renews nothing.
async fn let_lapse(installation: &Installation, line: &mut Line) {
    for _ in 0..2 {
        installation.stack.advance(6 * 60).await;
        line.say_text("?").await;
        assert_eq!(line.expect("error").await["code"], "malformed");
    }
}

/// How many connections of the customer the room knows.
async fn customers(installation: &Installation, session: &SessionId) -> usize {
    let found = installation.store.read(ReadBatch::new().room(session)).await.unwrap();
    found.room(session).unwrap().unwrap().presence.0.values().filter(|lease| lease.device.is_some()).count()
}

async fn operate(room: &Room<'_>, operation: &str) {
    room.installation.post(&format!("/v1/sessions/{}/{operation}", room.session), json!({})).await;
}

/// Binds another device in place of the released one, without a word to anybody.
async fn bind_another(room: &Room<'_>) {
    let runtime = &room.installation.runtime;
    let (_, issued) = LinkToken::issue(&room.session, &room.installation.keyring, &runtime.entropy);
    let link = room.decide(room.nina(), Command::GenerateLink(issued)).await.links.remove(0);
    let device = Secret::generate(&runtime.entropy);
    let presented = Presented { posted: true, probe: true, ..Presented::default() };
    let command = Command::Continue { link: &link, presented: &presented, device: &device };
    room.decide(parlor_domain::Actor::Customer, command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_release_ends_also_the_connection_whose_lease_ran_out() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut old = room.customer().await;
    let_lapse(&installation, &mut old).await;
    operate(&room, "device/release").await;
    assert!(old.ended().await);
    assert_eq!(customers(&installation, &room.session).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_lease_that_ran_out_is_not_revived() {
    let installation = Installation::start().await;
    for frame in FRAMES {
        let room = Room::joined(&installation).await;
        let mut old = room.customer().await;
        let_lapse(&installation, &mut old).await;
        say(&mut old, frame).await;
        let answer = old.expect("error").await;
        assert_eq!(answer["code"], "not-connected", "{frame}");
        assert!(old.ended().await, "{frame}");
        assert_eq!(installation.count_events(&room.session, "message").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_every_frame_is_judged_by_the_device_it_came_from() {
    let installation = Installation::start().await;
    for frame in FRAMES {
        let room = Room::joined(&installation).await;
        let mut old = room.customer().await;
        // As if every word of it had been lost.
        room.act(Command::ReleaseDevice).await;
        bind_another(&room).await;
        say(&mut old, frame).await;
        assert_eq!(old.expect("error").await["code"], "device", "{frame}");
        assert!(old.ended().await, "{frame}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_what_the_next_customer_is_told_an_earlier_device_does_not_hear() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut old = room.customer().await;
    room.act(Command::ReleaseDevice).await;
    bind_another(&room).await;
    let mut agent = room.agent().await;
    agent.message("a", "for the other one").await;
    agent.expect("message").await;
    operate(&room, "keep-open").await;
    agent.typing().await;
    old.say_text("?").await;
    while let Some(frame) = old.next().await {
        assert!(!frame.to_string().contains("for the other one"), "{frame}");
        assert!(!["session", "typing"].contains(&frame["type"].as_str().unwrap()), "{frame}");
        if frame["code"] == "malformed" {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r4_an_end_and_a_renewal_end_every_connection_of_the_customer() {
    let installation = Installation::start().await;
    installation
        .settings(json!({"end": {"customer_access": {"level": "full", "chat": true}, "customer_redirect": "https://example.com/thanks"}}))
        .await;
    for lapsed in [false, true] {
        let room = Room::joined(&installation).await;
        for operation in ["end", "renew"] {
            let mut line = room.customer().await;
            if lapsed {
                let_lapse(&installation, &mut line).await;
            }
            operate(&room, operation).await;
            assert!(line.ended().await, "{operation}");
            assert_eq!(customers(&installation, &room.session).await, 0, "{operation}");
        }
        // Who may still come comes back.
        let mut line = room.customer().await;
        line.message("m", "here again").await;
        line.expect("message").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_connection_that_comes_while_the_device_is_released_does_not_stay() {
    let installation = Installation::start().await;
    let slow = [("live-connect", "TransactWriteItems"), ("session-customer", "TransactWriteItems")];
    for (which, late) in slow.into_iter().enumerate() {
        for operation in ["device/release", "end", "renew"] {
            installation.stack.inject(|_, _| Fault::None);
            let room = Room::joined(&installation).await;
            if operation == "renew" {
                operate(&room, "end").await;
            }
            let function = match (which, operation) {
                (0, _) | (_, "device/release") => late.0,
                (_, "end") => "session-end",
                _ => "session-renew",
            };
            let mut first = true;
            installation.stack.inject(move |of, operation| {
                let meant = of == function && operation == late.1 && std::mem::take(&mut first);
                if meant { Fault::Late(Duration::from_millis(400)) } else { Fault::None }
            });
            let holder = room.customer_holder();
            let connecting = async {
                if which == 1 {
                    // After the other has read the room.
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                room.connect(&holder).await
            };
            let operating = async {
                if which == 0 {
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                operate(&room, operation).await;
            };
            let (line, ()) = tokio::join!(connecting, operating);
            match line {
                Err(status) => assert_eq!(status, 403, "{function} {operation}"),
                // A renewal lets the customer in: who came after it may stay.
                Ok(_) if which == 0 && operation == "renew" => continue,
                Ok(mut line) => assert!(line.ended().await, "{function} {operation}"),
            }
            assert_eq!(customers(&installation, &room.session).await, 0, "{function} {operation}");
        }
    }
}

/// Opens the live connection of a page of staff.
async fn open(installation: &Installation, browser: &Browser, session: &SessionId) -> Line {
    let url = browser.get(&format!("/console/s/{session}")).await.attribute("data-live").unwrap();
    Line::at(&url, session.as_str(), Some(installation.stack.url())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_signing_out_ends_every_connection_of_that_person_at_once() {
    let installation = Installation::start().await;
    let (one, two) = (Room::joined(&installation).await, Room::joined(&installation).await);
    let nina = installation.signed_in(&installation.agent).await;
    let mut lines = vec![];
    for session in [&one.session, &one.session, &two.session] {
        lines.push(open(&installation, &nina, session).await);
    }
    // One of them is kept open and its lease ran out.
    let mut lapsed = open(&installation, &nina, &two.session).await;
    for _ in 0..2 {
        installation.stack.advance(6 * 60).await;
        lapsed.say_text("?").await;
        lapsed.expect("error").await;
        for line in &mut lines {
            line.say(json!({"type": "ping"})).await;
            line.expect("pong").await;
        }
    }
    let page = nina.get(&format!("/console/s/{}", one.session)).await;
    let (csrf, unused) = (page.hidden("csrf").unwrap(), page.attribute("data-live").unwrap());
    let mut other = one.customer().await;
    other.hello(0).await;
    assert_eq!(nina.post("/logout", &[("csrf", &csrf)]).await.location, "/login?signed-out=1");
    // The room hears that the agent is gone.
    while other.expect("presence").await["agent"] == true {}
    other.message("c", "not for who signed out").await;
    other.expect("message").await;
    for mut line in lines.into_iter().chain([lapsed]) {
        line.message("late", "after signing out").await;
        while let Some(frame) = line.next().await {
            assert_ne!(frame["type"], "message", "{frame}");
        }
    }
    let ticket = Line::at(&unused, one.session.as_str(), Some(installation.stack.url())).await;
    assert_eq!(ticket.err(), Some(403), "a ticket does not outlive the sign-in that asked for it");
    for room in [&one, &two] {
        let from_staff = installation.events(&room.session).await;
        assert!(!from_staff.iter().any(|event| format!("{event:?}").contains("after signing out")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_connection_that_comes_while_its_person_signs_out_does_not_stay() {
    let installation = Installation::start().await;
    for late in ["live-connect", "agent-auth"] {
        let room = Room::joined(&installation).await;
        let nina = installation.signed_in(&installation.agent).await;
        let page = nina.get(&format!("/console/s/{}", room.session)).await;
        let (csrf, url) = (page.hidden("csrf").unwrap(), page.attribute("data-live").unwrap());
        let mut first = true;
        installation.stack.inject(move |function, operation| {
            let writes = ["TransactWriteItems", "DeleteItem"].contains(&operation);
            let meant = function == late && writes && std::mem::take(&mut first);
            if meant { Fault::Late(Duration::from_millis(400)) } else { Fault::None }
        });
        let pause = |first: bool| tokio::time::sleep(Duration::from_millis(if first { 0 } else { 150 }));
        let connecting = async {
            pause(late == "live-connect").await;
            Line::at(&url, room.session.as_str(), Some(installation.stack.url())).await
        };
        let leaving = async {
            pause(late == "agent-auth").await;
            nina.post("/logout", &[("csrf", &csrf)]).await
        };
        let (line, left) = tokio::join!(connecting, leaving);
        assert_eq!(left.location, "/login?signed-out=1");
        match line {
            Err(status) => assert_eq!(status, 403, "{late}"),
            Ok(mut line) => assert!(line.ended().await, "{late}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_connection_that_comes_while_its_person_may_see_less_does_not_stay() {
    let installation = Installation::start().await;
    for (late, lists) in [("live-connect", false), ("people", false), ("live-connect", true), ("people", true)] {
        installation.stack.inject(|_, _| Fault::None);
        let session = installation.session(None).await;
        let sam = installation.member("Sam Ode", Role::Supervisor).await;
        let browser = installation.signed_in(&sam).await;
        let (page, place) = (format!("/console/s/{session}"), if lists { "data-lists" } else { "data-live" });
        let url = browser.get(&page).await.attribute(place).unwrap();
        let mut first = true;
        installation.stack.inject(move |function, operation| {
            let meant = function == late && operation == "TransactWriteItems" && std::mem::take(&mut first);
            if meant { Fault::Late(Duration::from_millis(400)) } else { Fault::None }
        });
        let pause = |first: bool| tokio::time::sleep(Duration::from_millis(if first { 0 } else { 150 }));
        let connecting = async {
            pause(late == "live-connect").await;
            let about = if lists { "" } else { session.as_str() };
            Line::at(&url, about, Some(installation.stack.url())).await
        };
        let changing = async {
            pause(late == "people").await;
            let path = format!("/v1/people/{}", sam.id);
            installation.call(Method::PATCH, &path, Some(json!({"role": "agent"}))).await
        };
        let (line, (status, changed)) = tokio::join!(connecting, changing);
        assert_eq!((status.as_u16(), changed["role"].as_str()), (200, Some("agent")), "{changed}");
        let what = format!("{late}, lists: {lists}");
        if lists {
            // Their own sessions they still follow.
            let team = [ListScope::Team(installation.team.clone())];
            let now = installation.runtime.clock.now();
            let listening = installation.store.listeners(&team.iter().cloned().collect(), now).await.unwrap();
            assert!(listening.of(&team).is_empty(), "{what}");
            continue;
        }
        match line {
            Err(status) => assert_eq!(status, 403, "{what}"),
            Ok(mut line) => assert!(line.ended().await, "{what}"),
        }
    }
}

/// However many sign-ins somebody has, and by whichever of them they come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_of_many_sign_ins_none_brings_in_who_may_see_less_meanwhile() {
    let installation = Installation::start().await;
    for change in ["role", "deactivate"] {
        let session = installation.session(None).await;
        let sam = installation.member("Sam Ode", Role::Supervisor).await;
        let mut cookies = vec![];
        for _ in 0..80 {
            cookies.push(installation.sign_in(&sam).await);
        }
        // One open page beside them, which the change ends.
        let open_page = installation.signed_in(&sam).await;
        let mut line = open(&installation, &open_page, &session).await;
        cookies.sort_by(|one, other| one.login.as_str().cmp(other.login.as_str()));
        // The first and the last in their order.
        for cookie in [cookies.remove(0), cookies.pop().unwrap()] {
            let browser = installation.browser();
            browser.put_cookie("__Host-parlor_staff", &cookie.reveal());
            let url = browser.get(&format!("/console/s/{session}")).await.attribute("data-live").unwrap();
            let held = installation.hold_first("live-connect", "TransactWriteItems");
            let changing = async {
                held.await.unwrap();
                let (path, body) = match change {
                    "role" => (format!("/v1/people/{}", sam.id), json!({"role": "agent"})),
                    _ => (format!("/v1/people/{}/deactivate", sam.id), json!({})),
                };
                let method = if change == "role" { Method::PATCH } else { Method::POST };
                let (status, answer) = installation.call(method, &path, Some(body)).await;
                installation.stack.inject(|_, _| Fault::None);
                assert_eq!(status.as_u16(), 200, "{answer}");
            };
            let connecting = Line::at(&url, session.as_str(), Some(installation.stack.url()));
            let (connected, ()) = tokio::join!(connecting, changing);
            match connected {
                Err(status) => assert_eq!(status, 403, "{change}"),
                Ok(mut line) => assert!(line.ended().await, "{change}"),
            }
            let back = match change {
                "role" => (Method::PATCH, format!("/v1/people/{}", sam.id), json!({"role": "supervisor"})),
                _ => (Method::POST, format!("/v1/people/{}/reactivate", sam.id), json!({})),
            };
            installation.call(back.0, &back.1, Some(back.2)).await;
            if change == "deactivate" {
                break;
            }
        }
        assert!(line.ended().await, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_connection_does_not_outlast_its_sign_in() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let nina = installation.signed_in(&installation.agent).await;
    let mut line = open(&installation, &nina, &room.session).await;
    // A page that is open connects anew every two hours, so the sign-in is not inactive.
    for minutes in [175, 175, 175, 175, 15] {
        installation.stack.advance(minutes * 60).await;
        line = open(&installation, &nina, &room.session).await;
    }
    line.hello(0).await;
    installation.stack.advance(6 * 60).await;
    line.say(json!({"type": "ping"})).await;
    assert_eq!(line.expect("error").await["code"], "not-connected");
    assert!(line.ended().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_a_device_that_connects_without_end_has_to_wait() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut opened = 0;
    let refused = loop {
        match room.connect(&room.customer_holder()).await {
            Ok(line) => line.kill(),
            Err(status) => break status,
        }
        opened += 1;
        assert!(opened < 1_000, "without end");
    };
    assert_eq!(refused, 429);
    assert!(opened > 20, "a page may be loaded again: {opened}");
    installation.stack.advance(60).await;
    assert!(room.connect(&room.customer_holder()).await.is_ok());
    let path = format!("/v1/sessions/{}/device/release", room.session);
    assert_eq!(installation.call(Method::POST, &path, Some(json!({}))).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_page_that_stayed_open_is_told_nothing_of_what_was_erased() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    installation.post(&format!("/v1/sessions/{}/messages", room.session), json!({"text": "the secret plan"})).await;
    agent.expect("message").await;
    for operation in ["end", "erase"] {
        operate(&room, operation).await;
    }
    while agent.expect("session").await["event"]["type"] != "session.erased" {}
    // Its events are still to be deleted.
    assert_eq!(installation.count_events(&room.session, "message").await, 1);
    agent.say(json!({"type": "hello", "since": 0})).await;
    agent.expect("reload").await;
}
