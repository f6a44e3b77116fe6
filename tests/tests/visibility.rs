//! Who gets what, on every route there is: the routes come from the functions' own rows, and one that has no rule here fails.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use http::Method;
use parlor_domain::{Role, SessionId};
use parlor_store::NewAgent;
use parlor_tests::{Browser, Installation};
use serde_json::{Value, json};

/// Whose a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Anybody's.
    Public,
    /// Whoever has the customer's link.
    Link,
    /// The session's own customer.
    Customer,
    /// Anybody's who is signed in.
    Staff,
    /// Those who see the session (R20).
    Session,
    /// The session's owner, and for others who see it a refusal that says so.
    Owner,
    /// Supervisors and admins.
    Supervisor,
    /// Those whose team's library it is, and to change it supervisors and admins.
    Library,
    /// Whoever may change settings and webhooks, and opens their pages: admins.
    Admin,
}

/// The rule of a route; none for a route that nobody thought about.
#[allow(clippy::match_same_arms, reason = "a line for each group of routes")]
fn rule(method: &Method, path: &str) -> Option<Rule> {
    use Rule::{Admin, Customer, Library, Link, Owner, Public, Session, Staff, Supervisor};
    Some(match (method.as_str(), path) {
        (
            "GET",
            "/" | "/admin" | "/docs" | "/openapi.json" | "/v1/openapi.json" | "/static/{file}" | "/logo/{file}",
        ) => Public,
        (
            "GET" | "POST",
            "/login" | "/setup/{token}" | "/invitation/{token}" | "/reset/{token}" | "/forgot-password" | "/verify",
        )
        | ("POST", "/logout") => Public,
        ("GET", "/me") => Staff,
        ("POST", path) if path.starts_with("/me/") => Staff,
        (_, path) if path.starts_with("/s/{token}") => Link,
        (_, path) if path.starts_with("/r/{session}") => Customer,
        ("GET", "/console/team" | "/console/team/figures") => Supervisor,
        ("GET", "/console" | "/console/live" | "/v1/sessions") | ("POST", "/v1/sessions") => Staff,
        ("GET", "/v1/teams/{id}/settings" | "/v1/teams/{id}/figures") => Supervisor,
        (_, path) if path.starts_with("/v1/settings") || path.starts_with("/v1/teams") => Admin,
        (_, path) if path.starts_with("/v1/people") || path.starts_with("/v1/keys") => Admin,
        (_, path) if path.starts_with("/v1/webhooks") || path.starts_with("/v1/logos") => Admin,
        (_, path) if path.starts_with("/v1/library") => Library,
        (_, path) if path.starts_with("/admin/library") => Library,
        (_, path) if path.starts_with("/admin/") => Admin,
        ("GET", "/v1/sessions/{id}/pin") => Owner,
        (_, path) if path.starts_with("/v1/sessions/{id}") || path.starts_with("/console/s/{session}") => Session,
        _ => return None,
    })
}

struct World {
    installation: Installation,
    session: SessionId,
    customer: Browser,
}

/// Somebody who asks.
struct Asker {
    who: &'static str,
    cookie: String,
    csrf: String,
}

impl Asker {
    async fn staff(who: &'static str, browser: &Browser) -> Self {
        let csrf = browser.get("/console").await.hidden("csrf").unwrap();
        Self { who, cookie: browser.cookie_header(), csrf }
    }

    fn other(who: &'static str, cookie: String) -> Self {
        Self { who, cookie, csrf: "none".into() }
    }
}

impl World {
    /// The status that somebody gets, and where they are sent.
    async fn ask(&self, asker: &Asker, method: &Method, path: &str, body: Option<&Value>) -> (u16, String) {
        let base = self.installation.stack.url();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut request = client
            .request(method.clone(), format!("{base}{path}"))
            .header("accept", "application/json")
            .header("origin", base)
            .header("x-csrf-token", &asker.csrf)
            .header("cookie", &asker.cookie);
        request = match body {
            _ if *method == Method::GET => request,
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            // A page's own form.
            None => request.header("content-type", "application/x-www-form-urlencoded").body("text=Hello&code=1234"),
        };
        let answer = request.send().await.unwrap();
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), location.unwrap_or_default())
    }
}

