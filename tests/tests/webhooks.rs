//! Webhooks on the one-machine stack (R24): what is sent and how it is signed, in which order, how often, and who is not
//! made to wait by whom.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use jiff::SignedDuration;
use parlor_domain::{SessionId, webhook::MAX_ATTEMPTS};
use parlor_local::Fault;
use parlor_tests::{Conduct, Endpoint, Installation, Receiver};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

/// Events of every type, as an endpoint asks for them.
pub(crate) const ALL: [&str; 0] = [];

async fn end(installation: &Installation, session: &SessionId) {
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_events_arrive_in_order_and_verify_by_the_standards_library() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let session = installation.session(None).await;
    end(&installation, &session).await;
    installation.stack.settle().await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1", "session.invited 2", "session.ended 3"]);
    let verifier = Webhook::new(&endpoint.secret).unwrap();
    for received in endpoint.receiver.received() {
        verifier.verify(received.body.as_bytes(), &received.headers).unwrap();
        assert_eq!(received.header("content-type"), "application/json");
    }
    let last = endpoint.receiver.received().pop().unwrap();
    assert_eq!(last.header("webhook-id"), format!("{session}-3"));
    let (body, event) = (last.json(), installation.events(&session).await.pop().unwrap().shown());
    assert_eq!((&body["type"], &body["timestamp"]), (&event["type"], &event["at"]));
    assert_eq!((&body["data"]["session"], &body["data"]["team"]), (&json!(session), &json!(installation.team)));
    assert_eq!((&body["data"]["by"], &body["data"]["actor"]), (&event["by"], &event["actor"]));
    assert!(!last.body.contains("mara@example.net"));

    let deliveries = endpoint.deliveries(&installation).await;
    let seqs: Vec<_> = deliveries.iter().map(|delivery| delivery["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, [3, 2, 1]);
    assert_eq!(deliveries[0]["state"], "delivered");
    assert_eq!(deliveries[0]["attempts"][0]["status"], 204);
    // A busy machine may stand still for a second, and not in all of them.
    assert!(deliveries.iter().any(|delivery| delivery["attempts"][0]["took"] == "under_1s"), "{deliveries:?}");
    let mut shown = installation.get(&endpoint.path(&format!("/deliveries/{session}-3"))).await;
    assert_eq!(shown["request"]["body"], json!(last.body));
    shown.as_object_mut().unwrap().remove("request");
    assert_eq!(shown, deliveries[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_an_endpoint_hears_of_its_types_and_its_team_only() {
    let installation = Installation::start().await;
    let ends = Endpoint::new(&installation, &["session.ended"]).await;
    let other = parlor_domain::TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other, "Claims").await.unwrap();
    let (mine, others) = (Receiver::start().await, Receiver::start().await);
    installation.post("/v1/webhooks", json!({"url": mine.url, "team": installation.team})).await;
    installation.post("/v1/webhooks", json!({"url": others.url, "team": other})).await;
    let session = installation.session(None).await;
    end(&installation, &session).await;
    installation.stack.settle().await;
    assert_eq!(ends.receiver.names(), ["session.ended 3"]);
    assert_eq!(mine.names().len(), 3);
    assert!(others.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_a_later_event_waits_for_an_earlier_one_of_its_session_and_for_no_other() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let (stuck, free) = (installation.session(None).await, installation.session(None).await);
    installation.stack.settle().await;
    endpoint.receiver.forget();
    let session = stuck.clone();
    endpoint.receiver.decides(move |received| {
        let is_stuck = received.json()["data"]["session"] == json!(session);
        Conduct::Status(if is_stuck { 503 } else { 200 })
    });
    for session in [&stuck, &free] {
        installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": "hello"})).await;
        end(&installation, session).await;
    }
    installation.stack.settle().await;
    // What was not sent from the stream comes with the schedule.
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names_of(&free), ["message 3", "session.ended 4"]);
    let tried = endpoint.receiver.names_of(&stuck);
    assert!(!tried.is_empty() && tried.iter().all(|name| name == "message 3"), "{tried:?}");
    endpoint.receiver.answers(Conduct::Status(200));
    endpoint.receiver.forget();
    installation.stack.advance(600).await;
    assert_eq!(endpoint.receiver.names_of(&stuck), ["message 3", "session.ended 4"]);
    let read = endpoint.read(&installation).await;
    assert_eq!((&read["failing_since"], &read["enabled"]), (&Value::Null, &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_retries_follow_the_schedule_for_a_day_and_then_the_endpoint_is_disabled() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    endpoint.receiver.answers(Conduct::Status(500));
    let session = installation.session(None).await;
    installation.stack.settle().await;
    assert_eq!(endpoint.receiver.names().len(), 1, "the first attempt is the stream's");
    for (done, minutes) in [1_u32, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360].into_iter().enumerate() {
        // A tenth less is the earliest. The schedule runs when a minute has passed since its last run.
        installation.stack.advance(minutes * 54 - 30).await;
        assert_eq!(endpoint.receiver.names().len(), done + 1, "too early, {minutes} min");
        installation.stack.advance((minutes * 6 + 30).max(60)).await;
        assert_eq!(endpoint.receiver.names().len(), done + 2, "not tried after {minutes} min");
    }
    let ids: Vec<_> = endpoint.receiver.received().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == format!("{session}-1")), "one id for all attempts: {ids:?}");
    assert!(endpoint.receiver.received().iter().all(|received| received.is_signed_by(&endpoint.secret)));
    assert_eq!(endpoint.states(&installation).await, [("failed".to_owned(), MAX_ATTEMPTS as usize)]);
    let read = endpoint.read(&installation).await;
    assert_eq!((&read["enabled"], &read["disabled"]["by"]), (&json!(false), &json!("failing")));

    // Disabled: what happens is queued and not sent.
    installation.session(None).await;
    installation.stack.advance(86_400).await;
    assert_eq!(endpoint.receiver.names().len(), MAX_ATTEMPTS as usize);
    endpoint.receiver.answers(Conduct::Status(200));
    endpoint.receiver.forget();
    let changed = endpoint.change(&installation, json!({"enabled": true})).await;
    assert_eq!((&changed["enabled"], &changed["failing_since"]), (&json!(true), &Value::Null));
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1"], "the second session's");
    // What was given up is sent again when it is asked for.
    let replay = endpoint.path(&format!("/deliveries/{session}-1/replay"));
    assert_eq!(installation.post(&replay, json!({})).await["state"], "pending");
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names_of(&session), ["session.created 1"]);
    assert_eq!(installation.get(&endpoint.path(&format!("/deliveries/{session}-1"))).await["state"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_an_event_that_is_never_taken_is_given_up_without_the_endpoint() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let poisoned = installation.session(None).await;
    installation.stack.settle().await;
    let session = poisoned.clone();
    endpoint.receiver.decides(move |received| {
        let body = received.json();
        let poison = body["data"]["session"] == json!(session) && body["type"] == "message";
        Conduct::Status(if poison { 422 } else { 200 })
    });
    installation.post(&format!("/v1/sessions/{poisoned}/messages"), json!({"text": "poison"})).await;
    end(&installation, &poisoned).await;
    for _ in 0..MAX_ATTEMPTS {
        installation.stack.settle().await;
        installation.stack.advance(6 * 3600).await;
        installation.session(None).await;
    }
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names_of(&poisoned).last().unwrap(), "session.ended 4");
    let delivery = installation.get(&endpoint.path(&format!("/deliveries/{poisoned}-3"))).await;
    assert_eq!(delivery["state"], "failed");
    assert_eq!(endpoint.read(&installation).await["enabled"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_410_disables_at_once() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    endpoint.receiver.answers(Conduct::Status(410));
    installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.advance(600).await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1"]);
    assert_eq!(endpoint.read(&installation).await["disabled"]["by"], "gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_a_test_event_goes_to_its_endpoint_alone_and_is_tried_once() {
    let installation = Installation::start().await;
    let (endpoint, other) =
        (Endpoint::new(&installation, &["session.ended"]).await, Endpoint::new(&installation, &ALL).await);
    let tested = installation.post(&endpoint.path("/test"), json!({})).await;
    assert_eq!(
        (&tested["type"], &tested["session"], &tested["seq"], &tested["state"], &tested["tries"]),
        (&json!("webhook.test"), &Value::Null, &json!(0), &json!("pending"), &json!(0))
    );
    installation.stack.settle().await;
    let received = endpoint.receiver.received().pop().expect("it is sent without the schedule");
    Webhook::new(&endpoint.secret).unwrap().verify(received.body.as_bytes(), &received.headers).unwrap();
    assert_eq!(received.json()["data"], json!({"webhook": endpoint.id}));
    assert_eq!(json!(received.header("webhook-id")), tested["id"]);
    assert!(other.receiver.received().is_empty());

    // What is shown is what came.
    let path = endpoint.path(&format!("/deliveries/{}", tested["id"].as_str().unwrap()));
    let shown = installation.get(&path).await;
    assert_eq!((&shown["state"], &shown["tries"]), (&json!("delivered"), &json!(1)));
    assert_eq!(shown["request"]["body"], json!(received.body));
    for (name, value) in shown["request"]["headers"].as_object().unwrap() {
        assert_eq!(value, received.header(name), "{name}");
    }

    // One that fails is given up at once, and says nothing of a day; it can be sent again.
    endpoint.receiver.answers(Conduct::Status(500));
    for _ in 0..2 {
        let failed = installation.post(&endpoint.path("/test"), json!({})).await["id"].as_str().unwrap().to_owned();
        installation.stack.settle().await;
        assert_eq!(installation.get(&endpoint.path(&format!("/deliveries/{failed}"))).await["state"], "failed");
    }
    installation.stack.advance(3600).await;
    assert_eq!(endpoint.receiver.received().len(), 3);
    assert_eq!(endpoint.read(&installation).await["enabled"], true);
    endpoint.receiver.answers(Conduct::Status(204));
    assert_eq!(installation.post(&format!("{path}/replay"), json!({})).await["state"], "pending");
    installation.stack.settle().await;
    assert_eq!(installation.get(&path).await["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(endpoint.read(&installation).await["failing_since"], Value::Null, "it is well again");

    // Nothing is sent to who is switched off.
    endpoint.change(&installation, json!({"enabled": false})).await;
    let (status, refused) = installation.call(Method::POST, &endpoint.path("/test"), Some(json!({}))).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("webhook-disabled")));
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_what_was_posted_is_shown_as_it_was_signed_then() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    let session = installation.session(None).await;
    installation.stack.settle().await;
    let received = endpoint.receiver.received().pop().unwrap();
    installation.stack.advance(60).await;
    installation.post(&endpoint.path("/rotate"), json!({"overlap_minutes": 60})).await;
    let shown = installation.get(&endpoint.path(&format!("/deliveries/{session}-1"))).await;
    assert_eq!(shown["request"]["body"], json!(received.body));
    assert_eq!(shown["request"]["headers"]["webhook-signature"], received.header("webhook-signature"));
    assert!(!shown.to_string().contains("whsec_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_both_secrets_sign_while_a_rotation_overlaps() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    let rotated = installation.post(&endpoint.path("/rotate"), json!({"overlap_minutes": 60})).await;
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, endpoint.secret);
    assert_eq!(rotated["secrets"].as_array().unwrap().len(), 2);
    installation.session(None).await;
    installation.stack.settle().await;
    let received = endpoint.receiver.received().pop().unwrap();
    for secret in [&new, &endpoint.secret] {
        Webhook::new(secret).unwrap().verify(received.body.as_bytes(), &received.headers).unwrap();
    }
    installation.stack.advance(3600).await;
    installation.session(None).await;
    installation.stack.settle().await;
    let received = endpoint.receiver.received().pop().unwrap();
    assert!(received.is_signed_by(&new) && !received.is_signed_by(&endpoint.secret));
    let shown = endpoint.read(&installation).await.to_string();
    assert!(!shown.contains("whsec_"), "a secret is shown once: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_replay_since_a_time_sends_what_was_given_up_or_everything() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    let before = installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.advance(60).await;
    let since = installation.runtime.clock.now();
    installation.stack.advance(60).await;
    let (one, other) = (installation.session(None).await, installation.session(None).await);
    installation.stack.settle().await;
    endpoint.receiver.forget();
    // Nothing was given up, so nothing is sent.
    let path = endpoint.path("/replay");
    assert_eq!(installation.post(&path, json!({"since": since.to_string()})).await["replaying"], true);
    installation.stack.advance(60).await;
    assert!(endpoint.receiver.names().is_empty());
    assert_eq!(endpoint.read(&installation).await["replaying"], false);

    installation.post(&path, json!({"since": since.to_string(), "delivered": true})).await;
    installation.stack.advance(60).await;
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names().len(), 2);
    for session in [&one, &other] {
        assert_eq!(endpoint.receiver.names_of(session), ["session.created 1"]);
    }
    assert!(endpoint.receiver.names_of(&before).is_empty());
    assert!(endpoint.states(&installation).await.contains(&("delivered".to_owned(), 2)));
    let early = since - SignedDuration::from_hours(1);
    installation.post(&path, json!({"since": early.to_string(), "delivered": true})).await;
    installation.stack.advance(120).await;
    assert_eq!(endpoint.receiver.names_of(&before).len(), 1);
}

/// One run has looked at what a replay asks for, and stands before its first look at a delivery; another one does all of
/// it meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn r24_a_replay_that_two_runs_look_at_sends_once() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &["session.created"]).await;
    let session = installation.session(None).await;
    installation.stack.settle().await;
    // The schedule has just run: it does not run by itself within the next minute.
    installation.stack.advance(60).await;
    endpoint.receiver.forget();
    let since = installation.runtime.clock.now() - SignedDuration::from_hours(1);
    installation.post(&endpoint.path("/replay"), json!({"since": since.to_string(), "delivered": true})).await;
    installation.stack.advance(15).await;

    let held = installation.hold_first("retry-webhooks", "BatchGetItem");
    let slow = installation.stack.run_schedule("retry-webhooks");
    let quick = async {
        held.await.unwrap();
        installation.stack.run_schedule("retry-webhooks").await.unwrap();
        assert_eq!(endpoint.receiver.names_of(&session), ["session.created 1"], "the quick run sends it");
        installation.stack.inject(|_, _| Fault::None);
    };
    tokio::join!(async { slow.await.unwrap() }, quick);
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names_of(&session), ["session.created 1"], "and nobody again");
    assert_eq!(endpoint.read(&installation).await["replaying"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_hostile_receivers_delay_nobody_else() {
    let installation = Installation::start().await;
    let mut hostile = vec![];
    let inner = Receiver::start().await;
    for conduct in [Conduct::Hang, Conduct::Reset, Conduct::Redirect(inner.url.clone()), Conduct::Endless] {
        let endpoint = Endpoint::new(&installation, &["session.created"]).await;
        endpoint.receiver.answers(conduct);
        hostile.push(endpoint);
    }
    let good = Endpoint::new(&installation, &["session.created"]).await;
    installation.session(None).await;
    // The first batch waits for whoever hangs: once.
    installation.stack.settle().await;
    tokio::time::timeout(std::time::Duration::from_secs(20), good.receiver.wait_for(1)).await.unwrap();
    // From then on the hostile ones are left to the schedule, and nobody waits for them.
    let sessions = 12;
    let quick = async {
        for _ in 0..sessions {
            installation.session(None).await;
        }
        good.receiver.wait_for(1 + sessions).await;
        installation.stack.settle().await;
    };
    // Whoever hangs is given up after 15 seconds; waiting for it would take that with each batch of five events.
    tokio::time::timeout(std::time::Duration::from_secs(29), quick).await.expect("a hostile receiver is waited for");
    assert_eq!(hostile[0].receiver.received().len(), 1, "the one that hangs is left alone");
    assert_eq!(installation.stack.outbox().items().len(), 1 + sessions, "and no mail waits either");
    let outcome =
        async |endpoint: &Endpoint| endpoint.deliveries(&installation).await.pop().unwrap()["attempts"][0].clone();
    assert_eq!(outcome(&hostile[0]).await["error"], "timed_out");
    assert_eq!(outcome(&hostile[0]).await["took"], "over_5s");
    assert_eq!(outcome(&hostile[1]).await["error"], "broken");
    assert_eq!(outcome(&hostile[2]).await["status"], 308);
    assert_eq!(outcome(&hostile[3]).await["status"], 200, "the rest of its body is not waited for");
    assert!(inner.received().is_empty(), "no redirect is followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_eight_retries_at_once_send_each_event_once() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    endpoint.receiver.answers(Conduct::Status(500));
    for _ in 0..6 {
        installation.session(None).await;
    }
    installation.stack.settle().await;
    endpoint.receiver.answers(Conduct::Status(200));
    endpoint.receiver.forget();
    // Past the pause, and before the schedule itself: it runs at most once among these.
    installation.stack.advance(50).await;
    installation.stack.advance(15).await;
    futures_util::future::join_all((0..8).map(|_| installation.stack.run_schedule("retry-webhooks"))).await;
    installation.stack.advance(61).await;
    let mut ids: Vec<_> = endpoint.receiver.received().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 12, "two events of each session");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_in_a_storm_every_event_arrives_and_in_order() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let mut dice: u32 = 11;
    installation.stack.inject(move |function, _| {
        if !matches!(function, "deliver-webhooks" | "retry-webhooks") {
            return Fault::None;
        }
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match dice >> 24 {
            0..=29 => Fault::Failed,
            30..=59 => Fault::LostAnswer,
            60..=79 => Fault::Throttled,
            _ => Fault::None,
        }
    });
    let mut answers: u32 = 3;
    endpoint.receiver.decides(move |_| {
        answers = answers.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Conduct::Status(if answers >> 30 == 0 { 500 } else { 200 })
    });
    let mut sessions = vec![];
    for _ in 0..6 {
        let session = installation.session(None).await;
        installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": "hello"})).await;
        end(&installation, &session).await;
        sessions.push(session);
    }
    installation.stack.settle().await;
    for _ in 0..8 {
        installation.stack.advance(1800).await;
    }
    installation.stack.inject(|_, _| Fault::None);
    endpoint.receiver.answers(Conduct::Status(200));
    for _ in 0..6 {
        installation.stack.advance(4 * 3600).await;
    }
    for session in &sessions {
        let mut names = endpoint.receiver.names_of(session);
        // Twice is allowed, and so is a repetition of what came before; what is new has to come in order.
        let mut seen = vec![];
        names.retain(|name| {
            let new = !seen.contains(name);
            seen.push(name.clone());
            new
        });
        assert_eq!(names, ["session.created 1", "session.invited 2", "message 3", "session.ended 4"]);
    }
    for (state, _) in endpoint.states(&installation).await {
        assert_eq!(state, "delivered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_a_deleted_endpoint_hears_nothing_more() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    endpoint.receiver.answers(Conduct::Status(500));
    installation.session(None).await;
    installation.stack.settle().await;
    endpoint.receiver.forget();
    assert_eq!(installation.call(Method::DELETE, &endpoint.path(""), None).await.0, 200);
    installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.advance(3600).await;
    assert!(endpoint.receiver.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r24_what_happened_before_an_endpoint_was_made_is_not_sent_however_late_the_stream_is() {
    let installation = Installation::start().await;
    installation.stack.inject(|function, _| if function == "deliver-webhooks" { Fault::Failed } else { Fault::None });
    installation.session(None).await;
    installation.stack.advance(1).await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    installation.stack.inject(|_, _| Fault::None);
    let session = installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.advance(60).await;
    assert_eq!(endpoint.receiver.names(), ["session.created 1", "session.invited 2"]);
    assert_eq!(endpoint.receiver.names_of(&session).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn r25_what_was_erased_is_neither_sent_nor_shown_while_it_is_still_to_be_deleted() {
    let installation = Installation::start().await;
    let endpoint = Endpoint::new(&installation, &ALL).await;
    let session = installation.session(None).await;
    installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": "the secret plan"})).await;
    installation.stack.settle().await;
    let delivery = endpoint.path(&format!("/deliveries/{session}-3"));
    assert!(installation.get(&delivery).await["request"]["body"].as_str().unwrap().contains("secret"));

    end(&installation, &session).await;
    installation.post(&format!("/v1/sessions/{session}/erase"), json!({})).await;
    installation.stack.settle().await;
    assert_eq!(endpoint.receiver.names().last().unwrap(), "session.erased 5");
    assert_eq!(installation.count_events(&session, "message").await, 1, "it is still there");
    assert_eq!(installation.get(&delivery).await["request"], Value::Null);
    endpoint.receiver.forget();
    for seq in [3, 5] {
        installation.post(&endpoint.path(&format!("/deliveries/{session}-{seq}/replay")), json!({})).await;
    }
    installation.stack.run_schedule("retry-webhooks").await.unwrap();
    assert_eq!(endpoint.receiver.names(), ["session.erased 5"]);
}
