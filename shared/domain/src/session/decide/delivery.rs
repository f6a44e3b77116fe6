//! What became of a message. The agent sees it in the timeline, whatever state the session is in.

use super::draft::Draft;
use crate::{Channel, EventKind, session::command::Outcome};

/// R23: records that a message was given up.
pub(super) fn failed(draft: &mut Draft<'_>, channel: Channel, reason: String) -> Outcome {
    draft.record(EventKind::DeliveryFailed { channel, reason });
    Outcome::Done
}

/// R13: records that a message was not sent because text messages are off.
pub(super) fn suppressed(draft: &mut Draft<'_>, channel: Channel) -> Outcome {
    draft.record(EventKind::DeliverySuppressed { channel });
    Outcome::Done
}
