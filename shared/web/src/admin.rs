//! Pages for admins: who may open them, and what is answered instead.
//!
//! Maintenance (R15) does not close them: they are where it is switched off.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use parlor_domain::{Role, Settings, staff::StaffCookie};
use parlor_store::{ReadBatch, ReadResult, SettingsVersion, StoreError};
use parlor_templates::{
    Accent, Lang,
    admin::{Frame, Section},
    console::{Forms, Person},
};

use crate::{
    ApiError, ApiRequest, AppState, Caller, Credentials,
    api_request::lang,
    nowhere,
    page::{Page, PageRefusal},
    problem::page,
    redirect, reply,
    route::Unrouted,
    staff_page::sign_in,
};

/// A request for an admin's page.
pub type AdminPage = Page<AdminRefusal>;

/// Why an admin's page is not shown.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct AdminRefusal(#[from] pub ApiError);

impl From<StoreError> for AdminRefusal {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl From<Unrouted> for AdminRefusal {
    fn from(why: Unrouted) -> Self {
        Self(why.into())
    }
}

impl<S: AsRef<AppState>> PageRefusal<S> for AdminRefusal {
    /// Signing in for whoever is not, and back from there; a page that says why for everybody else. A page's script gets the
    /// problem document.
    fn into_response(self, raw: &Request, state: &S) -> Response<Body> {
        let app = state.as_ref();
        let problem = |error: ApiError| error.problem(app.clock.now());
        match self.0 {
            error if nowhere::is_program(raw) => reply::problem(&problem(error)),
            ApiError::NotSignedIn => redirect(&sign_in(raw)),
            error => page(lang(raw), &problem(error), "/console"),
        }
    }
}

/// An admin who is signed in, with what was read about them.
#[derive(Debug)]
pub struct AdminContext {
    /// Who it is.
    pub caller: Caller,
    /// Everything that was read with them.
    pub found: ReadResult,
    /// The system's settings.
    pub system: Settings,
    /// The version of the system's settings.
    pub version: SettingsVersion,
    /// When the request came.
    pub now: Timestamp,
    /// The language that the browser asks for.
    pub lang: Lang,
}

impl AdminContext {
    /// What to read about whoever the cookie names: three items, beside which a page names what it shows.
    #[must_use]
    pub fn keys(cookie: &StaffCookie) -> ReadBatch {
        ReadBatch::new().login(&cookie.agent, &cookie.login).system()
    }

    /// Checks the cookie against what was read, and that it is an admin's.
    ///
    /// # Errors
    /// [`ApiError::NotSignedIn`], and [`ApiError::Forbidden`] for other roles.
    pub fn open(cookie: StaffCookie, found: ReadResult, lang: Lang, now: Timestamp) -> Result<Self, ApiError> {
        let context = Self::of_staff(cookie, found, lang, now)?;
        if context.caller.agent.role != Role::Admin {
            return Err(ApiError::Forbidden("Only admins open this page."));
        }
        Ok(context)
    }

    /// The same for a page that supervisors open, too.
    ///
    /// # Errors
    /// [`ApiError::NotSignedIn`], and [`ApiError::Forbidden`] for agents.
    pub fn open_for_supervisors(
        cookie: StaffCookie,
        found: ReadResult,
        lang: Lang,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let context = Self::of_staff(cookie, found, lang, now)?;
        if context.caller.agent.role == Role::Agent {
            return Err(ApiError::Forbidden("This page is for supervisors and admins."));
        }
        Ok(context)
    }

    /// The same for a page that agents open, too.
    ///
    /// # Errors
    /// [`ApiError::NotSignedIn`], and [`ApiError::Maintenance`] for who cannot switch it off.
    pub fn open_for_agents(
        cookie: StaffCookie,
        found: ReadResult,
        lang: Lang,
        now: Timestamp,
    ) -> Result<Self, ApiError> {
        let context = Self::of_staff(cookie, found, lang, now)?;
        if context.system.service.maintenance && context.caller.agent.role != Role::Admin {
            return Err(ApiError::Maintenance);
        }
        Ok(context)
    }

    fn of_staff(cookie: StaffCookie, found: ReadResult, lang: Lang, now: Timestamp) -> Result<Self, ApiError> {
        let caller = Credentials::Staff(cookie).check(&found, now)?;
        let (system, version) = found.system()?;
        let chosen = caller.agent.language.as_ref().and_then(|language| Lang::from_tag(language.as_str()));
        Ok(Self { found, system, version, now, lang: chosen.unwrap_or(lang), caller })
    }

    /// Checks that a form came from one of this sign-in's own pages.
    ///
    /// # Errors
    /// [`ApiError::Csrf`].
    pub fn check_csrf(&self, request: &ApiRequest, app: &AppState) -> Result<(), ApiError> {
        request.check_csrf(&self.caller, app)
    }

    /// The frame of the admin's pages around `section`.
    #[must_use]
    pub fn frame(&self, app: &AppState, section: Section) -> Frame {
        let branding = &self.system.branding;
        Frame {
            lang: self.lang,
            section,
            forms: Forms {
                csrf: self.caller.csrf_token(&app.keyring),
                key: BASE64URL_NOPAD.encode(&app.entropy.bytes::<16>()),
            },
            admin: Person { name: self.caller.agent.name.clone(), role: self.caller.agent.role },
            company: branding.name.clone(),
            first_steps: self.caller.agent.first_steps,
            accent: branding.accent.as_deref().and_then(Accent::from_hex).unwrap_or_default(),
            now: self.now,
        }
    }
}
