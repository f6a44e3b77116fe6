//! One's own account: name and language, password, and where one is signed in (`GET /me`).

use jiff::Timestamp;
use maud::{Markup, html};

use super::forms::FieldError;
use super::frame::{Frame, InFrame, topbar};
use super::login::password;
use super::moment::{Moment, moment};
use super::sample;
use crate::browsers::browser;
use crate::components::{Banner, Button, Field, Icon, Tone, chip};
use crate::lang::Lang;
use crate::words::{account as words, console};

/// A browser that one is signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MySignIn {
    pub id: String,
    /// As the browser named itself.
    pub browser: Option<String>,
    pub since: Timestamp,
    pub seen: Timestamp,
    /// The one that this page is shown in.
    pub own: bool,
}

/// How the form went that led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeDone {
    Saved,
    Password,
    Ended,
    Others,
}

/// One's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    pub frame: Frame,
    pub email: String,
    /// The language that was chosen; none where the browser's counts.
    pub language: Option<Lang>,
    pub sign_ins: Vec<MySignIn>,
    pub done: Option<MeDone>,
    /// Fields: `name`, `current`, `password`.
    pub errors: Vec<FieldError>,
}

impl Me {
    pub fn render(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        let main = html! {
            (topbar(lang, frame.company.as_deref()))
            div.account {
                header { h1 { (words::me(lang)) } p.muted { bdi { (self.email) } } }
                @if let Some(done) = self.done {
                    @let said = match done {
                        MeDone::Saved => words::saved(lang),
                        MeDone::Password => words::password_changed(lang),
                        MeDone::Ended => words::sign_in_ended(lang),
                        MeDone::Others => words::others_ended(lang),
                    };
                    (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { (said) } }) })
                }
                (self.profile())
                (self.password())
                (self.sign_ins())
            }
        };
        frame.page(InFrame {
            title: words::me(lang),
            class: "page-account",
            script: "console.js",
            live: None,
            data: &[],
            without_dialog: false,
            main,
        })
    }

    fn profile(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        let mut languages = vec![("", words::language_auto(lang))];
        languages.extend(Lang::ALL.map(|one| (one.code(), one.own_name())));
        html! {
            section.card.account-card {
                div { h2 { (words::profile(lang)) } p.small.muted { (words::profile_lead(lang)) } }
                form.stack method="post" action="/me/profile" {
                    (frame.forms.hidden("profile"))
                    (Field { form: "me-", value: &frame.agent.name, autocomplete: Some("name"), required: true, maxlength: Some(120),
                        error: FieldError::of(&self.errors, "name"), ..Field::new(console::your_name(lang), "name") })
                    div.field {
                        label for="me-language" { (words::language(lang)) }
                        select.input id="me-language" name="language" {
                            @for (code, name) in languages { option value=(code) selected[self.language.map_or("", Lang::code) == code] { (name) } }
                        }
                    }
                    div { (Button::primary(words::save(lang))) }
                }
            }
        }
    }

    fn password(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        html! {
            section.card.account-card {
                div { h2 { (words::change_password(lang)) } p.small.muted { (words::change_password_lead(lang)) } }
                form.stack method="post" action="/me/password" {
                    (frame.forms.hidden("password"))
                    // Password managers keep the address beside the password; and the table is asked for it.
                    input type="hidden" name="email" value=(self.email) autocomplete="username";
                    (Field { kind: "password", autocomplete: Some("current-password"), required: true, maxlength: Some(256),
                        error: FieldError::of(&self.errors, "current"), ..Field::new(words::current_password(lang), "current") })
                    (password(lang, words::new_password(lang), "new-password", Some(console::password_hint(lang)), FieldError::of(&self.errors, "password"), false))
                    div { (Button::primary(words::save_password(lang))) }
                }
            }
        }
    }

    fn sign_ins(&self) -> Markup {
        let (frame, lang) = (&self.frame, self.frame.lang);
        html! {
            section.card.account-card {
                div { h2 { (words::sign_ins(lang)) } p.small.muted { (words::sign_ins_lead(lang)) } }
                ul.account-places {
                    @for (number, place) in self.sign_ins.iter().enumerate() {
                        @let named = place.browser.as_deref().and_then(browser).unwrap_or_else(|| words::unknown_browser(lang).to_owned());
                        li {
                            (Icon::Device)
                            div.account-place {
                                span { bdi { (named) } @if place.own { " " (chip(Some(Tone::Good), None, words::this_browser(lang))) } }
                                span.small.muted {
                                    (words::signed_in_at(lang, &moment(lang, place.since, frame.now, Moment::Ago)))
                                    " · " (words::last_seen(lang, &moment(lang, place.seen, frame.now, Moment::Ago)))
                                }
                            }
                            @if !place.own {
                                form method="post" action="/me/sign-ins/end" {
                                    (frame.forms.hidden(&format!("end-{number}")))
                                    input type="hidden" name="id" value=(place.id);
                                    button.button.button-small type="submit" aria-label=(words::end_sign_in(lang, &named).plain()) { (console::sign_out(lang)) }
                                }
                            }
                        }
                    }
                }
                @if self.sign_ins.len() > 1 {
                    form method="post" action="/me/sign-ins/end-others" {
                        (frame.forms.hidden("end-others"))
                        (Button::danger(words::end_others(lang)))
                    }
                } @else { p.small.muted { (words::only_here(lang)) } }
            }
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let place = |id: &str, browser: Option<&str>, own| MySignIn {
            id: id.to_owned(),
            browser: browser.map(str::to_owned),
            since: sample::ago(180),
            seen: sample::ago(4),
            own,
        };
        let plain = Self {
            frame: Frame::sample(Lang::En),
            email: "nina.alder@example.net".to_owned(),
            language: None,
            sign_ins: vec![
                place("10g1n00000000001", Some("Mozilla/5.0 (X11; Linux x86_64) Firefox/133.0"), true),
                place("10g1n00000000002", Some("Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1"), false),
                place("10g1n00000000003", None, false),
            ],
            done: None,
            errors: vec![],
        };
        let errors = vec![
            FieldError::new("current", words::wrong_current(Lang::En)),
            FieldError::new("password", words::password_common(Lang::En)),
        ];
        let alone = plain.sign_ins[..1].to_vec();
        vec![
            ("plain", plain.clone()),
            ("errors", Self { errors, ..plain.clone() }),
            ("done", Self { done: Some(MeDone::Password), sign_ins: alone, language: Some(Lang::En), ..plain.clone() }),
            ("ar", Self { frame: Frame::sample(Lang::Ar), ..plain }),
        ]
    }
}
