//! The customer's room: GET `/r/{session}`, its live tickets, its chat, and a new link for a customer whose link
//! is over.
//!
//! The device's cookie stands for the link that it came by. What the customer may do is judged by the clock on every
//! request (R2), whatever the schedules have told open rooms so far.

mod page;

use lambda_http::{
    Body, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{Command, Gate, LinkToken, Rejection, Sender, SessionId, session::message_text};
use parlor_live::posted_mark;
use parlor_store::PostedMark;
use parlor_templates::customer::ChatProblem;
use parlor_web::{
    ApiError, ApiResponse, AppState, MessageView, Rows, Time, WebFunction, cookies,
    customer::{PageError, ScriptVisit, Visit, link_sent},
    loaded_room::{LoadedRoom, Posted, Posting, session_id},
    redirect,
    reply::{self, Reach, html_reaching},
};
use serde_json::json;

use crate::page::Refusal;

/// Events that a room's page is made of: the newest. DynamoDB reads at most 1 MB of them.
const HISTORY: i32 = 500;

/// Serves the customer's room.
#[derive(Debug)]
pub struct CustomerRoom;

impl WebFunction for CustomerRoom {
    const NAME: &'static str = "customer-room";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.page(Method::GET, "/r/{session}", room)
            .page(Method::GET, "/r/{session}/live", ticket)
            .page(Method::POST, "/r/{session}/messages", message)
            .page(Method::POST, "/r/{session}/new-link", new_link)
    }
}

/// Its script goes live, and sends files to the bucket, whose pictures it shows.
fn reach(app: &AppState) -> Reach<'_> {
    Reach { live_url: Some(&app.live_url), files_origin: Some(&app.files_origin), ..Reach::default() }
}

/// The room. One trip: `BatchGetItem` and `Query` side by side.
async fn room(app: &AppState, visit: &Visit, session: String) -> Result<Response<Body>, PageError> {
    let id = session_id(app, &session).await?;
    let (loaded, events) = tokio::try_join!(LoadedRoom::read(app, visit, &id), async {
        app.store.events(&id, 0, HISTORY).await.map_err(PageError::from)
    })?;
    loaded.must_be_inside(visit)?;
    let auto_open = loaded.settings.session.auto_open;
    if let Some(next) = auto_open.then(|| page::first_task(&loaded, visit)).flatten() {
        let mut response = redirect(&next);
        let device = visit.presented.device.as_ref().map(cookies::set_device);
        for cookie in device.iter().chain([&cookies::set_inside(&id)]) {
            reply::set_cookie(&mut response, cookie);
        }
        return Ok(response);
    }
    let mut page = page::page(&loaded, app, visit, &events, None);
    let note = loaded.settings.session.cookie_disclaimer.then(|| visit.note(&id)).flatten();
    page.cookie_disclaimer = note.is_some();
    let mut response = html_reaching(StatusCode::OK, page.render(), reach(app));
    // Set anew on each entry, so that the device is known for longer than every tier lasts.
    let device = visit.presented.device.as_ref().map(cookies::set_device);
    let inside = auto_open.then(|| cookies::set_inside(&id));
    for cookie in note.iter().chain(&device).chain(&inside) {
        reply::set_cookie(&mut response, cookie);
    }
    Ok(response)
}

/// A fresh ticket for a reconnect. One `BatchGetItem`.
async fn ticket(app: &AppState, visit: &ScriptVisit, session: String) -> Result<Response<Body>, PageError> {
    let id = session_id(app, &session).await?;
    let loaded = LoadedRoom::read(app, visit, &id).await?;
    loaded.must_be_inside(visit)?;
    let url = loaded.live_url(app, visit);
    Ok(ApiResponse::new(StatusCode::OK, json!({"url": url}), "").into_json())
}

/// A chat message: 303 back to the chat, or JSON for a script. What is refused stays on the page. One `BatchGetItem`
/// and one `TransactWriteItems`, each again per lost race; to show the page again, one `Query` more.
async fn message(app: &AppState, visit: &Visit, session: String) -> Result<Response<Body>, PageError> {
    let id = session_id(app, &session).await?;
    let text = visit.field("text");
    match post(app, visit, &id, text).await {
        Err(away) if !visit.wants_json && !text.trim().is_empty() => Ok(away.into_page(app, visit, Some(text))),
        result => result,
    }
}

