//! The page on which fields are placed on a document (R21): what it shows, and what its form says without a script.

use std::collections::BTreeMap;

use lambda_http::http::StatusCode;
use parlor_domain::interaction::{Document, Share};
use parlor_form::{Align, Field, FieldKind, Page, PrefillFrom};
use parlor_templates::{
    Lang,
    admin::Section,
    console::{FieldRow, PlacingFor, PlacingPage, placing_fault},
    customer::Leaf,
    refusals,
};
use serde::de::DeserializeOwned;

use crate::{AdminContext, ApiError, AppState, Code, Problem};

/// What is shown of a document.
#[derive(Debug)]
pub struct Placing<'a> {
    /// Where it is.
    pub place: PlacingFor,
    /// What it is called.
    pub title: String,
    /// The version of what is shown.
    pub revision: u64,
    /// The document.
    pub document: &'a Document,
    /// For each page the address of its picture, where there is one.
    pub pictures: Vec<Option<String>>,
}

impl Placing<'_> {
    /// The page, with the list of one of its pages, counted from 1.
    #[must_use]
    pub fn page(self, context: &AdminContext, app: &AppState, page: usize) -> PlacingPage {
        let frame = context.frame(app, Section::Library);
        let form = &self.document.form;
        let page = page.clamp(1, form.pages.len().max(1));
        let rows = form.fields.iter().enumerate().filter(|(_, field)| field.page as usize == page);
        let rows = rows.filter_map(|(was, field)| Some(FieldRow::of(was, field, *form.pages.get(page - 1)?))).collect();
        let mut pictures = self.pictures.into_iter();
        let leaf = |sheet: &Page| Leaf { picture: pictures.next().flatten(), width: sheet.width, height: sheet.height };
        PlacingPage {
            lang: frame.lang,
            forms: frame.forms,
            accent: frame.accent,
            company: frame.company,
            place: self.place,
            title: self.title,
            revision: self.revision,
            leaves: form.pages.iter().map(leaf).collect(),
            fields: form.fields.clone(),
            page,
            rows,
            problem: None,
            saved: false,
        }
    }
}

/// The form again, with what was typed and why it was not taken.
///
/// # Errors
/// What is not about what was typed.
pub fn refused(
    mut page: PlacingPage,
    rows: Vec<FieldRow>,
    error: &Problem,
) -> Result<(StatusCode, PlacingPage), ApiError> {
    if !matches!(error.status, 400 | 409 | 422) {
        return Err(error.clone().into());
    }
    page.problem = Some(said(page.lang, error));
    page.rows = rows;
    Ok((StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST), page))
}

fn said(lang: Lang, error: &Problem) -> String {
    if error.code == Code::InvalidField.as_str() {
        let field = error.field.as_deref().unwrap_or_default();
        let (row, part) = field.split_once('.').unwrap_or(("", field));
        let row = row.trim_start_matches("fields[").trim_end_matches(']').parse::<usize>();
        let fault = placing_fault(lang, part);
        return row.map_or_else(|_| fault.to_owned(), |row| format!("{}: {fault}", row + 1));
    }
    refusals::refusal(lang, error.code).map_or_else(|| error.detail.clone(), str::to_owned)
}

/// The list as it was posted.
#[must_use]
pub fn rows(form: &BTreeMap<String, String>) -> Vec<FieldRow> {
    let row = |place: usize| {
        let text = |name: &str| form.get(&format!("{name}-{place}")).map(|text| text.trim().to_owned());
        let given = |name: &str| text(name).unwrap_or_default();
        let name = text("name")?;
        Some(FieldRow {
            was: text("was").and_then(|was| was.parse().ok()),
            name,
            label: given("label"),
            kind: given("kind"),
            page: given("page"),
            left: given("left"),
            top: given("top"),
            width: given("width"),
            height: given("height"),
            required: text("required").is_some(),
            options: given("options"),
            from: given("from"),
            remove: text("remove").is_some(),
        })
    };
    let rows = (0..).map_while(row);
    rows.filter(|row| row.was.is_some() || !row.name.is_empty()).collect()
}

/// The document's fields with those of a page's list in place of what was there; `page` is that page, counted from 1.
///
/// # Errors
/// 422 `invalid-field` for what is no number, no kind, or no page; the place is the row's in the list.
pub fn fields(rows: &[FieldRow], document: &Document, page: usize) -> Result<Vec<Field>, ApiError> {
    let own = &document.form.fields;
    let mut placed = Vec::with_capacity(own.len() + rows.len());
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| !row.remove) {
        placed.push(field(row, document).map_err(|part| {
            let detail = "A field of the list is not complete.";
            Problem::new(Code::InvalidField, detail).about(format!("fields[{place}].{part}"))
        })?);
    }
    placed.extend(own.iter().filter(|field| field.page as usize != page).cloned());
    Ok(placed)
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(text.into()).ok()
}

fn number(text: &str) -> Option<f32> {
    text.replace(',', ".").trim_end_matches('%').trim().parse().ok().filter(|number: &f32| number.is_finite())
}

