//! What a team did in a day, counted as it happened and never by reading sessions (R20): how many sessions were started, joined,
//! completed and ended, and how long customers took.
//!
//! Times are kept as a histogram, because that can be added to; a median that is read from it is at most a tenth off.

use std::collections::BTreeMap;

use crate::event::{EndedBy, EventKind};

/// Something that counts in the figures of the day on which it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// A session was started or planned.
    Started,
    /// A customer joined, so many seconds after the invitation where that is known.
    Joined(Option<u64>),
    /// Everything that a customer had to do is done, so many seconds after they joined where that is known.
    Completed(Option<u64>),
    /// A session ended.
    Ended(EndedBy),
}

impl Counted {
    /// What an event counts as; `None` for one that does not count.
    #[must_use]
    pub fn of(event: &EventKind) -> Option<Self> {
        match event {
            EventKind::Created { .. } => Some(Self::Started),
            EventKind::Joined { after_seconds } => Some(Self::Joined(*after_seconds)),
            EventKind::InteractionCompleted { all_done_after_seconds: Some(seconds), .. } => {
                Some(Self::Completed(Some(*seconds)))
            }
            EventKind::Ended { by, .. } => Some(Self::Ended(*by)),
            _ => None,
        }
    }
}

/// How often something took how long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waits(BTreeMap<u8, u64>);

/// The last class: everything from 34 years on.
const LONGEST: u8 = 120;

impl Waits {
    /// The class of a time in seconds: four to each doubling, so that its ends are a fifth apart.
    #[must_use]
    pub fn class(seconds: u64) -> u8 {
        (0..LONGEST).find(|class| seconds < Self::end(*class)).unwrap_or(LONGEST)
    }

    /// The first number of seconds that is beyond the class.
    fn end(class: u8) -> u64 {
        let (doublings, quarter) = (u32::from(class / 4), usize::from(class % 4));
        // Two to the powers of a quarter, a half, three quarters and one, in thousandths.
        (2_u64.pow(doublings) * [1189, 1414, 1682, 2000][quarter]).div_ceil(1000)
    }

    /// Adds `times` of a class, as [`Waits::class`] names it.
    pub fn add(&mut self, class: u8, times: u64) {
        *self.0.entry(class.min(LONGEST)).or_default() += times;
    }

    /// Adds all of `other`.
    pub fn join(&mut self, other: &Self) {
        for (class, times) in &other.0 {
            self.add(*class, *times);
        }
    }

    /// The time in seconds that half of them took at most: the middle of its class. `None` when there are none.
    #[must_use]
    pub fn median(&self) -> Option<u64> {
        let all: u64 = self.0.values().sum();
        let mut seen = 0;
        let (class, _) = self.0.iter().find(|(_, times)| {
            seen += **times;
            seen * 2 >= all
        })?;
        let begins = class.checked_sub(1).map_or(0, Self::end);
        Some(begins.midpoint(Self::end(*class).saturating_sub(1)))
    }
}

/// A day of a team.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayFigures {
    /// Sessions that were started or planned.
    pub started: u64,
    /// Customers who joined.
    pub joined: u64,
    /// Sessions whose customer did all there was to do.
    pub completed: u64,
    /// Sessions that an agent ended.
    pub ended_by_agent: u64,
    /// Sessions that ended because their agent was inactive (R3).
    pub ended_by_inactivity: u64,
    /// Sessions that an integrator's program ended.
    pub ended_by_api: u64,
    /// From the invitation until the customer joined.
    pub to_join: Waits,
    /// From joining until everything was done.
    pub to_complete: Waits,
}

impl DayFigures {
    /// Counts one thing.
    pub fn count(&mut self, counted: Counted) {
        match counted {
            Counted::Started => self.started += 1,
            Counted::Joined(after) => {
                self.joined += 1;
                if let Some(seconds) = after {
                    self.to_join.add(Waits::class(seconds), 1);
                }
            }
            Counted::Completed(after) => {
                self.completed += 1;
                if let Some(seconds) = after {
                    self.to_complete.add(Waits::class(seconds), 1);
                }
            }
            Counted::Ended(EndedBy::Agent) => self.ended_by_agent += 1,
            Counted::Ended(EndedBy::Inactivity) => self.ended_by_inactivity += 1,
            Counted::Ended(EndedBy::Api) => self.ended_by_api += 1,
        }
    }

    /// Adds another day, or another part of the same one.
    pub fn join(&mut self, other: &Self) {
        self.started += other.started;
        self.joined += other.joined;
        self.completed += other.completed;
        self.ended_by_agent += other.ended_by_agent;
        self.ended_by_inactivity += other.ended_by_inactivity;
        self.ended_by_api += other.ended_by_api;
        self.to_join.join(&other.to_join);
        self.to_complete.join(&other.to_complete);
    }

    /// Sessions that ended, whoever ended them.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.ended_by_agent + self.ended_by_inactivity + self.ended_by_api
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn r20_a_median_is_at_most_a_tenth_off(mut times in prop::collection::vec(0_u64..10_000_000, 1..200)) {
            let mut waits = Waits::default();
            for seconds in &times {
                waits.add(Waits::class(*seconds), 1);
            }
            times.sort_unstable();
            let exact = times[(times.len() - 1) / 2];
            let told = waits.median().unwrap_or_default();
            prop_assert!(told.abs_diff(exact) * 10 <= exact + 10, "{told} for {exact}");
        }

        #[test]
        fn r20_days_add_up_in_any_order(times in prop::collection::vec(0_u64..10_000_000, 0..50), at in 0_usize..50) {
            let counted: Vec<Counted> = times.iter().map(|seconds| Counted::Joined(Some(*seconds))).collect();
            let (one, other) = counted.split_at(at.min(counted.len()));
            let of = |counted: &[Counted]| {
                let mut day = DayFigures::default();
                for one in counted {
                    day.count(*one);
                }
                day
            };
            let mut joined = of(other);
            joined.join(&of(one));
            prop_assert_eq!(joined, of(&counted));
        }
    }

    #[test]
    fn r20_nothing_has_no_median() {
        assert_eq!(Waits::default().median(), None);
        assert_eq!(Waits::class(u64::MAX), LONGEST);
    }
}
