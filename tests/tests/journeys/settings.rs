//! What settings change of a session's beginning and end.

use parlor_tests::Platform;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_an_embedded_session_hands_its_link_to_the_program() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"channels": {"embedded": true}})).await;
    let customer = json!({"name": "Mara Quist", "email": platform.address(), "phone": platform.phone()});
    let session = desk.post("/v1/sessions", json!({"customer": customer})).await;
    let path = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let url = session["url"].as_str().unwrap().to_owned();
    let link = url.split_once("/s/").map(|(_, token)| format!("/s/{token}")).unwrap();
    assert_eq!(platform.browser().get(&link).await.status, 200);
    assert_eq!(desk.get(&path).await["indicator"], "never_joined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_with_text_messages_off_no_number_begins_anything() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"channels": {"sms": false}})).await;
    for mode in ["start", "plan"] {
        let customer = json!({"name": "Mara Quist", "phone": platform.phone()});
        let body = json!({"customer": customer, "mode": mode});
        let refused = desk.call(Method::POST, "/v1/sessions", &[], Some(body)).await;
        assert_eq!((refused.status, &refused.body["code"]), (422, &json!("sms-off")), "{mode}: {}", refused.body);
    }
    let nina = desk.signed_in().await;
    let page = nina.get("/console?new=1").await;
    assert!(page.text.contains("data-sms=\"false\""), "the dialog offers none: {}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_after_the_end_an_agent_goes_home_or_stays() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    for (redirect, home) in [("welcome", true), ("stay", false)] {
        desk.settings(json!({"end": {"agent_redirect": redirect}})).await;
        let invited = desk.invited(json!({})).await;
        let nina = desk.signed_in().await;
        let room = format!("/console/s/{}", invited.id);
        let csrf = nina.get(&room).await.hidden("csrf").unwrap();
        let answer = nina.post(&format!("/v1/sessions/{}/end", invited.id), &[("csrf", &csrf)]).await;
        let to = if home { "/console" } else { room.as_str() };
        assert_eq!((answer.status, answer.location.as_str()), (303, to), "{}", answer.text);
        assert_eq!(nina.get(&room).await.status, 200, "the room can be read");
    }
}
