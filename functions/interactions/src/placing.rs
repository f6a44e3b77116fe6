//! The fields of a draft's document (R21): placed by PUT `…/fields`, or at the page `/console/s/{session}/i/{interaction}/fields`.

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    Command, Interaction, InteractionId, InteractionState, SessionId,
    interaction::{Asked, Document, WorkCommand},
};
use parlor_form::Field;
use parlor_templates::console::{FieldRow, PlacingFor, PlacingPage};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, ApiResponse, Code, Operation, Payload, Problem,
    api_request::{lang, room},
    document::with_fields,
    operation::Loaded,
    placing::{self, Placing},
    redirect,
    reply::{Reach, html_reaching},
    staff_page,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{InteractionsState, document::present, view::InteractionView};

/// The body of a PUT to `…/fields`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PlaceFields", description = "The fields that a document is to have.")]
pub(crate) struct Place {
    /// All of them, at most 500: what is not there goes.
    fields: Vec<Field>,
}

/// The tag of an interaction's version.
pub(crate) fn etag(own: &Interaction) -> String {
    format!("\"{}\"", own.version)
}

/// One `BatchGetItem` with a `Query`, and one `TransactWriteItems`.
pub(crate) async fn put(
    state: &InteractionsState,
    request: &ApiRequest,
    session: SessionId,
    id: InteractionId,
) -> Result<ApiResponse, ApiError> {
    let Place { fields } = request.input()?;
    place(state, request, &session, &id, None, |_| Ok(fields.clone())).await
}

/// Places what `fields` makes of the document as it is. `shown` is the version that a page's form showed; a program says it as
/// `If-Match`.
async fn place(
    state: &InteractionsState,
    request: &ApiRequest,
    session: &SessionId,
    id: &InteractionId,
    shown: Option<u64>,
    fields: impl Fn(&Document) -> Result<Vec<Field>, ApiError>,
) -> Result<ApiResponse, ApiError> {
    Operation::on(&state.app, request, session)
        .reading(|keys| keys.interaction(session, id).asked(session, id))
        .run(
            |loaded: &Loaded| {
                let own = loaded.found.interaction(session, id)?.ok_or(ApiError::NotFound)?;
                match shown {
                    None => request.must_match(&etag(&own))?,
                    Some(version) if version == own.version => {}
                    Some(_) => {
                        let detail =
                            "Somebody else changed it meanwhile. Load the page again and make your change there.";
                        return Err(Problem::new(Code::VersionConflict, detail).into());
                    }
                }
                let Some(Asked::Document(document)) = loaded.found.asked(session, id)? else {
                    return Err(Problem::new(Code::AnotherKind, "Only a document has `fields`.").into());
                };
                let placed = fields(&document)?;
                let document = with_fields(document, &placed)?;
                // What was filled in before stays where it still fits.
                let values = present(document.take(&own.values, |text| state.fonts.uncovered(text)).values);
                loaded.decide(request, Command::Work(WorkCommand::Place(&own, document, values)))
            },
            |_, decision| {
                let write = decision.interactions.first();
                let view = write.map(|write| {
                    InteractionView::of(&write.interaction).with(&write.interaction, write.asked.clone(), false)
                });
                let etag = write.map(|write| etag(&write.interaction));
                ApiResponse { etag, ..ApiResponse::new(StatusCode::OK, view, room(session)) }
            },
        )
        .await
}

/// A draft's document, as its page shows it.
struct Draft {
    context: AdminContext,
    own: Interaction,
    document: Document,
}

