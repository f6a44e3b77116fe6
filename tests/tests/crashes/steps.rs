//! What several cases are laid out or tried with: messages sent, webhooks refused, lines opened.

use parlor_domain::SessionId;
use parlor_tests::{Browser, Conduct, Installation, Line, Receiver};
use reqwest::Method;
use serde_json::{Value, json};

use crate::case::Case;

/// The body of a workflow with one question.
pub(crate) fn questions() -> Value {
    let field = json!({"name": "name", "label": "Your name?", "type": "text", "required": true});
    json!({"kind": "workflow", "title": "A question", "steps": [{"id": "a", "title": "A", "fields": [field]}]})
}

/// A message to a customer who is away; a repetition of it is no further one. Whether that worked.
pub(crate) async fn says(installation: &Installation, case: &Case) -> bool {
    let said = json!({"text": "Good morning", "id": "crash-1"});
    let done = installation.call(Method::POST, &case.about("/messages"), Some(said)).await.0.is_success();
    installation.stack.settle().await;
    done
}

/// Two events that webhooks hear of, one after the other; a repetition of it makes no further ones. Whether that worked.
pub(crate) async fn talk(installation: &Installation, case: &Case) -> bool {
    let mut done = true;
    let said = json!({"text": "Good morning", "id": "crash-1"});
    for (what, body) in [("/messages", said), ("/end", json!({}))] {
        done &= installation.call(Method::POST, &case.about(what), Some(body)).await.0.is_success();
        // One batch of the stream for each, so that every run has the same points.
        installation.stack.settle().await;
    }
    done
}

/// The body of a replay of all that was ever sent.
pub(crate) fn everything() -> Value {
    json!({"since": "2026-01-01T00:00:00Z", "delivered": true})
}

/// Answers the first `count` requests with an error.
pub(crate) fn refuse(receiver: &Receiver, count: u32) {
    let mut left = count;
    receiver.decides(move |_| {
        let refused = left > 0;
        left = left.saturating_sub(1);
        Conduct::Status(if refused { 500 } else { 204 })
    });
}

pub(crate) async fn agent(installation: &Installation, case: &Case) -> Result<Line, u16> {
    let browser = installation.signed_in(&installation.agent).await;
    line(installation, &browser, &format!("/console/s/{}/live", case.session), &case.session).await
}

pub(crate) async fn customer(installation: &Installation, case: &Case) -> Result<Line, u16> {
    line(installation, &case.browser, &format!("/r/{}/live", case.session), &case.session).await
}

/// The lists of whoever is signed in.
pub(crate) async fn lists(installation: &Installation, case: &Case) -> Result<Line, u16> {
    line(installation, &case.browser, "/console/live", &case.session).await
}

pub(crate) async fn line(
    installation: &Installation,
    browser: &Browser,
    path: &str,
    session: &SessionId,
) -> Result<Line, u16> {
    let ticket: Value = serde_json::from_str(&browser.get(path).await.text).unwrap();
    let ticket = ticket["url"].as_str().unwrap().split_once("ticket=").unwrap().1.to_owned();
    Ok(Line::open(installation, &ticket, Some(installation.stack.url())).await?.about(session))
}
