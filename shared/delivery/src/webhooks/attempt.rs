//! One attempt, and what it says about its endpoint.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use parlor_domain::{
    Event, Random,
    webhook::{ASIDE_FOR, Attempt, Delivery, DisabledBy, NoAnswer, Took, Verdict},
};
use parlor_store::{Finding, Webhook};

use super::{
    Target, Webhooks,
    client::{Post, Reply},
    request::request,
};

impl<R: Random + Sync> Webhooks<R> {
    /// One attempt: sends, records it in the delivery, and notes what it says about the endpoint.
    pub(super) async fn attempt(
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
        let asked = outcome.ok().and_then(|reply| reply.retry_after);
        let attempt = Attempt { at, status: outcome.ok().map(|reply| reply.status), error: outcome.err(), took };
        let gone = attempt.is_gone();
        // An endpoint that says when it can be asked again is not asked before.
        let verdict = match (delivery.record(attempt.clone(), &self.random), asked) {
            (Verdict::Again(next), Some(asked)) => Verdict::Again(next.max(now + asked)),
            (verdict, _) => verdict,
        };
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
                    // A test event is given up at once, which says nothing of a day.
                    let given_up = verdict == Verdict::GivenUp && !delivery.is_test();
                    if given_up && all_day && !target.took.load(Ordering::Relaxed) {
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
    ) -> Result<Reply, NoAnswer> {
        let posted = request(&self.keyring, &webhook.endpoint, delivery, event, at)?;
        let post = Post { url: &webhook.endpoint.url, sent_at: at.as_second(), posted };
        self.client.post(post).await
    }
}
