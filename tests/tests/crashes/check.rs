//! What has to hold after every crash and its repetition.

use std::collections::BTreeMap;

use parlor_domain::{EventKind, State, outbox::Status};
use parlor_store::ReadBatch;
use parlor_tests::{Conduct, Installation, Received};
use serde_json::{Value, json};

use crate::{
    STAFF,
    case::Case,
    operations::{
        Operation::{self, *},
        Told,
    },
    run::NEW,
    steps::{everything, talk},
};

/// What holds of every session, and what `operation` was for. `gap`: it died where something may be sent twice.
pub(crate) async fn check(
    installation: &Installation,
    operation: Operation,
    point: usize,
    case: &Case,
    before: usize,
    gap: bool,
) {
    let at = format!("{operation:?} at {point}");
    session(installation, operation, case, before, gap, &at).await;
    match operation {
        SignIn => assert_eq!(case.browser.get("/console").await.status, 200, "{at}: is not signed in"),
        SignOut => {
            assert_eq!(case.browser.cookie(STAFF), None, "{at}");
            case.browser.put_cookie(STAFF, &case.cookie);
            assert_eq!(case.browser.get("/console").await.status, 303, "{at}: is signed in still");
        }
        Setup => {
            let login = [("email", format!("{}@parlor.example", case.key)), ("password", case.link.clone())];
            let fields: Vec<_> = login.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(case.browser.post("/login", &fields).await.status, 303, "{at}: nobody is the admin");
            assert_eq!(case.browser.get(&case.link).await.status, 410, "{at}: the link opens again");
        }
        AcceptInvitation | ResetPassword | ChangePassword => {
            let staff = case.staff.as_ref().unwrap();
            let fields = [("email", staff.agent.email.as_str()), ("password", NEW)];
            let page = installation.browser().post("/login", &fields).await;
            assert_eq!(page.status, 303, "{at}: the new password does not sign in");
            if operation == ChangePassword {
                case.browser.put_cookie(STAFF, &case.cookie);
                assert_eq!(case.browser.get("/console").await.status, 303, "{at}: is signed in elsewhere still");
            } else {
                assert_eq!(case.browser.get(&case.link).await.status, 410, "{at}: the link opens again");
            }
        }
        Deactivate | SignPersonOut => {
            assert_eq!(case.browser.get("/console").await.status, 303, "{at}: is signed in still");
        }
        OwnerLeaves => {
            let mut ends = 0;
            for kind in ["session.transferred", "session.transfer_lapsed"] {
                ends += installation.count_events(&case.session, kind).await;
            }
            assert_eq!(ends, 1, "{at}: the request has one end");
        }
        EndSignIn | EndOtherSignIns => {
            assert_eq!(case.browser.get("/console").await.status, 200, "{at}: is signed out here");
            case.browser.put_cookie(STAFF, &case.cookie);
            assert_eq!(case.browser.get("/console").await.status, 303, "{at}: is signed in elsewhere still");
        }
        InvitePerson | Import | DeliverToStaff | RetryToStaff => {
            let email = format!("{}@parlor.example", case.key);
            let people = installation.get("/v1/people").await;
            let listed = people["items"].as_array().unwrap().iter().filter(|person| person["email"] == email.as_str());
            assert_eq!(listed.count(), 1, "{at}: invited once");
            installation.stack.settle().await;
            installation.stack.advance(90).await;
            let mails = installation.stack.outbox().items().into_iter().filter(|mail| mail.to == email).count();
            assert!((1..=1 + usize::from(gap)).contains(&mails), "{at}: {mails} mails");
        }
        CreateWebhook => {
            let listed = installation.get("/v1/webhooks").await;
            assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{at}: {listed}");
            talk(installation, case).await;
            arrived(installation, case, 1, false, &at).await;
            assert!(taken(case).iter().all(|received| received.is_signed_by(&case.endpoint().secret)), "{at}");
        }
        CreateKey | RevokeKey | MakeKeyAtPage | RevokeKeyAtPage => {
            let listed = installation.get("/v1/keys").await;
            let named = listed["items"].as_array().unwrap().iter().filter(|key| key["name"] == json!(case.key)).count();
            assert_eq!(named, usize::from(matches!(operation, CreateKey | MakeKeyAtPage)), "{at}: {listed}");
        }
        CreateEntry | CreateEntryAtPage | SaveEntryAtPage => {
            let listed = installation.get("/v1/library").await;
            let named = listed["items"].as_array().unwrap().iter().filter(|entry| entry["title"] == json!(case.key));
            assert_eq!(named.count(), 1, "{at}: {listed}");
        }
        PublishEntry => {
            let read = installation.get(&format!("/v1/library/{}", case.link)).await;
            assert_eq!((&read["version"], &read["state"]), (&json!(1), &json!("published")), "{at}: {read}");
        }
        RemoveEntry => {
            let listed = installation.get("/v1/library").await;
            let left = listed["items"].as_array().unwrap().iter().any(|entry| entry["id"] == json!(case.link));
            assert!(!left, "{at}: {listed}");
        }
        MakeWebhookAtPage => {
            let listed = installation.get("/v1/webhooks").await;
            let url = json!(case.receiver.as_ref().unwrap().url);
            let made = listed["items"].as_array().unwrap().iter().filter(|endpoint| endpoint["url"] == url).count();
            assert_eq!(made, 1, "{at}: {listed}");
        }
        EraseSession | ApplyRetention => {
            installation.stack.advance(120).await;
            let found = installation.store.read(ReadBatch::new().session(&case.session)).await.unwrap();
            let session = found.session(&case.session).unwrap().unwrap().session;
            assert!(session.erased.as_ref().is_some_and(|erased| erased.pending.is_none()), "{at}: {session:?}");
            let remains = installation.store.remains(&session).await.unwrap();
            assert!(remains.is_empty(), "{at}: {remains:?}");
        }
        DeleteWebhook => assert_eq!(installation.get("/v1/webhooks").await["items"], json!([]), "{at}"),
        RotateSecret => {
            let read = case.endpoint().read(installation).await;
            assert_eq!(read["secrets"].as_array().unwrap().len(), 2, "{at}: rotated once");
            installation.post(&format!("/v1/sessions/{}/renew", case.session), json!({})).await;
            talk(installation, case).await;
            let last = taken(case).pop().unwrap();
            assert!(last.is_signed_by(&case.endpoint().secret), "{at}: the secret that was shown does not sign");
        }
        ReplaySince => {
            installation.stack.advance(60).await;
            arrived(installation, case, 2, false, &at).await;
        }
        ReplayDelivery | SendAgainAtPage => {
            installation.stack.advance(60).await;
            assert_eq!(names(case).iter().filter(|name| name.starts_with("message ")).count(), 2, "{at}");
            assert_eq!(names(case).len(), 3, "{at}");
        }
        TestWebhook | ActAtWebhookPage => {
            installation.stack.advance(60).await;
            let came = case.endpoint().receiver.received();
            let tests = came.iter().filter(|received| received.json()["type"] == "webhook.test").count();
            assert_eq!(tests, 1, "{at}: a test event came {tests} times");
        }
        DeliverWebhook | DeliverWebhookRefused | RetryWebhook => arrived(installation, case, 1, gap, &at).await,
        SaveFirst | SaveFurther | Complete => {
            let path = format!("/v1/sessions/{}/interactions/{}?values=true", case.session, case.interaction);
            assert_eq!(installation.get(&path).await["values"], json!({"name": "Mara"}), "{at}: an answer is lost");
        }
        RetryWebhookReplay => arrived(installation, case, 2, gap, &at).await,
        DeliverWebhookGone | RetryWebhookGone | RetryWebhookGivenUp => {
            assert!(taken(case).is_empty(), "{at}");
            // Nothing is lost: once the endpoint is well again, all of it comes.
            let endpoint = case.endpoint();
            endpoint.receiver.answers(Conduct::Status(204));
            endpoint.change(installation, json!({"enabled": true})).await;
            installation.post(&endpoint.path("/replay"), everything()).await;
            for _ in 0..4 {
                installation.stack.advance(60).await;
            }
            let mut came = names(case);
            came.sort();
            came.dedup();
            let mut expected = heard(installation, case).await;
            expected.sort();
            assert_eq!(came, expected, "{at}: something is lost");
        }
        _ => {}
    }
}

