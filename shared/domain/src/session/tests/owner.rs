//! Whose the session is: one at a time (R10).

use super::*;

/// What an agent's lock says after each command: held by this session or free.
struct Locks(World, Option<crate::AgentId>);

impl Locks {
    /// A session that was started under settings with or without [`single_active`](crate::settings::SessionSettings).
    fn started(single_active: bool) -> Self {
        let mut settings = Settings::default();
        settings.session.single_active = single_active;
        settings.end.inactivity_minutes = Some(10);
        let world = World::new(settings, false);
        let held = world.session.holds_lock.then(|| world.session.agent.clone());
        Self(world, held)
    }

    fn run(&mut self, command: Command<'_>, actor: Actor) -> Result<Outcome, Rejection> {
        let decision = self.0.session.decide(command.clone(), &self.0.settings, &context(actor.clone(), self.0.now))?;
        if decision.unlocks.is_some() {
            assert_eq!(decision.unlocks, self.1.take(), "it gives back what it holds and nothing else");
        }
        if decision.locks.is_some() {
            assert_eq!(self.1, None, "it takes no second one");
            self.1.clone_from(&decision.locks);
        }
        assert_eq!(decision.session.holds_lock, self.1.is_some());
        self.0.run(command, actor)
    }
}

#[test]
fn r10_a_session_holds_its_owners_lock_until_it_is_over() {
    let mut locks = Locks::started(true);
    let nina = Some(locks.0.session.agent.clone());
    assert_eq!(locks.1, nina);
    locks.run(Command::KeepOpen, agent()).unwrap();
    assert_eq!(locks.1, nina);
    locks.run(Command::End, agent()).unwrap();
    assert_eq!(locks.1, None);
    locks.run(Command::Renew(None), agent()).unwrap();
    assert_eq!(locks.1, nina);
    locks.0.wait(10);
    locks.run(Command::Sweep { owner_until: None }, Actor::System).unwrap();
    assert_eq!((locks.0.session.state, locks.1.clone()), (State::Ended, None), "inactivity gives it back");
    locks.run(Command::Renew(None), agent()).unwrap();
    // Switched off meanwhile: what is held is given back all the same.
    locks.0.settings.session.single_active = false;
    locks.run(Command::End, Actor::Api { key: "key0000000000000".parse().unwrap() }).unwrap();
    assert_eq!(locks.1, None);
}

#[test]
fn r10_a_plan_holds_the_lock_until_it_is_discarded() {
    let mut locks = Locks::started(true);
    locks.0.session.state = State::Planned;
    locks.run(Command::End, agent()).unwrap();
    assert_eq!((locks.0.session.state, locks.1), (State::Discarded, None));
}

#[test]
fn r10_what_was_started_before_counts_once_it_is_renewed() {
    let mut locks = Locks::started(false);
    assert_eq!(locks.1, None);
    locks.0.settings.session.single_active = true;
    locks.run(Command::KeepOpen, agent()).unwrap();
    assert_eq!(locks.1, None);
    locks.run(Command::End, agent()).unwrap();
    locks.run(Command::Renew(None), agent()).unwrap();
    assert_eq!(locks.1, Some(locks.0.session.agent.clone()));
}

fn taker(number: usize) -> Actor {
    let id = ["agent00000000001", "agent00000000002"][number];
    Actor::Agent { id: id.parse().unwrap(), name: "Sam Ode".into() }
}

fn takes(number: usize, owner_here: bool, at_once: bool) -> Command<'static> {
    let Actor::Agent { id: agent, name } = taker(number) else { unreachable!() };
    let email = "sam@example.com".parse().unwrap();
    Command::TakeOver(crate::session::TakeOver { agent, name, email, reason: None, owner_here, at_once })
}

impl World {
    fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn is_owned_by(&self, number: usize) -> bool {
        matches!(taker(number), Actor::Agent { id, .. } if id == self.session.agent)
    }
}

