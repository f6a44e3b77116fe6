//! R11: which session of a team a contact had last. One item for each address and each number, under a hash, so
//! that keys, which metrics and traces of AWS may show, hold no address as it is written. It hides nothing from whoever tries all
//! numbers; the session itself has the contact anyway.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use data_encoding::BASE64URL_NOPAD;
use parlor_domain::{Contact, Decision, EmailAddress, PhoneNumber, SessionId, TeamId};
use sha2::{Digest as _, Sha256};

use crate::{
    ReadBatch, ReadResult, Store, StoreError,
    commit::incomplete,
    document,
    keys::{Key, text},
};

/// One address or number of a contact in a team, as it stands in keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactKey {
    team: TeamId,
    digest: String,
}

impl ContactKey {
    fn new(team: &TeamId, address: &str) -> Self {
        Self { team: team.clone(), digest: BASE64URL_NOPAD.encode(&Sha256::digest(address.as_bytes())) }
    }

    /// Of an e-mail address, which is in lower case already.
    #[must_use]
    pub fn email(team: &TeamId, email: &EmailAddress) -> Self {
        Self::new(team, email.as_str())
    }

    /// Of a phone number, which is in E.164.
    #[must_use]
    pub fn phone(team: &TeamId, phone: &PhoneNumber) -> Self {
        Self::new(team, phone.as_str())
    }

    /// Of all that a contact has: the e-mail address first.
    #[must_use]
    pub fn of(team: &TeamId, contact: &Contact) -> Vec<Self> {
        let email = contact.email.iter().map(|email| Self::email(team, email));
        email.chain(contact.phone.iter().map(|phone| Self::phone(team, phone))).collect()
    }

    pub(crate) fn key(&self) -> Key {
        Key::contact(&self.team, &self.digest)
    }
}

/// What was read of a contact that a start is about to take: it loses its race against whoever has taken it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownContact {
    /// The address or number.
    pub key: ContactKey,
    /// Its newest session, when it was read.
    pub session: Option<SessionId>,
}

impl ReadBatch {
    /// A contact's newest session (R11): one item.
    #[must_use]
    pub fn contact(self, contact: &ContactKey) -> Self {
        self.with(contact.key())
    }
}

impl ReadResult {
    /// A contact's newest session; `None` if it had none.
    pub fn contact(&self, contact: &ContactKey) -> Result<Option<SessionId>, StoreError> {
        self.item(&contact.key()).map_or(Ok(None), |item| document::read_value("contact", item, "session"))
    }
}

impl Store {
    /// The writes by which a session that begins, or whose customer's contact was corrected, becomes its contact's newest.
    pub(crate) fn name_contact(
        &self,
        decision: &Decision,
        known: &[KnownContact],
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        if !decision.names_contact {
            return Ok(vec![]);
        }
        let session = &decision.session;
        let keys = ContactKey::of(&session.id.team(), &session.customer.contact);
        keys.iter().map(|key| self.name(key, &session.id, known.iter().find(|known| known.key == *key))).collect()
    }

    fn name(
        &self,
        key: &ContactKey,
        session: &SessionId,
        known: Option<&KnownContact>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut item = key.key().to_item();
        item.insert("session".into(), text(session.as_str()));
        let put = Put::builder().table_name(&self.core).set_item(Some(item));
        let put = match known.map(|known| &known.session) {
            None => put,
            Some(None) => put.condition_expression("attribute_not_exists(pk)"),
            Some(Some(read)) => put
                .condition_expression("#session = :read")
                .expression_attribute_names("#session", "session")
                .expression_attribute_values(":read", text(read.as_str())),
        };
        Ok(TransactWriteItem::builder().put(put.build().map_err(|error| incomplete(&error))?).build())
    }
}
