//! Documents: what is a value, what is refused, and how a completed one comes to its signed file.

use parlor_form::{Evidence, EvidenceWords, Form, Strokes, Value, Values};

use super::*;

pub(super) fn consent() -> Document {
    let form: Form = serde_json::from_value(json!({
        "pages": [{"width": 612.0, "height": 792.0}],
        "fields": [
            {"name": "name", "type": "text", "page": 1, "rect": [72, 650, 248, 18], "required": true, "max": 30},
            {"name": "born", "type": "date", "page": 1, "rect": [72, 620, 100, 18]},
            {"name": "income", "type": "number", "page": 1, "rect": [72, 600, 100, 18]},
            {"name": "read", "type": "checkbox", "page": 1, "rect": [72, 580, 12, 12], "required": true},
            {"name": "plan", "type": "radio", "page": 1, "rect": [72, 560, 12, 12], "options": ["small"]},
            {"name": "plan", "type": "radio", "page": 1, "rect": [92, 560, 12, 12], "options": ["large"]},
            {"name": "city", "type": "text", "page": 1, "rect": [72, 540, 100, 18], "prefill": "Oslo"},
            {"name": "sign", "type": "signature", "page": 1, "rect": [72, 500, 200, 40], "required": true},
        ],
    }))
    .unwrap();
    Document { upload: "up_0123456789abcdef".parse().unwrap(), sha256: "00".repeat(32), form, pictures: vec![None] }
}

fn evidence() -> Evidence {
    let word = || "x".to_owned();
    let words = EvidenceWords {
        title: word(),
        document: word(),
        original: word(),
        signer: word(),
        authenticated: word(),
        completed: word(),
        device: word(),
        address: word(),
        consent: word(),
        events: word(),
        note: word(),
    };
    Evidence { words, right_to_left: false, document: word(), signers: vec![], events: vec![], days: None }
}

/// The fonts of these tests have letters of the Latin script alone.
fn uncovered(text: &str) -> Vec<char> {
    text.chars().filter(|letter| !letter.is_ascii()).collect()
}

fn read(posted: &[(&str, &str)]) -> ReadValues {
    let of = |name: &str| match posted.iter().find(|(own, _)| *own == name) {
        None => Posted::Nothing,
        Some((_, "")) => Posted::Empty,
        Some((_, typed)) => Posted::Typed(typed),
    };
    consent().read(of, uncovered)
}

pub(super) fn filled<'a>(document: &'a Document, posted: &[(&str, &str)]) -> Filled<'a> {
    Filled::Document(FilledIn { document, values: read(posted).values, evidence: Some(evidence()) })
}

fn make(world: &mut World) -> Interaction {
    let new = NewInteraction {
        id: InteractionId::generate(&world.random),
        title: "Consent".into(),
        asked: Asked::Document(consent()),
        values: Values::new(),
        order: None,
        due_at: None,
        send: true,
        library: None,
        part_of: None,
        assignee: crate::interaction::Assignee::Customer,
    };
    world.run(WorkCommand::Add(new), nina()).unwrap()
}

const INK: &str = r#"{"path":"M1 2L3 4","pen":2.5}"#;
pub(super) const WHOLE: &[(&str, &str)] = &[("name", "Mara Quist"), ("read", "on"), ("sign", INK)];

