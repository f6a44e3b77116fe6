//! Which events are hints for the console's lists, and whose (R20). They come from the same batch as webhooks, because a stream has
//! only two consumers; neither waits for the other or fails with it.

use parlor_domain::{AgentId, SessionId};
use parlor_lists::Hint;
use parlor_live::{ListedEvent, ListedFrame};
use parlor_store::ListScope;

/// Events that change nothing that a list shows. What is not known here is told: a row that is fetched in vain does no harm.
const QUIET: [&str; 11] = [
    "link.",
    "pin.",
    "code.",
    "device.",
    "delivery.",
    "access.",
    "customer.consented",
    "customer.reminded",
    "customer.notified",
    "session.kept_open",
    "session.transfer_",
];

/// Of an event; `from` is a message's side, or who owned the session before (R9). A message is the business of whoever owns the
/// session, and only when the customer wrote it; all else concerns everybody who sees the session, and who did so before. None
/// where no list changes.
pub(crate) fn of_event(
    session: &SessionId,
    owner: Option<AgentId>,
    from: Option<&str>,
    event: ListedEvent,
) -> Option<Hint> {
    if QUIET.iter().any(|quiet| event.event.starts_with(quiet)) {
        return None;
    }
    let scopes = match (event.event.as_str(), from) {
        ("message", Some("customer")) => vec![ListScope::Agent(owner?)],
        ("message", _) => return None,
        _ => {
            let before = from.and_then(|from| from.parse().ok()).map(ListScope::Agent);
            ListScope::around(session, owner.as_ref()).into_iter().chain(before).collect()
        }
    };
    Some(Hint { scopes, frame: ListedFrame::event(session.clone(), event) })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn scopes(event: &str, from: Option<&str>, owned: bool) -> Option<Vec<String>> {
        let owner = owned.then(|| "1".repeat(16).parse().expect("an id"));
        let event = ListedEvent { seq: 1, event: event.to_owned(), at: Timestamp::UNIX_EPOCH };
        let hint = of_event(&"2".repeat(26).parse().expect("an id"), owner, from, event)?;
        Some(hint.scopes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn r20_lists_are_told_of_what_they_show_and_of_nothing_else() {
        let all = ["A#1111111111111111", "T#222222", "ALL"].map(str::to_owned).to_vec();
        for event in ["session.created", "customer.joined", "session.ended", "session.renewed", "something.new"] {
            assert_eq!(scopes(event, None, true).as_ref(), Some(&all), "{event}");
        }
        assert_eq!(scopes("session.ended", None, false).as_deref(), Some(&all[1..]), "an event from before");
        assert_eq!(scopes("message", Some("customer"), true).as_deref(), Some(&all[..1]));
        for from in [Some("agent"), Some("api"), None] {
            assert_eq!(scopes("message", from, true), None, "{from:?}");
        }
        let before = scopes("session.transferred", Some(&"3".repeat(16)), true).expect("a hint");
        assert_eq!((&before[..3], before[3].as_str()), (&all[..], "A#3333333333333333"), "who owned it before");
        for event in ["link.generated", "pin.wrong", "delivery.failed", "session.kept_open", "session.transfer_lapsed"]
        {
            assert_eq!(scopes(event, None, true), None, "{event}");
        }
    }
}