async fn post(app: &AppState, visit: &Visit, id: &SessionId, text: &str) -> Result<Response<Body>, PageError> {
    let usable = |id: &&String| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    let message = visit.form.get("id").filter(usable).cloned().unwrap_or_else(|| page::message_id(&app.entropy));
    let mark = posted_mark(Sender::Customer, &message);
    // What cannot be a message is refused by the decision, which comes after the gates; it has not been posted before.
    let as_posted = message_text(&message, text).unwrap_or_default();
    let (loaded, result) = LoadedRoom::post(app, visit, id, Posting { mark: &mark, upload: None }, |loaded| {
        let context = loaded.context(visit);
        if loaded.posted.as_ref().is_some_and(|posted| !posted.is_of(&context.actor, &as_posted)) {
            return Err(Rejection::MessageIdReused);
        }
        let post = Command::Post { id: message.clone(), text: text.to_owned(), attachment: None };
        loaded.stored.session.decide(post, &loaded.settings, &context)
    })
    .await?;
    let back = || redirect(&format!("{}#chat", visit.along(&visit.start)));
    let rejection = match result {
        Ok(_) if !visit.wants_json => return Ok(back()),
        Ok(posted) => return Ok(posted_json(&posted, loaded.sender(), &message, &as_posted)),
        Err(rejection) => rejection,
    };
    if visit.wants_json {
        return Ok(reply::problem(&ApiError::Rejected(rejection).problem(visit.now)));
    }
    let (problem, status) = match rejection {
        Rejection::InvalidMessage if text.trim().is_empty() => return Ok(back()),
        Rejection::InvalidMessage => (ChatProblem::TooLong, StatusCode::UNPROCESSABLE_ENTITY),
        // A page that was kept from before sends its id again: the text stays, beside an id that is new.
        Rejection::MessageIdReused => (ChatProblem::Again, StatusCode::UNPROCESSABLE_ENTITY),
        Rejection::TooOften { .. } => (ChatProblem::Again, StatusCode::TOO_MANY_REQUESTS),
        _ => (ChatProblem::Closed, StatusCode::CONFLICT),
    };
    let events = app.store.events(id, 0, HISTORY).await?;
    let page = page::page(&loaded, app, visit, &events, Some(Refusal { text, problem }));
    Ok(html_reaching(status, page.render(), reach(app)))
}

/// **Send a new link** (R5) for a customer whose device is the session's: the same answer whether or not it was
/// sent. One `BatchGetItem` and at most one `TransactWriteItems`, each again per lost race.
async fn new_link(app: &AppState, visit: &Visit, session: String) -> Result<Response<Body>, PageError> {
    let id = session_id(app, &session).await?;
    let (loaded, result) = LoadedRoom::change(app, visit, &id, None, |loaded| {
        let (_, issued) = LinkToken::issue(&id, &app.keyring, &app.entropy);
        Ok(match loaded.gate(visit) {
            Gate::Inside | Gate::LinkExpired => {
                loaded.stored.session.decide(Command::RequestLink(issued), &loaded.settings, &loaded.context(visit))
            }
            closed => Err(Rejection::Gate(closed)),
        })
    })
    .await?;
    match result {
        Err(Rejection::Gate(closed)) => Err(loaded.turn_away(visit, closed)),
        // Sent, asked for too often, or impossible: one answer.
        Ok(_) | Err(_) => Ok(link_sent(app, visit, loaded.host(visit))),
    }
}

fn posted_json(posted: &Posted, from: Sender, id: &str, text: &str) -> Response<Body> {
    let PostedMark { seq, at, .. } = posted.mark;
    let text = posted.text.as_deref().unwrap_or(text);
    let (id, text) = (id.to_owned(), text.to_owned());
    let body = MessageView { id, seq, from, text, at: Time(at), attachment: None };
    ApiResponse::new(StatusCode::CREATED, body, "").into_json()
}
