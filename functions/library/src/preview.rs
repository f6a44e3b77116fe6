//! A workflow as the customer will see it, before it is saved or sent (R21): POST `/admin/library` with `do` `preview`, from the library's
//! maker and from the one in an agent's room. Nothing is kept: each form of it carries the definition and what was answered.

use std::collections::BTreeMap;

use lambda_http::{Body, RequestExt as _, Response, http::StatusCode};
use parlor_domain::{
    InteractionState, TeamId,
    interaction::{Answer, FieldKind, Step, Workflow, Wrong},
    library::EntryKind,
};
use parlor_templates::{
    customer::{Around, Carried, Question, Runner, Section, StepDocument, View, not_previewed},
    refusals,
    words::{library, preview as words},
};
use parlor_web::{
    AdminContext, AdminPage, AdminRefusal, ApiError, ApiRequest, Code, api_request::lang, customer::brand, document,
    reply, staff_page,
};

use crate::{LibraryState, PAGE, input::Given, may_read};

/// What comes with each form beside the answers.
const CARRIED: [&str; 5] = ["csrf", "do", "title", "steps", "team"];

type Fields = BTreeMap<String, String>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// One `BatchGetItem`.
pub(crate) async fn show(
    state: &LibraryState,
    page: &AdminPage,
    request: &ApiRequest,
    fields: &Fields,
) -> Result<Response<Body>, AdminRefusal> {
    let cookie = staff_page::cookie(page)?;
    // The room's form is a session's, and says in the address whose library it has.
    let named = page.query_string_parameters().first("team").map(str::to_owned);
    let named = named.or_else(|| fields.get("team").cloned()).filter(|team| !team.is_empty());
    let team: TeamId = match named {
        Some(team) => team.parse().map_err(|_| ApiError::NotFound)?,
        None => cookie.teams.first().cloned().ok_or(ApiError::NotFound)?,
    };
    let given = Given::of_page(EntryKind::Workflow, "", field(fields, "steps"), "", true);
    let given = given.and_then(|given| match given {
        Given::Workflow(workflow) => Ok(workflow),
        _ => Err(ApiError::NotFound),
    });
    let keys = AdminContext::keys(&cookie).team(&team);
    let keys = given.iter().fold(keys, document::reading_steps);
    let found = state.app.store.read(keys).await?;
    let context = AdminContext::open_for_agents(cookie, found, lang(page), state.app.clock.now())?;
    context.check_csrf(request, &state.app)?;
    if !may_read(&context.caller, &team) {
        return Err(ApiError::NotFound.into());
    }
    let (settings, name) = context.found.settings(&team)?;
    let brand = brand(&settings, &name);
    let documents = given.and_then(|workflow| {
        let documents = document::of_steps(&context.found, &team, &workflow)?;
        Ok((workflow, documents))
    });
    let (workflow, documents) = match documents {
        Ok(read) => read,
        Err(error) => {
            let problem = error.problem(context.now);
            let said = match problem.code {
                code if code == Code::UnknownEntry.as_str() => library::refused_step_document(context.lang).to_owned(),
                code => refusals::refusal(context.lang, code).map_or(problem.detail, str::to_owned),
            };
            let place = problem.field.filter(|field| field.starts_with("steps"));
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
            return Ok(reply::framed(status, not_previewed(context.lang, &brand, place.as_deref(), &said)));
        }
    };
    let titles = documents.into_iter().map(|own| (own.step, own.title)).collect();
    let walk = Walk { workflow: &workflow, titles, fields };
    let view = walk.view();
    let mut carried: Vec<(String, String)> = CARRIED
        .iter()
        .map(|name| {
            ((*name).to_owned(), if *name == "team" { team.to_string() } else { field(fields, name).to_owned() })
        })
        .collect();
    carried.extend(walk.answers_beside(&view));
    let runner = Runner {
        around: Around {
            lang: context.lang,
            brand,
            path: String::new(),
            query: String::new(),
            room: String::new(),
            within: None,
            csrf: None,
            agent: context.caller.agent.name.clone(),
            title: field(fields, "title").trim().to_owned(),
            due: None,
            after: vec![],
            seen: String::new(),
            live: None,
        },
        view,
        not_taken: None,
        kept: vec![],
        uploads: String::new(),
        customer: words::customer(context.lang).to_owned(),
        fault: None,
        coming: None,
        preview: Some(Carried { action: PAGE.to_owned(), fields: carried }),
    };
    Ok(reply::framed_forms(StatusCode::OK, runner.render()))
}

/// A way through a workflow that nobody was sent.
struct Walk<'a> {
    workflow: &'a Workflow,
    /// What the document of a step is called, by the step.
    titles: BTreeMap<String, String>,
    fields: &'a Fields,
}

