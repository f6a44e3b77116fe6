//! What is signed is what its picture showed (R21): nothing over the values, nothing that other readers make up, and nothing that they
//! show at another time.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]

use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use parlor_documents::{FieldKind, Fonts, Limits, Original, Strokes, Value, Values};
use parlor_pdf_tests::maker::{Maker, numbers, text};
use parlor_pdf_tests::outside::{Folder, check, complete, picture, second_picture};
use parlor_pdf_tests::{at, evidence};

const PAPER: [f32; 4] = [0.0, 0.0, 612.0, 792.0];

/// An annotation on the first page.
fn annotate(form: &mut Maker, subtype: &str, rect: [f32; 4], entries: &Dictionary) {
    let mut annotation = dictionary! { "Type" => "Annot", "Subtype" => subtype, "Rect" => numbers(rect), "F" => 4 };
    for (name, entry) in entries {
        annotation.set(name.clone(), entry.clone());
    }
    let annotation = form.document.add_object(annotation);
    let page = form.page_dictionary(0);
    if !page.has(b"Annots") {
        page.set("Annots", Vec::<Object>::new());
    }
    page.get_mut(b"Annots").unwrap().as_array_mut().unwrap().push(annotation.into());
}

/// An appearance of this grey, as large as the annotation.
fn look(form: &mut Maker, [left, bottom, right, top]: [f32; 4], grey: u8) -> Object {
    let (width, height) = (right - left, top - bottom);
    let content = format!("{grey} g 0 0 {width} {height} re f");
    let entries =
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers([0.0, 0.0, width, height]) };
    let form = form.document.add_object(Stream::new(entries, content.into_bytes()));
    dictionary! { "N" => form }.into()
}

/// How much ink both readers show there.
fn ink(path: &std::path::Path, rect: [f32; 4]) -> [f32; 2] {
    [picture(path, 1), second_picture(path, 1)].map(|picture| picture.ink(rect))
}

/// The kinds of all annotations of the first page.
fn kinds(document: &Document) -> Vec<String> {
    let page = document.get_dictionary(document.page_iter().next().unwrap()).unwrap();
    let Ok(annotations) = page.get(b"Annots") else { return vec![] };
    let annotations = document.dereference(annotations).unwrap().1.as_array().unwrap().iter();
    let kind = |entry: &Object| {
        let annotation = document.dereference(entry).unwrap().1.as_dict().unwrap();
        String::from_utf8_lossy(annotation.get(b"Subtype").unwrap().as_name().unwrap()).into_owned()
    };
    annotations.map(kind).collect()
}

#[test]
fn r21_annotations_are_as_their_picture_was_and_stand_under_the_values() {
    let folder = Folder::new("annotations");
    let mut form = Maker::default();
    form.page(PAPER, 0, "An offer");
    form.text(0, [72.0, 600.0, 272.0, 620.0], "amount", None, dictionary! {});
    // White over the field, where the picture shows white and the page what was typed.
    let cover = [60.0, 590.0, 300.0, 630.0];
    let white = look(&mut form, cover, 1);
    annotate(&mut form, "Square", cover, &dictionary! { "AP" => white });
    let stamp = [400.0, 600.0, 500.0, 700.0];
    let black = look(&mut form, stamp, 0);
    annotate(&mut form, "Stamp", stamp, &dictionary! { "AP" => black, "Contents" => text("And all that you own.") });
    // What has no look readers make one for, and one is for paper alone.
    let made_up = dictionary! { "Contents" => text("And 1,000,000 more."), "DA" => text("/Helv 24 Tf 0 g") };
    annotate(&mut form, "FreeText", [72.0, 400.0, 372.0, 440.0], &made_up);
    annotate(&mut form, "Square", [72.0, 300.0, 172.0, 340.0], &dictionary! { "IC" => vec![0.into()] });
    let printed = [72.0, 200.0, 172.0, 240.0];
    let black = look(&mut form, printed, 0);
    annotate(&mut form, "Stamp", printed, &dictionary! { "AP" => black, "F" => 36 });
    annotate(
        &mut form,
        "Text",
        [300.0, 200.0, 320.0, 220.0],
        &dictionary! { "Contents" => text("You agree to more.") },
    );
    let link = dictionary! {
        "A" => dictionary! { "S" => "URI", "URI" => text("https://example.org/") },
        "Border" => vec![0.into(), 0.into(), 40.into()], "C" => vec![0.into()],
    };
    annotate(&mut form, "Link", [400.0, 300.0, 500.0, 400.0], &link);

    let values = Values::from([("amount".to_owned(), Value::Text("42,000".to_owned()))]);
    let (finished, _) = complete(&form.bytes(), &values, &Fonts::shipped(), &evidence());
    let path = folder.put("finished.pdf", &finished.pdf);
    check(&path);
    for (what, rect, is_seen) in [
        ("the value", [72.0, 600.0, 60.0, 20.0], true),
        ("the stamp", [410.0, 610.0, 80.0, 80.0], true),
        ("what a reader writes", [72.0, 400.0, 300.0, 40.0], false),
        ("what a reader draws", [72.0, 300.0, 100.0, 40.0], false),
        ("what is for paper", [72.0, 200.0, 100.0, 40.0], false),
        ("a note", [300.0, 200.0, 20.0, 20.0], false),
        ("the edge of a link", [380.0, 290.0, 130.0, 120.0], false),
    ] {
        for ink in ink(&path, rect) {
            assert_eq!(ink > 0.01, is_seen, "{what}: {ink}");
        }
    }
    let finished = Document::load_mem(&finished.pdf).unwrap();
    assert_eq!(kinds(&finished), ["Link"], "on paper, under a pointer and in a list it is the same");
    let whole = format!("{:?}", finished.objects);
    assert!(!whole.contains("all that you own") && !whole.contains("agree to more"));
}

