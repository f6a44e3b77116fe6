//! What the clock decides, and what the schedules tidy up. Where no clock can be moved these wait for a minute.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use parlor_domain::{
    Actor, Command, Contact, LinkToken, NewSession, Origin, Session, SessionId, Settings,
    session::{Context, Customer},
    settings::Overrides,
};
use parlor_store::Extras;
use parlor_tests::{Browser, Desk, Invited, Line, Platform};
use serde_json::{Value, json};

/// A minute, and what two clocks may differ by.
const A_MINUTE: u32 = 62;

/// The live connection of the customer's room, which says hello as the page does.
async fn room(platform: &Platform, browser: &Browser, invited: &Invited) -> Line {
    let page = browser.get(&invited.room).await;
    let live = page.attribute("data-live").unwrap();
    let mut line = Line::at(&live, &invited.id, Some(&platform.url)).await.unwrap();
    line.hello(0).await;
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r3_r5_a_minute_passes() {
    let platform = Platform::start().await;
    let (quiet, short, limited) = tokio::join!(platform.desk(), platform.desk(), platform.desk());
    // R3: the agent goes quiet.
    quiet.settings(json!({"end": {"inactivity_minutes": 1}})).await;
    let left = quiet.invited(json!({})).await;
    let phone = left.joined(&platform).await;
    let mut left_alone = room(&platform, &phone, &left).await;
    // R5: the link's lifetime is over.
    short.settings(json!({"session": {"customer_access_minutes": 1}})).await;
    let expiring = short.invited(json!({})).await;
    let phone = expiring.joined(&platform).await;
    // R2: what is left after the end is left for a minute.
    limited.settings(json!({"end": {"customer_access": {"level": "limited", "minutes": 1}}})).await;
    let ending = limited.invited(json!({})).await;
    let looking = ending.joined(&platform).await;
    let mut watching = room(&platform, &looking, &ending).await;
    let ended = limited.post(&format!("/v1/sessions/{}/end", ending.id), json!({})).await;
    assert_eq!(ended["access"]["tier"], "limited");
    assert_eq!(looking.get(&ending.room).await.status, 200);
    assert_eq!(watching.expect("session").await["tier"], "limited");
    assert!(watching.ended().await, "an end closes the customer's connections");
    let mut watching = room(&platform, &looking, &ending).await;

    platform.pass(A_MINUTE).await;
    assert_eq!(looking.get(&ending.room).await.reason(), Some("session-expired"));
    platform.run("sweep-access").await;
    let told = platform.until(async || {
        let events = limited.events(&ending.id).await;
        events.iter().any(|event| event == "access.changed").then_some(())
    });
    assert!(told.await.is_some(), "{:?}", limited.events(&ending.id).await);
    assert_eq!(watching.expect("session").await["tier"], "none");
    assert!(watching.ended().await, "nothing is left, so the connection is over");

    platform.run("sweep-inactivity").await;
    let path = format!("/v1/sessions/{}", left.id);
    let ended = platform.until(async || {
        let session = quiet.get(&path).await;
        (session["state"] == "ended").then_some(session)
    });
    assert_eq!(ended.await.unwrap()["ended_by"], "inactivity");
    let heard = left_alone.expect("session").await;
    assert_eq!(heard["state"], "ended", "{heard}");

    for path in [&expiring.room, &expiring.link] {
        let page = phone.get(path).await;
        assert_eq!((page.status, page.reason()), (410, Some("link-expired")), "{path}");
    }
    // To the contact on file, once, with one answer.
    let sent = phone.post(&format!("{}/new-link", expiring.room), &[]).await;
    let again = platform.browser().post(&format!("{}/new-link", expiring.link), &[]).await;
    assert_eq!((sent.status, again.status), (200, 200));
    let fresh = platform.message(&expiring.to, 2).await.link(&platform);
    assert_eq!(platform.browser().get(&fresh).await.reason(), Some("device"), "a new link keeps the device");
    assert_eq!(phone.post(&format!("{fresh}/continue"), &[]).await.location, expiring.room);
    assert_eq!(phone.get(&expiring.room).await.status, 200);
}

/// A session that was started `ago` minutes ago under `settings`, laid over the defaults: what a schedule finds when it
/// comes late. It is written as an operation writes it.
async fn started(desk: &Desk<'_>, contact: Contact, settings: &Settings, ago: i64) -> Session {
    let runtime = &desk.platform.runtime;
    let id = SessionId::generate_for(&desk.team, &runtime.entropy);
    let (_, issued) = LinkToken::issue(&id, &runtime.keyring(), &runtime.entropy);
    let new = NewSession {
        agent_email: None,
        language: None,
        id,
        customer: Customer { name: "Mara Quist".into(), contact },
        channel: None,
        agent: desk.nina.agent.id.clone(),
        agent_name: desk.nina.agent.name.clone(),
        pin: None,
        reference: None,
        metadata: BTreeMap::default(),
    };
    let decision = Session::create(new, Some(&issued), settings, &context(desk, ago)).unwrap();
    desk.platform.store.commit(&decision, &Extras::default()).await.unwrap();
    decision.session
}

fn context(desk: &Desk<'_>, ago: i64) -> Context {
    let now = desk.platform.runtime.clock.now() - SignedDuration::from_mins(ago);
    Context { actor: Actor::System, origin: Origin::default(), now }
}

/// The team's settings, and the same as the domain has them.
async fn settings(desk: &Desk<'_>, overrides: Value) -> Settings {
    desk.settings(overrides.clone()).await;
    let system = Settings::default();
    system.with(&Overrides::parse(overrides, &system).unwrap()).unwrap()
}

fn mail(platform: &Platform) -> Contact {
    Contact { email: Some(platform.address().parse().unwrap()), phone: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_message_that_the_stream_lost_is_sent_by_the_schedule() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    // Started two minutes ago: the stream may not send it any more.
    let (address, number) = (platform.address(), platform.phone());
    let by_mail = Contact { email: Some(address.parse().unwrap()), phone: None };
    let by_text = Contact { email: None, phone: Some(parlor_domain::PhoneNumber::read(&number, None).unwrap()) };
    let mailed = started(&desk, by_mail, &Settings::default(), 2).await;
    let texted = started(&desk, by_text, &Settings::default(), 2).await;
    platform.run("retry-deliveries").await;
    for (session, to) in [(mailed, address), (texted, number)] {
        let invitation = platform.message(&to, 1).await;
        assert!(invitation.link(&platform).starts_with(&format!("/s/{}", session.id)), "{}", invitation.text);
        assert!(platform.noted(&session.id).await, "what was sent is noted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_what_the_schedule_sends_in_vain_is_said_in_the_room() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let nina = desk.signed_in().await;
    // A schedule that runs by itself may come before anybody is in the room: then there is another session.
    let mut untold = 0;
    for _ in 0..5 {
        let contact = Contact { email: Some(platform.refused_address().parse().unwrap()), phone: None };
        let session = started(&desk, contact, &Settings::default(), 2).await;
        let id = session.id.as_str();
        let page = nina.get(&format!("/console/s/{id}")).await;
        let live = page.attribute("data-live").unwrap();
        let mut agent = Line::at(&live, id, Some(&platform.url)).await.unwrap();
        agent.hello(0).await;
        if desk.events(id).await.iter().all(|event| event != "delivery.failed") {
            platform.run("retry-deliveries").await;
            // Whoever was told of it was told before the run was over, and so before this is answered.
            agent.say(json!({"type": "ping"})).await;
            while let Some(frame) = agent.until(&["session", "pong"]).await.filter(|frame| frame["type"] != "pong") {
                if frame["event"]["type"] == "delivery.failed" {
                    return;
                }
            }
            // Another run may have read who is in the room just before the agent was; that does not happen twice.
            untold += 1;
            assert!(untold < 2, "the room is not told");
        }
    }
    panic!("it was always over before anybody was in the room");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_a_schedule_that_comes_late_ends_what_was_left_alone() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let settings = settings(&desk, json!({"end": {"inactivity_minutes": 1}})).await;
    let session = started(&desk, mail(&platform), &settings, 2).await;
    platform.run("sweep-inactivity").await;
    let ended = desk.get(&format!("/v1/sessions/{}", session.id)).await;
    assert_eq!((&ended["state"], &ended["ended_by"]), (&json!("ended"), &json!("inactivity")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_schedule_that_comes_late_notes_what_the_clock_decided() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let settings = settings(&desk, json!({"end": {"customer_access": {"level": "limited", "minutes": 1}}})).await;
    let session = started(&desk, mail(&platform), &settings, 3).await;
    let ended = session.decide(Command::End, &settings, &context(&desk, 2)).unwrap();
    platform.store.commit(&ended, &Extras::default()).await.unwrap();
    let path = format!("/v1/sessions/{}", session.id);
    assert_eq!(desk.get(&path).await["access"]["tier"], "none", "by the clock, whatever the schedule does");
    platform.run("sweep-access").await;
    let events = desk.events(session.id.as_str()).await;
    assert!(events.iter().any(|event| event == "access.changed"), "{events:?}");
}

/// Every day, at any hour but the last minute, which no test is afraid of.
fn reminders(first_after_minutes: u32) -> Value {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    json!({"channels": {"reminders": {
        "enabled": true, "first_after_minutes": first_after_minutes, "every_minutes": 1, "max": 2,
        "weekdays": days, "from": "00:00", "to": "23:59",
    }}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_schedule_that_comes_late_reminds_of_unfinished_work() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(reminders(1)).await;
    let session = desk.invited(json!({})).await;
    let path = format!("/v1/sessions/{}", session.id);
    let reminded = async || desk.events(&session.id).await.iter().filter(|event| *event == "customer.reminded").count();
    let field = json!({"name": "pets", "label": "Pets?", "type": "yes_no"});
    let question =
        json!({"kind": "workflow", "title": "Household", "steps": [{"id": "a", "title": "A", "fields": [field]}]});
    let made = desk.post(&format!("{path}/interactions"), question).await;
    platform.run("send-reminders").await;
    assert_eq!(reminded().await, 0, "not before its time");

    platform.pass(A_MINUTE).await;
    platform.run("send-reminders").await;
    let reminder = platform.message(&session.to, 2).await;
    assert_eq!(platform.browser().get(&reminder.link(&platform)).await.status, 200, "{}", reminder.text);
    assert_eq!(reminded().await, 1);
    platform.run("send-reminders").await;
    assert_eq!(reminded().await, 1);

    // Nothing is left to be done, so nobody is reminded.
    let id = made["id"].as_str().unwrap();
    desk.post(&format!("{path}/interactions/{id}/withdraw"), json!({})).await;
    platform.pass(A_MINUTE).await;
    platform.run("send-reminders").await;
    assert_eq!(reminded().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_who_is_away_is_told_once_that_something_is_new() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let (away, here) = tokio::join!(desk.invited(json!({})), desk.invited(json!({})));
    let (_phone, other) = tokio::join!(away.joined(&platform), here.joined(&platform));
    let mut watching = room(&platform, &other, &here).await;
    for session in [&away, &here] {
        for text in ["Good morning", "Are you there?"] {
            desk.post(&format!("/v1/sessions/{}/messages", session.id), json!({"text": text})).await;
        }
    }
    assert_eq!(watching.expect("message").await["text"], "Good morning");
    // What waits for three minutes is due then, whoever else comes late.
    let noted = platform.until(async || {
        let found =
            platform.store.read(parlor_store::ReadBatch::new().session(&away.id.parse().unwrap())).await.unwrap();
        found.session(&away.id.parse().unwrap()).unwrap().unwrap().session.news.since
    });
    assert!(noted.await.is_some(), "the stream did not note it");
    for _ in 0..3 {
        platform.pass(A_MINUTE).await;
    }
    platform.run("send-reminders").await;
    let notice = platform.message(&away.to, 2).await;
    assert_eq!(platform.browser().get(&notice.link(&platform)).await.reason(), Some("device"), "{}", notice.text);
    let told = async |id: &str| desk.events(id).await.iter().filter(|event| *event == "customer.notified").count();
    assert_eq!((told(&away.id).await, told(&here.id).await), (1, 0));
    desk.post(&format!("/v1/sessions/{}/messages", away.id), json!({"text": "One more"})).await;
    platform.run("send-reminders").await;
    assert_eq!(told(&away.id).await, 1, "once in an hour at most");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_a_schedule_that_comes_late_erases_what_was_kept_for_its_time() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let settings = settings(&desk, json!({"data": {"retention_minutes": 1}})).await;
    let session = started(&desk, mail(&platform), &settings, 3).await;
    let ended = session.decide(Command::End, &settings, &context(&desk, 2)).unwrap();
    platform.store.commit(&ended, &Extras::default()).await.unwrap();
    let path = format!("/v1/sessions/{}", session.id);
    assert!(desk.get(&path).await["erased_at"].is_null());
    platform.run("apply-retention").await;
    let erased = platform.until(async || {
        let session = desk.get(&path).await;
        session["erased_at"].is_string().then_some(session)
    });
    assert_eq!(erased.await.unwrap()["customer"], json!({"name": ""}));
    assert_eq!(desk.events(session.id.as_str()).await, ["session.erased"]);
}
