//! The fields of the settings: one table, from which the check, the form and the log of changes take what a field is. Its key and
//! its place in [`Settings`] are written once; the compiler holds the table to the model, and a test that no key is missing.

use serde_json::Value;

use super::{check, fault::Fault, model::Settings};

/// What belongs together for who reads the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// How sessions are started and entered.
    Session,
    /// How customers are reached.
    Channels,
    /// How customers prove who they are.
    Authentication,
    /// What a link opens, and what is agreed to there.
    Opening,
    /// When a session ends, and what comes after.
    End,
    /// Which parts of the history the console shows.
    History,
    /// How long sessions are kept.
    Data,
    /// Whether the service is closed for maintenance, and what is said then.
    Service,
    /// How the company looks.
    Branding,
}

impl Group {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 9] = [
        Self::Session,
        Self::Channels,
        Self::Authentication,
        Self::Opening,
        Self::End,
        Self::History,
        Self::Data,
        Self::Service,
        Self::Branding,
    ];

    /// Its name in addresses and in the catalogue of words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Channels => "channels",
            Self::Authentication => "authentication",
            Self::Opening => "opening",
            Self::End => "end",
            Self::History => "history",
            Self::Data => "data",
            Self::Service => "service",
            Self::Branding => "branding",
        }
    }
}

/// What a field holds, with its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number in these limits.
    Number {
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// Whole minutes, at least one.
    Duration,
    /// Whole minutes, at least one, or `null` for none.
    OptionalDuration,
    /// A text that is not blank, or `null` for none.
    Text {
        /// How many characters it has at most.
        most: usize,
        /// Whether it may have several lines.
        lines: bool,
    },
    /// An https address, or `null` for none.
    Address {
        /// Whether a path of this installation counts, too.
        own_files: bool,
    },
    /// An e-mail address, or `null` for none.
    Email,
    /// A colour as `#rrggbb`, or `null` for the default.
    Colour,
    /// A country's two capital letters, or `null` for none.
    Country,
    /// A time of day, `HH:MM`.
    TimeOfDay,
    /// A time zone by its IANA name.
    TimeZone,
    /// Days of the week.
    Days,
}

/// What another field has to say for a field to have a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The other field.
    pub key: &'static str,
    /// The words that it may be; none for any value but `null`. A switch that is on is `true`.
    pub is: &'static [&'static str],
    /// A switch that gives it a meaning as well, when it is on.
    pub or: Option<&'static str>,
}

impl Needs {
    /// Whether `value` of the other field is one of them.
    #[must_use]
    pub fn hold(&self, value: &Value) -> bool {
        match value {
            Value::Null => false,
            _ if self.is.is_empty() => true,
            Value::Bool(on) => self.is.contains(&if *on { "true" } else { "false" }),
            Value::String(word) => self.is.contains(&word.as_str()),
            _ => false,
        }
    }
}

/// One key of the settings.
#[derive(Debug)]
pub struct Field {
    /// Its dotted path, such as `end.inactivity_minutes`.
    pub key: &'static str,
    /// Where it stands in the form.
    pub group: Group,
    /// What it holds.
    pub kind: Kind,
    /// Without which it says nothing; it is then neither offered nor saved.
    pub needs: Option<Needs>,
    held: fn(&Settings) -> Held<'_>,
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Field {}

impl Field {
    /// The field with this key.
    #[must_use]
    pub fn of(key: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.key == key)
    }

    /// Its value in a document; `None` where the document does not have it, as a team's that inherits it.
    #[must_use]
    pub fn get<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.key.split('.').try_fold(document, |value, part| value.get(part))
    }

    /// Puts a value into a document, with the sections that it stands in.
    pub fn set(&self, document: &mut Value, value: Value) {
        let mut at = document;
        for part in self.key.split('.') {
            if !at.is_object() {
                *at = Value::Object(serde_json::Map::new());
            }
            at = &mut at[part];
        }
        *at = value;
    }

    /// Whether its value has no meaning by itself, and why.
    pub(super) fn fault(&self, settings: &Settings) -> Option<Fault> {
        match (self.kind, (self.held)(settings)) {
            (Kind::Number { least, most }, Held::Number(number)) => {
                (!(least..=most).contains(&number)).then_some(Fault::Range { least, most })
            }
            (Kind::Duration, Held::Number(0) | Held::Minutes(Some(0))) => Some(Fault::Minutes),
            (Kind::OptionalDuration, Held::Minutes(Some(0))) => Some(Fault::OptionalMinutes),
            (Kind::Text { most, .. }, Held::Text(Some(text))) => {
                (text.trim().is_empty() || text.chars().count() > most).then_some(Fault::Length { most })
            }
            (Kind::Address { own_files }, Held::Text(Some(text))) => {
                let own = own_files && check::is_own_file(text);
                let fault = if own_files { Fault::AddressOrFile } else { Fault::Address };
                (!own && !check::is_https(text)).then_some(fault)
            }
            (Kind::Email, Held::Text(Some(text))) => check::email(text).is_none().then_some(Fault::Email),
            (Kind::Colour, Held::Text(Some(text))) => (!check::is_hex_colour(text)).then_some(Fault::Colour),
            (Kind::TimeOfDay, Held::Text(Some(text))) => (!check::is_time_of_day(text)).then_some(Fault::TimeOfDay),
            _ => None,
        }
    }
}

