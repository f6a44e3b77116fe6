//! Files that mean harm: crafted ones, each of which hangs, kills or fills some reader, and mutants of forms.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Object, ObjectId, Stream, dictionary};
use parlor_documents::Refusal;

use crate::maker::{Maker, numbers, text};

/// A crafted file: what it does, its bytes, and how it is refused. `None` where looking through it finds nothing wrong, and
/// drawing it is what goes wrong.
pub type Crafted = (&'static str, Vec<u8>, Option<Refusal>);

const PAPER: [f32; 4] = [0.0, 0.0, 612.0, 792.0];

/// `length` zeros, compressed as often as there are `layers`.
fn bomb(length: usize, layers: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let block = vec![b' '; 1 << 20];
    for _ in 0..length >> 20 {
        encoder.write_all(&block).unwrap();
    }
    let mut bytes = encoder.finish().unwrap();
    for _ in 1..layers {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&bytes).unwrap();
        bytes = encoder.finish().unwrap();
    }
    bytes
}

fn plain(content: impl Into<Vec<u8>>) -> Stream {
    Stream::new(dictionary! {}, content.into())
}

fn packed(content: impl Into<Vec<u8>>) -> Stream {
    let mut stream = plain(content);
    stream.compress().unwrap();
    stream
}

/// A file of one page with this content and these resources.
fn page(content: Stream, resources: Dictionary) -> Vec<u8> {
    with(|_| (content, resources))
}

fn with(make: impl FnOnce(&mut Maker) -> (Stream, Dictionary)) -> Vec<u8> {
    let mut form = Maker::default();
    let (content, resources) = make(&mut form);
    let page = form.page_of(PAPER, 0, content);
    form.page_dictionary(page).set("Resources", resources);
    form.bytes()
}

fn form_of(maker: &mut Maker, content: &str, objects: Dictionary, more: Dictionary) -> ObjectId {
    let mut form = plain(content);
    form.dict.extend(&dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(PAPER), "Resources" => dictionary! { "XObject" => objects },
    });
    form.dict.extend(&more);
    maker.document.add_object(form)
}

fn image(maker: &mut Maker, content: Vec<u8>, width: i64, height: i64, filter: impl Into<Object>) -> Dictionary {
    let image = Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => width, "Height" => height,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8, "Filter" => filter,
        },
        content,
    );
    dictionary! { "XObject" => dictionary! { "I" => maker.document.add_object(image) } }
}

/// A JPEG's head that claims a size, and nothing behind it.
fn claiming_jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut head = vec![0xff, 0xd8, 0xff, 0xc0, 0, 17, 8];
    head.extend(height.to_be_bytes());
    head.extend(width.to_be_bytes());
    head.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    head.extend(vec![0; 9_000]);
    head
}

/// Each once.
pub fn crafted() -> Vec<Crafted> {
    let mut all = vec![
        (
            "a content of 70 MB in a fraction of that",
            page(Stream::new(dictionary! { "Filter" => "FlateDecode" }, bomb(70 << 20, 1)), dictionary! {}),
            Some(Refusal::TooMuchContent),
        ),
        (
            "a content packed twice",
            page(
                Stream::new(
                    dictionary! { "Filter" => vec!["FlateDecode".into(), "FlateDecode".into()] },
                    bomb(70 << 20, 2),
                ),
                dictionary! {},
            ),
            Some(Refusal::TooMuchContent),
        ),
        (
            "a path of four million lines",
            page(packed("0 0 m\n".to_owned() + &"9 9 l 1 1 l\n".repeat(2_000_000) + "f"), dictionary! {}),
            None,
        ),
        ("dashes too short to count", page(plain("[0.00001] 0 d 1 w 0 0 m 600 700 l S"), dictionary! {}), None),
        ("states opened and not closed", page(packed("q ".repeat(3_000_000)), dictionary! {}), None),
        (
            "an inline picture larger than memory",
            page(plain("q BI /W 60000 /H 60000 /BPC 8 /CS /RGB /F /Fl ID xxxx EI Q"), dictionary! {}),
            None,
        ),
        ("brackets within brackets", page(plain("[".repeat(200_000)), dictionary! {}), None),
        (
            "numbers longer than numbers",
            page(plain(format!("{} 0 0 1 0 0 cm 0 0 m 5 5 l S", "9".repeat(5_000))), dictionary! {}),
            None,
        ),
    ];
    all.push(("a content that a page names ten thousand times", named_often(), Some(Refusal::TooMuchContent)));
    all.extend(nested());
    all.extend(pictures());
    all.extend(structures());
    all.extend(forms());
    all.extend(copied());
    all.extend(polyglots());
    all
}

