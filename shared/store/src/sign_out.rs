//! The end of sign-ins, and of every live connection that depends on them (R27): signing out, a changed password, a
//! deactivation.
//!
//! A sign-in's item notes the connections that were opened by it, in the write that opens them. So one write ends them with
//! it: their rooms forget them, and whatever becomes of a socket, nothing that it says or hears goes through a room any more.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{AgentId, LoginId, Random, SessionId, staff::Login};

use crate::{
    Busy, ListScope, Race, Store, StoreError,
    commit::incomplete,
    keys::{Item, Key, number, text},
    listeners::noted_scopes,
    presence::{CHANGED, NOTED, OPENED, noted},
    staff,
};

/// At most this many connections are ended in one write, which may have a hundred items: a sign-in and a room for each, and the
/// lists that one person follows.
const AT_ONCE: usize = 35;

/// A sign-in with the live connections that depend on it.
#[derive(Debug, Clone)]
pub struct SignIn {
    login: LoginId,
    stored: Option<Login>,
    /// How many connections it ever opened: another one means that this is out of date.
    opened: Option<u64>,
    connections: BTreeMap<String, Place>,
}

/// Where a connection of staff is.
#[derive(Debug, Clone)]
enum Place {
    Room(SessionId),
    Lists(Vec<ListScope>),
}

impl Place {
    fn read(note: &str) -> Option<Self> {
        noted_scopes(note).map(Self::Lists).or_else(|| note.parse().ok().map(Self::Room))
    }
}

impl SignIn {
    fn read(item: &Item) -> Option<Self> {
        let login = item.get("sk")?.as_s().ok()?.strip_prefix("LOGIN#")?.parse().ok()?;
        let opened = item.get(OPENED).and_then(|count| count.as_n().ok()).and_then(|count| count.parse().ok());
        let noted = item.iter().filter_map(|(name, place)| {
            let id = name.strip_prefix(NOTED)?;
            Some((id.to_owned(), Place::read(place.as_s().ok()?)?))
        });
        let stored = staff::sign_in(item).ok().flatten();
        Some(Self { login, stored, opened, connections: noted.collect() })
    }

    /// The sign-in, if it counts at `now`.
    #[must_use]
    pub fn counting(&self, now: Timestamp) -> Option<&Login> {
        self.stored.as_ref().filter(|login| login.counts(now))
    }
}

/// Which of a person's sign-ins end. Their live connections end all the same: who is still signed in elsewhere connects
/// again.
#[derive(Debug, Clone, Copy)]
pub enum Ending<'a> {
    /// One: they sign out there.
    This(&'a LoginId),
    /// All but one: they changed their password there.
    Others(&'a LoginId),
    /// All: their password was replaced, or they are let in no longer.
    All,
    /// None: they may see something else than before, so that every page has to ask anew.
    OnlyConnections,
}

impl Ending<'_> {
    fn ends(self, login: &LoginId) -> bool {
        match self {
            Self::This(own) => own == login,
            Self::Others(own) => own != login,
            Self::All => true,
            Self::OnlyConnections => false,
        }
    }
}

