//! Every operation dies once at every point between two of its requests to AWS (before and after each of them), and is
//! then repeated as its caller would repeat it: a program with its `Idempotency-Key`, a page with its form, the stream and
//! the schedules by themselves. Nothing may be lost, nothing half done, and nothing done twice but what
//! `docs/ARCHITECTURE.md` admits. And whatever the functions log of all that, at the level at which they are deployed,
//! holds no secret and no way to reach anybody.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "live/client.rs"]
#[expect(dead_code, reason = "the live tests need more of it")]
mod client;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use client::Line;
use parlor_domain::{EventKind, SessionId, State, outbox::Status, presence::Who};
use parlor_local::{Crash, Stack};
use parlor_store::Keys;
use parlor_tests::{Browser, House};
use reqwest::Method;
use serde_json::{Value, json};
use tracing_subscriber::{layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// What must not show in a log: digits and addresses that nothing else looks like.
const PIN: &str = "918273645546";
const EMAIL: &str = "canary@example.net";
const PHONE: &str = "+4930123456789";

/// What is done, crashed and repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Start,
    Deliver(&'static str),
    RetryDelivery,
    Read,
    List,
    Invite,
    GenerateLink,
    End,
    KeepOpen,
    Renew,
    ReleaseDevice,
    ResetPin,
    Post,
    ReadSettings,
    SaveSettings,
    SignIn,
    Console,
    AgentRoom,
    OpeningPage,
    Continue,
    NewLink,
    WrongPin,
    RightPin,
    SendCode,
    EnterCode,
    CustomerRoom,
    PostByForm,
    LiveConnect,
    LiveMessage,
    LivePing,
    LiveDisconnect,
    SweepInactivity,
    SweepAccess,
}

use Operation::*;

const ALL: [Operation; 34] = [
    Start,
    Deliver("email"),
    Deliver("phone"),
    RetryDelivery,
    Read,
    List,
    Invite,
    GenerateLink,
    End,
    KeepOpen,
    Renew,
    ReleaseDevice,
    ResetPin,
    Post,
    ReadSettings,
    SaveSettings,
    SignIn,
    Console,
    AgentRoom,
    OpeningPage,
    Continue,
    NewLink,
    WrongPin,
    RightPin,
    SendCode,
    EnterCode,
    CustomerRoom,
    PostByForm,
    LiveConnect,
    LiveMessage,
    LivePing,
    LiveDisconnect,
    SweepInactivity,
    SweepAccess,
];

/// How often the operation's event may be there after a crash and a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It writes nothing.
    Never,
    Once(&'static str),
    /// Nobody can tell the repetition from another one of the same: a second try with a PIN, a second link.
    OnceOrTwice(&'static str),
}

/// What an operation is tried on.
struct Case {
    session: SessionId,
    /// The customer's way in.
    link: String,
    browser: Browser,
    /// Makes a program's repetition one.
    key: String,
    /// The system's settings as they were read before.
    settings: Value,
    /// Their version, for `If-Match`.
    version: String,
    /// The agent's side of the open room, and the customer's.
    lines: Vec<Line>,
    /// Whether the invocation died.
    died: Arc<AtomicBool>,
}

impl Operation {
    fn function(self) -> &'static str {
        match self {
            Start => "session-start",
            Deliver(_) => "deliver",
            RetryDelivery => "retry-deliveries",
            Read | List => "session-read",
            Invite | GenerateLink => "session-invite",
            End | KeepOpen => "session-end",
            Renew => "session-renew",
            ReleaseDevice | ResetPin => "session-customer",
            Post => "session-content",
            ReadSettings | SaveSettings => "admin",
            SignIn => "agent-auth",
            Console | AgentRoom => "agent-console",
            OpeningPage | Continue | NewLink => "customer-entry",
            WrongPin | RightPin | SendCode | EnterCode => "customer-pin",
            CustomerRoom | PostByForm => "customer-room",
            LiveConnect => "live-connect",
            LiveMessage | LivePing => "live-message",
            LiveDisconnect => "live-disconnect",
            SweepInactivity => "sweep-inactivity",
            SweepAccess => "sweep-access",
        }
    }

    fn told(self) -> Told {
        match self {
            Start | Deliver(_) | RetryDelivery => Told::Once("session.created"),
            Invite => Told::Once("session.invited"),
            End | SweepInactivity => Told::Once("session.ended"),
            KeepOpen => Told::Once("session.kept_open"),
            Renew => Told::Once("session.renewed"),
            ReleaseDevice => Told::Once("device.released"),
            Continue | RightPin | EnterCode => Told::Once("customer.joined"),
            Post | PostByForm | LiveMessage => Told::Once("message"),
            SweepAccess => Told::Once("access.changed"),
            // The one that this test's own link is, and the operation's.
            GenerateLink => Told::Once("link.generated"),
            ResetPin => Told::Once("pin.reset"),
            NewLink => Told::OnceOrTwice("link.renewed"),
            WrongPin => Told::OnceOrTwice("pin.wrong"),
            SendCode => Told::OnceOrTwice("code.sent"),
            Read | List | ReadSettings | SaveSettings | SignIn | Console | AgentRoom | OpeningPage | CustomerRoom
            | LiveConnect | LivePing | LiveDisconnect => Told::Never,
        }
    }

    /// A session that is ready for it.
    async fn prepare(self, house: &House, number: usize) -> Case {
        let method = match self {
            WrongPin | RightPin | ResetPin => "pin",
            SendCode | EnterCode => "otp",
            _ => "none",
        };
        house.settings(json!({"authentication": {"method": method}})).await;
        let mut body = json!({"customer": {"name": "Mara Quist", "email": EMAIL}});
        if method == "pin" {
            body["pin"] = json!(PIN);
        }
        if self == Invite {
            body["mode"] = json!("plan");
        }
        let session: SessionId = house.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap();
        let mut case = Case {
            session: session.clone(),
            link: String::new(),
            browser: house.browser(),
            key: format!("crash-{number}"),
            settings: house.get("/v1/settings").await,
            version: format!("\"{}\"", house.store.read(Keys::new().system()).await.unwrap().system().unwrap().1.0),
            lines: vec![],
            died: Arc::default(),
        };
        match self {
            Start | Deliver(_) | RetryDelivery | Read | List | Invite | GenerateLink | ReadSettings | SaveSettings => {}
            SignIn => case.browser = house.browser(),
            Console | AgentRoom => case.browser = house.signed_in(&house.agent).await,
            LiveConnect | LiveMessage | LivePing | LiveDisconnect | Post | End | SweepInactivity | PostByForm => {
                case.browser = house.joined(&session).await;
                case.lines = vec![self.agent(house, &case).await.unwrap(), self.customer(house, &case).await.unwrap()];
                if self == SweepInactivity {
                    house.settings(json!({"end": {"inactivity_minutes": 10}})).await;
                    // What the sweep goes by is read with the session; the timer is armed by the next action.
                    house.post(&format!("/v1/sessions/{session}/keep-open"), json!({})).await;
                }
            }
            KeepOpen | ReleaseDevice | CustomerRoom => case.browser = house.joined(&session).await,
            Renew => drop(house.post(&format!("/v1/sessions/{session}/end"), json!({})).await),
            SweepAccess => {
                let access = json!({"level": "full_timed", "minutes": 10, "then_limited_minutes": 10});
                house.settings(json!({"end": {"customer_access": access}})).await;
                house.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
            }
            OpeningPage | Continue | NewLink | WrongPin | RightPin | ResetPin | SendCode | EnterCode => {
                case.link = house.link(&session).await;
                case.browser.get(&case.link).await;
                if matches!(self, SendCode | EnterCode) {
                    case.browser.post(&format!("{}/continue", case.link), &[]).await;
                    house.stack.advance(31).await;
                }
            }
        }
        case
    }

    async fn agent(self, house: &House, case: &Case) -> Result<Line, u16> {
        let browser = house.signed_in(&house.agent).await;
        ticket_line(house, &browser, &format!("/console/s/{}/live", case.session), &case.session).await
    }

    async fn customer(self, house: &House, case: &Case) -> Result<Line, u16> {
        ticket_line(house, &case.browser, &format!("/r/{}/live", case.session), &case.session).await
    }

    /// Does it; answers whether its caller would be content, and the session it was about.
    async fn run(self, house: &House, case: &mut Case) -> bool {
        let path = |what: &str| format!("/v1/sessions/{}{what}", case.session);
        let key = [("idempotency-key", case.key.as_str())];
        let page = |what: &str| format!("{}{what}", case.link);
        let call = async |method: Method, path: &str, body: Option<Value>| {
            let (status, answer) = house.call_with(method, path, body, &key).await;
            (status.is_success(), answer)
        };
        let post = async |what: &str, body: Value| call(Method::POST, &path(what), Some(body)).await.0;
        match self {
            Start | Deliver(_) | RetryDelivery => {
                let contact = if self == Deliver("phone") {
                    json!({"name": "Mara Quist", "phone": PHONE})
                } else {
                    json!({"name": "Mara Quist", "email": EMAIL})
                };
                let (done, answer) = call(Method::POST, "/v1/sessions", Some(json!({"customer": contact}))).await;
                if done {
                    case.session = answer["id"].as_str().unwrap().parse().unwrap();
                }
                house.stack.settle().await;
                if self == RetryDelivery {
                    house.stack.advance(90).await;
                    house.stack.advance(600).await;
                }
                done
            }
            Read => call(Method::GET, &path(""), None).await.0,
            List => call(Method::GET, "/v1/sessions", None).await.0,
            Invite => post("/invite", json!({})).await,
            GenerateLink => post("/links", json!({})).await,
            End => post("/end", json!({})).await,
            KeepOpen => post("/keep-open", json!({})).await,
            Renew => post("/renew", json!({})).await,
            ReleaseDevice => post("/device/release", json!({})).await,
            ResetPin => post("/pin/reset", json!({})).await,
            Post => post("/messages", json!({"text": "Good morning", "id": "crash-1"})).await,
            ReadSettings => call(Method::GET, "/v1/settings", None).await.0,
            SaveSettings => {
                let mut settings = case.settings.clone();
                settings["branding"]["name"] = json!(case.key);
                let headers = [("if-match", case.version.as_str())];
                let (status, _) = house.call_with(Method::PUT, "/v1/settings", Some(settings.clone()), &headers).await;
                // Under the old version nothing is written twice; who reads again sees their own change.
                status.is_success() || (status == 409 && house.get("/v1/settings").await == settings)
            }
            SignIn => {
                let fields = [("email", "nobody@parlor.example"), ("password", "not the password")];
                matches!(case.browser.post("/login", &fields).await.status, 401 | 429)
            }
            Console => case.browser.get("/console").await.status == 200,
            AgentRoom => case.browser.get(&format!("/console/s/{}", case.session)).await.status == 200,
            OpeningPage => case.browser.get(&case.link).await.status == 200,
            Continue => case.browser.post(&page("/continue"), &[]).await.status == 303,
            // The second one asked for too soon is told to wait; the first one is on its way.
            NewLink => matches!(case.browser.post(&page("/new-link"), &[]).await.status, 200 | 429),
            WrongPin => case.browser.post(&page("/pin"), &[("code", "0000")]).await.status == 403,
            RightPin => case.browser.post(&page("/pin"), &[("code", PIN)]).await.status == 303,
            SendCode => matches!(case.browser.post(&page("/otp/send"), &[]).await.status, 303 | 429),
            EnterCode => {
                // Entered already, if the first time took effect: then the link leads into the room.
                let found = house.store.read(Keys::new().session(&case.session)).await.unwrap();
                let code = match found.session(&case.session).unwrap().unwrap().session.code {
                    Some(_) => house.code(&case.session).await,
                    None => return case.browser.get(&case.link).await.status < 500,
                };
                case.browser.post(&page("/otp"), &[("code", &code)]).await.status == 303
            }
            CustomerRoom => case.browser.get(&format!("/r/{}", case.session)).await.status == 200,
            PostByForm => {
                let fields = [("text", "Good morning"), ("id", "crash-1")];
                case.browser.post(&format!("/r/{}/messages", case.session), &fields).await.status == 303
            }
            LiveConnect => self.customer(house, case).await.is_ok(),
            LiveMessage | LivePing => {
                let [other, own] = case.lines.as_mut_slice() else { panic!("the room is open") };
                let awaited = if self == LivePing {
                    own.say(json!({"type": "ping"})).await;
                    "pong"
                } else {
                    own.message("crash-1", "Good morning").await;
                    "message"
                };
                loop {
                    match own.next().await {
                        Some(frame) if frame["type"] == awaited => break,
                        // The platform's own words for an invocation that died.
                        Some(frame) if frame["message"] == "Internal server error" => return false,
                        Some(_) => {}
                        None => return false,
                    }
                }
                // The other side hears of it at the same time, so the invocation may still be at it.
                if self == LiveMessage {
                    tokio::select! {
                        _ = other.until(&["message"]) => {}
                        () = dead(&case.died) => {}
                    }
                }
                true
            }
            LiveDisconnect => {
                if case.lines.len() < 2 {
                    return true;
                }
                case.lines.pop().unwrap().close().await;
                let agent = &mut case.lines[0];
                // Whoever stays hears of it last, unless the function died.
                let told = async { while agent.expect("presence").await["customer"] == true {} };
                tokio::select! {
                    () = told => {}
                    () = dead(&case.died) => {}
                }
                true
            }
            SweepInactivity | SweepAccess => {
                // The next run repeats it, a minute later.
                let died_before = case.died.load(Ordering::Relaxed);
                house.stack.advance(if died_before { 60 } else { 600 }).await;
                true
            }
        }
    }
}

/// Completes when the invocation died.
async fn dead(died: &AtomicBool) {
    while !died.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
}

async fn customer_is_here(house: &House, session: &SessionId) -> bool {
    let found = house.store.read(Keys::new().session(session)).await.unwrap();
    let presence = found.session(session).unwrap().unwrap().presence;
    presence.alive(house.runtime.clock.now()).any(|(_, lease)| lease.who == Who::Customer)
}

async fn ticket_line(house: &House, browser: &Browser, path: &str, session: &SessionId) -> Result<Line, u16> {
    let ticket: Value = serde_json::from_str(&browser.get(path).await.text).unwrap();
    let ticket = ticket["url"].as_str().unwrap().split_once("ticket=").unwrap().1.to_owned();
    Ok(Line::open(house, &ticket, Some(house.stack.url())).await?.about(session))
}

/// Lets `operation` die at its `point`-th point: whether it has that many, and what it was tried on.
async fn dies(house: &House, operation: Operation, point: usize) -> (bool, Case) {
    let mut case = operation.prepare(house, point).await;
    house.stack.settle().await;
    if operation == RetryDelivery {
        house.stack.outbox().fail_next(1);
    }
    let before = match operation.told() {
        Told::Once(kind) | Told::OnceOrTwice(kind) => house.count_events(&case.session, kind).await,
        Told::Never => 0,
    };
    let (died, gap) = (Arc::clone(&case.died), Arc::new(AtomicBool::new(false)));
    arm(&house.stack, operation.function(), point, &died, &gap);
    let first = operation.run(house, &mut case).await;
    house.stack.settle().await;
    house.stack.crash(|_, _| Crash::None);
    let died = died.load(Ordering::Relaxed);
    if died {
        if !operation.run(house, &mut case).await {
            // A second time for what the room was not told of, as a page sends again what is not confirmed.
            assert!(operation.run(house, &mut case).await, "{operation:?} at {point}: repeating it does not help");
        }
        house.stack.settle().await;
    } else {
        assert!(first, "{operation:?}: does not work even without a crash");
    }
    check(house, operation, point, &case, before, gap.load(Ordering::Relaxed)).await;
    (died, case)
}

fn arm(stack: &Stack, function: &'static str, point: usize, died: &Arc<AtomicBool>, gap: &Arc<AtomicBool>) {
    let (died, gap, mut requests) = (Arc::clone(died), Arc::clone(gap), 0);
    stack.crash(move |of, operation| {
        if of != function || died.load(Ordering::Relaxed) {
            return Crash::None;
        }
        requests += 1;
        if requests <= point / 2 {
            return Crash::None;
        }
        died.store(true, Ordering::Relaxed);
        let crash = if point.is_multiple_of(2) { Crash::Before } else { Crash::After };
        let sends = matches!(operation, "SendEmail" | "Publish");
        // Between what was sent and the record of it: the gap that is documented.
        let recording = matches!(function, "deliver" | "retry-deliveries") && operation != "BatchGetItem";
        gap.store((sends && crash == Crash::After) || (recording && !sends), Ordering::Relaxed);
        crash
    });
}

/// What has to hold after every crash and its repetition.
async fn check(house: &House, operation: Operation, point: usize, case: &Case, before: usize, gap: bool) {
    let at = format!("{operation:?} at {point}");
    let found = house.store.read(Keys::new().session(&case.session)).await.unwrap();
    let session = found.session(&case.session).unwrap().unwrap().session;
    let events = house.events(&case.session).await;

    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=session.seq).collect::<Vec<_>>(), "{at}: events without gaps");
    let mut replayed = session.clone();
    (replayed.seq, replayed.state, replayed.ended, replayed.joined_at) = (0, State::Planned, None, None);
    for event in &events {
        replayed.apply(event);
    }
    let told = |session: &parlor_domain::Session| {
        (session.seq, session.state, session.joined_at, session.ended.clone(), session.last_agent_action_at)
    };
    assert_eq!(told(&replayed), told(&session), "{at}: the events tell the state");

    let times = |kind: &str| {
        let kinds = events.iter().map(|event| serde_json::to_value(event).unwrap());
        kinds.filter(|event| event["type"] == kind).count()
    };
    match operation.told() {
        Told::Never => {}
        Told::Once(kind) if matches!(operation, Start | Deliver(_) | RetryDelivery) => {
            assert_eq!(times(kind), 1, "{at}: {kind}");
        }
        Told::Once(kind) => assert_eq!(times(kind), before + 1, "{at}: {kind}"),
        Told::OnceOrTwice(kind) => {
            assert!((before + 1..=before + 2).contains(&times(kind)), "{at}: {kind}");
        }
    }

    let entries = house.store.outbox_of(&case.session).await.unwrap();
    assert!(entries.iter().all(|entry| entry.status == Status::Sent), "{at}: {entries:?}");
    let items = house.stack.outbox().items();
    let sent = items.iter().filter(|item| {
        let text = item.text.as_deref().unwrap_or_default();
        text.contains(case.session.as_str())
    });
    let with_link = events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Invited { channel: Some(_) } | EventKind::LinkRenewed { .. }));
    let with_link = with_link.count();
    let sent = sent.count();
    assert!(sent >= with_link, "{at}: an invitation is lost: {sent} of {with_link}");
    let twice = usize::from(gap);
    assert!(sent <= with_link + twice, "{at}: sent {sent} times, {with_link} expected, gap {gap}");
}

