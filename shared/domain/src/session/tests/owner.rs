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
    locks.run(Command::Sweep, Actor::System).unwrap();
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
