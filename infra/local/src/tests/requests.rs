//! Requests to DynamoDB that fail or show the past as a test decides.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::deployment::{TEMPLATE, registry};
use super::stack;
use crate::{Fault, Stack};

#[tokio::test]
async fn requests_fail_as_the_test_decides() {
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
    use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
    let stack = stack().await;
    let mut faults = vec![Fault::None, Fault::Failed, Fault::LostAnswer, Fault::Throttled];
    stack.inject(move |function, operation| match operation {
        "TransactWriteItems" => Fault::Conflict,
        _ if function == "web" => faults.pop().unwrap_or(Fault::None),
        _ => Fault::None,
    });
    // The SDK tries three times: throttled, then written but not told so, then refused.
    let client = reqwest::Client::new();
    let url = format!("{}/things/a", stack.url());
    assert_eq!(client.put(&url).body("x").send().await.unwrap().status(), 500);
    assert_eq!(client.get(&url).send().await.unwrap().text().await.unwrap(), "x");
    assert_eq!(stack.requests()["web"]["PutItem"], 3);

    let runtime = stack.runtime("test").unwrap();
    let put = Put::builder()
        .table_name(&runtime.config.core_table)
        .item("pk", AttributeValue::S("p".to_owned()))
        .item("sk", AttributeValue::S("s".to_owned()))
        .build()
        .unwrap();
    let write = runtime.aws.dynamodb().transact_write_items();
    let error = write.transact_items(TransactWriteItem::builder().put(put).build()).send().await.unwrap_err();
    match error.into_service_error() {
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            assert_eq!(canceled.cancellation_reasons()[0].code(), Some("TransactionConflict"));
        }
        other => panic!("{other:?}"),
    }
    stack.shutdown().await;
}

#[tokio::test]
async fn a_stale_read_shows_the_past_for_so_long_and_a_consistent_one_never_does() {
    let builder = Stack::builder().count_requests(true).stale_reads(true).demo(false);
    let stack = builder.deployment(TEMPLATE, registry).start().await.unwrap();
    let runtime = stack.runtime("test").unwrap();
    let read = async |consistent: bool| {
        let get = runtime.aws.dynamodb().get_item().table_name(&runtime.config.core_table).consistent_read(consistent);
        let get = get.key("pk", AttributeValue::S("a".to_owned())).key("sk", AttributeValue::S("O#1".to_owned()));
        get.send().await.unwrap().item.map(|item| item["what"].as_s().unwrap().clone())
    };
    let write = async |body: &'static str| {
        let put = reqwest::Client::new().put(format!("{}/things/a", stack.url()));
        assert_eq!(put.body(body).send().await.unwrap().status(), 204);
    };
    stack.inject(|_, _| Fault::Stale(Duration::from_secs(30)));
    write("old").await;
    assert_eq!((read(false).await, read(true).await), (None, Some("old".to_owned())));
    stack.advance(31).await;
    assert_eq!(read(false).await.as_deref(), Some("old"));
    write("new").await;
    assert_eq!((read(false).await.as_deref(), read(true).await.as_deref()), (Some("old"), Some("new")));
    stack.advance(31).await;
    assert_eq!(read(false).await.as_deref(), Some("new"));
    stack.inject(|_, _| Fault::None);
    write("newest").await;
    assert_eq!(read(false).await.as_deref(), Some("newest"));
    stack.shutdown().await;
}
