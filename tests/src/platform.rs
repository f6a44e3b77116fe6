//! Where the journeys happen: the one-machine stack in this process, or whatever `PARLOR_PLATFORM` describes. A journey
//! knows base URLs only; how a clock is moved and a schedule run is the platform's to say.

use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};

use jiff::SignedDuration;
use parlor_domain::{
    Agent, AgentId, EmailAddress, KeyId, LoginId, Role, Secret, SessionId, TeamId,
    outbox::Status,
    staff::{ApiKey, ApiKeyToken, KeyAbout},
};
use parlor_local::Stack;
use parlor_runtime::Runtime;
use parlor_store::{NewAgent, SetupLink, Store};
use reqwest::{Method, header::HeaderMap};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Browser, canary, client, contract::contract, documents};

/// How long a message may take to arrive, and anything else that happens by itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// What whoever runs the platform says about it: one line of JSON, in the file that `PARLOR_PLATFORM` names.
#[derive(Debug, Deserialize)]
struct Described {
    url: String,
    outbox_url: String,
    schedules_url: String,
    /// The functions' own URLs, by function, without a slash at the end.
    function_urls: BTreeMap<String, String>,
    /// The environment of the functions, with credentials for the tables: by it staff and keys are laid out.
    environment: BTreeMap<String, String>,
}

/// A running Parlor.
pub struct Platform {
    /// The public origin.
    pub url: String,
    outbox_url: String,
    schedules_url: String,
    function_urls: BTreeMap<String, String>,
    /// Clock, randomness and keys, as the functions have them.
    pub runtime: Runtime,
    /// The tables, for what only time or somebody's fault brings about.
    pub store: Store,
    http: reqwest::Client,
    /// Where the clock can be moved.
    stack: Option<Stack>,
}

/// An answer to a program.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body, a string where it is no JSON.
    pub body: Value,
}

impl Answer {
    /// A header's value; empty without it.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A mail or a text.
#[derive(Debug, Clone, Deserialize)]
pub struct Sent {
    /// `email` or `sms`.
    pub channel: String,
    /// The address or the number.
    pub to: String,
    /// The text, or the mail's text part.
    pub text: String,
}

impl Platform {
    /// The described platform, or else a new stack of our own.
    pub async fn start() -> Self {
        if let Some(path) = std::env::var_os("PARLOR_PLATFORM").map(PathBuf::from) {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let described: Described = serde_json::from_str(&text).unwrap();
            let runtime = Runtime::from_env(&|name| described.environment.get(name).cloned()).unwrap();
            return Self::of(described, runtime, None);
        }
        canary::keep_log();
        let stack = documents::reading(Stack::builder().ephemeral()).start().await.unwrap();
        let (url, runtime) = (stack.url().to_owned(), stack.runtime("test").unwrap());
        let function_urls = stack.function_urls();
        let (outbox_url, schedules_url) = (format!("{url}/outbox.json"), format!("{url}/local/schedules"));
        let described = Described { url, outbox_url, schedules_url, function_urls, environment: BTreeMap::new() };
        Self::of(described, runtime, Some(stack))
    }

    fn of(described: Described, runtime: Runtime, stack: Option<Stack>) -> Self {
        let Described { url, outbox_url, schedules_url, function_urls, environment: _ } = described;
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        Self { url, outbox_url, schedules_url, function_urls, store, runtime, http: client(), stack }
    }

    /// Lays out the link that makes the first admin, as whoever installs Parlor does. Its path.
    pub async fn setup_link(&self) -> String {
        setup_link(&self.store, &self.runtime).await
    }

    /// A new team with an agent and an API key. Nobody else's journey meets it.
    pub async fn desk(&self) -> Desk<'_> {
        let random = &self.runtime.entropy;
        let team = TeamId::generate(random);
        self.store.create_team(&team, "Harbour Loans").await.unwrap();
        let nina = Staff::of(&self.store, &self.runtime, &team, "Nina Okafor", Role::Agent).await;
        let token = ApiKeyToken {
            team: team.clone(),
            agent: nina.agent.id.clone(),
            id: KeyId::generate(random),
            secret: Secret::generate(random),
        };
        let about = KeyAbout::unlimited(
            token.id.clone(),
            "journeys",
            team.clone(),
            nina.agent.id.clone(),
            self.runtime.clock.now(),
        );
        let key = ApiKey { about, secret: token.secret.hash() };
        self.store.create_api_key(&key).await.unwrap();
        canary::token("an API key", &token.reveal());
        Desk { platform: self, team, nina, api_key: token.reveal() }
    }

