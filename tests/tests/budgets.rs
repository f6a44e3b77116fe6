//! What every operation costs in requests to DynamoDB: exactly what `docs/budgets.md` says, and never more than one read
//! and one write round trip.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeMap;
use std::time::Duration;

use parlor_domain::{Role, SessionId, UploadId};
use parlor_objects::Objects as _;
use parlor_tests::{Browser, Installation, Line, documents};
use reqwest::Method;
use serde_json::json;

#[path = "budgets/attachments.rs"]
mod attachments;
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
            // The documents of a workflow's steps are known by the session that was read.
            || operation.ends_with(steps::WITH)
            // So is the workflow of a step's document, which counts the step.
            || operation == "complete the document of a step"
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
    work_rows(&mut ledger).await;
    webhooks::rows(&mut ledger).await;
    library::rows(&mut ledger).await;
    people::rows(&mut ledger).await;
    key_rows(&mut ledger).await;
    pin_rows(&mut ledger).await;
    code_rows(&mut ledger).await;

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

async fn pin_rows(ledger: &mut Ledger) {
    ledger.installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let session = ledger.installation.session(Some("4711")).await;
    let link = ledger.installation.link(&session).await;
    let customer = ledger.installation.browser();
    customer.get(&link).await;
    ledger
        .hold("continue towards the PIN page", async |_| {
            assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 303);
        })
        .await;
    ledger.hold("PIN page", async |_| assert_eq!(customer.get(&format!("{link}/pin")).await.status, 200)).await;
    ledger
        .hold("a wrong PIN", async |_| {
            assert_eq!(customer.post(&format!("{link}/pin"), &[("code", "0000")]).await.status, 303);
        })
        .await;
    ledger
        .hold("the right PIN", async |_| {
            assert_eq!(customer.post(&format!("{link}/pin"), &[("code", "4711")]).await.status, 303);
        })
        .await;
    let (status, _) = ledger.installation.call(Method::GET, &format!("/v1/sessions/{session}"), None).await;
    assert!(status.is_success());
}

async fn code_rows(ledger: &mut Ledger) {
    ledger.installation.settings(json!({"authentication": {"method": "otp"}})).await;
    let session = ledger.installation.session(None).await;
    let link = ledger.installation.link(&session).await;
    let customer = ledger.installation.browser();
    customer.get(&link).await;
    ledger
        .hold("continue, and a code is sent", async |_| {
            assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.status, 303);
        })
        .await;
    ledger.hold("code page", async |_| assert_eq!(customer.get(&format!("{link}/otp")).await.status, 200)).await;
    ledger.installation.stack.advance(31).await;
    ledger
        .hold("another code", async |_| {
            assert_eq!(customer.post(&format!("{link}/otp/send"), &[]).await.status, 303);
        })
        .await;
    let code = ledger.installation.code(&session).await;
    ledger
        .hold("the right code", async |_| {
            assert_eq!(customer.post(&format!("{link}/otp"), &[("code", &code)]).await.status, 303);
        })
        .await;
    ledger.installation.stack.advance(31).await;
    ledger
        .hold("a new link from the room", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/new-link"), &[]).await.status, 200);
        })
        .await;
}