/// Why nobody was signed out.
#[derive(Debug, thiserror::Error)]
pub enum SignOutError {
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Connections came each time.
    #[error(transparent)]
    Busy(#[from] Busy),
}

impl Store {
    /// A person's sign-ins. One `Query`, strongly consistent.
    pub async fn sign_ins(&self, agent: &AgentId) -> Result<Vec<SignIn>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :login)")
            .expression_attribute_values(":pk", text(&Key::agent(agent).pk))
            .expression_attribute_values(":login", text("LOGIN#"))
            .consistent_read(true);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query sign-ins", &error))?;
        Ok(answer.items.unwrap_or_default().iter().filter_map(SignIn::read).collect())
    }

    /// Ends sign-ins, `sign_ins` being what [`Store::sign_ins`] read of all, and takes every live connection of that person
    /// out of its room, or from among those who listen. Answers with the connections, which the caller closes.
    ///
    /// One `TransactWriteItems` for each 35 connections; after a lost race, or where there are more, [`Store::sign_ins`]
    /// again.
    pub async fn sign_out<R: Random + Sync + ?Sized>(
        &self,
        agent: &AgentId,
        ending: Ending<'_>,
        sign_ins: Vec<SignIn>,
        mut race: Race<'_, R>,
    ) -> Result<Vec<String>, SignOutError> {
        let (mut ended, mut read) = (vec![], Some(sign_ins));
        while race.goes_on().await {
            loop {
                let sign_ins = match read.take() {
                    Some(read) => read,
                    None => self.sign_ins(agent).await?,
                };
                let part = Part::of(sign_ins, ending, false);
                let writes = part.writes(self, agent)?;
                if writes.is_empty() {
                    return Ok(ended);
                }
                match self.transact(writes).await {
                    Ok(()) => {}
                    Err(StoreError::Condition(_)) => break,
                    Err(error) => return Err(error.into()),
                }
                ended.extend(part.sign_ins.into_iter().flat_map(|(sign_in, _)| sign_in.connections.into_keys()));
                if !part.more {
                    return Ok(ended);
                }
            }
        }
        Err(Busy.into())
    }
}

impl Store {
    /// Writes `writes`, at most eight, and ends sign-ins and connections in the same transaction. Answers with the connections,
    /// which the caller closes. [`StoreError::Condition`] when one of the writes, or the sign-ins, are not as they were read:
    /// then nothing was written.
    ///
    /// One `TransactWriteItems`; where there are more than 35 connections, what [`Store::sign_out`] costs after it.
    pub(crate) async fn transact_ending<R: Random + Sync + ?Sized>(
        &self,
        mut writes: Vec<TransactWriteItem>,
        agent: &AgentId,
        ending: Ending<'_>,
        sign_ins: Vec<SignIn>,
        random: &R,
    ) -> Result<Vec<String>, SignOutError> {
        let part = Part::of(sign_ins, ending, true);
        writes.extend(part.writes(self, agent)?);
        if writes.is_empty() {
            return Ok(vec![]);
        }
        self.transact(writes).await?;
        let mut ended: Vec<String> =
            part.sign_ins.into_iter().flat_map(|(sign_in, _)| sign_in.connections.into_keys()).collect();
        if part.more {
            let left = self.sign_ins(agent).await?;
            ended.extend(self.sign_out(agent, ending, left, Race::new(random)).await?);
        }
        Ok(ended)
    }
}

/// As much of a person's sign-ins as fits into one write.
struct Part {
    /// With those connections that are ended now; and whether the sign-in itself goes.
    sign_ins: Vec<(SignIn, bool)>,
    /// Whether those that stay say that their owner may see something else: a connection that is on its way is refused by it.
    changed: bool,
    /// Whether something is left.
    more: bool,
}

impl Part {
    /// `first` is the one that is written with the change itself.
    fn of(sign_ins: Vec<SignIn>, ending: Ending<'_>, first: bool) -> Self {
        let changed = matches!(ending, Ending::OnlyConnections);
        let (mut part, mut room) = (Self { sign_ins: vec![], changed, more: false }, AT_ONCE);
        for mut sign_in in sign_ins {
            let ends = ending.ends(&sign_in.login);
            if !ends && sign_in.connections.is_empty() && !(changed && first) {
                continue;
            }
            if room == 0 {
                part.more = true;
                break;
            }
            let whole = sign_in.connections.len() <= room;
            part.more |= !whole;
            sign_in.connections = sign_in.connections.into_iter().take(room).collect();
            room -= sign_in.connections.len().max(1);
            part.sign_ins.push((sign_in, ends && whole));
        }
        part
    }

