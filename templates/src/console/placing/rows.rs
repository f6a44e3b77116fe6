//! A field as it stands in the list of a page, and is read back from there.

use parlor_domain::interaction::Share;
use parlor_form::{Field, Page};

use crate::customer::humanised;

/// A field of the list, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldRow {
    /// Its place among the document's fields; nothing for a new one.
    pub was: Option<usize>,
    pub name: String,
    pub label: String,
    pub kind: String,
    /// Counted from 1.
    pub page: String,
    /// In percent of the page, from its upper left corner.
    pub left: String,
    pub top: String,
    pub width: String,
    pub height: String,
    pub required: bool,
    /// One on each line.
    pub options: String,
    /// What it begins with, as the API calls it.
    pub from: String,
    /// It is to go.
    pub remove: bool,
}

/// In percent, to two places after the point.
fn percent(share: f32) -> String {
    let written = format!("{share:.2}");
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl FieldRow {
    /// Of a field that is there.
    pub fn of(was: usize, field: &Field, page: Page) -> Self {
        let share = Share::of(field.rect, page);
        Self {
            was: Some(was),
            name: field.name.clone(),
            label: field.label.clone().unwrap_or_default(),
            kind: field.kind.as_str().to_owned(),
            page: field.page.to_string(),
            left: percent(share.left),
            top: percent(share.top),
            width: percent(share.width),
            height: percent(share.height),
            required: field.required,
            options: field.options.join("\n"),
            from: field.prefill_from.map(|from| from.as_str().to_owned()).unwrap_or_default(),
            remove: false,
        }
    }

    /// Room for a new one.
    pub fn fresh(page: usize) -> Self {
        Self { kind: "text".to_owned(), page: page.to_string(), ..Self::default() }
    }

    /// What the customer reads.
    pub(super) fn said(&self) -> String {
        if self.label.trim().is_empty() { humanised(&self.name) } else { self.label.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_percent_are_written_as_people_do() {
        assert_eq!([0.0, 12.5, 100.0, 33.333].map(percent), ["0", "12.5", "100", "33.33"]);
    }
}
