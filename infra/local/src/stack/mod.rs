//! The stack and what can be asked of it.

mod builder;
mod database;
mod error;
mod functions;
mod local;
mod start;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use dynoxide::Database;
use parlor_runtime::{Clock, Runtime};
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::functions::{Environments, runtime, variable_of};
use crate::clock::LocalClock;
use crate::crash::{Crash, Crashes};
use crate::demo::Demo;
use crate::dynamodb::{Capacity, Fault, Observer, Requests};
use crate::invoke::InvokeError;
use crate::live::Live;
use crate::outbox::Outbox;
use crate::registry;
use crate::schedules::Schedules;
use crate::stream;
use crate::template;

pub use self::builder::StackBuilder;
pub use self::error::{ScheduleError, StackError};

/// How long [`Stack::settle`] waits for the stream.
const SETTLE_LIMIT: Duration = Duration::from_secs(15);
/// How long [`Stack::shutdown`] waits for live connections to be told goodbye.
const GOODBYE_LIMIT: Duration = Duration::from_secs(3);
/// How often expired items are removed, in seconds of real time.
const EXPIRY_EVERY: Duration = Duration::from_mins(1);

/// Where everything is, and who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    pub url: String,
    /// Who can sign in, if there is a demo.
    #[serde(flatten)]
    pub demo: Option<Demo>,
    /// The link that sets up the first admin, if there is no demo and it was not used yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_url: Option<String>,
    /// The page that shows every mail and text.
    pub outbox_url: String,
    /// The clock that can be moved.
    pub clock_url: String,
}

/// All of Parlor, running in this process until it is dropped or [shut down](Stack::shutdown).
pub struct Stack {
    ready: Ready,
    inner: Arc<Inner>,
    outbox: Outbox,
    environment: BTreeMap<String, String>,
    variables: Environments,
    /// The functions that have a URL of their own.
    with_url: BTreeSet<String>,
    /// Dropping it tells live connections to close.
    jumps: Arc<watch::Sender<u64>>,
    pub(crate) live: Arc<Live>,
    tasks: JoinSet<()>,
    /// Where files are when nothing is kept: gone with it.
    _files: Option<TempDir>,
}

/// What the one-machine stack's own routes need, too.
struct Inner {
    clock: LocalClock,
    schedules: Schedules,
    db: Database,
    streams: Vec<(String, watch::Receiver<String>)>,
    object_events: Arc<watch::Sender<usize>>,
    wake: Arc<watch::Sender<()>>,
    observer: Option<Observer>,
    crashes: Crashes,
    jumps: std::sync::Weak<watch::Sender<u64>>,
}

impl Stack {
    /// How it is to be.
    pub fn builder() -> StackBuilder {
        StackBuilder {
            data: None,
            port: 0,
            observe: false,
            stale_reads: false,
            keep_events: false,
            demo: true,
            story: false,
            brand: false,
            develop: false,
            document_child: None,
            rates: [0; 3],
            template: template::EMBEDDED.to_owned(),
            registry: registry::entries,
        }
    }

    /// Where it serves: `http://localhost:3000`.
    pub fn url(&self) -> &str {
        &self.ready.url
    }

    /// Where everything is, and who can sign in.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The functions' own URLs, by function, of those that have one.
    pub fn function_urls(&self) -> BTreeMap<String, String> {
        let url = |name: &String| (name.clone(), format!("{}/local/functions/{name}", self.ready.url));
        self.with_url.iter().map(url).collect()
    }

    /// Every mail and text that was sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The clock that the functions read.
    pub fn clock(&self) -> Clock {
        self.inner.clock.clock.clone()
    }

    /// A runtime like the functions have, for demo data and for tests that look into the tables. Requests through it are
    /// counted under `name`.
    ///
    /// # Errors
    /// The environment that the template describes is not one that functions accept.
    pub fn runtime(&self, name: &str) -> Result<Runtime, StackError> {
        runtime(name, &self.environment, self.variables.of_function(name), &self.inner.clock)
    }

    /// The environment that a function of this name would have as a process of its own: its own variables and those that
    /// Lambda sets. Its requests to DynamoDB are counted under `name`.
    pub fn environment(&self, name: &str) -> BTreeMap<String, String> {
        let variables = self.variables.of_function(name);
        let names = self.environment.keys().chain(variables.keys()).map(String::as_str);
        names
            .chain(["AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID"])
            .filter_map(|variable| {
                let value = variable_of(name, variable, &self.environment, variables)?;
                Some((variable.to_owned(), value))
            })
            .collect()
    }

    /// What `function` was last called with, if the builder was told to keep events and it was called.
    pub fn last_event(&self, function: &str) -> Option<Value> {
        self.live.functions.last_event(function)
    }

