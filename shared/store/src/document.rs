//! Documents in items. Most are JSON in one attribute: what DynamoDB does not look into need not be taken apart into its
//! types and put together again, attribute by attribute, which costs several times what JSON does. Those that a condition
//! or a filter does look into are maps of DynamoDB's own. Reading takes either, from items that stay whole: several getters
//! may ask for the same one.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, keys::Item};

/// A document as JSON.
pub(crate) fn json<T: Serialize>(kind: &'static str, document: &T) -> Result<AttributeValue, StoreError> {
    serde_json::to_string(document).map(AttributeValue::S).map_err(|error| unreadable(kind, &error))
}

/// A document, or something that stands beside it, in DynamoDB's own types: for what DynamoDB looks into.
pub(crate) fn value<T: Serialize>(kind: &'static str, document: &T) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(document).map_err(|_| StoreError::attributes(kind))
}

/// An attribute's document, if the attribute is there.
pub(crate) fn read<T: DeserializeOwned>(
    kind: &'static str,
    item: &Item,
    attribute: &str,
) -> Result<Option<T>, StoreError> {
    item.get(attribute).map(|value| of(kind, value)).transpose()
}

/// The document that an attribute is.
pub(crate) fn of<T: DeserializeOwned>(kind: &'static str, value: &AttributeValue) -> Result<T, StoreError> {
    if let AttributeValue::S(json) = value {
        return serde_json::from_str(json).map_err(|error| unreadable(kind, &error));
    }
    of_value(kind, value)
}

/// What stands beside a document, if it is there.
pub(crate) fn read_value<T: DeserializeOwned>(
    kind: &'static str,
    item: &Item,
    attribute: &str,
) -> Result<Option<T>, StoreError> {
    item.get(attribute).map(|value| of_value(kind, value)).transpose()
}

fn of_value<T: DeserializeOwned>(kind: &'static str, value: &AttributeValue) -> Result<T, StoreError> {
    let value = translated(value).ok_or_else(|| StoreError::Item { kind, reason: "a type of another age".into() })?;
    serde_dynamo::from_attribute_value(value).map_err(|_| StoreError::attributes(kind))
}

/// Where the JSON is wrong, and in what way. What stands there may be a customer's.
fn unreadable(kind: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Item { kind, reason: format!("{:?} at column {}", error.classify(), error.column()) }
}

/// An attribute's text, if the attribute is there.
pub(crate) fn text<'a>(kind: &'static str, item: &'a Item, attribute: &str) -> Result<Option<&'a str>, StoreError> {
    let text = |value: &'a AttributeValue| match value {
        AttributeValue::S(text) => Ok(text.as_str()),
        _ => Err(StoreError::Item { kind, reason: "no text".into() }),
    };
    item.get(attribute).map(text).transpose()
}

/// `serde_dynamo` reads its own type, and makes it of the SDK's by taking that apart. Copied first and taken apart then,
/// every map of a document would be built twice.
fn translated(value: &AttributeValue) -> Option<serde_dynamo::AttributeValue> {
    use serde_dynamo::AttributeValue as Translated;
    Some(match value {
        AttributeValue::S(text) => Translated::S(text.clone()),
        AttributeValue::N(number) => Translated::N(number.clone()),
        AttributeValue::Bool(bool) => Translated::Bool(*bool),
        AttributeValue::Null(null) => Translated::Null(*null),
        AttributeValue::M(map) => {
            let entries = map.iter().map(|(key, value)| Some((key.clone(), translated(value)?)));
            Translated::M(entries.collect::<Option<_>>()?)
        }
        AttributeValue::L(list) => Translated::L(list.iter().map(translated).collect::<Option<_>>()?),
        AttributeValue::B(bytes) => Translated::B(bytes.as_ref().to_vec()),
        AttributeValue::Ss(texts) => Translated::Ss(texts.clone()),
        AttributeValue::Ns(numbers) => Translated::Ns(numbers.clone()),
        AttributeValue::Bs(blobs) => Translated::Bs(blobs.iter().map(|blob| blob.as_ref().to_vec()).collect()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::primitives::Blob;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_document_is_read_as_it_was_written_and_can_be_read_again() {
        let document =
            json!({"text": "x", "number": 7, "yes": true, "none": null, "list": [1, {"deep": ["y"]}], "map": {}});
        let value = value("test", &document).unwrap();
        let item = HashMap::from([("doc".to_owned(), value), ("name".to_owned(), AttributeValue::S("n".into()))]);
        for _ in 0..2 {
            assert_eq!(read::<Value>("test", &item, "doc").unwrap(), Some(document.clone()));
        }
        assert!(text("test", &item, "doc").is_err());
        assert_eq!(read::<Value>("test", &item, "other").unwrap(), None);
        assert_eq!(text("test", &item, "name").unwrap(), Some("n"));
        assert_eq!(text("test", &item, "other").unwrap(), None);

        let item = HashMap::from([("doc".to_owned(), self::json("test", &document).unwrap())]);
        for _ in 0..2 {
            assert_eq!(read::<Value>("test", &item, "doc").unwrap(), Some(document.clone()));
        }
    }

    #[test]
    fn what_does_not_read_is_not_told() {
        for wrong in [r#"{"mara@example.net": 1"#, r#""mara@example.net""#] {
            let item = HashMap::from([("doc".to_owned(), AttributeValue::S(wrong.into()))]);
            let error = read::<u64>("test", &item, "doc").unwrap_err().to_string();
            assert!(error.contains("at column") && !error.contains("mara"), "{error}");
        }
    }

    #[test]
    fn sets_and_bytes_are_translated_as_the_crate_does() {
        for value in [
            AttributeValue::B(Blob::new(*b"ab")),
            AttributeValue::Bs(vec![Blob::new(*b"a"), Blob::new(*b"b")]),
            AttributeValue::Ss(vec!["a".into()]),
            AttributeValue::Ns(vec!["1".into(), "2".into()]),
        ] {
            assert_eq!(translated(&value), Some(value.into()));
        }
    }
}
