//! What there is for the customer to do, through the functions (R21): races, boundaries (R2), straight into the work (R16), and what is
//! new to its owner (R20).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{join, join_all};
use parlor_domain::{Role, SessionId};
use parlor_tests::{Browser, Installation, Line, documents};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn question() -> Value {
    let fields = json!([
        {"name": "name", "label": "Your name?", "type": "text", "required": true},
        {"name": "age", "label": "Your age?", "type": "number"},
    ]);
    json!({"kind": "workflow", "title": "A question", "steps": [{"id": "a", "title": "A", "fields": fields}]})
}

/// Makes something to do, and says its id.
async fn make(installation: &Installation, session: &SessionId) -> String {
    let made = installation.post(&format!("/v1/sessions/{session}/interactions"), question()).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn finish(customer: &Browser, session: &SessionId, id: &str) {
    let page = customer.post(&format!("/r/{session}/i/{id}/complete"), &[("a.name", "Mara")]).await;
    assert_eq!(page.status, 303, "{}", page.text);
}

/// Completing against the end: one history, and who was first decides. What lost is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_completing_and_ending_at_once_leave_one_history() {
    let installation = Installation::start().await;
    for round in 0..50 {
        let session = installation.session(None).await;
        let customer = installation.joined(&session).await;
        let id = make(&installation, &session).await;
        let end =
            installation.call(Method::POST, Box::leak(format!("/v1/sessions/{session}/end").into()), Some(json!({})));
        let path = format!("/r/{session}/i/{id}/complete");
        let complete = customer.post(&path, &[("a.name", "Mara")]);
        let (page, (status, _)) = if round % 2 == 0 {
            join(complete, end).await
        } else {
            let (end, page) = join(end, complete).await;
            (page, end)
        };
        assert_eq!(status, StatusCode::OK);
        let kinds: Vec<String> = installation.events(&session).await.iter().map(|event| event.kind.name()).collect();
        let place = |kind: &str| kinds.iter().position(|own| own == kind);
        let ended = place("session.ended").unwrap();
        match place("interaction.completed") {
            Some(completed) => {
                assert!(completed < ended, "{kinds:?}");
                assert_eq!(page.status, 303);
            }
            // Tier `none`: the page says that the session is over, and keeps what was typed.
            None => assert!(page.status == 410 && page.text.contains("Mara"), "{} {}", page.status, page.text),
        }
    }
}

/// Completing against the agent's withdrawal: exactly one of the two.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_completing_and_withdrawing_at_once_has_one_winner() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    for _ in 0..50 {
        let id = make(&installation, &session).await;
        let withdraw = format!("/v1/sessions/{session}/interactions/{id}/withdraw");
        let complete = format!("/r/{session}/i/{id}/complete");
        let (page, (status, answer)) = join(
            customer.post(&complete, &[("a.name", "Mara")]),
            installation.call(Method::POST, &withdraw, Some(json!({}))),
        )
        .await;
        let state = installation.get(&format!("/v1/sessions/{session}/interactions/{id}")).await["state"].clone();
        match state.as_str().unwrap() {
            "completed" => {
                assert_eq!(
                    (page.status, status, &answer["code"]),
                    (303, StatusCode::CONFLICT, &json!("interaction-closed"))
                );
            }
            "withdrawn" => {
                assert_eq!((page.status, status), (409, StatusCode::OK), "{}", page.text);
                assert!(page.text.contains("Mara"), "what was typed is kept");
            }
            other => panic!("{other}"),
        }
        installation.call(Method::POST, &withdraw, Some(json!({}))).await;
    }
    let events = installation.events(&session).await;
    assert!(events.iter().enumerate().all(|(place, event)| event.seq == place as u64 + 1));
}

