//! Staff come in, see what is theirs, and change settings.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_local::{Login, Stack};
use parlor_tests::{Browser, Installation, Line, Page};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

const BUDGETS: &str = include_str!("../../docs/budgets.md");

/// What the table says an operation costs.
fn promised(operation: &str) -> &'static str {
    let row = BUDGETS.lines().find_map(|line| line.strip_prefix("| ")?.strip_prefix(operation)?.strip_prefix(" | "));
    row.unwrap().split('|').nth(1).unwrap().trim()
}

fn nina(installation: &Installation) -> Login {
    installation.stack.ready().demo.as_ref().unwrap().agent.clone()
}

async fn sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    browser.post("/login", &[("email", email), ("password", password)]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_signs_in_and_out() {
    let installation = Installation::start().await;
    let (login, browser) = (nina(&installation), installation.browser());
    let page = browser.get("/console?new=1").await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?next=%2Fconsole%3Fnew%3D1"));
    let page = browser.get(&page.location).await;
    assert_eq!((page.status, page.hidden("next").as_deref()), (200, Some("/console?new=1")));

    installation.stack.reset_requests();
    let fields =
        [("email", " NINA@parlor.example "), ("password", login.password.as_str()), ("next", "/console?new=1")];
    let page = browser.post("/login", &fields).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/console?new=1"));
    assert_eq!(installation.requests_of("agent-auth"), promised("sign in"));
    let cookie = browser.cookie("__Host-parlor_staff").unwrap();
    let page = browser.get("/console").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Welcome, Nina") && page.text.contains("Claims"), "{}", page.text);
    assert_eq!(browser.get("/").await.location, "/console");

    let csrf = page.hidden("csrf").unwrap();
    assert_eq!(browser.post("/logout", &[("csrf", "made up")]).await.status, 403);
    assert_eq!(browser.get("/console").await.status, 200);
    installation.stack.reset_requests();
    let page = browser.post("/logout", &[("csrf", &csrf)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?signed-out=1"));
    assert_eq!(installation.requests_of("agent-auth"), promised("sign out"));
    assert_eq!(browser.cookie("__Host-parlor_staff"), None);
    // Signed out is signed out for whoever kept the cookie, too.
    browser.put_cookie("__Host-parlor_staff", &cookie);
    assert_eq!(browser.get("/console").await.location, "/login?next=%2Fconsole");
    assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).await.location, "/login?signed-out=1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_ends_after_twelve_hours() {
    let installation = Installation::start().await;
    let (login, browser) = (nina(&installation), installation.browser());
    sign_in(&browser, &login.email, &login.password).await;
    // Its pages are open all the time, as far as anybody hears.
    for _ in 0..11 {
        open_lists(&installation, &browser).await;
        installation.stack.advance(3600).await;
    }
    open_lists(&installation, &browser).await;
    installation.stack.advance(3600 - 60).await;
    assert_eq!(browser.get("/console").await.status, 200);
    installation.stack.advance(60).await;
    assert_eq!(browser.get("/console").await.status, 303);
}

/// Opens and closes the live connection of a page, as a page that is looked at does.
async fn open_lists(installation: &Installation, browser: &Browser) {
    let url = browser.get("/console").await.attribute("data-lists").unwrap();
    Line::at(&url, "", Some(installation.stack.url())).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_ends_three_hours_after_it_was_heard_of_last() {
    let installation = Installation::start().await;
    let (login, browser) = (nina(&installation), installation.browser());
    sign_in(&browser, &login.email, &login.password).await;
    for _ in 0..2 {
        installation.stack.advance(3 * 3600 - 60).await;
        open_lists(&installation, &browser).await;
    }
    let unused = browser.get("/console").await.attribute("data-lists").unwrap();
    installation.stack.advance(3 * 3600 - 60).await;
    assert_eq!(browser.get("/console").await.status, 200, "looking alone keeps nothing open");
    installation.stack.advance(60).await;
    assert_eq!(browser.get("/console").await.status, 303);
    assert_eq!(browser.get("/v1/sessions").await.status, 401);
    assert!(Line::at(&unused, "", Some(installation.stack.url())).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_wait_and_an_address_that_nobody_has_does_the_same() {
    let installation = Installation::start().await;
    let login = nina(&installation);
    for email in [login.email.as_str(), "nobody@parlor.example"] {
        let browser = installation.browser();
        browser.get("/login").await;
        for _ in 0..5 {
            installation.stack.reset_requests();
            let page = sign_in(&browser, email, "not the password").await;
            assert_eq!(page.status, 401, "{email}");
            assert!(page.text.contains("do not go together") && page.text.contains(email));
            assert!(!page.text.contains("not the password"));
            assert_eq!(installation.requests_of("agent-auth"), promised("sign in, a wrong password"), "{email}");
        }
        installation.stack.reset_requests();
        let page = sign_in(&browser, email, &login.password).await;
        assert_eq!(page.status, 429, "{email}: even the right one waits");
        assert!(page.text.contains("Too many tries"), "{email}");
        assert_eq!(installation.requests_of("agent-auth"), promised("sign in, one that has to wait"), "{email}");
        assert_eq!(browser.cookie("__Host-parlor_staff"), None);
    }
    // The waits grow, and none is longer than five minutes.
    let browser = installation.browser();
    for minutes in [1, 2, 4, 5, 5] {
        installation.stack.advance(minutes * 60 - 30).await;
        assert_eq!(sign_in(&browser, &login.email, "wrong").await.status, 429, "{minutes} minutes");
        installation.stack.advance(30).await;
        assert_eq!(sign_in(&browser, &login.email, "wrong").await.status, 401, "{minutes} minutes");
    }
    installation.stack.advance(300).await;
    assert_eq!(sign_in(&browser, &login.email, &login.password).await.status, 303);
    // The right one forgets the wrong ones.
    assert_eq!(sign_in(&browser, &login.email, "wrong").await.status, 401);
    assert_eq!(sign_in(&browser, &login.email, &login.password).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_keeps_nobody_out_of_their_own_browser() {
    let installation = Installation::start().await;
    let (login, own, elsewhere) = (nina(&installation), installation.browser(), installation.browser());
    assert_eq!(sign_in(&own, &login.email, &login.password).await.status, 303);
    for _ in 0..5 {
        assert_eq!(sign_in(&elsewhere, &login.email, "wrong").await.status, 401);
    }
    assert_eq!(sign_in(&elsewhere, &login.email, &login.password).await.status, 429);
    assert_eq!(sign_in(&own, &login.email, &login.password).await.status, 303);
    // Nor does signing in at home let the outsider guess again.
    assert_eq!(sign_in(&elsewhere, &login.email, &login.password).await.status, 429);
    // A known browser has its own count, and knows one address only.
    for _ in 0..5 {
        assert_eq!(sign_in(&own, &login.email, "wrong").await.status, 401);
    }
    assert_eq!(sign_in(&own, &login.email, &login.password).await.status, 429);
    let forged = installation.browser();
    forged.put_cookie("__Host-parlor_known", "0000000000000000.c2lnbmVk");
    assert_eq!(sign_in(&forged, &login.email, &login.password).await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_guesses_are_all_counted() {
    let installation = Installation::start().await;
    let login = nina(&installation);
    let browser = installation.browser();
    let guesses = (0..16).map(|guess| {
        let (browser, email) = (&browser, &login.email);
        async move { sign_in(browser, email, &format!("guess {guess}")).await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|status| **status == 401).count();
    assert!(looked_at <= 5, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 401 | 429 | 503)), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_signed_in_from_another_site() {
    let installation = Installation::start().await;
    let login = nina(&installation);
    let url = format!("{}/login", installation.stack.url());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let body = |csrf: &str| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("email", &login.email).append_pair("password", &login.password).append_pair("csrf", csrf);
        form.finish()
    };
    let post = |headers: &[(&str, &str)], csrf: &str| {
        let form = "application/x-www-form-urlencoded";
        let mut request = client.post(&url).header(header::CONTENT_TYPE, form).body(body(csrf));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        async move { request.send().await.unwrap() }
    };
    for headers in [
        &[("origin", "https://example.net")][..],
        &[("origin", "null")],
        &[("origin", "null"), ("sec-fetch-site", "cross-site")],
        &[("origin", installation.stack.url()), ("sec-fetch-site", "cross-site")],
    ] {
        let answer = post(headers, "made up").await;
        assert_eq!(answer.status(), 403, "{headers:?}");
        assert!(answer.headers().get(header::SET_COOKIE).is_none(), "{headers:?}");
    }
    // A browser too old to say where it comes from proves it by the page's own cookie.
    let browser = installation.browser();
    let csrf = browser.get("/login").await.hidden("csrf").unwrap();
    let cookie = browser.cookie_header();
    let answer = post(&[("origin", "null"), ("cookie", &cookie)], &csrf).await;
    assert_eq!(answer.status(), 303);
    let staff = answer.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap();
    for attribute in ["__Host-parlor_staff=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=43200"]
    {
        assert!(staff.contains(attribute), "{attribute}");
    }
    let answer = post(&[("origin", "null"), ("cookie", &cookie)], "made up").await;
    assert_eq!(answer.status(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_admin_comes_in_by_a_link_that_works_once() {
    let stack = Stack::builder().ephemeral().demo(false).start().await.unwrap();
    let setup = stack.ready().setup_url.clone().unwrap();
    let path = setup.strip_prefix(stack.url()).unwrap().to_owned();
    let installation = Installation::of(stack).await;
    let browser = installation.browser();
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(browser.get("/setup/unknown").await.status, 410);
    let fields = |password| [("name", "Omar Haddad"), ("email", "omar@example.com"), ("password", password)];
    let page = browser.post(&path, &fields("too short")).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("value=\"Omar Haddad\"") && page.text.contains("too short: use at least 12"));
    assert_eq!(browser.post("/setup/unknown", &fields("a few unrelated words")).await.status, 410);

    // Of two who send it at once, one is the admin.
    let (first, second) = (
        fields("a few unrelated words"),
        [("name", "Eve"), ("email", "eve@example.com"), ("password", "plinth otter marmalade")],
    );
    let (one, other) = tokio::join!(browser.post(&path, &first), browser.post(&path, &second));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(browser.get(&path).await.status, 410);
    let (email, password) = if one.status == 303 { (first[1].1, first[2].1) } else { (second[1].1, second[2].1) };
    // Whoever used the link is signed in by it, once.
    assert_eq!(if one.status == 303 { &one } else { &other }.location, "/admin/start");
    let page = browser.get("/admin/start").await;
    assert_eq!(page.status, 200);
    // The outbox is there; a team and an agent of it were laid out with the installation.
    assert!(page.text.contains("3 of 5 done"), "{}", page.text);
    assert_eq!(browser.get("/console").await.status, 200);
    assert_eq!(browser.get("/v1/settings").await.status, 200);
    assert_eq!(sign_in(&installation.browser(), email, password).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_room_is_there_for_those_who_may_see_it() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let path = format!("/console/s/{session}");
    let outsider = installation.browser();
    assert_eq!(outsider.get(&path).await.location, format!("/login?next=%2Fconsole%2Fs%2F{session}"));
    assert_eq!(outsider.get(&format!("{path}?fragment=room")).await.status, 401);
    assert_eq!(outsider.get(&format!("{path}/live")).await.status, 401);

    let owner = installation.signed_in(&installation.agent).await;
    let page = owner.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Mara Quist") && page.text.contains("mara@example.net"));
    assert!(page.attribute("data-live").unwrap().contains("/live?ticket="));
    assert_eq!(page.attribute("data-seq").as_deref(), Some("2"));
    let fragment = owner.get(&format!("{path}?fragment=room")).await;
    assert!(
        fragment.status == 200 && !fragment.text.contains("<html") && fragment.text.contains("data-part=\"facts\"")
    );
    let ticket: Value = serde_json::from_str(&owner.get(&format!("{path}/live")).await.text).unwrap();
    assert!(ticket["url"].as_str().unwrap().contains("/live?ticket="));

    let colleague = installation.signed_in(&installation.member("Tom Reed", Role::Agent).await).await;
    for missing in [path.clone(), format!("{path}/live"), "/console/s/nothing".into(), "/console/elsewhere".into()] {
        assert_eq!(colleague.get(&missing).await.status, 404, "{missing}");
    }
    assert_eq!(colleague.get(&path).await.reason(), Some("not-found"));
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    assert_eq!(supervisor.get(&path).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_history_is_searched_by_the_start_of_any_word() {
    let installation = Installation::start().await;
    installation.session(None).await;
    let new = json!({"customer": {"name": "Ólá Berg", "email": "ola@example.net"}});
    installation.post("/v1/sessions", new).await;
    let agent = installation.signed_in(&installation.agent).await;
    let page = agent.get("/console").await;
    assert!(page.text.contains("Mara Quist") && page.text.contains("Ólá Berg"));
    for (query, found, missing) in
        [("QUI", "Mara Quist", "Berg"), ("ola+b", "Ólá Berg", "Mara"), ("ist", "No customer", "Mara")]
    {
        let text = agent.get(&format!("/console?fragment=history&q={query}")).await.text;
        let text = text.replace("<mark>", "").replace("</mark>", "");
        assert!(text.contains(found) && !text.contains(missing), "{query}: {text}");
    }
    // Without a script a search is a page, on which what is open still stands.
    let text = agent.get("/console?q=ola").await.text;
    assert!(text.contains("Mara Quist") && text.contains("value=\"ola\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_maintenance_closes_the_console_and_not_the_settings() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let agent = installation.signed_in(&installation.agent).await;
    let admin = installation.signed_in(&installation.member("Ada Roy", Role::Admin).await).await;
    installation.settings(json!({"service": {"maintenance": true, "message": "Back at noon."}})).await;
    for path in ["/console".to_owned(), format!("/console/s/{session}")] {
        let page = agent.get(&path).await;
        assert_eq!((page.status, page.reason()), (503, Some("service-down")), "{path}");
        assert!(page.text.contains("Back at noon."), "{path}");
    }
    assert_eq!(agent.get(&format!("/console/s/{session}/live")).await.status, 503);
    assert_eq!(admin.get("/v1/settings").await.status, 200);
    let login = nina(&installation);
    assert_eq!(sign_in(&installation.browser(), &login.email, &login.password).await.status, 303);
}

/// PUTs a document as the integrator, with an `If-Match` if there is one to send: the status, the `ETag`, the body.
async fn put(
    installation: &Installation,
    path: &str,
    document: &Value,
    if_match: Option<&str>,
) -> (StatusCode, String, Value) {
    let mut request =
        reqwest::Client::new().put(format!("{}{path}", installation.stack.url())).bearer_auth(&installation.api_key);
    if let Some(etag) = if_match {
        request = request.header(header::IF_MATCH, etag);
    }
    let answer = request.json(document).send().await.unwrap();
    let etag = answer.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok()).unwrap_or_default().to_owned();
    (answer.status(), etag, answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_settings_are_saved_over_what_was_seen() {
    let installation = Installation::start().await;
    let mut document = installation.get("/v1/settings").await;
    document["end"]["inactivity_minutes"] = json!(30);
    let (status, _, body) = put(&installation, "/v1/settings", &document, None).await;
    assert_eq!((status.as_u16(), body["code"].as_str()), (428, Some("if-match-required")));
    installation.stack.reset_requests();
    let (status, first, body) = put(&installation, "/v1/settings", &document, Some("\"0\"")).await;
    assert_eq!((status.as_u16(), first.as_str(), &body), (200, "\"1\"", &document));
    assert_eq!(installation.requests_of("settings"), promised("save settings"));
    let (status, _, body) = put(&installation, "/v1/settings", &document, Some("\"0\"")).await;
    assert_eq!((status.as_u16(), body["code"].as_str()), (409, Some("version-conflict")));
    assert_eq!(installation.get("/v1/settings").await, document);

    for (pointer, value, field) in [
        ("/end/customer_access/chat", json!(true), "end.customer_access.chat"),
        ("/end/inactivity_minutes", json!("soon"), "end.inactivity_minutes"),
        ("/authentication/method", json!("magic"), "authentication.method"),
        ("/end", json!({"renew_window_minutes": null}), "end.agent_redirect"),
        ("/session", json!({"surprise": 1}), "session.surprise"),
    ] {
        let mut wrong = document.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let (status, _, body) = put(&installation, "/v1/settings", &wrong, Some(&first)).await;
        assert_eq!((status.as_u16(), body["field"].as_str()), (422, Some(field)), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_team_overrides_key_by_key_and_inherits_the_rest() {
    let installation = Installation::start().await;
    let path = format!("/v1/teams/{}/settings", installation.team);
    assert_eq!(installation.get(&path).await, json!({}));
    let (status, etag, _) = put(&installation, &path, &json!({"channels": {"sms": false}}), Some("\"0\"")).await;
    assert_eq!((status.as_u16(), etag.as_str()), (200, "\"1\""));
    let by_phone = json!({"customer": {"name": "Ola Berg", "phone": "+4915112345678"}});
    let (status, body) = installation.call(Method::POST, "/v1/sessions", Some(by_phone.clone())).await;
    assert_eq!((status.as_u16(), body["code"].as_str()), (422, Some("sms-off")));
    // What the team does not say follows the system's.
    installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let by_email = json!({"customer": {"name": "Ola Berg", "email": "ola@example.net"}});
    let (status, body) = installation.call(Method::POST, "/v1/sessions", Some(by_email)).await;
    assert_eq!((status.as_u16(), body["code"].as_str()), (422, Some("pin-required")));
    let agent = installation.signed_in(&installation.agent).await;
    let text = agent.get("/console").await.text;
    assert!(text.contains("data-sms=\"false\"") && text.contains("data-pin=\"true\""));
    // A document that makes no sense over the system's is refused; resetting is sending less.
    let nonsense = json!({"end": {"customer_access": {"minutes": 5}}});
    let (status, _, body) = put(&installation, &path, &nonsense, Some(&etag)).await;
    assert_eq!((status.as_u16(), body["field"].as_str()), (422, Some("end.customer_access.minutes")));
    let (status, ..) = put(&installation, &path, &json!({"authentication": {"method": "none"}}), Some(&etag)).await;
    assert_eq!(status, 200);
    let (status, _) = installation.call(Method::POST, "/v1/sessions", Some(by_phone)).await;
    assert_eq!(status, 201);
    let (status, _) = installation.call(Method::GET, "/v1/teams/zzzzzz/settings", None).await;
    assert_eq!(status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_for_admins_and_keys() {
    let installation = Installation::start().await;
    let own = format!("/v1/teams/{}/settings", installation.team);
    let agent = installation.signed_in(&installation.agent).await;
    let supervisor = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let admin = installation.signed_in(&installation.member("Ada Roy", Role::Admin).await).await;
    let outsider = installation.browser();
    for (browser, system, team, other) in
        [(&outsider, 401, 401, 401), (&agent, 403, 403, 403), (&supervisor, 403, 200, 403), (&admin, 200, 200, 200)]
    {
        assert_eq!(browser.get("/v1/settings").await.status, system);
        assert_eq!(browser.get(&own).await.status, team);
        assert_eq!(browser.get("/v1/teams/c1a1ms/settings").await.status, other);
    }
    // A browser's write has to come from one of our pages.
    let put = |cookie: String, csrf: Option<String>| {
        let request = reqwest::Client::new()
            .put(format!("{}{own}", installation.stack.url()))
            .header(header::COOKIE, cookie)
            .header(header::IF_MATCH, "\"0\"")
            .json(&json!({"end": {"inactivity_minutes": 10}}));
        let request = if let Some(token) = csrf { request.header("x-csrf-token", token) } else { request };
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(put(admin.cookie_header(), None).await, 403);
    let csrf = |page: Page| page.hidden("csrf");
    for (browser, expected) in [(&agent, 403), (&supervisor, 403), (&admin, 200)] {
        let token = csrf(browser.get("/console").await);
        assert_eq!(put(browser.cookie_header(), token).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_find_a_session_to_look_at_and_programs_find_none() {
    for (story, found) in [(false, 0), (true, 1)] {
        let stack = Stack::builder().ephemeral().story(story).start().await.unwrap();
        let installation = Installation::of(stack).await;
        let (login, browser) = (nina(&installation), installation.browser());
        sign_in(&browser, &login.email, &login.password).await;
        let listed: Value = serde_json::from_str(&browser.get("/v1/sessions?scope=my").await.text).unwrap();
        let items = listed["items"].as_array().unwrap();
        assert_eq!(items.len(), found);
        for session in items {
            assert_eq!((&session["state"], &session["team"]), (&json!("active"), &json!("c1a1ms")));
            let page = browser.get(&format!("/console/s/{}", session["id"].as_str().unwrap())).await;
            assert!(page.text.contains("Mara joined") && page.text.contains("Photos will do."), "{}", page.text);
        }
        installation.stack.settle().await;
        assert!(installation.stack.outbox().items().is_empty());
    }
}
