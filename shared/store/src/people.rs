//! The lists of people and of teams, and every change of either: one partition whose size follows the number of people, not of
//! sessions. Who somebody is stands three times, each where it is read in one request: by id for whoever asks, by address for
//! signing in, and here. One transaction writes all three, under the version of the entry in this list.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use parlor_domain::{
    Actor, Agent, AgentId, EmailAddress, OutboxEntry, TeamId,
    people::{PeopleChange, Person, StaffLink, StaffLinkKind},
    staff::Login,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Credentials, Ending, Keep, ReadBatch, ReadResult, SignIns, Store, StoreError,
    commit::{incomplete, outbox_item, put_new_in},
    document,
    keys::{Item, Key, number, text},
    settings::team_item,
    staff::{credentials_item, doc},
};

/// A member of staff as the list has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPerson {
    /// Who it is, and since when.
    pub person: Person,
    /// What a write is conditional on; 0 of people from before there was a list, who have no entry yet.
    pub version: u64,
    /// Whether the last invitation could not be delivered.
    pub undelivered: bool,
}

/// A team as the list has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedTeam {
    /// Which one.
    pub id: TeamId,
    /// Its name, as staff see it.
    pub name: String,
}

/// What was changed about somebody or a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffChange {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// The person's or the team's id.
    pub of: String,
    /// What happened.
    pub what: PeopleChange,
    /// As it was before, where something was.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub old: Value,
    /// As it is since, where that says more than `what`.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub new: Value,
}

/// How often a new password was asked for, for an address; the same is kept for an address that nobody has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ResetRequests {
    /// How many since `since`.
    pub count: u32,
    /// When the count began.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// When the last one was.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// The entry of somebody who signs in and of whom nothing else was kept.
pub(crate) fn first_entry(agent: &Agent) -> Result<Item, StoreError> {
    entry(&Person::of(agent.clone()), 1)
}

fn entry(person: &Person, version: u64) -> Result<Item, StoreError> {
    let mut item = doc("person", &Key::person(&person.agent.id), person)?;
    item.insert("version".into(), number(version));
    Ok(item)
}

/// A team's entry in the list of teams.
pub(crate) fn listed_team(id: &TeamId, name: &str) -> Result<Item, StoreError> {
    doc("team", &Key::listed_team(id), &ListedTeam { id: id.clone(), name: name.to_owned() })
}

fn stored(item: &Item) -> Result<Option<StoredPerson>, StoreError> {
    let Some(person) = document::read("person", item, "doc")? else { return Ok(None) };
    let version = document::read_value("person", item, "version")?.unwrap_or(0);
    Ok(Some(StoredPerson { person, version, undelivered: item.contains_key("undelivered") }))
}

impl ReadBatch {
    /// A member of staff with their entry in the list: two items.
    #[must_use]
    pub fn person(self, id: &AgentId) -> Self {
        self.with(Key::person(id)).agent(id)
    }

    /// A team's name and settings, without the system's: one item.
    #[must_use]
    pub fn team_alone(self, id: &TeamId) -> Self {
        self.with(Key::team(id))
    }

    /// The admins who can act: one item.
    #[must_use]
    pub fn admins(self) -> Self {
        self.with(Key::admins())
    }

    /// A link to a member of staff: one item.
    #[must_use]
    pub fn staff_link(self, kind: StaffLinkKind, agent: &AgentId) -> Self {
        self.with(Key::staff_link(kind, agent))
    }

    /// How often a new password was asked for: one item.
    #[must_use]
    pub fn reset_requests(self, email: &EmailAddress) -> Self {
        self.with(Key::reset_requests(email))
    }
}

impl ReadResult {
    /// A member of staff; `None` if there is none of that id. People from before there was a list have no entry, and are what
    /// their sign-in says.
    pub fn person(&self, id: &AgentId) -> Result<Option<StoredPerson>, StoreError> {
        let listed = self.item(&Key::person(id)).map_or(Ok(None), stored)?;
        if listed.is_some() {
            return Ok(listed);
        }
        let agent = self.agent(id)?;
        Ok(agent.map(|agent| StoredPerson { person: Person::of(agent), version: 0, undelivered: false }))
    }

