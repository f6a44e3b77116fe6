//! Photos and files that were asked for (R21), as the customer sends them: taken or chosen, put in order, sent for good.
//!
//! The script sends files to where the server says. Moving, removing and sending for good are forms, with a script and without.

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::interaction::{Accepted, Request};

use super::around::{Around, not_taken};
use super::document::file_size;
use super::files::{Coming, FileBox, FileFault, RequestedFile};
use super::page::{paragraphs, token_field};
use super::runner::NotTaken;
use crate::components::{Banner, Button, Icon, Tone};
use crate::lang::Lang;
use crate::words::{asking, request as words, runner};

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

/// All that was sent as one PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinedFile {
    Coming,
    Ready {
        /// Where it is downloaded.
        href: String,
        /// In bytes.
        size: u64,
        pages: u32,
        /// How many files could not be put in.
        left_out: u32,
    },
}

/// GET `/r/{session}/i/{interaction}` of a request, and the answers to its forms that were refused.
#[derive(Debug, Clone)]
pub struct RequestPage {
    pub around: Around,
    /// Where the script announces files.
    pub uploads: String,
    pub request: Request,
    pub files: Vec<RequestedFile>,
    /// Once it was sent; none where there is nothing to join, or it could not be.
    pub joined: Option<JoinedFile>,
    /// Why it was sent back.
    pub reason: Option<String>,
    pub view: RequestView,
    pub not_taken: Option<NotTaken>,
    pub fault: Option<FileFault>,
    /// A file that was sent without a script.
    pub coming: Option<Coming>,
    /// Where the customer goes on once it is sent: what it is called, and its address.
    pub next: Option<(String, String)>,
}

impl RequestPage {
    pub fn render(&self) -> Markup {
        let lang = self.around.lang;
        let body = html! {
            main.runner-main id="runner" data-own=[self.around.path.rsplit('/').next()] data-waits[!self.around.after.is_empty()] {
                (self.around.nav(false))
                @if let Some(why) = self.not_taken { (not_taken(lang, why)) }
                @if let Some(fault) = self.fault { (self.files().fault(fault)) }
                (self.view())
            }
        };
        let refresh = self.coming.as_ref().and_then(Coming::refresh);
        self.around.page(["request.css", "request.js"], "runner", refresh, body)
    }

    fn files(&self) -> FileBox<'_> {
        let Self { around, uploads, request, files, coming, .. } = self;
        FileBox { around, uploads, request, files, question: None, coming: coming.as_ref() }
    }

    fn view(&self) -> Markup {
        let lang = self.around.lang;
        match self.view {
            RequestView::Send { judged } => self.send(judged),
            RequestView::ReadOnly => html! {
                header.runner-head { h1 dir="auto" { (self.around.title) } }
                (self.around.only_read())
                (self.files().files(false))
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
                    (self.joined())
                    div.runner-go {
                        @if let Some((title, href)) = &self.next {
                            (Button::primary(&runner::next_task(lang, title).to_string()).href(href).wide())
                            (Button::quiet(runner::to_page(lang)).href(&self.around.room).wide())
                        } @else { (Button::primary(runner::to_page(lang)).href(&self.around.room).wide()) }
                    }
                    @if !self.files.is_empty() {
                        details.runner-answers { summary.fold { (Icon::ChevronOn) (words::your_files(lang)) } (self.files().files(false)) }
                    }
                }
            }
            RequestView::Declined => self.around.declined(),
            RequestView::Withdrawn => self.around.withdrawn(),
        }
    }

    fn joined(&self) -> Markup {
        let lang = self.around.lang;
        html! {
            @match &self.joined {
                None => {}
                Some(JoinedFile::Ready { href, size, pages, left_out }) => {
                    div.card.doc-file {
                        span.work-icon { (Icon::Document) }
                        div.doc-file-main {
                            p { (words::joined(lang)) }
                            p.small.muted { "PDF · " (asking::pages(lang, u64::from(*pages))) " · " (file_size(*size)) }
                            @if *left_out > 0 { p.small { (words::left_out(lang, u64::from(*left_out))) } }
                        }
                        (Button::plain(words::download(lang)).href(href).icon(Icon::Download))
                    }
                }
                Some(JoinedFile::Coming) => {
                    div.card.doc-file data-coming role="status" {
                        span.work-icon { (Icon::Clock) }
                        div.doc-file-main { p { (words::joining(lang)) } p.small.muted { (words::joining_text(lang)) } }
                        noscript { (Button::plain(words::joined_look(lang)).href(&format!("{}{}", self.around.path, self.around.query)).icon(Icon::Refresh)) }
                    }
                }
            }
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
            (self.files().adding())
            p.unseen id="said" role="status" {}
            form id="change-files" method="post" action={ (self.around.path) "/files" (self.around.query) } { (token_field(self.around.csrf.as_deref())) }
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
            joined: None,
            reason: None,
            view,
            not_taken: None,
            fault: None,
            coming: None,
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
        let joined = |left_out| {
            let href = "/r/session/i/1/result".to_owned();
            Some(JoinedFile::Ready { href, size: 1_640_000, pages: 4, left_out })
        };
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
            ("request-checking", Self { coming: Some(Coming::sample_checking()), ..page(Lang::De, two(), send) }),
            ("request-checked", Self { coming: Some(Coming::sample_ready()), ..page(Lang::En, two(), send) }),
            ("request-right-to-left", page(Lang::Ar, two(), send)),
            ("request-read-only", page(Lang::En, two(), RequestView::ReadOnly)),
            (
                "request-done",
                Self {
                    joined: Some(JoinedFile::Coming),
                    ..page(Lang::En, two(), RequestView::Done { accepted: false })
                },
            ),
            (
                "request-accepted",
                Self { joined: joined(0), ..page(Lang::En, two(), RequestView::Done { accepted: true }) },
            ),
            (
                "request-left-out",
                Self { joined: joined(1), ..page(Lang::De, two(), RequestView::Done { accepted: false }) },
            ),
            ("request-declined", page(Lang::En, vec![], RequestView::Declined)),
            ("request-withdrawn", page(Lang::En, vec![], RequestView::Withdrawn)),
        ]
    }
}
