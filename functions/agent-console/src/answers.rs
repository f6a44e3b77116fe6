//! GET `/console/s/{session}/i/{interaction}/answers`: what a customer answered or filled in (R21), as a part of the room's page, or as
//! a file: `?as=csv`, `?as=json`. Of steps that are hidden, nothing.

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{HeaderValue, StatusCode, header},
};
use parlor_domain::{
    Interaction, InteractionId, SessionId,
    interaction::{Asked, FieldKind, Workflow},
};
use parlor_templates::{
    Lang,
    console::{AnswerLine, answers},
    exports,
};
use parlor_web::{ApiError, AppState, api_request::lang, html, reply, staff_page};
use serde_json::json;

use crate::{
    PageError, filled_in,
    staff_context::{self, StaffContext},
};

/// One `BatchGetItem`; where a workflow's steps have documents, one more.
pub(crate) async fn show(
    app: &AppState,
    request: &Request,
    session: &SessionId,
    id: &InteractionId,
) -> Result<Response<Body>, PageError> {
    let cookie = staff_page::cookie(request)?;
    let keys = staff_context::part_keys(&cookie).room(session).interaction(session, id).asked(session, id);
    let staff_context = StaffContext::open(cookie, app.store.read(keys).await?, lang(request), app.clock.now())?;
    let found = &staff_context.found;
    let stored = staff_context.caller.contents(found, session)?.ok_or(ApiError::NotFound)?;
    let documents = app.store.parts(&stored.session, id).await?;
    let interaction = found.interaction(session, id)?.ok_or(ApiError::NotFound)?;
    let (lang, asked) = (staff_context.lang, found.asked(session, id)?.ok_or(ApiError::NotFound)?);
    let lines = || match &asked {
        Asked::Workflow(workflow) => lines(lang, &interaction, workflow, &documents),
        Asked::Document(document) => filled_in::lines(lang, &interaction.values, document),
        // Its files are in the panel itself.
        Asked::Request(_) => vec![],
    };
    match request.query_string_parameters().first("as") {
        None => Ok(html(StatusCode::OK, answers(lang, &lines()), None)),
        Some("csv") => {
            let table = match &asked {
                Asked::Workflow(workflow) => exports::workflow_csv(lang, &interaction, workflow, &documents),
                Asked::Document(document) => filled_in::csv(lang, &interaction.values, document),
                Asked::Request(_) => String::new(),
            };
            Ok(file(&table, "text/csv; charset=utf-8", id, "csv"))
        }
        Some("json") => {
            let values = match &asked {
                Asked::Workflow(workflow) => exports::workflow_json(&interaction, workflow, &documents),
                Asked::Document(_) | Asked::Request(_) => exports::whole(&interaction, &json!(interaction.values)),
            };
            Ok(file(&values, "application/json", id, "json"))
        }
        Some(_) => Err(ApiError::NotFound.into()),
    }
}

/// Each shown step with its questions and answers.
fn lines(
    lang: Lang,
    interaction: &Interaction,
    workflow: &Workflow,
    documents: &[Interaction],
) -> Vec<(String, Vec<AnswerLine>)> {
    let steps = workflow.shown(&interaction.entered).into_iter();
    steps
        .map(|step| {
            let line = |field: &parlor_domain::interaction::Field| AnswerLine {
                label: field.label.clone(),
                kind: field.kind,
                typed: exports::written(lang, interaction, &field.name),
                files: exports::files(interaction, &field.name),
            };
            let document = exports::document(lang, documents, &step.id).map(|(label, typed)| AnswerLine {
                label,
                kind: FieldKind::Text,
                typed,
                files: vec![],
            });
            (step.title.clone(), step.fields.iter().map(line).chain(document).collect())
        })
        .collect()
}

/// A file to keep, which is never shown as a page.
fn file(text: &str, content_type: &'static str, id: &InteractionId, ending: &str) -> Response<Body> {
    let mut response = reply::text(text.to_owned(), content_type);
    let name = format!("attachment; filename=\"answers-{id}.{ending}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
