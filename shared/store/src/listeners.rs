//! Who listens: pages of staff whose lists follow what happens. An item for each audience, in the table of connections, with
//! an attribute for each connection that says until when it counts. Whoever has something to tell knows the audiences from
//! the session alone: its owner, its team, and everybody's.
//!
//! All of it may be lost: a page that is not told asks for its list again.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    str::FromStr,
};

use aws_sdk_dynamodb::{
    error::SdkError,
    types::{AttributeValue, KeysAndAttributes, TransactWriteItem, Update},
};
use futures_util::future::{join_all, try_join_all};
use jiff::Timestamp;
use parlor_domain::{Agent, AgentId, LoginId, Role, SessionId, TeamId, ids::InvalidId, presence::lease_from};
use serde::{Deserialize, Serialize};

use crate::{
    ConnectError, Rights, Store, StoreError,
    commit::{incomplete, put_new_in},
    document,
    keys::{Item, Key, number},
    presence::{CONNECTION_TTL, NOTED, noted, refused},
};

/// The attribute of a connection's item that says whose lists it follows; a room's connection has a `doc` instead.
pub(crate) const LISTENER: &str = "lists";

/// A connection that follows lists, and no room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// The member of staff at the other end.
    pub agent: AgentId,
    /// The sign-in that it was opened by: it does not outlive it (R27).
    pub login: LoginId,
    /// Whose sessions it hears of (R20), as their role was when they connected. Who changes a role or a team ends that
    /// person's connections.
    pub scopes: Vec<ListScope>,
    /// The end of the sign-in.
    pub last: Timestamp,
}

impl Listener {
    /// Until when it counts if it is alive at `now`, in seconds since 1970.
    fn until(&self, now: Timestamp) -> i64 {
        lease_from(now).min(self.last).as_second()
    }
}

/// What a list may be of, where who listens is kept: each is a partition (R20).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ListScope {
    /// The sessions that this agent owns.
    Agent(AgentId),
    /// The sessions of this team.
    Team(TeamId),
    /// All of the installation.
    All,
}

impl ListScope {
    /// All the sessions that `agent` may see (R20): what their lists follow.
    #[must_use]
    pub fn seen_by(agent: &Agent) -> Vec<Self> {
        let own = || Self::Agent(agent.id.clone());
        match agent.role {
            Role::Admin => vec![Self::All],
            Role::Supervisor => std::iter::once(own()).chain(agent.teams().into_iter().map(Self::Team)).collect(),
            Role::Agent => vec![own()],
        }
    }

    /// Every scope that a session is in: whoever may see it listens to one of them.
    #[must_use]
    pub fn around(session: &SessionId, owner: Option<&AgentId>) -> Vec<Self> {
        let own = owner.cloned().map(Self::Agent);
        own.into_iter().chain([Self::Team(session.team()), Self::All]).collect()
    }
}

impl fmt::Display for ListScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "A#{id}"),
            Self::Team(id) => write!(f, "T#{id}"),
            Self::All => f.write_str("ALL"),
        }
    }
}

impl FromStr for ListScope {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('#') {
            Some(("A", id)) => id.parse().map(Self::Agent),
            Some(("T", id)) => id.parse().map(Self::Team),
            _ if text == "ALL" => Ok(Self::All),
            _ => Err(InvalidId),
        }
    }
}

impl TryFrom<String> for ListScope {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<ListScope> for String {
    fn from(scope: ListScope) -> Self {
        scope.to_string()
    }
}

/// How a sign-in's item notes a connection that follows lists, in place of the session that others are in the room of: a
/// word that is no session's id, then the scopes.
pub(crate) fn note_of(scopes: &[ListScope]) -> String {
    scopes.iter().fold(LISTENER.to_owned(), |note, scope| format!("{note} {scope}"))
}

/// The scopes of such a note; `None` for a session's id.
pub(crate) fn noted_scopes(note: &str) -> Option<Vec<ListScope>> {
    let scopes = note.strip_prefix(LISTENER)?;
    Some(scopes.split_whitespace().filter_map(|scope| scope.parse().ok()).collect())
}

/// Who listened to some scopes when they were read.
#[derive(Debug, Default)]
pub struct Listeners {
    /// The connections that count, and those whose lease ran out.
    by_scope: BTreeMap<ListScope, (BTreeSet<String>, BTreeSet<String>)>,
}

impl Listeners {
    /// The connections that hear of what is in these scopes, each once.
    #[must_use]
    pub fn of<'a>(&'a self, scopes: &[ListScope]) -> BTreeSet<&'a str> {
        let counting = scopes.iter().filter_map(|scope| self.by_scope.get(scope));
        counting.flat_map(|(counting, _)| counting).map(String::as_str).collect()
    }

    fn read(&mut self, item: &Item, now: Timestamp) {
        let Some(scope) = Key::of(item).and_then(|key| key.scope()) else { return };
        let (counting, lapsed) = self.by_scope.entry(scope).or_default();
        for (name, until) in item {
            let Some(id) = name.strip_prefix(NOTED) else { continue };
            let until = until.as_n().ok().and_then(|until| until.parse::<i64>().ok()).unwrap_or_default();
            let counts = until > now.as_second();
            if counts { &mut *counting } else { &mut *lapsed }.insert(id.to_owned());
        }
    }
}

