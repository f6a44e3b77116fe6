//! Forms for the tests, made in the shapes that governments and banks use.

#![allow(missing_docs, reason = "tests only")]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "tests only")]
#![allow(clippy::missing_panics_doc, clippy::unwrap_used, reason = "tests only")]

pub mod hostile;
pub mod maker;
pub mod outside;

use jiff::Timestamp;
use lopdf::{Object, dictionary};
use maker::Maker;
use parlor_documents::{Evidence, EvidenceWords, Signer};

/// A form of six pages: nested names, every kind of field, a group of buttons over two pages.
pub fn government() -> Maker {
    let mut form = Maker::default();
    for page in 1..=6 {
        form.page([0.0, 0.0, 612.0, 792.0], 0, &format!("Form 1040-P page {page}"));
    }
    let person = form.group("applicant", None);
    let home = form.group("home", Some(person));
    form.text(
        0,
        [72.0, 650.0, 320.0, 668.0],
        "name",
        Some(person),
        dictionary! {
            "DA" => Object::string_literal("/Helv 11 Tf 0 g"), "Ff" => 2, "TU" => Object::string_literal("Full name"),
        },
    );
    form.text(0, [72.0, 600.0, 320.0, 618.0], "street", Some(home), dictionary! {});
    form.text(0, [330.0, 600.0, 540.0, 618.0], "city", Some(home), dictionary! { "Q" => 1 });
    form.text(0, [72.0, 550.0, 252.0, 570.0], "number", Some(person), dictionary! { "Ff" => 1 << 24, "MaxLen" => 9 });
    form.text(0, [72.0, 500.0, 200.0, 518.0], "born", Some(person), dictionary! {
        "AA" => dictionary! { "F" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("AFDate_FormatEx(\"mm/dd/yyyy\");") } },
    });
    form.text(0, [220.0, 500.0, 330.0, 518.0], "income", None, dictionary! {
        "Q" => 2,
        "AA" => dictionary! { "K" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("AFNumber_Keystroke(2, 0, 0, 0, \"\", true);") } },
    });
    form.text(1, [72.0, 500.0, 540.0, 640.0], "reason", None, dictionary! { "Ff" => 1 << 12 });
    form.check(1, [72.0, 450.0, 86.0, 464.0], "citizen", "Yes", false);
    form.check(1, [72.0, 430.0, 86.0, 444.0], "veteran", "1", true);
    form.radio(
        "status",
        &[
            (1, [72.0, 400.0, 86.0, 414.0], "single"),
            (1, [172.0, 400.0, 186.0, 414.0], "married"),
            (2, [72.0, 700.0, 86.0, 714.0], "widowed"),
        ],
        None,
    );
    form.choice(2, [72.0, 600.0, 300.0, 620.0], "state", &[("CA", "California"), ("NY", "New York")], Some("NY"));
    form.signature(5, [72.0, 100.0, 300.0, 150.0], "applicant_signature");
    form.signature(5, [320.0, 100.0, 400.0, 150.0], "initials_1");
    form.push(5, [420.0, 100.0, 500.0, 120.0], "print");
    form
}

/// An agreement of two pages with a field of every kind that phones have a keyboard or a pad for.
pub fn agreement() -> Maker {
    let mut form = Maker::default();
    for page in 1..=2 {
        form.page([0.0, 0.0, 595.0, 842.0], 0, &format!("Loan agreement, page {page}"));
    }
    let person = form.group("applicant", None);
    let label = |label: &str| dictionary! { "Ff" => 2, "TU" => Object::string_literal(label) };
    form.text(0, [72.0, 640.0, 352.0, 662.0], "name", Some(person), label("Full name"));
    form.text(
        0,
        [72.0, 580.0, 292.0, 602.0],
        "number",
        Some(person),
        dictionary! { "Ff" => (1 << 24) | 2, "MaxLen" => 10 },
    );
    form.text(0, [380.0, 640.0, 520.0, 662.0], "born", Some(person), dictionary! {
        "AA" => dictionary! { "F" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("AFDate_FormatEx(\"yyyy-mm-dd\");") } },
    });
    form.choice(0, [72.0, 520.0, 292.0, 542.0], "home", &[("Rented", "Rented"), ("Owned", "Owned")], None);
    form.radio(
        "paid",
        &[(0, [380.0, 522.0, 398.0, 540.0], "monthly"), (0, [454.0, 522.0, 472.0, 540.0], "yearly")],
        None,
    );
    form.text(0, [72.0, 400.0, 520.0, 476.0], "remarks", None, dictionary! { "Ff" => 1 << 12 });
    form.check(0, [72.0, 352.0, 90.0, 370.0], "read", "Yes", false);
    form.text(1, [72.0, 300.0, 272.0, 322.0], "place", None, label("Place"));
    form.signature(1, [72.0, 210.0, 332.0, 264.0], "signature");
    form
}

