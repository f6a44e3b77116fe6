//! One's own account: passwords are changed and replaced, sign-ins are seen and ended.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_domain::Role;
use parlor_local::Fault;
use parlor_tests::{Browser, Installation, Line};
use reqwest::Method;
use serde_json::json;

const PASSWORD: &str = "plinth otter marmalade";
const OTHER: &str = "gravel lantern walnut";

/// The paths of the links in the mails to an address, oldest first.
async fn links(installation: &Installation, to: &str) -> Vec<String> {
    installation.stack.settle().await;
    let mails = installation.stack.outbox().items();
    let start = format!("{}/reset/", installation.stack.url());
    let texts = mails.iter().filter(|mail| mail.to == to).filter_map(|mail| mail.text.clone());
    let links = texts.filter_map(|text| Some(text.split_once(&start)?.1.split_whitespace().next()?.to_owned()));
    links.map(|token| format!("/reset/{token}")).collect()
}

async fn signs_in(installation: &Installation, email: &str, password: &str) -> bool {
    installation.browser().post("/login", &[("email", email), ("password", password)]).await.status == 303
}

async fn signed_in(installation: &Installation, email: &str, password: &str) -> (Browser, String) {
    let browser = installation.browser();
    assert_eq!(browser.post("/login", &[("email", email), ("password", password)]).await.status, 303);
    let csrf = browser.get("/console").await.hidden("csrf").unwrap();
    (browser, csrf)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_replaced_by_mail_once_within_an_hour() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let (here, _) = signed_in(&installation, email, &staff.password).await;
    let lists = here.get("/console").await.attribute("data-lists").unwrap();
    let mut line = Line::at(&lists, "", Some(installation.stack.url())).await.unwrap();
    let browser = installation.browser();
    let ask = async |email: &str| {
        let page = browser.post("/forgot-password", &[("email", email)]).await;
        (page.status, page.text.replace(email, "…"))
    };
    // The same whether or not anybody has the address, and however often one asks.
    let first = ask(email).await;
    let csrf = |text: &str| text.split("name=\"csrf\"").next().unwrap().to_owned();
    assert_eq!(first.0, 200);
    for asked in [ask("nobody@example.org").await, ask(email).await] {
        assert_eq!((asked.0, csrf(&asked.1)), (200, csrf(&first.1)));
    }
    assert_eq!(links(&installation, email).await.len(), 1, "one mail in two minutes");
    assert!(links(&installation, "nobody@example.org").await.is_empty());
    // A newer link replaces the older one; and an hour is all that it has.
    installation.stack.advance(150).await;
    ask(email).await;
    let [old, new] = links(&installation, email).await.try_into().unwrap();
    assert_eq!(browser.get(&old).await.status, 410);
    installation.stack.advance(3600 - 60).await;
    assert_eq!(browser.get(&new).await.status, 200);
    assert_eq!(browser.post(&new, &[("password", "password1234")]).await.status, 422);
    let page = browser.post(&new, &[("password", PASSWORD)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?password=changed"));
    assert!(line.ended().await, "every live connection of theirs ends");
    assert_eq!(here.get("/console").await.status, 303, "and every sign-in");
    assert_eq!(browser.post(&new, &[("password", OTHER)]).await.status, 410, "it works once");
    assert!(signs_in(&installation, email, PASSWORD).await && !signs_in(&installation, email, &staff.password).await);
    let told = installation.stack.outbox().items();
    assert!(
        told.iter().any(|mail| mail.to == email && mail.subject.as_deref().is_some_and(|s| s.contains("was changed")))
    );
    ask(email).await;
    let late = links(&installation, email).await.pop().unwrap();
    installation.stack.advance(3600).await;
    assert_eq!(browser.get(&late).await.status, 410, "an hour and no longer");
    // Five a day, whatever the pauses.
    for _ in 0..6 {
        installation.stack.advance(600).await;
        ask(email).await;
        // A mail on its way while the clock jumps counts as lost, and is sent again.
        installation.stack.settle().await;
    }
    assert_eq!(links(&installation, email).await.len(), 5);
}

/// Whoever reads the earlier mailbox asks for a link in the moment in which an admin changes the address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_goes_to_an_earlier_address_opens_nothing() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let held = installation.hold_first("agent-auth", "TransactWriteItems");
    let browser = installation.browser();
    let asks = async { browser.post("/forgot-password", &[("email", email)]).await };
    let changes = async {
        held.await.unwrap();
        let path = format!("/v1/people/{}", staff.agent.id);
        let changed = installation.call(Method::PATCH, &path, Some(json!({"email": "thomas@example.org"}))).await;
        installation.stack.inject(|_, _| Fault::None);
        assert_eq!(changed.0, 200, "{}", changed.1);
    };
    assert_eq!(tokio::join!(asks, changes).0.status, 200);
    for link in links(&installation, email).await {
        assert_eq!(browser.get(&link).await.status, 410);
        assert_eq!(browser.post(&link, &[("password", PASSWORD)]).await.status, 410);
    }
    // One that goes to the new address does.
    browser.post("/forgot-password", &[("email", "thomas@example.org")]).await;
    let link = links(&installation, "thomas@example.org").await.pop().unwrap();
    assert_eq!(browser.post(&link, &[("password", PASSWORD)]).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_another_password_ends_every_other_sign_in() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let (here, csrf) = signed_in(&installation, email, &staff.password).await;
    let (elsewhere, _) = signed_in(&installation, email, &staff.password).await;
    let lists = elsewhere.get("/console").await.attribute("data-lists").unwrap();
    let mut line = Line::at(&lists, "", Some(installation.stack.url())).await.unwrap();
    let change = async |current: &str, new: &str| {
        let fields = [("csrf", csrf.as_str()), ("email", email), ("current", current), ("password", new)];
        here.post("/me/password", &fields).await
    };
    assert_eq!(change("not this one", PASSWORD).await.location, "/me?fault=current");
    for (new, fault) in [("short", "short"), ("password1234", "common"), ("tom.reed.2026", "known"), (email, "address")]
    {
        assert_eq!(change(&staff.password, new).await.location, format!("/me?fault={fault}"), "{new}");
    }
    assert_eq!(elsewhere.get("/console").await.status, 200);
    assert_eq!(change(&staff.password, PASSWORD).await.location, "/me?done=password");
    assert!(line.ended().await);
    assert_eq!(elsewhere.get("/console").await.status, 303);
    assert_eq!(here.get("/me?done=password").await.status, 200, "who changed it stays");
    assert!(signs_in(&installation, email, PASSWORD).await && !signs_in(&installation, email, &staff.password).await);
    // Guesses at the old one wait like those at the door; nobody changes a colleague's.
    for _ in 0..5 {
        change("not this one", OTHER).await;
    }
    assert!(change(PASSWORD, OTHER).await.location.starts_with("/me?fault=wait&until="));
    let nina = installation.agent.email.as_str();
    let fields = [("csrf", csrf.as_str()), ("email", nina), ("current", "none"), ("password", OTHER)];
    assert_eq!(here.post("/me/password", &fields).await.status, 403);
    assert_eq!(here.post("/me/password", &fields[1..]).await.status, 403, "without the page's token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_sign_ins_are_seen_and_ended() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let (here, csrf) = signed_in(&installation, email, &staff.password).await;
    let (one, _) = signed_in(&installation, email, &staff.password).await;
    let (two, _) = signed_in(&installation, email, &staff.password).await;
    let page = here.get("/me").await.text;
    let ids: Vec<&str> = page.split("name=\"id\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!((ids.len(), page.matches("This browser").count()), (2, 1));
    assert_eq!(here.post("/me/sign-ins/end", &[("csrf", &csrf), ("id", ids[0])]).await.location, "/me?done=ended");
    let left = [one.get("/console").await.status, two.get("/console").await.status];
    assert!(left.contains(&200) && left.contains(&303), "{left:?}");
    assert_eq!(here.post("/me/sign-ins/end-others", &[("csrf", &csrf)]).await.location, "/me?done=others");
    assert_eq!([one.get("/console").await.status, two.get("/console").await.status], [303, 303]);
    assert_eq!(here.get("/console").await.status, 200);
    // Who signs in again in the same browser has one sign-in there.
    here.post("/login", &[("email", email), ("password", &staff.password)]).await;
    assert!(here.get("/me").await.text.contains("nowhere else"));
    // A chosen language goes before the browser's.
    let csrf = here.get("/me").await.hidden("csrf").unwrap();
    let fields = [("csrf", csrf.as_str()), ("name", "Tom Reed"), ("language", "fr")];
    assert_eq!(here.post("/me/profile", &fields).await.location, "/me?done=saved");
    assert!(here.get("/me").await.text.contains("<html lang=\"fr\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_for_a_new_password_ends_with_a_change_of_it() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let browser = installation.browser();
    browser.post("/forgot-password", &[("email", email)]).await;
    let link = links(&installation, email).await.pop().unwrap();
    let (here, csrf) = signed_in(&installation, email, &staff.password).await;
    let fields =
        [("csrf", csrf.as_str()), ("email", email), ("current", staff.password.as_str()), ("password", PASSWORD)];
    assert_eq!(here.post("/me/password", &fields).await.location, "/me?done=password");
    assert_eq!(browser.get(&link).await.status, 410);
    assert_eq!(browser.post(&link, &[("password", OTHER)]).await.status, 410);
    assert!(signs_in(&installation, email, PASSWORD).await && !signs_in(&installation, email, OTHER).await);
}

/// Whoever knows the old password signs in with it at the very moment in which it is replaced.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_sign_in_that_comes_while_the_password_is_replaced_does_not_stay() {
    let installation = Installation::start().await;
    for by_mail in [false, true] {
        let staff = installation.staff("Tom Reed", Role::Agent).await;
        let email = staff.agent.email.as_str();
        let (here, csrf) = signed_in(&installation, email, &staff.password).await;
        let (path, fields) = if by_mail {
            here.post("/forgot-password", &[("email", email)]).await;
            (links(&installation, email).await.pop().unwrap(), vec![("password", PASSWORD)])
        } else {
            let current = ("current", staff.password.as_str());
            (
                "/me/password".to_owned(),
                vec![("csrf", csrf.as_str()), ("email", email), current, ("password", PASSWORD)],
            )
        };
        let held = installation.hold_first("agent-auth", "TransactWriteItems");
        let thief = installation.browser();
        let signs_in_meanwhile = async {
            held.await.unwrap();
            let page = thief.post("/login", &[("email", email), ("password", &staff.password)]).await;
            installation.stack.inject(|_, _| Fault::None);
            page.status
        };
        let (page, status) = tokio::join!(here.post(&path, &fields), signs_in_meanwhile);
        assert!(page.location.contains("password") && page.status == 303, "{by_mail}: {}", page.text);
        assert_eq!(status, 303, "the old password was right still");
        assert_eq!(thief.get("/console").await.status, 303, "{by_mail}: it does not outlive the password");
        assert!(
            signs_in(&installation, email, PASSWORD).await && !signs_in(&installation, email, &staff.password).await
        );
    }
}

/// More sign-ins than are ended in one write, and something dies between two of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_no_sign_in_outlives_its_password_whatever_dies_while_many_end() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let mut others = vec![];
    for _ in 0..120 {
        others.push(installation.signed_in(&staff.agent).await);
    }
    // The order of those who came is kept by the second; with one more the oldest end, as many as fit into one write.
    installation.stack.advance(1).await;
    let (here, csrf) = signed_in(&installation, email, &staff.password).await;
    let fields = [("csrf", csrf.as_str()), ("email", email), ("current", &staff.password), ("password", PASSWORD)];
    for time in 1..=2 {
        let mut written = 0;
        installation.stack.inject(move |function, operation| {
            written += usize::from((function, operation) == ("agent-auth", "TransactWriteItems"));
            if function == "agent-auth" && written > 1 { Fault::Failed } else { Fault::None }
        });
        assert!(here.post("/me/password", &fields).await.status >= 500);
        installation.stack.inject(|_, _| Fault::None);
        // While many end, nobody comes in.
        installation.stack.advance(1).await;
        assert!(signs_in(&installation, email, &staff.password).await, "{time}: it is not replaced yet");
    }
    assert_eq!(here.post("/me/password", &fields).await.location, "/me?done=password");
    for other in &others {
        assert_eq!(other.get("/console").await.status, 303);
    }
    assert_eq!(here.get("/me").await.status, 200);
}

/// An outsider asks for a new password again and again, and guesses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_an_admin_lets_in_again_whose_mails_and_tries_an_outsider_used_up() {
    let installation = Installation::start().await;
    let staff = installation.staff("Tom Reed", Role::Agent).await;
    let email = staff.agent.email.as_str();
    let outsider = installation.browser();
    for _ in 0..6 {
        outsider.post("/forgot-password", &[("email", email)]).await;
        installation.stack.settle().await;
        installation.stack.advance(150).await;
    }
    installation.stack.advance(3600).await;
    let asks = async || {
        let before = links(&installation, email).await.len();
        installation.browser().post("/forgot-password", &[("email", email)]).await;
        links(&installation, email).await.len() - before
    };
    assert_eq!(asks().await, 0, "a day has five");
    for _ in 0..6 {
        outsider.post("/login", &[("email", email), ("password", "not this one")]).await;
    }
    assert!(!signs_in(&installation, email, &staff.password).await, "they wait");
    installation.post(&format!("/v1/people/{}/sign-out", staff.agent.id), json!({})).await;
    assert_eq!(asks().await, 1);
    assert!(signs_in(&installation, email, &staff.password).await);
}
