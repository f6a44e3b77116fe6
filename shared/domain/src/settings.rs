//! The settings document: the system's has every key, a team's only the keys it overrides (R19). Durations are whole
//! minutes. An unknown key, a wrong type, a value out of range, or a combination that R2 does not have is refused by
//! naming the key.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Every effective setting of a session, or the system's own document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How sessions behave.
    pub session: SessionSettings,
    /// How customers are reached.
    pub channels: Channels,
    /// How customers prove who they are.
    pub authentication: Authentication,
    /// What the end of a session does.
    pub end: EndSettings,
    /// What the history pane shows.
    pub history: History,
    /// How long data is kept.
    pub data: Data,
    /// Whether the service is up.
    pub service: Service,
    /// How the company looks.
    pub branding: Branding,
}

/// What a start with a known contact does (R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Reengagement {
    /// A clean session.
    #[default]
    New,
    /// The newest session opens again.
    Continue,
}

/// `session.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// R11: what a start with a known contact does.
    pub customer_reengagement: Reengagement,
    /// R10: whether an agent has one session at a time.
    pub single_active: bool,
    /// R17: shown to a customer who enters while the owner is away.
    pub inactive_agent_message: Option<String>,
    /// R17: shown once per session and browser.
    pub cookie_disclaimer: bool,
    /// R16: whether customers come straight into what is incomplete.
    pub auto_open: bool,
    /// R5: a link's lifetime in minutes.
    pub customer_access_minutes: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            customer_reengagement: Reengagement::New,
            single_active: false,
            inactive_agent_message: None,
            cookie_disclaimer: false,
            auto_open: false,
            customer_access_minutes: 10_080,
        }
    }
}

/// `channels.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Which channel the dialog offers first.
    pub default: crate::Channel,
    /// R13: whether text messages may be sent at all.
    pub sms: bool,
    /// R12: no invitation on start.
    pub embedded: bool,
    /// R12: whether embedded sessions show *Copy session URL*.
    pub copy_url: bool,
    /// R23: notices while the customer is offline.
    pub update_notices: bool,
    /// R23: reminders of unfinished work.
    pub reminders: Reminders,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            default: crate::Channel::Email,
            sms: true,
            embedded: false,
            copy_url: true,
            update_notices: true,
            reminders: Reminders::default(),
        }
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the days speak for themselves")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// `channels.reminders.…` (R23)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reminders {
    /// Whether unfinished work is reminded of.
    pub enabled: bool,
    /// Minutes to the first.
    pub first_after_minutes: u32,
    /// Minutes between two.
    pub every_minutes: u32,
    /// At most this many.
    pub max: u32,
    /// On these days only.
    pub weekdays: Vec<Weekday>,
    /// From this time of day, `HH:MM`.
    pub from: String,
    /// To this time of day, `HH:MM`.
    pub to: String,
    /// In this IANA time zone.
    pub time_zone: String,
}

impl Default for Reminders {
    fn default() -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self {
            enabled: false,
            first_after_minutes: 1440,
            every_minutes: 2880,
            max: 3,
            weekdays: vec![Mon, Tue, Wed, Thu, Fri],
            from: "09:00".into(),
            to: "18:00".into(),
            time_zone: "UTC".into(),
        }
    }
}

/// How a customer proves who they are (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// The link is enough.
    #[default]
    None,
    /// Digits told by another channel.
    Pin,
    /// A one-time code by the session's channel.
    Otp,
}

/// `authentication.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// Which method.
    pub method: Method,
    /// Whether a customer may move to another device by a one-time code (R6).
    pub multi_device: bool,
    /// Wrong tries that lock (R7).
    pub max_attempts: u32,
    /// Minutes that a lock lasts (R7).
    pub lockout_minutes: u32,
    /// Lockouts that ban until the agent resets (R7).
    pub max_lockouts: u32,
    /// The team's own words on the opening page.
    pub opening_page: OpeningPage,
    /// Consent before entry (R6).
    pub consent: Consent,
}

impl Default for Authentication {
    fn default() -> Self {
        Self {
            method: Method::None,
            multi_device: false,
            max_attempts: 5,
            lockout_minutes: 15,
            max_lockouts: 3,
            opening_page: OpeningPage::default(),
            consent: Consent::default(),
        }
    }
}

/// `authentication.opening_page.…`; `null` is the default text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpeningPage {
    /// Its heading.
    pub title: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// A hint to the PIN.
    pub hint: Option<String>,
}

/// `authentication.consent.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether the customer has to agree before entering.
    pub required: bool,
    /// To what; `null` is the default text.
    pub text: Option<String>,
}

