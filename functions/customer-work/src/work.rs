//! One interaction in front of its customer (R21): a workflow is filled in step by step, reviewed, completed, declined.

use std::collections::BTreeMap;

use lambda_http::{Body, Response, http::StatusCode};
use parlor_domain::{
    AccessTier, Command, Decision, Interaction, InteractionId, InteractionState, Rejection, SessionId,
    interaction::{Answer, Entries, Progress, Read, Refusal, Step as FormStep, WorkCommand, Workflow, Wrong},
};
use parlor_store::{Changed, Extras, Race, ReadBatch, ReadResult, Step};
use parlor_templates::{
    Lang, Live,
    customer::{NotTaken, Question, Runner, Section, View, wrong_words},
};
use parlor_web::{
    ApiError, ApiResponse, AppState,
    customer::{PageError, Visit},
    html,
    loaded_room::{LoadedRoom, session_id},
    redirect, reply,
};
use serde_json::json;

/// An interaction that somebody asks for, with its room.
struct LoadedWork {
    room: LoadedRoom,
    interaction: Interaction,
    workflow: Workflow,
}

/// What was typed, as it came.
type Typed = BTreeMap<String, String>;

/// What the query calls the review.
const REVIEW: &str = "review";

impl LoadedWork {
    /// Whoever is inside finds what was sent to them; a draft is not there.
    fn of(
        room: LoadedRoom,
        found: &ReadResult,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
    ) -> Result<Self, PageError> {
        room.must_be_inside(visit)?;
        let interaction = found.interaction(session, id)?.filter(|own| own.state != InteractionState::Draft);
        let (Some(interaction), Some(workflow)) = (interaction, found.workflow(session, id)?) else {
            return Err(PageError::NotFound);
        };
        Ok(Self { room, interaction, workflow })
    }

    fn batch(batch: ReadBatch, session: &SessionId, id: &InteractionId) -> ReadBatch {
        batch.interaction(session, id).workflow(session, id)
    }

    /// For looking at. One `BatchGetItem`.
    async fn read(app: &AppState, visit: &Visit, session: &SessionId, id: &InteractionId) -> Result<Self, PageError> {
        let found = app.store.read(Self::batch(ReadBatch::new().room(session), session, id)).await?;
        Self::of(LoadedRoom::looked_at(&found, session)?, &found, visit, session, id)
    }

