//! Fifty rooms in bad weather: every second each loses a connection, for a minute, while both sides write, and while the
//! tables are busy with others. No message is lost, none is shown twice.
//!
//! The clients do what the pages' own does: number what they saw, ask for what is missing, send again what was not
//! confirmed. And they wait for answers, so that a slow machine makes a slow storm and not a broken one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parlor_domain::EventKind;
use parlor_live::Holder;
use parlor_local::Fault;
use parlor_tests::Installation;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

use crate::client::{Line, Room};

const ROOMS: usize = 50;
/// The clients' heartbeat, and after how many beats what was not answered is asked again.
const BEAT: Duration = Duration::from_millis(500);
const PATIENCE: u32 = 30;
const MINUTE: Duration = Duration::from_mins(1);
/// How long the last stragglers may take on a busy machine.
const CALM: Duration = Duration::from_secs(90);
const SEED: u64 = 20_261_121;

/// The same weather in every run.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// What everybody in the storm hears of it.
struct Weather {
    /// Whether to go on writing.
    writing: AtomicBool,
    /// How many messages nobody confirmed yet.
    unconfirmed: AtomicUsize,
    /// Set to the number of the room's last event when the storm is over.
    last: watch::Receiver<Option<u64>>,
}

/// One side of a room.
struct Member {
    name: String,
    holder: Holder,
    dice: Dice,
    /// Everything up to this number was seen.
    whole: u64,
    seen: BTreeSet<u64>,
    /// The beat at which a hello went out that was not answered yet.
    hello_at: Option<u32>,
    beat: u32,
    /// Messages as they are shown, by number.
    shown: BTreeMap<u64, String>,
    /// Sent and not confirmed: id and text.
    queue: Vec<(String, String)>,
    written: Vec<String>,
    reconnects: u32,
    wrong: Vec<String>,
}

impl Member {
    fn new(name: String, holder: Holder, seed: u64) -> Self {
        Self {
            name,
            holder,
            dice: Dice::new(seed),
            whole: 0,
            seen: BTreeSet::new(),
            hello_at: None,
            beat: 0,
            shown: BTreeMap::new(),
            queue: vec![],
            written: vec![],
            reconnects: 0,
            wrong: vec![],
        }
    }

