//! What each function is asked in the bench: an invocation that the one-machine stack made of it, with whatever has to be
//! new in each repetition.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use jiff::SignedDuration;
use parlor_domain::{Role, SecretHash, SessionId};
use parlor_live::{Holder, Ticket};
use parlor_local::Stack;
use parlor_objects::Objects as _;
use parlor_store::{Guesser, ReadBatch, WrongPasswords};
use parlor_tests::{Browser, Installation, documents};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

/// Makes the event of a repetition, by its number, from the recorded one.
type Vary = Box<dyn Fn(&mut Value, u64)>;

/// How often a page says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// What every operation may cost; a case that has a row there is held to it.
const BUDGETS: &str = include_str!("../../../docs/budgets.md");

/// One function, and what it is asked.
pub(crate) struct Case {
    pub(crate) function: &'static str,
    /// In words, for the table. The words of `docs/budgets.md` where it has the operation.
    pub(crate) what: &'static str,
    /// Its answer's status; 0 for functions that answer nobody.
    pub(crate) status: u64,
    event: Value,
    vary: Option<Vary>,
}

impl Case {
    /// The event of repetition `number`; no two of a bench have the same number.
    pub(crate) fn event(&self, number: u64) -> Value {
        let mut event = self.event.clone();
        if let Some(vary) = &self.vary {
            vary(&mut event, number);
        }
        event
    }

    /// What the operation costs by `docs/budgets.md`, if it stands there.
    pub(crate) fn budget(&self) -> Option<&'static str> {
        let row = format!("| {} | `{}` | ", self.what, self.function);
        BUDGETS.lines().find_map(|line| line.strip_prefix(&row)?.strip_suffix(" |"))
    }

    /// Whether `answer` is the one that was to be measured.
    pub(crate) fn check(&self, answer: &Value) -> Result<(), String> {
        let status = answer["statusCode"].as_u64().unwrap_or(0);
        if status == self.status { Ok(()) } else { Err(format!("answered {status} instead of {}", self.status)) }
    }
}

/// The functions that have nothing to ask the database.
pub(crate) const ASKS_NOTHING: [&str; 3] = ["static-files", "logo-file", "pack-files"];

/// What `agent-auth` costs without a password to look at.
const WAITING: &str = "sign in, one that has to wait";
/// Whose sign-in has to wait, for longer than any bench takes.
const GUESSED: &str = "guessed@example.com";

/// What is said in the bench's room: neither a word nor a novel.
const TEXT: &str = "Good morning, I have the documents here and would like to go through the second page with you.";

/// Sessions whose customers come in turn: one customer may not connect as often as a bench does.
const COMING: usize = 200;

/// An installation in which every function was called once, with what each was called.
pub(crate) struct Site {
    /// The one-machine stack, a team and its staff.
    pub(crate) installation: Installation,
    /// A session with its customer and an agent in the room.
    pub(crate) session: SessionId,
    /// Other sessions, whose customers connect again and again, and their devices.
    coming: Vec<(SessionId, SecretHash)>,
    /// By function; by function and case where it has more than one.
    events: BTreeMap<String, Value>,
    /// The two pages in the room.
    pages: Vec<Page>,
}

/// A page in the room, which reads what comes over its live connection. Told to, it pings, and says when it was heard.
type Page = mpsc::UnboundedSender<oneshot::Sender<()>>;

