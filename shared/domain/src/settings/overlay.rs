//! A team's document over the system's (R19).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

use super::{
    check::{SettingsError, misshapen, unknown_key},
    model::Settings,
};

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

impl Settings {
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
