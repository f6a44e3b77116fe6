//! What a form says of a field, as text: what was typed, whether or not it has a meaning, so that nothing typed is lost.

use serde_json::{Value, json};

use super::{
    fault::Fault,
    fields::{Field, Kind},
};

/// In what a duration is counted in the form. The document has minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// Sixty minutes.
    Hours,
    /// 24 hours.
    Days,
}

impl Unit {
    /// All of them, the smallest first.
    pub const ALL: [Self; 3] = [Self::Minutes, Self::Hours, Self::Days];

    /// Its name in the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    const fn minutes(self) -> u32 {
        match self {
            Self::Minutes => 1,
            Self::Hours => 60,
            Self::Days => 24 * 60,
        }
    }

    /// Minutes in the largest unit that leaves nothing over.
    #[must_use]
    pub fn of(minutes: u64) -> (u64, Self) {
        let whole = |unit: &&Self| minutes > 0 && minutes.is_multiple_of(u64::from(unit.minutes()));
        let unit = Self::ALL.iter().rev().find(whole).copied().unwrap_or(Self::Minutes);
        (minutes / u64::from(unit.minutes()), unit)
    }
}

/// The days of the week as the document has them, the week's first one first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The time zones that are offered: UTC, and those that are named after a place.
pub fn time_zones() -> impl Iterator<Item = String> {
    let named = jiff::tz::db().available().map(|zone| zone.to_string());
    named.filter(|zone| zone == "UTC" || (zone.contains('/') && !zone.starts_with("Etc/")))
}

/// What stands in a field's controls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// On or off.
    Switch(bool),
    /// A word, a number or a text; an empty one is none.
    Text(String),
    /// A duration.
    Duration {
        /// Whether there is one; always, where the field cannot be without.
        set: bool,
        /// How many.
        amount: String,
        /// Of what.
        unit: Unit,
    },
    /// Which of [`DAYS`] are chosen.
    Days([bool; 7]),
}

impl Typed {
    /// What the form shows of a value that the document has.
    #[must_use]
    pub fn of(field: &Field, value: &Value) -> Self {
        match field.kind {
            Kind::Switch => Self::Switch(value == true),
            Kind::Duration | Kind::OptionalDuration => {
                let set = value.as_u64();
                let (amount, unit) = set.map_or((0, Unit::Days), Unit::of);
                let amount = set.map(|_| amount.to_string()).unwrap_or_default();
                Self::Duration { set: set.is_some() || field.kind == Kind::Duration, amount, unit }
            }
            Kind::Days => {
                Self::Days(DAYS.map(|day| value.as_array().is_some_and(|all| all.iter().any(|one| one == day))))
            }
            _ => Self::Text(match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        }
    }

    /// What a form sent of a field: `sent` gives the value of a control by its name. What is switched off is not sent.
    #[must_use]
    pub fn read<'a>(field: &Field, sent: impl Fn(&str) -> Option<&'a str>) -> Self {
        let part = |part: &str| sent(&format!("{}.{part}", field.key));
        match field.kind {
            Kind::Switch => Self::Switch(sent(field.key).is_some()),
            Kind::Duration | Kind::OptionalDuration => {
                let unit = Unit::ALL.into_iter().find(|unit| part("unit") == Some(unit.as_str()));
                Self::Duration {
                    set: field.kind == Kind::Duration || part("set") == Some("true"),
                    amount: part("amount").unwrap_or_default().trim().to_owned(),
                    unit: unit.unwrap_or(Unit::Minutes),
                }
            }
            Kind::Days => Self::Days(DAYS.map(|day| part(day).is_some())),
            // Browsers end lines with two characters (HTML, 4.10.21.4); the document has one.
            _ => Self::Text(sent(field.key).unwrap_or_default().replace("\r\n", "\n").trim().to_owned()),
        }
    }

    /// The controls' names with what they send, as [`Typed::read`] reads them.
    #[must_use]
    pub fn sent(&self, field: &Field) -> Vec<(String, String)> {
        let part = |part: &str| format!("{}.{part}", field.key);
        match self {
            Self::Switch(on) => on.then(|| (field.key.to_owned(), "on".to_owned())).into_iter().collect(),
            Self::Text(text) => vec![(field.key.to_owned(), text.clone())],
            Self::Duration { set, amount, unit } => {
                let optional = (field.kind == Kind::OptionalDuration).then(|| (part("set"), set.to_string()));
                let rest = [(part("amount"), amount.clone()), (part("unit"), unit.as_str().to_owned())];
                optional.into_iter().chain(rest).collect()
            }
            Self::Days(chosen) => {
                let chosen = DAYS.iter().zip(chosen).filter(|(_, on)| **on);
                chosen.map(|(day, _)| (part(day), "on".to_owned())).collect()
            }
        }
    }