/// A field's value, as far as its own limits are about it.
enum Held<'a> {
    Number(u32),
    Minutes(Option<u32>),
    Text(Option<&'a str>),
    /// Its type has the limits.
    Typed,
}

trait Holds {
    fn held(&self) -> Held<'_> {
        Held::Typed
    }
}

impl Holds for u32 {
    fn held(&self) -> Held<'_> {
        Held::Number(*self)
    }
}

impl Holds for Option<u32> {
    fn held(&self) -> Held<'_> {
        Held::Minutes(*self)
    }
}

impl Holds for Option<String> {
    fn held(&self) -> Held<'_> {
        Held::Text(self.as_deref())
    }
}

impl Holds for String {
    fn held(&self) -> Held<'_> {
        Held::Text(Some(self))
    }
}

impl Holds for bool {}
impl Holds for crate::Channel {}
impl Holds for Option<crate::Country> {}
impl Holds for super::Reengagement {}
impl Holds for super::Method {}
impl Holds for super::AgentRedirect {}
impl Holds for super::AccessLevel {}
impl Holds for Vec<super::Weekday> {}

/// `section.key: kind, needs "other" is ["word"];` in groups, and perhaps `, or "switch"`.
macro_rules! fields {
    ($($group:ident { $(
        $section:ident $(. $part:ident)+ : $kind:expr $(, needs $other:literal is $words:expr $(, or $switch:literal)?)?;
    )+ })+) => {
        /// Every key of the settings, in the order of the form.
        pub static FIELDS: &[Field] = &[$($(Field {
            key: concat!(stringify!($section) $(, ".", stringify!($part))+),
            group: Group::$group,
            kind: $kind,
            needs: { #[allow(unused_mut, unused_assignments)] {
                let mut needs = None;
                $(
                    let mut or = None;
                    $(or = Some($switch);)?
                    needs = Some(Needs { key: $other, is: &$words, or });
                )?
                needs
            } },
            held: |settings| settings.$section $(.$part)+ .held(),
        }),+),+];
    };
}

const LINE: bool = false;
const LINES: bool = true;

