//! Several documents as one: their pages one after the other, each as a reader shows it.

use std::collections::BTreeMap;

use krilla::SerializeSettings;
use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};
use parlor_fonts::{Align, Fonts, Typesetter};
use parlor_form::JoinWords;
use parlor_paper::{Block, Embedded, Part, write};

use crate::finish::Unfinished;
use crate::pdf;
use crate::preflight::Original;

/// What a page inherits from those above it.
const INHERITED: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// A document that others are put into.
#[derive(Debug)]
pub struct Joined {
    document: Document,
    root: ObjectId,
    pages: Vec<ObjectId>,
    layers: Layers,
}

/// Which parts of pages are hidden at first (ISO 32000-2, 8.11): left behind, all would be shown.
#[derive(Debug, Default)]
struct Layers {
    all: Vec<Object>,
    hidden: Vec<Object>,
}

impl Default for Joined {
    fn default() -> Self {
        let mut document = Document::with_version("1.7");
        let root = document.new_object_id();
        Self { document, root, pages: Vec::new(), layers: Layers::default() }
    }
}

impl Joined {
    /// How many pages there are.
    pub fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Adds the pages of a stranger's document as they are shown: what stands in fields is drawn where it stands.
    pub fn add(&mut self, original: Original, fonts: &Fonts) -> Result<(), Unfinished> {
        self.append(original.flattened(fonts)?)
    }

    /// Adds the pages of a document that we wrote ourselves.
    pub fn add_own(&mut self, bytes: &[u8]) -> Result<(), Unfinished> {
        self.append(Document::load_mem(bytes)?)
    }

    /// Adds a page that says that the file `name` could not be put here.
    pub fn add_note(&mut self, words: &JoinWords, name: &str, fonts: &Fonts) -> Result<(), Unfinished> {
        let settings = SerializeSettings { xmp_metadata: false, enable_tagging: false, ..SerializeSettings::default() };
        let mut document = krilla::Document::new_with(settings);
        let show = |text: &str| fonts.showable(text).into_owned();
        let blocks = vec![
            Block { text: show(&words.title), size: 9.0, grey: true, above: 0.0, rule: false },
            Block { text: show(name), size: 15.0, grey: false, above: 2.0, rule: false },
            Block { text: show(&words.note), size: 10.5, grey: false, above: 12.0, rule: false },
        ];
        let align = if words.right_to_left { Align::Right } else { Align::Left };
        let (mut setter, mut embedded) = (Typesetter::new(fonts), Embedded::default());
        let parts = blocks.into_iter().map(Part::Text).collect();
        write(parts, align, None, &mut document, &mut setter, &mut embedded).ok_or(Unfinished::Unwritable)?;
        self.add_own(&document.finish().map_err(|_| Unfinished::Unwritable)?)
    }

    fn append(&mut self, other: Document) -> Result<(), Unfinished> {
        let ids: Vec<ObjectId> = other.page_iter().collect();
        let mut pages = Vec::with_capacity(ids.len());
        for id in ids {
            let page = other.get_dictionary(id)?;
            let mut own = page.clone();
            for key in INHERITED {
                if let Some(entry) = pdf::inherited(&other, page, key) {
                    own.set(key, entry.clone());
                }
            }
            // Places in a structure and in threads that stay behind.
            for key in ["StructParents", "B", "PieceInfo", "DPart"] {
                own.remove(key.as_bytes());
            }
            pages.push((id, own));
        }
        let mut layers = Layers::of(&other);
        // Each object gets a number of its own: a broken file has one number twice, with another generation.
        let first = self.document.max_id + 1;
        let moved: BTreeMap<ObjectId, ObjectId> =
            other.objects.keys().zip(first..).map(|(id, number)| (*id, (number, 0))).collect();
        let count = u32::try_from(moved.len()).map_err(|_| Unfinished::Unwritable)?;
        self.document.max_id = self.document.max_id.checked_add(count).ok_or(Unfinished::Unwritable)?;
        let to = |id| moved.get(&id).copied();
        layers.all.iter_mut().chain(&mut layers.hidden).for_each(|layer| pdf::renumber(layer, &to));
        for (id, mut object) in other.objects {
            pdf::renumber(&mut object, &to);
            self.document.objects.insert(moved[&id], object);
        }
        for (id, page) in pages {
            let mut page = Object::Dictionary(page);
            pdf::renumber(&mut page, &to);
            if let Object::Dictionary(page) = &mut page {
                page.set("Parent", self.root);
            }
            let id = moved[&id];
            self.document.objects.insert(id, page);
            self.pages.push(id);
        }
        self.layers.all.append(&mut layers.all);
        self.layers.hidden.append(&mut layers.hidden);
        Ok(())
    }

    /// The file. The same documents in the same order give the same file.
    pub fn write(mut self) -> Result<Vec<u8>, Unfinished> {
        let count = i64::try_from(self.pages.len()).map_err(|_| Unfinished::Unwritable)?;
        let kids: Vec<Object> = self.pages.iter().map(|id| (*id).into()).collect();
        self.document.set_object(self.root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => self.root };
        if !self.layers.all.is_empty() {
            let shown = dictionary! { "OFF" => self.layers.hidden };
            catalog.set("OCProperties", dictionary! { "OCGs" => self.layers.all, "D" => shown });
        }
        let catalog = self.document.add_object(catalog);
        self.document.trailer = dictionary! { "Root" => catalog };
        self.document.prune_objects();
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).map_err(|_| Unfinished::Unwritable)?;
        Ok(bytes)
    }
}

impl Layers {
    fn of(document: &Document) -> Self {
        let layers = document.catalog().ok().and_then(|catalog| pdf::dictionary(document, catalog, "OCProperties"));
        let Some(layers) = layers else { return Self::default() };
        let list = |holder: &Dictionary, key: &str| {
            pdf::get(document, holder, key).and_then(|list| list.as_array().ok()).cloned().unwrap_or_default()
        };
        let all = list(layers, "OCGs");
        let Some(first) = pdf::dictionary(document, layers, "D") else { return Self { all, hidden: Vec::new() } };
        let hidden = if pdf::name(document, first, "BaseState") == Some(b"OFF") {
            let shown = list(first, "ON");
            all.iter().filter(|layer| !shown.contains(layer)).cloned().collect()
        } else {
            list(first, "OFF")
        };
        Self { all, hidden }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests only")]
mod tests {
    use super::*;

    #[test]
    fn pages_that_a_broken_file_gives_one_number_are_all_there() {
        let mut other = Document::with_version("1.7");
        let pages = [(7, 0), (7, 1), (8, 0)];
        for id in pages {
            other.objects.insert(id, dictionary! { "Type" => "Page", "Parent" => (1, 0), "Gone" => (99, 0) }.into());
        }
        let kids: Vec<Object> = pages.iter().map(|id| (*id).into()).collect();
        other.objects.insert((1, 0), dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 3 }.into());
        other.objects.insert((2, 0), dictionary! { "Type" => "Catalog", "Pages" => (1, 0) }.into());
        other.trailer.set("Root", (2, 0));

        let mut joined = Joined::default();
        joined.append(other).unwrap();
        let count = joined.pages();
        let read = Document::load_mem(&joined.write().unwrap()).unwrap();
        assert_eq!([count, read.page_iter().count()], [3, 3]);
    }
}
