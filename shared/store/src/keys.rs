//! Primary keys: what stands together in a partition is read together.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Timestamp, civil::Date};
use parlor_domain::{
    AgentId, DueKind, EmailAddress, InteractionId, KeyId, LibraryId, LoginId, SecretHash, SessionId, TeamId, UploadId,
    WebhookId, outbox::Owner, people::StaffLinkKind, rate::Tell,
};

use crate::{Guesser, ListScope};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// A primary key of either table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn session(id: &SessionId) -> Self {
        Self::new(format!("S#{id}"), "S")
    }

    /// Who is in a session's room.
    pub(crate) fn presence(session: &SessionId) -> Self {
        Self::new(format!("S#{session}"), "P")
    }

    /// A timer of a session.
    pub(crate) fn timer(session: &SessionId, kind: DueKind) -> Self {
        Self::new(format!("S#{session}"), format!("D#{}", kind.as_str()))
    }

    pub(crate) fn link(session: &SessionId, hash: &SecretHash) -> Self {
        Self::new(format!("S#{session}"), format!("L#{}", hash.as_str()))
    }

    pub(crate) fn event(session: &SessionId, seq: u64) -> Self {
        Self::new(format!("S#{session}"), format!("E#{seq:012}"))
    }

    /// Marks a message as posted, so that its repetition is harmless.
    pub(crate) fn posted(session: &SessionId, id: &str) -> Self {
        Self::new(format!("S#{session}"), format!("M#{id}"))
    }

    /// An entry of the outbox, in its owner's partition.
    pub(crate) fn outbox(owner: &Owner, id: &str) -> Self {
        let pk = match owner {
            Owner::Session(session) => format!("S#{session}"),
            // Apart from who they are, so that whoever sends mails writes nothing else of staff.
            Owner::Agent(agent) => format!("M#{agent}"),
        };
        Self::new(pk, format!("O#{id}"))
    }

    /// Whose partition this key is in, of those that have an outbox.
    pub(crate) fn owner(pk: &str) -> Option<Owner> {
        match pk.strip_prefix("M#") {
            Some(agent) => agent.parse().ok().map(Owner::Agent),
            None => pk.strip_prefix("S#")?.parse().ok().map(Owner::Session),
        }
    }

    /// An interaction (R21): how far it is, and what was entered.
    pub(crate) fn interaction(session: &SessionId, id: &InteractionId) -> Self {
        Self::new(format!("S#{session}"), format!("I#{id}"))
    }

    /// What an interaction asks. Apart from the interaction, because it never changes and can be long.
    pub(crate) fn asked(session: &SessionId, id: &InteractionId) -> Self {
        Self::new(format!("S#{session}"), format!("W#{id}"))
    }

    /// Which document has a signed file with this SHA-256, in small hexadecimal digits.
    pub(crate) fn signed(sha256: &str) -> Self {
        Self::new(format!("SIGNED#{sha256}"), "S")
    }

    /// That a session has a signed file with this SHA-256: by it the item above is found when the session is erased.
    pub(crate) fn signed_here(session: &SessionId, sha256: &str) -> Self {
        Self::new(format!("S#{session}"), format!("V#{sha256}"))
    }

    /// A file that somebody announced.
    pub(crate) fn upload(session: &SessionId, id: &UploadId) -> Self {
        Self::new(format!("S#{session}"), format!("F#{id}"))
    }

    /// How many files the customer announced on a day from the device that was bound then: who had the session before uses up
    /// nothing of the next one's, and what TTL has not removed yet counts for nothing.
    pub(crate) fn customers_uploads(session: &SessionId, bound_at: Timestamp, now: Timestamp) -> Self {
        let day = now.as_second() / (24 * 60 * 60);
        Self::new(format!("S#{session}"), format!("F@{}@{day}", bound_at.as_millisecond()))
    }

    pub(crate) fn system() -> Self {
        Self::new("CONF", "SYSTEM")
    }

    pub(crate) fn team(team: &TeamId) -> Self {
        Self::new(format!("CONF#{team}"), "TEAM")
    }

    pub(crate) fn settings_change(pk: &str, version: u64) -> Self {
        Self::new(pk, format!("CHANGE#{version:012}"))
    }

    /// A part of what a team did on a day.
    pub(crate) fn figures(team: &TeamId, day: Date, shard: u32) -> Self {
        Self::new(format!("DAY#{team}"), format!("{day}#{shard}"))
    }

    /// The day that figures under this key are of.
    pub(crate) fn figures_day(&self) -> Option<Date> {
        self.sk.split_once('#')?.0.parse().ok()
    }

    pub(crate) fn agent(id: &AgentId) -> Self {
        Self::new(format!("A#{id}"), "A")
    }

    /// The lock of an agent who may own one session that is not over (R10).
    pub(crate) fn lock(agent: &AgentId) -> Self {
        Self::new(format!("ACTIVE#{agent}"), "ACTIVE")
    }

    /// The newest session of a contact in a team (R11).
    pub(crate) fn contact(team: &TeamId, digest: &str) -> Self {
        Self::new(format!("CONTACT#{team}#{digest}"), "C")
    }

    pub(crate) fn login(agent: &AgentId, login: &LoginId) -> Self {
        Self::new(format!("A#{agent}"), format!("LOGIN#{login}"))
    }

    /// What sign-ins and live connections of somebody came meanwhile, and how often their rights were changed. It stands before their
    /// sign-ins, so that it is read before them.
    pub(crate) fn comings(agent: &AgentId) -> Self {
        Self::new(format!("A#{agent}"), "LOGIN")
    }

    /// A link to a member of staff: there is one of each kind.
    pub(crate) fn staff_link(kind: StaffLinkKind, agent: &AgentId) -> Self {
        Self::new(format!("A#{agent}"), kind.as_str())
    }

    /// The partition of the lists of people and teams, and of what was changed about them.
    pub(crate) const STAFF: &'static str = "STAFF";

    /// A member of staff in the list of people.
    pub(crate) fn person(agent: &AgentId) -> Self {
        Self::new(Self::STAFF, format!("P#{agent}"))
    }

    /// A team in the list of teams.
    pub(crate) fn listed_team(team: &TeamId) -> Self {
        Self::new(Self::STAFF, format!("T#{team}"))
    }

    /// The set of admins who can act.
    pub(crate) fn admins() -> Self {
        Self::new(Self::STAFF, "ADMINS")
    }

    /// What was changed about somebody or a team, and when.
    pub(crate) fn staff_change(at: Timestamp, of: &str, nonce: &str) -> Self {
        Self::new(Self::STAFF, format!("CHANGE#{:015}#{of}#{nonce}", at.as_millisecond()))
    }

    /// That somebody entered a session.
    pub(crate) fn entry(agent: &AgentId, session: &SessionId) -> Self {
        Self::new(format!("A#{agent}"), format!("R#{session}"))
    }

    /// The sessions in which a customer finished something that their owner has not seen (R20).
    pub(crate) fn updates(agent: &AgentId) -> Self {
        Self::new(format!("U#{agent}"), "U")
    }

    pub(crate) fn api_key(id: &KeyId) -> Self {
        Self::new(format!("K#{id}"), "K")
    }

    /// What is told about API keys, in lists.
    pub(crate) const KEYS: &'static str = "KEYS";

    pub(crate) fn listed_key(id: &KeyId) -> Self {
        Self::new(Self::KEYS, format!("K#{id}"))
    }

    /// How many keys were made and revoked; the records stand beside it.
    pub(crate) fn key_log() -> Self {
        Self::new("KEYLOG", "HEAD")
    }

    pub(crate) fn credentials(email: &EmailAddress) -> Self {
        Self::new(format!("EMAIL#{email}"), "C")
    }

    pub(crate) fn wrong_passwords(guesser: &Guesser) -> Self {
        let sk = guesser.browser.as_ref().map_or_else(|| "WRONG".to_owned(), |browser| format!("WRONG#{browser}"));
        Self::new(format!("EMAIL#{}", guesser.email), sk)
    }

    /// How often a new password was asked for, for an address.
    pub(crate) fn reset_requests(email: &EmailAddress) -> Self {
        Self::new(format!("EMAIL#{email}"), "ASKED")
    }

    pub(crate) fn setup() -> Self {
        Self::new("SETUP", "SETUP")
    }

    /// An answer kept for its `Idempotency-Key`; `caller` keeps two callers' keys apart.
    pub(crate) fn kept(caller: &str, key: &str) -> Self {
        Self::new(format!("I#{caller}#{key}"), "I")
    }

    /// How many requests a caller made in a minute.
    pub(crate) fn rate(tell: &Tell) -> Self {
        Self::new(format!("RATE#{}#{}", tell.caller.policy(), tell.caller.id()), tell.window.number().to_string())
    }

    pub(crate) fn connection(id: &str) -> Self {
        Self::new(format!("C#{id}"), "C")
    }

    /// The connections that follow the lists of a scope.
    pub(crate) fn listeners(scope: &ListScope) -> Self {
        Self::new(format!("L#{scope}"), "L")
    }

    /// The scope whose listeners stand under this key.
    pub(crate) fn scope(&self) -> Option<ListScope> {
        self.pk.strip_prefix("L#")?.parse().ok()
    }

    pub(crate) fn ticket(nonce: &str) -> Self {
        Self::new(format!("T#{nonce}"), "T")
    }

    /// The partition of every webhook endpoint.
    pub(crate) const WEBHOOKS: &'static str = "HOOKS";

    pub(crate) fn webhook(id: &WebhookId) -> Self {
        Self::new(Self::WEBHOOKS, format!("W#{id}"))
    }

    /// How many webhook endpoints there are.
    pub(crate) fn webhook_count() -> Self {
        Self::new(Self::WEBHOOKS, "COUNT")
    }

    fn in_library(team: &TeamId, sk: impl Into<String>) -> Self {
        Self::new(format!("LIB#{team}"), sk)
    }

    /// An entry of a team's library, as lists tell it.
    pub(crate) fn library_entry(id: &LibraryId) -> Self {
        Self::in_library(&id.team(), format!("L#{id}"))
    }

    /// What is in an entry, as it is worked on.
    pub(crate) fn library_content(id: &LibraryId) -> Self {
        Self::in_library(&id.team(), format!("C#{id}"))
    }

    /// The newest version of an entry, where it can be read without knowing its number.
    pub(crate) fn library_newest(id: &LibraryId) -> Self {
        Self::in_library(&id.team(), format!("N#{id}"))
    }

    /// A version of an entry that was published.
    pub(crate) fn library_version(id: &LibraryId, version: u32) -> Self {
        Self::in_library(&id.team(), format!("V#{id}#{version:09}"))
    }

    /// How many entries a team's library has.
    pub(crate) fn library_count(team: &TeamId) -> Self {
        Self::in_library(team, "COUNT")
    }

    /// A part of how often each entry was sent.
    pub(crate) fn library_used(team: &TeamId, shard: u32) -> Self {
        Self::in_library(team, format!("USED#{shard}"))
    }

    /// A file that somebody announced for a team's library.
    pub(crate) fn library_upload(team: &TeamId, id: &UploadId) -> Self {
        Self::in_library(team, format!("F#{id}"))
    }

    /// The file that was announced under this key, and for whose library.
    pub(crate) fn as_library_upload(&self) -> Option<(TeamId, UploadId)> {
        let team = self.pk.strip_prefix("LIB#")?.parse().ok()?;
        Some((team, self.sk.strip_prefix("F#")?.parse().ok()?))
    }

    fn in_queue(endpoint: &WebhookId, session: &SessionId, sk: impl Into<String>) -> Self {
        Self::new(format!("H#{endpoint}#{session}"), sk)
    }

    /// A session's events on their way to an endpoint.
    pub(crate) fn delivery_queue(endpoint: &WebhookId, session: &SessionId) -> Self {
        Self::in_queue(endpoint, session, "LANE")
    }

    /// Where a test event waits: it has the number 0, which no session's event has. The template's filter names it, too.
    pub(crate) const QUEUED_TEST: &'static str = "P#000000000000";

    /// A delivery that waits.
    pub(crate) fn queued(endpoint: &WebhookId, session: &SessionId, seq: u64) -> Self {
        Self::in_queue(endpoint, session, format!("P#{seq:012}"))
    }

    /// A delivery that was taken or given up.
    pub(crate) fn settled(endpoint: &WebhookId, session: &SessionId, seq: u64) -> Self {
        Self::in_queue(endpoint, session, format!("D#{seq:012}"))
    }

    pub(crate) fn to_item(&self) -> Item {
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }

    pub(crate) fn of(item: &Item) -> Option<Self> {
        Some(Self::new(item.get("pk")?.as_s().ok()?, item.get("sk")?.as_s().ok()?))
    }
}

pub(crate) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn number(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The partition of the due index for an item: by kind and by a hash of the item's own key, so that no partition runs
/// hot however much is due in one minute.
pub(crate) fn due_shard(kind: DueKind, shard: u32) -> String {
    format!("{}#{shard}", kind.as_str())
}

/// FNV-1a: which shard an id belongs to, the same in every version of the code.
pub(crate) fn shard_of(id: &str, shards: u32) -> u32 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % shards
}

pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}