async fn work_rows(ledger: &mut Ledger) {
    let session = ledger.installation.session(None).await;
    let customer = ledger.installation.joined(&session).await;
    let path = format!("/v1/sessions/{session}/interactions");
    let field = json!({"name": "name", "label": "Your name?", "type": "text", "required": true});
    let steps = json!([{"id": "a", "title": "A", "fields": [field]}]);
    let draft = json!({"kind": "workflow", "steps": steps, "send": false});
    let mut made = vec![];
    ledger
        .hold("make an interaction", async |installation| made.push(installation.post(&path, draft.clone()).await))
        .await;
    for _ in 0..2 {
        made.push(ledger.installation.post(&path, draft.clone()).await);
    }
    let ids: Vec<&str> = made.iter().map(|made| made["id"].as_str().unwrap()).collect();
    for id in &ids[1..] {
        ledger.installation.post(&format!("{path}/{id}/send"), json!({})).await;
    }
    for (operation, id, what) in [
        ("send an interaction", ids[0], "send"),
        ("remind of an interaction", ids[0], "remind"),
        ("withdraw an interaction", ids[0], "withdraw"),
    ] {
        let operated = format!("{path}/{id}/{what}");
        ledger.hold(operation, async |installation| drop(installation.post(&operated, json!({})).await)).await;
    }
    let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
    let draft = documents::draft(store, runtime, &session).await;
    let placed = json!({"fields": [{"name": "a", "type": "text", "page": 1, "rect": [72, 500, 100, 20]}]});
    ledger
        .hold("place fields", async |installation| {
            let any = [("if-match", "*")];
            let fields = format!("{path}/{}/fields", draft.id);
            assert_eq!(installation.call_with(Method::PUT, &fields, Some(placed.clone()), &any).await.0, 200);
        })
        .await;
    let staff = ledger.installation.signed_in(&ledger.installation.agent).await;
    let fields = format!("/console/s/{session}/i/{}/fields", draft.id);
    ledger.hold("page of a document's fields", async |_| assert_eq!(staff.get(&fields).await.status, 200)).await;
    let csrf = staff.get("/console").await.hidden("csrf").unwrap();
    let none = [("csrf", csrf.as_str()), ("revision", "2"), ("page", "1")];
    ledger.hold("place fields by form", async |_| assert_eq!(staff.post(&fields, &none).await.status, 303)).await;
    let upload = json!({"name": "Loan.pdf", "size": 12, "content_type": "application/pdf", "sha256": "0".repeat(64)});
    let uploads = format!("/v1/sessions/{session}/uploads");
    ledger
        .hold("announce an upload", async |installation| drop(installation.post(&uploads, upload.clone()).await))
        .await;
    let logo = json!({"name": "logo.png", "size": 12, "content_type": "image/png", "sha256": "0".repeat(64)});
    ledger.hold("announce a logo", async |installation| drop(installation.post("/v1/logos", logo.clone()).await)).await;
    ledger
        .hold("get a logo", async |installation| {
            let id = documents::logo(&installation.runtime).await;
            installation.get(&format!("/v1/logos/{id}")).await;
        })
        .await;
    let sha256 = "0".repeat(64);
    let fields =
        [("name", "Loan.pdf"), ("size", "12"), ("content_type", "application/pdf"), ("sha256", sha256.as_str())];
    ledger
        .hold("announce a customer's upload", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/uploads"), &fields).await.status, 201);
        })
        .await;
    attachments::rows(ledger, &session, &customer).await;
    participants::rows(ledger, &session, ids[1]).await;
    ledger.hold("list interactions", async |installation| drop(installation.get(&path).await)).await;
    let one = format!("{path}/{}?values=true", ids[1]);
    ledger.hold("read an interaction", async |installation| drop(installation.get(&one).await)).await;
    let own = format!("/r/{session}/i/{}", ids[1]);
    ledger.hold("customer's workflow", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    for (operation, what, status) in
        [("save, the first time", "save", 303), ("save, further", "save", 303), ("complete", "complete", 303)]
    {
        let typed = if operation == "save, further" { "Mara Quist" } else { "Mara" };
        ledger
            .hold(operation, async |_| {
                let fields = [("step", "a"), ("a.name", typed)];
                assert_eq!(customer.post(&format!("{own}/{what}"), &fields).await.status, status);
            })
            .await;
    }
    let pages = format!("{path}/{}?as=pdf", ids[1]);
    ledger.hold("pages of a workflow's answers", async |installation| drop(installation.get(&pages).await)).await;
    let agent = ledger.installation.signed_in(&ledger.installation.agent).await;
    let answers = format!("/console/s/{session}/i/{}/answers", ids[1]);
    ledger.hold("answers of a workflow", async |_| assert_eq!(agent.get(&answers).await.status, 200)).await;
    ledger
        .hold("updated sessions", async |_| {
            assert_eq!(agent.get("/console?fragment=history&view=updated").await.status, 200);
        })
        .await;
    ledger
        .hold("decline", async |_| {
            assert_eq!(customer.post(&format!("/r/{session}/i/{}/decline", ids[2]), &[]).await.status, 303);
        })
        .await;
    request_rows(ledger, &session, &customer).await;
    steps::rows(ledger, &session, &customer).await;
    let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
    let upload = UploadId::generate(&runtime.entropy);
    let id = documents::completed(store, runtime, &session, &upload).await;
    let sent = documents::sent_for_good(store, runtime, &session).await;
    let report = json!({"key": format!("signed/{session}/{id}.pdf"), "sha256": vec![7; 32], "size": 9}).to_string();
    let at = format!("signed/{session}/{id}.json");
    ledger
        .hold("file a signed document", async |installation| {
            installation.files().put(&at, report.clone().into_bytes(), "application/json").await.unwrap();
        })
        .await;
    let joined = format!("joined/{session}/{}", sent.id);
    let report = json!({
        "key": format!("{joined}.pdf"), "sha256": "07".repeat(32), "size": 9, "pages": 1, "left_out": 0,
        "at": sent.completed_at,
    });
    ledger
        .hold("file a joined request", async |installation| {
            let report = report.to_string().into_bytes();
            installation.files().put(&format!("{joined}.json"), report, "application/json").await.unwrap();
        })
        .await;
    let archives = format!("/v1/sessions/{session}/archives");
    let mut archive = String::new();
    ledger
        .hold("make an archive, where workflows were completed", async |installation| {
            let made = installation.post(&archives, json!({})).await;
            made["id"].as_str().unwrap().clone_into(&mut archive);
        })
        .await;
    ledger
        .hold("get an archive", async |installation| drop(installation.get(&format!("{archives}/{archive}")).await))
        .await;
    let own = format!("/r/{session}/i/{id}");
    ledger.hold("customer's document", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    let result = format!("{own}/result");
    ledger.hold("customer's signed document", async |_| assert_eq!(customer.get(&result).await.status, 303)).await;
    let result = format!("{path}/{id}/result");
    ledger.hold("get a signed document", async |installation| drop(installation.get(&result).await)).await;
}

async fn request_rows(ledger: &mut Ledger, session: &SessionId, customer: &Browser) {
    let path = format!("/v1/sessions/{session}/interactions");
    let body = json!({"kind": "request", "what": "A photo"});
    let made = ledger.installation.post(&path, body).await;
    let id = made["id"].as_str().unwrap();
    let own = format!("/r/{session}/i/{id}");
    let mut files = vec![];
    for _ in 0..2 {
        let (store, runtime) = (&ledger.installation.store, &ledger.installation.runtime);
        files.push(documents::looked_at(store, runtime, session).await.to_string());
    }
    ledger.hold("customer's request", async |_| assert_eq!(customer.get(&own).await.status, 200)).await;
    for (operation, file) in [("add a file, the first", &files[0]), ("add a file, further", &files[1])] {
        ledger
            .hold(operation, async |_| {
                let fields = [("do", "add"), ("file", file.as_str())];
                assert_eq!(customer.post(&format!("{own}/files"), &fields).await.status, 303);
            })
            .await;
    }
    let photo = documents::photo("front");
    ledger
        .hold("send a file without a script", async |_| {
            let file = [("f", "front.jpg", "image/jpeg", photo.as_slice())];
            let page = customer.post_files(&format!("{own}/files"), &[("do", "send")], &file).await;
            assert_eq!((page.status, &page.location), (303, &own), "{}", page.text);
        })
        .await;
    let complete = format!("{own}/complete");
    assert_eq!(customer.post(&complete, &[]).await.status, 303);
    let back = json!({"reason": "Too dark."});
    let send_back = format!("{path}/{id}/send-back");
    ledger
        .hold("send a request back", async |installation| drop(installation.post(&send_back, back.clone()).await))
        .await;
    assert_eq!(customer.post(&complete, &[]).await.status, 303);
    let accept = format!("{path}/{id}/accept");
    ledger.hold("accept a request", async |installation| drop(installation.post(&accept, json!({})).await)).await;
}
