//! What is found in forms, and which files are refused.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "tests only"
)]

use lopdf::{Object, dictionary};
use parlor_documents::{Align, Field, FieldKind, Fonts, Form, Limits, Original, Refusal, Values};
use parlor_pdf_tests::maker::Maker;
use parlor_pdf_tests::outside::{Folder, check, picture, text};
use parlor_pdf_tests::{agreement, at, evidence, government, shell, turned};
use serde_json::json;

fn open(bytes: &[u8]) -> Result<Form, Refusal> {
    Original::open(bytes, &Limits::default())?.form()
}

fn field<'f>(form: &'f Form, name: &str) -> &'f Field {
    form.fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no field {name}"))
}

/// `cargo run -p parlor-pdf-tests --bin write-agreement` writes it.
#[test]
fn r21_the_form_of_the_browser_tests_is_what_its_maker_makes() {
    let form = agreement().bytes();
    assert!(form == include_bytes!("../../browser/agreement.pdf"), "tests/browser/agreement.pdf is another");
    let kinds: Vec<FieldKind> = open(&form).unwrap().fields.iter().map(|field| field.kind).collect();
    let [text, comb, date] = [FieldKind::Text, FieldKind::Comb, FieldKind::Date];
    let [choice, radio, lines] = [FieldKind::Choice, FieldKind::Radio, FieldKind::Multiline];
    let last = [lines, FieldKind::Checkbox, text, FieldKind::Signature];
    assert_eq!(kinds, [&[text, comb, date, choice, radio, radio][..], &last].concat());
}

#[test]
fn r21_a_forms_own_fields_are_found_by_their_full_names() {
    let form = open(&government().bytes()).unwrap();
    assert_eq!(form.pages.len(), 6);
    let kinds: Vec<(&str, FieldKind, u32)> =
        form.fields.iter().map(|field| (field.name.as_str(), field.kind, field.page)).collect();
    assert_eq!(
        kinds,
        [
            ("applicant.name", FieldKind::Text, 1),
            ("applicant.home.street", FieldKind::Text, 1),
            ("applicant.home.city", FieldKind::Text, 1),
            ("applicant.number", FieldKind::Comb, 1),
            ("applicant.born", FieldKind::Date, 1),
            ("income", FieldKind::Number, 1),
            ("reason", FieldKind::Multiline, 2),
            ("citizen", FieldKind::Checkbox, 2),
            ("veteran", FieldKind::Checkbox, 2),
            ("status", FieldKind::Radio, 2),
            ("status", FieldKind::Radio, 2),
            ("status", FieldKind::Radio, 3),
            ("state", FieldKind::Choice, 3),
            ("applicant_signature", FieldKind::Signature, 6),
            ("initials_1", FieldKind::Initials, 6),
        ]
    );
    let name = field(&form, "applicant.name");
    assert!(name.required && name.size == Some(11.0) && name.label.as_deref() == Some("Full name"), "{name:?}");
    assert_eq!(name.rect, [72.0, 650.0, 248.0, 18.0]);
    assert_eq!(field(&form, "applicant.number").max, Some(9));
    assert_eq!(
        (field(&form, "income").align, field(&form, "applicant.home.city").align),
        (Align::Right, Align::Center)
    );
    assert_eq!(field(&form, "veteran").prefill.as_deref(), Some("true"));
    let state = field(&form, "state");
    assert_eq!(
        (state.options.as_slice(), state.prefill.as_deref()),
        (&["California", "New York"].map(str::to_owned)[..], Some("New York"))
    );
    let buttons: Vec<&str> =
        form.fields.iter().filter(|field| field.name == "status").map(|field| field.options[0].as_str()).collect();
    assert_eq!(buttons, ["single", "married", "widowed"]);
}

#[test]
fn r21_fields_are_said_as_the_interface_has_them() {
    let form = open(&government().bytes()).unwrap();
    let said = serde_json::to_value(field(&form, "applicant.number")).unwrap();
    assert_eq!(
        said,
        serde_json::json!({"name": "applicant.number", "type": "comb", "page": 1, "rect": [72.0, 550.0, 180.0, 20.0], "max": 9})
    );
    let said = serde_json::to_value(field(&form, "status")).unwrap();
    assert_eq!(said["options"], serde_json::json!(["single"]));
    assert_eq!(serde_json::from_value::<Form>(serde_json::to_value(&form).unwrap()).unwrap(), form);
}

