//! News for customers and participants who are away (R23): what staff and programs sent starts the time after which a message tells of it.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use parlor_domain::{Command, InteractionId, Presence, SessionId};
use parlor_live::Live;
use parlor_store::{
    Store,
    stream::{Flag, Record},
};
use parlor_sweep::carry_out;
use serde::Deserialize;
use serde_json::Value;

/// Sessions looked at side by side.
const AT_ONCE: usize = 5;

/// As much of a new item as says whether it is news. An event never changes, so its image is as good as the item; an outbox entry's is
/// not looked at.
#[derive(Debug, Deserialize)]
pub struct Image {
    doc: Option<Value>,
    /// Of an event: whether somebody who was in the room before was not in it then.
    away: Option<Flag>,
}

/// As much of an event.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    /// A message's side.
    from: Option<String>,
    interaction: Option<InteractionId>,
}

impl Event {
    /// Whether it is news for whoever it is for.
    fn is_news(&self) -> bool {
        match self.kind.as_str() {
            "message" => matches!(self.from.as_deref(), Some("agent" | "api")),
            "interaction.sent" | "interaction.sent_back" | "interaction.assigned" | "turn.came" => true,
            _ => false,
        }
    }
}

/// What a record says that is new, where somebody was away: in which session, and for whoever is to do which interaction; for
/// everybody without one.
pub(crate) fn of(record: &Record<Image>) -> Option<(SessionId, Option<InteractionId>)> {
    let (session, _) = record.event()?;
    let image = record.image().filter(|image| image.away.as_ref().is_some_and(|away| away.is_set))?;
    // What does not read is told by `deliver-webhooks`, which hears it, too.
    let event: Event = serde_json::from_str(image.doc.as_ref()?["S"].as_str()?).ok()?;
    event.is_news().then_some((session, event.interaction))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(sk: &str, image: &Value) -> Option<bool> {
        let record = json!({
            "eventName": "INSERT",
            "dynamodb": {
                "Keys": {"pk": {"S": "S#1end1n0123456789abcdefghjk"}, "sk": {"S": sk}},
                "NewImage": image,
                "SequenceNumber": "7",
            },
        });
        let record = serde_json::from_value(record).expect("a record");
        of(&record).map(|(_, interaction)| interaction.is_some())
    }

    #[test]
    fn r23_news_is_what_staff_sent_while_somebody_was_away() {
        let event = |doc: &str, away: bool| json!({"doc": {"S": doc}, "away": {"BOOL": away}});
        let message = r#"{"type":"message","from":"agent","text":"hello"}"#;
        let sent = r#"{"type":"interaction.sent","interaction":"0123456789abcdef"}"#;
        assert_eq!(told("E#000000000012", &event(message, true)), Some(false));
        assert_eq!(told("E#000000000012", &event(sent, true)), Some(true));
        let turn = r#"{"type":"turn.came","name":"Ada","interaction":"0123456789abcdef"}"#;
        assert_eq!(told("E#000000000012", &event(turn, true)), Some(true), "R22");
        assert_eq!(told("E#000000000012", &event(message, false)), None, "everybody was there");
        assert_eq!(told("E#000000000012", &json!({"doc": {"S": message}})), None, "an event from before");
        assert_eq!(told("E#000000000012", &event(r#"{"type":"message","from":"customer"}"#, true)), None);
        assert_eq!(told("E#000000000012", &event(r#"{"type":"session.kept_open"}"#, true)), None);
        assert_eq!(told("O#000000000012-0", &json!({"doc": {"M": {}}})), None, "an outbox entry");
    }
}
