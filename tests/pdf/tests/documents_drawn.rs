//! Pages as pictures, drawn in a process of their own.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "tests only"
)]

use std::os::unix::fs::PermissionsExt as _;

use image::RgbImage;
use lopdf::{Stream, dictionary};
use parlor_documents::Refusal;
use parlor_drawing::{Bounds, Drawn, Failed, Reader};
use parlor_images::NoPicture;
use parlor_pdf_tests::maker::Maker;
use parlor_pdf_tests::outside::{Folder, Picture, picture};
use parlor_pdf_tests::{government, turned};

fn reader() -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_document-child").into(), Bounds::default())
}

fn decoded(drawn: &Drawn) -> RgbImage {
    image::load_from_memory(&drawn.bytes).unwrap().to_rgb8()
}

fn grey(drawn: &Drawn) -> Picture {
    let grey = image::load_from_memory(&drawn.bytes).unwrap().to_luma8();
    Picture { width: grey.width() as usize, height: grey.height() as usize, grey: grey.into_raw() }
}

#[test]
fn r21_pages_are_drawn_as_others_draw_them() {
    let folder = Folder::new("drawn");
    for (name, bytes) in [
        ("turned", turned().bytes()),
        ("packed", government().packed()),
        ("encrypted", government().encrypted("", 256)),
    ] {
        let document = reader().read(&bytes).unwrap();
        let path = folder.put(&format!("{name}.pdf"), &bytes);
        for page in 1..=document.form.pages.len() {
            let width = document.form.pages[page - 1].width;
            let drawn = document.draw(u32::try_from(page).unwrap(), width as u16).unwrap();
            assert_eq!(drawn.content_type, "image/webp");
            assert!(drawn.bytes.len() < 20_000, "{}", drawn.bytes.len());
            let difference = grey(&drawn).difference(&picture(&path, page));
            assert!(difference < 0.02, "{name}, page {page}: {difference}");
        }
    }
}

#[test]
fn r21_what_people_fill_in_is_left_out_and_fixed_values_are_drawn() {
    let mut form = Maker::default();
    form.page([0.0, 0.0, 400.0, 400.0], 0, "");
    let fixed = form.text(0, [50.0, 300.0, 150.0, 330.0], "fixed", None, dictionary! { "Ff" => 1 });
    form.prefill(fixed, "fixed", true);
    let open = form.text(0, [50.0, 200.0, 150.0, 230.0], "open", None, dictionary! {});
    form.prefill(open, "open", true);
    let document = reader().read(&form.bytes()).unwrap();
    let drawn = decoded(&document.draw(1, 400).unwrap());
    assert_eq!(drawn.get_pixel(100, 85).0, [0; 3]);
    assert_eq!(drawn.get_pixel(100, 185).0, [255; 3]);
}

#[test]
fn r21_scans_are_sent_as_jpeg() {
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes()[1];
    let pixels: Vec<u8> = (0..600 * 800).map(|place| noise(place % 600, place / 600)).collect();
    let mut form = Maker::default();
    let mut scan = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 600, "Height" => 800, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
        },
        pixels,
    );
    scan.compress().unwrap();
    let scan = form.document.add_object(scan);
    let page =
        form.page_of([0.0, 0.0, 600.0, 800.0], 0, Stream::new(dictionary! {}, b"600 0 0 800 0 0 cm /Scan Do".to_vec()));
    form.page_dictionary(page).set("Resources", dictionary! { "XObject" => dictionary! { "Scan" => scan } });
    let document = reader().read(&form.bytes()).unwrap();
    let drawn = document.draw(1, 600).unwrap();
    assert_eq!(drawn.content_type, "image/jpeg");
    assert_eq!(decoded(&drawn).dimensions(), (600, 800));
}

#[test]
fn r21_pictures_have_the_width_that_was_asked_for_unless_they_would_be_too_high() {
    let mut form = Maker::default();
    form.page([0.0, 0.0, 600.0, 800.0], 0, "Page");
    form.page([0.0, 0.0, 100.0, 14_000.0], 0, "Roll");
    let document = reader().read(&form.bytes()).unwrap();
    assert_eq!(decoded(&document.draw(1, 780).unwrap()).dimensions(), (780, 1040));
    let (width, height) = decoded(&document.draw(2, 780).unwrap()).dimensions();
    assert!(height <= 8_000 && width * height <= 16_000_000, "{width} by {height}");
    assert!(matches!(document.draw(3, 780), Err(Failed::Died)), "there is no third page");
    assert!(matches!(document.draw(0, 780), Err(Failed::Died)));
}

#[test]
fn r21_refusals_come_from_the_child_as_they_are() {
    let refused = |bytes: &[u8]| match reader().read(bytes) {
        Err(Failed::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b"GIF89a"), Refusal::NotPdf);
    assert_eq!(refused(&government().encrypted("secret", 128)), Refusal::Password);
    assert!(matches!(reader().picture(b"<svg/>", 9), Err(Failed::NoPicture(NoPicture::UnknownKind))));
}

#[test]
fn r21_pictures_are_written_anew_in_the_child() {
    let mut png = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(20, 10, image::Rgb([9, 9, 9])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let (picture, small) = reader().picture(png.get_ref(), 9).unwrap();
    assert!(small.unwrap().starts_with(&[0xff, 0xd8]));
    assert_eq!((picture.width, picture.height, picture.content_type), (20, 10, "image/jpeg"));
    assert!(image::load_from_memory(&picture.bytes).is_ok());
}

#[test]
fn r21_a_child_sees_no_environment_and_is_bounded() {
    let folder = Folder::new("environment");
    let said = folder.path().join("environment");
    let spy = folder.put("spy", format!("#!/bin/sh\nenv > {}\n", said.display()).as_bytes());
    std::fs::set_permissions(&spy, std::fs::Permissions::from_mode(0o700)).unwrap();
    let _ = Reader::new(spy, Bounds::default()).read(b"%PDF-");
    let said = std::fs::read_to_string(said).unwrap();
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some() && !said.contains("CARGO"), "{said}");
    // The program is not there, which is no fault of the document.
    let nowhere = Reader::new("/nowhere/at/all".into(), Bounds::default());
    assert!(matches!(nowhere.read(b"%PDF-"), Err(Failed::Environment(_))));
    // Too little memory for anything.
    let small =
        Reader::new(env!("CARGO_BIN_EXE_document-child").into(), Bounds { memory: 8_000_000, ..Bounds::default() });
    assert!(matches!(small.read(&government().bytes()), Err(Failed::Died)));
    // A program that never ends.
    let hurried = Bounds { reading: std::time::Duration::from_millis(50), ..Bounds::default() };
    let sleeper = folder.put("sleeper", b"#!/bin/sh\nexec sleep 60\n");
    std::fs::set_permissions(&sleeper, std::fs::Permissions::from_mode(0o700)).unwrap();
    let hurried = Reader::new(sleeper, hurried);
    assert!(matches!(hurried.read(&government().bytes()), Err(Failed::TooSlow)));
}
