//! Admins and programs deal with people and teams: invited by mail, changed, deactivated, and one admin always left.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::{Agent, Role, people::PeopleChange};
use parlor_tests::{Browser, Installation, Line};
use reqwest::Method;
use serde_json::{Value, json};

/// A password that is taken.
const PASSWORD: &str = "plinth otter marmalade";

/// Calls the API as the integrator: the status and the answer.
async fn call(installation: &Installation, method: Method, path: &str, body: Value) -> (u16, Value) {
    let (status, answer) = installation.call(method, path, Some(body)).await;
    (status.as_u16(), answer)
}

async fn invite(installation: &Installation, name: &str, email: &str, role: &str) -> Value {
    let teams = [installation.team.as_str()];
    let person = json!({"name": name, "email": email, "role": role, "teams": teams});
    installation.post("/v1/people", person).await
}

/// The path of the link in the last mail to an address.
async fn link(installation: &Installation, to: &str) -> String {
    installation.stack.settle().await;
    let mails = installation.stack.outbox().items();
    let mail = mails.iter().rev().find(|mail| mail.to == to).expect("a mail");
    let text = mail.text.as_deref().unwrap();
    let start = text.find(installation.stack.url()).unwrap();
    let url: String = text[start..].chars().take_while(|letter| !letter.is_whitespace()).collect();
    url.strip_prefix(installation.stack.url()).unwrap().to_owned()
}

/// How often something of the kind was recorded.
async fn recorded(installation: &Installation, what: PeopleChange) -> usize {
    let changes = installation.store.staff_changes(100).await.unwrap();
    changes.iter().filter(|change| change.what == what).count()
}

