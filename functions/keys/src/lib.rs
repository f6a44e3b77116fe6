//! API keys, for admins and programs: `/v1/keys`. A key is shown once, when it is made; the table has a hash of it. A key
//! makes no key that may do more than itself. Who made and revoked which key is recorded. Admins do it at `/admin/keys`.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/v1/keys` | one `BatchGetItem` and one `Query`, side by side |
//! | POST `/v1/keys` | the same, and one `TransactWriteItems` |
//! | DELETE `/v1/keys/{id}`, POST `/admin/keys/{id}/revoke` | one `BatchGetItem` and one `TransactWriteItems` |
//! | GET `/admin/keys` | one `BatchGetItem` and two `Query` (keys, teams), side by side |
//! | POST `/admin/keys` | as POST `/v1/keys` |
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod json;
mod page;

use jiff::Timestamp;
use lambda_http::http::{Method, StatusCode};
use parlor_domain::{
    Agent, KeyId, Secret,
    staff::{ApiKey, ApiKeyToken, KeyAbout, KeyScope, MAX_KEYS},
};
use parlor_store::{ListedKey, Race, ReadBatch, ReadResult, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Callers, Code, List, Problem, Rows, WebFunction,
    operation::{keep, replay},
};
use serde_json::{Value, json};

use crate::json::{Asked, KeyView, NewKey, Owner, RevealedView};

/// Where a form's browser goes.
const PAGE: &str = "/admin/keys";

const PEOPLE: Callers = Callers::Scope(KeyScope::People);

/// Shows, makes and revokes API keys.
#[derive(Debug)]
pub struct Keys;

impl WebFunction for Keys {
    const NAME: &'static str = "keys";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        let rows = rows
            .page(Method::GET, "/admin/keys", page::list)
            .page(Method::POST, "/admin/keys", page::make)
            .page(Method::POST, "/admin/keys/{id}/revoke", page::revoke);
        rows.operation(Method::GET, "/v1/keys", PEOPLE, list, |operation| {
            operation
                .named("listKeys", "Keys")
                .summary("List API keys")
                .description("All of them, the oldest first. A key for one team sees the keys of that team.")
                .answers::<List<KeyView>>(
                    StatusCode::OK,
                    "All of them.",
                    json!({"items": [json::sample()], "next_cursor": null}),
                )
                .refuses(&[Code::Forbidden])
        })
        .operation(Method::POST, "/v1/keys", PEOPLE, create, |operation| {
            operation
                .named("createKey", "Keys")
                .summary("Make an API key")
                .description(
                    "At most 100 are there at once. A key makes no key that may do more than itself: more scopes, teams or \
                     sessions, or a later end.",
                )
                .body::<NewKey>(example())
                .answers::<RevealedView>(
                    StatusCode::CREATED,
                    "The key. Its secret is shown this once.",
                    json::revealed(),
                )
                .refuses(&[Code::Forbidden, Code::TooManyKeys, Code::InvalidName, Code::InvalidScopes])
                .refuses(&[Code::InvalidExpiry, Code::UnknownTeam, Code::UnknownAgent])
        })
        .operation(Method::DELETE, "/v1/keys/{id}", PEOPLE, revoke, |operation| {
            operation
                .named("revokeKey", "Keys")
                .summary("Revoke an API key")
                .description("At once: the next request that brings it is answered with 401.")
                .parameter("id", "The key's `id`.")
                .answers::<KeyView>(StatusCode::OK, "The key as it was.", json::sample())
                .refuses(&[Code::Forbidden])
        })
    }
}

fn example() -> Value {
    json!({"name": "Billing", "scopes": ["read", "sessions"]})
}

/// Why a key is not made.
#[derive(Debug, thiserror::Error)]
enum KeyError {
    #[error("There are {MAX_KEYS} keys, which is the most. Revoke one first.")]
    TooMany,
    #[error("There is no such agent.")]
    Agent,
    #[error("There is no such team that the key's agent may use.")]
    Team,
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        let (code, field) = match error {
            KeyError::TooMany => (Code::TooManyKeys, None),
            KeyError::Agent => (Code::UnknownAgent, Some("agent")),
            KeyError::Team => (Code::UnknownTeam, Some("team")),
        };
        let problem = Problem::new(code, error.to_string());
        field.map_or(problem.clone(), |field| problem.about(field)).into()
    }
}

/// The caller, who must be an admin, or an admin's program.
fn admin(app: &AppState, request: &ApiRequest, found: &ReadResult, now: Timestamp) -> Result<Caller, ApiError> {
    let caller = request.caller(app, found, now)?;
    if caller.is_admin() { Ok(caller) } else { Err(ApiError::Forbidden("API keys are for admins.")) }
}

/// A key for one team sees those of that team alone.
fn is_visible(caller: &Caller, key: &KeyAbout) -> bool {
    caller.only_team().is_none_or(|only| key.only_team() == Some(only))
}

