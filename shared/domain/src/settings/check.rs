//! What a settings document may say: its shape, and which values have a meaning, alone and together.

use serde_json::Value;

use crate::EmailAddress;

use super::{
    fault::Fault,
    fields::{FIELDS, Kind},
    model::{AccessLevel, CustomerAccess, Settings},
};

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
        /// Which values have a meaning.
        why: Fault,
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
        self.faults().next().map_or(Ok(()), Err)
    }

    /// Everything by which it is none of R2's combinations.
    fn faults(&self) -> impl Iterator<Item = SettingsError> {
        let full = matches!(self.level, AccessLevel::Full | AccessLevel::FullTimed);
        let lasts = matches!(self.level, AccessLevel::FullTimed | AccessLevel::Limited);
        let then = self.then_limited_minutes.is_some() && self.level != AccessLevel::FullTimed;
        [
            (lasts && self.minutes.is_none(), "end.customer_access.minutes", Fault::NeedsDuration),
            (!lasts && self.minutes.is_some(), "end.customer_access.minutes", Fault::HasNoDuration),
            (self.minutes == Some(0), "end.customer_access.minutes", Fault::Minutes),
            (self.then_limited_minutes == Some(0), "end.customer_access.then_limited_minutes", Fault::Minutes),
            (then, "end.customer_access.then_limited_minutes", Fault::OnlyAfterTimed),
            (self.attachments && !full, "end.customer_access.attachments", Fault::OnlyWhenFull),
            (self.chat && !full, "end.customer_access.chat", Fault::OnlyWhenFull),
        ]
        .into_iter()
        .filter_map(|(wrong, key, why)| wrong.then_some(SettingsError::Meaning { key, why }))
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        self.faults().next().map_or(Ok(()), Err)
    }

    /// Everything that has no meaning: the access after the end (R2), each key by its own limits, and what several keys say together.
    pub(super) fn faults(&self) -> impl Iterator<Item = SettingsError> {
        let reminders = &self.channels.reminders;
        let together = [
            (self.channels.default == crate::Channel::Sms && !self.channels.sms, "channels.default", Fault::SmsOff),
            (reminders.to <= reminders.from, "channels.reminders.to", Fault::NotAfter),
            (reminders.weekdays.is_empty() && reminders.enabled, "channels.reminders.weekdays", Fault::NoDays),
        ];
        let together =
            together.into_iter().filter_map(|(wrong, key, why)| wrong.then_some(SettingsError::Meaning { key, why }));
        let alone = FIELDS
            .iter()
            .filter_map(|field| field.fault(self).map(|why| SettingsError::Meaning { key: field.key, why }));
        self.end.customer_access.faults().chain(alone).chain(together)
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

/// The longest URL.
const URL_MAX: usize = 2_000;

/// Looks at what a document that is saved says of the world outside: time zones are known, and URLs and mail addresses get their one
/// spelling, so that what is stored is what every browser makes of it: browsers read `https:evil` and `https:\\evil` as addresses, and show
/// `https://bank.example@evil` as the bank's. What is stored is not looked at so closely: zones and addresses come and go.
pub(super) fn canonical(document: &mut Value) -> Result<(), SettingsError> {
    for field in FIELDS {
        if field.kind == Kind::TimeZone
            && let Some(Value::String(name)) = field.get(document)
            && jiff::tz::TimeZone::get(name).is_err()
        {
            return Err(SettingsError::Meaning { key: field.key, why: Fault::TimeZone });
        }
        let Some(Value::String(text)) = field.get(document) else { continue };
        if field.kind == Kind::Email {
            let address = email(text).ok_or(SettingsError::Meaning { key: field.key, why: Fault::Email })?;
            field.set(document, Value::String(address.into()));
            continue;
        }
        let Kind::Address { own_files } = field.kind else { continue };
        // A file of this installation has no other form.
        if own_files && is_own_file(text) {
            continue;
        }
        let why = if own_files { Fault::AddressOrFile } else { Fault::Address };
        let canonical = canonical_url(text).ok_or(SettingsError::Meaning { key: field.key, why })?;
        field.set(document, Value::String(canonical));
    }
    Ok(())
}

fn canonical_url(text: &str) -> Option<String> {
    let begins = text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let plain = !text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace());
    let url = url::Url::parse(text).ok().filter(|_| begins && plain && text.len() <= URL_MAX)?;
    let bare = url.has_host() && url.username().is_empty() && url.password().is_none();
    // What is stored is saved again with the rest of the document, and has to be short enough then.
    bare.then(|| url.to_string()).filter(|spelled| spelled.len() <= URL_MAX)
}

/// Whether a stored address is still one. What is saved is looked at more closely: [`canonical`].
pub(super) fn is_https(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host() && url.username().is_empty())
}

/// A path on the installation's own origin, with nothing in it that leads elsewhere or means something to a browser.
pub(super) fn is_own_file(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    text.len() <= 200
        && text.starts_with('/')
        && !text.contains("//")
        && !text.contains("..")
        && text.bytes().all(plain)
}

/// A mail address as it is kept everywhere; `None` for what is none.
pub(super) fn email(text: &str) -> Option<EmailAddress> {
    text.parse().ok()
}

pub(super) fn is_hex_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

pub(super) fn is_time_of_day(text: &str) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0');
    let two = |at: usize| Some(digit(at)? * 10 + digit(at + 1)?);
    text.len() == 5
        && text.as_bytes()[2] == b':'
        && two(0).is_some_and(|hours| hours < 24)
        && two(3).is_some_and(|minutes| minutes < 60)
}
