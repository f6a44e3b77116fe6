//! A workflow in front of its customer (R21): filled in step by step, reviewed, completed, declined.

use std::collections::BTreeMap;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Interaction, InteractionState, Rejection,
    interaction::{
        Answer, Entries, FieldKind, FileChange, Progress, Read, Refusal, Step as FormStep, Workflow, Wrong, files_of,
    },
};
use parlor_templates::{
    Lang,
    customer::{FileFault, NotTaken, Question, Runner, Section, View, wrong_words},
};
use parlor_web::{
    ApiError, ApiResponse,
    customer::{PageError, Visit},
    redirect,
    reply::{self, Reach, html_reaching},
};
use serde_json::json;

use crate::{
    WorkState,
    loaded::{Loaded, home},
    request::{problem, refusing, shown_files},
    unscripted,
};

/// What the query calls the review: no step can have this name.
const REVIEW: &str = "-";

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

    /// The page, as the interaction is now; `step` is what the query names. No request.
    async fn page(&self, state: &WorkState, visit: &Visit, mut view: View) -> Runner {
        let questions: Vec<&mut Question> = match &mut view {
            View::Step { questions, .. } => questions.iter_mut().collect(),
            View::Review { sections, .. } | View::ReadOnly { sections } | View::Done { sections, .. } => {
                sections.iter_mut().flat_map(|section| &mut section.answers).collect()
            }
            View::Declined | View::Withdrawn => vec![],
        };
        for question in questions.into_iter().filter(|question| question.field.kind == FieldKind::File) {
            let answer = self.interaction.entered.get(&question.field.name);
            question.files = shown_files(state, visit, files_of(answer, &self.interaction.files)).await;
        }
        Runner {
            around: self.around(&state.app, visit),
            view,
            not_taken: None,
            kept: vec![],
            uploads: format!("{}/uploads", self.room_path()),
            customer: self.room.stored.session.customer.name.clone(),
            fault: None,
            coming: None,
        }
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
            files: vec![],
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

    /// The step and the name of a question that files answer, if it is one.
    pub(crate) fn file_question(&self, name: &str) -> Option<(&str, &str)> {
        let step = step_of(&self.asked, name)?;
        let field = step.fields.iter().find(|field| field.name == name && field.kind == FieldKind::File)?;
        Some((&step.id, &field.name))
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
                    files: vec![],
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

/// Its page. No request; while it waits for a file that was sent without a script, one to the bucket.
pub(crate) async fn show(state: &WorkState, visit: &Visit, loaded: &LoadedWork) -> Result<Response<Body>, PageError> {
    let mut page = loaded.page(state, visit, loaded.view(visit)).await;
    if let Some((step, question)) = loaded.file_question(&visit.question) {
        match unscripted::coming(state, visit, loaded, Some((step, question))).await? {
            Some(Ok(coming)) => page.coming = Some((question.to_owned(), coming)),
            Some(Err(fault)) => page.fault = Some((question.to_owned(), fault)),
            None => {}
        }
    }
    Ok(answer(state, StatusCode::OK, &page))
}

/// A page, which may load pictures from the bucket and send files to it.
fn answer(state: &WorkState, status: StatusCode, page: &Runner) -> Response<Body> {
    let files_origin = page.takes_files().then_some(state.files_origin.as_str());
    html_reaching(
        status,
        page.render(),
        Reach { live_url: Some(&state.app.live_url), files_origin, ..Reach::default() },
    )
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
pub(crate) async fn saved(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    let (typed, go, step) = (typed(visit), Go::of(visit), visit.field("step").to_owned());
    let read = read(visit, &loaded.asked);
    if let Err(rejection) = result {
        return refused(state, visit, loaded, &rejection, &typed).await;
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
    // A file that was chosen and not sent is lost with the page that it was chosen on.
    if let Some((_, question)) = unscripted::unsent(visit).and_then(|question| loaded.file_question(question)) {
        return Ok(file_refused(state, visit, loaded, question, FileFault::NotSent).await);
    }
    if let (false, Some(here), Go::Next | Go::Later) = (wrong.is_empty(), here, go) {
        let page = loaded.page(state, visit, loaded.step(here, &typed, &wrong)).await;
        return Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page));
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
async fn refused(
    state: &WorkState,
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
        (NotTaken::Reason | NotTaken::Changed, _) => loaded.review(false, visit.field("reason")),
        _ => loaded.view(visit),
    };
    let kept = match view {
        View::Step { .. } => vec![],
        _ => labelled(&loaded.asked, typed),
    };
    let page = Runner { not_taken: Some(why), kept, ..loaded.page(state, visit, view).await };
    Ok(answer(state, status, &page))
}

/// What was typed, beside its questions.
fn labelled(workflow: &Workflow, typed: &Typed) -> Vec<(String, String)> {
    let fields = workflow.fields().filter_map(|field| Some((field.label.clone(), typed.get(&field.name)?.clone())));
    fields.filter(|(_, typed)| !typed.trim().is_empty()).collect()
}

/// The answer to `…/complete`.
pub(crate) async fn completed(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(Rejection::Work(Refusal::Incomplete(_))) if !visit.wants_json => {
            let page = loaded.page(state, visit, loaded.review(true, "")).await;
            Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(rejection) => refused(state, visit, loaded, &rejection, &typed(visit)).await,
        Ok(()) => Ok(redirect(&loaded.onward(visit))),
    }
}

/// The answer to `…/decline`.
pub(crate) async fn declined(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedWork,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Err(rejection) => refused(state, visit, loaded, &rejection, &Typed::new()).await,
        Ok(()) => Ok(redirect(&loaded.onward(visit))),
    }
}

/// The question whose files a change is about: the one that has the file, or of a new one what the form says.
pub(crate) fn question_of(question: &str, own: &Interaction, change: &FileChange) -> Option<String> {
    let file = match change {
        FileChange::Add { .. } => return Some(question.to_owned()),
        FileChange::Remove(file) | FileChange::Earlier(file) | FileChange::Later(file) => file,
    };
    let has = |(name, answer): (&String, &Answer)| answer.files().contains(file).then(|| name.clone());
    own.entered.iter().find_map(has)
}

/// The step of a question.
fn step_of<'a>(workflow: &'a Workflow, question: &str) -> Option<&'a FormStep> {
    workflow.steps.iter().find(|step| step.fields.iter().any(|field| field.name == question))
}

