//! What there is to do for a customer (R21), and what it costs to make, fill in and finish it.

use http::Method;
use parlor_domain::{SessionId, UploadId};
use parlor_objects::Objects as _;
use parlor_tests::{Browser, documents};
use serde_json::json;

use super::{Ledger, attachments, participants, steps};

/// Workflows, requests and documents; with them what is done beside them in a session.
pub(super) async fn rows(ledger: &mut Ledger) {
    let session = ledger.installation.session(None).await;
    let customer = ledger.installation.joined(&session).await;
    let path = format!("/v1/sessions/{session}/interactions");
    let field = json!({"name": "name", "label": "Your name?", "type": "text", "required": true});
    let steps = json!([{"id": "a", "title": "A", "fields": [field]}]);
    let draft = json!({"kind": "workflow", "steps": steps, "send": false});
    let mut made = vec![];
    ledger
        .hold("make an interaction", async |installation| made.push(installation.post(&path, draft.clone()).await))
        .await;
    for _ in 0..2 {
        made.push(ledger.installation.post(&path, draft.clone()).await);
    }
    let ids: Vec<&str> = made.iter().map(|made| made["id"].as_str().unwrap()).collect();
    for id in &ids[1..] {
        ledger.installation.post(&format!("{path}/{id}/send"), json!({})).await;
    }
    for (operation, id, what) in [
        ("send an interaction", ids[0], "send"),
        ("remind of an interaction", ids[0], "remind"),
        ("withdraw an interaction", ids[0], "withdraw"),
    ] {
        let operated = format!("{path}/{id}/{what}");
        ledger.hold(operation, async |installation| drop(installation.post(&operated, json!({})).await)).await;
    }
    let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
    let draft = documents::draft(store, runtime, &session).await;
    let placed = json!({"fields": [{"name": "a", "type": "text", "page": 1, "rect": [72, 500, 100, 20]}]});
    ledger
        .hold("place fields", async |installation| {
            let any = [("if-match", "*")];
            let fields = format!("{path}/{}/fields", draft.id);
            assert_eq!(installation.call_with(Method::PUT, &fields, Some(placed.clone()), &any).await.0, 200);
        })
        .await;
    let staff = ledger.installation.signed_in(&ledger.installation.agent).await;
    let fields = format!("/console/s/{session}/i/{}/fields", draft.id);
    ledger.hold("page of a document's fields", async |_| assert_eq!(staff.get(&fields).await.status, 200)).await;
    let csrf = staff.get("/console").await.hidden("csrf").unwrap();
    let none = [("csrf", csrf.as_str()), ("revision", "2"), ("page", "1")];
    ledger.hold("place fields by form", async |_| assert_eq!(staff.post(&fields, &none).await.status, 303)).await;
    let upload = json!({"name": "Loan.pdf", "size": 12, "content_type": "application/pdf", "sha256": "0".repeat(64)});
    let uploads = format!("/v1/sessions/{session}/uploads");
    ledger
        .hold("announce an upload", async |installation| drop(installation.post(&uploads, upload.clone()).await))
        .await;
    let logo = json!({"name": "logo.png", "size": 12, "content_type": "image/png", "sha256": "0".repeat(64)});
    ledger.hold("announce a logo", async |installation| drop(installation.post("/v1/logos", logo.clone()).await)).await;
    ledger
        .hold("get a logo", async |installation| {
            let id = documents::logo(&installation.runtime).await;
            installation.get(&format!("/v1/logos/{id}")).await;
        })
        .await;
    let sha256 = "0".repeat(64);
    let fields =
        [("name", "Loan.pdf"), ("size", "12"), ("content_type", "application/pdf"), ("sha256", sha256.as_str())];
    ledger
        .hold("announce a customer's upload", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/uploads"), &fields).await.status, 201);
        })
        .await;
    attachments::rows(ledger, &session, &customer).await;
    participants::rows(ledger, &session, ids[1]).await;
    ledger.hold("list interactions", async |installation| drop(installation.get(&path).await)).await;
    let one = format!("{path}/{}?values=true", ids[1]);
    ledger.hold("read an interaction", async |installation| drop(installation.get(&one).await)).await;
    let own = format!("/r/{session}/i/{}", ids[1]);
    ledger.hold("customer's workflow", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    for (operation, what, status) in
        [("save, the first time", "save", 303), ("save, further", "save", 303), ("complete", "complete", 303)]
    {
        let typed = if operation == "save, further" { "Mara Quist" } else { "Mara" };
        ledger
            .hold(operation, async |_| {
                let fields = [("step", "a"), ("a.name", typed)];
                assert_eq!(customer.post(&format!("{own}/{what}"), &fields).await.status, status);
            })
            .await;
    }
    let pages = format!("{path}/{}?as=pdf", ids[1]);
    ledger.hold("pages of a workflow's answers", async |installation| drop(installation.get(&pages).await)).await;
    let agent = ledger.installation.signed_in(&ledger.installation.agent).await;
    let answers = format!("/console/s/{session}/i/{}/answers", ids[1]);
    ledger.hold("answers of a workflow", async |_| assert_eq!(agent.get(&answers).await.status, 200)).await;
    ledger
        .hold("updated sessions", async |_| {
            assert_eq!(agent.get("/console?fragment=history&view=updated").await.status, 200);
        })
        .await;
    ledger
        .hold("decline", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/i/{}/decline", ids[2]), &[]).await.status, 303);
        })
        .await;
    request_rows(ledger, &session, &customer).await;
    steps::rows(ledger, &session, &customer).await;
    let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
    let upload = UploadId::generate(&runtime.entropy);
    let id = documents::completed(store, runtime, &session, &upload).await;
    let sent = documents::sent_for_good(store, runtime, &session).await;
    let report = json!({"key": format!("signed/{session}/{id}.pdf"), "sha256": vec![7; 32], "size": 9}).to_string();
    let at = format!("signed/{session}/{id}.json");
    ledger
        .hold("file a signed document", async |installation| {
            installation.files().put(&at, report.clone().into_bytes(), "application/json").await.unwrap();
        })
        .await;
    let joined = format!("joined/{session}/{}", sent.id);
    let report = json!({
        "key": format!("{joined}.pdf"), "sha256": "07".repeat(32), "size": 9, "pages": 1, "left_out": 0,
        "at": sent.completed_at,
    });
    ledger
        .hold("file a joined request", async |installation| {
            let report = report.to_string().into_bytes();
            installation.files().put(&format!("{joined}.json"), report, "application/json").await.unwrap();
        })
        .await;
    let archives = format!("/v1/sessions/{session}/archives");
    let mut archive = String::new();
    ledger
        .hold("make an archive, where workflows were completed", async |installation| {
            let made = installation.post(&archives, json!({})).await;
            made["id"].as_str().unwrap().clone_into(&mut archive);
        })
        .await;
    ledger
        .hold("get an archive", async |installation| drop(installation.get(&format!("{archives}/{archive}")).await))
        .await;
    let own = format!("/r/{session}/i/{id}");
    ledger.hold("customer's document", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    let result = format!("{own}/result");
    ledger.hold("customer's signed document", async |_| assert_eq!(customer.get(&result).await.status, 303)).await;
    let result = format!("{path}/{id}/result");
    ledger.hold("get a signed document", async |installation| drop(installation.get(&result).await)).await;
}

