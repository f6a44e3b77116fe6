//! Completed documents, opened by poppler, mupdf, qpdf and pyHanko.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "tests only"
)]

use lopdf::{Object, dictionary};
use parlor_documents::{Field, Fonts, Strokes, Value, Values};
use parlor_pdf_tests::maker::{Maker, text};
use parlor_pdf_tests::outside::{self, Folder, Picture, check, complete, picture, second_picture, sign, signer};
use parlor_pdf_tests::{evidence, government, turned};
use parlor_signing::{Invalid, verify};

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned()))).collect()
}

fn signature() -> Value {
    Value::Strokes(Strokes { path: "M10 40 C 30 -20 60 90 90 20 L 140 60 M 20 70 L 150 64".to_owned(), pen: 3.0 })
}

fn rect(fields: &[Field], name: &str) -> [f32; 4] {
    fields.iter().find(|field| field.name == name).unwrap().rect
}

/// Both readers show something, or nothing, in a rectangle of a page.
fn shows(pictures: &[Picture; 2], rect: [f32; 4], something: bool) {
    for picture in pictures {
        let ink = picture.ink(rect);
        assert!(something == (ink > 0.01), "{rect:?}: {ink}");
    }
}

/// A button of the tests' forms is grey, with our mark in it when it is on.
fn is_on(pictures: &[Picture; 2], [x, y, width, height]: [f32; 4], on: bool) {
    for picture in pictures {
        let ink = picture.ink([x + 4.0, y + 4.0, width - 8.0, height - 8.0]);
        assert!(if on { ink > 0.3 } else { (0.05..0.2).contains(&ink) }, "{x}, {y}: {ink}");
    }
}

fn pictures(path: &std::path::Path, page: usize) -> [Picture; 2] {
    let pictures = [picture(path, page), second_picture(path, page)];
    let difference = pictures[0].difference(&pictures[1]);
    assert!(difference < 0.02, "poppler and mupdf show page {page} differently: {difference}");
    pictures
}

#[test]
fn r21_values_stand_where_the_fields_were() {
    let folder = Folder::new("values");
    let mut filled = values(&[
        ("applicant.name", "Zoë Ångström-Łuczak"),
        ("applicant.home.street", "12 Rue de l’Église"),
        ("applicant.home.city", "Málaga"),
        ("applicant.number", "123456789"),
        ("applicant.born", "1984-02-29"),
        ("income", "42,000.50"),
        (
            "reason",
            "A first line.\nA second one that is so long that it has to be broken into several lines, because no box is as wide as all that.",
        ),
        ("status", "married"),
        ("state", "California"),
        ("initials_1", "ZA"),
    ]);
    filled.insert("citizen".to_owned(), Value::Ticked(true));
    filled.insert("veteran".to_owned(), Value::Ticked(false));
    filled.insert("applicant_signature".to_owned(), signature());
    let mut hybrid = government();
    let xfa = hybrid.xfa();
    hybrid.close(dictionary! { "XFA" => xfa }, dictionary! {});
    for (kind, original) in [
        ("hybrid", hybrid.bytes()),
        ("plain", government().bytes()),
        ("packed", government().packed()),
        ("encrypted", government().encrypted("", 256)),
    ] {
        let (finished, fields) = complete(&original, &filled, &Fonts::shipped(), &evidence());
        let path = folder.put(&format!("{kind}.pdf"), &finished.pdf);
        check(&path);
        let first = outside::text(&path, 1);
        for shown in
            ["Form 1040-P page 1", "Zoë Ångström-Łuczak", "12 Rue de l’Église", "Málaga", "1984-02-29", "42,000.50"]
        {
            assert!(first.contains(shown), "{kind}: {shown} is not in {first}");
        }
        let spaceless: String = first.split_whitespace().collect();
        assert!(spaceless.contains("123456789"), "{first}");
        let second = outside::text(&path, 2);
        assert!(second.contains("A first line.") && second.contains("because no"), "{second}");
        assert!(outside::text(&path, 3).contains("California"));
        assert!(outside::text(&path, 6).contains("ZA"));
        let shown = pictures(&path, 1);
        shows(&shown, rect(&fields, "applicant.name"), true);
        shows(&shown, [330.0, 650.0, 200.0, 18.0], false);
        let shown = pictures(&path, 2);
        is_on(&shown, rect(&fields, "citizen"), true);
        is_on(&shown, rect(&fields, "veteran"), false);
        let status: Vec<[f32; 4]> =
            fields.iter().filter(|field| field.name == "status").map(|field| field.rect).collect();
        is_on(&shown, status[0], false);
        is_on(&shown, status[1], true);
        let shown = pictures(&path, 6);
        shows(&shown, rect(&fields, "applicant_signature"), true);
        shows(&shown, [420.0, 100.0, 80.0, 20.0], false);
    }
}

