//! Many sign-ins of one person, and many live connections of each: all of them are seen, and end (R20, R27).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::{Agent, Role, SessionId};
use parlor_local::Fault;
use parlor_store::{ListScope, Listener, ReadBatch};
use parlor_tests::{Browser, Installation};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::live::client::Line;

/// A supervisor, who sees the team's sessions by their role alone.
async fn supervisor(installation: &Installation) -> Agent {
    installation.member("Sam Ode", Role::Supervisor).await
}

async fn room(installation: &Installation, browser: &Browser, session: &SessionId) -> Line {
    let url = browser.get(&format!("/console/s/{session}")).await.attribute("data-live").unwrap();
    Line::at(&url, session.as_str(), Some(installation.stack.url())).await.unwrap()
}

/// Makes somebody an agent, who sees their own sessions only.
async fn demote(installation: &Installation, agent: &Agent) -> (StatusCode, Value) {
    installation.call(Method::PATCH, &format!("/v1/people/{}", agent.id), Some(json!({"role": "agent"}))).await
}

/// DynamoDB answers a `Query` with one MB at most, then with the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_whose_role_is_taken_is_out_by_each_of_more_sign_ins_than_one_answer_holds() {
    let installation = Installation::start().await;
    let (session, sam) = (installation.session(None).await, supervisor(&installation).await);
    let mut lines = vec![];
    for _ in 0..10 {
        let cookie = installation.sign_in_from(&sam, Some("a".repeat(250_000))).await.unwrap();
        let browser = installation.browser();
        browser.put_cookie("__Host-parlor_staff", &cookie.reveal());
        lines.push(room(&installation, &browser, &session).await);
    }
    assert_eq!(demote(&installation, &sam).await.0, StatusCode::OK);
    for mut line in lines {
        assert!(line.ended().await);
    }
}

/// What ends them dies when some have ended: the role is what it was, and whoever asks again ends the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_no_connection_outlives_its_role_whatever_dies_while_many_end() {
    let installation = Installation::start().await;
    let (session, sam) = (installation.session(None).await, supervisor(&installation).await);
    let mut lines = vec![];
    for _ in 0..8 {
        let browser = installation.signed_in(&sam).await;
        for _ in 0..6 {
            let lists = browser.get("/console").await.attribute("data-lists").unwrap();
            lines.push(Line::at(&lists, "", Some(installation.stack.url())).await.unwrap());
        }
        lines.push(room(&installation, &browser, &session).await);
    }
    let mut written = 0;
    installation.stack.inject(move |function, operation| {
        written += usize::from((function, operation) == ("people", "TransactWriteItems"));
        if function == "people" && written > 1 { Fault::Failed } else { Fault::None }
    });
    assert!(demote(&installation, &sam).await.0.is_server_error());
    installation.stack.inject(|_, _| Fault::None);
    let read = installation.store.read(ReadBatch::new().agent(&sam.id)).await.unwrap();
    assert_eq!(read.agent(&sam.id).unwrap().unwrap().role, Role::Supervisor, "nothing of it was written");
    let (status, answer) = demote(&installation, &sam).await;
    assert_eq!((status, &answer["role"]), (StatusCode::OK, &json!("agent")));
    for sign_in in installation.store.sign_ins(&sam.id).await.unwrap().each() {
        assert_eq!(sign_in.connections(), 0);
    }
}

/// What they may see was read before it was taken from them, and how often they came since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_nobody_comes_in_by_rights_that_were_read_before_they_were_taken() {
    let installation = Installation::start().await;
    let sam = supervisor(&installation).await;
    let login = installation.sign_in(&sam).await.login;
    let read = installation.store.read(ReadBatch::new().rights_of(&sam.id)).await.unwrap();
    let now = installation.runtime.clock.now();
    let old = read.rights(&sam, &mut None, now).unwrap().unwrap();
    let last = now + jiff::SignedDuration::from_hours(1);
    let listener = Listener { scopes: ListScope::seen_by(&sam), agent: sam.id.clone(), login, last };
    installation.store.listen("before", &listener, &old, "nonce-1", now).await.unwrap();
    assert_eq!(demote(&installation, &sam).await.0, StatusCode::OK);
    let late = installation.store.listen("after", &listener, &old, "nonce-2", now).await;
    assert!(matches!(late, Err(parlor_store::ConnectError::Conflict)), "{late:?}");
    // One of two items that were read was the old one: what was read is of no moment.
    let read = installation.store.read(ReadBatch::new().rights_of(&sam.id).agent(&sam.id)).await.unwrap();
    let mut earlier = None;
    assert!(read.rights(&sam, &mut earlier, now).unwrap().is_none());
    let today = read.agent(&sam.id).unwrap().unwrap();
    assert!(read.rights(&today, &mut None, now).unwrap().is_some());
    // Should the two ever differ for good, what was read after the count is new enough.
    let again = read.rights(&sam, &mut earlier, now).unwrap().unwrap();
    installation.store.listen("differs", &listener, &again, "nonce-3", now).await.unwrap();
}

/// An admin changes somebody's role while another signs them out everywhere, who has read them before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_who_is_signed_out_while_their_role_changes_comes_in_again_afterwards() {
    let installation = Installation::start().await;
    let (session, sam) = (installation.session(None).await, supervisor(&installation).await);
    installation.signed_in(&sam).await;
    let path = format!("/v1/people/{}", sam.id);
    installation.call(Method::PATCH, &path, Some(json!({"role": "admin"}))).await;
    let held = installation.hold_first("people", "TransactWriteItems");
    let leaving = format!("{path}/sign-out");
    let sign_out = installation.call(Method::POST, &leaving, Some(json!({})));
    let change = async {
        held.await.unwrap();
        let (status, answer) = installation.call(Method::PATCH, &path, Some(json!({"role": "supervisor"}))).await;
        installation.stack.inject(|_, _| Fault::None);
        assert_eq!(status, StatusCode::OK, "{answer}");
    };
    let ((status, answer), ()) = tokio::join!(sign_out, change);
    assert_eq!(status, StatusCode::OK, "{answer}");
    room(&installation, &installation.signed_in(&sam).await, &session).await.hello(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_person_has_fifty_sign_ins_and_no_more() {
    let installation = Installation::start().await;
    let tom = installation.staff("Tom Reed", Role::Agent).await;
    let oldest = installation.signed_in(&tom.agent).await;
    let lists = oldest.get("/console").await.attribute("data-lists").unwrap();
    let mut line = Line::at(&lists, "", Some(installation.stack.url())).await.unwrap();
    // The order of those who came is kept by the second.
    installation.stack.advance(1).await;
    let mut others = vec![];
    for _ in 0..49 {
        others.push(installation.signed_in(&tom.agent).await);
    }
    assert_eq!(oldest.get("/console").await.status, 200, "fifty");
    let newest = installation.browser();
    let fields = [("email", tom.agent.email.as_str()), ("password", tom.password.as_str())];
    assert_eq!(newest.post("/login", &fields).await.status, 303);
    assert_eq!(newest.get("/console").await.status, 200);
    assert_eq!(oldest.get("/console").await.status, 303, "the oldest ended");
    assert!(line.ended().await);
    for other in [&others[0], &others[48]] {
        assert_eq!(other.get("/console").await.status, 200);
    }
}