/// Whether somebody was told to sign in, and nothing else.
fn is_turned_away((status, location): &(u16, String)) -> bool {
    *status == 401 || (*status == 303 && location.starts_with("/login"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_every_route_refuses_whoever_it_is_not_for() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let other_session = installation.session(None).await;
    let other_customer = installation.joined(&other_session).await;

    let colleague = installation.signed_in(&installation.member("Tom Reed", Role::Agent).await).await;
    let elsewhere = parlor_domain::TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&elsewhere, "City Branch").await.unwrap();
    let foreign = |name: &str, role| {
        let id = parlor_domain::AgentId::generate(&installation.runtime.entropy);
        let email = format!("{}@example.org", id.as_str()).parse().unwrap();
        parlor_domain::Agent::new(id, name, email, role, elsewhere.clone())
    };
    let supervisor = foreign("Sam Ode", Role::Supervisor);
    let new = NewAgent { agent: supervisor.clone(), password: "none".into() };
    installation.store.create_agent(&new).await.unwrap();
    let supervisor = installation.signed_in(&supervisor).await;
    let gone = installation.signed_in(&installation.agent).await;
    let gone_cookie = gone.cookie_header();
    let csrf = gone.get("/console").await.hidden("csrf").unwrap();
    gone.post("/logout", &[("csrf", &csrf)]).await;

    let leaver = installation.member("Lea Roy", Role::Admin).await;
    let left = Asker::staff("a deactivated member", &installation.signed_in(&leaver).await).await;
    installation.post(&format!("/v1/people/{}/deactivate", leaver.id), json!({})).await;

    let agents = [
        Asker::staff("an agent who does not own it", &colleague).await,
        Asker::staff("a supervisor of another team", &supervisor).await,
    ];
    let strangers = [
        Asker::other("nobody", String::new()),
        Asker::other("somebody who signed out", gone_cookie),
        left,
        Asker::other("another session's customer", other_customer.cookie_header()),
        Asker::other("the session's customer", customer.cookie_header()),
    ];
    let links = installation.get(&format!("/v1/sessions/{session}/links")).await;
    let link = links["items"][0]["id"].as_str().unwrap().to_owned();
    let field = json!({"name": "name", "label": "Your name?", "type": "text"});
    let steps = json!([{"id": "a", "title": "A", "fields": [field]}]);
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let added = installation.post(&format!("/v1/sessions/{session}/participants"), person).await;
    let participant = added["id"].as_str().unwrap().to_owned();
    let made = installation.post(&format!("/v1/sessions/{session}/interactions"), json!({"steps": steps})).await;
    let interaction = made["id"].as_str().unwrap().to_owned();
    let text = json!({"kind": "text", "title": "Welcome", "text": "Hello"});
    let entry = installation.post("/v1/library", text).await["id"].as_str().unwrap().to_owned();
    let publish = format!("/v1/library/{entry}/publish");
    assert_eq!(installation.call_with(Method::POST, &publish, None, &[("if-match", "*")]).await.0, 200);
    let world = World { installation, session, customer };

    let mut wrong = vec![];
    for (function, row) in parlor_local::rows() {
        let (method, path) = (&row.method, row.path);
        let Some(rule) = rule(method, path) else {
            wrong.push(format!("{method} {path} of {function} has no rule in tests/tests/visibility.rs"));
            continue;
        };
        let body = row.documentation.map(|operation| {
            let examples = operation.input.into_iter().flat_map(|input| input.examples);
            examples.map(|(_, body)| body).next().unwrap_or_else(|| json!({}))
        });
        let body = body.as_ref();
        let filled = path.replace("{session}", world.session.as_str()).replace("{link}", &link);
        let filled = filled.replace("{interaction}", &interaction).replace("{iid}", &interaction);
        let filled = filled.replace("{pid}", &participant).replace("{aid}", &"0".repeat(64));
        let filled =
            if path.starts_with("/v1/sessions/") { filled.replace("{id}", world.session.as_str()) } else { filled };
        let filled = if path.starts_with("/v1/teams/") || path.starts_with("/admin/teams/") {
            filled.replace("{id}", world.installation.team.as_str())
        } else if path.starts_with("/v1/library/") || path.starts_with("/admin/library/") {
            filled.replace("{id}", &entry)
        } else if path.starts_with("/v1/logos/") {
            filled.replace("{id}", &format!("up_{}", "0".repeat(16)))
        } else {
            filled.replace("{id}", &"0".repeat(16))
        };
        let filled = filled
            .replace("{token}", &"0".repeat(54))
            .replace("{event}", &format!("{}-1", world.session))
            .replace("{seq}", "1")
            .replace("{file}", "none");

        for asker in &strangers {
            let answer = world.ask(asker, method, &filled, body).await;
            let fine = match rule {
                Rule::Public => answer.0 < 500,
                Rule::Link => [403, 404].contains(&answer.0),
                // The session's own customer is not refused: that the others are is what counts.
                Rule::Customer if asker.who == "the session's customer" => true,
                Rule::Customer => answer.0 == 403 || is_turned_away(&answer),
                _ => is_turned_away(&answer),
            };
            if !fine {
                wrong.push(format!("{method} {path}: {} was answered {answer:?}", asker.who));
            }
        }
        // Those who ask next are signed in still.
        for (number, asker) in agents.iter().enumerate().filter(|_| path != "/logout") {
            let answer = world.ask(asker, method, &filled, body).await.0;
            let fine = match rule {
                Rule::Public | Rule::Link | Rule::Staff => answer < 500,
                Rule::Session | Rule::Owner => answer == 404,
                // Their own team's library is another one.
                Rule::Library if number == 1 && path.contains("{id}") => answer == 404,
                Rule::Library if number == 1 => answer < 300 || answer == 422,
                Rule::Library if *method == Method::GET && path.starts_with("/v1/") => answer < 300,
                Rule::Supervisor if number == 1 => path.starts_with("/console/team") || answer == 403 || answer == 404,
                Rule::Customer | Rule::Library | Rule::Supervisor | Rule::Admin => answer == 403,
            };
            if !fine {
                wrong.push(format!("{method} {path}: {} was answered {answer}", asker.who));
            }
        }
    }
    // The one who may come in still does: nothing above ended or changed what is theirs.
    assert_eq!(world.customer.get(&format!("/r/{}", world.session)).await.status, 200);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
