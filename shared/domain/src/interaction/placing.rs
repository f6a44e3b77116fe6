//! The fields that agents place on a document's pages (R21): what is one, and what of the session they begin with.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use parlor_form::{Field, FieldKind, Page, PrefillFrom, Value, Values};

use super::document::Document;
use crate::{Channel, Settings, session::Session, visible::is_visible};

/// The most fields that a document may be given.
pub const PLACED_MAX: usize = 500;
/// The shortest side of a field, in points.
pub const PLACED_LEAST: f32 = 4.0;
/// The longest name of a field, in bytes.
pub const FIELD_NAME_MAX: usize = 200;
/// What a field is called, in characters.
pub const FIELD_LABEL_MAX: usize = 500;
/// The most choices of a list.
const FIELD_OPTIONS_MAX: usize = 500;
/// A choice, in characters.
const OPTION_MAX: usize = 500;
/// The largest letters of a field, in points, and the smallest: as what is read of a form.
const SIZES: std::ops::RangeInclusive<f32> = 2.0..=144.0;
/// How far a field may reach beyond its page, in points: what was read of a form is rounded.
const BEYOND: f32 = 1.0;

/// Why fields cannot be placed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidField {
    /// Where it is wrong: `fields[2].rect`.
    pub at: String,
    /// What belongs there.
    pub reason: &'static str,
}

/// Where a field stands, in percent of its page from the upper left corner: what people read and write where there is no pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// From the left.
    pub left: f32,
    /// From the top.
    pub top: f32,
    /// Of the page's width.
    pub width: f32,
    /// Of the page's height.
    pub height: f32,
}

impl Share {
    /// Of a rectangle as a [`Field`] has it.
    #[must_use]
    pub fn of([x, y, width, height]: [f32; 4], page: Page) -> Self {
        let across = |length: f32| 100.0 * length / page.width;
        let down = |length: f32| 100.0 * length / page.height;
        Self { left: across(x), top: down(page.height - y - height), width: across(width), height: down(height) }
    }

    /// The rectangle on a page, as a [`Field`] has it.
    #[must_use]
    pub fn rect(self, page: Page) -> [f32; 4] {
        let across = |share: f32| share * page.width / 100.0;
        let down = |share: f32| share * page.height / 100.0;
        let height = down(self.height);
        [across(self.left), page.height - down(self.top) - height, across(self.width), height]
    }
}

impl Document {
    /// The document with other fields, page by page.
    ///
    /// # Errors
    /// The first field that is none.
    pub fn with_fields(mut self, mut fields: Vec<Field>) -> Result<Self, InvalidField> {
        if fields.len() > PLACED_MAX {
            return Err(wrong("fields", "a document has at most 500 fields"));
        }
        let (mut kinds, mut prefills) = (BTreeMap::new(), BTreeMap::new());
        for (place, field) in fields.iter().enumerate() {
            // What the form has itself may stay as it is.
            if !self.form.fields.contains(field) {
                check(field, &self.form.pages)
                    .map_err(|(part, reason)| wrong(&format!("fields[{place}].{part}"), reason))?;
            }
            // Places of one name show one value, which is of one kind.
            if *kinds.entry(field.name.as_str()).or_insert(field.kind) != field.kind {
                let reason = "another kind of field has this name";
                return Err(wrong(&format!("fields[{place}].name"), reason));
            }
            // A button of a group has one where it is the chosen one.
            if let (Some(prefill), true) = (&field.prefill, field.kind != FieldKind::Radio)
                && *prefills.entry(field.name.as_str()).or_insert(prefill) != prefill
            {
                return Err(wrong(&format!("fields[{place}].prefill"), "another field of this name begins otherwise"));
            }
        }
        fields.sort_by_key(|field| field.page);
        self.form.fields = fields;
        Ok(self)
    }

    /// What of the session its fields begin with, as it is sent. Whether a value fits its field, [`Document::take`] says.
    #[must_use]
    pub fn prefilled(&self, session: &Session, settings: &Settings, now: Timestamp) -> Values {
        let mut values = Values::new();
        for field in &self.form.fields {
            let said = field.prefill_from.and_then(|from| from_session(from, session, settings, now));
            if let Some(said) = said {
                values.entry(field.name.clone()).or_insert(Value::Text(said));
            }
        }
        values
    }
}

