//! Makes forms.

use lopdf::content::{Content, Operation};
use lopdf::encryption::crypt_filters::{Aes128CryptFilter, Aes256CryptFilter, CryptFilter};
use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, ObjectId, Permissions, Stream, StringFormat,
    dictionary,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct Maker {
    pub document: Document,
    pages: Vec<ObjectId>,
    fields: Vec<Object>,
    root: ObjectId,
    font: ObjectId,
}

impl Default for Maker {
    fn default() -> Self {
        let mut document = Document::with_version("1.7");
        let root = document.new_object_id();
        let font =
            document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
        Self { document, pages: Vec::new(), fields: Vec::new(), root, font }
    }
}

impl Maker {
    /// Adds a page with a heading; which one it is.
    pub fn page(&mut self, paper: [f32; 4], turn: i64, heading: &str) -> usize {
        let operations = vec![
            Operation::new("BT", vec![]),
            Operation::new("Tf", vec!["F1".into(), 20.into()]),
            Operation::new("Td", vec![(paper[0] + 40.0).into(), (paper[3] - 60.0).into()]),
            Operation::new("Tj", vec![Object::string_literal(heading)]),
            Operation::new("ET", vec![]),
        ];
        let mut content = Stream::new(dictionary! {}, Content { operations }.encode().unwrap());
        content.compress().unwrap();
        self.page_of(paper, turn, content)
    }

