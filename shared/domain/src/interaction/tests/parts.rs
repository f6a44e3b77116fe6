//! Documents of a workflow's steps: needed where their step is shown, and never left alone.

use parlor_form::Values;

use super::{
    document::{WHOLE, consent, filled},
    *,
};

/// A document where the answer is yes, one where it is not, and one in any case.
fn loan() -> Workflow {
    let id = |n: u8| format!("1end1n0000000000000{n:03}");
    workflow(json!({"steps": [
        {"id": "wish", "title": "Your wish", "fields": [
            {"name": "loan", "label": "Do you want it?", "type": "yes_no"},
            {"name": "much", "label": "How much?", "type": "number"},
        ]},
        {"id": "contract", "title": "The contract", "document": id(1), "show_if": {"all": [{"field": "loan", "is": true}]}},
        {"id": "waiver", "title": "The waiver", "document": id(2), "show_if": {"any": [{"field": "loan", "not": true}, {"field": "much", "under": 5}]}},
        {"id": "consent", "title": "Your consent", "document": id(3)},
    ]}))
}

/// What becomes of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Left,
    Begun,
    Completed,
    Declined,
    SentAgain,
    Withdrawn,
    DeclinedAndWithdrawn,
}

impl Fate {
    fn is_needed(self) -> bool {
        !matches!(self, Self::Completed | Self::Withdrawn | Self::DeclinedAndWithdrawn)
    }
}

struct Loan {
    world: World,
    whole: Interaction,
    parts: Vec<Interaction>,
}

impl Loan {
    fn new(send: bool) -> Self {
        let mut world = World::new();
        let asked = loan();
        let id = InteractionId::generate(&world.random);
        let new = |world: &World, asked: Asked, part_of: Option<PartOf>| NewInteraction {
            id: if part_of.is_some() { InteractionId::generate(&world.random) } else { id.clone() },
            title: "Your loan".into(),
            asked,
            values: Values::new(),
            order: None,
            due_at: None,
            send,
            library: None,
            part_of,
            assignee: Assignee::Customer,
        };
        let mut all = vec![WorkCommand::Add(new(&world, Asked::Workflow(asked.clone()), None))];
        for (step, _) in asked.documents() {
            let part_of = Some(PartOf { interaction: id.clone(), step: step.to_owned() });
            all.push(WorkCommand::Add(new(&world, Asked::Document(consent()), part_of)));
        }
        let decision = world.decide(WorkCommand::Together(all), nina()).unwrap();
        world.session = decision.session;
        let mut made = decision.interactions.into_iter().map(|write| write.interaction);
        Self { whole: made.next().unwrap(), parts: made.collect(), world }
    }

    fn answers(&mut self, typed: &[(&str, &str)]) {
        let asked = loan();
        let read = asked.read(|name| typed.iter().find(|(own, _)| *own == name).map(|(_, typed)| *typed));
        let entries = Entries { answers: read.answers, ..Entries::default() };
        if let Ok(decision) =
            self.world.decide(WorkCommand::Save(&self.whole, Filled::Workflow(&asked, entries)), Actor::Customer)
            && let Some(write) = decision.interactions.into_iter().next()
        {
            (self.whole, self.world.session) = (write.interaction, decision.session);
        }
    }

    /// What is done to a document, with the workflow that counts it in the same write.
    fn counted(
        &mut self,
        command: WorkCommand<'_>,
        from: Option<String>,
        actor: Actor,
    ) -> Result<Interaction, Rejection> {
        let (asked, whole) = (loan(), self.whole.clone());
        let both = vec![command, WorkCommand::Count(&whole, &asked, from)];
        let decision = self.world.decide(WorkCommand::Together(both), actor)?;
        self.world.session = decision.session;
        let mut written = decision.interactions.into_iter().map(|write| write.interaction);
        let own = written.next().unwrap();
        self.whole = written.next().unwrap_or(whole);
        Ok(own)
    }

