//! Further attempts, which belong to the schedule.

use std::{collections::HashSet, pin::pin, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::join_all, stream};
use jiff::Timestamp;
use parlor_domain::{Random, SessionId, webhook::Verdict};
use parlor_store::{ReadBatch, StoreError};

use super::{CLAIM, Target, WebhookTally, Webhooks, replay::LISTED_AFTER};

/// Sessions of one endpoint that the schedule works on at once: more would be a burden to the endpoint.
const AT_ONCE: usize = 4;

/// Queues asked for at once, in each shard of an endpoint's due partitions.
const PAGE: i32 = 25;

/// Deliveries of a queue read at once.
const QUEUE: usize = 10;

impl<R: Random + Sync> Webhooks<R> {
    /// Sends what waits: of every endpoint that is not disabled, side by side, a few sessions at once, each session's
    /// events in their order. Starts nothing after `budget`.
    ///
    /// One `Query` for the endpoints; for each of them four `Query` requests for what is due, and again for as long as
    /// full pages come; for each session one `BatchGetItem`, one `Query`, one `TransactWriteItems` for the claim, one
    /// `BatchGetItem` for its events, and for each event a POST and one `TransactWriteItems`. For each page of a replay
    /// four `Query` requests, one `UpdateItem`, and for each of its deliveries one `BatchGetItem` and one
    /// `TransactWriteItems`.
    pub async fn work_off(
        &self,
        clock: &(impl Fn() -> Timestamp + Sync),
        budget: Duration,
    ) -> Result<WebhookTally, StoreError> {
        let webhooks = self.store.webhooks().await?;
        let targets: Vec<Target<'_>> =
            webhooks.iter().filter(|webhook| webhook.standing.disabled.is_none()).map(Target::new).collect();
        let over = tokio::time::sleep(budget).shared();
        let work = targets.iter().map(|target| self.serve(target, clock, over.clone()));
        let mut tally = WebhookTally::default();
        for (target, served) in targets.iter().zip(join_all(work).await) {
            match served {
                Ok(served) => tally.add(served),
                Err(error) => {
                    tally.failed += 1;
                    tracing::warn!(webhook = %target.webhook.endpoint.id, %error, "left for the next run");
                }
            }
        }
        Ok(tally)
    }

    /// One endpoint's share of a run.
    async fn serve(
        &self,
        target: &Target<'_>,
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<WebhookTally, StoreError> {
        let mut tally = WebhookTally::default();
        let replay = target.webhook.standing.replay.as_ref();
        if replay.is_some_and(|replay| replay.until + LISTED_AFTER <= clock()) {
            tally.replayed = self.replay(target, clock, over.clone()).await?;
        }
        let mut seen = HashSet::new();
        loop {
            let due = self.store.queues_due(&target.webhook.endpoint.id, clock(), PAGE).await?;
            let fresh: Vec<SessionId> = due.into_iter().filter(|session| seen.insert(session.clone())).collect();
            if fresh.is_empty() {
                return Ok(tally);
            }
            let work = stream::iter(fresh)
                .take_until(over.clone())
                .map(|session| {
                    let over = over.clone();
                    async move {
                        let worked = self.queue(target, &session, clock, over).await;
                        (session, worked)
                    }
                })
                .buffer_unordered(AT_ONCE);
            let mut work = pin!(work);
            while let Some((session, worked)) = work.next().await {
                match worked {
                    Ok(worked) => tally.add(worked),
                    Err(error) => {
                        tally.failed += 1;
                        tracing::warn!(%session, %error, "left for the next run");
                    }
                }
            }
            if target.is_closed() || over.clone().now_or_never().is_some() {
                return Ok(tally);
            }
        }
    }

    /// What waits in one queue, as far as it can be sent now.
    pub(super) async fn queue(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<WebhookTally, StoreError> {
        let mut tally = WebhookTally::default();
        let id = &target.webhook.endpoint.id;
        let limit = i32::try_from(QUEUE).unwrap_or(i32::MAX);
        let (found, waiting) =
            tokio::join!(self.store.read(ReadBatch::new().queue(id, session)), self.store.queued(id, session, limit));
        let (queue, mut waiting) = (found?.queue(id, session)?, waiting?);
        // The index lags behind: it may be somebody else's by now, or done.
        let Some(mut queue) = queue.filter(|queue| queue.due.is_some_and(|due| due <= clock())) else {
            return Ok(tally);
        };
        if target.is_closed() {
            return Ok(tally);
        }
        queue.version += 1;
        queue.due = Some(clock() + CLAIM);
        match self.store.write_queue(id, session, &queue, &[], None, clock()).await {
            Ok(()) => {}
            Err(StoreError::Condition(_)) => return Ok(tally),
            Err(error) => return Err(error),
        }
        loop {
            let keys = waiting.iter().fold(ReadBatch::new(), |keys, delivery| keys.told_event(session, delivery.seq));
            let events = if waiting.is_empty() { None } else { Some(self.store.read(keys).await?) };
            let whole = waiting.len() < QUEUE;
            let mut rest = waiting.into_iter().peekable();
            while let Some(mut delivery) = rest.next() {
                if target.is_closed() || over.clone().now_or_never().is_some() {
                    self.release(target, session, queue, Some(clock()), clock()).await?;
                    return Ok(tally);
                }
                let event = events.as_ref().map(|found| found.told_event(session, delivery.seq)).transpose()?.flatten();
                let due = match self.attempt(target, &mut delivery, event.as_ref(), clock).await {
                    Verdict::Again(at) => {
                        tally.postponed += 1;
                        self.settle(target, session, queue, delivery, Some(at), clock).await?;
                        return Ok(tally);
                    }
                    Verdict::Delivered => {
                        tally.delivered += 1;
                        (!whole || rest.peek().is_some()).then(|| clock() + CLAIM)
                    }
                    Verdict::GivenUp => {
                        tally.given_up += 1;
                        (!whole || rest.peek().is_some()).then(|| clock() + CLAIM)
                    }
                };
                queue = self.settle(target, session, queue, delivery, due, clock).await?;
            }
            if queue.due.is_none() {
                return Ok(tally);
            }
            waiting = self.store.queued(id, session, limit).await?;
            if waiting.is_empty() && self.release(target, session, queue.clone(), None, clock()).await? {
                return Ok(tally);
            }
            queue = self.store.read(ReadBatch::new().queue(id, session)).await?.queue(id, session)?.unwrap_or_default();
        }
    }
}
