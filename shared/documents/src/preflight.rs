//! What has to hold of a stranger's PDF before anything else is done with it.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use lopdf::{DecompressError, Dictionary, Document, Error, LoadOptions, Object, Stream};
use parlor_form::Refusal;
use sha2::{Digest as _, Sha256};

use crate::copies;
use crate::nesting::Nesting;
use crate::pdf;
use crate::sheet::Sheet;

/// What is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of the file.
    pub bytes: usize,
    /// Of the document.
    pub pages: usize,
    /// Of a page, in points. PDF itself allows 14,400.
    pub side: f32,
    /// Of a picture.
    pub pixels: u64,
    /// Bytes that all streams other than pictures inflate to.
    pub content: usize,
    /// Bytes that all pictures inflate to.
    pub pictures: usize,
    /// Fields on pages.
    pub fields: usize,
    /// Bytes of all the fields' names, values and choices.
    pub field_text: usize,
    /// Whether one is taken that others have signed: what is made of it has their signature no more.
    pub signed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 20_000_000,
            pages: 200,
            side: 14_400.0,
            pixels: 50_000_000,
            content: 64_000_000,
            pictures: 1_000_000_000,
            fields: 2_000,
            field_text: 250_000,
            signed: false,
        }
    }
}

/// Objects are numbered; a file's table has a line for each number up to the highest. No file of the allowed size has more.
const OBJECTS: u32 = 2_000_000;
/// Characters in a font that is addressed by two bytes.
const CHARACTERS: u16 = u16::MAX;

/// A stranger's PDF that was looked through. Holds it decrypted, if it was encrypted without a password.
#[derive(Debug)]
pub struct Original {
    pub(crate) document: Document,
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) limits: Limits,
    /// Of the file, in hexadecimal.
    pub(crate) sha256: String,
}

