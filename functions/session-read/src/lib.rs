//! GET `/v1/sessions`, `/v1/sessions/{id}` and `/v1/sessions/{id}/events` (R20, R24).

use lambda_http::{Body, Request, Response, http::StatusCode};
use parlor_domain::{Role, SessionId, State};
use parlor_runtime::{HttpFunction, Runtime};
use parlor_store::{Keys, Query, Scope, Summary};
use parlor_web::{
    Answer, Call, Caller, Credentials, Ports, Refused,
    call::{segments, session_id},
    operation::room,
    session_json,
};
use serde_json::json;

/// Sessions a page.
const SESSIONS: usize = 50;
/// Events a page.
const EVENTS: i32 = 100;

/// Shows sessions, alone and in lists, and what happened in them.
#[derive(Debug)]
pub struct SessionRead {
    ports: Ports,
}

impl HttpFunction for SessionRead {
    const NAME: &'static str = "session-read";

    fn new(runtime: &Runtime) -> Self {
        Self { ports: Ports::new(runtime) }
    }

    async fn handle(&self, request: Request) -> Response<Body> {
        match Call::read(&request, &self.ports) {
            Ok(call) => self.ports.respond(&call, self.operate(&request, &call).await),
            Err(refused) => self.ports.refuse(refused),
        }
    }
}

impl SessionRead {
    async fn operate(&self, request: &Request, call: &Call) -> Result<Answer, Refused> {
        let path = segments(request);
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["v1", "sessions"] => self.list(call).await,
            ["v1", "sessions", id] => self.one(call, &session_id(id)?).await,
            ["v1", "sessions", id, "events"] => self.events(call, &session_id(id)?).await,
            _ => Err(Refused::NotFound),
        }
    }

    /// One `BatchGetItem`.
    async fn one(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        let now = self.ports.clock.now();
        let found = self.ports.store.read(call.credentials.keys(Keys::new().session(id))).await?;
        let caller = call.credentials.check(&found, now)?;
        let stored = caller.session(&found, id)?;
        let body = session_json(&Summary::of(&stored.session), &stored.presence, now);
        Ok(Answer::new(StatusCode::OK, body, room(id)))
    }

    /// One `BatchGetItem` and one `Query` (4 for a team, 8 for all), side by side.
    async fn list(&self, call: &Call) -> Result<Answer, Refused> {
        let now = self.ports.clock.now();
        let asked = Asked::read(call)?;
        let (found, page) = tokio::join!(
            self.ports.store.read(call.credentials.keys(Keys::new())),
            self.ports.store.sessions(&asked.query)
        );
        let caller = call.credentials.check(&found?, now)?;
        asked.check(&caller)?;
        let page = page?;
        let items: Vec<_> = page.items.iter().map(|(session, presence)| session_json(session, presence, now)).collect();
        let next = page.next.map(|before| before.to_string());
        Ok(Answer::new(StatusCode::OK, json!({"items": items, "next_cursor": next}), "/console"))
    }

    /// One `BatchGetItem` and one `Query`, side by side.
    async fn events(&self, call: &Call, id: &SessionId) -> Result<Answer, Refused> {
        let after = number(call, "cursor")?.unwrap_or(0);
        let keys = call.credentials.keys(Keys::new().session(id));
        let (found, page) = tokio::join!(self.ports.store.read(keys), self.ports.store.events_page(id, after, EVENTS));
        let found = found?;
        let caller = call.credentials.check(&found, self.ports.clock.now())?;
        caller.session(&found, id)?;
        let (events, more) = page?;
        let next = events.last().filter(|_| more).map(|event| event.seq.to_string());
        Ok(Answer::new(StatusCode::OK, json!({"items": events, "next_cursor": next}), room(id)))
    }
}

fn number<T: std::str::FromStr>(call: &Call, name: &str) -> Result<Option<T>, Refused> {
    call.query
        .get(name)
        .map(|text| text.parse().map_err(|_| Refused::Malformed(format!("`{name}` is not one of ours."))))
        .transpose()
}

/// What a list was asked for. The query runs beside the check of the caller, so whose sessions it reads follows from
/// the credentials as they claim to be; nothing of it is shown before [`Asked::check`].
#[derive(Debug)]
struct Asked {
    query: Query,
}

impl Asked {
    fn read(call: &Call) -> Result<Self, Refused> {
        let is_key = matches!(call.credentials, Credentials::Key(_));
        let agent = match &call.credentials {
            Credentials::None => return Err(Refused::NotSignedIn),
            Credentials::Key(token) => token.agent.clone(),
            Credentials::Staff(cookie) => cookie.agent.clone(),
        };
        let own_team = call.credentials.own_team().cloned().ok_or(Refused::NotSignedIn)?;
        let scope = match call.query.get("scope").map(String::as_str) {
            None if is_key => Scope::All,
            None | Some("my") => Scope::Agent(agent),
            Some("team") => Scope::Team(own_team),
            Some("all") => Scope::All,
            Some(_) => return Err(Refused::Malformed("`scope` is `my`, `team` or `all`.".into())),
        };
        let state = match call.query.get("state").map(String::as_str) {
            None | Some("") => None,
            Some("planned") => Some(State::Planned),
            Some("invited") => Some(State::Invited),
            Some("active") => Some(State::Active),
            Some("ended") => Some(State::Ended),
            Some("discarded") => Some(State::Discarded),
            Some(_) => {
                let detail = "`state` is `planned`, `invited`, `active`, `ended` or `discarded`.";
                return Err(Refused::Malformed(detail.into()));
            }
        };
        let name = call.query.get("q").filter(|text| !text.trim().is_empty()).cloned();
        Ok(Self { query: Query { scope, state, name, before: number(call, "cursor")?, limit: SESSIONS } })
    }

    /// R20: scopes as the role permits.
    fn check(&self, caller: &Caller) -> Result<(), Refused> {
        let allowed = caller.is_key()
            || match &self.query.scope {
                Scope::Agent(agent) => *agent == caller.agent.id,
                Scope::Team(team) => caller.agent.role >= Role::Supervisor && caller.agent.may_use_team(team),
                Scope::All => caller.agent.role == Role::Admin,
            };
        if allowed { Ok(()) } else { Err(Refused::Forbidden("Your role does not see these sessions.")) }
    }
}
