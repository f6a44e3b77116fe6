//! A customer in front of a link or a room: what their browser brought, and the page for each closed gate (R6, R15). Nothing here can put a token into a log: what is logged names requests, not paths.

use std::{collections::BTreeMap, ops::Deref};

use jiff::Timestamp;
use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{Method, StatusCode, header::ACCEPT_LANGUAGE},
};
use parlor_domain::{
    Channel, EndedBy, Gate, Language, LinkToken, Origin, Presented, Secret, Session, SessionId, Settings,
    keyring::Purpose, pin::Lock, session::Context,
};
use parlor_store::{Busy, StoreError};
use parlor_templates::{
    Accent, Lang,
    customer::{Brand, Ended, ErrorPage, Problem as Closed},
};

mod with_files;

pub use with_files::FilesVisit;

use crate::{
    ApiError, AppState, Problem, api_request,
    api_request::FormOrigin,
    cookies,
    documentation::Callers,
    nowhere, reply,
    route::{Incoming, Unrouted, segments},
};

/// What a customer's browser brought, read without asking anybody. It has no `Debug`: its address and its form are secrets.
pub struct Visit {
    /// The language of the pages: the query's `lang`, or what the browser prefers.
    pub lang: Lang,
    /// What the browser is known by, and whether it keeps cookies.
    pub presented: Presented,
    /// The device to bind: the browser's own secret, or a fresh one that the answer sets.
    pub device: Secret,
    /// Network address and `User-Agent`, for the events that it causes.
    pub origin: Origin,
    /// The server's clock on receipt: what a submission is judged by (R2).
    pub now: Timestamp,
    /// Whether the device's own cookie came, and not only the probe that a device would be bound by.
    pub has_device: bool,
    /// Whether a script asks and not a page.
    pub wants_json: bool,
    /// The address of the link or the room, where one begins again.
    pub start: String,
    /// The fields of the form that was posted.
    pub form: BTreeMap<String, String>,
    /// Whether the query says that a code was just sent once more.
    pub resent: bool,
    /// What the query says was wrong with what was typed before.
    pub problem: String,
    /// The step of a workflow that the query names; empty for none.
    pub step: String,
    /// The page of a document that the query names; empty for none.
    pub page: String,
    /// The file that the query says is being looked at, which was sent without a script; empty for none.
    pub file: String,
    /// The question of a workflow that it answers, as the query says; empty for none.
    pub question: String,
    /// How often the page that waits for it has looked.
    pub looks: u32,
    /// Whether the query asks for the room itself and not for what is to be done first (R16).
    pub home: bool,
    /// The session whose room this browser has just been in; empty for none (R16).
    pub inside: String,
    noted: String,
    chosen: bool,
    /// Whether the browser says which languages it wants.
    asks: bool,
    /// The consent that an earlier page carried on: the query's, or the form's.
    pub(crate) carried: String,
}

/// The address of the link or the room that a path is below, without what is neither.
fn start(path: &[String]) -> String {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["s", token, ..] => format!("/s/{}", LinkToken::parse(token).map_or_else(|| "-".to_owned(), |it| it.reveal())),
        [_, id, ..] => format!("/r/{}", id.parse::<SessionId>().as_ref().map_or("-", SessionId::as_str)),
        _ => "/".to_owned(),
    }
}

