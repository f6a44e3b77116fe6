//! What happened and what was said, in one stream (R24): the events of a session as lines, its messages as bubbles.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{AgentId, Attachment, Event, EventKind, Participant, Sender, interaction::Kind};

use super::moment::{Moment, moment};
use super::phrases;
use crate::components::{Icon, Tone, attached, linked};
use crate::lang::Lang;
use crate::names::first_name;
use crate::times;
use crate::words::console as words;

/// One entry of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something happened.
    Event(EventLine),
    /// Somebody wrote.
    Message(MessageLine),
}

/// An event in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    pub seq: u64,
    pub at: Timestamp,
    pub icon: Icon,
    /// Whether it went well, wants minding, or went wrong; none for what simply happened.
    pub tone: Option<Tone>,
    /// In words, such as "Mara joined".
    pub text: String,
    /// A time that belongs to the words and follows them, such as that of unlocking.
    pub until: Option<Timestamp>,
    /// Whom it is about, where that follows the time.
    pub about: Option<String>,
    /// A delivery failed: the operation that sends again, such as `invite`.
    pub resend: Option<String>,
}

/// A chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    pub seq: u64,
    /// When the server took it.
    pub at: Timestamp,
    /// The writer's own id for it; the page that sent it knows it by this.
    pub id: String,
    pub from: Sender,
    pub name: String,
    pub text: String,
    /// The file that goes with it, and the address of the API that it is under.
    pub attachment: Option<(Attachment, String)>,
}

impl Entry {
    /// An event as this agent reads it, with the customer and the `participants` (R22) spoken of by their first names.
    /// `api` is the session's address in the API.
    pub fn of(
        lang: Lang,
        event: &Event,
        viewer: &AgentId,
        customer: &str,
        participants: &[Participant],
        api: &str,
    ) -> Self {
        if let EventKind::Message { id, from, text, attachment } = &event.kind {
            return Self::Message(MessageLine {
                seq: event.seq,
                at: event.at,
                id: id.clone(),
                from: *from,
                name: phrases::writer(lang, &event.actor, customer),
                text: text.clone(),
                attachment: attachment.clone().map(|file| (file, format!("{api}/messages/{}", event.seq))),
            });
        }
        let (icon, tone) = sign(&event.kind);
        let guest = event.participant.as_ref().and_then(|id| participants.iter().find(|one| one.id == *id));
        let operation = || match &event.participant {
            None => Some("invite".to_owned()),
            // Nothing goes to whoever was removed.
            Some(id) => guest.filter(|one| one.removed_at.is_none()).map(|_| format!("participants/{id}/invite")),
        };
        Self::Event(EventLine {
            seq: event.seq,
            at: event.at,
            icon,
            tone,
            text: match guest {
                Some(one) => phrases::event_about(lang, event, viewer, first_name(&one.person.name)),
                None => phrases::event(lang, event, viewer, first_name(customer)),
            },
            until: match event.kind {
                EventKind::PinLocked { until } => Some(until),
                _ => None,
            },
            about: guest.and_then(|one| phrases::about_at_its_end(event, first_name(&one.person.name))),
            resend: matches!(event.kind, EventKind::DeliveryFailed { .. }).then(operation).flatten(),
        })
    }

