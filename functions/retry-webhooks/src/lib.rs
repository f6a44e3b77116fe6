//! Brings webhook endpoints what waits for them (R24): what failed before, what came while they were slow or disabled, and
//! replays. Scheduled every minute; of several runs side by side one works on each session.

use std::time::Duration;

use parlor_delivery::{WEBHOOK_LIMIT, WebhookTally, Webhooks};
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime};
use parlor_store::Store;

/// The function's time-out in the template, less the longest attempt and five seconds for what is written around it.
const BUDGET: Duration = Duration::from_secs(50 - 5).saturating_sub(WEBHOOK_LIMIT);

/// The function.
#[derive(Debug)]
pub struct RetryWebhooks {
    webhooks: Webhooks<Entropy>,
    clock: Clock,
}

impl EventFunction for RetryWebhooks {
    const NAME: &'static str = "retry-webhooks";
    /// What the schedule sends says nothing that matters here.
    type Event = serde_json::Value;
    type Output = WebhookTally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        let entropy = runtime.entropy.clone();
        Self {
            webhooks: Webhooks::new(store, runtime.keyring(), entropy, config.webhook_targets),
            clock: runtime.clock.clone(),
        }
    }

    /// One run; its cost is that of [`Webhooks::work_off`].
    async fn handle(&self, _: Self::Event) -> Result<WebhookTally, lambda_runtime::Error> {
        Ok(self.webhooks.work_off(&|| self.clock.now(), BUDGET).await?)
    }
}
