//! Who may be told what, and that nothing a client says can hurt.

use std::cell::Cell;

use jiff::SignedDuration;
use parlor_domain::{
    AccessPlan, AgentId, Command, Contact, Decision, Keyring, Lease, LinkToken, NewSession, Origin, Random, Rejection,
    Secret, TeamId,
    gate::Presented,
    ids::KeyId,
    session::{Context, Customer},
    settings::{AccessLevel, CustomerAccess},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

pub(crate) struct Counting(Cell<u8>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0.set(self.0.get().wrapping_mul(31).wrapping_add(7));
            *byte = self.0.get();
        }
    }
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) session: Session,
    pub(crate) events: Vec<Event>,
    pub(crate) presence: Presence,
    pub(crate) now: Timestamp,
}

pub(crate) fn nina() -> Actor {
    Actor::Agent { id: "agent00000000000".parse().unwrap(), name: "Nina Okafor".into() }
}

impl World {
    /// A session that the customer joined, with both sides in the room.
    pub(crate) fn joined() -> Self {
        let random = Counting(Cell::new(3));
        let keyring = Keyring::new([1; 32]);
        let now: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let id = SessionId::generate_for(&TeamId::generate(&random), &random);
        let (_, issued) = LinkToken::issue(&id, &keyring, &random);
        let agent: AgentId = "agent00000000000".parse().unwrap();
        let new = NewSession {
            agent_email: None,
            language: None,
            id,
            customer: Customer {
                name: "Mara Quist".into(),
                contact: Contact { email: Some("mara@example.net".parse().unwrap()), phone: None },
            },
            channel: None,
            agent: agent.clone(),
            agent_name: "Nina Okafor".into(),
            pin: None,
            reference: None,
            metadata: std::collections::BTreeMap::new(),
        };
        let settings = Settings::default();
        let context = Context { actor: nina(), origin: origin(), now };
        let decision = Session::create(new, Some(&issued), &settings, &context).unwrap();
        let link = decision.links[0].clone();
        let until = now + SignedDuration::from_hours(1);
        let presence = Presence(
            [
                (
                    "c1".to_owned(),
                    Lease {
                        who: Who::Customer,
                        until,
                        name: String::new(),
                        device: None,
                        last: None,
                        by_role: false,
                        since: None,
                        ticket: None,
                    },
                ),
                (
                    "a1".to_owned(),
                    Lease {
                        who: Who::Agent(agent),
                        until,
                        name: String::new(),
                        device: None,
                        last: None,
                        by_role: false,
                        since: None,
                        ticket: None,
                    },
                ),
            ]
            .into(),
        );
        let mut world = Self { settings, session: decision.session, events: decision.events, presence, now };
        let device = Secret::generate(&random);
        let presented = Presented { posted: true, probe: true, ..Presented::default() };
        world.act(Actor::Customer, Command::Continue { link: &link, presented: &presented, device: &device });
        world
    }

    pub(crate) fn act(&mut self, actor: Actor, command: Command<'_>) -> Decision {
        let context = Context { actor, origin: origin(), now: self.now };
        let decision = self.session.decide(command, &self.settings, &context).unwrap();
        self.session = decision.session.clone();
        self.events.extend(decision.events.clone());
        decision
    }

    fn frames(&self, audience: Audience) -> Vec<Value> {
        frames_for(audience, &self.events, &self.session, &self.presence, &self.settings, self.now)
            .iter()
            .map(|frame| serde_json::to_value(frame).unwrap())
            .collect()
    }
}

fn origin() -> Origin {
    Origin { ip: Some("203.0.113.77".into()), user_agent: Some("canary-browser".into()) }
}

fn post(text: &str) -> Command<'static> {
    Command::Post { id: format!("id of {text}"), text: text.to_owned(), attachment: None }
}

