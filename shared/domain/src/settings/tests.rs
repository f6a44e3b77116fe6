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
fn a_logo_may_be_a_file_of_the_installation() {
    let with = |logo: &str| {
        let mut document = Settings::default().to_value();
        document["branding"]["logo"] = json!(logo);
        Settings::parse(document).map(|settings| settings.branding.logo)
    };
    assert_eq!(with("/static/logo.svg"), Ok(Some("/static/logo.svg".to_owned())));
    for wrong in
        ["//evil.example/logo.svg", "/a/../b.svg", "/logo.svg?x", "/a\\b", "logo.svg", "http://example.com/l.svg"]
    {
        assert_eq!(with(wrong).unwrap_err().key(), "branding.logo", "{wrong}");
    }
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

/// Whatever the system's becomes, a team's gates stay, and nothing opens that neither document meant.
#[test]
fn r19_what_no_longer_fits_gives_way_towards_less() {
    let with = |system: &Settings, change: Value| system.with(&Overrides::parse(change, system).unwrap()).unwrap();
    let default = Settings::default();
    let access =
        |level: &str, minutes: Option<u32>| json!({"end": {"customer_access": {"level": level, "minutes": minutes}}});
    let gates = json!({"method": "otp", "multi_device": true, "max_attempts": 2, "consent": {"required": true}});
    let effective = |before: &Settings, team: Value, after: &Settings| {
        let mut team = team;
        team["authentication"] = gates.clone();
        let overrides = Overrides::parse(team, before).unwrap();
        assert!(after.with(&overrides).is_err(), "it no longer fits");
        let effective = after.of_team(&overrides).unwrap();
        assert_eq!(effective.authentication, before.with(&overrides).unwrap().authentication);
        effective
    };
    let limited = with(&default, access("limited", Some(60)));
    let timed = with(&default, access("full_timed", Some(60)));
    let full = with(&default, access("full", None));
    let texts = with(&default, json!({"channels": {"default": "sms"}}));
    let level = |level: &str| json!({"end": {"customer_access": {"level": level}}});
    let none = &default.end.customer_access;
    // A level that the team chose never becomes the system's; one that it did not choose does.
    assert_eq!(effective(&default, level("none"), &limited).end.customer_access, *none);
    assert_eq!(effective(&timed, level("limited"), &full).end.customer_access, *none);
    assert_eq!(effective(&default, level("full"), &timed).end.customer_access, full.end.customer_access);
    let minutes = json!({"end": {"customer_access": {"minutes": 5}}});
    assert_eq!(effective(&limited, minutes, &default).end.customer_access, *none);
    // What the team closed stays closed beside the system's level.
    let open = |level: &str, minutes: Option<u32>| json!({"end": {"customer_access": {"level": level, "minutes": minutes, "chat": true, "attachments": true}}});
    let (timed, full) = (with(&default, open("full_timed", Some(1440))), with(&default, open("full", None)));
    let quiet = json!({"end": {"customer_access": {"minutes": 60, "chat": false}}});
    let access = effective(&timed, quiet, &full).end.customer_access;
    assert_eq!((access.chat, access.attachments), (false, true));
    // Texts that one of the two switched off stay off.
    let no_texts = with(&default, json!({"channels": {"sms": false}}));
    let effective_channels = effective(&default, json!({"channels": {"sms": false}}), &texts).channels;
    assert_eq!((effective_channels.sms, effective_channels.default), (false, crate::Channel::Email));
    let effective_channels = effective(&default, json!({"channels": {"default": "sms"}}), &no_texts).channels;
    assert_eq!((effective_channels.sms, effective_channels.default), (false, crate::Channel::Email));
    // Reminders in the system's hours, or none.
    let early = with(&default, json!({"channels": {"reminders": {"from": "05:00", "to": "07:00"}}}));
    let late = json!({"channels": {"reminders": {"from": "10:00"}}});
    assert_eq!(effective(&default, late, &early).channels.reminders, early.channels.reminders);
    let enabled = with(&default, json!({"channels": {"reminders": {"enabled": true}}}));
    let no_days = json!({"channels": {"reminders": {"weekdays": []}}});
    assert!(!effective(&default, no_days, &enabled).channels.reminders.enabled);
    // What this version cannot read is an error and never the system's instead.
    for unreadable in [
        json!({"authentication": {"method": "palm"}}),
        json!({"later": 1}),
        json!({"authentication": {"max_attempts": 0}}),
    ] {
        assert!(default.of_team(&Overrides::stored(unreadable)).is_err());
    }
}

/// What is stored is what every browser makes of it.
#[test]
fn urls_are_stored_in_their_one_spelling() {
    let keys = [("end", "customer_redirect"), ("service", "status_url"), ("branding", "logo")];
    let long = format!("https://example.com/{}", "x".repeat(2_000));
    for (section, key) in keys {
        let saved = |url: &str| {
            let mut document = Settings::default().to_value();
            document[section][key] = json!(url);
            let team = Overrides::parse(json!({section: {key: url}}), &Settings::default());
            let team = team.map(|team| team.as_value()[section][key].clone());
            let system = Settings::parse(document).map(|settings| settings.to_value()[section][key].clone());
            assert_eq!(team, system, "{url}");
            system.map_err(|error| error.key().to_owned())
        };
        for (written, stored) in [
            ("https://example.com", "https://example.com/"),
            ("HTTPS://EXAMPLE.com/A", "https://example.com/A"),
            ("https://example.com:443/a/../b", "https://example.com/b"),
            ("https://b\u{fc}cher.example/\u{e4}", "https://xn--bcher-kva.example/%C3%A4"),
            ("https://2130706433/", "https://127.0.0.1/"),
        ] {
            assert_eq!(saved(written), Ok(json!(stored)));
        }
        for refused in [
            "https:evil",
            "https:/evil.example",
            "https:\\\\evil.example",
            "https://user@evil.example/",
            "https://:secret@evil.example/",
            "https://bank.example:pw@evil.example/",
            "https://evil.example\\@bank.example",
            " https://example.com",
            "https://exa\nmple.com",
            "https://",
            "http://example.com",
            "javascript:alert(1)",
            "//example.com",
            long.as_str(),
        ] {
            assert_eq!(saved(refused), Err(format!("{section}.{key}")), "{refused:?}");
        }
    }
}
