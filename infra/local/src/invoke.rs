//! Invokes functions as Lambda does: JSON in, JSON out, a deadline, and a crash that stays inside.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::crash::Crashes;
use lambda_runtime::{Context, LambdaEvent, Service};
use parlor_runtime::{Clock, EventFunction, HttpEvent, HttpFunction, Runtime, event_service, http_service};
use parlor_web::{
    Router, WebFunction,
    described_rows::{DescribedRow, rows},
};
use serde_json::Value;
use thiserror::Error;
use tokio::sync::watch;

/// The most that Lambda takes or answers.
pub(crate) const PAYLOAD_LIMIT: usize = 6 * 1024 * 1024;

type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;
type Handler = Arc<dyn Fn(Vec<u8>, Context) -> Answer + Send + Sync>;

/// Why an invocation gave no answer.
#[derive(Debug, Error)]
pub enum InvokeError {
    /// Nobody registered a function of this name.
    #[error("{0} is in the template but not in the registry")]
    Unknown(String),
    /// The event or the answer is over Lambda's limit.
    #[error("over 6 MB")]
    TooLarge,
    /// It took longer than the template allows.
    #[error("{0} took longer than its time-out")]
    TimedOut(String),
    /// A test let it die.
    #[error("{0} died")]
    Crashed(String),
    /// It returned an error or panicked.
    #[error("{function} failed: {message}")]
    Failed { function: String, message: String },
}

/// A line of the registry: a function's name, its rows, and how it is built.
pub(crate) struct Entry {
    /// As in the template.
    pub(crate) name: &'static str,
    /// What it says about its routes, if the HTTP API leads to it.
    pub(crate) rows: fn() -> Vec<DescribedRow>,
    build: fn(&Runtime) -> Handler,
}

/// A function behind the HTTP API.
pub(crate) fn web<F: WebFunction>() -> Entry {
    Entry { rows: rows::<F>, ..http::<Router<F>>() }
}

/// The same, for one that finds its way by itself.
pub(crate) fn http<F: HttpFunction>() -> Entry {
    Entry {
        name: F::NAME,
        rows: Vec::new,
        build: |runtime| {
            let service = http_service(Arc::new(F::new(runtime)), Arc::clone(&runtime.config.origin_secrets));
            Arc::new(move |payload, context| {
                let mut service = service.clone();
                Box::pin(async move {
                    let payload: HttpEvent = decode(&payload)?;
                    let answer = service.call(LambdaEvent { payload, context }).await;
                    encode(&answer.map_err(|error| error.to_string())?)
                })
            })
        },
    }
}

/// A function behind anything else.
pub(crate) fn event<F: EventFunction>() -> Entry {
    Entry {
        name: F::NAME,
        rows: Vec::new,
        build: |runtime| {
            let service = event_service(Arc::new(F::new(runtime)));
            Arc::new(move |payload, context| {
                let mut service = service.clone();
                Box::pin(async move {
                    let payload: F::Event = decode(&payload)?;
                    let answer = service.call(LambdaEvent { payload, context }).await;
                    encode(&answer.map_err(|error| error.to_string())?)
                })
            })
        },
    }
}

fn decode<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    serde_json::from_slice(payload).map_err(|error| format!("the event is not understood: {error}"))
}

fn encode<T: serde::Serialize>(answer: &T) -> Result<Vec<u8>, String> {
    serde_json::to_vec(answer).map_err(|error| format!("the answer is no JSON: {error}"))
}

struct Invocable {
    handler: Handler,
    timeout: Duration,
}

/// All functions, ready to be invoked.
pub(crate) struct Functions {
    by_name: BTreeMap<String, Invocable>,
    clock: Clock,
    crashes: Crashes,
    next_request: AtomicU64,
    /// What each function was last called with, if that is kept.
    last_events: Option<Mutex<BTreeMap<String, Value>>>,
    /// Wakes the stream's pollers: whoever ran may have written something.
    pub(crate) ran: Arc<watch::Sender<()>>,
}

impl Functions {
    pub(crate) fn new(clock: Clock, ran: Arc<watch::Sender<()>>, crashes: Crashes) -> Self {
        Self { by_name: BTreeMap::new(), clock, crashes, next_request: AtomicU64::new(1), last_events: None, ran }
    }

    /// Keeps what each function is called with from now on, see [`Functions::last_event`].
    pub(crate) fn keep_events(&mut self) {
        self.last_events = Some(Mutex::default());
    }

    /// What `function` was last called with, if events are kept and it was called.
    pub(crate) fn last_event(&self, function: &str) -> Option<Value> {
        let events = self.last_events.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        events.get(function).cloned()
    }

    /// Builds what `entry` describes, as Lambda's init phase does.
    pub(crate) fn add(&mut self, entry: &Entry, runtime: &Runtime, timeout: Duration) {
        let handler = (entry.build)(runtime);
        self.by_name.insert(entry.name.to_owned(), Invocable { handler, timeout });
    }

    /// A number in the shape of a request id, different for every request of this process.
    pub(crate) fn request_id(&self) -> String {
        let number = self.next_request.fetch_add(1, Ordering::Relaxed);
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    /// Invokes `function` with `event` and waits for what it answers.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        if let Some(events) = &self.last_events {
            // Nothing that can panic happens while it is held.
            events.lock().unwrap_or_else(PoisonError::into_inner).insert(function.to_owned(), event.clone());
        }
        self.invoke_raw(function, event.to_string().into_bytes()).await
    }

    /// The same with the event's text, which may be JSON that [`Value`] cannot hold.
    pub(crate) async fn invoke_raw(&self, function: &str, payload: Vec<u8>) -> Result<Value, InvokeError> {
        let failed = |message: String| InvokeError::Failed { function: function.to_owned(), message };
        let invocable = self.by_name.get(function).ok_or_else(|| InvokeError::Unknown(function.to_owned()))?;
        if payload.len() > PAYLOAD_LIMIT {
            return Err(InvokeError::TooLarge);
        }
        let mut context = Context::default();
        context.request_id = self.request_id();
        let deadline = self.clock.now().as_millisecond() + millis(invocable.timeout);
        context.deadline = u64::try_from(deadline).unwrap_or_default();
        // A task of its own, so that a panic ends the invocation and nothing else, and so that a caller who hangs up
        // does not stop a function half-way: Lambda would let it finish, too.
        let crash = self.crashes.of(function);
        let task = tokio::spawn((invocable.handler)(payload, context));
        let abort = task.abort_handle();
        let outcome = tokio::select! {
            outcome = tokio::time::timeout(invocable.timeout, task) => outcome,
            () = crash => {
                abort.abort();
                self.ran.send_replace(());
                return Err(InvokeError::Crashed(function.to_owned()));
            }
        };
        self.ran.send_replace(());
        match outcome {
            Err(_) => {
                abort.abort();
                Err(InvokeError::TimedOut(function.to_owned()))
            }
            Ok(Err(panic)) => Err(failed(panic.to_string())),
            Ok(Ok(Err(message))) => Err(failed(message)),
            Ok(Ok(Ok(answer))) if answer.len() > PAYLOAD_LIMIT => Err(InvokeError::TooLarge),
            Ok(Ok(Ok(answer))) => serde_json::from_slice(&answer).map_err(|error| failed(error.to_string())),
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
