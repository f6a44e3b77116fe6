//! The one read of an operation: everything it needs, asked for at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::{operation::batch_get_item::BatchGetItemInput, types::KeysAndAttributes};
use parlor_domain::{
    Agent, AgentId, EmailAddress, KeyId, Link, LoginId, OutboxEntry, Presence, SecretHash, Session, SessionId,
    Settings, TeamId,
    settings::{Overrides, SettingsError},
    staff::{ApiKey, Login},
};
use serde::de::DeserializeOwned;

use crate::{
    Connection, Credentials, Guesser, IdempotencyRecord, PostedMark, SettingsVersion, SetupLink, Store, StoreError,
    Team, WrongPasswords, document,
    keys::{Item, Key},
};

/// What an operation wants to know, collected before it asks.
#[derive(Debug, Clone, Default)]
pub struct ReadBatch {
    core: Vec<Key>,
    connections: Vec<Key>,
}

impl ReadBatch {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, key: Key) -> Self {
        if !self.core.contains(&key) {
            self.core.push(key);
        }
        self
    }

    /// A session with the settings it runs under: three items.
    #[must_use]
    pub fn session(self, id: &SessionId) -> Self {
        self.with(Key::session(id)).team(&id.team())
    }

    /// The system's settings and a team's: two items.
    #[must_use]
    pub fn team(self, team: &TeamId) -> Self {
        self.with(Key::system()).with(Key::team(team))
    }

    /// The system's settings.
    #[must_use]
    pub fn system(self) -> Self {
        self.with(Key::system())
    }

    /// A link of a session.
    #[must_use]
    pub fn link(self, session: &SessionId, hash: &SecretHash) -> Self {
        self.with(Key::link(session, hash))
    }

    /// A member of staff.
    #[must_use]
    pub fn agent(self, id: &AgentId) -> Self {
        self.with(Key::agent(id))
    }

    /// A signed-in browser with its member of staff: two items.
    #[must_use]
    pub fn login(self, agent: &AgentId, login: &LoginId) -> Self {
        self.with(Key::login(agent, login)).agent(agent)
    }

    /// An API key with its agent: two items.
    #[must_use]
    pub fn api_key(self, id: &KeyId, agent: &AgentId) -> Self {
        self.with(Key::api_key(id)).agent(agent)
    }

    /// What somebody signs in with; it holds the member of staff too.
    #[must_use]
    pub fn credentials(self, email: &EmailAddress) -> Self {
        self.with(Key::credentials(email))
    }

    /// The wrong passwords that count against a try.
    #[must_use]
    pub fn wrong_passwords(self, guesser: &Guesser) -> Self {
        self.with(Key::wrong_passwords(guesser))
    }

    /// The one-time setup link for the first admin.
    #[must_use]
    pub fn setup(self) -> Self {
        self.with(Key::setup())
    }

    /// An answer kept for an `Idempotency-Key`.
    #[must_use]
    pub fn kept(self, caller: &str, key: &str) -> Self {
        self.with(Key::kept(caller, key))
    }

    /// Whether a message was posted before.
    #[must_use]
    pub fn posted(self, session: &SessionId, id: &str) -> Self {
        self.with(Key::posted(session, id))
    }

    /// An outbox entry.
    #[must_use]
    pub fn outbox(self, session: &SessionId, id: &str) -> Self {
        self.with(Key::outbox(session, id))
    }

    /// A live connection.
    #[must_use]
    pub fn connection(mut self, id: &str) -> Self {
        self.connections.push(Key::connection(id));
        self
    }
}

/// A session as it was read: the document, and beside it who is in the room.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The document; its `version` is what a commit is conditional on.
    pub session: Session,
    /// Who is in the room.
    pub presence: Presence,
}

/// The system's settings as their text was last read. They stay the same for request after request, and to read them is a
/// twentieth of a page. What counts is always the text that the request itself found.
#[derive(Debug, Default)]
pub(crate) struct LastRead(Mutex<Option<(String, Settings)>>);