    pub const fn seq(&self) -> u64 {
        match self {
            Self::Event(line) => line.seq,
            Self::Message(line) => line.seq,
        }
    }

    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Event(line) => line.at,
            Self::Message(line) => line.at,
        }
    }

    fn render(&self, lang: Lang, follows: bool, resend: Option<&Resend<'_>>, now: Timestamp) -> Markup {
        match self {
            Self::Event(line) => html! {
                li.event data-seq=(line.seq) data-at=(line.at) data-tone=[line.tone.map(tone_name)] {
                    span.event-mark { (line.icon) }
                    span.event-text { bdi { (line.text) } @if let Some(until) = line.until { " " (moment(lang, until, now, Moment::Clock)) } @if let Some(name) = &line.about { " (" bdi { (name) } ")" } }
                    (moment(lang, line.at, now, Moment::Clock))
                    @if let (Some(operation), Some(resend)) = (&line.resend, resend) { (resend(operation)) }
                }
            },
            Self::Message(line) => html! {
                li.msg data-seq=(line.seq) data-at=(line.at) data-id=(line.id) data-from=(sender_name(line.from)) data-follows[follows] {
                    p.msg-head { bdi.msg-name { (line.name) } (moment(lang, line.at, now, Moment::Clock)) }
                    p.msg-text dir="auto" { (linked(&line.text)) }
                    @if let Some((file, at)) = &line.attachment { (attached(file, at, false)) }
                    p.msg-status.small hidden {}
                }
            },
        }
    }
}

/// The last event in the words of a history row: who wrote what, or what happened.
pub fn last_words(lang: Lang, event: &Event, viewer: &AgentId, customer: &str) -> String {
    match &event.kind {
        EventKind::Message { text, attachment: Some(file), .. } if text.is_empty() => {
            phrases::said(lang, &event.actor, viewer, first_name(customer), &file.name)
        }
        EventKind::Message { text, .. } => {
            // One line is all a row has, and a long message need not travel for it.
            let start: String = text.chars().take(80).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
            phrases::said(lang, &event.actor, viewer, first_name(customer), &start)
        }
        _ => phrases::event(lang, event, viewer, first_name(customer)),
    }
}

/// The button that sends again, by its operation.
pub(super) type Resend<'a> = dyn Fn(&str) -> Markup + 'a;

/// The whole stream with a line before each day and before what this agent has not seen yet.
pub(super) fn render(
    lang: Lang,
    entries: &[Entry],
    seen: Option<u64>,
    resend: Option<&Resend<'_>>,
    now: Timestamp,
) -> Markup {
    let mut rows = Vec::with_capacity(entries.len());
    let mut previous: Option<&Entry> = None;
    let mut marked = false;
    for entry in entries {
        let new_day = previous.is_none_or(|last| times::day(lang, last.at(), now) != times::day(lang, entry.at(), now));
        if new_day {
            rows.push(html! { li.day data-day=(entry.at()) { span { (times::day(lang, entry.at(), now)) } } });
        }
        // What the agent's own side wrote is news to nobody here; the line waits for what is.
        let ours = matches!(entry, Entry::Message(line) if line.from == Sender::Agent);
        let unseen = !marked && !ours && previous.is_some() && seen.is_some_and(|seen| entry.seq() > seen);
        if unseen {
            marked = true;
            rows.push(unread_line(lang));
        }
        let follows = !unseen && !new_day && previous.is_some_and(|last| follows(last, entry));
        rows.push(entry.render(lang, follows, resend, now));
        previous = Some(entry);
    }
    html! { @for row in rows { (row) } }
}

/// The line before what is new.
pub(super) fn unread_line(lang: Lang) -> Markup {
    html! { li.unread { span { (words::new_below(lang)) } } }
}

/// Whether a message carries on the one before it, so that its head need not be said again.
fn follows(last: &Entry, entry: &Entry) -> bool {
    match (last, entry) {
        (Entry::Message(a), Entry::Message(b)) => {
            a.from == b.from && a.name == b.name && b.at.as_second() - a.at.as_second() < 300
        }
        _ => false,
    }
}

