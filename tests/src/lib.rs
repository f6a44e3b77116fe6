//! What tests of the whole share: a one-machine stack in this process with a team, staff and an API key, a program that
//! calls the API, a customer's browser, and an agent's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]
#![allow(missing_docs, reason = "no API of others: a comment stands where a name does not say enough")]

pub mod canary;
pub mod contract;
pub mod documents;
pub mod form;
mod line;
mod platform;
mod webhook;

pub use line::Line;
pub use platform::{Answer, Desk, Invited, Platform, Sent, Staff};
pub use webhook::{Conduct, Endpoint, Received, Receiver};

use std::{collections::BTreeMap, sync::Mutex};

use parlor_buckets::Bucket;
use parlor_domain::{
    Agent, AgentId, KeyId, Keyring, LoginId, Random, Role, Secret, SessionId, TeamId,
    pin::Pin,
    staff::{ApiKey, ApiKeyToken, KeyAbout, Login, StaffCookie},
};
use parlor_local::{Fault, Stack};
use parlor_runtime::Runtime;
use parlor_store::{CredentialsChange, Guesser, NewAgent, ReadBatch, Store, StoreError, WrongPasswords};
use reqwest::{Method, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use contract::contract;

/// A running stack, and everything to use it with.
pub struct Installation {
    pub stack: Stack,
    /// Looks into the tables; counted under `test`.
    pub store: Store,
    /// Clock and randomness, as the functions have them.
    pub runtime: Runtime,
    pub keyring: Keyring,
    /// An integrator's key of the team.
    pub api_key: String,
    pub team: TeamId,
    /// An agent of the team, who owns what the key starts.
    pub agent: Agent,
    http: reqwest::Client,
}

impl Installation {
    /// Starts one in memory, counting requests to DynamoDB.
    pub async fn start() -> Self {
        let builder = documents::reading(Stack::builder().ephemeral().count_requests(true));
        Self::of(builder.start().await.unwrap()).await
    }

    /// The bucket of files, as whoever may do everything sees it.
    #[must_use]
    pub fn files(&self) -> Bucket {
        documents::bucket(&self.runtime)
    }

    /// Moves into a stack that is new.
    pub async fn of(stack: Stack) -> Self {
        canary::keep_log();
        for (name, value) in stack.environment("test") {
            if name.ends_with("_KEY") || name.ends_with("_SECRET") {
                canary::text("a deployment's secret", &value);
            }
        }
        let runtime = stack.runtime("test").unwrap();
        let config = &runtime.config;
        let store = Store::new(runtime.aws.dynamodb(), &config.core_table, &config.connections_table);
        let keyring = runtime.keyring();
        let random = &runtime.entropy;
        let team = TeamId::generate(random);
        store.create_team(&team, "Harbour Loans").await.unwrap();
        let agent = member(&store, random, &team, "Nina Okafor", Role::Agent).await;
        let token = ApiKeyToken {
            team: team.clone(),
            agent: agent.id.clone(),
            id: KeyId::generate(random),
            secret: Secret::generate(random),
        };
        let about = KeyAbout::unlimited(token.id.clone(), "tests", team.clone(), agent.id.clone(), runtime.clock.now());
        let key = ApiKey { about, secret: token.secret.hash() };
        store.create_api_key(&key).await.unwrap();
        let api_key = token.reveal();
        canary::token("an API key", &api_key);
        Self { stack, store, keyring, api_key, team, agent, http: client(), runtime }
    }

    /// Another member of staff of the same team.
    pub async fn member(&self, name: &str, role: Role) -> Agent {
        member(&self.store, &self.runtime.entropy, &self.team, name, role).await
    }

    /// Another member of staff of the same team, with a password that signs in.
    pub async fn staff(&self, name: &str, role: Role) -> Staff {
        Staff::of(&self.store, &self.runtime, &self.team, name, role).await
    }

    /// Lays out the link that makes the first admin, in place of any other. Its path.
    pub async fn setup_link(&self) -> String {
        platform::setup_link(&self.store, &self.runtime).await
    }

    /// Leads `agent` to the first steps, as if they had set the installation up.
    pub async fn first_steps_of(&self, agent: &AgentId) {
        let read = self.store.read(ReadBatch::new().person(agent)).await.unwrap().person(agent).unwrap().unwrap();
        let mut next = read.person.clone();
        next.agent.first_steps = true;
        let write = self.store.staff_write().person(Some(&read), &next, CredentialsChange::Follow).unwrap();
        write.write_staff().await.unwrap();
        self.stack.reset_requests();
    }

    /// A browser in which `agent` is signed in.
    pub async fn signed_in(&self, agent: &Agent) -> Browser {
        let browser = self.browser();
        browser.put_cookie("__Host-parlor_staff", &self.sign_in(agent).await.reveal());
        browser
    }

    /// Signs `agent` in. What their browser keeps of it.
    pub async fn sign_in(&self, agent: &Agent) -> StaffCookie {
        self.try_sign_in(agent).await.unwrap()
    }

    /// Signs `agent` in, unless something else came first.
    pub async fn try_sign_in(&self, agent: &Agent) -> Result<StaffCookie, StoreError> {
        self.sign_in_from(agent, None).await
    }

    /// Signs `agent` in from a browser that calls itself so, unless something else came first.
    pub async fn sign_in_from(&self, agent: &Agent, browser: Option<String>) -> Result<StaffCookie, StoreError> {
        let now = self.runtime.clock.now();
        let (id, secret) = (LoginId::generate(&self.runtime.entropy), Secret::generate(&self.runtime.entropy));
        let cookie = StaffCookie::new(agent, id, secret);
        let login = Login {
            id: cookie.login.clone(),
            agent: agent.id.clone(),
            secret: cookie.secret.hash(),
            created_at: now,
            expires_at: now + jiff::SignedDuration::from_hours(12),
            browser,
            seen_at: None,
        };
        let guesser = Guesser { email: agent.email.clone(), browser: None };
        let known = self.store.read(ReadBatch::new().credentials(&agent.email)).await.unwrap();
        let known = known.credentials(&agent.email).unwrap().unwrap();
        self.store.sign_in(&guesser, &WrongPasswords::default(), &known, &login).await?;
        Ok(cookie)
    }

    /// A browser without any cookie.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::at(self.stack.url())
    }

    /// Calls the API as the integrator.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.call_with(method, path, body, &[]).await
    }

    /// Calls the API as the integrator, with further headers. Whatever the answer is, it has to be one that the API's
    /// document promises.
    pub async fn call_with(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let answer = self.sent(&method, path, body, headers).await;
        judge(&method, path, &answer);
        (StatusCode::from_u16(answer.status).unwrap(), answer.body)
    }

    /// As [`Installation::call_with`], where the invocation may die: then the platform answers 500 in words of its own, which is
    /// no answer of the API.
    pub async fn tried(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let answer = self.sent(&method, path, body, headers).await;
        if answer.status != 500 || answer.body != json!({"message": "Internal Server Error"}) {
            judge(&method, path, &answer);
        }
        (StatusCode::from_u16(answer.status).unwrap(), answer.body)
    }

    async fn sent(&self, method: &Method, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}{path}", self.stack.url());
        let mut request = self.http.request(method.clone(), url).bearer_auth(&self.api_key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let answer = answer_to(path, request).await;
        if let Some(body) = &body {
            // Of a session that is started, the answer says which it is.
            let session = if canary::session_of(path).is_empty() { answer.body["id"].as_str() } else { None };
            canary::body(body, session.unwrap_or(canary::session_of(path)));
        }
        answer
    }

    /// Sends a request to the API, whose answer has to be one that the API's document promises.
    pub async fn judged(&self, method: Method, path: &str, request: reqwest::RequestBuilder) -> Answer {
        let answer = answer_to(path, request).await;
        judge(&method, path, &answer);
        answer
    }

    /// A request to the API without credentials, for [`Installation::judged`].
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.stack.url()))
    }

    /// The `ETag` of what the integrator GETs.
    pub async fn etag(&self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.stack.url())).bearer_auth(&self.api_key);
        let response = request.send().await.unwrap();
        response.headers()[header::ETAG].to_str().unwrap().to_owned()
    }

    /// POSTs as the integrator and expects success.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    /// GETs as the integrator and expects success.
    pub async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, None).await;
        assert!(status.is_success(), "{path}: {status} {answer}");
        answer
    }

    /// Changes some of the system's settings; `change` is laid over the document key by key.
    pub async fn settings(&self, change: Value) {
        let (system, version) = self.store.read(ReadBatch::new().system()).await.unwrap().system().unwrap();
        let overrides = parlor_domain::settings::Overrides::parse(change, &system).unwrap();
        let new = system.with(&overrides).unwrap();
        let now = self.runtime.clock.now();
        self.store.save_system_settings(&new, &system, version, &parlor_domain::Actor::System, now).await.unwrap();
    }

    /// Starts a session by the API for a made-up customer, and answers with its id.
    pub async fn session(&self, pin: Option<&str>) -> SessionId {
        let mut body = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}});
        if let Some(pin) = pin {
            body["pin"] = json!(pin);
        }
        self.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap()
    }

    /// The path (`/s/…`) of a fresh link to a session.
    pub async fn link(&self, session: &SessionId) -> String {
        let answer = self.post(&format!("/v1/sessions/{session}/links"), json!({})).await;
        answer["url"].as_str().unwrap().strip_prefix(self.stack.url()).unwrap().to_owned()
    }

    /// A browser whose customer has joined a session (without a PIN).
    pub async fn joined(&self, session: &SessionId) -> Browser {
        let browser = self.browser();
        let link = self.link(session).await;
        assert_eq!(browser.get(&link).await.status, 200);
        let answer = browser.post(&format!("{link}/continue"), &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }

    /// The one-time code that was sent last and waits to be entered.
    pub async fn code(&self, session: &SessionId) -> String {
        let found = self.store.read(ReadBatch::new().session(session)).await.unwrap();
        let code = found.session(session).unwrap().unwrap().session.code.unwrap().code;
        let code = Pin::open(session, &code, &self.keyring).unwrap().reveal().to_owned();
        canary::digits("a one-time code", &code, session.as_str());
        code
    }

    /// The path of the link in the last mail to an address.
    pub async fn mailed_link(&self, to: &str) -> String {
        self.stack.settle().await;
        let mails = self.stack.outbox().items();
        let text = mails.iter().rev().find(|mail| mail.to == to).unwrap().text.clone().unwrap();
        let start = text.find(self.stack.url()).unwrap();
        let url: String = text[start..].chars().take_while(|letter| !letter.is_whitespace()).collect();
        url.strip_prefix(self.stack.url()).unwrap().to_owned()
    }

    /// Holds back the first such request of a function until the faults are taken away; tells when it has come.
    pub fn hold_first(&self, of: &'static str, request: &'static str) -> tokio::sync::oneshot::Receiver<()> {
        let (holds, held) = tokio::sync::oneshot::channel();
        let mut holds = Some(holds);
        self.stack.inject(move |function, operation| {
            let holds = if (function, operation) == (of, request) { holds.take() } else { None };
            holds.map_or(Fault::None, |holds| {
                holds.send(()).unwrap();
                Fault::Held
            })
        });
        held
    }

    /// A session's events, oldest first, straight from the table.
    pub async fn events(&self, session: &SessionId) -> Vec<parlor_domain::Event> {
        self.store.events(session, 0, 1000).await.unwrap()
    }

    /// How many of a session's events are of this type (`session.ended`).
    pub async fn count_events(&self, session: &SessionId, kind: &str) -> usize {
        let kinds = self.events(session).await.into_iter().map(|event| serde_json::to_value(event).unwrap());
        kinds.filter(|event| event["type"] == kind).count()
    }

    /// Requests to DynamoDB since the last reset, by function, as the budget writes them: `BatchGetItem 1, Query 8`.
    #[must_use]
    pub fn requests_of(&self, function: &str) -> String {
        let requests = self.stack.requests();
        let of: BTreeMap<String, u64> = requests.get(function).cloned().unwrap_or_default();
        of.iter().map(|(operation, count)| format!("{operation} {count}")).collect::<Vec<_>>().join(", ")
    }
}

