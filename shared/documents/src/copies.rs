//! How much of a file its completed document has more often than the file itself: each page gets the resources that it inherits, each
//! look of a field what it lacks of the form's, and each annotation is drawn where its page is. A hundred kilobytes of that are ten
//! gigabytes once they are written out.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object};

use crate::nesting::looks;
use crate::pdf;
use crate::sheet::Sheet;
use parlor_form::Refusal;

/// Bytes of all that is there once more.
const ROOM: usize = 150_000_000;
/// Bytes of an entry in a dictionary or an array, beside what is in it.
const ENTRY: usize = 150;
/// Bytes of an annotation that is drawn: its place, and what the page says to draw it. There may be a hundred thousand.
const DRAWN: usize = 1_500;

/// Refuses a file that would be too large once it is completed.
pub(crate) fn check(document: &Document, sheets: &[Sheet]) -> Result<(), Refusal> {
    let mut room = Room(ROOM);
    let form = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "AcroForm"));
    let common = form.and_then(|form| pdf::dictionary(document, form, "DR"));
    let mut of_form = Room(ROOM);
    if let Some(common) = common {
        of_form.take_resources(document, common)?;
    }
    let of_form = ROOM - of_form.0;
    let mut known = HashSet::new();
    for page in sheets.iter().filter_map(|sheet| document.get_dictionary(sheet.id).ok()) {
        if let Some(resources) = pdf::inherited(document, page, "Resources").and_then(pdf::as_dictionary) {
            room.take_resources(document, resources)?;
        }
        for (_, annotation) in pdf::annotations(document, page) {
            room.take(DRAWN)?;
            if pdf::is_widget(document, annotation) {
                let first = looks(document, annotation).into_iter().filter(|look| known.insert(*look)).count();
                room.take(of_form.saturating_mul(first))?;
            }
        }
    }
    Ok(())
}

/// What is left of it.
struct Room(usize);

impl Room {
    fn take(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.0 = self.0.checked_sub(bytes).ok_or(Refusal::TooMuchContent)?;
        Ok(())
    }

    /// Resources, and those of each kind where they are objects of their own.
    fn take_resources(&mut self, document: &Document, resources: &Dictionary) -> Result<(), Refusal> {
        for (_, entry) in resources {
            self.take(ENTRY)?;
            self.take_whole(pdf::resolve(document, entry).unwrap_or(entry))?;
        }
        Ok(())
    }

    /// An object with all that is in it; what it refers to stays where it is.
    fn take_whole(&mut self, object: &Object) -> Result<(), Refusal> {
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            match object {
                Object::Array(entries) => {
                    self.take(entries.len().saturating_mul(ENTRY))?;
                    waiting.extend(entries);
                }
                Object::Dictionary(entries) => {
                    for (name, entry) in entries {
                        self.take(ENTRY.saturating_add(name.len()))?;
                        waiting.push(entry);
                    }
                }
                Object::String(text, _) | Object::Name(text) => self.take(text.len())?,
                _ => {}
            }
        }
        Ok(())
    }
}
