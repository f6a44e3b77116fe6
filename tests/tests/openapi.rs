//! The API's document is fresh, complete, and kept: what it promises is what the stack answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeSet;

use parlor_domain::{Role, UploadId, staff::KeyScope};
use parlor_local::template::Template;
use parlor_tests::{Answer, Installation, Line, contract::contract, documents};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

#[test]
fn the_committed_document_is_what_the_code_says() {
    let made = parlor_openapi::text().unwrap();
    let kept = include_str!("../../docs/openapi.json");
    assert!(made == kept, "docs/openapi.json is not what the code says: run `cargo xtask openapi`");
}

#[test]
fn the_template_has_every_documented_operation_and_no_other() {
    let routes = Template::embedded().unwrap().routes;
    let routes: BTreeSet<_> = routes
        .into_iter()
        .filter(|route| route.path.starts_with("/v1/"))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let documented: BTreeSet<_> = contract().operations().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(routes, documented);
}

#[test]
fn every_example_is_of_its_type() {
    for (method, path, operation) in contract().operations() {
        let body = &operation["requestBody"]["content"]["application/json"];
        let requests = body["examples"].as_object().into_iter().flat_map(|examples| examples.values());
        let requests = requests.map(|example| ("request".to_owned(), &body["schema"], &example["value"]));
        let answers = operation["responses"].as_object().unwrap().iter().filter_map(|(status, response)| {
            let content = response["content"].get("application/json")?;
            Some((status.clone(), &content["schema"], &content["example"]))
        });
        for (what, schema, example) in requests.chain(answers) {
            let errors: Vec<_> = contract()
                .validator(&format!("{method} {path} {what}"), schema)
                .iter_errors(example)
                .map(|error| error.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{method} {path} {what}");
        }
    }
}

#[test]
fn the_judge_sees_what_is_not_promised() {
    let answer = |status: u16, content_type: &str, body: Value| {
        let headers = [("content-type".parse().unwrap(), content_type.parse().unwrap())].into_iter().collect();
        contract().breaches("GET", "/v1/sessions/h4rb0r6q8x2v9k3m7t1c5w0znd", &Answer { status, headers, body }).len()
    };
    let session = contract().document["paths"]["/v1/sessions/{id}"]["get"]["responses"]["200"]["content"]
        ["application/json"]["example"]
        .clone();
    assert_eq!(answer(200, "application/json", session.clone()), 0);
    assert_eq!(answer(200, "text/html", session.clone()), 1);
    assert_eq!(answer(204, "application/json", session.clone()), 1);
    let mut wrong = session.clone();
    wrong["state"] = json!("renewed");
    wrong["created_at"] = json!("yesterday");
    assert_eq!(answer(200, "application/json", wrong), 2);
    let problem = |code: &str| json!({"type": "about:blank", "status": 404, "code": code, "title": "Not Found", "detail": "There is nothing."});
    assert_eq!(answer(404, "application/problem+json", problem("not-found")), 0);
    assert_eq!(answer(404, "application/problem+json", problem("gone-fishing")), 1);
}

/// The installation with sessions in every state, and a way to each operation.
struct Tour {
    installation: Installation,
    sessions: Vec<String>,
    webhook: String,
    /// An API key that nobody uses.
    key: String,
    /// A draft of the team's library.
    entry: String,
    /// A logo that was sent.
    logo: String,
    /// A link of the active session.
    link: String,
    /// Somebody who is invited.
    person: String,
    /// Something to do, of each of the sessions.
    interactions: Vec<String>,
    /// Somebody beside the customer, in each of the sessions.
    participants: Vec<String>,
}

/// What is delivered takes a receiver: `webhooks.rs` has one, and what it is answered is judged, too.
const TAKES_A_RECEIVER: [&str; 2] = ["getDelivery", "replayDelivery"];

impl Tour {
    async fn start() -> Self {
        let mut tour = Self {
            installation: Installation::start().await,
            sessions: vec![],
            webhook: String::new(),
            key: String::new(),
            entry: String::new(),
            logo: String::new(),
            link: String::new(),
            person: String::new(),
            interactions: vec![],
            participants: vec![],
        };
        tour.logo = documents::logo(&tour.installation.runtime).await.to_string();
        tour.begin_anew().await;
        tour
    }

    /// New sessions, which no operation has changed yet.
    async fn begin_anew(&mut self) {
        let (installation, mut sessions) = (&self.installation, vec![]);
        for mode in ["plan", "start"] {
            let body = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}, "mode": mode});
            sessions.push(installation.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned());
        }
        let active = installation.session(None).await;
        installation.joined(&active).await;
        sessions.push(active.to_string());
        let ended = installation.session(None).await;
        sessions.push(ended.to_string());
        let (mut interactions, mut participants) = (vec![], vec![]);
        for session in &sessions {
            let question = json!({"name": "name", "label": "Your name?", "type": "text"});
            let steps = json!([{"id": "a", "title": "A", "fields": [question]}]);
            let path = format!("/v1/sessions/{session}/interactions");
            let made = installation.post(&path, json!({"kind": "workflow", "steps": steps})).await;
            interactions.push(made["id"].as_str().unwrap().to_owned());
            let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
            let added = installation.post(&format!("/v1/sessions/{session}/participants"), person).await;
            participants.push(added["id"].as_str().unwrap().to_owned());
        }
        installation.post(&format!("/v1/sessions/{ended}/end"), json!({})).await;
        // Of events that do not happen here: nothing is sent anywhere.
        let (_, _) = installation.call(Method::DELETE, &format!("/v1/webhooks/{}", self.webhook), None).await;
        let endpoint = json!({"url": "https://hooks.example.com/parlor", "events": ["delivery.failed"]});
        let webhook = installation.post("/v1/webhooks", endpoint).await["id"].as_str().unwrap().to_owned();
        let key = json!({"name": "Billing", "scopes": ["read"]});
        let key = installation.post("/v1/keys", key).await["id"].as_str().unwrap().to_owned();
        let _ = installation.call(Method::DELETE, &format!("/v1/keys/{}", self.key), None).await;
        let text = json!({"kind": "text", "title": "Welcome", "text": "Hello"});
        let entry = installation.post("/v1/library", text).await;
        entry["id"].as_str().unwrap().clone_into(&mut self.entry);
        let links = installation.get(&format!("/v1/sessions/{active}/links")).await;
        let link = links["items"][0]["id"].as_str().unwrap().to_owned();
        let person = json!({
            "name": "Lea Roy", "email": format!("{active}@example.com"), "teams": [installation.team.as_str()],
        });
        let person = installation.post("/v1/people", person).await["id"].as_str().unwrap().to_owned();
        (self.sessions, self.webhook, self.key) = (sessions, webhook, key);
        (self.link, self.person) = (link, person);
        (self.interactions, self.participants) = (interactions, participants);
    }

    /// Addresses to try an operation at, until one takes it.
    fn addresses(&self, path: &str) -> Vec<String> {
        if path.starts_with("/v1/teams/") {
            return vec![path.replace("{id}", self.installation.team.as_str())];
        }
        if path.starts_with("/v1/people/") {
            return vec![path.replace("{id}", &self.person)];
        }
        if path.starts_with("/v1/keys/") {
            return vec![path.replace("{id}", &self.key)];
        }
        if path.starts_with("/v1/library/") {
            return vec![path.replace("{id}", &self.entry)];
        }
        if path.starts_with("/v1/logos/") {
            return vec![path.replace("{id}", &self.logo)];
        }
        if path.starts_with("/v1/webhooks/") {
            let event = format!("{}-1", self.sessions[0]);
            return vec![path.replace("{id}", &self.webhook).replace("{event}", &event)];
        }
        if !path.contains("{id}") {
            return vec![path.to_owned()];
        }
        let all = self.sessions.iter().zip(&self.interactions).zip(&self.participants);
        let path = path.replace("{seq}", "1").replace("{link}", &self.link).replace("{aid}", &"0".repeat(64));
        all.map(|((id, iid), pid)| path.replace("{id}", id).replace("{iid}", iid).replace("{pid}", pid)).collect()
    }

    /// R9: a session whose owner has its room open and is asked for it, and the owner's connection.
    async fn asked_for(&self) -> (String, Line) {
        let installation = &self.installation;
        let owner = installation.member("Sam Ode", Role::Supervisor).await;
        let body = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "agent": owner.id});
        let session = installation.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned();
        let ticket = installation.signed_in(&owner).await.get(&format!("/console/s/{session}/live")).await;
        let ticket: Value = serde_json::from_str(&ticket.text).unwrap();
        let line = Line::at(ticket["url"].as_str().unwrap(), &session, Some(installation.stack.url())).await.unwrap();
        installation.post(&format!("/v1/sessions/{session}/transfer"), json!({})).await;
        (session, line)
    }

    /// R21: a session, and a request for a photo that its customer has fulfilled.
    async fn fulfilled(&self) -> (String, String) {
        let installation = &self.installation;
        let session = installation.session(None).await;
        let browser = installation.joined(&session).await;
        let body = json!({"kind": "request", "what": "A photo"});
        let made = installation.post(&format!("/v1/sessions/{session}/interactions"), body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let file = documents::looked_at(&installation.store, &installation.runtime, &session).await.to_string();
        let own = format!("/r/{session}/i/{id}");
        let fields = [("do", "add"), ("file", file.as_str())];
        assert_eq!(browser.post(&format!("{own}/files"), &fields).await.status, 303);
        assert_eq!(browser.post(&format!("{own}/complete"), &[]).await.status, 303);
        (session.to_string(), id)
    }

    /// A request with everything that the document asks for.
    async fn request(&self, method: &str, path: &str, operation: &Value, body: Option<&Value>) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        let mut request = self.installation.request(method, path);
        match operation["security"].as_array() {
            Some(callers) if callers.is_empty() => {}
            Some(callers) if callers.iter().any(|caller| !caller["apiKey"].is_null()) => {
                request = request.bearer_auth(&self.installation.api_key);
            }
            None => panic!("{path} does not say who may call it"),
            Some(_) => {
                let browser = self.installation.signed_in(&self.installation.agent).await;
                request = request.header("cookie", browser.cookie_header());
            }
        }
        if parameters(operation).any(|parameter| parameter["name"] == "If-Match") {
            // Every document has an `ETag` where it is shown.
            let shown = self
                .installation
                .request(Method::GET, path.trim_end_matches("/publish").trim_end_matches("/fields"))
                .bearer_auth(&self.installation.api_key)
                .send()
                .await
                .unwrap();
            request = request.header("if-match", shown.headers()["etag"].clone());
        }
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation["parameters"].as_array().into_iter().flatten()
}