/// Every kind of event that there is.
fn every_kind() -> Vec<EventKind> {
    use parlor_domain::Channel;
    let until: Timestamp = "2026-01-05T10:15:00Z".parse().unwrap();
    let plan = AccessPlan::at_end(until, &CustomerAccess::default());
    vec![
        EventKind::Created { planned: false },
        EventKind::Invited { channel: Some(Channel::Email) },
        EventKind::Reengaged,
        EventKind::LinkGenerated,
        EventKind::LinkRenewed { channel: Channel::Sms },
        EventKind::LinkRevoked { link: None },
        EventKind::Consented,
        EventKind::DeviceBound,
        EventKind::DeviceReleased,
        EventKind::Joined { after_seconds: None },
        EventKind::PinWrong,
        EventKind::PinLocked { until },
        EventKind::PinBanned,
        EventKind::PinReset,
        EventKind::TransferRequested {
            agent: "agent00000000001".parse().unwrap(),
            name: "Sam Ode".into(),
            reason: Some("a reason of ours".into()),
            lapses_at: until,
        },
        EventKind::Transferred {
            from: "agent00000000000".parse().unwrap(),
            agent: "agent00000000001".parse().unwrap(),
            name: "Sam Ode".into(),
            reason: None,
        },
        EventKind::TransferDeclined { agent: "agent00000000001".parse().unwrap(), name: "Sam Ode".into() },
        EventKind::TransferLapsed { agent: "agent00000000001".parse().unwrap(), name: "Sam Ode".into() },
        EventKind::CodeSent { channel: Channel::Sms },
        EventKind::Message { id: "m".into(), from: Sender::Agent, text: "Hello".into(), attachment: None },
        EventKind::InteractionCreated {
            interaction: "0123456789abcdef".parse().unwrap(),
            kind: Kind::Workflow,
            title: "About your household".into(),
            order: 1,
            due_at: Some(until),
            assignee: Assignee::Customer,
            part_of: None,
        },
        EventKind::InteractionSent {
            interaction: "0123456789abcdef".parse().unwrap(),
            kind: Kind::Workflow,
            title: "About your household".into(),
            order: 1,
            due_at: None,
            assignee: Assignee::Customer,
            part_of: None,
        },
        EventKind::InteractionStarted { interaction: "0123456789abcdef".parse().unwrap(), title: "T".into() },
        EventKind::InteractionCompleted {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            all_done_after_seconds: Some(60),
        },
        EventKind::InteractionSigned {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            sha256: "00".repeat(32),
            size: 52_000,
        },
        EventKind::InteractionJoined {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            size: 52_000,
            pages: 3,
            left_out: 1,
        },
        EventKind::InteractionNotSigned { interaction: "0123456789abcdef".parse().unwrap(), title: "T".into() },
        EventKind::InteractionDeclined {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            reason: Some("not today".into()),
        },
        EventKind::InteractionAccepted { interaction: "0123456789abcdef".parse().unwrap(), title: "T".into() },
        EventKind::InteractionSentBack {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            reason: "the back is missing".into(),
        },
        EventKind::InteractionWithdrawn { interaction: "0123456789abcdef".parse().unwrap(), title: "T".into() },
        EventKind::InteractionMoved {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            before: Some("fedcba9876543210".parse().unwrap()),
        },
        EventKind::InteractionReminded {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            channel: Channel::Email,
        },
        EventKind::CustomerReminded { channel: Channel::Email, number: 1 },
        EventKind::CustomerNotified { channel: Channel::Email },
        EventKind::InteractionAssigned {
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
            assignee: Assignee::Customer,
            from: Assignee::Customer,
        },
        EventKind::ParticipantAdded { name: "Ada Quist".into(), channel: Channel::Email, order: 1 },
        EventKind::OrderChanged { name: "Ada Quist".into(), order: 2 },
        EventKind::TurnCame {
            name: "Ada Quist".into(),
            interaction: "0123456789abcdef".parse().unwrap(),
            title: "T".into(),
        },
        EventKind::TurnWaits { name: "Ada Quist".into() },
        EventKind::ParticipantRemoved { name: "Ada Quist".into() },
        EventKind::KeptOpen,
        EventKind::Ended { by: EndedBy::Inactivity, plan },
        EventKind::Discarded,
        EventKind::Renewed,
        EventKind::AccessChanged { tier: AccessTier::Limited },
        EventKind::DeliveryFailed { channel: Channel::Email, reason: "mailbox full".into() },
        EventKind::DeliverySuppressed { channel: Channel::Sms },
    ]
}

fn with_every_kind() -> World {
    let mut world = World::joined();
    world.events = every_kind()
        .into_iter()
        .enumerate()
        .map(|(place, kind)| Event {
            seq: place as u64 + 1,
            at: world.now,
            actor: nina(),
            origin: origin(),
            participant: None,
            kind,
        })
        .collect();
    world
}

#[test]
fn every_event_has_a_frame_with_its_number_for_everybody() {
    let world = with_every_kind();
    let numbers: Vec<u64> = (1..=world.events.len() as u64).collect();
    for audience in [Audience::Customer, Audience::Staff] {
        let seen: Vec<u64> = world.frames(audience).iter().map(|frame| frame["seq"].as_u64().unwrap()).collect();
        assert_eq!(seen, numbers);
    }
}

