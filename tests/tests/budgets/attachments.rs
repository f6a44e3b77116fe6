//! Files that go with messages.

use parlor_domain::SessionId;
use parlor_tests::{Browser, documents};
use serde_json::Value;

use super::Ledger;

pub(crate) async fn rows(ledger: &mut Ledger, session: &SessionId, customer: &Browser) {
    let installation = &ledger.installation;
    let file = documents::looked_at(&installation.store, &installation.runtime, session).await.to_string();
    let fields = [("id", "file"), ("text", "Look"), ("attachment", file.as_str())];
    let mut seq = 0;
    ledger
        .hold("customer's message with a file", async |_| {
            let page = customer.post(&format!("/r/{session}/attachments"), &fields).await;
            assert_eq!(page.status, 201, "{}", page.text);
            seq = serde_json::from_str::<Value>(&page.text).unwrap()["seq"].as_u64().unwrap();
        })
        .await;
    for (operation, what) in [("customer opens a file", "file"), ("customer sees a thumbnail", "thumbnail")] {
        let path = format!("/r/{session}/messages/{seq}/{what}");
        ledger.hold(operation, async |_| assert_eq!(customer.get(&path).await.status, 303)).await;
    }
    let own = format!("/v1/sessions/{session}/messages/{seq}/file");
    ledger.hold("get a message's file", async |installation| drop(installation.get(&own).await)).await;
}