/// One `BatchGetItem` and one `Query`, side by side.
async fn list(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let keys = request.credentials.keys(ReadBatch::new());
    let (found, listed) = tokio::join!(app.store.read(keys), app.store.api_keys());
    let caller = admin(app, request, &found?, app.clock.now())?;
    let listed = listed?;
    let items = listed.iter().filter(|key| is_visible(&caller, &key.about)).map(KeyView::of).collect();
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor: None }, PAGE))
}

/// One `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`.
async fn create(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    make(app, request, ReadBatch::new()).await.map(|(_, answer)| answer)
}

/// Makes the key that a request asks for, and answers with what was read, which has `beside` in it.
async fn make(app: &AppState, request: &ApiRequest, beside: ReadBatch) -> Result<(ReadResult, ApiResponse), ApiError> {
    let asked = match Asked::read(request, app.clock.now()) {
        Ok(asked) => asked,
        Err(refused) => {
            // Who may not make keys is told that, and nothing about what they sent.
            let found = app.store.read(request.keys(beside)).await?;
            admin(app, request, &found, app.clock.now())?;
            return Err(refused);
        }
    };
    let keys = request.keys(beside.key_log());
    let keys = asked.team.iter().fold(keys, ReadBatch::team);
    let keys = match &asked.owner {
        Owner::Caller => keys,
        Owner::Id(id) => keys.agent(id),
        Owner::Email(email) => keys.credentials(email),
    };
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let (found, listed) = tokio::join!(app.store.read(keys.clone()), app.store.api_keys());
        let (found, listed) = (found?, listed?);
        let now = app.clock.now();
        let caller = admin(app, request, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok((found, answer));
        }
        let log = found.key_log()?;
        if log.keys(listed.len()) >= MAX_KEYS {
            return Err(KeyError::TooMany.into());
        }
        let about = made(app, &asked, &caller, &found, now)?;
        let secret = Secret::generate(&app.entropy);
        let key = ApiKey { secret: secret.hash(), about };
        let about = key.about.clone();
        let token = ApiKeyToken { team: about.team.clone(), agent: about.agent.clone(), id: about.id.clone(), secret };
        let shown = KeyView::of(&ListedKey { about, last_used: None });
        let answer = RevealedView { about: shown, key: token.reveal() };
        let answer = ApiResponse::new(StatusCode::CREATED, answer, PAGE);
        let kept = keep(request, app, &answer, now);
        match app.store.make_api_key(&key, (log, listed.len()), &caller.actor(), now, kept.as_ref()).await {
            Ok(()) => return Ok((found, answer)),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// The key that was asked for.
fn made(
    app: &AppState,
    asked: &Asked,
    caller: &Caller,
    found: &ReadResult,
    now: Timestamp,
) -> Result<KeyAbout, ApiError> {
    let named: Option<Agent> = match &asked.owner {
        Owner::Caller => None,
        Owner::Id(id) => Some(found.agent(id)?.ok_or(KeyError::Agent)?),
        Owner::Email(email) => Some(found.credentials(email)?.ok_or(KeyError::Agent)?.agent),
    };
    let as_agent = named.is_some();
    let agent = named.unwrap_or_else(|| caller.agent.clone());
    if let Some(team) = &asked.team
        && (found.team(team)?.is_none() || !agent.may_use_team(team))
    {
        return Err(KeyError::Team.into());
    }
    let about = KeyAbout {
        scopes: asked.scopes.clone(),
        team_only: asked.team.is_some(),
        as_agent,
        expires_at: asked.expires_at,
        ..KeyAbout::unlimited(
            KeyId::generate(&app.entropy),
            &asked.name,
            asked.team.clone().unwrap_or_else(|| agent.team.clone()),
            agent.id,
            now,
        )
    };
    if caller.key().is_some_and(|key| !key.covers(&about)) {
        return Err(ApiError::Forbidden("An API key makes no key that may do more than itself."));
    }
    Ok(about)
}

/// One `BatchGetItem` and one `TransactWriteItems`.
async fn revoke(app: &AppState, request: &ApiRequest, id: KeyId) -> Result<ApiResponse, ApiError> {
    let keys = request.keys(ReadBatch::new().key_to_revoke(&id));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(keys.clone()).await?;
        let now = app.clock.now();
        let caller = admin(app, request, &found, now)?;
        request.check_csrf(&caller, app)?;
        let key = found.listed_key(&id)?.filter(|key| is_visible(&caller, &key.about)).ok_or(ApiError::NotFound)?;
        match app.store.revoke_api_key(&key.about, found.key_log()?, &caller.actor(), now).await {
            Ok(()) => return Ok(ApiResponse::new(StatusCode::OK, KeyView::of(&key), PAGE)),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
