//! All finished files of a session as one archive: asked for, and then downloaded where it is (R21).
//!
//! The function names what goes in, and `pack-files` copies it. A session has one archive, that of whoever asked last; which one is
//! meant is said by its id, so that nobody gets an older one for a newer.

use std::collections::HashMap;

use lambda_http::http::StatusCode;
use parlor_domain::{
    Interaction, InteractionId, Rejection, SessionId,
    archive::{ARCHIVE_FILES, ARCHIVE_MAX, Archive, ArchiveId, pack_key, packed_report},
    interaction::{Asked, Kind},
};
use parlor_form::{PackContent, PackReport, PackTask};
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::ReadBatch;
use parlor_templates::{
    Lang,
    console::{ArchivePage, ArchiveView as Shown},
    exports, words,
};
use parlor_web::{ApiError, ApiRequest, ApiResponse, Code, Problem, Time, answers::answers_page, api_request::room};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::FilesState;

/// Bytes of a task, which a function of its own reads.
const TASK: usize = 20_000_000;
/// Bytes of a report: a key and numbers.
const REPORT: usize = 100_000;

/// An archive, or one that is being put together.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Archive")]
pub(crate) struct ArchiveView {
    /// Which one it is. The same files make the same one.
    id: ArchiveId,
    /// How far it is.
    state: ArchiveState,
    /// How many files are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u32>,
    /// How many files were not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u32>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// Where it is downloaded, for a few minutes. Whoever has it can download it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// From then on the address is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
}

/// How far an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ArchiveState")]
enum ArchiveState {
    /// It is being put together.
    Coming,
    /// It can be downloaded, for a day.
    Ready,
}

impl ArchiveView {
    fn coming(id: ArchiveId) -> Self {
        Self { id, state: ArchiveState::Coming, files: None, missing: None, size: None, url: None, expires_at: None }
    }

    pub(crate) fn sample_coming() -> Value {
        json!({"id": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "state": "coming"})
    }

    pub(crate) fn sample() -> Value {
        json!({
            "id": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "state": "ready", "files": 4, "missing": 0,
            "size": 2_640_000, "url": "https://files.example.com/packed/s.zip?X-Amz-Signature=0",
            "expires_at": "2026-11-28T12:05:00.000Z",
        })
    }
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
enum ArchiveError {
    #[error("Nothing is finished yet, and no file was sent in the chat.")]
    Empty,
    #[error("The files are more than 100 MB together, or more than 1,000. Download them one by one.")]
    TooLarge,
    #[error("the bucket: {0}")]
    Bucket(#[from] ObjectError),
    #[error("the task: {0}")]
    Task(#[from] serde_json::Error),
}

impl From<ArchiveError> for ApiError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Empty => Problem::new(Code::NoFiles, error.to_string()).into(),
            ArchiveError::TooLarge => Problem::new(Code::ArchiveTooLarge, error.to_string()).into(),
            ArchiveError::Bucket(_) | ArchiveError::Task(_) => {
                tracing::error!(%error, "archive");
                Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into()
            }
        }
    }
}

fn address(session: &SessionId, id: &ArchiveId) -> String {
    format!("/v1/sessions/{session}/archives/{id}")
}

/// POST: one `BatchGetItem`, then a `Query` of the interactions and one for each megabyte of events; where workflows were
/// completed, one `BatchGetItem` for each 90 of what they ask and of the settings. Two or three requests to the bucket. Asking again for the same files makes no other
/// archive, and does not make the one that is there again.
pub(crate) async fn make(
    state: &FilesState,
    request: &ApiRequest,
    session: SessionId,
) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let keys = request.keys(ReadBatch::new().session_alone(&session));
    let found = app.store.read(keys).await?;
    let caller = request.caller(app, &found, app.clock.now())?;
    request.check_csrf(&caller, app)?;
    let stored = caller.room(&found, &session)?;
    if stored.session.erased.is_some() {
        return Err(Rejection::Erased.into());
    }
    // Everything that the session has is read for whoever may have it, not beside the look at who asks.
    let (interactions, attachments) =
        tokio::try_join!(app.store.interactions(&session), app.store.attachments(&session))?;
    let interactions = stored.session.arranged(interactions);
    let mut answers = answers(state, request.lang, &session, &interactions).await?;
    let mut archive = Archive::default();
    for own in &interactions {
        archive.add(own, answers.remove(&own.id).unwrap_or_default());
    }
    for file in attachments {
        archive.attach(words::archive::chat(request.lang), &file);
    }
    match (archive.files(), archive.size()) {
        (0, _) => return Err(ArchiveError::Empty.into()),
        (files, size) if files > ARCHIVE_FILES || size > ARCHIVE_MAX => return Err(ArchiveError::TooLarge.into()),
        _ => {}
    }
    let id = hand_over(state, &session, &archive.task(&session)).await?;
    let location = address(&session, &id);
    Ok(ApiResponse::new(StatusCode::ACCEPTED, ArchiveView::coming(id), location))
}

