//! The HTTP API in front of the functions, answering as API Gateway does, and compressing and showing the origin secret as
//! CloudFront does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, HOST, SET_COOKIE, USER_AGENT, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use parlor_runtime::ORIGIN_HEADER;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::clock::LocalClock;
use crate::invoke::{Functions, InvokeError, PAYLOAD_LIMIT};
use crate::template::{DEFAULT_ROUTE, Route};

/// The most that API Gateway takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How much of what is too large is read to its end and thrown away. A browser hears the refusal of a request only once it has sent
/// it: if the connection closes before, it says that the page cannot be reached.
const DRAINED_LIMIT: usize = 10 * BODY_LIMIT;

/// What CloudFront leaves as it is: compressing less costs more than it saves.
const WORTH_COMPRESSING: usize = 1000;

/// Where functions' own URLs begin, which elsewhere have a host name each.
const FUNCTION_URLS: &str = "/local/functions/";

/// The API: its routes, and whom they lead to.
pub(crate) struct Api {
    pub(crate) routes: Vec<Route>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) clock: LocalClock,
    /// What the front shows the functions.
    pub(crate) origin_secret: String,
    /// The functions that have a URL of their own.
    pub(crate) with_url: BTreeSet<String>,
}

/// Answers whatever no route of the one-machine stack's own took.
pub(crate) async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some((route, parameters)) = find(&api.routes, parts.method.as_str(), parts.uri.path()) else {
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    let body = match take(body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let route_key = match route.path.as_str() {
        DEFAULT_ROUTE => DEFAULT_ROUTE.to_owned(),
        path => format!("{} {path}", route.method),
    };
    let mut event = payload(&parts, &body, &route_key, &parameters, &api.context(peer));
    // In place of whatever the client sent under this name.
    event["headers"][ORIGIN_HEADER] = api.origin_secret.clone().into();
    compress(&parts.headers, api.ask(&route.function, &event).await)
}

/// Answers at a function's own URL, `/local/functions/{function}/…`: no front stands before it and shows a secret, and the
/// domain in the context is Lambda's word for which URL was called.
pub(crate) async fn handle_function_url(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path((function, _)): Path<(String, String)>,
    request: Request<Body>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().and_then(|whole| whole.as_str().strip_prefix(FUNCTION_URLS));
    let path = path.and_then(|path| path.strip_prefix(&function)).and_then(|path| path.parse().ok());
    let (Some(path), true) = (path, api.with_url.contains(&function)) else {
        return message(StatusCode::NOT_FOUND, "Not Found");
    };
    parts.uri = path;
    let body = match take(body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let mut event = payload(&parts, &body, "$default", &BTreeMap::new(), &api.context(peer));
    let domain = format!("{function}.lambda-url.local.on.aws");
    event["headers"]["host"] = domain.clone().into();
    event["requestContext"]["domainName"] = domain.into();
    event["requestContext"]["domainPrefix"] = function.clone().into();
    api.ask(&function, &event).await
}

impl Api {
    /// What the payload says about a request of `peer`'s.
    fn context(&self, peer: SocketAddr) -> RequestContext {
        RequestContext {
            request_id: self.functions.request_id(),
            source_ip: peer.ip().to_string(),
            now: self.clock.now(),
        }
    }

    /// What a function answers, or what one gets in the place of an answer.
    async fn ask(&self, function: &str, event: &Value) -> Response {
        let answer = match self.functions.invoke(function, event).await {
            Ok(answer) => response(&answer),
            Err(error) => Err(error),
        };
        match answer {
            Ok(response) => response,
            Err(InvokeError::TooLarge) if event["body"].as_str().is_some_and(|b| b.len() > PAYLOAD_LIMIT / 2) => {
                // Base64 made it too large; the caller only sees that it was.
                message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
            }
            Err(error) => {
                tracing::error!(%error, function, "no answer");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}

/// A request's body, or the refusal of one that is too large.
async fn take(mut body: Body) -> Result<Bytes, Response> {
    let body = match Limited::new(&mut body, BODY_LIMIT).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            let mut rest = Limited::new(body, DRAINED_LIMIT);
            while let Some(Ok(_)) = rest.frame().await {}
            return Err(message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"));
        }
        Err(_) => return Err(message(StatusCode::BAD_REQUEST, "Bad Request")),
    };
    if body.len() > PAYLOAD_LIMIT {
        return Err(message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"));
    }
    Ok(body)
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, axum::Json(json!({ "message": text }))).into_response()
}

/// The route for a request: its template matches and it is the most specific one that does. A literal segment is more
/// specific than a parameter, from the left; a method is more specific than `ANY`. What none takes is the default route's.
fn find<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<(&'a Route, BTreeMap<String, String>)> {
    let found = routes
        .iter()
        .filter(|route| route.method == method || route.method == "ANY")
        .filter_map(|route| Some((route, path_parameters(&route.path, path)?)))
        .max_by_key(|(route, _)| {
            let literal: Vec<bool> = route.path.split('/').map(|part| !part.starts_with('{')).collect();
            (literal, route.method != "ANY")
        });
    let default = || routes.iter().find(|route| route.path == DEFAULT_ROUTE);
    found.or_else(|| Some((default()?, BTreeMap::new())))
}

/// The parameters' values if `path` fits `template`. An empty segment fits no parameter.
fn path_parameters(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let mut parameters = BTreeMap::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let name = expected.strip_prefix('{').and_then(|e| e.strip_suffix('}'));
        let segment = segments.next()?;
        match name {
            None if segment == expected => {}
            None => return None,
            Some(_) if segment.is_empty() => return None,
            Some(name) => {
                let value = percent_decode_str(segment).decode_utf8_lossy();
                parameters.insert(name.to_owned(), value.into_owned());
            }
        }
    }
    segments.next().is_none().then_some(parameters)
}

/// What the payload says about a request beside the request itself.
struct RequestContext {
    request_id: String,
    source_ip: String,
    now: Timestamp,
}

/// The payload, format version 2.0.
fn payload(
    parts: &request::Parts,
    body: &Bytes,
    route_key: &str,
    parameters: &BTreeMap<String, String>,
    context: &RequestContext,
) -> Value {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let host = text(parts.headers.get(HOST));
    let mut headers = Map::new();
    for name in parts.headers.keys().filter(|name| *name != COOKIE) {
        headers.insert(name.to_string(), joined(&parts.headers, name).into());
    }
    headers.insert("x-forwarded-for".to_owned(), context.source_ip.clone().into());
    headers.insert("x-forwarded-proto".to_owned(), "http".into());
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    headers.insert("x-forwarded-port".to_owned(), port.into());
    let cookies: Vec<Value> = parts
        .headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| text(Some(value)).split(';').map(|c| c.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .map(Value::from)
        .collect();

    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or_default(),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": context.source_ip,
                "userAgent": text(parts.headers.get(USER_AGENT)),
            },
            "requestId": context.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": context.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": context.now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = query_parameters(query).into();
    }
    if !parameters.is_empty() {
        event["pathParameters"] = json!(parameters);
    }
    if !body.is_empty() {
        let content_type = text(parts.headers.get(CONTENT_TYPE));
        match std::str::from_utf8(body) {
            Ok(text) if is_text(&content_type) => event["body"] = text.into(),
            _ => {
                event["body"] = BASE64.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// Whether API Gateway passes a body of this type as it is. It encodes all others, forms among them.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/javascript", "application/xml"].contains(&essence.as_str())
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

/// Decoded, with the values of a repeated name joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    parameters.into_iter().map(|(name, values)| (name, values.join(",").into())).collect()
}

/// Turns what a function answered into a response, with API Gateway's leniency: an answer without a status is a body.
fn response(answer: &Value) -> Result<Response, InvokeError> {
    let malformed = |what: &str| InvokeError::Failed {
        function: "a function".to_owned(),
        message: format!("{what} of its answer is not valid"),
    };
    let Some(status) = answer["statusCode"].as_u64() else {
        return Ok(axum::Json(answer).into_response());
    };
    let status = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok())
        .ok_or_else(|| malformed("the status"))?;
    let body = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == true {
        BASE64.decode(body.as_bytes()).map_err(|_| malformed("the body"))?
    } else {
        body.as_bytes().to_vec()
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name).map_err(|_| malformed("a header"))?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = HeaderValue::try_from(value).map_err(|_| malformed("a header"))?;
        if name != CONTENT_LENGTH {
            response.headers_mut().append(name, value);
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        let value = HeaderValue::try_from(cookie.as_str().unwrap_or_default()).map_err(|_| malformed("a cookie"))?;
        response.headers_mut().append(SET_COOKIE, value);
    }
    if !response.headers().contains_key(CONTENT_TYPE) {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    Ok(response)
}

/// Compresses a response as CloudFront does: for those who accept brotli or gzip, what is text, large enough and not yet
/// compressed. Brotli comes first where both are accepted.
fn compress(request: &HeaderMap, response: Response) -> Response {
    let content_type = text(response.headers().get(CONTENT_TYPE));
    let compressible = is_text(&content_type) || content_type.starts_with("image/svg");
    let accepted = text(request.get(ACCEPT_ENCODING));
    let accepts = |name: &str| {
        let named =
            |coding: &str| coding == name || (coding.starts_with(&format!("{name};")) && !coding.ends_with("q=0"));
        accepted.split(',').any(|coding| named(coding.trim()))
    };
    let coding = ["br", "gzip"].into_iter().find(|name| accepts(name));
    if !compressible || response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    // The body was put together from bytes just above, so it is there at once and whole.
    let Some(Ok(collected)) = futures_util::FutureExt::now_or_never(body.collect()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let bytes = collected.to_bytes();
    let Some(coding) = coding.filter(|_| bytes.len() >= WORTH_COMPRESSING) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let Ok(compressed) = packed(coding, &bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    // Another representation with the same meaning: that is what a weak tag says.
    let strong = text(parts.headers.get(ETAG));
    if strong.starts_with('"')
        && let Ok(weak) = HeaderValue::try_from(format!("W/{strong}"))
    {
        parts.headers.insert(ETAG, weak);
    }
    Response::from_parts(parts, Body::from(compressed))
}

/// `bytes` in a content coding, compressed as hard as a front does while somebody waits.
fn packed(coding: &str, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    if coding == "br" {
        let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
        encoder.write_all(bytes)?;
        return Ok(encoder.into_inner());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| text(Some(value))).collect();
    values.join(",")
}

fn text(value: Option<&HeaderValue>) -> String {
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str) -> Route {
        Route { method: method.to_owned(), path: path.to_owned(), function: String::new() }
    }

    #[test]
    fn the_most_specific_route_answers() {
        let routes =
            [route("GET", "/v1/{kind}/{id}"), route("ANY", "/v1/sessions/{id}"), route("GET", "/v1/sessions/{id}")];
        let (found, parameters) = find(&routes, "GET", "/v1/sessions/a%2Fb").unwrap();
        assert_eq!(found, &routes[2]);
        assert_eq!(parameters["id"], "a/b");
        assert_eq!(find(&routes, "PUT", "/v1/sessions/x").unwrap().0, &routes[1]);
        assert!(find(&routes, "GET", "/v1/sessions/").is_none());
        assert!(find(&routes, "GET", "/v1/sessions/x/y").is_none());
        assert!(find(&routes, "PUT", "/v1/teams/x").is_none());
    }

    fn event(request: http::request::Builder, body: &'static [u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let parameters = BTreeMap::from([("token".to_owned(), "t".to_owned())]);
        let context = RequestContext {
            request_id: "r".to_owned(),
            source_ip: "192.0.2.7".to_owned(),
            now: Timestamp::from_second(1_784_635_438).unwrap(),
        };
        payload(&parts, &Bytes::from_static(body), "POST /s/{token}/pin", &parameters, &context)
    }

    #[test]
    fn a_request_becomes_a_payload_2_0() {
        let request = http::Request::post("/s/t/pin?a=1&a=2&b=x%20y")
            .header("host", "localhost:3000")
            .header("cookie", "one=1; two=2")
            .header("cookie", "three=3")
            .header("x-many", "a")
            .header("x-many", "b")
            .header("content-type", "application/x-www-form-urlencoded");
        let event = event(request, b"code=1234");
        assert_eq!(event["version"], "2.0");
        assert_eq!(event["routeKey"], "POST /s/{token}/pin");
        assert_eq!(event["cookies"], json!(["one=1", "two=2", "three=3"]));
        assert!(event["headers"].get("cookie").is_none());
        assert_eq!(event["headers"]["x-many"], "a,b");
        assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.7");
        assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": "x y"}));
        assert_eq!(event["pathParameters"], json!({"token": "t"}));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "192.0.2.7");
        assert_eq!(event["requestContext"]["time"], "21/Jul/2026:12:03:58 +0000");
        // A form is no text to API Gateway.
        assert_eq!(event["isBase64Encoded"], true);
        assert_eq!(event["body"], BASE64.encode(b"code=1234"));
    }

    #[test]
    fn text_stays_text_unless_it_is_none() {
        let json = || http::Request::post("/").header("content-type", "application/json; charset=utf-8");
        let plain = event(json(), b"{}");
        assert_eq!((&plain["body"], &plain["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        let broken = event(json(), b"\xff");
        assert_eq!(broken["isBase64Encoded"], true);
        let none = event(json(), b"");
        assert!(none.get("body").is_none());
    }

    #[test]
    fn the_payload_is_one_that_functions_read() {
        let request =
            http::Request::post("/s/t/pin?a=1").header("host", "localhost:3000").header("cookie", "one=1; two=2");
        let event = event(request, b"\x00\x01");
        let event: parlor_runtime::HttpEvent = serde_json::from_value(event).unwrap();
        let request = event.into_request().unwrap();
        assert_eq!(request.uri().path(), "/s/t/pin");
        assert_eq!(request.headers()["cookie"], "one=1; two=2");
        assert_eq!(request.body().as_ref(), b"\x00\x01");
    }

    fn answer(value: &Value) -> Response {
        response(value).unwrap()
    }

    #[test]
    fn an_answer_becomes_a_response() {
        let response = answer(&json!({
            "statusCode": 303,
            "headers": {"location": "/r/x", "content-type": "text/plain"},
            "cookies": ["a=1; Secure", "b=2"],
            "body": BASE64.encode(b"hi"),
            "isBase64Encoded": true,
        }));
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()["location"], "/r/x");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert!(super::response(&json!({"statusCode": 1})).is_err());
        assert_eq!(answer(&json!({"a": 1})).status(), 200);
    }

    #[test]
    fn large_text_is_compressed_for_those_who_accept_it() {
        let large = || {
            answer(&json!({
                "statusCode": 200,
                "headers": {"content-type": "text/html", "etag": "\"1\""},
                "body": "x".repeat(5000),
            }))
        };
        let asking = |codings| HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(codings))]);
        let accepting = asking("gzip, br");
        for (codings, chosen) in [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")] {
            let compressed = compress(&asking(codings), large());
            assert_eq!(compressed.headers()[CONTENT_ENCODING], chosen);
            assert_eq!(compressed.headers()[ETAG], "W/\"1\"");
        }
        let plain = compress(&HeaderMap::new(), large());
        assert!(!plain.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(plain.headers()[VARY], "accept-encoding");
        let small = answer(&json!({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": "x"}));
        assert!(!compress(&accepting, small).headers().contains_key(CONTENT_ENCODING));
    }
}
