//! Working off what is due (R2, R3, R9, R23, R25), for the functions that run on a schedule.
//!
//! The due index says where to look and nothing more: it lags behind, and several runs may read the same of it. So each
//! item is read again and decided again under its version; whoever loses that race leaves the item to the winner. A run
//! ends when nothing new is due or when its time is over, whichever comes first, and whatever it leaves is still in the
//! index for the next one.

use std::{collections::HashSet, fmt::Display, pin::pin, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use parlor_domain::{
    Actor, Command, Decision, DueKind, Origin, Presence, Random, SessionId, Settings, session::Context,
};
use parlor_live::Live;
use parlor_store::{
    Busy, Changed, DueItem, Extras, Learned, Lock, Locks, Race, ReadBatch, ReadResult, Step, Store, StoreError, Stored,
};
use serde::Serialize;

/// Items asked for at once, in each shard of the index.
const PAGE: i32 = 25;

/// Items in progress at once: enough to hide the round trips, few enough not to crowd out the function's memory.
const AT_ONCE: usize = 16;

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            done: self.done + other.done,
            skipped: self.skipped + other.skipped,
            failed: self.failed + other.failed,
            cut_short: self.cut_short || other.cut_short,
        }
    }
}

/// How a run went; what the function answers, for whoever runs it by hand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Items that changed.
    pub done: u32,
    /// Items that needed nothing, or that another run took.
    pub skipped: u32,
    /// Items left for the next run because something failed.
    pub failed: u32,
    /// Whether time was over before everything was looked at.
    pub cut_short: bool,
}

/// Hands each item of `kind` that is due to `one`, which answers whether it changed anything, at most 16 at a time,
/// until nothing new is due. Starts none after `budget`; what was started is finished.
///
/// Eight `Query` requests side by side, and again for as long as full pages come, plus what `one` costs. Fails only when
/// the index cannot be read; an item that fails is logged and left where it is.
pub async fn work_off<F, E>(
    store: &Store,
    kind: DueKind,
    clock: impl Fn() -> Timestamp,
    budget: Duration,
    one: impl Fn(DueItem) -> F,
) -> Result<Tally, StoreError>
where
    F: Future<Output = Result<bool, E>>,
    E: Display,
{
    let mut tally = Tally::default();
    let mut seen = HashSet::new();
    let mut over = pin!(tokio::time::sleep(budget));
    // What stands at the front of the index and stays there (failing, or gone and the index does not know yet) must not
    // hide what stands behind it.
    let mut lingering = 0;
    loop {
        let limit = PAGE.saturating_add(lingering);
        let due = store.due(kind, clock(), limit).await?;
        let full = due.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        let found = due.len();
        let fresh: Vec<DueItem> = due.into_iter().filter(|item| seen.insert(item.clone())).collect();
        if fresh.is_empty() {
            return Ok(tally);
        }
        let known = found - fresh.len();
        let (count, failed) = (fresh.len(), tally.failed);
        let mut ended = 0;
        {
            let results = stream::iter(fresh)
                .take_until(over.as_mut())
                .map(|item| {
                    let owner = item.owner().to_owned();
                    one(item).map(|result| (owner, result))
                })
                .buffer_unordered(AT_ONCE);
            let mut results = pin!(results);
            while let Some((owner, result)) = results.next().await {
                ended += 1;
                match result {
                    Ok(true) => tally.done += 1,
                    Ok(false) => tally.skipped += 1,
                    Err(error) => {
                        tally.failed += 1;
                        tracing::warn!(%owner, kind = kind.as_str(), %error, "left for the next run");
                    }
                }
            }
        }
        tally.cut_short = ended < count || (full && over.as_mut().now_or_never().is_some());
        if !full || tally.cut_short {
            return Ok(tally);
        }
        let stayed = known + usize::try_from(tally.failed - failed).unwrap_or(0);
        lingering = i32::try_from(stayed).unwrap_or(i32::MAX);
    }
}

/// Sweeps the sessions whose timer of `kind` fired, and tells the rooms of those that changed. Starts none after
/// `budget`.
///
/// What [`work_off`] costs, and for each session one `BatchGetItem`, one `TransactWriteItems` if something changed, and
/// then a post to each connection in its rooms.
pub async fn sweep(
    kind: DueKind,
    store: &Store,
    live: &Live,
    clock: impl Fn() -> Timestamp,
    budget: Duration,
) -> Result<Tally, StoreError> {
    let one = |item: DueItem| {
        let now = clock();
        async move {
            let DueItem::Session(session) = item else { return Ok(false) };
            let Some((decision, swept)) = sweep_session(store, &session, now).await? else { return Ok(false) };
            live.announce(&decision, &swept.presence, &swept.settings, now).await;
            Ok::<bool, StoreError>(true)
        }
    };
    work_off(store, kind, &clock, budget, one).await
}

