//! `/admin/library`: a team's library, for supervisors and admins, and the page of an entry.

use std::collections::{BTreeMap, BTreeSet};

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    Actor, LibraryId, TeamId,
    interaction::Asked,
    library::{Content, Edit, EntryKind},
    staff::StaffCookie,
};
use parlor_store::{LibraryEntry, ReadBatch, ReadResult};
use parlor_templates::{
    admin::{AskedFor, DocumentFacts, EntryPage, EntryStanding, LibraryPage, LibraryRow, Section, TeamName},
    customer::field_label,
    refusals,
    words::library,
};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, Code, Payload,
    api_request::lang,
    html, redirect,
    reply::{Reach, html_reaching},
    staff_page,
};

use crate::{
    LibraryState, PAGE,
    entries::{self, Wanted},
    input::{Given, New},
    preview,
};

/// As many entries as a page shows. A team's library is one page as a rule.
const ROWS: u16 = 500;

type Answer = Result<Response<Body>, AdminRefusal>;

fn open(
    state: &LibraryState,
    page: &AdminPage,
    cookie: StaffCookie,
    found: ReadResult,
) -> Result<AdminContext, ApiError> {
    AdminContext::open_for_supervisors(cookie, found, lang(page), state.app.clock.now())
}

fn kind_named(name: &str) -> Option<EntryKind> {
    EntryKind::ALL.into_iter().find(|kind| kind.as_str() == name)
}

/// The team that the address names; otherwise the reader's home team.
fn team_asked(page: &AdminPage, cookie: &StaffCookie) -> Result<TeamId, ApiError> {
    match page.query_string_parameters().first("team") {
        Some(team) => team.parse().map_err(|_| ApiError::NotFound),
        None => cookie.teams.first().cloned().ok_or(ApiError::NotFound),
    }
}

fn must_see(context: &AdminContext, team: &TeamId) -> Result<(), ApiError> {
    if context.caller.supervises(team) { Ok(()) } else { Err(ApiError::NotFound) }
}

/// One `BatchGetItem`, and a `Query` of the entries and one of the teams, side by side.
pub(crate) async fn list(state: &LibraryState, page: &AdminPage) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let store = &state.app.store;
    let query = page.query_string_parameters();
    let team = team_asked(page, &cookie)?;
    let kind = query.first("kind").and_then(kind_named);
    let after: Option<LibraryId> = query.first("after").and_then(|after| after.parse().ok());
    let after = after.filter(|after| after.team() == team);
    let keys = AdminContext::keys(&cookie).library_used(&team);
    let (found, entries, teams) =
        tokio::try_join!(store.read(keys), store.library(&team, after.as_ref(), ROWS), store.teams())?;
    let context = open(state, page, cookie, found)?;
    must_see(&context, &team)?;
    let mut rows = vec![];
    for stored in entries.items.iter().filter(|stored| kind.is_none_or(|kind| kind == stored.entry.kind)) {
        let used = context.found.library_used(&stored.entry.id)?;
        rows.push(row(stored, used));
    }
    // What is archived is behind what is at work.
    rows.sort_by_cached_key(|row| {
        (row.state == parlor_domain::library::EntryState::Archived, parlor_store::fold(&row.title))
    });
    let mut names: Vec<TeamName> = teams
        .into_iter()
        .filter(|team| context.caller.supervises(&team.id))
        .map(|team| TeamName { id: team.id.to_string(), name: team.name })
        .collect();
    names.sort_by_cached_key(|team| parlor_store::fold(&team.name));
    let view = LibraryPage {
        frame: context.frame(&state.app, Section::Library),
        team: team.to_string(),
        teams: names,
        kind,
        rows,
        next: entries.next.map(|id| id.to_string()),
        done: query.first("done").unwrap_or_default().to_owned(),
    };
    Ok(html(StatusCode::OK, view.render(), None))
}

/// How often it was sent: of texts nothing is counted.
fn counted(kind: EntryKind, used: u64) -> Option<u64> {
    (kind != EntryKind::Text).then_some(used)
}

fn row(stored: &LibraryEntry, used: u64) -> LibraryRow {
    let entry = &stored.entry;
    LibraryRow {
        id: entry.id.to_string(),
        kind: entry.kind,
        title: entry.title.clone(),
        state: entry.state(),
        changed: entry.changed,
        version: entry.offer.as_ref().map(|offer| offer.version),
        used: counted(entry.kind, used),
        updated_at: entry.updated_at,
        by: match &entry.by {
            Actor::Agent { name, .. } => Some(name.clone()),
            _ => None,
        },
    }
}

/// What stands in the form of an entry.
#[derive(Debug, Default)]
struct Typed {
    title: String,
    text: String,
    steps: String,
    upload: String,
    request: AskedFor,
}

