//! Replays: what was settled is queued again.

use std::collections::BTreeMap;

use futures_util::{FutureExt as _, future::try_join_all};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Random, SessionId,
    webhook::{Delivery, DeliveryQueue, DeliveryState},
};
use parlor_store::{Keep, MAX_CONFLICTS, ReadBatch, Store, StoreError};

use super::{Target, Webhooks};

/// A replay begins so long after it was asked for: it goes by a list that lags behind, and what was settled just before
/// has to be in it.
pub(super) const LISTED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Deliveries that a run queues again of one replay, as many as the list gives in one go.
const REPLAYED: usize = 50;

impl<R: Random + Sync> Webhooks<R> {
    /// Queues again what a replay asks for, a page at a time, until time is over.
    pub(super) async fn replay(
        &self,
        target: &Target<'_>,
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<u32, StoreError> {
        let id = &target.webhook.endpoint.id;
        let mut replayed = 0;
        let mut current = target.webhook.standing.replay.clone();
        while let Some(replay) = current {
            let (found, next) = self.store.deliveries_since(id, &replay, REPLAYED).await?;
            let now = clock();
            let endpoint = &target.webhook.endpoint;
            let kept = found.into_iter().filter(|it| it.is_kept(now) && endpoint.is_about(&it.session));
            let wanted = kept.filter(|delivery| match delivery.state {
                DeliveryState::Pending => false,
                DeliveryState::Failed => true,
                DeliveryState::Delivered => replay.delivered,
            });
            // One queue after the other, or writes to one queue would race with each other.
            let mut queues: BTreeMap<SessionId, Vec<Delivery>> = BTreeMap::new();
            for delivery in wanted {
                queues.entry(delivery.session.clone()).or_default().push(delivery);
            }
            let work = queues.iter().map(|(session, deliveries)| async move {
                for delivery in deliveries {
                    self.replay_one(delivery, replay.until, clock()).await?;
                }
                Ok::<_, StoreError>((session, deliveries.len()))
            });
            for (_, count) in try_join_all(work).await? {
                replayed += u32::try_from(count).unwrap_or(u32::MAX);
            }
            self.store.move_replay(id, &replay, next.as_ref()).await?;
            current = if over.clone().now_or_never().is_some() { None } else { next };
        }
        Ok(replayed)
    }

    /// Queues a delivery again that a replay `asked` for at that time; whoever wrote its queue meanwhile is respected. What was
    /// queued, or tried since the replay may begin, has been here before: another run of it, beside this one or before it died.
    async fn replay_one(&self, listed: &Delivery, asked: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let Delivery { endpoint, session, seq, .. } = listed;
        for _ in 0..MAX_CONFLICTS {
            let keys = ReadBatch::new().queue(endpoint, session).delivery(endpoint, session, *seq);
            let found = self.store.read(keys).await?;
            let Some(mut again) = found.delivery(endpoint, session, *seq)? else { return Ok(()) };
            let tried_since = again.attempts.last().is_some_and(|attempt| attempt.at >= asked + LISTED_AFTER);
            if again.state == DeliveryState::Pending || tried_since {
                return Ok(());
            }
            again.replay(now);
            let queue = found.queue(endpoint, session)?;
            match queue_again(&self.store, queue, &again, None, now).await {
                Err(StoreError::Condition(_)) => {}
                other => return other,
            }
        }
        Err(StoreError::Condition("TransactWriteItems queue"))
    }
}

/// Puts a delivery that was settled, and is to be replayed, into its queue, and the queue into the due index; keeps an answer.
/// One `TransactWriteItems`; [`StoreError::Condition`] when the queue is not as it was read, or the answer is kept already.
pub async fn queue_again(
    store: &Store,
    queue: Option<DeliveryQueue>,
    delivery: &Delivery,
    keep: Option<&Keep>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let queue = queue.unwrap_or_default();
    // What is due already may be a claim, or wait for an earlier event's next attempt: it stays. And a queue that has gone
    // by itself has seen what it delivered.
    let (due, seen) = (queue.due.or(Some(now)), queue.seen.max(delivery.seq));
    let queue = DeliveryQueue { version: queue.version + 1, seen, due };
    let (id, session) = (&delivery.endpoint, &delivery.session);
    store.write_queue(id, session, &queue, std::slice::from_ref(delivery), keep, now).await
}
