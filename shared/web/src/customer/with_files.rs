//! A form of a customer's page that may bring files, because there is no script that sends them.

use std::ops::Deref;

use lambda_http::{Body, Request, Response};

use super::{PageError, Visit};
use crate::{
    AppState,
    documentation::Callers,
    multipart::{self, PostedFile, Unread},
    nowhere,
    route::{Incoming, Unrouted},
};

/// What a customer's browser brought, with the files of its form.
pub struct FilesVisit {
    visit: Visit,
    /// The files that were chosen.
    pub files: Vec<PostedFile>,
}

impl Deref for FilesVisit {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl From<Unread> for PageError {
    fn from(why: Unread) -> Self {
        match why {
            Unread::TooLarge => Self::TooLarge,
            Unread::NoBoundary => Self::MediaType,
            Unread::Broken => Self::Stale,
        }
    }
}

impl<S: AsRef<AppState>> Incoming<S> for FilesVisit {
    type Success = Response<Body>;
    type Error = PageError;

    fn receive(raw: Request, callers: Callers, state: &S) -> Result<Self, Box<Response<Body>>> {
        if !multipart::is_one(&raw) {
            return Visit::receive(raw, callers, state).map(|visit| Self { visit, files: vec![] });
        }
        let app = state.as_ref();
        let (mut visit, mut files) = (Visit::read(&raw, app), vec![]);
        let taken = visit.take_fields(&raw, app, |raw| {
            let posted = multipart::read(raw)?;
            files = posted.files;
            Ok(posted.fields)
        });
        match taken {
            Ok(()) => Ok(Self { visit, files }),
            Err(away) => Err(Box::new(visit.respond(Err(away), state))),
        }
    }

    fn respond(&self, result: Result<Response<Body>, PageError>, state: &S) -> Response<Body> {
        self.visit.respond(result, state)
    }

    fn refuse(raw: Request, why: Unrouted, _: &S) -> Response<Body> {
        nowhere::answer(&raw, why)
    }
}
