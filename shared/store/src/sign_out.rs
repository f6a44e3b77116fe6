//! The end of sign-ins, and of every live connection that depends on them (R27): signing out, a changed password, a
//! deactivation.
//!
//! A sign-in's item notes the connections that were opened by it, in the write that opens them. So one write ends them with
//! it: their rooms forget them, and whatever becomes of a socket, nothing that it says or hears goes through a room any more.
//!
//! One item of each person counts how often they came in, by a sign-in or by a live connection. Whoever ends what is there does so only
//! if nobody came in since they looked: so no sign-in outlives the password that it was made with. Who loses that race again and again
//! lets comings stand back for a moment: so nobody keeps what they have by coming in without end.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem, Update, builders::UpdateBuilder};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{Agent, AgentId, LoginId, Random, SessionId, staff::Login};

use crate::{
    Busy, ListScope, Race, ReadResult, Store, StoreError,
    commit::incomplete,
    document,
    keys::{Item, Key, number, text},
    listeners::noted_scopes,
    presence::{NOTED, OPENED, noted},
    staff,
};

/// At most this many connections are ended in one write, which may have a hundred items: a sign-in and a room for each, and the
/// lists that one person follows.
const AT_ONCE: usize = 35;

/// As many live connections as one sign-in has at most. More are no person's: those of pages that are gone and whose end nobody told of,
/// or a program's.
const CONNECTIONS_MAX: usize = 60;

/// As many sign-ins as a person has at most: one more ends the oldest, so that to end all of them never takes long.
const SIGN_INS_MAX: usize = 50;

/// Of a person: how often they signed in or opened a live connection, and how often what they may see was changed.
const CAME_IN: &str = "came";
const RIGHTS: &str = "rights";

/// Of a person: until when nobody comes in as them, in milliseconds since 1970; and for how long that is.
const HELD: &str = "held";
const HELD_FOR: SignedDuration = SignedDuration::from_secs(1);
const NOT_HELD: &str = "attribute_not_exists(#held) OR #held <= :now";

/// About as long as one write takes of several that end what somebody has, with the read after it.
const ONE_PART: SignedDuration = SignedDuration::from_millis(100);

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

    /// How many live connections it notes.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// The sign-in, if it counts at `now`.
    #[must_use]
    pub fn counting(&self, now: Timestamp) -> Option<&Login> {
        self.stored.as_ref().filter(|login| login.counts(now))
    }
}

impl ReadResult {
    /// A sign-in that has as many live connections as one may have, if it was read with [`ReadBatch::login`](crate::ReadBatch::login).
    #[must_use]
    pub fn full_sign_in(&self, agent: &AgentId, login: &LoginId) -> Option<SignIn> {
        let read = SignIn::read(self.item(&Key::login(agent, login))?)?;
        (read.connections.len() >= CONNECTIONS_MAX).then_some(read)
    }
}

/// Of somebody who comes in by a live connection, how often what they may see was changed by the time it was read: if it was again, they
/// are not let in.
#[derive(Debug, Clone)]
pub struct Rights {
    agent: AgentId,
    changed: u64,
}

impl ReadResult {
    /// By what rights `agent` comes in at `now`, who was read with [`ReadBatch::rights_of`](crate::ReadBatch::rights_of). None while they
    /// stand back, and where their item and the count are of two moments, as no read of several items is a snapshot: read again.
    /// `earlier` is what an earlier read counted: an item that was read after that is at least as new.
    pub fn rights(
        &self,
        agent: &Agent,
        earlier: &mut Option<Rights>,
        now: Timestamp,
    ) -> Result<Option<Rights>, StoreError> {
        let item = self.item(&Key::comings(&agent.id));
        let read = |name| item.map_or(Ok(None), |item| document::read_value::<i64>("comings", item, name));
        if read(HELD)?.is_some_and(|until| until > now.as_millisecond()) {
            return Ok(None);
        }
        let changed = read(RIGHTS)?.and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        let counted = Rights { agent: agent.id.clone(), changed };
        if changed == agent.rights { Ok(Some(counted)) } else { Ok(earlier.replace(counted)) }
    }
}

/// How often somebody came in; none for never.
#[derive(Debug, Clone, Copy, Default)]
struct Comings(Option<u64>);

/// A person's sign-ins as they were read, and how often they had come in by then.
#[derive(Debug, Clone, Default)]
pub struct SignIns {
    all: Vec<SignIn>,
    came_in: Comings,
}

