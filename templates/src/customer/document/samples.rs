//! Every page of a document.

use parlor_domain::interaction::{ValueFault, Wrong};
use parlor_form::{Align, Field, FieldKind};

use super::super::around::Around;
use super::{Blank, DocumentPage, DocumentView, Filled, Leaf, SignedFile};
use crate::customer::runner::NotTaken;
use crate::customer::sample;
use crate::lang::Lang;

/// A page as it is drawn, in place of a picture of it.
const PICTURES: [&str; 2] = ["/static/sample-page-1.svg", "/static/sample-page-2.svg"];

fn blank(name: &str, kind: FieldKind, page: u32, rect: [f32; 4]) -> Blank {
    let field = Field {
        name: name.to_owned(),
        label: None,
        kind,
        page,
        rect,
        turn: 0,
        required: true,
        options: vec![],
        max: None,
        prefill: None,
        prefill_from: None,
        format: None,
        align: Align::Start,
        size: None,
    };
    Blank { field, value: Filled::Nothing, wrong: None }
}

fn labelled(label: &str, mut blank: Blank) -> Blank {
    blank.field.label = Some(label.to_owned());
    blank
}

fn optional(mut blank: Blank) -> Blank {
    blank.field.required = false;
    blank
}

fn choices(options: &[&str], mut blank: Blank) -> Blank {
    blank.field.options = options.iter().map(|&option| option.to_owned()).collect();
    blank
}

fn with(blank: Blank, value: &str) -> Blank {
    Blank { value: Filled::Text(value.to_owned()), ..blank }
}

const SIGNATURE: &str = "M12 61.5L18 40L25 19.500L31 12L33 22L28 48L25 66L30 60L42 38L50 31L53 40L50 55L56 57L66 42L74 34L79 37L75 52L82 56L94 44L104 33L112 31L112 42L104 52L107 58L122 50L142 38L160 36L170 42L160 52L176 55L200 46L226 43";

fn blanks() -> Vec<Blank> {
    let mut number = blank("customer_number", FieldKind::Comb, 1, [72.0, 580.0, 220.0, 22.0]);
    number.field.max = Some(10);
    let mut income = optional(blank("income", FieldKind::Number, 1, [380.0, 580.0, 140.0, 22.0]));
    income.field.align = Align::Right;
    vec![
        labelled("Full name", blank("applicant.fullName", FieldKind::Text, 1, [72.0, 640.0, 280.0, 22.0])),
        blank("applicant.dateOfBirth", FieldKind::Date, 1, [380.0, 640.0, 140.0, 22.0]),
        number,
        income,
        choices(
            &["Rented", "Owned", "Something else"],
            blank("home", FieldKind::Choice, 1, [72.0, 520.0, 220.0, 22.0]),
        ),
        choices(&["monthly"], blank("paid", FieldKind::Radio, 1, [380.0, 522.0, 18.0, 18.0])),
        choices(&["yearly"], blank("paid", FieldKind::Radio, 1, [454.0, 522.0, 18.0, 18.0])),
        optional(blank("remarks", FieldKind::Multiline, 1, [72.0, 400.0, 448.0, 76.0])),
        labelled("I have read the conditions", blank("read", FieldKind::Checkbox, 1, [72.0, 352.0, 18.0, 18.0])),
        blank("initials", FieldKind::Initials, 1, [440.0, 90.0, 80.0, 34.0]),
        blank("signed.place", FieldKind::Text, 2, [72.0, 300.0, 200.0, 22.0]),
        blank("applicant.fullName", FieldKind::Text, 2, [300.0, 300.0, 220.0, 22.0]),
        labelled("Signature", blank("signature", FieldKind::Signature, 2, [72.0, 210.0, 260.0, 54.0])),
    ]
}

fn filled() -> Vec<Blank> {
    let drawn = || Filled::Drawn { path: SIGNATURE.to_owned(), pen: 2.5 };
    blanks()
        .into_iter()
        .map(|blank| match blank.field.name.as_str() {
            "applicant.fullName" => with(blank, "Mara Quist"),
            "applicant.dateOfBirth" => with(blank, "1987-03-14"),
            "customer_number" => with(blank, "4400731"),
            "income" => with(blank, "42000"),
            "home" => with(blank, "Rented"),
            "paid" => with(blank, "monthly"),
            "remarks" => with(blank, "Please write to the address on page 1. The old one is not mine any more."),
            "read" => Blank { value: Filled::Ticked(true), ..blank },
            "initials" => with(blank, "MQ"),
            "signed.place" => with(blank, "Kiel"),
            "signature" => Blank { value: drawn(), ..blank },
            _ => blank,
        })
        .collect()
}

