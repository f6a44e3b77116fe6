//! Files and signatures among a workflow's answers.

use super::request::{add, file, id};
use super::*;
use crate::UploadId;

/// A step that decides whether the second is shown; both take files, the first a signature too.
pub(super) fn proof() -> Workflow {
    workflow(json!({"steps": [
        {"id": "work", "title": "Your work", "fields": [
            {"name": "employed", "label": "Are you employed?", "type": "yes_no", "required": true},
            {"name": "passport", "label": "Your passport", "type": "file", "required": true, "min": 2, "max": 3},
            {"name": "signed", "label": "Sign here", "type": "signature", "required": true},
        ]},
        {"id": "pay", "title": "Your pay", "show_if": {"all": [{"field": "employed", "is": true}]}, "fields": [
            {"name": "payslips", "label": "Your payslips", "type": "file", "required": true},
        ]},
    ]}))
}

impl World {
    fn make_proof(&mut self) -> Interaction {
        let new = NewInteraction {
            id: InteractionId::generate(&self.random),
            title: "Proof".into(),
            asked: Asked::Workflow(proof()),
            values: parlor_form::Values::new(),
            order: None,
            due_at: None,
            send: true,
            library: None,
            part_of: None,
            assignee: crate::interaction::Assignee::Customer,
        };
        self.run(WorkCommand::Add(new), nina()).unwrap()
    }

    /// What becomes of the interaction; itself where nothing does.
    fn answers(&mut self, own: &Interaction, field: &str, change: FileChange, typed: &[(&str, &str)]) -> Interaction {
        let workflow = proof();
        let read = workflow.read(|name| typed.iter().find(|(own, _)| *own == name).map(|(_, typed)| *typed));
        let entries = Entries { answers: read.answers, ..Entries::default() };
        let command = WorkCommand::AnswerFiles { own, workflow: &workflow, field: field.into(), change, entries };
        let Ok(decision) = self.decide(command, Actor::Customer) else { return own.clone() };
        self.session = decision.session;
        decision.interactions.into_iter().next().map_or_else(|| own.clone(), |write| write.interaction)
    }
}

fn uploads(own: &Interaction, field: &str) -> Vec<UploadId> {
    own.entered.get(field).map(|answer| answer.files().to_vec()).unwrap_or_default()
}

#[test]
fn r21_files_answer_a_question_and_what_is_typed_beside_them_is_kept() {
    let mut world = World::new();
    proof().check().unwrap();
    let made = world.make_proof();
    let one = world.answers(&made, "passport", add(1), &[("employed", "no"), ("signed", "Mara Quist")]);
    assert_eq!((one.state, one.started_at.is_some()), (InteractionState::InProgress, true));
    assert_eq!((uploads(&one, "passport"), one.files.len()), (vec![id(1)], 1));
    assert_eq!(one.entered["employed"], Answer::YesNo(false));
    let workflow = proof();
    let complete = |world: &World, own: &Interaction| {
        world.decide(WorkCommand::Complete(own, Filled::Workflow(&workflow, Entries::default())), Actor::Customer)
    };
    let missing = vec![Missing { step: "work".into(), field: "passport".into() }];
    assert_eq!(complete(&world, &one).unwrap_err(), Refusal::Incomplete(missing).into(), "two are wanted");
    let two = world.answers(&one, "passport", add(2), &[]);
    assert!(complete(&world, &two).is_ok());
    let again = world.answers(&two, "passport", add(2), &[]);
    assert_eq!(again, two, "again");
    let other = world.answers(&two, "payslips", add(2), &[]);
    assert_eq!(other, two, "a file answers one question");
    let nowhere = world.answers(&two, "signed", add(3), &[]);
    assert_eq!(nowhere, two, "a signature is no file");
    let turned = world.answers(&two, "passport", FileChange::Earlier(id(2)), &[]);
    assert_eq!(uploads(&turned, "passport"), vec![id(2), id(1)]);
}

