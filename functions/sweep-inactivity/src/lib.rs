//! Ends sessions whose agent was inactive for too long (R3), and settles transfers that nobody answered (R9). Scheduled every
//! minute; several runs side by side end each session once.

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
pub struct SweepInactivity {
    store: Store,
    live: Live,
    clock: Clock,
}

/// Why a run did nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SweepInactivityError {
    /// The due index cannot be read.
    #[error("what is due cannot be read: {0}")]
    Due(#[from] StoreError),
}

impl SweepInactivity {
    /// One run, which starts nothing after `budget`. Sixteen `Query` requests side by side for each page of what is due;
    /// for each session one `BatchGetItem`, and one `TransactWriteItems` if it ends or its timer is armed again; one
    /// post to each connection in a room whose session ended.
    pub async fn run(&self, budget: Duration) -> Result<Tally, SweepInactivityError> {
        let sweep = |kind| sweep(kind, &self.store, &self.live, || self.clock.now(), budget);
        let (ended, settled) = tokio::try_join!(sweep(DueKind::Inactivity), sweep(DueKind::Transfer))?;
        Ok(ended + settled)
    }
}

impl EventFunction for SweepInactivity {
    const NAME: &'static str = "sweep-inactivity";
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
