//! All finished files of a session as one archive (R21): coming, or there.

use maud::{Markup, html};

use super::bare;
use crate::components::{Button, Icon};
use crate::customer::file_size;
use crate::lang::Lang;
use crate::words::{archive as words, console};

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveView {
    Coming,
    Ready {
        /// Where it is downloaded, for a few minutes.
        href: String,
        /// In bytes.
        size: u64,
        files: u32,
        /// How many files were not there any more.
        missing: u32,
    },
}

/// GET `/v1/sessions/{id}/archives/{aid}` in a browser.
#[derive(Debug, Clone)]
pub struct ArchivePage {
    pub lang: Lang,
    /// This page, for who looks again.
    pub here: String,
    /// The session's room.
    pub room: String,
    pub view: ArchiveView,
}

impl ArchivePage {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let (icon, title) = match self.view {
            ArchiveView::Coming => (Icon::Clock, words::coming(lang)),
            ArchiveView::Ready { .. } => (Icon::CheckCircle, words::ready(lang)),
        };
        let body = html! {
            div.door-icon { (icon) }
            h1 { (title) }
            @match &self.view {
                ArchiveView::Coming => {
                    div.stack-tight role="status" data-coming=(self.here) { p.muted { (words::coming_text(lang)) } }
                    div.row {
                        (Button::plain(words::look(lang)).icon(Icon::Refresh).href(&self.here))
                        (Button::quiet(console::to_room(lang)).href(&self.room))
                    }
                }
                ArchiveView::Ready { href, size, files, missing } => {
                    div.stack-tight {
                        p { (words::files(lang, u64::from(*files))) " · " (file_size(*size)) }
                        @if *missing > 0 { p { (words::missing(lang, u64::from(*missing))) } }
                        p.muted { (words::ready_text(lang)) }
                    }
                    div.row {
                        (Button::primary(words::download(lang)).icon(Icon::Download).href(href))
                        (Button::quiet(console::to_room(lang)).href(&self.room))
                    }
                }
            }
        };
        bare::page(lang, title, None, body)
    }

    /// Both, and one with a file that is gone.
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |lang, view| Self {
            lang,
            here: "/v1/sessions/k3j9d2m5n8/archives/9f86".to_owned(),
            room: "/console/s/k3j9d2m5n8".to_owned(),
            view,
        };
        let ready = |missing| ArchiveView::Ready { href: "/packed.zip".to_owned(), size: 2_640_000, files: 4, missing };
        vec![
            ("archive-coming", page(Lang::En, ArchiveView::Coming)),
            ("archive", page(Lang::En, ready(0))),
            ("archive-missing", page(Lang::De, ready(1))),
            ("archive-right-to-left", page(Lang::Ar, ready(2))),
        ]
    }
}
