//! Links that are revoked (R5): all of them with the release of a device, or one by one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_r6_after_a_release_a_stolen_link_binds_nobody() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let (stolen, other) = (installation.link(&session).await, installation.link(&session).await);
    let (release, links) = (format!("/v1/sessions/{session}/device/release"), format!("/v1/sessions/{session}/links"));
    let thief = installation.browser();
    thief.get(&stolen).await;
    assert_eq!(thief.post(&format!("{stolen}/continue"), &[]).await.status, 303);
    installation.stack.settle().await;
    let sent = installation.stack.outbox().items().len();
    installation.post(&release, json!({})).await;
    installation.stack.settle().await;
    assert_eq!(installation.stack.outbox().items().len(), sent + 1, "the customer gets a new link");
    for path in [&stolen, &other] {
        assert_eq!(thief.get(path).await.reason(), Some("unknown"), "an earlier link opens nothing");
        assert_eq!(thief.post(&format!("{path}/continue"), &[]).await.reason(), Some("unknown"));
        assert_eq!(
            thief.post(&format!("{path}/new-link"), &[]).await.reason(),
            Some("unknown"),
            "nor asks for another"
        );
    }
    assert_eq!(installation.count_events(&session, "device.released").await, 1);
    assert_eq!(installation.count_events(&session, "link.revoked").await, 1);
    let listed = installation.get(&links).await;
    let revoked: Vec<_> = listed["items"].as_array().unwrap().iter().map(|link| link["revoked"].clone()).collect();
    assert_eq!(revoked, [json!(false), json!(true), json!(true), json!(true)], "newest first: {listed}");
    // A link that comes after it works, and a release that replaces nothing leaves it.
    let fresh = installation.link(&session).await;
    let customer = installation.browser();
    customer.get(&fresh).await;
    assert_eq!(customer.post(&format!("{fresh}/continue"), &[]).await.status, 303);
    installation.post(&release, json!({"replace_link": false})).await;
    assert_eq!(installation.browser().get(&fresh).await.status, 200);
    // Where no message can be sent, the new link is for whoever asked.
    installation.settings(json!({"channels": {"embedded": true}})).await;
    let answer = installation.post(&release, json!({})).await;
    let url = answer["url"].as_str().unwrap().strip_prefix(installation.stack.url()).unwrap();
    assert_eq!(installation.browser().get(url).await.status, 200);
    assert_eq!(installation.browser().get(&fresh).await.reason(), Some("unknown"));
    let started = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "mode": "plan"});
    let planned = installation.post("/v1/sessions", started).await["id"].as_str().unwrap().to_owned();
    installation.post(&format!("/v1/sessions/{planned}/device/release"), json!({})).await;
    assert_eq!(installation.get(&format!("/v1/sessions/{planned}")).await["state"], "planned", "invites nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_links_are_listed_and_revoked_one_by_one() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let links = format!("/v1/sessions/{session}/links");
    let made = installation.post(&links, json!({})).await;
    let (id, path) = (made["id"].as_str().unwrap(), made["url"].as_str().unwrap());
    let path = path.strip_prefix(installation.stack.url()).unwrap();
    let kept = installation.link(&session).await;
    let listed = installation.get(&links).await;
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), 3);
    let mine = listed.iter().find(|link| link["id"] == id).unwrap();
    assert_eq!(
        (&mine["origin"], &mine["by"]["type"], &mine["revoked"]),
        (&json!("generated"), &json!("api"), &json!(false))
    );
    assert!(!listed.iter().any(|link| link.to_string().contains(path)), "no URL is shown again");
    let customer = installation.browser();
    customer.get(path).await;
    customer.post(&format!("{path}/continue"), &[]).await;
    // In the room, by the agent who looks at it.
    let nina = installation.signed_in(&installation.agent).await;
    let room = nina.get(&format!("/console/s/{session}")).await;
    let action = format!("{links}/{id}/revoke");
    assert!(room.text.contains(&format!("action=\"{action}\"")), "{}", room.text);
    let fields = [("csrf", room.hidden("csrf").unwrap()), ("idempotency_key", "revoke-1".to_owned())];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(nina.post(&action, &fields).await.location, format!("/console/s/{session}"));
    assert!(!nina.get(&format!("/console/s/{session}")).await.text.contains(&format!("action=\"{action}\"")));
    assert_eq!(installation.browser().get(path).await.reason(), Some("unknown"));
    assert_eq!(customer.get(&format!("/r/{session}")).await.status, 200, "who is in stays in");
    assert_eq!(installation.browser().get(&kept).await.reason(), Some("device"), "and no other link is touched");
    let (status, again) = installation.call(Method::POST, &action, Some(json!({}))).await;
    assert_eq!((status, &again["revoked"]), (StatusCode::OK, &json!(true)));
    assert_eq!(installation.count_events(&session, "link.revoked").await, 1);
    let nobodys = format!("{links}/{}/revoke", "A".repeat(43));
    assert_eq!(installation.call(Method::POST, &nobodys, Some(json!({}))).await.0, StatusCode::NOT_FOUND);
    // After the end, too.
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let sent = listed.iter().find(|link| link["origin"] == "sent").unwrap()["id"].as_str().unwrap();
    let (status, _) = installation.call(Method::POST, &format!("{links}/{sent}/revoke"), Some(json!({}))).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_listed_link_says_whose_it_is() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let about = format!("/v1/sessions/{session}");
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let added = installation.post(&format!("{about}/participants"), person).await;
    let listed = installation.get(&format!("{about}/links")).await;
    let whose: Vec<_> = listed["items"].as_array().unwrap().iter().map(|link| link["participant"].clone()).collect();
    assert_eq!(whose, [added["id"].clone(), json!(null)], "newest first: {listed}");
}

