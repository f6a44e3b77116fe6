//! A forgotten password: GET and POST `/forgot-password`, GET and POST `/reset/{token}`.
//!
//! An address that nobody has is answered like one that somebody has: the same page, the same requests, the same limits.

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Actor, Agent, EmailAddress, Message,
    people::{PeopleChange, StaffLink, StaffLinkKind, StaffToken, mail_language, mail_to},
};
use parlor_store::{
    Ending, Race, ReadBatch, ReadResult, ResetRequests, SignOutError, StaffChange, StaffWrite, StoreError,
};
use parlor_templates::{
    console::{FieldError, Forgot, Reset},
    words::console as words,
};
use parlor_web::{
    ApiError, AppState,
    api_request::{form_fields, lang},
    html, redirect,
};
use serde_json::Value;

use crate::{
    AuthError, Page,
    account::{language, nonce, signed_out_everywhere},
    form_token::{self, FormToken},
    password,
    policy::{self, Owner},
};

/// The pause between two mails to an address.
const PAUSE: SignedDuration = SignedDuration::from_mins(2);
/// Mails to an address within [`WITHIN`].
const MOST: u32 = 5;
const WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// The count with one more request at `now`; `None` while no further mail goes to the address.
fn counted(read: &ResetRequests, now: Timestamp) -> Option<ResetRequests> {
    let fresh = read.since.is_some_and(|since| now.duration_since(since) < WITHIN);
    if !fresh {
        return Some(ResetRequests { count: 1, since: Some(now), at: Some(now) });
    }
    let paused = read.at.is_none_or(|at| now.duration_since(at) >= PAUSE);
    (paused && read.count < MOST).then(|| ResetRequests { count: read.count + 1, at: Some(now), ..read.clone() })
}

/// GET `/forgot-password`: nothing is read.
pub(crate) async fn ask_page(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    Ok(show_ask(app, page, StatusCode::OK, Forgot::default()))
}

fn show_ask(app: &AppState, page: &Page, status: StatusCode, view: Forgot) -> Response<Body> {
    let door = FormToken::of(page, app);
    let mut response = html(status, Forgot { lang: lang(page), csrf: door.token.clone(), ..view }.render(), None);
    door.mark(&mut response);
    response
}

/// POST `/forgot-password`. One `BatchGetItem` and one `TransactWriteItems`; no write while the address has had enough mails.
pub(crate) async fn ask(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let fields = form_fields(page)?;
    form_token::check(page, &fields, app)?;
    let typed = fields.get("email").map(|email| email.trim().to_owned()).unwrap_or_default();
    let Ok(email) = typed.parse::<EmailAddress>() else {
        let errors = vec![FieldError::new("email", words::need_your_email(lang(page)))];
        return Ok(show_ask(
            app,
            page,
            StatusCode::UNPROCESSABLE_ENTITY,
            Forgot { email: typed, errors, ..Forgot::default() },
        ));
    };
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        match request_mail(app, page, &email).await {
            Ok(()) => {
                let view = Forgot { email: email.as_str().to_owned(), sent: true, ..Forgot::default() };
                return Ok(show_ask(app, page, StatusCode::OK, view));
            }
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

async fn request_mail(app: &AppState, page: &Page, email: &EmailAddress) -> Result<(), StoreError> {
    let now = app.clock.now();
    let found = app.store.read(ReadBatch::new().credentials(email).reset_requests(email)).await?;
    let read = found.reset_requests(email)?;
    let Some(next) = counted(&read, now) else {
        tracing::warn!("a mail for a new password that has to wait");
        return Ok(());
    };
    let write = app.store.staff_write().count_reset(email, &read, &next, now + WITHIN)?;
    let known = found.credentials(email)?.filter(|known| known.agent.is_active() && known.password.is_some());
    let write = match known {
        Some(known) => send_link(app, page, write, &known.agent, now)?,
        None => write,
    };
    write.write_staff().await
}

/// A new link, in place of an earlier one, and the mail that carries it.
fn send_link<'a>(
    app: &AppState,
    page: &Page,
    write: StaffWrite<'a>,
    agent: &Agent,
    now: Timestamp,
) -> Result<StaffWrite<'a>, StoreError> {
    let (link, token) = StaffToken::issue(StaffLinkKind::Reset, agent, &app.keyring, &app.entropy, now);
    let message = Message::PasswordReset { token, language: mail_language(agent, language(lang(page))) };
    let mail = mail_to(&agent.id, &agent.email, message, nonce(app), now);
    write.link(StaffLinkKind::Reset, &agent.id, &link)?.mail(&mail)
}

/// A link that is good.
struct Opened {
    link: StaffLink,
    agent: Agent,
    found: ReadResult,
}