#[test]
fn r9_an_owner_who_is_not_there_is_not_asked() {
    let mut world = World::new(Settings::default(), true);
    world.run(takes(0, false, false), taker(0)).unwrap();
    assert!(world.is_owned_by(0));
    assert_eq!((world.session.agent_name.as_str(), world.session.agent_email.is_some()), ("Sam Ode", true));
    assert_eq!(world.run(takes(0, true, false), taker(0)), Ok(Outcome::Unchanged), "it is theirs already");
    assert_eq!(world.run(Command::ApproveTransfer, taker(0)), Err(Rejection::NoTransfer));
    // Who may take over at once asks nobody.
    world.run(takes(1, true, true), taker(1)).unwrap();
    assert!(world.is_owned_by(1));
}

#[test]
fn r9_an_owner_who_is_there_has_a_minute() {
    let mut world = World::new(Settings::default(), false);
    world.run(takes(0, true, false), taker(0)).unwrap();
    assert!(world.session.pending_transfer(world.now).is_some() && !world.is_owned_by(0));
    assert_eq!(world.run(takes(0, true, false), taker(0)), Ok(Outcome::Unchanged));
    assert_eq!(world.run(takes(1, true, false), taker(1)), Err(Rejection::TransferPending));
    world.pass(59);
    world.run(Command::ApproveTransfer, agent()).unwrap();
    assert!(world.is_owned_by(0) && world.session.transfer.is_none());
    assert_eq!(world.index.get(&DueKind::Transfer), None);

    world.run(takes(1, true, false), taker(1)).unwrap();
    world.run(Command::DeclineTransfer, taker(0)).unwrap();
    assert_eq!(
        world.session.transfer.as_ref().and_then(|it| it.answered(world.now)),
        Some(crate::session::Answer::Declined)
    );
    world.run(takes(1, true, false), taker(1)).unwrap();
    world.pass(60);
    assert_eq!(world.session.pending_transfer(world.now), None, "it has lapsed by the clock alone");
    assert_eq!(world.run(Command::ApproveTransfer, taker(0)), Err(Rejection::NoTransfer));
    let here = Some(world.now + SignedDuration::from_mins(9));
    world.run(Command::Sweep { owner_until: here }, Actor::System).unwrap();
    assert_eq!(world.events.last().unwrap().kind.name(), "session.transfer_lapsed");
    assert!(world.is_owned_by(0));
}

#[test]
fn r9_a_transfer_completes_when_the_owner_leaves() {
    let mut world = World::new(Settings::default(), false);
    world.run(takes(0, true, false), taker(0)).unwrap();
    world.pass(20);
    let here = Some(world.now + SignedDuration::from_mins(9));
    assert_eq!(world.run(Command::OwnerLeft { owner_until: here }, Actor::System), Ok(Outcome::Unchanged));
    world.run(Command::OwnerLeft { owner_until: Some(world.now) }, Actor::System).unwrap();
    assert!(world.is_owned_by(0));
    // Their going was missed: the sweep sees that nobody counted any more when the time was over.
    world.run(takes(1, true, false), taker(1)).unwrap();
    let gone = Some(world.now + SignedDuration::from_secs(30));
    world.pass(90);
    world.run(Command::Sweep { owner_until: gone }, Actor::System).unwrap();
    assert!(world.is_owned_by(1));
    // Who leaves after the minute keeps the session.
    world.run(takes(0, true, false), taker(0)).unwrap();
    world.pass(61);
    world.run(Command::OwnerLeft { owner_until: Some(world.now) }, Actor::System).unwrap();
    assert!(world.is_owned_by(1));
}

#[test]
fn r9_an_end_ends_the_asking_and_r10_the_lock_goes_along() {
    let mut locks = Locks::started(true);
    locks.run(takes(0, false, false), taker(0)).unwrap();
    assert_eq!(locks.1, Some(locks.0.session.agent.clone()), "the old owner's goes, the new one's is taken");
    locks.run(takes(1, true, false), taker(1)).unwrap();
    locks.run(Command::End, taker(0)).unwrap();
    assert_eq!((locks.0.session.transfer.is_none(), locks.1.clone()), (true, None));
    locks.run(takes(1, false, false), taker(1)).unwrap();
    assert!(locks.0.is_owned_by(1) && locks.1.is_none(), "what is over holds no lock");
}
