//! What was drawn, put into the original: krilla writes a PDF of overlays and evidence pages, whose objects move over.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::pdf;
use crate::sheet::reals;

/// Pages of a PDF that we wrote, as objects of another.
#[derive(Default)]
pub(crate) struct Imported {
    /// Each page's content and resources.
    pages: Vec<(Stream, Object, [f32; 2])>,
}

/// Moves the objects of `bytes` into `document`.
pub(crate) fn import(document: &mut Document, bytes: &[u8]) -> Result<Imported, lopdf::Error> {
    let mut drawn = Document::load_mem(bytes)?;
    let offset = document.max_id;
    let ids: Vec<ObjectId> = drawn.page_iter().collect();
    for object in drawn.objects.values_mut() {
        pdf::renumber(object, &|(id, generation)| Some((id + offset, generation)));
    }
    let mut pages = Vec::new();
    for id in ids {
        // References in it point into the other document by now; those to its content are taken back.
        let page = drawn.objects.get(&id).and_then(pdf::as_dictionary).ok_or(lopdf::Error::ObjectNotFound(id))?;
        let content = page.get(b"Contents")?.as_reference()?;
        let content = (content.0 - offset, content.1);
        let stream = drawn.objects.get(&content).ok_or(lopdf::Error::ObjectNotFound(content))?.as_stream()?.clone();
        let [_, _, width, height] = pdf::rectangle(&drawn, page, "MediaBox").unwrap_or_default();
        let resources = page.get(b"Resources").cloned().unwrap_or_else(|_| Dictionary::new().into());
        pages.push((stream, resources, [width, height]));
    }
    for ((id, generation), object) in drawn.objects {
        document.objects.insert((id + offset, generation), object);
    }
    document.max_id = offset + drawn.max_id;
    Ok(Imported { pages })
}

impl Imported {
    /// A page as a form that pages of the document can draw, placed by a matrix.
    pub(crate) fn form(&self, document: &mut Document, page: usize, matrix: [f32; 6]) -> Option<ObjectId> {
        let (content, resources, [width, height]) = self.pages.get(page)?;
        let mut form = content.clone();
        form.dict.set("Type", Object::Name(b"XObject".to_vec()));
        form.dict.set("Subtype", Object::Name(b"Form".to_vec()));
        form.dict.set("BBox", reals(&[0.0, 0.0, *width, *height]));
        form.dict.set("Matrix", reals(&matrix));
        form.dict.set("Resources", resources.clone());
        Some(document.add_object(form))
    }

    /// A page as a page of the document, under the root of its page tree.
    pub(crate) fn page(&self, document: &mut Document, page: usize, root: ObjectId) -> Option<ObjectId> {
        let (content, resources, [width, height]) = self.pages.get(page)?;
        let content = document.add_object(content.clone());
        let paper = reals(&[0.0, 0.0, *width, *height]);
        // What the root would pass on is said anew.
        Some(document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => root,
            "MediaBox" => paper.clone(),
            "CropBox" => paper,
            "Rotate" => 0,
            "Resources" => resources.clone(),
            "Contents" => content,
        }))
    }
}