    /// Reads, decides and commits, again for as long as somebody else is first, and tells the open rooms.
    async fn change(
        app: &AppState,
        visit: &Visit,
        session: &SessionId,
        id: &InteractionId,
        command: impl for<'a> Fn(&'a Self) -> WorkCommand<'a> + Send,
    ) -> Result<(Self, Result<Option<Decision>, Rejection>), PageError> {
        let context = visit.context();
        let step = |found: ReadResult| {
            let mut room = LoadedRoom::for_a_decision(&found, session)?;
            room.stored.session.language = visit.language(&room.stored.session);
            let loaded = Self::of(room, &found, visit, session, id)?;
            let decided =
                loaded.room.stored.session.decide(Command::Work(command(&loaded)), &loaded.room.settings, &context);
            Ok::<_, PageError>(match decided {
                Ok(decision) => {
                    let seen = loaded.room.stored.presence.agent_online(&decision.session.agent, visit.now);
                    Step::Commit(decision, Extras { seen, ..Extras::default() }, (loaded, None))
                }
                Err(rejection) => Step::Done((loaded, Some(rejection))),
            })
        };
        let batch = Self::batch(ReadBatch::new().session(session), session, id);
        let Changed { basis: (mut loaded, rejection), decision } =
            app.store.change(Race::new(&app.entropy), |_| batch.clone(), step).await?;
        if let Some(decision) = &decision {
            app.live.announce(decision, &loaded.room.stored.presence, &loaded.room.settings, visit.now).await;
            if let Some(write) = decision.interactions.first() {
                loaded.interaction = write.interaction.clone();
            }
            loaded.room.stored.session = decision.session.clone();
        }
        Ok((loaded, rejection.map_or(Ok(decision), Err)))
    }

    fn may_write(&self, visit: &Visit) -> bool {
        self.room.stored.session.access(visit.now).tier == AccessTier::Full
    }

    /// The step that the customer goes on at; none for the review.
    fn resumed(&self) -> Option<&FormStep> {
        let shown = self.workflow.shown(&self.interaction.entered);
        let noted = self.interaction.at.as_deref();
        let at = noted.and_then(|at| shown.iter().find(|step| step.id == at));
        at.or_else(|| shown.iter().find(|step| !self.interaction.passed.contains(&step.id))).copied()
    }

    /// The page, as the interaction is now; `step` is what the query names.
    fn page(&self, app: &AppState, visit: &Visit, view: View) -> Runner {
        let session = &self.room.stored.session;
        let room = format!("/r/{}", session.id);
        let path = format!("{room}/i/{}", self.interaction.id);
        let query = visit.along("");
        Runner {
            lang: visit.lang_for(session),
            brand: self.room.brand(),
            room: home(&room, &query),
            csrf: Some(visit.csrf(app)),
            agent: session.agent_name.clone(),
            title: self.interaction.title.clone(),
            due: self.interaction.due_at,
            view,
            not_taken: None,
            kept: vec![],
            live: Some(Live {
                url: self.room.live_url(app, visit),
                ticket_url: format!("{room}/live"),
                session: session.id.to_string(),
                seq: session.seq,
                who: "customer",
                receipts: false,
            }),
            path,
            query,
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
                let shown = self.workflow.shown(&self.interaction.entered);
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
        let shown = self.workflow.shown(&self.interaction.entered);
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
        self.workflow.shown(&self.interaction.entered).iter().map(section).collect()
    }

    /// The review; `judged` once the customer wanted to send it.
    fn review(&self, judged: bool, reason: &str) -> View {
        let missing = self.workflow.missing(&self.interaction.entered);
        let mut sections = self.sections();
        for question in sections.iter_mut().flat_map(|section| &mut section.answers) {
            if missing.iter().any(|missing| missing.field == question.field.name) {
                question.wrong = Some(Wrong::Required);
            }
        }
        View::Review { sections, missing: if judged { missing.len() } else { 0 }, reason: reason.to_owned() }
    }

    /// R16: what is to be done next, if anything is.
    fn next(&self, visit: &Visit) -> Option<(String, String)> {
        let session = &self.room.stored.session;
        let next = session.next_task().filter(|task| self.may_write(visit) && task.id != self.interaction.id)?;
        Some((next.title.clone(), visit.along(&format!("/r/{}/i/{}", session.id, next.id))))
    }
}

fn kept(entered: &BTreeMap<String, Answer>, name: &str) -> String {
    entered.get(name).map(Answer::as_typed).unwrap_or_default()
}

/// The room itself, where auto-open leads on otherwise (R16).
fn home(room: &str, query: &str) -> String {
    if query.is_empty() { format!("{room}?home=1") } else { format!("{room}{query}&home=1") }
}

/// What was typed into the fields of a workflow.
fn typed(visit: &Visit) -> Typed {
    let fields = visit.form.iter().filter_map(|(name, typed)| Some((name.strip_prefix("a.")?, typed)));
    fields.map(|(name, typed)| (name.to_owned(), typed.clone())).collect()
}

/// What a path names. Whether there is such a session is for its customer to know.
async fn ids(
    app: &AppState,
    visit: &Visit,
    session: &str,
    interaction: &str,
) -> Result<(SessionId, InteractionId), PageError> {
    let session = session_id(app, session).await?;
    if let Ok(id) = interaction.parse() {
        return Ok((session, id));
    }
    LoadedRoom::read(app, &session).await?.must_be_inside(visit)?;
    Err(PageError::NotFound)
}

