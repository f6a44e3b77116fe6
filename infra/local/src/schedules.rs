//! Calls scheduled functions when their time has come, by the clock that can jump.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::clock::LocalClock;
use crate::invoke::{Functions, InvokeError};
use crate::template::Schedule;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(1);

/// All schedules and when each last ran.
pub(crate) struct Schedules {
    all: Vec<Schedule>,
    functions: Arc<Functions>,
    clock: LocalClock,
    /// Held by whoever runs what is due, to the end of that.
    last_run: Mutex<BTreeMap<String, Timestamp>>,
}

impl Schedules {
    /// Schedules that begin one period from now.
    pub(crate) fn new(schedules: Vec<Schedule>, functions: Arc<Functions>, clock: LocalClock) -> Self {
        let now = clock.now();
        let last_run = schedules.iter().map(|schedule| (schedule.function.clone(), now)).collect();
        Self { all: schedules, functions, clock, last_run: Mutex::new(last_run) }
    }

    /// Runs what is due, for ever.
    pub(crate) async fn run(&self) {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            self.run_due().await;
        }
    }

    /// Makes the clock jump, and runs what is due then. When this returns, all of that has run, and what the clock
    /// had set going before, too.
    pub(crate) async fn jump(&self, seconds: u32) {
        let mut last_run = self.last_run.lock().await;
        self.clock.advance(seconds);
        self.run_those_due(&mut last_run).await;
    }

    async fn run_due(&self) {
        self.run_those_due(&mut *self.last_run.lock().await).await;
    }

    /// Runs what is due, each once however long it has been due, and waits for it.
    async fn run_those_due(&self, last_run: &mut BTreeMap<String, Timestamp>) {
        let now = self.clock.now();
        let is_due = |schedule: &&Schedule| {
            let last = last_run.entry(schedule.function.clone()).or_insert(now);
            let passed = now.duration_since(*last).as_secs();
            let due = u64::try_from(passed).is_ok_and(|passed| passed >= schedule.every);
            if due {
                *last = now;
            }
            due
        };
        let due: Vec<&Schedule> = self.all.iter().filter(is_due).collect();
        join_all(due.into_iter().map(|schedule| async move {
            if let Err(error) = self.invoke(&schedule.function).await {
                tracing::error!(%error, "schedule");
            }
        }))
        .await;
    }

    /// Runs one by its function's name, now. Nothing when there is no such schedule.
    pub(crate) async fn run_one(&self, function: &str) -> Option<Result<Value, InvokeError>> {
        let schedule = self.all.iter().find(|schedule| schedule.function == function)?;
        Some(self.invoke(&schedule.function).await)
    }

    async fn invoke(&self, function: &str) -> Result<Value, InvokeError> {
        let event = json!({
            "version": "0",
            "id": self.functions.request_id(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": "000000000000",
            "time": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": "us-east-1",
            "resources": [format!("arn:aws:scheduler:us-east-1:000000000000:schedule/default/{function}")],
            "detail": "{}",
        });
        self.functions.invoke(function, &event).await
    }
}
