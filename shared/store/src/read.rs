//! The one read of an operation: everything it needs, asked for at once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use jiff::Timestamp;
use parlor_domain::{
    Agent, AgentId, EmailAddress, Event, KeyId, Link, LoginId, OutboxEntry, ParticipantId, Presence, SecretHash,
    Session, SessionId, Settings, TeamId, Who,
    outbox::Owner,
    settings::{Overrides, SettingsError},
    staff::{ApiKey, Login},
};
use serde::de::DeserializeOwned;

use crate::{
    Credentials, Guesser, IdempotencyRecord, PostedMark, SettingsVersion, SetupLink, Store, StoreError, Team,
    WrongPasswords,
    arrivals::Arrivals,
    commit::Customers,
    document,
    keys::{Item, Key, text},
    presence::{customers, room},
    seen::Seen,
    staff::{credentials, sign_in},
};

/// How often a read begins again before the caller hears 503.
const TRIES: u32 = 4;

/// What an operation wants to know, collected before it asks.
#[derive(Debug, Clone, Default)]
pub struct ReadBatch {
    keys: Vec<Key>,
    newest_event_of: Option<SessionId>,
    /// Whose session and presence are read as neighbours.
    neighbours_of: Option<SessionId>,
    eventually: bool,
}

impl ReadBatch {
    /// A batch that asks for nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, key: Key) -> Self {
        if !self.keys.contains(&key) {
            self.keys.push(key);
        }
        self
    }

    /// With the items that another batch asks for.
    pub(crate) fn and(self, other: &Self) -> Self {
        other.keys.iter().cloned().fold(self, Self::with)
    }

    /// Whether it asks for all the items that another batch asks for.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.keys.iter().all(|key| self.keys.contains(key))
    }

    /// Everything that a decision about a session needs, and telling its room of it: the session, the settings it runs
    /// under, who is in the room, and its newest event. Four items, and one `Query` beside the `BatchGetItem`.
    #[must_use]
    pub fn session(self, id: &SessionId) -> Self {
        self.room(id).newest_event(id)
    }

    /// [`ReadBatch::session`] without the settings, which posting a message does not need: two `Query` beside the
    /// `BatchGetItem`, which there is only if something else is asked for. The two items are neighbours in their partition
    /// and together as cheap as one.
    #[must_use]
    pub fn chat(mut self, id: &SessionId) -> Self {
        self.neighbours_of = Some(id.clone());
        self.newest_event(id)
    }

    /// A session's document and who is in its room, without the settings: one `Query`, in which the two cost together what
    /// one costs.
    #[must_use]
    pub fn neighbours(mut self, id: &SessionId) -> Self {
        self.neighbours_of = Some(id.clone());
        self
    }

    /// Reads what was true a moment ago, at half the price: for what is said as a hint.
    #[must_use]
    pub fn eventually(mut self) -> Self {
        self.eventually = true;
        self
    }

    /// A session's document, its settings and who is in its room: four items. Nothing can be decided upon it, because
    /// messages leave the document as it is.
    #[must_use]
    pub fn room(self, id: &SessionId) -> Self {
        self.document(id).with(Key::presence(id))
    }

    /// A session's document and its settings: three items.
    #[must_use]
    pub fn document(self, id: &SessionId) -> Self {
        self.session_alone(id).team(&id.team())
    }

    /// A session's document: one item. Nothing can be decided upon it.
    #[must_use]
    pub fn session_alone(self, id: &SessionId) -> Self {
        self.with(Key::session(id))
    }

    /// A session's newest event: one `Query` beside the `BatchGetItem`.
    #[must_use]
    pub fn newest_event(mut self, id: &SessionId) -> Self {
        self.newest_event_of = Some(id.clone());
        self
    }

    /// The system's settings and a team's: two items.
    #[must_use]
    pub fn team(self, team: &TeamId) -> Self {
        self.with(Key::system()).with(Key::team(team))
    }

    /// The system's settings: one item.
    #[must_use]
    pub fn system(self) -> Self {
        self.with(Key::system())
    }

    /// A link of a session.
    #[must_use]
    pub fn link(self, session: &SessionId, hash: &SecretHash) -> Self {
        self.with(Key::link(session, hash))
    }

    /// A member of staff: one item.
    #[must_use]
    pub fn agent(self, id: &AgentId) -> Self {
        self.with(Key::agent(id))
    }

    /// A signed-in browser with its member of staff: two items.
    #[must_use]
    pub fn login(self, agent: &AgentId, login: &LoginId) -> Self {
        self.with(Key::login(agent, login)).agent(agent)
    }

    /// How often what somebody may see was changed: one item, to be read with them.
    #[must_use]
    pub fn rights_of(self, agent: &AgentId) -> Self {
        self.with(Key::comings(agent))
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

    /// An outbox entry: one item.
    #[must_use]
    pub fn outbox(self, owner: &Owner, id: &str) -> Self {
        self.with(Key::outbox(owner, id))
    }
}

