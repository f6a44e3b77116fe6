//! What a settings document may say, and how a team's lies over the system's.

use serde_json::{Value, json};

use super::{Overrides, Settings};

#[test]
fn r19_a_team_overrides_key_by_key() {
    let system = Settings::default();
    let overrides =
        Overrides::parse(json!({"end":{"inactivity_minutes":10},"channels":{"reminders":{"max":1}}}), &system).unwrap();
    let effective = system.with(&overrides).unwrap();
    assert_eq!(effective.end.inactivity_minutes, Some(10));
    assert_eq!(effective.channels.reminders.max, 1);
    assert_eq!(effective.channels.reminders.every_minutes, 2880);
    assert_eq!(effective.session, system.session);
}

#[test]
fn defaults_round_trip_as_the_contract_has_them() {
    let value = Settings::default().to_value();
    assert_eq!(value["session"]["customer_access_minutes"], 10_080);
    assert_eq!(value["end"]["customer_access"]["level"], "none");
    assert_eq!(value["branding"]["logo"], Value::Null);
    assert_eq!(Settings::parse(value), Ok(Settings::default()));
}

#[test]
fn what_was_stored_is_read_back_and_nothing_else() {
    let stored = |change: fn(&mut Value)| {
        let mut document = Settings::default().to_value();
        change(&mut document);
        Settings::stored(&document.to_string())
    };
    assert_eq!(stored(|_| {}), Ok(Settings::default()));
    assert!(stored(|document| document["service"]["extra"] = json!(1)).is_err());
    assert!(stored(|document| document["end"]["customer_access"]["level"] = json!("full_timed")).is_err());
    assert!(Settings::stored("{}").is_err());
}

#[test]
fn what_is_refused_names_its_key() {
    let with = |pointer: &str, value: Value| {
        let mut document = Settings::default().to_value();
        *document.pointer_mut(pointer).unwrap() = value;
        Settings::parse(document).unwrap_err().key().to_owned()
    };
    assert_eq!(with("/session/single_active", json!("yes")), "session.single_active");
    assert_eq!(
        with(
            "/end/customer_access",
            json!({"level":"full","minutes":5,"then_limited_minutes":null,"attachments":false,"chat":false})
        ),
        "end.customer_access.minutes"
    );
    assert_eq!(
        with(
            "/end/customer_access",
            json!({"level":"limited","minutes":5,"then_limited_minutes":null,"attachments":false,"chat":true})
        ),
        "end.customer_access.chat"
    );
    assert_eq!(
        with(
            "/end/customer_access",
            json!({"level":"full_timed","minutes":null,"then_limited_minutes":null,"attachments":false,"chat":true})
        ),
        "end.customer_access.minutes"
    );
    assert_eq!(with("/end/customer_access", json!({"level":"limited"})), "end.customer_access.attachments");
    assert_eq!(with("/end/customer_redirect", json!("http://example.com")), "end.customer_redirect");
    assert_eq!(with("/end/customer_redirect", json!("javascript:alert(1)")), "end.customer_redirect");
    assert_eq!(with("/channels/reminders/from", json!("25:00")), "channels.reminders.from");
    assert_eq!(
        with("/service", json!({"maintenance":false,"message":null,"status_url":null,"extra":1})),
        "service.extra"
    );
    assert_eq!(with("/session/customer_access_minutes", json!(-1)), "session.customer_access_minutes");
    assert_eq!(with("/data", json!([null])), "data");
    assert_eq!(with("/channels/reminders", json!(null)), "channels.reminders");
    assert_eq!(with("/end/agent_redirect", json!({"stay": null})), "end.agent_redirect");
    assert_eq!(with("/channels/reminders/weekdays", json!([{"monday": null}])), "channels.reminders.weekdays");
    let error = Settings::parse(json!([])).unwrap_err();
    assert_eq!((error.key(), error.to_string().as_str()), ("(document)", "`(document)`: must be an object"));
    assert_eq!(
        Overrides::parse(json!({"end":{"customer_access":{"chat":true}}}), &Settings::default()).unwrap_err().key(),
        "end.customer_access.chat"
    );
    let team = |document: Value| Overrides::parse(document, &Settings::default()).unwrap_err().key().to_owned();
    assert_eq!(team(json!({"sesion":{}})), "sesion");
    assert_eq!(team(json!([])), "(document)");
    assert_eq!(team(json!({"data": [null]})), "data");
    assert_eq!(team(json!({"end": {"agent_redirect": {"stay": null}}})), "end.agent_redirect");
}
