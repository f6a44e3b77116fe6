//! A document within a workflow (R21): named by a step, made with the workflow, signed on the way, and asked for only where its step is
//! shown.

use parlor_tests::{Browser, Desk, Line, Platform, documents};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{document::put, library, participants::entered};

/// A document of the library; its id.
pub(crate) async fn published(platform: &Platform, desk: &Desk<'_>) -> String {
    let upload = put(desk, "/v1/library/uploads", documents::form()).await;
    let document = library::made(platform, desk, &json!({"kind": "document", "upload": upload})).await;
    let id = document["id"].as_str().unwrap().to_owned();
    library::publish(desk, &format!("/v1/library/{id}")).await;
    id
}

/// A question, the document where the answer is yes, and a last question.
pub(crate) fn loan(document: &str) -> Value {
    json!([
        {"id": "wish", "title": "Your wish", "fields": [
            {"name": "loan", "label": "Do you want the loan?", "type": "yes_no", "required": true},
        ]},
        {"id": "contract", "title": "The contract", "document": document,
         "show_if": {"all": [{"field": "loan", "is": true}]}},
        {"id": "end", "title": "The end", "fields": [{"name": "note", "label": "Anything else?", "type": "text"}]},
    ])
}

/// The document of a workflow, as a list tells of it.
async fn part(desk: &Desk<'_>, about: &str, workflow: &str) -> Value {
    let listed = desk.get(about).await;
    let mut items = listed["items"].as_array().unwrap().iter();
    items.find(|item| item["part_of"]["interaction"] == workflow).unwrap().clone()
}

