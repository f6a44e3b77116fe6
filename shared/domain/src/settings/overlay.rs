//! A team's document over the system's (R19).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

use super::{
    check::{SettingsError, canonical, misshapen, unknown_key},
    model::{CustomerAccess, Settings},
};
use crate::Channel;

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
    /// A team's document that overrides nothing.
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
        let mut document = document;
        canonical(&mut document)?;
        let overrides = Self(document);
        system.with(&overrides)?;
        Ok(overrides)
    }

    /// The document as it was written.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    fn is_empty(&self) -> bool {
        self.0.as_object().is_none_or(serde_json::Map::is_empty)
    }

    /// The access after the end (R2) that the team's own keys say by themselves, if they choose a level: none, if that
    /// level needs what they do not say.
    fn own_access(&self) -> Option<CustomerAccess> {
        let own = self.0.pointer("/end/customer_access").filter(|own| own.get("level").is_some())?;
        let mut document = serde_json::to_value(CustomerAccess::default()).ok()?;
        merge(&mut document, own);
        let access = serde_json::from_value(document).ok();
        Some(access.filter(|access: &CustomerAccess| access.check().is_ok()).unwrap_or_default())
    }

    /// Reads back what was stored; it was checked when it was written.
    #[must_use]
    pub fn stored(document: Value) -> Self {
        Self(document)
    }
}

impl Settings {
    /// A team's document over the system's: its value where it has one, otherwise the system's, key by key. Refused where
    /// the two do not fit: for saving a team's document.
    pub fn with(&self, overrides: &Overrides) -> Result<Self, SettingsError> {
        if overrides.is_empty() {
            return Ok(self.clone());
        }
        let settings = self.merged(overrides)?;
        settings.check()?;
        Ok(settings)
    }

    /// The effective settings of a team (R19), whatever became of the system's since its document was saved.
    ///
    /// Where the two no longer fit, only what does not fit gives way, and always towards less: a customer gets no access,
    /// nothing is sent, nobody is let in, that either document did not mean. Authentication never gives way. What cannot
    /// be read at all, or would have to, is an error: rather no answer than an open gate.
    pub fn of_team(&self, overrides: &Overrides) -> Result<Self, SettingsError> {
        if overrides.is_empty() {
            return Ok(self.clone());
        }
        let mut settings = self.merged(overrides)?;
        if settings.check().is_ok() {
            return Ok(settings);
        }
        settings.give_way(self, overrides);
        settings.check()?;
        Ok(settings)
    }

    fn merged(&self, overrides: &Overrides) -> Result<Self, SettingsError> {
        let mut merged = self.to_value();
        merge(&mut merged, &overrides.0);
        // Nothing can be missing: the system's document has every key. One too many is refused by its name.
        Self::shaped(merged)
    }

    /// Changes what can have lost its meaning between two documents that each had one: what several keys say together.
    fn give_way(&mut self, system: &Self, overrides: &Overrides) {
        if self.end.customer_access.check().is_err() {
            let CustomerAccess { chat, attachments, .. } = self.end.customer_access;
            let access = overrides.own_access().unwrap_or_else(|| system.end.customer_access.clone());
            // What either document closed stays so.
            self.end.customer_access =
                CustomerAccess { chat: access.chat && chat, attachments: access.attachments && attachments, ..access };
        }
        if self.channels.default == Channel::Sms && !self.channels.sms {
            self.channels.default = Channel::Email;
        }
        let reminders = &mut self.channels.reminders;
        if reminders.to <= reminders.from {
            reminders.from.clone_from(&system.channels.reminders.from);
            reminders.to.clone_from(&system.channels.reminders.to);
        }
        if reminders.weekdays.is_empty() {
            reminders.enabled = false;
        }
    }
}

/// Lays `over` upon `base`, key by key; lists and plain values replace what they cover.
pub(super) fn merge(base: &mut Value, over: &Value) {
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
