//! Days in a document's fields: in the field's own format, otherwise as the session's language writes them.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests only")]

use parlor_documents::{Fonts, Limits, Original, Value, Values};
use parlor_form::{DayFormat, DayStyle, Field, NoDayFormat};
use parlor_pdf_tests::maker::Maker;
use parlor_pdf_tests::outside::{self, Folder, check};
use parlor_pdf_tests::{evidence, government};

fn format(text: &str) -> Result<DayFormat, NoDayFormat> {
    text.to_owned().try_into()
}

fn style(text: &str) -> DayStyle {
    let months = |short: bool| -> Vec<String> {
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ]
        .map(|name| if short { name.chars().take(3).collect() } else { name.to_owned() })
        .to_vec()
    };
    DayStyle { format: format(text).unwrap(), months: months(false), short_months: months(true) }
}

#[test]
fn r21_a_day_is_written_as_its_field_says_otherwise_as_the_language_does() {
    let german = style("dd.mm.yyyy");
    assert_eq!(german.write("2026-03-09", None), "09.03.2026");
    for (own, written) in [
        ("mm/dd/yyyy", "03/09/2026"),
        ("m/d/yy", "3/9/26"),
        ("d. mmmm yyyy", "9. März 2026"),
        ("dd-mmm-yy", "09-Mär-26"),
        ("mmmm d, yyyy", "März 9, 2026"),
        ("yyyymmdd", "20260309"),
    ] {
        assert_eq!(german.write("2026-03-09", Some(&format(own).unwrap())), written, "{own}");
    }
    for no_day in ["", "03/09/2026", "2026-13-01", "soon"] {
        assert_eq!(german.write(no_day, None), no_day);
    }
}

#[test]
fn r21_what_leaves_a_part_of_a_day_out_is_no_format() {
    let long = format!("dd.mm.yyyy{}", " ".repeat(40));
    for wrong in [
        "",
        "mm/yy",
        "d-mmm",
        "dd.mm.yyyy HH:MM",
        "ddd, d mmm yyyy",
        "dd.mm.yyy",
        "dd.mm.yyyy d",
        "dd\\.mm.yyyy",
        "dd\nmm yyyy",
        &long,
    ] {
        assert_eq!(format(wrong), Err(NoDayFormat), "{wrong:?}");
    }
}

/// The page's text once these days are filled in.
fn filled(name: &str, form: Maker, days: &[(&str, &str)], style: Option<DayStyle>) -> (String, Vec<Field>) {
    let folder = Folder::new(name);
    let original = Original::open(&form.bytes(), &Limits::default()).unwrap();
    let fields = original.form().unwrap().fields;
    let values: Values = days.iter().map(|(name, day)| ((*name).to_owned(), Value::Text((*day).to_owned()))).collect();
    let said = parlor_documents::Evidence { days: style, ..evidence() };
    let finished = original.finish(&fields, &values, &Fonts::shipped(), &said, parlor_pdf_tests::at()).unwrap();
    let path = folder.put("days.pdf", &finished.pdf);
    check(&path);
    (outside::text(&path, 1), fields)
}

#[test]
fn r21_a_day_stands_on_the_document_as_the_form_or_the_language_says() {
    // The form's own format is found, and wins.
    let (said, fields) =
        filled("own-format", government(), &[("applicant.born", "1987-03-14")], Some(style("dd.mm.yyyy")));
    assert!(said.contains("03/14/1987") && !said.contains("1987-03-14"), "{said}");
    let formats: Vec<_> = fields.iter().filter_map(|field| field.format.clone()).collect();
    assert_eq!(formats, [format("mm/dd/yyyy").unwrap()]);

    // One that leaves the year out does not.
    let dated = |script: &str| {
        let mut form = Maker::default();
        form.page([0.0, 0.0, 612.0, 792.0], 0, "Days");
        let script = lopdf::dictionary! { "S" => "JavaScript", "JS" => lopdf::Object::string_literal(script) };
        let more = lopdf::dictionary! { "AA" => lopdf::dictionary! { "F" => script } };
        form.text(0, [72.0, 500.0, 200.0, 518.0], "day", None, more);
        form
    };
    let day = [("day", "2026-11-29")];
    for (script, style, written) in [
        ("AFDate_FormatEx(\"d-mmm\");", Some(style("dd.mm.yyyy")), "29.11.2026"),
        ("AFDate_Format(3);", Some(style("d. mmmm yyyy")), "29. November 2026"),
        ("AFDate_FormatEx( 'yyyy/mm/dd' );", Some(style("dd.mm.yyyy")), "2026/11/29"),
        // As it was before: what was completed then and is made anew is the same file.
        ("AFDate_FormatEx(\"dd.mm.yyyy\");", None, "2026-11-29"),
    ] {
        let (said, _) = filled("language", dated(script), &day, style);
        assert!(said.contains(written), "{script}: {said}");
    }
    // A month that no font can write leaves the day as it is kept.
    let mut thai = style("d mmmm yyyy");
    thai.months = vec!["พฤศจิกายน".into(); 12];
    assert!(filled("no-font", dated("AFDate_Format(3);"), &day, Some(thai)).0.contains("2026-11-29"));
}
