//! The parent's side.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use parlor_documents::{Form, Refusal};
use parlor_form::JoinWords;
use parlor_images::{NoPicture, Picture};
use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempDir};
use thiserror::Error;
use wait_timeout::ChildExt as _;

use crate::child::MARK;

/// Why a step came to nothing.
#[derive(Debug, Error)]
pub enum Failed {
    /// The document is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The picture is refused.
    #[error(transparent)]
    NoPicture(#[from] NoPicture),
    /// It took too long.
    #[error("reading the file took too long")]
    TooSlow,
    /// The child died: of memory or CPU time, or of a fault in a library.
    #[error("the file could not be read")]
    Died,
    /// Files or processes cannot be made here. Says nothing of the document.
    #[error("no process could be started")]
    Environment(#[from] std::io::Error),
}

/// What a child may use.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of memory that it may ask for.
    pub memory: u64,
    /// For looking through a document.
    pub reading: Duration,
    /// For a page.
    pub drawing: Duration,
    /// For joining files.
    pub joining: Duration,
    /// For trying one after the other what is to be joined, all together: the step's own time is over before that of twenty files.
    pub trying: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            memory: 1_200_000_000,
            reading: Duration::from_secs(15),
            drawing: Duration::from_secs(5),
            joining: Duration::from_mins(1),
            trying: Duration::from_mins(2),
        }
    }
}

impl Bounds {
    /// For trying one of so many files that are to be joined.
    #[must_use]
    pub fn alone(&self, parts: usize) -> Duration {
        self.reading.min(self.trying / u32::try_from(parts).unwrap_or(u32::MAX).max(1))
    }
}

/// Address space that a child's allocator sets aside at a time, in KiB
/// (<https://microsoft.github.io/mimalloc/environment.html>).
const ARENA: &str = "65536";

/// Starts children.
#[derive(Clone, Debug)]
pub struct Reader {
    program: PathBuf,
    bounds: Bounds,
}

/// A document that was looked through and can be drawn. Its files are removed with it.
#[derive(Debug)]
pub struct Readable {
    reader: Reader,
    folder: TempDir,
    /// Pages and fields.
    pub form: Form,
}

/// A page's picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The file.
    pub bytes: Vec<u8>,
    /// `image/webp`; `image/jpeg` for scans, which WebP without loss makes ten times as large.
    pub content_type: &'static str,
}

/// What a child is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    /// Bytes of memory.
    pub(crate) memory: u64,
    /// Seconds of CPU time.
    pub(crate) seconds: u64,
    pub(crate) step: Step,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Look through `from`, say what is found in `form`, and write what can be drawn to `draw`.
    Read { from: PathBuf, form: PathBuf, draw: PathBuf },
    /// Draw a page, counted from 1, as a picture of this width.
    Draw { from: PathBuf, page: u32, width: u16, to: PathBuf },
    /// Write a picture anew, and a small one of it, no side longer than `side` pixels; and say in `said` what it is.
    Picture { from: PathBuf, to: PathBuf, small: PathBuf, side: u32, said: PathBuf },
    /// Write a logo anew, and say in `said` what it is.
    Logo { from: PathBuf, to: PathBuf, said: PathBuf },
    /// Put pages one after the other into `to`, and say in `said` how many there are, if all can be put in.
    Join { pages: Vec<Pages>, words: JoinWords, to: PathBuf, said: PathBuf },
}

/// Pages of a joined file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Pages {
    /// A picture that was written anew.
    Picture(PathBuf),
    /// All of a stranger's document.
    Document(PathBuf),
    /// One that says that the file of this name could not be put here.
    Note(String),
}

impl Reader {
    /// One whose children are started from `program`, which calls [`child_main`](crate::child_main).
    pub fn new(program: PathBuf, bounds: Bounds) -> Self {
        Self { program, bounds }
    }

    /// Looks through a document.
    pub fn read(&self, bytes: &[u8]) -> Result<Readable, Failed> {
        let folder = TempDir::with_prefix("parlor-document-")?;
        let [from, form, draw] = ["original.pdf", "form.json", "draw.pdf"].map(|name| folder.path().join(name));
        fs::write(&from, bytes)?;
        self.run(self.bounds.reading, Step::Read { from, form: form.clone(), draw })?;
        let said: Result<Form, Refusal> = serde_json::from_slice(&fs::read(form)?).map_err(|_| Failed::Died)?;
        Ok(Readable { reader: self.clone(), folder, form: said? })
    }