impl LastRead {
    fn settings(&self, document: &str) -> Result<Settings, SettingsError> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, settings)) = last.as_ref().filter(|(text, _)| text == document) {
            return Ok(settings.clone());
        }
        let settings = Settings::stored(document)?;
        *last = Some((document.to_owned(), settings.clone()));
        Ok(settings)
    }
}

/// What was found. Getters read the items that [`ReadBatch`] asked for; asking for others finds nothing.
#[derive(Debug, Default)]
pub struct ReadResult {
    items: HashMap<Key, Item>,
    last_read: Arc<LastRead>,
}

impl ReadResult {
    pub(crate) fn item(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
        attribute: &str,
    ) -> Result<Option<T>, StoreError> {
        self.items.get(key).map_or(Ok(None), |item| document::read(kind, item, attribute))
    }

    fn value<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
        attribute: &str,
    ) -> Result<Option<T>, StoreError> {
        self.items.get(key).map_or(Ok(None), |item| document::read_value(kind, item, attribute))
    }

    fn text(&self, kind: &'static str, key: &Key, attribute: &str) -> Result<Option<&str>, StoreError> {
        self.items.get(key).map_or(Ok(None), |item| document::text(kind, item, attribute))
    }

    /// The session.
    pub fn session(&self, id: &SessionId) -> Result<Option<Stored>, StoreError> {
        let key = Key::session(id);
        let Some(session) = self.get("session", &key, "doc")? else { return Ok(None) };
        Ok(Some(Stored { session, presence: self.value("presence", &key, "online")?.unwrap_or_default() }))
    }

    /// The link.
    pub fn link(&self, session: &SessionId, hash: &SecretHash) -> Result<Option<Link>, StoreError> {
        self.get("link", &Key::link(session, hash), "doc")
    }

    /// The system's settings: the defaults until an admin saved some.
    pub fn system(&self) -> Result<(Settings, SettingsVersion), StoreError> {
        let key = Key::system();
        let Some(document) = self.text("settings", &key, "doc")? else {
            return Ok((Settings::default(), SettingsVersion(0)));
        };
        let settings = self
            .last_read
            .settings(document)
            .map_err(|error| StoreError::Item { kind: "settings", reason: error.to_string() })?;
        Ok((settings, SettingsVersion(self.value("settings", &key, "version")?.unwrap_or(0))))
    }

    /// A team; `None` if there is none of that id.
    pub fn team(&self, id: &TeamId) -> Result<Option<Team>, StoreError> {
        let key = Key::team(id);
        let Some(name) = self.text("team", &key, "name")?.map(str::to_owned) else { return Ok(None) };
        let overrides = match self.text("team", &key, "doc")? {
            None => Overrides::none(),
            Some(document) => Overrides::stored(
                serde_json::from_str(document)
                    .map_err(|error| StoreError::Item { kind: "team", reason: error.to_string() })?,
            ),
        };
        let version = SettingsVersion(self.value("team", &key, "version")?.unwrap_or(0));
        Ok(Some(Team { id: id.clone(), name, overrides, version }))
    }

    /// The effective settings of a team (R19), and its name.
    ///
    /// A team's document that a later change of the system's made meaningless (R2) counts as not there: the system's
    /// settings are always whole, and a session must never be stuck between the two.
    pub fn settings(&self, team: &TeamId) -> Result<(Settings, String), StoreError> {
        let (system, _) = self.system()?;
        match self.team(team)? {
            None => Ok((system, String::new())),
            Some(team) => {
                let effective = system.with(&team.overrides).unwrap_or(system);
                Ok((effective, team.name))
            }
        }
    }

    /// A member of staff.
    pub fn agent(&self, id: &AgentId) -> Result<Option<Agent>, StoreError> {
        self.get("agent", &Key::agent(id), "doc")
    }

    /// A signed-in browser.
    pub fn login(&self, agent: &AgentId, login: &LoginId) -> Result<Option<Login>, StoreError> {
        self.get("login", &Key::login(agent, login), "doc")
    }

    /// An API key.
    pub fn api_key(&self, id: &KeyId) -> Result<Option<ApiKey>, StoreError> {
        self.get("API key", &Key::api_key(id), "doc")
    }

    /// What somebody signs in with.
    pub fn credentials(&self, email: &EmailAddress) -> Result<Option<Credentials>, StoreError> {
        self.get("credentials", &Key::credentials(email), "doc")
    }

    /// The wrong passwords that count against a try; none, if nothing was counted.
    pub fn wrong_passwords(&self, guesser: &Guesser) -> Result<WrongPasswords, StoreError> {
        Ok(self.get("wrong passwords", &Key::wrong_passwords(guesser), "doc")?.unwrap_or_default())
    }

    /// The one-time setup link.
    pub fn setup(&self) -> Result<Option<SetupLink>, StoreError> {
        self.get("setup link", &Key::setup(), "doc")
    }

    /// A kept answer.
    pub fn kept(&self, caller: &str, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.get("kept answer", &Key::kept(caller, key), "doc")
    }

    /// Whether a message was posted before, and as which event.
    pub fn posted(&self, session: &SessionId, id: &str) -> Result<Option<PostedMark>, StoreError> {
        self.get("posted mark", &Key::posted(session, id), "doc")
    }

    /// An outbox entry.
    pub fn outbox(&self, session: &SessionId, id: &str) -> Result<Option<OutboxEntry>, StoreError> {
        self.get("outbox entry", &Key::outbox(session, id), "doc")
    }

    /// A live connection.
    pub fn connection(&self, id: &str) -> Result<Option<Connection>, StoreError> {
        self.get("connection", &Key::connection(id), "doc")
    }
}