fields! {
    Session {
        session.customer_reengagement: Kind::Choice(&["new", "continue"]);
        session.single_active: Kind::Switch;
        session.supervisor_takeover: Kind::Switch;
        session.customer_access_minutes: Kind::Duration;
        session.inactive_agent_message: Kind::Text { most: 500, lines: LINES };
        session.read_receipts: Kind::Switch;
        session.staff_attachments: Kind::Switch;
        session.customer_attachments: Kind::Switch;
        session.auto_open: Kind::Switch;
    }
    Channels {
        channels.sms: Kind::Switch;
        channels.default: Kind::Choice(&["email", "sms"]), needs "channels.sms" is ["true"];
        channels.default_country: Kind::Country, needs "channels.sms" is ["true"];
        channels.embedded: Kind::Switch;
        channels.copy_url: Kind::Switch, needs "channels.embedded" is ["true"];
        channels.update_notices: Kind::Switch;
        channels.reminders.enabled: Kind::Switch;
        channels.reminders.first_after_minutes: Kind::Duration, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.every_minutes: Kind::Duration, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.max: Kind::Number { least: 0, most: u32::MAX }, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.weekdays: Kind::Days, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.from: Kind::TimeOfDay, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.to: Kind::TimeOfDay, needs "channels.reminders.enabled" is ["true"];
        channels.reminders.time_zone: Kind::TimeZone, needs "channels.reminders.enabled" is ["true"];
    }
    Authentication {
        authentication.method: Kind::Choice(&["none", "pin", "otp"]);
        authentication.multi_device: Kind::Switch;
        // A code is entered on another device, too.
        authentication.max_attempts: Kind::Number { least: 1, most: 100 }, needs "authentication.method" is ["pin", "otp"], or "authentication.multi_device";
        authentication.lockout_minutes: Kind::Duration, needs "authentication.method" is ["pin", "otp"], or "authentication.multi_device";
        authentication.max_lockouts: Kind::Number { least: 1, most: 100 }, needs "authentication.method" is ["pin", "otp"], or "authentication.multi_device";
    }
    Opening {
        authentication.opening_page.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.opening_page.by_language.en.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.by_language.en.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.by_language.en.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.opening_page.by_language.de.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.by_language.de.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.by_language.de.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.opening_page.by_language.es.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.by_language.es.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.by_language.es.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.opening_page.by_language.fr.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.by_language.fr.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.by_language.fr.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.opening_page.by_language.ar.title: Kind::Text { most: 120, lines: LINE };
        authentication.opening_page.by_language.ar.text: Kind::Text { most: 2_000, lines: LINES };
        authentication.opening_page.by_language.ar.hint: Kind::Text { most: 200, lines: LINE }, needs "authentication.method" is ["pin"];
        authentication.consent.required: Kind::Switch;
        authentication.consent.text: Kind::Text { most: 4_000, lines: LINES }, needs "authentication.consent.required" is ["true"];
        session.cookie_disclaimer: Kind::Switch;
    }
    End {
        end.agent_redirect: Kind::Choice(&["welcome", "stay"]);
        end.inactivity_minutes: Kind::OptionalDuration;
        end.renew_after_inactivity: Kind::Switch, needs "end.inactivity_minutes" is [];
        end.renew_window_minutes: Kind::OptionalDuration;
        end.customer_access.level: Kind::Choice(&["none", "full", "full_timed", "limited"]);
        end.customer_access.minutes: Kind::Duration, needs "end.customer_access.level" is ["full_timed", "limited"];
        end.customer_access.then_limited_minutes: Kind::OptionalDuration, needs "end.customer_access.level" is ["full_timed"];
        end.customer_access.chat: Kind::Switch, needs "end.customer_access.level" is ["full", "full_timed"];
        end.customer_access.attachments: Kind::Switch, needs "end.customer_access.level" is ["full", "full_timed"];
        end.customer_redirect: Kind::Address { own_files: false };
    }
    History {
        history.search: Kind::Switch;
        history.team_filter: Kind::Switch;
        history.recent: Kind::Switch;
        history.updated: Kind::Switch;
    }
    Data {
        data.retention_minutes: Kind::OptionalDuration;
    }
    Service {
        service.maintenance: Kind::Switch;
        service.message: Kind::Text { most: 500, lines: LINES };
        service.status_url: Kind::Address { own_files: false };
    }
    Branding {
        branding.name: Kind::Text { most: 80, lines: LINE };
        branding.accent: Kind::Colour;
        branding.logo: Kind::Address { own_files: true };
        branding.sender_name: Kind::Text { most: 80, lines: LINE };
        branding.reply_to: Kind::Email;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    /// The dotted paths of a document's plain values.
    fn leaves(value: &Value, at: &str, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(parts) => {
                for (key, value) in parts {
                    leaves(value, &if at.is_empty() { key.clone() } else { format!("{at}.{key}") }, found);
                }
            }
            _ => drop(found.insert(at.to_owned())),
        }
    }

    #[test]
    fn r19_the_table_has_each_key_of_the_document_once() {
        let mut keys = BTreeSet::new();
        leaves(&Settings::default().to_value(), "", &mut keys);
        let table: BTreeSet<String> = FIELDS.iter().map(|field| field.key.to_owned()).collect();
        assert_eq!(table, keys);
        assert_eq!(table.len(), FIELDS.len());
    }

    #[test]
    fn r19_what_a_field_needs_is_a_field_and_can_be_so() {
        for (field, needs) in FIELDS.iter().filter_map(|field| Some((field, field.needs?))) {
            let other = Field::of(needs.key).unwrap_or_else(|| panic!("{}: no {}", field.key, needs.key));
            assert!(other.needs.is_none(), "{}: what it needs stands by itself", field.key);
            match other.kind {
                Kind::Switch => assert_eq!(needs.is, ["true"], "{}", field.key),
                Kind::Choice(words) => {
                    assert!(needs.is.iter().all(|word| words.contains(word)), "{}", field.key);
                }
                Kind::OptionalDuration => assert!(needs.is.is_empty(), "{}", field.key),
                kind => panic!("{} needs {kind:?}", field.key),
            }
            let switch = needs.or.map(|key| Field::of(key).unwrap_or_else(|| panic!("{}: no {key}", field.key)));
            assert!(switch.is_none_or(|one| one.kind == Kind::Switch && one.needs.is_none()), "{}", field.key);
        }
    }

    /// The words of a choice are those of the API's document.
    #[test]
    fn r19_the_table_offers_the_words_of_the_schema() {
        fn words(schema: &Value, found: &mut BTreeSet<String>) {
            match schema {
                Value::Object(parts) => {
                    for (key, value) in parts {
                        match (key.as_str(), value) {
                            ("const", Value::String(word)) => drop(found.insert(word.clone())),
                            ("enum", Value::Array(all)) => {
                                found.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
                            }
                            _ => words(value, found),
                        }
                    }
                }
                Value::Array(all) => all.iter().for_each(|one| words(one, found)),
                _ => {}
            }
        }
        let settings = schemars::generate::SchemaSettings::draft2020_12().with(|made| made.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<Settings>().to_value();
        for field in FIELDS {
            if let Kind::Choice(offered) = field.kind {
                let place = field.key.split('.').fold(&schema, |at, part| &at["properties"][part]);
                let mut found = BTreeSet::new();
                words(place, &mut found);
                assert_eq!(
                    offered.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>(),
                    found,
                    "{}",
                    field.key
                );
            }
        }
    }

    #[test]
    fn a_value_is_put_where_it_is_found() {
        for field in FIELDS {
            let mut document = json!({});
            assert_eq!(field.get(&document), None);
            field.set(&mut document, json!("x"));
            assert_eq!(field.get(&document), Some(&json!("x")), "{}", field.key);
        }
    }
}