#[test]
fn r21_what_is_typed_into_a_document_is_a_value_or_says_why_not() {
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let strokes = Some(Value::Strokes(Strokes { path: "M1 2L3 4".into(), pen: 2.5 }));
    for (name, typed, value) in [
        ("name", " Mara\nQuist ", text("Mara Quist")),
        ("name", "", None),
        ("city", "", text("")),
        ("born", "1999-04-01", text("1999-04-01")),
        ("income", "1 200,50", text("1 200,50")),
        ("read", "on", Some(Value::Ticked(true))),
        ("read", "", None),
        ("plan", "large", text("large")),
        ("sign", "Mara Quist", text("Mara Quist")),
        ("sign", INK, strokes),
    ] {
        let read = read(&[(name, typed)]);
        assert_eq!((read.values, read.wrong.len()), (BTreeMap::from([(name.to_owned(), value)]), 0), "{name} {typed}");
    }
    for (name, typed, why) in [
        ("name", "日本", ValueFault::Letters("日 本".into())),
        ("name", "x".repeat(31).as_str(), ValueFault::Answer(Wrong::Long(30))),
        ("born", "1.4.1999", ValueFault::Answer(Wrong::Day)),
        ("income", "much", ValueFault::Answer(Wrong::Number)),
        ("plan", "huge", ValueFault::Answer(Wrong::Option)),
        ("sign", "{}", ValueFault::Drawing),
        ("sign", r#"{"path":"<svg>","pen":2}"#, ValueFault::Drawing),
    ] {
        assert_eq!(read(&[(name, typed)]).wrong, BTreeMap::from([(name.to_owned(), why)]), "{name} {typed}");
    }
    // As programs give them: a name that no field has, a tick in a text.
    let given: Values = serde_json::from_value(json!({"nobody": "x", "name": true, "read": true})).unwrap();
    let read = consent().take(&given, uncovered);
    assert_eq!(read.wrong.keys().collect::<Vec<_>>(), ["name", "nobody"]);
    assert_eq!(read.values, BTreeMap::from([("read".to_owned(), Some(Value::Ticked(true)))]));
}

#[test]
fn r21_nobody_but_the_customer_signs() {
    let ink: Value = serde_json::from_str(INK).unwrap();
    for value in [ink, Value::Text("Mara Quist".into()), Value::Text(String::new())] {
        let read = consent().take(&Values::from([("sign".to_owned(), value)]), uncovered);
        let wrong = BTreeMap::from([("sign".to_owned(), ValueFault::Answer(Wrong::Option))]);
        assert_eq!((read.values, read.wrong), (BTreeMap::new(), wrong));
    }
    let mut prefilled = consent();
    for field in prefilled.form.fields.iter_mut().filter(|field| field.name == "sign") {
        field.prefill = Some("Mara Quist".into());
    }
    assert!(prefilled.missing(&Values::new()).iter().any(|missing| missing.field == "sign"));
}

#[test]
fn r21_a_document_is_completed_and_its_signed_file_comes_once() {
    let (mut world, document) = (World::new(), consent());
    let made = make(&mut world);
    assert_eq!((made.kind, made.progress), (Kind::Document, Progress { done: 0, of: 3 }));
    let begun = world.run(WorkCommand::Save(&made, filled(&document, &WHOLE[..1])), Actor::Customer).unwrap();
    assert_eq!((begun.state, begun.progress), (InteractionState::InProgress, Progress { done: 1, of: 3 }));
    let again = world.decide(WorkCommand::Save(&begun, filled(&document, &WHOLE[..1])), Actor::Customer).unwrap();
    assert!(again.is_unchanged(), "the same values once more");
    let Err(Rejection::Work(Refusal::Incomplete(missing))) =
        world.decide(WorkCommand::Complete(&begun, filled(&document, &[])), Actor::Customer)
    else {
        panic!("something is missing")
    };
    assert_eq!(missing.iter().map(|missing| missing.field.as_str()).collect::<Vec<_>>(), ["read", "sign"]);
    let done = world.run(WorkCommand::Complete(&begun, filled(&document, WHOLE)), Actor::Customer).unwrap();
    assert!(done.state == InteractionState::Completed && done.evidence.is_some() && done.due().is_some());
    let task = document.finish_task(&world.session.id, &done).unwrap();
    assert_eq!((task.values, task.at), (done.values.clone(), world.now));

    // Nothing has come: it is asked for again, at its time and not before.
    let early = world.decide(WorkCommand::FinishAgain(&done), Actor::System).unwrap();
    assert!(early.is_unchanged());
    let mut waiting = done.clone();
    let mut tries = 1;
    loop {
        world.now = waiting.due().unwrap();
        waiting = world.run(WorkCommand::FinishAgain(&waiting), Actor::System).unwrap();
        if waiting.signed == Some(SignedFile::Failed) {
            break;
        }
        tries += 1;
    }
    assert_eq!((tries, waiting.due()), (6, None));

    // A file that comes after all is taken, and another one after it is not.
    let file = |own: &'static str, size| (own.to_owned(), own.repeat(2), size);
    let (key, sha256, size) = file("signed/a", 5);
    let ready = world.run(WorkCommand::File { own: &waiting, key, sha256, size }, Actor::System).unwrap();
    assert!(matches!(&ready.signed, Some(SignedFile::Ready { size: 5, .. })) && ready.due().is_none());
    let (key, sha256, size) = file("signed/b", 6);
    assert!(world.decide(WorkCommand::File { own: &ready, key, sha256, size }, Actor::System).unwrap().is_unchanged());
    assert!(world.decide(WorkCommand::FinishAgain(&ready), Actor::System).unwrap().is_unchanged());
}

/// R2, as a table: which plan lets a customer write into a document, and when.
#[test]
fn r2_a_document_is_written_to_where_the_plan_says_so() {
    let minutes = |minutes: i64| SignedDuration::from_mins(minutes);
    let access = |level, time: Option<u32>, then: Option<u32>| CustomerAccess {
        level,
        minutes: time,
        then_limited_minutes: then,
        attachments: false,
        chat: false,
    };
    for (plan, after, may) in [
        (access(AccessLevel::None, None, None), 0, false),
        (access(AccessLevel::Full, None, None), 0, true),
        (access(AccessLevel::Full, None, None), 1_000_000, true),
        (access(AccessLevel::FullTimed, Some(10), None), 9, true),
        (access(AccessLevel::FullTimed, Some(10), None), 10, false),
        (access(AccessLevel::FullTimed, Some(10), Some(10)), 15, false),
        (access(AccessLevel::Limited, Some(10), None), 0, false),
    ] {
        let (mut world, document) = (World::new(), consent());
        let made = make(&mut world);
        world.end(plan.clone());
        world.now += minutes(after);
        for command in [
            WorkCommand::Save(&made, filled(&document, WHOLE)),
            WorkCommand::Complete(&made, filled(&document, WHOLE)),
            WorkCommand::Decline(&made, String::new()),
        ] {
            let allowed = world.decide(command, Actor::Customer);
            let refused = matches!(&allowed, Err(Rejection::Work(Refusal::ReadOnly)));
            assert_eq!((allowed.is_ok(), refused), (may, !may), "{plan:?} after {after}");
        }
    }
}

#[test]
fn r21_what_is_filled_in_has_room_in_an_item() {
    let (mut world, mut document) = (World::new(), consent());
    let field = document.form.fields[7].clone();
    for number in 0..10 {
        document.form.fields.push(parlor_form::Field { name: format!("sign {number}"), ..field.clone() });
    }
    let made = make(&mut world);
    let path = format!("M1 2{}", "L3 4".repeat(4_900));
    let long = Value::Strokes(Strokes { path, pen: 1.0 });
    let values = (0..10).map(|number| (format!("sign {number}"), Some(long.clone()))).collect();
    let filled = Filled::Document(FilledIn { document: &document, values, evidence: None });
    assert_eq!(
        world.decide(WorkCommand::Save(&made, filled), Actor::Customer),
        Err(Rejection::Work(Refusal::TooMuch)),
        "ten signatures of almost 20 KB each",
    );
}

proptest! {
    /// Whatever is posted in whatever order: nothing fails, what is kept is a value, and saving it again changes nothing.
    #[test]
    fn r21_any_posts_leave_values_that_stay(
        posts in prop::collection::vec((0_usize..8, "[ -~\u{e9}\u{65e5}]{0,40}"), 0..12),
    ) {
        let (mut world, document) = (World::new(), consent());
        let mut own = make(&mut world);
        let names = document.names();
        for (name, typed) in &posts {
            let Some(name) = names.get(*name) else { continue };
            let post = [(*name, typed.trim())];
            let before = own.clone();
            let decision = world.decide(WorkCommand::Save(&own, filled(&document, &post)), Actor::Customer).unwrap();
            if let Some(write) = decision.interactions.first() {
                prop_assert_eq!(write.interaction.version, before.version + 1);
                own = write.interaction.clone();
                world.session = decision.session;
            }
            let again = world.decide(WorkCommand::Save(&own, filled(&document, &post)), Actor::Customer).unwrap();
            prop_assert!(again.is_unchanged());
            prop_assert!(own.progress.done <= own.progress.of);
        }
        let mut unsigned = own.values.clone();
        unsigned.remove("sign");
        let kept = document.take(&unsigned, uncovered);
        prop_assert_eq!(kept.wrong, BTreeMap::new());
        let stored: Interaction = serde_json::from_str(&serde_json::to_string(&own).unwrap()).unwrap();
        prop_assert_eq!(stored, own);
    }
}
