//! What there is for a customer to do (R21), one interaction at a time: `/r/{session}/i/{interaction}` and what is below.
//!
//! What the customer may do is judged by the clock on every request (R2), whatever the schedules have told open rooms so far.

mod document;
mod loaded;
mod request;
mod unscripted;
mod work;

use std::fmt;

use lambda_http::{Body, Response, http::Method};
use parlor_buckets::Bucket;
use parlor_domain::{
    Rejection,
    interaction::{Asked, Filled, FilledIn, WorkCommand},
};
use parlor_fonts::Fonts;
use parlor_runtime::Runtime;
use parlor_templates::evidence::join_words;
use parlor_web::{
    AppState, Rows, WebFunction,
    customer::{FilesVisit, PageError, Visit},
    route::State,
};

use crate::loaded::{Loaded, Work, ids};

/// Serves a customer's interactions.
#[derive(Debug)]
pub struct CustomerWork;

/// What it works with.
pub struct WorkState {
    app: AppState,
    bucket: Bucket,
    /// The origin by which browsers reach the bucket.
    files_origin: String,
    /// Which characters can be printed.
    fonts: Fonts,
}

impl fmt::Debug for WorkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkState").field("app", &self.app).finish_non_exhaustive()
    }
}

impl AsRef<AppState> for WorkState {
    fn as_ref(&self) -> &AppState {
        &self.app
    }
}

impl State for WorkState {
    fn build(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            app: AppState::new(runtime),
            bucket: Bucket::new(&runtime.aws, &config.files_bucket),
            files_origin: config.files_origin.clone(),
            fonts: Fonts::shipped(),
        }
    }
}

impl WebFunction for CustomerWork {
    const NAME: &'static str = "customer-work";
    type State = WorkState;

    fn routes<R: Rows<WorkState>>(rows: R) -> R {
        rows.page(Method::GET, "/r/{session}/i/{interaction}", show)
            .page(Method::GET, "/r/{session}/i/{interaction}/result", result)
            .page(Method::POST, "/r/{session}/i/{interaction}/save", save)
            .page(Method::POST, "/r/{session}/i/{interaction}/complete", complete)
            .page(Method::POST, "/r/{session}/i/{interaction}/decline", decline)
            .page(Method::POST, "/r/{session}/i/{interaction}/files", change_files)
    }
}

/// GET `/r/{session}/i/{interaction}`. One `BatchGetItem`; while it waits for a file that was sent without a script, one request to the
/// bucket.
async fn show(
    state: &WorkState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    match Loaded::read(&state.app, visit, &session, &id).await?.by_kind() {
        Work::Workflow(loaded) => work::show(state, visit, &loaded).await,
        Work::Document(loaded) => document::show(state, visit, &loaded).await,
        Work::Request(loaded) => request::show(state, visit, &loaded).await,
    }
}

/// GET `…/result`: 303 to an address where the signed document, or what was sent for a request as one PDF, is downloaded, good for a few minutes. One `BatchGetItem`.
async fn result(
    state: &WorkState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    match Loaded::read(&state.app, visit, &session, &id).await?.by_kind() {
        Work::Document(loaded) => document::result(state, visit, &loaded).await,
        Work::Request(loaded) => request::result(state, visit, &loaded).await,
        Work::Workflow(_) => Err(PageError::NotFound),
    }
}

/// POST `…/save`. One `BatchGetItem` with a `Query`, and one `TransactWriteItems`, each again per lost race.
async fn save(
    state: &WorkState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    let changed = Loaded::change(&state.app, visit, &session, &id, |loaded| {
        let filled = match &loaded.asked {
            Asked::Workflow(workflow) => Filled::Workflow(workflow, work::to_save(visit, loaded, workflow)),
            Asked::Document(asked) => {
                let values = document::read(state, visit, asked).values;
                Filled::Document(FilledIn { document: asked, values, evidence: None })
            }
            // Its files are kept as they come: there is nothing to save.
            Asked::Request(request) => Filled::Request(request, None),
        };
        WorkCommand::Save(&loaded.interaction, filled)
    })
    .await;
    let (loaded, result) = match changed {
        Ok((loaded, result)) => (loaded, result.map(drop)),
        Err(away) => return kept_by(&state.app, visit, away),
    };
    match loaded.by_kind() {
        Work::Workflow(loaded) => work::saved(state, visit, &loaded, result).await,
        Work::Document(loaded) => document::saved(state, visit, &loaded, result).await,
        Work::Request(loaded) => request::answered(state, visit, &loaded, result).await,
    }
}

