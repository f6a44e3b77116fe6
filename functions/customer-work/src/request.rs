//! A document request in front of its customer (R21): files added, put in order, removed, sent for good.

use jiff::Timestamp;
use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode},
};
use parlor_domain::{
    Actor, InteractionId, InteractionState, Rejection, SessionId, Upload, UploadId,
    attachment::{BadFile, Judged},
    interaction::{
        Asked, FileChange, JoinedFile as Kept, NoFile, Refusal, Request, SentFile, WorkCommand, join_key, join_task,
    },
};
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::{ReadBatch, ReadResult};
use parlor_templates::customer::{FileFault, JoinedFile, RequestPage, RequestView, RequestedFile};
use parlor_web::{
    ApiError,
    customer::{FilesVisit, PageError, Visit},
    document::REPORT_MAX,
    files::{self, Unusable},
    redirect,
    reply::{self, Reach, html_reaching},
};

use crate::{
    WorkState,
    loaded::{Loaded, Work, ids},
    unscripted, work,
};

/// A request that somebody asks for.
type LoadedRequest = Loaded<Request>;

/// A file that is added to a request.
fn sent(judged: &Judged, upload: Upload, at: Timestamp) -> SentFile {
    SentFile {
        key: judged.key.clone().unwrap_or_else(|| upload.id.object()),
        upload: upload.id,
        name: upload.name,
        size: judged.size.unwrap_or(upload.size),
        content_type: judged.content_type,
        thumbnail: judged.thumbnail.clone(),
        pages: judged.pages,
        at,
    }
}

/// What the page says of a file that is not added.
const fn fault(bad: BadFile) -> FileFault {
    match bad {
        BadFile::Damaged => FileFault::Damaged,
        BadFile::Password => FileFault::Password,
        BadFile::Heic => FileFault::Heic,
        BadFile::OtherKind => FileFault::OtherKind,
        BadFile::TooLarge => FileFault::TooLarge,
        BadFile::NotClean => FileFault::NotClean,
    }
}

/// What was read of a file that has come. One request to the bucket.
pub(crate) async fn judged(state: &WorkState, upload: &UploadId) -> Result<Result<Judged, FileFault>, PageError> {
    let report = match state.bucket.get(&upload.report(), REPORT_MAX).await {
        Ok(bytes) => Some(bytes),
        Err(ObjectError::Missing) => None,
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            return Err(PageError::Unable);
        }
    };
    match files::judged(report.as_deref()) {
        Ok(judged) => Ok(Ok(judged)),
        Err(Unusable::NotRead) => Ok(Err(FileFault::NotRead)),
        Err(Unusable::Bad(bad)) => Ok(Err(fault(bad))),
        Err(Unusable::Unknown | Unusable::Unavailable) => Err(PageError::Unable),
    }
}

/// What a form asks for.
enum Change {
    /// `do=add`: the file, and the one whose place it takes.
    Add(UploadId, Option<UploadId>),
    Of(FileChange),
}

impl Change {
    /// A button says what it does and to which file, as `remove:{file}`; the script names what it adds in `file`.
    fn of(visit: &Visit) -> Option<Self> {
        let pressed = visit.field("do");
        let (what, file) = pressed.split_once(':').unwrap_or((pressed, visit.field("file")));
        let file: UploadId = file.parse().ok()?;
        Some(match what {
            "add" => Self::Add(file, visit.field("replaces").parse().ok()),
            "remove" => Self::Of(FileChange::Remove(file)),
            "earlier" => Self::Of(FileChange::Earlier(file)),
            "later" => Self::Of(FileChange::Later(file)),
            _ => return None,
        })
    }
}

