//! All finished files of a session as one archive (R21): what is in it, and under which names.
//!
//! Titles and files' names are strangers' words. In an archive they become paths on somebody's machine, so [`Names`] makes each
//! one that every system takes, that leads nowhere else, and that no other file has.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    str::FromStr,
};

use data_encoding::HEXLOWER;
use parlor_form::{PackContent, PackEntry, PackTask};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Attachment, Interaction, SessionId,
    ids::InvalidId,
    interaction::{JoinedFile, Kind, SignedFile},
    visible::is_invisible,
};

/// The most bytes of an archive's files together: what a browser, and whoever puts it together, handles in one go.
pub const ARCHIVE_MAX: u64 = 100_000_000;

/// The most files of an archive: each is fetched by itself.
pub const ARCHIVE_FILES: usize = 1_000;

/// The longest part of a path, in characters, its ending included.
const PART_MAX: usize = 100;

/// The same in bytes: systems that count those have room for 255, and a number may come behind.
const PART_BYTES: usize = 240;

/// The longest ending that is kept where a name is cut, in characters, with its dot.
const ENDING_MAX: usize = 12;

/// Names that are devices on Windows, whatever ending they have.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Which archive: the SHA-256 of the task that puts it together, in small hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArchiveId(String);

impl ArchiveId {
    /// Of a task's digest.
    #[must_use]
    pub fn of(digest: &[u8]) -> Self {
        Self(HEXLOWER.encode(digest))
    }

    /// Its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArchiveId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ArchiveId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let is_one = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_one { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
    }
}

impl JsonSchema for ArchiveId {
    fn schema_name() -> Cow<'static, str> {
        "ArchiveId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9a-f]{64}$"})
    }
}

/// The key of the task that puts a session's archive together. There is one: that of whoever asked last.
#[must_use]
pub fn pack_key(session: &SessionId) -> String {
    format!("pack/{session}.json")
}

/// The key of the report about a session's archive.
#[must_use]
pub fn packed_report(session: &SessionId) -> String {
    format!("packed/{session}.json")
}

/// The keys of all that is made when a session's archive is put together.
#[must_use]
pub fn archive_keys(session: &SessionId) -> [String; 3] {
    [pack_key(session), packed_report(session), format!("packed/{session}.zip")]
}

/// What pages of answers take, in bytes, about: the letters of their fonts. They are made when the archive is.
const ANSWERS_ABOUT: u64 = 100_000;

/// Answers as files: each an ending and its content.
pub type Answers = Vec<(&'static str, PackContent)>;

/// An archive that grows.
#[derive(Debug, Default)]
pub struct Archive {
    names: Names,
    entries: Vec<PackEntry>,
    size: u64,
}

impl Archive {
    /// Adds what is finished of an interaction: a document's signed file, what was sent for a request as one PDF, or one by one where
    /// that is not all of it, and a workflow's answers, with the files among them.
    pub fn add(&mut self, own: &Interaction, answers: Answers) {
        let title = &own.title;
        match (own.kind, &own.signed, &own.joined) {
            (Kind::Document, Some(SignedFile::Ready { key, size, .. }), _) => {
                self.file(&[&format!("{title}.pdf")], key, *size);
            }
            (Kind::Request, _, Some(JoinedFile::Ready { key, size, left_out: 0, .. })) if own.state.is_done() => {
                self.file(&[&format!("{title}.pdf")], key, *size);
            }
            (Kind::Request, _, joined) if own.state.is_done() => {
                if let Some(JoinedFile::Ready { key, size, .. }) = joined {
                    self.file(&[&format!("{title}.pdf")], key, *size);
                }
                self.one_by_one(own);
            }
            (Kind::Workflow, ..) if own.state.is_done() => {
                for (ending, content) in answers {
                    let size = match &content {
                        PackContent::Text(text) => text.len() as u64,
                        PackContent::Answers(_) | PackContent::File(_) => ANSWERS_ABOUT,
                    };
                    self.size = self.size.saturating_add(size);
                    let name = self.names.path(&[&format!("{title}.{ending}")]);
                    self.entries.push(PackEntry { name, content });
                }
                self.one_by_one(own);
            }
            _ => {}
        }
    }

    /// The files that were sent, in the customer's order, whatever their device called them.
    fn one_by_one(&mut self, own: &Interaction) {
        for (place, file) in (1..).zip(&own.files) {
            self.file(&[&own.title, &format!("{place:02} {}", file.download_name())], &file.key, file.size);
        }
    }

    /// Adds a file that went with a message, in a folder of this name.
    pub fn attach(&mut self, folder: &str, file: &Attachment) {
        self.file(&[folder, &file.name], &file.key(), file.size);
    }

    fn file(&mut self, path: &[&str], key: &str, size: u64) {
        self.size = self.size.saturating_add(size);
        let name = self.names.path(path);
        self.entries.push(PackEntry { name, content: PackContent::File(key.to_owned()) });
    }

    /// How many files there are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.entries.len()
    }

    /// Of all files together, in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What puts it together.
    #[must_use]
    pub fn task(self, session: &SessionId) -> PackTask {
        PackTask { entries: self.entries, to: format!("packed/{session}.zip") }
    }
}

