//! Looking things up in a PDF that may be wrong anywhere: what is missing or of another kind is `None`.

use lopdf::{Dictionary, Document, Object, ObjectId};

/// How far parents are followed. Deeper trees are not made by people.
const ANCESTORS: usize = 32;

/// What an object is, references followed.
pub(crate) fn resolve<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

/// A dictionary's entry.
pub(crate) fn get<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &str) -> Option<&'a Object> {
    resolve(document, dictionary.get(key.as_bytes()).ok()?)
}

/// An object as a dictionary; of a stream its own.
pub(crate) fn as_dictionary(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// A dictionary's entry that is a dictionary.
pub(crate) fn dictionary<'a>(document: &'a Document, holder: &'a Dictionary, key: &str) -> Option<&'a Dictionary> {
    as_dictionary(get(document, holder, key)?)
}

/// A dictionary's entry that is a name.
pub(crate) fn name<'a>(document: &'a Document, holder: &'a Dictionary, key: &str) -> Option<&'a [u8]> {
    get(document, holder, key)?.as_name().ok()
}

/// A dictionary's entry that is a whole number.
pub(crate) fn integer(document: &Document, holder: &Dictionary, key: &str) -> Option<i64> {
    get(document, holder, key)?.as_i64().ok()
}

/// A number that can be computed with.
pub(crate) fn number(object: &Object) -> Option<f32> {
    object.as_float().ok().filter(|number| number.is_finite() && number.abs() < 1e7)
}

/// An array's entries, resolved.
pub(crate) fn array<'a>(document: &'a Document, holder: &'a Dictionary, key: &str) -> Option<Vec<&'a Object>> {
    let entries = get(document, holder, key)?.as_array().ok()?;
    Some(entries.iter().filter_map(|entry| resolve(document, entry)).collect())
}

/// An array of numbers of one length.
pub(crate) fn numbers<const N: usize>(document: &Document, holder: &Dictionary, key: &str) -> Option<[f32; N]> {
    let numbers: Vec<f32> = array(document, holder, key)?.into_iter().filter_map(number).collect();
    numbers.try_into().ok()
}

/// A rectangle with its corners in order.
pub(crate) fn rectangle(document: &Document, holder: &Dictionary, key: &str) -> Option<[f32; 4]> {
    let [a, b, c, d] = numbers(document, holder, key)?;
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Text as people read it: a string in any of PDF's encodings, or a name.
pub(crate) fn text(object: &Object) -> Option<String> {
    match object {
        Object::String(bytes, _) => {
            Some(lopdf::decode_text_string(object).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned()))
        }
        Object::Name(name) => Some(String::from_utf8_lossy(name).into_owned()),
        _ => None,
    }
}

/// An entry that a dictionary has or inherits.
pub(crate) fn inherited<'a>(document: &'a Document, holder: &'a Dictionary, key: &str) -> Option<&'a Object> {
    ancestors(document, holder).into_iter().find_map(|holder| get(document, holder, key))
}

/// A dictionary, its parent, and so on.
pub(crate) fn ancestors<'a>(document: &'a Document, holder: &'a Dictionary) -> Vec<&'a Dictionary> {
    let next = |holder: &&'a Dictionary| dictionary(document, holder, "Parent");
    std::iter::successors(Some(holder), next).take(ANCESTORS).collect()
}

/// A page's annotations, each with its id if it is an object of its own.
pub(crate) fn annotations<'a>(document: &'a Document, page: &'a Dictionary) -> Vec<(Option<ObjectId>, &'a Dictionary)> {
    let entries = get(document, page, "Annots").and_then(|entries| entries.as_array().ok());
    let entries = entries.into_iter().flatten().filter_map(|entry| {
        let annotation = as_dictionary(resolve(document, entry)?)?;
        Some((entry.as_reference().ok(), annotation))
    });
    entries.collect()
}

/// Whether an annotation is a field's place on its page.
pub(crate) fn is_widget(document: &Document, annotation: &Dictionary) -> bool {
    name(document, annotation, "Subtype") == Some(b"Widget")
}

/// The streams of a page's content, as it names them.
pub(crate) fn contents(document: &Document, page: &Dictionary) -> Vec<ObjectId> {
    let Ok(entry) = page.get(b"Contents") else { return Vec::new() };
    match resolve(document, entry) {
        Some(Object::Array(entries)) => entries.iter().filter_map(|entry| entry.as_reference().ok()).collect(),
        Some(Object::Null) => Vec::new(),
        _ => entry.as_reference().into_iter().collect(),
    }
}

/// Gives what an object refers to its new number. What is not there is nothing (ISO 32000-2, 7.3.10).
pub(crate) fn renumber(object: &mut Object, to: &impl Fn(ObjectId) -> Option<ObjectId>) {
    match object {
        Object::Reference(id) => *object = to(*id).map_or(Object::Null, Object::Reference),
        Object::Array(entries) => entries.iter_mut().for_each(|entry| renumber(entry, to)),
        Object::Dictionary(dictionary) => dictionary.iter_mut().for_each(|(_, entry)| renumber(entry, to)),
        Object::Stream(stream) => stream.dict.iter_mut().for_each(|(_, entry)| renumber(entry, to)),
        _ => {}
    }
}
