//! The settings from the browser (R19): a form is a whole document, and what two save at once is not lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_tests::{Browser, Installation, form::fields};
use serde_json::json;

/// The form at `path`, with some fields filled in otherwise.
async fn filled(browser: &Browser, path: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    changed(fields(&page.text, "settings"), changes)
}

fn changed(mut form: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push(((*name).to_owned(), (*value).to_owned()));
    }
    form
}

async fn send(browser: &Browser, path: &str, form: &[(String, String)]) -> parlor_tests::Page {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &form).await
}

async fn admin(installation: &Installation, name: &str) -> Browser {
    installation.signed_in(&installation.member(name, Role::Admin).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_team_is_given_its_own_settings_by_a_form() {
    let installation = Installation::start().await;
    let ada = admin(&installation, "Ada Ode").await;
    let (path, api) =
        (format!("/admin/teams/{}", installation.team), format!("/v1/teams/{}/settings", installation.team));
    // Nothing touched, nothing changed.
    let form = filled(&ada, &path, &[]).await;
    assert_eq!(send(&ada, &path, &form).await.location, format!("{path}?saved=1"));
    assert_eq!(installation.get(&api).await, json!({}));
    let own = [
        ("authentication.method", "pin"),
        ("authentication.max_attempts", "3"),
        ("authentication.opening_page.title", "Your <loan> & you"),
        ("end.customer_access.level", "full_timed"),
        ("end.customer_access.minutes.amount", "2"),
        ("end.customer_access.minutes.unit", "hours"),
    ];
    let form = filled(&ada, &path, &own).await;
    let page = send(
        &ada,
        &path,
        &changed(form.clone(), &[("authentication.max_attempts", "many"), ("branding.accent", "red")]),
    )
    .await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("id=\"error-authentication.max_attempts\"") && page.text.contains("value=\"many\""));
    assert!(page.text.contains("id=\"error-branding.accent\"") && page.text.contains("Your &lt;loan&gt; &amp; you"));
    let page = send(&ada, &path, &form).await;
    assert_eq!((page.status, page.location), (303, format!("{path}?saved=1")), "{}", page.text);
    assert_eq!(
        installation.get(&api).await,
        json!({
            "authentication": {"method": "pin", "max_attempts": 3, "opening_page": {"title": "Your <loan> & you"}},
            "end": {"customer_access": {"level": "full_timed", "minutes": 120}},
        })
    );
    let page = ada.get(&path).await;
    assert!(page.text.contains("settings-changes") && page.text.contains("Ada Ode"), "{}", page.text);
    // Off takes with it what hangs on it, and a preset or a reset saves nothing.
    let form = filled(&ada, &path, &[("authentication.method", "none"), ("preset", "strict")]).await;
    let before = installation.get(&api).await;
    assert_eq!(send(&ada, &path, &form).await.status, 200);
    assert_eq!(installation.get(&api).await, before);
    let form = filled(&ada, &path, &[("reset", "end.customer_access.level")]).await;
    let page = send(&ada, &path, &form).await;
    let form: Vec<_> = changed(fields(&page.text, "settings"), &[("authentication.method", "none")]);
    assert_eq!(send(&ada, &path, &form).await.status, 303);
    assert_eq!(
        installation.get(&api).await,
        json!({"authentication": {"method": "none", "opening_page": {"title": "Your <loan> & you"}}})
    );
    let form: Vec<_> = form.into_iter().filter(|(name, _)| name != "csrf").collect();
    assert_eq!(send(&ada, &path, &form).await.status, 403, "without the page's token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_of_two_admins_who_save_at_once_one_wins_and_the_other_sees_both() {
    let installation = Installation::start().await;
    let (ada, omar) = (admin(&installation, "Ada Ode").await, admin(&installation, "Omar Roy").await);
    let path = "/admin/settings";
    for round in 0..50 {
        let (of_ada, of_omar) = (format!("Ada {round}"), format!("Omar {round}"));
        let first = filled(&ada, path, &[("branding.name", &of_ada)]).await;
        let second = filled(&omar, path, &[("branding.name", &of_omar), ("service.message", &of_omar)]).await;
        let (one, other) = tokio::join!(send(&ada, path, &first), send(&omar, path, &second));
        let lost = if one.status == 303 { &other } else { &one };
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{round}: {}", lost.text);
        assert!(lost.text.contains(&of_ada) && lost.text.contains(&of_omar), "{round}: {}", lost.text);
        // Sent again, knowing both.
        let (browser, won) = if one.status == 303 { (&omar, &of_omar) } else { (&ada, &of_ada) };
        let again = send(browser, path, &fields(&lost.text, "settings")).await;
        assert_eq!(again.status, 303, "{round}: {}", again.text);
        let saved = installation.get("/v1/settings").await;
        assert_eq!(saved["branding"]["name"], json!(won));
        assert_eq!(saved["service"]["message"], json!(of_omar), "{round}: what one alone changed is kept");
    }
}

/// A preview is what customers would get, in a frame of ours alone; it saves nothing, and what cannot be used is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r19_a_preview_is_shown_in_a_frame_and_saves_nothing() {
    let installation = Installation::start().await;
    let ada = admin(&installation, "Ada Ode").await;
    let path = format!("/admin/teams/{}", installation.team);
    let page = ada.get(&path).await;
    assert!(page.policy.contains("frame-src 'self'"), "{}", page.policy);
    let preview = format!("{path}/preview");
    let typed =
        [("authentication.opening_page.title", "Your <loan>"), ("preview.what", "opening"), ("preview.language", "de")];
    let form = changed(fields(&page.text, "settings"), &typed);
    let shown = send(&ada, &preview, &form).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("Your &lt;loan&gt;") && shown.text.contains("lang=\"de\""), "{}", shown.text);
    let policy = &shown.policy;
    for part in ["frame-ancestors 'self'", "default-src 'none'", "form-action 'none'", "; sandbox allow-same-origin"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(
        !policy.contains("allow-scripts") && !policy.contains("allow-forms") && !shown.text.contains("<script"),
        "{policy}"
    );
    let wrong = changed(form.clone(), &[("branding.accent", "red"), ("preview.what", "mail")]);
    let shown = send(&ada, &preview, &wrong).await;
    assert_eq!(shown.status, 200, "what cannot be used is as it was saved: {}", shown.text);
    assert_eq!(installation.get(&format!("/v1{}/settings", &path[6..])).await, json!({}));
    let form: Vec<_> = form.into_iter().filter(|(name, _)| name != "csrf").collect();
    assert_eq!(send(&ada, &preview, &form).await.status, 403, "without the page's token");
}
