//! Signing in: `GET /login`, `POST /login`.

use jiff::Timestamp;
use maud::{Markup, Render, html};

use super::moment::{Moment, moment};
use super::{bare, sample};
use crate::components::{Banner, Button, Field, Tone};
use crate::lang::Lang;
use crate::words::{account, console as words};

/// Why the form is shown, other than that somebody came to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginNotice {
    /// The page that was asked for needs signing in.
    Needed,
    /// The staff cookie was given up or is too old.
    SignedOut,
    /// The password was replaced; the new one is for signing in.
    PasswordChanged,
    /// Address and password do not go together. Never says which of the two is wrong.
    Wrong,
    /// Too many tries for this address.
    Locked {
        /// When the next try is taken.
        until: Timestamp,
    },
}

/// The page at `/login`. Its form posts `csrf`, `email`, `password` and `next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub lang: Lang,
    /// A token bound to a cookie of this page: nobody signs another browser in to an account of theirs.
    pub csrf: String,
    /// What was typed, kept after a refusal. The password never is.
    pub email: String,
    /// Where to go after signing in: a path of this site, checked by the function.
    pub next: Option<String>,
    /// What to say above the form.
    pub notice: Option<LoginNotice>,
    /// The clock, for the time of unlocking.
    pub now: Timestamp,
}

impl Login {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let body = html! {
            h1 { (words::sign_in(lang)) }
            @match &self.notice {
                None => p.muted { (words::sign_in_lead(lang)) },
                Some(LoginNotice::Needed) => p.muted { (words::sign_in_to_go_on(lang)) },
                Some(LoginNotice::SignedOut) => (Banner { role: Some("status"), ..Banner::new(Tone::Info, html! { p { strong { (words::signed_out(lang)) } } p.small { (words::signed_out_help(lang)) } }) }),
                Some(LoginNotice::PasswordChanged) => (Banner { role: Some("status"), ..Banner::new(Tone::Good, html! { p { strong { (account::password_saved(lang)) } } p.small { (account::password_saved_help(lang)) } }) }),
                Some(LoginNotice::Wrong) => (Banner { role: Some("alert"), ..Banner::new(Tone::Bad, html! { p { strong { (words::wrong_login(lang)) } } p.small { (words::wrong_login_help(lang)) } }) }),
                Some(LoginNotice::Locked { until }) => (Banner { role: Some("alert"), ..Banner::new(Tone::Warn, html! {
                    p { strong { (words::login_locked(lang)) } }
                    p.small { (words::login_locked_help(lang, &moment(lang, *until, self.now, Moment::Clock))) }
                }) }),
            }
            form.stack method="post" action="/login" data-door {
                input type="hidden" name="csrf" value=(self.csrf);
                @if let Some(next) = &self.next { input type="hidden" name="next" value=(next); }
                (Field { kind: "email", value: &self.email, autocomplete: Some("username"), inputmode: Some("email"), required: true,
                    autofocus: self.email.is_empty(), ..Field::new(words::email(lang), "email") })
                (password(lang, words::password(lang), "current-password", None, None, !self.email.is_empty()))
                (Button::primary(words::sign_in(lang)).wide())
            }
            p.small { a href="/forgot-password" { (account::forgot(lang)) } }
        };
        bare::page(lang, words::sign_in(lang), None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let plain = Self {
            lang: Lang::En,
            csrf: "c3JmLXNhbXBsZQ".to_owned(),
            email: String::new(),
            next: None,
            notice: None,
            now: sample::now(),
        };
        let typed = Self { email: "nina@example.net".to_owned(), ..plain.clone() };
        vec![
            ("empty", plain.clone()),
            (
                "needed",
                Self {
                    next: Some("/console/s/k3j9d2m5n8".to_owned()),
                    notice: Some(LoginNotice::Needed),
                    ..plain.clone()
                },
            ),
            ("signed-out", Self { notice: Some(LoginNotice::SignedOut), ..plain.clone() }),
            ("password-changed", Self { notice: Some(LoginNotice::PasswordChanged), ..plain }),
            ("wrong", Self { notice: Some(LoginNotice::Wrong), ..typed.clone() }),
            ("wrong-ar", Self { lang: Lang::Ar, notice: Some(LoginNotice::Wrong), ..typed.clone() }),
            (
                "locked-de",
                Self { lang: Lang::De, notice: Some(LoginNotice::Locked { until: sample::ago(-9) }), ..typed.clone() },
            ),
            ("locked", Self { notice: Some(LoginNotice::Locked { until: sample::ago(-9) }), ..typed }),
        ]
    }
}

/// A password with a button that shows it (added by the script; without one it stays hidden).
pub(super) fn password(
    lang: Lang,
    label: &str,
    autocomplete: &str,
    hint: Option<&str>,
    error: Option<&str>,
    autofocus: bool,
) -> Markup {
    let field = Field {
        kind: "password",
        autocomplete: Some(autocomplete),
        required: true,
        hint,
        error,
        autofocus,
        maxlength: Some(256),
        ..Field::new(label, "password")
    };
    html! { div.reveal data-reveal data-show=(words::show(lang)) data-hide=(words::hide(lang)) { (field.render()) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_the_password_does_not() {
        for (name, view) in Login::samples() {
            let text = view.render().into_string();
            assert!(text.contains(&format!("value=\"{}\"", view.email)), "{name}");
            assert!(text.contains("type=\"password\" value=\"\""), "{name}");
        }
    }

    #[test]
    fn a_locked_address_says_until_when() {
        let (_, view) = Login::samples().pop().expect("samples");
        let text = view.render().into_string();
        assert!(text.contains("14:14"), "{text}");
    }
}
