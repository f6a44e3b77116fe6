//! The page on which an entry of a team's library is made, changed and published.

use maud::{Markup, html};
use parlor_domain::interaction::FILES_MAX;
use parlor_domain::library::{EntryKind, EntryState, NAME_PLACEHOLDER};
use parlor_domain::session::MESSAGE_MAX;
use parlor_domain::upload::FILE_MAX;

use super::super::frame::{Frame, InFrame, Section};
use super::{done_banner, kind_word, new_word, state_chip};
use crate::components::{Banner, Button, Field, Icon, Tone, chip};
use crate::console::maker;
use crate::lang::Lang;
use crate::words::{asking, content, library as words, placing, preview, sending, shared};

/// Where an entry that is there stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryStanding {
    pub id: String,
    /// Of what is shown: what is saved over it has to be the same.
    pub revision: u64,
    pub state: EntryState,
    pub changed: bool,
    pub version: Option<u32>,
    pub used: Option<u64>,
}

/// What a document has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentFacts {
    pub pages: usize,
    /// What each field is called, and whether it has to be filled in.
    pub fields: Vec<(String, bool)>,
}

/// What a request asks for, as it stands in its form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedFor {
    pub what: String,
    pub instructions: String,
    /// `image`, `pdf`, or both with a comma between them.
    pub accept: String,
    pub min: String,
    pub max: String,
}

/// An entry: to be made, or there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    pub frame: Frame,
    /// Nothing for a new one.
    pub standing: Option<EntryStanding>,
    /// In whose library, by id.
    pub team: String,
    pub kind: EntryKind,
    /// As it is typed.
    pub title: String,
    /// Of a text.
    pub text: String,
    /// Of a workflow: its steps as JSON.
    pub steps: String,
    /// Of a document that is there.
    pub document: Option<DocumentFacts>,
    /// Of a document: the file that was sent for it and is not taken yet, by its upload's id.
    pub upload: String,
    /// Of a request.
    pub request: AskedFor,
    /// Why what was sent is not taken.
    pub problem: Option<String>,
    /// Where in what was sent that is, such as `title` or `steps[1].document`, and what is said there.
    pub fault: Option<(String, String)>,
    /// The file is still being read: the script sends the form again.
    pub unread: bool,
    /// How the form went that led here, as the address says.
    pub done: String,
}

