//! What there is for the customer to do (R21): made, sent, filled in, finished, taken back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use parlor_form::Values;

use super::{
    chat::as_typed,
    draft::Draft,
    entered::{VALUES_MAX, answer_files, must_be_fillable, save, values_size},
    finished::{coming, file, file_joined, joining},
    guard::{must_be_sendable, must_be_writable},
    parts::{count, is_over, let_go, whole_of},
    review::{accept, send_back},
};
use crate::{
    AccessTier, Actor, EventKind, InteractionId, Message, Settings,
    interaction::{
        Asked, Assignee, FieldKind, Filled, FilledIn, Interaction, InteractionState, InteractionWrite, NewInteraction,
        Progress, REASON_MAX, Refusal, SentFile, TASKS_MAX, Task, WorkCommand, is_joined,
    },
    link::{Issued, LinkOrigin},
    session::{
        command::{Context, Decision, Outcome, Rejection},
        model::{Session, State},
    },
};

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
        let mut whole = self.clone();
        whole.unseat();
        let mut draft = Draft::new(whole, settings, context);
        if let Actor::Participant { id, .. } = &context.actor {
            draft.sit(Some(id))?;
        }
        if context.actor.is_guest() {
            must_be_theirs(&draft, &command)?;
        }
        let outcome = match command {
            WorkCommand::Together(commands) => {
                let mut outcome = Outcome::Unchanged;
                for command in commands {
                    if one(&mut draft, command)? != Outcome::Unchanged {
                        outcome = Outcome::Done;
                    }
                }
                outcome
            }
            WorkCommand::Place(own, document, values) => {
                must_be_writable(&draft.session)?;
                if own.state != InteractionState::Draft {
                    return Err(Refusal::NotDraft.into());
                }
                let (progress, version) = (document.progress(&values), own.version + 1);
                let placed = Interaction { version, progress, values, ..own.clone() };
                let interactions =
                    vec![InteractionWrite { interaction: placed, asked: Some(Asked::Document(document)) }];
                // It is nobody's but the agent's yet.
                return Ok(Decision { interactions, outcome: Outcome::Done, ..self.unchanged() });
            }
            WorkCommand::Move(interaction, before) => place(&mut draft, interaction, before)?,
            WorkCommand::Remind(interaction, issued) => remind(&mut draft, interaction, &issued)?,
            WorkCommand::Save(interaction, filled) => {
                let Some(saved) = save(&draft, interaction, &filled)? else { return Ok(self.unchanged()) };
                if interaction.state == InteractionState::InProgress {
                    // What is written often stands alone: neither event nor session is written with it.
                    return Ok(self.alone(saved));
                }
                start(&mut draft, saved)
            }
            WorkCommand::ChangeFiles(interaction, request, change) => {
                must_be_fillable(&draft, interaction)?;
                let files = request.changed(&interaction.files, &change).map_err(Refusal::NoFile)?;
                if files == interaction.files {
                    return Ok(self.unchanged());
                }
                let (progress, version) = (request.progress(&files), interaction.version + 1);
                let changed = Interaction { version, progress, files, ..interaction.clone() };
                if interaction.state == InteractionState::InProgress {
                    return Ok(self.alone(changed));
                }
                start(&mut draft, changed)
            }
            WorkCommand::AnswerFiles { own, workflow, field, change, entries } => {
                let Some(saved) = answer_files(&draft, own, workflow, &field, &change, entries)? else {
                    return Ok(self.unchanged());
                };
                if own.state == InteractionState::InProgress {
                    return Ok(self.alone(saved));
                }
                start(&mut draft, saved)
            }
            WorkCommand::Accept(interaction) => accept(&mut draft, interaction)?,
            WorkCommand::SendBack(interaction, reason) => send_back(&mut draft, interaction, &reason)?,
            WorkCommand::File { own, key, sha256, size } => file(&mut draft, own, key, sha256, size),
            WorkCommand::FileJoined { own, at, file } => file_joined(&mut draft, own, at, file),
            WorkCommand::FinishAgain(own) => return Ok(self.finish_again(draft, own)),
            command => one(&mut draft, command)?,
        };
        Ok(if outcome == Outcome::Unchanged { self.unchanged() } else { draft.finish(outcome) })
    }

    /// An interaction is written and nothing else.
    pub(super) fn alone(&self, interaction: Interaction) -> Decision {
        let interactions = vec![InteractionWrite { interaction, asked: None }];
        Decision { interactions, outcome: Outcome::Done, ..self.unchanged() }
    }
}

