//! Refusals: RFC 9457 problem documents with a stable `code`, and nothing internal in any of them.

use jiff::Timestamp;
use lambda_http::http::StatusCode;
use parlor_domain::{
    Rejection, SessionId, SettingsError, UploadRefusal,
    interaction::{NoFile, Refusal},
    rate::Standing,
};
use parlor_store::{OpenSession, StoreError};
use parlor_templates::{
    Lang,
    console::{Blocking, Notice, NoticePage},
    refusals, words,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Time, api_request::room};

macro_rules! codes {
    ($($name:ident $code:literal $status:ident $meaning:literal,)+) => {
        /// Every code that a refusal of the API can have. Stable: codes are added and never changed. Each has one status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $name,)+
        }

        impl Code {
            /// Every code, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it stands in a problem document.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The HTTP status that it comes with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// What it means, for the API's document.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }
        }
    };
}

codes! {
    Malformed "malformed" BAD_REQUEST "The request cannot be read: broken JSON, a wrong type, an unknown or missing field.",
    NotSignedIn "not-signed-in" UNAUTHORIZED "No credentials, or none that count.",
    Forbidden "forbidden" FORBIDDEN "Known, and not allowed.",
    Scope "scope" FORBIDDEN "The API key does not have the scope that the operation needs.",
    Csrf "csrf" FORBIDDEN "A signed-in browser sent no token of its own pages, or came from elsewhere.",
    AccessDenied "access-denied" FORBIDDEN "A gate stands between the customer and the session.",
    NotFound "not-found" NOT_FOUND "Nothing is there, or nothing that the caller may see.",
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "The address takes other methods; `Allow` names them.",
    AlreadyEnded "already-ended" CONFLICT "The session is over.",
    Discarded "discarded" CONFLICT "The session was planned and given up.",
    Erased "erased" CONFLICT "The session was erased: nothing of it is left.",
    NotEnded "not-ended" CONFLICT "The session is not over, so it can be neither renewed nor erased.",
    NotRenewable "not-renewable" CONFLICT "The settings do not allow to renew this session (any more).",
    NotInvited "not-invited" CONFLICT "Nobody was invited yet.",
    AlreadyJoined "already-joined" CONFLICT "The customer has joined, so their details stay as they are; start a new session.",
    ChatClosed "chat-closed" CONFLICT "Nobody may write in the chat now.",
    AttachmentsClosed "attachments-closed" CONFLICT "Files cannot be attached to messages now, or the settings do not have it.",
    InteractionClosed "interaction-closed" CONFLICT "The interaction is completed, declined or withdrawn.",
    NotSent "not-sent" CONFLICT "The interaction is a draft.",
    NotDraft "not-a-draft" CONFLICT "The interaction was sent, so what it asks stays as it is.",
    ReadOnly "read-only" CONFLICT "The customer may not fill in anything now.",
    UploadNotRead "upload-not-read" CONFLICT "The file has not come, or is still being read.",
    NotCompleted "not-completed" CONFLICT "The customer has not completed it, or there is no signed document yet.",
    NotRequest "not-a-request" CONFLICT "Only a document request is accepted or sent back.",
    NoFiles "no-files" CONFLICT "Nothing is finished yet, and no file was sent in the chat.",
    ArchiveTooLarge "archive-too-large" CONFLICT "The files are more than 100 MB together, or more than 1,000; download them one by one.",
    TooManyFiles "too-many-files" CONFLICT "There are as many files as there may be.",
    TooManyInteractions "too-many-interactions" CONFLICT "The session has 100 interactions, as many as it may have.",
    TooManyParticipants "too-many-participants" CONFLICT "The session has 10 participants, or ever had 40: as many as it may have.",
    PartOfWorkflow "part-of-workflow" CONFLICT "It is part of a workflow, and goes where that goes.",
    NotYourTurn "not-your-turn" CONFLICT "Others come first, and are not done yet.",
    TransferPending "transfer-pending" CONFLICT "Somebody asks for the session already.",
    NoTransfer "no-transfer" CONFLICT "Nobody asks for the session, or not any more.",
    SessionExists "session-exists" CONFLICT "The customer has a session already, and the settings go on with it; `session` names it. Only the console is told so.",
    SingleActiveSession "single-active-session" CONFLICT "The agent has a session open, and the settings allow one at a time; `session` names it.",
    VersionConflict "version-conflict" CONFLICT "Somebody else changed the document meanwhile.",
    EmailTaken "email-taken" CONFLICT "Somebody has this e-mail address already.",
    LastAdmin "last-admin" CONFLICT "Nobody else could act as an admin.",
    AlreadyActive "already-active" CONFLICT "The person signs in already, and needs no invitation.",
    Deactivated "deactivated" CONFLICT "The person is deactivated; reactivate them first.",
    TooManyWebhooks "too-many-webhooks" CONFLICT "There are as many webhook endpoints as there may be.",
    TooManyKeys "too-many-keys" CONFLICT "There are as many API keys as there may be; revoke one first.",
    TooManyEntries "too-many-entries" CONFLICT "The library has 500 entries, as many as it may have.",
    Archived "archived" CONFLICT "The library's entry is archived; take it out of the archive first.",
    WasPublished "was-published" CONFLICT "The library's entry was published, so it is kept; archive it instead.",
    WebhookDisabled "webhook-disabled" CONFLICT "Nothing is sent to the endpoint now; enable it first.",
    DeliveryPending "delivery-pending" CONFLICT "The delivery waits to be sent already.",
    TooLarge "too-large" PAYLOAD_TOO_LARGE "The body is larger than 64 KB.",
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The body is not `application/json`.",
    IdempotencyKeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "The `Idempotency-Key` was used with another request.",
    InvalidSetting "invalid-setting" UNPROCESSABLE_ENTITY "A key of the settings document is unknown, missing, or has no meaning; `field` names it.",
    SmsOff "sms-off" UNPROCESSABLE_ENTITY "Text messages are switched off.",
    PinRequired "pin-required" UNPROCESSABLE_ENTITY "The settings ask for a PIN.",
    InvalidPin "invalid-pin" UNPROCESSABLE_ENTITY "A PIN has 4 to 12 digits.",
    NoContact "no-contact" UNPROCESSABLE_ENTITY "The customer has no address for the channel.",
    InvalidOrder "invalid-order" UNPROCESSABLE_ENTITY "When it is somebody's turn is a number from 1 to 20.",
    InvalidName "invalid-name" UNPROCESSABLE_ENTITY "A name is empty, too long, or not one line.",
    InvalidEmail "invalid-email" UNPROCESSABLE_ENTITY "Not an e-mail address that mail can be sent to.",
    InvalidPhone "invalid-phone" UNPROCESSABLE_ENTITY "Not a phone number of any country, or a national one without a default country.",
    InvalidLanguage "invalid-language" UNPROCESSABLE_ENTITY "Not a language tag (BCP 47).",
    InvalidMessage "invalid-message" UNPROCESSABLE_ENTITY "A message has 1 to 4,000 characters, its id 1 to 64.",
    MessageIdReused "message-id-reused" UNPROCESSABLE_ENTITY "The message's `id` belongs to another message that was posted.",
    UnknownTeam "unknown-team" UNPROCESSABLE_ENTITY "There is no such team that the session's agent may use.",
    UnknownAgent "unknown-agent" UNPROCESSABLE_ENTITY "There is no such agent who may own the session.",
    InvalidOverlap "invalid-overlap" UNPROCESSABLE_ENTITY "`overlap_minutes` is out of range.",
    InvalidUrl "invalid-url" UNPROCESSABLE_ENTITY "Webhooks are not sent to this URL.",
    InvalidDescription "invalid-description" UNPROCESSABLE_ENTITY "The description is too long.",
    UnknownEventType "unknown-event-type" UNPROCESSABLE_ENTITY "There are no events of this type.",
    InvalidScopes "invalid-scopes" UNPROCESSABLE_ENTITY "An API key has at least one scope.",
    InvalidExpiry "invalid-expiry" UNPROCESSABLE_ENTITY "An API key ends after now, if it ends.",
    InvalidReason "invalid-reason" UNPROCESSABLE_ENTITY "A reason has at most 300 characters, of declining and sending back 500; sending back needs one.",
    TooMuch "too-much" UNPROCESSABLE_ENTITY "`metadata` or `reference` is too large, or answers together.",
    Incomplete "incomplete" UNPROCESSABLE_ENTITY "Something is still missing.",
    InvalidText "invalid-text" UNPROCESSABLE_ENTITY "A prepared text has 1 to 4,000 characters.",
    AnotherKind "another-kind" UNPROCESSABLE_ENTITY "An entry of the library stays of its kind, and has that kind's fields only.",
    InvalidTitle "invalid-title" UNPROCESSABLE_ENTITY "A title has 1 to 120 characters, in one line.",
    InvalidDue "invalid-due" UNPROCESSABLE_ENTITY "`due_at` is over.",
    InvalidWorkflow "invalid-workflow" UNPROCESSABLE_ENTITY "The workflow's definition has no meaning; `field` says where.",
    InvalidRequest "invalid-request" UNPROCESSABLE_ENTITY "What the request asks for has no meaning; `field` says where.",
    FileNotAskedFor "file-not-asked-for" UNPROCESSABLE_ENTITY "A file of this kind is not asked for.",
    UnknownUpload "unknown-upload" UNPROCESSABLE_ENTITY "There is no such upload of this session, or not any more.",
    UnknownEntry "unknown-entry" UNPROCESSABLE_ENTITY "The library of the session's team offers no such entry.",
    NotPdf "not-pdf" UNPROCESSABLE_ENTITY "The file is no PDF.",
    NotClean "not-clean" UNPROCESSABLE_ENTITY "The virus check did not let the file through.",
    Damaged "damaged" UNPROCESSABLE_ENTITY "The file is damaged.",
    Password "password" UNPROCESSABLE_ENTITY "The file has a password.",
    Xfa "xfa" UNPROCESSABLE_ENTITY "The form opens in Adobe's programs only.",
    Signed "signed" UNPROCESSABLE_ENTITY "The file is signed already.",
    NoPages "no-pages" UNPROCESSABLE_ENTITY "The file has no pages.",
    TooManyPages "too-many-pages" UNPROCESSABLE_ENTITY "The file has too many pages.",
    PageTooLarge "page-too-large" UNPROCESSABLE_ENTITY "A page of the file is too large.",
    ImageTooLarge "image-too-large" UNPROCESSABLE_ENTITY "A picture in the file is too large.",
    TooMuchContent "too-much-content" UNPROCESSABLE_ENTITY "The file has too much in it.",
    TooNested "too-nested" UNPROCESSABLE_ENTITY "The file is nested too deeply.",
    BadFont "bad-font" UNPROCESSABLE_ENTITY "A font in the file is damaged.",
    FormTooBig "form-too-big" UNPROCESSABLE_ENTITY "The form has too many fields.",
    Unreadable "unreadable" UNPROCESSABLE_ENTITY "Reading the file took too long.",
    InvalidField "invalid-field" UNPROCESSABLE_ENTITY "A field of the document has no meaning; `field` says where.",
    InvalidValue "invalid-value" UNPROCESSABLE_ENTITY "A value is none that its field can have; `field` names it.",
    UncoveredCharacters "uncovered-characters" UNPROCESSABLE_ENTITY "No font has a value's characters, so that it cannot be printed; `field` names it.",
    InvalidFileName "invalid-file-name" UNPROCESSABLE_ENTITY "A file's name has 1 to 120 characters, in one line.",
    EmptyFile "empty-file" UNPROCESSABLE_ENTITY "The file is empty.",
    FileTooLarge "file-too-large" UNPROCESSABLE_ENTITY "The file is larger than 20 MB.",
    UnsupportedFileType "unsupported-file-type" UNPROCESSABLE_ENTITY "Only PDF, JPEG, PNG and WebP files are taken.",
    InvalidChecksum "invalid-checksum" UNPROCESSABLE_ENTITY "`sha256` is none: 64 hexadecimal digits.",
    UnknownAssignee "unknown-assignee" UNPROCESSABLE_ENTITY "An interaction is for the session's customer, or for one of its participants.",
    UnknownInteraction "unknown-interaction" UNPROCESSABLE_ENTITY "An interaction is moved before one of the same session.",
    InvalidTeams "invalid-teams" UNPROCESSABLE_ENTITY "A person is in at least one team, and in or allowed to use the settings of 20 at most.",
    IfMatchRequired "if-match-required" PRECONDITION_REQUIRED "The document's `ETag` is missing in `If-Match`.",
    TooOften "too-often" TOO_MANY_REQUESTS "Asked too often; wait for `Retry-After`.",
    TooManyRequests "too-many-requests" TOO_MANY_REQUESTS "More requests in a minute than the API key, the member of staff or the network address may make; wait for `Retry-After`.",
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The service is not available now; nothing happened; try again.",
    Maintenance "maintenance" SERVICE_UNAVAILABLE "The service is down for maintenance.",
}