async fn sign(phone: &Browser, document: &str) {
    let ink = r#"{"path":"M10 10L40 30L80 12","pen":2.5}"#;
    let fields = [("page", "1"), ("go", "review"), ("v.name", "Mara Quist"), ("v.signature", ink)];
    assert_eq!(phone.post(&format!("{document}/save"), &fields).await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_step_holds_a_document_to_fill_in_and_sign() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let made = desk.post(&about, json!({"title": "Your loan", "steps": loan(&document)})).await;
    let id = made["id"].as_str().unwrap();
    let signed = part(&desk, &about, id).await;
    assert_eq!(signed["part_of"], json!({"interaction": id, "step": "contract"}));
    assert_eq!((&signed["title"], &signed["state"]), (&json!("Consent"), &json!("sent")));
    assert_eq!((&signed["library"]["version"], &signed["order"]), (&json!(1), &made["order"]));

    // It is done within the workflow: the room has one thing to do.
    let (own, within) = (format!("{}/i/{id}", invited.room), signed["id"].as_str().unwrap());
    let document = format!("{}/i/{within}", invited.room);
    let room = phone.get(&invited.room).await;
    assert!(room.text.contains("Your loan") && !room.text.contains(&document), "{}", room.text);

    // Its step leads to it, and not past it.
    let page = phone.submit(&format!("{own}/save"), &[("step", "wish"), ("go", "next"), ("a.loan", "yes")]).await;
    assert!(page.text.contains("Consent") && page.text.contains("0 of 1 fields"), "{}", page.text);
    let page = phone.post(&format!("{own}/save"), &[("step", "contract"), ("go", "next")]).await;
    assert!(page.status == 422 && page.text.contains("Complete this document"), "{}", page.text);
    let page = phone.post(&format!("{own}/complete"), &[]).await;
    assert!(page.status == 422 && page.text.contains("Complete this document"), "{}", page.text);
    let page = phone.post(&format!("{own}/save"), &[("step", "contract"), ("go", "document")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, document.as_str()));
    let page = phone.get(&document).await;
    assert!(page.text.contains("Back to Your loan") && page.text.contains(&format!("{own}?step=contract")));

    // Signed, it leads on to the next step; what is done counts.
    sign(&phone, &document).await;
    let page = phone.submit(&format!("{document}/complete"), &[]).await;
    // Its step counts with it: nobody has to save the workflow before.
    assert_eq!(desk.get(&format!("{about}/{id}")).await["progress"], json!({"done": 2, "of": 3}));
    let onward = format!("{own}?step=contract.done");
    assert!(page.text.contains("Go on with Your loan") && page.text.contains(&onward), "{}", page.text);
    assert!(phone.get(&onward).await.text.contains("Anything else?"));
    let page = phone.submit(&format!("{own}/save"), &[("step", "end"), ("go", "next")]).await;
    assert!(page.text.contains("Check your answers") && page.text.contains("Consent"), "{}", page.text);
    assert_eq!(desk.get(&format!("{about}/{id}")).await["progress"], json!({"done": 3, "of": 3}));
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.status == 200 && page.text.contains("Thank you"), "{}", page.text);
    let signed = platform.until(async || {
        let seen = part(&desk, &about, id).await;
        (seen["result"] == "ready").then_some(seen)
    });
    let signed = signed.await.unwrap();
    let result = desk.get(&format!("{about}/{within}/result")).await;
    let kept = desk.signed_in().await.get(&format!("/console/s/{}/i/{id}/answers?as=json", invited.id)).await;
    let kept: Value = serde_json::from_str(&kept.text).unwrap();
    let document_of = &kept["documents"][0];
    assert_eq!((&document_of["step"], &document_of["state"]), (&json!("contract"), &json!("completed")), "{kept}");
    assert_eq!((&document_of["sha256"], &document_of["title"]), (&result["sha256"], &signed["title"]), "{kept}");
    let room = phone.get(&invited.room).await;
    assert!(room.text.contains("1 of 1 done"), "{}", room.text);
    assert!(room.text.contains(&document), "what was signed can be downloaded: {}", room.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_document_of_a_hidden_step_is_not_asked_for_and_goes_with_its_workflow() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let entry = library::made(&platform, &desk, &json!({"kind": "workflow", "steps": loan(&document)})).await;
    library::publish(&desk, &format!("/v1/library/{}", entry["id"].as_str().unwrap())).await;
    let made = desk.post(&about, json!({"library": entry["id"]})).await;
    let id = made["id"].as_str().unwrap();
    let own = format!("{}/i/{id}", invited.room);
    let page = phone.submit(&format!("{own}/save"), &[("step", "wish"), ("go", "next"), ("a.loan", "no")]).await;
    assert!(page.text.contains("Anything else?"), "{}", page.text);
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.text.contains("Thank you"), "{}", page.text);
    let left = part(&desk, &about, id).await;
    assert_eq!(left["state"], "withdrawn");
    let page = phone.get(&format!("{}/i/{}", invited.room, left["id"].as_str().unwrap())).await;
    assert!(page.text.contains("no longer needed"), "{}", page.text);

    // Declined with a reason, sent again by the agent, and taken back with the workflow.
    let made = desk.post(&about, json!({"title": "Your loan", "steps": loan(&document), "send": false})).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(part(&desk, &about, id).await["state"], "draft");
    let within = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
    let alone = desk.call(Method::POST, &format!("{about}/{within}/send"), &[], Some(json!({}))).await;
    assert_eq!((alone.status, alone.body["code"].as_str()), (409, Some("part-of-workflow")));
    desk.post(&format!("{about}/{id}/send"), json!({})).await;
    assert_eq!(part(&desk, &about, id).await["state"], "sent");
    let (own, within) = (format!("{}/i/{id}", invited.room), format!("{}/i/{within}", invited.room));
    phone.submit(&format!("{within}/decline"), &[("reason", "My old address")]).await;
    phone.submit(&format!("{own}/save"), &[("step", "wish"), ("go", "next"), ("a.loan", "yes")]).await;
    let page = phone.get(&format!("{own}?step=contract")).await;
    assert!(page.text.contains("My old address") && page.text.contains("can send it again"), "{}", page.text);
    assert_eq!(phone.post(&format!("{own}/complete"), &[]).await.status, 422);
    let declined = part(&desk, &about, id).await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("My old address")));
    let one = format!("{about}/{}", declined["id"].as_str().unwrap());
    assert_eq!(desk.post(&format!("{one}/send"), json!({})).await["state"], "sent");
    assert_eq!(phone.get(&within).await.status, 200);
    desk.post(&format!("{about}/{id}/withdraw"), json!({})).await;
    assert_eq!(part(&desk, &about, id).await["state"], "withdrawn");

    for (steps, code) in [(json!("1end1n0000000000000000"), "unknown-entry"), (entry["id"].clone(), "unknown-entry")] {
        let steps = json!([{"id": "contract", "title": "The contract", "document": steps}]);
        let refused = desk.call(Method::POST, &about, &[], Some(json!({"steps": steps}))).await;
        let told = (refused.status, refused.body["code"].as_str(), refused.body["field"].as_str());
        assert_eq!(told, (422, Some(code), Some("steps[0].document")), "{}", refused.body);
    }
    let twice = json!([
        {"id": "a", "title": "A", "document": document}, {"id": "b", "title": "B", "document": document},
    ]);
    let refused = desk.call(Method::POST, &about, &[], Some(json!({"steps": twice}))).await;
    assert_eq!((refused.status, refused.body["field"].as_str()), (422, Some("steps[1].document")), "{}", refused.body);
}

