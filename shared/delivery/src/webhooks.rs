//! Events on their way to webhook endpoints (R24).
//!
//! The first attempt of an event belongs to the table's stream ([`Webhooks::hear`]), as long as its endpoint is in good
//! standing and nothing of its session waits before it. Everything else belongs to the schedule ([`Webhooks::work_off`]),
//! which works on every endpoint side by side, a few sessions of each at once. So an endpoint that fails, or is slow, is
//! waited for by its own events and by nobody else's.
//!
//! What became of an event is written after it was sent: at least once, and once more when the function dies in between.

mod client;

use std::{
    collections::{BTreeMap, HashSet},
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{join_all, try_join_all},
    stream,
};
use jiff::{SignedDuration, Timestamp};
use parlor_domain::{
    Event, Keyring, Random, SessionId,
    webhook::{
        ASIDE_FOR, Attempt, Delivery, DeliveryQueue, DeliveryState, DisabledBy, NoAnswer, SigningSecret, Targets, Took,
        Verdict, payload, place,
    },
};
use parlor_store::{Finding, Keep, MAX_CONFLICTS, ReadBatch, Store, StoreError, Webhook};
use serde::Serialize;

use self::client::{ATTEMPT_LIMIT, Client, Post};

/// How long one attempt may take.
pub const WEBHOOK_LIMIT: Duration = ATTEMPT_LIMIT;

/// Sessions of one endpoint that the schedule works on at once: more would be a burden to the endpoint.
const AT_ONCE: usize = 4;

/// Queues asked for at once, in each shard of an endpoint's due partitions.
const PAGE: i32 = 25;

/// Deliveries of a queue read at once.
const QUEUE: usize = 10;

/// A replay begins so long after it was asked for: it goes by a list that lags behind, and what was settled just before
/// has to be in it.
const LISTED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Deliveries that a run queues again of one replay, as many as the list gives in one go.
const REPLAYED: usize = 50;

/// Longer than the longest attempt and what is written around it: when it is over, whoever worked on a queue has died.
const CLAIM: SignedDuration = SignedDuration::from_secs(60);

/// Sends events to endpoints and writes down what became of them.
#[derive(Debug)]
pub struct Webhooks<R> {
    store: Store,
    keyring: Keyring,
    client: Client,
    random: R,
}

/// An event that the stream tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEvent {
    /// Of which session.
    pub session: SessionId,
    /// Its number.
    pub seq: u64,
    /// Its type.
    pub kind: String,
}

/// How a run of the schedule went; what the function answers, for whoever runs it by hand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WebhookTally {
    /// Deliveries that an endpoint took.
    pub delivered: u32,
    /// Deliveries that failed and will be tried again.
    pub postponed: u32,
    /// Deliveries that were given up.
    pub given_up: u32,
    /// Deliveries that a replay queued again.
    pub replayed: u32,
    /// Queues left for the next run because the table could not be reached.
    pub failed: u32,
}

impl WebhookTally {
    fn add(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.postponed += other.postponed;
        self.given_up += other.given_up;
        self.replayed += other.replayed;
        self.failed += other.failed;
    }
}

/// An endpoint during one run: what was read of it, and what the run found out since.
#[derive(Debug)]
struct Target<'a> {
    webhook: &'a Webhook,
    /// Nothing more is sent there.
    closed: AtomicBool,
    /// It took something.
    took: AtomicBool,
    /// It failed since it took something last, and that is noted.
    noted: AtomicBool,
}

