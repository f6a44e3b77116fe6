//! A workflow from its making to its answers (R21): made by a program, filled in by the customer step by step, read by staff.

use parlor_tests::Platform;
use reqwest::Method;
use serde_json::{Value, json};

/// Two steps, of which the second hangs on the first.
pub(super) fn household() -> Value {
    json!({
        "kind": "workflow",
        "title": "About your household",
        "steps": [
            {"id": "who", "title": "Who lives with you", "fields": [
                {"name": "alone", "label": "Do you live alone?", "type": "yes_no", "required": true},
            ]},
            {"id": "others", "title": "The others", "show_if": {"all": [{"field": "alone", "is": false}]}, "fields": [
                {"name": "adults", "label": "How many adults?", "type": "number", "required": true, "min": 1, "max": 20},
                {"name": "since", "label": "Since when?", "type": "date"},
            ]},
        ],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_workflow_is_filled_in_step_by_step() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let made = desk.post(&format!("{about}/interactions"), household()).await;
    assert_eq!((&made["state"], &made["progress"]), (&json!("sent"), &json!({"done": 0, "of": 1})));
    let id = made["id"].as_str().unwrap();
    let own = format!("{}/i/{id}", invited.room);
    let room = phone.get(&invited.room).await;
    assert!(room.text.contains("About your household") && room.text.contains(&own), "{}", room.text);

    // Step by step, without a script: what is wrong is said beside its field, and what was typed stays.
    let page = phone.get(&own).await;
    assert!(page.status == 200 && page.text.contains("Do you live alone?"), "{}", page.text);
    let page = phone.post(&format!("{own}/save"), &[("step", "who"), ("go", "next")]).await;
    assert!(page.status == 422 && page.text.contains("Answer this question."), "{}", page.text);
    let page = phone.post(&format!("{own}/save"), &[("step", "who"), ("go", "next"), ("a.alone", "no")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, format!("{own}?step=others").as_str()));
    let fields = [("step", "others"), ("go", "next"), ("a.adults", "many"), ("a.since", "2019-04-01")];
    let page = phone.post(&format!("{own}/save"), &fields).await;
    assert!(
        page.status == 422 && page.text.contains("value=\"many\"") && page.text.contains("2019-04-01"),
        "{}",
        page.text
    );

    // The tab is closed, and the customer comes back to where they were; what was right is kept.
    let page = phone.get(&own).await;
    assert!(page.text.contains("How many adults?") && page.text.contains("2019-04-01"), "{}", page.text);
    let seen = desk.get(&format!("{about}/interactions/{id}?values=true")).await;
    assert_eq!(seen["values"], json!({"alone": false, "since": "2019-04-01"}), "{seen}");
    assert_eq!((&seen["state"], &seen["progress"]), (&json!("in_progress"), &json!({"done": 1, "of": 2})));
    let fields = [("step", "others"), ("go", "next"), ("a.adults", "2"), ("a.since", "2019-04-01")];
    let page = phone.submit(&format!("{own}/save"), &fields).await;
    assert!(page.status == 200 && page.text.contains("Check your answers"), "{}", page.text);
    let page = phone.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.status == 200 && page.text.contains("Thank you"), "{}", page.text);
    let room = phone.get(&invited.room).await;
    assert!(room.text.contains("1 of 1 done"), "{}", room.text);

    let seen = desk.get(&format!("{about}/interactions/{id}?values=true")).await;
    assert_eq!(seen["values"], json!({"alone": false, "adults": 2, "since": "2019-04-01"}));
    assert_eq!(seen["state"], "completed");
    assert_eq!(desk.get(&about).await["indicator"], "offline_complete");
    let listed = desk.get(&format!("{about}/interactions")).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let events = desk.events(&invited.id).await;
    let own_events: Vec<_> = events.iter().filter(|event| event.starts_with("interaction.")).collect();
    assert_eq!(own_events, ["interaction.sent", "interaction.started", "interaction.completed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_draft_is_sent_reminded_of_declined_and_withdrawn() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let about = format!("/v1/sessions/{}/interactions", invited.id);
    let mut draft = household();
    draft["send"] = json!(false);
    let made = desk.post(&about, draft).await;
    assert_eq!(made["state"], "draft");
    let id = made["id"].as_str().unwrap();
    let own = format!("{}/i/{id}", invited.room);
    assert_eq!(phone.get(&own).await.status, 404, "the customer does not see a draft");
    assert!(!phone.get(&invited.room).await.text.contains("About your household"));
    assert_eq!(desk.post(&format!("{about}/{id}/send"), json!({})).await["state"], "sent");
    assert_eq!(phone.get(&own).await.status, 200);
    desk.post(&format!("{about}/{id}/remind"), json!({})).await;
    let reminder = platform.message(&invited.to, 2).await;
    assert!(reminder.link(&platform).starts_with("/s/"));
    let again = desk.call(Method::POST, &format!("{about}/{id}/remind"), &[], Some(json!({}))).await;
    assert_eq!((again.status, again.body["code"].as_str()), (429, Some("too-often")));
    let page = phone.submit(&format!("{own}/decline"), &[("reason", "I would rather call")]).await;
    assert!(page.status == 200 && page.text.contains("You declined this"), "{}", page.text);
    let seen = desk.get(&format!("{about}/{id}")).await;
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("declined"), &json!("I would rather call")));
    assert_eq!(desk.post(&format!("{about}/{id}/withdraw"), json!({})).await["state"], "withdrawn");
    assert!(phone.get(&own).await.text.contains("no longer needed"));
    let refused = desk.call(Method::POST, &format!("{about}/{id}/send"), &[], Some(json!({}))).await;
    assert_eq!((refused.status, refused.body["code"].as_str()), (409, Some("interaction-closed")));
    for (body, code) in [
        (json!({"kind": "request", "title": "Your passport"}), "invalid-request"),
        (json!({"kind": "document", "title": "Loan agreement"}), "unknown-upload"),
        (json!({"kind": "workflow"}), "invalid-workflow"),
        (
            json!({"kind": "workflow", "steps": [{"id": "a", "title": "A", "fields": [{"name": "a", "label": "A", "type": "file", "max": 21}]}]}),
            "invalid-workflow",
        ),
        (json!({"kind": "workflow", "title": " ", "steps": household()["steps"]}), "invalid-title"),
        (json!({"kind": "workflow", "assignee": "somebody", "steps": household()["steps"]}), "unknown-assignee"),
        (json!({"kind": "workflow", "due_at": "2020-01-01T00:00:00Z", "steps": household()["steps"]}), "invalid-due"),
    ] {
        let refused = desk.call(Method::POST, &about, &[], Some(body)).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (422, Some(code)), "{}", refused.body);
    }
}
