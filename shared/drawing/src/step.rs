//! The step after an upload: a file in, its form and a picture of each page out. For a function that has the right to one
//! prefix in and one out, and none to tables, keys or the network beyond.

use parlor_documents::{Limits, Refusal};
use parlor_form::{PagePicture, ReadReport};
use parlor_objects::{ObjectError, Objects};
use serde::{Deserialize, Serialize};

use crate::reader::{Failed, Reader};

/// What to read and where to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadTask {
    /// The file's key.
    pub from: String,
    /// What the keys of all that is written begin with, without a slash at the end.
    pub to: String,
    /// Of the pages' pictures, in pixels.
    pub width: u16,
}

/// Pages that could not be drawn, after which no more are tried: each costs the seconds of its bound.
const GIVE_UP: usize = 3;

/// Does it. The same task twice writes the same files. One request to read, one for each page, one for the report.
pub async fn read(task: &ReadTask, objects: &impl Objects, reader: &Reader) -> Result<ReadReport, ObjectError> {
    let report = match objects.get(&task.from, Limits::default().bytes).await {
        Err(ObjectError::TooLarge) => ReadReport::Refused(Refusal::TooBig),
        Err(error) => return Err(error),
        Ok(bytes) => match reader.read(&bytes) {
            Err(Failed::Refused(refusal)) => ReadReport::Refused(refusal),
            Err(Failed::Environment(error)) => return Err(ObjectError::Failed(error.to_string())),
            Err(_) => ReadReport::Unreadable,
            Ok(document) => {
                let mut pictures = Vec::new();
                let mut failed = 0;
                for page in (1..).take(document.form.pages.len()) {
                    let drawn = if failed < GIVE_UP { document.draw(page, task.width).ok() } else { None };
                    failed += usize::from(drawn.is_none());
                    let Some(drawn) = drawn else {
                        pictures.push(None);
                        continue;
                    };
                    let key = format!("{}/page-{page}", task.to);
                    objects.put(&key, drawn.bytes, drawn.content_type).await?;
                    pictures.push(Some(PagePicture { key, content_type: drawn.content_type.to_owned() }));
                }
                ReadReport::Read { form: document.form.clone(), pictures }
            }
        },
    };
    let said = serde_json::to_vec(&report).map_err(|error| ObjectError::Failed(error.to_string()))?;
    objects.put(&format!("{}/form.json", task.to), said, "application/json").await?;
    Ok(report)
}
