use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::StatusCode;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::event::{HttpEvent, answer};
use crate::{OriginSecret, Runtime, init_telemetry, origin};

/// A function behind the HTTP API: pages and operations.
pub trait HttpFunction: Sized + Send + Sync + 'static {
    /// The package's name, which is also the function's in the template.
    const NAME: &'static str;

    /// Builds the function once, before its first invocation: clients belong here.
    fn new(runtime: &Runtime) -> Self;

    /// Answers one request. There is no error to return: what goes wrong is an answer, too.
    fn handle(&self, request: Request) -> impl Future<Output = Response<Body>> + Send;
}

/// A function that something other than the HTTP API calls: WebSocket routes, the table's stream, schedules.
pub trait EventFunction: Sized + Send + Sync + 'static {
    /// The package's name, which is also the function's in the template.
    const NAME: &'static str;

    /// What it is called with.
    type Event: DeserializeOwned + Send;

    /// What it answers.
    type Output: Serialize + Send;

    /// Builds the function once, before its first invocation: clients belong here.
    fn new(runtime: &Runtime) -> Self;

    /// Handles one event. An error makes the caller try again, where it does such a thing.
    fn handle(&self, event: Self::Event) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// Runs `F` as the Lambda function that this process is, until Lambda ends it. On tokio's `local` runtime only.
pub async fn run_http<F: HttpFunction>() -> Result<(), Error> {
    let runtime = start().await?;
    let service = http_service(Arc::new(F::new(&runtime)), Arc::clone(&runtime.config.origin_secrets));
    serve(Box::pin(lambda_runtime::run(service))).await
}

/// Runs `F` as the Lambda function that this process is, until Lambda ends it. On tokio's `local` runtime only.
pub async fn run_event<F: EventFunction>() -> Result<(), Error> {
    let runtime = start().await?;
    let service = event_service(Arc::new(F::new(&runtime)));
    serve(Box::pin(lambda_runtime::run(service))).await
}

/// Asks Lambda for invocations and answers them, as a task of its own: whenever something wakes the future that `main`
/// itself waits for, tokio first asks the kernel for other events, and a task is simply the next in the queue. The loop
/// is not `Send` as far as the compiler can tell, so the task is a local one.
async fn serve(invocations: Pin<Box<dyn Future<Output = Result<(), Error>>>>) -> Result<(), Error> {
    tokio::task::spawn_local(invocations).await?
}

async fn start() -> Result<Runtime, Error> {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let runtime = Runtime::from_env(&|name| std::env::var(name).ok())?;
    init_telemetry(runtime.config.log);
    runtime.aws.warm().await;
    Ok(runtime)
}

/// `function` as the service that `lambda_runtime` runs, with one log line for every request. The line names the route
/// and never the path: paths hold capability tokens. Who goes around the front, if there is one, is refused before the
/// function hears of it, and so is what is no request (400).
pub fn http_service<F: HttpFunction>(
    function: Arc<F>,
    origin_secrets: Arc<[OriginSecret]>,
) -> impl Service<
    LambdaEvent<HttpEvent>,
    Response = ApiGatewayV2httpResponse,
    Error = Error,
    Future = impl Future<Output = Result<ApiGatewayV2httpResponse, Error>> + Send,
> + Clone
+ Send {
    service_fn(move |event: LambdaEvent<HttpEvent>| {
        let function = Arc::clone(&function);
        let secrets = Arc::clone(&origin_secrets);
        let LambdaEvent { payload, context } = event;
        let request = payload.into_request();
        let route = request.as_ref().map(route).unwrap_or_default();
        let span = tracing::info_span!("invocation", function = F::NAME, request_id = context.request_id, route);
        async move {
            let start = now();
            let response = match request {
                None => {
                    origin::problem(StatusCode::BAD_REQUEST, "malformed", "This is not a request that can be read.")
                }
                Some(mut request) => match origin::refuse(&mut request, &secrets) {
                    None => function.handle(request.with_lambda_context(context)).await,
                    Some(refusal) => refusal,
                },
            };
            let status = response.status().as_u16();
            let ms = milliseconds(start);
            if status >= 500 {
                tracing::error!(status, ms, "failed");
            } else {
                tracing::info!(status, ms, "answered");
            }
            Ok(answer(response))
        }
        .instrument(span)
    })
}

