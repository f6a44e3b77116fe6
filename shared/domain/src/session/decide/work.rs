//! What there is for the customer to do (R21): made, sent, filled in, finished, taken back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    chat::as_typed,
    draft::Draft,
    guard::{must_be_sendable, must_be_writable},
};
use crate::{
    AccessTier, EventKind, Message, Settings,
    interaction::{
        Answer, Assignee, Entries, Interaction, InteractionState, InteractionWrite, Kind, NewInteraction, Progress,
        REASON_MAX, Refusal, TASKS_MAX, WorkCommand, Workflow,
    },
    link::{Issued, LinkOrigin},
    session::{
        command::{Context, Decision, Outcome, Rejection},
        model::{Session, State},
    },
};

/// The most that answers take together, in bytes: an item has room for them.
const ANSWERS_MAX: usize = 48 * 1024;
/// The shortest time between two reminders of one interaction.
const REMINDER_PAUSE: SignedDuration = SignedDuration::from_mins(10);

impl Session {
    /// R21: what becomes of an interaction, as [`Command::Work`](crate::Command::Work) does it.
    pub(super) fn work(
        &self,
        command: WorkCommand<'_>,
        settings: &Settings,
        context: &Context,
    ) -> Result<Decision, Rejection> {
        let mut draft = Draft::new(self.clone(), settings, context);
        let outcome = match command {
            WorkCommand::Add(new) => add(&mut draft, new)?,
            WorkCommand::Send(interaction) => send(&mut draft, interaction)?,
            WorkCommand::Withdraw(interaction) => withdraw(&mut draft, interaction)?,
            WorkCommand::Remind(interaction, issued) => remind(&mut draft, interaction, &issued)?,
            WorkCommand::Save(interaction, workflow, entries) => {
                let Some(saved) = save(&draft, interaction, workflow, entries)? else { return Ok(self.unchanged()) };
                if interaction.state == InteractionState::InProgress {
                    // What is written often stands alone: neither event nor session is written with it.
                    let written = vec![InteractionWrite { interaction: saved, workflow: None }];
                    return Ok(Decision { interactions: written, outcome: Outcome::Done, ..self.unchanged() });
                }
                start(&mut draft, saved)
            }
            WorkCommand::Complete(interaction, workflow, entries) => {
                complete(&mut draft, interaction, workflow, entries)?
            }
            WorkCommand::Decline(interaction, reason) => decline(&mut draft, interaction, &reason)?,
        };
        Ok(if outcome == Outcome::Unchanged { self.unchanged() } else { draft.finish(outcome) })
    }
}

fn add(draft: &mut Draft<'_>, new: NewInteraction) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    if draft.session.tasks.len() >= TASKS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let now = draft.now();
    if new.due_at.is_some_and(|due| due <= now) {
        return Err(Refusal::DueOver.into());
    }
    let last = draft.session.tasks.iter().map(|task| task.order).max().unwrap_or(0);
    let interaction = Interaction {
        id: new.id,
        version: 1,
        kind: Kind::Workflow,
        title: new.title,
        state: if new.send { InteractionState::Sent } else { InteractionState::Draft },
        assignee: Assignee::Customer,
        order: new.order.unwrap_or(last.saturating_add(1)),
        due_at: new.due_at,
        created_at: now,
        sent_at: new.send.then_some(now),
        started_at: None,
        completed_at: None,
        reminded_at: None,
        reason: None,
        progress: new.workflow.progress(&BTreeMap::new(), &BTreeSet::new()),
        entered: BTreeMap::new(),
        passed: BTreeSet::new(),
        at: None,
    };
    draft.record(if new.send { sent(&interaction) } else { created(&interaction) });
    draft.interactions.push(InteractionWrite { interaction, workflow: Some(new.workflow) });
    Ok(Outcome::Done)
}

fn created(interaction: &Interaction) -> EventKind {
    let Interaction { id, kind, title, order, due_at, .. } = interaction.clone();
    EventKind::InteractionCreated { interaction: id, kind, title, order, due_at }
}

fn sent(interaction: &Interaction) -> EventKind {
    let Interaction { id, kind, title, order, due_at, .. } = interaction.clone();
    EventKind::InteractionSent { interaction: id, kind, title, order, due_at }
}

/// Sending again what was sent changes nothing.
fn send(draft: &mut Draft<'_>, interaction: &Interaction) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    match interaction.state {
        InteractionState::Draft => {}
        state if state.is_open() => return Ok(Outcome::Unchanged),
        _ => return Err(Refusal::Closed.into()),
    }
    draft.record(sent(interaction));
    let now = draft.now();
    write(draft, Interaction { state: InteractionState::Sent, sent_at: Some(now), ..interaction.clone() });
    Ok(Outcome::Done)
}

/// What the customer has completed stays. What they declined can be taken back, so that it counts no more (R14).
fn withdraw(draft: &mut Draft<'_>, interaction: &Interaction) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    match interaction.state {
        InteractionState::Withdrawn => return Ok(Outcome::Unchanged),
        InteractionState::Completed | InteractionState::Accepted => return Err(Refusal::Closed.into()),
        _ => {}
    }
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionWithdrawn { interaction: id, title });
    write(draft, Interaction { state: InteractionState::Withdrawn, ..interaction.clone() });
    Ok(Outcome::Done)
}

