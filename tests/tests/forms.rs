//! Forms of guests' pages: whatever is posted into any of their fields, or stands in a page's address, no function fails.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use parlor_documents::{Limits, Original};
use parlor_domain::{
    Actor, Command, InteractionId, Origin, SessionId, UploadId,
    interaction::{Asked, Assignee, Document, NewInteraction, WorkCommand},
    session::Context,
};
use parlor_store::{Extras, ReadBatch};
use parlor_tests::{Browser, Installation, documents};
use serde_json::{Value, json};

/// What nobody types: beyond every bound, in no order, of no alphabet.
fn typed() -> Vec<String> {
    let long = |text: &str, times: usize| text.repeat(times);
    let drawing = |path: &str, pen: &str| format!(r#"{{"path":"{path}","pen":{pen}}}"#);
    let mut all: Vec<String> = [
        "",
        " ",
        "\0",
        "-",
        "-1",
        "0",
        "1e999",
        "NaN",
        "4294967296",
        "18446744073709551616",
        "٣٫٥",
        "1.2,3.4",
        "9999-12-31",
        "2026-02-30",
        "-9999-01-01",
        "yes",
        "on",
        "é\u{301}",
        "\u{202e}fdp",
        "\u{1f9d1}\u{200d}\u{1f91d}",
        "up_0000000000000000",
        "review",
        "../..",
        "a\r\nSet-Cookie: x=1",
        "{",
        "[]",
        "%00",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend([long("9", 400), long("é", 5_000), long("😀,", 1_000), long("{\"path\":", 500)]);
    all.extend([
        drawing("M1 2L3 4", "2"),
        drawing("M1 2Lé", "2"),
        drawing("M-.-. 2L", "1e39"),
        drawing(&long("M1 1L2 2", 2_000), "1"),
        drawing(&format!("M{} 1L2 2", long("9", 9_000)), "1"),
    ]);
    all
}

/// A document in the session, waiting for its customer; its id and the names of its fields.
async fn document(installation: &Installation, session: &SessionId) -> (String, Vec<String>) {
    let runtime = &installation.runtime;
    let form = Original::open(&documents::form(), &Limits::default()).unwrap().form().unwrap();
    let names = form.fields.iter().map(|field| field.name.clone()).collect();
    let pictures = form.pages.iter().map(|_| None).collect();
    let upload = UploadId::generate(&runtime.entropy);
    let asked = Asked::Document(Document { upload, sha256: "0".repeat(64), form, pictures });
    let id = InteractionId::generate(&runtime.entropy);
    let (title, assignee) = ("Consent".to_owned(), Assignee::Customer);
    let values = std::collections::BTreeMap::new();
    let (order, due_at, library) = (None, None, None);
    let new = NewInteraction {
        id: id.clone(),
        title,
        asked,
        values,
        order,
        due_at,
        send: true,
        library,
        assignee,
        part_of: None,
    };
    let found = installation.store.read(ReadBatch::new().session(session)).await.unwrap();
    let (stored, (settings, _)) = (found.session(session).unwrap().unwrap(), found.settings(&session.team()).unwrap());
    let context = Context { actor: Actor::System, origin: Origin::default(), now: runtime.clock.now() };
    let decision = stored.session.decide(Command::Work(WorkCommand::Add(new)), &settings, &context).unwrap();
    installation.store.commit(&decision, &Extras::default()).await.unwrap();
    (id.to_string(), names)
}

fn workflow() -> Value {
    let fields = json!([
        {"name": "text", "label": "A text?", "type": "text", "pattern": "(a|b|[^c])*d?", "min": 2, "max": 9_000},
        {"name": "number", "label": "A number?", "type": "number", "min": -5, "max": 5},
        {"name": "date", "label": "A day?", "type": "date", "min": "2020-01-01"},
        {"name": "choice", "label": "Which?", "type": "choice", "options": ["a", "b"]},
        {"name": "both", "label": "Yes?", "type": "yes_no"},
        {"name": "needed", "label": "Never filled in here", "type": "number", "required": true, "min": 77, "max": 77},
    ]);
    let last = json!({"id": "b", "title": "B", "text": "Last", "show_if": {"any": [{"field": "number", "over": 0}]}});
    json!({"kind": "workflow", "title": "A", "steps": [{"id": "a", "title": "A", "fields": fields}, last]})
}

async fn posts(customer: &Browser, path: &str, fields: &[(&str, &str)]) {
    let page = customer.post(path, fields).await;
    let said: Vec<_> = fields.iter().map(|(name, value)| (*name, value.chars().take(60).collect::<String>())).collect();
    assert!(page.status < 500, "{path} {said:?}: {}", page.status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_guest_posts_makes_a_function_fail() {
    let installation = Installation::start().await;
    let session = installation.session(None).await;
    let link = installation.link(&session).await;
    let customer = installation.joined(&session).await;
    let about = format!("/v1/sessions/{session}/interactions");
    let made = |body: Value| {
        let (installation, about) = (&installation, about.clone());
        async move { installation.post(&about, body).await["id"].as_str().unwrap().to_owned() }
    };
    let flow = made(workflow()).await;
    let request = made(json!({"kind": "request", "title": "R", "what": "A photo", "min": 2})).await;
    let (paper, names) = document(&installation, &session).await;
    let file = documents::looked_at(&installation.store, &installation.runtime, &session).await.to_string();
    let room = format!("/r/{session}");
    let of = |id: &str, what: &str| format!("{room}/i/{id}/{what}");
    let all = typed();
    for (at, value) in all.iter().enumerate() {
        let value = value.as_str();
        // Another one beside it, each time another.
        let other = all[(at * 7 + 3) % all.len()].as_str();
        for name in ["step", "go", "a.text", "a.number", "a.date", "a.choice", "a.both", "a.nobody", "page"] {
            posts(&customer, &of(&flow, "save"), &[("step", "a"), (name, value), ("a.text", other)]).await;
            posts(&customer, &of(&flow, "complete"), &[(name, value)]).await;
        }
        for name in &names {
            let (field, kept) = (format!("v.{name}"), format!("k.{name}"));
            let fields = [(field.as_str(), value), (kept.as_str(), ""), ("page", other), ("go", "next")];
            posts(&customer, &of(&paper, "save"), &fields).await;
        }
        posts(&customer, &of(&paper, "save"), &[("page", value), ("go", other)]).await;
        posts(&customer, &of(&paper, "complete"), &[("v.nobody", value)]).await;
        for what in ["add", "remove", "earlier", "later", value] {
            let fields = [("do", what), ("file", if at % 2 == 0 { file.as_str() } else { value }), ("replaces", value)];
            posts(&customer, &of(&request, "files"), &fields).await;
        }
        posts(&customer, &of(&request, "complete"), &[("reason", value)]).await;
        let declined = made(json!({"kind": "request", "what": "A photo"})).await;
        posts(&customer, &of(&declined, "decline"), &[("reason", value)]).await;
        posts(&customer, &format!("{room}/messages"), &[("id", value), ("text", other)]).await;
        posts(&customer, &format!("{room}/attachments"), &[("id", value), ("text", other), ("attachment", &file)])
            .await;
        let fields = [("name", value), ("size", other), ("content_type", "image/png"), ("sha256", &"0".repeat(64))];
        posts(&customer, &format!("{room}/uploads"), &fields).await;
        let fields = [("name", "a.png"), ("size", value), ("content_type", other), ("sha256", value)];
        posts(&customer, &format!("{room}/uploads"), &fields).await;
        for page in ["continue", "pin", "otp", "otp/send", "new-link"] {
            posts(&customer, &format!("{link}/{page}"), &[("code", value), ("consent", other)]).await;
        }
        let typed: String =
            form_urlencoded::byte_serialize(value.chars().take(500).collect::<String>().as_bytes()).collect();
        for page in [&room, &of(&flow, ""), &of(&paper, ""), &of(&request, ""), &link, &format!("{link}/pin")] {
            let page = page.trim_end_matches('/');
            let query = format!("?lang={typed}&step={typed}&page={typed}&problem={typed}&consent={typed}&home={typed}");
            let answer = customer.get(&format!("{page}{query}")).await;
            assert!(answer.status < 500, "{page} {typed}: {}", answer.status);
            let elsewhere = customer.get(&format!("{page}/{typed}")).await;
            assert!(elsewhere.status < 500, "{page}/{typed}: {}", elsewhere.status);
        }
        let answer = customer.get(&format!("{room}/messages/{typed}/file")).await;
        assert!(answer.status < 500, "{typed}: {}", answer.status);
        installation.stack.advance(60).await;
    }
}
