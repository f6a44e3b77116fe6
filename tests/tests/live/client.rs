//! A room of the tests, and one end of a live connection to it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use parlor_domain::{
    Actor, Command, LinkToken, Origin, Secret, SecretHash, Session, SessionId, Settings, gate::Presented,
    session::Context,
};
use parlor_live::{Holder, Ticket};
use parlor_store::{Extras, Keys};
use parlor_tests::House;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// How long a frame may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A session whose customer has joined, with what its two sides connect with.
pub(crate) struct Room<'a> {
    pub(crate) house: &'a House,
    pub(crate) session: SessionId,
    pub(crate) device: SecretHash,
}

impl<'a> Room<'a> {
    /// A new session. The customer's way through the gates is not what is tested here: the device is bound by the same
    /// commands, without their pages.
    pub(crate) async fn joined(house: &'a House) -> Self {
        let session = house.session(None).await;
        let mut room = Self { house, session, device: Secret::generate(&house.runtime.entropy).hash() };
        let (_, issued) = LinkToken::issue(&room.session, &house.keyring, &house.runtime.entropy);
        let (before, settings) = room.read().await;
        let invited = before.decide(Command::GenerateLink(issued), &settings, &room.context(room.nina())).unwrap();
        house.store.commit(&invited, Extras::default()).await.unwrap();

        let device = Secret::generate(&house.runtime.entropy);
        let presented = Presented { posted: true, probe: true, ..Presented::default() };
        let command = Command::Continue { link: &invited.links[0], presented: &presented, device: &device };
        let joined = invited.session.decide(command, &settings, &room.context(Actor::Customer)).unwrap();
        house.store.commit(&joined, Extras::default()).await.unwrap();
        room.device = device.hash();
        room
    }

    async fn read(&self) -> (Session, Settings) {
        let found = self.house.store.read(Keys::new().session(&self.session)).await.unwrap();
        let (settings, _) = found.settings(&self.session.team()).unwrap();
        (found.session(&self.session).unwrap().unwrap().session, settings)
    }

    fn nina(&self) -> Actor {
        Actor::Agent { id: self.house.agent.id.clone(), name: self.house.agent.name.clone() }
    }

    fn context(&self, actor: Actor) -> Context {
        Context { actor, origin: Origin::default(), now: self.house.runtime.clock.now() }
    }

    /// Commits what the agent wants without telling anybody, as if every hint of it were lost. The number of its event.
    pub(crate) async fn act(&self, command: Command<'_>) -> u64 {
        let (session, settings) = self.read().await;
        let decision = session.decide(command, &settings, &self.context(self.nina())).unwrap();
        self.house.store.commit(&decision, Extras::default()).await.unwrap();
        decision.session.seq
    }

    pub(crate) fn customer_holder(&self) -> Holder {
        Holder::Customer(self.device.clone())
    }

    pub(crate) fn agent_holder(&self) -> Holder {
        Holder::Agent(self.house.agent.id.clone())
    }

    pub(crate) fn ticket(&self, holder: &Holder) -> String {
        let runtime = &self.house.runtime;
        Ticket::issue(&self.house.keyring, &runtime.entropy, &self.session, holder, runtime.clock.now())
    }

    pub(crate) async fn connect(&self, holder: &Holder) -> Result<Line, u16> {
        let line = Line::open(self.house, &self.ticket(holder), Some(self.house.stack.url())).await?;
        Ok(line.about(&self.session))
    }

    pub(crate) async fn customer(&self) -> Line {
        self.connect(&self.customer_holder()).await.unwrap()
    }

    pub(crate) async fn agent(&self) -> Line {
        self.connect(&self.agent_holder()).await.unwrap()
    }
}

/// One end of a live connection.
pub(crate) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
}

impl Line {
    /// Opens one, or says the status of the refusal; 0 when there was no answer.
    pub(crate) async fn open(house: &House, ticket: &str, origin: Option<&str>) -> Result<Self, u16> {
        let url = format!("{}?ticket={ticket}", house.runtime.config.live_url);
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket, session: String::new() }),
            Err(tungstenite::Error::Http(refusal)) => Err(refusal.status().as_u16()),
            Err(_) => Err(0),
        }
    }

    /// Speaks about `session` from here on.
    pub(crate) fn about(mut self, session: &SessionId) -> Self {
        self.session = session.to_string();
        self
    }

    /// Says something about the own session. Whether it can still be heard shows in the answer.
    pub(crate) async fn say(&mut self, mut frame: Value) {
        frame["session"] = json!(self.session);
        self.say_text(&frame.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        let _: Result<(), _> = self.socket.send(Message::text(text)).await;
    }

    pub(crate) async fn say_binary(&mut self, bytes: &[u8]) {
        let _: Result<(), _> = self.socket.send(Message::binary(bytes.to_vec())).await;
    }

    pub(crate) async fn message(&mut self, id: &str, text: &str) {
        self.say(json!({"type": "message", "id": id, "text": text})).await;
    }

    pub(crate) async fn typing(&mut self) {
        self.say(json!({"type": "typing"})).await;
    }

    /// Says hello and waits for the whole answer; `presence` ends it.
    pub(crate) async fn hello(&mut self, since: u64) -> Vec<Value> {
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
    pub(crate) async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a frame in time")? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next frame of one of these types.
    pub(crate) async fn until(&mut self, types: &[&str]) -> Option<Value> {
        loop {
            let frame = self.next().await?;
            if types.iter().any(|kind| frame["type"] == *kind) {
                return Some(frame);
            }
        }
    }

    /// The next frame of this type, which has to come.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        self.until(&[kind]).await.unwrap_or_else(|| panic!("the connection is over before a {kind} frame"))
    }

    /// Whether the server ends the connection.
    pub(crate) async fn ended(&mut self) -> bool {
        while self.next().await.is_some() {}
        true
    }

    /// Says goodbye.
    pub(crate) async fn close(mut self) {
        let _: Result<(), _> = self.socket.close(None).await;
    }

    /// Is gone without a word, as a phone in a tunnel is.
    pub(crate) fn kill(self) {
        drop(self);
    }
}
