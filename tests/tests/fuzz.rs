//! Raw events: whatever stands in any field of what a gateway hands on, no function's process ends and none answers with a
//! failure of its own. `PARLOR_FUZZ_EVENTS` says how many events each function gets (300 without it), `PARLOR_FUZZ_ONLY`
//! names one function; `cargo xtask fuzz` sends 100,000 to each, built as what is deployed is.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[path = "fuzz/mutate.rs"]
mod mutate;

use std::collections::BTreeMap;

use mutate::Mutator;
use parlor_domain::{Role, SessionId};
use parlor_live::{Holder, Ticket};
use parlor_store::ReadBatch;
use parlor_tests::Installation;
use reqwest::Method;
use serde_json::{Value, json};

/// What events are made of: real ids and credentials, so that many of them get as far as the tables.
struct World {
    installation: Installation,
    session: SessionId,
    link: String,
    cookies: Vec<Vec<String>>,
    secret: String,
    /// A session of its own for the live connection, so that no request of the others has ended it, and who may enter it.
    room: SessionId,
    holders: [Holder; 2],
}

/// Events that a function of the live connection gets before its connections are made anew: a frame that is right is told to
/// sockets that nobody opened, which the room then forgets.
const CONNECTED_FOR: usize = 30;

/// Events after which the installation is made anew: the local stream takes longer to ask the more it holds.
const EVENTS_OF_A_WORLD: usize = 10_000;

impl World {
    async fn lay_out() -> Self {
        let installation = Installation::start().await;
        let session = installation.session(None).await;
        let customer = installation.joined(&session).await;
        let agent = installation.signed_in(&installation.agent).await;
        let admin = installation.signed_in(&installation.member("Ada Bright", Role::Admin).await).await;
        let cookies = [customer, agent, admin].map(|browser| {
            browser.cookies().into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        });
        let environment = installation.stack.environment("test");
        let room = installation.session(None).await;
        installation.joined(&room).await;
        let found = installation.store.read(ReadBatch::new().session(&room)).await.unwrap();
        let device = found.session(&room).unwrap().unwrap().session.device.unwrap().hash;
        let login = installation.sign_in(&installation.agent).await.login;
        let holders = [Holder::Customer(device), Holder::Agent(installation.agent.id.clone(), login)];
        Self {
            room,
            holders,
            link: installation.link(&session).await,
            session,
            cookies: cookies.to_vec(),
            secret: environment["PARLOR_ORIGIN_SECRET"].clone(),
            installation,
        }
    }

    /// The path of a row, with something that is there in the place of what it leaves open.
    fn path(&self, row: &str) -> String {
        let link = self.link.trim_start_matches("/s/");
        row.replace("{token}", link).replace("{session}", self.session.as_str()).replace("{id}", self.session.as_str())
    }

    /// A request as API Gateway hands it on (payload format 2.0).
    fn request(&self, method: &Method, row: &str, body: Option<&Value>) -> Value {
        let path = self.path(row);
        let form = body.is_none() && *method == Method::POST;
        json!({
            "version": "2.0",
            "routeKey": format!("{method} {row}"),
            "rawPath": path,
            "rawQueryString": "lang=de&q=mara&cursor=&scope=my&state=active&consent=1&since=0",
            "cookies": [],
            "headers": {
                "accept": "text/html,application/json;q=0.9",
                "accept-language": "de-DE,de;q=0.9,en;q=0.5",
                "content-type": if form { "application/x-www-form-urlencoded" } else { "application/json" },
                "host": "parlor.example.com",
                "idempotency-key": "fuzz-1",
                "if-match": "\"0\"",
                "origin": self.installation.stack.url(),
                "sec-fetch-site": "same-origin",
                "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
                "x-csrf-token": "none",
                "x-forwarded-for": "198.51.100.7, 192.0.2.1",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "x-parlor-origin": self.secret,
            },
            "queryStringParameters": {"lang": "de", "q": "mara"},
            "pathParameters": {"id": self.session},
            "stageVariables": null,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "abc",
                "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
                "domainPrefix": "abc",
                "http": {
                    "method": method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                    "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": format!("{method} {row}"),
                "stage": "$default",
                "time": "28/Nov/2026:10:00:00 +0000",
                "timeEpoch": 1_795_860_000_000_i64,
            },
            "body": match body {
                Some(body) => Value::from(body.to_string()),
                None if form => Value::from("Y29uc2VudD0xJmNvZGU9MTIzNCZjc3JmPW5vbmUmZW1haWw9YUBleGFtcGxlLm5ldA=="),
                None => Value::Null,
            },
            "isBase64Encoded": form,
        })
    }

    /// What API Gateway's WebSocket API hands on.
    fn frame(&self, route: &str, body: &Value) -> Value {
        json!({
            "requestContext": {
                "routeKey": route, "eventType": "MESSAGE", "messageDirection": "IN", "messageId": "SUsVXdIBliACFaA=",
                "extendedRequestId": "SUsVXFWFliAFs6A=", "requestId": "SUsVXFWFliAFs6A=", "stage": "live",
                "requestTime": "28/Nov/2026:10:00:00 +0000", "requestTimeEpoch": 1_795_860_001_000_i64,
                "connectedAt": 1_795_860_000_000_i64, "connectionId": "SUsVWdGIliACFaA=", "apiId": "abc",
                "domainName": "abc.execute-api.eu-central-1.amazonaws.com", "disconnectStatusCode": 1006,
                "identity": {"sourceIp": "192.0.2.1", "userAgent": "Mozilla/5.0 (X11; Linux x86_64)"},
            },
            "headers": {"Host": "parlor.example.com", "Origin": self.installation.stack.url()},
            "multiValueHeaders": {"Host": ["parlor.example.com"], "Origin": [self.installation.stack.url()]},
            "queryStringParameters": {},
            "multiValueQueryStringParameters": {},
            "body": body.to_string(),
            "isBase64Encoded": false,
        })
    }