/// GET `/r/{session}/i/{interaction}`. One `BatchGetItem`.
pub(crate) async fn show(
    app: &AppState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(app, visit, &session, &interaction).await?;
    let loaded = LoadedWork::read(app, visit, &session, &id).await?;
    Ok(html(StatusCode::OK, loaded.page(app, visit, loaded.view(visit)).render(), Some(&app.live_url)))
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
fn entries(loaded: &LoadedWork, step: &str, go: Go, read: &Read) -> Entries {
    let entered = with(&loaded.interaction, read);
    let shown = loaded.workflow.shown(&entered);
    let place = shown.iter().position(|other| other.id == step);
    let is_whole = read.wrong.is_empty() && missing(loaded, step, read).is_empty();
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
fn missing(loaded: &LoadedWork, step: &str, read: &Read) -> Vec<String> {
    let missing = loaded.workflow.missing(&with(&loaded.interaction, read)).into_iter();
    missing.filter(|missing| missing.step == step).map(|missing| missing.field).collect()
}

/// POST `…/save`: 303 to where the customer goes on, or JSON for a script. What is wrong is said beside its field, and what is right
/// is kept. One `BatchGetItem` with a `Query`, and one `TransactWriteItems`, each again per lost race.
pub(crate) async fn save(
    app: &AppState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(app, visit, &session, &interaction).await?;
    let (typed, go, step) = (typed(visit), Go::of(visit), visit.field("step").to_owned());
    let read = |loaded: &LoadedWork| loaded.workflow.read(|name| typed.get(name).map(String::as_str));
    let command = |loaded: &LoadedWork| entries(loaded, &step, go, &read(loaded));
    let changed = LoadedWork::change(app, visit, &session, &id, |loaded| {
        WorkCommand::Save(&loaded.interaction, &loaded.workflow, command(loaded))
    })
    .await;
    let (loaded, result) = match changed {
        Ok(changed) => changed,
        Err(away) => return kept_by(app, visit, away, &typed),
    };
    let read = read(&loaded);
    if let Err(rejection) = result {
        return refused(app, visit, &loaded, &rejection, &typed);
    }
    let lang = visit.lang_for(&loaded.room.stored.session);
    if visit.wants_json {
        return Ok(saved_json(lang, loaded.interaction.progress, &read));
    }
    let mut wrong = read.wrong.clone();
    if go == Go::Next {
        for field in missing(&loaded, &step, &read) {
            wrong.entry(field).or_insert(Wrong::Required);
        }
    }
    let shown = loaded.workflow.shown(&loaded.interaction.entered);
    let here = shown.iter().find(|other| other.id == step);
    if let (false, Some(here), Go::Next | Go::Later) = (wrong.is_empty(), here, go) {
        let page = loaded.page(app, visit, loaded.step(here, &typed, &wrong));
        return Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render(), Some(&app.live_url)));
    }
    let path = format!("/r/{session}/i/{id}");
    if go == Go::Later {
        return Ok(redirect(&home(&format!("/r/{session}"), &visit.along(""))));
    }
    let next = loaded.interaction.at.as_deref().filter(|at| shown.iter().any(|step| step.id == *at)).unwrap_or(REVIEW);
    Ok(redirect(&at(visit, &path, next)))
}

