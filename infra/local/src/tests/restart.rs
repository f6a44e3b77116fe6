//! What a restart keeps.

use serde_json::Value;

use super::deployment::{TEMPLATE, registry};
use crate::Stack;

#[tokio::test]
async fn a_restart_keeps_data_clock_and_place_in_the_stream() {
    let directory = std::env::temp_dir().join(format!("parlor-stack-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let start = || Stack::builder().deployment(TEMPLATE, registry).demo(false).data(&directory).start();
    let client = reqwest::Client::new();
    let stack = start().await.unwrap();
    let key = stack.runtime("test").unwrap().config.master_keys;
    client.put(format!("{}/things/a", stack.url())).body("kept").send().await.unwrap();
    stack.advance(100).await;
    // No farewell: as after a kill.
    drop(stack);

    let stack = start().await.unwrap();
    let got = client.get(format!("{}/things/a", stack.url())).send().await.unwrap();
    assert_eq!(got.text().await.unwrap(), "kept");
    assert!(stack.runtime("test").unwrap().config.master_keys == key && !key.is_empty());
    let clock: Value = reqwest::get(format!("{}/local/clock", stack.url())).await.unwrap().json().await.unwrap();
    assert_eq!(clock["offset_seconds"], 100);
    // Nothing is waiting: what was heard is not heard again.
    stack.settle().await;
    stack.shutdown().await;
    std::fs::remove_dir_all(&directory).unwrap();
}

#[tokio::test]
async fn the_demo_is_the_same_after_a_restart_and_its_setup_link_works_until_used() {
    use parlor_domain::EmailAddress;
    use parlor_store::{ReadBatch, Store};
    let directory = std::env::temp_dir().join(format!("parlor-demo-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let start = |demo| Stack::builder().data(&directory).demo(demo).start();
    let stack = start(true).await.unwrap();
    let first = stack.ready().demo.clone().unwrap();
    stack.shutdown().await;
    let stack = start(true).await.unwrap();
    assert_eq!(stack.ready().demo.as_ref(), Some(&first));
    let line = serde_json::to_value(stack.ready()).unwrap();
    for key in ["url", "admin", "supervisor", "agent", "agent2", "api_key", "outbox_url", "clock_url"] {
        assert!(line.get(key).is_some(), "{key}");
    }

    let runtime = stack.runtime("test").unwrap();
    let config = &runtime.config;
    let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
    let email: EmailAddress = first.agent.email.parse().unwrap();
    let found = store.read(ReadBatch::new().credentials(&email)).await.unwrap();
    assert_eq!(found.credentials(&email).unwrap().unwrap().agent.name, "Nina Berg");
    stack.shutdown().await;

    let stack = start(false).await.unwrap();
    let setup = stack.ready().setup_url.clone().unwrap();
    let path = setup.strip_prefix(stack.url()).unwrap().to_owned();
    stack.shutdown().await;
    let stack = start(false).await.unwrap();
    assert!(stack.ready().setup_url.as_ref().unwrap().ends_with(&path));
    stack.shutdown().await;
    std::fs::remove_dir_all(&directory).unwrap();
}
