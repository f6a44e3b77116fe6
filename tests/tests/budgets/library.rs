//! What a team's library costs.

use parlor_tests::documents;
use reqwest::Method;
use serde_json::json;

use super::Ledger;

pub(crate) async fn rows(ledger: &mut Ledger) {
    let keyed = |key| [("idempotency-key", key)];
    let steps = json!([{"id": "a", "title": "A", "fields": [{"name": "n", "label": "N?", "type": "text"}]}]);
    let body = json!({"kind": "workflow", "steps": steps});
    let mut made = json!(null);
    ledger
        .hold("make an entry of the library", async |installation| {
            let body = Some(body.clone());
            made = installation.call_with(Method::POST, "/v1/library", body, &keyed("entry")).await.1;
        })
        .await;
    let path = format!("/v1/library/{}", made["id"].as_str().unwrap());
    ledger.hold("list the library", async |installation| drop(installation.get("/v1/library").await)).await;
    ledger.hold("read an entry of the library", async |installation| drop(installation.get(&path).await)).await;
    let any = [("if-match", "*")];
    ledger
        .hold("change an entry of the library", async |installation| {
            let body = Some(json!({"title": "Another"}));
            assert_eq!(installation.call_with(Method::PATCH, &path, body, &any).await.0, 200);
        })
        .await;
    ledger
        .hold("publish an entry of the library", async |installation| {
            let publish = format!("{path}/publish");
            let headers = [keyed("publish")[0], any[0]];
            assert_eq!(installation.call_with(Method::POST, &publish, None, &headers).await.0, 200);
        })
        .await;
    let session = ledger.installation.session(None).await;
    ledger
        .hold("send an entry of the library", async |installation| {
            let about = format!("/v1/sessions/{session}/interactions");
            let body = Some(json!({"library": made["id"]}));
            assert_eq!(installation.call_with(Method::POST, &about, body, &keyed("send")).await.0, 201);
        })
        .await;
    ledger
        .hold("announce a file of the library", async |installation| {
            let sha256 = "0".repeat(64);
            let body = json!({"name": "a.pdf", "size": 9, "content_type": "application/pdf", "sha256": sha256});
            let path = "/v1/library/uploads";
            assert_eq!(installation.call_with(Method::POST, path, Some(body), &keyed("file")).await.0, 201);
        })
        .await;
    let admin = ledger.installation.member("Ada Ode", parlor_domain::Role::Admin).await;
    let admin = ledger.installation.signed_in(&admin).await;
    let csrf = admin.get("/console").await.hidden("csrf").unwrap();
    let mut at = String::new();
    ledger.hold("library page", async |_| assert_eq!(admin.get("/admin/library").await.status, 200)).await;
    ledger.hold("page of a new entry", async |_| assert_eq!(admin.get("/admin/library/new").await.status, 200)).await;
    let text = [("csrf", csrf.as_str()), ("kind", "text"), ("title", "Welcome"), ("text", "Hello")];
    ledger
        .hold("make an entry by form", async |_| {
            let page = admin.post("/admin/library", &text).await;
            assert_eq!(page.status, 303);
            page.location.split('?').next().unwrap().clone_into(&mut at);
        })
        .await;
    ledger.hold("page of an entry", async |_| assert_eq!(admin.get(&at).await.status, 200)).await;
    let again: Vec<_> = text.into_iter().chain([("revision", "1"), ("do", "publish")]).collect();
    ledger.hold("publish an entry by form", async |_| assert_eq!(admin.post(&at, &again).await.status, 303)).await;
    let (store, runtime, team) = (&ledger.installation.store, &ledger.installation.runtime, &ledger.installation.team);
    let document = documents::entry(store, runtime, team).await;
    let fields = format!("/admin/library/{document}/fields");
    ledger.hold("page of an entry's fields", async |_| assert_eq!(admin.get(&fields).await.status, 200)).await;
    let none = [("csrf", csrf.as_str()), ("revision", "1"), ("page", "1")];
    ledger
        .hold("place an entry's fields by form", async |_| assert_eq!(admin.post(&fields, &none).await.status, 303))
        .await;
    let draft = json!({"kind": "text", "title": "Draft", "text": "Hello"});
    let draft = ledger.installation.post("/v1/library", draft).await;
    let draft = format!("/v1/library/{}", draft["id"].as_str().unwrap());
    ledger
        .hold("remove a draft of the library", async |installation| {
            assert_eq!(installation.call(Method::DELETE, &draft, None).await.0, 200);
        })
        .await;
}