/// The functions that no case asks anything: new ones, whose author has to think of one.
pub(crate) fn without_a_case(cases: &[Case]) -> Result<Vec<String>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let programs = entries.flatten().filter(|entry| entry.path().join("src/main.rs").is_file());
    let names = programs.map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.filter(|name| cases.iter().all(|case| case.function != name)).collect())
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Site {
    /// Starts the one-machine stack and goes through it, so that each function is called.
    pub(crate) async fn visit() -> Self {
        let stack = Stack::builder().ephemeral().count_requests(true).keep_events(true).start().await.unwrap();
        let installation = Installation::of(stack).await;
        let session = installation.session(None).await;
        let customer = installation.joined(&session).await;
        // Whoever connects supersedes the page that is there, and in the room nobody is to leave.
        let mut coming = vec![];
        for _ in 0..COMING {
            let session = installation.session(None).await;
            drop(installation.joined(&session).await);
            let found = installation.store.read(ReadBatch::new().session(&session)).await.unwrap();
            let device = found.session(&session).unwrap().unwrap().session.device.unwrap().hash;
            coming.push((session, device));
        }
        let mut site = Self { installation, session, coming, events: BTreeMap::new(), pages: vec![] };
        site.room(&customer).await;
        site.staff().await;
        site.api().await;
        site.documents().await;
        site.schedules().await;
        site.door().await;
        site
    }

    /// All functions' cases, in the template's order.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let plain = |function: &'static str, what: &'static str, status: u64| Case {
            function,
            what,
            status,
            event: self.events[function].clone(),
            vary: None,
        };
        vec![
            plain("customer-entry", "opening page", 200),
            plain("customer-pin", "PIN page", 200),
            plain("customer-room", "customer's room", 200),
            plain("customer-work", "customer's workflow", 200),
            plain("agent-auth", "sign in", 303),
            Case { event: self.events[WAITING].clone(), ..plain("agent-auth", WAITING, 429) },
            plain("agent-console", "welcome page", 200),
            plain("admin-console", "settings page", 200),
            plain("first-steps", "first steps", 200),
            plain("settings", "read the system's settings", 200),
            plain("session-start", "start a session", 201),
            plain("session-read", "read a session", 200),
            plain("session-invite", "generate a link", 201),
            plain("session-end", "end what has ended", 200),
            plain("session-renew", "renew what is open", 409),
            plain("session-customer", "see the PIN", 200),
            plain("session-messages", "list messages", 200),
            plain("interactions", "list interactions", 200),
            plain("files", "announce an upload", 201),
            plain("customer-files", "announce a customer's upload", 201),
            plain("webhooks", "list webhooks", 200),
            plain("people", "list people", 200),
            plain("keys", "list API keys", 200),
            plain("library", "list the library", 200),
            plain("verify-document", "page that checks a file", 200),
            plain("logo-file", "a logo", 200),
            plain("static-files", "a style sheet", 200),
            Case { vary: Some(self.fresh_ticket()), ..plain("live-connect", "live: a customer connects", 200) },
            self.message(),
            plain("live-disconnect", "disconnect", 200),
            plain("deliver", "an entry that was sent before", 0),
            plain("deliver-webhooks", "an event that lists show, and that counts", 0),
            plain("document-read", "a form of a page", 0),
            plain("document-finish", "a form of a page", 0),
            plain("document-sign", "a document that was signed before", 0),
            plain("document-join", "a form of a page", 0),
            plain("pack-files", "a form of a page", 0),
            plain("document-file", "a report that nobody waits for", 0),
            plain("sweep-inactivity", "sweep, nothing due", 0),
            plain("sweep-access", "nothing due", 0),
            plain("apply-retention", "nothing due", 0),
            plain("send-reminders", "nothing due", 0),
            plain("retry-deliveries", "nothing due", 0),
            plain("retry-webhooks", "nothing due", 0),
        ]
    }

    /// What `function` was called with.
    pub(crate) fn event(&self, function: &str) -> Value {
        self.events[function].clone()
    }

    /// A chat message of the agent's, each time another.
    pub(crate) fn message(&self) -> Case {
        Case {
            function: "live-message",
            what: "live: message",
            status: 200,
            event: self.events["live-message"].clone(),
            vary: Some(Box::new(|event, number| {
                let mut frame: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
                frame["id"] = format!("bench-{number}").into();
                event["body"] = frame.to_string().into();
                // As often as somebody writes by hand, by the platform's clock.
                let at = event["requestContext"]["requestTimeEpoch"].as_i64().unwrap();
                let later = i64::try_from(number).unwrap() * 1_000;
                event["requestContext"]["requestTimeEpoch"] = (at + later).into();
            })),
        }
    }

    /// A ticket works once, and for a minute.
    fn fresh_ticket(&self) -> Vary {
        let (keyring, runtime) = (self.installation.keyring.clone(), self.installation.runtime.clone());
        let coming = self.coming.clone();
        Box::new(move |event, number| {
            let turn = usize::try_from(number).map_or(0, |number| number % coming.len());
            let (session, holder) = (&coming[turn].0, Holder::Customer(coming[turn].1.clone()));
            let ticket = Ticket::issue(&keyring, &runtime.entropy, session, &holder, runtime.clock.now());
            event["queryStringParameters"]["ticket"] = ticket.clone().into();
            event["multiValueQueryStringParameters"]["ticket"] = json!([ticket]);
            event["requestContext"]["connectionId"] = format!("bench{number}=").into();
        })
    }

    fn keep(&mut self, functions: &[&'static str]) {
        for function in functions {
            let event = self.installation.stack.last_event(function);
            self.events.insert((*function).to_owned(), event.unwrap_or_else(|| panic!("{function} was not called")));
        }
    }

    /// The customer and the agent meet.
    async fn room(&mut self, customer: &Browser) {
        let page = customer.get(&format!("/r/{}", self.session)).await;
        assert_eq!(page.status, 200);
        let stylesheet = page.text.split('"').find(|value| value.starts_with("/static/")).unwrap();
        assert_eq!(customer.get(stylesheet).await.status, 200);
        let steps =
            json!([{"id": "who", "title": "You", "fields": [{"name": "city", "label": "City", "type": "text"}]}]);
        let path = format!("/v1/sessions/{}/interactions", self.session);
        let made = self.installation.post(&path, json!({"kind": "workflow", "steps": steps})).await;
        let id = made["id"].as_str().unwrap().to_owned();
        assert_eq!(customer.get(&format!("/r/{}/i/{id}", self.session)).await.status, 200);
        let sha256 = "0".repeat(64);
        let file = [("name", "a.pdf"), ("size", "9"), ("content_type", "application/pdf"), ("sha256", sha256.as_str())];
        assert_eq!(customer.post(&format!("/r/{}/uploads", self.session), &file).await.status, 201);
        self.keep(&["customer-room", "customer-work", "customer-files", "static-files"]);

        let customer = open(&page.attribute("data-live").unwrap()).await;
        self.listen(customer);
        self.keep(&["live-connect"]);

        drop(open(&self.agents_door().await).await);
        while self.installation.stack.last_event("live-disconnect").is_none() {
            tokio::task::yield_now().await;
        }
        let mut agent = open(&self.agents_door().await).await;
        let frame = json!({"type": "message", "session": self.session, "id": "first", "text": TEXT});
        agent.send(Message::text(frame.to_string())).await.unwrap();
        // Writers hear their own message: then the function has answered.
        loop {
            let frame = agent.next().await.unwrap().unwrap();
            if frame.to_text().is_ok_and(|text| text.contains("\"first\"")) {
                break;
            }
        }
        self.listen(agent);
        self.keep(&["live-disconnect", "live-message"]);
    }

    async fn agents_door(&self) -> String {
        let (runtime, agent) = (&self.installation.runtime, &self.installation.agent);
        let holder = Holder::Agent(agent.id.clone(), self.installation.sign_in(agent).await.login);
        let ticket =
            Ticket::issue(&self.installation.keyring, &runtime.entropy, &self.session, &holder, runtime.clock.now());
        format!("{}?ticket={ticket}", runtime.config.live_url)
    }

    fn listen(&mut self, mut socket: Socket) {
        let ping = json!({"type": "ping", "session": self.session}).to_string();
        let (page, mut told) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
        self.pages.push(page);
        tokio::spawn(async move {
            let mut heard = None;
            // As pages do: a lease that ran out is not renewed.
            let mut beat = tokio::time::interval(HEARTBEAT);
            loop {
                tokio::select! {
                    _ = beat.tick() => {
                        if socket.send(Message::text(ping.clone())).await.is_err() {
                            return;
                        }
                    }
                    frame = socket.next() => match frame {
                        Some(Ok(frame)) if frame.to_text().is_ok_and(|text| text.contains("\"pong\"")) => drop(heard.take()),
                        Some(Ok(_)) => {}
                        _ => return,
                    },
                    Some(done) = told.recv() => {
                        heard = Some(done);
                        if socket.send(Message::text(ping.clone())).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }

    /// Pings from both pages, and hears that they are in the room.
    pub(crate) async fn stay(&self) -> Result<(), String> {
        for page in &self.pages {
            let (done, heard) = oneshot::channel();
            page.send(done).map_err(|_| "a page has left the room".to_owned())?;
            // Its end is the answer; nobody sends anything.
            let _: Result<(), _> = heard.await;
        }
        Ok(())
    }

    /// The staff's pages.
    async fn staff(&mut self) {
        let agent = self.installation.signed_in(&self.installation.agent).await;
        assert_eq!(agent.get("/console").await.status, 200);
        assert_eq!(self.installation.browser().get("/verify").await.status, 200);
        self.keep(&["verify-document"]);
        let login = self.installation.stack.ready().demo.clone().unwrap().agent;
        let fields = [("email", login.email.as_str()), ("password", login.password.as_str())];
        assert_eq!(self.installation.browser().post("/login", &fields).await.status, 303);
        let admin = self.installation.member("Ada Ode", Role::Admin).await;
        assert_eq!(self.installation.signed_in(&admin).await.get("/admin/settings").await.status, 200);
        assert_eq!(self.installation.signed_in(&admin).await.get("/admin/start").await.status, 200);
        self.keep(&["agent-console", "agent-auth", "admin-console", "first-steps"]);

        let now = self.installation.runtime.clock.now();
        let guesser = Guesser { email: GUESSED.parse().unwrap(), browser: None };
        let wrong = WrongPasswords { count: 9, wait_until: Some(now + SignedDuration::from_hours(9)), at: Some(now) };
        self.installation.store.note_wrong_password(&guesser, &WrongPasswords::default(), &wrong, now).await.unwrap();
        let fields = [("email", GUESSED), ("password", "a guess of many")];
        assert_eq!(self.installation.browser().post("/login", &fields).await.status, 429);
        let event = self.installation.stack.last_event("agent-auth").unwrap();
        self.events.insert(WAITING.to_owned(), event);
    }

    /// The integrators' operations.
    async fn api(&mut self) {
        let installation = &self.installation;
        let path = format!("/v1/sessions/{}", self.session);
        installation.post("/v1/sessions", json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}})).await;
        installation.stack.settle().await;
        installation.get(&path).await;
        installation.post(&format!("{path}/links"), json!({})).await;
        installation.get(&format!("{path}/messages")).await;
        installation.get(&format!("{path}/interactions")).await;
        let upload = json!({"name": "a.pdf", "size": 9, "content_type": "application/pdf", "sha256": "0".repeat(64)});
        installation.post(&format!("{path}/uploads"), upload).await;
        installation.get("/v1/settings").await;
        installation.get("/v1/webhooks").await;
        installation.get("/v1/people").await;
        installation.get("/v1/keys").await;
        installation.get("/v1/library").await;
        let agent = installation.signed_in(&installation.agent).await;
        let with_pin = installation.session(Some("4711")).await;
        assert_eq!(agent.get(&format!("/v1/sessions/{with_pin}/pin")).await.status, 200);
        // Others than the room's session, in which nobody is to leave. What is repeated finds the end, and the renewal,
        // as the first time left them.
        let (ended, renewed) = (installation.session(None).await, installation.session(None).await);
        installation.post(&format!("/v1/sessions/{renewed}/end"), json!({})).await;
        installation.post(&format!("/v1/sessions/{renewed}/renew"), json!({})).await;
        installation.post(&format!("/v1/sessions/{ended}/end"), json!({})).await;
        installation.stack.settle().await;
        self.keep(&["webhooks", "people", "keys", "library", "deliver-webhooks"]);
        self.keep(&["deliver", "session-read", "session-invite", "session-messages", "interactions"]);
        self.keep(&["settings", "session-customer", "session-end", "session-renew", "files"]);
    }

    /// A document from the bucket, to its signature.
    async fn documents(&mut self) {
        let (files, form) = (self.installation.files(), documents::form());
        files.put("uploads/up_bench", form.clone(), "application/pdf").await.unwrap();
        let name = format!("{}/0000000000000000", self.session);
        let task = documents::finish_task("uploads/up_bench", &form, &name);
        files.put(&format!("finish/{name}.json"), task, "application/json").await.unwrap();
        let task = documents::join_task(&["uploads/up_bench"], &name);
        files.put(&format!("join/{name}.json"), task, "application/json").await.unwrap();
        let entry = json!({"name": "Consent.pdf", "content": {"file": "uploads/up_bench"}});
        let task = json!({"entries": [entry], "to": format!("packed/{}.zip", self.session)}).to_string();
        files.put(&format!("pack/{}.json", self.session), task.into_bytes(), "application/json").await.unwrap();
        self.installation.stack.settle().await;
        let logo = documents::logo(&self.installation.runtime).await;
        assert_eq!(self.installation.browser().get(&format!("/logo/{logo}.png")).await.status, 200);
        self.keep(&[
            "document-read",
            "document-finish",
            "document-sign",
            "document-join",
            "document-file",
            "logo-file",
            "pack-files",
            "document-file",
        ]);
    }

    async fn schedules(&mut self) {
        for function in [
            "sweep-inactivity",
            "sweep-access",
            "apply-retention",
            "send-reminders",
            "retry-deliveries",
            "retry-webhooks",
        ] {
            self.installation.stack.run_schedule(function).await.unwrap();
            self.keep(&[function]);
        }
    }

    /// A customer who has not come in yet, at a door that asks for a PIN. Last: from here on every door does.
    async fn door(&mut self) {
        let session = self.installation.session(Some("4711")).await;
        // With a PIN, as the door will ask for one when it is started again.
        self.keep(&["session-start"]);
        let link = self.installation.link(&session).await;
        self.installation.settings(json!({"authentication": {"method": "pin"}})).await;
        let customer = self.installation.browser();
        assert_eq!(customer.get(&link).await.status, 200);
        assert_eq!(customer.get(&format!("{link}/pin")).await.status, 200);
        self.keep(&["customer-entry", "customer-pin"]);
    }
}

async fn open(url: &str) -> Socket {
    tokio_tungstenite::connect_async(url).await.unwrap().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_function_has_a_case_and_an_event() {
        let cases = Box::pin(Site::visit()).await.cases();
        assert_eq!(without_a_case(&cases).unwrap(), Vec::<String>::new());
        for case in &cases {
            assert!(case.event(1).is_object(), "{}", case.function);
        }
        let unbudgeted = cases.iter().filter(|case| case.budget().is_none()).map(|case| case.function);
        assert_eq!(unbudgeted.collect::<Vec<_>>(), WITHOUT_A_ROW, "the case has another name than its row");
    }

    /// Whose case is no operation of `docs/budgets.md`: a repetition that finds everything done, or nothing to do.
    const WITHOUT_A_ROW: [&str; 16] = [
        "session-renew",
        "logo-file",
        "static-files",
        "live-disconnect",
        "deliver",
        "document-read",
        "document-finish",
        "document-sign",
        "document-join",
        "pack-files",
        "document-file",
        "sweep-access",
        "apply-retention",
        "send-reminders",
        "retry-deliveries",
        "retry-webhooks",
    ];
}