/// A session whose timer fired, as far as its room has to be told.
struct Swept {
    /// Who was in the rooms when the session was read.
    presence: Presence,
    settings: Settings,
}

/// Why a session was left as it is.
enum Left {
    /// Nothing is to be done, or somebody else did it.
    Alone,
    Store(StoreError),
}

impl From<StoreError> for Left {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Busy> for Left {
    fn from(_: Busy) -> Self {
        Self::Alone
    }
}

/// Does what the clock says about a session: ends it after inactivity (R3), notes a tier that began (R2), settles a transfer that
/// nobody answered (R9), or arms a timer again that fired early. `None` when there is nothing to do, or somebody else changed
/// the session meanwhile and so did it, or left it to the next run.
///
/// One try of [`Store::change`], and a second one where a transfer comes: whether whoever asked may own it still (R9), and their lock
/// (R10).
async fn sweep_session(store: &Store, id: &SessionId, now: Timestamp) -> Result<Option<(Decision, Swept)>, StoreError> {
    let command = |_: &Presence, owner_until| Command::Sweep { owner_until };
    decided(store, id, Race::once(1), || now, command, None).await
}

/// Carries out a command of the system's own (R23, R25), which may depend on who is in the rooms, and tells the session's rooms what changed. `None` when nothing did, or
/// somebody else was first. What one try of [`Store::change`] costs, and a post to each connection in the rooms.
pub async fn carry_out(
    store: &Store,
    live: &Live,
    id: &SessionId,
    now: Timestamp,
    command: impl Fn(&Presence) -> Command<'static>,
) -> Result<Option<Decision>, StoreError> {
    let command = |presence: &Presence, _| command(presence);
    let Some((decision, swept)) = decided(store, id, Race::once(1), || now, command, None).await? else {
        return Ok(None);
    };
    live.announce(&decision, &swept.presence, &swept.settings, now).await;
    Ok(Some(decision))
}

/// The owner of a session may have left its room (R9): a transfer that waits for their answer completes if they have no other
/// connection, and the room is told. What [`Store::change`] costs.
pub async fn owner_left<R: Random + Sync>(
    store: &Store,
    live: &Live,
    random: &R,
    id: &SessionId,
    clock: impl Fn() -> Timestamp,
) -> Result<(), StoreError> {
    let command = |_: &Presence, owner_until| Command::OwnerLeft { owner_until };
    let left = clock();
    if let Some((decision, swept)) = decided(store, id, Race::new(random), &clock, command, Some(left)).await? {
        live.announce(&decision, &swept.presence, &swept.settings, clock()).await;
    }
    Ok(())
}

/// Decides a command of the system's own. `left` is when the owner was seen to leave, if that was seen.
async fn decided<R: Random + Sync + ?Sized>(
    store: &Store,
    id: &SessionId,
    race: Race<'_, R>,
    clock: impl Fn() -> Timestamp,
    command: impl Fn(&Presence, Option<Timestamp>) -> Command<'static>,
    left: Option<Timestamp>,
) -> Result<Option<(Decision, Swept)>, StoreError> {
    let (locks, learned) = (Locks::default(), Learned::default());
    let step = |found: ReadResult| {
        let context = Context { actor: Actor::System, origin: Origin::default(), now: clock() };
        let Stored { session, presence, .. } = found.session(id)?.ok_or(Left::Alone)?;
        let (settings, _) = found.settings(&id.team())?;
        let owner_until = presence.agent_until(&session.agent).max(left);
        let decide = |command| session.decide(command, &settings, &context).map_err(|_| Left::Alone);
        let decision = decide(command(&presence, owner_until))?;
        // Both are asked for at once.
        let heir = decision.new_owner();
        let is_known = heir.is_none_or(|heir| learned.has(ReadBatch::new().agent(heir)));
        let lock = locks.look(&decision, &found)?;
        if !is_known || matches!(lock, Lock::Unread) {
            return Ok(Step::Again);
        }
        let may_own = match heir {
            Some(heir) => found.agent(heir)?.is_some_and(|heir| heir.may_own(&id.team())),
            None => true,
        };
        let goes = may_own && !matches!(lock, Lock::Held(_));
        let decision = if goes { decision } else { decide(Command::GiveUpTransfer)? };
        Ok(Step::Commit(decision, Extras::default(), Swept { presence, settings }))
    };
    let read = |_| learned.keys(locks.keys(ReadBatch::new().session(id)));
    match store.change(race, clock(), read, step).await {
        Ok(Changed { basis, decision }) => Ok(decision.map(|decision| (decision, basis))),
        Err(Left::Alone) => Ok(None),
        Err(Left::Store(error)) => Err(error),
    }
}
