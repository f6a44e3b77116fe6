//! What stands at an address that is nobody's: a page for people, a problem document for programs (RFC 9457).

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{Method, StatusCode},
};
use parlor_domain::{LinkToken, SessionId};
use parlor_templates::{
    console::{Notice, NoticePage},
    customer::{ErrorPage, Problem as Closed},
};

use crate::{
    Code, Problem, api_request,
    conditions::wants_json,
    reply,
    route::{Unrouted, segments},
};

/// Whether a program asks and not a person: it would rather have JSON than a page. Below `/v1` programs ask, whatever they accept.
#[must_use]
pub fn is_program(request: &Request) -> bool {
    let path = request.raw_http_path();
    if path == "/v1" || path.starts_with("/v1/") {
        return true;
    }
    wants_json(request.headers())
}

/// The answer for `request`, which nobody takes. What was glued to a customer's link or room by a slash, and the address of a
/// form that a person opens again, lead back to where one begins.
#[must_use]
pub fn answer(request: &Request, why: Unrouted) -> Response<Body> {
    let code = match why {
        Unrouted::NotFound => Code::NotFound,
        Unrouted::Method => Code::MethodNotAllowed,
    };
    if is_program(request) {
        return reply::problem(&Problem::new(code, "There is nothing here that answers this request."));
    }
    let path = segments(request);
    if let Some(start) = start(&path).filter(|_| matches!(*request.method(), Method::GET | Method::HEAD)) {
        return reply::redirect(&start);
    }
    page(request, &path, code.status())
}

/// The address of a customer's link or room that `path` is below.
fn start(path: &[String]) -> Option<String> {
    match path {
        [place, token, ..] if place == "s" => LinkToken::parse(token).map(|token| format!("/s/{}", token.reveal())),
        [place, id, ..] if place == "r" => id.parse::<SessionId>().ok().map(|id| format!("/r/{id}")),
        _ => None,
    }
}

/// In a customer's words below their addresses, otherwise in staff's. No company is named: none is known.
fn page(request: &Request, path: &[String], status: StatusCode) -> Response<Body> {
    let lang = api_request::lang(request);
    let of_customers = path.first().is_some_and(|place| matches!(place.as_str(), "s" | "r"));
    let markup = if of_customers {
        ErrorPage::of_nobody(lang, Closed::Unknown).render()
    } else {
        NoticePage { lang, notice: Notice::NotFound }.render()
    };
    reply::html(status, markup, None)
}
