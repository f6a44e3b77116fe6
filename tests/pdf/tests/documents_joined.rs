//! Files that were sent for a request, as one PDF: by the step and its child, over a folder of files.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]

use futures_util::FutureExt as _;
use lopdf::{Document, Object, Stream, dictionary};
use parlor_documents::{Fonts, Refusal, Values};
use parlor_drawing::{Bounds, Joined, Reader, join};
use parlor_form::{JoinPart, JoinTask, JoinWords};
use parlor_images::{Limits, clean};
use parlor_objects::{Folder as Files, Objects as _};
use parlor_pdf_tests::hostile::crafted;
use parlor_pdf_tests::maker::Maker;
use parlor_pdf_tests::outside::{Folder, check, complete, picture, said, sign, signer, text};
use parlor_pdf_tests::{at, evidence, government, photo, turned};

fn reader() -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_document-child").into(), Bounds::default())
}

/// Joins these files, each a name, whether it is a PDF, and its bytes.
fn joined(folder: &Folder, parts: &[(&str, bool, Vec<u8>)]) -> Joined {
    let files = Files::new(folder.path().to_path_buf());
    let part = |(place, (name, pdf, bytes)): (usize, &(&str, bool, Vec<u8>))| {
        let from = format!("in/{place}");
        files.put(&from, bytes.clone(), "").now_or_never().unwrap().unwrap();
        JoinPart { from, name: (*name).to_owned(), pdf: *pdf }
    };
    let words = JoinWords { title: "Not in this file".into(), note: "It stays as it is.".into(), right_to_left: false };
    let parts = parts.iter().enumerate().map(part).collect();
    let task = JoinTask { parts, words, at: at(), to: "out/joined.pdf".into() };
    join(&task, &files, &reader()).now_or_never().unwrap().unwrap()
}

fn picture_of(name: &str) -> Vec<u8> {
    clean(&photo(name), &Limits::default()).unwrap().bytes
}

