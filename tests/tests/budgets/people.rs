//! What people, teams, invitations and passwords cost.

use parlor_domain::Role;
use reqwest::Method;
use serde_json::json;

use super::Ledger;

/// A password that is taken.
const PASSWORD: &str = "plinth otter marmalade";

pub(super) async fn rows(ledger: &mut Ledger) {
    let team = ledger.installation.team.to_string();
    let person = |email: &str| json!({"name": "Tom Reed", "email": email, "teams": [team]});
    let mut invited = json!(null);
    ledger
        .hold("invite a person", async |installation| {
            let keyed = [("idempotency-key", "person")];
            let body = Some(person("tom@example.org"));
            invited = installation.call_with(Method::POST, "/v1/people", body, &keyed).await.1;
        })
        .await;
    ledger
        .hold("deliver a mail to staff", async |installation| {
            drop(installation.post("/v1/people", person("lea@example.org")).await);
        })
        .await;
    let path = format!("/v1/people/{}", invited["id"].as_str().unwrap());
    ledger
        .hold("send an invitation again", async |installation| {
            drop(installation.post(&format!("{path}/invite"), json!({})).await);
        })
        .await;
    let url = ledger.installation.mailed_link("tom@example.org").await;
    let browser = ledger.installation.browser();
    ledger.hold("invitation page", async |_| assert_eq!(browser.get(&url).await.status, 200)).await;
    ledger
        .hold("accept an invitation", async |_| {
            let fields = [("name", "Tom Reed"), ("password", PASSWORD)];
            assert_eq!(browser.post(&url, &fields).await.status, 303);
        })
        .await;
    ledger.hold("list people", async |installation| drop(installation.get("/v1/people").await)).await;
    ledger.hold("list teams", async |installation| drop(installation.get("/v1/teams").await)).await;
    ledger
        .hold("change a person", async |installation| {
            assert_eq!(installation.call(Method::PATCH, &path, Some(json!({"role": "supervisor"}))).await.0, 200);
        })
        .await;
    ledger
        .hold("change a person's address", async |installation| {
            let change = Some(json!({"email": "thomas@example.org"}));
            assert_eq!(installation.call(Method::PATCH, &path, change).await.0, 200);
        })
        .await;
    for (operation, what) in [
        ("sign a person out", "sign-out"),
        ("deactivate a person", "deactivate"),
        ("reactivate a person", "reactivate"),
    ] {
        ledger
            .hold(operation, async |installation| {
                drop(installation.post(&format!("{path}/{what}"), json!({})).await);
            })
            .await;
    }
    let mut made = json!(null);
    ledger
        .hold("make a team", async |installation| {
            made = installation.post("/v1/teams", json!({"name": "Claims"})).await;
        })
        .await;
    ledger
        .hold("rename a team", async |installation| {
            let path = format!("/v1/teams/{}", made["id"].as_str().unwrap());
            assert_eq!(installation.call(Method::PATCH, &path, Some(json!({"name": "Claims North"}))).await.0, 200);
        })
        .await;
    page_rows(ledger, path.rsplit('/').next().unwrap()).await;
    account_rows(ledger).await;
}

async fn page_rows(ledger: &mut Ledger, person: &str) {
    let admin = ledger.installation.member("Ada Ode", Role::Admin).await;
    let browser = ledger.installation.signed_in(&admin).await;
    let csrf = browser.get("/admin/people").await.hidden("csrf").unwrap();
    for (operation, path) in [
        ("one's account, an admin's", "/me"),
        ("people page", "/admin/people"),
        ("page of somebody new", "/admin/people/new"),
        ("person's page", &format!("/admin/people/{person}")),
        ("teams page", "/admin/teams"),
        ("API keys page", "/admin/keys"),
        ("first steps", "/admin/start"),
    ] {
        // The console's list is asked for once more by a browser that remembers none.
        browser.get(path).await;
        ledger.hold(operation, async |_| assert_eq!(browser.get(path).await.status, 200)).await;
    }
    let rows = format!("name,email,teams\nEve Roy,eve@example.org,{}\n", ledger.installation.team);
    for (operation, more) in [("look at rows to import", None), ("import a row", Some(("confirm", "1")))] {
        let mut fields = vec![("csrf", csrf.as_str()), ("rows", rows.as_str())];
        fields.extend(more);
        ledger
            .hold(operation, async |_| {
                assert_eq!(browser.post("/admin/people/import", &fields).await.status, 200);
            })
            .await;
    }
}

async fn account_rows(ledger: &mut Ledger) {
    let staff = ledger.installation.staff("Lea Roy", Role::Agent).await;
    let browser = ledger.installation.browser();
    let email = staff.agent.email.as_str();
    ledger
        .hold("ask for a new password", async |_| {
            assert_eq!(browser.post("/forgot-password", &[("email", email)]).await.status, 200);
        })
        .await;
    ledger
        .hold("ask for a new password, too soon", async |_| {
            assert_eq!(browser.post("/forgot-password", &[("email", email)]).await.status, 200);
        })
        .await;
    ledger
        .hold("ask for a new password, an address that nobody has", async |_| {
            assert_eq!(browser.post("/forgot-password", &[("email", "nobody@example.org")]).await.status, 200);
        })
        .await;
    let url = ledger.installation.mailed_link(email).await;
    ledger.hold("page of a new password", async |_| assert_eq!(browser.get(&url).await.status, 200)).await;
    ledger
        .hold("choose a new password", async |_| {
            assert_eq!(browser.post(&url, &[("password", PASSWORD)]).await.status, 303);
        })
        .await;
    assert_eq!(browser.post("/login", &[("email", email), ("password", PASSWORD)]).await.status, 303);
    let csrf = browser.get("/console").await.hidden("csrf").unwrap();
    ledger
        .hold("save one's profile", async |_| {
            let fields = [("csrf", csrf.as_str()), ("name", "Lea Roy-Berg")];
            assert_eq!(browser.post("/me/profile", &fields).await.location, "/me?done=saved");
        })
        .await;
    ledger
        .hold("put the first steps away", async |installation| {
            installation.first_steps_of(&staff.agent.id).await;
            assert_eq!(browser.post("/me/first-steps/away", &[("csrf", &csrf)]).await.location, "/console");
        })
        .await;
    let change = |current: &'static str| {
        [("csrf", csrf.as_str()), ("email", email), ("current", current), ("password", "gravel lantern otter")]
    };
    ledger
        .hold("change one's password, a wrong one", async |_| {
            assert_eq!(browser.post("/me/password", &change("wrong")).await.location, "/me?fault=current");
        })
        .await;
    ledger
        .hold("change one's password", async |_| {
            assert_eq!(browser.post("/me/password", &change(PASSWORD)).await.location, "/me?done=password");
        })
        .await;
    ledger
        .hold("end one's other sign-ins", async |installation| {
            installation.sign_in(&staff.agent).await;
            installation.stack.reset_requests();
            let page = browser.post("/me/sign-ins/end-others", &[("csrf", &csrf)]).await;
            assert_eq!(page.location, "/me?done=others");
        })
        .await;
}
