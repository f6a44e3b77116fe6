//! The board of a team (R20): its running sessions, for those who see them all.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::{Role, TeamId};
use parlor_tests::{Browser, Installation, Page};
use serde_json::json;

async fn board(browser: &Browser, query: &str) -> Page {
    browser.get(&format!("/console/team{query}")).await
}

async fn started(installation: &Installation, name: &str, mode: &str) -> String {
    let body = json!({"customer": {"name": name, "email": "someone@example.net"}, "mode": mode});
    installation.post("/v1/sessions", body).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_board_shows_what_is_running_whoever_owns_it() {
    let installation = Installation::start().await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let empty = board(&supervisor, "").await;
    assert!(empty.status == 200 && empty.text.contains("Nothing is running"));

    let mara = started(&installation, "Mara Quist", "start").await;
    let ola = started(&installation, "Ola Berg", "plan").await;
    let page = board(&supervisor, "").await;
    for shown in ["Mara Quist", "Ola Berg", "Nina Okafor", "2 sessions"] {
        assert!(page.text.contains(shown), "{shown}");
    }
    // Filters are in the address.
    let planned = board(&supervisor, "?state=planned&fragment=board").await;
    assert!(planned.text.contains("Ola Berg") && !planned.text.contains("Mara Quist"));
    assert!(!planned.text.contains("<html"));
    let online = board(&supervisor, "?online=1&fragment=board").await;
    assert!(!online.text.contains("Ola Berg") && online.text.contains("Nothing is running"));

    // What is over leaves, and comes back when it is renewed.
    for id in [&mara, &ola] {
        installation.post(&format!("/v1/sessions/{id}/end"), json!({})).await;
    }
    assert!(board(&supervisor, "").await.text.contains("Nothing is running"));
    installation.post(&format!("/v1/sessions/{mara}/renew"), json!({})).await;
    let page = board(&supervisor, "?fragment=board").await;
    assert!(page.text.contains("Mara Quist") && !page.text.contains("Ola Berg"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_the_board_says_when_a_session_ends_by_itself() {
    let installation = Installation::start().await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    started(&installation, "Mara Quist", "start").await;
    assert!(!board(&supervisor, "").await.text.contains("<meter"));
    installation.settings(json!({"end": {"inactivity_minutes": 30}})).await;
    started(&installation, "Ola Berg", "start").await;
    let page = board(&supervisor, "?order=deadline").await;
    assert!(
        page.text.contains("<meter class=\"board-meter\" min=\"0\" max=\"100\" low=\"10\" value=\"99\"")
            || page.text.contains("value=\"100\"")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_board_is_for_those_who_see_the_team() {
    let installation = Installation::start().await;
    let agent = installation.signed_in(&installation.agent).await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let admin = installation.signed_in(&installation.member("Ada Bright", Role::Admin).await).await;
    let other = TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other, "City Branch").await.unwrap();
    let elsewhere = format!("?team={other}");
    for (browser, own, others) in [(&agent, 403, 403), (&supervisor, 200, 404), (&admin, 200, 200)] {
        assert_eq!(board(browser, "").await.status, own);
        assert_eq!(board(browser, &elsewhere).await.status, others);
    }
    assert_eq!(board(&admin, "?team=nothing%20there").await.status, 404);
    let outsider = installation.browser();
    assert_eq!(board(&outsider, "").await.location, "/login?next=%2Fconsole%2Fteam");
    assert!(!agent.get("/console").await.text.contains("/console/team"), "no way to where one may not go");
    assert!(supervisor.get("/console").await.text.contains("/console/team"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_board_of_many_goes_on_by_its_cursor() {
    let installation = Installation::start().await;
    let admin = installation.signed_in(&installation.member("Ada Bright", Role::Admin).await).await;
    for number in 0..130 {
        started(&installation, &format!("Guest {number:03}"), "plan").await;
    }
    let (mut query, mut seen, mut pages) = (String::new(), 0, 0);
    loop {
        let page = board(&admin, &query).await;
        seen += page.text.matches("class=\"board-row\"").count();
        pages += 1;
        let Some((_, more)) = page.text.split_once("pane-more\" href=\"/console/team") else { break };
        query = more.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!((seen, pages), (130, 2));
}