fn named_often() -> Vec<u8> {
    let mut form = Maker::default();
    let page = form.page_of(PAPER, 0, Stream::new(dictionary! { "Filter" => "FlateDecode" }, bomb(30 << 20, 1)));
    let page = form.page_dictionary(page);
    let content = page.get(b"Contents").unwrap().clone();
    let one = content.as_array().ok().and_then(|streams| streams.first()).unwrap_or(&content).clone();
    page.set("Contents", vec![one; 10_000]);
    form.bytes()
}

fn nested() -> Vec<Crafted> {
    let twice = with(|maker| {
        let mut form = form_of(maker, "0 0 9 9 re f", dictionary! {}, dictionary! {});
        for _ in 0..20 {
            form = form_of(maker, &"/F Do ".repeat(10), dictionary! { "F" => form }, dictionary! {});
        }
        (plain("/F Do"), dictionary! { "XObject" => dictionary! { "F" => form } })
    });
    let groups = with(|maker| {
        let group = dictionary! { "Group" => dictionary! { "S" => "Transparency" } };
        let form = form_of(maker, "0 0 9 9 re f", dictionary! {}, group);
        (packed("/F Do ".repeat(20_000)), dictionary! { "XObject" => dictionary! { "F" => form } })
    });
    let circle = with(|maker| {
        let form = maker.document.new_object_id();
        let other = form_of(maker, "/F Do", dictionary! { "F" => form }, dictionary! {});
        let mut first = plain("/G Do");
        first.dict.extend(&dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(PAPER),
            "Resources" => dictionary! { "XObject" => dictionary! { "G" => other } },
        });
        maker.document.set_object(form, first);
        (plain("/F Do"), dictionary! { "XObject" => dictionary! { "F" => form } })
    });
    let tiles = with(|maker| {
        let mut tile = plain("0 0 1 1 re f");
        tile.dict.extend(&dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1, "BBox" => numbers([0.0, 0.0, 1.0, 1.0]),
            "XStep" => 0.001, "YStep" => 0.001, "Resources" => dictionary! {},
        });
        let tile = maker.document.add_object(tile);
        (plain("/Pattern cs /P scn 0 0 612 792 re f"), dictionary! { "Pattern" => dictionary! { "P" => tile } })
    });
    let pattern = with(|maker| {
        let id = maker.document.new_object_id();
        let mut tile = plain("/Pattern cs /P scn 0 0 9 9 re f");
        tile.dict.extend(&dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1, "BBox" => numbers([0.0, 0.0, 9.0, 9.0]),
            "XStep" => 9, "YStep" => 9, "Resources" => dictionary! { "Pattern" => dictionary! { "P" => id } },
        });
        maker.document.set_object(id, tile);
        (plain("/Pattern cs /P scn 0 0 612 792 re f"), dictionary! { "Pattern" => dictionary! { "P" => id } })
    });
    let letters = with(|maker| {
        let font = maker.document.new_object_id();
        let glyph = maker.document.add_object(plain("1000 0 d0 BT /F 1 Tf (aaaa) Tj ET"));
        maker.document.set_object(font, dictionary! {
            "Type" => "Font", "Subtype" => "Type3", "FontBBox" => numbers(PAPER), "FontMatrix" => vec![1.into(), 0.into(), 0.into(), 1.into(), 0.into(), 0.into()],
            "FirstChar" => 97, "LastChar" => 97, "Widths" => vec![1000.into()],
            "Encoding" => dictionary! { "Differences" => vec![97.into(), "a".into()] },
            "CharProcs" => dictionary! { "a" => glyph }, "Resources" => dictionary! { "Font" => dictionary! { "F" => font } },
        });
        (plain("BT /F 12 Tf (aaaa) Tj ET"), dictionary! { "Font" => dictionary! { "F" => font } })
    });
    vec![
        ("ten forms in each of ten forms, twenty deep", twice, Some(Refusal::TooNested)),
        ("twenty thousand groups", groups, Some(Refusal::TooNested)),
        ("two forms that draw each other", circle, Some(Refusal::TooNested)),
        ("a pattern of half a billion tiles", tiles, None),
        ("a pattern painted with itself", pattern, None),
        ("a letter written with itself", letters, None),
    ]
}

