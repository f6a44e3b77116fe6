//! From a request to its handler: a function behind the HTTP API is a list of rows, and a row is everything that there is
//! to say about one route.
//!
//! ```ignore
//! impl WebFunction for SessionEnd {
//!     const NAME: &'static str = "session-end";
//!     type State = AppState;
//!
//!     fn routes<R: Rows<AppState>>(rows: R) -> R {
//!         rows.operation(Method::POST, "/v1/sessions/{id}/end", Callers::Scope(KeyScope::Sessions), end, |operation| {
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
//! Two places say it: the row, with its handler, and the line in `infra/template.yaml` that leads to the function. Then
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
//! [`crate::Router`] takes the rows' handlers, [`crate::described_rows::rows`] their documentation. In what is deployed only the
//! first is there, so no documentation and no schema is compiled into it.

use std::{future::Future, str::FromStr};

use lambda_http::{Body, Request, RequestExt as _, Response, http::Method};
use parlor_runtime::Runtime;
use schemars::{JsonSchema, SchemaGenerator};

use crate::{
    ApiError,
    documentation::{Callers, Documentation, MakeSchema},
};

/// A function behind the HTTP API.
pub trait WebFunction: Send + Sync + 'static {
    /// The package's name, which is also the function's in the template.
    const NAME: &'static str;

    /// What its handlers work with; built once, in init.
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
    /// Takes the row of an operation of the API, which is documented. `callers` says who may call it, and which scope an API key
    /// needs for it: [`crate::ApiRequest::caller`] holds it.
    #[must_use]
    fn operation<I, P, H, D>(
        self,
        method: Method,
        path: &'static str,
        callers: Callers,
        handler: H,
        documentation: D,
    ) -> Self
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
    /// What a handler answers when it succeeds.
    type Success: Send;
    /// What a handler refuses with.
    type Error: Send;

    /// Reads a request without asking anybody, or answers that it cannot be read. `callers` is what its row says.
    fn receive(raw: Request, callers: Callers, state: &S) -> Result<Self, Box<Response<Body>>>;

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

impl From<Unrouted> for ApiError {
    fn from(why: Unrouted) -> Self {
        match why {
            Unrouted::NotFound => Self::NotFound,
            Unrouted::Method => Self::Method,
        }
    }
}

/// An async function of state, request and up to two parameters of the path. Never implemented by hand.
pub trait Handler<'a, S, I: Incoming<S>, P>: Send + Sync + 'static {
    /// The future that the handler returns.
    type Answer: Future<Output = Result<I::Success, I::Error>> + Send + 'a;

    /// Calls the handler with what the path says.
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
    /// The schemas of the parameters, in the path's order.
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

/// The segments of a request's path. It is read here, because functions' own URLs bring no path parameters.
#[must_use]
pub(crate) fn segments(request: &Request) -> Vec<String> {
    let path = request.raw_http_path();
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect()
}
