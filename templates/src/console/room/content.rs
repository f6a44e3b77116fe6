//! The content panel (R21): what there is for the customer to do, how far it is, and the maker of workflows.

use jiff::Timestamp;
use maud::{Markup, Render, html};
use parlor_domain::{
    InteractionState, ParticipantId,
    interaction::{FieldKind, Progress, REASON_MAX},
};

use super::model::Room;
use crate::components::{Button, Field, Icon, Tone, chip, progress};
use crate::console::maker;
use crate::console::moment::{Moment, moment};
use crate::console::sheet::{Sheet, opens};
use crate::customer::{file_size, said_words};
use crate::lang::Lang;
use crate::names::together;
use crate::words::{archive, asking, console, content as words, placing, sending, turns};

/// What kind of thing there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkItemKind {
    /// Questions, and once it is completed the files among the answers.
    Workflow { files: Vec<WorkFile> },
    /// A PDF that is filled in and signed.
    Document {
        /// The original's name, where it is known.
        original: Option<String>,
        signed: SignedCopy,
    },
    /// Photos or files that were asked for, and what was sent.
    Request {
        files: Vec<WorkFile>,
        /// All as one PDF; none where there is nothing to join, or it was not sent for good.
        joined: Option<JoinedCopy>,
    },
}

/// The files of a request as one PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinedCopy {
    /// It is being put together.
    Coming,
    Ready {
        /// How many files could not be put in.
        left_out: u32,
    },
    /// It could not be put together.
    Failed,
}

/// A file that the customer sent for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFile {
    pub id: String,
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Of a PDF, where they could be counted.
    pub pages: Option<u32>,
}

/// The signed document of what is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedCopy {
    /// It is being made, or not begun.
    Coming,
    Ready,
    /// It could not be made.
    Failed,
}

/// One thing for the customer to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    pub id: String,
    pub kind: WorkItemKind,
    pub title: String,
    pub state: InteractionState,
    pub progress: Progress,
    pub due: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub reminded_at: Option<Timestamp>,
    /// Why the customer declined, if they said so.
    pub reason: Option<String>,
    /// The participant who is to do it; without one the customer (R22).
    pub assignee: Option<ParticipantId>,
    /// R22: the names of those who have to be done first; empty where it can be done now.
    pub after: Vec<String>,
    /// Of a document of a workflow's step: the workflow's id. It stands below it.
    pub part_of: Option<String>,
    /// Rises with each change: the answers that are shown are asked for again.
    pub version: u64,
}

/// A question with its answer, as the agent reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    pub label: String,
    pub kind: FieldKind,
    /// The answer as it stands in a field; empty for none.
    pub typed: String,
    /// The names of the files that answer it.
    pub files: Vec<String>,
}

/// The answers of a workflow, step by step, as the panel's script fetches them. Not a document.
pub fn answers(lang: Lang, steps: &[(String, Vec<AnswerLine>)]) -> Markup {
    html! {
        @for (title, lines) in steps {
            @if !lines.is_empty() {
                p.work-step dir="auto" { (title) }
                dl.facts.work-facts {
                    @for line in lines {
                        div {
                            dt dir="auto" { (line.label) }
                            dd dir="auto" { @if !line.files.is_empty() { @for name in &line.files { p { bdi { (name) } } } } @else if line.typed.is_empty() { span.muted { (words::no_answer(lang)) } } @else { (said_words(lang, line.kind, &line.typed)) } }
                        }
                    }
                }
            }
        }
    }
}

impl Room {
    /// What stands in the list by itself: documents of a workflow's steps stand with it.
    pub(super) fn rows(&self) -> impl Iterator<Item = &WorkItem> {
        self.work.iter().filter(|item| item.part_of.is_none())
    }

