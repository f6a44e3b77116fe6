//! What is to become one PDF: the files that were sent for a document request.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What to join, in its order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinTask {
    /// The files.
    pub parts: Vec<JoinPart>,
    /// What a page says that stands where a file could not be put.
    pub words: JoinWords,
    /// When they were sent for good: of two sendings of one request, which it is.
    pub at: Timestamp,
    /// Where the joined file goes.
    pub to: String,
}

/// A file to be joined with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinPart {
    /// Its key.
    pub from: String,
    /// As people know it.
    pub name: String,
    /// Whether it is a PDF; a picture that was written anew otherwise.
    pub pdf: bool,
}

/// What a page says that stands where a file could not be put, in the session's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinWords {
    /// Over the file's name.
    pub title: String,
    /// Where the file is instead.
    pub note: String,
    /// Whether the language runs from right to left.
    pub right_to_left: bool,
}

/// What was joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinReport {
    /// The joined file's key.
    pub key: String,
    /// Its SHA-256, in small hexadecimal digits.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    /// Its pages.
    pub pages: u32,
    /// How many files could not be put in. A page says so in place of each.
    pub left_out: u32,
    /// Of which sending it is ([`JoinTask::at`]).
    pub at: Timestamp,
}