/// The next `interaction` frame about this one.
async fn heard(line: &mut Line, id: &str) -> Value {
    loop {
        let frame = line.expect("interaction").await;
        if frame["id"] == id {
            return frame;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_document_that_is_taken_back_counts_at_once_and_in_both_rooms() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let made = desk.post(&about, json!({"title": "Your loan", "steps": loan(&document)})).await;
    let (id, own) = (made["id"].as_str().unwrap(), format!("{}/i/{}", invited.room, made["id"].as_str().unwrap()));
    phone.submit(&format!("{own}/save"), &[("step", "wish"), ("go", "next"), ("a.loan", "yes")]).await;
    let one = format!("{about}/{id}");
    assert_eq!(desk.get(&one).await["progress"], json!({"done": 1, "of": 3}));

    // Both look at it.
    let (nina, console) = (desk.signed_in().await, format!("/console/s/{}", invited.id));
    let mut lines = vec![];
    for (browser, page) in [(&nina, &console), (&phone, &own)] {
        let live = browser.get(page).await.attribute("data-live").unwrap();
        let mut line = Line::at(&live, &invited.id, Some(&platform.url)).await.unwrap();
        line.hello(0).await;
        lines.push(line);
    }
    let within = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
    let taken = desk.post(&format!("{about}/{within}/withdraw"), json!({})).await;
    assert_eq!((&taken["id"], &taken["state"]), (&json!(within), &json!("withdrawn")));
    for line in &mut lines {
        assert_eq!(heard(line, &within).await["state"], "withdrawn");
        let told = heard(line, id).await;
        assert_eq!((&told["state"], &told["progress"]), (&json!("in_progress"), &json!({"done": 2, "of": 3})));
    }
    let counted = desk.get(&one).await;
    assert_eq!((&counted["progress"], &counted["state"]), (&json!({"done": 2, "of": 3}), &json!("in_progress")));
    let panel = nina.get(&format!("{console}?fragment=room")).await.text;
    assert!(panel.contains("2 of 3 steps"), "{panel}");
    // Taken back again, nothing changes; and the customer goes on behind it to the end.
    desk.post(&format!("{about}/{within}/withdraw"), json!({})).await;
    assert_eq!(desk.get(&one).await["version"], counted["version"]);
    phone.submit(&format!("{own}/save"), &[("step", "end"), ("go", "next")]).await;
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.text.contains("Thank you"), "{}", page.text);

    // One that nobody has begun counts it, too, and stays so.
    let alone = json!([{"id": "contract", "title": "The contract", "document": document}]);
    for (send, state) in [(true, "sent"), (false, "draft")] {
        let made = desk.post(&about, json!({"title": "Your loan", "steps": alone, "send": send})).await;
        let id = made["id"].as_str().unwrap();
        let within = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
        desk.post(&format!("{about}/{within}/withdraw"), json!({})).await;
        let counted = desk.get(&format!("{about}/{id}")).await;
        assert_eq!((&counted["progress"], &counted["state"]), (&json!({"done": 1, "of": 1}), &json!(state)));
        assert!(counted.get("started_at").is_none(), "{counted}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_reassigned_workflow_takes_its_documents_along() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let session = format!("/v1/sessions/{}", invited.id);
    let about = format!("{session}/interactions");
    let made = desk.post(&about, json!({"title": "Your loan", "steps": loan(&document)})).await;
    let id = made["id"].as_str().unwrap();
    let within = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
    let page = format!("{}/i/{within}", invited.room);
    phone.submit(&format!("{page}/save"), &[("page", "1"), ("go", "review"), ("v.name", "Mara Quist")]).await;

    let person = json!({"name": "Ada Quist", "email": "ada.quist@example.net"});
    let ada = desk.post(&format!("{session}/participants"), person).await["id"].clone();
    let to_ada = json!({"assignee": ada});
    let alone = desk.call(Method::POST, &format!("{about}/{within}/assign"), &[], Some(to_ada.clone())).await;
    assert_eq!((alone.status, alone.body["code"].as_str()), (409, Some("part-of-workflow")));
    desk.post(&format!("{about}/{id}/assign"), to_ada).await;
    for one in [id, within.as_str()] {
        assert_eq!(desk.get(&format!("{about}/{one}")).await["assignee"], ada);
    }
    // Whose it was does not see it any more; what was entered is still there.
    assert_eq!(phone.get(&page).await.status, 404);
    let values = desk.get(&format!("{about}/{within}?values=true")).await["values"].clone();
    assert_eq!(values["name"], "Mara Quist");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_what_became_of_a_document_stays_with_whoever_did_it_when_its_workflow_is_given_away() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let document = published(&platform, &desk).await;
    let invited = desk.invited(json!({})).await;
    let mara = invited.joined(&platform).await;
    let session = format!("/v1/sessions/{}", invited.id);
    let about = format!("{session}/interactions");
    let to = platform.address();
    let person = json!({"name": "Ada Quist", "email": to});
    let to_ada = json!({"assignee": desk.post(&format!("{session}/participants"), person).await["id"]});
    let ada = entered(&platform, &to, &invited.room).await;
    let answers = [("step", "wish"), ("go", "next"), ("a.loan", "yes")];

    // Why Mara declined is told the agent, and not whoever goes on.
    let made = desk.post(&about, json!({"title": "Your loan", "steps": loan(&document)})).await;
    let id = made["id"].as_str().unwrap();
    let declined = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
    let own = format!("{}/i/{id}", invited.room);
    mara.submit(&format!("{own}/save"), &answers).await;
    mara.submit(&format!("{}/i/{declined}/decline", invited.room), &[("reason", "My husband must not know")]).await;
    desk.post(&format!("{about}/{id}/assign"), to_ada.clone()).await;
    for page in ["", "?step=contract", "?step=-"] {
        let page = ada.get(&format!("{own}{page}")).await;
        assert!(page.status == 200 && !page.text.contains("My husband"), "{}", page.text);
    }
    assert_eq!(part(&desk, &about, id).await["reason"], "My husband must not know");

    // What Mara signed stays in her room, and leads to nothing that is Ada's.
    let made = desk.post(&about, json!({"title": "Your other loan", "steps": loan(&document)})).await;
    let id = made["id"].as_str().unwrap();
    let signed = part(&desk, &about, id).await["id"].as_str().unwrap().to_owned();
    let (own, signed) = (format!("{}/i/{id}", invited.room), format!("{}/i/{signed}", invited.room));
    mara.submit(&format!("{own}/save"), &answers).await;
    sign(&mara, &signed).await;
    mara.submit(&format!("{signed}/complete"), &[]).await;
    assert!(!mara.get(&invited.room).await.text.contains(&signed), "it stands in her workflow");
    desk.post(&format!("{about}/{id}/assign"), to_ada).await;
    let room = mara.get(&invited.room).await.text;
    assert!(room.contains(&signed) && !room.contains(&own), "{room}");
    let page = mara.get(&signed).await;
    assert!(page.status == 200 && !page.text.contains(&own) && !page.text.contains("Your other loan"), "{}", page.text);
    assert!(!ada.get(&invited.room).await.text.contains(&signed));
    assert_eq!(ada.get(&signed).await.status, 404);
    // Ada goes on behind it, and what she completes takes nothing from Mara.
    ada.submit(&format!("{own}/save"), &[("step", "end"), ("go", "next")]).await;
    assert!(ada.submit(&format!("{own}/complete"), &[]).await.text.contains("Thank you"));
    assert!(mara.get(&invited.room).await.text.contains(&signed));
}
