//! How often a page would have its forms drawn. A form may draw another ten times, which draws another ten times: two
//! kilobytes of that keep a renderer busy for years.

use std::collections::{HashMap, HashSet};

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::pdf;
use parlor_form::Refusal;

/// Forms within forms.
const DEPTH: usize = 24;
/// Drawings on one page, forms within forms counted as often as they are drawn.
const DRAWINGS: u64 = 10_000;

pub(crate) struct Nesting<'d> {
    document: &'d Document,
    /// No stream inflates to more.
    inflated: usize,
    /// What the content of a stream draws: names, and how often.
    draws: HashMap<ObjectId, Vec<(Vec<u8>, u64)>>,
    /// How many bytes the content of a stream inflates to; nothing of one that cannot be read. A page may name one stream a million
    /// times.
    lengths: HashMap<ObjectId, Option<usize>>,
    /// What a form costs.
    known: HashMap<ObjectId, u64>,
    open: HashSet<ObjectId>,
}

impl<'d> Nesting<'d> {
    pub(crate) fn new(document: &'d Document, inflated: usize) -> Self {
        let (draws, lengths, known) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { document, inflated, draws, lengths, known, open: HashSet::new() }
    }

    /// Refuses a page that draws too much, and one whose content cannot be read.
    pub(crate) fn check(&mut self, page: &'d Dictionary) -> Result<(), Refusal> {
        let resources = pdf::inherited(self.document, page, "Resources").and_then(pdf::as_dictionary);
        let (mut cost, mut length) = (0u64, 0usize);
        for stream in pdf::contents(self.document, page) {
            // Some readers make something of it after all; completed, the page would be blank.
            length = length.saturating_add(self.length(stream).ok_or(Refusal::Damaged)?);
            // Whoever shows the page reads each as often as it is named.
            if length > self.inflated {
                return Err(Refusal::TooMuchContent);
            }
            cost = cost.saturating_add(self.cost(stream, resources, 0)?);
        }
        for (_, annotation) in pdf::annotations(self.document, page) {
            for look in looks(self.document, annotation) {
                let form = self.form(look).and_then(|form| pdf::dictionary(self.document, form, "Resources"));
                cost = cost.saturating_add(self.cost(look, form, 1)?);
            }
        }
        if cost > DRAWINGS { Err(Refusal::TooNested) } else { Ok(()) }
    }

    fn length(&mut self, id: ObjectId) -> Option<usize> {
        let (document, inflated) = (self.document, self.inflated);
        *self.lengths.entry(id).or_insert_with(|| Some(content(document, id, inflated)?.len()))
    }

    /// What drawing a stream's content costs.
    fn cost(&mut self, id: ObjectId, resources: Option<&'d Dictionary>, depth: usize) -> Result<u64, Refusal> {
        if let Some(known) = self.known.get(&id) {
            return Ok(*known);
        }
        if depth > DEPTH || !self.open.insert(id) {
            return Err(Refusal::TooNested);
        }
        let objects = resources.and_then(|resources| pdf::dictionary(self.document, resources, "XObject"));
        let mut cost = 1u64;
        for (name, times) in self.draws(id) {
            let object = objects.and_then(|objects| objects.get(&name).ok()?.as_reference().ok());
            let each = match object.and_then(|object| Some((object, self.form(object)?))) {
                // A form without resources of its own uses those of the page.
                Some((object, form)) => {
                    let own = pdf::dictionary(self.document, form, "Resources");
                    self.cost(object, own.or(resources), depth + 1)?
                }
                None => 1,
            };
            cost = cost.saturating_add(each.saturating_mul(times));
        }
        self.open.remove(&id);
        self.known.insert(id, cost);
        Ok(cost)
    }

    /// An object that is a form.
    fn form(&self, id: ObjectId) -> Option<&'d Dictionary> {
        let Object::Stream(stream) = self.document.get_object(id).ok()? else { return None };
        (pdf::name(self.document, &stream.dict, "Subtype") == Some(b"Form")).then_some(&stream.dict)
    }

    /// What a stream's content draws; nothing of one that cannot be read.
    fn draws(&mut self, id: ObjectId) -> Vec<(Vec<u8>, u64)> {
        let (document, inflated) = (self.document, self.inflated);
        let count = || {
            let mut counted: HashMap<Vec<u8>, u64> = HashMap::new();
            for name in drawn(&content(document, id, inflated).unwrap_or_default()) {
                *counted.entry(name.to_vec()).or_default() += 1;
            }
            let mut counted: Vec<_> = counted.into_iter().collect();
            counted.sort();
            counted
        };
        self.draws.entry(id).or_insert_with(count).clone()
    }
}

/// What an annotation shows, in each of its states.
pub(crate) fn looks(document: &Document, annotation: &Dictionary) -> Vec<ObjectId> {
    let Some(looks) = pdf::dictionary(document, annotation, "AP") else { return Vec::new() };
    let Ok(entry) = looks.get(b"N") else { return Vec::new() };
    match pdf::resolve(document, entry) {
        Some(Object::Dictionary(states)) => states.iter().filter_map(|(_, look)| look.as_reference().ok()).collect(),
        _ => entry.as_reference().into_iter().collect(),
    }
}

/// Bytes that nothing at all is packed into.
const NOTHING: usize = 16;

/// A content stream's instructions; none if it is missing, or if nothing comes out of it though something is in it.
pub(crate) fn content(document: &Document, id: ObjectId, limit: usize) -> Option<Vec<u8>> {
    let stream = document.get_object(id).ok()?.as_stream().ok()?;
    let content = stream.get_plain_content_with_limit(limit).ok()?;
    let readable = !content.is_empty() || stream.content.len() <= NOTHING;
    (readable && stream.dict.has(b"Length")).then_some(content)
}

/// The names before each `Do`. Looks at words only, so one inside a text counts too, which does no harm.
fn drawn(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut last: Option<&[u8]> = None;
    let words = content.split(|byte| byte.is_ascii_whitespace() || *byte == 0).filter(|word| !word.is_empty());
    words.filter_map(move |word| {
        if word == b"Do" {
            return last.take();
        }
        let start = word.iter().rposition(|byte| *byte == b'/')?;
        let name = &word[start + 1..];
        // `/Name Do`, `/NameDo` is one name; `q/Name Do` begins before.
        last = (!name.is_empty()).then_some(name);
        None
    })
}

/// How many states a content opens more than it closes.
pub(crate) fn open_states(content: &[u8]) -> i64 {
    let words = content.split(|byte| byte.is_ascii_whitespace() || *byte == 0);
    words.map(|word| i64::from(word == b"q") - i64::from(word == b"Q")).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_content_draws_is_counted() {
        let names: Vec<&[u8]> = drawn(b"q 1 0 0 1 0 0 cm/Fm0 Do Q\n/Im1\tDo /GS0 gs Do").collect();
        assert_eq!(names, [b"Fm0".as_slice(), b"Im1", b"GS0"]);
        assert_eq!(drawn(b"Do Do").count(), 0);
    }

    #[test]
    fn states_left_open_are_counted() {
        assert_eq!(open_states(b"q q 1 0 0 1 0 0 cm Q"), 1);
        assert_eq!(open_states(b"BT ET Q"), -1);
    }
}
