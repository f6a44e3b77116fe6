//! What every operation costs in requests to DynamoDB: exactly what `docs/budgets.md` says, and never more than one read
//! and one write round trip.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeMap;
use std::time::Duration;

use parlor_domain::Role;
use parlor_tests::{Installation, Line};
use reqwest::Method;
use serde_json::json;

#[path = "budgets/attachments.rs"]
mod attachments;
#[path = "budgets/entering.rs"]
mod entering;
#[path = "budgets/interactions.rs"]
mod interactions;
#[path = "budgets/library.rs"]
mod library;
#[path = "budgets/participants.rs"]
mod participants;
#[path = "budgets/people.rs"]
mod people;
#[path = "budgets/steps.rs"]
mod steps;
#[path = "budgets/webhooks.rs"]
mod webhooks;

const BUDGETS: &str = include_str!("../../docs/budgets.md");

/// The table: operation -> (function, requests as counted).
fn table() -> BTreeMap<String, (String, String)> {
    BUDGETS
        .lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.strip_prefix("| ")?.split('|').map(str::trim).collect();
            let (operation, function) = (cells.first()?, cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?);
            Some(((*operation).to_owned(), (function.to_owned(), (*cells.get(2)?).to_owned())))
        })
        .collect()
}

/// Runs operations one after the other and holds each to its row.
struct Ledger {
    installation: Installation,
    rows: BTreeMap<String, (String, String)>,
    wrong: Vec<String>,
}

impl Ledger {
    async fn hold(&mut self, operation: &str, run: impl AsyncFnOnce(&Installation)) {
        // What earlier operations set in motion must not be counted here.
        self.installation.stack.settle().await;
        self.installation.stack.reset_requests();
        run(&self.installation).await;
        self.installation.stack.settle().await;
        match self.rows.remove(operation) {
            None => self.wrong.push(format!("{operation}: no row in docs/budgets.md")),
            Some((function, promised)) => {
                let counted = self.installation.requests_of(&function);
                if counted != promised {
                    self.wrong.push(format!("{operation}: promised `{promised}`, counted `{counted}`"));
                }
            }
        }
    }
}