    /// Adds a page with this content.
    pub fn page_of(&mut self, paper: [f32; 4], turn: i64, content: Stream) -> usize {
        let content = self.document.add_object(content);
        let page = self.document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => self.root,
            "MediaBox" => numbers(paper),
            "Rotate" => turn,
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => self.font } },
            "Contents" => content,
        });
        self.pages.push(page);
        self.pages.len() - 1
    }

    pub fn cut(&mut self, page: usize, visible: [f32; 4]) {
        self.page_dictionary(page).set("CropBox", numbers(visible));
    }

    pub fn page_dictionary(&mut self, page: usize) -> &mut Dictionary {
        self.document.get_dictionary_mut(self.pages[page]).unwrap()
    }

    /// A field that only holds others.
    pub fn group(&mut self, name: &str, parent: Option<ObjectId>) -> ObjectId {
        let group = self.document.add_object(dictionary! { "T" => Object::string_literal(name), "Kids" => vec![] });
        self.adopt(group, parent);
        group
    }

    fn adopt(&mut self, child: ObjectId, parent: Option<ObjectId>) {
        let Some(parent) = parent else { return self.fields.push(child.into()) };
        self.document.get_dictionary_mut(child).unwrap().set("Parent", parent);
        let kids = self.document.get_dictionary_mut(parent).unwrap().get_mut(b"Kids").unwrap();
        kids.as_array_mut().unwrap().push(child.into());
    }

    /// A widget on a page.
    pub fn widget(&mut self, page: usize, rect: [f32; 4], mut entries: Dictionary) -> ObjectId {
        entries.set("Type", "Annot");
        entries.set("Subtype", "Widget");
        entries.set("Rect", numbers(rect));
        if !entries.has(b"F") {
            entries.set("F", 4);
        }
        entries.set("P", self.pages[page]);
        let widget = self.document.add_object(entries);
        let page = self.page_dictionary(page);
        if !page.has(b"Annots") {
            page.set("Annots", Vec::<Object>::new());
        }
        page.get_mut(b"Annots").unwrap().as_array_mut().unwrap().push(widget.into());
        widget
    }

    pub fn text(
        &mut self,
        page: usize,
        rect: [f32; 4],
        name: &str,
        parent: Option<ObjectId>,
        entries: Dictionary,
    ) -> ObjectId {
        let mut field = dictionary! { "FT" => "Tx", "T" => text(name) };
        field.extend(&entries);
        let field = self.widget(page, rect, field);
        self.adopt(field, parent);
        field
    }

    /// An appearance: a grey rectangle with or without a black one in it.
    fn look(&mut self, [left, bottom, right, top]: [f32; 4], on: bool) -> ObjectId {
        let (width, height) = (right - left, top - bottom);
        let mark = if on { format!("0 g 3 3 {} {} re f\n", width - 6.0, height - 6.0) } else { String::new() };
        let content = format!("0.9 g 0 0 {width} {height} re f\n{mark}");
        self.document.add_object(Stream::new(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers([0.0, 0.0, width, height]) },
            content.into_bytes(),
        ))
    }

    pub fn check(&mut self, page: usize, rect: [f32; 4], name: &str, state: &str, on: bool) {
        let looks = dictionary! { state => self.look(rect, true), "Off" => self.look(rect, false) };
        let shown = Object::Name(if on { state } else { "Off" }.into());
        let field = self.widget(page, rect, dictionary! {
            "FT" => "Btn", "T" => text(name), "AP" => dictionary! { "N" => looks }, "AS" => shown.clone(), "V" => shown,
        });
        self.adopt(field, None);
    }

    /// Buttons of which one is chosen.
    pub fn radio(&mut self, name: &str, buttons: &[(usize, [f32; 4], &str)], chosen: Option<&str>) {
        let group = self.group(name, None);
        for (page, rect, state) in buttons {
            let looks = dictionary! { *state => self.look(*rect, true), "Off" => self.look(*rect, false) };
            let shown = if chosen == Some(state) { *state } else { "Off" };
            let widget = self.widget(*page, *rect, dictionary! { "AP" => dictionary! { "N" => looks }, "AS" => shown });
            self.adopt(widget, Some(group));
        }
        let group = self.document.get_dictionary_mut(group).unwrap();
        group.set("FT", "Btn");
        group.set("Ff", 1 << 15);
        group.set("V", chosen.unwrap_or("Off"));
    }

    /// Buttons without appearances, told apart by their order.
    pub fn bare_radio(&mut self, name: &str, page: usize, rects: &[[f32; 4]]) {
        let group = self.group(name, None);
        for rect in rects {
            let widget = self.widget(page, *rect, dictionary! { "AS" => "Off" });
            self.adopt(widget, Some(group));
        }
        let group = self.document.get_dictionary_mut(group).unwrap();
        group.set("FT", "Btn");
        group.set("Ff", 1 << 15);
    }

    pub fn choice(&mut self, page: usize, rect: [f32; 4], name: &str, options: &[(&str, &str)], chosen: Option<&str>) {
        let options = options.iter().map(|(inside, shown)| Object::Array(vec![text(inside), text(shown)]));
        let mut field =
            dictionary! { "FT" => "Ch", "Ff" => 1 << 17, "T" => text(name), "Opt" => options.collect::<Vec<_>>() };
        if let Some(chosen) = chosen {
            field.set("V", text(chosen));
        }
        let field = self.widget(page, rect, field);
        self.adopt(field, None);
    }

    pub fn signature(&mut self, page: usize, rect: [f32; 4], name: &str) -> ObjectId {
        let field = self.widget(page, rect, dictionary! { "FT" => "Sig", "T" => text(name) });
        self.adopt(field, None);
        field
    }

    pub fn push(&mut self, page: usize, rect: [f32; 4], name: &str) {
        let action = dictionary! { "S" => "JavaScript", "JS" => text("app.alert('pushed')") };
        let look = self.look(rect, true);
        let field = self.widget(page, rect, dictionary! {
            "FT" => "Btn", "Ff" => 1 << 16, "T" => text(name), "F" => 0, "A" => action, "AP" => dictionary! { "N" => look },
        });
        self.adopt(field, None);
    }

    /// A value with the appearance that a viewer has made for it: a black rectangle, so that pictures show it.
    pub fn prefill(&mut self, field: ObjectId, value: &str, with_look: bool) {
        let rect = self.document.get_dictionary(field).unwrap().get(b"Rect").unwrap().as_array().unwrap();
        let rect: Vec<f32> = rect.iter().map(|number| number.as_float().unwrap()).collect();
        let look = with_look.then(|| self.look([rect[0], rect[1], rect[2], rect[3]], true));
        let field = self.document.get_dictionary_mut(field).unwrap();
        field.set("V", text(value));
        if let Some(look) = look {
            field.set("AP", dictionary! { "N" => look });
        }
    }

    /// What a hybrid has: the same form once more as XML.
    pub fn xfa(&mut self) -> Object {
        let part = Stream::new(dictionary! {}, b"<xdp:xdp xmlns:xdp=\"http://ns.adobe.com/xdp/\"/>".to_vec());
        Object::Array(vec![text("xdp:xdp"), self.document.add_object(part).into()])
    }

    /// Puts catalog and page tree in, with more for the form and for the catalog.
    pub fn close(&mut self, form: Dictionary, catalog: Dictionary) {
        let kids: Vec<Object> = self.pages.iter().copied().map(Object::from).collect();
        let count = i64::try_from(kids.len()).unwrap();
        self.document.set_object(self.root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
        let mut root = dictionary! { "Type" => "Catalog", "Pages" => self.root };
        if !self.fields.is_empty() || !form.is_empty() {
            let mut whole = dictionary! {
                "Fields" => self.fields.clone(),
                "DA" => text("/Helv 0 Tf 0 g"),
                "DR" => dictionary! { "Font" => dictionary! { "Helv" => self.font } },
            };
            whole.extend(&form);
            root.set("AcroForm", self.document.add_object(whole));
        }
        root.extend(&catalog);
        let root = self.document.add_object(root);
        self.document.trailer.set("Root", root);
        let id = Object::String(vec![7; 16], StringFormat::Hexadecimal);
        self.document.trailer.set("ID", vec![id.clone(), id]);
    }

    pub fn bytes(mut self) -> Vec<u8> {
        if !self.document.trailer.has(b"Root") {
            self.close(dictionary! {}, dictionary! {});
        }
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).unwrap();
        bytes
    }

    /// With object streams and a cross-reference stream.
    pub fn packed(mut self) -> Vec<u8> {
        self.close(dictionary! {}, dictionary! {});
        let mut bytes = Vec::new();
        self.document.save_modern(&mut bytes).unwrap();
        bytes
    }

    /// Encrypted with AES of 128 or 256 bits.
    pub fn encrypted(mut self, user_password: &str, bits: u32) -> Vec<u8> {
        self.close(dictionary! {}, dictionary! {});
        let filter: Arc<dyn CryptFilter> =
            if bits == 128 { Arc::new(Aes128CryptFilter) } else { Arc::new(Aes256CryptFilter) };
        let crypt_filters = BTreeMap::from([(b"StdCF".to_vec(), filter)]);
        let (stream_filter, string_filter) = (b"StdCF".to_vec(), b"StdCF".to_vec());
        let permissions = Permissions::all();
        let version = if bits == 128 {
            EncryptionVersion::V4 {
                document: &self.document,
                encrypt_metadata: true,
                crypt_filters,
                stream_filter,
                string_filter,
                owner_password: "owner",
                user_password,
                permissions,
            }
        } else {
            EncryptionVersion::V5 {
                encrypt_metadata: true,
                crypt_filters,
                file_encryption_key: &[9; 32],
                stream_filter,
                string_filter,
                owner_password: "owner",
                user_password,
                permissions,
            }
        };
        let state = EncryptionState::try_from(version).unwrap();
        self.document.encrypt(&state).unwrap();
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).unwrap();
        bytes
    }
}

pub fn numbers(numbers: [f32; 4]) -> Object {
    Object::Array(numbers.into_iter().map(Object::Real).collect())
}

pub fn text(text: &str) -> Object {
    lopdf::text_string(text)
}
