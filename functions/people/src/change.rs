//! People are changed, deactivated and reactivated. What they had open ends in the same write, as far as they may see less, or
//! nothing any more (R27).

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_domain::{
    AgentId,
    people::{PeopleChange, Person, PersonChange},
    staff::Standing,
};
use parlor_store::{
    CredentialsChange, Ending, Race, ReadBatch, ReadResult, SignIns, StaffChange, StoreError, StoredPerson, recorded,
};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller,
    operation::{keep, replay},
};
use serde_json::Value;

use crate::{
    PEOPLE, PeopleError, admin,
    input::{self, ChangePerson},
    json::PersonView,
    keys, must_rule,
};

/// What tells two things of the same moment apart.
pub(crate) fn nonce(app: &AppState) -> String {
    BASE64URL_NOPAD.encode(&app.entropy.bytes::<12>())
}

/// What becomes of somebody.
struct Step {
    next: Person,
    what: PeopleChange,
    /// Whether every sign-in of theirs ends, whatever else becomes of them.
    ends_all: bool,
    /// What is said on the page that the form leads to.
    done: &'static str,
}

/// What was read for a change.
struct Read {
    caller: Caller,
    found: ReadResult,
    stored: StoredPerson,
    sign_ins: SignIns,
    now: Timestamp,
}

/// One `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`; a second `BatchGetItem` where the address
/// changes.
pub(crate) async fn change(app: &AppState, request: &ApiRequest, id: AgentId) -> Result<ApiResponse, ApiError> {
    let change = input::read::<ChangePerson>(request)?.check()?;
    let teams = || change.teams.iter().chain(&change.settings_of).flatten();
    let more = |batch| {
        let batch = input::reading(batch, teams());
        change.email.iter().fold(batch, ReadBatch::credentials)
    };
    run(app, request, &id, more, |read| {
        input::must_exist(&read.found, teams())?;
        changed(read, &change)
    })
    .await
}

fn changed(read: &Read, change: &PersonChange) -> Result<Step, ApiError> {
    if let Some(email) = &change.email {
        let taken = read.found.credentials(email)?.is_some_and(|known| known.agent.id != read.stored.person.agent.id);
        if taken {
            return Err(PeopleError::EmailTaken.into());
        }
    }
    let next = read.stored.person.changed(change);
    if next.agent.usable_teams().len() > parlor_domain::people::MAX_TEAMS {
        return Err(PeopleError::Teams.into());
    }
    Ok(Step { next, what: PeopleChange::Changed, ends_all: false, done: "changed" })
}

/// One `BatchGetItem` and one `Query`, side by side, and one `TransactWriteItems`; then a request for each connection.
pub(crate) async fn deactivate(app: &AppState, request: &ApiRequest, id: AgentId) -> Result<ApiResponse, ApiError> {
    alone(app, request, &id, |read| {
        let next = read.stored.person.deactivate(read.now);
        Step { next, what: PeopleChange::Deactivated, ends_all: true, done: "deactivated" }
    })
    .await
}

/// As [`deactivate`].
pub(crate) async fn reactivate(app: &AppState, request: &ApiRequest, id: AgentId) -> Result<ApiResponse, ApiError> {
    alone(app, request, &id, |read| {
        let next = read.stored.person.reactivate();
        Step { next, what: PeopleChange::Reactivated, ends_all: false, done: "reactivated" }
    })
    .await
}

/// As [`deactivate`]; the person stays who they are and can sign in again.
pub(crate) async fn sign_out(app: &AppState, request: &ApiRequest, id: AgentId) -> Result<ApiResponse, ApiError> {
    alone(app, request, &id, |read| {
        let next = read.stored.person.clone();
        Step { next, what: PeopleChange::SignedOut, ends_all: true, done: "signed-out" }
    })
    .await
}

/// [`run`] for what needs nothing but the person, and is never refused.
async fn alone(
    app: &AppState,
    request: &ApiRequest,
    id: &AgentId,
    decide: impl Fn(&Read) -> Step,
) -> Result<ApiResponse, ApiError> {
    run(app, request, id, |batch| batch, |read| Ok(decide(read))).await
}

