//! Tells rooms and timelines what the clock decided about access after the end (R2), and closes the connections of
//! customers who may do nothing any more. Scheduled every minute; a late, repeated or missing run changes nothing about
//! who may do what.

use std::time::Duration;

use parlor_domain::DueKind;
use parlor_live::Live;
use parlor_runtime::{Clock, EventFunction, Runtime};
use parlor_store::{Store, StoreError};
use parlor_sweep::{Tally, sweep};

/// Five seconds less than the function's time-out in the template: what is in progress then can be finished.
const BUDGET: Duration = Duration::from_secs(45);

/// The function.
#[derive(Debug)]
pub struct SweepAccess {
    store: Store,
    live: Live,
    clock: Clock,
}

/// Why a run did nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SweepAccessError {
    /// The due index cannot be read.
    #[error("what is due cannot be read: {0}")]
    Due(#[from] StoreError),
}

impl SweepAccess {
    /// One run, which starts nothing after `budget`. Eight `Query` requests side by side for each page of what is due;
    /// for each session one `BatchGetItem`, and one `TransactWriteItems` if a tier began; one post to each connection in
    /// its rooms, and one request more for each customer's connection when the tier is `none`.
    pub async fn run(&self, budget: Duration) -> Result<Tally, SweepAccessError> {
        Ok(sweep(DueKind::Access, &self.store, &self.live, || self.clock.now(), budget).await?)
    }
}

impl EventFunction for SweepAccess {
    const NAME: &'static str = "sweep-access";
    /// What the schedule sends says nothing that matters here.
    type Event = serde_json::Value;
    type Output = Tally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, _: Self::Event) -> Result<Tally, lambda_runtime::Error> {
        Ok(self.run(BUDGET).await?)
    }
}