/// What is done to one interaction, perhaps together with others.
fn one(draft: &mut Draft<'_>, command: WorkCommand<'_>) -> Result<Outcome, Rejection> {
    match command {
        WorkCommand::Add(new) => add(draft, new),
        WorkCommand::Send(interaction, prefilled) => send(draft, interaction, prefilled),
        WorkCommand::Withdraw(interaction) => withdraw(draft, interaction),
        WorkCommand::LetGo(interaction) => Ok(let_go(draft, interaction)),
        WorkCommand::Count(whole, workflow, from) => Ok(count(draft, whole, workflow, from.as_ref())),
        WorkCommand::Assign(interaction, asked, assignee) => assign(draft, interaction, asked, assignee),
        WorkCommand::Complete(interaction, filled) => complete(draft, interaction, filled),
        WorkCommand::Decline(interaction, reason) => decline(draft, interaction, &reason),
        // No other is done together with something.
        _ => Ok(Outcome::Unchanged),
    }
}

/// R22: guests fill in what is assigned to them, for nobody else, and when it is their turn.
fn must_be_theirs(draft: &Draft<'_>, command: &WorkCommand<'_>) -> Result<(), Rejection> {
    if let WorkCommand::Together(commands) = command {
        return commands.iter().try_for_each(|command| must_be_theirs(draft, command));
    }
    let (WorkCommand::Save(own, _)
    | WorkCommand::Complete(own, _)
    | WorkCommand::Decline(own, _)
    | WorkCommand::ChangeFiles(own, ..)
    | WorkCommand::AnswerFiles { own, .. }) = command
    else {
        return Ok(());
    };
    if own.assignee != draft.session.guest_assignee() {
        return Err(Refusal::NotSent.into());
    }
    // What is closed says so, whoever's turn it is; completing it again changes nothing.
    let waits = own.state.is_open() && draft.session.waits(&own.assignee);
    if waits { Err(Refusal::NotYourTurn.into()) } else { Ok(()) }
}

/// R22: whoever is to do it has to be in the session.
fn must_be_here(draft: &Draft<'_>, assignee: &Assignee) -> Result<(), Rejection> {
    let is_here = draft.session.has_guest(assignee.participant());
    if is_here { Ok(()) } else { Err(Refusal::UnknownAssignee.into()) }
}

/// R22: somebody else is to do it, and goes on where it is; nobody's signature goes along. What is completed stays as it is.
fn assign(draft: &mut Draft<'_>, own: &Interaction, asked: &Asked, assignee: Assignee) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    must_be_here(draft, &assignee)?;
    if own.assignee == assignee {
        return Ok(Outcome::Unchanged);
    }
    if whole_of(draft, own.part_of.as_ref()).is_some_and(|whole| whole.assignee != assignee) {
        return Err(Refusal::PartOfWorkflow.into());
    }
    match own.state {
        InteractionState::Draft | InteractionState::Sent | InteractionState::InProgress => {}
        _ => return Err(Refusal::Closed.into()),
    }
    let (id, title, from) = (own.id.clone(), own.title.clone(), own.assignee.clone());
    draft.record(EventKind::InteractionAssigned { interaction: id, title, assignee: assignee.clone(), from });
    // What was said to one guest is not for the next: neither that they were reminded nor why something was sent back.
    let mut moved = Interaction { assignee, reminded_at: None, reason: None, ..own.clone() };
    match asked {
        Asked::Workflow(workflow) => {
            for field in workflow.fields().filter(|field| field.kind == FieldKind::Signature) {
                moved.entered.remove(&field.name);
            }
            moved.progress = workflow.progress(&moved.entered, &moved.passed);
        }
        Asked::Document(document) => {
            moved.values.retain(|name, _| !document.is_signed(name));
            moved.progress = document.progress(&moved.values);
        }
        Asked::Request(_) => {}
    }
    write(draft, moved);
    Ok(Outcome::Done)
}