#[test]
fn r21_values_in_any_script_are_shown_and_found() {
    let folder = Folder::new("scripts");
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "Scripts");
    for (row, name) in ["arabic", "hebrew", "mixed", "accents", "greek"].into_iter().enumerate() {
        let top = 700.0 - 40.0 * row as f32;
        form.text(0, [72.0, top - 20.0, 400.0, top], name, None, dictionary! {});
    }
    form.text(0, [72.0, 400.0, 300.0, 420.0], "cells", None, dictionary! { "Ff" => 1 << 24, "MaxLen" => 12 });
    form.text(0, [72.0, 200.0, 300.0, 300.0], "lines", None, dictionary! { "Ff" => 1 << 12 });
    let filled = values(&[
        ("arabic", "مرحبا بالعالم"),
        ("hebrew", "שלום עולם"),
        ("mixed", "Mara (מרים) Quist"),
        ("accents", "Škoda Příliš Ñandú Œuvre ẞ"),
        ("greek", "Ελένη Жанна"),
        ("cells", "محمد"),
        ("lines", "هذا نص طويل جدا يحتاج إلى أكثر من سطر واحد لأن الخانة ليست واسعة بما يكفي لكل هذه الكلمات"),
    ]);
    let (finished, fields) = complete(&form.bytes(), &filled, &Fonts::shipped(), &evidence());
    let path = folder.put("scripts.pdf", &finished.pdf);
    check(&path);
    let said = outside::text(&path, 1);
    // Poppler gives what runs from right to left in reading order, with marks of direction around it.
    let plain: String = said
        .chars()
        .filter(|character| !matches!(character, '\u{202a}'..='\u{202e}' | '\u{200e}' | '\u{200f}'))
        .collect();
    for shown in ["مرحبا بالعالم", "שלום עולם", "Škoda Příliš Ñandú Œuvre ẞ", "Ελένη Жанна", "Mara", "מרים", "محمد"]
    {
        assert!(plain.contains(shown), "{shown} is not in {plain}");
    }
    let shown = pictures(&path, 1);
    let [x, y, width, height] = rect(&fields, "arabic");
    shows(&shown, [x + width - 60.0, y, 58.0, height], true);
    shows(&shown, [x, y, 60.0, height], false);
}

#[test]
fn r21_scripts_that_an_installation_added_fonts_for_are_shown() {
    const CJK: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
    assert!(std::path::Path::new(CJK).exists(), "{CJK} is missing: `cargo xtask test --only documents` installs it");
    let folder = Folder::new("japanese");
    let fonts = Folder::new("japanese-fonts");
    std::os::unix::fs::symlink(CJK, fonts.path().join("cjk.ttc")).unwrap();
    let fonts = Fonts::with_folder(fonts.path());
    assert!(fonts.uncovered("東京都千代田区 Zoë").is_empty());
    let filled = values(&[
        ("applicant.name", "山田 太郎 (Yamada Tarō)"),
        (
            "reason",
            "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。",
        ),
        ("applicant_signature", "山田"),
    ]);
    let (finished, fields) = complete(&government().bytes(), &filled, &fonts, &evidence());
    // Of a font of 20 MB what is needed, and no more.
    assert!(finished.pdf.len() < 200_000, "{}", finished.pdf.len());
    let path = folder.put("japanese.pdf", &finished.pdf);
    check(&path);
    assert!(outside::text(&path, 1).contains("山田 太郎 (Yamada Tarō)"));
    assert!(outside::text(&path, 2).contains("吾輩は猫である"));
    let shown = pictures(&path, 6);
    shows(&shown, rect(&fields, "applicant_signature"), true);
}

