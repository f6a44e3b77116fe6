//! From a request to its handler: a function behind the HTTP API is a list of rows, and a row is everything that there is
//! to say about one route.
//!
//! ```ignore
//! impl WebFunction for SessionEnd {
//!     const NAME: &'static str = "session-end";
//!     type State = AppState;
//!
//!     fn routes<R: Rows<AppState>>(rows: R) -> R {
//!         rows.operation(Method::POST, "/v1/sessions/{id}/end", end, |operation| {
//!             operation.named("endSession", "Sessions").summary("End a session").parameter("id", "The session.")…
//!         })
//!     }
//! }
//!
//! async fn end(app: &AppState, request: &ApiRequest, id: SessionId) -> Result<ApiResponse, ApiError> { … }
//! ```
//!
//! The handler's signature says the rest: what a request is read as ([`Incoming`]: an [`crate::ApiRequest`] for programs
//! and the console's forms, a [`crate::customer::Visit`] or a [`crate::page::Page`] for people), and so also how it is
//! refused; and of what types the `{…}` of the path are, in their order. What is not of its type is not found.
//!
//! # A new operation
//!
//! Two places say it: the row, with its handler, and the event in `infra/template.yaml` that leads to the function. Then
//! `cargo xtask openapi` writes `docs/openapi.json`. What every operation can refuse with is documented by itself; name the
//! further [`crate::Code`]s that this one can (a new one goes into `problem.rs` first). Types that are read or written
//! derive `schemars::JsonSchema` (`#[schemars(rename = "…")]` gives a private type its public name); doc comments become
//! descriptions. A new function is a line in `infra/local/src/registry.rs`.
//!
//! Tests hold it: that the template has exactly the rows' routes, that the file is fresh, that every documented request is
//! answered as documented, and that every answer in any test through the API conforms.
//!
//! # Why `routes` is generic
//!
//! [`Router`] takes the rows' handlers, [`crate::documentation::rows`] their documentation. In what is deployed only the
//! first is there, so no documentation and no schema is compiled into it.

use std::{future::Future, marker::PhantomData, pin::Pin, str::FromStr};

use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, Method, header::ALLOW},
};
use parlor_runtime::{HttpFunction, Runtime};
use schemars::{JsonSchema, SchemaGenerator};

use crate::{
    api_request::segments,
    documentation::{Documentation, MakeSchema},
};

/// A function behind the HTTP API.
pub trait WebFunction: Send + Sync + 'static {
    /// The package's name, which is also the function's in the template.
    const NAME: &'static str;

    /// What its handlers work with.
    type State: State;

    /// Its rows. Of two that fit a path the one with fewer `{…}` answers, as in API Gateway.
    fn routes<R: Rows<Self::State>>(rows: R) -> R;
}

/// What the handlers of a function work with.
pub trait State: Send + Sync + 'static {
    /// Builds it once, before the first invocation.
    fn build(runtime: &Runtime) -> Self;
}

/// For a function that answers from itself.
impl State for () {
    fn build(_: &Runtime) -> Self {}
}

/// Takes rows, one after the other.
pub trait Rows<S>: Sized {
    /// Takes the row of an operation of the API, which is documented.
    #[must_use]
    fn operation<I, P, H, D>(self, method: Method, path: &'static str, handler: H, documentation: D) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
        D: FnOnce(Documentation) -> Documentation;

    /// Takes the row of a page, of a page's form, or of what a page's script fetches; it is not documented.
    #[must_use]
    fn page<I, P, H>(self, method: Method, path: &'static str, handler: H) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>;
}

/// What a handler gets of a request, and how what the handler says goes back.
pub trait Incoming<S>: Sized + Send + Sync + 'static {
    /// What a handler answers.
    type Success: Send;
    /// Why a handler does not.
    type Error: Send;

    /// Reads a request without asking anybody, or answers that it cannot be read.
    fn receive(raw: Request, state: &S) -> Result<Self, Box<Response<Body>>>;

    /// The response to this request.
    fn respond(&self, result: Result<Self::Success, Self::Error>, state: &S) -> Response<Body>;

    /// The response to a request that has no handler: a page or a problem document, whatever the request accepts.
    fn refuse(raw: Request, why: Unrouted, state: &S) -> Response<Body>;
}

/// Why a request has no handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrouted {
    /// Nothing is at this path.
    NotFound,
    /// The path takes other methods.
    Method,
}

