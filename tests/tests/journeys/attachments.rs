//! Files in the chat, both ways (R21): sent, looked at, attached, heard by the other side, opened, and closed by their switches.

use data_encoding::HEXLOWER;
use parlor_tests::{Browser, Page, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

async fn put(announced: &Value, bytes: Vec<u8>) -> String {
    let mut put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(bytes);
    for (name, value) in announced["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status().as_u16(), 200);
    announced["id"].as_str().unwrap().to_owned()
}

fn sha(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Sends a file as the customer's page does; its id.
async fn from_phone(phone: &Browser, room: &str, name: &str, content_type: &str, bytes: Vec<u8>) -> String {
    let (size, sha256) = (bytes.len().to_string(), sha(&bytes));
    let fields = [("name", name), ("size", &size), ("content_type", content_type), ("sha256", &sha256)];
    let page = phone.post(&format!("{room}/uploads"), &fields).await;
    assert_eq!(page.status, 201, "{}", page.text);
    put(&serde_json::from_str(&page.text).unwrap(), bytes).await
}

/// Attaches it as soon as it was looked at.
async fn attached(platform: &Platform, phone: &Browser, room: &str, id: &str, text: &str, file: &str) -> Page {
    let answer = platform.until(async || {
        let fields = [("id", id), ("text", text), ("attachment", file)];
        let page = phone.post(&format!("{room}/attachments"), &fields).await;
        let unread = page.status == 409 && page.text.contains("upload-not-read");
        (!unread).then_some(page)
    });
    answer.await.unwrap()
}

async fn downloaded(url: &str) -> (String, String, Vec<u8>) {
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (kind, held) = (header("content-type"), header("content-disposition"));
    (kind, held, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_files_go_with_messages_both_ways() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let messages = format!("/v1/sessions/{}/messages", invited.id);

    // A program sends a picture; the customer sees it and opens it from the bucket's own origin.
    let photo = documents::photo("kitchen");
    let said = json!({"name": "kitchen.png", "size": photo.len(), "content_type": "image/png", "sha256": sha(&photo)});
    let announced = desk.post(&format!("/v1/sessions/{}/uploads", invited.id), said).await;
    let picture = put(&announced, photo).await;
    let body = json!({"id": "m1", "text": "This one?", "attachment": picture});
    let posted = platform.until(async || {
        let answer = desk.call(Method::POST, &messages, &[], Some(body.clone())).await;
        (answer.status != 409).then_some(answer)
    });
    let posted = posted.await.unwrap();
    assert_eq!(posted.status, 201, "{}", posted.body);
    let file = &posted.body["attachment"];
    assert_eq!(
        (&file["id"], &file["name"], &file["type"]),
        (&json!(picture), &json!("kitchen.jpg"), &json!("image/jpeg"))
    );
    assert!(file["width"].as_u64().unwrap() > 0 && file["height"].as_u64().unwrap() > 0, "{file}");
    let again = desk.call(Method::POST, &messages, &[], Some(body)).await;
    assert_eq!((again.status, &again.body["seq"]), (201, &posted.body["seq"]), "{}", again.body);
    let other = json!({"id": "m1", "text": "This one?"});
    let reused = desk.call(Method::POST, &messages, &[], Some(other)).await;
    assert_eq!(reused.body["code"], "message-id-reused");
    let room = phone.get(&invited.room).await;
    let seq = posted.body["seq"].as_u64().unwrap();
    let thumbnail = format!("{}/messages/{seq}/thumbnail", invited.room);
    assert!(room.text.contains(&thumbnail) && room.text.contains("kitchen.jpg"), "{}", room.text);
    for (address, name) in [(thumbnail, "thumbnail"), (format!("{}/messages/{seq}/file", invited.room), "kitchen.jpg")]
    {
        let page = phone.get(&address).await;
        assert_eq!(page.status, 303, "{}", page.text);
        let (kind, held, bytes) = downloaded(&page.location).await;
        assert_eq!((kind.as_str(), bytes.starts_with(&[0xff, 0xd8])), ("image/jpeg", true));
        assert!(held.starts_with("attachment") && held.contains(name), "{held}");
    }

    // The customer answers with a PDF that calls itself a photo, without a word.
    let pdf = from_phone(&phone, &invited.room, "scan.jpg", "image/jpeg", documents::form()).await;
    let page = attached(&platform, &phone, &invited.room, "c1", "", &pdf).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let answered: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!((&answered["text"], &answered["attachment"]["name"]), (&json!(""), &json!("scan.pdf")));
    let repeated = attached(&platform, &phone, &invited.room, "c1", "", &pdf).await;
    assert_eq!(serde_json::from_str::<Value>(&repeated.text).unwrap()["seq"], answered["seq"]);
    let seen = desk.get(&format!("{messages}/{}/file", answered["seq"])).await;
    assert_eq!((&seen["type"], &seen["thumbnail"]), (&json!("application/pdf"), &Value::Null));
    let (kind, held, bytes) = downloaded(seen["url"].as_str().unwrap()).await;
    assert_eq!((kind.as_str(), bytes), ("application/pdf", documents::form()));
    assert!(held.starts_with("attachment") && held.contains("scan.pdf"), "{held}");

    // What is no file of these kinds is refused with its reason; so is somebody else's, and what was never sent.
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec();
    let drawing = from_phone(&phone, &invited.room, "a.jpg", "image/jpeg", svg).await;
    let page = attached(&platform, &phone, &invited.room, "c2", "look", &drawing).await;
    assert!(page.status == 422 && page.text.contains("unsupported-file-type"), "{}", page.text);
    let page = attached(&platform, &phone, &invited.room, "c3", "look", &picture).await;
    assert!(page.status == 422 && page.text.contains("unknown-upload"), "{}", page.text);
    assert_eq!(phone.get(&format!("{}/messages/1/file", invited.room)).await.status, 404);
    let list = desk.get(&messages).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2, "{list}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_attachments_are_read_and_not_sent_in_the_limited_tier() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"end": {"customer_access": {"level": "limited", "minutes": 60}}})).await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let file = from_phone(&phone, &invited.room, "a.png", "image/png", documents::photo("a")).await;
    let page = attached(&platform, &phone, &invited.room, "c1", "first", &file).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let seq = serde_json::from_str::<Value>(&page.text).unwrap()["seq"].clone();
    desk.post(&format!("/v1/sessions/{}/end", invited.id), json!({})).await;
    assert_eq!(phone.get(&format!("{}/messages/{seq}/file", invited.room)).await.status, 303);
    let page = attached(&platform, &phone, &invited.room, "c2", "second", &file).await;
    assert!(page.status == 409 && page.text.contains("attachments-closed"), "{}", page.text);
}
