//! The details of a customer who has not joined are corrected (R8): by programs, from the console, and in a race with the
//! customer.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::SessionId;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn correct(installation: &Installation, session: &SessionId, details: Value) -> (StatusCode, Value) {
    installation.call(Method::PATCH, &format!("/v1/sessions/{session}/customer"), Some(details)).await
}

/// Where the messages went so far, oldest first.
fn sent_to(installation: &Installation) -> Vec<String> {
    let items = installation.stack.outbox().items();
    items.iter().map(|item| serde_json::to_value(item).unwrap()["to"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_a_correction_invites_anew_and_ends_the_links_that_there_were() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let said = installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": "For you"})).await;
    let old = installation.link(&session).await;
    let details = json!({"name": "Ola Berg", "email": "ola@example.net", "language": "de"});
    let (status, answer) = correct(&installation, &session, details.clone()).await;
    assert_eq!((status, &answer["customer"]["email"]), (StatusCode::OK, &json!("ola@example.net")), "{answer}");
    assert_eq!((&answer["state"], &answer["url"]), (&json!("invited"), &Value::Null));
    let (status, _) = correct(&installation, &session, details).await;
    assert_eq!(status, StatusCode::OK);
    installation.stack.settle().await;
    assert_eq!(sent_to(&installation), ["mara@example.net", "ola@example.net"], "the same again invites nobody twice");
    let browser = installation.browser();
    assert_eq!(browser.get(&old).await.reason(), Some("unknown"));
    let mail = installation.stack.outbox().items().pop().unwrap();
    let link = mail.links().first().unwrap().strip_prefix(installation.stack.url()).unwrap().to_owned();
    assert_eq!(browser.get(&link).await.status, 200);
    assert_eq!(browser.post(&format!("{link}/continue"), &[]).await.status, 303);
    let kept = installation.get(&format!("/v1/sessions/{session}/messages")).await;
    assert_eq!(kept["items"][0]["seq"], said["seq"], "content stays");
    // The lists know the customer by the new name.
    let found = installation.get("/v1/sessions?q=berg").await;
    assert_eq!(found["items"][0]["id"], json!(session));

    let (status, answer) = correct(&installation, &session, json!({"name": "Mara Quist"})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("already-joined")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_null_clears_and_what_a_start_would_refuse_is_refused_at_its_field() {
    let installation = Installation::start().await;
    installation.settings(json!({"channels": {"default_country": "DE"}})).await;
    let session = installation.session(None).await;
    for (details, code, field) in [
        (json!({"name": " "}), "invalid-name", "name"),
        (json!({"email": "mara@"}), "invalid-email", "email"),
        (json!({"phone": "12"}), "invalid-phone", "phone"),
        (json!({"language": "no language"}), "invalid-language", "language"),
        (json!({"email": null}), "no-contact", "customer"),
    ] {
        let (status, answer) = correct(&installation, &session, details.clone()).await;
        let said = (status.as_u16(), answer["code"].as_str(), answer["field"].as_str());
        assert_eq!(said, (422, Some(code), Some(field)), "{details}");
    }
    let (status, _) = correct(&installation, &session, json!({"surprise": 1})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, answer) = correct(&installation, &session, json!({"email": null, "phone": "0151 12345678"})).await;
    assert_eq!(answer["customer"], json!({"name": "Mara Quist", "phone": "+4915112345678"}));
    assert_eq!(answer["channel"], "sms");
    installation.settings(json!({"channels": {"sms": false}})).await;
    let (status, answer) = correct(&installation, &session, json!({"phone": "0151 12345679"})).await;
    assert_eq!((status, &answer["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("sms-off")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_r12_an_embedded_session_answers_with_the_new_link_and_a_plan_with_none() {
    let installation = Installation::start().await;
    let body = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}, "mode": "plan"});
    let planned: SessionId = installation.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap();
    let (_, answer) = correct(&installation, &planned, json!({"name": "Ola Berg"})).await;
    assert_eq!((&answer["state"], &answer["url"]), (&json!("planned"), &Value::Null));
    installation.settings(json!({"channels": {"embedded": true}})).await;
    let session = installation.session(None).await;
    let (_, answer) = correct(&installation, &session, json!({"phone": "+4915112345678"})).await;
    let link = answer["url"].as_str().unwrap().strip_prefix(installation.stack.url()).unwrap();
    assert_eq!(installation.browser().get(link).await.status, 200);
    installation.stack.settle().await;
    assert!(sent_to(&installation).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_the_console_corrects_by_a_form_and_an_emptied_field_is_cleared() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let agent = installation.signed_in(&installation.agent).await;
    let csrf = agent.get(&format!("/console/s/{session}")).await.hidden("csrf").unwrap();
    let path = format!("/v1/sessions/{session}/customer");
    let fields = [("name", "Mara Quist"), ("email", ""), ("phone", "+49 151 12345678"), ("language", "")];
    assert_eq!(agent.post(&path, &fields).await.status, 403, "without the page's token");
    let fields: Vec<_> = fields.into_iter().chain([("csrf", csrf.as_str())]).collect();
    let page = agent.post(&path, &fields).await;
    assert_eq!((page.status, page.location), (303, format!("/console/s/{session}")));
    let answer = installation.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!(answer["customer"], json!({"name": "Mara Quist", "phone": "+4915112345678"}));
    let page = agent.post(&path, &[("csrf", csrf.as_str()), ("name", "")]).await;
    assert_eq!(page.status, 422, "a name cannot be cleared: {}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_what_still_waits_for_the_wrong_person_is_not_sent() {
    let installation = Installation::start().await;
    installation.stack.outbox().fail_next(1000);
    let session = installation.session(None).await;
    let about = format!("/v1/sessions/{session}/interactions");
    let photo = installation.post(&about, json!({"kind": "request", "what": "A photo"})).await;
    installation.post(&format!("{about}/{}/remind", photo["id"].as_str().unwrap()), json!({})).await;
    installation.stack.settle().await;
    assert!(sent_to(&installation).is_empty());
    let (status, _) = correct(&installation, &session, json!({"email": "ola@example.net"})).await;
    assert_eq!(status, StatusCode::OK);
    installation.stack.settle().await;
    installation.stack.outbox().fail_next(0);
    installation.stack.advance(90).await;
    installation.stack.advance(600).await;
    assert_eq!(sent_to(&installation), ["ola@example.net"]);
    assert_eq!(installation.count_events(&session, "delivery.failed").await, 0);
}

/// Fifty times: of a join and a correction at once one is first. The loser is told, and nothing of it happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_of_a_join_and_a_correction_at_once_one_wins() {
    let installation = Installation::start().await;
    let mut joined = 0;
    for round in 0..50 {
        let session = installation.session(None).await;
        let (link, browser) = (installation.link(&session).await, installation.browser());
        browser.get(&link).await;
        let join = format!("{link}/continue");
        let details = json!({"email": "ola@example.net"});
        // Each side begins first half of the time.
        let (page, (status, answer)) = if round % 2 == 0 {
            tokio::join!(browser.post(&join, &[]), correct(&installation, &session, details))
        } else {
            let (answer, page) = tokio::join!(correct(&installation, &session, details), browser.post(&join, &[]));
            (page, answer)
        };
        let found = installation.get(&format!("/v1/sessions/{session}")).await;
        let events = (
            installation.count_events(&session, "customer.joined").await,
            installation.count_events(&session, "session.reengaged").await,
        );
        if page.status == 303 {
            joined += 1;
            assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("already-joined")));
            assert_eq!((&found["customer"]["email"], events), (&json!("mara@example.net"), (1, 0)));
        } else {
            assert_eq!((page.status, page.reason(), status), (403, Some("unknown"), StatusCode::OK), "{answer}");
            assert_eq!((&found["customer"]["email"], events), (&json!("ola@example.net"), (0, 1)));
        }
    }
    assert!((1..50).contains(&joined), "{joined} of 50 joined: that was no race");
}