/// A refusal as callers see it (RFC 9457).
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// Always `about:blank`: the status and `code` say which problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Which refusal it is, for programs. Codes do not change; new ones are added.
    pub code: &'static str,
    /// The status in words, as HTTP has them.
    pub title: &'static str,
    /// For people: what was wrong and what to do.
    pub detail: String,
    /// The field, parameter or settings key at fault; absent when it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The session that stands in the way; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<ProblemSession>,
    /// Seconds to wait, which stand in the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<i64>,
}

impl Problem {
    /// A refusal with this code and its status; `detail` is for people.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self::of_page(code.status(), code.as_str(), detail)
    }

    /// A refusal of a page to its own script: its code is the page's reason, and not part of the API.
    #[must_use]
    pub fn of_page(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            status: status.as_u16(),
            code,
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            field: None,
            session: None,
            retry_after: None,
        }
    }

    /// Names the session that stands in the way.
    #[must_use]
    pub fn because_of(mut self, session: ProblemSession) -> Self {
        self.session = Some(session);
        self
    }

    /// Names the field, parameter or settings key at fault.
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
}

/// A session that stands in the way of what was asked for.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProblemSession {
    /// Its id.
    pub id: SessionId,
    /// The name of its customer.
    pub customer: String,
    /// The path of its room in the console.
    pub room: String,
    /// When it was started or planned; only where that tells it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
}

