//! Properties of the state machine: whatever is commanded in whatever order, the rules hold.

mod moving;
mod owner;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    Command, Context, Customer, Decision, Issued, NewSession, Outcome, Rejection, SEARCH_FORM, SearchChange, Session,
    State, decide::REQUESTS_A_DAY,
};
use crate::{
    AccessPlan, AccessTier, Actor, Contact, DueKind, EndedBy, Event, EventKind, Gate, Keyring, Link, LinkToken, Origin,
    Presence, Presented, Secret, SessionId, Settings, TeamId,
    access::Step,
    gate,
    pin::{Lock, Pin},
    random::Seeded,
    settings::{AccessLevel, CustomerAccess, Method},
    timer::Timers,
};

mod attachments;
mod erase;
mod invite;
mod participants;
mod reengage;
mod turns;

struct World {
    random: Seeded,
    keyring: Keyring,
    settings: Settings,
    now: Timestamp,
    session: Session,
    events: Vec<Event>,
    /// What stands in the due index, as decisions changed it.
    index: Timers,
    link: Link,
    devices: [Secret; 2],
}

fn agent() -> Actor {
    Actor::Agent { id: "agent00000000000".parse().unwrap(), name: "Nina Okafor".into() }
}

fn context(actor: Actor, now: Timestamp) -> Context {
    Context { actor, origin: Origin::default(), now }
}

impl World {
    fn new(settings: Settings, pin: bool) -> Self {
        let random = Seeded::new(11);
        let keyring = Keyring::new([1; 32]);
        let now: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let id = SessionId::generate_for(&TeamId::generate(&random), &random);
        let (_, issued) = LinkToken::issue(&id, &keyring, &random);
        let sealed = Pin::parse("4711").unwrap().seal(&id, &keyring, &random);
        let new = NewSession {
            agent_email: None,
            language: None,
            id,
            customer: Customer {
                name: "Mara Quist".into(),
                contact: Contact { email: Some("mara@example.net".parse().unwrap()), phone: None },
            },
            channel: None,
            agent: "agent00000000000".parse().unwrap(),
            agent_name: "Nina Okafor".into(),
            pin: pin.then_some(sealed),
            reference: None,
            metadata: BTreeMap::new(),
        };
        let decision = Session::create(new, Some(&issued), &settings, &context(agent(), now)).unwrap();
        let link = decision.links[0].clone();
        let devices = [Secret::generate(&random), Secret::generate(&random)];
        let index = decision.armed.iter().map(|due| (due.kind, due.at)).collect();
        let (session, events) = (decision.session, decision.events);
        Self { random, keyring, settings, now, session, events, index, link, devices }
    }

    fn issued(&self) -> Issued {
        LinkToken::issue(&self.session.id, &self.keyring, &self.random).1
    }

    fn run(&mut self, command: Command<'_>, actor: Actor) -> Result<Outcome, Rejection> {
        let decision = self.session.decide(command, &self.settings, &context(actor, self.now))?;
        self.index.extend(decision.armed.iter().map(|due| (due.kind, due.at)));
        self.index.retain(|kind, _| !decision.disarmed.contains(kind));
        assert_eq!(self.index, decision.session.timers, "the index holds the session's timers and nothing else");
        self.session = decision.session;
        self.events.extend(decision.events);
        Ok(decision.outcome)
    }

    fn type_pin(&mut self, typed: &str, device: usize) -> Result<Outcome, Rejection> {
        let (link, keyring, device) = (self.link.clone(), self.keyring.clone(), self.devices[device].clone());
        let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
        self.run(
            Command::Enter { link: &link, presented: &presented, device: &device, typed, keyring: &keyring },
            Actor::Customer,
        )
    }

    fn press_continue(&mut self, device: usize) -> Result<Outcome, Rejection> {
        let (link, device) = (self.link.clone(), self.devices[device].clone());
        let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
        self.run(Command::Continue { link: &link, presented: &presented, device: &device }, Actor::Customer)
    }

    fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }

    fn tier(&self) -> AccessTier {
        self.session.access(self.now).tier
    }
}

