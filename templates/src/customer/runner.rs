//! A workflow as the customer fills it in (R21): one step a page, then the review, then a calm page that says it is done.
//!
//! Complete without a script: each step is a form. With one, `customer.js` saves as one goes.

use maud::{Markup, PreEscaped, Render as _, html};
use parlor_domain::{
    InteractionState,
    interaction::{Bound, Field, FieldKind, Request, Wrong},
};
use parlor_form::Strokes;

use super::around::{Around, kept, not_taken};
use super::document::ink;
use super::files::{Coming, FileBox, FileFault, RequestedFile};
use super::pad::pad;
use super::page::{paragraphs, token_field};
use crate::components::{Banner, Button, Icon, Tone, chip, progress};
use crate::lang::Lang;
use crate::times;
use crate::words::{customer, document, runner as words, sending};

/// A choice with at most so many options shows all of them.
const RADIOS: usize = 6;

/// A question on the page.
#[derive(Debug, Clone)]
pub struct Question {
    pub field: Field,
    /// What stands in it: what was typed, or the answer that is kept.
    pub typed: String,
    /// What is wrong with what was typed.
    pub wrong: Option<Wrong>,
    /// Of a question that files answer: those that are there.
    pub files: Vec<RequestedFile>,
}

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
}

impl Runner {
    pub fn render(&self) -> Markup {
        let lang = self.around.lang;
        let body = html! {
            main.runner-main id="runner" data-own=[self.around.path.rsplit('/').next()] data-waits[!self.around.after.is_empty()] data-save=[self.saves().then(|| format!("{}/save{}", self.around.path, self.around.query))] {
                (self.around.nav(self.saves()))
                @if let Some(why) = self.not_taken { (not_taken(lang, why)) }
                @if !self.kept.is_empty() { (kept(lang, &self.kept)) }
                (self.view())
            }
        };
        self.around.page(
            if self.is_rich() { ["answering.css", "answering.js"] } else { ["runner.css", "runner.js"] },
            "runner",
            self.coming.as_ref().and_then(|(_, coming)| coming.refresh()),
            body,
        )
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
                    @if let Some((title, href)) = next {
                        (Button::primary(&words::next_task(lang, title).to_string()).href(href).wide())
                        (Button::quiet(words::to_page(lang)).href(&self.around.room).wide())
                    } @else { (Button::primary(words::to_page(lang)).href(&self.around.room).wide()) }
                }
                @if !sections.is_empty() {
                    details.runner-answers { summary { (Icon::ChevronOn) (words::your_answers(lang)) } (self.sections(sections, false)) }
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
            form.runner-form method="post" action={ (self.around.path) "/save" (self.around.query) } novalidate data-step=(id) data-waiting=[has(FieldKind::File).then(|| crate::words::request::waiting(lang))] {
                (token_field(self.around.csrf.as_deref()))
                input type="hidden" name="step" value=(id);
                @if let Some(text) = text { div.runner-text dir="auto" { (paragraphs(text)) } }
                // Enter goes on, whatever else can be pressed.
                @if has(FieldKind::File) || document.is_some() { button.unseen name="go" value="next" tabindex="-1" aria-hidden="true" { (words::next(lang)) } }
                @for question in questions {
                    @if question.field.kind == FieldKind::File { (self.ask_for_files(question)) } @else { (question.ask(lang)) }
                }
                @if let Some(document) = document { (document.card(lang, self.around.agent(), true)) }
                @if has(FieldKind::File) {
                    p.unseen id="said" role="status" {}
                    p.field-error.request-missing id="missing" role="alert" hidden { (Icon::Alert) span {} }
                }
                div.runner-go {
                    (Button::primary(if n == of { words::check(lang) } else { words::next(lang) }).value("go", "next").wide())
                    div.runner-also {
                        @if n > 1 { (Button::quiet(words::back(lang)).value("go", "back").icon(Icon::ArrowBack)) }
                        (Button::quiet(words::later(lang)).value("go", "later"))
                    }
                }
            }
            @if n == 1 { (self.around.decline("", false)) }
            @if has(FieldKind::Signature) { (pad(lang, &self.customer)) }
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
            (self.sections(sections, true))
            form.runner-form method="post" action={ (self.around.path) "/complete" (self.around.query) } {
                (token_field(self.around.csrf.as_deref()))
                (self.around.as_seen())
                div.runner-go {
                    (Button::primary(words::finish(lang)).wide())
                    p.small.muted { (words::finish_text(lang, self.around.agent())) }
                    div.runner-also {
                        @if let Some(last) = sections.last() {
                            (Button::quiet(words::back(lang)).href(&self.at(&last.step)).icon(Icon::ArrowBack))
                        }
                        (Button::quiet(words::later(lang)).href(&self.around.room))
                    }
                }
            }
            (self.around.decline(reason, self.not_taken == Some(NotTaken::Reason)))
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
                    @if within { (Button::plain(label).value("go", "document")) } @else { (Button::plain(label).href(href)) }
                }
            }
        }
    }
}

