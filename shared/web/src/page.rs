//! Requests of people's browsers whose handlers read them by themselves.

use std::{marker::PhantomData, ops::Deref};

use lambda_http::{Body, Request, Response};

use crate::{
    documentation::Callers,
    route::{Incoming, Unrouted},
};

/// Why a page is not what was asked for.
pub trait PageRefusal<S>: From<Unrouted> + Send + 'static {
    /// The page that is shown instead, with its status.
    fn into_response(self, raw: &Request, state: &S) -> Response<Body>;
}

/// A request as it came. `E` says how it is refused.
pub struct Page<E> {
    raw: Request,
    refused_as: PhantomData<fn() -> E>,
}

impl<E> Deref for Page<E> {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.raw
    }
}

impl<S, E: PageRefusal<S>> Incoming<S> for Page<E> {
    type Success = Response<Body>;
    type Error = E;

    fn receive(raw: Request, _: Callers, _: &S) -> Result<Self, Box<Response<Body>>> {
        Ok(Self { raw, refused_as: PhantomData })
    }

    fn respond(&self, result: Result<Response<Body>, E>, state: &S) -> Response<Body> {
        result.unwrap_or_else(|refused| refused.into_response(&self.raw, state))
    }

    fn refuse(raw: Request, why: Unrouted, state: &S) -> Response<Body> {
        E::from(why).into_response(&raw, state)
    }
}
