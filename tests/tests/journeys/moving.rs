//! The agent's order of what there is to do (R21): moved by programs and by forms, and the same for everybody.

use parlor_tests::Platform;
use reqwest::Method;
use serde_json::{Value, json};

fn ids(listed: &Value) -> Vec<String> {
    listed["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_is_moved_is_in_that_order_for_everybody() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let all = format!("/v1/sessions/{}/interactions", invited.id);
    let mara = invited.joined(&platform).await;
    let mut made = vec![];
    for (what, send) in [("Passport", true), ("Income", true), ("Rent", true), ("Later", false)] {
        let one = desk.post(&all, json!({"kind": "request", "what": what, "order": 7, "send": send})).await;
        made.push(one["id"].as_str().unwrap().to_owned());
    }
    let [passport, income, rent, later] = made.try_into().unwrap();
    let listed = |order: [&String; 4]| order.map(String::clone).to_vec();
    assert_eq!(ids(&desk.get(&all).await), listed([&passport, &income, &rent, &later]));
    let shown = async || {
        let page = mara.get(&invited.room).await.text;
        let mut places: Vec<(usize, &str)> =
            ["Passport", "Income", "Rent"].iter().map(|title| (page.find(title).unwrap(), *title)).collect();
        places.sort_unstable();
        assert!(!page.contains("Later"), "{page}");
        places.into_iter().map(|(_, title)| title).collect::<Vec<_>>()
    };
    assert_eq!(shown().await, ["Passport", "Income", "Rent"]);

    let moved = desk.post(&format!("{all}/{rent}/move"), json!({"before": passport})).await;
    assert_eq!((&moved["id"], &moved["order"], &moved["version"]), (&json!(rent), &json!(1), &json!(1)), "{moved}");
    assert_eq!(ids(&desk.get(&all).await), listed([&rent, &passport, &income, &later]));
    assert_eq!(shown().await, ["Rent", "Passport", "Income"]);
    assert_eq!(desk.get(&format!("{all}/{income}")).await["order"], 3);
    desk.post(&format!("{all}/{rent}/move"), json!({"before": passport})).await;
    desk.post(&format!("{all}/{passport}/move"), json!({"before": null})).await;
    assert_eq!(ids(&desk.get(&all).await), listed([&rent, &income, &later, &passport]));
    desk.post(&format!("{all}/{later}/move"), json!({"before": rent})).await;
    desk.post(&format!("{all}/{later}/send"), json!({})).await;
    let last = desk.post(&all, json!({"kind": "request", "what": "One more"})).await;
    assert_eq!(last["order"], 5);
    let events = desk.events(&invited.id).await;
    assert_eq!(events.iter().filter(|event| *event == "interaction.moved").count(), 3, "{events:?}");

    // What another has, nobody has, and what is none.
    let other = desk.invited(json!({})).await;
    let theirs = desk
        .post(&format!("/v1/sessions/{}/interactions", other.id), json!({"kind": "request", "what": "A photo"}))
        .await;
    for before in [theirs["id"].clone(), json!("n0where000000000"), json!("?"), json!("")] {
        let answer = desk.call(Method::POST, &format!("{all}/{rent}/move"), &[], Some(json!({"before": before}))).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("unknown-interaction")), "{before}");
    }
    let path = format!("{all}/{}/move", theirs["id"].as_str().unwrap());
    assert_eq!(desk.call(Method::POST, &path, &[], Some(json!({}))).await.status, 404);
    desk.post(&format!("/v1/sessions/{}/end", invited.id), json!({})).await;
    let answer = desk.call(Method::POST, &format!("{all}/{rent}/move"), &[], Some(json!({}))).await;
    assert_eq!((answer.status, answer.body["code"].as_str()), (409, Some("already-ended")));
}
