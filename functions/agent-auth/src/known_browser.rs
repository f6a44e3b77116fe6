//! Browsers that somebody has signed in from before. Wrong passwords from anywhere else do not make the owner of an
//! address wait there: nobody is kept out of their own browser by an outsider who guesses on purpose.
//!
//! The cookie opens nothing. Whoever has it may guess at the one address that it names, against a count of its own.

use lambda_http::Request;
use parlor_domain::{EmailAddress, LoginId, keyring::Purpose};
use parlor_web::{AppState, cookies};

/// The cookie; it outlives the sign-in.
const COOKIE: &str = "__Host-parlor_known";

/// Seconds that it lives: browsers keep no cookie longer than 400 days, and each sign-in renews it.
const MAX_AGE: i64 = 400 * 24 * 3600;

fn text(email: &EmailAddress, browser: &str) -> String {
    format!("{browser} {email}")
}

/// Makes the browser known for `email`, under the id of the sign-in that it made.
pub(crate) fn cookie(app: &AppState, email: &EmailAddress, login: &LoginId) -> String {
    let signature = app.keyring.sign(Purpose::Browser, &text(email, login.as_str()));
    cookies::set(COOKIE, &format!("{login}.{signature}"), Some(MAX_AGE))
}

/// The browser's id, if it is known for `email`.
pub(crate) fn browser(app: &AppState, request: &Request, email: &EmailAddress) -> Option<LoginId> {
    let cookie = cookies::read(request, COOKIE)?;
    let (browser, signature) = cookie.split_once('.')?;
    let signed = app.keyring.verify(Purpose::Browser, &text(email, browser), signature);
    browser.parse().ok().filter(|_| signed)
}
