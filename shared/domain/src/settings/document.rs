//! Reading a settings document: the system's as an admin writes it, and as it is stored.

use serde_json::Value;

use super::{
    check::{SettingsError, canonical, misshapen, unknown_key, without_internals},
    model::Settings,
};

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
        let mut document = document;
        canonical(&mut document)?;
        let settings = Self::shaped(document)?;
        settings.check()?;
        Ok(settings)
    }

    /// Reads a document that has every key and no other, whatever its values mean.
    pub(super) fn shaped(document: Value) -> Result<Self, SettingsError> {
        serde_path_to_error::deserialize(document).map_err(|error| SettingsError::Shape {
            key: error.path().to_string(),
            why: without_internals(error.inner()),
        })
    }

    /// Reads back what was stored. Every request does so, and [`Settings::parse`] looked at each key when it was
    /// written: this goes through the text once. An optional key that is not there is `null`.
    pub fn stored(document: &str) -> Result<Self, SettingsError> {
        let settings: Self = serde_json::from_str(document)
            .map_err(|error| SettingsError::Shape { key: "(document)".into(), why: without_internals(&error) })?;
        settings.check()?;
        Ok(settings)
    }
}
