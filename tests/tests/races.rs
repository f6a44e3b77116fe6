//! Races over whole operations: whatever happens at once, the histories are legal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "races/comings.rs"]
mod comings;
#[path = "races/stale.rs"]
mod stale;

use futures_util::future::join_all;
use parlor_local::Fault;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::json;

/// End and renew at once, fifty times: each history alternates, and each session's events are numbered without gaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_end_and_renew_at_once_give_a_legal_history() {
    let installation = Installation::start().await;
    for _ in 0..50 {
        let session = installation.session(None).await;
        let path = |what: &str| format!("/v1/sessions/{session}/{what}");
        let calls = ["end", "renew", "end", "renew", "end"]
            .map(|what| installation.call(Method::POST, Box::leak(path(what).into_boxed_str()), Some(json!({}))));
        for (status, answer) in join_all(calls).await {
            let fine = status == StatusCode::OK || (status == StatusCode::CONFLICT && answer["code"] == "not-ended");
            assert!(fine, "{status} {answer}");
        }
        let events = installation.events(&session).await;
        let mut ended = false;
        for (place, event) in events.iter().enumerate() {
            assert_eq!(event.seq, place as u64 + 1);
            match serde_json::to_value(&event.kind).unwrap()["type"].as_str().unwrap() {
                "session.ended" => assert!(!std::mem::replace(&mut ended, true), "ended twice"),
                "session.renewed" => assert!(std::mem::replace(&mut ended, false), "renewed while running"),
                _ => {}
            }
        }
        assert_eq!(installation.get(&format!("/v1/sessions/{session}")).await["state"] == "ended", ended);
    }
}

/// One `Idempotency-Key`, many requests at once: one session, and everybody hears of the same one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_starts_one_session() {
    let installation = Installation::start().await;
    for round in 0..10 {
        let key = format!("start-{round}");
        let headers = [("idempotency-key", key.as_str())];
        let body = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}});
        let calls = (0..8).map(|_| installation.call_with(Method::POST, "/v1/sessions", Some(body.clone()), &headers));
        let answers = join_all(calls).await;
        for (status, answer) in &answers {
            assert_eq!((*status, &answer["id"]), (StatusCode::CREATED, &answers[0].1["id"]));
        }
        let other = json!({"customer": {"name": "Somebody Else", "email": "else@example.net"}});
        let (status, answer) = installation.call_with(Method::POST, "/v1/sessions", Some(other), &headers).await;
        assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency-key-reused")));
    }
    assert_eq!(installation.get("/v1/sessions").await["items"].as_array().unwrap().len(), 10);
}

/// A read and a write that DynamoDB never answers: each is asked again in time for the function to answer itself, and the
/// message is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_hangs_is_made_again_within_the_functions_time() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    for hanging in ["BatchGetItem", "TransactWriteItems"] {
        let before = installation.count_events(&session, "message").await;
        let mut hangs = true;
        installation.stack.inject(move |function, operation| {
            let first = function == "session-messages" && operation == hanging && std::mem::take(&mut hangs);
            if first { Fault::Held } else { Fault::None }
        });
        let path = format!("/v1/sessions/{session}/messages");
        // What the template gives to a function that people wait for.
        let limit = std::time::Duration::from_secs(10);
        let posted = tokio::time::timeout(limit, installation.post(&path, json!({"text": "hello"}))).await;
        posted.expect("the function is out of time");
        installation.stack.inject(|_, _| Fault::None);
        assert_eq!(installation.count_events(&session, "message").await, before + 1, "{hanging}");
    }
}

/// Messages from both sides of the API at once: all of them are there, in one order, without gaps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_messages_at_once_are_all_kept() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let path = format!("/v1/sessions/{session}/messages");
    let calls = (0..12).map(|n| {
        installation.call(Method::POST, &path, Some(json!({"text": format!("message {n}"), "id": format!("m{n}")})))
    });
    let answers = join_all(calls).await;
    for (n, (status, answer)) in answers.into_iter().enumerate() {
        // Who lost ten races in a row is told to try again; the same id makes that harmless.
        if status == StatusCode::SERVICE_UNAVAILABLE {
            installation.post(&path, json!({"text": format!("message {n}"), "id": format!("m{n}")})).await;
        } else {
            assert_eq!(status, StatusCode::CREATED, "{answer}");
        }
    }
    let again = installation.post(&path, json!({"text": "message 3", "id": "m3"})).await;
    let items = installation.get(&path).await["items"].as_array().unwrap().clone();
    assert_eq!(items.len(), 12);
    assert!(items.iter().any(|item| item["id"] == "m3" && item["seq"] == again["seq"]));
    let mut numbers: Vec<_> = items.iter().map(|item| item["seq"].as_u64().unwrap()).collect();
    numbers.dedup();
    assert!(numbers.is_sorted() && numbers.len() == 12);
}
