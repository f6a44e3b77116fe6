//! The WebSocket API in front of the functions, and the management endpoint through which they answer, as API Gateway has
//! them.
//!
//! Differences: messages of one connection reach the functions side by side there, and one after the other here.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use data_encoding::{BASE64, BASE64URL};
use http::{HeaderMap, StatusCode, Uri, header};
use jiff::Timestamp;
use parlor_runtime::Entropy;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::LocalClock;
use crate::invoke::Functions;

/// The largest message, both ways.
const MESSAGE_LIMIT: usize = 128 * 1024;
/// The largest frame of a client.
const FRAME_LIMIT: usize = 32 * 1024;
/// How long nothing may be said.
const IDLE_SECONDS: i64 = 10 * 60;
/// How long a connection lives at most.
const LIFE_SECONDS: i64 = 2 * 60 * 60;
/// How many messages may wait for a client that reads slowly, and how many of its own may wait for the functions.
const QUEUE: usize = 256;
/// How long a client may take to read a message that is next. Who does not read is cut off, and keeps nobody waiting.
const READS_WITHIN: Duration = Duration::from_secs(10);

const NORMAL: u16 = 1000;
const GOING_AWAY: u16 = 1001;
const NO_STATUS: u16 = 1005;
const ABNORMAL: u16 = 1006;
const TOO_BIG: u16 = 1009;

/// The API, and who is connected.
pub(crate) struct Live {
    pub(crate) routes: BTreeMap<String, String>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: LocalClock,
    pub(crate) entropy: Entropy,
    connections: Mutex<HashMap<String, Connection>>,
    /// Changes when the clock jumped, so that connections look at it; closes when the stack stops.
    pub(crate) jumps: watch::Receiver<u64>,
}

/// What is known of one connection.
#[derive(Clone)]
struct Connection {
    outgoing: mpsc::Sender<Outgoing>,
    client: Arc<Client>,
    last_active: Timestamp,
}

/// What stays the same for as long as it lasts.
struct Client {
    id: String,
    connected_at: Timestamp,
    source_ip: String,
    user_agent: String,
    host: String,
    /// The code and the reason of a goodbye, from the one side or the other.
    goodbye: OnceLock<(u16, String)>,
}

enum Outgoing {
    Text(String),
    Close,
}

/// What waits for one client, and where to add to it.
struct Line {
    outgoing: mpsc::Sender<Outgoing>,
    queue: mpsc::Receiver<Outgoing>,
}

impl Live {
    pub(crate) fn new(
        routes: BTreeMap<String, String>,
        functions: Arc<Functions>,
        clock: LocalClock,
        entropy: Entropy,
        jumps: watch::Receiver<u64>,
    ) -> Self {
        Self { routes, functions, clock, entropy, connections: Mutex::new(HashMap::new()), jumps }
    }

    /// How many are connected.
    pub(crate) fn count(&self) -> usize {
        self.connections().len()
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<String, Connection>> {
        // Nothing that can panic happens while it is held.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self, id: &str) {
        let now = self.clock.now();
        if let Some(connection) = self.connections().get_mut(id) {
            connection.last_active = now;
        }
    }

    /// Why the connection has to go, if its time is over.
    fn overdue(&self, id: &str) -> Option<&'static str> {
        let now = self.clock.now();
        let connections = self.connections();
        let connection = connections.get(id)?;
        let seconds = |since: Timestamp| now.duration_since(since).as_secs();
        if seconds(connection.client.connected_at) >= LIFE_SECONDS {
            Some("Connection duration limit exceeded")
        } else if seconds(connection.last_active) >= IDLE_SECONDS {
            Some("Idle timeout")
        } else {
            None
        }
    }