/// Only the session is written, so that nobody who fills in loses a race by it.
fn place(draft: &mut Draft<'_>, own: &Interaction, before: Option<InteractionId>) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    if own.part_of.is_some() {
        return Err(Refusal::PartOfWorkflow.into());
    }
    let is_there = |id: &InteractionId| draft.session.tasks.iter().any(|task| task.is_whole() && task.id == *id);
    if before.as_ref().is_some_and(|id| !is_there(id)) {
        return Err(Refusal::UnknownNeighbour.into());
    }
    if draft.session.stands_before(&own.id, before.as_ref()) {
        return Ok(Outcome::Unchanged);
    }
    let (id, title) = (own.id.clone(), own.title.clone());
    draft.record(EventKind::InteractionMoved { interaction: id, title, before });
    Ok(Outcome::Done)
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
    must_be_here(draft, &new.assignee)?;
    // A document of a workflow's step stands where its workflow does.
    let order = whole_of(draft, new.part_of.as_ref()).map(|whole| whole.order).or(new.order);
    let last = draft.session.tasks.iter().map(|task| task.order).max().unwrap_or(0);
    let interaction = Interaction {
        id: new.id,
        version: 1,
        kind: new.asked.kind(),
        title: new.title,
        state: if new.send { InteractionState::Sent } else { InteractionState::Draft },
        assignee: new.assignee,
        order: order.unwrap_or(last.saturating_add(1)),
        due_at: new.due_at,
        created_at: now,
        sent_at: new.send.then_some(now),
        started_at: None,
        completed_at: None,
        reminded_at: None,
        reason: None,
        library: new.library,
        part_of: new.part_of,
        progress: match &new.asked {
            Asked::Workflow(workflow) => workflow.progress(&BTreeMap::new(), &BTreeSet::new()),
            Asked::Document(document) => document.progress(&new.values),
            Asked::Request(request) => request.progress(&[]),
        },
        entered: BTreeMap::new(),
        passed: BTreeSet::new(),
        at: None,
        values: new.values,
        evidence: None,
        signed: None,
        files: vec![],
        joined: None,
    };
    if values_size(&interaction.values) > VALUES_MAX {
        return Err(Refusal::TooMuch.into());
    }
    draft.record(if new.send { sent(&interaction) } else { created(&interaction) });
    draft.interactions.push(InteractionWrite { interaction, asked: Some(new.asked) });
    Ok(Outcome::Done)
}

fn created(interaction: &Interaction) -> EventKind {
    let Interaction { id, kind, title, order, due_at, assignee, part_of, .. } = interaction.clone();
    EventKind::InteractionCreated { interaction: id, kind, title, order, due_at, assignee, part_of }
}

fn sent(interaction: &Interaction) -> EventKind {
    let Interaction { id, kind, title, order, due_at, assignee, part_of, .. } = interaction.clone();
    EventKind::InteractionSent { interaction: id, kind, title, order, due_at, assignee, part_of }
}

