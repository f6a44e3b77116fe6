//! The step after the last value: the original in, a completed document that waits for its signature out.

use parlor_fonts::Fonts;
use parlor_form::{FinishTask, Refusal};
use parlor_objects::{ObjectError, Objects};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::finish::{Finished, Unfinished};
use crate::preflight::{Limits, Original};

/// What the signer needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishReport {
    /// The completed document's key.
    pub key: String,
    /// What is to be signed of it ([`Finished::ranges`]).
    pub ranges: [usize; 4],
}

/// Why it was not completed.
#[derive(Debug, Error)]
pub enum FinishError {
    /// The store.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The original is not the file that was read.
    #[error("the original is another file by now")]
    Changed,
    /// The original is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be completed with these values.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// Does it. The same task twice writes the same file. One request to read, one to write.
pub async fn finish(task: FinishTask, objects: &impl Objects, fonts: &Fonts) -> Result<FinishReport, FinishError> {
    let limits = Limits::default();
    let bytes = objects.get(&task.from, limits.bytes).await?;
    let original = Original::open(&bytes, &limits)?;
    if !original.sha256().eq_ignore_ascii_case(&task.sha256) {
        return Err(FinishError::Changed);
    }
    let Finished { pdf, ranges } = original.finish(&task.fields, &task.values, fonts, &task.evidence, task.at)?;
    objects.put(&task.to, pdf, "application/pdf").await?;
    Ok(FinishReport { key: task.to, ranges })
}
