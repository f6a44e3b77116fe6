//! The settings documents: GET and PUT `/v1/settings` and `/v1/teams/{id}/settings` (R19). Whole documents, with `ETag` and
//! `If-Match`; every change is recorded with who, when, old and new value.
#![cfg_attr(test, allow(clippy::unwrap_used))]

use lambda_http::http::{Method, StatusCode};
use parlor_domain::{Role, Settings, TeamId, settings::Overrides, staff::KeyScope};
use parlor_store::{ReadBatch, ReadResult, SettingsVersion, StoreError, Team};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Callers, Code, Payload, Problem, Rows, WebFunction,
};
use serde_json::{Value, json};

/// Shows and saves settings.
#[derive(Debug)]
pub struct SettingsApi;

impl WebFunction for SettingsApi {
    const NAME: &'static str = "settings";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        rows.operation(Method::GET, "/v1/settings", Callers::Scope(KeyScope::Settings), show_system, |operation| {
            operation
                .named("getSettings", "Settings")
                .summary("Get the system's settings")
                .description("The whole document, with every key.")
                .answers::<Settings>(StatusCode::OK, "The document.", sample())
                .with_etag()
                .refuses(&[Code::Forbidden])
        })
        .operation(Method::PUT, "/v1/settings", Callers::Scope(KeyScope::Settings), save_system, |operation| {
            operation
                .named("putSettings", "Settings")
                .summary("Save the system's settings")
                .description("The whole document: change what you got, and send it back with its `ETag` as `If-Match`.")
                .document::<Settings>(sample(), |value| {
                    Settings::parse(value.clone()).map(drop).map_err(|error| error.to_string())
                })
                .answers::<Settings>(StatusCode::OK, "The document as it was saved.", sample())
                .with_etag()
                .refuses(&[Code::Forbidden, Code::InvalidSetting])
        })
        .operation(Method::GET, "/v1/teams/{id}/settings", Callers::Scope(KeyScope::Settings), show_team, |operation| {
            operation
                .named("getTeamSettings", "Settings")
                .summary("Get a team's settings")
                .description("Only the keys that the team overrides; everything else is as in the system's.")
                .parameter("id", "The team.")
                .answers::<Overrides>(StatusCode::OK, "The document.", sample_overrides())
                .with_etag()
                .refuses(&[Code::Forbidden])
        })
        .operation(
            Method::PUT,
            "/v1/teams/{id}/settings",
            Callers::Scope(KeyScope::Settings),
            save_team,
            |operation| {
                operation
                    .named("putTeamSettings", "Settings")
                    .summary("Save a team's settings")
                    .description("The whole document of the team. A key that is left out is as in the system's.")
                    .parameter("id", "The team.")
                    .document::<Overrides>(sample_overrides(), |value| {
                        let system = Settings::default();
                        Overrides::parse(value.clone(), &system).map(drop).map_err(|error| error.to_string())
                    })
                    .answers::<Overrides>(StatusCode::OK, "The document as it was saved.", sample_overrides())
                    .with_etag()
                    .refuses(&[Code::Forbidden, Code::InvalidSetting])
            },
        )
    }
}

fn sample() -> Value {
    Settings::default().to_value()
}

fn sample_overrides() -> Value {
    json!({"end": {"inactivity_minutes": 30}, "channels": {"sms": false}})
}

async fn show_system(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    show(app, request, &Document::System).await
}

async fn save_system(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    save(app, request, &Document::System).await
}

async fn show_team(app: &AppState, request: &ApiRequest, id: TeamId) -> Result<ApiResponse, ApiError> {
    show(app, request, &Document::Team(id)).await
}

async fn save_team(app: &AppState, request: &ApiRequest, id: TeamId) -> Result<ApiResponse, ApiError> {
    save(app, request, &Document::Team(id)).await
}

/// Which document.
#[derive(Debug)]
enum Document {
    System,
    Team(TeamId),
}

/// Why a document is not saved, apart from what it says.
#[derive(Debug, thiserror::Error)]
enum SaveError {
    #[error("somebody else changed these settings meanwhile; read them again and repeat your change")]
    Stale,
    #[error("send the whole document as `application/json`")]
    NotJson,
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        let code = match error {
            SaveError::Stale => Code::VersionConflict,
            SaveError::NotJson => Code::UnsupportedMediaType,
        };
        Problem::new(code, format!("{error}.")).into()
    }
}

