//! A workflow in front of its customer (R21): filled in step by step, reviewed, completed, declined.

use std::collections::BTreeMap;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Interaction, InteractionState, Rejection,
    interaction::{Answer, Entries, Progress, Read, Refusal, Step as FormStep, Workflow, Wrong},
};
use parlor_templates::{
    Lang,
    customer::{NotTaken, Question, Runner, Section, View, wrong_words},
};
use parlor_web::{
    ApiError, ApiResponse, AppState,
    customer::{PageError, Visit},
    html, redirect, reply,
};
use serde_json::json;

use crate::loaded::{Loaded, REVIEW, home};

/// A workflow that somebody asks for.
pub(crate) type LoadedWork = Loaded<Workflow>;

/// What was typed, as it came.
type Typed = BTreeMap<String, String>;

impl LoadedWork {
    /// The step that the customer goes on at; none for the review.
    fn resumed(&self) -> Option<&FormStep> {
        let shown = self.asked.shown(&self.interaction.entered);
        let noted = self.interaction.at.as_deref();
        let at = noted.and_then(|at| shown.iter().find(|step| step.id == at));
        at.or_else(|| shown.iter().find(|step| !self.interaction.passed.contains(&step.id))).copied()
    }

    /// The page, as the interaction is now; `step` is what the query names.
    fn page(&self, app: &AppState, visit: &Visit, view: View) -> Runner {
        Runner { around: self.around(app, visit), view, not_taken: None, kept: vec![] }
    }

    /// What is shown of it when it is opened.
    fn view(&self, visit: &Visit) -> View {
        match self.interaction.state {
            InteractionState::Withdrawn => View::Withdrawn,
            InteractionState::Declined => View::Declined,
            InteractionState::Completed | InteractionState::Accepted => {
                View::Done { sections: self.sections(), next: self.next(visit) }
            }
            _ if !self.may_write(visit) => View::ReadOnly { sections: self.sections() },
            _ if visit.step == REVIEW => self.review(false, ""),
            _ => {
                let shown = self.asked.shown(&self.interaction.entered);
                let asked = shown.iter().find(|step| step.id == visit.step).copied();
                match asked.or_else(|| self.resumed()) {
                    Some(step) => self.step(step, &Typed::new(), &BTreeMap::new()),
                    None => self.review(false, ""),
                }
            }
        }
    }

    /// A step, with what was typed in place of what is kept, and what is wrong with it.
    fn step(&self, step: &FormStep, typed: &Typed, wrong: &BTreeMap<String, Wrong>) -> View {
        let shown = self.asked.shown(&self.interaction.entered);
        let place = shown.iter().position(|other| other.id == step.id).unwrap_or(0);
        let question = |field: &parlor_domain::interaction::Field| Question {
            field: field.clone(),
            typed: typed.get(&field.name).cloned().unwrap_or_else(|| kept(&self.interaction.entered, &field.name)),
            wrong: wrong.get(&field.name).cloned(),
        };
        View::Step {
            id: step.id.clone(),
            title: step.title.clone(),
            text: step.text.clone(),
            questions: step.fields.iter().map(question).collect(),
            n: place + 1,
            of: shown.len(),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let section = |step: &&FormStep| Section {
            step: step.id.clone(),
            title: step.title.clone(),
            answers: step
                .fields
                .iter()
                .map(|field| Question {
                    field: field.clone(),
                    typed: kept(&self.interaction.entered, &field.name),
                    wrong: None,
                })
                .collect(),
        };
        self.asked.shown(&self.interaction.entered).iter().map(section).collect()
    }

    /// The review; `judged` once the customer wanted to send it.
    fn review(&self, judged: bool, reason: &str) -> View {
        let missing = self.asked.missing(&self.interaction.entered);
        let mut sections = self.sections();
        for question in sections.iter_mut().flat_map(|section| &mut section.answers) {
            if missing.iter().any(|missing| missing.field == question.field.name) {
                question.wrong = Some(Wrong::Required);
            }
        }
        View::Review { sections, missing: if judged { missing.len() } else { 0 }, reason: reason.to_owned() }
    }
}

fn kept(entered: &BTreeMap<String, Answer>, name: &str) -> String {
    entered.get(name).map(Answer::as_typed).unwrap_or_default()
}

/// What was typed into the fields of a workflow.
fn typed(visit: &Visit) -> Typed {
    let fields = visit.form.iter().filter_map(|(name, typed)| Some((name.strip_prefix("a.")?, typed)));
    fields.map(|(name, typed)| (name.to_owned(), typed.clone())).collect()
}

/// Its page. No request.
pub(crate) fn show(app: &AppState, visit: &Visit, loaded: &LoadedWork) -> Response<Body> {
    html(StatusCode::OK, loaded.page(app, visit, loaded.view(visit)).render(), Some(&app.live_url))
}

/// What a form's button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    Next,
    Back,
    Later,
    /// A script saves, and the customer stays where they are.
    Stay,
}

impl Go {
    fn of(visit: &Visit) -> Self {
        match visit.field("go") {
            "back" => Self::Back,
            "later" => Self::Later,
            _ if visit.wants_json => Self::Stay,
            _ => Self::Next,
        }
    }
}

/// The entered answers with those of a form.
fn with(interaction: &Interaction, read: &Read) -> BTreeMap<String, Answer> {
    let mut entered = interaction.entered.clone();
    for (name, answer) in &read.answers {
        match answer {
            Some(answer) => entered.insert(name.clone(), answer.clone()),
            None => entered.remove(name),
        };
    }
    entered
}

