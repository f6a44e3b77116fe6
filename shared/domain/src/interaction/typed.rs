//! What somebody typed into a field, read as its answer.

use jiff::civil::Date;
use serde_json::Number;

use parlor_form::Strokes;

use super::{
    strokes,
    workflow::{Answer, Bound, Field, FieldKind},
};
use crate::session::as_typed;

/// The longest text, in characters, where the field says nothing.
pub(super) const TEXT_MAX: u64 = 2_000;
/// The longest text that a field may allow.
pub(super) const TEXT_LIMIT: u64 = 10_000;
/// Digits that a number keeps exactly (IEEE 754, double precision).
const DIGITS: usize = 15;
/// The longest signature that is typed, in characters.
const SIGNED_MAX: u64 = 200;

/// Why what was typed is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// There is none, and the field needs one.
    Required,
    /// Not a number, or one that could be read in two ways: `1,200`.
    Number,
    /// Not a day.
    Day,
    /// Below this number or day.
    Under(Bound),
    /// Above this number or day.
    Over(Bound),
    /// Fewer characters than this.
    Short(u64),
    /// More characters than this.
    Long(u64),
    /// Not of the form that the field asks for.
    Pattern,
    /// None of those to choose from.
    Option,
    /// Nothing that a pad draws.
    Drawing,
}

/// A day of the calendar in four-digit years.
pub(super) fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.year() >= 1000 && text.len() == 10)
}

/// The pattern of a text, for the whole of it.
pub(super) fn whole(pattern: &str) -> Result<regex_lite::Regex, regex_lite::Error> {
    regex_lite::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(256 * 1024).build()
}

impl Bound {
    /// As whole characters.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            Self::Day(_) => None,
        }
    }
}

impl Field {
    /// The answer that was typed: `None` for nothing. A required field takes nothing, too; what is missing shows when the workflow
    /// is completed.
    pub fn read(&self, typed: &str) -> Result<Option<Answer>, Wrong> {
        let typed = as_typed(typed);
        if typed.is_empty() {
            return Ok(None);
        }
        let answer = match self.kind {
            FieldKind::Text => Answer::Text(self.text(typed)?),
            FieldKind::Number => Answer::Number(number(&typed).ok_or(Wrong::Number)?),
            FieldKind::Date => Answer::Text(day(&typed).ok_or(Wrong::Day)?.to_string()),
            FieldKind::Choice if self.options.contains(&typed) => Answer::Text(typed),
            FieldKind::YesNo if typed == "yes" => Answer::YesNo(true),
            FieldKind::YesNo if typed == "no" => Answer::YesNo(false),
            FieldKind::Signature => signed(&typed)?,
            FieldKind::Choice | FieldKind::YesNo | FieldKind::File => return Err(Wrong::Option),
        };
        if matches!(self.kind, FieldKind::Number | FieldKind::Date) {
            if let Some(min) = self.min.as_ref().filter(|min| answer.is_under(min)) {
                return Err(Wrong::Under(min.clone()));
            }
            if let Some(max) = self.max.as_ref().filter(|max| answer.is_over(max)) {
                return Err(Wrong::Over(max.clone()));
            }
        }
        Ok(Some(answer))
    }

    /// The most characters of a text.
    #[must_use]
    pub fn longest(&self) -> u64 {
        self.max.as_ref().and_then(Bound::count).unwrap_or(TEXT_MAX)
    }

    fn text(&self, typed: String) -> Result<String, Wrong> {
        let length = typed.chars().count() as u64;
        if let Some(min) = self.min.as_ref().and_then(Bound::count).filter(|min| length < *min) {
            return Err(Wrong::Short(min));
        }
        if length > self.longest() {
            return Err(Wrong::Long(self.longest()));
        }
        match &self.pattern {
            // A pattern that does not compile was refused when the workflow was made.
            Some(pattern) if !whole(pattern).is_ok_and(|pattern| pattern.is_match(&typed)) => Err(Wrong::Pattern),
            _ => Ok(typed),
        }
    }
}

