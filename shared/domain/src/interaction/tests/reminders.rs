//! Messages that the clock sends (R23).

use super::*;
use crate::{Channel, DueKind, Message, Who, outbox::OutboxEntry, settings::Weekday};

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// A session whose customer is in, with something to do, and reminders after an hour, then every two hours, three at most.
fn waiting() -> World {
    let mut world = World::new();
    let reminders = &mut world.settings.channels.reminders;
    (reminders.enabled, reminders.first_after_minutes, reminders.every_minutes) = (true, 60, 120);
    (reminders.weekdays, reminders.from, reminders.to) = (DAYS.to_vec(), "00:00".into(), "23:59".into());
    world.session.state = crate::State::Active;
    world.session.joined_at = Some(world.now);
    world.make(true);
    world
}

/// The guests in the room: the customer or nobody.
fn here(customer: bool) -> Vec<Who> {
    customer.then_some(Who::Customer).into_iter().collect()
}

impl World {
    fn by_itself(&mut self, command: Command<'_>) -> Vec<OutboxEntry> {
        let context = Context { actor: Actor::System, origin: Origin::default(), now: self.now };
        let decision = self.session.decide(command, &self.settings, &context).unwrap();
        self.session = decision.session;
        decision.outbox
    }

    fn remind(&mut self, customer_here: bool) -> usize {
        let (issued, here) = (self.issued(), here(customer_here));
        self.by_itself(Command::Remind { issued, here }).len()
    }

    fn notify(&mut self, customer_here: bool) -> Vec<OutboxEntry> {
        let (issued, here) = (self.issued(), here(customer_here));
        self.by_itself(Command::Notify { issued, here })
    }

    fn news(&mut self, customer_here: bool) {
        self.by_itself(Command::NoteNews { interaction: None, here: here(customer_here) });
    }

    fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }
}

#[test]
fn r23_unfinished_work_is_reminded_of_at_its_pace_and_not_without_end() {
    let mut world = waiting();
    assert_eq!(world.session.timers[&DueKind::Reminder], world.now + SignedDuration::from_hours(1));
    world.wait(59);
    assert_eq!(world.remind(false), 0);
    world.wait(1);
    assert_eq!((world.remind(false), world.remind(false)), (1, 0), "once");
    assert_eq!(world.session.timers[&DueKind::Reminder], world.now + SignedDuration::from_hours(2));
    // A reminder by hand is one, too; it does not count for what the schedule may send.
    world.wait(60);
    let task = world.session.tasks[0].id.clone();
    let sent = Interaction { id: task, ..world.make(true) };
    let issued = world.issued();
    world.run(WorkCommand::Remind(&sent, issued), nina()).unwrap();
    world.wait(119);
    assert_eq!(world.remind(false), 0);
    world.wait(1);
    assert_eq!(world.remind(false), 1);
    world.wait(120);
    assert_eq!(world.remind(false), 1);
    world.wait(100_000);
    assert_eq!(world.remind(false), 0, "three at most");
    assert!(!world.session.timers.contains_key(&DueKind::Reminder));
}

#[test]
fn r23_nobody_is_reminded_who_is_there_has_finished_or_cannot_be_reached() {
    let mut world = waiting();
    world.wait(60);
    assert_eq!(world.remind(true), 0);
    assert_eq!(world.session.timers[&DueKind::Reminder], world.now + SignedDuration::from_hours(1), "it begins anew");
    let mut texts = waiting();
    texts.wait(60);
    (texts.session.channel, texts.settings.channels.sms) = (Channel::Sms, false);
    assert_eq!(texts.remind(false), 0, "R13");
    let mut over = waiting();
    over.end(CustomerAccess { level: AccessLevel::Full, ..CustomerAccess::default() });
    over.wait(60);
    assert_eq!(over.remind(false), 0, "never for ended sessions");
    let mut planned = waiting();
    planned.session.state = crate::State::Planned;
    planned.wait(60);
    assert_eq!(planned.remind(false), 0, "nor for planned ones");
    let mut done = waiting();
    done.session.tasks[0].state = crate::InteractionState::Completed;
    done.wait(60);
    assert_eq!(done.remind(false), 0);
    assert!(!done.session.timers.contains_key(&DueKind::Reminder));
}

#[test]
fn r23_news_is_told_once_to_who_is_away() {
    let mut world = waiting();
    world.news(true);
    assert_eq!(world.session.news.since, None);
    world.news(false);
    world.wait(2);
    world.news(false);
    assert!(world.notify(false).is_empty(), "it waits for three minutes");
    world.wait(1);
    let sent = world.notify(false);
    assert!(matches!(sent[..], [OutboxEntry { message: Some(Message::Update { .. }), .. }]), "{sent:?}");
    assert!(world.notify(false).is_empty());
    // Not twice in an hour, whatever else comes; and not at all to who came meanwhile.
    world.news(false);
    world.wait(59);
    assert!(world.notify(false).is_empty());
    world.wait(1);
    assert!(world.notify(true).is_empty());
    world.wait(60);
    assert!(world.notify(false).is_empty());
    world.settings.channels.update_notices = false;
    world.news(false);
    assert_eq!(world.session.news.since, None);
}

#[test]
fn r22_r23_each_guest_is_reminded_of_what_is_theirs_and_told_of_what_came_for_them() {
    let mut world = waiting();
    let id = crate::ParticipantId::generate(&world.random);
    let contact = Contact { email: Some("ola@example.net".parse().unwrap()), phone: None };
    let person = Customer { name: "Ola Quist".into(), contact };
    let mut ola = crate::Participant::new(id.clone(), person, Channel::Email, world.now);
    (ola.joined_at, ola.reminded.waiting_since) = (Some(world.now), Some(world.now));
    world.session.participants.push(ola);
    let task = world.session.tasks[0].clone();
    let theirs = crate::interaction::Task {
        id: InteractionId::generate(&world.random),
        assignee: crate::interaction::Assignee::Participant(id.clone()),
        ..task.clone()
    };
    world.session.tasks.push(theirs.clone());
    let to = |sent: Vec<OutboxEntry>| sent.into_iter().map(|entry| entry.to).collect::<Vec<_>>();

    // News for one of them is no news for the other.
    world.by_itself(Command::NoteNews { interaction: Some(theirs.id.clone()), here: vec![] });
    world.wait(3);
    assert_eq!(to(world.notify(false)), ["ola@example.net"]);
    assert_eq!(to(world.notify(false)), [""; 0]);

    // One after the other; who is there is left in peace.
    world.wait(57);
    let remind = |world: &mut World, here: Vec<Who>| {
        let issued = world.issued();
        to(world.by_itself(Command::Remind { issued, here }))
    };
    let mut reminded = [remind(&mut world, vec![]), remind(&mut world, vec![])].concat();
    reminded.sort();
    assert_eq!(reminded, ["mara@example.net", "ola@example.net"]);
    assert_eq!(world.session.timers[&DueKind::Reminder], world.now + SignedDuration::from_hours(2));
    world.wait(120);
    world.session.tasks.retain(|task| task.id == theirs.id);
    assert_eq!(remind(&mut world, vec![Who::Participant(id)]), [""; 0]);
    assert_eq!(remind(&mut world, vec![]), [""; 0], "nothing is left for the customer");
}