    /// What there is to do, in the agent's order.
    pub(super) fn work(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.work.is_empty() {
                div.side-empty { (Icon::Flow) p { (words::empty(lang)) } p.small.muted { (words::empty_help(lang)) } }
            } @else {
                (self.whose_turn())
                (self.sends_all())
                (self.all_files())
                ul.work-list { @for (at, item) in self.rows().enumerate() { (self.work_item(Some(at), item)) } }
            }
        }
    }

    /// R22: whose turn it is, where one comes after another.
    fn whose_turn(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if !self.turn.is_empty() {
                p.work-turn role="status" { (Icon::User) span { (turns::turn_of(lang, &html! { bdi { (together(lang, &self.turn)) } })) } }
            }
        }
    }

    /// Sends all that is prepared, one after the other; a script's, because each is an operation of its own.
    fn sends_all(&self) -> Markup {
        let lang = self.frame.lang;
        let drafts =
            self.work.iter().filter(|item| item.state == InteractionState::Draft && item.part_of.is_none()).count();
        html! {
            @if drafts > 1 && !self.is_only_read() {
                p.work-all { button.button.button-small.button-primary type="button" data-do="send-all" data-key="send-all" { (Icon::Send) (words::send_all(lang, drafts)) } }
            }
        }
    }

    /// All finished files as one archive, in a page of its own, so that the room stays open.
    fn all_files(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if self.work.iter().any(|item| item.state.is_done()) {
                form.work-all method="post" action=(self.operation("archives")) target="_blank" {
                    (self.frame.forms.hidden("archives"))
                    button.button.button-small data-key="archive" { (Icon::Download) (archive::all(lang)) }
                }
            }
        }
    }

    /// Until when it should be done, in each dialog that makes something: the whole of that day, where the agent is.
    pub(super) fn due_field(&self, form: &str) -> Markup {
        let lang = self.frame.lang;
        let id = format!("{form}due_at");
        html! {
            div.field {
                label for=(id) { (words::due_at(lang)) span.optional { " " (words::optional(lang)) } }
                input.input.input-date id=(id) name="due_at" type="date" data-whole-day aria-describedby={ (id) "-hint" };
                p.field-hint id={ (id) "-hint" } { (words::due_hint(lang)) }
            }
        }
    }

    /// The buttons that open the dialog for a document, and the maker.
    pub(super) fn add_work(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if !self.is_only_read() {
                div.side-adds {
                    (opens("add-document", "button-small", html! { (Icon::Add) span { (sending::document(lang)) } }))
                    (opens("add-request", "button-small", html! { (Icon::Add) span { (asking::ask(lang)) } }))
                    (opens("add-work", "button-small", html! { (Icon::Add) span { (words::add(lang)) } }))
                    (self.opens_library())
                }
            }
        }
    }

    fn work_item(&self, at: Option<usize>, item: &WorkItem) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let open = item.state.is_open();
        let (done, of) = (item.progress.done as usize, item.progress.of as usize);
        let (icon, steps) = match item.kind {
            WorkItemKind::Document { .. } => (Icon::Document, sending::fields_done(lang, done, of).to_string()),
            WorkItemKind::Request { .. } => (Icon::Camera, asking::files_done(lang, done, of).to_string()),
            WorkItemKind::Workflow { .. } => (Icon::Flow, words::steps_done(lang, done, of).to_string()),
        };
        let has_answers = !matches!(item.kind, WorkItemKind::Request { .. })
            && (item.state == InteractionState::InProgress || item.state.is_done());
        html! {
            li.work-item data-work=(item.id) data-state=(item.state.as_str()) {
                div.work-item-head {
                    span.work-item-icon { (icon) }
                    p.work-item-title dir="auto" { (item.title) }
                    (state(lang, item.state))
                    (self.handle(at, item))
                }
                (self.is_for(item.assignee.as_ref()))
                @if !item.after.is_empty() {
                    p.small.muted.work-waits { (Icon::Lock) span { (turns::item_waits(lang)) " · " bdi { (turns::after(lang, &together(lang, &item.after))) } } }
                }
                @if item.state == InteractionState::InProgress {
                    div.work-item-progress { (progress(done, of, &steps)) span.small.muted { (steps) } }
                }
                @if let WorkItemKind::Document { original: Some(name), .. } = &item.kind { p.small.muted.work-original dir="auto" { (sending::original(lang, name)) } }
                @if let Some(at) = item.completed_at { p.small.muted { (moment(lang, at, now, Moment::Exact)) } }
                @if let (true, Some(due)) = (open || item.state == InteractionState::Draft, item.due) {
                    @let at = moment(lang, due, now, Moment::Exact);
                    p.small.muted { (words::due(lang, &at)) }
                }
                @if let (true, Some(at)) = (open, item.reminded_at) { p.small.muted { (words::reminded(lang)) " " (moment(lang, at, now, Moment::Ago)) } }
                @if let (Some(reason), true) = (&item.reason, open) { p.small.work-reason { (asking::reason_was(lang)) " " span dir="auto" { "“" (reason) "”" } } }
                @else if let Some(reason) = &item.reason { p.small.work-reason dir="auto" { "“" (reason) "”" } }
                @if has_answers { (self.work_answers(item)) }
                (self.work_files(item))
                (self.work_file(item))
                (self.work_actions(item))
                @if self.work.iter().any(|part| part.part_of.as_ref() == Some(&item.id)) {
                    ul.work-parts { @for part in self.work.iter().filter(|part| part.part_of.as_ref() == Some(&item.id)) { (self.work_item(None, part)) } }
                }
            }
        }
    }

    /// The signed document, which the script fetches an address for.
    fn work_file(&self, item: &WorkItem) -> Markup {
        let lang = self.frame.lang;
        let WorkItemKind::Document { signed, .. } = item.kind else { return html! {} };
        html! {
            @if item.state.is_done() {
                @match signed {
                    SignedCopy::Ready => a.button.button-small.work-file href=(self.operation(&format!("interactions/{}/result", item.id))) data-result data-key={ "file-" (item.id) } { (Icon::Download) (sending::download(lang)) },
                    SignedCopy::Coming => p.small.muted.work-file { (Icon::Clock) (sending::completing(lang)) },
                    SignedCopy::Failed => p.small.work-file.work-file-failed { (Icon::Alert) (sending::not_completed(lang)) },
                }
            }
        }
    }

    /// The files of a request. The script fetches their pictures, and where one is downloaded.
    fn work_files(&self, item: &WorkItem) -> Markup {
        let lang = self.frame.lang;
        let (files, joined) = match &item.kind {
            WorkItemKind::Request { files, joined } => (files, *joined),
            WorkItemKind::Workflow { files } => (files, None),
            WorkItemKind::Document { .. } => return html! {},
        };
        let is_request = matches!(item.kind, WorkItemKind::Request { .. });
        let address = format!("{}?values=true", self.operation(&format!("interactions/{}", item.id)));
        html! {
            @if !files.is_empty() {
                ul.work-files data-files=(address) data-version=(item.version) {
                    @for file in files {
                        li.work-one data-file=(file.id) {
                            span.work-thumb { (Icon::Document) }
                            p.work-file-name {
                                bdi { (file.name) }
                                span.small.muted { (file_size(file.size)) @if let Some(pages) = file.pages { " · " (asking::pages(lang, u64::from(pages))) } }
                            }
                            @let label = asking::download(lang, &file.name).to_string();
                            a.button.button-small.button-quiet.button-icon href=(address) data-file=(file.id) data-key={ "file-" (file.id) } title=(label) { (Icon::Download) span.unseen { (label) } }
                        }
                    }
                }
            }
            @if let (true, Some(joined)) = (item.state.is_done(), joined) { (self.work_joined(item, joined)) }
            @if is_request && item.state == InteractionState::Completed && !self.is_only_read() {
                div.work-judge {
                    (self.action(&format!("interactions/{}/accept", item.id), "button button-small button-primary", html! { (Icon::Check) (asking::accept(lang)) }))
                    details.work-back {
                        summary.fold data-key={ "back-" (item.id) } { (Icon::ChevronOn) (asking::send_back(lang)) }
                        form.stack-tight method="post" action=(self.operation(&format!("interactions/{}/send-back", item.id))) data-operation={ "interactions/" (item.id) "/send-back" } {
                            (self.frame.forms.hidden(&format!("back-{}", item.id)))
                            @let field = format!("reason-{}", item.id);
                            div.field {
                                label for=(field) { (asking::reason(lang)) }
                                textarea.input id=(field) name="reason" rows="2" maxlength=(REASON_MAX) required dir="auto" aria-describedby={ (field) "-hint" } {}
                                p.field-hint id={ (field) "-hint" } { (asking::reason_hint(lang)) }
                            }
                            button.button.button-small { (asking::send_back(lang)) }
                        }
                    }
                }
            }
        }
    }

    /// The files as one PDF, which the script fetches an address for.
    fn work_joined(&self, item: &WorkItem, joined: JoinedCopy) -> Markup {
        let lang = self.frame.lang;
        html! {
            @match joined {
                JoinedCopy::Ready { left_out } => {
                    a.button.button-small.work-file href=(self.operation(&format!("interactions/{}/result", item.id))) data-result data-key={ "joined-" (item.id) } { (Icon::Download) (asking::joined(lang)) }
                    @if left_out > 0 { p.small.work-file { (Icon::Alert) (asking::left_out(lang, u64::from(left_out))) } }
                }
                JoinedCopy::Coming => p.small.muted.work-file { (Icon::Clock) (asking::joining(lang)) },
                JoinedCopy::Failed => p.small.work-file.work-file-failed { (Icon::Alert) (asking::not_joined(lang)) },
            }
        }
    }

    fn work_answers(&self, item: &WorkItem) -> Markup {
        let lang = self.frame.lang;
        let address = format!("/console/s/{}/i/{}/answers", self.id, item.id);
        let is_document = matches!(item.kind, WorkItemKind::Document { .. });
        let label = match (item.state.is_done(), is_document) {
            (true, false) => words::answers(lang),
            (false, false) => words::answers_so_far(lang),
            (true, true) => sending::values(lang),
            (false, true) => sending::values_so_far(lang),
        };
        html! {
            details.work-answers data-answers=(address) data-version=(item.version) {
                summary.fold data-key={ "answers-" (item.id) } { (Icon::ChevronOn) (label) }
                div.work-answers-body aria-busy="true" {}
                p.work-downloads {
                    a href={ (address) "?as=csv" } download { (Icon::Download) (words::download_csv(lang)) }
                    a href={ (address) "?as=json" } download { (Icon::Download) (words::download_json(lang)) }
                    @if item.state.is_done() && !is_document {
                        a href=(self.operation(&format!("interactions/{}?as=pdf", item.id))) download { (Icon::Download) (words::download_pdf(lang)) }
                    }
                }
            }
        }
    }

    fn work_actions(&self, item: &WorkItem) -> Markup {
        let lang = self.frame.lang;
        let action = |what: &str, class: &str, inside: Markup| {
            self.action(&format!("interactions/{}/{what}", item.id), class, inside)
        };
        let draft = item.state == InteractionState::Draft;
        // A document of a step is sent, asked for and assigned with its workflow.
        let whole = item.part_of.is_none();
        let withdrawable = draft || item.state.is_open() || item.state == InteractionState::Declined;
        html! {
            @if !self.is_only_read() && withdrawable {
                div.work-actions {
                    @if draft && whole { (action("send", "button button-small button-primary", html! { (Icon::Send) (words::send(lang)) })) }
                    @if item.state == InteractionState::Declined && !whole { (action("send", "button button-small", html! { (Icon::Send) (words::send_again(lang)) })) }
                    @if let (true, WorkItemKind::Document { .. }) = (draft, &item.kind) {
                        a.button.button-small href={ "/console/s/" (self.id) "/i/" (item.id) "/fields" } data-key={ "fields-" (item.id) } { (Icon::Edit) (placing::place(lang)) }
                    }
                    @if whole && item.state.is_open() && item.after.is_empty() && self.state != parlor_domain::State::Planned { (action("remind", "button button-small", html! { (Icon::Bell) (words::remind(lang)) })) }
                    @if whole || !draft { (action("withdraw", "button button-small button-quiet", html! { (words::withdraw(lang)) })) }
                    @if whole && matches!(item.state, InteractionState::Draft | InteractionState::Sent | InteractionState::InProgress) { (self.reassign(&item.id, item.assignee.as_ref())) }
                }
            }
        }
    }

    /// The maker: a title, steps and questions; or a definition for those who have one. Without a script only that.
    pub(super) fn maker(&self) -> Markup {
        let lang = self.frame.lang;
        let body = html! {
            form.maker.stack method="post" action=(self.operation("interactions")) {
                (self.frame.forms.hidden("interactions"))
                input type="hidden" name="kind" value="workflow";
                div.form-errors {}
                (Field { form: "work-", required: true, maxlength: Some(120), hint: Some(words::title_hint(lang)), autofocus: true, ..Field::new(words::title(lang), "title") })
                (self.for_whom("work"))
                (maker::steps(lang, &self.library("&kind=document")))
                (self.due_field("work-"))
                details.maker-expert {
                    summary.fold { (Icon::ChevronOn) (words::expert(lang)) }
                    (Field { form: "work-", rows: Some(8), hint: Some(words::expert_hint(lang)), class: "maker-code", ..Field::new(words::expert(lang), "steps") })
                }
                (maker::previewed(lang, self.id.get(..6).unwrap_or_default()))
                div.dialog-foot {
                    button.button type="button" popovertarget="add-work" popovertargetaction="hide" data-do="close" { (console::cancel(lang)) }
                    (Button::plain(words::keep_draft(lang)).value("send", "false"))
                    (Button::primary(words::send_now(lang)).value("send", "true"))
                }
            }
            (maker::parts(lang))
        };
        Sheet { lang, id: "add-work", class: "sheet-maker", title: words::add_title(lang), body }.render()
    }
}

