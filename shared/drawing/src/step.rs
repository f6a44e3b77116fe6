//! The step after an upload: a file in, its form and a picture of each page out; of a picture a safe one and a thumbnail. For a function that has the right to one
//! prefix in and one out, and none to tables, keys or the network beyond.

use parlor_documents::{Limits, Refusal};
use parlor_form::{PagePicture, ReadReport};
use parlor_images::NoPicture;
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

/// A logo to write anew, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoTask {
    /// The file's key.
    pub from: String,
    /// What the keys of all that is written begin with: its kind's ending follows, and `.json` for the report.
    pub to: String,
}

/// Pages that could not be drawn, after which no more are tried: each costs the seconds of its bound.
const GIVE_UP: usize = 3;

/// No side of a thumbnail has more pixels: sharp on a phone that has three pixels for one, and a third of its width.
const SIDE: u32 = 400;

/// A picture: written anew beside the report, with a thumbnail.
async fn picture(
    task: &ReadTask,
    bytes: &[u8],
    objects: &impl Objects,
    reader: &Reader,
) -> Result<ReadReport, ObjectError> {
    let (picture, small) = match reader.picture(bytes, SIDE) {
        Ok(read) => read,
        Err(Failed::NoPicture(why)) => return Ok(ReadReport::Refused(refused(why))),
        Err(Failed::Environment(error)) => return Err(ObjectError::Failed(error.to_string())),
        Err(_) => return Ok(ReadReport::Unreadable),
    };
    let mut thumbnail = None;
    if let Some(small) = small {
        let (key, content_type) = (format!("{}/thumbnail", task.to), "image/jpeg");
        objects.put(&key, small, content_type).await?;
        thumbnail = Some(PagePicture { key, content_type: content_type.to_owned() });
    }
    let (key, size) = (format!("{}/picture", task.to), u64::try_from(picture.bytes.len()).unwrap_or(u64::MAX));
    let pixels = Some([picture.width, picture.height]);
    objects.put(&key, picture.bytes, picture.content_type).await?;
    let picture = PagePicture { key, content_type: picture.content_type.to_owned() };
    Ok(ReadReport::Picture { picture, size, thumbnail, pixels })
}

fn refused(why: NoPicture) -> Refusal {
    match why {
        NoPicture::UnknownKind => Refusal::NotPdf,
        NoPicture::Heic => Refusal::Heic,
        NoPicture::TooBig => Refusal::TooBig,
        NoPicture::TooManyPixels => Refusal::ImageTooLarge,
        NoPicture::Damaged => Refusal::Damaged,
    }
}

/// Does it. The same task twice writes the same files. One request to read, one for each page (of a picture: two), one for the
/// report.
pub async fn read(task: &ReadTask, objects: &impl Objects, reader: &Reader) -> Result<ReadReport, ObjectError> {
    let report = match objects.get(&task.from, Limits::default().bytes).await {
        Err(ObjectError::TooLarge) => ReadReport::Refused(Refusal::TooBig),
        Err(error) => return Err(error),
        Ok(bytes) if parlor_images::is_picture(&bytes) => picture(task, &bytes, objects, reader).await?,
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
    put_report(&format!("{}/form.json", task.to), &report, objects).await?;
    Ok(report)
}

/// Writes a logo anew (R19). The same task twice writes the same files. One request to read, one for the logo, one for the report.
pub async fn logo(task: &LogoTask, objects: &impl Objects, reader: &Reader) -> Result<ReadReport, ObjectError> {
    let report = match objects.get(&task.from, Limits::default().bytes).await {
        Err(ObjectError::TooLarge) => ReadReport::Refused(Refusal::TooBig),
        Err(error) => return Err(error),
        // Told before a child is started for it.
        Ok(bytes) if !parlor_images::is_picture(&bytes) => ReadReport::Refused(Refusal::NotPdf),
        Ok(bytes) => match reader.logo(&bytes) {
            Err(Failed::NoPicture(why)) => ReadReport::Refused(refused(why)),
            Err(Failed::Environment(error)) => return Err(ObjectError::Failed(error.to_string())),
            Err(_) => ReadReport::Unreadable,
            Ok(logo) => {
                let ending = if logo.content_type == "image/png" { "png" } else { "jpg" };
                let (key, size) =
                    (format!("{}.{ending}", task.to), u64::try_from(logo.bytes.len()).unwrap_or(u64::MAX));
                objects.put(&key, logo.bytes, logo.content_type).await?;
                let picture = PagePicture { key, content_type: logo.content_type.to_owned() };
                ReadReport::Picture { picture, size, thumbnail: None, pixels: Some([logo.width, logo.height]) }
            }
        },
    };
    put_report(&format!("{}.json", task.to), &report, objects).await?;
    Ok(report)
}

/// Writes what came of reading a file, as [`read`] and [`logo`] do. One request.
pub async fn put_report(key: &str, report: &ReadReport, objects: &impl Objects) -> Result<(), ObjectError> {
    let said = serde_json::to_vec(report).map_err(|error| ObjectError::Failed(error.to_string()))?;
    objects.put(key, said, "application/json").await
}
