//! Staff, what they sign in with, and API keys.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Agent, EmailAddress, LoginId, Role, SecretHash,
    staff::{ApiKey, Login},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    commit::{incomplete, put_new_in},
    document,
    keys::{Item, Key, number, text},
    people::{first_entry, listed_team},
    presence::SEEN,
    settings::team_item,
};

/// What somebody signs in with, by their address; it holds the member of staff, so that one read is enough.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The member of staff whose address it is.
    pub agent: Agent,
    /// argon2id, in its own string format; none while they have chosen none.
    pub password: Option<String>,
    /// Raised whenever either changes, so that no sign-in outlives what it was judged by; 0 of items from before.
    pub revision: u64,
}

/// Credentials as they were stored before they had a revision.
#[derive(Deserialize)]
struct FirstForm {
    agent: Agent,
    password: String,
}

/// Reads credentials in either form.
pub(crate) fn credentials(item: &Item) -> Result<Option<Credentials>, StoreError> {
    const KIND: &str = "credentials";
    let first: Option<FirstForm> = document::read(KIND, item, "doc")?;
    let agent = document::read(KIND, item, "agent")?;
    let password = item.contains_key("password").then(|| document::text(KIND, item, "password")).transpose()?.flatten();
    let revision = document::read_value(KIND, item, "revision")?.unwrap_or(0);
    let (first_agent, first_password) = first.map_or((None, None), |first| (Some(first.agent), Some(first.password)));
    let password = password.map(str::to_owned).or(first_password);
    Ok(agent.or(first_agent).map(|agent| Credentials { agent, password, revision }))
}

/// Reads a sign-in with when it was heard of last.
pub(crate) fn sign_in(item: &Item) -> Result<Option<Login>, StoreError> {
    let login: Option<Login> = document::read("login", item, "doc")?;
    let seen: Option<i64> = document::read_value("login", item, SEEN)?;
    let seen_at = seen.and_then(|second| Timestamp::from_second(second).ok());
    Ok(login.map(|login| Login { seen_at, ..login }))
}

/// Whose wrong passwords count together: those for an address from anywhere, or those from one browser that the owner of
/// the address has signed in from before. So whoever guesses elsewhere does not keep the owner out of their own browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guesser {
    /// The address that is tried.
    pub email: EmailAddress,
    /// The known browser that tries it.
    pub browser: Option<LoginId>,
}

/// Wrong passwords for one address, whether or not it is somebody's: an address that nobody has must be answered like
/// one that somebody has. The item goes by itself a day after the last wrong one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WrongPasswords {
    /// How many since the last right one.
    pub count: u32,
    /// The next try is not taken before then.
    #[serde(default)]
    pub wait_until: Option<Timestamp>,
    /// When the last one was.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// How long wrong passwords are remembered.
const WRONG_FOR: SignedDuration = SignedDuration::from_hours(24);

impl WrongPasswords {
    /// Whether they still count at `now`; DynamoDB's TTL may be days late.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| now.duration_since(at) < WRONG_FOR)
    }
}

/// A member of staff to be made, with a password.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// The member of staff.
    pub agent: Agent,
    /// argon2id, in its own string format.
    pub password: String,
}

/// The one-time link by which the first admin comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupLink {
    /// Hash of the link's secret.
    pub secret: SecretHash,
    /// From this moment on it is not taken any more.
    pub expires_at: Timestamp,
    /// The first API key, which becomes good together with the admin whose it is. None where nobody asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ApiKey>,
}

pub(crate) fn doc<T: Serialize>(kind: &'static str, key: &Key, doc: &T) -> Result<Item, StoreError> {
    let mut item = key.to_item();
    item.insert("doc".into(), document::json(kind, doc)?);
    Ok(item)
}

/// Credentials as an item.
pub(crate) fn credentials_item(agent: &Agent, password: Option<&str>, revision: u64) -> Result<Item, StoreError> {
    let mut item = Key::credentials(&agent.email).to_item();
    item.insert("agent".into(), document::json("credentials", agent)?);
    item.insert("revision".into(), number(revision));
    if let Some(password) = password {
        item.insert("password".into(), text(password));
    }
    Ok(item)
}

/// A sign-in as an item.
fn login_item(login: &Login) -> Result<Item, StoreError> {
    let mut item = doc("login", &Key::login(&login.agent, &login.id), login)?;
    item.insert("expires".into(), number(login.expires_at.as_second()));
    Ok(item)
}

impl Store {
    /// Lets a member of staff in. One `TransactWriteItems`; [`StoreError::Condition`] when the address is taken.
    pub async fn create_agent(&self, new: &NewAgent) -> Result<(), StoreError> {
        self.transact(self.new_agent(new)?).await
    }