    fn writes(&self, store: &Store, agent: &AgentId) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![];
        let mut rooms: BTreeMap<&SessionId, Vec<&str>> = BTreeMap::new();
        let mut lists: BTreeMap<&ListScope, Vec<&str>> = BTreeMap::new();
        for (sign_in, ends) in &self.sign_ins {
            writes.push(store.end_sign_in(agent, sign_in, *ends, self.changed)?);
            for (id, place) in &sign_in.connections {
                match place {
                    Place::Room(session) => rooms.entry(session).or_default().push(id),
                    Place::Lists(scopes) => scopes.iter().for_each(|scope| lists.entry(scope).or_default().push(id)),
                }
            }
        }
        for (session, connections) in rooms {
            let names = connections.into_iter().map(str::to_owned);
            writes.push(take_out(&store.core, &Key::presence(session), names, None)?);
        }
        for (scope, connections) in lists {
            let names = connections.into_iter().map(noted);
            writes.push(take_out(&store.connections, &Key::listeners(scope), names, None)?);
        }
        Ok(writes)
    }
}

impl Store {
    /// Ends a sign-in, or only its connections, unless another was opened; where it stays, it says whether its owner's rights `changed`.
    fn end_sign_in(
        &self,
        agent: &AgentId,
        sign_in: &SignIn,
        ends: bool,
        changed: bool,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = Key::login(agent, &sign_in.login);
        if !ends {
            let noted = sign_in.connections.keys().map(|id| format!("{NOTED}{id}"));
            if !changed {
                return take_out(&self.core, &key, noted, sign_in.opened);
            }
            return self.change_sign_in(&key, noted.collect(), sign_in.opened);
        }
        let delete = Delete::builder()
            .table_name(&self.core)
            .set_key(Some(key.to_item()))
            .expression_attribute_names("#opened", OPENED);
        let delete = match sign_in.opened {
            None => delete.condition_expression("attribute_not_exists(#opened)"),
            Some(read) => {
                delete.condition_expression("#opened = :read").expression_attribute_values(":read", number(read))
            }
        };
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(|error| incomplete(&error))?).build())
    }

    /// A sign-in stays without the connections that it names, and counts that its owner's rights changed, unless another connection was opened
    /// since it was read.
    fn change_sign_in(
        &self,
        key: &Key,
        noted: Vec<String>,
        opened: Option<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let places: Vec<String> = (0..noted.len()).map(|place| format!("#gone{place}")).collect();
        let removal = if places.is_empty() { String::new() } else { format!(" REMOVE {}", places.join(", ")) };
        let mut update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(key.to_item()))
            .update_expression(format!("ADD #changed :one{removal}"))
            .expression_attribute_names("#changed", CHANGED)
            .expression_attribute_names("#opened", OPENED)
            .expression_attribute_values(":one", number(1));
        for (place, name) in places.into_iter().zip(noted) {
            update = update.expression_attribute_names(place, name);
        }
        let update = match opened {
            // One that is gone is not made anew.
            None => update.condition_expression("attribute_exists(pk) AND attribute_not_exists(#opened)"),
            Some(read) => {
                update.condition_expression("#opened = :read").expression_attribute_values(":read", number(read))
            }
        };
        Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
    }
}

/// Takes attributes out of an item; if it is a sign-in's, unless another connection was opened since it was read.
fn take_out(
    table: &str,
    key: &Key,
    names: impl Iterator<Item = String>,
    opened: Option<u64>,
) -> Result<TransactWriteItem, StoreError> {
    let mut update = Update::builder().table_name(table).set_key(Some(key.to_item()));
    let mut places = vec![];
    for (place, name) in names.enumerate() {
        places.push(format!("#gone{place}"));
        update = update.expression_attribute_names(format!("#gone{place}"), name);
    }
    if let Some(read) = opened {
        update = update
            .condition_expression("#opened = :read")
            .expression_attribute_names("#opened", OPENED)
            .expression_attribute_values(":read", number(read));
    }
    let update = update.update_expression(format!("REMOVE {}", places.join(", "))).build();
    Ok(TransactWriteItem::builder().update(update.map_err(|error| incomplete(&error))?).build())
}
