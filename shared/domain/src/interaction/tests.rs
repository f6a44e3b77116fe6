//! Workflows: what is shown, what counts, what is refused; and an interaction's life within a session.

mod answer_files;
mod boundaries;
mod document;
mod parts;
mod placing;
mod reminders;
mod request;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    AccessTier, Actor, Command, Contact, EventKind, InteractionId, Keyring, LinkToken, NewSession, Origin, Rejection,
    SessionId, Settings, TeamId,
    random::Seeded,
    session::{Context, Customer, Decision, Outcome, Session},
    settings::{AccessLevel, CustomerAccess},
};

fn workflow(value: serde_json::Value) -> Workflow {
    serde_json::from_value(value).unwrap()
}

/// Three steps, of which the second hangs on the first and the third on the second.
fn household() -> Workflow {
    workflow(json!({"steps": [
        {"id": "who", "title": "Who lives with you", "fields": [
            {"name": "alone", "label": "Do you live alone?", "type": "yes_no", "required": true},
            {"name": "since", "label": "Since when?", "type": "date"},
        ]},
        {"id": "others", "title": "The others", "show_if": {"all": [{"field": "alone", "is": false}]}, "fields": [
            {"name": "adults", "label": "How many adults?", "type": "number", "required": true, "min": 1, "max": 20},
            {"name": "plan", "label": "Which plan?", "type": "choice", "options": ["Small", "Large"]},
        ]},
        {"id": "crowd", "title": "A full house", "show_if": {"any": [{"field": "adults", "over": 3}, {"field": "plan", "is": "Large"}]},
         "fields": [{"name": "why", "label": "Tell us more", "type": "text", "required": true, "max": 20}]},
    ]}))
}

struct World {
    random: Seeded,
    now: Timestamp,
    settings: Settings,
    session: Session,
}

fn nina() -> Actor {
    Actor::Agent { id: "agent00000000000".parse().unwrap(), name: "Nina Okafor".into() }
}

impl World {
    fn new() -> Self {
        let random = Seeded::new(5);
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let id = SessionId::generate_for(&TeamId::generate(&random), &random);
        let (_, issued) = LinkToken::issue(&id, &Keyring::new([1; 32]), &random);
        let new = NewSession {
            id,
            customer: Customer {
                name: "Mara Quist".into(),
                contact: Contact { email: Some("mara@example.net".parse().unwrap()), phone: None },
            },
            channel: None,
            agent: "agent00000000000".parse().unwrap(),
            agent_name: "Nina Okafor".into(),
            agent_email: None,
            language: None,
            pin: None,
            reference: None,
            metadata: BTreeMap::new(),
        };
        let settings = Settings::default();
        let context = Context { actor: nina(), origin: Origin::default(), now };
        let session = Session::create(new, Some(&issued), &settings, &context).unwrap().session;
        Self { random, now, settings, session }
    }

    fn decide(&self, command: WorkCommand<'_>, actor: Actor) -> Result<Decision, Rejection> {
        let context = Context { actor, origin: Origin::default(), now: self.now };
        self.session.decide(Command::Work(command), &self.settings, &context)
    }

    /// Carries a command out, and gives the interaction as it is then.
    fn run(&mut self, command: WorkCommand<'_>, actor: Actor) -> Result<Interaction, Rejection> {
        let decision = self.decide(command, actor)?;
        self.session = decision.session;
        Ok(decision.interactions.into_iter().next().unwrap().interaction)
    }

    fn new_for(&self, asked: Asked, assignee: &crate::interaction::Assignee, send: bool) -> NewInteraction {
        NewInteraction {
            id: InteractionId::generate(&self.random),
            title: "About your household".into(),
            asked,
            values: parlor_form::Values::new(),
            order: None,
            due_at: None,
            send,
            library: None,
            part_of: None,
            assignee: assignee.clone(),
        }
    }

    fn make(&mut self, send: bool) -> Interaction {
        let new = self.new_for(Asked::Workflow(household()), &crate::interaction::Assignee::Customer, send);
        self.run(WorkCommand::Add(new), nina()).unwrap()
    }

    fn issued(&self) -> crate::link::Issued {
        LinkToken::issue(&self.session.id, &Keyring::new([1; 32]), &self.random).1
    }

