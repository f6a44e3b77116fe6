//! The language that a customer is spoken to in (R26).

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The longest tag (RFC 5646, section 4.4.1, has no tag in use near it), in bytes.
const TAG_MAX: usize = 35;

/// Not a tag of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a language tag; write it like de or pt-BR")]
pub struct InvalidLanguage;

/// A language by its tag (BCP 47), as it was written. Which languages there are words in, the pages know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(String);

impl Language {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, InvalidLanguage> {
        let text = text.trim();
        let mut parts = text.split('-');
        let is_language =
            |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphabetic());
        let is_subtag =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric());
        if text.len() <= TAG_MAX && parts.next().is_some_and(is_language) && parts.all(is_subtag) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLanguage)
        }
    }
}

impl TryFrom<String> for Language {
    type Error = InvalidLanguage;

    fn try_from(text: String) -> Result<Self, InvalidLanguage> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl JsonSchema for Language {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Language".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "maxLength": 35})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r26_a_language_is_a_tag() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "de-1996", "ast"] {
            assert_eq!(tag.parse::<Language>().unwrap().as_str(), tag);
        }
        for none in [
            "",
            "d",
            "de_AT",
            "de-",
            "-de",
            "German language",
            "d3",
            "de-\u{e4}",
            "a-very-long-tag-that-nobody-would-use",
        ] {
            assert_eq!(none.parse::<Language>(), Err(InvalidLanguage), "{none}");
        }
    }
}
