//! Messages and sweeps on the one-machine stack: what is sent, once, whatever fails; what the clock decides, once,
//! however many look (R2, R3, R13, R23).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::{collections::BTreeMap, ops::Deref};

use crate::live::client::Room;
use futures_util::{StreamExt as _, future::join_all, stream};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Actor, Channel, Command, Contact, Decision, DueKind, LinkToken, NewSession, Origin, OutboxEntry, Session,
    SessionId, Settings, State,
    outbox::{MAX_ATTEMPTS, Owner, Status, pause_after},
    pin::{CODE_LIFETIME, OneTimeCode, generate_code},
    session::{Context, Customer},
};
use parlor_local::Fault;
use parlor_store::{Extras, ReadBatch};
use serde_json::{Value, json};

/// An installation whose sessions are written as operations write them, but at any time, and by no operation.
struct Installation {
    installation: parlor_tests::Installation,
    settings: Settings,
}

impl Deref for Installation {
    type Target = parlor_tests::Installation;
    fn deref(&self) -> &Self::Target {
        &self.installation
    }
}

impl Installation {
    /// A stack under `settings`, laid over the defaults.
    async fn with(settings: Value) -> Self {
        let mut installation =
            Self { installation: Box::pin(parlor_tests::Installation::start()).await, settings: Settings::default() };
        installation.set(settings).await;
        installation
    }

    async fn set(&mut self, change: Value) {
        self.installation.settings(change).await;
        self.settings = self.store.read(ReadBatch::new().system()).await.unwrap().system().unwrap().0;
    }

    fn now(&self) -> Timestamp {
        self.runtime.clock.now()
    }

    fn context(now: Timestamp) -> Context {
        Context { actor: Actor::System, origin: Origin::default(), now }
    }

    /// Starts a session for `contact` as if it were `ago` seconds earlier.
    async fn start(&self, contact: Contact, ago: i64) -> Session {
        let random = &self.runtime.entropy;
        let id = SessionId::generate_for(&self.team, random);
        let (_, issued) = LinkToken::issue(&id, &self.keyring, random);
        let new = NewSession {
            agent_email: None,
            language: None,
            id,
            customer: Customer { name: "Mara Quist".into(), contact },
            channel: None,
            agent: self.agent.id.clone(),
            agent_name: self.agent.name.clone(),
            pin: None,
            reference: None,
            metadata: BTreeMap::default(),
        };
        let context = Self::context(self.now() - SignedDuration::from_secs(ago));
        let decision = Session::create(new, Some(&issued), &self.settings, &context).unwrap();
        self.commit(&decision).await;
        decision.session
    }

    /// Starts `count` sessions by mail, some at a time: connections are not endless.
    async fn many(&self, count: usize, ago: i64) -> Vec<Session> {
        let starts = (0..count).map(|_| self.start(mail("mara@example.net"), ago));
        stream::iter(starts).buffer_unordered(16).collect().await
    }

    async fn commit(&self, decision: &Decision) {
        self.store.commit(decision, &Extras::default()).await.unwrap();
    }

    async fn now_of(&self, id: &SessionId) -> Session {
        self.store.read(ReadBatch::new().session(id)).await.unwrap().session(id).unwrap().unwrap().session
    }

    /// The newest entry of a session.
    async fn entry(&self, id: &SessionId) -> OutboxEntry {
        self.store.outbox_of(id).await.unwrap().remove(0)
    }

    async fn run(&self, function: &str) -> Value {
        self.stack.run_schedule(function).await.unwrap()
    }
}

fn mail(address: &str) -> Contact {
    Contact { email: Some(address.parse().unwrap()), phone: None }
}

fn phone(number: &str) -> Contact {
    Contact { email: None, phone: Some(parlor_domain::PhoneNumber::read(number, None).unwrap()) }
}