/// Whether a schedule has nothing more to do for it.
pub(crate) async fn is_settled(operation: Operation, installation: &Installation, case: &Case) -> bool {
    let read = case.endpoint().read(installation).await;
    match operation {
        DeliverWebhookGone | RetryWebhookGone => read["disabled"]["by"] == "gone",
        RetryWebhookGivenUp => read["disabled"]["by"] == "failing",
        _ => {
            let deliveries = case.endpoint().deliveries(installation).await;
            let times = if operation == RetryWebhookReplay { 2 } else { 1 };
            read["replaying"] == false
                && deliveries.iter().all(|delivery| delivery["state"] == "delivered")
                && names(case).len() >= heard(installation, case).await.len() * times
        }
    }
}

/// What the endpoint took of the session.
pub(crate) fn taken(case: &Case) -> Vec<Received> {
    let of_it = |received: &Received| received.taken && received.json()["data"]["session"] == json!(case.session);
    case.endpoint().receiver.received().into_iter().filter(of_it).collect()
}

fn names(case: &Case) -> Vec<String> {
    taken(case).iter().map(Received::name).collect()
}

/// The events that the endpoint is to hear of, in their order.
async fn heard(installation: &Installation, case: &Case) -> Vec<String> {
    let types = case.endpoint().read(installation).await["events"].clone();
    let types: Vec<&str> = types.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let events = installation.events(&case.session).await.into_iter().map(|event| (event.kind.name(), event.seq));
    events.filter(|(kind, _)| types.contains(&kind.as_str())).map(|(kind, seq)| format!("{kind} {seq}")).collect()
}