    /// Lets the first admin in with a first team and, if there is one, with a first API key, and uses the setup link up. One
    /// `TransactWriteItems`; [`StoreError::Condition`] when the link was used meanwhile.
    pub async fn create_first_admin(
        &self,
        new: &NewAgent,
        team_name: &str,
        key: Option<&ApiKey>,
        login: &Login,
    ) -> Result<(), StoreError> {
        let mut writes = self.new_agent(new)?;
        writes.extend(self.come_in(login)?);
        if let Some(key) = key {
            writes.extend(self.new_api_key(key)?);
        }
        writes.push(put_new_in(&self.core, team_item(&new.agent.team, team_name))?);
        writes.push(self.put(listed_team(&new.agent.team, team_name)?)?);
        writes.push(self.delete_existing(&Key::setup())?);
        self.transact(writes).await
    }

    fn new_agent(&self, new: &NewAgent) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![
            put_new_in(&self.core, doc("agent", &Key::agent(&new.agent.id), &new.agent)?)?,
            put_new_in(&self.core, credentials_item(&new.agent, Some(&new.password), 1)?)?,
        ];
        writes.extend(self.enter_list(&new.agent)?);
        Ok(writes)
    }

    /// Puts somebody who can sign in into the list of people, and among those admins of whom one has to be left.
    fn enter_list(&self, agent: &Agent) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = vec![self.put(first_entry(agent)?)?];
        if agent.role == Role::Admin {
            writes.push(self.add_admin(&agent.id)?);
        }
        Ok(writes)
    }

    /// Signs somebody in: notes the browser, and forgets wrong passwords. One `TransactWriteItems`;
    /// [`StoreError::Condition`] when another try was counted since `wrong` was read, so that guesses that race with a
    /// right one are counted all the same, or when the password or the person changed since `known` was read.
    ///
    /// Credentials from before there was a list of people enter their owner into it.
    pub async fn sign_in(
        &self,
        guesser: &Guesser,
        wrong: &WrongPasswords,
        known: &Credentials,
        login: &Login,
    ) -> Result<(), StoreError> {
        let mut writes = self.come_in(login)?;
        writes.push(self.forget_wrong(guesser, wrong)?);
        if known.revision == 0 {
            writes.push(self.first_revision(&known.agent.email)?);
            writes.extend(self.enter_list(&known.agent)?);
        } else {
            writes.push(self.same_revision(&known.agent.email, known.revision)?);
        }
        self.transact(writes).await
    }

    /// A sign-in, which whoever ends its owner's sign-ins at this moment sees, or before which it stands back.
    pub(crate) fn come_in(&self, login: &Login) -> Result<Vec<TransactWriteItem>, StoreError> {
        let counted = self.one_more(&login.agent, login.created_at).build().map_err(|error| incomplete(&error))?;
        Ok(vec![self.put(login_item(login)?)?, TransactWriteItem::builder().update(counted).build()])
    }

    pub(crate) fn forget_wrong(
        &self,
        guesser: &Guesser,
        read: &WrongPasswords,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = Key::wrong_passwords(guesser).to_item();
        if read.count == 0 {
            let check = ConditionCheck::builder()
                .table_name(&self.core)
                .set_key(Some(key))
                .condition_expression("attribute_not_exists(pk)")
                .build()
                .map_err(|error| incomplete(&error))?;
            return Ok(TransactWriteItem::builder().condition_check(check).build());
        }
        let delete = Delete::builder()
            .table_name(&self.core)
            .set_key(Some(key))
            .condition_expression("#doc.#count = :read")
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":read", number(read.count))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn same_revision(&self, email: &EmailAddress, revision: u64) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.core)
            .set_key(Some(Key::credentials(email).to_item()))
            .condition_expression("#revision = :revision")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":revision", number(revision))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    fn first_revision(&self, email: &EmailAddress) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.core)
            .set_key(Some(Key::credentials(email).to_item()))
            .update_expression("SET #revision = :one")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#revision)")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Counts a wrong password: `next` in place of `read`. One `PutItem`; [`StoreError::Condition`] when another one was
    /// counted meanwhile, so that parallel guesses cannot hide each other.
    pub async fn note_wrong_password(
        &self,
        guesser: &Guesser,
        read: &WrongPasswords,
        next: &WrongPasswords,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut item = Key::wrong_passwords(guesser).to_item();
        item.insert("doc".into(), document::value("wrong passwords", next)?);
        item.insert("expires".into(), number((now + WRONG_FOR).as_second()));
        let put = self.client.put_item().table_name(&self.core).set_item(Some(item));
        let put = if read.count == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("#doc.#count = :read")
                .expression_attribute_names("#doc", "doc")
                .expression_attribute_names("#count", "count")
                .expression_attribute_values(":read", number(read.count))
        };
        put.send().await.map(|_| ()).map_err(|error| StoreError::from_sdk("PutItem wrong passwords", &error))
    }

    /// Lays out the one-time link for the first admin, in place of an earlier one. One `PutItem`.
    pub async fn put_setup_link(&self, link: &SetupLink) -> Result<(), StoreError> {
        self.put_item("setup link", &Key::setup(), link).await
    }

    async fn put_item<T: Serialize>(&self, kind: &'static str, key: &Key, value: &T) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.core)
            .set_item(Some(doc(kind, key, value)?))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::from_sdk("PutItem", &error))
    }
}
