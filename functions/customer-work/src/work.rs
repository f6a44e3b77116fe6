//! A workflow in front of its customer (R21): filled in step by step, reviewed, completed, declined.

use std::collections::BTreeMap;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    Interaction, InteractionState, Rejection,
    interaction::{
        Answer, Asked, Entries, FieldKind, FileChange, Progress, Read, Refusal, Step as FormStep, Task, Workflow,
        Wrong, files_of,
    },
};
use parlor_templates::{
    Lang,
    customer::{FileFault, NotTaken, Question, Runner, Section, StepDocument, View, wrong_words},
};
use parlor_web::{
    ApiError, ApiResponse,
    customer::{PageError, Visit},
    loaded_room::LoadedRoom,
    redirect,
    reply::{self, Reach, html_reaching},
};
use serde_json::json;

use crate::{
    WorkState,
    loaded::{BEHIND, Loaded, home},
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
            preview: None,
        }
    }

    /// What is shown of it when it is opened.
    fn view(&self, visit: &Visit) -> View {
        match self.interaction.state {
            InteractionState::Withdrawn => View::Withdrawn,
            InteractionState::Declined => View::Declined,
            InteractionState::Completed | InteractionState::Accepted => {
                View::Done { sections: self.sections(visit), next: self.next(visit) }
            }
            _ if !self.may_write(visit) => View::ReadOnly { sections: self.sections(visit) },
            _ if visit.step == REVIEW => self.review(visit, false, ""),
            _ => {
                let shown = self.asked.shown(&self.interaction.entered);
                // From a document the customer comes back to what is behind its step.
                let behind =
                    visit.step.strip_suffix(BEHIND).and_then(|step| shown.iter().position(|own| own.id == step));
                if behind.is_some_and(|at| at + 1 == shown.len()) {
                    return self.review(visit, false, "");
                }
                let behind = behind.and_then(|at| shown.get(at + 1)).copied();
                let asked = shown.iter().find(|step| step.id == visit.step).copied().or(behind);
                match asked.or_else(|| self.resumed()) {
                    Some(step) => self.step(visit, step, &Typed::new(), &BTreeMap::new()),
                    None => self.review(visit, false, ""),
                }
            }
        }
    }

    /// A step, with what was typed in place of what is kept, and what is wrong with it.
    fn step(&self, visit: &Visit, step: &FormStep, typed: &Typed, wrong: &BTreeMap<String, Wrong>) -> View {
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
            document: self.document(visit, &step.id),
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

    /// The document of a step.
    fn document(&self, visit: &Visit, step: &str) -> Option<StepDocument> {
        let session = &self.room.stored.session;
        let task = session.part(&self.interaction.id, step)?;
        let is_theirs = task.assignee == session.guest_assignee();
        // R22: what somebody said of it who had the workflow before is not for whoever has it now.
        let own = self.parts.iter().find(|own| own.id == task.id && is_theirs);
        Some(StepDocument {
            title: task.title.clone(),
            state: task.state,
            progress: own.map(|own| (own.progress.done as usize, own.progress.of as usize)),
            reason: own.and_then(|own| own.reason.clone()),
            href: is_theirs.then(|| visit.along(&format!("{}/i/{}", self.room_path(), task.id))),
            is_missing: false,
        })
    }

    /// Whether a step waits for its document.
    fn waits_for_document(&self, step: &str) -> bool {
        waits_for_document(&self.room, &self.interaction, step)
    }

    fn sections(&self, visit: &Visit) -> Vec<Section> {
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
            document: self.document(visit, &step.id),
        };
        self.asked.shown(&self.interaction.entered).iter().map(section).collect()
    }

    /// The review; `judged` once the customer wanted to send it.
    fn review(&self, visit: &Visit, judged: bool, reason: &str) -> View {
        let missing = self.asked.missing(&self.interaction.entered);
        let mut sections = self.sections(visit);
        for question in sections.iter_mut().flat_map(|section| &mut section.answers) {
            if missing.iter().any(|missing| missing.field == question.field.name) {
                question.wrong = Some(Wrong::Required);
            }
        }
        let mut documents = 0;
        for section in &mut sections {
            if let Some(document) = section.document.as_mut().filter(|_| self.waits_for_document(&section.step)) {
                document.is_missing = judged;
                documents += 1;
            }
        }
        View::Review {
            sections,
            missing: if judged { missing.len() + documents } else { 0 },
            reason: reason.to_owned(),
        }
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

/// Whether a step of a workflow waits for its document.
fn waits_for_document(room: &LoadedRoom, own: &Interaction, step: &str) -> bool {
    room.stored.session.part(&own.id, step).is_some_and(Task::is_needed)
}

/// What a form's button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Go {
    Next,
    Back,
    Later,
    /// To the step's document.
    Document,
    /// A script saves, and the customer stays where they are.
    Stay,
}

impl Go {
    fn of(visit: &Visit) -> Self {
        match visit.field("go") {
            "back" => Self::Back,
            "later" => Self::Later,
            "document" => Self::Document,
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
fn entries(
    (interaction, workflow): (&Interaction, &Workflow),
    (step, waits): (&str, bool),
    go: Go,
    read: &Read,
) -> Entries {
    let entered = with(interaction, read);
    let shown = workflow.shown(&entered);
    let place = shown.iter().position(|other| other.id == step);
    let is_whole = !waits && read.wrong.is_empty() && missing(interaction, workflow, step, read).is_empty();
    let passed = (go == Go::Next && is_whole).then(|| step.to_owned());
    let at = match (go, place) {
        (Go::Next, Some(place)) if is_whole => Some(shown.get(place + 1).map_or(String::new(), |next| next.id.clone())),
        (Go::Back, Some(place)) => place.checked_sub(1).map(|before| shown[before].id.clone()),
        (Go::Later | Go::Next | Go::Document, Some(_)) => Some(step.to_owned()),
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
pub(crate) fn to_save(visit: &Visit, loaded: &Loaded<Asked>, workflow: &Workflow) -> Entries {
    let step = visit.field("step");
    let waits = waits_for_document(&loaded.room, &loaded.interaction, step);
    entries((&loaded.interaction, workflow), (step, waits), Go::of(visit), &read(visit, workflow))
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
    if let (false, Some(here), Go::Next | Go::Later | Go::Document) = (wrong.is_empty(), here, go) {
        let page = loaded.page(state, visit, loaded.step(visit, here, &typed, &wrong)).await;
        return Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    let waits = here.filter(|_| go == Go::Next && loaded.waits_for_document(&step));
    if let Some(here) = waits {
        let mut view = loaded.step(visit, here, &typed, &wrong);
        if let View::Step { document: Some(document), .. } = &mut view {
            document.is_missing = true;
        }
        let page = loaded.page(state, visit, view).await;
        return Ok(answer(state, StatusCode::UNPROCESSABLE_ENTITY, &page));
    }
    if let (Go::Document, Some(href)) = (go, loaded.document(visit, &step).and_then(|document| document.href)) {
        return Ok(redirect(&href));
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
        (NotTaken::TooMuch, Some(step)) => loaded.step(visit, step, typed, &BTreeMap::new()),
        (NotTaken::Reason | NotTaken::Changed, _) => loaded.review(visit, false, visit.field("reason")),
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
            let page = loaded.page(state, visit, loaded.review(visit, true, "")).await;
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
    let view = view.map(|step| loaded.step(visit, step, &typed(visit), &BTreeMap::new()));
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
