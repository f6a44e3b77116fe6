//! Completes a document (R21): what was filled in where the fields were, and a page of evidence, from a task at
//! `finish/{session}/{interaction}.json` to `finished/{session}/{interaction}.pdf` and, for the one that signs, a task beside it.
//! S3 calls it when the task has come.

use std::sync::Arc;

use parlor_buckets::Bucket;
use parlor_documents::{FinishError, FinishTask, Fonts, finish};
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{EventFunction, ObjectEvent, Runtime};
use parlor_signing::SignTask;
use serde_json::Value;
use tokio::runtime::Handle;

/// What keys of tasks begin with.
const FROM: &str = "finish/";

/// What keys of completed documents, and of the tasks to sign them, begin with.
const TO: &str = "finished/";

/// What keys of signed documents begin with.
const SIGNED: &str = "signed/";

/// Bytes of a task: fields and values of a hundred pages, with drawn signatures.
const TASK: usize = 20_000_000;

/// The function.
pub struct DocumentFinish {
    bucket: Bucket,
    fonts: Arc<Fonts>,
}

/// Why a document was not completed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentFinishError {
    /// The bucket.
    #[error("the task or its outcome: {0}")]
    Objects(#[from] ObjectError),
    /// What is there is no task.
    #[error("the task is not understood: {0}")]
    NoTask(#[from] serde_json::Error),
    /// The completed document would go elsewhere than beside its task.
    #[error("the task is another's")]
    Another,
    /// It cannot be completed.
    #[error(transparent)]
    Unfinished(#[from] FinishError),
}

/// Carries out the task of this name, `{session}/{interaction}`. Twice is the same as once. Two requests to read, two to
/// write.
async fn finish_task(name: &str, objects: &impl Objects, fonts: &Fonts) -> Result<(), DocumentFinishError> {
    let task: FinishTask = serde_json::from_slice(&objects.get(&format!("{FROM}{name}.json"), TASK).await?)?;
    if task.to != format!("{TO}{name}.pdf") {
        return Err(DocumentFinishError::Another);
    }
    let finished = finish(task, objects, fonts).await?;
    let task = SignTask { from: finished.key, ranges: finished.ranges, to: format!("{SIGNED}{name}.pdf") };
    objects.put(&format!("{TO}{name}.json"), serde_json::to_vec(&task)?, "application/json").await?;
    Ok(())
}

impl EventFunction for DocumentFinish {
    const NAME: &'static str = "document-finish";
    type Event = ObjectEvent;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        Self { bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket), fonts: Arc::new(Fonts::shipped()) }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        let name = event.between(FROM, ".json")?.to_owned();
        let (bucket, fonts, here) = (self.bucket.clone(), Arc::clone(&self.fonts), Handle::current());
        // It lays out pages where nobody else wants to run.
        tokio::task::spawn_blocking(move || here.block_on(finish_task(&name, &bucket, &fonts))).await??;
        Ok(Value::Null)
    }
}
