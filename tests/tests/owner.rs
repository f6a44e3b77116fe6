//! Whose a session is: one at a time (R10).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::join_all;
use parlor_domain::Role;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn mara() -> Value {
    json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}})
}

async fn single_active(installation: &Installation, on: bool) {
    installation.settings(json!({"session": {"single_active": on}})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_the_refusal_names_the_session_that_is_open() {
    let installation = Installation::start().await;
    let before = installation.session(None).await;
    single_active(&installation, true).await;
    // What was started before does not count.
    let first = installation.session(None).await;
    for mode in ["start", "plan"] {
        let mut another = mara();
        another["mode"] = json!(mode);
        let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(another)).await;
        assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("single-active-session")));
        let room = format!("/console/s/{first}");
        assert_eq!(answer["session"], json!({"id": first, "customer": "Mara Quist", "room": room}));
        assert_eq!(answer["detail"], "You have a session with Mara Quist open. End it first.");
    }
    // Named by address, by id, or as the key's own: it is the same agent.
    let agent = &installation.agent;
    for named in [agent.email.as_str(), agent.id.as_str()] {
        let mut another = mara();
        another["agent"] = json!(named);
        let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(another)).await;
        assert_eq!((status, &answer["session"]["id"]), (StatusCode::CONFLICT, &json!(first)), "{answer}");
    }
    // A colleague has a lock of their own.
    let sam = installation.member("Sam Ode", Role::Agent).await;
    let mut another = mara();
    another["agent"] = json!(sam.email);
    installation.post("/v1/sessions", another.clone()).await;
    assert_eq!(installation.call(Method::POST, "/v1/sessions", Some(another)).await.0, StatusCode::CONFLICT);

    installation.post(&format!("/v1/sessions/{before}/end"), json!({})).await;
    let renew = format!("/v1/sessions/{before}/renew");
    let (status, answer) = installation.call(Method::POST, &renew, Some(json!({}))).await;
    assert_eq!((status, &answer["session"]["id"]), (StatusCode::CONFLICT, &json!(first)));
    installation.post(&format!("/v1/sessions/{first}/end"), json!({})).await;
    installation.post(&renew, json!({})).await;
    let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(mara())).await;
    assert_eq!((status, &answer["session"]["id"]), (StatusCode::CONFLICT, &json!(before)));
    // Somebody who sees it by their role renews it for its owner, whose lock counts.
    single_active(&installation, false).await;
    let second = installation.session(None).await;
    installation.post(&format!("/v1/sessions/{second}/end"), json!({})).await;
    single_active(&installation, true).await;
    let supervisor = installation.signed_in(&installation.member("Ada Roy", Role::Supervisor).await).await;
    let csrf = supervisor.get("/console").await.hidden("csrf").unwrap();
    let page = supervisor.post(&format!("/v1/sessions/{second}/renew"), &[("csrf", &csrf)]).await;
    assert_eq!(page.status, 409, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_inactivity_and_a_discarded_plan_free_the_agent() {
    let installation = Installation::start().await;
    let single = json!({"session": {"single_active": true}, "end": {"inactivity_minutes": 10}});
    installation.settings(single).await;
    installation.session(None).await;
    installation.stack.advance(660).await;
    let mut plan = mara();
    plan["mode"] = json!("plan");
    let planned = installation.post("/v1/sessions", plan).await;
    installation.post(&format!("/v1/sessions/{}/end", planned["id"].as_str().unwrap()), json!({})).await;
    installation.session(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_the_console_says_what_is_open_and_leads_to_it() {
    let installation = Installation::start().await;
    single_active(&installation, true).await;
    let first = installation.session(None).await;
    let nina = installation.signed_in(&installation.agent).await;
    let page = nina.get("/console").await;
    let room = format!("href=\"/console/s/{first}\"");
    assert!(page.text.contains("You already have a session open") && page.text.contains(&room));
    let csrf = page.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("name", "Ola Berg"), ("channel", "email"), ("email", "ola@example.net")];
    let page = nina.post("/v1/sessions", &fields).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("You have a session with") && page.text.contains(&room), "{}", page.text);
}

/// Ten starts of one agent at once, ten times: exactly one session each time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_of_ten_starts_at_once_one_wins() {
    let installation = Installation::start().await;
    single_active(&installation, true).await;
    for _ in 0..10 {
        let starts = (0..10).map(|_| installation.call(Method::POST, "/v1/sessions", Some(mara())));
        let answers = join_all(starts).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == StatusCode::CREATED);
        assert_eq!(won.len(), 1, "{lost:?}");
        let id = &won[0].1["id"];
        for (status, answer) in lost {
            assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("single-active-session")));
            assert_eq!(answer["session"]["id"], *id);
        }
        installation.post(&format!("/v1/sessions/{}/end", id.as_str().unwrap()), json!({})).await;
    }
}
