//! What happened: every state change appends an event in the same write (R24). Events carry no secret and no contact.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AgentId, Attachment, Channel, InteractionId, ParticipantId, SecretHash,
    access::{AccessPlan, AccessTier},
    ids::KeyId,
    interaction::{Assignee, Kind, PartOf},
    turn,
};

mod types;

pub use types::{TYPES, is_type};

/// Who caused an event: `type` says what kind of caller it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Actor {
    /// A member of staff, in the console.
    Agent {
        /// The member of staff.
        id: AgentId,
        /// The name that they had then.
        name: String,
    },
    /// The session's customer, in the browser.
    Customer,
    /// R22: a participant of the session, in the browser.
    Participant {
        /// The participant.
        id: ParticipantId,
        /// The name that they had then.
        name: String,
    },
    /// An integrator's program, with an API key.
    Api {
        /// The key's id, which is no secret.
        key: KeyId,
    },
    /// Parlor itself: a schedule, or the sending of messages.
    System,
}

impl Actor {
    /// Whether it counts as agent activity (R3: an agent or the API).
    #[must_use]
    pub fn is_agent_side(&self) -> bool {
        matches!(self, Self::Agent { .. } | Self::Api { .. })
    }

    /// Whether it is the customer or a participant (R22).
    #[must_use]
    pub fn is_guest(&self) -> bool {
        matches!(self, Self::Customer | Self::Participant { .. })
    }
}

/// Where the request that caused an event came from. Empty for what Parlor did by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Origin {
    /// The caller's network address; behind CloudFront the one that it saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The request's `User-Agent`, cut to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

/// Which side wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The customer.
    Customer,
    /// A participant (R22); the event's actor says which.
    Participant,
    /// A member of staff.
    Agent,
    /// An integrator's program, for the company.
    Api,
}

/// Who or what ended a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndedBy {
    /// A member of staff.
    Agent,
    /// R3: the agent was inactive for too long.
    Inactivity,
    /// An integrator's program.
    Api,
}

impl EndedBy {
    /// As it stands in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Inactivity => "inactivity",
            Self::Api => "api",
        }
    }
}

/// What a session was erased for (R25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErasedBy {
    /// Somebody asked for it.
    Request,
    /// It was kept for as long as the settings say.
    Retention,
}