/// Paths that were given, of files and of folders, as [`folded`] has them.
#[derive(Debug, Default)]
pub struct Names {
    files: HashSet<String>,
    folders: HashSet<String>,
    /// The last number of those that share a path.
    last: HashMap<String, u32>,
}

impl Names {
    /// A path of these parts that was not given before, cases and ways to write an accent aside: some systems take them for one. None is
    /// a file and a folder.
    pub fn path(&mut self, parts: &[&str]) -> String {
        let mut parts: Vec<String> = parts.iter().map(|part| safe(part)).collect();
        let last = parts.pop().unwrap_or_default();
        let mut folder = String::new();
        for part in parts {
            let mut paths = (1u32..).map(|n| numbered(&folder, (&part, ""), n));
            let Some(path) = paths.find(|path| !self.files.contains(&folded(path))) else { continue };
            self.folders.insert(folded(&path));
            folder = path + "/";
        }
        let divided = divided(&last);
        let plain = folded(&format!("{folder}{last}"));
        let first = self.last.get(&plain).map_or(1, |last| last.saturating_add(1));
        for n in first.. {
            let path = numbered(&folder, divided, n);
            let folded = folded(&path);
            if !self.folders.contains(&folded) && self.files.insert(folded) {
                self.last.insert(plain, n);
                return path;
            }
        }
        last
    }
}

/// The `n`th of those that share a path.
fn numbered(folder: &str, (stem, ending): (&str, &str), n: u32) -> String {
    if n == 1 { format!("{folder}{stem}{ending}") } else { format!("{folder}{stem} ({n}){ending}") }
}

/// A path as systems compare it that tell no cases apart: `ſ` is `s` there, and `ς` is `σ`.
fn folded(path: &str) -> String {
    path.to_uppercase().to_lowercase().nfc().collect()
}

/// A name and its ending, with the dot.
fn divided(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name[at..].chars().count() <= ENDING_MAX => name.split_at(at),
        _ => (name, ""),
    }
}

