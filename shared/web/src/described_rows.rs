//! A function's rows as they describe themselves: what the OpenAPI document is made from, and what the template is held to.

use lambda_http::http::Method;

use crate::{
    documentation::{Callers, Documentation},
    route::{Handler, Incoming, PathParameters, Rows, WebFunction},
};

/// A row as it is told.
#[derive(Debug, Clone)]
pub struct DescribedRow {
    /// The row's method.
    pub method: Method,
    /// The path, as the template's route has it.
    pub path: &'static str,
    /// How many parts of the path the handler takes.
    pub takes: usize,
    /// What it says about itself, if it is an operation of the API.
    pub documentation: Option<Documentation>,
}

/// The rows of `F`, in their order.
#[must_use]
pub fn rows<F: WebFunction>() -> Vec<DescribedRow> {
    F::routes(Descriptions(vec![])).0
}

/// Collects what rows say about themselves.
struct Descriptions(Vec<DescribedRow>);

impl<S> Rows<S> for Descriptions {
    fn operation<I, P, H, D>(
        mut self,
        method: Method,
        path: &'static str,
        callers: Callers,
        _: H,
        documentation: D,
    ) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
        D: FnOnce(Documentation) -> Documentation,
    {
        let documentation = Some(documentation(Documentation::new(method.clone(), path, callers, P::SCHEMAS)));
        self.0.push(DescribedRow { method, path, takes: P::SCHEMAS.len(), documentation });
        self
    }

    fn page<I, P, H>(mut self, method: Method, path: &'static str, _: H) -> Self
    where
        I: Incoming<S>,
        P: PathParameters,
        H: for<'a> Handler<'a, S, I, P>,
    {
        self.0.push(DescribedRow { method, path, takes: P::SCHEMAS.len(), documentation: None });
        self
    }
}
