//! One person: who they are, whether they can sign in, and what they have open (`/admin/people/{id}`); and somebody who is to be
//! invited (`/admin/people/new`).

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{Role, people::PeopleChange, staff::Standing};

use super::frame::{Frame, InFrame, Section};
use super::people::{TeamName, done_banner, standing_chip};
use crate::components::{Banner, Button, Field, Icon, Tone};
use crate::console::{Moment, moment, phrases, sample};
use crate::lang::Lang;
use crate::times;
use crate::words::people as words;

/// What is filled in about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonForm {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The ids of the teams that they are in, home team first.
    pub teams: Vec<String>,
    /// The ids of further teams whose settings they may use.
    pub settings_of: Vec<String>,
}

/// A session that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    pub id: String,
    /// The customer.
    pub name: String,
    pub since: Timestamp,
}

/// Somebody who can get a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heir {
    pub id: String,
    pub name: String,
}

/// What was changed about the person, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    pub what: PeopleChange,
    /// A colleague's name; none for a program.
    pub by: Option<String>,
    pub at: Timestamp,
}

/// A person, or nobody yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPage {
    pub frame: Frame,
    /// None for somebody who is to be invited.
    pub id: Option<String>,
    pub form: PersonForm,
    /// Every team there is.
    pub all_teams: Vec<TeamName>,
    pub standing: Standing,
    /// Until when their invitation works.
    pub invited_until: Option<Timestamp>,
    pub undelivered: bool,
    pub deactivated_at: Option<Timestamp>,
    pub open: Vec<OpenLine>,
    pub heirs: Vec<Heir>,
    pub changes: Vec<ChangeLine>,
    /// How the form went that led here, as the address says.
    pub done: String,
}

const fn record(lang: Lang, what: PeopleChange) -> &'static str {
    match what {
        PeopleChange::Invited => words::record_invited(lang),
        PeopleChange::InvitedAgain => words::record_invited_again(lang),
        PeopleChange::Joined => words::record_joined(lang),
        PeopleChange::Changed => words::record_changed(lang),
        PeopleChange::Deactivated => words::record_deactivated(lang),
        PeopleChange::Reactivated => words::record_reactivated(lang),
        PeopleChange::SignedOut => words::record_signed_out(lang),
        PeopleChange::PasswordChanged => words::record_password_changed(lang),
        PeopleChange::PasswordReset => words::record_password_reset(lang),
        PeopleChange::TeamCreated => words::record_team_created(lang),
        PeopleChange::TeamRenamed => words::record_team_renamed(lang),
    }
}

