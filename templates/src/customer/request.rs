//! Photos and files that were asked for (R21), as the customer sends them: taken or chosen, put in order, sent for good.
//!
//! The script sends files to where the server says. Moving, removing and sending for good are forms, with a script and without.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::interaction::{Accepted, NoFile, Request};

use super::around::{Around, not_taken};
use super::document::file_size;
use super::page::{paragraphs, token_field};
use super::runner::NotTaken;
use crate::components::{Banner, Button, Icon, Tone};
use crate::lang::Lang;
use crate::words::{asking, request as words, runner, shared};

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

/// What of the request is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestView {
    /// Files are taken; `judged` once the customer wanted to send too few.
    Send {
        judged: bool,
    },
    /// R2: for looking at.
    ReadOnly,
    /// Sent, and not looked at yet; `accepted` once it was.
    Done {
        accepted: bool,
    },
    Declined,
    Withdrawn,
}

/// Why a file was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    Damaged,
    Password,
    Heic,
    OtherKind,
    TooLarge,
    /// It is still being looked at.
    NotRead,
    /// It is not what is asked for.
    NotTaken(NoFile),
}

/// GET `/r/{session}/i/{interaction}` of a request, and the answers to its forms that were refused.
#[derive(Debug, Clone)]
pub struct RequestPage {
    pub around: Around,
    /// Where the script announces files.
    pub uploads: String,
    pub request: Request,
    pub files: Vec<RequestedFile>,
    /// Why it was sent back.
    pub reason: Option<String>,
    pub view: RequestView,
    pub not_taken: Option<NotTaken>,
    pub fault: Option<FileFault>,
    /// Where the customer goes on once it is sent: what it is called, and its address.
    pub next: Option<(String, String)>,
}

