//! A team's library (R21): prepared texts, workflows and documents, made by supervisors and admins, published in versions, and
//! offered to the team's agents.
//!
//! | request | DynamoDB |
//! | --- | --- |
//! | GET `/v1/library` | one `BatchGetItem` and one `Query`, side by side |
//! | GET `/v1/library/{id}` | one `BatchGetItem` |
//! | POST `/v1/library`, `/v1/library/uploads`, `/v1/library/{id}/publish`, PATCH and DELETE `/v1/library/{id}` | one `BatchGetItem` and one `TransactWriteItems` |
//!
//! Supervisors and admins do it at `/admin/library`: the list costs one `BatchGetItem` and two `Query` (entries, teams), side by side, a
//! page of an entry one `BatchGetItem`, and its form what the operation costs.
//!
//! A document is made of what was read of its file: one request to the bucket more, before the others.

mod entries;
mod input;
mod page;
mod placing;
mod preview;
mod upload;
mod view;

use lambda_http::http::{Method, StatusCode};
use parlor_buckets::Bucket;
use parlor_domain::{TeamId, library::LibraryRefusal, staff::KeyScope};
use parlor_runtime::Runtime;
use parlor_web::{
    ApiError, AppState, Caller, Callers, Code, List, Problem, Rows, WebFunction, document::OF_FILES, files::SendTo,
    problem::capitalised, route::State,
};
use serde_json::json;

use crate::{
    input::{Change, ListQuery, New},
    view::EntryView,
};

/// Where a form's browser goes.
const PAGE: &str = "/admin/library";

const READ: Callers = Callers::Scope(KeyScope::Read);
const WRITE: Callers = Callers::Scope(KeyScope::Settings);

/// What is refused of an entry that is sent.
const OF_ENTRIES: [Code; 8] = [
    Code::Forbidden,
    Code::InvalidTitle,
    Code::InvalidText,
    Code::InvalidWorkflow,
    Code::InvalidField,
    Code::InvalidRequest,
    Code::AnotherKind,
    Code::UnknownEntry,
];

/// Shows, makes and publishes entries.
#[derive(Debug)]
pub struct Library;

/// What it works with.
#[derive(Debug)]
pub struct LibraryState {
    app: AppState,
    bucket: Bucket,
}

impl AsRef<AppState> for LibraryState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for LibraryState {
    fn build(runtime: &Runtime) -> Self {
        Self { app: AppState::new(runtime), bucket: Bucket::new(&runtime.aws, &runtime.config.files_bucket) }
    }
}

impl WebFunction for Library {
    const NAME: &'static str = "library";
    type State = LibraryState;

