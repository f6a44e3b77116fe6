//! A document all the way (R21): sent by a program, filled in field by field, completed, signed, and downloaded by both sides.

use data_encoding::HEXLOWER;
use parlor_signing::verify;
use parlor_tests::{Desk, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Sends a file; the upload's id.
async fn sent(desk: &Desk<'_>, session: &str, bytes: Vec<u8>) -> String {
    put(desk, &format!("/v1/sessions/{session}/uploads"), bytes).await
}

/// Sends a file that is announced at `path`; the upload's id.
pub(crate) async fn put(desk: &Desk<'_>, path: &str, bytes: Vec<u8>) -> String {
    let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
    let said = json!({"name": "Consent.pdf", "size": bytes.len(), "content_type": "application/pdf", "sha256": sha256});
    let announced = desk.post(path, said).await;
    let mut put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(bytes);
    for (name, value) in announced["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status().as_u16(), 200);
    announced["id"].as_str().unwrap().to_owned()
}

/// Makes a document of an upload as soon as it was read.
async fn made(platform: &Platform, desk: &Desk<'_>, about: &str, body: &Value) -> Value {
    let answer = platform.until(async || {
        let answer = desk.call(Method::POST, about, &[], Some(body.clone())).await;
        (answer.body["code"] != "upload-not-read").then_some(answer)
    });
    let answer = answer.await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

async fn downloaded(url: &str) -> Vec<u8> {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_document_is_sent_filled_in_signed_and_downloaded_by_both() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let upload = sent(&desk, &invited.id, documents::form()).await;
    let wrong = json!({"kind": "document", "upload": upload, "values": {"name": "日本"}});
    let body = json!({"kind": "document", "upload": upload, "title": "Loan agreement"});
    let document = made(&platform, &desk, &about, &body).await;
    assert_eq!((&document["kind"], &document["state"]), (&json!("document"), &json!("sent")));
    let refused = desk.call(Method::POST, &about, &[], Some(wrong)).await;
    let told = (refused.status, refused.body["code"].as_str(), refused.body["field"].as_str());
    assert_eq!(told, (422, Some("uncovered-characters"), Some("values.name")), "{}", refused.body);
    // Nobody signs for the customer: neither before it is sent, nor by a field that is filled in already.
    let place = |kind: &str, prefill: Value| json!({"name": "signature", "type": kind, "page": 1, "rect": [72, 560, 200, 40], "prefill": prefill});
    let mixed = json!([place("signature", Value::Null), place("text", json!("Mara Quist"))]);
    for (forged, code) in [
        (json!({"values": {"signature": "Mara Quist"}}), "invalid-value"),
        (json!({"values": {"signature": {"path": "M10 10L40 30", "pen": 2.5}}}), "invalid-value"),
        (json!({"fields": [place("signature", json!("Mara Quist"))]}), "invalid-field"),
        (json!({"fields": mixed}), "invalid-field"),
    ] {
        let mut forged = forged;
        forged["kind"] = json!("document");
        forged["upload"] = json!(upload);
        let refused = desk.call(Method::POST, &about, &[], Some(forged)).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some(code)), "{}", refused.body);
    }

    let id = document["id"].as_str().unwrap();
    let one = format!("{about}/{id}");
    let early = desk.call(Method::GET, &format!("{one}/result"), &[], None).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("not-completed")));
    let own = format!("{}/i/{id}", invited.room);
    let page = phone.get(&own).await;
    assert!(page.status == 200 && page.text.contains("name=\"v.name\""), "{}", page.text);
    assert!(page.text.contains("read/up_"), "the page's picture is the bucket's: {}", page.text);

    // Field by field; what no font has is refused where it is typed, and the rest is kept.
    let page = phone.post(&format!("{own}/save"), &[("page", "1"), ("go", "review"), ("v.name", "Mara 日")]).await;
    assert!(page.status == 422 && page.text.contains("日"), "{}", page.text);
    let page = phone.post(&format!("{own}/save"), &[("page", "1"), ("go", "later"), ("v.name", "Mara Quist")]).await;
    assert_eq!(page.status, 303);
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!((&seen["state"], &seen["values"]), (&json!("in_progress"), &json!({"name": "Mara Quist"})), "{seen}");
    let ink = r#"{"path":"M10 10L40 30L80 12","pen":2.5}"#;
    let page = phone.post(&format!("{own}/save"), &[("page", "1"), ("go", "review"), ("v.signature", ink)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, format!("{own}?page=review").as_str()));
    assert_eq!(phone.get(&format!("{own}?page=review")).await.status, 200);
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.status == 200 && page.text.contains("All done"), "{}", page.text);

    // It is completed, signed and filed by functions that hear of each other by the bucket.
    let result = platform.until(async || {
        let answer = desk.call(Method::GET, &format!("{one}/result"), &[], None).await;
        (answer.status == 200).then_some(answer.body)
    });
    let result = result.await.unwrap();
    let signed = downloaded(result["url"].as_str().unwrap()).await;
    assert_eq!(result["size"].as_u64(), Some(signed.len() as u64));
    assert_eq!(result["sha256"].as_str().unwrap(), HEXLOWER.encode(&Sha256::digest(&signed)));
    let certificate = documents::certificate(&platform.runtime).await;
    verify(&signed, std::slice::from_ref(&certificate)).unwrap();
    let page = phone.get(&own).await;
    assert!(page.text.contains(&format!("{own}/result")), "{}", page.text);
    let away = phone.get(&format!("{own}/result")).await;
    assert_eq!(away.status, 303);
    assert_eq!(downloaded(&away.location).await, signed, "both sides have one file");
    // Whoever has the file can ask whether it is what was signed; one byte more, and it is another.
    let anybody = platform.browser();
    assert_eq!(anybody.get("/verify").await.status, 200);
    let asked = async |file: &[u8]| {
        let sha256 = HEXLOWER.encode(&Sha256::digest(file));
        anybody.submit("/verify", &[("sha256", sha256.as_str())]).await.text
    };
    assert!(asked(&signed).await.contains("has not been changed since"), "{}", asked(&signed).await);
    assert!(asked(&[&signed[..], b"\n"].concat()).await.contains("not known here"));
    let events = desk.events(&invited.id).await;
    let own_events: Vec<_> = events.iter().filter(|event| event.starts_with("interaction.")).collect();
    assert_eq!(own_events, ["interaction.sent", "interaction.started", "interaction.completed", "interaction.signed"]);

    // What is completed stays as it is.
    let late = phone.post(&format!("{own}/save"), &[("page", "1"), ("v.name", "Somebody else")]).await;
    assert!(late.status == 409 && late.text.contains("Somebody else"), "{}", late.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_is_no_document_is_refused_with_its_reason() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let unknown = json!({"kind": "document", "upload": "up_0000000000000000"});
    let answer = desk.call(Method::POST, &about, &[], Some(unknown)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("unknown-upload")), "{}", answer.body);
    let number = json!({"kind": "document", "upload": "up_0000000000000000", "values": {"name": 3}});
    let answer = desk.call(Method::POST, &about, &[], Some(number)).await;
    let said = answer.body["detail"].as_str().unwrap();
    assert!(answer.status == 400 && said.contains("a text, or a drawing") && !said.contains("enum"), "{said}");
    let upload = sent(&desk, &invited.id, b"<svg>no PDF at all</svg>".to_vec()).await;
    let answer = platform.until(async || {
        let body = json!({"kind": "document", "upload": upload});
        let answer = desk.call(Method::POST, &about, &[], Some(body)).await;
        (answer.body["code"] != "upload-not-read").then_some(answer)
    });
    let answer = answer.await.unwrap();
    assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("not-pdf")), "{}", answer.body);
    // Another session's upload is none.
    let other = desk.invited(json!({})).await;
    let body = json!({"kind": "document", "upload": upload});
    let answer = desk.call(Method::POST, &format!("/v1/sessions/{}/interactions", other.id), &[], Some(body)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("unknown-upload")), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_draft_gets_fields_and_begins_with_what_the_session_has_once_it_is_sent() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let upload = sent(&desk, &invited.id, documents::form()).await;
    let body = json!({"kind": "document", "upload": upload, "send": false, "values": {"name": "M. Quist"}});
    let draft = made(&platform, &desk, &about, &body).await;
    let one = format!("{about}/{}", draft["id"].as_str().unwrap());
    let fields = format!("{one}/fields");
    let field = |name: &str, more: Value| {
        let mut field = json!({"name": name, "type": "text", "page": 1, "rect": [72, 500, 200, 20], "required": true});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let placed = json!({"fields": [
        field("name", json!({"prefill_from": "customer_name"})),
        field("who", json!({"prefill_from": "customer_name", "rect": [72, 460, 200, 20]})),
        field("sign", json!({"type": "signature", "rect": [72, 400, 200, 40]})),
    ]});
    let put = async |headers: &[(&str, &str)], body: &Value| {
        let answer = desk.call(Method::PUT, &fields, headers, Some(body.clone())).await;
        (answer.status, answer.body["code"].as_str().map(str::to_owned), answer.header("etag").to_owned(), answer.body)
    };
    // Nobody overwrites blindly, and nothing lies beside the paper.
    assert_eq!(put(&[], &placed).await.1.as_deref(), Some("if-match-required"));
    let tag = desk.call(Method::GET, &one, &[], None).await.header("etag").to_owned();
    let beside = json!({"fields": [field("a", json!({"rect": [600, 500, 200, 20]}))]});
    let (status, code, _, body) = put(&[("if-match", &tag)], &beside).await;
    assert_eq!((status, code.as_deref(), &body["field"]), (422, Some("invalid-field"), &json!("fields[0].rect")));
    let (status, _, newer, body) = put(&[("if-match", &tag)], &placed).await;
    assert_eq!((status, body["fields"].as_array().map(Vec::len), &body["progress"]["of"]), (200, Some(3), &json!(3)));
    assert_ne!(newer, tag);
    assert_eq!(put(&[("if-match", &tag)], &placed).await.1.as_deref(), Some("version-conflict"));

    desk.post(&format!("{one}/send"), json!({})).await;
    let now = desk.get(&format!("{one}?values=true")).await;
    let name = desk.get(&format!("/v1/sessions/{}", invited.id)).await["customer"]["name"].clone();
    assert_eq!(now["values"], json!({"name": "M. Quist", "who": name}), "{now}");
    assert_eq!(put(&[("if-match", "*")], &placed).await.1.as_deref(), Some("not-a-draft"));
}