impl ProblemSession {
    /// A session, by its id and its customer's name.
    #[must_use]
    pub fn new(id: SessionId, customer: impl Into<String>) -> Self {
        Self { room: room(&id), id, customer: customer.into(), created_at: None }
    }
}

/// What every operation can refuse with.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No credentials, or none that count.
    #[error("not signed in")]
    NotSignedIn,
    /// Signed in, and not allowed; only where the thing itself is no secret.
    #[error("not allowed")]
    Forbidden(&'static str),
    /// Not there, or not visible: the same answer (interface: "not visible is 404").
    #[error("not found")]
    NotFound,
    /// Nothing takes this method at this address.
    #[error("method not allowed")]
    Method,
    /// The request is not one that the operation can read.
    #[error("malformed: {0}")]
    Malformed(String),
    /// The body is over 64 KB.
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
    /// The domain refused the command, for a reason that callers are told.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// R11: the customer has a session already, which the console is to open.
    #[error("the customer has a session already")]
    Exists(ProblemSession),
    /// R10: the agent who would own the session has another one open.
    #[error("the agent has another session open")]
    SingleActive(OpenSession),
    /// A settings document that has no meaning.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The tables cannot be reached, or refuse.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Every try lost its race; nothing was written.
    #[error(transparent)]
    Busy(#[from] parlor_store::Busy),
    /// A sealed value does not open: the master key is not the one it was sealed with.
    #[error(transparent)]
    Sealed(#[from] parlor_domain::keyring::CannotOpen),
    /// Maintenance is switched on (R15).
    #[error("maintenance")]
    Maintenance,
    /// R21: the file that is announced is not taken.
    #[error(transparent)]
    Upload(#[from] UploadRefusal),
    /// More requests in this minute than there may be.
    #[error("too many requests")]
    TooManyRequests(Standing),
    /// A refusal that only this operation has, told as it stands.
    #[error("{}", .0.code)]
    Other(Box<Problem>),
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Other(Box::new(problem))
    }
}

impl ApiError {
    /// As callers see it. What went wrong inside is logged here and told to nobody.
    #[must_use]
    pub fn problem(self, now: Timestamp) -> Problem {
        let unavailable = || Problem::new(Code::Unavailable, "The service is not available; try again.").after(2);
        match self {
            Self::NotSignedIn => {
                Problem::new(Code::NotSignedIn, "Sign in, or send an API key as `Authorization: Bearer …`.")
            }
            Self::Forbidden(detail) => Problem::new(Code::Forbidden, detail),
            Self::NotFound => Problem::new(Code::NotFound, "There is nothing here that you may see."),
            Self::Method => Problem::new(Code::MethodNotAllowed, "This address does not take this method."),
            Self::Malformed(detail) => Problem::new(Code::Malformed, detail),
            Self::TooLarge => Problem::new(Code::TooLarge, "The body may have at most 64 KB."),
            Self::MediaType => {
                Problem::new(Code::UnsupportedMediaType, "Send `application/json`, or a form from the console.")
            }
            Self::Csrf => {
                Problem::new(Code::Csrf, "This form is out of date. Go back, reload the page, and send it again.")
            }
            Self::KeyReused => Problem::new(
                Code::IdempotencyKeyReused,
                "This Idempotency-Key was used with another request; use a new one.",
            ),
            Self::Rejected(rejection) => rejected(&rejection, now),
            Self::Exists(session) => {
                let detail = format!("{} has a session already. Open it.", session.customer);
                Problem::new(Code::SessionExists, detail).because_of(session)
            }
            Self::SingleActive(open) => {
                let detail = format!("You have a session with {} open. End it first.", open.customer);
                let session = ProblemSession::new(open.id, open.customer);
                Problem::new(Code::SingleActiveSession, detail).because_of(session)
            }
            Self::Settings(error) => Problem::new(Code::InvalidSetting, error.to_string()).about(error.key()),
            Self::Maintenance => {
                Problem::new(Code::Maintenance, "The service is down for maintenance; try again later.").after(60)
            }
            Self::Busy(_) => unavailable(),
            Self::Store(error) => {
                tracing::error!(%error, "store");
                unavailable()
            }
            Self::Sealed(error) => {
                tracing::error!(%error, "keyring");
                unavailable()
            }
            Self::Upload(refusal) => {
                Problem::new(refusal.into(), capitalised(&refusal.to_string())).about(refusal.field())
            }
            Self::TooManyRequests(Standing { seconds_left, .. }) => Problem::new(
                Code::TooManyRequests,
                format!("Too many requests came within a minute. Wait {seconds_left} seconds, then try again."),
            )
            .after(seconds_left),
            Self::Other(problem) => *problem,
        }
    }
}

impl From<UploadRefusal> for Code {
    fn from(refusal: UploadRefusal) -> Self {
        match refusal {
            UploadRefusal::InvalidName => Self::InvalidFileName,
            UploadRefusal::Empty => Self::EmptyFile,
            UploadRefusal::TooLarge => Self::FileTooLarge,
            UploadRefusal::UnsupportedType => Self::UnsupportedFileType,
            UploadRefusal::InvalidChecksum => Self::InvalidChecksum,
        }
    }
}

impl From<&Rejection> for Code {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::AlreadyEnded => Self::AlreadyEnded,
            Rejection::Discarded => Self::Discarded,
            Rejection::Erased => Self::Erased,
            Rejection::NotEnded | Rejection::NotOver => Self::NotEnded,
            Rejection::NotRenewableAfterInactivity | Rejection::RenewWindowPassed => Self::NotRenewable,
            Rejection::NotInvited => Self::NotInvited,
            Rejection::AlreadyJoined => Self::AlreadyJoined,
            Rejection::Gate(_) => Self::AccessDenied,
            Rejection::TooOften { .. } => Self::TooOften,
            Rejection::TransferPending => Self::TransferPending,
            Rejection::NoTransfer => Self::NoTransfer,
            Rejection::InvalidReason => Self::InvalidReason,
            Rejection::SmsOff => Self::SmsOff,
            Rejection::PinRequired => Self::PinRequired,
            Rejection::NoParticipant => Self::NotFound,
            Rejection::TooManyParticipants => Self::TooManyParticipants,
            Rejection::InvalidOrder => Self::InvalidOrder,
            Rejection::NoContact => Self::NoContact,
            Rejection::InvalidName(_) => Self::InvalidName,
            Rejection::ChatClosed => Self::ChatClosed,
            Rejection::AttachmentsClosed => Self::AttachmentsClosed,
            Rejection::InvalidMessage => Self::InvalidMessage,
            Rejection::MessageIdReused => Self::MessageIdReused,
            Rejection::Work(refusal) => match refusal {
                Refusal::ReadOnly => Self::ReadOnly,
                Refusal::Closed => Self::InteractionClosed,
                Refusal::NotSent => Self::NotSent,
                Refusal::NotDraft => Self::NotDraft,
                Refusal::Incomplete(_) => Self::Incomplete,
                Refusal::TooMany => Self::TooManyInteractions,
                Refusal::TooMuch => Self::TooMuch,
                Refusal::InvalidReason => Self::InvalidReason,
                Refusal::DueOver => Self::InvalidDue,
                Refusal::NotRequest => Self::NotRequest,
                Refusal::NotCompleted => Self::NotCompleted,
                Refusal::UnknownAssignee => Self::UnknownAssignee,
                Refusal::UnknownNeighbour => Self::UnknownInteraction,
                Refusal::NotYourTurn => Self::NotYourTurn,
                Refusal::Changed => Self::VersionConflict,
                Refusal::PartOfWorkflow => Self::PartOfWorkflow,
                Refusal::NoFile(NoFile::TooMany) => Self::TooManyFiles,
                Refusal::NoFile(NoFile::Kind) => Self::FileNotAskedFor,
                Refusal::NoFile(NoFile::Unknown) => Self::UnknownUpload,
            },
        }
    }
}