    /// Stays in the room until it has everything; `lightning` cuts the connection.
    async fn live(mut self, room: &Room<'_>, weather: &Weather, lightning: &Notify) -> Self {
        while !self.finished(weather) {
            // A page would have its next ticket from the server; here the refusal is what matters.
            match room.connect(&self.holder).await {
                Ok(line) => self.talk(line, weather, lightning).await,
                // Busy, or cut off while it came up.
                Err(0 | 500..) => {}
                Err(status) => self.wrong.push(format!("refused with {status}")),
            }
            self.reconnects += 1;
            let pause = 20 + self.dice.roll(80);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self
    }

    fn finished(&self, weather: &Weather) -> bool {
        self.queue.is_empty() && weather.last.borrow().is_some_and(|last| self.whole >= last)
    }

    async fn talk(&mut self, mut line: Line, weather: &Weather, lightning: &Notify) {
        (self.beat, self.hello_at) = (0, None);
        self.hello(&mut line).await;
        self.send_again(&mut line).await;
        let mut tick = tokio::time::interval(BEAT);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut last = weather.last.clone();
        while !self.finished(weather) {
            tokio::select! {
                frame = line.next() => match frame {
                    Some(frame) => self.hear(frame, &mut line, weather).await,
                    None => return,
                },
                () = lightning.notified() => return line.kill(),
                _ = tick.tick() => {
                    self.beat += 1;
                    let quiet = self.queue.is_empty() && weather.writing.load(Ordering::Relaxed);
                    if quiet && self.dice.roll(6) == 0 {
                        self.write(&mut line, weather).await;
                    }
                    // A hint that was lost while this connection came up shows in a pong.
                    if self.beat % 20 == 4 {
                        line.say(json!({"type": "ping"})).await;
                    }
                    // What was not confirmed for long is sent again over the same connection.
                    if self.beat.is_multiple_of(PATIENCE) {
                        self.send_again(&mut line).await;
                    }
                },
                changed = last.changed() => if changed.is_ok() {
                    self.hello(&mut line).await;
                },
            }
        }
        line.close().await;
    }

    async fn send_again(&self, line: &mut Line) {
        for (id, text) in &self.queue {
            line.message(id, text).await;
        }
    }

    /// Asks for what is missing, unless that was asked just now.
    async fn hello(&mut self, line: &mut Line) {
        if self.hello_at.is_none_or(|at| self.beat - at > PATIENCE) {
            self.hello_at = Some(self.beat);
            line.say(json!({"type": "hello", "since": self.whole})).await;
        }
    }

    async fn write(&mut self, line: &mut Line, weather: &Weather) {
        weather.unconfirmed.fetch_add(1, Ordering::Relaxed);
        let text = format!("{} {}", self.name, self.written.len());
        let id = format!("{:016x}{:016x}", self.dice.roll(u64::MAX), self.dice.roll(u64::MAX));
        self.written.push(text.clone());
        self.queue.push((id.clone(), text.clone()));
        line.message(&id, &text).await;
    }

    async fn hear(&mut self, frame: Value, line: &mut Line, weather: &Weather) {
        let seq = frame["seq"].as_u64();
        match frame["type"].as_str().unwrap_or_default() {
            "message" => {
                let before = self.queue.len();
                self.queue.retain(|(id, _)| frame["id"] != id.as_str());
                weather.unconfirmed.fetch_sub(before - self.queue.len(), Ordering::Relaxed);
                self.see(seq.unwrap(), frame["text"].as_str());
            }
            "session" => {
                if frame["caught_up"] == true {
                    self.whole = self.whole.max(seq.unwrap());
                    self.hello_at = None;
                }
                self.see(seq.unwrap(), None);
            }
            "presence" | "typing" => {}
            "pong" => {
                if seq.unwrap() > self.whole {
                    self.hello(line).await;
                }
            }
            "error" if frame["code"] == "unavailable" => {}
            // The platform's own words when an invocation took too long.
            "" if frame["message"] == "Internal server error" => {}
            _ => self.wrong.push(format!("heard {frame}")),
        }
        // A number ahead of what is whole: something is missing, or on its way in another order.
        if self.seen.last().is_some_and(|newest| *newest > self.whole) {
            self.hello(line).await;
        }
    }

    fn see(&mut self, seq: u64, text: Option<&str>) {
        self.seen.insert(seq);
        if let Some(text) = text {
            match self.shown.get(&seq) {
                None if seq <= self.whole => {
                    self.wrong.push(format!("{seq} came after everything up to {}", self.whole));
                }
                Some(other) if other != text => self.wrong.push(format!("{seq} is {other} and {text}")),
                _ => drop(self.shown.insert(seq, text.to_owned())),
            }
        }
        while self.seen.contains(&(self.whole + 1)) {
            self.whole += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_storm_no_message_is_lost_and_none_is_shown_twice() {
    let installation: &'static Installation = Box::leak(Box::new(Installation::start().await));
    let mut rooms = vec![];
    for _ in 0..ROOMS {
        rooms.push(Arc::new(Room::joined(installation).await));
    }
    // What DynamoDB does under load and the emulator never: other transactions at the same item, and lost answers.
    let mut faults = Dice::new(SEED);
    installation.stack.inject(move |function, operation| match (function, operation) {
        ("live-message" | "live-connect", "TransactWriteItems") => match faults.roll(100) {
            0..3 => Fault::Conflict,
            3 => Fault::LostAnswer,
            _ => Fault::None,
        },
        _ => Fault::None,
    });

    let mut dice = Dice::new(SEED + 1);
    let mut everybody = tokio::task::JoinSet::new();
    let mut sides = vec![];
    let mut lasts = vec![];
    let mut weathers = vec![];
    for (number, room) in rooms.iter().enumerate() {
        let (last, listen) = watch::channel(None);
        let weather =
            Arc::new(Weather { writing: AtomicBool::new(true), unconfirmed: AtomicUsize::new(0), last: listen });
        lasts.push(last);
        weathers.push(Arc::clone(&weather));
        let mut pair = vec![];
        for (side, holder) in [("customer", room.customer_holder()), ("agent", room.agent_holder())] {
            let member = Member::new(format!("{side} {number}"), holder, dice.roll(u64::MAX));
            let lightning = Arc::new(Notify::new());
            pair.push(Arc::clone(&lightning));
            let (room, weather) = (Arc::clone(room), Arc::clone(&weather));
            everybody.spawn(async move { (number, member.live(&room, &weather, &lightning).await) });
        }
        sides.push(pair);
    }

    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for _ in 0..MINUTE.as_secs() {
        seconds.tick().await;
        for pair in &sides {
            let side = usize::from(dice.roll(2) == 0);
            pair[side].notify_waiters();
        }
    }
    for weather in &weathers {
        weather.writing.store(false, Ordering::Relaxed);
    }
    // First everything is confirmed to its writer; then each room knows its last number and waits for it.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let confirmed = tokio::time::timeout(CALM, async {
        while weathers.iter().any(|weather| weather.unconfirmed.load(Ordering::Relaxed) > 0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(confirmed.await.is_ok(), "messages were never confirmed");
    for (room, last) in rooms.iter().zip(&lasts) {
        last.send_replace(Some(installation.events(&room.session).await.iter().map(|event| event.seq).max().unwrap()));
    }

    let mut written: Vec<Vec<String>> = vec![vec![]; ROOMS];
    let mut members = vec![];
    let gathered = tokio::time::timeout(CALM, async {
        while let Some(finished) = everybody.join_next().await {
            let (number, member) = finished.unwrap();
            written[number].extend(member.written.clone());
            members.push((number, member));
        }
    });
    assert!(gathered.await.is_ok(), "after the storm {} of {} never had everything", everybody.len(), 2 * ROOMS);

    let mut posted: Vec<BTreeMap<u64, String>> = vec![];
    for room in &rooms {
        let events = installation.events(&room.session).await.into_iter();
        posted.push(
            events
                .filter_map(|event| match event.kind {
                    EventKind::Message { text, .. } => Some((event.seq, text)),
                    _ => None,
                })
                .collect(),
        );
    }
    let (mut messages, mut reconnects) = (0, 0);
    for (number, member) in &members {
        let name = &member.name;
        assert!(member.wrong.is_empty(), "{name}: {:?}", member.wrong);
        let mut expected = written[*number].clone();
        let mut stored: Vec<String> = posted[*number].values().cloned().collect();
        expected.sort();
        stored.sort();
        assert_eq!(stored, expected, "room {number}: every message is posted exactly once");
        assert_eq!(member.shown, posted[*number], "{name} was shown everything once");
        messages += member.written.len();
        reconnects += member.reconnects;
    }
    println!("{messages} messages, {reconnects} connections");
    assert!(messages > 4 * ROOMS && reconnects > 20 * u32::try_from(ROOMS).unwrap(), "there was a storm");
}
