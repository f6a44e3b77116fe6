//! How a customer is reached: e-mail addresses, phone numbers and the channel between them (R11, R12, R13).
//!
//! What people and programs write is read strictly, by libraries that know the rules of the whole world. What was stored was
//! read once and is taken as it is: a rule that became stricter makes no session unreadable.

mod email;
mod phone;

use std::{borrow::Cow, fmt};

pub use email::EmailAddress;
pub use phone::{Country, PhoneNumber};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The way messages of a session go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By e-mail.
    #[default]
    Email,
    /// By text message (R13).
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
    /// Not an e-mail address that mail can be sent to.
    #[error("this is not an e-mail address; write it like name@example.com")]
    Email,
    /// Not a phone number of any country's plan.
    #[error("this is not a phone number; write it with + and the country code, like +49 30 1234567")]
    Phone,
}

macro_rules! contact_text {
    ($name:ident, $schema:tt) => {
        impl $name {
            /// The text as it is stored and sent to.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
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

/// How one customer can be reached; at least one of the two (both are possible in embedded sessions, R12), none once they were
/// erased (R25).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The e-mail address, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// The phone number, if one is known.
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
