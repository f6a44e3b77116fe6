//! What participants (R22) cost.

use http::Method;
use parlor_domain::SessionId;
use serde_json::json;

use super::Ledger;

pub(super) async fn rows(ledger: &mut Ledger, session: &SessionId, interaction: &str) {
    let path = format!("/v1/sessions/{session}/participants");
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let mut added = None;
    ledger
        .hold("add a participant", async |installation| {
            added = Some(installation.post(&path, person.clone()).await["id"].clone());
        })
        .await;
    let added = added.unwrap();
    ledger.hold("list participants", async |installation| drop(installation.get(&path).await)).await;
    let one = format!("{path}/{}", added.as_str().unwrap());
    let order = format!("{one}/order");
    ledger
        .hold("set when it is somebody's turn", async |installation| {
            drop(installation.post(&order, json!({"order": 2})).await);
        })
        .await;
    for (operation, what) in
        [("invite a participant again", "/invite"), ("release a participant's device", "/device/release")]
    {
        let operated = format!("{one}{what}");
        ledger.hold(operation, async |installation| drop(installation.post(&operated, json!({})).await)).await;
    }
    let others = json!({"kind": "request", "what": "A photo"});
    let made = ledger.installation.post(&format!("/v1/sessions/{session}/interactions"), others).await;
    let place = format!("/v1/sessions/{session}/interactions/{}/move", made["id"].as_str().unwrap());
    ledger
        .hold("move an interaction", async |installation| {
            drop(installation.post(&place, json!({"before": interaction})).await);
        })
        .await;
    let assign = format!("/v1/sessions/{session}/interactions/{interaction}/assign");
    ledger
        .hold("assign an interaction", async |installation| {
            drop(installation.post(&assign, json!({"assignee": added})).await);
        })
        .await;
    let customer = json!({"assignee": "customer"});
    drop(ledger.installation.post(&assign, customer).await);
    ledger
        .hold("remove a participant", async |installation| {
            assert_eq!(installation.call(Method::DELETE, &one, None).await.0, 200);
        })
        .await;
}