    /// Turns a picture upright and writes it anew ([`parlor_images::clean`]), with a JPEG of it whose sides have at most `side`
    /// pixels, where that can be made.
    pub fn picture(&self, bytes: &[u8], side: u32) -> Result<(Picture, Option<Vec<u8>>), Failed> {
        let folder = TempDir::with_prefix("parlor-picture-")?;
        let [from, to, small, said] =
            ["original", "picture", "small", "said.json"].map(|name| folder.path().join(name));
        fs::write(&from, bytes)?;
        let step = Step::Picture { from, to: to.clone(), small: small.clone(), side, said: said.clone() };
        self.run(self.bounds.reading, step)?;
        Ok((written(&to, &said)?, fs::read(small).ok()))
    }

    /// Writes a logo anew ([`parlor_images::logo`]).
    pub fn logo(&self, bytes: &[u8]) -> Result<Picture, Failed> {
        let folder = TempDir::with_prefix("parlor-logo-")?;
        let [from, to, said] = ["original", "logo", "said.json"].map(|name| folder.path().join(name));
        fs::write(&from, bytes)?;
        self.run(self.bounds.reading, Step::Logo { from, to: to.clone(), said: said.clone() })?;
        written(&to, &said)
    }

    /// Whether a document that is one of so many parts can be put in: how many pages it has, or nothing.
    pub(crate) fn joins(&self, own: Pages, parts: usize, words: &JoinWords, to: &Path) -> Result<Option<u32>, Failed> {
        self.join_in(self.bounds.alone(parts), vec![own], words, to)
    }

    /// Puts pages one after the other into the file `to`; how many there are, or nothing if one of them cannot be put in.
    pub(crate) fn join(&self, pages: Vec<Pages>, words: &JoinWords, to: &Path) -> Result<Option<u32>, Failed> {
        self.join_in(self.bounds.joining, pages, words, to)
    }

    fn join_in(&self, time: Duration, pages: Vec<Pages>, words: &JoinWords, to: &Path) -> Result<Option<u32>, Failed> {
        let said = to.with_extension("json");
        self.run(time, Step::Join { pages, words: words.clone(), to: to.to_owned(), said: said.clone() })?;
        serde_json::from_slice(&fs::read(said)?).map_err(|_| Failed::Died)
    }

    /// Runs a child until it is done or its time is over.
    fn run(&self, time: Duration, step: Step) -> Result<(), Failed> {
        // A second more: what hangs is told from what computes.
        let seconds = time.as_secs() + 1;
        let mut task = NamedTempFile::with_prefix("parlor-task-")?;
        let said = serde_json::to_vec(&Task { memory: self.bounds.memory, seconds, step }).map_err(|_| Failed::Died)?;
        task.write_all(&said)?;
        let mut child = Command::new(&self.program)
            .arg(MARK)
            .arg(task.path())
            .env_clear()
            // mimalloc would set aside a gibibyte of addresses first, nearly all that a child may have, and one in twenty would
            // find no room for the rest.
            .env("MIMALLOC_ARENA_RESERVE", ARENA)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let Some(status) = child.wait_timeout(time)? else {
            child.kill()?;
            child.wait()?;
            return Err(Failed::TooSlow);
        };
        if status.success() { Ok(()) } else { Err(Failed::Died) }
    }
}

/// The picture that a child wrote to `to`, by what it says of it.
fn written(to: &Path, said: &Path) -> Result<Picture, Failed> {
    let said: Result<(bool, u32, u32), NoPicture> =
        serde_json::from_slice(&fs::read(said)?).map_err(|_| Failed::Died)?;
    let (png, width, height) = said?;
    let content_type = if png { "image/png" } else { "image/jpeg" };
    Ok(Picture { bytes: fs::read(to)?, content_type, width, height })
}

impl Readable {
    /// Draws a page, counted from 1, as a picture of this width in pixels, or a smaller one if it would be too high.
    pub fn draw(&self, page: u32, width: u16) -> Result<Drawn, Failed> {
        let from = self.folder.path().join("draw.pdf");
        let to = self.folder.path().join(format!("{page}-{width}"));
        self.reader.run(self.reader.bounds.drawing, Step::Draw { from, page, width, to: to.clone() })?;
        let bytes = fs::read(&to)?;
        fs::remove_file(to)?;
        let content_type = if bytes.starts_with(b"RIFF") { "image/webp" } else { "image/jpeg" };
        Ok(Drawn { bytes, content_type })
    }
}
