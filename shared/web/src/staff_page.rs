//! What pages of signed-in staff have in common.

use lambda_http::{Request, RequestExt as _};
use parlor_domain::staff::StaffCookie;

use crate::{ApiError, Credentials};

/// The sign-in page, and from there back to where `raw` was going; what was posted is not sent again.
#[must_use]
pub fn sign_in(raw: &Request) -> String {
    let path = raw.raw_http_path();
    let asked = raw.uri().query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let next: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    format!("/login?next={next}")
}

/// The staff cookie of a request; without one there is nothing to read. Keys are for programs, which have no use for pages.
pub fn cookie(request: &Request) -> Result<StaffCookie, ApiError> {
    match Credentials::of(request) {
        Credentials::Staff(cookie) => Ok(cookie),
        Credentials::Key(_) | Credentials::None => Err(ApiError::NotSignedIn),
    }
}
