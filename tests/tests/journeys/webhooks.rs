//! An integrator's server hears of what happens (R24): signed, in order, again after a failure, and not when it is gone.

use std::time::Duration;

use parlor_tests::{Conduct, Desk, Invited, Platform, Received, Receiver};
use reqwest::Method;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

/// A minute, and what two clocks may differ by: the longest pause after a first failure.
const A_MINUTE: u32 = 62;

/// An endpoint for the events of one team, with somebody who listens at it.
struct Endpoint<'a> {
    desk: &'a Desk<'a>,
    path: String,
    secret: String,
    receiver: Receiver,
}

impl<'a> Endpoint<'a> {
    async fn new(desk: &'a Desk<'a>, events: &[&str]) -> Self {
        tidy(desk).await;
        let receiver = Receiver::start().await;
        let body = json!({"url": receiver.url, "team": desk.team, "events": events});
        let made = desk.post("/v1/webhooks", body).await;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { desk, path: format!("/v1/webhooks/{}", text("id")), secret: text("secret"), receiver }
    }

    async fn read(&self) -> Value {
        self.desk.get(&self.path).await
    }

    /// Waits until so much came in all, and answers with it.
    async fn heard(&self, count: usize) -> Vec<Received> {
        let all = async || Some(self.receiver.received()).filter(|received| received.len() >= count);
        let heard = self.desk.platform.until(all).await;
        heard.unwrap_or_else(|| panic!("{count} are wanted, came: {:?}", self.receiver.names()))
    }

    /// The same, and lets the schedule run meanwhile: it may leave something for its next run.
    async fn heard_by_schedule(&self, count: usize) -> Vec<Received> {
        let run = async || {
            self.desk.platform.run("retry-webhooks").await;
            let came = tokio::time::timeout(Duration::from_secs(5), self.receiver.wait_for(count)).await;
            came.ok().map(|()| self.receiver.received())
        };
        let heard = self.desk.platform.until(run).await;
        heard.unwrap_or_else(|| panic!("{count} are wanted, came: {:?}", self.receiver.names()))
    }

    /// State and number of attempts of the delivery of an event, once it is settled. The receiver has it a moment before it
    /// is written down that it has.
    async fn settled(&self, event: &str) -> (Value, usize) {
        let path = format!("{}/deliveries/{event}", self.path);
        let settled = async || {
            let answer = self.desk.call(Method::GET, &path, &[], None).await;
            assert!([200, 404].contains(&answer.status), "{path}: {}", answer.body);
            (answer.status == 200 && answer.body["state"] != "pending").then_some(answer.body)
        };
        let delivery = self.desk.platform.until(settled).await.unwrap();
        (delivery["state"].clone(), delivery["attempts"].as_array().unwrap().len())
    }

