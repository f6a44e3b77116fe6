//! The files that a request, or a question of a workflow, takes (R21): those that are there, and what adds to them.
//!
//! The script sends files to where the server says. Moving and removing are buttons of a form, with a script and without.

use maud::{Markup, html};
use parlor_domain::interaction::{Accepted, NoFile, Request};

use super::around::Around;
use super::document::file_size;
use super::page::token_field;
use crate::components::{Banner, Icon, Tone};
use crate::lang::Lang;
use crate::words::{asking, request as words, shared};

/// What the camera and the picker are told. Phones that keep pictures as HEIC send JPEG where it is not named.
const PICTURES: &str = "image/jpeg,image/png,image/webp";
const PDF: &str = "application/pdf,.pdf";

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct RequestedFile {
    /// The upload's id.
    pub id: String,
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Of a PDF, where they could be counted.
    pub pages: Option<u32>,
    /// Where a small picture of it is.
    pub thumbnail: Option<String>,
}

/// Why a file was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    Damaged,
    /// The virus check did not let it through.
    NotClean,
    Password,
    Heic,
    OtherKind,
    TooLarge,
    /// It is still being looked at.
    NotRead,
    /// Its name is none.
    Name,
    /// There is nothing in it.
    Empty,
    /// It is larger than what is taken without a script.
    TooLargeUnscripted,
    /// The button was pressed, and no file was chosen.
    NotChosen,
    /// It was chosen, and another button was pressed.
    NotSent,
    /// Several were sent at once without a script.
    OneByOne,
    /// It is not what is asked for.
    NotTaken(NoFile),
}

/// What became of a file that was sent without a script, once it was not looked at in time for the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coming {
    /// It is being looked at. The page looks again at this address, by itself for as long as that is likely to help.
    Checking { again: String, by_itself: bool },
    /// It was looked at and can be added: its id.
    Ready(String),
}

impl Coming {
    /// Where the page goes by itself.
    pub(super) fn refresh(&self) -> Option<&str> {
        match self {
            Self::Checking { again, by_itself: true } => Some(again),
            _ => None,
        }
    }

    pub(super) fn sample_checking() -> Self {
        Self::Checking { again: "/r/session/i/1?file=up_1&looks=2".to_owned(), by_itself: true }
    }

    pub(super) fn sample_ready() -> Self {
        Self::Ready("up_7h2k9m4p6r8t0v1w".to_owned())
    }
}

/// The files, and what adds to them.
pub(super) struct FileBox<'a> {
    pub around: &'a Around,
    /// Where the script announces files.
    pub uploads: &'a str,
    pub request: &'a Request,
    pub files: &'a [RequestedFile],
    /// The question of a workflow that they answer. Its buttons are the step's form's, so that what is typed goes along.
    pub question: Option<&'a str>,
    /// A file of theirs that was sent without a script.
    pub coming: Option<&'a Coming>,
}