/// An async function of state, request and up to two parameters of the path. Never implemented by hand.
pub trait Handler<'a, S, I: Incoming<S>, P>: Send + Sync + 'static {
    /// What it answers with.
    type Answer: Future<Output = Result<I::Success, I::Error>> + Send + 'a;

    /// Calls it.
    fn call(&self, state: &'a S, request: &'a I, parameters: P) -> Self::Answer;
}

impl<'a, S, I, H, R> Handler<'a, S, I, ()> for H
where
    S: 'a,
    I: Incoming<S>,
    H: Fn(&'a S, &'a I) -> R + Send + Sync + 'static,
    R: Future<Output = Result<I::Success, I::Error>> + Send + 'a,
{
    type Answer = R;

    fn call(&self, state: &'a S, request: &'a I, (): ()) -> R {
        self(state, request)
    }
}

impl<'a, S, I, A, H, R> Handler<'a, S, I, (A,)> for H
where
    S: 'a,
    I: Incoming<S>,
    H: Fn(&'a S, &'a I, A) -> R + Send + Sync + 'static,
    R: Future<Output = Result<I::Success, I::Error>> + Send + 'a,
{
    type Answer = R;

    fn call(&self, state: &'a S, request: &'a I, (first,): (A,)) -> R {
        self(state, request, first)
    }
}

impl<'a, S, I, A, B, H, R> Handler<'a, S, I, (A, B)> for H
where
    S: 'a,
    I: Incoming<S>,
    H: Fn(&'a S, &'a I, A, B) -> R + Send + Sync + 'static,
    R: Future<Output = Result<I::Success, I::Error>> + Send + 'a,
{
    type Answer = R;

    fn call(&self, state: &'a S, request: &'a I, (first, second): (A, B)) -> R {
        self(state, request, first, second)
    }
}

/// What stands in the place of a path's `{…}`.
pub trait PathParameters: Sized + Send + 'static {
    /// Their schemas, in their order.
    const SCHEMAS: &'static [MakeSchema];

    /// Reads them; nothing if one is not of its type.
    fn parse(values: Vec<String>) -> Option<Self>;
}

impl PathParameters for () {
    const SCHEMAS: &'static [MakeSchema] = &[];

    fn parse(values: Vec<String>) -> Option<Self> {
        values.is_empty().then_some(())
    }
}

impl<A: FromStr + JsonSchema + Send + 'static> PathParameters for (A,) {
    const SCHEMAS: &'static [MakeSchema] = &[SchemaGenerator::subschema_for::<A>];

    fn parse(values: Vec<String>) -> Option<Self> {
        let [first] = values.try_into().ok()?;
        Some((first.parse().ok()?,))
    }
}

impl<A, B> PathParameters for (A, B)
where
    A: FromStr + JsonSchema + Send + 'static,
    B: FromStr + JsonSchema + Send + 'static,
{
    const SCHEMAS: &'static [MakeSchema] = &[SchemaGenerator::subschema_for::<A>, SchemaGenerator::subschema_for::<B>];

    fn parse(values: Vec<String>) -> Option<Self> {
        let [first, second] = values.try_into().ok()?;
        Some((first.parse().ok()?, second.parse().ok()?))
    }
}

type Answering<'a> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>>;

/// A handler whose types are forgotten.
trait Answer<S>: Send + Sync {
    fn answer<'a>(&'a self, raw: Request, values: Vec<String>, state: &'a S) -> Answering<'a>;

    fn refuse(&self, raw: Request, why: Unrouted, state: &S) -> Response<Body>;
}

/// A handler, and what it takes.
struct Typed<H, I, P> {
    handler: H,
    takes: PhantomData<fn(I, P)>,
}

