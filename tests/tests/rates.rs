//! How many requests a key, a member of staff and a network address may make in a minute.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_local::{Fault, Stack};
use parlor_tests::{Answer, Installation};
use reqwest::Method;
use serde_json::json;

/// With limits for each key, member of staff and network address, at the beginning of a minute.
async fn limited(key: u32, person: u32, address: u32) -> Installation {
    let builder = Stack::builder().ephemeral().count_requests(true).rates(key, person, address);
    let installation = Installation::of(builder.start().await.unwrap()).await;
    next_minute(&installation).await;
    installation
}

async fn next_minute(installation: &Installation) {
    let over = installation.runtime.clock.now().as_second().rem_euclid(60);
    installation.stack.advance(u32::try_from(60 - over).unwrap()).await;
}

async fn get(installation: &Installation, key: &str, path: &str) -> Answer {
    let request = installation.request(Method::GET, path).bearer_auth(key);
    installation.judged(Method::GET, path, request).await
}

/// The number of a parameter of the header `RateLimit`.
fn parameter(answer: &Answer, name: &str) -> u32 {
    let header = answer.header("ratelimit");
    let value = header.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in {header}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_is_told_how_much_is_left_and_refused_when_nothing_is() {
    let installation = limited(5, 0, 0).await;
    let other = installation.post("/v1/keys", json!({"name": "Billing", "scopes": ["read"]})).await;
    next_minute(&installation).await;
    let own = installation.api_key.clone();
    for left in (0..5).rev() {
        let answer = get(&installation, &own, "/v1/sessions").await;
        assert_eq!((answer.status, parameter(&answer, "r")), (200, left));
        assert_eq!(answer.header("ratelimit-policy"), r#""key";q=5;w=60"#);
        assert!((1..=60).contains(&parameter(&answer, "t")));
    }
    let refused = get(&installation, &own, "/v1/sessions").await;
    assert_eq!((refused.status, &refused.body["code"]), (429, &json!("too-many-requests")));
    assert_eq!((parameter(&refused, "r"), refused.header("retry-after")), (0, &*parameter(&refused, "t").to_string()));
    // Another key is not affected, and in the next minute this one is free.
    assert_eq!(get(&installation, other["key"].as_str().unwrap(), "/v1/sessions").await.status, 200);
    next_minute(&installation).await;
    let answer = get(&installation, &own, "/v1/sessions").await;
    assert_eq!((answer.status, parameter(&answer, "r")), (200, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_functions_hear_from_each_other_what_a_key_asked() {
    let installation = limited(60, 0, 0).await;
    let key = installation.api_key.clone();
    let through = async |path| {
        let mut through = 0;
        for _ in 0..60 {
            through += u32::from(get(&installation, &key, path).await.status == 200);
        }
        through
    };
    assert_eq!(through("/v1/sessions").await, 60);
    // Past a tenth of the limit a function asks, which nobody waits for. By itself it would let sixty through, too.
    for path in ["/v1/webhooks", "/v1/keys"] {
        let through = through(path).await;
        assert!((7..60).contains(&through), "{path} {through}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_while_the_table_does_not_count_a_function_counts_alone() {
    let installation = limited(6, 0, 0).await;
    let key = installation.api_key.clone();
    installation.stack.inject(|_, operation| if operation == "UpdateItem" { Fault::Failed } else { Fault::None });
    for status in [200, 200, 200, 200, 200, 200, 429, 429] {
        assert_eq!(get(&installation, &key, "/v1/sessions").await.status, status);
    }
    installation.stack.inject(|_, _| Fault::None);
    assert_eq!(get(&installation, &key, "/v1/webhooks").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_who_asks_little_is_counted_nowhere() {
    let installation = limited(100, 100, 100).await;
    let key = installation.api_key.clone();
    installation.stack.reset_requests();
    for _ in 0..10 {
        assert_eq!(get(&installation, &key, "/v1/webhooks").await.status, 200);
    }
    installation.stack.settle().await;
    let requests = installation.requests_of("webhooks");
    assert!(requests.starts_with("BatchGetItem 10, Query 10"), "{requests}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_person_is_counted_in_all_their_browsers() {
    let installation = limited(0, 3, 0).await;
    let (nina, omar) = (installation.agent.clone(), installation.member("Omar Haddad", Role::Agent).await);
    let ask = async |agent| {
        let browser = installation.signed_in(agent).await;
        let request = installation.request(Method::GET, "/v1/sessions").header("cookie", browser.cookie_header());
        installation.judged(Method::GET, "/v1/sessions", request).await
    };
    for left in (0..3).rev() {
        let answer = ask(&nina).await;
        assert_eq!((answer.status, parameter(&answer, "r")), (200, left));
    }
    let refused = ask(&nina).await;
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, r#""person";q=3;w=60"#));
    assert_eq!(ask(&omar).await.status, 200);
    // A form of a page is refused by a page.
    let session = "/v1/sessions";
    let browser = installation.signed_in(&nina).await;
    let csrf = browser.get("/console?new=1").await.hidden("csrf").unwrap();
    for _ in 0..4 {
        let page = browser.post(session, &[("csrf", &csrf), ("name", "")]).await;
        assert!(matches!(page.status, 400 | 422 | 429) && page.text.contains("<html"), "{}", page.text);
    }
    let page = browser.post(session, &[("csrf", &csrf)]).await;
    assert!(page.status == 429 && page.text.contains("Too many requests came within a minute."), "{}", page.text);
    assert_eq!(browser.get("/console").await.status, 200, "pages are not counted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_an_address_is_counted_whoever_asks_from_there() {
    let installation = limited(0, 0, 4).await;
    let key = installation.api_key.clone();
    let unknown = {
        let mut token = parlor_domain::staff::ApiKeyToken::parse(&key).unwrap();
        token.secret = parlor_domain::Secret::generate(&installation.runtime.entropy);
        token.reveal()
    };
    for _ in 0..4 {
        assert_eq!(get(&installation, &unknown, "/v1/sessions").await.status, 401);
    }
    let refused = get(&installation, &key, "/v1/sessions").await;
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, r#""address";q=4;w=60"#));
    assert!(!refused.header("retry-after").is_empty());
    next_minute(&installation).await;
    assert_eq!(get(&installation, &key, "/v1/sessions").await.status, 200);
}

/// A function's own URL hands on every path, and a row is found however its path is spelt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_another_spelling_of_an_operations_path_is_counted_too() {
    let installation = limited(3, 0, 0).await;
    let key = installation.api_key.clone();
    let own_url = |path: &str| format!("/local/functions/session-read{path}");
    let ask = async |path: &str| {
        let request = installation.request(Method::GET, &own_url(path)).bearer_auth(&key).send();
        request.await.unwrap().status().as_u16()
    };
    for path in ["//v1/sessions", "/%761/sessions", "/v1//sessions/"] {
        assert_eq!(ask(path).await, 200, "{path}");
    }
    for path in ["/v1/sessions", "//v1/sessions", "/%761/sessions"] {
        assert_eq!(ask(path).await, 429, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_sign_ins_that_fail_are_counted_by_their_address() {
    let installation = limited(0, 0, 4).await;
    let staff = installation.staff("Omar Haddad", Role::Agent).await;
    let browser = installation.browser();
    for person in ["a", "b", "c", "d"] {
        let email = format!("{person}@parlor.example");
        assert_eq!(browser.post("/login", &[("email", &email), ("password", "one guess for all")]).await.status, 401);
    }
    installation.stack.reset_requests();
    let refused = browser.post("/login", &staff.login()).await;
    assert_eq!(refused.status, 429);
    assert!(refused.text.contains("href=\"/login\"") && refused.text.contains("try again"), "{}", refused.text);
    assert_eq!(installation.requests_of("agent-auth"), "", "nothing is read, and no password is hashed");
    let german = installation.request(Method::POST, "/login").header("accept-language", "de");
    let german =
        german.header("content-type", "application/x-www-form-urlencoded").body("email=a").send().await.unwrap();
    assert!(german.headers().contains_key("retry-after"));
    assert!(german.text().await.unwrap().contains("Es kamen zu viele Anfragen auf einmal."));
    next_minute(&installation).await;
    assert_eq!(browser.post("/login", &staff.login()).await.status, 303);
}