async fn read(app: &AppState, request: &ApiRequest, document: &Document) -> Result<(ReadResult, Caller), ApiError> {
    let keys = match document {
        Document::System => ReadBatch::new().system(),
        Document::Team(team) => ReadBatch::new().team(team),
    };
    let found = app.store.read(request.credentials.keys(keys)).await?;
    let caller = request.caller(app, &found, app.clock.now())?;
    Ok((found, caller))
}

/// One `BatchGetItem`.
async fn show(app: &AppState, request: &ApiRequest, document: &Document) -> Result<ApiResponse, ApiError> {
    let (found, caller) = read(app, request, document).await?;
    may_read(&caller, document)?;
    match document {
        Document::System => {
            let (settings, version) = found.system()?;
            Ok(answer(settings.to_value(), version))
        }
        Document::Team(id) => {
            let team = found.team(id)?.ok_or(ApiError::NotFound)?;
            Ok(answer(team.overrides.as_value().clone(), team.version))
        }
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`.
///
/// A change of the system's document can leave a part of a team's without a meaning (R2 has not every combination). No
/// list of teams is read to find out: what does not fit gives way where it is used, and never opens anything
/// ([`Settings::of_team`]).
async fn save(app: &AppState, request: &ApiRequest, document: &Document) -> Result<ApiResponse, ApiError> {
    let Payload::Json(new) = &request.payload else { return Err(SaveError::NotJson.into()) };
    let (found, caller) = read(app, request, document).await?;
    request.check_csrf(&caller, app)?;
    may_write(&caller, document)?;
    let now = app.clock.now();
    let (system, version) = found.system()?;
    // As it is stored: URLs are in their one spelling.
    let document_saved;
    let saved = match document {
        Document::System => {
            request.must_match(&etag(version))?;
            let settings = Settings::parse(new.clone())?;
            document_saved = settings.to_value();
            app.store.save_system_settings(&settings, &system, version, &caller.actor(), now).await
        }
        Document::Team(id) => {
            let team = found.team(id)?.ok_or(ApiError::NotFound)?;
            request.must_match(&etag(team.version))?;
            let overrides = Overrides::parse(new.clone(), &system)?;
            document_saved = overrides.as_value().clone();
            app.store.save_team_settings(&team, &overrides, &caller.actor(), now).await
        }
    };
    match saved {
        Ok(()) => {
            let version = match document {
                Document::System => version,
                Document::Team(id) => found.team(id)?.map_or(version, |team: Team| team.version),
            };
            Ok(answer(document_saved, SettingsVersion(version.0 + 1)))
        }
        Err(StoreError::Condition(_)) => Err(SaveError::Stale.into()),
        Err(error) => Err(error.into()),
    }
}

fn answer(document: Value, version: SettingsVersion) -> ApiResponse {
    let mut answer = ApiResponse::new(StatusCode::OK, document, "/console");
    answer.etag = Some(etag(version));
    answer
}

fn etag(version: SettingsVersion) -> String {
    format!("\"{}\"", version.0)
}

fn may_write(caller: &Caller, document: &Document) -> Result<(), ApiError> {
    if caller.is_admin() && in_reach(caller, document) {
        Ok(())
    } else {
        Err(ApiError::Forbidden("Only admins change settings."))
    }
}

/// Keys for one team have that team's document.
fn in_reach(caller: &Caller, document: &Document) -> bool {
    match document {
        Document::System => caller.only_team().is_none(),
        Document::Team(team) => caller.reaches(team),
    }
}

fn may_read(caller: &Caller, document: &Document) -> Result<(), ApiError> {
    let own_team = match document {
        Document::System => false,
        Document::Team(team) => {
            caller.reaches(team) && caller.agent.role >= Role::Supervisor && caller.agent.may_use_team(team)
        }
    };
    if own_team || (caller.is_admin() && in_reach(caller, document)) {
        Ok(())
    } else {
        Err(ApiError::Forbidden("Only admins see these settings."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_stable_codes() {
        let code = |error: SaveError| match ApiError::from(error) {
            ApiError::Other(problem) => (problem.status, problem.code),
            _ => panic!("not a problem of its own"),
        };
        assert_eq!(code(SaveError::Stale), (409, "version-conflict"));
    }
}
