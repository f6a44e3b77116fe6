//! R8: the details of a customer who has not joined are corrected.

use super::*;
use crate::{Channel, session::Correction};

fn by_text() -> Correction {
    Correction {
        name: Some("  Mara Quist-Berg ".into()),
        email: Some(None),
        phone: Some(Some("+49301234567".to_owned().try_into().unwrap())),
        ..Correction::default()
    }
}

impl World {
    fn reengage(&mut self, correction: Correction) -> Result<Decision, Rejection> {
        let command = Command::Reengage(correction, self.issued());
        let decision = self.session.decide(command, &self.settings, &context(agent(), self.now))?;
        self.session = decision.session.clone();
        Ok(decision)
    }
}

fn names(decision: &Decision) -> Vec<String> {
    decision.events.iter().map(|event| event.kind.name()).collect()
}

#[test]
fn r8_details_are_corrected_links_end_tries_go_and_an_invitation_is_sent() {
    let mut settings = Settings::default();
    settings.authentication.method = Method::Pin;
    let mut world = World::new(settings, true);
    for _ in 0..5 {
        world.type_pin("0000", 0).unwrap();
    }
    let issued = world.issued();
    world.run(Command::RequestLink(issued), Actor::Customer).unwrap();
    let decision = world.reengage(by_text()).unwrap();
    let session = &decision.session;
    assert_eq!(names(&decision), ["session.reengaged", "session.invited"]);
    assert_eq!((session.customer.name.as_str(), session.channel), ("Mara Quist-Berg", Channel::Sms));
    assert_eq!(session.customer.contact.email, None);
    assert!(session.has_revoked(&world.link) && !session.has_revoked(&decision.links[0]));
    assert_eq!(
        (session.tries.clone(), session.requests.len(), session.state),
        (crate::pin::Tries::default(), 0, State::Invited)
    );
    assert!(session.pin.is_some(), "the customer may know it");
    assert_eq!(decision.outbox.len(), 1);
    assert_eq!((decision.outbox[0].to.as_str(), decision.outbox[0].channel), ("+49301234567", Channel::Sms));
    // Nothing of the customer stands in the events.
    let told = serde_json::to_string(&decision.events).unwrap();
    assert!(!told.contains("Quist") && !told.contains("301234567"), "{told}");
    let presented = Presented { posted: true, probe: true, device: None, consent: true };
    let gate = gate::at_link(session, Some(&world.link), &world.settings, &presented, world.now);
    assert_eq!(gate, Gate::Unknown);
}

#[test]
fn r8_the_same_again_invites_nobody_twice() {
    let mut world = World::new(Settings::default(), false);
    assert!(world.reengage(Correction::default()).unwrap().is_unchanged());
    assert!(!world.reengage(by_text()).unwrap().is_unchanged());
    assert!(world.reengage(by_text()).unwrap().is_unchanged());
    let language = Correction { language: Some(Some("de".parse().unwrap())), ..Correction::default() };
    assert!(!world.reengage(language.clone()).unwrap().is_unchanged());
    assert!(world.reengage(language).unwrap().is_unchanged());
}

#[test]
fn r8_a_plan_stays_one_and_an_embedded_session_gets_a_link_to_hand_over() {
    let mut world = World::new(Settings::default(), false);
    world.session.state = State::Planned;
    let decision = world.reengage(by_text()).unwrap();
    assert_eq!((names(&decision), decision.session.state), (vec!["session.reengaged".to_owned()], State::Planned));
    assert!(decision.links.is_empty() && decision.outbox.is_empty());

    let mut settings = Settings::default();
    settings.channels.embedded = true;
    let mut world = World::new(settings, false);
    let decision = world.reengage(by_text()).unwrap();
    assert_eq!(names(&decision), ["session.reengaged", "link.generated"]);
    assert!(decision.outbox.is_empty() && !decision.session.has_revoked(&decision.links[0]));
}

#[test]
fn r8_only_before_the_customer_joined_and_the_session_ended() {
    let mut world = World::new(Settings::default(), false);
    world.press_continue(0).unwrap();
    assert_eq!(world.reengage(by_text()).unwrap_err(), Rejection::AlreadyJoined);
    assert_eq!(world.reengage(Correction::default()).unwrap_err(), Rejection::AlreadyJoined);
    world.run(Command::End, agent()).unwrap();
    assert_eq!(world.reengage(by_text()).unwrap_err(), Rejection::AlreadyEnded);
    let mut world = World::new(Settings::default(), false);
    world.session.state = State::Discarded;
    assert_eq!(world.reengage(by_text()).unwrap_err(), Rejection::Discarded);
}

#[test]
fn r8_r13_with_texts_off_a_number_is_refused_and_one_on_file_is_no_obstacle() {
    let mut world = World::new(Settings::default(), false);
    world.reengage(by_text()).unwrap();
    world.settings.channels.sms = false;
    let (session, number) = (world.session.clone(), "+4915112345678".to_owned());
    let other = Correction { phone: Some(Some(number.try_into().unwrap())), ..Correction::default() };
    assert_eq!(world.reengage(other).unwrap_err(), Rejection::SmsOff);
    // The channel is still that of texts, by which nothing can go.
    let name = Correction { name: Some("Ola Berg".into()), ..Correction::default() };
    assert_eq!(world.reengage(name).unwrap_err(), Rejection::SmsOff);
    assert_eq!(world.session, session);
    let email = Some(Some("mara@example.net".parse().unwrap()));
    let by_mail = Correction { email: email.clone(), channel: Some(Channel::Email), ..Correction::default() };
    assert_eq!(world.reengage(by_mail).unwrap().outbox[0].to, "mara@example.net");
    let by_text = Correction { channel: Some(Channel::Sms), ..Correction::default() };
    assert_eq!(world.reengage(by_text).unwrap_err(), Rejection::SmsOff);
}

#[test]
fn r8_what_a_start_would_refuse_is_refused() {
    let mut world = World::new(Settings::default(), false);
    let nobody = Correction { email: Some(None), ..Correction::default() };
    assert_eq!(world.reengage(nobody).unwrap_err(), Rejection::NoContact);
    let unreachable = Correction { channel: Some(Channel::Sms), ..Correction::default() };
    assert_eq!(world.reengage(unreachable).unwrap_err(), Rejection::NoContact);
    let unnamed = Correction { name: Some(" \u{200b}".into()), ..Correction::default() };
    assert!(matches!(world.reengage(unnamed).unwrap_err(), Rejection::InvalidName(_)));
}