impl PersonPage {
    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let title = if self.id.is_some() { self.form.name.as_str() } else { words::invite_title(lang) };
        self.frame.page(InFrame {
            title,
            class: "page-person",
            script: "admin.js",
            main: html! {
                div.people {
                    header {
                        a.people-back href="/admin/people" { (Icon::ArrowBack) span { (words::back(lang)) } }
                        div.people-title { h1 { bdi { (title) } } @if self.id.is_some() { (standing_chip(lang, self.standing)) } }
                        @if self.id.is_none() { p.muted { (words::invite_lead(lang)) } }
                    }
                    (done_banner(lang, &self.done))
                    (self.facts())
                    @if let Some(id) = &self.id {
                        (self.sign_in(id))
                        (self.sessions())
                        (self.record())
                    }
                }
            },
        })
    }

    fn facts(&self) -> Markup {
        let (lang, form) = (self.frame.lang, &self.form);
        let action = self.id.as_ref().map_or_else(|| "/v1/people".to_owned(), |id| format!("/v1/people/{id}"));
        let home = form.teams.first().cloned().unwrap_or_default();
        let roles = [
            (Role::Agent, "agent", words::role_agent_help(lang)),
            (Role::Supervisor, "supervisor", words::role_supervisor_help(lang)),
            (Role::Admin, "admin", words::role_admin_help(lang)),
        ];
        let boxes = |prefix: &str, legend: &str, hint: &str, chosen: &[String]| {
            html! {
                fieldset.people-set aria-describedby={ (prefix) "-hint" } {
                    legend { (legend) }
                    p.field-hint id={ (prefix) "-hint" } { (hint) }
                    div.people-boxes {
                        @for team in &self.all_teams {
                            label.check { input type="checkbox" name={ (prefix) "-" (team.id) } checked[chosen.contains(&team.id)]; span { bdi { (team.name) } } }
                        }
                    }
                }
            }
        };
        html! {
            form.card.people-card.stack method="post" action=(action) {
                (self.frame.forms.hidden("person"))
                input type="hidden" name="lists" value="1";
                (Field { value: &form.name, required: true, maxlength: Some(120), autocomplete: Some("off"), ..Field::new(words::full_name(lang), "name") })
                (Field { kind: "email", value: &form.email, required: true, inputmode: Some("email"), autocomplete: Some("off"), ..Field::new(words::address(lang), "email") })
                fieldset.people-set {
                    legend { (words::role(lang)) }
                    @for (role, code, help) in roles {
                        label.check {
                            input type="radio" name="role" value=(code) checked[role == form.role];
                            span { (phrases::role(lang, role)) span.small.muted.people-help { (help) } }
                        }
                    }
                }
                div.field {
                    label for="home" { (words::home(lang)) }
                    select.input id="home" name="home" aria-describedby="home-hint" {
                        @for team in &self.all_teams { option value=(team.id) selected[team.id == home] { (team.name) } }
                    }
                    p.field-hint id="home-hint" { (words::home_hint(lang)) }
                }
                @if self.all_teams.len() > 1 {
                    (boxes("team", words::other_teams(lang), words::other_teams_hint(lang), form.teams.get(1..).unwrap_or_default()))
                    (boxes("settings", words::settings_of(lang), words::settings_of_hint(lang), &form.settings_of))
                }
                div { (Button::primary(if self.id.is_some() { words::save(lang) } else { words::send_invitation(lang) })) }
            }
        }
    }

    /// Whether they can sign in, and what can be done about it.
    fn sign_in(&self, id: &str) -> Markup {
        let (lang, forms) = (self.frame.lang, &self.frame.forms);
        let act = |what: &str, button: Markup| {
            html! { form method="post" action={ "/v1/people/" (id) "/" (what) } { (forms.hidden(what)) (button) } }
        };
        html! {
            section.card.people-card {
                h2 { (words::sign_in(lang)) }
                @match self.standing {
                    Standing::Active => {
                        p { (words::sign_in_active(lang)) }
                        div.people-actions { (act("sign-out", html! { (Button::plain(words::sign_out(lang)).icon(Icon::SignOut)) })) }
                    }
                    Standing::Invited => {
                        @if self.undelivered { (Banner::new(Tone::Bad, html! { p { (words::undelivered(lang)) } })) }
                        @match self.invited_until.filter(|until| *until > self.frame.now) {
                            Some(until) => p { (words::invitation_until(lang, &times::moment(lang, until))) },
                            None => p { (words::invitation_over(lang)) },
                        }
                        div.people-actions { (act("invite", html! { (Button::plain(words::send_again(lang)).icon(Icon::Send)) })) }
                    }
                    Standing::Deactivated => {
                        p { (words::sign_in_gone(lang, &times::moment(lang, self.deactivated_at.unwrap_or(self.frame.now)))) }
                        div.people-actions { (act("reactivate", html! { (Button::primary(words::reactivate(lang)).icon(Icon::Undo)) })) }
                    }
                }
                @if self.standing != Standing::Deactivated {
                    // What hurts is asked for twice, without a script, too.
                    details.people-danger {
                        summary.fold.fold-bad { (Icon::ChevronOn) (words::deactivate(lang)) }
                        p.small.muted { (words::deactivate_help(lang)) }
                        (act("deactivate", html! { (Button::danger(words::deactivate(lang))) }))
                    }
                }
            }
        }
    }

    /// What they have open, to be given to others: each by a button of its own, several by the script.
    fn sessions(&self) -> Markup {
        let (lang, forms) = (self.frame.lang, &self.frame.forms);
        html! {
            section.card.people-card {
                div { h2 { (words::sessions(lang)) } p.small.muted { (if self.open.is_empty() { words::sessions_none(lang) } else { words::sessions_lead(lang) }) } }
                @if !self.open.is_empty() && !self.heirs.is_empty() {
                    form.stack method="post" data-give {
                        input type="hidden" name="csrf" value=(forms.csrf);
                        div.field {
                            label for="agent" { (words::give_to(lang)) }
                            select.input id="agent" name="agent" { @for heir in &self.heirs { option value=(heir.id) { (heir.name) } } }
                        }
                        ul.people-open {
                            @for session in &self.open {
                                li {
                                    label.check.by-script data-tick { input type="checkbox" value=(session.id) checked; span.unseen { bdi { (session.name) } } }
                                    a.list-row-main href={ "/console/s/" (session.id) } {
                                        span { bdi { (session.name) } }
                                        span.small.muted { (moment(lang, session.since, self.frame.now, Moment::Ago)) }
                                    }
                                    button.button.button-small type="submit" formaction={ "/v1/sessions/" (session.id) "/transfer" } { (words::give(lang)) span.unseen { " " bdi { (session.name) } } }
                                }
                            }
                        }
                        div.by-script data-give-all { (Button::primary(words::give(lang)).icon(Icon::Transfer)) }
                    }
                }
            }
        }
    }

    fn record(&self) -> Markup {
        let lang = self.frame.lang;
        html! {
            @if !self.changes.is_empty() {
                section.card.people-card {
                    h2 { (words::changes(lang)) }
                    ul.people-changes {
                        @for change in &self.changes {
                            li {
                                span { (record(lang, change.what)) " " span.muted { (words::changed_by(lang, change.by.as_deref().unwrap_or_else(|| words::by_program(lang)))) } }
                                span.small.muted { (moment(lang, change.at, self.frame.now, Moment::Exact)) }
                            }
                        }
                    }
                }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let team = |id: &str, name: &str| TeamName { id: id.to_owned(), name: name.to_owned() };
        let new = Self {
            frame: Frame::sample(Lang::En, Section::People),
            id: None,
            form: PersonForm {
                name: String::new(),
                email: String::new(),
                role: Role::Agent,
                teams: vec!["1end1n".to_owned()],
                settings_of: vec![],
            },
            all_teams: vec![team("1end1n", "Lending"), team("c1a1ms", "Claims"), team("t3am03", "Northern branch")],
            standing: Standing::Invited,
            invited_until: None,
            undelivered: false,
            deactivated_at: None,
            open: vec![],
            heirs: vec![],
            changes: vec![],
            done: String::new(),
        };
        let active = Self {
            id: Some("agnt000000000002".to_owned()),
            form: PersonForm {
                name: "Tom Reed".to_owned(),
                email: "tom@example.net".to_owned(),
                role: Role::Supervisor,
                teams: vec!["1end1n".to_owned(), "c1a1ms".to_owned()],
                settings_of: vec!["t3am03".to_owned()],
            },
            standing: Standing::Active,
            changes: vec![
                ChangeLine { what: PeopleChange::Joined, by: Some("Tom Reed".to_owned()), at: sample::ago(60) },
                ChangeLine { what: PeopleChange::Invited, by: None, at: sample::ago(600) },
            ],
            ..new.clone()
        };
        let line = |id: &str, name: &str| OpenLine { id: id.to_owned(), name: name.to_owned(), since: sample::ago(50) };
        let gone = Self {
            standing: Standing::Deactivated,
            deactivated_at: Some(sample::ago(5)),
            open: vec![line("k3j9d2m5n8", "Mara Quist"), line("k3j9d2m5n9", "سلمى")],
            heirs: vec![Heir { id: "agnt000000000001".to_owned(), name: "Nina Alder".to_owned() }],
            done: "deactivated".to_owned(),
            ..active.clone()
        };
        let invited = Self {
            standing: Standing::Invited,
            invited_until: Some(sample::ago(-1440)),
            undelivered: true,
            ..active.clone()
        };
        vec![
            ("new", new),
            ("active", active),
            ("invited", invited),
            ("gone", gone.clone()),
            ("gone-ar", Self { frame: Frame::sample(Lang::Ar, Section::People), ..gone }),
        ]
    }
}