/// Sending again what was sent changes nothing. A document of a workflow's step that was declined can be sent again, empty, for as long
/// as its workflow is open.
fn send(
    draft: &mut Draft<'_>,
    interaction: &Interaction,
    prefilled: Option<FilledIn<'_>>,
) -> Result<Outcome, Rejection> {
    must_be_writable(&draft.session)?;
    match interaction.state {
        InteractionState::Draft => {}
        InteractionState::Declined if interaction.part_of.is_some() => {}
        state if state.is_open() => return Ok(Outcome::Unchanged),
        _ => return Err(Refusal::Closed.into()),
    }
    if is_over(draft, interaction) {
        return Err(Refusal::PartOfWorkflow.into());
    }
    let whole = whole_of(draft, interaction.part_of.as_ref());
    let assignee = whole.map_or(&interaction.assignee, |whole| &whole.assignee).clone();
    let now = draft.now();
    let mut sent = Interaction {
        state: InteractionState::Sent,
        assignee,
        sent_at: Some(now),
        started_at: None,
        reason: None,
        ..interaction.clone()
    };
    draft.record(self::sent(&sent));
    if let Some(FilledIn { document, values, .. }) = prefilled {
        for (name, value) in values {
            if let Some(value) = value {
                sent.values.entry(name).or_insert(value);
            }
        }
        if values_size(&sent.values) > VALUES_MAX {
            return Err(Refusal::TooMuch.into());
        }
        sent.progress = document.progress(&sent.values);
    }
    write(draft, sent);
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
    if interaction.part_of.is_some() {
        return Err(Refusal::PartOfWorkflow.into());
    }
    // R22: whoever is to do it is reminded, by a link of their own.
    draft.sit(interaction.assignee.participant())?;
    match interaction.state {
        InteractionState::Draft => return Err(Refusal::NotSent.into()),
        state if state.is_open() => {}
        _ => return Err(Refusal::Closed.into()),
    }
    if draft.session.waits(&interaction.assignee) {
        return Err(Refusal::NotYourTurn.into());
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

/// The first save begins it, which everybody hears of.
pub(super) fn start(draft: &mut Draft<'_>, saved: Interaction) -> Outcome {
    let (id, title) = (saved.id.clone(), saved.title.clone());
    draft.record(EventKind::InteractionStarted { interaction: id, title });
    let started_at = saved.started_at.or(Some(draft.now()));
    let interaction = Interaction { state: InteractionState::InProgress, started_at, ..saved };
    draft.interactions.push(InteractionWrite { interaction, asked: None });
    Outcome::Done
}

/// Completing again what is completed changes nothing. Answers to what is not shown go.
fn complete(draft: &mut Draft<'_>, interaction: &Interaction, filled: Filled<'_>) -> Result<Outcome, Rejection> {
    if interaction.state == InteractionState::Completed && draft.session.access(draft.now()).tier != AccessTier::None {
        return Ok(Outcome::Unchanged);
    }
    let saved = save(draft, interaction, &filled)?.unwrap_or_else(|| interaction.clone());
    let missing = match &filled {
        Filled::Workflow(workflow, _) => {
            let needed = |step: &str| draft.session.part(&interaction.id, step).is_some_and(Task::is_needed);
            let documents = workflow.missing_documents(&saved.entered, needed);
            [workflow.missing(&saved.entered), documents].concat()
        }
        Filled::Document(filled) => filled.document.missing(&saved.values),
        Filled::Request(request, _) => request.missing(&saved.files),
    };
    if !missing.is_empty() {
        return Err(Refusal::Incomplete(missing).into());
    }
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    let mut others =
        draft.session.tasks.iter().filter(|task| task.id != id && task.is_whole() && task.state.is_shown());
    let all_done = others.all(|task| task.state.is_done());
    let since_joining = draft.session.joined_at.filter(|_| all_done).map(|joined| draft.now().duration_since(joined));
    let all_done_after_seconds = since_joining.and_then(|since| since.as_secs().try_into().ok());
    draft.record(EventKind::InteractionCompleted { interaction: id, title, all_done_after_seconds });
    let steps = saved.progress.of;
    let now = draft.now();
    let entered = match &filled {
        Filled::Workflow(workflow, _) => workflow.kept(&saved.entered),
        Filled::Document(_) | Filled::Request(..) => BTreeMap::new(),
    };
    // The files of answers that do not count go with them.
    let answers = |file: &SentFile| entered.values().any(|answer| answer.files().contains(&file.upload));
    let of_request = matches!(filled, Filled::Request(..));
    let files = saved.files.iter().filter(|file| of_request || answers(file)).cloned().collect();
    // The first time each is asked for by whoever completes it, right after the commit.
    let (evidence, signed, joined) = match filled {
        Filled::Workflow(..) => (None, None, None),
        Filled::Request(_, words) => {
            (None, None, words.filter(|_| is_joined(&saved.files)).map(|words| joining(1, now, words)))
        }
        Filled::Document(filled) => (filled.evidence, Some(coming(1, now)), None),
    };
    draft.interactions.push(InteractionWrite {
        interaction: Interaction {
            version: interaction.version + 1,
            state: InteractionState::Completed,
            started_at: saved.started_at.or(Some(now)),
            completed_at: Some(now),
            entered,
            evidence,
            signed,
            joined,
            progress: Progress { done: steps, of: steps },
            at: None,
            files,
            // Why it was sent back is over.
            reason: None,
            ..saved
        },
        asked: None,
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
            values: Values::new(),
            files: vec![],
            passed: BTreeSet::new(),
            at: None,
            progress,
            ..interaction.clone()
        },
    );
    Ok(Outcome::Done)
}

pub(super) fn write(draft: &mut Draft<'_>, interaction: Interaction) {
    let version = interaction.version + 1;
    draft.interactions.push(InteractionWrite { interaction: Interaction { version, ..interaction }, asked: None });
}