fn from_session(from: PrefillFrom, session: &Session, settings: &Settings, now: Timestamp) -> Option<String> {
    let contact = &session.customer.contact;
    let said = match from {
        PrefillFrom::CustomerName => session.customer.name.clone(),
        PrefillFrom::CustomerEmail => contact.address(Channel::Email)?.to_owned(),
        PrefillFrom::CustomerPhone => contact.address(Channel::Sms)?.to_owned(),
        PrefillFrom::Reference => session.reference.clone()?,
        PrefillFrom::AgentName => session.agent_name.clone(),
        PrefillFrom::Today => today(&settings.channels.reminders.time_zone, now).to_string(),
    };
    (!said.is_empty()).then_some(said)
}

/// The day in a zone; in UTC, should the zone not be known.
fn today(zone: &str, now: Timestamp) -> Date {
    now.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC)).date()
}

fn wrong(at: &str, reason: &'static str) -> InvalidField {
    InvalidField { at: at.to_owned(), reason }
}

/// Which part of a field is wrong, and why.
fn check(field: &Field, pages: &[Page]) -> Result<(), (&'static str, &'static str)> {
    // A browser sends a name back otherwise than it came, if it has a line's end in it.
    if !is_visible(&field.name) || field.name.len() > FIELD_NAME_MAX || field.name.contains(char::is_control) {
        return Err(("name", "a field's name has 1 to 200 characters in one line"));
    }
    let page = usize::try_from(field.page).ok().and_then(|page| page.checked_sub(1));
    let Some(page) = page.and_then(|page| pages.get(page)) else {
        return Err(("page", "the document has no such page; pages are counted from 1"));
    };
    let [x, y, width, height] = field.rect;
    let is_on_it =
        x >= -BEYOND && y >= -BEYOND && x + width <= page.width + BEYOND && y + height <= page.height + BEYOND;
    // Said so that what is no number is refused, too.
    if !(is_on_it && width >= PLACED_LEAST && height >= PLACED_LEAST) {
        return Err(("rect", "a field lies on its page, and is at least 4 points wide and high"));
    }
    if field.label.as_ref().is_some_and(|label| label.chars().count() > FIELD_LABEL_MAX) {
        return Err(("label", "what a field is called has at most 500 characters"));
    }
    match (&field.format, field.kind) {
        (None, _) => {}
        (Some(format), FieldKind::Date) if format.is_one() => {}
        (Some(_), FieldKind::Date) => {
            return Err(("format", "a format of days has a day, a month and a year, each once, as dd.mm.yyyy"));
        }
        (Some(_), _) => return Err(("format", "only a date has a format")),
    }
    let takes_options = matches!(field.kind, FieldKind::Radio | FieldKind::Choice);
    if takes_options == field.options.is_empty() {
        return Err(("options", "a radio and a choice have options, and no other field has"));
    }
    let is_option = |option: &String| option.chars().count() <= OPTION_MAX;
    if field.options.len() > FIELD_OPTIONS_MAX || !field.options.iter().all(is_option) {
        return Err(("options", "there are at most 500 options, each of at most 500 characters"));
    }
    if field.kind.is_signed() && field.prefill.is_some() {
        return Err(("type", "a signature is the customer's own: it has no `prefill`"));
    }
    let from_fits = match (field.prefill_from, field.kind) {
        (None, _) | (Some(_), FieldKind::Text | FieldKind::Multiline | FieldKind::Comb) => true,
        (Some(from), FieldKind::Date) => from == PrefillFrom::Today,
        (Some(from), FieldKind::Number) => from == PrefillFrom::Reference,
        (Some(_), _) => false,
    };
    if !from_fits {
        return Err(("prefill_from", "this kind of field cannot begin with that"));
    }
    if ![0, 90, 180, 270].contains(&field.turn) {
        return Err(("turn", "a field is turned by 0, 90, 180 or 270 degrees"));
    }
    // Said so that what is no number is refused, too.
    if field.size.is_some_and(|size| !SIZES.contains(&size)) {
        return Err(("size", "letters are 2 to 144 points large"));
    }
    if field.max == Some(0) {
        return Err(("max", "a field takes at least one character"));
    }
    Ok(())
}
