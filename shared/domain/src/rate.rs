//! How many requests a caller may make in a minute, and how the processes that count agree on it.
//!
//! Windows are whole minutes. Each process counts for itself and tells the table, beside the request, only of callers that ask
//! much: the first time past a tenth of the limit, then once in a twentieth of it. The table answers with everybody's total.
//! A caller is refused when that total and what was counted since make up the limit.
//!
//! One process alone never lets more than the limit through. What several let through beyond it is bounded: each has not told
//! of a tenth of the limit and one request at most, and of those that came while its last word was on the way. Nobody is refused
//! below the limit.

use std::{collections::HashMap, net::IpAddr, num::NonZeroU32};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{AgentId, KeyId};

/// Seconds in a window.
const SECONDS: i64 = 60;

/// The most callers that one process counts in a minute. Further ones are let through.
const CALLERS: usize = 10_000;

/// A minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window(i64);

impl Window {
    /// The minute that a moment is in.
    #[must_use]
    pub fn of(now: Timestamp) -> Self {
        Self(now.as_second().div_euclid(SECONDS))
    }

    /// Its number, counted from the Unix epoch on.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }

    /// When it is over, in seconds of the Unix epoch.
    #[must_use]
    pub fn end(self) -> i64 {
        (self.0 + 1) * SECONDS
    }

    /// Seconds until it is over: 1 to 60 within it.
    fn seconds_left(self, now: Timestamp) -> i64 {
        (self.end() - now.as_second()).max(1)
    }
}

/// How many requests a minute; `None` is no limit.
pub type Limit = Option<NonZeroU32>;

/// The limits of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Of each API key.
    pub key: Limit,
    /// Of each member of staff, all their browsers together.
    pub person: Limit,
    /// Of each network address, whoever asks from there.
    pub address: Limit,
}

impl Limits {
    /// The limit of a caller.
    #[must_use]
    pub fn of(&self, caller: &RateCaller) -> Limit {
        match caller {
            RateCaller::Key(_) => self.key,
            RateCaller::Person(_) => self.person,
            RateCaller::Address(_) => self.address,
        }
    }
}

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RateCaller {
    /// An API key that was checked.
    Key(KeyId),
    /// A member of staff who is signed in.
    Person(AgentId),
    /// A network address, hashed.
    Address(String),
}

impl RateCaller {
    /// A network address; nothing for what is none. Of IPv6 the first 64 bits count: whoever has one address there has all
    /// that begin with them.
    #[must_use]
    pub fn at(address: &str) -> Option<Self> {
        let address: IpAddr = address.parse().ok()?;
        let hash = match address.to_canonical() {
            IpAddr::V4(address) => Sha256::digest(address.octets()),
            IpAddr::V6(address) => Sha256::digest(&address.octets()[..8]),
        };
        Some(Self::Address(HEXLOWER.encode(&hash[..16])))
    }

    /// The name of the limit, as the headers `RateLimit` and `RateLimit-Policy` have it.
    #[must_use]
    pub fn policy(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Person(_) => "person",
            Self::Address(_) => "address",
        }
    }

    /// Who it is, apart from callers of other kinds.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Key(id) => id.as_str(),
            Self::Person(id) => id.as_str(),
            Self::Address(hash) => hash,
        }
    }
}

/// How a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The limit's name.
    pub policy: &'static str,
    /// Requests a minute.
    pub limit: u32,
    /// How many more are let through in this minute, as far as the process knows.
    pub remaining: u32,
    /// Seconds until the minute is over.
    pub seconds_left: i64,
    /// Whether this request is let through.
    pub allowed: bool,
}

impl Standing {
    /// The header `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, as it is since its eighth version).
    #[must_use]
    pub fn policy_header(&self) -> String {
        format!("\"{}\";q={};w={SECONDS}", self.policy, self.limit)
    }

    /// The header `RateLimit` of the same draft.
    #[must_use]
    pub fn header(&self) -> String {
        format!("\"{}\";r={};t={}", self.policy, self.remaining, self.seconds_left)
    }
}

/// What a process tells the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tell {
    /// Whose requests.
    pub caller: RateCaller,
    /// In which minute.
    pub window: Window,
    /// How many more than it told before.
    pub count: u64,
}

/// What a process knows of one caller in one minute.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    /// Let through here.
    own: u64,
    /// Of these, those that the table was not told of.
    untold: u64,
    /// Those that it is being told of.
    under_way: u64,
    /// Everybody's total, as the table answered last.
    total: u64,
    /// What `own` has to be before the table is told; 0 before the first time.
    tell_at: u64,
}

