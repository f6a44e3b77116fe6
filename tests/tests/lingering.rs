//! Items whose time is over, in a table that removes nothing: DynamoDB's TTL is late by days, and nothing may rely on it.
//! The one-machine stack's database never removes an item by itself, so time that passes here leaves everything there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use data_encoding::HEXLOWER;
use parlor_domain::Role;
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::{ContactKey, ReadBatch};
use parlor_tests::{Endpoint, Installation, Receiver, documents};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const DAY: u32 = 24 * 3600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotency_key_is_new_again_after_a_day() {
    let installation = Installation::start().await;
    let start = |name: &str| json!({"customer": {"name": name, "email": "mara@example.net"}});
    let key = [("idempotency-key", "order-4711")];
    let send = async |body| installation.call_with(Method::POST, "/v1/sessions", Some(body), &key).await;
    let (_, first) = send(start("Mara Quist")).await;
    assert_eq!(send(start("Mara Quist")).await.1["id"], first["id"]);
    assert_eq!(send(start("Ola Berg")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        installation.stack.advance(DAY + 1).await;
        let (status, again) = send(start("Ola Berg")).await;
        assert_eq!(status, StatusCode::CREATED, "{again}");
        assert_ne!(again["id"], first["id"]);
        assert_eq!(send(start("Ola Berg")).await.1["id"], again["id"], "and is kept anew");
        assert_eq!(send(start("Mara Quist")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        installation.stack.advance(DAY + 1).await;
        assert_eq!(send(start("Ola Berg")).await.0, StatusCode::CREATED);
    }
    // Operations on a session keep their answers by another way of writing.
    let session = installation.session(None).await;
    let path = format!("/v1/sessions/{session}/links");
    let link = async || installation.call_with(Method::POST, &path, Some(json!({})), &key).await;
    let (status, first) = link().await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "the key is a caller's, whatever they do with it: {first}");
    installation.stack.advance(DAY + 1).await;
    let (status, first) = link().await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    assert_eq!(link().await.1, first);
    // So do webhooks.
    let receiver = Receiver::start().await;
    installation.stack.advance(DAY + 1).await;
    let hook = json!({"url": receiver.url});
    let (status, made) = installation.call_with(Method::POST, "/v1/webhooks", Some(hook), &key).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    installation.stack.advance(DAY + 1).await;
    let rotate = format!("/v1/webhooks/{}/rotate", made["id"].as_str().unwrap());
    let (status, answer) = installation.call_with(Method::POST, &rotate, Some(json!({})), &key).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_of_a_day_ago_count_no_more_and_stand_in_nobodys_way() {
    let installation = Installation::start().await;
    let staff = installation.staff("Ada Alder", Role::Agent).await;
    let browser = installation.browser();
    let sign_in = async |password: &str| {
        browser.post("/login", &[("email", staff.agent.email.as_str()), ("password", password)]).await.status
    };
    for _ in 0..4 {
        assert_eq!(sign_in("not this one").await, 401);
    }
    installation.stack.advance(DAY + 1).await;
    for _ in 0..4 {
        assert_eq!(sign_in("not this one").await, 401, "counting begins again");
    }
    assert_eq!(sign_in(&staff.password).await, 303);
    assert_eq!(sign_in("not this one").await, 401);
    installation.stack.advance(DAY + 1).await;
    assert_eq!(sign_in(&staff.password).await, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_deliveries_of_a_month_ago_are_not_shown_and_hold_no_queue_up() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.kept_open"]).await;
    let session = installation.session(None).await;
    let keep_open = format!("/v1/sessions/{session}/keep-open");
    installation.post(&keep_open, json!({})).await;
    endpoint.receiver.wait_for(1).await;
    installation.stack.settle().await;
    let shown = endpoint.deliveries(&installation).await;
    let id = shown[0]["id"].as_str().unwrap().to_owned();
    let one = endpoint.path(&format!("/deliveries/{id}"));
    assert_eq!(installation.call(Method::GET, &one, None).await.0, StatusCode::OK);
    installation.stack.advance(30 * DAY + 1).await;
    assert_eq!(endpoint.deliveries(&installation).await.len(), 0);
    assert_eq!(installation.call(Method::GET, &one, None).await.0, StatusCode::NOT_FOUND);
    let again = format!("{one}/replay");
    assert_eq!(installation.call(Method::POST, &again, Some(json!({}))).await.0, StatusCode::NOT_FOUND);
    // The session's queue is there still, and goes on.
    installation.post(&keep_open, json!({})).await;
    endpoint.receiver.wait_for(2).await;
    installation.stack.settle().await;
    assert_eq!(endpoint.deliveries(&installation).await.len(), 1);
}

/// The files of a session of which one was announced before it was erased, and comes after everything was deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_file_that_comes_after_its_session_was_erased_does_not_stay() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let path = format!("/v1/sessions/{session}");
    let photo = documents::photo("late");
    let sha256 = HEXLOWER.encode(&Sha256::digest(&photo));
    let said = json!({"name": "Late.jpg", "size": photo.len(), "content_type": "image/jpeg", "sha256": sha256});
    let announced = installation.post(&format!("{path}/uploads"), said).await;
    installation.post(&format!("{path}/end"), json!({})).await;
    installation.post(&format!("{path}/erase"), json!({})).await;
    let pending = async || {
        let found = installation.store.read(ReadBatch::new().session(&session)).await.unwrap();
        found.session(&session).unwrap().unwrap().session.erased.unwrap().pending.is_some()
    };
    installation.stack.advance(120).await;
    assert!(!pending().await, "the first time is over");
    let headers = announced["headers"].as_object().unwrap().iter();
    let put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(photo);
    let put = headers.fold(put, |put, (name, value)| put.header(name, value.as_str().unwrap()));
    assert!(put.send().await.unwrap().status().is_success(), "the address is good for five minutes");
    let (files, key) = (installation.files(), format!("uploads/{}", announced["id"].as_str().unwrap()));
    assert!(files.get(&key, 10_000_000).await.is_ok());
    installation.stack.advance(3 * 3600).await;
    assert!(matches!(files.get(&key, 10_000_000).await, Err(ObjectError::Missing)), "{key} stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_nothing_leads_from_a_corrected_address_to_an_erased_session() {
    let installation = Installation::start().await;
    let wrong = json!({"customer": {"name": "Mara Quist", "email": "mora@example.net"}});
    let id = installation.post("/v1/sessions", wrong).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/sessions/{id}");
    let right = json!({"email": "mara@example.net"});
    let (status, answer) = installation.call(Method::PATCH, &format!("{path}/customer"), Some(right)).await;
    assert!(status.is_success(), "{answer}");
    installation.post(&format!("{path}/end"), json!({})).await;
    installation.post(&format!("{path}/erase"), json!({})).await;
    installation.stack.advance(120).await;
    for address in ["mora@example.net", "mara@example.net"] {
        let contact = ContactKey::email(&installation.team, &address.parse().unwrap());
        let found = installation.store.read(ReadBatch::new().contact(&contact)).await.unwrap();
        assert_eq!(found.contact(&contact).unwrap(), None, "{address}");
    }
}
