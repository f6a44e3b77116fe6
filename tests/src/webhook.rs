//! A webhook endpoint of a test, and who listens there.

use std::sync::{Arc, Mutex};

use parlor_domain::SessionId;
use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::{Installation, canary};

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub headers: http::HeaderMap,
    pub body: String,
    /// Whether it was answered as taken, or is being: with a 2xx.
    pub taken: bool,
}

impl Received {
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A header that has to be there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// `session.ended 3`.
    #[must_use]
    pub fn name(&self) -> String {
        let body = self.json();
        format!("{} {}", body["type"].as_str().unwrap(), body["data"]["seq"])
    }

    /// Whether `secret` signed it, by the standard's own library; that it came just now is not asked.
    #[must_use]
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let timestamp = self.header("webhook-timestamp").parse().unwrap();
        let signature = Webhook::new(secret).unwrap().sign(self.header("webhook-id"), timestamp, self.body.as_bytes());
        let signature = signature.unwrap();
        self.header("webhook-signature").split(' ').any(|one| one == signature)
    }
}

/// How a receiver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    Status(u16),
    /// Takes the request and says nothing.
    Hang,
    /// Closes the connection without an answer.
    Reset,
    Redirect(String),
    /// Says 200 and goes on talking for ever.
    Endless,
}

/// Answers each delivery that it hears of.
type Behave = Box<dyn FnMut(&Received) -> Conduct + Send>;

/// Somebody who listens for webhooks on this machine.
#[derive(Clone)]
pub struct Receiver {
    /// Where to send.
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    conduct: Arc<Mutex<Behave>>,
    came: Arc<Notify>,
}

impl Receiver {
    /// Listens on a free port, and answers 204 until told otherwise.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://127.0.0.1:{}/hooks", listener.local_addr().unwrap().port()),
            received: Arc::default(),
            conduct: Arc::new(Mutex::new(Box::new(|_| Conduct::Status(204)))),
            came: Arc::default(),
        };
        let served = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let served = served.clone();
                tokio::spawn(async move { served.serve(stream).await });
            }
        });
        receiver
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut received = read_request(&mut stream).await?;
            let conduct = (self.conduct.lock().unwrap())(&received);
            received.taken = matches!(conduct, Conduct::Status(200..300) | Conduct::Endless);
            self.received.lock().unwrap().push(received);
            self.came.notify_waiters();
            let answer = match conduct {
                Conduct::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
                Conduct::Redirect(to) => {
                    format!("HTTP/1.1 308 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
                }
                Conduct::Reset => return None,
                Conduct::Hang => std::future::pending().await,
                Conduct::Endless => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
                    loop {
                        stream.write_all(&[b'x'; 4096]).await.ok()?;
                    }
                }
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    /// Answers every delivery alike from now on.
    pub fn answers(&self, conduct: Conduct) {
        self.decides(move |_| conduct.clone());
    }

    /// Answers each delivery as `conduct` says from now on.
    pub fn decides(&self, conduct: impl FnMut(&Received) -> Conduct + Send + 'static) {
        *self.conduct.lock().unwrap() = Box::new(conduct);
    }

    /// Everything that came so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What came, by type and number, in its order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.received().iter().map(Received::name).collect()
    }

    /// What came for one session, in its order.
    #[must_use]
    pub fn names_of(&self, session: &SessionId) -> Vec<String> {
        let of = |received: &&Received| received.json()["data"]["session"] == json!(session);
        self.received().iter().filter(of).map(Received::name).collect()
    }

    /// Forgets what came.
    pub fn forget(&self) {
        self.received.lock().unwrap().clear();
    }

    /// Waits until so much came.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let came = self.came.notified();
            if self.received.lock().unwrap().len() >= count {
                return;
            }
            came.await;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = vec![];
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut headers = http::HeaderMap::new();
    for line in std::str::from_utf8(&bytes[..head]).unwrap().lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        headers.insert(http::HeaderName::try_from(name).unwrap(), value.trim().parse().unwrap());
    }
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received { headers, body: String::from_utf8(bytes[head..].to_vec()).unwrap(), taken: false })
}

/// What the tests do with an endpoint.
pub struct Endpoint {
    pub id: String,
    /// What signs.
    pub secret: String,
    /// Who listens there.
    pub receiver: Receiver,
}

impl Endpoint {
    /// One that hears of these types (all, when there are none).
    pub async fn new(installation: &Installation, events: &[&str]) -> Self {
        let receiver = Receiver::start().await;
        let made = installation.post("/v1/webhooks", json!({"url": receiver.url, "events": events})).await;
        Self::of(&made, receiver)
    }

    /// One that was made already, by the answer that showed its secret.
    #[must_use]
    pub fn of(made: &Value, receiver: Receiver) -> Self {
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        canary::token("a webhook's secret", &text("secret"));
        Self { id: text("id"), secret: text("secret"), receiver }
    }

    /// Its path in the API, with `rest` behind it.
    #[must_use]
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/webhooks/{}{rest}", self.id)
    }

    /// The endpoint as the API shows it.
    pub async fn read(&self, installation: &Installation) -> Value {
        installation.get(&self.path("")).await
    }

    /// Its newest deliveries.
    pub async fn deliveries(&self, installation: &Installation) -> Vec<Value> {
        installation.get(&self.path("/deliveries")).await["items"].as_array().unwrap().clone()
    }

    /// Of the delivery of an event: state and statuses of the attempts.
    pub async fn states(&self, installation: &Installation) -> Vec<(String, usize)> {
        let deliveries = self.deliveries(installation).await;
        let of = |delivery: &Value| {
            (delivery["state"].as_str().unwrap().to_owned(), delivery["attempts"].as_array().unwrap().len())
        };
        deliveries.iter().map(of).collect()
    }

    /// Changes it over the version that stands.
    pub async fn change(&self, installation: &Installation, change: Value) -> Value {
        let version = installation.etag(&self.path("")).await;
        let (status, answer) =
            installation.call_with(Method::PATCH, &self.path(""), Some(change), &[("if-match", &version)]).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}
