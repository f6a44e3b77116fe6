//! Joins the files that were sent for a request to one PDF (R21), from a task at `join/{session}/{interaction}.json` to
//! `joined/{session}/{interaction}.pdf`, with a report beside it. S3 calls it when the task has come.
//!
//! It has no right to tables, keys or anything else, and child processes of its own do the reading (ADR 30).

use data_encoding::HEXLOWER;
use parlor_buckets::Bucket;
use parlor_drawing::{Bounds, Joined, Reader, join};
use parlor_form::{JoinReport, JoinTask};
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{EventFunction, ObjectEvent, Runtime};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

/// What keys of tasks begin with.
const FROM: &str = "join/";

/// What keys of joined files, and of the reports about them, begin with.
const TO: &str = "joined/";

/// Bytes of a task: names of twenty files.
const TASK: usize = 100_000;

/// How often a file is joined anew because another task came meanwhile.
const TIMES: usize = 3;

/// The function.
#[derive(Debug)]
pub struct DocumentJoin {
    bucket: Bucket,
    /// Nothing where the system does not say which program this is.
    reader: Option<Reader>,
}

/// Why files were not joined.
#[derive(Debug, thiserror::Error)]
pub enum DocumentJoinError {
    /// The bucket.
    #[error("the task or its outcome: {0}")]
    Objects(#[from] ObjectError),
    /// What is there is no task.
    #[error("the task is not understood: {0}")]
    NoTask(#[from] serde_json::Error),
    /// The joined file would go elsewhere than beside its task.
    #[error("the task is another's")]
    Another,
    /// Nothing can be started here.
    #[error("this program does not know where it is")]
    NoProgram,
    /// Each time it was done another task was there.
    #[error("the task does not stay what it is")]
    Unsteady,
}

/// Carries out the task of this name, `{session}/{interaction}`. Twice is the same as once. A request that was sent anew has its task
/// under the same key, so that the task is looked at once more when the file is written: what was joined of an earlier one takes no
/// later one's place. Two requests to read, one for each file, two to write.
async fn join_task(name: &str, objects: &impl Objects, reader: &Reader) -> Result<JoinReport, DocumentJoinError> {
    let (from, to) = (format!("{FROM}{name}.json"), format!("{TO}{name}.pdf"));
    let mut said = objects.get(&from, TASK).await?;
    for _ in 0..TIMES {
        let task: JoinTask = serde_json::from_slice(&said)?;
        if task.to != to {
            return Err(DocumentJoinError::Another);
        }
        let Joined { bytes, pages, left_out } = join(&task, objects, reader).await?;
        let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        objects.put(&to, bytes, "application/pdf").await?;
        let now = objects.get(&from, TASK).await?;
        if now == said {
            let report = JoinReport { key: to, sha256, size, pages, left_out, at: task.at };
            objects.put(&format!("{TO}{name}.json"), serde_json::to_vec(&report)?, "application/json").await?;
            return Ok(report);
        }
        said = now;
    }
    Err(DocumentJoinError::Unsteady)
}

impl EventFunction for DocumentJoin {
    const NAME: &'static str = "document-join";
    type Event = ObjectEvent;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        let program = runtime.program().ok();
        Self {
            bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket),
            reader: program.map(|program| Reader::new(program, Bounds::default())),
        }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        let name = event.between(FROM, ".json")?.to_owned();
        let reader = self.reader.clone().ok_or(DocumentJoinError::NoProgram)?;
        let (bucket, here) = (self.bucket.clone(), Handle::current());
        // It waits for its children where nobody else wants to run.
        let joined = tokio::task::spawn_blocking(move || here.block_on(join_task(&name, &bucket, &reader)));
        let report = joined.await??;
        Ok(json!({"pages": report.pages, "left_out": report.left_out}))
    }
}