impl Visit {
    /// Reads a request, without its body.
    fn read(raw: &Request, app: &AppState) -> Self {
        let secret = |name| cookies::read(raw, name).and_then(|text| Secret::parse(&text));
        let query = raw.query_string_parameters();
        let chosen = query.first("lang").and_then(Lang::from_tag);
        let known = secret(cookies::DEVICE).or_else(|| secret(cookies::PROBE));
        Self {
            lang: chosen.unwrap_or_else(|| api_request::lang(raw)),
            presented: Presented {
                posted: *raw.method() == Method::POST,
                probe: cookies::read(raw, cookies::PROBE).is_some(),
                device: known.clone(),
                consent: false,
            },
            device: known.unwrap_or_else(|| Secret::generate(&app.entropy)),
            origin: api_request::origin(raw),
            now: app.clock.now(),
            has_device: cookies::read(raw, cookies::DEVICE).is_some(),
            wants_json: nowhere::is_program(raw),
            start: start(&segments(raw)),
            form: BTreeMap::new(),
            resent: query.first("sent").is_some(),
            problem: query.first("problem").unwrap_or_default().to_owned(),
            step: query.first("step").unwrap_or_default().to_owned(),
            page: query.first("page").unwrap_or_default().to_owned(),
            file: query.first("file").unwrap_or_default().to_owned(),
            question: query.first("question").unwrap_or_default().to_owned(),
            looks: query.first("looks").and_then(|looks| looks.parse().ok()).unwrap_or_default(),
            home: query.first("home").is_some(),
            inside: cookies::read(raw, cookies::INSIDE).unwrap_or_default(),
            noted: cookies::read(raw, cookies::NOTED).unwrap_or_default(),
            chosen: chosen.is_some(),
            asks: raw.headers().contains_key(ACCEPT_LANGUAGE),
            carried: query.first("consent").unwrap_or_default().to_owned(),
        }
    }

    /// Takes the form, which must come from one of our own pages and be at most 64 KB long.
    fn take_form(&mut self, raw: &Request, app: &AppState) -> Result<(), PageError> {
        self.take_fields(raw, app, |raw| {
            api_request::form_fields(raw).map_err(|refused| match refused {
                ApiError::MediaType => PageError::MediaType,
                _ => PageError::TooLarge,
            })
        })
    }

    /// Takes the fields that `read` finds in a form from one of our own pages.
    fn take_fields(
        &mut self,
        raw: &Request,
        app: &AppState,
        read: impl FnOnce(&Request) -> Result<BTreeMap<String, String>, PageError>,
    ) -> Result<(), PageError> {
        let origin = FormOrigin::of(raw, &app.public_url);
        if origin == FormOrigin::Foreign {
            return Err(PageError::Elsewhere);
        }
        self.form = read(raw)?;
        // Without a cookie there is nobody in whose name another site could act; the gates say that cookies are off.
        if origin == FormOrigin::Unsaid && self.presented.device.is_some() {
            let proven = app.keyring.verify(Purpose::Csrf, &self.signed(), self.field("csrf"));
            if !proven {
                return Err(PageError::Elsewhere);
            }
        }
        if let Some(carried) = self.form.get("consent") {
            self.carried.clone_from(carried);
        }
        Ok(())
    }

    /// What the forms of this browser's pages carry, for browsers that do not say where a form comes from: a signature
    /// over the secret in their cookie, which no other site can read, set or guess.
    #[must_use]
    pub fn csrf(&self, app: &AppState) -> String {
        app.keyring.sign(Purpose::Csrf, &self.signed())
    }

    fn signed(&self) -> String {
        format!("customer {}", self.device.hash().as_str())
    }

    /// A field of the form; empty if it is not there.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }

    /// The cookie that notes that this browser was told what cookies are for (R17); nothing when it was told before.
    #[must_use]
    pub fn note(&self, session: &SessionId) -> Option<String> {
        cookies::note(&self.noted, session)
    }

