//! Refusals: RFC 9457 problem documents with a stable `code`, and nothing internal in any of them.

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_domain::{Rejection, SettingsError};
use parlor_store::{CommitError, StoreError};
use serde::Serialize;

/// A refusal as callers see it.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// The status in words.
    pub title: &'static str,
    /// For people: what was wrong and what to do.
    pub detail: String,
    /// The input at fault, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds to wait, for `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<i64>,
}

impl Problem {
    /// A refusal.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            code,
            title: status.canonical_reason().unwrap_or("Refused"),
            detail: detail.into(),
            field: None,
            retry_after: None,
        }
    }

    /// About one input.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Worth another try after so many seconds.
    #[must_use]
    pub fn after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// 422 about one input.
    #[must_use]
    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).about(field)
    }
}

/// What every operation can refuse with.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No credentials, or none that count.
    #[error("not signed in")]
    NotSignedIn,
    /// Signed in, and not allowed; only where the thing itself is no secret.
    #[error("not allowed")]
    Forbidden(&'static str),
    /// Not there, or not visible: the same answer (interface: "not visible is 404").
    #[error("not found")]
    NotFound,
    /// The request is not one that the operation can read.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The body is too large.
    #[error("too large")]
    TooLarge,
    /// The body's type is none that the operation reads.
    #[error("unsupported media type")]
    MediaType,
    /// A form that did not come from one of our pages.
    #[error("the form did not come from this site")]
    Csrf,
    /// The `Idempotency-Key` was used with another request.
    #[error("the idempotency key was used with another request")]
    KeyReused,
    /// The domain says no.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// A settings document that has no meaning.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many others at once.
    #[error("too many at once")]
    Busy,
    /// A sealed value does not open: the master key is not the one it was sealed with.
    #[error(transparent)]
    Sealed(#[from] parlor_domain::keyring::CannotOpen),
    /// Maintenance is switched on (R15).
    #[error("maintenance")]
    Maintenance,
    /// An operation's own refusal.
    #[error("{}", .0.code)]
    Other(Problem),
}

impl From<CommitError> for Refused {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            CommitError::Conflict | CommitError::AlreadyKept | CommitError::AlreadyPosted => Self::Busy,
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl Refused {
    /// As callers see it. What went wrong inside is logged here and told to nobody.
    #[must_use]
    pub fn problem(self, now: Timestamp) -> Problem {
        let unavailable = || {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service is not available; try again.")
                .after(2)
        };
        match self {
            Self::NotSignedIn => Problem::new(
                StatusCode::UNAUTHORIZED,
                "not-signed-in",
                "Sign in, or send an API key as `Authorization: Bearer …`.",
            ),
            Self::Forbidden(detail) => Problem::new(StatusCode::FORBIDDEN, "forbidden", detail),
            Self::NotFound => {
                Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here that you may see.")
            }
            Self::Malformed(detail) => Problem::new(StatusCode::BAD_REQUEST, "malformed", detail),
            Self::TooLarge => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body may have at most 64 KB.")
            }
            Self::MediaType => Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Send `application/json`, or a form from the console.",
            ),
            Self::Csrf => Problem::new(
                StatusCode::FORBIDDEN,
                "csrf",
                "This form is out of date. Go back, reload the page, and send it again.",
            ),
            Self::KeyReused => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This Idempotency-Key was used with another request; use a new one.",
            ),
            Self::Rejected(rejection) => rejected(&rejection, now),
            Self::Settings(error) => Problem::invalid(error.key(), "invalid-setting", error.to_string()),
            Self::Maintenance => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "maintenance",
                "The service is down for maintenance; try again later.",
            )
            .after(60),
            Self::Busy => unavailable(),
            Self::Store(error) => {
                tracing::error!(%error, "store");
                unavailable()
            }
            Self::Sealed(error) => {
                tracing::error!(%error, "keyring");
                unavailable()
            }
            Self::Other(problem) => problem,
        }
    }
}

fn rejected(rejection: &Rejection, now: Timestamp) -> Problem {
    let code = rejection.code();
    let detail = capitalised(&rejection.to_string());
    let field = match rejection {
        Rejection::SmsOff => Some("phone"),
        Rejection::PinRequired => Some("pin"),
        Rejection::NoContact => Some("customer"),
        Rejection::InvalidName => Some("customer.name"),
        Rejection::InvalidMessage => Some("text"),
        _ => None,
    };
    match rejection {
        Rejection::SmsOff
        | Rejection::PinRequired
        | Rejection::NoContact
        | Rejection::InvalidName
        | Rejection::InvalidMessage => Problem::invalid(field.unwrap_or("customer"), code, detail),
        Rejection::TooOften { retry_at } => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, code, detail).after(retry_at.duration_since(now).as_secs())
        }
        Rejection::Gate(_) => Problem::new(StatusCode::FORBIDDEN, code, "Access denied."),
        Rejection::AlreadyEnded
        | Rejection::Discarded
        | Rejection::NotEnded
        | Rejection::NotRenewableAfterInactivity
        | Rejection::RenewWindowPassed
        | Rejection::NotInvited
        | Rejection::ChatClosed => Problem::new(StatusCode::CONFLICT, code, detail),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The page for a person whose form, or page, was refused. The browser's own Back keeps what was typed; `back` is where the
/// page's button leads, `/console` or a room.
#[must_use]
pub fn page(problem: &Problem, back: &str) -> lambda_http::Response<lambda_http::Body> {
    use parlor_templates::console::{Door, DoorPage, words};
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let door = match status {
        StatusCode::NOT_FOUND => Door::NotFound,
        StatusCode::FORBIDDEN if problem.code == "forbidden" => Door::Denied,
        StatusCode::SERVICE_UNAVAILABLE => {
            Door::Down { message: None, status_url: None, maintenance: problem.code == "maintenance" }
        }
        _ => Door::Refused { title: words::REFUSED.to_owned(), detail: problem.detail.clone(), back: back.to_owned() },
    };
    let mut response = crate::reply::html(status, DoorPage { door }.render(), None);
    crate::reply::retry_after(&mut response, problem.retry_after);
    response
}
