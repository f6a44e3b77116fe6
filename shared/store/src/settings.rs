//! Settings documents (R19).

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{Actor, Settings, TeamId, settings::Overrides};
use serde::Deserialize;
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

/// A change of a settings document (R19).
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsChange {
    /// The version that it made.
    pub version: u64,
    /// When it was saved.
    pub at: Timestamp,
    /// Who saved it.
    pub by: Actor,
    /// The document before.
    pub old: Value,
    /// The document after.
    pub new: Value,
}

/// A team that overrides nothing.
pub(crate) fn team_item(id: &TeamId, name: &str) -> Item {
    let mut item = Key::team(id).to_item();
    item.insert("name".into(), text(name));
    item.insert("version".into(), number(0));
    item
}

/// The last version that a change's key has room for.
const LAST_VERSION: u64 = 999_999_999_999;

/// Reads back what [`Store::save`] wrote of a change.
fn change(item: &Item) -> Result<SettingsChange, StoreError> {
    #[derive(Deserialize)]
    struct Record {
        at: Timestamp,
        by: Actor,
        old: Value,
        new: Value,
    }
    let broken = |reason: String| StoreError::Item { kind: "settings change", reason };
    let attribute = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let version = attribute("sk").and_then(|sk| sk.split_once('#')?.1.parse().ok());
    let version = version.ok_or_else(|| broken("no version".into()))?;
    let record = attribute("doc").map(String::as_str).unwrap_or_default();
    let Record { at, by, old, new } = serde_json::from_str(record).map_err(|error| broken(error.to_string()))?;
    Ok(SettingsChange { version, at, by, old, new })
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

    /// The changes of the system's document, or of a team's, newest first: those before version `before`, at most `limit`. One
    /// `Query`, strongly consistent.
    pub async fn settings_changes(
        &self,
        team: Option<&TeamId>,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Vec<SettingsChange>, StoreError> {
        let pk = team.map_or_else(Key::system, Key::team).pk;
        let last = before.map_or(LAST_VERSION, |before| before.saturating_sub(1));
        let request = self
            .client
            .query()
            .table_name(&self.core)
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(i32::from(limit))
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#sk", "sk")
            .expression_attribute_values(":first", text(&Key::settings_change(&pk, 0).sk))
            .expression_attribute_values(":last", text(&Key::settings_change(&pk, last).sk))
            .expression_attribute_values(":pk", text(&pk));
        let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query settings changes", &error))?;
        answer.items.unwrap_or_default().iter().map(change).collect()
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