/// Where the agent goes after the end (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AgentRedirect {
    /// To the welcome page.
    #[default]
    Welcome,
    /// Stays in the room, read-only.
    Stay,
}

/// `end.…`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSettings {
    /// R18: where the agent goes after the end.
    pub agent_redirect: AgentRedirect,
    /// R3: minutes without agent activity that end a session; `null` is never.
    pub inactivity_minutes: Option<u32>,
    /// R4: whether a session that ended by inactivity can be renewed.
    pub renew_after_inactivity: bool,
    /// R4: minutes after the end in which a session can be renewed; `null` is for ever.
    pub renew_window_minutes: Option<u32>,
    /// R2: what customers may do after the end.
    pub customer_access: CustomerAccess,
    /// R18: where connected customers are sent; https only.
    pub customer_redirect: Option<String>,
}

impl Default for EndSettings {
    fn default() -> Self {
        Self {
            agent_redirect: AgentRedirect::Welcome,
            inactivity_minutes: None,
            renew_after_inactivity: true,
            renew_window_minutes: None,
            customer_access: CustomerAccess::default(),
            customer_redirect: None,
        }
    }
}

/// *End session access* (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessLevel {
    /// Off.
    #[default]
    None,
    /// Full, unlimited.
    Full,
    /// Full for `minutes`, then perhaps limited for `then_limited_minutes`.
    FullTimed,
    /// Limited for `minutes`.
    Limited,
}

/// `end.customer_access.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerAccess {
    /// Which access (R2).
    pub level: AccessLevel,
    /// How long `full_timed` or `limited` lasts (R2).
    pub minutes: Option<u32>,
    /// How long limited access lasts after `full_timed` (R2).
    pub then_limited_minutes: Option<u32>,
    /// Attachments in `full`.
    pub attachments: bool,
    /// Chat in `full`.
    pub chat: bool,
}

/// `history.…` (R20)
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The search field.
    pub search: bool,
    /// The scopes.
    pub team_filter: bool,
    /// Sessions the customer did something in.
    pub updated: bool,
    /// The agent's own latest.
    pub recent: bool,
}

impl Default for History {
    fn default() -> Self {
        Self { search: true, team_filter: true, updated: true, recent: true }
    }
}

/// `data.…` (R25)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Minutes after the end that a session is kept; `null` is for ever.
    pub retention_minutes: Option<u32>,
}

/// `service.…` (R15)
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Whether customers and agents see *Service down*.
    pub maintenance: bool,
    /// What the page says.
    pub message: Option<String>,
    /// Where to look for news; https only.
    pub status_url: Option<String>,
}

/// `branding.…`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Branding {
    /// The company's name; `null` is the team's.
    pub name: Option<String>,
    /// The accent as `#rrggbb`.
    pub accent: Option<String>,
    /// Where the logo is; https only.
    pub logo: Option<String>,
}

/// Why a settings document is refused; both name the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not in the document's shape.
    #[error("`{key}`: {why}")]
    Shape {
        /// Dotted path of the key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A value or a combination that has no meaning.
    #[error("`{key}`: {why}")]
    Meaning {
        /// Dotted path of the key.
        key: &'static str,
        /// What would have.
        why: &'static str,
    },
}

impl SettingsError {
    /// The key at fault, dotted.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Shape { key, .. } => key,
            Self::Meaning { key, .. } => key,
        }
    }
}

/// A team's document: any part of the system's.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overrides(Value);

impl JsonSchema for Overrides {
    fn schema_name() -> Cow<'static, str> {
        "TeamSettings".into()
    }

    /// The system's, of which no key has to be there.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let optional = RecursiveTransform(|schema: &mut Schema| {
            schema.remove("required");
        });
        let mut schema = settings.with_transform(optional).into_generator().into_root_schema_for::<Settings>();
        schema.remove("title");
        schema.insert("description".into(), "A team's document: only the keys that it overrides.".into());
        schema
    }
}

impl Overrides {
    /// Nothing overridden.
    #[must_use]
    pub fn none() -> Self {
        Self(Value::Object(serde_json::Map::new()))
    }

    /// Reads a team's document. It is checked against the system's on its own, then as it will be used (merged over
    /// `system`), so that a team cannot make a combination that R2 does not have.
    pub fn parse(document: Value, system: &Settings) -> Result<Self, SettingsError> {
        let known = Settings::default().to_value();
        if let Some(key) = unknown_key(&document, &known) {
            return Err(SettingsError::Shape { key, why: "is not a setting".into() });
        }
        if let Some(error) = misshapen(&document, &known, "") {
            return Err(error);
        }
        let overrides = Self(document);
        system.with(&overrides)?;
        Ok(overrides)
    }

