//! One's own account: POST `/me/profile`, `/me/password`, `/me/first-steps/away`, `/me/sign-ins/end` and `/me/sign-ins/end-others`. The page is the
//! console's; each of these leads back to it and says there how it went, so that no password is ever in a page.

use data_encoding::BASE64URL_NOPAD;
use lambda_http::{Body, Response};
use parlor_domain::{
    Agent, EmailAddress, Language, LoginId, Message,
    names::valid_name,
    people::{PeopleChange, mail_language, mail_to},
};
use parlor_store::{
    Credentials as Known, CredentialsChange, Ending, Guesser, Race, ReadBatch, SignIns, SignOutError, StaffChange,
    StoreError, WrongPasswords, recorded,
};
use parlor_templates::Lang;
use parlor_web::{ApiError, ApiRequest, AppState, Caller, Credentials, Payload, redirect};
use serde_json::Value;

use crate::{
    AuthError, Page, backoff, known_browser, password,
    policy::{self, Owner},
};

/// The page of one's own account.
const ME: &str = "/me";

/// What tells two things of the same moment apart, and names a mail.
pub(crate) fn nonce(app: &AppState) -> String {
    BASE64URL_NOPAD.encode(&app.entropy.bytes::<12>())
}

/// A language of the catalogue as the domain names it.
pub(crate) fn language(lang: Lang) -> Language {
    #[expect(clippy::expect_used, reason = "a test holds the catalogue's languages to be tags")]
    lang.code().parse().expect("a language's code is a tag")
}

/// Closes the connections that a write ended; whether it was written, and not lost to somebody who was first.
pub(crate) async fn signed_out_everywhere(
    app: &AppState,
    ended: Result<Vec<String>, SignOutError>,
) -> Result<bool, AuthError> {
    match ended {
        Ok(connections) => {
            app.live.close_all(connections.iter().map(String::as_str)).await;
            Ok(true)
        }
        Err(SignOutError::Store(StoreError::Condition(_))) => Ok(false),
        Err(SignOutError::Store(error)) => Err(error.into()),
        Err(SignOutError::Busy(busy)) => Err(ApiError::from(busy).into()),
    }
}

/// A form of the page, of somebody who is signed in.
struct Form {
    request: ApiRequest,
    agent: parlor_domain::AgentId,
    login: LoginId,
}

impl Form {
    fn read(app: &AppState, page: &Page) -> Result<Self, AuthError> {
        let request = ApiRequest::read(page, app)?;
        let Credentials::Staff(cookie) = &request.credentials else { return Err(ApiError::NotSignedIn.into()) };
        let (agent, login) = (cookie.agent.clone(), cookie.login.clone());
        Ok(Self { request, agent, login })
    }

    fn field(&self, name: &str) -> &str {
        match &self.request.payload {
            Payload::Form(fields) => fields.get(name).map(String::as_str).unwrap_or_default(),
            _ => "",
        }
    }

    fn keys(&self, batch: ReadBatch) -> ReadBatch {
        self.request.credentials.keys(batch)
    }

    fn check(&self, app: &AppState, found: &parlor_store::ReadResult) -> Result<Caller, AuthError> {
        let caller = self.request.credentials.check(found, app.clock.now())?;
        self.request.check_csrf(&caller, app)?;
        Ok(caller)
    }
}

fn back(how: &str) -> Response<Body> {
    redirect(&format!("{ME}?{how}"))
}

