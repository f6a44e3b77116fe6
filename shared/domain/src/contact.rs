//! How a customer is reached: e-mail addresses, phone numbers and the channel between them (R11, R12, R13).

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The way messages of a session go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By e-mail.
    #[default]
    Email,
    /// By text message.
    Sms,
}

impl Channel {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// An address or a number that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContact {
    /// Not an e-mail address as RFC 5321 has it.
    #[error("this is not an e-mail address; write it like name@example.com")]
    Email,
    /// Not an international phone number as E.164 has it.
    #[error("this is not an international phone number; write it with + and the country code, like +49 30 1234567")]
    Phone,
}

/// An e-mail address, lower-cased: R11 compares contacts that way.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl FromStr for EmailAddress {
    type Err = InvalidContact;
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let text = text.trim().to_lowercase();
        let domain_has_dot = text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.'));
        let plain = !text.contains(['<', '>', '"', '(', ')', ',', ';', '[', ']']);
        if text.len() <= 254
            && plain
            && domain_has_dot
            && !text.chars().any(|c| c.is_control() || c.is_whitespace())
            && email_address::EmailAddress::is_valid(&text)
        {
            Ok(Self(text))
        } else {
            Err(InvalidContact::Email)
        }
    }
}

/// A phone number in E.164: `+`, then 8 to 15 digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl FromStr for PhoneNumber {
    type Err = InvalidContact;
    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let mut number = String::with_capacity(16);
        for c in text.trim().chars() {
            match c {
                '+' if number.is_empty() => number.push('+'),
                '0'..='9' if !number.is_empty() => number.push(c),
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
                _ => return Err(InvalidContact::Phone),
            }
        }
        let digits = number.len().saturating_sub(1);
        if number.as_bytes().get(1).is_some_and(|first| *first != b'0') && (8..=15).contains(&digits) {
            Ok(Self(number))
        } else {
            Err(InvalidContact::Phone)
        }
    }
}

macro_rules! contact_text {
    ($name:ident, $schema:tt) => {
        impl $name {
            /// Its text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidContact;
            fn try_from(text: String) -> Result<Self, InvalidContact> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(contact: $name) -> String {
                contact.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
        // A person's address has no place in a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}
contact_text!(EmailAddress, {"type": "string", "format": "email", "maxLength": 254});
contact_text!(PhoneNumber, {"type": "string", "pattern": r"^\+[1-9][0-9]{7,14}$"});

/// How one customer can be reached; at least one of the two (both are possible in embedded sessions, R12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// By e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// By text message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
}

impl Contact {
    /// The address that `channel` uses, if the contact has it.
    #[must_use]
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => self.email.as_ref().map(EmailAddress::as_str),
            Channel::Sms => self.phone.as_ref().map(PhoneNumber::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_become_e164() {
        assert_eq!("+49 (30) 123-4567".parse::<PhoneNumber>().unwrap().as_str(), "+49301234567");
        for text in ["030 1234567", "+0301234567", "+49", "+49x301234567", "", "++49301234567", "+1234567890123456"] {
            assert_eq!(text.parse::<PhoneNumber>(), Err(InvalidContact::Phone), "{text}");
        }
    }

    #[test]
    fn addresses_are_lower_cased_and_checked() {
        assert_eq!(" Mara@Example.NET ".parse::<EmailAddress>().unwrap().as_str(), "mara@example.net");
        for text in [
            "",
            "mara",
            "mara@",
            "@example.net",
            "mara@localhost",
            "a b@example.net",
            "a@example.net\nbcc: x@example.net",
            "Mara <a@example.net>",
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(InvalidContact::Email), "{text}");
        }
        assert!(!format!("{:?}", "mara@example.net".parse::<EmailAddress>()).contains("mara"));
    }
}