    /// The document as it was written.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Reads back what was stored; it was checked when it was written.
    #[must_use]
    pub fn stored(document: Value) -> Self {
        Self(document)
    }
}

/// The dotted path of the first key in `document` that `known` does not have.
fn unknown_key(document: &Value, known: &Value) -> Option<String> {
    let (Value::Object(document), Value::Object(known)) = (document, known) else {
        return None;
    };
    document.iter().find_map(|(key, value)| match known.get(key) {
        None => Some(key.clone()),
        Some(inner) => unknown_key(value, inner).map(|rest| format!("{key}.{rest}")),
    })
}

/// The first place where `document` has something else than an object for a section of `known`, or an object for one of
/// its values. serde by itself takes a list for a section, and `{"word": null}` for a word.
fn misshapen(document: &Value, known: &Value, at: &str) -> Option<SettingsError> {
    let refuse = |why: &str| {
        let key = if at.is_empty() { "(document)" } else { at };
        Some(SettingsError::Shape { key: key.to_owned(), why: why.to_owned() })
    };
    match (document, known) {
        (Value::Object(document), Value::Object(known)) => known.iter().find_map(|(key, inner)| {
            let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            document.get(key).and_then(|value| misshapen(value, inner, &path))
        }),
        (_, Value::Object(_)) => refuse("must be an object"),
        (Value::Object(_), _) => refuse("must be a plain value"),
        (Value::Array(values), _) if values.iter().any(Value::is_object) => refuse("must be a list of plain values"),
        _ => None,
    }
}

/// Lays `over` upon `base`, key by key; lists and plain values replace what they cover.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(inner) => merge(inner, value),
                    None => {
                        base.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}

impl Settings {
    /// Reads the system's document: every key, in the right type, with a meaning.
    pub fn parse(document: Value) -> Result<Self, SettingsError> {
        let known = Self::default().to_value();
        if let Some(key) = unknown_key(&document, &known) {
            return Err(SettingsError::Shape { key, why: "is not a setting".into() });
        }
        if let Some(error) = misshapen(&document, &known, "") {
            return Err(error);
        }
        // The other way round: what the document lacks. (serde would read a missing optional key as `null`.)
        if let Some(key) = unknown_key(&known, &document) {
            return Err(SettingsError::Shape { key, why: "is missing".into() });
        }
        Self::complete(document)
    }

