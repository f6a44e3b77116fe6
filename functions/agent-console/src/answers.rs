//! GET `/console/s/{session}/i/{interaction}/answers`: what a customer answered or filled in (R21), as a part of the room's page, or as
//! a file: `?as=csv`, `?as=json`. Of steps that are hidden, nothing.

use std::fmt::Write as _;

use lambda_http::{
    Body, Request, RequestExt as _, Response,
    http::{HeaderValue, StatusCode, header},
};
use parlor_domain::{
    Interaction, InteractionId, SessionId,
    interaction::{Answer, Asked, Workflow, files_of},
};
use parlor_templates::{
    Lang,
    console::{AnswerLine, answers},
    words,
};
use parlor_web::{ApiError, AppState, api_request::lang, html, reply, staff_page};
use serde_json::{Value, json};

use crate::{
    PageError, filled_in,
    staff_context::{self, StaffContext},
};

/// One `BatchGetItem`.
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
    staff_context.caller.room(found, session)?;
    let interaction = found.interaction(session, id)?.ok_or(ApiError::NotFound)?;
    let (lang, asked) = (staff_context.lang, found.asked(session, id)?.ok_or(ApiError::NotFound)?);
    let lines = || match &asked {
        Asked::Workflow(workflow) => lines(lang, &interaction, workflow),
        Asked::Document(document) => filled_in::lines(lang, &interaction.values, document),
        // Its files are in the panel itself.
        Asked::Request(_) => vec![],
    };
    match request.query_string_parameters().first("as") {
        None => Ok(html(StatusCode::OK, answers(lang, &lines()), None)),
        Some("csv") => {
            let table = match &asked {
                Asked::Workflow(workflow) => csv(lang, &interaction, workflow),
                Asked::Document(document) => filled_in::csv(lang, &interaction.values, document),
                Asked::Request(_) => String::new(),
            };
            Ok(file(&table, "text/csv; charset=utf-8", id, "csv"))
        }
        Some("json") => {
            let values = match &asked {
                Asked::Workflow(workflow) => json!(workflow.kept(&interaction.entered)),
                Asked::Document(_) | Asked::Request(_) => json!(interaction.values),
            };
            Ok(file(&whole(&interaction, &values), "application/json", id, "json"))
        }
        Some(_) => Err(ApiError::NotFound.into()),
    }
}

/// An answer as text: words for a drawing.
fn written(lang: Lang, interaction: &Interaction, field: &str) -> String {
    match interaction.entered.get(field) {
        None => String::new(),
        Some(Answer::Drawn(_)) => words::sending::signed(lang).to_owned(),
        Some(answer) => answer.as_typed(),
    }
}

/// The names of the files that answer a question.
fn files(interaction: &Interaction, field: &str) -> Vec<String> {
    files_of(interaction.entered.get(field), &interaction.files).into_iter().map(|file| file.name.clone()).collect()
}

/// Each shown step with its questions and answers.
fn lines(lang: Lang, interaction: &Interaction, workflow: &Workflow) -> Vec<(String, Vec<AnswerLine>)> {
    let steps = workflow.shown(&interaction.entered).into_iter();
    steps
        .map(|step| {
            let line = |field: &parlor_domain::interaction::Field| AnswerLine {
                label: field.label.clone(),
                kind: field.kind,
                typed: written(lang, interaction, &field.name),
                files: files(interaction, &field.name),
            };
            (step.title.clone(), step.fields.iter().map(line).collect())
        })
        .collect()
}

/// A table (RFC 4180) in UTF-8, with the mark by which spreadsheets know that.
fn csv(lang: Lang, interaction: &Interaction, workflow: &Workflow) -> String {
    let mut table = String::from("\u{feff}step,name,question,answer\r\n");
    for step in workflow.shown(&interaction.entered) {
        for field in &step.fields {
            let files = files(interaction, &field.name);
            let answer = if files.is_empty() { written(lang, interaction, &field.name) } else { files.join("; ") };
            let cells = [&step.title, &field.name, &field.label, &answer].map(|text| cell(text));
            let _ = write!(table, "{}\r\n", cells.join(","));
        }
    }
    table
}

/// A cell in quotes. What spreadsheets would take for a formula is kept from being one
/// (<https://owasp.org/www-community/attacks/CSV_Injection>), full-width signs and blanks before them included; a negative number
/// is none. Where a spreadsheet parts cells at semicolons or tabs, as many do by their country, our quotes mean nothing to it behind
/// the first comma: so each part between those marks, and each line, is looked at.
pub(crate) fn cell(text: &str) -> String {
    let is_formula = |part: &str| {
        part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
            && part.trim().parse::<f64>().is_err()
    };
    let mut guarded = String::with_capacity(text.len() + 2);
    if text.starts_with(['\t', '\r', '\n']) {
        guarded.push('\'');
    }
    for part in text.split_inclusive([';', '\t', '\r', '\n']) {
        let bare = part.trim_end_matches([';', '\t', '\r', '\n']);
        guarded.push_str(if is_formula(bare) { "'" } else { "" });
        guarded.push_str(part);
    }
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

fn whole(interaction: &Interaction, values: &Value) -> String {
    let document = json!({
        "id": interaction.id,
        "title": interaction.title,
        "state": interaction.state,
        "completed_at": interaction.completed_at,
        "values": values,
    });
    format!("{document:#}\n")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r21_a_cell_is_text_and_never_a_formula() {
        for (text, written) in [
            ("Mara", "\"Mara\""),
            ("say \"x\", twice", "\"say \"\"x\"\", twice\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("-3.5", "\"-3.5\""),
            ("-3.5+cmd", "\"'-3.5+cmd\""),
            ("＝1+1", "\"'＝1+1\""),
            ("\n=1+1", "\"'\n'=1+1\""),
            (" =1+1", "\"' =1+1\""),
            ("\u{a0}@SUM(A1)", "\"'\u{a0}@SUM(A1)\""),
            ("a\r\nb", "\"a\r\nb\""),
            // A spreadsheet that parts cells at semicolons takes what stands behind one for a cell of its own.
            ("Mara;=1+1", "\"Mara;'=1+1\""),
            ("Mara;\";=1+1", "\"Mara;\"\";'=1+1\""),
            ("Mara; -2+3\t@A1\n+4+5", "\"Mara;' -2+3\t'@A1\n'+4+5\""),
            ("1;-2;3", "\"1;-2;3\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