#[test]
fn r20_a_decision_says_when_a_search_has_to_learn() {
    let world = World::new(Settings::default(), false);
    let context = context(agent(), world.now);
    let end = |session: &Session| session.decide(Command::End, &world.settings, &context).unwrap();
    assert_eq!(end(&world.session).search, None, "it is found by what it was found by before");
    assert_eq!(world.session.unchanged().search, None);
    let from_before = Session { search_form: 0, ..world.session.clone() };
    let decision = end(&from_before);
    assert_eq!(decision.search, Some(SearchChange { before: None }));
    assert_eq!(decision.session.search_form, SEARCH_FORM);
}

fn ending_with(access: CustomerAccess) -> Settings {
    let mut settings = Settings::default();
    settings.end.customer_access = access;
    settings
}

#[test]
fn r2_full_timed_then_limited() {
    let mut world = World::new(
        ending_with(CustomerAccess {
            level: AccessLevel::FullTimed,
            minutes: Some(60),
            then_limited_minutes: Some(30),
            attachments: false,
            chat: true,
        }),
        false,
    );
    world.run(Command::End, agent()).unwrap();
    assert!(world.session.access(world.now).chat);
    // Later changes of the settings do not alter the plan.
    world.settings.end.customer_access = CustomerAccess::default();
    world.wait(59);
    assert_eq!(world.tier(), AccessTier::Full);
    world.wait(1);
    assert_eq!(world.tier(), AccessTier::Limited);
    assert!(!world.session.access(world.now).chat);
    world.wait(29);
    assert_eq!(world.tier(), AccessTier::Limited);
    world.wait(1);
    assert_eq!(world.tier(), AccessTier::None);
}

#[test]
fn r21_a_customer_writes_at_a_pace_and_may_run_ahead_of_it() {
    let mut world = World::new(Settings::default(), false);
    let issued = world.issued();
    world.run(Command::Invite(issued, None), agent()).unwrap();
    let post = |world: &mut World, from: Actor| {
        world.run(Command::Post { id: "m".into(), text: "x".into(), attachment: None }, from)
    };
    for _ in 0..=40 {
        post(&mut world, Actor::Customer).unwrap();
    }
    let Err(Rejection::TooOften { retry_at }) = post(&mut world, Actor::Customer) else { panic!("without end") };
    assert_eq!(retry_at, world.now + SignedDuration::from_secs(1));
    post(&mut world, agent()).unwrap();
    world.wait(1);
    for _ in 0..=40 {
        post(&mut world, Actor::Customer).unwrap();
    }
}

#[test]
fn r1_ending_a_planned_session_discards_it() {
    let mut world = World::new(Settings::default(), false);
    world.session.state = State::Planned;
    world.run(Command::End, agent()).unwrap();
    assert_eq!(world.session.state, State::Discarded);
    assert_eq!(world.run(Command::Renew(None), agent()), Err(Rejection::Discarded));
    assert!(world.session.timers.is_empty());
}

#[test]
fn r3_only_agents_reset_the_timer() {
    let mut settings = Settings::default();
    settings.end.inactivity_minutes = Some(10);
    let mut world = World::new(settings, false);
    world.press_continue(0).unwrap();
    world.wait(9);
    world.run(Command::Post { id: "a".into(), text: "still here".into(), attachment: None }, Actor::Customer).unwrap();
    assert_eq!(world.run(Command::Sweep { owner_until: None }, Actor::System), Ok(Outcome::Unchanged));
    world.run(Command::KeepOpen, agent()).unwrap();
    world.wait(9);
    // The timer fired early, because activity does not move it: it is armed again and ends nothing.
    assert_eq!(world.run(Command::Sweep { owner_until: None }, Actor::System), Ok(Outcome::Done));
    assert_eq!(world.session.state, State::Active);
    world.wait(1);
    world.run(Command::Sweep { owner_until: None }, Actor::System).unwrap();
    assert_eq!(world.session.ended.as_ref().unwrap().by, EndedBy::Inactivity);
}

