//! A completed document: values where the fields were, the evidence page, room for a signature.
//!
//! The original is changed in place. Building it anew from its pages was tried and loses what is not content: it showed
//! hidden layers and dropped stamps and links (docs/adr/0030-strangers-files.md).

use std::collections::BTreeMap;

use jiff::Timestamp;
use krilla::SerializeSettings;
use krilla::page::PageSettings;
use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, dictionary};
use parlor_fonts::{Fonts, Typesetter};
use thiserror::Error;

use parlor_form::{Evidence, Field, Values};

use crate::evidence;
use crate::fill::{self, Mark};
use crate::kept::{Kept, Look};
use crate::nesting::open_states;
use crate::overlay::{self, Imported};
use crate::pdf;
use crate::preflight::Original;
use crate::sheet::Sheet;
use crate::strip;
use parlor_paper::Embedded;

/// Bytes that a signature has room for. One with a certificate of our own takes 1,000; chains take a few thousand.
pub(crate) const SIGNATURE_ROOM: usize = 8_192;

/// Why a document was not completed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfinished {
    /// A value has characters that no font has. Refused where it is typed; this is the last look.
    #[error("{field} has characters that no font has")]
    Uncovered {
        /// The field's name.
        field: String,
        /// Those characters.
        characters: Vec<char>,
    },
    /// A field stands on a page that the document does not have.
    #[error("{field} is on no page")]
    NoSuchPage {
        /// The field's name.
        field: String,
    },
    /// A field stands nowhere.
    #[error("{field} has no place")]
    NoSuchPlace {
        /// The field's name.
        field: String,
    },
    /// A value is not of its field's kind, or a drawn signature is none.
    #[error("{field} has a value of another kind")]
    NotOfItsKind {
        /// The field's name.
        field: String,
    },
    /// The original cannot be written again.
    #[error("the document cannot be written")]
    Unwritable,
}

impl From<lopdf::Error> for Unfinished {
    fn from(_: lopdf::Error) -> Self {
        Self::Unwritable
    }
}

/// A completed document that waits for its signature.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The file, zeros where the signature goes.
    pub pdf: Vec<u8>,
    /// What the signature is over: two ranges, each as its start and its length. Between them is the hole.
    pub ranges: [usize; 4],
}

impl Original {
    /// The SHA-256 of the file, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Completes it. A field without a value keeps what the form had. `at` is what the signature will claim as its time.
    pub fn finish(
        mut self,
        fields: &[Field],
        values: &Values,
        fonts: &Fonts,
        evidence: &Evidence,
        at: Timestamp,
    ) -> Result<Finished, Unfinished> {
        let values = self.with_prefills(fields, values, fonts);
        let (imported, overlays, proof) = self.fix(fields, &values, fonts, Some(evidence))?;
        let last = self.add_pages(&imported, overlays, proof)?;
        self.write(last, at)
    }

    /// As it is shown, with nothing left of a form, or of what acts.
    pub(crate) fn flattened(mut self, fonts: &Fonts) -> Result<lopdf::Document, Unfinished> {
        self.fix(&[], &Values::new(), fonts, None)?;
        Ok(self.document)
    }

    /// Draws what was filled in, and what the form had, into the pages, and takes out what could change it. What else was drawn, of
    /// which the first pages are overlays, how many those are, and how many pages of evidence follow.
    fn fix(
        &mut self,
        fields: &[Field],
        values: &Values,
        fonts: &Fonts,
        evidence: Option<&Evidence>,
    ) -> Result<(Imported, usize, usize), Unfinished> {
        // What is completed has fields, and what is only shown has those that it came with.
        let Kept { looks, frames, own, own_values } = self.kept(evidence.map(|_| fields), values, fonts);
        let seen = self.seen();
        let pages: Vec<_> = self.sheets.iter().map(|sheet| sheet.page()).collect();
        let mut marks =
            fill::marks(fields, values, &pages, fonts, evidence.and_then(|evidence| evidence.days.as_ref()))?;
        for (page, more) in fill::marks(&own, &own_values, &pages, fonts, None)? {
            marks.entry(page).or_default().extend(more);
        }
        fill::add_frames(&mut marks, frames);
        let (imported, proof) = if marks.is_empty() && evidence.is_none() {
            (Imported::default(), 0)
        } else {
            let (drawn, proof) = self.draw(&marks, fonts, evidence).ok_or(Unfinished::Unwritable)?;
            (overlay::import(&mut self.document, &drawn)?, proof)
        };
        self.rewrite_pages(&seen, &looks, &marks, &imported)?;
        strip::document(&mut self.document);
        Ok((imported, marks.len(), proof))
    }

