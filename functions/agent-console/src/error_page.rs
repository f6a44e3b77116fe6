//! What is answered instead of what was asked for.

use jiff::Timestamp;
use lambda_http::{Body, Request, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{session::Rejection, settings::Service};
use parlor_templates::{
    Lang,
    console::{Notice, NoticePage},
};
use parlor_web::{
    ApiError, AppState,
    api_request::lang,
    html, nowhere,
    page::PageRefusal,
    problem::page,
    redirect,
    reply::{self, retry_after},
    staff_page::sign_in,
};

use crate::{PageError, fragment};

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResponseKind {
    /// A person.
    Page,
    /// A page's script, that puts it into the page.
    Fragment,
    /// A page's script, that reads it.
    Json,
}

/// Seconds after which a page that is down is worth another try.
const RETRY_SECONDS: i64 = 60;

/// Why a page's script does not get what it reads.
#[derive(Debug)]
pub(crate) struct ScriptError(PageError);

impl<E: Into<PageError>> From<E> for ScriptError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl PageRefusal<AppState> for PageError {
    fn into_response(self, raw: &Request, app: &AppState) -> Response<Body> {
        let wanted = match fragment(raw) {
            Some(_) => ResponseKind::Fragment,
            None if nowhere::is_program(raw) => ResponseKind::Json,
            None => ResponseKind::Page,
        };
        response(self, wanted, raw, app.clock.now())
    }
}

impl PageRefusal<AppState> for ScriptError {
    fn into_response(self, raw: &Request, app: &AppState) -> Response<Body> {
        response(self.0, ResponseKind::Json, raw, app.clock.now())
    }
}

fn response(error: PageError, wanted: ResponseKind, raw: &Request, now: Timestamp) -> Response<Body> {
    let refused = match error {
        PageError::Maintenance(service) if wanted == ResponseKind::Page => return down(lang(raw), service),
        PageError::Maintenance(_) => ApiError::Maintenance,
        PageError::Erased if wanted == ResponseKind::Page => {
            return html(StatusCode::GONE, NoticePage { lang: lang(raw), notice: Notice::Erased }.render(), None);
        }
        PageError::Erased => ApiError::Rejected(Rejection::Erased),
        PageError::Api(refused) => refused,
    };
    match refused {
        ApiError::NotSignedIn if wanted == ResponseKind::Page => redirect(&sign_in(raw)),
        refused => {
            let problem = refused.problem(now);
            // A script tells refusals apart by their status; a problem document is no part of any page.
            if wanted == ResponseKind::Page { page(lang(raw), &problem, "/console") } else { reply::problem(&problem) }
        }
    }
}

/// R15: the page that everybody sees while maintenance is on, in the settings' own words.
fn down(lang: Lang, service: Service) -> Response<Body> {
    let notice = Notice::Down { message: service.message, status_url: service.status_url, maintenance: true };
    let mut response = html(StatusCode::SERVICE_UNAVAILABLE, NoticePage { lang, notice }.render(), None);
    retry_after(&mut response, Some(RETRY_SECONDS));
    response
}

/// A query parameter that is a number, or nothing: addresses are typed and cut short, and a page is better than a lecture.
pub(crate) fn number<T: std::str::FromStr>(request: &Request, name: &str) -> Option<T> {
    request.query_string_parameters().first(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use lambda_http::http::header::LOCATION;

    use super::*;

    fn get(uri: &str) -> Request {
        let path = uri.split('?').next().unwrap_or_default().to_owned();
        let request =
            lambda_http::http::Request::get(format!("https://parlor.example{uri}")).body(Body::Empty).unwrap();
        request.with_raw_http_path(&path)
    }

    #[test]
    fn a_page_leads_to_signing_in_and_back() {
        let request = get("/console/s/abc?before=9&x=1");
        let error = PageError::Api(ApiError::NotSignedIn);
        let answer = response(error, ResponseKind::Page, &request, Timestamp::UNIX_EPOCH);
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()[LOCATION], "/login?next=%2Fconsole%2Fs%2Fabc%3Fbefore%3D9%26x%3D1");
    }

    #[test]
    fn a_script_hears_401() {
        for wanted in [ResponseKind::Fragment, ResponseKind::Json] {
            let error = PageError::Api(ApiError::NotSignedIn);
            assert_eq!(response(error, wanted, &get("/console"), Timestamp::UNIX_EPOCH).status(), 401);
        }
    }

    #[test]
    fn r15_maintenance_is_said_in_the_settings_words() {
        let service = Service { maintenance: true, message: Some("Back at noon.".into()), status_url: None };
        let answer =
            response(PageError::Maintenance(service), ResponseKind::Page, &get("/console"), Timestamp::UNIX_EPOCH);
        assert_eq!(answer.status(), 503);
        let Body::Text(text) = answer.body() else { panic!("a page") };
        assert!(text.contains("Back at noon.") && text.contains("content=\"service-down\""));
    }

    #[test]
    fn a_page_speaks_the_language_that_the_browser_asks_for() {
        let mut request = get("/console/s/nothing");
        request.headers_mut().insert("accept-language", "ar-EG,en;q=0.5".parse().unwrap());
        let error = PageError::Api(ApiError::NotFound);
        let answer = response(error, ResponseKind::Page, &request, Timestamp::UNIX_EPOCH);
        let Body::Text(text) = answer.body() else { panic!("a page") };
        assert!(text.contains("<html lang=\"ar\" dir=\"rtl\"") && text.contains("لا يوجد شيء في هذا العنوان"), "{text}");
    }
}
