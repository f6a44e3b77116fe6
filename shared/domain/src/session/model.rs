//! The session as it is stored, and what can be read from it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    Access, AccessPlan, AgentId, Channel, Contact, Due, DueKind, EmailAddress, EndedBy, ErasedBy, InteractionId,
    Language, Link, Participant, ParticipantId, Secret, SecretHash, SessionId, Settings,
    interaction::{Assignee, PartOf, Task, TaskCount},
    keyring::Sealed,
    pin::{OneTimeCode, Tries},
    settings::Method,
    timer::Timers,
    turn,
};

/// A text that is agreed to, as a session remembers it.
#[must_use]
pub fn text_hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text)[..16])
}

/// Where a session stands (R1). "Renewed" is an event and "expired" is derived from the clock; neither is a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Prepared; nobody is invited yet.
    Planned,
    /// An invitation was sent or a link made; the customer has not passed every gate yet.
    Invited,
    /// The customer has passed every gate once.
    Active,
    /// Over; the access plan says what the customer may still do (R2).
    Ended,
    /// A planned session that was given up.
    Discarded,
}

impl State {
    /// The state's name in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Discarded => "discarded",
        }
    }
}

/// When and by whom a session was ended, and what is left to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The end time, T in R2.
    pub at: Timestamp,
    /// Who or what ended the session.
    pub by: EndedBy,
    /// The access tiers from the end on. They are computed once, at the end (R2).
    pub plan: AccessPlan,
}

/// R25: when and why a session was erased. It stays in no list; what is left of it says this and nothing about the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// When it was erased.
    pub at: Timestamp,
    /// Whether somebody asked for it, or the time to keep it was over.
    pub by: ErasedBy,
    /// Whose items in other partitions are still to go, while any are: the contact by which they are found. Nothing shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Contact>,
    /// What the customer's contact was before it was corrected (R8), as long as `pending` is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Contact>,
    /// When everything is deleted once more: what was on its way when the session was erased has come by then. Nothing shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
}

/// The person for whom a session was made: name and contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The name as the agent entered it.
    pub name: String,
    /// E-mail address, phone number, or both.
    #[serde(flatten)]
    pub contact: Contact,
}

/// R23: from when on unfinished work waits, and what was done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// When the customer last got something to do, or did something about it. Not known of sessions in which neither happened since
    /// this is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// The last reminder, whether the schedule sent it or an agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// How many the schedule sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub count: u32,
}

impl Reminded {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// R23: what came while the customer was away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Since when there is something that they have not seen and were not told of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When they were last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

impl News {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// R9: somebody asks the owner for the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who asks.
    pub agent: AgentId,
    /// Their name.
    pub name: String,
    /// Their address, for answers to mails once the session is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailAddress>,
    /// Why, if they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When they asked.
    pub asked_at: Timestamp,
    /// From this moment on the owner cannot answer any more.
    pub lapses_at: Timestamp,
    /// What became of it, once that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Why a transfer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The owner declined.
    Declined,
    /// Nobody answered in time.
    Lapsed,
}

/// The one device that a session is open on (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Hash of the secret in the device's cookie.
    pub hash: SecretHash,
    /// When the device was bound.
    pub bound_at: Timestamp,
    /// Expiry of the link that the device last came by (R5).
    pub link_expires_at: Timestamp,
}