/// A session as it was read, and who is in its room.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The session; its `version` and the number of its newest event are what a commit is conditional on.
    pub session: Session,
    /// Who is in the room.
    pub presence: Presence,
    /// How far each side has seen the chat.
    pub seen: Seen,
}

impl Stored {
    /// Takes in events that were read beside the document, oldest first: those that it does not know of yet happened to
    /// it since.
    pub fn catch_up(&mut self, events: &[Event]) {
        for event in events {
            if event.seq > self.session.seq {
                self.session.apply(event);
            }
        }
    }
}

/// How far a session has come.
#[derive(Debug, Clone)]
struct NewestEvent {
    event: Event,
    /// The version of the session's document when it happened.
    version: u64,
    /// The last action by an agent or the API up to then.
    last_agent_action_at: Timestamp,
    /// How far ahead of their pace the customer wrote.
    customer_ahead_until: Option<Timestamp>,
    /// And each participant (R22).
    participants_ahead: BTreeMap<ParticipantId, Timestamp>,
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
    /// Of which session it was asked for, and what was found.
    newest_event: Option<(SessionId, Option<NewestEvent>)>,
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

    pub(crate) fn value<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
        attribute: &str,
    ) -> Result<Option<T>, StoreError> {
        self.items.get(key).map_or(Ok(None), |item| document::read_value(kind, item, attribute))
    }

    pub(crate) fn text(&self, kind: &'static str, key: &Key, attribute: &str) -> Result<Option<&str>, StoreError> {
        self.items.get(key).map_or(Ok(None), |item| document::text(kind, item, attribute))
    }

    /// The session, for a decision: [`ReadBatch::session`] or [`ReadBatch::chat`] asked for it.
    pub fn session(&self, id: &SessionId) -> Result<Option<Stored>, StoreError> {
        let newest = match &self.newest_event {
            Some((of, newest)) if of == id => newest,
            _ => return Err(StoreError::Item { kind: "session", reason: "its newest event was not asked for".into() }),
        };
        let Some(mut stored) = self.room(id)? else { return Ok(None) };
        if let Some(NewestEvent { event, last_agent_action_at, customer_ahead_until, participants_ahead, .. }) = newest
        {
            stored.session.catch_up(event.seq, event.at, *last_agent_action_at);
            stored.session.customer_ahead_until = *customer_ahead_until;
            for one in &mut stored.session.participants {
                one.ahead_until = participants_ahead.get(&one.id).copied();
            }
        }
        Ok(Some(stored))
    }

    /// The session's document and who is in its room. Messages since its last decision are not in it.
    pub fn room(&self, id: &SessionId) -> Result<Option<Stored>, StoreError> {
        let Some(session) = self.document(id)? else { return Ok(None) };
        let item = self.items.get(&Key::presence(id));
        let presence = item.map(room).transpose()?.unwrap_or_default();
        Ok(Some(Stored { session, presence, seen: item.map(Seen::of).unwrap_or_default() }))
    }

    /// The customer's connections in the room of the session that is to be decided about.
    pub(crate) fn customers(&self) -> Option<Customers> {
        let (session, _) = self.newest_event.as_ref()?;
        Some(self.items.get(&Key::presence(session)).map(customers).unwrap_or_default())
    }

    /// How guests came to a session's room so far, for `who` comes now; [`ReadBatch::room`] asked for it.
    #[must_use]
    pub fn arrivals(&self, session: &SessionId, who: &Who) -> Arrivals {
        self.items.get(&Key::presence(session)).map(|item| Arrivals::of(item, who)).unwrap_or_default()
    }

    /// The session's document. Messages since its last decision are not in it.
    pub fn document(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.get("session", &Key::session(id), "doc")
    }

    /// The session's document and, as lists show it, whether the customer is in the room.
    pub(crate) fn listed(&self, id: &SessionId) -> Result<Option<(Session, Presence)>, StoreError> {
        let Some(session) = self.document(id)? else { return Ok(None) };
        Ok(Some((session, self.value("session", &Key::session(id), "online")?.unwrap_or_default())))
    }

    /// Whether the session was read before a decision and its newest event after it: the two are of different times.
    fn is_torn(&self) -> Result<bool, StoreError> {
        let Some((id, Some(newest))) = &self.newest_event else { return Ok(false) };
        let version: Option<u64> = self.value("session", &Key::session(id), "version")?;
        Ok(version.is_some_and(|version| version < newest.version))
    }

    /// A link of a session; `None` if there is none with this secret.
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
    /// A team's document that no longer fits a later change of the system's opens nothing by it
    /// ([`Settings::of_team`]); one that cannot be read is an error.
    pub fn settings(&self, team: &TeamId) -> Result<(Settings, String), StoreError> {
        let (system, _) = self.system()?;
        match self.team(team)? {
            None => Ok((system, String::new())),
            Some(team) => {
                let effective = system.of_team(&team.overrides);
                let effective =
                    effective.map_err(|error| StoreError::Item { kind: "team", reason: error.to_string() })?;
                Ok((effective, team.name))
            }
        }
    }

    /// A member of staff; `None` if there is none of that id.
    pub fn agent(&self, id: &AgentId) -> Result<Option<Agent>, StoreError> {
        self.get("agent", &Key::agent(id), "doc")
    }

    /// A sign-in; `None` once it was signed out.
    pub fn login(&self, agent: &AgentId, login: &LoginId) -> Result<Option<Login>, StoreError> {
        self.items.get(&Key::login(agent, login)).map_or(Ok(None), sign_in)
    }

    /// An API key; `None` if there is none of that id.
    pub fn api_key(&self, id: &KeyId) -> Result<Option<ApiKey>, StoreError> {
        self.get("API key", &Key::api_key(id), "doc")
    }

    /// What somebody signs in with; `None` if nobody has the address.
    pub fn credentials(&self, email: &EmailAddress) -> Result<Option<Credentials>, StoreError> {
        self.items.get(&Key::credentials(email)).map_or(Ok(None), credentials)
    }

    /// The wrong passwords that count against a try; none, if nothing was counted.
    pub fn wrong_passwords(&self, guesser: &Guesser) -> Result<WrongPasswords, StoreError> {
        Ok(self.get("wrong passwords", &Key::wrong_passwords(guesser), "doc")?.unwrap_or_default())
    }

    /// The setup link for the first admin; `None` once it was used.
    pub fn setup(&self) -> Result<Option<SetupLink>, StoreError> {
        self.get("setup link", &Key::setup(), "doc")
    }

    /// The answer kept for a caller's `Idempotency-Key`. It may be too old: [`IdempotencyRecord::is_fresh`].
    pub fn kept(&self, caller: &str, key: &str) -> Result<Option<IdempotencyRecord>, StoreError> {
        self.get("kept answer", &Key::kept(caller, key), "doc")
    }

    /// Whether a message was posted before, and as which event.
    pub fn posted(&self, session: &SessionId, id: &str) -> Result<Option<PostedMark>, StoreError> {
        self.get("posted mark", &Key::posted(session, id), "doc")
    }

    /// An outbox entry; `None` if there is none of that id.
    pub fn outbox(&self, owner: &Owner, id: &str) -> Result<Option<OutboxEntry>, StoreError> {
        self.get("outbox entry", &Key::outbox(owner, id), "doc")
    }
}

