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
        ASIDE_FOR, Attempt, Delivery, DeliveryState, DisabledBy, Lane, NoAnswer, SigningSecret, Targets, Took, Verdict,
        payload, place,
    },
};
use parlor_store::{Finding, Kept, Keys, MAX_CONFLICTS, Store, StoreError, Webhook};
use serde::Serialize;

use self::client::{ATTEMPT_LIMIT, Client, Post};

/// How long one attempt may take.
pub const WEBHOOK_LIMIT: Duration = ATTEMPT_LIMIT;

/// Sessions of one endpoint that the schedule works on at once: more would be a burden to the endpoint.
const AT_ONCE: usize = 4;

/// Lanes asked for at once, in each shard of an endpoint's due partitions.
const PAGE: i32 = 25;

/// Deliveries of a lane read at once.
const QUEUE: usize = 10;

/// A replay begins so long after it was asked for: it goes by a list that lags behind, and what was settled just before
/// has to be in it.
const LISTED_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Deliveries that a run queues again of one replay, as many as the list gives in one go.
const REPLAYED: usize = 50;

/// Longer than the longest attempt and what is written around it: when it is over, whoever worked on a lane has died.
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
pub struct Heard {
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
    /// Lanes left for the next run because the table could not be reached.
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

    /// Brings new events to every endpoint that hears of them, or into its lane. Answers with the sessions of which
    /// something could not be written: their records are to come again.
    ///
    /// One `Query` for the endpoints, and none of the following without any; one `BatchGetItem` for lanes and events; for
    /// each session and endpoint a POST for each event and one `TransactWriteItems`; one `UpdateItem` when an endpoint
    /// began to fail. Starts no POST after `budget`.
    pub async fn hear(
        &self,
        heard: &[Heard],
        clock: &(impl Fn() -> Timestamp + Sync),
        budget: Duration,
    ) -> Result<HashSet<SessionId>, StoreError> {
        let webhooks = self.store.webhooks().await?;
        let targets: Vec<Target<'_>> = webhooks.iter().map(Target::new).collect();
        let mut lanes: BTreeMap<(usize, &SessionId), Vec<u64>> = BTreeMap::new();
        let mut keys = Keys::new();
        for Heard { session, seq, kind } in heard {
            for (index, target) in targets.iter().enumerate() {
                let endpoint = &target.webhook.endpoint;
                if endpoint.hears(session, kind) {
                    lanes.entry((index, session)).or_default().push(*seq);
                    keys = keys.lane(&endpoint.id, session).event(session, *seq);
                }
            }
        }
        if lanes.is_empty() {
            return Ok(HashSet::new());
        }
        let found = self.store.read(keys).await?;
        let over = tokio::time::sleep(budget).shared();
        let work = lanes.into_iter().map(|((index, session), seqs)| {
            let (target, found, over) = (&targets[index], &found, over.clone());
            async move {
                let lane = found.lane(&target.webhook.endpoint.id, session)?.unwrap_or_default();
                let events = seqs
                    .into_iter()
                    .filter(|seq| *seq > lane.seen)
                    .filter_map(|seq| found.event(session, seq).transpose())
                    // The stream may be late: what happened before the endpoint was made is none of its business.
                    .filter(|event| event.as_ref().map_or(true, |event| event.at >= target.webhook.endpoint.created_at))
                    .collect::<Result<Vec<Event>, _>>()?;
                self.bring(target, session, lane, &events, clock, over).await
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
        lane: Lane,
        events: &[Event],
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<(), StoreError> {
        let (Some(last), Webhook { endpoint, standing, .. }) = (events.last(), target.webhook) else { return Ok(()) };
        let mut direct = lane.due.is_none() && standing.is_good(clock());
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
        self.write(target, session, lane, &deliveries, clock, |lane| {
            lane.seen = lane.seen.max(last.seq);
            // What is due already may be a claim: only its owner may move it.
            lane.due = lane.due.or(due);
        })
        .await
    }

    /// Writes a lane after `change`, and deliveries with it. Whoever wrote it meanwhile is respected: `change` is made to
    /// what they left.
    async fn write(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        read: Lane,
        deliveries: &[Delivery],
        clock: &(impl Fn() -> Timestamp + Sync),
        change: impl Fn(&mut Lane),
    ) -> Result<(), StoreError> {
        let id = &target.webhook.endpoint.id;
        let mut lane = read;
        for _ in 0..MAX_CONFLICTS {
            change(&mut lane);
            lane.version += 1;
            match self.store.write_lane(id, session, &lane, deliveries, None, clock()).await {
                Err(StoreError::Condition(_)) => {
                    lane = self.store.read(Keys::new().lane(id, session)).await?.lane(id, session)?.unwrap_or_default();
                }
                other => return other,
            }
        }
        Err(StoreError::Condition("TransactWriteItems lane"))
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
            let due = self.store.lanes_due(&target.webhook.endpoint.id, clock(), PAGE).await?;
            let fresh: Vec<SessionId> = due.into_iter().filter(|session| seen.insert(session.clone())).collect();
            if fresh.is_empty() {
                return Ok(tally);
            }
            let work = stream::iter(fresh)
                .take_until(over.clone())
                .map(|session| {
                    let over = over.clone();
                    async move {
                        let worked = self.lane(target, &session, clock, over).await;
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

    /// What waits in one lane, as far as it can be sent now.
    async fn lane(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        clock: &(impl Fn() -> Timestamp + Sync),
        over: impl Future<Output = ()> + Clone,
    ) -> Result<WebhookTally, StoreError> {
        let mut tally = WebhookTally::default();
        let id = &target.webhook.endpoint.id;
        let limit = i32::try_from(QUEUE).unwrap_or(i32::MAX);
        let (found, queue) =
            tokio::join!(self.store.read(Keys::new().lane(id, session)), self.store.queue(id, session, limit));
        let (lane, mut queue) = (found?.lane(id, session)?, queue?);
        // The index lags behind: it may be somebody else's by now, or done.
        let Some(mut lane) = lane.filter(|lane| lane.due.is_some_and(|due| due <= clock())) else { return Ok(tally) };
        if target.is_closed() {
            return Ok(tally);
        }
        lane.version += 1;
        lane.due = Some(clock() + CLAIM);
        match self.store.write_lane(id, session, &lane, &[], None, clock()).await {
            Ok(()) => {}
            Err(StoreError::Condition(_)) => return Ok(tally),
            Err(error) => return Err(error),
        }
        loop {
            let keys = queue.iter().fold(Keys::new(), |keys, delivery| keys.event(session, delivery.seq));
            let events = if queue.is_empty() { None } else { Some(self.store.read(keys).await?) };
            let whole = queue.len() < QUEUE;
            let mut rest = queue.into_iter().peekable();
            while let Some(mut delivery) = rest.next() {
                if target.is_closed() || over.clone().now_or_never().is_some() {
                    self.release(target, session, lane, Some(clock()), clock()).await?;
                    return Ok(tally);
                }
                let event = events.as_ref().map(|found| found.event(session, delivery.seq)).transpose()?.flatten();
                let due = match self.attempt(target, &mut delivery, event.as_ref(), clock).await {
                    Verdict::Again(at) => {
                        tally.postponed += 1;
                        self.settle(target, session, lane, delivery, Some(at), clock).await?;
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
                lane = self.settle(target, session, lane, delivery, due, clock).await?;
            }
            if lane.due.is_none() {
                return Ok(tally);
            }
            queue = self.store.queue(id, session, limit).await?;
            if queue.is_empty() && self.release(target, session, lane.clone(), None, clock()).await? {
                return Ok(tally);
            }
            lane = self.store.read(Keys::new().lane(id, session)).await?.lane(id, session)?.unwrap_or_default();
        }
    }

    /// Gives a claim back. Answers whether it was still as it was read; if not, something came meanwhile, and the claim
    /// runs out by itself.
    async fn release(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        lane: Lane,
        due: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let lane = Lane { version: lane.version + 1, due, ..lane };
        match self.store.write_lane(&target.webhook.endpoint.id, session, &lane, &[], None, now).await {
            Ok(()) => Ok(true),
            Err(StoreError::Condition(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes what became of a delivery while its lane is claimed. The claim stays when an event came meanwhile.
    async fn settle(
        &self,
        target: &Target<'_>,
        session: &SessionId,
        claimed: Lane,
        delivery: Delivery,
        due: Option<Timestamp>,
        clock: &(impl Fn() -> Timestamp + Sync),
    ) -> Result<Lane, StoreError> {
        let id = &target.webhook.endpoint.id;
        let deliveries = [delivery];
        let mut lane = Lane { due, version: claimed.version + 1, ..claimed };
        for _ in 0..MAX_CONFLICTS {
            match self.store.write_lane(id, session, &lane, &deliveries, None, clock()).await {
                Ok(()) => return Ok(lane),
                Err(StoreError::Condition(_)) => {
                    let found = self.store.read(Keys::new().lane(id, session)).await?;
                    lane = found.lane(id, session)?.unwrap_or_default();
                    lane.version += 1;
                    lane.due = due.or_else(|| Some(clock() + CLAIM));
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Condition("TransactWriteItems lane"))
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
            // One lane after the other, or writes to one lane would race with each other.
            let mut lanes: BTreeMap<SessionId, Vec<Delivery>> = BTreeMap::new();
            for delivery in wanted {
                lanes.entry(delivery.session.clone()).or_default().push(delivery);
            }
            let work = lanes.iter().map(|(session, deliveries)| async move {
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

    /// Queues a delivery again that a replay `asked` for at that time; whoever wrote its lane meanwhile is respected. What was
    /// queued, or tried since the replay may begin, has been here before: another run of it, beside this one or before it died.
    async fn replay_one(&self, listed: &Delivery, asked: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let Delivery { endpoint, session, seq, .. } = listed;
        for _ in 0..MAX_CONFLICTS {
            let keys = Keys::new().lane(endpoint, session).delivery(endpoint, session, *seq);
            let found = self.store.read(keys).await?;
            let Some(mut again) = found.delivery(endpoint, session, *seq)? else { return Ok(()) };
            let tried_since = again.attempts.last().is_some_and(|attempt| attempt.at >= asked + LISTED_AFTER);
            if again.state == DeliveryState::Pending || tried_since {
                return Ok(());
            }
            again.replay(now);
            let lane = found.lane(endpoint, session)?;
            match queue_again(&self.store, lane, &again, None, now).await {
                Err(StoreError::Condition(_)) => {}
                other => return other,
            }
        }
        Err(StoreError::Condition("TransactWriteItems lane"))
    }
}

/// Puts a delivery that was settled, and is to be replayed, into its lane, and the lane into the due index; keeps an answer.
/// One `TransactWriteItems`; [`StoreError::Condition`] when the lane is not as it was read, or the answer is kept already.
pub async fn queue_again(
    store: &Store,
    lane: Option<Lane>,
    delivery: &Delivery,
    keep: Option<(&str, &str, &Kept)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lane = lane.unwrap_or_default();
    // What is due already may be a claim, or wait for an earlier event's next attempt: it stays. And a lane that has gone
    // by itself has seen what it delivered.
    let (due, seen) = (lane.due.or(Some(now)), lane.seen.max(delivery.seq));
    let lane = Lane { version: lane.version + 1, seen, due };
    let (id, session) = (&delivery.endpoint, &delivery.session);
    store.write_lane(id, session, &lane, std::slice::from_ref(delivery), keep, now).await
}
