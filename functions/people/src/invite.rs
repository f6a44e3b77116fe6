//! Somebody is invited, for the first time or again. The mail waits in the outbox of the same write.

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_domain::{
    Agent, AgentId, Language, Message, OutboxEntry,
    people::{PeopleChange, Person, StaffLink, StaffLinkKind, StaffToken, mail_language, mail_to},
};
use parlor_store::{CredentialsChange, Race, ReadBatch, StaffChange, StaffWrite, StoreError, StoredPerson, recorded};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, contact_input,
    operation::{keep, replay},
};
use serde_json::Value;

use crate::{
    PEOPLE, PeopleError, admin,
    change::nonce,
    input::{self, Invitee, NewPerson},
    json::PersonView,
    keys, must_rule,
};

/// A fresh link, and the mail that carries it.
fn invitation(
    app: &AppState,
    caller: &Caller,
    agent: &Agent,
    language: &Language,
    now: Timestamp,
) -> (StaffLink, OutboxEntry) {
    let kind = StaffLinkKind::Invitation;
    let (link, token) = StaffToken::issue(kind, agent, &app.keyring, &app.entropy, now);
    let by = (!caller.is_key()).then(|| caller.agent.name.clone());
    let message = Message::StaffInvitation { token, by, language: mail_language(agent, language.clone()) };
    (link, mail_to(&agent.id, &agent.email, message, nonce(app), now))
}

/// The language of whoever invites.
fn language(request: &ApiRequest) -> Result<Language, ApiError> {
    contact_input::language(request.lang.code(), "language")
}

/// Somebody new, who is invited now, and all that is written of it but a kept answer.
fn invited<'a>(
    app: &'a AppState,
    caller: &Caller,
    new: &Invitee,
    own: Option<&Language>,
    other: &Language,
    now: Timestamp,
) -> Result<(StoredPerson, StaffWrite<'a>), ApiError> {
    let [home, also @ ..] = new.teams.as_slice() else { return Err(PeopleError::Teams.into()) };
    let id = AgentId::generate(&app.entropy);
    let agent = Agent {
        also_teams: also.to_vec(),
        settings_of: new.settings_of.iter().filter(|team| !new.teams.contains(team)).cloned().collect(),
        language: own.cloned(),
        ..Agent::new(id, new.name.clone(), new.email.clone(), new.role, home.clone())
    };
    let person = Person::invited(agent, now);
    let (link, mail) = invitation(app, caller, &person.agent, other, now);
    let record = StaffChange {
        at: now,
        by: caller.actor(),
        of: person.agent.id.to_string(),
        what: PeopleChange::Invited,
        old: Value::Null,
        new: recorded(&person),
    };
    let write = app
        .store
        .staff_write()
        .person(None, &person, CredentialsChange::New)?
        .link(StaffLinkKind::Invitation, &person.agent.id, &link)?
        .mail(&mail)?
        .record(&record, &nonce(app))?;
    Ok((StoredPerson { person, version: 1, undelivered: false }, write))
}

/// Invites somebody of an import. One `TransactWriteItems`; [`StoreError::Condition`] when somebody has the address.
pub(crate) async fn write(
    app: &AppState,
    request: &ApiRequest,
    caller: &Caller,
    new: &Invitee,
) -> Result<(), ApiError> {
    let (_, write) = invited(app, caller, new, None, &language(request)?, app.clock.now())?;
    Ok(write.write_staff().await?)
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn create(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let input: NewPerson = input::read(request)?;
    let new = input.check()?;
    let own = input.language.as_deref().map(|tag| contact_input::language(tag, "language")).transpose()?;
    let other = language(request)?;
    let teams = || new.teams.iter().chain(&new.settings_of);
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let batch = input::reading(ReadBatch::new().credentials(&new.email), teams());
        let found = app.store.read(keys(request, batch)).await?;
        let caller = admin(app, request, &found)?;
        let now = app.clock.now();
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        must_rule(&caller, new.role)?;
        input::must_exist(&found, teams())?;
        if found.credentials(&new.email)?.is_some() {
            return Err(PeopleError::EmailTaken.into());
        }
        let (stored, write) = invited(app, &caller, &new, own.as_ref(), &other, now)?;
        let answer = ApiResponse::new(StatusCode::CREATED, PersonView::of(&stored), format!("{PEOPLE}?done=invited"));
        match write.keep(keep(request, app, &answer, now).as_ref())?.write_staff().await {
            Ok(()) => {
                tracing::info!(agent = %stored.person.agent.id, "invited");
                return Ok(answer);
            }
            // Somebody has the address since, or the answer was kept.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn again(app: &AppState, request: &ApiRequest, id: AgentId) -> Result<ApiResponse, ApiError> {
    let other = language(request)?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(keys(request, ReadBatch::new().person(&id))).await?;
        let caller = admin(app, request, &found)?;
        let now = app.clock.now();
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let read = found.person(&id)?.ok_or(ApiError::NotFound)?;
        must_rule(&caller, read.person.agent.role)?;
        let person = read.person.invite(now).map_err(PeopleError::from)?;
        let (link, mail) = invitation(app, &caller, &person.agent, &other, now);
        let record = StaffChange {
            at: now,
            by: caller.actor(),
            of: id.to_string(),
            what: PeopleChange::InvitedAgain,
            old: Value::Null,
            new: Value::Null,
        };
        let write = app
            .store
            .staff_write()
            .person(Some(&read), &person, CredentialsChange::Follow)?
            .link(StaffLinkKind::Invitation, &id, &link)?
            .mail(&mail)?
            .record(&record, &nonce(app))?;
        let stored = StoredPerson { person, version: read.version + 1, undelivered: false };
        let answer = ApiResponse::new(StatusCode::OK, PersonView::of(&stored), format!("{PEOPLE}/{id}?done=sent"));
        match write.keep(keep(request, app, &answer, now).as_ref())?.write_staff().await {
            Ok(()) => return Ok(answer),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