/// A part of a path that every system takes: it is never a way elsewhere, a device, or two names for those who see it.
fn safe(name: &str) -> String {
    let kept = name.nfc().filter(|letter| !is_unseen(*letter));
    let plain: String = kept.map(|letter| if r#"/\:*?"<>|"#.contains(letter) { '_' } else { letter }).collect();
    // A blank at either end, and a dot at the end, are lost on some systems; dots at the start hide it on others.
    let plain = plain.trim_matches(|letter: char| letter.is_whitespace() || letter == '.');
    let (stem, ending) = divided(plain);
    let (letters, bytes) = (PART_MAX - ending.chars().count(), PART_BYTES - ending.len());
    let ends = stem.char_indices().take(letters).map(|(at, letter)| at + letter.len_utf8());
    let stem = stem[..ends.take_while(|end| *end <= bytes).last().unwrap_or(0)].trim_end();
    let device = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = ["com", "lpt"]
        .iter()
        .filter_map(|kind| device.strip_prefix(kind))
        .any(|number| matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"));
    let before = if numbered || DEVICES.contains(&device.as_str()) { "_" } else { "" };
    if stem.is_empty() { format!("file{ending}") } else { format!("{before}{stem}{ending}") }
}

/// Characters that nobody sees, those that turn the direction of what follows, so that one ending reads like another, among them.
fn is_unseen(letter: char) -> bool {
    letter.is_control() || is_invisible(letter) || matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_names_in_an_archive_are_safe_on_every_system() {
        for (name, safe_name) in [
            ("Loan agreement.pdf", "Loan agreement.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "file"),
            ("C:\\Windows\\x.pdf", "C__Windows_x.pdf"),
            ("/", "_"),
            (" . ", "file"),
            (".bashrc", "bashrc"),
            ("a.pdf. ", "a.pdf"),
            ("CON", "_CON"),
            ("nul.tar.gz", "_nul.tar.gz"),
            ("Com1.pdf", "_Com1.pdf"),
            ("lpt².txt", "_lpt².txt"),
            ("common.pdf", "common.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\u{0}b\nc.pdf", "abc.pdf"),
            ("cafe\u{301}.pdf", "café.pdf"),
            ("عقد الإيجار.pdf", "عقد الإيجار.pdf"),
            ("契約書.pdf", "契約書.pdf"),
            ("\u{200b}.pdf", "pdf"),
        ] {
            assert_eq!(safe(name), safe_name, "{name:?}");
        }
        let long = safe(&format!("{}.pdf", "ä".repeat(200)));
        assert_eq!((long.chars().count(), long.ends_with("ä.pdf")), (PART_MAX, true));
        // Many systems count bytes, and take 255.
        for letter in ["契", "😀"] {
            let long = safe(&format!("{}.pdf", letter.repeat(120)));
            assert!((230..=PART_BYTES).contains(&long.len()) && long.ends_with(&format!("{letter}.pdf")), "{long}");
        }
    }

    #[test]
    fn r21_no_two_files_of_an_archive_have_one_name() {
        let mut names = Names::default();
        let given: Vec<String> =
            ["Scan.pdf", "scan.PDF", "Scan.pdf", "Scan (2).pdf", "cafe\u{301}", "caf\u{e9}", "", ""]
                .iter()
                .map(|name| names.path(&[name]))
                .collect();
        assert_eq!(
            given,
            ["Scan.pdf", "scan (2).PDF", "Scan (3).pdf", "Scan (2) (2).pdf", "café", "café (2)", "file", "file (2)"]
        );
        assert_eq!(names.path(&["Chat", "Scan.pdf"]), "Chat/Scan.pdf");
        assert_eq!(names.path(&["../Chat", "../Scan.pdf"]), "_Chat/_Scan.pdf");
        // Nothing is a file and a folder, whichever came first.
        assert_eq!(names.path(&["Scan.pdf", "01 a.jpg"]), "Scan.pdf (2)/01 a.jpg");
        assert_eq!(names.path(&["chat"]), "chat (2)");
        assert_eq!(
            ["Maſs", "MASS", "ΣΑΣ", "σας"].map(|name| names.path(&[name])),
            ["Maſs", "MASS (2)", "ΣΑΣ", "σας (2)"]
        );
        // Many of one name are no more work than many of many.
        for _ in 0..20_000 {
            names.path(&["photo.jpg"]);
        }
        assert_eq!(names.path(&["photo.jpg"]), "photo (20001).jpg");
    }
}
