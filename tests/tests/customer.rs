//! A customer's way in and their room, over HTTP: the gates in their order (R6), links (R5), PIN and codes (R7), what is
//! left after the end (R2), messages on entry (R17).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use futures_util::future::join_all;
use parlor_domain::SessionId;
use parlor_local::Fault;
use parlor_tests::{Browser, Installation};
use reqwest::{Method, StatusCode, header, redirect::Policy};
use serde_json::json;

/// A browser that has seen the opening page.
fn visitor(installation: &Installation) -> Browser {
    let browser = installation.browser();
    browser.put_cookie("__Host-parlor_probe", "1");
    browser
}

/// POSTs a form with headers of one's own choice.
async fn submit(
    installation: &Installation,
    cookies: &str,
    path: &str,
    body: String,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let mut request = client
        .post(format!("{}{path}", installation.stack.url()))
        .header(header::COOKIE, cookies)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Six digits that are not `right`.
fn other_than(right: &str) -> &'static str {
    if right == "000000" { "111111" } else { "000000" }
}

async fn api(installation: &Installation, session: &SessionId, what: &str) {
    installation.post(&format!("/v1/sessions/{session}/{what}"), json!({})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_gates_close_in_their_order() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "pin"}})).await;
    let session = installation.session(Some("4711")).await;
    installation.settings(json!({"session": {"customer_access_minutes": 1}})).await;
    let old = installation.link(&session).await;
    installation.settings(json!({"session": {"customer_access_minutes": 10_080}})).await;
    let link = installation.link(&session).await;
    installation.stack.advance(120).await;
    let (room, go_on, pin) = (format!("/r/{session}"), format!("{link}/continue"), format!("{link}/pin"));
    let first = visitor(&installation);
    assert_eq!(first.post(&pin, &[("code", "4711")]).await.location, room);
    installation.settings(json!({"authentication": {"consent": {"required": true}}})).await;
    api(&installation, &session, "end").await;

    // Everything that can be closed is closed. One gate after the other is opened.
    installation.settings(json!({"service": {"maintenance": true, "message": "Back at noon."}})).await;
    let stranger = installation.browser();
    for path in [&old, &link, &format!("{link}x"), "/s/nonsense", "/r/nonsense", &room, &pin] {
        let page = stranger.get(path).await;
        assert_eq!((page.status, page.reason()), (503, Some("service-down")), "{path}");
        assert!(page.text.contains("Back at noon."));
    }
    installation.settings(json!({"service": {"maintenance": false, "message": null}})).await;
    let wrong = link[..link.len() - 4].to_owned() + "AAAA";
    for path in [wrong.as_str(), "/s/nonsense", "/r/nonsense", &room] {
        let page = stranger.get(path).await;
        assert_eq!((page.status, page.reason()), (403, Some("unknown")), "{path}");
        assert!(!page.text.contains("Harbour") && !page.text.contains("Nina"), "an unknown link names nobody");
    }
    let page = stranger.get(&old).await;
    assert_eq!((page.status, page.reason()), (410, Some("session-expired")));
    assert!(!page.text.contains("<form"), "no button");
    api(&installation, &session, "renew").await;
    let page = stranger.get(&old).await;
    assert_eq!((page.status, page.reason()), (410, Some("link-expired")));
    assert!(page.text.contains(&format!("action=\"{old}/new-link\"")));
    let page = installation.browser().post(&go_on, &[]).await;
    assert_eq!((page.status, page.reason()), (403, Some("cookies")));
    let page = stranger.get(&link).await;
    assert_eq!((page.status, page.reason()), (403, Some("device")));
    installation.post(&format!("/v1/sessions/{session}/device/release"), json!({"replace_link": false})).await;
    assert_eq!(stranger.get(&link).await.status, 200);
    let onward = stranger.agree(&link).await.location;
    let consent = stranger.get(&onward).await.hidden("consent").unwrap();
    for left in (0..5).rev() {
        let page = stranger.submit(&pin, &[("code", "0000"), ("consent", consent.as_str())]).await;
        let locked = (403, Some("locked"));
        assert_eq!((page.status, page.reason()), if left == 0 { locked } else { (200, None) });
    }
    let page = stranger.get(&link).await;
    assert_eq!((page.status, page.reason()), (403, Some("locked")), "before anything is asked about consent");
    api(&installation, &session, "pin/reset").await;
    let page = stranger.post(&go_on, &[]).await;
    assert_eq!(page.status, 422, "consent");
    assert!(page.text.contains("consent-error"));
    assert_eq!(stranger.get(&pin).await.location, link, "the opening page asks for consent");
    let page = stranger.agree(&link).await;
    assert_eq!((page.status, page.location), (303, format!("{pin}?consent={consent}")));
    let page = stranger.get(&onward).await;
    assert_eq!((page.status, page.hidden("consent").as_deref()), (200, Some(consent.as_str())));
    assert_eq!(stranger.get(&room).await.reason(), Some("unknown"), "not before the PIN");
    assert_eq!(stranger.post(&pin, &[("code", "47 11"), ("consent", consent.as_str())]).await.location, room);
    assert_eq!(stranger.get(&room).await.status, 200);
    assert_eq!(stranger.get(&link).await.location, room, "a known device goes straight in");
    assert_eq!(first.get(&room).await.reason(), Some("device"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_scanners_burn_and_bind_nothing() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let before = installation.events(&session).await;
    installation.stack.settle().await;
    installation.stack.reset_requests();
    for _ in 0..100 {
        let (get, head) = (installation.browser(), installation.browser());
        assert_eq!(get.get(&link).await.status, 200);
        let answer = head.head(&link).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    assert_eq!(installation.requests_of("customer-entry"), "BatchGetItem 200", "nothing is written");
    assert_eq!(installation.events(&session).await, before);
    assert_eq!(installation.joined(&session).await.get(&format!("/r/{session}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_of_many_devices_at_once_one_is_bound() {
    let installation = Installation::start().await;
    for round in 0..50 {
        let session = installation.session(None).await;
        let go_on = installation.link(&session).await + "/continue";
        let browsers: Vec<_> = (0..24).map(|_| visitor(&installation)).collect();
        let answers = join_all(browsers.iter().map(|browser| browser.post(&go_on, &[]))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 303);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_eq!((answer.status, answer.reason()), (403, Some("device")), "{}", answer.text);
        }
        for kind in ["device.bound", "customer.joined"] {
            assert_eq!(installation.count_events(&session, kind).await, 1, "{kind}");
        }
        if round % 10 == 0 {
            let rooms = join_all(browsers.iter().map(|browser| browser.get(won[0].location.as_str()))).await;
            assert_eq!(rooms.iter().filter(|room| room.status == 200).count(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_locks_open_again_until_the_ban() {
    let installation = Installation::start().await;
    installation
        .settings(json!({"authentication": {"method": "pin", "opening_page": {"hint": "On your card."}}}))
        .await;
    let session = installation.session(Some("4711")).await;
    let link = installation.link(&session).await;
    let pin = format!("{link}/pin");
    let customer = installation.browser();
    let opening = customer.get(&link).await;
    assert!(opening.text.contains("On your card.") && !opening.text.contains("4711"));
    assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.location, pin);
    for nothing in ["", "abc", "12", "12345678901234"] {
        let page = customer.submit(&pin, &[("code", nothing)]).await;
        assert!(page.text.contains("did not count as a try"), "{nothing:?} is no try");
    }
    assert_eq!(installation.count_events(&session, "pin.wrong").await, 0);
    for lockout in 1..=3 {
        for left in (1..5).rev() {
            let page = customer.submit(&pin, &[("code", "0000")]).await;
            assert_eq!(page.status, 200);
            assert!(page.text.contains(&left.to_string()), "tries left: {left}");
        }
        let page = customer.submit(&pin, &[("code", "0000")]).await;
        assert_eq!((page.status, page.reason()), (403, Some("locked")));
        if lockout < 3 {
            assert!(page.text.contains("<time"), "says when it opens again");
            installation.stack.advance(14 * 60).await;
            assert_eq!(customer.get(&pin).await.reason(), Some("locked"));
            installation.stack.advance(61).await;
            assert_eq!(customer.get(&pin).await.status, 200);
        }
    }
    installation.stack.advance(1_000_000).await;
    installation.settings(json!({"session": {"customer_access_minutes": 100_000}})).await;
    let link = installation.link(&session).await;
    assert_eq!(customer.get(&link).await.reason(), Some("locked"), "banned until the agent resets");
    api(&installation, &session, "pin/reset").await;
    let page = customer.post(&format!("{link}/pin"), &[("code", "4711")]).await;
    assert_eq!(page.location, format!("/r/{session}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_code_is_sent_entered_replaced_and_forgotten() {
    let installation = Installation::start().await;
    installation.settings(json!({"authentication": {"method": "otp", "multi_device": true}})).await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let (go_on, otp, send) = (format!("{link}/continue"), format!("{link}/otp"), format!("{link}/otp/send"));
    let wrong = format!("{otp}?problem=wrong");
    let customer = installation.browser();
    let opening = customer.get(&link).await;
    assert!(opening.text.contains("m•••@example.net") && !opening.text.contains("mara@"), "{}", opening.text);
    assert!(customer.get(&otp).await.text.contains(&format!("action=\"{send}\"")), "nothing was sent yet");
    assert_eq!(
        customer.post(&otp, &[("code", "000000")]).await.location,
        format!("{otp}?problem=expired"),
        "there is nothing to try yet"
    );
    assert_eq!(customer.post(&go_on, &[]).await.location, otp);
    let first = installation.code(&session).await;
    let page = customer.get(&otp).await;
    assert!(page.text.contains("name=\"code\"") && !page.text.contains(&first));
    assert_eq!(customer.post(&go_on, &[]).await.location, otp);
    assert_eq!(installation.count_events(&session, "code.sent").await, 1, "one that waits is enough");
    assert_eq!(customer.post(&send, &[]).await.location, otp, "not twice at once");
    assert_eq!(installation.code(&session).await, first);
    installation.stack.advance(31).await;
    assert_eq!(customer.post(&send, &[]).await.location, format!("{otp}?sent=1"));
    let second = installation.code(&session).await;
    if first != second {
        assert_eq!(customer.post(&otp, &[("code", &first)]).await.location, wrong, "a new one kills the old one");
    }
    installation.stack.advance(600).await;
    assert_eq!(
        customer.post(&otp, &[("code", &second)]).await.location,
        format!("{otp}?problem=expired"),
        "ten minutes are over"
    );
    assert_eq!(customer.post(&go_on, &[]).await.location, otp);
    let third = installation.code(&session).await;
    assert_eq!(customer.post(&otp, &[("code", other_than(&third))]).await.location, wrong);
    let room = format!("/r/{session}");
    assert_eq!(customer.post(&otp, &[("code", &third)]).await.location, room);
    assert_eq!(customer.get(&room).await.status, 200);

    // R6: another device moves the session by a code.
    let phone = installation.browser();
    assert_eq!(phone.get(&link).await.status, 200);
    installation.stack.advance(31).await;
    assert_eq!(phone.post(&go_on, &[]).await.location, otp);
    assert_eq!(phone.post(&otp, &[("code", &third)]).await.location, wrong, "used up");
    let fourth = installation.code(&session).await;
    assert_eq!(phone.post(&otp, &[("code", &fourth)]).await.location, room);
    assert_eq!((phone.get(&room).await.status, customer.get(&room).await.reason()), (200, Some("device")));
    assert_eq!(installation.count_events(&session, "customer.joined").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_a_new_link_is_answered_alike_and_keeps_the_device() {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"customer_access_minutes": 10}})).await;
    let session = installation.session(None).await;
    let (link, other) = (installation.link(&session).await, installation.link(&session).await);
    let room = format!("/r/{session}");
    let customer = installation.browser();
    customer.get(&link).await;
    assert_eq!(customer.post(&format!("{link}/continue"), &[]).await.location, room);
    installation.stack.advance(601).await;
    let page = customer.get(&room).await;
    assert_eq!((page.status, page.reason()), (410, Some("link-expired")));
    assert!(page.text.contains(&format!("action=\"{room}/new-link\"")));
    // By the room's page, by the link's page, by a stranger with an old link: one message, one answer.
    let sent = customer.post(&format!("{room}/new-link"), &[]).await;
    let again = customer.post(&format!("{link}/new-link"), &[]).await;
    let stranger = installation.browser().post(&format!("{other}/new-link"), &[]).await;
    assert_eq!((sent.status, again.status, stranger.status), (200, 200, 200));
    assert_eq!(again.text.replace(&link, ""), stranger.text.replace(&other, ""));
    assert!(!sent.text.contains("mara@"));
    assert_eq!(installation.count_events(&session, "link.renewed").await, 1);
    assert_eq!(installation.browser().post(&format!("{room}/new-link"), &[]).await.reason(), Some("unknown"));
    // The device stays bound, and going on extends its stay.
    let fresh = installation.link(&session).await;
    assert_eq!(installation.browser().get(&fresh).await.reason(), Some("device"));
    assert_eq!(customer.get(&fresh).await.status, 200);
    assert_eq!(customer.post(&format!("{fresh}/continue"), &[]).await.location, room);
    assert_eq!(customer.get(&room).await.status, 200);
    assert_eq!(customer.get(&fresh).await.location, room);
    assert_eq!(installation.count_events(&session, "device.bound").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_what_is_left_after_the_end() {
    let installation = Installation::start().await;
    let access =
        json!({"level": "full_timed", "minutes": 10, "then_limited_minutes": 10, "attachments": false, "chat": true});
    installation.settings(json!({"end": {"customer_access": access}})).await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let (room, messages) = (format!("/r/{session}"), format!("/r/{session}/messages"));
    assert_eq!(customer.post(&messages, &[("text", "before the end")]).await.location, format!("{room}#chat"));
    api(&installation, &session, "end").await;
    let page = customer.get(&room).await;
    assert!(page.status == 200 && page.text.contains("name=\"text\"") && page.text.contains("before the end"));
    let answer = json!({"text": "an answer after the end"});
    let (status, _) = installation.call(Method::POST, &format!("/v1/sessions/{session}/messages"), Some(answer)).await;
    assert_eq!(status, 201, "where the customer may write, staff and programs may answer");
    assert_eq!(customer.post(&messages, &[("text", "after the end")]).await.status, 303);
    installation.stack.advance(600).await;
    let page = customer.get(&room).await;
    assert!(page.status == 200 && !page.text.contains("name=\"text\"") && page.text.contains("before the end"));
    let page = customer.post(&messages, &[("text", "typed too late")]).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("typed too late") && page.text.contains("Not sent"), "{}", page.text);
    installation.stack.advance(600).await;
    assert_eq!(customer.get(&room).await.reason(), Some("session-expired"));
    let page = customer.post(&messages, &[("text", "typed much too late")]).await;
    assert_eq!((page.status, page.reason()), (410, Some("session-expired")));
    assert!(page.text.contains("typed much too late"));
    assert_eq!(customer.get(&format!("{room}/live")).await.status, 410);
    assert_eq!(installation.count_events(&session, "message").await, 3);
    api(&installation, &session, "renew").await;
    let page = customer.get(&room).await;
    assert!(page.status == 200 && page.text.contains("after the end"), "renewed as it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_message_is_posted_once_and_only_from_the_room() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let (room, messages) = (format!("/r/{session}"), format!("/r/{session}/messages"));
    let page = customer.get(&room).await;
    let id = page.hidden("id").unwrap();
    for _ in 0..2 {
        let fields = [("id", id.as_str()), ("text", "<b>hello</b>\r\nthere")];
        assert_eq!(customer.post(&messages, &fields).await.location, format!("{room}#chat"));
    }
    assert_eq!(installation.count_events(&session, "message").await, 1);
    let page = customer.get(&room).await;
    assert!(page.text.contains("&lt;b&gt;hello&lt;/b&gt;") && !page.text.contains("<b>hello"));
    let long = "x".repeat(4001);
    let page = customer.post(&messages, &[("text", &long)]).await;
    assert!(page.status == 422 && page.text.contains(&long), "what is too long is not lost");

    let cookies = customer.cookie_header();
    let same = ("origin", installation.stack.url());
    let json_wanted = ("accept", "application/json");
    let send = |body: &str, headers: Vec<(&'static str, String)>| {
        let (installation, cookies, messages, body) =
            (&installation, cookies.clone(), messages.clone(), body.to_owned());
        async move {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            submit(installation, &cookies, &messages, body, &headers).await
        }
    };
    let own = |(name, value): (&'static str, &str)| (name, value.to_owned());
    let (status, answer) = send("text=by+script&id=m1", vec![own(same), own(json_wanted)]).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["id"], &answer["from"]), (201, &json!("m1"), &json!("customer")));
    let (status, again) = send("text=by+script&id=m1", vec![own(same), own(json_wanted)]).await;
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!((status, again), (201, answer));
    let (status, refused) = send("text=something+else&id=m1", vec![own(same), own(json_wanted)]).await;
    assert!(status == 422 && refused.contains("message-id-reused"), "{refused}");
    let page = customer.post(&messages, &[("id", "m1"), ("text", "typed after going back")]).await;
    assert!(page.status == 422 && page.text.contains("typed after going back"), "it is not lost");
    assert_ne!(page.hidden("id").unwrap(), "m1", "and can be sent");
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        assert_eq!(send("text=x", vec![own(foreign)]).await.0, 403, "{foreign:?}");
    }
    let huge = format!("text={}", "x".repeat(70_000));
    assert_eq!(send(&huge, vec![own(same)]).await.0, 413);
    assert_eq!(installation.browser().post(&messages, &[("text", "x")]).await.status, 403);
    let stranger = installation.browser();
    stranger.put_cookie("__Host-parlor_device", &"A".repeat(32));
    assert_eq!(stranger.post(&messages, &[("text", "x")]).await.status, 403);
    assert_eq!(installation.count_events(&session, "message").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r17_messages_on_entry_and_the_live_ticket() {
    let installation = Installation::start().await;
    installation
        .settings(json!({
            "session": {"cookie_disclaimer": true, "inactive_agent_message": "We are back at nine."},
            "branding": {"name": "Harbour Bank", "accent": "#00a651"},
        }))
        .await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let room = format!("/r/{session}");
    let customer = installation.browser();
    let opening = customer.get(&format!("{link}?lang=de")).await;
    assert!(opening.text.contains("<html lang=\"de\"") && opening.text.contains("Harbour Bank"));
    assert!(opening.text.contains("class=\"hue-150\""));
    let page = customer.post(&format!("{link}/continue?lang=de"), &[]).await;
    assert_eq!(page.location, format!("{room}?lang=de"));
    let page = customer.get(&format!("{room}?lang=en")).await;
    assert!(page.text.contains("only to recognise this device") && page.text.contains("We are back at nine."));
    let page = customer.get(&format!("{room}?lang=en")).await;
    assert!(!page.text.contains("only to recognise this device"), "once per session and browser");
    let url = page.attribute("data-live").unwrap();
    assert!(url.starts_with("ws") && url.contains("?ticket="), "{url}");
    assert_eq!(page.attribute("data-who").as_deref(), Some("customer"));
    let last = installation.events(&session).await.last().unwrap().seq;
    assert_eq!(page.attribute("data-seq"), Some(last.to_string()));
    let answer: serde_json::Value = serde_json::from_str(&customer.get(&format!("{room}/live")).await.text).unwrap();
    let fresh = answer["url"].as_str().unwrap();
    assert!(fresh.contains("?ticket=") && fresh != url);
    assert_eq!(installation.browser().get(&format!("{room}/live")).await.status, 403);
    assert_eq!(customer.get(&format!("{room}/i/none")).await.status, 404);
    assert_eq!(installation.browser().get(&format!("{room}/i/none")).await.reason(), Some("unknown"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_service_down_when_the_tables_fail() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.joined(&session).await;
    installation
        .stack
        .inject(|function, _| if function.starts_with("customer-") { Fault::Failed } else { Fault::None });
    for page in [
        customer.get(&link).await,
        customer.get(&format!("/r/{session}")).await,
        customer.get(&format!("{link}/pin")).await,
    ] {
        assert_eq!((page.status, page.reason()), (503, Some("service-down")));
    }
    let page = customer.post(&format!("/r/{session}/messages"), &[("text", "keep me")]).await;
    assert!(page.status == 503 && page.text.contains("keep me"));
    installation.stack.inject(|_, operation| match operation {
        "TransactWriteItems" => Fault::Conflict,
        _ => Fault::None,
    });
    let page = customer.post(&format!("/r/{session}/messages"), &[("text", "keep me too")]).await;
    assert!(page.status == 503 && page.text.contains("keep me too"), "a storm of conflicts is no error of anybody's");
    installation.stack.inject(|_, _| Fault::None);
    assert_eq!(customer.get(&format!("/r/{session}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_load_nothing_but_our_own_files() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let page = customer.get(&format!("/r/{session}")).await;
    let files: Vec<_> = page.text.split('"').filter(|text| text.starts_with("/static/")).collect();
    assert!(files.len() >= 3, "style sheet, script, icon: {files:?}");
    for file in files {
        assert_eq!(customer.get(file).await.status, 200, "{file}");
        assert_eq!(customer.head(file).await.text, "");
    }
    assert_eq!(customer.get("/static/customer.css").await.status, 404);
    let (status, _) = installation.call(Method::GET, "/static/nothing", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