    fn event(&self, client: &Client, route: &str, kind: &str) -> Value {
        let now = self.clock.now();
        json!({
            "requestContext": {
                "routeKey": route,
                "eventType": kind,
                "messageDirection": "IN",
                "extendedRequestId": "local",
                "requestId": self.functions.request_id(),
                "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "requestTimeEpoch": now.as_millisecond(),
                "connectedAt": client.connected_at.as_millisecond(),
                "connectionId": client.id,
                "domainName": client.host,
                "stage": "live",
                "apiId": "local",
                "identity": { "sourceIp": client.source_ip, "userAgent": client.user_agent },
            },
            "isBase64Encoded": false,
        })
    }

    /// Asks the function behind `$connect`. From its consent on the connection can be posted to, which is before its
    /// client knows that it is open: what is posted meanwhile waits in the line that `answer` gets. When that line is
    /// dropped, by whoever serves it or because nobody does, the connection is over.
    async fn attend(
        self: Arc<Self>,
        client: Arc<Client>,
        event: Value,
        answer: oneshot::Sender<Result<Line, StatusCode>>,
    ) {
        let status = self.consent(&event).await;
        if !status.is_success() {
            let _: Result<(), _> = answer.send(Err(status));
            return;
        }
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let last_active = self.clock.now();
        let connection = Connection { outgoing: outgoing.clone(), client: Arc::clone(&client), last_active };
        self.connections().insert(client.id.clone(), connection);
        // Whoever asked may have hung up: nobody hears the answer then, and the line is dropped here.
        let _: Result<(), _> = answer.send(Ok(Line { outgoing: outgoing.clone(), queue }));
        outgoing.closed().await;
        self.connections().remove(&client.id);
        self.disconnected(&client).await;
    }