/// `function` as the service that `lambda_runtime` runs, with one log line for every event.
pub fn event_service<F: EventFunction>(
    function: Arc<F>,
) -> impl Service<
    LambdaEvent<F::Event>,
    Response = F::Output,
    Error = Error,
    Future = impl Future<Output = Result<F::Output, Error>> + Send,
> + Clone
+ Send {
    service_fn(move |event: LambdaEvent<F::Event>| {
        let function = Arc::clone(&function);
        let LambdaEvent { payload, context } = event;
        let span = tracing::info_span!("invocation", function = F::NAME, request_id = context.request_id);
        async move {
            let start = now();
            let answer = function.handle(payload).await;
            let ms = milliseconds(start);
            match &answer {
                Ok(_) => tracing::info!(ms, "handled"),
                Err(error) => tracing::error!(ms, %error, "failed"),
            }
            answer
        }
        .instrument(span)
    })
}

/// The route as the template spells it, `GET /s/{token}`.
fn route(request: &Request) -> String {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.route_key.clone(),
        _ => None,
    }
    .unwrap_or_default()
}

fn now() -> Instant {
    #[allow(
        clippy::disallowed_methods,
        reason = "how long an invocation took is no business of the clock that decides"
    )]
    Instant::now()
}

/// With a thousandth of precision; more would be noise.
#[allow(clippy::cast_precision_loss, reason = "an invocation ends long before 2^52 microseconds")]
fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_micros() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use lambda_runtime::Context;

    use super::*;

    struct Echo;

    impl HttpFunction for Echo {
        const NAME: &'static str = "echo";

        fn new(_: &Runtime) -> Self {
            Self
        }

        async fn handle(&self, request: Request) -> Response<Body> {
            let mut response = Response::new(request.raw_http_path().into());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            response
        }
    }

    /// Whether anybody hears what is said at a place in the code, `tracing` asks only the thread that comes by first, and
    /// remembers it for all. So the tests that come by the service's places go one after the other.
    static ONE_BY_ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn invocation(event: &str) -> LambdaEvent<HttpEvent> {
        LambdaEvent { payload: serde_json::from_str(event).unwrap(), context: Context::default() }
    }

    #[tokio::test]
    async fn what_is_no_request_does_not_reach_the_function() {
        let _turn = ONE_BY_ONE.lock().await;
        let answer = http_service(Arc::new(Echo), Arc::new([])).call(invocation("{}")).await.unwrap();
        assert_eq!(answer.status_code, 400);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }

    #[tokio::test]
    async fn a_request_is_logged_by_its_route_and_never_by_its_path() {
        let _turn = ONE_BY_ONE.lock().await;
        let event = r#"{"version":"2.0","routeKey":"GET /s/{token}","rawPath":"/s/canary","rawQueryString":"q=canary",
            "headers":{"host":"x"},"isBase64Encoded":false,"requestContext":{"routeKey":"GET /s/{token}",
            "stage":"$default","http":{"method":"GET","path":"/s/canary"}}}"#;
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let response = http_service(Arc::new(Echo), Arc::new([])).call(invocation(event)).await.unwrap();
        drop(guard);
        assert_eq!(response.body, Some("/s/canary".into()));
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains(r#""route":"GET /s/{token}""#), "{log}");
        assert!(log.contains(r#""status":503"#) && log.contains("ERROR"), "{log}");
        assert!(!log.contains("canary"), "{log}");
    }

    #[tokio::test]
    async fn who_goes_around_the_front_does_not_reach_the_function() {
        let _turn = ONE_BY_ONE.lock().await;
        let secrets: Arc<[OriginSecret]> = Arc::new([OriginSecret::new("secret")]);
        let call = async |secret: &str| {
            let event = format!(
                r#"{{"version":"2.0","routeKey":"GET /","rawPath":"/","rawQueryString":"","isBase64Encoded":false,
                "headers":{{"host":"x","x-parlor-origin":"{secret}"}},"requestContext":{{"routeKey":"GET /",
                "stage":"$default","http":{{"method":"GET","path":"/"}}}}}}"#
            );
            http_service(Arc::new(Echo), Arc::clone(&secrets)).call(invocation(&event)).await.unwrap().status_code
        };
        assert_eq!(call("secret").await, 503);
        assert_eq!(call("guess!").await, 403);
    }
}
