//! Further people in a session (R22): what each may do, and what nobody sees of another's.

use super::*;
use crate::{
    Link, Participant, ParticipantId, Presence, UploadId,
    gate::{self, Gate},
    interaction::{Asked, AskedFor, Assignee, Filled, Interaction, NewInteraction, Refusal, Request, WorkCommand},
    session::NewParticipant,
};

pub(super) fn id(n: usize) -> ParticipantId {
    format!("p4rt1c1pant{n:05}").parse().unwrap()
}

pub(super) fn person(n: usize) -> NewParticipant {
    let contact = Contact { email: Some(format!("p{n}@example.net").parse().unwrap()), phone: None };
    let person = Customer { name: format!("Person {n}"), contact };
    NewParticipant { id: id(n), person, channel: None, language: None, pin: None, order: 1 }
}

pub(super) fn actor(n: usize) -> Actor {
    Actor::Participant { id: id(n), name: format!("Person {n}") }
}

impl World {
    /// Adds somebody, and answers with their link.
    fn add(&mut self, n: usize) -> Link {
        let command = Command::AddParticipant(person(n), self.issued());
        let decision = self.session.decide(command, &self.settings, &context(agent(), self.now)).unwrap();
        self.session = decision.session;
        self.events.extend(decision.events);
        decision.links[0].clone()
    }

    fn enter(&mut self, n: usize, link: &Link, device: &Secret) -> Result<Outcome, Rejection> {
        let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
        self.run(Command::Continue { link, presented: &presented, device }, actor(n))
    }

    /// Something to do for somebody.
    fn task(&mut self, n: usize, assignee: Assignee) -> Interaction {
        let asked = Request::asking_for(AskedFor { what: "A photo".into(), ..AskedFor::default() }).unwrap();
        let new = NewInteraction {
            id: format!("w0rk000000{n:06}").parse().unwrap(),
            title: format!("Task {n}"),
            asked: Asked::Request(asked),
            values: BTreeMap::new(),
            order: None,
            due_at: None,
            send: true,
            library: None,
            part_of: None,
            assignee,
        };
        let command = Command::Work(WorkCommand::Add(new));
        let decision = self.session.decide(command, &self.settings, &context(agent(), self.now)).unwrap();
        self.session = decision.session;
        self.events.extend(decision.events);
        decision.interactions[0].interaction.clone()
    }
}

fn gate_at(world: &World, link: &Link, device: &Secret) -> Gate {
    let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
    match world.session.clone().seated(link.participant.as_ref()) {
        Some(seated) => gate::at_link(&seated, Some(link), &world.settings, &presented, world.now),
        None => Gate::Unknown,
    }
}

#[test]
fn r22_a_participant_enters_by_gates_of_their_own() {
    let mut world = World::new(Settings::default(), false);
    let link = world.add(1);
    assert_eq!(link.participant, Some(id(1)));
    let [hers, theirs] = world.devices.clone();
    world.press_continue(0).unwrap();
    assert_eq!(gate_at(&world, &link, &hers), Gate::OtherDevice, "one browser is one person");
    assert!(world.enter(1, &link, &hers).is_err());
    world.enter(1, &link, &theirs).unwrap();
    assert_eq!(world.session.device.as_ref().unwrap().hash, hers.hash(), "the customer's device is as it was");
    assert_eq!(world.session.participant(&id(1)).unwrap().device.as_ref().unwrap().hash, theirs.hash());
    assert!(world.session.participant(&id(1)).unwrap().joined_at.is_some());
    // The device says who it is, and a link opens its own seat alone.
    assert_eq!(world.session.clone().seated_by_device(Some(&theirs)).seat(), Some(&id(1)));
    assert_eq!(world.session.clone().seated_by_device(Some(&hers)).seat(), None);
    assert_eq!(gate_at(&world, &world.link.clone(), &theirs), Gate::OtherDevice);
    let presented = Presented { posted: true, probe: true, device: Some(theirs), consent: true };
    let wrong_seat = gate::at_link(&world.session, Some(&link), &world.settings, &presented, world.now);
    assert_eq!(wrong_seat, Gate::Unknown);
}

#[test]
fn r22_a_participant_who_comes_first_does_not_make_the_session_active() {
    let mut world = World::new(Settings::default(), false);
    let link = world.add(1);
    let device = world.devices[1].clone();
    world.enter(1, &link, &device).unwrap();
    assert_eq!((world.session.state, world.session.joined_at), (State::Invited, None));
    world.press_continue(0).unwrap();
    assert_eq!(world.session.state, State::Active);
}

