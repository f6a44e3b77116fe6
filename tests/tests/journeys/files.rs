//! Files (R21): sent past the functions by an address that takes one file, read when they have come, and completed and signed by
//! functions that hear of each other by the bucket only.

use data_encoding::HEXLOWER;
use parlor_drawing::ReadReport;
use parlor_objects::{ObjectError, Objects as _};
use parlor_signing::{Invalid, SignReport, verify};
use parlor_tests::{Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What announces a file.
fn announcement(bytes: &[u8]) -> Value {
    let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
    json!({"name": "Consent.pdf", "size": bytes.len(), "content_type": "application/pdf", "sha256": sha256})
}

/// PUTs a file to where it was announced, or elsewhere; the status.
async fn send(announced: &Value, url: &str, bytes: Vec<u8>) -> u16 {
    let mut put = reqwest::Client::new().put(url).body(bytes);
    for (name, value) in announced["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    put.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_file_is_sent_past_the_functions_and_read() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let session = desk.invited(json!({})).await.id;
    let path = format!("/v1/sessions/{session}/uploads");
    let form = documents::form();
    let key = [("idempotency-key", session.as_str())];
    let first = desk.call(Method::POST, &path, &key, Some(announcement(&form))).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = desk.call(Method::POST, &path, &key, Some(announcement(&form))).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let announced = first.body;
    let (id, url) = (announced["id"].as_str().unwrap(), announced["url"].as_str().unwrap());
    assert!(id.starts_with("up_") && announced["method"] == "PUT", "{announced}");
    let headers: Vec<_> = announced["headers"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(headers, ["content-type", "x-amz-checksum-sha256"]);

    // Only that file, at that address.
    let files = documents::bucket(&platform.runtime);
    let stored = async || files.get(&format!("uploads/{id}"), 1_000_000).await;
    let mut changed = form.clone();
    *changed.last_mut().unwrap() ^= 1;
    let longer = [form.as_slice(), b"\n"].concat();
    for (what, url, bytes) in [
        ("another content", url.to_owned(), changed),
        ("another size", url.to_owned(), longer),
        ("another place", url.replace(id, "up_0000000000000000"), form.clone()),
        ("a longer life", url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"), form.clone()),
    ] {
        let status = send(&announced, &url, bytes).await;
        assert!((400..500).contains(&status), "{what}: {status}");
        assert!(matches!(stored().await, Err(ObjectError::Missing)), "{what} is not stored");
    }
    assert_eq!(send(&announced, url, form.clone()).await, 200);
    assert_eq!(stored().await.unwrap(), form);

    // The bucket tells the function that reads.
    let report = format!("read/{id}/form.json");
    let read = platform.until(async || files.get(&report, 1_000_000).await.ok()).await.unwrap();
    let ReadReport::Read { form, pictures } = serde_json::from_slice(&read).unwrap() else { panic!("{read:?}") };
    let fields: Vec<_> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!((form.pages.len(), fields), (1, vec!["name", "signature"]));
    let picture = pictures[0].as_ref().unwrap();
    assert!(files.get(&picture.key, 1_000_000).await.unwrap().starts_with(b"RIFF"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_file_that_is_not_taken_is_refused_before_it_is_sent() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let session = desk.invited(json!({})).await.id;
    let path = format!("/v1/sessions/{session}/uploads");
    let good = announcement(b"%PDF-1.7");
    for (field, value, code) in [
        ("size", json!(20_000_001), "file-too-large"),
        ("size", json!(0), "empty-file"),
        ("content_type", json!("image/svg+xml"), "unsupported-file-type"),
        ("sha256", json!("abc"), "invalid-checksum"),
        ("name", json!("\u{200b}"), "invalid-file-name"),
    ] {
        let mut said = good.clone();
        said[field] = value;
        let answer = desk.call(Method::POST, &path, &[], Some(said)).await;
        let refused = (answer.status, answer.body["code"].as_str(), answer.body["field"].as_str());
        assert_eq!(refused, (422, Some(code), Some(field)), "{}", answer.body);
    }
    desk.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let answer = desk.call(Method::POST, &path, &[], Some(good)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("already-ended")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_task_becomes_a_signed_document_whose_first_signature_stays() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let session = desk.invited(json!({})).await.id;
    let files = documents::bucket(&platform.runtime);
    let (form, name) = (documents::form(), format!("{session}/0000000000000000"));
    let original = format!("uploads/up_{}", &session[6..22]);
    files.put(&original, form.clone(), "application/pdf").await.unwrap();
    let task = documents::finish_task(&original, &form, &name);
    files.put(&format!("finish/{name}.json"), task.clone(), "application/json").await.unwrap();

    let report = format!("signed/{name}.json");
    let report = platform.until(async || files.get(&report, 10_000).await.ok()).await.unwrap();
    let report: SignReport = serde_json::from_slice(&report).unwrap();
    let signed = files.get(&report.key, 1_000_000).await.unwrap();
    assert_eq!((report.key.as_str(), report.size), (format!("signed/{name}.pdf").as_str(), signed.len()));
    assert_eq!(report.sha256, <[u8; 32]>::from(Sha256::digest(&signed)));
    let certificate = documents::certificate(&platform.runtime).await;
    let verified = verify(&signed, std::slice::from_ref(&certificate)).unwrap();
    assert!(verified.signer.starts_with("CN=Parlor at "), "{}", verified.signer);
    let mut changed = signed.clone();
    changed[100] ^= 1;
    assert_eq!(verify(&changed, &[certificate]), Err(Invalid::Altered));

    // The task comes again: it is completed and signed again, and what people have by then stays.
    let finished = format!("finished/{name}.json");
    let step = files.get(&finished, 10_000).await.unwrap();
    files.put(&finished, step, "application/json").await.unwrap();
    files.put(&format!("finish/{name}.json"), task, "application/json").await.unwrap();
    platform.settle().await;
    assert_eq!(files.get(&report.key, 1_000_000).await.unwrap(), signed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_customer_sends_a_file_while_they_may_fill_in() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let access = json!({"level": "limited", "minutes": 60});
    desk.settings(json!({"end": {"customer_access": access}})).await;
    let invited = desk.invited(json!({})).await;
    let path = format!("{}/uploads", invited.room);
    let form = documents::form();
    let said = announcement(&form);
    let size = form.len().to_string();
    let text = |name: &str| said[name].as_str().unwrap().to_owned();
    let (name, content_type, sha256) = (text("name"), text("content_type"), text("sha256"));
    let fields = [("name", name.as_str()), ("size", &size), ("content_type", &content_type), ("sha256", &sha256)];
    let stranger = platform.browser().post(&path, &fields).await;
    assert_eq!(stranger.status, 403, "{}", stranger.text);

    let phone = invited.joined(&platform).await;
    let page = phone.post(&path, &fields).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let announced: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(send(&announced, announced["url"].as_str().unwrap(), form).await, 200);
    let refused = phone.post(&path, &[("name", "a.svg"), ("size", "9"), ("content_type", "image/svg+xml")]).await;
    assert!(refused.status == 422 && refused.text.contains("unsupported-file-type"), "{}", refused.text);

    // R2: after the end, whoever may only review sends nothing.
    desk.post(&format!("/v1/sessions/{}/end", invited.id), json!({})).await;
    let late = phone.post(&path, &fields).await;
    assert!(late.status == 409 && late.text.contains("read-only"), "{}", late.text);
}