fn pictures() -> Vec<Crafted> {
    let draw = || plain("600 0 0 700 0 0 cm /I Do");
    vec![
        (
            "a picture of 900 megapixels",
            with(|maker| (draw(), image(maker, bomb(1 << 20, 1), 30_000, 30_000, "FlateDecode"))),
            Some(Refusal::ImageTooLarge),
        ),
        (
            "a small picture that inflates without end",
            with(|maker| (draw(), image(maker, bomb(8 << 20, 1), 10, 10, "FlateDecode"))),
            Some(Refusal::TooMuchContent),
        ),
        (
            "a JPEG that claims 141 megapixels",
            with(|maker| (draw(), image(maker, claiming_jpeg(11_874, 11_874), 10, 10, "DCTDecode"))),
            Some(Refusal::ImageTooLarge),
        ),
        (
            "a picture of negative size",
            with(|maker| (draw(), image(maker, vec![0; 99], -5, i64::MAX, "FlateDecode"))),
            None,
        ),
        (
            "a JPEG 2000 of nothing",
            with(|maker| (draw(), image(maker, b"\0\0\0\x0cjP  \r\n\x87\n".repeat(50), 9_000, 5_000, "JPXDecode"))),
            None,
        ),
        (
            "a JBIG2 of nothing",
            with(|maker| (draw(), image(maker, vec![0xff; 5_000], 7_000, 7_000, "JBIG2Decode"))),
            None,
        ),
        (
            "a fax of nothing",
            with(|maker| (draw(), image(maker, vec![0; 5_000], 7_000, 7_000, "CCITTFaxDecode"))),
            None,
        ),
    ]
}

/// Files whose skeleton is wrong.
fn structures() -> Vec<Crafted> {
    let mut many = Maker::default();
    many.page(PAPER, 0, "Count");
    many.close(dictionary! {}, dictionary! {});
    let pages = many.document.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    let root = many.document.get_dictionary_mut(pages).unwrap();
    root.set("Count", i64::MAX);
    root.set("Kids", [root.get(b"Kids").unwrap().as_array().unwrap().clone(), vec![pages.into(); 3]].concat());

    let widths = with(|maker| {
        let child = maker.document.add_object(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "X", "W" => vec![0.into(), 2_000_000_000.into(), 500.into()],
            "CIDSystemInfo" => dictionary! { "Registry" => text("Adobe"), "Ordering" => text("Identity"), "Supplement" => 0 },
        });
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "X", "Encoding" => "Identity-H", "DescendantFonts" => vec![child.into()] };
        (plain("BT /F 12 Tf <0001> Tj ET"), dictionary! { "Font" => dictionary! { "F" => font } })
    });
    let deep = format!(
        "%PDF-1.7\n1 0 obj\n{}\nendobj\ntrailer\n<</Root 1 0 R/Size 2>>\nstartxref\n9\n%%EOF",
        "[".repeat(500_000)
    );
    let chain = "%PDF-1.7\n1 0 obj 2 0 R endobj\n2 0 obj 1 0 R endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000027 00000 n \ntrailer\n<</Root 1 0 R/Size 3/Prev 45>>\nstartxref\n45\n%%EOF";
    let huge = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R>>endobj\nxref\n0 4294967295\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Size 4294967295>>\nstartxref\n130\n%%EOF";
    vec![
        ("a page tree of endless length", many.bytes(), Some(Refusal::Damaged)),
        ("two billion widths", widths, Some(Refusal::BadFont)),
        ("half a million brackets", deep.into_bytes(), Some(Refusal::NoPages)),
        ("objects that are each other", chain.as_bytes().to_vec(), Some(Refusal::NoPages)),
        ("four billion objects", huge.as_bytes().to_vec(), None),
        ("nothing but a head", b"%PDF-1.7\n%%EOF".to_vec(), Some(Refusal::Damaged)),
    ]
}