async fn answer_to(path: &str, request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    canary::path(path);
    canary::body(&body, canary::session_of(path));
    Answer { status, headers, body }
}

/// The answer has to be one that the API's document promises.
fn judge(method: &Method, path: &str, answer: &Answer) {
    assert_eq!(contract().breaches(method.as_str(), path, answer), Vec::<String>::new());
}

async fn member(store: &Store, random: &dyn Random, team: &TeamId, name: &str, role: Role) -> Agent {
    let id = AgentId::generate(random);
    let email = format!("{}.{}@example.com", name.split(' ').next().unwrap().to_lowercase(), id);
    let agent = Agent::new(id, name, email.parse().unwrap(), role, team.clone());
    store.create_agent(&NewAgent { agent: agent.clone(), password: "none".into() }).await.unwrap();
    agent
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(Policy::none()).build().unwrap()
}

/// A browser as far as HTTP goes: cookies, forms, no redirects followed. Cookies are kept by hand because they are
/// `Secure` and the stack speaks plain HTTP, which only real browsers accept from localhost.
pub struct Browser {
    base: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page, or what came instead.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    /// Where a 303 points.
    pub location: String,
    /// Its `Content-Security-Policy`.
    pub policy: String,
    pub text: String,
}

impl Page {
    /// The reason of an error page, from its `parlor:reason`.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        let (_, rest) = self.text.split_once("name=\"parlor:reason\" content=\"")?;
        rest.split('"').next()
    }

    /// The value of an attribute, the first of its name in the page, with entities undone.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!(" {name}=\""))?;
        rest.split('"').next().map(|value| value.replace("&amp;", "&"))
    }

    /// The value of a form's hidden field.
    #[must_use]
    pub fn hidden(&self, name: &str) -> Option<String> {
        self.text.split("<input").skip(1).find_map(|input| {
            let input = input.split('>').next()?;
            if !input.contains(&format!("name=\"{name}\"")) {
                return None;
            }
            input.split_once("value=\"")?.1.split('"').next().map(str::to_owned)
        })
    }
}