    /// Reads a document that has every key and no other.
    fn complete(document: Value) -> Result<Self, SettingsError> {
        let settings: Self = serde_path_to_error::deserialize(document).map_err(|error| SettingsError::Shape {
            key: error.path().to_string(),
            why: without_internals(error.inner()),
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// Reads back what was stored. Every request does so, and [`Settings::parse`] looked at each key when it was
    /// written: this goes through the text once. An optional key that is not there is `null`.
    pub fn stored(document: &str) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_str(document)
            .map_err(|error| SettingsError::Shape { key: "(document)".into(), why: without_internals(&error) })?;
        settings.check()?;
        Ok(settings)
    }

    /// The document as JSON.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "plain data always serialises")]
    pub fn to_value(&self) -> Value {
        #[expect(clippy::unwrap_used, reason = "plain data with string keys always serialises")]
        serde_json::to_value(self).unwrap()
    }

    /// The effective settings of a team: its value where it has one, otherwise the system's, key by key.
    pub fn with(&self, overrides: &Overrides) -> Result<Self, SettingsError> {
        if overrides.0.as_object().is_none_or(serde_json::Map::is_empty) {
            return Ok(self.clone());
        }
        let mut merged = self.to_value();
        merge(&mut merged, &overrides.0);
        // Nothing can be missing: the system's document has every key. One too many is refused by its name.
        Self::complete(merged)
    }

    /// R3's deadline after the last action, if inactivity ends sessions.
    #[must_use]
    pub fn inactivity_deadline(&self, last_action: Timestamp) -> Option<Timestamp> {
        let minutes = self.end.inactivity_minutes?;
        Some(last_action.checked_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX))
    }

    fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key, why| Err(SettingsError::Meaning { key, why });
        let access = &self.end.customer_access;
        match access.level {
            AccessLevel::FullTimed | AccessLevel::Limited if access.minutes.is_none() => {
                return refuse("end.customer_access.minutes", "this level needs a duration in minutes");
            }
            AccessLevel::None | AccessLevel::Full if access.minutes.is_some() => {
                return refuse("end.customer_access.minutes", "only `full_timed` and `limited` have a duration");
            }
            _ => {}
        }
        if access.minutes == Some(0) {
            return refuse("end.customer_access.minutes", "must be at least 1");
        }
        if access.then_limited_minutes == Some(0) {
            return refuse("end.customer_access.then_limited_minutes", "must be at least 1");
        }
        if access.then_limited_minutes.is_some() && access.level != AccessLevel::FullTimed {
            return refuse("end.customer_access.then_limited_minutes", "only `full_timed` continues to limited access");
        }
        let full = matches!(access.level, AccessLevel::Full | AccessLevel::FullTimed);
        if access.attachments && !full {
            return refuse("end.customer_access.attachments", "only `full` and `full_timed` can allow attachments");
        }
        if access.chat && !full {
            return refuse("end.customer_access.chat", "only `full` and `full_timed` can allow chat");
        }
        if self.end.inactivity_minutes == Some(0) {
            return refuse("end.inactivity_minutes", "must be at least 1, or null for never");
        }
        if self.end.renew_window_minutes == Some(0) {
            return refuse("end.renew_window_minutes", "must be at least 1, or null for no limit");
        }
        if self.session.customer_access_minutes == 0 {
            return refuse("session.customer_access_minutes", "must be at least 1");
        }
        if self.data.retention_minutes == Some(0) {
            return refuse("data.retention_minutes", "must be at least 1, or null to keep for ever");
        }
        let authentication = &self.authentication;
        if !(1..=100).contains(&authentication.max_attempts) {
            return refuse("authentication.max_attempts", "must be from 1 to 100");
        }
        if authentication.lockout_minutes == 0 {
            return refuse("authentication.lockout_minutes", "must be at least 1");
        }
        if !(1..=100).contains(&authentication.max_lockouts) {
            return refuse("authentication.max_lockouts", "must be from 1 to 100");
        }
        if self.channels.default == crate::Channel::Sms && !self.channels.sms {
            return refuse("channels.default", "text messages are off (`channels.sms`)");
        }
        if !https(self.end.customer_redirect.as_deref()) {
            return refuse("end.customer_redirect", "must be an https URL");
        }
        if !https(self.service.status_url.as_deref()) {
            return refuse("service.status_url", "must be an https URL");
        }
        if !https(self.branding.logo.as_deref()) {
            return refuse("branding.logo", "must be an https URL");
        }
        if self.branding.accent.as_deref().is_some_and(|accent| !is_hex_colour(accent)) {
            return refuse("branding.accent", "must be a colour like #1a6b54");
        }
        let reminders = &self.channels.reminders;
        if reminders.first_after_minutes == 0 {
            return refuse("channels.reminders.first_after_minutes", "must be at least 1");
        }
        if reminders.every_minutes == 0 {
            return refuse("channels.reminders.every_minutes", "must be at least 1");
        }
        if !is_time_of_day(&reminders.from) {
            return refuse("channels.reminders.from", "must be a time like 09:00");
        }
        if !is_time_of_day(&reminders.to) || reminders.to <= reminders.from {
            return refuse("channels.reminders.to", "must be a time like 18:00, after `from`");
        }
        if reminders.weekdays.is_empty() && reminders.enabled {
            return refuse("channels.reminders.weekdays", "needs at least one day");
        }
        for (key, text, most) in [
            ("branding.name", &self.branding.name, 80),
            ("session.inactive_agent_message", &self.session.inactive_agent_message, 500),
            ("service.message", &self.service.message, 500),
            ("authentication.opening_page.title", &authentication.opening_page.title, 120),
            ("authentication.opening_page.text", &authentication.opening_page.text, 2_000),
            ("authentication.opening_page.hint", &authentication.opening_page.hint, 200),
            ("authentication.consent.text", &authentication.consent.text, 4_000),
        ] {
            if text.as_deref().is_some_and(|text| text.trim().is_empty() || text.chars().count() > most) {
                return refuse(key, "must not be empty or longer than the page has room for; null is the default");
            }
        }
        Ok(())
    }
}

/// What serde says about a document, without what only we know: a position in a text of our own making, and the names of
/// our types.
#[must_use]
pub fn without_internals(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    match text.split_once(", expected struct ") {
        Some((before, name)) => {
            let after = name.split_once(' ').map_or("", |(_, after)| after);
            format!("{before}, expected an object {after}").trim_end().to_owned()
        }
        None => text.to_owned(),
    }
}

fn https(text: Option<&str>) -> bool {
    text.is_none_or(|text| {
        url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty())
    })
}