    fn end(&mut self, access: CustomerAccess) {
        self.settings.end.customer_access = access;
        let context = Context { actor: nina(), origin: Origin::default(), now: self.now };
        self.session = self.session.decide(Command::End, &self.settings, &context).unwrap().session;
    }
}

fn entries(typed: &[(&str, &str)]) -> Entries {
    let read = household().read(|name| typed.iter().find(|(own, _)| *own == name).map(|(_, typed)| *typed));
    assert_eq!(read.wrong, BTreeMap::new());
    Entries { answers: read.answers, ..Entries::default() }
}

#[test]
fn r21_a_workflow_is_checked_where_it_is_wrong() {
    household().check().unwrap();
    let step = |fields: serde_json::Value| json!({"steps": [{"id": "a", "title": "A", "fields": fields}]});
    let two = |condition: serde_json::Value| {
        json!({"steps": [
            {"id": "a", "title": "A", "fields": [
                {"name": "n", "label": "N", "type": "number"}, {"name": "c", "label": "C", "type": "choice", "options": ["x", "y"]},
            ]},
            {"id": "b", "title": "B", "text": "Hello", "show_if": {"all": [condition]}},
        ]})
    };
    for (definition, field) in [
        (json!({"steps": []}), "steps"),
        (json!({"steps": [{"id": "a", "title": "A"}]}), "steps"),
        (json!({"steps": [{"id": "a b", "title": "A", "text": "x"}, {"id": "a", "title": "A", "text": "x"}]}), "steps"),
        (step(json!([{"name": "1", "label": "x", "type": "text"}])), "steps[0].fields[0].name"),
        (step(json!([{"name": "a", "label": " ", "type": "text"}])), "steps[0].fields[0].label"),
        (
            step(json!([{"name": "a", "label": "x", "type": "text"}, {"name": "a", "label": "x", "type": "text"}])),
            "steps[0].fields[1].name",
        ),
        (step(json!([{"name": "a", "label": "x", "type": "file", "max": 21}])), "steps[0].fields[0].max"),
        (step(json!([{"name": "a", "label": "x", "type": "file", "min": 3, "max": 2}])), "steps[0].fields[0].min"),
        (
            step(json!([{"name": "a", "label": "x", "type": "file", "options": ["x", "y"]}])),
            "steps[0].fields[0].options",
        ),
        (step(json!([{"name": "a", "label": "x", "type": "signature", "max": 5}])), "steps[0].fields[0].max"),
        (
            step(json!([{"name": "a", "label": "x", "type": "choice", "options": ["x", "x"]}])),
            "steps[0].fields[0].options",
        ),
        (
            step(json!([{"name": "a", "label": "x", "type": "text", "options": ["x", "y"]}])),
            "steps[0].fields[0].options",
        ),
        (step(json!([{"name": "a", "label": "x", "type": "text", "pattern": "(?=a)"}])), "steps[0].fields[0].pattern"),
        (step(json!([{"name": "a", "label": "x", "type": "text", "pattern": "("}])), "steps[0].fields[0].pattern"),
        (step(json!([{"name": "a", "label": "x", "type": "number", "pattern": "1"}])), "steps[0].fields[0].pattern"),
        (step(json!([{"name": "a", "label": "x", "type": "number", "min": "2026-01-01"}])), "steps[0].fields[0].min"),
        (step(json!([{"name": "a", "label": "x", "type": "date", "max": 4}])), "steps[0].fields[0].max"),
        (step(json!([{"name": "a", "label": "x", "type": "number", "min": 5, "max": 4}])), "steps[0].fields[0].min"),
        (step(json!([{"name": "a", "label": "x", "type": "text", "max": 20_000}])), "steps[0].fields[0].max"),
        (two(json!({"field": "later", "is": 1})), "steps[1].show_if.field"),
        (two(json!({"field": "n"})), "steps[1].show_if.field"),
        (two(json!({"field": "n", "is": 1, "not": 2})), "steps[1].show_if.field"),
        (two(json!({"field": "n", "is": "one"})), "steps[1].show_if.is"),
        (two(json!({"field": "c", "in": ["x", "z"]})), "steps[1].show_if.in"),
        (two(json!({"field": "c", "over": 1})), "steps[1].show_if.over"),
    ] {
        assert_eq!(workflow(definition).check().unwrap_err().field, field);
    }
    for fine in
        [json!({"field": "n", "under": 1}), json!({"field": "c", "not": "x"}), json!({"field": "c", "in": ["x"]})]
    {
        workflow(two(fine)).check().unwrap();
    }
    for broken in [
        json!({"steps": [], "x": 1}),
        json!({"steps": [{"id": "a", "title": "A", "text": "t", "show_if": {"none": []}}]}),
    ] {
        assert!(serde_json::from_value::<Workflow>(broken).is_err());
    }
}

