//! What a gateway hands on, read so that nothing in it can end a process.
//!
//! `lambda_http` 1.3 turns an event into a request with `expect` and `unwrap`: on a query that is no URI, a host or a scheme that
//! is no URL, a body that is no Base64, or more headers than a `HeaderMap` holds, it panics, and with `panic = "abort"` the
//! process is gone before anybody looked at the request. Senders decide all of these. Here a field that is not what
//! AWS documents counts as one that is not there, and an event without method or path is a request that nobody can read.
//!
//! HTTP: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html> (2.0).
//! WebSocket: <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html>.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequestContext, ApiGatewayV2httpResponse};
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::header::{CONTENT_ENCODING, COOKIE, SET_COOKIE};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The longest id of a connection that is believed. API Gateway's have 16 characters.
const CONNECTION_ID_MAX: usize = 128;

/// An invocation by the HTTP API or by a function's own URL. Every JSON value is one.
#[derive(Debug)]
pub struct HttpEvent(Box<RawValue>);

impl<'de> Deserialize<'de> for HttpEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct HttpFields<'a> {
    #[serde(borrow)]
    raw_path: Option<&'a RawValue>,
    raw_query_string: Option<&'a RawValue>,
    cookies: Option<&'a RawValue>,
    headers: Option<&'a RawValue>,
    request_context: Option<&'a RawValue>,
    body: Option<&'a RawValue>,
    is_base64_encoded: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ContextFields<'a> {
    #[serde(borrow)]
    route_key: Option<&'a RawValue>,
    domain_name: Option<&'a RawValue>,
    http: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CallFields<'a> {
    #[serde(borrow)]
    method: Option<&'a RawValue>,
    source_ip: Option<&'a RawValue>,
}

/// The field as a `T`; nothing when it is not there or is something else.
fn read<'a, T: Deserialize<'a>>(field: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(field?.get()).ok()
}

/// The members of an object that are text, by name.
fn texts(field: Option<&RawValue>) -> impl Iterator<Item = (String, String)> {
    let members = read::<BTreeMap<String, &RawValue>>(field).unwrap_or_default();
    members.into_iter().filter_map(|(name, value)| Some((name, read(Some(value))?)))
}

impl HttpEvent {
    /// The request, or nothing when the event does not say which.
    ///
    /// Handlers find the path as it was sent in `raw_http_path`, the query in `query_string_parameters`, and who called in the
    /// request context. The URI is path and query where they are one, and `/` otherwise.
    #[must_use]
    pub fn into_request(self) -> Option<Request> {
        let event: HttpFields<'_> = read(Some(&self.0))?;
        let context: ContextFields<'_> = read(event.request_context)?;
        let call: CallFields<'_> = read(context.http)?;
        let method = Method::from_bytes(read::<String>(call.method)?.as_bytes()).ok()?;
        let path: String = read(event.raw_path)?;
        let query: String = read(event.raw_query_string).unwrap_or_default();

        let text: Option<String> = read(event.body);
        let body = match text {
            None => Body::Empty,
            Some(text) if read(event.is_base64_encoded) == Some(true) => BASE64.decode(text.as_bytes()).ok()?.into(),
            Some(text) => text.into(),
        };
        let mut request = Request::new(body);
        *request.headers_mut() = headers(event.headers, event.cookies)?;
        *request.uri_mut() = uri(&path, &query);

        let mut known = ApiGatewayV2httpRequestContext::default();
        known.route_key = read(context.route_key);
        known.domain_name = read(context.domain_name);
        known.http.method = method.clone();
        known.http.source_ip = read(call.source_ip);
        *request.method_mut() = method;

        let query: QueryMap = query.parse().unwrap_or_default();
        let request = request.with_raw_http_path(&path).with_query_string_parameters(query);
        Some(request.with_request_context(RequestContext::ApiGatewayV2(known)))
    }
}

fn uri(path: &str, query: &str) -> Uri {
    let whole = if query.is_empty() { Uri::try_from(path) } else { Uri::try_from(format!("{path}?{query}")) };
    whole.or_else(|_| Uri::try_from(path)).unwrap_or_default()
}

/// The headers that can be ones; nothing when there are more than anybody sends.
fn headers(field: Option<&RawValue>, cookies: Option<&RawValue>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str| {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes())) else {
            return Some(());
        };
        headers.try_append(name, value).ok().map(drop)
    };
    for (name, value) in texts(field) {
        add(&name, &value)?;
    }
    let cookies: Vec<&RawValue> = read(cookies).unwrap_or_default();
    let cookies: Vec<String> = cookies.into_iter().filter_map(|cookie| read(Some(cookie))).collect();
    if !cookies.is_empty() {
        add(COOKIE.as_str(), &cookies.join("; "))?;
    }
    Some(headers)
}