fn rejected(rejection: &Rejection, now: Timestamp) -> Problem {
    let detail = match rejection {
        Rejection::Gate(_) => "Access denied.".to_owned(),
        _ => capitalised(&rejection.to_string()),
    };
    let problem = Problem::new(rejection.into(), detail);
    match rejection {
        Rejection::InvalidReason | Rejection::Work(Refusal::InvalidReason) => problem.about("reason"),
        Rejection::Work(Refusal::DueOver) => problem.about("due_at"),
        Rejection::SmsOff => problem.about("phone"),
        Rejection::PinRequired => problem.about("pin"),
        Rejection::InvalidOrder => problem.about("order"),
        Rejection::Work(Refusal::UnknownNeighbour) => problem.about("before"),
        Rejection::NoContact => problem.about("customer"),
        Rejection::InvalidName(_) => problem.about("customer.name"),
        Rejection::InvalidMessage => problem.about("text"),
        Rejection::MessageIdReused => problem.about("id"),
        Rejection::TooOften { retry_at } => problem.after(retry_at.duration_since(now).as_secs()),
        _ => problem,
    }
}

/// A reason as a sentence.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The page for a person whose form, or page, was refused. The browser's own Back keeps what was typed; `back` is where the
/// page's button leads, `/console` or a room.
#[must_use]
pub fn page(lang: Lang, problem: &Problem, back: &str) -> lambda_http::Response<lambda_http::Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    let notice = match status {
        StatusCode::NOT_FOUND => Notice::NotFound,
        StatusCode::FORBIDDEN if problem.code == "forbidden" => Notice::Denied,
        StatusCode::SERVICE_UNAVAILABLE => {
            Notice::Down { message: None, status_url: None, maintenance: problem.code == "maintenance" }
        }
        _ => {
            let open = problem.session.as_ref();
            let open = open.map(|session| Blocking { id: session.id.to_string(), name: session.customer.clone() });
            let detail = match &open {
                Some(open) if problem.code == Code::SessionExists.as_str() => {
                    words::console::session_exists(lang, &open.name).to_string()
                }
                Some(open) => words::console::single_active_with(lang, &open.name).to_string(),
                None => refusals::refusal(lang, problem.code).unwrap_or(&problem.detail).to_owned(),
            };
            Notice::Refused { detail, back: back.to_owned(), open }
        }
    };
    let mut response = crate::reply::html(status, NoticePage { lang, notice }.render(), None);
    crate::reply::retry_after(&mut response, problem.retry_after);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlor_domain::Gate;

    #[test]
    fn the_domain_and_the_api_call_a_rejection_the_same() {
        let retry_at = Timestamp::UNIX_EPOCH;
        for rejection in [
            Rejection::AlreadyEnded,
            Rejection::Discarded,
            Rejection::NotEnded,
            Rejection::NotRenewableAfterInactivity,
            Rejection::RenewWindowPassed,
            Rejection::NotInvited,
            Rejection::AlreadyJoined,
            Rejection::TransferPending,
            Rejection::NoTransfer,
            Rejection::InvalidReason,
            Rejection::Gate(Gate::Unknown),
            Rejection::TooOften { retry_at },
            Rejection::SmsOff,
            Rejection::PinRequired,
            Rejection::NoContact,
            Rejection::InvalidName(parlor_domain::names::InvalidName::Empty),
            Rejection::ChatClosed,
            Rejection::AttachmentsClosed,
            Rejection::InvalidMessage,
            Rejection::MessageIdReused,
            Rejection::Work(Refusal::ReadOnly),
            Rejection::Work(Refusal::Closed),
            Rejection::Work(Refusal::NotSent),
            Rejection::Work(Refusal::NotDraft),
            Rejection::Work(Refusal::Incomplete(vec![])),
            Rejection::Work(Refusal::TooMany),
            Rejection::Work(Refusal::TooMuch),
            Rejection::Work(Refusal::InvalidReason),
            Rejection::Work(Refusal::NotRequest),
            Rejection::Work(Refusal::NotCompleted),
            Rejection::Work(Refusal::NoFile(NoFile::TooMany)),
            Rejection::Work(Refusal::NoFile(NoFile::Kind)),
            Rejection::Work(Refusal::NoFile(NoFile::Unknown)),
            Rejection::Work(Refusal::DueOver),
        ] {
            assert_eq!(Code::from(&rejection).as_str(), rejection.code());
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_readers_language() {
        for code in refusals::CODES {
            assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{code}");
        }
        let problem = Problem::new(Code::AlreadyEnded, "The session has ended; renew it first.");
        let said = |lang| match page(lang, &problem, "/console").into_body() {
            lambda_http::Body::Text(text) => text,
            _ => String::new(),
        };
        assert!(said(Lang::En).contains("The session has ended; renew it first."));
        let german = said(Lang::De);
        assert!(german.contains("<html lang=\"de\"") && german.contains("Die Sitzung ist beendet."), "{german}");
    }

    #[test]
    fn every_code_is_there_once_and_is_no_success() {
        let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.status().as_u16() >= 400));
    }
}
