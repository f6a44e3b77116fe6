//! A workflow before it is saved or sent (R21): looked at as its customer will see it, and what is wrong with its documents said where it is.

use parlor_domain::Role;
use parlor_tests::{Browser, Page, Platform, Staff};
use serde_json::{Value, json};

use super::{
    library,
    step_document::{loan, published},
};

/// A browser in which somebody is signed in.
async fn signed_in(platform: &Platform, staff: &Staff) -> Browser {
    let browser = platform.browser();
    browser.get("/login").await;
    assert_eq!(browser.post("/login", &staff.login()).await.status, 303);
    browser
}

/// What a form carries under a name, unseen.
fn carried(page: &Page, name: &str) -> Option<String> {
    let (_, rest) = page.text.split_once(&format!("<input type=\"hidden\" name=\"{name}\" value=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// The form of a preview, with what it carries already, and what is typed and pressed.
async fn press(browser: &Browser, page: &Page, typed: &[(&str, &str)]) -> Page {
    let names = ["csrf", "do", "title", "steps", "team", "step", "a.loan", "a.note"];
    let given: Vec<(String, String)> = names
        .iter()
        .filter(|name| typed.iter().all(|(own, _)| own != *name))
        .filter_map(|name| Some(((*name).to_owned(), carried(page, name)?)))
        .collect();
    let form: Vec<(&str, &str)> =
        given.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(typed.iter().copied()).collect();
    browser.post("/admin/library", &form).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_workflow_is_looked_at_as_its_customer_will_see_it_and_nothing_is_kept() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let nina = desk.signed_in().await;
    let csrf = nina.get("/console").await.hidden("csrf").unwrap();
    let steps = loan(&document).to_string();
    let team = desk.team.to_string();
    let begun =
        [("csrf", csrf.as_str()), ("do", "preview"), ("title", "Your <loan>"), ("steps", &steps), ("team", &team)];
    let first = nina.post("/admin/library", &begun).await;
    assert_eq!(first.status, 200, "{}", first.text);
    for said in ["This is a preview", "Nothing is kept", "Your &lt;loan&gt;", "Do you want the loan?", "Step 1 of 2"] {
        assert!(first.text.contains(said), "{said}: {}", first.text);
    }
    assert!(!first.text.contains("<script"), "it runs none: {}", first.text);

    // What is required is asked for, and what an answer shows is shown: by the rules of the real one.
    let asked = press(&nina, &first, &[("go", "next")]).await;
    assert!(asked.text.contains("Step 1 of") && asked.text.contains("aria-invalid"), "{}", asked.text);
    let contract = press(&nina, &first, &[("go", "next"), ("a.loan", "yes")]).await;
    assert!(contract.text.contains("Step 2 of 3") && contract.text.contains("Consent"), "{}", contract.text);
    let end = press(&nina, &contract, &[("go", "next")]).await;
    assert!(end.text.contains("Anything else?") && end.text.contains("Step 3 of 3"), "{}", end.text);
    let review = press(&nina, &end, &[("go", "next"), ("a.note", "No, thanks")]).await;
    assert!(review.text.contains("Check your answers") && review.text.contains("No, thanks"), "{}", review.text);
    let done = press(&nina, &review, &[("go", "finish")]).await;
    assert!(done.text.contains("Thank you") && done.text.contains("Start again"), "{}", done.text);
    let again = press(&nina, &done, &[("go", "begin")]).await;
    assert!(again.text.contains("Step 1 of 2"), "{}", again.text);
    let without = press(&nina, &first, &[("go", "next"), ("a.loan", "no")]).await;
    assert!(without.text.contains("Anything else?") && without.text.contains("Step 2 of 2"), "{}", without.text);
    let back = press(&nina, &without, &[("go", "back")]).await;
    assert!(back.text.contains("Step 1 of 2") && back.text.contains("checked"), "{}", back.text);

    // Nothing came of it, and nobody looks into what is not theirs.
    let entries = desk.get("/v1/library").await;
    assert_eq!(entries["items"].as_array().unwrap().len(), 1, "the document: {entries}");
    let other = platform.desk().await;
    let mut elsewhere = begun;
    let others = other.team.to_string();
    elsewhere[4] = ("team", &others);
    assert_eq!(nina.post("/admin/library", &elsewhere).await.status, 404);
    let mut forged = begun;
    forged[0] = ("csrf", "no");
    assert_eq!(nina.post("/admin/library", &forged).await.status, 403);
    // What cannot be shown says why, and where.
    let unknown = loan("1end1n0000000000000000").to_string();
    let mut wrong = begun;
    wrong[3] = ("steps", &unknown);
    let refused = nina.post("/admin/library", &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("steps[1].document") && refused.text.contains("cannot be shown"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_the_library_says_beside_the_field_which_document_of_a_step_it_does_not_offer() {
    let platform = Platform::start().await;
    let (desk, other) = (platform.desk().await, platform.desk().await);
    let (own, archived, theirs) =
        (published(&platform, &desk).await, published(&platform, &desk).await, published(&platform, &other).await);
    let sam = signed_in(&platform, &desk.staff("Sam Ode", Role::Supervisor).await).await;
    let csrf = sam.get("/admin/library").await.hidden("csrf").unwrap();
    let text = library::made(&platform, &desk, &json!({"kind": "text", "title": "Hello", "text": "Hello"})).await;
    library::publish(&desk, &format!("/v1/library/{}", text["id"].as_str().unwrap())).await;
    let page = sam.get(&format!("/admin/library/{archived}")).await;
    let revision = page.hidden("revision").unwrap();
    let form = [("csrf", csrf.as_str()), ("kind", "document"), ("do", "archive"), ("revision", revision.as_str())];
    assert_eq!(sam.post(&format!("/admin/library/{archived}"), &form).await.status, 303);

    let save = async |path: &str, revision: &str, document: &str| {
        let steps = json!([
            {"id": "a", "title": "First", "document": own},
            {"id": "b", "title": "The contract", "document": document},
        ]);
        let steps = steps.to_string();
        let form = [
            ("csrf", csrf.as_str()),
            ("kind", "workflow"),
            ("title", "Your loan"),
            ("steps", steps.as_str()),
            ("revision", revision),
            ("do", "publish"),
        ];
        sam.post(path, &form).await
    };
    let third = published(&platform, &desk).await;
    let made = save("/admin/library", "", &third).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let path = made.location.split('?').next().unwrap().to_owned();
    let revision = sam.get(&path).await.hidden("revision").unwrap();
    let unknown = format!("{}0000000000000000", &own[..6]);
    for document in [unknown.as_str(), &archived, &theirs, text["id"].as_str().unwrap()] {
        for (path, revision) in [("/admin/library", ""), (path.as_str(), revision.as_str())] {
            let page = save(path, revision, document).await;
            assert_eq!(page.status, 422, "{document} at {path}: {}", page.text);
            // Beside the definition, and for the script that shows it beside the step's own field; what was typed stays.
            let said = "This document is not in the team’s library, or is not published any more. Choose another.";
            assert!(page.text.contains("data-fault=\"steps[1].document\""), "{}", page.text);
            assert!(page.text.contains(&format!("steps[1].document: {said}")), "{}", page.text);
            assert!(page.text.contains(document) && page.text.contains("Your loan"), "{}", page.text);
        }
    }
    let kept: Value = desk.get(&format!("/v1/library/{}", path.rsplit('/').next().unwrap())).await;
    assert_eq!((&kept["version"], &kept["changed"]), (&json!(1), &json!(false)), "{kept}");
}
