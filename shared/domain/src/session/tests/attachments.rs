//! Who may attach files to messages, in which tier (R2, R21).

use super::*;
use crate::{Attachment, upload::FileType};

fn file() -> Attachment {
    Attachment {
        id: "up_0000000000000000".parse().unwrap(),
        name: "Kitchen.jpg".into(),
        content_type: FileType::Jpeg,
        size: 48_213,
        width: Some(640),
        height: Some(480),
    }
}

fn attach(world: &mut World, text: &str, actor: Actor) -> Result<(), Rejection> {
    let attachment = Some(file());
    world.run(Command::Post { id: "m".into(), text: text.into(), attachment }, actor).map(drop)
}

fn program() -> Actor {
    Actor::Api { key: "key0000000000000".parse().unwrap() }
}

/// Each row: what the setting says, minutes after the end, whether a file alone may be sent, and one with words.
#[test]
fn r2_attaching_is_allowed_exactly_where_the_plan_says() {
    let with = |level, attachments, chat| CustomerAccess {
        level,
        minutes: Some(60),
        then_limited_minutes: (level == AccessLevel::FullTimed).then_some(60),
        attachments,
        chat,
    };
    let (full, timed) = (AccessLevel::Full, AccessLevel::FullTimed);
    for (access, minutes, alone, with_words) in [
        (with(AccessLevel::None, false, false), 0, false, false),
        (with(full, true, true), 0, true, true),
        (with(full, true, true), 600, true, true),
        // What is written beside a file is chat.
        (with(full, true, false), 0, true, false),
        (with(full, false, true), 0, false, false),
        (with(full, false, false), 0, false, false),
        (with(timed, true, true), 59, true, true),
        (with(timed, true, true), 60, false, false),
        (with(timed, true, true), 120, false, false),
        (with(AccessLevel::Limited, false, false), 0, false, false),
    ] {
        for actor in [Actor::Customer, agent(), program()] {
            let mut world = World::new(ending_with(access.clone()), false);
            world.press_continue(0).unwrap();
            assert_eq!(attach(&mut world, "look", actor.clone()), Ok(()), "while it runs");
            world.run(Command::End, agent()).unwrap();
            world.wait(minutes);
            let place = format!("{access:?} after {minutes} minutes, {actor:?}");
            assert_eq!(attach(&mut world, "", actor.clone()).is_ok(), alone, "{place}");
            assert_eq!(attach(&mut world, "look", actor.clone()).is_ok(), with_words, "{place}");
            let takes = world.session.takes_files(world.now).is_ok();
            assert_eq!(takes, alone, "staff get an address for a file where they may attach one: {place}");
            assert_eq!(world.session.state, State::Ended, "it renews nothing");
        }
    }
}

#[test]
fn r21_each_direction_of_attachments_has_its_switch() {
    for (staff, customer) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut settings = Settings::default();
        settings.session.staff_attachments = staff;
        settings.session.customer_attachments = customer;
        let mut world = World::new(settings, false);
        world.press_continue(0).unwrap();
        for (actor, may) in [(agent(), staff), (program(), staff), (Actor::Customer, customer)] {
            let expected = if may { Ok(()) } else { Err(Rejection::AttachmentsClosed) };
            assert_eq!(attach(&mut world, "look", actor.clone()), expected);
            let words = Command::Post { id: "w".into(), text: "words".into(), attachment: None };
            world.run(words, actor).unwrap();
        }
    }
}

#[test]
fn r21_a_message_keeps_what_is_known_of_its_file() {
    let mut world = World::new(Settings::default(), false);
    world.press_continue(0).unwrap();
    attach(&mut world, "  ", Actor::Customer).unwrap();
    let Some(EventKind::Message { text, attachment, .. }) = world.events.last().map(|event| &event.kind) else {
        panic!("a message")
    };
    assert_eq!((text.as_str(), attachment.as_ref()), ("", Some(&file())));
    assert_eq!(attach(&mut world, &"x".repeat(4_001), Actor::Customer), Err(Rejection::InvalidMessage));
    world.run(Command::End, agent()).unwrap();
    assert_eq!(attach(&mut world, "", Actor::Customer), Err(Rejection::AttachmentsClosed));
    assert_eq!(attach(&mut world, "", agent()), Err(Rejection::AlreadyEnded));
}
