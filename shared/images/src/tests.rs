use image::{Rgb, RgbImage};

use super::*;

/// Red on the left half, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    let half = |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) };
    RgbImage::from_fn(width, height, half).into()
}

fn encoded(picture: &DynamicImage, kind: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, kind).unwrap();
    bytes.into_inner()
}

/// A JPEG with EXIF that says how the camera was held, and where: `Paris` stands for the place.
fn photo(picture: &DynamicImage, turn: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    exif.extend(*b"\0\x02\x01\x12\0\x03\0\0\0\x01\0");
    exif.extend([turn, 0, 0]);
    exif.extend(*b"\x01\x0e\0\x02\0\0\0\x06\0\0\0\x26\0\0\0\0Paris\0");
    let jpeg = encoded(picture, ImageFormat::Jpeg);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn shown(picture: &Picture) -> RgbImage {
    image::load_from_memory(&picture.bytes).unwrap().to_rgb8()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn r21_pictures_are_turned_upright_and_say_nothing_of_where_they_were_taken() {
    let photo = photo(&halves(40, 20), 6);
    assert!(holds(&photo, b"Paris"));
    let picture = clean(&photo, &Limits::default()).unwrap();
    assert_eq!((picture.width, picture.height, picture.content_type), (20, 40, "image/jpeg"));
    // Held a quarter to the left: what was left is above.
    let shown = shown(&picture);
    assert!(shown.get_pixel(10, 5).0[0] > 150 && shown.get_pixel(10, 35).0[2] > 150);
    assert!(!holds(&picture.bytes, b"Paris") && !holds(&picture.bytes, b"Exif"));
    let pdf = pdf(&[picture]).unwrap();
    assert!(!holds(&pdf, b"Paris") && !holds(&pdf, b"Exif"));
}

#[test]
fn r21_each_kind_is_read_and_what_is_transparent_stays_so() {
    for kind in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let picture = clean(&encoded(&halves(30, 30), kind), &Limits::default()).unwrap();
        assert_eq!((picture.width, picture.content_type), (30, "image/jpeg"), "{kind:?}");
    }
    let glass: DynamicImage = RgbaImage::from_pixel(9, 9, Rgba([1, 2, 3, 100])).into();
    let picture = clean(&encoded(&glass, ImageFormat::Png), &Limits::default()).unwrap();
    assert_eq!(picture.content_type, "image/png");
    assert_eq!(image::load_from_memory(&picture.bytes).unwrap().to_rgba8().get_pixel(4, 4).0, [1, 2, 3, 100]);
}

#[test]
fn r21_large_pictures_become_smaller_and_huge_ones_are_not_decoded() {
    let limits = Limits { side: 100, pixels: 100_000, ..Limits::default() };
    let picture = clean(&encoded(&halves(400, 200), ImageFormat::Png), &limits).unwrap();
    assert_eq!((picture.width, picture.height), (100, 50));
    let refused = clean(&encoded(&halves(500, 201), ImageFormat::Png), &limits);
    assert_eq!(refused, Err(NoPicture::TooManyPixels));
    // A few bytes that claim 65,535 by 65,535 pixels.
    let mut claim = encoded(&halves(8, 8), ImageFormat::Jpeg);
    let frame = claim.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
    claim[frame + 5..frame + 9].fill(0xff);
    assert_eq!(clean(&claim, &Limits::default()), Err(NoPicture::TooManyPixels));
    assert_eq!(clean(&vec![0; 20_000_001], &Limits::default()), Err(NoPicture::TooBig));
}

#[test]
fn r21_what_is_no_picture_is_refused_by_its_content() {
    let refused = |bytes: &[u8]| clean(bytes, &Limits::default()).unwrap_err();
    assert_eq!(refused(b""), NoPicture::UnknownKind);
    assert_eq!(refused(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"), NoPicture::UnknownKind);
    assert_eq!(refused(b"GIF89a\x01\0\x01\0"), NoPicture::UnknownKind);
    assert_eq!(refused(b"%PDF-1.7"), NoPicture::UnknownKind);
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0"), NoPicture::Heic);
    let whole = encoded(&halves(30, 30), ImageFormat::Png);
    assert_eq!(refused(&whole[..whole.len() / 2]), NoPicture::Damaged);
    // What follows a picture in its file, a page or a program, is not passed on.
    let both = [encoded(&halves(30, 30), ImageFormat::Jpeg), b"<html><script>alert(1)</script>".to_vec()].concat();
    assert!(!holds(&clean(&both, &Limits::default()).unwrap().bytes, b"script"));
}

#[test]
fn r21_several_pictures_are_one_pdf() {
    let pictures = [halves(40, 20), halves(20, 40)]
        .map(|picture| clean(&encoded(&picture, ImageFormat::Png), &Limits::default()).unwrap());
    let pdf = pdf(&pictures).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("/Count 2") && text.contains("842 595") && text.contains("595 842"), "{text}");
}

#[test]
fn r21_a_thumbnail_is_small_and_white_where_nothing_is() {
    let picture = clean(&encoded(&halves(400, 200), ImageFormat::Png), &Limits::default()).unwrap();
    let small = image::load_from_memory(&thumbnail(&picture, 100).unwrap()).unwrap();
    assert_eq!((small.width(), small.height()), (100, 50));
    let glass: DynamicImage = RgbaImage::from_pixel(9, 9, Rgba([0, 0, 0, 0])).into();
    let picture = clean(&encoded(&glass, ImageFormat::Png), &Limits::default()).unwrap();
    let small = image::load_from_memory(&thumbnail(&picture, 100).unwrap()).unwrap().to_rgb8();
    assert!(small.get_pixel(4, 4).0[0] > 250);
}

#[test]
fn r21_a_picture_is_known_by_its_first_bytes() {
    assert!(is_picture(&encoded(&halves(4, 4), ImageFormat::Jpeg)) && is_picture(b"\0\0\0\x18ftypheic"));
    for other in [&b"%PDF-1.7"[..], b"GIF89a", b"<svg/>", b""] {
        assert!(!is_picture(other), "{other:?}");
    }
}

#[test]
fn r19_a_logo_is_small_and_sharp_and_has_nothing_else_in_it() {
    // What is not there is black, and its edge is not darker for it.
    let seal = |x: u32, y: u32| {
        if x.abs_diff(700).pow(2) + y.abs_diff(300).pow(2) < 78_400 { [200, 40, 40, 255] } else { [0; 4] }
    };
    let seal: DynamicImage = RgbaImage::from_fn(1_400, 600, |x, y| Rgba(seal(x, y))).into();
    let mut file = encoded(&seal, ImageFormat::Png);
    file.extend(*b"<html><script>alert(1)</script>");
    let picture = logo(&file, &Limits::default()).unwrap();
    assert_eq!((picture.width, picture.height, picture.content_type), (560, 240, "image/png"));
    assert!(picture.bytes.starts_with(b"\x89PNG") && !holds(&picture.bytes, b"script"));
    let shown = image::load_from_memory(&picture.bytes).unwrap().to_rgba8();
    assert_eq!((shown.get_pixel(2, 2).0[3], shown.get_pixel(280, 120).0), (0, [200, 40, 40, 255]));
    let mut edge = shown.pixels().filter(|pixel| (20..255).contains(&pixel.0[3]));
    assert!(edge.all(|pixel| pixel.0[0] > 190), "no dark edge");

    // A small one stays as large as it is, each kind of it a PNG; a large photograph does not.
    for kind in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let picture = logo(&encoded(&halves(30, 20), kind), &Limits::default()).unwrap();
        assert_eq!((picture.width, picture.height, picture.content_type), (30, 20, "image/png"), "{kind:?}");
    }
    let noise = |x: u32, y: u32| {
        let mut mixed = (y * 640 + x + 1).wrapping_mul(2_654_435_761);
        mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
        let [red, green, blue, _] = (mixed ^ (mixed >> 13)).to_le_bytes();
        Rgb([red, green, blue])
    };
    let noise: DynamicImage = RgbImage::from_fn(640, 240, noise).into();
    assert_eq!(logo(&encoded(&noise, ImageFormat::Png), &Limits::default()).unwrap().content_type, "image/jpeg");
    let upright = logo(&photo(&halves(40, 20), 6), &Limits::default()).unwrap();
    assert_eq!((upright.width, upright.height), (20, 40));
    assert!(!holds(&upright.bytes, b"Paris"));
}
