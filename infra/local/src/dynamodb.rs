//! Stands between the functions and DynamoDB: refuses what a function's role does not allow, counts requests, and makes
//! them fail in the ways in which they fail on AWS and never on an emulator.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::policy::{self, Roles};
use crate::stale_reads::{Lagging, may_be_stale};

/// How many requests each function made, by operation: `session-end`, `TransactWriteItems` -> 1.
pub type Requests = BTreeMap<String, BTreeMap<String, u64>>;

/// The capacity that each function consumed, by operation, in DynamoDB's units. A write's are write units, indexes and the
/// factor of a transaction included; everything else's are read units.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html>
pub type Capacity = BTreeMap<String, BTreeMap<String, f64>>;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it is passed on.
    None,
    /// It is refused as one too many; clients try again.
    Throttled,
    /// It is refused with an internal error and has no effect; clients try again.
    Failed,
    /// It takes effect, but the answer is an internal error; clients try again.
    LostAnswer,
    /// It is refused because another transaction is at the same item. Only for transactions and writes.
    Conflict,
    /// It is passed on after this time.
    Late(Duration),
    /// It is passed on when somebody else decides: at the next [`Stack::inject`](crate::Stack::inject). Clients give up
    /// after three seconds, and try again.
    Held,
    /// A read of an index, or one that does not ask to be consistent, answers what was true so long ago by the stack's
    /// clock; every other request is passed on. Fails unless the stack was built with
    /// [`stale_reads`](crate::StackBuilder::stale_reads). What one read showed, no later one forgets.
    Stale(Duration),
}

type Decide = Box<dyn FnMut(&str, &str) -> Fault + Send>;

/// The counts so far, those of the bucket beside them, and who decides about faults.
#[derive(Clone, Default)]
pub(crate) struct Observer {
    requests: Arc<Mutex<Requests>>,
    file_requests: Arc<Mutex<Requests>>,
    capacity: Arc<Mutex<Capacity>>,
    decide: Arc<Mutex<Option<Decide>>>,
    decided_anew: Arc<Notify>,
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Observer").field(&self.requests()).finish()
    }
}