    /// `path`, with the consent that is carried on, if there is one, and the language that was chosen on the way.
    #[must_use]
    pub fn onward(&self, path: &str, consent: Option<&str>) -> String {
        let consent = consent.map(|consent| format!("consent={consent}"));
        let lang = self.chosen.then(|| format!("lang={}", self.lang.code()));
        let query: Vec<String> = consent.into_iter().chain(lang).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// `path`, with the language that was chosen on the way.
    #[must_use]
    pub fn along(&self, path: &str) -> String {
        if self.chosen { format!("{path}?lang={}", self.lang.code()) } else { path.to_owned() }
    }

    /// R26: the language that a page about `session` is in: what was chosen by hand on the way, otherwise the session's,
    /// otherwise what the browser prefers.
    #[must_use]
    pub fn lang_for(&self, session: &Session) -> Lang {
        self.lang_or(kept_lang(session))
    }

    fn lang_or(&self, kept: Option<Lang>) -> Lang {
        if self.chosen { self.lang } else { kept.unwrap_or(self.lang) }
    }

    /// R26: the language that `session` keeps when its customer does something: what they chose by hand; while it has none, what
    /// their browser asks for.
    #[must_use]
    pub fn language(&self, session: &Session) -> Option<Language> {
        let own = || self.lang.code().parse().ok();
        match &session.language {
            _ if self.chosen => own(),
            None if self.asks => own(),
            kept => kept.clone(),
        }
    }

    /// What a decision takes of the visit: the guest in whose seat the session is (R22) as actor, origin and the time.
    #[must_use]
    pub fn context(&self, session: &Session) -> Context {
        Context { actor: session.guest(), origin: self.origin.clone(), now: self.now }
    }
}

impl<S: AsRef<AppState>> Incoming<S> for Visit {
    type Success = Response<Body>;
    type Error = PageError;

    fn receive(raw: Request, _: Callers, state: &S) -> Result<Self, Box<Response<Body>>> {
        let app = state.as_ref();
        let mut visit = Self::read(&raw, app);
        match visit.presented.posted.then(|| visit.take_form(&raw, app)) {
            None | Some(Ok(())) => Ok(visit),
            Some(Err(away)) => Err(Box::new(visit.respond(Err(away), state))),
        }
    }

    fn respond(&self, result: Result<Response<Body>, PageError>, state: &S) -> Response<Body> {
        match result {
            Ok(response) => response,
            Err(away) if self.wants_json => away.into_json(self.now),
            Err(away) => away.into_page(state.as_ref(), self, None),
        }
    }

    fn refuse(raw: Request, why: Unrouted, _: &S) -> Response<Body> {
        nowhere::answer(&raw, why)
    }
}

/// What a customer's page asks for by its script.
pub struct ScriptVisit(Visit);

impl Deref for ScriptVisit {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.0
    }
}

impl<S: AsRef<AppState>> Incoming<S> for ScriptVisit {
    type Success = Response<Body>;
    type Error = PageError;

    fn receive(raw: Request, callers: Callers, state: &S) -> Result<Self, Box<Response<Body>>> {
        Visit::receive(raw, callers, state).map(Self)
    }

    fn respond(&self, result: Result<Response<Body>, PageError>, _: &S) -> Response<Body> {
        result.unwrap_or_else(|away| away.into_json(self.now))
    }

    fn refuse(raw: Request, why: Unrouted, _: &S) -> Response<Body> {
        nowhere::answer(&raw, why)
    }
}

/// Sets the cookie that proves, at the next POST, that cookies work (R6). It holds the secret by which that POST would bind
/// this browser: if the POST's answer is lost on the way, and the device's own cookie with it, the next try still comes
/// from the same device and is not taken for another one.
pub fn set_probe(response: &mut Response<Body>, device: &Secret) {
    reply::set_cookie(response, &cookies::set(cookies::PROBE, &device.reveal(), None));
}

/// The language that a session keeps, if there are words in it.
#[must_use]
pub fn kept_lang(session: &Session) -> Option<Lang> {
    session.language.as_ref().and_then(|language| Lang::from_tag(language.as_str()))
}

/// In whose name a page speaks to a customer, and what may be said of the service.
#[derive(Debug, Clone, Default)]
pub struct Inviter {
    /// The company's name, colour and logo.
    pub brand: Brand,
    /// The owner's full name; absent where nobody may be named.
    pub agent: Option<String>,
    /// In which language, if the session keeps one.
    lang: Option<Lang>,
    /// The operator's own message about maintenance.
    message: Option<String>,
    /// Where the operator says more.
    status_url: Option<String>,
    /// Whether the session's channel can carry a new link.
    reachable: bool,
    /// How the session ended, if it has.
    ended: Option<Ended>,
}

impl Inviter {
    /// Nobody may be named: all that is known is whether the service is up.
    #[must_use]
    pub fn nobody(settings: &Settings) -> Self {
        let service = &settings.service;
        Self { message: service.message.clone(), status_url: service.status_url.clone(), ..Self::default() }
    }