    async fn consent(&self, event: &Value) -> StatusCode {
        let Some(function) = self.routes.get("$connect") else { return StatusCode::FORBIDDEN };
        match self.functions.invoke(function, event).await {
            Ok(answer) => answer["statusCode"]
                .as_u64()
                .and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            Err(error) => {
                tracing::error!(%error, "$connect");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    async fn disconnected(&self, client: &Client) {
        let gone = (ABNORMAL, String::new());
        let (status, reason) = client.goodbye.get().unwrap_or(&gone);
        let mut event = self.event(client, "$disconnect", "DISCONNECT");
        event["requestContext"]["disconnectStatusCode"] = (*status).into();
        event["requestContext"]["disconnectReason"] = reason.as_str().into();
        event["headers"] = json!({ "Host": client.host, "X-Forwarded-For": client.source_ip });
        if let Some(function) = self.routes.get("$disconnect")
            && let Err(error) = self.functions.invoke(function, &event).await
        {
            tracing::error!(%error, "$disconnect");
        }
    }

    async fn message(&self, client: &Client, outgoing: &mpsc::Sender<Outgoing>, body: Said) {
        let mut event = self.event(client, "$default", "MESSAGE");
        event["requestContext"]["messageId"] = self.functions.request_id().into();
        match body {
            Ok(text) => event["body"] = text.into(),
            Err(bytes) => {
                event["body"] = BASE64.encode(&bytes).into();
                event["isBase64Encoded"] = true.into();
            }
        }
        let outcome = match self.routes.get("$default") {
            Some(function) => self.functions.invoke(function, &event).await,
            None => return,
        };
        // What a function returns goes nowhere: the route has no route response. Only a failure is heard.
        if let Err(error) = outcome {
            tracing::error!(%error, "$default");
            let text = json!({
                "message": "Internal server error",
                "connectionId": client.id,
                "requestId": event["requestContext"]["requestId"],
            });
            let _: Result<(), _> = outgoing.try_send(Outgoing::Text(text.to_string()));
        }
    }

    /// Hands a client's messages to the function, in their order.
    async fn relay(
        self: Arc<Self>,
        client: Arc<Client>,
        outgoing: mpsc::Sender<Outgoing>,
        mut messages: mpsc::Receiver<Said>,
    ) {
        while let Some(body) = messages.recv().await {
            self.message(&client, &outgoing, body).await;
        }
    }

    async fn serve(self: Arc<Self>, mut socket: WebSocket, client: Arc<Client>, line: Line) {
        let Line { outgoing, mut queue } = line;
        let (incoming, messages) = mpsc::channel(QUEUE);
        tokio::spawn(Arc::clone(&self).relay(Arc::clone(&client), outgoing, messages));
        let mut jumps = self.jumps.clone();
        let mut tick = tokio::time::interval(Duration::from_secs(5));
        let goodbye = loop {
            tokio::select! {
                // What was queued goes out before a limit is looked at: a jump of the clock makes schedules push first.
                biased;
                sent = queue.recv() => match sent {
                    Some(Outgoing::Text(text)) => {
                        self.touch(&client.id);
                        let sent = tokio::time::timeout(READS_WITHIN, socket.send(Message::text(text))).await;
                        if !matches!(sent, Ok(Ok(()))) {
                            break (ABNORMAL, String::new());
                        }
                    }
                    Some(Outgoing::Close) | None => {
                        close(&mut socket, NORMAL, "").await;
                        break (NORMAL, "Connection closed by the server".to_owned());
                    }
                },
                // Nothing is read that could not be handed on.
                (permit, received) = async { (incoming.reserve().await, socket.recv().await) } => match received {
                    Some(Ok(Message::Text(text))) => {
                        self.touch(&client.id);
                        hand_on(permit, Ok(text.to_string()));
                    }
                    Some(Ok(Message::Binary(bytes))) => {
                        self.touch(&client.id);
                        hand_on(permit, Err(bytes));
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => self.touch(&client.id),
                    Some(Ok(Message::Close(frame))) => {
                        break frame.map_or((NO_STATUS, String::new()), |frame| (frame.code, frame.reason.to_string()));
                    }
                    Some(Err(error)) => {
                        let error = error.to_string();
                        if error.contains("too long") || error.contains("too big") {
                            close(&mut socket, TOO_BIG, "Message too large").await;
                            break (TOO_BIG, error);
                        }
                        break (ABNORMAL, error);
                    }
                    None => break (ABNORMAL, String::new()),
                },
                jumped = jumps.changed() => if jumped.is_err() {
                    close(&mut socket, GOING_AWAY, "Going away").await;
                    break (GOING_AWAY, "Going away".to_owned());
                } else if let Some(reason) = self.overdue(&client.id) {
                    close(&mut socket, GOING_AWAY, "Going away").await;
                    break (GOING_AWAY, reason.to_owned());
                },
                _ = tick.tick() => if let Some(reason) = self.overdue(&client.id) {
                    close(&mut socket, GOING_AWAY, "Going away").await;
                    break (GOING_AWAY, reason.to_owned());
                },
            }
        };
        // It is set here only. The line ends with this, and `attend` hears of it.
        let _: Result<(), _> = client.goodbye.set(goodbye);
    }
}

/// What a client said, as text or not.
type Said = Result<String, Bytes>;

fn hand_on<E>(permit: Result<mpsc::Permit<'_, Said>, E>, said: Said) {
    // Without a permit whoever hands on is gone, and the connection with them.
    if let Ok(permit) = permit {
        permit.send(said);
    }
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame { code, reason: reason.into() };
    // Whoever is gone already needs no farewell.
    let _: Result<(), _> = socket.send(Message::Close(Some(frame))).await;
}

/// Opens a connection if the function behind `$connect` agrees.
pub(crate) async fn connect(
    State(live): State<Arc<Live>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return (StatusCode::UPGRADE_REQUIRED, "Upgrade Required").into_response();
    };
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let client = Arc::new(Client {
        id: BASE64URL.encode(&live.entropy.bytes::<11>()),
        connected_at: live.clock.now(),
        source_ip: peer.ip().to_string(),
        user_agent: text(header::USER_AGENT).to_owned(),
        host: text(header::HOST).to_owned(),
        goodbye: OnceLock::new(),
    });
    let mut event = live.event(&client, "$connect", "CONNECT");
    describe_request(&mut event, &uri, &headers, &client);
    let (answer, answered) = oneshot::channel();
    // A task of its own: a client who hangs up meanwhile does not stop the function, and who was let in has to leave.
    tokio::spawn(Arc::clone(&live).attend(Arc::clone(&client), event, answer));
    match answered.await {
        Ok(Ok(line)) => upgrade
            .max_message_size(MESSAGE_LIMIT)
            .max_frame_size(FRAME_LIMIT)
            .on_upgrade(move |socket| live.serve(socket, client, line)),
        Ok(Err(status)) => status.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Headers and query as `$connect` is told them: names capitalised, once with one value and once with all.
fn describe_request(event: &mut Value, uri: &Uri, headers: &HeaderMap, client: &Client) {
    let mut all: Map<String, Value> = Map::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let values = all.entry(capitalised(name.as_str())).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.into());
        }
    }
    all.insert("X-Forwarded-For".to_owned(), json!([client.source_ip]));
    all.insert("X-Forwarded-Proto".to_owned(), json!(["http"]));
    event["headers"] = last_of_each(&all);
    event["multiValueHeaders"] = all.into();
    let mut query: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        let values = query.entry(name.into_owned()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.into_owned().into());
        }
    }
    if !query.is_empty() {
        event["queryStringParameters"] = last_of_each(&query);
        event["multiValueQueryStringParameters"] = query.into();
    }
}

