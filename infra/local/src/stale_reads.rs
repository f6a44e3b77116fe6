//! A copy of the tables that is behind them, for reads that may be stale: those of indexes, and those that do not ask to be
//! consistent. DynamoDB answers them from wherever a write arrives a moment later; an emulator never does.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use dynoxide::types::AttributeValue;
use dynoxide::{Database, DynoxideError};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::clock::LocalClock;
use crate::template::Table;

/// An item, or as much of it as is its key.
type Item = HashMap<String, AttributeValue>;

/// An item as a write left it.
struct Change {
    at: Timestamp,
    table: String,
    key: Value,
    /// None when it was deleted.
    item: Option<Item>,
}

/// The copy, and what has not arrived there.
pub(crate) struct Lagging {
    tables: Database,
    copy: Database,
    /// The key's attributes of each table.
    keys: BTreeMap<String, Vec<String>>,
    clock: LocalClock,
    backlog: Mutex<VecDeque<Change>>,
}

impl Lagging {
    /// Of `tables`, which are empty, in `copy`, which has the same.
    pub(crate) fn new(tables: Database, copy: Database, described: &[Table], clock: LocalClock) -> Self {
        let keys = described.iter().map(|table| {
            let schema = table.create["KeySchema"].as_array().into_iter().flatten();
            let attributes = schema.filter_map(|part| part["AttributeName"].as_str()).map(str::to_owned);
            (table.name.clone(), attributes.collect())
        });
        Self { tables, copy, keys: keys.collect(), clock, backlog: Mutex::default() }
    }

    /// Notes what a write that took effect did to its items.
    pub(crate) fn wrote(&self, operation: &str, request: &Value) -> Result<(), DynoxideError> {
        for (table, item) in written(operation, request) {
            let Some(attributes) = self.keys.get(table) else { continue };
            let key: Map<String, Value> =
                attributes.iter().map(|attribute| (attribute.clone(), item[attribute].clone())).collect();
            let read = json!({ "TableName": table, "Key": key, "ConsistentRead": true });
            // While the backlog is held, so that the newest of two writes to an item is the last in it.
            let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
            let item = self.tables.get_item(request_of(read)?)?.item;
            let (at, table) = (self.clock.now(), table.to_owned());
            backlog.push_back(Change { at, table, key: key.into(), item });
        }
        Ok(())
    }

    /// Lets everything arrive that was written before `lag` ago.
    pub(crate) fn catch_up(&self, lag: Duration) -> Result<(), DynoxideError> {
        let arrived = self.clock.now().checked_sub(lag).unwrap_or(Timestamp::MIN);
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(Change { table, key, item, .. }) = backlog.pop_front_if(|change| change.at <= arrived) {
            match item {
                Some(item) => drop(self.copy.put_item(request_of(json!({ "TableName": table, "Item": item }))?)?),
                None => drop(self.copy.delete_item(request_of(json!({ "TableName": table, "Key": key }))?)?),
            }
        }
        Ok(())
    }
}

fn request_of<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, DynoxideError> {
    serde_json::from_value(request).map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

/// The tables and items (or keys) that a request writes.
fn written<'a>(operation: &str, request: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let one = |part: &'a Value| {
        let item = part.get("Item").or_else(|| part.get("Key"));
        part["TableName"].as_str().zip(item)
    };
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => one(request).into_iter().collect(),
        "TransactWriteItems" => {
            let parts = request["TransactItems"].as_array().into_iter().flatten();
            let parts = parts.flat_map(|part| part.as_object().into_iter().flatten());
            parts.filter(|(kind, _)| *kind != "ConditionCheck").filter_map(|(_, part)| one(part)).collect()
        }
        "BatchWriteItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let of_table = |(table, parts): (&'a String, &'a Value)| {
                let items = parts
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|part| part["PutRequest"].get("Item").or_else(|| part["DeleteRequest"].get("Key")));
                items.map(|item| (table.as_str(), item)).collect::<Vec<_>>()
            };
            tables.flat_map(of_table).collect()
        }
        _ => vec![],
    }
}

/// Whether a request is a read that may be stale.
pub(crate) fn may_be_stale(operation: &str, request: &Value) -> bool {
    let eventual = |read: &Value| read["ConsistentRead"] != true;
    match operation {
        "Query" | "Scan" => request.get("IndexName").is_some() || eventual(request),
        "GetItem" => eventual(request),
        "BatchGetItem" => request["RequestItems"].as_object().is_some_and(|tables| tables.values().all(eventual)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_to_be_consistent_is_not_stale_and_an_index_always_may_be() {
        let strong = json!({"TableName": "A", "ConsistentRead": true});
        let index = json!({"TableName": "A", "IndexName": "due"});
        assert!(!may_be_stale("GetItem", &strong) && !may_be_stale("Query", &strong));
        assert!(may_be_stale("Query", &index) && may_be_stale("GetItem", &json!({"TableName": "A"})));
        let batch = |strong: bool| json!({"RequestItems": {"A": {"ConsistentRead": strong}, "B": {}}});
        assert!(!may_be_stale("BatchGetItem", &batch(true)) && may_be_stale("BatchGetItem", &batch(false)));
        assert!(!may_be_stale("PutItem", &strong) && !may_be_stale("TransactGetItems", &json!({})));
    }

    #[test]
    fn what_a_request_writes_is_found() {
        let part = |name: &str| json!({"TableName": "A", name: {"pk": {"S": "x"}}});
        for (operation, name) in [("PutItem", "Item"), ("UpdateItem", "Key"), ("DeleteItem", "Key")] {
            assert_eq!(written(operation, &part(name))[0].1["pk"]["S"], "x");
        }
        let transaction = json!({"TransactItems": [
            {"Put": part("Item")}, {"Update": part("Key")}, {"Delete": part("Key")}, {"ConditionCheck": part("Key")},
        ]});
        assert_eq!(written("TransactWriteItems", &transaction).len(), 3);
        let put = json!({"PutRequest": {"Item": {"pk": {"S": "x"}}}});
        let delete = json!({"DeleteRequest": {"Key": {"pk": {"S": "y"}}}});
        let batch = json!({"RequestItems": {"A": [put, delete]}});
        assert_eq!(written("BatchWriteItem", &batch).iter().map(|(table, _)| *table).collect::<Vec<_>>(), ["A", "A"]);
        assert!(written("Query", &part("Key")).is_empty());
    }
}