/// POST `…/files`. With a form that has files, and `do` being `send` or `send:{question}`, a browser without a script sends one: see
/// [`unscripted::send`]. Otherwise with the fields `do` (`add`, or `remove:{file}`, `earlier:{file}`, `later:{file}`) and, of what is added, `file`,
/// `replaces` and the `question` of a workflow that it answers: 303 to the page. Of a workflow, what is typed in its step is kept too. What is added has been sent to the bucket before; while it is looked at, 409 with `Retry-After`. One `BatchGetItem` with a
/// `Query`, and one `TransactWriteItems` or `PutItem`, each again per lost race; of what is added one request to the bucket more.
pub(crate) async fn change(
    state: &WorkState,
    visit: &FilesVisit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    if let Some(question) = unscripted::pressed(visit) {
        return Box::pin(unscripted::send(state, visit, &session, &id, question)).await;
    }
    let question = visit.field("question");
    let fault = match Change::of(visit) {
        None => FileFault::NotTaken(NoFile::Unknown),
        Some(Change::Of(change)) => {
            let changed =
                changed(state, visit, &session, &id, (ReadBatch::new(), question), |_, _| Some(change.clone()));
            return Box::pin(changed).await;
        }
        Some(Change::Add(upload, replaces)) => match judged(state, &upload).await? {
            Err(fault) => fault,
            Ok(file) => return add(state, visit, &session, &id, Adding { upload, file, replaces, question }).await,
        },
    };
    // Whoever is not inside hears nothing of a file.
    let loaded = Loaded::read(&state.app, visit, &session, &id).await?;
    refuse(state, visit, &loaded.by_kind(), question, fault).await
}

/// A file that was looked at and is to be added.
pub(crate) struct Adding<'a> {
    pub(crate) upload: UploadId,
    pub(crate) file: Judged,
    /// The one whose place it takes.
    pub(crate) replaces: Option<UploadId>,
    /// The question of a workflow that it answers.
    pub(crate) question: &'a str,
}

/// Adds a file, which has to be a usable one of whoever adds it.
pub(crate) async fn add(
    state: &WorkState,
    visit: &Visit,
    session: &SessionId,
    id: &InteractionId,
    adding: Adding<'_>,
) -> Result<Response<Body>, PageError> {
    let Adding { upload, file, replaces, question } = adding;
    let start = ReadBatch::new().upload(session, &upload);
    let added = |found: &ReadResult, by: &Actor| {
        let known = found.upload(session, &upload).unwrap_or_else(|error| {
            tracing::error!(%error, "an upload");
            None
        });
        let known = known.filter(|known| known.is_usable(visit.now) && known.by == *by)?;
        Some(FileChange::Add { file: sent(&file, known, visit.now), replaces: replaces.clone() })
    };
    Box::pin(changed(state, visit, session, id, (start, question), added)).await
}

/// The page that says why a file was not added.
pub(crate) async fn refuse(
    state: &WorkState,
    visit: &Visit,
    loaded: &Work,
    question: &str,
    fault: FileFault,
) -> Result<Response<Body>, PageError> {
    match loaded {
        Work::Request(loaded) => Ok(refused(state, visit, loaded, fault).await),
        Work::Workflow(loaded) => Ok(work::file_refused(state, visit, loaded, question, fault).await),
        Work::Document(_) => Err(PageError::NotFound),
    }
}

async fn changed(
    state: &WorkState,
    visit: &Visit,
    session: &SessionId,
    id: &InteractionId,
    (start, question): (ReadBatch, &str),
    change: impl Fn(&ReadResult, &Actor) -> Option<FileChange> + Send,
) -> Result<Response<Body>, PageError> {
    let (loaded, result) = Loaded::change_reading(&state.app, visit, session, id, start, move |loaded, found| {
        command(visit, question, loaded, change(found, &loaded.room.stored.session.guest()))
    })
    .await?;
    match loaded.by_kind() {
        Work::Request(loaded) => answered(state, visit, &loaded, result.map(drop)).await,
        Work::Workflow(loaded) => work::files_changed(state, visit, &loaded, question, result.map(drop)).await,
        Work::Document(_) => Err(PageError::NotFound),
    }
}

