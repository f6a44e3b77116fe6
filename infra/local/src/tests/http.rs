//! Routes and the functions behind them.

use serde_json::{Value, json};

use super::stack;

#[tokio::test]
async fn a_function_is_refused_what_its_role_does_not_allow() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let answer = client.delete(format!("{}/forbidden/a", stack.url())).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "AccessDeniedException");
}

#[tokio::test]
async fn a_route_that_the_template_lacks_is_not_found() {
    let stack = stack().await;
    for path in ["/", "/things", "/things/a/b", "/local/nothing"] {
        let answer = reqwest::get(format!("{}{path}", stack.url())).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#);
    }
    let client = reqwest::Client::new();
    let wrong_method = client.delete(format!("{}/things/a", stack.url())).send().await.unwrap();
    assert_eq!(wrong_method.status(), 404);
    stack.shutdown().await;
}

#[tokio::test]
async fn functions_answer_crash_and_time_out_apart() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", stack.url());
    let put = client.put(url("/things/a%20b")).body("hello").send().await.unwrap();
    assert_eq!(put.status(), 204);
    for path in ["/crash", "/sleep"] {
        let answer = client.post(url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 500, "{path}");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Internal Server Error"}"#);
    }
    let large = client.put(url("/things/c")).body(vec![b'x'; 7 << 20]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let got = client.get(url("/things/a%20b")).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "hello");

    let requests: Value = client.get(url("/local/requests")).send().await.unwrap().json().await.unwrap();
    assert_eq!(requests["web"], json!({ "PutItem": 1, "GetItem": 1 }));
    stack.reset_requests();
    assert!(!stack.requests().contains_key("web"));
    stack.shutdown().await;
}
