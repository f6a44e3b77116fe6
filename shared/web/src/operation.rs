//! The one way in which staff and integrators change a session: read once, check the caller, answer a repeated request
//! from what was kept, decide, commit once under the version that was read, tell the open rooms. Losing a race means
//! reading and deciding again, a bounded number of times.

use std::fmt;

use jiff::Timestamp;
use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{AgentId, Command, Decision, SessionId, Settings};
use parlor_store::{
    Changed, Extras, IdempotencyRecord, Keep, Learned, Lock, Locks, Race, ReadBatch, ReadResult, Step, Stored, Summary,
};
use parlor_templates::Lang;
use serde_json::{Value, json};

use crate::{
    ApiError, ApiRequest, ApiResponse, AppState, Caller, Code, Problem, SessionView,
    api_request::{is_of_api, is_plain_form, lang},
    documentation::Callers,
    problem, rate, reply,
    route::{Incoming, Unrouted},
};

/// What was read for an operation, after the caller was checked: what it decides upon.
#[derive(Debug)]
pub struct Loaded {
    /// Who asks; the credentials count.
    pub caller: Caller,
    /// The session, which the caller may see.
    pub stored: Stored,
    /// The session's effective settings (R19).
    pub settings: Settings,
    /// Everything that was read.
    pub found: ReadResult,
    /// The server's clock on receipt.
    pub now: Timestamp,
}

impl Loaded {
    /// Decides a command as this caller.
    pub fn decide(&self, request: &ApiRequest, command: Command<'_>) -> Result<Decision, ApiError> {
        let context = self.caller.context(&request.origin, self.now);
        Ok(self.stored.session.decide(command, &self.settings, &context)?)
    }

    /// The session as it will be, for programs; a form's browser goes to `location`.
    #[must_use]
    pub fn session_answer(&self, decision: &Decision, location: String) -> ApiResponse {
        ApiResponse::new(StatusCode::OK, self.session_view(decision), location)
    }

    /// The session as it will be.
    #[must_use]
    pub fn session_view(&self, decision: &Decision) -> SessionView {
        let view = SessionView::of(&Summary::of(&decision.session), &self.stored.presence, self.now);
        view.with_transfer(&decision.session, self.now)
    }
}

/// What has to be read beside what was read.
type Learns<'a> = Box<dyn Fn(&Loaded) -> Result<ReadBatch, ApiError> + Send + Sync + 'a>;

/// An operation that changes one session, before it runs.
pub struct Operation<'a> {
    app: &'a AppState,
    request: &'a ApiRequest,
    session: SessionId,
    keys: ReadBatch,
    posted: Option<String>,
    locks: Locks,
    learns: Option<Learns<'a>>,
}

impl fmt::Debug for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("session", &self.session).field("keys", &self.keys).finish_non_exhaustive()
    }
}

impl<'a> Operation<'a> {
    /// On the session that the path names.
    #[must_use]
    pub fn on(app: &'a AppState, request: &'a ApiRequest, session: &SessionId) -> Self {
        let (keys, posted, locks, learns) = (ReadBatch::new(), None, Locks::default(), None);
        Self { app, request, session: session.clone(), keys, posted, locks, learns }
    }

    /// Reads more than the session, in the same request.
    #[must_use]
    pub fn reading(mut self, more: impl FnOnce(ReadBatch) -> ReadBatch) -> Self {
        self.keys = more(self.keys);
        self
    }

    /// Reads what the first read says has to be read, too: in a second read, if there is anything.
    #[must_use]
    pub fn learning(mut self, learns: impl Fn(&Loaded) -> Result<ReadBatch, ApiError> + Send + Sync + 'a) -> Self {
        self.learns = Some(Box::new(learns));
        self
    }

    /// R10: may begin the session again for the agent that the caller's credentials name. Their lock is read with everything
    /// else; another agent's in a read of its own.
    #[must_use]
    pub fn locking(self) -> Self {
        if let Some(agent) = self.request.credentials.agent() {
            self.locks.of(agent);
        }
        self
    }

    /// R10: may begin the session again for this agent.
    #[must_use]
    pub fn locking_for(self, agent: &AgentId) -> Self {
        self.locks.of(agent);
        self
    }

    /// Posts a message under its writer's own id: a repetition is answered like the first.
    #[must_use]
    pub fn posting(mut self, id: &str) -> Self {
        self.keys = self.keys.posted(&self.session, id);
        self.posted = Some(id.to_owned());
        self
    }

    /// Reads, decides, commits and tells the rooms. `decide` may run several times; `answer` runs with what will be
    /// committed. Cost: what [`parlor_store::Store::change`] costs.
    pub async fn run(
        self,
        mut decide: impl FnMut(&Loaded) -> Result<Decision, ApiError>,
        mut answer: impl FnMut(&Loaded, &Decision) -> ApiResponse,
    ) -> Result<ApiResponse, ApiError> {
        let (app, request) = (self.app, self.request);
        let batch = request.keys(self.keys.session(&self.session));
        let (locks, learned) = (&self.locks, Learned::default());
        let step = |found: ReadResult| -> Result<_, ApiError> {
            let now = app.clock.now();
            let caller = request.caller(app, &found, now)?;
            request.check_csrf(&caller, app)?;
            if let Some(answer) = replay(request, app, &found, now)? {
                return Ok(Step::Done((answer, None)));
            }
            let stored = caller.session(&found, &self.session)?;
            let (settings, _) = found.settings(&self.session.team())?;
            let loaded = Loaded { caller, stored, settings, found, now };
            if let Some(learns) = &self.learns
                && !learned.has(learns(&loaded)?)
            {
                return Ok(Step::Again);
            }
            let decision = decide(&loaded)?;
            if !may_lock(locks, &decision, &loaded.found, &loaded.caller)? {
                return Ok(Step::Again);
            }
            let answer = answer(&loaded, &decision);
            let keep = keep(request, app, &answer, now);
            let extras = Extras { keep, posted: self.posted.clone(), ..Extras::default() };
            Ok(Step::Commit(decision, extras, (answer, Some(loaded))))
        };
        let Changed { basis: (answer, loaded), decision } = app
            .store
            .change(Race::new(&app.entropy), app.clock.now(), |_| learned.keys(locks.keys(batch.clone())), step)
            .await?;
        if let (Some(decision), Some(loaded)) = (decision, loaded) {
            app.live.announce(&decision, &loaded.stored.presence, &loaded.settings, loaded.now).await;
        }
        Ok(answer)
    }
}

