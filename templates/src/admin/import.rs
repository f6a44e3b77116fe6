//! Importing people: rows are pasted, or taken from a file, every one of them is looked at, and those in order are invited
//! (`/admin/people/import`).

use maud::{Markup, html};
use parlor_domain::Role;

use super::frame::{Frame, InFrame, Section};
use crate::components::{Banner, Button, Icon, Tone, chip};
use crate::console::phrases;
use crate::lang::Lang;
use crate::words::people as words;

/// Most rows at once.
pub const IMPORT_ROWS: usize = 60;

/// Why a row is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFault {
    Broken,
    /// The file was read as what it is not, and letters were lost.
    Letters,
    Name,
    /// The name begins as a formula does.
    Formula,
    Email,
    Role,
    Team,
    /// None is named.
    NoTeam,
    /// Somebody has the address.
    Taken,
    /// It stands in an earlier row.
    Twice,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// In order: they will be invited.
    Good,
    /// They were.
    Invited,
    Fault(RowFault),
}

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its number in what was pasted, from 1 for the row of names.
    pub number: u64,
    pub name: String,
    pub email: String,
    /// What was written where there is no such role.
    pub role: Result<Role, String>,
    /// The teams as they were written.
    pub teams: String,
    pub state: RowState,
}

/// Why nothing of it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFault {
    /// The first row does not name the columns.
    Columns,
    /// More rows than are taken at once.
    TooMany(u64),
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPage {
    pub frame: Frame,
    /// What was pasted.
    pub text: String,
    pub rows: Vec<ImportRow>,
    pub fault: Option<ImportFault>,
}

impl ImportPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let good = self.rows.iter().filter(|row| row.state == RowState::Good).count();
        self.frame.page(InFrame {
            title: words::import_title(lang),
            class: "page-import",
            script: "admin.js",
            main: html! {
                div.people {
                    header {
                        a.people-back href="/admin/people" { (Icon::ArrowBack) span { (words::back(lang)) } }
                        h1 { (words::import_title(lang)) }
                        p.muted { (words::import_lead(lang)) }
                    }
                    @match self.fault {
                        Some(ImportFault::Columns) => (alert(words::import_no_columns(lang))),
                        Some(ImportFault::TooMany(most)) => (alert(&words::import_too_many(lang, &most.to_string()).to_string())),
                        None => {}
                    }
                    @if !self.rows.is_empty() { (self.preview(good)) }
                    form.card.people-card.stack method="post" action="/admin/people/import" {
                        (self.frame.forms.hidden("import"))
                        div.field {
                            label for="rows" { (words::import_rows(lang)) }
                            textarea.input.people-rows id="rows" name="rows" rows="8" required spellcheck="false" dir="ltr"
                                placeholder="name,email,role,teams" { (self.text) }
                        }
                        // The script reads the file into the field; without it the field is all that there is.
                        div.field.by-script data-import-file data-most=(IMPORT_ROWS) data-too-many=(words::import_too_many(lang, &IMPORT_ROWS.to_string()).plain()) {
                            label for="file" { (words::import_file(lang)) }
                            input.input id="file" type="file" accept=".csv,.txt,text/csv" aria-describedby="file-state";
                            p.small id="file-state" role="status" {}
                        }
                        div { (Button::primary(words::import_check(lang))) }
                    }
                }
            },
        })
    }

    fn preview(&self, good: usize) -> Markup {
        let lang = self.frame.lang;
        // What needs another look comes first.
        let is_wrong = |row: &&ImportRow| matches!(row.state, RowState::Fault(_));
        let rows = self.rows.iter().filter(is_wrong).chain(self.rows.iter().filter(|row| !is_wrong(row)));
        let heads = [
            words::import_row(lang),
            words::person(lang),
            words::role(lang),
            words::team_list(lang),
            words::state(lang),
        ];
        html! {
            section.card.people-card {
                p role="status" { (words::import_count(lang, &self.rows.len().to_string(), &good.to_string())) }
                div.table-frame tabindex="0" role="region" aria-label=(words::import_rows(lang)) {
                    table.table {
                        thead { tr { @for head in heads { th scope="col" { (head) } } } }
                        tbody {
                            @for row in rows {
                                tr {
                                    td { (row.number) }
                                    td { bdi { (row.name) } br; span.small.muted { bdi { (row.email) } } }
                                    td { @match &row.role { Ok(role) => (phrases::role(lang, *role)), Err(written) => bdi { (written) } } }
                                    td { bdi { (row.teams) } }
                                    td { (state(lang, row.state)) }
                                }
                            }
                        }
                    }
                }
                @if good > 0 {
                    form method="post" action="/admin/people/import" {
                        (self.frame.forms.hidden("confirm"))
                        input type="hidden" name="rows" value=(self.text);
                        input type="hidden" name="confirm" value="1";
                        (Button::primary(words::import_invite(lang)).icon(Icon::Send))
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let empty =
            Self { frame: Frame::sample(Lang::En, Section::People), text: String::new(), rows: vec![], fault: None };
        let row = |number, name: &str, state| ImportRow {
            number,
            name: name.to_owned(),
            email: "tom@example.net".to_owned(),
            role: Ok(Role::Agent),
            teams: "Lending; Claims".to_owned(),
            state,
        };
        let text = "name,email,role,teams\nTom Reed,tom@example.net,agent,Lending; Claims\n".to_owned();
        let rows = vec![
            row(2, "Tom Reed", RowState::Good),
            row(3, "Tom Reed", RowState::Fault(RowFault::Twice)),
            row(4, "Lea Roy", RowState::Invited),
            row(5, "", RowState::Fault(RowFault::Name)),
            ImportRow { role: Err("owner".to_owned()), ..row(6, "Ola Berg", RowState::Fault(RowFault::Role)) },
            row(7, "=1+1", RowState::Fault(RowFault::Formula)),
            row(8, "J\u{fffd}rg Weber", RowState::Fault(RowFault::Letters)),
        ];
        vec![
            ("empty", empty.clone()),
            ("rows", Self { text: text.clone(), rows: rows.clone(), ..empty.clone() }),
            ("fault", Self { text: text.clone(), fault: Some(ImportFault::Columns), ..empty.clone() }),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::People), text, rows, ..empty }),
        ]
    }
}

fn alert(text: &str) -> Markup {
    html! { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (text) } }) }) }
}

fn state(lang: Lang, state: RowState) -> Markup {
    let fault = |said| chip(Some(Tone::Bad), Some(Icon::Alert), said);
    match state {
        RowState::Good => chip(Some(Tone::Info), Some(Icon::Mail), words::import_ok(lang)),
        RowState::Invited => chip(Some(Tone::Good), Some(Icon::Check), words::import_done(lang)),
        RowState::Fault(RowFault::Broken) => fault(words::import_broken(lang)),
        RowState::Fault(RowFault::Letters) => fault(words::import_letters(lang)),
        RowState::Fault(RowFault::Formula) => fault(words::import_formula(lang)),
        RowState::Fault(RowFault::Name) => fault(words::import_name(lang)),
        RowState::Fault(RowFault::Email) => fault(words::import_email(lang)),
        RowState::Fault(RowFault::Role) => fault(words::import_role(lang)),
        RowState::Fault(RowFault::Team) => fault(words::import_team(lang)),
        RowState::Fault(RowFault::NoTeam) => fault(words::import_no_team(lang)),
        RowState::Fault(RowFault::Taken) => fault(words::import_taken(lang)),
        RowState::Fault(RowFault::Twice) => fault(words::import_twice(lang)),
    }
}