    /// Whether an admin other than `id` can act.
    pub fn has_other_admin(&self, id: &AgentId) -> Result<bool, StoreError> {
        let Some(item) = self.item(&Key::admins()) else { return Ok(false) };
        let admins: Option<Vec<AgentId>> = document::read_value("admins", item, "admins")?;
        Ok(admins.unwrap_or_default().iter().any(|admin| admin != id))
    }

    /// A link to a member of staff; `None` once it was used.
    pub fn staff_link(&self, kind: StaffLinkKind, agent: &AgentId) -> Result<Option<StaffLink>, StoreError> {
        self.get("link", &Key::staff_link(kind, agent), "doc")
    }

    /// How often a new password was asked for.
    pub fn reset_requests(&self, email: &EmailAddress) -> Result<ResetRequests, StoreError> {
        Ok(self.get("requests", &Key::reset_requests(email), "doc")?.unwrap_or_default())
    }
}

/// What becomes of the item that somebody signs in with.
#[derive(Debug, Clone, Copy)]
pub enum CredentialsChange<'a> {
    /// It is made, without a password.
    New,
    /// It says what the person is now; the password stays.
    Follow,
    /// It gets its first password.
    FirstPassword(&'a str),
    /// The person has another address: it moves there, with its password, from these credentials.
    Move(&'a Credentials),
}

/// What has to be there for a password to be set.
#[derive(Debug, Clone, Copy)]
enum Over {
    /// Credentials without a password.
    None,
    /// Credentials of this revision.
    Revision(u64),
    /// Any.
    Any,
}

/// Changes of people and teams, collected for one transaction.
#[derive(Debug)]
#[must_use]
pub struct StaffWrite<'a> {
    store: &'a Store,
    writes: Vec<TransactWriteItem>,
    /// How often what somebody may see was changed, if this changes it.
    rights: Option<u64>,
}