impl Observer {
    fn counts(&self) -> MutexGuard<'_, Requests> {
        // Nothing that can panic happens while it is held.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn requests(&self) -> Requests {
        self.counts().clone()
    }

    pub(crate) fn capacity(&self) -> Capacity {
        self.capacity.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn file_requests(&self) -> Requests {
        self.file_requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a request to the bucket.
    pub(crate) fn observe_file(&self, function: &str, operation: &str) {
        let mut counts = self.file_requests.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(function.to_owned()).or_default().entry(operation.to_owned()).or_default() += 1;
    }

    pub(crate) fn reset(&self) {
        self.counts().clear();
        self.file_requests.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.capacity.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Adds what DynamoDB says that a request consumed: of one table, or of each table.
    fn consumed(&self, function: &str, operation: &str, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let consumed = &answer["ConsumedCapacity"];
        let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        let units: f64 = tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum();
        let mut capacity = self.capacity.lock().unwrap_or_else(PoisonError::into_inner);
        *capacity.entry(function.to_owned()).or_default().entry(operation.to_owned()).or_default() += units;
    }

    pub(crate) fn inject(&self, decide: Decide) {
        let mut current = self.decide.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(decide);
        drop(current);
        self.decided_anew.notify_waiters();
    }

    /// Counts a request and says what happens to it.
    async fn observe(&self, function: &str, operation: &str) -> Fault {
        // From before the decision on, or one that comes right after it would be missed.
        let decided_anew = self.decided_anew.notified();
        let fault = self.decide(function, operation);
        if fault == Fault::Held {
            decided_anew.await;
        }
        fault
    }

    fn decide(&self, function: &str, operation: &str) -> Fault {
        let mut counts = self.counts();
        let of_function = counts.entry(function.to_owned()).or_default();
        *of_function.entry(operation.to_owned()).or_default() += 1;
        drop(counts);
        let mut decide = self.decide.lock().unwrap_or_else(PoisonError::into_inner);
        decide.as_mut().map_or(Fault::None, |decide| decide(function, operation))
    }
}

#[derive(Clone)]
struct Proxy {
    observer: Observer,
    roles: Roles,
    client: reqwest::Client,
    target: String,
    copy: Option<StaleCopy>,
}

/// The copy of the tables that answers stale reads.
#[derive(Clone)]
pub(crate) struct StaleCopy {
    pub(crate) lagging: Arc<Lagging>,
    /// Where it serves.
    pub(crate) url: String,
}

/// Passes everything on to `target` that `roles` allow, unless it is to fail; stale reads to `copy`.
pub(crate) fn proxy(observer: Observer, roles: Roles, target: String, copy: Option<StaleCopy>) -> Router {
    Router::new().fallback(pass).layer(DefaultBodyLimit::disable()).with_state(Proxy {
        observer,
        roles,
        client: reqwest::Client::new(),
        target,
        copy,
    })
}

async fn pass(State(proxy): State<Proxy>, method: Method, uri: Uri, mut headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let function = policy::function(&headers).to_owned();

    let mut request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let needs = policy::dynamodb(&operation, &request);
    if let Some(message) = proxy.roles.refusal(&function, &needs) {
        return policy::denied(StatusCode::BAD_REQUEST, &message);
    }
    let fault = proxy.observer.observe(&function, &operation).await;
    let mut target = &proxy.target;
    match fault {
        Fault::Stale(lag) if may_be_stale(&operation, &request) => match &proxy.copy {
            Some(copy) if copy.lagging.catch_up(lag).is_ok() => target = &copy.url,
            _ => return refusal("InternalServerError"),
        },
        Fault::None | Fault::LostAnswer | Fault::Held | Fault::Stale(_) => {}
        Fault::Late(time) => tokio::time::sleep(time).await,
        Fault::Throttled => return refusal("ProvisionedThroughputExceededException"),
        Fault::Failed => return refusal("InternalServerError"),
        Fault::Conflict => return conflict(&operation, &body),
    }
    for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    let url = format!("{target}{}", uri.path());
    request["ReturnConsumedCapacity"] = "TOTAL".into();
    let passed_on = proxy.client.request(method, url).headers(headers).body(request.to_string());
    let answer = async {
        let answer = passed_on.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    let answer = answer.await;
    if let (Some(copy), Ok((StatusCode::OK, ..))) = (&proxy.copy, &answer)
        && let Err(error) = copy.lagging.wrote(&operation, &request)
    {
        tracing::error!(%error, "the copy for stale reads");
        return refusal("InternalServerError");
    }
    if let Ok((_, _, answer)) = &answer {
        proxy.observer.consumed(&function, &operation, answer);
    }
    match answer {
        Ok(_) if fault == Fault::LostAnswer => refusal("InternalServerError"),
        Ok((status, headers, body)) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

fn refusal(kind: &str) -> Response {
    let status = match kind {
        "InternalServerError" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    error(status, kind, json!({}))
}

/// A single write is refused as such; of a transaction, every part says whether it is the reason. Here all are.
fn conflict(operation: &str, body: &Bytes) -> Response {
    if !operation.starts_with("Transact") {
        return error(StatusCode::BAD_REQUEST, "TransactionConflictException", json!({}));
    }
    let parts = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|request| Some(request["TransactItems"].as_array()?.len()))
        .unwrap_or(1);
    let reasons: Vec<_> = (0..parts)
        .map(|_| json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" }))
        .collect();
    error(StatusCode::BAD_REQUEST, "TransactionCanceledException", json!({ "CancellationReasons": reasons }))
}

fn error(status: StatusCode, kind: &str, mut body: Value) -> Response {
    body["__type"] = format!("com.amazonaws.dynamodb.v20120810#{kind}").into();
    body["message"] = "as the test asked".into();
    let json = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (status, json, body.to_string()).into_response()
}