#[test]
fn r22_wrong_tries_are_each_guests_own() {
    let mut settings = Settings::default();
    settings.authentication.method = Method::Pin;
    let mut world = World::new(settings, true);
    let refused = world.session.decide(
        Command::AddParticipant(person(1), world.issued()),
        &world.settings,
        &context(agent(), world.now),
    );
    assert_eq!(refused.unwrap_err(), Rejection::PinRequired);
    let pin = Pin::parse("9182").unwrap().seal(&world.session.id, &world.keyring, &world.random);
    let add = Command::AddParticipant(NewParticipant { pin: Some(pin), ..person(1) }, world.issued());
    let decision = world.session.decide(add, &world.settings, &context(agent(), world.now)).unwrap();
    let link = decision.links[0].clone();
    world.session = decision.session;
    let (keyring, device) = (world.keyring.clone(), world.devices[1].clone());
    let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
    let types = |world: &mut World, typed: &str| {
        world.run(
            Command::Enter { link: &link, presented: &presented, device: &device, typed, keyring: &keyring },
            actor(1),
        )
    };
    assert!(matches!(types(&mut world, "4711"), Ok(Outcome::Wrong(_))), "the customer's PIN is not theirs");
    assert_eq!(world.session.participant(&id(1)).unwrap().tries.wrong, 1);
    assert_eq!(world.session.tries.wrong, 0);
    assert_eq!(types(&mut world, "9182"), Ok(Outcome::Done));
    world.type_pin("4711", 0).unwrap();
}

#[test]
fn r22_what_is_anothers_is_not_filled_in() {
    let mut world = World::new(Settings::default(), false);
    world.add(1);
    world.add(2);
    let own = world.task(1, Assignee::Participant(id(1)));
    let request = Request::asking_for(AskedFor { what: "A photo".into(), ..AskedFor::default() }).unwrap();
    for other in [Actor::Customer, actor(2)] {
        for command in [
            WorkCommand::Decline(&own, String::new()),
            WorkCommand::Complete(&own, Filled::Request(&request, None)),
            WorkCommand::ChangeFiles(&own, &request, crate::interaction::FileChange::Remove(upload())),
        ] {
            let decided =
                world.session.decide(Command::Work(command), &world.settings, &context(other.clone(), world.now));
            assert_eq!(decided.unwrap_err(), Rejection::Work(Refusal::NotSent));
        }
    }
    world.run(Command::Work(WorkCommand::Decline(&own, String::new())), actor(1)).unwrap();
    assert_eq!(world.events.last().unwrap().actor, actor(1));
}

fn upload() -> UploadId {
    "up_0000000000000000".parse().unwrap()
}

#[test]
fn r22_somebody_else_goes_on_where_it_is_without_the_signature() {
    let mut world = World::new(Settings::default(), false);
    world.add(1);
    let own = world.task(1, Assignee::Customer);
    let asked = |value| Asked::Workflow(serde_json::from_value(value).unwrap());
    let asked = asked(serde_json::json!({"steps": [{"id": "a", "title": "A", "fields": [
        {"name": "job", "label": "Job", "type": "text"}, {"name": "signed", "label": "Sign", "type": "signature"},
    ]}]}));
    let text = |text: &str| crate::interaction::Answer::Text(text.to_owned());
    let entered = [("job".to_owned(), text("Gardener")), ("signed".to_owned(), text("Mara Quist"))].into();
    let begun = Interaction { state: crate::InteractionState::InProgress, started_at: Some(world.now), entered, ..own };
    let assign = |world: &World, own: &Interaction, to: Assignee| {
        let command = Command::Work(WorkCommand::Assign(own, &asked, to));
        world.session.decide(command, &world.settings, &context(agent(), world.now))
    };
    assert!(assign(&world, &begun, Assignee::Customer).unwrap().is_unchanged());
    let unknown = assign(&world, &begun, Assignee::Participant(id(7)));
    assert_eq!(unknown.unwrap_err(), Rejection::Work(Refusal::UnknownAssignee));
    let moved = assign(&world, &begun, Assignee::Participant(id(1))).unwrap();
    let now = &moved.interactions[0].interaction;
    assert_eq!((now.state, now.started_at, now.version), (begun.state, begun.started_at, begun.version + 1));
    assert_eq!(now.entered, [("job".to_owned(), text("Gardener"))].into());
    assert_eq!(moved.session.tasks[0].assignee, Assignee::Participant(id(1)));
    let done = Interaction { state: crate::InteractionState::Completed, ..begun };
    let late = assign(&world, &done, Assignee::Participant(id(1)));
    assert_eq!(late.unwrap_err(), Rejection::Work(Refusal::Closed));
}

