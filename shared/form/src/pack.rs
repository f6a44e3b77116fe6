//! What is to become one archive: the finished files of a session.

use serde::{Deserialize, Serialize};

use crate::AnswersPage;

/// What to put together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackTask {
    /// Its files, in their order. No two have one name.
    pub entries: Vec<PackEntry>,
    /// Where the archive goes.
    pub to: String,
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PackEntry {
    /// Its path in the archive, safe on every system.
    pub name: String,
    /// What is in it.
    pub content: PackContent,
}

/// What is in a file of an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PackContent {
    /// What lies under this key.
    File(String),
    /// This text.
    Text(String),
    /// The answers of a workflow, as pages.
    Answers(Box<AnswersPage>),
}

/// What was put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackReport {
    /// The archive's key.
    pub key: String,
    /// Which task it is of: the SHA-256 of its bytes, in small hexadecimal digits.
    pub task: String,
    /// In bytes.
    pub size: u64,
    /// How many files are in it.
    pub files: u32,
    /// How many were not there any more.
    pub missing: u32,
}