    fn routes<R: Rows<LibraryState>>(rows: R) -> R {
        let rows = rows
            .page(Method::GET, "/admin/library", page::list)
            .page(Method::POST, "/admin/library", page::make)
            .page(Method::GET, "/admin/library/new", page::new)
            .page(Method::GET, "/admin/library/{id}", page::show)
            .page(Method::POST, "/admin/library/{id}", page::save)
            .page(Method::GET, "/admin/library/{id}/fields", placing::show)
            .page(Method::POST, "/admin/library/{id}/fields", placing::save);
        rows.operation(Method::GET, "/v1/library", READ, entries::list, |operation| {
            operation
                .named("listLibrary", "Library")
                .summary("List a team's library")
                .description(
                    "Supervisors, admins and their programs see every entry, agents what is published, in teams whose sessions they \
                     start. In the order of their ids.",
                )
                .query::<ListQuery>()
                .answers::<List<EntryView>>(
                    StatusCode::OK,
                    "One page.",
                    json!({"items": [EntryView::sample()], "next_cursor": null}),
                )
                .refuses(&[Code::NotFound])
        })
        .operation(Method::POST, "/v1/library", WRITE, entries::create, |operation| {
            operation
                .named("createLibraryEntry", "Library")
                .summary("Make an entry")
                .description(
                    "A draft, which is offered once it is published. A document is made of an upload of the library; while the file \
                     is being read it is 409 `upload-not-read`, with `Retry-After`.",
                )
                .body::<New>(json!({
                    "kind": "text", "title": "Welcome", "text": "Hello {name}, how can I help you?",
                }))
                .answers::<EntryView>(StatusCode::CREATED, "The entry.", EntryView::sample())
                .with_etag()
                .refuses(&OF_ENTRIES)
                .refuses(&OF_FILES)
                .refuses(&[Code::UnknownTeam, Code::TooManyEntries])
        })
        .operation(Method::POST, "/v1/library/uploads", WRITE, upload::announce, |operation| {
            operation
                .named("announceLibraryUpload", "Library")
                .summary("Get an address to send a library's PDF to")
                .description(
                    "PUT the file to `url` within five minutes, with exactly these `headers`. Size, type and checksum are part of the \
                     signature: another file is refused. Then make an entry of the upload's `id`, within seven days.",
                )
                .body::<upload::Input>(json!({
                    "name": "Loan agreement.pdf", "size": 48_213, "content_type": "application/pdf",
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }))
                .answers::<SendTo>(StatusCode::CREATED, "Where to send it.", SendTo::sample())
                .refuses(&[Code::Forbidden, Code::NotFound, Code::UnknownTeam, Code::InvalidFileName, Code::EmptyFile])
                .refuses(&[Code::FileTooLarge, Code::NotPdf, Code::UnsupportedFileType, Code::InvalidChecksum])
        })
        .operation(Method::GET, "/v1/library/{id}", READ, entries::show, |operation| {
            operation
                .named("getLibraryEntry", "Library")
                .summary("Get an entry")
                .description(
                    "With what is in it: for who may change it as it is worked on, for agents as it was published last.",
                )
                .parameter("id", "The entry.")
                .answers::<EntryView>(StatusCode::OK, "The entry.", EntryView::sample())
                .with_etag()
        })
        .operation(Method::PATCH, "/v1/library/{id}", WRITE, entries::change, |operation| {
            operation
                .named("changeLibraryEntry", "Library")
                .summary("Change, archive or bring back an entry")
                .description("What was published stays as it is until it is published again.")
                .parameter("id", "The entry.")
                .if_match()
                .body::<Change>(json!({"text": "Good day {name}, how can I help you?"}))
                .answers::<EntryView>(StatusCode::OK, "The entry.", EntryView::sample())
                .with_etag()
                .refuses(&OF_ENTRIES)
                .refuses(&OF_FILES)
                .refuses(&[Code::Archived])
        })
        .operation(Method::DELETE, "/v1/library/{id}", WRITE, entries::delete, |operation| {
            operation
                .named("deleteLibraryEntry", "Library")
                .summary("Remove a draft")
                .description("What was published is kept, because sessions tell of it: archive it.")
                .parameter("id", "The entry.")
                .answers::<EntryView>(StatusCode::OK, "The entry as it was.", EntryView::sample())
                .with_etag()
                .refuses(&[Code::Forbidden, Code::WasPublished])
        })
        .operation(Method::POST, "/v1/library/{id}/publish", WRITE, entries::publish, |operation| {
            operation
                .named("publishLibraryEntry", "Library")
                .summary("Publish an entry")
                .description(
                    "What was worked on becomes its newest version, which never changes. Sessions keep the version that they were \
                     sent. Where nothing changed since the last version, none is made.",
                )
                .parameter("id", "The entry.")
                .if_match()
                .answers::<EntryView>(StatusCode::OK, "The entry.", EntryView::sample())
                .with_etag()
                .refuses(&[Code::Forbidden, Code::Archived])
        })
    }
}

/// What the domain refuses, as callers are told.
fn refused(refusal: LibraryRefusal) -> ApiError {
    let (code, field) = match refusal {
        LibraryRefusal::InvalidTitle => (Code::InvalidTitle, Some("title")),
        LibraryRefusal::InvalidText => (Code::InvalidText, Some("text")),
        LibraryRefusal::AnotherKind => (Code::AnotherKind, None),
        LibraryRefusal::Archived => (Code::Archived, None),
        LibraryRefusal::WasPublished => (Code::WasPublished, None),
    };
    let problem = Problem::new(code, capitalised(&refusal.to_string()));
    field.map_or(problem.clone(), |field| problem.about(field)).into()
}

/// Whether the caller is offered what a team's library has published: who may start the team's sessions.
fn may_read(caller: &Caller, team: &TeamId) -> bool {
    caller.supervises(team) || (caller.reaches(team) && caller.agent.may_use_team(team))
}

/// That the caller may change a team's library; not found for whom it is none of their business.
fn must_write(caller: &Caller, team: &TeamId) -> Result<(), ApiError> {
    if caller.supervises(team) {
        Ok(())
    } else if may_read(caller, team) {
        Err(ApiError::Forbidden("The library is changed by supervisors and admins."))
    } else {
        Err(ApiError::NotFound)
    }
}

/// The team that a request is about.
fn team_of(request: &parlor_web::ApiRequest, named: Option<&TeamId>) -> Result<TeamId, ApiError> {
    named.or_else(|| request.credentials.own_team()).cloned().ok_or(ApiError::NotSignedIn)
}