fn last_of_each(all: &Map<String, Value>) -> Value {
    all.iter()
        .filter_map(|(name, values)| Some((name.clone(), values.as_array()?.last()?.clone())))
        .collect::<Map<_, _>>()
        .into()
}

fn capitalised(name: &str) -> String {
    let parts: Vec<String> = name
        .split('-')
        .map(|part| {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
        })
        .collect();
    parts.join("-")
}

/// The management endpoint: `POST`, `GET` and `DELETE` of `/live/@connections/{id}`. Not for browsers: it listens where only
/// the functions know.
pub(crate) fn management(live: Arc<Live>) -> Router {
    Router::new()
        .route("/live/@connections/{id}", post(send).get(show).delete(remove))
        .layer(DefaultBodyLimit::disable())
        .with_state(live)
}

fn gone() -> Response {
    refusal(StatusCode::GONE, "GoneException")
}

fn refusal(status: StatusCode, kind: &'static str) -> Response {
    (status, [("x-amzn-errortype", kind)], axum::Json(json!({ "message": kind }))).into_response()
}

async fn send(State(live): State<Arc<Live>>, Path(id): Path<String>, body: Bytes) -> Response {
    if body.len() > MESSAGE_LIMIT {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeException");
    }
    let Some(connection) = live.connections().get(&id).cloned() else {
        return gone();
    };
    let text = String::from_utf8_lossy(&body).into_owned();
    // Who does not read is given up, and whoever posts does not wait for them.
    if connection.outgoing.try_send(Outgoing::Text(text)).is_ok() {
        return StatusCode::OK.into_response();
    }
    live.connections().remove(&id);
    gone()
}

async fn show(State(live): State<Arc<Live>>, Path(id): Path<String>) -> Response {
    let Some(connection) = live.connections().get(&id).cloned() else {
        return gone();
    };
    let client = &connection.client;
    axum::Json(json!({
        "connectedAt": client.connected_at.to_string(),
        "lastActiveAt": connection.last_active.to_string(),
        "identity": { "sourceIp": client.source_ip, "userAgent": client.user_agent },
    }))
    .into_response()
}

async fn remove(State(live): State<Arc<Live>>, Path(id): Path<String>) -> Response {
    let Some(connection) = live.connections().remove(&id) else {
        return gone();
    };
    // A line that is full ends by itself: its client does not read.
    match connection.outgoing.try_send(Outgoing::Close) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => gone(),
    }
}
