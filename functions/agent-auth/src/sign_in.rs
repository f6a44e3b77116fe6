//! Signing in with e-mail address and password, and signing out.
//!
//! An address that nobody has is answered like one that somebody has: the same words, the same waits, the same work.

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    Agent, EmailAddress, LoginId, Secret,
    staff::{LOGIN_MINUTES, Login, StaffCookie},
};
use parlor_store::{Ending, Guesser, Race, ReadBatch, SignOutError, StoreError};
use parlor_templates::console::{self, LoginNotice};
use parlor_web::{
    ApiError, ApiRequest, AppState, Credentials,
    api_request::{form_fields, lang, origin},
    cookies, html, rate, redirect,
    reply::{retry_after, set_cookie},
};

use crate::{
    AuthError, Page, backoff,
    form_token::{self, FormToken},
    known_browser, password, return_path,
};

/// How a try went.
#[derive(Debug)]
enum Tried {
    /// Signed in as whom; the browser's new cookie.
    Right(EmailAddress, StaffCookie),
    /// Address and password do not go together.
    Wrong,
    /// Too many wrong ones before: not looked at.
    Waiting(Timestamp),
}

/// GET `/login`: nothing is read.
pub(crate) async fn page(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let query = page.query_string_parameters();
    let next = query.first("next").and_then(return_path::ours);
    let notice = match (query.first("signed-out").or(query.first("password")), next) {
        (Some("changed"), _) => Some(LoginNotice::PasswordChanged),
        (Some(_), _) => Some(LoginNotice::SignedOut),
        (None, Some(_)) => Some(LoginNotice::Needed),
        (None, None) => None,
    };
    Ok(show(app, page, StatusCode::OK, "", next, notice))
}

fn show(
    app: &AppState,
    page: &Page,
    status: StatusCode,
    email: &str,
    next: Option<&str>,
    notice: Option<LoginNotice>,
) -> Response<Body> {
    let door = FormToken::of(page, app);
    let view = console::Login {
        lang: lang(page),
        csrf: door.token.clone(),
        email: email.to_owned(),
        next: next.map(str::to_owned),
        notice,
        now: app.clock.now(),
    };
    let mut response = html(status, view.render(), None);
    door.mark(&mut response);
    response
}

/// POST `/login`.
pub(crate) async fn submit(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    rate::of_address(app, page).map_err(ApiError::TooManyRequests)?;
    let fields = form_fields(page)?;
    form_token::check(page, &fields, app)?;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let next = return_path::ours(field("next"));
    let tried = match field("email").parse::<EmailAddress>() {
        Ok(email) => {
            let browser = known_browser::browser(app, page, &email);
            attempt(app, page, &Guesser { email, browser }, field("password")).await?
        }
        // Nobody's by its shape alone, which tells nothing about anybody.
        Err(_) => Tried::Wrong,
    };
    let again = |status, notice| show(app, page, status, field("email").trim(), next, Some(notice));
    Ok(match tried {
        Tried::Right(email, cookie) => {
            tracing::info!(agent = %cookie.agent, login = %cookie.login, "signed in");
            let (earlier, oldest) = tokio::join!(end_earlier(app, page), end_oldest(app, &cookie));
            earlier.and(oldest)?;
            let mut response = redirect(next.unwrap_or("/console"));
            set_cookie(&mut response, &cookies::set(cookies::STAFF, &cookie.reveal(), Some(LOGIN_MINUTES * 60)));
            set_cookie(&mut response, &known_browser::cookie(app, &email, &cookie.login));
            response
        }
        Tried::Wrong => {
            tracing::warn!("a wrong password");
            again(StatusCode::UNAUTHORIZED, LoginNotice::Wrong)
        }
        Tried::Waiting(until) => {
            tracing::warn!("a try that has to wait");
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, LoginNotice::Locked { until });
            let seconds = until.duration_since(app.clock.now()).as_secs().max(1);
            retry_after(&mut response, Some(seconds));
            response
        }
    })
}

/// Ends the sign-in that this browser had before, which nobody could sign out of any more: its cookie is replaced. Nothing for a
/// browser without one; otherwise one `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`.
pub(crate) async fn end_earlier(app: &AppState, page: &Page) -> Result<(), AuthError> {
    let credentials = Credentials::of(page);
    let Credentials::Staff(cookie) = &credentials else { return Ok(()) };
    let (found, sign_ins) =
        tokio::try_join!(app.store.read(credentials.keys(ReadBatch::new())), app.store.sign_ins(&cookie.agent))?;
    if credentials.check(&found, app.clock.now()).is_err() {
        return Ok(());
    }
    let race = Race::new(&app.entropy);
    let ended = app.store.sign_out(&cookie.agent, Ending::This(&cookie.login), sign_ins, app.clock.now(), race).await;
    crate::account::signed_out_everywhere(app, ended).await?;
    Ok(())
}