impl Store {
    /// Reads everything in `batch`, strongly consistent. One `BatchGetItem` (one more for what DynamoDB leaves
    /// unprocessed, which happens only when it throttles), and beside it one `Query` where a newest event is asked for.
    /// Both again when somebody decided about the session between the two.
    pub async fn read(&self, batch: ReadBatch) -> Result<ReadResult, StoreError> {
        let Some(session) = batch.newest_event_of.clone() else {
            let items = Box::pin(self.items(&batch)).await?;
            return Ok(ReadResult { items, newest_event: None, last_read: Arc::clone(&self.last_read) });
        };
        for _ in 0..TRIES {
            // On the heap: every future that reads would be as large as all of them.
            let items = Box::pin(self.items(&batch));
            let newest = Box::pin(self.newest_event(&session, !batch.eventually));
            let (items, newest) = tokio::try_join!(items, newest)?;
            let newest_event = Some((session.clone(), newest));
            let found = ReadResult { items, newest_event, last_read: Arc::clone(&self.last_read) };
            if !found.is_torn()? {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable { operation: "BatchGetItem", reason: "the session changed all the time".into() })
    }

    async fn items(&self, batch: &ReadBatch) -> Result<HashMap<Key, Item>, StoreError> {
        let Some(session) = &batch.neighbours_of else { return self.items_by_key(batch).await };
        let (mut items, room) =
            tokio::try_join!(self.items_by_key(batch), self.neighbours(session, !batch.eventually))?;
        items.extend(room.into_iter().filter_map(|item| Some((Key::of(&item)?, item))));
        Ok(items)
    }

    async fn items_by_key(&self, batch: &ReadBatch) -> Result<HashMap<Key, Item>, StoreError> {
        const OPERATION: &str = "BatchGetItem";
        let mut found = HashMap::new();
        if batch.keys.is_empty() {
            return Ok(found);
        }
        let request = KeysAndAttributes::builder()
            .set_keys(Some(batch.keys.iter().map(Key::to_item).collect()))
            .consistent_read(!batch.eventually)
            .build()
            .map_err(|error| StoreError::Unavailable { operation: OPERATION, reason: error.to_string() })?;
        let mut wanted = HashMap::from([(self.core.clone(), request)]);
        // Unprocessed keys come back only under throttling; a few tries, then the caller hears 503.
        for _ in 0..TRIES {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(wanted))
                .send()
                .await
                .map_err(|error| StoreError::from_sdk(OPERATION, &error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if let Some(key) = Key::of(&item) {
                    found.insert(key, item);
                }
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable { operation: OPERATION, reason: "throttled".into() })
    }

    /// A session's item and its room's. One `Query`.
    async fn neighbours(&self, session: &SessionId, consistent: bool) -> Result<Vec<Item>, StoreError> {
        let (room, session) = (Key::presence(session), Key::session(session));
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND sk BETWEEN :room AND :session")
            .expression_attribute_values(":pk", text(&session.pk))
            .expression_attribute_values(":room", text(&room.sk))
            .expression_attribute_values(":session", text(&session.sk))
            .consistent_read(consistent);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query session", &error))?;
        Ok(answer.items.unwrap_or_default())
    }

    async fn newest_event(&self, session: &SessionId, consistent: bool) -> Result<Option<NewestEvent>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(&Key::session(session).pk))
            .expression_attribute_values(":from", text("E#"))
            .expression_attribute_values(":to", text("E#~"))
            .consistent_read(consistent)
            .scan_index_forward(false)
            .limit(1);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query newest event", &error))?;
        let Some(item) = answer.items.unwrap_or_default().pop() else { return Ok(None) };
        let Some(event) = document::read::<Event>("event", &item, "doc")? else { return Ok(None) };
        // Events from before messages left the document alone say neither: the document knows.
        let version = document::read_value("event", &item, "version")?.unwrap_or(0);
        let last_agent_action_at = document::read_value("event", &item, "agent_at")?.unwrap_or(Timestamp::MIN);
        let customer_ahead_until = document::read_value("event", &item, "ahead")?;
        let participants_ahead = document::read_value("event", &item, "participants_ahead")?.unwrap_or_default();
        Ok(Some(NewestEvent { event, version, last_agent_action_at, customer_ahead_until, participants_ahead }))
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