fn at(visit: &Visit, path: &str, step: &str) -> String {
    let path = visit.along(path);
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{path}{join}step={step}")
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
    let (why, status) = match rejection {
        Rejection::Gate(gate) => return Err(loaded.room.turn_away(visit, gate.clone())),
        Rejection::Work(Refusal::ReadOnly) => (NotTaken::ReadOnly, StatusCode::CONFLICT),
        Rejection::Work(Refusal::TooMuch) => (NotTaken::TooMuch, StatusCode::UNPROCESSABLE_ENTITY),
        Rejection::Work(Refusal::InvalidReason) => (NotTaken::Reason, StatusCode::UNPROCESSABLE_ENTITY),
        _ => (NotTaken::Closed, StatusCode::CONFLICT),
    };
    let view = match (why, loaded.workflow.step(visit.field("step"))) {
        (NotTaken::TooMuch, Some(step)) => loaded.step(step, typed, &BTreeMap::new()),
        (NotTaken::Reason, _) => loaded.review(false, visit.field("reason")),
        _ => loaded.view(visit),
    };
    let kept = match view {
        View::Step { .. } => vec![],
        _ => labelled(&loaded.workflow, typed),
    };
    let page = Runner { not_taken: Some(why), kept, ..loaded.page(app, visit, view) };
    Ok(html(status, page.render(), Some(&app.live_url)))
}

/// What was typed, beside its questions.
fn labelled(workflow: &Workflow, typed: &Typed) -> Vec<(String, String)> {
    let fields = workflow.fields().filter_map(|field| Some((field.label.clone(), typed.get(&field.name)?.clone())));
    fields.filter(|(_, typed)| !typed.trim().is_empty()).collect()
}

/// R2: whoever is turned away with something typed finds it on the page that says why.
fn kept_by(app: &AppState, visit: &Visit, away: PageError, typed: &Typed) -> Result<Response<Body>, PageError> {
    let lines: Vec<&str> = typed.values().map(String::as_str).filter(|typed| !typed.trim().is_empty()).collect();
    if visit.wants_json || lines.is_empty() {
        return Err(away);
    }
    Ok(away.into_page(app, visit, Some(&lines.join("\n"))))
}

/// POST `…/complete`. Costs what [`save`] costs.
pub(crate) async fn complete(
    app: &AppState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(app, visit, &session, &interaction).await?;
    let typed = typed(visit);
    let changed = LoadedWork::change(app, visit, &session, &id, |loaded| {
        let read = loaded.workflow.read(|name| typed.get(name).map(String::as_str));
        let entries = Entries { answers: read.answers, ..Entries::default() };
        WorkCommand::Complete(&loaded.interaction, &loaded.workflow, entries)
    })
    .await;
    let (loaded, result) = match changed {
        Ok(changed) => changed,
        Err(away) => return kept_by(app, visit, away, &typed),
    };
    match result {
        Err(Rejection::Work(Refusal::Incomplete(_))) if !visit.wants_json => {
            let page = loaded.page(app, visit, loaded.review(true, ""));
            Ok(html(StatusCode::UNPROCESSABLE_ENTITY, page.render(), Some(&app.live_url)))
        }
        Err(rejection) => refused(app, visit, &loaded, &rejection, &typed),
        Ok(_) => Ok(redirect(&onward(visit, &loaded, &session, &id))),
    }
}

/// R16: with auto-open the next thing to do, and the room once all is done; otherwise the page that says it is done.
fn onward(visit: &Visit, loaded: &LoadedWork, session: &SessionId, id: &InteractionId) -> String {
    let own = || visit.along(&format!("/r/{session}/i/{id}"));
    if !loaded.room.settings.session.auto_open {
        return own();
    }
    loaded.next(visit).map_or_else(|| home(&format!("/r/{session}"), &visit.along("")), |(_, next)| next)
}

/// POST `…/decline`. Costs what [`save`] costs.
pub(crate) async fn decline(
    app: &AppState,
    visit: &Visit,
    session: String,
    interaction: String,
) -> Result<Response<Body>, PageError> {
    let (session, id) = ids(app, visit, &session, &interaction).await?;
    let reason = visit.field("reason").to_owned();
    let (loaded, result) = LoadedWork::change(app, visit, &session, &id, |loaded| {
        WorkCommand::Decline(&loaded.interaction, reason.clone())
    })
    .await?;
    match result {
        Err(rejection) => refused(app, visit, &loaded, &rejection, &Typed::new()),
        Ok(_) => Ok(redirect(&onward(visit, &loaded, &session, &id))),
    }
}