    /// Changes it under its version.
    async fn change(&self, change: Value) -> Value {
        let seen = self.desk.call(Method::GET, &self.path, &[], None).await;
        let answer =
            self.desk.call(Method::PATCH, &self.path, &[("if-match", seen.header("etag"))], Some(change)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    /// Takes it away: there is room for sixteen.
    async fn delete(self) {
        assert_eq!(self.desk.call(Method::DELETE, &self.path, &[], None).await.status, 200);
        assert_eq!(self.desk.call(Method::GET, &self.path, &[], None).await.status, 404);
    }
}

/// Takes away what journeys that failed left behind, whose receivers are gone with them: there is room for sixteen.
async fn tidy(desk: &Desk<'_>) {
    let page = desk.get("/v1/webhooks").await;
    for left in page["items"].as_array().unwrap() {
        let url: reqwest::Url = left["url"].as_str().unwrap().parse().unwrap();
        let address = (url.host_str().unwrap(), url.port_or_known_default().unwrap());
        if tokio::net::TcpStream::connect(address).await.is_err() {
            let path = format!("/v1/webhooks/{}", left["id"].as_str().unwrap());
            desk.call(Method::DELETE, &path, &[], None).await;
        }
    }
}

fn names(received: &[Received]) -> Vec<String> {
    received.iter().map(Received::name).collect()
}

async fn end(desk: &Desk<'_>, session: &Invited) {
    desk.post(&format!("/v1/sessions/{}/end", session.id), json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_a_test_event_tries_an_endpoint() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let endpoint = Endpoint::new(&desk, &["session.ended"]).await;
    let tested = desk.post(&format!("{}/test", endpoint.path), json!({})).await;
    let received = endpoint.heard_by_schedule(1).await.pop().unwrap();
    Webhook::new(&endpoint.secret).unwrap().verify(received.body.as_bytes(), &received.headers).unwrap();
    assert_eq!(received.json()["type"], "webhook.test");
    let id = tested["id"].as_str().unwrap();
    assert_eq!(endpoint.settled(id).await, (json!("delivered"), 1));
    let shown = desk.get(&format!("{}/deliveries/{id}", endpoint.path)).await;
    assert_eq!(shown["request"]["body"], json!(received.body));
    endpoint.delete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_events_come_signed_in_order_and_again_when_asked_for() {
    let platform = Platform::start().await;
    let (desk, other) = (platform.desk().await, platform.desk().await);
    let endpoint = Endpoint::new(&desk, &[]).await;
    let ends = Endpoint::new(&desk, &["session.ended"]).await;
    other.invited(json!({})).await;
    let session = desk.invited(json!({})).await;
    session.joined(&platform).await;
    desk.post(&format!("/v1/sessions/{}/messages", session.id), json!({"text": "Good morning."})).await;
    end(&desk, &session).await;

    let events = desk.get(&format!("/v1/sessions/{}/events", session.id)).await;
    let events = events["items"].as_array().unwrap();
    let happened: Vec<_> =
        events.iter().map(|event| format!("{} {}", event["type"].as_str().unwrap(), event["seq"])).collect();
    assert!(happened.len() >= 6, "{happened:?}");
    let heard = endpoint.heard(happened.len()).await;
    assert_eq!(names(&heard), happened, "all of them, in their order, and nobody else's");
    let verifier = Webhook::new(&endpoint.secret).unwrap();
    for received in &heard {
        verifier.verify(received.body.as_bytes(), &received.headers).unwrap();
        assert!(
            !received.body.contains(&session.to) && !received.body.contains(&session.link[3..]),
            "{}",
            received.body
        );
    }
    assert_eq!(names(&ends.heard(1).await), [happened.last().unwrap().as_str()]);

    let last = format!("{}-{}", session.id, happened.len());
    assert_eq!(endpoint.settled(&last).await, (json!("delivered"), 1));
    let deliveries = desk.get(&format!("{}/deliveries?state=delivered", endpoint.path)).await;
    let listed: Vec<_> = deliveries["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert!(listed.contains(&&json!(last)), "{deliveries}");

    // The same again, under both secrets while a rotation overlaps.
    let rotated = desk.post(&format!("{}/rotate", endpoint.path), json!({})).await;
    let replayed = desk.post(&format!("{}/deliveries/{last}/replay", endpoint.path), json!({})).await;
    assert_eq!(replayed["state"], "pending");
    let heard = endpoint.heard_by_schedule(happened.len() + 1).await;
    let again = heard.last().unwrap();
    assert_eq!(again.header("webhook-id"), last);
    assert!(again.is_signed_by(rotated["secret"].as_str().unwrap()) && again.is_signed_by(&endpoint.secret));
    assert_eq!(endpoint.settled(&last).await, (json!("delivered"), 2));
    // And everything since a time.
    endpoint.receiver.forget();
    let since = json!({"since": events[0]["at"], "delivered": true});
    assert_eq!(desk.post(&format!("{}/replay", endpoint.path), since).await["replaying"], true);
    let heard = endpoint.heard_by_schedule(happened.len()).await;
    let mut numbers: Vec<_> = heard.iter().map(|one| one.json()["data"]["seq"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=happened.len() as u64), "{:?}", names(&heard));
    endpoint.delete().await;
    ends.delete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_a_failing_endpoint_is_tried_again_and_nothing_overtakes() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let endpoint = Endpoint::new(&desk, &[]).await;
    endpoint.receiver.answers(Conduct::Status(503));
    let session = desk.invited(json!({})).await;
    let first = format!("{}-1", session.id);
    assert_eq!(endpoint.heard(1).await[0].header("webhook-id"), first);
    end(&desk, &session).await;
    let failing = async || (endpoint.read().await["failing_since"] != Value::Null).then_some(());
    assert!(platform.until(failing).await.is_some());
    assert_eq!(endpoint.read().await["enabled"], true);
    platform.run("retry-webhooks").await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1"], "not before its time, and nothing overtakes it");

    endpoint.receiver.answers(Conduct::Status(200));
    platform.pass(A_MINUTE).await;
    let heard = endpoint.heard_by_schedule(4).await;
    assert_eq!(names(&heard[1..]), ["session.created 1", "session.invited 2", "session.ended 3"]);
    assert_eq!(heard[1].header("webhook-id"), first, "the same id at every attempt");
    assert!(heard.iter().all(|received| received.is_signed_by(&endpoint.secret)));
    assert_eq!(endpoint.settled(&first).await, (json!("delivered"), 2));
    assert_eq!(endpoint.read().await["failing_since"], Value::Null);
    endpoint.delete().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_an_endpoint_that_is_gone_is_disabled_and_hears_the_rest_when_it_is_back() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let endpoint = Endpoint::new(&desk, &[]).await;
    endpoint.receiver.answers(Conduct::Status(410));
    let session = desk.invited(json!({})).await;
    endpoint.heard(1).await;
    let disabled = async || Some(endpoint.read().await).filter(|endpoint| endpoint["enabled"] == false);
    let noticed = platform.until(disabled).await.unwrap();
    assert_eq!(noticed["disabled"]["by"], "gone");
    let listed = desk.get("/v1/webhooks").await;
    let listed = listed["items"].as_array().unwrap().iter().find(|one| one["id"] == noticed["id"]).unwrap();
    assert_eq!(*listed, noticed, "the list says it, too");

    endpoint.receiver.answers(Conduct::Status(200));
    end(&desk, &session).await;
    platform.run("retry-webhooks").await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1"], "it hears nothing while it is disabled");
    let back = endpoint.change(json!({"enabled": true, "description": "Back again"})).await;
    assert_eq!((&back["enabled"], &back["description"]), (&json!(true), &json!("Back again")));
    let heard = endpoint.heard_by_schedule(3).await;
    assert_eq!(names(&heard), ["session.created 1", "session.invited 2", "session.ended 3"]);
    let first = format!("{}-1", session.id);
    assert_eq!(endpoint.settled(&first).await, (json!("failed"), 1), "410 is no failure to try again");
    let given_up = json!({"since": "2026-01-01T00:00:00Z"});
    assert_eq!(desk.post(&format!("{}/replay", endpoint.path), given_up).await["replaying"], true);
    assert_eq!(
        names(&endpoint.heard_by_schedule(4).await[3..]),
        ["session.created 1"],
        "again, because it was asked for"
    );
    endpoint.delete().await;
}
