//! The one way in which staff and integrators change a session: read once, check the caller, answer a repeated request
//! from what was kept, decide, commit once under the version that was read, tell the open rooms. Losing a race means
//! reading and deciding again, a bounded number of times.

use jiff::Timestamp;
use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{Command, Decision, SessionId, Settings};
use parlor_store::{CommitError, Extras, IdempotencyRecord, Race, ReadBatch, ReadResult, Stored, Summary};
use serde_json::{Value, json};

use crate::{ApiError, ApiRequest, ApiResponse, AppState, Caller, SessionView, problem, reply};

/// What an operation decides upon.
#[derive(Debug)]
pub struct Loaded {
    /// Who asks.
    pub caller: Caller,
    /// The session, which the caller may see.
    pub stored: Stored,
    /// Its effective settings.
    pub settings: Settings,
    /// Everything that was read.
    pub found: ReadResult,
    /// The server's clock on receipt.
    pub now: Timestamp,
}

impl Loaded {
    /// Decides a command as this caller.
    pub fn decide(&self, call: &ApiRequest, command: Command<'_>) -> Result<Decision, ApiError> {
        let context = self.caller.context(&call.origin, self.now);
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
        SessionView::of(&Summary::of(&decision.session), &self.stored.presence, self.now)
    }
}

/// The agent's room of a session.
#[must_use]
pub fn room(session: &SessionId) -> String {
    format!("/console/s/{session}")
}

/// An operation on one session.
#[derive(Debug)]
pub struct Operation<'a> {
    app: &'a AppState,
    call: &'a ApiRequest,
    session: SessionId,
    keys: ReadBatch,
    posted: Option<String>,
}

impl<'a> Operation<'a> {
    /// On the session that the path names.
    #[must_use]
    pub fn on(app: &'a AppState, call: &'a ApiRequest, session: &SessionId) -> Self {
        Self { app, call, session: session.clone(), keys: ReadBatch::new(), posted: None }
    }

    /// Posts a message under its writer's own id: a repetition is answered like the first.
    #[must_use]
    pub fn posting(mut self, id: &str) -> Self {
        self.keys = self.keys.posted(&self.session, id);
        self.posted = Some(id.to_owned());
        self
    }

    /// Reads, decides, commits and tells the rooms. `decide` may run several times; `answer` runs with what will be
    /// committed. Cost: one `BatchGetItem` and one `TransactWriteItems` (a write only if something changed), each again
    /// per lost race.
    pub async fn run(
        self,
        mut decide: impl FnMut(&Loaded) -> Result<Decision, ApiError>,
        mut answer: impl FnMut(&Loaded, &Decision) -> ApiResponse,
    ) -> Result<ApiResponse, ApiError> {
        let app = self.app;
        let mut race = Race::new(&app.entropy);
        while race.goes_on().await {
            let now = app.clock.now();
            let mut keys = self.call.credentials.keys(self.keys.clone().session(&self.session));
            let scope = self.call.credentials.idempotency_scope();
            if let Some(key) = &self.call.idempotency_key {
                keys = keys.kept(&scope, key);
            }
            let found = app.store.read(keys).await?;
            let caller = self.call.credentials.check(&found, now)?;
            self.call.check_csrf(&caller, app)?;
            if let Some(answer) = replay(self.call, app, &found, now)? {
                return Ok(answer);
            }
            let stored = caller.session(&found, &self.session)?;
            let (settings, _) = found.settings(&self.session.team())?;
            let loaded = Loaded { caller, stored, settings, found, now };
            let decision = decide(&loaded)?;
            let answer = answer(&loaded, &decision);
            if decision.is_unchanged() {
                return Ok(answer);
            }
            let kept = self.call.idempotency_key.as_deref().map(|key| (key, keep(self.call, app, &answer, now)));
            let extras = Extras {
                keep: kept.as_ref().map(|(key, kept)| (scope.as_str(), *key, kept)),
                posted: self.posted.as_deref(),
                settle: None,
            };
            match app.store.commit(&decision, extras).await {
                Ok(()) => {
                    let presence = &loaded.stored.presence;
                    app.live.announce(&decision, presence, &loaded.settings, now).await;
                    return Ok(answer);
                }
                Err(CommitError::Conflict | CommitError::AlreadyKept | CommitError::AlreadyPosted) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(ApiError::Busy)
    }
}

/// Where a kept answer is sealed to.
fn place(call: &ApiRequest) -> String {
    format!("answer {}", call.fingerprint())
}

/// The answer that a repetition of `call` gets.
#[must_use]
pub fn keep(call: &ApiRequest, app: &AppState, answer: &ApiResponse, now: Timestamp) -> IdempotencyRecord {
    let body = json!({"body": answer.body, "location": answer.location, "etag": answer.etag});
    IdempotencyRecord {
        request: call.fingerprint().to_owned(),
        status: answer.status,
        body: app.keyring.seal(&place(call), &body.to_string(), &app.entropy),
        at: now,
    }
}

/// The kept answer, if `call` repeats a request; a refusal if it reuses the key for another.
pub fn replay(
    call: &ApiRequest,
    app: &AppState,
    found: &ReadResult,
    now: Timestamp,
) -> Result<Option<ApiResponse>, ApiError> {
    let Some(key) = &call.idempotency_key else { return Ok(None) };
    let kept = found.kept(&call.credentials.idempotency_scope(), key)?;
    let Some(kept) = kept.filter(|kept| kept.is_fresh(now)) else { return Ok(None) };
    if kept.request != call.fingerprint() {
        return Err(ApiError::KeyReused);
    }
    let text = app.keyring.open(&place(call), &kept.body)?;
    let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let location = value["location"].as_str().unwrap_or("/console").to_owned();
    let etag = value["etag"].as_str().map(str::to_owned);
    Ok(Some(ApiResponse { etag, ..ApiResponse::new(status, value["body"].take(), location) }))
}

/// An operation's response to the kind of caller that asked.
#[must_use]
pub fn respond(call: Option<&ApiRequest>, result: Result<ApiResponse, ApiError>, now: Timestamp) -> Response<Body> {
    let page = call.is_some_and(|call| call.wants_page);
    match result {
        Ok(ApiResponse { page: Some(markup), status, .. }) if page => {
            reply::html(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), markup, None)
        }
        Ok(answer) if page => reply::redirect(&answer.location),
        Ok(answer) => answer.into_json(),
        Err(ApiError::NotSignedIn) if page => reply::redirect("/login"),
        Err(refused) => {
            let problem = refused.problem(now);
            if page {
                problem::page(&problem, call.map_or("/console", |call| call.back.as_str()))
            } else {
                reply::problem(&problem)
            }
        }
    }
}