    /// The company and the owner of a session.
    #[must_use]
    pub fn of(session: &Session, settings: &Settings, team: &str) -> Self {
        let sendable = session.channel != Channel::Sms || settings.channels.sms;
        Self {
            brand: brand(settings, team),
            agent: Some(session.agent_name.clone()),
            lang: kept_lang(session),
            reachable: sendable && session.customer.contact.address(session.channel).is_some(),
            ended: session.ended.as_ref().map(|end| Ended { at: end.at, by_itself: end.by == EndedBy::Inactivity }),
            ..Self::nobody(settings)
        }
    }
}

/// The company as its customers see it: the branding's name, or the team's.
#[must_use]
pub fn brand(settings: &Settings, team: &str) -> Brand {
    let branding = &settings.branding;
    Brand {
        company: branding.name.clone().unwrap_or_else(|| team.to_owned()),
        accent: branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
        logo: branding.logo.clone(),
    }
}

/// An address as its owner recognises it and nobody else can use it: `m•••@example.net`, `•••• 42`.
#[must_use]
pub fn masked(session: &Session) -> String {
    let address = session.customer.contact.address(session.channel).unwrap_or_default();
    match address.split_once('@') {
        Some((name, host)) => format!("{}•••@{host}", name.chars().next().unwrap_or_default()),
        None => format!("•••• {}", address.get(address.len().saturating_sub(2)..).unwrap_or_default()),
    }
}

/// Why a customer is not let through.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// R6: a gate is closed.
    #[error("a gate is closed")]
    Gate {
        /// The gate that is closed.
        gate: Gate,
        /// In whose name the page says so.
        host: Box<Inviter>,
    },
    /// A form that did not come from one of our pages.
    #[error("the form did not come from this site")]
    Elsewhere,
    /// A form with something missing, or sent to a page that is none.
    #[error("the form is not one of this page's")]
    Stale,
    /// The form is over 64 KB.
    #[error("too large")]
    TooLarge,
    /// The body is no form.
    #[error("not a form")]
    MediaType,
    /// There is no such page, or not for this browser.
    #[error("not found")]
    NotFound,
    /// Others were first each time; nothing was evaluated.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// R5, R7: asked for links or codes too often.
    #[error("asked too often")]
    TooOften {
        /// When the next request is possible.
        retry_at: Timestamp,
    },
    /// What was asked for cannot be done now, and is nobody's fault in front of the page.
    #[error("not possible now")]
    Unable,
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PageError {
    /// Not let through by `gate`, as `host` tells the customer.
    #[must_use]
    pub fn by(gate: Gate, host: Inviter) -> Self {
        Self::Gate { gate, host: Box::new(host) }
    }

    /// What the page says, the status that it says it with, and seconds to wait. `path` is where to begin again.
    fn problem(&self, path: &str, now: Timestamp) -> (Closed, StatusCode, Option<i64>) {
        let retry = || path.to_owned();
        let down = || Closed::ServiceDown { message: None, status_url: None, retry: retry() };
        let (problem, status, after) = match self {
            Self::Gate { gate, host } => (closed(gate, host, path, now), None, None),
            Self::Elsewhere => (Closed::Stale { retry: retry() }, Some(StatusCode::FORBIDDEN), None),
            Self::Stale => (Closed::Stale { retry: retry() }, None, None),
            Self::TooLarge => (Closed::Stale { retry: retry() }, Some(StatusCode::PAYLOAD_TOO_LARGE), None),
            Self::MediaType => (Closed::Stale { retry: retry() }, Some(StatusCode::UNSUPPORTED_MEDIA_TYPE), None),
            Self::NotFound => (Closed::Unknown, Some(StatusCode::NOT_FOUND), None),
            Self::Busy(_) => (Closed::Busy { retry: retry() }, Some(StatusCode::SERVICE_UNAVAILABLE), Some(5)),
            Self::TooOften { retry_at } => {
                (Closed::Busy { retry: retry() }, None, Some(retry_at.duration_since(now).as_secs().max(1)))
            }
            Self::Unable | Self::Store(_) => (down(), None, Some(5)),
        };
        let own = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::FORBIDDEN);
        let after = after.or_else(|| (own == StatusCode::SERVICE_UNAVAILABLE).then_some(60));
        (problem, status.unwrap_or(own), after)
    }

    fn note(&self) {
        if let Self::Store(error) = self {
            tracing::error!(%error, "store");
        }
    }

    /// As a page (R15), with what was typed and not taken (R2).
    #[must_use]
    pub fn into_page(self, app: &AppState, visit: &Visit, typed: Option<&str>) -> Response<Body> {
        self.note();
        let (problem, status, after) = self.problem(&visit.start, visit.now);
        let host = match self {
            // An unknown link says nothing about whose it might have been.
            Self::Gate { host, .. } if problem != Closed::Unknown => *host,
            _ => Inviter::default(),
        };
        let has_form = matches!(problem, Closed::LinkExpired { .. });
        let page = ErrorPage { typed: typed.map(str::to_owned), ..page(app, visit, host, problem) };
        let mut response = reply::html(status, page.render(), None);
        if has_form {
            set_probe(&mut response, &visit.device);
        }
        reply::retry_after(&mut response, after);
        response
    }

    /// As a problem document, for scripts: the page's reason is the code.
    #[must_use]
    pub fn into_json(self, now: Timestamp) -> Response<Body> {
        self.note();
        let (problem, status, after) = self.problem("", now);
        let code = match &self {
            Self::Gate { .. } => problem.reason().unwrap_or("access-denied"),
            Self::Elsewhere => "csrf",
            Self::Stale => "malformed",
            Self::TooLarge => "too-large",
            Self::MediaType => "unsupported-media-type",
            Self::NotFound => "not-found",
            Self::TooOften { .. } => "too-often",
            Self::Busy(_) | Self::Unable | Self::Store(_) => "unavailable",
        };
        let mut problem = Problem::of_page(status, code, "This is not possible now. Load the page again.");
        problem.retry_after = after;
        reply::problem(&problem)
    }
}