#[test]
fn r21_turned_pages_and_boxes_off_the_origin_show_values_upright() {
    let folder = Folder::new("turned");
    let original = turned().bytes();
    let form =
        parlor_documents::Original::open(&original, &parlor_documents::Limits::default()).unwrap().form().unwrap();
    let filled: Values = form.fields.iter().map(|field| (field.name.clone(), Value::Text("HHHH".to_owned()))).collect();
    let (finished, fields) = complete(&original, &filled, &Fonts::shipped(), &evidence());
    let path = folder.put("turned.pdf", &finished.pdf);
    check(&path);
    for page in 1..=5 {
        let shown = pictures(&path, page);
        for field in fields.iter().filter(|field| field.page as usize == page) {
            shows(&shown, field.rect, true);
            // Letters are drawn inside of their field and nowhere else.
            let [x, y, width, height] = field.rect;
            shows(&shown, [x + width + 2.0, y, 20.0, height], false);
            shows(&shown, [x, y + height + 2.0, width, 20.0], false);
        }
    }
    assert!(outside::text(&path, 2).contains("HHHH"));
}

#[test]
fn r21_fields_that_agents_placed_show_values_where_they_were_placed() {
    let folder = Folder::new("placed");
    let mut form = Maker::default();
    let boxes = [[0.0, 0.0, 612.0, 792.0], [-50.0, 100.0, 545.0, 942.0]];
    for (at, turn) in [0, 90, 180, 270].into_iter().enumerate() {
        form.page(boxes[at % 2], turn, "No fields");
    }
    let bytes = form.bytes();
    let original = parlor_documents::Original::open(&bytes, &parlor_documents::Limits::default()).unwrap();
    let own = original.form().unwrap();
    assert!(own.fields.is_empty());
    let placed = |(at, page): (usize, &parlor_documents::Page)| {
        let field = |name: &str, kind: &str, rect: [f32; 4]| -> Field {
            let value = serde_json::json!({"name": format!("{name}{at}"), "type": kind, "page": at + 1, "rect": rect});
            serde_json::from_value(value).unwrap()
        };
        let (x, y) = (page.width * 0.6, page.height * 0.4);
        [field("text", "text", [x, y, 120.0, 20.0]), field("sign", "signature", [x, y - 90.0, 120.0, 50.0])]
    };
    let fields: Vec<Field> = own.pages.iter().enumerate().flat_map(placed).collect();
    let value = |field: &Field| if field.kind.is_signed() { signature() } else { Value::Text("HHHHHHHHHH".to_owned()) };
    let filled: Values = fields.iter().map(|field| (field.name.clone(), value(field))).collect();
    let finished = original.finish(&fields, &filled, &Fonts::shipped(), &evidence(), parlor_pdf_tests::at()).unwrap();
    let path = folder.put("placed.pdf", &finished.pdf);
    check(&path);
    for page in 1..=4 {
        let shown = pictures(&path, page);
        for field in fields.iter().filter(|field| field.page as usize == page) {
            shows(&shown, field.rect, true);
            let [x, y, width, height] = field.rect;
            for beside in [
                [x + width + 2.0, y, 20.0, height],
                [x - 22.0, y, 20.0, height],
                [x, y + height + 2.0, width, 15.0],
                [x, y - 17.0, width, 15.0],
            ] {
                shows(&shown, beside, false);
            }
        }
    }
}

