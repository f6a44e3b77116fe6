//! Reads a file that somebody sent (R21): a form of its fields and a picture of each page, or a safe picture and a thumbnail, from `uploads/{id}` to
//! `read/{id}/`; and a company's logo (R19), written anew, from `sent-logos/{id}` to `logos/`. S3 calls it when a file has come.
//!
//! Where files are scanned for viruses (`ScanFiles`), the scanner's word sets it going in the place of S3's; until then a file is as
//! unread as one that has not come, and what is not let through gets a report that says so.
//!
//! It has no right to tables, keys or anything else, and a child process of its own does the reading (ADR 30).

use parlor_buckets::Bucket;
use parlor_drawing::{Bounds, LogoTask, ReadReport, ReadTask, Reader, Refusal, logo, put_report, read};
use parlor_objects::{ObjectError, Objects};
use parlor_runtime::{EventFunction, ObjectEvent, Runtime};
use serde_json::{Value, json};
use tokio::runtime::Handle;

/// What keys of files begin with that were sent.
const FROM: &str = "uploads/";

/// What keys of all begin with that was read of one.
const TO: &str = "read/";

/// What keys of logos begin with as they were sent, and as they were written anew.
const LOGOS: (&str, &str) = ("sent-logos/", "logos/");

/// Of the pages' pictures, in pixels: sharp on a phone that is 390 wide and has two pixels for one.
const WIDTH: u16 = 780;

/// The function.
#[derive(Debug)]
pub struct DocumentRead {
    bucket: Bucket,
    /// Nothing where the system does not say which program this is.
    reader: Option<Reader>,
}

/// Why a file was not read. What is wrong with the file itself is in its report.
#[derive(Debug, thiserror::Error)]
pub enum DocumentReadError {
    /// The bucket.
    #[error("the file cannot be read or its report not written: {0}")]
    Objects(#[from] ObjectError),
    /// Nothing can be started here.
    #[error("this program does not know where it is")]
    NoProgram,
}

/// Reads the file that was sent as `id`. The same file twice gives the same report. One request to read, one for each page, one
/// for the report.
async fn read_upload(id: &str, objects: &impl Objects, reader: &Reader) -> Result<ReadReport, ObjectError> {
    let task = ReadTask { from: format!("{FROM}{id}"), to: format!("{TO}{id}"), width: WIDTH };
    read(&task, objects, reader).await
}

/// Writes the logo anew that was sent as `id`. One request to read, one for the logo, one for the report.
async fn read_logo(id: &str, objects: &impl Objects, reader: &Reader) -> Result<ReadReport, ObjectError> {
    let (from, to) = LOGOS;
    logo(&LogoTask { from: format!("{from}{id}"), to: format!("{to}{id}") }, objects, reader).await
}

/// Says of a file that no scanner let through why it stays closed. One request.
async fn close(key: &str, objects: &impl Objects) -> Result<ReadReport, ObjectError> {
    let report = ReadReport::Refused(Refusal::NotClean);
    put_report(key, &report, objects).await?;
    Ok(report)
}

/// What comes of a file that has come, `is_clean` being a scanner's word where one was asked.
async fn look(
    id: &str,
    is_logo: bool,
    is_clean: Option<bool>,
    objects: &impl Objects,
    reader: &Reader,
) -> Result<ReadReport, ObjectError> {
    match (is_clean, is_logo) {
        (Some(false), true) => close(&format!("{}{id}.json", LOGOS.1), objects).await,
        (Some(false), false) => close(&format!("{TO}{id}/form.json"), objects).await,
        (_, true) => read_logo(id, objects, reader).await,
        (_, false) => read_upload(id, objects, reader).await,
    }
}

impl EventFunction for DocumentRead {
    const NAME: &'static str = "document-read";
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
        let (id, is_logo) = match event.between(LOGOS.0, "") {
            Ok(id) => (id, true),
            Err(_) => (event.between(FROM, "")?, false),
        };
        let reader = self.reader.clone().ok_or(DocumentReadError::NoProgram)?;
        let (id, is_clean, bucket, here) = (id.to_owned(), event.is_clean(), self.bucket.clone(), Handle::current());
        // It waits for its children where nobody else wants to run.
        let read = tokio::task::spawn_blocking(move || here.block_on(look(&id, is_logo, is_clean, &bucket, &reader)));
        let report = read.await?.map_err(DocumentReadError::Objects)?;
        // Of a stranger's file nothing is said but how many pages it has.
        Ok(match report {
            ReadReport::Read { form, .. } => json!({"pages": form.pages.len(), "fields": form.fields.len()}),
            ReadReport::Picture { .. } => json!("picture"),
            ReadReport::Refused(_) => json!("refused"),
            ReadReport::Unreadable => json!("unreadable"),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::FutureExt as _;
    use parlor_objects::Folder;

    use super::*;

    #[test]
    fn r21_what_is_no_document_is_refused_in_its_report() {
        let folder = tempfile::tempdir().unwrap();
        let files = Folder::new(folder.path().to_path_buf());
        // No child is started for what is too large.
        let reader = Reader::new("/nowhere".into(), Bounds::default());
        files.put("uploads/up_1", vec![0; 20_000_001], "application/pdf").now_or_never().unwrap().unwrap();
        let report = read_upload("up_1", &files, &reader).now_or_never().unwrap().unwrap();
        assert!(matches!(report, ReadReport::Refused(_)), "{report:?}");
        let written = files.get("read/up_1/form.json", 1_000).now_or_never().unwrap().unwrap();
        assert_eq!(serde_json::from_slice::<ReadReport>(&written).unwrap(), report);
        files
            .put("sent-logos/up_3", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "image/png")
            .now_or_never()
            .unwrap()
            .unwrap();
        let report = read_logo("up_3", &files, &reader).now_or_never().unwrap().unwrap();
        assert!(matches!(report, ReadReport::Refused(_)), "{report:?}");
        assert!(files.get("logos/up_3.json", 1_000).now_or_never().unwrap().is_ok());
        for (id, is_logo, report) in [("up_1", false, "read/up_1/form.json"), ("up_3", true, "logos/up_3.json")] {
            let said = look(id, is_logo, Some(false), &files, &reader).now_or_never().unwrap().unwrap();
            assert_eq!(said, ReadReport::Refused(Refusal::NotClean));
            let written = files.get(report, 1_000).now_or_never().unwrap().unwrap();
            assert_eq!(serde_json::from_slice::<ReadReport>(&written).unwrap(), said);
        }
        let missing = read_upload("up_2", &files, &reader).now_or_never().unwrap();
        assert!(matches!(missing, Err(ObjectError::Missing)));
    }
}