/// Where everything goes that is logged.
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_between_two_requests_nothing_is_lost_and_nothing_is_half_done() {
    let log: Arc<Mutex<Vec<u8>>> = Arc::default();
    let writer = Arc::clone(&log);
    let format = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry()
        .with(parlor_runtime::log_targets(tracing::Level::INFO))
        .with(format.with_writer(move || Log(Arc::clone(&writer))))
        .init();
    let mut canaries: Vec<(&str, String)> =
        [("a PIN", PIN), ("an address", EMAIL), ("a number", PHONE)].map(|(what, text)| (what, text.to_owned())).into();

    let mut points = 0;
    for operation in ALL {
        let house = House::start().await;
        canaries.push(("an API key", house.api_key.clone()));
        // Rooms stay open: one that closes between two tries would be taken for a part of the next.
        let mut cases = vec![];
        while let (true, case) = dies(&house, operation, cases.len()).await {
            canaries.extend(case.browser.cookies().into_values().map(|value| ("a cookie", value)));
            canaries.extend(case.link.strip_prefix("/s/").map(|token| ("a link", token.to_owned())));
            cases.push(case);
        }
        let mails = house.stack.outbox().items();
        let links = mails.iter().flat_map(|item| item.links()).filter_map(|link| link.split_once("/s/"));
        canaries.extend(links.map(|(_, token)| ("a link that was sent", token.to_owned())));
        let point = cases.len();
        // A lease that was not given back runs out.
        house.stack.advance(660).await;
        for case in cases.iter().filter(|_| operation == LiveDisconnect) {
            assert!(!customer_is_here(&house, &case.session).await, "somebody is here for ever");
        }
        println!("{operation:?}: {point} points");
        assert!(point >= 2, "{operation:?} sends no request that {} could die at", operation.function());
        points += point;
        house.stack.shutdown().await;
    }
    println!("{points} points, all of them");

    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    for (what, canary) in &canaries {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(canary.as_str())).collect();
        assert!(lines.is_empty(), "{what} in the log: {}", lines[0]);
    }
    assert!(log.lines().count() > points && canaries.len() > points, "a log to look at, and something to look for");
}