impl SignIns {
    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = &SignIn> {
        self.all.iter()
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

    /// Whether whoever came in meanwhile is meant as well.
    fn is_of_all(self) -> bool {
        !matches!(self, Self::This(_))
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
    /// A person's sign-ins, all of them. One `Query`, strongly consistent; another for each further MB, which somebody's sign-ins have
    /// from before there was a limit.
    pub async fn sign_ins(&self, agent: &AgentId) -> Result<SignIns, StoreError> {
        let (mut items, mut from) = (vec![], None);
        loop {
            let input = self
                .client
                .query()
                .table_name(&self.core)
                .key_condition_expression("pk = :pk AND begins_with(sk, :login)")
                .expression_attribute_values(":pk", text(&Key::agent(agent).pk))
                // What counts them stands before them.
                .expression_attribute_values(":login", text(&Key::comings(agent).sk))
                .set_exclusive_start_key(from)
                .consistent_read(true);
            let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query sign-ins", &error))?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        let count = items.iter().find_map(|item| item.get(CAME_IN)?.as_n().ok()?.parse().ok());
        Ok(SignIns { all: items.iter().filter_map(SignIn::read).collect(), came_in: Comings(count) })
    }

    /// Ends sign-ins, `sign_ins` being what [`Store::sign_ins`] read of all, and takes every live connection of that person
    /// out of its room, or from among those who listen. Answers with the connections, which the caller closes.
    ///
    /// One `TransactWriteItems` for each 35 connections; after a lost race, or where there are more, [`Store::sign_ins`]
    /// again; an `UpdateItem` beside it from the second lost race on.
    pub async fn sign_out<R: Random + Sync + ?Sized>(
        &self,
        agent: &AgentId,
        ending: Ending<'_>,
        sign_ins: SignIns,
        now: Timestamp,
        mut race: Race<'_, R>,
    ) -> Result<Vec<String>, SignOutError> {
        let (mut ended, mut read) = (vec![], Some(sign_ins));
        while race.goes_on().await {
            loop {
                let sign_ins = match read.take() {
                    Some(read) => read,
                    None => self.sign_ins(agent).await?,
                };
                let part = Part::of(sign_ins, ending);
                if part.sign_ins.is_empty() {
                    return Ok(ended);
                }
                match self.transact(part.writes(self, agent)?).await {
                    Ok(()) => {}
                    Err(StoreError::Condition(_)) => break,
                    Err(error) => return Err(error.into()),
                }
                let more = part.more;
                ended.extend(part.connections());
                if !more {
                    return Ok(ended);
                }
            }
            self.hold_comings(agent, &race, now).await;
        }
        Err(Busy.into())
    }

    /// Lets nobody come in as `agent` for a second if whoever ends what is there lost more than one `race`. One `UpdateItem`, or none.
    pub async fn hold_comings<R: Random + Sync + ?Sized>(&self, agent: &AgentId, race: &Race<'_, R>, now: Timestamp) {
        if race.is_contested() {
            self.hold(agent, race.later(now)).await;
        }
    }

    /// Lets nobody come in as `agent` for a second. One `UpdateItem`. Whether it fails does not matter: the next try may win without it,
    /// or asks again.
    async fn hold(&self, agent: &AgentId, now: Timestamp) {
        let until = now.saturating_add(HELD_FOR).unwrap_or(Timestamp::MAX);
        let _: Result<_, _> = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::comings(agent).to_item()))
            .update_expression("SET #held = :until")
            .expression_attribute_names("#held", HELD)
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .send()
            .await;
    }
}

impl Store {
    /// Ends 35 live connections of a sign-in that has too many of them, whichever they are: who still uses one connects again. Answers with
    /// them, which the caller closes; with none when others came or went meanwhile. One `TransactWriteItems`.
    pub async fn end_some(&self, agent: &AgentId, full: SignIn) -> Result<Vec<String>, StoreError> {
        let connections = full.connections.into_iter().take(AT_ONCE).collect();
        let sign_ins = vec![(SignIn { connections, ..full }, false)];
        self.end_part(agent, Part { sign_ins, came_in: None, rights: None, more: true }).await
    }

    /// Ends the oldest sign-ins of somebody who has more than fifty, with their connections. Answers with these, which the caller closes;
    /// with none when others came or went meanwhile. Nothing for all others; otherwise one `TransactWriteItems`.
    pub async fn end_oldest(&self, agent: &AgentId, sign_ins: SignIns) -> Result<Vec<String>, StoreError> {
        let mut oldest = sign_ins.all;
        let beyond = oldest.len().saturating_sub(SIGN_INS_MAX);
        if beyond == 0 {
            return Ok(vec![]);
        }
        oldest.sort_by_key(|sign_in| sign_in.stored.as_ref().map(|login| login.created_at));
        oldest.truncate(beyond);
        let part = Part::of(SignIns { all: oldest, came_in: Comings::default() }, Ending::All);
        self.end_part(agent, Part { came_in: None, ..part }).await
    }

    async fn end_part(&self, agent: &AgentId, part: Part) -> Result<Vec<String>, StoreError> {
        match self.transact(part.writes(self, agent)?).await {
            Ok(()) => Ok(part.connections().collect()),
            Err(StoreError::Condition(_)) => Ok(vec![]),
            Err(error) => Err(error),
        }
    }

