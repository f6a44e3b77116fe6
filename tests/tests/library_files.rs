//! Files of a library that nobody has (R21), as time passes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use data_encoding::HEXLOWER;
use parlor_objects::Objects as _;
use parlor_tests::{Installation, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const DAY: u32 = 24 * 3600;
const ANY: [(&str, &str); 1] = [("if-match", "*")];

/// Sends a document to the team's library and waits until it was read; its id.
async fn sent(installation: &Installation) -> String {
    let file = documents::form();
    let sha256 = HEXLOWER.encode(&Sha256::digest(&file));
    let said = json!({"name": "Consent.pdf", "size": file.len(), "content_type": "application/pdf", "sha256": sha256});
    let announced = installation.post("/v1/library/uploads", said).await;
    let put = reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(file);
    let headers = announced["headers"].as_object().unwrap().iter();
    let put = headers.fold(put, |put, (name, value)| put.header(name, value.as_str().unwrap()));
    assert!(put.send().await.unwrap().status().is_success());
    installation.stack.settle().await;
    announced["id"].as_str().unwrap().to_owned()
}

async fn made(installation: &Installation, upload: &str) -> String {
    let made = installation.post("/v1/library", json!({"kind": "document", "upload": upload})).await;
    format!("/v1/library/{}", made["id"].as_str().unwrap())
}

async fn replaced(installation: &Installation, entry: &str, upload: &str) -> Value {
    let body = Some(json!({"upload": upload}));
    let (status, entry) = installation.call_with(Method::PATCH, entry, body, &ANY).await;
    assert_eq!(status, 200, "{entry}");
    entry
}

async fn removed(installation: &Installation, entry: &str) {
    assert_eq!(installation.call(Method::DELETE, entry, None).await.0, 200);
}

/// Which of these are there: the file, what was read of it, and the picture of its first page. It is all of them or none.
async fn left(installation: &Installation, uploads: &[&String]) -> Vec<bool> {
    let mut left = vec![];
    for upload in uploads {
        let mut there = vec![];
        for key in [format!("uploads/{upload}"), format!("read/{upload}/form.json"), format!("read/{upload}/page-1")] {
            there.push(installation.files().get(&key, 20_000_000).await.is_ok());
        }
        assert!(there.iter().all(|one| *one == there[0]), "{upload}: {there:?}");
        left.push(there[0]);
    }
    left
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_librarys_file_that_no_entry_has_goes_after_a_week() {
    let installation = Installation::start().await;
    let never = sent(&installation).await;
    let (first, second) = (sent(&installation).await, sent(&installation).await);
    let draft = made(&installation, &first).await;
    replaced(&installation, &draft, &second).await;
    let of_removed = sent(&installation).await;
    let gone = made(&installation, &of_removed).await;
    removed(&installation, &gone).await;
    // What was published stays for good: sessions tell of it.
    let (published, after) = (sent(&installation).await, sent(&installation).await);
    let entry = made(&installation, &published).await;
    let (status, body) = installation.call_with(Method::POST, &format!("{entry}/publish"), None, &ANY).await;
    assert_eq!(status, 200, "{body}");
    replaced(&installation, &entry, &after).await;
    // Two entries have it.
    let shared = sent(&installation).await;
    let (one, other) = (made(&installation, &shared).await, made(&installation, &shared).await);
    removed(&installation, &one).await;

    let all = [&never, &first, &of_removed, &second, &published, &after, &shared];
    installation.stack.advance(7 * DAY).await;
    assert_eq!(left(&installation, &all).await, [true; 7], "whoever named it in time may still be writing");
    installation.stack.advance(3700).await;
    assert_eq!(left(&installation, &all).await, [false, false, false, true, true, true, true]);

    // What was kept goes as well, once nobody has it any more.
    removed(&installation, &other).await;
    let third = sent(&installation).await;
    replaced(&installation, &draft, &third).await;
    installation.stack.advance(8 * DAY).await;
    let rest = [&second, &published, &after, &shared, &third];
    assert_eq!(left(&installation, &rest).await, [false, true, true, false, true]);
    let session = installation.session(None).await;
    let id = entry.rsplit('/').next().unwrap();
    installation.post(&format!("/v1/sessions/{session}/interactions"), json!({"library": id})).await;
}
