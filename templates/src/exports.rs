//! Answers as files that people keep (R21): tables, and JSON for programs. Of steps that are hidden, nothing.

use std::fmt::Write as _;

use parlor_domain::{
    Interaction, InteractionState,
    interaction::{Answer, SignedFile, Workflow, files_of},
};
use serde_json::{Value, json};

use crate::evidence::moment;
use crate::lang::Lang;
use crate::words;

/// An answer as text: words for a drawing.
pub fn written(lang: Lang, interaction: &Interaction, field: &str) -> String {
    match interaction.entered.get(field) {
        None => String::new(),
        Some(Answer::Drawn(_)) => words::sending::signed(lang).to_owned(),
        Some(answer) => answer.as_typed(),
    }
}

/// The names of the files that answer a question.
pub fn files(interaction: &Interaction, field: &str) -> Vec<String> {
    files_of(interaction.entered.get(field), &interaction.files).into_iter().map(|file| file.name.clone()).collect()
}

/// The document of a step among those of a workflow.
fn document_of<'a>(documents: &'a [Interaction], step: &str) -> Option<&'a Interaction> {
    documents.iter().find(|own| own.part_of.as_ref().is_some_and(|part| part.step == step))
}

/// The SHA-256 of a signed file, once it is there.
fn sha256(document: &Interaction) -> Option<&str> {
    match &document.signed {
        Some(SignedFile::Ready { sha256, .. }) => Some(sha256),
        _ => None,
    }
}

/// What is said of a step's document: its title; how far it is, when it was completed, and the SHA-256 of the signed file.
pub fn document(lang: Lang, documents: &[Interaction], step: &str) -> Option<(String, String)> {
    let own = document_of(documents, step)?;
    let state = match own.state {
        InteractionState::Draft => words::content::state_draft(lang),
        InteractionState::Sent | InteractionState::SentBack => words::content::state_sent(lang),
        InteractionState::InProgress => words::content::state_in_progress(lang),
        InteractionState::Completed | InteractionState::Accepted => words::content::state_completed(lang),
        InteractionState::Withdrawn => words::content::state_withdrawn(lang),
        InteractionState::Declined => words::content::state_declined(lang),
    };
    let mut said = state.to_owned();
    if let Some(at) = own.completed_at {
        let _ = write!(said, " · {}", moment(at));
    }
    if let Some(sha256) = sha256(own) {
        let _ = write!(said, " · SHA-256 {sha256}");
    }
    Some((own.title.clone(), said))
}

/// A workflow's answers as a table (RFC 4180) in UTF-8, with the mark by which spreadsheets know that.
pub fn workflow_csv(lang: Lang, interaction: &Interaction, workflow: &Workflow, documents: &[Interaction]) -> String {
    let mut table = String::from("\u{feff}step,name,question,answer\r\n");
    for step in workflow.shown(&interaction.entered) {
        for field in &step.fields {
            let files = files(interaction, &field.name);
            let answer = if files.is_empty() { written(lang, interaction, &field.name) } else { files.join("; ") };
            let cells = [&step.title, &field.name, &field.label, &answer].map(|text| cell(text));
            let _ = write!(table, "{}\r\n", cells.join(","));
        }
        if let Some((title, said)) = document(lang, documents, &step.id) {
            let cells = [step.title.as_str(), "", &title, &said].map(cell);
            let _ = write!(table, "{}\r\n", cells.join(","));
        }
    }
    table
}

/// A workflow's answers for programs; where its steps have documents, how far those of shown steps are.
pub fn workflow_json(interaction: &Interaction, workflow: &Workflow, documents: &[Interaction]) -> String {
    let shown = workflow.shown(&interaction.entered).into_iter();
    let document = |own: &Interaction, step: &str| {
        json!({
            "step": step, "interaction": own.id, "title": own.title, "state": own.state,
            "completed_at": own.completed_at, "sha256": sha256(own),
        })
    };
    let shown: Vec<Value> =
        shown.filter_map(|step| Some(document(document_of(documents, &step.id)?, &step.id))).collect();
    let documents = (!shown.is_empty()).then_some(shown);
    let mut whole = said(interaction, &json!(workflow.kept(&interaction.entered)));
    if let Some(documents) = documents {
        whole["documents"] = json!(documents);
    }
    format!("{whole:#}\n")
}

/// What was entered, for programs, with whose it is.
pub fn whole(interaction: &Interaction, values: &Value) -> String {
    format!("{:#}\n", said(interaction, values))
}

fn said(interaction: &Interaction, values: &Value) -> Value {
    json!({
        "id": interaction.id,
        "title": interaction.title,
        "state": interaction.state,
        "completed_at": interaction.completed_at,
        "values": values,
    })
}

/// A cell in quotes. What spreadsheets would take for a formula is kept from being one
/// (<https://owasp.org/www-community/attacks/CSV_Injection>), full-width signs and blanks before them included; a negative number
/// is none. Where a spreadsheet parts cells at semicolons or tabs, as many do by their country, our quotes mean nothing to it behind
/// the first comma: so each part between those marks, and each line, is looked at.
pub fn cell(text: &str) -> String {
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