    /// Every event that is right, by function.
    fn events(&self) -> BTreeMap<&'static str, Vec<Value>> {
        let mut events: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
        for (function, row) in parlor_local::rows() {
            let input = row.documentation.and_then(|operation| operation.input);
            let bodies: Vec<Value> = input.into_iter().flat_map(|input| input.examples).map(|(_, it)| it).collect();
            let of = events.entry(function).or_default();
            of.push(self.request(&row.method, row.path, None));
            of.extend(bodies.iter().map(|body| self.request(&row.method, row.path, Some(body))));
        }
        let session = &self.room;
        let frames = [
            json!({"type": "hello", "session": session, "since": 0}),
            json!({"type": "message", "session": session, "id": "m1", "text": "Hello"}),
            json!({"type": "ping", "session": session}),
            json!({"type": "typing", "session": session}),
            json!({"type": "listen"}),
        ];
        events.insert("live-connect", vec![self.frame("$connect", &Value::Null)]);
        events.insert("live-disconnect", vec![self.frame("$disconnect", &Value::Null)]);
        events.insert("live-message", frames.iter().map(|frame| self.frame("$default", frame)).collect());
        events
    }

    /// Puts what works once, or for a while, into an event of the live connection: a ticket that nobody used, and a
    /// connection that is in the room, or follows lists.
    async fn connect(&self, function: &str, event: &mut Value, number: usize) {
        // Not in step with the five frames: the customer, staff, and staff's lists send each of them.
        let side = number / 5 % 3;
        let fresh = |event: &mut Value, id: String| {
            let runtime = &self.installation.runtime;
            let (keyring, now) = (&self.installation.keyring, runtime.clock.now());
            let ticket = match self.holders.get(side) {
                Some(holder) => Ticket::issue(keyring, &runtime.entropy, &self.room, holder, now),
                None => Ticket::issue_for_lists(keyring, &runtime.entropy, &self.holders[1], now),
            };
            event["queryStringParameters"]["ticket"] = ticket.clone().into();
            event["multiValueQueryStringParameters"]["ticket"] = json!([ticket]);
            event["requestContext"]["connectionId"] = id.into();
        };
        match function {
            "live-connect" => {
                // Each caller comes five times in a row, and a customer may come once a second for long.
                if number.is_multiple_of(5) {
                    self.installation.stack.advance(5).await;
                }
                fresh(event, format!("new{number}="));
            }
            "live-message" | "live-disconnect" => {
                let id = format!("{function}{}-{side}=", number / CONNECTED_FOR);
                if number % CONNECTED_FOR == side * 5 {
                    // Customers may come once a second for long.
                    self.installation.stack.advance(1).await;
                    let mut opening = self.frame("$connect", &Value::Null);
                    fresh(&mut opening, id.clone());
                    let answer = self.installation.stack.invoke("live-connect", &opening.to_string()).await.unwrap();
                    assert_eq!(answer["statusCode"], 200, "{answer}");
                }
                event["requestContext"]["connectionId"] = id.into();
            }
            _ => {}
        }
    }

    /// One of the callers: a program, a customer, staff, nobody.
    fn sign(&self, event: &mut Value, choice: usize) {
        match choice % 5 {
            0 => event["headers"]["authorization"] = format!("Bearer {}", self.installation.api_key).into(),
            1..=3 => event["cookies"] = self.cookies[choice % 5 - 1].clone().into(),
            _ => {}
        }
    }
}

fn wanted() -> usize {
    std::env::var("PARLOR_FUZZ_EVENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_ends_a_function_or_makes_it_fail() {
    let only = std::env::var("PARLOR_FUZZ_ONLY").unwrap_or_default();
    let mut world = World::lay_out().await;
    let mut sent = 0;
    let mut failures = vec![];
    for function in world.events().into_keys().filter(|function| only.is_empty() || only == *function) {
        let mut mutator = Mutator::new(function);
        let mut answers: BTreeMap<u64, usize> = BTreeMap::new();
        let mut bases = world.events().remove(function).unwrap();
        for number in 0..wanted() {
            if sent == EVENTS_OF_A_WORLD {
                world = World::lay_out().await;
                bases = world.events().remove(function).unwrap();
                sent = 0;
            }
            sent += 1;
            let mut event = bases[number % bases.len()].clone();
            world.sign(&mut event, number / bases.len());
            world.connect(function, &mut event, number).await;
            let text = mutator.mutate(event);
            let outcome = world.installation.stack.invoke(function, &text).await;
            let status = outcome.as_ref().ok().and_then(|answer| answer["statusCode"].as_u64()).unwrap_or(999);
            *answers.entry(status).or_default() += 1;
            if status >= 500 && failures.len() < 40 {
                let told = outcome.map_or_else(|error| error.to_string(), |answer| answer.to_string());
                let short = |text: &str| text.chars().take(1500).collect::<String>();
                failures.push(format!("{function}: {}\n    {}", short(&told), short(&text)));
            }
        }
        println!("{function}: {} events, by status {answers:?}", wanted());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
