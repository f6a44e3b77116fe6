//! A workflow as the customer fills it in (R21): one step a page, then the review, then a calm page that says it is done.
//!
//! Complete without a script: each step is a form. With one, `customer.js` saves as one goes.

use maud::{Markup, Render as _, html};
use parlor_domain::{
    InteractionState,
    interaction::{FieldKind, Request},
};

use super::around::{Around, kept, not_taken, still};
use super::files::{Coming, FileBox, FileFault};
use super::pad::pad;
use super::page::{Brand, paragraphs, token_field};
use super::question::Question;
use crate::components::{Banner, Button, Icon, Tone, chip, progress};
use crate::lang::Lang;
use crate::words::{customer, preview, runner as words, sending};

/// The document of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDocument {
    pub title: String,
    pub state: InteractionState,
    /// How many of its fields are filled in, of how many; where that was read.
    pub progress: Option<(usize, usize)>,
    /// Why it was declined, if that was said.
    pub reason: Option<String>,
    /// Its page; none where it is not theirs.
    pub href: Option<String>,
    /// Whether somebody wanted to go on without it.
    pub is_missing: bool,
}

/// A step in the review, and where its answers are only read.
#[derive(Debug, Clone)]
pub struct Section {
    /// The step's id.
    pub step: String,
    pub title: String,
    /// Each question with its answer.
    pub answers: Vec<Question>,
    pub document: Option<StepDocument>,
}

/// What of the workflow is on the page.
#[derive(Debug, Clone)]
pub enum View {
    /// A step.
    Step {
        id: String,
        title: String,
        text: Option<String>,
        questions: Vec<Question>,
        document: Option<StepDocument>,
        /// Its place among the steps that are shown, from 1.
        n: usize,
        of: usize,
    },
    /// All answers, before they are sent.
    Review {
        sections: Vec<Section>,
        missing: usize,
        reason: String,
    },
    /// The tier, or the workflow, is for reading only.
    ReadOnly {
        sections: Vec<Section>,
    },
    /// Sent.
    Done {
        sections: Vec<Section>,
        next: Option<(String, String)>,
    },
    Declined,
    Withdrawn,
}

/// Why what was sent was not taken. What was typed is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// Completed, declined or withdrawn meanwhile.
    Closed,
    /// R2: the tier changed meanwhile.
    ReadOnly,
    /// R22: others come first again.
    NotYourTurn,
    TooMuch,
    /// It is not any more what was looked at.
    Changed,
    /// The reason for declining is too long.
    Reason,
}

/// GET `/r/{session}/i/{interaction}`, and the answers to its forms that were refused.
#[derive(Debug, Clone)]
pub struct Runner {
    pub around: Around,
    pub view: View,
    pub not_taken: Option<NotTaken>,
    /// What was typed on a page that takes nothing any more, for reading and copying.
    pub kept: Vec<(String, String)>,
    /// Where the script announces files.
    pub uploads: String,
    /// Who signs.
    pub customer: String,
    /// Why a file was not added, and to which question.
    pub fault: Option<(String, FileFault)>,
    /// A file that was sent without a script, and the question that it answers.
    pub coming: Option<(String, Coming)>,
    /// Of a preview: what its forms carry.
    pub preview: Option<Carried>,
}

/// A preview is of a workflow that was not sent (R21): nothing of it is kept, so that each of its forms carries all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Where its forms go.
    pub action: String,
    /// Names and values: the definition, and what was answered in other steps.
    pub fields: Vec<(String, String)>,
}

impl Runner {
    pub fn render(&self) -> Markup {
        let lang = self.around.lang;
        let body = html! {
            main.runner-main id="runner" data-own=[self.around.path.rsplit('/').next()] data-waits[!self.around.after.is_empty()] data-save=[(self.saves() && self.preview.is_none()).then(|| format!("{}/save{}", self.around.path, self.around.query))] {
                @if self.preview.is_some() { (self.says_that_it_is_a_preview()) } @else { (self.around.nav(self.saves())) }
                @if let Some(why) = self.not_taken { (not_taken(lang, why)) }
                @if !self.kept.is_empty() { (kept(lang, &self.kept)) }
                (self.view())
            }
        };
        let assets = if self.is_rich() { ["answering.css", "answering.js"] } else { ["runner.css", "runner.js"] };
        if self.preview.is_some() {
            return self.around.still(assets, "runner", body);
        }
        self.around.page(assets, "runner", self.coming.as_ref().and_then(|(_, coming)| coming.refresh()), body)
    }