impl Store {
    /// Lets a connection follow lists: uses the ticket up, notes the connection (at the sign-in too, which has to be there
    /// still, as have the rights that were read), and puts it among those who listen. One `TransactWriteItems`.
    pub async fn listen(
        &self,
        id: &str,
        listener: &Listener,
        rights: &Rights,
        nonce: &str,
        now: Timestamp,
    ) -> Result<(), ConnectError> {
        let expires = number((now + CONNECTION_TTL).as_second());
        let mut ticket = Key::ticket(nonce).to_item();
        ticket.insert("expires".into(), expires.clone());
        let mut item = Key::connection(id).to_item();
        item.insert(LISTENER.into(), document::json("listener", listener)?);
        item.insert("expires".into(), expires.clone());

        let mut writes = vec![put_new_in(&self.connections, ticket)?, put_new_in(&self.connections, item)?];
        writes.push(self.note_at_login(id, &note_of(&listener.scopes), (&listener.agent, &listener.login), now)?);
        writes.push(self.comes_in(rights, now)?);
        for scope in &listener.scopes {
            let update = Update::builder()
                .table_name(&self.connections)
                .set_key(Some(Key::listeners(scope).to_item()))
                .update_expression("SET #id = :until, #expires = :expires")
                .expression_attribute_names("#id", noted(id))
                .expression_attribute_names("#expires", "expires")
                .expression_attribute_values(":until", number(listener.until(now)))
                .expression_attribute_values(":expires", expires.clone())
                .build()
                .map_err(|error| incomplete(&error))?;
            writes.push(TransactWriteItem::builder().update(update).build());
        }
        match self.client.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    /// Renews the lease of a connection that follows lists; whether it still counted. An `UpdateItem` for each of its scopes,
    /// side by side.
    pub async fn renew_listening(&self, id: &str, listener: &Listener, now: Timestamp) -> Result<bool, StoreError> {
        if listener.last <= now {
            return Ok(false);
        }
        let renewals = listener.scopes.iter().map(|scope| async move {
            let renewed = self
                .client
                .update_item()
                .table_name(&self.connections)
                .set_key(Some(Key::listeners(scope).to_item()))
                .update_expression("SET #id = :until, #expires = :expires")
                .condition_expression("#id > :now")
                .expression_attribute_names("#id", noted(id))
                .expression_attribute_names("#expires", "expires")
                .expression_attribute_values(":now", number(now.as_second()))
                .expression_attribute_values(":until", number(listener.until(now)))
                .expression_attribute_values(":expires", number((now + CONNECTION_TTL).as_second()))
                .send()
                .await;
            match renewed {
                Ok(_) => Ok(true),
                Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => Ok(false),
                Err(error) => Err(StoreError::from_sdk("UpdateItem listener", &error)),
            }
        });
        Ok(try_join_all(renewals).await?.into_iter().all(|renewed| renewed))
    }

    /// Forgets a connection that followed lists. A `DeleteItem`, an `UpdateItem` for its sign-in and one for each of its
    /// scopes, side by side.
    pub async fn stop_listening(&self, id: &str, listener: &Listener) -> Result<(), StoreError> {
        let key = Some(Key::connection(id).to_item());
        let forget = self.client.delete_item().table_name(&self.connections).set_key(key).send();
        let own = BTreeSet::from([id]);
        let (forgotten, left, ()) = tokio::join!(
            forget,
            self.forget_at_login(&listener.agent, &listener.login, id),
            self.take_out_of_scopes(&listener.scopes, &own)
        );
        forgotten.map_err(|error| StoreError::from_sdk("DeleteItem connection", &error))?;
        left
    }

    /// Who listens to these scopes at `now`. One `BatchGetItem`, eventually consistent: whoever came a moment ago has read its
    /// list a moment ago.
    pub async fn listeners(&self, scopes: &BTreeSet<ListScope>, now: Timestamp) -> Result<Listeners, StoreError> {
        const OPERATION: &str = "BatchGetItem listeners";
        let mut listeners = Listeners::default();
        if scopes.is_empty() {
            return Ok(listeners);
        }
        let request = KeysAndAttributes::builder()
            .set_keys(Some(scopes.iter().map(|scope| Key::listeners(scope).to_item()).collect()))
            .build()
            .map_err(|error| StoreError::Unavailable { operation: OPERATION, reason: error.to_string() })?;
        let wanted = HashMap::from([(self.connections.clone(), request)]);
        let answer = self.client.batch_get_item().set_request_items(Some(wanted)).send().await;
        let answer = answer.map_err(|error| StoreError::from_sdk(OPERATION, &error))?;
        // What is throttled is not asked for again: it is a hint.
        for item in answer.responses.unwrap_or_default().into_values().flatten() {
            listeners.read(&item, now);
        }
        Ok(listeners)
    }

    /// Forgets those of `listeners` that are `gone`, and those whose lease ran out. An `UpdateItem` for each scope that has
    /// any, side by side; none as a rule. What fails is done another time.
    pub async fn forget_listeners(&self, listeners: &Listeners, gone: &BTreeSet<String>) {
        let forget = listeners.by_scope.iter().map(|(scope, (counting, lapsed))| {
            let ids: BTreeSet<&str> = counting.intersection(gone).chain(lapsed).map(String::as_str).collect();
            async move { self.take_out_of_scopes(std::slice::from_ref(scope), &ids).await }
        });
        join_all(forget).await;
    }

    async fn take_out_of_scopes(&self, scopes: &[ListScope], ids: &BTreeSet<&str>) {
        if ids.is_empty() {
            return;
        }
        let updates = scopes.iter().map(|scope| async move {
            let mut update = self.client.update_item().table_name(&self.connections);
            update = update.set_key(Some(Key::listeners(scope).to_item()));
            // An expression may have 4 KB, and a hundred names are more than leave at once.
            let places: Vec<String> = (0..ids.len().min(100)).map(|place| format!("#gone{place}")).collect();
            for (place, id) in places.iter().zip(ids) {
                update = update.expression_attribute_names(place, noted(id));
            }
            let update = update.update_expression(format!("REMOVE {}", places.join(", ")));
            // Without the condition an audience that nobody listens to any more would be made anew, and for ever.
            update.condition_expression("attribute_exists(pk)").send().await
        });
        // Who is not forgotten now is so when the lease runs out.
        let _: Vec<Result<_, _>> = join_all(updates).await;
    }
}

/// What a connection is there for.
#[derive(Debug)]
pub enum Connected {
    /// It is in a session's room.
    Room(crate::Connection),
    /// It follows lists of the console, and is in no room.
    Lists(Listener),
}

impl Connected {
    pub(crate) fn read(item: &HashMap<String, AttributeValue>) -> Result<Option<Self>, StoreError> {
        if let Some(listener) = document::read("listener", item, LISTENER)? {
            return Ok(Some(Self::Lists(listener)));
        }
        Ok(document::read("connection", item, "doc")?.map(Self::Room))
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Random, TeamId};

    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn agent(role: Role, of: u8) -> Agent {
        let (id, team) = (AgentId::generate(&Fixed(of)), TeamId::generate(&Fixed(of)));
        let also_teams = vec![TeamId::generate(&Fixed(of + 1))];
        Agent { also_teams, ..Agent::new(id, "Nina Okafor", "nina@example.com".parse().unwrap(), role, team) }
    }