fn entry_page(state: &LibraryState, context: &AdminContext, team: &TeamId, kind: EntryKind, typed: Typed) -> EntryPage {
    EntryPage {
        frame: context.frame(&state.app, Section::Library),
        standing: None,
        team: team.to_string(),
        kind,
        title: typed.title,
        text: typed.text,
        steps: typed.steps,
        document: None,
        upload: typed.upload,
        request: typed.request,
        problem: None,
        fault: None,
        unread: false,
        done: String::new(),
    }
}

/// An entry's page sends its file to the bucket, and a workflow's has its preview in it.
fn shown(state: &LibraryState, status: StatusCode, view: &EntryPage) -> Response<Body> {
    let reach = Reach { files_origin: Some(&state.app.files_origin), frames: true, ..Reach::default() };
    html_reaching(status, view.render(), reach)
}

/// One `BatchGetItem`.
pub(crate) async fn new(state: &LibraryState, page: &AdminPage) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let team = team_asked(page, &cookie)?;
    let found = state.app.store.read(AdminContext::keys(&cookie)).await?;
    let context = open(state, page, cookie, found)?;
    must_see(&context, &team)?;
    let kind = page.query_string_parameters().first("kind").and_then(kind_named).unwrap_or(EntryKind::Text);
    Ok(shown(state, StatusCode::OK, &entry_page(state, &context, &team, kind, Typed::default())))
}

/// The page of an entry that is there; `typed` takes the place of what is in it.
fn standing(
    state: &LibraryState,
    context: &AdminContext,
    id: &LibraryId,
    typed: Option<Typed>,
) -> Result<EntryPage, ApiError> {
    let team = id.team();
    must_see(context, &team)?;
    let stored = context.found.library_entry(id)?.ok_or(ApiError::NotFound)?;
    let content = context.found.library_content(id)?;
    let (mut own, mut document) = (Typed { title: stored.entry.title.clone(), ..Typed::default() }, None);
    match content {
        Some(Content::Text(text)) => own.text = text,
        Some(Content::Asked(Asked::Workflow(workflow))) => {
            own.steps = serde_json::to_string_pretty(&workflow.steps).unwrap_or_default();
        }
        Some(Content::Asked(Asked::Document(read))) => {
            // Of several with one name the first stands for all.
            let mut names = BTreeSet::new();
            let fields = read.form.fields.iter().filter(|field| names.insert(field.name.as_str()));
            let fields = fields.map(|field| (field_label(field), field.required)).collect();
            document = Some(DocumentFacts { pages: read.form.pages.len(), fields });
        }
        Some(Content::Asked(Asked::Request(request))) => {
            let kinds: Vec<_> = request.accept.iter().filter_map(|kind| serde_json::to_value(kind).ok()).collect();
            let kinds: Vec<_> = kinds.iter().filter_map(|kind| kind.as_str()).collect();
            own.request = AskedFor {
                what: request.what,
                instructions: request.instructions.unwrap_or_default(),
                accept: kinds.join(","),
                min: request.min.to_string(),
                max: request.max.to_string(),
            };
        }
        None => {}
    }
    let entry = &stored.entry;
    let standing = EntryStanding {
        id: id.to_string(),
        revision: stored.revision,
        state: entry.state(),
        changed: entry.changed,
        version: entry.offer.as_ref().map(|offer| offer.version),
        used: counted(entry.kind, context.found.library_used(id)?),
    };
    let view = entry_page(state, context, &team, entry.kind, typed.unwrap_or(own));
    Ok(EntryPage { standing: Some(standing), document, ..view })
}

fn keys_of(cookie: &StaffCookie, id: &LibraryId) -> ReadBatch {
    AdminContext::keys(cookie).library_entry(id).library_content(id).library_used(&id.team())
}

/// One `BatchGetItem`.
pub(crate) async fn show(state: &LibraryState, page: &AdminPage, id: LibraryId) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let found = state.app.store.read(keys_of(&cookie, &id)).await?;
    let context = open(state, page, cookie, found)?;
    let done = page.query_string_parameters().first("done").unwrap_or_default().to_owned();
    let view = EntryPage { done, ..standing(state, &context, &id, None)? };
    Ok(shown(state, StatusCode::OK, &view))
}

fn field<'a>(fields: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

fn fields_of(request: &ApiRequest) -> BTreeMap<String, String> {
    match &request.payload {
        Payload::Form(fields) => fields.clone(),
        _ => BTreeMap::new(),
    }
}

fn typed(fields: &BTreeMap<String, String>) -> Typed {
    let own = |name: &str| field(fields, name).to_owned();
    Typed {
        title: own("title"),
        text: own("text"),
        steps: own("steps"),
        upload: own("upload"),
        request: AskedFor {
            what: own("what"),
            instructions: own("instructions"),
            accept: own("accept"),
            min: own("min"),
            max: own("max"),
        },
    }
}

