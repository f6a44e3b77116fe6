//! The gates between a link and the room (R6), tried by people who would go around them, and by browsers and mail
//! programs that behave in their own ways.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::upload::CUSTOMERS_FILES;
use parlor_tests::{Browser, Installation, Page};
use reqwest::{Method, header, redirect::Policy};
use serde_json::{Value, json};

/// A browser's request with headers of one's own choice: method, path, form, and headers. Cookies are the browser's.
async fn send(
    installation: &Installation,
    browser: &Browser,
    method: Method,
    path: &str,
    form: Option<&[(&str, &str)]>,
    headers: &[(&str, &str)],
) -> (u16, String, String) {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let mut request = client
        .request(method, format!("{}{path}", installation.stack.url()))
        .header(header::COOKIE, browser.cookie_header());
    if let Some(form) = form {
        request = request.form(form);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let of = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (location, kind) = (of(header::LOCATION), of(header::CONTENT_TYPE));
    let about = if location.is_empty() { kind } else { location };
    (response.status().as_u16(), about, response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_consent_counts_only_where_it_was_asked() {
    let installation = Installation::start().await;
    for (method, page) in [("pin", "pin"), ("otp", "otp")] {
        installation.settings(json!({"authentication": {"method": method, "consent": {"required": true}}})).await;
        let session = installation.session(Some("4711")).await;
        let link = installation.link(&session).await;
        let (go_on, step) = (format!("{link}/continue"), format!("{link}/{page}"));
        let customer = installation.browser();
        customer.get(&link).await;
        for forged in ["1", "on", "true", ""] {
            let path = format!("{step}?consent={forged}");
            assert_eq!(customer.get(&path).await.location, link, "{method}: {path} is no consent");
            assert_eq!(customer.post(&path, &[("code", "4711"), ("consent", forged)]).await.location, link);
            assert_eq!(customer.post(&format!("{go_on}?consent={forged}"), &[]).await.status, 422);
        }
        if method == "otp" {
            let page = customer.post(&format!("{step}/send?consent=1"), &[("consent", "on")]).await;
            assert_eq!(page.location, link, "no code before consent");
            assert_eq!(installation.count_events(&session, "code.sent").await, 0);
        }
        assert_eq!(installation.count_events(&session, "customer.consented").await, 0);
        // Given where it is asked, it is carried to the next page, in this browser only.
        let onward = customer.agree(&link).await.location;
        assert!(onward.starts_with(&format!("{step}?consent=")), "{onward}");
        let other = installation.browser();
        other.get(&link).await;
        assert_eq!(other.get(&onward).await.location, link, "another browser has seen nothing");
        let page = customer.get(&onward).await;
        let consent = page.hidden("consent").unwrap();
        // In another language, too.
        let german = format!("{onward}&lang=de");
        assert!(page.text.contains(&german.replace('&', "&amp;")), "{german} in the menu: {}", page.text);
        assert_eq!(customer.get(&german).await.hidden("consent").as_ref(), Some(&consent));
        let right = if method == "pin" { "4711".to_owned() } else { installation.code(&session).await };
        let fields = [("code", right.as_str()), ("consent", consent.as_str())];
        assert_eq!(other.post(&step, &fields).await.location, link);
        // Another text is another consent.
        installation.settings(json!({"authentication": {"consent": {"text": "I agree to something else."}}})).await;
        assert_eq!(customer.post(&step, &fields).await.location, link);
        installation.settings(json!({"authentication": {"consent": {"text": null}}})).await;
        assert_eq!(customer.post(&step, &fields).await.location, format!("/r/{session}"));
        assert_eq!(installation.count_events(&session, "customer.consented").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_consent_that_nobody_asked_for_is_not_recorded() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.browser();
    customer.get(&link).await;
    assert_eq!(customer.post(&format!("{link}/continue"), &[("consent", "on")]).await.status, 303);
    assert_eq!(installation.count_events(&session, "customer.joined").await, 1);
    assert_eq!(installation.count_events(&session, "customer.consented").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_r7_links_and_codes_have_budgets_apart_that_the_agent_clears() {
    let installation = Installation::start().await;
    installation
        .settings(json!({"authentication": {"method": "otp"}, "session": {"customer_access_minutes": 1}}))
        .await;
    let session = installation.session(None).await;
    let old = installation.link(&session).await;
    installation.stack.advance(61).await;
    installation.settings(json!({"session": {"customer_access_minutes": 10_080}})).await;
    let finder = installation.browser();
    for _ in 0..9 {
        assert_eq!(finder.post(&format!("{old}/new-link"), &[]).await.status, 200);
        installation.stack.advance(31).await;
    }
    assert_eq!(installation.count_events(&session, "link.renewed").await, 8, "as many links as a day has");
    let link = installation.link(&session).await;
    let (go_on, again) = (format!("{link}/continue"), format!("{link}/otp/send"));
    let customer = installation.browser();
    customer.get(&link).await;
    customer.post(&go_on, &[]).await;
    assert_eq!(installation.count_events(&session, "code.sent").await, 1, "links use up no codes");
    for sent in 1..8 {
        installation.stack.advance(31).await;
        customer.post(&again, &[]).await;
        assert_eq!(installation.count_events(&session, "code.sent").await, sent + 1);
    }
    let mut sent = 8;
    for what in ["invite", "pin/reset"] {
        installation.stack.advance(31).await;
        customer.post(&again, &[]).await;
        assert_eq!(installation.count_events(&session, "code.sent").await, sent, "as many codes as a day has");
        installation.post(&format!("/v1/sessions/{session}/{what}"), json!({})).await;
        for _ in 0..8 {
            customer.post(&again, &[]).await;
            installation.stack.advance(31).await;
        }
        sent += 8;
        assert_eq!(installation.count_events(&session, "code.sent").await, sent, "{what} clears it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_what_is_glued_to_a_link_is_ignored() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let glued = [
        ".",
        ")",
        ",",
        ";",
        "!",
        "?",
        ">",
        "%3E",
        "%22",
        "'",
        "*",
        "_",
        "]",
        "&utm_source=x",
        "&amp;utm_source=x",
        "%20",
        "%C2%A0",
        "%E2%80%8B",
        "%E2%80%8F",
        "%EF%BB%BF",
        "%E3%80%82",
        "%F0%9F%98%80",
        "AAAA",
        "/",
        "//",
        "?utm_source=x&fbclid=y",
        "/?utm_source=x",
        "%0D%0A",
        "=",
        "…",
    ];
    for tail in glued {
        let customer = installation.browser();
        let mut page = customer.get(&format!("{link}{tail}")).await;
        if page.status == 303 {
            page = customer.get(&page.location).await;
        }
        assert_eq!((page.status, page.reason()), (200, None), "{tail}");
        assert!(page.text.contains(&format!("action=\"{link}/continue\"")), "{tail}: the page goes on without it");
        assert!(matches!(customer.head(&format!("{link}{tail}")).await.status, 200 | 303), "{tail}");
    }
    let customer = installation.browser();
    customer.get(&link).await;
    assert_eq!(customer.post(&format!("{link}./continue"), &[]).await.location, format!("/r/{session}"));
    let wrong = link[..link.len() - 4].to_owned() + "AAAA";
    assert_eq!(customer.get(&wrong).await.reason(), Some("unknown"));
    assert_eq!(customer.get(&link[..link.len() - 1]).await.reason(), Some("unknown"), "cut short");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_people_see_pages_and_programs_problems_at_every_address() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let browser = installation.browser();
    let accept_page = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let both = ("accept", "text/html, application/json");
    let nowhere = [
        "/nothing",
        "/favicon.ico",
        "/s",
        "/s/",
        "/r",
        "/admin/nothing",
        "/me/nothing",
        "/consol",
        "/static/",
        "/%00",
        "/%FF",
        "/.well-known/security.txt",
        "/robots.txt",
    ];
    let own = [format!("/console/s/{session}/nothing")];
    for path in nowhere.into_iter().chain(own.iter().map(String::as_str)) {
        for accept in [accept_page, both] {
            let (status, kind, text) = send(&installation, &browser, Method::GET, path, None, &[accept]).await;
            assert!((400..500).contains(&status) && kind.starts_with("text/html"), "{path}: {status} {kind} {text}");
            assert!(text.contains("<html"), "{path}");
        }
        for accept in ["application/json", "application/problem+json"] {
            let (status, kind, text) =
                send(&installation, &browser, Method::GET, path, None, &[("accept", accept)]).await;
            assert!((400..500).contains(&status) && kind == "application/problem+json", "{path}: {status} {kind}");
            assert!(text.contains("\"code\""), "{path}: {text}");
        }
    }
    // What stands behind a link or a room leads to it.
    for (path, start) in [
        (format!("{link}/nothing"), link.clone()),
        (format!("{link}/continue"), link.clone()),
        (format!("/r/{session}/messages"), format!("/r/{session}")),
    ] {
        assert_eq!(browser.get(&path).await.location, start);
    }
    // Below /v1 programs ask, whatever they accept.
    for path in ["/v1/nothing", "/v1", "/v1/sessions/x/y/z"] {
        let (status, kind, _) = send(&installation, &browser, Method::GET, path, None, &[("accept", "*/*")]).await;
        assert_eq!((status, kind.as_str()), (404, "application/problem+json"), "{path}");
    }
    // A method that nobody takes.
    for path in [link.clone(), format!("/r/{session}"), "/login".into(), "/console".into()] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let (status, kind, text) = send(&installation, &browser, method.clone(), &path, None, &[accept_page]).await;
            assert!(matches!(status, 404 | 405) && kind.starts_with("text/html"), "{method} {path}: {status} {text}");
        }
    }
    for path in
        [format!("{link}/continue"), format!("{link}/otp/send"), format!("/r/{session}/messages"), "/logout".into()]
    {
        let (status, kind, text) = send(&installation, &browser, Method::GET, &path, None, &[accept_page]).await;
        assert!(matches!(status, 303 | 404 | 405) && !kind.contains("json"), "GET {path}: {status} {kind} {text}");
    }
    for path in ["/v1/sessions", "/v1/settings"] {
        let (status, kind, _) = send(&installation, &browser, Method::DELETE, path, None, &[("accept", "*/*")]).await;
        assert!(matches!(status, 404 | 405) && kind == "application/problem+json", "{path}: {status} {kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_an_older_browser_that_hides_where_it_comes_from_gets_in() {
    let installation = Installation::start().await;
    let hidden = [("origin", "null")];
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.browser();
    let go_on = format!("{link}/continue");
    let token = customer.get(&link).await.hidden("csrf").expect("a form has a token");
    // A page from elsewhere has neither the token nor the cookie.
    let stranger = installation.browser();
    let strangers = stranger.get(&link).await.hidden("csrf").unwrap();
    for forged in [&[][..], &[("csrf", "")], &[("csrf", strangers.as_str())], &[("csrf", "x")]] {
        let (status, ..) = send(&installation, &customer, Method::POST, &go_on, Some(forged), &hidden).await;
        assert_eq!(status, 403, "{forged:?}");
    }
    // Who says that it comes from elsewhere is refused, token or not.
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let form = [("csrf", token.as_str())];
        assert_eq!(send(&installation, &customer, Method::POST, &go_on, Some(&form), &[foreign]).await.0, 403);
    }
    let form = [("csrf", token.as_str())];
    let (status, location, text) = send(&installation, &customer, Method::POST, &go_on, Some(&form), &hidden).await;
    assert_eq!((status, location), (303, format!("/r/{session}")), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_every_form_of_a_customer_works_in_an_older_browser() {
    let installation = Installation::start().await;
    let hidden = [("origin", "null")];
    installation.settings(json!({"authentication": {"method": "otp", "consent": {"required": true}}})).await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.browser();
    let page = customer.get(&link).await;
    let (csrf, shown) = (page.hidden("csrf").unwrap(), page.hidden("shown").unwrap());
    let form = [("csrf", csrf.as_str())];
    // Refused for what is missing, and asked again with a form that works.
    let (status, _, text) =
        send(&installation, &customer, Method::POST, &format!("{link}/continue"), Some(&form), &hidden).await;
    assert_eq!(status, 422, "{text}");
    let form = [("csrf", csrf.as_str()), ("consent", "on"), ("shown", shown.as_str())];
    let (status, onward, _) =
        send(&installation, &customer, Method::POST, &format!("{link}/continue"), Some(&form), &hidden).await;
    assert_eq!(status, 303);
    let page = customer.get(&onward).await;
    let (csrf, consent) = (page.hidden("csrf").unwrap(), page.hidden("consent").unwrap());
    installation.stack.advance(31).await;
    let form = [("csrf", csrf.as_str()), ("consent", consent.as_str())];
    let (status, ..) =
        send(&installation, &customer, Method::POST, &format!("{link}/otp/send"), Some(&form), &hidden).await;
    assert_eq!(status, 303);
    let code = installation.code(&session).await;
    let form = [("csrf", csrf.as_str()), ("consent", consent.as_str()), ("code", code.as_str())];
    let (status, room, _) =
        send(&installation, &customer, Method::POST, &format!("{link}/otp"), Some(&form), &hidden).await;
    assert_eq!((status, room.as_str()), (303, format!("/r/{session}").as_str()));
    // The device's cookie came with that answer; the browser keeps it.
    customer.put_cookie("__Host-parlor_device", &customer.cookie("__Host-parlor_probe").unwrap());
    let page = customer.get(&room).await;
    let form = [("csrf", page.hidden("csrf").unwrap()), ("text", "hello".into()), ("id", "m1".into())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (status, ..) =
        send(&installation, &customer, Method::POST, &format!("{room}/messages"), Some(&form), &hidden).await;
    assert_eq!((status, installation.count_events(&session, "message").await), (303, 1));
    installation.stack.advance(8 * 24 * 3600).await;
    let page = customer.get(&room).await;
    assert_eq!(page.reason(), Some("link-expired"));
    let csrf = page.hidden("csrf").unwrap();
    let (status, ..) = send(
        &installation,
        &customer,
        Method::POST,
        &format!("{room}/new-link"),
        Some(&[("csrf", csrf.as_str())]),
        &hidden,
    )
    .await;
    assert_eq!((status, installation.count_events(&session, "link.renewed").await), (200, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_refresh_never_posts_a_pin_again() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let session = installation.session(Some("4711")).await;
    let link = installation.link(&session).await;
    let pin = format!("{link}/pin");
    let customer = installation.browser();
    customer.get(&link).await;
    for typed in ["0000", "12", "", "1111"] {
        let answer = customer.post(&pin, &[("code", typed)]).await;
        assert_eq!(answer.status, 303, "{typed:?}");
        assert!(answer.location.starts_with(&format!("{pin}?problem=")), "{}", answer.location);
        let page = customer.get(&answer.location).await;
        assert!(page.status == 200 && page.text.contains("field-error"), "{typed:?}: {}", page.text);
    }
    assert_eq!(installation.count_events(&session, "pin.wrong").await, 2);
    for _ in 0..3 {
        assert_eq!(customer.post(&pin, &[("code", "2222")]).await.status, 303);
    }
    assert_eq!(customer.get(&pin).await.reason(), Some("locked"), "where the last answer led");
    assert_eq!(customer.post(&pin, &[("code", "4711")]).await.location, pin, "not even then");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_asking_for_a_code_too_early_shows_a_countdown_and_no_error_page() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "otp"}})).await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let again = format!("{link}/otp/send");
    let customer = installation.browser();
    customer.get(&link).await;
    let page = customer.submit(&format!("{link}/continue"), &[]).await;
    let wait = |page: &Page| page.attribute("data-wait").map(|seconds| seconds.parse::<u32>().unwrap());
    assert!(wait(&page).is_some_and(|seconds| (25..=30).contains(&seconds)), "{}", page.text);
    let page = customer.submit(&again, &[]).await;
    assert!(page.status == 200 && page.text.contains("name=\"code\""), "{}", page.text);
    assert!(wait(&page).is_some());
    assert_eq!(installation.count_events(&session, "code.sent").await, 1);
    installation.stack.advance(31).await;
    assert_eq!(wait(&customer.get(&format!("{link}/otp")).await), None);
    for _ in 0..7 {
        customer.post(&again, &[]).await;
        installation.stack.advance(31).await;
    }
    assert_eq!(installation.count_events(&session, "code.sent").await, 8);
    let page = customer.submit(&again, &[]).await;
    assert!(page.status == 200 && wait(&page).is_some_and(|seconds| seconds > 3600), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_an_owner_without_a_script_is_shown_the_pin_on_a_page() {
    let installation = Installation::start().await;
    let session = installation.session(Some("471108")).await;
    let owner = installation.signed_in(&installation.agent).await;
    let path = format!("/v1/sessions/{session}/pin");
    let room = owner.get(&format!("/console/s/{session}")).await;
    assert!(room.text.contains(&format!("href=\"{path}\"")), "the room leads there");
    let page = owner.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text.starts_with("<!DOCTYPE html>") && page.text.contains("471108"), "{}", page.text);
    assert!(page.text.contains(&format!("href=\"/console/s/{session}\"")), "and back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_who_had_the_session_before_uses_up_no_files_of_the_next() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let digest = "0".repeat(64);
    let path = format!("/r/{session}/uploads");
    let announce = async |customer: &Browser| {
        let fields = [("name", "a.pdf"), ("size", "3"), ("content_type", "application/pdf"), ("sha256", &digest)];
        customer.post(&path, &fields).await.status
    };
    let before = installation.joined(&session).await;
    for _ in 0..CUSTOMERS_FILES {
        assert_eq!(announce(&before).await, 201);
    }
    assert_eq!(announce(&before).await, 429);
    installation.post(&format!("/v1/sessions/{session}/device/release"), json!({})).await;
    installation.stack.advance(1).await;
    let next = installation.joined(&session).await;
    assert_eq!(announce(&next).await, 201);
    assert_eq!(announce(&before).await, 403);
}

/// Who was invited while codes were asked for was told no PIN.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_session_without_the_pin_that_is_asked_for_asks_for_a_code() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "otp"}})).await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let customer = installation.browser();
    customer.get(&link).await;
    assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.location, format!("{link}/otp"));
    assert_eq!(installation.count_events(&session, "customer.joined").await, 0);
    let code = installation.code(&session).await;
    let page = customer.post(&format!("{link}/otp"), &[("code", &code)]).await;
    assert_eq!(page.location, format!("/r/{session}"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_consent_is_to_the_text_that_the_page_showed() {
    let installation = Installation::start().await;
    let consent = async |text: &str| {
        installation.settings(json!({"authentication": {"consent": {"required": true, "text": text}}})).await;
    };
    consent("We keep this for a year.").await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.browser();
    let agree = async |page: &Page| {
        let shown = page.hidden("shown").unwrap();
        customer.post(&format!("{link}/continue"), &[("consent", "on"), ("shown", &shown)]).await
    };
    let page = customer.get(&link).await;
    // Somebody saves another text while the page is open.
    consent("We sell this to anybody.").await;
    let page = agree(&page).await;
    assert!(page.status == 422 && page.text.contains("We sell this to anybody."), "{}", page.text);
    assert_eq!(installation.count_events(&session, "customer.consented").await, 0);
    // What a page showed is no consent by itself.
    let shown = page.hidden("shown").unwrap();
    let silent = customer.post(&format!("{link}/continue?consent={shown}"), &[("shown", &shown)]).await;
    assert_eq!(silent.status, 422);
    // Nor is a form that does not say what its page showed.
    for shown in [&[("consent", "on")][..], &[("consent", "on"), ("shown", "")]] {
        assert_eq!(customer.post(&format!("{link}/continue"), shown).await.status, 422);
    }
    assert_eq!(agree(&page).await.location, format!("/r/{session}"));
    assert_eq!(installation.count_events(&session, "customer.consented").await, 1);
}

/// The first was a stranger with the link; or the customer, whose telephone another one has by now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_whoever_comes_after_a_release_agrees_for_themselves() {
    let installation = Installation::start().await;
    let text = json!({"required": true, "text": "We record this."});
    installation.settings(json!({"authentication": {"consent": text}, "channels": {"embedded": true}})).await;
    let session = installation.session(None).await;
    let about = format!("/v1/sessions/{session}");
    let path = |answer: &Value| {
        let url = answer["url"].as_str().unwrap();
        url.strip_prefix(installation.stack.url()).unwrap().to_owned()
    };
    let link = installation.link(&session).await;
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let added = installation.post(&format!("{about}/participants"), person).await;
    let of_participant = format!("{about}/participants/{}/device/release", added["id"].as_str().unwrap());
    for (link, release) in [(link, format!("{about}/device/release")), (path(&added), of_participant)] {
        let first = installation.browser();
        first.get(&link).await;
        let page = first.agree(&link).await;
        assert_eq!(page.location, format!("/r/{session}"), "{}", page.text);
        let before = installation.count_events(&session, "customer.consented").await;
        let link = path(&installation.post(&release, json!({})).await);
        let next = installation.browser();
        let opening = next.get(&link).await;
        assert!(opening.text.contains("We record this."), "{}", opening.text);
        assert_eq!(next.post(&format!("{link}/continue"), &[]).await.status, 422, "{release}");
        assert_eq!(next.get(&format!("/r/{session}")).await.status, 403);
        let page = next.agree(&link).await;
        assert_eq!(page.location, format!("/r/{session}"));
        assert_eq!(installation.count_events(&session, "customer.consented").await, before + 1);
    }
}

/// Also where the agent keeps the links and the same browser comes again by an address from before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_consent_carried_from_before_a_release_counts_no_more() {
    let installation = Installation::start().await;
    let authentication = json!({"method": "pin", "consent": {"required": true, "text": "We record this."}});
    installation.settings(json!({"authentication": authentication})).await;
    let session = installation.session(Some("4711")).await;
    let link = installation.link(&session).await;
    let browser = installation.browser();
    browser.get(&link).await;
    let onward = browser.agree(&link).await.location;
    let consent = browser.get(&onward).await.hidden("consent").unwrap();
    let (pin, fields) = (format!("{link}/pin"), [("code", "4711"), ("consent", consent.as_str())]);
    assert_eq!(browser.post(&pin, &fields).await.location, format!("/r/{session}"));
    installation.post(&format!("/v1/sessions/{session}/device/release"), json!({"replace_link": false})).await;
    assert_eq!(browser.post(&pin, &fields).await.location, link, "it is asked for anew");
    assert_eq!(installation.count_events(&session, "customer.consented").await, 1);

    // Nor from between two releases of the same browser.
    let onward = browser.agree(&link).await.location;
    let consent = browser.get(&onward).await.hidden("consent").unwrap();
    let fields = [("code", "4711"), ("consent", consent.as_str())];
    assert_eq!(browser.post(&pin, &fields).await.location, format!("/r/{session}"));
    installation.post(&format!("/v1/sessions/{session}/device/release"), json!({"replace_link": false})).await;
    assert_eq!(browser.post(&pin, &fields).await.location, link, "it is asked for once more");
    assert_eq!(installation.count_events(&session, "customer.consented").await, 2);
}

/// Whoever used them up by a link that is revoked cannot go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_r7_with_the_links_go_the_tries_that_were_used_up_by_them() {
    let installation = Installation::start().await;
    let authentication = json!({"method": "pin", "max_attempts": 1, "max_lockouts": 1});
    installation.settings(json!({"authentication": authentication, "channels": {"embedded": true}})).await;
    let session = installation.session(Some("4711")).await;
    let about = format!("/v1/sessions/{session}");
    let path = |answer: &Value| {
        let url = answer["url"].as_str().unwrap();
        url.strip_prefix(installation.stack.url()).unwrap().to_owned()
    };
    let link = installation.link(&session).await;
    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net", "pin": "4711"});
    let added = installation.post(&format!("{about}/participants"), person).await;
    let of_participant = format!("{about}/participants/{}/device/release", added["id"].as_str().unwrap());
    for (link, release) in [(link, format!("{about}/device/release")), (path(&added), of_participant)] {
        let finder = installation.browser();
        finder.get(&link).await;
        finder.post(&format!("{link}/continue"), &[]).await;
        finder.post(&format!("{link}/pin"), &[("code", "0000")]).await;
        assert_eq!(finder.get(&link).await.status, 403, "banned");
        let link = path(&installation.post(&release, json!({})).await);
        let guest = installation.browser();
        assert_eq!(guest.get(&link).await.status, 200, "{release}");
        guest.post(&format!("{link}/continue"), &[]).await;
        let page = guest.post(&format!("{link}/pin"), &[("code", "4711")]).await;
        assert_eq!(page.location, format!("/r/{session}"), "{}", page.text);
    }
}