/// Ends the oldest sign-ins of somebody who has more than fifty. One `Query`; where there are, one `TransactWriteItems`, and a request for
/// each live connection that they had.
async fn end_oldest(app: &AppState, cookie: &StaffCookie) -> Result<(), AuthError> {
    let sign_ins = app.store.sign_ins(&cookie.agent).await?;
    let ended = app.store.end_oldest(&cookie.agent, sign_ins).await?;
    app.live.close_all(ended.iter().map(String::as_str)).await;
    Ok(())
}

/// One try: it counts before it is answered. Cost: one `BatchGetItem`, and one write unless it has to wait; both again
/// when another try for the same address got in between.
async fn attempt(app: &AppState, page: &Page, guesser: &Guesser, typed: &str) -> Result<Tried, AuthError> {
    let email = &guesser.email;
    // Hashing is what a try costs, so it is done once however often the try begins again.
    let mut judged: Option<(Option<String>, bool)> = None;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(ReadBatch::new().credentials(email).wrong_passwords(guesser)).await?;
        let wrong = found.wrong_passwords(guesser)?;
        if let Some(until) = backoff::waiting(&wrong, now) {
            return Ok(Tried::Waiting(until));
        }
        let credentials = found.credentials(email)?;
        let stored = credentials.as_ref().and_then(|known| known.password.clone());
        let right = match &judged {
            Some((against, right)) if *against == stored => *right,
            _ => password::is_right(typed, stored.as_deref()),
        };
        judged = Some((stored, right));
        let written = if let Some(known) = credentials.filter(|known| right && known.agent.is_active()) {
            let (login, cookie) = new_login(app, page, &known.agent, now);
            app.store.sign_in(guesser, &wrong, &known, &login).await.map(|()| Tried::Right(email.clone(), cookie))
        } else {
            let next = backoff::count(&wrong, now);
            app.store.note_wrong_password(guesser, &wrong, &next, now).await.map(|()| Tried::Wrong)
        };
        match written {
            Ok(tried) => return Ok(tried),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

/// A sign-in as it is kept, and as the browser keeps it.
pub(crate) fn new_login(app: &AppState, page: &Page, agent: &Agent, now: Timestamp) -> (Login, StaffCookie) {
    let secret = Secret::generate(&app.entropy);
    let login = Login {
        id: LoginId::generate(&app.entropy),
        agent: agent.id.clone(),
        secret: secret.hash(),
        created_at: now,
        expires_at: now.checked_add(SignedDuration::from_mins(LOGIN_MINUTES)).unwrap_or(Timestamp::MAX),
        browser: origin(page).user_agent,
        seen_at: None,
    };
    let cookie = StaffCookie::new(agent, login.id.clone(), secret);
    (login, cookie)
}

/// POST `/logout`. Every live connection of this person ends with it (R27). One `BatchGetItem` and one `Query`, side by
/// side, and one `TransactWriteItems`; then a request for each connection.
pub(crate) async fn sign_out(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let request = ApiRequest::read(page, app)?;
    let Credentials::Staff(cookie) = &request.credentials else { return Err(AuthError::NobodySignedIn) };
    let (found, sign_ins) = tokio::try_join!(
        app.store.read(request.credentials.keys(ReadBatch::new())),
        app.store.sign_ins(&cookie.agent)
    )?;
    let caller = match request.caller(app, &found, app.clock.now()) {
        Ok(caller) => caller,
        Err(ApiError::NotSignedIn) => return Err(AuthError::NobodySignedIn),
        Err(refused) => return Err(refused.into()),
    };
    request.check_csrf(&caller, app)?;
    let race = Race::new(&app.entropy);
    let ended = app.store.sign_out(&cookie.agent, Ending::This(&cookie.login), sign_ins, app.clock.now(), race).await;
    let connections = ended.map_err(|error| match error {
        SignOutError::Store(error) => ApiError::from(error),
        SignOutError::Busy(busy) => busy.into(),
    })?;
    app.live.close_all(connections.iter().map(String::as_str)).await;
    tracing::info!(agent = %cookie.agent, login = %cookie.login, "signed out");
    Ok(signed_out())
}

/// To the sign-in page, without the cookie.
pub(crate) fn signed_out() -> Response<Body> {
    let mut response = redirect("/login?signed-out=1");
    set_cookie(&mut response, &cookies::clear(cookies::STAFF));
    response
}