    #[test]
    fn r20_whoever_may_see_a_session_listens_to_one_of_its_scopes_and_nobody_else() {
        for owner in [1, 7] {
            for team in [1, 2, 3] {
                let session = SessionId::generate_for(&TeamId::generate(&Fixed(team)), &Fixed(9));
                let owner = AgentId::generate(&Fixed(owner));
                let around = ListScope::around(&session, Some(&owner));
                for role in [Role::Agent, Role::Supervisor, Role::Admin] {
                    let agent = agent(role, 1);
                    let by_role = match role {
                        Role::Admin => true,
                        Role::Supervisor => agent.may_use_team(&session.team()),
                        Role::Agent => false,
                    };
                    let hears = ListScope::seen_by(&agent).iter().any(|scope| around.contains(scope));
                    assert_eq!(hears, agent.id == owner || by_role, "{role:?}, team {team}, {owner}");
                }
            }
        }
    }

    #[test]
    fn a_scope_is_written_as_it_is_read() {
        let scopes =
            [ListScope::seen_by(&agent(Role::Supervisor, 1)), ListScope::seen_by(&agent(Role::Admin, 1))].concat();
        for scope in &scopes {
            assert_eq!(scope.to_string().parse().as_ref(), Ok(scope));
        }
        assert_eq!(noted_scopes(&note_of(&scopes)), Some(scopes));
        assert_eq!(noted_scopes(&"1".repeat(26)), None);
        for wrong in ["", "A#", "T#x", "ALL#", "B#1"] {
            assert!(wrong.parse::<ListScope>().is_err(), "{wrong}");
        }
    }
}
