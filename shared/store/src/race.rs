//! Trying again after a lost race.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use parlor_domain::Random;

/// How often an operation may lose the race for a session's version before it gives up and answers 503: each loss
/// means that somebody else's write got through, so this many in a row is a storm, not bad luck.
pub const MAX_CONFLICTS: u32 = 10;

/// The longest pause after the first lost race; it doubles with every further one, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(10);

const LONGEST_PAUSE: Duration = Duration::from_millis(320);

/// How many times longer a customer's operation waits than an agent's: what an agent does about a customer wins, however
/// much the customer does meanwhile.
const CUSTOMER_PATIENCE: u32 = 4;

/// How often a customer's operation stands back.
const RESTS: u32 = 2;

/// The tries of one operation: a first one at once, and another after each lost race, until [`MAX_CONFLICTS`] are made.
///
/// Between them lies a pause of random length ("full jitter"). Without it, everyone who lost to the same writer would
/// read again at the same moment and race again, so that a hundred writers would cost some ten thousand requests.
#[derive(Debug)]
pub struct Race<'a, R: ?Sized> {
    random: &'a R,
    made: u32,
    most: u32,
    patience: u32,
    waited: Duration,
    rests: u32,
}

impl<'a, R: Random + Sync + ?Sized> Race<'a, R> {
    /// A race with no try made yet, of [`MAX_CONFLICTS`] tries.
    #[must_use]
    pub fn new(random: &'a R) -> Self {
        Self { random, made: 0, most: MAX_CONFLICTS, patience: 1, waited: Duration::ZERO, rests: 0 }
    }

    /// From here on it is a customer who tries: each pause is longer, and never short, so that whoever else is at the
    /// session gets through.
    pub(crate) fn yields(&mut self) {
        self.patience = CUSTOMER_PATIENCE;
    }

    /// Waits as long as customers are to stand back, which is no race that was lost; not when it has done so [`RESTS`] times: from then on
    /// it races.
    pub(crate) async fn rests(&mut self, left: Duration) -> bool {
        if self.rests == RESTS {
            return false;
        }
        self.yields();
        tokio::time::sleep(left).await;
        (self.waited, self.rests, self.made) = (self.waited + left, self.rests + 1, self.made.saturating_sub(1));
        true
    }

    /// `now`, by as much later as it has waited between its tries so far.
    pub(crate) fn later(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(SignedDuration::try_from(self.waited).unwrap_or_default()).unwrap_or(now)
    }

    /// Whether more than one try was made, so that somebody else wins again and again.
    pub(crate) fn is_contested(&self) -> bool {
        self.made > 1
    }

    /// Whether there is another try, after waiting for it: `while race.goes_on().await { … }`.
    pub async fn goes_on(&mut self) -> bool {
        self.next_try().await.is_some()
    }

    /// The next try's number, from 0 on, after waiting for it; none when all were made.
    pub async fn next_try(&mut self) -> Option<u32> {
        if self.made == self.most {
            return None;
        }
        if let Some(lost) = self.made.checked_sub(1) {
            let least = FIRST_PAUSE * (self.patience - 1);
            let pause = least + pause(lost, self.random) * self.patience;
            tokio::time::sleep(pause).await;
            self.waited += pause;
        }
        self.made += 1;
        Some(self.made - 1)
    }
}

/// Of a single try, which never waits and so never asks for randomness.
#[derive(Debug)]
pub struct NoPause;

impl Random for NoPause {
    fn fill(&self, _: &mut [u8]) {}
}

impl Race<'static, NoPause> {
    /// A single try, for whoever leaves the field to the winner; `looks` more for what a look finds out that it has to read.
    #[must_use]
    pub fn once(looks: u32) -> Self {
        Self { random: &NoPause, made: 0, most: 1 + looks, patience: 1, waited: Duration::ZERO, rests: 0 }
    }
}

/// Between nothing and the longest pause that fits `lost` earlier losses.
fn pause(lost: u32, random: &(impl Random + ?Sized)) -> Duration {
    let mut bytes = [0; 2];
    random.fill(&mut bytes);
    FIRST_PAUSE.saturating_mul(1 << lost.min(16)).min(LONGEST_PAUSE) * u32::from(u16::from_le_bytes(bytes)) / 65_536
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same(u8);

    impl Random for Same {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn pauses_grow_to_a_bound_and_lie_anywhere_below() {
        assert_eq!(pause(0, &Same(0)), Duration::ZERO);
        let longest: Vec<u128> = (0..20).map(|lost| pause(lost, &Same(255)).as_millis()).collect();
        assert_eq!(longest[..7], [9, 19, 39, 79, 159, 319, 319]);
        assert!(longest.iter().all(|millis| *millis <= LONGEST_PAUSE.as_millis()));
    }

    #[tokio::test]
    async fn ten_tries_and_no_more() {
        let (random, mut made) = (Same(0), 0);
        let mut race = Race::new(&random);
        while race.goes_on().await {
            made += 1;
        }
        assert_eq!(made, MAX_CONFLICTS);
        let mut once = Race::once(0);
        assert_eq!((once.next_try().await, once.next_try().await), (Some(0), None));
    }
}
