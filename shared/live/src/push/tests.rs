//! What the room is told of a decision.

use parlor_domain::{Command, Event, EventKind};

use super::*;
use crate::protocol::tests::{World, nina};

fn announced(world: &mut World, command: Command<'_>, audience: Audience) -> Vec<serde_json::Value> {
    let decision = world.act(nina(), command);
    announcement(audience, &decision, &world.presence, &world.settings, world.now)
        .iter()
        .map(|frame| serde_json::to_value(frame).unwrap())
        .collect()
}

#[test]
fn r18_customers_who_are_here_at_the_end_are_told_where_to_go() {
    let mut world = World::joined();
    world.settings.end.customer_redirect = Some("https://example.com/thanks".into());
    let frames = announced(&mut world, Command::End, Audience::Customer);
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["redirect"], "https://example.com/thanks");
    assert_eq!((&frames[0]["state"], &frames[0]["tier"]), (&"ended".into(), &"none".into()));
}

#[test]
fn r22_whoever_s_turn_it_is_hears_so_and_no_other_guest() {
    let mut world = World::joined();
    let mut decision = world.act(nina(), Command::KeepOpen);
    let ada = "p4rt1c1pant00001".parse().unwrap();
    let waits = Event {
        participant: Some(ada),
        kind: EventKind::TurnWaits { name: "Ada Quist".into() },
        ..decision.events[0].clone()
    };
    decision.events.push(waits);
    let frames = announcement(Audience::Customer, &decision, &world.presence, &world.settings, world.now);
    let turn = frames.iter().find(|frame| matches!(frame, Frame::Turn(_))).unwrap();
    assert_eq!(
        serde_json::to_value(turn).unwrap(),
        serde_json::json!({"type": "turn", "assignee": "p4rt1c1pant00001", "waits": true})
    );
    let ada = Who::Participant("p4rt1c1pant00001".parse().unwrap());
    let bob = Who::Participant("p4rt1c1pant00002".parse().unwrap());
    assert_eq!([&ada, &bob, &Who::Customer].map(|who| turn.heard_by(who)), [true, false, false]);
}

#[test]
fn r18_staff_are_not_sent_there() {
    let mut world = World::joined();
    world.settings.end.customer_redirect = Some("https://example.com/thanks".into());
    let frames = announced(&mut world, Command::End, Audience::Staff);
    assert_eq!(frames[0]["event"]["type"], "session.ended");
    assert!(frames[0].get("redirect").is_none());
}

#[test]
fn r2_customers_are_disconnected_when_nothing_is_left_to_them() {
    let mut world = World::joined();
    let kept = world.act(nina(), Command::KeepOpen);
    assert_eq!(LastWords::of(&kept, world.now), None);
    let ended = world.act(nina(), Command::End);
    assert_eq!(LastWords::of(&ended, world.now), Some(LastWords::Expired));
}

#[test]
fn r6_a_released_device_is_told_so_and_no_more() {
    let mut world = World::joined();
    let decision = world.act(nina(), Command::ReleaseDevice);
    let farewell = announcement(Audience::Customer, &decision, &world.presence, &world.settings, world.now);
    let (_, lease) = world.presence.guests().next().unwrap();
    let told = last_frames(lease, &decision, &farewell, LastWords::of(&decision, world.now).unwrap());
    let told: Vec<_> = told.iter().map(|frame| serde_json::to_value(frame).unwrap()).collect();
    assert_eq!(told, [serde_json::json!({"type": "error", "code": "device"})]);
}