impl Counted {
    /// As many as are known to have been let through. `own` counts by itself: of what the table did not answer, nobody knows
    /// whether it is in the total.
    fn used(&self) -> u64 {
        self.own.max(self.total + self.under_way + self.untold)
    }

    fn is_let_through(&mut self, limit: u64) -> bool {
        if self.used() >= limit {
            return false;
        }
        self.own += 1;
        self.untold += 1;
        true
    }

    /// What to tell the table now. One word at a time: of two, the answers could come in the wrong order.
    fn take_untold(&mut self, limit: u64) -> Option<u64> {
        let at = if self.tell_at == 0 { limit / 10 + 1 } else { self.tell_at };
        if self.under_way > 0 || self.untold == 0 || self.own < at {
            return None;
        }
        self.under_way = std::mem::take(&mut self.untold);
        self.tell_at = self.own + (limit / 20).max(1);
        Some(self.under_way)
    }
}

/// What one process counted in the present minute.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    window: Option<Window>,
    callers: HashMap<RateCaller, Counted>,
}

impl Counts {
    /// Counts a request, unless it is refused: that one does not count. Beside the answer goes what to tell the table, whose
    /// answer is for [`Counts::told`].
    pub fn count(&mut self, caller: &RateCaller, limit: NonZeroU32, now: Timestamp) -> (Standing, Option<Tell>) {
        let window = Window::of(now);
        if self.window != Some(window) {
            self.window = Some(window);
            self.callers.clear();
        }
        let most = u64::from(limit.get());
        let has_room = self.callers.len() < CALLERS || self.callers.contains_key(caller);
        let mut uncounted = Counted::default();
        let counted = if has_room { self.callers.entry(caller.clone()).or_default() } else { &mut uncounted };
        let allowed = counted.is_let_through(most);
        let count = counted.take_untold(most).filter(|_| has_room);
        let standing = Standing {
            policy: caller.policy(),
            limit: limit.get(),
            remaining: u32::try_from(most.saturating_sub(counted.used())).unwrap_or(u32::MAX),
            seconds_left: window.seconds_left(now),
            allowed,
        };
        (standing, count.map(|count| Tell { caller: caller.clone(), window, count }))
    }

    /// What the table answered: everybody's total of that minute; `None` if it did not. Then nobody waits for it and nothing is
    /// told twice: what it was told of counts here, and maybe there.
    pub fn told(&mut self, tell: &Tell, total: Option<u64>) {
        if self.window != Some(tell.window) {
            return;
        }
        if let Some(counted) = self.callers.get_mut(&tell.caller) {
            counted.under_way = 0;
            counted.total = total.unwrap_or(counted.total);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T14:05:20Z".parse().unwrap()
    }

    fn limit(most: u32) -> NonZeroU32 {
        NonZeroU32::new(most).unwrap()
    }

    fn home() -> RateCaller {
        RateCaller::at("192.0.2.7").unwrap()
    }

    /// How a word to the table goes.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Word {
        Answered,
        /// It was counted, and the answer was lost.
        Heard,
        Lost,
    }

    fn any_word() -> impl Strategy<Value = Word> {
        prop_oneof![Just(Word::Answered), Just(Word::Heard), Just(Word::Lost)]
    }

    /// A table that hears what was said so many requests later.
    #[derive(Default)]
    struct Table {
        total: u64,
        waiting: Vec<(usize, usize, Tell, Word)>,
    }

    impl Table {
        fn pass(&mut self, processes: &mut [Counts], at: usize) {
            let due = self.waiting.iter().filter(|(_, when, ..)| *when <= at).cloned().collect::<Vec<_>>();
            self.waiting.retain(|(_, when, ..)| *when > at);
            for (process, _, tell, word) in due {
                if word != Word::Lost {
                    self.total += tell.count;
                }
                processes[process].told(&tell, (word == Word::Answered).then_some(self.total));
            }
        }
    }