impl Browser {
    /// A browser without any cookie, on the pages of an origin.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        Self { base: origin.to_owned(), http: client(), cookies: Mutex::default() }
    }

    pub fn put_cookie(&self, name: &str, value: &str) {
        // Ids of sessions and of staff, which may stand in logs.
        if !matches!(name, "__Host-parlor_noted" | "__Host-parlor_scope" | "__Host-parlor_inside") {
            canary::token("a cookie", value);
        }
        self.cookies.lock().unwrap().insert(name.into(), value.into());
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// All cookies, by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    /// All cookies as the header's value.
    pub fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    pub async fn head(&self, path: &str) -> Page {
        self.send(Method::HEAD, path, None).await
    }

    /// Submits a form from one of our own pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        for (name, value) in fields {
            canary::field(name, value, canary::session_of(path));
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.post_as(path, "application/x-www-form-urlencoded", body.into_bytes()).await
    }

    /// Submits a form with files from one of our own pages, as a browser without a script does: of each the field, the name, the
    /// type, and what is in it.
    pub async fn post_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Page {
        let mut body = Vec::new();
        let mut part = |head: &str, bytes: &[u8]| {
            body.extend_from_slice(format!("--between\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in fields {
            canary::field(name, value, canary::session_of(path));
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        for (field, name, content_type, bytes) in files {
            part(&format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {content_type}"), bytes);
        }
        body.extend_from_slice(b"--between--\r\n");
        self.post_as(path, "multipart/form-data; boundary=between", body).await
    }

    /// Posts whatever it is from one of our own pages.
    pub async fn post_as(&self, path: &str, content_type: &str, body: Vec<u8>) -> Page {
        self.send(Method::POST, path, Some((content_type, body))).await
    }

    /// Submits a form from one of our own pages, and goes where the answer leads, as browsers do.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let answer = self.post(path, fields).await;
        if answer.status == 303 { self.get(&answer.location).await } else { answer }
    }

    /// **Continue** on the opening page of `link`, agreeing to what it shows.
    pub async fn agree(&self, link: &str) -> Page {
        let shown = self.get(link).await.hidden("shown").unwrap();
        self.post(&format!("{link}/continue"), &[("consent", "on"), ("shown", &shown)]).await
    }

    async fn send(&self, method: Method, path: &str, form: Option<(&str, Vec<u8>)>) -> Page {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header(header::COOKIE, self.cookie_header())
            .header(header::ACCEPT, "text/html");
        if let Some((content_type, form)) = form {
            request = request
                .header(header::CONTENT_TYPE, content_type)
                .header(header::ORIGIN, &self.base)
                .header("sec-fetch-site", "same-origin")
                .body(form);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.put_cookie(name, value);
            }
        }
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|value| value.to_str().ok());
        let policy = policy.unwrap_or_default().to_owned();
        let page = Page { status: response.status().as_u16(), location, policy, text: response.text().await.unwrap() };
        for place in [path, &page.location, &page.text] {
            canary::path(place);
        }
        if let Some(csrf) = page.hidden("csrf") {
            canary::field("csrf", &csrf, "");
        }
        page
    }
}
