//! Sessions in lists, and events in a session (R20, R24).

use std::{collections::BTreeMap, fmt, str::FromStr};

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use data_encoding::BASE64URL_NOPAD;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use parlor_domain::{
    Access, AccessPlan, AgentId, Attachment, Channel, Contact, EndedBy, Event, EventKind, Indicator, Language, Link,
    Presence, Session, SessionId, State, TeamId, interaction::TaskCount, staff::ListScope,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, document,
    keys::{Item, Key, number, shard_of, text},
};

/// Partitions of a team's history, and of everybody's: a team of a thousand agents must not run one partition hot.
pub(crate) const TEAM_SHARDS: u32 = 4;
const ALL_SHARDS: u32 = 8;
/// Links in a list.
const LINKS: usize = 100;

pub(crate) fn agent_key(agent: &AgentId) -> String {
    agent.to_string()
}

pub(crate) fn team_key(session: &SessionId) -> String {
    format!("{}#{}", session.team(), shard_of(session.as_str(), TEAM_SHARDS))
}

pub(crate) fn all_key(session: &SessionId) -> String {
    format!("ALL#{}", shard_of(session.as_str(), ALL_SHARDS))
}

/// What lists show of a session. It changes with the lifecycle, not with each message, so that chatting costs no writes
/// to the indexes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The session's id. It begins with the team's.
    pub id: SessionId,
    /// Where the session stands (R1).
    pub state: State,
    /// The customer's name.
    pub name: String,
    /// The customer's e-mail address, phone number, or both.
    pub contact: Contact,
    /// The agent who owns the session.
    pub agent: AgentId,
    /// The owner's full name, as pages and messages show it.
    pub agent_name: String,
    /// The way that messages to the customer go.
    pub channel: Channel,
    /// The customer's language, once it is known (R26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// An integrator's own name for the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// An integrator's own data, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// When it was started or planned.
    pub created_at: Timestamp,
    /// When the customer was first invited.
    pub invited_at: Option<Timestamp>,
    /// When the customer first passed every gate.
    pub joined_at: Option<Timestamp>,
    /// When it ended; absent while it has not.
    pub ended_at: Option<Timestamp>,
    /// Who or what ended it.
    pub ended_by: Option<EndedBy>,
    /// When it was erased (R25): then it is in no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// What the customer may do since the end, and until when (R2).
    pub plan: Option<AccessPlan>,
    /// Whether every task is done (R14); never, while there are no tasks.
    pub complete: bool,
    /// How many tasks the customer has, and has done. Summaries from before there were tasks have none.
    #[serde(default)]
    pub tasks: TaskCount,
}

impl Summary {
    /// What lists show of this session.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            id: session.id.clone(),
            state: session.state,
            name: session.customer.name.clone(),
            contact: session.customer.contact.clone(),
            agent: session.agent.clone(),
            agent_name: session.agent_name.clone(),
            channel: session.channel,
            language: session.language.clone(),
            reference: session.reference.clone(),
            metadata: session.metadata.clone(),
            created_at: session.created_at,
            invited_at: session.invited_at,
            joined_at: session.joined_at,
            ended_at: session.ended.as_ref().map(|end| end.at),
            ended_by: session.ended.as_ref().map(|end| end.by),
            erased_at: session.erased.as_ref().map(|erased| erased.at),
            plan: session.ended.as_ref().map(|end| end.plan.clone()),
            complete: session.is_complete(),
            tasks: session.task_count(),
        }
    }

    /// As it stands in the index: the state, which lists are filtered by, beside the rest.
    pub(crate) fn to_attribute(&self) -> Result<AttributeValue, StoreError> {
        let fields = [("state", text(self.state.as_str())), ("doc", document::json("summary", self)?)];
        Ok(AttributeValue::M(fields.map(|(name, value)| (name.to_owned(), value)).into()))
    }

    pub(crate) fn of_attribute(value: &AttributeValue) -> Result<Self, StoreError> {
        let document = value.as_m().ok().and_then(|fields| fields.get("doc"));
        document::of("summary", document.unwrap_or(value))
    }

    /// What the customer may do at `now`: as the session itself would say.
    #[must_use]
    pub fn access(&self, now: Timestamp) -> Access {
        match (self.state, &self.plan) {
            (State::Invited | State::Active, _) => Access::OPEN,
            (State::Ended, Some(plan)) if self.erased_at.is_none() => plan.at(now),
            _ => Access::CLOSED,
        }
    }

    /// The customer's status at `now` (R14).
    #[must_use]
    pub fn indicator(&self, presence: &Presence, now: Timestamp) -> Indicator {
        Indicator::of(self.joined_at.is_some(), presence.customer_online(now), self.complete)
    }
}

