//! What one side may ask of a live connection: nobody's frames keep the other side from working (R21), and an answer is
//! as long as a page.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::time::Duration;

use parlor_domain::{
    Actor, Command, Contact, LinkToken, ParticipantId, Presented, Secret,
    session::{Customer, NewParticipant},
};
use parlor_live::Holder;
use parlor_local::Fault;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::live::client::Room;

/// A hello is answered with at most this many events.
const PAGE: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_customers_flood_does_not_stop_the_agent() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    // Each write of the agent takes as long as several frames of the customer.
    installation.stack.inject(|function, operation| match (function, operation) {
        ("session-messages" | "session-customer" | "session-end", "TransactWriteItems") => {
            Fault::Late(Duration::from_millis(150))
        }
        _ => Fault::None,
    });
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let flood = async {
        for number in 0.. {
            if stopped.try_recv().is_ok() {
                break;
            }
            customer.message(&format!("m{number}"), "again and again").await;
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        customer
    };
    let work = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut answers = vec![];
        for (path, body) in [
            ("messages", json!({"text": "Please stop."})),
            ("keep-open", json!({})),
            ("pin/reset", json!({})),
            ("device/release", json!({})),
            ("end", json!({})),
        ] {
            let path = format!("/v1/sessions/{}/{path}", room.session);
            answers.push((path.clone(), installation.call(Method::POST, &path, Some(body)).await.0));
        }
        let _: Result<(), _> = stop.send(());
        answers
    };
    let (_customer, answers) = tokio::join!(flood, work);
    for (path, status) in answers {
        assert!(status.is_success(), "{path}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_flood_is_told_to_wait_and_then_cut_off() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut customer = room.customer().await;
    let mut agent = room.agent().await;
    installation.stack.reset_requests();
    for _ in 0..3_000 {
        customer.say(json!({"type": "typing"})).await;
    }
    let mut told = false;
    while let Some(frame) = customer.next().await {
        told |= frame["code"] == "too-often";
    }
    assert!(told, "it is told, and cut off");
    let requests: u64 = installation.stack.requests()["live-message"].values().sum();
    assert!(requests < 400, "{requests} requests for 3000 frames");
    let mut heard = 0;
    agent.say(json!({"type": "ping"})).await;
    while agent.until(&["typing", "pong"]).await.unwrap()["type"] == "typing" {
        heard += 1;
    }
    assert!(heard <= 200, "the agent is told {heard} times that somebody is writing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_by_request_a_customer_writes_no_faster() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let path = format!("/r/{session}/messages");
    let mut refused = 0;
    for number in 0..60 {
        let fields = [("id", format!("m{number}")), ("text", "again and again".to_owned())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = customer.post(&path, &fields).await;
        if answer.status == 429 {
            assert!(answer.text.contains("again and again"), "nothing typed is lost");
            refused += 1;
        } else {
            assert_eq!(answer.status, 303, "{}", answer.text);
        }
    }
    assert!(refused > 0);
    installation.stack.advance(60).await;
    assert_eq!(customer.post(&path, &[("text", "and now?")]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hello_is_answered_a_page_at_a_time() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    for number in 0..120 {
        room.act(parlor_domain::Command::Post {
            id: format!("a{number}"),
            text: format!("line {number}"),
            attachment: None,
        })
        .await;
    }
    let newest = installation.events(&room.session).await.last().unwrap().seq;
    let (mut since, mut pages, mut seen) = (0, 0, vec![]);
    loop {
        let answer = agent.hello(since).await;
        assert!(answer.len() <= PAGE + 2, "{} frames", answer.len());
        pages += 1;
        let state = answer.iter().find(|frame| frame["caught_up"] == true).unwrap();
        seen.extend(
            answer.iter().filter(|frame| frame.get("caught_up").is_none()).filter_map(|frame| frame["seq"].as_u64()),
        );
        since = state["seq"].as_u64().unwrap();
        if state["more"] != true {
            break;
        }
    }
    assert_eq!((since, pages), (newest, usize::try_from(newest).unwrap().div_ceil(PAGE)));
    assert_eq!(seen, (1..=newest).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_side_by_side_keep_their_writers_order() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    for holder in [room.customer_holder(), room.agent_holder()] {
        let mut line = room.connect(&holder).await.unwrap();
        let texts: Vec<String> = (0..12).map(|number| format!("number {number}")).collect();
        for (number, text) in texts.iter().enumerate() {
            line.message(&format!("m{number}"), text).await;
        }
        let mut heard: Vec<(u64, String)> = vec![];
        while heard.len() < texts.len() {
            let frame = line.expect("message").await;
            heard.push((frame["seq"].as_u64().unwrap(), frame["text"].as_str().unwrap().to_owned()));
        }
        heard.sort();
        assert_eq!(heard.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), texts);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lengths_are_looked_at_before_anything_is_asked() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let path = format!("/v1/sessions/{}/messages", room.session);
    for id in ["", &"i".repeat(65), &"i".repeat(2_000), &"ü".repeat(64)] {
        let (status, problem) = installation.call(Method::POST, &path, Some(json!({"id": id, "text": "x"}))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid-message")), "{id}");
    }
    let mut customer = room.customer().await;
    installation.stack.settle().await;
    installation.stack.reset_requests();
    for (id, text) in [("", "x"), (&*"i".repeat(2_000), "x"), ("m", ""), ("m", &"x".repeat(4_001))] {
        customer.message(id, text).await;
        assert_eq!(customer.expect("error").await["code"], "invalid-message");
    }
    assert_eq!(installation.requests_of("live-message"), "", "nothing was asked of the tables");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_an_id_stands_for_one_text() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let path = format!("/v1/sessions/{}/messages", room.session);
    let post = |text: &str| installation.call(Method::POST, &path, Some(json!({"id": "same", "text": text})));
    let (status, first) = post("the first text").await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(post("  the first text ").await, (status, first), "the same as it is posted");
    let (status, problem) = post("another text").await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("message-id-reused")));

    for holder in [room.customer_holder(), room.agent_holder()] {
        let mut line = room.connect(&holder).await.unwrap();
        line.message("same", "the first text").await;
        let first = line.expect("message").await;
        line.message("same", "the first text ").await;
        assert_eq!(line.expect("message").await, first);
        line.message("same", "another text").await;
        let answer = line.until(&["message", "error"]).await.unwrap();
        assert_eq!(answer, json!({"type": "error", "code": "message-id-reused", "id": "same"}));
    }
    assert_eq!(installation.count_events(&room.session, "message").await, 3);
}

/// A participant of a session whose customer joined, in the room by a device of their own.
async fn participant(room: &Room<'_>) -> Holder {
    let runtime = &room.installation.runtime;
    let id = ParticipantId::generate(&runtime.entropy);
    let contact = Contact { email: Some("ada.quist@example.net".parse().unwrap()), phone: None };
    let person = Customer { name: "Ada Quist".into(), contact };
    let new = NewParticipant { id: id.clone(), person, channel: None, language: None, pin: None, order: 1 };
    let (_, issued) = LinkToken::issue(&room.session, &room.installation.keyring, &runtime.entropy);
    let added = room.decide(room.nina(), Command::AddParticipant(new, issued)).await;
    let device = Secret::generate(&runtime.entropy);
    let presented = Presented { posted: true, probe: true, ..Presented::default() };
    let enter = Command::Continue { link: &added.links[0], presented: &presented, device: &device };
    room.decide(Actor::Participant { id: id.clone(), name: "Ada Quist".into() }, enter).await;
    Holder::Participant(id, device.hash())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_guest_who_connects_without_end_keeps_nobody_else_out() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let ada = participant(&room).await;
    for _ in 0..200 {
        match room.connect(&ada).await {
            Ok(line) => line.kill(),
            Err(status) => {
                assert_eq!(status, 429);
                break;
            }
        }
    }
    assert_eq!(room.connect(&ada).await.err(), Some(429), "their own pace is over");
    assert!(room.connect(&room.customer_holder()).await.is_ok(), "the customer has theirs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_guest_who_floods_the_chat_silences_nobody_else_live() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let ada = participant(&room).await;
    let mut ada = room.connect(&ada).await.unwrap();
    let mut refused = false;
    for number in 0..90 {
        ada.message(&format!("a{number}"), "again and again").await;
        refused |= ada.until(&["message", "error"]).await.unwrap()["type"] == "error";
        if refused {
            break;
        }
    }
    assert!(refused, "their own pace is over");
    let mut mara = room.customer().await;
    mara.message("m1", "Can you hear me?").await;
    assert_eq!(mara.until(&["message", "error"]).await.unwrap()["text"], "Can you hear me?");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_participant_does_not_hear_live_whether_the_customer_is_in_the_room() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    let ada = participant(&room).await;
    let mut ada = room.connect(&ada).await.unwrap();
    let mut mara = room.customer().await;
    assert_eq!(ada.expect("presence").await["customer"], false, "who comes is told to others");
    assert_eq!(ada.hello(0).await.last().unwrap()["customer"], false);
    ada.say(json!({"type": "ping"})).await;
    assert_eq!(ada.expect("pong").await["customer"], false);
    assert_eq!(mara.hello(0).await.last().unwrap()["customer"], true);
    assert_eq!(agent.hello(0).await.last().unwrap()["customer"], true);
}