impl<'a> Target<'a> {
    fn new(webhook: &'a Webhook) -> Self {
        Self {
            webhook,
            closed: AtomicBool::new(webhook.standing.disabled.is_some()),
            took: AtomicBool::new(false),
            noted: AtomicBool::new(false),
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

impl<R: Random + Sync> Webhooks<R> {
    /// Of a deployment's table, key and randomness, and the addresses that it sends to.
    pub fn new(store: Store, keyring: Keyring, random: R, targets: Targets) -> Self {
        Self { store, keyring, client: Client::new(targets), random }
    }

    /// Brings new events to every endpoint that hears of them, or into its queue. Answers with the sessions of which
    /// something could not be written: their records are to come again.
    ///
    /// One `Query` for the endpoints, and none of the following without any; one `BatchGetItem` for queues and events; for
    /// each session and endpoint a POST for each event and one `TransactWriteItems`; one `UpdateItem` when an endpoint
    /// began to fail. Starts no POST after `budget`.
    pub async fn hear(
        &self,
        heard: &[StreamEvent],
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
        if queues.is_empty() {
            return Ok(HashSet::new());
        }
        let found = self.store.read(keys).await?;
        let over = tokio::time::sleep(budget).shared();
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
        let results = join_all(work).await;
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

    /// Writes a queue after `change`, and deliveries with it. Whoever wrote it meanwhile is respected: `change` is made to
    /// what they left.
    async fn write(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        read: DeliveryQueue,
        deliveries: &[Delivery],
        clock: &(impl Fn() -> Timestamp + Sync),
        change: impl Fn(&mut DeliveryQueue),
    ) -> Result<(), StoreError> {
        let id = &target.webhook.endpoint.id;
        let mut queue = read;
        for _ in 0..MAX_CONFLICTS {
            change(&mut queue);
            queue.version += 1;
            match self.store.write_queue(id, session, &queue, deliveries, None, clock()).await {
                Err(StoreError::Condition(_)) => {
                    queue = self
                        .store
                        .read(ReadBatch::new().queue(id, session))
                        .await?
                        .queue(id, session)?
                        .unwrap_or_default();
                }
                other => return other,
            }
        }
        Err(StoreError::Condition("TransactWriteItems queue"))
    }

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
    async fn queue(
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
            let keys = waiting.iter().fold(ReadBatch::new(), |keys, delivery| keys.event(session, delivery.seq));
            let events = if waiting.is_empty() { None } else { Some(self.store.read(keys).await?) };
            let whole = waiting.len() < QUEUE;
            let mut rest = waiting.into_iter().peekable();
            while let Some(mut delivery) = rest.next() {
                if target.is_closed() || over.clone().now_or_never().is_some() {
                    self.release(target, session, queue, Some(clock()), clock()).await?;
                    return Ok(tally);
                }
                let event = events.as_ref().map(|found| found.event(session, delivery.seq)).transpose()?.flatten();
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

    /// Gives a claim back. Answers whether it was still as it was read; if not, something came meanwhile, and the claim
    /// runs out by itself.
    async fn release(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        queue: DeliveryQueue,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let queue = DeliveryQueue { version: queue.version + 1, due, ..queue };
        match self.store.write_queue(&target.webhook.endpoint.id, session, &queue, &[], None, now).await {
            Ok(()) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes what became of a delivery while its queue is claimed. The claim stays when an event came meanwhile.
    async fn settle(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        claimed: DeliveryQueue,
        delivery: Delivery,
        due: Option<Timestamp>,
        clock: &(impl Fn() -> Timestamp + Sync),
    ) -> Result<DeliveryQueue, StoreError> {
        let id = &target.webhook.endpoint.id;
        let deliveries = [delivery];
        let mut queue = DeliveryQueue { due, version: claimed.version + 1, ..claimed };
        for _ in 0..MAX_CONFLICTS {
            match self.store.write_queue(id, session, &queue, &deliveries, None, clock()).await {
                Ok(()) => return Ok(queue),
                Err(StoreError::Condition(_)) => {
                    let found = self.store.read(ReadBatch::new().queue(id, session)).await?;
                    queue = found.queue(id, session)?.unwrap_or_default();
                    queue.version += 1;
                    queue.due = due.or_else(|| Some(clock() + CLAIM));
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Condition("TransactWriteItems queue"))
    }

    /// One attempt: sends, records it in the delivery, and notes what it says about the endpoint.
    async fn attempt(
        &self,
        target: &Target<'_>,
        delivery: &mut Delivery,
        event: Option<&Event>,
        clock: &(impl Fn() -> Timestamp + Sync),
    ) -> Verdict {
        let at = clock();
        let outcome = self.send(target.webhook, delivery, event, at).await;
        let now = clock();
        let took = Took::of(now.duration_since(at));
        let attempt = Attempt { at, status: outcome.ok(), error: outcome.err(), took };
        let gone = attempt.is_gone();
        let verdict = delivery.record(attempt.clone(), &self.random);
        let id = &target.webhook.endpoint.id;
        let tell = |what| {
            let (status, error) = (attempt.status, attempt.error.map(tracing::field::display));
            tracing::info!(webhook = %id, event = delivery.message_id(), tries = delivery.tries, status, error, what);
        };
        match verdict {
            Verdict::Delivered => {
                let failing = target.webhook.standing.failing_since.is_some();
                let first = !target.took.swap(true, Ordering::Relaxed);
                if (first && failing) || target.noted.swap(false, Ordering::Relaxed) {
                    self.note(target, Finding::Recovered).await;
                } else if took == Took::Over5s && target.webhook.standing.is_good(now) {
                    self.note(target, Finding::Slow { aside_until: now + ASIDE_FOR }).await;
                }
            }
            Verdict::Again(_) | Verdict::GivenUp => {
                tell(if verdict == Verdict::GivenUp { "given up" } else { "postponed" });
                if gone {
                    self.close(target, DisabledBy::Gone, now).await;
                } else if attempt.error != Some(NoAnswer::Nothing) {
                    let since = target.webhook.standing.failing_since;
                    let all_day = since.zip(delivery.first_try()).is_some_and(|(since, first)| since <= first);
                    if verdict == Verdict::GivenUp && all_day && !target.took.load(Ordering::Relaxed) {
                        self.close(target, DisabledBy::Failing, now).await;
                    } else if !target.noted.swap(true, Ordering::Relaxed) {
                        self.note(target, Finding::Failed { at, aside_until: now + ASIDE_FOR }).await;
                    }
                }
            }
        }
        verdict
    }

    /// How an endpoint does is a hint: who goes there first, and when it is given up. It may be noted late, or not at all.
    async fn note(&self, target: &Target<'_>, finding: Finding) {
        let id = &target.webhook.endpoint.id;
        if let Err(error) = self.store.note_webhook(id, finding).await {
            tracing::warn!(webhook = %id, %error, "not noted");
        }
    }

    async fn close(&self, target: &Target<'_>, by: DisabledBy, now: Timestamp) {
        let id = &target.webhook.endpoint.id;
        target.closed.store(true, Ordering::Relaxed);
        match self.store.disable_webhook(id, by, now).await {
            // An operator's alarm listens for this.
            Ok(true) => tracing::error!(webhook = %id, ?by, "webhook-disabled"),
            Ok(false) => {}
            Err(error) => tracing::warn!(webhook = %id, %error, "not disabled yet"),
        }
    }

    async fn send(
        &self,
        webhook: &Webhook,
        delivery: &Delivery,
        event: Option<&Event>,
        at: Timestamp,
    ) -> Result<u16, NoAnswer> {
        let event = event.ok_or(NoAnswer::Nothing)?;
        let payload = payload(&delivery.session, event);
        let (id, timestamp) = (delivery.message_id(), at.as_second());
        let place = place(&webhook.endpoint.id);
        let signatures: Vec<String> = webhook
            .endpoint
            .signing(at)
            .filter_map(|secret| SigningSecret::parse(&self.keyring.open(&place, &secret.sealed).ok()?))
            .map(|secret| secret.sign(&id, timestamp, &payload))
            .collect();
        if signatures.is_empty() {
            tracing::error!(webhook = %webhook.endpoint.id, "no secret opens with this key");
            return Err(NoAnswer::Nothing);
        }
        let post = Post { url: &webhook.endpoint.url, id: &id, timestamp, signatures: signatures.join(" "), payload };
        self.client.post(post).await
    }

    /// Queues again what a replay asks for, a page at a time, until time is over.
    async fn replay(
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
            let wanted = found.into_iter().filter(|delivery| match delivery.state {
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