/// A file that was not added to a question, with why. What was typed beside it is on the page.
pub(crate) async fn file_refused(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedWork,
    question: &str,
    fault: FileFault,
) -> Response<Body> {
    if visit.wants_json {
        return problem(fault);
    }
    let step = step_of(&loaded.asked, question).or_else(|| loaded.asked.step(visit.field("step")));
    let view = step.filter(|_| loaded.interaction.state.is_open() && loaded.may_write(visit));
    let view = view.map(|step| loaded.step(step, &typed(visit), &BTreeMap::new()));
    let mut page = loaded.page(state, visit, view.unwrap_or_else(|| loaded.view(visit))).await;
    page.fault = Some((question.to_owned(), fault));
    refusing(fault == FileFault::NotRead, |status| answer(state, status, &page))
}

/// The answer to `…/files`: 303 to the question's step.
pub(crate) async fn files_changed(
    state: &WorkState,
    visit: &Visit,
    loaded: &LoadedWork,
    question: &str,
    result: Result<(), Rejection>,
) -> Result<Response<Body>, PageError> {
    match result {
        Ok(()) => {
            let step = step_of(&loaded.asked, question);
            let step = step.map_or_else(|| visit.field("step"), |step| step.id.as_str());
            Ok(redirect(&loaded.part(visit, "step", step)))
        }
        Err(rejection) if visit.wants_json => Ok(reply::problem(&ApiError::Rejected(rejection).problem(visit.now))),
        Err(Rejection::Work(Refusal::NoFile(why))) => {
            Ok(file_refused(state, visit, loaded, question, FileFault::NotTaken(why)).await)
        }
        Err(rejection) => refused(state, visit, loaded, &rejection, &typed(visit)).await,
    }
}
