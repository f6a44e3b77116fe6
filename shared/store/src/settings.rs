//! Settings documents (R19).

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{Actor, Settings, TeamId, settings::Overrides};
use serde_json::{Value, json};

use crate::{
    ListedTeam, Store, StoreError,
    commit::incomplete,
    keys::{Item, Key, number, text},
};

/// The version of a settings document, for `ETag` and `If-Match`; 0 is "never saved".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingsVersion(pub u64);

/// A team and what it overrides.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Six characters, with which its sessions' ids begin.
    pub id: TeamId,
    /// Name, as staff see it; customers see it too unless `branding.name` is set.
    pub name: String,
    /// The settings that it overrides.
    pub overrides: Overrides,
    /// The version of those settings.
    pub version: SettingsVersion,
}

/// A team that overrides nothing.
pub(crate) fn team_item(id: &TeamId, name: &str) -> Item {
    let mut item = Key::team(id).to_item();
    item.insert("name".into(), text(name));
    item.insert("version".into(), number(0));
    item
}

impl Store {
    /// Saves the system's settings over the version that was read, and records who changed what (R19). One
    /// `TransactWriteItems`; [`StoreError::Condition`] when somebody else was first.
    pub async fn save_system_settings(
        &self,
        settings: &Settings,
        old: &Settings,
        read: SettingsVersion,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.save(&Key::system(), &settings.to_value(), &old.to_value(), read, by, now).await
    }

    /// Saves a team's document; as [`Store::save_system_settings`].
    pub async fn save_team_settings(
        &self,
        team: &Team,
        overrides: &Overrides,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.save(&Key::team(&team.id), overrides.as_value(), team.overrides.as_value(), team.version, by, now).await
    }

    /// Makes a team, if there is none of that id. One `TransactWriteItems`.
    pub async fn create_team(&self, id: &TeamId, name: &str) -> Result<(), StoreError> {
        let team = ListedTeam { id: id.clone(), name: name.to_owned() };
        self.staff_write().new_team(&team)?.write_staff().await
    }

    async fn save(
        &self,
        key: &Key,
        new: &Value,
        old: &Value,
        read: SettingsVersion,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let version = read.0 + 1;
        let condition =
            if read.0 == 0 { "attribute_not_exists(#version) OR #version = :read" } else { "#version = :read" };
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(key.to_item()))
            .update_expression("SET #doc = :doc, #version = :version")
            .condition_expression(condition)
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":doc", text(&new.to_string()))
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":read", number(read.0))
            .build();
        let update = update.map_err(|error| incomplete(&error))?;
        let mut change = Key::settings_change(&key.pk, version).to_item();
        let record = json!({"at": now, "by": by, "old": old, "new": new});
        change.insert("doc".into(), text(&record.to_string()));
        self.transact(vec![TransactWriteItem::builder().update(update).build(), self.put(change)?]).await
    }
}
