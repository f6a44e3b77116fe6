//! The files that are made of what was completed (R21): a document's signed file, and all pages of a request as one.

use jiff::SignedDuration;
use parlor_form::JoinWords;

use super::{draft::Draft, work::write};
use crate::{
    EventKind,
    interaction::{Interaction, JoinedFile, SignedFile},
    session::{
        command::{Decision, Outcome},
        model::Session,
    },
};

/// How often a signed file is asked for. The pauses between double, from two minutes: it is given up after about two hours.
const SIGNING_TRIES: u32 = 6;
/// How long it may take before it is asked for again.
const SIGNING_PAUSE: SignedDuration = SignedDuration::from_mins(2);

impl Session {
    /// A file that did not come in its time is asked for again, and given up after the last try.
    pub(super) fn finish_again(&self, mut draft: Draft<'_>, own: &Interaction) -> Decision {
        let now = draft.now();
        let (signed, joined) = match (&own.signed, &own.joined) {
            (Some(SignedFile::Coming { tries, again_at }), joined) if *again_at <= now => {
                if *tries >= SIGNING_TRIES {
                    let (id, title) = (own.id.clone(), own.title.clone());
                    draft.record(EventKind::InteractionNotSigned { interaction: id, title });
                    write(&mut draft, Interaction { signed: Some(SignedFile::Failed), ..own.clone() });
                    return draft.finish(Outcome::Done);
                }
                (Some(coming(tries + 1, now)), joined.clone())
            }
            // Where it is given up, its files are there one by one, so that nobody has to be told.
            (signed, Some(JoinedFile::Coming { tries, again_at, words })) if *again_at <= now => {
                let again = (*tries < SIGNING_TRIES).then(|| joining(tries + 1, now, words.clone()));
                (signed.clone(), again.or(Some(JoinedFile::Failed)))
            }
            _ => return self.unchanged(),
        };
        self.alone(Interaction { version: own.version + 1, signed, joined, ..own.clone() })
    }
}

/// When a file is asked for again that was asked for `tries` times.
fn again_at(tries: u32, now: jiff::Timestamp) -> jiff::Timestamp {
    now + SIGNING_PAUSE * (1 << tries.saturating_sub(1).min(SIGNING_TRIES))
}

/// The signed file is asked for, for the `tries`th time.
pub(super) fn coming(tries: u32, now: jiff::Timestamp) -> SignedFile {
    SignedFile::Coming { tries, again_at: again_at(tries, now) }
}

/// The joined file is asked for, for the `tries`th time.
pub(super) fn joining(tries: u32, now: jiff::Timestamp, words: JoinWords) -> JoinedFile {
    JoinedFile::Coming { tries, again_at: again_at(tries, now), words }
}

/// The joined file is that of the last sending: what comes late of an earlier one is left.
pub(super) fn file_joined(
    draft: &mut Draft<'_>,
    own: &Interaction,
    at: jiff::Timestamp,
    joined: JoinedFile,
) -> Outcome {
    let waits = matches!(own.joined, Some(JoinedFile::Coming { .. } | JoinedFile::Failed));
    if !waits || own.completed_at != Some(at) {
        return Outcome::Unchanged;
    }
    if let JoinedFile::Ready { size, pages, left_out, .. } = &joined {
        let (id, title, size, pages, left_out) = (own.id.clone(), own.title.clone(), *size, *pages, *left_out);
        draft.record(EventKind::InteractionJoined { interaction: id, title, size, pages, left_out });
    }
    write(draft, Interaction { joined: Some(joined), ..own.clone() });
    Outcome::Done
}

/// The first file that comes stays, also when it was given up.
pub(super) fn file(draft: &mut Draft<'_>, own: &Interaction, key: String, sha256: String, size: u64) -> Outcome {
    if !matches!(own.signed, Some(SignedFile::Coming { .. } | SignedFile::Failed)) {
        return Outcome::Unchanged;
    }
    let (id, title) = (own.id.clone(), own.title.clone());
    draft.record(EventKind::InteractionSigned { interaction: id, title, sha256: sha256.clone(), size });
    write(draft, Interaction { signed: Some(SignedFile::Ready { key, sha256, size }), ..own.clone() });
    Outcome::Done
}
