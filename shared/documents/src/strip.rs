//! What a completed document must not have: whatever could change it, act by itself, or carry something along.

use lopdf::{Dictionary, Document, Object, dictionary};

use crate::{pdf, seen};

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

/// What a picture has for other occasions: another one for paper, or a part of another file.
const OTHERWISE: [&[u8]; 4] = [b"Alternates", b"OPI", b"Ref", b"PS"];

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
    layers(document);
    document.objects.values_mut().for_each(everywhere);
}

/// Leaves layers as they are when the file is opened, which is how pictures show them: no state that a reader chooses by the paper, the
/// size or the language that it shows, and none that somebody chooses.
fn layers(document: &mut Document) {
    let all = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "OCProperties"));
    let Some(all) = all else { return };
    let shown = pdf::dictionary(document, all, "D");
    let mut first = Dictionary::new();
    for key in ["BaseState", "ON", "OFF"] {
        if let Some(entry) = shown.and_then(|shown| pdf::get(document, shown, key)) {
            first.set(key, entry.clone());
        }
    }
    let groups = pdf::get(document, all, "OCGs").and_then(|groups| groups.as_array().ok()).cloned().unwrap_or_default();
    for group in groups.iter().filter_map(|group| group.as_reference().ok()) {
        if let Ok(group) = document.get_dictionary_mut(group) {
            by_itself(group);
        }
    }
    if let Ok(catalog) = document.catalog_mut() {
        catalog.set("OCProperties", dictionary! { "OCGs" => groups, "D" => first });
    }
}

/// Takes out of a layer by what a reader would show or hide it.
fn by_itself(group: &mut Dictionary) {
    for key in ["Usage", "Intent"] {
        group.remove(key.as_bytes());
    }
}

/// Empties every action of the listed kinds, and takes out what is shown at another time, or in another place, than the rest.
fn everywhere(object: &mut Object) {
    let mut waiting = vec![object];
    while let Some(object) = waiting.pop() {
        let dictionary = match object {
            Object::Array(entries) => {
                waiting.extend(entries);
                continue;
            }
            Object::Dictionary(dictionary) => dictionary,
            Object::Stream(stream) => {
                for key in OTHERWISE {
                    stream.dict.remove(key);
                }
                &mut stream.dict
            }
            _ => continue,
        };
        if dictionary.has_type(b"OCG") {
            by_itself(dictionary);
        } else if dictionary.has_type(b"OCMD") {
            // Pictures go by the groups that it names.
            dictionary.remove(b"VE");
        }
        let kind = dictionary.get(b"S").and_then(Object::as_name);
        if kind.is_ok_and(|kind| ACTIONS.contains(&kind)) && !dictionary.has_type(b"StructElem") {
            *dictionary = Dictionary::new();
        }
        waiting.extend(dictionary.iter_mut().map(|(_, entry)| entry));
    }
}

/// Takes it out of a page; the annotations that stay, which are links.
pub(crate) fn page(document: &Document, page: &Dictionary) -> (Dictionary, Vec<Object>) {
    let mut kept = page.clone();
    for key in ["AA", "AF"] {
        kept.remove(key.as_bytes());
    }
    let entries = pdf::get(document, page, "Annots").and_then(|entries| entries.as_array().ok());
    let stays = |entry: &&Object| {
        let annotation = pdf::resolve(document, entry).and_then(pdf::as_dictionary);
        annotation.is_some_and(|annotation| seen::is_link(document, annotation))
    };
    let annotations = entries.into_iter().flatten().filter(stays).cloned().collect();
    (kept, annotations)
}

/// What a link must not have: what acts, and a look of its own. Pictures show no edge of it.
pub(crate) fn annotation(annotation: &mut Dictionary) {
    for key in ["AA", "AF", "AP", "AS", "BS", "C"] {
        annotation.remove(key.as_bytes());
    }
    annotation.set("Border", vec![0.into(), 0.into(), 0.into()]);
}