const fn sign(kind: &EventKind) -> (Icon, Option<Tone>) {
    match kind {
        EventKind::Created { planned: true } => (Icon::Calendar, None),
        EventKind::Created { planned: false } => (Icon::Add, None),
        EventKind::Invited { .. } => (Icon::Mail, None),
        EventKind::Reengaged
        | EventKind::Transferred { .. }
        | EventKind::InteractionAssigned { .. }
        | EventKind::ParticipantAdded { .. }
        | EventKind::ParticipantRemoved { .. }
        | EventKind::OrderChanged { .. } => (Icon::User, None),
        EventKind::TurnCame { .. } => (Icon::Flow, Some(Tone::Info)),
        EventKind::LinkGenerated | EventKind::LinkRenewed { .. } | EventKind::LinkRevoked { .. } => (Icon::Link, None),
        EventKind::Consented => (Icon::Shield, None),
        EventKind::DeviceBound | EventKind::DeviceReleased => (Icon::Device, None),
        EventKind::Joined { .. } => (Icon::User, Some(Tone::Good)),
        EventKind::PinWrong => (Icon::Pin, Some(Tone::Warn)),
        EventKind::PinLocked { .. } | EventKind::PinBanned => (Icon::Lock, Some(Tone::Bad)),
        EventKind::PinReset => (Icon::Key, None),
        EventKind::CodeSent { .. } => (Icon::Pin, None),
        EventKind::Message { .. } => (Icon::Chat, None),
        EventKind::InteractionCreated { kind, .. } | EventKind::InteractionSent { kind, .. } => (
            match kind {
                Kind::Document => Icon::Document,
                Kind::Request => Icon::Camera,
                Kind::Workflow => Icon::Flow,
            },
            None,
        ),
        EventKind::InteractionStarted { .. } => (Icon::Edit, None),
        EventKind::InteractionCompleted { .. }
        | EventKind::InteractionSigned { .. }
        | EventKind::InteractionJoined { .. }
        | EventKind::InteractionAccepted { .. } => (Icon::CheckCircle, Some(Tone::Good)),
        EventKind::InteractionSentBack { .. } => (Icon::Undo, Some(Tone::Warn)),
        EventKind::InteractionDeclined { .. } => (Icon::Close, Some(Tone::Warn)),
        EventKind::InteractionMoved { .. } => (Icon::List, None),
        EventKind::InteractionWithdrawn { .. } => (Icon::Undo, None),
        EventKind::InteractionReminded { .. }
        | EventKind::CustomerReminded { .. }
        | EventKind::CustomerNotified { .. } => (Icon::Bell, None),
        EventKind::KeptOpen | EventKind::TurnWaits { .. } => (Icon::Clock, None),
        EventKind::Ended { .. } | EventKind::Discarded => (Icon::CheckCircle, None),
        EventKind::Erased { .. } => (Icon::Trash, None),
        EventKind::Renewed => (Icon::Refresh, Some(Tone::Good)),
        EventKind::TransferRequested { .. } | EventKind::TransferDeclined { .. } | EventKind::TransferLapsed { .. } => {
            (Icon::Clock, None)
        }
        EventKind::AccessChanged { .. } => (Icon::Eye, None),
        EventKind::InteractionNotSigned { .. } | EventKind::DeliveryFailed { .. } => (Icon::Alert, Some(Tone::Bad)),
        EventKind::DeliverySuppressed { .. } => (Icon::Alert, Some(Tone::Warn)),
    }
}

const fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Info => "info",
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
    }
}

/// As in `data-from` and in the live frames.
pub(super) const fn sender_name(sender: Sender) -> &'static str {
    match sender {
        Sender::Customer => "customer",
        Sender::Participant => "participant",
        Sender::Agent => "agent",
        Sender::Api => "api",
    }
}

#[cfg(test)]
mod tests {
    use parlor_domain::{Actor, Channel, Contact, Origin, ParticipantId, session::Customer};

    use super::*;
    use crate::console::sample;

    fn event(seq: u64, minutes: i64, actor: Actor, kind: EventKind) -> Event {
        Event { seq, at: sample::ago(minutes), actor, origin: Origin::default(), participant: None, kind }
    }

    fn nina() -> (AgentId, Actor) {
        let id: AgentId = "4".repeat(16).parse().expect("an id");
        (id.clone(), Actor::Agent { id, name: "Nina Alder".to_owned() })
    }

