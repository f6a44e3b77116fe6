//! An invited person comes in: GET and POST `/invitation/{token}`. The link works once, and until an admin sends another.

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Actor,
    names::valid_name,
    people::{PeopleChange, StaffLink, StaffLinkKind, StaffToken},
    staff::{LOGIN_MINUTES, Standing},
};
use parlor_store::{CredentialsChange, ReadBatch, ReadResult, StaffChange, StoreError, StoredPerson, recorded};
use parlor_templates::{
    console::{FieldError, Invitation},
    words::console as words,
};
use parlor_web::{
    AppState,
    api_request::{form_fields, lang},
    cookies, html, redirect,
    reply::set_cookie,
};

use crate::{
    AuthError, Page,
    account::nonce,
    form_token::{self, FormToken},
    known_browser, password,
    policy::{self, Owner},
    sign_in::{end_earlier, new_login},
};

/// An invitation whose link is good.
struct Opened {
    link: StaffLink,
    invited: StoredPerson,
    found: ReadResult,
}

/// GET `/invitation/{token}`. One `BatchGetItem`, or none for what is no token.
pub(crate) async fn page(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    let Some(Opened { invited, .. }) = opened(app, &token).await? else { return Ok(gone(page)) };
    let name = invited.person.agent.name.clone();
    Ok(show(app, page, StatusCode::OK, &token, Invitation { name, ..of(&invited) }))
}

/// POST `/invitation/{token}`. One `BatchGetItem`, one `TransactWriteItems`; and what [`end_earlier`] costs in a browser that somebody
/// was signed in with.
pub(crate) async fn submit(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    let fields = form_fields(page)?;
    form_token::check(page, &fields, app)?;
    let Some(Opened { link, invited, found }) = opened(app, &token).await? else { return Ok(gone(page)) };
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let (typed, agent) = (field("password"), &invited.person.agent);
    let (system, _) = found.system()?;
    let mut errors = vec![];
    let name = valid_name(field("name"));
    if name.is_err() {
        errors.push(FieldError::new("name", words::need_your_name(lang(page))));
    }
    let owner = Owner { name: field("name"), email: Some(&agent.email), company: system.branding.name.as_deref() };
    if let Err(fault) = policy::judge(typed, owner) {
        errors.push(FieldError::new("password", fault.say(lang(page))));
    }
    let (Ok(name), true) = (name, errors.is_empty()) else {
        let view = Invitation { name: field("name").to_owned(), errors, ..of(&invited) };
        return Ok(show(app, page, StatusCode::UNPROCESSABLE_ENTITY, &token, view));
    };
    let now = app.clock.now();
    let person = invited.person.accept(name);
    let agent = &person.agent;
    let (login, cookie) = new_login(app, page, agent, now);
    let record = StaffChange {
        at: now,
        by: Actor::Agent { id: agent.id.clone(), name: agent.name.clone() },
        of: agent.id.to_string(),
        what: PeopleChange::Joined,
        old: recorded(&invited.person),
        new: recorded(&person),
    };
    let hashed = password::hash(typed, &app.entropy);
    let write = app
        .store
        .staff_write()
        .person(Some(&invited), &person, CredentialsChange::FirstPassword(&hashed))?
        .use_link(StaffLinkKind::Invitation, &agent.id, &link)?
        .sign_in(&login)?
        .record(&record, &nonce(app))?;
    match write.write_staff().await {
        Ok(()) => {}
        // Used, sent again or taken back meanwhile.
        Err(StoreError::Condition(_)) => return Ok(gone(page)),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(agent = %agent.id, login = %login.id, "accepted an invitation");
    end_earlier(app, page).await?;
    let mut response = redirect("/console");
    set_cookie(&mut response, &cookies::set(cookies::STAFF, &cookie.reveal(), Some(LOGIN_MINUTES * 60)));
    set_cookie(&mut response, &known_browser::cookie(app, &agent.email, &login.id));
    Ok(response)
}

async fn opened(app: &AppState, token: &str) -> Result<Option<Opened>, AuthError> {
    let Some(token) = StaffToken::parse(token) else { return Ok(None) };
    let kind = StaffLinkKind::Invitation;
    let batch = ReadBatch::new().staff_link(kind, &token.agent).person(&token.agent).system();
    let found = app.store.read(batch).await?;
    let link = found.staff_link(kind, &token.agent)?;
    let invited = found.person(&token.agent)?.filter(|read| read.person.agent.standing == Standing::Invited);
    let opens =
        |(link, invited): &(StaffLink, StoredPerson)| link.opens(&token, &invited.person.agent.email, app.clock.now());
    Ok(link.zip(invited).filter(opens).map(|(link, invited)| Opened { link, invited, found }))
}

fn of(invited: &StoredPerson) -> Invitation {
    Invitation { email: invited.person.agent.email.as_str().to_owned(), ..Invitation::default() }
}

fn show(app: &AppState, page: &Page, status: StatusCode, token: &str, view: Invitation) -> Response<Body> {
    let door = FormToken::of(page, app);
    let action = format!("/invitation/{token}");
    let view = Invitation { lang: lang(page), csrf: door.token.clone(), action, ..view };
    let mut response = html(status, view.render(), None);
    door.mark(&mut response);
    response
}

/// The same page whether the link was used, replaced, is too old or never was.
fn gone(page: &Page) -> Response<Body> {
    html(StatusCode::GONE, Invitation { lang: lang(page), gone: true, ..Invitation::default() }.render(), None)
}