/// Whose sessions are listed (R20). Each is a partition of an index, or some of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those that this agent owns: one partition.
    Agent(AgentId),
    /// Those of these teams: four partitions each.
    Teams(Vec<TeamId>),
    /// All of the installation: eight partitions.
    All,
}

impl Scope {
    /// What a scope means for somebody of these teams.
    #[must_use]
    pub fn of(scope: ListScope, agent: &AgentId, teams: &[TeamId]) -> Self {
        match scope {
            ListScope::My => Self::Agent(agent.clone()),
            ListScope::Team => Self::Teams(teams.to_vec()),
            ListScope::All => Self::All,
        }
    }
}

/// Which sessions to list, and from which place on.
#[derive(Debug, Clone)]
pub struct Query {
    /// Whose sessions.
    pub scope: Scope,
    /// Only sessions in this state; in any, when absent.
    pub state: Option<State>,
    /// Only sessions that a search for this finds.
    pub search: Option<String>,
    /// The `next` of the page before, of a query that was the same otherwise. Another's is taken for none.
    pub from: Option<Cursor>,
    /// The most sessions that a page has.
    pub limit: usize,
}

/// Where a page ends and the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// Of a list: older than this, in microseconds of creation.
    Older(i64),
    /// Of a search: behind this entry of one of its queries.
    Further {
        /// Which of the queries.
        probe: usize,
        /// The entry's sort key; empty for the first.
        entry: String,
    },
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Older(before) => before.fmt(f),
            Self::Further { probe, entry } => write!(f, "{probe}.{}", BASE64URL_NOPAD.encode(entry.as_bytes())),
        }
    }
}

/// Not a cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let Some((probe, entry)) = text.split_once('.') else {
            return text.parse().map(Self::Older).map_err(|_| InvalidCursor);
        };
        // A search has a handful of queries.
        let probe: u8 = probe.parse().map_err(|_| InvalidCursor)?;
        let entry = BASE64URL_NOPAD.decode(entry.as_bytes()).map_err(|_| InvalidCursor)?;
        let entry = String::from_utf8(entry).map_err(|_| InvalidCursor)?;
        // A sort key has no more, with what is put behind it.
        if entry.len() > 1000 { Err(InvalidCursor) } else { Ok(Self::Further { probe: probe.into(), entry }) }
    }
}

/// One page of a list: newest first, or as a search finds it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The sessions, and who is in their rooms.
    pub items: Vec<(Summary, Presence)>,
    /// What to ask for as `from` to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// Of how many sessions of a partition one request looks for those in one state: half a megabyte at most.
const LOOKED_AT: i32 = 500;

impl Store {
    /// One page of sessions. Of a list, newest first: one `Query` for an agent's, 4 side by side for a team's, 8 for all. Of a
    /// search: one `Query` for each way in which what was typed could be meant (one for a word, two for several, at most
    /// four; as many for each team), side by side, and then one `BatchGetItem` of what they found.
    ///
    /// A page of sessions in one state, or of a search, can be short, even empty, and still have a `next`: a request looks at a
    /// bounded number of items. A search without letters and digits finds nothing, and costs no request.
    pub async fn sessions(&self, query: &Query) -> Result<Page, StoreError> {
        match &query.search {
            Some(typed) => Box::pin(self.search(typed, query)).await,
            None => self.list(query).await,
        }
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let (index, attribute, partitions): (_, _, Vec<String>) = match &query.scope {
            Scope::Agent(agent) => ("by_agent", "agent_key", vec![agent_key(agent)]),
            Scope::Teams(teams) => {
                let shards = |team| (0..TEAM_SHARDS).map(move |shard| format!("{team}#{shard}"));
                ("by_team", "team_key", teams.iter().flat_map(shards).collect())
            }
            Scope::All => ("by_all", "all_key", (0..ALL_SHARDS).map(|shard| format!("ALL#{shard}")).collect()),
        };
        let before = match query.from {
            Some(Cursor::Older(before)) => before,
            _ => i64::MAX,
        };
        let queries = partitions.into_iter().map(|partition| async move {
            let mut request = self
                .client
                .query()
                .table_name(&self.core)
                .index_name(index)
                .scan_index_forward(false)
                .key_condition_expression("#partition = :partition AND #recent < :before")
                .expression_attribute_names("#partition", attribute)
                .expression_attribute_names("#recent", "recent")
                .expression_attribute_values(":partition", text(&partition))
                .expression_attribute_values(":before", number(before));
            // Filters run in DynamoDB, over as many as it looks at.
            request = match query.state {
                None => request.limit(i32::try_from(query.limit).unwrap_or(i32::MAX)),
                Some(state) => request
                    .limit(LOOKED_AT)
                    .filter_expression("#summary.#state = :state")
                    .expression_attribute_names("#summary", "summary")
                    .expression_attribute_names("#state", "state")
                    .expression_attribute_values(":state", text(state.as_str())),
            };
            let answer = request.send().await.map_err(|error| StoreError::from_sdk("Query sessions", &error))?;
            let more = answer.last_evaluated_key.as_ref().and_then(recent);
            Ok((answer.items.unwrap_or_default(), more))
        });
        let answers = try_join_all(queries).await?;
        // A shard that has more than it showed hides what lies behind its last key: the page must not go past it.
        let horizon = answers.iter().filter_map(|(_, more)| *more).max();
        let mut items: Vec<(i64, Item)> = answers
            .into_iter()
            .flat_map(|(items, _)| items)
            .filter_map(|item| Some((recent(&item)?, item)))
            .filter(|(at, _)| horizon.is_none_or(|horizon| *at >= horizon))
            .collect();
        items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let cut = items.len() > query.limit;
        items.truncate(query.limit);
        let next = if cut { items.last().map(|(at, _)| *at) } else { horizon };
        let items = items.iter().map(|(_, item)| summary(item)).collect::<Result<_, _>>()?;
        Ok(Page { items, next: next.map(Cursor::Older) })
    }

