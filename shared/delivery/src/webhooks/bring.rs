//! The first attempt, which belongs to the table's stream.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use futures_util::{FutureExt as _, future::join_all};
use jiff::Timestamp;
use parlor_domain::{
    Event, Random, SessionId, WebhookId,
    webhook::{Delivery, DeliveryQueue, Verdict},
};
use parlor_store::{ReadBatch, StoreError, Webhook};

use super::{StreamEvent, Target, Webhooks};

impl<R: Random + Sync> Webhooks<R> {
    /// Brings new events to every endpoint that hears of them, or into its queue. Answers with the sessions of which
    /// something could not be written: their records are to come again. Test events that were queued are sent beside; what
    /// fails of them is the schedule's.
    ///
    /// One `Query` for the endpoints, and none of the following without any; one `BatchGetItem` for queues and events; for
    /// each session and endpoint a POST for each event and one `TransactWriteItems`; one `UpdateItem` when an endpoint
    /// began to fail. For a test event two `BatchGetItem`, a `Query` and two `TransactWriteItems`. Starts no POST after `budget`.
    pub async fn hear(
        &self,
        heard: &[StreamEvent],
        tests: &[(WebhookId, SessionId)],
        clock: &(impl Fn() -> Timestamp + Sync),
        budget: Duration,
    ) -> Result<HashSet<SessionId>, StoreError> {
        let webhooks = self.store.webhooks().await?;
        let targets: Vec<Target<'_>> = webhooks.iter().map(Target::new).collect();
        let mut queues: BTreeMap<(usize, &SessionId), Vec<u64>> = BTreeMap::new();
        let mut keys = ReadBatch::new();
        for StreamEvent { session, seq, kind } in heard {
            for (index, target) in targets.iter().enumerate() {
                let endpoint = &target.webhook.endpoint;
                if endpoint.hears(session, kind) {
                    queues.entry((index, session)).or_default().push(*seq);
                    keys = keys.queue(&endpoint.id, session).event(session, *seq);
                }
            }
        }
        let over = tokio::time::sleep(budget).shared();
        let tested = self.try_out(&targets, tests, clock, over.clone());
        if queues.is_empty() {
            tested.await;
            return Ok(HashSet::new());
        }
        let found = self.store.read(keys).await?;
        let work = queues.into_iter().map(|((index, session), seqs)| {
            let (target, found, over) = (&targets[index], &found, over.clone());
            async move {
                let queue = found.queue(&target.webhook.endpoint.id, session)?.unwrap_or_default();
                let events = seqs
                    .into_iter()
                    .filter(|seq| *seq > queue.seen)
                    .filter_map(|seq| found.event(session, seq).transpose())
                    // The stream may be late: what happened before the endpoint was made is none of its business.
                    .filter(|event| event.as_ref().map_or(true, |event| event.at >= target.webhook.endpoint.created_at))
                    .collect::<Result<Vec<Event>, _>>()?;
                self.bring(target, session, queue, &events, clock, over).await
            }
            .map(move |result: Result<(), StoreError>| (session, result))
        });
        let (results, ()) = tokio::join!(join_all(work), tested);
        Ok(results
            .into_iter()
            .filter_map(|(session, result)| {
                let error = result.err()?;
                let repeat = matches!(error, StoreError::Unavailable { .. } | StoreError::Condition(_));
                tracing::warn!(%session, repeat, %error, "not heard");
                repeat.then(|| session.clone())
            })
            .collect())
    }

    /// Test events that were just queued, each by its endpoint's own queue. What is not sent now is due, and found by the schedule.
    async fn try_out(
        &self,
        targets: &[Target<'_>],
        tests: &[(WebhookId, SessionId)],
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) {
        let work = tests.iter().filter_map(|(id, place)| {
            let target = targets.iter().find(|target| target.webhook.endpoint.id == *id)?;
            let over = over.clone();
            Some(async move {
                if let Err(error) = self.queue(target, place, clock, over).await {
                    tracing::warn!(webhook = %id, %error, "a test event is left for the schedule");
                }
            })
        });
        join_all(work).await;
    }

    /// One session's new events to one endpoint.
    async fn bring(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        queue: DeliveryQueue,
        events: &[Event],
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<(), StoreError> {
        let (Some(last), Webhook { endpoint, standing, .. }) = (events.last(), target.webhook) else { return Ok(()) };
        let mut direct = queue.due.is_none() && standing.is_good(clock());
        let mut due = None;
        let mut deliveries = vec![];
        for event in events {
            let mut delivery = Delivery::new(&endpoint.id, session, event, clock());
            direct = direct && !target.is_closed() && over.clone().now_or_never().is_none();
            if direct {
                let verdict = self.attempt(target, &mut delivery, Some(event), clock).await;
                if let Verdict::Again(at) = verdict {
                    (direct, due) = (false, Some(at));
                }
            } else if due.is_none() {
                due = Some(clock());
            }
            deliveries.push(delivery);
        }
        self.write(target, session, queue, &deliveries, clock, |queue| {
            queue.seen = queue.seen.max(last.seq);
            // What is due already may be a claim: only its owner may move it.
            queue.due = queue.due.or(due);
        })
        .await
    }
}