impl<S, I, P, H> Answer<S> for Typed<H, I, P>
where
    S: Send + Sync,
    I: Incoming<S>,
    P: PathParameters,
    H: for<'a> Handler<'a, S, I, P>,
{
    fn answer<'a>(&'a self, raw: Request, values: Vec<String>, state: &'a S) -> Answering<'a> {
        Box::pin(async move {
            let Some(parameters) = P::parse(values) else { return I::refuse(raw, Unrouted::NotFound, state) };
            let request = match I::receive(raw, state) {
                Ok(request) => request,
                Err(refusal) => return *refusal,
            };
            let result = self.handler.call(state, &request, parameters).await;
            request.respond(result, state)
        })
    }

    fn refuse(&self, raw: Request, why: Unrouted, state: &S) -> Response<Body> {
        I::refuse(raw, why, state)
    }
}

/// A row as the router keeps it.
struct Row<S> {
    method: Method,
    path: &'static str,
    // A handler is a function's name, which takes no place: nothing is allocated.
    handler: Box<dyn Answer<S>>,
}

impl<S> Row<S> {
    /// What stands in the place of the `{…}`, if the row is about this path.
    fn values(&self, path: &[String]) -> Option<Vec<String>> {
        let mut values = vec![];
        let mut given = path.iter();
        for expected in self.path.split('/').filter(|segment| !segment.is_empty()) {
            let segment = given.next()?;
            if expected.starts_with('{') {
                values.push(segment.clone());
            } else if expected != segment {
                return None;
            }
        }
        given.next().is_none().then_some(values)
    }
}

/// Collects the handlers of rows.
struct Handlers<S>(Vec<Row<S>>);

impl<S: Send + Sync> Rows<S> for Handlers<S> {
    fn operation<I, P, H, D>(self, method: Method, path: &'static str, handler: H, _: D) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
        D: FnOnce(Documentation) -> Documentation,
    {
        self.page(method, path, handler)
    }

    fn page<I, P, H>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
    {
        self.0.push(Row { method, path, handler: Box::new(Typed { handler, takes: PhantomData }) });
        self
    }
}

/// Answers the requests of `F` by its rows.
pub struct Router<F: WebFunction> {
    state: F::State,
    rows: Vec<Row<F::State>>,
}

impl<F: WebFunction> HttpFunction for Router<F> {
    const NAME: &'static str = F::NAME;

    fn new(runtime: &Runtime) -> Self {
        Self::with(F::State::build(runtime))
    }

    async fn handle(&self, raw: Request) -> Response<Body> {
        let is_head = raw.method() == Method::HEAD;
        let mut response = self.answer(raw).await;
        if is_head {
            *response.body_mut() = Body::Empty;
        }
        response
    }
}

impl<F: WebFunction> Router<F> {
    /// With a state of one's own.
    pub fn with(state: F::State) -> Self {
        Self { state, rows: F::routes(Handlers(vec![])).0 }
    }

    async fn answer(&self, raw: Request) -> Response<Body> {
        let path = segments(&raw);
        // A HEAD is a GET of which only the headers are sent (RFC 9110).
        let method = if raw.method() == Method::HEAD { Method::GET } else { raw.method().clone() };
        let there: Vec<_> = self.rows.iter().filter_map(|row| Some((row, row.values(&path)?))).collect();
        let Some((closest, _)) = there.first() else { return self.not_found(raw) };
        let allow = allowed(there.iter().map(|(row, _)| &row.method));
        let closest = *closest;
        let chosen = there.into_iter().filter(|(row, _)| row.method == method).min_by_key(|(_, values)| values.len());
        if let Some((row, values)) = chosen {
            return row.handler.answer(raw, values, &self.state).await;
        }
        let mut response = closest.handler.refuse(raw, Unrouted::Method, &self.state);
        response.headers_mut().extend(HeaderValue::try_from(allow).ok().map(|allow| (ALLOW, allow)));
        response
    }