#[test]
fn customers_are_told_messages_and_how_the_session_stands_and_nothing_else() {
    for frame in with_every_kind().frames(Audience::Customer) {
        let keys: Vec<&str> = frame.as_object().unwrap().keys().map(String::as_str).collect();
        match frame["type"].as_str().unwrap() {
            "message" => {
                assert_eq!(keys, ["at", "from", "id", "name", "seq", "text", "type"]);
                assert_eq!(frame["name"], "Nina", "customers know staff by their first name");
            }
            "session" => assert_eq!(keys, ["chat", "seq", "state", "tier", "type", "until"]),
            other => panic!("a {other} frame"),
        }
    }
}

#[test]
fn customers_never_hear_of_pins_devices_deliveries_or_addresses() {
    let text = serde_json::to_string(&with_every_kind().frames(Audience::Customer)).unwrap();
    for secret in
        ["pin", "device", "deliver", "mailbox", "203.0.113", "canary", "Okafor", "agent0", "inactivity", "example.net"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn staff_see_what_happened_but_no_address() {
    let world = with_every_kind();
    let frames = world.frames(Audience::Staff);
    let kinds: Vec<&str> = frames.iter().filter_map(|frame| frame["event"]["type"].as_str()).collect();
    assert_eq!(kinds.len(), world.events.len() - 1, "every event but the message, {kinds:?}");
    let failed = frames.iter().find(|frame| frame["event"]["type"] == "delivery.failed").unwrap();
    assert_eq!(failed["event"]["reason"], "mailbox full");
    assert_eq!(failed["event"]["actor"], "agent");
    assert_eq!(failed["event"]["name"], "Nina Okafor");
    assert_eq!(failed["indicator"], "online_incomplete");
    let text = serde_json::to_string(&frames).unwrap();
    assert!(!text.contains("203.0.113") && !text.contains("canary"), "{text}");
}

#[test]
fn r2_with_tier_none_customers_are_told_no_message() {
    let mut world = World::joined();
    world.act(nina(), post("before the end"));
    world.act(nina(), Command::End);
    let frames = world.frames(Audience::Customer);
    assert!(frames.iter().all(|frame| frame["type"] == "session"), "{frames:?}");
    assert!(frames.iter().all(|frame| frame["tier"] == "none" && frame["chat"] == false));
    assert!(world.frames(Audience::Staff).iter().any(|frame| frame["text"] == "before the end"));
}

#[test]
fn r2_customers_are_told_the_tier_and_until_when() {
    let mut world = World::joined();
    world.settings.end.customer_access = CustomerAccess {
        level: AccessLevel::FullTimed,
        minutes: Some(30),
        then_limited_minutes: None,
        attachments: false,
        chat: true,
    };
    world.act(nina(), Command::End);
    let last = world.frames(Audience::Customer).pop().unwrap();
    assert_eq!(
        last,
        json!({"type": "session", "seq": world.session.seq, "state": "ended", "tier": "full", "chat": true,
            "until": "2026-01-05T10:30:00Z"})
    );
    let staff = world.frames(Audience::Staff).pop().unwrap();
    assert_eq!((&staff["chat"], &staff["ended_by"]), (&json!(true), &json!("agent")));
}

#[test]
fn r3_staff_are_told_the_deadline() {
    let mut world = World::joined();
    world.settings.end.inactivity_minutes = Some(10);
    let frame = state_frame(&world.session, &world.presence, &world.settings, Audience::Staff, world.now);
    let frame = serde_json::to_value(frame).unwrap();
    assert_eq!(frame["deadline"], "2026-01-05T10:10:00Z");
    assert_eq!(frame["seq"], world.session.seq);
    assert!(frame.get("event").is_none());
}

#[test]
fn a_program_speaks_for_the_company() {
    let mut world = World::joined();
    let key = KeyId::generate(&Counting(Cell::new(9)));
    world.act(Actor::Api { key }, post("from a program"));
    assert_eq!(world.frames(Audience::Customer).pop().unwrap()["name"], "Nina");
    world.settings.branding.name = Some("Acme Loans".into());
    assert_eq!(world.frames(Audience::Customer).pop().unwrap()["name"], "Acme Loans");
    assert_eq!(world.frames(Audience::Staff).pop().unwrap()["from"], "api");
}

#[test]
fn presence_shows_the_indicator_to_staff_only() {
    let World { session, presence, now, .. } = World::joined();
    let frame = |audience, at| serde_json::to_value(presence_frame(&session, &presence, audience, at)).unwrap();
    assert_eq!(
        frame(Audience::Staff, now),
        json!({"type": "presence", "customer": true, "agent": true, "indicator": "online_incomplete"})
    );
    assert_eq!(frame(Audience::Customer, now), json!({"type": "presence", "customer": true, "agent": true}));
    let later = now + SignedDuration::from_hours(2);
    assert_eq!(
        frame(Audience::Staff, later),
        json!({"type": "presence", "customer": false, "agent": false, "indicator": "offline_incomplete"})
    );
}

#[test]
fn plain_frames_are_their_type_alone() {
    for (frame, kind) in [(Frame::Superseded, "superseded"), (Frame::Reconnect, "reconnect"), (Frame::Reload, "reload")]
    {
        assert_eq!(serde_json::to_value(frame).unwrap(), json!({"type": kind}));
    }
    let refused = FrameError::Rejected(Rejection::ChatClosed).frame(Some("m1"));
    assert_eq!(serde_json::to_value(refused).unwrap(), json!({"type": "error", "code": "chat-closed", "id": "m1"}));
}

#[test]
fn marks_of_different_sides_never_meet() {
    let marks = [Sender::Customer, Sender::Agent, Sender::Api].map(|from| posted_mark(from, "same"));
    assert_eq!(marks, ["customer:same", "agent:same", "api:same"]);
}

const SESSION: &str = "0123450123456789abcdefghjk";

#[test]
fn client_frames_are_read() {
    let session: SessionId = SESSION.parse().unwrap();
    let parse = |value: Value| ClientFrame::parse(&value.to_string());
    assert_eq!(
        parse(json!({"type": "hello", "session": SESSION, "since": 7, "unknown": true})),
        Ok(ClientFrame::Hello { session: session.clone(), since: 7 })
    );
    assert_eq!(
        parse(json!({"type": "message", "session": SESSION, "id": "m1", "text": "Hi"})),
        Ok(ClientFrame::Message { session: session.clone(), id: "m1".into(), text: "Hi".into() })
    );
    assert_eq!(parse(json!({"type": "ping", "session": SESSION})), Ok(ClientFrame::Ping { session: session.clone() }));
    assert_eq!(
        parse(json!({"type": "typing", "session": SESSION})),
        Ok(ClientFrame::Typing { session: session.clone() })
    );
    assert_eq!(
        parse(json!({"type": "seen", "session": SESSION, "last": 7})),
        Ok(ClientFrame::Seen { session, last: 7 })
    );
}

#[test]
fn what_is_no_frame_is_refused() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":\"hello\"}",
        "{\"type\":\"hello\",\"session\":\"../../etc\"}",
        "{\"type\":\"message\",\"session\":\"0123450123456789abcdefghjk\",\"id\":7,\"text\":\"x\"}",
        "{\"type\":\"message\",\"session\":\"0123450123456789abcdefghjk\",\"id\":\"a\",\"text\":\"\\ud800\"}",
        "{\"type\":\"end\",\"session\":\"0123450123456789abcdefghjk\"}",
    ] {
        assert_eq!(ClientFrame::parse(text), Err(FrameError::Malformed), "{text}");
    }
    assert_eq!(ClientFrame::parse(&"[".repeat(20_000)), Err(FrameError::Malformed));
    assert_eq!(ClientFrame::parse(&"x".repeat(MAX_FRAME_BYTES + 1)), Err(FrameError::TooLarge));
}

