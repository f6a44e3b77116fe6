//! The Runtime API: what Lambda puts beside a function's process, and what the process asks for its next invocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

/// Milliseconds since 1970 that are far away: no invocation of a bench runs out of time.
const DEADLINE: &str = "4102444800000";

/// What a process said.
enum News {
    /// It waits for an invocation: whatever it had to do before is done.
    Waiting,
    Answer(Value),
    /// What went wrong, in its own words.
    Failed(String),
}

/// One process's Runtime API.
pub(crate) struct Stub {
    /// Where it listens: `127.0.0.1:4711`, as `AWS_LAMBDA_RUNTIME_API` has it.
    pub(crate) address: String,
    events: mpsc::UnboundedSender<Value>,
    news: mpsc::UnboundedReceiver<News>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Api {
    events: Arc<Mutex<mpsc::UnboundedReceiver<Value>>>,
    news: mpsc::UnboundedSender<News>,
    next: Arc<AtomicU64>,
}

impl Stub {
    /// Listens on a free port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (events, queue) = mpsc::unbounded_channel();
        let (tell, news) = mpsc::unbounded_channel();
        let api = Api { events: Arc::new(Mutex::new(queue)), news: tell, next: Arc::default() };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
            .route("/2018-06-01/runtime/init/error", post(failure))
            .with_state(api);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, events, news, server }
    }

    /// Waits until the process has started and asks for its first invocation.
    pub(crate) async fn ready(&mut self) -> Result<(), String> {
        match self.news.recv().await {
            Some(News::Waiting) => Ok(()),
            Some(News::Failed(why)) => Err(format!("it could not start: {why}")),
            Some(News::Answer(_)) | None => Err("it answered what nobody asked".to_owned()),
        }
    }

    /// Invokes the process and waits until it has answered and asks for the next invocation.
    pub(crate) async fn invoke(&mut self, event: Value) -> Result<Value, String> {
        // The queue is open for as long as the server's task has it.
        let _: Result<(), _> = self.events.send(event);
        let mut outcome = Err("it asked for the next invocation without an answer".to_owned());
        loop {
            match self.news.recv().await {
                Some(News::Answer(answer)) => outcome = Ok(answer),
                Some(News::Failed(why)) => outcome = Err(why),
                Some(News::Waiting) | None => return outcome,
            }
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(api): State<Api>) -> Response {
    let _: Result<(), _> = api.news.send(News::Waiting);
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = format!("00000000-0000-4000-8000-{:012x}", api.next.fetch_add(1, Ordering::Relaxed));
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", DEADLINE),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        ("content-type", "application/json"),
    ];
    (headers, event.to_string()).into_response()
}

async fn answer(State(api): State<Api>, body: Bytes) -> StatusCode {
    let news = match serde_json::from_slice(&body) {
        Ok(answer) => News::Answer(answer),
        Err(_) if body.is_empty() => News::Answer(Value::Null),
        Err(error) => News::Failed(format!("an answer that is no JSON: {error}")),
    };
    let _: Result<(), _> = api.news.send(news);
    StatusCode::ACCEPTED
}

async fn failure(State(api): State<Api>, body: Bytes) -> StatusCode {
    let _: Result<(), _> = api.news.send(News::Failed(String::from_utf8_lossy(&body).into_owned()));
    StatusCode::ACCEPTED
}