/// A session, as it is stored. `seq` counts its events, `version` its writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The session's id. It begins with the team's.
    pub id: SessionId,
    /// Rises by one with each write.
    pub version: u64,
    /// The number of the newest event. Messages raise it without a write of the document, see [`Session::catch_up`].
    pub seq: u64,
    /// Where the session stands (R1).
    pub state: State,
    /// The person for whom the session was made.
    pub customer: Customer,
    /// The channel that messages to the customer use.
    pub channel: Channel,
    /// The agent who owns the session.
    pub agent: AgentId,
    /// The owner's name, as pages and messages show it.
    pub agent_name: String,
    /// Where answers to mails go: the owner's address. Sessions that were started before mails had one have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_email: Option<EmailAddress>,
    /// R9: the last transfer that was asked for and did not come: it waits for the owner's answer, or this says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
    /// R10: whether the session holds its owner's lock. Sessions that were started while the setting was off hold none until
    /// they are renewed or taken over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds_lock: bool,
    /// R26: the language that the customer is spoken to in: the agent's choice at the start, otherwise the browser's when the customer
    /// first acts, then what they choose by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// R22: when it is the customer's turn: after everybody with a lower order.
    #[serde(default = "turn::first", skip_serializing_if = "turn::is_first")]
    pub order: u32,
    /// An integrator's own reference for the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// An integrator's own data, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// When the session was started or planned.
    pub created_at: Timestamp,
    /// When the customer was first invited.
    pub invited_at: Option<Timestamp>,
    /// When the customer first passed every gate of R6.
    pub joined_at: Option<Timestamp>,
    /// The end, until a renewal takes it away.
    pub ended: Option<End>,
    /// What the customer's contact was before it was corrected (R8): erasing has to find what stands under it (R25).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_contacts: Vec<Contact>,
    /// R25: that contact and content were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
    /// The last action by an agent or the API. R3's deadline counts from it.
    pub last_agent_action_at: Timestamp,
    /// Time of the last event, for sorting lists.
    pub last_event_at: Timestamp,
    /// The one device that is let in; absent before a customer's first **Continue**, and after a release (R6).
    pub device: Option<Device>,
    /// Hash of the secret of the device that was bound last before this one, or before the release: its pages may know
    /// whose they were, and why they closed (R27).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<SecretHash>,
    /// How often a device was released, or another bound in its place. Never less, so that it tells who came before a release.
    #[serde(default, skip_serializing_if = "crate::link::is_zero")]
    pub releases: u64,
    /// When the customer gave consent; absent where none was asked for (R6).
    pub consented_at: Option<Timestamp>,
    /// Hash of the text that they agreed to: settings may change what is asked of others. Not known of consent from before this was
    /// kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_to: Option<String>,
    /// When the customer entered the right PIN or code on the device that is bound; absent where that came in without.
    pub authenticated_at: Option<Timestamp>,
    /// Which of the two it was. Not known of sessions from before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_by: Option<Method>,
    /// The PIN, sealed; absent where the settings asked for none at the start (R7).
    pub pin: Option<Sealed>,
    /// The one-time code that was sent and not used yet.
    pub code: Option<OneTimeCode>,
    /// Wrong tries, lockouts and ban (R7).
    #[serde(default)]
    pub tries: Tries,
    /// When the customer asked for links within the last day, for the rate limit (R5). In documents of before, codes too.
    #[serde(default)]
    pub requests: Vec<Timestamp>,
    /// When the customer asked for codes within the last day (R7): apart from links, so that whoever holds a link that is
    /// over keeps nobody from the codes that let them in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_requests: Vec<Timestamp>,
    /// R5: links that came with an event before this one's number are revoked; 0 revokes none.
    #[serde(default, skip_serializing_if = "crate::link::is_zero")]
    pub links_from: u64,
    /// How far ahead of their pace the customer writes: until then, were they silent. Each event carries it on, and the
    /// document does not, because a message leaves the document as it is. From a participant's seat it is theirs.
    #[serde(skip)]
    pub customer_ahead_until: Option<Timestamp>,
    /// R21: what there is for the customer to do, in the order in which it was made; withdrawn ones stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// R23: what the customer was reminded of so far.
    #[serde(default, skip_serializing_if = "Reminded::is_nothing")]
    pub reminded: Reminded,
    /// R23: what is new for the customer, and when they were told of such.
    #[serde(default, skip_serializing_if = "News::is_nothing")]
    pub news: News,
    /// R22: further people, in the order in which they were added; removed ones stay, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    /// R22: from whose seat this is looked at ([`Session::seated`]); a session is stored from the customer's.
    #[serde(skip)]
    pub(crate) seat: Option<ParticipantId>,
    /// The armed timers, each an entry of the due index.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub timers: Timers,
    /// The form of the search's entries that the session has, as [`SEARCH_FORM`]; 0 for none, which sessions of before have
    /// until their next decision (R20).
    #[serde(default, skip_serializing_if = "is_none")]
    pub search_form: u8,
    /// The one timer of a session that was last written before timers were entries of their own. It stands in the due
    /// index on the session's own item; the next decision moves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
}