impl StaffWrite<'_> {
    /// Somebody is `next` from now on, over `read`; or is new. Refused if the entry changed meanwhile, the address is somebody
    /// else's, or nobody would be left who can act as an admin.
    pub fn person(
        mut self,
        read: Option<&StoredPerson>,
        next: &Person,
        change: CredentialsChange<'_>,
    ) -> Result<Self, StoreError> {
        let (store, agent) = (self.store, &next.agent);
        let version = read.map_or(0, |read| read.version);
        self.rights = read.filter(|read| read.person.agent.rights != agent.rights).map(|_| agent.rights);
        let item = entry(next, version + 1)?;
        self.writes.push(if version == 0 { put_new_in(&store.core, item)? } else { store.put_over(item, version)? });
        let item = doc("agent", &Key::agent(&agent.id), agent)?;
        self.writes.push(if read.is_none() { put_new_in(&store.core, item)? } else { store.put(item)? });
        match change {
            CredentialsChange::New => {
                self.writes.push(put_new_in(&store.core, credentials_item(agent, None, 1)?)?);
            }
            CredentialsChange::Follow => self.writes.push(store.follow(agent)?),
            CredentialsChange::FirstPassword(password) => {
                self.writes.push(store.set_password(agent, password, Over::None)?);
            }
            CredentialsChange::Move(known) => {
                self.writes.push(store.drop_credentials(known)?);
                let item = credentials_item(agent, known.password.as_deref(), known.revision + 1)?;
                self.writes.push(put_new_in(&store.core, item)?);
            }
        }
        // Of people from before there was a list, nobody has counted whether they are admins.
        let counted = read.is_some_and(|read| read.version > 0 && read.person.is_acting_admin());
        let is_admin = read.is_some_and(|read| read.person.is_acting_admin());
        match (counted, next.is_acting_admin()) {
            (false, false) if is_admin => self.writes.push(store.remove_admin(&agent.id)?),
            (false, true) => self.writes.push(store.add_admin(&agent.id)?),
            (true, false) => self.writes.push(store.remove_admin(&agent.id)?),
            _ => {}
        }
        Ok(self)
    }

    /// Another password for somebody who stays who they are. Over these credentials; without any, over whatever is there,
    /// which a link's use is to be judged by instead ([`StaffWrite::use_link`]).
    pub fn password(mut self, agent: &Agent, known: Option<&Credentials>, password: &str) -> Result<Self, StoreError> {
        let over = known.map_or(Over::Any, |known| Over::Revision(known.revision));
        self.writes.push(self.store.set_password(agent, password, over)?);
        Ok(self)
    }

    /// A team, which is new and overrides nothing.
    pub fn new_team(mut self, team: &ListedTeam) -> Result<Self, StoreError> {
        self.writes.push(put_new_in(&self.store.core, team_item(&team.id, &team.name))?);
        self.writes.push(self.store.put(listed_team(&team.id, &team.name)?)?);
        Ok(self)
    }

    /// A team has another name.
    pub fn rename_team(mut self, team: &ListedTeam) -> Result<Self, StoreError> {
        self.writes.push(self.store.rename(team)?);
        self.writes.push(self.store.put(listed_team(&team.id, &team.name)?)?);
        Ok(self)
    }

    /// Records what happened. `nonce` tells two changes of the same millisecond apart.
    pub fn record(mut self, change: &StaffChange, nonce: &str) -> Result<Self, StoreError> {
        let key = Key::staff_change(change.at, &change.of, nonce);
        self.writes.push(self.store.put(doc("change", &key, change)?)?);
        Ok(self)
    }

    /// A link, in place of the last one of its kind.
    pub fn link(mut self, kind: StaffLinkKind, agent: &AgentId, link: &StaffLink) -> Result<Self, StoreError> {
        let mut item = doc("link", &Key::staff_link(kind, agent), link)?;
        item.insert("expires".into(), number(link.expires_at.as_second()));
        self.writes.push(self.store.put(item)?);
        Ok(self)
    }

    /// No link is good any more.
    pub fn no_links(mut self, agent: &AgentId) -> Result<Self, StoreError> {
        for kind in [StaffLinkKind::Invitation, StaffLinkKind::Reset] {
            self.writes.push(self.store.delete(&Key::staff_link(kind, agent))?);
        }
        Ok(self)
    }

    /// A link is used up. Refused if it was used or replaced meanwhile.
    pub fn use_link(mut self, kind: StaffLinkKind, agent: &AgentId, link: &StaffLink) -> Result<Self, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.store.core)
            .set_key(Some(Key::staff_link(kind, agent).to_item()))
            .condition_expression("#doc = :read")
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_values(":read", document::json("link", link)?)
            .build()
            .map_err(|error| incomplete(&error))?;
        self.writes.push(TransactWriteItem::builder().delete(delete).build());
        Ok(self)
    }

    /// A mail waits to be sent.
    pub fn mail(mut self, entry: &OutboxEntry) -> Result<Self, StoreError> {
        self.writes.push(put_new_in(&self.store.core, outbox_item(entry)?)?);
        Ok(self)
    }

    /// Signs somebody in who has just proved who they are.
    pub fn sign_in(mut self, login: &Login) -> Result<Self, StoreError> {
        self.writes.extend(self.store.come_in(login)?);
        Ok(self)
    }

    /// Forgets the wrong passwords from anywhere: whoever proved who they are by mail need not wait.
    pub fn forget_wrong_passwords(mut self, email: &EmailAddress) -> Result<Self, StoreError> {
        let anywhere = crate::Guesser { email: email.clone(), browser: None };
        self.writes.push(self.store.delete(&Key::wrong_passwords(&anywhere))?);
        Ok(self)
    }

    /// Forgets how often a new password was asked for, so that a mail goes to the address again.
    pub fn forget_resets(mut self, email: &EmailAddress) -> Result<Self, StoreError> {
        self.writes.push(self.store.delete(&Key::reset_requests(email))?);
        Ok(self)
    }

    /// Forgets the wrong passwords that counted against a try that was right. Refused if another one was counted meanwhile.
    pub fn forget_wrong(mut self, guesser: &crate::Guesser, read: &crate::WrongPasswords) -> Result<Self, StoreError> {
        self.writes.push(self.store.forget_wrong(guesser, read)?);
        Ok(self)
    }

    /// Counts that a new password was asked for: `next` in place of `read`. Refused if another request was counted meanwhile.
    pub fn count_reset(
        mut self,
        email: &EmailAddress,
        read: &ResetRequests,
        next: &ResetRequests,
        expires: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut item = doc("requests", &Key::reset_requests(email), next)?;
        item.insert("expires".into(), number(expires.as_second()));
        let put = Put::builder().table_name(&self.store.core).set_item(Some(item));
        let put = if *read == ResetRequests::default() {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("#doc = :read")
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_values(":read", document::json("requests", read)?)
        };
        let put = put.build().map_err(|error| incomplete(&error))?;
        self.writes.push(TransactWriteItem::builder().put(put).build());
        Ok(self)
    }

    /// Keeps the answer for a repetition of the request.
    pub fn keep(mut self, keep: Option<&Keep>) -> Result<Self, StoreError> {
        if let Some(keep) = keep {
            self.writes.push(self.store.keep(keep)?);
        }
        Ok(self)
    }

    /// Writes all of it or nothing. One `TransactWriteItems`; [`StoreError::Condition`] when something is not as it was read.
    pub async fn write_staff(self) -> Result<(), StoreError> {
        if self.writes.is_empty() { Ok(()) } else { self.store.transact(self.writes).await }
    }

    /// [`StaffWrite::write_staff`], and ends sign-ins and live connections of `agent` in the same write, `sign_ins` being what
    /// [`Store::sign_ins`] read. Answers with the connections, which the caller closes.
    ///
    /// One `TransactWriteItems`; where there are more than 35 connections and sign-ins, another, a `Query` and an `UpdateItem` for each
    /// further 35.
    pub async fn write_staff_ending(
        self,
        agent: &AgentId,
        ending: Ending<'_>,
        sign_ins: SignIns,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        self.store.transact_ending(self.writes, agent, ending, self.rights, sign_ins, now).await
    }
}

