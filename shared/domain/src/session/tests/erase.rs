//! What is kept for how long, and what is left after that (R25).

use super::*;
use crate::{ErasedBy, session::Correction};

fn keeping(minutes: Option<u32>) -> Settings {
    let mut settings = Settings::default();
    settings.data.retention_minutes = minutes;
    settings
}

fn sweep(world: &mut World) -> Outcome {
    world.run(Command::Erase(ErasedBy::Retention), Actor::System).unwrap()
}

/// A session that is over and had everything that one can have.
fn ended(mut settings: Settings) -> World {
    settings.authentication.method = Method::Pin;
    let mut world = World::new(settings, true);
    world.session.reference = Some("case-17".into());
    world.session.metadata.insert("policy".into(), "B-1".into());
    world.type_pin("4711", 0).unwrap();
    world.run(Command::Post { id: "m".into(), text: "hello".into(), attachment: None }, Actor::Customer).unwrap();
    world.run(Command::End, agent()).unwrap();
    world
}

#[test]
fn r25_only_what_is_over_is_erased_and_only_once() {
    let mut world = World::new(Settings::default(), false);
    let erase = Command::Erase(ErasedBy::Request);
    assert_eq!(world.run(erase.clone(), agent()), Err(Rejection::NotOver));
    world.run(Command::End, agent()).unwrap();
    assert_eq!(world.run(erase.clone(), agent()), Ok(Outcome::Done));
    assert_eq!(world.run(erase, agent()), Ok(Outcome::Unchanged));
}

#[test]
fn r25_nothing_about_the_customer_is_left_in_the_session() {
    let mut world = ended(Settings::default());
    world.run(Command::Erase(ErasedBy::Request), agent()).unwrap();
    let pending = world.session.erased.as_ref().unwrap().pending.clone();
    assert_eq!(pending.unwrap().email.unwrap().as_str(), "mara@example.net", "its items elsewhere are still to go");
    assert_eq!(world.index, Timers::from([(DueKind::Retention, world.now)]), "so a schedule looks at it");
    world.run(Command::FinishErasing, Actor::System).unwrap();
    assert_eq!(world.index, Timers::from([(DueKind::Retention, world.now + SignedDuration::from_hours(2))]));
    let left = serde_json::to_string(&world.session).unwrap();
    for personal in ["Mara", "mara@", "case-17", "B-1", "sealed", "hash"] {
        assert!(!left.contains(personal), "{personal} is left: {left}");
    }
    assert_eq!(world.tier(), AccessTier::None);
    assert_eq!(
        world.run(Command::FinishErasing, Actor::System),
        Ok(Outcome::Unchanged),
        "what is on its way may still come"
    );
    world.wait(120);
    assert_eq!(world.run(Command::FinishErasing, Actor::System), Ok(Outcome::Done));
    assert_eq!(world.index, Timers::new());
}

#[test]
fn r25_addresses_that_were_corrected_are_erased_as_well() {
    let mut world = World::new(Settings::default(), false);
    let before = world.session.customer.contact.clone();
    let correction = Correction { email: Some(Some("mora@example.net".parse().unwrap())), ..Correction::default() };
    let issued = world.issued();
    world.run(Command::Reengage(correction, issued), agent()).unwrap();
    world.run(Command::End, agent()).unwrap();
    world.run(Command::Erase(ErasedBy::Request), agent()).unwrap();
    assert_eq!(world.session.erased.as_ref().unwrap().former, [before]);
    world.run(Command::FinishErasing, Actor::System).unwrap();
    let left = serde_json::to_string(&world.session).unwrap();
    assert!(!left.contains("example.net"), "{left}");
}

#[test]
fn r25_nothing_happens_to_an_erased_session() {
    let mut world = ended(Settings::default());
    world.run(Command::Erase(ErasedBy::Request), agent()).unwrap();
    let erased = world.session.clone();
    let issued = world.issued();
    let refused = [
        Command::Renew(None),
        Command::Invite(issued.clone(), None),
        Command::GenerateLink(issued.clone()),
        Command::RequestLink(issued),
        Command::ReleaseDevice,
        Command::ResetPin,
        Command::KeepOpen,
        Command::Post { id: "n".into(), text: "hello".into(), attachment: None },
    ];
    for command in refused {
        let name = format!("{command:?}");
        assert_eq!(world.run(command, agent()), Err(Rejection::Erased), "{name}");
    }
    assert_eq!(world.type_pin("4711", 0), Err(Rejection::Erased));
    for command in [Command::End, Command::Sweep { owner_until: None }] {
        assert_eq!(world.run(command, Actor::System), Ok(Outcome::Unchanged));
    }
    assert_eq!(world.session, erased);
}

#[test]
fn r25_a_renewed_session_is_kept() {
    let mut world = ended(keeping(Some(60)));
    world.wait(59);
    assert_eq!(sweep(&mut world), Outcome::Unchanged, "not yet");
    world.run(Command::Renew(None), agent()).unwrap();
    assert!(!world.index.contains_key(&DueKind::Retention));
    world.wait(60);
    assert_eq!(world.run(Command::Erase(ErasedBy::Retention), Actor::System), Err(Rejection::NotOver));
    world.run(Command::End, agent()).unwrap();
    world.wait(60);
    assert_eq!(sweep(&mut world), Outcome::Done);
    assert!(world.session.erased.is_some());
}

#[test]
fn r25_a_time_that_was_lengthened_holds_for_what_is_still_there() {
    let mut world = ended(keeping(Some(60)));
    world.settings = keeping(Some(90));
    world.wait(60);
    assert_eq!(sweep(&mut world), Outcome::Done);
    assert_eq!(
        (world.session.erased.is_some(), world.index[&DueKind::Retention]),
        (false, world.now + SignedDuration::from_mins(30))
    );
    world.settings = keeping(None);
    world.wait(30);
    assert_eq!(sweep(&mut world), Outcome::Done);
    assert_eq!((world.session.erased.is_some(), world.index.contains_key(&DueKind::Retention)), (false, false));
}

#[test]
fn r25_a_discarded_plan_goes_as_well() {
    let mut world = World::new(keeping(Some(60)), false);
    world.session.state = State::Planned;
    world.run(Command::End, agent()).unwrap();
    assert_eq!(world.session.state, State::Discarded);
    world.wait(60);
    assert_eq!(sweep(&mut world), Outcome::Done);
    assert!(world.session.erased.is_some());
}

proptest! {
    /// However long it is to be kept and whatever is looked at in between, it goes when its time is over and not before.
    #[test]
    fn r25_kept_until_its_time_and_no_longer(minutes in 1_u32..100_000, looks in proptest::collection::vec(0.0_f64..1.0, 0..8)) {
        let mut world = ended(keeping(Some(minutes)));
        let end = world.now;
        let mut looks = looks;
        looks.sort_by(f64::total_cmp);
        for look in looks {
            #[expect(clippy::cast_possible_truncation, reason = "a part of so many minutes")]
            let seconds = (f64::from(minutes) * 60.0 * look) as i64;
            world.now = end + SignedDuration::from_secs(seconds);
            // The tiers that begin meanwhile are swept as ever.
            world.run(Command::Sweep { owner_until: None }, Actor::System).unwrap();
            prop_assert_eq!(sweep(&mut world), Outcome::Unchanged);
        }
        world.now = end + SignedDuration::from_mins(i64::from(minutes));
        prop_assert_eq!(sweep(&mut world), Outcome::Done);
        prop_assert!(world.session.erased.is_some());
    }
}
