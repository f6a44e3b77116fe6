//! Whose turn it is (R22): who comes after whom, and that nobody writes before.

use super::{
    participants::{actor, id, person},
    *,
};
use crate::{
    InteractionId, InteractionState, Message, ParticipantId, UploadId,
    interaction::{
        Asked, AskedFor, Assignee, FileChange, Filled, Interaction, NewInteraction, Refusal, Request, SentFile,
        WorkCommand,
    },
    session::NewParticipant,
    upload::FileType,
};

pub(super) const GUESTS: usize = 4;

fn who(n: usize) -> Assignee {
    if n == 0 { Assignee::Customer } else { Assignee::Participant(id(n)) }
}

fn acting(n: usize) -> Actor {
    if n == 0 { Actor::Customer } else { actor(n) }
}

fn photo() -> Request {
    Request::asking_for(AskedFor { what: "A photo".into(), ..AskedFor::default() }).unwrap()
}

fn sent_file() -> SentFile {
    let upload: UploadId = "up_0000000000000001".parse().unwrap();
    SentFile {
        upload,
        name: "photo.jpg".into(),
        size: 10,
        content_type: FileType::Jpeg,
        key: "read/1/picture".into(),
        thumbnail: None,
        pages: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

/// A session with participants, and what there is to do in it, as the table would hold it.
pub(super) struct Case {
    pub(super) world: World,
    pub(super) tasks: Vec<Interaction>,
}

impl Case {
    /// The customer and three participants, each with the order that is said.
    pub(super) fn new(orders: [u32; GUESTS]) -> Self {
        let mut world = World::new(Settings::default(), false);
        world.press_continue(0).unwrap();
        for (n, order) in orders.into_iter().enumerate().skip(1) {
            let new = NewParticipant { order, ..person(n) };
            world.run(Command::AddParticipant(new, world.issued()), agent()).unwrap();
        }
        let mut case = Self { world, tasks: vec![] };
        case.order(0, orders[0]).unwrap();
        case
    }

    fn order(&mut self, guest: usize, order: u32) -> Result<Outcome, Rejection> {
        self.world.run(Command::SetOrder(who(guest), order), agent())
    }

    pub(super) fn work(&mut self, command: WorkCommand<'_>, by: Actor) -> Result<Vec<EventKind>, Rejection> {
        let context = context(by, self.world.now);
        let decision = self.world.session.decide(Command::Work(command), &self.world.settings, &context)?;
        self.world.index.clone_from(&decision.session.timers);
        self.world.session = decision.session;
        for write in decision.interactions {
            match self.tasks.iter_mut().find(|own| own.id == write.interaction.id) {
                Some(own) => *own = write.interaction,
                None => self.tasks.push(write.interaction),
            }
        }
        let kinds = decision.events.iter().map(|event| event.kind.clone()).collect();
        self.world.events.extend(decision.events);
        Ok(kinds)
    }

    pub(super) fn move_before(&mut self, at: usize, before: Option<usize>) -> Result<Vec<EventKind>, Rejection> {
        let own = self.tasks[at].clone();
        let before = before.map(|at| self.tasks[at].id.clone());
        self.work(WorkCommand::Move(&own, before), agent())
    }

    pub(super) fn add(&mut self, guest: usize) -> usize {
        self.make(guest, true)
    }

    pub(super) fn make(&mut self, guest: usize, send: bool) -> usize {
        let at = self.tasks.len();
        let new = NewInteraction {
            id: format!("w0rk000000{at:06}").parse().unwrap(),
            title: format!("Task {at}"),
            asked: Asked::Request(photo()),
            values: BTreeMap::new(),
            order: None,
            due_at: None,
            send,
            library: None,
            part_of: None,
            assignee: who(guest),
        };
        self.work(WorkCommand::Add(new), agent()).unwrap();
        at
    }

    /// What whoever is to do it does: adds a file and sends it.
    pub(super) fn complete(&mut self, at: usize, by: Actor) -> Result<Vec<EventKind>, Rejection> {
        let request = photo();
        let own = self.tasks[at].clone();
        if own.files.is_empty() {
            let change = FileChange::Add { file: sent_file(), replaces: None };
            self.work(WorkCommand::ChangeFiles(&own, &request, change), by.clone())?;
        }
        let own = self.tasks[at].clone();
        self.work(WorkCommand::Complete(&own, Filled::Request(&request, None)), by)
    }

    fn order_of(&self, assignee: &Assignee) -> u32 {
        let found = self.world.session.participants.iter().find(|one| Some(&one.id) == assignee.participant());
        found.map_or(self.world.session.order, |one| one.order)
    }

    /// By the rule's own words: something that counts of an earlier order is not done.
    fn has_to_wait(&self, at: usize) -> bool {
        let own = self.order_of(&self.tasks[at].assignee);
        let counts = |state: InteractionState| !matches!(state, InteractionState::Draft | InteractionState::Withdrawn);
        let done = |state: InteractionState| matches!(state, InteractionState::Completed | InteractionState::Accepted);
        let mut before = self.tasks.iter().filter(|task| self.order_of(&task.assignee) < own);
        before.any(|task| counts(task.state) && !done(task.state))
    }

    fn may_write(&self) -> Vec<InteractionId> {
        let session = &self.world.session;
        let open = session.tasks.iter().filter(|task| task.state.is_open() && !session.waits(&task.assignee));
        open.map(|task| task.id.clone()).collect()
    }
}

/// Whose turn came with these events.
fn came(kinds: &[EventKind]) -> Vec<&str> {
    kinds
        .iter()
        .filter_map(|kind| if let EventKind::TurnCame { name, .. } = kind { Some(name.as_str()) } else { None })
        .collect()
}

/// Who waits again since these events.
fn waiting(kinds: &[EventKind]) -> Vec<&str> {
    kinds
        .iter()
        .filter_map(|kind| if let EventKind::TurnWaits { name } = kind { Some(name.as_str()) } else { None })
        .collect()
}

#[test]
fn r22_first_the_borrower_then_the_guarantor() {
    let mut case = Case::new([1, 2, 2, 3]);
    let (borrowers, guarantors) = ([case.add(0), case.add(0)], [case.add(1), case.add(2)]);
    let last = case.add(3);
    let session = &case.world.session;
    assert_eq!(session.whose_turn(), ["Mara Quist"]);
    assert_eq!(session.waits_for(&who(1)), ["Mara Quist"]);
    assert_eq!(session.waits_for(&who(3)), ["Mara Quist", "Person 1", "Person 2"]);
    let seated = session.clone().seated(Some(&id(1))).unwrap();
    assert!(seated.next_task().is_none() && seated.shown_tasks().len() == 1, "shown, and not to be done yet");
    assert_eq!(seated.waits_for(&who(1)), ["Mara Quist"], "the same from their own seat");

    let refused = case.complete(guarantors[0], actor(1));
    assert_eq!(refused.unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    let own = case.tasks[guarantors[0]].clone();
    let declined = case.work(WorkCommand::Decline(&own, String::new()), actor(1));
    assert_eq!(declined.unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    let issued = case.world.issued();
    let reminded = case.work(WorkCommand::Remind(&own, issued), agent());
    assert_eq!(reminded.unwrap_err(), Rejection::Work(Refusal::NotYourTurn), "nobody is reminded before their turn");

    assert!(came(&case.complete(borrowers[0], Actor::Customer).unwrap()).is_empty(), "something is left");
    let kinds = case.complete(borrowers[1], Actor::Customer).unwrap();
    assert_eq!(came(&kinds), ["Person 1", "Person 2"], "exactly the next");
    assert_eq!(case.world.session.whose_turn(), ["Person 1", "Person 2"]);
    case.complete(guarantors[0], actor(1)).unwrap();
    assert_eq!(case.complete(last, actor(3)).unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    assert_eq!(came(&case.complete(guarantors[1], actor(2)).unwrap()), ["Person 3"]);
    case.complete(last, actor(3)).unwrap();
    assert!(case.world.session.is_complete() && case.world.session.turn().is_none());
}

#[test]
fn r22_what_is_sent_back_added_or_withdrawn_decides_anew_whose_turn_it_is() {
    let mut case = Case::new([1, 2, 1, 1]);
    let (first, second) = (case.add(0), case.add(1));
    let draft = case.make(0, false);
    case.complete(first, Actor::Customer).unwrap();
    // A draft holds nobody up; what is sent does.
    let change = FileChange::Add { file: sent_file(), replaces: None };
    let own = case.tasks[second].clone();
    case.work(WorkCommand::ChangeFiles(&own, &photo(), change), actor(1)).unwrap();
    let typed = case.tasks[second].files.clone();
    assert_eq!(typed.len(), 1);
    let own = case.tasks[draft].clone();
    assert_eq!(waiting(&case.work(WorkCommand::Send(&own, None), agent()).unwrap()), ["Person 1"]);
    assert_eq!(case.complete(second, actor(1)).unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    assert_eq!(case.tasks[second].files, typed, "what was entered is kept");
    let own = case.tasks[draft].clone();
    assert_eq!(came(&case.work(WorkCommand::Withdraw(&own), agent()).unwrap()), ["Person 1"]);
    let own = case.tasks[first].clone();
    assert_eq!(waiting(&case.work(WorkCommand::SendBack(&own, "Too dark.".into()), agent()).unwrap()), ["Person 1"]);
    // What is completed stays so, whoever is sent back to.
    case.complete(first, Actor::Customer).unwrap();
    case.complete(second, actor(1)).unwrap();
    let own = case.tasks[first].clone();
    case.work(WorkCommand::SendBack(&own, "Still too dark.".into()), agent()).unwrap();
    assert_eq!(case.tasks[second].state, InteractionState::Completed);
    assert!(case.complete(second, actor(1)).unwrap().is_empty(), "completing it again changes nothing");
}

#[test]
fn r22_an_order_is_changed_while_it_is_worked_and_only_to_one_that_there_is() {
    let mut case = Case::new([1, 1, 1, 1]);
    let (customers, theirs) = (case.add(0), case.add(1));
    assert!(!case.world.session.has_turns() && case.world.session.whose_turn().is_empty());
    assert_eq!(case.order(1, 2), Ok(Outcome::Done));
    assert_eq!(case.order(1, 2), Ok(Outcome::Unchanged));
    assert_eq!(case.complete(theirs, actor(1)).unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    // The customer may come last, too.
    assert_eq!(case.order(0, 3), Ok(Outcome::Done));
    assert_eq!(case.complete(customers, Actor::Customer).unwrap_err(), Rejection::Work(Refusal::NotYourTurn));
    for wrong in [0, 21] {
        assert_eq!(case.order(1, wrong), Err(Rejection::InvalidOrder));
    }
    assert_eq!(case.order(9, 2), Err(Rejection::NoParticipant));
    let new = NewParticipant { order: 0, ..person(5) };
    let add = Command::AddParticipant(new, case.world.issued());
    assert_eq!(case.world.run(add, agent()), Err(Rejection::InvalidOrder));
    case.world.run(Command::End, agent()).unwrap();
    assert_eq!(case.order(1, 1), Err(Rejection::AlreadyEnded));
}

#[test]
fn r22_r23_whoever_waits_is_told_when_their_turn_comes_and_not_before() {
    let mut case = Case::new([1, 2, 1, 1]);
    case.world.settings.channels.reminders.enabled = true;
    let (first, theirs) = (case.add(0), case.add(1));
    let ada: ParticipantId = id(1);
    let seat = |case: &Case| case.world.session.clone().seated(Some(&ada)).unwrap();
    // They were invited, and did not come yet; what waits is neither news nor reminded of.
    let interaction = Some(case.tasks[theirs].id.clone());
    let system = |case: &mut Case, command: Command<'_>| {
        let decision =
            case.world.session.decide(command, &case.world.settings, &context(Actor::System, case.world.now)).unwrap();
        case.world.session = decision.session;
        decision.outbox
    };
    system(&mut case, Command::NoteNews { interaction: interaction.clone(), here: vec![] });
    assert_eq!(seat(&case).news.since, None);
    assert_eq!(seat(&case).reminder_due(&case.world.settings, case.world.now), None);
    case.world.wait(60);
    case.complete(first, Actor::Customer).unwrap();
    assert_eq!(seat(&case).news.since, Some(case.world.now));
    assert!(seat(&case).reminder_due(&case.world.settings, case.world.now).is_some(), "from here on");
    assert_eq!(seat(&case).reminded.waiting_since, Some(case.world.now));
    case.world.wait(3);
    let notify = Command::Notify { issued: case.world.issued(), here: vec![] };
    let told = system(&mut case, notify);
    assert_eq!(told.iter().map(|entry| entry.to.as_str()).collect::<Vec<_>>(), ["p1@example.net"]);
    assert!(matches!(told[0].message, Some(Message::Update { .. })));
}

proptest! {
    /// Whatever is done in whatever order: nobody writes out of turn, whoever's turn it is may write, and events alone give every
    /// order again.
    #[test]
    fn r22_nobody_writes_out_of_turn(
        orders in proptest::array::uniform4(1..4_u32),
        steps in proptest::collection::vec((0..9_usize, 0..GUESTS, 0..30_usize, 1..4_u32), 1..60),
    ) {
        let mut case = Case::new(orders);
        for (what, guest, at, order) in steps {
            let at = case.tasks.len().checked_sub(1).map(|last| at.min(last));
            let completed: Vec<InteractionId> = case.tasks.iter().filter(|own| own.state.is_done()).map(|own| own.id.clone()).collect();
            let mut sent_back = None;
            match (what, at) {
                (0 | 1, _) | (_, None) => { if case.tasks.len() < 30 { case.make(guest, what != 1); } }
                (2, _) => { let _ = case.order(guest, order); }
                (3, Some(at)) => {
                    let own = case.tasks[at].clone();
                    let _ = case.work(WorkCommand::Send(&own, None), agent());
                }
                (4, Some(at)) => {
                    let own = case.tasks[at].clone();
                    let _ = case.work(WorkCommand::Withdraw(&own), agent());
                }
                (5, Some(at)) => {
                    let own = case.tasks[at].clone();
                    if case.work(WorkCommand::SendBack(&own, "Again.".into()), agent()).is_ok() { sent_back = Some(own.id); }
                }
                (6, Some(at)) => {
                    let own = case.tasks[at].clone();
                    let _ = case.work(WorkCommand::Assign(&own, &Asked::Request(photo()), who(guest)), agent());
                }
                (_, Some(at)) => {
                    let own = case.tasks[at].clone();
                    let by = own.assignee.participant().map_or(0, |one| (1..GUESTS).find(|n| id(*n) == *one).unwrap());
                    let has_to_wait = own.state.is_open() && case.has_to_wait(at);
                    let before = case.may_write();
                    let turn = case.world.session.turn();
                    let result = if what == 7 {
                        case.work(WorkCommand::Decline(&own, String::new()), acting(by))
                    } else {
                        case.complete(at, acting(by))
                    };
                    if own.state.is_open() {
                        prop_assert_eq!(result.is_err(), has_to_wait, "{:?}", result);
                    }
                    if let (Err(why), true) = (&result, has_to_wait) {
                        prop_assert_eq!(why, &Rejection::Work(Refusal::NotYourTurn));
                        prop_assert_eq!(&case.tasks[at], &own, "nothing was written");
                    }
                    // The last one of an order opens exactly the next.
                    let after = case.may_write();
                    let new: Vec<&InteractionId> = after.iter().filter(|id| !before.contains(id)).collect();
                    let now = case.world.session.turn();
                    if now == turn {
                        prop_assert!(new.is_empty());
                    } else {
                        prop_assert!(now.is_none() || now > turn);
                        let theirs = case.world.session.tasks.iter().filter(|task| task.state.is_open() && Some(case.order_of(&task.assignee)) == now);
                        prop_assert_eq!(new, theirs.map(|task| &task.id).collect::<Vec<_>>());
                    }
                }
            }
            for id in completed.iter().filter(|id| Some(*id) != sent_back.as_ref()) {
                let own = case.tasks.iter().find(|own| own.id == *id).unwrap();
                prop_assert!(own.state.is_done(), "what is completed stays completed");
            }
            for at in 0..case.tasks.len() {
                let task = case.world.session.tasks[at].clone();
                prop_assert_eq!(case.world.session.is_waiting(&task), task.state.is_open() && case.has_to_wait(at));
            }
        }
        let mut blank = Session { participants: vec![], tasks: vec![], order: 1, ..case.world.session.clone() };
        for event in &case.world.events {
            blank.apply(event);
        }
        let orders = |session: &Session| (session.order, session.participants.iter().map(|one| one.order).collect::<Vec<_>>());
        prop_assert_eq!(orders(&blank), orders(&case.world.session));
    }
}
