//! Integrators' programs: the API, its refusals, and what everybody loads.

use parlor_tests::Platform;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_start_is_repeated_by_its_key() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let email = platform.address();
    let body = json!({"customer": {"name": "Mara Quist", "email": email}, "reference": "4711"});
    let start = async |body| {
        let key = format!("order-{}", desk.team);
        desk.call(Method::POST, "/v1/sessions", &[("idempotency-key", &key)], Some(body)).await
    };
    let first = start(body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = start(body).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = start(json!({"customer": {"name": "Ola Berg", "email": email}})).await;
    assert_eq!(other.status, 422, "{}", other.body);
    platform.message(&email, 1).await;

    let id = first.body["id"].as_str().unwrap();
    assert!(platform.noted(&id.parse().unwrap()).await, "what was sent is noted");
    let session = desk.get(&format!("/v1/sessions/{id}")).await;
    assert_eq!((&session["state"], &session["indicator"]), (&json!("invited"), &json!("never_joined")));
    for query in ["scope=my", "scope=team&state=invited", "scope=team&q=qui"] {
        let list = desk.get(&format!("/v1/sessions?{query}")).await;
        let found = list["items"].as_array().unwrap().iter().any(|session| session["id"] == id);
        assert!(found, "{query}: {list}");
    }
    let newest = desk.get("/v1/sessions?scope=all").await;
    assert!(!newest["items"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_planned_session_is_invited_later_and_again() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let email = platform.address();
    let owner = desk.nina.agent.email.as_str();
    let body = json!({"customer": {"name": "Mara Quist", "email": email}, "mode": "plan", "agent": owner});
    let session = desk.post("/v1/sessions", body).await;
    assert_eq!(session["state"], "planned");
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(desk.post(&format!("{path}/invite"), json!({})).await["state"], "invited");
    let first = platform.message(&email, 1).await.link(&platform);
    desk.post(&format!("{path}/invite"), json!({})).await;
    let second = platform.message(&email, 2).await.link(&platform);
    // By the other channel, this once, as soon as there is an address for it.
    let by_text =
        async || desk.call(Method::POST, &format!("{path}/invite"), &[], Some(json!({"channel": "sms"}))).await;
    let answer = by_text().await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("no-contact")));
    let copied = desk.post(&format!("{path}/links"), json!({})).await;
    let copied = copied["url"].as_str().unwrap().strip_prefix(&platform.url).unwrap().to_owned();
    for link in [first, second, copied] {
        assert_eq!(platform.browser().get(&link).await.status, 200, "generating a link revokes none");
    }
    let phone = platform.phone();
    desk.call(Method::PATCH, &format!("{path}/customer"), &[], Some(json!({"phone": phone}))).await;
    assert_eq!(
        (by_text().await.body["channel"].as_str(), platform.message(&phone, 1).await.channel.as_str()),
        (Some("email"), "sms")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_the_timeline_says_what_happened() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let path = format!("/v1/sessions/{}", invited.id);
    invited.joined(&platform).await;
    let key = [("idempotency-key", "hello-1")];
    let body = json!({"text": "  Good morning.  "});
    let first = desk.call(Method::POST, &format!("{path}/messages"), &key, Some(body.clone())).await;
    let again = desk.call(Method::POST, &format!("{path}/messages"), &key, Some(body)).await;
    assert_eq!((first.status, &first.body["text"]), (201, &json!("Good morning.")));
    assert_eq!((again.status, &again.body), (201, &first.body));
    desk.post(&format!("{path}/keep-open"), json!({})).await;
    let ended = desk.post(&format!("{path}/end"), json!({})).await;
    assert_eq!((&ended["state"], &ended["ended_by"]), (&json!("ended"), &json!("api")));
    assert_eq!(desk.post(&format!("{path}/end"), json!({})).await["ended_at"], ended["ended_at"], "idempotent");

    let events = desk.events(&invited.id).await;
    let expected =
        ["session.created", "session.invited", "device.bound", "customer.joined", "message", "session.ended"];
    let mut rest = events.iter();
    for kind in expected {
        assert!(rest.any(|event| event == kind), "{kind} in {events:?}");
    }
    let all = desk.get(&format!("{path}/events")).await;
    let numbers: Vec<_> = all["items"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "without gaps: {numbers:?}");
    let last = desk.get(&format!("{path}/events?cursor={}", numbers.len() - 1)).await;
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    let messages = desk.get(&format!("{path}/messages")).await;
    assert_eq!(messages["items"], json!([first.body]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_problems_with_a_code() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let unknown = format!("/v1/sessions/{}zzzzzzzzzzzzzzzzzzzz", desk.team);
    let text = json!({"text": "hello"});
    let bad_email = json!({"customer": {"name": "Mara Quist", "email": "mara"}});
    let surprise = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}, "surprise": 1});
    for (method, path, body, status, code) in [
        (Method::GET, unknown.as_str(), None, 404, "not-found"),
        (Method::POST, &format!("{unknown}/end"), Some(json!({})), 404, "not-found"),
        (Method::POST, &format!("{unknown}/messages"), Some(text), 404, "not-found"),
        (Method::POST, "/v1/sessions", Some(bad_email), 422, "invalid-email"),
        (Method::POST, "/v1/sessions", Some(surprise), 400, "malformed"),
        (Method::GET, "/v1/sessions?scope=mine", None, 400, "malformed"),
    ] {
        let answer = desk.call(method, path, &[], body).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{path}: {}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
    let json = [("content-type", "application/json")];
    let body = b"{\"customer\": {\"name\": \"Mara Quist\", \"email\": \"mara@example.net\"}}".to_vec();
    let answer = platform.call(Method::POST, "/v1/sessions", &json, Some(body)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (401, Some("not-signed-in")), "{}", answer.body);
    let authorization = format!("Bearer {}", desk.api_key);
    let headers = [("authorization", authorization.as_str()), json[0]];
    let answer = platform.call(Method::POST, "/v1/sessions", &headers, Some(b"{\"customer\": ".to_vec())).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (400, Some("malformed")));
    let answer = platform.call(Method::POST, "/v1/sessions", &headers, Some(vec![0xff, 0xfe, 0x00])).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let answer = platform.call(Method::GET, "/nowhere", &[], None).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_load_our_own_files_and_keep_them() {
    let platform = Platform::start().await;
    let page = platform.browser().get("/login").await;
    let files: Vec<_> = page.text.split('"').filter(|text| text.starts_with("/static/")).collect();
    assert!(files.len() >= 3, "style sheet, script, icon: {files:?}");
    for file in files {
        let whole = platform.call(Method::GET, file, &[], None).await;
        assert_eq!(whole.status, 200, "{file}");
        assert!(whole.header("cache-control").contains("immutable"), "{file}");
        let head = platform.call(Method::HEAD, file, &[], None).await;
        assert_eq!((head.status, head.body.as_str()), (200, Some("")), "{file}");
    }
    let page = platform.call(Method::GET, "/login", &[], None).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_session_starts_and_ends_at_the_functions_own_urls() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let body = json!({"customer": {"name": "Mara Quist", "email": platform.address()}});
    let started = desk.call_function("session-start", Method::POST, "/v1/sessions", Some(body.clone())).await;
    assert_eq!((started.status, &started.body["state"]), (201, &json!("invited")), "{}", started.body);
    let path = format!("/v1/sessions/{}", started.body["id"].as_str().unwrap());
    let end = format!("{path}/end");
    let ended = desk.call_function("session-end", Method::POST, &end, Some(json!({}))).await;
    assert_eq!((ended.status, &ended.body["ended_by"]), (200, &json!("api")), "{}", ended.body);
    for query in ["", "/events"] {
        let read = desk.call_function("session-read", Method::GET, &format!("{path}{query}"), None).await;
        assert_eq!(read.status, 200, "{}", read.body);
    }
    assert_eq!(desk.get(&path).await, ended.body, "the same session as at the public address");
    let elsewhere = desk.call_function("session-read", Method::POST, &end, Some(json!({}))).await;
    assert_eq!(elsewhere.status, 404, "each function does its own: {}", elsewhere.body);
    let read = desk.call_function("session-end", Method::GET, &end, None).await;
    let said = (read.status, read.body["code"].as_str(), read.header("allow"));
    assert_eq!(said, (405, Some("method-not-allowed"), "POST, OPTIONS"), "{}", read.body);

    // Without a key one has to come through the front.
    let kept = desk.signed_in().await.cookie_header();
    let json = ("content-type", "application/json");
    let guessed = ("x-parlor-origin", "guessed");
    for headers in
        [&[json][..], &[json, guessed], &[json, ("cookie", kept.as_str())], &[json, ("authorization", "Basic Og==")]]
    {
        let body = Some(body.to_string().into_bytes());
        let refused = platform.call_function("session-start", Method::POST, "/v1/sessions", headers, body).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("not-through-the-front")));
    }
    let body = Some(body.to_string().into_bytes());
    let wrong = [json, ("authorization", "Bearer parlor_nobodys")];
    let refused = platform.call_function("session-start", Method::POST, "/v1/sessions", &wrong, body).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_is_made_used_for_what_it_is_for_and_revoked() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let made = desk.post("/v1/keys", json!({"name": "Billing", "scopes": ["read"], "team": desk.team})).await;
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let ask = async |method, path: &str, body: Option<serde_json::Value>| {
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        platform.call(method, path, &headers, body.map(|body| body.to_string().into_bytes())).await
    };
    assert_eq!(ask(Method::GET, "/v1/sessions?scope=team", None).await.status, 200);
    let start = json!({"customer": {"name": "Mara Quist", "email": platform.address()}});
    let refused = ask(Method::POST, "/v1/sessions", Some(start)).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("scope")), "{}", refused.body);
    let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    let listed = async || {
        let keys = desk.get("/v1/keys").await;
        keys["items"].as_array().unwrap().iter().any(|key| key["id"] == made["id"])
    };
    assert!(listed().await);
    assert_eq!(desk.call(Method::DELETE, &path, &[], None).await.status, 200);
    assert_eq!(ask(Method::GET, "/v1/sessions?scope=team", None).await.status, 401);
    assert!(!listed().await);
}