fn page(app: &AppState, visit: &Visit, host: Inviter, problem: Closed) -> ErrorPage {
    ErrorPage {
        lang: visit.lang_or(host.lang),
        brand: host.brand,
        agent: host.agent,
        path: Some(visit.start.clone()),
        csrf: Some(visit.csrf(app)),
        problem,
        typed: None,
    }
}

/// The answer to **Send a new link** (R5): the same whether or not it was sent.
#[must_use]
pub fn link_sent(app: &AppState, visit: &Visit, host: Inviter) -> Response<Body> {
    reply::html(StatusCode::OK, page(app, visit, host, Closed::LinkSent).render(), None)
}

/// The page for a closed gate. One that is open leads back to where the way in begins.
fn closed(gate: &Gate, host: &Inviter, path: &str, now: Timestamp) -> Closed {
    let retry = path.to_owned();
    match gate {
        Gate::ServiceDown => {
            Closed::ServiceDown { message: host.message.clone(), status_url: host.status_url.clone(), retry }
        }
        Gate::Unknown => Closed::Unknown,
        Gate::SessionExpired => Closed::SessionExpired { ended: host.ended },
        Gate::LinkExpired => Closed::LinkExpired { new_link: host.reachable.then(|| format!("{path}/new-link")) },
        Gate::Cookies => Closed::CookiesOff { retry },
        Gate::OtherDevice => Closed::OtherDevice { move_here: None },
        Gate::Released => Closed::Released,
        Gate::Locked(Lock::Until(until)) => {
            let seconds = until.duration_since(now).as_secs().max(1);
            let minutes = u32::try_from((seconds + 59) / 60).unwrap_or(u32::MAX);
            Closed::Locked { until: *until, minutes, retry }
        }
        Gate::Locked(_) => Closed::Banned,
        Gate::Consent | Gate::Pin { .. } | Gate::Code { .. } | Gate::Enter | Gate::Inside => Closed::Stale { retry },
    }
}

#[cfg(test)]
mod tests;