async fn request_rows(ledger: &mut Ledger, session: &SessionId, customer: &Browser) {
    let path = format!("/v1/sessions/{session}/interactions");
    let body = json!({"kind": "request", "what": "A photo"});
    let made = ledger.installation.post(&path, body).await;
    let id = made["id"].as_str().unwrap();
    let own = format!("/r/{session}/i/{id}");
    let mut files = vec![];
    for _ in 0..2 {
        let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
        files.push(documents::looked_at(store, runtime, session).await.to_string());
    }
    ledger.hold("customer's request", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    for (operation, file) in [("add a file, the first", &files[0]), ("add a file, further", &files[1])] {
        ledger
            .hold(operation, async |_| {
                let fields = [("do", "add"), ("file", file.as_str())];
                assert_eq!(customer.post(&format!("{own}/files"), &fields).await.status, 303);
            })
            .await;
    }
    let photo = documents::photo("front");
    ledger
        .hold("send a file without a script", async |_| {
            let file = [("f", "front.jpg", "image/jpeg", photo.as_slice())];
            let page = customer.post_files(&format!("{own}/files"), &[("do", "send")], &file).await;
            assert_eq!((page.status, &page.location), (303, &own), "{}", page.text);
        })
        .await;
    let complete = format!("{own}/complete");
    assert_eq!(customer.post(&complete, &[]).await.status, 303);
    let back = json!({"reason": "Too dark."});
    let send_back = format!("{path}/{id}/send-back");
    ledger
        .hold("send a request back", async |installation| drop(installation.post(&send_back, back.clone()).await))
        .await;
    assert_eq!(customer.post(&complete, &[]).await.status, 303);
    let accept = format!("{path}/{id}/accept");
    ledger.hold("accept a request", async |installation| drop(installation.post(&accept, json!({})).await)).await;
}