/// A signature: a drawing in JSON, as the pad gives it, or a name.
fn signed(typed: &str) -> Result<Answer, Wrong> {
    if typed.starts_with('{') {
        let strokes = serde_json::from_str::<Strokes>(typed).map_err(|_| Wrong::Drawing)?;
        return if strokes::are_drawn(&strokes) { Ok(Answer::Drawn(strokes)) } else { Err(Wrong::Drawing) };
    }
    let name = typed.replace(['\n', '\t'], " ");
    if name.chars().count() as u64 > SIGNED_MAX { Err(Wrong::Long(SIGNED_MAX)) } else { Ok(Answer::Text(name)) }
}

/// A number as people write it: with a comma or a point before the decimals, with blanks, apostrophes, points or commas
/// between thousands, in European or Arabic digits. What could mean two numbers is none: `1,200` is one thousand two
/// hundred to some and one and a fifth to others.
pub(super) fn number(typed: &str) -> Option<Number> {
    let mut text: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '\'' | '’' | '٬' | '\u{200e}' | '\u{200f}'))
        .map(|letter| match letter {
            '٠'..='٩' => digit(letter, '٠'),
            '۰'..='۹' => digit(letter, '۰'),
            '٫' => '.',
            '−' => '-',
            other => other,
        })
        .collect();
    let is_negative = text.starts_with('-');
    if is_negative {
        text.remove(0);
    }
    let last = text.rfind([',', '.']);
    let (whole, decimals) = match last {
        None => (text.as_str(), ""),
        Some(at) => {
            let (whole, decimals) = (&text[..at], &text[at + 1..]);
            let mark = text.as_bytes()[at];
            let same = whole.bytes().filter(|byte| *byte == mark).count();
            let others = whole.bytes().any(|byte| matches!(byte, b',' | b'.') && byte != mark);
            match (same, others) {
                // 1.234.567: no decimals at all.
                (1.., false) => (text.as_str(), ""),
                (1.., true) => return None,
                (0, true) => (whole, decimals),
                (0, false) => {
                    let thousands = decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
                    if thousands {
                        return None;
                    }
                    (whole, decimals)
                }
            }
        }
    };
    let whole = ungrouped(whole)?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(decimals)
        || (whole.is_empty() && decimals.is_empty())
        || (last.is_some() && text.ends_with([',', '.']))
    {
        return None;
    }
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    if whole.len() + decimals.len() > DIGITS {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_negative { "-" } else { "" };
    if decimals.is_empty() {
        return format!("{sign}{whole}").parse::<i64>().ok().map(Number::from);
    }
    format!("{sign}{whole}.{decimals}").parse::<f64>().ok().and_then(Number::from_f64)
}

/// A digit of another script as ours; `zero` is that script's.
fn digit(letter: char, zero: char) -> char {
    char::from_digit(u32::from(letter) - u32::from(zero), 10).unwrap_or(letter)
}

/// Digits without what stands between thousands, which has to stand there and nowhere else.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split([',', '.']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let fits = grouped && is_digits(first) && rest.iter().all(|group| group.len() == 3 && is_digits(group));
    fits.then(|| std::iter::once(first).chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_number_is_read_as_people_write_it() {
        for (typed, read) in [
            ("0", "0"),
            ("-3", "-3"),
            ("1200", "1200"),
            ("1 200,50", "1200.5"),
            ("1'200.50", "1200.5"),
            ("1,234.5", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("0.125", "0.125"),
            ("3,9", "3.9"),
            ("1200.123", "1200.123"),
            ("٣٫٥", "3.5"),
            ("123456789012345", "123456789012345"),
            ("0012", "12"),
            (".5", "0.5"),
        ] {
            assert_eq!(number(typed).map(|number| number.to_string()).as_deref(), Some(read), "{typed}");
        }
        for typed in
            ["1,200", "1.200", "12,345", "x", "1e5", "--1", "1.2.3", "1,23,456.7", "1.", ",", "", "1234567890123456"]
        {
            assert_eq!(number(typed), None, "{typed}");
        }
    }

    #[test]
    fn r21_a_day_is_one_of_the_calendar() {
        assert!(day("2024-02-29").is_some());
        for text in ["2026-02-29", "2026-2-1", "21.11.2026", "0999-01-01", "2026-11-21T10:00", ""] {
            assert!(day(text).is_none(), "{text}");
        }
    }
}
