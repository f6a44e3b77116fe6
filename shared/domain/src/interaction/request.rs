//! What a document request asks (R21): photos or files, how many and of which kind; and the files that the customer sent.

use jiff::Timestamp;
use parlor_form::{JoinPart, JoinTask, JoinWords, PagePicture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    answers::Missing,
    check::{InvalidWorkflow, TEXT, TITLE, must_be_text, wrong},
    model::{Interaction, Progress},
};
use crate::{InteractionId, SessionId, UploadId, upload::FileType};

/// The most files of a request.
pub const FILES_MAX: u32 = 20;
/// How many files a request takes that does not say so.
const FILES_USUAL: u32 = 10;

/// A kind of file that a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RequestFileKind")]
pub enum Accepted {
    /// A photo or picture: JPEG, PNG or WebP.
    Image,
    /// A PDF.
    Pdf,
}

impl Accepted {
    /// The kind of a file.
    #[must_use]
    pub fn of(content_type: FileType) -> Self {
        match content_type {
            FileType::Pdf => Self::Pdf,
            FileType::Jpeg | FileType::Png | FileType::Webp => Self::Image,
        }
    }
}

/// What is to be sent. It is fixed once it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DocumentRequest")]
pub struct Request {
    /// What is wanted, as the customer reads it: 1 to 120 characters in one line.
    pub what: String,
    /// How to do it, at most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// The kinds of files that are taken, by what is in a file and not by its name. Without it, all.
    #[serde(default = "every_kind")]
    pub accept: Vec<Accepted>,
    /// How many files there have to be at least: 1 without it.
    #[serde(default = "one_file")]
    #[schemars(range(min = 1, max = FILES_MAX))]
    pub min: u32,
    /// How many files there may be: 10 without it, 20 at most.
    #[serde(default = "usual_files")]
    #[schemars(range(min = 1, max = FILES_MAX))]
    pub max: u32,
}

fn every_kind() -> Vec<Accepted> {
    Request::every_kind()
}

fn one_file() -> u32 {
    1
}

fn usual_files() -> u32 {
    FILES_USUAL
}

/// A file that the customer sent, judged by what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// Its id, and its place in the bucket as it came.
    pub upload: UploadId,
    /// As it was called on the customer's device.
    pub name: String,
    /// Of the file that is downloaded, in bytes.
    pub size: u64,
    /// What is in the file that is downloaded.
    pub content_type: FileType,
    /// The key of the file that is downloaded: a picture as it was written anew, a PDF as it came.
    pub key: String,
    /// A small picture of it; nothing where none could be drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<PagePicture>,
    /// How many pages a PDF has, where they could be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// When it was added.
    pub at: Timestamp,
}

impl SentFile {
    /// What it is called where it is downloaded: its own name, with the ending of what is in it.
    #[must_use]
    pub fn download_name(&self) -> String {
        self.content_type.named(&self.name)
    }
}

/// How far the one PDF is that becomes of a request's files once they were sent for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum JoinedFile {
    /// It is being put together.
    Coming {
        /// How often that was asked for.
        tries: u32,
        /// When it is asked for again, should nothing have come.
        again_at: Timestamp,
        /// What a page says that stands where a file could not be put.
        words: JoinWords,
    },
    /// It is there.
    Ready {
        /// Its key in the bucket.
        key: String,
        /// Its SHA-256, in small hexadecimal digits.
        sha256: String,
        /// In bytes.
        size: u64,
        /// Its pages.
        pages: u32,
        /// How many files could not be put in. A page says so in place of each, and each is downloaded by itself.
        left_out: u32,
    },
    /// It did not come after the last try. The files are downloaded one by one.
    Failed,
}

/// The key of the task that joins a request's files.
#[must_use]
pub fn join_key(session: &SessionId, interaction: &InteractionId) -> String {
    format!("join/{session}/{interaction}.json")
}

/// What is to be joined of a request whose joined file is coming.
#[must_use]
pub fn join_task(session: &SessionId, own: &Interaction) -> Option<JoinTask> {
    let Some(JoinedFile::Coming { words, .. }) = &own.joined else { return None };
    let part = |file: &SentFile| JoinPart {
        from: file.key.clone(),
        name: file.name.clone(),
        pdf: Accepted::of(file.content_type) == Accepted::Pdf,
    };
    Some(JoinTask {
        parts: own.files.iter().map(part).collect(),
        words: words.clone(),
        at: own.completed_at?,
        to: format!("joined/{session}/{}.pdf", own.id),
    })
}

/// Whether there is anything to join.
pub(crate) fn is_joined(files: &[SentFile]) -> bool {
    match files {
        [] => false,
        [one] => Accepted::of(one.content_type) == Accepted::Image,
        _ => true,
    }
}