/// Saves at once from two tabs: nothing is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_saves_at_once_are_all_kept() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    for _ in 0..10 {
        let id = make(&installation, &session).await;
        let path = format!("/r/{session}/i/{id}/save");
        let (name, age) = join(
            customer.post(&path, &[("step", "a"), ("a.name", "Mara")]),
            customer.post(&path, &[("step", "a"), ("a.age", "41")]),
        )
        .await;
        assert!(name.status == 303 && matches!(age.status, 303 | 422), "{} {}", name.status, age.status);
        let seen = installation.get(&format!("/v1/sessions/{session}/interactions/{id}?values=true")).await;
        assert_eq!(seen["values"], json!({"name": "Mara", "age": 41}));
    }
}

/// What staff do at once lets customers stand back for two seconds, and no longer: what they enter meanwhile is kept, and later they do
/// not wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_is_entered_while_staff_race_is_kept() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let id = make(&installation, &session).await;
    let path = format!("/r/{session}/i/{id}/save");
    for typed in ["Mara", "Mara Quist", "Mara Quist-Berg"] {
        join_all((0..8).map(|_| make(&installation, &session))).await;
        let page = customer.post(&path, &[("step", "a"), ("a.name", typed)]).await;
        assert_eq!(page.status, 303, "{}", page.text);
        installation.stack.advance(60).await;
        let page = customer.post(&path, &[("step", "a"), ("a.age", "41")]).await;
        assert_eq!(page.status, 303, "{}", page.text);
        let seen = installation.get(&format!("/v1/sessions/{session}/interactions/{id}?values=true")).await;
        assert_eq!(seen["values"], json!({"name": typed, "age": 41}));
    }
}

/// A submission across a boundary of the access plan is refused by the clock, and nothing typed is lost; what may be looked at still
/// is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_workflow_is_for_reading_once_the_tier_is_limited() {
    let installation = Installation::start().await;
    let access = json!({"level": "full_timed", "minutes": 60, "then_limited_minutes": 60});
    installation.settings(json!({"end": {"customer_access": access}})).await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let (open, done) = (make(&installation, &session).await, make(&installation, &session).await);
    finish(&customer, &session, &done).await;
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    let path = |id: &str, what: &str| format!("/r/{session}/i/{id}{what}");
    let save = async |typed: &str| customer.post(&path(&open, "/save"), &[("step", "a"), ("a.name", typed)]).await;
    assert_eq!(save("Mara").await.status, 303, "full access after the end");
    installation.stack.advance(3540).await;
    assert_eq!(save("Mara Quist").await.status, 303);
    installation.stack.advance(60).await;
    let page = save("Mara Quist-Berg").await;
    assert!(page.status == 409 && page.text.contains("Mara Quist-Berg"), "{} {}", page.status, page.text);
    for what in ["/complete", "/decline"] {
        assert_eq!(customer.post(&path(&open, what), &[("a.name", "Mara")]).await.status, 409, "{what}");
    }
    let page = customer.get(&path(&open, "")).await;
    assert!(page.status == 200 && page.text.contains("Mara Quist") && !page.text.contains("<form"), "{}", page.text);
    assert_eq!(customer.get(&path(&done, "")).await.status, 200);
    installation.stack.advance(3600).await;
    let page = save("Mara Quist-Berg").await;
    assert!(page.status == 410 && page.text.contains("Mara Quist-Berg"), "{} {}", page.status, page.text);
    assert_eq!(page.reason(), Some("session-expired"));
    installation.post(&format!("/v1/sessions/{session}/renew"), json!({})).await;
    assert_eq!(save("Mara Quist-Berg").await.status, 303, "renewed, it goes on where it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_customer_goes_straight_into_the_work_and_back_into_the_room() {
    let installation = Installation::start().await;
    installation.settings(json!({"session": {"auto_open": true}})).await;
    let session = installation.session(None).await;
    let (first, second) = (make(&installation, &session).await, make(&installation, &session).await);
    let customer = installation.joined(&session).await;
    let room = format!("/r/{session}");
    let own = |id: &str| format!("{room}/i/{id}");
    let entered = customer.get(&room).await;
    assert_eq!((entered.status, entered.location), (303, own(&first)));
    // Back into the room, by its own link or by the browser's button: no loop.
    for back in [room.clone(), format!("{room}?home=1")] {
        assert_eq!(customer.get(&back).await.status, 200, "{back}");
    }
    let page = customer.post(&format!("{}/complete", own(&first)), &[("a.name", "Mara")]).await;
    assert_eq!(page.location, own(&second), "then the next");
    let page = customer.post(&format!("{}/complete", own(&second)), &[("a.name", "Mara")]).await;
    assert_eq!(page.location, format!("{room}?home=1"), "and the room when all are done");
    assert_eq!(customer.get(&page.location).await.status, 200);

    // Whoever comes later enters anew; where the tier is limited, or nothing waits, it is the room.
    let third = make(&installation, &session).await;
    customer.put_cookie("__Host-parlor_inside", "another");
    assert_eq!(customer.get(&room).await.location, own(&third));
    let limited = json!({"level": "limited", "minutes": 60});
    installation.settings(json!({"end": {"customer_access": limited}})).await;
    installation.post(&format!("/v1/sessions/{session}/end"), json!({})).await;
    customer.put_cookie("__Host-parlor_inside", "another");
    assert_eq!(customer.get(&room).await.status, 200);
}

