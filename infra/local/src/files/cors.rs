//! What S3 lets pages of other origins do, by the bucket's rules.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

/// A rule of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    origins: Vec<String>,
    methods: Vec<String>,
    headers: Vec<String>,
    max_age: u64,
}

impl Rule {
    /// Reads one of the template. `resolve` turns a `Ref` into text.
    pub(crate) fn read(rule: &Value, resolve: &impl Fn(&Value) -> Option<String>) -> Self {
        let texts = |name: &str| rule[name].as_array().into_iter().flatten().filter_map(resolve).collect();
        Self {
            origins: texts("AllowedOrigins"),
            methods: texts("AllowedMethods"),
            headers: texts("AllowedHeaders"),
            max_age: rule["MaxAge"].as_u64().unwrap_or_default(),
        }
    }

    fn allows(&self, origin: &str, method: &str, headers: &[String]) -> bool {
        let known = |header: &String| self.headers.iter().any(|allowed| allowed.eq_ignore_ascii_case(header));
        self.origins.iter().any(|allowed| allowed == origin)
            && self.methods.iter().any(|allowed| allowed == method)
            && headers.iter().all(known)
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Answers a browser that asks first, and says in other answers which page may read them.
pub(super) async fn cors(State(rules): State<Arc<Vec<Rule>>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let Some(origin) = text(headers, ORIGIN).map(str::to_owned) else { return next.run(request).await };
    let asks = request.method() == Method::OPTIONS;
    let method = if asks { text(headers, ACCESS_CONTROL_REQUEST_METHOD) } else { Some(request.method().as_str()) };
    let method = method.unwrap_or_default().to_owned();
    let wanted = if asks { text(headers, ACCESS_CONTROL_REQUEST_HEADERS) } else { None }.unwrap_or_default();
    let wanted: Vec<String> =
        wanted.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let rule = rules.iter().find(|rule| rule.allows(&origin, &method, &wanted));
    let mut response = match (asks, rule) {
        (true, None) => return StatusCode::FORBIDDEN.into_response(),
        (true, Some(rule)) => {
            let said = [
                (ACCESS_CONTROL_ALLOW_METHODS, rule.methods.join(", ")),
                (ACCESS_CONTROL_ALLOW_HEADERS, wanted.join(", ")),
                (ACCESS_CONTROL_MAX_AGE, rule.max_age.to_string()),
            ];
            said.into_response()
        }
        (false, _) => next.run(request).await,
    };
    if let (Some(_), Ok(origin)) = (rule, HeaderValue::from_str(&origin)) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    let varies = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    response.headers_mut().insert(VARY, HeaderValue::from_static(varies));
    response
}
