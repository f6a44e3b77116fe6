//! The list of people (`/admin/people`).

use maud::{Markup, html};
use parlor_domain::{Role, staff::Standing};

use super::frame::{Frame, InFrame, Section};
use crate::components::{Avatar, Banner, Button, Icon, Tone, chip, empty};
use crate::console::phrases;
use crate::lang::Lang;
use crate::words::people as words;

/// A team by id and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamName {
    pub id: String,
    pub name: String,
}

/// A person in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The names of the teams that they are in.
    pub teams: Vec<String>,
    pub standing: Standing,
    /// The invitation's mail was given up.
    pub undelivered: bool,
}

/// Whom the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StandingFilter(pub Option<Standing>);

impl StandingFilter {
    /// As it stands in the address.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let all = [Standing::Active, Standing::Invited, Standing::Deactivated];
        Self(all.into_iter().find(|standing| code(*standing) == name))
    }
}

const fn code(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Invited => "invited",
        Standing::Deactivated => "deactivated",
    }
}

const fn said(lang: Lang, standing: Standing) -> &'static str {
    match standing {
        Standing::Active => words::active(lang),
        Standing::Invited => words::invited(lang),
        Standing::Deactivated => words::deactivated(lang),
    }
}

/// Whether somebody can sign in, in a word.
pub(super) fn standing_chip(lang: Lang, standing: Standing) -> Markup {
    let (tone, icon) = match standing {
        Standing::Active => (Some(Tone::Good), Icon::Check),
        Standing::Invited => (Some(Tone::Info), Icon::Mail),
        Standing::Deactivated => (None, Icon::Lock),
    };
    chip(tone, Some(icon), said(lang, standing))
}

/// What is said of the form that led to a page of people; nothing for what is not known.
pub(super) fn done(lang: Lang, done: &str) -> Option<&'static str> {
    Some(match done {
        "invited" => words::done_invited(lang),
        "sent" => words::done_sent(lang),
        "changed" | "renamed" => words::done_changed(lang),
        "deactivated" => words::done_deactivated(lang),
        "reactivated" => words::done_reactivated(lang),
        "signed-out" => words::done_signed_out(lang),
        "given" => words::done_given(lang),
        "made" => words::done_made(lang),
        _ => return None,
    })
}

/// The banner that says how a form went.
pub(super) fn done_banner(lang: Lang, how: &str) -> Markup {
    html! {
        @if let Some(said) = done(lang, how) {
            (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (said) } }) })
        }
    }
}

/// The list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeoplePage {
    pub frame: Frame,
    pub people: Vec<PersonRow>,
    /// What was typed to find somebody.
    pub query: String,
    pub filter: StandingFilter,
    /// How the form went that led here, as the address says.
    pub done: String,
}

impl PeoplePage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        self.frame.page(InFrame {
            title: words::people(lang),
            class: "page-people",
            script: "admin.js",
            main: html! {
                div.people {
                    header.people-head {
                        div { h1 { (words::people(lang)) } p.muted { (words::people_lead(lang)) } }
                        div.people-actions {
                            (Button::primary(words::invite(lang)).icon(Icon::Add).href("/admin/people/new"))
                            (Button::plain(words::import_title(lang)).icon(Icon::Upload).href("/admin/people/import"))
                        }
                    }
                    (done_banner(lang, &self.done))
                    (self.search())
                    @if self.people.is_empty() {
                        (empty(Icon::Search, words::none_found(lang), words::none_found_help(lang), None))
                    } @else { (self.list()) }
                }
            },
        })
    }

    fn search(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            form.people-search method="get" action="/admin/people" role="search" {
                label.unseen for="q" { (words::find(lang)) }
                input.input id="q" name="q" type="search" value=(self.query) placeholder=(words::find(lang)) maxlength="120";
                label.unseen for="state" { (words::state(lang)) }
                select.input id="state" name="state" {
                    option value="" selected[self.filter.0.is_none()] { (words::all(lang)) }
                    @for standing in [Standing::Active, Standing::Invited, Standing::Deactivated] {
                        option value=(code(standing)) selected[self.filter.0 == Some(standing)] { (said(lang, standing)) }
                    }
                }
                (Button::plain(words::search(lang)).icon(Icon::Search))
            }
        }
    }

    fn list(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            ul.card.people-list {
                @for person in &self.people {
                    li {
                        a.list-row.people-row href={ "/admin/people/" (person.id) } {
                            (Avatar { name: &person.name, indicator: None })
                            span.list-row-main { span { bdi { (person.name) } } span.small.muted { bdi { (person.email) } } }
                            span.people-facts.small.muted { (phrases::role(lang, person.role)) " · " bdi { (person.teams.join(", ")) } }
                            span.people-state {
                                @if person.undelivered { (chip(Some(Tone::Bad), Some(Icon::Alert), words::undelivered(lang))) }
                                (standing_chip(lang, person.standing))
                            }
                        }
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let row = |id: &str, name: &str, role, standing| PersonRow {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("{id}@example.net"),
            role,
            teams: vec!["Lending".to_owned(), "Claims".to_owned()],
            standing,
            undelivered: id == "lea",
        };
        let full = Self {
            frame: Frame::sample(Lang::En, Section::People),
            people: vec![
                row("ada", "Ada Winter", Role::Admin, Standing::Active),
                row("lea", "Lea Roy", Role::Agent, Standing::Invited),
                row("tom", "Thomas Bartholomew Reed-Featherstonehaugh", Role::Supervisor, Standing::Deactivated),
            ],
            query: String::new(),
            filter: StandingFilter::default(),
            done: "invited".to_owned(),
        };
        let nobody = Self { people: vec![], query: "zzz".to_owned(), done: String::new(), ..full.clone() };
        vec![
            ("full", full.clone()),
            ("none", nobody),
            ("ar", Self { frame: Frame::sample(Lang::Ar, Section::People), ..full }),
        ]
    }
}
