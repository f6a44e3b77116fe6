//! Reads a table's stream and calls a function with what it finds, as an event source mapping does.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::data::Data;
use crate::invoke::Functions;
use crate::pattern::matches;
use crate::template::StreamMapping;

/// How long a write that nobody announced waits at most.
const POLL: Duration = Duration::from_millis(250);
/// The pause before a batch is tried again; doubled every time, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One mapping at work.
pub(crate) struct Poller {
    pub(crate) mapping: StreamMapping,
    pub(crate) db: Database,
    pub(crate) functions: Arc<Functions>,
    pub(crate) data: Data,
    /// Announces that something may have been written.
    pub(crate) wake: watch::Receiver<()>,
    /// Where it tells up to where it got.
    pub(crate) position: watch::Sender<String>,
}

/// The stream of one table, and its only shard.
struct Shard {
    arn: String,
    id: String,
    /// The number of the last record in it; empty when there is none.
    last: String,
}

fn shard(db: &Database, table: &str) -> Option<Shard> {
    let request = ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() };
    let arn = db.list_streams(request).ok()?.streams.into_iter().next()?.stream_arn;
    let request = DescribeStreamRequest { stream_arn: arn.clone(), ..DescribeStreamRequest::default() };
    let shard = db.describe_stream(request).ok()?.stream_description.shards.into_iter().next()?;
    Some(Shard {
        arn,
        id: shard.shard_id,
        last: shard.sequence_number_range.ending_sequence_number.unwrap_or_default(),
    })
}

/// The number of the last record in `table`'s stream; empty when there is none.
pub(crate) fn last_record(db: &Database, table: &str) -> String {
    shard(db, table).map(|shard| shard.last).unwrap_or_default()
}

impl Poller {
    /// Reads for ever, from where it stopped last time, or else from the oldest record there is.
    pub(crate) async fn run(mut self) {
        let table = self.mapping.table.clone();
        let Some((arn, mut iterator)) = self.start() else {
            tracing::error!(table, "the table has no stream");
            return;
        };
        loop {
            let request = GetRecordsRequest { shard_iterator: iterator.clone(), limit: None };
            let (records, next) = match self.db.get_records(request) {
                Ok(response) => (json!(response.records), response.next_shard_iterator),
                Err(error) => {
                    tracing::error!(%error, table, "stream");
                    (json!([]), None)
                }
            };
            let records: Vec<Value> = match records {
                Value::Array(records) => records,
                _ => Vec::new(),
            };
            if records.is_empty() {
                // Either someone says that there may be more, or it is time to look anyway.
                let _ = tokio::time::timeout(POLL, self.wake.changed()).await;
                continue;
            }
            self.handle(&arn, records).await;
            if let Some(next) = next {
                iterator = next;
            }
        }
    }

    /// The stream's ARN, and from where it is read.
    fn start(&self) -> Option<(String, String)> {
        let shard = shard(&self.db, &self.mapping.table)?;
        let iterator = |kind: &str, number: Option<String>| {
            let request = GetShardIteratorRequest {
                stream_arn: shard.arn.clone(),
                shard_id: shard.id.clone(),
                shard_iterator_type: kind.to_owned(),
                sequence_number: number,
            };
            self.db.get_shard_iterator(request).ok()?.shard_iterator
        };
        let from = self
            .data
            .stream_position(&self.mapping.function)
            .and_then(|position: String| {
                let iterator = iterator("AFTER_SEQUENCE_NUMBER", Some(position.clone()))?;
                self.position.send_replace(position);
                Some(iterator)
            })
            .or_else(|| iterator("TRIM_HORIZON", None))?;
        Some((shard.arn, from))
    }

    async fn handle(&self, arn: &str, records: Vec<Value>) {
        let last = number(records.last());
        let wanted: Vec<Value> = records
            .into_iter()
            .filter(|record| {
                let filters = &self.mapping.filters;
                filters.is_empty() || filters.iter().any(|filter| matches(filter, record))
            })
            .collect();
        for batch in wanted.chunks(self.mapping.batch_size.max(1)) {
            self.deliver(arn, batch).await;
        }
        self.data.keep_stream_position(&self.mapping.function, &last);
        self.position.send_replace(last);
    }

    /// Calls the function until it handled every record of the batch or has failed too often. Of a batch that failed in
    /// part, only what begins with the first failure is sent again.
    async fn deliver(&self, arn: &str, batch: &[Value]) {
        let mut rest: Vec<Value> = batch
            .iter()
            .cloned()
            .map(|mut record| {
                record["eventSourceARN"] = json!(arn);
                record
            })
            .collect();
        let mut pause = FIRST_PAUSE;
        for attempt in 0.. {
            let outcome = self.functions.invoke(&self.mapping.function, &json!({ "Records": rest })).await;
            let first_failure = match outcome {
                Ok(answer) => match first_failure(&answer, &rest) {
                    None => return,
                    Some(index) => index,
                },
                Err(error) => {
                    tracing::error!(%error, "stream");
                    0
                }
            };
            rest.drain(..first_failure);
            if attempt >= self.mapping.retries {
                tracing::error!(
                    function = self.mapping.function,
                    records = rest.len(),
                    "given up; on AWS these would be dead letters"
                );
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The index of the first record that `answer` reports as failed.
fn first_failure(answer: &Value, records: &[Value]) -> Option<usize> {
    let failures = answer["batchItemFailures"].as_array()?;
    failures
        .iter()
        .map(|failure| {
            let failed = failure["itemIdentifier"].as_str().unwrap_or_default();
            // An identifier that is not one of the batch makes all of it fail.
            records.iter().position(|record| number(Some(record)) == failed).unwrap_or(0)
        })
        .min()
}

fn number(record: Option<&Value>) -> String {
    record.and_then(|record| record["dynamodb"]["SequenceNumber"].as_str()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_sent_again_from_its_first_failure() {
        let record = |number: &str| json!({"dynamodb": {"SequenceNumber": number}});
        let records = [record("1"), record("2"), record("3")];
        let failures = |ids: &[&str]| {
            let failures: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
            json!({ "batchItemFailures": failures })
        };
        assert_eq!(first_failure(&failures(&[]), &records), None);
        assert_eq!(first_failure(&failures(&["3", "2"]), &records), Some(1));
        assert_eq!(first_failure(&failures(&["9"]), &records), Some(0));
        assert_eq!(first_failure(&Value::Null, &records), None);
    }
}