/// What becomes of a request's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// One more comes last, or takes another's place.
    Add {
        /// The file.
        file: SentFile,
        /// The one whose place it takes.
        replaces: Option<UploadId>,
    },
    /// One goes.
    Remove(UploadId),
    /// One comes a place earlier.
    Earlier(UploadId),
    /// One comes a place later.
    Later(UploadId),
}

/// Why a file is not added to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFile {
    /// There are as many as there may be.
    TooMany,
    /// It is of another kind than what is asked for.
    Kind,
    /// The session's customer has announced no such file, or too long ago.
    Unknown,
}

/// What a caller says of a request that is to be made. What is left out means the same as in one that was stored.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LibraryRequest", description = "What a request asks for.")]
pub struct AskedFor {
    /// What is wanted, as the customer reads it: 1 to 120 characters in one line.
    pub what: String,
    /// How to do it, at most 2,000 characters.
    pub instructions: Option<String>,
    /// The kinds of files that are taken, by what is in them. Without it, all.
    pub accept: Option<Vec<Accepted>>,
    /// How many files there have to be, 1 without it.
    pub min: Option<u32>,
    /// How many files there may be, 10 without it and 20 at most.
    pub max: Option<u32>,
}

impl Request {
    /// All kinds of files.
    pub(super) fn every_kind() -> Vec<Accepted> {
        vec![Accepted::Image, Accepted::Pdf]
    }

    /// A request that asks for what somebody says.
    ///
    /// # Errors
    /// The first place that has no meaning.
    pub fn asking_for(said: AskedFor) -> Result<Self, InvalidWorkflow> {
        let instructions = said.instructions.map(|text| text.replace("\r\n", "\n").trim().to_owned());
        let mut accept = said.accept.unwrap_or_else(every_kind);
        accept.sort_unstable();
        accept.dedup();
        let min = said.min.unwrap_or_else(one_file);
        let request = Self {
            what: said.what.trim().to_owned(),
            instructions: instructions.filter(|text| !text.is_empty()),
            accept,
            min,
            // Who says only how many there have to be means that so many may be.
            max: said.max.unwrap_or_else(|| usual_files().max(min)),
        };
        request.check()?;
        Ok(request)
    }

    /// Checks what no type can say.
    fn check(&self) -> Result<(), InvalidWorkflow> {
        must_be_text("what", &self.what, TITLE, false)?;
        if let Some(instructions) = &self.instructions {
            must_be_text("instructions", instructions, TEXT, true)?;
        }
        if self.accept.is_empty() || self.accept.len() > 2 {
            return Err(wrong("accept", "a request takes `image`, `pdf` or both"));
        }
        if !(1..=FILES_MAX).contains(&self.max) {
            return Err(wrong("max", format!("a request takes 1 to {FILES_MAX} files")));
        }
        if !(1..=self.max).contains(&self.min) {
            return Err(wrong("min", "at least 1 and at most `max` files can be needed"));
        }
        Ok(())
    }

    /// How many of the files that are needed are there.
    #[must_use]
    pub fn progress(&self, files: &[SentFile]) -> Progress {
        Progress { done: count(files).min(self.min), of: self.min }
    }

    /// The files that are still to be sent, as one thing that is missing.
    #[must_use]
    pub fn missing(&self, files: &[SentFile]) -> Vec<Missing> {
        let missing = || Missing { step: "files".to_owned(), field: "files".to_owned() };
        if count(files) < self.min { vec![missing()] } else { vec![] }
    }

    /// The files after a change. One that was made already changes nothing, and neither does one of a file that is not there.
    ///
    /// # Errors
    /// The file that is to be added is none that is taken.
    pub fn changed(&self, files: &[SentFile], change: &FileChange) -> Result<Vec<SentFile>, NoFile> {
        let mut files = files.to_vec();
        let place = |files: &[SentFile], upload: &UploadId| files.iter().position(|file| file.upload == *upload);
        match change {
            FileChange::Add { file, replaces } => {
                if place(&files, &file.upload).is_some() {
                    return Ok(files);
                }
                if !self.accept.contains(&Accepted::of(file.content_type)) {
                    return Err(NoFile::Kind);
                }
                match replaces.as_ref().and_then(|replaced| place(&files, replaced)) {
                    Some(at) => files[at] = file.clone(),
                    None if count(&files) >= self.max => return Err(NoFile::TooMany),
                    None => files.push(file.clone()),
                }
            }
            FileChange::Remove(upload) => files.retain(|file| file.upload != *upload),
            FileChange::Earlier(upload) => {
                if let Some(at) = place(&files, upload).filter(|at| *at > 0) {
                    files.swap(at, at - 1);
                }
            }
            FileChange::Later(upload) => {
                if let Some(at) = place(&files, upload).filter(|at| at + 1 < files.len()) {
                    files.swap(at, at + 1);
                }
            }
        }
        Ok(files)
    }
}

fn count(files: &[SentFile]) -> u32 {
    u32::try_from(files.len()).unwrap_or(u32::MAX)
}