/// What a definition has where something else is wanted is said without naming what the code calls it.
#[test]
fn r21_a_wrong_type_is_said_in_plain_words() {
    let says = |condition: serde_json::Value| serde_json::from_value::<Condition>(condition).unwrap_err().to_string();
    assert_eq!(says(json!({"field": "n", "over": [1]})), "a number, or a day as `2026-11-21`, is wanted here");
    assert_eq!(says(json!({"field": "n", "is": {}})), "a text, a number, or true or false is wanted here");
}

#[test]
fn r21_what_was_typed_is_read_or_said_to_be_wrong() {
    let field = |value: serde_json::Value| serde_json::from_value::<Field>(value).unwrap();
    let text = field(json!({"name": "a", "label": "A", "type": "text", "min": 2, "max": 4, "pattern": "[a-z]+|é+"}));
    for (typed, read) in [
        ("abc", Ok(Some(Answer::Text("abc".into())))),
        ("  abc\r\n", Ok(Some(Answer::Text("abc".into())))),
        ("", Ok(None)),
        ("a", Err(Wrong::Short(2))),
        ("abcde", Err(Wrong::Long(4))),
        ("ab1", Err(Wrong::Pattern)),
        ("éé", Ok(Some(Answer::Text("éé".into())))),
    ] {
        assert_eq!(text.read(typed), read, "{typed:?}");
    }
    let number = field(json!({"name": "a", "label": "A", "type": "number", "min": -1, "max": 2.5}));
    assert_eq!(number.read("2,5"), Ok(Some(Answer::Number(serde_json::Number::from_f64(2.5).unwrap()))));
    assert_eq!(number.read("2.6"), Err(Wrong::Over(number.max.clone().unwrap())));
    assert_eq!(number.read("-1.1"), Err(Wrong::Under(number.min.clone().unwrap())));
    assert_eq!(number.read("two"), Err(Wrong::Number));
    let date = field(json!({"name": "a", "label": "A", "type": "date", "min": "2026-01-01"}));
    assert_eq!(date.read("2026-01-01"), Ok(Some(Answer::Text("2026-01-01".into()))));
    assert_eq!(date.read("2025-12-31"), Err(Wrong::Under(date.min.clone().unwrap())));
    assert_eq!(date.read("1.1.2026"), Err(Wrong::Day));
    let yes = field(json!({"name": "a", "label": "A", "type": "yes_no"}));
    assert_eq!((yes.read("yes"), yes.read("true")), (Ok(Some(Answer::YesNo(true))), Err(Wrong::Option)));
}