/// Longer ago than the stream may still send.
const LATE: i64 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn r23_an_invitation_is_sent_right_away_with_two_requests() {
    let installation = Installation::with(json!({})).await;
    installation.stack.reset_requests();
    let session = installation.start(mail("mara@example.net"), 0).await;
    installation.stack.settle().await;

    let sent = installation.stack.outbox().items();
    assert_eq!(sent.len(), 1);
    let text = serde_json::to_value(&sent[0]).unwrap().to_string();
    for part in ["mara@example.net", "Harbour Loans", "Nina", "/s/"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("Okafor"), "customers learn the first name only");
    assert_eq!(sent[0].links().len(), 1);
    assert!(sent[0].links()[0].starts_with(&format!("{}/s/{}", installation.stack.url(), session.id)));

    let entry = installation.entry(&session.id).await;
    assert_eq!((entry.status, entry.attempts, entry.due, entry.message), (Status::Sent, 1, None, None));
    assert_eq!(installation.requests_of("deliver"), "BatchGetItem 1, PutItem 1");
    assert_eq!(installation.count_events(&session.id, "session.invited").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_an_entry_that_the_stream_lost_is_sent_once_by_eight_retries_at_once() {
    let installation = Installation::with(json!({})).await;
    let session = installation.start(phone("+4915112345678"), LATE).await;
    installation.stack.settle().await;
    assert_eq!(installation.stack.outbox().items().len(), 0, "too late for the stream");

    let runs = join_all((0..8).map(|_| installation.run("retry-deliveries"))).await;
    let done: u64 = runs.iter().map(|tally| tally["done"].as_u64().unwrap()).sum();
    assert_eq!(done, 1, "{runs:?}");
    let sent = installation.stack.outbox().items();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].text.as_deref().unwrap().starts_with("Harbour Loans: Nina"), "{:?}", sent[0].text);
    let entry = installation.entry(&session.id).await;
    assert_eq!((entry.status, entry.attempts), (Status::Sent, 2));

    installation.stack.reset_requests();
    assert_eq!(installation.run("retry-deliveries").await["done"], 0);
    assert_eq!(installation.requests_of("retry-deliveries"), "Query 8", "a settled entry is out of the index");
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_a_retry_costs_a_read_a_claim_and_a_record() {
    let installation = Installation::with(json!({})).await;
    installation.start(mail("mara@example.net"), LATE).await;
    installation.stack.settle().await;
    installation.stack.reset_requests();
    assert_eq!(installation.run("retry-deliveries").await["done"], 1);
    assert_eq!(installation.requests_of("retry-deliveries"), "BatchGetItem 1, PutItem 2, Query 8");
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_what_will_never_be_taken_is_given_up_at_once_and_told_once() {
    let installation = Installation::with(json!({})).await;
    for contact in [mail("mara@bounce.example"), phone("+15005550001")] {
        installation.stack.reset_requests();
        let session = installation.start(contact, 0).await;
        installation.stack.settle().await;
        // Read to be sent, and read again to be given up: the send lies between.
        assert_eq!(installation.requests_of("deliver"), "BatchGetItem 2, Query 1, TransactWriteItems 1");
        for _ in 0..2 {
            installation.stack.advance(60).await;
        }
        assert_eq!(installation.count_events(&session.id, "delivery.failed").await, 1);
        let entry = installation.entry(&session.id).await;
        assert_eq!((entry.status, entry.attempts, entry.message), (Status::Failed, 1, None));
        let events = installation.store.events(&session.id, 0, 100).await.unwrap();
        let told = serde_json::to_string(&events).unwrap();
        assert!(!told.contains("bounce.example") && !told.contains("+1500"), "no address in an event: {told}");
    }
    assert_eq!(installation.stack.outbox().items().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_a_failing_service_is_tried_again_and_the_message_arrives() {
    let installation = Installation::with(json!({})).await;
    installation.stack.outbox().fail_next(1000);
    let session = installation.start(mail("mara@example.net"), 0).await;
    installation.stack.settle().await;
    let entry = installation.entry(&session.id).await;
    assert_eq!((entry.status, entry.attempts), (Status::Pending, 1));
    assert!(entry.last_error.unwrap().contains("not available"));

    installation.stack.outbox().fail_next(0);
    installation.stack.advance(60).await;
    assert_eq!(installation.stack.outbox().items().len(), 1);
    assert_eq!(installation.entry(&session.id).await.status, Status::Sent);
    assert_eq!(installation.count_events(&session.id, "delivery.failed").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_after_the_last_attempt_an_entry_is_given_up_and_told_once() {
    let installation = Installation::with(json!({})).await;
    installation.stack.outbox().fail_next(1000);
    let session = installation.start(mail("mara@example.net"), 0).await;
    installation.stack.settle().await;
    for attempt in 1..MAX_ATTEMPTS {
        let entry = installation.entry(&session.id).await;
        assert_eq!((entry.status, entry.attempts), (Status::Pending, attempt));
        installation.stack.advance(u32::try_from(pause_after(attempt).as_secs()).unwrap()).await;
    }
    let entry = installation.entry(&session.id).await;
    assert_eq!((entry.status, entry.attempts, entry.message), (Status::Failed, MAX_ATTEMPTS, None));
    installation.stack.advance(86_400).await;
    assert_eq!(installation.count_events(&session.id, "delivery.failed").await, 1);
    assert_eq!(installation.stack.outbox().items().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_texts_are_suppressed_once_they_are_switched_off() {
    let mut installation = Installation::with(json!({})).await;
    let session = installation.start(phone("+4915112345678"), LATE).await;
    installation.stack.settle().await;
    installation.set(json!({"channels": {"sms": false}})).await;
    installation.stack.reset_requests();
    assert_eq!(installation.run("retry-deliveries").await["done"], 1);
    assert_eq!(
        installation.requests_of("retry-deliveries"),
        "BatchGetItem 2, PutItem 1, Query 9, TransactWriteItems 1"
    );
    assert_eq!(installation.stack.outbox().items().len(), 0);
    assert_eq!(installation.entry(&session.id).await.status, Status::Suppressed);
    assert_eq!(installation.count_events(&session.id, "delivery.suppressed").await, 1);
    assert_eq!(installation.run("retry-deliveries").await["done"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_a_code_that_comes_too_late_or_was_replaced_is_not_sent() {
    let installation = Installation::with(json!({})).await;
    let session = installation.start(mail("mara@example.net"), 0).await;
    installation.stack.settle().await;
    // Written as the decision for a code writes it, minutes ago, twice.
    let keyring = installation.keyring.clone();
    let mut session = installation.now_of(&session.id).await;
    for minutes in [12, 11] {
        let at = installation.now() - SignedDuration::from_mins(minutes);
        let code =
            generate_code(&installation.runtime.entropy).seal(&session.id, &keyring, &installation.runtime.entropy);
        let command = Command::GenerateLink(LinkToken::issue(&session.id, &keyring, &installation.runtime.entropy).1);
        let mut decision = session.decide(command, &installation.settings, &Installation::context(at)).unwrap();
        decision.session.code = Some(OneTimeCode { code: code.clone(), expires_at: at + CODE_LIFETIME });
        let id = format!("{:012}-0", decision.session.seq);
        let message = parlor_domain::Message::Code { code };
        decision.outbox.push(OutboxEntry::new(
            Owner::Session(session.id.clone()),
            id,
            Channel::Email,
            "mara@example.net".into(),
            message,
            at,
        ));
        installation.commit(&decision).await;
        session = decision.session;
    }
    installation.stack.settle().await;
    installation.run("retry-deliveries").await;
    assert_eq!(installation.stack.outbox().items().len(), 1, "only the invitation");
    let entries = installation.store.outbox_of(&session.id).await.unwrap();
    assert_eq!(
        entries.iter().map(|entry| entry.status).collect::<Vec<_>>(),
        [Status::Failed, Status::Suppressed, Status::Sent]
    );
    assert_eq!(installation.count_events(&session.id, "delivery.failed").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_the_claim_or_to_the_record_loses_no_message() {
    let installation = Installation::with(json!({})).await;
    // The first write of the first run is the claim, the second of the second run the record.
    let (mut writes, mut lost) = (0, 0);
    installation.stack.inject(move |function, operation| {
        if (function, operation) != ("retry-deliveries", "PutItem") {
            return Fault::None;
        }
        writes += 1;
        // 1: the claim, whose answer is lost; 2: its repetition, refused. 3: the next claim; 4: the record, lost.
        if (writes == 1 || writes == 4) && lost < 2 {
            lost += 1;
            return Fault::LostAnswer;
        }
        Fault::None
    });
    let session = installation.start(mail("mara@example.net"), LATE).await;
    installation.stack.settle().await;
    installation.run("retry-deliveries").await;
    assert_eq!(installation.stack.outbox().items().len(), 0, "the claim looks like somebody else's");
    installation.stack.advance(u32::try_from(pause_after(2).as_secs()).unwrap()).await;
    assert_eq!(installation.stack.outbox().items().len(), 1);
    installation.stack.advance(86_400).await;
    assert_eq!(installation.stack.outbox().items().len(), 1);
    assert_eq!(installation.entry(&session.id).await.status, Status::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_eight_sweepers_at_once_end_each_session_once() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 10}})).await;
    let sessions = installation.many(100, 600).await;
    let others = installation.many(20, 60).await;
    let runs = join_all((0..8).map(|_| installation.run("sweep-inactivity"))).await;
    let done: u64 = runs.iter().map(|tally| tally["done"].as_u64().unwrap()).sum();
    // The schedule itself may have been first with some.
    assert!(done <= 100, "{runs:?}");
    for session in &sessions {
        let now = installation.now_of(&session.id).await;
        assert_eq!(now.state, State::Ended);
        assert_eq!(now.ended.unwrap().by, parlor_domain::EndedBy::Inactivity);
        assert_eq!(installation.count_events(&session.id, "session.ended").await, 1);
    }
    for session in &others {
        assert_eq!(installation.now_of(&session.id).await.version, session.version, "not due, not touched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_a_timer_that_fires_early_is_armed_again() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 10}})).await;
    let session = installation.start(mail("mara@example.net"), 0).await;
    installation.stack.advance(300).await;
    let actor = Actor::Agent { id: session.agent.clone(), name: session.agent_name.clone() };
    let context = Context { actor, ..Installation::context(installation.now()) };
    let read = installation.now_of(&session.id).await;
    let decision = read.decide(Command::KeepOpen, &installation.settings, &context).unwrap();
    assert_eq!(decision.session.timers, read.timers, "activity does not move the timer");
    installation.commit(&decision).await;

    installation.stack.advance(301).await;
    let read = installation.now_of(&session.id).await;
    assert!(read.is_open(), "five minutes after the last action");
    assert_eq!(read.timers[&DueKind::Inactivity], context.now + SignedDuration::from_mins(10));
    assert_eq!(installation.count_events(&session.id, "session.ended").await, 0);
    installation.stack.advance(300).await;
    assert_eq!(installation.count_events(&session.id, "session.ended").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_each_tier_that_begins_is_noted_once_by_eight_sweepers_at_once() {
    let access = json!({"level": "full_timed", "minutes": 10, "then_limited_minutes": 20});
    let installation = Installation::with(json!({"end": {"customer_access": access}})).await;
    let sessions = installation.many(20, 0).await;
    for session in &sessions {
        let decision =
            session.decide(Command::End, &installation.settings, &Installation::context(installation.now())).unwrap();
        installation.commit(&decision).await;
    }
    for (seconds, changes) in [(540, 0), (120, 1), (1200, 2), (86_400, 2)] {
        installation.stack.advance(seconds).await;
        join_all((0..8).map(|_| installation.run("sweep-access"))).await;
        for session in &sessions {
            assert_eq!(
                installation.count_events(&session.id, "access.changed").await,
                changes,
                "after {seconds} s more"
            );
        }
    }
    assert!(installation.now_of(&sessions[0].id).await.timers.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_costs_the_same_among_many_sessions_as_among_few() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 10}})).await;
    for idle in [0, 300] {
        installation.many(idle, 0).await;
        let mut tries = 0;
        loop {
            installation.many(10, 600).await;
            installation.stack.settle().await;
            installation.stack.reset_requests();
            let done = installation.run("sweep-inactivity").await["done"].as_u64();
            let cost = installation.requests_of("sweep-inactivity");
            if cost == "BatchGetItem 10, Query 26, TransactWriteItems 10" && done == Some(10) {
                break;
            }
            // On a slow machine the minute may be over and the schedule itself was first; it will not be twice running.
            tries += 1;
            assert!(tries < 3, "among {idle}: {cost}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_cannot_be_swept_stops_no_other() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 10}})).await;
    installation.many(30, 600).await;
    let mut reads = 0;
    installation.stack.inject(move |function, operation| {
        if (function, operation) != ("sweep-inactivity", "BatchGetItem") {
            return Fault::None;
        }
        reads += 1;
        // Sixteen sessions at a time, three tries each: at least one of them fails for good.
        if reads <= 48 { Fault::Failed } else { Fault::None }
    });
    let tally = installation.run("sweep-inactivity").await;
    assert_eq!(tally["done"].as_u64().unwrap() + tally["failed"].as_u64().unwrap(), 30, "{tally}");
    assert_ne!(tally["failed"], 0, "{tally}");
    installation.run("sweep-inactivity").await;
    installation.stack.reset_requests();
    installation.run("sweep-inactivity").await;
    assert_eq!(installation.requests_of("sweep-inactivity"), "Query 16", "nothing is left");
}

/// Faults of every kind for `functions`, about half of their requests, in an order that only looks like chance.
fn storm(functions: &'static [&'static str]) -> impl FnMut(&str, &str) -> Fault + Send + 'static {
    let mut dice: u32 = 7;
    move |function, operation| {
        if !functions.contains(&function) {
            return Fault::None;
        }
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match dice >> 24 {
            0..=39 => Fault::Failed,
            40..=79 => Fault::LostAnswer,
            80..=99 => Fault::Throttled,
            100..=119 if matches!(operation, "PutItem" | "TransactWriteItems") => Fault::Conflict,
            _ => Fault::None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_in_a_storm_every_message_is_sent_or_its_failure_is_told() {
    let installation = Installation::with(json!({})).await;
    installation.stack.inject(storm(&["deliver", "retry-deliveries"]));
    installation.stack.outbox().fail_next(30);
    let sessions = installation.many(20, 0).await;
    installation.stack.settle().await;
    // Longer than the longest pause each time; a claim whose answer is lost uses an attempt up.
    for _ in 0..MAX_ATTEMPTS {
        installation.stack.advance(36_000).await;
    }
    installation.stack.inject(|_, _| Fault::None);
    for _ in 0..2 {
        installation.stack.advance(36_000).await;
    }
    let mails = installation.stack.outbox().items();
    for session in &sessions {
        let entry = installation.entry(&session.id).await;
        let failed = installation.count_events(&session.id, "delivery.failed").await;
        let sent = mails.iter().filter(|mail| mail.links()[0].contains(session.id.as_str())).count();
        match entry.status {
            Status::Sent => assert!(sent >= 1 && failed == 0, "{entry:?}: {sent} sent, {failed} told"),
            Status::Failed => assert_eq!(failed, 1, "{entry:?}"),
            Status::Pending | Status::Suppressed => panic!("{entry:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_in_a_storm_each_session_ends_once() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 10}})).await;
    let sessions = installation.many(20, 600).await;
    installation.stack.inject(storm(&["sweep-inactivity"]));
    for _ in 0..3 {
        // A run that cannot even read the index fails as a whole, and the next one does its work.
        join_all((0..4).map(|_| installation.stack.run_schedule("sweep-inactivity"))).await;
    }
    installation.stack.inject(|_, _| Fault::None);
    installation.run("sweep-inactivity").await;
    for session in &sessions {
        assert_eq!(installation.count_events(&session.id, "session.ended").await, 1);
        let ended = installation.now_of(&session.id).await;
        assert_eq!((ended.state, ended.version, ended.seq), (State::Ended, session.version + 1, session.seq + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_open_rooms_hear_of_the_end_and_the_customers_connection_closes() {
    let installation = Installation::with(json!({"end": {"inactivity_minutes": 4}})).await;
    let room = Room::joined(&installation).await;
    let (mut customer, mut agent) = (room.customer().await, room.agent().await);
    customer.hello(0).await;
    agent.hello(0).await;
    installation.stack.advance(241).await;
    let told = agent.expect("session").await;
    assert_eq!((&told["event"]["type"], &told["ended_by"]), (&json!("session.ended"), &json!("inactivity")));
    let told = customer.expect("session").await;
    assert_eq!((&told["state"], &told["tier"]), (&json!("ended"), &json!("none")));
    assert!(customer.ended().await, "nothing is left to do here");
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_open_rooms_hear_of_each_tier_and_the_last_closes_the_customers_connection() {
    let access = json!({"level": "full_timed", "minutes": 2, "then_limited_minutes": 2});
    let installation = Installation::with(json!({"end": {"customer_access": access}})).await;
    let room = Room::joined(&installation).await;
    let (mut customer, mut agent) = (room.customer().await, room.agent().await);
    customer.hello(0).await;
    agent.hello(0).await;
    installation.post(&format!("/v1/sessions/{}/end", room.session), json!({})).await;
    assert_eq!(customer.expect("session").await["tier"], "full");
    assert_eq!(agent.expect("session").await["event"]["type"], "session.ended");
    // An end closes what was open; who may still come comes back.
    assert!(customer.ended().await);
    let mut customer = room.customer().await;
    for tier in ["limited", "none"] {
        installation.stack.advance(121).await;
        assert_eq!(customer.expect("session").await["tier"], tier);
        assert_eq!(agent.expect("session").await["event"], {
            let event = installation.events(&room.session).await.pop().unwrap();
            json!({"at": event.at, "actor": "system", "name": null, "type": "access.changed", "tier": tier})
        });
    }
    assert!(customer.ended().await, "nothing is left to do here");
}

#[tokio::test(flavor = "multi_thread")]
async fn r23_the_agents_room_hears_that_a_message_was_given_up() {
    let installation = Installation::with(json!({})).await;
    let room = Room::joined(&installation).await;
    let mut agent = room.agent().await;
    agent.hello(0).await;
    installation.stack.settle().await;
    installation.stack.outbox().fail_next(u32::MAX);
    installation.post(&format!("/v1/sessions/{}/invite", room.session), json!({})).await;
    assert_eq!(agent.expect("session").await["event"]["type"], "session.invited");
    installation.stack.settle().await;
    // One attempt is left: half a day of trying is more than a live connection lasts.
    let entry = installation.entry(&room.session).await;
    let last = OutboxEntry { attempts: MAX_ATTEMPTS - 1, ..entry.clone() };
    installation.store.update_outbox(&last, entry.attempts).await.unwrap();
    installation.stack.advance(61).await;
    let told = agent.expect("session").await;
    assert_eq!((&told["event"]["type"], &told["event"]["channel"]), (&json!("delivery.failed"), &json!("email")));
    assert!(told["event"]["reason"].as_str().unwrap().contains("not available"), "{told}");
}