/// What happened; `type` names it. New types are added: ignore those that you do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type")]
pub enum EventKind {
    /// R1: the session was started or planned.
    #[serde(rename = "session.created")]
    Created {
        /// Whether it was only planned: nobody is invited yet.
        planned: bool,
    },
    /// R1: an invitation was written (it is sent after the commit).
    #[serde(rename = "session.invited")]
    Invited {
        /// The channel that the invitation goes by; `null` when the link is handed over by hand or by the integrator.
        channel: Option<Channel>,
    },
    /// R8: name, contact, channel or language of a customer who has not joined were corrected. Every link that there was is
    /// revoked, and tries and locks at the PIN are forgotten.
    #[serde(rename = "session.reengaged")]
    Reengaged,
    /// R5, R12: a link was made to be handed over by hand; nothing was sent.
    #[serde(rename = "link.generated")]
    LinkGenerated,
    /// R5: the customer asked for a new link.
    #[serde(rename = "link.renewed")]
    LinkRenewed {
        /// The channel that the new link goes by.
        channel: Channel,
    },
    /// R5: a link was revoked, or all of them.
    #[serde(rename = "link.revoked")]
    LinkRevoked {
        /// Which one, by its id; without it, every link that there was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<SecretHash>,
    },
    /// R6: the customer gave the consent that the settings ask for.
    #[serde(rename = "customer.consented")]
    Consented,
    /// R6: the device that the customer uses is from now on the only one let in.
    #[serde(rename = "device.bound")]
    DeviceBound,
    /// R6: the agent released the device, so that the next one to enter is bound.
    #[serde(rename = "device.released")]
    DeviceReleased,
    /// R1: the customer passed every gate for the first time.
    #[serde(rename = "customer.joined")]
    Joined {
        /// How many seconds after the first invitation; missing where that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_seconds: Option<u64>,
    },
    /// R7: a wrong PIN or one-time code was entered.
    #[serde(rename = "pin.wrong")]
    PinWrong,
    /// R7: too many wrong tries; for some minutes none is taken.
    #[serde(rename = "pin.locked")]
    PinLocked {
        /// When the next try is taken.
        until: Timestamp,
    },
    /// R7: locked too often; no try is taken until the agent resets them.
    #[serde(rename = "pin.banned")]
    PinBanned,
    /// R7: the agent reset the tries, which ends a lock and a ban.
    #[serde(rename = "pin.reset")]
    PinReset,
    /// R7: a one-time code was asked for; it is sent after the commit.
    #[serde(rename = "code.sent")]
    CodeSent {
        /// The channel that the code goes by.
        channel: Channel,
    },
    /// R21: somebody wrote in the chat.
    #[serde(rename = "message")]
    Message {
        /// The writer's own id for it, which makes a repeated send harmless.
        id: String,
        /// Who wrote it.
        from: Sender,
        /// What was written, as plain text of at most 4,000 characters; empty only where there is an attachment.
        text: String,
        /// The file that goes with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachment: Option<Attachment>,
    },
    /// R21: something for the customer to do was prepared; the customer does not see it yet.
    #[serde(rename = "interaction.created")]
    InteractionCreated {
        /// The interaction.
        interaction: InteractionId,
        /// What kind of thing there is to do.
        kind: Kind,
        /// What it is called.
        title: String,
        /// Its place among the session's.
        order: u32,
        /// Until when it should be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        /// Who is to do it; absent where it is the customer.
        #[serde(default, skip_serializing_if = "Assignee::is_customer")]
        assignee: Assignee,
        /// Of a document of a workflow's step: which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_of: Option<PartOf>,
    },
    /// R21: the customer may begin with it, from here on: it was made and sent at once, or had been prepared.
    #[serde(rename = "interaction.sent")]
    InteractionSent {
        /// The interaction.
        interaction: InteractionId,
        /// What kind of thing there is to do.
        kind: Kind,
        /// What it is called.
        title: String,
        /// Its place among the session's.
        order: u32,
        /// Until when it should be done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<Timestamp>,
        /// Who is to do it; absent where it is the customer.
        #[serde(default, skip_serializing_if = "Assignee::is_customer")]
        assignee: Assignee,
        /// Of a document of a workflow's step: which.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        part_of: Option<PartOf>,
    },
    /// R21: the customer entered something for the first time.
    #[serde(rename = "interaction.started")]
    InteractionStarted {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
    },
    /// R21: the customer finished it.
    #[serde(rename = "interaction.completed")]
    InteractionCompleted {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// Where nothing else was left to do: how many seconds after the customer joined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        all_done_after_seconds: Option<u64>,
    },
    /// R21: the signed file of a completed document is there, to be downloaded by both sides.
    #[serde(rename = "interaction.signed")]
    InteractionSigned {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// The file's SHA-256, in small hexadecimal digits.
        sha256: String,
        /// The file's size in bytes.
        size: u64,
    },
    /// R21: the signed file of a completed document could not be made, after the last try. What was filled in is kept.
    #[serde(rename = "interaction.not_signed")]
    InteractionNotSigned {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
    },
    /// R21: the files that were sent for a request are there as one PDF.
    #[serde(rename = "interaction.joined")]
    InteractionJoined {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// The file's size in bytes.
        size: u64,
        /// Its pages.
        pages: u32,
        /// How many files could not be put in. A page says so in place of each; they are downloaded one by one.
        left_out: u32,
    },
    /// R21: the customer would not do it. What they had entered is gone.
    #[serde(rename = "interaction.declined")]
    InteractionDeclined {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// Why, if the customer said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// R21: what was sent for a document request is what was wanted.
    #[serde(rename = "interaction.accepted")]
    InteractionAccepted {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
    },
    /// R21: what was sent for a document request is not what was wanted; the customer sends again.
    #[serde(rename = "interaction.sent_back")]
    InteractionSentBack {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// Why, in the agent's words. The customer reads it.
        reason: String,
    },
    /// R21: it was taken back; the customer does not see it any more.
    #[serde(rename = "interaction.withdrawn")]
    InteractionWithdrawn {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
    },
    /// R21: it was given another place among what there is to do. Those of the session are numbered anew, from 1 on.
    #[serde(rename = "interaction.moved")]
    InteractionMoved {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// The one that it stands before from here on. Absent where it is the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<InteractionId>,
    },
    /// R23: the customer is reminded of it; the message is sent after the commit.
    #[serde(rename = "interaction.reminded")]
    InteractionReminded {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// The channel that the reminder goes by.
        channel: Channel,
    },
    /// R23: the customer is reminded of what they have not finished, by the schedule; the message is sent after the commit.
    #[serde(rename = "customer.reminded")]
    CustomerReminded {
        /// The channel that the reminder goes by.
        channel: Channel,
        /// The how many-th it is, from 1.
        number: u32,
    },
    /// R23: the customer, who is away, is told that something is new; the message is sent after the commit.
    #[serde(rename = "customer.notified")]
    CustomerNotified {
        /// The channel that the notice goes by.
        channel: Channel,
    },
    /// R21, R22: somebody else is to do it. What was entered is gone.
    #[serde(rename = "interaction.assigned")]
    InteractionAssigned {
        /// The interaction.
        interaction: InteractionId,
        /// What it is called.
        title: String,
        /// Who is to do it from here on: `customer`, or a participant's id.
        assignee: Assignee,
        /// Who was to do it before.
        from: Assignee,
    },
    /// R22: a further person was added to the session; the event's `participant` says which.
    #[serde(rename = "participant.added")]
    ParticipantAdded {
        /// Their name.
        name: String,
        /// The channel that messages to them go by.
        channel: Channel,
        /// When it is their turn: after everybody with a lower order. Absent where it is 1.
        #[serde(default = "turn::first", skip_serializing_if = "turn::is_first")]
        order: u32,
    },
    /// R22: a participant was removed. Their links and their device open nothing any more.
    #[serde(rename = "participant.removed")]
    ParticipantRemoved {
        /// Their name.
        name: String,
    },
    /// R22: when it is somebody's turn was changed; without the event's `participant` the customer's.
    #[serde(rename = "order.changed")]
    OrderChanged {
        /// Their name.
        name: String,
        /// Their order from here on: they come after everybody with a lower one.
        order: u32,
    },
    /// R22: what waited for others waits no longer, because all that comes before is done; without the event's `participant` it is the
    /// customer's.
    #[serde(rename = "turn.came")]
    TurnCame {
        /// The name of whoever's turn it is.
        name: String,
        /// What they begin with.
        interaction: InteractionId,
        /// What it is called.
        title: String,
    },
    /// R22: what somebody could do waits for others now, because something that comes before is left to do (again). What they entered is
    /// kept.
    #[serde(rename = "turn.waits")]
    TurnWaits {
        /// The name of whoever waits.
        name: String,
    },
    /// R3: an agent pressed **Keep open**; the time to the end by inactivity begins anew.
    #[serde(rename = "session.kept_open")]
    KeptOpen,
    /// R1: the session ended.
    #[serde(rename = "session.ended")]
    Ended {
        /// Who or what ended it.
        by: EndedBy,
        /// What the customer may do from here on, and until when (R2).
        plan: AccessPlan,
    },
    /// R25: the customer's contact and all content were erased. Every other event of the session goes with them.
    #[serde(rename = "session.erased")]
    Erased {
        /// What it was erased for.
        by: ErasedBy,
    },
    /// R1: a planned session was given up.
    #[serde(rename = "session.discarded")]
    Discarded,
    /// R4: the session's end was taken back.
    #[serde(rename = "session.renewed")]
    Renewed,
    /// R9: somebody asked to take the session over from its owner, who is in the room.
    #[serde(rename = "session.transfer_requested")]
    TransferRequested {
        /// Who asks.
        agent: AgentId,
        /// Their name then.
        name: String,
        /// Why, if they said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// When the request lapses.
        lapses_at: Timestamp,
    },
    /// R9: the session has another owner.
    #[serde(rename = "session.transferred")]
    Transferred {
        /// Who owned it before.
        from: AgentId,
        /// Who owns it from here on.
        agent: AgentId,
        /// The new owner's name then.
        name: String,
        /// Why, if the new owner said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// R9: the owner declined.
    #[serde(rename = "session.transfer_declined")]
    TransferDeclined {
        /// Who had asked.
        agent: AgentId,
        /// Their name then.
        name: String,
    },
    /// R9: the owner did not answer in time, and keeps the session.
    #[serde(rename = "session.transfer_lapsed")]
    TransferLapsed {
        /// Who had asked.
        agent: AgentId,
        /// Their name then.
        name: String,
    },
    /// R2: after the end, the next access tier began by the clock.
    #[serde(rename = "access.changed")]
    AccessChanged {
        /// The tier that began.
        tier: AccessTier,
    },
    /// R23: a mail or text was given up after its last attempt.
    #[serde(rename = "delivery.failed")]
    DeliveryFailed {
        /// The channel that it was to go by.
        channel: Channel,
        /// Why the last attempt failed, in the sending service's words.
        reason: String,
    },
    /// R13: a message was not sent because text messages are off.
    #[serde(rename = "delivery.suppressed")]
    DeliverySuppressed {
        /// The channel that it would have gone by: text messages.
        channel: Channel,
    },
}

impl EventKind {
    /// The type's public name: `session.ended`.
    #[must_use]
    pub fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["type"].as_str().unwrap_or_default().to_owned()
    }
}

/// One thing that happened to a session: its number, when, by whom, from where, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Its number in the session, from 1, without gaps.
    pub seq: u64,
    /// When the server decided it, by its own clock, in UTC.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// Where the request came from; missing parts are not known.
    #[serde(default)]
    pub origin: Origin,
    /// R22: the participant whom it is about, or who did it; absent where it is the customer, or the whole session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// What happened, with the fields of its type.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// The event as the API and webhooks show it: its times to the millisecond, like all that they show.
    #[must_use]
    pub fn shown(&self) -> serde_json::Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        to_the_millisecond(&mut value);
        value
    }
}

/// What people or programs wrote stays as it is, even if it is a time.
const WRITTEN: &[&str] = &["id", "ip", "name", "reason", "text", "title", "user_agent"];

fn to_the_millisecond(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            members
                .iter_mut()
                .filter(|(name, _)| !WRITTEN.contains(&name.as_str()))
                .for_each(|(_, it)| to_the_millisecond(it));
        }
        Value::Array(values) => values.iter_mut().for_each(to_the_millisecond),
        Value::String(text) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                *text = format!("{at:.3}");
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