#[test]
fn r21_a_workflow_is_filled_in_step_by_step_and_completed() {
    let (mut world, workflow) = (World::new(), household());
    let made = world.make(true);
    assert_eq!((made.state, made.progress), (InteractionState::Sent, Progress { done: 0, of: 1 }));
    assert_eq!(world.session.task_count(), TaskCount { done: 0, of: 1 });
    let first = Entries { passed: Some("who".into()), at: Some("others".into()), ..entries(&[("alone", "no")]) };
    let version = world.session.version;
    let begun =
        world.run(WorkCommand::Save(&made, Filled::Workflow(&workflow, first.clone())), Actor::Customer).unwrap();
    assert_eq!((begun.state, begun.at.as_deref()), (InteractionState::InProgress, Some("others")));
    assert_eq!((begun.progress, begun.version), (Progress { done: 1, of: 2 }, 2));
    assert_eq!(world.session.version, version + 1, "everybody hears that it began");
    let again = world.decide(WorkCommand::Save(&begun, Filled::Workflow(&workflow, first)), Actor::Customer).unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged, "the same once more changes nothing");
    let saved = world
        .decide(WorkCommand::Save(&begun, Filled::Workflow(&workflow, entries(&[("adults", "2")]))), Actor::Customer)
        .unwrap();
    assert!(saved.is_save() && saved.session == world.session, "a further save leaves the session as it is");
    let saved = saved.interactions[0].interaction.clone();
    let missing =
        world.decide(WorkCommand::Complete(&begun, Filled::Workflow(&workflow, Entries::default())), Actor::Customer);
    let open = Missing { step: "others".into(), field: "adults".into() };
    assert_eq!(missing.unwrap_err(), Rejection::Work(Refusal::Incomplete(vec![open])));
    assert!(!world.session.is_complete());
    let done = world
        .run(WorkCommand::Complete(&saved, Filled::Workflow(&workflow, Entries::default())), Actor::Customer)
        .unwrap();
    assert_eq!((done.state, done.progress), (InteractionState::Completed, Progress { done: 2, of: 2 }));
    assert!(world.session.is_complete());
    let again = world
        .decide(WorkCommand::Complete(&done, Filled::Workflow(&workflow, Entries::default())), Actor::Customer)
        .unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    for refused in [
        world.decide(WorkCommand::Save(&done, Filled::Workflow(&workflow, Entries::default())), Actor::Customer),
        world.decide(WorkCommand::Decline(&done, String::new()), Actor::Customer),
        world.decide(WorkCommand::Withdraw(&done), nina()),
        world.decide(WorkCommand::Send(&done, None), nina()),
    ] {
        assert_eq!(refused.unwrap_err(), Rejection::Work(Refusal::Closed));
    }
}