    /// The value for the document.
    ///
    /// # Errors
    /// What was typed is no value of this kind. Whether it is within the field's limits, the draft says.
    pub fn value(&self, field: &Field) -> Result<Value, Fault> {
        match self {
            Self::Switch(on) => Ok(json!(on)),
            Self::Duration { set: false, .. } => Ok(Value::Null),
            Self::Duration { amount, unit, .. } => {
                let optional = field.kind == Kind::OptionalDuration;
                let fault = if optional { Fault::OptionalMinutes } else { Fault::Minutes };
                let minutes = amount.parse().ok().and_then(|amount: u32| amount.checked_mul(unit.minutes()));
                minutes.filter(|minutes| *minutes > 0).map(Value::from).ok_or(fault)
            }
            Self::Days(chosen) => {
                Ok(DAYS.iter().zip(chosen).filter(|(_, on)| **on).map(|(day, _)| Value::from(*day)).collect())
            }
            Self::Text(text) => match field.kind {
                Kind::Number { least, most } => {
                    let number = text.parse().ok().filter(|number: &u32| (least..=most).contains(number));
                    number.map(Value::from).ok_or(Fault::Range { least, most })
                }
                Kind::Choice(words) if !words.contains(&text.as_str()) => Err(Fault::NoChoice),
                Kind::Choice(_) => Ok(json!(text)),
                Kind::TimeOfDay if text.is_empty() => Err(Fault::TimeOfDay),
                Kind::TimeZone if text.is_empty() => Err(Fault::TimeZone),
                _ if text.is_empty() => Ok(Value::Null),
                Kind::Country => match text.to_uppercase().parse::<crate::Country>() {
                    Ok(country) => Ok(json!(country)),
                    Err(_) => Err(Fault::Country),
                },
                Kind::Colour => Ok(json!(text.to_lowercase())),
                _ => Ok(json!(text)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::FIELDS, *};
    use crate::Settings;

    fn field(key: &str) -> &'static Field {
        Field::of(key).unwrap()
    }

    #[test]
    fn r19_what_a_form_shows_is_sent_back_as_it_was() {
        let mut document = Settings::default().to_value();
        for (key, value) in [
            ("end.inactivity_minutes", json!(90)),
            ("data.retention_minutes", json!(43_200)),
            ("channels.reminders.max", json!(0)),
            ("channels.default_country", json!("DE")),
            ("service.message", json!("Back at noon.\nPromised.")),
        ] {
            field(key).set(&mut document, value);
        }
        for field in FIELDS {
            // The level decides that there is none.
            if field.key == "end.customer_access.minutes" {
                continue;
            }
            let value = field.get(&document).unwrap();
            let sent = Typed::of(field, value).sent(field);
            let typed = Typed::read(field, |name| sent.iter().find(|(key, _)| key == name).map(|(_, text)| &**text));
            assert_eq!(typed.value(field).as_ref(), Ok(value), "{}", field.key);
        }
    }

    #[test]
    fn durations_are_shown_in_the_largest_unit_that_is_whole() {
        for (minutes, shown) in [
            (1, (1, Unit::Minutes)),
            (90, (90, Unit::Minutes)),
            (120, (2, Unit::Hours)),
            (1_440, (1, Unit::Days)),
            (1_500, (25, Unit::Hours)),
            (0, (0, Unit::Minutes)),
        ] {
            assert_eq!(Unit::of(minutes), shown);
        }
    }

    #[test]
    fn what_was_typed_and_is_no_value_is_a_fault() {
        let text = |key: &str, text: &str| Typed::Text(text.into()).value(field(key));
        let amount = |key: &str, amount: &str, unit| {
            Typed::Duration { set: true, amount: amount.into(), unit }.value(field(key))
        };
        assert_eq!(text("authentication.max_attempts", "three"), Err(Fault::Range { least: 1, most: 100 }));
        assert_eq!(text("authentication.method", "palm"), Err(Fault::NoChoice));
        assert_eq!(text("channels.default_country", "Germany"), Err(Fault::Country));
        assert_eq!(text("channels.default_country", "de"), Ok(json!("DE")));
        assert_eq!(amount("end.inactivity_minutes", "0", Unit::Days), Err(Fault::OptionalMinutes));
        assert_eq!(amount("session.customer_access_minutes", "1.5", Unit::Hours), Err(Fault::Minutes));
        assert_eq!(amount("session.customer_access_minutes", "4294967295", Unit::Days), Err(Fault::Minutes));
        assert_eq!(amount("session.customer_access_minutes", "2", Unit::Days), Ok(json!(2_880)));
    }
}