/// Pages turned every way, boxes off the origin, widgets turned with them, and a page cut smaller than its paper.
pub fn turned() -> Maker {
    let mut form = Maker::default();
    for (page, turn) in [0, 90, 180, 270].into_iter().enumerate() {
        form.page([-100.0, 50.0, 500.0, 850.0], turn, &format!("Turned {turn}"));
        form.text(page, [0.0, 150.0, 200.0, 170.0], &format!("plain{turn}"), None, dictionary! {});
        form.text(
            page,
            [0.0, 400.0, 30.0, 600.0],
            &format!("turned{turn}"),
            None,
            dictionary! { "MK" => dictionary! { "R" => 90 } },
        );
    }
    let cut = form.page([0.0, 0.0, 600.0, 800.0], 0, "Cut");
    form.cut(cut, [100.0, 100.0, 500.0, 700.0]);
    form.text(cut, [150.0, 150.0, 350.0, 170.0], "inside", None, dictionary! {});
    form
}

/// A photo; one of another name is another.
#[must_use]
pub fn photo(name: &str) -> Vec<u8> {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let shade = name.bytes().fold(0, u8::wrapping_add);
    let picture = image::RgbImage::from_pixel(900, 600, image::Rgb([shade, 90, 120]));
    picture.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}

/// A form that is XML, and a page that asks to wait for the program that shows it.
#[must_use]
pub fn shell() -> Vec<u8> {
    let mut shell = Maker::default();
    shell.page([0.0, 0.0, 612.0, 792.0], 0, "Please wait...");
    let xfa = shell.xfa();
    shell.close(dictionary! { "XFA" => xfa }, dictionary! { "NeedsRendering" => true });
    shell.bytes()
}

/// A form of one page with a name and a place to sign.
#[must_use]
pub fn small() -> Maker {
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "Consent");
    form.text(0, [72.0, 650.0, 320.0, 668.0], "name", None, dictionary! { "Ff" => 2 });
    form.signature(0, [72.0, 560.0, 320.0, 620.0], "signature");
    form
}

/// The same with nine pages behind it.
#[must_use]
pub fn long() -> Maker {
    let mut form = small();
    for page in 2..=10 {
        form.page([0.0, 0.0, 612.0, 792.0], 0, &format!("Consent, page {page}"));
    }
    form
}

/// What the evidence page says in the tests.
pub fn evidence() -> Evidence {
    let text = |text: &str| text.to_owned();
    Evidence {
        words: EvidenceWords {
            title: text("Evidence of signing"),
            document: text("Document"),
            original: text("SHA-256 of the original"),
            signer: text("Signed by"),
            authenticated: text("Known by"),
            completed: text("Completed"),
            device: text("Device"),
            address: text("IP address"),
            consent: text("Agreed to"),
            events: text("What happened"),
            note: text("The signature over this file is checked by any PDF reader."),
        },
        right_to_left: false,
        document: text("Loan application"),
        signers: vec![Signer {
            name: text("Mara Quist"),
            authenticated: text("A link sent to mara@example.org, and a PIN"),
            completed: text("28 November 2026, 15:04 UTC"),
            device: text("Firefox 140 on Android"),
            address: text("203.0.113.7"),
            consent: text("I agree to sign electronically."),
        }],
        events: vec![(text("15:01:12 UTC"), text("Opened")), (text("15:04:02 UTC"), text("Completed"))],
        days: None,
    }
}

/// The time that signatures in the tests claim.
pub fn at() -> Timestamp {
    "2026-11-28T15:04:05Z".parse().unwrap()
}
