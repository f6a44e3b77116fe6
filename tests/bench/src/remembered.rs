//! The services of AWS once more, from memory: an answer is the stack's own the first time, and the same from then on.
//!
//! On AWS the tables are other machines' work. Here they would share the processors with the program whose time is taken, and
//! make it wait: the same instructions take more CPU time after a pause of some milliseconds than they do back to back.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The variables that say where services are.
const ENDPOINTS: [&str; 4] =
    ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SNS", "PARLOR_LIVE_ENDPOINT"];

/// What tells requests apart: method, path, the operation where that is in a header, and which end a query begins at: a room
/// and its newest event are asked for side by side.
type Key = (Method, String, Option<String>, Option<bool>);

/// Status, headers and body.
type Answer = (StatusCode, HeaderMap, Bytes);

#[derive(Clone)]
struct Services {
    upstream: String,
    client: reqwest::Client,
    known: Arc<Mutex<HashMap<Key, Answer>>>,
}

impl Services {
    /// The stack's own answer.
    async fn ask(&self, key: &Key, mut headers: HeaderMap, body: Bytes) -> Result<Answer, reqwest::Error> {
        // Of this connection, not of the one that goes on from here; the same for the answer.
        headers.remove(header::HOST);
        headers.remove(header::CONTENT_LENGTH);
        let url = format!("{}{}", self.upstream, key.1);
        let answer = self.client.request(key.0.clone(), url).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_LENGTH);
        Ok((status, headers, answer.bytes().await?))
    }
}

/// Stands between one program and the stack.
pub(crate) struct Remembered(Vec<JoinHandle<()>>);

impl Remembered {
    /// Puts itself in the place of the services that `environment` names.
    pub(crate) async fn between(environment: &mut BTreeMap<String, String>) -> Self {
        let mut servers = Vec::new();
        for name in ENDPOINTS {
            let Some(url) = environment.get_mut(name) else { continue };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let here = format!("http://{}", listener.local_addr().unwrap());
            let (upstream, path) = match url.match_indices('/').nth(2) {
                Some((end, _)) => url.split_at(end),
                None => (url.as_str(), ""),
            };
            let services =
                Services { upstream: upstream.to_owned(), client: reqwest::Client::new(), known: Arc::default() };
            *url = format!("{here}{path}");
            let router = Router::new().fallback(answer).with_state(services);
            servers.push(tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }));
        }
        Self(servers)
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        for server in &self.0 {
            server.abort();
        }
    }
}

async fn answer(State(services): State<Services>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let target = head.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).map(str::to_owned);
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let forward = serde_json::from_slice::<Value>(&body).ok().and_then(|body| body["ScanIndexForward"].as_bool());
    let key = (head.method, path, target, forward);
    let known = services.known.lock().unwrap().get(&key).cloned();
    if let Some(known) = known {
        return known.into_response();
    }
    match services.ask(&key, head.headers, body).await {
        Ok(answer) => {
            if answer.0.is_success() {
                services.known.lock().unwrap().insert(key, answer.clone());
            }
            answer.into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
