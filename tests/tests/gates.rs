//! The gates between a link and the room (R6), tried by people who would go around them, and by browsers and mail
//! programs that behave in their own ways.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_tests::Installation;
use serde_json::json;

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
        let onward = customer.post(&go_on, &[("consent", "on")]).await.location;
        assert!(onward.starts_with(&format!("{step}?consent=")), "{onward}");
        let other = installation.browser();
        other.get(&link).await;
        assert_eq!(other.get(&onward).await.location, link, "another browser has seen nothing");
        let page = customer.get(&onward).await;
        let consent = page.hidden("consent").unwrap();
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
