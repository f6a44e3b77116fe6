//! What an agent says of the files that were sent (R21): accepted, or sent back with a reason.

use super::{chat::as_typed, draft::Draft, guard::must_be_writable, work::write};
use crate::{
    AccessTier, EventKind,
    interaction::{Interaction, InteractionState, Kind, REASON_MAX, Refusal},
    session::{
        command::{Outcome, Rejection},
        model::State,
    },
};

/// R2: wherever the customer may send files, the agent may answer.
fn must_be_answerable(draft: &Draft<'_>, interaction: &Interaction) -> Result<(), Rejection> {
    if draft.session.state != State::Ended || draft.session.access(draft.now()).tier != AccessTier::Full {
        must_be_writable(&draft.session)?;
    }
    if interaction.kind == Kind::Request { Ok(()) } else { Err(Refusal::NotRequest.into()) }
}

/// The state in which an agent says whether what was sent is what was wanted.
fn must_be_completed(interaction: &Interaction) -> Result<(), Rejection> {
    match interaction.state {
        InteractionState::Completed => Ok(()),
        InteractionState::Accepted | InteractionState::Withdrawn | InteractionState::Declined => {
            Err(Refusal::Closed.into())
        }
        _ => Err(Refusal::NotCompleted.into()),
    }
}

/// Accepting again what is accepted changes nothing.
pub(super) fn accept(draft: &mut Draft<'_>, interaction: &Interaction) -> Result<Outcome, Rejection> {
    must_be_answerable(draft, interaction)?;
    if interaction.state == InteractionState::Accepted {
        return Ok(Outcome::Unchanged);
    }
    must_be_completed(interaction)?;
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionAccepted { interaction: id, title });
    write(draft, Interaction { state: InteractionState::Accepted, ..interaction.clone() });
    Ok(Outcome::Done)
}

/// The files stay, so that the customer has to send again only what was wrong.
pub(super) fn send_back(draft: &mut Draft<'_>, interaction: &Interaction, reason: &str) -> Result<Outcome, Rejection> {
    must_be_answerable(draft, interaction)?;
    let reason = as_typed(reason);
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Refusal::InvalidReason.into());
    }
    if interaction.state == InteractionState::SentBack && interaction.reason.as_ref() == Some(&reason) {
        return Ok(Outcome::Unchanged);
    }
    must_be_completed(interaction)?;
    let (id, title) = (interaction.id.clone(), interaction.title.clone());
    draft.record(EventKind::InteractionSentBack { interaction: id, title, reason: reason.clone() });
    write(
        draft,
        Interaction {
            state: InteractionState::SentBack,
            reason: Some(reason),
            completed_at: None,
            // It is of what was sent, and that is not what it is to be.
            joined: None,
            ..interaction.clone()
        },
    );
    Ok(Outcome::Done)
}
