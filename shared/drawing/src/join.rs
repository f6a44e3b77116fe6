//! The step after a request's last file: its files in, one PDF of them out.

use std::fs;

use parlor_documents::Limits;
use parlor_form::JoinTask;
use parlor_objects::{ObjectError, Objects};
use tempfile::TempDir;

use crate::reader::{Failed, Pages, Reader};

/// Bytes of all files together. What comes beyond is left out: the joined file has to be one that people can open.
const TOGETHER: usize = 100_000_000;

/// Files that ended their child, after which no more are tried: each costs the seconds of its bound.
const GIVE_UP: usize = 3;

/// Files that were joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The PDF.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: u32,
    /// How many files could not be put in. A page says so in place of each.
    pub left_out: u32,
}

/// Joins files. One request to read for each. A PDF that cannot be put in, because it is damaged, a form of another kind, or too much for a
/// child, is told apart by trying it alone, and a page stands in its place.
pub async fn join(task: &JoinTask, objects: &impl Objects, reader: &Reader) -> Result<Joined, ObjectError> {
    let failed = |error: std::io::Error| ObjectError::Failed(error.to_string());
    let folder = TempDir::with_prefix("parlor-join-").map_err(failed)?;
    let mut pages = Vec::with_capacity(task.parts.len());
    let (mut together, mut ended) = (0, 0);
    for (place, part) in task.parts.iter().enumerate() {
        let note = || Pages::Note(part.name.clone());
        let bytes = match objects.get(&part.from, Limits::default().bytes.min(TOGETHER - together)).await {
            Ok(bytes) => bytes,
            Err(ObjectError::TooLarge | ObjectError::Missing) => {
                pages.push(note());
                continue;
            }
            Err(error) => return Err(error),
        };
        let size = bytes.len();
        let from = folder.path().join(format!("part-{place}"));
        fs::write(&from, bytes).map_err(failed)?;
        let own = if part.pdf { Pages::Document(from) } else { Pages::Picture(from) };
        if part.pdf {
            let alone = folder.path().join("alone.pdf");
            let parts = task.parts.len();
            let fits = if ended < GIVE_UP { reader.joins(own.clone(), parts, &task.words, &alone) } else { Ok(None) };
            match fits {
                Ok(Some(_)) => {}
                Err(Failed::Environment(error)) => return Err(failed(error)),
                unfit => {
                    ended += usize::from(unfit.is_err());
                    pages.push(note());
                    continue;
                }
            }
        }
        together += size;
        pages.push(own);
    }
    let to = folder.path().join("joined.pdf");
    // Each is fine and all may be too much: then the pictures are left, which we wrote ourselves, and if even they are, names.
    let stays: [fn(&Pages) -> bool; 3] =
        [|_| true, |pages| !matches!(pages, Pages::Document(_)), |pages| matches!(pages, Pages::Note(_))];
    let mut count = None;
    for stays in stays {
        for (page, part) in pages.iter_mut().zip(&task.parts) {
            if !stays(page) {
                *page = Pages::Note(part.name.clone());
            }
        }
        match reader.join(pages.clone(), &task.words, &to) {
            Ok(Some(joined)) => {
                count = Some(joined);
                break;
            }
            Err(Failed::Environment(error)) => return Err(failed(error)),
            Ok(None) | Err(_) => {}
        }
    }
    let count = count.ok_or_else(|| ObjectError::Failed("nothing could be joined".to_owned()))?;
    let left_out = pages.iter().filter(|pages| matches!(pages, Pages::Note(_))).count();
    let left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
    Ok(Joined { bytes: fs::read(&to).map_err(failed)?, pages: count, left_out })
}