#[test]
fn r21_what_the_form_had_and_nobody_filled_in_survives() {
    let folder = Folder::new("kept");
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "Kept");
    let looked = form.text(0, [72.0, 600.0, 272.0, 620.0], "account", None, dictionary! { "Ff" => 1 });
    form.prefill(looked, "DE89 3704 0044 0532 0130 00", true);
    let bare = form.text(0, [72.0, 550.0, 272.0, 570.0], "branch", None, dictionary! {});
    form.prefill(bare, "Köln", false);
    form.check(0, [72.0, 500.0, 86.0, 514.0], "agreed", "Yes", true);
    // A look whose font only the form names.
    let look = form.document.add_object(lopdf::Stream::new(
        dictionary! { "BBox" => parlor_pdf_tests::maker::numbers([0.0, 0.0, 200.0, 20.0]), "Resources" => dictionary! { "Font" => dictionary! {} } },
        b"BT /Helv 12 Tf 2 5 Td (Konto 7) Tj ET".to_vec(),
    ));
    form.text(
        0,
        [300.0, 600.0, 500.0, 620.0],
        "konto",
        None,
        dictionary! { "AP" => dictionary! { "N" => look }, "V" => text("Konto 7") },
    );
    let cleared = form.text(0, [72.0, 450.0, 272.0, 470.0], "cleared", None, dictionary! {});
    form.prefill(cleared, "old", true);
    form.radio("sort", &[(0, [72.0, 400.0, 86.0, 414.0], "a"), (0, [172.0, 400.0, 186.0, 414.0], "b")], Some("b"));
    form.choice(0, [72.0, 350.0, 272.0, 370.0], "land", &[("de", "Germany")], Some("de"));
    let (finished, fields) = complete(&form.bytes(), &values(&[("cleared", "")]), &Fonts::shipped(), &evidence());
    let path = folder.put("kept.pdf", &finished.pdf);
    check(&path);
    let said = outside::text(&path, 1);
    assert!(said.contains("Köln") && said.contains("Germany") && said.contains("Konto 7"), "{said}");
    let shown = pictures(&path, 1);
    shows(&shown, [72.0, 600.0, 200.0, 20.0], true);
    is_on(&shown, rect(&fields, "agreed"), true);
    shows(&shown, rect(&fields, "cleared"), false);
    is_on(&shown, [172.0, 400.0, 14.0, 14.0], true);
    is_on(&shown, [72.0, 400.0, 14.0, 14.0], false);
}

#[test]
fn r21_the_boxes_of_a_form_stay_around_what_was_filled_in() {
    let folder = Folder::new("frames");
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "Frames");
    let framed = || dictionary! { "MK" => dictionary! { "BC" => vec![0.into()], "BG" => vec![Object::Real(0.8)] }, "BS" => dictionary! { "W" => 2 } };
    form.text(0, [72.0, 600.0, 272.0, 620.0], "boxed", None, framed());
    let line = dictionary! { "MK" => dictionary! { "BC" => vec![1.into(), 0.into(), 0.into()] }, "BS" => dictionary! { "W" => 2, "S" => "U" } };
    form.text(0, [72.0, 550.0, 272.0, 570.0], "lined", None, line);
    form.text(0, [72.0, 500.0, 272.0, 520.0], "moved", None, framed());
    form.bare_radio("way", 0, &[[72.0, 450.0, 92.0, 470.0], [112.0, 450.0, 132.0, 470.0]]);
    let original = form.bytes();
    let opened = parlor_documents::Original::open(&original, &parlor_documents::Limits::default()).unwrap();
    let mut fields = opened.form().unwrap().fields;
    fields.iter_mut().find(|field| field.name == "moved").unwrap().rect[1] = 300.0;
    let filled = values(&[("boxed", "x"), ("lined", "x"), ("moved", "x"), ("way", "2")]);
    let finished = opened.finish(&fields, &filled, &Fonts::shipped(), &evidence(), parlor_pdf_tests::at()).unwrap();
    let path = folder.put("frames.pdf", &finished.pdf);
    check(&path);
    let shown = pictures(&path, 1);
    for picture in &shown {
        assert!(picture.ink([100.0, 618.0, 150.0, 2.0]) > 0.8, "the border");
        assert!((0.15..0.25).contains(&picture.ink([150.0, 604.0, 100.0, 10.0])), "the background");
        assert!(
            picture.ink([100.0, 550.0, 150.0, 2.0]) > 0.5 && picture.ink([100.0, 560.0, 150.0, 10.0]) < 0.01,
            "the line"
        );
    }
    shows(&shown, [72.0, 500.0, 200.0, 20.0], false);
    shows(&shown, [72.0, 300.0, 60.0, 20.0], true);
    shows(&shown, [72.0, 450.0, 20.0, 20.0], false);
    shows(&shown, [112.0, 450.0, 20.0, 20.0], true);
}

