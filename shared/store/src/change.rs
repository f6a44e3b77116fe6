//! The one way in which a session is changed: read, decide, commit under the version that was read, and all of it again
//! for as long as somebody else is first.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use parlor_domain::{Decision, Random};

use crate::{CommitError, Extras, Race, ReadBatch, ReadResult, Store, StoreError};

/// The second race that staff or a program loses is a reason to let customers stand back.
const PATIENT_FOR: u32 = 1;

/// What becomes of one look at what was read.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one lives for the length of one look")]
pub enum Step<T> {
    /// Nothing is to be written.
    Done(T),
    /// To be committed, with what belongs into the same write. A decision that changes nothing is not written.
    Commit(Decision, Extras, T),
    /// What was read does not say enough: look at what the next try reads.
    Again,
}

/// What a look found out that has to be read, too: the next try reads it.
#[derive(Debug, Default)]
pub struct Learned(Mutex<ReadBatch>);

impl Learned {
    /// What a try reads: `batch`, and what was learned so far.
    #[must_use]
    pub fn keys(&self, batch: ReadBatch) -> ReadBatch {
        batch.and(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether `wanted` was read. Otherwise it is from now on, and the look says [`Step::Again`].
    #[must_use]
    pub fn has(&self, wanted: ReadBatch) -> bool {
        let mut learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has = learned.covers(&wanted);
        if !has {
            *learned = wanted;
        }
        has
    }
}

/// What came of a change that did not fail.
#[derive(Debug)]
pub struct Changed<T> {
    /// What the caller made of what was read.
    pub basis: T,
    /// What was committed; nothing when there was nothing to write. The caller tells the open rooms about it.
    pub decision: Option<Decision>,
}

/// Every try lost its race: nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("others were first each time")]
pub struct Busy;

impl Store {
    /// Reads what `read` asks for in each try (counted from 0), lets `step` decide upon it, and commits.
    ///
    /// `now` is when it was asked for.
    ///
    /// Cost of a try: what [`Store::read`] costs, and one `TransactWriteItems` if something is to be written. Another try
    /// follows after each lost race, at most as many as `race` allows. What staff and programs do wins against what customers
    /// do: once it lost two races it lets customers stand back for two seconds, with one `UpdateItem` for each further loss.
    pub async fn change<T, E, R>(
        &self,
        mut race: Race<'_, R>,
        now: Timestamp,
        mut read: impl FnMut(u32) -> ReadBatch,
        mut step: impl FnMut(ReadResult) -> Result<Step<T>, E>,
    ) -> Result<Changed<T>, E>
    where
        E: From<StoreError> + From<Busy>,
        R: Random + Sync + ?Sized,
    {
        // A second look at what was read is no race that was lost.
        let mut lost = 0;
        while let Some(attempt) = race.next_try().await {
            let found = self.read(read(attempt)).await?;
            let customers = found.customers();
            let (decision, extras, basis) = match step(found)? {
                Step::Done(basis) => return Ok(Changed { basis, decision: None }),
                Step::Commit(decision, _, basis) if decision.is_unchanged() => {
                    return Ok(Changed { basis, decision: None });
                }
                Step::Commit(decision, extras, basis) => (decision, extras, basis),
                Step::Again => continue,
            };
            let of_customer = decision.is_save() || decision.events.first().is_some_and(|event| event.actor.is_guest());
            // Whoever asked has waited since: customers stand back no longer than they have to.
            let now = race.later(now);
            let held = customers.as_ref().filter(|_| of_customer).and_then(|customers| customers.stand_back(now));
            if let Some(left) = held
                && race.rests(left).await
            {
                continue;
            }
            match self.commit_parting(&decision, &extras, customers.as_ref()).await {
                Ok(()) => return Ok(Changed { basis, decision: Some(decision) }),
                Err(CommitError::LostRace) if of_customer => race.yields(),
                Err(CommitError::LostRace) => {
                    if lost >= PATIENT_FOR {
                        self.hold_customers(&decision.session.id, now).await;
                    }
                    lost += 1;
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Busy.into())
    }
}