/// Reads, decides and writes, again after each lost race.
async fn run(
    app: &AppState,
    request: &ApiRequest,
    id: &AgentId,
    more: impl Fn(ReadBatch) -> ReadBatch,
    decide: impl Fn(&Read) -> Result<Step, ApiError>,
) -> Result<ApiResponse, ApiError> {
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let batch = more(ReadBatch::new().person(id).admins());
        let (found, sign_ins) = tokio::try_join!(app.store.read(keys(request, batch)), app.store.sign_ins(id))?;
        let caller = admin(app, request, &found)?;
        let now = app.clock.now();
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let stored = found.person(id)?.ok_or(ApiError::NotFound)?;
        let read = Read { caller, found, stored, sign_ins, now };
        must_rule(&read.caller, read.stored.person.agent.role)?;
        let mut step = decide(&read)?;
        step.next.agent.rights += u64::from(read.stored.person.changes_rights(&step.next));
        must_rule(&read.caller, step.next.agent.role)?;
        match write(app, request, read, &step).await {
            Ok(answer) => return Ok(answer),
            Err(Failed::LostRace) => app.store.hold_comings(id, &race, app.clock.now()).await,
            Err(Failed::Refused(error)) => return Err(error),
        }
    }
    Err(parlor_store::Busy.into())
}

/// Why nothing was written.
enum Failed {
    LostRace,
    Refused(ApiError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Condition(_) => Self::LostRace,
            error => Self::Refused(error.into()),
        }
    }
}

async fn write(app: &AppState, request: &ApiRequest, read: Read, step: &Step) -> Result<ApiResponse, Failed> {
    let Read { caller, found, stored, sign_ins, now } = read;
    let (before, next) = (&stored.person, &step.next);
    let id = &next.agent.id;
    if before.is_acting_admin() && !next.is_acting_admin() && !found.has_other_admin(id).map_err(Failed::from)? {
        return Err(Failed::Refused(PeopleError::LastAdmin.into()));
    }
    let location = format!("{PEOPLE}/{id}?done={}", step.done);
    let after = StoredPerson { person: next.clone(), version: stored.version + 1, undelivered: stored.undelivered };
    let answer = ApiResponse::new(StatusCode::OK, PersonView::of(&after), location);
    let ending = match next.agent.standing {
        _ if step.ends_all => Some(Ending::All),
        _ if before.changes_rights(next) => Some(Ending::OnlyConnections),
        _ => None,
    };
    let moved = if before.agent.email == next.agent.email {
        None
    } else {
        let at = &before.agent.email;
        let known = app.store.read(ReadBatch::new().credentials(at)).await?.credentials(at)?;
        Some(known.ok_or(Failed::LostRace)?)
    };
    let mut write = app.store.staff_write();
    let record = StaffChange {
        at: now,
        by: caller.actor(),
        of: id.to_string(),
        what: step.what,
        old: recorded(before),
        new: recorded(next),
    };
    if before == next && stored.version > 0 {
        // Nothing is new; whoever was signed in all the same is signed out below.
        if step.what == PeopleChange::SignedOut {
            write = write.record(&StaffChange { old: Value::Null, new: Value::Null, ..record }, &nonce(app))?;
        }
    } else {
        let credentials = moved.as_ref().map_or(CredentialsChange::Follow, CredentialsChange::Move);
        write = write.person(Some(&stored), next, credentials)?.record(&record, &nonce(app))?;
        if next.agent.standing == Standing::Deactivated || moved.is_some() {
            // A link that went to where they are reached no longer is good no longer.
            write = write.no_links(id)?;
        }
    }
    if step.what == PeopleChange::SignedOut {
        // Whoever helps them lets them in again: an outsider may have used up what their address has.
        write = write.forget_resets(&next.agent.email)?.forget_wrong_passwords(&next.agent.email)?;
    }
    write = write.keep(keep(request, app, &answer, now).as_ref())?;
    match ending {
        None => write.write_staff().await?,
        Some(ending) => {
            let connections = write.write_staff_ending(id, ending, sign_ins, now).await?;
            app.live.close_all(connections.iter().map(String::as_str)).await;
        }
    }
    tracing::info!(agent = %id, what = ?step.what, by = %caller.agent.id, "changed a person");
    Ok(answer)
}