/// One `BatchGetItem`. Nothing where there are no fields to be placed any more.
async fn draft(
    state: &InteractionsState,
    page: &AdminPage,
    session: &SessionId,
    id: &InteractionId,
) -> Result<Option<Draft>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    let keys = AdminContext::keys(&cookie).session_alone(session).interaction(session, id).asked(session, id);
    let found = state.app.store.read(keys).await?;
    let context = AdminContext::open_for_agents(cookie, found, lang(page), state.app.clock.now())?;
    let stored = context.caller.room(&context.found, session)?;
    let own = context.found.interaction(session, id)?.ok_or(ApiError::NotFound)?;
    let Some(Asked::Document(document)) = context.found.asked(session, id)? else {
        return Err(ApiError::NotFound.into());
    };
    let is_open = own.state == InteractionState::Draft && !stored.session.is_over();
    Ok(is_open.then_some(Draft { context, own, document }))
}

impl Draft {
    async fn page(&self, state: &InteractionsState, session: &SessionId, page: usize) -> PlacingPage {
        let mut pictures = Vec::with_capacity(self.document.pictures.len());
        for picture in &self.document.pictures {
            pictures.push(match picture {
                None => None,
                Some(picture) => {
                    let now = self.context.now;
                    let signed = state.bucket.download(&picture.key, &picture.content_type, "page", now).await;
                    // Fields can be placed without it.
                    signed.inspect_err(|error| tracing::error!(%error, "picture")).ok().map(|signed| signed.url)
                }
            });
        }
        let place = PlacingFor::Room { session: session.to_string(), interaction: self.own.id.to_string() };
        let title = self.own.title.clone();
        Placing { place, title, revision: self.own.version, document: &self.document, pictures }.page(
            &self.context,
            &state.app,
            page,
        )
    }
}

fn answer(state: &InteractionsState, status: StatusCode, page: &PlacingPage) -> Response<Body> {
    let reach = Reach { files_origin: Some(&state.app.files_origin), ..Reach::default() };
    html_reaching(status, page.render(), reach)
}

/// One `BatchGetItem`.
pub(crate) async fn show(
    state: &InteractionsState,
    page: &AdminPage,
    session: SessionId,
    id: InteractionId,
) -> Result<Response<Body>, AdminRefusal> {
    let Some(draft) = draft(state, page, &session, &id).await? else { return Ok(redirect(&room(&session))) };
    let query = page.query_string_parameters();
    let number = query.first("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let mut view = draft.page(state, &session, number).await;
    view.saved = query.first("done") == Some("saved");
    Ok(answer(state, StatusCode::OK, &view))
}

/// What PUT costs; where it is refused a `BatchGetItem` more.
pub(crate) async fn save(
    state: &InteractionsState,
    page: &AdminPage,
    session: SessionId,
    id: InteractionId,
) -> Result<Response<Body>, AdminRefusal> {
    let request = ApiRequest::read(page, &state.app)?;
    let (rows, shown, number) = match &request.payload {
        Payload::Form(form) => {
            let number = |name: &str| form.get(name).and_then(|number| number.parse::<u64>().ok());
            (placing::rows(form), number("revision"), number("page").and_then(|page| usize::try_from(page).ok()))
        }
        _ => (vec![], None, None),
    };
    let number = number.unwrap_or(1);
    // A form that does not say what it showed would overwrite blindly: no interaction has the version 0.
    let shown = shown.unwrap_or_default();
    let fields = |document: &Document| placing::fields(&rows, document, number);
    match place(state, &request, &session, &id, Some(shown), fields).await {
        Ok(_) => Ok(redirect(&format!("/console/s/{session}/i/{id}/fields?page={number}&done=saved"))),
        Err(error) => refused(state, page, (&session, &id), number, rows.clone(), error).await,
    }
}

async fn refused(
    state: &InteractionsState,
    page: &AdminPage,
    (session, id): (&SessionId, &InteractionId),
    number: usize,
    rows: Vec<FieldRow>,
    error: ApiError,
) -> Result<Response<Body>, AdminRefusal> {
    let problem = error.problem(state.app.clock.now());
    let Some(draft) = draft(state, page, session, id).await? else { return Err(ApiError::from(problem).into()) };
    let view = draft.page(state, session, number).await;
    let (status, view) = placing::refused(view, rows, &problem)?;
    Ok(answer(state, status, &view))
}
