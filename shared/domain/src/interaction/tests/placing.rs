//! Fields that agents place on a document: what is one, when they can, and what of the session they begin with.

use parlor_form::{Field, Form, Page, Value, Values};

use super::*;

fn bare() -> Document {
    let pages = vec![Page { width: 612.0, height: 792.0 }, Page { width: 842.0, height: 595.0 }];
    let form = Form { pages, fields: vec![] };
    Document { upload: "up_0123456789abcdef".parse().unwrap(), sha256: "00".repeat(32), form, pictures: vec![None; 2] }
}

fn fields(value: serde_json::Value) -> Vec<Field> {
    serde_json::from_value(value).unwrap()
}

fn placed() -> Document {
    let document = bare().with_fields(fields(json!([
        {"name": "sign", "type": "signature", "page": 2, "rect": [72, 60, 200, 40], "required": true},
        {"name": "name", "type": "text", "page": 1, "rect": [72, 650, 248, 18], "required": true, "prefill_from": "customer_name"},
        {"name": "mail", "type": "text", "page": 1, "rect": [72, 620, 248, 18], "prefill_from": "customer_email"},
        {"name": "phone", "type": "text", "page": 1, "rect": [72, 590, 248, 18], "prefill_from": "customer_phone"},
        {"name": "agent", "type": "text", "page": 1, "rect": [72, 560, 248, 18], "prefill_from": "agent_name"},
        {"name": "day", "type": "date", "page": 1, "rect": [72, 530, 90, 18], "prefill_from": "today"},
    ])));
    document.unwrap()
}

fn draft_of(world: &mut World, document: Document) -> Interaction {
    let new = NewInteraction {
        id: InteractionId::generate(&world.random),
        title: "Consent".into(),
        asked: Asked::Document(document),
        values: Values::new(),
        order: None,
        due_at: None,
        send: false,
        library: None,
        part_of: None,
        assignee: Assignee::Customer,
    };
    world.run(WorkCommand::Add(new), nina()).unwrap()
}

#[test]
fn r21_fields_lie_on_their_pages_and_share_a_name_only_with_their_kind() {
    let at = |value| bare().with_fields(fields(value)).map(|document| document.form.fields.len()).map_err(|no| no.at);
    let one = |more: serde_json::Value| {
        let mut field = json!({"name": "a", "type": "text", "page": 1, "rect": [10, 10, 100, 20]});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([field])
    };
    assert_eq!(at(one(json!({}))), Ok(1));
    assert_eq!(at(one(json!({"type": "date", "format": "dd.mm.yyyy"}))), Ok(1));
    assert_eq!(at(one(json!({"page": 2, "rect": [742, 575, 100, 20]}))), Ok(1), "to its very corner");
    for (more, part) in [
        (json!({"name": " "}), "name"),
        (json!({"name": "x".repeat(201)}), "name"),
        (json!({"page": 0}), "page"),
        (json!({"page": 3}), "page"),
        (json!({"rect": [-5, 10, 100, 20]}), "rect"),
        (json!({"rect": [520, 10, 100, 20]}), "rect"),
        (json!({"rect": [10, 780, 100, 20]}), "rect"),
        (json!({"rect": [10, 10, 3, 20]}), "rect"),
        (json!({"rect": [10, 10, 1e39, 20]}), "rect"),
        (json!({"label": "x".repeat(501)}), "label"),
        (json!({"type": "choice"}), "options"),
        (json!({"options": ["x"]}), "options"),
        (json!({"type": "signature", "prefill": "Mara Quist"}), "type"),
        (json!({"type": "signature", "prefill_from": "customer_name"}), "prefill_from"),
        (json!({"type": "date", "prefill_from": "customer_name"}), "prefill_from"),
        (json!({"format": "dd.mm.yyyy"}), "format"),
        (json!({"type": "date", "format": "mm/yy"}), "format"),
        (json!({"turn": 45}), "turn"),
        (json!({"name": "\u{200b}"}), "name"),
        (json!({"name": "two\nlines"}), "name"),
        (json!({"size": 1e38}), "size"),
        (json!({"size": 1e39}), "size"),
        (json!({"size": -4}), "size"),
        (json!({"max": 0}), "max"),
    ] {
        assert_eq!(at(one(more.clone())), Err(format!("fields[0].{part}")), "{more}");
    }
    let two = |kind: &str| json!([one(json!({}))[0], one(json!({"type": kind, "page": 2}))[0]]);
    assert_eq!(at(two("text")), Ok(2), "one value at two places");
    assert_eq!(at(two("date")), Err("fields[1].name".into()));
    let begins = |text: &str| json!([one(json!({"prefill": "10"}))[0], one(json!({"prefill": text, "page": 2}))[0]]);
    assert_eq!(at(begins("10")), Ok(2));
    assert_eq!(at(begins("10000")), Err("fields[1].prefill".into()), "one value is not two");
    let many: Vec<_> = (0..501).map(|at| one(json!({"name": format!("f{at}")}))[0].clone()).collect();
    assert_eq!(at(json!(many)), Err("fields".into()));
    assert_eq!(placed().names(), ["name", "mail", "phone", "agent", "day", "sign"], "page by page");
}