    /// The overlays of the pages that have marks, in order, and the evidence pages, as a PDF; how many of the latter.
    fn draw(
        &self,
        marks: &BTreeMap<usize, Vec<Mark<'_>>>,
        fonts: &Fonts,
        evidence: Option<&Evidence>,
    ) -> Option<(Vec<u8>, usize)> {
        let settings = SerializeSettings { xmp_metadata: false, enable_tagging: false, ..SerializeSettings::default() };
        let mut document = krilla::Document::new_with(settings);
        let (mut setter, mut embedded) = (Typesetter::new(fonts), Embedded::default());
        for (sheet, marks) in marks {
            let shown = self.sheets.get(*sheet)?.page();
            let mut page = document.start_page_with(PageSettings::from_wh(shown.width, shown.height)?);
            let mut surface = page.surface();
            fill::draw(marks, shown, &mut surface, &mut setter, &mut embedded);
            surface.finish();
            page.finish();
        }
        let proof = match evidence {
            Some(evidence) => evidence::draw(evidence, &self.sha256, &mut document, fonts, &mut setter, &mut embedded)?,
            None => 0,
        };
        Some((document.finish().ok()?, proof))
    }

    /// Draws appearances and overlays over the pages' content, and takes out what a completed document must not have.
    fn rewrite_pages(
        &mut self,
        seen: &[Look],
        looks: &[Look],
        marks: &BTreeMap<usize, Vec<Mark<'_>>>,
        imported: &Imported,
    ) -> Result<(), Unfinished> {
        let gone = self.gone();
        for (place, sheet) in self.sheets.clone().into_iter().enumerate() {
            let mut over: Vec<(ObjectId, [f32; 6])> = Vec::new();
            let here = seen.iter().chain(looks).filter(|look| look.sheet == place);
            over.extend(here.map(|look| (look.form, look.matrix)));
            if let Some(page) = marks.keys().position(|marked| *marked == place) {
                let form = imported.form(&mut self.document, page, sheet.matrix()).ok_or(Unfinished::Unwritable)?;
                over.push((form, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]));
            }
            self.rewrite_page(sheet, &over)?;
        }
        for look in seen.iter().chain(looks) {
            if let Ok(Object::Stream(form)) = self.document.get_object_mut(look.form) {
                form.dict.set("Type", Object::Name(b"XObject".to_vec()));
                form.dict.set("Subtype", Object::Name(b"Form".to_vec()));
            }
        }
        for look in looks {
            let resources = look.resources(&self.document);
            if let Ok(Object::Stream(form)) = self.document.get_object_mut(look.form) {
                form.dict.set("Resources", resources);
            }
        }
        // Whatever still names them, a structure tree for instance, finds nothing.
        for id in gone {
            self.document.objects.remove(&id);
        }
        Ok(())
    }

    fn rewrite_page(&mut self, sheet: Sheet, over: &[(ObjectId, [f32; 6])]) -> Result<(), Unfinished> {
        let document = &self.document;
        let page = document.get_dictionary(sheet.id)?;
        let (mut page, mut annotations) = strip::page(document, page);
        for entry in &mut annotations {
            match entry {
                Object::Reference(id) => {
                    if let Ok(annotation) = self.document.get_dictionary_mut(*id) {
                        strip::annotation(annotation);
                    }
                }
                Object::Dictionary(annotation) => strip::annotation(annotation),
                _ => {}
            }
        }
        if annotations.is_empty() {
            page.remove(b"Annots");
        } else {
            page.set("Annots", annotations);
        }
        if !over.is_empty() {
            self.draw_over(&mut page, over);
        }
        self.document.set_object(sheet.id, page);
        Ok(())
    }

    /// Adds drawings to a page's content, outside of whatever state that leaves.
    fn draw_over(&mut self, page: &mut Dictionary, over: &[(ObjectId, [f32; 6])]) {
        let document = &self.document;
        let streams = pdf::contents(document, page);
        let mut open = 0;
        for id in &streams {
            let stream = document.get_object(*id).and_then(Object::as_stream);
            let content = stream.and_then(|stream| stream.get_plain_content_with_limit(self.limits.content));
            open += content.map_or(0, |content| open_states(&content));
        }
        let open = open.clamp(-1_000, 1_000);
        let before = usize::try_from(1 - open.min(0)).unwrap_or(1);
        let after = usize::try_from(1 + open.max(0)).unwrap_or(1);
        let resources = pdf::inherited(document, page, "Resources").and_then(pdf::as_dictionary);
        let mut resources = resources.cloned().unwrap_or_default();
        let mut objects = pdf::dictionary(document, &resources, "XObject").cloned().unwrap_or_default();
        let mut drawing = "\n".to_owned() + &"Q ".repeat(after);
        for (place, (form, [a, b, c, d, e, f])) in over.iter().enumerate() {
            // A name that the page has not.
            let mut name = format!("Parlor{place}");
            while objects.has(name.as_bytes()) {
                name.push('x');
            }
            objects.set(name.clone(), *form);
            drawing.extend([format!("q {a} {b} {c} {d} {e} {f} cm /{name} Do Q\n")]);
        }
        resources.set("XObject", objects);
        page.set("Resources", resources);
        let mut stream = |content: String| -> Object {
            self.document.add_object(Stream::new(Dictionary::new(), content.into_bytes())).into()
        };
        let mut contents = vec![stream("q ".repeat(before) + "\n")];
        contents.extend(streams.into_iter().map(Object::from));
        contents.push(stream(drawing));
        page.set("Contents", contents);
    }

    /// Adds the evidence pages, which come after `first` overlays; the last one's id.
    fn add_pages(&mut self, imported: &Imported, first: usize, count: usize) -> Result<ObjectId, Unfinished> {
        let root = self.document.catalog()?.get(b"Pages")?.as_reference()?;
        let mut kids = Vec::new();
        for page in first..first + count {
            kids.push(imported.page(&mut self.document, page, root).ok_or(Unfinished::Unwritable)?);
        }
        let last = *kids.last().ok_or(Unfinished::Unwritable)?;
        let document = &self.document;
        let known = pdf::get(document, document.get_dictionary(root)?, "Kids").and_then(|kids| kids.as_array().ok());
        let mut all = known.cloned().unwrap_or_default();
        all.extend(kids.into_iter().map(Object::from));
        let pages = i64::try_from(self.sheets.len() + count).map_err(|_| Unfinished::Unwritable)?;
        let root = self.document.get_dictionary_mut(root)?;
        root.set("Kids", all);
        root.set("Count", pages);
        Ok(last)
    }

    /// Leaves room for a signature on a page, and writes the file.
    fn write(mut self, page: ObjectId, at: Timestamp) -> Result<Finished, Unfinished> {
        let document = &mut self.document;
        // Ids are given so that the signature's object is the last in the file.
        let (field, signature) = ((document.max_id + 1, 0), (document.max_id + 2, 0));
        document.max_id += 2;
        let time = at.strftime("D:%Y%m%d%H%M%SZ").to_string();
        document.set_object(
            field,
            dictionary! {
                "Type" => "Annot",
                "Subtype" => "Widget",
                "FT" => "Sig",
                "T" => Object::string_literal("Parlor"),
                // Printed and locked; nothing to see.
                "F" => 132,
                "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
                "P" => page,
                "V" => signature,
            },
        );
        document.set_object(
            signature,
            dictionary! {
                "Type" => "Sig",
                "Filter" => "Adobe.PPKLite",
                "SubFilter" => "ETSI.CAdES.detached",
                "M" => Object::string_literal(time),
                "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
                "Contents" => Object::String(vec![0; SIGNATURE_ROOM], StringFormat::Hexadecimal),
            },
        );
        document.get_dictionary_mut(page)?.set("Annots", vec![field.into()]);
        let form = dictionary! { "Fields" => vec![field.into()], "SigFlags" => 3 };
        document.catalog_mut()?.set("AcroForm", form);
        self.trailer();
        self.document.prune_objects();
        if self.document.version.as_str() < "1.7" {
            "1.7".clone_into(&mut self.document.version);
        }
        let mut pdf = Vec::new();
        self.document.save_to(&mut pdf).map_err(|_| Unfinished::Unwritable)?;
        let ranges = ranges(&mut pdf).ok_or(Unfinished::Unwritable)?;
        Ok(Finished { pdf, ranges })
    }

    /// Of the original's trailer what a file needs, and ids.
    fn trailer(&mut self) {
        let trailer = &self.document.trailer;
        let mut new = Dictionary::new();
        for key in ["Root", "Info"] {
            if let Ok(Object::Reference(id)) = trailer.get(key.as_bytes()) {
                new.set(key, *id);
            }
        }
        let own = self.sha256.as_bytes().iter().take(32).copied().collect::<Vec<u8>>();
        let first = trailer.get(b"ID").and_then(Object::as_array).ok().and_then(|ids| ids.first()?.as_str().ok());
        let first = first.filter(|id| id.len() <= 64).map_or_else(|| own.clone(), <[u8]>::to_vec);
        new.set("ID", [first, own].map(|id| Object::String(id, StringFormat::Hexadecimal)).to_vec());
        self.document.trailer = new;
    }
}

/// Stands for a number of at most ten digits until it is known.
const UNKNOWN: i64 = 9_999_999_999;

/// Finds the signature's object, which is the file's last, and writes down what the signature is over.
fn ranges(pdf: &mut [u8]) -> Option<[usize; 4]> {
    let unknown = format!("{UNKNOWN} {UNKNOWN} {UNKNOWN}");
    let numbers = find_last(pdf, unknown.as_bytes())?;
    let hole = numbers + pdf.get(numbers..)?.iter().position(|byte| *byte == b'<')?;
    let end = hole + SIGNATURE_ROOM * 2 + 2;
    if !pdf.get(hole + 1..end - 1)?.iter().all(|byte| *byte == b'0') || pdf.get(end - 1) != Some(&b'>') {
        return None;
    }
    let ranges = [0, hole, end, pdf.len() - end];
    let known = format!("{:<10} {:<10} {:<10}", ranges[1], ranges[2], ranges[3]);
    pdf.get_mut(numbers..numbers + known.len())?.copy_from_slice(known.as_bytes());
    (known.len() == unknown.len()).then_some(ranges)
}

fn find_last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}
