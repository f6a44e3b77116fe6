//! From a request to the handler of its row (see [`crate::route`]).

use std::{future::Future, marker::PhantomData, pin::Pin};

use lambda_http::{
    Body, Request, Response,
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, CACHE_CONTROL},
    },
};
use parlor_runtime::{HttpFunction, Runtime};

use crate::{
    documentation::{Callers, Documentation},
    route::{Handler, Incoming, PathParameters, Rows, State, Unrouted, WebFunction, segments},
};

type Answering<'a> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>>;

/// A handler whose types are forgotten.
trait Answer<S>: Send + Sync {
    fn answer<'a>(&'a self, raw: Request, callers: Callers, values: Vec<String>, state: &'a S) -> Answering<'a>;

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
    fn answer<'a>(&'a self, raw: Request, callers: Callers, values: Vec<String>, state: &'a S) -> Answering<'a> {
        Box::pin(async move {
            let Some(parameters) = P::parse(values) else { return I::refuse(raw, Unrouted::NotFound, state) };
            let request = match I::receive(raw, callers, state) {
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
    callers: Callers,
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
    fn operation<I, P, H, D>(mut self, method: Method, path: &'static str, callers: Callers, handler: H, _: D) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
        D: FnOnce(Documentation) -> Documentation,
    {
        self.0.push(Row { method, path, callers, handler: Box::new(Typed { handler, takes: PhantomData }) });
        self
    }

    fn page<I, P, H>(mut self, method: Method, path: &'static str, handler: H) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
    {
        // A page checks its own callers; what an admin's or staff's page takes of the API's requests, no key may send.
        let callers = Callers::Staff;
        self.0.push(Row { method, path, callers, handler: Box::new(Typed { handler, takes: PhantomData }) });
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
            return row.handler.answer(raw, row.callers, values, &self.state).await;
        }
        let asks = *raw.method() == Method::OPTIONS;
        let mut response = if asks { options() } else { closest.handler.refuse(raw, Unrouted::Method, &self.state) };
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

/// What an OPTIONS is answered with, beside `Allow` (RFC 9110, section 9.3.7). It needs no credentials and says nothing to other
/// origins: no page of theirs may call the API.
fn options() -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
    names.push("OPTIONS");
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
        assert_eq!(
            (response.status().as_u16(), &response.headers()[ALLOW]),
            (405, &"GET, HEAD, PUT, OPTIONS".parse().unwrap())
        );
        let response = ask(Method::GET, "/things/7/parts/a").await;
        assert_eq!((response.status().as_u16(), &response.headers()[ALLOW]), (405, &"POST, OPTIONS".parse().unwrap()));
        assert_eq!(ask(Method::DELETE, "/things/newest").await.headers()[ALLOW], "GET, HEAD, PUT, OPTIONS");
        let response = ask(Method::OPTIONS, "/things/7").await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()[ALLOW]),
            (204, &"GET, HEAD, PUT, OPTIONS".parse().unwrap())
        );
        assert_eq!(ask(Method::OPTIONS, "/nothing").await.status(), 404);
    }

    #[tokio::test]
    async fn a_head_is_a_get_without_its_body() {
        assert_eq!(answered(Method::HEAD, "/things/7").await, (200, String::new()));
        assert_eq!(answered(Method::HEAD, "/things/700").await, (404, String::new()));
    }
}