impl RequestPage {
    pub fn render(&self) -> Markup {
        let lang = self.around.lang;
        let body = html! {
            main.runner-main id="runner" data-own=[self.around.path.rsplit('/').next()] {
                (self.around.nav(false))
                @if let Some(why) = self.not_taken { (not_taken(lang, why)) }
                @if let Some(fault) = self.fault {
                    (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p data-fault { (self.fault_words(fault)) } }) })
                }
                (self.view())
            }
        };
        self.around.page(["request.css", "request.js"], "runner", body)
    }

    fn takes(&self, kind: Accepted) -> bool {
        self.request.accept.contains(&kind)
    }

    fn kinds(&self) -> &'static str {
        match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => words::kinds_image(self.around.lang),
            (false, true) => words::kinds_pdf(self.around.lang),
            _ => words::kinds_both(self.around.lang),
        }
    }

    fn only(&self) -> &'static str {
        match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => words::only_image(self.around.lang),
            (false, true) => words::only_pdf(self.around.lang),
            _ => words::other_kind(self.around.lang),
        }
    }

    fn fault_words(&self, fault: FileFault) -> &'static str {
        let lang = self.around.lang;
        match fault {
            FileFault::Damaged => words::damaged(lang),
            FileFault::Password => words::password(lang),
            FileFault::Heic => words::heic(lang),
            FileFault::OtherKind => words::other_kind(lang),
            FileFault::TooLarge => words::too_large(lang),
            FileFault::NotRead => words::slow(lang),
            FileFault::NotTaken(NoFile::Kind) => self.only(),
            FileFault::NotTaken(NoFile::TooMany) => words::full(lang),
            FileFault::NotTaken(NoFile::Unknown) => words::unknown(lang),
        }
    }

    fn view(&self) -> Markup {
        let lang = self.around.lang;
        match self.view {
            RequestView::Send { judged } => self.send(judged),
            RequestView::ReadOnly => html! {
                header.runner-head { h1 dir="auto" { (self.around.title) } }
                (Banner { icon: Some(Icon::Lock), ..Banner::new(Tone::Info, html! { p { (runner::read_only(lang)) } }) })
                (self.files(false))
            },
            RequestView::Done { accepted } => {
                let (title, text) = if accepted {
                    (words::accepted_title(lang), words::accepted_text(lang, self.around.agent()).to_string())
                } else {
                    (runner::done_title(lang), words::done_text(lang, self.around.agent()).to_string())
                };
                html! {
                    header.runner-head.runner-done {
                        span.emblem.emblem-good { (Icon::CheckCircle) }
                        h1 { (title) }
                        p.runner-what.muted dir="auto" { (self.around.title) }
                        p { (text) }
                    }
                    div.runner-go {
                        @if let Some((title, href)) = &self.next {
                            (Button::primary(&runner::next_task(lang, title).to_string()).href(href).wide())
                            (Button::quiet(runner::to_page(lang)).href(&self.around.room).wide())
                        } @else { (Button::primary(runner::to_page(lang)).href(&self.around.room).wide()) }
                    }
                    @if !self.files.is_empty() {
                        details.runner-answers { summary { (Icon::ChevronOn) (words::your_files(lang)) } (self.files(false)) }
                    }
                }
            }
            RequestView::Declined => self.around.declined(),
            RequestView::Withdrawn => self.around.withdrawn(),
        }
    }

    fn send(&self, judged: bool) -> Markup {
        let lang = self.around.lang;
        let missing = u64::from(self.request.min).saturating_sub(self.files.len() as u64);
        html! {
            header.runner-head {
                h1 dir="auto" { (self.around.title) }
                (self.around.deadline())
            }
            @if let Some(reason) = &self.reason {
                (Banner { icon: Some(Icon::Undo), ..Banner::new(Tone::Warn, html! {
                    p { strong { (words::sent_back(lang, self.around.agent())) } }
                    p dir="auto" { (reason) }
                }) })
            }
            @if self.around.title != self.request.what { p dir="auto" { (self.request.what) } }
            @if let Some(text) = &self.request.instructions { div.runner-text dir="auto" { (paragraphs(text)) } }
            (self.adding())
            form.runner-form id="send" method="post" action={ (self.around.path) "/complete" (self.around.query) } data-waiting=(words::waiting(lang)) {
                (token_field(self.around.csrf.as_deref()))
                div.runner-go {
                    p.field-error.request-missing id="missing" role="alert" hidden[!judged || missing == 0] { (Icon::Alert) span { (words::more_needed(lang, missing)) } }
                    (Button::primary(words::send(lang)).wide())
                    p.small.muted { (words::send_text(lang, self.around.agent())) }
                }
            }
            (self.around.decline("", false))
        }
    }

    /// The files and what adds to them: the part that the script takes from each answer.
    fn adding(&self) -> Markup {
        let lang = self.around.lang;
        let is_full = self.files.len() >= self.request.max as usize;
        let accept = match (self.takes(Accepted::Image), self.takes(Accepted::Pdf)) {
            (true, false) => PICTURES.to_owned(),
            (false, true) => PDF.to_owned(),
            _ => format!("{PICTURES},{PDF}"),
        };
        html! {
            section.request id="files" aria-label=(words::your_files(lang)) data-uploads=(self.uploads) data-files={ (self.around.path) "/files" (self.around.query) }
                data-csrf=[self.around.csrf.as_deref()] data-accept=(accept) data-max=(self.request.max)
                data-preparing=(words::preparing(lang)) data-uploading=(words::uploading(lang, "{n}").plain()) data-checking=(words::checking(lang))
                data-stopped=(words::stopped(lang)) data-failed=(words::failed(lang)) data-slow=(words::slow(lang)) data-full=(words::full(lang))
                data-only=(self.only()) data-too-large=(words::too_large(lang)) data-empty=(words::empty(lang)) data-damaged=(words::damaged(lang))
                data-stop=(words::stop(lang)) data-again=(shared::try_again(lang)) data-remove=(words::remove(lang))
                data-added=(words::added(lang)) data-moved=(words::moved(lang)) data-removed=(words::removed(lang)) {
                (self.files(true))
                ul.request-coming id="coming" {}
                @if is_full { p.small.muted { (words::full(lang)) } } @else {
                    div.request-add hidden data-scripted {
                        @if self.takes(Accepted::Image) {
                            label.button.request-camera.button-primary[self.files.len() < self.request.min as usize] for="camera" { (Icon::Camera) span { (words::take(lang)) } }
                            input.unseen id="camera" type="file" accept=(PICTURES) capture="environment" aria-describedby="kinds";
                        }
                        label.button for="pick" { (Icon::Upload) span { (words::choose(lang)) } }
                        input.unseen id="pick" type="file" accept=(accept) multiple[self.request.max > 1] aria-describedby="kinds";
                    }
                    p.small.muted id="kinds" { (self.kinds()) @if self.request.min > 1 { " " (words::at_least(lang, u64::from(self.request.min))) } }
                    noscript { (Banner::new(Tone::Warn, html! { p { (words::no_script(lang)) } })) }
                }
                input.unseen id="other" type="file" accept=(accept) tabindex="-1" aria-hidden="true";
            }
            p.unseen id="said" role="status" {}
        }
    }

    fn files(&self, editable: bool) -> Markup {
        let lang = self.around.lang;
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
        let lang = self.around.lang;
        let button = |what: &str, icon: Icon, label: &str, off: bool| {
            html! {
                button.button.button-quiet.button-icon name="do" value=(what) title=(label) disabled[off] data-key={ (what) "-" (file.id) } { (icon) span.unseen { (label) " " (at + 1) } }
            }
        };
        html! {
            form.request-moves method="post" action={ (self.around.path) "/files" (self.around.query) } {
                (token_field(self.around.csrf.as_deref()))
                input type="hidden" name="file" value=(file.id);
                @if last > 0 {
                    span.request-up { (button("earlier", Icon::ChevronOn, words::earlier(lang), at == 0)) }
                    span.request-down { (button("later", Icon::ChevronOn, words::later(lang), at == last)) }
                }
                button.button.button-quiet.button-icon type="button" hidden data-scripted data-replace=(file.id) title=(words::replace(lang)) { (Icon::Refresh) span.unseen { (words::replace(lang)) " " (at + 1) } }
                (button("remove", Icon::Trash, words::remove(lang), false))
            }
        }
    }

    /// Every page of a request.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let file = |n: u32, name: &str, pages| RequestedFile {
            id: format!("up_{n:016}"),
            name: name.to_owned(),
            size: 840_000,
            pages,
            thumbnail: (n == 1).then(|| "/static/sample-page-1.svg".to_owned()),
        };
        let request = Request {
            what: "Your passport".to_owned(),
            instructions: Some(
                "Lay it flat, with enough light.\nAll four corners have to be in the picture.".to_owned(),
            ),
            accept: vec![Accepted::Image, Accepted::Pdf],
            min: 2,
            max: 4,
        };
        let page = |lang, files: Vec<RequestedFile>, view| Self {
            around: Around { csrf: Some("csrf".to_owned()), ..Around::sample(lang, "Your passport") },
            uploads: "/r/session/uploads".to_owned(),
            request: request.clone(),
            files,
            reason: None,
            view,
            not_taken: None,
            fault: None,
            next: None,
        };
        let send = RequestView::Send { judged: false };
        let two = || {
            vec![
                file(1, "IMG_4711.jpg", None),
                file(2, "a-name-that-is-much-longer-than-there-is-room-for.pdf", Some(3)),
            ]
        };
        let full = || [two(), two()].concat();
        let back = Some("The second page is cut off at the right.".to_owned());
        vec![
            ("request", page(Lang::En, vec![], send)),
            ("request-files", page(Lang::En, two(), send)),
            {
                let mut full = page(Lang::De, full(), send);
                full.around.due = Some(Timestamp::UNIX_EPOCH);
                ("request-full", full)
            },
            ("request-sent-back", Self { reason: back, ..page(Lang::En, two(), send) }),
            (
                "request-missing",
                page(Lang::Fr, vec![file(1, "IMG_4711.jpg", None)], RequestView::Send { judged: true }),
            ),
            ("request-fault", Self { fault: Some(FileFault::Heic), ..page(Lang::Es, two(), send) }),
            ("request-right-to-left", page(Lang::Ar, two(), send)),
            ("request-read-only", page(Lang::En, two(), RequestView::ReadOnly)),
            ("request-done", page(Lang::En, two(), RequestView::Done { accepted: false })),
            ("request-accepted", page(Lang::En, two(), RequestView::Done { accepted: true })),
            ("request-declined", page(Lang::En, vec![], RequestView::Declined)),
            ("request-withdrawn", page(Lang::En, vec![], RequestView::Withdrawn)),
        ]
    }
}
