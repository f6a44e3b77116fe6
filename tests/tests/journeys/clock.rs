//! What the clock decides, and what the schedules tidy up. Where no clock can be moved these wait for a minute.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use parlor_domain::{
    Actor, Contact, LinkToken, NewSession, Origin, Session, SessionId, Settings,
    session::{Context, Customer},
};
use parlor_store::Extras;
use parlor_tests::Platform;
use serde_json::json;

/// A minute, and what two clocks may differ by.
const A_MINUTE: u32 = 62;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_r3_r5_a_minute_passes() {
    let platform = Platform::start().await;
    let (quiet, short, limited) = tokio::join!(platform.desk(), platform.desk(), platform.desk());
    // R3: the agent goes quiet.
    quiet.settings(json!({"end": {"inactivity_minutes": 1}})).await;
    let left = quiet.invited(json!({})).await;
    let mut in_room = {
        let phone = left.joined(&platform).await;
        let page = phone.get(&left.room).await;
        parlor_tests::Line::open(&page.attribute("data-live").unwrap(), &left.id, Some(&platform.url)).await.unwrap()
    };
    // R5: the link's lifetime is over.
    short.settings(json!({"session": {"customer_access_minutes": 1}})).await;
    let expiring = short.invited(json!({})).await;
    let phone = expiring.joined(&platform).await;
    // R2: what is left after the end is left for a minute.
    limited.settings(json!({"end": {"customer_access": {"level": "limited", "minutes": 1}}})).await;
    let ending = limited.invited(json!({})).await;
    let looking = ending.joined(&platform).await;
    let ended = limited.post(&format!("/v1/sessions/{}/end", ending.id), json!({})).await;
    assert_eq!(ended["access"]["tier"], "limited");
    assert_eq!(looking.get(&ending.room).await.status, 200);

    platform.pass(A_MINUTE).await;
    assert_eq!(looking.get(&ending.room).await.reason(), Some("session-expired"));
    platform.run("sweep-access").await;
    let told = platform.until(async || {
        let events = limited.events(&ending.id).await;
        events.iter().any(|event| event == "access.changed").then_some(())
    });
    assert!(told.await.is_some(), "{:?}", limited.events(&ending.id).await);

    platform.run("sweep-inactivity").await;
    let path = format!("/v1/sessions/{}", left.id);
    let ended = platform.until(async || {
        let session = quiet.get(&path).await;
        (session["state"] == "ended").then_some(session)
    });
    assert_eq!(ended.await.unwrap()["ended_by"], "inactivity");
    let heard = in_room.expect("session").await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_message_that_the_stream_lost_is_sent_by_the_schedule() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    // Started two minutes ago: the stream may not send it any more.
    let (runtime, to) = (&platform.runtime, platform.address());
    let id = SessionId::generate_for(&desk.team, &runtime.entropy);
    let (_, issued) = LinkToken::issue(&id, &runtime.keyring(), &runtime.entropy);
    let new = NewSession {
        id: id.clone(),
        customer: Customer {
            name: "Mara Quist".into(),
            contact: Contact { email: Some(to.parse().unwrap()), phone: None },
        },
        channel: None,
        agent: desk.nina.agent.id.clone(),
        agent_name: desk.nina.agent.name.clone(),
        pin: None,
        reference: None,
        metadata: BTreeMap::default(),
    };
    let now = runtime.clock.now() - SignedDuration::from_mins(2);
    let context = Context { actor: Actor::System, origin: Origin::default(), now };
    let decision = Session::create(new, Some(&issued), &Settings::default(), &context).unwrap();
    platform.store.commit(&decision, Extras::default()).await.unwrap();
    platform.run("retry-deliveries").await;
    let invitation = platform.message(&to, 1).await;
    assert!(invitation.link(&platform).starts_with(&format!("/s/{id}")));
}
