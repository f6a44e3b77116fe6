//! Somebody who listens for webhooks on this machine.

use std::sync::{Arc, Mutex};

use parlor_domain::SessionId;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body, byte for byte.
    pub body: String,
}

impl Received {
    /// The body.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A header's value.
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
    /// With this status.
    Status(u16),
    /// Takes the request and says nothing.
    Hang,
    /// Closes the connection without an answer.
    Reset,
    /// Redirects there.
    Redirect(String),
    /// Says 200 and goes on talking for ever.
    Endless,
}

/// Answers each delivery that it hears of.
type Behave = Box<dyn FnMut(&Received) -> Conduct + Send>;

/// Somebody who listens for webhooks on this machine.
#[derive(Clone)]
pub struct Receiver {
    /// Where it listens.
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
    conduct: Arc<Mutex<Behave>>,
    came: Arc<Notify>,
}

impl Receiver {
    /// Starts one that takes everything.
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
            let received = read_request(&mut stream).await?;
            let conduct = (self.conduct.lock().unwrap())(&received);
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

    /// Answers everything in one way from now on.
    pub fn answers(&self, conduct: Conduct) {
        self.decides(move |_| conduct.clone());
    }

    /// Decides about each request from now on.
    pub fn decides(&self, conduct: impl FnMut(&Received) -> Conduct + Send + 'static) {
        *self.conduct.lock().unwrap() = Box::new(conduct);
    }

    /// Everything that came so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// The names of everything that came so far.
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

    /// Forgets what came so far.
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
    Some(Received { headers, body: String::from_utf8(bytes[head..].to_vec()).unwrap() })
}