impl Original {
    /// Reads a file.
    pub fn open(bytes: &[u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > limits.bytes {
            return Err(Refusal::TooBig);
        }
        // Readers look for the mark in the first thousand bytes.
        if !bytes.iter().take(1_024).copied().collect::<Vec<_>>().windows(5).any(|window| window == b"%PDF-") {
            return Err(Refusal::NotPdf);
        }
        let options = LoadOptions { max_decompressed_size: Some(limits.content), ..LoadOptions::default() };
        let document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
            Error::Decompress(DecompressError::MemoryLimitExceeded { .. }) => Refusal::TooMuchContent,
            Error::InvalidPassword | Error::Decryption(_) => Refusal::Password,
            _ => Refusal::Damaged,
        })?;
        if document.is_encrypted() {
            return Err(Refusal::Password);
        }
        if document.max_id > OBJECTS {
            return Err(Refusal::Damaged);
        }
        let sheets = sheets(&document, limits)?;
        let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
        let original = Self { document, sheets, limits: *limits, sha256 };
        original.check_objects()?;
        original.check_pages()?;
        original.check_form()?;
        copies::check(&original.document, &original.sheets)?;
        Ok(original)
    }

    /// Looks at each object by itself.
    fn check_objects(&self) -> Result<(), Refusal> {
        let (mut content, mut pictures) = (0usize, 0usize);
        for object in self.document.objects.values() {
            self.check_dictionaries(object)?;
            let Object::Stream(stream) = object else { continue };
            let kind = pdf::name(&self.document, &stream.dict, "Type");
            if kind == Some(b"XRef") || kind == Some(b"ObjStm") {
                continue;
            }
            if pdf::name(&self.document, &stream.dict, "Subtype") == Some(b"Image") {
                pictures = pictures.saturating_add(self.picture(stream)?);
            } else {
                content = content.saturating_add(inflated(stream, self.limits.content)?);
            }
            if content > self.limits.content || pictures > self.limits.pictures {
                return Err(Refusal::TooMuchContent);
            }
        }
        Ok(())
    }

    /// How many bytes a picture inflates to.
    fn picture(&self, picture: &Stream) -> Result<usize, Refusal> {
        let side = |long, short| {
            let side = pdf::integer(&self.document, &picture.dict, long);
            let side = side.or_else(|| pdf::integer(&self.document, &picture.dict, short));
            side.and_then(|side| u64::try_from(side).ok()).unwrap_or(0)
        };
        let pixels = side("Width", "W").saturating_mul(side("Height", "H"));
        // What a JPEG says of itself is what its decoder makes room for.
        let own = imagesize::blob_size(&picture.content).map_or(0, |size| size.width as u64 * size.height as u64);
        if pixels.max(own) > self.limits.pixels {
            return Err(Refusal::ImageTooLarge);
        }
        // Sixteen bits for each of four colours, and a margin for rows and predictors.
        let room = usize::try_from(pixels.saturating_mul(8).saturating_add(1_000_000)).unwrap_or(usize::MAX);
        inflated(picture, room.min(self.limits.pictures))
    }

    /// Looks at every dictionary in an object.
    fn check_dictionaries(&self, object: &Object) -> Result<(), Refusal> {
        let mut waiting = vec![object];
        while let Some(object) = waiting.pop() {
            match object {
                Object::Array(entries) => waiting.extend(entries),
                Object::Dictionary(dictionary) => {
                    self.check_dictionary(dictionary)?;
                    waiting.extend(dictionary.iter().map(|(_, entry)| entry));
                }
                Object::Stream(stream) => waiting.extend(stream.dict.iter().map(|(_, entry)| entry)),
                _ => {}
            }
        }
        Ok(())
    }

    fn check_dictionary(&self, dictionary: &Dictionary) -> Result<(), Refusal> {
        if !self.limits.signed && dictionary.has(b"ByteRange") && dictionary.has(b"Contents") {
            return Err(Refusal::Signed);
        }
        let subtype = pdf::name(&self.document, dictionary, "Subtype");
        if matches!(subtype, Some(b"CIDFontType0" | b"CIDFontType2")) {
            // `first [widths]` or `first last width`; renderers count from first to last.
            for entry in ["W", "W2"].iter().filter_map(|key| pdf::array(&self.document, dictionary, key)).flatten() {
                if entry.as_float().is_ok_and(|number| number.abs() > f32::from(CHARACTERS)) {
                    return Err(Refusal::BadFont);
                }
                if entry.as_array().is_ok_and(|widths| widths.len() > usize::from(CHARACTERS) * 3) {
                    return Err(Refusal::BadFont);
                }
            }
        }
        Ok(())
    }

    fn check_pages(&self) -> Result<(), Refusal> {
        let mut nesting = Nesting::new(&self.document, self.limits.content);
        for sheet in &self.sheets {
            let page = sheet.page();
            if page.width > self.limits.side || page.height > self.limits.side {
                return Err(Refusal::PageTooLarge);
            }
            if let Ok(page) = self.document.get_dictionary(sheet.id) {
                nesting.check(page)?;
            }
        }
        Ok(())
    }

    fn check_form(&self) -> Result<(), Refusal> {
        let catalog = self.document.catalog().map_err(|_| Refusal::Damaged)?;
        let needs_rendering = pdf::get(&self.document, catalog, "NeedsRendering").and_then(|flag| flag.as_bool().ok());
        let xfa = pdf::dictionary(&self.document, catalog, "AcroForm").is_some_and(|form| form.has(b"XFA"));
        let widgets = self.sheets.iter().filter_map(|sheet| self.document.get_dictionary(sheet.id).ok()).any(|page| {
            let annotations = pdf::annotations(&self.document, page);
            annotations.into_iter().any(|(_, annotation)| pdf::is_widget(&self.document, annotation))
        });
        if xfa && (needs_rendering == Some(true) || !widgets) { Err(Refusal::Xfa) } else { Ok(()) }
    }
}

/// The pages, never more than allowed. Counted while they are walked: what the file says of their number is not believed.
fn sheets(document: &Document, limits: &Limits) -> Result<Vec<Sheet>, Refusal> {
    let (mut sheets, mut known) = (Vec::new(), HashSet::new());
    for id in document.page_iter() {
        if sheets.len() == limits.pages {
            return Err(Refusal::TooManyPages);
        }
        // What is filled in on one would be on the other too.
        if !known.insert(id) {
            return Err(Refusal::Damaged);
        }
        // A page that is not there is shown empty by some readers and left out by others.
        let page = document.get_dictionary(id).map_err(|_| Refusal::Damaged)?;
        sheets.push(Sheet::new(document, id, page));
    }
    if sheets.is_empty() {
        return Err(Refusal::NoPages);
    }
    Ok(sheets)
}

/// How many bytes a stream inflates to. What cannot be inflated counts as it is: readers leave it out.
fn inflated(stream: &Stream, limit: usize) -> Result<usize, Refusal> {
    match stream.decompressed_content_with_limit(limit) {
        Ok(content) => Ok(content.len()),
        Err(Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) => Err(Refusal::TooMuchContent),
        Err(_) => Ok(stream.content.len()),
    }
}