    /// A browser without any cookie.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::at(&self.url)
    }

    /// Calls the API as a program, with any headers. The answer has to be one that the API's document promises.
    pub async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        let said = method.to_string();
        let answer = self.ask(&self.url, method, path, headers, body).await;
        assert_eq!(contract().breaches(&said, path, &answer), Vec::<String>::new());
        answer
    }

    /// The same at a function's own URL, which belongs to integrators only: others are refused in words that the API's
    /// document does not have, so it does not judge here.
    pub async fn call_function(
        &self,
        function: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let url = self.function_urls.get(function).unwrap_or_else(|| panic!("{function} has no URL of its own"));
        self.ask(url, method, path, headers, body).await
    }

    async fn ask(
        &self,
        origin: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Answer {
        let sent: Value = body.as_deref().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let mut request = self.http.request(method, format!("{origin}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let answer = Answer { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        // Of a session that is started, the answer says which it is.
        let session = if canary::session_of(path).is_empty() { answer.body["id"].as_str() } else { None };
        canary::path(path);
        for body in [&sent, &answer.body] {
            canary::body(body, session.unwrap_or(canary::session_of(path)));
        }
        answer
    }

    /// A phone number that nobody else has.
    #[must_use]
    pub fn phone(&self) -> String {
        let mut bytes = [0; 8];
        self.runtime.entropy.fill(&mut bytes);
        format!("+49151{:08}", u64::from_le_bytes(bytes) % 100_000_000)
    }

    /// An address that nobody else has, and that mail is refused for, for good.
    #[must_use]
    pub fn refused_address(&self) -> String {
        self.address().replace("@example.net", "@bounce.example")
    }

    /// An address that nobody else has.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}@example.net", LoginId::generate(&self.runtime.entropy))
    }

    /// Waits until `count` messages went to `to`, and answers with the last of them.
    pub async fn message(&self, to: &str, count: usize) -> Sent {
        let arrived = async || {
            let all: Vec<Sent> = self.http.get(&self.outbox_url).send().await.unwrap().json().await.unwrap();
            let all: Vec<_> = all.into_iter().filter(|message| message.to == to).collect();
            (all.len() >= count).then_some(all)
        };
        let mut sent = self.until(arrived).await.unwrap_or_default();
        assert_eq!(sent.len(), count, "messages to {to}");
        let sent = sent.pop().unwrap();
        canary::path(&sent.text);
        sent
    }

    /// Whether everything that a session had to send is noted as sent, or comes to be soon.
    pub async fn noted(&self, session: &SessionId) -> bool {
        let sent = async || {
            let entries = self.store.outbox_of(session).await.unwrap();
            entries.iter().all(|entry| entry.status == Status::Sent).then_some(!entries.is_empty())
        };
        self.until(sent).await == Some(true)
    }

    /// Runs a scheduled function now, and answers with what it said.
    pub async fn run(&self, function: &str) -> Value {
        let url = format!("{}/{function}/run", self.schedules_url);
        let answer = self.http.post(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{function}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// Lets time pass: by the clock where it can be moved, else by waiting.
    pub async fn pass(&self, seconds: u32) {
        match &self.stack {
            Some(stack) => stack.advance(seconds).await,
            None => tokio::time::sleep(Duration::from_secs(seconds.into())).await,
        }
    }

    /// Waits until what was written has been heard of, where that can be known; elsewhere for a while.
    pub async fn settle(&self) {
        match &self.stack {
            Some(stack) => stack.settle().await,
            None => tokio::time::sleep(Duration::from_secs(5)).await,
        }
    }

    /// Asks again and again, for as long as [`PATIENCE`] lasts, for something that happens by itself.
    pub async fn until<T>(&self, ask: impl AsyncFn() -> Option<T>) -> Option<T> {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
        .await
        .ok()
    }
}

/// Lays out the link that makes the first admin, good for an hour, in place of any other. Its path.
pub(crate) async fn setup_link(store: &Store, runtime: &Runtime) -> String {
    let secret = Secret::generate(&runtime.entropy);
    let expires_at = runtime.clock.now() + SignedDuration::from_hours(1);
    store.put_setup_link(&SetupLink { secret: secret.hash(), expires_at, key: None }).await.unwrap();
    canary::token("a setup link's token", &secret.reveal());
    format!("/setup/{}", secret.reveal())
}

/// A member of staff, and what they sign in with.
pub struct Staff {
    pub agent: Agent,
    pub password: String,
}

/// A team of one's own on a platform.
pub struct Desk<'a> {
    pub platform: &'a Platform,
    pub team: TeamId,
    /// An agent, who owns what the key starts.
    pub nina: Staff,
    /// An integrator's key.
    pub api_key: String,
}

impl Desk<'_> {
    /// Calls the API as the integrator, with further headers.
    pub async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {}", self.api_key);
        let mut all = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.platform.call(method, path, &all, body.map(|body| body.to_string().into_bytes())).await
    }

    /// GETs as the integrator and expects success.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.call(Method::GET, path, &[], None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// Calls one function at its own URL, as the integrator. The answer has to be one that the API's document promises.
    pub async fn call_function(&self, function: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let authorization = format!("Bearer {}", self.api_key);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let body = body.map(|body| body.to_string().into_bytes());
        let answer = self.platform.call_function(function, method.clone(), path, &headers, body).await;
        assert_eq!(contract().breaches(method.as_str(), path, &answer), Vec::<String>::new());
        answer
    }

    /// POSTs as the integrator and expects success.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call(Method::POST, path, &[], Some(body)).await;
        assert!((200..300).contains(&answer.status), "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// Replaces the team's settings.
    pub async fn settings(&self, overrides: Value) {
        let path = format!("/v1/teams/{}/settings", self.team);
        let now = self.call(Method::GET, &path, &[], None).await;
        let answer = self.call(Method::PUT, &path, &[("if-match", now.header("etag"))], Some(overrides)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Starts a session by the API with `more` in the request, and waits for the invitation.
    pub async fn invited(&self, more: Value) -> Invited {
        let to = self.platform.address();
        let mut body = json!({"customer": {"name": "Mara Quist", "email": to}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let session = self.post("/v1/sessions", body).await;
        let id = session["id"].as_str().unwrap().to_owned();
        let link = self.platform.message(&to, 1).await.link(self.platform);
        Invited { room: format!("/r/{id}"), id, link, to }
    }

    /// A browser in which Nina is signed in, by the page.
    pub async fn signed_in(&self) -> Browser {
        let browser = self.platform.browser();
        assert_eq!(browser.get("/login").await.status, 200);
        let page = browser.post("/login", &self.nina.login()).await;
        assert_eq!((page.status, page.location.as_str()), (303, "/console"), "{}", page.text);
        browser
    }

    /// Another member of the team's staff, with a password that signs in.
    pub async fn staff(&self, name: &str, role: Role) -> Staff {
        Staff::of(&self.platform.store, &self.platform.runtime, &self.team, name, role).await
    }

    /// The types of a session's events, oldest first.
    pub async fn events(&self, session: &str) -> Vec<String> {
        let events = self.get(&format!("/v1/sessions/{session}/events")).await;
        let types = events["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned());
        types.collect()
    }
}

impl Staff {
    /// Somebody new, with a password that signs in.
    pub async fn of(store: &Store, runtime: &Runtime, team: &TeamId, name: &str, role: Role) -> Self {
        let id = AgentId::generate(&runtime.entropy);
        let email: EmailAddress = format!("{id}@parlor.example").parse().unwrap();
        let agent = Agent::new(id, name, email, role, team.clone());
        let password = Secret::generate(&runtime.entropy).reveal();
        let hash = agent_auth::password::hash(&password, &runtime.entropy);
        store.create_agent(&NewAgent { agent: agent.clone(), password: hash }).await.unwrap();
        canary::text("a password", &password);
        Self { agent, password }
    }

    /// The fields of the form.
    pub fn login(&self) -> [(&str, &str); 2] {
        [("email", self.agent.email.as_str()), ("password", &self.password)]
    }
}

impl Sent {
    /// The path of the link in it.
    #[must_use]
    pub fn link(&self, platform: &Platform) -> String {
        self.link_to(platform, "/s/")
    }

    /// The path of the link in it that begins so.
    #[must_use]
    pub fn link_to(&self, platform: &Platform, begins: &str) -> String {
        let start = format!("{}{begins}", platform.url);
        let (_, rest) = self.text.split_once(&start).unwrap_or_else(|| panic!("no link in {}", self.text));
        format!("{begins}{}", rest.split_whitespace().next().unwrap())
    }

    /// The digits of the one-time code in it.
    #[must_use]
    pub fn code(&self) -> String {
        let mut words = self.text.split(|letter: char| !letter.is_ascii_digit());
        let code = words.rfind(|word| word.len() == 6).unwrap_or_else(|| panic!("no code in {}", self.text));
        canary::digits("a one-time code", code, "");
        code.to_owned()
    }
}

/// A session whose customer has the invitation.
#[derive(Debug)]
pub struct Invited {
    pub id: String,
    /// The path of the link in the invitation.
    pub link: String,
    /// The path of the customer's room.
    pub room: String,
    /// Where the invitation went.
    pub to: String,
}

impl Invited {
    /// A browser whose customer went through the opening page into the room.
    pub async fn joined(&self, platform: &Platform) -> Browser {
        let browser = platform.browser();
        assert_eq!(browser.get(&self.link).await.status, 200);
        let page = browser.post(&format!("{}/continue", self.link), &[]).await;
        assert_eq!((page.status, page.location.as_str()), (303, self.room.as_str()), "{}", page.text);
        browser
    }
}
