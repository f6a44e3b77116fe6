//! Both rooms, side by side, over their live connections.

use parlor_domain::Role;
use parlor_tests::{Browser, Line, Platform};
use serde_json::{Value, json};

/// Opens the live connection of a page, with the ticket that the page brought.
async fn open(platform: &Platform, browser: &Browser, page: &str, session: &str) -> Line {
    let page = browser.get(page).await;
    assert_eq!(page.status, 200, "{}", page.text);
    Line::at(&page.attribute("data-live").unwrap(), session, Some(&platform.url)).await.unwrap()
}

/// Opens another one, with a ticket that the page asked for.
async fn reopen(platform: &Platform, browser: &Browser, page: &str, session: &str) -> Line {
    let answer = browser.get(&format!("{page}/live")).await;
    let ticket: Value = serde_json::from_str(&answer.text).unwrap();
    Line::at(ticket["url"].as_str().unwrap(), session, Some(&platform.url)).await.unwrap()
}

/// The next `session` frame whose event is of this type.
async fn heard(line: &mut Line, kind: &str) -> Value {
    loop {
        let frame = line.expect("session").await;
        if frame["event"]["type"] == kind {
            return frame;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_two_rooms_chat_and_catch_up_and_the_end_is_heard() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let (phone, nina) = (invited.joined(&platform).await, desk.signed_in().await);
    let (id, console) = (invited.id.as_str(), format!("/console/s/{}", invited.id));

    let mut agent = open(&platform, &nina, &console, id).await;
    assert_eq!(agent.hello(0).await.last().unwrap()["indicator"], "offline_incomplete");
    let mut customer = open(&platform, &phone, &invited.room, id).await;
    let seen = agent.expect("presence").await;
    assert_eq!((&seen["customer"], &seen["indicator"]), (&json!(true), &json!("online_incomplete")));
    let answer = customer.hello(0).await;
    assert_eq!(*answer.last().unwrap(), json!({"type": "presence", "customer": true, "agent": true}));

    customer.typing().await;
    assert_eq!(agent.expect("typing").await["from"], "customer");
    customer.message("c1", "Is anybody there?").await;
    let (heard, own) = (agent.expect("message").await, customer.expect("message").await);
    assert_eq!(heard, own);
    agent.message("a1", "Good morning.").await;
    let heard = customer.expect("message").await;
    assert_eq!((&heard["text"], &heard["name"]), (&json!("Good morning."), &json!("Nina")));
    agent.expect("message").await;
    customer.message("c1", "Is anybody there?").await;
    assert_eq!(customer.expect("message").await, own, "sent twice is posted once");
    let seen = heard["seq"].as_u64().unwrap();

    // A tunnel; meanwhile the agent writes, over the socket and from a program.
    customer.kill();
    agent.message("a2", "Are you there?").await;
    agent.expect("message").await;
    desk.post(&format!("/v1/sessions/{id}/messages"), json!({"text": "Call us."})).await;
    assert_eq!(agent.expect("message").await["from"], "api");
    let mut customer = reopen(&platform, &phone, &invited.room, id).await;
    let answer = customer.hello(seen).await;
    let missed: Vec<_> = answer.iter().filter(|frame| frame["type"] == "message").map(|frame| &frame["text"]).collect();
    assert_eq!(missed, ["Are you there?", "Call us."]);
    customer.say(json!({"type": "ping"})).await;
    assert_eq!(customer.expect("pong").await["seq"], json!(seen + 2));

    // R15: the newest of the customer's tabs wins, and hears what the page's form posts.
    let mut newest = reopen(&platform, &phone, &invited.room, id).await;
    customer.expect("superseded").await;
    assert!(customer.ended().await);
    newest.hello(seen).await;
    phone.post(&format!("{}/messages", invited.room), &[("text", "By the form.")]).await;
    assert_eq!(newest.expect("message").await["text"], "By the form.");

    // The end is heard on both sides, and with tier none the customer's connection is over.
    desk.post(&format!("/v1/sessions/{id}/end"), json!({})).await;
    let heard = newest.expect("session").await;
    assert_eq!((&heard["state"], &heard["tier"]), (&json!("ended"), &json!("none")));
    assert!(newest.ended().await);
    loop {
        let heard = agent.expect("session").await;
        if heard["state"] == "ended" {
            assert_eq!(heard["ended_by"], "api");
            break;
        }
    }
    agent.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_who_comes_and_leaves_is_seen_to() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let nina = desk.signed_in().await;
    let mut agent = open(&platform, &nina, &format!("/console/s/{}", invited.id), &invited.id).await;
    agent.hello(0).await;
    let phone = invited.joined(&platform).await;
    assert_eq!(heard(&mut agent, "customer.joined").await["state"], "active");
    let customer = open(&platform, &phone, &invited.room, &invited.id).await;
    assert_eq!(agent.expect("presence").await["customer"], true);
    customer.close().await;
    let seen = agent.expect("presence").await;
    assert_eq!((&seen["customer"], &seen["indicator"]), (&json!(false), &json!("offline_incomplete")));
    let session = desk.get(&format!("/v1/sessions/{}", invited.id)).await;
    assert_eq!(session["indicator"], "offline_incomplete");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_the_consoles_list_hears_of_a_session_and_asks_for_its_row() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let nina = desk.signed_in().await;
    let url = nina.get("/console").await.attribute("data-lists").unwrap();
    let mut lists = Line::at(&url, "", Some(&platform.url)).await.unwrap();
    lists.say_text(r#"{"type":"listen"}"#).await;
    lists.expect("listening").await;
    let listed = async |lists: &mut Line, event: &str| loop {
        let frame = lists.expect("listed").await;
        if frame["event"] == event || frame["indicator"] == event {
            return frame["session"].as_str().unwrap().to_owned();
        }
    };
    let invited = desk.invited(json!({})).await;
    assert_eq!(listed(&mut lists, "session.created").await, invited.id);
    let phone = invited.joined(&platform).await;
    assert_eq!(listed(&mut lists, "customer.joined").await, invited.id);
    let mut customer = open(&platform, &phone, &invited.room, &invited.id).await;
    listed(&mut lists, "online_incomplete").await;
    customer.message("c1", "Is anybody there?").await;
    listed(&mut lists, "message").await;
    customer.close().await;
    listed(&mut lists, "offline_incomplete").await;
    let row = nina.get(&format!("/console/s/{}/row", invited.id)).await;
    assert_eq!((row.status, row.attribute("data-row")), (200, Some(invited.id.clone())), "{}", row.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_a_message_that_is_refused_is_said_in_the_room() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let customer = json!({"name": "Mara Quist", "email": platform.refused_address()});
    let planned = desk.post("/v1/sessions", json!({"customer": customer, "mode": "plan"})).await;
    let id = planned["id"].as_str().unwrap();
    let nina = desk.signed_in().await;
    let mut agent = open(&platform, &nina, &format!("/console/s/{id}"), id).await;
    agent.hello(0).await;
    desk.post(&format!("/v1/sessions/{id}/invite"), json!({})).await;
    let told = heard(&mut agent, "delivery.failed").await;
    assert_eq!(told["event"]["channel"], "email", "{told}");
    assert_eq!(desk.events(id).await.iter().filter(|event| *event == "delivery.failed").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_connection_takes_a_fresh_ticket_of_ours() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let invited = desk.invited(json!({})).await;
    let phone = invited.joined(&platform).await;
    let page = phone.get(&invited.room).await;
    let url = page.attribute("data-live").unwrap();
    let (address, _) = url.split_once('?').unwrap();
    let open = async |url: &str, origin: &str| Line::at(url, &invited.id, Some(origin)).await.err();
    assert_eq!(open(&url, "https://evil.example").await, Some(403), "another origin");
    for refused in [address.to_owned(), format!("{address}?ticket="), format!("{address}?ticket=forged")] {
        assert_eq!(open(&refused, &platform.url).await, Some(403), "{refused}");
    }
    assert_eq!(open(&url, &platform.url).await, None);
    assert_eq!(open(&url, &platform.url).await, Some(403), "used");
    assert_eq!(platform.browser().get(&format!("{}/live", invited.room)).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_what_others_do_is_heard_in_the_room() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    desk.settings(json!({"authentication": {"method": "pin"}})).await;
    let invited = desk.invited(json!({"pin": "4711"})).await;
    let nina = desk.signed_in().await;
    let mut agent = open(&platform, &nina, &format!("/console/s/{}", invited.id), &invited.id).await;
    agent.hello(0).await;
    let (phone, pin) = (platform.browser(), format!("{}/pin", invited.link));
    phone.get(&invited.link).await;
    assert_eq!(phone.post(&pin, &[("code", "0000")]).await.location, format!("{pin}?problem=wrong"));
    heard(&mut agent, "pin.wrong").await;
    assert_eq!(phone.post(&pin, &[("code", "4711")]).await.location, invited.room);
    assert_eq!(heard(&mut agent, "customer.joined").await["state"], "active");
    let path = format!("/v1/sessions/{}", invited.id);
    desk.post(&format!("{path}/links"), json!({})).await;
    heard(&mut agent, "link.generated").await;
    desk.post(&format!("{path}/device/release"), json!({})).await;
    heard(&mut agent, "device.released").await;
    desk.post(&format!("{path}/end"), json!({})).await;
    assert_eq!(heard(&mut agent, "session.ended").await["ended_by"], "api");
    desk.post(&format!("{path}/renew"), json!({})).await;
    assert_eq!(heard(&mut agent, "session.renewed").await["state"], "active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_supervisor_asks_and_the_owner_answers() {
    let platform = Platform::start().await;
    let desk = platform.desk().await;
    let sam = desk.staff("Sam Ode", Role::Supervisor).await;
    let (nina, ask) = (desk.signed_in().await, platform.browser());
    ask.post("/login", &sam.login()).await;
    let invited = desk.invited(json!({})).await;
    let (console, path) = (format!("/console/s/{}", invited.id), format!("/v1/sessions/{}/transfer", invited.id));
    let csrf = [nina.get("/console").await.hidden("csrf").unwrap(), ask.get("/console").await.hidden("csrf").unwrap()];
    let mut agent = open(&platform, &nina, &console, &invited.id).await;
    agent.hello(0).await;
    let why = [("csrf", csrf[1].as_str()), ("reason", "Mara asked for me.")];
    assert_eq!(ask.post(&path, &why).await.location, console);
    let asked = heard(&mut agent, "session.transfer_requested").await;
    assert_eq!(asked["event"]["reason"], "Mara asked for me.", "{asked}");
    assert!(nina.get(&console).await.text.contains("Mara asked for me."));
    assert_eq!(nina.post(&format!("{path}/decline"), &[("csrf", &csrf[0])]).await.location, console);
    heard(&mut agent, "session.transfer_declined").await;
    assert!(ask.get(&console).await.text.contains("Nina keeps this session"));
    // Asked again; the owner leaves, and the session moves.
    assert_eq!(ask.post(&path, &why).await.status, 303);
    agent.close().await;
    let moved = async || {
        let session = desk.get(&format!("/v1/sessions/{}", invited.id)).await;
        (session["agent"] == json!(sam.agent.id)).then_some(())
    };
    platform.until(moved).await.expect("it moves");
    assert_eq!(nina.get(&console).await.status, 404);
    assert!(desk.events(&invited.id).await.iter().any(|event| event == "session.transferred"));
}
