//! Whose sessions the history shows, and which were entered last (R20).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::{Agent, AgentId, Role, SessionId, TeamId};
use parlor_store::NewAgent;
use parlor_tests::{Browser, Installation, Line};
use serde_json::json;

use crate::search::plan;

const LIST: &str = "/console?fragment=history";

/// The names in a list, from above.
async fn names(browser: &Browser, address: &str) -> Vec<String> {
    let page = browser.get(address).await;
    assert_eq!(page.status, 200, "{address}: {}", page.text);
    let rows = page.text.split("<bdi class=\"session-row-name\">").skip(1);
    rows.filter_map(|row| row.split("</bdi>").next())
        .map(|name| name.replace("<mark>", "").replace("</mark>", ""))
        .collect()
}

/// Starts a session for a customer of this name.
async fn started(installation: &Installation, name: &str) -> SessionId {
    let body = json!({"customer": {"name": name, "email": "mara@example.net"}});
    installation.post("/v1/sessions", body).await["id"].as_str().unwrap().parse().unwrap()
}

async fn enter(installation: &Installation, browser: &Browser, session: &SessionId) -> Line {
    let page = browser.get(&format!("/console/s/{session}")).await;
    let url = page.attribute("data-live").unwrap();
    Line::at(&url, session.as_str(), Some(installation.stack.url())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_supervisor_sees_each_of_their_teams_and_an_admin_all() {
    let installation = Installation::start().await;
    let (random, store) = (&installation.runtime.entropy, &installation.store);
    let [second, third] = [(), ()].map(|()| TeamId::generate(random));
    for team in [&second, &third] {
        store.create_team(team, "Another").await.unwrap();
    }
    let sam = Agent {
        also_teams: vec![second.clone()],
        ..Agent::new(
            AgentId::generate(random),
            "Sam Ode",
            "sam@example.com".parse().unwrap(),
            Role::Supervisor,
            installation.team.clone(),
        )
    };
    store.create_agent(&NewAgent { agent: sam.clone(), password: "none".into() }).await.unwrap();
    for (name, team) in [("Mara One", &installation.team), ("Mara Two", &second), ("Mara Three", &third)] {
        plan(&installation, &installation.agent, team, name, json!({"email": "mara@example.net"}), None).await;
    }
    let sam = installation.signed_in(&sam).await;
    let ada = installation.signed_in(&installation.member("Ada Roy", Role::Admin).await).await;
    let nina = installation.signed_in(&installation.agent).await;
    let tom = installation.signed_in(&installation.member("Tom Reed", Role::Agent).await).await;
    assert_eq!(names(&sam, LIST).await, ["Mara Two", "Mara One"]);
    assert_eq!(names(&sam, &format!("{LIST}&q=mara")).await, ["Mara One", "Mara Two"]);
    assert_eq!(names(&sam, &format!("{LIST}&q=mara&scope=all")).await, ["Mara One", "Mara Two"]);
    assert_eq!(names(&ada, LIST).await, ["Mara Three", "Mara Two", "Mara One"]);
    assert_eq!(names(&nina, LIST).await, ["Mara Three", "Mara Two", "Mara One"], "she owns them");
    for scope in ["my", "team", "all"] {
        assert!(names(&tom, &format!("{LIST}&scope={scope}")).await.is_empty(), "{scope}");
        assert!(names(&tom, &format!("{LIST}&q=mara&scope={scope}")).await.is_empty(), "{scope}");
    }
    assert!(tom.cookie("__Host-parlor_scope").is_none(), "there is nothing to choose");
    let found = |scope: &str| format!("/v1/sessions?q=mara&scope={scope}");
    let items = sam.get(&found("team")).await.text.matches("\"indicator\"").count();
    assert_eq!((items, sam.get(&found("all")).await.status), (2, 403));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_choice_costs_one_more_request_until_the_browser_remembers_it() {
    let installation = Installation::start().await;
    started(&installation, "Mara Quist").await;
    let sam = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    for requests in ["BatchGetItem 1, Query 5", "BatchGetItem 1, Query 4"] {
        installation.stack.reset_requests();
        assert_eq!(names(&sam, LIST).await, ["Mara Quist"]);
        assert_eq!(installation.requests_of("agent-console"), requests);
    }
    // Another who signs in with the same browser chose nothing yet.
    let kept = sam.cookie("__Host-parlor_scope").unwrap();
    let ada = installation.signed_in(&installation.member("Ada Roy", Role::Admin).await).await;
    ada.put_cookie("__Host-parlor_scope", &kept);
    assert_eq!(names(&ada, LIST).await, ["Mara Quist"]);
    assert!(ada.cookie("__Host-parlor_scope").unwrap().split('.').next_back() == Some("all"));
    // A search keeps to what was chosen last, and so does the room's pane.
    assert!(names(&sam, &format!("{LIST}&scope=my")).await.is_empty());
    assert!(names(&sam, &format!("{LIST}&q=mara")).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_parts_of_the_history_can_be_switched_off() {
    let installation = Installation::start().await;
    started(&installation, "Mara Quist").await;
    let sam = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let nina = installation.signed_in(&installation.agent).await;
    assert_eq!(names(&sam, &format!("{LIST}&scope=team")).await, ["Mara Quist"]);
    let page = nina.get("/console").await.text;
    assert!(page.contains("id=\"q\"") && page.contains("view=recent") && !page.contains("?scope="));
    installation.settings(json!({"history": {"search": false, "team_filter": false, "recent": false}})).await;
    let page = nina.get("/console").await.text;
    assert!(!page.contains("id=\"q\"") && !page.contains("view=recent"));
    // Whoever asks all the same gets the history.
    for address in ["&q=nobody", "&view=recent", "&scope=all"] {
        assert_eq!(names(&nina, &format!("{LIST}{address}")).await, ["Mara Quist"], "{address}");
        assert!(names(&sam, &format!("{LIST}{address}")).await.is_empty(), "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_recent_is_by_the_last_entry_and_shows_nobody_what_they_no_longer_see() {
    let installation = Installation::start().await;
    let (mara, ola) = (started(&installation, "Mara Quist").await, started(&installation, "Ola Berg").await);
    let nina = installation.signed_in(&installation.agent).await;
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let at_sams = installation.signed_in(&sam).await;
    let recent = format!("{LIST}&view=recent");
    nina.get(&format!("/console/s/{mara}")).await;
    assert!(names(&nina, &recent).await.is_empty(), "GET enters nothing");
    let mut lines = Vec::new();
    for (browser, session) in [(&nina, &mara), (&nina, &ola), (&at_sams, &mara), (&nina, &mara)] {
        installation.stack.advance(1).await;
        lines.push(enter(&installation, browser, session).await);
    }
    assert_eq!(names(&nina, &recent).await, ["Mara Quist", "Ola Berg"]);
    assert_eq!(names(&nina, &format!("{recent}&filter=incomplete")).await, ["Mara Quist", "Ola Berg"]);
    assert!(names(&nina, &format!("{recent}&filter=completed")).await.is_empty());
    assert_eq!(names(&at_sams, &recent).await, ["Mara Quist"]);

    // Sam is an agent by now.
    let (client, table) = (installation.runtime.aws.dynamodb(), &installation.runtime.config.core_table);
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let document = serde_json::to_string(&Agent { role: Role::Agent, ..sam.clone() }).unwrap();
    let update =
        client.update_item().table_name(table).key("pk", text(format!("A#{}", sam.id))).key("sk", text("A".into()));
    let update = update.update_expression("SET doc = :doc").expression_attribute_values(":doc", text(document));
    update.send().await.unwrap();
    assert!(names(&at_sams, &recent).await.is_empty());
    installation.stack.reset_requests();
    assert_eq!(names(&nina, &recent).await.len(), 2);
    assert_eq!(installation.requests_of("agent-console"), "BatchGetItem 2, Query 1");
}
