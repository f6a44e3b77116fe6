//! Reads documents out of items that stay whole: several getters may ask for the same one.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;

use crate::{StoreError, keys::Item};

/// An attribute's document, if the attribute is there.
pub(crate) fn read<T: DeserializeOwned>(
    kind: &'static str,
    item: &Item,
    attribute: &str,
) -> Result<Option<T>, StoreError> {
    let Some(value) = item.get(attribute) else { return Ok(None) };
    let value = translated(value).ok_or_else(|| StoreError::Item { kind, reason: "a type of another age".into() })?;
    serde_dynamo::from_attribute_value(value).map(Some).map_err(|error| StoreError::item(kind, &error))
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
        let value: AttributeValue = serde_dynamo::to_attribute_value(&document).unwrap();
        let item = HashMap::from([("doc".to_owned(), value), ("name".to_owned(), AttributeValue::S("n".into()))]);
        for _ in 0..2 {
            assert_eq!(read::<Value>("test", &item, "doc").unwrap(), Some(document.clone()));
        }
        assert_eq!(read::<Value>("test", &item, "other").unwrap(), None);
        assert_eq!(text("test", &item, "name").unwrap(), Some("n"));
        assert_eq!(text("test", &item, "other").unwrap(), None);
        assert!(text("test", &item, "doc").is_err());
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
