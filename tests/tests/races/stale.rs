//! Indexes that lag behind: what goes by them looks again before it does anything (docs/access-patterns.md, *What may be
//! stale*). Every read that may be stale is, all the time.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::join_all;
use parlor_domain::{SessionId, outbox::Status};
use parlor_local::{Fault, Stack};
use parlor_tests::{Browser, Conduct, Endpoint, Installation, Line};
use serde_json::{Value, json};

/// Longer than a schedule's period: a run does not see what the run before it did.
const LAG: Duration = Duration::from_secs(90);

/// An installation whose indexes show what was true `lag` ago.
async fn behind(lag: Duration) -> Installation {
    let stack = Stack::builder().ephemeral().count_requests(true).stale_reads(true).start().await.unwrap();
    let installation = Installation::of(stack).await;
    installation.stack.inject(move |_, _| Fault::Stale(lag));
    installation
}

/// A minute passes, in which a schedule runs three times more than it should, all at once.
async fn minute(installation: &Installation, schedule: &str) {
    installation.stack.advance(60).await;
    for ran in join_all((0..3).map(|_| installation.stack.run_schedule(schedule))).await {
        ran.unwrap();
    }
}

/// The agent's side of a room.
async fn agent(installation: &Installation, browser: &Browser, session: &SessionId) -> Line {
    let answer = browser.get(&format!("/console/s/{session}/live")).await.text;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    Line::at(answer["url"].as_str().unwrap(), session.as_str(), Some(installation.stack.url())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r3_sweeps_that_see_old_timers_end_once_and_tell_once() {
    let installation = behind(LAG).await;
    let access = json!({"level": "full_timed", "minutes": 10, "then_limited_minutes": 10});
    installation.settings(json!({"end": {"inactivity_minutes": 10, "customer_access": access}})).await;
    let browser = installation.signed_in(&installation.agent).await;
    let (mut sessions, mut rooms) = (vec![], vec![]);
    for _ in 0..6 {
        let session = installation.session(None).await;
        rooms.push((agent(&installation, &browser, &session).await, BTreeMap::<String, usize>::new()));
        sessions.push(session);
    }
    for passed in 0..45 {
        if passed == 5 {
            // The index shows the timer that was there before, too.
            for session in &sessions[..3] {
                installation.post(&format!("/v1/sessions/{session}/keep-open"), json!({})).await;
            }
        }
        minute(&installation, "sweep-inactivity").await;
        minute_of_access(&installation).await;
        for (line, told) in &mut rooms {
            line.say(json!({"type": "ping"})).await;
            loop {
                let frame = line.next().await.expect("the room stays open");
                match (frame["type"].as_str(), frame["event"]["type"].as_str()) {
                    (Some("pong"), _) => break,
                    (_, Some(event)) => *told.entry(event.to_owned()).or_default() += 1,
                    _ => {}
                }
            }
        }
    }
    for ((place, session), (_, told)) in sessions.iter().enumerate().zip(&rooms) {
        let events = installation.events(session).await;
        let ended: Vec<_> = events.iter().filter(|event| event.kind.name() == "session.ended").collect();
        assert_eq!(ended.len(), 1, "ended once");
        // Kept open after five minutes: ten minutes from then on, however old the timer is that a sweep saw.
        let minutes = ended[0].at.duration_since(events[0].at).as_mins();
        let earliest = if place < 3 { 15 } else { 10 };
        assert!((earliest..earliest + 4).contains(&minutes), "ended after {minutes} minutes");
        assert_eq!(installation.count_events(session, "access.changed").await, 2, "limited, then none");
        let expected =
            [("access.changed", 2_usize), ("session.ended", 1)].map(|(event, times)| (event.to_owned(), times));
        let heard: BTreeMap<_, _> = told.iter().filter(|(event, _)| *event != "session.kept_open").collect();
        assert!(heard.into_iter().map(|(event, times)| (event.clone(), *times)).eq(expected), "{told:?}");
    }
}

async fn minute_of_access(installation: &Installation) {
    for ran in join_all((0..2).map(|_| installation.stack.run_schedule("sweep-access"))).await {
        ran.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_retries_that_see_old_entries_send_each_message_once() {
    let installation = behind(LAG).await;
    installation.stack.outbox().fail_next(1000);
    let mut sessions = vec![];
    for _ in 0..8 {
        sessions.push(installation.session(None).await);
    }
    installation.stack.settle().await;
    assert!(installation.stack.outbox().items().is_empty());
    // And some of the next attempts.
    installation.stack.outbox().fail_next(9);
    for _ in 0..30 {
        minute(&installation, "retry-deliveries").await;
    }
    let items = installation.stack.outbox().items();
    for session in &sessions {
        let sent = items.iter().filter(|item| item.text.as_deref().unwrap_or_default().contains(session.as_str()));
        assert_eq!(sent.count(), 1, "each once, and none is lost");
        let entries = installation.store.outbox_of(session).await.unwrap();
        assert!(entries.iter().all(|entry| entry.status == Status::Sent), "{entries:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_webhooks_go_by_old_lanes_in_order_and_once() {
    let installation = behind(LAG).await;
    let endpoint = Endpoint::new(&installation, &[]).await;
    let mut refused = 3;
    endpoint.receiver.decides(move |_| {
        refused -= i32::from(refused > 0);
        Conduct::Status(if refused > 0 { 503 } else { 204 })
    });
    let mut sessions = vec![];
    for _ in 0..4 {
        let session = installation.session(None).await;
        installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": "hello"})).await;
        installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
        sessions.push(session);
    }
    installation.stack.settle().await;
    for _ in 0..15 {
        minute(&installation, "retry-webhooks").await;
    }
    for session in &sessions {
        let taken = endpoint
            .receiver
            .received()
            .into_iter()
            .filter(|received| received.taken && received.json()["data"]["session"] == json!(session));
        let names: Vec<_> = taken.map(|received| received.name()).collect();
        assert_eq!(names, ["session.created 1", "session.invited 2", "message 3", "session.ended 4"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_a_replay_misses_nothing_that_was_given_up_just_before() {
    let installation = behind(Duration::from_secs(8)).await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    endpoint.receiver.answers(Conduct::Status(410));
    let session = installation.session(None).await;
    installation.stack.settle().await;
    assert_eq!(endpoint.read(&installation).await["disabled"]["by"], "gone");
    endpoint.receiver.answers(Conduct::Status(204));
    endpoint.receiver.forget();
    endpoint.change(&installation, json!({"enabled": true})).await;
    installation.post(&endpoint.path("/replay"), json!({"since": "2026-01-01T00:00:00Z"})).await;
    // The list does not have it yet; only a machine that needs eight seconds for this much would see it there.
    installation.stack.run_schedule("retry-webhooks").await.unwrap();
    installation.stack.advance(60).await;
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names_of(&session), ["session.created 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_lists_show_the_past_for_a_while_and_a_session_shows_itself() {
    let installation = behind(LAG).await;
    let session = installation.session(None).await;
    let path = format!("/v1/sessions/{session}");
    let listed = async || installation.get("/v1/sessions").await["items"].as_array().unwrap().clone();
    let browser = installation.signed_in(&installation.agent).await;
    let room = format!("/console/s/{session}");
    assert!(listed().await.is_empty());
    assert_eq!(installation.get(&path).await["state"], "invited");
    assert_eq!(browser.get(&room).await.status, 200, "a room opens before any list has it");
    installation.stack.advance(91).await;
    assert_eq!(listed().await[0]["state"], "invited");
    installation.post(&format!("{path}/end"), json!({})).await;
    assert_eq!(listed().await[0]["state"], "invited");
    assert_eq!(installation.get(&path).await["state"], "ended");
    installation.stack.advance(91).await;
    assert_eq!(listed().await[0]["state"], "ended");
}
