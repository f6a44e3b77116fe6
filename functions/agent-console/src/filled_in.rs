//! What a customer filled in of a document (R21), as staff read and keep it: each name once, page by page.

use std::fmt::Write as _;

use parlor_domain::interaction::{Document, FieldKind as Shown};
use parlor_form::{Field, FieldKind, Value, Values};
use parlor_templates::{Lang, console::AnswerLine, customer::field_label, exports::cell, words};

/// The fields of a page, of several with one name the first of all.
fn on_page(document: &Document, page: usize) -> impl Iterator<Item = &Field> {
    let fields = &document.form.fields;
    let is_first = move |field: &&Field| {
        let first = fields.iter().find(|other| other.name == field.name);
        first.is_some_and(|first| std::ptr::eq(first, *field))
    };
    fields.iter().filter(move |field| field.page as usize == page).filter(is_first)
}

/// A value as text: `yes` or `no` of a box, words for a drawing. What the form had stands where nothing was filled in.
fn text(lang: Lang, field: &Field, values: &Values) -> String {
    match values.get(&field.name) {
        None => field.prefill.clone().unwrap_or_default(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Ticked(ticked)) => (if *ticked { "yes" } else { "no" }).to_owned(),
        Some(Value::Strokes(_)) => words::sending::signed(lang).to_owned(),
    }
}

/// Each page with its fields and what is in them.
pub(crate) fn lines(lang: Lang, values: &Values, document: &Document) -> Vec<(String, Vec<AnswerLine>)> {
    let pages = document.form.pages.len();
    let line = |field: &Field| AnswerLine {
        label: field_label(field),
        kind: match (field.kind, values.get(&field.name)) {
            (FieldKind::Checkbox, Some(_)) => Shown::YesNo,
            (FieldKind::Date, _) => Shown::Date,
            _ => Shown::Text,
        },
        typed: text(lang, field, values),
        files: vec![],
    };
    let page = |n| (words::document::page_of(lang, n, pages).plain(), on_page(document, n).map(line).collect());
    (1..=pages).map(page).collect()
}

/// A table (RFC 4180) in UTF-8, with the mark by which spreadsheets know that.
pub(crate) fn csv(lang: Lang, values: &Values, document: &Document) -> String {
    let mut table = String::from("\u{feff}page,name,field,value\r\n");
    for page in 1..=document.form.pages.len() {
        for field in on_page(document, page) {
            let cells = [page.to_string(), field.name.clone(), field_label(field), text(lang, field, values)];
            let _ = write!(table, "{}\r\n", cells.map(|text| cell(&text)).join(","));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use parlor_form::{Form, Page, Strokes};

    use super::*;

    #[test]
    fn r21_what_was_filled_in_is_listed_by_page_each_name_once() {
        let field = |name: &str, kind, page| Field {
            name: name.to_owned(),
            kind,
            page,
            rect: [0.0; 4],
            required: false,
            options: vec![],
            max: None,
            prefill: (name == "city").then(|| "Kiel".to_owned()),
            prefill_from: None,
            format: None,
            label: (name == "sign").then(|| "Signature".to_owned()),
            align: parlor_form::Align::Start,
            size: None,
            turn: 0,
        };
        let sheet = Page { width: 595.0, height: 842.0 };
        let document = Document {
            upload: "up_7h2k9m4p6r8t0v1w".parse().expect("an id"),
            sha256: String::new(),
            form: Form {
                pages: vec![sheet, sheet],
                fields: vec![
                    field("firstName", FieldKind::Text, 1),
                    field("city", FieldKind::Text, 1),
                    field("read", FieldKind::Checkbox, 1),
                    field("firstName", FieldKind::Text, 2),
                    field("sign", FieldKind::Signature, 2),
                ],
            },
            pictures: vec![],
        };
        let values = Values::from([
            ("firstName".to_owned(), Value::Text("=Mara".to_owned())),
            ("read".to_owned(), Value::Ticked(true)),
            ("sign".to_owned(), Value::Strokes(Strokes { path: "M1 2L3 4".to_owned(), pen: 2.0 })),
        ]);
        let table = csv(Lang::En, &values, &document);
        let rows: Vec<&str> = table.trim_start_matches('\u{feff}').lines().skip(1).collect();
        assert_eq!(
            rows,
            [
                "\"1\",\"firstName\",\"First name\",\"'=Mara\"",
                "\"1\",\"city\",\"City\",\"Kiel\"",
                "\"1\",\"read\",\"Read\",\"yes\"",
                "\"2\",\"sign\",\"Signature\",\"Signed\"",
            ]
        );
        let pages = lines(Lang::En, &values, &document);
        assert_eq!(pages.iter().map(|(_, lines)| lines.len()).collect::<Vec<_>>(), [3, 1]);
    }
}