/// Forms that are wrong.
fn forms() -> Vec<Crafted> {
    let mut circle = Maker::default();
    circle.page(PAPER, 0, "Circle");
    let (first, second) = (circle.group("a", None), circle.group("b", None));
    circle.document.get_dictionary_mut(first).unwrap().set("Parent", second);
    circle.document.get_dictionary_mut(second).unwrap().set("Parent", first);
    circle.text(0, [10.0, 10.0, 90.0, 30.0], "c", Some(first), dictionary! {});

    let mut long = Maker::default();
    long.page(PAPER, 0, "Long");
    let field = long.text(0, [10.0, 10.0, 90.0, 30.0], &"n".repeat(300_000), None, dictionary! {});
    long.prefill(field, "value", false);

    let mut odd = Maker::default();
    odd.page(PAPER, 0, "Odd");
    odd.text(0, [f32::MIN, f32::MIN, f32::MAX, f32::MAX], "endless", None, dictionary! {});
    odd.text(
        0,
        [10.0, 10.0, 90.0, 30.0],
        "cells",
        None,
        dictionary! { "Ff" => 1 << 24, "MaxLen" => i64::MAX, "V" => text("12") },
    );
    odd.text(
        0,
        [10.0, 10.0, 90.0, 30.0],
        "size",
        None,
        dictionary! { "DA" => text("/F 1e38 Tf"), "Q" => i64::MIN, "V" => 5 },
    );
    odd.text(
        0,
        [10.0, 50.0, 90.0, 80.0],
        "box",
        None,
        dictionary! { "AP" => dictionary! { "N" => vec![1.into()] }, "MK" => dictionary! { "R" => i64::MIN } },
    );
    let mut look = Maker::default();
    look.page(PAPER, 0, "Look");
    let mut form = form_of(&mut look, "0 0 9 9 re f", dictionary! {}, dictionary! {});
    for _ in 0..20 {
        form = form_of(&mut look, &"/F Do ".repeat(10), dictionary! { "F" => form }, dictionary! {});
    }
    let shown = dictionary! { "Ff" => 1, "AP" => dictionary! { "N" => form } };
    look.text(0, [10.0, 50.0, 90.0, 80.0], "look", None, shown);
    vec![
        ("a field that looks like ten forms in each of ten", look.bytes(), Some(Refusal::TooNested)),
        ("fields that hold each other", circle.bytes(), None),
        ("a name longer than a form", long.bytes(), Some(Refusal::FormTooBig)),
        ("fields of impossible sizes", odd.bytes(), None),
    ]
}