/// POST `/me/profile`: name and language. One `BatchGetItem`, one `TransactWriteItems`.
pub(crate) async fn profile(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let form = Form::read(app, page)?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(form.keys(ReadBatch::new().person(&form.agent))).await?;
        let caller = form.check(app, &found)?;
        let Ok(name) = valid_name(form.field("name")) else { return Ok(back("fault=name")) };
        let language = match form.field("language") {
            "" => None,
            tag => match Lang::from_tag(tag) {
                Some(lang) => Some(language(lang)),
                None => return Ok(back("fault=language")),
            },
        };
        let read = found.person(&form.agent)?.ok_or(ApiError::NotSignedIn)?;
        let mut next = read.person.clone();
        name.clone_into(&mut next.agent.name);
        next.agent.language.clone_from(&language);
        if next == read.person {
            return Ok(back("done=saved"));
        }
        let now = app.clock.now();
        let record = StaffChange {
            at: now,
            by: caller.actor(),
            of: form.agent.to_string(),
            what: PeopleChange::Changed,
            old: recorded(&read.person),
            new: recorded(&next),
        };
        let write = app
            .store
            .staff_write()
            .person(Some(&read), &next, CredentialsChange::Follow)?
            .record(&record, &nonce(app))?;
        match write.write_staff().await {
            Ok(()) => return Ok(back("done=saved")),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

/// POST `/me/first-steps/away`: the administration's head does not lead to the first steps any more. They stay at their address.
/// One `BatchGetItem`, one `TransactWriteItems`; no write when they were put away before.
pub(crate) async fn put_first_steps_away(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let form = Form::read(app, page)?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(form.keys(ReadBatch::new().person(&form.agent))).await?;
        form.check(app, &found)?;
        let read = found.person(&form.agent)?.ok_or(ApiError::NotSignedIn)?;
        if !read.person.agent.first_steps {
            return Ok(redirect("/console"));
        }
        let mut next = read.person.clone();
        next.agent.first_steps = false;
        // What pages show one is nothing that others have to know, so it is not recorded.
        match app.store.staff_write().person(Some(&read), &next, CredentialsChange::Follow)?.write_staff().await {
            Ok(()) => return Ok(redirect("/console")),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

/// What was read for a change of password.
struct Asked {
    agent: Agent,
    known: Known,
    wrong: WrongPasswords,
    sign_ins: SignIns,
    company: Option<String>,
}

/// POST `/me/password`. The old one is asked for, and guesses at it count like those at the door: whoever found a signed-in
/// browser learns nothing by it.
///
/// One `BatchGetItem` and one `Query`, side by side, and one write; then a request for each live connection. The form names the
/// address, so that everything is known before the first read.
pub(crate) async fn change_password(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let form = Form::read(app, page)?;
    let Ok(email) = form.field("email").parse::<EmailAddress>() else {
        // Not from the page; whoever is not signed in learns nothing of that.
        form.check(app, &app.store.read(form.keys(ReadBatch::new())).await?)?;
        return Err(ApiError::Csrf.into());
    };
    let browser = known_browser::browser(app, page, &email);
    let guesser = Guesser { email, browser };
    let (mut judged, mut hashed): (Option<(Option<String>, bool)>, Option<String>) = (None, None);
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let batch = ReadBatch::new().credentials(&guesser.email).wrong_passwords(&guesser).system();
        let (found, sign_ins) = tokio::try_join!(app.store.read(form.keys(batch)), app.store.sign_ins(&form.agent))?;
        let agent = form.check(app, &found)?.agent;
        // The address has changed since the page was shown; or it is somebody else's, at whom nobody guesses here.
        let known = found.credentials(&guesser.email)?.filter(|known| known.agent.id == agent.id);
        let known = known.ok_or(ApiError::Csrf)?;
        let wrong = found.wrong_passwords(&guesser)?;
        if let Some(until) = backoff::waiting(&wrong, now) {
            return Ok(back(&format!("fault=wait&until={}", policy::until(until))));
        }
        let stored = known.password.clone();
        let right = match &judged {
            Some((against, right)) if *against == stored => *right,
            _ => password::is_right(form.field("current"), stored.as_deref()),
        };
        judged = Some((stored, right));
        if !right {
            let next = backoff::count(&wrong, now);
            match app.store.note_wrong_password(&guesser, &wrong, &next, now).await {
                Ok(()) => {
                    tracing::warn!(agent = %agent.id, "a wrong password for a change of password");
                    return Ok(back("fault=current"));
                }
                Err(StoreError::Condition(_)) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        let company = found.system()?.0.branding.name;
        let asked = Asked { agent, known, wrong, sign_ins, company };
        if let Some(answer) = replace(app, &form, page, &guesser, asked, &mut hashed).await? {
            return Ok(answer);
        }
        app.store.hold_comings(&form.agent, &race, app.clock.now()).await;
    }
    Err(ApiError::from(parlor_store::Busy).into())
}

/// Writes the new password, once it is judged; nothing where somebody was first.
async fn replace(
    app: &AppState,
    form: &Form,
    page: &Page,
    guesser: &Guesser,
    asked: Asked,
    hashed: &mut Option<String>,
) -> Result<Option<Response<Body>>, AuthError> {
    let Asked { agent, known, wrong, sign_ins, company } = asked;
    let typed = form.field("password");
    let owner = Owner { name: &agent.name, email: Some(&agent.email), company: company.as_deref() };
    if let Err(fault) = policy::judge(typed, owner) {
        return Ok(Some(back(&format!("fault={}", fault.code()))));
    }
    let hashed = hashed.get_or_insert_with(|| password::hash(typed, &app.entropy));
    let now = app.clock.now();
    let spoken = language(parlor_web::api_request::lang(page));
    let message = Message::PasswordChanged { language: mail_language(&agent, spoken) };
    let record = StaffChange {
        at: now,
        by: parlor_domain::Actor::Agent { id: agent.id.clone(), name: agent.name.clone() },
        of: agent.id.to_string(),
        what: PeopleChange::PasswordChanged,
        old: Value::Null,
        new: Value::Null,
    };
    let write = app
        .store
        .staff_write()
        .password(&agent, Some(&known), hashed)?
        .forget_wrong(guesser, &wrong)?
        // A link for a new password that waits in the mailbox is good no longer.
        .no_links(&agent.id)?
        .mail(&mail_to(&agent.id, &agent.email, message, nonce(app), now))?
        .record(&record, &nonce(app))?;
    let ended = write.write_staff_ending(&agent.id, Ending::Others(&form.login), sign_ins, now).await;
    if !signed_out_everywhere(app, ended.map_err(SignOutError::from)).await? {
        return Ok(None);
    }
    tracing::info!(agent = %agent.id, "changed their password");
    Ok(Some(back("done=password")))
}

/// POST `/me/sign-ins/end`: one of one's own sign-ins, by its `id`.
pub(crate) async fn end_one(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let form = Form::read(app, page)?;
    let Ok(id) = form.field("id").parse::<LoginId>() else {
        form.check(app, &app.store.read(form.keys(ReadBatch::new())).await?)?;
        return Err(ApiError::NotFound.into());
    };
    end(app, &form, Ending::This(&id)).await?;
    // Who ends the one that they look from has signed out.
    Ok(if id == form.login { crate::sign_in::signed_out() } else { back("done=ended") })
}

/// POST `/me/sign-ins/end-others`.
pub(crate) async fn end_others(app: &AppState, page: &Page) -> Result<Response<Body>, AuthError> {
    let form = Form::read(app, page)?;
    end(app, &form, Ending::Others(&form.login)).await?;
    Ok(back("done=others"))
}

/// One `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`; then a request for each live connection.
async fn end(app: &AppState, form: &Form, ending: Ending<'_>) -> Result<(), AuthError> {
    let (found, sign_ins) =
        tokio::try_join!(app.store.read(form.keys(ReadBatch::new())), app.store.sign_ins(&form.agent))?;
    form.check(app, &found)?;
    let race = Race::new(&app.entropy);
    let ended = app.store.sign_out(&form.agent, ending, sign_ins, app.clock.now(), race).await;
    signed_out_everywhere(app, ended).await?;
    tracing::info!(agent = %form.agent, "ended sign-ins of their own");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_catalogue_is_a_tag() {
        for lang in Lang::ALL {
            assert_eq!(language(lang).as_str(), lang.code());
        }
    }
}
