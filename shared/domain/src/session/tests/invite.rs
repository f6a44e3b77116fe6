//! Invitations by a channel of their own (R1, R13).

use super::*;
use crate::{Channel, session::Correction};

#[test]
fn r1_an_invitation_is_sent_again_by_the_other_channel() {
    let mut world = World::new(Settings::default(), false);
    let by_text = |world: &World| Command::Invite(world.issued(), Some(Channel::Sms));
    let refused = |world: &World| {
        world.session.decide(by_text(world), &world.settings, &context(agent(), world.now)).unwrap_err()
    };
    assert_eq!(refused(&world), Rejection::NoContact);
    let phone = Some(Some("+4915112345678".to_owned().try_into().unwrap()));
    let command = Command::Reengage(Correction { phone, ..Correction::default() }, world.issued());
    world.run(command, agent()).unwrap();
    let decision = world.session.decide(by_text(&world), &world.settings, &context(agent(), world.now)).unwrap();
    assert_eq!(decision.session.channel, Channel::Email, "the session's own channel stays");
    assert_eq!(decision.events[0].kind, EventKind::Invited { channel: Some(Channel::Sms) });
    assert_eq!((decision.outbox[0].channel, decision.outbox[0].to.as_str()), (Channel::Sms, "+4915112345678"));
    world.settings.channels.sms = false;
    assert_eq!(refused(&world), Rejection::SmsOff);
}
