//! A team's library (R21): a document is made once, published, and sent from there.

use parlor_tests::{Desk, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};

use crate::document::put;

/// Makes an entry as soon as its file was read.
pub(crate) async fn made(platform: &Platform, desk: &Desk<'_>, body: &Value) -> Value {
    let answer = platform.until(async || {
        let answer = desk.call(Method::POST, "/v1/library", &[], Some(body.clone())).await;
        (answer.body["code"] != "upload-not-read").then_some(answer)
    });
    let answer = answer.await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

pub(crate) async fn publish(desk: &Desk<'_>, path: &str) -> Value {
    let answer = desk.call(Method::POST, &format!("{path}/publish"), &[("if-match", "*")], Some(json!({}))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_document_of_the_library_is_sent_to_a_customer() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let upload = put(&desk, "/v1/library/uploads", documents::form()).await;
    let document = made(&platform, &desk, &json!({"kind": "document", "upload": upload})).await;
    assert_eq!((&document["title"], &document["state"]), (&json!("Consent"), &json!("draft")));
    assert!(!document["fields"].as_array().unwrap().is_empty(), "{document}");
    let path = format!("/v1/library/{}", document["id"].as_str().unwrap());
    assert_eq!(publish(&desk, &path).await["version"], 1);

    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let sent = desk.post(&about, json!({"library": document["id"], "values": {"name": "Mara Quist"}})).await;
    assert_eq!((&sent["kind"], &sent["title"]), (&json!("document"), &json!("Consent")));
    assert_eq!(sent["library"], json!({"id": document["id"], "version": 1}));
    let page = phone.get(&format!("{}/i/{}", invited.room, sent["id"].as_str().unwrap())).await;
    assert!(page.status == 200 && page.text.contains("Mara Quist"), "{}", page.text);
    assert_eq!(desk.get(&path).await["used"], 1);

    // A prepared text, listed as the room asks for it.
    let text = json!({"kind": "text", "title": "Welcome", "text": "Hello {name}"});
    let text = made(&platform, &desk, &text).await;
    publish(&desk, &format!("/v1/library/{}", text["id"].as_str().unwrap())).await;
    let listed = desk.get("/v1/library?kind=text&state=published").await;
    assert_eq!(listed["items"][0]["text"], "Hello {name}", "{listed}");
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    let draft = made(&platform, &desk, &json!({"kind": "text", "title": "A draft", "text": "Not yet"})).await;
    let draft = format!("/v1/library/{}", draft["id"].as_str().unwrap());
    assert_eq!(desk.call(Method::DELETE, &draft, &[], None).await.status, 200);
    assert_eq!(desk.call(Method::GET, &draft, &[], None).await.status, 404);
}
