//! Event patterns, as stream mappings use them to choose records.

use serde_json::Value;

use crate::policy;

/// Whether `event` matches `pattern`: every field of the pattern is there and has one of the listed values.
///
/// Known are literals and the matchers `prefix`, `suffix`, `wildcard`, `exists` and `anything-but`; an unknown matcher matches
/// nothing.
pub(crate) fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, pattern)| matches(pattern, &event[name.as_str()])),
        Value::Array(choices) => choices.iter().any(|choice| matches_one(choice, event)),
        _ => false,
    }
}

fn matches_one(choice: &Value, value: &Value) -> bool {
    let Value::Object(matcher) = choice else {
        return choice == value;
    };
    let Some((kind, argument)) = matcher.iter().next() else {
        return false;
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match kind.as_str() {
        "exists" => argument.as_bool() == Some(!value.is_null()),
        "prefix" => text(value).zip(text(argument)).is_some_and(|(v, a)| v.starts_with(&a)),
        "suffix" => text(value).zip(text(argument)).is_some_and(|(v, a)| v.ends_with(&a)),
        "wildcard" => text(value).zip(text(argument)).is_some_and(|(v, a)| policy::matches(&a, &v)),
        "anything-but" => match argument {
            Value::Array(all) => !value.is_null() && !all.contains(value),
            one => !value.is_null() && one != value,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn new_outbox_entries_are_chosen() {
        let pattern = json!({
            "eventName": ["INSERT"],
            "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "O#"}]}}},
        });
        let record = |name: &str, sk: &str| json!({"eventName": name, "dynamodb": {"Keys": {"sk": {"S": sk}}}});
        assert!(matches(&pattern, &record("INSERT", "O#1")));
        assert!(!matches(&pattern, &record("MODIFY", "O#1")));
        assert!(!matches(&pattern, &record("INSERT", "E#1")));
        assert!(!matches(&pattern, &json!({"eventName": "INSERT"})));
    }

    #[test]
    fn matchers() {
        assert!(matches(&json!({"a": [{"exists": false}]}), &json!({})));
        assert!(matches(&json!({"a": [{"anything-but": ["x"]}]}), &json!({"a": "y"})));
        assert!(!matches(&json!({"a": [{"anything-but": "y"}]}), &json!({"a": "y"})));
        assert!(matches(&json!({"a": [{"suffix": "y"}]}), &json!({"a": "xy"})));
        assert!(matches(&json!({"a": [{"wildcard": "x/*.json"}]}), &json!({"a": "x/y.json"})));
        assert!(!matches(&json!({"a": [{"wildcard": "x/*.json"}]}), &json!({"a": "x/y.pdf"})));
        assert!(!matches(&json!({"a": [{"cidr": "10.0.0.0/8"}]}), &json!({"a": "10.0.0.1"})));
    }
}