    /// A session's links, those too that are over or revoked, newest first, at most 100. One `Query`, strongly consistent.
    pub async fn links(&self, session: &SessionId) -> Result<Vec<Link>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", text(&Key::session(session).pk))
            .expression_attribute_values(":prefix", text("L#"))
            .consistent_read(true);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query links", &error))?;
        let items = answer.items.unwrap_or_default();
        let links = items.iter().filter_map(|item| document::read("link", item, "doc").transpose());
        let mut links = links.collect::<Result<Vec<Link>, _>>()?;
        links.sort_by_key(|link| std::cmp::Reverse(link.issued_at));
        links.truncate(LINKS);
        Ok(links)
    }

    /// A session's events after `after`, oldest first, at most `limit` of the newest. One `Query`, strongly consistent.
    pub async fn events(&self, session: &SessionId, after: u64, limit: i32) -> Result<Vec<Event>, StoreError> {
        let query = self.events_query(session, after).scan_index_forward(false).limit(limit);
        let answer = query.send().await.map_err(|error| StoreError::from_sdk("Query events", &error))?;
        let mut events = events_of(&answer.items.unwrap_or_default())?;
        events.reverse();
        Ok(events)
    }

    /// A page of a session's events after `after`, oldest first, and whether there are more. One `Query`.
    pub async fn events_page(
        &self,
        session: &SessionId,
        after: u64,
        limit: i32,
    ) -> Result<(Vec<Event>, bool), StoreError> {
        let query = self.events_query(session, after).limit(limit);
        let answer = query.send().await.map_err(|error| StoreError::from_sdk("Query events", &error))?;
        let more = answer.last_evaluated_key.is_some();
        Ok((events_of(&answer.items.unwrap_or_default())?, more))
    }

    /// The files that went with a session's messages, oldest first. One `Query` for each megabyte of its events.
    pub async fn attachments(&self, session: &SessionId) -> Result<Vec<Attachment>, StoreError> {
        let (mut found, mut from) = (vec![], None);
        loop {
            let query = self.events_query(session, 0).set_exclusive_start_key(from);
            let answer = query.send().await.map_err(|error| StoreError::from_sdk("Query events", &error))?;
            let file = |event: Event| match event.kind {
                EventKind::Message { attachment, .. } => attachment,
                _ => None,
            };
            found.extend(events_of(&answer.items.unwrap_or_default())?.into_iter().filter_map(file));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    fn events_query(&self, session: &SessionId, after: u64) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(&Key::session(session).pk))
            .expression_attribute_values(":from", text(&Key::event(session, after.saturating_add(1)).sk))
            .expression_attribute_values(":to", text("E#~"))
            .consistent_read(true)
    }
}

fn events_of(items: &[Item]) -> Result<Vec<Event>, StoreError> {
    items.iter().filter_map(|item| document::read("event", item, "doc").transpose()).collect()
}

pub(crate) fn recent(item: &Item) -> Option<i64> {
    match item.get("recent")? {
        AttributeValue::N(number) => number.parse().ok(),
        _ => None,
    }
}

/// What lists show of a session, and whether its customer is online.
pub(crate) fn summary(item: &Item) -> Result<(Summary, Presence), StoreError> {
    let missing = || StoreError::Item { kind: "summary", reason: "not there".into() };
    let summary = Summary::of_attribute(item.get("summary").ok_or_else(missing)?)?;
    Ok((summary, document::read_value("presence", item, "online")?.unwrap_or_default()))
}
