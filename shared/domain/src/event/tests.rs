use super::{EventKind, TYPES, is_type};

#[test]
fn r24_every_type_is_listed() {
    let schema = serde_json::to_value(schemars::schema_for!(EventKind)).unwrap();
    let all = schema["oneOf"].as_array().unwrap().iter();
    let all: Vec<_> = all.map(|kind| kind["properties"]["type"]["const"].as_str().unwrap()).collect();
    assert_eq!(all, TYPES);
}

#[test]
fn r24_types_are_known_with_fields_and_without() {
    for name in ["session.created", "session.ended", "customer.joined", "message", "access.changed"] {
        assert!(is_type(name), "{name}");
    }
    for name in ["", "session", "session.vanished", "Session.ended", "unknown variant"] {
        assert!(!is_type(name), "{name}");
    }
}
