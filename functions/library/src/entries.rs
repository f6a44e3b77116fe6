//! Entries: listed, shown, made, changed, published, removed.

use lambda_http::http::StatusCode;
use parlor_domain::{
    LibraryId, TeamId, UploadId,
    interaction::Asked,
    library::{Content, ENTRIES_MAX, Edit, Entry},
};
use parlor_objects::{ObjectError, Objects as _};
use parlor_store::{LibraryEntry, LibraryWrite, Race, ReadBatch, ReadResult, StoreError};
use parlor_web::{
    ApiError, ApiRequest, ApiResponse, Caller, Code, List, Problem,
    api_request::page_size,
    document::{self, REPORT_MAX},
    operation::{keep, replay},
    placing,
};

use crate::{
    LibraryState, PAGE,
    input::{Change, Given, ListQuery, New},
    may_read, must_write, refused, team_of,
    view::EntryView,
};

/// The entries that are looked at for a page, where nobody says.
const USUAL: u16 = 100;

/// The tag of an entry's version.
pub(crate) fn etag(stored: &LibraryEntry) -> String {
    format!("\"{}\"", stored.revision)
}

fn answer(status: StatusCode, stored: &LibraryEntry, view: EntryView) -> ApiResponse {
    ApiResponse { etag: Some(etag(stored)), ..ApiResponse::new(status, view, PAGE) }
}

/// One `BatchGetItem` and one `Query`, side by side.
pub(crate) async fn list(state: &LibraryState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let query: ListQuery = request.query()?;
    let team = team_of(request, query.team.as_ref())?;
    let limit = page_size(query.limit.as_deref(), USUAL)?;
    let wrong = |_| ApiError::Malformed("`cursor` is what the page before said.".into());
    let after: Option<LibraryId> = query.cursor.as_deref().map(str::parse).transpose().map_err(wrong)?;
    if after.as_ref().is_some_and(|after| after.team() != team) {
        return Err(ApiError::Malformed("`cursor` is of another team's library.".into()));
    }
    let app = &state.app;
    let keys = request.credentials.keys(ReadBatch::new().library_used(&team));
    let (found, page) = tokio::join!(app.store.read(keys), app.store.library(&team, after.as_ref(), limit));
    let found = found?;
    let caller = request.caller(app, &found, app.clock.now())?;
    if !may_read(&caller, &team) {
        return Err(ApiError::NotFound);
    }
    let page = page?;
    let mut items = vec![];
    for stored in &page.items {
        let wanted = query.kind.is_none_or(|kind| kind == stored.entry.kind)
            && query.state.is_none_or(|state| state == stored.entry.state());
        if wanted {
            items.extend(seen(&caller, stored, found.library_used(&stored.entry.id)?));
        }
    }
    let next_cursor = page.next.map(|id| id.to_string());
    Ok(ApiResponse::new(StatusCode::OK, List { items, next_cursor }, PAGE))
}

/// An entry as the caller may see it; nothing where it is not offered to them.
fn seen(caller: &Caller, stored: &LibraryEntry, used: u64) -> Option<EntryView> {
    if caller.supervises(&stored.entry.team()) {
        Some(EntryView::of(stored, used))
    } else {
        EntryView::offered(stored, used)
    }
}

/// One `BatchGetItem`.
pub(crate) async fn show(state: &LibraryState, request: &ApiRequest, id: LibraryId) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let team = id.team();
    let batch = ReadBatch::new().library_entry(&id).library_content(&id).library_newest(&id).library_used(&team);
    let found = app.store.read(request.credentials.keys(batch)).await?;
    let caller = request.caller(app, &found, app.clock.now())?;
    let stored = found.library_entry(&id)?.filter(|_| may_read(&caller, &team)).ok_or(ApiError::NotFound)?;
    let view = seen(&caller, &stored, found.library_used(&id)?).ok_or(ApiError::NotFound)?;
    let content = if caller.supervises(&team) {
        found.library_content(&id)?
    } else {
        found.library_newest(&id)?.map(|newest| newest.content)
    };
    let view = content.map_or(view.clone(), |content| view.with(content));
    Ok(answer(StatusCode::OK, &stored, view))
}

/// What was read of the file that somebody names, before it is known whether they may: nobody is told.
async fn report(state: &LibraryState, given: &Given) -> Result<Option<Vec<u8>>, ApiError> {
    let Given::Document { upload, .. } = given else { return Ok(None) };
    match state.bucket.get(&upload.report(), REPORT_MAX).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ObjectError::Missing) => Ok(None),
        Err(error) => {
            tracing::error!(%error, "what was read of an upload");
            Err(Problem::new(Code::Unavailable, "The service is not available; try again.").after(2).into())
        }
    }
}