/// The list *Updated*.
const LIST: &str = "/console?fragment=history&view=updated";

/// The ids of the rows in a list that have a badge, and all.
fn rows(text: &str) -> (Vec<String>, Vec<String>) {
    let rows: Vec<&str> = text.split("data-row=\"").skip(1).collect();
    let id = |row: &&&str| row.split('"').next().unwrap().to_owned();
    let badged = rows.iter().filter(|row| row.split("data-row").next().unwrap().contains("class=\"badge\""));
    (badged.map(|row| id(&row)).collect(), rows.iter().map(|row| id(&row)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_updated_lists_what_a_customer_finished_until_its_owner_enters() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let quiet = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let (first, second) = (make(&installation, &session).await, make(&installation, &session).await);
    let nina = installation.signed_in(&installation.agent).await;
    let sam = installation.signed_in(&installation.member("Sam Ode", Role::Supervisor).await).await;
    let list = async |who: &Browser, address: &str| rows(&who.get(address).await.text);
    assert_eq!(list(&nina, LIST).await.1, Vec::<String>::new());
    finish(&customer, &session, &first).await;
    let own = session.to_string();
    assert_eq!(list(&nina, LIST).await.1, std::slice::from_ref(&own));
    let (badged, all) = list(&nina, "/console?fragment=history").await;
    assert_eq!((badged, all.len()), (vec![own.clone()], 2), "{quiet}");
    let row = nina.get(&format!("/console/s/{session}/row")).await.text;
    assert!(row.contains("class=\"badge\"") && row.contains("1 of 2 done"), "{row}");
    assert_eq!(list(&sam, LIST).await.1, Vec::<String>::new(), "it is news to its owner");

    // Entering is having seen it; while the owner is there, there is no news.
    let page = nina.get(&format!("/console/s/{session}")).await;
    let origin = installation.stack.url().to_owned();
    let line = Line::at(&page.attribute("data-live").unwrap(), session.as_str(), Some(&origin)).await.unwrap();
    assert_eq!(list(&nina, LIST).await.1, Vec::<String>::new());
    finish(&customer, &session, &second).await;
    assert_eq!(list(&nina, LIST).await.1, Vec::<String>::new());
    assert_eq!(
        list(&nina, "/console?fragment=history&view=recent&filter=completed").await.1,
        std::slice::from_ref(&own)
    );
    assert_eq!(list(&nina, "/console?fragment=history&view=recent&filter=incomplete").await.1, Vec::<String>::new());
    line.close().await;
    installation.stack.settle().await;

    // After a transfer it is somebody else's news; switched off, it is nobody's.
    let third = make(&installation, &session).await;
    finish(&customer, &session, &third).await;
    assert_eq!(list(&nina, LIST).await.1, std::slice::from_ref(&own));
    installation.settings(json!({"history": {"updated": false}})).await;
    let page = nina.get("/console?fragment=history").await.text;
    assert!(!page.contains("view=updated") && rows(&page).0.is_empty(), "{page}");
    installation.settings(json!({"history": {"updated": true}})).await;
    let csrf = sam.get("/console").await.hidden("csrf").unwrap();
    assert_eq!(sam.post(&format!("/v1/sessions/{session}/transfer"), &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(list(&nina, LIST).await.1, Vec::<String>::new());
    let page = nina.get("/console?fragment=history").await.text;
    assert!(page.contains("data-updates=\"0\""), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_what_an_owner_never_looked_at_hinders_no_customer() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let id = make(&installation, &session).await;
    // As much as one item holds.
    let (client, table) = (installation.runtime.aws.dynamodb(), &installation.runtime.config.core_table);
    let text = |text: String| AttributeValue::S(text);
    let full = client.put_item().table_name(table).item("pk", text(format!("U#{}", installation.agent.id)));
    let full = full.item("sk", text("U".into())).item("others", text("x".repeat(409_560)));
    full.send().await.unwrap();
    finish(&customer, &session, &id).await;
    let nina = installation.signed_in(&installation.agent).await;
    assert_eq!(rows(&nina.get(LIST).await.text).1, [session.to_string()]);
}

/// Both rooms hear how far it is; what was entered is in no frame, and a draft is nobody's business.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_both_rooms_hear_how_far_it_is() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let nina = installation.signed_in(&installation.agent).await;
    let origin = installation.stack.url().to_owned();
    let open = async |browser: &Browser, path: String| {
        let page = browser.get(&path).await;
        Line::at(&page.attribute("data-live").unwrap(), session.as_str(), Some(&origin)).await.unwrap()
    };
    let mut own = open(&customer, format!("/r/{session}")).await;
    let mut agent = open(&nina, format!("/console/s/{session}")).await;
    let id = make(&installation, &session).await;
    let mut heard = vec![];
    for line in [&mut own, &mut agent] {
        heard.push(line.expect("interaction").await);
    }
    assert!(heard.iter().all(|frame| frame["id"] == id.as_str() && frame["state"] == "sent"), "{heard:?}");
    let save = format!("/r/{session}/i/{id}/save");
    for typed in ["Mara", "Mara Quist"] {
        assert_eq!(customer.post(&save, &[("step", "a"), ("a.name", typed)]).await.status, 303);
        let frame = agent.expect("interaction").await;
        assert_eq!((&frame["state"], frame.to_string().contains("Mara")), (&json!("in_progress"), false), "{frame}");
    }
    let before = installation.events(&session).await.len();
    finish(&customer, &session, &id).await;
    assert_eq!(agent.expect("interaction").await["state"], "completed");
    assert_eq!(installation.events(&session).await.len(), before + 1, "saves after the first are no events");
    let mut draft = question();
    draft["send"] = json!(false);
    installation.post(&format!("/v1/sessions/{session}/interactions"), draft).await;
    assert_eq!(agent.expect("interaction").await["state"], "draft");
}

/// Everything has an end: how long a title, a definition, an answer and all answers may be, and how many there may be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_everything_has_a_limit_and_says_so() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let path = format!("/v1/sessions/{session}/interactions");
    let refused = async |body: Value, status: u16, code: &str| {
        let (found, answer) = installation.call(Method::POST, &path, Some(body)).await;
        assert_eq!((found.as_u16(), answer["code"].as_str()), (status, Some(code)), "{answer}");
    };
    let with = |name: &str, value: Value| {
        let mut body = question();
        body[name] = value;
        body
    };
    refused(with("title", json!("x".repeat(121))), 422, "invalid-title").await;
    refused(with("title", json!("two\nlines")), 422, "invalid-title").await;
    refused(with("steps", json!([])), 422, "invalid-workflow").await;
    refused(with("steps", json!("x".repeat(70_000))), 413, "too-large").await;
    refused(with("steps", json!([{"id": "a", "title": "A", "fields": [{"name": "a"}]}])), 400, "malformed").await;
    refused(with("order", json!(-1)), 400, "malformed").await;
    refused(with("nonsense", json!(1)), 400, "malformed").await;
    let long: Vec<Value> =
        (0..10).map(|n| json!({"name": format!("f{n}"), "label": "Tell us", "type": "text", "max": 10_000})).collect();
    let made = installation.post(&path, with("steps", json!([{"id": "a", "title": "A", "fields": long}]))).await;
    let save = format!("/r/{session}/i/{}/save", made["id"].as_str().unwrap());
    let letters = "x".repeat(9_900);
    let mut statuses = vec![];
    for n in 0..6 {
        let name = format!("a.f{n}");
        statuses.push(customer.post(&save, &[("step", "a"), (&name, &letters)]).await.status);
    }
    assert_eq!(statuses, [303, 303, 303, 303, 422, 422], "48 KB in all");
    for _ in 1..100 {
        installation.post(&path, question()).await;
    }
    refused(question(), 409, "too-many-interactions").await;
    assert_eq!(installation.get(&path).await["items"].as_array().unwrap().len(), 100);
}

/// A program may call a step as it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_a_step_called_review_is_filled_in_like_any_other() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let step = |id: &str, name: &str| {
        let field = json!({"name": name, "label": name, "type": "text", "required": true});
        json!({"id": id, "title": id, "fields": [field]})
    };
    let steps = json!([step("first", "name"), step("review", "grade")]);
    let made = installation.post(&format!("/v1/sessions/{session}/interactions"), json!({"steps": steps})).await;
    let own = format!("/r/{session}/i/{}", made["id"].as_str().unwrap());
    let save = format!("{own}/save");
    let next = customer.post(&save, &[("step", "first"), ("a.name", "Mara")]).await;
    assert_eq!(next.location, format!("{own}?step=review"));
    assert!(customer.get(&next.location).await.text.contains("name=\"a.grade\""));
    let last = customer.post(&save, &[("step", "review"), ("a.grade", "A")]).await;
    let review = customer.get(&last.location).await.text;
    assert!(review.contains(&format!("{own}/complete")) && !review.contains("name=\"a.grade\""), "{review}");
}

/// A save of an earlier moment that arrives late, or another tab, changes nothing of what is completed unseen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_what_is_completed_is_what_its_page_showed() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let customer = installation.joined(&session).await;
    let document = documents::draft(&installation.store, &installation.runtime, &session).await.id.to_string();
    installation.post(&format!("/v1/sessions/{session}/interactions/{document}/send"), json!({})).await;
    let signature = [("page", "1"), ("v.signature", "M. Q.")];
    assert_eq!(customer.post(&format!("/r/{session}/i/{document}/save"), &signature).await.status, 303);
    for (own, field, at) in
        [(make(&installation, &session).await, "a.name", "step=-"), (document, "v.name", "page=review")]
    {
        let path = format!("/r/{session}/i/{own}");
        let save = async |value: &str| customer.post(&format!("{path}/save"), &[("step", "a"), (field, value)]).await;
        let seen = async |page: &parlor_tests::Page| page.hidden("seen").expect("the page says what it shows");
        let complete = async |seen: &str| customer.post(&format!("{path}/complete"), &[("seen", seen)]).await;
        save("Quistgaard").await;
        let review = customer.get(&format!("{path}?{at}")).await;
        assert!(review.text.contains("Quistgaard"), "{}", review.text);
        save("Quistga").await;
        let refused = complete(&seen(&review).await).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(refused.text.contains("has changed since") && !refused.text.contains("Quistgaard"), "{}", refused.text);
        let now = installation.get(&format!("/v1/sessions/{session}/interactions/{own}")).await;
        assert_eq!(now["state"], "in_progress");
        let completed = complete(&seen(&refused).await).await;
        assert_eq!(completed.status, 303, "{}", completed.text);
        // Completing again changes nothing, whatever was shown.
        assert_eq!(complete("of before").await.status, 303);
    }
}
