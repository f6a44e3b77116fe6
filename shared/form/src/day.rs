//! How a day is written on a document (R21): as its field's own format says, otherwise as the session's language does.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters of a format, at most.
const LONGEST: usize = 40;

/// A format of days, as PDF forms name it: `d`, `dd`, `m`, `mm`, `mmm`, `mmmm`, `yy` and `yyyy` stand for the day's parts, and
/// everything else that is no letter for itself. It has a day, a month and a year, each once: what leaves one of them out would lose what
/// was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "DayFormat")]
pub struct DayFormat(String);

/// What is no format of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a format of days has a day, a month and a year, each once, as dd.mm.yyyy")]
pub struct NoDayFormat;

impl DayFormat {
    /// Whether it is one: what somebody gives may be any text.
    #[must_use]
    pub fn is_one(&self) -> bool {
        let mut counts = [0, 0, 0];
        for part in parts(&self.0) {
            let at = match (part.as_bytes()[0], part.len()) {
                (b'd', 1 | 2) => 0,
                (b'm', 1..=4) => 1,
                (b'y', 2 | 4) => 2,
                (letter, _) if letter.is_ascii_alphabetic() => return false,
                _ => continue,
            };
            counts[at] += 1;
        }
        let is_plain = self.0.chars().all(|letter| !letter.is_control() && letter != '\\');
        counts == [1, 1, 1] && is_plain && self.0.chars().count() <= LONGEST
    }
}

impl TryFrom<String> for DayFormat {
    type Error = NoDayFormat;

    fn try_from(text: String) -> Result<Self, NoDayFormat> {
        let format = Self(text);
        if format.is_one() { Ok(format) } else { Err(NoDayFormat) }
    }
}

/// A format in runs of one letter.
fn parts(format: &str) -> Vec<&str> {
    let mut parts = vec![];
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| letter != first).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = behind;
    }
    parts
}

/// How a language writes days on documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayStyle {
    /// Where the document's field says nothing.
    pub format: DayFormat,
    /// The months' names, from January on.
    pub months: Vec<String>,
    /// The same, short.
    pub short_months: Vec<String>,
}

impl DayStyle {
    /// A day that is kept as `2026-11-29`, written in a field's own format, otherwise in this language's. What is no day stays as it is.
    #[must_use]
    pub fn write<'t>(&self, day: &'t str, own: Option<&DayFormat>) -> Cow<'t, str> {
        self.written(day, own.unwrap_or(&self.format)).map_or(Cow::Borrowed(day), Cow::Owned)
    }

    fn written(&self, day: &str, format: &DayFormat) -> Option<String> {
        let parsed = day.parse::<jiff::civil::Date>().ok().filter(|_| day.len() == 10)?;
        let (number, month) = (parsed.day(), parsed.month());
        let place = usize::try_from(month).ok()?.checked_sub(1)?;
        let written = parts(&format.0).into_iter().map(|part| {
            Some(match part {
                "d" => number.to_string(),
                "dd" => format!("{number:02}"),
                "m" => month.to_string(),
                "mm" => format!("{month:02}"),
                "mmm" => self.short_months.get(place)?.clone(),
                "mmmm" => self.months.get(place)?.clone(),
                "yy" => format!("{:02}", parsed.year() % 100),
                "yyyy" => format!("{:04}", parsed.year()),
                other => other.to_owned(),
            })
        });
        written.collect()
    }
}
