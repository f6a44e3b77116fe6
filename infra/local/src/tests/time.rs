//! The stream, the clock and its schedules.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::stack;

#[tokio::test]
async fn the_stream_is_heard_and_tried_again() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    client.put(format!("{}/things/a", stack.url())).body("hello").send().await.unwrap();
    stack.settle().await;
    let runtime = stack.runtime("test").unwrap();
    let heard = runtime
        .aws
        .dynamodb()
        .get_item()
        .table_name(&runtime.config.core_table)
        .key("pk", AttributeValue::S("heard".to_owned()))
        .key("sk", AttributeValue::S("H".to_owned()))
        .send()
        .await
        .unwrap();
    assert!(heard.item.unwrap()["what"].as_s().unwrap().contains("hello"));
    stack.shutdown().await;
}

#[tokio::test]
async fn a_jump_of_the_clock_runs_what_is_due_once() {
    let stack = stack().await;
    let client = reqwest::Client::new();
    let before = stack.clock().now().as_second();
    stack.advance(30).await;
    stack.advance(3600).await;
    let tick = stack.run_schedule("tick").await.unwrap();
    assert_eq!(tick["calls"], 2);
    assert_eq!(tick["source"], "aws.scheduler");
    assert!(tick["now"].as_i64().unwrap() >= before + 3630);

    let post = |path: &str, body: &'static str| client.post(format!("{}{path}", stack.url())).body(body).send();
    let clock: Value = post("/local/clock", r#"{"advance_seconds":70}"#).await.unwrap().json().await.unwrap();
    assert_eq!(clock["offset_seconds"], 3700);
    assert_eq!(post("/local/clock", r#"{"advance_seconds":-1}"#).await.unwrap().status(), 422);
    let run: Value = post("/local/schedules/tick/run", "").await.unwrap().json().await.unwrap();
    assert_eq!(run["answer"]["calls"], 4);
    assert_eq!(post("/local/schedules/web/run", "").await.unwrap().status(), 404);
    stack.shutdown().await;
}

#[tokio::test]
async fn a_jump_of_the_clock_waits_for_what_was_under_way() {
    let stack = stack().await;
    let during = async {
        stack.advance(1).await;
        stack.run_schedule("tick").await.unwrap()
    };
    // The first begins a run and waits for it; the second finds nothing due.
    let ((), tick) = tokio::join!(stack.advance(60), during);
    assert_eq!((&tick["calls"], &tick["over"]), (&json!(2), &json!(1)));
    stack.shutdown().await;
}