/// A browser in which an admin is signed in, and the token of their forms.
async fn admin(installation: &Installation) -> (Agent, Browser, String) {
    let ada = installation.member("Ada Roy", Role::Admin).await;
    let browser = installation.signed_in(&ada).await;
    let csrf = browser.get("/console").await.hidden("csrf").unwrap();
    (ada, browser, csrf)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_invited_by_mail_and_comes_in_once() {
    let installation = Installation::start().await;
    let person = invite(&installation, "Tom Reed", "Tom@Example.org", "supervisor").await;
    assert_eq!((person["state"].as_str(), person["email"].as_str()), (Some("invited"), Some("tom@example.org")));
    let first = link(&installation, "tom@example.org").await;

    // Sending again replaces it.
    let id = person["id"].as_str().unwrap();
    installation.post(&format!("/v1/people/{id}/invite"), json!({})).await;
    let second = link(&installation, "tom@example.org").await;
    let browser = installation.browser();
    assert_ne!(first, second);
    assert_eq!(browser.get(&first).await.status, 410);
    let page = browser.get(&second).await;
    assert_eq!((page.status, page.hidden("email").as_deref()), (200, Some("tom@example.org")));
    assert!(page.text.contains("value=\"Tom Reed\""));

    // Nobody signs in with it before, and a weak password is refused.
    let login = [("email", "tom@example.org"), ("password", PASSWORD)];
    assert_eq!(browser.post("/login", &login).await.status, 401);
    for (typed, why) in [("password1234", "guessed first"), ("tom.reed.2026", "your name"), ("tiny-one", "too short")] {
        let page = browser.post(&second, &[("name", "Tom Reed"), ("password", typed)]).await;
        assert_eq!(page.status, 422, "{typed}");
        assert!(page.text.contains(why) && !page.text.contains(typed), "{typed}: {}", page.text);
    }
    let page = browser.post(&second, &[("name", " Tom B. Reed "), ("password", PASSWORD)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/console"));
    assert_eq!(browser.get("/console").await.status, 200, "signed in by it");
    assert_eq!(browser.get(&second).await.status, 410, "it works once");
    assert_eq!(browser.post(&second, &[("name", "Eve"), ("password", PASSWORD)]).await.status, 410);
    assert_eq!(installation.browser().post("/login", &login).await.status, 303);

    let people = installation.get("/v1/people").await;
    let tom = people["items"].as_array().unwrap().iter().find(|person| person["id"] == id).unwrap();
    assert_eq!((tom["name"].as_str(), tom["state"].as_str()), (Some("Tom B. Reed"), Some("active")));
    let (status, answer) = call(&installation, Method::POST, &format!("/v1/people/{id}/invite"), json!({})).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("already-active")));
    for what in [PeopleChange::Invited, PeopleChange::InvitedAgain, PeopleChange::Joined] {
        assert_eq!(recorded(&installation, what).await, 1, "{what:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_who_comes_in_by_an_invitation_ends_the_sign_in_that_the_browser_had() {
    let installation = Installation::start().await;
    let nina = installation.staff("Nina Okafor", Role::Admin).await;
    let browser = installation.signed_in(&nina.agent).await;
    let before = browser.cookie("__Host-parlor_staff").unwrap();
    invite(&installation, "Tom Reed", "tom@example.org", "agent").await;
    let invitation = link(&installation, "tom@example.org").await;
    assert_eq!(browser.get(&invitation).await.status, 200);
    let accepted = browser.post(&invitation, &[("name", "Tom Reed"), ("password", PASSWORD)]).await;
    assert_eq!(accepted.location, "/console");
    assert_ne!(browser.cookie("__Host-parlor_staff"), Some(before.clone()));
    let kept = installation.browser();
    kept.put_cookie("__Host-parlor_staff", &before);
    assert_eq!(kept.get("/console").await.status, 303, "nobody can sign out of it any more");
    assert_eq!(browser.get("/console").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_good_for_a_week_and_for_one_of_two_at_once() {
    let installation = Installation::start().await;
    invite(&installation, "Tom Reed", "tom@example.org", "agent").await;
    let path = link(&installation, "tom@example.org").await;
    installation.stack.advance(7 * 24 * 3600 - 60).await;
    let (one, two) = (installation.browser(), installation.browser());
    assert_eq!(one.get(&path).await.status, 200);
    let (fields, others) =
        ([("name", "Tom"), ("password", PASSWORD)], [("name", "Eve"), ("password", "gravel lantern otter")]);
    let (first, second) = tokio::join!(one.post(&path, &fields), two.post(&path, &others));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);

    invite(&installation, "Lea Roy", "lea@example.org", "agent").await;
    let path = link(&installation, "lea@example.org").await;
    installation.stack.advance(7 * 24 * 3600).await;
    assert_eq!(installation.browser().get(&path).await.status, 410);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_cannot_be_delivered_is_said_in_the_list() {
    let installation = Installation::start().await;
    installation.stack.outbox().fail_next(1000);
    let person = invite(&installation, "Tom Reed", "tom@example.org", "agent").await;
    installation.stack.settle().await;
    for _ in 0..6 {
        installation.stack.advance(9 * 3600).await;
    }
    let undelivered = async || {
        installation.get("/v1/people").await["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|listed| listed["id"] == person["id"])
            .unwrap()["undelivered"]
            .clone()
    };
    assert_eq!(undelivered().await, true);
    installation.stack.outbox().fail_next(0);
    installation.post(&format!("/v1/people/{}/invite", person["id"].as_str().unwrap()), json!({})).await;
    assert_eq!(undelivered().await, false);
    link(&installation, "tom@example.org").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_who_is_deactivated_is_out_at_once_everywhere() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let nina = installation.agent.clone();
    let (here, elsewhere) = (installation.signed_in(&nina).await, installation.signed_in(&nina).await);
    let mut lines = vec![];
    for browser in [&here, &elsewhere] {
        let room = browser.get(&format!("/console/s/{session}")).await;
        let url = room.attribute("data-live").unwrap();
        lines.push(Line::at(&url, session.as_str(), Some(installation.stack.url())).await.unwrap());
        let lists = browser.get("/console").await.attribute("data-lists").unwrap();
        lines.push(Line::at(&lists, "", Some(installation.stack.url())).await.unwrap());
    }
    let unused = here.get(&format!("/console/s/{session}")).await.attribute("data-live").unwrap();
    let (_, browser, csrf) = admin(&installation).await;
    let path = format!("/v1/people/{}/deactivate", nina.id);
    let page = browser.post(&path, &[("csrf", &csrf)]).await;
    assert_eq!((page.status, page.location), (303, format!("/admin/people/{}?done=deactivated", nina.id)));
    for mut line in lines {
        assert!(line.ended().await);
    }
    assert!(Line::at(&unused, session.as_str(), Some(installation.stack.url())).await.is_err());
    for browser in [&here, &elsewhere] {
        assert_eq!(browser.get("/console").await.status, 303);
        assert_eq!(browser.get("/v1/sessions").await.status, 401);
    }
    // Nothing becomes theirs any more, by the key whose agent they are either; what they had stays.
    let start = json!({"customer": {"name": "Mara Quist", "email": "mara@example.net"}});
    let (status, answer) = call(&installation, Method::POST, "/v1/sessions", start).await;
    assert_eq!((status, answer["code"].as_str()), (422, Some("unknown-agent")));
    let shown = installation.get(&format!("/v1/sessions/{session}")).await;
    assert_eq!(shown["agent"], nina.id.as_str(), "{shown}");
    // Once more changes nothing and is no mistake.
    installation.post(&path, json!({})).await;
    assert_eq!(recorded(&installation, PeopleChange::Deactivated).await, 1);

    installation.post(&format!("/v1/people/{}/reactivate", nina.id), json!({})).await;
    assert_eq!(here.get("/console").await.status, 303, "what was ended stays ended");
    assert_eq!(installation.signed_in(&nina).await.get("/console").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deactivated_person_cannot_sign_in_until_they_are_reactivated() {
    let installation = Installation::start().await;
    let tom = installation.staff("Tom Reed", Role::Agent).await;
    let id = installation.get("/v1/people").await["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["name"] == "Tom Reed")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    installation.post(&format!("/v1/people/{id}/deactivate"), json!({})).await;
    let browser = installation.browser();
    let page = browser.post("/login", &tom.login()).await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("do not go together"), "the same as a wrong password");
    installation.post(&format!("/v1/people/{id}/reactivate"), json!({})).await;
    assert_eq!(browser.post("/login", &tom.login()).await.status, 303);
    // An admin can end sign-ins alone, too.
    installation.post(&format!("/v1/people/{id}/sign-out"), json!({})).await;
    assert_eq!(browser.get("/console").await.status, 303);
    assert_eq!(browser.post("/login", &tom.login()).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_who_may_see_less_connects_anew() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let browser = installation.signed_in(&sam).await;
    let url = browser.get(&format!("/console/s/{session}")).await.attribute("data-live").unwrap();
    let mut line = Line::at(&url, session.as_str(), Some(installation.stack.url())).await.unwrap();
    let path = format!("/v1/people/{}", sam.id);
    let (status, person) = call(&installation, Method::PATCH, &path, json!({"role": "agent"})).await;
    assert_eq!((status, person["role"].as_str()), (200, Some("agent")));
    assert!(line.ended().await);
    assert_eq!(browser.get(&format!("/console/s/{session}")).await.status, 404);
    assert_eq!(browser.get("/console").await.status, 200, "and is signed in still");
    // A name alone ends nothing.
    let lists = browser.get("/console").await.attribute("data-lists").unwrap();
    let mut line = Line::at(&lists, "", Some(installation.stack.url())).await.unwrap();
    call(&installation, Method::PATCH, &path, json!({"name": "Samuel Ode"})).await;
    line.say(json!({"type": "listen"})).await;
    assert!(browser.get("/console").await.text.contains("Samuel Ode"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_an_admin_starts_a_session_under_a_team_that_they_are_not_in() {
    let installation = Installation::start().await;
    let claims = installation.post("/v1/teams", json!({"name": "Claims North"})).await;
    let team = claims["id"].as_str().unwrap();
    let path = format!("/console?new=1&team={team}");
    let admin = installation.member("Ada Ode", Role::Admin).await;
    let browser = installation.signed_in(&admin).await;
    let page = browser.get(&path).await;
    assert!(page.text.contains(&format!("<option value=\"{team}\" selected")), "{}", page.text);
    let own = format!("/console?new=1&team={}", installation.team);
    for path in ["/console?new=1", "/console?new=1&team=zzzzzz", "/console?new=1&team=-", &own] {
        let page = browser.get(path).await;
        assert!(page.status == 200 && !page.text.contains("Claims North"), "{path}");
    }
    let csrf = page.hidden("csrf").unwrap();
    let start = [
        ("csrf", csrf.as_str()),
        ("name", "Ola Berg"),
        ("channel", "email"),
        ("email", "ola@example.net"),
        ("team", team),
    ];
    let started = browser.post("/v1/sessions", &start).await;
    assert_eq!(started.status, 303, "{}", started.text);

    // Whoever may not use its settings is not told that it is there.
    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let page = installation.signed_in(&sam).await.get(&path).await;
    assert!(page.status == 200 && !page.text.contains("Claims North"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_r20_teams_and_settings_are_given_apart() {
    let installation = Installation::start().await;
    let claims = installation.post("/v1/teams", json!({"name": "Claims"})).await;
    let team = claims["id"].as_str().unwrap();
    let (path, named) = (format!("/v1/teams/{team}"), json!({"name": "Claims North"}));
    assert_eq!(call(&installation, Method::PATCH, &path, named).await.1["name"], "Claims North");
    let teams = installation.get("/v1/teams").await;
    let names: Vec<&str> = teams["items"].as_array().unwrap().iter().filter_map(|team| team["name"].as_str()).collect();
    assert!(names.contains(&"Claims North") && names.contains(&"Harbour Loans"), "{names:?}");

    let sam = installation.member("Sam Ode", Role::Supervisor).await;
    let person = format!("/v1/people/{}", sam.id);
    let own = installation.team.as_str();
    let start = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}, "team": team});
    let theirs = |answer: Value| answer["items"].as_array().map_or(0, Vec::len);
    let change = json!({"teams": [own], "settings_of": [team]});
    call(&installation, Method::PATCH, &person, change).await;
    // Of the team whose settings they may use, but which they are not in, they see no sessions but their own.
    let nina = format!("/v1/people/{}", installation.agent.id);
    call(&installation, Method::PATCH, &nina, json!({"settings_of": [team]})).await;
    let (status, answer) = call(&installation, Method::POST, "/v1/sessions", start).await;
    assert_eq!(status, 201, "{answer}");
    let read = async || {
        let again = installation.store.read(parlor_store::ReadBatch::new().agent(&sam.id)).await.unwrap();
        installation.signed_in(&again.agent(&sam.id).unwrap().unwrap()).await
    };
    let browser = read().await;
    assert!(browser.get("/console?new=1").await.text.contains("Claims North"), "the dialog offers it");
    let listed = browser.get("/v1/sessions?scope=team").await;
    assert_eq!((listed.status, theirs(serde_json::from_str(&listed.text).unwrap())), (200, 0));
    call(&installation, Method::PATCH, &person, json!({"teams": [own, team], "settings_of": []})).await;
    let listed = read().await.get("/v1/sessions?scope=team").await;
    assert_eq!(theirs(serde_json::from_str(&listed.text).unwrap()), 1);
    // Whoever signed in before the change is asked anew and sees no more than their cookie named.
    assert_eq!(browser.get("/v1/sessions?scope=team").await.status, 200);

    for (body, code) in [
        (json!({"teams": []}), "invalid-teams"),
        (json!({"teams": ["zzzzzz"]}), "unknown-team"),
        (json!({"name": " "}), "invalid-name"),
        (json!({"email": "nobody"}), "invalid-email"),
        (json!({"email": installation.agent.email.as_str()}), "email-taken"),
        (json!({"role": "owner"}), "malformed"),
    ] {
        assert_eq!(call(&installation, Method::PATCH, &person, body.clone()).await.1["code"], code, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_address_is_the_one_that_signs_in() {
    let installation = Installation::start().await;
    let tom = installation.staff("Tom Reed", Role::Agent).await;
    let [(_, old), (_, password)] = tom.login();
    let people = installation.get("/v1/people").await;
    let person = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "Tom Reed").unwrap();
    let path = format!("/v1/people/{}", person["id"].as_str().unwrap());
    let change = json!({"email": "thomas@example.org"});
    assert_eq!(call(&installation, Method::PATCH, &path, change).await.0, 200);
    let browser = installation.browser();
    assert_eq!(browser.post("/login", &[("email", old), ("password", password)]).await.status, 401);
    let new = [("email", "thomas@example.org"), ("password", password)];
    assert_eq!(browser.post("/login", &new).await.status, 303);
    // The earlier address is free again.
    invite(&installation, "Another Tom", old, "agent").await;
    // A domain with letters of its own is kept in ASCII, and typed as its owner writes it.
    let change = json!({"email": "tom@münchen.example"});
    let changed = call(&installation, Method::PATCH, &path, change).await;
    assert_eq!((changed.0, &changed.1["email"]), (200, &json!("tom@xn--mnchen-3ya.example")));
    for typed in ["tom@münchen.example", " Tom@MÜNCHEN.example", "tom@xn--mnchen-3ya.example"] {
        let page = installation.browser().post("/login", &[("email", typed), ("password", password)]).await;
        assert_eq!(page.status, 303, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_admins_who_deactivate_each_other_at_once_one_stays() {
    let installation = Installation::start().await;
    // The demo's admin would be left over.
    let (_, browser, csrf) = admin(&installation).await;
    let people = installation.get("/v1/people").await;
    let demo = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "Ada Winter").unwrap();
    let path = format!("/v1/people/{}/deactivate", demo["id"].as_str().unwrap());
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 303);
    let ada = people["items"].as_array().unwrap().iter().find(|person| person["name"] == "Ada Roy").unwrap();
    let ada = format!("/v1/people/{}", ada["id"].as_str().unwrap());
    for (path, body) in [(format!("{ada}/deactivate"), json!({})), (ada.clone(), json!({"role": "agent"}))] {
        let method = if path == ada { Method::PATCH } else { Method::POST };
        let (status, answer) = call(&installation, method, &path, body).await;
        assert_eq!((status, answer["code"].as_str()), (409, Some("last-admin")), "{path}");
    }
    // Who was invited as an admin and has not come in yet is none to rely on.
    invite(&installation, "Lea Roy", "lea@example.org", "admin").await;
    assert_eq!(call(&installation, Method::POST, &format!("{ada}/deactivate"), json!({})).await.0, 409);

    for round in 0..50 {
        let other = installation.member(&format!("Eve{round} Roy"), Role::Admin).await;
        let other = format!("/v1/people/{}", other.id);
        let other_way = json!({"role": "agent"});
        let (one, two) = if round % 2 == 0 {
            let gone = (format!("{ada}/deactivate"), format!("{other}/deactivate"));
            tokio::join!(
                call(&installation, Method::POST, &gone.0, json!({})),
                call(&installation, Method::POST, &gone.1, json!({}))
            )
        } else {
            tokio::join!(
                call(&installation, Method::PATCH, &ada, other_way.clone()),
                call(&installation, Method::PATCH, &other, other_way.clone())
            )
        };
        let mut statuses = [one.0, two.0];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}: {one:?} {two:?}");
        // Ada is the one admin again for the next round.
        for path in [&ada, &other] {
            installation.post(&format!("{path}/reactivate"), json!({})).await;
        }
        assert_eq!(call(&installation, Method::PATCH, &ada, json!({"role": "admin"})).await.0, 200);
        assert_eq!(call(&installation, Method::PATCH, &other, json!({"role": "agent"})).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_invitations_to_one_address_at_once_one_is_sent() {
    let installation = Installation::start().await;
    let teams = [installation.team.as_str()];
    let person = json!({"name": "Tom Reed", "email": "tom@example.org", "teams": teams});
    let (one, two) = tokio::join!(
        call(&installation, Method::POST, "/v1/people", person.clone()),
        call(&installation, Method::POST, "/v1/people", person.clone())
    );
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{one:?} {two:?}");
    installation.stack.settle().await;
    let mails = installation.stack.outbox().items();
    assert_eq!(mails.iter().filter(|mail| mail.to == "tom@example.org").count(), 1);
    // A repetition by its key is answered like the first.
    let lea = json!({"name": "Lea Roy", "email": "lea@example.org", "teams": teams});
    let key = [("idempotency-key", "lea-1")];
    let first = installation.call_with(Method::POST, "/v1/people", Some(lea.clone()), &key).await;
    let again = installation.call_with(Method::POST, "/v1/people", Some(lea), &key).await;
    assert_eq!(first, again);
    assert_eq!(first.0, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_people_goes_on_by_its_cursor() {
    let installation = Installation::start().await;
    for number in 0..5 {
        installation.member(&format!("Nr{number} Reed"), Role::Agent).await;
    }
    let all = installation.get("/v1/people").await["items"].as_array().unwrap().len();
    let (mut seen, mut path) = (0, "/v1/people?limit=3".to_owned());
    loop {
        let page = installation.get(&path).await;
        let items = page["items"].as_array().unwrap().len();
        assert!(items <= 3);
        seen += items;
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/people?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, all);
    assert_eq!(call(&installation, Method::GET, "/v1/people?cursor=x", Value::Null).await.0, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_the_sessions_of_who_is_gone_are_given_to_others() {
    let installation = Installation::start().await;
    let sessions = [installation.session(None).await, installation.session(None).await];
    let (tom, lea) =
        (installation.member("Tom Reed", Role::Agent).await, installation.member("Lea Roy", Role::Agent).await);
    installation.post(&format!("/v1/people/{}/deactivate", installation.agent.id), json!({})).await;
    let (_, browser, csrf) = admin(&installation).await;
    let give = |to: String| {
        let path = format!("/v1/sessions/{}/transfer", sessions[0]);
        let (browser, csrf) = (&browser, csrf.as_str());
        async move { browser.post(&path, &[("csrf", csrf), ("agent", &to)]).await }
    };
    let page = give(tom.id.to_string()).await;
    assert_eq!(page.location, format!("/admin/people/{}?done=given", installation.agent.id), "{}", page.text);
    assert_eq!(installation.get(&format!("/v1/sessions/{}", sessions[0])).await["agent"], tom.id.as_str());
    // Nobody who is gone gets one, and agents give none.
    assert_eq!(give(installation.agent.id.to_string()).await.status, 422);
    let agent = installation.signed_in(&tom).await;
    let token = agent.get("/console").await.hidden("csrf").unwrap();
    let fields = [("csrf", token.as_str()), ("agent", lea.email.as_str())];
    assert_eq!(agent.post(&format!("/v1/sessions/{}/transfer", sessions[0]), &fields).await.status, 403);
    // A program gives by the address, too.
    let path = format!("/v1/sessions/{}/transfer", sessions[1]);
    assert_eq!(installation.post(&path, json!({"agent": lea.email.as_str()})).await["agent"], lea.id.as_str());
    // Without a name it would be the key's agent's, who is gone.
    assert_eq!(call(&installation, Method::POST, &path, json!({})).await.1["code"], "unknown-agent");
}
