//! What a team's settings are after the system's were changed beneath them (R19): gates never open by it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Settings;
use parlor_store::ReadBatch;
use parlor_tests::Installation;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Saves a document that a program got before, with `change` laid over it.
async fn save(installation: &Installation, path: &str, document: Value) {
    let etag = installation.etag(path).await;
    let (status, answer) =
        installation.call_with(Method::PUT, path, Some(document), &[("if-match", etag.as_str())]).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
}

async fn save_system(installation: &Installation, pointer: &str, value: Value) {
    let mut document = installation.get("/v1/settings").await;
    *document.pointer_mut(pointer).unwrap() = value;
    save(installation, "/v1/settings", document).await;
}

async fn effective(installation: &Installation) -> Settings {
    let found = installation.store.read(ReadBatch::new().team(&installation.team)).await.unwrap();
    found.settings(&installation.team).unwrap().0
}

fn access(level: &str, minutes: Option<u32>) -> Value {
    json!({"level": level, "minutes": minutes, "then_limited_minutes": null, "attachments": false, "chat": false})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_change_of_the_systems_settings_opens_no_gate_of_a_team() {
    let installation = Installation::start().await;
    let team = format!("/v1/teams/{}/settings", installation.team);
    let gates = json!({"method": "pin", "max_attempts": 3, "consent": {"required": true, "text": "We keep this."}});
    save_system(&installation, "/end/customer_access", access("full_timed", Some(60))).await;
    let document = json!({
        "authentication": gates,
        "end": {"customer_access": {"level": "full_timed"}, "inactivity_minutes": 20},
        "branding": {"name": "Harbour Bank"},
    });
    save(&installation, &team, document).await;
    // The team's level has no duration any more.
    save_system(&installation, "/end/customer_access", access("none", None)).await;
    let settings = effective(&installation).await;
    let gates = &settings.authentication;
    assert_eq!(gates.max_attempts, 3);
    assert!(gates.consent.required && gates.consent.text.as_deref() == Some("We keep this."));
    assert_eq!(settings.end.inactivity_minutes, Some(20), "what still fits stays");
    assert_eq!(settings.branding.name.as_deref(), Some("Harbour Bank"));
    assert_eq!(settings.end.customer_access, Settings::default().end.customer_access, "and nothing is given away");
    let start = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}});
    let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(start)).await;
    assert_eq!((status.as_u16(), &answer["code"]), (422, &json!("pin-required")));
    let session = installation.session(Some("4711")).await;
    let link = installation.link(&session).await;
    let customer = installation.browser();
    assert!(customer.get(&link).await.text.contains("We keep this."));
    assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 422, "consent is asked for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r13_what_a_team_closed_stays_closed_whatever_the_system_opens() {
    let installation = Installation::start().await;
    let team = format!("/v1/teams/{}/settings", installation.team);
    let closed = json!({"end": {"customer_access": {"level": "none"}}, "channels": {"sms": false}});
    save(&installation, &team, closed).await;
    save_system(&installation, "/end/customer_access", access("limited", Some(60))).await;
    save_system(&installation, "/channels/default", json!("sms")).await;
    let settings = effective(&installation).await;
    assert_eq!(settings.end.customer_access, Settings::default().end.customer_access);
    assert!(!settings.channels.sms && settings.channels.default == parlor_domain::Channel::Email);
}
