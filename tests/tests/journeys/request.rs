//! A document request all the way (R21): asked for by a program, photos and a PDF sent from a phone, put in order, sent back,
//! sent again, accepted.

use data_encoding::HEXLOWER;
use parlor_documents::{Limits, Original};
use parlor_drawing::{Bounds, Reader};
use parlor_tests::{Browser, Desk, Page, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Announces a file and sends it to the bucket as the page's script does; its id.
pub(crate) async fn sent(phone: &Browser, room: &str, name: &str, content_type: &str, bytes: Vec<u8>) -> String {
    let (size, sha256) = (bytes.len().to_string(), HEXLOWER.encode(&Sha256::digest(&bytes)));
    let fields = [("name", name), ("size", &size), ("content_type", content_type), ("sha256", &sha256)];
    let page = phone.post(&format!("{room}/uploads"), &fields).await;
    assert_eq!(page.status, 201, "{}", page.text);
    let announced: Value = serde_json::from_str(&page.text).unwrap();
    let mut put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(bytes);
    for (name, value) in announced["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    assert_eq!(put.send().await.unwrap().status().as_u16(), 200);
    announced["id"].as_str().unwrap().to_owned()
}

/// Adds a file to a request as soon as it was looked at.
async fn added(platform: &Platform, phone: &Browser, own: &str, file: &str, replaces: &str) -> Page {
    let answer = platform.until(async || {
        let fields = [("do", "add"), ("file", file), ("replaces", replaces)];
        let page = phone.post(&format!("{own}/files"), &fields).await;
        (page.status != 409).then_some(page)
    });
    answer.await.unwrap()
}

/// What was sent for a request as one PDF, as soon as it is there.
async fn joined(platform: &Platform, desk: &Desk<'_>, one: &str) -> (Value, Vec<u8>) {
    let path = format!("{one}/result");
    let answer = platform.until(async || {
        let answer = desk.call(Method::GET, &path, &[], None).await;
        (answer.status == 200).then_some(answer.body)
    });
    let answer = answer.await.unwrap();
    let bytes = reqwest::get(answer["url"].as_str().unwrap()).await.unwrap().bytes().await.unwrap().to_vec();
    assert_eq!(answer["sha256"], HEXLOWER.encode(&Sha256::digest(&bytes)));
    (answer, bytes)
}

fn pages(pdf: &[u8]) -> usize {
    Original::open(pdf, &Limits::default()).unwrap().form().unwrap().pages.len()
}

fn ids(seen: &Value) -> Vec<&str> {
    seen["files"].as_array().unwrap().iter().map(|file| file["upload"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_request_is_fulfilled_sent_back_fulfilled_and_accepted() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let body = json!({"kind": "request", "what": "Your passport", "instructions": "Both pages.", "accept": ["image", "pdf"], "min": 2, "max": 3});
    let made = desk.post(&about, body).await;
    assert_eq!(
        (&made["kind"], &made["state"], &made["title"]),
        (&json!("request"), &json!("sent"), &json!("Your passport"))
    );
    assert_eq!(made["progress"], json!({"done": 0, "of": 2}));
    let id = made["id"].as_str().unwrap();
    let (one, own) = (format!("{about}/{id}"), format!("{}/i/{id}", invited.room));
    let page = phone.get(&own).await;
    assert!(page.status == 200 && page.text.contains("Both pages."), "{}", page.text);
    let early = desk.call(Method::POST, &format!("{one}/accept"), &[], None).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("not-completed")), "{}", early.body);

    // A photo, and a PDF that calls itself a photo: what is in a file counts.
    let photo = sent(&phone, &invited.room, "front.jpg", "image/jpeg", documents::photo("front")).await;
    assert_eq!(added(&platform, &phone, &own, &photo, "").await.status, 303);
    let few = phone.post(&format!("{own}/complete"), &[]).await;
    assert_eq!(few.status, 422, "{}", few.text);
    let scan = sent(&phone, &invited.room, "scan.jpg", "image/jpeg", documents::form()).await;
    assert_eq!(added(&platform, &phone, &own, &scan, "").await.status, 303);
    assert_eq!(phone.post(&format!("{own}/files"), &[("do", "earlier"), ("file", &scan)]).await.status, 303);
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!((ids(&seen), &seen["state"]), (vec![scan.as_str(), photo.as_str()], &json!("in_progress")), "{seen}");
    let types: Vec<_> =
        seen["files"].as_array().unwrap().iter().map(|file| file["content_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["application/pdf", "image/jpeg"]);
    assert_eq!(seen["files"][0]["pages"], 1);
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (whole, bytes) = joined(&platform, &desk, &one).await;
    assert_eq!(
        (whole["content_type"].as_str(), whole["size"].as_u64()),
        (Some("application/pdf"), Some(bytes.len() as u64))
    );
    assert_eq!(pages(&bytes), 2);
    // Its customer has it too.
    let theirs = phone.get(&format!("{own}/result")).await;
    let theirs = reqwest::get(&theirs.location).await.unwrap().bytes().await.unwrap();
    assert_eq!(theirs, bytes);
    assert!(phone.get(&own).await.text.contains("Download"));
    let late = phone.post(&format!("{own}/files"), &[("do", "remove"), ("file", &scan)]).await;
    assert_eq!(late.status, 409);

    // Sent back with a reason that the customer reads; the photo is replaced.
    let unfounded = desk.call(Method::POST, &format!("{one}/send-back"), &[], Some(json!({"reason": " "}))).await;
    assert_eq!((unfounded.status, unfounded.body["code"].as_str()), (422, Some("invalid-reason")));
    let back = desk.post(&format!("{one}/send-back"), json!({"reason": "The photo is too dark."})).await;
    assert_eq!((&back["state"], &back["reason"]), (&json!("sent_back"), &json!("The photo is too dark.")));
    let page = phone.get(&own).await;
    assert!(page.text.contains("The photo is too dark."), "{}", page.text);
    // What was joined was not what was wanted.
    let old = desk.call(Method::GET, &format!("{one}/result"), &[], None).await;
    assert_eq!((old.status, old.body["code"].as_str()), (409, Some("not-completed")), "{}", old.body);
    assert_eq!(phone.get(&format!("{own}/result")).await.status, 303);
    let better = sent(&phone, &invited.room, "bright.png", "image/png", documents::photo("bright")).await;
    assert_eq!(added(&platform, &phone, &own, &better, &photo).await.status, 303);
    let more = sent(&phone, &invited.room, "more.png", "image/png", documents::photo("more")).await;
    assert_eq!(added(&platform, &phone, &own, &more, "").await.status, 303);
    assert_eq!(phone.submit(&format!("{own}/complete"), &[]).await.status, 200);
    let (again, bytes) = joined(&platform, &desk, &one).await;
    assert_ne!(again["sha256"], whole["sha256"]);
    assert_eq!(pages(&bytes), 3, "the joined file is that of the last sending");
    let accepted = desk.post(&format!("{one}/accept"), json!({})).await;
    assert_eq!((&accepted["state"], &accepted["progress"]), (&json!("accepted"), &json!({"done": 2, "of": 2})));

    // Both can be downloaded: the PDF as it came, the photo written anew.
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!(ids(&seen), [scan.as_str(), better.as_str(), more.as_str()]);
    assert_eq!((&seen["result"], &seen["left_out"]), (&json!("ready"), &json!(0)));
    let file = async |at: usize, what: &str| {
        let answer = reqwest::get(seen["files"][at][what].as_str().unwrap()).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let held = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        (held, answer.bytes().await.unwrap().to_vec())
    };
    let (held, bytes) = file(0, "url").await;
    assert!(held.starts_with("attachment") && held.contains("scan.pdf"), "{held}");
    assert_eq!(bytes, documents::form());
    let (held, bytes) = file(1, "url").await;
    assert!(held.contains("bright.jpg") && bytes.starts_with(&[0xff, 0xd8]), "{held}");
    assert!(file(1, "thumbnail").await.1.len() < bytes.len());
    let events = desk.events(&invited.id).await;
    let own_events: Vec<_> = events.iter().filter_map(|event| event.strip_prefix("interaction.")).collect();
    let expected =
        ["sent", "started", "completed", "joined", "sent_back", "started", "completed", "joined", "accepted"];
    assert_eq!(own_events, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_file_that_cannot_be_joined_loses_no_request() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let body = json!({"kind": "request", "what": "Your contract", "accept": ["image", "pdf"], "min": 1, "max": 5});
    let made = desk.post(&about, body).await;
    let (one, own) =
        made["id"].as_str().map(|id| (format!("{about}/{id}"), format!("{}/i/{id}", invited.room))).unwrap();
    let unfit = documents::unfit();
    for (name, kind, bytes) in [
        ("front.jpg", "image/jpeg", documents::photo("front")),
        ("dynamic form.pdf", "application/pdf", unfit.clone()),
        ("scan.pdf", "application/pdf", documents::form()),
    ] {
        let file = sent(&phone, &invited.room, name, kind, bytes).await;
        assert_eq!(added(&platform, &phone, &own, &file, "").await.status, 303, "{name}");
    }
    assert_eq!(phone.submit(&format!("{own}/complete"), &[]).await.status, 200);
    let (_, bytes) = joined(&platform, &desk, &one).await;
    assert_eq!(pages(&bytes), 3, "a page says what is not there");
    let seen = desk.get(&format!("{one}?values=true")).await;
    assert_eq!((&seen["state"], &seen["left_out"]), (&json!("completed"), &json!(1)), "{seen}");
    let alone = reqwest::get(seen["files"][1]["url"].as_str().unwrap()).await.unwrap().bytes().await.unwrap();
    assert_eq!(alone, unfit, "and it is downloaded by itself, as it came");
    let page = phone.get(&own).await;
    assert!(page.text.contains("1 file could not be put in"), "{}", page.text);

    // One PDF is one already.
    let made = desk.post(&about, json!({"kind": "request", "what": "One"})).await;
    let own = format!("{}/i/{}", invited.room, made["id"].as_str().unwrap());
    let file = sent(&phone, &invited.room, "scan.pdf", "application/pdf", documents::form()).await;
    assert_eq!(added(&platform, &phone, &own, &file, "").await.status, 303);
    assert_eq!(phone.submit(&format!("{own}/complete"), &[]).await.status, 200);
    let done = desk.get(&format!("{about}/{}", made["id"].as_str().unwrap())).await;
    assert_eq!((&done["state"], &done["result"]), (&json!("completed"), &json!(null)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_file_that_a_request_does_not_take_is_refused_with_its_reason() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    for (body, field) in [
        (json!({"kind": "request"}), "what"),
        (json!({"kind": "request", "what": "A", "accept": []}), "accept"),
        (json!({"kind": "request", "what": "A", "max": 21}), "max"),
    ] {
        let answer = desk.call(Method::POST, &about, &[], Some(body)).await;
        let told = (answer.status, answer.body["code"].as_str(), answer.body["field"].as_str());
        assert_eq!(told, (422, Some("invalid-request"), Some(field)), "{}", answer.body);
    }
    let made = desk.post(&about, json!({"kind": "request", "what": "A photo", "accept": ["image"], "max": 1})).await;
    let own = format!("{}/i/{}", invited.room, made["id"].as_str().unwrap());
    let refused = async |name: &str, content_type: &str, bytes: Vec<u8>, said: &str| {
        let file = sent(&phone, &invited.room, name, content_type, bytes).await;
        let page = added(&platform, &phone, &own, &file, "").await;
        assert!(page.status == 422 && page.text.contains(said), "{name}: {}", page.text);
    };
    refused("a.jpg", "image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "neither a photo nor a PDF")
        .await;
    refused("a.jpg", "image/jpeg", documents::form(), "Only photos").await;
    refused("a.jpg", "image/jpeg", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), "HEIC").await;
    // Nobody else's, and no more than there may be.
    let photo = sent(&phone, &invited.room, "a.png", "image/png", documents::photo("a")).await;
    assert_eq!(added(&platform, &phone, &own, &photo, "").await.status, 303);
    let other = desk.invited(json!({})).await;
    let stranger = other.joined(&platform).await;
    let body = json!({"kind": "request", "what": "A photo"});
    let made = desk.post(&format!("/v1/sessions/{}/interactions", other.id), body).await;
    let theirs = format!("{}/i/{}", other.room, made["id"].as_str().unwrap());
    let page = added(&platform, &stranger, &theirs, &photo, "").await;
    assert!(page.status == 422 && page.text.contains("not here any more"), "{}", page.text);
    refused("b.png", "image/png", documents::photo("b"), "no more").await;
}

/// What an allocator sets aside is chosen anew in each process, so that one child says little.
#[test]
fn r21_each_child_has_the_room_that_a_photo_takes() {
    let (reader, photo) = (Reader::new(documents::reader(), Bounds::default()), documents::photo("front"));
    for child in 0..150 {
        let said = reader.picture(&photo, 320);
        assert!(said.is_ok(), "child {child}: {said:?}");
    }
}