fn command<'a>(
    visit: &Visit,
    question: &str,
    loaded: &'a Loaded<Asked>,
    change: Option<FileChange>,
) -> Result<WorkCommand<'a>, Rejection> {
    let change = change.ok_or(Refusal::NoFile(NoFile::Unknown))?;
    let own = &loaded.interaction;
    match &loaded.asked {
        Asked::Request(request) => Ok(WorkCommand::ChangeFiles(own, request, change)),
        Asked::Workflow(workflow) => {
            let field = work::question_of(question, own, &change).ok_or(Refusal::NoFile(NoFile::Unknown))?;
            let entries = work::to_complete(visit, workflow);
            Ok(WorkCommand::AnswerFiles { own, workflow, field, change, entries })
        }
        Asked::Document(_) => Err(Refusal::NotRequest.into()),
    }
}

/// Files as a page shows them, each with an address of its picture that is good for a few minutes. No request.
pub(crate) async fn shown_files(
    state: &WorkState,
    visit: &Visit,
    sent: impl IntoIterator<Item = &SentFile> + Send,
) -> Vec<RequestedFile> {
    let sent: Vec<&SentFile> = sent.into_iter().collect();
    let mut files = Vec::with_capacity(sent.len());
    for file in sent {
        let mut thumbnail = None;
        if let Some(picture) = &file.thumbnail {
            let signed = state.bucket.download(&picture.key, &picture.content_type, "page", visit.now).await;
            // A file is known by its name too.
            thumbnail = signed.inspect_err(|error| tracing::error!(%error, "picture")).ok().map(|signed| signed.url);
        }
        files.push(RequestedFile {
            id: file.upload.to_string(),
            name: file.name.clone(),
            size: file.size,
            pages: file.pages,
            thumbnail,
        });
    }
    files
}

impl LoadedRequest {
    fn view(&self, visit: &Visit, judged: bool) -> RequestView {
        match self.interaction.state {
            InteractionState::Withdrawn => RequestView::Withdrawn,
            InteractionState::Declined => RequestView::Declined,
            InteractionState::Completed => RequestView::Done { accepted: false },
            InteractionState::Accepted => RequestView::Done { accepted: true },
            _ if !self.may_write(visit) => RequestView::ReadOnly,
            _ => RequestView::Send { judged },
        }
    }

    /// Its files as one PDF, once they were sent for good.
    fn joined(&self, visit: &Visit) -> Option<JoinedFile> {
        match self.interaction.joined.as_ref().filter(|_| self.interaction.state.is_done())? {
            Kept::Coming { .. } => Some(JoinedFile::Coming),
            Kept::Ready { size, pages, left_out, .. } => {
                let href = visit.along(&format!("{}/result", self.path()));
                Some(JoinedFile::Ready { href, size: *size, pages: *pages, left_out: *left_out })
            }
            Kept::Failed => None,
        }
    }

    async fn page(&self, state: &WorkState, visit: &Visit, view: RequestView) -> RequestPage {
        RequestPage {
            around: self.around(&state.app, visit),
            uploads: format!("{}/uploads", self.room_path()),
            request: self.asked.clone(),
            files: shown_files(state, visit, &self.interaction.files).await,
            joined: self.joined(visit),
            reason: self.interaction.reason.clone().filter(|_| self.interaction.state.is_open()),
            view,
            not_taken: None,
            fault: None,
            coming: None,
            next: self.next(visit),
        }
    }
}

/// A page, which may load pictures from the bucket and send files to it.
fn answer(state: &WorkState, status: StatusCode, page: &RequestPage) -> Response<Body> {
    let reach =
        Reach { live_url: Some(&state.app.live_url), files_origin: Some(&state.files_origin), ..Reach::default() };
    html_reaching(status, page.render(), reach)
}

/// Its page. No request; while it waits for a file that was sent without a script, one to the bucket.
pub(crate) async fn show(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedRequest,
) -> Result<Response<Body>, PageError> {
    let mut page = loaded.page(state, visit, loaded.view(visit, false)).await;
    match unscripted::coming(state, visit, loaded, None).await? {
        Some(Ok(coming)) => page.coming = Some(coming),
        Some(Err(fault)) => page.fault = Some(fault),
        None => {}
    }
    Ok(answer(state, StatusCode::OK, &page))
}

