//! Counts what functions ask of DynamoDB, by passing every request through.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};

/// How many requests each function made, by operation: `session-end`, `TransactWriteItems` -> 1.
pub type Requests = BTreeMap<String, BTreeMap<String, u64>>;

/// The counts so far.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<Mutex<Requests>>);

impl Counter {
    fn lock(&self) -> MutexGuard<'_, Requests> {
        // Nothing that can panic happens while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn requests(&self) -> Requests {
        self.lock().clone()
    }

    pub(crate) fn reset(&self) {
        self.lock().clear();
    }

    fn count(&self, headers: &HeaderMap) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let operation = text("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        let function =
            function(text("x-amz-user-agent")).or_else(|| function(text("user-agent"))).unwrap_or("unknown").to_owned();
        *self.lock().entry(function).or_default().entry(operation).or_default() += 1;
    }
}

/// A client says whose it is as `app/<name>` in its user agent.
fn function(user_agent: &str) -> Option<&str> {
    user_agent.split(' ').find_map(|part| part.strip_prefix("app/"))
}

#[derive(Clone)]
struct Proxy {
    counter: Counter,
    client: reqwest::Client,
    target: String,
}

/// Passes everything on to `target` and counts it.
pub(crate) fn proxy(counter: Counter, target: String) -> Router {
    Router::new().fallback(pass).layer(DefaultBodyLimit::disable()).with_state(Proxy {
        counter,
        client: reqwest::Client::new(),
        target,
    })
}

async fn pass(State(proxy): State<Proxy>, method: Method, uri: Uri, mut headers: HeaderMap, body: Bytes) -> Response {
    proxy.counter.count(&headers);
    for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
        headers.remove(name);
    }
    let url = format!("{}{}", proxy.target, uri.path());
    let answer = async {
        let answer = proxy.client.request(method, url).headers(headers).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
    };
    match answer.await {
        Ok((status, headers, body)) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response
        }
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_names_the_function() {
        assert_eq!(function("aws-sdk-rust/1.3 app/session-end lang/rust"), Some("session-end"));
        assert_eq!(function("curl/8"), None);
    }
}