    fn befalls(&mut self, at: usize, fate: Fate) {
        let (document, own) = (consent(), self.parts[at].clone());
        let step = own.part_of.clone().map(|part| part.step);
        let declined = WorkCommand::Decline(&own, "Not so".into());
        let own = match fate {
            Fate::Left => return,
            Fate::Begun => {
                self.world.run(WorkCommand::Save(&own, filled(&document, &[("name", "Mara")])), Actor::Customer)
            }
            Fate::Completed => {
                self.counted(WorkCommand::Complete(&own, filled(&document, WHOLE)), step, Actor::Customer)
            }
            Fate::Declined => self.world.run(declined, Actor::Customer),
            Fate::SentAgain => {
                let declined = self.world.run(declined, Actor::Customer).unwrap();
                self.world.run(WorkCommand::Send(&declined, None), nina())
            }
            Fate::Withdrawn => self.counted(WorkCommand::Withdraw(&own), None, nina()),
            Fate::DeclinedAndWithdrawn => {
                let declined = self.world.run(declined, Actor::Customer).unwrap();
                self.counted(WorkCommand::Withdraw(&declined), None, nina())
            }
        };
        self.parts[at] = own.unwrap();
    }

    fn complete(&self) -> Result<Decision, Rejection> {
        let asked = loan();
        let whole = WorkCommand::Complete(&self.whole, Filled::Workflow(&asked, Entries::default()));
        let parts = self.parts.iter().map(WorkCommand::LetGo);
        self.world.decide(WorkCommand::Together(std::iter::once(whole).chain(parts).collect()), Actor::Customer)
    }
}

#[test]
fn r21_a_step_with_a_document_is_checked_where_it_is_wrong() {
    loan().check().unwrap();
    let step = |id: &str, document: &str| json!({"id": id, "title": "A", "document": document});
    let entry = |n: usize| format!("1end1n0000000000000{n:03}");
    let many: Vec<_> = (0..6).map(|n| step(&format!("s{n}"), &entry(n))).collect();
    for (steps, field) in [
        (json!([step("a", &entry(1)), step("b", &entry(1))]), "steps[1].document"),
        (json!(many), "steps"),
        (json!([{"id": "a", "title": "A"}]), "steps"),
    ] {
        assert_eq!(workflow(json!({ "steps": steps })).check().unwrap_err().field, field);
    }
}

#[test]
fn r21_a_document_of_a_step_goes_where_its_workflow_goes() {
    let mut draft = Loan::new(false);
    let part = Err(Rejection::Work(Refusal::PartOfWorkflow));
    let alone = draft.world.decide(WorkCommand::Send(&draft.parts[0], None), nina()).map(|_| ());
    assert_eq!(alone, part, "its workflow is a draft");
    let sent: Vec<_> =
        std::iter::once(&draft.whole).chain(&draft.parts).map(|own| WorkCommand::Send(own, None)).collect();
    let decision = draft.world.decide(WorkCommand::Together(sent), nina()).unwrap();
    draft.world.session = decision.session;
    assert!(decision.interactions.iter().all(|write| write.interaction.state == InteractionState::Sent));
    let all: Vec<_> = decision.interactions.into_iter().map(|write| write.interaction).collect();

    let world = &mut draft.world;
    assert_eq!(world.session.task_count(), TaskCount { done: 0, of: 1 }, "what is in it does not count beside it");
    assert_eq!(world.session.shown_tasks().len(), 1);
    assert_eq!(world.decide(WorkCommand::Remind(&all[1], world.issued()), nina()).map(|_| ()), part);
    assert!(all.iter().all(|own| own.order == all[0].order));
    // With the workflow it is taken back; what is over takes nothing any more.
    let taken = all.iter().map(WorkCommand::Withdraw).collect();
    let decision = world.decide(WorkCommand::Together(taken), nina()).unwrap();
    world.session = decision.session;
    assert!(decision.interactions.iter().all(|write| write.interaction.state == InteractionState::Withdrawn));
    let document = consent();
    let late = world.decide(WorkCommand::Save(&all[1], filled(&document, WHOLE)), Actor::Customer).map(|_| ());
    assert_eq!(late, Err(Rejection::Work(Refusal::Closed)));
}