    /// Invokes `function` with an event's text, past the gateways that stand in front of it: for tests of what no gateway is
    /// trusted to keep away.
    ///
    /// # Errors
    /// There is no such function, or it gave no answer: it panicked, timed out, or did not understand the event.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<Value, InvokeError> {
        self.live.functions.invoke_raw(function, event.as_bytes().to_vec()).await
    }

    /// Waits for the schedules that the clock has set going, makes it jump, runs those that are due then, and waits until
    /// everything that follows from them was delivered.
    pub async fn advance(&self, seconds: u32) {
        self.inner.advance(seconds).await;
    }

    /// Runs a scheduled function now, by its name, and waits for it and for what it caused to be delivered.
    pub async fn run_schedule(&self, function: &str) -> Result<Value, ScheduleError> {
        self.inner.run_schedule(function).await
    }

    /// Waits until everything that was written before this call, to tables and to the bucket, was heard of by those functions
    /// that hear of it, and likewise what they wrote; 15 seconds at most.
    pub async fn settle(&self) {
        self.inner.settle().await;
    }

    /// Requests to DynamoDB so far, by function and operation. Empty unless the builder was told to count.
    pub fn requests(&self) -> Requests {
        self.inner.observer.as_ref().map(Observer::requests).unwrap_or_default()
    }

    /// The capacity that DynamoDB said these requests consumed. Empty unless the builder was told to count.
    pub fn capacity(&self) -> Capacity {
        self.inner.observer.as_ref().map(Observer::capacity).unwrap_or_default()
    }

    /// Requests to the bucket so far, by function and operation; those at an address are its function's that signed it. Empty unless
    /// the builder was told to count.
    pub fn file_requests(&self) -> Requests {
        self.inner.observer.as_ref().map(Observer::file_requests).unwrap_or_default()
    }

    /// Starts counting from nothing.
    pub fn reset_requests(&self) {
        if let Some(observer) = &self.inner.observer {
            observer.reset();
        }
    }

    /// Puts items, in DynamoDB's own JSON, into a table as if they had always been there: nothing is counted, and the
    /// stream says nothing of them. For those who need a table that is large.
    ///
    /// # Errors
    /// There is no such table, or an item is none of its.
    pub fn fill(&self, table: &str, items: Vec<Value>) -> Result<(), StackError> {
        let items: Result<Vec<dynoxide::Item>, _> = items.into_iter().map(serde_json::from_value).collect();
        let items = items.map_err(|error| StackError::Table(table.to_owned(), error))?;
        self.inner.db.import_items(table, items, dynoxide::ImportOptions::default())?;
        Ok(())
    }

    /// Asks `decide`, with the function and the operation (`session-end`, `TransactWriteItems`), about every request to
    /// DynamoDB from now on, in the order in which they come. Without effect unless the builder was told to count.
    pub fn inject(&self, decide: impl FnMut(&str, &str) -> Fault + Send + 'static) {
        if let Some(observer) = &self.inner.observer {
            observer.inject(Box::new(decide));
        }
    }

    /// Asks `decide`, with the function and the operation (`deliver`, `SendEmail`), about every request to AWS from now
    /// on, whether the invocation that sent it dies there.
    pub fn crash(&self, decide: impl FnMut(&str, &str) -> Crash + Send + 'static) {
        self.inner.crashes.decide(Box::new(decide));
    }

    /// Closes live connections, as API Gateway does before it goes away, and stops. What was answered is kept.
    pub async fn shutdown(mut self) {
        drop(self.jumps);
        let gone = async {
            while self.live.count() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let _: Result<(), _> = tokio::time::timeout(GOODBYE_LIMIT, gone).await;
        self.tasks.shutdown().await;
    }
}

impl Inner {
    async fn advance(&self, seconds: u32) {
        self.schedules.jump(seconds).await;
        self.settle().await;
        // Only now do connections look at the clock: what the schedules told them is on its way.
        if let Some(jumps) = self.jumps.upgrade() {
            jumps.send_modify(|count| *count += 1);
        }
    }

    async fn run_schedule(&self, function: &str) -> Result<Value, ScheduleError> {
        let answer = match self.schedules.run_one(function).await {
            None => return Err(ScheduleError::Unknown(function.to_owned())),
            Some(Err(error)) => return Err(ScheduleError::Failed(error)),
            Some(Ok(answer)) => answer,
        };
        self.settle().await;
        Ok(answer)
    }

    async fn settle(&self) {
        let settled = async {
            loop {
                for (table, position) in &self.streams {
                    let last = stream::last_record(&self.db, table);
                    self.wake.send_replace(());
                    // Numbers have the same length, so text compares as numbers do. An error means that the poller is gone.
                    let _ = position.clone().wait_for(|at| *at >= last).await;
                }
                let mut objects = self.object_events.subscribe();
                if *objects.borrow() == 0 {
                    return;
                }
                let _ = objects.wait_for(|count| *count == 0).await;
            }
        };
        if tokio::time::timeout(SETTLE_LIMIT, settled).await.is_err() {
            tracing::warn!("the stream has not settled");
        }
    }

    async fn expire(self: Arc<Self>) {
        let mut tick = tokio::time::interval(EXPIRY_EVERY);
        loop {
            tick.tick().await;
            let db = self.db.clone();
            match tokio::task::spawn_blocking(move || db.sweep_ttl()).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::error!(%error, "expiry"),
                Err(error) => tracing::error!(%error, "expiry"),
            }
        }
    }
}
