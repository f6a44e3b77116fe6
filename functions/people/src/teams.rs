//! Teams: made, and named otherwise.

use lambda_http::http::StatusCode;
use parlor_domain::{TeamId, people::PeopleChange};
use parlor_store::{ListedTeam, Race, ReadBatch, StaffChange, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState,
    operation::{keep, replay},
};
use serde_json::{Value, json};

use crate::{
    TEAMS, admin,
    change::nonce,
    input::{self, NamedTeam},
    json::TeamView,
    keys,
};

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn create(app: &AppState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let name = input::read::<NamedTeam>(request)?.check()?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(keys(request, ReadBatch::new())).await?;
        let caller = admin(app, request, &found)?;
        let now = app.clock.now();
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let team = ListedTeam { id: TeamId::generate(&app.entropy), name: name.clone() };
        let record = StaffChange {
            at: now,
            by: caller.actor(),
            of: team.id.to_string(),
            what: PeopleChange::TeamCreated,
            old: Value::Null,
            new: json!({ "name": team.name }),
        };
        let write = app.store.staff_write().new_team(&team)?.record(&record, &nonce(app))?;
        let answer = ApiResponse::new(StatusCode::CREATED, TeamView::of(team), format!("{TEAMS}?done=made"));
        match write.keep(keep(request, app, &answer, now).as_ref())?.write_staff().await {
            Ok(()) => return Ok(answer),
            // An id that there was, or an answer that was kept meanwhile.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn rename(app: &AppState, request: &ApiRequest, id: TeamId) -> Result<ApiResponse, ApiError> {
    let name = input::read::<NamedTeam>(request)?.check()?;
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let found = app.store.read(keys(request, ReadBatch::new().team_alone(&id))).await?;
        let caller = admin(app, request, &found)?;
        let now = app.clock.now();
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let old = found.team(&id)?.ok_or(ApiError::NotFound)?.name;
        let team = ListedTeam { id: id.clone(), name: name.clone() };
        let record = StaffChange {
            at: now,
            by: caller.actor(),
            of: id.to_string(),
            what: PeopleChange::TeamRenamed,
            old: json!({ "name": old }),
            new: json!({ "name": name }),
        };
        let write = app.store.staff_write().rename_team(&team)?.record(&record, &nonce(app))?;
        let answer = ApiResponse::new(StatusCode::OK, TeamView::of(team), format!("{TEAMS}?done=renamed"));
        match write.keep(keep(request, app, &answer, now).as_ref())?.write_staff().await {
            Ok(()) => return Ok(answer),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