impl Store {
    /// Begins to collect changes of people and teams. No request.
    pub fn staff_write(&self) -> StaffWrite<'_> {
        StaffWrite { store: self, writes: vec![], rights: None }
    }

    /// People by their ids, from the one after `after` on, at most `limit`. One `Query`, strongly consistent.
    pub async fn people(&self, after: Option<&AgentId>, limit: i32) -> Result<Vec<StoredPerson>, StoreError> {
        let from = after.map_or_else(|| "P#".to_owned(), |id| format!("P#{id}!"));
        let items = self.staff_items(&from, "P#~", true, limit).await?;
        items.iter().filter_map(|item| stored(item).transpose()).collect()
    }

    /// Every team that is in the list. One `Query`, strongly consistent.
    pub async fn teams(&self) -> Result<Vec<ListedTeam>, StoreError> {
        let items = self.staff_items("T#", "T#~", true, 1000).await?;
        items.iter().filter_map(|item| document::read("team", item, "doc").transpose()).collect()
    }

    /// What was changed about people and teams, newest first, at most `limit`. One `Query`, strongly consistent.
    pub async fn staff_changes(&self, limit: i32) -> Result<Vec<StaffChange>, StoreError> {
        let items = self.staff_items("CHANGE#", "CHANGE#~", false, limit).await?;
        items.iter().filter_map(|item| document::read("change", item, "doc").transpose()).collect()
    }

    /// Notes that an invitation could not be delivered, for the list of people; the next one forgets it. One `UpdateItem`;
    /// without effect on people who have no entry.
    pub async fn note_undelivered(&self, agent: &AgentId) -> Result<(), StoreError> {
        let noted = self
            .client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::person(agent).to_item()))
            .update_expression("SET #undelivered = :yes")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#undelivered", "undelivered")
            .expression_attribute_values(":yes", AttributeValue::Bool(true))
            .send()
            .await;
        match noted.map_err(|error| StoreError::from_sdk("UpdateItem person", &error)) {
            Ok(_) | Err(StoreError::Condition(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn staff_items(&self, from: &str, to: &str, forward: bool, limit: i32) -> Result<Vec<Item>, StoreError> {
        let input = self
            .client
            .query()
            .table_name(&self.core)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(Key::STAFF))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .consistent_read(true)
            .scan_index_forward(forward)
            .limit(limit);
        let answer = input.send().await.map_err(|error| StoreError::from_sdk("Query staff", &error))?;
        Ok(answer.items.unwrap_or_default())
    }

    fn put_over(&self, item: Item, version: u64) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.core)
            .set_item(Some(item))
            .condition_expression("#version = :read")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":read", number(version))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn follow(&self, agent: &Agent) -> Result<TransactWriteItem, StoreError> {
        let update = self
            .update_credentials(agent)?
            .update_expression("SET #agent = :agent ADD #revision :one")
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The person is written only with their first password: otherwise who they are may have changed since it was read.
    fn set_password(&self, agent: &Agent, password: &str, over: Over) -> Result<TransactWriteItem, StoreError> {
        let who = if matches!(over, Over::None) { ":agent" } else { "if_not_exists(#agent, :agent)" };
        let update = self
            .update_credentials(agent)?
            .update_expression(format!("SET #agent = {who}, #password = :password REMOVE #doc ADD #revision :one"))
            .expression_attribute_names("#password", "password")
            // What stood there before there were revisions had the password in it.
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_values(":password", text(password));
        let update = match over {
            Over::None => update.condition_expression("attribute_exists(pk) AND attribute_not_exists(#password)"),
            Over::Any => update.condition_expression("attribute_exists(pk)"),
            Over::Revision(0) => {
                update.condition_expression("attribute_exists(pk) AND attribute_not_exists(#revision)")
            }
            Over::Revision(read) => {
                update.condition_expression("#revision = :read").expression_attribute_values(":read", number(read))
            }
        };
        Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
    }

    fn update_credentials(
        &self,
        agent: &Agent,
    ) -> Result<aws_sdk_dynamodb::types::builders::UpdateBuilder, StoreError> {
        Ok(Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::credentials(&agent.email).to_item()))
            .expression_attribute_names("#agent", "agent")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":agent", document::json("credentials", agent)?)
            .expression_attribute_values(":one", number(1)))
    }

    fn drop_credentials(&self, known: &Credentials) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.core)
            .set_key(Some(Key::credentials(&known.agent.email).to_item()))
            .expression_attribute_names("#revision", "revision");
        let delete = if known.revision == 0 {
            delete.condition_expression("attribute_exists(pk) AND attribute_not_exists(#revision)")
        } else {
            delete
                .condition_expression("#revision = :read")
                .expression_attribute_values(":read", number(known.revision))
        };
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(|error| incomplete(&error))?).build())
    }

    fn rename(&self, team: &ListedTeam) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::team(&team.id).to_item()))
            .update_expression("SET #name = :name")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(&team.name))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Counts somebody among the admins who can act.
    pub(crate) fn add_admin(&self, id: &AgentId) -> Result<TransactWriteItem, StoreError> {
        let update = self.change_admins(id).update_expression("ADD #admins :who");
        Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
    }

    /// Counts somebody among them no longer, if another one is left. Two who remove each other meet in this one item.
    fn remove_admin(&self, id: &AgentId) -> Result<TransactWriteItem, StoreError> {
        let update = self
            .change_admins(id)
            .update_expression("DELETE #admins :who")
            .condition_expression("attribute_exists(#admins) AND (size(#admins) > :one OR NOT contains(#admins, :id))")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":id", text(id.as_str()));
        Ok(TransactWriteItem::builder().update(update.build().map_err(|error| incomplete(&error))?).build())
    }

    fn change_admins(&self, id: &AgentId) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::admins().to_item()))
            .expression_attribute_names("#admins", "admins")
            .expression_attribute_values(":who", AttributeValue::Ss(vec![id.as_str().to_owned()]))
    }
}

/// A person as the record of changes has them: without anything that opens something.
#[must_use]
pub fn recorded(person: &Person) -> Value {
    let agent = &person.agent;
    json!({
        "name": agent.name, "email": agent.email, "role": agent.role, "teams": agent.teams(),
        "settings_of": agent.settings_of, "standing": agent.standing,
    })
}
