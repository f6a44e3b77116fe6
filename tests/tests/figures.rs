//! What a team did, day by day (R20): counted as it happens, once, and shown to those who see the team.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::sync::atomic::{AtomicUsize, Ordering};

use parlor_domain::Role;
use parlor_local::{Crash, Fault};
use parlor_tests::Installation;
use serde_json::{Value, json};

/// The days of the installation's team, without those on which nothing happened.
async fn days(installation: &Installation) -> Vec<Value> {
    installation.stack.settle().await;
    let answer = installation.get(&format!("/v1/teams/{}/figures", installation.team)).await;
    let days = answer["items"].as_array().unwrap();
    assert_eq!(days.len(), 30, "every day, the oldest first");
    days.iter().filter(|day| day["started"] != 0 || day["joined"] != 0 || day["ended"]["api"] != 0).cloned().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_a_team_does_is_counted_on_its_day() {
    let installation = Installation::start().await;
    let first = installation.session(None).await;
    installation.session(None).await;
    // Four minutes after the invitation, and a session that ends a day later.
    installation.stack.advance(240).await;
    drop(installation.joined(&first).await);
    installation.stack.settle().await;
    installation.stack.advance(24 * 3600).await;
    installation.post(&format!("/v1/sessions/{first}/end"), json!({})).await;
    let counted = days(&installation).await;
    let sum = |name: &str| counted.iter().map(|day| day[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("started"), sum("joined"), sum("completed")), (2, 1, 0), "{counted:?}");
    let joined = counted.iter().find(|day| day["joined"] == 1).unwrap();
    let median = joined["median_seconds_to_join"].as_u64().unwrap();
    assert!((220..270).contains(&median), "{median} seconds");
    assert_eq!(counted.last().unwrap()["ended"], json!({"agent": 0, "inactivity": 0, "api": 1}));
    assert!(counted.last().unwrap()["day"].as_str() > joined["day"].as_str(), "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_the_stream_brings_twice_counts_once() {
    let installation = Installation::start().await;
    // Counted, and then it looks as if it were not: the stream brings the event again.
    let died = AtomicUsize::new(0);
    installation.stack.crash(move |function, operation| {
        let counts = function == "deliver-webhooks" && operation == "TransactWriteItems";
        if counts && died.fetch_add(1, Ordering::Relaxed) < 2 { Crash::After } else { Crash::None }
    });
    installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.advance(5).await;
    installation.stack.crash(|_, _| Crash::None);
    assert_eq!(days(&installation).await[0]["started"], 1);

    // Not counted at first: it comes again until it is.
    installation.stack.inject(|function, operation| match (function, operation) {
        ("deliver-webhooks", "TransactWriteItems") => Fault::Throttled,
        _ => Fault::None,
    });
    installation.session(None).await;
    installation.stack.settle().await;
    installation.stack.inject(|_, _| Fault::None);
    installation.stack.advance(60).await;
    assert_eq!(days(&installation).await[0]["started"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_many_at_once_are_all_counted() {
    let installation = Installation::start().await;
    let starts = (0..40).map(|_| installation.session(None));
    futures_util::future::join_all(starts).await;
    assert_eq!(days(&installation).await[0]["started"], 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_figures_are_for_those_who_see_the_team() {
    let installation = Installation::start().await;
    let team = &installation.team;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    installation.session(None).await;
    installation.stack.settle().await;
    let page = supervisor.get("/console/team/figures?days=7").await;
    assert!(page.status == 200 && page.text.matches("<th scope=\"row\"").count() == 7, "{}", page.text);
    assert!(supervisor.get("/console/team/figures?days=8").await.text.matches("<th scope=\"row\"").count() == 30);
    assert_eq!(supervisor.get("/console/team/figures?team=000000").await.status, 404);
    assert_eq!(supervisor.get(&format!("/v1/teams/{team}/figures")).await.status, 200);
    let agent = installation.signed_in(&installation.agent).await;
    for path in ["/console/team/figures".to_owned(), format!("/v1/teams/{team}/figures")] {
        assert_eq!(agent.get(&path).await.status, 403, "{path}");
    }
    for query in [
        "from=2026-11-28&to=2026-11-27",
        "from=2020-01-01",
        "from=yesterday",
        "to=2026-13-01",
        "from=-000002-12-20&to=-000001-01-10",
    ] {
        let path = format!("/v1/teams/{team}/figures?{query}");
        assert_eq!(installation.tried(reqwest::Method::GET, &path, None, &[]).await.0, 400, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_session_counts_as_completed_when_nothing_is_left_to_do() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let field = json!({"name": "name", "label": "Your name?", "type": "text", "required": true});
    let steps = json!([{"id": "a", "title": "A", "fields": [field]}]);
    let mut made = vec![];
    for title in ["First", "Second"] {
        let body = json!({"kind": "workflow", "title": title, "steps": steps});
        let id = installation.post(&format!("/v1/sessions/{session}/interactions"), body).await["id"].clone();
        made.push(id.as_str().unwrap().to_owned());
    }
    installation.stack.advance(600).await;
    for (done, id) in made.iter().enumerate() {
        assert_eq!(days(&installation).await[0]["completed"], 0, "{done} of 2 done");
        let path = format!("/r/{session}/i/{id}/complete");
        assert_eq!(customer.post(&path, &[("a.name", "Mara")]).await.status, 303);
    }
    let day = &days(&installation).await[0];
    assert_eq!(day["completed"], 1);
    let median = day["median_seconds_to_complete"].as_u64().unwrap();
    assert!((540..680).contains(&median), "{median} seconds");
}
