//! Queues and what became of their deliveries, written beside others who write them, too.

use jiff::Timestamp;
use parlor_domain::{
    Random, SessionId,
    webhook::{Delivery, DeliveryQueue},
};
use parlor_store::{MAX_CONFLICTS, ReadBatch, StoreError};

use super::{CLAIM, Target, Webhooks};

impl<R: Random + Sync> Webhooks<R> {
    /// Writes a queue after `change`, and deliveries with it. Whoever wrote it meanwhile is respected: `change` is made to
    /// what they left.
    pub(super) async fn write(
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

    /// Gives a claim back. Answers whether it was still as it was read; if not, something came meanwhile, and the claim
    /// runs out by itself.
    pub(super) async fn release(
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
    pub(super) async fn settle(
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
}
