//! R21: each side of the chat learns what the other has seen, where the settings say so.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_tests::Installation;
use serde_json::json;

use crate::live::client::Room;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_the_writer_learns_that_a_message_was_seen() {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"read_receipts": true}})).await;
    let room = Room::joined(&installation).await;
    let (mut agent, mut customer) = (room.agent().await, room.customer().await);
    agent.message("a1", "Good morning").await;
    let seq = customer.expect("message").await["seq"].as_u64().unwrap();
    customer.say(json!({"type": "seen", "last": seq})).await;
    assert_eq!(agent.expect("seen").await, json!({"type": "seen", "by": "customer", "last": seq}));

    // Neither what was seen before nor what was never written is news.
    for last in [seq, 1, u64::MAX] {
        customer.say(json!({"type": "seen", "last": last})).await;
    }
    customer.message("c1", "Hello").await;
    let next = agent.until(&["seen", "message"]).await.unwrap();
    assert_eq!((&next["type"], next["seq"].as_u64().unwrap()), (&json!("message"), seq + 1), "{next}");
    agent.say(json!({"type": "seen", "last": u64::MAX})).await;
    assert_eq!(customer.expect("seen").await, json!({"type": "seen", "by": "agent", "last": seq + 1}));

    // Whoever comes later hears it, too.
    drop(agent);
    let mut again = room.agent().await;
    let answer = again.hello(0).await;
    assert!(answer.contains(&json!({"type": "seen", "by": "customer", "last": seq})), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_receipts_are_off_until_they_are_switched_on() {
    let installation = Installation::start().await;
    let room = Room::joined(&installation).await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let page = customer.get(&format!("/r/{session}")).await;
    assert!(page.attribute("data-live").is_some() && !page.text.contains("data-receipts"));
    let mut agent = room.agent().await;
    assert!(agent.hello(0).await.iter().all(|frame| frame["type"] != "seen"));
    installation.settings(json!({"session": {"read_receipts": true}})).await;
    assert!(customer.get(&format!("/r/{session}")).await.text.contains("data-receipts"));
}