/// Also where the session cannot be renewed (R4).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r6_after_the_end_a_device_is_released_for_as_long_as_somebody_comes_in() {
    let installation = Installation::start().await;
    installation
        .settings(json!({
            "authentication": {"method": "pin", "max_attempts": 1, "max_lockouts": 1},
            "end": {"customer_access": {"level": "full_timed", "minutes": 60}, "renew_window_minutes": 1},
        }))
        .await;
    let session = installation.session(Some("4711")).await;
    let (stolen, about) = (installation.link(&session).await, format!("/v1/sessions/{session}"));
    let operate = async |operation: &str| {
        let (status, answer) = installation.call(Method::POST, &format!("{about}/{operation}"), Some(json!({}))).await;
        (status.as_u16(), answer["code"].as_str().map(str::to_owned))
    };
    let room = format!("/r/{session}");
    let enter = async |link: &str, pin: &str| {
        let browser = installation.browser();
        browser.get(link).await;
        (browser.submit(&format!("{link}/pin"), &[("code", pin)]).await, browser)
    };
    let (page, thief) = enter(&stolen, "4711").await;
    assert_eq!(page.status, 200);
    operate("end").await;
    installation.stack.advance(120).await;
    assert_eq!(operate("renew").await.1.as_deref(), Some("not-renewable"));
    assert_eq!(thief.get(&room).await.status, 200);
    let nina = installation.signed_in(&installation.agent).await;
    let console = format!("/console/s/{session}");
    assert!(nina.get(&console).await.text.contains("data-opens=\"release\""), "the room offers it");
    assert_eq!(operate("device/release").await, (200, None));
    assert_eq!(thief.get(&room).await.status, 403);
    assert_eq!(thief.get(&stolen).await.reason(), Some("unknown"));
    // Whoever holds a link tries until nobody may try.
    let link = installation.link(&session).await;
    assert_eq!(enter(&link, "0000").await.0.reason(), Some("locked"));
    assert_eq!(installation.browser().get(&link).await.reason(), Some("locked"));
    assert_eq!(operate("pin/reset").await, (200, None));
    let (page, customer) = enter(&link, "4711").await;
    assert_eq!((page.status, customer.get(&room).await.status), (200, 200));
    // Nobody comes in any more.
    installation.stack.advance(3600).await;
    for operation in ["device/release", "pin/reset"] {
        assert_eq!(operate(operation).await.1.as_deref(), Some("already-ended"));
    }
    assert!(!nina.get(&console).await.text.contains("data-opens=\"release\""));
}
