//! Settings in words: what they are called, what their values are, and what is wrong with one.

use parlor_domain::settings::{Fault, Field, Group, Kind, Typed, Unit};
use serde_json::Value;

use crate::accent::Accent;
use crate::lang::Lang;
use crate::words::{self, settings_page as page, times};

/// What stands in a key between the page and the words in one language.
const BY_LANGUAGE: &str = ".by_language.";

/// The language that a field is for, where it is for one alone.
pub(super) fn language(field: &Field) -> Option<Lang> {
    let (_, rest) = field.key.split_once(BY_LANGUAGE)?;
    Lang::from_tag(rest.split_once('.')?.0)
}

/// The name of a field's texts in the catalogue. In one language a text is called what it is called for all.
fn name(field: &Field) -> String {
    let every = field.key.split_once(BY_LANGUAGE).and_then(|(page, rest)| Some((page, rest.split_once('.')?.1)));
    every.map_or_else(|| field.key.to_owned(), |(page, key)| format!("{page}.{key}")).replace('.', "_")
}

/// The sentence that a field stands in, with `{control}` where it stands, or before it.
pub(super) fn sentence(lang: Lang, field: &Field) -> &'static str {
    words::setting(lang, &name(field)).unwrap_or(field.key)
}

/// The sentence without the field in it, as its name, with the language that it is for.
pub(super) fn label(lang: Lang, field: &Field) -> String {
    let label = sentence(lang, field).replace("{control}", "…");
    language(field).map_or(label.clone(), |one| format!("{label} ({})", one.own_name()))
}

/// What a word of a choice means, or `set` and `null` of a duration.
pub(super) fn word<'a>(lang: Lang, field: &Field, word: &'a str) -> &'a str {
    words::setting(lang, &format!("{}_{word}", name(field))).unwrap_or(word)
}

pub(super) fn group(lang: Lang, group: Group) -> &'static str {
    words::setting(lang, &format!("group_{}", group.as_str())).unwrap_or_default()
}

pub(super) const fn unit(lang: Lang, unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => page::unit_minutes(lang),
        Unit::Hours => page::unit_hours(lang),
        Unit::Days => page::unit_days(lang),
    }
}

/// A value in words; of one that a team does not have, that it is as in the system's.
pub(super) fn value(lang: Lang, field: &Field, value: Option<&Value>) -> String {
    let Some(value) = value else { return page::as_system(lang).to_owned() };
    match (field.kind, value) {
        (Kind::Switch, value) => (if value == true { page::on(lang) } else { page::off(lang) }).to_owned(),
        (Kind::Choice(_), Value::String(chosen)) => word(lang, field, chosen).to_owned(),
        (Kind::OptionalDuration, Value::Null) => word(lang, field, "null").to_owned(),
        (Kind::Duration | Kind::OptionalDuration, Value::Number(minutes)) => {
            let (amount, unit) = Unit::of(minutes.as_u64().unwrap_or_default());
            match unit {
                Unit::Minutes => times::minutes(lang, amount).to_string(),
                Unit::Hours => times::hours(lang, amount).to_string(),
                Unit::Days => times::days(lang, amount).to_string(),
            }
        }
        (Kind::Days, Value::Array(days)) => {
            days.iter().filter_map(Value::as_str).map(|day| word(lang, field, day)).collect::<Vec<_>>().join(", ")
        }
        _ => match Typed::of(field, value) {
            Typed::Text(text) if !text.is_empty() => shortened(&text),
            _ => page::none(lang).to_owned(),
        },
    }
}

/// As much of a text as a row has room for.
fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// What is wrong with a value, and what would be right.
pub fn fault(lang: Lang, fault: Fault) -> String {
    match fault {
        Fault::Range { least, most } => page::fault_range(lang, u64::from(least), u64::from(most)).to_string(),
        Fault::Minutes | Fault::OptionalMinutes | Fault::NeedsDuration => page::fault_minutes(lang).to_owned(),
        Fault::Length { most } => page::fault_length(lang, most).to_string(),
        Fault::Address | Fault::AddressOrFile => page::fault_address(lang).to_owned(),
        Fault::Email => page::fault_email(lang).to_owned(),
        Fault::Colour => page::fault_colour(lang).to_owned(),
        Fault::Country => page::fault_country(lang).to_owned(),
        Fault::TimeZone => page::fault_time_zone(lang).to_owned(),
        Fault::TimeOfDay => page::fault_time(lang).to_owned(),
        Fault::NotAfter => page::fault_not_after(lang).to_owned(),
        Fault::NoDays => page::fault_no_days(lang).to_owned(),
        _ => page::fault_other(lang).to_owned(),
    }
}

/// How well the text on what has this accent can be read, and whether it is dark or light; nothing for what is no colour.
pub fn contrast(lang: Lang, accent: Option<&str>) -> Option<String> {
    let accent = accent.map_or(Some(Accent::default()), Accent::from_hex)?;
    let (ratio, is_dark) = accent.contrast();
    // Rounded down: nothing that is not reached is claimed.
    let ratio = format!("{:.1}", (ratio * 10.).floor() / 10.);
    let said = if is_dark {
        page::contrast_dark(lang, &ratio).to_string()
    } else {
        page::contrast_light(lang, &ratio).to_string()
    };
    Some(said)
}

#[cfg(test)]
mod tests {
    use parlor_domain::settings::{DAYS, FIELDS};

    use super::*;

    #[test]
    fn r19_every_setting_that_acts_has_its_words() {
        for lang in Lang::ALL {
            for group in Group::ALL {
                assert!(words::setting(lang, &format!("group_{}", group.as_str())).is_some(), "{}", group.as_str());
            }
            for field in FIELDS {
                let says = |suffix: &str| words::setting(lang, &format!("{}{suffix}", name(field)));
                let sentence = says("").unwrap_or_else(|| panic!("{lang:?} has no words for {}", field.key));
                match field.kind {
                    Kind::Choice(offered) => {
                        assert!(offered.iter().all(|word| says(&format!("_{word}")).is_some()), "{}", field.key);
                    }
                    Kind::Days => assert!(DAYS.iter().all(|day| says(&format!("_{day}")).is_some()), "{}", field.key),
                    Kind::OptionalDuration => {
                        assert!(says("_set").is_some() && says("_null").is_some(), "{}", field.key);
                    }
                    _ => {}
                }
                let inline = matches!(
                    field.kind,
                    Kind::Choice(_)
                        | Kind::Number { .. }
                        | Kind::Duration
                        | Kind::OptionalDuration
                        | Kind::Country
                        | Kind::TimeOfDay
                );
                assert_eq!(sentence.contains("{control}"), inline, "{lang:?} {}", field.key);
            }
        }
    }
}