impl FileBox<'_> {
    fn lang(&self) -> Lang {
        self.around.lang
    }

    fn takes(&self, kind: Accepted) -> bool {
        self.request.accept.contains(&kind)
    }

    fn kinds(&self) -> &'static str {
        match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => words::kinds_image(self.lang()),
            (false, true) => words::kinds_pdf(self.lang()),
            _ => words::kinds_both(self.lang()),
        }
    }

    fn only(&self) -> &'static str {
        match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => words::only_image(self.lang()),
            (false, true) => words::only_pdf(self.lang()),
            _ => words::other_kind(self.lang()),
        }
    }

    /// Why a file was not added, as a banner that the script reads.
    pub(super) fn fault(&self, fault: FileFault) -> Markup {
        let lang = self.lang();
        let said = match fault {
            FileFault::Damaged => words::damaged(lang),
            FileFault::Password => words::password(lang),
            FileFault::Heic => words::heic(lang),
            FileFault::OtherKind => words::other_kind(lang),
            FileFault::TooLarge => words::too_large(lang),
            FileFault::NotClean => shared::not_clean(lang),
            FileFault::NotRead => words::slow(lang),
            FileFault::Name => words::bad_name(lang),
            FileFault::Empty => words::empty(lang),
            FileFault::TooLargeUnscripted => words::unscripted_too_large(lang),
            FileFault::NotChosen => words::not_chosen(lang),
            FileFault::NotSent => words::not_sent(lang),
            FileFault::OneByOne => words::one_by_one(lang),
            FileFault::NotTaken(NoFile::Kind) => self.only(),
            FileFault::NotTaken(NoFile::TooMany) => words::full(lang),
            FileFault::NotTaken(NoFile::Unknown) => words::unknown(lang),
        };
        html! { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p data-fault { (said) } }) }) }
    }

    /// An id of its own on the page.
    fn id(&self, name: &str) -> String {
        self.question.map_or_else(|| name.to_owned(), |question| format!("{name}-{question}"))
    }

    fn address(&self) -> String {
        format!("{}/files{}", self.around.path, self.around.query)
    }

    /// The part that the script takes from each answer.
    pub(super) fn adding(&self) -> Markup {
        let lang = self.lang();
        let is_full = self.files.len() >= self.request.max as usize;
        let accept = match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => PICTURES.to_owned(),
            (false, true) => PDF.to_owned(),
            _ => format!("{PICTURES},{PDF}"),
        };
        let (camera, pick, kinds) = (self.id("camera"), self.id("pick"), self.id("kinds"));
        let first = self.files.len() < self.request.min as usize && self.question.is_none();
        html! {
            section.request id=(self.id("files")) aria-label=(if self.question.is_some() { &self.request.what } else { words::your_files(lang) })
                data-takes-files data-question-files=[self.question] data-uploads=(self.uploads) data-files=(self.address())
                data-csrf=[self.around.csrf.as_deref()] data-accept=(accept) data-max=(self.request.max)
                data-preparing=(words::preparing(lang)) data-uploading=(words::uploading(lang, "{n}").plain()) data-offline=(shared::offline(lang)) data-checking=(words::checking(lang))
                data-stopped=(words::stopped(lang)) data-failed=(words::failed(lang)) data-slow=(words::slow(lang)) data-full=(words::full(lang))
                data-only=(self.only()) data-too-large=(words::too_large(lang)) data-empty=(words::empty(lang)) data-damaged=(words::damaged(lang))
                data-stop=(words::stop(lang)) data-again=(shared::try_again(lang)) data-remove=(words::remove(lang))
                data-added=(words::added(lang)) data-moved=(words::moved(lang)) data-removed=(words::removed(lang)) {
                (self.files(true))
                ul.request-coming id=(self.id("coming")) data-part="coming" {}
                @if is_full { p.small.muted { (words::full(lang)) } } @else {
                    div.request-add.by-script {
                        @if self.takes(Accepted::Image) {
                            label.button.request-camera.button-primary[first] for=(camera) { (Icon::Camera) span { (words::take(lang)) } }
                            input.unseen id=(camera) type="file" accept=(PICTURES) capture="environment" aria-describedby=(kinds);
                        }
                        label.button for=(pick) { (Icon::Upload) span { (words::choose(lang)) } }
                        input.unseen id=(pick) data-part="pick" type="file" accept=(accept) multiple[self.request.max > 1] aria-describedby=(kinds);
                    }
                    p.small.muted.by-script id=(kinds) { (self.kinds()) }
                    (self.coming())
                    noscript { (self.unscripted(&accept)) }
                    @if self.request.min > 1 { p.small.muted { (words::at_least(lang, u64::from(self.request.min))) } }
                }
                input.unseen id=(self.id("other")) data-part="other" type="file" accept=(accept) tabindex="-1" aria-hidden="true";
            }
        }
    }

    /// What a button of a form without a script has to say: of a question it is the step's form, so that what is typed goes along.
    fn button(&self, what: &str, icon: Icon, label: &str, with_file: bool) -> Markup {
        let action = self.question.map(|_| self.address());
        let encoding = self.question.filter(|_| with_file).map(|_| "multipart/form-data");
        html! {
            button.button name="do" value=(what) formaction=[action.as_deref()] formenctype=[encoding] formnovalidate[self.question.is_some()] { (icon) span { (label) } }
        }
    }

    /// A form of its own, or a part of the step's.
    fn form(&self, encoding: Option<&str>, inside: Markup) -> Markup {
        html! {
            @if self.question.is_some() { div.request-plain { (inside) } } @else {
                form.request-plain method="post" action=(self.address()) enctype=[encoding] { (token_field(self.around.csrf.as_deref())) (inside) }
            }
        }
    }

    /// Sends a file without a script.
    fn unscripted(&self, accept: &str) -> Markup {
        let lang = self.lang();
        let (id, hint) = (self.id("plain"), self.id("plain-kinds"));
        let kinds = match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => words::unscripted_image(lang),
            (false, true) => words::unscripted_pdf(lang),
            _ => words::unscripted_both(lang),
        };
        // A name that no field of a workflow has: those begin with `a.`.
        let field = self.id("f");
        let what = self.question.map_or_else(|| "send".to_owned(), |question| format!("send:{question}"));
        self.form(
            Some("multipart/form-data"),
            html! {
                div.field {
                    label for=(id) { (words::unscripted_choose(lang)) }
                    input.input id=(id) type="file" name=(field) accept=(accept) aria-describedby=(hint);
                    p.field-hint id=(hint) { (kinds) }
                }
                (self.button(&what, Icon::Upload, words::unscripted_send(lang), true))
            },
        )
    }

    /// What became of a file that was sent without a script.
    fn coming(&self) -> Markup {
        let lang = self.lang();
        html! {
            @match self.coming {
                None => {}
                Some(Coming::Checking { again, by_itself }) => {
                    (Banner { icon: Some(Icon::Clock), role: Some("status"), ..Banner::new(Tone::Info, html! {
                        p { (if *by_itself { words::unscripted_checking(lang) } else { words::slow(lang) }) }
                        p { a href=(again) { (words::joined_look(lang)) } }
                    }) })
                }
                Some(Coming::Ready(file)) => {
                    (Banner { icon: Some(Icon::CheckCircle), role: Some("status"), ..Banner::new(Tone::Good, html! {
                        p { (words::unscripted_checked(lang)) }
                        (self.form(None, html! {
                            @if let Some(question) = self.question { input type="hidden" name="question" value=(question); }
                            (self.button(&format!("add:{file}"), Icon::Add, words::unscripted_add(lang), false))
                        }))
                    }) })
                }
            }
        }
    }

    /// Those that are there.
    pub(super) fn files(&self, editable: bool) -> Markup {
        let lang = self.lang();
        let last = self.files.len().saturating_sub(1);
        html! {
            @if !self.files.is_empty() {
                ol.request-files {
                    @for (at, file) in self.files.iter().enumerate() {
                        @let label = words::file_n(lang, at + 1, &file.name).to_string();
                        li.request-file data-file=(file.id) {
                            span.request-picture {
                                @if let Some(picture) = &file.thumbnail { img src=(picture) alt=""; } @else { (Icon::Document) }
                                span.request-n aria-hidden="true" { (at + 1) }
                            }
                            p.request-name {
                                span.unseen { (label) }
                                bdi aria-hidden="true" { (file.name) }
                                span.small.muted { (file_size(file.size)) @if let Some(pages) = file.pages { " · " (asking::pages(lang, u64::from(pages))) } }
                            }
                            @if editable { (self.moves(file, at, last)) }
                        }
                    }
                }
            }
        }
    }

    fn moves(&self, file: &RequestedFile, at: usize, last: usize) -> Markup {
        let lang = self.lang();
        let action = self.question.is_some().then(|| self.address());
        let form = self.question.is_none().then_some("change-files");
        let button = |what: &str, icon: Icon, label: &str, off: bool| {
            html! {
                button.button.button-quiet.button-icon name="do" value={ (what) ":" (file.id) } title=(label) disabled[off] data-key={ (what) "-" (file.id) }
                    form=[form] formaction=[action.as_deref()] formnovalidate { (icon) span.unseen { (label) " " (at + 1) } }
            }
        };
        html! {
            div.request-moves {
                @if last > 0 {
                    span.request-up { (button("earlier", Icon::ChevronOn, words::earlier(lang), at == 0)) }
                    span.request-down { (button("later", Icon::ChevronOn, words::later(lang), at == last)) }
                }
                button.button.button-quiet.button-icon.by-script type="button" data-replace=(file.id) title=(words::replace(lang)) { (Icon::Refresh) span.unseen { (words::replace(lang)) " " (at + 1) } }
                (button("remove", Icon::Trash, words::remove(lang), false))
            }
        }
    }
}