#[test]
fn r21_a_signature_is_drawn_or_typed_and_nothing_else() {
    let workflow = proof();
    let field = workflow.fields().find(|field| field.kind == FieldKind::Signature).unwrap();
    let drawn = r#"{"path":"M1 2L3 4","pen":2.5}"#;
    assert!(matches!(field.read(drawn), Ok(Some(Answer::Drawn(_)))));
    assert_eq!(field.read(drawn).unwrap().unwrap().as_typed(), drawn, "it goes back into the form as it came");
    assert_eq!(field.read(" Mara\tQuist "), Ok(Some(Answer::Text("Mara Quist".into()))));
    assert_eq!(field.read(r#"{"path":"<svg>","pen":2.5}"#), Err(Wrong::Drawing));
    assert_eq!(field.read("{"), Err(Wrong::Drawing));
    assert_eq!(field.read(&"a".repeat(201)), Err(Wrong::Long(200)));
    // What is stored is read as what it was.
    for answer in [field.read(drawn).unwrap().unwrap(), Answer::Files(vec![id(1), id(2)])] {
        let stored = serde_json::to_value(&answer).unwrap();
        assert_eq!(serde_json::from_value::<Answer>(stored).unwrap(), answer);
    }
    let asked = |show_if| {
        let steps = json!({"steps": [{"id": "a", "title": "A", "fields": [{"name": "s", "label": "S", "type": "signature"}]},
            {"id": "b", "title": "B", "text": "b", "show_if": {"all": [show_if]}}]});
        serde_json::from_value::<Workflow>(steps).unwrap().check().unwrap_err().field
    };
    assert_eq!(asked(json!({"field": "s", "is": "Mara"})), "steps[1].show_if.is", "no condition is about a signature");
}

#[test]
fn r21_a_workflow_has_forty_files_at_most() {
    let mut world = World::new();
    let fields: Vec<_> =
        (0..3).map(|n| json!({"name": format!("f{n}"), "label": "F", "type": "file", "max": 20})).collect();
    let workflow = workflow(json!({"steps": [{"id": "a", "title": "A", "fields": fields}]}));
    let mut own = world.make_proof();
    for n in 0..41 {
        let change = add(n);
        let field = format!("f{}", n / 20);
        let command =
            WorkCommand::AnswerFiles { own: &own, workflow: &workflow, field, change, entries: Entries::default() };
        match world.decide(command, Actor::Customer) {
            Ok(decision) => own = decision.interactions.into_iter().next().unwrap().interaction,
            Err(refused) => assert_eq!((n, refused), (40, Refusal::NoFile(NoFile::TooMany).into())),
        }
    }
    assert_eq!(own.files.len(), WORKFLOW_FILES);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// R21: whatever is added, moved and removed, each file answers one question, and a completed workflow has those of its answers.
    #[test]
    fn r21_a_completed_workflow_has_the_files_of_its_answers(
        changes in prop::collection::vec((0..2_usize, 0..4_u8, 0..8_u64, any::<bool>()), 0..30),
    ) {
        let (mut world, workflow) = (World::new(), proof());
        let mut own = world.make_proof();
        for (field, what, n, employed) in changes {
            let change = match what {
                0 => FileChange::Remove(id(n)),
                1 => FileChange::Earlier(id(n)),
                2 => FileChange::Add { file: file(n), replaces: Some(id(n / 2)) },
                _ => add(n),
            };
            let typed = [("employed", if employed { "yes" } else { "no" }), ("signed", "Mara Quist")];
            own = world.answers(&own, ["passport", "payslips"][field], change, &typed);
            let answered: Vec<UploadId> = ["passport", "payslips"].iter().flat_map(|field| uploads(&own, field)).collect();
            let once: BTreeSet<&UploadId> = answered.iter().collect();
            prop_assert_eq!((once.len(), own.files.len()), (answered.len(), answered.len()));
        }
        let command = WorkCommand::Complete(&own, Filled::Workflow(&workflow, Entries::default()));
        if let Ok(decision) = world.decide(command, Actor::Customer) {
            let done = &decision.interactions[0].interaction;
            let kept: Vec<UploadId> = done.entered.values().flat_map(|answer| answer.files().to_vec()).collect();
            let shown = own.entered["employed"] == Answer::YesNo(true);
            prop_assert_eq!(done.files.len(), kept.len());
            prop_assert!(shown || uploads(done, "payslips").is_empty(), "what is hidden goes");
        }
    }
}