/// The form of a session's entries in the search. Whoever changes which entries a session has raises it, and sessions get
/// theirs anew with their next decision.
pub const SEARCH_FORM: u8 = 1;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
fn is_none(form: &u8) -> bool {
    *form == 0
}

/// What a session is found by in a search (R20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBy {
    /// Whose history it is in.
    pub agent: AgentId,
    /// The customer's name, by the start of any word.
    pub name: String,
    /// The customer's e-mail address, by its start, and phone number, by its last digits.
    pub contact: Contact,
    /// The integrator's reference, by its start.
    pub reference: Option<String>,
}

impl Session {
    /// What a search finds the session by (R20).
    #[must_use]
    pub fn found_by(&self) -> FoundBy {
        FoundBy {
            agent: self.agent.clone(),
            name: self.customer.name.clone(),
            contact: self.customer.contact.clone(),
            reference: self.reference.clone(),
        }
    }

    /// Whether `link` is revoked (R5): by itself, or with all links up to some moment.
    #[must_use]
    pub fn has_revoked(&self, link: &Link) -> bool {
        let from = match (&link.participant, &self.seat) {
            (Some(id), seat) if seat.as_ref() != Some(id) => {
                // R22: with whoever was removed all of theirs went.
                self.participant(id).map_or(u64::MAX, |one| one.links_from)
            }
            _ => self.links_from,
        };
        link.revoked || link.seq < from
    }

    /// What the customer may do at `now` (R2): a pure function of the session and the time.
    #[must_use]
    pub fn access(&self, now: Timestamp) -> Access {
        match (self.state, &self.ended) {
            (State::Invited | State::Active, _) => Access::OPEN,
            (State::Ended, Some(end)) if self.erased.is_none() => end.plan.at(now),
            (State::Planned | State::Discarded | State::Ended, _) => Access::CLOSED,
        }
    }