impl EntryPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let heading = if self.standing.is_some() { kind_word(lang, self.kind) } else { new_word(lang, self.kind) };
        self.frame.page(InFrame {
            title: if self.title.is_empty() { heading } else { &self.title },
            class: "page-entry",
            script: "library.js",
            main: html! {
                div.people {
                    a.people-back href={ "/admin/library?team=" (self.team) } { (Icon::ArrowBack) (words::library(lang)) }
                    header.library-head {
                        h1 { @if self.title.is_empty() { (heading) } @else { bdi { (self.title) } } }
                        (self.facts())
                    }
                    (done_banner(lang, &self.done))
                    @if let Some(problem) = &self.problem {
                        (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (problem) } }) })
                    }
                    (self.form())
                    @if let Some(standing) = &self.standing { (self.danger(standing)) }
                }
            },
        })
    }

    fn is_archived(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.state == EntryState::Archived)
    }

    fn facts(&self) -> Markup {
        let lang = self.frame.lang;
        let Some(standing) = &self.standing else { return html! {} };
        html! {
            p.people-actions {
                (state_chip(lang, standing.state))
                @if standing.changed && standing.state == EntryState::Published { (chip(Some(Tone::Warn), None, words::changed(lang))) }
                span.small.muted {
                    (kind_word(lang, self.kind))
                    @if let Some(version) = standing.version { " · " (words::version(lang, &version.to_string())) }
                    @if let Some(used) = standing.used { " · " (words::sent(lang, &used.to_string())) }
                }
            }
            @if let (EntryState::Published, Some(version)) = (standing.state, standing.version) {
                p.small.muted { (words::offered_as(lang, &version.to_string())) }
            }
        }
    }

    /// What is wrong with a field of the form.
    fn said_at(&self, field: &str) -> Option<&str> {
        self.fault.as_ref().filter(|(place, _)| place == field).map(|(_, why)| why.as_str())
    }

    fn action(&self) -> String {
        match &self.standing {
            Some(standing) => format!("/admin/library/{}", standing.id),
            None => "/admin/library".to_owned(),
        }
    }

    fn hidden(&self, name: &str) -> Markup {
        html! {
            (self.frame.forms.hidden(name))
            input type="hidden" name="kind" value=(self.kind.as_str());
            input type="hidden" name="team" value=(self.team);
            @if let Some(standing) = &self.standing { input type="hidden" name="revision" value=(standing.revision); }
        }
    }

    fn form(&self) -> Markup {
        let lang = self.frame.lang;
        let title_hint =
            if self.kind == EntryKind::Text { words::text_title_hint(lang) } else { words::title_hint(lang) };
        html! {
            section.card.people-card {
                form.stack.library-form id="entry" method="post" action=(self.action()) data-kind=(self.kind.as_str()) data-unread[self.unread] {
                    (self.hidden("save"))
                    @if self.kind == EntryKind::Document { (self.file()) }
                    (Field { required: true, maxlength: Some(120), autocomplete: Some("off"), value: &self.title, error: self.said_at("title"), hint: Some(title_hint), disabled: self.is_archived(), ..Field::new(words::title(lang), "title") })
                    @match self.kind {
                        EntryKind::Text => {
                            @let hint = words::text_hint(lang, NAME_PLACEHOLDER).to_string();
                            (Field { required: true, rows: Some(8), maxlength: u32::try_from(MESSAGE_MAX).ok(), value: &self.text, hint: Some(&hint), disabled: self.is_archived(), ..Field::new(words::text(lang), "text") })
                        }
                        EntryKind::Workflow => (self.workflow()),
                        EntryKind::Document => (self.fields()),
                        EntryKind::Request => (self.asked_for()),
                    }
                    @if !self.is_archived() {
                        div.people-actions {
                            (Button::primary(words::save_publish(lang)).icon(Icon::Check).value("do", "publish"))
                            (Button::plain(words::save(lang)).value("do", "save"))
                        }
                    }
                }
                @if self.kind == EntryKind::Workflow {
                    (maker::parts(lang))
                    template id="field-error" { p.field-error { (Icon::Alert) span {} } }
                }
            }
        }
    }

    /// Steps and questions with a script, the definition without one, or where the steps say more than the maker can.
    fn workflow(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @let documents = format!("/v1/library?team={}&state=published&kind=document", self.team);
            @let fault = self.fault.as_ref().filter(|(place, _)| place.starts_with("steps"));
            @let said = fault.map(|(place, why)| if place == "steps" { why.clone() } else { format!("{place}: {why}") });
            div.maker data-maker hidden data-fault=[fault.map(|(place, _)| place)] data-why=[fault.map(|(_, why)| why)] { (maker::steps(lang, &documents)) }
            details.maker-expert open[!self.steps.is_empty() || fault.is_some()] {
                summary.fold { (Icon::ChevronOn) (content::expert(lang)) }
                (Field { rows: Some(14), hint: Some(content::expert_hint(lang)), class: "maker-code", value: &self.steps, error: said.as_deref(), disabled: self.is_archived(), ..Field::new(content::expert(lang), "steps") })
            }
            (maker::previewed(lang, &self.team))
            // Without a script it is shown on a page of its own.
            noscript { p { button.button type="submit" formaction="/admin/library" formtarget="_blank" formnovalidate name="do" value="preview" { (Icon::Eye) (preview::workflow_show(lang)) } } }
        }
    }

    /// What is wanted, and which files.
    fn asked_for(&self) -> Markup {
        let (lang, own) = (self.frame.lang, &self.request);
        let kinds = [
            ("image,pdf", asking::kind_both(lang)),
            ("image", asking::kind_image(lang)),
            ("pdf", asking::kind_pdf(lang)),
        ];
        let number = |label: &str, name: &str, value: &str, usual: &str| {
            let value = if value.is_empty() { usual } else { value };
            html! {
                div.field {
                    label for=(name) { (label) }
                    input.input id=(name) name=(name) type="number" inputmode="numeric" min="1" max=(FILES_MAX) value=(value) required disabled[self.is_archived()];
                }
            }
        };
        html! {
            (Field { required: true, maxlength: Some(120), value: &own.what, hint: Some(asking::what_hint(lang)), disabled: self.is_archived(), ..Field::new(asking::what(lang), "what") })
            (Field { rows: Some(3), maxlength: Some(2_000), value: &own.instructions, disabled: self.is_archived(), ..Field::new(asking::how(lang), "instructions") })
            div.library-asked {
                div.field {
                    label for="accept" { (asking::kinds(lang)) }
                    select.input id="accept" name="accept" disabled[self.is_archived()] { @for (value, label) in kinds { option value=(value) selected[value == own.accept] { (label) } } }
                }
                (number(asking::least(lang), "min", &own.min, "1"))
                (number(asking::most(lang), "max", &own.max, "10"))
            }
        }
    }

    /// The file, which the script sends to where the server says.
    fn file(&self) -> Markup {
        let lang = self.frame.lang;
        let label = if self.document.is_some() { words::replace(lang) } else { words::file(lang) };
        html! {
            @if !self.is_archived() {
                noscript { p.small.muted { (sending::no_script(lang)) } }
                div.field.library-file data-uploads="/v1/library/uploads" data-most=(FILE_MAX)
                    data-checking=(sending::checking(lang)) data-uploading=(sending::uploading(lang, "{n}").plain()) data-offline=(shared::offline(lang)) data-uploaded=(sending::uploaded(lang)) data-reading=(sending::reading(lang))
                    data-failed=(sending::failed(lang)) data-still-reading=(sending::still_reading(lang)) data-need-file=(sending::need_file(lang))
                    data-not-pdf=(sending::not_pdf(lang)) data-empty=(sending::empty(lang)) data-too-big=(sending::too_big(lang)) {
                    label for="file" { (label) }
                    input.input id="file" type="file" accept="application/pdf,.pdf" aria-describedby="file-hint file-state";
                    p.field-hint id="file-hint" { (sending::hint(lang)) }
                    progress value="0" max="100" aria-label=(words::file(lang)) hidden {}
                    p.small id="file-state" role="status" {}
                    input type="hidden" name="upload" value=(self.upload);
                }
            }
        }
    }

    fn fields(&self) -> Markup {
        let lang = self.frame.lang;
        let Some(document) = &self.document else { return html! {} };
        html! {
            div {
                p.small.muted { (words::pages(lang, &document.pages.to_string())) }
                @if document.fields.is_empty() {
                    p { (words::no_fields(lang)) }
                    (self.places_fields())
                } @else {
                    h2 { (words::fields(lang)) }
                    ul.library-fields {
                        @for (name, required) in &document.fields {
                            li { bdi { (name) } @if *required { " " span.small.muted { (words::required(lang)) } } }
                        }
                    }
                    (self.places_fields())
                }
            }
        }
    }

    /// Leads to where fields are placed.
    fn places_fields(&self) -> Markup {
        let Some(standing) = self.standing.as_ref().filter(|_| !self.is_archived()) else { return html! {} };
        html! { p { (Button::plain(placing::place(self.frame.lang)).icon(Icon::Edit).href(&format!("/admin/library/{}/fields", standing.id))) } }
    }

    /// Out of sight, out of the archive, or out of the library.
    fn danger(&self, standing: &EntryStanding) -> Markup {
        let lang = self.frame.lang;
        let action = self.action();
        html! {
            @match standing.state {
                EntryState::Archived => {
                    form.card.people-card method="post" action=(action) {
                        (self.hidden("restore"))
                        div { (Button::primary(words::restore(lang)).icon(Icon::Undo).value("do", "restore")) }
                    }
                }
                EntryState::Published => {
                    details.people-danger {
                        summary.fold.fold-bad { (Icon::ChevronOn) (words::archive(lang)) }
                        form method="post" action=(action) {
                            (self.hidden("archive"))
                            p { (words::archive_help(lang)) }
                            (Button::danger(words::archive(lang)).icon(Icon::Lock).value("do", "archive"))
                        }
                    }
                }
                EntryState::Draft => {
                    details.people-danger {
                        summary.fold.fold-bad { (Icon::ChevronOn) (words::remove(lang)) }
                        form method="post" action=(action) {
                            (self.hidden("remove"))
                            p { (words::remove_help(lang)) }
                            (Button::danger(words::remove(lang)).icon(Icon::Trash).value("do", "remove"))
                        }
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let standing = |state, version| EntryStanding {
            id: "1end1n0000000000000001".to_owned(),
            revision: 4,
            state,
            changed: version == Some(2),
            version,
            used: None,
        };
        let text = Self {
            frame: Frame::sample(Lang::En, Section::Library),
            standing: Some(standing(EntryState::Published, Some(2))),
            team: "1end1n".to_owned(),
            kind: EntryKind::Text,
            title: "Welcome".to_owned(),
            text: "Hello {name}, how can I help you today?".to_owned(),
            steps: String::new(),
            document: None,
            upload: String::new(),
            request: AskedFor::default(),
            problem: None,
            fault: None,
            unread: false,
            done: "published".to_owned(),
        };
        let steps = r#"[{"id":"s1","title":"Who lives with you","fields":[{"name":"q1","label":"How many adults?","type":"number","required":true}]}]"#;
        let workflow = Self {
            kind: EntryKind::Workflow,
            title: "About your household".to_owned(),
            steps: steps.to_owned(),
            text: String::new(),
            done: String::new(),
            standing: Some(EntryStanding { used: Some(41), ..standing(EntryState::Published, Some(1)) }),
            ..text.clone()
        };
        let document = Self {
            kind: EntryKind::Document,
            title: "Loan agreement".to_owned(),
            text: String::new(),
            done: "saved".to_owned(),
            standing: Some(standing(EntryState::Draft, None)),
            document: Some(DocumentFacts {
                pages: 3,
                fields: vec![("applicant.name".to_owned(), true), ("iban".to_owned(), false)],
            }),
            ..text.clone()
        };
        vec![
            ("text", text.clone()),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Library), ..text.clone() }),
            ("workflow", workflow.clone()),
            (
                "workflow-fault",
                Self {
                    problem: Some(words::refused_step_document(Lang::En).to_owned()),
                    fault: Some(("steps[0].document".to_owned(), words::refused_step_document(Lang::En).to_owned())),
                    ..workflow.clone()
                },
            ),
            ("document", document.clone()),
            (
                "request",
                Self {
                    kind: EntryKind::Request,
                    title: "Proof of income".to_owned(),
                    text: String::new(),
                    done: String::new(),
                    request: AskedFor {
                        what: "Your last three payslips".to_owned(),
                        instructions: "All pages, please.".to_owned(),
                        accept: "pdf".to_owned(),
                        min: "3".to_owned(),
                        max: "6".to_owned(),
                    },
                    ..text.clone()
                },
            ),
            (
                "new",
                Self {
                    standing: None,
                    title: String::new(),
                    text: String::new(),
                    done: String::new(),
                    problem: Some(shared::try_again(Lang::En).to_owned()),
                    ..text.clone()
                },
            ),
            (
                "new-document",
                Self { standing: None, document: None, title: String::new(), done: String::new(), ..document },
            ),
            (
                "archived",
                Self { standing: Some(standing(EntryState::Archived, Some(2))), done: "archived".to_owned(), ..text },
            ),
        ]
    }
}
