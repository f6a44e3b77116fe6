//! Who is signed in, and the frame of the console around every page of theirs.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use lambda_http::Request;
use parlor_domain::{
    SessionId, Settings, TeamId,
    settings::Method,
    staff::{ListScope, StaffCookie},
};
use parlor_live::{Holder, Ticket};
use parlor_store::{ReadBatch, ReadResult, Updates};
use parlor_templates::{
    Accent, Lang,
    console::{Blocking, Forms, Frame, History, HistoryView, NewSession, Person, TeamChoice},
};
use parlor_web::{ApiError, AppState, Caller, Credentials, cookies};

use crate::PageError;

/// The cookie in which the page's script remembers that the pane is folded.
const PANE: &str = "parlor_pane";

/// Somebody signed in, with what was read about them.
#[derive(Debug)]
pub(crate) struct StaffContext {
    pub(crate) caller: Caller,
    pub(crate) found: ReadResult,
    /// The settings of their own team.
    pub(crate) own: Settings,
    pub(crate) now: Timestamp,
    /// The language that they chose, otherwise the one that the browser asks for.
    pub(crate) lang: Lang,
    cookie: StaffCookie,
    /// Another team that the page's address names for the New Session dialog.
    named: Option<TeamId>,
}

/// What to read about whoever the cookie names, for a whole page: sign-in, agent, the lock (R10), which the New Session dialog
/// tells of, and the settings of their teams.
pub(crate) fn keys(cookie: &StaffCookie) -> ReadBatch {
    part_keys(cookie).lock(&cookie.agent)
}

/// [`keys`] without the lock, for a part of a page and for what scripts ask.
pub(crate) fn part_keys(cookie: &StaffCookie) -> ReadBatch {
    let teams = cookie.teams.iter().chain(&cookie.settings_of);
    let keys = ReadBatch::new().login(&cookie.agent, &cookie.login).updates(&cookie.agent);
    teams.fold(keys, ReadBatch::team)
}

impl StaffContext {
    /// Checks the cookie against what was read, and that the service is up (R15).
    pub(crate) fn open(cookie: StaffCookie, found: ReadResult, lang: Lang, now: Timestamp) -> Result<Self, PageError> {
        let caller = Credentials::Staff(cookie.clone()).check(&found, now)?;
        // The cookie says which teams were read. Who has moved to another team since signs in again, which is rare, and
        // spares every page a second read.
        if !cookie.teams.contains(&caller.agent.team) {
            return Err(ApiError::NotSignedIn.into());
        }
        let (own, _) = found.settings(&caller.agent.team)?;
        if own.service.maintenance {
            return Err(PageError::Maintenance(own.service));
        }
        // What they chose for themselves goes before what the browser asks for.
        let chosen = caller.agent.language.as_ref().and_then(|language| Lang::from_tag(language.as_str()));
        Ok(Self { found, own, now, lang: chosen.unwrap_or(lang), cookie, caller, named: None })
    }

    /// R19: the New Session dialog offers `team` too, and chooses it, if the caller may use its settings and it is there. It has to be
    /// among what was read. An admin may use those of any team, and is in few.
    pub(crate) fn with_team(mut self, team: Option<TeamId>) -> Result<Self, PageError> {
        if let Some(team) = team
            && self.caller.agent.may_use_team(&team)
            && self.found.team(&team)?.is_some()
        {
            self.named = Some(team);
        }
        Ok(self)
    }

    /// R20: in which sessions customers finished something since this person last entered, as far as the settings show it; not in
    /// the one that is `current`ly open.
    pub(crate) fn updates(&self, current: Option<&SessionId>) -> Updates {
        let mut updates = self.found.updates(&self.cookie.agent);
        if let Some(current) = current {
            updates.remove(current);
        }
        if self.own.history.updated { updates } else { Updates::new() }
    }

