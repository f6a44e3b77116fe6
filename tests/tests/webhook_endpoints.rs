//! Webhook endpoints on the one-machine stack (R24): where they may go, how they are made and changed, and who sees them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use jiff::SignedDuration;
use parlor_domain::{Role, webhook::MAX_ENDPOINTS};
use parlor_tests::{Conduct, Endpoint, Installation};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::webhooks::ALL;

#[tokio::test(flavor = "multi_thread")]
async fn r24_only_public_addresses_and_this_machine_may_be_registered() {
    let installation = Installation::start().await;
    for url in [
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:192.168.0.1]/",
        "https://0.0.0.0/",
        "https://3232235521/",
        "https://[fd00::1]/",
        "http://example.com/",
        "ftp://example.com/",
        "https://me:pass@example.com/",
        "nonsense",
    ] {
        let (status, problem) = installation.call(Method::POST, "/v1/webhooks", Some(json!({"url": url}))).await;
        assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("invalid-url")), "{url}: {problem}");
        assert_eq!(problem["field"], "url");
    }
    for body in [
        json!({"url": "https://example.com/", "events": ["session.vanished"]}),
        json!({"url": "https://example.com/", "team": "zzzzzz"}),
    ] {
        let (status, problem) = installation.call(Method::POST, "/v1/webhooks", Some(body)).await;
        assert_eq!(status, 422, "{problem}");
    }
    let (status, _) = installation
        .call(Method::POST, "/v1/webhooks", Some(json!({"url": "https://example.com/", "secret": "x"})))
        .await;
    assert_eq!(status, 400, "unknown fields are refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_endpoints_are_made_once_changed_under_their_version_and_counted() {
    let installation = Installation::start().await;
    let body = json!({"url": "https://example.com/hooks", "description": " Orders ", "events": ["session.ended", "session.ended"]});
    let create =
        || installation.call_with(Method::POST, "/v1/webhooks", Some(body.clone()), &[("idempotency-key", "one")]);
    let (first, again) = (create().await, create().await);
    assert_eq!((first.0, &first.1), (StatusCode::CREATED, &again.1), "the secret too");
    assert_eq!((&first.1["description"], &first.1["events"]), (&json!("Orders"), &json!(["session.ended"])));
    let listed = installation.get("/v1/webhooks").await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert!(!listed.to_string().contains("whsec_"));

    let path = format!("/v1/webhooks/{}", first.1["id"].as_str().unwrap());
    let patch = |headers: &'static [(&'static str, &'static str)]| {
        installation.call_with(Method::PATCH, &path, Some(json!({"description": null, "enabled": false})), headers)
    };
    assert_eq!(patch(&[]).await.0, 428);
    assert_eq!(patch(&[("if-match", "\"7\"")]).await.0, 409);
    let (status, changed) = patch(&[("if-match", "\"1\"")]).await;
    assert_eq!((status.as_u16(), &changed["disabled"]["by"]), (200, &json!("admin")));
    assert_eq!((&changed["description"], &changed["url"]), (&Value::Null, &json!("https://example.com/hooks")));
    assert_eq!(patch(&[("if-match", "\"1\"")]).await.0, 409, "that version is over");

    for _ in 1..MAX_ENDPOINTS {
        installation.post("/v1/webhooks", json!({"url": "https://example.com/"})).await;
    }
    let (status, problem) =
        installation.call(Method::POST, "/v1/webhooks", Some(json!({"url": "https://example.com/"}))).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("too-many-webhooks")));
    assert_eq!(installation.call(Method::DELETE, &path, None).await.0, 200);
    assert_eq!(installation.call(Method::GET, &path, None).await.0, 404);
    installation.post("/v1/webhooks", json!({"url": "https://example.com/"})).await;
    for missing in ["0000000000000000", "x"] {
        for rest in ["", "/deliveries", "/deliveries/x-1"] {
            assert_eq!(installation.call(Method::GET, &format!("/v1/webhooks/{missing}{rest}"), None).await.0, 404);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_agents_and_supervisors_do_not_see_webhooks() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let admin = installation.member("Ada Winter", Role::Admin).await;
    let supervisor = installation.member("Sam Ode", Role::Supervisor).await;
    for (agent, status) in [(&installation.agent, 403), (&supervisor, 403), (&admin, 200)] {
        let browser = installation.signed_in(agent).await;
        for path in ["/v1/webhooks".to_owned(), endpoint.path(""), endpoint.path("/deliveries")] {
            assert_eq!(browser.get(&path).await.status, status, "{path}");
        }
    }
    assert_eq!(installation.browser().get("/v1/webhooks").await.status, 401);
    // Without the token of one of our pages, a browser changes nothing.
    let browser = installation.signed_in(&admin).await;
    assert_eq!(browser.post(&endpoint.path("/rotate"), &[]).await.status, 403);
}

/// A key for the second team sees the endpoint as its own, and may change where it leads.
#[tokio::test(flavor = "multi_thread")]
async fn r24_an_endpoint_that_another_team_was_given_tells_nothing_of_the_first() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    let sent = installation.session(None).await;
    installation.stack.settle().await;
    endpoint.receiver.answers(Conduct::Status(503));
    let waits = installation.session(None).await;
    installation.stack.settle().await;
    let other = parlor_domain::TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other, "Claims").await.unwrap();
    let since = installation.runtime.clock.now() - SignedDuration::from_hours(1);
    installation.post(&endpoint.path("/replay"), json!({"since": since.to_string(), "delivered": true})).await;
    endpoint.change(&installation, json!({"team": other})).await;
    endpoint.receiver.answers(Conduct::Status(204));
    endpoint.receiver.forget();

    let admin = installation.member("Ada Winter", Role::Admin).await;
    let about = json!({"name": "Claims", "scopes": ["webhooks"], "team": other, "agent": admin.email});
    let key = installation.post("/v1/keys", about).await["key"].as_str().unwrap().to_owned();
    parlor_tests::canary::token("an API key", &key);
    let ask = async |method: Method, path: &str, body: Value| {
        let request = installation.request(method, &endpoint.path(path)).bearer_auth(&key).json(&body).send();
        request.await.unwrap()
    };
    assert_eq!(ask(Method::GET, "", Value::Null).await.status(), 200);
    let listed: Value = ask(Method::GET, "/deliveries", Value::Null).await.json().await.unwrap();
    assert_eq!(listed["items"], json!([]));
    for session in [&sent, &waits] {
        let delivery = format!("/deliveries/{session}-1");
        assert_eq!(ask(Method::GET, &delivery, Value::Null).await.status(), 404);
        assert_eq!(ask(Method::POST, &format!("{delivery}/replay"), json!({})).await.status(), 404);
    }
    let all = json!({"since": since.to_string(), "delivered": true});
    assert_eq!(ask(Method::POST, "/replay", all).await.status(), 202);
    for _ in 0..3 {
        installation.stack.advance(120).await;
    }
    assert_eq!(endpoint.receiver.names(), ALL);
}