    /// Lets requests come to processes; how many were let through, and whether one was refused below the limit.
    fn play(most: u32, processes: usize, requests: &[(usize, usize, Word)]) -> (u64, bool) {
        let mut counts = vec![Counts::default(); processes];
        let mut table = Table::default();
        let (mut through, mut early) = (0, false);
        for (at, (process, late, word)) in requests.iter().enumerate() {
            table.pass(&mut counts, at);
            let (standing, tell) = counts[process % processes].count(&home(), limit(most), now());
            early |= !standing.allowed && through < u64::from(most);
            through += u64::from(standing.allowed);
            table.waiting.extend(tell.map(|tell| (process % processes, at + late, tell, *word)));
        }
        (through, early)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nobody_is_refused_below_the_limit(
            most in 1_u32..120,
            processes in 1_usize..8,
            requests in prop::collection::vec((0_usize..8, 0_usize..20, any_word()), 0..400),
        ) {
            prop_assert!(!play(most, processes, &requests).1);
        }

        #[test]
        fn one_process_never_exceeds(
            most in 1_u32..120,
            requests in prop::collection::vec((Just(0_usize), 0_usize..50, any_word()), 0..400),
        ) {
            let asked = requests.len() as u64;
            prop_assert_eq!(play(most, 1, &requests).0, asked.min(u64::from(most)));
        }

        #[test]
        fn several_exceed_by_a_tenth_each_at_most(
            most in 1_u32..120,
            processes in 1_usize..8,
            requests in prop::collection::vec((0_usize..8, Just(0_usize), Just(Word::Answered)), 0..800),
        ) {
            let bound = u64::from(most) + processes as u64 * (u64::from(most) / 10 + 1);
            let through = play(most, processes, &requests).0;
            prop_assert!(through <= bound, "{through} of {most} by {processes}");
        }

        #[test]
        fn a_late_answer_adds_what_came_meanwhile(
            most in 1_u32..120,
            processes in 1_usize..8,
            requests in prop::collection::vec((0_usize..8, 0_usize..20, Just(Word::Answered)), 0..800),
        ) {
            let bound = u64::from(most) + processes as u64 * (u64::from(most) / 10 + 1 + 20);
            let through = play(most, processes, &requests).0;
            prop_assert!(through <= bound, "{through} of {most} by {processes}");
        }
    }

    #[test]
    fn the_table_hears_seldom_and_never_of_who_asks_little() {
        let mut counts = Counts::default();
        let mut told = vec![];
        for request in 1..=6000 {
            let (_, tell) = counts.count(&home(), limit(6000), now());
            if let Some(tell) = tell {
                told.push((request, tell.count));
                counts.told(&tell, Some(request));
            }
        }
        assert_eq!((told[0], told[1], told.len()), ((601, 601), (901, 300), 18));
    }

    #[test]
    fn the_next_minute_is_free() {
        let mut counts = Counts::default();
        let at = |seconds| now() + SignedDuration::from_secs(seconds);
        assert!(counts.count(&home(), limit(1), at(0)).0.allowed);
        let refused = counts.count(&home(), limit(1), at(39)).0;
        assert!(!refused.allowed);
        assert_eq!(
            (refused.header(), refused.policy_header()),
            (r#""address";r=0;t=1"#.into(), r#""address";q=1;w=60"#.into())
        );
        assert!(counts.count(&home(), limit(1), at(40)).0.allowed);
    }

    #[test]
    fn an_answer_about_another_minute_means_nothing() {
        let mut counts = Counts::default();
        let tell = counts.count(&home(), limit(5), now()).1.unwrap();
        let later = now() + SignedDuration::from_mins(1);
        assert!(counts.count(&home(), limit(5), later).0.allowed);
        counts.told(&tell, Some(500));
        assert!(counts.count(&home(), limit(5), later).0.allowed);
    }

    #[test]
    fn who_has_an_address_of_ipv6_has_its_neighbours() {
        let at = |address| RateCaller::at(address);
        assert_eq!(at("2001:db8:1:2::1"), at("2001:db8:1:2:ffff::7"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.7"), Some(home()));
        assert_eq!(at("nowhere"), None);
        let Some(RateCaller::Address(hash)) = at("192.0.2.7") else { unreachable!() };
        assert!(!hash.contains("192") && hash.len() == 32, "{hash}");
    }

    #[test]
    fn what_a_process_cannot_hold_is_let_through() {
        let mut counts = Counts::default();
        for host in 0..CALLERS {
            let host = RateCaller::Address(host.to_string());
            assert!(counts.count(&host, limit(1), now()).0.allowed);
        }
        for _ in 0..3 {
            let (standing, tell) = counts.count(&home(), limit(1), now());
            assert!(standing.allowed && tell.is_none());
        }
    }
}
