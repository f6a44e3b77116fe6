//! What a settings document may say: its shape, and which values have a meaning, alone and together.

use serde_json::Value;

use super::model::{AccessLevel, CustomerAccess, Settings};

/// Why a settings document is refused; both name the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A key is unknown or missing, or its value has a wrong type.
    #[error("`{key}`: {why}")]
    Shape {
        /// The key at fault as a dotted path, such as `end.inactivity_minutes`.
        key: String,
        /// What is wrong with it, for people.
        why: String,
    },
    /// A value or a combination that has no meaning.
    #[error("`{key}`: {why}")]
    Meaning {
        /// The key at fault as a dotted path.
        key: &'static str,
        /// Which values have a meaning, for people.
        why: &'static str,
    },
}

impl SettingsError {
    /// The key at fault as a dotted path; `(document)` for the whole.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Shape { key, .. } => key,
            Self::Meaning { key, .. } => key,
        }
    }
}

/// The dotted path of the first key in `document` that `known` does not have.
pub(super) fn unknown_key(document: &Value, known: &Value) -> Option<String> {
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
pub(super) fn misshapen(document: &Value, known: &Value, at: &str) -> Option<SettingsError> {
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

impl CustomerAccess {
    /// Whether it is one of R2's combinations.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key, why| Err(SettingsError::Meaning { key, why });
        match self.level {
            AccessLevel::FullTimed | AccessLevel::Limited if self.minutes.is_none() => {
                return refuse("end.customer_access.minutes", "this level needs a duration in minutes");
            }
            AccessLevel::None | AccessLevel::Full if self.minutes.is_some() => {
                return refuse("end.customer_access.minutes", "only `full_timed` and `limited` have a duration");
            }
            _ => {}
        }
        if self.minutes == Some(0) {
            return refuse("end.customer_access.minutes", "must be at least 1");
        }
        if self.then_limited_minutes == Some(0) {
            return refuse("end.customer_access.then_limited_minutes", "must be at least 1");
        }
        if self.then_limited_minutes.is_some() && self.level != AccessLevel::FullTimed {
            return refuse("end.customer_access.then_limited_minutes", "only `full_timed` continues to limited access");
        }
        let full = matches!(self.level, AccessLevel::Full | AccessLevel::FullTimed);
        if self.attachments && !full {
            return refuse("end.customer_access.attachments", "only `full` and `full_timed` can allow attachments");
        }
        if self.chat && !full {
            return refuse("end.customer_access.chat", "only `full` and `full_timed` can allow chat");
        }
        Ok(())
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key, why| Err(SettingsError::Meaning { key, why });
        self.end.customer_access.check()?;
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
        if !https(self.branding.logo.as_deref()) && !self.branding.logo.as_deref().is_some_and(is_own_file) {
            return refuse("branding.logo", "must be an https URL, or a path of this installation");
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

/// Where settings have a URL, as pointers into the document, with their keys.
const URLS: [(&str, &str); 3] = [
    ("/end/customer_redirect", "end.customer_redirect"),
    ("/service/status_url", "service.status_url"),
    ("/branding/logo", "branding.logo"),
];

/// The longest URL.
const URL_MAX: usize = 2_000;

/// Puts the URLs of a document that is saved into their one spelling, so that what is stored is what every browser makes of
/// it: browsers read `https:evil` and `https:\\evil` as addresses, and show `https://bank.example@evil` as the bank's.
pub(super) fn canonical_urls(document: &mut Value) -> Result<(), SettingsError> {
    for (pointer, key) in URLS {
        if let Some(Value::String(text)) = document.pointer_mut(pointer) {
            // The logo may be a file of this installation, which has no other form.
            if key == "branding.logo" && is_own_file(text) {
                continue;
            }
            let why = "must be an https URL, like https://example.com/page, without a user or a password";
            *text = canonical_url(text).ok_or(SettingsError::Meaning { key, why })?;
        }
    }
    Ok(())
}

fn canonical_url(text: &str) -> Option<String> {
    let begins = text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let plain = !text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace());
    let url = url::Url::parse(text).ok().filter(|_| begins && plain && text.len() <= URL_MAX)?;
    let bare = url.has_host() && url.username().is_empty() && url.password().is_none();
    bare.then(|| url.to_string())
}

fn https(text: Option<&str>) -> bool {
    text.is_none_or(|text| {
        url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty())
    })
}

/// A path on the installation's own origin, with nothing in it that leads elsewhere or means something to a browser.
fn is_own_file(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    text.len() <= 200
        && text.starts_with('/')
        && !text.contains("//")
        && !text.contains("..")
        && text.bytes().all(plain)
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
