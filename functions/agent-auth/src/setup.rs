//! The one-time link by which the first admin comes in. Whoever uses it is signed in by the same write that uses it up.

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{Agent, AgentId, EmailAddress, Role, Secret, TeamId, staff::LOGIN_MINUTES};
use parlor_store::{NewAgent, ReadBatch, SetupLink, StoreError};
use parlor_templates::{
    Lang,
    console::{FieldError, Setup},
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
    form_token::{self, FormToken},
    known_browser, password,
    policy::{self, Owner},
    sign_in::{end_earlier, new_login},
};

/// Where the first admin goes on: what is left to do in a new installation.
const FIRST_STEPS: &str = "/admin/start";

/// Longest name of a member of staff, in characters.
const NAME_MAX: usize = 120;

/// GET `/setup/{token}`.
pub(crate) async fn page(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    if opened(app, &token).await?.is_none() {
        return Ok(gone(page));
    }
    Ok(show(app, page, StatusCode::OK, Setup { action: action(&token), ..Setup::default() }))
}

/// POST `/setup/{token}`. One `BatchGetItem`, one `TransactWriteItems`; and what [`end_earlier`] costs in a browser that
/// somebody was signed in with.
pub(crate) async fn submit(app: &AppState, page: &Page, token: String) -> Result<Response<Body>, AuthError> {
    let fields = form_fields(page)?;
    form_token::check(page, &fields, app)?;
    let Some(link) = opened(app, &token).await? else { return Ok(gone(page)) };
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let admin = match check(lang(page), field("name"), field("email"), field("password")) {
        Ok(admin) => admin,
        Err(errors) => {
            let (name, email) = (field("name").to_owned(), field("email").to_owned());
            let view = Setup { action: action(&token), name, email, errors, ..Setup::default() };
            return Ok(show(app, page, StatusCode::UNPROCESSABLE_ENTITY, view));
        }
    };
    // A key that was printed with the link names its team and agent, so the admin gets those.
    let (id, team) = match &link.key {
        Some(key) => (key.about.agent.clone(), key.about.team.clone()),
        None => (AgentId::generate(&app.entropy), TeamId::generate(&app.entropy)),
    };
    let agent = Agent { first_steps: true, ..Agent::new(id, admin.name, admin.email, Role::Admin, team) };
    let (login, cookie) = new_login(app, page, &agent, app.clock.now());
    let new = NewAgent { agent, password: password::hash(field("password"), &app.entropy) };
    // Customers see the team's name until the settings name the company (`branding.name`).
    match app.store.create_first_admin(&new, words::first_team(lang(page)), link.key.as_ref(), &login).await {
        Ok(()) => {
            tracing::info!(agent = %new.agent.id, login = %login.id, "the first admin, signed in");
            end_earlier(app, page).await?;
            let mut response = redirect(FIRST_STEPS);
            set_cookie(&mut response, &cookies::set(cookies::STAFF, &cookie.reveal(), Some(LOGIN_MINUTES * 60)));
            set_cookie(&mut response, &known_browser::cookie(app, &new.agent.email, &login.id));
            Ok(response)
        }
        Err(StoreError::Condition(_)) => Ok(gone(page)),
        Err(error) => Err(error.into()),
    }
}

/// The setup link, if it is there and `token` is its secret. One `BatchGetItem`, or none for what is no token.
async fn opened(app: &AppState, token: &str) -> Result<Option<SetupLink>, AuthError> {
    let Some(secret) = Secret::parse(token) else { return Ok(None) };
    let link = app.store.read(ReadBatch::new().setup()).await?.setup()?;
    Ok(link.filter(|link| link.secret.matches(&secret) && app.clock.now() < link.expires_at))
}

fn action(token: &str) -> String {
    format!("/setup/{token}")
}

fn show(app: &AppState, page: &Page, status: StatusCode, view: Setup) -> Response<Body> {
    let door = FormToken::of(page, app);
    let mut response = html(status, Setup { lang: lang(page), csrf: door.token.clone(), ..view }.render(), None);
    door.mark(&mut response);
    response
}

/// The same page whether the link was used, is too old or never was.
fn gone(page: &Page) -> Response<Body> {
    html(StatusCode::GONE, Setup { lang: lang(page), used: true, ..Setup::default() }.render(), None)
}

/// What was typed, once it is in order.
struct Admin {
    name: String,
    email: EmailAddress,
}

fn check(lang: Lang, name: &str, email: &str, typed: &str) -> Result<Admin, Vec<FieldError>> {
    let mut errors = vec![];
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        errors.push(FieldError::new("name", words::need_your_name(lang)));
    }
    let email = email.parse::<EmailAddress>();
    if email.is_err() {
        errors.push(FieldError::new("email", words::need_your_email(lang)));
    }
    let owner = Owner { name, email: email.as_ref().ok(), company: None };
    if let Err(fault) = policy::judge(typed, owner) {
        errors.push(FieldError::new("password", fault.say(lang)));
    }
    match email {
        Ok(email) if errors.is_empty() => Ok(Admin { name: name.to_owned(), email }),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, check};

    fn fields(name: &str, email: &str, typed: &str) -> Vec<String> {
        check(Lang::En, name, email, typed)
            .err()
            .unwrap_or_default()
            .into_iter()
            .filter_map(|error| error.field)
            .collect()
    }

    #[test]
    fn every_field_at_fault_is_named() {
        assert_eq!(fields("", "omar@", "short"), ["name", "email", "password"]);
        assert_eq!(fields("Omar Haddad", "omar@example.com", "elevenchars"), ["password"]);
        assert_eq!(fields("Omar Haddad", "omar@example.com", "OMAR@example.com"), ["password"]);
        assert_eq!(fields("Omar Haddad", "omar@example.com", &"x".repeat(257)), ["password"]);
        assert_eq!(fields("Omar\nHaddad", "omar@example.com", "twelve odd chars"), ["name"]);
        assert!(fields(" Omar Haddad ", "Omar@Example.com", "twelve odd chars").is_empty());
    }
}