/// Every event came `times` times, once more only through the gap; in order at first, and under one name.
async fn arrived(installation: &Installation, case: &Case, times: usize, gap: bool, at: &str) {
    let expected = heard(installation, case).await;
    let mut order: Vec<String> = vec![];
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names(case) {
        if !order.contains(&name) {
            order.push(name.clone());
        }
        *counts.entry(name).or_default() += 1;
    }
    assert_eq!(order, expected, "{at}: lost, or out of order");
    for (name, count) in counts {
        assert!((times..=times + usize::from(gap)).contains(&count), "{at}: {name} came {count} times, gap {gap}");
    }
    for received in case.endpoint().receiver.received() {
        let data = &received.json()["data"];
        let id = format!("{}-{}", data["session"].as_str().unwrap(), data["seq"]);
        assert_eq!(received.header("webhook-id"), id, "{at}: every attempt under one id");
    }
    for delivery in case.endpoint().deliveries(installation).await {
        assert_eq!(delivery["state"], "delivered", "{at}: {delivery}");
    }
}

/// The session is whole, its event is there as often as it may be, and what had to be sent was.
async fn session(installation: &Installation, operation: Operation, case: &Case, before: usize, gap: bool, at: &str) {
    let found = installation.store.read(ReadBatch::new().session(&case.session)).await.unwrap();
    let session = found.session(&case.session).unwrap().unwrap().session;
    let events = installation.events(&case.session).await;

    if let Some(erased) = &session.erased {
        // R25: the other events go, one after the other.
        let notes = events.iter().filter(|event| matches!(event.kind, EventKind::Erased { .. }));
        let notes: Vec<_> = notes.map(|event| (event.seq, event.at)).collect();
        assert_eq!(notes, [(session.seq, erased.at)], "{at}: it was erased once");
        return;
    }
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=session.seq).collect::<Vec<_>>(), "{at}: events without gaps");
    let mut replayed = session.clone();
    (replayed.seq, replayed.state, replayed.ended, replayed.joined_at) = (0, State::Planned, None, None);
    replayed.tasks.clear();
    for event in &events {
        replayed.apply(event);
    }
    let told = |session: &parlor_domain::Session| {
        let tasks = session.tasks.clone();
        (session.seq, session.state, session.joined_at, session.ended.clone(), session.last_agent_action_at, tasks)
    };
    assert_eq!(told(&replayed), told(&session), "{at}: the events tell the state");

    let times = |kind: &str| {
        let kinds = events.iter().map(|event| serde_json::to_value(event).unwrap());
        kinds.filter(|event| event["type"] == kind).count()
    };
    match operation.told() {
        Told::Never => {}
        Told::Once(kind) if matches!(operation, Start | DeliverMail | DeliverText | RetryDelivery) => {
            assert_eq!(times(kind), 1, "{at}: {kind}");
        }
        Told::Once(kind) => assert_eq!(times(kind), before + 1, "{at}: {kind}"),
        Told::OnceOrTwice(kind) => {
            assert!((before + 1..=before + 2).contains(&times(kind)), "{at}: {kind}");
        }
    }

    let entries = installation.store.outbox_of(&case.session).await.unwrap();
    assert!(entries.iter().all(|entry| entry.status == Status::Sent), "{at}: {entries:?}");
    let items = installation.stack.outbox().items();
    let sent = items.iter().filter(|item| {
        let text = item.text.as_deref().unwrap_or_default();
        text.contains(case.session.as_str())
    });
    let with_link = events.iter().filter(|event| {
        matches!(
            event.kind,
            EventKind::Invited { channel: Some(_) }
                | EventKind::LinkRenewed { .. }
                | EventKind::InteractionReminded { .. }
                | EventKind::CustomerReminded { .. }
                | EventKind::CustomerNotified { .. }
        )
    });
    let with_link = with_link.count();
    let sent = sent.count();
    assert!(sent >= with_link, "{at}: an invitation is lost: {sent} of {with_link}");
    let twice = usize::from(gap && matches!(operation.function(), "deliver" | "retry-deliveries"));
    assert!(sent <= with_link + twice, "{at}: sent {sent} times, {with_link} expected, gap {gap}");
}
