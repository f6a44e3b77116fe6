//! A document in front of its customer (R21): filled in page by page, looked over, signed; and what comes after that.
//!
//! Complete without a script: the picture of a page, with a number at each place, and the fields with the same numbers in a list.
//! With one, `document.js` lays the same fields over the picture and saves as one goes.

mod blank;
pub(super) mod ink;
mod samples;

use maud::{Markup, html};
use parlor_form::FieldKind;

pub(crate) use blank::humanised;
pub use blank::{Blank, Filled, blank_fault_words, field_label};

use super::around::{Around, kept, not_taken};
use super::pad::pad;
use super::page::token_field;
use super::runner::NotTaken;
use crate::components::{Banner, Button, Icon, Tone};
use crate::words::{document as words, runner};

/// A page of the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// The address of its picture, where it could be drawn.
    pub picture: Option<String>,
    /// In points, as it is shown.
    pub width: f32,
    /// In points, as it is shown.
    pub height: f32,
}

/// The completed document, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedFile {
    /// It is being completed and signed.
    Coming,
    Ready {
        /// Where it is downloaded from.
        href: String,
        /// In bytes.
        size: u64,
    },
    /// It could not be made. What was filled in is kept.
    Failed,
}

/// What of the document is on the page.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentView {
    /// Its pages to fill in.
    Fill {
        /// The one that is shown without a script, from 1.
        page: usize,
    },
    /// All of it with its values, before it is signed.
    Review {
        /// Whether the customer wanted to sign it and something was missing.
        judged: bool,
        /// The reason for declining, where it was refused.
        reason: String,
    },
    /// The tier, or the document, is for reading only.
    ReadOnly,
    /// The customer completed it; the signed file may still be on its way.
    Done {
        file: SignedFile,
        /// Title and address of what to do next.
        next: Option<(String, String)>,
    },
    Declined,
    Withdrawn,
}

/// GET `/r/{session}/i/{interaction}` of a document, `?page=N` for one of its pages and `?page=review` for the review; and the
/// answers to its forms that were refused.
///
/// The form posts to `{path}/save`: `page`, `go` (`next`, `back`, `later`, `review`), and the fields as [`Blank`] says. A script
/// posts those that were changed, without `go`, and takes JSON: `{"progress":{"done","of"},"wrong":{name: words}}`.
#[derive(Debug, Clone)]
pub struct DocumentPage {
    pub around: Around,
    /// The customer's name, with which a typed signature begins.
    pub customer: String,
    /// In order. Empty where there is nothing left to see.
    pub leaves: Vec<Leaf>,
    /// In the order of the pages, and on a page in the order in which they are filled in.
    pub blanks: Vec<Blank>,
    pub view: DocumentView,
    pub not_taken: Option<NotTaken>,
    /// What was typed on a page that takes nothing any more, for reading and copying.
    pub kept: Vec<(String, String)>,
}

impl DocumentPage {
    pub fn render(&self) -> Markup {
        let fills = matches!(self.view, DocumentView::Fill { .. });
        let save = format!("{}/save{}", self.around.path, self.around.query);
        let body = html! {
            main class=(if fills { "doc-main" } else { "runner-main" }) id="runner" data-own=[self.around.path.rsplit('/').next()] data-waits[!self.around.after.is_empty()] data-save=[fills.then_some(save)] {
                @if let DocumentView::Fill { page } = self.view { (self.fill(page)) } @else {
                    (self.around.nav(false))
                    (self.not_taken())
                    (self.view())
                }
            }
        };
        self.around.page(
            ["document.css", "document.js"],
            if fills { "runner document filling" } else { "runner document" },
            None,
            body,
        )
    }

    fn not_taken(&self) -> Markup {
        html! {
            @if let Some(why) = self.not_taken { (not_taken(self.around.lang, why)) }
            @if !self.kept.is_empty() { (kept(self.around.lang, &self.kept)) }
        }
    }

    fn view(&self) -> Markup {
        match &self.view {
            DocumentView::Fill { .. } => html! {},
            DocumentView::Review { judged, reason } => self.review(*judged, reason),
            DocumentView::ReadOnly => html! {
                header.runner-head { h1 dir="auto" { (self.around.title) } }
                (self.around.only_read())
                (self.shown_leaves(false))
            },
            DocumentView::Done { file, next } => self.done(file, next.as_ref()),
            DocumentView::Declined => self.around.declined(),
            DocumentView::Withdrawn => self.around.withdrawn(),
        }
    }