/// Whether a refusal is about what was typed, so that the form comes back with it; others have pages of their own.
fn is_about_the_form(status: u16) -> bool {
    matches!(status, 400 | 409 | 422)
}

/// The form again, with what was typed and why it was not taken.
fn refused(mut view: EntryPage, state: &LibraryState, error: ApiError) -> Answer {
    let problem = error.problem(state.app.clock.now());
    if !is_about_the_form(problem.status) {
        return Err(ApiError::from(problem).into());
    }
    let lang = view.frame.lang;
    let field = problem.field;
    let is_step = field.as_deref().is_some_and(|field| field.starts_with("steps["));
    let said = if is_step && problem.code == Code::UnknownEntry.as_str() {
        library::refused_step_document(lang).to_owned()
    } else {
        refusals::refusal(lang, problem.code).map_or(problem.detail, str::to_owned)
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    view.fault = field.map(|field| (field, said.clone()));
    view.problem = Some(said);
    view.unread = problem.code == Code::UploadNotRead.as_str();
    Ok(shown(state, status, &view))
}

/// One `BatchGetItem` and one `TransactWriteItems`; where it is refused a `BatchGetItem` more.
pub(crate) async fn make(state: &LibraryState, page: &AdminPage) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, &state.app)?;
    let fields = fields_of(&request);
    if field(&fields, "do") == "preview" {
        return preview::show(state, page, &request, &fields).await;
    }
    let kind = kind_named(field(&fields, "kind")).unwrap_or(EntryKind::Text);
    let team: TeamId = match field(&fields, "team") {
        "" => cookie.teams.first().cloned().ok_or(ApiError::NotFound)?,
        team => team.parse().map_err(|_| ApiError::NotFound)?,
    };
    let publish = field(&fields, "do") == "publish";
    let made = async {
        let given = given(kind, &fields, true)?;
        entries::make(state, &request, &New::of_page(kind, field(&fields, "title"), team.clone()), &given, publish)
            .await
    };
    match made.await {
        Ok(answer) => {
            let id = answer.body["id"].as_str().unwrap_or_default().to_owned();
            Ok(redirect(&format!("{PAGE}/{id}?done={}", if publish { "published" } else { "saved" })))
        }
        Err(error) => {
            let found = state.app.store.read(AdminContext::keys(&cookie)).await?;
            let context = open(state, page, cookie, found)?;
            must_see(&context, &team)?;
            refused(entry_page(state, &context, &team, kind, typed(&fields)), state, error)
        }
    }
}

/// One `BatchGetItem` and one `TransactWriteItems`; where it is refused a `BatchGetItem` more.
pub(crate) async fn save(state: &LibraryState, page: &AdminPage, id: LibraryId) -> Answer {
    let cookie = staff_page::cookie(page)?;
    let request = ApiRequest::read(page, &state.app)?;
    let fields = fields_of(&request);
    let what = field(&fields, "do");
    if what == "remove" {
        entries::delete(state, &request, id.clone()).await?;
        return Ok(redirect(&format!("{PAGE}?team={}&done=removed", id.team())));
    }
    let saved = async { entries::save(state, &request, &id, &wanted(&fields)?).await };
    let done = match what {
        "archive" => "archived",
        "restore" => "restored",
        "publish" => "published",
        _ => "saved",
    };
    match saved.await {
        Ok(_) => Ok(redirect(&format!("{PAGE}/{id}?done={done}"))),
        Err(error) => {
            let found = state.app.store.read(keys_of(&cookie, &id)).await?;
            let context = open(state, page, cookie, found)?;
            let typed = Some(typed(&fields)).filter(|_| matches!(what, "save" | "publish"));
            refused(standing(state, &context, &id, typed)?, state, error)
        }
    }
}

fn given(kind: EntryKind, fields: &BTreeMap<String, String>, is_new: bool) -> Result<Given, ApiError> {
    if kind == EntryKind::Request {
        return Given::request_of_page(|name| field(fields, name).to_owned());
    }
    Given::of_page(kind, field(fields, "text"), field(fields, "steps"), field(fields, "upload"), is_new)
}

/// What the form of an entry that is there asks for.
fn wanted(fields: &BTreeMap<String, String>) -> Result<Wanted, ApiError> {
    let shown = field(fields, "revision").parse().ok();
    let shown = Some(shown.ok_or_else(|| ApiError::Malformed("`revision` is missing.".into()))?);
    let what = field(fields, "do");
    if let "archive" | "restore" = what {
        let edit = Edit { archived: Some(what == "archive"), ..Edit::default() };
        return Ok(Wanted { edit, given: Given::Nothing, publish: false, shown });
    }
    let kind = kind_named(field(fields, "kind")).unwrap_or(EntryKind::Text);
    let given = given(kind, fields, false)?;
    let edit = Edit { title: Some(field(fields, "title").to_owned()), ..Edit::default() };
    Ok(Wanted { edit, given, publish: what == "publish", shown })
}
