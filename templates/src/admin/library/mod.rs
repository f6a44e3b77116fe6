//! A team's library (`/admin/library`): what is in it. The page of an entry is [`entry`].

mod entry;

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::library::{EntryKind, EntryState};

pub use entry::{AskedFor, DocumentFacts, EntryPage, EntryStanding};

use super::frame::{Frame, InFrame, Section};
use super::people::TeamName;
use crate::components::{Banner, Button, Icon, Tone, chip, empty};
use crate::lang::Lang;
use crate::times;
use crate::words::library as words;

/// An entry in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryRow {
    pub id: String,
    pub kind: EntryKind,
    pub title: String,
    pub state: EntryState,
    /// Something was changed since it was published.
    pub changed: bool,
    /// The newest version that was published.
    pub version: Option<u32>,
    /// How often it was sent; nothing for what is not counted.
    pub used: Option<u64>,
    pub updated_at: Timestamp,
    /// The name of who did; none for a program.
    pub by: Option<String>,
}

/// The library of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryPage {
    pub frame: Frame,
    /// Whose library it is.
    pub team: String,
    /// Those whose library the reader may look at.
    pub teams: Vec<TeamName>,
    /// What the list is narrowed to.
    pub kind: Option<EntryKind>,
    pub rows: Vec<LibraryRow>,
    /// The entry that the next page goes on behind.
    pub next: Option<String>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

const fn icon(kind: EntryKind) -> Icon {
    match kind {
        EntryKind::Text => Icon::Chat,
        EntryKind::Workflow => Icon::Flow,
        EntryKind::Document => Icon::Document,
        EntryKind::Request => Icon::Camera,
    }
}

const fn kind_word(lang: Lang, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Text => words::text(lang),
        EntryKind::Workflow => words::workflow(lang),
        EntryKind::Document => words::document(lang),
        EntryKind::Request => words::request(lang),
    }
}

const fn kinds_word(lang: Lang, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Text => words::texts(lang),
        EntryKind::Workflow => words::workflows(lang),
        EntryKind::Document => words::documents(lang),
        EntryKind::Request => words::requests(lang),
    }
}

const fn new_word(lang: Lang, kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Text => words::new_text(lang),
        EntryKind::Workflow => words::new_workflow(lang),
        EntryKind::Document => words::new_document(lang),
        EntryKind::Request => words::new_request(lang),
    }
}

fn state_chip(lang: Lang, state: EntryState) -> Markup {
    match state {
        EntryState::Draft => chip(None, Some(Icon::Edit), words::draft(lang)),
        EntryState::Published => chip(Some(Tone::Good), Some(Icon::Check), words::published(lang)),
        EntryState::Archived => chip(None, Some(Icon::Lock), words::archived(lang)),
    }
}

fn done_banner(lang: Lang, done: &str) -> Markup {
    let said = match done {
        "saved" => words::done_saved(lang),
        "published" => words::done_published(lang),
        "archived" => words::done_archived(lang),
        "restored" => words::done_restored(lang),
        "removed" => words::done_removed(lang),
        _ => return html! {},
    };
    html! { (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (said) } }) }) }
}