    fn says_that_it_is_a_preview(&self) -> Markup {
        let lang = self.around.lang;
        Banner { icon: Some(Icon::Eye), ..Banner::new(Tone::Info, html! { p { strong { (preview::workflow_is(lang)) } } p.small { (preview::workflow_keeps_nothing(lang)) } }) }.render()
    }

    /// Where a form of the page goes.
    fn to(&self, what: &str) -> String {
        match &self.preview {
            Some(carried) => carried.action.clone(),
            None => format!("{}/{what}{}", self.around.path, self.around.query),
        }
    }

    /// What a form of the page has in it that nobody sees.
    fn carried(&self) -> Markup {
        let Some(carried) = &self.preview else { return token_field(self.around.csrf.as_deref()) };
        html! { @for (name, value) in &carried.fields { input type="hidden" name=(name) value=(value); } }
    }

    /// Whether files can be sent from the page.
    #[must_use]
    pub fn takes_files(&self) -> bool {
        let View::Step { questions, .. } = &self.view else { return false };
        questions.iter().any(|question| question.field.kind == FieldKind::File)
    }

    /// Whether files or signatures are on the page, which most workflows do without.
    fn is_rich(&self) -> bool {
        let is_rich = |question: &Question| matches!(question.field.kind, FieldKind::File | FieldKind::Signature);
        match &self.view {
            View::Step { questions, .. } => questions.iter().any(is_rich),
            View::Review { sections, .. } | View::ReadOnly { sections } | View::Done { sections, .. } => {
                sections.iter().flat_map(|section| &section.answers).any(is_rich)
            }
            View::Declined | View::Withdrawn => false,
        }
    }

    fn saves(&self) -> bool {
        matches!(self.view, View::Step { .. })
    }

    fn view(&self) -> Markup {
        let lang = self.around.lang;
        match &self.view {
            View::Step { id, title, text, questions, document, n, of } => {
                self.step(id, title, text.as_deref(), (questions, document.as_ref()), (*n, *of))
            }
            View::Review { sections, missing, reason } => self.review(sections, *missing, reason),
            View::ReadOnly { sections } => html! {
                header.runner-head { h1 dir="auto" { (self.around.title) } }
                (self.around.only_read())
                (self.sections(sections, false))
            },
            View::Done { sections, next } => html! {
                header.runner-head.runner-done {
                    span.emblem.emblem-good { (Icon::CheckCircle) }
                    h1 { (words::done_title(lang)) }
                    p { (words::done_text(lang, self.around.agent())) }
                }
                div.runner-go {
                    @if self.preview.is_some() {
                        form method="post" action=(self.to("save")) { (self.carried()) (Button::primary(preview::workflow_again(lang)).value("go", "begin").wide()) }
                    } @else if let Some((title, href)) = next {
                        (Button::primary(&words::next_task(lang, title).to_string()).href(href).wide())
                        (Button::quiet(words::to_page(lang)).href(&self.around.room).wide())
                    } @else { (Button::primary(words::to_page(lang)).href(&self.around.room).wide()) }
                }
                @if !sections.is_empty() {
                    details.runner-answers { summary.fold { (Icon::ChevronOn) (words::your_answers(lang)) } (self.sections(sections, false)) }
                }
            },
            View::Declined => self.around.declined(),
            View::Withdrawn => self.around.withdrawn(),
        }
    }

