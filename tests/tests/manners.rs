//! How the API answers what is not quite as it should be: types, marks, conditions, methods, credentials, `null` and pages.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_tests::{Answer, Installation};
use reqwest::Method;
use serde_json::json;

/// Posts this body to `/v1/sessions` as this type.
async fn start(installation: &Installation, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = installation.request(Method::POST, "/v1/sessions").bearer_auth(&installation.api_key);
    let request = request.header("content-type", content_type).body(body);
    installation.judged(Method::POST, "/v1/sessions", request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_is_json_in_utf8_with_each_key_once() {
    let installation = Installation::start().await;
    let good = r#"{"customer":{"name":"Mara Quist","email":"mara@example.net"},"mode":"plan"}"#;
    for (content_type, status) in [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("APPLICATION/JSON;charset=\"UTF-8\"", 201),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("text/json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
    ] {
        assert_eq!(start(&installation, content_type, good).await.status, status, "{content_type}");
    }
    assert_eq!(start(&installation, "application/json", format!("\u{feff}{good}")).await.status, 201);
    let twice = r#"{"customer":{"name":"Mara Quist","email":"a@example.net","email":"mara@example.net"}}"#;
    let answer = start(&installation, "application/json", twice).await;
    assert_eq!((answer.status, &answer.body["code"]), (400, &json!("malformed")));
    let nulls = r#"{"customer":{"name":"Mara Quist","email":"mara@example.net","phone":null,"language":null},"mode":null,
        "channel":null,"team":null,"agent":null,"pin":null,"reference":null,"metadata":null}"#;
    assert_eq!(start(&installation, "application/json", nulls).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_of_who_they_are_is_told_how_to() {
    let installation = Installation::start().await;
    for (credentials, body) in [(None, "{"), (None, "{}"), (Some("Basic YTpi"), "{"), (Some("Bearer parlor_x"), "nul")]
    {
        let request =
            installation.request(Method::POST, "/v1/sessions").header("content-type", "text/plain").body(body);
        let request = credentials.map_or_else(
            || request.try_clone().unwrap(),
            |it| request.try_clone().unwrap().header("authorization", it),
        );
        let answer = installation.judged(Method::POST, "/v1/sessions", request).await;
        assert_eq!(answer.status, 401, "{credentials:?} {body}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"Parlor\"");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_match_is_a_condition_by_the_rfc() {
    let installation = Installation::start().await;
    let path = "/v1/settings";
    let document = installation.get(path).await;
    let put = async |condition: Option<&str>| {
        let request = installation.request(Method::PUT, path).bearer_auth(&installation.api_key).json(&document);
        let request = match condition {
            Some(condition) => request.header("if-match", condition),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    let etag = installation.etag(path).await;
    let bare = etag.trim_matches('"').to_owned();
    for (condition, status) in [
        (None, 428),
        (Some("\"no\"".to_owned()), 409),
        (Some(bare), 400),
        (Some(format!("\"no\", {etag}")), 200),
        (Some("*".to_owned()), 200),
        (Some(etag), 409),
    ] {
        assert_eq!(put(condition.as_deref()).await, status, "{condition:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_functions_own_url_every_method_is_answered() {
    let installation = Installation::start().await;
    let base = installation.stack.function_urls()["session-read"].clone();
    let client = reqwest::Client::new();
    let ask = async |method: Method| {
        let request = client.request(method, format!("{base}/v1/sessions")).bearer_auth(&installation.api_key);
        let response = request.send().await.unwrap();
        let allow = response.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        (response.status().as_u16(), allow, response.text().await.unwrap().is_empty())
    };
    assert_eq!(ask(Method::HEAD).await, (200, None, true));
    assert_eq!(ask(Method::OPTIONS).await, (204, Some("GET, HEAD, OPTIONS".to_owned()), true));
    assert_eq!(ask(Method::DELETE).await, (405, Some("GET, HEAD, OPTIONS".to_owned()), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_public_address_a_wrong_method_is_told_the_right_ones() {
    let installation = Installation::start().await;
    let base = installation.stack.url().to_owned();
    let session = installation.session(None).await;
    let ask = async |method: Method, path: String| {
        let answer = reqwest::Client::new().request(method, format!("{base}{path}")).send().await.unwrap();
        (answer.status().as_u16(), answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned()))
    };
    let allow = |methods: &str| Some(methods.to_owned());
    assert_eq!(ask(Method::DELETE, "/v1/sessions".into()).await, (405, allow("GET, POST, OPTIONS")));
    assert_eq!(ask(Method::OPTIONS, format!("/v1/sessions/{session}/end")).await, (204, allow("POST, OPTIONS")));
    assert_eq!(ask(Method::GET, "/v1/nothing".into()).await, (404, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_have_the_size_that_was_asked_for_and_times_one_precision() {
    let installation = Installation::start().await;
    for _ in 0..3 {
        installation.session(None).await;
    }
    let session = installation.session(None).await;
    for path in ["/v1/sessions".to_owned(), format!("/v1/sessions/{session}/events")] {
        let answer = installation.get(&format!("{path}?limit=1")).await;
        assert_eq!(answer["items"].as_array().unwrap().len(), 1, "{path}");
        assert!(answer["next_cursor"].is_string());
        for limit in ["0", "101", "x", "-1", ""] {
            let (status, _) = installation.call(Method::GET, &format!("{path}?limit={limit}"), None).await;
            assert_eq!(status, 400, "{limit}");
        }
    }
    let events = installation.get(&format!("/v1/sessions/{session}/events")).await;
    for event in events["items"].as_array().unwrap() {
        assert_eq!(event["at"].as_str().unwrap().len(), "2026-11-21T14:05:00.123Z".len(), "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_also_takes_json_gets_a_page() {
    let installation = Installation::start().await;
    let client = reqwest::Client::new();
    for (accept, page) in [
        ("text/html, application/json", true),
        ("application/json, text/html;q=0.9", false),
        ("text/html", true),
        ("application/json", false),
    ] {
        let request = client.get(format!("{}/s/unknown", installation.stack.url())).header("accept", accept);
        let response = request.send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind.starts_with("text/html"), page, "{accept}: {kind}");
    }
    let request = client.post(format!("{}/s/unknown/continue", installation.stack.url()));
    let response = request.header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(response.status(), 415);
}
