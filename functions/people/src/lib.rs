//! People and teams, for admins and for API keys: `/v1/people` and `/v1/teams`; and `/admin/people/import`, which invites many. Somebody is invited by mail, deactivated and
//! reactivated; one admin who can act is always left. Every change is recorded with who, when and what.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod change;
mod import;
mod input;
mod invite;
mod json;
mod list;
mod teams;

use lambda_http::http::{Method, StatusCode};
use parlor_domain::staff::KeyScope;
use parlor_domain::{Role, people::PersonRefusal};
use parlor_store::{ReadBatch, ReadResult};
use parlor_web::{
    ApiError, ApiRequest, AppState, Caller, Callers, Code, List, Problem, Rows, WebFunction, problem::capitalised,
};
use serde_json::json;

use crate::{
    input::{ChangePerson, NamedTeam, NewPerson},
    json::{PersonView, TeamView},
    list::PeopleQuery,
};

/// Where the forms' browsers go.
const PEOPLE: &str = "/admin/people";
const TEAMS: &str = "/admin/teams";

/// What is refused of a person that is sent.
const INVALID: [Code; 6] =
    [Code::Forbidden, Code::InvalidName, Code::InvalidEmail, Code::InvalidTeams, Code::UnknownTeam, Code::EmailTaken];

/// Shows and changes people and teams.
#[derive(Debug)]
pub struct PeopleApi;

impl WebFunction for PeopleApi {
    const NAME: &'static str = "people";
    type State = AppState;

    fn routes<R: Rows<AppState>>(rows: R) -> R {
        let rows = rows
            .page(Method::GET, "/admin/people/import", import::page)
            .page(Method::POST, "/admin/people/import", import::submit)
            .operation(Method::GET, "/v1/people", Callers::Scope(KeyScope::People), list::people, |operation| {
                operation
                    .named("listPeople", "People")
                    .summary("List people")
                    .description("Members of staff of any state, by their ids, 100 a page.")
                    .query::<PeopleQuery>()
                    .answers::<List<PersonView>>(StatusCode::OK, "One page.", json::page(json::person()))
                    .refuses(&[Code::Forbidden])
            })
            .operation(Method::POST, "/v1/people", Callers::Scope(KeyScope::People), invite::create, |operation| {
                operation
                    .named("invitePerson", "People")
                    .summary("Invite somebody")
                    .description(
                        "They get a mail with a link that is good for a week and works once; by it they choose a password \
                         and are signed in.",
                    )
                    .body::<NewPerson>(json!({
                        "name": "Tom Reed", "email": "tom@example.com", "role": "agent", "teams": ["1end1n"],
                    }))
                    .answers::<PersonView>(StatusCode::CREATED, "The person.", json::person())
                    .refuses(&INVALID)
                    .refuses(&[Code::InvalidLanguage])
            })
            .operation(Method::PATCH, "/v1/people/{id}", Callers::Scope(KeyScope::People), change::change, |operation| {
                operation
                    .named("changePerson", "People")
                    .summary("Change a person")
                    .description(
                        "What is not there stays. Where the role or the teams change, every page of theirs connects \
                         anew; where the address changes, they sign in with the new one.",
                    )
                    .parameter("id", "The person.")
                    .body::<ChangePerson>(json!({"role": "supervisor", "teams": ["1end1n", "c1a1ms"]}))
                    .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                    .refuses(&INVALID)
                    .refuses(&[Code::LastAdmin])
            })
            .operation(Method::POST, "/v1/people/{id}", Callers::Scope(KeyScope::People), change::change, |operation| {
                operation
                    .named("changePersonByForm", "People")
                    .summary("Change a person, as a form does")
                    .description("The same as PATCH, for browsers whose forms cannot send one.")
                    .parameter("id", "The person.")
                    .body::<ChangePerson>(json!({"name": "Tom Reed"}))
                    .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                    .refuses(&INVALID)
                    .refuses(&[Code::LastAdmin])
            });
        let rows = rows
            .operation(
                Method::POST,
                "/v1/people/{id}/invite",
                Callers::Scope(KeyScope::People),
                invite::again,
                |operation| {
                    operation
                        .named("sendInvitation", "People")
                        .summary("Send an invitation again")
                        .description("With a new link; the earlier one works no longer.")
                        .parameter("id", "The person.")
                        .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                        .refuses(&[Code::Forbidden, Code::AlreadyActive, Code::Deactivated])
                },
            )
            .operation(
                Method::POST,
                "/v1/people/{id}/deactivate",
                Callers::Scope(KeyScope::People),
                change::deactivate,
                |operation| {
                    operation
                    .named("deactivatePerson", "People")
                    .summary("Deactivate a person")
                    .description(
                        "They are signed out everywhere at once, their live connections are closed, and they cannot \
                         sign in. Their sessions stay theirs until somebody takes them over.",
                    )
                    .parameter("id", "The person.")
                    .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                    .refuses(&[Code::Forbidden, Code::LastAdmin])
                },
            )
            .operation(
                Method::POST,
                "/v1/people/{id}/reactivate",
                Callers::Scope(KeyScope::People),
                change::reactivate,
                |operation| {
                    operation
                    .named("reactivatePerson", "People")
                    .summary("Reactivate a person")
                    .description(
                        "They sign in with the password that they had. Who had chosen none has to be invited again.",
                    )
                    .parameter("id", "The person.")
                    .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                    .refuses(&[Code::Forbidden])
                },
            );
        let rows = rows.operation(
            Method::POST,
            "/v1/people/{id}/sign-out",
            Callers::Scope(KeyScope::People),
            change::sign_out,
            |operation| {
                operation
                    .named("signPersonOut", "People")
                    .summary("Sign a person out everywhere")
                    .description(
                        "Every sign-in and live connection of theirs ends; they can sign in again, and ask for a new password, \
                         however often somebody tried or asked for their address.",
                    )
                    .parameter("id", "The person.")
                    .answers::<PersonView>(StatusCode::OK, "The person.", json::person())
                    .refuses(&[Code::Forbidden])
            },
        );
        rows.operation(Method::GET, "/v1/teams", Callers::Scope(KeyScope::People), list::teams, |operation| {
            operation
                .named("listTeams", "People")
                .summary("List teams")
                .answers::<List<TeamView>>(StatusCode::OK, "All of them.", json::page(json::team()))
                .refuses(&[Code::Forbidden])
        })
        .operation(Method::POST, "/v1/teams", Callers::Scope(KeyScope::People), teams::create, |operation| {
            operation
                .named("createTeam", "People")
                .summary("Make a team")
                .description("It overrides no setting.")
                .body::<NamedTeam>(json!({"name": "Claims"}))
                .answers::<TeamView>(StatusCode::CREATED, "The team.", json::team())
                .refuses(&[Code::Forbidden, Code::InvalidName])
        })
        .operation(Method::PATCH, "/v1/teams/{id}", Callers::Scope(KeyScope::People), teams::rename, |operation| {
            operation
                .named("renameTeam", "People")
                .summary("Rename a team")
                .parameter("id", "The team.")
                .body::<NamedTeam>(json!({"name": "Claims"}))
                .answers::<TeamView>(StatusCode::OK, "The team.", json::team())
                .refuses(&[Code::Forbidden, Code::InvalidName])
        })
        .operation(
            Method::POST,
            "/v1/teams/{id}",
            Callers::Scope(KeyScope::People),
            teams::rename,
            |operation| {
                operation
                    .named("renameTeamByForm", "People")
                    .summary("Rename a team, as a form does")
                    .description("The same as PATCH, for browsers whose forms cannot send one.")
                    .parameter("id", "The team.")
                    .body::<NamedTeam>(json!({"name": "Claims"}))
                    .answers::<TeamView>(StatusCode::OK, "The team.", json::team())
                    .refuses(&[Code::Forbidden, Code::InvalidName])
            },
        )
    }
}