/// A response as the HTTP API and functions' own URLs take it. Text that is not compressed goes as it is, all else as
/// Base64.
pub(crate) fn answer(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (mut parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    let cookies = parts.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
    answer.cookies = cookies.map(str::to_owned).collect();
    parts.headers.remove(SET_COOKIE);
    answer.body = match body {
        Body::Binary(bytes) if !parts.headers.contains_key(CONTENT_ENCODING) => {
            Some(String::from_utf8(bytes).map_or_else(|not_text| Body::Binary(not_text.into_bytes()), Body::Text))
        }
        Body::Empty => None,
        body => Some(body),
    };
    answer.is_base64_encoded = matches!(answer.body, Some(Body::Binary(_)));
    answer.headers = parts.headers;
    answer
}

/// An invocation by the WebSocket API. Every JSON value is one; what it does not say is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SocketEvent {
    /// The connection's id.
    pub connection_id: Option<String>,
    /// When the connection was opened, in milliseconds since 1970; 0 when nobody says.
    pub connected_at: i64,
    /// When this was sent, in milliseconds since 1970; 0 when nobody says.
    pub request_time_epoch: i64,
    /// The address of whoever is connected.
    pub source_ip: Option<String>,
    /// What their browser calls itself.
    pub user_agent: Option<String>,
    /// The page's origin. With `$connect` only.
    pub origin: Option<String>,
    /// The query's `ticket`. With `$connect` only.
    pub ticket: Option<String>,
    /// What was sent, if it is text. A binary frame has none.
    pub text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SocketFields<'a> {
    #[serde(borrow)]
    request_context: Option<&'a RawValue>,
    headers: Option<&'a RawValue>,
    query_string_parameters: Option<&'a RawValue>,
    body: Option<&'a RawValue>,
    is_base64_encoded: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConnectionFields<'a> {
    #[serde(borrow)]
    connection_id: Option<&'a RawValue>,
    connected_at: Option<&'a RawValue>,
    request_time_epoch: Option<&'a RawValue>,
    identity: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct IdentityFields<'a> {
    #[serde(borrow)]
    source_ip: Option<&'a RawValue>,
    user_agent: Option<&'a RawValue>,
}