#[test]
fn r21_layers_are_as_their_picture_was_whenever_and_wherever_they_are_looked_at() {
    let mut form = Maker::default();
    let usage = dictionary! {
        "Print" => dictionary! { "PrintState" => "OFF" }, "Zoom" => dictionary! { "min" => 2 },
    };
    let layer = dictionary! {
        "Type" => "OCG", "Name" => text("L"), "Usage" => usage, "Intent" => "Design",
    };
    let layer = form.document.add_object(layer);
    let either = dictionary! {
        "Type" => "OCMD", "OCGs" => vec![layer.into()],
        "VE" => vec![Object::Name(b"Not".to_vec()), layer.into()],
    };
    let either = form.document.add_object(either);
    let content = b"/OC /L BDC 0 0 100 100 re f EMC /OC /E BDC 100 0 100 100 re f EMC /I Do".to_vec();
    let page = form.page_of(PAPER, 0, Stream::new(dictionary! {}, content));
    let image = |form: &mut Maker, more: &Dictionary| {
        let mut entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1, "BitsPerComponent" => 8,
            "ColorSpace" => "DeviceGray",
        };
        for (name, entry) in more {
            entries.set(name.clone(), entry.clone());
        }
        form.document.add_object(Stream::new(entries, vec![0]))
    };
    let other = image(&mut form, &dictionary! {});
    let other = dictionary! { "Image" => other, "DefaultForPrinting" => true };
    let shown = image(&mut form, &dictionary! { "Alternates" => vec![other.into()] });
    form.page_dictionary(page).set(
        "Resources",
        dictionary! {
            "Properties" => dictionary! { "L" => layer, "E" => either }, "XObject" => dictionary! { "I" => shown },
        },
    );
    let by_itself =
        dictionary! { "Event" => "Print", "Category" => vec!["Print".into()], "OCGs" => vec![layer.into()] };
    let config = || dictionary! { "BaseState" => "ON", "Intent" => "View", "AS" => vec![by_itself.clone().into()] };
    let layers = dictionary! {
        "OCGs" => vec![layer.into()], "D" => config(), "Configs" => vec![config().into()],
    };
    form.close(dictionary! { "Fields" => Object::Array(vec![]) }, dictionary! { "OCProperties" => layers });
    let (finished, _) = complete(&form.bytes(), &Values::new(), &Fonts::shipped(), &evidence());
    let finished = Document::load_mem(&finished.pdf).unwrap();
    let whole = format!("{:?}", finished.objects);
    for gone in ["PrintState", "Usage", "Intent", "Configs", "\"AS\"", "/AS ", "\"VE\"", "/VE ", "Alternates", "Design"]
    {
        assert!(!whole.contains(gone), "{gone} is left: {whole}");
    }
    assert!(whole.contains("OCMD") && whole.contains("BaseState"));
}

#[test]
fn r21_what_can_be_filled_in_can_be_signed() {
    let folder = Folder::new("fillable");
    let mut form = Maker::default();
    form.page(PAPER, 0, "A form");
    // Two fields of one name of which no value fits both.
    form.check(0, [72.0, 600.0, 92.0, 620.0], "agreed", "Yes", false);
    form.text(0, [72.0, 500.0, 272.0, 520.0], "agreed", None, dictionary! {});
    form.signature(0, [72.0, 400.0, 272.0, 440.0], "name");
    form.text(0, [72.0, 300.0, 272.0, 320.0], "name", None, dictionary! {});
    // One that stands on no page that anybody has.
    form.text(0, [30_000.0, 100.0, 30_200.0, 120.0], "far", None, dictionary! { "Ff" => 2 });
    form.text(0, [72.0, -400.0, 272.0, -380.0], "below", None, dictionary! {});
    let original = form.bytes();
    let opened = Original::open(&original, &Limits::default()).unwrap();
    let fields = opened.form().unwrap().fields;
    let named: Vec<(&str, FieldKind)> = fields.iter().map(|field| (field.name.as_str(), field.kind)).collect();
    assert_eq!(named, [("agreed", FieldKind::Checkbox), ("name", FieldKind::Signature)]);
    let ink = Value::Strokes(Strokes { path: "M10 40L60 10L90 30".to_owned(), pen: 3.0 });
    let values = Values::from([("agreed".to_owned(), Value::Ticked(true)), ("name".to_owned(), ink)]);
    let finished = opened.finish(&fields, &values, &Fonts::shipped(), &evidence(), at()).unwrap();
    let path = folder.put("finished.pdf", &finished.pdf);
    check(&path);
    for (rect, is_seen) in [
        ([72.0, 600.0, 20.0, 20.0], true),
        ([72.0, 400.0, 200.0, 40.0], true),
        ([72.0, 500.0, 200.0, 20.0], false),
        ([72.0, 300.0, 200.0, 20.0], false),
    ] {
        assert!(self::ink(&path, rect).into_iter().all(|ink| (ink > 0.01) == is_seen), "{rect:?}");
    }
}