#[test]
fn r21_rectangles_are_those_of_the_page_as_it_is_shown() {
    let form = open(&turned().bytes()).unwrap();
    let rect = |name: &str| field(&form, name).rect;
    assert_eq!(rect("plain0"), [100.0, 100.0, 200.0, 20.0], "the box begins at -100, 50");
    assert_eq!(rect("plain90"), [100.0, 300.0, 20.0, 200.0]);
    assert_eq!(rect("plain180"), [300.0, 680.0, 200.0, 20.0]);
    assert_eq!(rect("plain270"), [680.0, 100.0, 20.0, 200.0]);
    assert_eq!(rect("inside"), [50.0, 50.0, 200.0, 20.0], "cut to what is visible");
    assert_eq!((form.pages[0].width, form.pages[1].width), (600.0, 800.0));
    assert_eq!((field(&form, "turned90").turn, field(&form, "turned0").turn), (0, 90));
}

#[test]
fn r21_packed_encrypted_and_hybrid_forms_are_read_like_plain_ones() {
    let plain = open(&government().bytes()).unwrap();
    assert_eq!(open(&government().packed()).unwrap(), plain);
    assert_eq!(open(&government().encrypted("", 128)).unwrap(), plain);
    assert_eq!(open(&government().encrypted("", 256)).unwrap(), plain);
    let mut hybrid = government();
    let xfa = hybrid.xfa();
    hybrid.close(dictionary! { "XFA" => xfa }, dictionary! {});
    assert_eq!(open(&hybrid.bytes()).unwrap(), plain);
}

#[test]
fn r21_a_document_without_fields_is_one() {
    let mut plain = Maker::default();
    plain.page([0.0, 0.0, 595.0, 842.0], 0, "Terms");
    let form = open(&plain.bytes()).unwrap();
    assert_eq!((form.pages.len(), form.fields.len()), (1, 0));
}

#[test]
fn r21_unusual_fields_are_told_apart() {
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "Unusual");
    form.bare_radio("way", 0, &[[10.0, 10.0, 20.0, 20.0], [30.0, 10.0, 40.0, 20.0]]);
    // Boxes of one name with states of their own are a group.
    form.check(0, [10.0, 40.0, 20.0, 50.0], "sex", "F", true);
    form.check(0, [30.0, 40.0, 40.0, 50.0], "sex", "M", false);
    // One name in two places is one value.
    form.text(0, [10.0, 100.0, 90.0, 110.0], "twice", None, dictionary! {});
    form.text(0, [110.0, 100.0, 190.0, 110.0], "twice", None, dictionary! {});
    form.text(0, [10.0, 200.0, 90.0, 210.0], "hidden", None, dictionary! { "F" => 2 });
    form.text(0, [10.0, 220.0, 90.0, 230.0], "fixed", None, dictionary! { "Ff" => 1 });
    form.text(0, [10.0, 240.0, 10.0, 240.0], "nowhere", None, dictionary! {});
    form.text(
        0,
        [90.0, 260.0, 10.0, 250.0],
        "corners swapped \u{5d0}",
        None,
        dictionary! { "V" => Object::string_literal("a\rb\r\nc") },
    );
    let form = open(&form.bytes()).unwrap();
    let said: Vec<(&str, FieldKind, Option<&str>)> = form
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.kind, field.options.first().map(String::as_str)))
        .collect();
    assert_eq!(
        said,
        [
            ("way", FieldKind::Radio, Some("1")),
            ("way", FieldKind::Radio, Some("2")),
            ("sex", FieldKind::Radio, Some("F")),
            ("sex", FieldKind::Radio, Some("M")),
            ("twice", FieldKind::Text, None),
            ("twice", FieldKind::Text, None),
            ("corners swapped א", FieldKind::Text, None),
        ]
    );
    assert_eq!(form.fields[6].rect, [10.0, 250.0, 80.0, 10.0]);
    assert_eq!(form.fields[6].prefill.as_deref(), Some("a\nb\nc"));
    assert_eq!(form.fields[2].prefill.as_deref(), Some("F"));
}

