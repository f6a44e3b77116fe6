//! API keys: made, used for what they are for, listed, revoked (R20).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn made(installation: &Installation, body: Value) -> (String, String) {
    let key = installation.post("/v1/keys", body).await;
    let text = |field: &str| key[field].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

async fn with(installation: &Installation, key: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = installation.request(method.clone(), path).bearer_auth(key);
    let request = if method == Method::GET { request } else { request.json(&body) };
    let answer = installation.judged(method, path, request).await;
    (answer.status, answer.body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_revoked_key_is_refused_from_the_next_request_on() {
    let installation = Installation::start().await;
    let (id, key) = made(&installation, json!({"name": "Billing", "scopes": ["read", "sessions"]})).await;
    assert_eq!(with(&installation, &key, Method::GET, "/v1/sessions", json!({})).await.0, 200);
    let (status, gone) = installation.call(Method::DELETE, &format!("/v1/keys/{id}"), None).await;
    assert_eq!((status, &gone["name"]), (StatusCode::OK, &json!("Billing")));
    let (status, refused) = with(&installation, &key, Method::GET, "/v1/sessions", json!({})).await;
    assert_eq!((status, &refused["code"]), (401, &json!("not-signed-in")));
    assert_eq!(installation.call(Method::DELETE, &format!("/v1/keys/{id}"), None).await.0, 404);
    let listed = installation.get("/v1/keys").await;
    assert!(listed["items"].as_array().unwrap().iter().all(|key| key["id"] != json!(id)), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_ends_when_it_was_said_to() {
    let installation = Installation::start().await;
    let end = installation.runtime.clock.now() + jiff::SignedDuration::from_mins(5);
    let (_, key) = made(&installation, json!({"name": "A day", "scopes": ["read"], "expires_at": end})).await;
    assert_eq!(with(&installation, &key, Method::GET, "/v1/sessions", json!({})).await.0, 200);
    installation.stack.advance(300).await;
    assert_eq!(with(&installation, &key, Method::GET, "/v1/sessions", json!({})).await.0, 401);
    let over = json!({"name": "Over", "scopes": ["read"], "expires_at": end});
    let (status, refused) = installation.call(Method::POST, "/v1/keys", Some(over)).await;
    assert_eq!((status.as_u16(), &refused["code"]), (422, &json!("invalid-expiry")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_last_use_of_a_key_is_listed_and_moves_once_an_hour() {
    let installation = Installation::start().await;
    let (id, key) = made(&installation, json!({"name": "Billing", "scopes": ["read"]})).await;
    let used = async || {
        // It is written beside the request, and nobody waits for it.
        installation.stack.settle().await;
        let listed = installation.get("/v1/keys").await;
        let key = listed["items"].as_array().unwrap().iter().find(|key| key["id"] == json!(id)).unwrap().clone();
        key["last_used_at"].clone()
    };
    assert_eq!(used().await, Value::Null);
    let mut seen = vec![];
    for advance in [0, 1800, 1800] {
        installation.stack.advance(advance).await;
        assert_eq!(with(&installation, &key, Method::GET, "/v1/sessions", json!({})).await.0, 200);
        let mut last = used().await;
        for _ in 0..200 {
            if last != Value::Null && (advance == 0 || seen.len() != 2 || seen.last() != Some(&last)) {
                break;
            }
            tokio::task::yield_now().await;
            last = used().await;
        }
        seen.push(last);
    }
    assert_eq!(seen[0], seen[1], "half an hour later");
    assert_ne!(seen[1], seen[2], "an hour later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_for_one_team_finds_nothing_of_another() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let other = parlor_domain::TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other, "Claims").await.unwrap();
    let elsewhere = json!({"name": "Lending", "scopes": ["read", "sessions", "settings", "webhooks", "people"], "team": installation.team});
    let (_, own) = made(&installation, elsewhere).await;
    let ask = async |method, path: &str, body| with(&installation, &own, method, path, body).await;
    assert_eq!(ask(Method::GET, &format!("/v1/sessions/{session}"), json!({})).await.0, 200);
    assert_eq!(ask(Method::GET, "/v1/sessions?scope=team", json!({})).await.0, 200);
    assert_eq!(ask(Method::GET, "/v1/sessions?scope=all", json!({})).await.0, 403);
    assert_eq!(ask(Method::GET, &format!("/v1/teams/{}/settings", installation.team), json!({})).await.0, 200);
    assert_eq!(ask(Method::GET, &format!("/v1/teams/{other}/settings"), json!({})).await.0, 403);
    assert_eq!(ask(Method::GET, "/v1/settings", json!({})).await.0, 403);
    assert_eq!(ask(Method::GET, &format!("/v1/teams/{other}/figures"), json!({})).await.0, 404);
    let start = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}, "team": other});
    let (status, refused) = ask(Method::POST, "/v1/sessions", start).await;
    assert_eq!((status, &refused["code"]), (422, &json!("unknown-team")));
    let everybody = json!({"url": "https://hooks.example.com/parlor"});
    assert_eq!(ask(Method::POST, "/v1/webhooks", everybody.clone()).await.0, 422);
    let webhook = installation.post("/v1/webhooks", everybody).await;
    let webhook = format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    assert_eq!(ask(Method::GET, &webhook, json!({})).await.0, 404);
    assert_eq!(ask(Method::GET, "/v1/webhooks", json!({})).await.1["items"], json!([]));
    // It makes no key that may do more than itself, and sees those of its team.
    let wide = json!({"name": "Wide", "scopes": ["read"]});
    assert_eq!(ask(Method::POST, "/v1/keys", wide).await.0, 403);
    let narrow = json!({"name": "Narrow", "scopes": ["read"], "team": installation.team});
    assert_eq!(ask(Method::POST, "/v1/keys", narrow).await.0, 201);
    assert_eq!(ask(Method::GET, "/v1/keys", json!({})).await.1["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_an_agents_key_sees_what_the_agent_sees() {
    let installation = Installation::start().await;
    let other = installation.member("Ola Ode", Role::Agent).await;
    let session = installation.session(None).await;
    let body = json!({"name": "Ola's", "scopes": ["read", "settings"], "agent": other.email});
    let (_, key) = made(&installation, body).await;
    let ask = async |path: &str| with(&installation, &key, Method::GET, path, json!({})).await.0;
    assert_eq!(ask(&format!("/v1/sessions/{session}")).await, 404);
    assert_eq!((ask("/v1/sessions?scope=my").await, ask("/v1/sessions?scope=all").await), (200, 403));
    assert_eq!(ask("/v1/settings").await, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_there_are_a_hundred_keys_at_most_however_many_are_asked_for_at_once() {
    let installation = Installation::start().await;
    let make = async || {
        let body = json!({"name": "Billing", "scopes": ["read"]});
        installation.call(Method::POST, "/v1/keys", Some(body)).await
    };
    let listed = async || installation.get("/v1/keys").await["items"].as_array().unwrap().len();
    // The installation's own are among them.
    for _ in listed().await..98 {
        assert_eq!(make().await.0, 201);
    }
    let (a, b, c) = tokio::join!(make(), make(), make());
    let mut statuses = [a.0, b.0, c.0].map(|status| status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 409]);
    assert_eq!(listed().await, 100);
    assert_eq!(make().await.1["code"], "too-many-keys");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_of_one_agent_is_refused_while_they_are_deactivated() {
    let installation = Installation::start().await;
    let person =
        json!({"name": "Ida Voss", "email": "ida@parlor.example", "role": "agent", "teams": [installation.team]});
    let person = installation.post("/v1/people", person).await;
    let id = person["id"].as_str().unwrap().to_owned();
    let (_, key) = made(&installation, json!({"name": "Ida's", "scopes": ["read"], "agent": id})).await;
    let list = async || with(&installation, &key, Method::GET, "/v1/sessions?scope=my", json!({})).await;
    assert_eq!(list().await.0, 200);
    installation.call(Method::POST, &format!("/v1/people/{id}/deactivate"), Some(json!({}))).await;
    let (status, refused) = list().await;
    assert_eq!((status, &refused["code"]), (401, &json!("not-signed-in")));
    installation.call(Method::POST, &format!("/v1/people/{id}/reactivate"), Some(json!({}))).await;
    assert_eq!(list().await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_makes_and_changes_admins_only_if_it_may_do_everything() {
    let installation = Installation::start().await;
    let admin = installation.member("Ada Winter", Role::Admin).await;
    let (_, people) = made(&installation, json!({"name": "Directory", "scopes": ["read", "people"]})).await;
    let body = |name: &str, role: &str| json!({"name": name, "email": format!("{name}@example.org"), "role": role, "teams": [installation.team]});
    let ask = async |key: &str, path: &str, body| with(&installation, key, Method::POST, path, body).await;
    let (status, refused) = ask(&people, "/v1/people", body("eve", "admin")).await;
    assert_eq!((status, &refused["code"]), (403, &json!("forbidden")));
    let (status, tom) = ask(&people, "/v1/people", body("tom", "supervisor")).await;
    assert_eq!(status, 201, "{tom}");
    let tom = format!("/v1/people/{}", tom["id"].as_str().unwrap());
    assert_eq!(with(&installation, &people, Method::PATCH, &tom, json!({"role": "admin"})).await.0, 403);
    assert_eq!(with(&installation, &people, Method::PATCH, &tom, json!({"role": "agent"})).await.0, 200);
    // Whoever gets an admin's mail is the admin.
    let ada = format!("/v1/people/{}", admin.id);
    assert_eq!(with(&installation, &people, Method::PATCH, &ada, json!({"email": "eve@example.org"})).await.0, 403);
    for what in ["deactivate", "reactivate", "sign-out"] {
        assert_eq!(ask(&people, &format!("{ada}/{what}"), json!({})).await.0, 403, "{what}");
    }
    let all = installation.api_key.clone();
    let (status, eve) = ask(&all, "/v1/people", body("eve", "admin")).await;
    assert_eq!(status, 201, "{eve}");
    // Nor does it take an admin's link from them by sending another.
    assert_eq!(ask(&people, &format!("/v1/people/{}/invite", eve["id"].as_str().unwrap()), json!({})).await.0, 403);
    assert_eq!(with(&installation, &all, Method::PATCH, &tom, json!({"role": "admin"})).await.0, 200);
}