#[test]
fn r21_a_step_is_not_passed_before_its_document_is_completed() {
    let mut loan_of = Loan::new(true);
    let asked = loan();
    let passing = |own: &Loan, step: &str| {
        let entries = Entries { passed: Some(step.to_owned()), ..Entries::default() };
        let save = WorkCommand::Save(&own.whole, Filled::Workflow(&asked, entries));
        let decision = own.world.decide(save, Actor::Customer).unwrap();
        decision.interactions.into_iter().next().map(|write| write.interaction)
    };
    assert_eq!(passing(&loan_of, "consent"), None, "nothing is changed");
    loan_of.befalls(2, Fate::Completed);
    let passed = passing(&loan_of, "wish").unwrap();
    assert!(
        passed.passed.contains("consent") && passed.passed.contains("wish"),
        "a document is all that its step asks"
    );
    assert_eq!(passed.progress, Progress { done: 2, of: 3 });
}

#[test]
fn r21_a_signed_document_counts_in_its_workflow_at_once() {
    let mut own = Loan::new(true);
    let (asked, document) = (loan(), consent());
    let complete = |own: &Loan, at: usize| {
        let part = &own.parts[at];
        let step = part.part_of.clone().unwrap().step;
        let both = vec![
            WorkCommand::Complete(part, filled(&document, WHOLE)),
            WorkCommand::Count(&own.whole, &asked, Some(step)),
        ];
        own.world.decide(WorkCommand::Together(both), Actor::Customer).unwrap()
    };
    // Nobody opened the workflow before: it begins, and with the same write the step is counted.
    let decision = complete(&own, 2);
    let [part, whole] = &decision.interactions[..] else { panic!("{:?}", decision.interactions) };
    assert_eq!(
        (part.interaction.state, whole.interaction.state),
        (InteractionState::Completed, InteractionState::InProgress)
    );
    assert_eq!(whole.interaction.progress, Progress { done: 1, of: 3 });
    assert_eq!(whole.interaction.version, own.whole.version + 1);
    own.whole = whole.interaction.clone();
    own.parts[2] = part.interaction.clone();
    own.world.session = decision.session;
    // Completed again, it counts once; a workflow that is over counts nothing.
    let again = complete(&own, 2);
    assert_eq!((again.outcome, again.interactions.len()), (Outcome::Unchanged, 0));
    own.whole.state = InteractionState::Withdrawn;
    let over = own.world.decide(WorkCommand::Count(&own.whole, &asked, Some("consent".into())), Actor::Customer);
    assert_eq!(over.unwrap().outcome, Outcome::Unchanged);
}

#[test]
fn r21_a_document_that_is_taken_back_counts_in_its_workflow_at_once() {
    for (send, state) in [(true, InteractionState::Sent), (false, InteractionState::Draft)] {
        let mut own = Loan::new(send);
        let before = own.whole.version;
        own.befalls(2, Fate::Withdrawn);
        assert_eq!((own.parts[2].state, own.whole.version), (InteractionState::Withdrawn, before + 1));
        assert_eq!(own.whole.progress, Progress { done: 1, of: 3 });
        assert_eq!((own.whole.state, own.whole.started_at), (state, None), "by this nobody has begun");
        // Taken back again, it counts once.
        let asked = loan();
        let again = vec![WorkCommand::Withdraw(&own.parts[2]), WorkCommand::Count(&own.whole, &asked, None)];
        let again = own.world.decide(WorkCommand::Together(again), nina()).unwrap();
        assert_eq!((again.outcome, again.interactions.len()), (Outcome::Unchanged, 0));
    }
    // A step that asks more is gone on from by the customer alone.
    let mut beside = Loan::new(true);
    let mut asked = loan();
    asked.steps[3].fields = asked.steps[0].fields.split_off(1);
    beside.world.session.tasks.iter_mut().find(|task| task.id == beside.parts[2].id).unwrap().state =
        InteractionState::Withdrawn;
    let counted = beside.world.decide(WorkCommand::Count(&beside.whole, &asked, None), nina()).unwrap();
    assert_eq!(counted.outcome, Outcome::Unchanged);
}

