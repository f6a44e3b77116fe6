//! R9: a session goes to another agent.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::{join, join_all};
use parlor_domain::{Agent, Role, SessionId};
use parlor_tests::{Browser, Installation, Line, Page};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Somebody of staff in a browser.
struct Desk {
    browser: Browser,
    csrf: String,
}

impl Desk {
    async fn of(installation: &Installation, agent: &Agent) -> Self {
        let browser = installation.signed_in(agent).await;
        let csrf = browser.get("/console").await.hidden("csrf").unwrap();
        Self { browser, csrf }
    }

    async fn post(&self, session: &SessionId, what: &str) -> Page {
        self.browser.post(&format!("/v1/sessions/{session}/{what}"), &[("csrf", &self.csrf)]).await
    }

    async fn room(&self, session: &SessionId) -> Page {
        self.browser.get(&format!("/console/s/{session}")).await
    }

    /// Opens the live connection of a session's room.
    async fn line(&self, installation: &Installation, session: &SessionId) -> Line {
        let ticket = self.browser.get(&format!("/console/s/{session}/live")).await;
        let ticket: Value = serde_json::from_str(&ticket.text).unwrap();
        let url = ticket["url"].as_str().unwrap();
        Line::at(url, session.as_str(), Some(installation.stack.url())).await.unwrap()
    }
}

/// Nina, who owns the sessions, and two supervisors who may see them.
async fn people(installation: &Installation) -> (Desk, Desk, Desk) {
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let ada = installation.member("Ada Roy", Role::Supervisor).await;
    (
        Desk::of(installation, &installation.agent).await,
        Desk::of(installation, &sam).await,
        Desk::of(installation, &ada).await,
    )
}

async fn shown(installation: &Installation, session: &SessionId) -> Value {
    installation.get(&format!("/v1/sessions/{session}")).await
}