    /// The address of a page, from 1; of the review for none.
    fn at(&self, page: Option<usize>) -> String {
        let join = if self.around.query.is_empty() { "?" } else { "&" };
        let page = page.map_or_else(|| "review".to_owned(), |page| page.to_string());
        format!("{}{}{join}page={page}", self.around.path, self.around.query)
    }

    /// The blanks of a page with their places in [`blanks`](Self::blanks).
    fn on_page(&self, page: usize) -> impl Iterator<Item = (usize, &Blank)> {
        self.blanks.iter().enumerate().filter(move |(_, blank)| blank.field.page as usize == page)
    }

    fn signs(&self) -> bool {
        self.blanks.iter().any(|blank| blank.field.kind.is_signed())
    }

    fn fill(&self, page: usize) -> Markup {
        let lang = self.around.lang;
        let of = self.leaves.len().max(1);
        let page = page.clamp(1, of);
        let wrong = self.blanks.iter().filter(|blank| blank.wrong.is_some()).count() as u64;
        html! {
            div.doc-nav {
                a.button.button-quiet.button-icon.doc-back href=(self.around.room) title=(self.around.back_label()) { (Icon::ArrowBack) span.unseen { (self.around.back_label()) } }
                div.doc-head {
                    h1.doc-title dir="auto" { (self.around.title) }
                    div.doc-where { p.small.muted id="where" { (words::page_of(lang, page, of)) } (self.around.saved()) }
                }
                div.doc-zoom id="zoom" role="group" aria-label=(words::zoom(lang)) hidden {
                    button.button.button-quiet.button-icon type="button" data-do="zoom-out" title=(words::zoom_out(lang)) { (Icon::Minus) span.unseen { (words::zoom_out(lang)) } }
                    button.button.button-quiet.button-icon type="button" data-do="zoom-in" title=(words::zoom_in(lang)) { (Icon::Add) span.unseen { (words::zoom_in(lang)) } }
                }
            }
            div.doc-scroll id="scroll" {
                (self.not_taken())
                @if wrong > 0 {
                    (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (words::wrong_fields(lang, wrong)) } }) })
                }
                @if page == 1 { (self.around.deadline()) }
                form.runner-form.doc-form method="post" action={ (self.around.path) "/save" (self.around.query) } novalidate data-step="document" {
                    (token_field(self.around.csrf.as_deref()))
                    input type="hidden" name="page" value=(page);
                    div.doc-leaves id="leaves" dir="ltr" {
                        @for n in 1..=self.leaves.len() {
                            @if n == page { (self.leaf(n)) } @else { template data-leaf=(n) { (self.leaf(n)) } }
                        }
                    }
                    div.runner-go.doc-plain {
                        (Button::primary(if page == of { words::check(lang) } else { words::next_page(lang) }).value("go", "next").wide())
                        div.runner-also {
                            @if page > 1 { (Button::quiet(words::previous_page(lang)).value("go", "back").icon(Icon::ArrowBack)) }
                            (Button::quiet(runner::later(lang)).value("go", "later"))
                        }
                    }
                }
                div.doc-decline { (self.around.decline("", false)) }
            }
            (self.bar())
            @if self.signs() { (pad(lang, &self.customer)) }
        }
    }

    /// What leads from field to field. The script fills it.
    fn bar(&self) -> Markup {
        let lang = self.around.lang;
        html! {
            div.doc-bar id="bar" role="region" aria-label=(words::guide(lang)) data-progress=(words::progress(lang, "{n}", "{total}").plain()) data-next=(words::next_field(lang, "{field}").plain())
                data-page=(words::page_of(lang, "{n}", "{total}").plain()) data-start=(words::start(lang)) data-check=(words::check(lang)) data-review=(self.at(None))
                data-waits=(words::check_waits(lang)) hidden {
                div.doc-bar-left {
                    p.small id="bar-left" role="status" {}
                    progress id="bar-progress" value="0" max="1" aria-label=(words::guide(lang)) {}
                }
                button.button.button-primary id="bar-next" type="button" { span dir="auto" {} (Icon::ChevronDown) }
            }
        }
    }

    /// A page to fill in.
    fn leaf(&self, n: usize) -> Markup {
        let lang = self.around.lang;
        let of = self.leaves.len();
        let leaf = &self.leaves[n - 1];
        let said = words::page_of(lang, n, of).to_string();
        let numbered = self.numbered(n);
        html! {
            section.leaf id={ "leaf-" (n) } data-leaf=(n) data-width=(leaf.width) data-height=(leaf.height) data-bare[leaf.picture.is_none()] aria-label=(said) {
                (self.paper(n, html! { (ink::marks(leaf, numbered.iter().map(|(number, _, blank)| (*number, *blank)))) }))
                @if numbered.is_empty() { p.small.muted.doc-plain dir=(lang.dir()) { (words::nothing_here(lang)) } }
                ol.blanks dir=(lang.dir()) data-sign=(words::sign_here(lang)) data-initial=(words::initial_here(lang)) {
                    @for (number, group, blank) in &numbered {
                        @if self.is_first_of_name(*group) { (blank.ask(lang, *group, *number, &self.group(n, blank))) } @else { (blank.again(lang, *group)) }
                    }
                }
            }
        }
    }

    /// A page's picture, with what lies over it.
    fn paper(&self, n: usize, over: Markup) -> Markup {
        let lang = self.around.lang;
        let leaf = &self.leaves[n - 1];
        let (width, height) = (leaf.width.round(), leaf.height.round());
        html! {
            div.paper {
                @if let Some(picture) = &leaf.picture {
                    // Further down, it is loaded when it is about to be seen.
                    img src=(picture) width=(width) height=(height) alt=(words::picture(lang, n)) loading=[(n > 1).then_some("lazy")] decoding="async" referrerpolicy="no-referrer";
                } @else {
                    svg.paper-none viewBox={ "0 0 " (width) " " (height) } aria-hidden="true" {}
                    p.paper-words.small dir=(lang.dir()) { (words::no_picture(lang)) }
                }
                (over)
            }
        }
    }

    /// The places of a page with the numbers that they have on it: one for each name, in the order of the list. Of a group's
    /// buttons the first.
    fn numbered(&self, page: usize) -> Vec<(usize, usize, &Blank)> {
        let mut numbered: Vec<(usize, usize, &Blank)> = Vec::new();
        let mut last = 0;
        for (at, blank) in self.on_page(page) {
            let same = numbered.iter().find(|(_, _, other)| other.field.name == blank.field.name);
            match same {
                Some(_) if blank.field.kind == FieldKind::Radio => {}
                Some((number, ..)) => numbered.push((*number, at, blank)),
                None => {
                    last += 1;
                    numbered.push((last, at, blank));
                }
            }
        }
        numbered
    }

    /// The buttons of a radio's group on a page, with their places in [`blanks`](Self::blanks).
    fn group(&self, page: usize, blank: &Blank) -> Vec<(usize, &Blank)> {
        let is_radio = blank.field.kind == FieldKind::Radio;
        self.on_page(page).filter(|(_, other)| is_radio && other.field.name == blank.field.name).collect()
    }

    /// Whether this is the first place of its name on its page: the others show the same.
    fn is_first_of_name(&self, at: usize) -> bool {
        let blank = &self.blanks[at];
        let first = self.on_page(blank.field.page as usize).find(|(_, other)| other.field.name == blank.field.name);
        first.is_none_or(|(first, _)| first == at)
    }

    /// The names of a page that have a value or need one, each once.
    fn entered(&self, page: usize) -> Vec<&Blank> {
        let mut entered: Vec<&Blank> = Vec::new();
        for (_, blank) in self.on_page(page) {
            if !entered.iter().any(|other| other.field.name == blank.field.name) {
                entered.push(blank);
            }
        }
        entered
    }

    /// Every page with its values, to be looked at; with a way back to each where it can be changed.
    fn shown_leaves(&self, editable: bool) -> Markup {
        let lang = self.around.lang;
        let of = self.leaves.len();
        html! {
            div.doc-shown {
                @for n in 1..=of {
                    @let entered = self.entered(n);
                    @let missing: Vec<&&Blank> = entered.iter().filter(|blank| blank.wrong.is_some()).collect();
                    section.doc-shown-leaf aria-label=(words::page_of(lang, n, of)) {
                        div.runner-section-head {
                            h2 { (words::page_of(lang, n, of)) }
                            @if editable { a.runner-change href=(self.at(Some(n))) { (runner::change(lang)) span.unseen { ": " (words::page_of(lang, n, of)) } } }
                        }
                        @if !missing.is_empty() {
                            ul.doc-missing {
                                @for blank in missing { li { a href=(self.at(Some(n))) { (Icon::Alert) span dir="auto" { (blank.label(lang)) } } } }
                            }
                        }
                        div dir="ltr" { (self.paper(n, ink::values(&self.leaves[n - 1], self.on_page(n).map(|(_, blank)| blank)))) }
                        @if !entered.is_empty() {
                            details.runner-answers {
                                summary.fold { (Icon::ChevronOn) (words::entered(lang)) }
                                dl.answers { @for blank in entered { div { dt dir="auto" { (blank.label(lang)) } dd dir="auto" { (blank.said(lang)) } } } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn review(&self, judged: bool, reason: &str) -> Markup {
        let lang = self.around.lang;
        let signs = self.signs();
        let missing: usize =
            (1..=self.leaves.len()).flat_map(|page| self.entered(page)).filter(|blank| blank.wrong.is_some()).count();
        let tone = if judged { Tone::Bad } else { Tone::Warn };
        html! {
            header.runner-head {
                p.runner-what.small.muted dir="auto" { (self.around.title) }
                h1 { (words::check(lang)) }
                p { (words::check_text(lang)) }
            }
            @if missing > 0 {
                (Banner { role: judged.then_some("alert"), ..Banner::new(tone, html! { p { (words::missing_fields(lang, missing as u64)) } }) })
            }
            (self.shown_leaves(true))
            form.runner-form.doc-sign method="post" action={ (self.around.path) "/complete" (self.around.query) } {
                (token_field(self.around.csrf.as_deref()))
                (self.around.as_seen())
                div.runner-go {
                    p { @if signs { (words::finish_text(lang, &self.customer, self.around.agent())) } @else { (words::complete_text(lang, self.around.agent())) } }
                    (Button::primary(if signs { words::finish(lang) } else { words::complete(lang) }).wide())
                    div.runner-also {
                        (Button::quiet(words::go_on(lang)).href(&self.at(Some(1))).icon(Icon::ArrowBack))
                        (Button::quiet(runner::later(lang)).href(&self.around.room))
                    }
                }
            }
            (self.around.decline(reason, self.not_taken == Some(NotTaken::Reason)))
        }
    }

    fn done(&self, file: &SignedFile, next: Option<&(String, String)>) -> Markup {
        let lang = self.around.lang;
        html! {
            header.runner-head.runner-done {
                span.emblem.emblem-good { (Icon::CheckCircle) }
                h1 { (words::done_title(lang)) }
                p.runner-what.muted dir="auto" { (self.around.title) }
                p { (words::done_text(lang, self.around.agent())) }
            }
            @match file {
                SignedFile::Ready { href, size } => {
                    div.card.doc-file {
                        span.work-icon { (Icon::Document) }
                        div.doc-file-main { p dir="auto" { (self.around.title) } p.small.muted { "PDF · " (file_size(*size)) } }
                        (Button::plain(words::download(lang)).href(href).icon(Icon::Download))
                    }
                }
                SignedFile::Failed => {
                    (Banner::new(Tone::Warn, html! { strong { (words::file_failed(lang)) } p { (words::file_failed_text(lang, self.around.agent())) } }))
                }
                SignedFile::Coming => {
                    div.card.doc-file data-coming role="status" {
                        span.work-icon { (Icon::Clock) }
                        div.doc-file-main { p { (words::file_coming(lang)) } p.small.muted { (words::file_coming_text(lang)) } }
                        noscript { (Button::plain(words::file_look(lang)).href(&format!("{}{}", self.around.path, self.around.query)).icon(Icon::Refresh)) }
                    }
                }
            }
            div.runner-go {
                @if let Some((title, href)) = next {
                    @let label = if self.around.within.is_some() { runner::go_on_with(lang, title) } else { runner::next_task(lang, title) };
                    (Button::primary(&label.to_string()).href(href).wide())
                    @if self.around.within.is_none() { (Button::quiet(runner::to_page(lang)).href(&self.around.room).wide()) }
                } @else { (Button::primary(runner::to_page(lang)).href(&self.around.room).wide()) }
            }
            @if !self.leaves.is_empty() {
                details.runner-answers { summary.fold { (Icon::ChevronOn) (words::see_document(lang)) } (self.shown_leaves(false)) }
            }
        }
    }

    /// Every page of a document.
    pub fn samples() -> Vec<(&'static str, Self)> {
        samples::samples()
    }
}

/// A file's size as people say it.
pub(crate) fn file_size(bytes: u64) -> String {
    const THOUSAND: u64 = 1_000;
    match bytes.div_ceil(THOUSAND) {
        thousands if thousands < THOUSAND => format!("{thousands} KB"),
        thousands => format!("{}.{} MB", thousands / THOUSAND, thousands % THOUSAND / 100),
    }
}