/// A number or a day, as a sentence has it.
fn bound(lang: Lang, bound: &Bound) -> String {
    match bound {
        Bound::Number(number) => number.to_string(),
        Bound::Day(text) => day(lang, text),
    }
}

/// A day as people read it.
pub(crate) fn day(lang: Lang, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| times::calendar_day(lang, day))
}

/// What is wrong, and how to put it right.
pub fn wrong(lang: Lang, wrong: &Wrong) -> String {
    match wrong {
        Wrong::Required => words::wrong_required(lang).to_owned(),
        Wrong::Number => words::wrong_number(lang).to_owned(),
        Wrong::Day => words::wrong_day(lang).to_owned(),
        Wrong::Under(least @ Bound::Day(_)) => words::wrong_before(lang, &bound(lang, least)).to_string(),
        Wrong::Over(most @ Bound::Day(_)) => words::wrong_after(lang, &bound(lang, most)).to_string(),
        Wrong::Under(least) => words::wrong_under(lang, &bound(lang, least)).to_string(),
        Wrong::Over(most) => words::wrong_over(lang, &bound(lang, most)).to_string(),
        Wrong::Short(least) => words::wrong_short(lang, *least).to_string(),
        Wrong::Long(most) => words::wrong_long(lang, *most).to_string(),
        Wrong::Pattern => words::wrong_pattern(lang).to_owned(),
        Wrong::Option => words::wrong_option(lang).to_owned(),
        Wrong::Drawing => document::wrong_drawing(lang).to_owned(),
    }
}

impl Question {
    /// The answer in words.
    fn said(&self, lang: Lang) -> Markup {
        let missing = self.wrong.is_some();
        html! {
            @if !self.files.is_empty() {
                ul.answer-files { @for file in &self.files { li { bdi { (file.name) } } } }
            } @else if self.typed.is_empty() {
                @if missing { span.answer-missing { (Icon::Alert) (words::missing(lang)) } } @else { span.muted { (words::no_answer(lang)) } }
            } @else if let Some(Strokes { path, pen }) = self.drawn() { (ink::drawn(&path, pen, document::drawn(lang))) }
            @else { (said(lang, self.field.kind, &self.typed)) }
        }
    }

    /// Its signature, where it was drawn.
    fn drawn(&self) -> Option<Strokes> {
        let drawn = self.field.kind == FieldKind::Signature && self.typed.starts_with('{');
        drawn.then(|| serde_json::from_str(&self.typed).ok()).flatten()
    }

    fn label(&self, lang: Lang) -> Markup {
        html! {
            span dir="auto" data-label { (self.field.label) }
            @if !self.field.required { " " span.optional { "(" (words::optional(lang)) ")" } }
        }
    }

    /// What is wrong, and how to answer.
    fn below(&self, lang: Lang, error: &str, hint: &str) -> Markup {
        html! {
            p.field-error id=(error) hidden[self.wrong.is_none()] { (Icon::Alert) span { @if let Some(why) = &self.wrong { (wrong(lang, why)) } } }
            @if let Some(text) = &self.field.hint { p.field-hint id=(hint) dir="auto" { (text) } }
        }
    }

    /// A question that has more than one part.
    fn group(&self, lang: Lang, inside: &Markup) -> Markup {
        let id = format!("a-{}", self.field.name);
        let invalid = self.wrong.as_ref().map(|_| "true");
        let described = self.wrong.is_some().then(|| format!("{id}-error"));
        html! {
            fieldset.field data-question=(self.field.name) aria-describedby=[described] aria-invalid=[invalid] {
                legend { (self.label(lang)) }
                (inside)
                (self.below(lang, &format!("{id}-error"), &format!("{id}-hint")))
            }
        }
    }

