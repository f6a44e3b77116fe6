//! Forms that are sent before anybody is signed in: nobody may sign another browser in to an account of theirs.
//!
//! Browsers say where a form comes from (`Sec-Fetch-Site`, `Origin`). Those that do not, because they are too old for the
//! one and our pages' `no-referrer` takes the other away, prove it by the token of the page's own cookie.

use std::collections::BTreeMap;

use lambda_http::{Body, Request, Response};
use parlor_domain::{Secret, keyring::Purpose};
use parlor_web::{ApiError, AppState, api_request::FormOrigin, cookies, reply::set_cookie};

/// The cookie of the pages before signing in; it goes with the browser's session.
const COOKIE: &str = "__Host-parlor_door";

/// A page's cookie and the token that its form carries.
pub(crate) struct FormToken {
    cookie: String,
    new: bool,
    pub(crate) token: String,
}

fn token(app: &AppState, cookie: &str) -> String {
    app.keyring.sign(Purpose::Csrf, &format!("door {cookie}"))
}

impl FormToken {
    /// For a page that answers `request`: two tabs share the cookie.
    pub(crate) fn of(request: &Request, app: &AppState) -> Self {
        let kept = cookies::read(request, COOKIE).filter(|cookie| Secret::parse(cookie).is_some());
        let new = kept.is_none();
        let cookie = kept.unwrap_or_else(|| Secret::generate(&app.entropy).reveal());
        Self { token: token(app, &cookie), new, cookie }
    }

    /// Sets the cookie, if the browser has none.
    pub(crate) fn mark(&self, response: &mut Response<Body>) {
        if self.new {
            set_cookie(response, &cookies::set(COOKIE, &self.cookie, None));
        }
    }
}

/// Refuses a form that comes from elsewhere.
pub(crate) fn check(request: &Request, fields: &BTreeMap<String, String>, app: &AppState) -> Result<(), ApiError> {
    match FormOrigin::of(request, &app.public_url) {
        FormOrigin::Ours => return Ok(()),
        FormOrigin::Foreign => return Err(ApiError::Csrf),
        FormOrigin::Unsaid => {}
    }
    let sent = fields.get("csrf").map(String::as_str).unwrap_or_default();
    let proven = cookies::read(request, COOKIE)
        .is_some_and(|cookie| app.keyring.verify(Purpose::Csrf, &format!("door {cookie}"), sent));
    if proven { Ok(()) } else { Err(ApiError::Csrf) }
}