/// A file that was not added, with why.
async fn refused(state: &WorkState, visit: &Visit, loaded: &LoadedRequest, fault: FileFault) -> Response<Body> {
    let is_coming = fault == FileFault::NotRead;
    if visit.wants_json {
        return problem(fault);
    }
    let mut page = loaded.page(state, visit, loaded.view(visit, false)).await;
    page.fault = Some(fault);
    refusing(is_coming, |status| answer(state, status, &page))
}

/// 422, or 409 with `Retry-After` for a file that is still being looked at.
pub(crate) fn refusing(is_coming: bool, answer: impl FnOnce(StatusCode) -> Response<Body>) -> Response<Body> {
    let mut answer = answer(if is_coming { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY });
    if is_coming {
        answer.headers_mut().insert("retry-after", HeaderValue::from_static("1"));
    }
    answer
}

/// Why a file was not added, for a script that reads no pages.
pub(crate) fn problem(fault: FileFault) -> Response<Body> {
    let why = match fault {
        FileFault::NotRead => Unusable::NotRead,
        FileFault::Password => Unusable::Bad(BadFile::Password),
        FileFault::TooLarge | FileFault::TooLargeUnscripted => Unusable::Bad(BadFile::TooLarge),
        FileFault::Heic => Unusable::Bad(BadFile::Heic),
        FileFault::OtherKind => Unusable::Bad(BadFile::OtherKind),
        FileFault::Damaged => Unusable::Bad(BadFile::Damaged),
        FileFault::NotClean => Unusable::Bad(BadFile::NotClean),
        FileFault::Name
        | FileFault::Empty
        | FileFault::NotChosen
        | FileFault::NotSent
        | FileFault::OneByOne
        | FileFault::NotTaken(_) => Unusable::Unknown,
    };
    reply::problem(&why.problem("file"))
}

/// Where what was sent is downloaded as one PDF. What is not ready is asked for on its page.
pub(crate) async fn result(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedRequest,
) -> Result<Response<Body>, PageError> {
    let Some(Kept::Ready { key, .. }) = &loaded.interaction.joined else {
        return Ok(redirect(&visit.along(&loaded.path())));
    };
    loaded.download(state, visit, key).await
}

/// The answer to `…/complete`. After the commit the files are given to whoever joins them; should that fail, a schedule does it again.
pub(crate) async fn completed(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedRequest,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    if result.is_ok() {
        hand_over(state, loaded).await;
    }
    answered(state, visit, loaded, result).await
}

async fn hand_over(state: &WorkState, loaded: &LoadedRequest) {
    let session = &loaded.room.stored.session.id;
    let Some(task) = join_task(session, &loaded.interaction) else { return };
    let Ok(bytes) = serde_json::to_vec(&task) else { return };
    let key = join_key(session, &loaded.interaction.id);
    if let Err(error) = state.bucket.put(&key, bytes, "application/json").await {
        tracing::warn!(%error, "the schedule hands the files over");
    }
}

/// The answer to any of its forms: 303 to where the customer goes on, or the page that says why not.
pub(crate) async fn answered(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedRequest,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    let rejection = match result {
        Ok(()) if loaded.interaction.state.is_open() => return Ok(redirect(&visit.along(&loaded.path()))),
        Ok(()) => return Ok(redirect(&loaded.onward(visit))),
        Err(rejection) => rejection,
    };
    if visit.wants_json {
        return Ok(reply::problem(&ApiError::Rejected(rejection).problem(visit.now)));
    }
    match rejection {
        Rejection::Work(Refusal::NoFile(why)) => Ok(refused(state, visit, loaded, FileFault::NotTaken(why)).await),
        Rejection::Work(Refusal::Incomplete(_)) => {
            let page = loaded.page(state, visit, loaded.view(visit, true)).await;
            Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        rejection => {
            let (why, status) = loaded.not_taken(visit, &rejection)?;
            let mut page = loaded.page(state, visit, loaded.view(visit, false)).await;
            page.not_taken = Some(why);
            Ok(answer(state, status, &page))
        }
    }
}
