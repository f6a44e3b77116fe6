//! R2 as a table: each write of an interaction at each boundary of the access plan, by each who may make it.

use super::{
    answer_files::proof,
    document::{WHOLE, consent, filled},
    request::{add, passport, words},
    *,
};
use crate::{Channel, ParticipantId, interaction::Assignee};

/// How long a write is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum While {
    /// As long as the tier is full.
    Full,
    /// As long as the session is not over.
    Running,
    /// What Parlor itself notes of what was completed before.
    Always,
}

/// Each command by its name, so that a new one has to be put here.
fn allowed(command: &WorkCommand<'_>) -> While {
    match command {
        WorkCommand::Together(all) => all.first().map_or(While::Always, allowed),
        WorkCommand::Save(..)
        | WorkCommand::Complete(..)
        | WorkCommand::Decline(..)
        | WorkCommand::ChangeFiles(..)
        | WorkCommand::AnswerFiles { .. }
        // Staff answer where the customer may send again.
        | WorkCommand::Accept(_)
        | WorkCommand::SendBack(..) => While::Full,
        WorkCommand::Add(_)
        | WorkCommand::Send(..)
        | WorkCommand::Place(..)
        | WorkCommand::Withdraw(_)
        | WorkCommand::Assign(..)
        | WorkCommand::Move(..)
        | WorkCommand::Remind(..) => While::Running,
        WorkCommand::File { .. }
        | WorkCommand::FileJoined { .. }
        | WorkCommand::FinishAgain(_)
        // Only together with what ends its workflow, or a document of its steps.
        | WorkCommand::LetGo(_)
        | WorkCommand::Count(..) => While::Always,
    }
}

/// What there is to do in a session, all of it for one guest.
struct LaidOut {
    workflow: Interaction,
    with_files: Interaction,
    document: Interaction,
    request: Interaction,
    begun_request: Interaction,
    draft: Interaction,
    draft_document: Interaction,
    signed: Interaction,
    fulfilled: Interaction,
}

fn lay_out(world: &mut World, guest: &Actor, assignee: &Assignee) -> LaidOut {
    let mut made = |asked: Asked, send: bool| world.run(WorkCommand::Add(world.new_for(asked, assignee, send)), nina());
    let mut make = |asked: Asked, send: bool| made(asked, send).unwrap();
    let (flow, paper, photos) = (Asked::Workflow(household()), Asked::Document(consent()), Asked::Request(passport()));
    let workflow = make(flow.clone(), true);
    let with_files = make(Asked::Workflow(proof()), true);
    let document = make(paper.clone(), true);
    let request = make(photos.clone(), true);
    let draft = make(flow, false);
    let draft_document = make(paper.clone(), false);
    let (signed, fulfilled) = (make(paper, true), make(photos, true));
    let signed = world.run(WorkCommand::Complete(&signed, filled(&consent(), WHOLE)), guest.clone()).unwrap();
    let passport = passport();
    let one = world.run(WorkCommand::ChangeFiles(&fulfilled, &passport, add(1)), guest.clone()).unwrap();
    let two = world.run(WorkCommand::ChangeFiles(&one, &passport, add(2)), guest.clone()).unwrap();
    let sent = Filled::Request(&passport, Some(words()));
    let fulfilled = world.run(WorkCommand::Complete(&two, sent), guest.clone()).unwrap();
    LaidOut { workflow, with_files, document, request, begun_request: two, draft, draft_document, signed, fulfilled }
}

impl World {
    /// Lets somebody else in beside the customer.
    fn with_participant(&mut self) -> ParticipantId {
        let id = ParticipantId::generate(&self.random);
        let contact = Contact { email: Some("ola@example.net".parse().unwrap()), phone: None };
        let person = Customer { name: "Ola Quist".into(), contact };
        self.session.participants.push(crate::Participant::new(id.clone(), person, Channel::Email, self.now));
        id
    }
}