/// A row as a field; else the part of it that cannot be read.
fn field(row: &FieldRow, document: &Document) -> Result<Field, &'static str> {
    let before = row.was.and_then(|was| document.form.fields.get(was));
    let number_of_page: u32 = row.page.parse().map_err(|_| "page")?;
    let sheet = usize::try_from(number_of_page).ok().and_then(|page| document.form.pages.get(page.checked_sub(1)?));
    let sheet = *sheet.ok_or("page")?;
    let shown = before.zip(row.was).map(|(before, was)| (before, FieldRow::of(was, before, sheet)));
    let is_where_it_was = |shown: &FieldRow| {
        [&shown.page, &shown.left, &shown.top, &shown.width, &shown.height]
            == [&row.page, &row.left, &row.top, &row.width, &row.height]
    };
    let rect = match &shown {
        // What nobody changed is not rounded.
        Some((before, shown)) if is_where_it_was(shown) => before.rect,
        _ => {
            let [left, top, width, height] = [&row.left, &row.top, &row.width, &row.height].map(|text| number(text));
            let share = |part: Option<f32>| part.ok_or("rect");
            let share = Share { left: share(left)?, top: share(top)?, width: share(width)?, height: share(height)? };
            share.rect(sheet)
        }
    };
    let kind: FieldKind = word(&row.kind).ok_or("type")?;
    let prefill_from: Option<PrefillFrom> = match row.from.as_str() {
        "" => None,
        from => Some(word(from).ok_or("prefill_from")?),
    };
    let options = row.options.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let same_kind = before.filter(|before| before.kind == kind);
    Ok(Field {
        name: row.name.clone(),
        kind,
        page: number_of_page,
        rect,
        required: row.required,
        options,
        max: same_kind.and_then(|before| before.max),
        format: same_kind.and_then(|before| before.format.clone()),
        prefill: same_kind.and_then(|before| before.prefill.clone()),
        prefill_from,
        label: Some(row.label.clone()).filter(|label| !label.is_empty()),
        align: before.map_or(Align::Start, |before| before.align),
        size: before.and_then(|before| before.size),
        turn: before.map_or(0, |before| before.turn),
    })
}

#[cfg(test)]
mod tests {
    use parlor_form::Form;
    use serde_json::json;

    use super::*;

    fn document() -> Document {
        let form: Form = serde_json::from_value(json!({
            "pages": [{"width": 612.0, "height": 792.0}, {"width": 400.0, "height": 300.0}],
            "fields": [
                {"name": "name", "type": "text", "page": 1, "rect": [72.123, 650.456, 248.0, 18.0], "max": 30, "size": 9.0},
                {"name": "sign", "type": "signature", "page": 2, "rect": [72, 60, 200, 40], "required": true},
            ],
        }))
        .unwrap();
        Document { upload: "up_0123456789abcdef".parse().unwrap(), sha256: String::new(), form, pictures: vec![] }
    }

    fn posted(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn r21_a_list_that_nobody_changed_leaves_the_fields_as_they_are() {
        let document = document();
        let row = FieldRow::of(0, &document.form.fields[0], document.form.pages[0]);
        assert_eq!(fields(&[row], &document, 1).unwrap(), document.form.fields);
    }

    #[test]
    fn r21_fields_are_added_moved_and_removed_by_a_list() {
        let document = document();
        let form = posted(&[
            ("was-0", "0"),
            ("name-0", "name"),
            ("remove-0", "on"),
            ("name-1", "Tarif"),
            ("kind-1", "choice"),
            ("page-1", "2"),
            ("left-1", "25"),
            ("top-1", "10,5"),
            ("width-1", "50"),
            ("height-1", "10"),
            ("options-1", "Small\r\n\r\n Large "),
            ("required-1", "on"),
            ("name-2", ""),
            ("kind-2", "text"),
        ]);
        let rows = rows(&form);
        assert_eq!(rows.len(), 2, "an empty row is none");
        let placed = fields(&rows, &document, 1).unwrap();
        assert_eq!(placed.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["Tarif", "sign"]);
        let [x, y, width, height] = placed[0].rect;
        assert!((x - 100.0).abs() < 0.01 && (y - 238.5).abs() < 0.01, "{:?}", placed[0].rect);
        assert!((width - 200.0).abs() < 0.01 && (height - 30.0).abs() < 0.01, "{:?}", placed[0].rect);
        assert_eq!((placed[0].options.len(), placed[0].required), (2, true));

        for (name, value, part) in [
            ("top-1", "high", "rect"),
            ("page-1", "3", "page"),
            ("kind-1", "poem", "type"),
            ("from-1", "x", "prefill_from"),
        ] {
            let mut form = form.clone();
            form.insert(name.to_owned(), value.to_owned());
            let error = fields(&super::rows(&form), &document, 1).unwrap_err().problem(jiff::Timestamp::UNIX_EPOCH);
            assert_eq!((error.code, error.field), ("invalid-field", Some(format!("fields[1].{part}"))));
        }
    }
}