#[test]
fn the_longest_message_fits_into_a_frame() {
    let text = "\u{1F600}".repeat(4_000);
    let frame = json!({"type": "message", "session": SESSION, "id": "i".repeat(64), "text": text}).to_string();
    assert!(ClientFrame::parse(&frame).is_ok(), "{} bytes", frame.len());
    let escaped = frame.replace('\u{1F600}', "\\ud83d\\ude00");
    assert!(ClientFrame::parse(&escaped).is_ok(), "{} bytes", escaped.len());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!(SESSION)),
        prop_oneof![Just("hello"), Just("message"), Just("ping"), Just("typing"), Just("seen")].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let key = prop_oneof![Just("type"), Just("session"), Just("since"), Just("id"), Just("text"), Just("x")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_hurts_the_parser(value in any_json()) {
        let _ = ClientFrame::parse(&value.to_string());
    }

    #[test]
    fn no_text_hurts_the_parser(text in any::<String>()) {
        let _ = ClientFrame::parse(&text);
    }
}

#[test]
fn r22_a_participant_does_not_hear_whether_the_customer_is_in_the_room() {
    let World { session, presence, now, .. } = World::joined();
    let ada = Who::Participant("p4rt1c1pant00001".parse().unwrap());
    let frames = [
        presence_frame(&session, &presence, Audience::Customer, now),
        Frame::pong(&session, &presence, Audience::Customer, now),
    ];
    for frame in frames {
        for (who, hears) in [(&Who::Customer, true), (&ada, false), (&Who::Agent(session.agent.clone()), true)] {
            let told = serde_json::to_value(frame.told_to(who)).unwrap();
            assert_eq!((&told["customer"], &told["agent"]), (&json!(hears), &json!(true)), "{who:?}");
        }
    }
}