#[test]
fn r2_each_write_is_allowed_exactly_where_the_plan_says() {
    for (access, minutes, tier) in boundaries() {
        for participates in [false, true] {
            let mut world = World::new();
            let ola = world.with_participant();
            let (customer, participant) = (Assignee::Customer, Assignee::Participant(ola.clone()));
            let (guest, own, other) = if participates {
                (Actor::Participant { id: ola, name: "Ola Quist".into() }, participant, customer)
            } else {
                (Actor::Customer, customer, participant)
            };
            let made = lay_out(&mut world, &guest, &own);
            if let Some(access) = &access {
                world.end(access.clone());
            }
            world.now += SignedDuration::from_mins(minutes);
            assert_eq!(world.session.access(world.now).tier, tier);
            let (flow, paper, photos, proof) = (household(), consent(), passport(), proof());
            let asked = Asked::Workflow(household());
            let alone = || Filled::Workflow(&flow, entries(&[("alone", "yes")]));
            let of_guest = [
                WorkCommand::Save(&made.workflow, alone()),
                WorkCommand::Complete(&made.workflow, alone()),
                WorkCommand::Decline(&made.workflow, String::new()),
                WorkCommand::AnswerFiles {
                    own: &made.with_files,
                    workflow: &proof,
                    field: "passport".into(),
                    change: add(3),
                    entries: Entries::default(),
                },
                WorkCommand::Save(&made.document, filled(&paper, WHOLE)),
                WorkCommand::Complete(&made.document, filled(&paper, WHOLE)),
                WorkCommand::Decline(&made.document, "No".into()),
                WorkCommand::ChangeFiles(&made.request, &photos, add(3)),
                WorkCommand::Complete(&made.begun_request, Filled::Request(&photos, Some(words()))),
                WorkCommand::Decline(&made.request, String::new()),
            ];
            let of_staff = [
                WorkCommand::Add(world.new_for(Asked::Request(passport()), &own, true)),
                WorkCommand::Add(world.new_for(Asked::Document(consent()), &own, false)),
                WorkCommand::Send(&made.draft, None),
                WorkCommand::Place(&made.draft_document, consent(), parlor_form::Values::new()),
                WorkCommand::Withdraw(&made.document),
                WorkCommand::Assign(&made.workflow, &asked, other),
                WorkCommand::Move(&made.request, Some(made.workflow.id.clone())),
                WorkCommand::Remind(&made.workflow, world.issued()),
                WorkCommand::Accept(&made.fulfilled),
                WorkCommand::SendBack(&made.fulfilled, "It cannot be read.".into()),
            ];
            let joined =
                JoinedFile::Ready { key: "joined/a".into(), sha256: "00".into(), size: 5, pages: 2, left_out: 0 };
            let of_parlor = [
                WorkCommand::File { own: &made.signed, key: "signed/a".into(), sha256: "00".into(), size: 5 },
                WorkCommand::FileJoined {
                    own: &made.fulfilled,
                    at: made.fulfilled.completed_at.unwrap(),
                    file: joined,
                },
                WorkCommand::FinishAgain(&made.signed),
            ];
            let program = Actor::Api { key: "key0000000000000".parse().unwrap() };
            let by = |commands: Vec<WorkCommand<'_>>, actor: &Actor| {
                for command in commands {
                    let may = match allowed(&command) {
                        While::Full => tier == AccessTier::Full,
                        While::Running => access.is_none(),
                        While::Always => true,
                    };
                    let place = format!("{access:?} after {minutes} minutes, {actor:?}: {command:?}");
                    let decided = world.decide(command, actor.clone());
                    assert_eq!(decided.is_ok(), may, "{place}: {:?}", decided.err());
                    if let (Err(refused), true) = (decided, actor.is_guest()) {
                        assert_eq!(refused, Rejection::Work(Refusal::ReadOnly), "{place}");
                    }
                }
            };
            by(of_guest.to_vec(), &guest);
            by(of_staff.to_vec(), &nina());
            by(of_staff.to_vec(), &program);
            by(of_parlor.to_vec(), &Actor::System);
            let may_send = world.session.takes_files_of_customer(world.now).is_ok();
            assert_eq!(may_send, tier == AccessTier::Full, "{access:?} after {minutes} minutes");
        }
    }
}