/// Why people or teams stay as they are.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum PeopleError {
    #[error("somebody has this e-mail address already")]
    EmailTaken,
    #[error("nobody else could act as an admin; make somebody an admin first")]
    LastAdmin,
    #[error(transparent)]
    Refused(#[from] PersonRefusal),
    #[error("a person is in at least one team, and in or allowed to use the settings of 20 at most")]
    Teams,
    #[error("there is no such team")]
    UnknownTeam,
}

impl From<PeopleError> for ApiError {
    fn from(error: PeopleError) -> Self {
        let (code, field) = match error {
            PeopleError::EmailTaken => (Code::EmailTaken, Some("email")),
            PeopleError::LastAdmin => (Code::LastAdmin, None),
            PeopleError::Refused(PersonRefusal::Active) => (Code::AlreadyActive, None),
            PeopleError::Refused(PersonRefusal::Deactivated) => (Code::Deactivated, None),
            PeopleError::Teams => (Code::InvalidTeams, Some("teams")),
            PeopleError::UnknownTeam => (Code::UnknownTeam, Some("teams")),
        };
        let problem = Problem::new(code, capitalised(&error.to_string()));
        field.map_or(problem.clone(), |field| problem.about(field)).into()
    }
}

/// What to read about the caller, beside `keys`.
fn keys(request: &ApiRequest, keys: ReadBatch) -> ReadBatch {
    request.keys(keys)
}

/// The caller, who has to be an admin or a key.
fn admin(app: &AppState, request: &ApiRequest, found: &ReadResult) -> Result<Caller, ApiError> {
    let caller = request.caller(app, found, app.clock.now())?;
    if !caller.sees_all() {
        return Err(ApiError::Forbidden("Only admins see and change people and teams."));
    }
    request.check_csrf(&caller, app)?;
    Ok(caller)
}

/// That the caller may make somebody of this role, or change them.
fn must_rule(caller: &Caller, role: Role) -> Result<(), ApiError> {
    if role == Role::Admin && !caller.may_make_admins() {
        return Err(ApiError::Forbidden("An API key makes and changes admins only if it has every scope."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_stable_codes() {
        let code = |error: PeopleError| match ApiError::from(error) {
            ApiError::Other(problem) => (problem.status, problem.code),
            _ => panic!("not a problem of its own"),
        };
        assert_eq!(code(PeopleError::EmailTaken), (409, "email-taken"));
        assert_eq!(code(PeopleError::LastAdmin), (409, "last-admin"));
        assert_eq!(code(PeopleError::Teams), (422, "invalid-teams"));
        assert_eq!(code(PersonRefusal::Active.into()), (409, "already-active"));
    }
}
