//! Document requests (R21) at the boundaries of the access plan, and when two write at once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::join;
use parlor_domain::SessionId;
use parlor_tests::{Browser, Installation, documents};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// A request for up to three photos; its id.
async fn make(installation: &Installation, session: &SessionId) -> String {
    let body = json!({"kind": "request", "what": "Your passport", "max": 3});
    let made = installation.post(&format!("/v1/sessions/{session}/interactions"), body).await;
    made["id"].as_str().unwrap().to_owned()
}

/// Adds a photo that has come; the status.
async fn add(installation: &Installation, browser: &Browser, session: &SessionId, id: &str) -> u16 {
    let file = documents::looked_at(&installation.store, &installation.runtime, session).await.to_string();
    browser.post(&format!("/r/{session}/i/{id}/files"), &[("do", "add"), ("file", &file)]).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_request_is_written_where_the_tier_is_full_and_read_where_it_is_limited() {
    let installation = Installation::start().await;
    let access = json!({"level": "full_timed", "minutes": 60, "then_limited_minutes": 60});
    installation.settings(json!({"end": {"customer_access": access}})).await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let (open, sent) = (make(&installation, &session).await, make(&installation, &session).await);
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let own = |id: &str, what: &str| format!("/r/{session}/i/{id}{what}");
    let about = |id: &str, what: &str| format!("/v1/sessions/{session}/interactions/{id}/{what}");
    // Full: the customer sends, and the agent answers.
    assert_eq!(add(&installation, &customer, &session, &open).await, 303);
    assert_eq!(add(&installation, &customer, &session, &sent).await, 303);
    assert_eq!(customer.post(&own(&sent, "/complete"), &[]).await.status, 303);
    installation.post(&about(&sent, "send-back"), json!({"reason": "Too dark."})).await;
    assert_eq!(customer.post(&own(&sent, "/complete"), &[]).await.status, 303);
    // Limited: both look, and neither writes.
    installation.stack.advance(61 * 60).await;
    assert_eq!(add(&installation, &customer, &session, &open).await, 409);
    for what in ["/complete", "/decline"] {
        assert_eq!(customer.post(&own(&open, what), &[]).await.status, 409, "{what}");
    }
    let page = customer.get(&own(&open, "")).await;
    assert!(
        page.status == 200 && page.text.contains("photo.jpg") && !page.text.contains("name=\"do\""),
        "{}",
        page.text
    );
    let (status, answer) = installation.call(Method::POST, &about(&sent, "accept"), Some(json!({}))).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("already-ended")));
    // None: not even that.
    installation.stack.advance(60 * 60).await;
    assert_eq!(customer.get(&own(&open, "")).await.status, 410);
    assert_eq!(add(&installation, &customer, &session, &open).await, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_files_that_come_at_once_are_all_kept() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    for _ in 0..5 {
        let id = make(&installation, &session).await;
        let one = || add(&installation, &customer, &session, &id);
        assert_eq!(Box::pin(join(one(), one())).await, (303, 303));
        let seen = installation.get(&format!("/v1/sessions/{session}/interactions/{id}")).await;
        assert_eq!(seen["files"].as_array().unwrap().len(), 2, "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_accepting_and_sending_back_at_once_has_one_winner() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    for _ in 0..10 {
        let id = make(&installation, &session).await;
        assert_eq!(add(&installation, &customer, &session, &id).await, 303);
        assert_eq!(customer.post(&format!("/r/{session}/i/{id}/complete"), &[]).await.status, 303);
        let path = |what: &str| format!("/v1/sessions/{session}/interactions/{id}/{what}");
        let (accept, back) = (path("accept"), path("send-back"));
        let (accepted, sent_back) = join(
            installation.call(Method::POST, &accept, Some(json!({}))),
            installation.call(Method::POST, &back, Some(json!({"reason": "Too dark."}))),
        )
        .await;
        let state = installation.get(&format!("/v1/sessions/{session}/interactions/{id}")).await["state"].clone();
        let (won, lost) = if state == "accepted" { (accepted.0, sent_back.0) } else { (sent_back.0, accepted.0) };
        assert_eq!((won, lost), (StatusCode::OK, StatusCode::CONFLICT), "{state}");
    }
}