#[test]
fn r21_what_the_form_has_itself_may_stay_as_it_is() {
    let mut document = bare();
    let own = fields(json!([{"name": "tiny", "type": "checkbox", "page": 1, "rect": [10, 10, 2, 2]}]));
    document.form.fields.clone_from(&own);
    let mut moved = own.clone();
    assert_eq!(document.clone().with_fields(own).unwrap().form.fields.len(), 1);
    moved[0].rect[0] = 20.0;
    assert_eq!(document.with_fields(moved).unwrap_err().at, "fields[0].rect");
}

#[test]
fn r21_fields_are_placed_before_a_document_is_sent_and_not_after() {
    let mut world = World::new();
    let draft = draft_of(&mut world, bare());
    assert_eq!(draft.progress, Progress { done: 0, of: 0 });
    let decision = world.decide(WorkCommand::Place(&draft, placed(), Values::new()), nina()).unwrap();
    let [write] = decision.interactions.as_slice() else { panic!("one is written") };
    assert_eq!((write.interaction.version, write.interaction.progress.of), (draft.version + 1, 2));
    assert_eq!(write.asked, Some(Asked::Document(placed())));
    assert!(decision.events.is_empty(), "nobody but the agent has it yet");
    let draft = write.interaction.clone();
    let sent = world.run(WorkCommand::Send(&draft, None), nina()).unwrap();
    let late = world.decide(WorkCommand::Place(&sent, bare(), Values::new()), nina());
    assert_eq!(late, Err(Rejection::Work(Refusal::NotDraft)));
    world.run(WorkCommand::Withdraw(&sent), nina()).unwrap();
}

#[test]
fn r21_a_document_begins_with_what_the_session_has_on_the_day_it_is_sent() {
    let mut world = World::new();
    // Already Sunday there, while it is Saturday in UTC.
    world.now = "2026-11-21T11:00:00Z".parse().unwrap();
    world.settings.channels.reminders.time_zone = "Pacific/Apia".into();
    let document = placed();
    let values = document.prefilled(&world.session, &world.settings, world.now);
    let text = |text: &str| Value::Text(text.to_owned());
    let wanted =
        [("agent", "Nina Okafor"), ("day", "2026-11-22"), ("mail", "mara@example.net"), ("name", "Mara Quist")];
    assert_eq!(values, wanted.map(|(name, said)| (name.to_owned(), text(said))).into(), "without a phone, nothing");

    let mut draft = draft_of(&mut world, document.clone());
    draft.values.insert("name".into(), text("M. Quist"));
    let values = values.into_iter().map(|(name, value)| (name, Some(value))).collect();
    let prefilled = FilledIn { document: &document, values, evidence: None };
    let sent = world.run(WorkCommand::Send(&draft, Some(prefilled)), nina()).unwrap();
    assert_eq!(sent.values["name"], text("M. Quist"), "what the agent filled in stays");
    assert_eq!((sent.values["day"].clone(), sent.progress), (text("2026-11-22"), Progress { done: 1, of: 2 }));
}

proptest! {
    /// What people read and write in percent is the place it stands for.
    #[test]
    fn r21_a_share_of_a_page_is_its_place(
        (width, height) in (50.0_f32..3_000.0, 50.0_f32..3_000.0),
        (x, y, wide, high) in (0.0_f32..0.6, 0.0_f32..0.6, 0.05_f32..0.4, 0.05_f32..0.4),
    ) {
        let page = Page { width, height };
        let rect = [x * width, y * height, wide * width, high * height];
        let share = Share::of(rect, page);
        for part in [share.left, share.top, share.width, share.height] {
            prop_assert!((0.0..=100.0).contains(&part));
        }
        for (back, own) in share.rect(page).into_iter().zip(rect) {
            prop_assert!((back - own).abs() < 0.01, "{} is not {}", back, own);
        }
    }
}
