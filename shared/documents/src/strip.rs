//! What a completed document must not have: whatever could change it, act by itself, or carry something along.

use lopdf::{Dictionary, Document, Object};

use crate::pdf;

/// Actions that run something, send something, open something else, or change what is shown.
const ACTIONS: [&[u8]; 14] = [
    b"JavaScript",
    b"Launch",
    b"SubmitForm",
    b"ResetForm",
    b"ImportData",
    b"GoToR",
    b"GoToE",
    b"Hide",
    b"Movie",
    b"Sound",
    b"Rendition",
    b"RichMediaExecute",
    b"SetOCGState",
    b"GoTo3DView",
];

/// Annotations that are fields, or that carry files and media.
const ANNOTATIONS: [&[u8]; 8] =
    [b"Widget", b"FileAttachment", b"Screen", b"Movie", b"Sound", b"RichMedia", b"3D", b"TrapNet"];

/// Takes it out of catalog and actions. Pages are [`page`]'s.
pub(crate) fn document(document: &mut Document) {
    if let Ok(catalog) = document.catalog_mut() {
        for key in ["AcroForm", "OpenAction", "AA", "Perms", "AF", "NeedsRendering", "Legal", "DSS", "Collection"] {
            catalog.remove(key.as_bytes());
        }
    }
    let names = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "Names")).cloned();
    if let Some(mut names) = names {
        for key in ["JavaScript", "EmbeddedFiles", "Renditions", "AlternatePresentations"] {
            names.remove(key.as_bytes());
        }
        if let Ok(catalog) = document.catalog_mut() {
            catalog.set("Names", names);
        }
    }
    document.objects.values_mut().for_each(actions);
}

/// Empties every action of the listed kinds.
fn actions(object: &mut Object) {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        let dictionary = match object {
            Object::Array(entries) => {
                waiting.extend(entries);
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => &mut stream.dict,
            _ => continue,
        };
        let kind = dictionary.get(b"S").and_then(Object::as_name);
        if kind.is_ok_and(|kind| ACTIONS.contains(&kind)) && !dictionary.has_type(b"StructElem") {
            *dictionary = Dictionary::new();
        }
        waiting.extend(dictionary.iter_mut().map(|(_, entry)| entry));
    }
}

/// Takes it out of a page; the annotations that stay.
pub(crate) fn page(document: &Document, page: &Dictionary) -> (Dictionary, Vec<Object>) {
    let mut kept = page.clone();
    for key in ["AA", "AF"] {
        kept.remove(key.as_bytes());
    }
    let entries = pdf::get(document, page, "Annots").and_then(|entries| entries.as_array().ok());
    let stays = |entry: &&Object| {
        let annotation = pdf::resolve(document, entry).and_then(pdf::as_dictionary);
        let kind = annotation.and_then(|annotation| pdf::name(document, annotation, "Subtype"));
        kind.is_some_and(|kind| !ANNOTATIONS.contains(&kind))
    };
    let annotations = entries.into_iter().flatten().filter(stays).cloned().collect();
    (kept, annotations)
}

/// What an annotation that stays must not have.
pub(crate) fn annotation(annotation: &mut Dictionary) {
    for key in ["AA", "AF"] {
        annotation.remove(key.as_bytes());
    }
}