#[test]
fn r21_a_draft_is_sent_withdrawn_and_counted() {
    let (mut world, workflow) = (World::new(), household());
    let draft = world.make(false);
    assert_eq!(world.session.task_count(), TaskCount::default());
    assert!(world.session.shown_tasks().is_empty() && world.session.next_task().is_none());
    let early =
        world.decide(WorkCommand::Save(&draft, Filled::Workflow(&workflow, Entries::default())), Actor::Customer);
    assert_eq!(early.unwrap_err(), Rejection::Work(Refusal::NotSent));
    let sent = world.run(WorkCommand::Send(&draft, None), nina()).unwrap();
    assert_eq!(sent.sent_at, Some(world.now));
    assert_eq!(world.decide(WorkCommand::Send(&sent, None), nina()).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(world.session.next_task().map(|task| &task.id), Some(&sent.id));
    let declined = world.run(WorkCommand::Decline(&sent, " Not now \n".into()), Actor::Customer).unwrap();
    assert_eq!(declined.reason.as_deref(), Some("Not now"));
    assert_eq!(world.session.task_count(), TaskCount { done: 0, of: 1 }, "what was declined is not done");
    assert!(world.session.next_task().is_none());
    let gone = world.run(WorkCommand::Withdraw(&declined), nina()).unwrap();
    assert_eq!(world.session.task_count(), TaskCount::default());
    assert_eq!(world.decide(WorkCommand::Withdraw(&gone), nina()).unwrap().outcome, Outcome::Unchanged);
    let late = world.decide(WorkCommand::Save(&gone, Filled::Workflow(&workflow, Entries::default())), Actor::Customer);
    assert_eq!(late.unwrap_err(), Rejection::Work(Refusal::Closed));
    let long = world.make(true);
    let reason = "x".repeat(REASON_MAX + 1);
    let refused = world.decide(WorkCommand::Decline(&long, reason), Actor::Customer);
    assert_eq!(refused.unwrap_err(), Rejection::Work(Refusal::InvalidReason));
}

#[test]
fn r23_a_reminder_goes_by_the_sessions_channel_and_not_too_often() {
    let mut world = World::new();
    let sent = world.make(true);
    let issued = world.issued();
    let decision = world.decide(WorkCommand::Remind(&sent, issued), nina()).unwrap();
    assert_eq!((decision.outbox.len(), decision.links.len()), (1, 1));
    let reminded = decision.interactions[0].interaction.clone();
    let issued = world.issued();
    let soon = world.decide(WorkCommand::Remind(&reminded, issued), nina()).unwrap_err();
    assert!(matches!(soon, Rejection::TooOften { .. }));
    world.now += SignedDuration::from_mins(10);
    let issued = world.issued();
    assert!(world.decide(WorkCommand::Remind(&reminded, issued), nina()).is_ok());
    let draft = world.make(false);
    let issued = world.issued();
    assert_eq!(
        world.decide(WorkCommand::Remind(&draft, issued), nina()).unwrap_err(),
        Rejection::Work(Refusal::NotSent)
    );
    world.end(CustomerAccess::default());
    let issued = world.issued();
    assert_eq!(world.decide(WorkCommand::Remind(&sent, issued), nina()).unwrap_err(), Rejection::AlreadyEnded);
}

/// Plans, minutes after the end, and the tier that there is then: what R2 says, at each boundary. Without a plan the session runs.
fn boundaries() -> Vec<(Option<CustomerAccess>, i64, AccessTier)> {
    let timed = CustomerAccess {
        level: AccessLevel::FullTimed,
        minutes: Some(60),
        then_limited_minutes: Some(30),
        ..CustomerAccess::default()
    };
    let full = CustomerAccess { level: AccessLevel::Full, ..CustomerAccess::default() };
    let limited = CustomerAccess { level: AccessLevel::Limited, minutes: Some(30), ..CustomerAccess::default() };
    let none = CustomerAccess::default();
    vec![
        (None, 0, AccessTier::Full),
        (Some(full.clone()), 0, AccessTier::Full),
        (Some(full.clone()), 1_000_000, AccessTier::Full),
        (Some(timed.clone()), 0, AccessTier::Full),
        (Some(timed.clone()), 59, AccessTier::Full),
        (Some(timed.clone()), 60, AccessTier::Limited),
        (Some(timed.clone()), 89, AccessTier::Limited),
        (Some(timed.clone()), 90, AccessTier::None),
        (Some(limited.clone()), 0, AccessTier::Limited),
        (Some(limited.clone()), 30, AccessTier::None),
        (Some(none.clone()), 0, AccessTier::None),
    ]
}

/// The rest of them is in `boundaries`.
#[test]
fn r2_an_interaction_is_filled_in_exactly_where_the_tier_is_full() {
    for (access, minutes, tier) in boundaries() {
        let (mut world, workflow) = (World::new(), household());
        let sent = world.make(true);
        if let Some(access) = &access {
            world.end(access.clone());
        }
        world.now += SignedDuration::from_mins(minutes);
        assert_eq!(world.session.access(world.now).tier, tier);
        let alone = || entries(&[("alone", "yes")]);
        for command in [
            WorkCommand::Save(&sent, Filled::Workflow(&workflow, alone())),
            WorkCommand::Complete(&sent, Filled::Workflow(&workflow, alone())),
            WorkCommand::Decline(&sent, String::new()),
        ] {
            let decided = world.decide(command, Actor::Customer);
            match tier {
                AccessTier::Full => assert!(decided.is_ok(), "{access:?} {minutes}"),
                _ => assert_eq!(decided.unwrap_err(), Rejection::Work(Refusal::ReadOnly), "{access:?} {minutes}"),
            }
        }
        // What staff do to what there is to do needs a session that is not over.
        for command in
            [WorkCommand::Send(&sent, None), WorkCommand::Withdraw(&sent), WorkCommand::Remind(&sent, world.issued())]
        {
            assert_eq!(world.decide(command, nina()).is_ok(), access.is_none());
        }
    }
}

#[test]
fn r24_events_alone_give_the_sessions_tasks_again() {
    let (mut world, workflow) = (World::new(), household());
    let before = world.session.clone();
    let mut events = vec![];
    let mut keep = |world: &mut World, command: WorkCommand<'_>, actor: Actor| {
        let decision = world.decide(command, actor).unwrap();
        world.session = decision.session;
        events.extend(decision.events);
        decision.interactions[0].interaction.clone()
    };
    let new = |send, order| NewInteraction {
        id: InteractionId::generate(&Seeded::new(u64::from(order))),
        title: "T".into(),
        asked: Asked::Workflow(household()),
        values: parlor_form::Values::new(),
        order: Some(order),
        due_at: None,
        send,
        library: None,
        part_of: None,
        assignee: crate::interaction::Assignee::Customer,
    };
    let first = keep(&mut world, WorkCommand::Add(new(true, 2)), nina());
    let second = keep(&mut world, WorkCommand::Add(new(false, 1)), nina());
    let begun = keep(
        &mut world,
        WorkCommand::Save(&first, Filled::Workflow(&workflow, entries(&[("alone", "yes")]))),
        Actor::Customer,
    );
    let second = keep(&mut world, WorkCommand::Send(&second, None), nina());
    assert_eq!(world.session.next_task().map(|task| task.id.clone()), Some(second.id.clone()));
    keep(&mut world, WorkCommand::Complete(&begun, Filled::Workflow(&workflow, Entries::default())), Actor::Customer);
    keep(&mut world, WorkCommand::Withdraw(&second), nina());
    let mut replayed = before;
    for event in &events {
        replayed.apply(event);
    }
    assert_eq!(replayed.tasks, world.session.tasks);
    assert!(events.iter().all(|event| !matches!(event.kind, EventKind::Message { .. })));
}

