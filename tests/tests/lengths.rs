//! Whatever a caller sends, and however long it is: a clear refusal, and never a 503 of the table's (R20, R21).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Texts that are too long for a key, an expression or an index of DynamoDB.
fn long() -> Vec<String> {
    vec![
        "x".repeat(300),
        "x".repeat(1_100),
        "\u{20ac}".repeat(1_000),
        "x".repeat(2_100),
        "ab ".repeat(150),
        // One character that folds into four words.
        "\u{fdfa}".repeat(100),
        "x".repeat(20_000),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_no_field_is_too_long_for_an_honest_refusal() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let path = |what: &str| format!("/v1/sessions/{session}/{what}");
    let customer = || json!({"name": "Mara Quist", "email": "mara@example.net"});
    for text in long() {
        let start = |key: &str, value: Value| {
            let mut body = json!({"customer": customer()});
            *body.pointer_mut("/customer").unwrap() = customer();
            match key.split_once('.') {
                Some((_, inner)) => body["customer"][inner] = value,
                None => body[key] = value,
            }
            ("/v1/sessions".to_owned(), body)
        };
        let mut bodies: Vec<(String, Value)> = [
            "customer.name",
            "customer.email",
            "customer.phone",
            "agent",
            "team",
            "pin",
            "reference",
            "mode",
            "channel",
        ]
        .into_iter()
        .map(|key| start(key, json!(text)))
        .collect();
        bodies.push(start("metadata", json!({"a": text})));
        bodies.push(start("metadata", json!({text.as_str(): "a"})));
        bodies.push((path("messages"), json!({"text": "hello", "id": text})));
        bodies.push((path("messages"), json!({"text": text.repeat(2)})));
        bodies.push((path("renew"), json!({"notify": text})));
        bodies.push((path("device/release"), json!({"replace_link": text})));
        for key in ["url", "description", "team"] {
            let mut body = json!({"url": "https://hooks.example.com/"});
            body[key] = json!(text);
            bodies.push(("/v1/webhooks".to_owned(), body));
        }
        bodies.push(("/v1/webhooks".to_owned(), json!({"url": "https://hooks.example.com/", "events": [text]})));
        for (path, body) in bodies {
            let status = installation.call(Method::POST, &path, Some(body.clone())).await.0.as_u16();
            // Texts that fit are taken; what is refused is the caller's.
            assert!(status < 500, "{path}: {status} for {}", &body.to_string()[..80]);
        }
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        if encoded.len() > 9_000 {
            continue;
        }
        for name in ["q", "state", "scope", "cursor"] {
            let list = format!("/v1/sessions?{name}={encoded}");
            let status = installation.call(Method::GET, &list, None).await.0;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{name}: {} characters", text.chars().count());
        }
        for path in [path("messages"), path("events")] {
            let status = installation.call(Method::GET, &format!("{path}?cursor={encoded}"), None).await.0;
            assert_eq!(status, StatusCode::BAD_REQUEST);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_search_of_many_words_and_any_cursor_are_answered() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let staff = installation.signed_in(&installation.member("Ada Alder", Role::Admin).await).await;
    let folds = "\u{fdfa}".repeat(40);
    for q in ["a+".repeat(60), "%E2%80%8B".repeat(50), form_urlencoded::byte_serialize(folds.as_bytes()).collect()] {
        assert_eq!(staff.get(&format!("/console?q={q}")).await.status, 200);
        assert_eq!(staff.get(&format!("/console?q={q}&fragment=history")).await.status, 200);
    }
    let hook = installation.post("/v1/webhooks", json!({"url": "https://hooks.example.com/"})).await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
    for cursor in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX] {
        for path in ["/v1/sessions".to_owned(), deliveries.clone()] {
            let status = installation.call(Method::GET, &format!("{path}?cursor={cursor}"), None).await.0;
            assert_eq!(status, StatusCode::OK, "{path} from {cursor}");
        }
    }
    // Of a search: `bWFyYQ` is "mara", and `bWFyYfSPv78` "mara" with the last letter that there is. A place in a query that there is not
    // is a place behind the last.
    for probe in [0, 1, 9, u64::MAX - 1, u64::MAX] {
        for entry in ["", "bWFyYQ", "bWFyYfSPv78"] {
            let query = format!("q=mara&cursor={probe}.{entry}");
            let status = installation.call(Method::GET, &format!("/v1/sessions?{query}"), None).await.0;
            assert!(matches!(status.as_u16(), 200 | 400), "{query}: {status}");
            assert_eq!(staff.get(&format!("/console?{query}")).await.status, 200, "{query}");
        }
    }
    for cursor in [0, u64::MAX - 1, u64::MAX] {
        for what in ["messages", "events"] {
            let path = format!("/v1/sessions/{session}/{what}?cursor={cursor}");
            assert_eq!(installation.call(Method::GET, &path, None).await.0, StatusCode::OK, "{path}");
        }
        assert_eq!(staff.get(&format!("/console/s/{session}?before={cursor}")).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_one_id_is_one_message() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let messages = format!("/v1/sessions/{session}/messages");
    let post = async |id: &str, text: &str| {
        installation.call(Method::POST, &messages, Some(json!({"id": id, "text": text}))).await
    };
    let (_, first) = post("m1", " hello\r\nthere ").await;
    assert_eq!(first["text"], "hello\nthere");
    assert_eq!(post("m1", "hello\nthere").await.1, first, "the same is answered like the first");
    let (status, refused) = post("m1", "something else").await;
    assert_eq!((status.as_u16(), &refused["code"]), (422, &json!("message-id-reused")));
    assert!(!refused.to_string().contains("something else"), "nothing is echoed that was not posted");
    assert_eq!(post(&"x".repeat(65), "hello").await.0.as_u16(), 422);
    assert_eq!(post("", "hello").await.0.as_u16(), 422);
    // A customer's form and script alike; what was typed is not lost.
    let customer = installation.joined(&session).await;
    let room = format!("/r/{session}/messages");
    assert_eq!(customer.post(&room, &[("id", "c1"), ("text", "mine")]).await.status, 303);
    assert_eq!(customer.post(&room, &[("id", "c1"), ("text", "mine")]).await.status, 303);
    let page = customer.post(&room, &[("id", "c1"), ("text", "another of mine")]).await;
    assert!(page.status == 422 && page.text.contains("another of mine"), "{}", page.text);
    let id = page.hidden("id").unwrap();
    assert_eq!(customer.post(&room, &[("id", id.as_str()), ("text", "another of mine")]).await.status, 303);
    assert_eq!(installation.count_events(&session, "message").await, 3);
}