#[test]
fn r21_what_cannot_be_worked_with_is_refused_with_its_reason() {
    let limits = Limits::default();
    let refused = |bytes: &[u8]| open(bytes).unwrap_err();
    assert_eq!(refused(b""), Refusal::NotPdf);
    assert_eq!(refused(b"GIF89a"), Refusal::NotPdf);
    assert_eq!(refused(b"%PDF-1.7\nnothing"), Refusal::Damaged);
    assert_eq!(refused(&vec![b' '; limits.bytes + 1]), Refusal::TooBig);
    assert_eq!(refused(&government().encrypted("secret", 128)), Refusal::Password);
    assert_eq!(refused(&government().encrypted("secret", 256)), Refusal::Password);

    let mut none = Maker::default();
    none.close(dictionary! {}, dictionary! {});
    assert_eq!(refused(&none.bytes()), Refusal::NoPages);

    assert_eq!(refused(&shell()), Refusal::Xfa);

    let mut signed = government();
    let field = signed.signature(5, [72.0, 200.0, 300.0, 250.0], "bank");
    let signature = signed.document.add_object(dictionary! {
        "Type" => "Sig", "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()], "Contents" => Object::string_literal("x"),
    });
    signed.document.get_dictionary_mut(field).unwrap().set("V", signature);
    assert_eq!(refused(&signed.bytes()), Refusal::Signed);

    let mut long = Maker::default();
    for page in 0..201 {
        long.page([0.0, 0.0, 612.0, 792.0], 0, &page.to_string());
    }
    assert_eq!(refused(&long.bytes()), Refusal::TooManyPages);

    // Content that is not there, or that nothing comes out of: completed, the page would be blank.
    for content in [lopdf::Stream::new(dictionary! { "Filter" => "FlateDecode" }, vec![0xee; 90]).into(), Object::Null]
    {
        let mut blank = government();
        let id = blank.document.add_object(content);
        blank.page_dictionary(3).set("Contents", vec![id.into()]);
        assert_eq!(refused(&blank.bytes()), Refusal::Damaged);
    }

    let mut wide = Maker::default();
    wide.page([0.0, 0.0, 14_401.0, 792.0], 0, "Banner");
    assert_eq!(refused(&wide.bytes()), Refusal::PageTooLarge);

    let mut full = Maker::default();
    full.page([0.0, 0.0, 612.0, 792.0], 0, "Full");
    for field in 0..2_001 {
        full.text(0, [0.0, 0.0, 9.0, 9.0], &field.to_string(), None, dictionary! {});
    }
    assert_eq!(refused(&full.bytes()), Refusal::FormTooBig);
}

#[test]
fn r21_what_is_signed_is_what_stood_in_the_fields_and_nothing_that_was_not_shown() {
    let folder = Folder::new("shown");
    let mut form = Maker::default();
    form.page([0.0, 0.0, 612.0, 792.0], 0, "A loan");
    let own = [("amount", "90000"), ("term", "84 months"), ("branch", "Harbour")];
    for (at, (name, value)) in own.into_iter().enumerate() {
        let low = 600.0 - 50.0 * at as f32;
        let field = form.text(0, [72.0, low, 272.0, low + 20.0], name, None, dictionary! {});
        form.prefill(field, value, false);
    }
    form.check(0, [72.0, 400.0, 86.0, 414.0], "insured", "Yes", true);
    let bytes = form.bytes();
    let finished = |change: &dyn Fn(&mut Vec<Field>)| {
        let original = Original::open(&bytes, &Limits::default()).unwrap();
        let mut fields = original.form().unwrap().fields;
        change(&mut fields);
        let finished = original.finish(&fields, &Values::new(), &Fonts::shipped(), &evidence(), at()).unwrap();
        let path = folder.put("shown.pdf", &finished.pdf);
        check(&path);
        (text(&path, 1), picture(&path, 1).ink([72.0, 400.0, 14.0, 14.0]) > 0.05)
    };
    let (said, ticked) = finished(&|_| {});
    assert!(said.contains("90000") && said.contains("84 months") && said.contains("Harbour") && ticked, "{said}");
    // Fields that an agent took away, and one that begins otherwise: the customer saw neither the amount nor the term.
    let (said, ticked) = finished(&|fields| {
        fields.retain(|field| field.name == "amount" || field.name == "branch");
        fields[0].prefill = Some("10".to_owned());
    });
    assert!(!said.contains("90000") && !said.contains("84 months") && !ticked, "{said}");
    assert!(said.contains("10") && said.contains("Harbour"), "{said}");
    // One that was moved stands where it was moved to, and one that the form has not stands where it is.
    let (said, ticked) = finished(&|fields| {
        fields[2].rect[0] = 300.0;
        fields[3].rect[1] = 200.0;
        let more =
            json!({"name": "rate", "type": "text", "page": 1, "rect": [72, 300, 100, 20], "prefill": "3.9 percent"});
        fields.push(serde_json::from_value(more).unwrap());
    });
    assert_eq!((said.matches("Harbour").count(), said.matches("3.9 percent").count(), ticked), (1, 1, false), "{said}");
}
