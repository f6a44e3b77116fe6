//! All finished files of a session as one archive (R21): asked for by a program and by a form, downloaded, made anew.

use std::io::{Cursor, Read as _};

use data_encoding::HEXLOWER;
use parlor_domain::UploadId;
use parlor_objects::Objects as _;
use parlor_tests::{Desk, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

/// Asks for the archive as it is now; its id, and what is known of it as soon as it is there.
async fn asked_for(platform: &Platform, desk: &Desk<'_>, archives: &str) -> (String, Value) {
    let made = desk.call(Method::POST, archives, &[], Some(json!({}))).await;
    assert_eq!((made.status, &made.body["state"]), (202, &json!("coming")), "{}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    let ready = platform.until(async || {
        let answer = desk.get(&format!("{archives}/{id}")).await;
        (answer["state"] == "ready").then_some(answer)
    });
    (id.clone(), ready.await.unwrap())
}

async fn downloaded(ready: &Value) -> ZipArchive<Cursor<Vec<u8>>> {
    let answer = reqwest::get(ready["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (200, "application/zip")
    );
    let held = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(held.starts_with("attachment; filename=\"Mara Quist.zip\""), "{held}");
    let bytes = answer.bytes().await.unwrap().to_vec();
    assert_eq!(ready["size"], bytes.len());
    ZipArchive::new(Cursor::new(bytes)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_all_finished_files_of_a_session_are_downloaded_as_one() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let (session, about) = (invited.id.parse().unwrap(), format!("/v1/sessions/{}", invited.id));
    let archives = format!("{about}/archives");
    let none = desk.call(Method::POST, &archives, &[], Some(json!({}))).await;
    assert_eq!((none.status, none.body["code"].as_str()), (409, Some("no-files")), "{}", none.body);
    let nowhere = desk.call(Method::GET, &format!("{archives}/{}", "0".repeat(64)), &[], None).await;
    assert_eq!(nowhere.status, 404);

    // A signed document, a photo that was asked for, answers, and a file of the chat; and something that is not finished.
    let (store, runtime) = (&platform.store, &platform.runtime);
    let upload = UploadId::generate(&runtime.entropy);
    let document = documents::completed(store, runtime, &session, &upload).await;
    documents::filed(store, runtime, &session, &document).await;
    let files = documents::bucket(runtime);
    let signed = documents::form();
    files.put(&format!("signed/{session}/{document}.pdf"), signed.clone(), "application/pdf").await.unwrap();
    let photo = documents::sent_for_good(store, runtime, &session).await;
    files.put(&photo.files[0].key, documents::photo("front"), "image/jpeg").await.unwrap();
    let field = json!({"name": "name", "label": "Your name?", "type": "text"});
    let steps = json!([{"id": "a", "title": "A", "fields": [field]}]);
    let interactions = format!("{about}/interactions");
    let made = desk.post(&interactions, json!({"title": "../About: you", "steps": steps})).await;
    let own = format!("{}/i/{}", invited.room, made["id"].as_str().unwrap());
    let filled = [("step", "a"), ("a.name", "=Mara")];
    assert_eq!(phone.post(&format!("{own}/complete"), &filled).await.status, 303);
    desk.post(&interactions, json!({"title": "Not begun", "steps": steps})).await;
    let chat = documents::looked_at(store, runtime, &session).await.to_string();
    files.put(&format!("read/{chat}/picture"), documents::photo("chat"), "image/jpeg").await.unwrap();
    let fields = [("id", "file"), ("text", ""), ("attachment", chat.as_str())];
    assert_eq!(phone.post(&format!("{}/attachments", invited.room), &fields).await.status, 201);

    let (first, ready) = asked_for(&platform, &desk, &archives).await;
    assert_eq!((&ready["files"], &ready["missing"]), (&json!(6), &json!(0)), "{ready}");
    let mut archive = downloaded(&ready).await;
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    let expected = [
        "Consent.pdf",
        "A photo/01 photo.jpg",
        "_About_ you.csv",
        "_About_ you.json",
        "_About_ you.pdf",
        "Chat/photo.jpg",
    ];
    assert_eq!(names, expected);
    let mut read = |name: &str| {
        let mut bytes = vec![];
        archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    assert_eq!((read("Consent.pdf"), read("Chat/photo.jpg")), (signed, documents::photo("chat")));
    let table = String::from_utf8(read("_About_ you.csv")).unwrap();
    assert!(table.contains("\"'=Mara\""), "{table}");
    let pages = read("_About_ you.pdf");
    let alone = format!("{interactions}/{}?as=pdf", made["id"].as_str().unwrap());
    let alone = desk.call(Method::GET, &alone, &[], None).await;
    assert!(pages.starts_with(b"%PDF-"));
    assert_eq!(alone.body.as_str().unwrap(), String::from_utf8_lossy(&pages), "the same pages as alone");

    // Asked for again it is the same one, and nobody makes it anew; with more in it, another, and the first one is not there any more.
    let archive = format!("packed/{session}.zip");
    files.put(&archive, b"as it is".to_vec(), "application/zip").await.unwrap();
    let (again, _) = asked_for(&platform, &desk, &archives).await;
    assert_eq!(again, first);
    platform.settle().await;
    assert_eq!(files.get(&archive, 1_000).await.unwrap(), b"as it is");
    let upload = UploadId::generate(&runtime.entropy);
    let document = documents::completed(store, runtime, &session, &upload).await;
    documents::filed(store, runtime, &session, &document).await;
    let (second, ready) = asked_for(&platform, &desk, &archives).await;
    assert_ne!(second, first);
    // What has its name twice is told apart, and what is gone is said.
    assert_eq!((&ready["files"], &ready["missing"]), (&json!(6), &json!(1)), "{ready}");
    let old = desk.call(Method::GET, &format!("{archives}/{first}"), &[], None).await;
    assert_eq!(old.status, 404, "{}", old.body);

    // By a form, without a script: to a page that leads to the archive.
    let nina = desk.signed_in().await;
    let room = nina.get(&format!("/console/s/{}", invited.id)).await;
    assert!(room.text.contains(&format!("action=\"{archives}\"")), "{}", room.text);
    let asked = nina.post(&archives, &[("csrf", &room.hidden("csrf").unwrap())]).await;
    assert_eq!(
        (asked.status, asked.location.as_str()),
        (303, format!("{archives}/{second}").as_str()),
        "{}",
        asked.text
    );
    let page = platform.until(async || {
        let page = nina.get(&asked.location).await;
        page.text.contains("The files are ready").then_some(page)
    });
    let page = page.await.unwrap();
    assert!(page.text.contains("1 file was not there any more."), "{}", page.text);
    let report = files.get(&format!("packed/{session}.json"), 10_000).await.unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let task = files.get(&format!("pack/{session}.json"), 100_000).await.unwrap();
    assert_eq!(report["task"], HEXLOWER.encode(&Sha256::digest(&task)));
}
