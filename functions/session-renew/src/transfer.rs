//! POST `/v1/sessions/{id}/transfer`, `/transfer/approve` and `/transfer/decline` (R9).

use parlor_domain::{Agent, AgentId, Command, EmailAddress, Rejection, Role, SessionId, session::TakeOver};
use parlor_store::{ReadBatch, ReadResult};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Code, Loaded, Operation, Problem, api_request::room,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The body.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TransferSession", description = "Why a session is taken over.")]
pub(crate) struct Input {
    /// What the owner is told, at most 300 characters.
    reason: Option<String>,
    /// Whose it is to be, by id or e-mail address: the caller's own, or their key's agent's, unless given. Supervisors and admins
    /// give sessions that their role shows them to others; a key gives any.
    agent: Option<String>,
}

/// Who gets the session.
enum Heir {
    Caller,
    Id(AgentId),
    Email(EmailAddress),
}

impl Heir {
    fn of(agent: Option<&str>) -> Result<Self, ApiError> {
        let Some(agent) = agent else { return Ok(Self::Caller) };
        let id = agent.parse().map(Self::Id);
        id.or_else(|_| agent.parse().map(Self::Email)).map_err(|_| unknown("There is no such agent."))
    }

    fn keys(&self, batch: ReadBatch) -> ReadBatch {
        match self {
            Self::Caller => batch,
            Self::Id(id) => batch.agent(id),
            Self::Email(email) => batch.credentials(email),
        }
    }

    /// Somebody who can own the session: active, and allowed to use its team's settings (R19). A key sees every session, so its
    /// agent has to be, too.
    fn agent(&self, caller: &Caller, found: &ReadResult, id: &SessionId) -> Result<Agent, ApiError> {
        let (heir, why) = match self {
            Self::Caller => (
                Some(caller.agent.clone()),
                "The key's agent may not use the settings of this session's team, or is deactivated.",
            ),
            Self::Id(_) | Self::Email(_) if !caller.acts_for_others() && !caller.agent.sees_team(&id.team()) => {
                return Err(ApiError::Forbidden("Only supervisors and admins give a session to somebody else."));
            }
            Self::Id(agent) => (found.agent(agent)?, "There is no such agent who may own the session."),
            Self::Email(email) => {
                (found.credentials(email)?.map(|known| known.agent), "There is no such agent who may own the session.")
            }
        };
        let heir = heir.filter(|agent| agent.may_own(&id.team()));
        heir.ok_or_else(|| unknown(why))
    }
}

fn unknown(why: &str) -> ApiError {
    Problem::new(Code::UnknownAgent, why).about("agent").into()
}

/// Takes the session over for the caller, or for whom they name, or asks its owner.
pub(crate) async fn take_over(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let Input { reason, agent } = request.input()?;
    let heir = Heir::of(agent.as_deref())?;
    let operation = Operation::on(app, request, &id).reading(|batch| heir.keys(batch));
    let operation = match &heir {
        Heir::Caller => operation.locking(),
        Heir::Id(agent) => operation.locking_for(agent),
        Heir::Email(_) => operation,
    };
    operation
        .run(
            |loaded| {
                let session = &loaded.stored.session;
                let agent = heir.agent(&loaded.caller, &loaded.found, &id)?;
                must_be_free(loaded, &agent)?;
                let asked = TakeOver {
                    agent: agent.id.clone(),
                    name: agent.name.clone(),
                    email: agent.email.clone(),
                    reason: reason.clone(),
                    owner_here: loaded.stored.presence.agent_online(&session.agent, loaded.now),
                    at_once: loaded.settings.session.supervisor_takeover
                        && loaded.caller.agent.role >= Role::Supervisor,
                };
                loaded.decide(request, Command::TakeOver(asked))
            },
            |loaded, decision| {
                // Who gave it to somebody else goes back to where they did.
                let location = match &heir {
                    Heir::Caller => room(&id),
                    _ if loaded.caller.agent.role == Role::Admin => {
                        format!("/admin/people/{}?done=given", loaded.stored.session.agent)
                    }
                    _ => "/console/team".to_owned(),
                };
                loaded.session_answer(decision, location)
            },
        )
        .await
}

/// R10: nobody asks for a session who could not own it. The write that hands it over looks again.
fn must_be_free(loaded: &Loaded, agent: &Agent) -> Result<(), ApiError> {
    let session = &loaded.stored.session;
    if !loaded.settings.session.single_active || session.is_over() || session.agent == agent.id {
        return Ok(());
    }
    match loaded.found.lock(&agent.id)? {
        Some(open) if (loaded.caller.is_key() && loaded.caller.sees_all()) || loaded.caller.agent.id == agent.id => {
            Err(ApiError::SingleActive(open))
        }
        Some(_) => {
            let detail = "The agent who would own the session has another one open.";
            Err(Problem::new(Code::SingleActiveSession, detail).into())
        }
        None => Ok(()),
    }
}

/// The owner hands the session over, to whoever asked and may own it still. The console leads away: it may be theirs to see no longer.
pub(crate) async fn approve(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    let asks = |loaded: &Loaded| loaded.stored.session.pending_transfer(loaded.now).map(|asked| asked.agent.clone());
    let operation = Operation::on(app, request, &id)
        .learning(move |loaded| Ok(asks(loaded).iter().fold(ReadBatch::new(), ReadBatch::agent)));
    answer(operation, request, &id, Command::ApproveTransfer, "/console".to_owned()).await
}

/// The owner keeps it.
pub(crate) async fn decline(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> {
    answer(Operation::on(app, request, &id), request, &id, Command::DeclineTransfer, room(&id)).await
}

async fn answer(
    operation: Operation<'_>,
    request: &ApiRequest,
    id: &SessionId,
    command: Command<'static>,
    location: String,
) -> Result<ApiResponse, ApiError> {
    operation
        .run(
            |loaded| {
                if !loaded.caller.acts_for_others() && loaded.caller.agent.id != loaded.stored.session.agent {
                    return Err(ApiError::Forbidden("Only the agent who owns the session can answer."));
                }
                let decision = loaded.decide(request, command.clone())?;
                if let Some(heir) = decision.new_owner()
                    && !loaded.found.agent(heir)?.is_some_and(|heir| heir.may_own(&id.team()))
                {
                    return Err(Rejection::NoTransfer.into());
                }
                Ok(decision)
            },
            |loaded, decision| loaded.session_answer(decision, location.clone()),
        )
        .await
}