#[test]
fn r4_renewal_brings_everything_back_and_has_its_limits() {
    let mut settings = Settings::default();
    settings.end.renew_window_minutes = Some(60);
    let mut world = World::new(settings, false);
    world.press_continue(0).unwrap();
    let before = world.session.clone();
    world.run(Command::End, agent()).unwrap();
    world.wait(59);
    world.run(Command::Renew(None), agent()).unwrap();
    assert_eq!((world.session.state, &world.session.device), (State::Active, &before.device));
    assert!(world.session.timers.contains_key(&DueKind::Inactivity));
    world.run(Command::End, agent()).unwrap();
    world.wait(60);
    assert_eq!(world.run(Command::Renew(None), agent()), Err(Rejection::RenewWindowPassed));

    let mut settings = Settings::default();
    settings.end.renew_after_inactivity = false;
    settings.end.inactivity_minutes = Some(5);
    let mut world = World::new(settings, false);
    world.wait(5);
    world.run(Command::Sweep { owner_until: None }, Actor::System).unwrap();
    assert_eq!(world.run(Command::Renew(None), agent()), Err(Rejection::NotRenewableAfterInactivity));
}

#[test]
fn r6_one_device_and_its_release() {
    let mut world = World::new(Settings::default(), false);
    world.press_continue(0).unwrap();
    assert_eq!(world.session.state, State::Active);
    assert_eq!(world.press_continue(0), Ok(Outcome::Unchanged));
    assert_eq!(world.press_continue(1), Err(Rejection::Gate(Gate::OtherDevice)));
    world.run(Command::ReleaseDevice, agent()).unwrap();
    world.press_continue(1).unwrap();
    assert_eq!(world.press_continue(0), Err(Rejection::Gate(Gate::OtherDevice)));
}

/// The settings are read live, which changes nothing that somebody has done; and what was done on a device that was released counts for
/// no other.
#[test]
fn r6_r7_what_was_agreed_to_and_proved_stays_what_it_was() {
    let mut settings = Settings::default();
    settings.authentication.method = Method::Pin;
    settings.authentication.consent.required = true;
    settings.authentication.consent.text = Some("I agree to sign by phone.".into());
    let mut world = World::new(settings, true);
    assert!(!world.session.agreed_to("I agree to sign by phone."), "nobody has agreed yet");
    world.type_pin("4711", 0).unwrap();
    assert!(world.session.agreed_to("I agree to sign by phone.") && !world.session.agreed_to("I owe you a house."));
    world.settings.authentication.method = Method::Otp;
    assert_eq!(world.session.proved_by(&world.settings), Method::Pin);
    world.settings.authentication.method = Method::None;
    world.run(Command::ReleaseDevice, agent()).unwrap();
    assert!(world.session.consented_at.is_none() && !world.session.agreed_to("I agree to sign by phone."));
    world.press_continue(1).unwrap();
    assert!(world.session.agreed_to("I agree to sign by phone."), "it was asked again");
    world.settings.authentication.method = Method::Pin;
    assert_eq!(world.session.proved_by(&world.settings), Method::None, "the second device proved nothing");
    // From before it was kept.
    let before =
        Session { consented_to: None, authenticated_by: None, authenticated_at: Some(world.now), ..world.session };
    assert_eq!((before.proved_by(&world.settings), before.agreed_to("anything")), (Method::Pin, true));
}

#[test]
fn r27_a_device_that_was_released_or_replaced_is_told_so() {
    let mut world = World::new(Settings::default(), false);
    let at = |world: &World, device: usize| {
        gate::at_room(&world.session, &world.settings, Some(&world.devices[device]), &Presence::default(), world.now)
    };
    assert_eq!(at(&world, 0), Gate::Unknown, "nobody's device yet");
    world.press_continue(0).unwrap();
    assert_eq!((at(&world, 0), at(&world, 1)), (Gate::Inside, Gate::OtherDevice));
    world.run(Command::ReleaseDevice, agent()).unwrap();
    assert_eq!((at(&world, 0), at(&world, 1)), (Gate::Released, Gate::Unknown));
    world.press_continue(1).unwrap();
    assert_eq!((at(&world, 0), at(&world, 1)), (Gate::Released, Gate::Inside));
    world.run(Command::ReleaseDevice, agent()).unwrap();
    world.press_continue(0).unwrap();
    assert_eq!((at(&world, 0), at(&world, 1)), (Gate::Inside, Gate::Released));
}