fn is_hex_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_time_of_day(text: &str) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0');
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    text.len() == 5
        && text.as_bytes()[2] == b':'
        && two(0).is_some_and(|hours| hours < 24)
        && two(3).is_some_and(|minutes| minutes < 60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r19_a_team_overrides_key_by_key() {
        let system = Settings::default();
        let overrides =
            Overrides::parse(json!({"end":{"inactivity_minutes":10},"channels":{"reminders":{"max":1}}}), &system)
                .unwrap();
        let effective = system.with(&overrides).unwrap();
        assert_eq!(effective.end.inactivity_minutes, Some(10));
        assert_eq!(effective.channels.reminders.max, 1);
        assert_eq!(effective.channels.reminders.every_minutes, 2880);
        assert_eq!(effective.session, system.session);
    }

    #[test]
    fn defaults_round_trip_as_the_contract_has_them() {
        let value = Settings::default().to_value();
        assert_eq!(value["session"]["customer_access_minutes"], 10_080);
        assert_eq!(value["end"]["customer_access"]["level"], "none");
        assert_eq!(value["branding"]["logo"], Value::Null);
        assert_eq!(Settings::parse(value), Ok(Settings::default()));
    }

    #[test]
    fn what_was_stored_is_read_back_and_nothing_else() {
        let stored = |change: fn(&mut Value)| {
            let mut document = Settings::default().to_value();
            change(&mut document);
            Settings::stored(&document.to_string())
        };
        assert_eq!(stored(|_| {}), Ok(Settings::default()));
        assert!(stored(|document| document["service"]["extra"] = json!(1)).is_err());
        assert!(stored(|document| document["end"]["customer_access"]["level"] = json!("full_timed")).is_err());
        assert!(Settings::stored("{}").is_err());
    }

    #[test]
    fn what_is_refused_names_its_key() {
        let with = |pointer: &str, value: Value| {
            let mut document = Settings::default().to_value();
            *document.pointer_mut(pointer).unwrap() = value;
            Settings::parse(document).unwrap_err().key().to_owned()
        };
        assert_eq!(with("/session/single_active", json!("yes")), "session.single_active");
        assert_eq!(
            with(
                "/end/customer_access",
                json!({"level":"full","minutes":5,"then_limited_minutes":null,"attachments":false,"chat":false})
            ),
            "end.customer_access.minutes"
        );
        assert_eq!(
            with(
                "/end/customer_access",
                json!({"level":"limited","minutes":5,"then_limited_minutes":null,"attachments":false,"chat":true})
            ),
            "end.customer_access.chat"
        );
        assert_eq!(
            with(
                "/end/customer_access",
                json!({"level":"full_timed","minutes":null,"then_limited_minutes":null,"attachments":false,"chat":true})
            ),
            "end.customer_access.minutes"
        );
        assert_eq!(with("/end/customer_access", json!({"level":"limited"})), "end.customer_access.attachments");
        assert_eq!(with("/end/customer_redirect", json!("http://example.com")), "end.customer_redirect");
        assert_eq!(with("/end/customer_redirect", json!("javascript:alert(1)")), "end.customer_redirect");
        assert_eq!(with("/channels/reminders/from", json!("25:00")), "channels.reminders.from");
        assert_eq!(
            with("/service", json!({"maintenance":false,"message":null,"status_url":null,"extra":1})),
            "service.extra"
        );
        assert_eq!(with("/session/customer_access_minutes", json!(-1)), "session.customer_access_minutes");
        assert_eq!(with("/data", json!([null])), "data");
        assert_eq!(with("/channels/reminders", json!(null)), "channels.reminders");
        assert_eq!(with("/end/agent_redirect", json!({"stay": null})), "end.agent_redirect");
        assert_eq!(with("/channels/reminders/weekdays", json!([{"monday": null}])), "channels.reminders.weekdays");
        let error = Settings::parse(json!([])).unwrap_err();
        assert_eq!((error.key(), error.to_string().as_str()), ("(document)", "`(document)`: must be an object"));
        assert_eq!(
            Overrides::parse(json!({"end":{"customer_access":{"chat":true}}}), &Settings::default()).unwrap_err().key(),
            "end.customer_access.chat"
        );
        let team = |document: Value| Overrides::parse(document, &Settings::default()).unwrap_err().key().to_owned();
        assert_eq!(team(json!({"sesion":{}})), "sesion");
        assert_eq!(team(json!([])), "(document)");
        assert_eq!(team(json!({"data": [null]})), "data");
        assert_eq!(team(json!({"end": {"agent_redirect": {"stay": null}}})), "end.agent_redirect");
    }
}
