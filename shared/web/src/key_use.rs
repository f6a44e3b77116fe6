//! When an API key was last used (for `/v1/keys`).
//!
//! It is written beside the request and never waited for: what a caller asked for neither takes longer nor fails because of
//! it. An instance remembers which keys it noted, so that it asks DynamoDB once an hour for each; the write is conditional,
//! so that all instances together write once. An instance that is frozen or dies first notes nothing, and the key's next
//! request, to this instance or another one, does.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use jiff::Timestamp;
use parlor_domain::{KeyId, staff::KeyAbout};
use parlor_store::NOTED_EVERY;

use crate::AppState;

/// More keys than there may be. Beyond it an instance forgets, and asks once more.
const REMEMBERED: usize = 1000;

/// Of this instance, whichever of its functions was asked.
static NOTED: LazyLock<Mutex<HashMap<KeyId, Timestamp>>> = LazyLock::new(Mutex::default);

/// Whether the use of `key` at `now` is to be noted by whoever asks; until the next hour nobody else is told so.
fn is_due(noted: &mut HashMap<KeyId, Timestamp>, key: &KeyId, now: Timestamp) -> bool {
    if noted.get(key).is_some_and(|at| now.duration_since(*at) < NOTED_EVERY) {
        return false;
    }
    if noted.len() >= REMEMBERED {
        noted.clear();
    }
    noted.insert(key.clone(), now);
    true
}

/// Notes that `key` was used. One `UpdateItem` in an hour, which nobody waits for.
pub(crate) fn note(app: &AppState, key: &KeyAbout, now: Timestamp) {
    if !is_due(&mut NOTED.lock().unwrap_or_else(PoisonError::into_inner), &key.id, now) {
        return;
    }
    let (store, key) = (app.store.clone(), key.clone());
    tokio::spawn(async move {
        if let Err(error) = store.note_key_use(&key, now).await {
            tracing::warn!(%error, "the use of an API key was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn r20_the_use_of_a_key_is_noted_once_an_hour() {
        let [billing, other]: [KeyId; 2] = ["k3y5w0zndq6x2v9m", "k3y5w0zndq6x2v9n"].map(|id| id.parse().unwrap());
        let now: Timestamp = "2026-11-21T14:05:00Z".parse().unwrap();
        let mut noted = HashMap::new();
        let mut due = |key, seconds| is_due(&mut noted, key, now + SignedDuration::from_secs(seconds));
        assert!(due(&billing, 0) && due(&other, 0));
        assert!(!due(&billing, 1) && !due(&billing, 3599));
        assert!(due(&billing, 3600) && !due(&billing, 3601));
    }
}