impl Walk<'_> {
    fn typed(&self, name: &str) -> Option<&str> {
        self.fields.get(&format!("a.{name}")).map(String::as_str)
    }

    /// What the form asks for, from where it was.
    fn view(&self) -> View {
        let read = self.workflow.read(|name| self.typed(name));
        let entered: BTreeMap<String, Answer> =
            read.answers.iter().filter_map(|(name, answer)| Some((name.clone(), answer.clone()?))).collect();
        let shown = self.workflow.shown(&entered);
        let (from, go) = (field(self.fields, "step"), field(self.fields, "go"));
        let here = shown.iter().position(|step| step.id == from);
        // Files cannot be sent here, and documents not be signed: neither holds anybody up.
        let lacks = |step: &Step| {
            let asked = step.fields.iter().filter(|own| own.kind != FieldKind::File);
            asked
                .filter_map(|own| {
                    let missing = own.lacks(entered.get(&own.name)).then_some(Wrong::Required);
                    Some((own.name.clone(), read.wrong.get(&own.name).cloned().or(missing)?))
                })
                .collect::<BTreeMap<String, Wrong>>()
        };
        match (go, here) {
            ("begin" | "", _) | ("next" | "document", None) => self.step(&shown, 0, &BTreeMap::new(), &entered),
            ("back", Some(at)) => self.step(&shown, at.saturating_sub(1), &BTreeMap::new(), &entered),
            // From the review.
            ("back", None) => self.step(&shown, shown.len().saturating_sub(1), &BTreeMap::new(), &entered),
            ("finish", _) => View::Done { sections: self.sections(&shown, &entered), next: None },
            ("document", Some(at)) => self.step(&shown, at, &BTreeMap::new(), &entered),
            (_, Some(at)) => {
                let wrong = lacks(shown[at]);
                if wrong.is_empty() {
                    self.step(&shown, at + 1, &BTreeMap::new(), &entered)
                } else {
                    self.step(&shown, at, &wrong, &entered)
                }
            }
            (_, None) => self.review(&shown, &entered),
        }
    }

    fn review(&self, shown: &[&Step], entered: &BTreeMap<String, Answer>) -> View {
        View::Review { sections: self.sections(shown, entered), missing: 0, reason: String::new() }
    }

    /// The step at a place among those that are shown; the review behind the last.
    fn step(
        &self,
        shown: &[&Step],
        at: usize,
        wrong: &BTreeMap<String, Wrong>,
        entered: &BTreeMap<String, Answer>,
    ) -> View {
        let Some(step) = shown.get(at) else { return self.review(shown, entered) };
        View::Step {
            id: step.id.clone(),
            title: step.title.clone(),
            text: step.text.clone(),
            questions: self.questions(step, wrong),
            document: self.document(step),
            n: at + 1,
            of: shown.len(),
        }
    }

    fn questions(&self, step: &Step, wrong: &BTreeMap<String, Wrong>) -> Vec<Question> {
        let question = |own: &parlor_domain::interaction::Field| Question {
            field: own.clone(),
            typed: self.typed(&own.name).unwrap_or_default().to_owned(),
            wrong: wrong.get(&own.name).cloned(),
            files: vec![],
        };
        step.fields.iter().map(question).collect()
    }

    fn document(&self, step: &Step) -> Option<StepDocument> {
        Some(StepDocument {
            title: self.titles.get(&step.id)?.clone(),
            state: InteractionState::Sent,
            progress: None,
            reason: None,
            // It leads nowhere.
            href: None,
            is_missing: false,
        })
    }

    fn sections(&self, shown: &[&Step], entered: &BTreeMap<String, Answer>) -> Vec<Section> {
        let section = |step: &&Step| Section {
            step: step.id.clone(),
            title: step.title.clone(),
            answers: step
                .fields
                .iter()
                .map(|own| Question {
                    field: own.clone(),
                    typed: entered.get(&own.name).map(Answer::as_typed).unwrap_or_default(),
                    wrong: None,
                    files: vec![],
                })
                .collect(),
            document: self.document(step),
        };
        shown.iter().map(section).collect()
    }

    /// What was answered and is not asked on the page, so that it goes along. What begins again begins empty.
    fn answers_beside(&self, view: &View) -> Vec<(String, String)> {
        let asked: Vec<&str> = match view {
            View::Step { questions, .. } => questions.iter().map(|question| question.field.name.as_str()).collect(),
            View::Done { .. } => return vec![],
            _ => vec![],
        };
        let answers =
            self.fields.iter().filter(|(name, _)| name.strip_prefix("a.").is_some_and(|name| !asked.contains(&name)));
        answers.map(|(name, typed)| (name.clone(), typed.clone())).collect()
    }
}