#[test]
fn no_operation_makes_more_than_one_trip_each_way() {
    for (operation, (_, requests)) in table() {
        let count = |names: &[&str]| -> u64 {
            requests
                .split(", ")
                .filter_map(|part| part.split_once(' '))
                .filter(|(name, _)| names.contains(name))
                .map(|(_, count)| count.parse::<u64>().unwrap())
                .sum()
        };
        // Queries of one operation run side by side, and so do the two writes of a disconnect: see the table's notes.
        // A disconnect learns first whose the connection is; it reads the session beside its writes. Lists are
        // told of customers beside what their rooms are told.
        // A search, and the board of a team, read the sessions that an index named: docs/adr/0023.
        let searches = operation.starts_with("history as one types")
            || ["search sessions", "recent sessions", "updated sessions", "updated sessions, none"]
                .contains(&operation.as_str());
        // Whose password moves to another address is known by the address that was read.
        let twice = searches
            || operation == "change a person's address"
            // Who asked for the session is known by the session that was read.
            || operation == "approve a transfer"
            // The documents of a workflow's steps are known by the session that was read.
            || operation.ends_with(steps::WITH)
            // So is the workflow of a step's document, which counts the step.
            || ["complete the document of a step", "withdraw the document of a step"].contains(&operation.as_str())
            // What a workflow asks is known by the interactions that were read.
            || operation == "make an archive, where workflows were completed"
            || operation.starts_with("team board")
            || ["live: disconnect", "live: a customer connects", "live: a customer leaves"]
                .contains(&operation.as_str());
        // Announced, and added once it was looked at.
        let two = operation == "send a file without a script";
        assert!(count(&["BatchGetItem", "GetItem"]) <= 1 || twice || two, "{operation}");
        assert!(count(&["TransactWriteItems"]) <= 1 || two, "{operation}");
        let alone = count(&["PutItem", "UpdateItem", "DeleteItem"]);
        // Lists are followed in a few scopes, each an item of its own.
        let several = ["live: disconnect", "live: a customer leaves", "live: listen", "live: close lists"];
        assert!(alone <= 1 || several.contains(&&*operation), "{operation}");
        assert!(alone == 0 || count(&["TransactWriteItems"]) == 0, "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_costs_what_the_table_says() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let path = |what: &str| format!("/v1/sessions/{session}{what}");
    let link = installation.link(&session).await;
    let customer = installation.browser();
    let agent = installation.signed_in(&installation.agent).await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let admin = installation.signed_in(&installation.member("Ada Ode", Role::Admin).await).await;
    let mut ledger = Ledger { installation, rows: table(), wrong: vec![] };

    let start = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}});
    ledger
        .hold("start a session", async |installation| drop(installation.post("/v1/sessions", start.clone()).await))
        .await;
    ledger
        .hold("deliver one outbox entry", async |installation| {
            drop(installation.post("/v1/sessions", start.clone()).await);
        })
        .await;
    let planned = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "mode": "plan"});
    let planned = ledger.installation.post("/v1/sessions", planned).await["id"].as_str().unwrap().to_owned();
    ledger
        .hold("invite", async |installation| {
            drop(installation.post(&format!("/v1/sessions/{planned}/invite"), json!({})).await);
        })
        .await;
    ledger
        .hold("correct the details", async |installation| {
            let details = Some(json!({"name": "Ola Berg-Lie"}));
            let path = format!("/v1/sessions/{planned}/customer");
            assert_eq!(installation.call(Method::PATCH, &path, details).await.0, 200);
        })
        .await;
    ledger
        .hold("generate a link", async |installation| drop(installation.post(&path("/links"), json!({})).await))
        .await;
    let sent = ledger.installation.get(&path("/links")).await["items"][0]["id"].as_str().unwrap().to_owned();
    ledger.hold("list links", async |installation| drop(installation.get(&path("/links")).await)).await;
    ledger
        .hold("revoke a link", async |installation| {
            drop(installation.post(&path(&format!("/links/{sent}/revoke")), json!({})).await);
        })
        .await;
    ledger.hold("read a session", async |installation| drop(installation.get(&path("")).await)).await;
    ledger.hold("list sessions, all", async |installation| drop(installation.get("/v1/sessions").await)).await;
    ledger.hold("list sessions, my", async |_| assert_eq!(agent.get("/v1/sessions?scope=my").await.status, 200)).await;
    ledger
        .hold("read a team's figures", async |installation| {
            drop(installation.get(&format!("/v1/teams/{}/figures", installation.agent.team)).await);
        })
        .await;
    ledger
        .hold("list sessions, team", async |_| {
            assert_eq!(supervisor.get("/v1/sessions?scope=team").await.status, 200);
        })
        .await;
    ledger.hold("search sessions", async |installation| drop(installation.get("/v1/sessions?q=mara").await)).await;
    ledger.hold("list events", async |installation| drop(installation.get(&path("/events")).await)).await;
    ledger.hold("page that checks a file", async |_| assert_eq!(customer.get("/verify").await.status, 200)).await;
    let unknown = "07".repeat(32);
    let asked = [("sha256", unknown.as_str())];
    ledger.hold("check a file", async |_| assert_eq!(customer.post("/verify", &asked).await.status, 200)).await;
    ledger.hold("opening page", async |_| assert_eq!(customer.get(&link).await.status, 200)).await;
    ledger
        .hold("continue", async |_| assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 303))
        .await;
    ledger
        .hold("send a new link", async |_| {
            assert_eq!(customer.post(&format!("{link}/new-link"), &[]).await.status, 200);
        })
        .await;
    ledger
        .hold("customer's room", async |_| assert_eq!(customer.get(&format!("/r/{session}")).await.status, 200))
        .await;
    ledger
        .hold("customer's ticket", async |_| {
            assert_eq!(customer.get(&format!("/r/{session}/live")).await.status, 200);
        })
        .await;
    ledger
        .hold("customer's message by form", async |_| {
            let fields = [("text", "hello"), ("id", "budget-1")];
            assert_eq!(customer.post(&format!("/r/{session}/messages"), &fields).await.status, 303);
        })
        .await;
    ledger
        .hold("message by request", async |installation| {
            drop(installation.post(&path("/messages"), json!({"text": "hi"})).await);
        })
        .await;
    ledger.hold("list messages", async |installation| drop(installation.get(&path("/messages")).await)).await;
    // Which lists they may choose, their browser remembers from now on.
    supervisor.get("/console").await;
    ledger.hold("team board", async |_| assert_eq!(supervisor.get("/console/team").await.status, 200)).await;
    ledger
        .hold("team board, what changed", async |_| {
            assert_eq!(supervisor.get("/console/team?fragment=board").await.status, 200);
        })
        .await;
    ledger.hold("team figures", async |_| assert_eq!(supervisor.get("/console/team/figures").await.status, 200)).await;
    ledger.hold("settings page", async |_| assert_eq!(admin.get("/admin/settings").await.status, 200)).await;
    let team_page = format!("/admin/teams/{}", ledger.installation.team);
    ledger.hold("a team's settings page", async |_| assert_eq!(admin.get(&team_page).await.status, 200)).await;
    let form = parlor_tests::form::fields(&admin.get(&team_page).await.text, "settings");
    let form = form.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let form: Vec<_> =
        form.filter(|(name, _)| *name != "branding.name").chain([("branding.name", "Harbour")]).collect();
    let preview = format!("{team_page}/preview");
    ledger.hold("preview of settings", async |_| assert_eq!(admin.post(&preview, &form).await.status, 200)).await;
    ledger.hold("save settings by form", async |_| assert_eq!(admin.post(&team_page, &form).await.status, 303)).await;
    ledger.hold("welcome page", async |_| assert_eq!(agent.get("/console").await.status, 200)).await;
    ledger
        .hold("agent's room", async |_| assert_eq!(agent.get(&format!("/console/s/{session}")).await.status, 200))
        .await;
    ledger
        .hold("agent's room, what changed", async |_| {
            assert_eq!(agent.get(&format!("/console/s/{session}?fragment=room")).await.status, 200);
        })
        .await;
    ledger
        .hold("history as one types", async |_| {
            assert_eq!(agent.get("/console?fragment=history&q=ma").await.status, 200);
        })
        .await;
    ledger
        .hold("history as one types, several words", async |_| {
            assert_eq!(agent.get("/console?fragment=history&q=mara+q").await.status, 200);
        })
        .await;
    supervisor.get("/console").await;
    ledger
        .hold("history of a team", async |_| {
            assert_eq!(supervisor.get("/console?fragment=history").await.status, 200);
        })
        .await;
    let page = agent.get(&format!("/console/s/{session}")).await;
    let (url, origin) = (page.attribute("data-live").unwrap(), ledger.installation.stack.url().to_owned());
    let line = Line::at(&url, session.as_str(), Some(&origin)).await.unwrap();
    ledger
        .hold("recent sessions", async |_| {
            assert_eq!(agent.get("/console?fragment=history&view=recent").await.status, 200);
        })
        .await;
    ledger
        .hold("updated sessions, none", async |_| {
            assert_eq!(agent.get("/console?fragment=history&view=updated").await.status, 200);
        })
        .await;
    line.close().await;
    ledger
        .hold("agent's ticket", async |_| {
            assert_eq!(agent.get(&format!("/console/s/{session}/live")).await.status, 200);
        })
        .await;
    ledger
        .hold("a row of a list", async |_| {
            assert_eq!(agent.get(&format!("/console/s/{session}/row")).await.status, 200);
        })
        .await;
    ledger.hold("ticket of the lists", async |_| assert_eq!(agent.get("/console/live").await.status, 200)).await;
    ledger.hold("see the PIN", async |_| assert_eq!(agent.get(&path("/pin")).await.status, 200)).await;
    ledger
        .hold("reset the tries", async |installation| drop(installation.post(&path("/pin/reset"), json!({})).await))
        .await;
    ledger
        .hold("release the device", async |installation| {
            drop(installation.post(&path("/device/release"), json!({})).await);
        })
        .await;
    ledger.hold("keep open", async |installation| drop(installation.post(&path("/keep-open"), json!({})).await)).await;
    ledger.hold("end", async |installation| drop(installation.post(&path("/end"), json!({})).await)).await;
    ledger
        .hold("end what has ended", async |installation| drop(installation.post(&path("/end"), json!({})).await))
        .await;
    let sam = ledger.installation.member("Sam Tide", Role::Supervisor).await;
    let theirs = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "agent": sam.id});
    let theirs = ledger.installation.post("/v1/sessions", theirs).await["id"].as_str().unwrap().to_owned();
    let of_theirs = |what: &str| format!("/v1/sessions/{theirs}/transfer{what}");
    let sam = ledger.installation.signed_in(&sam).await;
    let ticket: serde_json::Value =
        serde_json::from_str(&sam.get(&format!("/console/s/{theirs}/live")).await.text).unwrap();
    let url = ticket["url"].as_str().unwrap();
    let line = parlor_tests::Line::at(url, &theirs, Some(ledger.installation.stack.url())).await.unwrap();
    for (operation, what) in [("ask for a session", ""), ("decline a transfer", "/decline")] {
        ledger.hold(operation, async |installation| drop(installation.post(&of_theirs(what), json!({})).await)).await;
    }
    ledger.installation.post(&of_theirs(""), json!({})).await;
    ledger
        .hold("approve a transfer", async |installation| {
            drop(installation.post(&of_theirs("/approve"), json!({})).await);
        })
        .await;
    line.close().await;
    ledger
        .hold("take a session over", async |_| {
            let csrf = sam.get("/console").await.hidden("csrf").unwrap();
            assert_eq!(sam.post(&of_theirs(""), &[("csrf", &csrf)]).await.status, 303);
        })
        .await;
    ledger.hold("renew", async |installation| drop(installation.post(&path("/renew"), json!({})).await)).await;
    ledger.hold("read the system's settings", async |installation| drop(installation.get("/v1/settings").await)).await;
    ledger
        .hold("sweep, nothing due", async |installation| {
            drop(installation.stack.run_schedule("sweep-inactivity").await.unwrap());
        })
        .await;
    interactions::rows(&mut ledger).await;
    webhooks::rows(&mut ledger).await;
    library::rows(&mut ledger).await;
    people::rows(&mut ledger).await;
    key_rows(&mut ledger).await;
    entering::rows(&mut ledger).await;

    assert!(ledger.wrong.is_empty(), "\n{}", ledger.wrong.join("\n"));
    let elsewhere =
        ["live: ", "an event that lists show", "sign in", "sign out", "sweep, per", "retry, per", "save settings"];
    let untested: Vec<_> =
        ledger.rows.keys().filter(|row| !elsewhere.iter().any(|prefix| row.starts_with(prefix))).collect();
    assert!(untested.is_empty(), "rows that nothing counts: {untested:?}");
}

async fn key_rows(ledger: &mut Ledger) {
    let key = json!({"name": "Billing", "scopes": ["read"]});
    let mut made = json!(null);
    ledger.hold("make an API key", async |installation| made = installation.post("/v1/keys", key.clone()).await).await;
    ledger.hold("list API keys", async |installation| drop(installation.get("/v1/keys").await)).await;
    ledger
        .hold("an API key's first request in an hour", async |installation| {
            let request = installation.request(Method::GET, "/v1/sessions?scope=my");
            assert_eq!(request.bearer_auth(made["key"].as_str().unwrap()).send().await.unwrap().status(), 200);
            // Nobody waits for the note of the key's use.
            let noted = async {
                while !installation.requests_of("session-read").contains("UpdateItem") {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), noted).await.unwrap();
        })
        .await;
    ledger
        .hold("revoke an API key", async |installation| {
            let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
            assert_eq!(installation.call(Method::DELETE, &path, None).await.0, 200);
        })
        .await;
}