async fn is_ninas(installation: &Installation, session: &SessionId) -> bool {
    shown(installation, session).await["agent"] == json!(installation.agent.id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_who_enters_takes_over_where_the_owner_is_not_there() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    let session = installation.session(None).await;
    let page = sam.room(&session).await;
    assert!(page.text.contains("Nina Okafor owns this session"), "{}", page.text);
    assert!(page.text.contains("readonly") && page.text.contains(&format!("/v1/sessions/{session}/transfer\"")));
    assert_eq!(sam.post(&session, "transfer").await.location, format!("/console/s/{session}"));
    let after = shown(&installation, &session).await;
    assert_ne!(after["agent"], json!(installation.agent.id));
    let page = sam.room(&session).await;
    assert!(!page.text.contains("owns this session") && page.text.contains("You took over the session"));
    // R20: "my" follows the owner, who alone may see it now.
    assert_eq!(nina.room(&session).await.status, 404);
    assert!(sam.browser.get("/v1/sessions?scope=my").await.text.contains(session.as_str()));
    assert!(!nina.browser.get("/v1/sessions?scope=my").await.text.contains(session.as_str()));
    // Who may not see it does not take it.
    let outsider = installation.member("Ola Berg", Role::Agent).await;
    assert_eq!(Desk::of(&installation, &outsider).await.post(&session, "transfer").await.status, 404);
    assert_eq!(installation.browser().post(&format!("/v1/sessions/{session}/transfer"), &[]).await.location, "/login");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_an_owner_who_is_there_is_asked() {
    let installation = Installation::start().await;
    let (nina, sam, ada) = people(&installation).await;
    let session = installation.session(None).await;
    let mut line = nina.line(&installation, &session).await;
    line.hello(0).await;
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    assert!(is_ninas(&installation, &session).await);
    let pending = shown(&installation, &session).await["transfer"].clone();
    assert_eq!(pending["name"], "Sam Ode");
    assert_eq!(line.expect("transfer").await["pending"]["name"], "Sam Ode");
    // Asked once, and by one at a time.
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    assert_eq!(ada.post(&session, "transfer").await.status, 409);
    assert_eq!(installation.count_events(&session, "session.transfer_requested").await, 1);
    assert_eq!(sam.post(&session, "transfer/approve").await.status, 403);
    for (desk, says) in [(&nina, "Sam Ode asks to take over"), (&sam, "Waiting for Nina"), (&ada, "Sam Ode asked to")] {
        let page = desk.room(&session).await;
        assert!(page.text.contains(says), "{says}: {}", page.text);
    }
    // Declined.
    assert_eq!(nina.post(&session, "transfer/decline").await.status, 303);
    assert_eq!(line.expect("transfer").await["pending"], Value::Null);
    assert!(sam.room(&session).await.text.contains("Nina keeps this session"));
    assert_eq!(nina.post(&session, "transfer/approve").await.status, 409);
    // Lapsed, by the clock and then in the timeline.
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    installation.stack.advance(61).await;
    assert!(sam.room(&session).await.text.contains("Nina did not answer"));
    assert_eq!(nina.post(&session, "transfer/approve").await.status, 409);
    assert_eq!(installation.count_events(&session, "session.transfer_lapsed").await, 1);
    assert!(is_ninas(&installation, &session).await);
    // Approved: the old owner's page hears it last.
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    assert_eq!(nina.post(&session, "transfer/approve").await.location, "/console");
    assert!(!is_ninas(&installation, &session).await);
    loop {
        let told = line.expect("transfer").await;
        if told["gone"] == true {
            assert_eq!(told["owner"], "Sam Ode");
            break;
        }
    }
    assert!(line.ended().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_it_completes_when_the_owners_last_connection_goes() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    let session = installation.session(None).await;
    let (first, second) = (nina.line(&installation, &session).await, nina.line(&installation, &session).await);
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    first.close().await;
    installation.stack.settle().await;
    assert!(is_ninas(&installation, &session).await, "there is another one");
    let mut line = sam.line(&installation, &session).await;
    line.hello(0).await;
    second.close().await;
    loop {
        let told = line.expect("transfer").await;
        if told["owner"] == "Sam Ode" {
            break;
        }
    }
    assert!(!is_ninas(&installation, &session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_going_that_nobody_noticed_is_noticed_by_the_sweep() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    let session = installation.session(None).await;
    let line = nina.line(&installation, &session).await;
    // The lease runs out before the request lapses, and no `$disconnect` comes.
    installation.stack.advance(580).await;
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    assert!(is_ninas(&installation, &session).await);
    installation.stack.advance(61).await;
    assert!(!is_ninas(&installation, &session).await);
    line.kill();
}

/// Whoever asked is let in no longer by the time at which the session would be theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_nothing_becomes_theirs_who_were_deactivated_since_they_asked() {
    let installation = Installation::start().await;
    for ends_by in ["approval", "leaving", "the sweep"] {
        let sam = installation.member("Sam Ode", Role::Supervisor).await;
        let nina = Desk::of(&installation, &installation.agent).await;
        let desk = Desk::of(&installation, &sam).await;
        let session = installation.session(None).await;
        let line = nina.line(&installation, &session).await;
        if ends_by == "the sweep" {
            installation.stack.advance(580).await;
        }
        assert_eq!(desk.post(&session, "transfer").await.status, 303);
        installation.post(&format!("/v1/people/{}/deactivate", sam.id), json!({})).await;
        if ends_by == "approval" {
            assert_eq!(nina.post(&session, "transfer/approve").await.status, 409);
        }
        let stays_open = if ends_by == "leaving" {
            line.close().await;
            None
        } else {
            Some(line)
        };
        installation.stack.settle().await;
        installation.stack.advance(61).await;
        drop(stays_open);
        assert!(is_ninas(&installation, &session).await, "{ends_by}");
        assert_eq!(installation.count_events(&session, "session.transferred").await, 0);
        assert!(installation.count_events(&session, "session.transfer_lapsed").await > 0, "{ends_by}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_supervisors_take_over_at_once_where_the_setting_allows() {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"supervisor_takeover": true}})).await;
    let (nina, sam, _) = people(&installation).await;
    let session = installation.session(None).await;
    let _line = nina.line(&installation, &session).await;
    assert_eq!(sam.post(&session, "transfer").await.status, 303);
    assert!(!is_ninas(&installation, &session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_taking_over_needs_a_free_lock_and_frees_the_old_owners() {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"single_active": true}})).await;
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let desk = Desk::of(&installation, &sam).await;
    let session = installation.session(None).await;
    let body = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "agent": sam.id});
    let own = installation.post("/v1/sessions", body).await;
    let page = desk.post(&session, "transfer").await;
    assert!(page.status == 409 && page.text.contains("You have a session with"), "{} {}", page.status, page.text);
    installation.post(&format!("/v1/sessions/{}/end", own["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(desk.post(&session, "transfer").await.status, 303);
    assert!(!is_ninas(&installation, &session).await);
    // Nina is free, and Sam is not.
    installation.session(None).await;
    assert_eq!(desk.post(&own["id"].as_str().unwrap().parse().unwrap(), "renew").await.status, 409);
}

/// Two who ask at once, fifty times: one of them is asked for, or has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_of_two_askers_at_once_one_waits() {
    let installation = Installation::start().await;
    let (nina, sam, ada) = people(&installation).await;
    for _ in 0..50 {
        let session = installation.session(None).await;
        let line = nina.line(&installation, &session).await;
        let (one, other) = join(sam.post(&session, "transfer"), ada.post(&session, "transfer")).await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        assert_eq!(installation.count_events(&session, "session.transfer_requested").await, 1);
        line.kill();
    }
}

/// A transfer against the end, fifty times: the session is over, and nobody waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_transfer_and_the_end_at_once_leave_nobody_waiting() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    for _ in 0..50 {
        let session = installation.session(None).await;
        let line = nina.line(&installation, &session).await;
        assert_eq!(sam.post(&session, "transfer").await.status, 303);
        let (ended, approved) = join(sam.post(&session, "end"), nina.post(&session, "transfer/approve")).await;
        assert_eq!(ended.status, 303, "{}", ended.text);
        assert!(matches!(approved.status, 303 | 409), "{} {}", approved.status, approved.text);
        let after = shown(&installation, &session).await;
        assert_eq!((&after["state"], &after["transfer"]), (&json!("ended"), &Value::Null));
        assert_eq!(is_ninas(&installation, &session).await, approved.status == 409);
        line.kill();
    }
}

/// The owner leaves while approving, fifty times: the session moves once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_leaving_and_approving_at_once_move_the_session_once() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    for _ in 0..50 {
        let session = installation.session(None).await;
        let line = nina.line(&installation, &session).await;
        assert_eq!(sam.post(&session, "transfer").await.status, 303);
        let ((), approved) = join(line.close(), nina.post(&session, "transfer/approve")).await;
        // Gone already, it is hers to see no longer.
        assert!(matches!(approved.status, 303 | 404), "{} {}", approved.status, approved.text);
        installation.stack.settle().await;
        assert_eq!(installation.count_events(&session, "session.transferred").await, 1);
        assert!(!is_ninas(&installation, &session).await);
    }
}

/// The owner leaves while being asked, fifty times: nobody waits for somebody who is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_leaving_and_asking_at_once_move_the_session() {
    let installation = Installation::start().await;
    let (nina, sam, _) = people(&installation).await;
    for _ in 0..50 {
        let session = installation.session(None).await;
        let line = nina.line(&installation, &session).await;
        let ((), asked) = join(line.close(), sam.post(&session, "transfer")).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let moved = async || {
            while is_ninas(&installation, &session).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), moved()).await.expect("it moves");
    }
}

/// Programs transfer to their key's agent, and answer for the owner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_programs_ask_and_answer() {
    let installation = Installation::start().await;
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let desk = Desk::of(&installation, &sam).await;
    let body = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "agent": sam.id});
    let session: SessionId = installation.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap();
    let path = |what: &str| format!("/v1/sessions/{session}/transfer{what}");
    let line = desk.line(&installation, &session).await;
    let asked = installation.post(&path(""), json!({"reason": "Sam is ill."})).await;
    assert_eq!((&asked["transfer"]["reason"], &asked["agent"]), (&json!("Sam is ill."), &json!(sam.id)));
    let approve = path("/approve");
    let answers = join_all((0..2).map(|_| installation.call(reqwest::Method::POST, &approve, None))).await;
    assert!(answers.iter().any(|(status, _)| *status == StatusCode::OK), "{answers:?}");
    assert!(is_ninas(&installation, &session).await);
    let long = json!({"reason": "x".repeat(301)});
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    assert_eq!(desk.post(&session, "transfer").await.status, 303, "what is over is taken over, too");
    let (status, refused) = installation.call(reqwest::Method::POST, &path(""), Some(long)).await;
    assert_eq!((status, &refused["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid-reason")));
    line.kill();
}
