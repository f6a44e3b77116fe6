//! What workflows with documents in their steps (R21) cost: those are read in a second trip, which the first one named.

use http::Method;
use parlor_domain::SessionId;
use parlor_tests::{Browser, documents};
use serde_json::{Value, json};

use super::Ledger;

/// What ends the name of each operation here.
pub(super) const WITH: &str = ", with a document in its steps";

/// Each row, with `customer` joined to the session.
pub(super) async fn rows(ledger: &mut Ledger, session: &SessionId, customer: &Browser) {
    let (store, runtime, team) = (&ledger.installation.store, &ledger.installation.runtime, &ledger.installation.team);
    let entry = documents::entry(store, runtime, team).await;
    let publish = format!("/v1/library/{entry}/publish");
    let any = [("if-match", "*")];
    assert_eq!(ledger.installation.call_with(Method::POST, &publish, Some(json!({})), &any).await.0, 200);
    let about = format!("/v1/sessions/{session}/interactions");
    let asked = json!([{"name": "loan", "label": "A loan?", "type": "yes_no", "required": true}]);
    let steps = json!([
        {"id": "wish", "title": "Your wish", "fields": asked},
        {"id": "contract", "title": "The contract", "document": entry},
    ]);
    let row = |operation: &str| format!("{operation}{WITH}");
    let mut made = Value::Null;
    ledger
        .hold(&row("make a workflow"), async |installation| {
            made = installation.post(&about, json!({"steps": steps, "send": false})).await;
        })
        .await;
    let id = made["id"].as_str().unwrap();
    let one = format!("{about}/{id}");
    let send = format!("{one}/send");
    ledger.hold(&row("send a workflow"), async |installation| drop(installation.post(&send, json!({})).await)).await;
    let document = document_of(ledger, &about, id).await;
    let (own, part) = (format!("/r/{session}/i/{id}"), format!("/r/{session}/i/{document}"));
    ledger.hold(&row("customer's workflow"), async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    let save = format!("{own}/save");
    for (operation, answer) in [("save a step for the first time", "yes"), ("save a step", "no")] {
        let fields = [("step", "wish"), ("a.loan", answer)];
        ledger.hold(&row(operation), async |_| assert_eq!(customer.post(&save, &fields).await.status, 303)).await;
    }
    let page = format!("{own}?step=contract");
    ledger.hold(&row("customer's step"), async |_| assert_eq!(customer.get(&page).await.status, 200)).await;
    ledger.hold("document of a step", async |_| assert_eq!(customer.get(&part).await.status, 200)).await;
    let ink = r#"{"path":"M10 10L40 30L80 12","pen":2.5}"#;
    let fields = [("page", "1"), ("go", "review"), ("v.name", "Mara Quist"), ("v.signature", ink)];
    let save = format!("{part}/save");
    ledger
        .hold("save the document of a step", async |_| assert_eq!(customer.post(&save, &fields).await.status, 303))
        .await;
    for (operation, of) in [("complete the document of a step".to_owned(), &part), (row("complete a workflow"), &own)] {
        let complete = format!("{of}/complete");
        ledger.hold(&operation, async |_| assert_eq!(customer.post(&complete, &[]).await.status, 303)).await;
    }
    let pages = format!("{one}?as=pdf");
    ledger.hold(&row("pages of answers"), async |installation| drop(installation.get(&pages).await)).await;
    let mut hidden = steps.clone();
    hidden[1]["show_if"] = json!({"all": [{"field": "loan", "is": true}]});
    let other = ledger.installation.post(&about, json!({"steps": hidden})).await;
    let complete = format!("/r/{session}/i/{}/complete", other["id"].as_str().unwrap());
    let no = [("step", "wish"), ("a.loan", "no")];
    ledger
        .hold(&row("complete a workflow that leaves it out"), async |_| {
            assert_eq!(customer.post(&complete, &no).await.status, 303);
        })
        .await;
    let other = ledger.installation.post(&about, json!({"steps": steps})).await;
    let withdraw = format!("{about}/{}/withdraw", other["id"].as_str().unwrap());
    ledger
        .hold(&row("withdraw a workflow"), async |installation| drop(installation.post(&withdraw, json!({})).await))
        .await;
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let ada = ledger.installation.post(&format!("/v1/sessions/{session}/participants"), person).await["id"].clone();
    let other = ledger.installation.post(&about, json!({"steps": steps})).await;
    let id = other["id"].as_str().unwrap();
    let (assign, withdraw) = (format!("{about}/{id}/assign"), format!("{about}/{id}/withdraw"));
    let to_ada = json!({"assignee": ada});
    ledger
        .hold(&row("assign a workflow"), async |installation| {
            drop(installation.post(&assign, to_ada.clone()).await);
        })
        .await;
    ledger
        .hold(&row("withdraw a participant's workflow"), async |installation| {
            drop(installation.post(&withdraw, json!({})).await);
        })
        .await;
    let other = ledger.installation.post(&about, json!({"steps": steps})).await;
    let document = document_of(ledger, &about, other["id"].as_str().unwrap()).await;
    let withdraw = format!("{about}/{document}/withdraw");
    ledger
        .hold("withdraw the document of a step", async |installation| {
            drop(installation.post(&withdraw, json!({})).await);
        })
        .await;
    let other = ledger.installation.post(&about, json!({"steps": steps})).await;
    let decline = format!("/r/{session}/i/{}/decline", other["id"].as_str().unwrap());
    ledger.hold(&row("decline a workflow"), async |_| assert_eq!(customer.post(&decline, &[]).await.status, 303)).await;
}

/// The document of a workflow's step.
async fn document_of(ledger: &Ledger, about: &str, workflow: &str) -> String {
    let listed = ledger.installation.get(about).await;
    let mut items = listed["items"].as_array().unwrap().iter();
    let document = items.find(|item| item["part_of"]["interaction"] == workflow).unwrap();
    document["id"].as_str().unwrap().to_owned()
}