    fn step(
        &self,
        id: &str,
        title: &str,
        text: Option<&str>,
        (questions, document): (&[Question], Option<&StepDocument>),
        (n, of): (usize, usize),
    ) -> Markup {
        let lang = self.around.lang;
        let wrong = questions.iter().filter(|question| question.wrong.is_some()).count() as u64;
        let has = |kind| questions.iter().any(|question| question.field.kind == kind);
        let where_one_is = words::step_of(lang, n, of).to_string();
        let on = if n == of { words::check(lang) } else { words::next(lang) };
        // What comes next stands out: the document until it is signed, then the way on.
        let on = if document.is_some_and(StepDocument::is_to_open) { Button::plain(on) } else { Button::primary(on) };
        html! {
            header.runner-head {
                p.runner-what.small.muted dir="auto" { (self.around.title) }
                (progress(n.saturating_sub(1), of, &where_one_is))
                p.small.muted { (where_one_is) }
                h1 dir="auto" { (title) }
                @if n == 1 { (self.around.deadline()) }
            }
            @if wrong > 0 {
                (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (words::wrong_answers(lang, wrong)) } }) })
            }
            @for question in questions {
                @if let Some((_, fault)) = self.fault.as_ref().filter(|(name, _)| *name == question.field.name) { (self.files(question, &question.field.files_wanted()).fault(*fault)) }
            }
            form.runner-form method="post" action=(self.to("save")) novalidate data-step=(id) data-waiting=[has(FieldKind::File).then(|| crate::words::request::waiting(lang))] {
                (self.carried())
                input type="hidden" name="step" value=(id);
                @if let Some(text) = text { div.runner-text dir="auto" { (paragraphs(text)) } }
                // Enter goes on, whatever else can be pressed.
                @if has(FieldKind::File) || document.is_some() { button.unseen name="go" value="next" tabindex="-1" aria-hidden="true" { (words::next(lang)) } }
                @for question in questions {
                    @if question.field.kind != FieldKind::File { (question.ask(lang)) }
                    @else if self.preview.is_some() { (question.group(lang, &html! { p.small.muted { (preview::workflow_files(lang)) } })) }
                    @else { (self.ask_for_files(question)) }
                }
                @if let Some(document) = document { (document.card(lang, self.around.agent(), true)) }
                @if has(FieldKind::File) {
                    p.unseen id="said" role="status" {}
                    p.field-error.request-missing id="missing" role="alert" hidden { (Icon::Alert) span {} }
                }
                div.runner-go {
                    (on.value("go", "next").wide())
                    div.runner-also {
                        @if n > 1 { (Button::quiet(words::back(lang)).value("go", "back").icon(Icon::ArrowBack)) }
                        @if self.preview.is_none() { (Button::quiet(words::later(lang)).value("go", "later")) }
                    }
                }
            }
            @if n == 1 && self.preview.is_none() { (self.around.decline("", false)) }
            @if has(FieldKind::Signature) && self.preview.is_none() { (pad(lang, &self.customer)) }
        }
    }

    fn files<'a>(&'a self, question: &'a Question, request: &'a Request) -> FileBox<'a> {
        let (uploads, files) = (self.uploads.as_str(), question.files.as_slice());
        let name = &question.field.name;
        let coming = self.coming.as_ref().filter(|(of, _)| of == name).map(|(_, coming)| coming);
        FileBox { around: &self.around, uploads, request, files, question: Some(name), coming }
    }

    fn ask_for_files(&self, question: &Question) -> Markup {
        let asked = question.field.files_wanted();
        question.group(self.around.lang, &html! { (self.files(question, &asked).adding()) })
    }

    fn review(&self, sections: &[Section], missing: usize, reason: &str) -> Markup {
        let lang = self.around.lang;
        let finish = Button::primary(words::finish(lang)).wide();
        let finish = if self.preview.is_some() { finish.value("go", "finish") } else { finish };
        html! {
            header.runner-head {
                p.runner-what.small.muted dir="auto" { (self.around.title) }
                (progress(sections.len(), sections.len(), words::check(lang)))
                h1 { (words::check(lang)) }
                p { (words::check_text(lang)) }
            }
            @if missing > 0 {
                (Banner { role: Some("alert"), ..Banner::new(Tone::Warn, html! { p { (words::wrong_answers(lang, missing as u64)) } }) })
            }
            (self.sections(sections, self.preview.is_none()))
            form.runner-form method="post" action=(self.to("complete")) {
                (self.carried())
                (self.around.as_seen())
                div.runner-go {
                    (finish)
                    p.small.muted { (words::finish_text(lang, self.around.agent())) }
                    div.runner-also {
                        @if self.preview.is_some() { (Button::quiet(words::back(lang)).value("go", "back").icon(Icon::ArrowBack)) }
                        @else {
                            @if let Some(last) = sections.last() {
                                (Button::quiet(words::back(lang)).href(&self.at(&last.step)).icon(Icon::ArrowBack))
                            }
                            (Button::quiet(words::later(lang)).href(&self.around.room))
                        }
                    }
                }
            }
            @if self.preview.is_none() { (self.around.decline(reason, self.not_taken == Some(NotTaken::Reason))) }
        }
    }

    /// The address of a step.
    fn at(&self, step: &str) -> String {
        let join = if self.around.query.is_empty() { "?" } else { "&" };
        format!("{}{}{join}step={step}", self.around.path, self.around.query)
    }

    fn sections(&self, sections: &[Section], editable: bool) -> Markup {
        let lang = self.around.lang;
        html! {
            div.runner-sections {
                @for section in sections {
                    section.card.runner-section {
                        div.runner-section-head {
                            h2 dir="auto" { (section.title) }
                            @if editable {
                                a.runner-change href=(self.at(&section.step)) { (words::change(lang)) span.unseen { ": " (section.title) } }
                            }
                        }
                        @if let Some(document) = &section.document { (document.card(lang, self.around.agent(), false)) }
                        @if !section.answers.is_empty() {
                            dl.answers {
                                @for question in &section.answers {
                                    div {
                                        dt dir="auto" { (question.field.label) }
                                        dd dir="auto" { (question.said(lang)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Every page of a workflow.
    pub fn samples() -> Vec<(&'static str, Self)> {
        super::runner_samples::samples()
    }
}

impl StepDocument {
    /// Whether it is theirs to open and sign.
    fn is_to_open(&self) -> bool {
        self.href.is_some() && self.state.is_open()
    }

    /// How far it is, and the way to it. `within` the step's form a button saves what was entered first.
    fn card(&self, lang: Lang, agent: &str, within: bool) -> Markup {
        let (tone, icon, state) = match self.state {
            InteractionState::InProgress => (Some(Tone::Info), Icon::Edit, customer::state_started(lang)),
            state if state.is_done() => (Some(Tone::Good), Icon::Check, customer::state_done(lang)),
            InteractionState::Declined => (None, Icon::Close, words::state_declined(lang)),
            InteractionState::Withdrawn => (None, Icon::Undo, words::withdrawn_title(lang)),
            _ => (None, Icon::Sign, customer::kind_document(lang)),
        };
        let label = if self.state.is_open() { words::document_open(lang) } else { words::document_look(lang) };
        let href = self.href.as_deref().filter(|_| self.state.is_shown());
        html! {
            div.card.doc-file.step-document data-document=(self.state.as_str()) {
                (Icon::Document)
                div.doc-file-main {
                    p dir="auto" { (self.title) }
                    @if let (Some((n, of)), true) = (self.progress, self.state.is_open()) { p.small.muted { (sending::fields_done(lang, n, of)) } }
                    p { (chip(tone, Some(icon), state)) }
                    @if self.state == InteractionState::Declined {
                        @if let Some(reason) = &self.reason { p.small dir="auto" { "“" (reason) "”" } }
                        p.small { (words::document_declined(lang, agent)) }
                    } @else if self.is_missing { p.field-error role="alert" { (Icon::Alert) span { (words::document_needed(lang)) } } }
                }
                @if let Some(href) = href {
                    @if !within { (Button::plain(label).href(href)) }
                    @else if self.is_to_open() { (Button::primary(label).value("go", "document")) }
                    @else { (Button::plain(label).value("go", "document")) }
                }
            }
        }
    }
}

/// In place of a preview: why there is none. `place` is where in the definition that is.
pub fn not_previewed(lang: Lang, brand: &Brand, place: Option<&str>, why: &str) -> Markup {
    let body = html! {
        main.runner-main {
            (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! {
                p { strong { (preview::workflow_not(lang)) } }
                p { @if let Some(place) = place { code dir="ltr" { (place) } ": " } (why) }
            }) })
        }
    };
    still(lang, brand, preview::workflow_not(lang), ["runner.css", "runner.js"], "runner", body)
}
