//! Puts the finished files of a session into one archive (R21), from a task at `pack/{session}.json` to `packed/{session}.zip`, with a
//! report beside it. S3 calls it when the task has come.
//!
//! It copies bytes and looks into none of them, and has no right to tables, keys or anything else. A workflow's answers as pages are made
//! here, of what the task says of them.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use parlor_buckets::Bucket;
use parlor_fonts::Fonts;
use parlor_form::{PackContent, PackReport, PackTask};
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{EventFunction, ObjectEvent, Runtime};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::{runtime::Handle, task::spawn_blocking};
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// What keys of tasks begin with.
const FROM: &str = "pack/";

/// What keys of archives, and of the reports about them, begin with.
const TO: &str = "packed/";

/// Bytes of a task: names and keys of all files, and the answers of a hundred workflows.
const TASK: usize = 20_000_000;

/// Bytes of all files together, and of any of them. Whoever asks for an archive is refused more; this is the last look.
const TOGETHER: usize = 110_000_000;

/// How often an archive is made anew because another task came meanwhile.
const TIMES: usize = 3;

/// The function.
pub struct PackFiles {
    bucket: Bucket,
    fonts: Arc<Fonts>,
}

/// Why no archive was made.
#[derive(Debug, thiserror::Error)]
pub enum PackFilesError {
    /// The bucket.
    #[error("the task or its outcome: {0}")]
    Objects(#[from] ObjectError),
    /// What is there is no task.
    #[error("the task is not understood: {0}")]
    NoTask(#[from] serde_json::Error),
    /// The archive would go elsewhere than beside its task.
    #[error("the task is another's")]
    Another,
    /// It cannot be written: two files of one name, or too much.
    #[error("the archive cannot be written: {0}")]
    Unwritable(#[from] ZipError),
    /// The same, while a file is copied.
    #[error("the archive cannot be written: {0}")]
    Copy(#[from] std::io::Error),
    /// Each time it was done another task was there.
    #[error("the task does not stay what it is")]
    Unsteady,
}

/// An archive, how many files are in it, and how many are not there any more.
struct Packed {
    bytes: Vec<u8>,
    files: u32,
    missing: u32,
}

/// Copies what a task names, one file after the other. Nothing is compressed: pictures and PDFs are already. One request for each file.
async fn pack(task: &PackTask, objects: &impl Objects, fonts: &Fonts) -> Result<Packed, PackFilesError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The time that a ZIP has without one: the same files make the same archive.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let (mut files, mut missing, mut left) = (0, 0, TOGETHER);
    for entry in &task.entries {
        let bytes = match &entry.content {
            PackContent::Text(text) => text.clone().into_bytes(),
            PackContent::Answers(page) => {
                let Some(bytes) = parlor_paper::answers(page, fonts) else {
                    // The table beside them says the same.
                    tracing::error!("answers that cannot be written");
                    missing += 1;
                    continue;
                };
                bytes
            }
            PackContent::File(key) => match objects.get(key, left).await {
                Ok(bytes) => bytes,
                Err(ObjectError::Missing) => {
                    missing += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            },
        };
        left = left.saturating_sub(bytes.len());
        archive.start_file(entry.name.as_str(), options)?;
        archive.write_all(&bytes)?;
        files += 1;
    }
    Ok(Packed { bytes: archive.finish()?.into_inner(), files, missing })
}

/// Carries out a session's task. Twice is the same as once. Whoever asks again has the task under the same key, so that it is looked at
/// once more when the archive is written: an earlier one takes no later one's place. Two requests to read, one for each file, two to
/// write.
async fn pack_task(session: &str, objects: &impl Objects, fonts: &Fonts) -> Result<PackReport, PackFilesError> {
    let (from, to) = (format!("{FROM}{session}.json"), format!("{TO}{session}.zip"));
    let mut said = objects.get(&from, TASK).await?;
    for _ in 0..TIMES {
        let task: PackTask = serde_json::from_slice(&said)?;
        if task.to != to {
            return Err(PackFilesError::Another);
        }
        let Packed { bytes, files, missing } = pack(&task, objects, fonts).await?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        objects.put(&to, bytes, "application/zip").await?;
        let now = objects.get(&from, TASK).await?;
        if now == said {
            let task = HEXLOWER.encode(&Sha256::digest(&said));
            let report = PackReport { key: to, task, size, files, missing };
            objects.put(&format!("{TO}{session}.json"), serde_json::to_vec(&report)?, "application/json").await?;
            return Ok(report);
        }
        said = now;
    }
    Err(PackFilesError::Unsteady)
}

impl EventFunction for PackFiles {
    const NAME: &'static str = "pack-files";
    type Event = ObjectEvent;
    type Output = Value;

    fn new(runtime: &Runtime) -> Self {
        Self { bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket), fonts: Arc::new(Fonts::shipped()) }
    }

    async fn handle(&self, event: Self::Event) -> Result<Value, lambda_runtime::Error> {
        let session = event.between(FROM, ".json")?.to_owned();
        let (bucket, fonts, here) = (self.bucket.clone(), Arc::clone(&self.fonts), Handle::current());
        // It writes pages where nobody else wants to run.
        let packed = spawn_blocking(move || here.block_on(pack_task(&session, &bucket, &fonts)));
        let report = packed.await??;
        Ok(json!({"files": report.files, "missing": report.missing}))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read as _;

    use futures_util::FutureExt as _;
    use parlor_form::{AnswersPage, PackEntry};
    use parlor_objects::Folder;

    use super::*;

    fn now<T>(step: impl Future<Output = T>) -> T {
        step.now_or_never().unwrap()
    }

    fn task(entries: &[(&str, PackContent)]) -> Vec<u8> {
        let entry =
            |(name, content): &(&str, PackContent)| PackEntry { name: (*name).to_owned(), content: content.clone() };
        let task = PackTask { entries: entries.iter().map(entry).collect(), to: "packed/s1.zip".into() };
        serde_json::to_vec(&task).unwrap()
    }

    fn answers() -> AnswersPage {
        AnswersPage {
            company: "Harbour Loans".into(),
            title: "عقد الإيجار".into(),
            right_to_left: true,
            language: "ar".into(),
            facts: vec![],
            steps: vec![],
            note: "ملاحظة".into(),
            page_of: "{n} / {total}".into(),
        }
    }

    #[test]
    fn r21_an_archive_has_its_files_under_their_names_and_says_what_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::new(folder.path().to_path_buf());
        now(files.put("signed/s1/a.pdf", b"%PDF-1".to_vec(), "")).unwrap();
        let (file, text) = (|key: &str| PackContent::File(key.into()), |text: &str| PackContent::Text(text.into()));
        let entries = [
            ("Loan agreement.pdf", file("signed/s1/a.pdf")),
            ("عقد الإيجار.csv", text("a,b")),
            ("عقد الإيجار.pdf", PackContent::Answers(Box::new(answers()))),
            ("Chat/gone.jpg", file("read/up_1/picture")),
        ];
        now(files.put("pack/s1.json", task(&entries), "")).unwrap();
        let report = now(pack_task("s1", &files, &Fonts::shipped())).unwrap();
        assert_eq!((report.files, report.missing, report.key.as_str()), (3, 1, "packed/s1.zip"));
        let bytes = now(files.get("packed/s1.zip", 1_000_000)).unwrap();
        assert_eq!((report.size, report.task.len()), (bytes.len() as u64, 64));
        // What is not ASCII is said to be UTF-8: bit 11 of the flags, in the entry's head in the directory.
        let heads =
            bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| bytes[at + 9] & 8);
        assert_eq!(heads.collect::<Vec<_>>(), [0, 8, 8]);
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut pages = vec![];
        archive.by_name("عقد الإيجار.pdf").unwrap().read_to_end(&mut pages).unwrap();
        assert!(pages.starts_with(b"%PDF-"));
        let mut read = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!((read("Loan agreement.pdf"), read("عقد الإيجار.csv")), ("%PDF-1".into(), "a,b".into()));
        let written: PackReport = serde_json::from_slice(&now(files.get("packed/s1.json", 1_000)).unwrap()).unwrap();
        assert_eq!(written, report);
        assert_eq!(now(pack_task("s1", &files, &Fonts::shipped())).unwrap(), report, "twice is the same");
    }

    #[test]
    fn r21_an_archive_stays_beside_its_task_and_in_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::new(folder.path().to_path_buf());
        now(files.put("pack/s2.json", task(&[]), "")).unwrap();
        assert!(matches!(now(pack_task("s2", &files, &Fonts::shipped())), Err(PackFilesError::Another)));
        now(files.put("signed/a", vec![0; TOGETHER + 1], "")).unwrap();
        now(files.put("pack/s1.json", task(&[("a.pdf", PackContent::File("signed/a".into()))]), "")).unwrap();
        assert!(matches!(
            now(pack_task("s1", &files, &Fonts::shipped())),
            Err(PackFilesError::Objects(ObjectError::TooLarge))
        ));
    }
}
