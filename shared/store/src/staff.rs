//! Staff, what they sign in with, and API keys.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::Timestamp;
use parlor_domain::{
    Agent, AgentId, EmailAddress, LoginId, SecretHash,
    staff::{ApiKey, Login},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    keys::{Item, Key, number},
};

/// What somebody signs in with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Who it is.
    pub agent: Agent,
    /// argon2id, in its own string format.
    pub password: String,
    /// Wrong passwords since the last right one.
    #[serde(default)]
    pub failures: u32,
    /// Wrong passwords make the next try wait until then.
    #[serde(default)]
    pub locked_until: Option<Timestamp>,
}

/// Somebody to let in.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Who.
    pub agent: Agent,
    /// argon2id, in its own string format.
    pub password: String,
}

/// The one-time link by which the first admin comes in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupLink {
    /// Of its secret.
    pub secret: SecretHash,
    /// Good until.
    pub expires_at: Timestamp,
}

fn doc<T: Serialize>(kind: &'static str, key: &Key, doc: &T) -> Result<Item, StoreError> {
    let mut item = key.to_item();
    let value = serde_dynamo::to_attribute_value(doc).map_err(|error| StoreError::item(kind, &error))?;
    item.insert("doc".into(), value);
    Ok(item)
}

impl Store {
    /// Lets a member of staff in. One `TransactWriteItems`; [`StoreError::Condition`] when the address is taken.
    pub async fn create_agent(&self, new: &NewAgent) -> Result<(), StoreError> {
        self.transact(self.new_agent(new)?).await
    }

    /// Lets the first admin in and uses the setup link up. One `TransactWriteItems`; [`StoreError::Condition`] when the
    /// link was used meanwhile.
    pub async fn create_first_admin(&self, new: &NewAgent) -> Result<(), StoreError> {
        let mut writes = self.new_agent(new)?;
        writes.push(self.delete_existing(&Key::setup())?);
        self.transact(writes).await
    }

    fn new_agent(&self, new: &NewAgent) -> Result<Vec<TransactWriteItem>, StoreError> {
        let credentials =
            Credentials { agent: new.agent.clone(), password: new.password.clone(), failures: 0, locked_until: None };
        Ok(vec![
            self.put_new_in(&self.core, doc("agent", &Key::agent(&new.agent.id), &new.agent)?)?,
            self.put_new_in(&self.core, doc("credentials", &Key::credentials(&new.agent.email), &credentials)?)?,
        ])
    }

    /// Signs somebody in: notes the browser, and forgets wrong passwords. One `TransactWriteItems`.
    pub async fn sign_in(&self, credentials: &Credentials, login: &Login) -> Result<(), StoreError> {
        let mut item = doc("login", &Key::login(&login.agent, &login.id), login)?;
        item.insert("expires".into(), number(login.expires_at.as_second()));
        let fresh = Credentials { failures: 0, locked_until: None, ..credentials.clone() };
        let put = |item| {
            Put::builder()
                .table_name(&self.core)
                .set_item(Some(item))
                .build()
                .map(|put| TransactWriteItem::builder().put(put).build())
                .map_err(|error| StoreError::Unavailable { operation: "TransactWriteItems", reason: error.to_string() })
        };
        let mut writes = vec![put(item)?];
        if credentials.failures > 0 {
            writes.push(put(doc("credentials", &Key::credentials(&fresh.agent.email), &fresh)?)?);
        }
        self.transact(writes).await
    }

    /// Notes a wrong password. One `UpdateItem`, conditional on the failures that were read, so that parallel guesses
    /// cannot hide each other.
    pub async fn note_wrong_password(
        &self,
        email: &EmailAddress,
        read: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let until =
            serde_dynamo::to_attribute_value(locked_until).map_err(|error| StoreError::item("credentials", &error))?;
        self.client
            .update_item()
            .table_name(&self.core)
            .set_key(Some(Key::credentials(email).to_item()))
            .update_expression("SET #doc.#failures = :new, #doc.#until = :until")
            .condition_expression("#doc.#failures = :read")
            .expression_attribute_names("#doc", "doc")
            .expression_attribute_names("#failures", "failures")
            .expression_attribute_names("#until", "locked_until")
            .expression_attribute_values(":new", number(read.saturating_add(1)))
            .expression_attribute_values(":read", number(read))
            .expression_attribute_values(":until", until)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::from_sdk("UpdateItem credentials", &error))
    }

    /// Signs a browser out. One `DeleteItem`.
    pub async fn sign_out(&self, agent: &AgentId, login: &LoginId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.core)
            .set_key(Some(Key::login(agent, login).to_item()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::from_sdk("DeleteItem login", &error))
    }

    /// Keeps an API key. One `PutItem`.
    pub async fn create_api_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        self.put_item("API key", &Key::api_key(&key.id), key).await
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