/// R10: whether the decision may be committed as far as locks go: not before the lock that it takes was looked at; and it is
/// refused if another session holds it. The caller is told which one, unless the lock is somebody else's.
pub fn may_lock(locks: &Locks, decision: &Decision, found: &ReadResult, caller: &Caller) -> Result<bool, ApiError> {
    match locks.look(decision, found)? {
        Lock::Free => Ok(true),
        Lock::Unread => Ok(false),
        Lock::Held(open)
            if (caller.is_key() && caller.sees_all()) || decision.locks.as_ref() == Some(&caller.agent.id) =>
        {
            Err(ApiError::SingleActive(open))
        }
        Lock::Held(_) => {
            let detail = "The agent who would own the session has another one open.";
            Err(Problem::new(Code::SingleActiveSession, detail).into())
        }
    }
}

/// Where a kept answer is sealed to.
fn place(request: &ApiRequest) -> String {
    format!("answer {}", request.fingerprint())
}

/// The answer that a repetition of `request` gets; nothing for a request without an `Idempotency-Key`.
#[must_use]
pub fn keep(request: &ApiRequest, app: &AppState, answer: &ApiResponse, now: Timestamp) -> Option<Keep> {
    let key = request.idempotency_key.clone()?;
    let body = json!({"body": answer.body, "location": answer.location, "etag": answer.etag});
    let record = IdempotencyRecord {
        request: request.fingerprint().to_owned(),
        status: answer.status,
        body: app.keyring.seal(&place(request), &body.to_string(), &app.entropy),
        at: now,
    };
    Some(Keep { caller: request.credentials.idempotency_scope(), key, record })
}

/// The kept answer, if `request` repeats a request; a refusal if it reuses the key for another.
pub fn replay(
    request: &ApiRequest,
    app: &AppState,
    found: &ReadResult,
    now: Timestamp,
) -> Result<Option<ApiResponse>, ApiError> {
    let Some(key) = &request.idempotency_key else { return Ok(None) };
    let kept = found.kept(&request.credentials.idempotency_scope(), key)?;
    let Some(kept) = kept.filter(|kept| kept.is_fresh(now)) else { return Ok(None) };
    if kept.request != request.fingerprint() {
        return Err(ApiError::KeyReused);
    }
    let text = app.keyring.open(&place(request), &kept.body)?;
    let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let location = value["location"].as_str().unwrap_or("/console").to_owned();
    let etag = value["etag"].as_str().map(str::to_owned);
    Ok(Some(ApiResponse { etag, ..ApiResponse::new(status, value["body"].take(), location) }))
}

/// An operation's response to the kind of caller that asked.
fn respond(request: Option<&ApiRequest>, result: Result<ApiResponse, ApiError>, now: Timestamp) -> Response<Body> {
    let page = request.is_some_and(|request| request.wants_page);
    let is_visit = request.is_some_and(|request| request.is_visit);
    match result {
        Ok(ApiResponse { page: Some(markup), status, .. }) if page || is_visit => {
            reply::html(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), markup, None)
        }
        Ok(answer) if page => reply::redirect(&answer.location),
        Ok(answer) => answer.into_json(),
        Err(ApiError::NotSignedIn) if page => reply::redirect("/login"),
        Err(refused) => {
            let problem = refused.problem(now);
            if page {
                let (lang, back) =
                    request.map_or((Lang::default(), "/console"), |request| (request.lang, request.back.as_str()));
                problem::page(lang, &problem, back)
            } else {
                reply::problem(&problem)
            }
        }
    }
}

impl<S: AsRef<AppState>> Incoming<S> for ApiRequest {
    type Success = ApiResponse;
    type Error = ApiError;

    fn receive(raw: Request, callers: Callers, state: &S) -> Result<Self, Box<Response<Body>>> {
        let app = state.as_ref();
        if is_of_api(&raw)
            && let Err(standing) = rate::of_address(app, &raw)
        {
            let refused = ApiError::TooManyRequests(standing).problem(app.clock.now());
            let page = is_plain_form(&raw);
            let mut response =
                if page { problem::page(lang(&raw), &refused, "/console") } else { reply::problem(&refused) };
            rate::tell(&mut response, &standing);
            return Err(Box::new(response));
        }
        Self::read_for(&raw, callers, app).map_err(|refused| {
            Box::new(match refused {
                ApiError::NotSignedIn if is_plain_form(&raw) => reply::redirect("/login"),
                refused => respond(None, Err(refused), app.clock.now()),
            })
        })
    }

    fn respond(&self, result: Result<ApiResponse, ApiError>, state: &S) -> Response<Body> {
        let mut response = respond(Some(self), result, state.as_ref().clock.now());
        if let Some(standing) = self.standing() {
            rate::tell(&mut response, standing);
        }
        response
    }

    fn refuse(_: Request, why: Unrouted, state: &S) -> Response<Body> {
        respond(None, Err(why.into()), state.as_ref().clock.now())
    }
}
