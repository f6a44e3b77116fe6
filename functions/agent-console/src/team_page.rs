//! What the pages about a team share: which team is asked for, and who may look at it (R20).

use lambda_http::{Request, RequestExt as _};
use parlor_domain::{Role, TeamId, staff::StaffCookie};
use parlor_web::ApiError;

use crate::{PageError, staff_context::StaffContext};

/// The team that the query names; without one the reader's home team, which the cookie knows. Nothing is checked yet: what is
/// read of the reader and the team says whether it may be looked at ([`must_see`]).
pub(crate) fn asked(request: &Request, cookie: &StaffCookie) -> Result<TeamId, PageError> {
    match request.query_string_parameters().first("team") {
        Some(team) => Ok(team.parse().map_err(|_| ApiError::NotFound)?),
        None => Ok(cookie.teams.first().cloned().ok_or(ApiError::NotFound)?),
    }
}

/// R20: a team as a whole is for its supervisors and for admins; agents are told `instead`. A team that the reader does not see
/// is one that is not there.
pub(crate) fn must_see(context: &StaffContext, team: &TeamId, instead: &'static str) -> Result<(), PageError> {
    let agent = &context.caller.agent;
    if agent.role == Role::Agent {
        return Err(ApiError::Forbidden(instead).into());
    }
    if context.found.team(team)?.is_none() || !agent.sees_team(team) {
        return Err(ApiError::NotFound.into());
    }
    Ok(())
}
