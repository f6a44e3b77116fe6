//! A new installation: from the setup link to a session with oneself.

use parlor_tests::{Browser, Page, Platform};

/// Whether the step of this name is said to be done.
fn done(page: &Page, step: &str) -> bool {
    let (_, rest) = page.text.split_once(&format!("id=\"{step}\"")).unwrap_or_else(|| panic!("{step}: {}", page.text));
    let state = rest.split("</li>").next().unwrap();
    assert_ne!(state.contains("Not yet"), state.contains("first-mark-done"), "{step}: {state}");
    state.contains("first-mark-done")
}

async fn steps(browser: &Browser) -> Page {
    let page = browser.get("/admin/start").await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_admin_is_led_through_what_is_left_to_do() {
    let platform = Platform::start().await;
    let (link, browser, email) = (platform.setup_link().await, platform.browser(), platform.address());
    let nobody = platform.browser();
    assert_eq!(nobody.get("/admin/start").await.location, "/login?next=%2Fadmin%2Fstart");
    let fields = [("name", "Ada Roy"), ("email", email.as_str()), ("password", "a long enough one")];
    assert_eq!(browser.post(&link, &fields).await.location, "/admin/start");
    let page = steps(&browser).await;
    let csrf = page.hidden("csrf").unwrap();
    // Where messages are sent, AWS was asked, and whatever stands for it may not know.
    assert!(page.text.contains("/outbox") || page.text.contains("AWS was asked just now"), "{}", page.text);
    assert!(browser.get("/admin/people").await.text.contains("href=\"/admin/start\""), "the head leads there");
    assert!(!done(&page, "test"));

    let team = [("csrf", csrf.as_str()), ("name", "Northern branch")];
    assert_eq!(browser.post("/v1/teams", &team).await.status, 303);
    let colleague = platform.address();
    let form = browser.get("/admin/people/new").await;
    let home = form.text.split_once("name=\"home\"").and_then(|(_, rest)| rest.split_once("value=\""));
    let home = home.and_then(|(_, rest)| rest.split('"').next()).unwrap().to_owned();
    let invited = [
        ("csrf", csrf.as_str()),
        ("name", "Tom Reed"),
        ("email", colleague.as_str()),
        ("role", "agent"),
        ("home", home.as_str()),
        ("lists", "1"),
    ];
    assert_eq!(browser.post("/v1/people", &invited).await.status, 303);
    let page = steps(&browser).await;
    assert!(done(&page, "team") && done(&page, "agent"), "{}", page.text);
    assert!(page.text.contains("/console?new=me&amp;team="), "the test is under the new team's settings");

    // A session with oneself, whose form knows who one is.
    let form = browser.get("/console?new=me").await;
    assert!(form.text.contains(&format!("value=\"{email}\"")) && form.text.contains("value=\"Ada Roy\""));
    let start = [("csrf", csrf.as_str()), ("name", "Ada Roy"), ("channel", "email"), ("email", email.as_str())];
    let room = browser.post("/v1/sessions", &start).await;
    assert_eq!(room.status, 303, "{}", room.text);
    assert!(!done(&steps(&browser).await, "test"), "until the link was opened");
    let customer = platform.browser();
    let mail = platform.message(&email, 1).await;
    let opening = mail.link(&platform);
    assert_eq!(customer.get(&opening).await.status, 200);
    assert_eq!(customer.post(&format!("{opening}/continue"), &[]).await.status, 303);
    assert!(done(&steps(&browser).await, "test"));

    // Put away, the steps stay at their address.
    assert_eq!(browser.post("/me/first-steps/away", &[]).await.status, 403, "without the page's token");
    assert_eq!(browser.post("/me/first-steps/away", &[("csrf", &csrf)]).await.location, "/console");
    assert!(!browser.get("/admin/people").await.text.contains("href=\"/admin/start\""));
    assert!(done(&steps(&browser).await, "test"));
}