impl<'de> Deserialize<'de> for SocketEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let event: SocketFields<'_> = read(Some(&raw)).unwrap_or_default();
        let context: ConnectionFields<'_> = read(event.request_context).unwrap_or_default();
        let identity: IdentityFields<'_> = read(context.identity).unwrap_or_default();
        let is_id =
            |id: &String| (1..=CONNECTION_ID_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        let is_binary = read(event.is_base64_encoded) == Some(true);
        Ok(Self {
            connection_id: read(context.connection_id).filter(is_id),
            connected_at: read(context.connected_at).unwrap_or_default(),
            request_time_epoch: read(context.request_time_epoch).unwrap_or_default(),
            source_ip: read(identity.source_ip),
            user_agent: read(identity.user_agent),
            origin: texts(event.headers).find(|(name, _)| name.eq_ignore_ascii_case("origin")).map(|(_, value)| value),
            ticket: texts(event.query_string_parameters).find(|(name, _)| name == "ticket").map(|(_, value)| value),
            text: read(event.body).filter(|_| !is_binary),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0", "routeKey": "POST /s/{token}/pin", "rawPath": "/s/t%20/pin", "rawQueryString": "a=1&b=x%20y",
            "cookies": ["one=1", "two=2"], "headers": {"host": "x", "x-forwarded-proto": "https"},
            "requestContext": {"routeKey": "POST /s/{token}/pin", "domainName": "abc", "stage": "$default",
                "http": {"method": "POST", "path": "/s/t /pin", "sourceIp": "192.0.2.7"}},
            "body": "AAE=", "isBase64Encoded": true,
        })
    }

    fn request(event: &Value) -> Option<Request> {
        serde_json::from_value::<HttpEvent>(event.clone()).unwrap().into_request()
    }

    #[test]
    fn a_request_is_what_the_event_says() {
        let request = request(&event()).unwrap();
        assert_eq!((request.method(), request.raw_http_path()), (&Method::POST, "/s/t%20/pin"));
        assert_eq!(request.uri(), "/s/t%20/pin?a=1&b=x%20y");
        assert_eq!(request.query_string_parameters_ref().and_then(|query| query.first("b")), Some("x y"));
        assert_eq!(request.headers()["cookie"], "one=1; two=2");
        assert_eq!(request.body().as_ref(), [0, 1]);
        let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { panic!("no context") };
        assert_eq!(context.http.source_ip.as_deref(), Some("192.0.2.7"));
        assert_eq!(
            (context.route_key.as_deref(), context.domain_name.as_deref()),
            (Some("POST /s/{token}/pin"), Some("abc"))
        );
    }

    /// Each of these ended the process.
    #[test]
    fn what_is_no_uri_is_a_request_all_the_same() {
        for query in ["q=a b", "q=<", "q=\"", "q={\u{1}}", "q=%ff", "q=ü", &"q".repeat(70_000)] {
            let mut event = event();
            event["rawQueryString"] = query.into();
            let request = request(&event).unwrap();
            assert_eq!(request.raw_http_path(), "/s/t%20/pin");
            assert_eq!(request.uri().path(), "/s/t%20/pin", "{query:.20}");
        }
        for (header, value) in
            [("x-forwarded-proto", "http,https"), ("x-forwarded-proto", ""), ("host", "a b:c"), ("host", "")]
        {
            let mut event = event();
            event["headers"][header] = value.into();
            assert_eq!(request(&event).unwrap().headers()[header], value);
        }
        for path in ["", ":", "/ü", "/a b", "//", "/%zz", "no slash"] {
            let mut event = event();
            event["rawPath"] = path.into();
            assert_eq!(request(&event).unwrap().raw_http_path(), path);
        }
    }

    #[test]
    fn what_nobody_can_read_is_no_request() {
        for (place, value) in [
            ("/body", json!("no Base64")),
            ("/requestContext/http/method", json!("no method")),
            ("/requestContext/http/method", Value::Null),
            ("/requestContext/http", json!(1)),
            ("/requestContext", json!([])),
            ("/rawPath", json!(7)),
        ] {
            let mut event = event();
            *event.pointer_mut(place).unwrap() = value;
            assert!(request(&event).is_none(), "{place}");
        }
        for event in [json!(null), json!([]), json!("x"), json!({})] {
            assert!(request(&event).is_none(), "{event}");
        }
        let mut event = event();
        event["headers"] =
            (0..40_000).map(|number| (format!("x-{number}"), json!("1"))).collect::<serde_json::Map<_, _>>().into();
        assert!(request(&event).is_none());
        // JSON that only a parser of text takes: half of a surrogate pair, a number that is none, a key twice.
        for text in [r#"{"rawPath":"\ud800"}"#, r#"{"rawPath":1e999}"#, r#"{"body":"","body":""}"#] {
            assert!(serde_json::from_str::<HttpEvent>(text).unwrap().into_request().is_none(), "{text}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_one_is_not_there() {
        let mut event = event();
        event["headers"] = json!({"a b": "1", "": "1", "x-ü": "1", "x-line": "a\r\nb", "x-list": ["1"], "x-city": "Köln", "x-ok": "1"});
        event["cookies"] = json!(["a=1", 2, null, "b=2"]);
        let request = request(&event).unwrap();
        let names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(request.headers()["x-city"].as_bytes(), "Köln".as_bytes());
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
    }

    #[test]
    fn an_answer_is_text_where_it_can_be() {
        let build =
            |body: Body| Response::builder().header(SET_COOKIE, "a=1").header(SET_COOKIE, "b=2").body(body).unwrap();
        let shown = |response| serde_json::to_value(answer(response)).unwrap();
        let text = shown(build("hi".into()));
        assert_eq!(
            (&text["body"], &text["isBase64Encoded"], &text["statusCode"]),
            (&json!("hi"), &json!(false), &json!(200))
        );
        assert_eq!((&text["cookies"], &text["headers"]), (&json!(["a=1", "b=2"]), &json!({})));
        assert_eq!(shown(build(b"hi".to_vec().into()))["body"], "hi");
        let binary = shown(build(vec![0xff].into()));
        assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
    }

    /// The fields that API Gateway sends with a frame, and some in which they are missing or wrong.
    #[test]
    fn a_socket_event_is_read_whatever_stands_in_it() {
        let whole = json!({
            "requestContext": {
                "routeKey": "$default", "messageId": "SUsVXdIBliACFaA=", "eventType": "MESSAGE", "stage": "live",
                "connectedAt": 1_795_334_400_000_i64, "requestTimeEpoch": 1_795_334_401_000_i64,
                "connectionId": "SUsVWdGIliACFaA=", "identity": {"sourceIp": "192.0.2.1", "userAgent": null},
            },
            "headers": {"Host": "x", "Origin": "https://parlor.example.com"},
            "queryStringParameters": {"ticket": "1.2.3"}, "body": "{}", "isBase64Encoded": false,
        });
        let text = |text: &str| Some(text.to_owned());
        let event: SocketEvent = serde_json::from_value(whole.clone()).unwrap();
        let expected = SocketEvent {
            connection_id: text("SUsVWdGIliACFaA="),
            connected_at: 1_795_334_400_000,
            request_time_epoch: 1_795_334_401_000,
            source_ip: text("192.0.2.1"),
            user_agent: None,
            origin: text("https://parlor.example.com"),
            ticket: text("1.2.3"),
            text: text("{}"),
        };
        assert_eq!(event, expected);
        let mut binary = whole.clone();
        binary["isBase64Encoded"] = true.into();
        assert_eq!(
            serde_json::from_value::<SocketEvent>(binary).unwrap(),
            SocketEvent { text: None, ..expected.clone() }
        );
        for (place, wrong) in
            [("connectionId", json!("x".repeat(200))), ("connectionId", json!("a b")), ("connectionId", json!(7))]
        {
            let mut event = whole.clone();
            event["requestContext"][place] = wrong;
            let event: SocketEvent = serde_json::from_value(event).unwrap();
            assert_eq!(event, SocketEvent { connection_id: None, ..expected.clone() });
        }
        for nothing in [json!(null), json!([1]), json!({"requestContext": 7, "headers": [], "body": {}})] {
            assert_eq!(serde_json::from_value::<SocketEvent>(nothing).unwrap(), SocketEvent::default());
        }
    }
}