#[test]
fn r22_a_reason_that_one_guest_was_told_is_not_told_to_the_next() {
    let mut world = World::new(Settings::default(), false);
    world.add(1);
    let sent_back = Interaction {
        state: crate::InteractionState::InProgress,
        reason: Some("Your passport is out of date".into()),
        ..world.task(1, Assignee::Customer)
    };
    let request = Request::asking_for(AskedFor { what: "A photo".into(), ..AskedFor::default() }).unwrap();
    let asked = Asked::Request(request);
    let command = Command::Work(WorkCommand::Assign(&sent_back, &asked, Assignee::Participant(id(1))));
    let decision = world.session.decide(command, &world.settings, &context(agent(), world.now)).unwrap();
    assert_eq!(decision.interactions[0].interaction.reason, None);
}

#[test]
fn r22_a_guest_who_floods_the_chat_silences_nobody_else() {
    let mut world = World::new(Settings::default(), false);
    world.press_continue(0).unwrap();
    let links = [1, 2].map(|n| (n, world.add(n)));
    let device = world.devices[1].clone();
    world.enter(1, &links[0].1, &device).unwrap();
    let post = |world: &mut World, from: Actor| {
        world.run(Command::Post { id: "m".into(), text: "x".into(), attachment: None }, from)
    };
    while post(&mut world, actor(1)).is_ok() {}
    assert!(matches!(post(&mut world, actor(1)), Err(Rejection::TooOften { .. })));
    for other in [Actor::Customer, actor(2)] {
        for _ in 0..=40 {
            post(&mut world, other.clone()).unwrap();
        }
        assert!(matches!(post(&mut world, other), Err(Rejection::TooOften { .. })));
    }
    world.run(Command::RemoveParticipant(id(1)), agent()).unwrap();
    world.wait(1);
    assert!(post(&mut world, actor(1)).is_err(), "who was removed says nothing, at nobody's cost");
}

#[test]
fn r22_who_is_removed_is_out_and_stays_by_name() {
    let mut world = World::new(Settings::default(), false);
    let link = world.add(1);
    let device = world.devices[1].clone();
    world.enter(1, &link, &device).unwrap();
    world.run(Command::RemoveParticipant(id(1)), agent()).unwrap();
    assert_eq!(gate_at(&world, &link, &device), Gate::Unknown);
    assert!(world.session.has_revoked(&link));
    let seated = world.session.clone().seated_by_device(Some(&device));
    assert_ne!(gate::at_room(&seated, &world.settings, Some(&device), &Presence::default(), world.now), Gate::Inside);
    let left = world.session.participants[0].clone();
    assert_eq!((left.person.name.as_str(), left.person.contact), ("Person 1", Contact::default()));
    assert_eq!(world.run(Command::RemoveParticipant(id(1)), agent()), Ok(Outcome::Unchanged));
    let late = world.session.decide(Command::End, &world.settings, &context(actor(1), world.now));
    assert_eq!(late.unwrap_err(), Rejection::NoParticipant);
}

#[test]
fn r22_as_many_as_ten_at_a_time() {
    let mut world = World::new(Settings::default(), false);
    for n in 1..=10 {
        world.add(n);
    }
    let one_more = Command::AddParticipant(person(11), world.issued());
    assert_eq!(world.run(one_more.clone(), agent()), Err(Rejection::TooManyParticipants));
    world.run(Command::RemoveParticipant(id(3)), agent()).unwrap();
    world.run(one_more, agent()).unwrap();
}

#[test]
fn r22_a_planned_session_invites_everybody_at_once_each_by_their_own_link() {
    let mut world = World::new(Settings::default(), false);
    world.session.state = State::Planned;
    world.session.invited_at = None;
    let add = Command::AddParticipant(person(1), world.issued());
    let added = world.session.decide(add, &world.settings, &context(agent(), world.now)).unwrap();
    assert!(added.links.is_empty() && added.outbox.is_empty(), "nobody is invited yet");
    world.session = added.session;
    let customer = world.issued();
    let invite = Command::InviteEverybody { customer, channel: None, participants: vec![(id(1), world.issued())] };
    let decision = world.session.decide(invite, &world.settings, &context(agent(), world.now)).unwrap();
    let to: Vec<_> = decision.outbox.iter().map(|entry| (entry.to.as_str(), entry.participant.clone())).collect();
    assert_eq!(to, [("mara@example.net", None), ("p1@example.net", Some(id(1)))]);
    let links: Vec<_> = decision.links.iter().map(|link| link.participant.clone()).collect();
    assert_eq!(links, [None, Some(id(1))]);
    assert!(decision.session.participant(&id(1)).unwrap().invited_at.is_some());
}

