//! R11: a customer who has a session already.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::join_all;
use parlor_domain::Role;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn going_on() -> Installation {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"customer_reengagement": "continue"}})).await;
    installation
}

fn mara(contact: Value) -> Value {
    let mut customer = json!({"name": "Mara Quist"});
    customer.as_object_mut().unwrap().extend(contact.as_object().unwrap().clone());
    json!({ "customer": customer })
}

async fn start(installation: &Installation, body: Value) -> (StatusCode, Value) {
    installation.call(Method::POST, "/v1/sessions", Some(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_known_contact_goes_on_with_its_newest_session() {
    let installation = Installation::start().await;
    let by_mail = || mara(json!({"email": "mara@example.net"}));
    // Started while the setting was off: found all the same, the newest of them.
    installation.post("/v1/sessions", by_mail()).await;
    let second = installation.post("/v1/sessions", by_mail()).await;
    installation.settings(json!({"session": {"customer_reengagement": "continue"}})).await;
    let (status, answer) = start(&installation, mara(json!({"email": "MARA@example.net"}))).await;
    assert_eq!((status, &answer["id"]), (StatusCode::OK, &second["id"]), "{answer}");
    assert_eq!(answer["state"], "invited");
    // Ended: renewed.
    let path = format!("/v1/sessions/{}", second["id"].as_str().unwrap());
    installation.post(&format!("{path}/end"), json!({})).await;
    let (status, answer) = start(&installation, by_mail()).await;
    assert_eq!((status, &answer["id"], &answer["state"]), (StatusCode::OK, &second["id"], &json!("invited")));
    // Ended, and not to be renewed any more: a new one, which says so.
    installation.settings(json!({"end": {"renew_window_minutes": 10}})).await;
    installation.post(&format!("{path}/end"), json!({})).await;
    installation.stack.advance(660).await;
    let (status, third) = start(&installation, by_mail()).await;
    assert_eq!((status, &third["earlier"]), (StatusCode::CREATED, &second["id"]), "{third}");
    assert_eq!(start(&installation, by_mail()).await.1["id"], third["id"]);
    // Somebody else is somebody else.
    assert_eq!(start(&installation, mara(json!({"email": "ola@example.net"}))).await.0, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_number_is_the_same_however_it_is_written() {
    let installation = going_on().await;
    installation.settings(json!({"channels": {"default_country": "DE"}})).await;
    let first = installation.post("/v1/sessions", mara(json!({"phone": "+49 151 23456789"}))).await;
    let (status, answer) = start(&installation, mara(json!({"phone": "0151/23456789"}))).await;
    assert_eq!((status, &answer["id"]), (StatusCode::OK, &first["id"]), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_what_the_agent_may_not_see_stays_out_of_it() {
    let installation = going_on().await;
    let theirs = installation.post("/v1/sessions", mara(json!({"email": "mara@example.net"}))).await;
    let fields = |csrf: String| {
        [
            ("csrf", csrf),
            ("name", "Mara Quist".into()),
            ("channel", "email".into()),
            ("email", "mara@example.net".into()),
        ]
    };
    let begin = async |agent| {
        let browser = installation.signed_in(agent).await;
        let fields = fields(browser.get("/console").await.hidden("csrf").unwrap());
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/v1/sessions", &fields).await
    };
    // The owner is told before anything is made, and so is the supervisor; a colleague gets a session of their own.
    let room = format!("href=\"/console/s/{}\"", theirs["id"].as_str().unwrap());
    let supervisor = installation.member("Ada Roy", Role::Supervisor).await;
    for agent in [&installation.agent, &supervisor] {
        let page = begin(agent).await;
        assert!(page.status == 409 && page.text.contains(&room), "{} {}", page.status, page.text);
        assert!(page.text.contains("has a session already"), "{}", page.text);
    }
    let page = begin(&installation.member("Sam Ode", Role::Agent).await).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert_eq!(installation.get("/v1/sessions").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_corrected_details_are_found_and_the_wrong_ones_are_not() {
    let installation = going_on().await;
    let first = installation.post("/v1/sessions", mara(json!({"email": "mora@example.net"}))).await;
    let path = format!("/v1/sessions/{}/customer", first["id"].as_str().unwrap());
    let corrected = json!({"email": "mara@example.net"});
    let (status, answer) = installation.call(Method::PATCH, &path, Some(corrected.clone())).await;
    assert!(status.is_success(), "{answer}");
    assert_eq!(start(&installation, mara(corrected)).await.1["id"], first["id"]);
    let (status, other) = start(&installation, mara(json!({"email": "mora@example.net"}))).await;
    assert_eq!(status, StatusCode::CREATED, "{other}");
}

/// Two starts for one contact at once, fifty times: one session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_of_two_starts_at_once_one_session_comes() {
    let installation = going_on().await;
    for round in 0..50 {
        let body = mara(json!({"email": format!("mara{round}@example.net")}));
        let answers = join_all((0..2).map(|_| start(&installation, body.clone()))).await;
        assert_eq!(answers[0].1["id"], answers[1].1["id"], "{answers:?}");
        let mut statuses = [answers[0].0.as_u16(), answers[1].0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 201]);
    }
}