impl LibraryPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::library(lang),
            class: "page-library",
            script: "admin.js",
            main: html! {
                div.people {
                    div.people-head {
                        header { h1 { (words::library(lang)) } p.muted { (words::lead(lang)) } }
                        div.people-actions {
                            @for kind in EntryKind::ALL {
                                @let address = format!("/admin/library/new?kind={}&team={}", kind.as_str(), self.team);
                                (Button::plain(new_word(lang, kind)).icon(icon(kind)).href(&address))
                            }
                        }
                    }
                    (done_banner(lang, &self.done))
                    (self.narrowing())
                    @if self.rows.is_empty() {
                        (empty(Icon::Document, words::none(lang), words::none_help(lang), None))
                    } @else {
                        ul.card.people-list { @for row in &self.rows { (self.row(row)) } }
                    }
                    @if let Some(next) = &self.next {
                        p { (Button::plain(words::more(lang)).href(&format!("{}&after={next}", self.address(self.kind)))) }
                    }
                }
            },
        })
    }

    fn address(&self, kind: Option<EntryKind>) -> String {
        let kind = kind.map(|kind| format!("&kind={}", kind.as_str())).unwrap_or_default();
        format!("/admin/library?team={}{kind}", self.team)
    }

    /// Which team, and which kind.
    fn narrowing(&self) -> Markup {
        let lang = self.frame.lang;
        let kinds = [None].into_iter().chain(EntryKind::ALL.map(Some));
        html! {
            div.library-narrowing {
                nav.tabs aria-label=(words::library(lang)) {
                    @for kind in kinds {
                        a.tab href=(self.address(kind)) aria-current=[(kind == self.kind).then_some("page")] {
                            (kind.map_or(words::all(lang), |kind| kinds_word(lang, kind)))
                        }
                    }
                }
                @if self.teams.len() > 1 {
                    form.people-search method="get" action="/admin/library" {
                        @if let Some(kind) = self.kind { input type="hidden" name="kind" value=(kind.as_str()); }
                        label.unseen for="team" { (words::team(lang)) }
                        select.input id="team" name="team" {
                            @for team in &self.teams { option value=(team.id) selected[team.id == self.team] { (team.name) } }
                        }
                        (Button::plain(words::show(lang)))
                    }
                }
            }
        }
    }

    fn row(&self, row: &LibraryRow) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let when = times::date(lang, row.updated_at, now);
        html! {
            li {
                a.list-row.people-row.library-row href={ "/admin/library/" (row.id) } {
                    span.library-icon { (icon(row.kind)) }
                    span.list-row-main {
                        strong { bdi { (row.title) } }
                        span.small.muted {
                            (kind_word(lang, row.kind)) " · "
                            @if let Some(version) = row.version { (words::version(lang, &version.to_string())) " · " }
                            @if let Some(used) = row.used { (words::sent(lang, &used.to_string())) " · " }
                            (words::updated(lang, &when, row.by.as_deref().unwrap_or(words::program(lang))))
                        }
                    }
                    span.people-state {
                        @if row.changed && row.state == EntryState::Published { (chip(Some(Tone::Warn), None, words::changed(lang))) }
                        (state_chip(lang, row.state))
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let at = |text: &str| text.parse().unwrap_or_default();
        let row = |id: &str, kind, title: &str, state| LibraryRow {
            id: format!("1end1n{id}"),
            kind,
            title: title.to_owned(),
            state,
            changed: false,
            version: Some(1),
            used: (kind != EntryKind::Text).then_some(41),
            updated_at: at("2026-11-18T09:00:00Z"),
            by: Some("Sam Ode".to_owned()),
        };
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Library),
            team: "1end1n".to_owned(),
            teams: vec![
                TeamName { id: "1end1n".to_owned(), name: "Lending".to_owned() },
                TeamName { id: "c1a1ms".to_owned(), name: "Claims".to_owned() },
            ],
            kind: None,
            rows: vec![
                row("0000000000000001", EntryKind::Text, "Welcome", EntryState::Published),
                LibraryRow {
                    changed: true,
                    version: Some(3),
                    ..row(
                        "0000000000000002",
                        EntryKind::Workflow,
                        "About the household, income and everything that belongs to it",
                        EntryState::Published,
                    )
                },
                LibraryRow {
                    version: None,
                    used: Some(0),
                    by: None,
                    ..row("0000000000000003", EntryKind::Document, "Loan agreement", EntryState::Draft)
                },
                row("0000000000000004", EntryKind::Document, "Loan agreement 2025", EntryState::Archived),
            ],
            next: Some("1end1n0000000000000004".to_owned()),
            done: "published".to_owned(),
        };
        let supervisor = {
            let mut page = full.clone();
            page.frame.admin.role = parlor_domain::Role::Supervisor;
            page.teams.truncate(1);
            page
        };
        vec![
            ("full", full.clone()),
            ("supervisor", supervisor),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Library), ..full.clone() }),
            ("none", Self { rows: vec![], next: None, done: String::new(), kind: Some(EntryKind::Text), ..full }),
        ]
    }
}
