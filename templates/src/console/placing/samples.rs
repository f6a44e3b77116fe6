//! Every state of the page.

use parlor_form::{Field, FieldKind, Page};

use super::{FieldRow, PlacingFor, PlacingPage, placing_fault};
use crate::accent::Accent;
use crate::console::forms::Forms;
use crate::customer::Leaf;
use crate::lang::Lang;

fn field(name: &str, kind: FieldKind, rect: [f32; 4]) -> Field {
    Field {
        name: name.to_owned(),
        kind,
        page: 1,
        rect,
        required: true,
        options: vec![],
        max: None,
        prefill: None,
        prefill_from: None,
        format: None,
        label: None,
        align: parlor_form::Align::Start,
        size: None,
        turn: 0,
    }
}

pub(super) fn samples() -> Vec<(&'static str, PlacingPage)> {
    let sheet = Page { width: 595.0, height: 842.0 };
    let leaf =
        |picture: Option<&str>| Leaf { picture: picture.map(str::to_owned), width: sheet.width, height: sheet.height };
    let fields = vec![
        Field {
            prefill_from: Some(parlor_form::PrefillFrom::CustomerName),
            ..field("Full name", FieldKind::Text, [72.0, 650.0, 248.0, 20.0])
        },
        field("Signature", FieldKind::Signature, [72.0, 120.0, 200.0, 44.0]),
    ];
    let rows = fields.iter().enumerate().map(|(was, field)| FieldRow::of(was, field, sheet)).collect();
    let full = PlacingPage {
        lang: Lang::En,
        forms: Forms::sample(),
        accent: Accent::default(),
        company: Some("Northwind Bank".to_owned()),
        place: PlacingFor::Room {
            session: "1end1nw31c0me2b3c4d5e6".to_owned(),
            interaction: "d0cument2b3c4d5e".to_owned(),
        },
        title: "Loan agreement".to_owned(),
        revision: 3,
        leaves: vec![leaf(Some("/static/sample-page-1.svg")), leaf(None)],
        fields,
        page: 1,
        rows,
        problem: None,
        saved: false,
    };
    let library = PlacingPage {
        place: PlacingFor::Library { entry: "1end1n0000000000000001".to_owned() },
        saved: true,
        ..full.clone()
    };
    vec![
        ("room", full.clone()),
        ("library", library),
        ("ar", PlacingPage { lang: Lang::Ar, ..full.clone() }),
        ("refused", PlacingPage { problem: Some(placing_fault(Lang::En, "rect").to_owned()), ..full.clone() }),
        ("none", PlacingPage { fields: vec![], rows: vec![], ..full }),
    ]
}
