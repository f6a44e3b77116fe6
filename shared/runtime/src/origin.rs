//! Tells requests that came through the front (CloudFront) from those that went around it, see docs/adr/0006.

use lambda_http::http::{HeaderMap, StatusCode, header};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};

use crate::OriginSecret;
use crate::config::LIST;

/// The header in which the front shows the secret. It replaces what a browser sent under this name.
pub const ORIGIN_HEADER: &str = "x-parlor-origin";

/// The refusal of a request that neither shows one of `secrets` nor calls the function's own URL with an API key; nothing for
/// every other. Without secrets there is no front, and everything is let in. Costs no request to anybody.
///
/// A request that came through the front goes on as if its sender had spoken to the API: their address stands where the
/// front's stood, and the secret is gone.
pub(crate) fn refuse(request: &mut Request, secrets: &[OriginSecret]) -> Option<Response<Body>> {
    if secrets.is_empty() {
        return None;
    }
    let shown = request.headers_mut().remove(ORIGIN_HEADER);
    if shown.is_some_and(|shown| shows(shown.as_bytes(), secrets)) {
        if let Some(viewer) = viewer(request.headers())
            && let Some(RequestContext::ApiGatewayV2(context)) = request.extensions_mut().get_mut()
        {
            context.http.source_ip = Some(viewer);
        }
        return None;
    }
    if is_function_url(request) && has_bearer(request.headers()) {
        return None;
    }
    Some(refusal())
}

/// Whether `shown` begins with one of `secrets`. The front shows the whole list as it was when the front was last deployed;
/// its first is the one that was used then.
fn shows(shown: &[u8], secrets: &[OriginSecret]) -> bool {
    let first = shown.split(|byte| *byte == LIST).next().unwrap_or_default();
    secrets.iter().any(|secret| secret.is(first))
}

/// Whose request the front passed on. It adds its caller's address to the header, and the API adds the front's; whatever
/// stands before was sent by the caller and means nothing.
fn viewer(headers: &HeaderMap) -> Option<String> {
    let forwarded = headers.get("x-forwarded-for")?.to_str().ok()?;
    forwarded.rsplit(',').nth(1).map(|address| address.trim().to_owned())
}

/// Whether Lambda's own URL was called. The context is Lambda's word, not the caller's.
fn is_function_url(request: &Request) -> bool {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.domain_name.as_ref().is_some_and(|domain| domain.contains(".lambda-url."))
        }
        _ => false,
    }
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let scheme = |value: &str| value.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).is_some_and(scheme)
}

fn refusal() -> Response<Body> {
    let detail =
        "This is not an address to call. Use the public one; programs may also call a function's URL with their key.";
    problem(StatusCode::FORBIDDEN, "not-through-the-front", detail)
}

/// A problem document (RFC 9457) about what no function heard of.
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str) -> Response<Body> {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = serde_json::json!({"status": status.as_u16(), "code": code, "title": title, "detail": detail});
    let mut response = Response::new(Body::from(problem.to_string()));
    *response.status_mut() = status;
    for (name, value) in [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::event::HttpEvent;

    const API: &str = "abc.execute-api.eu-central-1.amazonaws.com";
    const OWN_URL: &str = "abc.lambda-url.eu-central-1.on.aws";

    fn request(domain: &str, headers: Value) -> Request {
        let event = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/v1/sessions", "rawQueryString": "",
            "headers": headers, "isBase64Encoded": false, "requestContext": {"domainName": domain, "stage": "$default",
            "routeKey": "$default", "http": {"method": "GET", "path": "/v1/sessions", "sourceIp": "203.0.113.9"}}});
        serde_json::from_value::<HttpEvent>(event).unwrap().into_request().unwrap()
    }

    fn admitted(domain: &str, headers: Value) -> Result<(), u16> {
        let secrets = [OriginSecret::new("new-secret"), OriginSecret::new("old-secret")];
        refuse(&mut request(domain, headers), &secrets).map_or(Ok(()), |response| Err(response.status().as_u16()))
    }

    #[test]
    fn only_who_shows_a_secret_comes_in_by_the_api() {
        assert_eq!(admitted(API, json!({"x-parlor-origin": "new-secret"})), Ok(()));
        assert_eq!(admitted(API, json!({"x-parlor-origin": "old-secret"})), Ok(()));
        // The front shows the list as it was when it was deployed: before, while and after the secret was changed.
        for list in ["old-secret,new-secret", "new-secret,old-secret", "new-secret,gone"] {
            assert_eq!(admitted(API, json!({"x-parlor-origin": list})), Ok(()), "{list}");
        }
        for wrong in ["", ",", "new", "new-secret-", "NEW-SECRET", ",new-secret", "guess,new-secret"] {
            assert_eq!(admitted(API, json!({"x-parlor-origin": wrong})), Err(403), "{wrong}");
        }
        assert_eq!(admitted(API, json!({})), Err(403));
        // A key is no way around the front.
        assert_eq!(admitted(API, json!({"authorization": "Bearer parlor_x"})), Err(403));
    }

    #[test]
    fn a_functions_own_url_is_for_keys_only() {
        assert_eq!(admitted(OWN_URL, json!({"authorization": "Bearer parlor_x"})), Ok(()));
        assert_eq!(admitted(OWN_URL, json!({"cookie": "__Host-parlor_staff=x"})), Err(403));
        assert_eq!(admitted(OWN_URL, json!({"authorization": "Basic x"})), Err(403));
        // Only Lambda says which URL was called.
        assert_eq!(admitted(API, json!({"authorization": "Bearer x", "host": OWN_URL})), Err(403));
    }

    #[test]
    fn without_a_secret_there_is_no_front() {
        assert!(refuse(&mut request(API, json!({})), &[]).is_none());
    }

    #[test]
    fn the_sender_is_whom_the_front_saw_and_the_secret_goes_no_further() {
        let headers = json!({"x-parlor-origin": "s", "x-forwarded-for": "198.51.100.1, 192.0.2.7, 203.0.113.9"});
        let mut request = request(API, headers);
        assert!(refuse(&mut request, &[OriginSecret::new("s")]).is_none());
        let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { panic!("no context") };
        assert_eq!(context.http.source_ip.as_deref(), Some("192.0.2.7"));
        assert!(request.headers().get(ORIGIN_HEADER).is_none());
    }

    #[test]
    fn the_refusal_is_a_problem_and_is_not_kept() {
        let response = refusal();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(problem["code"], "not-through-the-front");
    }
}