proptest! {
    /// A workflow is completed exactly when the documents of all the steps that are shown are; what is left of the others goes with it.
    #[test]
    fn r21_a_workflow_is_completed_exactly_when_its_shown_documents_are(
        loan_wanted in prop::sample::select(vec!["yes", "no", ""]),
        much in prop::sample::select(vec!["2", "9", ""]),
        fates in prop::collection::vec(prop::sample::select(vec![
            Fate::Left, Fate::Begun, Fate::Completed, Fate::Declined, Fate::SentAgain, Fate::Withdrawn,
            Fate::DeclinedAndWithdrawn,
        ]), 3),
        answers_first in any::<bool>(),
    ) {
        let mut own = Loan::new(true);
        let typed = [("loan", loan_wanted), ("much", much)];
        if answers_first {
            own.answers(&typed);
        }
        for (at, fate) in fates.iter().enumerate() {
            own.befalls(at, *fate);
        }
        if !answers_first {
            own.answers(&typed);
        }
        // Said once more, in plain words.
        let is_shown = [loan_wanted == "yes", loan_wanted != "yes" || much == "2", true];
        let open = (0..3).filter(|at| is_shown[*at] && fates[*at].is_needed()).count();
        // Nobody has gone on from the first step. What became of each document counted with the write that it came of, or else with an
        // answer that came later.
        let of = is_shown.into_iter().filter(|shown| *shown).count();
        let count = |count: usize| u32::try_from(count).unwrap();
        prop_assert_eq!(own.whole.progress, Progress { done: count(of - open), of: count(of + 1) });
        match own.complete() {
            Err(Rejection::Work(Refusal::Incomplete(missing))) => prop_assert_eq!(missing.len(), open),
            Err(other) => prop_assert!(false, "{:?}", other),
            Ok(decision) => {
                prop_assert_eq!(open, 0);
                prop_assert!(decision.session.is_complete());
                prop_assert!(decision.session.tasks.iter().all(|task| !task.state.is_open()));
            }
        }
    }
}

#[test]
fn r21_a_moved_workflow_takes_its_documents_along() {
    let mut loan = Loan::new(true);
    let other = loan.world.make(true).id;
    let order = |loan: &Loan| -> Vec<InteractionId> {
        loan.world.session.in_order().into_iter().map(|task| task.id.clone()).collect()
    };
    let parts: Vec<InteractionId> = loan.parts.iter().map(|part| part.id.clone()).collect();
    let whole = [vec![loan.whole.id.clone()], parts].concat();
    assert_eq!(order(&loan), [whole.clone(), vec![other.clone()]].concat());
    let moved = loan.world.decide(WorkCommand::Move(&loan.whole, None), nina()).unwrap();
    loan.world.session = moved.session;
    assert_eq!(order(&loan), [vec![other.clone()], whole].concat());
    // It stands last already; and a document alone is not moved, nor is anything put before it.
    let again = loan.world.decide(WorkCommand::Move(&loan.whole, None), nina()).unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);
    let part = &loan.parts[0];
    let refused = loan.world.decide(WorkCommand::Move(part, Some(other)), nina());
    assert_eq!(refused.unwrap_err(), Rejection::Work(Refusal::PartOfWorkflow));
    let refused = loan.world.decide(WorkCommand::Move(&loan.whole, Some(part.id.clone())), nina());
    assert_eq!(refused.unwrap_err(), Rejection::Work(Refusal::UnknownNeighbour));
}