#[test]
fn r21_nothing_that_acts_or_carries_files_is_left() {
    let folder = Folder::new("stripped");
    let mut form = government();
    let alert = || dictionary! { "S" => "JavaScript", "JS" => text("app.alert('hello')") };
    let xfa = form.xfa();
    let file =
        form.document.add_object(lopdf::Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"attached".to_vec()));
    let file = form
        .document
        .add_object(dictionary! { "Type" => "Filespec", "F" => text("a.exe"), "EF" => dictionary! { "F" => file } });
    form.page_dictionary(0).set("AA", dictionary! { "O" => alert() });
    form.page_dictionary(0).set("AF", vec![file.into()]);
    form.widget(1, [10.0, 10.0, 50.0, 50.0], dictionary! {});
    for (subtype, entry) in [
        ("FileAttachment", ("FS", Object::from(file))),
        ("Link", ("A", alert().into())),
        ("Link", ("A", dictionary! { "S" => "URI", "URI" => text("https://example.org/") }.into())),
    ] {
        let annotation = dictionary! { "Type" => "Annot", "Subtype" => subtype, "Rect" => parlor_pdf_tests::maker::numbers([300.0, 300.0, 350.0, 350.0]), entry.0 => entry.1 };
        let annotation = form.document.add_object(annotation);
        form.page_dictionary(1).get_mut(b"Annots").unwrap().as_array_mut().unwrap().push(annotation.into());
    }
    form.close(
        dictionary! { "XFA" => xfa, "NeedAppearances" => true },
        dictionary! {
            "OpenAction" => alert(), "AA" => dictionary! { "WC" => alert() }, "AF" => vec![file.into()],
            "Names" => dictionary! {
                "JavaScript" => dictionary! { "Names" => vec![text("a"), alert().into()] },
                "EmbeddedFiles" => dictionary! { "Names" => vec![text("a.exe"), file.into()] },
                "Dests" => dictionary! { "Names" => vec![] },
            },
        },
    );
    let (finished, _) = complete(&form.bytes(), &Values::new(), &Fonts::shipped(), &evidence());
    let path = folder.put("stripped.pdf", &finished.pdf);
    check(&path);
    let plain = folder.path().join("plain.pdf");
    outside::said("qpdf", &["--qdf", "--object-streams=disable", &path.to_string_lossy(), &plain.to_string_lossy()]);
    let plain = String::from_utf8_lossy(&std::fs::read(plain).unwrap()).into_owned();
    for gone in [
        "JavaScript",
        "/JS",
        "/XFA",
        "/OpenAction",
        "/AA ",
        "/AF ",
        "/EmbeddedFile",
        "/Filespec",
        "FileAttachment",
        "app.alert",
        "/NeedAppearances",
        "AFDate",
    ] {
        assert!(!plain.contains(gone), "{gone} is left");
    }
    assert!(plain.contains("https://example.org/"), "links stay");
    // The one field that is left is the signature.
    assert_eq!(plain.matches("/Subtype /Widget").count(), 1);
}