fn reading(batch: ReadBatch, team: &TeamId, given: &Given) -> ReadBatch {
    match given {
        Given::Document { upload, .. } => batch.library_upload(team, upload),
        Given::Workflow(workflow) => document::reading_steps(batch, workflow),
        _ => batch,
    }
}

/// What is given, put together with what was read; and what it would be called.
fn content(
    state: &LibraryState,
    found: &ReadResult,
    team: &TeamId,
    given: &Given,
    report: Option<&[u8]>,
    before: Option<Content>,
) -> Result<Option<(Content, Option<String>)>, ApiError> {
    let now = state.app.clock.now();
    let upload = |id: &UploadId| found.library_upload(team, id);
    match given {
        Given::Nothing => Ok(None),
        Given::Document { upload: id, fields } => {
            let (upload, document) = document::document(upload(id)?, report, fields.as_deref(), now)?;
            let title = document::title_of(&upload).to_owned();
            Ok(Some((Content::document(document), Some(title))))
        }
        Given::Fields(fields) => match before {
            Some(Content::Asked(Asked::Document(document))) => {
                Ok(Some((Content::document(document::with_fields(document, fields)?), None)))
            }
            _ => Err(Problem::new(Code::AnotherKind, "Only a document has `fields`.").about("fields").into()),
        },
        Given::Listed(listed) => match before {
            Some(Content::Asked(Asked::Document(document))) => {
                let fields = placing::fields(&listed.rows, &document, listed.page)?;
                Ok(Some((Content::document(document::with_fields(document, &fields)?), None)))
            }
            _ => Err(ApiError::NotFound),
        },
        Given::Workflow(workflow) => {
            document::of_steps(found, team, workflow)?;
            let title = workflow.steps.first().map(|step| step.title.clone());
            Ok(Some((Content::workflow(workflow.clone()), title)))
        }
        Given::Request(request) => Ok(given.alone().map(|content| (content, Some(request.what.clone())))),
        Given::Text(_) => Ok(given.alone().map(|content| (content, None))),
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`; for a document one request to the bucket before.
pub(crate) async fn create(state: &LibraryState, request: &ApiRequest) -> Result<ApiResponse, ApiError> {
    let mut new: New = request.input()?;
    let given = new.content()?;
    make(state, request, &new, &given, false).await
}

/// Makes an entry, published at once or not.
pub(crate) async fn make(
    state: &LibraryState,
    request: &ApiRequest,
    new: &New,
    given: &Given,
    publish: bool,
) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let team = team_of(request, new.team.as_ref())?;
    let report = report(state, given).await?;
    let keys = request.keys(reading(ReadBatch::new().team(&team).library_count(&team), &team, given));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        if !may_read(&caller, &team) || found.team(&team)?.is_none() {
            return Err(Problem::new(Code::UnknownTeam, "There is no such team.").about("team").into());
        }
        must_write(&caller, &team)?;
        if found.library_count(&team)? >= ENTRIES_MAX {
            let detail = format!("The library has {ENTRIES_MAX} entries, which is the most. Remove a draft first.");
            return Err(Problem::new(Code::TooManyEntries, detail).into());
        }
        let made = content(state, &found, &team, given, report.as_deref(), None)?;
        let Some((content, called)) = made else { return Err(ApiError::NotFound) };
        let title = new.title.clone().or(called).unwrap_or_default();
        let id = LibraryId::generate_for(&team, &app.entropy);
        let draft = Entry::draft(id, &title, new.kind, caller.actor(), now).map_err(refused)?;
        let decided = publish.then(|| draft.publish(&content, caller.actor(), now)).transpose().map_err(refused)?;
        let (entry, published) = match decided.flatten() {
            Some((entry, published)) => (entry, Some(published)),
            None => (draft, None),
        };
        let stored = LibraryEntry { entry, revision: 1 };
        let view = EntryView::of(&stored, 0).with(content.clone());
        let answer = answer(StatusCode::CREATED, &stored, view);
        let kept = keep(request, app, &answer, now);
        let write =
            LibraryWrite { entry: &stored.entry, before: None, content: Some(&content), published: published.as_ref() };
        match app.store.create_entry(&write, kept.as_ref()).await {
            Ok(()) => return Ok(answer),
            // Kept meanwhile, or one too many: a look tells.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// An entry that the caller may change, and what is in it.
fn own(found: &ReadResult, caller: &Caller, id: &LibraryId) -> Result<(LibraryEntry, Option<Content>), ApiError> {
    let stored = found.library_entry(id)?.filter(|stored| {
        let team = stored.entry.team();
        caller.supervises(&team) || (may_read(caller, &team) && stored.entry.offered().is_some())
    });
    let stored = stored.ok_or(ApiError::NotFound)?;
    must_write(caller, &stored.entry.team())?;
    Ok((stored, found.library_content(id)?))
}

/// One `BatchGetItem` and one `TransactWriteItems`; for another file one request to the bucket before.
pub(crate) async fn change(state: &LibraryState, request: &ApiRequest, id: LibraryId) -> Result<ApiResponse, ApiError> {
    let (edit, given) = request.input::<Change>()?.read()?;
    save(state, request, &id, &Wanted { edit, given, publish: false, shown: None }).await
}

/// What somebody wants of an entry that is there.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) edit: Edit,
    pub(crate) given: Given,
    /// Whether it is published then.
    pub(crate) publish: bool,
    /// The version that a page's form showed. A program says it as `If-Match`.
    pub(crate) shown: Option<u64>,
}

impl Wanted {
    fn must_match(&self, request: &ApiRequest, read: &LibraryEntry) -> Result<(), ApiError> {
        match self.shown {
            None => request.must_match(&etag(read)),
            Some(revision) if revision == read.revision => Ok(()),
            Some(_) => {
                let detail = "Somebody else changed it meanwhile. Load the page again and make your change there.";
                Err(Problem::new(Code::VersionConflict, detail).into())
            }
        }
    }
}

/// Changes or publishes an entry, or both; a lost race is a conflict, unless the caller means any version.
pub(crate) async fn save(
    state: &LibraryState,
    request: &ApiRequest,
    id: &LibraryId,
    wanted: &Wanted,
) -> Result<ApiResponse, ApiError> {
    let (app, team) = (&state.app, id.team());
    let report = report(state, &wanted.given).await?;
    let batch = ReadBatch::new().library_entry(id).library_content(id).library_used(&team);
    let keys = request.keys(reading(batch, &team, &wanted.given));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        if let Some(answer) = replay(request, app, &found, now)? {
            return Ok(answer);
        }
        let (read, before) = own(&found, &caller, id)?;
        wanted.must_match(request, &read)?;
        let given = content(state, &found, &team, &wanted.given, report.as_deref(), before.clone())?;
        let new = given.map(|(content, _)| content);
        let edit = Edit { content: new.clone(), ..wanted.edit.clone() };
        let mut entry = read.entry.clone();
        if edit != Edit::default() || !wanted.publish {
            entry = entry.edit(&edit, caller.actor(), now).map_err(refused)?;
        }
        let now_in_it = new.clone().or_else(|| before.clone()).ok_or(ApiError::NotFound)?;
        let published =
            if wanted.publish { entry.publish(&now_in_it, caller.actor(), now).map_err(refused)? } else { None };
        let published = published.map(|(offered, published)| {
            entry = offered;
            published
        });
        let used = found.library_used(id)?;
        if entry == read.entry {
            return Ok(answer(StatusCode::OK, &read, EntryView::of(&read, used).with(now_in_it)));
        }
        let stored = LibraryEntry { entry, revision: read.revision + 1 };
        let answer = answer(StatusCode::OK, &stored, EntryView::of(&stored, used).with(now_in_it));
        let kept = keep(request, app, &answer, now);
        let write = LibraryWrite {
            entry: &stored.entry,
            before: before.as_ref(),
            content: new.as_ref(),
            published: published.as_ref(),
        };
        match app.store.save_entry(&read, &write, kept.as_ref()).await {
            Ok(()) => return Ok(answer),
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn publish(
    state: &LibraryState,
    request: &ApiRequest,
    id: LibraryId,
) -> Result<ApiResponse, ApiError> {
    let wanted = Wanted { edit: Edit::default(), given: Given::Nothing, publish: true, shown: None };
    save(state, request, &id, &wanted).await
}

/// One `BatchGetItem` and one `TransactWriteItems`.
pub(crate) async fn delete(state: &LibraryState, request: &ApiRequest, id: LibraryId) -> Result<ApiResponse, ApiError> {
    let app = &state.app;
    let keys = request.keys(ReadBatch::new().library_entry(&id).library_content(&id));
    let mut race = Race::new(&app.entropy);
    while race.goes_on().await {
        let now = app.clock.now();
        let found = app.store.read(keys.clone()).await?;
        let caller = request.caller(app, &found, now)?;
        request.check_csrf(&caller, app)?;
        let (stored, content) = own(&found, &caller, &id)?;
        stored.entry.may_be_removed().map_err(refused)?;
        match app.store.delete_entry(&stored, content.as_ref(), now).await {
            Ok(()) => return Ok(answer(StatusCode::OK, &stored, EntryView::of(&stored, 0))),
            // Changed meanwhile, or gone: a look tells.
            Err(StoreError::Condition(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(parlor_store::Busy.into())
}