    /// Whom a ticket for the live connection lets in: this person, for as long as they stay signed in here.
    pub(crate) fn holder(&self) -> Holder {
        Holder::Agent(self.cookie.agent.clone(), self.cookie.login.clone())
    }

    /// Where the lists' live connection goes, with a ticket for it.
    pub(crate) fn lists_url(&self, app: &AppState) -> String {
        let ticket = Ticket::issue_for_lists(&app.keyring, &app.entropy, &self.holder(), self.now);
        format!("{}?ticket={ticket}", app.live_url)
    }

    /// The teams whose settings were read and may be used, home team first (R19).
    fn teams(&self) -> impl Iterator<Item = &TeamId> {
        let agent = &self.caller.agent;
        let others = self.cookie.teams.iter().chain(&self.cookie.settings_of);
        let known = |team: &TeamId| self.cookie.teams.contains(team) || self.cookie.settings_of.contains(team);
        let named = self.named.iter().filter(move |team| !known(team));
        std::iter::once(&agent.team)
            .chain(others.filter(|team| **team != agent.team && agent.may_use_team(team)))
            .chain(named)
    }

    /// Ids and names of those of these teams whose sessions they see.
    pub(crate) fn team_names(&self) -> Result<Vec<(String, String)>, PageError> {
        let seen = self.teams().filter(|team| self.caller.agent.sees_team(team));
        seen.map(|team| Ok((team.to_string(), self.found.settings(team)?.1))).collect()
    }

    fn new_session(&self) -> Result<NewSession, PageError> {
        let agent = &self.caller.agent;
        let mut teams = vec![];
        for team in self.teams() {
            let (settings, name) = self.found.settings(team)?;
            teams.push(TeamChoice {
                id: team.to_string(),
                name,
                own: *team == agent.team,
                sms: settings.channels.sms,
                embedded: settings.channels.embedded,
                pin: settings.authentication.method == Method::Pin,
                channel: settings.channels.default,
                country: settings.channels.default_country.map(String::from),
            });
        }
        Ok(NewSession {
            teams,
            team: self.named.as_ref().unwrap_or(&agent.team).to_string(),
            channel: self.own.channels.default,
            name: String::new(),
            email: String::new(),
            phone: String::new(),
            errors: vec![],
            blocking: self.blocking()?,
        })
    }

    /// R10: the open session that has to end before another can start under the home team's settings.
    fn blocking(&self) -> Result<Option<Blocking>, PageError> {
        let open = self.found.lock(&self.caller.agent.id)?.filter(|_| self.own.session.single_active);
        Ok(open.map(|open| Blocking { id: open.id.to_string(), name: open.customer }))
    }

    /// The console around a page, with `history` in its pane.
    pub(crate) fn frame(&self, app: &AppState, request: &Request, history: History) -> Result<Frame, PageError> {
        let agent = &self.caller.agent;
        let branding = &self.own.branding;
        Ok(Frame {
            lang: self.lang,
            forms: Forms {
                csrf: self.caller.csrf_token(&app.keyring),
                key: BASE64URL_NOPAD.encode(&app.entropy.bytes::<16>()),
            },
            agent: Person { name: agent.name.clone(), role: agent.role },
            company: branding.name.clone(),
            accent: branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
            history,
            folded: cookies::read(request, PANE).as_deref() == Some("closed"),
            new_session: self.new_session()?,
            // What is deployed is seen over HTTPS only.
            one_machine: app.public_url.starts_with("http://localhost:"),
            lists_url: Some(self.lists_url(app)),
            now: self.now,
        })
    }

    /// The pane without a list, for a part of a page that shows none.
    pub(crate) fn no_history(current: Option<&SessionId>) -> History {
        History {
            search: false,
            recent: false,
            view: HistoryView::Sessions,
            updated: None,
            scopes: vec![],
            scope: ListScope::My,
            teams: String::new(),
            address: String::new(),
            query: String::new(),
            rows: vec![],
            current: current.map(SessionId::to_string),
            more: None,
        }
    }
}
