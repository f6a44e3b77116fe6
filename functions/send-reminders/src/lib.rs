//! Reminds customers and participants of what they have not finished, and tells those who are away that something is new (R23): writes the messages
//! down, which `deliver` sends. Scheduled every five minutes; what a run does not come to, the next one does.

use std::time::Duration;

use parlor_domain::{Command, DueKind, Keyring, LinkToken, Presence};
use parlor_live::Live;
use parlor_runtime::{Clock, Entropy, EventFunction, Runtime};
use parlor_store::{DueItem, Store, StoreError};
use parlor_sweep::{Tally, carry_out, work_off};

/// Five seconds less than the function's time-out in the template: what is in progress then can be finished.
const BUDGET: Duration = Duration::from_secs(45);

/// The function.
#[derive(Debug)]
pub struct SendReminders {
    store: Store,
    live: Live,
    keyring: Keyring,
    entropy: Entropy,
    clock: Clock,
}

/// Why a run did nothing, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SendRemindersError {
    /// The due index cannot be read.
    #[error("what is due cannot be read: {0}")]
    Due(#[from] StoreError),
}

impl SendReminders {
    /// One run, which starts nothing after `budget`. For reminders and for notices eight `Query` requests side by side for each page
    /// of what is due; for each session one `BatchGetItem`, and one `TransactWriteItems` if something is to be sent or the time was
    /// put off; one post to each connection in its rooms.
    pub async fn run(&self, budget: Duration) -> Result<Tally, SendRemindersError> {
        let clock = || self.clock.now();
        let reminders =
            work_off(&self.store, DueKind::Reminder, clock, budget, |item| self.send(item, DueKind::Reminder));
        let notices = work_off(&self.store, DueKind::Notice, clock, budget, |item| self.send(item, DueKind::Notice));
        let (reminders, notices) = tokio::try_join!(reminders, notices)?;
        Ok(reminders + notices)
    }

    async fn send(&self, item: DueItem, kind: DueKind) -> Result<bool, StoreError> {
        let DueItem::Session(id) = &item else { return Ok(false) };
        let now = self.clock.now();
        let issue = || LinkToken::issue(id, &self.keyring, &self.entropy).1;
        let command = |presence: &Presence| {
            let (issued, here) = (issue(), presence.guests_here(now));
            match kind {
                DueKind::Reminder => Command::Remind { issued, here },
                _ => Command::Notify { issued, here },
            }
        };
        Ok(carry_out(&self.store, &self.live, id, now, command).await?.is_some())
    }
}

impl EventFunction for SendReminders {
    const NAME: &'static str = "send-reminders";
    /// What the schedule sends says nothing that matters here.
    type Event = serde_json::Value;
    type Output = Tally;

    fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            store: Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table),
            live: Live::new(runtime.live()),
            keyring: runtime.keyring(),
            entropy: runtime.entropy.clone(),
            clock: runtime.clock.clone(),
        }
    }

    async fn handle(&self, _: Self::Event) -> Result<Tally, lambda_runtime::Error> {
        Ok(self.run(BUDGET).await?)
    }
}