    /// What a function answers at a path that none of its rows is about, its first row says.
    fn not_found(&self, raw: Request) -> Response<Body> {
        match self.rows.first() {
            Some(row) => row.handler.refuse(raw, Unrouted::NotFound, &self.state),
            None => Response::new(Body::Empty),
        }
    }
}

/// The methods of rows, for `Allow`.
fn allowed<'a>(methods: impl Iterator<Item = &'a Method>) -> String {
    let mut names: Vec<&str> = vec![];
    for method in methods {
        let head = (method == Method::GET).then_some("HEAD");
        for name in [method.as_str()].into_iter().chain(head) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use lambda_http::{RequestExt as _, http::StatusCode};

    use super::*;
    use crate::page::{Page, PageRefusal};

    /// Answers what it was asked for.
    struct Echo;

    impl WebFunction for Echo {
        const NAME: &'static str = "echo";
        type State = ();

        fn routes<R: Rows<()>>(rows: R) -> R {
            rows.page(Method::GET, "/", root)
                .page(Method::GET, "/things/{id}", thing)
                .page(Method::PUT, "/things/{id}", thing)
                .page(Method::GET, "/things/newest", newest)
                .page(Method::POST, "/things/{id}/parts/{name}", part)
        }
    }

    #[derive(Debug)]
    struct Refused(Unrouted);

    impl From<Unrouted> for Refused {
        fn from(why: Unrouted) -> Self {
            Self(why)
        }
    }

    impl PageRefusal<()> for Refused {
        fn into_response(self, _: &Request, (): &()) -> Response<Body> {
            let status = match self.0 {
                Unrouted::NotFound => StatusCode::NOT_FOUND,
                Unrouted::Method => StatusCode::METHOD_NOT_ALLOWED,
            };
            Response::builder().status(status).body("refused".into()).unwrap()
        }
    }

    type Answered = Result<Response<Body>, Refused>;

    async fn root((): &(), _: &Page<Refused>) -> Answered {
        Ok(Response::new("root".into()))
    }

    async fn thing((): &(), page: &Page<Refused>, id: u8) -> Answered {
        Ok(Response::new(format!("{} {id}", page.method()).into()))
    }

    async fn newest((): &(), _: &Page<Refused>) -> Answered {
        Ok(Response::new("newest".into()))
    }

    async fn part((): &(), _: &Page<Refused>, id: u8, name: String) -> Answered {
        Ok(Response::new(format!("{id} {name}").into()))
    }

    async fn ask(method: Method, path: &str) -> Response<Body> {
        let raw = lambda_http::http::Request::builder().method(method).body(Body::Empty).unwrap();
        Router::<Echo>::with(()).handle(raw.with_raw_http_path(path)).await
    }

    async fn answered(method: Method, path: &str) -> (u16, String) {
        let response = ask(method, path).await;
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_request_goes_to_its_rows_handler_with_what_the_path_says() {
        for (method, path, body) in [
            (Method::GET, "/", "root"),
            (Method::GET, "/things/7", "GET 7"),
            (Method::PUT, "/things/7", "PUT 7"),
            (Method::GET, "/things/newest", "newest"),
            (Method::POST, "/things/7/parts/a%2Fb", "7 a/b"),
        ] {
            assert_eq!(answered(method, path).await, (200, body.to_owned()), "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_nowhere_or_not_of_its_type_is_not_found() {
        for path in ["/nothing", "/things", "/things/7/parts", "/things/7/parts/a/b", "/things/700", "/things/x"] {
            assert_eq!(answered(Method::GET, path).await, (404, "refused".to_owned()), "{path}");
        }
    }

    #[tokio::test]
    async fn another_method_is_told_which_there_are() {
        let response = ask(Method::DELETE, "/things/7").await;
        assert_eq!((response.status().as_u16(), &response.headers()[ALLOW]), (405, &"GET, HEAD, PUT".parse().unwrap()));
        let response = ask(Method::GET, "/things/7/parts/a").await;
        assert_eq!((response.status().as_u16(), &response.headers()[ALLOW]), (405, &"POST".parse().unwrap()));
        assert_eq!(ask(Method::DELETE, "/things/newest").await.headers()[ALLOW], "GET, HEAD, PUT");
    }

    #[tokio::test]
    async fn a_head_is_a_get_without_its_body() {
        assert_eq!(answered(Method::HEAD, "/things/7").await, (200, String::new()));
        assert_eq!(answered(Method::HEAD, "/things/700").await, (404, String::new()));
    }
}
