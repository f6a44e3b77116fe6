//! What is erased is gone: items, files, and every way to find it (R25).

use data_encoding::HEXLOWER;
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::ReadBatch;
use parlor_tests::{Platform, documents};
use reqwest::Method;
use serde_json::json;
use sha2::{Digest as _, Sha256};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_an_erased_session_leaves_a_note_and_nothing_else() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let to = platform.address();
    // A surname that nobody else has.
    let word = to.split('@').next().unwrap().to_owned();
    let customer = json!({"name": format!("Zelda {word}"), "email": to});
    let session = desk.post("/v1/sessions", json!({"customer": customer, "reference": "case-17"})).await;
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let link = platform.message(&to, 1).await.link(&platform);
    desk.post(&format!("{path}/messages"), json!({"text": "hello"})).await;
    let file = documents::form();
    let sha256 = HEXLOWER.encode(&Sha256::digest(&file));
    let said = json!({"name": "Consent.pdf", "size": file.len(), "content_type": "application/pdf", "sha256": sha256});
    let announced = desk.post(&format!("{path}/uploads"), said).await;
    let upload = announced["id"].as_str().unwrap();
    let put = announced["headers"]
        .as_object()
        .unwrap()
        .iter()
        .fold(reqwest::Client::new().put(announced["url"].as_str().unwrap()).body(file), |put, (name, value)| {
            put.header(name, value.as_str().unwrap())
        });
    assert!(put.send().await.unwrap().status().is_success());
    let files = documents::bucket(&platform.runtime);
    let keys = ["form.json", "page-1"].map(|part| format!("read/{upload}/{part}"));
    let mut keys = keys.iter().cloned().chain([format!("uploads/{upload}")]).collect::<Vec<_>>();
    platform.until(async || files.get(&keys[0], 1_000_000).await.ok()).await.unwrap();
    // What was sent for a request, joined.
    let own = session["id"].as_str().unwrap();
    let sent = documents::sent_for_good(&platform.store, &platform.runtime, &own.parse().unwrap()).await;
    let task = documents::join_task(&[&format!("uploads/{upload}")], &format!("{own}/{}", sent.id));
    files.put(&format!("join/{own}/{}.json", sent.id), task, "application/json").await.unwrap();
    keys.extend(
        ["join/{}.json", "joined/{}.pdf", "joined/{}.json"].map(|key| key.replace("{}", &format!("{own}/{}", sent.id))),
    );
    platform.until(async || files.get(keys.last().unwrap(), 1_000_000).await.ok()).await.unwrap();

    // The archive of what is finished.
    let archive = desk.post(&format!("{path}/archives"), json!({})).await;
    keys.extend(["pack/{}.json", "packed/{}.zip", "packed/{}.json"].map(|key| key.replace("{}", own)));
    platform.until(async || files.get(keys.last().unwrap(), 1_000_000).await.ok()).await.unwrap();

    let refused = desk.call(Method::POST, &format!("{path}/erase"), &[], None).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("not-ended")), "{}", refused.body);
    desk.post(&format!("{path}/end"), json!({})).await;
    let erased = desk.post(&format!("{path}/erase"), json!({})).await;
    assert_eq!((&erased["customer"], &erased["reference"]), (&json!({"name": ""}), &json!(null)));
    assert!(erased["erased_at"].is_string() && erased["access"]["tier"] == "none", "{erased}");

    // Nothing is shown of what is still to be deleted.
    for gone in [
        format!("interactions/{}?values=true", sent.id),
        format!("interactions/{}/result", sent.id),
        format!("archives/{}", archive["id"].as_str().unwrap()),
        "messages/2/file".to_owned(),
    ] {
        let answer = desk.call(Method::GET, &format!("{path}/{gone}"), &[], None).await;
        assert_eq!(answer.status, 404, "{gone}: {}", answer.body);
    }
    for list in ["interactions", "messages"] {
        assert_eq!(desk.get(&format!("{path}/{list}")).await["items"], json!([]), "{list}");
    }
    assert_eq!(desk.events(own).await, ["session.erased"]);

    let id = session["id"].as_str().unwrap().parse().unwrap();
    let left = async || {
        let found = platform.store.read(ReadBatch::new().session(&id)).await.unwrap();
        let session = found.session(&id).unwrap().unwrap().session;
        session.erased.is_some_and(|erased| erased.pending.is_none()).then_some(())
    };
    platform.run("apply-retention").await;
    platform.until(left).await.unwrap();
    for key in &keys {
        assert!(matches!(files.get(key, 1_000_000).await, Err(ObjectError::Missing)), "{key} is still there");
    }
    assert_eq!(desk.events(id.as_str()).await, ["session.erased"]);
    let rest = desk.get(&path).await;
    assert!(rest["erased_at"].is_string() && !rest.to_string().contains("Zelda"), "{rest}");
    for list in ["/v1/sessions".to_owned(), format!("/v1/sessions?q={word}")] {
        let found = desk.get(&list).await;
        assert!(!found.to_string().contains(id.as_str()), "{list}: {found}");
    }
    for operation in ["renew", "invite", "links"] {
        let refused = desk.call(Method::POST, &format!("{path}/{operation}"), &[], Some(json!({}))).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("erased")), "{operation}: {}", refused.body);
    }
    let page = platform.browser().get(&link).await;
    assert!(matches!(page.status, 403 | 410) && !page.text.contains("Zelda"), "{} {}", page.status, page.text);
    let nina = desk.signed_in().await;
    assert_eq!(nina.get(&format!("/console/s/{id}")).await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_whoever_is_no_admin_erases_nothing() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let path = format!("/v1/sessions/{}", invited.id);
    desk.post(&format!("{path}/end"), json!({})).await;
    let nina = desk.signed_in().await;
    let csrf = nina.get(&format!("/console/s/{}", invited.id)).await.hidden("csrf").unwrap();
    let refused = nina.post(&format!("{path}/erase"), &[("csrf", &csrf)]).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(desk.get(&path).await["erased_at"].is_null());
}
