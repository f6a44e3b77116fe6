//! GET `/admin/start`: what is left to do in a new installation, each step said from what is there.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/admin/start` | one `BatchGetItem` and three `Query` (people, teams, one's sessions), side by side |
//!
//! Then AWS is asked what is not ready ([`readiness`]), at most six questions side by side, where mails and texts are sent.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod readiness;

use lambda_http::{Body, Response, http::Method, http::StatusCode};
use parlor_runtime::Runtime;
use parlor_store::{Page, Query, Scope};
use parlor_templates::{
    Lang,
    admin::{Channels, Colleague, FirstStepsPage, NamedTeam, Section, TestSession},
    words::console::first_team,
};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, AppState, Rows, WebFunction, api_request::lang, html, route::State,
    staff_page,
};

use crate::readiness::Questions;

/// As many people as are looked through for colleagues.
const PEOPLE: i32 = 100;

/// As many of one's newest sessions as are looked through for the one with oneself.
const SESSIONS: usize = 50;

/// Shows a first admin what is left to do.
#[derive(Debug)]
pub struct FirstSteps;

/// What it works with.
#[derive(Debug)]
pub struct FirstStepsState {
    app: AppState,
    /// Where mails and texts are kept instead of being sent; there is nothing to ask then.
    outbox: Option<String>,
    questions: Questions,
}

impl AsRef<AppState> for FirstStepsState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for FirstStepsState {
    fn build(runtime: &Runtime) -> Self {
        Self {
            app: AppState::new(runtime),
            outbox: runtime.config.outbox_url.clone(),
            questions: Questions::new(runtime),
        }
    }
}

impl WebFunction for FirstSteps {
    const NAME: &'static str = "first-steps";
    type State = FirstStepsState;

    fn routes<R: Rows<FirstStepsState>>(rows: R) -> R {
        rows.page(Method::GET, "/admin/start", show)
    }
}

async fn show(state: &FirstStepsState, page: &AdminPage) -> Result<Response<Body>, AdminRefusal> {
    let app = &state.app;
    let cookie = staff_page::cookie(page)?;
    let own =
        Query { scope: Scope::Agent(cookie.agent.clone()), state: None, search: None, from: None, limit: SESSIONS };
    let (found, people, teams, sessions) = tokio::try_join!(
        app.store.read(AdminContext::keys(&cookie)),
        app.store.people(None, PEOPLE),
        app.store.teams(),
        app.store.sessions(&own)
    )?;
    let context = AdminContext::open(cookie, found, lang(page), app.clock.now())?;
    // Nobody else makes AWS be asked.
    let channels = match &state.outbox {
        Some(url) => Channels::Outbox(url.clone()),
        None => Channels::Asked(Box::pin(state.questions.ask(context.system.channels.sms, app.clock.now())).await),
    };
    let me = &context.caller.agent;
    let colleagues = people.iter().map(|stored| &stored.person.agent).filter(|agent| agent.id != me.id);
    let view = FirstStepsPage {
        company: context.system.branding.name.clone(),
        teams: teams
            .into_iter()
            .filter(|team| !Lang::ALL.iter().any(|lang| first_team(*lang) == team.name))
            .map(|team| NamedTeam { id: team.id.to_string(), name: team.name })
            .collect(),
        channels,
        sms: context.system.channels.sms,
        colleagues: colleagues
            .map(|agent| Colleague { name: agent.name.clone(), came_in: agent.is_active() })
            .collect(),
        test: test_session(&sessions, me.email.as_str()),
        frame: context.frame(app, Section::FirstSteps),
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

/// The newest session with one's own address that is not over, or that was joined.
fn test_session(sessions: &Page, email: &str) -> TestSession {
    let mine = sessions.items.iter().map(|(session, _)| session);
    let mut mine = mine.filter(|session| session.contact.email.as_ref().is_some_and(|mail| mail.as_str() == email));
    let mut waiting = None;
    for session in &mut mine {
        if session.joined_at.is_some() {
            return TestSession::Joined(session.id.to_string());
        }
        if session.ended_at.is_none() && session.invited_at.is_some() {
            waiting.get_or_insert_with(|| session.id.to_string());
        }
    }
    waiting.map_or(TestSession::None, TestSession::Waiting)
}