async fn hand_over(state: &FilesState, session: &SessionId, task: &PackTask) -> Result<ArchiveId, ArchiveError> {
    let task = serde_json::to_vec(task)?;
    let id = ArchiveId::of(&Sha256::digest(&task));
    // Few archives are made at a time: who asks without end keeps nobody else's waiting. But another one may be on its way.
    if made(state, session, &id).await?.is_none() || !is_last(state, session, &id).await? {
        state.bucket.put(&pack_key(session), task, "application/json").await?;
    }
    Ok(id)
}

/// Whether the archive of this id is the one that was asked for last.
async fn is_last(state: &FilesState, session: &SessionId, id: &ArchiveId) -> Result<bool, ArchiveError> {
    match state.bucket.get(&pack_key(session), TASK).await {
        Ok(task) => Ok(ArchiveId::of(&Sha256::digest(&task)) == *id),
        Err(ObjectError::Missing) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The report about the archive of this id, if that is the session's last and it is there.
async fn made(state: &FilesState, session: &SessionId, id: &ArchiveId) -> Result<Option<PackReport>, ArchiveError> {
    match state.bucket.get(&packed_report(session), REPORT).await {
        Ok(report) => {
            let report: PackReport = serde_json::from_slice(&report)?;
            Ok(Some(report).filter(|report| report.task == id.as_str()))
        }
        Err(ObjectError::Missing) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Of how many workflows one read says what they ask: a `BatchGetItem` takes a hundred keys, and settings and session are some.
const ASKED_AT_ONCE: usize = 90;

/// The answers of completed workflows: as tables, for programs, and as pages.
async fn answers(
    state: &FilesState,
    lang: Lang,
    session: &SessionId,
    interactions: &[Interaction],
) -> Result<HashMap<InteractionId, parlor_domain::archive::Answers>, ApiError> {
    let is_done = |own: &&Interaction| own.kind == Kind::Workflow && own.state.is_done();
    let done: Vec<&Interaction> = interactions.iter().filter(is_done).collect();
    let mut answers = HashMap::new();
    for some in done.chunks(ASKED_AT_ONCE) {
        let keys = some.iter().fold(ReadBatch::new().document(session), |keys, own| keys.asked(session, &own.id));
        let found = state.app.store.read(keys).await?;
        for own in some {
            if let Some(Asked::Workflow(workflow)) = found.asked(session, &own.id)? {
                let is_part = |part: &&Interaction| part.part_of.as_ref().is_some_and(|of| of.interaction == own.id);
                let documents: Vec<Interaction> = interactions.iter().filter(is_part).cloned().collect();
                let csv = PackContent::Text(exports::workflow_csv(lang, own, &workflow, &documents));
                let json = PackContent::Text(exports::workflow_json(own, &workflow, &documents));
                let pages = answers_page(&found, session, own, &workflow, &documents, lang)?;
                let pages = pages.map(|pages| ("pdf", PackContent::Answers(Box::new(pages))));
                answers.insert(own.id.clone(), [("csv", csv), ("json", json)].into_iter().chain(pages).collect());
            }
        }
    }
    Ok(answers)
}

/// GET: one `BatchGetItem`, and one or two requests to the bucket. The address costs none.
pub(crate) async fn show(
    state: &FilesState,
    request: &ApiRequest,
    session: SessionId,
    id: ArchiveId,
) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let found = app.store.read(request.credentials.keys(ReadBatch::new().session_alone(&session))).await?;
    let now = app.clock.now();
    let caller = request.caller(app, &found, now)?;
    let stored = caller.contents(&found, &session)?.ok_or(ApiError::NotFound)?;
    let (view, shown) = match report(state, &session, &id).await? {
        Some(PackReport { key, size, files, missing, .. }) => {
            let name = format!("{}.zip", stored.session.customer.name);
            let signed =
                state.bucket.download(&key, "application/zip", &name, now).await.map_err(ArchiveError::from)?;
            let shown = Shown::Ready { href: signed.url.clone(), size, files, missing };
            let view = ArchiveView {
                state: ArchiveState::Ready,
                files: Some(files),
                missing: Some(missing),
                size: Some(size),
                url: Some(signed.url),
                expires_at: Some(Time(signed.expires_at)),
                ..ArchiveView::coming(id.clone())
            };
            (view, shown)
        }
        None => (ArchiveView::coming(id.clone()), Shown::Coming),
    };
    let page = ArchivePage { lang: request.lang, here: address(&session, &id), room: room(&session), view: shown };
    Ok(ApiResponse { page: Some(page.render()), ..ApiResponse::new(StatusCode::OK, view, room(&session)) })
}

/// The report about an archive; nothing while it is coming. Another one that was asked for since, and one that is a day old, is not
/// there.
async fn report(state: &FilesState, session: &SessionId, id: &ArchiveId) -> Result<Option<PackReport>, ApiError> {
    match made(state, session, id).await? {
        None if !is_last(state, session, id).await? => Err(ApiError::NotFound),
        report => Ok(report),
    }
}
