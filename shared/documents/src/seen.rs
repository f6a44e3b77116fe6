//! What readers show of a page beside its content and its form: annotations. A picture of the page shows their looks, and nothing of those
//! without one, for which each reader makes up its own.
//!
//! In a completed document they are part of the page, under what was filled in: an annotation would cover it, and shows something else on
//! paper, under a pointer or in a list. Links stay links.

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::fields::flag;
use crate::kept::{Look, placed};
use crate::pdf;
use crate::preflight::Original;

impl Original {
    /// The looks of all annotations that are no fields, in their order.
    pub(crate) fn seen(&self) -> Vec<Look> {
        let pages = self.sheets.iter().enumerate().filter_map(|(place, sheet)| {
            let page = self.document.get_dictionary(sheet.id).ok()?;
            Some((place, pdf::annotations(&self.document, page)))
        });
        let others = pages.flat_map(|(place, all)| all.into_iter().map(move |(_, annotation)| (place, annotation)));
        others
            .filter(|(_, annotation)| !pdf::is_widget(&self.document, annotation))
            .filter_map(|(place, annotation)| look(&self.document, place, annotation))
            .collect()
    }

    /// The objects of all annotations that do not stay: of fields and of all else but links.
    pub(crate) fn gone(&self) -> Vec<ObjectId> {
        let pages = self.sheets.iter().filter_map(|sheet| self.document.get_dictionary(sheet.id).ok());
        let all = pages.flat_map(|page| pdf::annotations(&self.document, page));
        all.filter(|(_, annotation)| is_one(&self.document, annotation) && !is_link(&self.document, annotation))
            .filter_map(|(id, _)| id)
            .collect()
    }
}

/// Whether it is an annotation by what it says of itself: a page's list may name anything.
fn is_one(document: &Document, annotation: &Dictionary) -> bool {
    let kind = pdf::name(document, annotation, "Type");
    kind.is_none_or(|kind| kind == b"Annot") && annotation.has(b"Subtype") && annotation.has(b"Rect")
}

/// Whether an annotation leads somewhere.
pub(crate) fn is_link(document: &Document, annotation: &Dictionary) -> bool {
    pdf::name(document, annotation, "Subtype") == Some(b"Link")
}

/// The look that the picture of the page shows of an annotation.
fn look(document: &Document, sheet: usize, annotation: &Dictionary) -> Option<Look> {
    // What is no set of flags is none.
    let flags = pdf::integer(document, annotation, "F").filter(|flags| u32::try_from(*flags).is_ok()).unwrap_or(0);
    if flags & (flag::HIDDEN | flag::NO_VIEW) != 0 {
        return None;
    }
    let looks = pdf::dictionary(document, annotation, "AP")?;
    let mut entry = looks.get(b"N").ok()?;
    if let Some(Object::Dictionary(states)) = pdf::resolve(document, entry) {
        let state = pdf::name(document, annotation, "AS").filter(|state| states.has(state)).unwrap_or(b"Off");
        entry = states.get(state).ok()?;
    }
    placed(document, sheet, entry.as_reference().ok()?, pdf::rectangle(document, annotation, "Rect")?)
}
