//! A forgotten password: asking for a link (`/forgot-password`), and choosing another password by it (`/reset/{token}`).

use maud::{Markup, html};

use super::bare;
use super::forms::FieldError;
use super::invitation::gone;
use super::login::password;
use crate::components::{Button, Field};
use crate::lang::Lang;
use crate::words::{account, console as words};

/// The page at `/forgot-password`. Its form posts `csrf` and `email`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgot {
    pub lang: Lang,
    /// A token bound to a cookie of this page.
    pub csrf: String,
    /// What was typed.
    pub email: String,
    /// What is wrong with the address.
    pub errors: Vec<FieldError>,
    /// It was sent: the same is said whether or not anybody has the address.
    pub sent: bool,
}

impl Forgot {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        let body = if self.sent {
            html! {
                h1 { (account::forgot_sent(lang)) }
                p { (account::forgot_sent_lead(lang, &self.email)) }
                p.muted { (account::forgot_sent_help(lang)) }
                (Button::plain(account::back_to_sign_in(lang)).href("/login").wide())
            }
        } else {
            html! {
                h1 { (account::forgot(lang)) }
                p.muted { (account::forgot_lead(lang)) }
                form.stack method="post" action="/forgot-password" data-door {
                    input type="hidden" name="csrf" value=(self.csrf);
                    (Field { kind: "email", value: &self.email, autocomplete: Some("username"), inputmode: Some("email"), required: true, autofocus: true,
                        error: FieldError::of(&self.errors, "email"), ..Field::new(words::email(lang), "email") })
                    (Button::primary(account::send_link(lang)).wide())
                }
                p.small { a href="/login" { (account::back_to_sign_in(lang)) } }
            }
        };
        let title = if self.sent { account::forgot_sent(lang) } else { account::forgot(lang) };
        bare::page(lang, title, None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self { csrf: "c3JmLXNhbXBsZQ".to_owned(), ..Self::default() };
        let typed = Self { email: "tom@example.net".to_owned(), ..empty.clone() };
        let errors = vec![FieldError::new("email", words::need_your_email(Lang::En))];
        vec![
            ("empty", empty.clone()),
            ("errors", Self { email: "tom@".to_owned(), errors, ..empty }),
            ("ar", Self { lang: Lang::Ar, ..typed.clone() }),
            ("sent", Self { sent: true, ..typed }),
        ]
    }
}

/// The page behind the link. Its form posts `csrf` and `password`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reset {
    pub lang: Lang,
    /// A token bound to a cookie of this page.
    pub csrf: String,
    /// Where the form posts to: the address of this page.
    pub action: String,
    /// Field and sentence. Field: `password`.
    pub errors: Vec<FieldError>,
    /// The link is good no longer.
    pub gone: bool,
}

impl Reset {
    pub fn render(&self) -> Markup {
        let lang = self.lang;
        if self.gone {
            return gone(lang, account::reset_gone(lang), account::ask_for_password(lang), "/forgot-password");
        }
        let body = html! {
            h1 { (account::reset_title(lang)) }
            p.muted { (account::reset_lead(lang)) }
            form.stack method="post" action=(self.action) data-door {
                input type="hidden" name="csrf" value=(self.csrf);
                (password(lang, account::new_password(lang), "new-password", Some(words::password_hint(lang)), FieldError::of(&self.errors, "password"), true))
                (Button::primary(account::save_password(lang)).wide())
            }
        };
        bare::page(lang, account::reset_title(lang), None, body)
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self { csrf: "c3JmLXNhbXBsZQ".to_owned(), action: "/reset/8h2k5m".to_owned(), ..Self::default() };
        let errors = vec![FieldError::new("password", words::password_too_short(Lang::En))];
        vec![
            ("empty", empty.clone()),
            ("errors", Self { errors, ..empty.clone() }),
            ("de", Self { lang: Lang::De, ..empty.clone() }),
            ("gone", Self { gone: true, ..empty }),
        ]
    }
}
