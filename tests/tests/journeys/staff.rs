//! Staff come in, start sessions from the console, and change settings.

use parlor_domain::Role;
use parlor_tests::{Line, Platform, form::fields};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_signs_in_and_out() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let browser = platform.browser();
    assert_eq!(browser.get("/console").await.location, "/login?next=%2Fconsole");
    assert_eq!(browser.get("/login").await.status, 200);
    let wrong = [("email", desk.nina.agent.email.as_str()), ("password", "not the password")];
    assert_eq!(browser.post("/login", &wrong).await.status, 401);
    let page = browser.post("/login", &desk.nina.login()).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/console"), "{}", page.text);
    let page = browser.get("/console").await;
    assert!(page.status == 200 && page.text.contains("Welcome, Nina"), "{}", page.text);
    assert_eq!(browser.get("/").await.location, "/console");
    let kept = browser.cookie("__Host-parlor_staff").unwrap();
    let page = browser.post("/logout", &[("csrf", &page.hidden("csrf").unwrap())]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?signed-out=1"));
    browser.put_cookie("__Host-parlor_staff", &kept);
    assert_eq!(browser.get("/console").await.status, 303, "signed out is signed out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_admin_comes_in_by_a_link_that_opens_once() {
    let platform = Platform::start().await;
    let (link, browser, email) = (platform.setup_link().await, platform.browser(), platform.address());
    assert_eq!(browser.get(&link).await.status, 200);
    let fields = [("name", "Ada Roy"), ("email", email.as_str()), ("password", "a long enough one")];
    let page = browser.post(&link, &[fields[0], fields[1], ("password", "short")]).await;
    assert_eq!(page.status, 422, "{}", page.text);
    let page = browser.post(&link, &fields).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/admin/start"), "{}", page.text);
    assert!(browser.cookie("__Host-parlor_staff").is_some(), "signed in by the link");
    assert_eq!((browser.get(&link).await.status, browser.post(&link, &fields).await.status), (410, 410));
    assert_eq!(platform.browser().post("/login", &fields[1..]).await.status, 303);
    let page = browser.get("/console").await;
    assert!(page.status == 200 && page.text.contains("Welcome, Ada"), "{}", page.text);
    let settings: Value = serde_json::from_str(&browser.get("/v1/settings").await.text).unwrap();
    assert_eq!(settings["authentication"]["lockout_minutes"], 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_the_console_starts_a_session_by_text() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let (nina, phone) = (desk.signed_in().await, platform.phone());
    let page = nina.get("/console").await;
    let csrf = page.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("name", "Ólá Berg"), ("channel", "sms"), ("phone", &phone)];
    let page = nina.post("/v1/sessions", &fields[1..]).await;
    assert_eq!(page.status, 403, "without the page's token");
    let page = nina.post("/v1/sessions", &fields).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let room = page.location;
    let id = room.strip_prefix("/console/s/").unwrap().to_owned();
    let page = nina.get(&room).await;
    assert!(page.status == 200 && page.text.contains("Ólá Berg"), "{}", page.text);
    let text = platform.message(&phone, 1).await;
    assert_eq!(text.channel, "sms");
    let customer = platform.browser();
    let page = customer.get(&text.link(&platform)).await;
    assert!(page.status == 200 && !page.text.contains("Okafor"), "customers learn the first name only");
    // R20: found by the start of any word of the name.
    let page = nina.get("/console?fragment=history&q=ber").await;
    let row = format!("data-row=\"{id}\"");
    assert!(page.text.contains(&row), "{}", page.text);
    assert!(!nina.get("/console?fragment=history&q=erg").await.text.contains(&row));
    let page = nina.post(&format!("/v1/sessions/{id}/end"), &[("csrf", &csrf)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/console"));
    // Somebody else's session is not there for other teams.
    let other = platform.desk().await.signed_in().await;
    assert_eq!(other.get(&room).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_settings_are_saved_over_what_was_seen() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let save = async |path: &str, etag: &str, document: &Value| {
        let headers = [("if-match", etag)];
        let headers = if etag.is_empty() { &[][..] } else { &headers[..] };
        desk.call(Method::PUT, path, headers, Some(document.clone())).await
    };
    let path = "/v1/settings";
    let seen = desk.call(Method::GET, path, &[], None).await;
    let (etag, mut document) = (seen.header("etag").to_owned(), seen.body);
    document["service"]["status_url"] = json!(format!("https://status.example.net/{}", desk.team));
    let answer = save(path, "", &document).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (428, Some("if-match-required")));
    let answer = save(path, &etag, &document).await;
    assert_eq!((answer.status, &answer.body), (200, &document));
    assert_ne!(answer.header("etag"), etag);
    let answer = save(path, &etag, &document).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("version-conflict")));
    assert_eq!(desk.get(path).await, document);

    let path = format!("/v1/teams/{}/settings", desk.team);
    assert_eq!(desk.get(&path).await, json!({}));
    desk.settings(json!({"channels": {"sms": false}})).await;
    let by_phone = json!({"customer": {"name": "Ola Berg", "phone": platform.phone()}});
    let answer = desk.call(Method::POST, "/v1/sessions", &[], Some(by_phone)).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("sms-off")));
    let answer = save(&path, "\"1\"", &json!({"session": {"surprise": 1}})).await;
    assert_eq!((answer.status, answer.body["field"].as_str()), (422, Some("session.surprise")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_an_admin_opens_the_settings_and_nobody_else() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let ada = desk.staff("Ada Roy", Role::Admin).await;
    let browser = platform.browser();
    assert_eq!(browser.get("/admin/settings").await.location, "/login?next=%2Fadmin%2Fsettings");
    let login = [&ada.login()[..], &[("next", "/admin/settings")]].concat();
    assert_eq!(browser.post("/login", &login).await.location, "/admin/settings");
    assert_eq!(browser.get("/admin").await.location, "/admin/settings");
    assert_eq!(browser.get("/admin/settings").await.status, 200);
    assert!(browser.get("/console").await.text.contains("href=\"/admin/settings\""));
    let team = format!("/admin/teams/{}", desk.team);
    let mut form = fields(&browser.get(&team).await.text, "settings");
    form.retain(|(name, _)| name != "branding.name");
    form.push(("branding.name".into(), "Harbour Bank".into()));
    let form: Vec<_> = form.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let page = browser.post(&team, &form).await;
    assert_eq!((page.status, page.location), (303, format!("{team}?saved=1")), "{}", page.text);
    let saved = desk.get(&format!("/v1{}/settings", team.trim_start_matches("/admin"))).await;
    assert_eq!(saved, json!({"branding": {"name": "Harbour Bank"}}));
    let nina = desk.signed_in().await;
    let page = nina.get("/admin/settings").await;
    assert!(page.status == 403 && page.text.contains("content=\"denied\""), "{}", page.text);
    assert!(!nina.get("/console").await.text.contains("/admin/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_one_session_at_a_time() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"session": {"single_active": true}})).await;
    let invited = desk.invited(json!({})).await;
    let another = json!({"customer": {"name": "Ola Berg", "email": platform.address()}});
    let answer = desk.call(Method::POST, "/v1/sessions", &[], Some(another.clone())).await;
    assert_eq!((answer.status, &answer.body["code"]), (409, &json!("single-active-session")), "{}", answer.body);
    assert_eq!(answer.body["session"]["id"], json!(invited.id));
    let nina = desk.signed_in().await;
    let page = nina.get("/console").await;
    assert!(page.text.contains(&format!("href=\"/console/s/{}\"", invited.id)), "{}", page.text);
    desk.post(&format!("/v1/sessions/{}/end", invited.id), json!({})).await;
    let started = desk.post("/v1/sessions", another).await;
    let renew = format!("/v1/sessions/{}/renew", invited.id);
    let answer = desk.call(Method::POST, &renew, &[], Some(json!({}))).await;
    assert_eq!((answer.status, &answer.body["session"]["id"]), (409, &started["id"]), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_the_same_customer_again() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"session": {"customer_reengagement": "continue"}})).await;
    let (phone, email) = (platform.phone(), platform.address());
    let start = async |customer: Value| desk.call(Method::POST, "/v1/sessions", &[], Some(customer)).await;
    let first = start(json!({"customer": {"name": "Mara Quist", "email": email}})).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let again = start(json!({"customer": {"name": "Mara Quist", "email": email.to_uppercase()}})).await;
    assert_eq!((again.status, &again.body["id"]), (200, &first.body["id"]), "{}", again.body);
    desk.post(&format!("/v1/sessions/{}/end", first.body["id"].as_str().unwrap()), json!({})).await;
    let renewed = start(json!({"customer": {"name": "Mara Quist", "email": email}})).await;
    assert_eq!((renewed.status, &renewed.body["id"]), (200, &first.body["id"]), "{}", renewed.body);
    assert_eq!(renewed.body["state"], "invited");
    let other = start(json!({"customer": {"name": "Ola Berg", "phone": phone}})).await;
    assert_eq!(other.status, 201, "{}", other.body);
    let nina = desk.signed_in().await;
    let csrf = nina.get("/console").await.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("name", "Mara Quist"), ("channel", "email"), ("email", email.as_str())];
    let page = nina.post("/v1/sessions", &fields).await;
    let room = format!("href=\"/console/s/{}\"", first.body["id"].as_str().unwrap());
    assert!(page.status == 409 && page.text.contains(&room), "{} {}", page.status, page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_an_invited_person_comes_in_and_is_deactivated() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let email = platform.address();
    let body = json!({"name": "Lea Roy", "email": email, "role": "agent", "teams": [desk.team]});
    let person = desk.post("/v1/people", body).await;
    let path = platform.message(&email, 1).await.link_to(&platform, "/invitation/");
    let lea = platform.browser();
    assert_eq!(lea.get(&path).await.status, 200);
    let fields = [("name", "Lea Roy"), ("password", "plinth otter marmalade")];
    let page = lea.post(&path, &fields).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/console"), "{}", page.text);
    assert_eq!(lea.post(&path, &fields).await.status, 410, "it works once");

    // Their room is closed at once when they are deactivated.
    let start = json!({"customer": {"name": "Mara Quist", "email": platform.address()}, "agent": person["id"]});
    let session = desk.post("/v1/sessions", start).await["id"].as_str().unwrap().to_owned();
    let room = format!("/console/s/{session}");
    let url = lea.get(&room).await.attribute("data-live").unwrap();
    let mut line = Line::at(&url, &session, Some(&platform.url)).await.unwrap();
    let id = person["id"].as_str().unwrap();
    let gone = desk.post(&format!("/v1/people/{id}/deactivate"), json!({})).await;
    assert_eq!(gone["state"], "deactivated");
    let ended = tokio::time::timeout(std::time::Duration::from_secs(5), line.ended()).await;
    assert!(ended.unwrap_or(false), "the room is closed within five seconds");
    assert_eq!(lea.get(&room).await.status, 303);
    let login = [("email", email.as_str()), ("password", "plinth otter marmalade")];
    assert_eq!(platform.browser().post("/login", &login).await.status, 401);
    // Somebody else goes on with it, and they are let in again.
    let given = desk.post(&format!("/v1/sessions/{session}/transfer"), json!({"agent": desk.nina.agent.id})).await;
    assert_eq!(given["agent"], desk.nina.agent.id.as_str());
    desk.post(&format!("/v1/people/{id}/reactivate"), json!({})).await;
    assert_eq!(platform.browser().post("/login", &login).await.status, 303);

    // A forgotten password is replaced by mail.
    let browser = platform.browser();
    assert_eq!(browser.post("/forgot-password", &[("email", email.as_str())]).await.status, 200);
    let path = platform.message(&email, 2).await.link_to(&platform, "/reset/");
    assert_eq!(browser.get(&path).await.status, 200);
    let page = browser.post(&path, &[("password", "gravel lantern walnut")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?password=changed"), "{}", page.text);
    assert_eq!(browser.post("/login", &login).await.status, 401);
    let login = [("email", email.as_str()), ("password", "gravel lantern walnut")];
    assert_eq!(browser.post("/login", &login).await.status, 303);
}