    /// Writes `writes`, at most eight, and ends sign-ins and connections in the same transaction. Answers with the connections,
    /// which the caller closes. [`StoreError::Condition`] when one of the writes, or the sign-ins, are not as they were read:
    /// then nothing was written. `rights` says how often what they may see was changed, if one of the writes changes it.
    ///
    /// One `TransactWriteItems`, and where there are more than 35 connections and sign-ins another and a `Query` for each further 35, and
    /// an `UpdateItem` that lets nobody come in meanwhile: before it, so that whoever dies between leaves none that outlives what was
    /// written, and is asked again.
    pub(crate) async fn transact_ending(
        &self,
        mut writes: Vec<TransactWriteItem>,
        agent: &AgentId,
        ending: Ending<'_>,
        rights: Option<u64>,
        sign_ins: SignIns,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let mut ended = vec![];
        let mut part = Part::of(sign_ins, ending);
        let mut later = now;
        while part.more {
            // Whoever comes in meanwhile is seen by the last write; more of them than are ended here would go on for ever.
            part.came_in = None;
            self.hold(agent, later).await;
            later = later.saturating_add(ONE_PART).unwrap_or(later);
            self.transact(part.writes(self, agent)?).await?;
            ended.extend(part.connections());
            part = Part::of(self.sign_ins(agent).await?, ending);
        }
        if writes.is_empty() && part.sign_ins.is_empty() {
            return Ok(ended);
        }
        part.rights = rights;
        writes.extend(part.writes(self, agent)?);
        self.transact(writes).await?;
        ended.extend(part.connections());
        Ok(ended)
    }
}

/// As much of a person's sign-ins as fits into one write.
struct Part {
    /// With those connections that are ended now; and whether the sign-in itself goes.
    sign_ins: Vec<(SignIn, bool)>,
    /// How often they had come in, where nobody may have come since.
    came_in: Option<Comings>,
    /// How often what they may see was changed by now, if this write changes it.
    rights: Option<u64>,
    /// Whether something is left.
    more: bool,
}

impl Part {
    fn of(sign_ins: SignIns, ending: Ending<'_>) -> Self {
        let SignIns { all, came_in } = sign_ins;
        let came_in = ending.is_of_all().then_some(came_in);
        let (mut part, mut room) = (Self { sign_ins: vec![], came_in, rights: None, more: false }, AT_ONCE);
        for mut sign_in in all {
            let ends = ending.ends(&sign_in.login);
            if !ends && sign_in.connections.is_empty() {
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

    /// The connections that it ends.
    fn connections(self) -> impl Iterator<Item = String> {
        self.sign_ins.into_iter().flat_map(|(sign_in, _)| sign_in.connections.into_keys())
    }

    fn writes(&self, store: &Store, agent: &AgentId) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![];
        if let Some(came_in) = self.came_in {
            writes.push(store.nobody_came(agent, came_in, self.rights)?);
        }
        let mut rooms: BTreeMap<&SessionId, Vec<&str>> = BTreeMap::new();
        let mut lists: BTreeMap<&ListScope, Vec<&str>> = BTreeMap::new();
        for (sign_in, ends) in &self.sign_ins {
            writes.push(store.end_sign_in(agent, sign_in, *ends)?);
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
    /// A live connection comes in by the rights that were read: whoever ends its owner's sign-ins or changes their rights at this moment
    /// sees it, or it is refused.
    pub(crate) fn comes_in(&self, rights: &Rights, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
        let update = self.one_more(&rights.agent, now).expression_attribute_names("#rights", RIGHTS);
        let update = match rights.changed {
            0 => update.condition_expression(format!("({NOT_HELD}) AND attribute_not_exists(#rights)")),
            read => update
                .condition_expression(format!("({NOT_HELD}) AND #rights = :read"))
                .expression_attribute_values(":read", number(read)),
        };
        let update = update.build().map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Counts that `agent` signed in, or came in by a live connection; refused as a lost race while they stand back.
    pub(crate) fn one_more(&self, agent: &AgentId, now: Timestamp) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::comings(agent).to_item()))
            .update_expression("ADD #came :one")
            .condition_expression(NOT_HELD)
            .expression_attribute_names("#came", CAME_IN)
            .expression_attribute_names("#held", HELD)
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.as_millisecond()))
    }

    /// Ends a sign-in, or only its connections, unless another was opened.
    fn end_sign_in(&self, agent: &AgentId, sign_in: &SignIn, ends: bool) -> Result<TransactWriteItem, StoreError> {
        let key = Key::login(agent, &sign_in.login);
        if !ends {
            let noted = sign_in.connections.keys().map(|id| format!("{NOTED}{id}"));
            return take_out(&self.core, &key, noted, sign_in.opened);
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

    /// Nobody came in as `agent` since they had `came_in` so often; what they may see was changed `rights` times from now on, where the
    /// same write changes it.
    fn nobody_came(
        &self,
        agent: &AgentId,
        came_in: Comings,
        rights: Option<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::comings(agent).to_item()))
            .expression_attribute_names("#came", CAME_IN)
            .expression_attribute_values(":none", number(0));
        // An update and no check, which would be a right more.
        let update = match rights {
            None => update.update_expression("ADD #came :none"),
            Some(rights) => update
                .update_expression("SET #rights = :rights ADD #came :none")
                .expression_attribute_names("#rights", RIGHTS)
                .expression_attribute_values(":rights", number(rights)),
        };
        let update = match came_in.0 {
            None => update.condition_expression("attribute_not_exists(#came)"),
            Some(read) => {
                update.condition_expression("#came = :read").expression_attribute_values(":read", number(read))
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