    fn ask(&self, lang: Lang) -> Markup {
        let field = &self.field;
        let id = format!("a-{}", field.name);
        let name = format!("a.{}", field.name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described: Vec<&str> =
            [self.wrong.is_some().then_some(error_id.as_str()), field.hint.is_some().then_some(hint_id.as_str())]
                .into_iter()
                .flatten()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let invalid = self.wrong.as_ref().map(|_| "true");
        let label = self.label(lang);
        let yes_no = [("yes", words::yes(lang)), ("no", words::no(lang))];
        let radios: Option<Vec<(&str, &str)>> = match field.kind {
            FieldKind::YesNo => Some(yes_no.to_vec()),
            FieldKind::Choice if field.options.len() <= RADIOS => {
                Some(field.options.iter().map(|option| (option.as_str(), option.as_str())).collect())
            }
            _ => None,
        };
        let below = self.below(lang, &error_id, &hint_id);
        if let Some(radios) = radios {
            return html! {
                fieldset.field.choices data-question=(field.name) aria-describedby=[described] aria-invalid=[invalid] {
                    legend { (label) }
                    div class=(if field.kind == FieldKind::YesNo { "choice-row" } else { "choice-list" }) {
                        @for (at, (value, text)) in radios.iter().enumerate() {
                            label.choice {
                                input type="radio" id=[(at == 0).then_some(id.as_str())] name=(name) value=(value) checked[self.typed == *value] required[field.required];
                                span dir="auto" { (text) }
                            }
                        }
                    }
                    (below)
                }
            };
        }
        let long = field.kind == FieldKind::Text && field.longest() > 200;
        let sign = (field.kind == FieldKind::Signature).then(|| document::sign_here(lang));
        html! {
            div.field data-question=(field.name) data-sign=[sign] data-said=[sign.map(|_| document::signed_said(lang))] {
                label for=(id) { (label) }
                @match field.kind {
                    FieldKind::Signature => {
                        @if let Some(Strokes { path, pen }) = self.drawn() {
                            (ink::drawn(&path, pen, &field.label))
                            input id=(id) name=(name) type="hidden" value=(self.typed);
                        } @else {
                            input.input id=(id) name=(name) type="text" value=(self.typed) dir="auto" autocomplete="off" maxlength="200" required[field.required] aria-invalid=[invalid] aria-describedby=[described];
                            p.field-hint data-unscripted { (document::sign_hint(lang)) }
                        }
                    }
                    FieldKind::Choice => {
                        select.input id=(id) name=(name) required[field.required] aria-invalid=[invalid] aria-describedby=[described] {
                            option value="" { (words::choose(lang)) }
                            @for option in &field.options { option value=(option) selected[self.typed == *option] { (option) } }
                        }
                    }
                    FieldKind::Text if long => {
                        textarea.input id=(id) name=(name) rows="4" maxlength=(field.longest()) dir="auto" required[field.required] aria-invalid=[invalid] aria-describedby=[described] { (PreEscaped("\n")) (self.typed) }
                    }
                    FieldKind::Date => {
                        input.input id=(id) name=(name) type="date" value=(self.typed) required[field.required] aria-invalid=[invalid] aria-describedby=[described];
                    }
                    _ => {
                        input.input id=(id) name=(name) type="text" value=(self.typed) dir="auto" required[field.required]
                            inputmode=[(field.kind == FieldKind::Number).then_some("decimal")] autocomplete="off"
                            aria-invalid=[invalid] aria-describedby=[described];
                    }
                }
                (below)
            }
        }
    }
}

/// An answer in words: `yes` as the language says it, a day as people read it.
pub(crate) fn said(lang: Lang, kind: FieldKind, typed: &str) -> Markup {
    match (kind, typed) {
        (FieldKind::YesNo, "yes" | "no") | (FieldKind::Date, _) => said_text(lang, kind, typed).render(),
        _ => html! { span.answer-text { (typed) } },
    }
}

/// The same, where there is no page.
pub(crate) fn said_text(lang: Lang, kind: FieldKind, typed: &str) -> String {
    match (kind, typed) {
        (FieldKind::YesNo, "yes") => words::yes(lang).to_owned(),
        (FieldKind::YesNo, "no") => words::no(lang).to_owned(),
        (FieldKind::Date, typed) => day(lang, typed),
        _ => typed.to_owned(),
    }
}
