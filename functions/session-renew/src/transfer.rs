//! POST `/v1/sessions/{id}/transfer`, `/transfer/approve` and `/transfer/decline` (R9).

use parlor_domain::{Command, Role, SessionId, session::TakeOver};
use parlor_web::{ApiError, ApiRequest, ApiResponse, AppState, Code, Loaded, Operation, Problem, api_request::room};
use schemars::JsonSchema;
use serde::Deserialize;

/// The body.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TransferSession", description = "Why a session is taken over.")]
pub(crate) struct Input {
    /// What the owner is told, at most 300 characters.
    reason: Option<String>,
}

/// Takes the session over for the caller, or asks its owner.
pub(crate) async fn take_over(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let Input { reason } = request.input()?;
    Operation::on(app, request, &id)
        .locking()
        .run(
            |loaded| {
                let (agent, session) = (&loaded.caller.agent, &loaded.stored.session);
                // A key sees every session; the agent whom it acts for must be allowed to use the team's settings (R19).
                if !agent.may_use_team(&id.team()) {
                    let detail = "The key's agent may not use the settings of this session's team.";
                    return Err(Problem::new(Code::UnknownAgent, detail).into());
                }
                must_be_free(loaded)?;
                let asked = TakeOver {
                    agent: agent.id.clone(),
                    name: agent.name.clone(),
                    email: agent.email.clone(),
                    reason: reason.clone(),
                    owner_here: loaded.stored.presence.agent_online(&session.agent, loaded.now),
                    at_once: loaded.settings.session.supervisor_takeover && agent.role >= Role::Supervisor,
                };
                loaded.decide(request, Command::TakeOver(asked))
            },
            |loaded, decision| loaded.session_answer(decision, room(&id)),
        )
        .await
}

/// R10: nobody asks for a session who could not own it. The write that hands it over looks again.
fn must_be_free(loaded: &Loaded) -> Result<(), ApiError> {
    let (agent, session) = (&loaded.caller.agent, &loaded.stored.session);
    if !loaded.settings.session.single_active || session.is_over() || session.agent == agent.id {
        return Ok(());
    }
    match loaded.found.lock(&agent.id)? {
        Some(open) => Err(ApiError::SingleActive(open)),
        None => Ok(()),
    }
}

/// The owner hands the session over. The console leads away: it may be theirs to see no longer.
pub(crate) async fn approve(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    answer(app, request, &id, Command::ApproveTransfer, "/console".to_owned()).await
}

/// The owner keeps it.
pub(crate) async fn decline(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    answer(app, request, &id, Command::DeclineTransfer, room(&id)).await
}

async fn answer(
    app: &AppState,
    request: &ApiRequest,
    id: &SessionId,
    command: Command<'static>,
    location: String,
) -> Result<ApiResponse, ApiError> {
    Operation::on(app, request, id)
        .run(
            |loaded| {
                if !loaded.caller.is_key() && loaded.caller.agent.id != loaded.stored.session.agent {
                    return Err(ApiError::Forbidden("Only the agent who owns the session can answer."));
                }
                loaded.decide(request, command.clone())
            },
            |loaded, decision| loaded.session_answer(decision, location.clone()),
        )
        .await
}