    #[test]
    fn r24_an_event_reads_as_a_sentence() {
        let (id, actor) = nina();
        for (actor, kind, words) in [
            (actor.clone(), EventKind::Created { planned: false }, "You started the session"),
            (actor, EventKind::Invited { channel: Some(Channel::Sms) }, "Invited by text message"),
            (Actor::Customer, EventKind::Joined { after_seconds: None }, "Mara joined"),
            (
                Actor::System,
                EventKind::DeliveryFailed {
                    channel: Channel::Email,
                    reason: "the service refused the message (MessageRejected)".to_owned(),
                },
                "The e-mail could not be delivered: the service does not take it for this address (MessageRejected)",
            ),
        ] {
            let Entry::Event(line) = Entry::of(Lang::En, &event(1, 0, actor, kind), &id, "Mara Quist", &[], "") else {
                panic!("an event")
            };
            assert_eq!(line.text, words);
        }
    }

    #[test]
    fn r22_what_is_about_a_participant_names_them_and_is_sent_again_to_them() {
        let (viewer, nina) = nina();
        let id: ParticipantId = "p4rt1c1pant00001".parse().expect("an id");
        let person = Customer { name: "Ada Quist".to_owned(), contact: Contact::default() };
        let mut people = [Participant::new(id.clone(), person, Channel::Email, sample::now())];
        let line = |people: &[Participant], actor: Actor, kind| {
            let about = Event { participant: Some(id.clone()), ..event(1, 0, actor, kind) };
            let entry = Entry::of(Lang::En, &about, &viewer, "Mara Quist", people, "");
            let Entry::Event(line) = entry else { panic!("an event") };
            line
        };
        let failed = || EventKind::DeliverySuppressed { channel: Channel::Sms };
        assert!(line(&people, Actor::System, failed()).text.ends_with("(Ada)"));
        let failed = || EventKind::DeliveryFailed { channel: Channel::Email, reason: "mailbox full".to_owned() };
        let told = line(&people, Actor::System, failed());
        assert_eq!(told.text, "The e-mail could not be delivered: mailbox full (Ada)");
        assert_eq!(told.resend.as_deref(), Some("participants/p4rt1c1pant00001/invite"));
        assert_eq!(line(&people, nina, EventKind::PinReset).text, "You reset the tries at the PIN (Ada)");
        // Their name follows the time that the sentence ends with.
        let locked = line(&people, Actor::System, EventKind::PinLocked { until: sample::now() });
        assert_eq!((locked.text.ends_with("(Ada)"), locked.about.as_deref()), (false, Some("Ada")));
        // A sentence that names somebody names them.
        let channel = Channel::Email;
        let notified = line(&people, Actor::System, EventKind::CustomerNotified { channel }).text;
        assert!(notified.contains("Ada") && !notified.contains("(Ada)") && !notified.contains("Mara"), "{notified}");
        // Nothing is sent to whoever was removed.
        people[0].removed_at = Some(sample::now());
        assert_eq!(line(&people, Actor::System, failed()).resend, None);
    }

    #[test]
    fn the_unread_line_stands_once_before_the_first_unseen_entry() {
        let (id, _) = nina();
        let say = |seq| {
            Entry::of(
                Lang::En,
                &event(
                    seq,
                    10 - i64::try_from(seq).unwrap_or(0),
                    Actor::Customer,
                    EventKind::Message {
                        id: format!("m{seq}"),
                        from: Sender::Customer,
                        text: format!("text {seq}"),
                        attachment: None,
                    },
                ),
                &id,
                "Mara Quist",
                &[],
                "",
            )
        };
        let entries: Vec<Entry> = (1..=4).map(say).collect();
        let text = render(Lang::En, &entries, Some(2), None, sample::now()).into_string();
        assert_eq!(text.matches("class=\"unread\"").count(), 1);
        assert!(
            text.find("text 2") < text.find("class=\"unread\"") && text.find("class=\"unread\"") < text.find("text 3")
        );
        assert!(!render(Lang::En, &entries, Some(4), None, sample::now()).into_string().contains("class=\"unread\""));
    }
}
