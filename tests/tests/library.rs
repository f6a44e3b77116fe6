//! A team's library (R21): drafts, versions, what is offered to whom, and what a session keeps of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::join_all;
use parlor_domain::{Role, TeamId};
use parlor_tests::{Answer, Installation};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn steps() -> Value {
    let fields = json!([{"name": "name", "label": "Your name?", "type": "text", "required": true}]);
    json!([{"id": "a", "title": "Who you are", "fields": fields}])
}

/// Makes an entry and publishes it, and says its path.
async fn published(installation: &Installation, body: Value) -> String {
    let made = installation.post("/v1/library", body).await;
    let path = format!("/v1/library/{}", made["id"].as_str().unwrap());
    publish(installation, &path, "*").await;
    path
}

async fn publish(installation: &Installation, path: &str, etag: &str) -> Value {
    let path = format!("{path}/publish");
    let (status, body) = installation.call_with(Method::POST, &path, Some(json!({})), &[("if-match", etag)]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn patch(installation: &Installation, path: &str, etag: &str, body: Value) -> (u16, Value) {
    let (status, body) = installation.call_with(Method::PATCH, path, Some(body), &[("if-match", etag)]).await;
    (status.as_u16(), body)
}

/// With a key of an agent's.
async fn as_agent(installation: &Installation, key: &str, method: Method, path: &str, body: Value) -> Answer {
    let request = installation.request(method.clone(), path).bearer_auth(key).header("if-match", "*");
    let request = if method == Method::GET { request } else { request.json(&body) };
    installation.judged(method, path, request).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_session_keeps_the_version_that_it_was_sent() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let about = format!("/v1/sessions/{session}/interactions");
    let made = installation.post("/v1/library", json!({"kind": "workflow", "steps": steps()})).await;
    assert_eq!(
        (&made["title"], &made["state"], &made["version"]),
        (&json!("Who you are"), &json!("draft"), &json!(null))
    );
    let id = made["id"].as_str().unwrap();
    let path = format!("/v1/library/{id}");
    let send = json!({"library": id});
    let (status, refused) = installation.call(Method::POST, &about, Some(send.clone())).await;
    assert_eq!((status.as_u16(), &refused["code"]), (422, &json!("unknown-entry")), "a draft is not offered");

    let first = publish(&installation, &path, "\"1\"").await;
    assert_eq!(
        (&first["state"], &first["version"], &first["changed"]),
        (&json!("published"), &json!(1), &json!(false))
    );
    let sent = installation.post(&about, send.clone()).await;
    assert_eq!((&sent["kind"], &sent["title"]), (&json!("workflow"), &json!("Who you are")));
    assert_eq!(sent["library"], json!({"id": id, "version": 1}));

    // Worked on, it is offered as it was; published, the session has what it was sent.
    let mut other = steps();
    other[0]["title"] = json!("About you");
    let (status, edited) = patch(&installation, &path, "*", json!({"steps": other, "title": "About you"})).await;
    assert_eq!((status, &edited["changed"], &edited["version"]), (200, &json!(true), &json!(1)), "{edited}");
    let again = installation.post(&about, send.clone()).await;
    assert_eq!((&again["title"], &again["library"]["version"]), (&json!("Who you are"), &json!(1)));
    publish(&installation, &path, "*").await;
    let second = installation.post(&about, json!({"library": id, "send": false})).await;
    assert_eq!((&second["title"], &second["library"]["version"]), (&json!("About you"), &json!(2)));
    let kept = installation.get(&format!("{about}/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!((&kept["steps"][0]["title"], &kept["library"]["version"]), (&json!("Who you are"), &json!(1)));

    // A draft is no send; sending it is.
    assert_eq!(installation.get(&path).await["used"], 2);
    installation.post(&format!("{about}/{}/send", second["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(installation.get(&path).await["used"], 3);

    let (_, archived) = patch(&installation, &path, "*", json!({"archived": true})).await;
    assert_eq!(archived["state"], "archived");
    let (status, refused) = installation.call(Method::POST, &about, Some(send)).await;
    assert_eq!((status.as_u16(), &refused["code"]), (422, &json!("unknown-entry")), "what is archived is not offered");
    assert_eq!(installation.get(&format!("{about}/{}", sent["id"].as_str().unwrap())).await["state"], "sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_the_library_is_changed_under_its_version_and_says_what_is_wrong() {
    let installation = Installation::start().await;
    let path = published(&installation, json!({"kind": "text", "title": "Welcome", "text": " Hello {name} "})).await;
    let (status, _) = installation.call(Method::PATCH, &path, Some(json!({"text": "x"}))).await;
    assert_eq!(status.as_u16(), 428);
    let (status, refused) = patch(&installation, &path, "\"1\"", json!({"text": "x"})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("version-conflict")));
    assert_eq!(installation.get(&path).await["text"], "Hello {name}");
    for (body, code) in [
        (json!({"text": " "}), "invalid-text"),
        (json!({"title": "two\nlines"}), "invalid-title"),
        (json!({"steps": steps()}), "another-kind"),
        (json!({"steps": []}), "invalid-workflow"),
        (json!({"text": "x", "steps": steps()}), "another-kind"),
        (json!({"fields": []}), "another-kind"),
        (json!({"upload": "up_0000000000000000"}), "unknown-upload"),
    ] {
        let (status, refused) = patch(&installation, &path, "*", body.clone()).await;
        assert_eq!((status, refused["code"].as_str()), (422, Some(code)), "{body}: {refused}");
    }
    let (status, refused) = installation.call(Method::DELETE, &path, None).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("was-published")));
    assert_eq!(patch(&installation, &path, "*", json!({"archived": true})).await.0, 200);
    let (status, refused) = patch(&installation, &path, "*", json!({"text": "x"})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("archived")));
    let (status, back) = patch(&installation, &path, "*", json!({"archived": false, "text": "Hi"})).await;
    assert_eq!((status, &back["state"], &back["text"]), (200, &json!("published"), &json!("Hi")));

    let draft = installation.post("/v1/library", json!({"kind": "text", "title": "A", "text": "B"})).await;
    let draft = format!("/v1/library/{}", draft["id"].as_str().unwrap());
    assert_eq!(installation.call(Method::DELETE, &draft, None).await.0, 200);
    assert_eq!(installation.call(Method::GET, &draft, None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_agents_are_offered_what_their_teams_published_and_change_nothing() {
    let installation = Installation::start().await;
    let path = published(&installation, json!({"kind": "text", "title": "Welcome", "text": "Hello {name}"})).await;
    let draft = installation.post("/v1/library", json!({"kind": "text", "title": "Draft", "text": "Not yet"})).await;
    let draft = format!("/v1/library/{}", draft["id"].as_str().unwrap());
    patch(&installation, &path, "*", json!({"text": "Worked on", "title": "Other"})).await;

    let key = async |role| {
        let member = installation.member("Tom Reed", role).await;
        let scopes = json!(["read", "sessions", "settings"]);
        let made = json!({"name": "Own", "scopes": scopes, "agent": member.id, "team": installation.team});
        installation.post("/v1/keys", made).await["key"].as_str().unwrap().to_owned()
    };
    let agent = key(Role::Agent).await;
    let ask = async |method, path: &str, body| as_agent(&installation, &agent, method, path, body).await;
    let listed = ask(Method::GET, "/v1/library?kind=text", json!({})).await.body;
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{listed}");
    assert_eq!((&items[0]["title"], &items[0]["text"]), (&json!("Welcome"), &json!("Hello {name}")));
    assert!(items[0].get("by").is_none() && items[0]["changed"] == json!(false), "{listed}");
    assert_eq!(ask(Method::GET, &path, json!({})).await.body["text"], "Hello {name}");
    assert_eq!(ask(Method::GET, &draft, json!({})).await.status, 404);
    assert_eq!(ask(Method::PATCH, &path, json!({"text": "x"})).await.status, 403);
    assert_eq!(ask(Method::PATCH, &draft, json!({"text": "x"})).await.status, 404);
    assert_eq!(ask(Method::POST, &format!("{path}/publish"), json!({})).await.status, 403);
    assert_eq!(ask(Method::POST, "/v1/library", json!({"kind": "text", "title": "A", "text": "B"})).await.status, 403);

    let supervisor = key(Role::Supervisor).await;
    let answer = as_agent(&installation, &supervisor, Method::PATCH, &draft, json!({"text": "Now"})).await;
    assert_eq!((answer.status, &answer.body["text"]), (200, &json!("Now")));

    // Another team's library is nowhere.
    let other = TeamId::generate(&installation.runtime.entropy);
    installation.store.create_team(&other, "Claims").await.unwrap();
    let made = json!({"kind": "workflow", "steps": steps(), "team": other});
    let elsewhere = published(&installation, made).await;
    for key in [&agent, &supervisor] {
        assert_eq!(as_agent(&installation, key, Method::GET, &elsewhere, json!({})).await.status, 404);
        let list = format!("/v1/library?team={other}");
        assert_eq!(as_agent(&installation, key, Method::GET, &list, json!({})).await.status, 404);
    }
    let session = installation.session(None).await;
    let send = json!({"library": elsewhere.rsplit('/').next().unwrap()});
    let about = format!("/v1/sessions/{session}/interactions");
    let (status, refused) = installation.call(Method::POST, &about, Some(send)).await;
    assert_eq!((status.as_u16(), &refused["code"]), (422, &json!("unknown-entry")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_sends_at_one_time_are_all_counted_and_changes_at_one_time_have_one_winner() {
    let installation = Installation::start().await;
    let path = published(&installation, json!({"kind": "workflow", "steps": steps()})).await;
    let id = path.rsplit('/').next().unwrap();
    let mut sessions = vec![];
    for _ in 0..6 {
        sessions.push(installation.session(None).await);
    }
    join_all(sessions.iter().map(async |session| {
        installation.post(&format!("/v1/sessions/{session}/interactions"), json!({"library": id})).await
    }))
    .await;
    assert_eq!(installation.get(&path).await["used"], 6);
    let etag = installation.etag(&path).await;
    let changes = (0..5).map(|place| patch(&installation, &path, &etag, json!({"title": format!("Name {place}")})));
    let statuses: Vec<u16> = join_all(changes).await.into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 4, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_request_of_the_library_is_sent_as_it_was_published() {
    let installation = Installation::start().await;
    let wanted = json!({"what": "Your last three payslips", "accept": ["pdf"], "min": 3, "max": 6});
    let path = published(&installation, json!({"kind": "request", "request": wanted})).await;
    let session = installation.session(None).await;
    let about = format!("/v1/sessions/{session}/interactions");
    let sent = installation.post(&about, json!({"library": path.rsplit('/').next().unwrap()})).await;
    assert_eq!((&sent["kind"], &sent["title"]), (&json!("request"), &json!("Your last three payslips")));
    let kept = installation.get(&format!("{about}/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!(kept["request"], wanted, "{kept}");
    for (change, code) in [
        (json!({"request": {"what": " "}}), "invalid-request"),
        (json!({"request": {"what": "x", "min": 7, "max": 6}}), "invalid-request"),
        (json!({"request": wanted, "text": "x"}), "another-kind"),
        (json!({"text": "x"}), "another-kind"),
    ] {
        let (status, refused) = patch(&installation, &path, "*", change.clone()).await;
        assert_eq!((status, refused["code"].as_str()), (422, Some(code)), "{change}: {refused}");
    }
    let sam = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let page = sam.get(&path.replace("/v1/", "/admin/")).await;
    assert!(page.text.contains("Your last three payslips") && page.text.contains("value=\"6\""), "{}", page.text);
    let csrf = page.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("kind", "request"), ("title", "ID"), ("what", "Your ID card")];
    let more = [("accept", "image"), ("min", "2"), ("max", "2"), ("do", "publish")];
    let made = sam.post("/admin/library", &fields.into_iter().chain(more).collect::<Vec<_>>()).await;
    assert_eq!(made.status, 303, "{}", made.text);
    assert!(sam.get(&made.location).await.text.contains("Your ID card"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_supervisor_keeps_the_library_by_forms() {
    let installation = Installation::start().await;
    let sam = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let page = sam.get("/admin/library").await;
    assert!(page.status == 200 && !page.text.contains("/admin/settings"), "{}", page.text);
    let csrf = page.hidden("csrf").unwrap();
    let fields = |more: &[(&str, &str)]| {
        let own = [("csrf", csrf.as_str()), ("kind", "text"), ("title", "Welcome <all>")];
        own.into_iter().chain(more.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let send = async |path: &str, form: Vec<(String, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sam.post(path, &form).await
    };
    // What is refused stays as it was typed.
    let page = send("/admin/library", fields(&[("text", " "), ("do", "publish")])).await;
    assert!(page.status == 422 && page.text.contains("Welcome &lt;all&gt;"), "{}", page.text);
    let page = send("/admin/library", fields(&[("text", "Hello {name}"), ("do", "save")])).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let path = page.location.split('?').next().unwrap().to_owned();
    let page = sam.get(&page.location).await;
    assert!(page.text.contains("Hello {name}") && page.text.contains("Draft"), "{}", page.text);

    let page = send(&path, fields(&[("text", "Hello!"), ("revision", "1"), ("do", "publish")])).await;
    assert_eq!(page.location, format!("{path}?done=published"));
    let stale = send(&path, fields(&[("text", "Too late"), ("revision", "1"), ("do", "save")])).await;
    assert!(stale.status == 409 && stale.text.contains("Too late"), "{}", stale.text);
    let listed = installation.get("/v1/library?state=published").await;
    assert_eq!(
        (&listed["items"][0]["text"], &listed["items"][0]["version"]),
        (&json!("Hello!"), &json!(1)),
        "{listed}"
    );
    assert!(sam.get("/admin/library").await.text.contains("Version 1"));

    let page = send(&path, fields(&[("revision", "2"), ("do", "archive")])).await;
    assert_eq!(page.location, format!("{path}?done=archived"));
    assert!(sam.get(&path).await.text.contains("Bring back"));
    let page = send(&path, fields(&[("revision", "3"), ("do", "restore")])).await;
    assert_eq!(page.location, format!("{path}?done=restored"));

    // Steps are pasted, also as a whole definition.
    let workflow = |steps: &str| {
        let own =
            [("csrf", csrf.as_str()), ("kind", "workflow"), ("title", "You"), ("steps", steps), ("do", "publish")];
        own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(send("/admin/library", workflow("{")).await.status, 422);
    assert_eq!(send("/admin/library", workflow("[]")).await.status, 422);
    let page = send("/admin/library", workflow(&json!({"steps": steps()}).to_string())).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let agent = installation.signed_in(&installation.member("Tom Reed", Role::Agent).await).await;
    assert_eq!(agent.get("/admin/library").await.status, 403);
}
