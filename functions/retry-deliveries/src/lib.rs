//! Sends again what could not be sent, or what the table's stream lost (R23). Scheduled every minute; of several runs
//! side by side one sends each entry. After the last attempt the entry is given up and the agent is told.

use std::time::Duration;

use parlor_delivery::{Addresses, Delivered, Delivery, DeliveryError, SEND_LIMIT};
use parlor_domain::DueKind;
use parlor_live::Live;
use parlor_runtime::{Clock, EventFunction, Runtime};
use parlor_store::{DueItem, Store, StoreError};
use parlor_sweep::{Tally, work_off};

/// The function's time-out in the template, less the longest attempt and five seconds for what is written around it.
const BUDGET: Duration = Duration::from_secs(50 - 5).saturating_sub(SEND_LIMIT);

/// The function.
#[derive(Debug)]
pub struct RetryDeliveries {
    store: Store,
    delivery: Delivery,
    live: Live,
    clock: Clock,
}

/// Why a run did nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RetryDeliveriesError {
    /// The due index cannot be read.
    #[error("what is due cannot be read: {0}")]
    Due(#[from] StoreError),
}

impl RetryDeliveries {
    /// One run, which starts nothing after `budget`. Eight `Query` requests side by side for each page of what is due;
    /// for each entry what [`Delivery::again`] costs, and one post to each connection in the room when it was settled.
    pub async fn run(&self, budget: Duration) -> Result<Tally, RetryDeliveriesError> {
        let clock = || self.clock.now();
        let tally = work_off(&self.store, DueKind::Delivery, clock, budget, |item| self.retry(item)).await?;
        Ok(tally)
    }

    async fn retry(&self, item: DueItem) -> Result<bool, DeliveryError> {
        let DueItem::Outbox(owner, id) = item else { return Ok(false) };
        match Box::pin(self.delivery.again(&owner, &id, self.clock.now())).await? {
            Delivered::Skipped => Ok(false),
            Delivered::Sent | Delivered::Postponed | Delivered::Dropped => Ok(true),
            Delivered::Settled(settled) => {
                let now = self.clock.now();
                self.live.announce(&settled.decision, &settled.presence, &settled.settings, now).await;
                Ok(true)
            }
        }
    }
}

impl EventFunction for RetryDeliveries {
    const NAME: &'static str = "retry-deliveries";
    /// What the schedule sends says nothing that matters here.
    type Event = serde_json::Value;
    type Output = Tally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        let addresses = Addresses {
            public_url: config.public_url.clone(),
            mail_from: config.mail_from.clone(),
            mail_events: config.mail_events.clone(),
            sms_sender: config.sms_sender.clone(),
        };
        Self {
            delivery: Delivery::new(
                store.clone(),
                runtime.aws.ses(),
                runtime.aws.sns(),
                runtime.keyring(),
                runtime.entropy.clone(),
                addresses,
            ),
            store,
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, _: Self::Event) -> Result<Tally, lambda_runtime::Error> {
        Ok(self.run(BUDGET).await?)
    }
}
