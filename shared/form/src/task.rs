//! What is to be done with a document whose last value is there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Evidence, Field, Values};

/// What to complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FinishTask {
    /// The original's key.
    pub from: String,
    /// The original's SHA-256, in hexadecimal, as it was when it was read.
    pub sha256: String,
    /// The document's fields, as agents left them.
    pub fields: Vec<Field>,
    /// What was filled in.
    pub values: Values,
    /// What the evidence page says.
    pub evidence: Evidence,
    /// What the signature will claim as its time.
    pub at: Timestamp,
    /// Where the completed document goes.
    pub to: String,
}