#[test]
fn r21_pages_added_at_the_end_say_who_signed_and_how() {
    let folder = Folder::new("evidence");
    let mut long = evidence();
    long.events = (0..120).map(|event| (format!("15:{event:03}"), format!("Event number {event}"))).collect();
    long.signers[0].name = "Somsak ก".to_owned();
    let original = government().bytes();
    let (finished, _) = complete(&original, &Values::new(), &Fonts::shipped(), &long);
    let path = folder.put("evidence.pdf", &finished.pdf);
    check(&path);
    let pages: usize = outside::said("qpdf", &["--show-npages", &path.to_string_lossy()]).trim().parse().unwrap();
    assert!(pages > 8, "{pages}");
    let said: String = (7..=pages).map(|page| outside::text(&path, page)).collect();
    let hash =
        parlor_documents::Original::open(&original, &parlor_documents::Limits::default()).unwrap().sha256().to_owned();
    for shown in [
        "Evidence of signing",
        "Loan application",
        &hash,
        "Somsak (U+0E01)",
        "A link sent to mara@example.org, and a PIN",
        "Firefox 140 on Android",
        "203.0.113.7",
        "I agree to sign electronically.",
        "Event number 119",
        "checked by any PDF reader",
    ] {
        assert!(said.contains(shown), "{shown} is not in {said}");
    }
}

#[test]
fn r21_the_evidence_is_in_the_sessions_language() {
    let folder = Folder::new("arabic-evidence");
    let mut arabic = evidence();
    arabic.right_to_left = true;
    arabic.words.title = "دليل التوقيع".to_owned();
    arabic.signers[0].name = "ماريا".to_owned();
    let (finished, _) = complete(&government().bytes(), &Values::new(), &Fonts::shipped(), &arabic);
    let path = folder.put("evidence.pdf", &finished.pdf);
    let said: String =
        outside::text(&path, 7).chars().filter(|character| !matches!(character, '\u{202a}'..='\u{202e}')).collect();
    assert!(said.contains("دليل التوقيع") && said.contains("ماريا"), "{said}");
    let shown = pictures(&path, 7);
    shows(&shown, [439.0, 750.0, 100.0, 40.0], true);
    shows(&shown, [56.0, 750.0, 100.0, 40.0], false);
}

#[test]
fn r21_what_other_programs_wrote_is_completed_too() {
    let folder = Folder::new("written");
    let plain = folder.put("plain.pdf", &government().bytes());
    let (key, certificate) = signer();
    let ways: [(&str, &[&str]); 6] = [
        ("linearized", &["--linearize"]),
        ("packed", &["--object-streams=generate", "--compress-streams=y"]),
        ("rc4-40", &["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"]),
        ("rc4-128", &["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"]),
        ("aes-128", &["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"]),
        ("aes-256", &["--encrypt", "", "owner", "256", "--", "--object-streams=generate"]),
    ];
    for (name, way) in ways {
        let written = folder.path().join(format!("{name}-original.pdf"));
        let (from, to) = (plain.to_string_lossy(), written.to_string_lossy());
        outside::said("qpdf", &[way, &[&*from, &*to]].concat());
        let original = std::fs::read(&written).unwrap();
        let (finished, fields) =
            complete(&original, &values(&[("applicant.name", "Mara Quist")]), &Fonts::shipped(), &evidence());
        assert_eq!(fields.len(), 15, "{name}");
        let signed = sign(finished, &key, &certificate);
        let path = folder.put(&format!("{name}.pdf"), &signed);
        check(&path);
        let said = outside::text(&path, 1);
        assert!(said.contains("Mara Quist") && said.contains("Form 1040-P page 1"), "{name}: {said}");
        let said = outside::said("pdfsig", &["-nocert", &path.to_string_lossy()]);
        assert!(said.contains("Signature is Valid.") && said.contains("Total document signed"), "{name}: {said}");
    }
}

