//! Lets invocations die between two of their requests, as they do on AWS when a machine goes away or time is over. What
//! an emulator never does by itself, a test can ask for at every single point.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::broadcast;

use crate::policy;

/// Where an invocation dies, seen from one of its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Not here.
    None,
    /// Before the request took effect.
    Before,
    /// After it took effect and before its answer was read.
    After,
}

type Decide = Box<dyn FnMut(&str, &str) -> Crash + Send>;

/// Who decides about crashes, and who hears of them. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Crashes {
    decide: Arc<Mutex<Option<Decide>>>,
    functions: broadcast::Sender<String>,
}

impl Crashes {
    pub(crate) fn new() -> Self {
        // More invocations of one function at once than any test has.
        Self { decide: Arc::default(), functions: broadcast::channel(64).0 }
    }

    pub(crate) fn decide(&self, decide: Decide) {
        *self.decide.lock().unwrap_or_else(PoisonError::into_inner) = Some(decide);
    }

    /// Completes when `function` is to die, if that is after this call.
    pub(crate) fn of(&self, function: &str) -> impl Future<Output = ()> + Send + use<> {
        let (mut listen, function) = (self.functions.subscribe(), function.to_owned());
        async move {
            loop {
                match listen.recv().await {
                    Ok(dead) if dead == function => return,
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        }
    }

    fn fate(&self, function: &str, operation: &str) -> Crash {
        let mut decide = self.decide.lock().unwrap_or_else(PoisonError::into_inner);
        decide.as_mut().map_or(Crash::None, |decide| decide(function, operation))
    }

    /// Ends the running invocations of `function`; their request is never answered.
    async fn end(&self, function: String) -> Response {
        // Nobody listens when the invocation has just ended by itself.
        let _: Result<usize, _> = self.functions.send(function);
        std::future::pending().await
    }
}

/// Stands in front of everything that functions send requests to.
pub(crate) async fn watch(State(crashes): State<Crashes>, request: Request, next: Next) -> Response {
    let function = policy::function(request.headers()).to_owned();
    match crashes.fate(&function, &operation(&request)) {
        Crash::None => next.run(request).await,
        Crash::Before => crashes.end(function).await,
        Crash::After => {
            next.run(request).await;
            crashes.end(function).await
        }
    }
}

/// `TransactWriteItems`, `SendEmail`, `Publish`, `PostToConnection`, `DeleteConnection`.
fn operation(request: &Request) -> String {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    match (target, request.uri().path(), request.method().as_str()) {
        (Some(target), _, _) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        (None, path, "POST") if path.contains("/@connections/") => "PostToConnection".to_owned(),
        (None, path, "DELETE") if path.contains("/@connections/") => "DeleteConnection".to_owned(),
        // Keys have a bucket before them; what SES and SNS are asked has none.
        (None, path, "GET") if path.matches('/').count() > 1 => "GetObject".to_owned(),
        (None, path, "PUT") if path.matches('/').count() > 1 => "PutObject".to_owned(),
        (None, "/v2/email/outbound-emails", _) => "SendEmail".to_owned(),
        (None, "/", "POST") => "Publish".to_owned(),
        (None, path, method) => format!("{method} {path}"),
    }
}
