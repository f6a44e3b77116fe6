//! The teams (`/admin/teams`).

use maud::{Markup, html};

use super::frame::{Frame, InFrame, Section};
use super::people::done_banner;
use crate::components::{Button, Field, Icon};
use crate::lang::Lang;
use crate::words::{admin, people as words};

/// A team with its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    pub id: String,
    pub name: String,
    /// The names of those who are in it.
    pub members: Vec<String>,
}

/// Every team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamsPage {
    pub frame: Frame,
    pub teams: Vec<TeamRow>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

impl TeamsPage {
    pub fn render(&self) -> Markup {
        let (lang, forms) = (self.frame.lang, &self.frame.forms);
        self.frame.page(InFrame {
            title: words::teams(lang),
            class: "page-teams",
            script: "admin.js",
            main: html! {
                div.people {
                    header { h1 { (words::teams(lang)) } p.muted { (words::teams_lead(lang)) } }
                    (done_banner(lang, &self.done))
                    @for team in &self.teams {
                        section.card.people-card aria-labelledby={ "team-" (team.id) } {
                            div.people-title {
                                h2 id={ "team-" (team.id) } { bdi { (team.name) } }
                                (Button::quiet(admin::settings(lang)).icon(Icon::Gear).href(&format!("/admin/teams/{}", team.id)))
                            }
                            p.small.muted { (words::members(lang)) ": " @if team.members.is_empty() { "–" } @else { bdi { (team.members.join(", ")) } } }
                            form.people-rename method="post" action={ "/v1/teams/" (team.id) } {
                                (forms.hidden(&format!("rename-{}", team.id)))
                                (Field { form: &format!("{}-", team.id), value: &team.name, required: true, maxlength: Some(120), ..Field::new(words::team_name(lang), "name") })
                                (Button::plain(words::rename(lang)))
                            }
                        }
                    }
                    section.card.people-card {
                        h2 { (words::make_team(lang)) }
                        form.people-rename method="post" action="/v1/teams" {
                            (forms.hidden("new-team"))
                            (Field { form: "new-", required: true, maxlength: Some(120), hint: Some(words::team_name_hint(lang)), ..Field::new(words::team_name(lang), "name") })
                            (Button::primary(words::make_team(lang)).icon(Icon::Add))
                        }
                    }
                }
            },
        })
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let row = |id: &str, name: &str, members: &[&str]| TeamRow {
            id: id.to_owned(),
            name: name.to_owned(),
            members: members.iter().map(|name| (*name).to_owned()).collect(),
        };
        let full = Self {
            frame: Frame::sample(Lang::En, Section::Teams),
            teams: vec![row("1end1n", "Lending", &["Ada Winter", "Tom Reed"]), row("c1a1ms", "Claims", &[])],
            done: "made".to_owned(),
        };
        vec![("full", full.clone()), ("ar", Self { frame: Frame::sample(Lang::Ar, Section::Teams), ..full })]
    }
}