#[test]
fn r21_signatures_are_valid_for_others_and_changes_are_noticed() {
    let folder = Folder::new("signed");
    let (key, certificate) = signer();
    let der = folder.put("certificate.der", certificate.as_der());
    let mut filled = values(&[("applicant.name", "Mara Quist")]);
    filled.insert("applicant_signature".to_owned(), signature());
    let mut paths = Vec::new();
    for (name, original) in [
        ("plain", government().bytes()),
        ("packed", government().packed()),
        ("encrypted", government().encrypted("", 128)),
        ("turned", turned().bytes()),
    ] {
        let (finished, _) = complete(&original, &filled, &Fonts::shipped(), &evidence());
        let signed = sign(finished, &key, &certificate);
        assert!(verify(&signed, std::slice::from_ref(&certificate)).is_ok());
        paths.push(folder.put(&format!("{name}.pdf"), &signed));
    }
    for path in &paths {
        check(path);
        let said = outside::said("pdfsig", &["-nocert", &path.to_string_lossy()]);
        assert!(said.contains("Signature is Valid.") && said.contains("Total document signed"), "{said}");
        assert!(said.contains("ETSI.CAdES.detached") && said.contains("SHA-256"), "{said}");
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/verify.py");
    let mut arguments = vec![script.to_owned(), der.to_string_lossy().into_owned()];
    arguments.extend(paths.iter().map(|path| path.to_string_lossy().into_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = outside::said(&outside::python().to_string_lossy(), &arguments);
    assert_eq!(said.lines().count(), paths.len());
    for line in said.lines() {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            said,
            serde_json::json!({
                "intact": true, "valid": true, "trusted": true, "bottom_line": true, "coverage": "ENTIRE_FILE",
                "unmodified": true, "subfilter": "/ETSI.CAdES.detached",
            })
        );
    }

    let signed = std::fs::read(&paths[0]).unwrap();
    let ours = [certificate];
    let mut changed = signed.clone();
    let place = signed.windows(4).position(|window| window == b"obj\n").unwrap() - 3;
    changed[place] ^= 1;
    assert_eq!(verify(&changed, &ours), Err(Invalid::Altered));
    // An update at the end leaves the signature valid for readers, over a part of the file.
    let appended = [signed.as_slice(), b"\n% more\n"].concat();
    assert_eq!(verify(&appended, &ours), Err(Invalid::NotWhole));
    let path = folder.put("appended.pdf", &appended);
    let said = outside::said("pdfsig", &["-nocert", &path.to_string_lossy()]);
    assert!(said.contains("Not total document signed"), "{said}");
}

#[test]
fn r21_the_same_completion_is_the_same_file() {
    let filled = values(&[("applicant.name", "Mara Quist"), ("applicant.number", "12")]);
    let original = government().packed();
    let [first, second] = [(); 2].map(|()| complete(&original, &filled, &Fonts::shipped(), &evidence()).0);
    assert!(first.pdf == second.pdf && first.ranges == second.ranges);
}

#[test]
fn r21_what_cannot_be_drawn_is_refused_and_named() {
    use parlor_documents::{Limits, Original, Unfinished};
    let original = government().bytes();
    let finish = |name: &str, value: Value, page: u32| {
        let opened = Original::open(&original, &Limits::default()).unwrap();
        let mut fields = opened.form().unwrap().fields;
        for field in &mut fields {
            field.page = page;
        }
        opened
            .finish(&fields, &[(name.to_owned(), value)].into(), &Fonts::shipped(), &evidence(), parlor_pdf_tests::at())
            .map(|_| ())
    };
    let field = "applicant.name".to_owned();
    let text = |text: &str| Value::Text(text.to_owned());
    assert_eq!(
        finish(&field, text("東京 tower"), 1),
        Err(Unfinished::Uncovered { field: field.clone(), characters: vec!['東', '京'] })
    );
    assert_eq!(finish(&field, text("x"), 7), Err(Unfinished::NoSuchPage { field: field.clone() }));
    assert_eq!(finish(&field, text("x"), 0), Err(Unfinished::NoSuchPage { field: field.clone() }));
    assert_eq!(finish(&field, Value::Ticked(true), 1), Err(Unfinished::NotOfItsKind { field }));
    let signature = "applicant_signature".to_owned();
    for path in ["M0 0 L", "no path", "M0 0 L1e999 0"] {
        let strokes = Value::Strokes(Strokes { path: path.to_owned(), pen: 1.0 });
        assert_eq!(
            finish(&signature, strokes, 1),
            Err(Unfinished::NotOfItsKind { field: signature.clone() }),
            "{path}"
        );
    }
    let strokes = Value::Strokes(Strokes { path: "M0 0 L9 9".to_owned(), pen: f32::NAN });
    assert_eq!(finish(&signature, strokes, 1), Err(Unfinished::NotOfItsKind { field: signature }));
}