/// One of each state.
pub(super) fn sample(now: Timestamp) -> Vec<WorkItem> {
    let item = |id: &str, title: &str, state, done, of| WorkItem {
        id: id.to_owned(),
        kind: WorkItemKind::Workflow { files: vec![] },
        title: title.to_owned(),
        state,
        progress: Progress { done, of },
        due: None,
        completed_at: None,
        reminded_at: None,
        assignee: None,
        after: vec![],
        part_of: None,
        reason: None,
        version: 1,
    };
    let document = |signed| WorkItemKind::Document { original: Some("loan-agreement-2026.pdf".to_owned()), signed };
    let request = |joined| WorkItemKind::Request {
        joined,
        files: [("IMG_4711.jpg", None), ("passport-all-pages-scanned-at-the-office.pdf", Some(4))]
            .into_iter()
            .zip(1..)
            .map(|((name, pages), n)| WorkFile {
                id: format!("up_{n:016}"),
                name: name.to_owned(),
                size: 840_000,
                pages,
            })
            .collect(),
    };
    vec![
        WorkItem {
            kind: request(Some(JoinedCopy::Ready { left_out: 1 })),
            completed_at: Some(now),
            ..item("r3quest000000001", "Your passport", InteractionState::Completed, 2, 2)
        },
        WorkItem {
            kind: request(Some(JoinedCopy::Coming)),
            completed_at: Some(now),
            ..item("r3quest000000003", "Your rental contract", InteractionState::Accepted, 2, 2)
        },
        WorkItem {
            kind: request(Some(JoinedCopy::Failed)),
            completed_at: Some(now),
            ..item("r3quest000000004", "Photos of the damage", InteractionState::Accepted, 2, 2)
        },
        WorkItem {
            kind: request(None),
            reason: Some("The second page is cut off.".to_owned()),
            ..item("r3quest000000002", "Proof of income", InteractionState::SentBack, 2, 2)
        },
        WorkItem {
            kind: document(SignedCopy::Coming),
            ..item("d0cument00000001", "Loan agreement", InteractionState::InProgress, 5, 9)
        },
        WorkItem {
            kind: document(SignedCopy::Ready),
            completed_at: Some(now),
            ..item("d0cument00000002", "Direct debit", InteractionState::Completed, 6, 6)
        },
        WorkItem {
            kind: document(SignedCopy::Coming),
            completed_at: Some(now),
            ..item("d0cument00000003", "Power of attorney", InteractionState::Completed, 3, 3)
        },
        item("w0rkf10w00000001", "About your household", InteractionState::InProgress, 1, 3),
        WorkItem {
            kind: document(SignedCopy::Coming),
            part_of: Some("w0rkf10w00000001".to_owned()),
            reason: Some("The address in it is my old one.".to_owned()),
            ..item("d0cument00000004", "The contract", InteractionState::Declined, 0, 5)
        },
        WorkItem {
            kind: document(SignedCopy::Ready),
            part_of: Some("w0rkf10w00000001".to_owned()),
            completed_at: Some(now),
            ..item("d0cument00000005", "Consent to a credit check", InteractionState::Completed, 2, 2)
        },
        WorkItem {
            completed_at: Some(now),
            ..item(
                "w0rkf10w00000002",
                "What happened on the day of the damage, and who saw it",
                InteractionState::Completed,
                4,
                4,
            )
        },
        WorkItem {
            due: Some(now),
            assignee: Some("p4rt1c1pant00002".parse().expect("an id")),
            after: vec!["Mara Quist".to_owned(), "Ada Quist".to_owned()],
            ..item("w0rkf10w00000003", "Your income", InteractionState::Sent, 0, 2)
        },
        item("w0rkf10w00000004", "Other debts", InteractionState::Draft, 0, 1),
        WorkItem {
            reason: Some("I would rather talk about this on the phone.".to_owned()),
            ..item("w0rkf10w00000005", "Your health", InteractionState::Declined, 0, 2)
        },
        item("w0rkf10w00000006", "An old list", InteractionState::Withdrawn, 0, 2),
    ]
}

/// A state in a word, which its colour only helps.
fn state(lang: Lang, state: InteractionState) -> Markup {
    match state {
        InteractionState::Draft => chip(None, Some(Icon::Edit), words::state_draft(lang)),
        InteractionState::Sent => chip(Some(Tone::Info), Some(Icon::Send), words::state_sent(lang)),
        InteractionState::SentBack => chip(Some(Tone::Warn), Some(Icon::Undo), asking::state_sent_back(lang)),
        InteractionState::InProgress => chip(Some(Tone::Info), Some(Icon::Edit), words::state_in_progress(lang)),
        InteractionState::Completed => chip(Some(Tone::Good), Some(Icon::Check), words::state_completed(lang)),
        InteractionState::Accepted => chip(Some(Tone::Good), Some(Icon::CheckCircle), asking::state_accepted(lang)),
        InteractionState::Withdrawn => chip(None, Some(Icon::Undo), words::state_withdrawn(lang)),
        InteractionState::Declined => chip(Some(Tone::Warn), Some(Icon::Close), words::state_declined(lang)),
    }
}
