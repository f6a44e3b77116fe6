//! Document requests: what may be sent, in which order, and how they are accepted or sent back.

use super::*;
use crate::{UploadId, upload::FileType};

pub(super) fn passport() -> Request {
    serde_json::from_value(json!({"what": "Your passport", "accept": ["image", "pdf"], "min": 2, "max": 3})).unwrap()
}

pub(super) fn id(n: u64) -> UploadId {
    format!("up_{n:016}").parse().unwrap()
}

pub(super) fn file(n: u64) -> SentFile {
    SentFile {
        upload: id(n),
        name: format!("page {n}.jpg"),
        size: 10,
        content_type: FileType::Jpeg,
        key: format!("read/{}/picture", id(n)),
        thumbnail: None,
        pages: None,
        at: Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn add(n: u64) -> FileChange {
    FileChange::Add { file: file(n), replaces: None }
}

fn make(world: &mut World) -> Interaction {
    let new = NewInteraction {
        id: InteractionId::generate(&world.random),
        title: "Your passport".into(),
        asked: Asked::Request(passport()),
        values: parlor_form::Values::new(),
        order: None,
        due_at: None,
        send: true,
        library: None,
        part_of: None,
        assignee: crate::interaction::Assignee::Customer,
    };
    world.run(WorkCommand::Add(new), nina()).unwrap()
}

fn sent(own: &Interaction) -> Vec<UploadId> {
    own.files.iter().map(|file| file.upload.clone()).collect()
}

#[test]
fn r21_a_request_says_what_is_wanted_and_how_much() {
    let asked = |value: serde_json::Value| Request::asking_for(serde_json::from_value(value).unwrap());
    let plain = asked(json!({"what": " A photo ", "instructions": " "})).unwrap();
    assert_eq!(plain, serde_json::from_value(json!({"what": "A photo"})).unwrap(), "what is left out means the same");
    assert_eq!((plain.min, plain.max, plain.accept.len()), (1, 10, 2));
    let many = asked(json!({"what": "Receipts", "min": 12, "accept": ["pdf", "image", "pdf"]})).unwrap();
    assert_eq!((many.min, many.max, many.accept), (12, 12, vec![Accepted::Image, Accepted::Pdf]));
    for (wrong, field) in [
        (json!({"what": " "}), "what"),
        (json!({"what": "a\nb"}), "what"),
        (json!({"what": "A", "instructions": "a".repeat(2_001)}), "instructions"),
        (json!({"what": "A", "accept": []}), "accept"),
        (json!({"what": "A", "min": 0}), "min"),
        (json!({"what": "A", "min": 3, "max": 2}), "min"),
        (json!({"what": "A", "max": 21}), "max"),
    ] {
        assert_eq!(asked(wrong.clone()).unwrap_err().field, field, "{wrong}");
    }
}

#[test]
fn r21_files_are_added_replaced_moved_and_removed() {
    let request = passport();
    let after = |files: &[u64], change: FileChange| {
        let files: Vec<SentFile> = files.iter().map(|n| file(*n)).collect();
        let changed = request.changed(&files, &change)?;
        Ok::<_, NoFile>(changed.iter().map(|file| file.upload.clone()).collect::<Vec<_>>())
    };
    let are = |ids: &[u64]| Ok(ids.iter().map(|n| id(*n)).collect::<Vec<_>>());
    assert_eq!(after(&[1], add(2)), are(&[1, 2]));
    assert_eq!(after(&[1, 2], add(2)), are(&[1, 2]), "again");
    assert_eq!(after(&[1, 2, 3], add(4)), Err(NoFile::TooMany));
    assert_eq!(after(&[1, 2, 3], FileChange::Add { file: file(4), replaces: Some(id(2)) }), are(&[1, 4, 3]));
    assert_eq!(after(&[1, 2, 3], FileChange::Remove(id(2))), are(&[1, 3]));
    assert_eq!(after(&[1, 2, 3], FileChange::Earlier(id(3))), are(&[1, 3, 2]));
    assert_eq!(after(&[1, 2, 3], FileChange::Later(id(1))), are(&[2, 1, 3]));
    for unchanged in [FileChange::Earlier(id(1)), FileChange::Later(id(2)), FileChange::Remove(id(9))] {
        assert_eq!(after(&[1, 2], unchanged), are(&[1, 2]));
    }
    let pdf = SentFile { content_type: FileType::Pdf, ..file(5) };
    let pictures = Request { accept: vec![Accepted::Image], ..passport() };
    let change = FileChange::Add { file: pdf, replaces: None };
    assert_eq!((pictures.changed(&[], &change), request.changed(&[], &change).is_ok()), (Err(NoFile::Kind), true));
}

#[test]
fn r21_a_request_is_fulfilled_sent_back_and_accepted() {
    let (mut world, request) = (World::new(), passport());
    let made = make(&mut world);
    assert_eq!((made.kind, made.progress), (Kind::Request, Progress { done: 0, of: 2 }));
    let add = |own: &Interaction, world: &mut World, n| {
        world.run(WorkCommand::ChangeFiles(own, &request, add(n)), Actor::Customer).unwrap()
    };
    let begun = add(&made, &mut world, 1);
    assert_eq!((begun.state, begun.progress), (InteractionState::InProgress, Progress { done: 1, of: 2 }));
    let complete = |own: &Interaction, world: &mut World| {
        world.run(WorkCommand::Complete(own, Filled::Request(&request, None)), Actor::Customer)
    };
    assert!(matches!(complete(&begun, &mut world), Err(Rejection::Work(Refusal::Incomplete(_)))));
    let refused = |world: &World, command| world.decide(command, nina()).unwrap_err();
    assert_eq!(refused(&world, WorkCommand::Accept(&begun)), Refusal::NotCompleted.into());
    let both = add(&begun, &mut world, 2);
    let done = complete(&both, &mut world).unwrap();
    assert_eq!((done.state, world.session.task_count().is_complete()), (InteractionState::Completed, true));
    let late = world.decide(WorkCommand::ChangeFiles(&done, &request, FileChange::Remove(id(1))), Actor::Customer);
    assert_eq!(late.unwrap_err(), Refusal::Closed.into());

    for reason in ["", " \n", "x".repeat(501).as_str()] {
        assert_eq!(refused(&world, WorkCommand::SendBack(&done, reason.into())), Refusal::InvalidReason.into());
    }
    let back = world.run(WorkCommand::SendBack(&done, " The back is missing. ".into()), nina()).unwrap();
    assert_eq!((back.state, back.reason.as_deref()), (InteractionState::SentBack, Some("The back is missing.")));
    assert_eq!((sent(&back), back.completed_at, world.session.task_count().done), (vec![id(1), id(2)], None, 0));
    let again = world.decide(WorkCommand::SendBack(&back, "The back is missing.".into()), nina()).unwrap();
    assert_eq!(again.outcome, Outcome::Unchanged);

    let better = FileChange::Add { file: file(3), replaces: Some(id(2)) };
    let better = world.run(WorkCommand::ChangeFiles(&back, &request, better), Actor::Customer).unwrap();
    assert_eq!((better.state, better.reason.is_some()), (InteractionState::InProgress, true), "why stays in sight");
    assert_eq!(better.started_at, begun.started_at);
    let done = complete(&better, &mut world).unwrap();
    assert_eq!((sent(&done), done.reason.as_ref()), (vec![id(1), id(3)], None));
    let accepted = world.run(WorkCommand::Accept(&done), nina()).unwrap();
    assert_eq!((accepted.state, world.session.task_count().is_complete()), (InteractionState::Accepted, true));
    assert_eq!(world.decide(WorkCommand::Accept(&accepted), nina()).unwrap().outcome, Outcome::Unchanged);
    assert_eq!(refused(&world, WorkCommand::SendBack(&accepted, "x".into())), Refusal::Closed.into());
    assert_eq!(refused(&world, WorkCommand::Withdraw(&accepted)), Refusal::Closed.into());
}

#[test]
fn r21_only_a_request_is_accepted_or_sent_back() {
    let mut world = World::new();
    let workflow = world.make(true);
    for command in [WorkCommand::Accept(&workflow), WorkCommand::SendBack(&workflow, "x".into())] {
        assert_eq!(world.decide(command, nina()).unwrap_err(), Refusal::NotRequest.into());
    }
}

#[test]
fn r2_an_agent_answers_a_request_after_the_end_while_the_customer_may_send() {
    let request = passport();
    for (level, minutes, may) in
        [(AccessLevel::Full, None, true), (AccessLevel::Limited, Some(10), false), (AccessLevel::None, None, false)]
    {
        let mut world = World::new();
        let made = make(&mut world);
        let command = |n| WorkCommand::ChangeFiles(&made, &request, add(n));
        let one = world.run(command(1), Actor::Customer).unwrap();
        let two = world.run(WorkCommand::ChangeFiles(&one, &request, add(2)), Actor::Customer).unwrap();
        let done = world.run(WorkCommand::Complete(&two, Filled::Request(&request, None)), Actor::Customer).unwrap();
        world.end(CustomerAccess { level, minutes, ..CustomerAccess::default() });
        let accepted = world.decide(WorkCommand::Accept(&done), nina());
        assert_eq!(accepted.is_ok(), may, "{level:?}");
        let sent = world.decide(WorkCommand::ChangeFiles(&two, &request, add(3)), Actor::Customer);
        assert_eq!(sent.is_ok(), may, "{level:?}");
    }
}

/// What a page says that stands where a file could not be put.
pub(super) fn words() -> parlor_form::JoinWords {
    parlor_form::JoinWords { title: "Not here".into(), note: "It was sent.".into(), right_to_left: false }
}

#[test]
fn r21_what_was_sent_for_good_becomes_one_file_of_the_last_sending() {
    let (mut world, request) = (World::new(), passport());
    let made = make(&mut world);
    let one = world.run(WorkCommand::ChangeFiles(&made, &request, add(1)), Actor::Customer).unwrap();
    let two = world.run(WorkCommand::ChangeFiles(&one, &request, add(2)), Actor::Customer).unwrap();
    let send = |own: &Interaction, world: &mut World| {
        world.run(WorkCommand::Complete(own, Filled::Request(&request, Some(words()))), Actor::Customer).unwrap()
    };
    let done = send(&two, &mut world);
    let task = join_task(&world.session.id, &done).unwrap();
    let parts: Vec<_> = task.parts.iter().map(|part| part.from.clone()).collect();
    assert_eq!((parts, Some(task.at)), (done.files.iter().map(|file| file.key.clone()).collect(), done.completed_at));
    assert_eq!(task.to, format!("joined/{}/{}.pdf", world.session.id, done.id));
    let first = done.completed_at.unwrap();
    let ready = |size| JoinedFile::Ready { key: "joined/a".into(), sha256: "00".into(), size, pages: 2, left_out: 0 };
    let file = |own, at, size| WorkCommand::FileJoined { own, at, file: ready(size) };
    let filed = world.run(file(&done, first, 5), Actor::System).unwrap();
    assert_eq!((&filed.joined, filed.due()), (&Some(ready(5)), None));
    assert!(world.decide(file(&filed, first, 6), Actor::System).unwrap().is_unchanged(), "the first one stays");

    // Sent back, it is not what was wanted; sent anew, what comes late of the first sending is left.
    let back = world.run(WorkCommand::SendBack(&filed, "Too dark.".into()), nina()).unwrap();
    assert_eq!((&back.joined, back.due()), (&None, None));
    world.now += jiff::SignedDuration::from_secs(1);
    let anew = send(&back, &mut world);
    assert!(world.decide(file(&anew, first, 5), Actor::System).unwrap().is_unchanged());

    // Nothing has come: it is asked for again, at its time, and given up without a word: each file is there by itself.
    assert!(world.decide(WorkCommand::FinishAgain(&anew), Actor::System).unwrap().is_unchanged());
    let (mut waiting, mut tries) = (anew.clone(), 1);
    while waiting.joined != Some(JoinedFile::Failed) {
        world.now = waiting.due().unwrap();
        let again = world.decide(WorkCommand::FinishAgain(&waiting), Actor::System).unwrap();
        assert!(again.events.is_empty());
        waiting = again.interactions.into_iter().next().unwrap().interaction;
        tries += 1;
    }
    assert_eq!((tries, waiting.due(), join_task(&world.session.id, &waiting)), (7, None, None));
    // One that comes after all is taken.
    let second = waiting.completed_at.unwrap();
    assert_eq!(world.run(file(&waiting, second, 7), Actor::System).unwrap().joined, Some(ready(7)));
}

#[test]
fn r21_one_pdf_is_joined_with_nothing() {
    let (mut world, request) = (World::new(), Request { min: 1, ..passport() });
    let made = make(&mut world);
    let change = FileChange::Add { file: SentFile { content_type: FileType::Pdf, ..file(1) }, replaces: None };
    let one = world.run(WorkCommand::ChangeFiles(&made, &request, change), Actor::Customer).unwrap();
    let send = WorkCommand::Complete(&one, Filled::Request(&request, Some(words())));
    let done = world.run(send, Actor::Customer).unwrap();
    assert_eq!((done.state, done.joined), (InteractionState::Completed, None));
}
