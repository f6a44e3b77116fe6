//! `/admin/library/{id}/fields`: the fields of an entry's document (R21), so that they are placed once.

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    LibraryId,
    interaction::{Asked, Document},
    library::{Content, Edit},
};
use parlor_store::LibraryEntry;
use parlor_templates::console::{FieldRow, PlacingFor, PlacingPage};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, Payload,
    api_request::lang,
    placing::{self, Placing},
    redirect,
    reply::{Reach, html_reaching},
    staff_page,
};

use crate::{
    LibraryState, PAGE,
    entries::{self, Wanted},
    input::{Given, ListedFields},
};

/// An entry's document, as its page shows it.
struct Opened {
    context: AdminContext,
    stored: LibraryEntry,
    document: Document,
}

/// One `BatchGetItem`.
async fn open(state: &LibraryState, page: &AdminPage, id: &LibraryId) -> Result<Opened, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let found = state.app.store.read(AdminContext::keys(&cookie).library_entry(id).library_content(id)).await?;
    let context = AdminContext::open_for_supervisors(cookie, found, lang(page), state.app.clock.now())?;
    if !context.caller.supervises(&id.team()) {
        return Err(ApiError::NotFound.into());
    }
    let stored = context.found.library_entry(id)?.ok_or(ApiError::NotFound)?;
    match context.found.library_content(id)? {
        Some(Content::Asked(Asked::Document(document))) => Ok(Opened { context, stored, document }),
        _ => Err(ApiError::NotFound.into()),
    }
}

impl Opened {
    async fn page(&self, state: &LibraryState, page: usize) -> PlacingPage {
        let mut pictures = Vec::with_capacity(self.document.pictures.len());
        for picture in &self.document.pictures {
            let Some(picture) = picture else {
                pictures.push(None);
                continue;
            };
            let signed = state.bucket.download(&picture.key, &picture.content_type, "page", self.context.now).await;
            // Fields can be placed without it.
            pictures.push(signed.inspect_err(|error| tracing::error!(%error, "picture")).ok().map(|signed| signed.url));
        }
        let entry = &self.stored.entry;
        Placing {
            place: PlacingFor::Library { entry: entry.id.to_string() },
            title: entry.title.clone(),
            revision: self.stored.revision,
            document: &self.document,
            pictures,
        }
        .page(&self.context, &state.app, page)
    }
}

fn answer(state: &LibraryState, status: StatusCode, page: &PlacingPage) -> Response<Body> {
    let reach = Reach { files_origin: Some(&state.app.files_origin), ..Reach::default() };
    html_reaching(status, page.render(), reach)
}

/// One `BatchGetItem`.
pub(crate) async fn show(
    state: &LibraryState,
    page: &AdminPage,
    id: LibraryId,
) -> Result<Response<Body>, AdminRefusal> {
    let opened = open(state, page, &id).await?;
    if opened.stored.entry.archived {
        return Ok(redirect(&format!("{PAGE}/{id}")));
    }
    let query = page.query_string_parameters();
    let number = query.first("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let mut view = opened.page(state, number).await;
    view.saved = query.first("done") == Some("saved");
    Ok(answer(state, StatusCode::OK, &view))
}

/// One `BatchGetItem` and one `TransactWriteItems`; where it is refused a `BatchGetItem` more.
pub(crate) async fn save(
    state: &LibraryState,
    page: &AdminPage,
    id: LibraryId,
) -> Result<Response<Body>, AdminRefusal> {
    let request = ApiRequest::read(page, &state.app)?;
    let Payload::Form(form) = &request.payload else { return Err(ApiError::MediaType.into()) };
    let number = form.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    // A form that does not say what it showed would overwrite blindly: no entry has the revision 0.
    let shown = form.get("revision").and_then(|revision| revision.parse().ok()).unwrap_or_default();
    let rows = placing::rows(form);
    let given = Given::Listed(ListedFields { rows: rows.clone(), page: number });
    let wanted = Wanted { edit: Edit::default(), given, publish: false, shown: Some(shown) };
    match entries::save(state, &request, &id, &wanted).await {
        Ok(_) => Ok(redirect(&format!("{PAGE}/{id}/fields?page={number}&done=saved"))),
        Err(error) => refused(state, page, &id, number, rows, error).await,
    }
}

async fn refused(
    state: &LibraryState,
    page: &AdminPage,
    id: &LibraryId,
    number: usize,
    rows: Vec<FieldRow>,
    error: ApiError,
) -> Result<Response<Body>, AdminRefusal> {
    let problem = error.problem(state.app.clock.now());
    let view = open(state, page, id).await?.page(state, number).await;
    let (status, view) = placing::refused(view, rows, &problem)?;
    Ok(answer(state, status, &view))
}