/// R23: never for planned or ended sessions.
fn remind(draft: &mut Draft<'_>, interaction: &Interaction, issued: &Issued) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    if draft.session.state == State::Planned {
        return Err(Rejection::NotInvited);
    }
    match interaction.state {
        InteractionState::Draft => return Err(Refusal::NotSent.into()),
        state if state.is_open() => {}
        _ => return Err(Refusal::Closed.into()),
    }
    let now = draft.now();
    let retry_at = interaction.reminded_at.map(|last| last + REMINDER_PAUSE).filter(|retry_at| *retry_at > now);
    if let Some(retry_at) = retry_at {
        return Err(Rejection::TooOften { retry_at });
    }
    let channel = draft.session.channel;
    must_be_sendable(channel, draft.settings)?;
    draft.link(issued, LinkOrigin::Sent);
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionReminded { interaction: id, title, channel });
    draft.send(Message::Reminder { token: issued.sealed.clone() })?;
    write(draft, Interaction { reminded_at: Some(now), ..interaction.clone() });
    Ok(Outcome::Done)
}

/// R2: the customer may write, and the interaction waits for them.
fn must_be_fillable(draft: &Draft<'_>, interaction: &Interaction) -> Result<(), Rejection> {
    if draft.session.access(draft.now()).tier != AccessTier::Full {
        return Err(Refusal::ReadOnly.into());
    }
    match interaction.state {
        InteractionState::Draft => Err(Refusal::NotSent.into()),
        state if state.is_open() => Ok(()),
        _ => Err(Refusal::Closed.into()),
    }
}

/// The interaction with what was entered; nothing where that changes nothing.
fn save(
    draft: &Draft<'_>,
    interaction: &Interaction,
    workflow: &Workflow,
    entries: Entries,
) -> Result<Option<Interaction>, Rejection> {
    must_be_fillable(draft, interaction)?;
    let mut saved = interaction.clone();
    for (name, answer) in entries.answers {
        match answer {
            Some(answer) => saved.entered.insert(name, answer),
            None => saved.entered.remove(&name),
        };
    }
    if size(&saved.entered) > ANSWERS_MAX {
        return Err(Refusal::TooMuch.into());
    }
    saved.passed.extend(entries.passed.filter(|step| workflow.step(step).is_some()));
    if let Some(at) = entries.at {
        saved.at = Some(at).filter(|step| workflow.step(step).is_some());
    }
    saved.progress = workflow.progress(&saved.entered, &saved.passed);
    if saved == *interaction {
        return Ok(None);
    }
    saved.version += 1;
    Ok(Some(saved))
}

fn size(entered: &BTreeMap<String, Answer>) -> usize {
    let answer = |answer: &Answer| match answer {
        Answer::Text(text) => text.len(),
        Answer::YesNo(_) | Answer::Number(_) => 16,
    };
    entered.iter().map(|(name, value)| name.len() + answer(value)).sum()
}

/// The first save begins it, which everybody hears of.
fn start(draft: &mut Draft<'_>, saved: Interaction) -> Outcome {
    let (id, title) = (saved.id.clone(), saved.title.clone());
    draft.record(EventKind::InteractionStarted { interaction: id, title });
    let started_at = Some(draft.now());
    let interaction = Interaction { state: InteractionState::InProgress, started_at, ..saved };
    draft.interactions.push(InteractionWrite { interaction, workflow: None });
    Outcome::Done
}

/// Completing again what is completed changes nothing. Answers to what is not shown go.
fn complete(
    draft: &mut Draft<'_>,
    interaction: &Interaction,
    workflow: &Workflow,
    entries: Entries,
) -> Result<Outcome, Rejection> {
    if interaction.state == InteractionState::Completed && draft.session.access(draft.now()).tier != AccessTier::None {
        return Ok(Outcome::Unchanged);
    }
    let saved = save(draft, interaction, workflow, entries)?.unwrap_or_else(|| interaction.clone());
    let missing = workflow.missing(&saved.entered);
    if !missing.is_empty() {
        return Err(Refusal::Incomplete(missing).into());
    }
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    let mut others = draft.session.tasks.iter().filter(|task| task.id != id && task.state.is_shown());
    let all_done = others.all(|task| task.state.is_done());
    let since_joining = draft.session.joined_at.filter(|_| all_done).map(|joined| draft.now().duration_since(joined));
    let all_done_after_seconds = since_joining.and_then(|since| since.as_secs().try_into().ok());
    draft.record(EventKind::InteractionCompleted { interaction: id, title, all_done_after_seconds });
    let steps = saved.progress.of;
    let now = draft.now();
    draft.interactions.push(InteractionWrite {
        interaction: Interaction {
            version: interaction.version + 1,
            state: InteractionState::Completed,
            started_at: saved.started_at.or(Some(now)),
            completed_at: Some(now),
            entered: workflow.kept(&saved.entered),
            progress: Progress { done: steps, of: steps },
            at: None,
            ..saved
        },
        workflow: None,
    });
    Ok(Outcome::Done)
}

/// Nothing of what was entered is left.
fn decline(draft: &mut Draft<'_>, interaction: &Interaction, reason: &str) -> Result<Outcome, Rejection> {
    if interaction.state == InteractionState::Declined {
        return Ok(Outcome::Unchanged);
    }
    must_be_fillable(draft, interaction)?;
    let reason = Some(as_typed(reason)).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_MAX) {
        return Err(Refusal::InvalidReason.into());
    }
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionDeclined { interaction: id, title, reason: reason.clone() });
    let progress = Progress { done: 0, of: interaction.progress.of };
    write(
        draft,
        Interaction {
            state: InteractionState::Declined,
            reason,
            entered: BTreeMap::new(),
            passed: BTreeSet::new(),
            at: None,
            progress,
            ..interaction.clone()
        },
    );
    Ok(Outcome::Done)
}

fn write(draft: &mut Draft<'_>, interaction: Interaction) {
    let interaction = Interaction { version: interaction.version + 1, ..interaction };
    draft.interactions.push(InteractionWrite { interaction, workflow: None });
}