/// Files of which little would become much once they are completed, and one of whose pages would be another's too.
fn copied() -> Vec<Crafted> {
    let mut inherited = Maker::default();
    for _ in 0..200 {
        inherited.page(PAPER, 0, "Names");
    }
    let font = inherited
        .document
        .add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let names = || (0..20_000).map(|name| (format!("F{name}"), Object::from(font))).collect::<Dictionary>();
    let names_of_all = inherited.document.add_object(dictionary! { "Font" => names() });
    for page in 0..200 {
        inherited.page_dictionary(page).set("Resources", names_of_all);
    }

    let mut looks = Maker::default();
    looks.page(PAPER, 0, "Looks");
    for field in 0..2_000 {
        let look = form_of(&mut looks, "0 0 9 9 re f", dictionary! {}, dictionary! {});
        let shown = dictionary! { "Ff" => 1, "AP" => dictionary! { "N" => look } };
        looks.text(0, [10.0, 10.0, 90.0, 30.0], &format!("f{field}"), None, shown);
    }
    looks.close(dictionary! {}, dictionary! {});
    let form = looks.document.catalog().unwrap().get(b"AcroForm").unwrap().as_reference().unwrap();
    looks.document.get_dictionary_mut(form).unwrap().set("DR", dictionary! { "Font" => names() });

    let mut shared = Maker::default();
    for _ in 0..200 {
        shared.page(PAPER, 0, "Stamps");
    }
    let look = form_of(&mut shared, "0 0 9 9 re f", dictionary! {}, dictionary! {});
    let stamp = dictionary! { "Type" => "Annot", "Subtype" => "Stamp", "Rect" => numbers([1.0, 1.0, 9.0, 9.0]), "F" => 4, "AP" => dictionary! { "N" => look } };
    let stamp = shared.document.add_object(stamp);
    let stamps = shared.document.add_object(vec![Object::from(stamp); 9_000]);
    for page in 0..200 {
        shared.page_dictionary(page).set("Annots", stamps);
    }

    let mut twice = crate::small();
    twice.close(dictionary! {}, dictionary! {});
    let pages = twice.document.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    let root = twice.document.get_dictionary_mut(pages).unwrap();
    let kids = root.get(b"Kids").unwrap().as_array().unwrap().clone();
    root.set("Kids", [kids.clone(), kids].concat());
    vec![
        ("two hundred pages that inherit twenty thousand names", inherited.bytes(), Some(Refusal::TooMuchContent)),
        ("two thousand fields that lack twenty thousand names", looks.bytes(), Some(Refusal::TooMuchContent)),
        ("nine thousand stamps that two hundred pages share", shared.bytes(), Some(Refusal::TooMuchContent)),
        ("a page that is there twice", twice.bytes(), Some(Refusal::Damaged)),
    ]
}

/// Files that are something else too.
fn polyglots() -> Vec<Crafted> {
    let form = crate::government().bytes();
    let late = [vec![b' '; 2_000], form.clone()].concat();
    let html = [b"<html><script>alert(1)</script><!--".to_vec(), form.clone()].concat();
    let zip = [b"PK\x03\x04".to_vec(), form].concat();
    vec![
        ("a head that comes late", late, Some(Refusal::NotPdf)),
        // Readers take it, and what is completed is written anew.
        ("a page that is a PDF", html, None),
        ("an archive that is a PDF", zip, None),
    ]
}

/// Numbers that look random and are the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }
}

const WORDS: [&[u8]; 16] = [
    b"/Kids",
    b"/Parent",
    b"/Length 99999999",
    b"/Filter/FlateDecode",
    b"<<",
    b">>",
    b"[",
    b"1 0 R",
    b"2 0 R",
    b"-1",
    b"4294967296",
    b"/Type/Pages",
    b"/Subtype/Form",
    b"endobj",
    b"stream",
    b"9e99",
];

/// A file with one to eight faults in it.
pub fn mutant(original: &[u8], other: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut bytes = original.to_vec();
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len());
        match dice.below(8) {
            0 | 1 => bytes[at] = dice.below(256) as u8,
            2 => bytes[at] ^= 1 << dice.below(8),
            3 => {
                let end = (at + dice.below(200)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + dice.below(400)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            5 => {
                let word = WORDS[dice.below(WORDS.len())];
                let end = (at + word.len()).min(bytes.len());
                bytes.splice(at..end, word.iter().copied());
            }
            6 => {
                let from = dice.below(other.len());
                let end = (from + dice.below(600)).min(other.len());
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            // A number becomes another.
            _ => {
                let digit = bytes[at..].iter().position(u8::is_ascii_digit).map(|digit| at + digit);
                if let Some(digit) = digit {
                    bytes[digit] = b'0' + dice.below(10) as u8;
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(b'%');
        }
    }
    if dice.below(20) == 0 {
        let end = dice.below(bytes.len());
        bytes.truncate(end);
    }
    bytes
}