impl Store {
    /// Reads everything in `keys`, strongly consistent. One `BatchGetItem` (one more for what DynamoDB leaves
    /// unprocessed, which happens only when it throttles).
    pub async fn read(&self, keys: ReadBatch) -> Result<ReadResult, StoreError> {
        const OPERATION: &str = "BatchGetItem";
        let mut wanted = HashMap::new();
        for (table, keys) in [(&self.core, keys.core), (&self.connections, keys.connections)] {
            if keys.is_empty() {
                continue;
            }
            let request = KeysAndAttributes::builder()
                .set_keys(Some(keys.iter().map(Key::to_item).collect()))
                .consistent_read(true)
                .build()
                .map_err(|error| StoreError::Unavailable { operation: OPERATION, reason: error.to_string() })?;
            wanted.insert(table.clone(), request);
        }
        let mut found = ReadResult { items: HashMap::new(), last_read: Arc::clone(&self.last_read) };
        // Unprocessed keys come back only under throttling; a few tries, then the caller hears 503.
        for _ in 0..4 {
            let input = BatchGetItemInput::builder().set_request_items(Some(wanted));
            let answer = self
                .batch_get_item
                .send(input.build())
                .await
                .map_err(|error| StoreError::from_sdk(OPERATION, &error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if let Some(key) = Key::of(&item) {
                    found.items.insert(key, item);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable { operation: OPERATION, reason: "throttled".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_those_of_the_text_however_often_and_in_whatever_order() {
        let mut other = Settings::default();
        other.authentication.max_attempts += 1;
        let texts = [&Settings::default(), &other].map(|settings| (settings.to_value().to_string(), settings.clone()));
        let last = LastRead::default();
        for (text, settings) in texts.iter().chain(&texts).chain(&texts[1..]) {
            assert_eq!(last.settings(text).unwrap(), *settings);
        }
        assert!(last.settings("{").is_err());
        assert_eq!(last.settings(&texts[1].0).unwrap(), other);
    }
}
