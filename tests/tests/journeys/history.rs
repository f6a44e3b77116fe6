//! The history: searched, widened as the role permits, and by last entry.

use parlor_domain::Role;
use parlor_tests::{Browser, Line, Platform, Staff};
use reqwest::Method;
use serde_json::json;

const LIST: &str = "/console?fragment=history";

async fn shows(browser: &Browser, address: &str, name: &str) -> bool {
    let page = browser.get(address).await;
    assert_eq!(page.status, 200, "{address}: {}", page.text);
    // Marks stand between a name's letters.
    page.text.replace("<mark>", "").replace("</mark>", "").contains(name)
}

async fn sign_in(platform: &Platform, staff: &Staff) -> Browser {
    let browser = platform.browser();
    assert_eq!(browser.post("/login", &staff.login()).await.status, 303);
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_a_session_is_found_by_what_it_is_known_by_until_that_changes() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let nina = desk.signed_in().await;
    let (email, phone) = (platform.address(), platform.phone());
    let digits = &phone[phone.len() - 5..];
    let reference = format!("case/{}", desk.team);
    let customer = json!({"name": "Ólá Berg-Straße", "email": email, "phone": phone});
    let started =
        desk.post("/v1/sessions", json!({"customer": customer, "mode": "plan", "reference": reference})).await;
    let path = format!("/v1/sessions/{}", started["id"].as_str().unwrap());
    let before = email.split('@').next().unwrap();
    let typed = ["berg", "STRASSE", "strasse+ol", "ola+berg", before, digits, &reference.replace('/', "%2F")];
    for typed in typed {
        assert!(shows(&nina, &format!("{LIST}&q={typed}"), "Ólá Berg-Straße").await, "{typed}");
    }
    for typed in ["erg", "%25", "ola+x", &digits[2..]] {
        assert!(!shows(&nina, &format!("{LIST}&q={typed}"), "Ólá").await, "{typed}");
    }
    let corrected =
        desk.call(Method::PATCH, &format!("{path}/customer"), &[], Some(json!({"name": "Priya Raman"}))).await;
    assert_eq!(corrected.status, 200, "{}", corrected.body);
    assert!(shows(&nina, &format!("{LIST}&q=raman"), "Priya Raman").await);
    assert!(!shows(&nina, &format!("{LIST}&q=berg"), "Priya Raman").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_lists_reach_as_far_as_the_role_and_the_browser_remembers() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.post("/v1/sessions", json!({"customer": {"name": "Tova Lind", "email": platform.address()}})).await;
    let (store, runtime) = (&platform.store, &platform.runtime);
    let sam = Staff::of(store, runtime, &desk.team, "Sam Ode", Role::Supervisor).await;
    let omar = Staff::of(store, runtime, &desk.team, "Omar Haddad", Role::Agent).await;
    let (sam, omar) = (sign_in(&platform, &sam).await, sign_in(&platform, &omar).await);

    assert!(shows(&sam, "/console", "Tova Lind").await, "nobody's list is empty for what they are");
    assert!(shows(&sam, &format!("{LIST}&q=tova"), "Tova Lind").await);
    assert!(!shows(&sam, &format!("{LIST}&scope=my"), "Tova Lind").await);
    assert!(!shows(&sam, LIST, "Tova Lind").await, "the last choice is remembered");
    assert!(shows(&sam, &format!("{LIST}&scope=team"), "Tova Lind").await);
    for scope in ["my", "team", "all"] {
        for list in [LIST.to_owned(), format!("{LIST}&q=tova")] {
            assert!(!shows(&omar, &format!("{list}&scope={scope}"), "Tova Lind").await, "{list} {scope}");
        }
        let status = omar.get(&format!("/v1/sessions?q=tova&scope={scope}")).await.status;
        assert_eq!(status, if scope == "my" { 200 } else { 403 });
    }
    assert_eq!(sam.get("/v1/sessions?q=tova&scope=team").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_recent_lists_what_was_entered_last() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let nina = desk.signed_in().await;
    let mut started = Vec::new();
    for name in ["Tova Lind", "Priya Raman"] {
        let session = json!({"customer": {"name": name, "email": platform.address()}});
        started.push(desk.post("/v1/sessions", session).await["id"].as_str().unwrap().to_owned());
    }
    let recent = format!("{LIST}&view=recent");
    let mut lines = Vec::new();
    // The page alone enters nothing: what it shows may have been fetched ahead.
    for id in started.iter().chain([&started[0]]) {
        let page = nina.get(&format!("/console/s/{id}")).await;
        if lines.is_empty() {
            assert!(!shows(&nina, &recent, "Tova Lind").await);
        }
        lines.push(Line::at(&page.attribute("data-live").unwrap(), id, Some(&platform.url)).await.unwrap());
    }
    let page = nina.get(&recent).await.text;
    let (tova, priya) = (page.find("Tova Lind").unwrap(), page.find("Priya Raman").unwrap());
    assert!(tova < priya, "entered again, it is the last one: {page}");
    assert_eq!(page.matches("data-row=").count(), 2);
    assert!(shows(&nina, &format!("{recent}&filter=incomplete"), "Tova Lind").await);
    assert!(!shows(&nina, &format!("{recent}&filter=completed"), "Tova Lind").await);
}
