//! The one way in which staff and integrators change a session: read once, check the caller, answer a repeated request
//! from what was kept, decide, commit once under the version that was read, tell the open rooms. Losing a race means
//! reading and deciding again, a bounded number of times.

use jiff::Timestamp;
use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{Command, Decision, SessionId, Settings};
use parlor_store::{CommitError, Extras, Found, Kept, Keys, Race, Stored, Summary};
use serde_json::{Value, json};

use crate::{Answer, Call, Caller, Ports, Refused, SessionView, problem, reply};

/// What an operation decides upon.
#[derive(Debug)]
pub struct Scene {
    /// Who asks.
    pub caller: Caller,
    /// The session, which the caller may see.
    pub stored: Stored,
    /// Its effective settings.
    pub settings: Settings,
    /// Everything that was read.
    pub found: Found,
    /// The server's clock on receipt.
    pub now: Timestamp,
}

impl Scene {
    /// Decides a command as this caller.
    pub fn decide(&self, call: &Call, command: Command<'_>) -> Result<Decision, Refused> {
        let context = self.caller.context(&call.origin, self.now);
        Ok(self.stored.session.decide(command, &self.settings, &context)?)
    }

    /// The session as it will be, for programs; a form's browser goes to `location`.
    #[must_use]
    pub fn session_answer(&self, decision: &Decision, location: String) -> Answer {
        Answer::new(StatusCode::OK, self.session_view(decision), location)
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
    ports: &'a Ports,
    call: &'a Call,
    session: SessionId,
    keys: Keys,
    posted: Option<String>,
}

impl<'a> Operation<'a> {
    /// On the session that the path names.
    #[must_use]
    pub fn on(ports: &'a Ports, call: &'a Call, session: &SessionId) -> Self {
        Self { ports, call, session: session.clone(), keys: Keys::new(), posted: None }
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
        mut decide: impl FnMut(&Scene) -> Result<Decision, Refused>,
        mut answer: impl FnMut(&Scene, &Decision) -> Answer,
    ) -> Result<Answer, Refused> {
        let ports = self.ports;
        let mut race = Race::new(&ports.entropy);
        while race.goes_on().await {
            let now = ports.clock.now();
            let mut keys = self.call.credentials.keys(self.keys.clone().session(&self.session));
            let scope = self.call.credentials.idempotency_scope();
            if let Some(key) = &self.call.idempotency_key {
                keys = keys.kept(&scope, key);
            }
            let found = ports.store.read(keys).await?;
            let caller = self.call.credentials.check(&found, now)?;
            self.call.check_csrf(&caller, ports)?;
            if let Some(answer) = replay(self.call, ports, &found, now)? {
                return Ok(answer);
            }
            let stored = caller.session(&found, &self.session)?;
            let (settings, _) = found.settings(&self.session.team())?;
            let scene = Scene { caller, stored, settings, found, now };
            let decision = decide(&scene)?;
            let answer = answer(&scene, &decision);
            if decision.is_unchanged() {
                return Ok(answer);
            }
            let kept = self.call.idempotency_key.as_deref().map(|key| (key, keep(self.call, ports, &answer, now)));
            let extras = Extras {
                keep: kept.as_ref().map(|(key, kept)| (scope.as_str(), *key, kept)),
                posted: self.posted.as_deref(),
                settle: None,
            };
            match ports.store.commit(&decision, extras).await {
                Ok(()) => {
                    let presence = &scene.stored.presence;
                    ports.live.announce(&decision, presence, &scene.settings, now).await;
                    return Ok(answer);
                }
                Err(CommitError::Conflict | CommitError::AlreadyKept | CommitError::AlreadyPosted) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Refused::Busy)
    }
}

/// Where a kept answer is sealed to.
fn place(call: &Call) -> String {
    format!("answer {}", call.fingerprint())
}

/// The answer that a repetition of `call` gets.
#[must_use]
pub fn keep(call: &Call, ports: &Ports, answer: &Answer, now: Timestamp) -> Kept {
    let body = json!({"body": answer.body, "location": answer.location, "etag": answer.etag});
    Kept {
        request: call.fingerprint().to_owned(),
        status: answer.status,
        body: ports.keyring.seal(&place(call), &body.to_string(), &ports.entropy),
        at: now,
    }
}

/// The kept answer, if `call` repeats a request; a refusal if it reuses the key for another.
pub fn replay(call: &Call, ports: &Ports, found: &Found, now: Timestamp) -> Result<Option<Answer>, Refused> {
    let Some(key) = &call.idempotency_key else { return Ok(None) };
    let kept = found.kept(&call.credentials.idempotency_scope(), key)?;
    let Some(kept) = kept.filter(|kept| kept.is_fresh(now)) else { return Ok(None) };
    if kept.request != call.fingerprint() {
        return Err(Refused::KeyReused);
    }
    let text = ports.keyring.open(&place(call), &kept.body)?;
    let mut value: Value = serde_json::from_str(&text).unwrap_or_default();
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let location = value["location"].as_str().unwrap_or("/console").to_owned();
    let etag = value["etag"].as_str().map(str::to_owned);
    Ok(Some(Answer { etag, ..Answer::new(status, value["body"].take(), location) }))
}

/// An operation's response to the kind of caller that asked.
#[must_use]
pub fn respond(call: Option<&Call>, result: Result<Answer, Refused>, now: Timestamp) -> Response<Body> {
    let page = call.is_some_and(|call| call.wants_page);
    match result {
        Ok(Answer { page: Some(markup), status, .. }) if page => {
            reply::html(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), markup, None)
        }
        Ok(answer) if page => reply::redirect(&answer.location),
        Ok(answer) => answer.into_json(),
        Err(Refused::NotSignedIn) if page => reply::redirect("/login"),
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