#[test]
fn r25_nothing_about_a_participant_is_left_in_an_erased_session() {
    let mut world = World::new(Settings::default(), false);
    let link = world.add(1);
    let device = world.devices[1].clone();
    world.enter(1, &link, &device).unwrap();
    world.run(Command::End, agent()).unwrap();
    let erase = Command::Erase(crate::ErasedBy::Request);
    let decision = world.session.decide(erase.clone(), &world.settings, &context(agent(), world.now)).unwrap();
    assert!(decision.ends_guests_connections(), "the customer never came");
    world.run(erase, agent()).unwrap();
    let left = serde_json::to_string(&world.session).unwrap();
    for personal in ["Person 1", "p1@", "p4rt1c1pant"] {
        assert!(!left.contains(personal), "{personal} is left: {left}");
    }
    assert_eq!(gate_at(&world, &link, &device), Gate::Unknown);
}

/// What of a participant is their own.
fn of(one: &Participant) -> String {
    format!("{one:?}")
}

proptest! {
    /// Whoever acts, whatever they do: the seats of the others stay as they were, and nobody sees what is to be done by another.
    #[test]
    fn r22_nobody_sees_or_changes_what_is_anothers(
        steps in proptest::collection::vec((0..4usize, 0..6usize, 0..3usize), 1..40),
    ) {
        let mut world = World::new(Settings::default(), false);
        let links = [world.link.clone(), world.add(1), world.add(2)];
        let devices: Vec<Secret> = (0..4).map(|_| Secret::generate(&world.random)).collect();
        let mut tasks = 0;
        for (device, what, who) in steps {
            let guest = (who > 0).then(|| id(who));
            let assignee = guest.clone().map_or(Assignee::Customer, Assignee::Participant);
            let acting = if who == 0 { Actor::Customer } else { actor(who) };
            let before = world.session.clone();
            match what {
                0 | 1 => {
                    let (link, device) = (&links[who], &devices[device]);
                    let presented = Presented { posted: true, probe: true, device: Some(device.clone()), consent: true };
                    let _ = world.run(Command::Continue { link, presented: &presented, device }, acting);
                }
                2 => { tasks += 1; world.task(tasks, assignee); }
                3 => {
                    let release = Command::ReleaseDevice;
                    let release = guest.clone().map_or(release.clone(), |id| Command::For(id, Box::new(release)));
                    let _ = world.run(release, agent());
                }
                4 => { let issued = world.issued(); let _ = world.run(Command::RequestLink(issued), acting); }
                _ => { let _ = world.run(Command::Post { id: "m".into(), text: "hello".into(), attachment: None }, acting); }
            }
            let after = &world.session;
            prop_assert!(after.seat().is_none(), "a session is stored from the customer's seat");
            for other in [1, 2].into_iter().filter(|other| *other != who) {
                prop_assert_eq!(of(before.participant(&id(other)).unwrap()), of(after.participant(&id(other)).unwrap()));
            }
            if who > 0 {
                prop_assert_eq!(&before.device, &after.device);
                prop_assert_eq!((&before.customer, before.joined_at, &before.requests), (&after.customer, after.joined_at, &after.requests));
            }
            // One browser is one person.
            let bound = [None, Some(id(1)), Some(id(2))].map(|guest| after.device_of(guest.as_ref()).map(|device| device.hash.clone()));
            for (place, hash) in bound.iter().enumerate() {
                prop_assert!(hash.is_none() || !bound[..place].contains(hash));
            }
            // Each sees their own tasks and nobody else's; there and back changes nothing.
            let mut seen = 0;
            for guest in [None, Some(id(1)), Some(id(2))] {
                let seated = after.clone().seated(guest.as_ref()).unwrap();
                let shown = seated.shown_tasks();
                prop_assert!(shown.iter().all(|task| task.assignee.participant() == guest.as_ref()));
                seen += shown.len();
                let mut back = seated.clone();
                back.unseat();
                prop_assert_eq!(&back, after);
            }
            prop_assert_eq!(seen, after.tasks.len());
        }
        // Replaying the events gives each participant's seat.
        let mut blank = Session { participants: vec![], ..world.session.clone() };
        for event in &world.events {
            blank.apply(event);
        }
        let told = |session: &Session| session.participants.iter().map(|one| (one.id.clone(), one.invited_at, one.joined_at)).collect::<Vec<_>>();
        prop_assert_eq!(told(&blank), told(&world.session));
    }
}