fn typed() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let one = prop_oneof![
        prop_oneof![Just("yes"), Just("no"), Just("")].prop_map(|typed| ("alone", typed)),
        prop_oneof![Just("1"), Just("7"), Just("")].prop_map(|typed| ("adults", typed)),
        prop_oneof![Just("Small"), Just("Large"), Just("")].prop_map(|typed| ("plan", typed)),
        prop_oneof![Just("because"), Just("")].prop_map(|typed| ("why", typed)),
        prop_oneof![Just("2020-01-01"), Just("")].prop_map(|typed| ("since", typed)),
    ];
    prop::collection::vec(one, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is hidden never stands in the way of completing, and is never kept.
    #[test]
    fn r21_a_hidden_required_field_never_blocks_and_its_answer_is_never_kept(saves in typed()) {
        let (mut world, workflow) = (World::new(), household());
        let mut interaction = world.make(true);
        for save in &saves {
            let decision = world.decide(WorkCommand::Save(&interaction, Filled::Workflow(&workflow, entries(&[*save]))), Actor::Customer).unwrap();
            world.session = decision.session;
            if let Some(write) = decision.interactions.into_iter().next() {
                interaction = write.interaction;
            }
        }
        let shown: BTreeSet<String> =
            workflow.shown(&interaction.entered).iter().flat_map(|step| &step.fields).map(|field| field.name.clone()).collect();
        prop_assert!(workflow.kept(&interaction.entered).keys().all(|name| shown.contains(name)));
        match world.run(WorkCommand::Complete(&interaction, Filled::Workflow(&workflow, Entries::default())), Actor::Customer) {
            Ok(done) => {
                prop_assert!(done.entered.keys().all(|name| shown.contains(name)));
                for field in workflow.fields().filter(|field| field.required && shown.contains(&field.name)) {
                    prop_assert!(done.entered.contains_key(&field.name));
                }
            }
            Err(Rejection::Work(Refusal::Incomplete(missing))) => {
                prop_assert!(missing.iter().all(|missing| shown.contains(&missing.field)));
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// Saves of different fields give the same answers in whatever order they come, and however often.
    #[test]
    fn r21_any_order_of_saves_gives_the_same_answers(saves in typed(), turn in any::<prop::sample::Index>(), twice in any::<bool>()) {
        let last: BTreeMap<&str, &str> = saves.into_iter().collect();
        let in_order: Vec<_> = last.into_iter().collect();
        let mut turned = in_order.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        if twice {
            turned.extend(turned.clone());
        }
        let fill = |saves: &[(&str, &str)]| {
            let (mut world, workflow) = (World::new(), household());
            let mut interaction = world.make(true);
            for save in saves {
                let decision = world.decide(WorkCommand::Save(&interaction, Filled::Workflow(&workflow, entries(&[*save]))), Actor::Customer).unwrap();
                world.session = decision.session;
                if let Some(write) = decision.interactions.into_iter().next() {
                    interaction = write.interaction;
                }
            }
            (workflow.kept(&interaction.entered), interaction.progress)
        };
        prop_assert_eq!(fill(&in_order), fill(&turned));
    }
}

/// The published schema is what the code reads.
#[test]
fn r21_the_published_schema_is_fresh() {
    let schema = schemars::schema_for!(Workflow);
    let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workflow.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text, "run this test with UPDATE_SCHEMA=1");
}
