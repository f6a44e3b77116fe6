//! The agent's order of what there is to do (R21).

use super::{
    turns::{Case, GUESTS},
    *,
};
use crate::{
    InteractionId,
    interaction::{Refusal, Task, WorkCommand},
};

#[test]
fn r21_moved_before_another_it_is_there_for_everybody_and_again_changes_nothing() {
    let mut case = Case::new([1; GUESTS]);
    let [a, b, c] = [case.add(0), case.add(1), case.add(0)];
    let draft = case.make(0, false);
    let ids: Vec<InteractionId> = case.tasks.iter().map(|own| own.id.clone()).collect();
    let order = |case: &Case| -> Vec<usize> {
        let place = |id: &InteractionId| ids.iter().position(|own| own == id).unwrap();
        case.world.session.in_order().into_iter().map(|task| place(&task.id)).collect()
    };
    let event = |at: usize, before: Option<usize>| EventKind::InteractionMoved {
        interaction: ids[at].clone(),
        title: format!("Task {at}"),
        before: before.map(|at| ids[at].clone()),
    };
    assert_eq!(case.move_before(c, Some(a)), Ok(vec![event(c, Some(a))]));
    assert_eq!(order(&case), [c, a, b, draft]);
    assert_eq!(case.move_before(c, Some(a)), Ok(vec![]));
    assert_eq!(case.move_before(c, Some(c)), Ok(vec![]));
    assert_eq!(case.move_before(draft, None), Ok(vec![]));
    assert_eq!(case.move_before(a, None), Ok(vec![event(a, None)]));
    assert_eq!(order(&case), [c, b, draft, a]);
    // Guests see what is theirs in the same order, and no draft.
    let shown: Vec<InteractionId> = case.world.session.shown_tasks().into_iter().map(|task| task.id.clone()).collect();
    assert_eq!(shown, [ids[c].clone(), ids[a].clone()]);
    assert_eq!(case.world.session.next_task().map(|task| &task.id), Some(&ids[c]));
    // What is new comes last, and no interaction was written.
    let new = case.add(0);
    assert_eq!(case.world.session.in_order().last().map(|task| &task.id), Some(&case.tasks[new].id));
    assert!(case.tasks.iter().all(|own| own.version == 1));
    let places: Vec<u32> = case.world.session.arranged(case.tasks.clone()).iter().map(|own| own.order).collect();
    assert_eq!(places, [1, 2, 3, 4, 5]);
    // Nobody else's, and nothing that is over.
    let unknown = "n0where000000000".parse().unwrap();
    let own = case.tasks[a].clone();
    let moved = case.work(WorkCommand::Move(&own, Some(unknown)), agent());
    assert_eq!(moved, Err(Rejection::Work(Refusal::UnknownNeighbour)));
    case.world.run(Command::End, agent()).unwrap();
    assert_eq!(case.move_before(a, Some(b)), Err(Rejection::AlreadyEnded));
}

/// By the rule's own words: taken out, and put before that one.
fn put(list: &mut Vec<InteractionId>, own: &InteractionId, before: Option<&InteractionId>) {
    if before == Some(own) {
        return;
    }
    list.retain(|id| id != own);
    let at = list.iter().position(|id| Some(id) == before).unwrap_or(list.len());
    list.insert(at, own.clone());
}

fn ids(session: &Session) -> Vec<InteractionId> {
    session.in_order().into_iter().map(|task| task.id.clone()).collect()
}

proptest! {
    /// Whatever is moved, whatever places things were made with: nothing is lost and nothing doubled, moving again changes nothing,
    /// and events alone give the same order again. Of two who move at once, the second decides anew: both moves count.
    #[test]
    fn r21_moves_lose_nothing_and_both_of_two_count(
        made in proptest::collection::vec(0..4_u32, 1..9),
        moves in proptest::collection::vec((0..9_usize, proptest::option::of(0..9_usize)), 1..20),
    ) {
        let mut case = Case::new([1; GUESTS]);
        for order in &made {
            let at = case.make(0, true);
            // As integrators may have made them, with equal places too.
            case.world.session.tasks[at].order = *order;
        }
        let began = case.world.session.clone();
        let seen = case.world.events.len();
        let count = made.len();
        let mut expected = ids(&case.world.session);
        for (own, before) in moves {
            let (own, before) = (own % count, before.map(|at| at % count));
            let old = case.world.session.clone();
            put(&mut expected, &case.tasks[own].id, before.map(|at| &case.tasks[at].id));
            case.move_before(own, before).unwrap();
            prop_assert_eq!(&ids(&case.world.session), &expected);
            prop_assert_eq!(case.move_before(own, before), Ok(vec![]));
            // Nothing of a task but its place is another.
            let without = |session: &Session| session.tasks.iter().map(|task| Task { order: 0, ..task.clone() }).collect::<Vec<_>>();
            prop_assert_eq!(without(&case.world.session), without(&old));
            let orders = || case.world.session.in_order().into_iter().map(|task| task.order);
            prop_assert!(orders().zip(orders().skip(1)).all(|(one, next)| one <= next));
        }
        let mut again = began;
        for event in &case.world.events[seen..] {
            again.apply(event);
        }
        prop_assert_eq!(again.tasks, case.world.session.tasks);
    }
}
