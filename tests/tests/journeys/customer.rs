//! A customer's way from the invitation into the room: the gates (R6), revoked links (R5), PIN and codes (R7), and what is left after the end
//! (R2).

use parlor_tests::Platform;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_an_invitation_opens_on_one_device() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;

    // Scanners look first, and burn and bind nothing.
    let before = desk.events(&invited.id).await;
    for _ in 0..2 {
        assert_eq!(platform.browser().get(&invited.link).await.status, 200);
        let answer = platform.browser().head(&invited.link).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    }
    let page = platform.browser().post(&format!("{}/continue", invited.link), &[]).await;
    assert_eq!((page.status, page.reason()), (403, Some("cookies")));
    assert_eq!(desk.events(&invited.id).await, before);

    let other = platform.browser();
    assert_eq!(other.get(&invited.link).await.status, 200);
    let phone = invited.joined(&platform).await;
    assert_eq!(phone.get(&invited.room).await.status, 200);
    assert_eq!(phone.get(&invited.link).await.location, invited.room, "a known device goes straight in");
    for (path, reason) in [(&invited.link, "device"), (&invited.room, "unknown")] {
        let page = other.get(path).await;
        assert_eq!((page.status, page.reason()), (403, Some(reason)), "{path}");
    }
    let page = other.post(&format!("{}/continue", invited.link), &[]).await;
    assert_eq!((page.status, page.reason()), (403, Some("device")));
    assert_eq!(desk.get(&format!("/v1/sessions/{}", invited.id)).await["state"], "active");

    desk.post(&format!("/v1/sessions/{}/device/release", invited.id), json!({"replace_link": false})).await;
    assert_eq!(phone.get(&invited.room).await.status, 403);
    let tablet = invited.joined(&platform).await;
    assert_eq!(tablet.get(&invited.room).await.status, 200);
    assert_eq!(phone.get(&invited.room).await.reason(), Some("device"));

    let unknown = format!("{}AAAA", &invited.link[..invited.link.len() - 4]);
    for path in [unknown.as_str(), "/s/nonsense", "/r/nonsense"] {
        let page = other.get(path).await;
        assert_eq!((page.status, page.reason()), (403, Some("unknown")), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_links_are_revoked_alone_and_with_a_release() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let phone = invited.joined(&platform).await;
    let links = format!("{about}/links");
    let made = desk.post(&links, json!({})).await;
    let (id, url) = (made["id"].as_str().unwrap(), made["url"].as_str().unwrap());
    let path = &url[url.find("/s/").unwrap()..];
    assert_eq!(platform.browser().get(path).await.reason(), Some("device"));
    desk.post(&format!("{links}/{id}/revoke"), json!({})).await;
    assert_eq!(platform.browser().get(path).await.reason(), Some("unknown"));
    let listed = desk.get(&links).await;
    let revoked = |link: &serde_json::Value| link["id"] == id && link["revoked"] == true;
    assert!(listed["items"].as_array().unwrap().iter().any(revoked), "{listed}");
    assert_eq!(phone.get(&invited.room).await.status, 200, "who is in stays in");

    // A release takes the links along and sends a new one: who stole the first is not let in again.
    desk.post(&format!("{about}/device/release"), json!({})).await;
    assert_eq!(platform.browser().get(&invited.link).await.reason(), Some("unknown"));
    let fresh = platform.message(&invited.to, 2).await.link(&platform);
    let tablet = platform.browser();
    assert_eq!(tablet.get(&fresh).await.status, 200);
    assert_eq!(tablet.post(&format!("{fresh}/continue"), &[]).await.location, invited.room);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_a_wrong_address_is_corrected_before_anybody_joined() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let (nina, right) = (desk.signed_in().await, platform.address());
    let about = format!("/v1/sessions/{}", invited.id);
    let csrf = nina.get(&format!("/console/s/{}", invited.id)).await.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("name", "Ola Berg"), ("channel", "email"), ("email", &right)];
    let page = nina.post(&format!("{about}/customer"), &fields).await;
    assert_eq!((page.status, page.location), (303, format!("/console/s/{}", invited.id)), "{}", page.text);
    assert_eq!(platform.browser().get(&invited.link).await.reason(), Some("unknown"));
    let link = platform.message(&right, 1).await.link(&platform);
    let phone = platform.browser();
    assert_eq!(phone.get(&link).await.status, 200);
    assert_eq!(phone.post(&format!("{link}/continue"), &[]).await.location, invited.room);
    let answer = desk.call(Method::PATCH, &format!("{about}/customer"), &[], Some(json!({"name": "Mara Quist"}))).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("already-joined")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_of_six_devices_at_once_one_is_bound() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let go_on = format!("{}/continue", invited.link);
    let browsers: Vec<_> = (0..6).map(|_| platform.browser()).collect();
    for browser in &browsers {
        browser.get(&invited.link).await;
    }
    let answers = futures_util::future::join_all(browsers.iter().map(|browser| browser.post(&go_on, &[]))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403, 403, 403, 403, 403]);
    let events = desk.events(&invited.id).await;
    assert_eq!(events.iter().filter(|event| *event == "device.bound").count(), 1, "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_pin_lets_in_locks_and_is_reset() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"authentication": {"method": "pin", "max_attempts": 2}})).await;
    let invited = desk.invited(json!({"pin": "4711"})).await;
    let (pin, customer) = (format!("{}/pin", invited.link), platform.browser());
    let opening = customer.get(&invited.link).await;
    assert!(opening.status == 200 && !opening.text.contains("4711"));
    assert_eq!(customer.post(&format!("{}/continue", invited.link), &[]).await.location, pin);
    assert_eq!(customer.get(&pin).await.status, 200);
    assert_eq!(customer.head(&pin).await.status, 200);
    let page = customer.submit(&pin, &[("code", "0000")]).await;
    assert_eq!((page.status, page.reason()), (200, None), "one try is left");
    let page = customer.submit(&pin, &[("code", "0000")]).await;
    assert_eq!((page.status, page.reason()), (403, Some("locked")));
    assert_eq!(customer.submit(&pin, &[("code", "4711")]).await.reason(), Some("locked"), "even the right one");
    desk.post(&format!("/v1/sessions/{}/pin/reset", invited.id), json!({})).await;
    assert_eq!(customer.post(&pin, &[("code", "47 11")]).await.location, invited.room);
    assert_eq!(customer.get(&invited.room).await.status, 200);

    let nina = desk.signed_in().await;
    let path = format!("/v1/sessions/{}/pin", invited.id);
    assert!(nina.get(&path).await.text.contains("4711"), "the owner sees it again");
    assert_eq!(desk.call(reqwest::Method::GET, &path, &[], None).await.status, 403, "and nobody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_a_code_and_a_consent_let_in() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(
        json!({"authentication": {"method": "otp", "consent": {"required": true, "text": "We record this."}}}),
    )
    .await;
    let invited = desk.invited(json!({})).await;
    let (go_on, otp) = (format!("{}/continue", invited.link), format!("{}/otp", invited.link));
    let customer = platform.browser();
    assert!(customer.get(&invited.link).await.text.contains("We record this."));
    assert_eq!(customer.post(&go_on, &[]).await.status, 422, "consent first");
    let page = customer.agree(&invited.link).await;
    assert_eq!((page.status, page.location.starts_with(&otp)), (303, true), "{}", page.location);
    let page = customer.get(&page.location).await;
    let consent = page.hidden("consent").unwrap();
    let code = platform.message(&invited.to, 2).await.code();
    assert!(!page.text.contains(&code));
    let again = customer.post(&format!("{otp}/send"), &[("consent", &consent)]).await;
    assert!(again.location.starts_with(&otp), "not twice at once, and no error page: {}", again.location);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let page = customer.post(&otp, &[("code", wrong), ("consent", &consent)]).await;
    assert!(page.location.contains("problem=wrong"), "{}", page.location);
    let page = customer.post(&otp, &[("code", &code), ("consent", &consent)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, invited.room.as_str()), "{}", page.text);
    assert_eq!(customer.get(&invited.room).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_what_is_left_after_the_end_and_after_the_renewal() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let full = json!({"end": {"customer_access": {"level": "full", "chat": true}}});
    let limited = json!({"end": {"customer_access": {"level": "limited", "minutes": 60}}});
    let none = json!({"end": {"customer_access": {"level": "none"}}});
    let invited = desk.invited(json!({})).await;
    let customer = invited.joined(&platform).await;
    let path = format!("/v1/sessions/{}", invited.id);
    let messages = format!("{}/messages", invited.room);
    let end = format!("{path}/end");
    let renew = format!("{path}/renew");
    let text = [("text", "Is anybody there?")];
    let posted = format!("{}#chat", invited.room);
    assert_eq!(customer.post(&messages, &text).await.location, posted);

    desk.settings(full).await;
    assert_eq!(desk.post(&end, json!({})).await["access"]["tier"], "full");
    // The plan is made at the end: what is set afterwards changes nothing for this session.
    desk.settings(none).await;
    assert_eq!(customer.post(&messages, &text).await.location, posted);
    assert_eq!(desk.post(&renew, json!({})).await["state"], "active");

    assert_eq!(desk.post(&end, json!({})).await["access"]["tier"], "none");
    for page in [&invited.room, &invited.link] {
        let page = customer.get(page).await;
        assert_eq!((page.status, page.reason()), (410, Some("session-expired")));
        assert!(!page.text.contains("<form"), "no button");
    }
    let page = customer.post(&messages, &text).await;
    assert!(page.status == 410 && page.text.contains("Is anybody there?"), "what was typed is not lost");
    desk.settings(limited).await;
    desk.post(&renew, json!({})).await;
    assert_eq!(desk.post(&end, json!({})).await["access"]["tier"], "limited");
    let page = customer.get(&invited.room).await;
    assert!(page.status == 200 && !page.text.contains("name=\"text\""), "to look at, not to write");
    assert_eq!(customer.post(&messages, &text).await.status, 409);
    assert_eq!(desk.post(&renew, json!({"notify": true})).await["state"], "active");
    let page = customer.get(&invited.room).await;
    assert!(page.text.contains("name=\"text\"") && page.text.contains("Is anybody there?"), "renewed as it was");
    platform.message(&invited.to, 2).await;
}