/// What a form of a step means for the interaction.
fn entries(interaction: &Interaction, workflow: &Workflow, step: &str, go: Go, read: &Read) -> Entries {
    let entered = with(interaction, read);
    let shown = workflow.shown(&entered);
    let place = shown.iter().position(|other| other.id == step);
    let is_whole = read.wrong.is_empty() && missing(interaction, workflow, step, read).is_empty();
    let passed = (go == Go::Next && is_whole).then(|| step.to_owned());
    let at = match (go, place) {
        (Go::Next, Some(place)) if is_whole => Some(shown.get(place + 1).map_or(String::new(), |next| next.id.clone())),
        (Go::Back, Some(place)) => place.checked_sub(1).map(|before| shown[before].id.clone()),
        (Go::Later | Go::Next, Some(_)) => Some(step.to_owned()),
        _ => None,
    };
    Entries { answers: read.answers.clone(), passed, at }
}

/// The required fields of a step that have no answer.
fn missing(interaction: &Interaction, workflow: &Workflow, step: &str, read: &Read) -> Vec<String> {
    let missing = workflow.missing(&with(interaction, read)).into_iter();
    missing.filter(|missing| missing.step == step).map(|missing| missing.field).collect()
}

fn read(visit: &Visit, workflow: &Workflow) -> Read {
    let typed = typed(visit);
    workflow.read(|name| typed.get(name).map(String::as_str))
}

/// What a post to `…/save` means for a workflow.
pub(crate) fn to_save(visit: &Visit, interaction: &Interaction, workflow: &Workflow) -> Entries {
    entries(interaction, workflow, visit.field("step"), Go::of(visit), &read(visit, workflow))
}

/// What a post to `…/complete` means for a workflow.
pub(crate) fn to_complete(visit: &Visit, workflow: &Workflow) -> Entries {
    Entries { answers: read(visit, workflow).answers, ..Entries::default() }
}

/// 303 to where the customer goes on, or JSON for a script. What is wrong is said beside its field, and what is right is kept.
pub(crate) fn saved(
    app: &AppState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    let (typed, go, step) = (typed(visit), Go::of(visit), visit.field("step").to_owned());
    let read = read(visit, &loaded.asked);
    if let Err(rejection) = result {
        return refused(app, visit, loaded, &rejection, &typed);
    }
    let lang = visit.lang_for(&loaded.room.stored.session);
    if visit.wants_json {
        return Ok(saved_json(lang, loaded.interaction.progress, &read));
    }
    let mut wrong = read.wrong.clone();
    if go == Go::Next {
        for field in missing(&loaded.interaction, &loaded.asked, &step, &read) {
            wrong.entry(field).or_insert(Wrong::Required);
        }
    }
    let shown = loaded.asked.shown(&loaded.interaction.entered);
    let here = shown.iter().find(|other| other.id == step);
    if let (false, Some(here), Go::Next | Go::Later) = (wrong.is_empty(), here, go) {
        let page = loaded.page(app, visit, loaded.step(here, &typed, &wrong));
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render(), Some(&app.live_url)));
    }
    if go == Go::Later {
        return Ok(redirect(&home(&loaded.room_path(), &visit.along(""))));
    }
    let next = loaded.interaction.at.as_deref().filter(|at| shown.iter().any(|step| step.id == *at)).unwrap_or(REVIEW);
    Ok(redirect(&loaded.part(visit, "step", next)))
}

fn saved_json(lang: Lang, progress: Progress, read: &Read) -> Response<Body> {
    let wrong: BTreeMap<&String, String> =
        read.wrong.iter().map(|(field, why)| (field, wrong_words(lang, why))).collect();
    ApiResponse::new(StatusCode::OK, json!({"progress": progress, "wrong": wrong}), "").into_json()
}

/// What the decision refused, with what was typed.
fn refused(
    app: &AppState,
    visit: &Visit,
    loaded: &LoadedWork,
    rejection: &Rejection,
    typed: &Typed,
) -> Result<Response<Body>, PageError> {
    if visit.wants_json {
        return Ok(reply::problem(&ApiError::Rejected(rejection.clone()).problem(visit.now)));
    }
    let (why, status) = loaded.not_taken(visit, rejection)?;
    let view = match (why, loaded.asked.step(visit.field("step"))) {
        (NotTaken::TooMuch, Some(step)) => loaded.step(step, typed, &BTreeMap::new()),
        (NotTaken::Reason, _) => loaded.review(false, visit.field("reason")),
        _ => loaded.view(visit),
    };
    let kept = match view {
        View::Step { .. } => vec![],
        _ => labelled(&loaded.asked, typed),
    };
    let page = Runner { not_taken: Some(why), kept, ..loaded.page(app, visit, view) };
    Ok(html(status, page.render(), Some(&app.live_url)))
}

/// What was typed, beside its questions.
fn labelled(workflow: &Workflow, typed: &Typed) -> Vec<(String, String)> {
    let fields = workflow.fields().filter_map(|field| Some((field.label.clone(), typed.get(&field.name)?.clone())));
    fields.filter(|(_, typed)| !typed.trim().is_empty()).collect()
}

/// The answer to `…/complete`.
pub(crate) fn completed(
    app: &AppState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(Rejection::Work(Refusal::Incomplete(_))) if !visit.wants_json => {
            let page = loaded.page(app, visit, loaded.review(true, ""));
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render(), Some(&app.live_url)))
        }
        Err(rejection) => refused(app, visit, loaded, &rejection, &typed(visit)),
        Ok(()) => Ok(redirect(&loaded.onward(visit))),
    }
}

/// The answer to `…/decline`.
pub(crate) fn declined(
    app: &AppState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(rejection) => refused(app, visit, loaded, &rejection, &Typed::new()),
        Ok(()) => Ok(redirect(&loaded.onward(visit))),
    }
}