/// What a message says after the domain took it.
fn posted(world: &mut World, text: &str) -> String {
    world.run(Command::Post { id: "m".into(), text: text.into(), attachment: None }, agent()).unwrap();
    match world.events.last().map(|event| &event.kind) {
        Some(EventKind::Message { text, .. }) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn r21_tabs_and_line_breaks_inside_a_message_stay() {
    let mut world = World::new(Settings::default(), false);
    assert_eq!(posted(&mut world, "Name\tMara\r\nRate\t3.9 %"), "Name\tMara\nRate\t3.9 %");
    assert_eq!(posted(&mut world, "one\rtwo\u{85}three\u{b}four\u{c}five"), "one\ntwo\nthree\nfour\nfive");
    assert_eq!(posted(&mut world, " \t\r\n a \r\n"), "a");
    assert_eq!(posted(&mut world, "a\u{0}b\u{1b}[1mc\u{7f}"), "ab[1mc");
}

#[test]
fn r2_where_the_customer_may_write_after_the_end_staff_may_answer() {
    let access = CustomerAccess {
        level: AccessLevel::FullTimed,
        minutes: Some(60),
        then_limited_minutes: Some(60),
        chat: true,
        ..CustomerAccess::default()
    };
    let program = || Actor::Api { key: "key0000000000000".parse().unwrap() };
    let mut world = World::new(ending_with(access), false);
    world.press_continue(0).unwrap();
    world.run(Command::End, agent()).unwrap();
    let post = |world: &mut World, actor| {
        world.run(Command::Post { id: "m".into(), text: "hello".into(), attachment: None }, actor)
    };
    world.wait(59);
    for actor in [Actor::Customer, agent(), program()] {
        assert_eq!(post(&mut world, actor), Ok(Outcome::Done));
    }
    assert_eq!((world.session.state, world.session.timers.len()), (State::Ended, 1), "it renews nothing");
    world.wait(1);
    assert_eq!(post(&mut world, Actor::Customer), Err(Rejection::ChatClosed));
    for actor in [agent(), program()] {
        assert_eq!(post(&mut world, actor), Err(Rejection::AlreadyEnded));
    }
}

#[test]
fn r6_the_gates_stand_in_order() {
    let mut settings = Settings::default();
    settings.authentication.method = Method::Pin;
    settings.authentication.consent.required = true;
    let mut world = World::new(settings, true);
    let get = Presented::default();
    let post = Presented { posted: true, probe: true, ..Presented::default() };
    let agreed = Presented { consent: true, ..post.clone() };
    let at = |world: &World, link: Option<&Link>, presented: &Presented| {
        gate::at_link(&world.session, link, &world.settings, presented, world.now)
    };
    let link = world.link.clone();
    assert_eq!(at(&world, None, &get), Gate::Unknown);
    assert_eq!(at(&world, Some(&Link { revoked: true, ..link.clone() }), &get), Gate::Unknown);
    assert_eq!(at(&world, Some(&link), &Presented { posted: true, ..get.clone() }), Gate::Cookies);
    assert_eq!(at(&world, Some(&link), &post), Gate::Consent);
    assert_eq!(at(&world, Some(&link), &agreed), Gate::Pin { left: 5 });
    for _ in 0..5 {
        world.type_pin("0000", 0).unwrap();
    }
    assert!(matches!(at(&world, Some(&link), &agreed), Gate::Locked(Lock::Until(_))));
    assert!(matches!(world.type_pin("4711", 0), Err(Rejection::Gate(Gate::Locked(_)))));
    world.run(Command::ResetPin, agent()).unwrap();
    world.type_pin("4711", 0).unwrap();
    assert!(world.session.joined_at.is_some() && world.session.consented_at.is_some());
    world.wait(10_080);
    assert_eq!(at(&world, Some(&link), &get), Gate::LinkExpired);
    world.run(Command::End, agent()).unwrap();
    assert_eq!(at(&world, Some(&link), &get), Gate::SessionExpired);
    world.settings.service.maintenance = true;
    assert_eq!(at(&world, None, &get), Gate::ServiceDown);
}

#[test]
fn r5_new_links_are_rate_limited() {
    let mut world = World::new(Settings::default(), false);
    for _ in 0..REQUESTS_A_DAY {
        let issued = world.issued();
        world.run(Command::RequestLink(issued), Actor::Customer).unwrap();
        let issued = world.issued();
        assert!(matches!(world.run(Command::RequestLink(issued), Actor::Customer), Err(Rejection::TooOften { .. })));
        world.wait(1);
    }
    let issued = world.issued();
    assert!(matches!(world.run(Command::RequestLink(issued), Actor::Customer), Err(Rejection::TooOften { .. })));
    world.wait(24 * 60);
    let issued = world.issued();
    world.run(Command::RequestLink(issued), Actor::Customer).unwrap();
}

#[derive(Debug, Clone)]
enum Move {
    Invite,
    GenerateLink,
    RequestLink,
    Continue(usize),
    Type(bool, usize),
    End(bool),
    Renew(bool),
    Release,
    Reset,
    KeepOpen,
    Post(bool),
    Sweep,
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        Just(Move::Invite),
        Just(Move::GenerateLink),
        Just(Move::RequestLink),
        (0..2usize).prop_map(Move::Continue),
        (any::<bool>(), 0..2usize).prop_map(|(right, device)| Move::Type(right, device)),
        any::<bool>().prop_map(Move::End),
        any::<bool>().prop_map(Move::Renew),
        Just(Move::Release),
        Just(Move::Reset),
        Just(Move::KeepOpen),
        any::<bool>().prop_map(Move::Post),
        Just(Move::Sweep),
        (0..200i64).prop_map(Move::Wait),
    ]
}

fn access_settings() -> impl Strategy<Value = CustomerAccess> {
    let minutes = 1..500u32;
    prop_oneof![
        Just(CustomerAccess::default()),
        (any::<bool>(), any::<bool>()).prop_map(|(attachments, chat)| CustomerAccess {
            level: AccessLevel::Full,
            attachments,
            chat,
            ..CustomerAccess::default()
        }),
        (minutes.clone(), proptest::option::of(minutes.clone()), any::<bool>()).prop_map(
            |(minutes, then_limited_minutes, chat)| CustomerAccess {
                level: AccessLevel::FullTimed,
                minutes: Some(minutes),
                then_limited_minutes,
                chat,
                attachments: false,
            }
        ),
        minutes.prop_map(|minutes| CustomerAccess {
            level: AccessLevel::Limited,
            minutes: Some(minutes),
            ..CustomerAccess::default()
        }),
    ]
}

/// R2's table, written a second time and differently: by minutes since the end.
fn table(access: &CustomerAccess, minute: u32) -> AccessTier {
    let first = access.minutes.unwrap_or(0);
    let second = access.then_limited_minutes.unwrap_or(0);
    match access.level {
        AccessLevel::Full => AccessTier::Full,
        AccessLevel::FullTimed if minute < first => AccessTier::Full,
        AccessLevel::FullTimed if minute < first + second => AccessTier::Limited,
        AccessLevel::Limited if minute < first => AccessTier::Limited,
        AccessLevel::None | AccessLevel::FullTimed | AccessLevel::Limited => AccessTier::None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r2_the_plan_equals_the_table(access in access_settings(), minute in 0..2_000u32, second in 0..60i64) {
        let end: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let plan = AccessPlan::at_end(end, &access);
        let now = end + SignedDuration::from_mins(i64::from(minute)) + SignedDuration::from_secs(second);
        let answer = plan.at(now);
        prop_assert_eq!(answer.tier, table(&access, minute));
        prop_assert!(answer.until.is_none_or(|until| until > now));
        prop_assert_eq!(answer.chat, access.chat && answer.tier == AccessTier::Full);
        // Tiers only ever go down.
        let rank = |step: &Step| match step.tier { AccessTier::Full => 2, AccessTier::Limited => 1, AccessTier::None => 0 };
        prop_assert!(plan.steps.windows(2).all(|pair| rank(&pair[0]) > rank(&pair[1])));
        // The schedule's boundaries are exactly where the answer changes.
        if let Some(boundary) = plan.next_boundary(now) {
            prop_assert_eq!(plan.at(boundary - SignedDuration::from_secs(1)).tier, answer.tier);
            prop_assert_ne!(plan.at(boundary).tier, answer.tier);
        }
    }

    #[test]
    fn r1_every_history_is_legal(
        steps in proptest::collection::vec(moves(), 1..60),
        access in access_settings(),
        pin in any::<bool>(),
        inactivity in proptest::option::of(1..300u32),
    ) {
        let mut settings = ending_with(access);
        settings.end.inactivity_minutes = inactivity;
        if pin {
            settings.authentication.method = Method::Pin;
        }
        let mut world = World::new(settings, pin);
        let mut blank = world.session.clone();
        for step in steps {
            let before = world.session.clone();
            let events_before = world.events.len();
            let is_post = matches!(step, Move::Post(_));
            let result = match step {
                Move::Wait(minutes) => { world.wait(minutes); Ok(Outcome::Unchanged) }
                Move::Invite => { let issued = world.issued(); world.run(Command::Invite(issued, None), agent()) }
                Move::GenerateLink => { let issued = world.issued(); world.run(Command::GenerateLink(issued), agent()) }
                Move::RequestLink => { let issued = world.issued(); world.run(Command::RequestLink(issued), Actor::Customer) }
                Move::Continue(device) => world.press_continue(device),
                Move::Type(right, device) => world.type_pin(if right { "4711" } else { "0000" }, device),
                Move::End(true) => world.run(Command::End, agent()),
                Move::End(false) => world.run(Command::End, Actor::Api { key: "key0000000000000".parse().unwrap() }),
                Move::Renew(notify) => {
                    let issued = notify.then(|| world.issued());
                    world.run(Command::Renew(issued), agent())
                }
                Move::Release => world.run(Command::ReleaseDevice, agent()),
                Move::Reset => world.run(Command::ResetPin, agent()),
                Move::KeepOpen => world.run(Command::KeepOpen, agent()),
                Move::Post(true) => world.run(Command::Post { id: "m".into(), text: "hello".into(), attachment: None }, agent()),
                Move::Post(false) => world.run(Command::Post { id: "m".into(), text: "hello".into(), attachment: None }, Actor::Customer),
                Move::Sweep => world.run(Command::Sweep { owner_until: None }, Actor::System),
            };
            let after = &world.session;
            // What is refused or unchanged changes nothing; what is done raises the version by exactly one, but for a
            // message, which leaves the document as it is and is told by the newest event.
            match result {
                Err(_) | Ok(Outcome::Unchanged) => prop_assert_eq!(&before, after),
                Ok(_) if is_post => {
                    let mut caught_up = before.clone();
                    caught_up.catch_up(after.seq, after.last_event_at, after.last_agent_action_at);
                    // Each event carries this on beside itself.
                    caught_up.customer_ahead_until = after.customer_ahead_until;
                    prop_assert_eq!(&caught_up, after);
                }
                Ok(_) => prop_assert_eq!(after.version, before.version + 1),
            }
            // Only the arrows of R1.
            let legal = before.state == after.state || matches!(
                (before.state, after.state),
                (State::Planned, State::Invited | State::Discarded)
                    | (State::Invited, State::Active | State::Ended)
                    | (State::Active, State::Ended)
                    | (State::Ended, State::Active | State::Invited)
            );
            prop_assert!(legal, "{:?} -> {:?}", before.state, after.state);
            // Terminal, unless renewed: an end keeps its time, its cause and its plan.
            if let (Some(was), Some(is)) = (&before.ended, &after.ended) {
                prop_assert_eq!(was, is);
            }
            prop_assert_eq!(after.state == State::Ended, after.ended.is_some());
            prop_assert_eq!(after.state == State::Active && after.joined_at.is_none(), false);
            // Events are numbered without gaps, and a PIN never stands in one.
            for (place, event) in world.events.iter().enumerate().skip(events_before) {
                prop_assert_eq!(event.seq, place as u64 + 1);
                let text = format!("{event:?}");
                prop_assert!(!text.contains("4711"));
            }
            // Never more wrong tries in a row than allowed.
            prop_assert!(after.tries.wrong < world.settings.authentication.max_attempts);
        }
        // Replaying the events gives the state.
        blank.seq = 0;
        blank.state = State::Planned;
        blank.invited_at = None;
        for event in &world.events {
            blank.apply(event);
        }
        let told = |s: &Session| (s.seq, s.state, s.created_at, s.invited_at, s.joined_at, s.ended.clone(), s.consented_at, s.last_agent_action_at, s.last_event_at, s.requests.clone());
        prop_assert_eq!(told(&blank), told(&world.session));
    }
}