/// POST `…/complete`. Costs what [`save`] costs; of a document or a request one request to the bucket more, and where open documents of
/// a workflow go with it, or a workflow counts it, one more `BatchGetItem` with its `Query`.
async fn complete(
    state: &WorkState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    let changed = Loaded::end(&state.app, visit, &session, &id, |loaded| {
        loaded.must_be_as_seen(visit)?;
        let filled = match &loaded.asked {
            Asked::Workflow(workflow) => Filled::Workflow(workflow, work::to_complete(visit, workflow)),
            Asked::Document(asked) => {
                let values = document::read(state, visit, asked).values;
                let evidence = Some(document::evidence_of(visit, &loaded.room, &loaded.interaction));
                Filled::Document(FilledIn { document: asked, values, evidence })
            }
            Asked::Request(request) => {
                Filled::Request(request, Some(join_words(visit.lang_for(&loaded.room.stored.session))))
            }
        };
        Ok(WorkCommand::Complete(&loaded.interaction, filled))
    })
    .await;
    let (loaded, result) = match changed {
        Ok(changed) => changed,
        Err(away) => return kept_by(&state.app, visit, away),
    };
    match loaded.by_kind() {
        Work::Workflow(loaded) => work::completed(state, visit, &loaded, result.map(drop)).await,
        Work::Document(loaded) => document::completed(state, visit, &loaded, result.map(drop)).await,
        Work::Request(loaded) => request::completed(state, visit, &loaded, result.map(drop)).await,
    }
}

/// POST `…/files`. Costs what [`request::change`] says.
async fn change_files(
    state: &WorkState,
    visit: &FilesVisit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    // Without a script, what was typed in a step comes with its files.
    match request::change(state, visit, session, interaction).await {
        Err(away) => kept_by(&state.app, visit, away),
        answered => answered,
    }
}

/// POST `…/decline`. Costs what [`save`] costs.
async fn decline(
    state: &WorkState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(&state.app, visit, &session, &interaction).await?;
    let reason = visit.field("reason").to_owned();
    let changed = Loaded::end(&state.app, visit, &session, &id, |loaded| {
        Ok(WorkCommand::Decline(&loaded.interaction, reason.clone()))
    })
    .await;
    let (loaded, result) = match changed {
        Ok(changed) => changed,
        Err(away) => return kept_by(&state.app, visit, away),
    };
    let result: Result<(), Rejection> = result.map(drop);
    match loaded.by_kind() {
        Work::Workflow(loaded) => work::declined(state, visit, &loaded, result).await,
        Work::Document(loaded) => document::declined(state, visit, &loaded, result).await,
        Work::Request(loaded) => request::answered(state, visit, &loaded, result).await,
    }
}

/// R2: whoever is turned away with something typed finds it on the page that says why.
fn kept_by(app: &AppState, visit: &Visit, away: PageError) -> Result<Response<Body>, PageError> {
    let is_typed = |name: &str| name.starts_with("a.") || name.starts_with("v.") || name == "reason";
    let typed = visit.form.iter().filter(|(name, _)| is_typed(name)).map(|(_, typed)| typed.as_str());
    let lines: Vec<&str> = typed.filter(|typed| !typed.trim().is_empty() && !typed.starts_with('{')).collect();
    if visit.wants_json || lines.is_empty() {
        return Err(away);
    }
    Ok(away.into_page(app, visit, Some(&lines.join("\n"))))
}
