//! One end of a live connection.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use parlor_domain::SessionId;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::{Installation, canary};

/// How long a frame may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// One end of a live connection.
pub struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
}

impl Line {
    /// Opens one to the installation with `ticket`, or says the status of the refusal; 0 when there was no answer.
    pub async fn open(installation: &Installation, ticket: &str, origin: Option<&str>) -> Result<Self, u16> {
        Self::at(&format!("{}?ticket={ticket}", installation.runtime.config.live_url), "", origin).await
    }

    /// Opens one to an address that has its ticket in it, to speak about `session`; or says the status of the refusal, 0
    /// when there was no answer.
    pub async fn at(url: &str, session: &str, origin: Option<&str>) -> Result<Self, u16> {
        canary::path(url);
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket, session: session.to_owned() }),
            Err(tungstenite::Error::Http(refusal)) => Err(refusal.status().as_u16()),
            Err(_) => Err(0),
        }
    }

    /// Speaks about `session` from here on.
    #[must_use]
    pub fn about(mut self, session: &SessionId) -> Self {
        self.session = session.to_string();
        self
    }

    /// Says something about the own session. Whether it can still be heard shows in the answer.
    pub async fn say(&mut self, mut frame: Value) {
        frame["session"] = json!(self.session);
        self.say_text(&frame.to_string()).await;
    }

    /// Sends a text frame of any content.
    pub async fn say_text(&mut self, text: &str) {
        let _: Result<(), _> = self.socket.send(Message::text(text)).await;
    }

    /// Sends a binary frame.
    pub async fn say_binary(&mut self, bytes: &[u8]) {
        let _: Result<(), _> = self.socket.send(Message::binary(bytes.to_vec())).await;
    }

    /// Posts a chat message under an id of one's own.
    pub async fn message(&mut self, id: &str, text: &str) {
        self.say(json!({"type": "message", "id": id, "text": text})).await;
    }

    /// Says that somebody is writing.
    pub async fn typing(&mut self) {
        self.say(json!({"type": "typing"})).await;
    }

    /// Says hello and waits for the whole answer; `presence` ends it.
    pub async fn hello(&mut self, since: u64) -> Vec<Value> {
        self.say(json!({"type": "hello", "since": since})).await;
        let mut answer = vec![];
        loop {
            let frame = self.next().await.expect("an answer to hello");
            let last = frame["type"] == "presence";
            answer.push(frame);
            // A presence that the other side caused may come in between; how things stand comes first in an answer.
            if last && answer.iter().any(|frame| frame["type"] == "session" && frame.get("event").is_none()) {
                return answer;
            }
        }
    }

    /// The next frame; `None` when the connection is over.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a frame in time")? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next frame of one of these types.
    pub async fn until(&mut self, types: &[&str]) -> Option<Value> {
        loop {
            let frame = self.next().await?;
            if types.iter().any(|kind| frame["type"] == *kind) {
                return Some(frame);
            }
        }
    }

    /// The next frame of this type, which has to come.
    pub async fn expect(&mut self, kind: &str) -> Value {
        self.until(&[kind]).await.unwrap_or_else(|| panic!("the connection is over before a {kind} frame"))
    }

    /// Whether the server ends the connection.
    pub async fn ended(&mut self) -> bool {
        while self.next().await.is_some() {}
        true
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        let _: Result<(), _> = self.socket.close(None).await;
    }

    /// Is gone without a word, as a phone in a tunnel is.
    pub fn kill(self) {
        drop(self);
    }
}
