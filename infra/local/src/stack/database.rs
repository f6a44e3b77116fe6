//! The embedded database and its tables.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dynoxide::storage::Storage;
use dynoxide::{Database, DynoxideError};
use serde_json::json;

use super::StackError;
use crate::clock::LocalClock;
use crate::data::Data;
use crate::template::{StreamMapping, Table};

pub(super) fn open_database(
    data: &Data,
    clock: &LocalClock,
    streams: &[StreamMapping],
) -> Result<Database, StackError> {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    if let Some(path) = data.path("parlor.sqlite") {
        let path = path.to_string_lossy();
        forget_heard(&prepare(&path)?, data, streams)?;
        return Ok(Database::new(&path)?);
    }
    let db = Database::memory_with_clock(Arc::new(clock.clone()))?;
    // Two connections see the same of SQLite's databases in memory by its name, for as long as one is open.
    let name = format!("file:/parlor-{}?vfs=memdb", NAMES.fetch_add(1, Ordering::Relaxed));
    let prepared = prepare(&name)?;
    db.restore_from(&name)?;
    drop(prepared);
    Ok(db)
}

/// Makes an empty database, or takes the one that is there, and lets it find a stream's records in order. Without that each
/// write, and each look at the stream, goes through all records that there ever were.
fn prepare(name: &str) -> Result<Storage, StackError> {
    let storage = Storage::new(name)?;
    let index = "CREATE INDEX IF NOT EXISTS parlor_stream_order
        ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
    storage.conn().execute_batch(index).map_err(DynoxideError::from)?;
    Ok(storage)
}

/// Removes the stream's records before the last one that all its functions have heard. AWS removes them after a day; the
/// database keeps them for ever, images and all. One that nobody heard waits for as long as the laptop is closed.
fn forget_heard(storage: &Storage, data: &Data, streams: &[StreamMapping]) -> Result<(), StackError> {
    let mut heard: BTreeMap<&str, i64> = BTreeMap::new();
    for mapping in streams {
        let position = data.stream_position(&mapping.function).and_then(|position| position.parse().ok()).unwrap_or(0);
        heard.entry(&mapping.table).and_modify(|least| *least = position.min(*least)).or_insert(position);
    }
    for (table, position) in heard {
        let remove = "DELETE FROM _stream_records WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2";
        storage.conn().execute(remove, (table, position)).map_err(DynoxideError::from)?;
    }
    Ok(())
}

/// Makes the table unless it is there from last time.
pub(super) fn create_table(db: &Database, table: &Table) -> Result<(), StackError> {
    let invalid = |error| StackError::Table(table.name.clone(), error);
    if db.get_table_metadata(&table.name)?.is_some() {
        return Ok(());
    }
    db.create_table(serde_json::from_value(table.create.clone()).map_err(invalid)?)?;
    if let Some(attribute) = &table.ttl {
        let request = json!({
            "TableName": table.name,
            "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
        });
        db.update_time_to_live(serde_json::from_value(request).map_err(invalid)?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use dynoxide::actions::put_item::PutItemRequest;

    use super::*;

    fn create_things(db: &Database) {
        let table = json!({
            "TableName": "Things",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "pk", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }],
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
        });
        db.create_table(serde_json::from_value(table).unwrap()).unwrap();
    }

    fn put_thing(number: u32) -> PutItemRequest {
        let put = json!({ "TableName": "Things", "Item": { "pk": { "S": format!("{number}") } } });
        serde_json::from_value(put).unwrap()
    }

    /// What costs the more the more was written makes a stack slow that is used all day.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "two times of one run are compared")]
    fn a_write_costs_the_same_after_many_others() {
        let data = Data::ephemeral();
        let db = open_database(&data, &LocalClock::new(data.clone()), &[]).unwrap();
        create_things(&db);
        let fastest_of = |writes: u32| {
            let write = |number| {
                let put = put_thing(number);
                let since = Instant::now();
                db.put_item(put).unwrap();
                since.elapsed()
            };
            (0..writes).map(write).min().unwrap()
        };
        let among_few = fastest_of(100);
        fastest_of(5_000);
        let among_many = fastest_of(100);
        assert!(among_many < among_few * 4, "{among_few:?}, then {among_many:?}");
    }

    #[test]
    fn what_all_have_heard_is_forgotten_at_the_next_start() {
        let directory = std::env::temp_dir().join(format!("parlor-stream-test-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        let data = Data::open(&directory).unwrap();
        let clock = LocalClock::new(data.clone());
        let mapping = |function: &str| StreamMapping {
            function: function.to_owned(),
            table: "Things".to_owned(),
            batch_size: 10,
            retries: 0,
            filters: vec![],
        };
        let both = [mapping("one"), mapping("two")];
        let numbers = || {
            let storage = prepare(&data.path("parlor.sqlite").unwrap().to_string_lossy()).unwrap();
            let mut numbers = storage
                .conn()
                .prepare("SELECT CAST(sequence_number AS INTEGER) FROM _stream_records ORDER BY 1")
                .unwrap();
            numbers.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect::<Vec<i64>>()
        };

        let db = open_database(&data, &clock, &both).unwrap();
        create_things(&db);
        for number in 0..4 {
            db.put_item(put_thing(number)).unwrap();
        }
        drop(db);
        let all = numbers();
        assert_eq!(all.len(), 4);
        data.keep_stream_position("one", &all[3].to_string());
        open_database(&data, &clock, &both).unwrap();
        assert_eq!(numbers(), all, "the other one has heard nothing yet");
        data.keep_stream_position("two", &all[2].to_string());
        let db = open_database(&data, &clock, &both).unwrap();
        assert_eq!(numbers(), all[2..], "the last one that both heard is where they go on");
        db.put_item(put_thing(4)).unwrap();
        drop(db);
        assert!(numbers()[2] > all[3]);
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