fn example(operation: &Value) -> Option<&Value> {
    operation["requestBody"]["content"]["application/json"]["examples"].get("example").map(|example| &example["value"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_documented_request_is_answered_as_documented() {
    let mut tour = Tour::start().await;
    for (method, path, operation) in contract().operations() {
        tour.begin_anew().await;
        let mut seen = vec![];
        for address in tour.addresses(path) {
            let request = tour.request(&method, &address, operation, example(operation)).await;
            let answer = tour.installation.judged(method.parse().unwrap(), &address, request).await;
            seen.push(answer.status);
        }
        if operation["operationId"] == "startSession" {
            // R11: the same customer again, where the settings go on with the session that there is.
            let reengagement = |what| json!({"session": {"customer_reengagement": what}});
            tour.installation.settings(reengagement("continue")).await;
            let request = tour.request(&method, path, operation, example(operation)).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), path, request).await.status);
            tour.installation.settings(reengagement("new")).await;
        }
        if matches!(operation["operationId"].as_str(), Some("approveTransfer" | "declineTransfer")) {
            let (session, _owner) = tour.asked_for().await;
            let address = path.replace("{id}", &session);
            let request = tour.request(&method, &address, operation, example(operation)).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        if operation["operationId"] == "getInteractionResult" {
            let session = tour.sessions[2].parse().unwrap();
            let (store, runtime) = (&tour.installation.store, &tour.installation.runtime);
            let upload = UploadId::generate(&runtime.entropy);
            let id = documents::completed(store, runtime, &session, &upload).await;
            documents::filed(store, runtime, &session, &id).await;
            let address = path.replace("{id}", session.as_str()).replace("{iid}", id.as_str());
            let request = tour.request(&method, &address, operation, None).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        if matches!(operation["operationId"].as_str(), Some("makeArchive" | "readArchive")) {
            let session = tour.sessions[2].parse().unwrap();
            let (store, runtime) = (&tour.installation.store, &tour.installation.runtime);
            let upload = UploadId::generate(&runtime.entropy);
            let id = documents::completed(store, runtime, &session, &upload).await;
            documents::filed(store, runtime, &session, &id).await;
            let made = tour.installation.post(&format!("/v1/sessions/{session}/archives"), json!({})).await;
            tour.installation.stack.settle().await;
            let address = path.replace("{id}", session.as_str()).replace("{aid}", made["id"].as_str().unwrap());
            let request = tour.request(&method, &address, operation, None).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        if operation["operationId"] == "placeFields" {
            let session = tour.sessions[2].parse().unwrap();
            let draft = documents::draft(&tour.installation.store, &tour.installation.runtime, &session).await;
            let address = path.replace("{id}", session.as_str()).replace("{iid}", draft.id.as_str());
            let request = tour.request(&method, &address, operation, example(operation)).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        if operation["operationId"] == "getMessageFile" {
            let session = tour.installation.session(None).await;
            let customer = tour.installation.joined(&session).await;
            let (store, runtime) = (&tour.installation.store, &tour.installation.runtime);
            let file = documents::looked_at(store, runtime, &session).await.to_string();
            let fields = [("id", "file"), ("attachment", file.as_str())];
            let page = customer.post(&format!("/r/{session}/attachments"), &fields).await;
            let posted: Value = serde_json::from_str(&page.text).unwrap();
            let address = path.replace("{id}", session.as_str()).replace("{seq}", &posted["seq"].to_string());
            let request = tour.request(&method, &address, operation, None).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        if matches!(operation["operationId"].as_str(), Some("acceptInteraction" | "sendInteractionBack")) {
            let (session, id) = tour.fulfilled().await;
            let address = path.replace("{id}", &session).replace("{iid}", &id);
            let request = tour.request(&method, &address, operation, example(operation)).await;
            seen.push(tour.installation.judged(method.parse().unwrap(), &address, request).await.status);
        }
        let promised = operation["responses"].as_object().unwrap().keys().filter(|status| status.starts_with('2'));
        if TAKES_A_RECEIVER.contains(&operation["operationId"].as_str().unwrap()) {
            assert_eq!(seen, [404], "{method} {path}");
            continue;
        }
        for status in promised {
            assert!(seen.contains(&status.parse().unwrap()), "{method} {path} never answers {status}: {seen:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_documented_operation_refuses_as_documented() {
    let tour = Tour::start().await;
    let installation = &tour.installation;
    let clerk = installation.signed_in(&installation.member("Ada Winter", Role::Admin).await).await;
    for (method, path, operation) in contract().operations() {
        if operation["security"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        let verb: Method = method.parse().unwrap();
        let writes = method != "GET";
        let address = tour.addresses(path).remove(1 % tour.addresses(path).len());
        let refused = async |what: &str, address: &str, request: RequestBuilder, status: u16, code: &str| {
            let answer = installation.judged(verb.clone(), address, request).await;
            let said = (answer.status, answer.body["code"].as_str().unwrap_or_default());
            assert_eq!(said, (status, code), "{what}: {method} {address}: {}", answer.body);
        };
        let plain = || installation.request(verb.clone(), &address);
        let known = |request: RequestBuilder| request.bearer_auth(&installation.api_key);

        let body = example(operation).cloned().unwrap_or(json!({}));
        refused("no credentials", &address, plain().json(&body), 401, "not-signed-in").await;
        let (start, last) = installation.api_key.split_at(installation.api_key.len() - 1);
        let wrong = format!("{start}{}", if last == "A" { "B" } else { "A" });
        refused("another secret", &address, plain().bearer_auth(wrong).json(&body), 401, "not-signed-in").await;
        if path.contains("{id}") {
            for id in ["zzzzzz", "h4rb0r6q8x2v9k3m7t1c5w0znd", "No%20id", "..%2f..%2fetc"] {
                let nowhere = path.replace("{id}", id).replace("{event}", "x-1").replace("{link}", "x-1");
                let nowhere = nowhere.replace("{iid}", "0123456789abcdef").replace("{seq}", "1");
                let nowhere = nowhere.replace("{pid}", "0123456789abcdef").replace("{aid}", &"0".repeat(64));
                let mut request = tour.request(&method, &address, operation, example(operation)).await.build().unwrap();
                *request.url_mut() = format!("{}{nowhere}", installation.stack.url()).parse().unwrap();
                let answer = installation
                    .judged(verb.clone(), &nowhere, RequestBuilder::from_parts(reqwest::Client::new(), request))
                    .await;
                assert_eq!(answer.status, 404, "{method} {nowhere}: {}", answer.body);
            }
        }
        if !writes {
            // What comes with a GET means nothing.
            let answer = installation.judged(verb.clone(), &address, known(plain()).body("x".repeat(70_000))).await;
            // Of an interaction that is none there is no signed document.
            let refused = answer.body["code"] == "not-completed";
            assert!(matches!(answer.status, 200 | 403 | 404) || refused, "{}", answer.body);
            continue;
        }
        let json = |body: &'static str| known(plain()).header("content-type", "application/json").body(body);
        for body in
            ["{", r#"{"a":1,"a":1}"#, r#"{"customer":{"name":"\ud800"}}"#, "\"\\udc00\"", "nul", "{\"a\":1e999}"]
        {
            refused("broken JSON", &address, json(body), 400, "malformed").await;
        }
        let invalid = known(plain()).header("content-type", "application/json").body(b"{\"a\":\"\xff\"}".to_vec());
        refused("no UTF-8", &address, invalid, 400, "malformed").await;
        let text = known(plain()).header("content-type", "text/plain").body("{}");
        refused("another type", &address, text, 415, "unsupported-media-type").await;
        let large = known(plain()).json(&json!({"a": "x".repeat(65 * 1024)}));
        refused("too large", &address, large, 413, "too-large").await;
        for key in [b"two words".as_slice(), b"", b"caf\xe9", &[b'k'; 256]] {
            let key = known(plain()).header("idempotency-key", key).json(&json!({}));
            refused("no Idempotency-Key", &address, key, 400, "malformed").await;
        }
        let forged = plain().header("cookie", clerk.cookie_header()).json(&body);
        refused("no CSRF token", &address, forged, 403, "csrf").await;
        if operation["requestBody"].is_object() {
            for body in ["[]", "[[]]", "null", "7", "\"text\""] {
                let answer = installation.judged(verb.clone(), &address, json(body).header("if-match", "\"0\"")).await;
                assert!(matches!(answer.status, 400 | 409 | 422), "{method} {address} {body}: {}", answer.body);
            }
        }
        if parameters(operation).any(|parameter| parameter["name"] == "If-Match") {
            refused("no If-Match", &address, known(plain()).json(&body), 428, "if-match-required").await;
            let stale = known(plain()).json(&body).header("if-match", "\"4711\"");
            refused("an old If-Match", &address, stale, 409, "version-conflict").await;
        }
    }
}

/// R20: the scope that each row declares is the one that lets a key in, and no other does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_key_is_let_in_by_the_scope_of_the_operation_and_by_no_other() {
    let tour = Tour::start().await;
    let installation = &tour.installation;
    let mut keys = vec![];
    for scope in KeyScope::ALL {
        let made = installation.post("/v1/keys", json!({"name": scope.as_str(), "scopes": [scope]})).await;
        keys.push((scope, made["key"].as_str().unwrap().to_owned()));
    }
    let mut held = 0;
    for operation in parlor_openapi::operations() {
        let parlor_openapi::Callers::Scope(needed) = operation.callers else { continue };
        let path = tour.addresses(operation.path).remove(0);
        let method = operation.method.clone();
        let described = &contract().document["paths"][operation.path][method.as_str().to_ascii_lowercase()];
        assert_eq!(described["security"][0]["apiKey"], json!([needed]), "{path}");
        let body = operation.input.as_ref().map_or(json!({}), |input| input.examples[0].1.clone());
        for (scope, key) in keys.iter().filter(|(scope, _)| *scope != needed) {
            let request = installation.request(method.clone(), &path).bearer_auth(key).header("if-match", "*");
            let request = if method == Method::GET { request } else { request.json(&body) };
            let answer = installation.judged(method.clone(), &path, request).await;
            let said = (answer.status, answer.body["code"].as_str().unwrap_or_default());
            assert_eq!(said, (403, "scope"), "{method} {path} with {scope:?}: {}", answer.body);
        }
        let (_, key) = keys.iter().find(|(scope, _)| *scope == needed).unwrap();
        if method == Method::GET {
            let request = installation.request(method.clone(), &path).bearer_auth(key);
            let answer = installation.judged(method.clone(), &path, request).await;
            let waits = answer.status == 409 && answer.body["code"] == "not-completed";
            assert!(waits || matches!(answer.status, 200 | 404), "{method} {path} with {needed:?}: {}", answer.body);
        }
        held += 1;
    }
    assert!(held > 25, "{held} operations");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotency_key_belongs_to_one_request() {
    let installation = Installation::start().await;
    let start = async |name: &str| {
        let body = json!({"customer": {"name": name, "email": "mara@example.net"}});
        installation.call_with(Method::POST, "/v1/sessions", Some(body), &[("idempotency-key", "order-4711")]).await
    };
    let (first, again, other) = (start("Mara Quist").await, start("Mara Quist").await, start("Mara Quest").await);
    assert_eq!(first, again);
    assert_eq!((first.0, other.0), (StatusCode::CREATED, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(other.1["code"], "idempotency-key-reused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_internal_is_in_a_refusal() {
    let installation = Installation::start().await;
    for body in [
        json!({"customer": "Mara"}),
        json!({"customer": ["Mara Quist", "mara@example.net", null]}),
        json!({"customer": {"name": 7}}),
        json!({"customer": {"name": "Mara"}, "mode": {"start": null}}),
        json!({"customer": {"name": "Mara"}, "channel": 7}),
        json!({"customer": {"name": "Mara"}, "metadata": []}),
        json!({"customer": {"name": "Mara"}, "surprise": true}),
    ] {
        let (status, answer) = installation.call(Method::POST, "/v1/sessions", Some(body)).await;
        assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")), "{answer}");
        let said = answer["detail"].as_str().unwrap();
        assert!(!["struct", "enum", "Input", "line", "::", ".rs"].iter().any(|word| said.contains(word)), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_and_its_page_are_served() {
    let installation = Installation::start().await;
    let browser = installation.browser();
    for path in ["/v1/openapi.json", "/openapi.json"] {
        let page = browser.get(path).await;
        assert_eq!((page.status, page.text.as_str()), (200, include_str!("../../docs/openapi.json")), "{path}");
    }
    let page = browser.get("/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("id=\"startSession\""));
    let sheet = page.text.split('"').find(|word| word.starts_with("/static/reference.")).unwrap();
    assert_eq!(browser.get(sheet).await.status, 200);
}

/// The tour of the README, word by word, in a folder of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tour_in_the_readme_works_as_it_stands() {
    let installation = Installation::start().await;
    let readme = include_str!("../../README.md");
    let (_, integrators) = readme.split_once("## For integrators").unwrap();
    let tour = integrators.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(tour.lines().count(), 10);
    let folder = std::env::temp_dir().join(format!("parlor-tour-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = tokio::process::Command::new("bash")
        .args(["-euo", "pipefail", "-c", tour])
        .current_dir(&folder)
        .env("PARLOR", installation.stack.url())
        .env("KEY", &installation.api_key)
        .output()
        .await
        .expect("bash, which the README's tour is written for");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{} (curl has to be installed)", String::from_utf8_lossy(&output.stderr));
    let session: Value = serde_json::from_slice(&std::fs::read(folder.join("session.json")).unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let answers: Vec<Value> = serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();
    let [found, message, ended, renewed, events, settings] = &answers[..] else { panic!("{said}") };
    assert_eq!(found["items"][0]["id"], session["id"]);
    assert_eq!(message["text"], "Your documents have arrived.");
    assert_eq!((&ended["state"], &renewed["state"]), (&json!("ended"), &json!("invited")));
    let happened: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(happened.len(), 6, "{happened:?}");
    assert_eq!(settings["session"]["single_active"], false);
}