    /// R1: whether the session is over: ended, or discarded.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Ended | State::Discarded)
    }

    /// Since when the session is over; `None` while it is not.
    pub(crate) fn over_since(&self) -> Option<Timestamp> {
        match self.state {
            State::Ended => self.ended.as_ref().map(|end| end.at),
            // Nothing happens to a discarded session any more.
            State::Discarded => Some(self.last_event_at),
            State::Planned | State::Invited | State::Active => None,
        }
    }

    /// Whether the session is running: invited or active.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Invited | State::Active)
    }

    /// R2: whether agents and programs may write at `now`: while the session is not over, and after its end wherever the
    /// customer may, so that nobody who can ask is left without an answer. Such an answer renews nothing.
    #[must_use]
    pub fn staff_may_write(&self, now: Timestamp) -> bool {
        match self.state {
            State::Planned | State::Invited | State::Active => true,
            State::Ended => self.access(now).chat,
            State::Discarded => false,
        }
    }

    /// How many tasks the customer has, and has done (R14).
    #[must_use]
    pub fn task_count(&self) -> TaskCount {
        TaskCount::of(&self.tasks)
    }

    /// Whether every task is done. No tasks counts as incomplete (R14).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.task_count().is_complete()
    }

    /// What the guest of this seat sees of what there is to do (R22), in the agent's order.
    #[must_use]
    pub fn shown_tasks(&self) -> Vec<&Task> {
        let mut tasks = self.in_order();
        let theirs =
            |task: &Task| task.state.is_shown() && task.assignee == self.guest_assignee() && self.is_listed(task);
        tasks.retain(|task| theirs(task));
        tasks
    }

    /// Whether it stands in a list of its own: a document of a workflow's step does once it was signed and is not within the workflow
    /// any more, to be downloaded.
    fn is_listed(&self, task: &Task) -> bool {
        let Some(part) = &task.part_of else { return true };
        task.state.is_done() && self.within(part, &task.assignee).is_none()
    }

    /// R21: the workflow within which a document of its steps is done, while that is open. R22: what became of a document stays with
    /// whoever did it, and a workflow that was given to somebody else is not theirs.
    #[must_use]
    pub fn within(&self, part: &PartOf, assignee: &Assignee) -> Option<&Task> {
        let is_whole = |task: &&Task| task.id == part.interaction && task.assignee == *assignee;
        self.tasks.iter().find(is_whole).filter(|whole| whole.state.is_open())
    }

    /// R21: the documents of a workflow's steps.
    pub fn parts_of<'a>(&'a self, workflow: &'a InteractionId) -> impl Iterator<Item = &'a Task> {
        let is = move |task: &&Task| task.part_of.as_ref().is_some_and(|part| part.interaction == *workflow);
        self.tasks.iter().filter(is)
    }

    /// R21: the document of a step of a workflow.
    #[must_use]
    pub fn part<'a>(&'a self, workflow: &'a InteractionId, step: &str) -> Option<&'a Task> {
        self.parts_of(workflow).find(|task| task.part_of.as_ref().is_some_and(|part| part.step == step))
    }

    /// R16: what is to be done first, and does not wait for others (R22).
    #[must_use]
    pub fn next_task(&self) -> Option<&Task> {
        self.shown_tasks().into_iter().find(|task| task.state.is_open() && !self.is_waiting(task))
    }

    /// Whether `device`, the secret of a browser's cookie, is the bound device's.
    #[must_use]
    pub fn is_bound_to(&self, device: Option<&Secret>) -> bool {
        match (&self.device, device) {
            (Some(bound), Some(secret)) => bound.hash.matches(secret),
            _ => false,
        }
    }

    /// Whether `device` was this session's before another was bound, or before the agent released it (R27).
    #[must_use]
    pub fn was_bound_to(&self, device: Option<&Secret>) -> bool {
        matches!((&self.released, device), (Some(hash), Some(secret)) if hash.matches(secret))
    }

    /// How the customer proves who they are (R7). Where the settings began to ask for a PIN after the start, the session
    /// has none that anybody could have told the customer, and asks for a code in its place: asking for more opens no gate.
    #[must_use]
    pub fn method(&self, settings: &Settings) -> Method {
        match settings.authentication.method {
            Method::Pin if self.pin.is_none() => Method::Otp,
            method => method,
        }
    }

    /// R7: what the customer proved on the device that is bound, whatever the settings ask for now.
    #[must_use]
    pub fn proved_by(&self, settings: &Settings) -> Method {
        match (self.authenticated_at, self.authenticated_by) {
            (None, _) => Method::None,
            (Some(_), Some(method)) => method,
            (Some(_), None) => self.method(settings),
        }
    }

    /// R6: whether the customer agreed to this text, which may be another than the one that they were shown.
    #[must_use]
    pub fn agreed_to(&self, text: &str) -> bool {
        let is_same = self.consented_to.as_ref().is_none_or(|agreed| *agreed == text_hash(text));
        self.consented_at.is_some() && is_same
    }

    /// When a timer of this kind is due, wherever it stands.
    pub(super) fn due_at(&self, kind: DueKind) -> Option<Timestamp> {
        let earlier = self.due.as_ref().filter(|due| due.kind == kind).map(|due| due.at);
        self.timers.get(&kind).copied().or(earlier)
    }

    /// R3: when inactivity ends the session; `None` if it does not.
    #[must_use]
    pub fn inactivity_deadline(&self, settings: &Settings) -> Option<Timestamp> {
        if self.is_open() { settings.inactivity_deadline(self.last_agent_action_at) } else { None }
    }
}
