//! News for customers who are away (R23): what staff and programs sent starts the time after which a message tells of it.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use parlor_domain::{Command, InteractionId, Presence, SessionId};
use parlor_live::Live;
use parlor_store::Store;
use parlor_sweep::carry_out;

/// Sessions looked at side by side.
const AT_ONCE: usize = 5;

/// Whether an event of this type is news for the customer; `from` is a message's side.
pub(crate) fn is_news(kind: &str, from: Option<&str>) -> bool {
    match kind {
        "message" => matches!(from, Some("agent" | "api")),
        "interaction.sent" | "interaction.sent_back" | "interaction.assigned" => true,
        _ => false,
    }
}

/// Notes what is new for guests who are away, once for each session and what came; answers with the sessions of which it could not
/// be noted. For each one `BatchGetItem`, and one `TransactWriteItems` where something is noted.
pub(crate) async fn note(
    store: &Store,
    live: &Live,
    news: impl IntoIterator<Item = (SessionId, Option<InteractionId>)>,
    now: Timestamp,
) -> Vec<SessionId> {
    let each: BTreeMap<_, _> =
        news.into_iter().map(|one| ((one.0.to_string(), one.1.clone().map(|id| id.to_string())), one)).collect();
    let noted = stream::iter(each.into_values()).map(|(id, interaction)| async move {
        let news = |presence: &Presence| Command::NoteNews {
            interaction: interaction.clone(),
            here: presence.guests_here(now),
        };
        match carry_out(store, live, &id, now, news).await {
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(session = %id, %error, "news was not noted");
                Some(id)
            }
        }
    });
    noted.buffered(AT_ONCE).filter_map(async |failed| failed).collect().await
}