async fn opened(app: &AppState, token: &str) -> Result<Option<Opened>, AuthError> {
    let Some(token) = StaffToken::parse(token) else { return Ok(None) };
    let kind = StaffLinkKind::Reset;
    let batch = ReadBatch::new().staff_link(kind, &token.agent).agent(&token.agent).system();
    let found = app.store.read(batch).await?;
    let link = found.staff_link(kind, &token.agent)?;
    let agent = found.agent(&token.agent)?.filter(Agent::is_active);
    let good = link.zip(agent).filter(|(link, agent)| link.opens(&token, &agent.email, app.clock.now()));
    Ok(good.map(|(link, agent)| Opened { link, agent, found }))
}

/// GET `/reset/{token}`. One `BatchGetItem`, or none for what is no token.
pub(crate) async fn reset_page(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    if opened(app, &token).await?.is_none() {
        return Ok(gone(page));
    }
    Ok(show_reset(app, page, StatusCode::OK, &token, vec![]))
}

/// POST `/reset/{token}`. One `BatchGetItem` and one `Query`, then one `TransactWriteItems`, and a request for each live
/// connection.
pub(crate) async fn reset(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    let fields = form_fields(page)?;
    form_token::check(page, &fields, app)?;
    let typed = fields.get("password").map(String::as_str).unwrap_or_default();
    let mut hashed: Option<String> = None;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let Some(whose) = StaffToken::parse(&token).map(|token| token.agent) else { return Ok(gone(page)) };
        let sign_ins = async { app.store.sign_ins(&whose).await.map_err(AuthError::from) };
        let (opened, sign_ins) = tokio::try_join!(opened(app, &token), sign_ins)?;
        let Some(Opened { link, agent, found }) = opened else { return Ok(gone(page)) };
        let (system, _) = found.system()?;
        let owner = Owner { name: &agent.name, email: Some(&agent.email), company: system.branding.name.as_deref() };
        if let Err(fault) = policy::judge(typed, owner) {
            let errors = vec![FieldError::new("password", fault.say(lang(page)))];
            return Ok(show_reset(app, page, StatusCode::UNPROCESSABLE_ENTITY, &token, errors));
        }
        let hashed = hashed.get_or_insert_with(|| password::hash(typed, &app.entropy));
        let now = app.clock.now();
        let message = Message::PasswordChanged { language: mail_language(&agent, language(lang(page))) };
        let record = StaffChange {
            at: now,
            by: Actor::Agent { id: agent.id.clone(), name: agent.name.clone() },
            of: agent.id.to_string(),
            what: PeopleChange::PasswordReset,
            old: Value::Null,
            new: Value::Null,
        };
        let write = app
            .store
            .staff_write()
            .password(&agent, None, hashed)?
            .use_link(StaffLinkKind::Reset, &agent.id, &link)?
            .forget_wrong_passwords(&agent.email)?
            .mail(&mail_to(&agent.id, &agent.email, message, nonce(app), now))?
            .record(&record, &nonce(app))?;
        let ended = write.write_staff_ending(&agent.id, Ending::All, sign_ins, now).await;
        if signed_out_everywhere(app, ended.map_err(SignOutError::from)).await? {
            tracing::info!(agent = %agent.id, "replaced a password");
            return Ok(redirect("/login?password=changed"));
        }
        app.store.hold_comings(&whose, &race, app.clock.now()).await;
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

fn show_reset(app: &AppState, page: &Page, status: StatusCode, token: &str, errors: Vec<FieldError>) -> Response<Body> {
    let door = FormToken::of(page, app);
    let (csrf, action) = (door.token.clone(), format!("/reset/{token}"));
    let mut response = html(status, Reset { lang: lang(page), csrf, action, errors, gone: false }.render(), None);
    door.mark(&mut response);
    response
}

/// The same page whether the link was used, replaced, is too old or never was.
fn gone(page: &Page) -> Response<Body> {
    html(StatusCode::GONE, Reset { lang: lang(page), gone: true, ..Reset::default() }.render(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_five_mails_a_day_and_none_within_two_minutes() {
        let start: Timestamp = "2026-01-05T08:00:00Z".parse().unwrap();
        let at = |minutes| start + SignedDuration::from_mins(minutes);
        let mut read = ResetRequests::default();
        for number in 0..5 {
            assert!(number == 0 || counted(&read, at(number * 2 - 1)).is_none(), "{number}");
            read = counted(&read, at(number * 2)).unwrap();
        }
        assert_eq!(counted(&read, at(60)), None);
        assert_eq!(counted(&read, at(24 * 60)).unwrap().count, 1);
    }
}
