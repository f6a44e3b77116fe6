//! Further people in a session (R22): by mail, through gates of their own, into the same room, to what is theirs.

use parlor_domain::{ParticipantId, SessionId};
use parlor_store::ReadBatch;
use parlor_tests::{Browser, Platform};
use reqwest::Method;
use serde_json::{Value, json};

use super::workflow::household;

/// Somebody who was added, in their own browser.
pub(crate) async fn entered(platform: &Platform, to: &str, room: &str) -> Browser {
    let link = platform.message(to, 1).await.link(platform);
    let phone = platform.browser();
    assert_eq!(phone.get(&link).await.status, 200);
    assert_eq!(phone.post(&format!("{link}/continue"), &[]).await.location, room);
    phone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_participant_is_invited_enters_and_does_what_is_theirs() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let to = platform.address();
    let added = desk.post(&format!("{about}/participants"), json!({"name": "Ada Quist", "email": to})).await;
    let pid = added["id"].as_str().unwrap();
    assert!(added["invited_at"].is_string() && added.get("url").is_none(), "{added}");

    let mara = invited.joined(&platform).await;
    let ada = entered(&platform, &to, &invited.room).await;
    let make = |assignee: &str, title: &str| {
        let mut body = household();
        body["assignee"] = json!(assignee);
        body["title"] = json!(title);
        body
    };
    let hers = desk.post(&format!("{about}/interactions"), make("customer", "For Mara")).await;
    let theirs = desk.post(&format!("{about}/interactions"), make(pid, "For Ada")).await;
    assert_eq!((&hers["assignee"], &theirs["assignee"]), (&json!("customer"), &json!(pid)));
    let (hers, theirs) = (hers["id"].as_str().unwrap(), theirs["id"].as_str().unwrap());

    // Each room shows what is for whoever is in it, and nothing of the other's, not even that it is there.
    for (browser, own, other, title, hidden) in
        [(&mara, hers, theirs, "For Mara", "For Ada"), (&ada, theirs, hers, "For Ada", "For Mara")]
    {
        let room = browser.get(&invited.room).await;
        assert!(
            room.text.contains(title) && !room.text.contains(hidden) && !room.text.contains(other),
            "{}",
            room.text
        );
        assert_eq!(browser.get(&format!("{}/i/{own}", invited.room)).await.status, 200);
        let others = format!("{}/i/{other}", invited.room);
        assert_eq!(browser.get(&others).await.status, 404);
        assert_eq!(browser.get(&format!("{others}/result")).await.status, 404);
        for post in ["save", "complete", "decline", "files"] {
            assert_eq!(browser.post(&format!("{others}/{post}"), &[("a.alone", "yes")]).await.status, 404, "{post}");
        }
    }
    assert_eq!(mara.get(&invited.room).await.text.matches("Ada Quist").count(), 0);

    // The chat is everybody's, and says who wrote.
    assert_eq!(ada.post(&format!("{}/messages", invited.room), &[("text", "Hello, I am Ada")]).await.status, 303);
    let room = mara.get(&invited.room).await;
    assert!(room.text.contains("Hello, I am Ada") && room.text.contains("<bdi>Ada</bdi>"), "{}", room.text);
    let listed = desk.get(&format!("{about}/messages")).await;
    assert_eq!(listed["items"][0]["from"], "participant", "{listed}");

    // What Ada completes is hers, and counts for the session, which is done when everybody is.
    let own = format!("{}/i/{theirs}", invited.room);
    ada.submit(&format!("{own}/save"), &[("step", "who"), ("go", "next"), ("a.alone", "yes")]).await;
    let page = ada.submit(&format!("{own}/complete"), &[]).await;
    assert!(page.text.contains("Thank you"), "{}", page.text);
    assert_eq!(desk.get(&format!("{about}/interactions/{theirs}?values=true")).await["values"], json!({"alone": true}));
    assert_eq!(desk.get(&about).await["indicator"], "offline_incomplete");
    let own = format!("{}/i/{hers}", invited.room);
    mara.submit(&format!("{own}/save"), &[("step", "who"), ("go", "next"), ("a.alone", "yes")]).await;
    mara.submit(&format!("{own}/complete"), &[]).await;
    assert_eq!(desk.get(&about).await["indicator"], "offline_complete");
    let events = desk.get(&format!("{about}/events")).await;
    let done: Vec<&Value> =
        events["items"].as_array().unwrap().iter().filter(|event| event["type"] == "interaction.completed").collect();
    assert_eq!(done[0]["actor"], json!({"type": "participant", "id": pid, "name": "Ada Quist"}));
    assert_eq!((&done[0]["participant"], &done[1]["actor"]["type"]), (&json!(pid), &json!("customer")));

    // After the end the tier holds for each.
    desk.post(&format!("{about}/end"), json!({})).await;
    for browser in [&mara, &ada] {
        assert_eq!(browser.get(&invited.room).await.reason(), Some("session-expired"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_the_guarantor_begins_when_the_borrower_is_done() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let to = platform.address();
    let person = json!({"name": "Ada Quist", "email": to, "order": 2});
    let added = desk.post(&format!("{about}/participants"), person).await;
    let (pid, order) = (added["id"].as_str().unwrap(), &added["order"]);
    assert_eq!(order, &json!(2), "{added}");
    let mara = invited.joined(&platform).await;
    let ada = entered(&platform, &to, &invited.room).await;
    let make = |assignee: &str, title: &str| {
        let mut body = household();
        (body["assignee"], body["title"]) = (json!(assignee), json!(title));
        body
    };
    let loan = desk.post(&format!("{about}/interactions"), make("customer", "The loan")).await;
    let guarantee = desk.post(&format!("{about}/interactions"), make(pid, "The guarantee")).await;
    assert_eq!((loan.get("waits"), &guarantee["waits"]), (None, &json!(true)), "{guarantee}");
    let [loan, guarantee] = [loan, guarantee].map(|made| made["id"].as_str().unwrap().to_owned());
    let (first, second) = (format!("{}/i/{loan}", invited.room), format!("{}/i/{guarantee}", invited.room));

    // Shown, locked, and why; nothing is written, whatever is tried.
    let room = ada.get(&invited.room).await.text;
    assert!(room.contains("The guarantee") && room.contains("Comes after Mara"), "{room}");
    let page = ada.get(&second).await.text;
    assert!(page.contains("Not your turn yet") && !page.contains("name=\"a.alone\""), "{page}");
    let typed = [("step", "who"), ("go", "next"), ("a.alone", "yes")];
    for post in ["save", "complete", "decline"] {
        let page = ada.post(&format!("{second}/{post}"), &typed).await;
        assert!(page.status == 409 && page.text.contains("it is not your turn now"), "{post}: {}", page.text);
    }
    let remind =
        desk.call(Method::POST, &format!("{about}/interactions/{guarantee}/remind"), &[], Some(json!({}))).await;
    assert_eq!((remind.status, remind.body["code"].as_str()), (409, Some("not-your-turn")));
    assert_eq!(desk.get(&format!("{about}/interactions/{guarantee}")).await["state"], "sent");

    // Mara is done, and Ada, who is away, is told.
    mara.submit(&format!("{first}/save"), &typed).await;
    mara.submit(&format!("{first}/complete"), &[]).await;
    let listed = desk.get(&format!("{about}/interactions")).await;
    assert!(listed["items"].as_array().unwrap().iter().all(|one| one.get("waits").is_none()), "{listed}");
    let noted = platform.until(async || {
        let id = invited.id.parse().unwrap();
        let found = platform.store.read(parlor_store::ReadBatch::new().session(&id)).await.unwrap();
        found.session(&id).unwrap().unwrap().session.participants[0].news.since
    });
    assert!(noted.await.is_some(), "the stream did not note it");
    assert!(ada.get(&second).await.text.contains("Do you live alone?"));
    ada.submit(&format!("{second}/save"), &typed).await;

    // Something more for Mara: Ada waits again, and what she entered is there when it is her turn.
    let more = desk.post(&format!("{about}/interactions"), make("customer", "One more thing")).await;
    assert_eq!(ada.post(&format!("{second}/complete"), &[]).await.status, 409);
    let more = format!("{about}/interactions/{}/withdraw", more["id"].as_str().unwrap());
    desk.post(&more, json!({})).await;
    let page = ada.submit(&format!("{second}/complete"), &[]).await;
    assert!(page.text.contains("Thank you"), "{}", page.text);
    assert_eq!(desk.get(&about).await["indicator"], "offline_complete");
    let events = desk.events(&invited.id).await;
    let turns: Vec<&String> = events.iter().filter(|event| event.starts_with("turn.")).collect();
    assert_eq!(turns, ["turn.came", "turn.waits", "turn.came"]);

    // The order is set for everybody, the customer too.
    let customer = format!("{about}/participants/customer/order");
    assert_eq!(desk.post(&customer, json!({"order": 3})).await, json!({"id": "customer", "order": 3}));
    for (order, status) in [(json!(21), 422), (json!(0), 422), (json!("x"), 422), (json!({}), 400)] {
        let answer = desk.call(Method::POST, &customer, &[], Some(json!({"order": order}))).await;
        assert_eq!(answer.status, status, "{order}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_one_browser_is_one_person_and_a_link_is_ones_own() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let to = platform.address();
    let added = desk.post(&format!("{about}/participants"), json!({"name": "Ada Quist", "email": to})).await;
    let one = format!("{about}/participants/{}", added["id"].as_str().unwrap());
    let mara = invited.joined(&platform).await;
    let link = platform.message(&to, 1).await.link(&platform);
    assert_eq!(mara.get(&link).await.reason(), Some("device"), "Mara's browser is Mara's");
    assert_eq!(mara.post(&format!("{link}/continue"), &[]).await.reason(), Some("device"));
    assert_eq!(mara.get(&invited.room).await.status, 200);
    let ada = entered(&platform, &to, &invited.room).await;

    // Released: the link is another one, and the next device is theirs. Mara's stays.
    desk.post(&format!("{one}/device/release"), json!({})).await;
    assert_eq!(ada.get(&invited.room).await.reason(), Some("device"));
    assert_eq!(platform.browser().get(&link).await.reason(), Some("unknown"));
    assert_eq!(mara.get(&invited.room).await.status, 200);
    let link = platform.message(&to, 2).await.link(&platform);
    let tablet = platform.browser();
    tablet.get(&link).await;
    assert_eq!(tablet.post(&format!("{link}/continue"), &[]).await.location, invited.room);
    desk.post(&format!("{one}/invite"), json!({})).await;
    platform.message(&to, 3).await;

    // Removed: out at once, for good, and known by name.
    let answer = desk.call(Method::DELETE, &one, &[], None).await;
    assert_eq!((answer.status, answer.body["removed_at"].is_string()), (200, true), "{}", answer.body);
    assert!(answer.body.get("email").is_none());
    assert_eq!(tablet.get(&invited.room).await.status, 403);
    assert_eq!(tablet.get(&link).await.reason(), Some("unknown"));
    assert_eq!(mara.get(&invited.room).await.status, 200);
    let listed = desk.get(&format!("{about}/participants")).await;
    assert_eq!(listed["items"][0]["name"], "Ada Quist");
    assert_eq!(desk.call(Method::POST, &format!("{one}/invite"), &[], Some(json!({}))).await.status, 404);
    let unknown = format!("{about}/participants/0000000000000000");
    assert_eq!(desk.call(Method::DELETE, &unknown, &[], None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_what_is_given_to_somebody_else_leaves_the_room_it_was_in() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let to = platform.address();
    let added = desk.post(&format!("{about}/participants"), json!({"name": "Ada Quist", "email": to})).await;
    let pid = added["id"].as_str().unwrap();
    let mara = invited.joined(&platform).await;
    let ada = entered(&platform, &to, &invited.room).await;
    let made = desk.post(&format!("{about}/interactions"), household()).await;
    let id = made["id"].as_str().unwrap();
    let own = format!("{}/i/{id}", invited.room);
    mara.submit(&format!("{own}/save"), &[("step", "who"), ("go", "next"), ("a.alone", "no")]).await;
    let moved = desk.post(&format!("{about}/interactions/{id}/assign"), json!({"assignee": pid})).await;
    assert_eq!(
        (&moved["assignee"], &moved["state"], &moved["progress"]["done"]),
        (&json!(pid), &json!("in_progress"), &json!(1)),
        "it moves with its progress"
    );
    assert_eq!(desk.get(&format!("{about}/interactions/{id}?values=true")).await["values"], json!({"alone": false}));
    assert_eq!(mara.get(&own).await.status, 404);
    assert!(ada.get(&own).await.text.contains("How many adults?"), "Ada goes on where it is");
    desk.post(&format!("{about}/interactions/{id}/remind"), json!({})).await;
    platform.message(&to, 2).await;
    let refused = |assignee: &'static str| {
        let path = format!("{about}/interactions/{id}/assign");
        let desk = &desk;
        async move { desk.call(Method::POST, &path, &[], Some(json!({"assignee": assignee}))).await }
    };
    for assignee in ["nobody", "0000000000000000"] {
        let answer = refused(assignee).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (422, Some("unknown-assignee")), "{assignee}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_planned_session_invites_everybody_together() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let (mara, ada) = (platform.address(), platform.address());
    let planned = json!({"customer": {"name": "Mara Quist", "email": mara}, "mode": "plan"});
    let session = desk.post("/v1/sessions", planned).await;
    let about = format!("/v1/sessions/{}", session["id"].as_str().unwrap());
    let person = json!({"name": "Ada Quist", "email": ada, "language": "de"});
    let added = desk.post(&format!("{about}/participants"), person).await;
    assert!(added.get("invited_at").is_none(), "{added}");
    desk.post(&format!("{about}/invite"), json!({})).await;
    platform.message(&mara, 1).await;
    // R26: in their own language.
    let sent = platform.message(&ada, 1).await;
    let link = sent.link(&platform);
    assert!(platform.browser().get(&link).await.text.contains("lang=\"de\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_two_who_enter_at_once_are_both_in() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let mut links = vec![];
    for name in ["Ada Quist", "Jonas Berg"] {
        let to = platform.address();
        desk.post(&format!("{about}/participants"), json!({"name": name, "email": to})).await;
        links.push(platform.message(&to, 1).await.link(&platform));
    }
    let phones = [platform.browser(), platform.browser()];
    for (phone, link) in phones.iter().zip(&links) {
        phone.get(link).await;
    }
    let go_on = [format!("{}/continue", links[0]), format!("{}/continue", links[1])];
    let enter = phones.iter().zip(&go_on).map(|(phone, path)| phone.post(path, &[]));
    for answer in futures_util::future::join_all(enter).await {
        assert_eq!(answer.location, invited.room, "{}", answer.text);
    }
    for phone in &phones {
        assert_eq!(phone.get(&invited.room).await.status, 200);
    }
    let events = desk.events(&invited.id).await;
    assert_eq!(events.iter().filter(|event| *event == "device.bound").count(), 2, "{events:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r7_r22_the_owner_sees_a_participants_pin_and_resets_their_tries() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"authentication": {"method": "pin", "max_attempts": 2}})).await;
    let invited = desk.invited(json!({"pin": "4711"})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let to = platform.address();
    let person = json!({"name": "Ada Quist", "email": to, "pin": "918273"});
    let added = desk.post(&format!("{about}/participants"), person).await;
    let pid = added["id"].as_str().unwrap();
    let link = platform.message(&to, 1).await.link(&platform);
    let (pin, ada) = (format!("{link}/pin"), platform.browser());
    ada.get(&link).await;
    assert_eq!(ada.post(&format!("{link}/continue"), &[]).await.location, pin);
    for reason in [None, Some("locked")] {
        assert_eq!(ada.submit(&pin, &[("code", "4711")]).await.reason(), reason, "the customer's PIN is not theirs");
    }

    // The owner's room says so, of Ada alone; and offers their PIN, which it does not hold, and the reset.
    let nina = desk.signed_in().await;
    let room = format!("/console/s/{}", invited.id);
    let page = nina.get(&room).await.text;
    let locked = "The PIN was wrong too often";
    assert_eq!(page.matches(locked).count(), 1, "{page}");
    assert!(page.contains("Ada can try again at") && !page.contains("918273"), "{page}");
    assert!(page.contains("A wrong PIN was entered (Ada)"), "{page}");
    let theirs = format!("{about}/pin?participant={pid}");
    assert!(page.contains(&format!("href=\"{theirs}\"")), "{page}");
    let shown = nina.get(&theirs).await.text;
    assert!(shown.contains("918273") && shown.contains("PIN of Ada Quist"), "{shown}");
    assert!(nina.get(&format!("{about}/pin")).await.text.contains("4711"));
    assert_eq!(desk.call(Method::GET, &theirs, &[], None).await.status, 403, "nobody else");
    let nobody = format!("{about}/pin?participant=p4rt1c1pant0f2x9");
    assert_eq!(nina.get(&nobody).await.status, 404);

    // A reset of the customer's tries is none of Ada's.
    desk.post(&format!("{about}/pin/reset"), json!({})).await;
    assert_eq!(ada.submit(&pin, &[("code", "918273")]).await.reason(), Some("locked"));
    let csrf = nina.get(&room).await.hidden("csrf").unwrap();
    let form = [("csrf", csrf.as_str()), ("participant", pid)];
    let answer = nina.post(&format!("{about}/pin/reset"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let reset: Vec<Value> = desk.get(&format!("{about}/events")).await["items"].as_array().unwrap().clone();
    let reset: Vec<&Value> =
        reset.iter().filter(|event| event["type"] == "pin.reset").map(|event| &event["participant"]).collect();
    assert_eq!(reset, [&json!(null), &json!(pid)]);
    assert!(!nina.get(&room).await.text.contains(locked));
    assert_eq!(ada.post(&pin, &[("code", "918273")]).await.location, invited.room);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_r23_who_a_message_did_not_reach_is_named_and_sent_it_again() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let person = json!({"name": "Ada Quist", "email": platform.refused_address()});
    let added = desk.post(&format!("{about}/participants"), person).await;
    let failed = async || {
        let events = desk.get(&format!("{about}/events")).await;
        let failed =
            events["items"].as_array().unwrap().iter().filter(|event| event["type"] == "delivery.failed").cloned();
        Some(failed.collect::<Vec<_>>()).filter(|failed| !failed.is_empty())
    };
    let failed = platform.until(failed).await.expect("it is said");
    assert_eq!((failed.len(), &failed[0]["participant"]), (1, &added["id"]), "{failed:?}");

    // The room names Ada, and what it offers sends to Ada.
    let pid = added["id"].as_str().unwrap();
    let nina = desk.signed_in().await;
    let page = nina.get(&format!("/console/s/{}", invited.id)).await.text;
    let line = page.split("<li class=\"event\"").find(|line| line.contains("could not be delivered")).unwrap();
    assert!(line.contains("(Ada)"), "{line}");
    assert!(line.contains(&format!("action=\"{about}/participants/{pid}/invite\"")), "{line}");
    // Nothing is sent to whoever is not there any more.
    desk.post(&format!("{about}/participants/{pid}/remove"), json!({})).await;
    let page = nina.get(&format!("/console/s/{}", invited.id)).await.text;
    let line = page.split("<li class=\"event\"").find(|line| line.contains("could not be delivered")).unwrap();
    assert!(line.contains("(Ada)") && !line.contains("action="), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_r23_a_participant_who_is_away_hears_of_their_turn_where_the_customer_never_came() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let about = format!("/v1/sessions/{}", invited.id);
    let [ada_to, bo_to] = [platform.address(), platform.address()];
    let add = async |name: &str, to: &str, order: u32| {
        let person = json!({"name": name, "email": to, "order": order});
        desk.post(&format!("{about}/participants"), person).await["id"].as_str().unwrap().to_owned()
    };
    let (bo, ada) = (add("Bo Lind", &bo_to, 1).await, add("Ada Quist", &ada_to, 2).await);
    // Ada was here, and left; Bo is still to come, and the customer does not come at all.
    entered(&platform, &ada_to, &invited.room).await;
    for (who, title) in [(&bo, "The loan"), (&ada, "The guarantee")] {
        let mut body = household();
        (body["assignee"], body["title"]) = (json!(who), json!(title));
        desk.post(&format!("{about}/interactions"), body).await;
    }
    let browser = entered(&platform, &bo_to, &invited.room).await;
    let listed = desk.get(&format!("{about}/interactions")).await;
    let listed = listed["items"].as_array().unwrap();
    let loan = listed.iter().find(|one| one["title"] == "The loan").unwrap()["id"].as_str().unwrap().to_owned();
    let own = format!("{}/i/{loan}", invited.room);
    platform.settle().await;
    browser.submit(&format!("{own}/save"), &[("step", "who"), ("go", "next"), ("a.alone", "yes")]).await;
    assert!(browser.submit(&format!("{own}/complete"), &[]).await.text.contains("Thank you"));
    let id: SessionId = invited.id.parse().unwrap();
    let guarantor: ParticipantId = ada.parse().unwrap();
    let noted = platform.until(async || {
        let found = platform.store.read(ReadBatch::new().session(&id)).await.unwrap();
        found.session(&id).unwrap().unwrap().session.participant(&guarantor).unwrap().news.since
    });
    assert!(noted.await.is_some(), "the stream did not note it");
    for _ in 0..3 {
        platform.pass(60).await;
    }
    platform.run("send-reminders").await;
    let notice = platform.message(&ada_to, 2).await;
    assert!(notice.text.contains("/s/"), "{}", notice.text);
    let session = desk.get(&about).await;
    assert_eq!((&session["state"], session.get("joined_at")), (&json!("invited"), None), "{session}");
    platform.message(&invited.to, 1).await;
}
