//! Items as they were written before messages, timers and leases were items of their own: they are read, and go on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use parlor_domain::SessionId;
use parlor_tests::Installation;
use serde_json::{Value, json};

type Item = HashMap<String, AttributeValue>;

/// Puts a session's items back into the form of that time.
async fn age(installation: &Installation, session: &SessionId) {
    let (client, table) = (installation.runtime.aws.dynamodb(), &installation.runtime.config.core_table);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let key = |item: &Item| HashMap::from(["pk", "sk"].map(|name| (name.to_owned(), item[name].clone())));
    let items = client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", text(&format!("S#{session}")))
        .send()
        .await
        .unwrap()
        .items
        .unwrap();
    let of = |prefix: &str| -> Vec<Item> {
        items.iter().filter(|item| item["sk"].as_s().unwrap().starts_with(prefix)).cloned().collect()
    };
    let mut newest = 0;
    for mut event in of("E#") {
        newest = newest.max(event["sk"].as_s().unwrap()[2..].parse::<u64>().unwrap());
        assert!(event.remove("version").is_some() && event.remove("agent_at").is_some());
        client.put_item().table_name(table).set_item(Some(event)).send().await.unwrap();
    }
    let timers = of("D#");
    let timer = timers.iter().find(|timer| timer.contains_key("due_at")).unwrap();
    let mut item = of("S").pop().unwrap();
    let mut document: Value = serde_json::from_str(item["doc"].as_s().unwrap()).unwrap();
    // A message raised number and version.
    let behind = newest - document["seq"].as_u64().unwrap();
    let version = document["version"].as_u64().unwrap() + behind;
    (document["seq"], document["version"]) = (json!(newest), json!(version));
    let armed = document.as_object_mut().unwrap().remove("timers").unwrap();
    let (kind, at) = armed.as_object().unwrap().iter().next().unwrap();
    document["due"] = json!({"kind": kind, "at": at});
    item.insert("doc".into(), text(&document.to_string()));
    item.insert("version".into(), AttributeValue::N(version.to_string()));
    item.insert("online".into(), AttributeValue::M(HashMap::new()));
    item.extend(["due_shard", "due_at"].map(|name| (name.to_owned(), timer[name].clone())));
    client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    for gone in timers.iter().chain(&of("P")) {
        client.delete_item().table_name(table).set_key(Some(key(gone))).send().await.unwrap();
    }
}

async fn kinds(installation: &Installation, session: &SessionId) -> Vec<String> {
    let events = installation.get(&format!("/v1/sessions/{session}/events")).await;
    events["items"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_from_before_goes_on() {
    let installation = Installation::start().await;
    installation.settings(json!({"end": {"inactivity_minutes": 60}})).await;
    let session = installation.session(None).await;
    let say =
        async |text: &str| installation.post(&format!("/v1/sessions/{session}/messages"), json!({"text": text})).await;
    for text in ["one", "two", "three"] {
        say(text).await;
    }
    age(&installation, &session).await;

    assert_eq!(installation.get(&format!("/v1/sessions/{session}")).await["state"], "invited");
    assert_eq!(say("four").await["seq"], 6, "after created, invited and three messages");
    let messages = installation.get(&format!("/v1/sessions/{session}/messages")).await;
    let texts: Vec<&Value> = messages["items"].as_array().unwrap().iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["one", "two", "three", "four"]);
    assert_eq!(installation.joined(&session).await.get(&format!("/r/{session}")).await.status, 200);
    // Its timer stands where timers stood, and fires once.
    installation.stack.advance(61 * 60).await;
    installation.stack.advance(60).await;
    assert_eq!(installation.count_events(&session, "session.ended").await, 1);
    assert_eq!(installation.post(&format!("/v1/sessions/{session}/renew"), json!({})).await["state"], "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_the_tiers_of_a_session_from_before_begin_and_end() {
    let installation = Installation::start().await;
    let access = json!({"level": "full_timed", "minutes": 30, "then_limited_minutes": 30});
    installation.settings(json!({"end": {"customer_access": access}})).await;
    let session = installation.session(None).await;
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    age(&installation, &session).await;
    for (tier, noted) in [("limited", 1), ("none", 2), ("none", 2)] {
        installation.stack.advance(31 * 60).await;
        assert_eq!(installation.get(&format!("/v1/sessions/{session}")).await["access"]["tier"], tier);
        let kinds = kinds(&installation, &session).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "access.changed").count(), noted, "{kinds:?}");
    }
}