#[test]
fn r21_pictures_and_documents_become_one_pdf_in_their_order() {
    let folder = Folder::new("joined");
    let parts = [
        ("front.jpg", false, picture_of("front")),
        ("form.pdf", true, government().packed()),
        ("turned.pdf", true, turned().bytes()),
        ("back.jpg", false, picture_of("back")),
    ];
    let whole = joined(&folder, &parts);
    assert_eq!(whole.left_out, 0);
    let path = folder.put("joined.pdf", &whole.bytes);
    check(&path);
    let turns = Document::load_mem(&turned().bytes()).unwrap().get_pages().len();
    assert_eq!(whole.pages as usize, 1 + 6 + turns + 1);
    assert!(said("pdfinfo", &[&path.to_string_lossy()]).contains(&format!("Pages:           {}", whole.pages)));
    // Each page looks as it does in its own file, forms with what they have in them.
    let original = folder.put("form.pdf", &government().packed());
    for page in 1..=6 {
        let difference = picture(&original, page).difference(&picture(&path, page + 1));
        assert!(difference < 0.01, "page {page}: {difference}");
    }
    let original = folder.put("turned.pdf", &turned().bytes());
    for page in 1..=turns {
        let difference = picture(&original, page).difference(&picture(&path, page + 7));
        assert!(difference < 0.01, "page {page}: {difference}");
    }
    assert!(text(&path, 1).trim().is_empty() && picture(&path, 1).ink([50.0, 300.0, 400.0, 200.0]) > 0.1);
    // Nothing of the form can be changed any more, and nothing acts.
    let document = Document::load_mem(&whole.bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert!(!catalog.has(b"AcroForm") && !catalog.has(b"OpenAction") && !catalog.has(b"Names"));
    assert_eq!(joined(&folder, &parts), whole, "twice is the same");
}

#[test]
fn r21_what_is_hidden_in_a_document_stays_hidden_in_the_joined_file() {
    let paper = [0.0, 0.0, 612.0, 792.0];
    let with_layer = |state: &str, listed: &str| {
        let mut maker = Maker::default();
        let layer = maker.document.add_object(dictionary! { "Type" => "OCG", "Name" => Object::string_literal("L") });
        let content = b"/OC /L BDC 0 0 612 792 re f EMC".to_vec();
        let page = maker.page_of(paper, 0, Stream::new(dictionary! {}, content));
        maker.page_dictionary(page).set("Resources", dictionary! { "Properties" => dictionary! { "L" => layer } });
        let shown = dictionary! { "BaseState" => state, listed => vec![layer.into()] };
        let layers = dictionary! { "OCGs" => vec![layer.into()], "D" => shown };
        maker.close(dictionary! { "Fields" => Object::Array(vec![]) }, dictionary! { "OCProperties" => layers });
        maker.bytes()
    };
    let folder = Folder::new("layers");
    let parts = [("ON", "OFF"), ("OFF", "Order"), ("ON", "ON")];
    let parts: Vec<_> = parts.iter().map(|(state, listed)| ("layer.pdf", true, with_layer(state, listed))).collect();
    let path = folder.put("joined.pdf", &joined(&folder, &parts).bytes);
    let ink: Vec<bool> = (1..=3).map(|page| picture(&path, page).ink([100.0, 100.0, 300.0, 300.0]) > 0.5).collect();
    assert_eq!(ink, [false, false, true]);
}

#[test]
fn r21_a_document_that_others_signed_is_shown_without_their_signature() {
    let folder = Folder::new("signed");
    let (finished, _) = complete(&government().bytes(), &Values::new(), &Fonts::shipped(), &evidence());
    let (key, certificate) = signer();
    let signed = sign(finished, &key, &certificate);
    let whole = joined(&folder, &[("signed.pdf", true, signed), ("back.jpg", false, picture_of("back"))]);
    assert_eq!(whole.left_out, 0);
    let path = folder.put("joined.pdf", &whole.bytes);
    check(&path);
    assert!(!String::from_utf8_lossy(&whole.bytes).contains("ByteRange"));
}

#[test]
fn r21_what_cannot_be_joined_is_named_on_a_page_and_the_rest_is_there() {
    let folder = Folder::new("left-out");
    for (what, bytes, refusal) in crafted() {
        let name = "Lohnabrechnung \u{645}\u{627}\u{631}\u{633}.pdf";
        let parts =
            [("front.jpg", false, picture_of("front")), (name, true, bytes), ("form.pdf", true, turned().bytes())];
        let whole = joined(&folder, &parts);
        let path = folder.put("joined.pdf", &whole.bytes);
        // What a page draws is its maker's; the file is ours, and opens.
        let pages = said("pdfinfo", &[&path.to_string_lossy()]);
        assert!(pages.contains(&format!("Pages:           {}\n", whole.pages)), "{what}: {pages}");
        // Its fields are of no use here, so that too many of them are none.
        let may_fit = matches!(refusal, None | Some(Refusal::FormTooBig));
        assert!(whole.left_out == 1 || may_fit && whole.left_out == 0, "{what}: {} left out", whole.left_out);
        if whole.left_out == 1 {
            let page = text(&path, 2);
            assert!(page.contains("Not in this file") && page.contains("Lohnabrechnung"), "{what}: {page}");
        }
    }
}

#[test]
fn r21_more_than_a_file_can_hold_and_what_is_gone_is_named() {
    let folder = Folder::new("gone");
    let files = Files::new(folder.path().to_path_buf());
    files.put("in/0", picture_of("front"), "").now_or_never().unwrap().unwrap();
    files.put("in/1", vec![b' '; 20_000_001], "").now_or_never().unwrap().unwrap();
    let part = |from: &str, pdf| JoinPart { from: from.into(), name: from.replace('/', "-"), pdf };
    let words = JoinWords { title: "Not here".into(), note: "Sent.".into(), right_to_left: true };
    // A picture that is none is left out like the rest: we did not write it.
    files.put("in/3", b"GIF89a".to_vec(), "").now_or_never().unwrap().unwrap();
    let parts = vec![part("in/0", false), part("in/1", true), part("in/2", false)];
    let task = JoinTask { parts, words, at: at(), to: "out/joined.pdf".into() };
    let whole = join(&task, &files, &reader()).now_or_never().unwrap().unwrap();
    assert_eq!((whole.pages, whole.left_out), (3, 2));
    let broken = JoinTask { parts: vec![part("in/0", false), part("in/3", false)], ..task };
    let whole = join(&broken, &files, &reader()).now_or_never().unwrap().unwrap();
    assert_eq!((whole.pages, whole.left_out), (2, 2));
}

#[test]
fn r21_twenty_slow_files_share_the_time_that_there_is_to_try_them() {
    let bounds = Bounds::default();
    assert_eq!((bounds.alone(0), bounds.alone(1), bounds.alone(8)), (bounds.reading, bounds.reading, bounds.reading));
    // What the function has (`infra/template.yaml`): each is tried, all are joined, then what is left of them.
    let whole = 20 * bounds.alone(20) + 2 * bounds.joining;
    assert!(whole < std::time::Duration::from_secs(300 - 30), "{whole:?} of five minutes");
}
