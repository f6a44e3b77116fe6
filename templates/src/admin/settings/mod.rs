//! The settings (R19): sentences with controls in them, in groups, for the system and for each team.

mod row;
mod said;

use jiff::Timestamp;
use maud::{Markup, html};
use parlor_domain::{
    Actor, Settings,
    settings::{Change, Clash, Draft, FIELDS, Fault, Field, Group, Overrides, PRESETS, Typed},
};
use serde_json::{Value, json};

use super::frame::{Frame, InFrame, Section};
use crate::components::{Banner, Button, Icon, Tone, table};
use crate::console::{Moment, moment};
use crate::customer::Previewed;
use crate::lang::Lang;
use crate::words::{admin, preview, settings_page as words};
use row::Row;
pub use said::{contrast as contrast_words, fault as fault_words};

/// What happened to the form before it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormState {
    /// It shows what is stored.
    Stored,
    /// It was saved just now.
    Saved,
    /// It says something that is not saved.
    Unsaved,
}

/// What was changed, by whom and when.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedChange {
    pub at: Timestamp,
    pub by: Actor,
    pub changes: Vec<Change>,
}

/// The settings of the system or of a team.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsPage {
    pub frame: Frame,
    /// The team's id and name; none for the system's.
    pub team: Option<(String, String)>,
    /// Every team: id and name.
    pub teams: Vec<(String, String)>,
    /// The versions that the form was made from: of its document, and of the system's.
    pub versions: (u64, u64),
    pub draft: Draft,
    /// What was typed, where it is no value.
    pub typed: Vec<(&'static Field, Typed)>,
    pub faults: Vec<(&'static Field, Fault)>,
    /// Who saved meanwhile, and what.
    pub clashes: Option<(String, Vec<Clash>)>,
    pub state: FormState,
    /// The newest changes; not there where only the form was asked for.
    pub log: Option<Vec<LoggedChange>>,
}

impl SettingsPage {
    /// Where the form is, and where it is sent.
    fn path(&self) -> String {
        self.team.as_ref().map_or_else(|| "/admin/settings".to_owned(), |(id, _)| format!("/admin/teams/{id}"))
    }

    pub fn render(&self) -> Markup {
        let lang = self.frame.lang;
        let title = self.team.as_ref().map_or_else(|| admin::settings(lang).to_owned(), |(_, name)| name.clone());
        self.frame.page(InFrame {
            title: &title,
            class: "page-settings",
            script: "settings.js",
            main: html! {
                div.settings {
                    header.settings-head {
                        div { h1 { bdi { (title) } } p.muted { (if self.team.is_some() { words::lead_team(lang) } else { words::lead_system(lang) }) } }
                        (self.whose())
                    }
                    @match self.state {
                        FormState::Saved => { (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (words::saved(lang)) } }) }) }
                        _ => {}
                    }
                    @if let Some((name, _)) = &self.clashes { (Banner { role: Some("alert"), ..Banner::new(Tone::Warn, html! { p { (words::clash(lang, name)) } }) }) }
                    @if !self.faults.is_empty() { (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { (words::faults(lang)) } }) }) }
                    (self.form())
                    @if let Some(log) = &self.log { (self.changes(log)) }
                }
            },
        })
    }

    /// The system's settings and each team's.
    fn whose(&self) -> Markup {
        let lang = self.frame.lang;
        let current = self.team.as_ref().map(|(id, _)| id);
        html! {
            nav.tabs aria-label=(words::whose(lang)) {
                a href="/admin/settings" aria-current=[current.is_none().then_some("page")] { (words::system(lang)) }
                @for (id, name) in &self.teams { a href={ "/admin/teams/" (id) } aria-current=[(current == Some(id)).then_some("page")] { bdi { (name) } } }
            }
        }
    }

    fn form(&self) -> Markup {
        let (lang, path) = (self.frame.lang, self.path());
        html! {
            form.settings-form id="settings" method="post" action=(path) novalidate data-unsaved[self.state == FormState::Unsaved] {
                (self.frame.forms.hidden("settings"))
                input type="hidden" name="version" value=(self.versions.0);
                input type="hidden" name="system_version" value=(self.versions.1);
                // What Enter presses.
                button.unseen type="submit" tabindex="-1" { (words::save(lang)) }
                div.settings-tools {
                    label.settings-search.by-script { span.unseen { (words::search(lang)) } input.input type="search" placeholder=(words::search(lang)) data-do="find"; }
                    div.settings-presets role="group" aria-label=(words::presets(lang)) aria-describedby="preset-help" {
                        span.muted { (words::presets(lang)) }
                        @for preset in &PRESETS {
                            button.button type="submit" name="preset" value=(preset.name) { (if preset.name == "strict" { words::preset_strict(lang) } else { words::preset_quick(lang) }) }
                        }
                    }
                }
                p.small.muted id="preset-help" { (words::preset_help(lang)) }
                div.settings-body {
                    div.settings-fields {
                        @for group in Group::ALL { (self.group(group)) }
                        div.settings-bar {
                            noscript { button.button type="submit" name="update" value="1" { (words::update(lang)) } }
                            span.settings-unsaved role="status" { @if self.state == FormState::Unsaved { (words::unsaved(lang)) } }
                            (Button::primary(words::save(lang)))
                        }
                    }
                    (self.preview())
                }
                template id="fault" { p.field-error { (Icon::Alert) span {} } }
                template id="unsaved" { (words::unsaved(lang)) }
            }
        }
    }

    fn group(&self, group: Group) -> Markup {
        let lang = self.frame.lang;
        let fields: Vec<_> = FIELDS.iter().filter(|field| field.group == group).collect();
        html! {
            @if !fields.is_empty() {
                section.card.settings-group aria-labelledby={ "group-" (group.as_str()) } {
                    h2 id={ "group-" (group.as_str()) } { (said::group(lang, group)) }
                    @for field in fields.iter().filter(|field| said::language(field).is_none()) {
                        (Row { page: self, field }.render())
                        @if field.key == "authentication.opening_page.hint" { (self.by_language(&fields)) }
                    }
                }
            }
        }
    }

    /// The words in single languages, each language folded while it has none.
    fn by_language(&self, fields: &[&'static Field]) -> Markup {
        let lang = self.frame.lang;
        let used = |field: &'static Field| {
            !self.draft.value(field).is_null()
                || self.faults.iter().any(|(wrong, _)| *wrong == field)
                || self.clashes.as_ref().is_some_and(|(_, clashes)| clashes.iter().any(|clash| clash.field == field))
        };
        html! {
            div.settings-languages {
                p.setting-label { (words::by_language(lang)) }
                p.small.muted { (words::by_language_help(lang)) }
                @for spoken in Lang::ALL {
                    @let own: Vec<_> = fields.iter().copied().filter(|field| said::language(field) == Some(spoken)).collect();
                    details open[own.iter().any(|field| used(field))] {
                        summary.fold lang=(spoken.code()) { (Icon::ChevronOn) (spoken.own_name()) }
                        @for field in own { (Row { page: self, field }.render()) }
                    }
                }
            }
        }
    }

    /// What customers get with what is typed. On a phone it is folded under its name until it is asked for.
    fn preview(&self) -> Markup {
        let (lang, action) = (self.frame.lang, format!("{}/preview", self.path()));
        html! {
            details.card.settings-preview id="preview" data-action=(action) {
                summary { (Icon::Eye) (preview::title(lang)) }
                div.settings-preview-body {
                    p.small.muted { (preview::lead(lang)) }
                    fieldset.segments {
                        legend.unseen { (preview::which(lang)) }
                        @for what in Previewed::ALL {
                            label {
                                input type="radio" name="preview.what" value=(what.as_str()) checked[what == Previewed::default()];
                                span { (what.label(lang)) }
                            }
                        }
                    }
                    label.settings-preview-language {
                        span.small { (preview::language(lang)) }
                        select.input.input-inline name="preview.language" {
                            @for spoken in Lang::ALL {
                                option value=(spoken.code()) lang=(spoken.code()) selected[spoken == lang] { (spoken.own_name()) }
                            }
                        }
                    }
                    p.small.settings-preview-waits role="status" data-text=(preview::waits(lang)) {}
                    noscript { button.button type="submit" formaction=(action) formtarget="preview" formnovalidate { (preview::show(lang)) } }
                    div.settings-preview-frame { iframe name="preview" title=(preview::title(lang)) sandbox="allow-same-origin" {} }
                }
            }
        }
    }

    fn changes(&self, log: &[LoggedChange]) -> Markup {
        let (lang, now) = (self.frame.lang, self.frame.now);
        let mut rows = vec![];
        for logged in log {
            let who = match &logged.by {
                Actor::Agent { name, .. } => name.clone(),
                Actor::Api { key } => words::by_program(lang, &key.to_string()).to_string(),
                Actor::Customer | Actor::Participant { .. } | Actor::System => String::new(),
            };
            for Change { field, old, new } in &logged.changes {
                rows.push(vec![
                    moment(lang, logged.at, now, Moment::Exact),
                    html! { bdi { (who) } },
                    html! { (said::label(lang, field)) },
                    html! { bdi { (said::value(lang, field, old.as_ref())) } },
                    html! { bdi { (said::value(lang, field, new.as_ref())) } },
                ]);
            }
        }
        let heads = [
            words::col_when(lang),
            words::col_who(lang),
            words::col_what(lang),
            words::col_old(lang),
            words::col_new(lang),
        ];
        html! {
            details.card.settings-changes {
                summary.fold { (Icon::ChevronOn) h2 { (words::changes(lang)) } }
                @if rows.is_empty() { p.muted { (words::no_changes(lang)) } } @else { (table(words::changes(lang), &heads, &rows)) }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let system = Settings::default();
        let team = json!({"authentication": {"method": "pin"}, "channels": {"sms": false}, "branding": {"name": "Harbour <b>&"}});
        let overrides = Overrides::stored(team.clone());
        let plain = |lang| Self {
            frame: Frame::sample(lang, Section::Settings),
            team: None,
            teams: vec![("h4rb0r".into(), "Harbour Branch".into()), ("c1ty00".into(), "City Branch".into())],
            versions: (3, 3),
            draft: Draft::of_system(&system),
            typed: vec![],
            faults: vec![],
            clashes: None,
            state: FormState::Stored,
            log: Some(vec![]),
        };
        let of_team = |lang| Self {
            team: Some(("h4rb0r".into(), "Harbour Branch".into())),
            draft: Draft::of_team(&system, &overrides).unwrap_or_else(|_| Draft::of_system(&system)),
            ..plain(lang)
        };
        let field = |key| Field::of(key).unwrap_or(&FIELDS[0]);
        let logged = LoggedChange {
            at: crate::console::sample::now(),
            by: Actor::System,
            changes: Change::between(&json!({}), &team),
        };
        let wrong = Self {
            typed: vec![(field("authentication.max_attempts"), Typed::Text("many".into()))],
            faults: vec![(field("authentication.max_attempts"), Fault::Range { least: 1, most: 100 })],
            clashes: Some((
                "Omar Haddad".into(),
                vec![
                    Clash { field: field("branding.name"), theirs: Some(Value::from("City")), both: true },
                    Clash { field: field("channels.sms"), theirs: None, both: false },
                ],
            )),
            state: FormState::Unsaved,
            ..of_team(Lang::En)
        };
        vec![
            ("system", Self { state: FormState::Saved, ..plain(Lang::En) }),
            ("system-de", plain(Lang::De)),
            ("system-ar", plain(Lang::Ar)),
            ("team", Self { log: Some(vec![logged]), ..of_team(Lang::En) }),
            ("team-wrong", wrong),
        ]
    }
}