fn leaves() -> Vec<Leaf> {
    PICTURES.map(|picture| Leaf { picture: Some(picture.to_owned()), width: 595.0, height: 842.0 }).to_vec()
}

pub(super) fn samples() -> Vec<(&'static str, DocumentPage)> {
    let around = Around { due: Some(sample::at(48)), ..Around::sample(Lang::En, "Loan agreement") };
    let first = DocumentPage {
        around: around.clone(),
        customer: "Mara Quist".to_owned(),
        leaves: leaves(),
        blanks: blanks(),
        view: DocumentView::Fill { page: 1 },
        not_taken: None,
        kept: vec![],
    };
    let half = || {
        let mut blanks = filled();
        for blank in &mut blanks {
            if ["read", "signature", "signed.place", "home"].contains(&blank.field.name.as_str()) {
                blank.value = Filled::Nothing;
            }
        }
        blanks
    };
    let wrong = || {
        let mut blanks = half();
        for blank in &mut blanks {
            blank.wrong = match blank.field.name.as_str() {
                "applicant.fullName" => Some(ValueFault::Letters("☃".to_owned())),
                "income" => Some(ValueFault::Answer(Wrong::Number)),
                "home" | "read" => Some(ValueFault::Answer(Wrong::Required)),
                _ => None,
            };
        }
        blanks
    };
    let missing = || {
        let mut blanks = half();
        for blank in blanks.iter_mut().filter(|blank| blank.field.required && blank.value == Filled::Nothing) {
            blank.wrong = Some(ValueFault::Answer(Wrong::Required));
        }
        blanks
    };
    let full = |view| DocumentPage { blanks: filled(), view, ..first.clone() };
    let review = |judged| DocumentView::Review { judged, reason: String::new() };
    let ready = || SignedFile::Ready { href: "/r/session/i/1/result".to_owned(), size: 52_340 };
    vec![
        ("document", first.clone()),
        ("document-half", DocumentPage { blanks: half(), ..first.clone() }),
        ("document-wrong", DocumentPage { blanks: wrong(), ..first.clone() }),
        ("document-page-2", DocumentPage { blanks: half(), view: DocumentView::Fill { page: 2 }, ..first.clone() }),
        (
            "document-no-picture",
            DocumentPage {
                leaves: leaves().into_iter().map(|leaf| Leaf { picture: None, ..leaf }).collect(),
                ..first.clone()
            },
        ),
        (
            "document-de",
            DocumentPage {
                around: Around { lang: Lang::De, brand: sample::light(), ..around.clone() },
                blanks: wrong(),
                ..first.clone()
            },
        ),
        (
            "document-es",
            DocumentPage {
                around: Around { lang: Lang::Es, ..around.clone() },
                view: review(false),
                blanks: missing(),
                ..first.clone()
            },
        ),
        (
            "document-fr",
            DocumentPage {
                around: Around { lang: Lang::Fr, ..around },
                ..full(DocumentView::Done { file: SignedFile::Coming, next: None })
            },
        ),
        (
            "document-ar",
            DocumentPage {
                around: Around::sample_arabic("عقد القرض"),
                customer: "سلمى".to_owned(),
                blanks: wrong(),
                ..first.clone()
            },
        ),
        ("document-review", full(review(false))),
        ("document-review-missing", DocumentPage { blanks: missing(), view: review(true), ..first.clone() }),
        (
            "document-done",
            full(DocumentView::Done {
                file: ready(),
                next: Some(("Photo of your ID".to_owned(), "/r/session/i/2".to_owned())),
            }),
        ),
        ("document-done-coming", full(DocumentView::Done { file: SignedFile::Coming, next: None })),
        ("document-done-failed", full(DocumentView::Done { file: SignedFile::Failed, next: None })),
        ("document-read-only", full(DocumentView::ReadOnly)),
        ("document-declined", DocumentPage { leaves: vec![], blanks: vec![], ..full(DocumentView::Declined) }),
        (
            "document-withdrawn",
            DocumentPage {
                leaves: vec![],
                blanks: vec![],
                not_taken: Some(NotTaken::Closed),
                kept: vec![("Full name".to_owned(), "Mara Quist".to_owned())],
                ..full(DocumentView::Withdrawn)
            },
        ),
    ]
}
